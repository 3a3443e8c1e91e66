//! The right to lower a commitment step by step.
//!
//! From one part of its commitment (a year or a period) to the next, what is due may fall by at most a part of what was
//! written, for each year between their beginnings. What was lowered stays lowered.

use super::calendar::Calendar;
use super::pace::per_month;
use super::reader::{In, Reader};
use super::types::Commit;
use super::uncertainty::{When, notice};
use crate::diagnostics::Code;
use crate::document as doc;

/// The right to lower a commitment step by step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RampDown {
    /// The part of what is committed by which it may fall; a year.
    pub per_year: f64,
    /// When it is said.
    pub notice: When,
}

impl RampDown {
    /// By which part of what is committed a part of it may fall below the one before.
    #[must_use]
    pub fn step(&self, calendar: &Calendar, commit: &Commit, bucket: usize) -> f64 {
        let begins = |b: usize| calendar.years_at(commit.buckets[b].periods.start);
        self.per_year * (begins(bucket) - begins(bucket - 1))
    }
}

/// Reads the right to lower a commitment; `commit` is none where that could not be read.
pub(super) fn ramp_down(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    written: &doc::RampDown,
    id: &str,
    commit: Option<Option<&Commit>>,
) -> Option<RampDown> {
    let remedy = "write `10 %/year`: by how much of what is committed it may fall in a year";
    let per_month = written.at_most.as_ref().and_then(|amount| per_month(reader, amount, In::Positive, remedy));
    let notice = match &written.notice {
        Some(amount) => notice(reader, amount),
        None => Some(When::THEN),
    };
    if contract.terminate.is_some() {
        let message = format!("`{id}` may be both ended early and lowered");
        let remedy = "keep `terminate` or `ramp_down`, or write two contracts";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    }
    if commit?.is_none_or(|c| c.buckets.len() < 2) || contract.option.is_some() {
        let message = format!("`{id}` has no commitment by year or period that could be lowered");
        let remedy = "write `commit: { spend: ..., per: year }`, or leave `ramp_down` out";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    }
    Some(RampDown { per_year: 12.0 * per_month?, notice: notice? })
}
