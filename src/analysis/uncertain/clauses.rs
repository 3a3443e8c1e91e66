//! What a clause of a contract is worth over several futures: the expected cost of the best plan without it less that of the
//! best with it. An option to end or to lower is worth nothing where nothing is uncertain.

use super::joined::{Alone, Futures, without_plan};
use super::value::mean;
use crate::analysis::solving::clauses;
use crate::analysis::solving::settings::SolveSettings;
use crate::engine::EngineError;
use crate::model::{Goal, Model, Uncertainty};
use crate::plan::{ClauseWorth, Plan};

/// Adds to the contracts of a plan what their clauses are worth, where the expected cost alone is minimized.
///
/// # Errors
/// As the engine's.
pub(super) fn add(
    model: &Model,
    uncertainty: &Uncertainty,
    models: &[Model],
    settings: &SolveSettings,
    plan: &mut Plan,
) -> Result<(), EngineError> {
    let Goal::Cost { cvar: None, regret: None, .. } = uncertainty.goal else { return Ok(()) };
    let Some(expected) = plan.uncertainty.as_ref().map(|u| u.expected) else { return Ok(()) };
    let mut all = clauses::all(model);
    let is_signed = |id: &str| plan.contracts.iter().any(|row| row.contract == id && row.signed);
    all.retain(|&(k, _)| is_signed(&model.contracts()[k].id));
    for (number, &(k, clause)) in all.iter().enumerate() {
        settings.begin("worth of a clause", number + 1, all.len())?;
        let others: Vec<Model> = models.iter().map(|model| clause.taken_out(model, k)).collect();
        let alone = Alone::each(&others, settings)?;
        let id = &model.contracts()[k].id;
        let mut cost = None;
        if without_plan(&alone).is_none() {
            let futures = Futures::new(uncertainty, &others, &alone, settings);
            let together = futures.solve(&uncertainty.known(), &futures.objective(), None)?;
            cost = together.is_optimal().then(|| mean(&futures, &together.costs()));
        } else {
            plan.notes.push(format!("there is no plan in some future without `{}` of `{id}`", clause.word()));
        }
        let cost = cost.map(|c| if clause.never_costs() { c.max(expected) } else { c });
        let worth =
            ClauseWorth { clause: clause.word().to_owned(), cost_without: cost, worth: cost.map(|c| c - expected) };
        for row in plan.contracts.iter_mut().filter(|row| row.contract == *id && row.signed) {
            row.clauses.push(worth.clone());
        }
    }
    Ok(())
}
