//! The plan checked against the model, in the model's words.
//!
//! The certificate shows that the program was solved. This shows that the plan keeps what the
//! model asks for: it uses nothing of the program, so that a mistake in the formulation is found. What it
//! shares with the program are the facts in [`crate::model`]: where money belongs, what a chip costs where
//! spend is counted for some workloads, what a placement costs, what is held today. A limit of the policy is
//! compared by its family, which sees the plan's [`Books`] and nothing of its own rows.

use std::collections::BTreeMap;

use super::balances;
use super::decisions;
use super::ledger::{Books, Ledger, counted, idle_money};
use super::purpose::Purposes;
use super::schedule::{Held, Schedule, Used};
use super::types::{RiskResult, Survival};
use crate::model::{Accounts, CommitIn, Compared, ContractId, Grid, LimitId, Model, OfferId, Task, Term, Unneeded};

/// A requirement that a plan breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The requirement, in words.
    pub what: String,
    /// By how much, relative to 1 + the size of what is compared.
    pub by: f64,
}

/// Relative violation up to which a requirement counts as kept; as for the certificate.
pub const TOLERANCE: f64 = 1e-6;

/// By how much a value is beyond the most that it may be, relative to 1 + the size of what is compared.
fn excess(compared: &Compared) -> f64 {
    (compared.value - compared.most) / (1.0 + compared.most.abs() + compared.scale.abs())
}

/// Whether a value is no more than it may be, as for every requirement that is audited.
#[must_use]
pub fn is_kept(compared: &Compared) -> bool {
    excess(compared) <= TOLERANCE
}

pub(super) struct Audit {
    breaches: Vec<Breach>,
}

impl Audit {
    /// Requires `value <= most`; `scale` is the size of what was added up, on both sides, as in the
    /// certificate.
    pub(super) fn at_most(&mut self, what: impl FnOnce() -> String, value: f64, most: f64, scale: f64) {
        let by = excess(&Compared { value, most, scale });
        if by > TOLERANCE || by.is_nan() {
            self.breaches.push(Breach { what: what(), by });
        }
    }

    /// Requires something that is so or not.
    pub(super) fn holds(&mut self, what: impl FnOnce() -> String, holds: bool) {
        if !holds {
            self.breaches.push(Breach { what: what(), by: 1.0 });
        }
    }
}

/// Every requirement of the model that a schedule breaks, and a total cost that differs from
/// `cost` (the program's objective).
#[must_use]
pub fn audit(
    model: &Model,
    schedule: &Schedule,
    ledger: &Ledger,
    purposes: &Purposes,
    told: f64,
    cost: f64,
) -> Vec<Breach> {
    let mut audit = Audit { breaches: Vec::new() };
    audit.at_most(|| "the cost lines add up to the objective".to_owned(), (told - cost).abs(), 0.0, cost);
    supply(&mut audit, model, schedule);
    purchases(&mut audit, model, schedule);
    holdings(&mut audit, model, schedule);
    demand(&mut audit, model, schedule);
    contracts(&mut audit, model, schedule, ledger);
    balances::audit(&mut audit, model, schedule, ledger);
    decisions::audit(&mut audit, model, schedule);
    limits(&mut audit, model, schedule, ledger);
    for unneeded in purposes.unneeded(model, schedule, ledger) {
        audit.holds(|| bought_to_no_purpose(model, unneeded), false);
    }
    audit.breaches
}

/// Every loss of the policy that a plan does not survive.
#[must_use]
pub fn audit_survival(model: &Model, survival: &[Survival]) -> Vec<Breach> {
    let mut audit = Audit { breaches: Vec::new() };
    for s in survival {
        let survive = &model.survive[s.requirement];
        let loss = &survive.losses[s.loss];
        let label = &model.calendar.periods[s.period].label;
        let what = if loss.upstream.is_some() { "deliveries of " } else { "" };
        let told = || format!("{}: {what}{} lost in {label}", survive.name, loss.group);
        audit.at_most(told, survive.serve, s.served, 0.0);
    }
    audit.breaches
}

/// Every limit on risk that a plan breaks.
#[must_use]
pub fn audit_risk(model: &Model, risk: &RiskResult) -> Vec<Breach> {
    let mut audit = Audit { breaches: Vec::new() };
    if let (Some(most), Some(cvar)) = (model.risk.cvar.and_then(|c| c.term.at_most), risk.cvar) {
        audit.at_most(|| "the conditional value at risk".to_owned(), cvar, most, cvar);
    }
    if let Some(most) = model.risk.expected.and_then(|e| e.at_most) {
        audit.at_most(|| "the expected loss".to_owned(), risk.expected_loss, most, risk.expected_loss);
    }
    audit.breaches
}

fn bought_to_no_purpose(model: &Model, unneeded: Unneeded) -> String {
    match unneeded {
        Unneeded::Standing { offer, period } => {
            let label = &model.calendar.periods[period].label;
            format!("{} in {label}: what is rented is used", model.offers[offer].id)
        }
        Unneeded::Reserved { offer } => format!("{}: what is reserved is used in its term", model.offers[offer].id),
        Unneeded::Committed { contract, .. } => {
            format!("contract {}: no more is idle than is due", model.contracts[contract].id)
        }
    }
}

fn supply(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    let held = schedule.chips(model);
    let mut used = Grid::zero(model.offers.len(), model.periods());
    for r in &schedule.running {
        audit.at_most(|| format!("chips of {} are not negative", model.offers[r.offer].id), -r.chips, 0.0, 0.0);
        used[r.offer][r.period] += r.chips;
    }
    for (o, offer) in model.offers.with_ids() {
        for t in 0..model.periods() {
            let label = &model.calendar.periods[t].label;
            audit.at_most(
                || format!("{} in {label}: use within what is held", offer.id),
                used[o][t],
                held[o][t],
                held[o][t],
            );
            audit.at_most(|| format!("{} in {label}: held chips are not negative", offer.id), -held[o][t], 0.0, 0.0);
            let capacity = offer.capacity_at(t);
            if capacity.is_finite() {
                audit.at_most(|| format!("{} in {label}: within capacity", offer.id), held[o][t], capacity, held[o][t]);
            }
        }
    }
    paid_by_use(audit, model, schedule, &used);
    for pool in &model.pools {
        for t in 0..model.periods() {
            let label = &model.calendar.periods[t].label;
            let chips: f64 = pool.offers.iter().map(|&o| held[o][t]).sum();
            if let Some(stock) = &pool.chips {
                audit.at_most(|| format!("pool {} in {label}: within its chips", pool.id), chips, stock[t], chips);
            }
            if let Some(stock) = &pool.power {
                let power: f64 = pool.offers.iter().map(|&o| held[o][t] * model.draws(o)).sum();
                audit.at_most(|| format!("pool {} in {label}: within its power", pool.id), power, stock[t], power);
            }
        }
    }
}

/// Where use has a price, all that works is paid for, and none under a contract that holds less.
fn paid_by_use(audit: &mut Audit, model: &Model, schedule: &Schedule, used: &Grid<OfferId>) {
    for (o, offer) in model.offers.with_ids().filter(|(_, offer)| offer.used.is_some()) {
        for t in 0..model.periods() {
            let label = &model.calendar.periods[t].label;
            let paid: Vec<&Used> = schedule.used.iter().filter(|u| u.offer == o && u.period == t).collect();
            let sum: f64 = paid.iter().map(|u| u.chips).sum();
            let what = || format!("{} in {label}: what works is paid for", offer.id);
            audit.at_most(what, (used[o][t] - sum).abs(), 0.0, sum);
            for u in paid {
                let mine = |h: &&Held| h.offer == o && h.contract == u.contract && h.periods.contains(&t);
                let held: f64 = schedule.held.iter().filter(mine).map(|h| h.chips).sum();
                let what = || format!("{} in {label}: use is paid under the contract that holds it", offer.id);
                audit.at_most(what, u.chips, held, sum);
            }
        }
    }
}

/// Chips are held for as long as their term says, and under a signed contract that covers them if there is one:
/// its discount is for nothing else, and what is held beside it counts towards nothing.
fn purchases(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    let all = schedule.chips(model);
    for held in &schedule.held {
        let offer = &model.offers[held.offer];
        let start = held.bought.unwrap_or(held.periods.start);
        let label = &model.calendar.periods[start].label;
        let as_said = match &offer.term {
            Term::Reserved { ends, .. } => ends.get(&start) == Some(&held.periods.end),
            Term::Bought(bought) => {
                let life = bought.lives.get(&start).filter(|life| life.held.start == held.periods.start);
                life.is_some_and(|life| life.worth(held.periods.end).is_some())
            }
            Term::OnDemand | Term::Spot { .. } | Term::Owned => held.periods.len() == 1,
        };
        let wrong = |holds: bool| if holds { 0.0 } else { held.chips };
        let size = all[held.offer][held.periods.start];
        // No more is sold than was bought.
        if held.bought.is_some() {
            audit.at_most(|| format!("{} in {label}: no more is sold than bought", offer.id), -held.chips, 0.0, size);
        }
        audit.at_most(|| format!("{} in {label}: held as its term says", offer.id), wrong(as_said), 0.0, size);
        let covers =
            |k: ContractId| model.contracts[k].covers[held.offer] && model.contracts[k].active.contains(&start);
        let right = match held.contract {
            Some(k) => covers(k) && schedule.over_from(model, k).is_none_or(|over| start < over),
            // Beyond a commitment that its discount ends with, all of it may be held beside the contract.
            None => !model
                .contracts
                .ids()
                .any(|k| schedule.in_force(model, k, start) && covers(k) && !model.contracts[k].capped),
        };
        let what = || format!("{} in {label}: held under a contract that covers it", offer.id);
        audit.at_most(what, wrong(right), 0.0, size);
    }
}

/// What is reserved or bought already is held, and nothing else begins where that is settled.
fn holdings(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    let Some(holdings) = &model.holdings else { return };
    let mut begun: BTreeMap<(OfferId, usize), f64> = BTreeMap::new();
    let has_term = |o: OfferId| matches!(model.offers[o].term, Term::Reserved { .. } | Term::Bought(_));
    for held in schedule.held.iter().filter(|h| has_term(h.offer)) {
        *begun.entry((held.offer, held.bought.unwrap_or(held.periods.start))).or_default() += held.chips;
    }
    for &key in holdings.held.keys() {
        begun.entry(key).or_default();
    }
    for (&(offer, start), &chips) in &begun {
        let Some(settled) = holdings.settled(offer, start) else { continue };
        let what = || {
            let label = &model.calendar.periods[start].label;
            format!("{} in {label}: what is held already, and nothing else", model.offers[offer].id)
        };
        audit.at_most(what, (chips - settled).abs(), 0.0, chips.max(settled));
    }
}

fn demand(audit: &mut Audit, model: &Model, schedule: &Schedule) {
    for (w, workload) in model.workloads.with_ids() {
        let mut done = vec![0.0; model.periods()];
        let mut chips = vec![0.0; model.periods()];
        for r in schedule.running.iter().filter(|r| r.workload == w) {
            audit.at_most(
                || format!("{} runs only where it may", workload.id),
                if workload.eligible.contains(&r.offer) && workload.window.contains(&r.period) { 0.0 } else { r.chips },
                0.0,
                0.0,
            );
            done[r.period] += r.chips * model.productivity(w, r.offer);
            chips[r.period] += r.chips;
        }
        let unmet = |t: usize| schedule.unmet.iter().filter(|u| u.0 == w && u.1 == t).map(|u| u.2).sum::<f64>();
        match &workload.task {
            Task::Inference { demand, peak } => {
                for t in workload.window.clone() {
                    let period = &model.calendar.periods[t];
                    let short = unmet(t) / period.hours * peak;
                    let asked = demand[t] * peak;
                    let label = &period.label;
                    audit.at_most(
                        || format!("{} in {label}: demand is served", workload.id),
                        asked - done[t] - short,
                        0.0,
                        asked + done[t] + short,
                    );
                }
            }
            Task::Training { work } => {
                let sum: f64 = workload.window.clone().map(|t| done[t] * model.calendar.periods[t].hours).sum();
                let short = unmet(workload.window.end - 1);
                audit.at_most(|| format!("{}: work is done", workload.id), work - sum - short, 0.0, work + sum + short);
            }
        }
        if let Some(most) = workload.rate_at_most {
            for (t, &running) in chips.iter().enumerate() {
                let label = &model.calendar.periods[t].label;
                audit.at_most(|| format!("{} in {label}: within its rate", workload.id), running, most, running);
            }
        }
    }
}

fn contracts(audit: &mut Audit, model: &Model, schedule: &Schedule, ledger: &Ledger) {
    for (k, contract) in model.contracts.with_ids() {
        if !schedule.signed[k] {
            let idle: f64 = schedule.idle.iter().filter(|i| i.0 == k).map(|i| i.3).sum();
            audit.at_most(|| format!("contract {}: nothing is idle under it unsigned", contract.id), idle, 0.0, 0.0);
        }
        let Some(commit) = contract.commit.as_ref().filter(|_| schedule.signed[k]) else { continue };
        if let (Some(least), Some(&size)) = (commit.least, schedule.sizes.get(&k)) {
            let what = || format!("contract {}: as much is committed as may be chosen", contract.id);
            audit.at_most(what, (least - size).max(size - 1.0), 0.0, 1.0);
        }
        if let Some(ramp_down) = &contract.ramp_down {
            for b in 1..commit.buckets.len() {
                let (before, after) = (schedule.part_due(k, b - 1), schedule.part_due(k, b));
                let step = ramp_down.step(&model.calendar, commit, b) * schedule.part_due(k, 0);
                let what = || format!("contract {}: lowered no faster than it may be, and for good", contract.id);
                audit.at_most(what, (before - step - after).max(after - before), 0.0, 1.0);
            }
        }
        for b in 0..commit.buckets.len() {
            let (counted, idle) = (counted(model, schedule, ledger, k, b), idle_money(schedule, k, b));
            let amount = schedule.due(model, k, b);
            if contract.capped {
                let what = || format!("contract {}: no more is discounted than is committed", contract.id);
                audit.at_most(what, counted, amount, counted);
            }
            let mut met = counted;
            if commit.counted_in == CommitIn::Spend {
                // Take-or-pay: max(0, commitment - spend), and nothing beyond.
                let due = (amount - counted).max(0.0);
                let what = || format!("contract {}: no more is idle than is due", contract.id);
                audit.at_most(what, idle - due, 0.0, amount);
                met += idle;
            }
            audit.at_most(
                || format!("contract {}: the commitment is met", contract.id),
                amount - met,
                0.0,
                amount + met,
            );
        }
    }
}

/// Every limit on what is expected that plans for several futures break, `accounts` being the mean of their books. What is
/// beyond one with a price is paid in each future, and only there.
#[must_use]
pub fn audit_expected(model: &Model, accounts: &dyn Accounts, paid: impl Fn(LimitId) -> f64) -> Vec<Breach> {
    let mut audit = Audit { breaches: Vec::new() };
    for (l, limit) in model.limits.with_ids().filter(|(_, l)| l.expected) {
        let (mut due, mut size) = (0.0, 0.0);
        for span in &limit.spans {
            for Compared { value, most, scale } in limit.kind.family().compared(model, accounts, &span.periods) {
                if let Some(price) = limit.soft {
                    let price = price * model.discount(span.periods.end - 1);
                    due += price * (value - most).max(0.0);
                    size += price * scale.abs();
                } else {
                    let what = || format!("limit {} {}, in expectation", limit.name, span.label);
                    audit.at_most(what, value, most, scale);
                }
            }
        }
        let what = || format!("limit {}, in expectation: what is beyond it is paid", limit.name);
        audit.at_most(what, due, paid(l), size);
    }
    audit.breaches
}

fn limits(audit: &mut Audit, model: &Model, schedule: &Schedule, ledger: &Ledger) {
    let books = Books::of(model, schedule, ledger);
    for (l, limit) in model.limits.with_ids() {
        // What is limited over all futures together is audited there.
        if limit.expected || limit.when.is_some_and(|k| !schedule.signed[k]) {
            continue;
        }
        let (mut due, mut size) = (0.0, 0.0);
        for span in &limit.spans {
            for Compared { value, most, scale } in limit.kind.family().compared(model, &books, &span.periods) {
                let Some(price) = limit.soft else {
                    audit.at_most(|| format!("limit {} {}", limit.name, span.label), value, most, scale);
                    continue;
                };
                // As a payment of the last period.
                let price = price * model.discount(span.periods.end - 1);
                due += price * (value - most).max(0.0);
                size += price * scale.abs();
            }
        }
        let paid: f64 = schedule.excess.iter().filter(|e| e.0 == l).map(|e| e.1).sum();
        audit.at_most(|| format!("limit {}: what is beyond it is paid", limit.name), due, paid, size);
    }
}
