//! What signing each optional contract is worth: the cost with it signed and without it, everything
//! else chosen anew.

use super::optimum::solve_within_boxes;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::Limits;
use crate::model::{Decision, Id, Model};
use crate::plan::{OtherDecision, Plan, Status};

/// Adds to each optional contract of a plan what it is worth. What the plan decided costs what the
/// plan costs; the other side is solved.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn add(model: &Model, settings: &SolveSettings, plan: &mut Plan) -> Result<(), EngineError> {
    let Some(total) = plan.cost.as_ref().map(|c| c.total) else { return Ok(()) };
    let optional = || model.contracts.ids().filter(|&k| model.contracts[k].decision == Decision::Optional);
    for (number, k) in optional().enumerate() {
        settings.begin("worth of a contract", number + 1, optional().count())?;
        // A plan has a row for each contract, in order.
        let row = k.position();
        let signed = plan.contracts[row].signed;
        let mut other = model.clone();
        other.contracts[k].decision = if signed { Decision::Refused } else { Decision::Accepted };
        let (formulation, solved) = solve_within_boxes(&other, Limits::All, settings)?;
        plan.contracts[row].other = Some(match solved.status {
            CertifiedStatus::Optimal => OtherDecision::Plan,
            CertifiedStatus::Infeasible => OtherDecision::NoPlan,
            _ => OtherDecision::Uncertified,
        });
        let cost = match solved.status {
            CertifiedStatus::Optimal => Some(formulation.paid().at(&solved.x)),
            CertifiedStatus::Infeasible => {
                let id = &model.contracts[k].id;
                plan.notes.push(if signed {
                    format!("there is no plan without signing `{id}`")
                } else {
                    format!("there is no plan that signs `{id}`")
                });
                None
            }
            _ => {
                let id = &model.contracts[k].id;
                plan.notes.push(format!("what `{id}` is worth could not be certified and is left out"));
                None
            }
        };
        // Within the gap the other side may come out a little cheaper: then both are as good.
        // With risk weighed, what is paid may well be less.
        let weighs = plan.risk.as_ref().is_some_and(|r| r.weighed != 0.0);
        let cost = cost.map(|c| if plan.status == Status::Optimal && !weighs { c.max(total) } else { c });
        let row = &mut plan.contracts[row];
        (row.cost_signed, row.cost_unsigned) = if signed { (Some(total), cost) } else { (cost, Some(total)) };
        row.worth = row.cost_unsigned.zip(row.cost_signed).map(|(without, with)| without - with);
    }
    Ok(())
}
