//! The tables of a plan: purchases, assignments, contracts, unmet work.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use super::purpose::Purposes;
use super::schedule::{Schedule, amortised, paid_by_period};
use super::types::{Assignment, ContractResult, Move, Purchase, Unmet};
use crate::model::{CommitIn, ContractId, Decision, Grid, Model, OfferId, Term, WorkloadId};

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
            row.0 += held.chips;
            row.1 += money * held.chips;
            row.2 += amortised(model, held, t) * held.chips;
        }
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

/// What comes of each contract.
#[must_use]
pub fn contract_results(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<ContractResult> {
    let row = |(k, contract): (ContractId, &crate::model::Contract)| {
        let commit = contract.commit.as_ref().map_or(0.0, |c| {
            let due: f64 = c.buckets.iter().map(|b| b.amount).sum();
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
            funding: contract.funding.iter().map(|(_, money)| money).sum(),
            node: None,
        }
    };
    model.contracts.with_ids().map(row).collect()
}

/// What becomes of what runs today, and where each of its workloads runs instead; then, where moving costs in each
/// period, what changes in the later ones.
#[must_use]
pub fn moves(model: &Model, schedule: &Schedule) -> Vec<Move> {
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
        Move {
            workload: model.workloads[w].id.clone(),
            offer: model.offers[o].id.clone(),
            today,
            chips,
            cost: (today - chips).max(0.0) * baseline.switching,
            period: None,
            node: None,
        }
    };
    let mut moves: Vec<Move> = pairs.into_iter().map(row).collect();
    let mut changes = if baseline.in_each_period { schedule.changes(model) } else { Vec::new() };
    changes.sort_by_key(|&(w, o, t, ..)| (t, w, o));
    moves.extend(changes.into_iter().map(|(w, o, t, before, then)| Move {
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
    notes
}
