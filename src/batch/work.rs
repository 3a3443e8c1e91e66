//! What a chunk solves: points of a sweep, or samples that are drawn anew.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::manifest::{Manifest, ManifestError, ManifestKind};
use crate::analysis::on_one_processor;
use crate::analysis::sweep::{PointStatus, Row, SweepPlan, SweepSettings, run_part};
use crate::engine::{Deadline, EngineError};
use crate::model::Family;

/// What a manifest asks for, read again.
pub(super) enum Work {
    /// Points of a sweep, which start from one another.
    Sweep(Box<(Family, SweepPlan, SweepSettings)>),
    /// Points that have nothing to do with one another.
    Samples(Box<dyn Samples>),
}

/// Samples that are drawn anew, each of them a point of its own.
pub(super) trait Samples: Send + Sync {
    /// Says when all of it has to end.
    fn end_at(&mut self, deadline: Deadline);

    /// When it has to.
    fn deadline(&self) -> Deadline;

    /// How many values a row has.
    fn values(&self) -> usize;

    /// Solves a point.
    fn solve(&self, point: usize) -> Result<Row, EngineError>;
}

impl Work {
    /// What a manifest asks for.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if it cannot be read from it.
    pub(super) fn of(manifest: &Manifest) -> Result<Self, ManifestError> {
        Ok(match manifest.kind {
            ManifestKind::Sweep => Work::Sweep(Box::new(manifest.sweep()?)),
            ManifestKind::Replications => Work::Samples(Box::new(manifest.replications()?)),
            ManifestKind::Evaluation => Work::Samples(Box::new(manifest.evaluation()?)),
        })
    }

    /// Says when it has to end.
    pub(super) fn end_at(&mut self, deadline: Deadline) {
        match self {
            Work::Sweep(sweep) => sweep.2.solve.deadline = deadline,
            Work::Samples(samples) => samples.end_at(deadline),
        }
    }

    /// Solves a part of it, as [`run_part`] does.
    pub(super) fn run_part(
        &self,
        part: Range<usize>,
        done: BTreeMap<usize, Row>,
        stop: &AtomicBool,
        finished: &(dyn Fn(&Row) + Sync),
    ) -> Vec<Option<Row>> {
        match self {
            Work::Sweep(sweep) => {
                let (family, plan, settings) = &**sweep;
                run_part(family, plan, settings, part, done, stop, finished)
            }
            Work::Samples(samples) => one_by_one(&**samples, part, done, stop, finished),
        }
    }
}

/// Solves those of a part that are not `done`, one after the other on one processor; `None` where `stop` was set before.
fn one_by_one(
    samples: &dyn Samples,
    part: Range<usize>,
    mut done: BTreeMap<usize, Row>,
    stop: &AtomicBool,
    finished: &(dyn Fn(&Row) + Sync),
) -> Vec<Option<Row>> {
    on_one_processor(|| {
        let row = |point: usize| {
            if let Some(row) = done.remove(&point) {
                return Some(row);
            }
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let row = solved(samples, point);
            finished(&row);
            Some(row)
        };
        part.map(row).collect()
    })
}

/// The row of a point. As in a sweep, one that an engine failed at is not certified, and the others go on.
fn solved(samples: &dyn Samples, point: usize) -> Row {
    let without = |message: String| Row {
        point,
        status: PointStatus::Unverified,
        values: vec![None; samples.values()],
        message: Some(message),
    };
    if samples.deadline().is_over() {
        return without("not solved: the time limit was reached before it".to_owned());
    }
    samples.solve(point).unwrap_or_else(|error| without(error.to_string()))
}
