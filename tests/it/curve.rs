//! Curves: known by hand, and against dense sampling on random models.

use std::fmt::Write as _;

use polysource::analysis::curve::{Curve, CurveError, CurveSettings, Shape, curve};
use polysource::model::{Family, Input, SweepOverrides};
use polysource::{Status, solve};

fn input(text: &str, sets: &[&str]) -> Input {
    let sets = sets.iter().map(|s| (*s).to_owned()).collect();
    Input { sets, ..common::input(text) }
}

fn quickstart(sets: &[&str]) -> Input {
    input(&example("quickstart"), sets)
}

fn family(input: &Input, vary: &str) -> Family {
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    Family::read(input, None, &[vary.to_owned()], &asked).unwrap_or_else(|e| panic!("{e}"))
}

const SETTINGS: CurveSettings = CurveSettings { solve: PLAN, tolerance: 1e-5 };
use crate::common::{self, PLAN, close, example};

use crate::common::random::Whole;

fn trace(input: &Input, vary: &str) -> Curve {
    curve(&family(input, vary), &SETTINGS).unwrap()
}

/// The cost that the pieces tell at a value; `None` where there is no plan.
fn told(curve: &Curve, p: f64) -> Option<f64> {
    let piece = curve.pieces.iter().find(|piece| piece.from <= p && p <= piece.to)?;
    Some(piece.cost_from + (p - piece.from) / (piece.to - piece.from) * (piece.cost_to - piece.cost_from))
}

#[test]
fn prices_at_which_an_offer_enters_and_leaves() {
    // Without the cap, h100 trains below 2.00 / 4.00 of its price, and serves chat below
    // 0.002 x 2400 / 4.00 = 1.2 of it; all of chat is 16.32M chip-hours at 4.00.
    let curve = trace(&quickstart(&["policy.limits=[]"]), "offers.coreweave-h100.price=*0.2..3");
    assert_eq!((curve.shape, curve.exact), (Shape::Concave, true));
    assert_eq!(curve.breakpoints.len(), 2);
    close(curve.breakpoints[0].at, 0.5);
    close(curve.breakpoints[1].at, 1.2);
    close(curve.breakpoints[1].slope_before, 65.28e6);
    close(told(&curve, 1.0).unwrap(), 185.28e6);
    assert!(curve.breakpoints.windows(2).all(|b| b[0].slope_after <= b[0].slope_before));
}

#[test]
fn what_capacity_is_worth_and_where_there_is_no_plan() {
    let curve = trace(&quickstart(&[]), "offers.coreweave-h100.capacity=4k..20k");
    assert_eq!((curve.shape, curve.exact), (Shape::Convex, true));
    // The plan holds 6263.7 h100 at its most: more is worth nothing.
    let last = curve.pieces.last().unwrap();
    close(last.slope, 0.0);
    close(last.from, 5000.0 + 2.76e6 / 2184.0);
    close(last.cost_to, 190.8e6);
    // Below the first piece the cap cannot be kept.
    assert_eq!((curve.infeasible.len(), curve.infeasible[0].from), (1, 4000.0));
    let edge = curve.infeasible[0].to;
    let status = |capacity: f64| {
        let set = format!("offers.coreweave-h100.capacity={capacity}");
        let loaded = polysource::model::load(&quickstart(&[&set])).unwrap();
        solve(&loaded.model, &PLAN).unwrap().status
    };
    // What is short by less than the tolerance is a plan all the same.
    assert_eq!(status(edge * (1.0 - 1e-5)), Status::Infeasible);
    assert_eq!(status(edge * (1.0 + 1e-6)), Status::Optimal);
}

#[test]
fn a_demand_of_nothing_is_a_value_like_any_other() {
    let curve = trace(&quickstart(&["policy.limits=[]"]), "workloads.chat.demand=*0..3");
    assert_eq!((curve.shape, curve.exact), (Shape::Convex, true));
    close(told(&curve, 0.0).unwrap(), 120e6);
    close(told(&curve, 1.0).unwrap(), 185.28e6);
}

#[test]
fn a_share_of_a_total_that_varies_is_sampled_and_says_so() {
    let curve = trace(&quickstart(&[]), "policy.limits.vendor-cap.share.at_most=45 %..70 %");
    assert_eq!((curve.shape, curve.exact), (Shape::Sampled, false));
    assert!(curve.basis.contains("share of a total that varies") && curve.basis.contains("0.00001"), "{}", curve.basis);
    // By hand, for a share s: amazon = s / (1 - s) nvidia, 2 (60M - y) = s / (1 - s) 4 (16.32M + y).
    for s in [0.52, 0.55, 0.6, 0.63] {
        let ratio: f64 = s / (1.0 - s);
        let y = (120e6 - ratio * 65.28e6) / (2.0 + 4.0 * ratio);
        let cost = 185.28e6 + 2.0 * y;
        assert!((told(&curve, s).unwrap() / cost - 1.0).abs() < 1e-5, "{s}");
    }
    // Neither vendor may have more than half of it, nor less.
    close(curve.infeasible[0].from, 0.45);
    assert!((curve.infeasible[0].to - 0.5).abs() < 1e-5);
}

#[test]
fn whole_numbers_are_labelled() {
    let limit = "policy.limits=[{ suppliers: { by: vendor, of: chips, at_most: 1 } }]";
    let curve = trace(
        &quickstart(&[limit, "offers.coreweave-h100.capacity=100k", "offers.aws-trainium2.capacity=100k"]),
        "offers.coreweave-h100.price=*0.1..3",
    );
    assert_eq!(curve.shape, Shape::Concave);
    assert!(curve.basis.contains("whole numbers"), "{}", curve.basis);
    // All of it on h100: 76.32M chip-hours at 4.00; all on trainium2: 60M at 2.00 and 16.32M x 4 at 1.20.
    assert_eq!(curve.breakpoints.len(), 1);
    close(curve.breakpoints[0].at, (120e6 + 16.32e6 * 4.0 * 1.2) / (76.32e6 * 4.0));
    let curve = trace(
        &quickstart(&[limit, "offers.coreweave-h100.capacity=100k", "offers.aws-trainium2.capacity=100k"]),
        "workloads.chat.demand=*0.9..1.1",
    );
    assert_eq!(curve.shape, Shape::Sampled);
    assert!(curve.basis.contains("whole numbers"), "{}", curve.basis);
}

#[test]
fn what_is_no_curve_is_refused() {
    let family = family(&quickstart(&[]), "offers.coreweave-h100.price=1,2");
    assert!(matches!(curve(&family, &SETTINGS), Err(CurveError::Usage(_))));
}

/// A generator of small models, the same in every run.
struct Models(Whole);

impl Models {
    fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    fn model(&mut self) -> String {
        let mut y =
            String::from("polysource: 1\nhorizon: { start: 2026-Q1, periods: 3, step: quarter }\ndiscount_rate: 7 %\n");
        y.push_str("chips: { a: { vendor: nvidia, power: 1 kW }, b: { vendor: amd, power: 2 kW }, c: { vendor: google, power: 1 kW } }\n");
        y.push_str("clouds: { aws: { owner: amazon }, gcp: { owner: google } }\noffers:\n");
        for o in 0..6 {
            let term = if o == 4 { ", term: { reserved: 2 quarters, upfront: 30 % }" } else { "" };
            let _ = writeln!(
                y,
                "  o{o}: {{ chip: {}, cloud: {}, price: {}{term}, capacity: {} }}",
                ["a", "b", "c"][o % 3],
                ["aws", "gcp"][o % 2],
                1.0 + self.below(900) as f64 / 100.0,
                20 + self.below(200)
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
            let _ = writeln!(
                y,
                "  w{w}: {{ kind: {task}, unmet: {}, throughput: {{ {} }} }}",
                8 + self.below(20),
                speeds.join(", ")
            );
        }
        let part = 40 + self.below(50);
        let _ = writeln!(y, "policy:\n  limits:\n    - {{ share: {{ by: vendor, of: chips, at_most: {part} % }} }}");
        let _ = writeln!(y, "    - {{ name: power, power: {{ at_most: {} kW }} }}", 150 + self.below(300));
        y
    }
}

#[test]
fn curves_are_what_dense_sampling_finds() {
    let mut random = Models(Whole(11));
    let mut broken = 0;
    for _ in 0..12 {
        let yaml = random.model();
        let input = input(&yaml, &[]);
        for (vary, shape) in [
            ("offers.o1.price=*0..3", Shape::Concave),
            ("offers{cloud: aws}.price=*0.3..2", Shape::Concave),
            ("workloads{kind: inference}.demand=*0..2", Shape::Convex),
            ("offers{vendor: nvidia}.capacity=*0..2", Shape::Convex),
            ("policy.limits.power.power.at_most=50..600", Shape::Convex),
            ("workloads.w0.work=*0.1..3", Shape::Convex),
        ] {
            let family = family(&input, vary);
            let curve = curve(&family, &SETTINGS).unwrap_or_else(|e| panic!("{vary}: {e}\n{yaml}"));
            let flat = curve.pieces.len() == 1;
            assert!(curve.exact && (curve.shape == shape || flat), "{vary}: {:?}\n{yaml}", curve.shape);
            broken += curve.breakpoints.len();
            // n breakpoints take no more than three solves each, and two.
            assert!(
                curve.solves <= 3 * curve.breakpoints.len() + 2 + 3,
                "{vary}: {} for {}",
                curve.solves,
                curve.breakpoints.len()
            );
            for b in &curve.breakpoints {
                let turn = b.slope_after - b.slope_before;
                assert!(if shape == Shape::Concave { turn < 0.0 } else { turn > 0.0 }, "{vary}: {b:?}\n{yaml}");
            }
            for i in 0..=30 {
                let p = curve.from + (curve.to - curve.from) * f64::from(i) / 30.0;
                let plan = solve(&family.at(&[Some(p)]).unwrap(), &PLAN).unwrap();
                match (told(&curve, p), plan.cost.map(|c| c.total)) {
                    (Some(told), Some(cost)) => {
                        assert!(
                            (told - cost).abs() <= 2e-6 * (1.0 + cost.abs()),
                            "{vary} at {p}: {told} and {cost}\n{yaml}"
                        );
                    }
                    (None, None) => assert_eq!(plan.status, Status::Infeasible),
                    (told, cost) => panic!("{vary} at {p}: told {told:?}, found {cost:?}\n{yaml}"),
                }
            }
        }
    }
    assert!(broken > 100, "only {broken} breakpoints: the models are too simple");
}
