//! Contracts as decisions, with sign\[k\] whole, 0 or 1:
//!
//! - held under k only if signed: held\[o,t,k\] <= (what could be held) x sign\[k\]
//! - and not beside it: held\[o,t\] without a contract <= (what could be held) x (1 - sign\[k\]), since
//!   all of an offer is held under a contract that is signed
//! - unlocked: held\[o,t\] <= (what could be held) x sign\[k\] for every k that unlocks o
//! - excludes: sign\[k\] + sign\[j\] <= 1; needs: sign\[k\] <= sign\[j\]
//!
//! What could be held is the capacity, or the box where there is none: a bound of the model itself,
//! column by column, which is the tightest that a single column allows. The commitment, the fee and
//! the funding are multiplied by sign\[k\] where they stand.
//!
//! A limit that a contract requires has its right-hand side moved by what its columns' boxes allow
//! when the contract is not signed (see [`Formulation::row`]).

use super::{Constraint, Formulation, Holding, NEAR, named};
use crate::lp::ColumnId;
use crate::model::{ContractId, Decision, Model};

/// Adds sign\[k\] with its fee and funding; what signed contracts pay and bring is a constant.
pub(super) fn add_signs(f: &mut Formulation, model: &Model) {
    for contract in &model.contracts {
        let paid = contract.fee.iter().map(|&(t, m)| m * model.discount_at_start(t)).sum::<f64>();
        let got = contract.funding.iter().map(|&(t, m)| m * model.discount_at_start(t)).sum::<f64>();
        let sign = match contract.decision {
            Decision::Signed => {
                f.program.add_offset(paid - got);
                None
            }
            Decision::Optional | Decision::Accepted => {
                let least = if contract.decision == Decision::Accepted { 1.0 } else { 0.0 };
                let name = named("sign", &[&contract.id]);
                Some(f.program.add_integer(name, "sign", least, 1.0, paid - got))
            }
            Decision::Refused => None,
        };
        f.signs.push(sign);
    }
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for k in model.contracts.ids() {
        if f.signs[k].is_some() || f.alive.iter().any(|a| a.contract == k) {
            let contract = &model.contracts[k];
            // Where the discount ends with the commitment, both are held.
            let instead = !contract.capped;
            for index in 0..f.holdings.len() {
                let h = &f.holdings[index];
                let Some(sign) = f.in_force(k, h.start) else { continue };
                let covered = contract.covers[h.offer] && contract.active.contains(&h.start);
                if h.contract == Some(k) {
                    only_if(f, "under", k, model, index, (sign, true));
                } else if contract.unlocks[h.offer] {
                    only_if(f, "unlocked", k, model, index, (sign, true));
                } else if h.contract.is_none() && covered && instead {
                    only_if(f, "beside", k, model, index, (sign, false));
                }
            }
        }
        for &j in &model.contracts[k].excludes {
            relation(f, model, "excludes", [(k, 1.0), (j, 1.0)], 1.0);
        }
        for &j in &model.contracts[k].needs {
            relation(f, model, "needs", [(k, 1.0), (j, -1.0)], 0.0);
        }
    }
}

/// held / what could be held <= sign, or <= 1 - sign: in parts, since what is a millionth of a chip in
/// the row of a binary is rounding, whatever the number of chips.
fn only_if(
    f: &mut Formulation,
    role: &'static str,
    k: ContractId,
    model: &Model,
    index: usize,
    (sign, signed): (ColumnId, bool),
) {
    let holding = &f.holdings[index];
    let (column, most) = (holding.column, could_be_held(f, model, holding));
    if most <= 0.0 {
        return;
    }
    let name = named(role, &[&model.contracts[k].id, f.program.column_name(column)]);
    let (a, upper) = if signed { (-1.0, 0.0) } else { (1.0, 1.0) };
    let row = vec![(column, 1.0 / most), (sign, a)];
    f.row(Constraint::Decision, name, role, (f64::NEG_INFINITY, upper), row);
}

/// The most that a holding can be, and a little: what its offer's capacity leaves for its tier, or
/// its box.
fn could_be_held(f: &Formulation, model: &Model, holding: &Holding) -> f64 {
    let offer = &model.offers[holding.offer];
    let capacity = holding.periods.clone().map(|t| offer.capacity_at(t)).fold(f64::INFINITY, f64::min);
    let upper = f.program.columns()[holding.column.0 as usize].upper;
    match capacity - offer.above(holding.tier) {
        // What can be sold may be more than can be held later.
        left if left > 0.0 && holding.sales.is_empty() => NEAR * upper.min(left),
        _ => upper,
    }
}

/// sum of a x sign <= most, where signs that are no decisions are constants.
fn relation(f: &mut Formulation, model: &Model, role: &'static str, signs: [(ContractId, f64); 2], most: f64) {
    let mut terms = Vec::new();
    let mut most = most;
    for (k, a) in signs {
        match (f.signs[k], model.contracts[k].decision) {
            (Some(sign), _) => terms.push((sign, a)),
            (None, Decision::Signed) => most -= a,
            (None, _) => {}
        }
    }
    let ids: Vec<&str> = signs.iter().map(|(k, _)| model.contracts[*k].id.as_str()).collect();
    f.row(Constraint::Decision, named(role, &ids), role, (f64::NEG_INFINITY, most), terms);
}
