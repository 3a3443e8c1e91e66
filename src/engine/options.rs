//! How to solve.

use std::time::Duration;

use super::deadline::Deadline;

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
