//! Replications in chunks: further samples that judge a plan for futures that are drawn at random.
//!
//! The plan is found once, when the manifest is written, and stands in it with what it decides before anything is drawn.
//! A replication is a point: its number less one, two columns, and for a message the future that says why there is no
//! number. So chunks, journals and the status are those of a sweep. The merged plan is to the byte what
//! [`solve_sampled`](crate::analysis::samples::solve_sampled) gives.

#[cfg(feature = "schema")]
use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::manifest::{Manifest, ManifestError, ManifestKind};
use super::work::Samples;
use crate::analysis::SolveSettings;
use crate::analysis::samples::{Decided, Replication, ReplicationStatus, drawn, judged, replicate};
use crate::analysis::sweep::{PointStatus, Row};
use crate::engine::{Deadline, EngineChoice, EngineError};
use crate::model::Model;
use crate::plan::Plan;

/// What is kept of each replication.
const COLUMNS: [&str; 2] = ["bound", "cost"];

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
    model: Model,
    decided: Decided,
    settings: SolveSettings,
}

impl ReplicationWork {
    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model alone.
    pub(super) fn into_model(self) -> Model {
        self.model
    }
}

impl Samples for ReplicationWork {
    fn end_at(&mut self, deadline: Deadline) {
        self.settings.deadline = deadline;
    }

    fn deadline(&self) -> Deadline {
        self.settings.deadline
    }

    fn values(&self) -> usize {
        COLUMNS.len()
    }

    fn solve(&self, point: usize) -> Result<Row, EngineError> {
        replicate(&self.model, &self.decided, drawn(&self.model), point + 1, &self.settings).map(|r| row(&r))
    }
}

impl Manifest {
    /// Writes down so many replications, at least 2, that judge a plan of a model, to be solved in so many chunks; in
    /// fewer where there are not as many replications. Beside the engine stands the time limit for each run of a chunk, in
    /// seconds.
    #[must_use]
    pub fn of_replications(
        model: &Model,
        replications: ReplicationOptions,
        how: (EngineChoice, Option<f64>),
        count: usize,
        chunks: usize,
    ) -> Self {
        let columns = COLUMNS.map(str::to_owned).to_vec();
        let written = Manifest::of_samples(model, ManifestKind::Replications, columns, how, (count, chunks));
        Manifest { replications: Some(replications), ..written }
    }

    /// The replications that are written down: the model, and how they are solved.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if the model cannot be read from it.
    pub fn replications(&self) -> Result<ReplicationWork, ManifestError> {
        let wrong = |what: &str| ManifestError::Wrong(what.to_owned());
        let options = self.replications.as_ref().ok_or_else(|| self.other(ManifestKind::Replications))?;
        let model = self.sampled_model()?;
        if options.plan.model.sha256 != self.model.sha256 {
            return Err(wrong("the plan is not one of its model"));
        }
        if self.points.len() < 2 || !self.is_numbered() || self.columns != COLUMNS {
            return Err(wrong("its points are not replications"));
        }
        let parts = options.confidence > 0.0 && options.confidence < 1.0 && (0.0..1.0).contains(&options.mip_gap);
        if !parts {
            return Err(wrong("its confidence or its gap is not a part"));
        }
        let settings = SolveSettings { engine: self.engine()?, mip_gap: options.mip_gap, ..SolveSettings::default() };
        Ok(ReplicationWork { model, decided: options.decided.clone(), settings })
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
pub(super) fn replication(row: &Row) -> Option<Replication> {
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
