//! Why there is no backtest.

use crate::engine::EngineError;
use crate::model::Rejected;
use crate::plan::Status;

/// Why there is no backtest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// There is nothing to go through.
    #[error("the model has no `backtest`: add `backtest: {{ history: usage.csv }}`")]
    Nothing,
    /// A model at a date has no meaning.
    #[error("`{policy}` at {at}: {wrong}")]
    Rejected {
        /// The way of planning.
        policy: String,
        /// The date, or what happened.
        at: String,
        /// What is wrong.
        wrong: Box<Rejected>,
    },
    /// The online rule does not speak of such a model.
    #[error("the online rule cannot be tried: {0}")]
    Online(String),
    /// A plan decides by what it is not yet to know.
    #[error("a plan signs `{0}` in some futures only, before it is known which of them comes")]
    Undecided(String),
    /// There is no certified plan that knows all.
    #[error("what happened cannot be served, whatever is signed")]
    NoHindsight(Status),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// That a model has no meaning.
pub(super) fn rejected(policy: &str, at: &str, wrong: Rejected) -> BacktestError {
    BacktestError::Rejected { policy: policy.to_owned(), at: at.to_owned(), wrong: Box::new(wrong) }
}
