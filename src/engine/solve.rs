//! The front door: a program to a certified answer, by what kind of program it is.

use super::branch::solve_integers;
use super::choice::EngineChoice;
use super::condensed::solve_condensed;
use super::continuous::solve_continuous;
use super::linear::solve_linear;
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome};
use super::solved::Solved;
use super::watch::Progress;
use crate::lp::LinearProgram;

/// Solves a program and certifies the answer.
///
/// # Errors
/// [`EngineError::BadProgram`] if the program has no meaning, [`EngineError::Unsupported`] if this
/// build does not have the engine. Failures of engines are attempts, not errors: if none succeeds
/// the status is [`CertifiedStatus::Unverified`](super::CertifiedStatus::Unverified).
pub fn solve_certified(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Solved, EngineError> {
    lp.validate()?;
    choice.built_in()?;
    options.watch.wanted()?;
    options.watch.notify(|| Progress::Program { columns: lp.columns().len(), rows: lp.rows().len() });
    if !lp.has_integers() {
        let solved = solve_continuous(lp, choice, options)?;
        return options.watch.wanted().map(|()| solved);
    }
    let condensed =
        solve_condensed(lp, |small| solve_valid(small, choice.to_solve_again(), options, PriorKnowledge::default()))?;
    let solved = condensed.map_or_else(|| solve_valid(lp, choice, options, PriorKnowledge::default()), Ok)?;
    // What ended because of that is no answer.
    options.watch.wanted().map(|()| solved)
}

/// What is known of a program before it is solved.
#[derive(Default)]
pub(super) struct PriorKnowledge<'a> {
    /// What the first engine in the order has said of it, if it has no whole columns.
    pub first: Option<Result<Outcome, EngineError>>,
    /// A point whose whole numbers may be those of a good plan.
    pub near: Option<&'a [f64]>,
}

/// Solves a valid program as it stands.
pub(super) fn solve_valid(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
    known: PriorKnowledge<'_>,
) -> Result<Solved, EngineError> {
    if lp.has_integers() {
        solve_integers(lp, choice, options, known.near)
    } else {
        solve_linear(lp, choice, options, known.first)
    }
}
