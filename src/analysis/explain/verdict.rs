//! Whether there is a plan: decided by a certified solve, with the proof where there is none.

use crate::analysis::SolveSettings;
use crate::analysis::solving::optimum::solve_within_boxes;
use crate::analysis::uncertain::{Alone, Futures, without_plan};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Constraint, Formulation, Limits};
use crate::model::{IdVec, LimitId, Model};

use super::case::{Proof, Varied};
use super::entry::Entry;

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

/// The entries that a proof uses, each with the periods in which it does. `limits` are the limits of
/// the program's model by their index in the whole model.
pub(super) fn used(
    model: &Model,
    limits: &IdVec<LimitId, LimitId>,
    f: &Formulation,
    y: &[f64],
) -> Vec<(Entry, Vec<usize>)> {
    let mut found: Vec<(Entry, Vec<usize>)> = Vec::new();
    let mut add = |entry: Entry, period: Option<usize>| {
        let at = match found.iter().position(|(e, _)| *e == entry) {
            Some(at) => at,
            None => {
                found.push((entry, Vec::new()));
                found.len() - 1
            }
        };
        let periods = &mut found[at].1;
        if let Some(t) = period.filter(|t| !periods.contains(t)) {
            periods.push(t);
        }
    };
    // In terms of what it adds to the proof; what adds nothing beyond rounding is not used.
    let program = f.program();
    let part = |y: f64, lower: f64, upper: f64| {
        let side = if y > 0.0 { lower } else { upper };
        if side.is_finite() { (y * side).abs() } else { 0.0 }
    };
    let sizes: Vec<f64> = program.rows().iter().zip(y).map(|(r, &y)| part(y, r.lower, r.upper).max(y.abs())).collect();
    let largest = sizes.iter().fold(0.0f64, |a, x| a.max(*x));
    for (constraint, _) in f.constraints.iter().zip(&sizes).filter(|(_, size)| **size > 1e-9 * largest) {
        match *constraint {
            Constraint::Limit { limit, .. } => add(Entry::Limit(limits[limit]), None),
            Constraint::Capacity { offer, period } => add(Entry::Capacity(offer), Some(period)),
            Constraint::Pool { pool, period, .. } => add(Entry::Pool(pool), Some(period)),
            Constraint::Demand { workload, period } => add(Entry::Work(workload), Some(period)),
            Constraint::Work { workload } => add(Entry::Work(workload), None),
            Constraint::Rate { workload, period } => add(Entry::Rate(workload), Some(period)),
            Constraint::Commit { contract, .. } => add(Entry::Commit(contract), None),
            _ => {}
        }
    }
    let reduced = program.reduced_costs(y, false);
    for &(offer, period, column) in &f.capacity_bounds {
        let upper = program.columns()[column.0 as usize].upper;
        if model.offers[offer].capacity.is_some() && -reduced[column.0 as usize] * upper.max(1.0) > 1e-9 * largest {
            add(Entry::Capacity(offer), Some(period));
        }
    }
    found
}
