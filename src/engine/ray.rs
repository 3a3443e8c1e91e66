//! Proof of unboundedness, independent of the engine that claims it.
//!
//! A program is unbounded exactly if it has a feasible point and a direction in which every row and
//! bound goes on holding while the cost falls (Goldman, "Resolution and separation theorems for
//! polyhedral convex sets", 1956). Both are programs of their own that are never unbounded: the
//! point with all costs 0, the direction with every side 0 and a artificial bound around it.

use super::clarabel::Clarabel;
use super::contract::Engine;
use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::EngineError;
use crate::lp::{ColumnId, LinearProgram, RowId, Tolerances, primal_violation, verify_ray};

/// Entries of a direction this small beside its largest are the engine's rounding.
const ROUNDING: f64 = 1e-11;

/// A direction of unboundedness that verifies, if there is one.
pub(super) fn direction(lp: &LinearProgram, options: &SolveOptions) -> Result<Option<Vec<f64>>, EngineError> {
    let mut cone = LinearProgram::new("direction");
    let side = |bound: f64, open: f64| if bound.is_finite() { 0.0 } else { open };
    for (column, name) in lp.columns().iter().zip(lp.column_names()) {
        let (lower, upper) = (side(column.lower, -1.0), side(column.upper, 1.0));
        cone.add_column(name, column.role, lower, upper, column.cost);
    }
    for (i, row) in lp.rows().iter().enumerate() {
        let (lower, upper) = (side(row.lower, f64::NEG_INFINITY), side(row.upper, f64::INFINITY));
        let terms: Vec<_> = lp.row_terms(RowId(i as u32)).collect();
        cone.add_row(lp.row_name(RowId(i as u32)), row.role, lower, upper, terms);
    }
    let Some(mut ray) = Microlp.solve(&cone, options)?.primal else { return Ok(None) };
    let size = ray.iter().fold(0.0f64, |a, r| a.max(r.abs()));
    ray.iter_mut().filter(|r| r.abs() <= ROUNDING * size).for_each(|r| *r = 0.0);
    Ok(verify_ray(lp, &ray).proves.then_some(ray))
}

/// A feasible point, if there is one within tolerance.
pub(super) fn point(lp: &LinearProgram, options: &SolveOptions) -> Result<Option<Vec<f64>>, EngineError> {
    let mut free = lp.clone();
    (0..lp.columns().len() as u32).for_each(|j| free.set_cost(ColumnId(j), 0.0));
    let feasible = |x: &Vec<f64>| primal_violation(lp, x) <= Tolerances::default().primal;
    let first = Microlp.solve(&free, options)?.primal.filter(feasible);
    if first.is_some() {
        return Ok(first);
    }
    Ok(Clarabel.solve(&free, options)?.primal.filter(feasible))
}
