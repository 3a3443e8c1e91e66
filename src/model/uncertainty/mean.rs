//! The mean of the futures, for planners who plan for it.

use super::super::types::{Task, Term};
use super::super::whole::Model;
use super::Uncertainty;

impl Uncertainty {
    /// A model whose numbers are the mean of those of the futures, by their probabilities: prices, capacities, demand and
    /// work. Capacities that some future leaves open are open.
    ///
    /// # Panics
    /// With models that are not those of the futures.
    #[must_use]
    pub fn mean(&self, futures: &[Model]) -> Model {
        let weights: Vec<f64> = self.futures.iter().map(|f| f.probability).collect();
        let mut mean = futures[0].clone();
        let number = |of: &dyn Fn(&Model) -> f64| -> f64 { futures.iter().zip(&weights).map(|(m, w)| w * of(m)).sum() };
        let periods = mean.periods();
        let series =
            |of: &dyn Fn(&Model, usize) -> f64| -> Vec<f64> { (0..periods).map(|t| number(&|m| of(m, t))).collect() };
        for o in mean.offers.ids() {
            mean.offers[o].price = series(&|m, t| m.offers[o].price[t]);
            let used = |m: &Model, t: usize| m.offers[o].used.as_ref().map_or(0.0, |used| used[t]);
            if futures.iter().any(|m| m.offers[o].used.is_some()) {
                mean.offers[o].used = Some(series(&used));
            }
            if mean.offers[o].carbon.is_some() {
                mean.offers[o].carbon =
                    Some(series(&|m, t| m.offers[o].carbon.as_ref().map_or(f64::NAN, |carbon| carbon[t])));
            }
            if mean.offers[o].energy.is_some() {
                mean.offers[o].energy =
                    Some(series(&|m, t| m.offers[o].energy.as_ref().map_or(f64::NAN, |energy| energy[t])));
            }
            let capex = |m: &Model, t: usize| m.offers[o].bought().map_or(0.0, |b| b.capex[t]);
            let capex = series(&capex);
            if let Term::Bought(bought) = &mut mean.offers[o].term {
                bought.capex = capex;
            }
            for tier in 0..mean.offers[o].tiers.len() {
                mean.offers[o].tiers[tier].price = series(&|m, t| m.offers[o].tiers[tier].price[t]);
            }
            let capacity = series(&|m, t| m.offers[o].capacity_at(t));
            let same = futures.iter().all(|m| {
                (&m.offers[o].capacity, m.offers[o].lead) == {
                    let first = &futures[0].offers[o];
                    (&first.capacity, first.lead)
                }
            });
            if !same {
                mean.offers[o].lead = 0;
                mean.offers[o].capacity = capacity.iter().any(|c| c.is_finite()).then_some(capacity);
            }
        }
        for p in mean.pools.ids() {
            if mean.pools[p].chips.is_some() {
                mean.pools[p].chips =
                    Some(series(&|m, t| m.pools[p].chips.as_ref().map_or(f64::INFINITY, |chips| chips[t])));
            }
            if mean.pools[p].power.is_some() {
                mean.pools[p].power =
                    Some(series(&|m, t| m.pools[p].power.as_ref().map_or(f64::INFINITY, |power| power[t])));
            }
        }
        for w in mean.workloads.ids() {
            match &mut mean.workloads[w].task {
                Task::Training { work } => {
                    *work = number(&|m| match m.workloads[w].task {
                        Task::Training { work } => work,
                        Task::Inference { .. } => 0.0,
                    });
                }
                Task::Inference { demand, .. } => {
                    *demand = series(&|m, t| match &m.workloads[w].task {
                        Task::Inference { demand, .. } => demand[t],
                        Task::Training { .. } => 0.0,
                    });
                }
            }
        }
        super::super::late::settle(&mut mean);
        mean
    }
}
