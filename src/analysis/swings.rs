//! Which inputs move the cost most: the price of each offer that is paid and the demand of each workload, a tenth lower
//! and a tenth higher (a tornado). In a small model each is solved again; in a large one a price moves the cost of the
//! plan as it is by a tenth of what is paid at that price.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::analysis::solving::settings::SolveSettings;
use crate::analysis::sweep::{self, PointStatus, SweepSettings};
use crate::document::Axis;
use crate::model::{Column, Expression, Family, Input, Quantity, SweepOverrides};
use crate::plan::{CostKind, Plan};

/// By which part each input is moved.
pub const PART: f64 = 0.1;
/// Most prices that are moved, those of the offers that cost most, and most workloads.
const MOST: usize = 8;

/// What a moved input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The price of an offer.
    Price,
    /// The demand of a workload, or the work of a training run.
    Demand,
}

/// What the cost becomes when one input is moved and all others stay as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// What is moved.
    pub of: Moved,
    /// The offer or workload.
    pub id: String,
    /// Discounted money that the cost changes by with the input a tenth lower, and a tenth higher; `None` where there is
    /// no plan.
    pub change: [Option<f64>; 2],
    /// Whether the plan was chosen anew; else it is kept as it is.
    pub solved: bool,
}

impl Swing {
    /// How far the cost moves, from one end to the other. What leaves no plan on one side counts before all others.
    #[must_use]
    pub fn size(&self) -> f64 {
        match self.change {
            [Some(low), Some(high)] => low.abs().max(high.abs()),
            _ => f64::INFINITY,
        }
    }
}

/// What the plan, kept as it is, costs more or less with each price a tenth lower and higher.
#[must_use]
pub fn kept(plan: &Plan) -> Vec<Swing> {
    let swing = |(id, paid): (&str, f64)| Swing {
        of: Moved::Price,
        id: id.to_owned(),
        change: [Some(-PART * paid), Some(PART * paid)],
        solved: false,
    };
    paid(plan).into_iter().take(MOST).map(swing).collect()
}

/// What the cheapest plan costs more or less with each input a tenth lower and higher, each solved again. An input that
/// cannot be scaled is left out.
#[must_use]
pub fn solved(input: &Input, plan: &Plan, settings: &SolveSettings) -> Vec<Swing> {
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let ends = (1.0 - PART, 1.0 + PART);
    let price = |id: &str| vec![Axis::scaled(id, &[id.to_owned()], "price", ends)];
    let demand = |id: &str| ["demand", "work"].map(|field| Axis::scaled_workload(id, field, ends)).to_vec();
    let prices = paid(plan).into_iter().take(MOST).map(|(id, _)| (Moved::Price, id.to_owned(), price(id)));
    let demands = largest(plan).into_iter().take(MOST).map(|id| (Moved::Demand, id.clone(), demand(&id)));
    // What a workload calls its demand, or whether a price can be scaled, is for the reader of the model to say.
    let readable = |axes: Vec<Axis>| {
        axes.into_iter().find(|axis| Family::of_axes(input, std::slice::from_ref(axis), &asked).is_ok())
    };
    let moved: Vec<(Moved, String, Axis)> =
        prices.chain(demands).filter_map(|(of, id, axes)| Some((of, id, readable(axes)?))).collect();
    let axes: Vec<Axis> = moved.iter().map(|m| m.2.clone()).collect();
    if axes.is_empty() {
        return Vec::new();
    }
    let Ok(family) = Family::of_axes(input, &axes, &asked) else { return Vec::new() };
    let columns = vec![Column { name: "cost".to_owned(), expression: Expression::Quantity(Quantity::Cost) }];
    let Ok(points) = sweep::plan(&family, columns) else { return Vec::new() };
    let how = SweepSettings { solve: settings.clone(), threads: 0 };
    let stop = AtomicBool::new(false);
    let Ok(rows) = sweep::run(&family, &points, &how, BTreeMap::new(), &stop, &|_| {}) else { return Vec::new() };
    let cost = |row: &sweep::Row| row.values.first().copied().flatten();
    // The first point is the model as written; each axis has two after it.
    let written = rows.first().and_then(Option::as_ref).filter(|row| row.status == PointStatus::Optimal);
    let Some(base) = written.and_then(cost) else { return Vec::new() };
    let at = |point: usize| match rows.get(point).and_then(Option::as_ref)? {
        row if row.status == PointStatus::Optimal => {
            Some(row.values.first().copied().flatten().map(|cost| cost - base))
        }
        row if row.status == PointStatus::Infeasible => Some(None),
        // Not certified, or out of time: nothing is said of this input.
        _ => None,
    };
    let swing = |(i, (of, id, _)): (usize, (Moved, String, Axis))| {
        Some(Swing { of, id, change: [at(1 + 2 * i)?, at(2 + 2 * i)?], solved: true })
    };
    let mut all: Vec<Swing> = moved.into_iter().enumerate().filter_map(swing).collect();
    all.sort_by(|a, b| b.size().total_cmp(&a.size()).then_with(|| a.id.cmp(&b.id)));
    all
}

/// The offers that are paid for, the one that costs most first, with discounted money.
fn paid(plan: &Plan) -> Vec<(&str, f64)> {
    let mut by: BTreeMap<&str, f64> = BTreeMap::new();
    let lines = plan.cost.iter().flat_map(|c| &c.lines);
    for line in lines.filter(|l| matches!(l.kind, CostKind::Spend | CostKind::Use)) {
        *by.entry(&line.id).or_default() += line.cost;
    }
    let mut all: Vec<(&str, f64)> = by.into_iter().filter(|(_, cost)| *cost > 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    all
}

/// The workloads, the one that takes most chips first.
fn largest(plan: &Plan) -> Vec<String> {
    let mut by: BTreeMap<&str, f64> = BTreeMap::new();
    plan.assignments.iter().for_each(|a| *by.entry(&a.workload).or_default() += a.chips);
    let mut all: Vec<(&str, f64)> = by.into_iter().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    all.into_iter().map(|(id, _)| id.to_owned()).collect()
}
