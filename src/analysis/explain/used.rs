//! Which entries a proof of infeasibility uses.

use super::entry::Entry;
use crate::formulation::{Constraint, Formulation};
use crate::model::{IdVec, LimitId, Model};

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
            Constraint::Settled => add(Entry::Holdings, None),
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
