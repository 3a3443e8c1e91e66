//! What an engine returns, or why it could not.

use crate::lp::LpError;

/// What an engine says of a program, apart from any numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
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
    BadProgram(#[from] LpError),
    /// The engine failed.
    #[error("{engine} failed: {what}")]
    Failed {
        /// The engine.
        engine: &'static str,
        /// What it said.
        what: String,
    },
    /// Whoever asked does not want the answer any more.
    #[error("cancelled")]
    Cancelled,
    /// The question is about one future, and the model has several.
    #[error("the model has several futures, and this asks about one: name it, or ask for the base case")]
    SeveralFutures,
    /// No engine's answer to a small program that goes with a plan passed the certificate.
    #[error("the program `{program}` was not certified{}", if *limited { ": the time limit was reached" } else { "" })]
    Uncertified {
        /// The program.
        program: String,
        /// Whether there was no time left.
        limited: bool,
    },
}
