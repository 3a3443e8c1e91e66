//! Where what a plan says of prices goes on holding: the range of each limit's shadow price, and
//! the price at which each offer enters or leaves the plan.
//!
//! Neither is told of models with whole numbers or a concentration limit, whose optimal cost is not
//! made of straight pieces along such a line; and no range of a share, whose price changes with it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Detail, SolveSettings};
use crate::engine::{CertifiedStatus, EngineError, Solved, solve_certified};
use crate::formulation::{Constraint, Formulation, Limits, build_with};
use crate::lp::{AffineProgram, ColumnId, LinearProgram, RowId};
use crate::model::{LimitKind, Model};
use crate::plan::{BreakEven, Plan};

/// What a column or row may add to the cost, relative to it, and still count as nothing.
const NOTHING: f64 = 1e-9;
/// Costs that differ by less, relatively, are the same.
const SAME: f64 = 1e-9;
/// How far from its break-even price, relatively, an offer is tried on either side.
const INSIDE: f64 = 1e-4;
/// Programs with more columns than this take too long for what is always told.
const SMALL: usize = 1_000;
/// Most steps to a break-even price.
const STEPS: usize = 40;

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
    if formulation.has_cones() || formulation.program().has_integers() || solved.y.is_empty() {
        return Ok(());
    }
    if settings.detail != Detail::Ranges && formulation.program().columns().len() > SMALL {
        let note = "break-even prices and the ranges of shadow prices are left out for a model of this size; `--detail ranges` computes them";
        plan.notes.push(note.to_owned());
        return Ok(());
    }
    let wheres = wheres(model, formulation);
    let ranges: Result<Vec<Option<(f64, f64)>>, EngineError> = plan
        .limits
        .par_iter()
        .map(|limit| match wheres.get(&(limit.name.as_str().to_owned(), limit.unit.clone())) {
            // What costs nothing has no price to hold.
            Some(place) if limit.shadow_price.is_some_and(|s| s < 0.0) => {
                range(formulation.program(), solved, *place, settings)
            }
            _ => Ok(None),
        })
        .collect();
    for (limit, range) in plan.limits.iter_mut().zip(ranges?) {
        if let Some((down, up)) = range {
            (limit.holds_from, limit.holds_to) = (Some(limit.limit + down), Some(limit.limit + up));
        }
    }
    let prices: Result<Vec<BreakEven>, EngineError> = (0..model.offers.len())
        .into_par_iter()
        .map(|offer| break_even(model, offer, formulation, solved, settings))
        .collect();
    plan.break_even = Some(prices?);
    Ok(())
}

/// A bound of the program that is a limit of the model.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The upper or lower bound of a row.
    Row(RowId),
    /// The upper bound of a column.
    Column(ColumnId),
}

/// Where each limit that is one bound of the program stands, by its name and unit in the plan.
fn wheres(model: &Model, f: &Formulation) -> BTreeMap<(String, String), Place> {
    let label = |t: usize| model.calendar.periods[t].label.as_str();
    let mut all = BTreeMap::new();
    for (i, constraint) in f.constraints.iter().enumerate() {
        let (name, unit) = match *constraint {
            Constraint::Capacity { offer, period } => {
                (format!("capacity {} {}", model.offers[offer].id, label(period)), "chip")
            }
            Constraint::Pool { pool, period, power } => {
                (format!("pool {} {}", model.pools[pool].id, label(period)), if power { "kW" } else { "chip" })
            }
            Constraint::Rate { workload, period } => {
                (format!("rate {} {}", model.workloads[workload].id, label(period)), "chip")
            }
            Constraint::Limit { limit, span, .. } => {
                let limit = &model.limits[limit];
                let name = [limit.name.as_str(), &limit.spans[span].label];
                let name = name.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
                match &limit.kind {
                    LimitKind::Budget { .. } => (name, model.currency.as_str()),
                    LimitKind::Power { .. } => (name, "kW"),
                    LimitKind::Ramp { .. } => (name, "chip"),
                    _ => continue,
                }
            }
            _ => continue,
        };
        all.insert((name, unit.to_owned()), Place::Row(RowId(i as u32)));
    }
    for &(offer, period, column) in &f.capacity_bounds {
        let name = format!("capacity {} {}", model.offers[offer].id, label(period));
        all.insert((name, "chip".to_owned()), Place::Column(column));
    }
    all
}

/// How far a bound may fall and rise before its multiplier changes.
///
/// The multipliers stay optimal as long as there is a point that goes with them: every column with
/// a reduced cost at its bound, every row with a multiplier tight (complementary slackness). The
/// furthest such points are the optima of two programs (Jansen, de Jong, Roos and Terlaky,
/// "Sensitivity analysis in linear programming: just be careful!", European Journal of Operational
/// Research 101, 1997).
fn range(
    lp: &LinearProgram,
    solved: &Solved,
    place: Place,
    settings: &SolveSettings,
) -> Result<Option<(f64, f64)>, EngineError> {
    let negligible = NOTHING * (1.0 + lp.objective(&solved.x).abs());
    // What is away from its bound has no price, whatever the multipliers' noise says: so the point
    // itself stays on the face.
    let on = |x: f64, bound: f64, size: f64| (x - bound).abs() <= 1e-9 * (1.0 + bound.abs() + size);
    let mut face = LinearProgram::new("range");
    for (j, c) in lp.columns().iter().enumerate() {
        let (x, d) = (solved.x[j], solved.reduced_costs[j]);
        let moved = matches!(place, Place::Column(ColumnId(m)) if m as usize == j);
        let priced = d.abs() * (c.upper - c.lower) > negligible;
        let (lower, upper) = match (priced, d > 0.0) {
            _ if moved => (c.lower, f64::INFINITY),
            (true, true) if on(x, c.lower, 0.0) => (c.lower, c.lower),
            (true, false) if on(x, c.upper, 0.0) => (c.upper, c.upper),
            _ => (c.lower, c.upper),
        };
        face.add_column(lp.column_name(ColumnId(j as u32)), c.role, lower, upper, 0.0);
    }
    // What a bound can move is at most what the row can be.
    let most = match place {
        Place::Row(row) => {
            let (least, most) = lp.activity_range(row);
            least.abs().max(most.abs()) * 2.0
        }
        Place::Column(c) => 100.0 * (1.0 + lp.columns()[c.0 as usize].upper),
    };
    let activity = lp.activity(&solved.x);
    let step = face.add_column("step", "step", -most, most, 0.0);
    for (i, row) in lp.rows().iter().enumerate() {
        let id = RowId(i as u32);
        let (least, largest) = lp.activity_range(id);
        let y = solved.y[i];
        let moved = matches!(place, Place::Row(m) if m == id);
        let tight = moved || y.abs() * (largest - least) > negligible;
        let size = lp.row_terms(id).map(|(c, a)| (a * solved.x[c.0 as usize]).abs()).sum::<f64>();
        let bounds = match (tight, y > 0.0) {
            (true, true) if moved || on(activity[i], row.lower, size) => (row.lower, row.lower),
            (true, false) if moved || on(activity[i], row.upper, size) => (row.upper, row.upper),
            _ => (row.lower, row.upper),
        };
        let terms = lp.row_terms(id).chain(moved.then_some((step, -1.0)));
        face.add_row(lp.row_name(id), row.role, bounds.0, bounds.1, terms);
    }
    if let Place::Column(c) = place {
        let upper = lp.columns()[c.0 as usize].upper;
        face.add_row("moved", "moved", upper, upper, [(c, 1.0), (step, -1.0)]);
    }
    let mut ends = [0.0; 2];
    for (end, sign) in ends.iter_mut().zip([1.0, -1.0]) {
        let mut program = face.clone();
        program.add_cost(step, sign);
        let found = solve_certified(&program, settings.engine, &settings.options())?;
        let Some(reached) = found.x.get(step.0 as usize).filter(|_| found.status == CertifiedStatus::Optimal) else {
            return Ok(None);
        };
        // As far as we let it go is not a limit of the model.
        if reached.abs() > 0.999 * most {
            return Ok(None);
        }
        *end = *reached;
    }
    Ok((ends[0] <= 0.0 && ends[1] >= 0.0).then_some((ends[0], ends[1])))
}

/// The price at which an offer enters the plan (if nothing of it is held) or leaves it.
///
/// With f times its price the optimal cost is v(f), and without the offer it is V: the offer is worth
/// having where v(f) is less. From a factor where it is, the tangent of v leads to the next (the
/// method of Newton); where v is concave, as it is unless prices count in limits, each step stays
/// below the break-even factor until one is on it. Elsewhere the stretch in which it lies is halved.
/// What is told was tried on either side, a ten-thousandth away.
fn break_even(
    model: &Model,
    offer: usize,
    f: &Formulation,
    solved: &Solved,
    settings: &SolveSettings,
) -> Result<BreakEven, EngineError> {
    let hours = |t: usize| model.calendar.periods[t].hours;
    let priced: Vec<usize> = (0..model.periods()).filter(|&t| model.offers[offer].price[t].is_finite()).collect();
    let all: f64 = priced.iter().map(|&t| hours(t)).sum();
    let price = priced.iter().map(|&t| model.offers[offer].price[t] * hours(t)).sum::<f64>() / all.max(1e-300);
    let mut found = BreakEven { offer: model.offers[offer].id.clone(), price, enters_below: None, leaves_above: None };
    let columns: Vec<ColumnId> = f.holdings_of(offer).iter().map(|h| h.column).collect();
    // What is free cannot be scaled.
    if columns.is_empty() || price <= 0.0 {
        return Ok(found);
    }
    let held = columns.iter().any(|c| solved.x[c.0 as usize] > 1e-9);
    let scaled = |factor: f64| {
        let mut model = model.clone();
        model.offers[offer].price.iter_mut().for_each(|p| *p *= factor);
        build_with(&model, Limits::All, 1.0)
    };
    let (half, whole) = (scaled(0.5), scaled(1.0));
    // A formulation with other boxes is another program.
    if whole.program().columns() != f.program().columns() {
        return Ok(found);
    }
    let Some(family) = AffineProgram::between([0.5, 1.0], [half.program(), whole.program()], &[]) else {
        return Ok(found);
    };
    let optimum = |lp: &LinearProgram| -> Result<Option<Solved>, EngineError> {
        let solved = solve_certified(lp, settings.engine, &settings.options())?;
        Ok((solved.status == CertifiedStatus::Optimal).then_some(solved))
    };
    let cost = f.program().objective(&solved.x);
    let without = if held {
        let mut lp = f.program().clone();
        columns.iter().for_each(|&c| lp.set_bounds(c, 0.0, 0.0));
        match optimum(&lp)? {
            Some(solved) => lp.objective(&solved.x),
            // Nothing does without it, at any price.
            None => return Ok(found),
        }
    } else {
        cost
    };
    let enough = SAME * (1.0 + without.abs());
    // The value and slope at a factor; none if it could not be certified.
    let at = |factor: f64| -> Result<Option<(f64, f64)>, EngineError> {
        let lp = family.at(factor);
        Ok(optimum(&lp)?.map(|s| (lp.objective(&s.x), family.slope(&s.x, &s.y))))
    };
    let Some((mut below, mut slope)) = at(if held { 1.0 } else { 0.0 })?.map(|(v, s)| (without - v, s)) else {
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
        let Some((value, tangent)) = at(next)? else { return Ok(found) };
        landed = !landed && next == newton && without - value <= enough;
        if without - value > enough {
            (low, below, slope) = (next, without - value, tangent);
        } else {
            high = next;
        }
    }
    // It was worth having just below; a little above it is not either.
    let near = high.is_finite() && high - low <= 1.5 * INSIDE * high;
    let outside = if near { at(high * (1.0 + INSIDE))? } else { None };
    if outside.is_some_and(|(v, _)| (without - v).abs() <= 2.0 * enough) {
        let at = Some(price * high);
        if held { found.leaves_above = at } else { found.enters_below = at }
    }
    Ok(found)
}
