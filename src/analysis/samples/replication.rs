//! One further sample: what the best plan for its futures costs at least, and what a plan that was made before costs in
//! them.

use super::super::solving::settings::{Detail, SolveSettings};
use super::super::uncertain::{Alone, Decided, Futures, models, without_plan};
use super::follow::{Followed, follow};
use crate::engine::EngineError;
use crate::model::{Goal, Model, Uncertainty};

/// What one further sample says.
#[derive(Clone, Debug, PartialEq)]
pub struct Replication {
    /// Its number, from 1.
    pub number: usize,
    /// How it ended.
    pub status: ReplicationStatus,
    /// What the best plan for its futures costs at least, as it was proved; money.
    pub bound: Option<f64>,
    /// What the plan costs in them in the mean, or by what is minimized; money.
    pub cost: Option<f64>,
}

/// How a further sample ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicationStatus {
    /// Both numbers are certified.
    Certified,
    /// A future of it has no plan, whatever is decided before.
    NoPlan(String),
    /// The plan cannot be followed in a future of it.
    NotFollowed(String),
    /// Something was not certified.
    Uncertified,
}

/// Draws the sample of a number, of so many futures, and finds both numbers of it.
///
/// # Errors
/// As the engine's.
pub fn replicate(
    model: &Model,
    decided: &Decided,
    samples: usize,
    number: usize,
    settings: &SolveSettings,
) -> Result<Replication, EngineError> {
    let ended = |status| Replication { number, status, bound: None, cost: None };
    let Some(model) = model.redrawn(samples, number) else { return Ok(ended(ReplicationStatus::Uncertified)) };
    let Some(uncertainty) = model.uncertainty() else { return Ok(ended(ReplicationStatus::Uncertified)) };
    let settings = &SolveSettings { detail: Detail::Cost, ..settings.clone() };
    settings.watch.wanted()?;
    let models = models(&model)?;
    let alone = Alone::each(&models, settings)?;
    if let Some(f) = without_plan(&alone) {
        return Ok(ended(if alone[f].is_infeasible() {
            ReplicationStatus::NoPlan(uncertainty.futures()[f].name.clone())
        } else {
            ReplicationStatus::Uncertified
        }));
    }
    let futures = Futures::new(uncertainty, &models, &alone, settings);
    let (status, cost) = match follow(&futures, decided, false)? {
        Followed::Done(together) => {
            (ReplicationStatus::Certified, Some(measured(uncertainty, &together.costs(), decided.eta)))
        }
        Followed::Not(all) => (ReplicationStatus::NotFollowed(uncertainty.futures()[all[0]].name.clone()), None),
        Followed::Unknown => (ReplicationStatus::Uncertified, None),
    };
    // The best plan costs no more than this one: what it costs at least is known well enough within the gap of whole
    // numbers from there.
    let enough = cost.filter(|c| c.is_finite()).map_or(f64::INFINITY, |c| c - settings.mip_gap * (1.0 + c.abs()));
    let best = futures.solve_until(&uncertainty.known(), &futures.objective(), None, enough)?;
    let Some(bound) = best.bound().filter(|_| best.is_optimal()) else {
        return Ok(ended(ReplicationStatus::Uncertified));
    };
    Ok(Replication { number, status, bound: Some(bound), cost })
}

/// What is minimized, of costs that were found: their mean, and with a conditional value at risk that beyond eta.
fn measured(uncertainty: &Uncertainty, costs: &[f64], eta: Option<f64>) -> f64 {
    let mean = |of: &dyn Fn(f64) -> f64| -> f64 {
        uncertainty.futures().iter().zip(costs).map(|(f, &c)| f.probability * of(c)).sum()
    };
    match (uncertainty.goal(), eta) {
        (Goal::Cost { expected, cvar: Some((level, weight)), .. }, Some(eta)) => {
            expected * mean(&|c| c) + weight * (eta + mean(&|c| (c - eta).max(0.0)) / (1.0 - level))
        }
        (Goal::Cost { expected, .. }, _) => expected * mean(&|c| c),
        (Goal::Regret, _) => f64::NAN,
    }
}
