//! What a plan for drawn futures leaves open, as results.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was drawn at random, and what that leaves open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DrawsResult {
    /// How many futures were drawn.
    pub samples: usize,
    /// How many of them were kept; left out where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    /// The random seed.
    pub seed: u64,
    /// `latin` or `plain`.
    pub sampling: String,
    /// What the amounts of this plan are worth, in a sentence.
    pub sentence: String,
    /// What is decided before anything is drawn, by the columns of the exported program: what `evaluate --plan` follows.
    #[serde(default)]
    pub decided: BTreeMap<String, f64>,
    /// What further samples say; `null` where none were asked for.
    pub interval: Option<SampleInterval>,
}

/// Between which amounts what is minimized lies, from further samples. Money, discounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SampleInterval {
    /// How many further samples.
    pub replications: usize,
    /// How sure the interval is to hold.
    pub confidence: f64,
    /// The best plan and this one cost at least so much; `null` where a sample has no plan.
    pub lower: Option<f64>,
    /// The best plan and this one cost at most so much; `null` where the plan cannot be followed in a sample.
    pub upper: Option<f64>,
    /// What this plan costs at most beyond the best one, with the same confidence; `null` as `upper`.
    pub gap: Option<f64>,
    /// What the best plans for the samples cost at least.
    pub best: Option<Estimate>,
    /// What this plan costs in the samples.
    pub plan: Option<Estimate>,
    /// Samples in a future of which this plan cannot be followed.
    pub not_followed: usize,
    /// Samples in a future of which there is no plan, whatever is decided before.
    pub without_plan: usize,
    /// Samples of which something was not certified.
    pub uncertified: usize,
    /// All of it in a sentence.
    pub sentence: String,
    /// Each sample.
    pub samples: Vec<SampleResult>,
}

/// A mean over samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of one sample.
    pub deviation: f64,
}

/// One further sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SampleResult {
    /// Its number, from 1.
    pub sample: usize,
    /// `certified`, `not-followed`, `no-plan` or `uncertified`.
    pub status: String,
    /// The future in which the plan cannot be followed, or in which there is none.
    pub future: Option<String>,
    /// What the best plan for it costs at least.
    pub bound: Option<f64>,
    /// What this plan costs in it.
    pub cost: Option<f64>,
}
