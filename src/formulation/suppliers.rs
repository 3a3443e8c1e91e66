//! Numbers of suppliers, over each span, with M the measure of everything and M_g of a group.
//!
//! - at least n with a part p each: M_g >= p x M - p x U x (1 - counts\[g\]) and
//!   sum over g of counts\[g\] >= n, with counts whole, 0 or 1
//! - at most n: M_g <= U_g x uses\[g\] and sum over g of uses\[g\] <= n
//!
//! U and U_g are the largest values that M and M_g can take: the work that is asked for, or what
//! the columns' boxes allow. For work in a fixed amount U = M, and the rows are as tight as can be:
//! M_g >= p x M x counts\[g\].

use super::measure::{Sum, measure};
use super::{Constraint, Formulation, bracketed};
use crate::model::{LimitKind, Measure, Model, Task};

pub(super) fn add(f: &mut Formulation, model: &Model, limit: usize) {
    let LimitKind::Suppliers { groups, measure: of, workloads, at_least, at_most, .. } = &model.limits[limit].kind
    else {
        return;
    };
    let everything = vec![true; model.offers.len()];
    for (s, span) in model.limits[limit].spans.iter().enumerate() {
        let name = |group: &str| bracketed(&[&model.limits[limit].name, group, &span.label]);
        let sum =
            |f: &Formulation, offers: &[bool]| measure(f, model, offers, *of, workloads.as_deref(), &span.periods);
        let total = sum(f, &everything);
        let constraint = |group: usize| Constraint::Limit { limit, group, span: s };
        if let Some((n, part)) = at_least {
            let most = largest(f, model, &total, *of, workloads.as_deref(), &span.periods);
            let mut number = Vec::new();
            for (g, group) in groups.iter().enumerate() {
                let counts = f.program.add_integer(format!("counts{}", name(&group.name)), "counts", 0.0, 1.0, 0.0);
                number.push((counts, 1.0));
                let own = sum(f, &group.offers);
                let mut terms = own.terms;
                terms.extend(total.terms.iter().map(|&(c, a)| (c, -part * a)));
                terms.push((counts, -part * most));
                let least = part * total.constant - own.constant - part * most;
                let row = format!("suppliers{}", name(&group.name));
                f.row(constraint(g), row, "suppliers", (least, f64::INFINITY), terms);
            }
            let least = *n as f64;
            f.row(
                constraint(groups.len()),
                format!("suppliers{}", name("")),
                "suppliers",
                (least, f64::INFINITY),
                number,
            );
        }
        if let Some(n) = at_most {
            let mut number = Vec::new();
            for (g, group) in groups.iter().enumerate() {
                let uses = f.program.add_integer(format!("uses{}", name(&group.name)), "uses", 0.0, 1.0, 0.0);
                number.push((uses, 1.0));
                let own = sum(f, &group.offers);
                let most = largest(f, model, &own, *of, workloads.as_deref(), &span.periods);
                let mut terms = own.terms;
                terms.push((uses, -most));
                let row = format!("uses{}", name(&group.name));
                f.row(constraint(groups.len() + 1 + g), row, "suppliers", (f64::NEG_INFINITY, -own.constant), terms);
            }
            let most = *n as f64;
            let bounds = (f64::NEG_INFINITY, most);
            f.row(constraint(2 * groups.len() + 1), format!("uses{}", name("")), "suppliers", bounds, number);
        }
    }
}

/// The largest value that a measure can take.
fn largest(
    f: &Formulation,
    model: &Model,
    sum: &Sum,
    of: Measure,
    workloads: Option<&[bool]>,
    periods: &std::ops::Range<usize>,
) -> f64 {
    let boxes = f.most(&sum.terms) + sum.constant;
    if of != Measure::Work {
        return boxes;
    }
    let counted = |w: usize| workloads.is_none_or(|mask| mask[w]);
    let asked = |w: usize| match &model.workloads[w].task {
        Task::Training { work } => *work,
        Task::Inference { .. } => {
            periods.clone().map(|t| model.workloads[w].peak_demand(t) * model.calendar.periods[t].hours).sum()
        }
    };
    boxes.min((0..model.workloads.len()).filter(|&w| counted(w)).map(asked).sum())
}
