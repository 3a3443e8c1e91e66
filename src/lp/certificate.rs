//! The certificate: whether an answer is right, computed from the program and nothing else.
//!
//! Residuals, costs and bounds come with bounds of their own rounding ([`super::safe`]): a bound is never above
//! the true one, a cost never below, a violation never too small by more than its last digit.
//!
//! A solution x is feasible up to [`Tolerances::primal`], and its cost is what the Lagrangian bound
//! of some multipliers says that no feasible point can be below (see [`super::lower_bound`]).

use super::bound::lower_bound_at;
use super::program::{ColumnId, LinearProgram, RowId};
use super::safe::SafeSum;

/// The tolerances that make an answer certified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Largest violation of a row or bound, scaled by 1 + |b| + sum |a x|.
    pub primal: f64,
    /// Largest relative gap between cost and bound. Also how far the cost may be below the bound,
    /// which only a point can be that is not quite feasible.
    pub gap: f64,
    /// Smallest Farkas value, relative to the size of the terms that it is a sum of; and largest
    /// violation along a ray, relative to its terms.
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

impl Certificate {
    /// That there is no point to speak of, and what one would cost at least: everything, if it is `verified` that there is none.
    pub(crate) fn without_point(engine: &str, bound: f64, verified: bool) -> Self {
        Certificate { engine: engine.to_owned(), primal: f64::INFINITY, bound, gap: f64::INFINITY, verified }
    }
}

/// Checks a solution x with multipliers y (none, or too few, give no bound) at a relative gap that
/// is at least the default one.
#[must_use]
pub fn certify(lp: &LinearProgram, engine: &str, x: &[f64], y: &[f64], gap: f64) -> Certificate {
    certify_pricing(lp, engine, x, y, gap).0
}

/// As [`certify`], with the reduced costs that go with the multipliers; none if those do not fit.
pub(crate) fn certify_pricing(
    lp: &LinearProgram,
    engine: &str,
    x: &[f64],
    y: &[f64],
    gap: f64,
) -> (Certificate, Vec<f64>) {
    let tolerances = Tolerances::default();
    let primal = primal_violation(lp, x);
    let fits = y.len() == lp.rows().len() && x.len() == lp.columns().len();
    let (bound, reduced) = if fits { lower_bound_at(lp, y, x) } else { (f64::NEG_INFINITY, Vec::new()) };
    // Not below the true cost of x, so that the gap is not reported too small.
    let mut cost = SafeSum::new(lp.offset());
    lp.columns().iter().zip(x).for_each(|(c, x)| cost.add_product(c.cost, *x));
    let (total, cost) = (cost.total(), cost.upper());
    let relative = if total - bound == 0.0 { 0.0 } else { (cost - bound) / (1.0 + total.abs()) };
    let close = relative <= gap.max(tolerances.gap) && relative >= -tolerances.gap;
    let verified = primal <= tolerances.primal && close && cost.is_finite();
    (Certificate { engine: engine.to_owned(), primal, bound, gap: relative, verified }, reduced)
}

/// Largest violation of any row, bound or integrality, scaled by 1 + |b| + sum |a x|.
#[must_use]
pub fn primal_violation(lp: &LinearProgram, x: &[f64]) -> f64 {
    if x.len() != lp.columns().len() || x.iter().any(|v| !v.is_finite()) {
        return f64::INFINITY;
    }
    violations(lp, x).fold(0.0, |worst, v| worst.max(v.scaled))
}

/// What a point keeps worst, if it does not keep everything. The point has a finite value for each column.
#[must_use]
pub fn worst_violation(lp: &LinearProgram, x: &[f64]) -> Option<Violation> {
    violations(lp, x).filter(|v| v.scaled > 0.0).max_by(|a, b| a.scaled.total_cmp(&b.scaled))
}

/// By how much a point does not keep a row, a bound or integrality.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Violation {
    /// What is not kept.
    pub of: CheckedRows,
    /// By how much, in the units of the row or column.
    pub by: f64,
    /// The same divided by 1 + |b| + sum |a x|.
    pub scaled: f64,
}

/// What a point has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckedRows {
    /// The bounds of a row.
    Row(RowId),
    /// The bounds of a column.
    Bounds(ColumnId),
    /// That a column is whole.
    Whole(ColumnId),
}

/// The violation of everything that a point has to keep, 0 where it is kept.
fn violations(lp: &LinearProgram, x: &[f64]) -> impl Iterator<Item = Violation> {
    let bounds = lp.columns().iter().zip(x).enumerate().map(|(j, (column, &value))| {
        let (by, scaled) = outside(value, column.lower, column.upper, value.abs());
        Violation { of: CheckedRows::Bounds(ColumnId(j as u32)), by, scaled }
    });
    let whole = lp.columns().iter().zip(x).enumerate().filter(|(_, (c, _))| c.integer).map(|(j, (_, &value))| {
        let by = (value - value.round()).abs();
        Violation { of: CheckedRows::Whole(ColumnId(j as u32)), by, scaled: by / (1.0 + value.abs()) }
    });
    let rows = lp.rows().iter().enumerate().map(|(i, row)| {
        let mut activity = SafeSum::new(0.0);
        for (c, a) in lp.row_terms(RowId(i as u32)) {
            activity.add_product(a, x[c.0 as usize]);
        }
        // Outside by no more than this, whatever was rounded; inside where that cannot be reported.
        let (total, error) = (activity.total(), activity.error());
        let inside = |x: f64| row.lower <= x && x <= row.upper;
        let farther = if total < row.lower { total - error } else { total + error };
        let value = if inside(total) { total } else { farther };
        let (by, scaled) = outside(value, row.lower, row.upper, activity.size());
        Violation { of: CheckedRows::Row(RowId(i as u32)), by, scaled }
    });
    bounds.chain(whole).chain(rows)
}

/// By how much a value is outside its bounds, and that relative to their size.
fn outside(value: f64, lower: f64, upper: f64, size: f64) -> (f64, f64) {
    let below = if value < lower { (lower - value, (lower - value) / (1.0 + lower.abs() + size)) } else { (0.0, 0.0) };
    let above = if value > upper { (value - upper, (value - upper) / (1.0 + upper.abs() + size)) } else { (0.0, 0.0) };
    if above.1 > below.1 { above } else { below }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{lower_bound, verify_farkas};

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

    /// [`small`], with two columns that cost nothing: c with a row of its own, at most 1, and a whole one.
    fn with_free_rides() -> LinearProgram {
        let mut lp = small();
        let c = lp.add_column("c", "", 0.0, 10.0, 0.0);
        lp.add_row("most", "", f64::NEG_INFINITY, 1.0, [(c, 1.0)]);
        let whole = lp.add_column("whole", "", 0.0, 10.0, 0.0);
        lp.set_integer(whole, true);
        lp
    }

    /// A millionth is the tolerance, relative to 1 + |b| + sum |a x|: what is a hundred-thousandth outside at
    /// the same cost is refused, what is a ten-millionth outside is rounding.
    #[test]
    fn a_point_that_costs_the_same_is_refused_beyond_the_tolerance() {
        let y = [3.0, -1.0, 0.0];
        let verified = |x: [f64; 4]| certify(&with_free_rides(), "hand", &x, &y, 0.0).verified;
        assert!(verified([3.0, 1.0, 1.0, 1.0]));
        for (part, expected) in [(1e-5, false), (1e-4, false), (1e-7, true), (5e-7, true), (2e-6, false)] {
            // The row: 1 + 1 + 1.
            assert_eq!(verified([3.0, 1.0, 1.0 + 3.0 * part, 1.0]), expected, "row by {part}");
            // Whole numbers: 1 + 1.
            assert_eq!(verified([3.0, 1.0, 1.0, 1.0 + 2.0 * part]), expected, "whole by {part}");
            assert_eq!(verified([3.0, 1.0, 1.0, 2.0 - 3.0 * part]), expected, "whole by {part}, below");
            // Bounds: 1 + 0.
            assert_eq!(verified([3.0, 1.0, -part, 1.0]), expected, "bound by {part}");
        }
    }

    /// Nor may the cost be beyond the bound by more than a millionth, on either side.
    #[test]
    fn a_cost_that_is_not_proved_is_refused_beyond_the_tolerance() {
        let lp = small();
        // One chip of b instead of a costs 1 more of 9.
        for (part, expected) in [(1e-5, false), (2e-6, false), (5e-7, true), (1e-7, true)] {
            let x = [3.0 - 10.0 * part, 1.0 + 10.0 * part];
            assert_eq!(certify(&lp, "hand", &x, &[3.0, -1.0], 0.0).verified, expected, "{part}");
        }
        assert!(certify(&lp, "hand", &[3.0 - 1e-3, 1.0 + 1e-3], &[3.0, -1.0], 1e-3).verified, "within a gap");
    }

    /// a + b is at least 1 and at most a little less: a proof only beyond the rounding of its terms.
    #[test]
    fn a_contradiction_within_rounding_is_no_proof() {
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        let rows = |size: f64, lack: f64| {
            let mut lp = LinearProgram::new("narrow");
            let a = lp.add_column("a", "", free.0, free.1, 1.0);
            let b = lp.add_column("b", "", free.0, free.1, 2.0);
            lp.add_row("least", "", size, free.1, [(a, 1.0), (b, 1.0)]);
            lp.add_row("most", "", free.0, size * (1.0 - lack), [(a, 1.0), (b, 1.0)]);
            verify_farkas(&lp, &[1.0, -1.0])
        };
        let bounds = |size: f64, lack: f64| {
            let mut lp = LinearProgram::new("crossed");
            lp.add_column("a", "", size, size * (1.0 - lack), 1.0);
            verify_farkas(&lp, &[])
        };
        for size in [1.0, 1e6] {
            for (lack, proves) in [(1e-12, false), (1e-10, false), (1e-8, true), (1e-4, true)] {
                let check = rows(size, lack);
                assert_eq!(check.proves, proves, "rows at {size} by {lack}: {check:?}");
                assert!(check.value > 0.0, "only the tolerance refuses it");
                assert_eq!(bounds(size, lack).proves, proves, "bounds at {size} by {lack}");
            }
        }
    }

    /// a + b is at least 1 and at most 0: far out both rows hold relative to their terms, and
    /// multipliers are so large that costs vanish beside them.
    #[test]
    fn far_out_a_contradiction_is_not_certified() {
        let mut lp = LinearProgram::new("contradiction");
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        let a = lp.add_column("a", "", free.0, free.1, 1.0);
        let b = lp.add_column("b", "", free.0, free.1, 2.0);
        lp.add_row("least", "", 1.0, free.1, [(a, 1.0), (b, 1.0)]);
        lp.add_row("most", "", free.0, 0.0, [(a, 1.0), (b, 1.0)]);
        let (x, y) = ([-2e15, 2e15], [2e15, -2e15]);
        assert_eq!(lower_bound(&lp, &y), lp.objective(&x));
        let certificate = certify(&lp, "far", &x, &y, 0.0);
        assert!(certificate.primal <= 1e-6 && !certificate.verified, "{certificate:?}");
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
