//! The tables of a plan: purchases, assignments, contracts, unmet work.

use std::collections::BTreeMap;

use super::ledger::{Ledger, counted_over};
use super::purpose::Purposes;
use super::schedule::{Schedule, amortised, comes_back, paid_by_period, paid_for_use};
use super::types::{
    Asset, Assignment, BurnDown, ContractResult, LoweredCommitment, NewPrice, Purchase, Relocation, Reservation, Unmet,
};
use crate::model::{CommitIn, ContractId, Decision, Grid, Model, OfferId, PricedBy, Term, WorkloadId};

/// Factors of prices that differ by less are the same.
const SAME: f64 = 1e-12;

/// What is held of each offer in each period, under each contract, and what for. What the chips of an offer
/// are held for is shared out alike over its contracts.
#[must_use]
pub fn purchases(model: &Model, schedule: &Schedule, purposes: &Purposes) -> Vec<Purchase> {
    /// Chips, money paid, money that the chips cost.
    type Bought = (f64, f64, f64);
    let mut rows: BTreeMap<(OfferId, usize, Option<ContractId>), Bought> = BTreeMap::new();
    for held in &schedule.held {
        for (t, money) in paid_by_period(model, held) {
            let row = rows.entry((held.offer, t, held.contract)).or_default();
            row.1 += money * held.chips;
            // What is bought is paid for before it is delivered.
            if held.periods.contains(&t) {
                row.0 += held.chips;
                row.2 += amortised(model, held, t) * held.chips;
            }
        }
    }
    for used in &schedule.used {
        let row = rows.entry((used.offer, used.period, used.contract)).or_default();
        row.1 += paid_for_use(model, used).money * used.chips;
    }
    rows.into_iter()
        .map(|((o, t, contract), (chips, spend, amortised))| {
            let part =
                |of: &Grid<OfferId>| if purposes.held[o][t] > 0.0 { of[o][t] / purposes.held[o][t] } else { 0.0 };
            let idle = part(&purposes.idle);
            Purchase {
                offer: model.offers[o].id.clone(),
                period: model.calendar.periods[t].label.clone(),
                chips,
                spend,
                contract: contract.map(|k| model.contracts[k].id.clone()),
                used: chips * part(&purposes.used).min(1.0),
                standby: chips * part(&purposes.standby),
                filling: chips * part(&purposes.filling),
                idle: chips * idle,
                idle_spend: amortised * idle,
                node: None,
            }
        })
        .collect()
}

/// The chips that are bought: when, for how much, how long they are held, and what comes back for them.
#[must_use]
pub fn assets(model: &Model, schedule: &Schedule) -> Vec<Asset> {
    let label = |t: usize| model.calendar.periods[t].label.clone();
    let mut all = Vec::new();
    for held in schedule.held.iter().filter(|h| h.chips > 0.0) {
        let (offer, Some(start)) = (&model.offers[held.offer], held.bought) else { continue };
        let Some(bought) = offer.bought() else { continue };
        let end = held.periods.end;
        let sold = bought.lives.get(&start).is_some_and(|life| end < life.held.end);
        let discount = model.discount_under(held.contract, held.offer);
        all.push(Asset {
            offer: offer.id.clone(),
            bought: label(start),
            delivered: label(held.periods.start),
            last: label(end - 1),
            sold: sold.then(|| label(end)),
            chips: held.chips,
            capex: held.chips * bought.capex[start] * (1.0 - discount),
            worth: held.chips * comes_back(model, held).map_or(0.0, |(_, money)| money),
            contract: held.contract.map(|k| model.contracts[k].id.clone()),
            already: is_settled(model, held.offer, start),
            node: None,
        });
    }
    all
}

/// Whether the model says how much of an offer begins its term in a period.
fn is_settled(model: &Model, offer: OfferId, start: usize) -> bool {
    model.holdings.as_ref().is_some_and(|h| h.settled(offer, start).is_some())
}

/// What is reserved, and from when to when; what is held beyond a tier is one with what is below it.
#[must_use]
pub fn reservations(model: &Model, schedule: &Schedule) -> Vec<Reservation> {
    let label = |t: usize| model.calendar.periods[t].label.clone();
    let mut all: Vec<Reservation> = Vec::new();
    for held in schedule.held.iter().filter(|h| h.chips > 0.0) {
        let offer = &model.offers[held.offer];
        if !matches!(offer.term, Term::Reserved { .. }) {
            continue;
        }
        let start = held.periods.start;
        let contract = held.contract.map(|k| model.contracts[k].id.clone());
        let same = |r: &&mut Reservation| r.offer == offer.id && r.from == label(start) && r.contract == contract;
        if let Some(below) = all.iter_mut().rev().find(same) {
            below.chips += held.chips;
            continue;
        }
        let already = is_settled(model, held.offer, start);
        all.push(Reservation {
            offer: offer.id.clone(),
            from: label(start),
            last: label(held.periods.end - 1),
            chips: held.chips,
            contract,
            already,
            node: None,
        });
    }
    all
}

/// Who runs where, with the work that the chips can do.
#[must_use]
pub fn assignments(model: &Model, schedule: &Schedule) -> Vec<Assignment> {
    schedule
        .running
        .iter()
        .map(|r| Assignment {
            workload: model.workloads[r.workload].id.clone(),
            offer: model.offers[r.offer].id.clone(),
            period: model.calendar.periods[r.period].label.clone(),
            chips: r.chips,
            work: r.chips * model.productivity(r.workload, r.offer) * model.calendar.periods[r.period].hours,
            node: None,
        })
        .collect()
}

/// The prices that a contract sets anew of what is held under it, from the first period on in which they are paid; a
/// reservation pays the price of the period in which it starts.
fn new_prices(model: &Model, schedule: &Schedule, k: ContractId) -> Vec<NewPrice> {
    let Some(clause) = &model.contracts[k].reprice else { return Vec::new() };
    let mut told = Vec::new();
    for o in model.contracts[k].covers.iter() {
        let mine = || schedule.held.iter().filter(|h| h.offer == o && h.contract == Some(k) && h.chips > 0.0);
        let by_period = model.offers[o].bought().is_some();
        let paid = |t: usize| mine().any(|h| if by_period { h.periods.contains(&t) } else { h.periods.start == t });
        let mut last = (None, 1.0);
        for t in (0..model.periods()).filter(|&t| paid(t)) {
            let (price, agreed) = (model.price_under(Some(k), o, 0, t), model.agreed_under(Some(k), o, 0, t));
            let factor = if agreed > 0.0 { price / agreed } else { 1.0 };
            let reset = clause.reset(t);
            if last.0 == reset || (factor - last.1).abs() < SAME {
                continue;
            }
            last = (reset, factor);
            let to = match model.repriced(k, o, t) {
                Some((_, PricedBy::Market(m) | PricedBy::Floor(m))) => Some(model.offers[m].id.clone()),
                _ => None,
            };
            let from = model.calendar.periods[t].label.clone();
            let offer = model.offers[o].id.clone();
            told.push(NewPrice { offer, from, price, agreed, to, future: None });
        }
    }
    told
}

/// Most new prices in a sentence.
const TOLD: usize = 4;

/// The prices that a contract sets anew in a sentence without its end; none if there are none.
#[must_use]
pub fn new_prices_sentence(result: &ContractResult, currency: &str) -> Option<String> {
    let told = |p: &NewPrice| {
        let by = match &p.to {
            Some(to) => format!("as `{to}` is cheaper"),
            None => "as every offer it follows is dearer".to_owned(),
        };
        let by = if (p.price - p.agreed).abs() < SAME * p.agreed.abs() { "as agreed".to_owned() } else { by };
        let future = p.future.as_ref().map(|f| format!(" in {f}")).unwrap_or_default();
        let money = crate::units::human::money(p.price, currency);
        format!("`{}` is {money}/chip-h from {}{future}, {by}", p.offer, p.from)
    };
    let mut all: Vec<String> = result.repriced.iter().take(TOLD).map(told).collect();
    let more = result.repriced.len().saturating_sub(TOLD);
    if more > 0 {
        all.push(format!("{more} more with --format json"));
    }
    (!all.is_empty()).then(|| format!("repriced: {}", all.join("; ")))
}

/// What comes of each contract.
#[must_use]
pub fn contract_results(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<ContractResult> {
    let row = |(k, contract): (ContractId, &crate::model::Contract)| {
        let commit = contract.commit.as_ref().map_or(0.0, |c| {
            let goes_on = |b: &usize| schedule.ended.get(&k).is_none_or(|ended| b < ended);
            let parts = c.buckets.iter().enumerate().filter(|(b, _)| goes_on(b));
            let due: f64 = parts.map(|(b, bucket)| schedule.part_due(k, b) * bucket.amount).sum();
            match c.counted_in {
                CommitIn::Spend => due,
                CommitIn::ChipHours => {
                    let hours: f64 = c.buckets.iter().map(|b| model.calendar.hours(b.periods.clone())).sum();
                    due / hours.max(f64::MIN_POSITIVE)
                }
            }
        });
        ContractResult {
            contract: contract.id.clone(),
            signed: schedule.signed[k],
            optional: contract.decision == Decision::Optional,
            cost_signed: None,
            cost_unsigned: None,
            worth: None,
            other: None,
            spend: ledger.under[k].iter().sum(),
            commit,
            commit_in_chips: contract.commit.as_ref().is_some_and(|c| c.counted_in == CommitIn::ChipHours),
            idle: ledger.idle[k].iter().sum(),
            over_from: schedule.over_from(model, k).map(|t| model.calendar.periods[t].label.clone()),
            clauses: Vec::new(),
            lowered: lowered(model, schedule, k),
            repriced: new_prices(model, schedule, k),
            funding: contract.funding.iter().map(|(_, money)| money).sum(),
            node: None,
        }
    };
    model.contracts.with_ids().map(row).collect()
}

/// How the commitments of the contracts that are signed are used up, period by period.
#[must_use]
pub fn burn_down(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<BurnDown> {
    let mut rows = Vec::new();
    for (k, contract) in model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]) {
        for (b, bucket) in contract.commit.iter().flat_map(|c| &c.buckets).enumerate() {
            let due = schedule.due(model, k, b);
            let mut left = due;
            for t in bucket.periods.clone() {
                let used = counted_over(model, schedule, ledger, k, &(t..t + 1));
                left = (left - used).max(0.0);
                rows.push(BurnDown {
                    contract: contract.id.clone(),
                    part: model.calendar.label_of(&bucket.periods),
                    period: model.calendar.periods[t].label.clone(),
                    due,
                    used,
                    left,
                    node: None,
                });
            }
        }
    }
    rows
}

/// When less begins to be due of a contract, and which part of what is committed.
fn lowered(model: &Model, schedule: &Schedule, k: ContractId) -> Vec<LoweredCommitment> {
    let Some(commit) = &model.contracts[k].commit else { return Vec::new() };
    let begins = |b: usize| model.calendar.periods[commit.buckets[b].periods.start].label.clone();
    schedule.lowered(k).into_iter().map(|(b, to)| LoweredCommitment { from: begins(b), to }).collect()
}

/// What becomes of what runs today, and where each of its workloads runs instead; then, where moving costs in each
/// period, what changes in the later ones.
#[must_use]
pub fn moves(model: &Model, schedule: &Schedule) -> Vec<Relocation> {
    let Some(baseline) = &model.baseline else { return Vec::new() };
    let mut pairs: Vec<(WorkloadId, OfferId)> = baseline.running.iter().map(|t| (t.workload, t.offer)).collect();
    let touched: Vec<WorkloadId> = baseline.running.iter().map(|t| t.workload).collect();
    let now = schedule.running.iter().filter(|r| r.period == 0 && touched.contains(&r.workload));
    pairs.extend(now.map(|r| (r.workload, r.offer)));
    pairs.sort_unstable();
    pairs.dedup();
    let row = |(w, o): (WorkloadId, OfferId)| {
        let today = baseline.running.iter().find(|t| t.workload == w && t.offer == o).map_or(0.0, |t| t.chips);
        let here = |r: &&super::schedule::Running| r.workload == w && r.offer == o && r.period == 0;
        let chips: f64 = schedule.running.iter().filter(here).map(|r| r.chips).sum();
        Relocation {
            workload: model.workloads[w].id.clone(),
            offer: model.offers[o].id.clone(),
            today,
            chips,
            cost: (today - chips).max(0.0) * baseline.switching,
            period: None,
            node: None,
        }
    };
    let mut moves: Vec<Relocation> = pairs.into_iter().map(row).collect();
    let mut changes = if baseline.in_each_period { schedule.changes(model) } else { Vec::new() };
    changes.sort_by_key(|&(w, o, t, ..)| (t, w, o));
    moves.extend(changes.into_iter().map(|(w, o, t, before, then)| Relocation {
        workload: model.workloads[w].id.clone(),
        offer: model.offers[o].id.clone(),
        today: before,
        chips: then,
        cost: (before - then).max(0.0) * baseline.switching,
        period: Some(model.calendar.periods[t].label.clone()),
        node: None,
    }));
    moves
}

/// Work that is not done.
#[must_use]
pub fn unmet(model: &Model, schedule: &Schedule) -> Vec<Unmet> {
    schedule
        .unmet
        .iter()
        .map(|&(w, t, work)| Unmet {
            workload: model.workloads[w].id.clone(),
            period: model.calendar.periods[t].label.clone(),
            work,
            node: None,
        })
        .collect()
}

/// What a reader should know about how the model was understood.
#[must_use]
pub fn notes(model: &Model, schedule: &Schedule) -> Vec<String> {
    let mut notes = model.notes.clone();
    let end = model.periods();
    let cut = |h: &&super::schedule::Held| {
        matches!(model.offers[h.offer].term, Term::Reserved { .. })
            && h.periods.end == end
            && !model.calendar.is_steady()
    };
    if schedule.held.iter().filter(cut).count() > 0 {
        notes.push(
            "reservations that reach the end of the horizon are paid for their hours within it; \
             an upfront part is counted pro rata"
                .to_owned(),
        );
    }
    let left: f64 = schedule
        .held
        .iter()
        .filter_map(|h| comes_back(model, h).filter(|b| b.0 == end).map(|(_, money)| money * h.chips))
        .sum();
    if left > 0.0 {
        notes.push(format!(
            "bought chips that are held at the end of the horizon count there at their residual value, {} (undiscounted)",
            crate::units::human::money(left, &model.currency)
        ));
    }
    notes
}
