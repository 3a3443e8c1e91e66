//! Why there is no sweep.

use crate::model::ColumnError;

/// Why there is no sweep.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// A column cannot be read.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// The correlations of a sample contradict one another.
    #[error("these correlations contradict one another: no quantities have all of them; bring them nearer to 0")]
    Correlations,
    /// No threads can be started; in the system's words.
    #[error("cannot start threads: {0}")]
    Threads(String),
}
