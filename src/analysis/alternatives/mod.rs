//! What else could be done at nearly the same cost: the room for negotiation with each supplier, and
//! whole plans that differ.
//!
//! With the cost C of the cheapest plan known, all plans that cost at most C (1 + e) and keep the
//! policy are the points of the same program with one more row. Over these
//!
//! - the least and most share of each group are found exactly (`analysis::solving::near`);
//! - plans that differ are made ("modelling to generate alternatives"; `differ`).

mod differ;
mod futures;
mod room;
mod sentence;
mod types;

pub use types::{AlternativePlan, Alternatives, AlternativesError, AlternativesSettings, Extreme, GroupRoom, Portion};

use crate::analysis::solving::examined::plan_of;
use crate::analysis::solving::near::NearOptimalPlans;
use crate::analysis::solving::optimum::solve_purposeful;
use crate::analysis::solving::prefer;
use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::model::{Measure, Model, OfferSet};
use crate::plan::{Plan, Schedule, Status, measures};
use crate::units::human::money;
use differ::{Different, Use};
use room::{Cheapest, is_exact};
use types::{LONGEST, unit};

/// Finds the room for negotiation, and plans that differ; gives those plans as well.
///
/// # Errors
/// [`AlternativesError`].
pub fn alternatives(
    model: &Model,
    settings: &AlternativesSettings,
) -> Result<(Alternatives, Vec<Plan>), AlternativesError> {
    meaning(model, settings)?;
    if let Some(uncertainty) = model.uncertainty() {
        return futures::alternatives(model, uncertainty, settings);
    }
    let solve = SolveSettings { detail: Detail::Plan, ..settings.solve.clone() };
    let (formulation, mut solved) = solve_purposeful(model, &solve)?;
    prefer::choose(model, &solve, &formulation, &mut solved)?;
    let plan = plan_of(model, &formulation, &solved, Detail::Plan, &solve)?;
    let (Status::Optimal, Some(cost)) = (plan.status, &plan.cost) else {
        return Err(AlternativesError::NoPlan(plan.status));
    };
    let everything = OfferSet::all(model.offers.len());
    let total = formulation.measured(model, &everything, settings.of, &model.calendar.all()).at(&solved.x);
    if total <= 0.0 {
        return Err(AlternativesError::Usage(format!("the cheapest plan has no {}", settings.of.word())));
    }
    let mut near = NearOptimalPlans::new(model, solve, &formulation, cost.total, settings.within);
    if formulation.program().has_integers() {
        near.settings.time_limit = near.settings.search_limit(LONGEST);
    }
    near.begin()?;
    let cheapest = Cheapest { formulation: &formulation, x: &solved.x };
    let (room, mut notes) = room::room(&near, &cheapest, settings)?;
    let used = Use::of(model, &Schedule::read(model, &formulation, &solved.x));
    let bound = solved.certificate.bound;
    let different = differ::different(&near, &used, &solved.x, bound, settings.plans)?;
    if different.len() < settings.plans {
        let found = match different.len() {
            0 => "no plan was".to_owned(),
            1 => "only one plan was".to_owned(),
            n => format!("only {n} plans were"),
        };
        notes.push(format!("{found} found that differs from all others in more than 1 % of the chip-hours"));
    }
    let (told, plans) = describe(model, settings, &plan, different, cost.total, near.allowed);
    let found = Alternatives {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: plan.model.clone(),
        currency: model.currency.clone(),
        of: settings.of.word().to_owned(),
        unit: unit(model, settings.of),
        within: settings.within,
        cost: cost.total,
        bound,
        allowed: near.allowed,
        exact: room.iter().all(|g| [&g.least, &g.most].into_iter().all(|e| e.as_ref().is_some_and(is_exact))),
        room,
        plans: told,
        notes,
        solves: near.solves() + 1,
    };
    Ok((found, plans))
}

/// The plans that differ, reported; and as plans, each of which says what it is.
fn describe(
    model: &Model,
    settings: &AlternativesSettings,
    cheapest: &Plan,
    different: Vec<Different>,
    least: f64,
    allowed: f64,
) -> (Vec<AlternativePlan>, Vec<Plan>) {
    let mut told = Vec::new();
    let mut plans = Vec::new();
    for found in different {
        let Different { mut plan, differs, from_others, primal, .. } = found;
        let cost = plan.cost.as_ref().map_or(f64::NAN, |c| c.total);
        let sentence = sentence::sentence(model, &plan, cheapest, settings.of.word());
        plan.notes.push(format!(
            "not the cheapest plan, which costs {}, but one that costs at most {}: {sentence}",
            money(least, &model.currency),
            money(allowed, &model.currency)
        ));
        told.push(AlternativePlan {
            cost,
            extra: cost - least,
            differs,
            differs_from_others: from_others,
            primal,
            sentence,
        });
        plans.push(plan);
    }
    (told, plans)
}

/// Whether the shares that are asked for have a meaning.
fn meaning(model: &Model, settings: &AlternativesSettings) -> Result<(), AlternativesError> {
    if !measures(model).contains(&settings.of) {
        return Err(AlternativesError::Usage(match settings.of {
            Measure::Work => "work in different units is not added up: ask for spend or chips".to_owned(),
            Measure::Carbon => {
                "not every offer's site has a `carbon` intensity, or its chip a `power`: ask for spend or chips"
                    .to_owned()
            }
            _ => "not every chip on offer has a `power`: ask for spend or chips".to_owned(),
        }));
    }
    for by in &settings.by {
        if model.groups(by).is_empty() {
            let message = format!("`{}` is neither a dimension nor a tag of any offer", by.word());
            return Err(AlternativesError::Usage(message));
        }
        if *by == crate::model::Dimension::Supply {
            let message = "offers depend on `supply` by parts, of which there are no ranges: limit it with `share`";
            return Err(AlternativesError::Usage(message.to_owned()));
        }
    }
    Ok(())
}
