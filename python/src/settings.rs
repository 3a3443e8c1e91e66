//! How to solve, from keyword arguments.

use std::time::{Duration, Instant};

use polysource::engine::{Deadline, Watch};
use polysource::{Detail, EngineChoice, SolveSettings};
use pyo3::prelude::*;

use crate::errors::usage;

/// What most questions take.
#[derive(Clone)]
pub struct How {
    engine: EngineChoice,
    time_limit: Option<Duration>,
    detail: Detail,
    gap: f64,
}

impl How {
    /// Reads the keywords.
    pub fn read(detail: &str, engine: &str, time_limit: Option<f64>, gap: f64) -> PyResult<Self> {
        let detail = match detail {
            "plan" => Detail::Plan,
            "full" => Detail::Full,
            "ranges" => Detail::Ranges,
            other => return Err(usage(format!("detail is \"plan\", \"full\" or \"ranges\", not {other:?}"))),
        };
        let choice: EngineChoice =
            engine.parse().map_err(|e: polysource::engine::NoSuchEngine| usage(e.to_string()))?;
        choice.built_in().map_err(|e| usage(e.to_string()))?;
        let limit = |seconds: f64| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| usage(format!("time_limit is a number of seconds, not {seconds}")))
        };
        if !(0.0..1.0).contains(&gap) {
            return Err(usage(format!("gap is a part from 0 to below 1, not {gap}")));
        }
        Ok(How { engine: choice, time_limit: time_limit.map(limit).transpose()?, detail, gap })
    }

    /// The same for a question that decides itself how much is computed.
    pub fn of_question(engine: &str, time_limit: Option<f64>) -> PyResult<Self> {
        How::read("full", engine, time_limit, SolveSettings::default().mip_gap)
    }

    /// The settings; the time begins to run here.
    pub fn settings(&self, watch: Watch) -> SolveSettings {
        SolveSettings {
            engine: self.engine,
            deadline: self.deadline(),
            detail: self.detail,
            mip_gap: self.gap,
            watch,
            ..SolveSettings::default()
        }
    }

    /// The settings of what is solved again and again: the time is that of one engine in one solve.
    pub fn repeated(&self, watch: Watch) -> SolveSettings {
        SolveSettings { deadline: Deadline::default(), time_limit: self.time_limit, ..self.settings(watch) }
    }

    /// When it has to end, if it began now.
    fn deadline(&self) -> Deadline {
        self.time_limit.and_then(|limit| Instant::now().checked_add(limit)).into()
    }

    /// Whether what needs further solves is computed.
    pub fn is_full(&self) -> bool {
        self.detail.is_full()
    }
}
