//! Plans that differ as much as possible: modelling to generate alternatives.
//!
//! With u_o the chip-hours held of offer o, a plan unlike those before has the least of
//!
//! sum of w_o u_o
//!
//! over the plans within the allowance, where w_o tells how much the plans before use o:
//!
//! - 1 for each offer that any of them holds, or that the last one holds (Brill, Chang and Hopkins,
//!   "Modeling to generate alternatives: the HSJ approach", Management Science 28(3), 1982);
//! - the sum of its parts of their chip-hours (Lombardi, Pickering, Colombo and Pfenninger, "Policy
//!   decision support for renewables deployment through spatially explicit practically optimal
//!   alternatives", Joule 4(10), 2020).
//!
//! Each is then the cheapest plan with (nearly) that least, so that nothing is held only because it
//! may be. Of these the one is taken that is furthest from the nearest plan before; how far two
//! plans are apart is measured in chip-hours of each offer in each period, as a sum of absolute
//! differences, which no linear program can maximise itself.

use crate::analysis::solving::near::{NearOptimalPlans, ROOMS, is_plan, near_optimal};
use crate::analysis::solving::optimum::tell_idle;
use crate::engine::EngineError;
use crate::engine::parallel::IntoParallelRefIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::formulation::Formulation;
use crate::lp::Affine;
use crate::model::{Grid, IdVec, Measure, Model, OfferId, OfferSet};
use crate::plan::{Plan, Schedule};

/// Plans that differ in no more than this part of their chip-hours are reported once.
const SAME: f64 = 0.01;

/// How much of the least may be given up, as a part of the chip-hours of the cheapest plan, for a
/// plan that is cheaper.
const GIVEN_UP: f64 = 1e-3;

/// Chips of each offer in each period, in chip-hours.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Use(Grid<OfferId>);

impl Use {
    pub fn of(model: &Model, schedule: &Schedule) -> Self {
        let hours = |t: usize| model.calendar.periods[t].hours;
        let row = |row: Vec<f64>| row.into_iter().enumerate().map(|(t, chips)| chips * hours(t)).collect();
        Use(schedule.chips(model).into_iter().map(row).collect())
    }

    fn offer(&self, offer: OfferId) -> f64 {
        self.0[offer].iter().sum()
    }

    fn total(&self) -> f64 {
        self.0.iter().flatten().sum()
    }

    /// The part of the chip-hours of both that only one of them has.
    pub fn apart(&self, other: &Use) -> f64 {
        let both = self.0.iter().flatten().zip(other.0.iter().flatten());
        let apart: f64 = both.map(|(a, b)| (a - b).abs()).sum();
        let all = self.total() + other.total();
        if all > 0.0 { apart / all } else { 0.0 }
    }
}

/// A plan that differs.
pub(super) struct Different {
    pub plan: Plan,
    /// Part of the chip-hours in which it differs from the cheapest.
    pub differs: f64,
    /// The same against the nearest of those found before it.
    pub from_others: Option<f64>,
    pub primal: f64,
    used: Use,
}

/// A plan, its largest violation, and what it holds.
type Candidate = (Plan, f64, Use);

/// Finds up to `count` plans that differ from the cheapest, whose whole columns are given, and from one
/// another; the bound is what no plan costs less than.
///
/// # Errors
/// As the engine's.
pub(super) fn different(
    near: &NearOptimalPlans<'_>,
    cheapest: &Use,
    decisions: &[f64],
    bound: f64,
    count: usize,
) -> Result<Vec<Different>, EngineError> {
    // With the decisions of the cheapest plan linear programs alone are solved; with any, as long as
    // there is time.
    let mut nears = vec![near.with(near.settings.clone())];
    if near.program(ROOMS[0]).f.program().has_integers() {
        nears.insert(0, near.deciding(decisions));
    }
    let mut found: Vec<Different> = Vec::new();
    while found.len() < count {
        let before: Vec<&Use> = std::iter::once(cheapest).chain(found.iter().map(|d| &d.used)).collect();
        let ways: Vec<(&NearOptimalPlans<'_>, IdVec<OfferId, f64>)> =
            nears.iter().flat_map(|near| weights(&before).into_iter().map(move |w| (near, w))).collect();
        let candidates: Result<Vec<Option<Candidate>>, EngineError> =
            ways.par_iter().map(|(near, weights)| unlike(near, weights, cheapest.total(), bound)).collect();
        let nearest = |used: &Use| before.iter().map(|b| used.apart(b)).fold(f64::INFINITY, f64::min);
        let furthest = candidates?
            .into_iter()
            .flatten()
            .map(|(plan, primal, used)| (nearest(&used), plan, primal, used))
            .filter(|c| c.0 > SAME)
            .reduce(|a, b| if b.0 > a.0 { b } else { a });
        let Some((_, plan, primal, used)) = furthest else { break };
        let from_others = found.iter().map(|d| used.apart(&d.used)).reduce(f64::min);
        found.push(Different { plan, differs: used.apart(cheapest), from_others, primal, used });
    }
    Ok(found)
}

/// What each offer weighs, in each of the ways.
fn weights(before: &[&Use]) -> Vec<IdVec<OfferId, f64>> {
    let offers = before[0].0.ids();
    // A billionth of a chip is rounding.
    let held = |used: &Use, o: OfferId| if used.offer(o) > 1e-9 * used.total() { 1.0 } else { 0.0 };
    let any = offers.clone().map(|o| before.iter().map(|used| held(used, o)).fold(0.0, f64::max)).collect();
    let last = offers.clone().map(|o| held(before[before.len() - 1], o)).collect();
    let parts = offers.map(|o| before.iter().map(|used| used.offer(o) / used.total()).sum()).collect();
    let mut all: Vec<IdVec<OfferId, f64>> = vec![any, last, parts];
    all.dedup();
    all
}

/// The cheapest plan with nearly the least of a weighted sum; `None` if it could not be certified as a
/// plan.
fn unlike(
    near: &NearOptimalPlans<'_>,
    weights: &IdVec<OfferId, f64>,
    total: f64,
    bound: f64,
) -> Result<Option<Candidate>, EngineError> {
    let model = near.model;
    for room in ROOMS {
        let mut program = near.program(room);
        let cost = program.f.objective();
        let sum = weighted(model, &program.f, weights, total);
        let solved = near.least(&mut program, &sum)?;
        if !is_plan(&solved) {
            return Ok(None);
        }
        program.f.ask("unlike", &sum, (f64::NEG_INFINITY, sum.at(&solved.x) + GIVEN_UP));
        let polished = near.least(&mut program, &cost)?;
        // What could not be made cheaper is a plan all the same.
        let mut solved = if is_plan(&polished) { polished } else { solved };
        if program.f.touched(&solved.x) {
            continue;
        }
        program.f.minimise(&cost);
        tell_idle(model, &program.f, &mut solved);
        let used = Use::of(model, &Schedule::read(model, &program.f, &solved.x));
        return Ok(near_optimal(near, &program.f, solved, bound)?.map(|(plan, primal)| (plan, primal, used)));
    }
    Ok(None)
}

/// Affine of the weights times the chip-hours held, in parts of a total.
fn weighted(model: &Model, f: &Formulation, weights: &IdVec<OfferId, f64>, total: f64) -> Affine {
    let mut sum = Affine::default();
    for (o, &w) in weights.with_ids().filter(|(_, w)| **w > 0.0) {
        let own = OfferSet::listed(weights.len(), [o]);
        sum = sum.plus(1.0, &f.measured(model, &own, Measure::Chips, &model.calendar.all()), w / total);
    }
    sum
}
