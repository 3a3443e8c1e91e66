//! Moving, at the switching cost, paid at the start of the period:
//!
//! - off what runs today: moved\[w,o\] >= today\[w,o\] - run\[w,o,first period\]
//! - where it costs in each period, off what ran in the one before: moved\[w,o,t\] >= run\[w,o,t-1\] - run\[w,o,t\],
//!   for a workload that may run in both

use super::{Constraint, Formulation, Run, bracketed};
use crate::lp::ColumnId;
use crate::model::{Model, OfferId, WorkloadId};

/// A column of chips that no longer do what they did before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Its column.
    pub column: ColumnId,
    /// What they did.
    pub from: MovedFrom,
}

/// What chips did that no longer do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MovedFrom {
    /// A line of the baseline.
    Today(usize),
    /// What ran in the period before the one in which they no longer do.
    Before {
        /// The workload.
        workload: WorkloadId,
        /// The offer.
        offer: OfferId,
        /// The period in which they no longer do it.
        period: usize,
    },
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    let Some(baseline) = &model.baseline else { return };
    for (index, today) in baseline.running.iter().enumerate().filter(|(_, t)| t.chips > 0.0) {
        let name = bracketed(&[&model.workloads[today.workload].id, &model.offers[today.offer].id]);
        let cost = baseline.switching;
        let column = f.program.add_column(format!("moved{name}"), "moved", 0.0, super::CLEAR * today.chips, cost);
        let mut row = vec![(column, 1.0)];
        row.extend(f.runs_at(today.offer, 0).filter(|r| r.workload == today.workload).map(|r| (r.column, 1.0)));
        f.row(Constraint::Decision, format!("moved{name}"), "moved", (today.chips, f64::INFINITY), row);
        f.moves.push(Moved { column, from: MovedFrom::Today(index) });
    }
    if baseline.in_each_period && baseline.switching > 0.0 {
        between(f, model, baseline.switching);
    }
}

fn between(f: &mut Formulation, model: &Model, switching: f64) {
    let before: Vec<Run> =
        f.runs.iter().filter(|r| model.workloads[r.workload].goes_on_in(r.period + 1)).copied().collect();
    for run in before {
        let (workload, offer, period) = (run.workload, run.offer, run.period + 1);
        let label = &model.calendar.periods[period].label;
        let name = bracketed(&[&model.workloads[workload].id, &model.offers[offer].id, label]);
        let most = super::CLEAR * f.program.columns()[run.column.0 as usize].upper;
        let cost = switching * model.discount_at_start(period);
        let column = f.program.add_column(format!("moved{name}"), "moved", 0.0, most, cost);
        let mut row = vec![(column, 1.0), (run.column, -1.0)];
        row.extend(f.runs_at(offer, period).filter(|r| r.workload == workload).map(|r| (r.column, 1.0)));
        f.row(Constraint::Decision, format!("moved{name}"), "moved", (0.0, f64::INFINITY), row);
        f.moves.push(Moved { column, from: MovedFrom::Before { workload, offer, period } });
    }
}
