//! The next plan: what was signed is kept, and of the plans that cost nearly as little as the cheapest the one that is
//! closest to the plan before.
//!
//! With x what is held of each offer o in each period t, x' what it was in the plan before, and C the cost of the cheapest
//! plan that keeps what was signed:
//!
//! ```text
//! min  sum over o and t from now on of h_t |x[o,t] - x'[o,t]|     subject to  cost <= C (1 + within)
//! ```
//!
//! Where several futures may come, the sum is what is expected of theirs, and the cost the expected cost.

mod held;
mod several;

use super::signed::Signed;
use super::solving;
use super::solving::near::{NearOptimalPlans, ROOMS, is_plan, near_optimal};
use super::solving::optimum::{solve_purposeful, tell_idle};
use super::solving::settings::{Detail, SolveSettings};
use super::uncertain::{FuturePlans, MOST_JOINED};
use crate::engine::EngineError;
use crate::model::{Decision, Grid, Model, OfferId, Rejected};
use crate::plan::{Plan, Status};
use held::{apart, held};
use several::Several;

/// How a model is planned anew.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplanSettings {
    /// How to solve it.
    pub solve: SolveSettings,
    /// How much of the cost staying close to the plan before may take.
    pub within: f64,
}

/// Why there is no next plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplanError {
    /// What the plan before holds has no meaning in the model.
    #[error("the model with what was signed has no meaning: {0}")]
    Rejected(Box<Rejected>),
    /// What the plan before decides depends on what is known by now.
    #[error(
        "the plan before decides `{0}` in some futures only: write the plan for the future that came with `solve --future NAME`"
    )]
    Undecided(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The next plan.
#[derive(Clone, Debug)]
pub struct NextPlan {
    /// It.
    pub plan: Plan,
    /// The model with what was signed, of which it is a plan.
    pub model: Model,
    /// What the cheapest plan costs that keeps what was signed.
    pub cheapest: Option<f64>,
    /// Chip-hours that are held otherwise than in the plan before from now on; in the cheapest plan, and in this one.
    pub apart: Option<[f64; 2]>,
}

/// Plans a model anew from a period on: what the plan before signed to begin earlier is kept.
///
/// # Errors
/// [`ReplanError`]. A model without a plan is none: the plan says so.
pub fn replan(model: &Model, before: &Plan, now: usize, how: &ReplanSettings) -> Result<NextPlan, ReplanError> {
    let kept = keeping(model, before, now)?;
    let settings = SolveSettings { detail: Detail::Full, ..how.solve.clone() };
    let FuturePlans { together: mut plan, futures } = solving::solve_every_future(&kept, &settings)?;
    let cheapest = plan.cost.as_ref().filter(|_| plan.status == Status::Optimal).map(|c| c.total);
    let Some(cost) = cheapest else { return Ok(NextPlan { plan, model: kept, cheapest, apart: None }) };
    let was = held(&kept, before);
    let several = kept.uncertainty().map(|uncertainty| Several::of(&kept, uncertainty, (before, &was), futures));
    let at_first = match &several {
        Some(several) => several.apart(&kept, &several.plans, now),
        None => apart(&kept, &held(&kept, &plan), &was, now),
    };
    let mut apart_by = [at_first; 2];
    let count = several.as_ref().map_or(1, |s| s.plans.len());
    if how.within > 0.0 && at_first > 0.0 && count > MOST_JOINED {
        plan.notes
            .push(format!("a plan closer to the one before was not sought of {count} futures: this is the cheapest"));
    } else if how.within > 0.0 && at_first > 0.0 {
        let closest = match &several {
            Some(several) => several.closest(&kept, &plan, (now, how.within), &how.solve)?,
            None => closest(&kept, cost, &was, now, how)?.map(|plan| {
                let by = apart(&kept, &held(&kept, &plan), &was, now);
                (plan, by)
            }),
        };
        match closest {
            Some(closest) => (plan, apart_by[1]) = closest,
            None => {
                plan.notes.push("no plan closer to the one before was certified: this is the cheapest".to_owned());
            }
        }
    }
    Ok(NextPlan { plan, model: kept, cheapest, apart: Some(apart_by) })
}

/// Of the plans that cost little more than the cheapest, the one that is closest to what was held; `None` if none was
/// certified.
fn closest(
    model: &Model,
    cost: f64,
    was: &Grid<OfferId>,
    now: usize,
    how: &ReplanSettings,
) -> Result<Option<Plan>, EngineError> {
    let settings = SolveSettings { detail: Detail::Plan, ..how.solve.clone() };
    // What is bought has to have a purpose also where it is not the cost that is asked for.
    let (formulation, solved) = solve_purposeful(model, &settings)?;
    let near = NearOptimalPlans::new(model, settings, &formulation, cost, how.within);
    for room in ROOMS {
        let mut program = near.program(room);
        let objective = program.f.objective();
        let sum = program.f.add_departures(model, was, now);
        let closest = near.least(&mut program, &sum)?;
        if !is_plan(&closest) {
            return Ok(None);
        }
        if program.f.touched(&closest.x) {
            continue;
        }
        // Of those as close the cheapest.
        let slack = 1e-9 * (1.0 + sum.at(&closest.x));
        program.f.ask("close", &sum, (f64::NEG_INFINITY, sum.at(&closest.x) + slack));
        let polished = near.least(&mut program, &objective)?;
        let mut closest = if is_plan(&polished) { polished } else { closest };
        program.f.minimise(&objective);
        tell_idle(model, &program.f, &mut closest);
        return Ok(near_optimal(&near, &program.f, closest, solved.certificate.bound)?.map(|(plan, _)| plan));
    }
    Ok(None)
}

/// The model in which all that was signed to begin before a period is held, and nothing else begins there. What the model
/// itself says that is held is held, whatever was planned.
fn keeping(model: &Model, before: &Plan, now: usize) -> Result<Model, ReplanError> {
    let periods = &model.calendar().periods;
    let earlier: Vec<&str> = periods[..now].iter().map(|p| p.label.as_str()).collect();
    let mut signed = Signed::already(model);
    signed.take(before, &earlier).map_err(ReplanError::Undecided)?;
    // Contracts are signed in the first period, unless they are still open.
    for c in model.contracts().iter().filter(|c| now > 0 && c.decision == Decision::Optional) {
        if before.contracts.iter().any(|b| b.contract == c.id && b.signed) {
            signed.contracts.insert(c.id.clone(), true);
        }
    }
    model.with(&signed.edits(periods, now)).map_err(|wrong| ReplanError::Rejected(Box::new(wrong)))
}
