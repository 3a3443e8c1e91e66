//! Break-even prices and the ranges of shadow prices: right when tested by solving again just
//! inside and just outside.

use polysource::analysis::SolveSettings;
use polysource::engine::EngineChoice;
use polysource::model::{Edit, Input, LimitKind, Model, Share, load};
use polysource::plan::{LimitResult, Status};
use polysource::{Detail, Plan, solve};

use crate::common::{example, held, read};

fn model(name: &str, sets: &[String]) -> Model {
    let text = example(name);
    let input = Input { name: name.to_owned(), text, sets: sets.to_vec(), ..Input::default() };
    load(&input).unwrap_or_else(|e| panic!("{e}")).model
}

fn full(name: &str, sets: &[&str]) -> Plan {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    solve(&model(name, &sets), &SolveSettings::default()).unwrap()
}

fn cost(name: &str, sets: &[&str], more: String) -> (f64, Plan) {
    let mut all: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    all.push(more);
    let plan = solve(&model(name, &all), &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    (plan.cost.as_ref().unwrap().total, plan)
}

/// Just below its price an offer is bought, just above it is not.
fn prices_are_right(name: &str, sets: &[&str]) -> usize {
    let mut tested = 0;
    for b in full(name, sets).break_even.unwrap() {
        let Some(price) = b.enters_below.or(b.leaves_above) else { continue };
        assert!(if b.leaves_above.is_some() { price >= b.price } else { price <= b.price }, "{b:?}");
        let at = |factor: f64| {
            let (cost, plan) = cost(name, sets, format!("offers.{}.price={:?}", b.offer, price * factor));
            (cost, held(&plan, &b.offer))
        };
        let (inside, outside) = (at(1.0 - 1e-3), at(1.0 + 1e-3));
        assert!(inside.1 > 1e-6, "{b:?}: none is held just below");
        assert!(outside.1 < 1e-6, "{b:?}: {} are held just above", outside.1);
        assert!(inside.0 < outside.0 * (1.0 + 1e-9), "{b:?}");
        tested += 1;
    }
    tested
}

#[test]
fn prices_known_by_hand() {
    // Without the cap h100 serves chat up to 1.2 times its price of 4.00 (see models/quickstart.yaml);
    // and trains up to 0.5 times; trainium2 trains up to 4.00 x 0.6 = 2.40.
    let plan = full("quickstart", &["policy.limits=[]", "offers.coreweave-h100.capacity=100k"]);
    let found = plan.break_even.unwrap();
    let of = |id: &str| found.iter().find(|b| b.offer == id).unwrap();
    assert!((of("aws-trainium2").leaves_above.unwrap() - 2.4).abs() < 1e-6, "{:?}", of("aws-trainium2"));
    assert_eq!(of("aws-trainium2").enters_below, None);
}

#[test]
fn prices_are_right_on_either_side() {
    let wide = ["policy.limits=[]", "offers.coreweave-h100.capacity=100k", "offers.aws-trainium2.capacity=100k"];
    assert!(prices_are_right("quickstart", &wide) >= 2);
    assert!(prices_are_right("inference-fleet", &["policy.limits=[]"]) >= 10);
    // With shares of spend a price stands in limits as well.
    assert!(prices_are_right("inference-fleet", &[]) >= 10);
}

#[test]
fn nothing_does_without_what_the_cap_needs() {
    let found = full("quickstart", &[]).break_even.unwrap();
    assert!(found.iter().all(|b| b.leaves_above.is_none() && b.enters_below.is_none()), "{found:?}");
}

#[test]
fn shadow_prices_hold_in_their_ranges_and_not_beyond() {
    let plan = full("inference-fleet", &[]);
    let base = plan.cost.as_ref().unwrap().total;
    let mut tested = 0;
    for l in &plan.limits {
        let (Some(price), Some(from), Some(to)) = (l.shadow_price, l.holds_from, l.holds_to) else { continue };
        let path = match l.kind.as_str() {
            "capacity" => format!("offers.{}.capacity", l.name.split(' ').nth(1).unwrap()),
            "power" => format!("policy.limits.{}.power.at_most", l.name.split(' ').next().unwrap()),
            _ => continue,
        };
        let unit = if l.kind == "power" { " kW" } else { "" };
        let at = |value: f64| cost("inference-fleet", &[], format!("{path}={value:?}{unit}")).0;
        let told = |value: f64| base + price * (value - l.limit);
        let (wide, near) = (to - from, 1e-6 * base);
        assert!(wide > 0.0 && from <= l.limit && l.limit <= to, "{l:?}");
        for inside in [from + 0.01 * wide, to - 0.01 * wide] {
            assert!(
                (at(inside) - told(inside)).abs() < near,
                "{} at {inside}: {} not {}",
                l.name,
                at(inside),
                told(inside)
            );
        }
        for outside in [from - 0.05 * wide, to + 0.05 * wide] {
            if outside > 0.0 {
                // The cost is convex: beyond the range it is above the line.
                assert!(at(outside) > told(outside) + 1e-7 * base * 1e-3, "{} at {outside}", l.name);
            }
        }
        tested += 1;
    }
    assert!(tested >= 4, "{tested}");
}

#[test]
fn capacity_ranges_known_by_hand() {
    // Without the cap only chat is on h100, 5000 at most, and training on trainium is limited by what there is:
    // 60M / 0.6 / 2184 h = 45788. With 40000 of them the rest of the training is on h100.
    let plan = full("quickstart", &["policy.limits=[]", "offers.aws-trainium2.capacity=40000"]);
    let limit = plan.limits.iter().find(|l| l.name == "capacity aws-trainium2 2026-Q2").unwrap();
    assert!((limit.holds_to.unwrap() - 1e8 / 2184.0).abs() < 1e-3, "{limit:?}");
    // 20k h100 less the 5000 of chat do 15000 x 2184 h, so that trainium has to do the rest.
    assert!((limit.holds_from.unwrap() - (6e7 - 15_000.0 * 2184.0) / 0.6 / 2184.0).abs() < 1e-3, "{limit:?}");
    // With the cap, 6263.7 h100 are held at most, and fewer leave no plan.
    let few = full("quickstart", &["offers.coreweave-h100.capacity=6000"]);
    assert_eq!((few.status, few.certificate.verified), (Status::Infeasible, true));
    assert!(full("quickstart", &["offers.coreweave-h100.capacity=6264"]).status == Status::Optimal);
}

/// A model with `SIZE` for the number of the limit that is tested, of one hour.
const HEAD: &str = "
polysource: 1
chips: { n: { vendor: nvidia, power: 1 kW }, m: { vendor: amd, power: 1 kW } }
clouds: { aws: {}, gcp: {} }
offers:
  a: { chip: n, cloud: aws, price: 1, capacity: CAPACITY }
  b: { chip: m, cloud: gcp, price: 3, capacity: 80 }
workloads:
  chat: { kind: inference, demand: 100 req/h, loss: 50 USD/req, throughput: { n: FAST req/h, m: 1 req/h } }
";

fn written(rest: &str, size: f64) -> Model {
    let text = format!("{HEAD}{rest}").replace("SIZE", &format!("{size:?}"));
    Model::from_yaml_str(&text.replace("CAPACITY", "1000").replace("FAST", "1")).unwrap_or_else(|e| panic!("{e}"))
}

fn told(model: &Model, engine: EngineChoice, detail: Detail) -> Plan {
    let plan = solve(model, &SolveSettings { engine, detail, ..SolveSettings::default() }).unwrap();
    assert!(plan.certificate.verified, "{:?}", plan.status);
    plan
}

/// The price of the limit of a kind and where it holds, as both engines tell it; and whether the cost
/// is as told just inside, and not just outside.
fn holds(model: &dyn Fn(f64) -> Model, kind: &str, size: f64, price: f64, range: [Option<f64>; 2], near: f64) {
    for engine in [EngineChoice::Microlp, EngineChoice::Clarabel] {
        let plan = told(&model(size), engine, Detail::Full);
        let limit = plan.limits.iter().find(|l| l.kind == kind && l.shadow_price != Some(0.0)).unwrap();
        assert!((limit.shadow_price.unwrap() / price - 1.0).abs() < 1e-5, "{limit:?}");
        for (found, wanted) in [limit.holds_from, limit.holds_to].into_iter().zip(range) {
            match (found, wanted) {
                (Some(found), Some(wanted)) => assert!((found - wanted).abs() < near, "{limit:?}: not {wanted}"),
                _ => assert_eq!(found, wanted, "{limit:?}"),
            }
        }
    }
    let cost = |at: f64| told(&model(at), EngineChoice::Auto, Detail::Plan).cost.unwrap().total;
    let slope = if ["floor", "commit", "survive"].contains(&kind) { -price } else { price };
    for end in range.into_iter().flatten() {
        let way = end - size;
        let inside = size + 0.98 * way;
        let off = |from: f64, to: f64| (cost(to) - cost(from)) / (slope * (to - from)) - 1.0;
        assert!(off(size, inside).abs() < 0.0101, "{kind}: {} off at {inside}", off(size, inside));
        // Just outside a little more is worth more than a hundredth more or less, or there is no plan.
        let [near, far] = [1.02, 1.04].map(|x| size + x * way);
        let part = ["share", "floor", "survive", "concentration"].contains(&kind);
        if far < 0.0 || part && far > 1.0 {
            continue;
        }
        let beyond = solve(&model(far), &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
        if beyond.status == Status::Optimal {
            assert!(off(near, far).abs() > 0.0099, "{kind}: {} off at {far}", off(near, far));
        } else {
            assert_eq!(beyond.status, Status::Infeasible);
        }
    }
}

fn policy(entry: &str) -> String {
    format!("policy: {{ limits: [ {entry} ] }}\n")
}

#[test]
fn shares_of_a_total_that_varies() {
    // a <= s (a + 3 b) with a + b = 100: a = 300 s / (1 + 2 s), and the cost is 300 - 2 a, which falls by
    // 600 / (1 + 2 s)^2. At 25 % that is 266.67; it is a hundredth less at 1 + 2 s = 1.5 / sqrt(0.99), a
    // hundredth more at 1.5 / sqrt(1.01).
    let spend = policy("{ share: { where: { vendor: nvidia }, of: spend, at_most: SIZE } }");
    let ends = [1.01, 0.99].map(|x: f64| Some((1.5 / x.sqrt() - 1.0) / 2.0));
    holds(&|s| written(&spend, s), "share", 0.25, -600.0 / 2.25, ends, 2e-6);
    // With 50.2 of a there are no more of it at s = 50.2 / (300 - 100.4), before it has drifted so far.
    let less = |s: f64| {
        let text = format!("{HEAD}{spend}").replace("SIZE", &format!("{s:?}")).replace("FAST", "1");
        Model::from_yaml_str(&text.replace("CAPACITY", "50.2")).unwrap()
    };
    holds(&less, "share", 0.25, -600.0 / 2.25, [ends[0], Some(50.2 / 199.6)], 2e-6);
    // In chips, a doing twice as much: a = 100 s / (1 + s), and the cost is 300 - 5 a.
    let chips = policy("{ share: { where: { vendor: nvidia }, of: chips, at_most: SIZE } }");
    let fast = |s: f64| {
        let text = format!("{HEAD}{chips}").replace("SIZE", &format!("{s:?}")).replace("CAPACITY", "1000");
        Model::from_yaml_str(&text.replace("FAST", "2")).unwrap()
    };
    let ends = [1.01, 0.99].map(|x: f64| Some(1.25 / x.sqrt() - 1.0));
    holds(&fast, "share", 0.25, -500.0 / 1.5625, ends, 2e-6);
    // The floor of b's spend is the other side of the share of a's.
    let floor = policy("{ floor: { where: { vendor: amd }, of: spend, at_least: SIZE } }");
    let ends = [0.99, 1.01].map(|x: f64| Some(1.0 - (1.5 / x.sqrt() - 1.0) / 2.0));
    holds(&|s| written(&floor, s), "floor", 0.75, -600.0 / 2.25, ends, 2e-6);
}

#[test]
fn shares_of_a_total_that_does_not() {
    // 200 less for all the work: from 20 %, where b has its 80, to 60 %, where a has its 60.
    let work = policy("{ share: { where: { vendor: nvidia }, of: work, at_most: SIZE } }");
    let model = |s: f64| {
        let text = format!("{HEAD}{work}").replace("SIZE", &format!("{s:?}")).replace("FAST", "1");
        Model::from_yaml_str(&text.replace("CAPACITY", "60")).unwrap()
    };
    holds(&model, "share", 0.4, -200.0, [Some(0.2), Some(0.6)], 1e-4);
}

#[test]
fn a_concentration_is_curved() {
    // The larger part of the work is q = (1 + sqrt(2 H - 1)) / 2, and the cost 300 - 200 q, which falls by
    // 100 / sqrt(2 H - 1): 250 at 0.58.
    let hhi = policy("{ concentration: { by: vendor, of: work, hhi_at_most: SIZE } }");
    let ends = [1.01, 0.99].map(|x: f64| Some(f64::midpoint(1.0, (0.4 / x).powi(2))));
    holds(&|h| written(&hhi, h), "concentration", 0.58, -250.0, ends, 1e-4);
    let plan = told(&written(&hhi, 0.58), EngineChoice::Auto, Detail::Full);
    assert!(plan.break_even.is_none());
    // A chip of a less is one of b more, 2 more, from where b has its 80 to where the concentration
    // begins to cost, at 100 q.
    let beside = policy("{ concentration: { by: vendor, of: work, hhi_at_most: 0.7 } }");
    let model = |chips: f64| {
        let text = format!("{HEAD}{beside}").replace("FAST", "1").replace("CAPACITY", &format!("{chips:?}"));
        Model::from_yaml_str(&text).unwrap()
    };
    let largest = 50.0 * (1.0 + 0.4f64.sqrt());
    holds(&model, "capacity", 60.0, -2.0, [Some(20.0), Some(largest)], 0.05);
}

#[test]
fn commitments() {
    // A dollar spent on b, which costs 3, saves a third of one on a: 2/3 are lost. Beyond the 80 of b, 240
    // dollars, all that is more is idle.
    let spend = "horizon: { start: 2026-01-01, periods: 1, step: hour }
contracts: { deal: { covers: { cloud: gcp }, commit: { spend: SIZE USD } } }\n";
    holds(&|x| written(spend, x), "commit", 120.0, -2.0 / 3.0, [Some(0.0), Some(240.0)], 1e-4);
    holds(&|x| written(spend, x), "commit", 300.0, -1.0, [Some(240.0), None], 1e-4);
    // In chips: 2 more for each, up to the 80 that there are.
    let chips = "horizon: { start: 2026-01-01, periods: 1, step: hour }
contracts: { deal: { covers: { cloud: gcp }, commit: { chips: SIZE } } }\n";
    holds(&|x| written(chips, x), "commit", 30.0, -2.0, [Some(0.0), Some(80.0)], 1e-4);
}

#[test]
fn idle_money_alone() {
    // Nothing of b is worth having where it costs four times as much and does a third: all is idle, at a
    // dollar each, from nothing on.
    let spend = "horizon: { start: 2026-01-01, periods: 1, step: hour }
contracts: { deal: { covers: { offer: c }, commit: { spend: SIZE USD } } }\n";
    let model = |x: f64| {
        let text = format!("{HEAD}{spend}").replace("SIZE", &format!("{x:?}")).replace("FAST", "1");
        let more = "  c: { chip: m, cloud: gcp, price: 3, capacity: 0 }\nworkloads:";
        Model::from_yaml_str(&text.replace("CAPACITY", "1000").replace("workloads:", more)).unwrap()
    };
    holds(&model, "commit", 50.0, -1.0, [Some(0.0), None], 1e-4);
}

#[test]
fn what_must_survive() {
    // Without nvidia b has to serve the part: 2 more for each of the 100, up to its 80.
    let survive = "policy: { survive: [ { loss_of: { vendor: nvidia }, serve: SIZE } ] }\n";
    holds(&|s| written(survive, s), "survive", 0.6, -200.0, [Some(0.0), Some(0.8)], 1e-6);
}

#[test]
fn risk() {
    // With a tenth of a chance to lose nvidia's 100 - b at 50 dollars, 5 (100 - b) are to be expected: 200
    // are 60 of b; each of b less costs 2 less and adds 5. b is from nothing to 80.
    let outage = "outages: { lost: { lose: { vendor: nvidia }, recovery: 1 hour, probability: 10 % } }";
    let expected = format!("policy: {{ {outage}, risk: {{ expected_loss: {{ at_most: SIZE USD }} }} }}\n");
    holds(&|x| written(&expected, x), "risk", 200.0, -0.4, [Some(100.0), Some(500.0)], 1e-4);
    // The worst tenth is that: 100 + 2 b + 50 (100 - b) = 5100 - 48 b.
    let cvar = format!("policy: {{ {outage}, risk: {{ cvar: {{ level: 90 %, at_most: SIZE USD }} }} }}\n");
    holds(&|x| written(&cvar, x), "risk", 2220.0, -2.0 / 48.0, [Some(1260.0), Some(5100.0)], 1e-3);
}

/// The limits of a model as a list of one line each, with one group of one of them moved.
fn alone(model: &Model, moved: &LimitResult, at: f64) -> String {
    let text = example("inference-fleet");
    let (_, limits) = text.split_once("\n  limits:\n").unwrap();
    let lines = limits.lines().map_while(|l| l.trim_start().strip_prefix("- "));
    let requirement = moved.requirement.as_deref().unwrap();
    // From a key to what ends its value.
    let with = |line: &str, key: &str, new: String| {
        let (before, rest) = line.split_once(&format!("{key}: ")).unwrap_or_else(|| panic!("{line}"));
        let end = rest.find([',', '}']).unwrap();
        format!("{before}{new}{}", &rest[end..])
    };
    let mut list = Vec::new();
    for line in lines {
        if !line.contains(&format!("name: {requirement},")) {
            list.push(line.to_owned());
            continue;
        }
        let limit = model.limits().iter().find(|l| l.name == requirement).unwrap();
        match &limit.kind {
            LimitKind::Share(Share { by: Some(by), groups, .. }) => {
                for group in groups {
                    let one = with(line, "by", format!("where: {{ {by}: \"{}\" }}", group.name));
                    let one = with(&one, "name", format!("name: \"{requirement} {}\"", group.name));
                    let is_it = moved.name.ends_with(&format!(" {}", group.name));
                    list.push(if is_it { with(&one, "at_most", format!("at_most: {at:?}")) } else { one });
                }
            }
            LimitKind::Share(_) => list.push(with(line, "at_most", format!("at_most: {at:?}"))),
            LimitKind::Floor(_) => list.push(with(line, "at_least", format!("at_least: {at:?}"))),
            _ => panic!("{moved:?}"),
        }
    }
    format!("[{}]", list.join(", "))
}

#[test]
fn shares_hold_in_their_ranges_and_not_beyond() {
    // Of an entry with many groups each has a range of its own: that group alone is moved.
    let model = model("inference-fleet", &[]);
    let plan = told(&model, EngineChoice::Auto, Detail::Ranges);
    let mut tested = 0;
    for l in plan.limits.iter().filter(|l| l.unit == "share" && l.shadow_price.is_some_and(|p| p < -1.0)) {
        let (from, to) = (l.holds_from.unwrap(), l.holds_to.unwrap());
        assert!(from <= l.limit && l.limit <= to, "{l:?}");
        let cost = |at: f64| {
            let model =
                model.with(&[Edit::set("policy.limits", alone(&model, l, at))]).unwrap_or_else(|e| panic!("{e}"));
            told(&model, EngineChoice::Auto, Detail::Plan).cost.unwrap().total
        };
        let price = l.shadow_price.unwrap() * if l.kind == "floor" { -1.0 } else { 1.0 };
        for end in [from, to] {
            let way = end - l.limit;
            if way.abs() < 1e-4 {
                continue;
            }
            let off = |a: f64, b: f64| (cost(b) - cost(a)) / (price * (b - a)) - 1.0;
            let inside = off(l.limit, l.limit + 0.98 * way);
            assert!(inside.abs() < 0.0102, "{}: {inside} off before {end}", l.name);
            let outside = off(l.limit + 1.01 * way, l.limit + 1.05 * way);
            assert!(outside.abs() > 0.0098, "{}: {outside} off after {end}", l.name);
            tested += 1;
        }
    }
    assert!(tested >= 6, "{tested}");
}

#[test]
fn every_limit_that_costs_has_a_range() {
    let written = read("tests/fixtures/every-limit.yaml");
    let hhi = "    - { name: hhi, concentration: { by: vendor, of: spend, hhi_at_most: 0.37 } }\n";
    let model = |text: &str| Model::from_yaml_str(text).unwrap_or_else(|e| panic!("{e}"));
    // The numbers of the file that move one limit that costs, and no other.
    let moved = [
        ("expected-loss", "at_most: 200k USD", "at_most: SIZE USD"),
        ("survive-vendor-1 amd", "serve: 70 %", "serve: SIZE"),
        ("hhi", "hhi_at_most: 0.37", "hhi_at_most: SIZE"),
        ("vs amd", "of: spend, at_most: 50 %", "of: spend, at_most: SIZE"),
        ("soft vendor=google", "of: power, at_most: 15 %", "of: power, at_most: SIZE"),
        ("ramp 2026-Q1", "at_most: 300 chips", "at_most: SIZE chips"),
    ];
    let mut tested = Vec::new();
    for text in [written.clone(), written.replace(hhi, "")] {
        let plan = told(&model(&text), EngineChoice::Auto, Detail::Ranges);
        // Prices are of what is minimised: the cost, and the risk that is weighed.
        let minimised = |p: &Plan| p.cost.as_ref().unwrap().total + p.risk.as_ref().unwrap().weighed;
        let (base, mut priced) = (minimised(&plan), 0);
        for l in
            plan.limits.iter().filter(|l| l.sentence.contains("would save") && !l.sentence.contains("save nothing"))
        {
            let (from, to) = (l.holds_from.unwrap(), l.holds_to.unwrap());
            assert!(from <= l.limit && l.limit <= to && from < to, "{l:?}");
            priced += 1;
            let Some((name, old, new)) = moved.iter().find(|m| m.0 == l.name) else { continue };
            let sign = if l.kind == "survive" { -1.0 } else { 1.0 };
            for end in [from, to] {
                let way = 0.95 * (end - l.limit);
                let there = text.replace(old, &new.replace("SIZE", &format!("{:?}", l.limit + way)));
                assert_ne!(there, text);
                let cost = minimised(&told(&model(&there), EngineChoice::Auto, Detail::Plan));
                let price = sign * (cost - base) / way;
                let off = price / l.shadow_price.unwrap() - 1.0;
                assert!(off.abs() < 0.0101, "{name}: {off} off before {end}");
            }
            tested.push(l.name.clone());
        }
        assert!(priced >= 8, "{priced}");
    }
    tested.sort();
    tested.dedup();
    assert_eq!(tested.len(), moved.len(), "{tested:?}");
}
