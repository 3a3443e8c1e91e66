//! From a point and multipliers to an answer, if they pass the certificate.

use super::solved::{Attempt, CertifiedStatus, Solved};
use crate::lp::{Certificate, LinearProgram, Scaling, certify_pricing, repaired, usable};

/// Values this near to a bound, relative to the larger of the bound and the program's scale, are
/// on it.
const ROUNDING: f64 = 1e-9;

/// Multipliers that certify a point.
pub(super) struct Certified {
    pub certificate: Certificate,
    y: Vec<f64>,
    reduced_costs: Vec<f64>,
}

/// The first of several multipliers that certify a point.
pub(super) fn certified(lp: &LinearProgram, engine: &str, x: &[f64], duals: &[Vec<f64>]) -> Option<Certified> {
    let with = |y: Vec<f64>| {
        let (certificate, reduced_costs) = certify_pricing(lp, engine, x, &y, 0.0);
        tracing::debug!(engine, primal = certificate.primal, gap = certificate.gap, "certificate");
        Certified { certificate, y, reduced_costs }
    };
    duals.iter().find_map(|y| {
        let first = with(usable(lp, y));
        if first.certificate.verified {
            return Some(first);
        }
        // Rounding on a column without a artificial bound makes the bound of multipliers minus infinity: then those
        // beside them are as good.
        let open = first.certificate.bound == f64::NEG_INFINITY;
        let second = if open { Some(with(repaired(lp, y))) } else { None };
        second.filter(|s| s.certificate.verified)
    })
}

/// The answer that a certified point is.
pub(super) fn accept(x: Vec<f64>, certified: Certified, attempts: Vec<Attempt>) -> Solved {
    let Certified { certificate, y, reduced_costs } = certified;
    Solved { x, y, reduced_costs, attempts, ..Solved::without_numbers(CertifiedStatus::Optimal, certificate) }
}

/// Values within rounding of a bound put onto it, so that nothing is reported as a billionth of a
/// chip. Engines work in scaled values, so rounding is relative to their common size too.
pub(super) fn tidied(lp: &LinearProgram, x: &[f64]) -> Vec<f64> {
    tidied_to(lp, x, Scaling::of(lp).size)
}

/// The same for a common size of the values that is known.
pub(super) fn tidied_to(lp: &LinearProgram, x: &[f64], size: f64) -> Vec<f64> {
    lp.columns()
        .iter()
        .zip(x)
        .map(|(c, &x)| {
            // A column that is small by nature, such as a binary, is not rounded by the size of others.
            let size = size.min(c.upper - c.lower);
            // No value is near a bound that there is not.
            let near = |bound: f64| bound.is_finite() && (x - bound).abs() <= ROUNDING * (1.0 + bound.abs()).max(size);
            if near(c.lower) {
                c.lower
            } else if near(c.upper) {
                c.upper
            } else {
                x
            }
        })
        .collect()
}

/// The answer that a proof of infeasibility is.
pub(super) fn infeasible(attempts: Vec<Attempt>, engine: &str, y: Vec<f64>) -> Solved {
    let certificate = Certificate::without_point(engine, f64::INFINITY, true);
    Solved { farkas: Some(y), attempts, ..Solved::without_numbers(CertifiedStatus::Infeasible, certificate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A billionth above the lower bound is on it; what has no upper bound is not brought to it.
    #[test]
    fn values_are_brought_to_bounds_that_there_are() {
        let mut lp = LinearProgram::new("bounds");
        lp.add_column("x", "x", 0.0, f64::INFINITY, 1.0);
        lp.add_column("y", "y", f64::NEG_INFINITY, 4.0, 1.0);
        assert_eq!(tidied_to(&lp, &[3.5, 1.5], 1.0), [3.5, 1.5]);
        assert_eq!(tidied_to(&lp, &[1e-10, 4.0 - 1e-10], 1.0), [0.0, 4.0]);
    }
}
