//! The Lagrangian bound.
//!
//! Multipliers y of the rows have the sign y_i = d cost / d right-hand side, so that the reduced
//! costs are d = c - A^T y. For any y
//!
//! offset + sum_i min over \[lower_i, upper_i\] of y_i r + sum_j min over \[l_j, u_j\] of d_j x
//!
//! is at most the optimal cost: it holds whatever the engine did (Lagrangian duality; Neumaier and
//! Shcherbina, "Safe bounds in linear and mixed-integer linear programming", Math. Program. 99,
//! 2004).
//!
//! The minimum over an infinite side is minus infinity, so a column without a box needs care:
//!
//! 1. A bound that the rows and the other columns imply holds for every feasible point and serves
//!    as its box (bound propagation; Savelsbergh, "Preprocessing and probing techniques for mixed
//!    integer programming problems", ORSA J. Comput. 6, 1994), widened by more than its rounding.
//! 2. Failing that, a reduced cost that is below [`NOISE`] times the size of the terms it is a sum
//!    of is taken as 0: it cannot be told from 0 in double precision. This is the only step that is
//!    not exact, and no program whose columns are boxed ever takes it. Far enough out it would hide
//!    anything, so the certificate of a point takes off the bound what was neglected there.

use super::program::{LinearProgram, RowId, Sum};

/// Reduced costs of columns without a box that are this small, relative to their terms, are 0.
const NOISE: f64 = 1e-12;
/// How much an implied bound is widened, relative to the numbers it was computed from.
const WIDER: f64 = 1e-9;
/// Rounds of propagation, and of repair.
const ROUNDS: usize = 50;

/// The Lagrangian bound of the optimal cost for multipliers y; holds for every y.
///
/// A multiplier with the sign that no bound of its row supports is taken as 0 first, which is
/// another y.
#[must_use]
pub fn lower_bound(lp: &LinearProgram, y: &[f64]) -> f64 {
    bound_parts(lp, &usable(lp, y), true).value
}

/// The Lagrangian bound less what neglected reduced costs amount to at x (see the module), and the reduced costs.
pub(super) fn lower_bound_at(lp: &LinearProgram, y: &[f64], x: &[f64]) -> (f64, Vec<f64>) {
    let parts = bound_parts(lp, &usable(lp, y), true);
    let neglected = parts.neglected.iter().map(|&(j, d)| (d * x[j]).abs()).sum::<f64>();
    (parts.value - neglected, parts.reduced)
}

/// A Lagrangian bound.
pub(super) struct Bound {
    pub value: f64,
    /// Size of the terms that it is a sum of.
    pub size: f64,
    /// Columns whose reduced cost was taken as 0, with what it is.
    neglected: Vec<(usize, f64)>,
    /// The reduced cost of each column.
    reduced: Vec<f64>,
}

/// y with 0 in place of multipliers that no bound of their row supports.
#[must_use]
pub fn usable(lp: &LinearProgram, y: &[f64]) -> Vec<f64> {
    lp.rows()
        .iter()
        .zip(y)
        .map(|(row, &y)| {
            let supported = if y > 0.0 { row.lower.is_finite() } else { row.upper.is_finite() };
            if supported && y.is_finite() { y } else { 0.0 }
        })
        .collect()
}

/// The bound; with `costs` false, that of the same program with all costs 0.
pub(super) fn bound_parts(lp: &LinearProgram, y: &[f64], costs: bool) -> Bound {
    let mut sum = Sum::new(if costs { lp.offset() } else { 0.0 });
    let mut size = 0.0;
    let mut add = |term: f64| {
        sum.add(term);
        size += term.abs();
    };
    for (row, &y) in lp.rows().iter().zip(y).filter(|(_, y)| **y != 0.0) {
        add(y * if y > 0.0 { row.lower } else { row.upper });
    }
    let reduced = lp.reduced_costs(y, costs);
    let side = |d: f64, lower: f64, upper: f64| if d > 0.0 { lower } else { upper };
    let mut open = Vec::new();
    for (j, (column, &d)) in lp.columns().iter().zip(&reduced).enumerate().filter(|(_, (_, d))| **d != 0.0) {
        let side = side(d, column.lower, column.upper);
        if side.is_finite() { add(d * side) } else { open.push(j) }
    }
    let mut neglected = Vec::new();
    if !open.is_empty() {
        let (boxes, terms) = (implied_boxes(lp), term_sizes(lp, y, costs));
        for j in open {
            let (d, (lower, upper)) = (reduced[j], boxes[j]);
            let side = side(d, lower, upper);
            if side.is_finite() || d.abs() > NOISE * terms[j] {
                add(d * side);
            } else {
                neglected.push((j, d));
            }
        }
    }
    Bound { value: sum.total(), size, neglected, reduced }
}

/// |c_j| + sum |a_ij y_i| for each column.
fn term_sizes(lp: &LinearProgram, y: &[f64], costs: bool) -> Vec<f64> {
    let mut sizes: Vec<f64> = lp.columns().iter().map(|c| if costs { c.cost.abs() } else { 0.0 }).collect();
    for (i, y) in y.iter().enumerate().filter(|(_, y)| **y != 0.0) {
        lp.row_terms(RowId(i as u32)).for_each(|(c, a)| sizes[c.0 as usize] += (a * y).abs());
    }
    sizes
}

/// The columns' bounds, with those that rows imply in place of infinite ones. Holds for every
/// feasible point.
fn implied_boxes(lp: &LinearProgram) -> Vec<(f64, f64)> {
    let mut boxes: Vec<(f64, f64)> = lp.columns().iter().map(|c| (c.lower, c.upper)).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (i, row) in lp.rows().iter().enumerate() {
            // a x >= lower is -a x <= -lower.
            for (sign, most) in [(1.0, row.upper), (-1.0, -row.lower)] {
                if most.is_finite() {
                    changed |= imply(lp, RowId(i as u32), sign, most, &mut boxes);
                }
            }
        }
        if !changed {
            break;
        }
    }
    boxes
}

/// Bounds implied by sum of sign a x <= most, in place of infinite ones; whether there were any.
fn imply(lp: &LinearProgram, row: RowId, sign: f64, most: f64, boxes: &mut [(f64, f64)]) -> bool {
    let least = |a: f64, (lower, upper): (f64, f64)| if a > 0.0 { a * lower } else { a * upper };
    let (mut rest, mut size, mut infinite) = (Sum::new(0.0), most.abs(), 0);
    for (c, a) in lp.row_terms(row) {
        let term = least(sign * a, boxes[c.0 as usize]);
        if term.is_finite() {
            rest.add(term);
            size += term.abs();
        } else {
            infinite += 1;
        }
    }
    if infinite > 1 || !size.is_finite() {
        return false;
    }
    let mut changed = false;
    for (c, a) in lp.row_terms(row).map(|(c, a)| (c.0 as usize, sign * a)) {
        let own = least(a, boxes[c]);
        // All other terms must be finite.
        if own.is_finite() && infinite == 1 {
            continue;
        }
        let others = if own.is_finite() { rest.total() - own } else { rest.total() };
        let limit = (most - others + WIDER * size) / a;
        if !limit.is_finite() {
            continue;
        }
        if a > 0.0 && boxes[c].1 == f64::INFINITY {
            boxes[c].1 = limit;
            changed = true;
        } else if a < 0.0 && boxes[c].0 == f64::NEG_INFINITY {
            boxes[c].0 = limit;
            changed = true;
        }
        if changed {
            // `rest` no longer is the sum of the others.
            return true;
        }
    }
    false
}

/// Multipliers near y under which no column without a box has a reduced cost that makes the bound
/// minus infinity, if a few rounds of projection find them (Kaczmarz, "Angenäherte Auflösung von
/// Systemen linearer Gleichungen", 1937). The bound holds for any y, so nothing can go wrong.
#[must_use]
pub fn repaired(lp: &LinearProgram, y: &[f64]) -> Vec<f64> {
    let mut y = usable(lp, y);
    let boxes = implied_boxes(lp);
    let unboxed = |j: usize, d: f64| {
        let (lower, upper) = boxes[j];
        (d > 0.0 && lower == f64::NEG_INFINITY) || (d < 0.0 && upper == f64::INFINITY)
    };
    let mut terms: Vec<Vec<(usize, f64)>> = vec![Vec::new(); boxes.len()];
    for i in 0..lp.rows().len() {
        for (c, a) in lp.row_terms(RowId(i as u32)) {
            let (lower, upper) = boxes[c.0 as usize];
            if lower == f64::NEG_INFINITY || upper == f64::INFINITY {
                terms[c.0 as usize].push((i, a));
            }
        }
    }
    for _ in 0..ROUNDS {
        let mut done = true;
        for (j, column) in lp.columns().iter().enumerate().filter(|(j, _)| !terms[*j].is_empty()) {
            let mut d = Sum::new(column.cost);
            let (mut square, mut size) = (0.0, column.cost.abs());
            for &(i, a) in &terms[j] {
                d.add(-a * y[i]);
                square += a * a;
                size += (a * y[i]).abs();
            }
            let d = d.total();
            if unboxed(j, d) && d.abs() > NOISE * size {
                done = false;
                terms[j].iter().for_each(|&(i, a)| y[i] += d * a / square);
            }
        }
        y = usable(lp, &y);
        if done {
            break;
        }
    }
    y
}
