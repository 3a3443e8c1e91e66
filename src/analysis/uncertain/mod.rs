//! Planning what is not known yet: one plan for all futures, and what knowing would be worth.
//!
//! With v_f the cost of a plan in future f and best_f the least that the future costs by itself (Birge and Louveaux,
//! "Introduction to Stochastic Programming", 2nd ed., 2011, chapter 4):
//!
//! - wait-and-see: sum of p_f best_f, at most the expected cost of any plan;
//! - expected value of perfect information: expected cost less wait-and-see. That of one factor is the expected cost less
//!   that of the tree in which it is known at the start;
//! - value of the stochastic solution: expected cost of deciding at the start what the plan for the base case decides,
//!   everything later chosen anew, less the expected cost.
//!
//! That wait-and-see <= here-and-now <= the base plan is checked, and an answer that breaks it is not certified.

mod compared;
mod joined;
mod tell;
mod value;
mod waiting;

use self::joined::{Futures, Together};
use super::parallel::IntoParallelRefIterator;
#[cfg(feature = "parallel")]
use super::parallel::ParallelIterator;
use super::solving::examined::told;
use super::solving::optimum::solve_within_boxes;
use super::solving::settings::{Detail, SolveSettings};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, FutureMeasure, Limits};
use crate::lp::LinearProgram;
use crate::model::{Goal, Model, Uncertainty};
use crate::plan::{ModelInfo, Plan, Status};

/// How much a regret may be beyond the least before it counts as more.
const REGRET: f64 = 1e-9;

/// Finds the best plan for all futures of a model, and certifies it.
///
/// # Errors
/// As [`super::solve`].
pub(in crate::analysis) fn solve_futures(
    model: &Model,
    uncertainty: &Uncertainty,
    settings: &SolveSettings,
) -> Result<Plan, EngineError> {
    settings.begin("plan", 1, 1)?;
    let models = models(model)?;
    let alone: Result<Vec<(Formulation, Solved)>, EngineError> =
        models.par_iter().map(|m| solve_within_boxes(m, Limits::All, settings)).collect();
    let alone = alone?;
    // A future without a plan by itself has none together with others.
    if let Some(f) = alone.iter().position(|(_, s)| s.status != CertifiedStatus::Optimal) {
        let (formulation, solved) = &alone[f];
        let mut plan = told(&models[f], formulation, solved, Detail::Cost, settings)?;
        plan.model = ModelInfo::of(model);
        let name = &uncertainty.futures[f].name;
        plan.notes.push(match plan.status {
            Status::Infeasible | Status::InfeasibleUnverified => {
                format!("there is no plan in the future `{name}`, whatever is decided before: `polysource explain --future {name}` says why")
            }
            _ => format!("the future `{name}` was not solved by itself"),
        });
        if plan.status.has_plan() {
            plan.status = Status::Unverified;
            plan.certificate.verified = false;
        }
        return Ok(plan);
    }
    let best: Vec<f64> = alone.iter().map(|(f, s)| f.program().objective(&s.x)).collect();
    let futures = Futures::new(uncertainty, &models, settings, &best);
    let known = uncertainty.known();
    let mut together = futures.solve(&known, &measure(uncertainty.goal, &best), None)?;
    if uncertainty.goal == Goal::Regret && together.is_optimal() {
        together = cheapest_of_least_regret(&futures, &known, &best, together)?;
    }
    if !together.is_optimal() {
        return tell::without_plan(model, &futures, &together);
    }
    let mut values = value::of(model, &futures, &together, &alone, &best)?;
    let mut notes = Vec::new();
    if settings.detail.is_full() && uncertainty.goal != Goal::Regret {
        settings.begin("the plan of least regret", 1, 1)?;
        match least_regret(&futures, &known, &best)? {
            Some(costs) => values = values.with_least_regret(&futures, &together, costs),
            None => notes
                .push("the plan of least regret was not certified: it is not among the plans side by side".to_owned()),
        }
    }
    let mut plan = tell::plan(model, &futures, &together, &best, values)?;
    plan.notes.append(&mut notes);
    Ok(plan)
}

/// The program of all futures together, with the objective of the model: whoever solves it can check the answer. It is
/// solved for the cuts and boxes that it needs.
///
/// # Errors
/// As [`super::solve`]; [`EngineError::SeveralFutures`] never.
pub fn joined_program(model: &Model, settings: &SolveSettings) -> Result<LinearProgram, EngineError> {
    let Some(uncertainty) = model.uncertainty() else {
        return Ok(super::exported_program(model)?.program().clone());
    };
    let models = models(model)?;
    let mut best = Vec::new();
    for m in models.iter().filter(|_| uncertainty.goal == Goal::Regret) {
        let (f, solved) = solve_within_boxes(m, Limits::All, settings)?;
        best.push(f.program().objective(&solved.x));
    }
    let futures = Futures::new(uncertainty, &models, settings, &best);
    let together = futures.solve(&uncertainty.known(), &measure(uncertainty.goal, &best), None)?;
    Ok(together.joint.program().clone())
}

/// What is minimized, `best` being the least cost of each future.
fn measure(goal: Goal, best: &[f64]) -> FutureMeasure {
    match goal {
        Goal::Cost { expected, cvar } => FutureMeasure::Cost { expected, cvar },
        Goal::Regret => FutureMeasure::Regret { best: best.to_vec() },
    }
}

fn models(model: &Model) -> Result<Vec<Model>, EngineError> {
    model.futures().map_err(|found| EngineError::Failed {
        engine: "the tree of futures",
        what: found.sorted().first().map(|d| d.message.clone()).unwrap_or_default(),
    })
}

/// What each future costs with the plan of least regret, the cheapest of them; none that was not certified.
fn least_regret(futures: &Futures<'_>, known: &[i64], best: &[f64]) -> Result<Option<Vec<f64>>, EngineError> {
    let first = futures.solve(known, &FutureMeasure::Regret { best: best.to_vec() }, None)?;
    if !first.is_optimal() {
        return Ok(None);
    }
    Ok(Some(cheapest_of_least_regret(futures, known, best, first)?.costs()))
}

/// Of all plans with the regret of the `first`, the least, the one that is expected to cost least.
fn cheapest_of_least_regret(
    futures: &Futures<'_>,
    known: &[i64],
    best: &[f64],
    first: Together,
) -> Result<Together, EngineError> {
    let regret = first.costs().iter().zip(best).map(|(c, b)| c - b).fold(0.0, f64::max);
    let most = best.iter().map(|b| b + regret + REGRET * (1.0 + futures.scale)).collect();
    let second = futures.solve(known, &FutureMeasure::Within { most }, None)?;
    Ok(if second.is_optimal() { second } else { first })
}
