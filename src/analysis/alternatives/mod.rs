//! What else could be done at nearly the same cost: the room for negotiation with each supplier, and
//! whole plans that differ.
//!
//! With the cost C of the cheapest plan known, all plans that cost at most C (1 + e) and keep the
//! policy are the points of the same program with one more row. Over these
//!
//! - the least and most share of each group are found exactly (`ratio`);
//! - plans that differ are made ("modelling to generate alternatives"; `differ`).

mod near;
mod ratio;
mod room;
mod types;

pub use types::{AlternativePlan, Alternatives, AlternativesError, AlternativesSettings, Extreme, GroupRoom, Portion};

use super::solve::{Detail, SolveSettings, solve_within_boxes, told};
use crate::formulation::Limits;
use crate::model::{Measure, Model};
use crate::plan::{Plan, Status, measures};
use near::Near;
use room::Cheapest;

/// Finds the room for negotiation, and plans that differ; gives those plans as well.
///
/// # Errors
/// [`AlternativesError`].
pub fn alternatives(
    model: &Model,
    settings: &AlternativesSettings,
) -> Result<(Alternatives, Vec<Plan>), AlternativesError> {
    meaning(model, settings)?;
    let solve = SolveSettings { detail: Detail::Plan, ..settings.solve };
    let (formulation, solved) = solve_within_boxes(model, Limits::All, &solve)?;
    let plan = told(model, &formulation, &solved, Detail::Plan)?;
    let (Status::Optimal, Some(cost)) = (plan.status, &plan.cost) else {
        return Err(AlternativesError::NoPlan(plan.status));
    };
    let everything = vec![true; model.offers.len()];
    let total = formulation.measured(model, &everything, settings.of, &model.calendar.all()).at(&solved.x);
    if total <= 0.0 {
        return Err(AlternativesError::Usage(format!("the cheapest plan has no {}", settings.of.word())));
    }
    let near = Near::new(model, solve, cost.total, settings.within);
    let cheapest = Cheapest { formulation: &formulation, x: &solved.x };
    let (room, notes) = room::room(&near, &cheapest, settings)?;
    let found = Alternatives {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: plan.model.clone(),
        currency: model.currency.clone(),
        of: settings.of.word().to_owned(),
        unit: unit(model, settings.of),
        within: settings.within,
        cost: cost.total,
        bound: solved.certificate.bound,
        allowed: near.allowed,
        room,
        plans: Vec::new(),
        notes,
        solves: near.solves() + 1,
    };
    Ok((found, Vec::new()))
}

/// Whether the shares that are asked for have a meaning.
fn meaning(model: &Model, settings: &AlternativesSettings) -> Result<(), AlternativesError> {
    if !measures(model).contains(&settings.of) {
        return Err(AlternativesError::Usage(match settings.of {
            Measure::Work => "work in different units is not added up: ask for spend or chips".to_owned(),
            _ => "not every chip on offer has a `power`: ask for spend or chips".to_owned(),
        }));
    }
    for by in &settings.by {
        if model.groups(by).is_empty() {
            let message = format!("`{}` is neither a dimension nor a tag of any offer", by.word());
            return Err(AlternativesError::Usage(message));
        }
    }
    Ok(())
}

/// Unit of the amounts of a measure.
fn unit(model: &Model, of: Measure) -> String {
    match of {
        Measure::Spend => model.currency.clone(),
        Measure::Chips => "chip-h".to_owned(),
        Measure::Power => "kWh".to_owned(),
        Measure::Work => model.workloads.first().map_or_else(String::new, |w| w.unit.clone()),
    }
}
