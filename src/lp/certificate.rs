//! The certificate: whether an answer is right, computed from the program and nothing else.
//!
//! Multipliers y of the rows have the sign y_i = d cost / d right-hand side, so that the reduced
//! costs are d = c - A^T y. For any y the Lagrangian bound
//!
//! offset + sum_i min over \[lower_i, upper_i\] of y_i r + sum_j min over \[l_j, u_j\] of d_j x
//!
//! (with the minimum over an infinite side minus infinity) is at most the optimal cost: it holds
//! whatever the engine did (Lagrangian duality; Neumaier and Shcherbina, "Safe bounds in linear
//! and mixed-integer linear programming", Math. Program. 99, 2004). With c = 0 a positive bound
//! proves that there is no feasible point (Farkas).

use super::program::{LinearProgram, RowId, Sum};

/// The tolerances that make an answer certified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Largest violation of a row or bound, scaled by 1 + |b| + sum |a x|.
    pub primal: f64,
    /// Largest relative gap between cost and bound.
    pub gap: f64,
    /// Smallest Farkas value, relative to the size of the terms that it is a sum of.
    pub farkas: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Tolerances { primal: 1e-6, gap: 1e-6, farkas: 1e-9 }
    }
}

/// The check of a solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The engine whose solution was checked.
    pub engine: String,
    /// Largest scaled violation of any row, bound or integrality.
    pub primal: f64,
    /// A lower bound of the optimal cost.
    pub bound: f64,
    /// (cost - bound) / (1 + |cost|).
    pub gap: f64,
    /// Whether both are within tolerance.
    pub verified: bool,
}

/// The check of a proof of infeasibility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarkasCheck {
    /// The Lagrangian bound with all costs 0.
    pub value: f64,
    /// Size of the terms that it is a sum of.
    pub scale: f64,
    /// Whether the value is positive beyond rounding.
    pub proves: bool,
}

/// Checks a solution x with multipliers y (any length-0 y gives no bound).
#[must_use]
pub fn certify(lp: &LinearProgram, engine: &str, x: &[f64], y: &[f64], gap: f64) -> Certificate {
    let tolerances = Tolerances::default();
    let primal = primal_violation(lp, x);
    let bound = if y.len() == lp.rows().len() { lower_bound(lp, y) } else { f64::NEG_INFINITY };
    let cost = lp.objective(x);
    let relative = (cost - bound) / (1.0 + cost.abs());
    let verified = primal <= tolerances.primal && relative <= gap.max(tolerances.gap) && cost.is_finite();
    Certificate { engine: engine.to_owned(), primal, bound, gap: relative, verified }
}

/// Largest violation of any row, bound or integrality, scaled by 1 + |b| + sum |a x|.
#[must_use]
pub fn primal_violation(lp: &LinearProgram, x: &[f64]) -> f64 {
    if x.len() != lp.columns().len() || x.iter().any(|v| !v.is_finite()) {
        return f64::INFINITY;
    }
    let mut worst: f64 = 0.0;
    for (column, &value) in lp.columns().iter().zip(x) {
        worst = worst.max(outside(value, column.lower, column.upper, value.abs()));
        if column.integer {
            worst = worst.max((value - value.round()).abs() / (1.0 + value.abs()));
        }
    }
    for (i, row) in lp.rows().iter().enumerate() {
        let (mut activity, mut size) = (Sum::new(0.0), 0.0);
        for (c, a) in lp.row_terms(RowId(i as u32)) {
            let term = a * x[c.0 as usize];
            activity.add(term);
            size += term.abs();
        }
        worst = worst.max(outside(activity.total(), row.lower, row.upper, size));
    }
    worst
}

fn outside(value: f64, lower: f64, upper: f64, size: f64) -> f64 {
    let below = if value < lower { (lower - value) / (1.0 + lower.abs() + size) } else { 0.0 };
    let above = if value > upper { (value - upper) / (1.0 + upper.abs() + size) } else { 0.0 };
    below.max(above)
}

/// The Lagrangian bound of the optimal cost for multipliers y; holds for every y.
///
/// A multiplier with the sign that no bound of its row supports is taken as 0 first, which is
/// another y.
#[must_use]
pub fn lower_bound(lp: &LinearProgram, y: &[f64]) -> f64 {
    bound_parts(lp, &usable(lp, y), true).0
}

/// Checks a proof of infeasibility.
#[must_use]
pub fn verify_farkas(lp: &LinearProgram, y: &[f64]) -> FarkasCheck {
    if y.len() != lp.rows().len() || y.iter().any(|v| !v.is_finite()) {
        return FarkasCheck { value: f64::NEG_INFINITY, scale: 1.0, proves: false };
    }
    let (value, scale) = bound_parts(lp, &usable(lp, y), false);
    FarkasCheck { value, scale, proves: value > Tolerances::default().farkas * scale && value > 0.0 }
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

/// The bound and the size of the terms that it is a sum of.
fn bound_parts(lp: &LinearProgram, y: &[f64], costs: bool) -> (f64, f64) {
    let mut sum = Sum::new(if costs { lp.offset() } else { 0.0 });
    let mut size = 0.0;
    let mut add = |term: f64| {
        sum.add(term);
        size += term.abs();
    };
    for (row, &y) in lp.rows().iter().zip(y).filter(|(_, y)| **y != 0.0) {
        add(y * if y > 0.0 { row.lower } else { row.upper });
    }
    for (column, d) in lp.columns().iter().zip(lp.reduced_costs(y, costs)) {
        if d != 0.0 {
            add(d * if d > 0.0 { column.lower } else { column.upper });
        }
    }
    (sum.total(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// minimise 2 a + 3 b subject to a + b >= 4, a <= 3, both from 0 to 10: a = 3, b = 1, cost 9,
    /// multipliers 3 and -1.
    fn small() -> LinearProgram {
        let mut lp = LinearProgram::new("small");
        let a = lp.add_column("a", "", 0.0, 10.0, 2.0);
        let b = lp.add_column("b", "", 0.0, 10.0, 3.0);
        lp.add_row("need", "", 4.0, f64::INFINITY, [(a, 1.0), (b, 1.0)]);
        lp.add_row("cap", "", f64::NEG_INFINITY, 3.0, [(a, 1.0)]);
        lp
    }

    #[test]
    fn the_right_answer_is_certified() {
        let certificate = certify(&small(), "hand", &[3.0, 1.0], &[3.0, -1.0], 0.0);
        assert_eq!((certificate.primal, certificate.bound, certificate.gap), (0.0, 9.0, 0.0));
        assert!(certificate.verified);
    }

    #[test]
    fn tampered_answers_are_not() {
        for (x, y) in [
            ([3.0, 0.99], [3.0, -1.0]),
            ([3.01, 0.99], [3.0, -1.0]),
            ([2.0, 2.0], [3.0, -1.0]),
            ([3.0, 1.0], [2.9, -1.0]),
            ([3.0, 1.0], [3.0, 1.0]),
            ([3.0, 1.0], [0.0, 0.0]),
            ([-1.0, 5.0], [3.0, -1.0]),
            ([f64::NAN, 1.0], [3.0, -1.0]),
        ] {
            let certificate = certify(&small(), "hand", &x, &y, 0.0);
            assert!(!certificate.verified, "{x:?} {y:?} gave {certificate:?}");
            assert!(certificate.bound <= 9.0 + 1e-12);
        }
    }

    #[test]
    fn farkas() {
        let mut lp = small();
        lp.set_bounds(crate::lp::ColumnId(1), 0.0, 0.5);
        assert!(verify_farkas(&lp, &[1.0, -1.0]).proves);
        assert!(!verify_farkas(&lp, &[1.0, 0.0]).proves);
        assert!(!verify_farkas(&small(), &[1.0, -1.0]).proves);
    }

    proptest::proptest! {
        #[test]
        fn no_multipliers_give_a_bound_above_the_optimum(y in proptest::array::uniform2(-100.0f64..100.0)) {
            proptest::prop_assert!(lower_bound(&small(), &y) <= 9.0 + 1e-9);
        }
    }
}
