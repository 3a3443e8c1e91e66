//! Points to rows, in parallel.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

#[cfg(feature = "parallel")]
use rayon::prelude::*;

use super::error::SweepError;
use super::group::Common;
use super::points::SweepPlan;
use super::row::Row;
use crate::analysis::solving::settings::SolveSettings;
use crate::model::Family;

/// How to run a sweep.
#[derive(Clone, Debug, PartialEq)]
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
/// [`SweepError::Threads`] if none can be started.
pub fn run(
    family: &Family,
    plan: &SweepPlan,
    settings: &SweepSettings,
    mut done: BTreeMap<usize, Row>,
    stop: &AtomicBool,
    finished: &(dyn Fn(&Row) + Sync),
) -> Result<Vec<Option<Row>>, SweepError> {
    let mut rows: Vec<Option<Row>> = plan.order.iter().map(|i| done.remove(i)).collect();
    let common = Common::begin(family, plan, &settings.solve, stop, finished);
    solve_all(&common, settings.threads, plan, &mut rows)?;
    let mut by_point = vec![None; plan.points.len()];
    plan.order.iter().zip(rows).for_each(|(&point, row)| by_point[point] = row);
    Ok(by_point)
}

/// Solves all groups, on so many threads.
#[cfg(feature = "parallel")]
fn solve_all(
    common: &Common<'_>,
    threads: usize,
    plan: &SweepPlan,
    rows: &mut [Option<Row>],
) -> Result<(), SweepError> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| SweepError::Threads(e.to_string()))?;
    pool.install(|| {
        rows.par_chunks_mut(plan.chunk)
            .zip(plan.order.par_chunks(plan.chunk))
            .for_each(|(rows, points)| common.solve(points, rows));
    });
    Ok(())
}

/// Solves all groups, one after the other: this build has no threads.
#[cfg(not(feature = "parallel"))]
fn solve_all(common: &Common<'_>, _: usize, plan: &SweepPlan, rows: &mut [Option<Row>]) -> Result<(), SweepError> {
    for (rows, points) in rows.chunks_mut(plan.chunk).zip(plan.order.chunks(plan.chunk)) {
        common.solve(points, rows);
    }
    Ok(())
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
    let points = &plan.order[part];
    let mut rows: Vec<Option<Row>> = points.iter().map(|i| done.remove(i)).collect();
    let common = Common::begin(family, plan, &settings.solve, stop, finished);
    for (rows, points) in rows.chunks_mut(plan.chunk).zip(points.chunks(plan.chunk)) {
        common.solve(points, rows);
    }
    rows
}
