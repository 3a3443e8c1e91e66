//! What a curve is, and why there may be none.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::SolveSettings;
use crate::engine::EngineError;
use crate::plan::ModelInfo;

/// How to trace a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveSettings {
    /// How each point is solved.
    pub solve: SolveSettings,
    /// For a curve that has to be sampled: how far, relative to the cost, a point may lie from the
    /// straight line that is reported.
    pub tolerance: f64,
}

/// What a curve is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Shape {
    /// The number has no effect.
    Flat,
    /// It stands in costs: concave, exact.
    Concave,
    /// It stands in bounds: convex, exact.
    Convex,
    /// Neither; sampled.
    Sampled,
}

/// The optimal cost as a function of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Curve {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// What varies.
    pub parameter: String,
    /// set, scale or shift: what the values of the parameter do to what is written.
    pub how: String,
    /// Unit of the parameter's values, if one was written.
    pub unit: Option<String>,
    /// The smallest value of the parameter.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// What the curve is known to be.
    pub shape: Shape,
    /// Whether every breakpoint is found and every piece proved, within the certificates' gaps.
    pub exact: bool,
    /// What that rests on, in a sentence.
    pub basis: String,
    /// The straight pieces, from left to right.
    pub pieces: Vec<Piece>,
    /// Where the pieces meet.
    pub breakpoints: Vec<Breakpoint>,
    /// Ranges in which there is no plan.
    pub infeasible: Vec<Gap>,
    /// How many programs were solved.
    pub solves: usize,
}

/// A straight piece of a curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Piece {
    /// Where it starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Discounted cost at its start.
    pub cost_from: f64,
    /// Discounted cost at its end.
    pub cost_to: f64,
    /// Change of the cost per unit of the parameter.
    pub slope: f64,
    /// What is held on it.
    pub chips: Vec<Held>,
}

/// Chips held of an offer on a piece, averaged over the hours of the horizon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Held {
    /// The offer.
    pub offer: String,
    /// Chips at the start of the piece.
    pub from: f64,
    /// Chips at its end.
    pub to: f64,
}

/// Where two pieces meet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Breakpoint {
    /// The value of the parameter.
    pub at: f64,
    /// Discounted cost there.
    pub cost: f64,
    /// Slope to the left.
    pub slope_before: f64,
    /// Slope to the right.
    pub slope_after: f64,
}

/// A range in which there is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Gap {
    /// Where it starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// Why there is no curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CurveError {
    /// What was asked for is no curve.
    #[error("{0}")]
    Usage(String),
    /// The model has no meaning at some value.
    #[error("the model has no meaning at {at}: {why}")]
    Model {
        /// The value.
        at: f64,
        /// The first problem.
        why: String,
    },
    /// The answer at some value could not be certified.
    #[error("the answer at {at} could not be certified: {why}")]
    Uncertified {
        /// The value.
        at: f64,
        /// What came of it.
        why: String,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
