//! The simplex method of our own, in safe Rust: a vertex with its multipliers, a proof where there is no optimum, and
//! sessions that start from their last basis.
//!
//! A bounded revised simplex method (Dantzig and Orchard-Hays, "The product form for the inverse in the simplex method",
//! Math. Tables Other Aids Comput. 8, 1954) on sparse factors: the dual method with steepest edges and long steps, and
//! the primal one for changes of costs. From arrays up: sparse vectors (`sparse`), the triangles of a basis (`lu`, `triangle`,
//! `factor`), where the method stands (`state`), its two directions (`dual` with `ratio`, `primal`), one solve (`run`),
//! and what is made of a program and of its answer (`solver`, `session`).

mod dual;
mod factor;
mod lu;
mod primal;
mod problem;
#[cfg(test)]
mod random;
mod ratio;
mod run;
mod session;
mod solver;
mod sparse;
mod state;
mod triangle;

use super::contract::{Abilities, Engine};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome};
use super::session::Session;
use crate::lp::LinearProgram;

/// The simplex method of our own: a vertex and its multipliers, and sessions that start from their last basis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Simplex;

impl Simplex {
    /// Opens a program whose rows and bounds are kept a hundred times as exactly.
    pub(super) fn open_exactly(lp: LinearProgram, options: &SolveOptions) -> Box<dyn Session> {
        Box::new(session::Hot::new(lp, options.clone(), true))
    }
}

impl Engine for Simplex {
    fn name(&self) -> &'static str {
        solver::NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { integers: false, duals: true, vertex: true }
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        solver::Solver::default().solve(lp, options)
    }

    fn open(&self, lp: LinearProgram, options: &SolveOptions) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(session::Hot::new(lp, options.clone(), false)))
    }
}
