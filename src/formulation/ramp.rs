//! Ramp: sum over o of the group of held\[o,t\] - held\[o,t-1\] <= chips, in each t.
//!
//! Before the first period, what runs today is held; nothing without a baseline.

use super::{Constraint, Formulation, bracketed};
use crate::model::{Group, Model, held_today};

pub(super) fn add(f: &mut Formulation, model: &Model, limit: usize, group: &Group, at_most: f64) {
    for (number, span) in model.limits[limit].spans.iter().enumerate() {
        let period = span.periods.start;
        let mut now = Vec::new();
        let mut before = Vec::new();
        for index in (0..model.offers.len()).filter(|&i| group.offers[i]) {
            now.extend(f.held(index, period, 1.0));
            if period > 0 {
                before.extend(f.held(index, period - 1, -1.0));
            }
        }
        let at_most = if period == 0 { at_most + held_today(model, &group.offers) } else { at_most };
        let most = f.most(&now);
        // A reservation that runs on is in both and cancels: rows add up repeated columns.
        now.extend(before);
        let name = bracketed(&[&model.limits[limit].name, &span.label]);
        now.extend(f.excess(model, limit, &name, period, most).map(|over| (over, -1.0)));
        let constraint = Constraint::Limit { limit, group: 0, span: number };
        f.row(constraint, format!("ramp{name}"), "ramp", (f64::NEG_INFINITY, at_most), now);
    }
}
