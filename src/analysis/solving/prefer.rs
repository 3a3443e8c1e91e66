//! Which of the plans that cost as little: a second solve with the cost held at the optimum (within a
//! billionth) that minimises what the policy prefers to have less of.
//!
//! The answer stays the optimum of the model. Its multipliers and its bound are those of the first
//! solve, which prove every point of that cost. Where a model has decisions, what is preferred with
//! these as they are comes first, and is what is reported if the search over all of them ends without an
//! answer.

use std::time::Duration;

use super::examined::examine;
use super::near::{NearOptimalPlans, ROOMS, Ratio, examined, extreme, is_plan};
use super::optimum::tell_idle;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::Formulation;
use crate::lp::{Affine, Tolerances, primal_violation};
use crate::model::{Measure, Model, OfferSet, Prefer};
use crate::units::human::{number, percent};

/// Longest time for a search over whole numbers, if no other is set.
const LONGEST: Duration = Duration::from_secs(60);

/// Rounds in which pairs with little on them are thinned out.
const THINNED: usize = 5;

/// What is proved of a plan that is preferred.
#[derive(Clone, Copy, PartialEq)]
enum Proof {
    /// No plan that costs as little is better.
    All,
    /// None is that has the same decisions.
    SameDecisions,
    /// Nothing.
    Open,
}

/// A plan that is preferred.
struct Choice {
    x: Vec<f64>,
    /// What it has of what is preferred to be less.
    level: f64,
    proof: Proof,
}

/// Puts the preferred of the plans that cost as little in place of the one that was found; what is reported
/// of it, if the policy prefers any.
///
/// # Errors
/// As the engine's. What cannot be decided leaves the plan as it is, and is reported.
pub(in crate::analysis) fn choose(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    solved: &mut Solved,
) -> Result<Option<String>, EngineError> {
    let Some(prefer) = model.prefer.filter(|_| solved.status == CertifiedStatus::Optimal) else { return Ok(None) };
    let cost = formulation.paid().at(&solved.x);
    let mut near = NearOptimalPlans::new(model, settings.clone(), formulation, cost, 0.0);
    let mut choice = None;
    if formulation.program().has_integers() {
        choice = best(prefer, &near.deciding(&solved.x), formulation, &solved.x)?;
        choice.iter_mut().for_each(|c| c.proof = if c.proof == Proof::All { Proof::SameDecisions } else { c.proof });
        near.settings.time_limit = near.settings.search_limit(LONGEST);
    }
    let known = choice.as_ref().map_or(&solved.x, |c| &c.x).clone();
    if let Some(found) = best(prefer, &near, formulation, &known)? {
        // Without a proof and no better, what is known of the first is more.
        let better = |c: &Choice| found.proof == Proof::All || found.level < c.level;
        if choice.as_ref().is_none_or(better) {
            choice = Some(found);
        }
    }
    if let Some(Choice { x, proof, .. }) = choice
        && let Some(mut better) = put(model, formulation, solved, &x, settings)?
    {
        // Idle money reported as such may change what vendors are paid.
        if prefer != Prefer::MostDiversified {
            tell_idle(model, formulation, &mut better);
        }
        *solved = better;
        return Ok(Some(why(prefer, model, formulation, &solved.x, proof)));
    }
    Ok(Some(format!(
        "`prefer: {}` could not be decided: this plan is the first that was found of those that cost as little",
        prefer.words()
    )))
}

/// The best plan that costs as little; `None` if nothing was certified.
fn best(
    prefer: Prefer,
    near: &NearOptimalPlans<'_>,
    f: &Formulation,
    known: &[f64],
) -> Result<Option<Choice>, EngineError> {
    match prefer {
        Prefer::FewestSplits => fewest_splits(near, f, known),
        Prefer::MostDiversified => most_diversified(near, f, known),
        Prefer::LeastChange => fewest(near, known, &|f| f.add_changes(near.model), &|x| f.changes(near.model, x)),
        Prefer::Steady => fewest(near, known, &|f| f.add_turns(near.model), &|x| f.turns(near.model, x)),
    }
}

/// What a plan has of what is preferred, and what is proved.
fn why(prefer: Prefer, model: &Model, f: &Formulation, x: &[f64], proof: Proof) -> String {
    let (has, less) = match prefer {
        Prefer::FewestSplits => {
            (format!("it has {} pairs of a workload and an offer that it runs on", f.pairs(x)), "none has fewer")
        }
        Prefer::MostDiversified => {
            let (name, part) = largest(model, f, x).unwrap_or_default();
            let part = percent(part);
            (format!("its largest vendor, `{name}`, has {part} of the spend"), "none gives its largest less")
        }
        Prefer::LeastChange => {
            let chips = number(f.changes(model, x));
            (format!("in the first period it changes {chips} chips of what runs today"), "none changes fewer")
        }
        Prefer::Steady => {
            let chips = number(f.turns(model, x));
            let has = format!("{chips} chips no longer do in a period what they did in the one before");
            (has, "there are no fewer in any other")
        }
    };
    let proved = match proof {
        Proof::All => format!(", and {less}"),
        Proof::SameDecisions => {
            format!(
                ", and of those that decide the same {less}; the search over other decisions ended without an answer"
            )
        }
        Proof::Open => format!("; the search ended before it was proved that {less}"),
    };
    format!("of the plans that cost as little, this one is preferred: {has}{proved}")
}

/// The answer with a point in place of its own, if what was proved holds for that point as well.
fn put(
    model: &Model,
    f: &Formulation,
    solved: &Solved,
    x: &[f64],
    settings: &SolveSettings,
) -> Result<Option<Solved>, EngineError> {
    let x = x[..f.program().columns().len()].to_vec();
    let (cost, primal) = (f.program().objective(&x), primal_violation(f.program(), &x));
    let gap = (cost - solved.certificate.bound) / (1.0 + cost.abs());
    let tolerances = Tolerances::default();
    if primal > tolerances.primal || gap.abs() > solved.certificate.gap.abs().max(tolerances.gap) {
        return Ok(None);
    }
    if examined(examine(model, f, &x, Some(cost), settings))?.is_none_or(|e| !e.breaches.is_empty()) {
        return Ok(None);
    }
    let mut better = Solved { x, ..solved.clone() };
    (better.certificate.primal, better.certificate.gap) = (primal, gap);
    Ok(Some(better))
}

/// The least of a sum over the plans that cost as little; `None` if nothing was certified, or only a box
/// of ours decides it.
fn least(near: &NearOptimalPlans<'_>, sum: &dyn Fn(&mut Formulation) -> Affine) -> Result<Option<Solved>, EngineError> {
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

/// Pairs with little on them are thinned out first, by linear programs that weigh them by what was on
/// them before (Candès, Wakin and Boyd, "Enhancing sparsity by reweighted l1 minimization", J. Fourier
/// Anal. Appl. 14, 2008): where the search over whole numbers does not end, that is what there is.
fn fewest_splits(near: &NearOptimalPlans<'_>, f: &Formulation, known: &[f64]) -> Result<Option<Choice>, EngineError> {
    let mut best = (f.pairs(known), known.to_vec());
    let mut last = known.to_vec();
    for _ in 0..THINNED {
        let Some(solved) = least(near, &|f| f.thinned(&last))? else { break };
        let count = f.pairs(&solved.x);
        last = solved.x;
        if count >= best.0 {
            break;
        }
        best = (count, last.clone());
    }
    let time_limit = near.settings.search_limit(LONGEST);
    // What is left open is less than one pair, so that their number is proved.
    let mip_gap = 0.9 / (1.0 + best.0 as f64);
    let searched = near.with(SolveSettings { time_limit, mip_gap, ..near.settings.clone() });
    let mut fewest = 0;
    if let Some(solved) = least(&searched, &|f| f.add_pairs(near.model))? {
        fewest = (solved.certificate.bound - 1e-6).ceil().max(0.0) as usize;
        let count = f.pairs(&solved.x);
        if count < best.0 {
            best = (count, solved.x);
        }
    }
    let proof = if fewest >= best.0 { Proof::All } else { Proof::Open };
    Ok(Some(Choice { x: best.1, level: best.0 as f64, proof }))
}

/// The vendor that is paid the most, and its part of the spend.
fn largest(model: &Model, f: &Formulation, x: &[f64]) -> Option<(String, f64)> {
    let total = total(model, f).at(x);
    let parts = f.vendors(model).into_iter().map(|(name, sum)| (name, sum.at(x) / total));
    parts.reduce(|a, b| if b.1 > a.1 { b } else { a }).filter(|_| total > 0.0)
}

/// All that is spent.
fn total(model: &Model, f: &Formulation) -> Affine {
    f.measured(model, &OfferSet::all(model.offers.len()), Measure::Spend, &model.calendar.all())
}

fn most_diversified(
    near: &NearOptimalPlans<'_>,
    f: &Formulation,
    known: &[f64],
) -> Result<Option<Choice>, EngineError> {
    let model = near.model;
    let Some((_, share)) = largest(model, f, known) else { return Ok(None) };
    let ratio = Ratio {
        parts: &|f| (f.add_largest(model), total(model, f)),
        most: false,
        known,
        share,
        scale: total(model, f).at(known),
        least_total: 0.0,
    };
    let Some(found) = extreme(near, &ratio)? else { return Ok(None) };
    let level = largest(model, f, &found.x).map_or(share, |l| l.1);
    let proof = if found.limited { Proof::Open } else { Proof::All };
    Ok(Some(Choice { x: found.x, level, proof }))
}

/// The plan with the least of a sum of chips; `level` says what a solution has of it.
fn fewest(
    near: &NearOptimalPlans<'_>,
    known: &[f64],
    sum: &dyn Fn(&mut Formulation) -> Affine,
    level: &dyn Fn(&[f64]) -> f64,
) -> Result<Option<Choice>, EngineError> {
    let Some(solved) = least(near, sum)? else { return Ok(None) };
    let proof = if solved.status == CertifiedStatus::Optimal { Proof::All } else { Proof::Open };
    let (before, after) = (level(known), level(&solved.x));
    let (x, level) = if after < before { (solved.x, after) } else { (known.to_vec(), before) };
    Ok(Some(Choice { x, level, proof }))
}
