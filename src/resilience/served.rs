//! What is still served after a loss.

use super::situation::{Parts, ServedOf, Situation};
use crate::engine::EngineError;
use crate::lp::{ColumnId, LinearProgram};
use crate::model::{IdVec, Response, WorkloadId};

/// What is still served after a loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The largest fraction of its demand at which every workload can be served at once, at most 1.
    pub fraction: f64,
    /// For each workload that is rerouted or keeps its chips, its fraction when, at that common
    /// fraction, as much as possible is served.
    pub by_workload: Vec<(WorkloadId, f64)>,
}

impl Situation<'_> {
    /// What is still served in a period when a part of each offer is lost: of the workloads that are
    /// rerouted the common fraction, and with `each` the fraction of every workload.
    ///
    /// # Errors
    /// As the engine's.
    pub fn served(
        &self,
        lost: &Parts,
        response: &Response,
        t: usize,
        of: ServedOf,
        each: bool,
    ) -> Result<Served, EngineError> {
        let keeps = |w: WorkloadId| !response.serve[w] && !response.preempt[w];
        let all = self.model.workloads.ids();
        let workloads: Vec<WorkloadId> =
            all.clone().filter(|&w| response.serve[w] && self.need(w, t, of) > 0.0).collect();
        if of == ServedOf::Planned && !self.takes(lost, t) {
            // What the plan serves goes on being served.
            let runs = |w: &WorkloadId| self.need(*w, t, of) > 0.0;
            let by_workload = if each { all.filter(runs).map(|w| (w, 1.0)).collect() } else { Vec::new() };
            return Ok(Served { fraction: 1.0, by_workload });
        }
        let mut by_workload: Vec<(WorkloadId, f64)> = Vec::new();
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
        let giving: Vec<WorkloadId> =
            all.filter(|&w| each && response.preempt[w] && !response.serve[w] && self.need(w, t, of) > 0.0).collect();
        if workloads.is_empty() && giving.is_empty() {
            return Ok(Served { fraction: 1.0, by_workload });
        }
        // Those that give up their chips have what is left.
        let rerouted: Vec<WorkloadId> = workloads.iter().chain(&giving).copied().collect();
        let places = self.places(&rerouted, lost, keeps, t, false);
        let mut lp = LinearProgram::new("rerouting");
        let fraction = lp.add_column("fraction", "", 0.0, 1.0, -1.0);
        let y = self.reroute(&mut lp, &rerouted, &places, response.surge, lost, t, &IdVec::default());
        let mut each_row = Vec::new();
        for (i, &w) in rerouted.iter().enumerate() {
            let mut terms: Vec<(ColumnId, f64)> =
                y[i].iter().map(|r| (r.column, r.work / self.need(w, t, of))).collect();
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
}
