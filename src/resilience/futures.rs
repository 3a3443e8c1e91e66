//! Stress of a plan for several futures: each supplier lost in turn, in each future, and the worst of them.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::situation::{Situation, Solver};
use super::stress::{Stress, StressLoss, StressSettings, rank, stress};
use crate::engine::EngineError;
use crate::model::Model;
use crate::plan::{ModelInfo, Plan};

/// A plan in one of several futures.
#[derive(Clone, Copy, Debug)]
pub struct InFuture<'a> {
    /// The future.
    pub name: &'a str,
    /// How likely it is.
    pub probability: f64,
    /// Its model.
    pub model: &'a Model,
    /// What is held and run in it.
    pub plan: &'a Plan,
}

/// The losses in one future.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FutureStress {
    /// The future.
    pub future: String,
    /// How likely it is.
    pub probability: f64,
    /// The losses, the costliest in this future first.
    pub losses: Vec<StressLoss>,
}

/// The losses of a plan for several futures: each as it is in the future in which it costs most (where it costs nothing
/// in any, in the one in which least is still served), and those of every future.
///
/// # Errors
/// As the engine's.
pub fn stress_of_futures(
    whole: &ModelInfo,
    futures: &[InFuture<'_>],
    solver: &Solver,
    settings: &StressSettings,
) -> Result<Stress, EngineError> {
    let mut every = Vec::new();
    let mut found: Option<Stress> = None;
    for future in futures {
        let situation = Situation::of_plan(future.model, future.plan, solver.clone())
            .map_err(|foreign| EngineError::Failed { engine: "the plan", what: foreign.to_string() })?;
        let mut own = stress(future.model, future.plan, &situation, settings)?;
        own.losses.iter_mut().for_each(|l| l.future = Some(future.name.to_owned()));
        every.push(FutureStress {
            future: future.name.to_owned(),
            probability: future.probability,
            losses: own.losses.clone(),
        });
        match &mut found {
            None => found = Some(own),
            Some(found) => own.losses.into_iter().for_each(|loss| worse(&mut found.losses, loss)),
        }
    }
    let Some(mut found) = found else {
        return Err(EngineError::Failed { engine: "stress", what: "there is no future with a plan".to_owned() });
    };
    found.model = whole.clone();
    found.futures = every;
    rank(&mut found.losses);
    Ok(found)
}

/// Puts a loss into the place of the same one, if it is worse.
fn worse(all: &mut Vec<StressLoss>, loss: StressLoss) {
    match all.iter_mut().find(|l| l.lost == loss.lost) {
        Some(known) => {
            if loss.loss > known.loss || loss.loss == known.loss && loss.served < known.served {
                *known = loss;
            }
        }
        // An offer that is there in some futures alone.
        None => all.push(loss),
    }
}
