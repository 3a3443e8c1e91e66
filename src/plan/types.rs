//! The plan as it is reported: the shape of `solve --format json`.
//!
//! Money is in the model's currency, chips are chips, work is in each workload's own unit, shares
//! are fractions. The field names are an interface: they do not change within a format version.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::about::{About, Bound};
use super::uncertainty::UncertaintyResult;
use crate::formulation::LimitKey;
use crate::model::{Model, SurviveId};

/// What came of solving a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// The cheapest plan, certified.
    Optimal,
    /// A plan that costs more than the cheapest, but no more than was allowed; certified to keep all
    /// requirements.
    NearOptimal,
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
}

impl Status {
    /// Whether it is an answer for sure: an optimum, a plan certified as feasible, or a proof that there is none.
    #[must_use]
    pub fn is_certified(self) -> bool {
        matches!(self, Status::Optimal | Status::NearOptimal | Status::Infeasible)
    }

    /// Whether a plan comes with it.
    #[must_use]
    pub fn has_plan(self) -> bool {
        matches!(self, Status::Optimal | Status::NearOptimal | Status::LimitReached | Status::Unverified)
    }
}

/// A plan with its certificate, or the statement that there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Plan {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// What was solved.
    pub model: ModelInfo,
    /// What came of it.
    pub status: Status,
    /// Currency of all money.
    pub currency: String,
    /// What it costs; `null` without a plan.
    pub cost: Option<Cost>,
    /// What is held, and paid for it.
    pub purchases: Vec<Purchase>,
    /// What is reserved, and from when to when: what `holdings.held` of the model file takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<Reservation>,
    /// What is bought for capital, and what comes back for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
    /// Who runs where.
    pub assignments: Vec<Assignment>,
    /// What comes of the contracts.
    pub contracts: Vec<ContractResult>,
    /// Work that is not done, at its price.
    pub unmet: Vec<Unmet>,
    /// What becomes of what runs today; empty without a baseline.
    #[serde(default)]
    pub moves: Vec<Relocation>,
    /// On whom the plan depends.
    pub exposure: Vec<Exposure>,
    /// Served after the loss of a supplier; `null` where it was not computed.
    pub resilience: Option<Vec<Resilience>>,
    /// What outages cost; `null` if the policy names none.
    #[serde(default)]
    pub risk: Option<RiskResult>,
    /// What each organisation is paid, holds and funds.
    #[serde(default)]
    pub organisations: Vec<OrganisationResult>,
    /// What comes of credits and prepayments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub balances: Vec<BalanceResult>,
    /// How commitments are used up, period by period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub burn_down: Vec<BurnDown>,
    /// What vests, and what does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equity: Vec<EquityResult>,
    /// The limits, with what each costs.
    pub limits: Vec<LimitResult>,
    /// Prices at which offers enter or leave; `null` where they were not computed.
    pub break_even: Option<Vec<BreakEven>>,
    /// The check of the answer.
    pub certificate: CertificateInfo,
    /// Limits that idle chips and idle money help to meet; empty where none do, or where it was not looked for.
    #[serde(default)]
    pub idle_to_meet_limit: Vec<IdleToMeetLimit>,
    /// What it is in each future, if something is not known yet; else left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Box<UncertaintyResult>>,
    /// What a reader should know about how the model was understood.
    pub notes: Vec<String>,
}

/// A limit that would not hold without what stands idle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct IdleToMeetLimit {
    /// The limit.
    pub limit: String,
    /// Its line in the model.
    pub line: usize,
    /// Undiscounted money of the plan's idle commitments and chips.
    pub idle: f64,
    /// What the cheapest plan costs in which all such limits hold for the chips that run workloads; `null` if
    /// there is none or it could not be certified.
    pub cost: Option<f64>,
    /// Whether there is no such plan.
    pub no_plan: bool,
}

/// Which model was solved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// SHA-256 of everything that was read: the file, overlays, scenarios and settings.
    pub sha256: String,
    /// Scenarios applied.
    pub scenarios: Vec<String>,
    /// Labels of the periods.
    pub periods: Vec<String>,
    /// Hours of each period, if they are of several steps: months, then quarters, then years.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<u32>,
}

impl ModelInfo {
    /// Of a model.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        ModelInfo {
            name: model.name.clone(),
            sha256: model.sha256.clone(),
            scenarios: model.scenarios.clone(),
            periods: model.calendar.periods.iter().map(|p| p.label.clone()).collect(),
            hours: match model.calendar.is_even() {
                true => Vec::new(),
                false => model.calendar.periods.iter().map(|p| p.hours as u32).collect(),
            },
        }
    }
}

/// What a plan costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Cost {
    /// Discounted cost, the objective.
    pub total: f64,
    /// The same without discounting.
    pub nominal: f64,
    /// Cost without the dependency limits; `null` where it was not computed.
    pub unrestricted: Option<f64>,
    /// The diversification premium: total less unrestricted.
    pub premium: Option<f64>,
    /// Undiscounted cost of each period.
    pub by_period: Vec<PeriodCost>,
    /// What the discounted total is made of.
    pub lines: Vec<CostLine>,
}

/// Undiscounted cost of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PeriodCost {
    /// The period.
    pub period: String,
    /// Its cost.
    pub cost: f64,
    /// What it is for, each kind that is not 0.
    #[serde(default)]
    pub kinds: Vec<KindCost>,
}

/// Undiscounted cost of a kind in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct KindCost {
    /// What it is for.
    pub kind: CostKind,
    /// Its cost.
    pub cost: f64,
}

/// What a cost line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CostKind {
    /// Paid for holding an offer.
    Spend,
    /// Paid for using an offer, beside what holding it costs.
    Use,
    /// Paid for the electricity of chips that are owned.
    Energy,
    /// Paid under a commitment and not used.
    Idle,
    /// Fee of a contract.
    Fee,
    /// Porting a workload to an ecosystem.
    Porting,
    /// Work that is not done.
    Unmet,
    /// Exceeding a priced limit.
    Soft,
    /// Funding of a contract, negative.
    Funding,
    /// What a supplier pays that delivers late, negative.
    Damages,
    /// Moving data to a cloud.
    Egress,
    /// Moving off what runs today.
    Switching,
    /// What is paid from credits, negative.
    Credits,
    /// What is prepaid, less what is drawn from it and comes back.
    Prepaid,
    /// What bought chips bring that are sold, or worth at the end of their life; negative.
    Resale,
    /// What bought chips are worth that are held at the end of the horizon; negative.
    Residual,
}

impl CostKind {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            CostKind::Spend => "spend",
            CostKind::Use => "use",
            CostKind::Energy => "energy",
            CostKind::Idle => "idle",
            CostKind::Fee => "fee",
            CostKind::Porting => "porting",
            CostKind::Unmet => "unmet",
            CostKind::Soft => "soft",
            CostKind::Funding => "funding",
            CostKind::Damages => "damages",
            CostKind::Egress => "egress",
            CostKind::Switching => "switching",
            CostKind::Credits => "credits",
            CostKind::Prepaid => "prepaid",
            CostKind::Resale => "resale",
            CostKind::Residual => "residual",
        }
    }
}

/// A part of the discounted total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CostLine {
    /// What it is for.
    pub kind: CostKind,
    /// The offer, contract, workload or limit.
    pub id: String,
    /// Discounted cost.
    pub cost: f64,
}

/// What is held of an offer in a period, and what is paid for it then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Purchase {
    /// The offer.
    pub offer: String,
    /// The period.
    pub period: String,
    /// Chips held.
    pub chips: f64,
    /// Undiscounted money paid in the period.
    pub spend: f64,
    /// The contract it is held under.
    pub contract: Option<String>,
    /// Chips that run workloads.
    #[serde(default)]
    pub used: f64,
    /// Chips that stand by for a loss that the policy requires to survive.
    #[serde(default)]
    pub standby: f64,
    /// Chips that fill a block or a minimum, or are held ahead of a ramp limit or because a floor asks for a fleet.
    #[serde(default)]
    pub filling: f64,
    /// Chips that do nothing: bought for a term, owned or committed.
    #[serde(default)]
    pub idle: f64,
    /// Undiscounted money that the idle chips cost in the period, whenever it is paid.
    #[serde(default)]
    pub idle_spend: f64,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

impl Plan {
    /// Chips held of each offer in each period, under whatever contract.
    pub(crate) fn held(&self) -> BTreeMap<&str, BTreeMap<&str, f64>> {
        chips(&self.purchases)
    }

    /// The same in one of its futures; `None` if it has no such future.
    pub(crate) fn held_in(&self, future: &str) -> Option<BTreeMap<&str, BTreeMap<&str, f64>>> {
        let nodes = &self.uncertainty.as_deref()?.nodes;
        let own: Vec<&str> =
            nodes.iter().filter(|n| n.futures.iter().any(|f| f == future)).map(|n| n.node.as_str()).collect();
        let in_it = |p: &&Purchase| p.node.as_deref().is_none_or(|n| own.contains(&n));
        (!own.is_empty()).then(|| chips(self.purchases.iter().filter(in_it)))
    }
}

/// The chips of purchases by offer and period.
fn chips<'a>(purchases: impl IntoIterator<Item = &'a Purchase>) -> BTreeMap<&'a str, BTreeMap<&'a str, f64>> {
    let mut held: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for p in purchases {
        *held.entry(&p.offer).or_default().entry(&p.period).or_default() += p.chips;
    }
    held
}

/// Chips of an offer whose reservation begins in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Reservation {
    /// The offer.
    pub offer: String,
    /// The period in which its term begins.
    pub from: String,
    /// The last period of its term, or of the horizon if that ends before.
    pub last: String,
    /// Chips.
    pub chips: f64,
    /// The contract that they are held under.
    pub contract: Option<String>,
    /// Whether the model says that they are held already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already: bool,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// Chips that are bought in a period and held until the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Asset {
    /// The offer.
    pub offer: String,
    /// The period at whose start they are paid for.
    pub bought: String,
    /// The first period in which they are held.
    pub delivered: String,
    /// The last period in which they are held.
    pub last: String,
    /// The period at whose start they are sold; `null` if they are held until the end of their life or of the horizon.
    pub sold: Option<String>,
    /// Chips.
    pub chips: f64,
    /// Undiscounted money paid for them.
    pub capex: f64,
    /// Undiscounted money that they are worth when they are no longer held, or at the end of the horizon.
    pub worth: f64,
    /// The contract that they are bought under.
    pub contract: Option<String>,
    /// Whether the model says that they are held already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already: bool,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// Chips of an offer that run a workload in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Assignment {
    /// The workload.
    pub workload: String,
    /// The offer.
    pub offer: String,
    /// The period.
    pub period: String,
    /// Chips.
    pub chips: f64,
    /// Work that they can do in the period, in the workload's unit.
    pub work: f64,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// What comes of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ContractResult {
    /// The contract.
    pub contract: String,
    /// Whether it is signed.
    pub signed: bool,
    /// Whether the plan could choose.
    #[serde(default)]
    pub optional: bool,
    /// What the cheapest plan that signs it costs, everything else chosen anew; `null` if there is
    /// none, or it was not computed.
    #[serde(default)]
    pub cost_signed: Option<f64>,
    /// What the cheapest plan that does not sign it costs; `null` if there is none, or it was not
    /// computed.
    #[serde(default)]
    pub cost_unsigned: Option<f64>,
    /// What signing is worth: the cost without less the cost with it; `null` where one is missing.
    #[serde(default)]
    pub worth: Option<f64>,
    /// What came of the other decision, to compare with; `null` where it was not computed.
    #[serde(default)]
    pub other: Option<OtherDecision>,
    /// Undiscounted money spent under it within the horizon.
    pub spend: f64,
    /// Undiscounted commitment that falls into the horizon; money, or chips if it is in chips.
    pub commit: f64,
    /// Whether the commitment is in chips.
    #[serde(default)]
    pub commit_in_chips: bool,
    /// Undiscounted money paid under it and not used.
    pub idle: f64,
    /// Undiscounted money in.
    pub funding: f64,
    /// The period at the beginning of which it is over before its time; `null` if it goes on.
    #[serde(default)]
    pub over_from: Option<String>,
    /// What its clauses are worth, if it is signed and that was computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<ClauseWorth>,
    /// When its commitment is lowered, and to what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lowered: Vec<LoweredCommitment>,
    /// The prices that were set anew of what is held under it, in the order of time for each offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repriced: Vec<NewPrice>,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// What a clause of a contract is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ClauseWorth {
    /// Its key: terminate, ramp_down, late, reprice or credits.
    pub clause: String,
    /// What the cheapest plan without it costs, everything else chosen anew; `null` if there is none, or it was not
    /// certified. Under uncertainty, what it is expected to cost.
    pub cost_without: Option<f64>,
    /// That less what the plan costs.
    pub worth: Option<f64>,
}

/// From when on less of a commitment is due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LoweredCommitment {
    /// The period with which it is lowered.
    pub from: String,
    /// The part of what was committed that is due from then on.
    pub to: f64,
}

/// A price that a contract sets anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct NewPrice {
    /// The offer.
    pub offer: String,
    /// The period from which on it holds.
    pub from: String,
    /// Money per chip-hour of holding.
    pub price: f64,
    /// The same without the clause: list price less discount.
    pub agreed: f64,
    /// The offer that is cheapest then, whose list price it is unless that is below the least that it becomes; `null` where
    /// every offer is dearer than the most that it becomes.
    pub to: Option<String>,
    /// Under uncertainty, the future in which it is so; `null` if it is in every one of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<String>,
}

/// What comes of credits or a prepayment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BalanceResult {
    /// The contract.
    pub contract: String,
    /// `credits` or `prepaid`.
    pub kind: String,
    /// All of it within the horizon; money.
    pub amount: f64,
    /// What bills are paid from it; money.
    pub used: f64,
    /// What is not used and lost; money.
    pub lost: f64,
    /// What is not used and comes back; money.
    pub refunded: f64,
    /// The last period in which it can be used.
    pub until: String,
}

/// What a period uses up of a commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BurnDown {
    /// The contract.
    pub contract: String,
    /// The time over which its commitment counts, a year or period of it or all of it.
    pub part: String,
    /// The period.
    pub period: String,
    /// What is due over that time; money, or chip-hours if the commitment is in chips.
    pub due: f64,
    /// What this period uses of it.
    pub used: f64,
    /// What is left of it at the end of this period: at the end of its time, what is paid and not used.
    pub left: f64,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// What a milestone of equity comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct EquityResult {
    /// The contract.
    pub contract: String,
    /// Whose shares or warrants they are.
    pub investor: Option<String>,
    /// What is measured: power (kW), chips or spend.
    pub of: String,
    /// What has to be reached.
    pub reaches: f64,
    /// The most that the plan reaches.
    pub reached: f64,
    /// The period in which it vests; `null` if it does not.
    pub vests: Option<String>,
    /// What it is worth then, as the model says: no part of any cost.
    pub worth: f64,
    /// All of it in a sentence.
    pub sentence: String,
}

/// What came of deciding otherwise on a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OtherDecision {
    /// A plan.
    Plan,
    /// There is none, with a proof.
    NoPlan,
    /// Nothing that could be certified.
    Uncertified,
}

/// What becomes of chips that run a workload today, in the first period; or, where moving costs in each period, of
/// those that ran it in the period before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Relocation {
    /// The workload.
    pub workload: String,
    /// The offer.
    pub offer: String,
    /// Chips today, or in the period before.
    pub today: f64,
    /// Chips in the first period, or in `period`.
    pub chips: f64,
    /// Money for moving off, undiscounted.
    pub cost: f64,
    /// The period, where it is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// Work of a workload that is not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Unmet {
    /// The workload.
    pub workload: String,
    /// The period; for training, the last of its window.
    pub period: String,
    /// Work, in the workload's unit.
    pub work: f64,
    /// Under uncertainty, the node of the tree in which this is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// How a measure is spread over the groups of a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Exposure {
    /// The dimension.
    pub by: String,
    /// The measure: spend, chips, work, power or carbon.
    pub of: String,
    /// `horizon`, or a period.
    pub period: String,
    /// The groups, largest first.
    pub groups: Vec<GroupShare>,
    /// Sum of squared shares.
    pub hhi: f64,
    /// Effective number of suppliers, 1 / HHI.
    pub effective: f64,
}

/// A group's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct GroupShare {
    /// The group.
    pub group: String,
    /// Its amount: money, chip-hours, work, kWh or kg.
    pub amount: f64,
    /// Its part of the total.
    pub share: f64,
    /// The stake it holds in the company, if it is an investor.
    pub investor: Option<f64>,
}

/// A required loss over a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// The requirement.
    pub requirement: SurviveId,
    /// The loss.
    pub loss: usize,
    /// The smallest fraction served in any of its periods.
    pub served: f64,
    /// The period in which it is smallest.
    pub period: usize,
}

/// What is still served when a group is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Resilience {
    /// What is lost.
    pub lost: Lost,
    /// The smallest fraction served in any period.
    pub served: f64,
    /// The period in which it is smallest.
    pub period: String,
    /// Whether what is required is served; where nothing is, whether all is.
    pub survives: bool,
    /// The fraction that the policy requires; `null` if it does not speak of this loss.
    #[serde(default)]
    pub required: Option<f64>,
    /// The requirement's name.
    #[serde(default)]
    pub requirement: Option<String>,
    /// When the requirement holds, if not always: the first and the last period. `served` is of these periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during: Option<String>,
    /// The workloads that it counts: those that are rerouted. Of a loss that the policy requires to survive,
    /// the fraction is of what is asked for; of others, of what the plan serves.
    #[serde(default)]
    pub counts: Vec<String>,
}

/// A group of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Lost {
    /// The dimension.
    pub by: String,
    /// The group.
    pub group: String,
}

/// What the outages of the policy cost, discounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct RiskResult {
    /// Each outage.
    pub outages: Vec<OutageResult>,
    /// Expectation of what they add to the cost.
    pub expected_loss: f64,
    /// Conditional value at risk of the cost with what they add to it; `null` if the policy does
    /// not measure it.
    pub cvar: Option<f64>,
    /// Its level.
    pub level: Option<f64>,
    /// What the plan minimised beside its cost: the weights of the policy times the two above. A preference,
    /// which nobody pays, so that it is no part of the cost.
    #[serde(default)]
    pub weighed: f64,
}

/// What an outage adds to the cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OutageResult {
    /// The outage.
    pub outage: String,
    /// How likely it is.
    pub probability: f64,
    /// Discounted money lost with work, if it starts when that is most.
    pub loss: f64,
    /// Discounted money that its change of prices adds.
    pub shock: f64,
    /// The period in which its start costs the most.
    pub period: String,
}

/// The capital side of a dependency: what an organisation is paid, holds and funds. Undiscounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OrganisationResult {
    /// The organisation.
    pub organisation: String,
    /// Money paid for chips that it designs, wherever they stand.
    pub as_vendor: f64,
    /// Money paid to its clouds, whoever designed the chips, with idle commitments and fees.
    pub as_cloud: f64,
    /// The part of both that is the same money: its own chips in its own clouds.
    pub both: f64,
    /// All of it: as vendor and as cloud, counted once.
    pub paid: f64,
    /// Its part of all that is paid.
    pub share: f64,
    /// The stake that it holds in the company; `null` if it is no investor or it is not known.
    pub stake: Option<f64>,
    /// Money that its contracts bring in.
    pub funds: f64,
    /// What is paid with credits of its contracts.
    #[serde(default)]
    pub credits: f64,
    /// What its shares and warrants that vest are worth, as the model says.
    #[serde(default)]
    pub equity: f64,
    /// All of it in a sentence.
    pub sentence: String,
}

/// A limit and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LimitResult {
    /// What it is about, whatever it is called; `None` in a plan that was read from a file.
    #[serde(skip)]
    pub key: Option<LimitKey>,
    /// Its name, with group and period where it has them.
    pub name: String,
    /// What it is about, as data; `null` in plans of versions before this was reported.
    #[serde(default)]
    pub about: Option<About>,
    /// On which side it holds.
    #[serde(default)]
    pub bound: Bound,
    /// What kind of limit: budget, share, floor, power, ramp, capacity, pool, commit, demand, work
    /// or rate.
    pub kind: String,
    /// The line of the model that asks for it.
    pub line: usize,
    /// Whether it is reached.
    pub binding: bool,
    /// What is used of it.
    pub activity: f64,
    /// How much there is.
    pub limit: f64,
    /// Change of the optimal cost per unit by which the limit is relaxed (0 or negative);
    /// `null` where the engine gave none.
    pub shadow_price: Option<f64>,
    /// At a kink, where tightening the limit costs more than relaxing it saves: what it costs per unit
    /// (0 or positive). `null` where both are the same, or where it was not looked for (in a model of more
    /// than a thousand columns, without `--detail ranges`).
    #[serde(default)]
    pub tightening_price: Option<f64>,
    /// Whether any less room leaves no plan.
    #[serde(default)]
    pub tightest: bool,
    /// What the limit is at, without its price.
    #[serde(skip)]
    pub statement: String,
    /// Unit of the limit; the shadow price is money per this.
    pub unit: String,
    /// The entry of the policy that it is a part of; `null` if it is not of the policy.
    #[serde(default)]
    pub requirement: Option<String>,
    /// What that entry alone, with all its groups and periods, adds to the cost: the cost less what
    /// it would be without it; `null` where it was not computed.
    #[serde(default)]
    pub premium: Option<f64>,
    /// Smallest limit for which the shadow price holds: where the program is linear and the limit
    /// stands in its bounds, exactly; for shares and floors, and for every limit beside one on
    /// concentration, as long as the price is within 1 % of what is reported. `null` where the limit
    /// costs nothing, where there is no end, and where none was found for sure; with whole numbers,
    /// where the price is that of the plan's own decisions, which may change with any limit; for a
    /// part of training to survive, which is a part of what the plan itself does; and in a large
    /// model without `--detail ranges`.
    pub holds_from: Option<f64>,
    /// Largest limit for which the shadow price holds, as `holds_from`.
    pub holds_to: Option<f64>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// The price at which an offer enters or leaves the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BreakEven {
    /// The offer.
    pub offer: String,
    /// Its price, averaged over the hours of the horizon; a series moves as a whole.
    pub price: f64,
    /// It enters below this price.
    pub enters_below: Option<f64>,
    /// It leaves above this price.
    pub leaves_above: Option<f64>,
}

/// The check of the answer, computed from the program and not from what the engine says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CertificateInfo {
    /// The engine whose answer was taken.
    pub engine: String,
    /// Largest scaled violation of any row, bound or integrality; `null` without a plan.
    pub primal: Option<f64>,
    /// A lower bound of the cost that holds whatever the engine did.
    pub bound: Option<f64>,
    /// Relative gap between cost and bound.
    pub gap: Option<f64>,
    /// Cost of the linear relaxation, where some columns are whole: how much of the answer is owed to
    /// them, and how tight the program is.
    #[serde(default)]
    pub relaxation: Option<f64>,
    /// Who says that no plan is cheaper than the bound: `certificate`, or the engine whose word it is.
    #[serde(default)]
    pub bound_by: Option<String>,
    /// Whether the prices are those of the program with its whole columns fixed.
    #[serde(default)]
    pub conditional_prices: bool,
    /// The arithmetic of these numbers: their rounding is bounded, so that a bound is never above the true one.
    #[serde(default)]
    pub arithmetic: String,
    /// Whether all of it is within tolerance (for an infeasible model: whether the proof holds; for a
    /// plan that is near-optimal: whether it keeps all requirements, the gap being what it costs more).
    pub verified: bool,
    /// Size of the program: columns, rows, non-zeros.
    pub size: [usize; 3],
}
