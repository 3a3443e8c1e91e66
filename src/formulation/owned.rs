//! Chips that are bought.
//!
//! - buy\[o,s\]: chips bought in s, held from their delivery until the end of their life
//! - sell\[o,s,e\]: chips of them sold at the start of e, from the age on from which they may be
//! - sold: sum over e of sell\[o,s,e\] <= buy\[o,s\]
//!
//! One chip of buy pays capex\[o,s\] at the start of s and h_t x price\[o,t\] in each t in which it can be held, and is
//! worth residual(age) x capex\[o,s\] when it is no longer held, or at the end of the horizon. One chip of sell takes off
//! what it would have paid from e on and its worth at the end, and adds its worth at the start of e. Under a contract all
//! of it is less the contract's discount.

use std::ops::Range;

use super::{Constraint, Formulation, Sale, named};
use crate::lp::ColumnId;
use crate::model::{Bought, ContractId, Life, Model, OfferId, Payment};

/// What is paid for one chip that is bought in `start` and held for a stretch of periods.
pub(super) fn payments(
    model: &Model,
    offer: OfferId,
    bought: &Bought,
    start: usize,
    periods: Range<usize>,
    contract: Option<ContractId>,
) -> Vec<Payment> {
    let discount = model.discount_under(contract, offer);
    let capex = Payment { period: start, money: bought.capex[start] * (1.0 - discount), at_start: true };
    let running = periods.map(|t| {
        let money = model.running_under(contract, offer, t) * model.calendar.periods[t].hours;
        Payment { period: t, money, at_start: false }
    });
    std::iter::once(capex).chain(running).filter(|p| p.money != 0.0).collect()
}

/// What the electricity of one chip costs that is held for a stretch of periods, discounted; nothing if it is rented.
pub(super) fn electricity(model: &Model, offer: OfferId, periods: &Range<usize>) -> f64 {
    let in_period = |t: usize| model.electricity(offer, t) * model.calendar.periods[t].hours * model.discount(t);
    if model.offers[offer].energy.is_none() { 0.0 } else { periods.clone().map(in_period).sum() }
}

/// Adds the columns of chips that are sold of what was added last, under a contract of this discount and id.
pub(super) fn add_sales(f: &mut Formulation, model: &Model, bought: &Bought, life: &Life, under: (f64, &str)) {
    let Some(holding) = f.holdings.last().cloned() else { return };
    let offer = &model.offers[holding.offer];
    let label = |t: usize| model.calendar.periods[t].label.as_str();
    let upper = f.program.columns()[holding.column.0 as usize].upper;
    let paid = bought.capex[holding.start] * (1.0 - under.0);
    let first = f.sales.len();
    for (&end, part) in &life.sales {
        let payments: Vec<Payment> =
            holding.payments.iter().filter(|p| !p.at_start && p.period >= end).copied().collect();
        let payments: Vec<Payment> = payments.into_iter().map(|p| Payment { money: -p.money, ..p }).collect();
        let saved: f64 = payments.iter().map(|p| model.discounted(p)).sum();
        let electricity = electricity(model, holding.offer, &(end..life.held.end));
        let cost = saved - electricity + holding.worth - paid * part * model.discount_at(end);
        let name = named("sell", &[&offer.id, under.1, label(holding.start), label(end)]);
        let column = f.program.add_column(name, "sell", 0.0, upper, cost);
        let periods = end..life.held.end;
        f.sales.push(Sale { column, offer: holding.offer, contract: holding.contract, periods, payments });
    }
    let sales = first..f.sales.len();
    if let Some(last) = f.holdings.last_mut() {
        last.sales = sales;
    }
}

/// No more is sold than was bought.
pub(super) fn add_rows(f: &mut Formulation, model: &Model) {
    for index in 0..f.holdings.len() {
        let holding = &f.holdings[index];
        if holding.sales.is_empty() {
            continue;
        }
        let (offer, label) = (&model.offers[holding.offer].id, &model.calendar.periods[holding.start].label);
        let under = holding.contract.map_or("", |k| model.contracts[k].id.as_str());
        let name = named("sold", &[offer, under, label]);
        let sold = f.sales[holding.sales.clone()].iter().map(|s| (s.column, 1.0));
        let row: Vec<(ColumnId, f64)> = std::iter::once((holding.column, -1.0)).chain(sold).collect();
        f.row(Constraint::Decision, name, "sold", (f64::NEG_INFINITY, 0.0), row);
    }
}
