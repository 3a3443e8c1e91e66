//! Random models (the same in every run), feasible by construction: every answer certified, the engines agree, and what
//! must hold between two models holds.

use crate::common::drawn::drawn;
use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, EngineChoice, SolveSettings, solve};
use proptest::prelude::*;

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
