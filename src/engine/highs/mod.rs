//! HiGHS (Huangfu and Hall, "Parallelizing the dual revised simplex method", Math. Prog. Comp. 10,
//! 2018) over its C interface: a vertex with its multipliers, integers by branch and cut, and
//! sessions that start from their last basis.

mod ffi;
mod session;
mod solver;

use super::contract::{Abilities, Engine};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome};
use super::session::Session;
use crate::lp::LinearProgram;

/// HiGHS: a vertex and its multipliers, integers, and sessions that start from their last basis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Highs;

impl Engine for Highs {
    fn name(&self) -> &'static str {
        solver::NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { integers: true, duals: true, vertex: true }
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        session::solve_once(lp, options)
    }

    fn open(&self, lp: LinearProgram, options: &SolveOptions) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(session::Hot::new(lp, options.clone())?))
    }
}
