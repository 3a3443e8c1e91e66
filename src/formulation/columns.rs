//! The columns: what is held, what works, what is not done.
//!
//! Payments of a holding, undiscounted, for one chip:
//!
//! - on demand, spot, owned: h_t x price\[o,t\] in t
//! - reserved from s: upfront x price\[o,s\] x (hours of the term within the horizon) at the start of s,
//!   and (1 - upfront) x price\[o,s\] x h_t in each t of the term
//!
//! What is paid for chips that are bought is in [`super::owned`], and what use costs beside holding
//! in [`super::usage`].
//!
//! What lies past the horizon is neither used nor paid. Under a contract the price is less its
//! discount, as it is repriced ([`Model::price_under`]); a reservation has that of the period in which it starts. An offer
//! under several contracts has a copy of its holdings for each. What is owned pays for its electricity beside that, to
//! nobody who sells chips: h_t x power x pue x energy\[t\] in each t in which it is held.

use std::ops::Range;

use super::{CLEAR, Formulation, Holding, Run, Shortfall, named};
use crate::model::{CommitIn, ContractId, Decision, Model, Offer, OfferId, Payment, Task, Term, WorkloadId};

/// Chips that could be of use in a period are multiplied by this to box what the model does not
/// bound.
const ROOM: f64 = 10.0;

pub(super) fn add(f: &mut Formulation, model: &Model, room: f64) {
    let need = need(model);
    for (index, offer) in model.offers.with_ids() {
        let first = f.holdings.len();
        holdings(f, model, index, offer, &need, room);
        f.holdings_of.push(first..f.holdings.len());
        let mut at = vec![Vec::new(); model.periods()];
        for h in &f.holdings[first..] {
            h.periods.clone().for_each(|t| at[t].push((h.column, 1.0)));
            for s in &f.sales[h.sales.clone()] {
                s.periods.clone().for_each(|t| at[t].push((s.column, -1.0)));
            }
        }
        f.held_at.push(at);
    }
    for w in model.workloads.ids() {
        runs(f, model, w);
        shortfalls(f, model, w);
    }
    super::usage::add_columns(f, model);
    super::decisions::add_signs(f, model);
    super::commit::add_sizes(f, model);
    super::terminate::add(f, model);
    super::ramp_down::add(f, model);
    super::late::add(f, model);
}

/// The most chips of an offer that a workload can use in a period.
fn most_running(model: &Model, workload: WorkloadId, offer: OfferId, period: usize) -> f64 {
    let w = &model.workloads[workload];
    if !w.window.contains(&period) {
        return 0.0;
    }
    let most = w.rate_at_most.unwrap_or(f64::INFINITY).min(model.offers[offer].capacity_at(period));
    most_useful(model, workload, offer, period).min(most)
}

/// Chips of an offer that would do all of a workload that can be done in a period.
pub(super) fn most_useful(model: &Model, workload: WorkloadId, offer: OfferId, period: usize) -> f64 {
    let productivity = model.productivity(workload, offer);
    match &model.workloads[workload].task {
        Task::Inference { .. } => model.workloads[workload].peak_demand(period) / productivity,
        Task::Training { work } => work / (productivity * model.calendar.periods[period].hours),
    }
}

/// For each period, chips that would be enough if every workload ran on the offer that needs the
/// most, plus all chips that are committed.
fn need(model: &Model) -> Vec<f64> {
    let mut need = vec![0.0; model.periods()];
    for (t, need) in need.iter_mut().enumerate() {
        for (w, workload) in model.workloads.with_ids() {
            *need += workload.eligible.iter().map(|&o| most_running(model, w, o, t)).fold(0.0, f64::max);
        }
    }
    for commit in model.contracts.iter().filter_map(|c| c.commit.as_ref()) {
        for bucket in commit.buckets.iter() {
            for t in bucket.periods.clone() {
                let hours = model.calendar.periods[t].hours;
                need[t] += match commit.counted_in {
                    CommitIn::ChipHours => bucket.amount / hours,
                    // A spending commitment can be paid idle, so it never forces chips.
                    CommitIn::Spend => 0.0,
                };
            }
        }
    }
    need
}

fn holdings(f: &mut Formulation, model: &Model, index: OfferId, offer: &Offer, need: &[f64], room: f64) {
    let under = |from: usize| -> Vec<Option<ContractId>> {
        let covering: Vec<Option<ContractId>> = model
            .contracts
            .with_ids()
            .filter(|(_, k)| k.covers[index] && k.active.contains(&from) && k.decision != Decision::Refused)
            .map(|(k, _)| Some(k))
            .collect();
        // One signed contract takes all of the offer: its price is what was agreed, not higher unless it is repriced to
        // be, and what is spent counts towards it. Where none is sure to be signed, the offer can be held without; unless
        // it cannot be held at all unless one is.
        // Beyond a commitment that its discount ends with, it is held without.
        let is_sure = |k: ContractId| {
            let contract = &model.contracts[k];
            let ends = contract.may_end().zip(contract.commit.as_ref());
            let may_be_over = ends.is_some_and(|(t, commit)| from >= commit.buckets[t.from].periods.start);
            let goes_on = contract.decision == Decision::Signed && !contract.capped && !may_be_over;
            goes_on || contract.unlocks[index]
        };
        let sure = covering.iter().flatten().any(|&k| is_sure(k));
        if sure { covering } else { std::iter::once(None).chain(covering).collect() }
    };
    let locked = |k: &crate::model::Contract| k.unlocks[index] && k.decision == Decision::Refused;
    if model.contracts.iter().any(locked) {
        return;
    }
    let stretches: Vec<(usize, Range<usize>)> = match &offer.term {
        Term::Reserved { ends, .. } => {
            ends.iter().filter(|&(&s, &e)| s >= offer.lead && e > s).map(|(&s, &e)| (s, s..e)).collect()
        }
        Term::Bought(bought) => bought.lives.iter().map(|(&s, life)| (s, life.held.clone())).collect(),
        _ => (0..model.periods()).map(|t| (t, t..t + 1)).collect(),
    };
    let mut copies: Vec<(usize, Range<usize>, Option<ContractId>)> = Vec::new();
    for (start, stretch) in stretches {
        copies.extend(under(start).into_iter().map(|k| (start, stretch.clone(), k)));
    }
    let covering = |t: usize| copies.iter().filter(|(_, s, _)| s.contains(&t)).count();
    let counts: Vec<usize> = (0..model.periods()).map(covering).collect();
    for (start, stretch, contract) in &copies {
        let start = *start;
        let life = offer.bought().map(|bought| &bought.lives[&start]);
        // What can be sold may be more than can be held later.
        let can_be_sold = life.is_some_and(|life| !life.sales.is_empty());
        let (all, least) = if can_be_sold {
            (0.0, f64::max as fn(f64, f64) -> f64)
        } else {
            (f64::INFINITY, f64::min as fn(f64, f64) -> f64)
        };
        let capacity = stretch.clone().map(|t| offer.capacity_at(t)).fold(all, least);
        if capacity <= 0.0 {
            continue;
        }
        // A block or a minimum may be more than all that is needed.
        let settled = model.holdings.as_ref().and_then(|h| h.settled(index, start)).unwrap_or(0.0);
        let least = offer.block.unwrap_or(0.0).max(offer.minimum.unwrap_or(0.0)).max(settled).max(1.0);
        let enough = ROOM * room * stretch.clone().map(|t| need[t]).fold(least, f64::max);
        let boxed = enough < capacity;
        let discount = model.discount_under(*contract, index);
        let label = &model.calendar.periods[start].label;
        let id = contract.map_or("", |k| model.contracts[k].id.as_str());
        // The contract is reported only where the offer has several copies.
        let id = if counts[stretch.start] > 1 { id } else { "" };
        let (kind, role) = match offer.term {
            Term::Reserved { .. } => ("reserve", "reserve"),
            Term::Bought(_) => ("buy", "buy"),
            _ => ("rent", "rent"),
        };
        // Where this column alone holds the offer its bound is the capacity; elsewhere a row is, and
        // the box stays clear of it.
        let alone = offer.tiers.is_empty() && !can_be_sold && stretch.clone().all(|t| counts[t] == 1);
        let most = if alone { capacity } else { CLEAR * capacity };
        for tier in 0..=offer.tiers.len() {
            let from = offer.above(tier);
            let width = offer.tiers.get(tier).map_or(f64::INFINITY, |next| next.above - from);
            let payments = match offer.bought() {
                Some(bought) => super::owned::payments(model, index, bought, start, stretch.clone(), *contract),
                None => payments(model, index, stretch.clone(), *contract, tier),
            };
            let worth = match (offer.bought(), life) {
                (Some(bought), Some(life)) => {
                    (1.0 - discount) * bought.capex[start] * life.left * model.discount_at(stretch.end)
                }
                _ => 0.0,
            };
            let electricity = super::owned::electricity(model, index, stretch);
            let cost = payments.iter().map(|p| model.discounted(p)).sum::<f64>() + electricity - worth;
            let above = if tier == 0 { String::new() } else { format!("above{from}") };
            let name = named(kind, &[&offer.id, id, &above, label]);
            let upper = most.min(enough);
            let column = f.program.add_column(name, role, 0.0, upper.min(width), cost);
            if !boxed && alone {
                let tightest = stretch.clone().find(|&t| offer.capacity_at(t) <= capacity).unwrap_or(stretch.start);
                f.capacity_bounds.push((index, tightest, column));
            }
            let sales = f.sales.len()..f.sales.len();
            f.holdings.push(Holding {
                column,
                offer: index,
                contract: *contract,
                tier,
                start,
                periods: stretch.clone(),
                payments,
                worth,
                sales,
                boxed: boxed && width > enough,
            });
            if let (Some(bought), Some(life)) = (offer.bought(), life) {
                super::owned::add_sales(f, model, bought, life, (discount, id));
            }
        }
    }
}

fn payments(
    model: &Model,
    offer: OfferId,
    periods: Range<usize>,
    contract: Option<ContractId>,
    tier: usize,
) -> Vec<Payment> {
    let hours = |t: usize| model.calendar.periods[t].hours;
    let price = model.price_under(contract, offer, tier, periods.start);
    let start = periods.start;
    match model.offers[offer].term {
        Term::Reserved { upfront, .. } => {
            let whole = upfront * price * model.calendar.hours(periods.clone());
            let first = Payment { period: start, money: whole, at_start: true };
            let rest =
                periods.map(|t| Payment { period: t, money: (1.0 - upfront) * price * hours(t), at_start: false });
            std::iter::once(first).chain(rest).filter(|p| p.money != 0.0).collect()
        }
        _ => vec![Payment { period: start, money: price * hours(start), at_start: false }],
    }
}

/// Whether a workload can have been ported to an offer's ecosystem by a period.
pub(super) fn ported(model: &Model, workload: WorkloadId, offer: OfferId, period: usize) -> bool {
    let ecosystem = &model.chips[model.offers[offer].chip].ecosystem;
    let porting = model.workloads[workload].porting.iter().find(|p| Some(&p.ecosystem) == ecosystem.as_ref());
    porting.is_none_or(|p| period >= p.ready)
}

fn runs(f: &mut Formulation, model: &Model, w: WorkloadId) {
    let workload = &model.workloads[w];
    for &offer in &workload.eligible {
        for period in workload.window.clone() {
            if f.held(offer, period, 1.0).next().is_none() || !ported(model, w, offer, period) {
                continue;
            }
            let most = CLEAR * most_useful(model, w, offer, period);
            if most <= 0.0 {
                continue;
            }
            let label = &model.calendar.periods[period].label;
            let name = named("run", &[&workload.id, &model.offers[offer].id, label]);
            let column = f.program.add_column(name, "run", 0.0, most, 0.0);
            f.runs_of[offer].push(f.runs.len());
            f.runs_at[offer][period].push(f.runs.len() as u32);
            f.runs.push(Run { column, workload: w, offer, period });
        }
    }
}

/// Unmet demand, at its price: in the rate's unit of time for inference, in work for training.
///
/// Demand is served at its peak but priced at its mean: serving none of a peak of 1.6 times the
/// mean leaves the mean undone, not 1.6 times it.
fn shortfalls(f: &mut Formulation, model: &Model, w: WorkloadId) {
    let workload = &model.workloads[w];
    let Some(price) = workload.unmet else { return };
    match &workload.task {
        Task::Inference { peak, .. } => {
            let (_, time) = workload.rate_time;
            for period in workload.window.clone() {
                let most = workload.peak_demand(period) * time;
                if most > 0.0 {
                    let p = &model.calendar.periods[period];
                    let work = p.hours / time / peak;
                    let name = named("unmet", &[&workload.id, &p.label]);
                    let cost = price * work * model.discount(period);
                    let column = f.program.add_column(name, "unmet", 0.0, CLEAR * most, cost);
                    f.shortfalls.push(Shortfall { column, workload: w, period, work });
                }
            }
        }
        Task::Training { work } => {
            let period = workload.window.end - 1;
            let name = named("unmet", &[&workload.id]);
            let column = f.program.add_column(name, "unmet", 0.0, CLEAR * work, price * model.discount(period));
            f.shortfalls.push(Shortfall { column, workload: w, period, work: 1.0 });
        }
    }
}
