//! Each supplier lost in turn, over what was solved: one plan, or the plans of several futures.

use crate::analysis::uncertain::FuturePlans;
use crate::engine::EngineError;
use crate::model::{Dimension, Model, Workload, WorkloadSet, glob};
use crate::resilience::{
    self, Foreign, InFuture, Situation, Solver, Stress, StressSettings, stress_of_futures, usual_response,
};

/// What is lost and how it is met, in words; what is left empty is as the policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StressOptions {
    /// Dimensions whose groups are lost in turn; empty for all that distinguish suppliers.
    pub by: Vec<String>,
    /// Time to recovery, such as `2 periods`, `72 h` or `3 months`; empty for one period.
    pub recovery: String,
    /// Workloads to reroute, by id (or a glob of it) or kind.
    pub served: Vec<String>,
    /// Workloads that can be preempted, by id (or a glob of it) or kind.
    pub preempt: Vec<String>,
    /// By how much holdings of surviving offers can grow, such as `30%`.
    pub surge: Option<String>,
}

impl StressOptions {
    /// What that is in a model.
    ///
    /// # Errors
    /// What has no meaning in it.
    pub fn settings(&self, model: &Model) -> Result<StressSettings, String> {
        let mut dimensions = Vec::new();
        for word in &self.by {
            let dimension = Dimension::from_word(word);
            if model.groups(&dimension).is_empty() {
                return Err(format!("`{word}` is neither a dimension nor a tag of any offer"));
            }
            dimensions.push(dimension);
        }
        let recovery = if self.recovery.is_empty() { "1 period" } else { &self.recovery };
        let windows = model.recovery(recovery).map_err(|e| e.to_string())?;
        // What is not given is as the policy says.
        let mut response = None;
        let mut own = usual_response(model, None);
        if !self.served.is_empty() {
            own.serve = pick(model, &self.served)?;
            response = Some(own.clone());
        }
        if !self.preempt.is_empty() {
            own.preempt = pick(model, &self.preempt)?;
            response = Some(own.clone());
        }
        if let Some(surge) = &self.surge {
            own.surge = percentage(surge)?;
            response = Some(own.clone());
        }
        Ok(StressSettings { dimensions, windows, response })
    }
}

/// Why there is no table of losses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StressError {
    /// The plan is of another model.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The losses of a plan, in each future if there are several.
///
/// # Errors
/// [`StressError`].
pub fn stress(
    model: &Model,
    plans: &FuturePlans,
    solver: Solver,
    settings: &StressSettings,
) -> Result<Stress, StressError> {
    let plan = &plans.together;
    if plans.futures.is_empty() {
        let situation = Situation::of_plan(model, plan, solver)?;
        return Ok(resilience::stress(model, plan, &situation, settings)?);
    }
    let futures: Vec<InFuture<'_>> = plans
        .futures
        .iter()
        .map(|f| InFuture { name: &f.name, probability: f.probability, model: &f.model, plan: &f.plan })
        .collect();
    Ok(stress_of_futures(&plan.model, &futures, &solver, settings)?)
}

/// Workloads by id (or a glob of it) or kind.
fn pick(model: &Model, patterns: &[String]) -> Result<WorkloadSet, String> {
    let matches = |p: &String, w: &Workload| glob(p, &w.id) || p == w.kind();
    if let Some(nothing) = patterns.iter().find(|p| !model.workloads.iter().any(|w| matches(p, w))) {
        return Err(format!("no workload is `{nothing}`: write an id, a glob, `inference` or `training`"));
    }
    Ok(model.workloads.iter().map(|w| patterns.iter().any(|p| matches(p, w))).collect())
}

fn percentage(text: &str) -> Result<f64, String> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits, 0.01),
        None => (text, 1.0),
    };
    let wrong = || format!("`{text}` is not a part; write 30% or 0.3");
    let part = digits.trim().parse::<f64>().map_err(|_| wrong())? * scale;
    if part.is_finite() && part >= 0.0 { Ok(part) } else { Err(wrong()) }
}
