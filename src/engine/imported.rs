//! The answer of a solver outside, certified as any engine's.

use super::accepted::tidied;
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{LinearProgram, Tolerances, certify, lower_bound, primal_violation, repaired, usable};

/// What stands behind the name of a solver whose answer was read from a file.
pub const IMPORTED: &str = "(imported)";

/// Certifies a point with multipliers, if there are any. Without them nothing is known of the gap.
///
/// The bound holds for every multipliers, so that those of a solver with the other sign, and those with rounding taken
/// off, are tried too. `gap` is what is good enough of a program with whole columns.
#[must_use]
pub fn certify_imported(lp: &LinearProgram, solver: &str, x: Vec<f64>, y: Option<&[f64]>, gap: f64) -> Solved {
    let gap = if lp.has_integers() { gap } else { 0.0 };
    let engine = format!("{solver} {IMPORTED}");
    let mut duals: Vec<Vec<f64>> = Vec::new();
    if let Some(y) = y {
        let other: Vec<f64> = y.iter().map(|y| -y).collect();
        for y in [y, &other] {
            duals.push(usable(lp, y));
            if lower_bound(lp, y) == f64::NEG_INFINITY {
                duals.push(repaired(lp, y));
            }
        }
    }
    let best = duals.into_iter().map(|y| (lower_bound(lp, &y), y)).max_by(|a, b| a.0.total_cmp(&b.0));
    let y = best.map(|(_, y)| y).unwrap_or_default();
    // Rounding is put onto the bounds only where that breaks nothing.
    let tidy = tidied(lp, &x);
    let x = if primal_violation(lp, &tidy) <= primal_violation(lp, &x).max(Tolerances::default().primal) {
        tidy
    } else {
        x
    };
    let certificate = certify(lp, &engine, &x, &y, gap);
    let status = if certificate.verified { CertifiedStatus::Optimal } else { CertifiedStatus::Unverified };
    let reduced_costs = if y.is_empty() { Vec::new() } else { lp.reduced_costs(&y, true) };
    let conditional_duals = lp.has_integers();
    Solved { x, y, reduced_costs, conditional_duals, ..Solved::without_numbers(status, certificate) }
}
