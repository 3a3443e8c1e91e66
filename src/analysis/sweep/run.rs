//! Points to rows, in parallel.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::points::SweepPlan;
use super::row::{PointStatus, Row};
use crate::analysis::premium::add_total;
use crate::analysis::solve::{Detail, SolveSettings, solve};
use crate::model::{Family, Model};
use crate::plan::Status;

/// How to run a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepSettings {
    /// How each point is solved. What is computed beyond the plan is what the columns need.
    pub solve: SolveSettings,
    /// Threads; 0 for as many as there are processors.
    pub threads: usize,
}

/// Solves every point that is not `done`, and returns the rows in the order of the points; `None`
/// where `stop` was set before.
///
/// `finished` is called once for each point solved, from any thread. Whoever sets `stop` lets the
/// points that are being solved be finished.
///
/// # Errors
/// A sentence if no threads can be started.
pub fn run(
    family: &Family,
    plan: &SweepPlan,
    settings: &SweepSettings,
    mut done: BTreeMap<usize, Row>,
    stop: &AtomicBool,
    finished: &(dyn Fn(&Row) + Sync),
) -> Result<Vec<Option<Row>>, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        .build()
        .map_err(|e| format!("cannot start threads: {e}"))?;
    let mut rows: Vec<Option<Row>> = plan.order.iter().map(|i| done.remove(i)).collect();
    pool.install(|| {
        rows.par_chunks_mut(plan.chunk).enumerate().for_each(|(group, rows)| {
            solve_group(family, plan, settings, group, rows, stop, finished);
        });
    });
    let mut by_point = vec![None; plan.points.len()];
    plan.order.iter().zip(rows).for_each(|(&point, row)| by_point[point] = row);
    Ok(by_point)
}

/// Solves a part of a sweep, whole groups of neighbours at the positions `part` of its order, one
/// after the other on this thread; else as [`run`]. The rows are in the order of the sweep.
#[must_use]
pub fn run_part(
    family: &Family,
    plan: &SweepPlan,
    settings: &SweepSettings,
    part: Range<usize>,
    mut done: BTreeMap<usize, Row>,
    stop: &AtomicBool,
    finished: &(dyn Fn(&Row) + Sync),
) -> Vec<Option<Row>> {
    let first = part.start / plan.chunk;
    let mut rows: Vec<Option<Row>> = plan.order[part].iter().map(|i| done.remove(i)).collect();
    for (i, rows) in rows.chunks_mut(plan.chunk).enumerate() {
        solve_group(family, plan, settings, first + i, rows, stop, finished);
    }
    rows
}

/// Solves what is missing of a group of neighbours, one after the other.
fn solve_group(
    family: &Family,
    plan: &SweepPlan,
    settings: &SweepSettings,
    group: usize,
    rows: &mut [Option<Row>],
    stop: &AtomicBool,
    finished: &(dyn Fn(&Row) + Sync),
) {
    let first = group * plan.chunk;
    for (i, row) in rows.iter_mut().enumerate().filter(|(_, row)| row.is_none()) {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let solved = point(family, plan, settings, plan.order[first + i]);
        finished(&solved);
        *row = Some(solved);
    }
}

fn point(family: &Family, plan: &SweepPlan, settings: &SweepSettings, point: usize) -> Row {
    let without = |status: PointStatus, message: Option<String>| Row {
        point,
        status,
        values: vec![None; plan.columns.len()],
        message,
    };
    let model = match family.at(&plan.points[point]) {
        Ok(model) => model,
        Err(diagnostics) => {
            let first = diagnostics.sorted().first().map(|d| format!("{}: {}", d.code, d.message));
            return without(PointStatus::ModelWrong, first);
        }
    };
    told(&model, plan, settings, point)
        .unwrap_or_else(|error| without(PointStatus::Unverified, Some(error.to_string())))
}

fn told(
    model: &Model,
    sweep: &SweepPlan,
    settings: &SweepSettings,
    point: usize,
) -> Result<Row, crate::engine::EngineError> {
    let solving = SolveSettings { detail: Detail::Plan, ..settings.solve };
    let mut plan = solve(model, &solving)?;
    if plan.status == Status::Optimal && sweep.columns.iter().any(super::Column::needs_premium) {
        add_total(model, &solving, &mut plan)?;
    }
    let values: Result<Vec<_>, _> = sweep.columns.iter().map(|c| c.value(model, &plan)).collect();
    let message = match plan.status {
        Status::Unverified | Status::InfeasibleUnverified => {
            // What was not kept stands at the end of the notes.
            Some(plan.notes.last().cloned().unwrap_or_else(|| "no engine's answer passed the certificate".to_owned()))
        }
        _ => None,
    };
    Ok(Row { point, status: plan.status.into(), values: values?, message })
}
