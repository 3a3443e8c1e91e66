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

mod error;
mod online;
mod seen;
mod signed;

use self::error::rejected;
use self::seen::Seen;
use self::signed::Signed;
use super::parallel::IntoParallelIterator;
#[cfg(feature = "parallel")]
use super::parallel::ParallelIterator;
use super::solving::settings::{Detail, SolveSettings};
use super::solving::solve;
use crate::lp::Tolerances;
use crate::model::{Backtest, BacktestPolicy, Model};
use crate::plan::{BacktestResult, BacktestRun, BacktestSigned, BacktestStatus, ModelInfo, Plan, Status};

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
    let already = Signed::already(model);
    let whole = seen.happened(&already, false).map_err(|wrong| rejected("hindsight", "the end", wrong))?;
    let plan = solve(&whole, settings)?;
    let (Some(cost), Status::Optimal) = (&plan.cost, plan.status) else {
        return Err(BacktestError::NoHindsight(plan.status));
    };
    let hindsight = BacktestRun { signed: hindsight_signed(&plan), ..run("hindsight", BacktestStatus::Certified) };
    let hindsight = hindsight.paid(cost.total, &cost.by_period).beyond_itself(&plan);
    let gone: Result<Vec<BacktestRun>, BacktestError> = (0..past.policies.len())
        .into_par_iter()
        .map(|i| followed(model, &seen, &past.policies[i], already.clone(), settings))
        .collect();
    let label = |t: usize| past.calendar.periods[t].label.clone();
    Ok(BacktestResult {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency().to_owned(),
        from: label(0),
        last: label(past.calendar.len() - 1),
        dates: past.dates.iter().map(|d| label(d.periods.start)).collect(),
        policies: gone?.into_iter().map(|run| believed(run.beyond(&hindsight), &hindsight, settings)).collect(),
        hindsight,
    })
}

/// A policy that costs less than hindsight, by more than searches over whole numbers leave open, is no answer.
fn believed(run: BacktestRun, hindsight: &BacktestRun, settings: &SolveSettings) -> BacktestRun {
    let (Some(gap), Some(least)) = (run.gap, hindsight.cost) else { return run };
    let open = 2.0 * (settings.mip_gap + Tolerances::default().gap) * (1.0 + least.abs());
    if gap < -open { BacktestRun { status: BacktestStatus::Uncertified, ..run } } else { run }
}

fn run(policy: &str, status: BacktestStatus) -> BacktestRun {
    BacktestRun {
        policy: policy.to_owned(),
        status,
        at: None,
        cost: None,
        gap: None,
        part: None,
        by_period: Vec::new(),
        signed: Vec::new(),
        contracts: Vec::new(),
    }
}

/// What hindsight signs: all of it at the start.
fn hindsight_signed(plan: &Plan) -> Vec<BacktestSigned> {
    let of = |offer: &str, from: &str, chips| BacktestSigned {
        decided: None,
        offer: offer.to_owned(),
        from: from.to_owned(),
        chips,
    };
    let reserved = plan.reservations.iter().map(|r| of(&r.offer, &r.from, r.chips));
    reserved.chain(plan.assets.iter().map(|a| of(&a.offer, &a.bought, a.chips))).collect()
}

impl BacktestRun {
    /// Hindsight is 0 beyond itself.
    fn beyond_itself(self, plan: &Plan) -> Self {
        let signed = plan.contracts.iter().filter(|c| c.optional && c.signed);
        BacktestRun { gap: Some(0.0), part: None, contracts: signed.map(|c| c.contract.clone()).collect(), ..self }
    }
}

/// Follows one way of planning through what happened.
fn followed(
    model: &Model,
    seen: &Seen<'_>,
    policy: &BacktestPolicy,
    already: Signed,
    settings: &SolveSettings,
) -> Result<BacktestRun, BacktestError> {
    let name = policy.name();
    let signed = match policy {
        BacktestPolicy::OnDemand => already.refusing(model),
        BacktestPolicy::Online => {
            // With the prices that there were.
            let whole = seen.happened(&already, false).map_err(|wrong| rejected(&name, "the end", wrong))?;
            let (workload, offer, rule) = OnlineRule::of(&whole).map_err(BacktestError::Online)?;
            let mut signed = already.refusing(model);
            let labels = &seen.past.calendar.periods;
            let offer = &model.offers()[offer].id;
            for r in rule.reserves(&seen.demand(workload)) {
                let label = &labels[r.period].label;
                signed.add(Some(label), (offer.clone(), label.clone()), r.chips);
            }
            signed
        }
        _ => match planned(seen, policy, already, settings)? {
            Ok(signed) => signed,
            Err(ended) => return Ok(ended),
        },
    };
    settings.watch.wanted()?;
    let whole = seen.happened(&signed, true).map_err(|wrong| rejected(&name, "the end", wrong))?;
    let plan = solve(&whole, settings)?;
    let contracts = signed.contracts.iter().filter(|(_, signed)| **signed).map(|(id, _)| id.clone()).collect();
    let told = BacktestRun { signed: signed.by_date, contracts, ..run(&name, ended(plan.status)) };
    Ok(match &plan.cost {
        Some(cost) if plan.status == Status::Optimal => told.paid(cost.total, &cost.by_period),
        _ => told,
    })
}

fn ended(status: Status) -> BacktestStatus {
    match status {
        Status::Optimal => BacktestStatus::Certified,
        Status::Infeasible => BacktestStatus::NoPlan,
        _ => BacktestStatus::Uncertified,
    }
}

/// What plans made at each date sign; or how it ended, if one of them was none.
fn planned(
    seen: &Seen<'_>,
    policy: &BacktestPolicy,
    already: Signed,
    settings: &SolveSettings,
) -> Result<Result<Signed, BacktestRun>, BacktestError> {
    let Backtest { dates, calendar, .. } = seen.past;
    let name = policy.name();
    let mut signed = already;
    for (index, date) in dates.iter().enumerate() {
        let label = |t: usize| calendar.periods[t].label.as_str();
        let at = label(date.periods.start);
        settings.watch.wanted()?;
        if !seen.decides(date) {
            continue;
        }
        let model = seen.at(index, policy, &signed).map_err(|wrong| rejected(&name, at, wrong))?;
        let plan = solve(&model, settings)?;
        if plan.status != Status::Optimal {
            let told = BacktestRun { signed: signed.by_date, ..run(&name, ended(plan.status)) };
            return Ok(Err(BacktestRun { at: Some(at.to_owned()), ..told }));
        }
        let labels: Vec<&str> = date.periods.clone().map(label).collect();
        signed.take(&plan, at, &labels);
    }
    Ok(Ok(signed))
}
