//! Where workloads can be rerouted after a loss, and the columns and rows of a rerouting.

use std::collections::BTreeMap;

use super::situation::{NEGLIGIBLE, Parts, Situation};
use crate::lp::{ColumnId, LinearProgram};
use crate::model::{IdVec, OfferId, PlaceBy, WorkloadId};

/// Chips that do the same for all workloads that are rerouted.
pub(super) struct Place {
    pub(super) offers: Vec<OfferId>,
    pub(super) productivity: Vec<f64>,
    /// Chips that are there and not kept by others.
    pub(super) chips: f64,
}

/// Chips of a place that a workload is rerouted to.
#[derive(Clone, Copy)]
pub(super) struct Routed {
    /// The place, by its position.
    pub(super) place: usize,
    pub(super) column: ColumnId,
    /// Work of one chip in an hour.
    pub(super) work: f64,
}

impl Situation<'_> {
    /// The places to which `workloads` can be rerouted in a period when a part of each offer is
    /// lost, with the chips that nobody else keeps. Spot has no capacity to count on after a loss that has to
    /// be survived; of an outage that is not of it, it keeps its chips.
    pub(super) fn places(
        &self,
        workloads: &[WorkloadId],
        lost: &Parts,
        keeps: impl Fn(WorkloadId) -> bool,
        t: usize,
        spot: bool,
    ) -> Vec<Place> {
        let mut places: BTreeMap<Vec<u64>, Place> = BTreeMap::new();
        let negligible = NEGLIGIBLE * self.held.iter().map(|held| held[t]).fold(0.0, f64::max);
        for o in self.model.offers.ids().filter(|&o| lost[o] < 1.0 && (spot || !self.is_spot(o))) {
            let held = self.held[o][t] * (1.0 - lost[o]);
            let may = |w: WorkloadId| {
                let workload = &self.model.workloads[w];
                let ecosystem = PlaceBy::Ecosystem.group(self.model, o);
                let early = workload.porting.iter().any(|p| p.ecosystem == ecosystem && t < p.ready);
                let ported = !early && !self.unported[w].contains(&ecosystem);
                workload.window.contains(&t) && workload.eligible.contains(&o) && ported
            };
            let productivity: Vec<f64> =
                workloads.iter().map(|&w| if may(w) { self.model.productivity(w, o) } else { 0.0 }).collect();
            if held <= negligible || productivity.iter().all(|&p| p == 0.0) {
                continue;
            }
            let kept: f64 = self.running[t].iter().filter(|r| r.1 == o && keeps(r.0)).map(|r| r.2).sum();
            let key: Vec<u64> = productivity.iter().map(|p| p.to_bits()).collect();
            let place = places.entry(key).or_insert_with(|| Place { offers: Vec::new(), productivity, chips: 0.0 });
            place.offers.push(o);
            place.chips += if held - kept > negligible { held - kept } else { 0.0 };
        }
        places.into_values().collect()
    }

    /// Adds a rerouting: for each workload the columns of its chips. `spare` are columns of further chips, by offer.
    #[expect(clippy::too_many_arguments, reason = "a loss with what it is met with")]
    pub(super) fn reroute(
        &self,
        lp: &mut LinearProgram,
        workloads: &[WorkloadId],
        places: &[Place],
        surge: f64,
        lost: &Parts,
        t: usize,
        spare: &IdVec<OfferId, Option<ColumnId>>,
    ) -> Vec<Vec<Routed>> {
        let mut y: Vec<Vec<Routed>> = vec![Vec::new(); workloads.len()];
        let mut surges: IdVec<OfferId, Option<ColumnId>> = IdVec::filled(self.model.offers.len(), None);
        for (p, place) in places.iter().enumerate() {
            let mut more = Vec::new();
            for &o in place.offers.iter().filter(|_| surge > 0.0) {
                let most = self.surge_of(o, surge, lost, t);
                let z = lp.add_column(format!("surge{o}"), "", 0.0, most, 0.0);
                surges[o] = Some(z);
                more.push((z, -1.0));
            }
            let added: Vec<ColumnId> = place.offers.iter().filter_map(|&o| spare.get(o).copied().flatten()).collect();
            let most = place.chips
                + surge * place.offers.iter().map(|&o| self.held[o][t]).sum::<f64>()
                + added.iter().map(|c| lp.columns()[c.0 as usize].upper).sum::<f64>();
            let mut row = Vec::new();
            for (i, &w) in workloads.iter().enumerate().filter(|(i, _)| place.productivity[*i] > 0.0) {
                let column = lp.add_column(format!("y{w},{p}"), "", 0.0, most, 0.0);
                y[i].push(Routed { place: p, column, work: place.productivity[i] });
                row.push((column, 1.0));
            }
            row.extend(more);
            row.extend(added.into_iter().map(|c| (c, -1.0)));
            lp.add_row(format!("place{p}"), "", f64::NEG_INFINITY, place.chips, row);
        }
        for (weights, left) in self.pools_left(t) {
            let terms: Vec<_> = weights.iter().filter_map(|&(o, weight)| Some((surges[o]?, weight))).collect();
            if !terms.is_empty() {
                lp.add_row("pool", "", f64::NEG_INFINITY, left, terms);
            }
        }
        y
    }

    /// The chips by which what survives of an offer can be raised, but for its pools.
    pub(super) fn surge_of(&self, o: OfferId, surge: f64, lost: &Parts, t: usize) -> f64 {
        let held = self.held[o][t];
        let room = (self.model.offers[o].capacity_at(t) - held).max(0.0);
        (surge * held * (1.0 - lost[o])).min(room)
    }

    /// For each pool, in chips or power: its offers with what a chip of them takes, and what is left.
    pub(super) fn pools_left(&self, t: usize) -> Vec<(Vec<(OfferId, f64)>, f64)> {
        let mut left = Vec::new();
        for pool in &self.model.pools {
            for (stock, power) in [(&pool.chips, false), (&pool.power, true)] {
                let Some(stock) = stock else { continue };
                let weight = |o: OfferId| {
                    if power { self.model.draws(o) } else { 1.0 }
                };
                let weights: Vec<(OfferId, f64)> = pool.offers.iter().map(|&o| (o, weight(o))).collect();
                let held: f64 = weights.iter().map(|&(o, weight)| weight * self.held[o][t]).sum();
                left.push((weights, (stock[t] - held).max(0.0)));
            }
        }
        left
    }
}
