//! What the chips of a plan are held for: they work, stand by for a required loss, fill a block or a
//! minimum, are held ahead of a ramp limit or because a floor asks for a fleet, or stand idle.
//!
//! Worked out from the model and the schedule alone, so that it can check the program. Chips stand by if
//! some required loss is served with them: either no plan with less of them survives all losses, or a
//! rerouting of one loss that serves no more than is required keeps them busy.

use super::ledger::{Ledger, counted, idle_money};
use super::schedule::Schedule;
use crate::model::{
    CommitIn, ContractId, Grid, IdVec, Model, OfferId, OfferSet, Term, Unneeded, is_ratio_of_held,
    stands_by_for_deliveries,
};

/// Relative amount that is rounding; as for the audit.
const TOLERANCE: f64 = 1e-6;
/// Less than this part of the largest holding is nothing.
const NEGLIGIBLE: f64 = 1e-9;
/// Less than a whole block stands idle in a block that is in use.
const PART: f64 = 1.0 - 1e-6;

/// What chips are held for, by offer and period; the parts add up to what is held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purposes {
    /// Chips held.
    pub held: Grid<OfferId>,
    /// Chips that work.
    pub used: Grid<OfferId>,
    /// Chips that serve after a required loss.
    pub standby: Grid<OfferId>,
    /// Chips that fill a block or a minimum, or are held ahead of a ramp limit or because a floor asks for a fleet.
    pub filling: Grid<OfferId>,
    /// Those of them that a floor asks for as a fleet.
    pub fleet: Grid<OfferId>,
    /// Chips that do nothing.
    pub idle: Grid<OfferId>,
    /// What need not have a purpose, having it in another future.
    pub excused: Vec<Unneeded>,
}

/// Whether chips that are there when an outage comes are worth something.
fn outages_cost(model: &Model) -> bool {
    let asked = |t: crate::model::RiskTerm| t.weight > 0.0 || t.at_most.is_some();
    let asks = model.risk.cvar.is_some_and(|c| asked(c.term)) || model.risk.expected.is_some_and(asked);
    asks && model.workloads.iter().any(|w| w.loss > 0.0)
}

/// What stands idle under each part of each commitment: money or chip-hours.
type IdleParts = IdVec<ContractId, Vec<f64>>;

impl Purposes {
    /// What the chips of a schedule are held for; `standby` says which of those that do not work serve after a
    /// required loss, of what is in excess of each offer, which of it is rented, and in which period.
    ///
    /// # Errors
    /// Those of `standby`.
    pub fn of<E>(
        model: &Model,
        schedule: &Schedule,
        standby: impl Fn(&IdVec<OfferId, f64>, &OfferSet, usize) -> Result<IdVec<OfferId, f64>, E>,
    ) -> Result<Self, E> {
        let grid = || Grid::zero(model.offers.len(), model.periods());
        let held = schedule.chips(model);
        let excused = Vec::new();
        let mut p =
            Purposes { held, used: grid(), standby: grid(), filling: grid(), fleet: grid(), idle: grid(), excused };
        for r in &schedule.running {
            p.used[r.offer][r.period] += r.chips;
        }
        for t in 0..model.periods() {
            let most = p.held.iter().map(|h| h[t]).fold(0.0, f64::max);
            let spare = |o: OfferId, p: &Purposes| {
                let spare = p.held[o][t] - p.used[o][t];
                if spare > NEGLIGIBLE * most { spare } else { 0.0 }
            };
            let excess: IdVec<OfferId, f64> = model.offers.ids().map(|o| spare(o, &p)).collect();
            if excess.iter().all(|&e| e == 0.0) {
                continue;
            }
            let rented: OfferSet = model.offers.iter().map(crate::model::Offer::is_rented).collect();
            let standby = standby(&excess, &rented, t)?;
            let outages = outages_cost(model);
            for o in model.offers.ids().filter(|&o| excess[o] > 0.0) {
                let any = outages && rented[o] || stands_by_for_deliveries(model, o);
                p.standby[o][t] = if any { excess[o] } else { standby[o].min(excess[o]) };
                let left = excess[o] - p.standby[o][t];
                p.filling[o][t] = filled(model, schedule, o, t, p.held[o][t], left);
                p.idle[o][t] = left - p.filling[o][t];
            }
        }
        p.hold_ahead(model, schedule);
        p.stand_for_fleets(model, schedule);
        // Beside what is held ahead, what is left of a block is filled.
        for o in model.offers.ids().filter(|&o| model.offers[o].is_rented()) {
            for t in 0..model.periods() {
                if p.idle[o][t] <= 0.0 {
                    continue;
                }
                let fill = filled(model, schedule, o, t, p.held[o][t], p.idle[o][t]);
                p.filling[o][t] += fill;
                p.idle[o][t] -= fill;
            }
        }
        Ok(p)
    }

    /// Rented chips are held ahead of a ramp limit as far as its offers would otherwise rise by more in the next
    /// period.
    fn hold_ahead(&mut self, model: &Model, schedule: &Schedule) {
        for limit in &model.limits {
            let Some((group, at_most)) = limit.kind.family().growth() else { continue };
            for t in limit.spans.iter().filter_map(|s| s.periods.start.checked_sub(1)) {
                let mut members: Vec<OfferId> = group.offers.iter().filter(|&o| model.offers[o].is_rented()).collect();
                // Those under a contract come last: a commitment may be another reason to hold them.
                let under = |o: OfferId| {
                    let mine = |h: &&super::schedule::Held| h.offer == o && h.periods.contains(&t);
                    schedule.held.iter().filter(mine).any(|h| h.contract.is_some())
                };
                members.sort_by_key(|&o| under(o));
                let rise: f64 = group.offers.iter().map(|o| self.held[o][t + 1] - self.used[o][t]).sum();
                let mut left = (rise - at_most).max(0.0);
                for o in members {
                    let ahead = self.idle[o][t].min(left);
                    self.idle[o][t] -= ahead;
                    self.filling[o][t] += ahead;
                    left -= ahead;
                }
            }
        }
    }

    /// Chips stand for a fleet as far as it would be short of them: what is rented first, which needs a purpose in
    /// each period. Of fleets within others the smallest comes first, so that the others have what is left.
    fn stand_for_fleets(&mut self, model: &Model, schedule: &Schedule) {
        let signed = |l: &&crate::model::Limit| l.when.is_none_or(|k| schedule.signed[k]);
        let mut limits: Vec<&crate::model::Limit> = model.limits.iter().filter(signed).collect();
        limits.sort_by_key(|l| l.kind.family().fleet().map(|(group, _)| group.offers.iter().count()));
        for limit in limits {
            let Some((group, chips)) = limit.kind.family().fleet() else { continue };
            let mut members: Vec<OfferId> = group.offers.iter().collect();
            members.sort_by_key(|&o| !model.offers[o].is_rented());
            for t in limit.spans.iter().map(|s| s.periods.start) {
                let used: f64 = members.iter().map(|&o| self.used[o][t]).sum();
                let mut left = (chips - used).max(0.0);
                for &o in &members {
                    let stands = self.idle[o][t].min(left);
                    self.idle[o][t] -= stands;
                    self.filling[o][t] += stands;
                    self.fleet[o][t] += stands;
                    left -= stands;
                }
            }
        }
    }

    /// The same, but for what has its purpose in another future.
    #[must_use]
    pub fn excusing(self, excused: &[Unneeded]) -> Self {
        Purposes { excused: excused.to_vec(), ..self }
    }

    /// What a plan bought to no purpose, if the policy has a limit that could gain by it.
    #[must_use]
    pub fn unneeded(&self, model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<Unneeded> {
        if !model.limits.iter().any(|l| is_ratio_of_held(&l.kind)) {
            return Vec::new();
        }
        self.to_no_purpose(model, schedule, ledger)
    }

    /// What a plan bought to no purpose, whether or not a limit could gain by it.
    #[must_use]
    pub fn to_no_purpose(&self, model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<Unneeded> {
        let mut found = Vec::new();
        // Chip-hours and money that stand idle under each part of each commitment.
        let mut idle: IdleParts = model.contracts.map(|c| vec![0.0; c.commit.as_ref().map_or(0, |c| c.buckets.len())]);
        for o in model.offers.ids() {
            match model.offers[o].term {
                Term::Owned | Term::Bought(_) => {}
                Term::Reserved { .. } => {
                    if let Some(contracts) = self.unused_reservations(model, schedule, o) {
                        let over = contracts.iter().all(|k| k.is_none_or(|k| is_overmet(model, schedule, ledger, k)));
                        // What is held already was not bought now, to whatever purpose.
                        let held = model.holdings.as_ref().is_some_and(|h| h.has(o));
                        if over && !held && !self.excused.contains(&Unneeded::Reserved { offer: o }) {
                            found.push(Unneeded::Reserved { offer: o });
                            // What is beyond a commitment is no reason to hold them either.
                            found.extend(contracts.iter().flatten().flat_map(|&k| parts_of(model, k)));
                        }
                    }
                }
                Term::OnDemand | Term::Spot { .. } => {
                    for t in 0..model.periods() {
                        let chips = self.idle[o][t];
                        // As in the certificate, relative to all that the row adds up.
                        let rounding = TOLERANCE * (1.0 + self.held[o][t] + self.used[o][t]);
                        let excused = self.excused.contains(&Unneeded::Standing { offer: o, period: t });
                        if chips > rounding && !excused {
                            let left = attribute(model, schedule, (o, t), chips, &mut idle);
                            if left > rounding {
                                found.push(Unneeded::Standing { offer: o, period: t });
                            }
                        }
                    }
                }
            }
        }
        let of_chips = idle.clone();
        for &(k, b, _, money) in &schedule.idle {
            idle[k][b] += money;
        }
        for (k, contract) in model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]) {
            let Some(commit) = &contract.commit else { continue };
            for b in 0..commit.buckets.len() {
                let due = schedule.due(model, k, b);
                let beyond = met(model, schedule, ledger, k, b) - due;
                let size = TOLERANCE * (1.0 + due);
                if idle[k][b] > size && beyond > size {
                    found.push(Unneeded::Committed { contract: k, bucket: b, chips: of_chips[k][b] > size });
                }
            }
        }
        for &(k, b, _, money) in schedule.idle.iter().filter(|i| !schedule.signed[i.0]) {
            let amount = model.contracts[k].commit.as_ref().map_or(0.0, |c| c.buckets[b].amount);
            if money > TOLERANCE * (1.0 + amount) {
                found.push(Unneeded::Committed { contract: k, bucket: b, chips: false });
            }
        }
        found
    }

    /// The contracts of reservations of an offer that are needed in no period of their term, by Hall's
    /// condition on intervals.
    fn unused_reservations(&self, model: &Model, schedule: &Schedule, o: OfferId) -> Option<Vec<Option<ContractId>>> {
        let offer = &model.offers[o];
        let all: Vec<_> = schedule.held.iter().filter(|h| h.offer == o).collect();
        for i in all.iter().map(|h| h.periods.start) {
            for j in all.iter().map(|h| h.periods.end).filter(|&j| j > i) {
                let inside = || all.iter().filter(|h| h.periods.start >= i && h.periods.end <= j);
                let held: f64 = inside().map(|h| h.chips).sum();
                let bought = inside().filter(|h| h.tier == 0).count() as f64;
                let fill = offer.block.map_or(0.0, |b| PART * b * bought);
                let least = offer.minimum_in_blocks().map_or(0.0, |m| bought * m);
                let used: f64 = (i..j).map(|t| self.used[o][t] + self.standby[o][t] + self.fleet[o][t]).sum();
                let minimum = held <= least * (1.0 + TOLERANCE);
                if held - used > fill + TOLERANCE * (1.0 + held + used) && !minimum {
                    return Some(inside().map(|h| h.contract).collect());
                }
            }
        }
        None
    }
}

/// Of chips without another use those that fill a block, or a minimum that is not exceeded.
fn filled(model: &Model, schedule: &Schedule, o: OfferId, t: usize, held: f64, spare: f64) -> f64 {
    let offer = &model.offers[o];
    let mine = schedule.held.iter().filter(|h| h.offer == o && h.tier == 0 && h.periods.contains(&t));
    let copies = mine.count() as f64;
    let least = offer.minimum_in_blocks().map_or(0.0, |m| copies * m);
    if held <= least * (1.0 + TOLERANCE) {
        return spare;
    }
    // What is left of one block; a whole one is not filled by nothing.
    offer.block.map_or(0.0, |b| if spare < copies * b * (PART + 0.5 * (1.0 - PART)) { spare } else { 0.0 })
}

/// Adds chips that stand idle to the commitments that they are held under; what is left over.
fn attribute(model: &Model, schedule: &Schedule, (o, t): (OfferId, usize), chips: f64, idle: &mut IdleParts) -> f64 {
    let mut left = chips;
    for held in schedule.held.iter().filter(|h| h.offer == o && h.periods.contains(&t)) {
        let Some(k) = held.contract else { continue };
        let Some(commit) = &model.contracts[k].commit else { continue };
        let Some(b) = commit.buckets.iter().position(|b| b.amount > 0.0 && b.periods.contains(&t)) else { continue };
        let mine = left.min(held.chips);
        let counts = match commit.counted_in {
            CommitIn::Spend => {
                super::schedule::paid(model, held).iter().filter(|p| p.period == t).map(|p| p.money).sum()
            }
            CommitIn::ChipHours => model.calendar.periods[t].hours,
        };
        idle[k][b] += mine * counts;
        left -= mine;
    }
    left
}

/// What counts towards a part of a commitment, with what is paid idle.
fn met(model: &Model, schedule: &Schedule, ledger: &Ledger, k: ContractId, b: usize) -> f64 {
    counted(model, schedule, ledger, k, b) + idle_money(schedule, k, b)
}

/// The parts of a contract's commitment, each as bought beyond what is committed.
fn parts_of(model: &Model, k: ContractId) -> impl Iterator<Item = Unneeded> {
    let buckets = model.contracts[k].commit.iter().flat_map(|c| c.buckets.iter().enumerate());
    buckets.filter(|(_, b)| b.amount > 0.0).map(move |(bucket, _)| Unneeded::Committed {
        contract: k,
        bucket,
        chips: true,
    })
}

/// Whether more counts towards every part of a commitment than is committed.
fn is_overmet(model: &Model, schedule: &Schedule, ledger: &Ledger, k: ContractId) -> bool {
    let Some(commit) = &model.contracts[k].commit else { return true };
    (0..commit.buckets.len()).all(|b| {
        let due = schedule.due(model, k, b);
        met(model, schedule, ledger, k, b) > due + TOLERANCE * (1.0 + due)
    })
}
