//! Plans in futures that they were not made for: the distribution of what they cost, what is not served, and the regret.
//!
//! Draws come in batches, each a sample of its own (a Latin hypercube where the model has one) with numbers that no
//! replication has. In each, what a plan decides before anything is drawn is kept, and everything later is chosen anew,
//! at best. The expected cost is between the means of batches as in the parent module, by Student's t.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::solving::settings::{Detail, SolveSettings};
use super::super::uncertain::{Alone, Decided, Futures, Together, here_and_base, models, without_plan};
use super::estimate::{estimate, margin};
use super::follow::{Followed, follow};
use super::{SampleError, estimable};
use crate::engine::EngineError;
use crate::engine::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::model::{IdVec, Model, WorkloadId};
use crate::plan::{EvaluatedPlan, EvaluatedUnmet, Evaluation, ModelInfo, Quantile};
use crate::resilience::conditional;

/// Draws in a batch: enough for a Latin hypercube, few enough that a batch takes seconds.
const BATCH: usize = 50;
/// The number of the first batch: beyond those of any replications.
const FIRST: usize = 1 << 32;
/// Parts of the futures whose largest cost is reported.
const PARTS: [f64; 11] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];
/// The dearest part of the futures, whose mean is reported.
const DEAREST: f64 = 0.1;

/// How plans are evaluated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationSettings {
    /// How many draws, at least; a multiple of the batches is drawn.
    pub samples: usize,
    /// How sure the interval of the expected cost is to hold, above 0 and below 1.
    pub confidence: f64,
}

impl EvaluationSettings {
    /// How many batches are drawn, and how many draws each of them has.
    #[must_use]
    pub fn batches(self) -> (usize, usize) {
        let batches = self.samples.div_ceil(BATCH).max(2);
        (batches, self.samples.div_ceil(batches))
    }

    /// Whether there are enough draws for a deviation, and an interval to be had.
    ///
    /// # Errors
    /// [`SampleError::TooFewDraws`] if not.
    pub fn check(self) -> Result<(), SampleError> {
        let right = self.samples >= 2 && self.confidence > 0.0 && self.confidence < 1.0;
        if right { Ok(()) } else { Err(SampleError::TooFewDraws) }
    }
}

/// A plan that is evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CandidatePlan {
    /// `here-and-now` or `base`.
    pub plan: String,
    /// The same in words.
    pub name: String,
    /// What it decides before anything is drawn.
    pub decided: Decided,
}

/// Draws that came together, with every plan followed in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Its number, from 1.
    pub number: usize,
    /// What came of it.
    pub outcome: BatchOutcome,
}

/// What came of a batch.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BatchOutcome {
    /// Each of its futures has a plan by itself.
    Solved {
        /// Its futures.
        futures: Vec<DrawnFuture>,
        /// How each plan went in them.
        runs: Vec<PlanRun>,
    },
    /// This future of it has no plan, whatever is decided before.
    NoPlan(String),
    /// The least that its futures could cost is not certified; why.
    Uncertified(String),
}

/// A future that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnFuture {
    /// Its name.
    pub name: String,
    /// How likely it is within its batch.
    pub probability: f64,
    /// The least that it could cost; money.
    pub least: f64,
}

/// How one plan went in the futures of one batch.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PlanRun {
    /// It was followed in each of them.
    Followed(Vec<FollowedFuture>),
    /// It cannot be followed in these, by their places in the batch from 0; at least one.
    NotFollowed(Vec<usize>),
    /// That was not certified.
    Uncertified,
}

/// What one plan comes to in one future.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowedFuture {
    /// What the future costs with it; money.
    pub cost: f64,
    /// Work that is not done of each workload of the model, in their order and units.
    pub unmet: Vec<f64>,
}

/// Evaluates the plan of a model, or one that was made before, beside the plan for the base case.
///
/// # Errors
/// [`SampleError`] if nothing is drawn, the model has no plan, or an engine fails.
pub fn evaluate(
    model: &Model,
    given: Option<Decided>,
    settings: &SolveSettings,
    how: EvaluationSettings,
) -> Result<Evaluation, SampleError> {
    how.check()?;
    let plans = candidates(model, given, settings)?;
    settings.begin("further draws", 1, 1)?;
    let (batches, _) = how.batches();
    let all: Result<Vec<Batch>, EngineError> =
        (1..=batches).into_par_iter().map(|number| evaluate_batch(model, &plans, how, number, settings)).collect();
    evaluated(model, &plans, &all?, how)
}

/// The plans that an evaluation compares: that of the model, or one that was made before, and the plan for the base case
/// if there is one.
///
/// # Errors
/// [`SampleError`] if nothing is drawn, the model has no plan, or an engine fails.
pub fn candidates(
    model: &Model,
    given: Option<Decided>,
    settings: &SolveSettings,
) -> Result<Vec<CandidatePlan>, SampleError> {
    estimable(model)?;
    let uncertainty = model.uncertainty().ok_or(SampleError::NothingDrawn)?;
    let (here, base) = here_and_base(model, uncertainty, given, &cost_alone(settings))?;
    let here = here.map_err(SampleError::NoPlan)?;
    let mut plans =
        vec![CandidatePlan { plan: "here-and-now".to_owned(), name: "here and now".to_owned(), decided: here }];
    if let Some((name, decided)) = base {
        plans.push(CandidatePlan { plan: "base".to_owned(), name: format!("planned for {name}"), decided });
    }
    Ok(plans)
}

/// The names of the futures in a batch, which are the same in each; empty if nothing is drawn.
#[must_use]
pub fn batch_futures(model: &Model, how: EvaluationSettings) -> Vec<String> {
    let (_, draws) = how.batches();
    let redrawn = model.redrawn(draws, FIRST);
    let futures = redrawn.as_ref().and_then(Model::uncertainty).map(|u| u.futures());
    futures.unwrap_or_default().iter().map(|f| f.name.clone()).collect()
}

/// Draws the batch of a number, from 1, and follows every plan in it.
///
/// # Errors
/// As the engine's.
pub fn evaluate_batch(
    model: &Model,
    plans: &[CandidatePlan],
    how: EvaluationSettings,
    number: usize,
    settings: &SolveSettings,
) -> Result<Batch, EngineError> {
    settings.watch.wanted()?;
    let ended = |outcome| Ok(Batch { number, outcome });
    if settings.deadline.is_over() {
        return ended(BatchOutcome::Uncertified("the time limit was reached before it".to_owned()));
    }
    let (_, draws) = how.batches();
    let redrawn = model.redrawn(draws, FIRST + number - 1);
    let Some((model, uncertainty)) = redrawn.as_ref().and_then(|m| Some((m, m.uncertainty()?))) else {
        return ended(BatchOutcome::Uncertified("nothing is drawn".to_owned()));
    };
    let settings = &cost_alone(settings);
    let models = models(model)?;
    let alone = Alone::each(&models, settings)?;
    if let Some(f) = without_plan(&alone) {
        let name = uncertainty.futures()[f].name.clone();
        return ended(if alone[f].is_infeasible() {
            BatchOutcome::NoPlan(name)
        } else {
            BatchOutcome::Uncertified(format!("the least that the draw `{name}` could cost was not found"))
        });
    }
    let futures = Futures::new(uncertainty, &models, &alone, settings);
    let mut runs = Vec::new();
    for plan in plans {
        runs.push(match follow(&futures, &plan.decided, true)? {
            Followed::Done(together) => PlanRun::Followed(followed(&models, &together)),
            Followed::Not(all) => PlanRun::NotFollowed(all),
            Followed::Unknown => PlanRun::Uncertified,
        });
    }
    let drawn = uncertainty.futures().iter().zip(futures.best());
    let drawn = drawn.map(|(f, least)| DrawnFuture { name: f.name.clone(), probability: f.probability, least });
    ended(BatchOutcome::Solved { futures: drawn.collect(), runs })
}

/// What plans come to over all batches, in the order of their numbers.
///
/// # Errors
/// [`SampleError`] if a batch has a future without a plan, or is not certified.
pub fn evaluated(
    model: &Model,
    plans: &[CandidatePlan],
    all: &[Batch],
    how: EvaluationSettings,
) -> Result<Evaluation, SampleError> {
    how.check()?;
    let mut solved = Vec::new();
    for Batch { number, outcome } in all {
        match outcome {
            BatchOutcome::Solved { futures, runs } => solved.push((*number, futures.as_slice(), runs.as_slice())),
            BatchOutcome::NoPlan(future) => {
                return Err(SampleError::DrawWithoutPlan(format!("{future} of batch {number}")));
            }
            BatchOutcome::Uncertified(why) => {
                return Err(SampleError::BatchUncertified { number: *number, why: why.clone() });
            }
        }
    }
    let (_, draws) = how.batches();
    let least = |(_, futures, _): &SolvedBatch<'_>| futures.iter().map(|f| f.probability * f.least).sum::<f64>();
    let wait_and_see = solved.iter().map(least).sum::<f64>() / solved.len() as f64;
    let plans = plans.iter().enumerate().map(|(p, plan)| summary(model, &solved, (p, plan), how.confidence)).collect();
    Ok(Evaluation {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency().to_owned(),
        draws: draws * solved.len(),
        batches: solved.len(),
        confidence: how.confidence,
        wait_and_see,
        plans,
    })
}

/// A batch whose futures each have a plan: its number, its futures, and how each plan went.
type SolvedBatch<'a> = (usize, &'a [DrawnFuture], &'a [PlanRun]);

/// Settings that ask for what things cost and no more.
fn cost_alone(settings: &SolveSettings) -> SolveSettings {
    SolveSettings { detail: Detail::Plan, ..settings.clone() }
}

/// What each future costs, and the work that is not done of each workload.
fn followed(models: &[Model], together: &Together) -> Vec<FollowedFuture> {
    let unmet = |(f, model): (usize, &Model)| {
        let (formulation, x) = (&together.formulations[f], together.point(f));
        let mut unmet: IdVec<WorkloadId, f64> = model.workloads().map(|_| 0.0);
        for s in &formulation.shortfalls {
            unmet[s.workload] += s.work * x[s.column.0 as usize];
        }
        unmet.into_iter().collect()
    };
    let each = models.iter().enumerate().map(unmet);
    together.costs().into_iter().zip(each).map(|(cost, unmet)| FollowedFuture { cost, unmet }).collect()
}

/// One drawn future under one plan.
struct Drawn<'a> {
    /// How likely it is, over all batches.
    probability: f64,
    cost: f64,
    regret: f64,
    unmet: &'a [f64],
}

/// What one plan comes to over all batches.
fn summary(
    model: &Model,
    all: &[SolvedBatch<'_>],
    (p, plan): (usize, &CandidatePlan),
    confidence: f64,
) -> EvaluatedPlan {
    let mut result = EvaluatedPlan { plan: plan.plan.clone(), name: plan.name.clone(), ..EvaluatedPlan::default() };
    let mut futures: Vec<Drawn<'_>> = Vec::new();
    let mut means = Vec::new();
    for &(number, drawn, runs) in all {
        match runs.get(p) {
            Some(PlanRun::Followed(run)) => {
                let own = drawn.iter().zip(run).map(|(of, FollowedFuture { cost, unmet })| {
                    let probability = of.probability / all.len() as f64;
                    Drawn { probability, cost: *cost, regret: (cost - of.least).max(0.0), unmet }
                });
                futures.extend(own);
                means.push(drawn.iter().zip(run).map(|(f, r)| f.probability * r.cost).sum::<f64>());
            }
            Some(PlanRun::NotFollowed(places)) => {
                result.not_followed += places.len();
                let first = places.first().and_then(|&f| drawn.get(f)).map_or("", |f| &f.name);
                result.first.get_or_insert_with(|| format!("{first} of batch {number}"));
            }
            Some(PlanRun::Uncertified) | None => result.uncertified += 1,
        }
    }
    // A distribution over those that went well is none.
    if result.not_followed > 0 || result.uncertified > 0 {
        return result;
    }
    let error = margin(estimate(&means), means.len(), (1.0 + confidence) / 2.0);
    let mean = |of: &dyn Fn(&Drawn<'_>) -> f64| -> f64 { futures.iter().map(|f| f.probability * of(f)).sum() };
    let cost = mean(&|f| f.cost);
    result.expected = Some(cost);
    (result.lower, result.upper) = (Some(cost - error), Some(cost + error));
    result.deviation = Some(mean(&|f| (f.cost - cost).powi(2)).sqrt());
    result.regret = Some(mean(&|f| f.regret));
    result.largest_regret = Some(futures.iter().map(|f| f.regret).fold(0.0, f64::max));
    for (w, workload) in model.workloads().iter().enumerate() {
        let missing = |f: &Drawn<'_>| f.unmet[w];
        let probability = mean(&|f| f64::from(u8::from(missing(f) > 1e-6)));
        if probability > 0.0 {
            let (workload, unit) = (workload.id.clone(), workload.unit.clone());
            result.unmet.push(EvaluatedUnmet { workload, probability, expected: mean(&missing), unit });
        }
    }
    let mut costs: Vec<(f64, f64)> = futures.iter().map(|f| (f.cost, f.probability)).collect();
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    result.quantiles = PARTS.iter().map(|&part| Quantile { part, cost: quantile(&costs, part) }).collect();
    result.dearest = Some(conditional(&costs, 1.0 - DEAREST));
    result
}

/// The least cost that so much of the futures does not exceed, of costs in their order with their probabilities.
fn quantile(costs: &[(f64, f64)], part: f64) -> f64 {
    let mut sum = 0.0;
    for &(cost, probability) in costs {
        sum += probability;
        if sum >= part - 1e-9 {
            return cost;
        }
    }
    costs.last().map_or(f64::NAN, |c| c.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Costs 1 to 4 with 10, 20, 30 and 40 %: half of the futures cost at most 3, and the dearest tenth is all 4.
    #[test]
    fn quantiles_by_hand() {
        let costs = [(1.0, 0.1), (2.0, 0.2), (3.0, 0.3), (4.0, 0.4)];
        let of = |part| quantile(&costs, part);
        assert_eq!(
            [of(0.0), of(0.1), of(0.11), of(0.3), of(0.5), of(0.6), of(1.0)],
            [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]
        );
        assert!((conditional(&costs, 1.0 - DEAREST) - 4.0).abs() < 1e-12);
        assert!((conditional(&[(1.0, 0.95), (9.0, 0.05)], 1.0 - DEAREST) - 5.0).abs() < 1e-12);
    }
}
