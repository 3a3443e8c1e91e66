//! Plans in futures that they were not made for: the distribution of what they cost, what is not served, and the regret.
//!
//! Draws come in batches, each a sample of its own (a Latin hypercube where the model has one) with numbers that no
//! replication has. In each, what a plan decides before anything is drawn is kept, and everything later is chosen anew,
//! at best. The expected cost is between the means of batches as in the parent module, by Student's t.

use super::super::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use super::super::parallel::ParallelIterator;
use super::super::solving::settings::{Detail, SolveSettings};
use super::super::uncertain::{Alone, Decided, Futures, Together, here_and_base, models, without_plan};
use super::estimate::{estimate, margin};
use super::follow::{Followed, follow};
use super::{SampleError, estimable};
use crate::engine::EngineError;
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

/// Work that is not done of each workload.
type Unmet = IdVec<WorkloadId, f64>;

/// One plan in one batch.
enum Run {
    /// For each future what it costs, and the work that is not done of each workload.
    Done(Vec<(f64, Unmet)>),
    /// In how many futures it cannot be followed, and the first of them.
    Not(usize, String),
    Unknown,
}

/// One batch.
struct Batch {
    /// How likely each future is, and the least that it could cost.
    futures: Vec<(f64, f64)>,
    /// One for each plan.
    runs: Vec<Run>,
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
    estimable(model)?;
    if how.samples < 2 || !(how.confidence > 0.0 && how.confidence < 1.0) {
        return Err(SampleError::TooFew);
    }
    let uncertainty = model.uncertainty().ok_or(SampleError::NothingDrawn)?;
    let cost = SolveSettings { detail: Detail::Plan, ..settings.clone() };
    let (here, base) = here_and_base(model, uncertainty, given, &cost)?;
    let mut plans = vec![("here-and-now", "here and now".to_owned(), here.map_err(SampleError::NoPlan)?)];
    if let Some((name, base)) = base {
        plans.push(("base", format!("planned for {name}"), base));
    }
    settings.begin("further draws", 1, 1)?;
    let batches = how.samples.div_ceil(BATCH).max(2);
    let each = how.samples.div_ceil(batches);
    let all: Result<Vec<Result<Batch, String>>, EngineError> =
        (0..batches).into_par_iter().map(|number| batch(model, number, each, &plans, &cost)).collect();
    let mut whole = Vec::new();
    for (number, batch) in all?.into_iter().enumerate() {
        whole.push(batch.map_err(|future| SampleError::DrawWithoutPlan(format!("{future} of batch {}", number + 1)))?);
    }
    let all = whole;
    let evaluated: Vec<EvaluatedPlan> =
        plans.iter().enumerate().map(|(p, plan)| summary(model, &all, (p, plan), how.confidence)).collect();
    let weights = |b: &Batch| b.futures.iter().map(|&(p, best)| p * best).sum::<f64>();
    let wait_and_see = all.iter().map(weights).sum::<f64>() / all.len() as f64;
    Ok(Evaluation {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency().to_owned(),
        draws: each * batches,
        batches,
        confidence: how.confidence,
        wait_and_see,
        plans: evaluated,
    })
}

/// Draws a batch and follows every plan in it; `None` if a future of it has no plan at all.
fn batch(
    model: &Model,
    number: usize,
    draws: usize,
    plans: &[(&str, String, Decided)],
    settings: &SolveSettings,
) -> Result<Result<Batch, String>, EngineError> {
    settings.watch.wanted()?;
    let redrawn = model.redrawn(draws, FIRST + number);
    let Some((model, uncertainty)) = redrawn.as_ref().and_then(|m| Some((m, m.uncertainty()?))) else {
        return Ok(Err("nothing".to_owned()));
    };
    let models = models(model)?;
    let alone = Alone::each(&models, settings)?;
    if let Some(f) = without_plan(&alone) {
        return Ok(Err(uncertainty.futures()[f].name.clone()));
    }
    let futures = Futures::new(uncertainty, &models, &alone, settings);
    let probabilities = uncertainty.futures().iter().map(|f| f.probability);
    let mut found = Batch { futures: probabilities.zip(futures.best()).collect(), runs: Vec::new() };
    for (_, _, decided) in plans {
        found.runs.push(match follow(&futures, decided, true)? {
            Followed::Done(together) => Run::Done(told(&models, &together)),
            Followed::Not(all) => Run::Not(all.len(), uncertainty.futures()[all[0]].name.clone()),
            Followed::Unknown => Run::Unknown,
        });
    }
    Ok(Ok(found))
}

/// What each future costs, and the work that is not done of each workload.
fn told(models: &[Model], together: &Together) -> Vec<(f64, Unmet)> {
    let unmet = |(f, model): (usize, &Model)| {
        let (formulation, x) = (&together.formulations[f], together.point(f));
        let mut unmet: Unmet = model.workloads().map(|_| 0.0);
        for s in &formulation.shortfalls {
            unmet[s.workload] += s.work * x[s.column.0 as usize];
        }
        unmet
    };
    together.costs().into_iter().zip(models.iter().enumerate().map(unmet)).collect()
}

/// One drawn future under one plan.
struct Drawn<'a> {
    /// How likely it is, over all batches.
    probability: f64,
    cost: f64,
    regret: f64,
    unmet: &'a Unmet,
}

/// What one plan comes to over all batches.
fn summary(
    model: &Model,
    all: &[Batch],
    (p, (plan, name, _)): (usize, &(&str, String, Decided)),
    confidence: f64,
) -> EvaluatedPlan {
    let mut result = EvaluatedPlan { plan: (*plan).to_owned(), name: name.clone(), ..EvaluatedPlan::default() };
    let mut futures: Vec<Drawn<'_>> = Vec::new();
    let mut means = Vec::new();
    for (number, batch) in all.iter().enumerate() {
        match &batch.runs[p] {
            Run::Done(run) => {
                let own = batch.futures.iter().zip(run).map(|(&(probability, best), (cost, unmet))| {
                    let probability = probability / all.len() as f64;
                    Drawn { probability, cost: *cost, regret: (cost - best).max(0.0), unmet }
                });
                futures.extend(own);
                means.push(batch.futures.iter().zip(run).map(|(f, r)| f.0 * r.0).sum::<f64>());
            }
            Run::Not(count, first) => {
                result.not_followed += count;
                result.first.get_or_insert_with(|| format!("{first} of batch {}", number + 1));
            }
            Run::Unknown => result.uncertified += 1,
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
    for (w, workload) in model.workloads().with_ids() {
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
