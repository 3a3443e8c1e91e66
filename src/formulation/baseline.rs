//! Moving off what runs today: moved\[w,o\] >= today\[w,o\] - run\[w,o,first period\], at the switching
//! cost, paid at the start.

use super::{Constraint, Formulation, bracketed};
use crate::lp::ColumnId;
use crate::model::Model;

/// A column of chips that no longer do what they do today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Its column.
    pub column: ColumnId,
    /// Which line of the baseline.
    pub today: usize,
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
        f.moves.push(Moved { column, today: index });
    }
}
