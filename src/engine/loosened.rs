//! Programs that are infeasible by less than the tolerance within which an answer counts as feasible.
//!
//! A capacity of 3000 chips that do 0.333333333 each serves a demand of 1000 but for a billionth of it: no
//! engine finds a point, and no proof holds beyond rounding, or one does by a hair. What is asked for is kept
//! within the tolerance that the certificate states, so that there is a plan: it is found with every row and
//! bound loosened by a part of that tolerance, as little as will do, and certified on the program as it stands.
//!
//! Not with whole columns: what a binary allows is so large beside the one that a part of the tolerance
//! would let much of it through.

use super::accepted::{accept, certified, tidied};
use super::choice::EngineChoice;
use super::options::SolveOptions;
use super::outcome::EngineError;
use super::solve::solve_certified;
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{ColumnId, LinearProgram, RowId, Tolerances, verify_farkas};

/// The parts of the tolerance by which a program is loosened in turn.
const PARTS: [f64; 3] = [0.02, 0.2, 0.5];
/// A proof whose value is a larger part of its terms is of a program that is infeasible by more.
const MARGINAL: f64 = 1e-5;

/// The answer within the tolerance of a program without whole columns that has none, or none that was found, by
/// a hair.
///
/// # Errors
/// As the engine's.
pub fn within_tolerance(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
    solved: &Solved,
) -> Result<Option<Solved>, EngineError> {
    let marginal = match (solved.status, &solved.farkas) {
        (CertifiedStatus::Infeasible, Some(y)) => {
            let check = verify_farkas(lp, y);
            check.value <= MARGINAL * check.scale
        }
        (CertifiedStatus::Unverified | CertifiedStatus::InfeasibleUnverified, _) => true,
        _ => false,
    };
    if !marginal || lp.has_integers() {
        return Ok(None);
    }
    for part in PARTS {
        let found = solve_certified(&loosened(lp, part), choice, options)?;
        if found.status != CertifiedStatus::Optimal {
            continue;
        }
        let engine = found.certificate.engine.as_str();
        let of = |x: Vec<f64>| certified(lp, engine, &x, std::slice::from_ref(&found.y)).map(|c| (x, c));
        if let Some((x, certified)) = of(tidied(lp, &found.x)).or_else(|| of(found.x.clone())) {
            return Ok(Some(accept(x, certified, found.attempts)));
        }
    }
    Ok(None)
}

/// The program with every row and bound that has an end moved out by a part of the tolerance.
fn loosened(lp: &LinearProgram, part: f64) -> LinearProgram {
    let part = part * Tolerances::default().primal;
    let room = |bound: f64| if bound.is_finite() { part * (1.0 + bound.abs()) } else { 0.0 };
    let mut loose = lp.clone();
    for (i, row) in lp.rows().iter().enumerate() {
        loose.set_row_bounds(RowId(i as u32), row.lower - room(row.lower), row.upper + room(row.upper));
    }
    for (j, c) in lp.columns().iter().enumerate().filter(|(_, c)| !c.integer) {
        // What cannot be negative stays so.
        let lower = if c.lower == 0.0 { 0.0 } else { c.lower - room(c.lower) };
        let upper = if c.upper == 0.0 { 0.0 } else { c.upper + room(c.upper) };
        loose.set_bounds(ColumnId(j as u32), lower, upper);
    }
    loose
}
