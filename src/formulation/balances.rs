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

use super::{Constraint, Formulation, named};
use crate::lp::{Affine, ColumnId, RowId};
use crate::model::{BalanceKind, ContractId, Decision, Model, OfferSet, Payment, sharing};

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
            let pays = |&(k, b): &(ContractId, usize)| model.contracts[k].balances[b].pays.clone();
            let all =
                set.iter().map(pays).reduce(|a, b| a.or(&b)).unwrap_or_else(|| OfferSet::none(model.offers.len()));
            let ids: Vec<&str> = set.iter().map(|(k, _)| model.contracts[*k].id.as_str()).collect();
            let mut row = bill(f, &all, t, -1.0);
            row.extend(
                f.draws
                    .iter()
                    .filter(|d| d.period == t && set.contains(&(d.contract, d.balance)))
                    .map(|d| (d.column, 1.0)),
            );
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
        let there: f64 = balance.deposits.iter().filter(|(s, _)| *s <= t).map(|(_, money)| money).sum();
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
        for d in self.draws.iter().filter(free) {
            let mut more = f64::INFINITY;
            for (i, _) in self.constraints.iter().enumerate().filter(|(_, c)| **c == Constraint::Balance) {
                let row = RowId(i as u32);
                if self.program.row_terms(row).any(|(c, a)| c == d.column && a > 0.0) {
                    let activity: f64 = self.program.row_terms(row).map(|(c, a)| a * x[c.0 as usize]).sum();
                    more = more.min(self.program.rows()[i].upper - activity);
                }
            }
            if more.is_finite() && more > 0.0 {
                x[d.column.0 as usize] += more;
            }
        }
        x
    }
}

/// What is paid in a period for some offers, times a factor.
fn bill(f: &Formulation, offers: &OfferSet, period: usize, factor: f64) -> Vec<(ColumnId, f64)> {
    let mut row = Vec::new();
    let mut add = |column: ColumnId, payments: &[Payment]| {
        let money: f64 = payments.iter().filter(|p| p.period == period).map(|p| p.money).sum();
        if money != 0.0 {
            row.push((column, factor * money));
        }
    };
    f.holdings.iter().filter(|h| offers[h.offer]).for_each(|h| add(h.column, &h.payments));
    f.sales.iter().filter(|s| offers[s.offer]).for_each(|s| add(s.column, &s.payments));
    f.usages.iter().filter(|u| offers[u.offer]).for_each(|u| add(u.column, std::slice::from_ref(&u.payment)));
    row
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
        let prepaid = contract.balances.iter().filter(|b| b.kind == BalanceKind::Prepaid && b.pays.is_within(group));
        let money: f64 = prepaid.flat_map(|b| &b.deposits).filter(|(t, _)| periods.contains(t)).map(|d| d.1).sum();
        match (f.signs[k], contract.decision) {
            (Some(sign), _) if money > 0.0 => sum.terms.push((sign, money)),
            (None, Decision::Signed) => sum.constant += money,
            _ => {}
        }
    }
    sum
}
