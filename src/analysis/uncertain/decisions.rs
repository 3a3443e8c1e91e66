//! What a plan for several futures decides: each decision once, in the node of the tree in which it is due.

use std::collections::BTreeMap;

use super::tell::{NOTHING, Teller};
use crate::model::{Contract, ContractId, Decision, OfferId, Term};
use crate::plan::{DecisionResult, Schedule};
use crate::units::human::{number, percent};

/// Amounts that differ by less, relatively, are the same.
const SAME: f64 = 1e-6;

/// A decision with what it is sorted by.
struct Dated {
    /// The period in which it is due; -1 before the first.
    date: i64,
    /// The first future that has it.
    future: usize,
    /// Contracts first, then what binds for a term, then what is held by the period.
    rank: u8,
    row: DecisionResult,
}

impl Teller<'_> {
    /// What is decided, in the order of time.
    pub(super) fn decisions(&self) -> Vec<DecisionResult> {
        let mut all: Vec<Dated> = Vec::new();
        for (f, schedule) in self.schedules.iter().enumerate() {
            for (k, contract) in self.model.contracts().with_ids() {
                all.extend(self.signing(f, schedule, k, contract));
                all.extend(self.exercise(f, schedule, k, contract));
                all.extend(self.termination(f, schedule, k, contract));
                all.extend(self.lowering(f, schedule, k, contract));
            }
            all.extend(self.sales(f, schedule));
            all.extend(self.purchases(f, schedule));
        }
        all.sort_by_key(|d| (d.date, d.future, d.rank));
        all.into_iter().map(|d| d.row).collect()
    }

    /// When a decision is due, in words; none before the first period.
    fn decided(&self, date: i64) -> Option<String> {
        usize::try_from(date).ok().map(|t| self.label(t))
    }

    /// A decision about a contract, if this future is the first to have it.
    fn of_contract(
        &self,
        (f, date): (usize, i64),
        kind: &str,
        contract: &Contract,
        from: usize,
        (amount, sentence): (f64, String),
    ) -> Option<Dated> {
        let row = DecisionResult {
            node: self.node(f, date),
            decided: self.decided(date),
            kind: kind.to_owned(),
            what: contract.id.clone(),
            contract: (kind != "contract").then(|| contract.id.clone()),
            from: self.label(from),
            to: self.label(contract.active.end - 1),
            amount,
            sentence,
        };
        (self.first(f, date) == f).then_some(Dated { date, future: f, rank: 0, row })
    }

    fn signing(&self, f: usize, schedule: &Schedule, k: ContractId, contract: &Contract) -> Option<Dated> {
        if contract.decision != Decision::Optional {
            return None;
        }
        let date = self.futures.uncertainty.timing.contracts[k].date(self.model.calendar(), contract.active.start);
        let signed = schedule.signed[k];
        let sentence = format!("{} `{}`", if signed { "sign" } else { "do not sign" }, contract.id);
        let told = (f64::from(u8::from(signed)), sentence);
        self.of_contract((f, date), "contract", contract, contract.active.start, told)
    }

    fn exercise(&self, f: usize, schedule: &Schedule, k: ContractId, contract: &Contract) -> Option<Dated> {
        let (at, size) = (contract.exercise?, schedule.sizes.get(&k).filter(|_| schedule.signed[k])?);
        let taken = size * self.taken_at_most(contract);
        let sentence = if taken > NOTHING {
            format!("exercise the option `{}` on {} chips", contract.id, number(taken))
        } else {
            format!("do not exercise the option `{}`", contract.id)
        };
        self.of_contract((f, at as i64), "option", contract, at, (taken, sentence))
    }

    fn termination(&self, f: usize, schedule: &Schedule, k: ContractId, contract: &Contract) -> Option<Dated> {
        let (over, terminate) = (schedule.over_from(self.model, k)?, self.futures.models[f].contracts()[k].may_end()?);
        let date = terminate.notice.date(self.model.calendar(), over);
        let sentence = format!("end `{}` in {}", contract.id, self.label(over));
        self.of_contract((f, date), "termination", contract, over, (1.0, sentence))
    }

    fn lowering(&self, f: usize, schedule: &Schedule, k: ContractId, contract: &Contract) -> Vec<Dated> {
        let (Some(ramp_down), Some(commit)) = (contract.ramp_down, &contract.commit) else { return Vec::new() };
        let lowered = schedule.lowered(k).into_iter().filter_map(|(bucket, part)| {
            let from = commit.buckets[bucket].periods.start;
            let date = ramp_down.notice.date(self.model.calendar(), from);
            let sentence =
                format!("lower the commitment of `{}` to {} from {}", contract.id, percent(part), self.label(from));
            self.of_contract((f, date), "lowering", contract, from, (part, sentence))
        });
        lowered.collect()
    }

    /// The most chips that can be taken of an option.
    fn taken_at_most(&self, contract: &Contract) -> f64 {
        let first = contract.commit.as_ref().and_then(|c| c.buckets.first());
        first.map_or(0.0, |b| b.amount / self.model.calendar().periods[b.periods.start].hours)
    }

    /// What is sold in a future of what was bought, as decisions that this future is the first to have.
    fn sales(&self, f: usize, schedule: &Schedule) -> Vec<Dated> {
        let mut sold: BTreeMap<(OfferId, Option<ContractId>, usize), f64> = BTreeMap::new();
        for h in schedule.held.iter().filter(|h| h.bought.is_some()) {
            let kept = self.model.offers()[h.offer].bought().and_then(|b| b.lives.get(&h.bought?));
            if kept.is_some_and(|life| h.periods.end < life.held.end) {
                *sold.entry((h.offer, h.contract, h.periods.end)).or_default() += h.chips;
            }
        }
        let mine = sold.into_iter().filter(|s| s.1 > NOTHING && self.first(f, s.0.2 as i64) == f);
        mine.map(|((offer, contract, end), chips)| {
            let (id, at) = (&self.model.offers()[offer].id, self.label(end));
            let row = DecisionResult {
                node: self.node(f, end as i64),
                decided: Some(at.clone()),
                kind: "sale".to_owned(),
                what: id.clone(),
                contract: contract.map(|k| self.model.contracts()[k].id.clone()),
                sentence: format!("sell {} chips of `{id}` at the start of {at}", number(chips)),
                from: at.clone(),
                to: at,
                amount: chips,
            };
            Dated { date: end as i64, future: f, rank: 1, row }
        })
        .collect()
    }

    /// What is bought, reserved and rented. What is held from one period to the next is one decision, if it is due in the
    /// same node.
    fn purchases(&self, f: usize, schedule: &Schedule) -> Vec<Dated> {
        let mut held: BTreeMap<(OfferId, Option<ContractId>, usize, usize), f64> = BTreeMap::new();
        for h in &schedule.held {
            // How long what is bought is held is decided later.
            let (start, end) = match h.bought {
                Some(start) => (start, start + 1),
                None => (h.periods.start, h.periods.end),
            };
            *held.entry((h.offer, h.contract, start, end)).or_default() += h.chips;
        }
        let mut runs: Vec<(i64, OfferId, Option<ContractId>, usize, usize, f64)> = Vec::new();
        for ((offer, contract, start, end), chips) in held.into_iter().filter(|h| h.1 > NOTHING) {
            let date = self.futures.uncertainty.timing.offers[offer].date(self.model.calendar(), start);
            if self.first(f, date) != f {
                continue;
            }
            let reserved = matches!(self.model.offers()[offer].term, Term::Reserved { .. } | Term::Bought(_));
            let going_on = runs.iter_mut().find(|r| {
                !reserved
                    && (r.1, r.2, r.4) == (offer, contract, start)
                    && (r.5 - chips).abs() <= SAME * (1.0 + chips)
                    && self.node(f, r.0) == self.node(f, date)
            });
            match going_on {
                Some(run) => run.4 = end,
                None => runs.push((date, offer, contract, start, end, chips)),
            }
        }
        let row =
            |(date, offer, contract, start, end, chips): (i64, OfferId, Option<ContractId>, usize, usize, f64)| {
                let o = &self.model.offers()[offer];
                let verb = match o.term {
                    Term::Reserved { .. } => "reserve",
                    Term::Owned => "run",
                    Term::Bought(_) => "buy",
                    _ => "rent",
                };
                let (from, to) = (self.label(start), self.label(end - 1));
                let time = if from == to { format!("in {from}") } else { format!("from {from} to {to}") };
                let under = contract.map(|k| format!(" under `{}`", self.model.contracts()[k].id)).unwrap_or_default();
                let row = DecisionResult {
                    node: self.node(f, date),
                    decided: self.decided(date),
                    kind: if let Term::Bought(_) = o.term { "purchase" } else { o.term.word() }.to_owned(),
                    what: o.id.clone(),
                    contract: contract.map(|k| self.model.contracts()[k].id.clone()),
                    sentence: format!("{verb} {} chips of `{}`{under} {time}", number(chips), o.id),
                    from,
                    to,
                    amount: chips,
                };
                Dated { date, future: f, rank: 1 + u8::from(o.is_rented()), row }
            };
        runs.into_iter().map(row).collect()
    }
}
