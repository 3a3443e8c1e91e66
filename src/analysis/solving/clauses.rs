//! What a clause of a contract is worth: the cost of the cheapest plan without it less that of the cheapest with it,
//! everything else chosen anew.

use super::optimum::solve_within_boxes;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::Limits;
use crate::model::{BalanceKind, Contract, ContractId, Decision, Id, Model};
use crate::plan::{ClauseWorth, Plan, Status};

/// A clause that a contract may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Clause {
    Terminate,
    RampDown,
    Late,
    Reprice,
    Credits,
}

impl Clause {
    const ALL: [Clause; 5] = [Clause::Terminate, Clause::RampDown, Clause::Late, Clause::Reprice, Clause::Credits];

    /// Its key in the model file.
    pub fn word(self) -> &'static str {
        match self {
            Clause::Terminate => "terminate",
            Clause::RampDown => "ramp_down",
            Clause::Late => "late",
            Clause::Reprice => "reprice",
            Clause::Credits => "credits",
        }
    }

    fn is_in(self, contract: &Contract) -> bool {
        match self {
            Clause::Terminate => contract.terminate.is_some(),
            Clause::RampDown => contract.ramp_down.is_some(),
            Clause::Late => contract.late.is_some(),
            Clause::Reprice => contract.reprice.is_some(),
            Clause::Credits => contract.balances.iter().any(|b| b.kind == BalanceKind::Credits),
        }
    }

    /// Whether no plan is dearer for it: what it allows can be left. Others change prices, or what is paid, and so shares.
    pub fn never_costs(self) -> bool {
        matches!(self, Clause::Terminate | Clause::RampDown | Clause::Credits)
    }

    /// The model in which a contract does not have it.
    pub fn taken_out(self, model: &Model, k: ContractId) -> Model {
        let mut other = model.clone();
        let contract = &mut other.contracts[k];
        match self {
            Clause::Terminate => contract.terminate = None,
            Clause::RampDown => contract.ramp_down = None,
            Clause::Late => contract.forget_late(),
            Clause::Reprice => contract.reprice = None,
            Clause::Credits => contract.balances.retain(|b| b.kind != BalanceKind::Credits),
        }
        // Damages are a part of prices.
        crate::model::settle_deliveries(&mut other);
        other
    }
}

/// The clauses of the contracts that a plan may have signed.
pub(in crate::analysis) fn all(model: &Model) -> Vec<(ContractId, Clause)> {
    let contracts = model.contracts.with_ids().filter(|(_, c)| c.decision != Decision::Refused);
    let clauses =
        contracts.flat_map(|(k, c)| Clause::ALL.into_iter().filter(|clause| clause.is_in(c)).map(move |w| (k, w)));
    clauses.collect()
}

/// Adds to each contract that a plan signs what its clauses are worth.
///
/// # Errors
/// As the engine's.
pub(super) fn add(model: &Model, settings: &SolveSettings, plan: &mut Plan) -> Result<(), EngineError> {
    let Some(total) = plan.cost.as_ref().map(|c| c.total) else { return Ok(()) };
    let mut clauses = all(model);
    // A plan has a row for each contract, in order.
    clauses.retain(|(k, _)| plan.contracts[k.position()].signed);
    for (number, &(k, clause)) in clauses.iter().enumerate() {
        settings.begin("worth of a clause", number + 1, clauses.len())?;
        let (formulation, solved) = solve_within_boxes(&clause.taken_out(model, k), Limits::All, settings)?;
        let cost = match solved.status {
            CertifiedStatus::Optimal => Some(formulation.paid().at(&solved.x)),
            CertifiedStatus::Infeasible => {
                let (id, word) = (&model.contracts[k].id, clause.word());
                plan.notes.push(format!("there is no plan without `{word}` of `{id}`"));
                None
            }
            _ => None,
        };
        // Within the gap the other side may come out a little cheaper: then both are as good. With risk weighed, what is
        // paid may well be less.
        let weighs = plan.risk.as_ref().is_some_and(|r| r.weighed != 0.0);
        let helps = clause.never_costs() && plan.status == Status::Optimal && !weighs;
        let cost = cost.map(|c| if helps { c.max(total) } else { c });
        let worth =
            ClauseWorth { clause: clause.word().to_owned(), cost_without: cost, worth: cost.map(|c| c - total) };
        plan.contracts[k.position()].clauses.push(worth);
    }
    Ok(())
}
