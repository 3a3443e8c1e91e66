//! The price of a limit in each direction: where the optimum is at a kink, relaxing saves less than
//! tightening costs.
//!
//! The optimal cost of a linear program is a convex function of its right-hand sides, and its derivative in a
//! direction is the largest of that direction's product with the multipliers that are optimal (Gal,
//! "Postoptimal Analyses, Parametric Programming, and Related Topics", 2nd ed., 1995, chapter 4):
//!
//! v'(b; d) = max of d . y over the y with c - A^T y in sign with x, and y in sign with the rows
//!
//! for any one optimum x (complementary slackness). An engine gives one of these y; here the least and the
//! largest of what a limit's price is made of are found, each by a linear program. Limits whose price is the
//! same for all optimal multipliers are found many at a time: a random sum of their prices is the same for
//! all of them only if each is.
//!
//! A share of a total M stands in coefficients; its price is the multiplier times M (Golshtein, "Theory of
//! Convex Programming", 1972: the derivative of a saddle value), with M that of the plan.

use std::collections::BTreeMap;

use super::super::settings::SolveSettings;
use super::one::{Movable, is_part};
use crate::engine::{CertifiedSession, CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, LimitKey};
use crate::lp::{ColumnId, LinearProgram, RowId};
use crate::model::Model;
use crate::plan::ledger::{Books, Ledger};
use crate::plan::{LimitResult, Plan, Schedule, limit_sentence};

/// What a column or row may add to the cost, relative to it, and still count as nothing.
const NOTHING: f64 = 1e-9;
/// A multiplier or reduced cost below this part of what it is made of is rounding.
const NOISE: f64 = 1e-8;
/// How much wider boxes are tried.
const WIDER: f64 = 8.0;
/// Prices that differ by less, relatively, are one.
const SAME: f64 = 1e-5;

/// The derivative of the cost by a limit, as a sum over multipliers of rows and of upper bounds of columns.
struct Price {
    rows: Vec<(RowId, f64)>,
    columns: Vec<(ColumnId, f64)>,
}

/// Tells the price of each limit in the direction of relaxing, and that of tightening where it differs.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn add(
    model: &Model,
    settings: &SolveSettings,
    f: &Formulation,
    solved: &Solved,
    plan: &mut Plan,
) -> Result<BTreeMap<LimitKey, Vec<f64>>, EngineError> {
    let mut multipliers = BTreeMap::new();
    if solved.y.is_empty() {
        return Ok(multipliers);
    }
    let schedule = Schedule::read(model, f, &solved.x);
    let ledger = Ledger::of(model, &schedule);
    let books = Books::of(model, &schedule, &ledger);
    let mut face = Face::of(f.program(), solved, settings)?;
    let wanted = |l: &LimitResult| l.shadow_price.is_some() && (l.binding || l.shadow_price != Some(0.0));
    let priced = |l: &LimitResult| {
        let key = l.key.filter(|_| wanted(l))?;
        Some((key, price(model, f, key, &books)?))
    };
    let all: Vec<(LimitKey, Price)> = plan.limits.iter().filter_map(priced).collect();
    let (keys, prices): (Vec<LimitKey>, Vec<Price>) = all.into_iter().unzip();
    let mut found: Vec<Option<Ends>> = vec![None; prices.len()];
    let negligible = 1e-8 * (1.0 + f.program().objective(&solved.x).abs());
    let every: Vec<usize> = (0..prices.len()).collect();
    face.settle(&prices, &every, &mut found)?;
    for (key, ends) in keys.into_iter().zip(found).filter_map(|(k, r)| Some((k, r?))) {
        let from_below = key.bounds_below(model);
        // Relaxing a limit from above raises it, one from below lowers it.
        let (relaxed, tightened, y) = if from_below {
            (-ends.least.0, ends.most.0, ends.least.1)
        } else {
            (ends.most.0, -ends.least.0, ends.most.1)
        };
        for l in plan.limits.iter_mut().filter(|l| l.key == Some(key)) {
            let size = if is_part(l) { 1.0 } else { l.limit.abs().max(1.0) };
            let kept = |price: f64| if price.abs() * size > negligible { price } else { 0.0 };
            l.shadow_price = Some(kept(relaxed.min(0.0)));
            l.tightest = tightened == f64::INFINITY;
            l.tightening_price = Some(kept(tightened.max(0.0))).filter(|t| *t > 0.0 && !l.tightest);
            l.binding = true;
            l.sentence = limit_sentence(model, l);
        }
        multipliers.insert(key, y);
    }
    Ok(multipliers)
}

/// The least and the largest of a price, each with multipliers that make it.
#[derive(Clone, Debug)]
struct Ends {
    least: (f64, Vec<f64>),
    most: (f64, Vec<f64>),
}

/// What the price of a limit is made of; `None` if it has none.
fn price(model: &Model, f: &Formulation, key: LimitKey, books: &Books<'_>) -> Option<Price> {
    let LimitKey::Policy { limit, group, span } = key else {
        let moved = key.bounds(model, f)?;
        return Some(Price { rows: moved.rows.into_iter().collect(), columns: moved.columns.into_iter().collect() });
    };
    let periods = &model.limits[limit].spans[span].periods;
    let factor = model.limits[limit].kind.family().stated(model, books, periods, group, "").price_factor?;
    let own = |&i: &usize| LimitKey::of(model, f.constraints[i]) == Some(key);
    let rows = (0..f.constraints.len()).filter(own).map(|i| (RowId(i as u32), factor)).collect();
    Some(Price { rows, columns: Vec::new() })
}

/// The multipliers that are optimal, as a program whose objective alone is another for each price: kept open, so
/// that each starts from the vertex of the last.
struct Face<'a> {
    open: CertifiedSession,
    /// The same with boxes that are [`WIDER`], once it was asked for.
    wider: Option<CertifiedSession>,
    /// For each row of the whole program, its multiplier's column.
    rows: Vec<Option<ColumnId>>,
    lp: &'a LinearProgram,
    solved: &'a Solved,
    settings: &'a SolveSettings,
}

impl<'a> Face<'a> {
    fn of(lp: &'a LinearProgram, solved: &'a Solved, settings: &'a SolveSettings) -> Result<Self, EngineError> {
        let negligible = NOTHING * (1.0 + lp.objective(&solved.x).abs());
        let on = |x: f64, bound: f64, size: f64| (x - bound).abs() <= 1e-7 * (1.0 + bound.abs() + size);
        let mut program = LinearProgram::new("prices");
        let activity = lp.activity(&solved.x);
        // A multiplier beyond what the costs can make of it has no end.
        let mut largest = vec![0.0f64; lp.rows().len()];
        let mut by_column: Vec<Vec<(usize, f64)>> = vec![Vec::new(); lp.columns().len()];
        for (i, most) in largest.iter_mut().enumerate() {
            for (c, a) in lp.row_terms(RowId(i as u32)) {
                by_column[c.0 as usize].push((i, a));
                *most = most.max(lp.columns()[c.0 as usize].cost.abs() / a.abs());
            }
            *most = 100.0 * (*most + solved.y[i].abs() + 1e-6);
        }
        let rows: Vec<Option<ColumnId>> = (0..lp.rows().len())
            .map(|i| {
                let (row, id, y) = (&lp.rows()[i], RowId(i as u32), solved.y[i]);
                let (least, most) = lp.activity_range(id);
                let priced = y.abs() * (most - least) > negligible && y.abs() > NOISE * largest[i];
                let size = lp.row_terms(id).map(|(c, a)| (a * solved.x[c.0 as usize]).abs()).sum::<f64>();
                let below = on(activity[i], row.lower, size) || priced && y > 0.0;
                let above = on(activity[i], row.upper, size) || priced && y < 0.0;
                let end = largest[i];
                let bounds = match (below && row.lower.is_finite(), above && row.upper.is_finite()) {
                    (true, true) if row.lower == row.upper => (-end, end),
                    (true, _) if !(priced && y < 0.0) => (0.0, end),
                    (_, true) => (-end, 0.0),
                    _ => return None,
                };
                Some(program.add_column(format!("y{i}"), "", bounds.0, bounds.1, 0.0))
            })
            .collect();
        for (j, c) in lp.columns().iter().enumerate().filter(|(_, c)| !c.integer && c.lower < c.upper) {
            let (x, d) = (solved.x[j], solved.reduced_costs[j]);
            // What a multiplier's rounding makes of a column between its bounds is no reduced cost.
            let size = by_column[j].iter().map(|&(i, a)| (a * solved.y[i]).abs()).fold(c.cost.abs(), f64::max);
            let priced = d.abs() * (c.upper - c.lower) > negligible && d.abs() > NOISE * size;
            let bounds = match (priced, d > 0.0) {
                (true, true) => (f64::NEG_INFINITY, c.cost),
                (true, false) => (c.cost, f64::INFINITY),
                _ if on(x, c.lower, 0.0) => (f64::NEG_INFINITY, c.cost),
                _ if on(x, c.upper, 0.0) => (c.cost, f64::INFINITY),
                _ => (c.cost, c.cost),
            };
            let terms: Vec<(ColumnId, f64)> = by_column[j].iter().filter_map(|&(i, a)| Some((rows[i]?, a))).collect();
            program.add_row(format!("d{j}"), "", bounds.0, bounds.1, terms);
        }
        let open = CertifiedSession::open(program, settings.engine, &settings.options())?;
        Ok(Face { open, wider: None, rows, lp, solved, settings })
    }

    /// A price as a sum over the multipliers' columns, and a constant: an upper bound's multiplier is what
    /// the rows leave of the cost, c - A^T y.
    fn sum(&self, price: &Price, factor: f64, terms: &mut Vec<(ColumnId, f64)>) -> f64 {
        let mut constant = 0.0;
        for &(row, weight) in &price.rows {
            terms.extend(self.rows[row.0 as usize].map(|c| (c, factor * weight)));
        }
        for &(column, weight) in &price.columns {
            let j = column.0 as usize;
            let upper = self.lp.columns()[j].upper;
            if (self.solved.x[j] - upper).abs() > 1e-7 * (1.0 + upper.abs()) {
                continue;
            }
            constant += factor * weight * self.lp.columns()[j].cost;
            for (i, id) in self.rows.iter().enumerate().filter_map(|(i, id)| Some((i, (*id)?))) {
                let a = self.lp.coefficient(RowId(i as u32), column);
                if a != 0.0 {
                    terms.push((id, -factor * weight * a));
                }
            }
        }
        constant
    }

    /// What a price is with the multipliers of the answer.
    fn price_at(&self, price: &Price) -> f64 {
        let rows: f64 = price.rows.iter().map(|&(r, w)| w * self.solved.y[r.0 as usize]).sum();
        rows + price.columns.iter().map(|&(c, w)| w * self.solved.reduced_costs[c.0 as usize].min(0.0)).sum::<f64>()
    }

    /// The least and the largest of a weighted sum of prices; none where it has no end or was not found.
    fn ends(&mut self, prices: &[(&Price, f64)]) -> Result<Option<Ends>, EngineError> {
        let mut terms = Vec::new();
        let constant: f64 = prices.iter().map(|(p, w)| self.sum(p, *w, &mut terms)).sum();
        let mut costs: BTreeMap<ColumnId, f64> = BTreeMap::new();
        terms.iter().for_each(|&(c, a)| *costs.entry(c).or_default() += a);
        let found = self.both(&costs, constant, prices.len() > 1);
        costs.keys().for_each(|&c| self.open.set_cost(c, 0.0));
        found
    }

    /// `alone` if no second engine is asked where the first one fails.
    fn both(
        &mut self,
        costs: &BTreeMap<ColumnId, f64>,
        constant: f64,
        alone: bool,
    ) -> Result<Option<Ends>, EngineError> {
        let mut ends = [(0.0, Vec::new()), (0.0, Vec::new())];
        for (end, sign) in ends.iter_mut().zip([1.0, -1.0]) {
            costs.iter().for_each(|(&c, a)| self.open.set_cost(c, sign * a));
            // Of many prices that could not be reported together each half is asked for again.
            let found = if alone { self.open.solve_alone()? } else { Some(self.open.solve()?) };
            let Some(found) = found.filter(|f| f.status == CertifiedStatus::Optimal) else { return Ok(None) };
            let mut value = sign * self.open.program().objective(&found.x) + constant;
            let columns = self.open.program().columns();
            if columns.iter().zip(&found.x).any(|(c, x)| x.abs() > 0.999 * c.upper.max(-c.lower)) {
                // What grows with the boxes has no end.
                let Some(further) = self.in_wider_boxes()? else { return Ok(None) };
                let further = sign * further + constant;
                if (further - value).abs() > SAME * (1.0 + value.abs()) {
                    value = f64::NEG_INFINITY * sign;
                }
            }
            let y = self.rows.iter().map(|id| id.map_or(0.0, |c| found.x[c.0 as usize])).collect();
            *end = (value, y);
        }
        let [least, most] = ends;
        Ok(Some(Ends { least, most }))
    }

    /// The optimum with the costs that are set, in boxes that are wider; none if it was not found.
    fn in_wider_boxes(&mut self) -> Result<Option<f64>, EngineError> {
        let program = self.open.program();
        let wider = match &mut self.wider {
            Some(wider) => wider,
            none => {
                let mut wider = program.clone();
                for j in 0..wider.columns().len() {
                    let (id, c) = (ColumnId(j as u32), wider.columns()[j]);
                    wider.set_bounds(id, WIDER * c.lower, WIDER * c.upper);
                }
                none.insert(CertifiedSession::open(wider, self.settings.engine, &self.settings.options())?)
            }
        };
        for (j, c) in program.columns().iter().enumerate() {
            wider.set_cost(ColumnId(j as u32), c.cost);
        }
        if let Some(basis) = self.open.basis() {
            wider.start_from(&basis);
        }
        let further = wider.solve()?;
        let found = further.status == CertifiedStatus::Optimal;
        Ok(found.then(|| wider.program().objective(&further.x)))
    }

    /// Finds the least and largest of some prices, those that are one price many at a time.
    fn settle(&mut self, prices: &[Price], which: &[usize], found: &mut [Option<Ends>]) -> Result<(), EngineError> {
        if which.is_empty() {
            return Ok(());
        }
        let weighted: Vec<(&Price, f64)> = which
            .iter()
            .map(|&k| {
                // Any weights will do that are not chosen to hide something.
                let weight = 0.5 + (k as f64 * 0.618_033_988_749_895).fract();
                (&prices[k], weight / (1.0 + self.price_at(&prices[k]).abs()))
            })
            .collect();
        let ends = self.ends(&weighted)?;
        if let (&[k], Some(ends)) = (which, &ends) {
            let (weight, told) = (weighted[0].1, self.price_at(&prices[k]));
            let (least, most) = (ends.least.0 / weight, ends.most.0 / weight);
            let slack = SAME * (1.0 + told.abs());
            // The multipliers of the answer are some of them.
            if least <= told + slack && told <= most + slack && most - least > slack {
                found[k] = Some(Ends { least: (least, ends.least.1.clone()), most: (most, ends.most.1.clone()) });
            }
            return Ok(());
        }
        let size: f64 = which.len() as f64;
        if which.len() == 1 || ends.is_some_and(|e| e.most.0 - e.least.0 <= SAME * size) {
            return Ok(());
        }
        let (left, right) = which.split_at(which.len() / 2);
        self.settle(prices, left, found)?;
        self.settle(prices, right, found)
    }
}
