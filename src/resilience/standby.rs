//! Which chips of a plan stand by for the losses that it has to survive.

use super::rerouting::Place;
use super::situation::{Parts, ServedOf, Situation};
use super::survival::whole;
use crate::engine::EngineError;
use crate::lp::{ColumnId, LinearProgram};
use crate::model::{IdVec, OfferId, OfferSet, Response, Survive, WorkloadId};

impl Situation<'_> {
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
    pub fn standby(
        &self,
        excess: &IdVec<OfferId, f64>,
        rented: &OfferSet,
        t: usize,
    ) -> Result<IdVec<OfferId, f64>, EngineError> {
        let model = self.model;
        let required: Vec<(&Survive, Parts)> = model
            .survive
            .iter()
            .filter(|s| s.periods.contains(&t))
            .flat_map(|s| s.losses.iter().filter(|l| l.upstream.is_none()).map(move |l| (s, whole(l))))
            .collect();
        let mut standby = IdVec::filled(excess.len(), 0.0);
        if required.is_empty() {
            return Ok(standby);
        }
        let largest = excess.iter().copied().fold(1.0, f64::max);
        let mut lp = LinearProgram::new("standby");
        let spare: IdVec<OfferId, Option<ColumnId>> = excess
            .ids()
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
                let need = self.need(w, t, ServedOf::Asked);
                let terms: Vec<(ColumnId, f64)> = y[i].iter().map(|r| (r.column, r.work / need)).collect();
                lp.add_row(format!("served{i}"), "", survive.serve - 2e-6, f64::INFINITY, terms);
            }
        }
        // A plan that does not survive with all that it holds is the business of the audit of survival.
        let Ok(solved) = self.optimal(&lp) else { return Ok(excess.clone()) };
        for (o, c) in spare.with_ids().filter_map(|(o, c)| Some((o, (*c)?))) {
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
        lost: &Parts,
        t: usize,
        without: &IdVec<OfferId, f64>,
    ) -> (Vec<WorkloadId>, Vec<Place>) {
        let keeps = |w: WorkloadId| !response.serve[w] && !response.preempt[w];
        let workloads: Vec<WorkloadId> = self
            .model
            .workloads
            .ids()
            .filter(|&w| response.serve[w] && self.need(w, t, ServedOf::Asked) > 0.0)
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
    fn busy(&self, o: OfferId, survive: &Survive, lost: &Parts, t: usize) -> Result<f64, EngineError> {
        let response = &survive.response;
        let (workloads, places) = self.rerouted_places(response, lost, t, &IdVec::filled(lost.len(), 0.0));
        let Some(place) = places.iter().position(|p| p.offers.contains(&o)) else { return Ok(0.0) };
        let mut lp = LinearProgram::new("busy");
        let most = self.held[o][t].max(1.0);
        let busy = lp.add_column("busy", "", 0.0, self.held[o][t], -1.0 / most);
        let y = self.reroute(&mut lp, &workloads, &places, response.surge, lost, t, &IdVec::default());
        let mut on = vec![(busy, -1.0 / most)];
        for (i, &w) in workloads.iter().enumerate() {
            let need = self.need(w, t, ServedOf::Asked);
            let terms: Vec<(ColumnId, f64)> = y[i].iter().map(|r| (r.column, r.work / need)).collect();
            on.extend(y[i].iter().filter(|r| r.place == place).map(|r| (r.column, 1.0 / most)));
            lp.add_row(format!("served{i}"), "", survive.serve - 2e-6, survive.serve + 1e-6, terms);
        }
        lp.add_row("busy", "", 0.0, f64::INFINITY, on);
        let found = self.optimal(&lp)?.x[busy.0 as usize];
        let keeps = |w: WorkloadId| !response.serve[w] && !response.preempt[w];
        let works: f64 = self.running[t].iter().filter(|r| r.1 == o && !keeps(r.0)).map(|r| r.2).sum();
        Ok((found - works).max(0.0))
    }
}
