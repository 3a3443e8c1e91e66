//! Proofs that there is no optimum: no feasible point, or no end to the cost.

use super::bound::{Bound, bound_parts, usable};
use super::certificate::Tolerances;
use super::program::{LinearProgram, RowId, Sum};

/// The check of a proof of infeasibility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarkasCheck {
    /// The Lagrangian bound with all costs 0, or by how much a pair of bounds crosses.
    pub value: f64,
    /// Size of the terms that it is a sum of.
    pub scale: f64,
    /// Whether the value is positive beyond rounding.
    pub proves: bool,
}

/// The check of a proof of unboundedness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RayCheck {
    /// Change of the cost along the ray.
    pub value: f64,
    /// Largest violation of a row or bound along the ray, relative to its terms.
    pub violation: f64,
    /// Whether the cost falls and nothing is violated, both beyond rounding.
    pub proves: bool,
}

/// Checks a proof of infeasibility: with all costs 0, a positive bound on the cost of 0 shows that
/// there is no feasible point (Farkas, "Theorie der einfachen Ungleichungen", 1902).
///
/// Bounds of one row or column that cross prove it by themselves, whatever y is.
#[must_use]
pub fn verify_farkas(lp: &LinearProgram, y: &[f64]) -> FarkasCheck {
    let tolerance = Tolerances::default().farkas;
    let pairs = lp.columns().iter().map(|c| (c.lower, c.upper)).chain(lp.rows().iter().map(|r| (r.lower, r.upper)));
    for (lower, upper) in pairs.filter(|(l, u)| l > u) {
        let (value, scale) = (lower - upper, lower.abs() + upper.abs());
        if value > tolerance * scale {
            return FarkasCheck { value, scale, proves: true };
        }
    }
    if y.len() != lp.rows().len() || y.iter().any(|v| !v.is_finite()) {
        return FarkasCheck { value: f64::NEG_INFINITY, scale: 1.0, proves: false };
    }
    let Bound { value, size: scale, .. } = bound_parts(lp, &usable(lp, y), false);
    FarkasCheck { value, scale, proves: value > tolerance * scale && value > 0.0 && value.is_finite() }
}

/// Checks a ray: along it every row and bound goes on holding while the cost falls. With a feasible
/// point that shows that the program is unbounded.
#[must_use]
pub fn verify_ray(lp: &LinearProgram, ray: &[f64]) -> RayCheck {
    if ray.len() != lp.columns().len() || ray.iter().any(|v| !v.is_finite()) {
        return RayCheck { value: 0.0, violation: f64::INFINITY, proves: false };
    }
    let tolerance = Tolerances::default().farkas;
    let size = ray.iter().fold(0.0f64, |a, r| a.max(r.abs()));
    let mut violation: f64 = 0.0;
    let mut hold = |change: f64, lower: f64, upper: f64, size: f64| {
        let wrong = if lower.is_finite() { -change } else { 0.0 }.max(if upper.is_finite() { change } else { 0.0 });
        if wrong > 0.0 {
            violation = violation.max(wrong / size);
        }
    };
    let (mut cost, mut terms) = (Sum::new(0.0), 0.0);
    for (column, &r) in lp.columns().iter().zip(ray) {
        hold(r, column.lower, column.upper, size);
        cost.add(column.cost * r);
        terms += (column.cost * r).abs();
    }
    for (i, row) in lp.rows().iter().enumerate() {
        let (mut change, mut size) = (Sum::new(0.0), 0.0);
        for (c, a) in lp.row_terms(RowId(i as u32)) {
            let term = a * ray[c.0 as usize];
            change.add(term);
            size += term.abs();
        }
        hold(change.total(), row.lower, row.upper, size);
    }
    let value = cost.total();
    RayCheck { value, violation, proves: violation <= tolerance && value < -tolerance * terms }
}
