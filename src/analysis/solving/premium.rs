//! What the policy costs: the diversification premium, and what each limit alone adds.

use super::optimum::solve_within_boxes;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, LimitKey, Limits, Requirement};
use crate::model::Model;
use crate::plan::Plan;

/// Adds the diversification premium, which is the cost less what it would be without the limits on
/// dependency; and for each of these limits, the cost less what it would be without that one.
///
/// The premiums by limit do not add up to the whole: of two limits that ask for the same, each
/// alone adds nothing.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn add(model: &Model, settings: &SolveSettings, plan: &mut Plan) -> Result<(), EngineError> {
    add_total(model, plan, || cost_with(model, Limits::WithoutDependency, settings))?;
    let Some((total, unrestricted)) = plan.cost.as_ref().map(|c| (c.total, c.unrestricted)) else { return Ok(()) };
    let all = Requirement::of_dependency(model);
    // Without limits that no multiplier speaks for, a linear program stays where it is.
    let linear = !plan.limits.iter().any(|l| l.shadow_price.is_none());
    for (number, &one) in all.iter().enumerate() {
        settings.begin("cost without a limit", number + 1, all.len())?;
        let name = one.name(model);
        let idle = |l: &crate::plan::LimitResult| l.shadow_price == Some(0.0) && !l.binding;
        let is_mine = |l: &crate::plan::LimitResult| l.key.and_then(LimitKey::requirement) == Some(one);
        let mine = || plan.limits.iter().filter(|l| is_mine(l));
        let without = if linear && mine().all(idle) {
            Some(total)
        } else if all.len() == 1 {
            unrestricted
        } else {
            cost_with(model, Limits::Without(one), settings)?
        };
        let premium = without.map(|without| difference(total, without));
        if premium.is_none() {
            plan.notes.push(format!("the cost without `{name}` could not be certified and is left out"));
        }
        let mine = plan.limits.iter_mut().filter(|l| is_mine(l));
        mine.for_each(|l| l.premium = premium);
    }
    Ok(())
}

/// Adds the diversification premium alone; `free` finds the certified cost without the limits on dependency.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn add_total(
    model: &Model,
    plan: &mut Plan,
    free: impl FnOnce() -> Result<Option<f64>, EngineError>,
) -> Result<(), EngineError> {
    let Some(cost) = &mut plan.cost else { return Ok(()) };
    let unrestricted = match Requirement::of_dependency(model).as_slice() {
        [] => Some(cost.total),
        _ => free()?,
    };
    cost.unrestricted = unrestricted;
    cost.premium = unrestricted.map(|without| difference(cost.total, without));
    if unrestricted.is_none() {
        plan.notes.push("the cost without the dependency limits could not be certified and is left out".to_owned());
    }
    Ok(())
}

/// Removing limits cannot cost more: a difference below zero, or within what the certificates leave
/// open, is rounding of two solves.
fn difference(total: f64, without: f64) -> f64 {
    let difference = total - without;
    if difference > 2e-9 * (1.0 + total.abs()) { difference } else { 0.0 }
}

/// The certified cost with some of the limits.
fn cost_with(model: &Model, limits: Limits, settings: &SolveSettings) -> Result<Option<f64>, EngineError> {
    Ok(certified_cost(&solve_within_boxes(model, limits, settings)?))
}

/// The cost of an answer, if that is a certified optimum.
pub(in crate::analysis) fn certified_cost((formulation, solved): &(Formulation, Solved)) -> Option<f64> {
    let certified = solved.status == CertifiedStatus::Optimal;
    certified.then(|| formulation.paid().at(&solved.x))
}
