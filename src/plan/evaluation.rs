//! Plans in futures that they were not made for, as results.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ModelInfo;

/// What plans come to over futures that were drawn after they were made. Money is discounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Evaluation {
    /// The version of the program.
    pub polysource: String,
    /// The version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// The currency of all money.
    pub currency: String,
    /// How many draws.
    pub draws: usize,
    /// The samples that they came in, independent of one another.
    pub batches: usize,
    /// How sure the intervals are to hold.
    pub confidence: f64,
    /// The expected cost if every draw were known at the start.
    pub wait_and_see: f64,
    /// Each plan.
    pub plans: Vec<EvaluatedPlan>,
}

/// What one plan comes to. Amounts are `null` where it cannot be followed in every future, or something was not certified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct EvaluatedPlan {
    /// `here-and-now` or `base`.
    pub plan: String,
    /// The same in words.
    pub name: String,
    /// The mean cost.
    pub expected: Option<f64>,
    /// The expected cost is at least so much, with the confidence asked for.
    pub lower: Option<f64>,
    /// It is at most so much.
    pub upper: Option<f64>,
    /// The standard deviation of the cost of a future.
    pub deviation: Option<f64>,
    /// The mean cost of the dearest tenth of the futures.
    pub dearest: Option<f64>,
    /// The largest cost of parts of the futures.
    pub quantiles: Vec<Quantile>,
    /// What a future costs beyond the least that it could, in the mean.
    pub regret: Option<f64>,
    /// The most of it.
    pub largest_regret: Option<f64>,
    /// Workloads of which work is not done.
    pub unmet: Vec<EvaluatedUnmet>,
    /// Futures in which it cannot be followed.
    pub not_followed: usize,
    /// The first of them.
    pub first: Option<String>,
    /// Batches of which something was not certified.
    pub uncertified: usize,
}

/// The largest cost of a part of the futures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Quantile {
    /// The part, from 0 (the cheapest future) to 1 (the dearest).
    pub part: f64,
    /// Its largest cost.
    pub cost: f64,
}

/// Work that is not done of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct EvaluatedUnmet {
    /// The workload.
    pub workload: String,
    /// In what part of the futures.
    pub probability: f64,
    /// How much in the mean, in the workload's unit.
    pub expected: f64,
    /// That unit.
    pub unit: String,
}
