//! Ten thousand small random models on every engine of the build: each answer is certified, and none disagrees.
//!
//! `POLYSOURCE_MODELS` says how many; left out, a tenth of them.

use crate::common::drawn::{Drawn, models};
use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, EngineChoice, SolveSettings, solve};
use rayon::prelude::*;

/// Certified costs may differ by this, relatively.
const APART: f64 = 1e-6;
/// Models without `POLYSOURCE_MODELS`.
const FEW: usize = 1_000;

/// The certified cost by an engine; `None` if it is proved that there is no plan.
fn cost(model: &Model, engine: EngineChoice) -> Result<Option<f64>, String> {
    let settings = SolveSettings { engine, detail: Detail::Plan, ..SolveSettings::default() };
    let plan = solve(model, &settings).map_err(|e| format!("{engine}: {e}"))?;
    match (plan.status, plan.certificate.verified) {
        (Status::Optimal, true) => Ok(plan.cost.map(|c| c.total)),
        (Status::Infeasible, true) => Ok(None),
        (status, _) => Err(format!("{engine}: {status:?} {:?} {:?}", plan.certificate, plan.notes)),
    }
}

/// What is wrong with the answers to a model; and whether it has a plan.
fn judged(drawn: &Drawn) -> Result<bool, String> {
    let yaml = drawn.yaml(1.0, 1.0, usize::MAX);
    let model = Model::from_yaml_str(&yaml).map_err(|e| format!("{e}\n{yaml}"))?;
    let mut costs = Vec::new();
    for &engine in EngineChoice::ALL {
        costs.push(cost(&model, engine).map_err(|wrong| format!("{wrong}\n{yaml}"))?);
    }
    let agree = costs.iter().all(|c| match (c, costs[0]) {
        (Some(a), Some(b)) => (a - b).abs() <= APART * (1.0 + a.abs().max(b.abs())),
        (a, b) => a.is_none() && b.is_none(),
    });
    if agree { Ok(costs[0].is_some()) } else { Err(format!("{:?}: {costs:?}\n{yaml}", EngineChoice::ALL)) }
}

#[test]
fn no_engine_disagrees() {
    let count = std::env::var("POLYSOURCE_MODELS").map_or(FEW, |n| n.parse().expect("POLYSOURCE_MODELS is a number"));
    let drawn: Vec<Drawn> = models(count, 10_000).collect();
    // Threads of its own: those that all tests share would have no time for another test until this one is done.
    let threads = rayon::ThreadPoolBuilder::new().build().unwrap();
    let judged: Vec<Result<bool, String>> = threads.install(|| drawn.par_iter().map(judged).collect());
    let wrong: Vec<&String> = judged.iter().filter_map(|j| j.as_ref().err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.iter().take(10).map(|w| w.as_str()).collect::<Vec<_>>().join("\n")
    );
    // Most have a plan, and some have none.
    let plans = judged.iter().filter(|j| **j == Ok(true)).count();
    assert!(plans > count / 2 && plans < count, "{plans} of {count}");
}
