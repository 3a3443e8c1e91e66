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
//!    of is taken as 0: it cannot be reported from 0 in double precision. This is the only step that is
//!    not exact, and no program whose columns are boxed ever takes it. Far enough out it would hide
//!    anything, so the certificate of a point takes off the bound what was neglected there.

use super::program::{ColumnId, LinearProgram, RowId, Sum};
use super::safe::SafeSum;

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
///
/// No rounding makes it larger than the bound of y is: reduced costs are known with a bound of their error,
/// and each column takes the least product with either end of what its reduced cost may be.
pub(super) fn bound_parts(lp: &LinearProgram, y: &[f64], costs: bool) -> Bound {
    let mut sum = SafeSum::new(if costs { lp.offset() } else { 0.0 });
    for (row, &y) in lp.rows().iter().zip(y).filter(|(_, y)| **y != 0.0) {
        sum.add_product(y, if y > 0.0 { row.lower } else { row.upper });
    }
    let sums = reduced_costs(lp, y, costs);
    let side = |d: f64, lower: f64, upper: f64| if d > 0.0 { lower } else { upper };
    // The least that a column with a reduced cost between two ends can add.
    let least = |ends: (f64, f64), lower: f64, upper: f64| {
        [ends.0, ends.1].map(|d| (d, if d == 0.0 { 0.0 } else { side(d, lower, upper) }))
    };
    let smaller = |[a, b]: [(f64, f64); 2]| if a.0 * a.1 <= b.0 * b.1 { a } else { b };
    let mut open = Vec::new();
    for (j, (column, d)) in lp.columns().iter().zip(&sums).enumerate() {
        let ends = if d.size() == 0.0 { (0.0, 0.0) } else { (d.lower(), d.upper()) };
        if ends == (0.0, 0.0) {
            continue;
        }
        let terms = least(ends, column.lower, column.upper);
        if terms.iter().all(|t| t.1.is_finite()) {
            let (d, side) = smaller(terms);
            sum.add_product(d, side);
        } else {
            open.push(j);
        }
    }
    let mut neglected = Vec::new();
    if !open.is_empty() {
        let boxes = implied_boxes(lp);
        for j in open {
            let (d, (lower, upper)) = (sums[j], boxes[j]);
            let terms = least((d.lower(), d.upper()), lower, upper);
            let total = d.total();
            if terms.iter().all(|t| t.1.is_finite()) {
                let (d, side) = smaller(terms);
                sum.add_product(d, side);
            } else if total.abs() > NOISE * d.size() {
                let (d, side) = (total, side(total, lower, upper));
                if side.is_finite() { sum.add_product(d, side) } else { sum.add(f64::NEG_INFINITY) }
            } else {
                neglected.push((j, d.upper().abs().max(d.lower().abs())));
            }
        }
    }
    let reduced = sums.iter().map(SafeSum::total).collect();
    Bound { value: sum.lower(), size: sum.size(), neglected, reduced }
}

/// c - A^T y with a bound of the error of each; with `costs` false, -A^T y.
fn reduced_costs(lp: &LinearProgram, y: &[f64], costs: bool) -> Vec<SafeSum> {
    let mut sums: Vec<SafeSum> = lp.columns().iter().map(|c| SafeSum::new(if costs { c.cost } else { 0.0 })).collect();
    for (i, &multiplier) in y.iter().enumerate().filter(|(_, m)| **m != 0.0) {
        for (ColumnId(c), v) in lp.row_terms(RowId(i as u32)) {
            sums[c as usize].add_product(-multiplier, v);
        }
    }
    sums
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
