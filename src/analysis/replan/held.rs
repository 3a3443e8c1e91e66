//! What plans hold, and by how much that differs.

use std::collections::BTreeMap;

use crate::model::{Grid, Model, OfferId};
use crate::plan::Plan;

/// Chips that a plan holds of each offer in each period of a model, in the mean of its futures.
pub(super) fn held(model: &Model, plan: &Plan) -> Grid<OfferId> {
    grid(model, &plan.expected().held())
}

/// The same of one future of a plan, if it has it.
pub(super) fn held_in(model: &Model, plan: &Plan, future: &str) -> Option<Grid<OfferId>> {
    Some(grid(model, &plan.held_in(future)?))
}

fn grid(model: &Model, held: &BTreeMap<&str, BTreeMap<&str, f64>>) -> Grid<OfferId> {
    let of = |offer: &str, period: &str| held.get(offer).and_then(|by| by.get(period)).copied().unwrap_or(0.0);
    model.offers().map(|offer| model.calendar().periods.iter().map(|p| of(&offer.id, &p.label)).collect())
}

/// Chip-hours by which two differ from a period on.
pub(super) fn apart(model: &Model, a: &Grid<OfferId>, b: &Grid<OfferId>, from: usize) -> f64 {
    let hours = |t: usize| model.calendar().periods[t].hours;
    let of = |o: OfferId| (from..model.periods()).map(|t| hours(t) * (a[o][t] - b[o][t]).abs()).sum::<f64>();
    let sum: f64 = model.offers().ids().map(of).sum();
    let whole: f64 =
        model.offers().ids().map(|o| (from..model.periods()).map(|t| hours(t) * b[o][t]).sum::<f64>()).sum();
    // What is within rounding of all that is held is no difference.
    if sum <= 1e-9 * whole { 0.0 } else { sum }
}
