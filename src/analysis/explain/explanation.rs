//! What explains a model: what drives the cost of its plan, or why it has none.

use super::{Drivers, Infeasibility, drivers, infeasibility, subjects};
use crate::analysis::solving::{Detail, SolveSettings, solve};
use crate::diagnostics::suggest;
use crate::engine::EngineError;
use crate::model::{Model, Uncertainty};
use crate::plan::{Plan, Status};

/// What explains a model.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Explanation {
    /// What drives the cost of its plan.
    Drivers {
        /// The drivers.
        drivers: Box<Drivers>,
        /// The plan.
        plan: Box<Plan>,
    },
    /// Why there is no plan.
    Infeasible {
        /// The future in which there is none whatever is decided before; `None` where it is not one by itself.
        future: Option<String>,
        /// What contradicts what, and what would help.
        found: Box<Infeasibility>,
    },
    /// The plan alone, whose status and notes say all that is known: an answer that is not certified, or several futures
    /// without a plan because of the limit on regret.
    Plan(Box<Plan>),
}

/// Why there is no explanation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// What is to be explained is not in the model.
    #[error("{0}")]
    Subject(String),
    /// What drives the cost is asked of one future, and the model has several.
    #[error("the model has {0} futures, and what drives the cost is explained for one")]
    Futures(usize),
    /// There is no plan, but no proof of it was found a second time.
    #[error("the proof that there is no plan could not be found again")]
    Unproved,
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Explains a model: one of its [`subjects`], or all that matters.
///
/// # Errors
/// [`ExplainError`].
pub fn explain(model: &Model, subject: Option<&str>, settings: &SolveSettings) -> Result<Explanation, ExplainError> {
    if model.uncertainty().is_some() {
        return of_futures(model, subject, settings);
    }
    if let Some(subject) = subject {
        let known = subjects(model);
        if !known.iter().any(|k| k == subject) {
            let near = suggest(subject, known.iter().map(String::as_str).collect::<Vec<_>>());
            return Err(ExplainError::Subject(format!(
                "`{subject}` is no offer, workload, contract or limit of the model; {near}"
            )));
        }
    }
    let settings = SolveSettings { detail: Detail::Full, ..settings.clone() };
    let plan = Box::new(solve(model, &settings)?);
    match plan.status {
        Status::Optimal | Status::LimitReached => {
            Ok(Explanation::Drivers { drivers: Box::new(drivers(model, &plan, subject)), plan })
        }
        Status::Infeasible => {
            let found = infeasibility(model, &settings)?.ok_or(ExplainError::Unproved)?;
            Ok(Explanation::Infeasible { future: None, found: Box::new(found) })
        }
        _ => Ok(Explanation::Plan(plan)),
    }
}

/// Why there is no plan for several futures: in which future by itself, else why there is none for all of them.
fn of_futures(model: &Model, subject: Option<&str>, settings: &SolveSettings) -> Result<Explanation, ExplainError> {
    let settings = SolveSettings { detail: Detail::Cost, ..settings.clone() };
    let names = model.uncertainty().map(Uncertainty::futures).unwrap_or_default();
    let plan = solve(model, &settings)?;
    if plan.status != Status::Infeasible || subject.is_some() {
        return Err(ExplainError::Futures(names.len()));
    }
    for (i, future) in names.iter().enumerate() {
        let one = model.future(i).map_err(|d| {
            ExplainError::Subject(d.sorted().first().map_or_else(String::new, |first| first.message.clone()))
        })?;
        if solve(&one, &settings)?.status == Status::Infeasible {
            if let Some(found) = infeasibility(&one, &settings)? {
                return Ok(Explanation::Infeasible { future: Some(future.name.clone()), found: Box::new(found) });
            }
            break;
        }
    }
    Ok(match infeasibility(model, &settings)? {
        Some(found) => Explanation::Infeasible { future: None, found: Box::new(found) },
        // What is left is the limit on regret, of which the plan's note speaks.
        None => Explanation::Plan(Box::new(plan)),
    })
}
