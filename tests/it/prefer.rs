//! Which of the plans that cost as little: known by hand, and against other ways on random models.

use std::fmt::Write as _;

use polysource::diagnostics::{Diagnostics, Sources};
use polysource::document::read_value;
use polysource::model::{Input, load, load_with};
use polysource::{Plan, SolveSettings, Status, solve};

use crate::common::random::Whole;

use crate::common::{PLAN, close_within, input_beside, loaded};

/// What is preferred may cost a little more than the least, so that its numbers are right to that and no more.
const ALLOWED: f64 = 1e-5;

const HEAD: &str = "polysource: 1
chips: { a: { vendor: nvidia }, b: { vendor: amd }, c: { vendor: google } }
clouds: { aws: {}, gcp: {} }
";

/// Solves a model with the table of what runs today beside it.
fn planned(text: &str, today: &str) -> Plan {
    planned_by(PLAN.engine, text, today)
}

fn planned_by(engine: polysource::EngineChoice, text: &str, today: &str) -> Plan {
    let (_folder, input) = input_beside(text, "today.csv", Some(&format!("offer,workload,chips\n{today}")));
    let plan = solve(&loaded(&input), &SolveSettings { engine, ..PLAN }).unwrap();
    assert_eq!((plan.status, plan.certificate.verified), (Status::Optimal, true), "{:?}\n{text}", plan.notes);
    plan
}

fn total(plan: &Plan) -> f64 {
    plan.cost.as_ref().unwrap().total
}

/// Chips of an offer that run a workload.
fn chips(plan: &Plan, workload: &str, offer: &str) -> f64 {
    plan.assignments.iter().filter(|a| a.workload == workload && a.offer == offer).map(|a| a.chips).sum()
}

fn pairs(plan: &Plan) -> usize {
    let used = plan.assignments.iter().filter(|a| a.chips > 1e-6);
    used.map(|a| (&a.workload, &a.offer)).collect::<std::collections::BTreeSet<_>>().len()
}

/// The largest share of a vendor in the spend.
fn largest(plan: &Plan) -> f64 {
    let table = plan.exposure.iter().find(|e| e.by == "vendor" && e.of == "spend" && e.period == "horizon");
    table.unwrap().groups[0].share
}

/// What the plan says of its preference.
fn why(plan: &Plan) -> &str {
    let mut notes = plan.notes.iter().filter(|n| n.contains("preferred") || n.contains("`prefer: "));
    let why = notes.next().unwrap();
    assert!(notes.next().is_none());
    why
}

/// Three vendors at the same price, the first with 20 chips, in an order.
fn three(order: [&str; 3], prefer: &str) -> Plan {
    let mut text = format!("{HEAD}offers:\n");
    for chip in order {
        let capacity = if chip == "a" { ", capacity: 20" } else { "" };
        let _ = writeln!(text, "  on-{chip}: {{ chip: {chip}, cloud: aws, price: 2{capacity} }}");
    }
    text += "workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { a: 1 req/h, b: 1 req/h, c: 1 req/h } } }\n";
    planned(&format!("{text}policy: {{ {prefer} }}\n"), "")
}

#[test]
fn the_most_diversified_by_hand() {
    // 20 of the first, and 40 of each other.
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
        let plan = three(order, "prefer: most diversified");
        close_within(ALLOWED, total(&plan), 200.0);
        for (offer, wanted) in [("on-a", 20.0), ("on-b", 40.0), ("on-c", 40.0)] {
            close_within(ALLOWED, chips(&plan, "chat", offer), wanted);
        }
        assert!(why(&plan).contains("has 40 % of the spend, and none gives its largest less"), "{}", why(&plan));
        let first = three(order, "");
        close_within(ALLOWED, total(&first), 200.0);
        assert!(largest(&first) > 0.7, "the first that is found is not diversified by itself");
        assert!(first.notes.is_empty());
    }
}

#[test]
fn a_dearer_plan_is_never_preferred() {
    let text = format!(
        "{HEAD}offers: {{ x: {{ chip: a, cloud: aws, price: 1 }}, y: {{ chip: b, cloud: aws, price: 1.001 }} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ a: 1 req/h, b: 1 req/h }} }} }}
"
    );
    let plan = planned(&format!("{text}policy: {{ prefer: most diversified }}\n"), "");
    close_within(ALLOWED, total(&plan), 100.0);
    assert!(chips(&plan, "chat", "y") < 1e-3 && (total(&plan) - 100.0).abs() < 1e-6);
}

/// Two workloads of 50 and 70, offers of 60, 60 and 80 at the same price: one on each of two. Together
/// they must be split if there are 50, 40 and 30.
fn splits(capacities: [u32; 3], prefer: &str) -> Plan {
    let mut text = format!("{HEAD}offers:\n");
    for (chip, capacity) in ["a", "b", "c"].iter().zip(capacities) {
        let _ = writeln!(text, "  on-{chip}: {{ chip: {chip}, cloud: aws, price: 2, capacity: {capacity} }}");
    }
    text += "workloads:\n";
    for (name, demand) in [("chat", 50), ("agents", 70)] {
        let _ = writeln!(
            text,
            "  {name}: {{ kind: inference, demand: {demand} req/h, throughput: {{ a: 1 req/h, b: 1 req/h, c: 1 req/h }} }}"
        );
    }
    planned(&format!("{text}policy: {{ {prefer} }}\n"), "")
}

#[test]
fn the_fewest_splits_by_hand() {
    let plan = splits([60, 60, 80], "prefer: fewest splits");
    close_within(ALLOWED, total(&plan), 240.0);
    assert_eq!(pairs(&plan), 2, "{:?}", plan.assignments);
    close_within(ALLOWED, chips(&plan, "agents", "on-c"), 70.0);
    assert!(why(&plan).contains("it has 2 pairs of a workload and an offer that it runs on, and none has fewer"));
    // All 120 are needed: 50 on the first, and 70 on the two others; or one more.
    let plan = splits([50, 40, 30], "prefer: fewest splits");
    assert_eq!(pairs(&plan), 3, "{:?}", plan.assignments);
    close_within(ALLOWED, chips(&plan, "chat", "on-a"), 50.0);
}

/// Shadow prices are those of the model, whichever of its plans is taken.
#[test]
fn prices_stay_what_they_are() {
    let with = splits([50, 40, 30], "prefer: fewest splits");
    let without = splits([50, 40, 30], "");
    let prices = |plan: &Plan| plan.limits.iter().map(|l| (l.name.clone(), l.shadow_price)).collect::<Vec<_>>();
    assert_eq!(prices(&with), prices(&without));
    assert!((total(&with) - total(&without)).abs() < 1e-6);
    assert!(with.certificate.gap.unwrap().abs() <= 1e-6 && with.certificate.bound == without.certificate.bound);
}

fn today(demand: u32, table: &str, prefer: &str) -> Plan {
    let text = format!(
        "{HEAD}offers: {{ x: {{ chip: a, cloud: aws, price: 1, capacity: 90 }}, y: {{ chip: b, cloud: gcp, price: 1, capacity: 90 }}, z: {{ chip: c, cloud: gcp, price: 1 }} }}
workloads: {{ chat: {{ kind: inference, demand: {demand} req/h, throughput: {{ a: 1 req/h, b: 1 req/h, c: 1 req/h }} }} }}
baseline: {{ file: today.csv }}
policy: {{ {prefer} }}
"
    );
    planned(&text, table)
}

#[test]
fn the_least_change_by_hand() {
    let prefer = "prefer: least change from baseline";
    // 100 as today: nothing changes.
    let plan = today(100, "x,chat,30\ny,chat,70\n", prefer);
    close_within(ALLOWED, chips(&plan, "chat", "x"), 30.0);
    close_within(ALLOWED, chips(&plan, "chat", "y"), 70.0);
    assert!(why(&plan).contains("it changes 0 chips of what runs today, and none changes fewer"), "{}", why(&plan));
    // 120: 20 more somewhere. 50: 50 fewer, and none of it elsewhere.
    let plan = today(120, "x,chat,30\ny,chat,70\n", prefer);
    assert!(why(&plan).contains("it changes 20 chips"), "{}", why(&plan));
    let plan = today(50, "x,chat,30\ny,chat,70\n", prefer);
    assert!(why(&plan).contains("it changes 50 chips"), "{}", why(&plan));
    assert!(chips(&plan, "chat", "z") < 1e-6 && chips(&plan, "chat", "x") < 30.0 + 1e-6);
    // 95 run on x, of which there are 90: 5 move, which are 5 fewer here and 5 more there.
    let plan = today(95, "x,chat,95\n", prefer);
    close_within(ALLOWED, chips(&plan, "chat", "x"), 90.0);
    assert!(why(&plan).contains("it changes 10 chips"), "{}", why(&plan));
}

#[test]
fn what_is_no_preference_is_refused() {
    let text = |prefer: &str| {
        format!(
            "{HEAD}offers: {{ x: {{ chip: a, cloud: aws, price: 1 }} }}
workloads: {{ chat: {{ kind: inference, demand: 1 req/h, throughput: {{ a: 1 req/h }} }} }}
policy: {{ prefer: {prefer} }}
"
        )
    };
    let refused = |prefer: &str| {
        let input = Input { name: "model.yaml".to_owned(), text: text(prefer), ..Input::default() };
        load(&input).unwrap_err().to_string()
    };
    for prefer in ["fewest-splits", "least change", "cheapest", "''"] {
        assert!(refused(prefer).contains("unknown-word"), "{}", refused(prefer));
    }
    assert!(refused("fewest-splits").contains("did you mean `fewest splits`?"), "{}", refused("fewest-splits"));
    let without = refused("least change from baseline");
    assert!(without.contains("missing-key") && without.contains("has no `baseline`"), "{without}");
}

/// A generator of small models, the same in every run.
struct Models(Whole);

impl Models {
    fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    /// Four offers at one of two prices and two workloads with the same throughput everywhere, so that
    /// many plans cost the same. `eligible` says on which offers each workload may run.
    fn model(&mut self) -> impl Fn(&str, [&[usize]; 2]) -> String + use<> {
        let prices: Vec<u64> = (0..4).map(|_| 1 + self.below(2)).collect();
        let capacities: Vec<u64> = (0..4).map(|_| 40 + self.below(80)).collect();
        let demands = [20 + self.below(60), 20 + self.below(60)];
        move |more: &str, eligible: [&[usize]; 2]| {
            let mut y = format!("{HEAD}offers:\n");
            for o in 0..4 {
                let (chip, cloud) = (["a", "b", "c"][o % 3], ["aws", "gcp"][o % 2]);
                let (price, capacity) = (prices[o], capacities[o]);
                let _ = writeln!(y, "  o{o}: {{ chip: {chip}, cloud: {cloud}, price: {price}, capacity: {capacity} }}");
            }
            y += "workloads:\n";
            for w in 0..2 {
                let offers: Vec<String> = eligible[w].iter().map(|o| format!("o{o}")).collect();
                let _ = writeln!(
                    y,
                    "  w{w}: {{ kind: inference, demand: {} req/h, eligible: {{ offer: [{}] }}, throughput: {{ a: 1 req/h, b: 1 req/h, c: 1 req/h }} }}",
                    demands[w],
                    offers.join(", ")
                );
            }
            y + more
        }
    }
}

const ALL: [&[usize]; 2] = [&[0, 1, 2, 3], &[0, 1, 2, 3]];

/// The cost of a model; `None` if there is no plan, or it is no model since some workload has no offer.
fn cost(text: &str) -> Option<f64> {
    let model = polysource::Model::from_yaml_str(text).ok()?;
    let plan = solve(&model, &PLAN).unwrap();
    assert!(plan.certificate.verified);
    plan.cost.map(|c| c.total)
}

/// Every way to let the two workloads run on no more than so many offers together costs more.
#[test]
fn no_fewer_splits_by_trying_all() {
    let mut random = Models(Whole(23));
    let (mut better, mut tried) = (0, 0);
    for _ in 0..24 {
        let model = random.model();
        let first = planned(&model("", ALL), "");
        let plan = planned(&model("policy: { prefer: fewest splits }\n", ALL), "");
        assert!((total(&plan) / total(&first) - 1.0).abs() < 1e-8);
        let count = pairs(&plan);
        assert!(count <= pairs(&first) && why(&plan).contains("and none has fewer"), "{}", why(&plan));
        better += usize::from(count < pairs(&first));
        for mask in 0..256u32 {
            let on = |w: u32| (0..4).filter(|o| mask >> (4 * w + o) & 1 == 1).map(|o| o as usize).collect::<Vec<_>>();
            if mask.count_ones() as usize != count - 1 || on(0).is_empty() || on(1).is_empty() {
                continue;
            }
            tried += 1;
            let cost = cost(&model("", [&on(0), &on(1)]));
            assert!(cost.is_none_or(|c| c > total(&plan) * (1.0 + 1e-7)), "{mask:b}: {cost:?}\n{}", model("", ALL));
        }
    }
    assert!(better > 2 && tried > 20, "{better} {tried}: the models are too simple");
}

/// A cap on every vendor at the largest share costs nothing; a little lower it costs something.
#[test]
fn no_more_diversified_by_a_cap() {
    let mut random = Models(Whole(29));
    let mut better = 0;
    for _ in 0..12 {
        let model = random.model();
        let first = planned(&model("", ALL), "");
        let text = model("policy: { prefer: most diversified }\n", ALL);
        let plan = planned(&text, "");
        assert!((total(&plan) / total(&first) - 1.0).abs() < 1e-8);
        let share = largest(&plan);
        assert!(share <= largest(&first) + 1e-9);
        better += usize::from(share < largest(&first) - 1e-6);
        let capped = |at_most: f64| {
            let limit = format!("{{ share: {{ by: vendor, of: spend, at_most: {at_most:?} }} }}");
            let limit = read_value("limit", &limit, &mut Sources::new(), &mut Diagnostics::new());
            let input = Input { name: "model.yaml".to_owned(), text: text.clone(), ..Input::default() };
            let model = load_with(&input, &["policy", "limits"], &limit.unwrap(), true).unwrap().model;
            solve(&model, &PLAN).unwrap().cost.map(|c| c.total)
        };
        let at = capped((share + 1e-6).min(1.0));
        assert!(at.is_some_and(|c| c <= total(&plan) * (1.0 + 1e-7)), "{share}: {at:?}\n{text}");
        let below = capped(share - 1e-3);
        assert!(below.is_none_or(|c| c > total(&plan) * (1.0 + 1e-7)), "{share}: {below:?}\n{text}");
    }
    assert!(better > 3, "only {better} are better than the first that is found");
}

/// With the same throughput everywhere all that runs is the same in every plan, so that the least change
/// is what a very small cost of moving off finds.
#[test]
fn no_less_change_by_a_small_price() {
    let mut random = Models(Whole(31));
    let mut better = 0;
    for _ in 0..12 {
        let model = random.model();
        let mut table = String::new();
        for w in 0..2 {
            for o in 0..4 {
                let _ = writeln!(table, "o{o},w{w},{}", random.below(30));
            }
        }
        let changed = |plan: &Plan| -> f64 {
            (0..8)
                .map(|i| {
                    let today: f64 = table.lines().nth(i).unwrap().rsplit(',').next().unwrap().parse().unwrap();
                    (chips(plan, &format!("w{}", i / 4), &format!("o{}", i % 4)) - today).abs()
                })
                .sum()
        };
        let with = |more: &str| planned(&model(more, ALL), &table);
        // The vertex of simplex mostly is the one of least change already; that of microlp is another.
        let microlp = polysource::EngineChoice::Microlp;
        let first = planned_by(microlp, &model("baseline: { file: today.csv }\n", ALL), &table);
        let plan = with("baseline: { file: today.csv }\npolicy: { prefer: least change from baseline }\n");
        let small = with("baseline: { file: today.csv, switching: 0.001 USD/chip }\n");
        assert!((total(&plan) / total(&first) - 1.0).abs() < 1e-8);
        close_within(ALLOWED, changed(&plan), changed(&small));
        better += usize::from(changed(&plan) < changed(&first) - 1e-6);
    }
    assert!(better > 6, "only {better} are better than the first that is found");
}

/// Blocks of 30 at the same price: 100 are four blocks, of which any may be of either vendor. Half and
/// half needs two of each, which is another decision than the first that was found.
#[test]
fn decisions_are_made_anew() {
    let text = |prefer: &str| {
        format!(
            "{HEAD}offers: {{ x: {{ chip: a, cloud: aws, price: 1, block: 30 }}, y: {{ chip: b, cloud: gcp, price: 1, block: 30 }} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ a: 1 req/h, b: 1 req/h }} }} }}
policy: {{ {prefer} }}
"
        )
    };
    let plan = planned(&text("prefer: most diversified"), "");
    close_within(ALLOWED, total(&plan), 120.0);
    close_within(ALLOWED, largest(&plan), 0.5);
    assert!(why(&plan).contains("and none gives its largest less") && !why(&plan).contains("decide the same"));
    let plan = planned(&text("prefer: fewest splits"), "");
    assert_eq!(pairs(&plan), 1, "{:?}", plan.assignments);
}
