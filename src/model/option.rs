//! Options: the right to take chips at a contract's prices from a period on.
//!
//! How many is decided in that period, from none to a cap. What is taken is held and paid until the contract ends, used or
//! not: a commitment in chips from the exercise on, whose size is a decision of its date, and beyond which nothing is held
//! under the contract.

use std::ops::Range;

use super::reader::{In, Reader};
use super::types::{Commit, CommitBucket, CommitIn};
use crate::diagnostics::Code;
use crate::document as doc;
use crate::units::Dimension as Unit;

/// What an option makes of its contract.
pub(super) struct Exercise {
    /// The period in which it is exercised.
    pub at: usize,
    /// What is paid for it; money.
    pub premium: f64,
    /// What is due if all of it is taken.
    pub commit: Commit,
}

/// Reads the option of a contract that runs in some periods.
pub(super) fn option(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    written: &doc::OptionClause,
    id: &str,
    active: &Range<usize>,
) -> Option<Exercise> {
    let premium = match &written.premium {
        Some(amount) => reader.money(Some(amount)),
        None => Some(0.0),
    };
    let cap = reader.amount(written.cap.as_ref(), &Unit::Chips, In::Positive);
    let at = written.exercise.as_ref().and_then(|text| reader.period(text));
    if let Some(commit) = &contract.commit {
        let remedy = "write two contracts, of which one may need the other";
        reader.error(Code::Contradiction, commit.place, format!("`{id}` is both an option and a commitment"), remedy);
    }
    if let Some(beyond) = &contract.beyond_commit {
        let message = format!("nothing is held under `{id}` beyond the option");
        reader.error(Code::NoEffect, beyond.place, message, "remove `beyond_commit`");
    }
    if contract.commit.is_some() || contract.beyond_commit.is_some() {
        return None;
    }
    let (premium, cap, at) = (premium?, cap?, at?);
    if !active.contains(&at) {
        let message = format!("`{id}` is exercised outside its time");
        let remedy = "exercise it within the time of the contract, or move the decision earlier";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    }
    let due = |t: usize| CommitBucket { periods: t..t + 1, amount: cap * reader.calendar.periods[t].hours };
    let buckets = (at..active.end).map(due).collect();
    Some(Exercise { at, premium, commit: Commit { counted_in: CommitIn::ChipHours, least: Some(0.0), buckets } })
}
