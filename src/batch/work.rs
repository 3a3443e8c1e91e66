//! What a chunk solves: points of a sweep, or replications.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::manifest::{Manifest, ManifestError, ManifestKind};
use super::replications::ReplicationWork;
use crate::analysis::sweep::{Row, SweepPlan, SweepSettings, run_part};
use crate::engine::Deadline;
use crate::model::Family;

/// What a manifest asks for, read again.
pub(super) enum Work {
    /// Points of a sweep.
    Sweep(Box<(Family, SweepPlan, SweepSettings)>),
    /// Replications.
    Replications(Box<ReplicationWork>),
}

impl Work {
    /// What a manifest asks for.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if it cannot be read from it.
    pub(super) fn of(manifest: &Manifest) -> Result<Self, ManifestError> {
        Ok(match manifest.kind {
            ManifestKind::Sweep => Work::Sweep(Box::new(manifest.sweep()?)),
            ManifestKind::Replications => Work::Replications(Box::new(manifest.replications()?)),
        })
    }

    /// Says when it has to end.
    pub(super) fn end_at(&mut self, deadline: Deadline) {
        match self {
            Work::Sweep(sweep) => sweep.2.solve.deadline = deadline,
            Work::Replications(work) => work.settings.deadline = deadline,
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
            Work::Replications(work) => work.run_part(part, done, stop, finished),
        }
    }
}
