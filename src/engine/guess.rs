//! A point and multipliers that were not solved for, taken as an answer if the certificate leaves no doubt.

use super::accepted::{accept, certified};
use super::solved::Solved;
use crate::lp::{Certificate, LinearProgram};

/// Relative gap up to which a guess is an answer: much closer than what an engine's answer has to be,
/// since the exact one is there to be had.
const GUESSED: f64 = 1e-9;

/// A point and multipliers from elsewhere as the answer of a program, if they are beyond doubt.
#[must_use]
pub fn solved_by_guess(lp: &LinearProgram, x: Vec<f64>, y: Vec<f64>) -> Option<Solved> {
    let certified = certified(lp, "neighbours", &x, &[y])?;
    let Certificate { primal, gap, .. } = certified.certificate;
    (primal <= GUESSED && gap.abs() <= GUESSED).then(|| accept(x, certified, Vec::new()))
}
