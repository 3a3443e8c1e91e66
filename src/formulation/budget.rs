//! Budget: spend of the group over each span <= money, with idle commitments and fees.

use super::measure::measure;
use super::{Constraint, Formulation, bracketed};
use crate::model::{Group, Measure, Model};

pub(super) fn add(f: &mut Formulation, model: &Model, limit: usize, group: &Group, at_most: f64) {
    for (number, span) in model.limits[limit].spans.iter().enumerate() {
        let mut sum = measure(f, model, &group.offers, Measure::Spend, None, &span.periods);
        let name = bracketed(&[&model.limits[limit].name, &span.label]);
        let most = f.most(&sum.terms) + sum.constant;
        if let Some(over) = f.excess(model, limit, &name, span.periods.end - 1, most) {
            sum.terms.push((over, -1.0));
        }
        let constraint = Constraint::Limit { limit, group: 0, span: number };
        let bounds = (f64::NEG_INFINITY, at_most - sum.constant);
        f.row(constraint, format!("budget{name}"), "budget", bounds, sum.terms);
    }
}
