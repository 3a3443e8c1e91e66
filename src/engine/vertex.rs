//! From a point inside the optimal face to a vertex of it.
//!
//! An interior-point method ends in the middle of the optimal face, with a little of everything
//! held everywhere. Strict complementarity (Goldman and Tucker, 1956) marks for each column
//! whether it is off its bound in some optimal solution: in scaled units the distance to the bound
//! is then the larger of distance and reduced cost. The columns that are marked as on a bound are
//! fixed there, and the simplex method finds a vertex of the small program that is left.

use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::EngineError;
use crate::lp::{LinearProgram, Scaling};

/// Columns left free beyond which the simplex method would take longer than it is worth.
const MOST_FREE: usize = 6_000;

/// A vertex near the optimal face, or `None` if there was no gain in looking.
pub(super) fn vertex(
    lp: &LinearProgram,
    x: &[f64],
    y: &[f64],
    options: &SolveOptions,
) -> Result<Option<Vec<f64>>, EngineError> {
    let scaling = Scaling::of(lp);
    let reduced = lp.reduced_costs(y, true);
    let mut fixed: Vec<Option<f64>> = vec![None; x.len()];
    for (j, column) in lp.columns().iter().enumerate() {
        let unit = scaling.columns[j] * scaling.size;
        let price = (reduced[j] * scaling.cost * scaling.columns[j]).abs();
        if (x[j] - column.lower) / unit < price && reduced[j] > 0.0 {
            fixed[j] = Some(column.lower);
        } else if (column.upper - x[j]) / unit < price && reduced[j] < 0.0 {
            fixed[j] = Some(column.upper);
        }
    }
    let free = fixed.iter().filter(|f| f.is_none()).count();
    tracing::debug!(free, columns = x.len(), "columns off their bounds");
    if free > MOST_FREE {
        return Ok(None);
    }
    let outcome = Microlp.solve_fixed(lp, options, |j| fixed[j])?;
    Ok(outcome.primal)
}
