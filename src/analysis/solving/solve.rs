//! Solving a model: build, solve, certify, examine; and again for what the limits and the deals of its policy cost.

use super::examined::{Examined, examine, plan_of};
use super::optimum::solve_within_boxes;
use super::settings::{Detail, SolveSettings};
use super::{clauses, deals, idle, prefer, premium, ranges};
use crate::analysis::uncertain::{FuturePlans, solve_futures};
use crate::engine::{EngineError, Solved};
use crate::formulation::{Formulation, Limits};
use crate::model::Model;
use crate::plan::{Plan, Schedule, Status};

/// Finds the cheapest plan of a model within its policy, and certifies it.
///
/// Infeasible and uncertified models are plans with that status, not errors.
///
/// # Errors
/// [`EngineError::BadProgram`] if the program has numbers without a meaning.
///
/// ```
/// use polysource::analysis::{SolveSettings, solve};
/// use polysource::model::Model;
/// use polysource::plan::Status;
///
/// let model = Model::from_yaml_str(r"
/// polysource: 1
/// chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
/// clouds: { aws: { owner: amazon } }
/// offers:
///   aws-h100: { chip: h100, cloud: aws, price: 4, capacity: 100 }
///   aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 100 }
/// workloads:
///   chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
/// policy:
///   limits: [ { share: { by: vendor, of: work, at_most: 60 % } } ]
/// ").unwrap();
/// let plan = solve(&model, &SolveSettings::default()).unwrap();
/// assert_eq!(plan.status, Status::Optimal);
/// // 60 % of 90 on Trainium at 1, the rest on H100 at 4.
/// assert!((plan.cost.unwrap().total - (54.0 + 4.0 * 36.0)).abs() < 1e-6);
/// ```
pub fn solve(model: &Model, settings: &SolveSettings) -> Result<Plan, EngineError> {
    if let Some(uncertainty) = model.uncertainty() {
        return Ok(solve_futures(model, uncertainty, settings)?.together);
    }
    settings.begin("plan", 1, 1)?;
    let (formulation, solved) = solve_within_boxes(model, Limits::All, settings)?;
    completed(model, settings, &formulation, solved)
}

/// The plan of a model, and what it is in each of its futures.
///
/// # Errors
/// As [`solve`].
pub fn solve_every_future(model: &Model, settings: &SolveSettings) -> Result<FuturePlans, EngineError> {
    match model.uncertainty() {
        Some(uncertainty) => solve_futures(model, uncertainty, settings),
        None => Ok(FuturePlans { together: solve(model, settings)?, futures: Vec::new() }),
    }
}

/// The plan of a program's answer, with all that is asked for beside it.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn completed(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    mut solved: Solved,
) -> Result<Plan, EngineError> {
    let mut plan = preferred(model, settings, formulation, &mut solved)?;
    if plan.status != Status::Optimal {
        return Ok(plan);
    }
    if settings.detail.is_full() {
        premium::add(model, settings, &mut plan)?;
        deals::add(model, settings, &mut plan)?;
        clauses::add(model, settings, &mut plan)?;
        if formulation.may_choose() {
            let Examined { schedule, purposes, .. } = examine(model, formulation, &solved.x, None, settings)?;
            idle::add(model, settings, &schedule, &purposes, &mut plan)?;
        }
    }
    if settings.detail.is_full() || settings.detail == Detail::Plan {
        ranges::add(model, settings, formulation, &solved, &mut plan)?;
    }
    Ok(plan)
}

/// The plan of an answer, or of the one that the policy prefers among those that cost as little.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn preferred(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    solved: &mut Solved,
) -> Result<Plan, EngineError> {
    let note = prefer::choose(model, settings, formulation, solved)?;
    let mut plan = plan_of(model, formulation, solved, settings.detail, settings)?;
    plan.notes.extend(note);
    Ok(plan)
}

/// As [`solve`] with [`Detail::Plan`], and who holds and runs what, if there is a plan.
///
/// # Errors
/// As [`solve`].
pub fn solve_schedule(model: &Model, settings: &SolveSettings) -> Result<(Plan, Option<Schedule>), EngineError> {
    let (formulation, solved) = solve_within_boxes(model, Limits::All, settings)?;
    let plan = plan_of(model, &formulation, &solved, Detail::Plan, settings)?;
    let schedule = plan.cost.is_some().then(|| Schedule::read(model, &formulation, &solved.x));
    Ok((plan, schedule))
}
