//! Whether there is a plan: decided by a certified solve, with the proof where there is none.

use crate::analysis::SolveSettings;
use crate::analysis::solving::optimum::solve_within_boxes;
use crate::analysis::uncertain::{Alone, Futures, without_plan};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::Limits;

use super::case::{Proof, Varied};

/// Gap of a search that only has to find a plan.
const ANY_PLAN: f64 = 0.5;

/// What is known.
pub(super) enum Verdict {
    /// There is a plan, of this cost.
    Plan(f64),
    /// There is none: proved, by multipliers of the rows where the program has no whole columns.
    NoPlan(Option<Box<Proof>>),
    /// Neither was shown.
    Unknown,
}

/// Decides whether a case has a plan; its cost is the least only if `cheapest`.
pub(super) fn decide(case: &Varied<'_>, settings: &SolveSettings, cheapest: bool) -> Result<Verdict, EngineError> {
    let mip_gap = if cheapest { settings.mip_gap } else { ANY_PLAN };
    let settings = SolveSettings { mip_gap, ..settings.clone() };
    let Some(uncertainty) = case.uncertainty else {
        let (formulation, solved) = solve_within_boxes(&case.models[0], Limits::All, &settings)?;
        return Ok(verdict(
            &solved,
            || formulation.program().objective(&solved.x),
            |y| Proof::single(formulation.clone(), y),
        ));
    };
    let alone = Alone::each(&case.models, &settings)?;
    if let Some(f) = without_plan(&alone) {
        // What is known of one future is no proof of the program of all of them.
        return Ok(match alone[f].solved.status {
            CertifiedStatus::Infeasible => Verdict::NoPlan(None),
            _ => Verdict::Unknown,
        });
    }
    let futures = Futures::new(uncertainty, &case.models, &alone, &settings);
    let together = futures.solve(&case.known, &futures.expectation(), None)?;
    let expected = || uncertainty.futures().iter().zip(together.costs()).map(|(f, cost)| f.probability * cost).sum();
    Ok(verdict(&together.solved, expected, |y| Proof::joint(together.formulations.clone(), &together.joint, y)))
}

/// What a solve shows.
fn verdict(solved: &Solved, cost: impl FnOnce() -> f64, proof: impl FnOnce(Vec<f64>) -> Proof) -> Verdict {
    match solved.status {
        CertifiedStatus::Optimal | CertifiedStatus::LimitReached if !solved.x.is_empty() => Verdict::Plan(cost()),
        CertifiedStatus::Unbounded => Verdict::Plan(f64::NEG_INFINITY),
        CertifiedStatus::Infeasible => Verdict::NoPlan(solved.farkas.clone().map(|y| Box::new(proof(y)))),
        _ => Verdict::Unknown,
    }
}
