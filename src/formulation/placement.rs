//! Where a workload runs at all: place\[w,g\] whole, 0 or 1, for groups g of offers by ecosystem,
//! cloud or offer.
//!
//! - inference, in each t: sum over o in g of throughput x run\[w,o,t\] <= demand x peak x place\[w,g\]
//! - training: sum over o in g and t of h_t x throughput x run\[w,o,t\] <= work x place\[w,g\]
//! - not split: sum over g of place\[w,g\] <= 1
//!
//! with the capacity of g in place of what there is to do where that is less: the bound is the
//! model's own. Rows are divided by it, so that they are in parts. Porting costs its price for each
//! ecosystem, data its move to each cloud that does not have it.
//!
//! - rate: fewest x on\[w,t\] <= sum over o of run\[w,o,t\] <= most x on\[w,t\]

use std::collections::BTreeMap;

use super::{Constraint, Formulation, NEAR, bracketed, named};
use crate::lp::ColumnId;
use crate::model::{Model, OfferId, PlaceBy, Split, Task, WorkloadId, placement_cost};

/// A column that says whether a workload runs in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Its column.
    pub column: ColumnId,
    /// The workload.
    pub workload: WorkloadId,
    /// How offers are grouped.
    pub by: PlaceBy,
    /// The group.
    pub group: String,
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (w, workload) in model.workloads.with_ids() {
        let split = |s: Split| workload.split == s;
        if split(Split::OneEcosystem) || workload.porting.iter().any(|p| p.cost > 0.0) {
            place(f, model, w, PlaceBy::Ecosystem, split(Split::OneEcosystem));
        }
        if split(Split::OneCloud) || workload.data.as_ref().is_some_and(|d| d.cost > 0.0) {
            place(f, model, w, PlaceBy::Cloud, split(Split::OneCloud));
        }
        if split(Split::OneOffer) {
            place(f, model, w, PlaceBy::Offer, true);
        }
        if let Some(least) = workload.rate_at_least {
            running(f, model, w, least);
        }
    }
}

fn place(f: &mut Formulation, model: &Model, w: WorkloadId, by: PlaceBy, one: bool) {
    let workload = &model.workloads[w];
    let mut groups: BTreeMap<String, BTreeMap<usize, Vec<(ColumnId, f64)>>> = BTreeMap::new();
    for run in f.runs.iter().filter(|r| r.workload == w) {
        let periods = groups.entry(by.group(model, run.offer)).or_default();
        periods.entry(run.period).or_default().push((run.column, model.productivity(w, run.offer)));
    }
    let mut number = Vec::new();
    for (group, periods) in groups {
        let cost = placement_cost(model, w, by, &group);
        let cost = cost.map_or(0.0, |(t, money)| money * model.discount_at_start(t));
        if cost == 0.0 && !one {
            continue;
        }
        let name = bracketed(&[&workload.id, &group]);
        let column = f.program.add_integer(format!("place{name}"), "place", 0.0, 1.0, cost);
        number.push((column, 1.0));
        let members: Vec<OfferId> =
            workload.eligible.iter().copied().filter(|&o| by.group(model, o) == group).collect();
        only_where(f, model, w, &members, periods, column, ("place", &group));
        f.placements.push(Placement { column, workload: w, by, group });
    }
    if one {
        let name = named("one", &[&workload.id]);
        f.row(Constraint::Decision, name, "place", (f64::NEG_INFINITY, 1.0), number);
    }
}

/// A workload runs on some offers only where a whole column is 1. The work that each of its runs does an
/// hour is given by period.
pub(super) fn only_where(
    f: &mut Formulation,
    model: &Model,
    w: WorkloadId,
    members: &[OfferId],
    periods: BTreeMap<usize, Vec<(ColumnId, f64)>>,
    column: ColumnId,
    (role, group): (&'static str, &str),
) {
    let workload = &model.workloads[w];
    // What the offers' capacity could do in a period, if that is less than there is to do.
    let there =
        |t: usize| members.iter().map(|&o| model.offers[o].capacity_at(t) * model.productivity(w, o)).sum::<f64>();
    match workload.task {
        Task::Inference { .. } => {
            for (t, mut terms) in periods {
                let label = &model.calendar.periods[t].label;
                let demand = NEAR * workload.peak_demand(t).min(there(t));
                terms.iter_mut().for_each(|(_, a)| *a /= demand);
                terms.push((column, -1.0));
                let name = named(role, &[&workload.id, group, label]);
                f.row(Constraint::Decision, name, role, (f64::NEG_INFINITY, 0.0), terms);
            }
        }
        Task::Training { work } => {
            let hours = |t: usize| model.calendar.periods[t].hours;
            let work = NEAR * work.min(periods.keys().map(|&t| hours(t) * there(t)).sum());
            let all = periods.into_iter().flat_map(|(t, terms)| {
                terms.into_iter().map(move |(c, a)| (c, a * hours(t) / work)).collect::<Vec<_>>()
            });
            let mut terms: Vec<(ColumnId, f64)> = all.collect();
            terms.push((column, -1.0));
            let name = named(role, &[&workload.id, group]);
            f.row(Constraint::Decision, name, role, (f64::NEG_INFINITY, 0.0), terms);
        }
    }
}

fn running(f: &mut Formulation, model: &Model, w: WorkloadId, least: f64) {
    let workload = &model.workloads[w];
    for t in workload.window.clone() {
        let runs: Vec<(ColumnId, f64)> =
            f.runs.iter().filter(|r| r.workload == w && r.period == t).map(|r| (r.column, 1.0)).collect();
        if runs.is_empty() {
            continue;
        }
        let most = (NEAR * workload.rate_at_most.unwrap_or(f64::INFINITY)).min(f.most(&runs));
        let label = &model.calendar.periods[t].label;
        let name = bracketed(&[&workload.id, label]);
        let on = f.program.add_integer(format!("on{name}"), "on", 0.0, 1.0, 0.0);
        let mut fewest = runs.clone();
        fewest.iter_mut().for_each(|(_, a)| *a /= least);
        fewest.push((on, -1.0));
        f.row(Constraint::Decision, format!("fewest{name}"), "rate", (0.0, f64::INFINITY), fewest);
        let mut if_on = runs;
        if_on.iter_mut().for_each(|(_, a)| *a /= most);
        if_on.push((on, -1.0));
        f.row(Constraint::Decision, format!("on{name}"), "rate", (f64::NEG_INFINITY, 0.0), if_on);
    }
}
