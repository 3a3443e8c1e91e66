//! A difference of two plans as it is reported: the shape of `diff --format json`.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::{CostKind, Lost, ModelInfo, Status};

/// What differs between two plans, A (before) and B (after).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Diff {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// Before.
    pub a: DiffSide,
    /// After.
    pub b: DiffSide,
    /// Currency of all money.
    pub currency: String,
    /// Whether both were solved from the same input, by its SHA-256.
    pub same_input: bool,
    /// How many rows the lists below have together; 0 if there is no difference.
    pub differences: usize,
    /// The cost as a whole.
    pub totals: Vec<TotalChange>,
    /// What the discounted total is made of.
    pub lines: Vec<LineChange>,
    /// What is held and paid of each offer.
    pub purchases: Vec<PurchaseChange>,
    /// Who runs where.
    pub assignments: Vec<AssignmentChange>,
    /// On whom the plan depends, over the horizon.
    pub exposure: Vec<ExposureChange>,
    /// Served after the loss of a supplier.
    pub resilience: Vec<ResilienceChange>,
    /// The limits and what each costs.
    pub limits: Vec<LimitChange>,
    /// What comes of the contracts.
    pub contracts: Vec<ContractChange>,
    /// Work that is not done.
    pub unmet: Vec<UnmetChange>,
    /// What was written otherwise; `null` unless both are models.
    pub inputs: Option<Vec<InputChange>>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// One of the two that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DiffSide {
    /// The file.
    pub file: String,
    /// Whether the file is a model that was solved for this; else it is a plan.
    pub solved: bool,
    /// The model of the plan.
    pub model: ModelInfo,
    /// What came of solving it.
    pub status: Status,
    /// Its discounted cost; `null` without a plan.
    pub total: Option<f64>,
}

/// A number in A and in B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Change {
    /// In A; `null` if A has no such row.
    pub before: Option<f64>,
    /// In B; `null` if B has no such row.
    pub after: Option<f64>,
    /// After less before. An amount that is not there is 0; `null` if a side is missing and nothing
    /// is no number, as for a limit.
    pub change: Option<f64>,
}

/// What is true in A and in B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Flip {
    /// In A; `null` if A has no such row.
    pub before: Option<bool>,
    /// In B; `null` if B has no such row.
    pub after: Option<bool>,
}

impl Flip {
    /// Whether it is not the same.
    #[must_use]
    pub fn differs(self) -> bool {
        self.before != self.after
    }
}

/// Which total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Total {
    /// Discounted cost, the objective.
    Total,
    /// The same without discounting.
    Nominal,
    /// Cost without the dependency limits.
    Unrestricted,
    /// The diversification premium.
    Premium,
    /// Expectation of what outages add.
    ExpectedLoss,
    /// Conditional value at risk of the cost.
    Cvar,
}

/// A total that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct TotalChange {
    /// Which.
    pub what: Total,
    /// Money.
    pub cost: Change,
    /// The change as a part of what it was before; `null` if that was nothing.
    pub relative: Option<f64>,
}

/// A cost line that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LineChange {
    /// What it is for.
    pub kind: CostKind,
    /// The offer, contract, workload or limit.
    pub id: String,
    /// Discounted cost.
    pub cost: Change,
}

/// An offer of which not the same is held or paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PurchaseChange {
    /// The offer.
    pub offer: String,
    /// Undiscounted money paid for it over the horizon.
    pub spend: Change,
    /// The periods in which not the same number of chips is held.
    pub periods: Vec<ChipsChange>,
}

/// Chips held in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ChipsChange {
    /// The period.
    pub period: String,
    /// Chips.
    pub chips: Change,
}

/// A workload that does not do the same work on an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct AssignmentChange {
    /// The workload.
    pub workload: String,
    /// The offer.
    pub offer: String,
    /// Work over the horizon, in the workload's unit.
    pub work: Change,
}

/// A measure that is not spread in the same way over the groups of a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ExposureChange {
    /// The dimension.
    pub by: String,
    /// The measure: spend, chips, work, power or carbon.
    pub of: String,
    /// Sum of squared shares.
    pub hhi: Change,
    /// The groups that differ.
    pub groups: Vec<GroupChange>,
}

/// A group's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct GroupChange {
    /// The group.
    pub group: String,
    /// Its part of the total.
    pub share: Change,
    /// Its amount: money, chip-hours, work, kWh or kg.
    pub amount: Change,
}

/// A loss after which not the same is served or required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ResilienceChange {
    /// What is lost.
    pub lost: Lost,
    /// The smallest fraction served in any period.
    pub served: Change,
    /// The fraction that the policy requires; `null` where it does not speak of this loss.
    pub required: Change,
}

/// A limit that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LimitChange {
    /// Its name, with group and period where it has them.
    pub name: String,
    /// What kind of limit.
    pub kind: String,
    /// Unit of the limit; the shadow price is money per this.
    pub unit: String,
    /// Whether it is reached.
    pub binding: Flip,
    /// What is used of it.
    pub activity: Change,
    /// How much there is.
    pub limit: Change,
    /// Change of the optimal cost per unit by which the limit is relaxed.
    pub shadow_price: Change,
}

/// A contract of which not the same comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ContractChange {
    /// The contract.
    pub contract: String,
    /// Whether it is signed.
    pub signed: Flip,
    /// Undiscounted money spent under it within the horizon.
    pub spend: Change,
    /// Undiscounted money paid under it and not used.
    pub idle: Change,
    /// What signing it is worth; `null` where it was not computed.
    pub worth: Change,
}

/// A workload of which not the same work is left undone in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct UnmetChange {
    /// The workload.
    pub workload: String,
    /// The period; for training, the last of its window.
    pub period: String,
    /// Work, in the workload's unit.
    pub work: Change,
}

/// A value that was written otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct InputChange {
    /// Where it stands in the model, as `--set` names it.
    pub path: String,
    /// As written in A; `null` if nothing is.
    pub before: Option<String>,
    /// As written in B; `null` if nothing is.
    pub after: Option<String>,
    /// Where it is written in A.
    pub before_at: Option<At>,
    /// Where it is written in B.
    pub after_at: Option<At>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct At {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}
