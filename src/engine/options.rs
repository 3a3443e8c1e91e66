//! How to solve.

use std::time::Duration;

use super::deadline::Deadline;
use super::watch::Watch;

/// How to solve.
#[derive(Clone, Debug, PartialEq)]
pub struct SolveOptions {
    /// Longest time for one engine; none by default.
    pub time_limit: Option<Duration>,
    /// When all engines have to end.
    pub deadline: Deadline,
    /// Relative gap at which an integer answer is good enough.
    pub mip_gap: f64,
    /// Who may stop it, and who is reported how far it is.
    pub watch: Watch,
}

impl Default for SolveOptions {
    fn default() -> Self {
        SolveOptions { time_limit: None, deadline: Deadline::default(), mip_gap: 1e-6, watch: Watch::default() }
    }
}

impl SolveOptions {
    /// Longest time for an engine that begins now: none if an end was asked for.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let cancelled = self.watch.is_cancelled().then_some(Duration::ZERO);
        [self.time_limit, self.deadline.left(), cancelled].into_iter().flatten().min()
    }
}
