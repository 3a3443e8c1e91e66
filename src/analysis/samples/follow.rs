//! A plan followed in futures that it was not made for: what it decides before anything is drawn is kept, everything later
//! chosen anew.

use super::super::uncertain::{Decided, Fixed, Futures, ROUNDING, Together, about};
use crate::engine::EngineError;

/// What came of it.
pub(super) enum Followed {
    /// Followed in every future.
    Done(Box<Together>),
    /// It cannot be followed in these.
    Not(Vec<usize>),
    /// That was not certified.
    Unknown,
}

/// Follows a plan; of the futures in which it cannot be followed all are named, or only the first.
pub(super) fn follow(futures: &Futures<'_>, decided: &Decided, all: bool) -> Result<Followed, EngineError> {
    let known = futures.uncertainty.known();
    // What the plan does not have, it does not hold.
    let keep = |name: &str, rounding| Some(about(decided.value(name).unwrap_or(0.0), rounding));
    let mut followed = None;
    for rounding in ROUNDING {
        let bounds = |name: &str| keep(name, rounding);
        let together = futures.solve(&known, &futures.expectation(), Some(Fixed::undrawn(&bounds)))?;
        let is_optimal = together.is_optimal();
        followed = Some(together);
        if is_optimal {
            break;
        }
    }
    let Some(together) = followed else { return Ok(Followed::Unknown) };
    let every = || (0..futures.models.len()).collect();
    // What it holds and these futures do not have cannot be followed in any of them.
    if decided.lacks(&together.undrawn_names()) {
        return Ok(Followed::Not(every()));
    }
    if together.is_optimal() {
        return Ok(Followed::Done(Box::new(together)));
    }
    if !together.is_infeasible() {
        return Ok(Followed::Unknown);
    }
    let bounds = |name: &str| keep(name, ROUNDING[1]);
    let mut not = Vec::new();
    for f in 0..futures.models.len() {
        if !futures.can_follow(f, &together, Fixed::undrawn(&bounds))? {
            not.push(f);
            if !all {
                break;
            }
        }
    }
    // Each by itself can, and all of them together cannot: the outcomes of other factors share decisions.
    Ok(Followed::Not(if not.is_empty() { every() } else { not }))
}
