//! Commitments that may be lowered, with kept\[k,b\] for each part b after the first: the part of what is committed that is
//! due in it. Let base\[k\] be what is due of the first part: size\[k\] or sign\[k\] where that is a decision, else 1, and r the
//! part by which it may fall until b begins.
//!
//! - what was lowered stays lowered: kept\[k,b\] <= kept\[k,b-1\], the first of them <= base\[k\]
//! - step by step: kept\[k,b\] >= kept\[k,b-1\] - r x base\[k\]

use super::{Constraint, Formulation, named};
use crate::lp::ColumnId;
use crate::model::{ContractId, Decision, Model};

/// The part of what is committed that is due in a part of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RampedCommitment {
    /// Its column.
    pub column: ColumnId,
    /// The contract.
    pub contract: ContractId,
    /// The part.
    pub bucket: usize,
    /// The period in which it begins.
    pub period: usize,
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (k, contract) in model.contracts.with_ids().filter(|(_, c)| c.decision != Decision::Refused) {
        let (Some(ramp_down), Some(commit)) = (&contract.ramp_down, &contract.commit) else { continue };
        let base = f.sizes[k].or(f.signs[k]);
        let mut before = base;
        for bucket in 1..commit.buckets.len() {
            let step = ramp_down.step(&model.calendar, commit, bucket);
            let period = commit.buckets[bucket].periods.start;
            let label = &model.calendar.periods[period].label;
            let name = |what: &str| named(what, &[&contract.id, label]);
            let column = f.program.add_column(name("kept"), "kept", 0.0, 1.0, 0.0);
            // Without a decision before it, 1 stands for what is due of the first part.
            let (one, fall) = (if before.is_some() { 0.0 } else { 1.0 }, if base.is_some() { 0.0 } else { step });
            let mut row = vec![(column, 1.0)];
            row.extend(before.map(|earlier| (earlier, -1.0)));
            f.row(Constraint::Decision, name("stays"), "kept", (f64::NEG_INFINITY, one), row.clone());
            match (base, before) {
                // The first of them: 1 - r is left of the base.
                (Some(base), Some(earlier)) if base == earlier => row = vec![(column, 1.0), (base, step - 1.0)],
                (base, _) => row.extend(base.map(|base| (base, step))),
            }
            f.row(Constraint::Decision, name("step"), "kept", (one - fall, f64::INFINITY), row);
            f.kept.push(RampedCommitment { column, contract: k, bucket, period });
            before = Some(column);
        }
    }
}
