//! Multipliers for a point that is believed to be optimal, by complementary slackness.
//!
//! Rows that are slack have multiplier 0 and columns between their bounds reduced cost 0
//! (Dantzig, "Linear Programming and Extensions", 1963, chapter 6). What is left is a small
//! program in the multipliers, with the Lagrangian bound as its objective, which the simplex
//! method solves: it helps where the feasible set has no inside and an interior-point method
//! cannot settle. Where rounding hides which rows are slack, that program has no solution, and the
//! whole dual is solved.

use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::EngineError;
use crate::lp::{ColumnId, LinearProgram, RowId};

/// Relative distance within which a row or column counts as being at its bound; the last leaves
/// nothing out, which is the dual itself.
const ACTIVE: [f64; 3] = [1e-7, 1e-5, 1e-3];
/// Columns beyond which this takes longer than it is worth.
const MOST: usize = 20_000;

/// Multipliers of the rows for a point, or `None` if the programs for them have no solution.
pub(super) fn dual_of_vertex(
    lp: &LinearProgram,
    x: &[f64],
    options: &SolveOptions,
) -> Result<Option<Vec<f64>>, EngineError> {
    if lp.columns().len() > MOST || x.len() != lp.columns().len() {
        return Ok(None);
    }
    for active in ACTIVE {
        let found = dual_at(lp, x, active, options)?;
        tracing::debug!(active, found = found.is_some(), "multipliers of a vertex");
        if let Some(y) = found {
            return Ok(Some(y));
        }
    }
    Ok(None)
}

fn dual_at(
    lp: &LinearProgram,
    x: &[f64],
    active: f64,
    options: &SolveOptions,
) -> Result<Option<Vec<f64>>, EngineError> {
    let near = |value: f64, bound: f64, size: f64| bound.is_finite() && (value - bound).abs() <= active * (1.0 + size);
    let activity = lp.activity(x);
    // Typical cost of a unit of a column, so that multipliers are numbers around 1.
    let unit = lp.columns().iter().map(|c| c.cost.abs()).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut dual = LinearProgram::new("dual");
    let mut balance: Vec<Vec<_>> = vec![Vec::new(); lp.columns().len()];
    let mut multipliers = Vec::new();
    for (i, row) in lp.rows().iter().enumerate() {
        let id = RowId(i as u32);
        let terms: Vec<_> = lp.row_terms(id).collect();
        let size = terms.iter().map(|(c, a)| (a * x[c.0 as usize]).abs()).fold(0.0, f64::max);
        let factor = 1.0 / terms.iter().map(|(_, a)| a.abs()).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        // The objective is minimised: minus the bound's part of each side.
        for (bound, sign) in [(row.lower, 1.0), (row.upper, -1.0)] {
            if near(activity[i], bound, size.max(bound.abs())) {
                let y = dual.add_column(lp.row_name(id), "multiplier", 0.0, f64::INFINITY, -sign * bound * factor);
                terms.iter().for_each(|&(c, a)| balance[c.0 as usize].push((y, sign * a * factor)));
                multipliers.push((i, y, sign * factor));
            }
        }
    }
    for (j, column) in lp.columns().iter().enumerate() {
        let mut terms = std::mem::take(&mut balance[j]);
        let name = lp.column_name(ColumnId(j as u32));
        for (bound, sign) in [(column.lower, 1.0), (column.upper, -1.0)] {
            if near(x[j], bound, bound.abs()) {
                let z = dual.add_column(name, "reduced cost", 0.0, f64::INFINITY, -sign * bound);
                terms.push((z, sign));
            }
        }
        let cost = column.cost / unit;
        dual.add_row(name, "balance", cost, cost, terms);
    }
    let outcome = Microlp.solve_fixed(&dual, options, |_| None)?;
    Ok(outcome.primal.map(|values| {
        let mut y = vec![0.0; lp.rows().len()];
        for (row, column, factor) in multipliers {
            y[row] += factor * values[column.0 as usize] * unit;
        }
        y
    }))
}
