//! Questions beyond the plan: each calls the library and writes its answer as the program does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use polysource::Model;
use polysource::analysis::alternatives::{AlternativesError, AlternativesSettings, alternatives as near};
use polysource::analysis::backtest::{BacktestError, backtest as again};
use polysource::analysis::curve::{CurveError, CurveSettings, curve as trace};
use polysource::analysis::dossier::{Dossier, DossierError, DossierOptions};
use polysource::analysis::explain::{ExplainError, Explanation, explain as because};
use polysource::analysis::frontier::{Against, FrontierError, FrontierSettings, frontier as edge};
use polysource::analysis::stress::{StressError, StressOptions, stress as losses};
use polysource::analysis::sweep::{self, SweepSettings};
use polysource::analysis::{FuturePlans, solve_every_future};
use polysource::engine::EngineError;
use polysource::model::{Family, SweepOverrides};
use polysource::report::{self, Format, Style};
use pyo3::prelude::*;

use crate::answer::{Answer, Sweep};
use crate::errors::{failed, no_plan, rejected, usage, wrong};
use crate::plan::Plan;
use crate::settings::How;
use crate::watched::{Listener, Watcher, watched};

/// What varies in a sweep, and what is told of it.
pub struct SweepAsked {
    pub sweep: Option<String>,
    pub vary: Vec<String>,
    pub asked: SweepOverrides,
    pub full: bool,
    pub threads: usize,
}

/// The model at many values of what varies.
pub fn sweep(py: Python<'_>, model: &Model, asked: &SweepAsked, how: &How, progress: Listener) -> PyResult<Sweep> {
    let family = py.detach(|| Family::read(model.input(), asked.sweep.as_deref(), &asked.vary, &asked.asked));
    let family = family.map_err(|e| rejected(py, &e))?;
    let columns = sweep::columns(&family, asked.full).map_err(|e| usage(e.to_string()))?;
    let plan = sweep::plan(&family, columns).map_err(|e| usage(e.to_string()))?;
    let rows = watched(py, progress, |watcher| {
        let settings = SweepSettings { solve: how.settings(watcher.quiet()), threads: asked.threads };
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let finished = |_: &sweep::Row| {
            watcher.point(done.fetch_add(1, Ordering::Relaxed) + 1, plan.points.len());
            if watcher.is_cancelled() {
                stop.store(true, Ordering::Relaxed);
            }
        };
        sweep::run(&family, &plan, &settings, BTreeMap::new(), &stop, &finished)
    })?;
    let rows = rows.map_err(|e| crate::errors::EngineError::new_err(e.to_string()))?;
    Sweep::of(py, plan, rows.into_iter().flatten().collect())
}

/// The cost as a function of one number.
pub fn curve(
    py: Python<'_>,
    model: &Model,
    vary: &str,
    tolerance: f64,
    how: &How,
    progress: Listener,
) -> PyResult<Answer> {
    // A range without steps is what a tornado has, too.
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let family = py.detach(|| Family::read(model.input(), None, &[vary.to_owned()], &asked));
    let family = family.map_err(|e| rejected(py, &e))?;
    let found = watched(py, progress, |watcher| {
        trace(&family, &CurveSettings { solve: how.settings(watcher.watch()), tolerance })
    })?;
    let found = found.map_err(|e| of_curve(py, &e))?;
    let mut answer = Answer::new("curve");
    report::curve::write_json(&found, &mut answer.json)?;
    report::curve::write_text(&found, Style::default(), &mut answer.text)?;
    report::curve::write_csv(&found, answer.csv())?;
    Ok(answer)
}

fn of_curve(py: Python<'_>, error: &CurveError) -> PyErr {
    match error {
        CurveError::Usage(message) => usage(message),
        CurveError::Engine(error) => failed(error),
        CurveError::Model { .. } => wrong(py, error.to_string()),
        _ => crate::errors::EngineError::new_err(error.to_string()),
    }
}

/// What less dependency costs.
pub fn frontier(
    py: Python<'_>,
    model: &Arc<Model>,
    against: &str,
    points: usize,
    how: &How,
    progress: Listener,
) -> PyResult<Answer> {
    if !(2..=1000).contains(&points) {
        return Err(usage(format!("points is a whole number from 2 to 1000, not {points}")));
    }
    let against = Against::read(against, model).map_err(usage)?;
    let found = watched(py, progress, |watcher| {
        edge(model.input(), &FrontierSettings { against, points, solve: how.settings(watcher.watch()) })
    })?;
    let (found, plans) = found.map_err(|e| of_frontier(py, &e))?;
    let mut answer = Answer::new("frontier");
    report::frontier::write_json(&found, &mut answer.json)?;
    report::frontier::write_text(&found, Style::default(), &mut answer.text)?;
    report::frontier::write_csv(&found, answer.csv())?;
    // Each is of the model with a limit more, which is not this model.
    answer.plans = plans.into_iter().map(|plan| Plan { solved: Arc::new(plan), model: None }).collect();
    Ok(answer)
}

fn of_frontier(py: Python<'_>, error: &FrontierError) -> PyErr {
    match error {
        FrontierError::Rejected(wrong) => rejected(py, wrong),
        FrontierError::Engine(error) => failed(error),
        FrontierError::NoLevel(_) | FrontierError::OtherLevel(_) => usage(error.to_string()),
        FrontierError::NoPlan(status) => no_plan(py, *status, error.to_string()),
        _ => crate::errors::EngineError::new_err(error.to_string()),
    }
}

/// The plans that are told of: a plan that was given, or those that are solved.
fn plans(
    model: &Model,
    given: Option<Arc<polysource::Plan>>,
    how: &How,
    watcher: &Watcher,
) -> Result<FuturePlans, EngineError> {
    match given {
        Some(plan) => Ok(FuturePlans { together: plan.as_ref().clone(), futures: Vec::new() }),
        None => solve_every_future(model, &how.settings(watcher.watch())),
    }
}

/// A plan that was given, if it is of this model.
fn given(model: &Model, plan: Option<&Bound<'_, Plan>>) -> PyResult<Option<Arc<polysource::Plan>>> {
    let Some(plan) = plan else { return Ok(None) };
    let plan = &plan.get().solved;
    if model.uncertainty().is_some() {
        return Err(usage("the model has several futures, of which a plan says too little; leave `plan` out"));
    }
    if plan.model.sha256 != model.sha256() {
        return Err(usage("the plan is of another model, or of this one with other scenarios or changes"));
    }
    Ok(Some(Arc::clone(plan)))
}

/// Each supplier lost in turn.
pub fn stress(
    py: Python<'_>,
    model: &Model,
    asked: &StressOptions,
    plan: Option<&Bound<'_, Plan>>,
    how: &How,
    progress: Listener,
) -> PyResult<Answer> {
    let settings = asked.settings(model).map_err(usage)?;
    let given = given(model, plan)?;
    let found = watched(py, progress, |watcher| {
        let plans = plans(model, given, how, watcher)?;
        if !plans.together.status.has_plan() {
            return Ok(Err(plans.together));
        }
        losses(model, &plans, how.settings(watcher.watch()).solver(), &settings).map(Ok)
    })?;
    let found = match found {
        Ok(Ok(found)) => found,
        Ok(Err(plan)) => {
            let told = report::decision(&plan).join(" ");
            return Err(no_plan(py, plan.status, told));
        }
        Err(StressError::Engine(error)) => return Err(failed(&error)),
        Err(error) => return Err(usage(error.to_string())),
    };
    let mut answer = Answer::new("stress");
    report::stress::write_json(&found, &mut answer.json)?;
    report::stress::write_text(&found, Style::default(), &mut answer.text)?;
    report::stress::write_csv(&found, answer.csv())?;
    Ok(answer)
}

/// What drives the cost, or why there is no plan.
pub fn explain(
    py: Python<'_>,
    model: &Model,
    subject: Option<&str>,
    how: &How,
    progress: Listener,
) -> PyResult<Answer> {
    let found = watched(py, progress, |watcher| because(model, subject, &how.settings(watcher.watch())))?;
    let mut answer = Answer::new("explanation");
    match found {
        Ok(Explanation::Drivers { drivers, plan }) => {
            report::explain::write_json(&drivers, &mut answer.json)?;
            report::explain::write_drivers(&drivers, &plan, subject.is_none(), Style::default(), &mut answer.text)?;
        }
        Ok(Explanation::Infeasible { found, .. }) => {
            report::explain::write_json(&found, &mut answer.json)?;
            report::explain::write_infeasibility(&found, Style::default(), &mut answer.text)?;
        }
        Ok(Explanation::Plan(plan)) => {
            report::write(&plan, Format::Json, Style::default(), &mut answer.json)?;
            report::write(&plan, Format::Text, Style::default(), &mut answer.text)?;
        }
        Ok(_) => return Err(crate::errors::EngineError::new_err("an explanation of an unknown kind")),
        Err(ExplainError::Engine(error)) => return Err(failed(&error)),
        Err(ExplainError::Futures(_)) => {
            return Err(usage("the model has several futures; ask one of them: `model.future(NAME).explain()`"));
        }
        Err(error @ ExplainError::Unproved) => return Err(crate::errors::EngineError::new_err(error.to_string())),
        Err(error) => return Err(usage(error.to_string())),
    }
    Ok(answer)
}

/// What else could be done at nearly the same cost.
pub fn alternatives(
    py: Python<'_>,
    model: &Arc<Model>,
    (within, plans): (f64, usize),
    (by, of): (&[String], &str),
    how: &How,
    progress: Listener,
) -> PyResult<Answer> {
    if !(0.0..=1.0).contains(&within) || plans > 50 {
        return Err(usage("within is a part of the cost from 0 to 1, and plans at most 50"));
    }
    let nobody = how.settings(polysource::engine::Watch::nobody());
    let settings = AlternativesSettings::read(model, (within, plans), (by, of), nobody).map_err(usage)?;
    let found = watched(py, progress, |watcher| {
        near(model, &AlternativesSettings { solve: how.settings(watcher.watch()), ..settings })
    })?;
    let (found, plans) = match found {
        Ok(found) => found,
        Err(AlternativesError::Usage(message)) => return Err(usage(message)),
        Err(AlternativesError::Engine(error)) => return Err(failed(&error)),
        Err(ref error @ AlternativesError::NoPlan(status)) => return Err(no_plan(py, status, error.to_string())),
        Err(error) => return Err(crate::errors::EngineError::new_err(error.to_string())),
    };
    let mut answer = Answer::new("alternatives");
    report::alternatives::write_json(&found, &mut answer.json)?;
    report::alternatives::write_text(&found, Style::default(), &mut answer.text)?;
    report::alternatives::write_csv(&found, answer.csv())?;
    answer.plans = plans.into_iter().map(|plan| Plan::of(model, plan)).collect();
    Ok(answer)
}

/// What policies would have signed and cost.
pub fn backtest(py: Python<'_>, model: &Model, how: &How, progress: Listener) -> PyResult<Answer> {
    let found = watched(py, progress, |watcher| again(model, &how.settings(watcher.watch())))?;
    let found = found.map_err(|error| match error {
        BacktestError::Engine(error) => failed(&error),
        BacktestError::Rejected { wrong, .. } => rejected(py, &wrong),
        BacktestError::NoHindsight(status) => no_plan(py, status, error.to_string()),
        error => usage(error.to_string()),
    })?;
    let mut answer = Answer::new("backtest");
    report::backtest::write_json(&found, &mut answer.json)?;
    report::backtest::write_text(&found, Style::default(), &mut answer.text)?;
    report::backtest::write_csv(&found, answer.csv())?;
    Ok(answer)
}

/// One page of HTML with everything that a decision needs.
pub fn report(
    py: Python<'_>,
    model: &Model,
    asked: &DossierOptions,
    plan: Option<&Bound<'_, Plan>>,
    how: &How,
    progress: Listener,
) -> PyResult<String> {
    let given = given(model, plan)?;
    let found = watched(py, progress, |watcher| {
        let plans = plans(model, given, how, watcher)?;
        Dossier::prepared(model, &plans, asked, &how.settings(watcher.watch()))
    })?;
    let dossier = found.map_err(|error| match error {
        DossierError::Rejected(wrong) => rejected(py, &wrong),
        DossierError::Stress(StressError::Engine(error)) | DossierError::Engine(error) => failed(&error),
        DossierError::Frontier(error) => of_frontier(py, &error),
        DossierError::Curve(error) => of_curve(py, &error),
        error => usage(error.to_string()),
    })?;
    let mut page = Vec::new();
    report::html::write_html(&dossier, &mut page)?;
    Ok(String::from_utf8(page)?)
}
