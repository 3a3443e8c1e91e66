//! What knowing, planning for uncertainty, and waiting are worth.

use std::collections::HashMap;

use super::joined::{Alone, Fixed, Futures, ROUNDING, Together, about, by_name};
use crate::analysis::solving::optimum::solve_within_boxes;
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::{FutureMeasure, Limits};
use crate::model::{ContractId, Decision, Goal, Model, When};

/// The expected cost alone.
const EXPECTED: FutureMeasure = FutureMeasure::Cost { expected: 1.0, cvar: None };

/// Costs that differ by less, relatively, are the same.
const NOTHING: f64 = 1e-8;

/// What was found.
pub(super) struct Values {
    pub expected: f64,
    pub wait_and_see: f64,
    /// For each factor.
    pub by_factor: Vec<Option<f64>>,
    pub base: String,
    /// Expected cost of its plan, or why there is none.
    pub base_plan: Result<f64, String>,
    /// For each contract that is decided later than at the start: what deciding it at the start costs more.
    pub waiting: Vec<(ContractId, Option<f64>)>,
    /// Whether wait-and-see <= here-and-now <= the base plan.
    pub ordered: bool,
}

/// Finds all of it.
pub(super) fn of(
    model: &Model,
    futures: &Futures<'_>,
    together: &Together,
    best: &[f64],
) -> Result<Values, EngineError> {
    let uncertainty = futures.uncertainty;
    let mean = |costs: &[f64]| -> f64 { uncertainty.futures.iter().zip(costs).map(|(f, c)| f.probability * c).sum() };
    let expected = mean(&together.costs());
    let wait_and_see = settled(mean(best), expected);
    let known = uncertainty.known();
    let mut by_factor = Vec::new();
    for factor in 0..known.len() {
        if known.len() == 1 {
            by_factor.push(Some(expected - wait_and_see));
            continue;
        }
        futures.settings.begin("what knowing a factor is worth", factor + 1, known.len())?;
        let mut early = known.clone();
        early[factor] = -1;
        let found = futures.solve(&early, &EXPECTED, None)?;
        by_factor.push(found.is_optimal().then(|| expected - settled(mean(&found.costs()), expected)));
    }
    futures.settings.begin("the plan for the base case", 1, 1)?;
    let (base, decided) = base_case(futures)?;
    let base_plan = match decided {
        Some(decided) => follow(futures, &base, &decided)?.map(|costs| settled(mean(&costs), expected)),
        None => Err(format!("There is no certified plan for `{base}`")),
    };
    let mut waiting = Vec::new();
    let first = known.iter().copied().min().unwrap_or(0);
    for (k, contract) in model.contracts().with_ids().filter(|(_, c)| c.decision == Decision::Optional) {
        if uncertainty.timing.contracts[k].date(model.calendar(), contract.active.start) < first {
            continue;
        }
        let mut early = uncertainty.clone();
        early.timing.contracts[k] = When::FIRST;
        let found = Futures { uncertainty: &early, ..*futures }.solve(&known, &EXPECTED, None)?;
        waiting.push((k, found.is_optimal().then(|| settled(mean(&found.costs()), expected) - expected)));
    }
    let slack = (2e-6
        + 2.0 * futures.settings.mip_gap.max(0.0) * f64::from(u8::from(together.joint.program().has_integers())))
        * (1.0 + expected.abs());
    let plain = uncertainty.goal == Goal::Cost { expected: 1.0, cvar: None };
    let ordered = wait_and_see <= expected + slack
        && (!plain || base_plan.as_ref().map_or(true, |base| expected <= base + slack));
    Ok(Values { expected, wait_and_see, by_factor, base, base_plan, waiting, ordered })
}

/// A cost, or the one that it is but for rounding.
fn settled(cost: f64, other: f64) -> f64 {
    if (cost - other).abs() <= NOTHING * (1.0 + other.abs()) { other } else { cost }
}

/// The name of the base case, and what its plan decides, by the names of columns.
fn base_case(futures: &Futures<'_>) -> Result<(String, Option<HashMap<String, f64>>), EngineError> {
    if let Some(base) = futures.uncertainty.base() {
        let Alone { formulation, solved, .. } = &futures.alone[base];
        return Ok((futures.uncertainty.futures[base].name.clone(), Some(by_name(formulation, &solved.x))));
    }
    let mean = futures.uncertainty.mean(futures.models);
    let (f, solved) = solve_within_boxes(&mean, Limits::All, futures.settings)?;
    let decided = (solved.status == CertifiedStatus::Optimal).then(|| by_name(&f, &solved.x));
    Ok(("mean".to_owned(), decided))
}

/// What each future costs if what the plan for the base case decides is decided at the start; or why it cannot be.
fn follow(
    futures: &Futures<'_>,
    base: &str,
    decided: &HashMap<String, f64>,
) -> Result<Result<Vec<f64>, String>, EngineError> {
    let known = futures.uncertainty.known();
    // What the base case does not have, its plan does not hold.
    let keep = |name: &str, rounding| Some(about(decided.get(name).copied().unwrap_or(0.0), rounding));
    let followed = |rounding| futures.solve(&known, &EXPECTED, Some(&|name: &str| keep(name, rounding)));
    let mut together = followed(ROUNDING[0])?;
    if !together.is_optimal() {
        together = followed(ROUNDING[1])?;
    }
    Ok(match together.solved.status {
        CertifiedStatus::Optimal => Ok(together.costs()),
        CertifiedStatus::Infeasible => Err(breaks(futures, &together, &|name: &str| keep(name, ROUNDING[1]), base)?),
        _ => Err(format!("Whether the plan for `{base}` can be followed was not certified")),
    })
}

/// In which future the plan for the base case cannot be followed.
fn breaks(futures: &Futures<'_>, followed: &Together, keep: Fixed<'_>, base: &str) -> Result<String, EngineError> {
    let root = followed.root();
    for f in 0..futures.models.len() {
        if !futures.can_follow(f, &root, keep)? {
            let name = &futures.uncertainty.futures[f].name;
            return Ok(format!("The plan for `{base}` cannot be followed in `{name}`"));
        }
    }
    Ok(format!("The plan for `{base}` cannot be followed in all futures at once"))
}
