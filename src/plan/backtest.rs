//! Ways of planning tried on what happened, as results.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ModelInfo, PeriodCost};

/// What ways of planning would have cost. Money is discounted, unless it is of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BacktestResult {
    /// The version of the program.
    pub polysource: String,
    /// The version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// The currency of all money.
    pub currency: String,
    /// The first period that was gone through.
    pub from: String,
    /// The last one.
    pub last: String,
    /// The periods at whose start plans were made.
    pub dates: Vec<String>,
    /// What it would have cost to know all of it at the start.
    pub hindsight: BacktestRun,
    /// Each way of planning.
    pub policies: Vec<BacktestRun>,
}

/// What one way of planning would have cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BacktestRun {
    /// The way of planning: `hindsight`, `solve`, `here-and-now`, `regret`, `on-demand`, `online` or `replay 60 days`.
    pub policy: String,
    /// `certified`, `no-plan` or `uncertified`.
    pub status: BacktestStatus,
    /// Without a certified plan: the date of the plan that there is none for; `null` if it is what happened that cannot be
    /// served with what was signed.
    pub at: Option<String>,
    /// What it cost; `null` without a certified plan.
    pub cost: Option<f64>,
    /// What it cost beyond hindsight.
    pub gap: Option<f64>,
    /// The same as a part of the cost of hindsight; `null` where that is 0 or less.
    pub part: Option<f64>,
    /// What each period cost, undiscounted, and by how much that is beyond hindsight.
    pub by_period: Vec<BacktestPeriod>,
    /// What was reserved or bought, by date.
    pub signed: Vec<BacktestSigned>,
    /// The optional contracts that were signed.
    pub contracts: Vec<String>,
}

/// How a way of planning ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BacktestStatus {
    /// Every plan of it and its cost are certified.
    Certified,
    /// There is no plan at a date, or what happened cannot be served with what was signed.
    NoPlan,
    /// Something was not certified.
    Uncertified,
}

/// What a period cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BacktestPeriod {
    /// The period.
    pub period: String,
    /// Undiscounted money.
    pub cost: f64,
    /// How much of it is beyond hindsight; below 0 in a period in which hindsight paid more.
    pub gap: f64,
}

/// What a plan reserved or bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BacktestSigned {
    /// The date of the plan; `null` for what was held before.
    pub decided: Option<String>,
    /// The offer.
    pub offer: String,
    /// The period in which its term begins.
    pub from: String,
    /// Chips.
    pub chips: f64,
}

impl BacktestRun {
    /// Says what it cost, and by how much that is beyond hindsight.
    #[must_use]
    pub fn beyond(mut self, hindsight: &BacktestRun) -> Self {
        let (Some(cost), Some(least)) = (self.cost, hindsight.cost) else { return self };
        self.gap = Some(cost - least);
        self.part = (least > 0.0).then(|| (cost - least) / least);
        for (own, other) in self.by_period.iter_mut().zip(&hindsight.by_period) {
            own.gap = own.cost - other.cost;
        }
        self
    }

    /// Says what each period cost.
    #[must_use]
    pub fn paid(mut self, cost: f64, by_period: &[PeriodCost]) -> Self {
        self.cost = Some(cost);
        let of = |p: &PeriodCost| BacktestPeriod { period: p.period.clone(), cost: p.cost, gap: 0.0 };
        self.by_period = by_period.iter().map(of).collect();
        self
    }
}
