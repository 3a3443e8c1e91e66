//! Proof of infeasibility, independent of the engine that claims it.
//!
//! Phase one: every row may be broken, at a cost of one for each unit of its scaled violation.
//! The least total violation is 0 exactly if the program is feasible; otherwise the multipliers of
//! this program are a Farkas ray of the original, which is verified by its own arithmetic.

use super::clarabel::Clarabel;
use super::contract::Engine;
use super::dual::dual_of_vertex;
use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::{EngineError, Status};
use crate::lp::{ColumnId, LinearProgram, RowId, repaired, verify_farkas};

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
    // Bounds that cross need no ray: any multipliers, such as none, prove it.
    let none = vec![0.0; lp.rows().len()];
    if verify_farkas(lp, &none).proves {
        return Ok(PhaseOne::Proof(none));
    }
    let mut elastic = LinearProgram::new("phase one");
    let named = lp.columns().iter().zip(lp.column_names());
    let columns: Vec<_> = named.map(|(c, name)| elastic.add_column(name, c.role, c.lower, c.upper, 0.0)).collect();
    for (i, row) in lp.rows().iter().enumerate() {
        let name = lp.row_name(RowId(i as u32));
        let terms: Vec<_> = lp.row_terms(RowId(i as u32)).collect();
        let largest = terms.iter().map(|(_, a)| a.abs()).fold(0.0, f64::max);
        let weight = if largest > 0.0 { largest } else { 1.0 };
        let mut terms: Vec<_> = terms.into_iter().map(|(c, a)| (columns[c.0 as usize], a / weight)).collect();
        let (lower, upper) = (row.lower / weight, row.upper / weight);
        if lower.is_finite() {
            terms.push((elastic.add_column(format!("{name}+"), "short", 0.0, f64::INFINITY, 1.0), 1.0));
        }
        if upper.is_finite() {
            terms.push((elastic.add_column(format!("{name}-"), "over", 0.0, f64::INFINITY, 1.0), -1.0));
        }
        elastic.add_row(name, row.role, lower, upper, terms);
    }
    let outcome = Clarabel.solve(&elastic, options)?;
    let (Status::Optimal | Status::Stalled, Some(x), Some(y)) = (outcome.status, outcome.primal, outcome.duals) else {
        return Ok(PhaseOne::Unclear);
    };
    let violation = elastic.objective(&x);
    let size = elastic
        .rows()
        .iter()
        .map(|r| if r.lower.is_finite() { r.lower.abs() } else { r.upper.abs() })
        .fold(1.0, f64::max);
    if let Some(ray) = proof(lp, &y) {
        return Ok(PhaseOne::Proof(ray));
    }
    tracing::debug!(violation, size, "phase one proves nothing");
    if violation <= VIOLATION * size {
        return Ok(PhaseOne::Feasible);
    }
    // Over columns without a artificial bound a proof has to be exact, as multipliers of a vertex are.
    let vertex = Microlp.solve(&elastic, options)?.primal;
    let exact = vertex.map(|x| dual_of_vertex(&elastic, &x, options)).transpose()?.flatten();
    Ok(exact.and_then(|y| proof(lp, &y)).map_or(PhaseOne::Unclear, PhaseOne::Proof))
}

/// The multipliers of phase one, or those near them, as a ray of the original rows, whose
/// coefficients were divided by their largest; if it proves that there is no feasible point.
fn proof(lp: &LinearProgram, y: &[f64]) -> Option<Vec<f64>> {
    let ray: Vec<f64> = y
        .iter()
        .enumerate()
        .map(|(i, y)| {
            let largest = lp.row_terms(RowId(i as u32)).map(|(_, a)| a.abs()).fold(0.0, f64::max);
            y / if largest > 0.0 { largest } else { 1.0 }
        })
        .collect();
    if verify_farkas(lp, &ray).proves {
        return Some(ray);
    }
    let mut free = lp.clone();
    (0..lp.columns().len() as u32).for_each(|j| free.set_cost(ColumnId(j), 0.0));
    let ray = repaired(&free, &ray);
    verify_farkas(lp, &ray).proves.then_some(ray)
}
