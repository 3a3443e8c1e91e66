//! What can be rerouted in a period: surviving offers, gathered into classes.
//!
//! Offers that serve each of some workloads equally well are one place to go to: only the sum of
//! their chips matters, since every rerouting over the class can be split among its offers in any
//! way. So a rerouting needs a column for each workload and class instead of each workload and
//! offer, and nothing is lost.

use std::collections::BTreeMap;

use super::columns::{most_useful, ported};
use super::{CLEAR, Constraint, Formulation, named};
use crate::lp::{ColumnId, ColumnRole};
use crate::model::{Model, OfferId, PlaceBy, Task, WorkloadId, placement_cost};

/// Offers among which it makes no difference which one serves.
pub(super) struct Class {
    pub offers: Vec<OfferId>,
    /// Work per chip and hour of each workload that is rerouted; 0 where it may not run.
    pub productivity: Vec<f64>,
}

/// Surviving offers in a period, gathered by what they do for `workloads`. `survives` says which
/// offers survive: of a loss that has to be survived spot never does, of an outage what it is not of.
pub(super) fn classes(
    f: &Formulation,
    model: &Model,
    workloads: &[WorkloadId],
    period: usize,
    survives: impl Fn(OfferId) -> bool,
) -> Vec<Class> {
    // Where porting is paid for, classes do not mix ecosystems.
    let porting = workloads.iter().any(|w| f.placements.iter().any(|p| p.workload == *w && p.by == PlaceBy::Ecosystem));
    let mut classes: BTreeMap<(String, Vec<u64>), Class> = BTreeMap::new();
    for o in model.offers.ids() {
        if !survives(o) || f.held_at[o][period].is_empty() {
            continue;
        }
        let may = |w: WorkloadId| {
            model.workloads[w].window.contains(&period) && f.eligible[w][o] && ported(model, w, o, period)
        };
        let productivity: Vec<f64> =
            workloads.iter().map(|&w| if may(w) { model.productivity(w, o) } else { 0.0 }).collect();
        if productivity.iter().all(|&p| p == 0.0) {
            continue;
        }
        let bits: Vec<u64> = productivity.iter().map(|p| p.to_bits()).collect();
        let ecosystem = if porting { PlaceBy::Ecosystem.group(model, o) } else { String::new() };
        let class = classes.entry((ecosystem, bits)).or_insert_with(|| Class { offers: Vec::new(), productivity });
        class.offers.push(o);
    }
    classes.into_values().collect()
}

impl Formulation {
    /// Whether a workload has something to do in a period.
    pub(super) fn runs_in(&self, model: &Model, w: WorkloadId, period: usize) -> bool {
        let workload = &model.workloads[w];
        match workload.task {
            Task::Inference { .. } => workload.peak_demand(period) > 0.0,
            Task::Training { .. } => workload.window.contains(&period),
        }
    }

    /// Adds the chips of a class that serve each workload after a loss, without cost; returns for
    /// each workload its column where it may run.
    pub(super) fn add_rerouted(
        &mut self,
        model: &Model,
        class: &Class,
        workloads: &[WorkloadId],
        period: usize,
        name: &[&str],
    ) -> Vec<Option<ColumnId>> {
        let column = |(&w, &productivity): (&WorkloadId, &f64)| {
            if productivity == 0.0 {
                return None;
            }
            let most = CLEAR * most_useful(model, w, class.offers[0], period);
            let (workload, offer) = (&model.workloads[w].id, &model.offers[class.offers[0]].id);
            let parts: Vec<&str> = name.iter().copied().chain([workload.as_str(), offer.as_str()]).collect();
            Some(self.program.add_column(named("reroute", &parts), ColumnRole::copy("reroute"), 0.0, most, 0.0))
        };
        workloads.iter().zip(&class.productivity).map(column).collect()
    }

    /// After a loss, too, a workload runs only where it was ported to: for each ecosystem that has
    /// a price, sum over its classes of throughput x y\[w,c\] <= (what could be done) x place\[w,e\].
    pub(super) fn add_reroute_ported(
        &mut self,
        model: &Model,
        constraint: Constraint,
        name: &[&str],
        rerouted: &[(WorkloadId, OfferId, ColumnId, f64)],
    ) {
        let places: Vec<(ColumnId, WorkloadId, String)> = self
            .placements
            .iter()
            .filter(|p| p.by == PlaceBy::Ecosystem)
            .filter(|p| placement_cost(model, p.workload, p.by, &p.group).is_some_and(|(_, cost)| cost > 0.0))
            .map(|p| (p.column, p.workload, p.group.clone()))
            .collect();
        for (place, w, group) in places {
            let mine = rerouted.iter().filter(|r| r.0 == w && PlaceBy::Ecosystem.group(model, r.1) == group);
            let mut terms: Vec<(ColumnId, f64)> = mine.map(|&(_, _, column, p)| (column, p)).collect();
            if terms.is_empty() {
                continue;
            }
            let most = self.most(&terms);
            terms.iter_mut().for_each(|(_, a)| *a /= most);
            terms.push((place, -1.0));
            let parts: Vec<&str> = name.iter().copied().chain([model.workloads[w].id.as_str(), &group]).collect();
            self.row(constraint, named("ported", &parts), "place", (f64::NEG_INFINITY, 0.0), terms);
        }
    }
}
