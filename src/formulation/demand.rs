//! The work is done.
//!
//! - inference, each t: sum over o of throughput\[w,chip(o)\] x availability(o) x run\[w,o,t\]
//!   + unmet\[w,t\] = demand\[w,t\] x peak, in the unit of time of the demand
//! - training: sum over o and t of throughput x availability x h_t x run\[w,o,t\] + unmet\[w\] = work
//! - rate: sum over o of run\[w,o,t\] <= most chips at a time
//!
//! These are equations because chips that are held without a use cost no more than chips with one:
//! nothing is lost by letting them stand, and work beyond the demand, which nobody asked for,
//! cannot count towards a share of the work.

use super::{Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{IdVec, Model, Task, WorkloadId};

/// Terms of each workload in each period.
type Terms = IdVec<WorkloadId, Vec<Vec<(ColumnId, f64)>>>;

pub(super) fn add_demand(f: &mut Formulation, model: &Model) {
    let mut terms = by_workload(f, model);
    for (w, workload) in model.workloads.with_ids() {
        if !matches!(workload.task, Task::Inference { .. }) {
            continue;
        }
        let (_, time) = workload.rate_time;
        for period in workload.window.clone() {
            let demand = workload.peak_demand(period) * time;
            let mut row: Vec<(ColumnId, f64)> = std::mem::take(&mut terms[w][period]);
            row.iter_mut().for_each(|(_, a)| *a *= time);
            let unmet = f.shortfalls.iter().find(|s| s.workload == w && s.period == period);
            row.extend(unmet.map(|s| (s.column, 1.0)));
            let name = named("demand", &[&workload.id, &model.calendar.periods[period].label]);
            f.row(Constraint::Demand { workload: w, period }, name, "demand", (demand, demand), row);
        }
    }
}

pub(super) fn add_work(f: &mut Formulation, model: &Model) {
    let mut terms = by_workload(f, model);
    for (w, workload) in model.workloads.with_ids() {
        let Task::Training { work } = workload.task else { continue };
        let mut row = Vec::new();
        for (period, part) in terms[w].iter_mut().enumerate() {
            let hours = model.calendar.periods[period].hours;
            row.extend(std::mem::take(part).into_iter().map(|(c, a)| (c, a * hours)));
        }
        row.extend(f.shortfalls.iter().filter(|s| s.workload == w).map(|s| (s.column, 1.0)));
        let name = named("work", &[&workload.id]);
        f.row(Constraint::Work { workload: w }, name, "work", (work, work), row);
    }
}

pub(super) fn add_rates(f: &mut Formulation, model: &Model) {
    let mut by = Terms::filled(model.workloads.len(), vec![Vec::new(); model.periods()]);
    for run in f.runs.iter().filter(|r| model.workloads[r.workload].rate_at_most.is_some()) {
        by[run.workload][run.period].push((run.column, 1.0));
    }
    for (w, workload) in model.workloads.with_ids() {
        let Some(most) = workload.rate_at_most else { continue };
        for (period, terms) in by[w].iter_mut().enumerate() {
            let name = named("rate", &[&workload.id, &model.calendar.periods[period].label]);
            let constraint = Constraint::Rate { workload: w, period };
            f.row(constraint, name, "rate", (f64::NEG_INFINITY, most), std::mem::take(terms));
        }
    }
}

/// For each workload and period, its runs with their work per hour.
fn by_workload(f: &Formulation, model: &Model) -> Terms {
    let mut terms = Terms::filled(model.workloads.len(), vec![Vec::new(); model.periods()]);
    for run in &f.runs {
        terms[run.workload][run.period].push((run.column, model.productivity(run.workload, run.offer)));
    }
    terms
}
