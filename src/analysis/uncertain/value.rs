//! What knowing, planning for uncertainty, and waiting are worth.

use std::collections::HashMap;

use super::joined::{Alone, Fixed, Futures, ROUNDING, Together, about, by_name};
use crate::analysis::solving::optimum::solve_within_boxes;
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::Limits;
use crate::model::{ContractId, Decision, Goal, Model, Uncertainty, When};

/// Costs that differ by less, relatively, are the same.
const NOTHING: f64 = 1e-8;

/// The base case where no future stands out.
pub(super) const MEAN: &str = "mean";

/// What was found.
pub(super) struct Values {
    pub expected: f64,
    pub wait_and_see: f64,
    /// For each factor.
    pub by_factor: Vec<Option<f64>>,
    pub base: String,
    /// What its plan costs in each future, or why there is no such number.
    pub base_plan: Result<Vec<f64>, String>,
    /// What the plan of least regret costs in each future, where it was asked for and is another one.
    pub least_regret: Option<Vec<f64>>,
    /// For each contract that is decided later than at the start: what deciding it at the start costs more.
    pub waiting: Vec<(ContractId, Option<f64>)>,
    /// Whether wait-and-see <= here-and-now <= the base plan.
    pub ordered: bool,
}

/// Finds all of it but the plan of least regret; what takes further solves only if they are asked for.
pub(super) fn of(
    model: &Model,
    futures: &Futures<'_>,
    together: &Together,
    best: &[f64],
) -> Result<Values, EngineError> {
    let uncertainty = futures.uncertainty;
    let further = futures.settings.detail.is_full();
    let mean = |costs: &[f64]| mean(futures, costs);
    let expected = mean(&together.costs());
    let known = uncertainty.known();
    let wait_and_see = wait_and_see(model, futures, best, expected)?;
    let mut by_factor = Vec::new();
    for factor in (0..known.len()).filter(|_| further || known.len() == 1) {
        if known.len() == 1 {
            by_factor.push(Some(expected - wait_and_see));
            continue;
        }
        futures.settings.begin("what knowing a factor is worth", factor + 1, known.len())?;
        let mut early = known.clone();
        early[factor] = -1;
        let found = futures.solve(&early, &futures.expectation(), None)?;
        by_factor.push(found.is_optimal().then(|| expected - settled(mean(&found.costs()), expected)));
    }
    let base = base_name(uncertainty);
    let base_plan = if further {
        futures.settings.begin("the plan for the base case", 1, 1)?;
        match base_case(futures)? {
            Some(decided) => follow(futures, &base, &decided)?,
            None => Err(format!("There is no certified plan for `{base}`")),
        }
    } else {
        Err("Further solves were not asked for (as with --detail plan)".to_owned())
    };
    let mut waiting = Vec::new();
    let first = known.iter().copied().min().unwrap_or(0);
    let optional = model.contracts().with_ids().filter(|(_, c)| further && c.decision == Decision::Optional);
    for (k, contract) in optional {
        if uncertainty.timing.contracts[k].date(model.calendar(), contract.active.start) < first {
            continue;
        }
        let mut early = uncertainty.clone();
        early.timing.contracts[k] = When::FIRST;
        let found = Futures { uncertainty: &early, ..*futures }.solve(&known, &futures.expectation(), None)?;
        waiting.push((k, found.is_optimal().then(|| settled(mean(&found.costs()), expected) - expected)));
    }
    let ordered = wait_and_see <= expected + slack(futures, together, expected)
        && base_plan.as_ref().map_or(true, |costs| is_least(futures, together, expected, mean(costs)));
    Ok(Values { expected, wait_and_see, by_factor, base, base_plan, least_regret: None, waiting, ordered })
}

/// The same of a plan beside the best one: no more than what knowing everything would be worth.
pub(super) fn beside_the_best(
    model: &Model,
    futures: &Futures<'_>,
    together: &Together,
    best: &[f64],
) -> Result<Values, EngineError> {
    let expected = mean(futures, &together.costs());
    Ok(Values {
        expected,
        wait_and_see: wait_and_see(model, futures, best, expected)?,
        by_factor: Vec::new(),
        base: base_name(futures.uncertainty),
        base_plan: Err("The plan is not the one that is expected to cost least".to_owned()),
        least_regret: None,
        waiting: Vec::new(),
        ordered: true,
    })
}

/// What is expected where each future is known at the start, beside a plan that is expected to cost so much.
fn wait_and_see(model: &Model, futures: &Futures<'_>, best: &[f64], expected: f64) -> Result<f64, EngineError> {
    // What is limited over all futures together couples them also where all is known.
    let seen = if model.limits_expectation() {
        let known = vec![-1; futures.uncertainty.known().len()];
        let found = futures.solve(&known, &futures.expectation(), None)?;
        found.is_optimal().then(|| mean(futures, &found.costs()))
    } else {
        Some(mean(futures, best))
    };
    // What was not certified is no number: the order does not hold then.
    Ok(settled(seen.unwrap_or(f64::NAN), expected))
}

impl Values {
    /// With what the plan of least regret costs in each future, which is expected to cost no less.
    pub(super) fn with_least_regret(mut self, futures: &Futures<'_>, together: &Together, costs: Vec<f64>) -> Self {
        self.ordered &= is_least(futures, together, self.expected, mean(futures, &costs));
        self.least_regret = Some(costs);
        self
    }
}

/// The most that some future costs beyond the least that it could.
pub(super) fn largest_regret(costs: &[f64], best: &[f64]) -> f64 {
    costs.iter().zip(best).map(|(cost, best)| cost - best).fold(0.0, f64::max)
}

/// The mean of what the futures cost.
pub(super) fn mean(futures: &Futures<'_>, costs: &[f64]) -> f64 {
    futures.uncertainty.futures.iter().zip(costs).map(|(f, c)| f.probability * c).sum()
}

/// Whether no other plan is expected to cost less than one that is to have the least expected cost.
fn is_least(futures: &Futures<'_>, together: &Together, expected: f64, other: f64) -> bool {
    let plain = futures.uncertainty.goal == Goal::Cost { expected: 1.0, cvar: None, regret: None };
    !plain || expected <= other + slack(futures, together, expected)
}

/// What two certified costs may be off by.
fn slack(futures: &Futures<'_>, together: &Together, expected: f64) -> f64 {
    let whole = f64::from(u8::from(together.joint.program().has_integers()));
    (2e-6 + 2.0 * futures.settings.mip_gap.max(0.0) * whole) * (1.0 + expected.abs())
}

/// A cost, or the one that it is but for rounding.
pub(super) fn settled(cost: f64, other: f64) -> f64 {
    if (cost - other).abs() <= NOTHING * (1.0 + other.abs()) { other } else { cost }
}

/// The future that the plan for the base case is made for.
pub(super) fn base_name(uncertainty: &Uncertainty) -> String {
    uncertainty.base().map_or_else(|| MEAN.to_owned(), |f| uncertainty.futures[f].name.clone())
}

/// What the plan for the base case decides, by the names of columns; none without a certified plan.
pub(super) fn base_case(futures: &Futures<'_>) -> Result<Option<HashMap<String, f64>>, EngineError> {
    let mean = match futures.uncertainty.base() {
        Some(base) if futures.models[base].limits_expectation() => futures.models[base].clone().by_itself(),
        Some(base) => {
            let Alone { formulation, solved, .. } = &futures.alone[base];
            return Ok(Some(by_name(formulation, &solved.x)));
        }
        None => futures.uncertainty.mean(futures.models).by_itself(),
    };
    let (f, solved) = solve_within_boxes(&mean, Limits::All, futures.settings)?;
    Ok((solved.status == CertifiedStatus::Optimal).then(|| by_name(&f, &solved.x)))
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
    let followed =
        |rounding| futures.solve(&known, &futures.expectation(), Some(Fixed::root(&|name: &str| keep(name, rounding))));
    let mut together = followed(ROUNDING[0])?;
    if !together.is_optimal() {
        together = followed(ROUNDING[1])?;
    }
    Ok(match together.solved.status {
        CertifiedStatus::Optimal => Ok(together.costs()),
        CertifiedStatus::Infeasible => {
            Err(breaks(futures, &together, Fixed::root(&|name: &str| keep(name, ROUNDING[1])), base)?)
        }
        _ => Err(format!("Whether the plan for `{base}` can be followed was not certified")),
    })
}

/// In which future the plan for the base case cannot be followed.
fn breaks(futures: &Futures<'_>, followed: &Together, keep: Fixed<'_>, base: &str) -> Result<String, EngineError> {
    for f in 0..futures.models.len() {
        if !futures.can_follow(f, followed, keep)? {
            let name = &futures.uncertainty.futures[f].name;
            return Ok(format!("The plan for `{base}` cannot be followed in `{name}`"));
        }
    }
    Ok(format!("The plan for `{base}` cannot be followed in all futures at once"))
}
