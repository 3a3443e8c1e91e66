//! How a model is solved: the engine, its limits, and how much is computed.

use std::time::Duration;

use crate::engine::{Deadline, EngineChoice, EngineError, Progress, SolveOptions, Watch};
use crate::resilience::Solver;

/// How much is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Detail {
    /// One solve, with what is held and paid.
    Cost,
    /// Also who runs what, and the exposure over the horizon, but not what each limit costs.
    Sums,
    /// Also the exposure by period, what each limit costs, and all else that one solve tells.
    Plan,
    /// Also what needs further solves: the diversification premium.
    #[default]
    Full,
    /// Also what takes long in a large model: break-even prices, and the ranges of shadow prices.
    Ranges,
}

impl Detail {
    /// Whether more than one solve is asked for.
    #[must_use]
    pub fn is_full(self) -> bool {
        matches!(self, Detail::Full | Detail::Ranges)
    }
}

/// How to solve a model.
#[derive(Clone, Debug, PartialEq)]
pub struct SolveSettings {
    /// The engine.
    pub engine: EngineChoice,
    /// Longest time for one engine; none by default.
    pub time_limit: Option<Duration>,
    /// When everything that is solved with these settings has to end; never by default.
    pub deadline: Deadline,
    /// How much is computed.
    pub detail: Detail,
    /// Relative gap at which an integer answer is good enough.
    pub mip_gap: f64,
    /// Who may stop it, and who is reported how far it is.
    pub watch: Watch,
}

impl Default for SolveSettings {
    fn default() -> Self {
        SolveSettings {
            engine: EngineChoice::Auto,
            time_limit: None,
            deadline: Deadline::default(),
            detail: Detail::Full,
            mip_gap: 1e-4,
            watch: Watch::default(),
        }
    }
}

impl SolveSettings {
    /// With what a plan is checked: the engine, but no end of time, since a plan that was found in time is reported.
    #[must_use]
    pub(in crate::analysis) fn checker(&self) -> Solver {
        Solver { engine: self.engine, options: SolveOptions { watch: self.watch.clone(), ..SolveOptions::default() } }
    }

    /// With what the programs of losses over a plan are solved.
    #[must_use]
    pub fn solver(&self) -> Solver {
        Solver { engine: self.engine, options: self.options() }
    }

    pub(in crate::analysis) fn options(&self) -> SolveOptions {
        SolveOptions {
            time_limit: self.time_limit,
            deadline: self.deadline,
            mip_gap: self.mip_gap,
            watch: self.watch.clone(),
        }
    }

    /// Longest time for one of many searches over integers: the one that was set, `usual` if there is no end at all.
    pub(in crate::analysis) fn search_limit(&self, usual: Duration) -> Option<Duration> {
        self.time_limit.or((!self.deadline.is_set()).then_some(usual))
    }

    /// Tells that a question begins.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if an end was asked for.
    pub(in crate::analysis) fn begin(&self, name: &'static str, number: usize, of: usize) -> Result<(), EngineError> {
        self.watch.wanted()?;
        self.watch.notify(|| Progress::Question { name, number, of });
        Ok(())
    }

    /// Whether an answer may end without being proved.
    pub(in crate::analysis) fn is_limited(&self) -> bool {
        self.time_limit.is_some() || self.deadline.is_set()
    }
}
