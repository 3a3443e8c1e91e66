//! Proof of infeasibility, independent of the engine that claims it.
//!
//! Phase one: every row may be broken, at a cost of one for each unit of its scaled violation.
//! The least total violation is 0 exactly if the program is feasible; otherwise the multipliers of
//! this program are a Farkas ray of the original, which is verified by its own arithmetic.

use super::{Clarabel, Engine, EngineError, SolveOptions, Status};
use crate::lp::{LinearProgram, RowId, verify_farkas};

/// What phase one found.
pub(super) enum PhaseOne {
    /// A verified ray.
    Proof(Vec<f64>),
    /// There is a point that breaks nothing beyond tolerance.
    Feasible,
    /// Neither was shown.
    Unclear,
}

/// Least total violation, relative to the size of the rows, that counts as infeasible.
const VIOLATION: f64 = 1e-9;

pub(super) fn phase_one(lp: &LinearProgram, options: &SolveOptions) -> Result<PhaseOne, EngineError> {
    if lp.columns().iter().any(|c| c.lower > c.upper) {
        // Crossing bounds need no ray: any multipliers, such as none, prove it.
        return Ok(PhaseOne::Proof(vec![0.0; lp.rows().len()]));
    }
    let mut elastic = LinearProgram::new("phase one");
    let columns: Vec<_> =
        lp.columns().iter().map(|c| elastic.add_column(c.name.clone(), c.role, c.lower, c.upper, 0.0)).collect();
    for (i, row) in lp.rows().iter().enumerate() {
        let terms: Vec<_> = lp.row_terms(RowId(i as u32)).collect();
        let largest = terms.iter().map(|(_, a)| a.abs()).fold(0.0, f64::max);
        let weight = if largest > 0.0 { largest } else { 1.0 };
        let mut terms: Vec<_> = terms.into_iter().map(|(c, a)| (columns[c.0 as usize], a / weight)).collect();
        let (lower, upper) = (row.lower / weight, row.upper / weight);
        if lower.is_finite() {
            terms.push((elastic.add_column(format!("{}+", row.name), "short", 0.0, f64::INFINITY, 1.0), 1.0));
        }
        if upper.is_finite() {
            terms.push((elastic.add_column(format!("{}-", row.name), "over", 0.0, f64::INFINITY, 1.0), -1.0));
        }
        elastic.add_row(row.name.clone(), row.role, lower, upper, terms);
    }
    let outcome = Clarabel.solve(&elastic, options)?;
    let (Status::Optimal | Status::Stalled, Some(x), Some(y)) = (outcome.status, outcome.primal, outcome.duals) else {
        return Ok(PhaseOne::Unclear);
    };
    // The ray in the original rows: their coefficients were divided by `weight`.
    let ray: Vec<f64> = y
        .iter()
        .enumerate()
        .map(|(i, y)| {
            let largest = lp.row_terms(RowId(i as u32)).map(|(_, a)| a.abs()).fold(0.0, f64::max);
            y / if largest > 0.0 { largest } else { 1.0 }
        })
        .collect();
    let check = verify_farkas(lp, &ray);
    let violation = elastic.objective(&x);
    let size = elastic
        .rows()
        .iter()
        .map(|r| if r.lower.is_finite() { r.lower.abs() } else { r.upper.abs() })
        .fold(1.0, f64::max);
    tracing::debug!(violation, value = check.value, scale = check.scale, proves = check.proves, "phase one");
    Ok(if check.proves {
        PhaseOne::Proof(ray)
    } else if violation <= VIOLATION * size {
        PhaseOne::Feasible
    } else {
        PhaseOne::Unclear
    })
}
