//! The binary decisions of a schedule, checked in the model's words: what is signed, where
//! workloads run, blocks, minimums, tiers.

use super::audit::Audit;
use super::schedule::Schedule;
use crate::model::{Decision, Model, PlaceBy, Split};

pub(super) fn audit(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    contracts(audit, model, schedule);
    placements(audit, model, schedule);
    quantities(audit, model, schedule);
}

fn contracts(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    let held = schedule.chips(model);
    for (k, contract) in model.contracts.with_ids() {
        let signed = schedule.signed[k];
        let asked = match contract.decision {
            Decision::Signed | Decision::Accepted => signed,
            Decision::Refused => !signed,
            Decision::Optional => true,
        };
        audit.holds(|| format!("contract {}: signed as the model says", contract.id), asked);
        if !signed {
            let under: f64 = schedule.held.iter().filter(|h| h.contract == Some(k)).map(|h| h.chips).sum();
            audit.at_most(|| format!("contract {}: nothing is held under it unsigned", contract.id), under, 0.0, 0.0);
            for o in model.offers.ids().filter(|&o| contract.unlocks[o]) {
                let chips = held[o].iter().copied().fold(0.0, f64::max);
                let offer = &model.offers[o].id;
                audit.at_most(|| format!("contract {}: {offer} is locked without it", contract.id), chips, 0.0, 0.0);
            }
            continue;
        }
        if let Some(over) = schedule.over_from(model, k) {
            let allowed = contract.may_end().zip(schedule.ended.get(&k)).is_some_and(|(t, &b)| b >= t.from);
            audit.holds(|| format!("contract {}: it may be over by then", contract.id), allowed);
            for o in model.offers.ids().filter(|&o| contract.unlocks[o]) {
                let starting = schedule.held.iter().filter(|h| h.offer == o && h.periods.start >= over);
                let chips: f64 = starting.map(|h| h.chips).sum();
                let offer = &model.offers[o].id;
                audit.at_most(
                    || format!("contract {}: {offer} is locked when it is over", contract.id),
                    chips,
                    0.0,
                    0.0,
                );
            }
        }
        for &j in &contract.excludes {
            let other = &model.contracts[j].id;
            audit.holds(|| format!("contract {} excludes {other}", contract.id), !schedule.signed[j]);
        }
        for &j in &contract.needs {
            let other = &model.contracts[j].id;
            audit.holds(|| format!("contract {} needs {other}", contract.id), schedule.signed[j]);
        }
    }
}

fn placements(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    for (w, workload) in model.workloads.with_ids() {
        let by = match workload.split {
            Split::OneCloud => Some(PlaceBy::Cloud),
            Split::OneEcosystem => Some(PlaceBy::Ecosystem),
            Split::OneOffer => Some(PlaceBy::Offer),
            Split::Free => None,
        };
        let mine = || schedule.running.iter().filter(|r| r.workload == w);
        if let Some(by) = by {
            // All but rounding runs in one group.
            let all: f64 = mine().map(|r| r.chips).sum();
            let largest = mine()
                .map(|r| {
                    let group = by.group(model, r.offer);
                    mine().filter(|s| by.group(model, s.offer) == group).map(|s| s.chips).sum::<f64>()
                })
                .fold(0.0, f64::max);
            audit.at_most(|| format!("{} is not split", workload.id), all, largest, all);
        }
        for r in mine() {
            let ecosystem = PlaceBy::Ecosystem.group(model, r.offer);
            let early = workload.porting.iter().any(|p| p.ecosystem == ecosystem && r.period < p.ready);
            audit.holds(|| format!("{} runs on {ecosystem} only once it is ported", workload.id), !early);
        }
        if let Some(least) = workload.rate_at_least {
            for t in workload.window.clone() {
                let chips: f64 = mine().filter(|r| r.period == t).map(|r| r.chips).sum();
                let label = &model.calendar.periods[t].label;
                if chips > 1e-6 * (1.0 + least) {
                    audit.at_most(|| format!("{} in {label}: at least its rate", workload.id), least, chips, chips);
                }
            }
        }
    }
}

fn quantities(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    for (o, offer) in model.offers.with_ids() {
        if offer.block.is_none() && offer.minimum.is_none() && offer.tiers.is_empty() {
            continue;
        }
        for ((contract, start), tiers) in schedule.bought(o, offer.tiers.len() + 1) {
            let label = &model.calendar.periods[start].label;
            let chips: f64 = tiers.iter().sum();
            let under = contract.map_or("", |k| model.contracts[k].id.as_str());
            if let Some(block) = offer.block {
                let part = (chips / block - (chips / block).round()).abs() * block;
                audit.at_most(|| format!("{} {under} in {label}: whole blocks", offer.id), part, 0.0, chips);
            }
            if let Some(least) = offer.minimum.filter(|least| chips > 1e-6 * (1.0 + least)) {
                audit.at_most(|| format!("{} {under} in {label}: its minimum", offer.id), least, chips, chips);
            }
            // What is paid is what the chips cost when each tier is filled before the next; which chips
            // are reported to be in which tier matters only if it makes a difference.
            let price = |i: usize| model.price_under(contract, o, i, start);
            let paid: f64 = tiers.iter().enumerate().map(|(i, held)| held * price(i)).sum();
            let width =
                |i: usize| if i + 1 < tiers.len() { offer.above(i + 1) - offer.above(i) } else { f64::INFINITY };
            let within = |i: usize| (chips - offer.above(i)).clamp(0.0, width(i));
            let due: f64 = (0..tiers.len()).filter(|&i| within(i) > 0.0).map(|i| within(i) * price(i)).sum();
            let what = || format!("{} {under} in {label}: each price for its quantity", offer.id);
            audit.at_most(what, (paid - due).abs(), 0.0, paid.max(due));
        }
    }
}
