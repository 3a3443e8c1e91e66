//! The largest value that a sum over columns can take, from the model's own demands and capacities.
//!
//! A sum over the boxes of columns counts the same demand once for each offer that could serve it.
//! Columns that share a demand, a work or a capacity are bounded together instead:
//!
//! - runs of a workload serve its demand in a period, or its work in all: sum of throughput x run
//!   <= amount, so sum of a x run <= amount x max(0, max a / throughput)
//! - holdings of an offer in a period are within its capacity, and so is what works
//!
//! This is what a limit of a contract that is not signed is relaxed by, and it decides how tight the
//! linear relaxation is.

use std::collections::HashMap;

use super::Formulation;
use crate::lp::ColumnId;
use crate::model::{Model, OfferId, Task, WorkloadId};

/// What columns share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stock {
    /// The demand of a workload in a period.
    Demand(WorkloadId, usize),
    /// The work of a workload.
    Work(WorkloadId),
    /// The capacity of an offer in a period.
    Capacity(OfferId, usize),
    /// What works of an offer in a period.
    Use(OfferId, usize),
}

/// What the columns of a sum are bounded by together.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    /// For a column: its group, and how much of the group's amount one unit of it takes.
    shares: HashMap<ColumnId, (usize, f64)>,
    /// For each group, how much there is.
    amounts: Vec<f64>,
}

impl Reach {
    pub fn of(f: &Formulation, model: &Model) -> Self {
        let mut reach = Reach::default();
        let mut groups: HashMap<Stock, usize> = HashMap::new();
        for run in &f.runs {
            let hours = model.calendar.periods[run.period].hours;
            let productivity = model.productivity(run.workload, run.offer);
            let (key, unit, amount) = match model.workloads[run.workload].task {
                Task::Inference { .. } => {
                    let demand = model.workloads[run.workload].peak_demand(run.period);
                    (Stock::Demand(run.workload, run.period), productivity, demand)
                }
                Task::Training { work } => (Stock::Work(run.workload), productivity * hours, work),
            };
            reach.add(&mut groups, key, run.column, unit, amount);
        }
        for h in f.holdings.iter().filter(|h| h.periods.len() == 1 && h.sales.is_empty()) {
            let capacity = model.offers[h.offer].capacity_at(h.periods.start);
            if capacity.is_finite() {
                reach.add(&mut groups, Stock::Capacity(h.offer, h.periods.start), h.column, 1.0, capacity);
            }
        }
        for u in &f.usages {
            let capacity = model.offers[u.offer].capacity_at(u.payment.period);
            if capacity.is_finite() {
                reach.add(&mut groups, Stock::Use(u.offer, u.payment.period), u.column, 1.0, capacity);
            }
        }
        reach
    }

    fn add(&mut self, groups: &mut HashMap<Stock, usize>, key: Stock, column: ColumnId, unit: f64, amount: f64) {
        let group = *groups.entry(key).or_insert_with(|| {
            self.amounts.push(amount);
            self.amounts.len() - 1
        });
        self.shares.insert(column, (group, unit));
    }

    /// The most that a sum can be.
    pub fn most(&self, f: &Formulation, terms: &[(ColumnId, f64)]) -> f64 {
        let mut best: HashMap<usize, f64> = HashMap::new();
        let mut rest = Vec::new();
        for &(c, a) in terms {
            match self.shares.get(&c) {
                Some(&(group, unit)) => {
                    let value = best.entry(group).or_insert(0.0);
                    *value = value.max(a / unit);
                }
                None => rest.push((c, a)),
            }
        }
        // In the order of groups, so that rounding is the same every time.
        let mut shared: Vec<(usize, f64)> = best.into_iter().collect();
        shared.sort_by_key(|&(group, _)| group);
        let shared: f64 = shared.into_iter().map(|(group, value)| self.amounts[group] * value).sum();
        shared + f.most(&rest)
    }
}
