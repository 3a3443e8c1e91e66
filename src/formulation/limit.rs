//! The rows of a limit of the policy: what its family asks of the program that is being built.

use std::ops::Range;

use super::cone::Cone;
use super::measure::measure;
use super::{Constraint, Formulation};
use crate::lp::{Affine, ColumnId};
use crate::model::{Limit, LimitId, Measure, Model, OfferId, OfferSet, Rows, WorkloadSet};

pub(super) fn add(f: &mut Formulation, model: &Model, index: LimitId, limit: &Limit) {
    limit.kind.family().add_rows(model, limit, &mut LimitRows { f, model, index });
}

/// A program while the rows of one limit are added.
struct LimitRows<'a> {
    f: &'a mut Formulation,
    model: &'a Model,
    index: LimitId,
}

impl Rows for LimitRows<'_> {
    fn measure(
        &self,
        group: &OfferSet,
        of: Measure,
        workloads: Option<&WorkloadSet>,
        periods: &Range<usize>,
    ) -> Affine {
        measure(self.f, self.model, group, of, workloads, periods)
    }

    fn held(&self, offer: OfferId, period: usize) -> Affine {
        Affine { terms: self.f.held(offer, period, 1.0).collect(), constant: 0.0 }
    }

    fn cash(&self, group: &OfferSet, periods: &Range<usize>) -> Affine {
        let mut sum = measure(self.f, self.model, group, Measure::Spend, None, periods);
        sum.add(1.0, &super::balances::cash_beside(self.f, self.model, group, periods));
        sum.add(1.0, &super::measure::electricity(self.f, self.model, group, periods));
        sum
    }

    fn most(&self, sum: &Affine) -> f64 {
        self.f.most(&sum.terms) + sum.constant
    }

    fn binary(&mut self, role: &'static str, name: &str) -> ColumnId {
        self.f.program.add_integer(name, role, 0.0, 1.0, 0.0)
    }

    fn excess(&mut self, name: &str, last: usize, most: f64) -> Option<ColumnId> {
        self.f.excess(self.model, self.index, name, last, most)
    }

    fn row(&mut self, row: usize, span: usize, name: String, role: &'static str, bounds: (f64, f64), sum: Affine) {
        let constraint = Constraint::Limit { limit: self.index, group: row, span };
        let bounds = (bounds.0 - sum.constant, bounds.1 - sum.constant);
        if self.model.limits[self.index].expected {
            // It holds over all futures together: here it is free, and `joint` adds them up.
            self.f.constraints.push(constraint);
            let row = self.f.program.add_row(name, role, f64::NEG_INFINITY, f64::INFINITY, sum.terms);
            self.f.expected.push((row, bounds.0, bounds.1));
        } else {
            self.f.row(constraint, name, role, bounds, sum.terms);
        }
    }

    fn cone(&mut self, span: usize, groups: Vec<Affine>, total: Affine, square: f64) {
        self.f.add_cone(self.model, Cone { limit: self.index, span, groups, total, hhi: square, cuts: 0 });
    }
}
