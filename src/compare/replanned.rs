//! A next plan beside the one before it, as a result.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::SAME;
use super::variance::Variance;
use crate::analysis::replan::NextPlan;
use crate::model::Model;
use crate::plan::{ModelInfo, Plan, Status};

/// What differs from the plan before, what to sign now, and what the next plan costs. Money is discounted, unless it is of
/// the variance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ReplanResult {
    /// The version of the program.
    pub polysource: String,
    /// The version of this format.
    pub format: u32,
    /// The model with what was signed.
    pub model: ModelInfo,
    /// The currency of all money.
    pub currency: String,
    /// The first period that is planned anew.
    pub from: String,
    /// How the next plan ended.
    pub status: Status,
    /// What was used and paid beside what was planned; `null` without a bill.
    pub variance: Option<Variance>,
    /// How much of what was planned may differ.
    pub tolerance: f64,
    /// Whether more than that does.
    pub left_the_plan: bool,
    /// How many futures the next plan is for, if they are several: what it costs and holds is what is expected then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub futures: Option<usize>,
    /// What the next plan costs; `null` without one.
    pub cost: Option<f64>,
    /// What the cheapest plan costs that keeps what was signed.
    pub cheapest: Option<f64>,
    /// Chip-hours from now on that the cheapest plan holds otherwise than the plan before.
    pub cheapest_apart: Option<f64>,
    /// Chip-hours from now on that the next plan holds otherwise than the plan before.
    pub apart: Option<f64>,
    /// Reservations and purchases that begin in the first period that is planned anew.
    pub sign: Vec<SignNow>,
    /// Optional contracts that the next plan signs and the plan before did not.
    pub contracts: Vec<String>,
    /// Chips held otherwise than in the plan before, from the first period on that is planned anew.
    pub changes: Vec<HeldOtherwise>,
}

/// Chips to reserve or buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SignNow {
    /// The offer.
    pub offer: String,
    /// The period in which the term begins.
    pub from: String,
    /// The last period of its term, or of the horizon.
    pub last: String,
    /// Chips.
    pub chips: f64,
    /// How many of these the plan before had for the same period.
    pub planned: f64,
    /// The contract under which they are.
    pub contract: Option<String>,
}

/// Chips of an offer that are held otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct HeldOtherwise {
    /// The offer.
    pub offer: String,
    /// The period.
    pub period: String,
    /// Chips in the plan before.
    pub before: f64,
    /// Chips in the next plan.
    pub after: f64,
}

impl ReplanResult {
    /// Of a next plan.
    #[must_use]
    pub fn of(before: &Plan, next: &NextPlan, now: usize, variance: Option<Variance>, tolerance: f64) -> Self {
        let NextPlan { plan, model, cheapest, apart } = next;
        let label = |t: usize| model.calendar().periods[t].label.clone();
        let left_the_plan = variance.as_ref().is_some_and(|v| v.part() > tolerance);
        let (was, is) = (before.expected(), plan.expected());
        let signed = |plan: &Plan, id: &str| plan.contracts.iter().any(|c| c.contract == id && c.signed);
        let new = is.contracts.iter().filter(|c| c.signed && c.optional && !signed(&was, &c.contract));
        ReplanResult {
            polysource: env!("CARGO_PKG_VERSION").to_owned(),
            format: 1,
            model: plan.model.clone(),
            currency: plan.currency.clone(),
            from: label(now),
            status: plan.status,
            variance,
            tolerance,
            left_the_plan,
            futures: model.uncertainty().map(|u| u.futures().len()),
            cost: plan.cost.as_ref().map(|c| c.total),
            cheapest: *cheapest,
            cheapest_apart: apart.map(|a| a[0]),
            apart: apart.map(|a| a[1]),
            sign: sign(&was, &is, &label(now)),
            contracts: new.map(|c| c.contract.clone()).collect(),
            changes: changes(model, now, &was, &is),
        }
    }
}

fn sign(was: &Plan, is: &Plan, now: &str) -> Vec<SignNow> {
    let planned = |offer: &str| -> f64 {
        let reserved = was.reservations.iter().filter(|r| r.offer == offer && r.from == now).map(|r| r.chips);
        reserved.chain(was.assets.iter().filter(|a| a.offer == offer && a.bought == now).map(|a| a.chips)).sum()
    };
    let reserved = is.reservations.iter().filter(|r| r.from == now && !r.already).map(|r| SignNow {
        offer: r.offer.clone(),
        from: r.from.clone(),
        last: r.last.clone(),
        chips: r.chips,
        planned: planned(&r.offer),
        contract: r.contract.clone(),
    });
    let bought = is.assets.iter().filter(|a| a.bought == now && !a.already).map(|a| SignNow {
        offer: a.offer.clone(),
        from: a.bought.clone(),
        last: a.last.clone(),
        chips: a.chips,
        planned: planned(&a.offer),
        contract: a.contract.clone(),
    });
    reserved.chain(bought).collect()
}

fn changes(model: &Model, now: usize, was: &Plan, is: &Plan) -> Vec<HeldOtherwise> {
    let (was, is) = (was.held(), is.held());
    let mut all = Vec::new();
    for offer in model.offers() {
        for period in &model.calendar().periods[now..] {
            let of = |held: &BTreeMap<&str, BTreeMap<&str, f64>>| {
                held.get(offer.id.as_str()).and_then(|by| by.get(period.label.as_str())).copied().unwrap_or(0.0)
            };
            let (before, after) = (of(&was), of(&is));
            if (before - after).abs() > SAME * before.max(after) {
                all.push(HeldOtherwise { offer: offer.id.clone(), period: period.label.clone(), before, after });
            }
        }
    }
    all
}
