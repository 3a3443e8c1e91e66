//! Shares and floors, over each span, with M the measure of the universe and M_g of a group.
//!
//! - share: M_g - s x M <= 0
//! - floor: M_g - s x M >= 0
//!
//! Both are linear because s is a number: the total may vary. A priced limit may be exceeded by
//! over, in the measure's unit.

use super::measure::{Sum, measure};
use super::{Constraint, Formulation, bracketed};
use crate::model::{LimitKind, Model};

pub(super) fn add(f: &mut Formulation, model: &Model, limit: usize) {
    let everything = vec![true; model.offers.len()];
    let (groups, universe, of, workloads, part, floor) = match &model.limits[limit].kind {
        LimitKind::Share { groups, universe, measure, workloads, at_most, .. } => {
            (groups.as_slice(), universe, *measure, workloads, *at_most, false)
        }
        LimitKind::Floor { group, measure, workloads, at_least } => {
            (std::slice::from_ref(group), &everything, *measure, workloads, *at_least, true)
        }
        _ => return,
    };
    for (s, span) in model.limits[limit].spans.iter().enumerate() {
        let total = measure(f, model, universe, of, workloads.as_deref(), &span.periods);
        for (g, group) in groups.iter().enumerate() {
            let own = measure(f, model, &group.offers, of, workloads.as_deref(), &span.periods);
            let name = bracketed(&[&model.limits[limit].name, &group.name, &span.label]);
            let most = f.most(&total.terms) + total.constant;
            let mut row = less(&own, &total, part);
            if let Some(over) = f.excess(model, limit, &name, span.periods.end - 1, most) {
                row.terms.push((over, if floor { 1.0 } else { -1.0 }));
            }
            let (role, bounds) = if floor {
                ("floor", (-row.constant, f64::INFINITY))
            } else {
                ("share", (f64::NEG_INFINITY, -row.constant))
            };
            let constraint = Constraint::Limit { limit, group: g, span: s };
            f.row(constraint, format!("{role}{name}"), role, bounds, row.terms);
        }
    }
}

/// own - part x total, each column once.
fn less(own: &Sum, total: &Sum, part: f64) -> Sum {
    let mut all = own.plus(1.0, total, -part);
    all.terms.sort_by_key(|&(c, _)| c);
    all.terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    all.terms.retain(|&(_, a)| a != 0.0);
    all
}
