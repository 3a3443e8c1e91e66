//! Nothing is bought only to change a ratio.
//!
//! A limit on shares of what is held (a share, a floor, a concentration, a number of suppliers) can be met
//! by holding chips that nobody needs, or by paying idle money that is not due: the total grows. A plan
//! that does so burns money. Where such a limit is in force, what is bought has to have a purpose:
//!
//! - on demand and spot: sum over w of run\[w,o,t\] + fill\[o,t\] + sum over l of ahead\[l,o,t\]
//!   + sum over l of stands\[l,o,t\] + standby\[o,t\] + waste\[o,t\] = held\[o,t\]
//! - fill: what a block or a minimum is more than what is needed: fill < block, and, with fills\[o,t\]
//!   0 or 1, fill <= minimum x fills and held <= minimum where fills is 1
//! - ahead: held ahead of a ramp limit l that covers the offer: sum over o in l of ahead\[l,o,t\]
//!   <= sum over o in l of held\[o,t+1\], and no more than the limit asks for (below)
//! - stands: held because a floor asks for a fleet (see [`super::fleet`])
//! - reservations: for all periods i and j, what is reserved from i or later until j or earlier is no
//!   more than what is used from i until j, so that each reserved chip is used in some period of its term
//!   (Hall's condition for jobs with intervals: it is enough to look at intervals)
//! - owned chips may stand idle
//!
//! Three purposes are a choice, which takes a whole column. They are added only where a solution makes
//! wrong use of them ([`Formulation::forbid`]); until then the row is `<=` instead of `=`:
//!
//! - committed money and chips may stand idle, but only if no more than the commitment is met:
//!   idle\[k,b\] + (what waste under k counts) <= commit x short, and
//!   (what counts under k) + idle\[k,b\] <= commit x sign + most x (1 - short), with short\[k,b\] 0 or 1
//! - ahead of a ramp limit of R chips: with ramps\[l,t\] 0 or 1, nothing is held ahead where it is 0, and
//!   sum over o in l of (ahead\[l,o,t\] + what works on o) <= sum over o in l of held\[o,t+1\] - R where it is 1
//! - standby: chips that serve after a required loss: with loss l chosen by needs\[o,t,l\], 0 or 1, what works
//!   on o and is rerouted, and what stands by, is busy in the rerouting of l, in which nothing is served
//!   beyond what is required
//!
//! Where no such limit is in force, buying without a purpose costs money and gains nothing, so that the
//! cheapest plan does none of it and the program needs no further row.

use std::collections::BTreeMap;
use std::ops::Range;

use super::reach::Reach;
use super::{Constraint, Formulation, Limits, NEAR, Requirement, bracketed, named};
use crate::lp::{ColumnId, RowId};
use crate::model::{
    CommitIn, ContractId, LimitId, Model, OfferId, SurviveId, Task, Term, Unneeded, WorkloadId, is_ratio_of_held,
    stands_by_for_deliveries,
};

/// Less than a whole block stands idle in a block that is in use.
const PART: f64 = 1.0 - 1e-6;

/// A rerouting after a required loss: the chips of a class of offers that serve each workload.
#[derive(Clone, Debug)]
pub(super) struct Rerouted {
    pub requirement: SurviveId,
    pub loss: usize,
    pub period: usize,
    pub offers: Vec<OfferId>,
    /// Workload, column, work per chip and hour.
    pub columns: Vec<(WorkloadId, ColumnId, f64)>,
}

/// Chips held ahead of a ramp limit, and the rows that they are in.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    columns: Vec<ColumnId>,
    /// No more than is held in the next period; the columns from the second on are not in it yet.
    within: Option<(RowId, usize)>,
    /// Only as far as the limit asks for it.
    asked: Option<AheadRows>,
}

/// The rows of what is held ahead no further than a ramp limit asks for.
#[derive(Clone, Copy, Debug)]
struct AheadRows {
    allowed: RowId,
    asked: RowId,
    /// The coefficient of a column in both.
    part: f64,
}

/// Chips that stand idle under a commitment.
#[derive(Clone, Debug)]
pub(super) struct Waste {
    contract: ContractId,
    column: ColumnId,
    periods: Range<usize>,
    /// Money for one chip, by period.
    payments: BTreeMap<usize, f64>,
}

/// The row of what may stand idle under a part of a commitment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short {
    /// None if it can never bind.
    row: Option<RowId>,
    /// How many columns of chips that stand idle there were when it was looked at last.
    wastes: usize,
    /// How many of them it has.
    chips: usize,
}

/// Whether a limit in force measures what is held, so that holding more could help to meet it.
#[must_use]
pub fn ratio_in_force(model: &Model, limits: Limits) -> bool {
    model.limits.with_ids().any(|(i, l)| limits.has(model, Requirement::Limit(i)) && is_ratio_of_held(&l.kind))
}

/// The part of a contract's commitment that a period belongs to.
fn bucket_of(model: &Model, contract: ContractId, t: usize) -> Option<usize> {
    let commit = model.contracts[contract].commit.as_ref()?;
    commit.buckets.iter().position(|b| b.amount > 0.0 && b.periods.contains(&t))
}

/// Whether chips of an offer may be on standby for a loss in a period.
fn may_stand_by(f: &Formulation, model: &Model, limits: Limits, o: OfferId, t: usize) -> bool {
    if matches!(model.offers[o].term, Term::Spot { .. }) {
        return false;
    }
    if stands_by_for_deliveries(model, o) {
        return true;
    }
    let serves = |w: WorkloadId| f.eligible[w][o] && f.runs_in(model, w, t);
    let required = |(i, s): (SurviveId, &crate::model::Survive)| {
        limits.has(model, Requirement::Survive(i))
            && s.periods.contains(&t)
            && model.workloads.ids().any(|w| s.response.serve[w] && serves(w))
    };
    // Chips that are there when an outage comes reduce its loss.
    let priced = || model.workloads.ids().any(|w| model.workloads[w].loss > 0.0 && serves(w));
    model.survive.with_ids().any(required) || (limits_risk(model, limits) && priced())
}

fn limits_risk(model: &Model, limits: Limits) -> bool {
    let asks = |t: &crate::model::RiskTerm, r| t.weight > 0.0 || (t.at_most.is_some() && limits.has(model, r));
    model.risk.cvar.is_some_and(|c| asks(&c.term, Requirement::Cvar))
        || model.risk.expected.is_some_and(|t| asks(&t, Requirement::ExpectedLoss))
}

impl Formulation {
    /// Asks that nothing is bought to no purpose.
    pub(super) fn add_purposes(&mut self, model: &Model, limits: Limits) {
        self.may_choose = !self.idles.is_empty()
            || !self.aheads.is_empty()
            || model.limits.iter().any(|l| l.kind.family().fleet().is_some())
            || model.offers.ids().any(|o| {
                let held = |t: &usize| self.held(o, *t, 1.0).next().is_some();
                let owned = model.offers[o].is_owned();
                let free = |t| owned || may_stand_by(self, model, limits, o, t) || self.is_committed(model, o, t);
                (0..model.periods()).filter(held).any(free)
            });
        for o in model.offers.ids() {
            match model.offers[o].term {
                // Rows of use see to what is rented; what is owned may stand idle.
                Term::Owned | Term::Bought(_) | Term::OnDemand | Term::Spot { .. } => {}
                // What is held already was not bought now, to whatever purpose.
                Term::Reserved { .. } if model.holdings.as_ref().is_some_and(|h| h.has(o)) => {}
                Term::Reserved { .. } => self.use_reservations(model, limits, o),
            }
        }
        for (k, contract) in model.contracts.with_ids() {
            // Nothing is idle under a contract that is not signed or over, and no more than was chosen.
            let mine: Vec<super::Idle> = self.idles.iter().filter(|i| i.contract == k).copied().collect();
            for idle in mine {
                let Some(sign) = self.committed(k, idle.bucket) else { continue };
                let amount = contract.commit.as_ref().map_or(0.0, |c| c.buckets[idle.bucket].amount);
                if amount > 0.0 {
                    let name = named("idle-signed", &[&contract.id, &(idle.bucket + 1).to_string()]);
                    let row = vec![(idle.column, 1.0 / amount), (sign, -1.0)];
                    self.row(Constraint::Decision, name, "commit", (f64::NEG_INFINITY, 0.0), row);
                }
            }
        }
    }

    /// Whether some holding of an offer in a period is under a commitment that it counts towards.
    fn is_committed(&self, model: &Model, o: OfferId, t: usize) -> bool {
        let held = self.holdings_of(o).iter().filter(|h| h.periods.contains(&t));
        held.filter_map(|h| h.contract).any(|k| bucket_of(model, k, t).is_some())
    }

    /// Whether chips of an offer in a period may only be held for what [`Self::purposes`] says, besides
    /// working: no commitment and no loss can be a reason.
    pub(super) fn is_bound(&self, model: &Model, limits: Limits, o: OfferId, t: usize) -> bool {
        model.offers[o].is_rented() && !may_stand_by(self, model, limits, o, t) && !self.is_committed(model, o, t)
    }

    /// Adds columns for chips that fill a block or a minimum, or are held ahead of a ramp limit.
    pub(super) fn purposes(&mut self, model: &Model, o: OfferId, t: usize) -> Vec<ColumnId> {
        let offer = &model.offers[o];
        let held: Vec<(ColumnId, f64)> = self.held(o, t, 1.0).collect();
        let most = self.most(&held).min(offer.capacity_at(t));
        let label = &model.calendar.periods[t].label;
        let mut columns = Vec::new();
        let copies = self.holdings_of(o).iter().filter(|h| h.tier == 0 && h.periods.contains(&t)).count() as f64;
        // Of what cannot be held nothing fills.
        let block = offer.block.filter(|_| copies > 0.0);
        let minimum = offer.minimum_in_blocks().filter(|_| copies > 0.0);
        if let Some(block) = block.filter(|_| minimum.is_none()) {
            let name = named("fill", &[&offer.id, label]);
            columns.push(self.program.add_column(name, "fill", 0.0, PART * block * copies, 0.0));
        }
        if let Some(minimum) = minimum {
            let least = copies * minimum;
            let part = block.map_or(0.0, |b| PART * b * copies);
            columns.push(self.fill_minimum(&[&offer.id, label], &held, (least, part), NEAR * most));
        }
        for l in model.limits.ids() {
            if let Some((group, _)) = model.limits[l].kind.family().growth()
                && group.offers[o]
                && model.limits[l].spans.iter().any(|s| s.periods.start == t + 1)
            {
                let name = named("ahead", &[&model.limits[l].name, &offer.id, label]);
                let column = self.program.add_column(name, "ahead", 0.0, most, 0.0);
                self.aheads.entry((l, t)).or_default().columns.push(column);
                columns.push(column);
            }
        }
        columns.extend(self.stand_for_fleets(model, o, t));
        columns
    }

    /// A column of chips that fill a minimum: fill <= least x fills + part, and held <= least where
    /// fills is 1; `part` is what a block may add.
    fn fill_minimum(
        &mut self,
        of: &[&str],
        held: &[(ColumnId, f64)],
        (least, part): (f64, f64),
        most: f64,
    ) -> ColumnId {
        let name = bracketed(of);
        let fill = self.program.add_column(format!("fill{name}"), "fill", 0.0, least + part, 0.0);
        let fills = self.program.add_integer(format!("fills{name}"), "fills", 0.0, 1.0, 0.0);
        let row = vec![(fill, 1.0 / least), (fills, -1.0)];
        let above = part / least;
        self.row(Constraint::Decision, format!("fill{name}"), "fill", (f64::NEG_INFINITY, above), row);
        if most > least {
            let mut row: Vec<(ColumnId, f64)> = held.iter().map(|&(c, a)| (c, a.abs() / most)).collect();
            row.push((fills, 1.0 - least / most));
            self.row(Constraint::Decision, format!("fills{name}"), "fill", (f64::NEG_INFINITY, 1.0), row);
        }
        fill
    }

    /// What is held ahead of a ramp limit is held in the next period too. Columns that are new since the last
    /// call are added to the rows that stand.
    pub(super) fn add_aheads(&mut self, model: &Model) {
        for ((l, t), mut ahead) in std::mem::take(&mut self.aheads) {
            let from = match ahead.within {
                Some((row, known)) => {
                    ahead.columns[known..].iter().for_each(|&c| self.program.set_coefficient(row, c, 1.0));
                    known
                }
                None => 0,
            };
            if let Some(AheadRows { allowed, asked, part }) = ahead.asked {
                for &c in &ahead.columns[from..] {
                    self.program.set_coefficient(allowed, c, part);
                    self.program.set_coefficient(asked, c, part);
                }
            }
            let row = ahead.within.map(|(row, _)| row).or_else(|| {
                let mut row: Vec<(ColumnId, f64)> = ahead.columns.iter().map(|&c| (c, 1.0)).collect();
                row.extend(self.held_by(model, l, t + 1, -1.0));
                let name = named("ahead", &[&model.limits[l].name, &model.calendar.periods[t].label]);
                self.row(Constraint::Decision, name, "ahead", (f64::NEG_INFINITY, 0.0), row)
            });
            ahead.within = row.map(|row| (row, ahead.columns.len()));
            self.aheads.insert((l, t), ahead);
        }
    }

    /// What the offers of a ramp limit hold in a period.
    fn held_by(&self, model: &Model, limit: LimitId, t: usize, factor: f64) -> Vec<(ColumnId, f64)> {
        let Some((group, _)) = model.limits[limit].kind.family().growth() else { return Vec::new() };
        let members = model.offers.ids().filter(|&o| group.offers[o]);
        members.flat_map(|o| self.held(o, t, factor).collect::<Vec<_>>()).collect()
    }

    /// Holds chips ahead of a ramp limit only as far as the limit asks for it.
    fn ask_ramps(&mut self, model: &Model, offer: OfferId, t: usize) {
        for l in model.limits.ids() {
            let Some((group, at_most)) = model.limits[l].kind.family().growth() else { continue };
            let Some(ahead) = self.aheads.get(&(l, t)).filter(|a| group.offers[offer] && a.asked.is_none()) else {
                continue;
            };
            let columns = ahead.columns.clone();
            let (now, next) = (self.held_by(model, l, t, 1.0), self.held_by(model, l, t + 1, -1.0));
            let next_most: f64 = next.iter().map(|&(c, _)| self.most(&[(c, 1.0)])).sum();
            let most = NEAR * self.most(&now).max(next_most).max(1.0);
            let name = bracketed(&[&model.limits[l].name, &model.calendar.periods[t].label]);
            let ramps = self.program.add_integer(format!("ramps{name}"), "ramps", 0.0, 1.0, 0.0);
            let part = 1.0 / most;
            let mut allowed: Vec<(ColumnId, f64)> = columns.iter().map(|&c| (c, part)).collect();
            allowed.push((ramps, -1.0));
            let allowed = self.row(
                Constraint::Purpose,
                format!("ahead-allowed{name}"),
                "ahead",
                (f64::NEG_INFINITY, 0.0),
                allowed,
            );
            let mut asked: Vec<(ColumnId, f64)> = columns.iter().map(|&c| (c, part)).collect();
            for o in model.offers.ids().filter(|&o| group.offers[o]) {
                asked.extend(self.runs_at(o, t).map(|r| (r.column, part)));
            }
            asked.extend(next.iter().map(|&(c, a)| (c, a * part)));
            asked.push((ramps, at_most * part + 1.0));
            let asked =
                self.row(Constraint::Purpose, format!("ahead-asked{name}"), "ahead", (f64::NEG_INFINITY, 1.0), asked);
            if let (Some(allowed), Some(asked), Some(ahead)) = (allowed, asked, self.aheads.get_mut(&(l, t))) {
                ahead.asked = Some(AheadRows { allowed, asked, part });
            }
        }
    }

    /// How much of what is bought needs a purpose that is a choice.
    fn asked(&self) -> usize {
        let ramps = self.aheads.values().filter(|a| a.asked.is_some()).count();
        let fleets = self.fleets.values().filter(|f| f.is_asked()).count();
        let short: usize = self.tight.values().map(|s| 1 + s.chips).sum();
        self.separated.len() + short + ramps + fleets
    }

    /// Every reserved chip is used in some period of its term.
    fn use_reservations(&mut self, model: &Model, limits: Limits, o: OfferId) {
        let committed = |h: &super::Holding| {
            h.contract.is_some_and(|k| h.periods.clone().any(|t| bucket_of(model, k, t).is_some()))
        };
        let in_fleet = |t: usize| {
            let asks = |l: &crate::model::Limit| {
                l.kind.family().fleet().is_some_and(|(group, _)| group.offers[o])
                    && l.spans.iter().any(|s| s.periods.start == t)
            };
            self.in_force.iter().any(|&l| asks(&model.limits[l]))
        };
        let may_stand = |t: usize| may_stand_by(self, model, limits, o, t) || in_fleet(t);
        let free = |h: &super::Holding| committed(h) || h.periods.clone().any(may_stand);
        let bound: Vec<super::Holding> = self.holdings_of(o).iter().filter(|h| !free(h)).cloned().collect();
        self.intervals(model, o, &bound, &[]);
    }

    /// The same for all reservations of an offer, whatever else they may be held for.
    fn separate_reservations(&mut self, model: &Model, o: OfferId) {
        if !self.separated.insert((o, usize::MAX)) {
            return;
        }
        let all: Vec<super::Holding> = self.holdings_of(o).to_vec();
        let mut others = Vec::new();
        for t in 0..model.periods() {
            others.extend(self.stand_by(model, o, t).map(|c| (t..t + 1, c)));
            others.extend(self.stand_for_fleets(model, o, t).into_iter().map(|c| (t..t + 1, c)));
        }
        for h in &all {
            let Some(k) = h.contract.filter(|&k| h.periods.clone().any(|t| bucket_of(model, k, t).is_some())) else {
                continue;
            };
            let waste = self.waste(model, o, k, &h.periods, &[(h.column, 1.0)], h.tier);
            others.push((h.periods.clone(), waste));
        }
        self.intervals(model, o, &all, &others);
    }

    /// For each interval: what is reserved within it is used within it, or is one of `others`, which
    /// stand for a period each or for none.
    fn intervals(
        &mut self,
        model: &Model,
        o: OfferId,
        reservations: &[super::Holding],
        others: &[(Range<usize>, ColumnId)],
    ) {
        let offer = &model.offers[o];
        let mut starts: Vec<usize> = reservations.iter().map(|h| h.periods.start).collect();
        let mut ends: Vec<usize> = reservations.iter().map(|h| h.periods.end).collect();
        for dates in [&mut starts, &mut ends] {
            dates.sort_unstable();
            dates.dedup();
        }
        for &i in &starts {
            for &j in ends.iter().filter(|&&j| j > i) {
                let inside: Vec<&super::Holding> =
                    reservations.iter().filter(|h| h.periods.start >= i && h.periods.end <= j).collect();
                let tight = inside.iter().any(|h| h.periods.start == i) && inside.iter().any(|h| h.periods.end == j);
                if !tight {
                    continue;
                }
                let held: Vec<(ColumnId, f64)> = inside.iter().map(|h| (h.column, 1.0)).collect();
                let purchases = inside.iter().filter(|h| h.tier == 0).count() as f64;
                let label = format!("{}..{}", model.calendar.periods[i].label, model.calendar.periods[j - 1].label);
                let mut row = held.clone();
                let mut upper = offer.block.map_or(0.0, |b| PART * b * purchases);
                if let Some(minimum) = offer.minimum_in_blocks().filter(|_| purchases > 0.0) {
                    let least = purchases * minimum;
                    let most = NEAR * self.most(&held);
                    row.push((self.fill_minimum(&[&offer.id, &label], &held, (least, upper), most), -1.0));
                    upper = 0.0;
                }
                (i..j).for_each(|t| row.extend(self.runs_at(o, t).map(|r| (r.column, -1.0))));
                let mine = others.iter().filter(|(p, _)| i <= p.start && p.end <= j);
                row.extend(mine.map(|&(_, c)| (c, -1.0)));
                let name = named("used", &[&offer.id, &label]);
                self.row(Constraint::Purpose, name, "used", (f64::NEG_INFINITY, upper), row);
            }
        }
    }

    /// Forbids what a solution bought to no purpose, which takes whole columns. Returns whether anything
    /// of it was not forbidden before.
    pub fn forbid(&mut self, model: &Model, unneeded: &[Unneeded]) -> bool {
        let before = self.asked();
        self.forbidden.push(unneeded.to_vec());
        for &what in unneeded {
            match what {
                Unneeded::Standing { offer, period } => {
                    self.separate(model, offer, period);
                    self.ask_ramps(model, offer, period);
                    self.ask_fleets(model, offer, period);
                }
                Unneeded::Reserved { offer } => {
                    self.separate_reservations(model, offer);
                    (0..model.periods()).for_each(|t| self.ask_fleets(model, offer, t));
                }
                Unneeded::Committed { contract, bucket, chips } => {
                    let Some(commit) = &model.contracts[contract].commit else { continue };
                    // Where it is money alone, chips are asked for their purpose only if they then stand idle instead.
                    if !chips && !self.tight.contains_key(&(contract, bucket)) {
                        self.pay_no_more_than_due(model, contract, bucket);
                        continue;
                    }
                    let periods = commit.buckets[bucket].periods.clone();
                    let under: Vec<(OfferId, usize)> = self
                        .holdings
                        .iter()
                        .filter(|h| h.contract == Some(contract) && periods.contains(&h.periods.start))
                        .map(|h| (h.offer, h.periods.start))
                        .collect();
                    for (o, t) in under {
                        match model.offers[o].term {
                            Term::Reserved { .. } => self.separate_reservations(model, o),
                            _ => {
                                self.separate(model, o, t);
                                self.ask_ramps(model, o, t);
                                self.ask_fleets(model, o, t);
                            }
                        }
                    }
                    self.pay_no_more_than_due(model, contract, bucket);
                }
            }
        }
        self.add_aheads(model);
        self.add_fleets(model);
        before != self.asked()
    }

    /// Tells apart what the rented chips of an offer are held for in a period.
    fn separate(&mut self, model: &Model, o: OfferId, t: usize) {
        if !model.offers[o].is_rented() || !self.separated.insert((o, t)) {
            return;
        }
        let label = &model.calendar.periods[t].label;
        let held: Vec<(ColumnId, f64)> = self.held(o, t, 1.0).collect();
        let mut others = self.purposes(model, o, t);
        let mine = self.holdings_of(o).iter().filter(|h| h.periods.contains(&t));
        let mut committed: Vec<ContractId> =
            mine.filter_map(|h| h.contract.filter(|&k| bucket_of(model, k, t).is_some())).collect();
        committed.dedup();
        for k in committed {
            let mine = self.holdings_of(o).iter().filter(|h| h.contract == Some(k) && h.periods.contains(&t));
            let under: Vec<(ColumnId, f64)> = mine.map(|h| (h.column, 1.0)).collect();
            others.push(self.waste(model, o, k, &(t..t + 1), &under, 0));
        }
        others.extend(self.stand_by(model, o, t));
        let mut row: Vec<(ColumnId, f64)> = held;
        row.extend(self.runs_at(o, t).map(|r| (r.column, -1.0)));
        row.extend(others.into_iter().map(|c| (c, -1.0)));
        let name = named("purpose", &[&model.offers[o].id, label]);
        self.row(Constraint::Purpose, name, "purpose", (f64::NEG_INFINITY, 0.0), row);
    }

    /// A column of chips that stand idle under a commitment.
    fn waste(
        &mut self,
        model: &Model,
        o: OfferId,
        contract: ContractId,
        periods: &Range<usize>,
        under: &[(ColumnId, f64)],
        tier: usize,
    ) -> ColumnId {
        let label = &model.calendar.periods[periods.start].label;
        let above = if tier == 0 { String::new() } else { tier.to_string() };
        let name = named("waste", &[&model.offers[o].id, &model.contracts[contract].id, label, &above]);
        let most = self.most(under);
        let waste = self.program.add_column(name.clone(), "waste", 0.0, most, 0.0);
        let row = under.iter().map(|&(c, a)| (c, -a)).chain([(waste, 1.0)]).collect();
        self.row(Constraint::Purpose, name, "waste", (f64::NEG_INFINITY, 0.0), row);
        // Of prices by quantity the dearest: what is idle is counted as no less than it costs.
        let held = self.holdings_of(o).iter().filter(|h| h.contract == Some(contract) && h.periods == *periods);
        let mut payments: BTreeMap<usize, f64> = BTreeMap::new();
        for h in held {
            let mut mine: BTreeMap<usize, f64> = BTreeMap::new();
            h.payments.iter().for_each(|p| *mine.entry(p.period).or_default() += p.money);
            for (t, money) in mine {
                let most = payments.entry(t).or_default();
                *most = most.max(money);
            }
        }
        self.wastes.push(Waste { contract, column: waste, periods: periods.clone(), payments });
        waste
    }

    /// A column of chips on standby for one of the losses, in whose rerouting they are busy.
    fn stand_by(&mut self, model: &Model, o: OfferId, t: usize) -> Option<ColumnId> {
        let of = |r: &Rerouted| r.period == t && r.offers.contains(&o);
        let mine: Vec<usize> = (0..self.rerouted.len()).filter(|&i| of(&self.rerouted[i])).collect();
        let held: Vec<(ColumnId, f64)> = self.held(o, t, 1.0).collect();
        let most = self.most(&held);
        if mine.is_empty() || most <= 0.0 {
            return None;
        }
        let (id, label) = (&model.offers[o].id, &model.calendar.periods[t].label);
        let name = bracketed(&[id, label]);
        let standby = self.program.add_column(format!("standby{name}"), "standby", 0.0, most, 0.0);
        // What works does not stand by.
        let mut row: Vec<(ColumnId, f64)> = held.iter().map(|&(c, a)| (c, -a)).collect();
        row.extend(self.runs_at(o, t).map(|r| (r.column, 1.0)));
        row.push((standby, 1.0));
        self.row(Constraint::Purpose, format!("standby-held{name}"), "standby", (f64::NEG_INFINITY, 0.0), row);
        let mut any = vec![(standby, 1.0 / most)];
        let mut one = Vec::new();
        for index in mine {
            let class = self.rerouted[index].clone();
            let survive = &model.survive[class.requirement];
            let name = bracketed(&[id, label, &survive.name, &survive.losses[class.loss].group]);
            let needs = self.program.add_integer(format!("needs{name}"), "needs", 0.0, 1.0, 0.0);
            any.push((needs, -1.0));
            one.push((needs, 1.0));
            // The part of the class's rerouting that runs on this offer: within what the class does,
            // and within what the offer has.
            let busy = self.program.add_column(format!("busy{name}"), "busy", 0.0, most, 0.0);
            match self.busy_rows.get(&index).copied() {
                Some(row) => self.program.set_coefficient(row, busy, 1.0),
                None => {
                    let mut row = vec![(busy, 1.0)];
                    row.extend(class.columns.iter().map(|&(_, c, _)| (c, -1.0)));
                    let added =
                        self.row(Constraint::Purpose, format!("busy{name}"), "busy", (f64::NEG_INFINITY, 0.0), row);
                    added.into_iter().for_each(|row| {
                        self.busy_rows.insert(index, row);
                    });
                }
            }
            // What works and is rerouted, and what stands by, is busy.
            let keeps = |w: WorkloadId| !survive.response.serve[w] && !survive.response.preempt[w];
            let rerouted: Vec<ColumnId> = self.runs_at(o, t).filter(|r| !keeps(r.workload)).map(|r| r.column).collect();
            let mut row: Vec<(ColumnId, f64)> = rerouted.iter().map(|&c| (c, 1.0 / most)).collect();
            row.push((standby, 1.0 / most));
            row.push((busy, -1.0 / most));
            row.push((needs, 1.0));
            self.row(Constraint::Purpose, format!("needs{name}"), "needs", (f64::NEG_INFINITY, 1.0), row);
            if self.exact.insert((class.requirement, class.loss, t)) {
                self.serve_no_more(model, &class, t);
            }
        }
        self.row(Constraint::Purpose, format!("standby{name}"), "standby", (f64::NEG_INFINITY, 0.0), any);
        self.row(Constraint::Purpose, format!("one-loss{name}"), "standby", (f64::NEG_INFINITY, 1.0), one);
        Some(standby)
    }

    /// In the rerouting of a loss nothing is served beyond what is required.
    fn serve_no_more(&mut self, model: &Model, class: &Rerouted, t: usize) {
        let survive = &model.survive[class.requirement];
        let same = |r: &&Rerouted| r.requirement == class.requirement && r.loss == class.loss && r.period == t;
        for (w, workload) in model.workloads.with_ids().filter(|(w, _)| survive.response.serve[*w]) {
            let columns = self.rerouted.iter().filter(same).flat_map(|r| r.columns.clone());
            let mut row: Vec<(ColumnId, f64)> = columns.filter(|c| c.0 == w).map(|(_, c, p)| (c, p)).collect();
            if row.is_empty() {
                continue;
            }
            let most = match workload.task {
                Task::Inference { .. } => survive.serve * workload.peak_demand(t),
                Task::Training { .. } => {
                    let done = self.runs.iter().filter(|r| r.workload == w && r.period == t);
                    row.extend(done.map(|r| (r.column, -survive.serve * model.productivity(w, r.offer))));
                    0.0
                }
            };
            let label = &model.calendar.periods[t].label;
            let name = named("no-more", &[&survive.name, &survive.losses[class.loss].group, label, &workload.id]);
            self.row(Constraint::Purpose, name, "served", (f64::NEG_INFINITY, most), row);
        }
    }

    /// Keeps what is idle under a part of a commitment from going beyond what is due of it.
    fn pay_no_more_than_due(&mut self, model: &Model, contract: ContractId, bucket: usize) {
        let Some(commit) = &model.contracts[contract].commit else { return };
        let part = &commit.buckets[bucket];
        if part.amount <= 0.0 {
            return;
        }
        let parts = |a: f64| a / part.amount;
        if let Some(Short { row, wastes, chips }) = self.tight.get(&(contract, bucket)).copied() {
            let added = self.idle_chips(model, contract, bucket, wastes);
            let chips = chips + added.len();
            if let Some(row) = row {
                added.into_iter().for_each(|(c, a)| self.program.set_coefficient(row, c, parts(a)));
            }
            self.tight.insert((contract, bucket), Short { row, wastes: self.wastes.len(), chips });
            return;
        }
        let suffix = (bucket + 1).to_string();
        let label = bracketed(&[&model.contracts[contract].id, if commit.buckets.len() > 1 { &suffix } else { "" }]);
        let short = self.program.add_integer(format!("short{label}"), "short", 0.0, 1.0, 0.0);
        let idle = self.idles.iter().find(|i| i.contract == contract && i.bucket == bucket).map(|i| i.column);
        // What is idle: money, and chips by what they count.
        let idle_chips = self.idle_chips(model, contract, bucket, 0);
        let chips = idle_chips.len();
        let unused = idle.into_iter().map(|c| (c, 1.0)).chain(idle_chips);
        let mut only: Vec<(ColumnId, f64)> = unused.map(|(c, a)| (c, parts(a))).collect();
        only.push((short, -1.0));
        let row = self.row(Constraint::Purpose, format!("short{label}"), "commit", (f64::NEG_INFINITY, 0.0), only);
        self.tight.insert((contract, bucket), Short { row, wastes: self.wastes.len(), chips });
        let mut terms = super::commit::counted(self, model, contract, commit, part);
        // Where nothing is short there is no more than what can be of use, and nothing is idle.
        let reach = Reach::of(self, model);
        let beyond = parts(NEAR * reach.most(self, &terms));
        terms.extend(idle.map(|c| (c, 1.0)));
        terms.iter_mut().for_each(|(_, a)| *a = parts(*a));
        terms.push((short, beyond));
        let mut most = beyond;
        match self.committed(contract, bucket) {
            Some(sign) => terms.push((sign, -1.0)),
            None => most += 1.0,
        }
        self.row(Constraint::Purpose, format!("no-more{label}"), "commit", (f64::NEG_INFINITY, most), terms);
    }

    /// Chips that stand idle under a part of a commitment, by what one counts towards it, from a number on.
    fn idle_chips(&self, model: &Model, contract: ContractId, bucket: usize, from: usize) -> Vec<(ColumnId, f64)> {
        let Some(commit) = &model.contracts[contract].commit else { return Vec::new() };
        let periods = &commit.buckets[bucket].periods;
        let hours = |t: usize| model.calendar.periods[t].hours;
        let counts = |waste: &Waste| -> f64 {
            match commit.counted_in {
                CommitIn::Spend => waste.payments.iter().filter(|(t, _)| periods.contains(t)).map(|(_, m)| m).sum(),
                CommitIn::ChipHours => waste.periods.clone().filter(|t| periods.contains(t)).map(hours).sum(),
            }
        };
        let mine = self.wastes[from..].iter().filter(|w| w.contract == contract);
        mine.map(|w| (w.column, counts(w))).filter(|(_, counts)| *counts > 0.0).collect()
    }
}
