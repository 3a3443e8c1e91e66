//! What is asked and what is reported: the shape of `alternatives --format json`.

use std::time::Duration;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::SolveSettings;
use crate::diagnostics::suggest;
use crate::engine::EngineError;
use crate::model::{Dimension, Measure, Model};
use crate::plan::{ModelInfo, Status};

/// What is asked of the plans that cost nearly as little as the cheapest.
#[derive(Clone, Debug, PartialEq)]
pub struct AlternativesSettings {
    /// What they may cost more than the cheapest, as a part of its cost.
    pub within: f64,
    /// The dimensions whose groups' shares are reported.
    pub by: Vec<Dimension>,
    /// What the shares are of.
    pub of: Measure,
    /// How many plans that differ are looked for.
    pub plans: usize,
    /// How each program is solved.
    pub solve: SolveSettings,
}

impl AlternativesSettings {
    /// What is asked in words: dimensions such as `vendor`, and a measure such as `spend`.
    ///
    /// # Errors
    /// What has no meaning in the model.
    pub fn read(
        model: &Model,
        (within, plans): (f64, usize),
        (by, of): (&[String], &str),
        solve: SolveSettings,
    ) -> Result<Self, String> {
        let dimension = |word: &String| {
            let dimension = Dimension::from_word(word);
            if model.groups(&dimension).is_empty() {
                return Err(format!(
                    "`{word}` is neither a dimension nor a tag of any offer; {}",
                    suggest(word, Dimension::WORDS)
                ));
            }
            Ok(dimension)
        };
        let measure = Measure::ALL.into_iter().find(|m| m.word() == of);
        let unknown = || format!("`{of}` is not a measure; {}", suggest(of, Measure::ALL.map(Measure::word)));
        Ok(AlternativesSettings {
            within,
            by: by.iter().map(dimension).collect::<Result<_, _>>()?,
            of: measure.ok_or_else(unknown)?,
            plans,
            solve,
        })
    }
}

/// The room for negotiation, and plans that differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Alternatives {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// What the shares are of: spend, chips, work, power or carbon.
    pub of: String,
    /// Unit of the amounts.
    pub unit: String,
    /// What a plan may cost more than the cheapest, as a part of its cost.
    pub within: f64,
    /// Discounted cost of the cheapest plan.
    pub cost: f64,
    /// No plan costs less than this, proved.
    pub bound: f64,
    /// The most that a plan may cost here.
    pub allowed: f64,
    /// The least and the most that each group can have.
    pub room: Vec<GroupRoom>,
    /// Whether it is proved of each least and most that no plan goes beyond it by more than a
    /// thousandth of a percentage point.
    pub exact: bool,
    /// Plans that differ from the cheapest and from one another.
    pub plans: Vec<AlternativePlan>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// How many programs were solved.
    pub solves: usize,
}

/// What a group can have in plans that cost no more than is allowed and keep the policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct GroupRoom {
    /// The dimension.
    pub by: String,
    /// The group.
    pub group: String,
    /// The least; `null` if it could not be certified.
    pub least: Option<Extreme>,
    /// What it has in the cheapest plan.
    pub cheapest: Portion,
    /// The most; `null` if it could not be certified.
    pub most: Option<Extreme>,
}

/// A part of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Portion {
    /// The part of the total.
    pub share: f64,
    /// The amount: money, chip-hours, work, kWh or kg.
    pub amount: f64,
    /// The total of the same plan.
    pub total: f64,
}

/// The least or most that a group can have, in a plan that was found and checked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Extreme {
    /// What the group has in that plan.
    #[serde(flatten)]
    pub portion: Portion,
    /// What that plan costs.
    pub cost: f64,
    /// The share beyond which it is proved that no plan goes; `null` where a plan may have nothing
    /// at all of the measure, and a share has no meaning.
    pub bound: Option<f64>,
    /// Whether the search ended before it was proved that no plan goes beyond.
    pub limited: bool,
}

/// A plan that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct AlternativePlan {
    /// Its discounted cost.
    pub cost: f64,
    /// What it costs more than the cheapest.
    pub extra: f64,
    /// The part of the chip-hours held that it holds elsewhere or at another time than the cheapest:
    /// 0 for the same plan, 1 for one that has nothing in common with it.
    pub differs: f64,
    /// The same against the plan reported before it that is most like it; `null` for the first.
    pub differs_from_others: Option<f64>,
    /// Largest violation of any row or bound of the program, the allowed cost among them.
    pub primal: f64,
    /// How it differs, in sentences.
    pub sentence: String,
}

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlternativesError {
    /// There is no certified cheapest plan to start from.
    #[error("the model has no certified cheapest plan to compare with: {0:?}")]
    NoPlan(Status),
    /// What is asked has no meaning in the model.
    #[error("{0}")]
    Usage(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Longest time for each search over whole numbers, if no other is set.
pub(super) const LONGEST: Duration = Duration::from_secs(30);

/// Unit of the amounts of a measure.
pub(super) fn unit(model: &Model, of: Measure) -> String {
    match of {
        Measure::Spend => model.currency.clone(),
        Measure::Chips => "chip-h".to_owned(),
        Measure::Power => "kWh".to_owned(),
        Measure::Carbon => "kg".to_owned(),
        Measure::Work => model.workloads.iter().next().map_or_else(String::new, |w| w.unit.clone()),
    }
}
