//! What a supplier owes that delivers late.
//!
//! A commitment in chips is a promise of both sides: so many chips in each period, held and delivered. Where all the
//! capacity of what a contract covers is less than what was promised, the rest is late. With P(t) what was promised in a
//! period of h(t) hours, C(t) the capacity, and u(t) = max(0, P(t) - C(t)):
//!
//! - what is late is not due: the commitment of a part is less by the sum of h(t) u(t);
//! - damages are paid for it: h(t) u(t) times the lowest price under the contract of what it covers, times a part that grows
//!   by so much a month from the first period on in which something is late until the end of t, up to a cap;
//! - once something has been late for long enough without a break, the contract may be over without a fee at the beginning
//!   of a part of its commitment.
//!
//! So capacity says what is delivered, in each future its own; what an outage takes is no late delivery.

use super::calendar::Calendar;
use super::ids::{ContractId, OfferId};
use super::pace::per_month;
use super::reader::{In, Reader};
use super::terminate::Terminate;
use super::types::{Commit, CommitBucket, CommitIn, Contract, Offer};
use super::uncertainty::When;
use super::whole::Model;
use crate::diagnostics::Code;
use crate::document::{self as doc, Amount};
use crate::units::DurationUnit;

/// What a supplier owes that delivers late.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    /// Part of the price by which damages grow; a month.
    pub(in crate::model) per_month: f64,
    /// The most that they are of the price.
    pub(in crate::model) cap: f64,
    /// How long something has to be late until the contract may be over.
    pub(in crate::model) walk_away_after: Option<Length>,
    /// What was promised.
    pub(in crate::model) promised: Vec<CommitBucket>,
    /// Whether something is late in each period.
    pub(in crate::model) short: Vec<bool>,
    /// What is paid for what is late; period, money.
    pub damages: Vec<(usize, f64)>,
    /// From which part on the contract may be over for that.
    pub walk_away: Option<Terminate>,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::model) enum Length {
    Periods(usize),
    Years(f64),
}

impl Late {
    /// What is paid in a period for what is late in it; money.
    #[must_use]
    pub fn damages_in(&self, period: usize) -> f64 {
        self.damages.iter().filter(|d| d.0 == period).map(|d| d.1).sum()
    }

    /// Whether it was written so, whatever comes of it.
    pub(in crate::model) fn is_as(&self, other: &Late) -> bool {
        (self.per_month, self.cap, self.walk_away_after) == (other.per_month, other.cap, other.walk_away_after)
    }
}

/// Reads what is owed for late delivery under a contract; `commit` is none where that could not be read.
pub(super) fn late(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    written: &doc::Late,
    id: &str,
    commit: Option<Option<&Commit>>,
) -> Option<Late> {
    let per_month = match &written.damages {
        Some(amount) => {
            let remedy = "write `8 %/month`: the share of the price by which damages grow per month";
            per_month(reader, amount, In::NotNegative, remedy)
        }
        None => Some(0.0),
    };
    let cap = match &written.cap {
        Some(amount) => reader.share(Some(amount), In::Fraction),
        None => Some(1.0),
    };
    let walk = match &written.walk_away_after {
        Some(amount) => length(reader, amount).map(Some),
        None => Some(None),
    };
    for (key, place) in [
        ("terminate", contract.terminate.as_ref().filter(|_| written.walk_away_after.is_some()).map(|c| c.place)),
        ("ramp_down", contract.ramp_down.as_ref().map(|c| c.place)),
        ("option", contract.option.as_ref().map(|c| c.place)),
    ] {
        if let Some(place) = place {
            let message = format!("what is late under `{id}` depends on `{key}`, which is a decision");
            reader.error(Code::Contradiction, place, message, format!("keep `late` or `{key}`"));
            return None;
        }
    }
    if commit?.is_none_or(|c| c.counted_in != CommitIn::ChipHours) {
        let message = format!("nothing under `{id}` has a delivery that could be late");
        let remedy = "write `commit: { chips: ... }`: this number of chips is promised; or remove `late`";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    }
    let promised = commit??.buckets.clone();
    let (per_month, cap, walk_away_after) = (per_month?, cap?, walk?);
    Some(Late { per_month, cap, walk_away_after, promised, short: Vec::new(), damages: Vec::new(), walk_away: None })
}

fn length(reader: &mut Reader<'_>, amount: &Amount) -> Option<Length> {
    let duration = reader.length(amount, 1.0, ("a length of time must be a whole number of its unit", ""))?;
    Some(match duration.unit {
        DurationUnit::Periods => Length::Periods(duration.count as usize),
        DurationUnit::Months => Length::Years(duration.count / 12.0),
        DurationUnit::Hours => Length::Years(duration.count / 8760.0),
    })
}

/// Says for every contract what is late of it, given the capacities that a model has. To be called whenever these change.
pub(crate) fn settle(model: &mut Model) {
    let all: Vec<ContractId> = model.contracts.ids().filter(|&k| model.contracts[k].late.is_some()).collect();
    for k in all {
        let settled = settled(model, &model.contracts[k], k);
        let contract = &mut model.contracts[k];
        if let (Some((late, buckets)), Some(commit)) = (settled, &mut contract.commit) {
            (contract.late, commit.buckets) = (Some(late), buckets);
        }
    }
}

fn settled(model: &Model, contract: &Contract, k: ContractId) -> Option<(Late, Vec<CommitBucket>)> {
    /// Chips that are short by less are there.
    const NOTHING: f64 = 1e-9;
    let mut late = contract.late.clone()?;
    let calendar = &model.calendar;
    late.short = vec![false; model.periods()];
    let (mut damages, mut buckets) = (Vec::new(), late.promised.clone());
    let mut begun: Option<usize> = None;
    let mut free: Option<usize> = None;
    for bucket in &mut buckets {
        let promised = bucket.amount / calendar.hours(bucket.periods.clone());
        for t in bucket.periods.clone() {
            let capacity: f64 = contract.covers.iter().map(|o| model.offers[o].capacity_at(t)).sum();
            let short = promised - capacity;
            if short <= NOTHING * (1.0 + promised) {
                begun = None;
                continue;
            }
            late.short[t] = true;
            let since = *begun.get_or_insert(t);
            let hours = calendar.periods[t].hours;
            bucket.amount = (bucket.amount - hours * short).max(0.0);
            let months = 12.0 * (calendar.years_at(t + 1) - calendar.years_at(since));
            let price = contract.covers.iter().map(|o| price(model, &model.offers[o], k, o, t));
            let price = price.fold(f64::INFINITY, f64::min);
            let part = (late.per_month * months).min(late.cap);
            if price.is_finite() && part * price > 0.0 {
                damages.push((t, hours * short * price * part));
            }
            if late.walk_away_after.is_some_and(|length| is_over(calendar, since, t, length)) {
                free = free.or(Some(t + 1));
            }
        }
    }
    let from = free.and_then(|t| buckets.iter().position(|b| b.periods.start >= t));
    late.walk_away = from.map(|from| Terminate { from, notice: When::THEN, fee: 0.0 });
    late.damages = damages;
    Some((late, buckets))
}

impl Model {
    /// Whether damages are paid that depend on an offer's price.
    #[must_use]
    pub fn sets_damages(&self, offer: OfferId) -> bool {
        self.contracts.iter().any(|c| c.covers[offer] && c.late.as_ref().is_some_and(|late| !late.damages.is_empty()))
    }

    /// Whether something of a commitment that an offer is covered by is late in a period.
    #[must_use]
    pub fn is_late(&self, offer: OfferId, period: usize) -> bool {
        self.contracts.iter().filter(|c| c.covers[offer]).filter_map(|c| c.late.as_ref()).any(|late| late.short[period])
    }
}

fn price(model: &Model, offer: &Offer, k: ContractId, o: OfferId, t: usize) -> f64 {
    let list = offer.price[t];
    if list.is_nan() { f64::INFINITY } else { model.price_under(Some(k), o, 0, t) }
}

/// Whether a length of time has passed from the start of a period until the end of another one.
fn is_over(calendar: &Calendar, since: usize, t: usize, length: Length) -> bool {
    /// Half a minute, in years.
    const SAME: f64 = 1e-6;
    match length {
        Length::Periods(count) => t + 1 - since >= count,
        Length::Years(years) => calendar.years_at(t + 1) - calendar.years_at(since) >= years - SAME,
    }
}
