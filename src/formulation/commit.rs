//! Take-or-pay.
//!
//! - what credits pay does not count: it is taken off the spend
//! - spend: spend under k in part b + idle\[k,b\] >= commit\[k,b\]; idle is paid in the part's last
//!   period
//! - both times sign\[k\] where the contract is a decision
//! - both times size\[k\] where the plan chooses how much to commit to: least x sign\[k\] <= size\[k\] <= sign\[k\], a
//!   part of the largest commitment
//! - where the discount ends with the commitment, no more than what is due is spent under it: the first is an equation
//! - chips: chip-hours held under k in part b >= commit\[k,b\]; chips are paid when held, so what
//!   is not used needs no column of its own
//!
//! Idle money costs, so that a program that minimises the cost has no more of it than is due; unless the
//! total of a ratio gains by it, which [`super::purpose`] sees to.

use std::ops::Range;

use super::measure::paid;
use super::{Constraint, Formulation, Idle, bracketed, named};
use crate::lp::ColumnId;
use crate::model::{Commit, CommitBucket, CommitIn, ContractId, Decision, Model, OfferId, uncounted};

/// Adds size\[k\].
pub(super) fn add_sizes(f: &mut Formulation, model: &Model) {
    for (k, contract) in model.contracts.with_ids() {
        let least = contract.commit.as_ref().filter(|_| contract.decision != Decision::Refused).and_then(|c| c.least);
        let size = least.map(|least| {
            let lower = if f.signs[k].is_some() { 0.0 } else { least };
            f.program.add_column(named("size", &[&contract.id]), "size", lower, 1.0, 0.0)
        });
        f.sizes.push(size);
        let (Some(size), Some(sign), Some(least)) = (size, f.signs[k], least) else { continue };
        let only = vec![(size, 1.0), (sign, -1.0)];
        let within = (f64::NEG_INFINITY, 0.0);
        f.row(Constraint::Decision, named("size", &[&contract.id]), "size", within, only);
        if least > 0.0 {
            let enough = vec![(size, 1.0), (sign, -least)];
            let beyond = (0.0, f64::INFINITY);
            f.row(Constraint::Decision, named("least-size", &[&contract.id]), "size", beyond, enough);
        }
    }
}

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (index, contract) in model.contracts.with_ids() {
        let Some(commit) = contract.commit.as_ref().filter(|_| contract.decision != Decision::Refused) else {
            continue;
        };
        for (number, bucket) in commit.buckets.iter().enumerate() {
            let mut terms = counted(f, model, index, commit, bucket);
            let suffix = (number + 1).to_string();
            let label = bracketed(&[&contract.id, if commit.buckets.len() > 1 { &suffix } else { "" }]);
            if commit.counted_in == CommitIn::Spend {
                let period = bucket.periods.end - 1;
                let column =
                    f.program.add_column(format!("idle{label}"), "idle", 0.0, bucket.amount, model.discount(period));
                f.idles.push(Idle { column, contract: index, bucket: number, period });
                terms.push((column, 1.0));
            }
            let constraint = Constraint::Commit { contract: index, bucket: number };
            // What is due of a contract that may be signed is due if it is.
            let due = match f.committed(index, number) {
                Some(part) => {
                    terms.push((part, -bucket.amount));
                    0.0
                }
                None => bucket.amount,
            };
            let most = if contract.capped { due } else { f64::INFINITY };
            f.row(constraint, format!("commit{label}"), "commit", (due, most), terms);
        }
    }
}

/// What counts towards a part of a commitment.
pub(super) fn counted(
    f: &Formulation,
    model: &Model,
    contract: ContractId,
    commit: &Commit,
    bucket: &CommitBucket,
) -> Vec<(ColumnId, f64)> {
    let mine = |_: OfferId, under: Option<ContractId>| under == Some(contract);
    match commit.counted_in {
        CommitIn::Spend => {
            let mut terms = paid(f, mine, &bucket.periods);
            let not = uncounted(&model.contracts, contract);
            let credits = f.draws.iter().filter(|d| not.contains(&(d.contract, d.balance)));
            terms.extend(credits.filter(|d| bucket.periods.contains(&d.period)).map(|d| (d.column, -1.0)));
            terms
        }
        CommitIn::ChipHours => {
            let hours = |held: &Range<usize>| -> f64 {
                let inside = held.clone().filter(|t| bucket.periods.contains(t));
                inside.map(|t| model.calendar.periods[t].hours).sum()
            };
            let held = f.holdings.iter().filter(|h| mine(h.offer, h.contract)).map(|h| (h.column, hours(&h.periods)));
            let sold = f.sales.iter().filter(|s| mine(s.offer, s.contract)).map(|s| (s.column, -hours(&s.periods)));
            held.chain(sold).filter(|(_, hours)| *hours != 0.0).collect()
        }
    }
}
