//! Programs without whole columns: a large one through a smaller one where it has one, otherwise as it stands.

use super::choice::EngineChoice;
use super::condensed::solve_condensed;
use super::decomposed::solve_decomposed;
use super::linear::solve_linear;
use super::options::SolveOptions;
use super::outcome::EngineError;
use super::solved::Solved;
use crate::lp::LinearProgram;

/// Solves a valid program without whole columns, such as a node of a search, and certifies the answer.
///
/// # Errors
/// [`EngineError`] if an engine that keeps its last vertex cannot be started.
pub(super) fn solve_continuous(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Solved, EngineError> {
    if let Some(solved) = solve_decomposed(lp, choice, options)? {
        return Ok(solved);
    }
    // As a large program, however small it is now.
    let condensed = solve_condensed(lp, |small| solve_linear(small, choice.to_solve_again(), options, None))?;
    condensed.map_or_else(|| solve_linear(lp, choice, options, None), Ok)
}
