//! A price of use: what works is paid for beside what is held.
//!
//! For an offer with such a price, in each period t and for each contract k (or none) that it can be held under then:
//!
//! - works: sum over w of run\[w,o,t\] = sum over k of used\[o,k,t\]
//! - works-under, where there are several k: used\[o,k,t\] <= sum of what is held of o under k in t; for a single
//!   one the row of use says it
//!
//! One unit of used\[o,k,t\] pays h_t x (price of use)\[o,t\] x (1 - discount\[k\]), spread over t. Chips that stand
//! by, fill a block or are idle pay nothing of it.

use super::{Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{ContractId, Model, Offer, OfferId, Payment};

/// A column of chips that work and are paid for by their use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Its column.
    pub column: ColumnId,
    /// The offer.
    pub offer: OfferId,
    /// The contract that the chips are held under.
    pub contract: Option<ContractId>,
    /// What is paid for one chip, and the period.
    pub payment: Payment,
}

/// The contracts, or none, that an offer can be held under in a period.
fn held_under(f: &Formulation, offer: OfferId, period: usize) -> Vec<Option<ContractId>> {
    let mut under: Vec<Option<ContractId>> = Vec::new();
    for h in f.holdings_of(offer).iter().filter(|h| h.periods.contains(&period)) {
        if !under.contains(&h.contract) {
            under.push(h.contract);
        }
    }
    under
}

pub(super) fn add_columns(f: &mut Formulation, model: &Model) {
    for (o, offer) in model.offers.with_ids() {
        let Some(prices) = &offer.used else { continue };
        for (t, period) in model.calendar.periods.iter().enumerate() {
            let most: f64 = f.runs_at(o, t).map(|r| f.program.columns()[r.column.0 as usize].upper).sum();
            if most <= 0.0 {
                continue;
            }
            let under = held_under(f, o, t);
            for &contract in &under {
                let discount = model.discount_under(contract, o);
                let id = contract.map_or("", |k| model.contracts[k].id.as_str());
                // The contract is reported only where the offer has several copies.
                let id = if under.len() > 1 { id } else { "" };
                let money = Offer::paid_at(prices, t) * (1.0 - discount) * period.hours;
                let payment = Payment { period: t, money, at_start: false };
                let name = named("used", &[&offer.id, id, &period.label]);
                let column = f.program.add_column(name, "used", 0.0, most, model.discounted(&payment));
                f.usages.push(Usage { column, offer: o, contract, payment });
            }
        }
    }
}

pub(super) fn add_rows(f: &mut Formulation, model: &Model) {
    let mut first = 0;
    while first < f.usages.len() {
        let (o, t) = (f.usages[first].offer, f.usages[first].payment.period);
        let copies: Vec<Usage> =
            f.usages[first..].iter().take_while(|u| u.offer == o && u.payment.period == t).copied().collect();
        first += copies.len();
        let (id, label) = (&model.offers[o].id, &model.calendar.periods[t].label);
        let constraint = Constraint::Works { offer: o, period: t };
        let mut row: Vec<(ColumnId, f64)> = f.runs_at(o, t).map(|r| (r.column, 1.0)).collect();
        row.extend(copies.iter().map(|u| (u.column, -1.0)));
        f.row(constraint, named("works", &[id, label]), "works", (0.0, 0.0), row);
        if copies.len() == 1 {
            continue;
        }
        for u in copies {
            let under = u.contract.map_or("", |k| model.contracts[k].id.as_str());
            let mut row = f.held_under(o, u.contract, t);
            row.iter_mut().for_each(|(_, a)| *a = -*a);
            row.push((u.column, 1.0));
            let name = named("works-under", &[id, under, label]);
            f.row(constraint, name, "works", (f64::NEG_INFINITY, 0.0), row);
        }
    }
}
