//! Chips that cannot be held in any amount, for each purchase (an offer under a contract from a
//! period on) with its tiers i, each row divided by its number so that it is in parts:
//!
//! - blocks: sum over i of held\[i\] = block x n, n whole
//! - minimum: minimum x any <= sum over i of held\[i\] <= (what could be held) x any, any 0 or 1
//! - tiers: held\[i\] <= width\[i\]; where some tier is dearer than a later one, a later one is open
//!   only if the one before is full: held\[i\] >= width\[i\] x full\[i\],
//!   held\[i+1\] <= (what could be held) x full\[i\]. Rising prices need no whole columns, the cheaper
//!   tier is filled first anyway; unless spending more is good for something.

use super::{Constraint, Formulation, NEAR, bracketed};
use crate::lp::ColumnId;
use crate::model::{CommitIn, ContractId, LimitKind, Measure, Model};

/// A quotient is whole if it is this near to a whole number.
const WHOLE: f64 = 1e-9;

pub(super) fn add(f: &mut Formulation, model: &Model) {
    let mut first = 0;
    while first < f.holdings.len() {
        // The tiers of a purchase follow one another.
        let mut last = first + 1;
        while last < f.holdings.len() && f.holdings[last].tier > 0 {
            last += 1;
        }
        purchase(f, model, first..last);
        first = last;
    }
}

fn purchase(f: &mut Formulation, model: &Model, tiers: std::ops::Range<usize>) {
    let first = &f.holdings[tiers.start];
    let offer = &model.offers[first.offer];
    if offer.block.is_none() && offer.minimum.is_none() && offer.tiers.is_empty() {
        return;
    }
    let start = first.start;
    let label = &model.calendar.periods[start].label;
    let contract = first.contract;
    let id = contract.map_or("", |k| model.contracts[k].id.as_str());
    let parts = [offer.id.as_str(), id, label.as_str()];
    let columns: Vec<ColumnId> = f.holdings[tiers].iter().map(|h| h.column).collect();
    let sum: Vec<(ColumnId, f64)> = columns.iter().map(|&c| (c, 1.0)).collect();
    let room = if first.sales.is_empty() { first_capacity(model, f, &columns) } else { f64::INFINITY };
    let most = f.most(&sum).min(room);
    if let Some(block) = offer.block {
        let name = bracketed(&parts);
        let n = f.program.add_integer(format!("blocks{name}"), "blocks", 0.0, (most / block + WHOLE).floor(), 0.0);
        let mut row = sum.clone();
        row.iter_mut().for_each(|(_, a)| *a /= block);
        row.push((n, -1.0));
        f.row(Constraint::Decision, format!("blocks{name}"), "blocks", (0.0, 0.0), row);
    }
    if let Some(minimum) = offer.minimum {
        let name = bracketed(&parts);
        let any = f.program.add_integer(format!("any{name}"), "any", 0.0, 1.0, 0.0);
        let mut fewest = sum.clone();
        fewest.iter_mut().for_each(|(_, a)| *a /= minimum);
        fewest.push((any, -1.0));
        f.row(Constraint::Decision, format!("minimum{name}"), "minimum", (0.0, f64::INFINITY), fewest);
        let mut if_any = sum.clone();
        if_any.iter_mut().for_each(|(_, a)| *a /= NEAR * most);
        if_any.push((any, -1.0));
        f.row(Constraint::Decision, format!("any{name}"), "minimum", (f64::NEG_INFINITY, 0.0), if_any);
    }
    let mut prices = vec![offer.price[start]];
    prices.extend(offer.tiers.iter().map(|t| t.price[start]));
    if prices.is_sorted() && !spending_counts(model, contract) {
        return;
    }
    let mut before: Option<ColumnId> = None;
    for i in 0..columns.len().saturating_sub(1) {
        let name = bracketed(&[parts[0], parts[1], parts[2], &(i + 1).to_string()]);
        let width = offer.above(i + 1) - offer.above(i);
        let full = f.program.add_integer(format!("full{name}"), "full", 0.0, 1.0, 0.0);
        let row = vec![(columns[i], 1.0 / width), (full, -1.0)];
        f.row(Constraint::Decision, format!("full{name}"), "tier", (0.0, f64::INFINITY), row);
        let left = if most > offer.above(i + 1) { most - offer.above(i + 1) } else { f64::INFINITY };
        let upper = NEAR * f.program.columns()[columns[i + 1].0 as usize].upper.min(left);
        let row = vec![(columns[i + 1], 1.0 / upper), (full, -1.0)];
        f.row(Constraint::Decision, format!("open{name}"), "tier", (f64::NEG_INFINITY, 0.0), row);
        if let Some(before) = before {
            let row = vec![(full, 1.0), (before, -1.0)];
            f.row(Constraint::Decision, format!("order{name}"), "tier", (f64::NEG_INFINITY, 0.0), row);
        }
        before = Some(full);
    }
}

/// Whether it can be good to spend more on the same chips: towards a commitment, or where a part of
/// all spend is limited.
fn spending_counts(model: &Model, contract: Option<ContractId>) -> bool {
    let commit = contract.and_then(|k| model.contracts[k].commit.as_ref());
    let measured = |kind: &LimitKind| kind.family().gains_by().is_some_and(|r| r.measure == Measure::Spend);
    commit.is_some_and(|c| c.counted_in == CommitIn::Spend) || model.limits.iter().any(|l| measured(&l.kind))
}

/// The least capacity over the periods of a purchase.
fn first_capacity(model: &Model, f: &Formulation, columns: &[ColumnId]) -> f64 {
    let holding = f.holdings.iter().filter(|h| h.column == columns[0]);
    let capacities = holding.flat_map(|h| h.periods.clone().map(|t| model.offers[h.offer].capacity_at(t)));
    capacities.fold(f64::INFINITY, f64::min)
}
