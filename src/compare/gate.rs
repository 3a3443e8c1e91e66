//! What a review has to know of a model: whether its plans are as expected, and what differs from the one that was agreed.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lock::LockDiff;
use crate::analysis::expect::{Outcome, Verdict};
use crate::plan::{ModelInfo, Status};

/// What a review has to know of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Gate {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// Whether every plan is certified and as expected, and nothing differs from the lock.
    pub passed: bool,
    /// The model file.
    pub file: String,
    /// What was solved.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// The model as it is written, then each set of scenarios of which something is expected.
    pub cases: Vec<GateCase>,
    /// What came of each expectation, in the order of the cases.
    pub expectations: Vec<Verdict>,
    /// What differs from the plan that was agreed; `null` without a lock or without a certified plan.
    pub lock: Option<LockDiff>,
}

/// A model that was solved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct GateCase {
    /// Scenarios of its expectations; none for the model as it is written.
    pub scenarios: Vec<String>,
    /// What came of it.
    pub status: Status,
    /// Its discounted cost; `null` without a plan.
    pub cost: Option<f64>,
    /// What its certificate leaves open, relative to the cost; `null` without one.
    pub gap: Option<f64>,
}

impl Gate {
    /// The expectations that are not met.
    pub fn missed(&self) -> impl Iterator<Item = &Verdict> {
        self.expectations.iter().filter(|v| v.outcome != Outcome::Met)
    }

    /// Whether every case has a certified plan, every expectation is met, and nothing differs from the lock.
    #[must_use]
    pub fn holds(&self) -> bool {
        let certified = self.cases.iter().all(|c| c.status == Status::Optimal);
        certified && self.missed().next().is_none() && !self.lock.as_ref().is_some_and(LockDiff::differs)
    }
}
