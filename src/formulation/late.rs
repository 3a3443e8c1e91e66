//! Damages for what is delivered late: D\[k,t\] is known beforehand (see [`crate::model::Late`]), and paid to the buyer in t
//! if the contract is in force then. In the cost: - d_t x D\[k,t\] x in-force\[k,t\].

use std::ops::Range;

use super::Formulation;
use crate::lp::Affine;
use crate::model::{ContractId, Decision, Model};

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (k, contract) in model.contracts.with_ids().filter(|(_, c)| c.decision != Decision::Refused) {
        for &(t, money) in contract.late.iter().flat_map(|late| &late.damages) {
            let money = money * model.discount(t);
            match f.in_force(k, t) {
                Some(column) => f.program.add_cost(column, -money),
                None => f.program.add_offset(-money),
            }
        }
    }
}

/// The damages that are paid under a contract in some periods.
pub(super) fn damages(f: &Formulation, model: &Model, k: ContractId, periods: &Range<usize>) -> Affine {
    let mut sum = Affine::default();
    let contract = &model.contracts[k];
    if contract.decision == Decision::Refused {
        return sum;
    }
    for &(t, money) in contract.late.iter().flat_map(|late| &late.damages).filter(|d| periods.contains(&d.0)) {
        match f.in_force(k, t) {
            Some(column) => sum.terms.push((column, money)),
            None => sum.constant += money,
        }
    }
    sum
}
