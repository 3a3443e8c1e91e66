//! Alternatives: least and most shares known by hand, each against a limit on the other side, and plans
//! that differ.

use std::fmt::Write as _;

use polysource::analysis::alternatives::{
    Alternatives, AlternativesError, AlternativesSettings, Extreme, GroupRoom, alternatives,
};
use polysource::diagnostics::{Diagnostics, Sources};
use polysource::document::{Node, read_value};
use polysource::model::{Dimension, Measure, load, load_with};
use polysource::{Plan, Status, solve};

use crate::common::random::Whole;
use crate::common::{PLAN, example, input};

fn ask(text: &str, within: f64, by: &[Dimension], of: Measure, plans: usize) -> (Alternatives, Vec<Plan>) {
    let model = load(&input(text)).unwrap_or_else(|e| panic!("{e}\n{text}")).model;
    let settings = AlternativesSettings { within, by: by.to_vec(), of, plans, solve: PLAN };
    alternatives(&model, &settings).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn group<'a>(found: &'a Alternatives, name: &str) -> &'a GroupRoom {
    found.room.iter().find(|g| g.group == name).unwrap()
}

/// The least share, the share in the cheapest plan and the most share, each with its proof.
#[track_caller]
fn shares(found: &Alternatives, name: &str, wanted: [f64; 3]) {
    let g = group(found, name);
    let (least, most) = (g.least.unwrap(), g.most.unwrap());
    for (found, wanted) in [least.portion.share, g.cheapest.share, most.portion.share].into_iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-7, "{name}: {found} is not {wanted}: {g:?}");
    }
    for e in [least, most] {
        assert!((e.bound.unwrap() - e.portion.share).abs() < 1e-6 && !e.limited, "{g:?}");
        assert!((e.portion.amount / e.portion.total - e.portion.share).abs() < 1e-12, "{g:?}");
        assert!(e.cost <= found.allowed * (1.0 + 1e-9), "{g:?}");
    }
}

const VENDOR: &[Dimension] = &[Dimension::Vendor];

/// One hour; 100 to be served by `h` at 1 or `t` at 2, and something more.
fn two(more: &str) -> String {
    format!(
        "polysource: 1
chips: {{ h100: {{ vendor: nvidia }}, trn2: {{ vendor: amazon }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }} }}
offers:
  h: {{ chip: h100, cloud: gcp, price: 1 }}
  t: {{ chip: trn2, cloud: aws, price: 2{more} }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ h100: 1 req/h, trn2: 1 req/h }} }}
"
    )
}

#[test]
fn the_quickstart_by_hand() {
    let text = example("quickstart");
    let (found, _) = ask(&text, 0.02, VENDOR, Measure::Spend, 0);
    // As in models/quickstart.yaml: the cost is 185.28M + 2 y with y chip-hours of the training on h100,
    // and nvidia is paid 4 (16.32M + y). The cap of 60 % on amazon is the least for nvidia.
    let allowed = 1.02 * 190.8e6;
    let y = (allowed - 185.28e6) / 2.0;
    let nvidia = 4.0 * (16.32e6 + y) / allowed;
    shares(&found, "nvidia", [0.4, 0.4, nvidia]);
    shares(&found, "amazon", [1.0 - nvidia, 0.6, 0.6]);
    assert!((found.allowed / allowed - 1.0).abs() < 1e-8 && (found.cost / 190.8e6 - 1.0).abs() < 1e-9);
    assert!(found.bound <= found.cost * (1.0 + 1e-9) && found.bound > found.cost * (1.0 - 1e-6));
}

#[test]
fn what_a_tenth_more_can_buy() {
    // z on t instead of h costs z more: 10 of 110. t is paid 20 of 110, and has 10 of 100 chips.
    let (found, _) = ask(&two(""), 0.1, VENDOR, Measure::Spend, 0);
    shares(&found, "amazon", [0.0, 0.0, 20.0 / 110.0]);
    shares(&found, "nvidia", [90.0 / 110.0, 1.0, 1.0]);
    let (found, _) = ask(&two(""), 0.1, VENDOR, Measure::Chips, 0);
    shares(&found, "amazon", [0.0, 0.0, 0.1]);
    assert_eq!(found.unit, "chip-h");
    // Nothing more: only plans that cost as little.
    let (found, _) = ask(&two(""), 0.0, VENDOR, Measure::Work, 0);
    let g = group(&found, "amazon");
    assert!(g.most.unwrap().portion.share < 1e-6 && g.least.unwrap().portion.share == 0.0, "{g:?}");
}

#[test]
fn blocks_stay_whole() {
    // Blocks of 4: two of them cost 8 more, three 12. 16 of 108 is what 8 chips are paid.
    let (found, _) = ask(&two(", block: 4"), 0.1, VENDOR, Measure::Spend, 0);
    shares(&found, "amazon", [0.0, 0.0, 16.0 / 108.0]);
    let (found, _) = ask(&two(", block: 4"), 0.1, VENDOR, Measure::Chips, 0);
    shares(&found, "amazon", [0.0, 0.0, 0.08]);
}

#[test]
fn offers_at_the_same_price_have_all_the_room() {
    let text = two("").replace("price: 2", "price: 1, capacity: 70");
    let (found, _) = ask(&text, 0.0, &[Dimension::Cloud], Measure::Spend, 0);
    let g = group(&found, "aws");
    assert!((g.most.unwrap().portion.share - 0.7).abs() < 1e-7, "{g:?}");
    assert!(g.least.unwrap().portion.share < 1e-7, "{g:?}");
}

/// Spend at aws is committed, 50 of it, and aws has 60 chips at 1, as gcp has as many as are needed.
/// With 10 % more, aws is paid 60 of 100 at most: money that is committed is idle only where less is
/// spent, so that it cannot be paid 10 more for nothing. At least it is paid 50, of 110 if what is
/// left is given to gcp for chips.
#[test]
fn no_more_idle_money_than_is_due() {
    let text = two("").replace("price: 2", "price: 1, capacity: 60")
        + "contracts: { deal: { covers: { cloud: aws }, commit: { spend: 50 } } }\n";
    let (found, _) = ask(&text, 0.1, &[Dimension::Cloud], Measure::Spend, 0);
    let g = group(&found, "aws");
    assert!((g.most.unwrap().portion.share - 0.6).abs() < 1e-6, "{g:?}");
    assert!((g.least.unwrap().portion.share - 50.0 / 110.0).abs() < 1e-6, "{g:?}");
    // Idle money is still paid where less is used: 40 used of 50, all else at gcp, which costs 110.
    let (found, _) = ask(&text, 0.1, &[Dimension::Cloud], Measure::Chips, 0);
    let g = group(&found, "aws");
    assert!((g.least.unwrap().portion.share - 0.4).abs() < 1e-6, "{g:?}");
}

/// Work may be left undone at a price that allows a plan with nothing in it: a share of nothing has no
/// meaning, and no bound is told.
#[test]
fn a_total_that_may_be_nothing() {
    let text = two("").replace("demand: 100 req/h,", "demand: 100 req/h, unmet: 1.02,");
    let (found, _) = ask(&text, 0.1, VENDOR, Measure::Spend, 0);
    let most = group(&found, "amazon").most.unwrap();
    assert!((most.portion.share - 1.0).abs() < 1e-7 && most.bound.is_none(), "{most:?}");
    assert!(found.notes.iter().any(|n| n.contains("no spend at all")), "{:?}", found.notes);
}

#[test]
fn what_has_no_meaning_is_refused() {
    let model = |text: &str| load(&input(text)).unwrap().model;
    let settings =
        |of, by: &[Dimension]| AlternativesSettings { within: 0.02, by: by.to_vec(), of, plans: 0, solve: PLAN };
    let usage = |text: &str, of, by: &[Dimension]| match alternatives(&model(text), &settings(of, by)) {
        Err(AlternativesError::Usage(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(usage(&two(""), Measure::Power, VENDOR).contains("`power`"));
    assert!(usage(&two(""), Measure::Spend, &[Dimension::Region]).contains("neither a dimension"));
    let infeasible = model(&example("infeasible"));
    let refused = alternatives(&infeasible, &settings(Measure::Spend, VENDOR));
    assert!(matches!(refused, Err(AlternativesError::NoPlan(Status::Infeasible))), "{refused:?}");
}

/// A value of a document.
fn entry(text: &str) -> Node {
    read_value("entry", text, &mut Sources::new(), &mut Diagnostics::new()).unwrap()
}

/// What the model costs with one more limit; `None` if there is no plan.
fn cost_with(text: &str, limit: &str) -> Option<f64> {
    let model =
        load_with(&input(text), &["policy", "limits"], &entry(limit), true).unwrap_or_else(|e| panic!("{e}")).model;
    let plan = solve(&model, &PLAN).unwrap();
    match plan.status {
        Status::Optimal => Some(plan.cost.unwrap().total),
        Status::Infeasible => None,
        other => panic!("{other:?} with {limit}\n{text}"),
    }
}

/// The other way: the cheapest plan with a floor under the share, or a cap over it, costs no more than
/// is allowed at the share that was found, and more just beyond.
fn both_sides(text: &str, found: &Alternatives, g: &GroupRoom) -> usize {
    let limited = |share: f64, most: bool| {
        let (by, group, of) = (&g.by, &g.group, &found.of);
        let limit = if most {
            format!("{{ floor: {{ where: {{ {by}: {group} }}, of: {of}, at_least: {share:?} }} }}")
        } else {
            format!("{{ share: {{ where: {{ {by}: {group} }}, of: {of}, at_most: {share:?} }} }}")
        };
        cost_with(text, &limit)
    };
    let mut beyond = 0;
    let mut check = |e: Extreme, most: bool| {
        let sign = if most { 1.0 } else { -1.0 };
        let at = (e.portion.share - sign * 2e-6).clamp(0.0, 1.0);
        let cost = limited(at, most);
        assert!(cost.is_some_and(|c| c <= found.allowed * (1.0 + 1e-7)), "{g:?} at {at}: {cost:?}\n{text}");
        let past = e.portion.share + sign * 1e-4;
        if (0.0..=1.0).contains(&past) {
            let cost = limited(past, most);
            assert!(cost.is_none_or(|c| c > found.allowed), "{g:?} past {past}: {cost:?}\n{text}");
            beyond += 1;
        }
        assert!((e.bound.unwrap() - e.portion.share).abs() < 1e-5, "{g:?}\n{text}");
    };
    check(g.least.unwrap_or_else(|| panic!("{g:?}\n{text}")), false);
    check(g.most.unwrap_or_else(|| panic!("{g:?}\n{text}")), true);
    beyond
}

/// A generator of small models, the same in every run.
struct Models(Whole);

impl Models {
    fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    /// Feasible by construction: the last offer has as many chips as are needed, and no limit is on it.
    fn model(&mut self, whole: bool) -> String {
        let mut y =
            String::from("polysource: 1\nhorizon: { start: 2026-Q1, periods: 2, step: quarter }\ndiscount_rate: 7 %\n");
        y.push_str("chips: { a: { vendor: nvidia, power: 1 kW }, b: { vendor: amd, power: 2 kW }, c: { vendor: google, power: 1 kW } }\n");
        y.push_str("clouds: { aws: { owner: amazon }, gcp: { owner: google } }\noffers:\n");
        for o in 0..6 {
            let term = if o == 4 { ", term: { reserved: 2 quarters, upfront: 30 % }" } else { "" };
            let block = if whole && o == 1 { ", block: 16" } else { "" };
            let capacity = if o == 5 { String::new() } else { format!(", capacity: {}", 20 + self.below(200)) };
            let _ = writeln!(
                y,
                "  o{o}: {{ chip: {}, cloud: {}, price: {}{term}{block}{capacity} }}",
                ["a", "b", "c"][o % 3],
                ["aws", "gcp"][o % 2],
                1.0 + self.below(400) as f64 / 100.0,
            );
        }
        if self.below(2) == 0 {
            let _ = writeln!(
                y,
                "contracts: {{ deal: {{ covers: {{ cloud: gcp }}, commit: {{ chips: {} }} }} }}",
                5 + self.below(20)
            );
        }
        y.push_str("workloads:\n");
        for w in 0..3 {
            let task = if w == 0 {
                format!("training, work: {}", 10_000 * (1 + self.below(30)))
            } else {
                format!("inference, demand: {}", 20 + self.below(150))
            };
            let speeds: Vec<String> =
                ["a", "b", "c"].iter().map(|c| format!("{c}: {}", 0.5 + self.below(30) as f64 / 10.0)).collect();
            let _ = writeln!(y, "  w{w}: {{ kind: {task}, throughput: {{ {} }} }}", speeds.join(", "));
        }
        let part = 30 + self.below(50);
        let _ = writeln!(y, "policy:\n  limits:");
        let _ = writeln!(y, "    - {{ share: {{ where: {{ vendor: nvidia }}, of: chips, at_most: {part} % }} }}");
        if self.below(3) == 0 {
            let _ = writeln!(y, "    - {{ concentration: {{ by: vendor, of: spend, hhi_at_most: 0.75 }} }}");
        }
        y
    }
}

#[test]
fn every_least_and_most_from_the_other_side() {
    let mut random = Models(Whole(5));
    let mut beyond = 0;
    for i in 0..12 {
        let text = random.model(i % 4 == 3);
        let by = [Dimension::Vendor, Dimension::Cloud];
        let of = [Measure::Spend, Measure::Chips, Measure::Power][i % 3];
        let (found, _) = ask(&text, 0.03, &by, of, 0);
        assert_eq!(found.room.len(), 5);
        beyond += found.room.iter().map(|g| both_sides(&text, &found, g)).sum::<usize>();
    }
    assert!(beyond > 60, "only {beyond} shares have anything beyond them: the models are too simple");
}

/// Chip-hours of each offer in each period.
fn used(plan: &Plan) -> std::collections::BTreeMap<(String, String), f64> {
    let mut used = std::collections::BTreeMap::new();
    for p in &plan.purchases {
        *used.entry((p.offer.clone(), p.period.clone())).or_insert(0.0) += p.chips;
    }
    used
}

/// The part of the chips (in periods of about the same length) that only one of two plans has.
fn apart(a: &Plan, b: &Plan) -> f64 {
    let (a, b) = (used(a), used(b));
    let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let at = |of: &std::collections::BTreeMap<_, f64>, key| of.get(key).copied().unwrap_or(0.0);
    let apart: f64 = keys.iter().map(|k| (at(&a, *k) - at(&b, *k)).abs()).sum();
    apart / (a.values().sum::<f64>() + b.values().sum::<f64>())
}

/// Plans within the allowance, audited, that differ from the cheapest and from one another.
fn sound(text: &str, found: &Alternatives, plans: &[Plan]) {
    let cheapest = solve(&load(&input(text)).unwrap().model, &PLAN).unwrap();
    assert_eq!(found.plans.len(), plans.len());
    let mut all = vec![&cheapest];
    for (told, plan) in found.plans.iter().zip(plans) {
        assert_eq!((plan.status, plan.certificate.verified), (Status::NearOptimal, true), "{:?}", plan.notes);
        let cost = plan.cost.as_ref().unwrap();
        assert!((cost.total - told.cost).abs() <= 1e-12 * told.cost.abs());
        assert!((told.extra - (told.cost - found.cost)).abs() <= 1e-9 * told.cost.abs());
        assert!(told.cost <= found.allowed * (1.0 + 1e-9) && told.primal <= 1e-6, "{told:?}\n{text}");
        assert!(plan.certificate.bound.unwrap() <= told.cost && plan.certificate.primal == Some(told.primal));
        let lines: f64 = cost.lines.iter().map(|l| l.cost).sum();
        assert!((lines - cost.total).abs() <= 1e-9 * cost.total.abs());
        assert!(plan.limits.iter().all(|l| l.shadow_price.is_none()), "prices of another program are none");
        for other in &all {
            let apart = apart(plan, other);
            assert!(apart > 0.0095, "the same as another: {apart} {told:?}\n{text}");
        }
        assert!((apart(plan, &cheapest) - told.differs).abs() < 0.02, "{told:?}\n{text}");
        assert!(told.sentence.starts_with("it costs ") && told.sentence.contains('`'), "{told:?}");
        all.push(plan);
    }
}

/// A tenth more, and the plan that is least like the cheapest: 10 on t instead of h. Apart are 10 on one
/// side and 10 on the other, of 200 on both.
#[test]
fn the_plan_that_differs_most_by_hand() {
    let (found, plans) = ask(&two(""), 0.1, VENDOR, Measure::Spend, 3);
    sound(&two(""), &found, &plans);
    assert_eq!(plans.len(), 1, "{:?}", found.plans);
    let told = &found.plans[0];
    // A thousandth of the chips may be given up for a cheaper plan.
    assert!((told.differs - 0.1).abs() < 2e-3 && (told.cost - 110.0).abs() < 0.2, "{told:?}");
    assert!(told.differs_from_others.is_none());
    assert!(told.sentence.contains("9.9 fewer of `h` and 9.9 more of `t`"), "{}", told.sentence);
    assert!(found.notes.iter().any(|n| n.starts_with("only one plan was found")), "{:?}", found.notes);
}

#[test]
fn plans_of_random_models_differ_within_the_allowance() {
    let mut random = Models(Whole(17));
    let mut plans = 0;
    for i in 0..16 {
        let text = random.model(i % 4 == 3);
        let (found, different) = ask(&text, 0.04, &[], Measure::Spend, 3);
        assert!(found.room.is_empty());
        sound(&text, &found, &different);
        plans += different.len();
    }
    assert!(plans > 30, "only {plans} plans: the models are too simple");
}

#[test]
fn the_same_every_time() {
    let text = Models(Whole(3)).model(true);
    let by = [Dimension::Vendor, Dimension::Organisation];
    let (a, b) = (ask(&text, 0.02, &by, Measure::Spend, 2), ask(&text, 0.02, &by, Measure::Spend, 2));
    assert_eq!((serde_json::to_string(&a.0).unwrap(), &a.1), (serde_json::to_string(&b.0).unwrap(), &b.1));
}
