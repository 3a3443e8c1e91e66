//! From a linear program to an outcome: the engines, and the loop that certifies what they say.
//!
//! An engine is not believed. What it returns is checked by [`crate::lp::certify`] against the
//! program itself; an answer that does not pass goes to the next engine, and if none passes the
//! result says so ([`CertifiedStatus::Unverified`]).

mod accepted;
mod basis;
mod branch;
mod certified;
mod certified_session;
mod choice;
mod clarabel;
mod condensed;
mod deadline;
mod decomposed;
mod dual;
#[cfg(feature = "highs")]
mod highs;
mod imported;
mod loosened;
mod microlp;
mod phase_one;
mod ray;
mod reduced;
mod search;
mod session;
mod vertex;

use std::time::Duration;

pub use basis::{Basis, Place, Ranging};
pub use certified::{Attempt, CertifiedStatus, Solved, solve_certified};
pub(crate) use certified::{SMALL, keeps_basis, solved_by_guess};
pub use certified_session::CertifiedSession;
pub use choice::EngineChoice;
pub use clarabel::Clarabel;
pub use deadline::Deadline;
#[cfg(feature = "highs")]
pub use highs::Highs;
pub use imported::{IMPORTED, certify_imported};
pub use loosened::within_tolerance;
pub use microlp::Microlp;
pub use session::Session;

use crate::lp::LinearProgram;

/// What an engine can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Columns that take whole numbers only.
    pub integers: bool,
    /// Multipliers of the rows.
    pub duals: bool,
    /// Solutions at a vertex rather than inside the optimal face.
    pub vertex: bool,
}

/// What an engine says of a program, apart from any numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Solved to the engine's satisfaction.
    Optimal,
    /// No feasible point.
    Infeasible,
    /// Cost falls without end.
    Unbounded,
    /// Stopped by the time limit.
    TimeLimit,
    /// Stopped for another reason, perhaps with numbers that are good enough.
    Stalled,
}

/// What an engine returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What it says.
    pub status: Status,
    /// A value for each column, if it has one.
    pub primal: Option<Vec<f64>>,
    /// A multiplier for each row, with the sign d cost / d right-hand side, if it has one.
    pub duals: Option<Vec<f64>>,
    /// What no point with whole numbers costs less than, if integers were searched: its word.
    pub bound: Option<f64>,
    /// A multiplier for each row that proves that there is no feasible point, if it has one.
    pub farkas: Option<Vec<f64>>,
    /// A direction in which the cost falls without end, if it has one.
    pub ray: Option<Vec<f64>>,
}

impl Outcome {
    /// A status without any numbers.
    #[must_use]
    pub fn of(status: Status) -> Self {
        Outcome { status, primal: None, duals: None, bound: None, farkas: None, ray: None }
    }
}

/// Why an engine could not answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// The program has something that the engine cannot deal with.
    #[error("{engine} cannot solve this program: {what}")]
    Unsupported {
        /// The engine.
        engine: &'static str,
        /// What it cannot deal with.
        what: String,
    },
    /// The program is not one: a coefficient is not finite or a bound has no meaning.
    #[error("the program has no meaning: {0}")]
    BadProgram(#[from] crate::lp::LpError),
    /// The engine failed.
    #[error("{engine} failed: {what}")]
    Failed {
        /// The engine.
        engine: &'static str,
        /// What it said.
        what: String,
    },
}

/// How to solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolveOptions {
    /// Longest time for one engine; none by default.
    pub time_limit: Option<Duration>,
    /// When all engines have to end.
    pub deadline: Deadline,
    /// Relative gap at which an integer answer is good enough.
    pub mip_gap: f64,
}

impl Default for SolveOptions {
    fn default() -> Self {
        SolveOptions { time_limit: None, deadline: Deadline::default(), mip_gap: 1e-6 }
    }
}

impl SolveOptions {
    /// Longest time for an engine that begins now.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        [self.time_limit, self.deadline.left()].into_iter().flatten().min()
    }
}

/// A solver of linear programs.
pub trait Engine: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// Solves a program.
    ///
    /// # Errors
    /// [`EngineError`] if the program is beyond its abilities or it fails.
    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError>;

    /// Opens a program to change it and solve it more than once.
    ///
    /// An engine that can start from its last basis does; the others start from nothing each time,
    /// with the same answers.
    ///
    /// # Errors
    /// [`EngineError`] if the engine cannot be started. What is wrong with the program is told by
    /// [`Session::solve`].
    fn open(&self, lp: LinearProgram, options: &SolveOptions) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(session::Cold::new(self, lp, *options)))
    }
}

/// Runs an engine so that a panic inside it becomes an error.
fn guarded<T>(engine: &'static str, run: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    caught.unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it stopped without saying why".to_owned());
        Err(EngineError::Failed { engine, what })
    })
}
