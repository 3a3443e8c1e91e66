//! Stress: each supplier lost in turn, over a plan.
//!
//! For each loss: what is still served and in which period that is worst; what is lost until
//! recovery if it starts when that costs most; and how long the buffers last. It needs no
//! probability: the losses are ranked by what they cost, as in the Risk Exposure Index of
//! Simchi-Levi, Schmidt, Wei, Zhang, Combs, Ge, Gusikhin, Sanders and Zhang ("Identifying risks and
//! mitigating disruptions in the automotive supply chain", Interfaces 45(5), 2015).

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::deliveries::StressDeliveries;
use super::futures::FutureStress;
use super::situation::{Parts, ServedOf, Situation};
use super::survival::{counted, losses, usual_response, whole};
use crate::engine::EngineError;
use crate::model::{Dimension, IdVec, Loss, Model, Response, WorkloadId};
use crate::plan::{Lost, ModelInfo, Plan};

/// What is lost, for how long, and how it is met.
#[derive(Clone, Debug)]
pub struct StressSettings {
    /// The dimensions whose groups are lost in turn; empty for all that distinguish suppliers.
    pub dimensions: Vec<Dimension>,
    /// For each period in which a loss may start, the periods until recovery with the hours in
    /// each (see [`Model::recovery`]).
    pub windows: Vec<Vec<(usize, f64)>>,
    /// How a loss is met; `None` is [`usual_response`].
    pub response: Option<Response>,
}

/// The stress table of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Stress {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model of the plan.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// The losses, the costliest first; of a plan for several futures each in the future in which it costs most.
    pub losses: Vec<StressLoss>,
    /// The losses in each future, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub futures: Vec<FutureStress>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// What a loss does to a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct StressLoss {
    /// What is lost.
    pub lost: Lost,
    /// Other groups that are the same offers.
    pub also: Vec<Lost>,
    /// The part of it that is lost: 1 but for outages of the policy.
    pub fraction: f64,
    /// The largest fraction at which all workloads that are rerouted are still served at once, in
    /// the period in which it is smallest.
    pub served: f64,
    /// That period.
    pub period: String,
    /// The workloads that it counts: those that are rerouted.
    #[serde(default)]
    pub counts: Vec<String>,
    /// The one of them that decides it; `null` if all is served.
    #[serde(default)]
    pub decides: Option<String>,
    /// Each workload.
    pub workloads: Vec<StressWorkload>,
    /// Discounted money lost until recovery, if it starts when that is most.
    pub loss: f64,
    /// The period in which it starts then.
    pub loss_period: String,
    /// The loss as a part of the largest loss of the table; 0 if nothing is lost anywhere.
    pub exposure: f64,
    /// Hours for which the buffers keep every rerouted workload whole, in the period in which that
    /// is shortest; `null` without end.
    pub time_to_survive: Option<f64>,
    /// That period.
    pub time_to_survive_period: String,
    /// Of what stands upstream, what becomes of deliveries: what is installed stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<StressDeliveries>,
    /// The future in which this is so, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<String>,
}

/// What a loss does to a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct StressWorkload {
    /// The workload.
    pub workload: String,
    /// The smallest fraction of it that is still served in any period.
    pub served: f64,
    /// That period.
    pub period: String,
    /// Work lost until recovery, when the loss starts in `loss_period`.
    pub lost: f64,
    /// Unit of its work.
    pub unit: String,
}

/// Loses each supplier of each dimension in turn, and each outage of the policy.
///
/// # Errors
/// As the engine's.
pub fn stress(
    model: &Model,
    plan: &Plan,
    situation: &Situation<'_>,
    settings: &StressSettings,
) -> Result<Stress, EngineError> {
    let response = |by: &str| settings.response.clone().unwrap_or_else(|| usual_response(model, Some(by)));
    let dimensions = if settings.dimensions.is_empty() { suppliers(model) } else { settings.dimensions.clone() };
    let mut cases: Vec<(Loss, Vec<Lost>)> = Vec::new();
    for loss in dimensions.iter().filter(|d| **d != Dimension::Supply).flat_map(|d| losses(model, d)) {
        match cases.iter_mut().find(|(l, _)| l.offers == loss.offers) {
            Some((_, also)) => also.push(Lost { by: loss.by, group: loss.group }),
            None => cases.push((loss, Vec::new())),
        }
    }
    let mut rows = Vec::new();
    // Of what stands upstream deliveries are lost, and not the machines.
    let upstream = settings.dimensions.is_empty() || settings.dimensions.contains(&Dimension::Supply);
    for own in model.supply.iter().filter(|own| upstream && !own.interruptions.is_empty()) {
        rows.push(situation.deliveries(own, &response("supply"))?);
    }
    for (loss, also) in cases {
        let lost = Lost { by: loss.by.clone(), group: loss.group.clone() };
        let mut row = one(model, situation, &whole(&loss), &settings.windows, &response(&loss.by), lost)?;
        row.also = also;
        rows.push(row);
    }
    for outage in &model.outages {
        let Some(parts) = &outage.lost else { continue };
        let lost = Lost { by: "outage".to_owned(), group: outage.id.clone() };
        rows.push(one(model, situation, parts, &outage.windows, &response(""), lost)?);
    }
    rank(&mut rows);
    let mut notes = Vec::new();
    if upstream && model.supply.iter().any(|own| own.interruptions.is_empty()) {
        notes.push("without a `horizon` nothing is delivered, so that no loss upstream is told".to_owned());
    }
    let at_once = model.supply.iter().flat_map(|own| &own.interruptions).any(|i| i.stops == 0 && i.back > 0);
    if upstream && at_once && model.baseline.as_ref().is_none_or(|b| b.running.is_empty()) {
        let note = "without a `baseline` nothing is installed before the horizon, so that losing what is upstream \
                    without a pipeline takes all that the first period has of it";
        notes.push(note.to_owned());
    }
    if model.workloads.iter().all(|w| w.loss == 0.0) {
        notes.push("no workload has a `loss`, so nothing that is lost has a price".to_owned());
    }
    Ok(Stress {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: plan.model.clone(),
        currency: model.currency.clone(),
        losses: rows,
        futures: Vec::new(),
        notes,
    })
}

/// Puts the costliest losses first, each as a part of the largest.
pub(super) fn rank(rows: &mut [StressLoss]) {
    let largest = rows.iter().map(|r| r.loss).fold(0.0, f64::max);
    for row in rows.iter_mut() {
        row.exposure = if largest > 0.0 { row.loss / largest } else { 0.0 };
    }
    // What costs nothing is ranked by what is still served, then by how long it can last.
    let lasts = |r: &StressLoss| r.time_to_survive.unwrap_or(f64::INFINITY);
    rows.sort_by(|a, b| {
        let cost = b.loss.total_cmp(&a.loss).then(a.served.total_cmp(&b.served));
        cost.then(lasts(a).total_cmp(&lasts(b))).then_with(|| a.lost.group.cmp(&b.lost.group))
    });
}

/// The dimensions that tell suppliers apart: all but the term and the offer itself.
fn suppliers(model: &Model) -> Vec<Dimension> {
    let mut tags: Vec<&String> = model.offers.iter().flat_map(|o| o.tags.keys()).collect();
    tags.extend(model.chips.iter().flat_map(|c| c.tags.keys()));
    tags.extend(model.clouds.iter().flat_map(|c| c.tags.keys()));
    tags.sort();
    tags.dedup();
    let built_in = Dimension::WORDS.into_iter().filter(|w| !matches!(*w, "term" | "offer" | "supply"));
    built_in.map(Dimension::from_word).chain(tags.into_iter().map(|t| Dimension::Tag(t.clone()))).collect()
}

fn one(
    model: &Model,
    situation: &Situation<'_>,
    lost: &Parts,
    windows: &[Vec<(usize, f64)>],
    response: &Response,
    name: Lost,
) -> Result<StressLoss, EngineError> {
    let label = |t: usize| model.calendar.periods[t].label.clone();
    // What is lost from a date on is there before.
    let periods: BTreeSet<usize> = windows.iter().flatten().map(|&(t, _)| t).collect();
    let first = periods.first().copied().unwrap_or(0);
    let (mut served, mut period, mut decides) = (1.0, first, None);
    let mut workloads: IdVec<WorkloadId, (f64, usize)> = IdVec::filled(model.workloads.len(), (1.0, first));
    let (mut lasts, mut lasts_in): (Option<f64>, usize) = (None, first);
    for t in periods {
        let found = situation.served(lost, response, t, ServedOf::Planned, true)?;
        if found.fraction < served {
            (served, period) = (found.fraction, t);
            // The first of those that are served least.
            let counted = found.by_workload.iter().filter(|(w, _)| response.serve[*w]);
            decides = counted.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(w, _)| model.workloads[*w].id.clone());
        }
        for (w, fraction) in found.by_workload {
            if fraction < workloads[w].0 {
                workloads[w] = (fraction, t);
            }
        }
        if let Some(hours) = situation.time_to_survive(lost, response, t)?
            && lasts.is_none_or(|l| hours < l)
        {
            (lasts, lasts_in) = (Some(hours), t);
        }
    }
    let mut worst: (f64, f64, usize, Vec<(WorkloadId, f64)>) = (0.0, 0.0, 0, Vec::new());
    for (s, window) in windows.iter().enumerate().filter(|(_, window)| !window.is_empty()) {
        let (money, works) = situation.lost(lost, window)?;
        let money = money * model.discount(s);
        let parts: f64 = works.iter().map(|(w, x)| x / situation.mean(*w, s).max(1e-12)).sum();
        if s == first || money > worst.0 || (money == worst.0 && parts > worst.1) {
            worst = (money, parts, s, works);
        }
    }
    let rows = workloads.with_ids().map(|(w, &(fraction, t))| StressWorkload {
        workload: model.workloads[w].id.clone(),
        served: fraction,
        period: label(t),
        lost: worst.3.iter().find(|(of, _)| *of == w).map_or(0.0, |(_, x)| *x),
        unit: model.workloads[w].unit.clone(),
    });
    Ok(StressLoss {
        lost: name,
        also: Vec::new(),
        fraction: lost.iter().copied().fold(0.0, f64::max),
        served,
        period: label(period),
        counts: counted(model, response),
        decides,
        workloads: rows.collect(),
        loss: worst.0,
        loss_period: label(worst.2),
        exposure: 0.0,
        time_to_survive: lasts,
        time_to_survive_period: label(lasts_in),
        deliveries: None,
        future: None,
    })
}
