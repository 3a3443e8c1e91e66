//! How good a plan for drawn futures is: its statistical optimality gap.
//!
//! A plan for the futures of one sample is best for these, and only an estimate for the distributions that they come from.
//! With x what is decided before anything is drawn, v(x, w) the least that everything later costs in the future w, and x^
//! what the plan decides, further samples m of N futures each bound both the best plan and this one:
//!
//! ```text
//! z*     = min over x of E[v(x, w)]                            what the best plan is expected to cost
//! low_m  = min over x of mean over i of v(x, w_mi)             E[low_m]  <= z*
//! cost_m = mean over i of v(x^, w_mi)                          E[cost_m]  = E[v(x^, w)]  >= z*
//! ```
//!
//! (Mak, Morton and Wood, "Monte Carlo bounding techniques for determining solution quality in stochastic programs",
//! Operations Research Letters 24, 1999.) The samples are independent, each a Latin hypercube of its own, so that means
//! over them have Student's t distribution. Of `low_m` the proved bound counts and of `cost_m` the cost of a plan that was
//! found, so that what an engine leaves open makes the interval wider and never wrong.
//!
//! - With the confidence asked for, the best plan and this one both cost between
//!   mean(low) - t s(low) / sqrt(R) and mean(cost) + t s(cost) / sqrt(R), half of what may go wrong on each side.
//! - This plan costs at most mean(cost - low) + t s(cost - low) / sqrt(R) more than the best one: both are measured on
//!   the same futures, so that this is far narrower.
//!
//! Factors with outcomes of their own belong to every future that is drawn, with their probabilities: nothing is
//! estimated of them. With a conditional value at risk in the objective its eta is decided with x^.

mod estimate;
mod evaluation;
mod follow;
mod replication;

pub use self::estimate::interval;
pub use self::evaluation::{
    Batch, BatchOutcome, CandidatePlan, DrawnFuture, EvaluationSettings, FollowedFuture, PlanRun, batch_futures,
    candidates, evaluate, evaluate_batch, evaluated,
};
pub use self::replication::{Replication, ReplicationStatus, replicate};
use super::solving::settings::SolveSettings;
pub use super::uncertain::Decided;
use super::uncertain::{FuturePlans, solve_decided};
use crate::engine::EngineError;
use crate::engine::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::model::{Goal, Model, Uncertainty};
use crate::plan::{EXPECTED, Plan, Status, UncertaintyResult};

/// Further samples that judge a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replications {
    /// How many, at least 2.
    pub count: usize,
    /// How sure the interval is to hold, above 0 and below 1.
    pub confidence: f64,
}

impl Default for Replications {
    fn default() -> Self {
        Replications { count: 30, confidence: 0.95 }
    }
}

/// Why a plan cannot be judged by further samples.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// Nothing is drawn.
    #[error("the model draws nothing at random: add `uncertainty: {{ draws: {{ .. }} }}`")]
    NothingDrawn,
    /// What is minimized or limited is no mean of futures.
    #[error("{0}")]
    NoMean(&'static str),
    /// Fewer than two samples have no deviation.
    #[error("an interval needs at least 2 replications and a confidence between 0 and 100 %")]
    TooFew,
    /// Fewer than two draws have no deviation.
    #[error("an evaluation needs at least 2 draws and a confidence between 0 and 100 %")]
    TooFewDraws,
    /// The model has no certified plan.
    #[error("the model has no certified plan")]
    NoPlan(Status),
    /// A draw has no plan, whatever is decided before.
    #[error(
        "there is no plan in the draw `{0}`, whatever is decided before: give workloads that may go unserved a price under `unmet`"
    )]
    DrawWithoutPlan(String),
    /// What a batch of draws could cost at least is not certified.
    #[error("batch {number} of the draws is not certified ({why}): allow more time, or choose another engine")]
    BatchUncertified {
        /// Its number, from 1.
        number: usize,
        /// Why not.
        why: String,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Finds the plan for the futures that the model draws, and how far it may be from the best one, by further samples of as
/// many futures.
///
/// The plan is that of [`super::solve`]; its `uncertainty.draws` has the interval.
///
/// # Errors
/// [`SampleError`] if there is nothing to estimate, or an engine fails.
pub fn solve_sampled(model: &Model, settings: &SolveSettings, further: Replications) -> Result<Plan, SampleError> {
    further.check(model)?;
    let (plan, decided) = candidate(model, settings)?;
    judge(model, plan, decided.as_ref(), settings, further)
}

/// The same, with what the plan is in each future.
///
/// # Errors
/// As [`solve_sampled`].
pub fn solve_every_future_sampled(
    model: &Model,
    settings: &SolveSettings,
    further: Replications,
) -> Result<FuturePlans, SampleError> {
    further.check(model)?;
    let (mut plans, decided) = in_each_future(model, settings)?;
    plans.together = judge(model, plans.together, decided.as_ref(), settings, further)?;
    Ok(plans)
}

impl Replications {
    /// Whether they can judge a plan of a model.
    fn check(&self, model: &Model) -> Result<(), SampleError> {
        estimable(model)?;
        let good = self.count >= 2 && self.confidence > 0.0 && self.confidence < 1.0;
        if good { Ok(()) } else { Err(SampleError::TooFew) }
    }
}

/// A plan judged by further samples, if it decides anything.
fn judge(
    model: &Model,
    plan: Plan,
    decided: Option<&Decided>,
    settings: &SolveSettings,
    further: Replications,
) -> Result<Plan, SampleError> {
    let Some(decided) = decided else { return Ok(plan) };
    settings.begin("further samples", 1, 1)?;
    let samples = drawn(model);
    let all: Result<Vec<Replication>, EngineError> = (1..=further.count)
        .into_par_iter()
        .map(|number| replicate(model, decided, samples, number, settings))
        .collect();
    Ok(judged(plan, &all?, further.confidence))
}

/// Finds the plan that further samples are to judge, and what it decides before anything is drawn; nothing of a plan that
/// is not certified.
///
/// # Errors
/// [`SampleError`] if there is nothing to estimate, or an engine fails.
pub fn candidate(model: &Model, settings: &SolveSettings) -> Result<(Plan, Option<Decided>), SampleError> {
    let (plans, decided) = in_each_future(model, settings)?;
    Ok((plans.together, decided))
}

/// The same with what the plan is in each future.
fn in_each_future(model: &Model, settings: &SolveSettings) -> Result<(FuturePlans, Option<Decided>), SampleError> {
    estimable(model)?;
    let (plans, decided) = match model.uncertainty() {
        Some(uncertainty) => solve_decided(model, uncertainty, settings)?,
        None => return Err(SampleError::NothingDrawn),
    };
    let decided = decided.filter(|_| plans.together.status == Status::Optimal);
    Ok((plans, decided))
}

/// A plan with what further samples say of it, in the order of their numbers. Where one of them is not certified, the plan
/// is not either.
#[must_use]
pub fn judged(mut plan: Plan, all: &[Replication], confidence: f64) -> Plan {
    let aim = plan.uncertainty.as_deref().map_or(EXPECTED, UncertaintyResult::aim);
    let result = interval(all, confidence, (aim, &plan.currency));
    if result.uncertified > 0 {
        plan.status = Status::Unverified;
        plan.certificate.verified = false;
        plan.notes.push(format!("{} of the further samples were not certified", result.uncertified));
    }
    if let Some(draws) = plan.uncertainty.as_deref_mut().and_then(|u| u.draws.as_mut()) {
        draws.sentence.clone_from(&result.sentence);
        draws.interval = Some(result);
    }
    plan
}

/// How many futures a model draws; 0 if nothing is drawn.
#[must_use]
pub fn drawn(model: &Model) -> usize {
    model.uncertainty().and_then(Uncertainty::draws).map_or(0, |d| d.kept())
}

/// Whether what a model minimizes and limits is a mean of futures, so that samples estimate it.
///
/// # Errors
/// [`SampleError`] if not.
pub fn estimable(model: &Model) -> Result<(), SampleError> {
    let uncertainty = model.uncertainty().ok_or(SampleError::NothingDrawn)?;
    if uncertainty.draws().is_none() {
        return Err(SampleError::NothingDrawn);
    }
    match uncertainty.goal() {
        Goal::Regret => Err(SampleError::NoMean(
            "the largest regret of a sample says nothing of other samples: minimize the expected cost, or its CVaR",
        )),
        Goal::Cost { regret: Some(_), .. } => Err(SampleError::NoMean(
            "a limit on the regret of every future cannot be estimated from samples: remove `objective.regret`",
        )),
        Goal::Cost { .. } if model.limits_expectation() => Err(SampleError::NoMean(
            "a limit `in: expected` holds over the sample that is solved and may not hold over another: remove it to get an interval",
        )),
        Goal::Cost { .. } => Ok(()),
    }
}
