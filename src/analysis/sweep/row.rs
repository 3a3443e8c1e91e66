//! What is reported of a point.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::Status;

/// What came of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PointStatus {
    /// The cheapest plan, certified.
    Optimal,
    /// There is no plan, with a proof.
    Infeasible,
    /// The engine says that there is no plan, but no proof of it was found.
    InfeasibleUnverified,
    /// Cost can fall without end.
    Unbounded,
    /// A limit of time was reached; the plan is feasible but may not be the cheapest.
    LimitReached,
    /// An answer that did not pass the certificate; not to be relied on.
    Unverified,
    /// The model has no meaning at this point.
    ModelWrong,
}

impl From<Status> for PointStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Optimal => Self::Optimal,
            Status::Infeasible => Self::Infeasible,
            Status::InfeasibleUnverified => Self::InfeasibleUnverified,
            Status::Unbounded => Self::Unbounded,
            Status::LimitReached => Self::LimitReached,
            // No point of a sweep is an alternative.
            Status::NearOptimal | Status::Unverified => Self::Unverified,
        }
    }
}

impl PointStatus {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Infeasible => "infeasible",
            Self::InfeasibleUnverified => "infeasible-unverified",
            Self::Unbounded => "unbounded",
            Self::LimitReached => "limit-reached",
            Self::Unverified => "unverified",
            Self::ModelWrong => "model-wrong",
        }
    }

    /// Whether more time would not change it.
    #[must_use]
    pub fn is_answer(self) -> bool {
        !matches!(self, Self::LimitReached | Self::InfeasibleUnverified | Self::Unverified)
    }
}

/// A point that has been solved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The number of the point, from 0.
    pub point: usize,
    /// What came of it.
    pub status: PointStatus,
    /// A value for each column; `None` where it has no meaning.
    pub values: Vec<Option<f64>>,
    /// Why there is no answer.
    pub message: Option<String>,
}

/// A line of `sweep --format jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SweepLine {
    /// The number of the point, from 0.
    pub point: usize,
    /// In a tornado the rank of its input: 1 for the largest effect, 0 for the model as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// The value of what varies: a number, the scenarios joined by `+`, or `null` where the model is as written. What is
    /// scaled or shifted has its value under its name, if it is one value, and the factor or shift beside it under the
    /// name with ` (factor)` or ` (shift)` behind it.
    pub at: BTreeMap<String, Setting>,
    /// What came of it.
    pub status: PointStatus,
    /// The columns; `null` where one has no meaning.
    pub values: BTreeMap<String, Option<f64>>,
    /// Why there is no answer.
    pub message: Option<String>,
}

/// A value of a variation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Setting {
    /// A number, in the unit in which it was written.
    Number(f64),
    /// Scenarios.
    Text(String),
    /// As written.
    AsWritten(()),
}
