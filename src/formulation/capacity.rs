//! What works is held, and what is held is there.
//!
//! - use: sum over w of run\[w,o,t\] - held\[o,t\] <= 0; an equation where what is held needs a purpose
//!   (see [`super::purpose`])
//! - capacity: held\[o,t\] <= capacity\[o,t\]; a bound where one column alone holds the offer
//! - pool in chips: sum over o of held\[o,t\] <= chips\[p,t\]
//! - pool in power: sum over o of power(chip(o)) x held\[o,t\] <= power\[p,t\]

use super::{Constraint, Formulation, Limits, named};
use crate::lp::RowRole;
use crate::model::Model;

/// `purposes` are the limits in force, if what is held needs a purpose.
pub(super) fn add_use(f: &mut Formulation, model: &Model, purposes: Option<Limits>) {
    for (index, offer) in model.offers.with_ids() {
        let mut by_period: Vec<Vec<_>> = vec![Vec::new(); model.periods()];
        for run in f.runs_of(index) {
            by_period[run.period].push((run.column, 1.0));
        }
        for (period, mut terms) in by_period.into_iter().enumerate() {
            let bound = purposes.is_some_and(|limits| f.is_bound(model, limits, index, period));
            if terms.is_empty() && !bound {
                continue;
            }
            terms.extend(f.held(index, period, -1.0));
            if bound {
                f.separated.insert((index, period));
                terms.extend(f.purposes(model, index, period).into_iter().map(|c| (c, 1.0)));
            }
            let least = if bound { 0.0 } else { f64::NEG_INFINITY };
            let name = named("use", &[&offer.id, &model.calendar.periods[period].label]);
            f.row(Constraint::Use { offer: index, period }, name, RowRole::mergeable("use"), (least, 0.0), terms);
        }
    }
}

pub(super) fn add_capacity(f: &mut Formulation, model: &Model) {
    for (index, offer) in model.offers.with_ids().filter(|(_, o)| o.capacity.is_some()) {
        for period in 0..model.periods() {
            let terms: Vec<_> = f.held(index, period, 1.0).collect();
            let capacity = offer.capacity_at(period);
            // A column that is alone in all its periods carries the capacity as its bound.
            let alone = match terms.as_slice() {
                [] => true,
                [(column, _)] => f.program.columns()[column.0 as usize].upper <= capacity,
                _ => false,
            };
            if alone {
                continue;
            }
            let name = named("capacity", &[&offer.id, &model.calendar.periods[period].label]);
            let bounds = (f64::NEG_INFINITY, capacity);
            f.row(Constraint::Capacity { offer: index, period }, name, "capacity", bounds, terms);
        }
    }
}

pub(super) fn add_pools(f: &mut Formulation, model: &Model) {
    for (index, pool) in model.pools.with_ids() {
        for (stock, power) in [(&pool.chips, false), (&pool.power, true)] {
            let Some(stock) = stock else { continue };
            for (period, &most) in stock.iter().enumerate() {
                let mut terms = Vec::new();
                for &offer in &pool.offers {
                    let weight = if power { model.draws(offer) } else { 1.0 };
                    terms.extend(f.held(offer, period, weight));
                }
                let kind = if power { "pool-power" } else { "pool" };
                let name = named(kind, &[&pool.id, &model.calendar.periods[period].label]);
                let constraint = Constraint::Pool { pool: index, period, power };
                f.row(constraint, name, "pool", (f64::NEG_INFINITY, most), terms);
            }
        }
    }
}
