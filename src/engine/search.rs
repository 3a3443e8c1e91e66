//! Whole numbers by the search of an engine that is good at it.
//!
//! Its point is checked like any other: its whole columns are fixed, and the rest is solved and
//! certified. That no other whole numbers are better is the engine's word (its bound), and the
//! certificate names whose word it is. Whatever it cannot show (that there is no point, that there
//! is no end to the cost) is left to the search whose bound is proved.

use super::choice::EngineChoice;
use super::continuous::solve_continuous;
use super::contract::Engine;
use super::options::SolveOptions;
use super::outcome::{EngineError, Status};
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{Certificate, ColumnId, LinearProgram, Tolerances, primal_violation};

/// The engine whose search a choice asks for; microlp's is only asked where all else fails, for it
/// may not end.
pub(super) fn searcher(choice: EngineChoice) -> Option<&'static dyn Engine> {
    match choice {
        #[cfg(feature = "highs")]
        EngineChoice::Highs => Some(&super::highs::Highs),
        EngineChoice::Own(own) if own.engine().abilities().integers => Some(own.engine()),
        _ => None,
    }
}

/// Lets an engine search, and certifies what can be; `None` if that is not enough for an answer.
///
/// # Errors
/// As [`solve_continuous`].
pub(super) fn search(
    lp: &LinearProgram,
    engine: &dyn Engine,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Solved>, EngineError> {
    let outcome = match engine.solve(lp, options) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::debug!(engine = engine.name(), %error, "the search failed");
            return Ok(None);
        }
    };
    tracing::debug!(engine = engine.name(), status = ?outcome.status, bound = outcome.bound, "searched");
    let (Some(found), Some(bound)) = (outcome.primal, outcome.bound) else { return Ok(None) };
    let mut fixed = relaxed(lp);
    let whole: Vec<usize> = (0..found.len()).filter(|&j| lp.columns()[j].integer).collect();
    for &j in &whole {
        let column = &lp.columns()[j];
        let value = found[j].round().clamp(column.lower, column.upper);
        fixed.set_bounds(ColumnId(j as u32), value, value);
    }
    // The search had the time limit; this is one more program without integers.
    let rest = SolveOptions { time_limit: None, ..options.clone() };
    let mut solved = solve_continuous(&fixed, choice, &rest)?;
    if solved.status != CertifiedStatus::Optimal {
        return Ok(None);
    }
    whole.iter().for_each(|&j| solved.x[j] = fixed.columns()[j].lower);
    let tolerances = Tolerances::default();
    let cost = lp.objective(&solved.x);
    let (primal, gap) = (primal_violation(lp, &solved.x), (cost - bound) / (1.0 + cost.abs()));
    let close = gap >= -tolerances.gap && gap <= options.mip_gap.max(tolerances.gap);
    solved.status = match outcome.status {
        _ if primal > tolerances.primal => return Ok(None),
        Status::Optimal if close => CertifiedStatus::Optimal,
        Status::TimeLimit => CertifiedStatus::LimitReached,
        _ => return Ok(None),
    };
    let name = format!("{}; the bound is the word of {}'s search", solved.certificate.engine, engine.name());
    let verified = solved.status == CertifiedStatus::Optimal;
    solved.certificate = Certificate { engine: name, primal, bound, gap, verified };
    solved.conditional_duals = true;
    Ok(Some(solved))
}

/// The program with whole numbers no longer asked for.
pub(super) fn relaxed(lp: &LinearProgram) -> LinearProgram {
    let mut relaxed = lp.clone();
    (0..lp.columns().len() as u32).for_each(|j| relaxed.set_integer(ColumnId(j), false));
    relaxed
}
