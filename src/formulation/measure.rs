//! Measures: what a group's part is a part of.
//!
//! Over a set of periods P:
//!
//! - spend: what is actually paid for holding and for use, undiscounted, with idle commitments and fees of contracts that
//!   cover offers of the group alone
//!   with what is paid for chips that are bought, and without what comes back for those that are sold
//! - chips: sum of h_t x held\[o,t\], in chip-hours
//! - power: sum of h_t x power(chip(o)) x pue(o) x held\[o,t\], in kWh
//! - carbon: sum of h_t x power(chip(o)) x pue(o) x intensity\[o,t\] x held\[o,t\], in kg
//! - work: sum of h_t x throughput x availability x run\[w,o,t\]
//!
//! For some workloads only, spend, chips, power and carbon count what works for them (run instead of
//! held), spend at the offer's price in the period, of holding and of use.

use std::ops::Range;

use super::Formulation;
use crate::lp::{Affine, ColumnId};
use crate::model::{
    ContractId, Decision, Measure, Model, OfferId, OfferSet, Payment, WorkloadId, WorkloadSet, contract_inside,
    unit_price,
};

/// What an hour of a chip counts in a measure of what is held.
fn per_chip(model: &Model, measure: Measure, offer: OfferId, period: usize) -> f64 {
    match measure {
        Measure::Power => model.draws(offer),
        Measure::Carbon => model.emits(offer, period),
        Measure::Spend | Measure::Chips | Measure::Work => 1.0,
    }
}

/// The measure of the offers picked by `group`, for all that is held or for some workloads.
pub(super) fn measure(
    f: &Formulation,
    model: &Model,
    group: &OfferSet,
    measure: Measure,
    workloads: Option<&WorkloadSet>,
    periods: &Range<usize>,
) -> Affine {
    let mut sum = Affine::default();
    let hours = |t: usize| model.calendar.periods[t].hours;
    if workloads.is_some() || measure == Measure::Work {
        let counted = |w: WorkloadId| workloads.is_none_or(|mask| mask[w]);
        for run in f.runs.iter().filter(|r| group[r.offer] && periods.contains(&r.period) && counted(r.workload)) {
            let weight = match measure {
                Measure::Work => model.productivity(run.workload, run.offer),
                Measure::Chips | Measure::Power | Measure::Carbon => per_chip(model, measure, run.offer, run.period),
                Measure::Spend => unit_price(model, run.offer, run.period),
            };
            sum.terms.push((run.column, weight * hours(run.period)));
        }
        return sum;
    }
    if measure != Measure::Spend {
        let over = |offer: OfferId, held: &Range<usize>| -> f64 {
            let inside = held.clone().filter(|t| periods.contains(t));
            inside.map(|t| per_chip(model, measure, offer, t) * hours(t)).sum()
        };
        let held = f.holdings.iter().filter(|h| group[h.offer]).map(|h| (h.column, over(h.offer, &h.periods)));
        let sold = f.sales.iter().filter(|s| group[s.offer]).map(|s| (s.column, -over(s.offer, &s.periods)));
        sum.terms.extend(held.chain(sold).filter(|(_, amount)| *amount != 0.0));
    } else {
        sum.terms = paid(f, |offer, _| group[offer], periods);
        for idle in f.idles.iter().filter(|i| periods.contains(&i.period)) {
            if contract_inside(&model.contracts[idle.contract], group) {
                sum.terms.push((idle.column, 1.0));
            }
        }
        for (k, contract) in model.contracts.with_ids().filter(|(_, c)| contract_inside(c, group)) {
            let fee = contract.fee.iter().filter(|(t, _)| periods.contains(t)).map(|(_, money)| money).sum::<f64>();
            sum.add(1.0, &super::terminate::fees(f, model, k, periods));
            sum.add(-1.0, &super::late::damages(f, model, k, periods));
            match (f.signs[k], contract.decision) {
                (Some(sign), _) if fee > 0.0 => sum.terms.push((sign, fee)),
                (None, Decision::Signed) => sum.constant += fee,
                _ => {}
            }
        }
    }
    sum
}

/// What the electricity of owned chips of a group costs in some periods.
pub(super) fn electricity(f: &Formulation, model: &Model, group: &OfferSet, periods: &Range<usize>) -> Affine {
    let paid = |offer: OfferId, held: &Range<usize>| -> f64 {
        let inside = held.clone().filter(|t| periods.contains(t));
        inside.map(|t| model.electricity(offer, t) * model.calendar.periods[t].hours).sum()
    };
    let counts = |o: OfferId| group[o] && model.offers[o].energy.is_some();
    let held = f.holdings.iter().filter(|h| counts(h.offer)).map(|h| (h.column, paid(h.offer, &h.periods)));
    let sold = f.sales.iter().filter(|s| counts(s.offer)).map(|s| (s.column, -paid(s.offer, &s.periods)));
    Affine { terms: held.chain(sold).filter(|(_, money)| *money != 0.0).collect(), ..Affine::default() }
}

/// What is paid in some periods for what is held, sold and used of offers under contracts that fit.
pub(super) fn paid(
    f: &Formulation,
    fits: impl Fn(OfferId, Option<ContractId>) -> bool,
    periods: &Range<usize>,
) -> Vec<(ColumnId, f64)> {
    let inside = |payments: &[Payment]| -> f64 {
        payments.iter().filter(|p| periods.contains(&p.period)).map(|p| p.money).sum()
    };
    let held = f.holdings.iter().filter(|h| fits(h.offer, h.contract)).map(|h| (h.column, inside(&h.payments)));
    let sold = f.sales.iter().filter(|s| fits(s.offer, s.contract)).map(|s| (s.column, inside(&s.payments)));
    let used = f.usages.iter().filter(|u| fits(u.offer, u.contract));
    let used = used.map(|u| (u.column, inside(std::slice::from_ref(&u.payment))));
    held.chain(sold).chain(used).filter(|(_, money)| *money != 0.0).collect()
}
