//! Which of the plans that cost as little: a second solve with the cost held at the optimum (within a
//! billionth) that minimises what the policy prefers to have less of.
//!
//! The answer stays the optimum of the model. Its multipliers and its bound are those of the first
//! solve, which prove every point of that cost.

use std::time::Duration;

use super::near::{Near, ROOMS, Ratio, extreme, is_plan};
use super::solve::{SolveSettings, examine, tell_idle};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, Sum};
use crate::lp::{Tolerances, primal_violation};
use crate::model::{Measure, Model, Prefer};
use crate::units::human::{number, percent};

/// Longest time for the search for the fewest splits, if no other is set.
const LONGEST: Duration = Duration::from_secs(60);

/// A plan that is preferred, and in a sentence why.
struct Choice {
    x: Vec<f64>,
    why: String,
}

/// Puts the preferred of the plans that cost as little in place of the one that was found; what is told
/// of it, if the policy prefers any.
///
/// # Errors
/// As the engine's. What cannot be decided leaves the plan as it is, and is told.
pub(super) fn choose(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    solved: &mut Solved,
) -> Result<Option<String>, EngineError> {
    let Some(prefer) = model.prefer.filter(|_| solved.status == CertifiedStatus::Optimal) else { return Ok(None) };
    let cost = formulation.program().objective(&solved.x);
    let near = Near::new(model, *settings, cost, 0.0);
    let choice = match prefer {
        Prefer::FewestSplits => fewest_splits(near, formulation, &solved.x)?,
        Prefer::MostDiversified => most_diversified(&near, formulation, &solved.x)?,
        Prefer::LeastChange => least_change(&near, formulation, &solved.x)?,
    };
    if let Some(Choice { x, why }) = choice
        && let Some(mut better) = put(model, formulation, solved, &x)?
    {
        // Idle money told as such may change what vendors are paid.
        if prefer != Prefer::MostDiversified {
            tell_idle(model, formulation, &mut better);
        }
        *solved = better;
        return Ok(Some(format!("of the plans that cost as little, this one is preferred: {why}")));
    }
    Ok(Some(format!(
        "`prefer: {}` could not be decided: this plan is the first that was found of those that cost as little",
        prefer.words()
    )))
}

/// The answer with a point in place of its own, if what was proved holds for that point as well.
fn put(model: &Model, f: &Formulation, solved: &Solved, x: &[f64]) -> Result<Option<Solved>, EngineError> {
    let x = x[..f.program().columns().len()].to_vec();
    let (cost, primal) = (f.program().objective(&x), primal_violation(f.program(), &x));
    let gap = (cost - solved.certificate.bound) / (1.0 + cost.abs());
    let tolerances = Tolerances::default();
    if primal > tolerances.primal || gap.abs() > solved.certificate.gap.abs().max(tolerances.gap) {
        return Ok(None);
    }
    if !examine(model, f, &x, Some(cost))?.breaches.is_empty() {
        return Ok(None);
    }
    let mut better = Solved { x, ..solved.clone() };
    (better.certificate.primal, better.certificate.gap) = (primal, gap);
    Ok(Some(better))
}

/// The least of a sum over the plans that cost as little; `None` if nothing was certified, or only a box
/// of ours decides it.
fn least(near: &Near<'_>, sum: &dyn Fn(&mut Formulation) -> Sum) -> Result<Option<Solved>, EngineError> {
    for room in ROOMS {
        let mut program = near.program(room);
        let sum = sum(&mut program.f);
        let solved = near.least(&mut program, &sum)?;
        if !is_plan(&solved) {
            return Ok(None);
        }
        if !program.f.touched(&solved.x) {
            return Ok(Some(solved));
        }
    }
    Ok(None)
}

fn fewest_splits(mut near: Near<'_>, first: &Formulation, x: &[f64]) -> Result<Option<Choice>, EngineError> {
    let model = near.model;
    let before = first.pairs(x);
    near.settings.time_limit = near.settings.time_limit.or(Some(LONGEST));
    // What is left open is less than one pair, so that their number is proved.
    near.settings.mip_gap = 0.9 / (1.0 + before as f64);
    let Some(solved) = least(&near, &|f| f.add_pairs(model))? else { return Ok(None) };
    let fewest = (solved.certificate.bound - 1e-6).ceil().max(0.0) as usize;
    let x = if first.pairs(&solved.x) < before { solved.x } else { x.to_vec() };
    let count = first.pairs(&x);
    let what = "pairs of a workload and an offer that it runs on";
    let why = if fewest >= count {
        format!("it has {count} {what}, and none has fewer")
    } else {
        format!("it has {count} {what}; the search ended before it was proved that none has fewer, down to {fewest}")
    };
    Ok(Some(Choice { x, why }))
}

fn most_diversified(near: &Near<'_>, first: &Formulation, x: &[f64]) -> Result<Option<Choice>, EngineError> {
    let model = near.model;
    let everything = vec![true; model.offers.len()];
    let total = |f: &Formulation| f.measured(model, &everything, Measure::Spend, &model.calendar.all());
    let largest = |x: &[f64]| {
        let vendors = first.vendors(model).into_iter().map(|(name, sum)| (name, sum.at(x)));
        vendors.reduce(|a, b| if b.1 > a.1 { b } else { a })
    };
    let scale = total(first).at(x);
    let Some((_, amount)) = largest(x).filter(|_| scale > 0.0) else { return Ok(None) };
    let ratio = Ratio {
        parts: &|f| (f.add_largest(model), total(f)),
        most: false,
        known: x,
        share: amount / scale,
        scale,
        least_total: 0.0,
    };
    let Some(found) = extreme(near, &ratio)? else { return Ok(None) };
    let Some((name, amount)) = largest(&found.x) else { return Ok(None) };
    let part = percent(amount / total(first).at(&found.x));
    let proved = if found.limited { "was found with less until a limit of time" } else { "gives its largest less" };
    let why = format!("its largest vendor, `{name}`, has {part} of the spend, and none {proved}");
    Ok(Some(Choice { x: found.x, why }))
}

fn least_change(near: &Near<'_>, first: &Formulation, x: &[f64]) -> Result<Option<Choice>, EngineError> {
    let model = near.model;
    let Some(solved) = least(near, &|f| f.add_changes(model))? else { return Ok(None) };
    let limited = solved.status == CertifiedStatus::LimitReached;
    let x = if first.changes(model, &solved.x) < first.changes(model, x) { solved.x } else { x.to_vec() };
    let chips = number(first.changes(model, &x));
    let proved = if limited { "was found with fewer until a limit of time" } else { "changes fewer" };
    let why = format!("in the first period it changes {chips} chips of what runs today, and none {proved}");
    Ok(Some(Choice { x, why }))
}
