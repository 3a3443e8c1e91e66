//! Other questions to the same plans: their cost held at most at an amount, and something else
//! minimised.
//!
//! - cost: offset + sum of c_j x_j <= amount, with c the costs of the program as built

use std::ops::Range;

use super::measure::measure;
use super::{Affine, Constraint, Formulation};
use crate::model::{Measure, Model, OfferSet};

impl Formulation {
    /// The objective as it is now: the discounted cost, unless [`Formulation::minimise`] replaced it.
    #[must_use]
    pub fn objective(&self) -> Affine {
        self.program.objective_sum()
    }

    /// The discounted cost as a sum: what the program minimises as it was built, less the weights of risk.
    #[must_use]
    pub fn paid(&self) -> Affine {
        self.paid.clone().unwrap_or_else(|| self.objective())
    }

    /// A measure of all that is held of some offers over some periods.
    #[must_use]
    pub fn measured(&self, model: &Model, offers: &OfferSet, of: Measure, periods: &Range<usize>) -> Affine {
        measure(self, model, offers, of, None, periods)
    }

    /// Minimises a sum instead of what was minimised before.
    pub fn minimise(&mut self, sum: &Affine) {
        self.program.minimise(sum);
    }

    /// Fixes the whole columns where a solution has them.
    pub fn fix_whole(&mut self, x: &[f64]) {
        self.program.fix_whole(x);
    }

    /// No longer asks for whole numbers.
    pub fn relax(&mut self) {
        self.program.relax();
    }

    /// Asks that a sum is within bounds.
    pub fn ask(&mut self, name: &str, sum: &Affine, bounds: (f64, f64)) {
        let bounds = (bounds.0 - sum.constant, bounds.1 - sum.constant);
        self.row(Constraint::Asked, name.to_owned(), "asked", bounds, sum.terms.clone());
    }
}
