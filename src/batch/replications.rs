//! Replications in chunks: further samples that judge a plan for futures that are drawn at random.
//!
//! The plan is found once, when the manifest is written, and stands in it with what it decides before anything is drawn.
//! A replication is a point: its number less one, two columns, and for a message the future that says why there is no
//! number. So chunks, journals and the status are those of a sweep. The merged plan is to the byte what
//! [`solve_sampled`](crate::analysis::samples::solve_sampled) gives.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::samples::{Decided, Replication, ReplicationStatus, drawn, judged, replicate};
use crate::analysis::sweep::{PointStatus, Row};
use crate::analysis::{SolveSettings, on_one_processor};
use crate::model::Model;
use crate::plan::Plan;

/// What is kept of each replication.
pub(super) const COLUMNS: [&str; 2] = ["bound", "cost"];

/// The plan that replications judge, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ReplicationOptions {
    /// How sure the interval is to hold, above 0 and below 1.
    pub confidence: f64,
    /// Relative gap at which an integer answer is good enough.
    pub mip_gap: f64,
    /// What the plan decides before anything is drawn.
    pub decided: Decided,
    /// The plan, as `solve --format json` writes it.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub plan: Box<Plan>,
}

/// The model of replications, read again, with what a chunk needs to solve them.
pub struct ReplicationWork {
    pub(super) model: Model,
    pub(super) decided: Decided,
    pub(super) settings: SolveSettings,
}

impl ReplicationWork {
    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Solves those of a part that are not `done`, one after the other on one processor; `None` where `stop` was set
    /// before.
    pub(super) fn run_part(
        &self,
        part: Range<usize>,
        mut done: BTreeMap<usize, Row>,
        stop: &AtomicBool,
        finished: &(dyn Fn(&Row) + Sync),
    ) -> Vec<Option<Row>> {
        let samples = drawn(&self.model);
        on_one_processor(|| {
            let row = |point: usize| {
                if let Some(row) = done.remove(&point) {
                    return Some(row);
                }
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let row = self.row(point, samples);
                finished(&row);
                Some(row)
            };
            part.map(row).collect()
        })
    }

    /// The row of a replication. As in a sweep, one that an engine failed at is not certified, and the others go on.
    fn row(&self, point: usize, samples: usize) -> Row {
        let without = |message: String| Row {
            point,
            status: PointStatus::Unverified,
            values: vec![None; COLUMNS.len()],
            message: Some(message),
        };
        if self.settings.deadline.is_over() {
            return without("not solved: the time limit was reached before it".to_owned());
        }
        match replicate(&self.model, &self.decided, samples, point + 1, &self.settings) {
            Ok(replication) => row(&replication),
            Err(error) => without(error.to_string()),
        }
    }
}

/// A replication as the row of a chunk.
fn row(replication: &Replication) -> Row {
    let (status, message) = match &replication.status {
        ReplicationStatus::Certified => (PointStatus::Optimal, None),
        ReplicationStatus::NoPlan(future) | ReplicationStatus::NotFollowed(future) => {
            (PointStatus::Infeasible, Some(future.clone()))
        }
        ReplicationStatus::Uncertified => (PointStatus::Unverified, None),
    };
    Row { point: replication.number - 1, status, values: vec![replication.bound, replication.cost], message }
}

/// The replication of a row; `None` if it is the row of something else.
fn replication(row: &Row) -> Option<Replication> {
    let &[bound, cost] = row.values.as_slice() else { return None };
    let status = match (row.status, &row.message, bound, cost) {
        (PointStatus::Optimal, None, Some(_), Some(_)) => ReplicationStatus::Certified,
        // Where there is no plan at all nothing was proved of its cost.
        (PointStatus::Infeasible, Some(future), None, None) => ReplicationStatus::NoPlan(future.clone()),
        (PointStatus::Infeasible, Some(future), Some(_), None) => ReplicationStatus::NotFollowed(future.clone()),
        (PointStatus::Unverified, _, _, None) => ReplicationStatus::Uncertified,
        _ => return None,
    };
    Some(Replication { number: row.point + 1, status, bound, cost })
}

/// The plan with what the rows of all replications say of it, in the order of their numbers; `None` if they are none.
pub(super) fn judged_by(options: &ReplicationOptions, rows: &[Row]) -> Option<Plan> {
    let all: Vec<Replication> = rows.iter().map(replication).collect::<Option<_>>()?;
    Some(judged((*options.plan).clone(), &all, options.confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each way in which a replication can end comes back from its row, and from the text of it.
    #[test]
    fn a_row_is_its_replication() {
        let future = || "draw-7".to_owned();
        let ends = [
            (ReplicationStatus::Certified, Some(0.1 + 0.2), Some(1e300)),
            (ReplicationStatus::NoPlan(future()), None, None),
            (ReplicationStatus::NotFollowed(future()), Some(-0.5), None),
            (ReplicationStatus::Uncertified, Some(5e-324), None),
            (ReplicationStatus::Uncertified, None, None),
        ];
        for (i, (status, bound, cost)) in ends.into_iter().enumerate() {
            let written = Replication { number: i + 1, status, bound, cost };
            let text = serde_json::to_string(&row(&written)).unwrap();
            let read: Row = serde_json::from_str(&text).unwrap();
            assert_eq!(replication(&read).as_ref(), Some(&written), "{text}");
        }
    }

    #[test]
    fn the_row_of_something_else_is_none() {
        let right = Row { point: 0, status: PointStatus::Optimal, values: vec![Some(1.0), Some(2.0)], message: None };
        assert!(replication(&right).is_some());
        let wrong = [
            Row { values: vec![Some(1.0)], ..right.clone() },
            Row { values: vec![Some(1.0), None], ..right.clone() },
            Row { status: PointStatus::Infeasible, ..right.clone() },
            Row { status: PointStatus::ModelWrong, ..right.clone() },
            Row { message: Some("draw-1".to_owned()), ..right.clone() },
        ];
        assert!(wrong.iter().all(|row| replication(row).is_none()));
    }
}
