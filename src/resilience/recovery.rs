//! What is lost until recovery, and how long the buffers last.

use super::situation::{Parts, Situation};
use crate::engine::EngineError;
use crate::lp::{ColumnId, LinearProgram};
use crate::model::{IdVec, OfferId, Response, WorkloadId};

impl Situation<'_> {
    /// The least that can be lost until recovery when a part of each offer is lost: money, and the
    /// work lost of each workload. All workloads are rerouted; money decides which of them, and
    /// where it leaves a choice, the fraction of its work that each loses.
    ///
    /// # Errors
    /// As the engine's.
    pub fn lost(&self, lost: &Parts, window: &[(usize, f64)]) -> Result<(f64, Vec<(WorkloadId, f64)>), EngineError> {
        self.lost_by(&|_| lost.clone(), window)
    }

    /// The same where the part that is lost differs from one period to the next.
    pub(super) fn lost_by(
        &self,
        lost_in: &dyn Fn(usize) -> Parts,
        window: &[(usize, f64)],
    ) -> Result<(f64, Vec<(WorkloadId, f64)>), EngineError> {
        let all: Vec<WorkloadId> = self.model.workloads.ids().collect();
        let mut lp = LinearProgram::new("loss");
        let mut short: IdVec<WorkloadId, Vec<(ColumnId, f64)>> = IdVec::filled(all.len(), Vec::new());
        let mut whole: IdVec<WorkloadId, f64> = IdVec::filled(all.len(), 0.0);
        for &(t, hours) in window {
            let lost = &lost_in(t);
            let workloads: Vec<WorkloadId> = all.iter().copied().filter(|&w| self.mean(w, t) > 0.0).collect();
            let places = self.places(&workloads, lost, |_| false, t, true);
            let y = self.reroute(&mut lp, &workloads, &places, 0.0, lost, t, &IdVec::default());
            for (i, &w) in workloads.iter().enumerate() {
                let mean = self.mean(w, t);
                let scale = self.peak(w);
                // Parts of the mean, so that workloads of all sizes and units are alike.
                let column = lp.add_column(format!("short{w},{t}"), "", 0.0, 1.0, 0.0);
                let mut terms: Vec<(ColumnId, f64)> = y[i].iter().map(|r| (r.column, r.work / scale / mean)).collect();
                terms.push((column, 1.0));
                lp.add_row(format!("short{w},{t}"), "", 1.0, f64::INFINITY, terms);
                short[w].push((column, mean * hours));
                whole[w] += mean * hours;
            }
        }
        // Parts of the work until recovery. Money is counted in the dearest workload's.
        let dearest = all.iter().map(|&w| self.model.workloads[w].loss * whole[w]).fold(0.0, f64::max);
        let unit = if dearest > 0.0 { dearest } else { 1.0 };
        let price = |w: WorkloadId| self.model.workloads[w].loss * whole[w] / unit;
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
    pub fn time_to_survive(&self, lost: &Parts, response: &Response, t: usize) -> Result<Option<f64>, EngineError> {
        let keeps = |w: WorkloadId| !response.serve[w] && !response.preempt[w];
        let workloads: Vec<WorkloadId> =
            self.model.workloads.ids().filter(|&w| response.serve[w] && self.mean(w, t) > 0.0).collect();
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
        let mut surges: IdVec<OfferId, Option<(ColumnId, f64)>> = IdVec::filled(self.model.offers.len(), None);
        for (p, place) in places.iter().enumerate() {
            let more = |o: OfferId| self.surge_of(o, response.surge, lost, t);
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
}
