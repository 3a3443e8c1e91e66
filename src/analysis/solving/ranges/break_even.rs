//! The price at which each offer enters or leaves the plan.

use super::super::alike::Start;
use super::super::cuts::unneeded;
use super::super::settings::SolveSettings;
use crate::engine::{CertifiedSession, CertifiedStatus, EngineError, SMALL, Solved, solve_certified};
use crate::formulation::{Formulation, Limits, build_with};
use crate::lp::{AffineProgram, ColumnId, LinearProgram};
use crate::model::{Model, OfferId, settle_deliveries};
use crate::plan::BreakEven;

/// Costs that differ by less, relatively, are the same.
const SAME: f64 = 1e-9;
/// How far from its break-even price, relatively, an offer is tried on either side.
const INSIDE: f64 = 1e-4;
/// A break-even price below this part of the price is rounding.
const ROUNDING: f64 = 1e-6;
/// Most steps to a break-even price.
const STEPS: usize = 40;

/// The price at which an offer enters the plan (if nothing of it is held) or leaves it.
///
/// Its price is that of a chip-hour that works, of holding and of use; both are scaled.
///
/// With f times its price the optimal cost is v(f), and without the offer it is V: the offer is worth
/// having where v(f) is less. From a factor where it is, the tangent of v leads to the next (the
/// method of Newton); where v is concave, as it is unless prices count in limits, each step stays
/// below the break-even factor until one is on it. Elsewhere the stretch in which it lies is halved.
/// What is reported was tried on either side, a ten-thousandth away. `start` is where the model itself was solved.
///
/// Where a contract's prices follow that of the offer, or that of the offer follows others, or damages for late delivery
/// are a part of it, v is no line between two programs: each factor is a program of its own, V depends on the factor as well, and the stretch is halved alone.
pub(super) fn break_even(
    model: &Model,
    start: &Start,
    offer: OfferId,
    f: &Formulation,
    solved: &Solved,
    settings: &SolveSettings,
) -> Result<BreakEven, EngineError> {
    let hours = |t: usize| model.calendar.periods[t].hours;
    let offered = &model.offers[offer];
    let is_known = |t: usize| offered.price[t].is_finite() && offered.used.as_ref().is_none_or(|u| u[t].is_finite());
    let priced: Vec<usize> = (0..model.periods()).filter(|&t| is_known(t)).collect();
    let all: f64 = priced.iter().map(|&t| hours(t)).sum();
    let used = |t: usize| model.offers[offer].used.as_ref().map_or(0.0, |used| used[t]);
    let price_at = |t: usize| model.offers[offer].price[t] + used(t);
    let price = priced.iter().map(|&t| price_at(t) * hours(t)).sum::<f64>() / all.max(1e-300);
    let mut found = BreakEven { offer: model.offers[offer].id.clone(), price, enters_below: None, leaves_above: None };
    let columns: Vec<ColumnId> = f.holdings_of(offer).iter().map(|h| h.column).collect();
    // What is free cannot be scaled.
    if columns.is_empty() || price <= 0.0 {
        return Ok(found);
    }
    let held = columns.iter().any(|c| solved.x[c.0 as usize] > 1e-9);
    let scaled = |factor: f64| {
        let mut model = model.clone();
        let scaled = &mut model.offers[offer];
        scaled.price.iter_mut().chain(scaled.used.iter_mut().flatten()).for_each(|p| *p *= factor);
        settle_deliveries(&mut model);
        build_with(&model, Limits::All, 1.0)
    };
    let (half, whole) = (scaled(0.5), scaled(1.0));
    // A formulation with other boxes is another program.
    if whole.program().columns() != f.program().columns() {
        return Ok(found);
    }
    let family = if model.is_repriced(offer) || model.sets_damages(offer) {
        None
    } else {
        match AffineProgram::between([0.5, 1.0], [half.program(), whole.program()], &[]) {
            Some(family) => Some(family),
            None => return Ok(found),
        }
    };
    // Large programs that differ in a few costs start one from the vertex of the other.
    let mut session: Option<CertifiedSession> = None;
    let mut optimum = |lp: &LinearProgram| -> Result<Option<Solved>, EngineError> {
        let solved = match &mut session {
            Some(open) => {
                open.replace(lp.clone());
                open.solve()?
            }
            empty if lp.columns().len() > SMALL && !lp.has_integers() => {
                let mut open = CertifiedSession::open(lp.clone(), settings.engine, &settings.options())?;
                start.basis().into_iter().for_each(|basis| open.start_from(basis));
                empty.insert(open).solve()?
            }
            _ => solve_certified(lp, settings.engine, &settings.options())?,
        };
        // What it bought to no purpose, if anything, it also does at another price.
        let sound = solved.status == CertifiedStatus::Optimal && unneeded(model, f, &solved.x, settings)?.is_empty();
        Ok(sound.then_some(solved))
    };
    let cost = f.program().objective(&solved.x);
    let left_out = |lp: &LinearProgram| {
        let mut lp = lp.clone();
        columns.iter().for_each(|&c| lp.set_bounds(c, 0.0, 0.0));
        lp
    };
    let without = if held {
        let lp = left_out(f.program());
        match optimum(&lp)? {
            Some(solved) => lp.objective(&solved.x),
            // Nothing does without it, at any price.
            None => return Ok(found),
        }
    } else {
        cost
    };
    let enough = SAME * (1.0 + without.abs());
    // What it saves at a factor, and the slope of the cost; none if it could not be certified.
    let mut at = |factor: f64| -> Result<Option<(f64, f64)>, EngineError> {
        if let Some(family) = &family {
            let lp = family.at(factor);
            return Ok(optimum(&lp)?.map(|s| (without - lp.objective(&s.x), family.slope(&s.x, &s.y))));
        }
        let own = scaled(factor);
        let lp = left_out(own.program());
        let (with, without) = (optimum(own.program())?, optimum(&lp)?);
        Ok(with.zip(without).map(|(with, out)| (lp.objective(&out.x) - own.program().objective(&with.x), 0.0)))
    };
    let Some((mut below, mut slope)) = at(if held { 1.0 } else { 0.0 })? else {
        return Ok(found);
    };
    // Even for nothing it is not worth having.
    if below <= enough {
        return Ok(found);
    }
    let (mut low, mut high) = (if held { 1.0 } else { 0.0 }, if held { f64::INFINITY } else { 1.0 });
    let mut landed = false;
    for _ in 0..STEPS {
        if high.is_finite() && high - low <= 1.5 * INSIDE * high {
            break;
        }
        let newton = low + below / slope;
        let next = match high {
            // On it, if it is one: then a little inside it is worth having.
            _ if landed => high * (1.0 - INSIDE),
            high if slope > 0.0 && newton > low && newton < high => newton,
            f64::INFINITY => 2.0 * low,
            high => f64::midpoint(low, high),
        };
        let Some((saved, tangent)) = at(next)? else { return Ok(found) };
        landed = !landed && next == newton && saved <= enough;
        if saved > enough {
            (low, below, slope) = (next, saved, tangent);
        } else {
            high = next;
        }
    }
    // It was worth having just below; a little above it is not either.
    let near = high.is_finite() && high - low <= 1.5 * INSIDE * high;
    let outside = if near { at(high * (1.0 + INSIDE))? } else { None };
    if outside.is_some_and(|(saved, _)| saved.abs() <= 2.0 * enough) {
        // What is nothing beside the price is rounding: at no price does it enter.
        let at = Some(price * high).filter(|_| high > ROUNDING);
        if held { found.leaves_above = at } else { found.enters_below = at }
    }
    Ok(found)
}
