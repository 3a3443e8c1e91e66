//! A solution in the model's words: who holds, who runs, what is left undone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::formulation::Formulation;
use crate::model::{
    ContractId, ContractSet, Decision, Grid, LimitId, Model, Offer, OfferId, Payment, PlaceBy, Term, Today, WorkloadId,
};

/// Chips held of an offer under a contract for a stretch of periods.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The offer.
    pub offer: OfferId,
    /// The contract.
    pub contract: Option<ContractId>,
    /// Which of the offer's prices by quantity.
    pub tier: usize,
    /// The period in which they are bought, of chips that are owned for capital.
    pub bought: Option<usize>,
    /// The periods; of chips that are sold, until they are.
    pub periods: Range<usize>,
    /// The chips.
    pub chips: f64,
}

/// Chips of an offer that work for a workload in a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    /// The workload.
    pub workload: WorkloadId,
    /// The offer.
    pub offer: OfferId,
    /// The period.
    pub period: usize,
    /// The chips.
    pub chips: f64,
}

/// Chips that work in a period and are paid for by their use, under a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Used {
    /// The offer.
    pub offer: OfferId,
    /// The contract that they are held under.
    pub contract: Option<ContractId>,
    /// The period.
    pub period: usize,
    /// The chips.
    pub chips: f64,
}

/// What a solution says, without the program that it solves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// What is held.
    pub held: Vec<Held>,
    /// What runs.
    pub running: Vec<Running>,
    /// What is paid for by its use.
    pub used: Vec<Used>,
    /// Work not done: workload, period, work.
    pub unmet: Vec<(WorkloadId, usize, f64)>,
    /// Money committed and not used: contract, part, period of payment, money.
    pub idle: Vec<(ContractId, usize, usize, f64)>,
    /// By how much priced limits are exceeded: limit, discounted cost.
    pub excess: Vec<(LimitId, f64)>,
    /// The contracts that are signed.
    pub signed: ContractSet,
    /// For each contract that is ended, the first part of its commitment that does not begin.
    pub ended: BTreeMap<ContractId, usize>,
    /// The part of what is committed that is due in parts of contracts that may be lowered: contract, part.
    pub kept: BTreeMap<(ContractId, usize), f64>,
    /// The part of its largest commitment that is chosen under each contract whose size is a decision.
    pub sizes: BTreeMap<ContractId, f64>,
    /// What is paid from credits and prepayments: contract, balance, period, money.
    pub draws: Vec<(ContractId, usize, usize, f64)>,
    /// Where workloads were made ready to run, whether they do or stand by: workload, group.
    pub placed: Vec<(WorkloadId, PlaceBy, String)>,
}

impl Schedule {
    /// Reads a solution. Columns at zero are left out.
    #[must_use]
    pub fn read(model: &Model, f: &Formulation, x: &[f64]) -> Self {
        let at = |c: crate::lp::ColumnId| x[c.0 as usize];
        let mut held = Vec::new();
        for h in &f.holdings {
            let bought = model.offers[h.offer].bought().map(|_| h.start);
            let stretch = |periods: Range<usize>, chips: f64| Held {
                offer: h.offer,
                contract: h.contract,
                tier: h.tier,
                bought,
                periods,
                chips,
            };
            let mut kept = at(h.column);
            for s in f.sales[h.sales.clone()].iter().filter(|s| at(s.column) != 0.0) {
                held.push(stretch(h.periods.start..s.periods.start, at(s.column)));
                kept -= at(s.column);
            }
            if kept != 0.0 {
                held.push(stretch(h.periods.clone(), kept));
            }
        }
        let running = f
            .runs
            .iter()
            .filter(|r| at(r.column) != 0.0)
            .map(|r| Running { workload: r.workload, offer: r.offer, period: r.period, chips: at(r.column) })
            .collect();
        let unmet = f
            .shortfalls
            .iter()
            .filter(|s| at(s.column) != 0.0)
            .map(|s| (s.workload, s.period, at(s.column) * s.work))
            .collect();
        let idle = f
            .idles
            .iter()
            .filter(|i| at(i.column) != 0.0)
            .map(|i| (i.contract, i.bucket, i.period, at(i.column)))
            .collect();
        let excess =
            f.excesses.iter().filter(|e| at(e.column) != 0.0).map(|e| (e.limit, at(e.column) * e.price)).collect();
        let signed = f.signs.iter().zip(&model.contracts);
        let signed = signed.map(|(sign, c)| sign.map_or(c.decision == Decision::Signed, |s| at(s) > 0.5)).collect();
        let placed = f.placements.iter().filter(|p| at(p.column) > 0.5);
        let placed = placed.map(|p| (p.workload, p.by, p.group.clone())).collect();
        let mut ended = BTreeMap::new();
        for a in f.alive.iter().filter(|a| at(a.column) < 0.5) {
            ended.entry(a.contract).or_insert(a.bucket);
        }
        let sizes = f.sizes.with_ids().filter_map(|(k, size)| Some((k, at((*size)?)))).collect();
        let kept = f.kept.iter().map(|k| ((k.contract, k.bucket), at(k.column))).collect();
        let draws = f.draws.iter().filter(|d| at(d.column) != 0.0);
        let draws = draws.map(|d| (d.contract, d.balance, d.period, at(d.column))).collect();
        let used = f.usages.iter().filter(|u| at(u.column) != 0.0);
        let used =
            used.map(|u| Used { offer: u.offer, contract: u.contract, period: u.payment.period, chips: at(u.column) });
        Schedule { held, running, used: used.collect(), unmet, idle, excess, signed, ended, kept, sizes, draws, placed }
    }

    /// The period at the beginning of which a signed contract is over before its time.
    #[must_use]
    pub fn over_from(&self, model: &Model, contract: ContractId) -> Option<usize> {
        let bucket = *self.ended.get(&contract).filter(|_| self.signed[contract])?;
        Some(model.contracts[contract].commit.as_ref()?.buckets[bucket].periods.start)
    }

    /// Whether a contract is signed and not over in a period.
    #[must_use]
    pub fn in_force(&self, model: &Model, contract: ContractId, period: usize) -> bool {
        self.signed[contract] && self.over_from(model, contract).is_none_or(|over| period < over)
    }

    /// Money or chip-hours that are due under a part of a contract's commitment.
    #[must_use]
    pub fn due(&self, model: &Model, contract: ContractId, bucket: usize) -> f64 {
        let over = self.ended.get(&contract).is_some_and(|&ended| ended <= bucket);
        let goes_on = self.signed[contract] && !over;
        let part = if goes_on { self.part_due(contract, bucket) } else { 0.0 };
        model.contracts[contract].commit.as_ref().map_or(0.0, |c| part * c.buckets[bucket].amount)
    }

    /// The part of what is committed that is due in a part of a contract that goes on: as chosen and lowered.
    #[must_use]
    pub fn part_due(&self, contract: ContractId, bucket: usize) -> f64 {
        let size = self.sizes.get(&contract).copied().unwrap_or(1.0);
        self.kept.get(&(contract, bucket)).copied().unwrap_or(size)
    }

    /// The parts of a signed contract's commitment in which less is due than before, and what part of what is written.
    #[must_use]
    pub fn lowered(&self, contract: ContractId) -> Vec<(usize, f64)> {
        /// What is lowered by less is not.
        const NOTHING: f64 = 1e-9;
        if !self.signed[contract] {
            return Vec::new();
        }
        let mut before = self.part_due(contract, 0);
        let mut all = Vec::new();
        for (&(_, bucket), &part) in self.kept.range((contract, 0)..=(contract, usize::MAX)) {
            if part < before - NOTHING {
                all.push((bucket, part));
            }
            before = part;
        }
        all
    }

    /// Groups in which a workload runs, or could after a loss.
    #[must_use]
    pub fn groups(&self, model: &Model, workload: WorkloadId, by: PlaceBy) -> BTreeSet<String> {
        // A billionth of a chip is rounding.
        let mine = self.running.iter().filter(|r| r.workload == workload && r.chips > 1e-9);
        let placed = self.placed.iter().filter(|p| p.0 == workload && p.1 == by).map(|p| p.2.clone());
        mine.map(|r| by.group(model, r.offer)).chain(placed).collect()
    }

    /// Chips of each purchase of an offer, by tier: under which contract and from which period.
    #[must_use]
    pub fn bought(&self, offer: OfferId, tiers: usize) -> BTreeMap<(Option<ContractId>, usize), Vec<f64>> {
        let mut all: BTreeMap<(Option<ContractId>, usize), Vec<f64>> = BTreeMap::new();
        for h in self.held.iter().filter(|h| h.offer == offer) {
            all.entry((h.contract, h.bought.unwrap_or(h.periods.start))).or_insert_with(|| vec![0.0; tiers])[h.tier] +=
                h.chips;
        }
        all
    }

    /// Chips of each line of the baseline that no longer do what they do today.
    #[must_use]
    pub fn moved(&self, model: &Model) -> Vec<f64> {
        let stays = |t: &Today| -> f64 {
            let mine = |r: &&Running| r.workload == t.workload && r.offer == t.offer && r.period == 0;
            self.running.iter().filter(mine).map(|r| r.chips).sum()
        };
        model.baseline.iter().flat_map(|b| &b.running).map(|t| (t.chips - stays(t)).max(0.0)).collect()
    }

    /// Chips that no longer do in a period what they did in the one before, while their workload may run in both:
    /// workload, offer, period, chips before, chips then. What is as it was is left out.
    #[must_use]
    pub fn changes(&self, model: &Model) -> Vec<(WorkloadId, OfferId, usize, f64, f64)> {
        let mut chips: BTreeMap<(WorkloadId, OfferId, usize), (f64, f64)> = BTreeMap::new();
        for r in &self.running {
            chips.entry((r.workload, r.offer, r.period)).or_default().1 += r.chips;
            chips.entry((r.workload, r.offer, r.period + 1)).or_default().0 += r.chips;
        }
        let goes_on = |w: WorkloadId, t: usize| model.workloads[w].goes_on_in(t);
        let all = chips.into_iter().filter(|&((w, _, t), (before, then))| goes_on(w, t) && before != then);
        all.map(|((w, o, t), (before, then))| (w, o, t, before, then)).collect()
    }

    /// Chips held, by offer and period.
    #[must_use]
    pub fn chips(&self, model: &Model) -> Grid<OfferId> {
        let mut chips = Grid::zero(model.offers.len(), model.periods());
        for held in &self.held {
            held.periods.clone().for_each(|t| chips[held.offer][t] += held.chips);
        }
        chips
    }
}

/// What is paid for one chip of an offer that is held for a stretch of periods under a contract. Computed
/// from the model alone, so that it can check the program.
#[must_use]
pub fn paid(model: &Model, held: &Held) -> Vec<Payment> {
    let offer = &model.offers[held.offer];
    let discount = model.discount_under(held.contract, held.offer);
    if let (Some(bought), Some(s)) = (offer.bought(), held.bought) {
        let mut all = vec![Payment { period: s, money: bought.capex[s] * (1.0 - discount), at_start: true }];
        for t in held.periods.clone() {
            let running = model.running_under(held.contract, held.offer, t);
            let money = running * model.calendar.periods[t].hours;
            all.push(Payment { period: t, money, at_start: false });
        }
        all.retain(|p| p.money != 0.0);
        return all;
    }
    let price = model.price_under(held.contract, held.offer, held.tier, held.periods.start);
    let upfront = match offer.term {
        Term::Reserved { upfront, .. } => upfront,
        _ => 0.0,
    };
    let mut all = Vec::new();
    for t in held.periods.clone() {
        let whole = price * model.calendar.periods[t].hours;
        all.push(Payment { period: t, money: whole * (1.0 - upfront), at_start: false });
        all.push(Payment { period: held.periods.start, money: whole * upfront, at_start: true });
    }
    all.retain(|p| p.money != 0.0);
    all
}

/// What is paid for the use of one chip in its period, beside what holding it costs.
#[must_use]
pub fn paid_for_use(model: &Model, used: &Used) -> Payment {
    let list = model.offers[used.offer].used.as_ref().map_or(0.0, |prices| Offer::paid_at(prices, used.period));
    let price = list * (1.0 - model.discount_under(used.contract, used.offer));
    Payment { period: used.period, money: price * model.calendar.periods[used.period].hours, at_start: false }
}

/// What one chip that was bought is worth when it is no longer held, undiscounted: at the start of a period, or, if that
/// is beyond the last, at the end of the horizon. Nothing for what is not bought.
#[must_use]
pub fn comes_back(model: &Model, held: &Held) -> Option<(usize, f64)> {
    let (bought, s) = (model.offers[held.offer].bought()?, held.bought?);
    let part = bought.lives.get(&s)?.worth(held.periods.end)?;
    let discount = model.discount_under(held.contract, held.offer);
    let money = bought.capex[s] * (1.0 - discount) * part;
    (money != 0.0).then_some((held.periods.end, money))
}

/// What is paid for holding one chip by period, for every period of the stretch, and for the one in which it is bought.
#[must_use]
pub fn paid_by_period(model: &Model, held: &Held) -> Vec<(usize, f64)> {
    let all = paid(model, held);
    let in_period = |t: usize| all.iter().filter(|p| p.period == t).map(|p| p.money).sum();
    let before = held.bought.filter(|&s| s < held.periods.start);
    before.into_iter().chain(held.periods.clone()).map(|t| (t, in_period(t))).collect()
}

/// Money that one chip of a holding costs in a period, whenever it is paid: its price for the period's hours, and of what
/// was paid for a chip that is bought, less what comes back, the part of the hours in which it is held.
#[must_use]
pub fn amortised(model: &Model, held: &Held, t: usize) -> f64 {
    let hours = model.calendar.periods[t].hours;
    if held.bought.is_some() {
        let all = paid(model, held);
        let capital: f64 = all.iter().filter(|p| p.at_start).map(|p| p.money).sum();
        let running: f64 = all.iter().filter(|p| !p.at_start && p.period == t).map(|p| p.money).sum();
        let back = comes_back(model, held).map_or(0.0, |(_, money)| money);
        return running + (capital - back) * hours / model.calendar.hours(held.periods.clone());
    }
    model.price_under(held.contract, held.offer, held.tier, held.periods.start) * model.calendar.periods[t].hours
}
