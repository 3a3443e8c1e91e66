//! Credits and prepayments, with draw\[b,t\] the money of the bill of period t that is paid from balance b of a contract k:
//!
//! - no more than there is: sum of draw\[b,s\] over s <= t is at most what came in by t, times sign\[k\] where that is a
//!   decision; a row for each period in which something comes in later, and one for all
//! - no more than a part of each bill: draw\[b,t\] <= part x (what is paid in t for the offers that b pays for)
//! - no bill twice: for each set B of balances of which some pay for the same offers, sum of draw\[b,t\] over b in B is at
//!   most what is paid in t for the offers that any of B pays for (Hall's condition for attributing draws to offers)
//!
//! A draw saves its money, discounted as a payment of t. What is prepaid is paid at the start of its period; what is left of
//! a refunded prepayment comes back at the end of its time.

use super::measure::paid;
use super::{Constraint, Formulation, named};
use crate::lp::{Affine, ColumnId, RowId};
use crate::model::{BalanceKind, ContractId, Decision, Model, OfferSet, sharing};

/// A column of money of a bill that is paid from a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Its column.
    pub column: ColumnId,
    /// The contract.
    pub contract: ContractId,
    /// Which of its balances.
    pub balance: usize,
    /// The period.
    pub period: usize,
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (k, contract) in model.contracts.with_ids().filter(|(_, c)| c.decision != Decision::Refused) {
        for b in 0..contract.balances.len() {
            one(f, model, k, b);
        }
    }
    for t in 0..model.periods() {
        for set in sharing(&model.contracts, t) {
            let ids: Vec<&str> = set.balances.iter().map(|(k, _)| model.contracts[*k].id.as_str()).collect();
            let mut row = bill(f, &set.pays, t, -1.0);
            let draws = f.draws.iter().filter(|d| d.period == t && set.balances.contains(&(d.contract, d.balance)));
            row.extend(draws.map(|d| (d.column, 1.0)));
            let name = named("bills", &[&ids.join("+"), &model.calendar.periods[t].label]);
            f.row(Constraint::Balance, name, "bill", (f64::NEG_INFINITY, 0.0), row);
        }
    }
}

fn one(f: &mut Formulation, model: &Model, k: ContractId, b: usize) {
    let contract = &model.contracts[k];
    let balance = &contract.balances[b];
    let role = match balance.kind {
        BalanceKind::Credits => "credit",
        BalanceKind::Prepaid => "draw",
    };
    let end = balance.over.end - 1;
    let back = if balance.refunded { model.discount_at_end(end) } else { 0.0 };
    let total = balance.total();
    let mut own = Vec::new();
    for t in balance.over.clone() {
        let name = named(role, &[&contract.id, &model.calendar.periods[t].label]);
        // What is drawn does not come back.
        let column = f.program.add_column(name, role, 0.0, total, back - model.discount(t));
        f.draws.push(Draw { column, contract: k, balance: b, period: t });
        own.push((t, column));
        let mut row = bill(f, &balance.pays, t, -balance.at_most);
        row.push((column, 1.0));
        let name = named("bill", &[&contract.id, role, &model.calendar.periods[t].label]);
        f.row(Constraint::Balance, name, "bill", (f64::NEG_INFINITY, 0.0), row);
    }
    // Up to each period before which something more comes in, and up to the end.
    let later = |t: usize| balance.deposits.iter().any(|&(s, money)| s == t + 1 && money > 0.0);
    for t in balance.over.clone().filter(|&t| later(t) || t == end) {
        let there = balance.come_in(t);
        let mut row: Vec<(ColumnId, f64)> = own.iter().filter(|(s, _)| *s <= t).map(|&(_, c)| (c, 1.0)).collect();
        let most = match f.signs[k] {
            Some(sign) => {
                row.push((sign, -there));
                0.0
            }
            None => there,
        };
        let name =
            named("balance", &[&contract.id, role, if t == end { "" } else { &model.calendar.periods[t].label }]);
        f.row(Constraint::Balance, name, "balance", (f64::NEG_INFINITY, most), row);
    }
    if balance.kind == BalanceKind::Prepaid {
        let paid: f64 = balance.deposits.iter().map(|&(t, money)| money * (model.discount_at_start(t) - back)).sum();
        match f.signs[k] {
            Some(sign) => f.program.add_cost(sign, paid),
            None => f.program.add_offset(paid),
        }
    }
}

impl Formulation {
    /// The same solution with bills paid from a balance as soon as they can be, where it costs the same to pay them
    /// otherwise: what comes back in the end without interest is no reason to leave it.
    #[must_use]
    pub fn drawn_first(&self, x: &[f64]) -> Vec<f64> {
        let mut x = x.to_vec();
        let free = |d: &&Draw| self.program.columns()[d.column.0 as usize].cost == 0.0;
        let balances = self.constraints.iter().enumerate().filter(|(_, c)| **c == Constraint::Balance);
        let rows: Vec<RowId> = balances.map(|(i, _)| RowId(i as u32)).collect();
        for d in self.draws.iter().filter(free) {
            let limits = |&&row: &&RowId| self.program.row_terms(row).any(|(c, a)| c == d.column && a > 0.0);
            let left = |&row: &RowId| {
                let activity: f64 = self.program.row_terms(row).map(|(c, a)| a * x[c.0 as usize]).sum();
                self.program.rows()[row.0 as usize].upper - activity
            };
            let more = rows.iter().filter(limits).map(left).fold(f64::INFINITY, f64::min);
            if more.is_finite() && more > 0.0 {
                x[d.column.0 as usize] += more;
            }
        }
        x
    }
}

/// What is paid in a period for some offers, times a factor.
fn bill(f: &Formulation, offers: &OfferSet, period: usize, factor: f64) -> Vec<(ColumnId, f64)> {
    let paid = paid(f, |offer, _| offers[offer], &(period..period + 1));
    paid.into_iter().map(|(column, money)| (column, factor * money)).collect()
}

/// What cash differs by from spend for some offers over some periods: less what is drawn from balances that pay for nothing
/// else, and with what is prepaid to them.
pub(super) fn cash_beside(
    f: &Formulation,
    model: &Model,
    group: &OfferSet,
    periods: &std::ops::Range<usize>,
) -> Affine {
    let mut sum = Affine::default();
    for d in f.draws.iter().filter(|d| periods.contains(&d.period)) {
        if model.contracts[d.contract].balances[d.balance].pays.is_within(group) {
            sum.terms.push((d.column, -1.0));
        }
    }
    for (k, contract) in model.contracts.with_ids() {
        let within = contract.balances.iter().filter(|b| b.pays.is_within(group));
        let money: f64 = within.map(|b| b.prepaid(periods)).sum();
        match (f.signs[k], contract.decision) {
            (Some(sign), _) if money > 0.0 => sum.terms.push((sign, money)),
            (None, Decision::Signed) => sum.constant += money,
            _ => {}
        }
    }
    sum
}
