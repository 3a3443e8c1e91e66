//! Where what a plan says of prices goes on holding: the range of each limit's shadow price, and
//! the price at which each offer enters or leaves the plan.
//!
//! A limit that moves bounds of a linear program has a range of its own ([`face`]), which is exact. One
//! that stands in coefficients, such as a share of a total that varies, has a price that changes with
//! it, and so has every limit beside a concentration: their range is where the price stays within a
//! hundredth of what is reported ([`probe`]).
//!
//! The same holds where commitments or required losses are a reason to hold chips that do not work, beside a
//! limit that gains by it: elsewhere on the way it may take whole columns to keep them to that reason.
//!
//! With whole numbers prices are those of the plan's own decisions, which may change with the limit at
//! any distance: such models have no ranges. Numbers of suppliers have no price. Break-even prices are
//! not reported beside a concentration, where the optimal cost is not made of straight pieces.

mod break_even;
mod face;
mod kink;
mod one;
mod probe;

use std::collections::BTreeMap;

use super::alike::Alike;
use super::settings::{Detail, SolveSettings};
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::engine::parallel::{IntoParallelIterator, IntoParallelRefIterator};
use crate::engine::{EngineError, Solved};
use crate::formulation::{Formulation, LimitKey, Limits};
use crate::model::Model;
use crate::plan::{BreakEven, LimitResult, Plan};
use one::{Movable, is_part};

/// Programs with more columns than this take too long for what is always reported.
const SMALL: usize = 1_000;
/// Most limits whose range is always reported though it takes solving the model again.
const FEW: usize = 12;

/// Where a price holds from, and to.
type Ends = (Option<f64>, Option<f64>);

/// Adds the ranges and the break-even prices to a plan.
///
/// # Errors
/// As the engine's. What cannot be found for sure is left out, not guessed.
pub(super) fn add(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    solved: &Solved,
    plan: &mut Plan,
) -> Result<(), EngineError> {
    if solved.y.is_empty() {
        return Ok(());
    }
    let all = settings.detail == Detail::Ranges;
    let mut multipliers = BTreeMap::new();
    // A cone is smooth; the cuts that stand for it have kinks of their own, which are not the model's.
    let kinked = !formulation.has_cones();
    if kinked && (all || formulation.program().columns().len() <= SMALL) {
        multipliers = kink::add(model, settings, formulation, solved, plan)?;
    }
    if formulation.program().has_integers() || !settings.detail.is_full() {
        return Ok(());
    }
    if !all && formulation.program().columns().len() > SMALL {
        let note = "break-even prices and the ranges of shadow prices are left out for a model of this size; `--detail ranges` computes them";
        plan.notes.push(note.to_owned());
        return Ok(());
    }
    let curved = formulation.has_cones() || formulation.may_choose();
    // What costs nothing, but for rounding as in the sentences, has no price to hold.
    let negligible = 1e-8 * (1.0 + formulation.program().objective(&solved.x).abs());
    let size = |l: &LimitResult| if is_part(l) { 1.0 } else { l.limit.abs() };
    let priced = |l: &&LimitResult| l.shadow_price.is_some_and(|s| s * size(l) < -negligible);
    let mut exact: Vec<(&LimitResult, face::BoundShift)> = Vec::new();
    let mut solves: Vec<(&LimitResult, LimitKey)> = Vec::new();
    for limit in plan.limits.iter().filter(priced) {
        let Some(one) = limit.key.filter(|key| key.priced(model)) else { continue };
        match one.bounds(model, formulation) {
            Some(moved) if !curved => exact.push((limit, moved)),
            // What moves several rows at once has no arcs.
            None if matches!(one, LimitKey::Survive { .. }) => {}
            _ => solves.push((limit, one)),
        }
    }
    let left = if all { 0 } else { solves.len().saturating_sub(FEW) };
    solves.truncate(solves.len() - left);
    let mut found: Vec<(Option<LimitKey>, Ends)> = Vec::new();
    let numbered: Vec<_> = (1..).zip(&exact).collect();
    let found_exactly: Result<Vec<_>, EngineError> = numbered
        .par_iter()
        .map(|&(number, (limit, moved))| {
            settings.begin("range of a price", number, exact.len())?;
            // At a kink the range is that of the price in the direction of relaxing.
            let own = limit.key.and_then(|key| multipliers.get(&key)).map(|y| {
                let reduced_costs = formulation.program().reduced_costs(y, true);
                Solved { y: y.clone(), reduced_costs, ..solved.clone() }
            });
            let (down, up) = face::range(formulation.program(), own.as_ref().unwrap_or(solved), moved, settings)?;
            Ok((limit.key, (down.map(|d| limit.limit + d), up.map(|u| limit.limit + u))))
        })
        .collect();
    found.extend(found_exactly?);
    // All of them begin at the vertex of the model as it is.
    let start = Alike::begin(model, Limits::All, settings)?;
    let numbered: Vec<_> = (1..).zip(&solves).collect();
    let probed: Result<Vec<_>, EngineError> = numbered
        .par_iter()
        .map(|&(number, (limit, one))| {
            settings.begin("range of a price, by solving again", number, solves.len())?;
            Ok((limit.key, probe::range(model, &start, *one, limit, settings)?))
        })
        .collect();
    found.extend(probed?);
    for (key, (from, to)) in found {
        for limit in plan.limits.iter_mut().filter(|l| l.key == key) {
            let within = |x: f64| if is_part(limit) { x.clamp(0.0, 1.0) } else { x };
            let (from, to) = (from.map(within), to.map(within));
            (limit.holds_from, limit.holds_to) = (from, to);
        }
    }
    if left > 0 {
        plan.notes.push(format!(
            "the ranges of {left} further shadow prices, each of which takes solving the model again, are left out; `--detail ranges` computes them"
        ));
    }
    if formulation.has_cones() {
        return Ok(());
    }
    let prices: Result<Vec<BreakEven>, EngineError> = model
        .offers
        .ids()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|offer| break_even::break_even(model, &start, offer, formulation, solved, settings))
        .collect();
    plan.break_even = Some(prices?);
    Ok(())
}
