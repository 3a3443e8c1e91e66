//! Contracts that can be ended, with alive\[k,b\] whole, 0 or 1, for each part b of a commitment that need not begin:
//!
//! - what is over stays over: alive\[k,b\] <= alive\[k,b-1\], the first of them <= sign\[k\] where that is a decision
//! - the fee at the beginning of the first part that does not begin: fee x (what is committed in b and after) x
//!   (alive\[k,b-1\] - alive\[k,b\])
//!
//! What is due of a part is due if it is alive; in its periods alive\[k,b\] stands for sign\[k\].

use std::ops::Range;

use super::{Constraint, Formulation, named};
use crate::lp::{Affine, ColumnId};
use crate::model::{ContractId, Decision, Model};

/// Whether a part of a commitment begins, or the contract is over by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alive {
    /// Its column.
    pub column: ColumnId,
    /// The contract.
    pub contract: ContractId,
    /// The part.
    pub bucket: usize,
    /// The period in which the part begins.
    pub period: usize,
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (k, contract) in model.contracts.with_ids().filter(|(_, c)| c.decision != Decision::Refused) {
        let (Some(terminate), Some(commit)) = (contract.may_end(), &contract.commit) else { continue };
        let mut before = f.signs[k];
        for bucket in terminate.from..commit.buckets.len() {
            let period = commit.buckets[bucket].periods.start;
            let name = named("alive", &[&contract.id, &model.calendar.periods[period].label]);
            let fee = terminate.due(commit, bucket) * model.discount_at_start(period);
            let column = f.program.add_integer(name.clone(), "alive", 0.0, 1.0, -fee);
            match before {
                Some(earlier) => {
                    f.program.add_cost(earlier, fee);
                    let row = vec![(column, 1.0), (earlier, -1.0)];
                    f.row(Constraint::Decision, name, "alive", (f64::NEG_INFINITY, 0.0), row);
                }
                None => f.program.add_offset(fee),
            }
            f.alive.push(Alive { column, contract: k, bucket, period });
            before = Some(column);
        }
    }
}

/// The fees that are paid for ending a contract in some periods.
pub(super) fn fees(f: &Formulation, model: &Model, k: ContractId, periods: &Range<usize>) -> Affine {
    let mut sum = Affine::default();
    let contract = &model.contracts[k];
    let (Some(terminate), Some(commit)) = (contract.may_end(), &contract.commit) else { return sum };
    let mut before = f.signs[k];
    for alive in f.alive.iter().filter(|a| a.contract == k) {
        let fee = terminate.due(commit, alive.bucket);
        if periods.contains(&alive.period) && fee > 0.0 {
            sum.terms.push((alive.column, -fee));
            match before {
                Some(earlier) => sum.terms.push((earlier, fee)),
                None => sum.constant += fee,
            }
        }
        before = Some(alive.column);
    }
    sum
}

impl Formulation {
    /// The column that says whether a contract is in force in a period, if that is a decision.
    pub(super) fn in_force(&self, contract: ContractId, period: usize) -> Option<ColumnId> {
        let parts = self.alive.iter().filter(|a| a.contract == contract && a.period <= period);
        parts.max_by_key(|a| a.period).map(|a| a.column).or(self.signs[contract])
    }
}
