//! Plans for several futures: values that were worked out by hand, and laws that hold for every tree.

use polysource::model::{Input, Model};
use polysource::plan::{ComparedPlan, Plan, Status, UncertaintyResult};
use polysource::report::{Format, Style, write};
use polysource::{Detail, EngineChoice, SolveSettings, solve};

use crate::common::random::Random;
use crate::common::{NEWSVENDOR, close, close_within, example_input, loaded, model, plan_for, program, text, told};

/// What a terminal shows.
fn screen(plan: &Plan) -> String {
    let mut out = Vec::new();
    write(plan, Format::Tables, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A plan of those side by side.
fn compared<'a>(u: &'a UncertaintyResult, plan: &str) -> &'a ComparedPlan {
    u.plans.iter().find(|p| p.plan == plan).expect("it is beside the others")
}

/// Chips that are decided on at the start, of an offer.
fn now(plan: &Plan, offer: &str) -> f64 {
    told(plan).decisions.iter().filter(|d| d.node == "start" && d.what == offer).map(|d| d.amount).sum()
}

fn with(yaml: &str, objective: &str) -> String {
    yaml.replace("uncertainty:\n", &format!("objective: {objective}\nuncertainty:\n"))
}

/// Reserving q costs 0.6 q, and what is not reserved of a demand d costs 1: a chip more is worth it as long as demand
/// exceeds it with more than 0.6, so q = 20 and the cost 12 + (10 + 20) / 4. Known, each future reserves its demand. The
/// mean is 25: 15 + (5 + 15) / 4.
#[test]
fn the_newsvendor_reserves_the_quantile() {
    let plan = plan_for(NEWSVENDOR);
    let u = told(&plan);
    close(plan.cost.as_ref().unwrap().total, 19.5);
    close(u.expected, 19.5);
    close(now(&plan, "res"), 20.0);
    close(u.wait_and_see, 15.0);
    close(u.evpi, 4.5);
    close(u.evpi_by_factor[0].evpi.unwrap(), 4.5);
    assert_eq!(u.base, "mean");
    close(u.base_plan.unwrap(), 20.0);
    close(u.vss.unwrap(), 0.5);
    close(u.worst, 32.0);
    // 12, 12, 22, 32 around 19.5.
    close(u.deviation, (275.0_f64 / 4.0).sqrt());
    let costs: Vec<f64> = u.futures.iter().map(|f| f.cost).collect();
    [12.0, 12.0, 22.0, 32.0].iter().zip(&costs).for_each(|(e, c)| close(*c, *e));
    close(u.regret, 8.0);
}

/// The dearest quarter alone counts: 40 chips for 24 in every future.
#[test]
fn the_dearest_futures_reserve_for_the_most() {
    let plan = plan_for(&with(NEWSVENDOR, "{ expected: 0, cvar: { level: 75 %, weight: 1 } }"));
    close(now(&plan, "res"), 40.0);
    close(told(&plan).cvar.unwrap().value, 24.0);
    close(told(&plan).expected, 24.0);
}

/// With q reserved the regret at 10 is 0.6 q - 6, that at 40 is 0.6 q + 40 - q - 24: the same at q = 22.
#[test]
fn the_least_regret_lies_between() {
    let yaml = with(NEWSVENDOR, "{ regret: worst }");
    for (yaml, given) in [(yaml.clone(), Some(0.25)), (yaml.replace("probability: 25 %, ", ""), None)] {
        let plan = plan_for(&yaml);
        let u = told(&plan);
        close_within(1e-6, u.regret, 7.2);
        close_within(1e-6, now(&plan, "res"), 22.0);
        // It is not repeated beside itself.
        assert_eq!(u.plans.iter().map(|p| p.plan.as_str()).collect::<Vec<_>>(), ["here-and-now", "base"]);
        assert_eq!(u.plans[0].name, "here and now (least regret)");
        // Even weights that nobody gave are never told as given.
        assert!(u.futures.iter().all(|f| f.probability == given));
        for sentence in [&u.evpi_sentence, &u.vss_sentence] {
            assert_eq!(sentence.contains("with all futures taken as equally likely"), given.is_none(), "{sentence}");
        }
        let page = screen(&plan);
        assert_eq!(page.contains("25 %"), given.is_some(), "{page}");
        assert_eq!(page.contains("all futures taken as equally likely"), given.is_none(), "{page}");
    }
}

/// What the newsvendor's plans cost at 10, 20, 30 and 40: 20 reserved, 25 for the mean, and 22 of least regret.
#[test]
fn plans_stand_side_by_side() {
    let plan = plan_for(NEWSVENDOR);
    let u = told(&plan);
    let all = [
        ("here-and-now", 19.5, 32.0, 8.0, [12.0, 12.0, 22.0, 32.0]),
        // At 10 instead of 6, at 40 instead of 24.
        ("base", 20.0, 30.0, 9.0, [15.0, 15.0, 20.0, 30.0]),
        ("least-regret", 19.7, 31.2, 7.2, [13.2, 13.2, 21.2, 31.2]),
    ];
    assert_eq!(u.plans.len(), all.len());
    for (own, (name, expected, worst, regret, costs)) in u.plans.iter().zip(all) {
        assert_eq!(own.plan, name);
        close_within(1e-6, own.expected, expected);
        close_within(1e-6, own.worst, worst);
        close_within(1e-6, own.regret, regret);
        own.costs.iter().zip(costs).for_each(|(c, e)| close_within(1e-6, *c, e));
    }
    let table = plan.tables().into_iter().find(|t| t.name == "plans").unwrap();
    assert_eq!(
        (table.rows(), table.text(4, "plan"), table.text(4, "future")),
        (12, "base".to_owned(), "ten".to_owned())
    );
    let screen = screen(&plan);
    let rows: Vec<&str> =
        screen.lines().skip_while(|l| !l.contains("Three plans side by side (cost in USD)")).collect();
    let words = |row: &str| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let names = ["plan", "expected", "worst", "largest", "regret", "ten", "twenty", "thirty", "forty"];
    assert_eq!(words(rows[1]), names);
    // In a document a name of a column makes no structure.
    let named = plan_for(&NEWSVENDOR.replace("ten:", "ten_or_so:"));
    let mut document = Vec::new();
    write(&named, Format::Markdown, Style::default(), &mut document).unwrap();
    assert!(text(&document).contains("| largest regret | ten\\_or\\_so | twenty |"), "{}", text(&document));
    assert_eq!(words(rows[4]), ["least", "regret", "19.7", "31.2", "7.2", "13.2", "13.2", "21.2", "31.2"]);
}

/// Demand 10, then 10 or 30; two periods for 0.6 each, the second alone for 0.7, on demand 1. All decided at the start:
/// 12 for 10 over both, and for 20 more in half of the futures on demand is cheaper: 10. After seeing: 12 and 7.
#[test]
fn waiting_is_worth_what_it_saves() {
    let yaml = "
polysource: 1
name: waiting
horizon: { start: 2026-01-01, periods: 2, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
offers:
  two: { chip: h100, cloud: aws, price: { 2026-01-01T00: 0.6, 2026-01-01T01: 9 }, term: { reserved: 2 h } }
  one: { chip: h100, cloud: aws, price: { 2026-01-01T00: 9, 2026-01-01T01: 0.7 }, term: { reserved: 1 h } }
  od: { chip: h100, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: 10 req/h, throughput: { h100: 1 req/h } }
uncertainty:
  factors:
    demand:
      known: 2026-01-01T01
      outcomes:
        low: { probability: 50 % }
        high: { probability: 50 %, set: { workloads.chat.demand: 30 req/h } }
";
    let later = plan_for(yaml);
    close(told(&later).expected, 19.0);
    close(told(&later).evpi, 0.0);
    close(now(&later, "two"), 10.0);
    let first = plan_for(&yaml.replace("reserved: 1 h }", "reserved: 1 h }, decide_by: 2026-01-01T00"));
    close(told(&first).expected, 22.0);
    close(told(&first).evpi, 3.0);
}

/// A contract that halves the price, for a fee in the second period, in which it may be signed when demand is known to be
/// 4 or 20.
fn deal(fee: u32) -> String {
    let yaml = "
polysource: 1
name: contract
horizon: { start: 2026-01-01, periods: 2, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
offers:
  od: { chip: h100, cloud: aws, price: 1 }
contracts:
  deal: { with: amazon, covers: { cloud: aws }, decision: optional, fee: { 2026-01-01T01: FEE }, discount: 50 %, decide_by: 2026-01-01T01 }
workloads:
  chat: { kind: inference, demand: 4 req/h, throughput: { h100: 1 req/h } }
uncertainty:
  factors:
    demand:
      known: 2026-01-01T01
      outcomes:
        low: { probability: 50 % }
        high: { probability: 50 %, set: { workloads.chat.demand: 20 req/h } }
";
    yaml.replace("FEE", &fee.to_string())
}

/// The same contract where it is signed whatever comes: deciding it at the start costs no more, and the sentence says so.
#[test]
fn waiting_that_is_worth_nothing_is_told_so() {
    let yaml = &deal(1);
    let plan = plan_for(yaml);
    let waiting = &told(&plan).waiting;
    // It saves half of the second period's 4 or 20 and costs 1, whatever comes: 4 + (2 + 10) / 2 + 1.
    close(told(&plan).expected, 11.0);
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        waiting[0].sentence,
        "Waiting with `deal` is worth nothing here: deciding it at the start costs no more."
    );
}

/// An optional contract halves the price for a fee of 7 in the second period, when demand is 4 or 20. Since it may be
/// signed then, it begins then.
#[test]
fn a_contract_is_worth_waiting_for() {
    let yaml = &deal(7);
    // Signed at the start: 4 + (2 + 10) / 2 + 7 = 17; never: 4 + 12 = 16. Signed where demand is high, seen first: 4 + (4 + 10 + 7) / 2.
    let plan = plan_for(yaml);
    close(told(&plan).expected, 14.5);
    let waiting = &told(&plan).waiting;
    assert_eq!(waiting.len(), 1);
    close(waiting[0].worth.unwrap(), 1.5);
    let signed: Vec<_> = told(&plan).decisions.iter().filter(|d| d.kind == "contract").collect();
    assert_eq!(signed.iter().map(|d| (d.node.as_str(), d.amount)).collect::<Vec<_>>(), [("low", 0.0), ("high", 1.0)]);
}

/// The base case reserves 10 of the 12 that there are; nothing else can be had later, so 12 cannot be served.
#[test]
fn a_plan_that_cannot_be_followed_has_no_number() {
    let yaml = NEWSVENDOR
        .replace("  od: { chip: h100, cloud: aws, price: 1 }\n", "")
        .replace("ten: { probability: 25 %, set: { workloads.chat.demand: 10 req/h } }", "base: { probability: 25 % }");
    let plan = plan_for(&yaml);
    let u = told(&plan);
    assert_eq!((u.vss, u.base_plan), (None, None));
    assert_eq!(
        u.vss_sentence,
        "The plan for `base` cannot be followed in `thirty`, so that what planning for uncertainty is worth has no number."
    );
    close(u.expected, 24.0);
}

/// The comments of the example: 20k chips are reserved for 2028 and 2029, in every future.
#[test]
fn the_tutorial_is_as_worked_out() {
    let plan = plan_for(&crate::common::example("trainium-late"));
    let u = told(&plan);
    let hours = 8_784.0 + 8_760.0;
    let rented = 10e3 * 2.5 * 8_760.0;
    close(u.expected, rented + 20e3 * 1.2 * hours);
    close(now(&plan, "blackwell-reserve"), 20e3);
    let late = 20e3 * (2.5 * 8_784.0 + 8_760.0);
    close(u.base_plan.unwrap(), rented + 0.7 * 20e3 * hours + 0.3 * late);
    close(u.wait_and_see, rented + 0.7 * 20e3 * hours + 0.3 * 20e3 * 1.2 * hours);
    assert_eq!(u.base, "on-time");
    // What each future costs. Nothing reserved: 569.9M on time, 833.4M late. 20k reserved: 640.1M in both. On time a chip
    // reserved costs 0.20 USD an hour too much, 3,509 USD in all; late it saves 2.50 + 1.00 instead of 1.20 each, 9,667 USD.
    // The regret is the same in both at q = 20k x 9,667 / (9,667 + 3,509) = 14,674 chips.
    let on_time = rented + 20e3 * hours;
    let reserved = rented + 20e3 * 1.2 * hours;
    let (dear, saved) = (0.2 * hours, 2.5 * 8_784.0 + 8_760.0 - 1.2 * hours);
    let regret = dear * 20e3 * saved / (saved + dear);
    let all = [
        ("here-and-now", [reserved, reserved], reserved - on_time),
        ("base", [on_time, rented + late], late - 20e3 * 1.2 * hours),
        ("least-regret", [on_time + regret, reserved + regret], regret),
    ];
    assert_eq!(u.plans.len(), all.len());
    for (own, (name, costs, regret)) in u.plans.iter().zip(all) {
        assert_eq!(own.plan, name);
        own.costs.iter().zip(costs).for_each(|(c, e)| close_within(1e-6, *c, e));
        close_within(1e-6, own.regret, regret);
        close_within(1e-6, own.expected, 0.7 * costs[0] + 0.3 * costs[1]);
    }
    assert_eq!(u.plans[1].name, "planned for on-time");
}

/// Three futures of a large model, as HiGHS solves them when the programs of `export --future` are joined outside of the
/// program: every reservation is decided before demand is known.
#[test]
fn a_large_tree_is_as_another_solver_says() {
    let scenarios = vec!["demand-unknown".to_owned()];
    let input = Input { scenarios, ..example_input("frontier-lab") };
    let settings = SolveSettings { detail: Detail::Cost, ..SolveSettings::default() };
    let plan = solve(&loaded(&input), &settings).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    close_within(2e-6, told(&plan).expected, 65_673_407_717.692);
    close_within(2e-6, told(&plan).wait_and_see, 65_281_360_849.922);
}

/// The deals of an example are signed whatever comes of two factors, and knowing is worth less than signing.
#[test]
fn the_deals_are_signed_before_the_news() {
    let input = Input { scenarios: vec!["news".to_owned()], ..example_input("openai-amazon") };
    let plan = solve(&loaded(&input), &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    let u = told(&plan);
    // What needs further solves was not asked for, and is not there.
    assert_eq!((u.base_plan, u.vss, u.waiting.len(), u.evpi_by_factor.len(), u.plans.len()), (None, None, 0, 0, 1));
    assert!(u.vss_sentence.starts_with("Further solves were not asked for"), "{}", u.vss_sentence);
    close_within(1e-4, u.expected, 426.8e9);
    let signed =
        u.decisions.iter().filter(|d| d.kind == "contract").map(|d| (d.node.as_str(), d.what.as_str(), d.amount));
    let all = ["amazon-funding", "amd-more", "broadcom-titan", "google-tpu"].map(|what| ("start", what, 1.0));
    assert_eq!(signed.collect::<Vec<_>>(), all);
    assert!((0.5e9..1e9).contains(&u.evpi), "{}", u.evpi);
    assert_eq!(u.futures.len(), 4);
}

/// A future by itself, the base case, and what is not a future.
#[test]
fn one_future_is_solved_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.yaml");
    std::fs::write(&file, NEWSVENDOR).unwrap();
    let file = file.to_str().unwrap();
    let cost = |arguments: &[&str]| {
        let run = program().args(["solve", file, "--format", "json"]).args(arguments).output().unwrap();
        let plan: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        plan["cost"]["total"].as_f64().unwrap()
    };
    close(cost(&["--future", "thirty"]), 18.0);
    close(cost(&["--without-uncertainty"]), 15.0);
    let run = program().args(["solve", file, "--future", "fourty"]).output().unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(text(&run.stderr).contains("the model has no future `fourty`"));
    assert!(text(&run.stderr).contains("did you mean `forty`?"));
    let run = program().args(["export", file, "--to", "focus"]).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stderr).contains("the model has 4 futures, and this command plans one"));
}

/// A tree of two factors that show in the third month: demand, known from `seen` on, and a price; reservations of one and of two
/// periods under a limit on a vendor, and a contract.
struct Drawn {
    demand: Vec<(f64, f64)>,
    price: Vec<(f64, f64)>,
    seen: usize,
    notice: usize,
    reserved: [f64; 2],
    share: f64,
}

impl Drawn {
    fn new(random: &mut Random) -> Self {
        let outcomes = |random: &mut Random, least: f64| -> Vec<(f64, f64)> {
            let n = 2 + (random.next() * 2.0).floor() as usize;
            let weights: Vec<f64> = (0..n).map(|_| 1.0 + (random.next() * 4.0).floor()).collect();
            let sum: f64 = weights.iter().sum();
            weights.iter().map(|w| (least + random.next(), w / sum)).collect()
        };
        Drawn {
            demand: outcomes(random, 0.6),
            price: outcomes(random, 0.5),
            seen: 1 + (random.next() * 2.0).floor() as usize,
            notice: (random.next() * 3.0).floor() as usize,
            reserved: [0.4 + 0.4 * random.next(), 0.4 + 0.4 * random.next()],
            share: 0.55 + 0.4 * random.next(),
        }
    }

    fn yaml(&self) -> String {
        // What comes of both shows in the third month, whenever it is known.
        let outcomes = |all: &[(f64, f64)], path: &str, base: f64, unit: &str| -> String {
            let of = |(i, (k, p)): (usize, &(f64, f64))| {
                let series = format!("{{ 2026-01: {base}{unit}, 2026-03: {}{unit} }}", k * base);
                format!("        o{i}: {{ probability: {p}, set: {{ {path}: {series} }} }}\n")
            };
            all.iter().enumerate().map(of).collect()
        };
        format!(
            "polysource: 1
name: drawn
horizon: {{ start: 2026-01, periods: 4, step: month }}
discount_rate: 5 %
chips: {{ h100: {{ vendor: nvidia }}, trn: {{ vendor: amazon }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers:
  long: {{ chip: h100, cloud: aws, price: {}, term: {{ reserved: 2 months }}, notice: {notice} periods, capacity: 60 }}
  short: {{ chip: trn, cloud: aws, price: {}, term: {{ reserved: 1 month }}, notice: {notice} periods }}
  od: {{ chip: h100, cloud: aws, price: 1 }}
  spare: {{ chip: trn, cloud: aws, price: 1.3 }}
workloads:
  chat: {{ kind: inference, demand: 50 req/h, throughput: {{ h100: 1 req/h, trn: 1 req/h }}, unmet: 3 USD/req }}
policy:
  limits: [ {{ name: cap, share: {{ by: vendor, at_most: {} %, of: work, per: period }} }} ]
uncertainty:
  factors:
    demand:
      known: 2026-0{}
      outcomes:
{}    price:
      known: 2026-03
      outcomes:
{}",
            self.reserved[0],
            self.reserved[1],
            100.0 * self.share,
            self.seen + 1,
            outcomes(&self.demand, "workloads.chat.demand", 50.0, " req/h"),
            outcomes(&self.price, "offers.od.price", 1.0, ""),
            notice = self.notice,
        )
    }

    fn expected(&self) -> f64 {
        told(&plan_for(&self.yaml())).expected
    }
}

/// Trees of which every law is tried; `POLYSOURCE_MODELS` asks for a tenth of it in all.
const FEW: usize = 25;

/// What must hold of every tree: the order of the three costs; knowing later and deciding earlier never cost less; an
/// outcome in two halves is the same; outcomes that are all alike give the plan of the model believed; and another engine
/// says the same.
#[test]
fn random_trees_obey_the_laws() {
    let mut random = Random(7);
    let count = std::env::var("POLYSOURCE_MODELS").map_or(FEW, |n| n.parse::<usize>().expect("a number") / 10);
    for tree in 0..count {
        let drawn = Drawn::new(&mut random);
        let yaml = drawn.yaml();
        if tree >= FEW {
            // Of most trees only the order of the costs.
            let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
            let plan = solve(&model(&yaml), &settings).unwrap();
            assert!(plan.certificate.verified, "{:?}\n{yaml}", plan.notes);
            let u = told(&plan);
            let sum: f64 = u.futures.iter().map(|f| f.probability.unwrap() * f.cost).sum();
            close_within(1e-6, sum, u.expected);
            assert!(u.evpi >= -1e-6 * (1.0 + u.expected), "{yaml}");
            continue;
        }
        let plan = plan_for(&yaml);
        let u = told(&plan);
        let slack = 1e-6 * (1.0 + u.expected);
        assert!(u.evpi >= -slack && u.vss.is_none_or(|v| v >= -slack), "{yaml}");
        for factor in &u.evpi_by_factor {
            assert!((-slack..=u.evpi + slack).contains(&factor.evpi.unwrap()), "{factor:?}\n{yaml}");
        }
        let sum: f64 = u.futures.iter().map(|f| f.probability.unwrap() * f.cost).sum();
        close_within(1e-6, sum, u.expected);
        assert!(u.plans.iter().any(|p| p.plan == "least-regret"), "{:?}", plan.notes);
        for beside in &u.plans {
            let sum: f64 = u.futures.iter().zip(&beside.costs).map(|(f, c)| f.probability.unwrap() * c).sum();
            close_within(1e-6, sum, beside.expected);
            assert!(beside.expected >= u.expected - slack, "{}\n{yaml}", beside.plan);
            assert!(beside.regret >= compared(u, "least-regret").regret - slack, "{}\n{yaml}", beside.plan);
        }
        // Each future by itself is what is told of it.
        for (i, future) in u.futures.iter().enumerate() {
            let alone: Model = model(&yaml).future(i).unwrap();
            let settings = SolveSettings { detail: Detail::Cost, ..SolveSettings::default() };
            close_within(1e-6, solve(&alone, &settings).unwrap().cost.unwrap().total, future.best);
            assert!(future.regret >= -slack);
        }
        if drawn.seen == 1 {
            assert!(Drawn { seen: 2, ..drawn.copy() }.expected() >= u.expected - slack, "known later\n{yaml}");
        }
        assert!(
            Drawn { notice: drawn.notice + 1, ..drawn.copy() }.expected() >= u.expected - slack,
            "decided earlier\n{yaml}"
        );
        let mut halves = drawn.copy();
        let (k, p) = halves.demand[0];
        halves.demand[0].1 = p / 2.0;
        halves.demand.push((k, p / 2.0));
        close_within(1e-6, halves.expected(), u.expected);
        let mut alike = drawn.copy();
        alike.demand.iter_mut().for_each(|d| d.0 = 1.2);
        alike.price.iter_mut().for_each(|d| d.0 = 0.9);
        let one = model(&alike.yaml()).future(0).unwrap();
        let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
        close_within(1e-6, alike.expected(), solve(&one, &settings).unwrap().cost.unwrap().total);
        let settings =
            SolveSettings { engine: EngineChoice::Clarabel, detail: Detail::Plan, ..SolveSettings::default() };
        let other = solve(&model(&yaml), &settings).unwrap();
        assert!(other.certificate.verified, "{:?}", other.notes);
        close_within(1e-5, told(&other).expected, u.expected);
    }
}

/// The farmer of Birge and Louveaux, section 1.1: 500 acres of wheat, corn and beets, whose yields are known after sowing.
/// What is not harvested for feed is bought, so it is unmet at the price of buying; what is sold is an outlet without end
/// (2,000 t, 2,000 t, and 10,000 t of beets beyond the quota of 6,000 t), unmet at the price of selling, so that the cost
/// is 956,000 above what the farmer pays on balance: -108,390. Known yields -115,405.5556; sowing for the mean -107,240.
#[test]
fn the_farmer_sows() {
    let yields = |k: f64| {
        let crops = [("wheat", 2.5), ("corn", 3.0), ("beets", 20.0)];
        let of = |(crop, t): (&str, f64)| {
            ["feed", "sold"]
                .map(|outlet| format!("workloads.{crop}-{outlet}.throughput.{crop}: {} t/h", k * t))
                .join(", ")
        };
        format!("{{ {} }}", crops.map(of).join(", "))
    };
    let yaml = format!(
        "
polysource: 1
name: farmer
horizon: {{ start: 2026-01-01, periods: 1, step: hour }}
chips: {{ wheat: {{ vendor: seed }}, corn: {{ vendor: seed }}, beets: {{ vendor: seed }} }}
clouds: {{ farm: {{ owner: farmer }} }}
pools: {{ land: {{ chips: 500 }} }}
offers:
  wheat: {{ chip: wheat, cloud: farm, price: 150, term: {{ reserved: 1 h }}, notice: 1 period, pool: land }}
  corn: {{ chip: corn, cloud: farm, price: 230, term: {{ reserved: 1 h }}, notice: 1 period, pool: land }}
  beets: {{ chip: beets, cloud: farm, price: 260, term: {{ reserved: 1 h }}, notice: 1 period, pool: land }}
workloads:
  wheat-feed: {{ kind: inference, demand: 200 t/h, throughput: {{ wheat: 2.5 t/h }}, unmet: 238 USD/t }}
  wheat-sold: {{ kind: inference, demand: 2000 t/h, throughput: {{ wheat: 2.5 t/h }}, unmet: 170 USD/t }}
  corn-feed: {{ kind: inference, demand: 240 t/h, throughput: {{ corn: 3 t/h }}, unmet: 210 USD/t }}
  corn-sold: {{ kind: inference, demand: 2000 t/h, throughput: {{ corn: 3 t/h }}, unmet: 150 USD/t }}
  beets-feed: {{ kind: inference, demand: 6000 t/h, throughput: {{ beets: 20 t/h }}, unmet: 36 USD/t }}
  beets-sold: {{ kind: inference, demand: 10000 t/h, throughput: {{ beets: 20 t/h }}, unmet: 10 USD/t }}
uncertainty:
  factors:
    yield:
      known: 2026-01-01
      outcomes:
        below: {{ probability: {third}, set: {} }}
        base: {{ probability: {third} }}
        above: {{ probability: {third}, set: {} }}
",
        yields(0.8),
        yields(1.2),
        third = 1.0 / 3.0,
    );
    let plan = plan_for(&yaml);
    let u = told(&plan);
    close(u.expected - 956_000.0, -108_390.0);
    [("wheat", 170.0), ("corn", 80.0), ("beets", 250.0)]
        .iter()
        .for_each(|(crop, acres)| close(now(&plan, crop), *acres));
    close_within(1e-6, u.evpi, 7015.5556);
    close_within(1e-6, u.vss.unwrap(), 1150.0);
    close_within(1e-6, compared(u, "least-regret").regret, 7511.8577);
}

impl Drawn {
    fn copy(&self) -> Self {
        Drawn { demand: self.demand.clone(), price: self.price.clone(), ..*self }
    }
}
