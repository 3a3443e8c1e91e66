//! N-1: what is still served when suppliers are lost.
//!
//! For each lost group g and period t there is a rerouting y >= 0 over the offers that survive
//! (not in g, not spot), gathered into classes c (see [`super::rerouting`]):
//!
//! - surviving: sum over w of y\[w,c\] + sum over o in c of (chips of workloads that keep theirs
//!   \- held\[o,t\] - z\[o\]) <= 0
//! - served, each w that has to be: sum over c of throughput x y\[w,c\] >= serve x demand x peak; for
//!   training, >= serve x the work that the plan itself does in t
//! - surge: z\[o\] <= surge x held\[o,t\], held\[o,t\] + z\[o\] <= capacity\[o,t\], and the surviving
//!   offers' z within what their pools have left
//!
//! This is exact: the columns y are a copy of the routing for each loss and period. The demand
//! that counts is the peak, which is what has to be served when nothing is lost. What is lost from
//! a pool does not come free for the others. A surge costs nothing here: it is bought when the
//! loss comes.

use super::purpose::Rerouted;
use super::rerouting::classes;
use super::{CLEAR, Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{IdVec, Loss, Model, OfferId, OfferSet, Survive, SurviveId, Task, Term, WorkloadId};

/// A column of each offer that has one.
pub(super) type ByOffer = IdVec<OfferId, Option<ColumnId>>;

pub(super) fn add(f: &mut Formulation, model: &Model, index: SurviveId) {
    let survive = &model.survive[index];
    for t in survive.periods.clone() {
        let pooled = pooled(model);
        let spare: ByOffer = model.offers.ids().map(|o| f.add_spare(model, survive, o, t)).collect();
        // What an offer can be raised by does not depend on what is lost, unless a pool is shared.
        let mut alone = ByOffer::filled(model.offers.len(), None);
        if survive.response.surge > 0.0 {
            for o in model.offers.ids().filter(|&o| !pooled[o] && model.offers[o].capacity.is_some()) {
                alone[o] = f.add_surge(model, survive, o, t, "");
            }
        }
        for (l, loss) in survive.losses.iter().enumerate() {
            if let Some(upstream) = loss.upstream {
                super::deliveries::add(f, model, (index, l, upstream), t, &spare);
                continue;
            }
            one(f, model, index, l, loss, t, &spare, &alone, &pooled);
        }
    }
}

/// Offers that draw on a pool.
fn pooled(model: &Model) -> OfferSet {
    OfferSet::listed(model.offers.len(), model.pools.iter().flat_map(|p| &p.offers).copied())
}

#[expect(clippy::too_many_arguments, reason = "one loss in one period, with what it shares with the others")]
fn one(
    f: &mut Formulation,
    model: &Model,
    index: SurviveId,
    l: usize,
    loss: &Loss,
    t: usize,
    spare: &ByOffer,
    alone: &ByOffer,
    pooled: &OfferSet,
) {
    let survive = &model.survive[index];
    let response = &survive.response;
    let needs = |w: WorkloadId| response.serve[w] && f.runs_in(model, w, t);
    let workloads: Vec<WorkloadId> = model.workloads.ids().filter(|&w| needs(w)).collect();
    if workloads.is_empty() {
        return;
    }
    let label = &model.calendar.periods[t].label;
    let name = [survive.name.as_str(), loss.group.as_str(), label.as_str()];
    let spot = |o: OfferId| matches!(model.offers[o].term, Term::Spot { .. });
    let classes = classes(f, model, &workloads, t, |o| !loss.offers[o] && !spot(o));
    let mut served: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); workloads.len()];
    let mut surges = alone.clone();
    let mut rerouted: Vec<(WorkloadId, OfferId, ColumnId, f64)> = Vec::new();
    for class in &classes {
        let columns = f.add_rerouted(model, class, &workloads, t, &name);
        let mut terms: Vec<(ColumnId, f64)> = Vec::new();
        let mut mine = Vec::new();
        for (w, column) in columns.into_iter().enumerate() {
            let Some(column) = column else { continue };
            terms.push((column, 1.0));
            served[w].push((column, class.productivity[w]));
            rerouted.push((workloads[w], class.offers[0], column, class.productivity[w]));
            mine.push((workloads[w], column, class.productivity[w]));
        }
        if f.purposeful {
            let offers = class.offers.clone();
            f.rerouted.push(Rerouted { requirement: index, loss: l, period: t, offers, columns: mine });
        }
        for &o in &class.offers {
            terms.extend(spare[o].map(|s| (s, -1.0)));
            if response.surge > 0.0 {
                if pooled[o] {
                    surges[o] = f.add_surge(model, survive, o, t, &loss.group);
                } else if model.offers[o].capacity.is_none() {
                    terms.extend(f.held(o, t, -response.surge));
                }
                terms.extend(surges[o].map(|z| (z, -1.0)));
            }
        }
        let row = named("surviving", &[name[0], name[1], name[2], &model.offers[class.offers[0]].id]);
        let constraint = Constraint::Surviving { requirement: index, loss: l, period: t };
        f.row(constraint, row, "surviving", (f64::NEG_INFINITY, 0.0), terms);
    }
    let constraint = Constraint::Surviving { requirement: index, loss: l, period: t };
    f.add_reroute_ported(model, constraint, &name, &rerouted);
    if response.surge > 0.0 {
        pools(f, model, index, l, t, &surges);
    }
    for (&w, terms) in workloads.iter().zip(served) {
        f.add_served(model, (index, l), w, t, &name, terms);
    }
}

impl Formulation {
    /// The row of what is still served of a workload in a period after a loss: a part of what is asked for at the peak, or
    /// of what training does then; `terms` are rerouted chips with the work that each does in an hour.
    pub(super) fn add_served(
        &mut self,
        model: &Model,
        (requirement, loss): (SurviveId, usize),
        w: WorkloadId,
        t: usize,
        name: &[&str],
        mut terms: Vec<(ColumnId, f64)>,
    ) {
        let (workload, serve) = (&model.workloads[w], model.survive[requirement].serve);
        let least = match workload.task {
            Task::Inference { .. } => {
                let (_, time) = workload.rate_time;
                terms.iter_mut().for_each(|(_, a)| *a *= time);
                serve * workload.peak_demand(t) * time
            }
            Task::Training { .. } => {
                let done = self.runs.iter().filter(|r| r.workload == w && r.period == t);
                terms.extend(done.map(|r| (r.column, -serve * model.productivity(w, r.offer))));
                0.0
            }
        };
        let constraint = Constraint::Served { requirement, loss, workload: w, period: t };
        let parts: Vec<&str> = name.iter().copied().chain([workload.id.as_str()]).collect();
        self.row(constraint, named("served", &parts), "served", (least, f64::INFINITY), terms);
    }
}

/// What is left of the pools bounds the surge of the offers that draw on them.
fn pools(f: &mut Formulation, model: &Model, index: SurviveId, l: usize, t: usize, surges: &ByOffer) {
    let survive = &model.survive[index];
    for pool in &model.pools {
        for (stock, power) in [(&pool.chips, false), (&pool.power, true)] {
            let Some(stock) = stock else { continue };
            let mut terms = Vec::new();
            for &o in pool.offers.iter().filter(|&&o| surges[o].is_some()) {
                let weight = if power { model.draws(o) } else { 1.0 };
                terms.extend(surges[o].map(|z| (z, weight)));
            }
            if terms.is_empty() {
                continue;
            }
            for &o in &pool.offers {
                let weight = if power { model.draws(o) } else { 1.0 };
                terms.extend(f.held(o, t, weight));
            }
            let kind = if power { "surge-power" } else { "surge-pool" };
            let label = &model.calendar.periods[t].label;
            let name = named(kind, &[&survive.name, &survive.losses[l].group, label, &pool.id]);
            let constraint = Constraint::Surviving { requirement: index, loss: l, period: t };
            f.row(constraint, name, "surge", (f64::NEG_INFINITY, stock[t]), terms);
        }
    }
}

impl Formulation {
    /// Adds the chips of an offer that are there for whoever is rerouted: what is held less what
    /// runs workloads that keep their chips. One column for all losses keeps the rows of each short.
    fn add_spare(&mut self, model: &Model, survive: &Survive, o: OfferId, t: usize) -> Option<ColumnId> {
        let held: Vec<(ColumnId, f64)> = self.held(o, t, -1.0).collect();
        if held.is_empty() || matches!(model.offers[o].term, Term::Spot { .. }) {
            return None;
        }
        let upper: f64 = held.iter().map(|&(c, _)| self.program.columns()[c.0 as usize].upper).sum();
        let parts = [survive.name.as_str(), &model.offers[o].id, &model.calendar.periods[t].label];
        let spare = self.program.add_column(named("spare", &parts), "spare", 0.0, CLEAR * upper, 0.0);
        let response = &survive.response;
        let keeps = |w: WorkloadId| !response.serve[w] && !response.preempt[w];
        let mut row = held;
        row.push((spare, 1.0));
        row.extend(self.runs_at(o, t).filter(|r| keeps(r.workload)).map(|r| (r.column, 1.0)));
        let constraint = Constraint::Surge { offer: o, period: t };
        self.row(constraint, named("spare", &parts), "spare", (f64::NEG_INFINITY, 0.0), row);
        Some(spare)
    }

    /// Adds what an offer can be raised by after a loss: z <= surge x held, held + z <= capacity.
    fn add_surge(&mut self, model: &Model, survive: &Survive, o: OfferId, t: usize, group: &str) -> Option<ColumnId> {
        let held: Vec<(ColumnId, f64)> = self.held(o, t, 1.0).collect();
        if held.is_empty() {
            return None;
        }
        let offer = &model.offers[o];
        let surge = survive.response.surge;
        let most = (surge * self.most(&held)).min(offer.capacity_at(t));
        let parts = [survive.name.as_str(), group, &offer.id, &model.calendar.periods[t].label];
        let z = self.program.add_column(named("surge", &parts), "surge", 0.0, CLEAR * most, 0.0);
        let constraint = Constraint::Surge { offer: o, period: t };
        let mut part = vec![(z, 1.0)];
        part.extend(held.iter().map(|&(c, _)| (c, -surge)));
        self.row(constraint, named("surge-part", &parts), "surge", (f64::NEG_INFINITY, 0.0), part);
        if offer.capacity.is_some() {
            let mut whole = vec![(z, 1.0)];
            whole.extend(held);
            let bounds = (f64::NEG_INFINITY, offer.capacity_at(t));
            self.row(constraint, named("surge-capacity", &parts), "surge", bounds, whole);
        }
        Some(z)
    }
}
