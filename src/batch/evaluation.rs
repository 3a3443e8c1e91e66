//! Evaluations in chunks: plans followed in futures that they were not made for.
//!
//! The plans are found once, when the manifest is written, and stand in it with what they decide before anything is drawn. A
//! batch is a point: its number less one, and the values of its futures one after the other: how likely each is, the least
//! that it could cost, and for each plan whether it was followed, the cost, and the work that is not done of each workload.
//! So chunks, journals and the status are those of a sweep. The merged evaluation is to the byte what
//! [`evaluate`](crate::analysis::samples::evaluate) gives.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::manifest::{Manifest, ManifestError, ManifestKind};
use super::work::Samples;
use crate::analysis::SolveSettings;
use crate::analysis::samples::{
    Batch, BatchOutcome, CandidatePlan, DrawnFuture, EvaluationSettings, FollowedFuture, PlanRun, batch_futures,
    evaluate_batch,
};
use crate::analysis::sweep::{PointStatus, Row};
use crate::engine::{Deadline, EngineChoice, EngineError};
use crate::model::Model;

/// What is kept of each future besides what its plans come to.
const OF_FUTURE: [&str; 2] = ["probability", "least"];
/// What is kept of each plan in it besides what is not served.
const OF_PLAN: [&str; 2] = ["followed", "cost"];
/// A future in which a plan can be followed.
const YES: f64 = 1.0;
/// A future in which it cannot.
const NO: f64 = 0.0;

/// The plans that are evaluated, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct EvaluationOptions {
    /// How many draws, at least.
    pub samples: usize,
    /// How sure the interval of the expected cost is to hold, above 0 and below 1.
    pub confidence: f64,
    /// The plans: `here-and-now`, and `base` if there is one.
    pub plans: Vec<CandidatePlan>,
    /// The names of the futures in a batch, which are the same in each.
    pub futures: Vec<String>,
}

/// The model of an evaluation, read again, with what a chunk needs to solve its batches.
pub struct EvaluationWork {
    model: Model,
    options: EvaluationOptions,
    columns: usize,
    settings: SolveSettings,
}

impl EvaluationWork {
    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The plans that are evaluated, and how.
    #[must_use]
    pub fn options(&self) -> &EvaluationOptions {
        &self.options
    }

    /// The batch of a row; `None` if it is the row of something else.
    pub(super) fn batch(&self, row: &Row) -> Option<Batch> {
        self.options.batch(self.columns, row)
    }
}

impl Samples for EvaluationWork {
    fn end_at(&mut self, deadline: Deadline) {
        self.settings.deadline = deadline;
    }

    fn deadline(&self) -> Deadline {
        self.settings.deadline
    }

    fn values(&self) -> usize {
        self.columns * self.options.futures.len()
    }

    fn solve(&self, point: usize) -> Result<Row, EngineError> {
        let EvaluationOptions { plans, .. } = &self.options;
        let batch = evaluate_batch(&self.model, plans, self.options.how(), point + 1, &self.settings)?;
        let row = self.options.row(self.columns, &batch);
        // What does not come back, such as a cost that is no number, is no answer.
        if self.batch(&row).as_ref() == Some(&batch) {
            return Ok(row);
        }
        let what = format!("what came of batch {} cannot be written down", point + 1);
        Err(EngineError::Failed { engine: "the evaluation", what })
    }
}

impl EvaluationOptions {
    /// How many draws, and how sure the interval is to be.
    #[must_use]
    pub fn how(&self) -> EvaluationSettings {
        EvaluationSettings { samples: self.samples, confidence: self.confidence }
    }

    /// How many values a plan has in each future, of so many columns; `None` if they are not those of its plans.
    fn of_plan(&self, columns: usize) -> Option<usize> {
        let each = columns.checked_sub(OF_FUTURE.len())?.checked_div(self.plans.len())?;
        (each >= OF_PLAN.len() && OF_FUTURE.len() + each * self.plans.len() == columns).then_some(each)
    }

    /// A batch as the row of a chunk, with so many columns for each future.
    fn row(&self, columns: usize, batch: &Batch) -> Row {
        let each = self.of_plan(columns).unwrap_or_default();
        let nothing = || vec![None; columns * self.futures.len()];
        let (values, message) = match &batch.outcome {
            BatchOutcome::Solved { futures, runs } => {
                let mut values = Vec::new();
                for (f, future) in futures.iter().enumerate() {
                    values.extend([Some(future.probability), Some(future.least)]);
                    runs.iter().for_each(|run| values.extend(written(run, f, each)));
                }
                (values, None)
            }
            BatchOutcome::NoPlan(future) => (nothing(), Some(future.clone())),
            BatchOutcome::Uncertified(why) => (nothing(), Some(why.clone())),
        };
        Row { point: batch.number - 1, status: status(&batch.outcome), values, message }
    }

    /// The batch of a row with so many columns for each future; `None` if it is the row of something else.
    pub(super) fn batch(&self, columns: usize, row: &Row) -> Option<Batch> {
        // JSON has no other numbers.
        let finite = row.values.iter().flatten().all(|value| value.is_finite());
        if row.values.len() != columns * self.futures.len() || !finite {
            return None;
        }
        let nothing = row.values.iter().all(Option::is_none);
        let outcome = match (row.status, &row.message) {
            (PointStatus::Infeasible, Some(future)) if nothing && self.futures.contains(future) => {
                BatchOutcome::NoPlan(future.clone())
            }
            (PointStatus::Unverified, Some(why)) if nothing => BatchOutcome::Uncertified(why.clone()),
            (said, None) => self.solved(columns, &row.values).filter(|outcome| status(outcome) == said)?,
            _ => return None,
        };
        Some(Batch { number: row.point + 1, outcome })
    }

    /// What values say, so many for each future.
    fn solved(&self, columns: usize, values: &[Option<f64>]) -> Option<BatchOutcome> {
        let each = self.of_plan(columns)?;
        let mut futures = Vec::new();
        let mut plans = vec![Vec::new(); self.plans.len()];
        for (name, values) in self.futures.iter().zip(values.chunks_exact(columns)) {
            let &[Some(probability), Some(least), ref of_plans @ ..] = values else { return None };
            futures.push(DrawnFuture { name: name.clone(), probability, least });
            plans.iter_mut().zip(of_plans.chunks_exact(each)).for_each(|(plan, values)| plan.push(values));
        }
        let runs = plans.iter().map(|values| run(values)).collect::<Option<_>>()?;
        Some(BatchOutcome::Solved { futures, runs })
    }
}

/// What came of a batch, as a row has it.
fn status(outcome: &BatchOutcome) -> PointStatus {
    match outcome {
        BatchOutcome::Solved { runs, .. } if runs.contains(&PlanRun::Uncertified) => PointStatus::Unverified,
        BatchOutcome::Solved { runs, .. } if runs.iter().any(|run| matches!(run, PlanRun::NotFollowed(_))) => {
            PointStatus::Infeasible
        }
        BatchOutcome::Solved { .. } => PointStatus::Optimal,
        BatchOutcome::NoPlan(_) => PointStatus::Infeasible,
        BatchOutcome::Uncertified(_) => PointStatus::Unverified,
    }
}

/// How a plan went in a future, as so many values.
fn written(run: &PlanRun, future: usize, each: usize) -> Vec<Option<f64>> {
    let mut values = match run {
        PlanRun::Followed(all) => {
            let FollowedFuture { cost, unmet } = &all[future];
            [YES, *cost].iter().chain(unmet).copied().map(Some).collect()
        }
        PlanRun::NotFollowed(places) => vec![Some(if places.contains(&future) { NO } else { YES })],
        PlanRun::Uncertified => Vec::new(),
    };
    values.resize(values.len().max(each), None);
    values
}

/// How a plan went in the futures of a batch, from the values of each; `None` if they do not go together.
fn run(all: &[&[Option<f64>]]) -> Option<PlanRun> {
    let nothing = |values: &[Option<f64>]| values.iter().all(Option::is_none);
    if all.iter().all(|values| nothing(values)) {
        return Some(PlanRun::Uncertified);
    }
    let followed = |values: &&[Option<f64>]| match *values {
        &[Some(YES), Some(cost), ref unmet @ ..] => {
            Some(FollowedFuture { cost, unmet: unmet.iter().copied().collect::<Option<_>>()? })
        }
        _ => None,
    };
    if let Some(all) = all.iter().map(followed).collect() {
        return Some(PlanRun::Followed(all));
    }
    let mut places = Vec::new();
    for (f, values) in all.iter().enumerate() {
        match *values {
            [Some(YES), rest @ ..] if nothing(rest) => {}
            [Some(NO), rest @ ..] if nothing(rest) => places.push(f),
            _ => return None,
        }
    }
    (!places.is_empty()).then_some(PlanRun::NotFollowed(places))
}

/// The names of what is kept of each future.
fn columns(model: &Model, plans: &[CandidatePlan]) -> Vec<String> {
    let of_plan = |CandidatePlan { plan, .. }: &CandidatePlan| {
        let unmet = model.workloads().iter().map(|w| format!("unmet({})", w.id));
        let all = OF_PLAN.map(str::to_owned).into_iter().chain(unmet);
        all.map(|column| format!("{plan}: {column}")).collect::<Vec<_>>()
    };
    OF_FUTURE.map(str::to_owned).into_iter().chain(plans.iter().flat_map(of_plan)).collect()
}

impl Manifest {
    /// Writes down the evaluation of plans of a model, to be solved in so many chunks; in fewer where there are not as many
    /// batches. Beside the engine stands the time limit for each run of a chunk, in seconds.
    #[must_use]
    pub fn of_evaluation(
        model: &Model,
        plans: Vec<CandidatePlan>,
        how: EvaluationSettings,
        by: (EngineChoice, Option<f64>),
        chunks: usize,
    ) -> Self {
        let (batches, _) = how.batches();
        let columns = columns(model, &plans);
        let written = Manifest::of_samples(model, ManifestKind::Evaluation, columns, by, (batches, chunks));
        let EvaluationSettings { samples, confidence } = how;
        let options = EvaluationOptions { samples, confidence, plans, futures: batch_futures(model, how) };
        Manifest { evaluation: Some(options), ..written }
    }

    /// The evaluation that is written down: the model, and how its batches are solved.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`] if the model cannot be read from it.
    pub fn evaluation(&self) -> Result<EvaluationWork, ManifestError> {
        let wrong = |what: &str| ManifestError::Wrong(what.to_owned());
        let options = self.evaluation.as_ref().ok_or_else(|| self.other(ManifestKind::Evaluation))?;
        let model = self.sampled_model()?;
        if options.how().check().is_err() {
            return Err(wrong("its draws are too few, or its confidence is not a part"));
        }
        let plans: Vec<&str> = options.plans.iter().map(|p| p.plan.as_str()).collect();
        if !matches!(plans.as_slice(), ["here-and-now"] | ["here-and-now", "base"]) {
            return Err(wrong("its plans are not those of an evaluation"));
        }
        let (batches, _) = options.how().batches();
        if self.points.len() != batches || !self.is_numbered() || self.columns != columns(&model, &options.plans) {
            return Err(wrong("its points are not the batches of its draws"));
        }
        if options.futures != batch_futures(&model, options.how()) {
            return Err(wrong("its futures are not those that its model draws"));
        }
        let settings = SolveSettings { engine: self.engine()?, ..SolveSettings::default() };
        Ok(EvaluationWork { model, options: options.clone(), columns: self.columns.len(), settings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::Decided;

    fn options(plans: usize) -> EvaluationOptions {
        let plan = |p: usize| CandidatePlan { plan: p.to_string(), name: p.to_string(), decided: Decided::default() };
        let futures = ["draw-1", "draw-2"].map(str::to_owned).to_vec();
        EvaluationOptions { samples: 4, confidence: 0.95, plans: (0..plans).map(plan).collect(), futures }
    }

    fn solved(runs: Vec<PlanRun>) -> BatchOutcome {
        let future = |name: &str, probability, least| DrawnFuture { name: name.to_owned(), probability, least };
        BatchOutcome::Solved { futures: vec![future("draw-1", 0.1 + 0.2, 1e300), future("draw-2", 0.7, -0.5)], runs }
    }

    fn followed() -> PlanRun {
        let future = |cost, unmet: [f64; 2]| FollowedFuture { cost, unmet: unmet.to_vec() };
        PlanRun::Followed(vec![future(5e-324, [-0.0, 0.1]), future(1e22, [1e-300, 0.0])])
    }

    /// Each way in which a batch can end comes back from its row, and from the text of it. Two workloads: 2 columns, and 4
    /// for each of two plans.
    #[test]
    fn a_row_is_its_batch() {
        use PlanRun::{NotFollowed, Uncertified};
        let ends = [
            (solved(vec![followed(), followed()]), PointStatus::Optimal),
            (solved(vec![followed(), NotFollowed(vec![1])]), PointStatus::Infeasible),
            (solved(vec![NotFollowed(vec![0, 1]), followed()]), PointStatus::Infeasible),
            (solved(vec![NotFollowed(vec![0]), Uncertified]), PointStatus::Unverified),
            (solved(vec![Uncertified, Uncertified]), PointStatus::Unverified),
            (BatchOutcome::NoPlan("draw-2".to_owned()), PointStatus::Infeasible),
            (BatchOutcome::Uncertified("no time".to_owned()), PointStatus::Unverified),
        ];
        for (i, (outcome, status)) in ends.into_iter().enumerate() {
            let written = Batch { number: i + 1, outcome };
            let row = options(2).row(10, &written);
            assert_eq!((row.point, row.status, row.values.len()), (i, status, 20));
            let text = serde_json::to_string(&row).unwrap();
            let read = options(2).batch(10, &serde_json::from_str(&text).unwrap());
            assert_eq!(format!("{read:?}"), format!("{:?}", Some(&written)), "{text}");
        }
    }

    /// A row in which one thing is not as it would be written.
    #[test]
    fn the_row_of_something_else_is_none() {
        let of = |outcome: BatchOutcome| options(1).row(6, &Batch { number: 1, outcome });
        let right = of(solved(vec![followed()]));
        assert!(options(1).batch(6, &right).is_some());
        let changed = |row: &Row, at: usize, value: Option<f64>| {
            let mut row = row.clone();
            row.values[at] = value;
            row
        };
        let not = of(solved(vec![PlanRun::NotFollowed(vec![0])]));
        let none = of(BatchOutcome::NoPlan("draw-1".to_owned()));
        let wrong = [
            Row { values: right.values[..6].to_vec(), ..right.clone() },
            Row { status: PointStatus::Unverified, ..right.clone() },
            Row { status: PointStatus::ModelWrong, ..right.clone() },
            Row { message: Some("draw-1".to_owned()), ..right.clone() },
            // The probability, whether it was followed, the cost, unmet work; of one future and the other.
            changed(&right, 0, None),
            changed(&right, 2, Some(0.0)),
            changed(&right, 2, Some(0.5)),
            changed(&right, 9, None),
            changed(&right, 11, None),
            changed(&not, 2, Some(1.0)),
            changed(&not, 3, Some(7.0)),
            changed(&not, 8, None),
            Row { status: PointStatus::Optimal, ..not.clone() },
            changed(&right, 3, Some(f64::INFINITY)),
            Row { message: Some("draw-3".to_owned()), ..none.clone() },
            Row { message: None, ..none.clone() },
            changed(&none, 0, Some(0.5)),
        ];
        for (i, row) in wrong.iter().enumerate() {
            assert!(options(1).batch(6, row).is_none(), "{i}: {row:?}");
        }
        // Columns that are not those of the plans, and plans that are none.
        assert!(options(2).batch(6, &right).is_none() && options(0).batch(6, &right).is_none());
        assert_eq!([6, 7, 10].map(|columns| options(2).of_plan(columns)), [Some(2), None, Some(4)]);
        assert_eq!([0, 1, 2, 3].map(|columns| options(1).of_plan(columns)), [None; 4]);
    }
}
