//! Random models (the same in every run), feasible by construction: every answer certified, the engines agree, and what
//! must hold between two models holds.
//!
//! Feasible by construction: every workload has a price for work not done, and no floor asks for
//! more than an offer without a capacity can give.

use std::fmt::Write as _;

use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, EngineChoice, SolveSettings, solve};
use proptest::prelude::*;

/// What is drawn at random.
#[derive(Clone, Debug)]
struct Drawn {
    periods: usize,
    steady: bool,
    discount: u32,
    prices: Vec<u32>,
    capacities: Vec<Option<u32>>,
    terms: Vec<u8>,
    speeds: Vec<u32>,
    workloads: Vec<(bool, u32, u32)>,
    commit: Option<(u32, u32)>,
    limits: Vec<(u8, u32)>,
}

const VENDORS: [&str; 3] = ["nvidia", "amd", "google"];

fn drawn() -> impl Strategy<Value = Drawn> {
    (1usize..5, any::<bool>(), 0u32..20, 2usize..7, 1usize..4).prop_flat_map(
        |(periods, steady, discount, offers, tasks)| {
            (
                prop::collection::vec(1u32..1000, offers),
                prop::collection::vec(prop::option::weighted(0.8, 0u32..500), offers),
                prop::collection::vec(0u8..4, offers),
                prop::collection::vec(1u32..40, 3),
                prop::collection::vec((any::<bool>(), 1u32..2000, 1u32..30), tasks),
                prop::option::of((1u32..100_000, 0u32..40)),
                prop::collection::vec((0u8..8, 20u32..95), 0..4),
            )
                .prop_map(move |(prices, capacities, terms, speeds, workloads, commit, limits)| Drawn {
                    periods,
                    steady,
                    discount,
                    prices,
                    capacities,
                    terms,
                    speeds,
                    workloads,
                    commit,
                    limits,
                })
        },
    )
}

impl Drawn {
    /// The model, its money and its capacities times something, with the first `limits` limits.
    fn yaml(&self, money: f64, room: f64, limits: usize) -> String {
        let mut y = String::from("polysource: 1\n");
        if !self.steady {
            let _ = writeln!(y, "horizon: {{ start: 2026-Q1, periods: {}, step: quarter }}", self.periods);
        }
        let _ = writeln!(y, "discount_rate: {} %\nchips:", self.discount);
        for vendor in VENDORS {
            let _ = writeln!(y, "  {vendor}-chip: {{ vendor: {vendor}, power: 1 kW }}");
        }
        y.push_str("clouds: { aws: { owner: amazon }, gcp: { owner: google } }\noffers:\n");
        for (o, price) in self.prices.iter().enumerate() {
            let term = match (self.terms[o], self.steady) {
                (1, _) => ", term: { spot: { interruption: 10 % } }",
                (2, false) => ", term: { reserved: 2 quarters, upfront: 30 % }",
                (3, _) => ", term: owned",
                _ => "",
            };
            let capacity = self.capacities[o].map_or(String::new(), |c| format!(", capacity: {}", f64::from(c) * room));
            let _ = writeln!(
                y,
                "  offer{o}: {{ chip: {}-chip, cloud: {}, price: {}{capacity}{term} }}",
                VENDORS[o % 3],
                if o % 2 == 0 { "aws" } else { "gcp" },
                f64::from(*price) / 100.0 * money
            );
        }
        if let Some((commit, discount)) = self.commit {
            let spend = f64::from(commit) * money;
            let _ = writeln!(
                y,
                "contracts: {{ deal: {{ covers: {{ cloud: aws }}, commit: {{ spend: {spend} }}, discount: {discount} % }} }}"
            );
        }
        y.push_str("workloads:\n");
        for (w, (training, amount, price)) in self.workloads.iter().enumerate() {
            let speeds: Vec<String> = (0..3)
                .map(|c| format!("{}-chip: {}", VENDORS[c], f64::from(self.speeds[(c + w) % 3]) / 10.0))
                .collect();
            let task = if *training {
                format!("training, work: {}", amount * 100)
            } else {
                format!("inference, demand: {amount}")
            };
            let unmet = f64::from(*price) * money;
            let _ =
                writeln!(y, "  task{w}: {{ kind: {task}, unmet: {unmet}, throughput: {{ {} }} }}", speeds.join(", "));
        }
        y.push_str("policy:\n  limits:\n    - { budget: { at_most: 1T } }\n");
        for (kind, part) in self.limits.iter().take(limits) {
            let limit = match kind {
                0 => format!("share: {{ by: vendor, of: spend, at_most: {part} % }}"),
                1 => format!("share: {{ by: cloud, of: chips, at_most: {part} %, per: period }}"),
                2 => format!("share: {{ where: {{ vendor: nvidia }}, of: work, at_most: {part} % }}"),
                3 => format!("power: {{ at_most: {part} kW }}"),
                4 => format!("share: {{ by: organisation, of: power, at_most: {part} % }}"),
                5 => format!("floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {} % }}", part / 5),
                7 => format!(
                    "concentration: {{ by: vendor, of: spend, hhi_at_most: {} }}",
                    0.35 + f64::from(*part) / 150.0
                ),
                _ if self.steady => "budget: { at_most: 1T }".to_owned(),
                _ => format!("ramp: {{ where: {{ vendor: nvidia }}, at_most: {part} chips }}"),
            };
            let _ = writeln!(y, "    - {{ {limit} }}");
        }
        y
    }
}

/// The certified cost; `None` if the model is proved infeasible (a commitment in a cloud that the
/// shares leave no room for).
fn cost(yaml: &str, engine: EngineChoice) -> Option<f64> {
    let model = match Model::from_yaml_str(yaml) {
        Ok(model) => model,
        Err(error) => panic!("{error}\n{yaml}"),
    };
    let settings = SolveSettings { engine, detail: Detail::Plan, ..SolveSettings::default() };
    let plan = solve(&model, &settings).unwrap();
    assert!(plan.certificate.verified, "{engine}: {:?} {:?} {:?}\n{yaml}", plan.status, plan.certificate, plan.notes);
    match plan.status {
        Status::Optimal => {
            let cost = plan.cost.unwrap();
            let sum: f64 = cost.lines.iter().map(|l| l.cost).sum();
            assert!((sum - cost.total).abs() <= 1e-9 * (1.0 + cost.total.abs()));
            for e in plan.exposure.iter().filter(|e| e.by == "vendor" || e.by == "chip") {
                let parts: f64 = e.groups.iter().map(|g| g.share).sum();
                assert!(parts <= 1.0 + 1e-6, "shares of {} in {} add up to {parts}", e.by, e.of);
                let hhi: f64 = e.groups.iter().map(|g| g.share * g.share).sum();
                assert!((hhi - e.hhi).abs() < 1e-9);
            }
            Some(cost.total)
        }
        Status::Infeasible => None,
        other => panic!("{engine}: {other:?}\n{yaml}"),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 4e-6 * (1.0 + a.abs().max(b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2026), ..ProptestConfig::default() })]

    #[test]
    fn engines_agree(drawn in drawn()) {
        let yaml = drawn.yaml(1.0, 1.0, usize::MAX);
        let auto = cost(&yaml, EngineChoice::Auto);
        for &engine in EngineChoice::ALL {
            match (auto, cost(&yaml, engine)) {
                (Some(a), Some(b)) => prop_assert!(near(a, b), "{a} and {b} by {engine}\n{yaml}"),
                (a, b) => prop_assert_eq!(a, b, "{}\n{}", engine, yaml),
            }
        }
    }

    #[test]
    fn what_must_hold_between_two_models(drawn in drawn()) {
        let base = cost(&drawn.yaml(1.0, 1.0, usize::MAX), EngineChoice::Auto);
        // Dropping a limit never costs more, and keeps what was feasible so.
        if let (Some(base), true) = (base, !drawn.limits.is_empty()) {
            let fewer = cost(&drawn.yaml(1.0, 1.0, drawn.limits.len() - 1), EngineChoice::Auto);
            prop_assert!(fewer.is_some_and(|f| f <= base || near(f, base)), "{base} became {fewer:?}");
        }
        if let Some(base) = base {
            // More of everything never costs more.
            let more = cost(&drawn.yaml(1.0, 2.0, usize::MAX), EngineChoice::Auto);
            prop_assert!(more.is_some_and(|m| m <= base || near(m, base)), "{base} became {more:?}");
            // Another currency is another unit, no more.
            let other = cost(&drawn.yaml(100.0, 1.0, usize::MAX), EngineChoice::Auto);
            prop_assert!(other.is_some_and(|o| near(o / 100.0, base)), "{base} became {other:?}");
        }
    }
}
