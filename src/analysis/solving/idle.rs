//! Limits that are met with the help of what stands idle.
//!
//! Chips that were bought for a term, are owned or committed may stand idle, and idle money is due where a
//! commitment is not met. Both count towards the total of a share. A plan may meet a limit by that, within
//! what is owed anyway; then it says so, with the money, and what the cheapest plan would cost in which the
//! limit holds for what is used alone.

use super::optimum::solve_within_boxes;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::Limits;
use crate::model::{Calendar, Limit, Model, OfferId, Span, WorkloadSet, is_ratio_of_held};
use crate::plan::ledger::{Books, Ledger};
use crate::plan::{Held, IdleToMeetLimit, Plan, Purposes, Schedule};
use crate::units::human::money;

/// Relative amount by which a limit is exceeded without what is idle.
const BEYOND: f64 = 1e-6;

/// Adds the limits of a plan that idle chips and money help to meet.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn add(
    model: &Model,
    settings: &SolveSettings,
    schedule: &Schedule,
    purposes: &Purposes,
    plan: &mut Plan,
) -> Result<(), EngineError> {
    let idle: f64 =
        schedule.idle.iter().map(|i| i.3).sum::<f64>() + plan.purchases.iter().map(|p| p.idle_spend).sum::<f64>();
    if idle <= 0.0 {
        return Ok(());
    }
    let busy = without_idle(&model.calendar, schedule, purposes);
    let ledger = Ledger::of(model, &busy);
    let books = Books::of(model, &busy, &ledger);
    let in_force =
        |l: &&Limit| l.soft.is_none() && l.when.is_none_or(|k| schedule.signed[k]) && is_ratio_of_held(&l.kind);
    let helped: Vec<&Limit> = model
        .limits
        .iter()
        .filter(in_force)
        .filter(|l| l.spans.iter().any(|s| is_broken(model, l, s, &books)))
        .collect();
    if helped.is_empty() {
        return Ok(());
    }
    // The same limits on what works, whatever is held beside it.
    let mut other = model.clone();
    for limit in &helped {
        let mut used = (*limit).clone();
        used.kind.family_mut().count_only(WorkloadSet::all(model.workloads.len()));
        other.limits.push(used);
    }
    let (formulation, solved) = solve_within_boxes(&other, Limits::All, settings)?;
    let cost = (solved.status == CertifiedStatus::Optimal).then(|| formulation.paid().at(&solved.x));
    let no_plan = solved.status == CertifiedStatus::Infeasible;
    let total = plan.cost.as_ref().map_or(0.0, |c| c.total);
    let names = helped.iter().map(|l| format!("`{}` (line {})", l.name, l.origin.line)).collect::<Vec<_>>().join(", ");
    let instead = match cost {
        Some(cost) => format!(
            "counting only chips that run workloads, the cheapest plan costs {} more",
            money((cost - total).max(0.0), &model.currency)
        ),
        None if no_plan => "counting only chips that run workloads, there is no plan".to_owned(),
        None => "what a plan would cost that counts only chips that run workloads could not be certified".to_owned(),
    };
    plan.notes.push(format!(
        "idle-to-meet-limit: {} of idle commitments and chips (undiscounted) help to meet {names}; {instead}",
        money(idle, &model.currency)
    ));
    plan.idle_to_meet_limit = helped
        .iter()
        .map(|l| IdleToMeetLimit { limit: l.name.clone(), line: l.origin.line, idle, cost, no_plan })
        .collect();
    Ok(())
}

/// The schedule without chips that do nothing and money that is paid for nothing.
fn without_idle(calendar: &Calendar, schedule: &Schedule, purposes: &Purposes) -> Schedule {
    let part = |o: OfferId, t: usize| {
        let held = purposes.held[o][t];
        if held > 0.0 { 1.0 - purposes.idle[o][t] / held } else { 0.0 }
    };
    let mut busy = Schedule { idle: Vec::new(), held: Vec::new(), ..schedule.clone() };
    for h in &schedule.held {
        // What was paid once for bought chips is for all periods: they are busy by the mean over their hours.
        if h.bought.is_some() {
            let worked = h.periods.clone().map(|t| part(h.offer, t) * calendar.periods[t].hours).sum::<f64>();
            let mean = worked / calendar.hours(h.periods.clone());
            busy.held.push(Held { chips: h.chips * mean, ..h.clone() });
            continue;
        }
        // Period by period, as rented: what is busy of a reservation differs from one to the next.
        busy.held.extend(h.periods.clone().map(|t| Held {
            periods: t..t + 1,
            chips: h.chips * part(h.offer, t),
            ..h.clone()
        }));
    }
    busy
}

/// Whether a limit does not hold over a span.
fn is_broken(model: &Model, limit: &Limit, span: &Span, books: &Books<'_>) -> bool {
    let compared = limit.kind.family().compared(model, books, &span.periods);
    compared.iter().any(|c| c.value - c.most > BEYOND * (1.0 + c.scale))
}
