//! Points to rows, in parallel.

use std::collections::BTreeMap;
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
    let mut rows: Vec<Option<Row>> = (0..plan.points.len()).map(|i| done.remove(&i)).collect();
    pool.install(|| {
        rows.par_chunks_mut(plan.chunk).enumerate().for_each(|(chunk, rows)| {
            for (i, row) in rows.iter_mut().enumerate().filter(|(_, row)| row.is_none()) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let solved = point(family, plan, settings, chunk * plan.chunk + i);
                finished(&solved);
                *row = Some(solved);
            }
        });
    });
    Ok(rows)
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
