//! What ways of planning would have cost: plans made again and again, each with what was known at its date, and what
//! happened charged to what they signed.
//!
//! With x_d what a plan at the date d reserves, buys or signs for the periods before the next date, and v(x, h) the least
//! that everything else costs in the history h:
//!
//! ```text
//! x_d   = what is decided now by   min over x, y of cost(x, y) in (h up to d, forecast from d on), x_1 .. x_(d-1) kept
//! cost  = v(x_1 .. x_D, h)                                     hindsight = min over x of v(x, h)  <=  cost
//! ```
//!
//! - A plan at d sees demand before d, and prices and capacities up to d: those are quoted when something is signed.
//!   Everything later it takes from the forecast: what the model says, at the level of what was last seen (the ratio of
//!   the two over `level`).
//! - What is signed stays: it stands in `holdings` of every later model.
//! - What runs where, and what is rented, is chosen afterwards at the lowest cost, for every way of planning and for
//!   hindsight alike, so that they differ by what they signed and by nothing else. So hindsight is a lower bound of all.
//!
//! Every plan and every cost is that of an ordinary model, which `--set` would give, and is certified as such.

mod course;
mod error;
mod online;
mod seen;

use self::course::Course;
use self::error::rejected;
use self::seen::Seen;
use super::signed::Begun;
use super::solving::settings::{Detail, SolveSettings};
use super::solving::solve;
use crate::engine::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::lp::Tolerances;
use crate::model::{BacktestPolicy, Model};
use crate::plan::{BacktestResult, BacktestRun, BacktestStatus, ModelInfo, Plan, Status};

pub use self::error::BacktestError;
pub use self::online::{OnlineRule, Reserve};

/// Goes through what happened with each way of planning that the model names, and once with hindsight.
///
/// # Errors
/// [`BacktestError`]. A way of planning that has no plan at a date is no error: it says so.
pub fn backtest(model: &Model, settings: &SolveSettings) -> Result<BacktestResult, BacktestError> {
    let past = model.backtest().ok_or(BacktestError::Nothing)?;
    let settings = &SolveSettings { detail: Detail::Cost, ..settings.clone() };
    let seen = Seen::of(model, past)?;
    settings.begin("hindsight", 1, 1)?;
    let mut course = Course::of(seen.certain());
    let already = course.clone();
    let happened = seen.happened(&already.signed, false).map_err(|wrong| rejected("hindsight", "the end", wrong))?;
    let plan = solve(&happened, settings)?;
    if plan.status != Status::Optimal {
        return Err(BacktestError::NoHindsight(plan.status));
    }
    let label = |t: usize| past.calendar.periods[t].label.as_str();
    let all: Vec<&str> = (0..past.calendar.len()).map(label).collect();
    // One future: nothing is decided in some of them only.
    course.take(&plan, None, &all).map_err(BacktestError::Undecided)?;
    let hindsight = BacktestRun { gap: Some(0.0), ..charged("hindsight", &plan, course) };
    let policies: Result<Vec<BacktestRun>, BacktestError> = (0..past.policies.len())
        .into_par_iter()
        .map(|i| {
            let run = followed(&seen, &happened, &past.policies[i], already.clone(), settings)?;
            Ok(believed(run.beyond(&hindsight), &hindsight, settings))
        })
        .collect();
    Ok(BacktestResult {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency().to_owned(),
        from: label(0).to_owned(),
        last: label(past.calendar.len() - 1).to_owned(),
        dates: past.dates.iter().map(|d| label(d.periods.start).to_owned()).collect(),
        policies: policies?,
        hindsight,
    })
}

/// A policy that costs less than hindsight, by more than searches over whole numbers leave open, is no answer.
fn believed(run: BacktestRun, hindsight: &BacktestRun, settings: &SolveSettings) -> BacktestRun {
    let (Some(gap), Some(least)) = (run.gap, hindsight.cost) else { return run };
    let open = 2.0 * (settings.mip_gap + Tolerances::default().gap) * (1.0 + least.abs());
    if gap < -open { BacktestRun { status: BacktestStatus::Uncertified, ..run } } else { run }
}

/// What a policy signed, charged with what happened: what a plan for that costs.
fn charged(policy: &str, plan: &Plan, course: Course) -> BacktestRun {
    let run = ended(policy, plan.status, course);
    match &plan.cost {
        Some(cost) if plan.status == Status::Optimal => run.paid(cost.total, &cost.by_period),
        _ => run,
    }
}

/// What a policy signed until it ended with a plan.
fn ended(policy: &str, status: Status, course: Course) -> BacktestRun {
    let contracts = course.signed.contracts.into_iter().filter(|(_, signed)| *signed);
    BacktestRun {
        policy: policy.to_owned(),
        status: match status {
            Status::Optimal => BacktestStatus::Certified,
            Status::Infeasible => BacktestStatus::NoPlan,
            _ => BacktestStatus::Uncertified,
        },
        at: None,
        cost: None,
        gap: None,
        part: None,
        by_period: Vec::new(),
        signed: course.by_date,
        contracts: contracts.map(|(id, _)| id).collect(),
    }
}

/// Follows one way of planning through what `happened`.
fn followed(
    seen: &Seen<'_>,
    happened: &Model,
    policy: &BacktestPolicy,
    already: Course,
    settings: &SolveSettings,
) -> Result<BacktestRun, BacktestError> {
    let name = policy.name();
    let course = match policy {
        BacktestPolicy::OnDemand => already.refusing(happened),
        BacktestPolicy::Online => {
            // With the prices that there were.
            let (workload, offer, rule) = OnlineRule::of(happened).map_err(BacktestError::Online)?;
            let mut course = already.refusing(happened);
            for r in rule.reserves(&seen.demand(workload)) {
                let (offer, from) = (happened.offers()[offer].id.clone(), seen.label(r.period));
                course.hold(from, Begun { offer, from: from.to_owned(), chips: r.chips });
            }
            course
        }
        _ => match planned(seen, policy, already, settings)? {
            Ok(course) => course,
            Err(ended) => return Ok(ended),
        },
    };
    settings.watch.wanted()?;
    let charges = seen.happened(&course.signed, true).map_err(|wrong| rejected(&name, "the end", wrong))?;
    Ok(charged(&name, &solve(&charges, settings)?, course))
}

/// What plans made at each date sign; or how it ended, if one of them was none.
fn planned(
    seen: &Seen<'_>,
    policy: &BacktestPolicy,
    mut course: Course,
    settings: &SolveSettings,
) -> Result<Result<Course, BacktestRun>, BacktestError> {
    let name = policy.name();
    for (index, date) in seen.past.dates.iter().enumerate() {
        let at = seen.label(date.periods.start);
        settings.watch.wanted()?;
        if !seen.decides(date) {
            continue;
        }
        let model = seen.at(index, policy, &course.signed).map_err(|wrong| rejected(&name, at, wrong))?;
        let plan = solve(&model, settings)?;
        if plan.status != Status::Optimal {
            return Ok(Err(BacktestRun { at: Some(at.to_owned()), ..ended(&name, plan.status, course) }));
        }
        let labels: Vec<&str> = date.periods.clone().map(|t| seen.label(t)).collect();
        course.take(&plan, Some(at), &labels).map_err(BacktestError::Undecided)?;
    }
    Ok(Ok(course))
}
