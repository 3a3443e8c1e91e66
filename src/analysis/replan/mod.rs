//! The next plan: what was signed is kept, and of the plans that cost nearly as little as the cheapest the one that is
//! closest to the plan before.
//!
//! With x what is held of each offer o in each period t, x' what it was in the plan before, and C the cost of the cheapest
//! plan that keeps what was signed:
//!
//! ```text
//! min  sum over o and t from now on of h_t |x[o,t] - x'[o,t]|     subject to  cost <= C (1 + within)
//! ```

use std::collections::BTreeMap;

use super::solving;
use super::solving::near::{NearOptimalPlans, ROOMS, is_plan, near_optimal};
use super::solving::optimum::{solve_purposeful, tell_idle};
use super::solving::settings::{Detail, SolveSettings};
use crate::engine::EngineError;
use crate::model::{Decision, Grid, Holdings, Input, Model, OfferId, Rejected, load};
use crate::plan::{Plan, Schedule, Status};

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
    let input = signed(model, before, now)?;
    let kept = load(&input).map_err(|wrong| ReplanError::Rejected(Box::new(wrong)))?.model;
    let settings = SolveSettings { detail: Detail::Full, ..how.solve.clone() };
    if kept.uncertainty().is_some() {
        let mut plan = solving::solve(&kept, &settings)?;
        plan.notes
            .push("a plan for several futures is the cheapest, and not the one closest to the plan before".to_owned());
        return Ok(NextPlan { cheapest: plan.cost.as_ref().map(|c| c.total), plan, model: kept, apart: None });
    }
    let cheapest = solving::solve(&kept, &settings)?;
    let Some(cost) = cheapest.cost.as_ref().filter(|_| cheapest.status == Status::Optimal).map(|c| c.total) else {
        return Ok(NextPlan { plan: cheapest, model: kept, cheapest: None, apart: None });
    };
    let was = held(&kept, before);
    let solve = SolveSettings { detail: Detail::Plan, ..how.solve.clone() };
    let (formulation, solved) = solve_purposeful(&kept, &solve)?;
    let first = Schedule::read(&kept, &formulation, &solved.x).chips(&kept);
    let at_first = apart(&kept, &first, &was, now);
    let mut next = NextPlan { plan: cheapest, model: kept.clone(), cheapest: Some(cost), apart: Some([at_first; 2]) };
    if how.within <= 0.0 || at_first <= 0.0 {
        return Ok(next);
    }
    let near = NearOptimalPlans::new(&kept, solve, &formulation, cost, how.within);
    for room in ROOMS {
        let mut program = near.program(room);
        let objective = program.f.objective();
        let sum = program.f.add_departures(&kept, &was, now);
        let closest = near.least(&mut program, &sum)?;
        if !is_plan(&closest) {
            break;
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
        tell_idle(&kept, &program.f, &mut closest);
        let chips = Schedule::read(&kept, &program.f, &closest.x).chips(&kept);
        if let Some((plan, _)) = near_optimal(&near, &program.f, closest, solved.certificate.bound)? {
            next.apart = Some([at_first, apart(&kept, &chips, &was, now)]);
            next.plan = plan;
            return Ok(next);
        }
        break;
    }
    next.plan.notes.push("no plan closer to the one before was certified: this is the cheapest".to_owned());
    Ok(next)
}

/// What a model is read from when all that was signed to begin before a period is held, and nothing else begins there.
fn signed(model: &Model, before: &Plan, now: usize) -> Result<Input, ReplanError> {
    let mut input = model.input().clone();
    let label = |t: usize| model.calendar().periods[t].label.as_str();
    let earlier: Vec<&str> = (0..now).map(label).collect();
    let mut held: BTreeMap<(String, String), f64> = BTreeMap::new();
    // What the model says that is held is held, whatever was planned.
    let said = |offer: &str, from: &str| {
        let holdings = model.holdings()?;
        let (&(o, s), _) =
            holdings.held.iter().find(|&(&(o, s), _)| model.offers()[o].id == offer && label(s) == from)?;
        holdings.held.get(&(o, s)).copied()
    };
    for (&(offer, start), &chips) in model.holdings().iter().flat_map(|h| &h.held) {
        held.insert((model.offers()[offer].id.clone(), label(start).to_owned()), chips);
    }
    let reserved = before.reservations.iter().map(|r| (&r.offer, &r.from, r.chips, &r.node));
    let bought = before.assets.iter().map(|a| (&a.offer, &a.bought, a.chips, &a.node));
    for (offer, from, chips, node) in reserved.chain(bought).filter(|(_, from, ..)| earlier.contains(&from.as_str())) {
        if node.as_deref().is_some_and(|n| n != "start") {
            return Err(ReplanError::Undecided(offer.clone()));
        }
        if said(offer, from).is_none() {
            *held.entry((offer.clone(), from.clone())).or_default() += Holdings::written(chips);
        }
    }
    if now > 0 || !held.is_empty() {
        let until = now.checked_sub(1).map(|t| format!("until: {}, ", label(t))).unwrap_or_default();
        let list: Vec<String> = held
            .iter()
            .filter(|(_, chips)| **chips > 0.0)
            .map(|((offer, from), chips)| format!("{{ offer: {offer}, from: {from}, chips: {chips} }}"))
            .collect();
        input.sets.push(format!("holdings={{ {until}held: [{}] }}", list.join(", ")));
    }
    for c in model.contracts().iter().filter(|c| c.decision == Decision::Optional) {
        let decided = before.contracts.iter().filter(|b| b.contract == c.id);
        if now > 0 && decided.clone().any(|b| b.signed) {
            input.sets.push(format!("contracts.{}.decision=signed", c.id));
        }
    }
    Ok(input)
}

/// Chips that a plan holds of each offer in each period of a model.
fn held(model: &Model, plan: &Plan) -> Grid<OfferId> {
    let expected = plan.expected();
    let mut all: Grid<OfferId> = model.offers().map(|_| vec![0.0; model.periods()]);
    for p in &expected.purchases {
        let offer = model.offers().find(|o| o.id == p.offer);
        let period = model.calendar().periods.iter().position(|q| q.label == p.period);
        if let (Some(offer), Some(period)) = (offer, period) {
            all[offer][period] += p.chips;
        }
    }
    all
}

/// Chip-hours by which two differ from a period on.
fn apart(model: &Model, a: &Grid<OfferId>, b: &Grid<OfferId>, from: usize) -> f64 {
    let hours = |t: usize| model.calendar().periods[t].hours;
    let of = |o: OfferId| (from..model.periods()).map(|t| hours(t) * (a[o][t] - b[o][t]).abs()).sum::<f64>();
    let sum: f64 = model.offers().ids().map(of).sum();
    let whole: f64 =
        model.offers().ids().map(|o| (from..model.periods()).map(|t| hours(t) * b[o][t]).sum::<f64>()).sum();
    // What is within rounding of all that is held is no difference.
    if sum <= 1e-9 * whole { 0.0 } else { sum }
}
