//! Losses over a plan: those that the policy asks to survive, and each vendor and cloud.

use super::situation::{Parts, ServedOf, Situation};
use crate::engine::EngineError;
use crate::model::{Dimension, Loss, Model, OfferSet, Response, Survive, WorkloadSet};
use crate::plan::{Lost, Resilience, Survival};

/// How much less than asked counts as served, for rounding; as for the audit.
const TOLERANCE: f64 = 1e-6;

/// What is served after each loss that the policy asks to survive.
///
/// # Errors
/// As the engine's.
pub fn survival(model: &Model, situation: &Situation<'_>) -> Result<Vec<Survival>, EngineError> {
    let mut all = Vec::new();
    for (requirement, survive) in model.survive.with_ids() {
        for (loss, (served, period)) in survived(model, situation, survive)?.into_iter().enumerate() {
            all.push(Survival { requirement, loss, served, period });
        }
    }
    Ok(all)
}

/// The smallest fraction of what is asked for that is served after each loss of a requirement, and the period; whether or not
/// the policy has it.
///
/// # Errors
/// As the engine's.
pub fn survived(model: &Model, situation: &Situation<'_>, survive: &Survive) -> Result<Vec<(f64, usize)>, EngineError> {
    let of = |lost: &Loss| match lost.upstream {
        Some(upstream) => situation.worst_without(&model.supply[upstream], &survive.response, survive.periods.clone()),
        None => worst(situation, lost, &survive.response, survive.periods.clone(), ServedOf::Asked),
    };
    survive.losses.iter().map(of).collect()
}

/// The smallest fraction served in any of some periods, and the period.
fn worst(
    situation: &Situation<'_>,
    loss: &Loss,
    response: &Response,
    periods: std::ops::Range<usize>,
    of: ServedOf,
) -> Result<(f64, usize), EngineError> {
    let lost = whole(loss);
    let mut worst = (1.0, periods.start);
    for t in periods {
        let served = situation.served(&lost, response, t, of, false)?.fraction;
        if served < worst.0 {
            worst = (served, t);
        }
    }
    Ok(worst)
}

/// The loss as the part of each offer that is lost: all or nothing.
#[must_use]
pub fn whole(loss: &Loss) -> Parts {
    loss.offers.parts()
}

/// How a loss is met that the policy does not speak of: as it says of others, first of the same dimension. A
/// policy that asks for nothing has the [`plain_response`].
#[must_use]
pub fn usual_response(model: &Model, by: Option<&str>) -> Response {
    let of = |s: &&Survive| by.is_some_and(|by| s.losses.iter().any(|l| l.by == by));
    if let Some(survive) = model.survive.iter().find(of).or(model.survive.iter().next()) {
        return survive.response.clone();
    }
    plain_response(model)
}

/// Inference is rerouted (training, if there is nothing else), everyone else keeps their chips, and nothing is
/// bought.
#[must_use]
pub fn plain_response(model: &Model) -> Response {
    let inference: WorkloadSet = model.workloads.iter().map(|w| w.kind() == "inference").collect();
    let count = model.workloads.len();
    let serve = if inference.is_empty() { WorkloadSet::all(count) } else { inference };
    Response { serve, preempt: WorkloadSet::none(count), surge: 0.0 }
}

/// The ids of the workloads that a response counts.
#[must_use]
pub fn counted(model: &Model, response: &Response) -> Vec<String> {
    response.serve.iter().map(|w| model.workloads[w].id.clone()).collect()
}

/// The groups of a dimension as losses.
#[must_use]
pub fn losses(model: &Model, dimension: &Dimension) -> Vec<Loss> {
    let groups = model.groups(dimension).into_iter();
    groups
        .map(|(group, members)| {
            let offers = OfferSet::listed(model.offers.len(), members);
            Loss { by: dimension.word().to_owned(), group, offers, upstream: None }
        })
        .collect()
}

/// When a requirement holds, if not in all periods.
fn during(model: &Model, survive: &Survive) -> Option<String> {
    let periods = &survive.periods;
    (*periods != model.calendar.all() && !periods.is_empty()).then(|| model.calendar.label_of(periods))
}

/// The resilience section: the losses of the policy, then each vendor and cloud that it does not
/// speak of.
///
/// # Errors
/// As the engine's.
pub fn resilience(
    model: &Model,
    situation: &Situation<'_>,
    survival: &[Survival],
) -> Result<Vec<Resilience>, EngineError> {
    let told = |loss: &Loss,
                served: f64,
                period: usize,
                response: &Response,
                required: Option<f64>,
                requirement: Option<String>,
                during: Option<String>| {
        Resilience {
            lost: Lost { by: loss.by.clone(), group: loss.group.clone() },
            served,
            period: model.calendar.periods[period].label.clone(),
            survives: served >= required.unwrap_or(1.0) - TOLERANCE,
            required,
            requirement,
            during,
            counts: counted(model, response),
        }
    };
    let mut all: Vec<Resilience> = survival
        .iter()
        .map(|s| {
            let survive = &model.survive[s.requirement];
            let name = Some(survive.name.clone());
            let loss = &survive.losses[s.loss];
            told(loss, s.served, s.period, &survive.response, Some(survive.serve), name, during(model, survive))
        })
        .collect();
    for dimension in [Dimension::Vendor, Dimension::Cloud] {
        let response = usual_response(model, Some(dimension.word()));
        for loss in losses(model, &dimension) {
            // A requirement that holds for a time says nothing of the rest of it.
            let told_whole = |r: &Resilience| r.lost.by == loss.by && r.lost.group == loss.group && r.during.is_none();
            if all.iter().any(told_whole) {
                continue;
            }
            let (served, period) = worst(situation, &loss, &response, model.calendar.all(), ServedOf::Planned)?;
            all.push(told(&loss, served, period, &response, None, None, None));
        }
    }
    Ok(all)
}
