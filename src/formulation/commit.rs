//! Take-or-pay.
//!
//! - spend: spend under k in part b + idle\[k,b\] >= commit\[k,b\]; idle is paid in the part's last
//!   period
//! - both times sign\[k\] where the contract is a decision
//! - chips: chip-hours held under k in part b >= commit\[k,b\]; chips are paid when held, so what
//!   is not used needs no column of its own
//!
//! Idle money costs, so that a program that minimises the cost has no more of it than is due. One that
//! minimises something else may, and then it has to be told ([`Formulation::pay_no_more_than_due`])
//! that only one of spend and idle goes beyond, with a whole column short\[k,b\], 0 or 1:
//!
//! - spend under k in part b + idle\[k,b\] <= commit\[k,b\] where short\[k,b\] is 1
//! - idle\[k,b\] <= commit\[k,b\] x short\[k,b\]

use super::{Constraint, Formulation, Idle, NEAR, bracketed};
use crate::lp::ColumnId;
use crate::model::{Commit, CommitBucket, CommitIn, Decision, Model};

pub(super) fn add(f: &mut Formulation, model: &Model) {
    for (index, contract) in model.contracts.iter().enumerate() {
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
            let due = match f.signs[index] {
                Some(sign) => {
                    terms.push((sign, -bucket.amount));
                    0.0
                }
                None => bucket.amount,
            };
            f.row(constraint, format!("commit{label}"), "commit", (due, f64::INFINITY), terms);
        }
    }
}

/// What counts towards a part of a commitment.
fn counted(
    f: &Formulation,
    model: &Model,
    contract: usize,
    commit: &Commit,
    bucket: &CommitBucket,
) -> Vec<(ColumnId, f64)> {
    let mut terms = Vec::new();
    for h in f.holdings.iter().filter(|h| h.contract == Some(contract)) {
        let inside = |t: &usize| bucket.periods.contains(t);
        let amount: f64 = match commit.counted_in {
            CommitIn::Spend => h.payments.iter().filter(|(t, _)| inside(t)).map(|(_, money)| money).sum(),
            CommitIn::ChipHours => h.periods.clone().filter(inside).map(|t| model.calendar.periods[t].hours).sum(),
        };
        if amount > 0.0 {
            terms.push((h.column, amount));
        }
    }
    terms
}

/// What idle money may go beyond what is due, relative to it, and count as rounding.
const BEYOND: f64 = 1e-7;

impl Formulation {
    /// The idle money that a solution pays beyond what is due, each as an index of `idles`.
    #[must_use]
    pub fn overpaid(&self, model: &Model, x: &[f64]) -> Vec<usize> {
        let beyond = |idle: &Idle| {
            let Some((commit, bucket)) = part(model, idle) else { return false };
            let signed = self.signs[idle.contract].map_or(1.0, |sign| x[sign.0 as usize].round());
            let met: f64 =
                counted(self, model, idle.contract, commit, bucket).iter().map(|&(c, a)| a * x[c.0 as usize]).sum();
            let due = (bucket.amount * signed - met).max(0.0);
            x[idle.column.0 as usize] > due + BEYOND * (1.0 + bucket.amount)
        };
        (0..self.idles.len()).filter(|&i| beyond(&self.idles[i])).collect()
    }

    /// Keeps an idle payment from going beyond what is due.
    pub fn pay_no_more_than_due(&mut self, model: &Model, idle: usize) {
        let idle = self.idles[idle];
        let Some((commit, bucket)) = part(model, &idle) else { return };
        let suffix = (idle.bucket + 1).to_string();
        let label =
            bracketed(&[&model.contracts[idle.contract].id, if commit.buckets.len() > 1 { &suffix } else { "" }]);
        let short = self.program.add_integer(format!("short{label}"), "short", 0.0, 1.0, 0.0);
        let parts = |a: f64| a / bucket.amount;
        let only = vec![(idle.column, parts(1.0)), (short, -1.0)];
        self.row(Constraint::Decision, format!("short{label}"), "commit", (f64::NEG_INFINITY, 0.0), only);
        let mut terms = counted(self, model, idle.contract, commit, bucket);
        // Where nothing is short there is no more than what can be spent, and idle money is nothing.
        let beyond = parts(NEAR * self.most(&terms));
        terms.push((idle.column, 1.0));
        terms.iter_mut().for_each(|(_, a)| *a = parts(*a));
        terms.push((short, beyond));
        let mut most = beyond;
        match self.signs[idle.contract] {
            Some(sign) => terms.push((sign, -1.0)),
            None => most += 1.0,
        }
        self.row(Constraint::Decision, format!("no-more{label}"), "commit", (f64::NEG_INFINITY, most), terms);
    }
}

/// The part of the commitment that an idle payment is for.
fn part<'a>(model: &'a Model, idle: &Idle) -> Option<(&'a Commit, &'a CommitBucket)> {
    let commit = model.contracts[idle.contract].commit.as_ref()?;
    let bucket = commit.buckets.get(idle.bucket).filter(|b| b.amount > 0.0)?;
    Some((commit, bucket))
}
