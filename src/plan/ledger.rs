//! What is paid, to whom and when: the one place where a schedule becomes money.

use std::collections::BTreeMap;
use std::ops::Range;

use super::schedule::{Schedule, comes_back, paid, paid_for_use};
use super::types::{Cost, CostKind, CostLine, KindCost, PeriodCost};
use crate::model::{
    Accounts, BalanceKind, CommitIn, ContractId, Grid, IdVec, Measure, Model, OfferId, OfferSet, Period, PlaceBy,
    WorkloadId, WorkloadSet, contract_inside, placement_cost, uncounted, unit_price,
};

/// Money of a schedule, undiscounted unless said.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Paid for each offer in each period.
    pub offers: Grid<OfferId>,
    /// Paid for holding each offer, discounted.
    pub offers_discounted: IdVec<OfferId, f64>,
    /// What of it is paid for use, in each period.
    pub used: Grid<OfferId>,
    /// Paid under each contract and not used, by period.
    pub idle: Grid<ContractId>,
    /// Fees of each contract, by period.
    pub fees: Grid<ContractId>,
    /// Spent under each contract, by period.
    pub under: Grid<ContractId>,
    /// Funding of each contract, by period.
    pub funding: Grid<ContractId>,
    /// Damages for late delivery, by contract and period; money.
    pub damages: Grid<ContractId>,
    /// What is prepaid under each contract, less what is paid from that and from credits and what comes back.
    pub balances: IdVec<ContractId, f64>,
    /// What the electricity of owned chips of each offer costs, by period.
    pub electricity: Grid<OfferId>,
    /// What bought chips of each offer bring at the start of each period, sold or at the end of their life.
    pub resale: Grid<OfferId>,
    /// What bought chips of each offer are worth at the end of the horizon.
    pub residual: IdVec<OfferId, f64>,
}

impl Ledger {
    /// Adds up a schedule.
    #[must_use]
    pub fn of(model: &Model, schedule: &Schedule) -> Self {
        let contracts = || Grid::zero(model.contracts.len(), model.periods());
        let mut ledger = Ledger {
            offers: Grid::zero(model.offers.len(), model.periods()),
            offers_discounted: IdVec::filled(model.offers.len(), 0.0),
            used: Grid::zero(model.offers.len(), model.periods()),
            idle: contracts(),
            fees: contracts(),
            under: contracts(),
            funding: contracts(),
            damages: contracts(),
            balances: IdVec::filled(model.contracts.len(), 0.0),
            electricity: Grid::zero(model.offers.len(), model.periods()),
            resale: Grid::zero(model.offers.len(), model.periods()),
            residual: IdVec::filled(model.offers.len(), 0.0),
        };
        for held in &schedule.held {
            for payment in paid(model, held) {
                let (t, money) = (payment.period, payment.money * held.chips);
                ledger.offers[held.offer][t] += money;
                ledger.offers_discounted[held.offer] += model.discounted(&payment) * held.chips;
                if let Some(k) = held.contract {
                    ledger.under[k][t] += money;
                }
            }
        }
        for held in schedule.held.iter().filter(|h| model.offers[h.offer].energy.is_some()) {
            for t in held.periods.clone() {
                let kilowatt_hours = held.chips * model.draws(held.offer) * model.calendar.periods[t].hours;
                let price = model.offers[held.offer].energy.as_ref().map_or(0.0, |energy| energy[t]);
                ledger.electricity[held.offer][t] += if price.is_nan() { 0.0 } else { kilowatt_hours * price };
            }
        }
        for held in &schedule.held {
            match comes_back(model, held) {
                Some((t, money)) if t < model.periods() => ledger.resale[held.offer][t] += money * held.chips,
                Some((_, money)) => ledger.residual[held.offer] += money * held.chips,
                None => {}
            }
        }
        for used in &schedule.used {
            let money = paid_for_use(model, used).money * used.chips;
            ledger.offers[used.offer][used.period] += money;
            ledger.used[used.offer][used.period] += money;
            if let Some(k) = used.contract {
                ledger.under[k][used.period] += money;
            }
        }
        for &(k, _, t, money) in &schedule.idle {
            ledger.idle[k][t] += money;
        }
        for (k, contract) in model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]) {
            contract.fee.iter().for_each(|&(t, money)| ledger.fees[k][t] += money);
            contract.funding.iter().for_each(|&(t, money)| ledger.funding[k][t] += money);
            if let (Some(&bucket), Some(terminate), Some(commit)) =
                (schedule.ended.get(&k), contract.may_end(), &contract.commit)
            {
                ledger.fees[k][commit.buckets[bucket].periods.start] += terminate.due(commit, bucket);
            }
            for &(t, money) in contract.late.iter().flat_map(|late| &late.damages) {
                ledger.damages[k][t] += if schedule.in_force(model, k, t) { money } else { 0.0 };
            }
            for (b, balance) in contract.balances.iter().enumerate() {
                let drawn: f64 = schedule.drawn(k, b, model.periods()).iter().sum();
                let prepaid = balance.prepaid(&model.calendar.all());
                ledger.balances[k] += if balance.refunded { 0.0 } else { prepaid - drawn };
            }
        }
        ledger
    }

    /// Spend attributable to a group of offers in some periods: their prices, and idle
    /// commitments and fees of contracts that cover nothing else.
    #[must_use]
    pub fn spend(&self, model: &Model, group: &OfferSet, periods: &Range<usize>) -> f64 {
        let over = |row: &Vec<f64>| row[periods.clone()].iter().sum::<f64>();
        let offers: f64 = group.iter().map(|o| over(&self.offers[o])).sum();
        let extras: f64 = model
            .contracts
            .with_ids()
            .filter(|(_, c)| contract_inside(c, group))
            .map(|(k, _)| over(&self.idle[k]) + over(&self.fees[k]) - over(&self.damages[k]))
            .sum();
        offers + extras
    }
}

/// A measure of a group of offers over some periods, from the schedule and the model alone.
#[must_use]
pub fn measure(
    model: &Model,
    schedule: &Schedule,
    ledger: &Ledger,
    group: &OfferSet,
    of: Measure,
    workloads: Option<&WorkloadSet>,
    periods: &Range<usize>,
) -> f64 {
    let hours = |t: usize| model.calendar.periods[t].hours;
    if workloads.is_some() || of == Measure::Work {
        let counted = |w: WorkloadId| workloads.is_none_or(|mask| mask[w]);
        return schedule
            .running
            .iter()
            .filter(|r| group[r.offer] && periods.contains(&r.period) && counted(r.workload))
            .map(|r| {
                let weight = match of {
                    Measure::Work => model.productivity(r.workload, r.offer),
                    Measure::Chips => 1.0,
                    Measure::Power => model.draws(r.offer),
                    Measure::Carbon => model.emits(r.offer, r.period),
                    Measure::Spend => unit_price(model, r.offer, r.period),
                };
                r.chips * weight * hours(r.period)
            })
            .sum();
    }
    if of == Measure::Spend {
        return ledger.spend(model, group, periods);
    }
    let weight = |offer: OfferId, t: usize| match of {
        Measure::Power => model.draws(offer),
        Measure::Carbon => model.emits(offer, t),
        Measure::Spend | Measure::Chips | Measure::Work => 1.0,
    };
    schedule
        .held
        .iter()
        .filter(|h| group[h.offer])
        .flat_map(|h| {
            h.periods.clone().filter(|t| periods.contains(t)).map(move |t| h.chips * weight(h.offer, t) * hours(t))
        })
        .sum()
}

/// Money that is paid under a part of a commitment and not used.
pub(super) fn idle_money(schedule: &Schedule, contract: ContractId, bucket: usize) -> f64 {
    schedule.idle.iter().filter(|i| i.0 == contract && i.1 == bucket).map(|i| i.3).sum()
}

/// What counts towards a part of a commitment: money spent, or chip-hours held; without what is paid idle.
pub(super) fn counted(model: &Model, schedule: &Schedule, ledger: &Ledger, contract: ContractId, bucket: usize) -> f64 {
    let Some(commit) = &model.contracts[contract].commit else { return 0.0 };
    counted_over(model, schedule, ledger, contract, &commit.buckets[bucket].periods)
}

/// What counts in some periods towards the commitment of a contract: money, or chip-hours.
pub(super) fn counted_over(
    model: &Model,
    schedule: &Schedule,
    ledger: &Ledger,
    contract: ContractId,
    periods: &Range<usize>,
) -> f64 {
    let Some(commit) = &model.contracts[contract].commit else { return 0.0 };
    match commit.counted_in {
        CommitIn::Spend => {
            let not = uncounted(&model.contracts, contract);
            let credits = schedule.draws.iter().filter(|d| not.contains(&(d.0, d.1)) && periods.contains(&d.2));
            let paid: f64 = credits.map(|d| d.3).sum();
            ledger.under[contract][periods.clone()].iter().sum::<f64>() - paid
        }
        CommitIn::ChipHours => schedule
            .held
            .iter()
            .filter(|h| h.contract == Some(contract))
            .flat_map(|h| h.periods.clone().map(move |t| (t, h.chips)))
            .filter(|(t, _)| periods.contains(t))
            .map(|(t, chips)| chips * model.calendar.periods[t].hours)
            .sum(),
    }
}

/// What a schedule holds, runs and pays, as limits of the policy look at it.
pub struct Books<'a> {
    model: &'a Model,
    schedule: &'a Schedule,
    ledger: &'a Ledger,
    /// Chips held, by offer and period.
    held: Grid<OfferId>,
}

impl<'a> Books<'a> {
    /// Those of a schedule.
    #[must_use]
    pub fn of(model: &'a Model, schedule: &'a Schedule, ledger: &'a Ledger) -> Self {
        Books { model, schedule, ledger, held: schedule.chips(model) }
    }
}

impl Accounts for Books<'_> {
    fn measure(&self, group: &OfferSet, of: Measure, workloads: Option<&WorkloadSet>, periods: &Range<usize>) -> f64 {
        measure(self.model, self.schedule, self.ledger, group, of, workloads, periods)
    }

    fn held(&self, offer: OfferId, period: usize) -> f64 {
        self.held[offer][period]
    }

    fn cash(&self, group: &OfferSet, periods: &Range<usize>) -> f64 {
        let electricity = |o: OfferId| self.ledger.electricity[o][periods.clone()].iter().sum::<f64>();
        self.ledger.spend(self.model, group, periods)
            + group.iter().map(electricity).sum::<f64>()
            + super::balances::cash_beside(self.model, self.schedule, group, periods)
    }
}

/// What is expected of the books of several futures.
pub struct MeanBooks<'a> {
    /// Each with how likely it is.
    futures: Vec<(f64, Books<'a>)>,
}

impl<'a> MeanBooks<'a> {
    /// Of books with how likely each is.
    #[must_use]
    pub fn of(futures: Vec<(f64, Books<'a>)>) -> Self {
        MeanBooks { futures }
    }

    fn mean(&self, of: impl Fn(&Books<'a>) -> f64) -> f64 {
        self.futures.iter().map(|(p, books)| p * of(books)).sum()
    }
}

impl Accounts for MeanBooks<'_> {
    fn measure(&self, group: &OfferSet, of: Measure, workloads: Option<&WorkloadSet>, periods: &Range<usize>) -> f64 {
        self.mean(|books| books.measure(group, of, workloads, periods))
    }

    fn held(&self, offer: OfferId, period: usize) -> f64 {
        self.mean(|books| books.held(offer, period))
    }

    fn cash(&self, group: &OfferSet, periods: &Range<usize>) -> f64 {
        self.mean(|books| books.cash(group, periods))
    }
}

/// The costs as they are reported.
#[must_use]
pub fn cost(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Cost {
    let mut lines = Vec::new();
    let mut add = |kind: CostKind, id: &str, cost: f64| {
        if cost != 0.0 {
            lines.push(CostLine { kind, id: id.to_owned(), cost });
        }
    };
    let mut by_period: Vec<BTreeMap<CostKind, f64>> = vec![BTreeMap::new(); model.periods()];
    let mut pay = |t: usize, kind: CostKind, money: f64| *by_period[t].entry(kind).or_default() += money;
    for (o, offer) in model.offers.with_ids() {
        add(CostKind::Spend, &offer.id, ledger.offers_discounted[o]);
        let (sold, left) = (&ledger.resale[o], ledger.residual[o]);
        add(CostKind::Resale, &offer.id, -sold.iter().enumerate().map(|(t, m)| m * model.discount_at(t)).sum::<f64>());
        sold.iter().enumerate().for_each(|(t, money)| pay(t, CostKind::Resale, -money));
        add(CostKind::Residual, &offer.id, -left * model.discount_at(model.periods()));
        pay(model.periods() - 1, CostKind::Residual, -left);
        let used = &ledger.used[o];
        add(CostKind::Use, &offer.id, used.iter().enumerate().map(|(t, m)| m * model.discount(t)).sum());
        let electricity = &ledger.electricity[o];
        add(CostKind::Energy, &offer.id, electricity.iter().enumerate().map(|(t, m)| m * model.discount(t)).sum());
        electricity.iter().enumerate().for_each(|(t, money)| pay(t, CostKind::Energy, *money));
        for (t, money) in ledger.offers[o].iter().enumerate() {
            pay(t, CostKind::Spend, money - used[t]);
            pay(t, CostKind::Use, used[t]);
        }
    }
    for (k, contract) in model.contracts.with_ids() {
        let idle: f64 = ledger.idle[k].iter().enumerate().map(|(t, m)| m * model.discount(t)).sum();
        add(CostKind::Idle, &contract.id, idle);
        let at_start = |row: &[f64]| row.iter().enumerate().map(|(t, m)| m * model.discount_at_start(t)).sum::<f64>();
        add(CostKind::Fee, &contract.id, at_start(&ledger.fees[k]));
        add(CostKind::Funding, &contract.id, -at_start(&ledger.funding[k]));
        let damages: f64 = ledger.damages[k].iter().enumerate().map(|(t, m)| m * model.discount(t)).sum();
        add(CostKind::Damages, &contract.id, -damages);
        for (b, balance) in contract.balances.iter().enumerate().filter(|_| schedule.signed[k]) {
            let kind = match balance.kind {
                BalanceKind::Credits => CostKind::Credits,
                BalanceKind::Prepaid => CostKind::Prepaid,
            };
            let (mut cost, mut left) = (0.0, 0.0);
            for (t, money) in schedule.drawn(k, b, model.periods()).into_iter().enumerate() {
                cost -= money * model.discount(t);
                left -= money;
                pay(t, kind, -money);
            }
            for &(t, money) in balance.deposits.iter().filter(|_| balance.kind == BalanceKind::Prepaid) {
                cost += money * model.discount_at_start(t);
                left += money;
                pay(t, kind, money);
            }
            if balance.refunded {
                let end = balance.over.end - 1;
                cost -= left * model.discount_at_end(end);
                pay(end, kind, -left);
            }
            add(kind, &contract.id, cost);
        }
        for t in 0..model.periods() {
            pay(t, CostKind::Idle, ledger.idle[k][t]);
            pay(t, CostKind::Fee, ledger.fees[k][t]);
            pay(t, CostKind::Funding, -ledger.funding[k][t]);
            pay(t, CostKind::Damages, -ledger.damages[k][t]);
        }
    }
    for w in model.workloads.ids() {
        for (kind, by) in [(CostKind::Porting, PlaceBy::Ecosystem), (CostKind::Egress, PlaceBy::Cloud)] {
            for group in schedule.groups(model, w, by) {
                if let Some((t, money)) = placement_cost(model, w, by, &group) {
                    let id = format!("{} {group}", model.workloads[w].id);
                    add(kind, &id, money * model.discount_at_start(t));
                    pay(t, kind, money);
                }
            }
        }
    }
    if let Some(baseline) = &model.baseline {
        let mut lines: BTreeMap<(WorkloadId, OfferId), f64> = BTreeMap::new();
        for (today, moved) in baseline.running.iter().zip(schedule.moved(model)) {
            *lines.entry((today.workload, today.offer)).or_default() += moved * baseline.switching;
            pay(0, CostKind::Switching, moved * baseline.switching);
        }
        let later = if baseline.in_each_period { schedule.changes(model) } else { Vec::new() };
        for (w, o, t, before, then) in later {
            let money = (before - then).max(0.0) * baseline.switching;
            *lines.entry((w, o)).or_default() += money * model.discount_at_start(t);
            pay(t, CostKind::Switching, money);
        }
        for ((w, o), money) in lines {
            add(CostKind::Switching, &format!("{} {}", model.workloads[w].id, model.offers[o].id), money);
        }
    }
    for (w, workload) in model.workloads.with_ids() {
        let price = workload.unmet.unwrap_or(0.0);
        let mine = || schedule.unmet.iter().filter(|(of, _, _)| *of == w);
        add(CostKind::Unmet, &workload.id, mine().map(|&(_, t, work)| work * price * model.discount(t)).sum());
        mine().for_each(|&(_, t, work)| pay(t, CostKind::Unmet, work * price));
    }
    for (l, limit) in model.limits.with_ids() {
        let excess = schedule.excess.iter().filter(|(of, _)| *of == l).map(|(_, cost)| cost).sum();
        add(CostKind::Soft, &limit.name, excess);
    }
    lines.sort_by(|a, b| {
        (a.kind, b.cost.abs()).partial_cmp(&(b.kind, a.cost.abs())).unwrap_or(std::cmp::Ordering::Equal)
    });
    let total = lines.iter().map(|l| l.cost).sum();
    let period = |(kinds, p): (BTreeMap<CostKind, f64>, &Period)| PeriodCost {
        period: p.label.clone(),
        cost: kinds.values().sum(),
        kinds: kinds.into_iter().filter(|(_, cost)| *cost != 0.0).map(|(kind, cost)| KindCost { kind, cost }).collect(),
    };
    let by_period: Vec<PeriodCost> = by_period.into_iter().zip(&model.calendar.periods).map(period).collect();
    let nominal = by_period.iter().map(|p| p.cost).sum();
    Cost { total, nominal, unrestricted: None, premium: None, by_period, lines }
}
