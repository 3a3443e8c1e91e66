//! Power: sum over o of the group of power(chip(o)) x held\[o,t\] <= power, in each t.

use super::{Constraint, Formulation, bracketed};
use crate::model::{Group, Model};

pub(super) fn add(f: &mut Formulation, model: &Model, limit: usize, group: &Group, at_most: f64) {
    for (number, span) in model.limits[limit].spans.iter().enumerate() {
        let period = span.periods.start;
        let mut terms = Vec::new();
        for (index, offer) in model.offers.iter().enumerate().filter(|(i, _)| group.offers[*i]) {
            terms.extend(f.held(index, period, model.chips[offer.chip].power.unwrap_or(0.0)));
        }
        let name = bracketed(&[&model.limits[limit].name, &span.label]);
        let most = f.most(&terms);
        terms.extend(f.excess(model, limit, &name, period, most).map(|over| (over, -1.0)));
        let constraint = Constraint::Limit { limit, group: 0, span: number };
        f.row(constraint, format!("power{name}"), "power", (f64::NEG_INFINITY, at_most), terms);
    }
}
