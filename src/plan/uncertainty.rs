//! What a plan says of what is not known yet.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample::DrawsResult;

use super::types::{Asset, Assignment, ContractResult, Plan, Purchase, Relocation, Reservation, Unmet};

/// A plan for several futures: what it costs in each, and what knowing would be worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct UncertaintyResult {
    /// What was minimized: `expected`, `expected and cvar`, or `regret`.
    pub objective: String,
    /// Expected cost over the futures.
    pub expected: f64,
    /// Standard deviation of the cost.
    pub deviation: f64,
    /// Cost of the dearest future.
    pub worst: f64,
    /// Conditional value at risk of the cost; `null` if the objective has none.
    pub cvar: Option<FutureRisk>,
    /// Expected cost if everything were known at the start: each future planned by itself.
    pub wait_and_see: f64,
    /// What knowing everything today would be worth: expected cost less wait-and-see.
    pub evpi: f64,
    /// The same in a sentence.
    pub evpi_sentence: String,
    /// The same for each factor by itself; empty where it takes further solves that were not asked for.
    pub evpi_by_factor: Vec<FactorValue>,
    /// The future that the plan without uncertainty is made for; `mean` if none stands out.
    pub base: String,
    /// Expected cost of deciding at the start what the plan for that future decides; `null` where it cannot be followed in
    /// every future, was not certified, or was not asked for.
    pub base_plan: Option<f64>,
    /// What planning for uncertainty is worth: that cost less the expected cost; `null` where there is none.
    pub vss: Option<f64>,
    /// The same in a sentence.
    pub vss_sentence: String,
    /// Largest regret: what some future costs beyond the least that it could.
    pub regret: f64,
    /// What waiting is worth for each contract that is decided later than at the start; empty where further solves were
    /// not asked for.
    pub waiting: Vec<WaitingValue>,
    /// Plans side by side: this one, and where further solves were asked for also the one that decides at the start what
    /// the plan for the base case decides (if it can be followed in every future) and the one of least regret (if this
    /// one is not).
    pub plans: Vec<ComparedPlan>,
    /// Every future.
    pub futures: Vec<FutureResult>,
    /// What was drawn at random; `null` if nothing was.
    #[serde(default)]
    pub draws: Option<DrawsResult>,
    /// Every node of the tree: futures that cannot be reported apart from a period on, and until when.
    pub nodes: Vec<NodeResult>,
    /// What is decided, and when.
    pub decisions: Vec<DecisionResult>,
}

/// A conditional value at risk: the mean cost of the dearest futures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FutureRisk {
    /// The level: at 0.9 the dearest tenth.
    pub level: f64,
    /// The money.
    pub value: f64,
}

/// What knowing one factor today would be worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FactorValue {
    /// The factor.
    pub factor: String,
    /// The money; `null` if it could not be certified.
    pub evpi: Option<f64>,
}

/// What waiting with a contract is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct WaitingValue {
    /// The contract.
    pub contract: String,
    /// Expected cost if it is decided at the start less the expected cost; `null` if there is no plan then, or none that
    /// could be certified.
    pub worth: Option<f64>,
    /// The same in a sentence.
    pub sentence: String,
}

/// One future.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FutureResult {
    /// Its name.
    pub future: String,
    /// What comes of each factor.
    pub outcomes: Vec<FactorOutcome>,
    /// How likely it is; `null` where no probabilities are given: means are then of futures that are all as likely.
    pub probability: Option<f64>,
    /// What the plan costs in it.
    pub cost: f64,
    /// The least that it could cost if it were known at the start.
    pub best: f64,
    /// The cost less that.
    pub regret: f64,
    /// Work that is not done in it.
    pub unmet: Vec<Unmet>,
}

/// One of the plans side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ComparedPlan {
    /// `here-and-now` (this plan), `base` or `least-regret`.
    pub plan: String,
    /// The same in words.
    pub name: String,
    /// Expected cost.
    pub expected: f64,
    /// Cost of the dearest future.
    pub worst: f64,
    /// Largest regret.
    pub regret: f64,
    /// What each future costs, in the order of `futures`.
    pub costs: Vec<f64>,
}

/// What comes of a factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FactorOutcome {
    /// The factor.
    pub factor: String,
    /// Its outcome.
    pub outcome: String,
}

/// Futures that cannot be reported apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct NodeResult {
    /// What is known in it: outcomes with `+` between them; `start` where nothing is.
    pub node: String,
    /// Its futures.
    pub futures: Vec<String>,
    /// The first period in which that is so; `null` before the horizon.
    pub from: Option<String>,
    /// The last one.
    pub to: Option<String>,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DecisionResult {
    /// The node in which it is decided.
    pub node: String,
    /// The period in which it is decided; `null` before the horizon.
    pub decided: Option<String>,
    /// contract, option, termination, lowering, reserved, purchase, sale, owned, on-demand or spot.
    pub kind: String,
    /// The contract or the offer.
    pub what: String,
    /// The contract that an offer is held under.
    pub contract: Option<String>,
    /// The first period in which it takes effect.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Chips; of a contract 1 if it is signed, 0 if not, of its end 1.
    pub amount: f64,
    /// The same in a sentence.
    pub sentence: String,
}

/// What is minimized where it is nothing else.
pub const EXPECTED: &str = "expected cost";

impl UncertaintyResult {
    /// What is minimized, and what an interval of further samples is about.
    #[must_use]
    pub fn aim(&self) -> &'static str {
        if self.cvar.is_some() { "weighted mean of expected cost and CVaR" } else { EXPECTED }
    }
}

impl Plan {
    /// The plan with everything that differs between futures as it is expected, so that it can be put beside a plan for
    /// one future; the plan itself if nothing is uncertain. A contract is signed if it is in every node that decides it.
    #[must_use]
    pub fn expected(&self) -> Plan {
        let mut plan = self.clone();
        let Some(u) = plan.uncertainty.take() else { return plan };
        // Without probabilities all futures count alike.
        let alike = 1.0 / u.futures.len() as f64;
        let of = |name: &str| u.futures.iter().find(|f| f.future == name);
        let probability = |name: &str| of(name).map_or(0.0, |f| f.probability.unwrap_or(alike));
        let nodes: BTreeMap<&str, f64> =
            u.nodes.iter().map(|n| (n.node.as_str(), n.futures.iter().map(|f| probability(f)).sum())).collect();
        let part = |node: &Option<String>| node.as_deref().and_then(|n| nodes.get(n)).copied().unwrap_or(1.0);
        plan.purchases = merged(
            &self.purchases,
            |p| (p.offer.clone(), p.period.clone(), p.contract.clone()),
            |p, sum: &mut Purchase| {
                let by = part(&p.node);
                for (to, from) in [
                    (&mut sum.chips, p.chips),
                    (&mut sum.spend, p.spend),
                    (&mut sum.used, p.used),
                    (&mut sum.standby, p.standby),
                    (&mut sum.filling, p.filling),
                    (&mut sum.idle, p.idle),
                    (&mut sum.idle_spend, p.idle_spend),
                ] {
                    *to += by * from;
                }
            },
            |p| Purchase {
                chips: 0.0,
                spend: 0.0,
                used: 0.0,
                standby: 0.0,
                filling: 0.0,
                idle: 0.0,
                idle_spend: 0.0,
                node: None,
                ..p.clone()
            },
        );
        plan.reservations = merged(
            &self.reservations,
            |r| (r.offer.clone(), r.from.clone(), r.contract.clone()),
            |r, sum: &mut Reservation| sum.chips += part(&r.node) * r.chips,
            |r| Reservation { chips: 0.0, node: None, ..r.clone() },
        );
        plan.assets = merged(
            &self.assets,
            |a| (a.offer.clone(), a.bought.clone(), a.last.clone(), a.sold.clone(), a.contract.clone()),
            |a, sum: &mut Asset| {
                let by = part(&a.node);
                for (to, from) in [(&mut sum.chips, a.chips), (&mut sum.capex, a.capex), (&mut sum.worth, a.worth)] {
                    *to += by * from;
                }
            },
            |a| Asset { chips: 0.0, capex: 0.0, worth: 0.0, node: None, ..a.clone() },
        );
        plan.assignments = merged(
            &self.assignments,
            |a| (a.workload.clone(), a.offer.clone(), a.period.clone()),
            |a, sum: &mut Assignment| {
                sum.chips += part(&a.node) * a.chips;
                sum.work += part(&a.node) * a.work;
            },
            |a| Assignment { chips: 0.0, work: 0.0, node: None, ..a.clone() },
        );
        plan.unmet = merged(
            &self.unmet,
            |u| (u.workload.clone(), u.period.clone()),
            |u, sum: &mut Unmet| sum.work += part(&u.node) * u.work,
            |u| Unmet { work: 0.0, node: None, ..u.clone() },
        );
        plan.moves = merged(
            &self.moves,
            |m| (m.workload.clone(), m.offer.clone(), m.period.clone()),
            |m, sum: &mut Relocation| {
                for (to, from) in [(&mut sum.today, m.today), (&mut sum.chips, m.chips), (&mut sum.cost, m.cost)] {
                    *to += part(&m.node) * from;
                }
            },
            |m| Relocation { today: 0.0, chips: 0.0, cost: 0.0, node: None, ..m.clone() },
        );
        plan.contracts = merged(
            &self.contracts,
            |c| c.contract.clone(),
            |c, sum: &mut ContractResult| {
                sum.signed &= c.signed;
                for (to, from) in [(&mut sum.spend, c.spend), (&mut sum.idle, c.idle), (&mut sum.funding, c.funding)] {
                    *to += part(&c.node) * from;
                }
            },
            |c| ContractResult { spend: 0.0, idle: 0.0, funding: 0.0, node: None, ..c.clone() },
        );
        plan
    }
}

/// Rows with the same key as one, in the order of their first ones.
fn merged<T, K: Ord>(rows: &[T], key: impl Fn(&T) -> K, add: impl Fn(&T, &mut T), empty: impl Fn(&T) -> T) -> Vec<T> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut all: Vec<T> = Vec::new();
    for row in rows {
        let place = *places.entry(key(row)).or_insert_with(|| {
            all.push(empty(row));
            all.len() - 1
        });
        add(row, &mut all[place]);
    }
    all
}
