//! A plan in which something fails: what can be rerouted, what is lost, and for how long it lasts.
//!
//! Everything here is computed from what a plan holds and runs, by small linear programs of its
//! own, so that it can check the formulation that asked for survival.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::schedule::Schedule;
use super::types::{CostKind, Plan};
use crate::engine::{CertifiedSession, CertifiedStatus, EngineChoice, EngineError, SolveOptions, Solved};
use crate::lp::{ColumnId, LinearProgram};
use crate::model::{Model, PlaceBy, Response, Survive, Task, Term};

/// Part of the largest holding up to which chips serve nobody: rounding of the solution, which
/// would make the programs here ill-scaled.
const NEGLIGIBLE: f64 = 1e-9;

/// What a plan holds and runs, by period.
pub struct Situation<'a> {
    model: &'a Model,
    /// Chips held, by offer and period.
    held: Vec<Vec<f64>>,
    /// Chips that work, by period: workload, offer, chips.
    running: Vec<Vec<(usize, usize, f64)>>,
    /// For each workload, the ecosystems that have a porting cost and that it was not ported to.
    unported: Vec<Vec<String>>,
    /// Mean rate of work per hour that the plan leaves undone, by workload and period.
    undone: Vec<Vec<f64>>,
    /// Programs of losses, by their numbers of columns and rows: the next one is much like the last.
    sessions: RefCell<BTreeMap<(usize, usize), CertifiedSession>>,
}

/// Chips that do the same for all workloads that are rerouted.
struct Place {
    offers: Vec<usize>,
    productivity: Vec<f64>,
    /// Chips that are there and not kept by others.
    chips: f64,
}

/// What is still served is a fraction of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// What is asked for: what a requirement to survive is about.
    Asked,
    /// What the plan serves: what a loss takes away.
    Planned,
}

/// What is still served after a loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The largest fraction of its demand at which every workload can be served at once, at most 1.
    pub fraction: f64,
    /// For each workload that is rerouted or keeps its chips, its fraction when, at that common
    /// fraction, as much as possible is served.
    pub by_workload: Vec<(usize, f64)>,
}

impl<'a> Situation<'a> {
    /// The situation of a schedule.
    #[must_use]
    pub fn of_schedule(model: &'a Model, schedule: &Schedule) -> Self {
        let mut situation = Situation::empty(model);
        situation.held = schedule.chips(model);
        for r in &schedule.running {
            situation.running[r.period].push((r.workload, r.offer, r.chips));
        }
        situation.learn_porting(|w, ecosystem| {
            schedule.placed.iter().any(|p| p.0 == w && p.1 == PlaceBy::Ecosystem && p.2 == ecosystem)
        });
        for &(w, t, work) in &schedule.unmet {
            situation.undone[w][t] += work / model.calendar.periods[t].hours;
        }
        situation
    }

    /// The situation of a plan as it is told; an error names what the model does not have.
    ///
    /// # Errors
    /// The first offer, workload or period of the plan that is not in the model.
    pub fn of_plan(model: &'a Model, plan: &Plan) -> Result<Self, String> {
        let mut situation = Situation::empty(model);
        let offer = |id: &str| {
            let found = model.offers.iter().position(|o| o.id == id);
            found.ok_or_else(|| format!("the plan has an offer `{id}`, which the model has not"))
        };
        let workload = |id: &str| {
            let found = model.workloads.iter().position(|w| w.id == id);
            found.ok_or_else(|| format!("the plan has a workload `{id}`, which the model has not"))
        };
        let period = |label: &str| {
            let found = model.calendar.periods.iter().position(|p| p.label == label);
            found.ok_or_else(|| format!("the plan has a period `{label}`, which the model has not"))
        };
        for p in &plan.purchases {
            situation.held[offer(&p.offer)?][period(&p.period)?] += p.chips;
        }
        for a in &plan.assignments {
            let t = period(&a.period)?;
            situation.running[t].push((workload(&a.workload)?, offer(&a.offer)?, a.chips));
        }
        let paid =
            |id: &str| plan.cost.iter().flat_map(|c| &c.lines).any(|l| l.kind == CostKind::Porting && l.id == id);
        situation.learn_porting(|w, ecosystem| paid(&format!("{} {ecosystem}", model.workloads[w].id)));
        for u in &plan.unmet {
            let (w, t) = (workload(&u.workload)?, period(&u.period)?);
            situation.undone[w][t] += u.work / model.calendar.periods[t].hours;
        }
        Ok(situation)
    }

    fn empty(model: &'a Model) -> Self {
        Situation {
            model,
            held: vec![vec![0.0; model.periods()]; model.offers.len()],
            running: vec![Vec::new(); model.periods()],
            unported: vec![Vec::new(); model.workloads.len()],
            undone: vec![vec![0.0; model.periods()]; model.workloads.len()],
            sessions: RefCell::default(),
        }
    }

    /// A workload can be rerouted only to ecosystems that it runs on, whose porting was paid for or is
    /// free: what it takes to port it cannot be done when the loss has come.
    fn learn_porting(&mut self, was_paid: impl Fn(usize, &str) -> bool) {
        for (w, workload) in self.model.workloads.iter().enumerate() {
            let on = |ecosystem: &str| {
                let runs = self.running.iter().flatten().filter(|r| r.0 == w && r.2 > 1e-9);
                runs.into_iter().any(|r| PlaceBy::Ecosystem.group(self.model, r.1) == ecosystem)
            };
            let paid =
                workload.porting.iter().filter(|p| p.cost > 0.0 && !on(&p.ecosystem) && !was_paid(w, &p.ecosystem));
            self.unported[w] = paid.map(|p| p.ecosystem.clone()).collect();
        }
    }

    /// Work per hour that counts as whole in a period: the peak demand of inference, or of it what the plan
    /// serves, and what the plan itself does of training.
    #[must_use]
    pub fn need(&self, w: usize, t: usize, of: Whole) -> f64 {
        match (&self.model.workloads[w].task, of) {
            (Task::Inference { .. }, Whole::Asked) => self.model.workloads[w].peak_demand(t),
            (Task::Inference { peak, .. }, Whole::Planned) => self.mean(w, t) * peak,
            (Task::Training { .. }, _) => self.done(w, t, |_| true),
        }
    }

    /// Work per hour at the mean that the plan serves: what can be lost.
    #[must_use]
    pub fn mean(&self, w: usize, t: usize) -> f64 {
        match &self.model.workloads[w].task {
            // What rounding leaves of a demand that nobody meets is no demand.
            Task::Inference { demand, .. } => {
                let served = demand[t] - self.undone[w][t];
                if served > NEGLIGIBLE * demand[t] { served } else { 0.0 }
            }
            Task::Training { .. } => self.done(w, t, |_| true),
        }
    }

    fn done(&self, w: usize, t: usize, on: impl Fn(usize) -> bool) -> f64 {
        let mine = self.running[t].iter().filter(|r| r.0 == w && on(r.1));
        mine.map(|&(_, o, chips)| chips * self.model.productivity(w, o)).sum()
    }

    fn is_spot(&self, o: usize) -> bool {
        matches!(self.model.offers[o].term, Term::Spot { .. })
    }

    /// The places to which `workloads` can be rerouted in a period when a part of each offer is
    /// lost, with the chips that nobody else keeps. Spot has no capacity to count on after a loss that has to
    /// be survived; of an outage that is not of it, it keeps its chips.
    fn places(
        &self,
        workloads: &[usize],
        lost: &[f64],
        keeps: impl Fn(usize) -> bool,
        t: usize,
        spot: bool,
    ) -> Vec<Place> {
        let mut places: BTreeMap<Vec<u64>, Place> = BTreeMap::new();
        let negligible = NEGLIGIBLE * (0..self.held.len()).map(|o| self.held[o][t]).fold(0.0, f64::max);
        for o in (0..self.model.offers.len()).filter(|&o| lost[o] < 1.0 && (spot || !self.is_spot(o))) {
            let held = self.held[o][t] * (1.0 - lost[o]);
            let may = |w: usize| {
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

    /// Whether a loss takes any chips that the plan holds in a period.
    fn takes(&self, lost: &[f64], t: usize) -> bool {
        let most = self.held.iter().map(|h| h[t]).fold(0.0, f64::max);
        lost.iter().zip(&self.held).any(|(part, held)| part * held[t] > NEGLIGIBLE * most)
    }

    /// What is still served in a period when a part of each offer is lost: of the workloads that are
    /// rerouted the common fraction, and with `each` the fraction of every workload.
    ///
    /// # Errors
    /// As the engine's.
    pub fn served(
        &self,
        lost: &[f64],
        response: &Response,
        t: usize,
        of: Whole,
        each: bool,
    ) -> Result<Served, EngineError> {
        let keeps = |w: usize| !response.serve[w] && !response.preempt[w];
        let all = 0..self.model.workloads.len();
        let workloads: Vec<usize> = all.clone().filter(|&w| response.serve[w] && self.need(w, t, of) > 0.0).collect();
        if of == Whole::Planned && !self.takes(lost, t) {
            // What the plan serves goes on being served.
            let runs = |w: &usize| self.need(*w, t, of) > 0.0;
            let by_workload = if each { all.filter(runs).map(|w| (w, 1.0)).collect() } else { Vec::new() };
            return Ok(Served { fraction: 1.0, by_workload });
        }
        let mut by_workload: Vec<(usize, f64)> = Vec::new();
        if each {
            for w in all.clone().filter(|&w| keeps(w)) {
                let whole = self.done(w, t, |_| true);
                if whole > 0.0 {
                    let left: f64 = self.running[t]
                        .iter()
                        .filter(|r| r.0 == w)
                        .map(|&(_, o, chips)| chips * (1.0 - lost[o]) * self.model.productivity(w, o))
                        .sum();
                    by_workload.push((w, (left / whole).min(1.0)));
                }
            }
        }
        let giving: Vec<usize> =
            all.filter(|&w| each && response.preempt[w] && !response.serve[w] && self.need(w, t, of) > 0.0).collect();
        if workloads.is_empty() && giving.is_empty() {
            return Ok(Served { fraction: 1.0, by_workload });
        }
        // Those that give up their chips have what is left.
        let rerouted: Vec<usize> = workloads.iter().chain(&giving).copied().collect();
        let places = self.places(&rerouted, lost, keeps, t, false);
        let mut lp = LinearProgram::new("rerouting");
        let fraction = lp.add_column("fraction", "", 0.0, 1.0, -1.0);
        let y = self.reroute(&mut lp, &rerouted, &places, response.surge, lost, t, &[]);
        let mut each_row = Vec::new();
        for (i, &w) in rerouted.iter().enumerate() {
            let mut terms: Vec<(ColumnId, f64)> = y[i].iter().map(|&(c, a)| (c, a / self.need(w, t, of))).collect();
            each_row.push(terms.clone());
            if i < workloads.len() {
                terms.push((fraction, -1.0));
                lp.add_row(format!("served{i}"), "", 0.0, f64::INFINITY, terms);
            }
        }
        let mut common = 1.0;
        if !workloads.is_empty() {
            common = self.optimal(&lp)?.x[0].clamp(0.0, 1.0);
        }
        if each {
            // At the common fraction as much as possible of what is rerouted, and then of what gave up its chips.
            lp.add_cost(fraction, 1.0);
            lp.set_bounds(fraction, (common - 1e-9).max(0.0), 1.0);
            let mut parts = Vec::new();
            for (i, mut terms) in each_row.into_iter().enumerate() {
                let cost = if i < workloads.len() { -1.0 } else { 0.0 };
                let part = lp.add_column(format!("part{i}"), "", 0.0, 1.0, cost);
                terms.push((part, -1.0));
                lp.add_row(format!("part{i}"), "", 0.0, f64::INFINITY, terms);
                parts.push(part);
            }
            let (own, others) = parts.split_at(workloads.len());
            if !workloads.is_empty() {
                let solved = self.optimal(&lp)?;
                for (&w, &c) in workloads.iter().zip(own) {
                    let part = solved.x[c.0 as usize].clamp(common, 1.0);
                    by_workload.push((w, part));
                    lp.add_cost(c, 1.0);
                    lp.set_bounds(c, (part - 1e-7).max(0.0), 1.0);
                }
            }
            if !giving.is_empty() {
                others.iter().for_each(|&c| lp.add_cost(c, -1.0));
                let solved = self.optimal(&lp)?;
                by_workload
                    .extend(giving.iter().zip(others).map(|(&w, c)| (w, solved.x[c.0 as usize].clamp(0.0, 1.0))));
            }
            by_workload.sort_by_key(|&(w, _)| w);
        }
        Ok(Served { fraction: common, by_workload })
    }

    /// Adds a rerouting: for each workload the columns of its chips with their work per hour. `spare` are
    /// columns of further chips, by offer.
    #[expect(clippy::too_many_arguments, reason = "a loss with what it is met with")]
    fn reroute(
        &self,
        lp: &mut LinearProgram,
        workloads: &[usize],
        places: &[Place],
        surge: f64,
        lost: &[f64],
        t: usize,
        spare: &[Option<ColumnId>],
    ) -> Vec<Vec<(ColumnId, f64)>> {
        let mut y: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); workloads.len()];
        let mut surges: Vec<Option<ColumnId>> = vec![None; self.model.offers.len()];
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
                y[i].push((column, place.productivity[i]));
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

    /// Of chips that do not work, those that serve after a required loss.
    ///
    /// First the least of them, what is bought for a term before what is rented, with which all losses are
    /// survived:
    ///
    /// min sum of weight x s\[o\], 0 <= s\[o\] <= excess\[o\], with a rerouting for each loss on
    /// what works and s.
    ///
    /// Where more is rented, a rerouting of one loss that serves no more than is required may keep it busy
    /// all the same: max b <= sum over w of y\[w,c\] for its class c.
    ///
    /// # Errors
    /// As the engine's.
    pub fn standby(&self, excess: &[f64], rented: &[bool], t: usize) -> Result<Vec<f64>, EngineError> {
        let model = self.model;
        let required: Vec<(&Survive, Vec<f64>)> = model
            .survive
            .iter()
            .filter(|s| s.periods.contains(&t))
            .flat_map(|s| s.losses.iter().map(move |l| (s, super::resilience::whole(l))))
            .collect();
        let mut standby = vec![0.0; excess.len()];
        if required.is_empty() {
            return Ok(standby);
        }
        let largest = excess.iter().copied().fold(1.0, f64::max);
        let mut lp = LinearProgram::new("standby");
        let spare: Vec<Option<ColumnId>> = (0..excess.len())
            .map(|o| {
                let weight = if rented[o] { 1.0 } else { 1e-3 } / largest;
                (excess[o] > 0.0 && !self.is_spot(o))
                    .then(|| lp.add_column(format!("spare{o}"), "", 0.0, excess[o], weight))
            })
            .collect();
        for (survive, lost) in &required {
            let response = &survive.response;
            let (workloads, places) = self.rerouted_places(response, lost, t, excess);
            let y = self.reroute(&mut lp, &workloads, &places, response.surge, lost, t, &spare);
            for (i, &w) in workloads.iter().enumerate() {
                let need = self.need(w, t, Whole::Asked);
                let terms: Vec<(ColumnId, f64)> = y[i].iter().map(|&(c, a)| (c, a / need)).collect();
                lp.add_row(format!("served{i}"), "", survive.serve - 2e-6, f64::INFINITY, terms);
            }
        }
        // A plan that does not survive with all that it holds is the business of the audit of survival.
        let Ok(solved) = self.optimal(&lp) else { return Ok(excess.to_vec()) };
        for (o, c) in spare.iter().enumerate().filter_map(|(o, c)| Some((o, (*c)?))) {
            standby[o] = solved.x[c.0 as usize].clamp(0.0, excess[o]);
            let short = excess[o] - standby[o];
            if rented[o] && short > 1e-6 * (1.0 + self.held[o][t]) {
                let busy = required.iter().map(|(survive, lost)| self.busy(o, survive, lost, t));
                let busy = busy.collect::<Result<Vec<f64>, _>>()?.into_iter().fold(0.0, f64::max);
                standby[o] = standby[o].max(busy.min(excess[o]));
            }
        }
        Ok(standby)
    }

    /// The workloads that are rerouted, and the places without chips that do not work.
    fn rerouted_places(
        &self,
        response: &Response,
        lost: &[f64],
        t: usize,
        without: &[f64],
    ) -> (Vec<usize>, Vec<Place>) {
        let keeps = |w: usize| !response.serve[w] && !response.preempt[w];
        let workloads: Vec<usize> = (0..self.model.workloads.len())
            .filter(|&w| response.serve[w] && self.need(w, t, Whole::Asked) > 0.0)
            .collect();
        let mut places = self.places(&workloads, lost, keeps, t, false);
        for place in &mut places {
            let gone: f64 = place.offers.iter().map(|&o| without[o] * (1.0 - lost[o])).sum();
            place.chips = (place.chips - gone).max(0.0);
        }
        (workloads, places)
    }

    /// The most chips of an offer, beyond those that work and are rerouted, that a rerouting keeps busy
    /// which serves no more than is required after a loss.
    fn busy(&self, o: usize, survive: &Survive, lost: &[f64], t: usize) -> Result<f64, EngineError> {
        let response = &survive.response;
        let (workloads, places) = self.rerouted_places(response, lost, t, &vec![0.0; lost.len()]);
        let Some(place) = places.iter().position(|p| p.offers.contains(&o)) else { return Ok(0.0) };
        let mut lp = LinearProgram::new("busy");
        let most = self.held[o][t].max(1.0);
        let busy = lp.add_column("busy", "", 0.0, self.held[o][t], -1.0 / most);
        let y = self.reroute(&mut lp, &workloads, &places, response.surge, lost, t, &[]);
        let mut on = vec![(busy, -1.0 / most)];
        for (i, &w) in workloads.iter().enumerate() {
            let need = self.need(w, t, Whole::Asked);
            let terms: Vec<(ColumnId, f64)> = y[i].iter().map(|&(c, a)| (c, a / need)).collect();
            // Columns of this place carry its number.
            let name = format!("y{w},{place}");
            on.extend(y[i].iter().filter(|(c, _)| lp.column_name(*c) == name).map(|&(c, _)| (c, 1.0 / most)));
            lp.add_row(format!("served{i}"), "", survive.serve - 2e-6, survive.serve + 1e-6, terms);
        }
        lp.add_row("busy", "", 0.0, f64::INFINITY, on);
        let found = self.optimal(&lp)?.x[busy.0 as usize];
        let keeps = |w: usize| !response.serve[w] && !response.preempt[w];
        let works: f64 = self.running[t].iter().filter(|r| r.1 == o && !keeps(r.0)).map(|r| r.2).sum();
        Ok((found - works).max(0.0))
    }

    /// The chips by which what survives of an offer can be raised, but for its pools.
    fn surge_of(&self, o: usize, surge: f64, lost: &[f64], t: usize) -> f64 {
        let held = self.held[o][t];
        let room = (self.model.offers[o].capacity_at(t) - held).max(0.0);
        (surge * held * (1.0 - lost[o])).min(room)
    }

    /// For each pool, in chips or power: its offers with what a chip of them takes, and what is left.
    fn pools_left(&self, t: usize) -> Vec<(Vec<(usize, f64)>, f64)> {
        let mut left = Vec::new();
        for pool in &self.model.pools {
            for (stock, power) in [(&pool.chips, false), (&pool.power, true)] {
                let Some(stock) = stock else { continue };
                let weight = |o: usize| {
                    if power { self.model.chips[self.model.offers[o].chip].power.unwrap_or(0.0) } else { 1.0 }
                };
                let weights: Vec<(usize, f64)> = pool.offers.iter().map(|&o| (o, weight(o))).collect();
                let held: f64 = weights.iter().map(|&(o, weight)| weight * self.held[o][t]).sum();
                left.push((weights, (stock[t] - held).max(0.0)));
            }
        }
        left
    }

    /// The least that can be lost until recovery when a part of each offer is lost: money, and the
    /// work lost of each workload. All workloads are rerouted; money decides which of them, and
    /// where it leaves a choice, the fraction of its work that each loses.
    ///
    /// # Errors
    /// As the engine's.
    pub fn lost(&self, lost: &[f64], window: &[(usize, f64)]) -> Result<(f64, Vec<(usize, f64)>), EngineError> {
        let all: Vec<usize> = (0..self.model.workloads.len()).collect();
        let mut lp = LinearProgram::new("loss");
        let mut short: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); all.len()];
        let mut whole = vec![0.0; all.len()];
        for &(t, hours) in window {
            let workloads: Vec<usize> = all.iter().copied().filter(|&w| self.mean(w, t) > 0.0).collect();
            let places = self.places(&workloads, lost, |_| false, t, true);
            let y = self.reroute(&mut lp, &workloads, &places, 0.0, lost, t, &[]);
            for (i, &w) in workloads.iter().enumerate() {
                let mean = self.mean(w, t);
                let scale = self.peak(w);
                // Parts of the mean, so that workloads of all sizes and units are alike.
                let column = lp.add_column(format!("short{w},{t}"), "", 0.0, 1.0, 0.0);
                let mut terms: Vec<(ColumnId, f64)> = y[i].iter().map(|&(c, a)| (c, a / scale / mean)).collect();
                terms.push((column, 1.0));
                lp.add_row(format!("short{w},{t}"), "", 1.0, f64::INFINITY, terms);
                short[w].push((column, mean * hours));
                whole[w] += mean * hours;
            }
        }
        // Parts of the work until recovery. Money is counted in the dearest workload's.
        let dearest = all.iter().map(|&w| self.model.workloads[w].loss * whole[w]).fold(0.0, f64::max);
        let unit = if dearest > 0.0 { dearest } else { 1.0 };
        let price = |w: usize| self.model.workloads[w].loss * whole[w] / unit;
        let mut columns = Vec::new();
        for &w in all.iter().filter(|&&w| whole[w] > 0.0) {
            let column = lp.add_column(format!("lost{w}"), "", 0.0, 1.0, price(w));
            let mut terms: Vec<(ColumnId, f64)> = short[w].iter().map(|&(c, a)| (c, -a / whole[w])).collect();
            terms.push((column, 1.0));
            lp.add_row(format!("lost{w}"), "", -self.model.workloads[w].buffer / whole[w], f64::INFINITY, terms);
            columns.push((w, column));
        }
        if columns.is_empty() {
            return Ok((0.0, Vec::new()));
        }
        let money = lp.objective(&self.optimal(&lp)?.x).max(0.0);
        // Among the reroutings that lose no more money, the one that loses the smallest parts.
        let priced: Vec<(ColumnId, f64)> =
            columns.iter().map(|&(w, c)| (c, price(w))).filter(|(_, a)| *a > 0.0).collect();
        if !priced.is_empty() {
            lp.add_row("money", "", f64::NEG_INFINITY, money * (1.0 + 1e-9) + 1e-9, priced);
        }
        for &(w, c) in &columns {
            lp.add_cost(c, 1.0 - price(w));
        }
        let solved = self.optimal(&lp)?;
        let part = |c: ColumnId| match solved.x[c.0 as usize] {
            x if x <= 1e-8 => 0.0,
            x => x,
        };
        Ok((money * unit, columns.into_iter().map(|(w, c)| (w, part(c) * whole[w])).collect()))
    }

    fn peak(&self, w: usize) -> f64 {
        match self.model.workloads[w].task {
            Task::Inference { peak, .. } => peak,
            Task::Training { .. } => 1.0,
        }
    }

    /// Time to survive: the hours for which the buffers keep every workload in `response.serve`
    /// whole when a part of each offer is lost in period t and stays lost; `None` without end.
    ///
    /// max tau subject to mean x tau <= buffer + served x tau for every workload at once, with the
    /// surge z from the first hour on as in [`Self::served`], which is linear in tau, Y = y x tau and
    /// Z = z x tau (Simchi-Levi et al., "Identifying risks and mitigating
    /// disruptions in the automotive supply chain", Interfaces 45(5), 2015).
    ///
    /// # Errors
    /// As the engine's.
    pub fn time_to_survive(&self, lost: &[f64], response: &Response, t: usize) -> Result<Option<f64>, EngineError> {
        let keeps = |w: usize| !response.serve[w] && !response.preempt[w];
        let workloads: Vec<usize> =
            (0..self.model.workloads.len()).filter(|&w| response.serve[w] && self.mean(w, t) > 0.0).collect();
        if workloads.is_empty() {
            return Ok(None);
        }
        let places = self.places(&workloads, lost, keeps, t, false);
        // Hours are counted in the longest buffer's time, beyond which only what is served for
        // ever lasts.
        let longest =
            workloads.iter().map(|&w| self.model.workloads[w].buffer / self.mean(w, t)).fold(0.0, f64::max).max(1.0);
        let far = 1e6;
        let mut lp = LinearProgram::new("time to survive");
        let tau = lp.add_column("tau", "", 0.0, far, -1.0);
        let mut served: Vec<Vec<(ColumnId, f64)>> = vec![Vec::new(); workloads.len()];
        let mut surges: Vec<Option<(ColumnId, f64)>> = vec![None; self.model.offers.len()];
        for (p, place) in places.iter().enumerate() {
            let more = |o: usize| self.surge_of(o, response.surge, lost, t);
            let size = place.chips + place.offers.iter().map(|&o| more(o)).sum::<f64>();
            if size <= 0.0 {
                continue;
            }
            // Parts of the chips that the place can have, times tau.
            let mut row = vec![(tau, -place.chips / size)];
            for &o in place.offers.iter().filter(|&&o| more(o) > 0.0) {
                let z = lp.add_column(format!("surge{o}"), "", 0.0, far, 0.0);
                lp.add_row(format!("surge{o}"), "", f64::NEG_INFINITY, 0.0, [(z, 1.0), (tau, -1.0)]);
                row.push((z, -more(o) / size));
                surges[o] = Some((z, more(o)));
            }
            for (i, &w) in workloads.iter().enumerate().filter(|(i, _)| place.productivity[*i] > 0.0) {
                let column = lp.add_column(format!("y{w},{p}"), "", 0.0, far, 0.0);
                served[i].push((column, place.productivity[i] * size / self.peak(w) / self.mean(w, t)));
                row.push((column, 1.0));
            }
            lp.add_row(format!("place{p}"), "", f64::NEG_INFINITY, 0.0, row);
        }
        for (weights, left) in self.pools_left(t) {
            let mut terms: Vec<(ColumnId, f64)> =
                weights.iter().filter_map(|&(o, weight)| surges[o].map(|(z, more)| (z, weight * more))).collect();
            let all: f64 = terms.iter().map(|t| t.1).sum();
            if all > left {
                terms.iter_mut().for_each(|(_, a)| *a /= all);
                terms.push((tau, -left / all));
                lp.add_row("pool", "", f64::NEG_INFINITY, 0.0, terms);
            }
        }
        for (i, &w) in workloads.iter().enumerate() {
            let mut terms = std::mem::take(&mut served[i]);
            terms.push((tau, -1.0));
            let buffer = self.model.workloads[w].buffer / self.mean(w, t) / longest;
            lp.add_row(format!("buffer{w}"), "", -buffer, f64::INFINITY, terms);
        }
        let found = self.optimal(&lp)?.x[0];
        Ok((found < 0.5 * far).then_some(found.max(0.0) * longest))
    }

    /// Solves a program of a loss, from the vertex of the last one of its size if the engine can.
    fn optimal(&self, lp: &LinearProgram) -> Result<Solved, EngineError> {
        let mut sessions = self.sessions.borrow_mut();
        let solved = match sessions.entry((lp.columns().len(), lp.rows().len())) {
            Entry::Occupied(session) => {
                let session = session.into_mut();
                session.replace(lp.clone());
                session.solve()?
            }
            Entry::Vacant(place) => {
                let session = CertifiedSession::open(lp.clone(), EngineChoice::Auto, &SolveOptions::default())?;
                place.insert(session).solve()?
            }
        };
        if solved.status == CertifiedStatus::Optimal {
            return Ok(solved);
        }
        let what = format!("the program `{}` was not certified: {:?}", lp.name(), solved.status);
        Err(EngineError::Failed { engine: "rerouting", what })
    }
}
