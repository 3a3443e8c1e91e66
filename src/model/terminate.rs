//! Ending a contract before its time.
//!
//! A contract whose commitment has parts (years or periods) may be over at the beginning of one of them. What is committed
//! from then on is no longer due, and nothing is held under it; a part of what was still committed is paid at once.

use super::reader::{In, Reader};
use super::types::{Commit, CommitIn};
use super::uncertainty::{When, notice};
use crate::diagnostics::Code;
use crate::document as doc;

/// The right to end a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Terminate {
    /// The first part of its commitment that need not begin.
    pub from: usize,
    /// When it is said.
    pub notice: When,
    /// Part of what is still committed that is paid then.
    pub fee: f64,
}

impl Terminate {
    /// What is paid if the part `bucket` and those after it do not begin; money.
    #[must_use]
    pub fn due(&self, commit: &Commit, bucket: usize) -> f64 {
        self.fee * commit.buckets[bucket..].iter().map(|b| b.amount).sum::<f64>()
    }
}

/// Reads the right to end a contract that commits to something; `commit` is none where that could not be read.
pub(super) fn terminate(
    reader: &mut Reader<'_>,
    written: &doc::Terminate,
    id: &str,
    commit: Option<Option<&Commit>>,
) -> Option<Terminate> {
    let fee = match &written.fee {
        Some(part) => reader.share(Some(part), In::Fraction),
        None => Some(0.0),
    };
    let notice = match &written.notice {
        Some(amount) => notice(reader, amount),
        None => Some(When::THEN),
    };
    let at = written.from.as_ref().and_then(|text| Some((reader.period(text)?, text.place)));
    let in_money = commit?.filter(|c| c.counted_in == CommitIn::Spend && c.least.is_none() && c.buckets.len() > 1);
    let Some(commit) = in_money else {
        let message = format!("`{id}` has no commitment in money by year or period that could end");
        let remedy = "write `commit: { spend: ..., per: year }`, or leave `terminate` out";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    };
    let (fee, notice, (at, place)) = (fee?, notice?, at?);
    let Some(from) = commit.buckets.iter().position(|b| b.periods.start == at) else {
        let message = format!("no part of the commitment of `{id}` begins then");
        let remedy = "choose an end at which a year or period of the commitment begins";
        reader.error(Code::OffGrid, place, message, remedy);
        return None;
    };
    Some(Terminate { from, notice, fee })
}
