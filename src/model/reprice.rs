//! Prices of a contract that follow the market.
//!
//! A contract may be repriced every so often, counted from its beginning. With u(o,t) the price of holding a covered offer
//! less what the contract takes off, and R(o,r) the lowest list price at the reset date r of the offers of the same chip
//! that it is compared with,
//!
//! - from r until the next reset date the price is max(at_least x u(o,t), min(at_most x u(o,t), R(o,r)))
//! - before the first reset date, and where nobody offers the chip at r, it is u(o,t)
//!
//! With `every: 1 period` and `at_most: 100 %` it is a most-favoured-nation clause. Prices beyond a quantity change by the
//! same factor. What runs a chip that is owned is compared with what runs others that are owned, and rent with rent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::calendar::Window;
use super::ids::{ChipId, ContractId, Id, OfferId, OfferSet};
use super::reader::{In, Reader};
use super::select::Offers;
use super::types::Offer;
use super::whole::Model;
use crate::diagnostics::{Code, Place};
use crate::document::{self as doc, Amount};
use crate::units::DurationUnit;

/// How the prices of a contract follow the market.
#[derive(Clone, Debug, PartialEq)]
pub struct Reprice {
    /// The periods at whose start prices are set anew, in order.
    pub resets: Vec<usize>,
    /// The offers whose list prices are looked at.
    pub to: OfferSet,
    /// The most that a price becomes, as a part of what it is without the clause.
    pub at_most: f64,
    /// The least.
    pub at_least: f64,
    /// The offers of `to` by what they are compared with, so that a price is found without looking at all of them.
    alike: BTreeMap<Kind, Vec<OfferId>>,
}

/// A chip, and whether it is owned.
type Kind = (ChipId, bool);

impl Reprice {
    /// The last reset date no later than a period.
    #[must_use]
    pub fn reset(&self, period: usize) -> Option<usize> {
        self.resets[..self.resets.partition_point(|&r| r <= period)].last().copied()
    }
}

/// What a price under a contract comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PricedBy {
    /// The list price less what the contract takes off.
    Agreement,
    /// The least that it becomes, since this offer is cheaper still.
    Floor(OfferId),
    /// The most that it becomes, since every other offer is dearer.
    Ceiling,
    /// The list price of this offer.
    Market(OfferId),
}

/// What an offer is compared with: offers of the same chip, owned if it is.
fn kind(offer: &Offer) -> Kind {
    (offer.chip, offer.is_owned())
}

impl Model {
    /// Money per chip-hour of holding chips of an offer under a contract, or under none: the list price of a tier in a
    /// period, less what the contract takes off, as it is repriced. Not a number where there is no list price.
    #[must_use]
    pub fn price_under(&self, contract: Option<ContractId>, offer: OfferId, tier: usize, period: usize) -> f64 {
        let agreed = self.agreed_under(contract, offer, tier, period);
        let Some((now, _)) = contract.and_then(|k| self.repriced(k, offer, period)) else { return agreed };
        if tier == 0 { now } else { agreed * (now / self.agreed_under(contract, offer, 0, period)) }
    }

    /// The same before it is repriced.
    #[must_use]
    pub fn agreed_under(&self, contract: Option<ContractId>, offer: OfferId, tier: usize, period: usize) -> f64 {
        self.offers[offer].price_in(tier)[period] * (1.0 - self.discount_under(contract, offer))
    }

    /// Money per chip-hour of running a chip that is bought under a contract: nothing where it has no price.
    #[must_use]
    pub fn running_under(&self, contract: Option<ContractId>, offer: OfferId, period: usize) -> f64 {
        let price = self.price_under(contract, offer, 0, period);
        if price.is_nan() { 0.0 } else { price }
    }

    /// What an offer's price of holding is set to under a contract in a period, and by what; none if it is as agreed.
    #[must_use]
    pub fn repriced(&self, contract: ContractId, offer: OfferId, period: usize) -> Option<(f64, PricedBy)> {
        let clause = self.contracts[contract].reprice.as_ref()?;
        let agreed = self.agreed_under(Some(contract), offer, 0, period);
        // What is free stays free.
        if agreed.is_nan() || agreed == 0.0 {
            return None;
        }
        let at = clause.reset(period)?;
        let known = |&o: &OfferId| self.offers[o].price[at].is_finite();
        let alike = clause.alike.get(&kind(&self.offers[offer]))?;
        let cheapest = alike.iter().copied().filter(known).min_by(|&a, &b| {
            let price = |o: OfferId| self.offers[o].price[at];
            price(a).total_cmp(&price(b)).then(a.position().cmp(&b.position()))
        })?;
        let market = self.offers[cheapest].price[at];
        Some(if market < clause.at_least * agreed {
            (clause.at_least * agreed, PricedBy::Floor(cheapest))
        } else if market > clause.at_most * agreed {
            (clause.at_most * agreed, PricedBy::Ceiling)
        } else {
            (market, PricedBy::Market(cheapest))
        })
    }

    /// What each price comes from that a contract may set anew, in one order. Along a number of the model that prices
    /// depend on affinely, two values with the same are joined by prices that do, too; where they differ, prices in
    /// between do not.
    #[must_use]
    pub fn priced_by(&self) -> Vec<PricedBy> {
        let mut all = Vec::new();
        for (k, contract) in self.contracts.with_ids().filter(|(_, c)| c.reprice.is_some()) {
            for o in contract.covers.iter() {
                let by = |t: usize| self.repriced(k, o, t).map_or(PricedBy::Agreement, |(_, by)| by);
                all.extend((0..self.periods()).map(by));
            }
        }
        all
    }

    /// Whether some contract's prices depend on an offer's list price otherwise than by a factor: it is looked at when
    /// they are set anew, or is one of those.
    #[must_use]
    pub fn is_repriced(&self, offer: OfferId) -> bool {
        let clauses = self.contracts.iter().filter_map(|c| Some((c, c.reprice.as_ref()?)));
        clauses.into_iter().any(|(c, clause)| c.covers[offer] || clause.to[offer])
    }
}

/// A contract that is repriced, as far as it has been read.
pub(super) struct Repriced<'a> {
    pub id: &'a str,
    /// When it runs, as written.
    pub window: Option<Window>,
    /// The periods in which it runs.
    pub active: std::ops::Range<usize>,
    pub covers: Option<&'a OfferSet>,
}

/// Reads how the prices of a contract follow the market; `dated` is whether its time could be read.
pub(super) fn reprice(
    reader: &mut Reader<'_>,
    written: &doc::Reprice,
    contract: &Repriced<'_>,
    dated: bool,
    offers: &Offers<'_>,
) -> Option<Reprice> {
    let part = |reader: &mut Reader<'_>, amount: &Option<Amount>, range: In, otherwise: f64| match amount {
        Some(amount) => reader.share(Some(amount), range),
        None => Some(otherwise),
    };
    let at_most = part(reader, &written.at_most, In::Positive, 1.0);
    let at_least = part(reader, &written.at_least, In::NotNegative, 0.0);
    let to = written.to.as_ref().and_then(|selector| offers.select(reader, selector));
    let every = written.every.as_ref().and_then(|amount| Some((every(reader, amount)?, amount.place)));
    if let (Some(most), Some(least)) = (at_most, at_least)
        && least > most
        && let Some(amount) = written.at_least.as_ref().or(written.at_most.as_ref())
    {
        let message = format!("the minimum price of `{}` exceeds its maximum", contract.id);
        reader.error(Code::MinAboveMax, amount.place, message, "lower `at_least`, or raise `at_most`");
    }
    let fits = match (&to, contract.covers, &written.to) {
        (Some(to), Some(covers), Some(selector)) if !offers.written.incomplete => {
            has_some_of_its_chips(reader, contract.id, (covers, to), selector.place, offers)
        }
        _ => true,
    };
    let (every, place) = every?;
    let resets = if dated { resets(reader, contract, every, place) } else { None };
    let (resets, to, at_most, at_least) = (resets?, to.filter(|_| fits)?, at_most?, at_least?);
    if !resets.iter().any(|r| contract.active.contains(r)) {
        let message = format!("`{}` is never repriced within the horizon", contract.id);
        reader.diagnostics.warning(Code::NoEffect, place, message, "shorten `every`, or extend the horizon");
    }
    let mut alike: BTreeMap<Kind, Vec<OfferId>> = BTreeMap::new();
    to.iter().for_each(|o| alike.entry(kind(&offers.offers[o])).or_default().push(o));
    Some(Reprice { resets, to, at_most, at_least, alike })
}

/// Whether some covered offer is compared with one that is looked at, or a report.
fn has_some_of_its_chips(
    reader: &mut Reader<'_>,
    id: &str,
    (covers, to): (&OfferSet, &OfferSet),
    place: Place,
    offers: &Offers<'_>,
) -> bool {
    let covered: BTreeSet<Kind> = covers.iter().map(|o| kind(&offers.offers[o])).collect();
    let seen: BTreeSet<Kind> = to.iter().map(|o| kind(&offers.offers[o])).collect();
    if covered.is_empty() || !covered.is_disjoint(&seen) {
        return true;
    }
    let (message, remedy) = if covered.iter().any(|&(chip, owned)| seen.contains(&(chip, !owned))) {
        let message = format!("`{id}` is repriced from rented to owned chips, or the reverse");
        (message, "choose offers for rent to reprice rent, and owned ones to reprice what running chips costs")
    } else {
        let message = format!("`{id}` is repriced to offers that have none of the chips that it covers");
        (message, "choose offers of the same chips; an index is an offer with `capacity: 0`")
    };
    reader.error(Code::NoEffect, place, message, remedy);
    false
}

/// How often: a whole number of periods, months or hours, at least one.
fn every(reader: &mut Reader<'_>, amount: &Amount) -> Option<(usize, DurationUnit)> {
    let message = "`every` must be a whole number of periods or of a unit of time, at least one";
    let duration = reader.length(amount, 1.0, (message, "write `every: 1 period` or `every: 6 months`"))?;
    Some((duration.count as usize, duration.unit))
}

/// The periods at whose start prices are set anew.
fn resets(
    reader: &mut Reader<'_>,
    contract: &Repriced<'_>,
    (count, unit): (usize, DurationUnit),
    place: Place,
) -> Option<Vec<usize>> {
    let len = reader.calendar.len();
    let Some((first, _)) = reader.calendar.ends() else { return Some(Vec::new()) };
    let started = contract.window.map(|w| w.start.filter(|&start| start < first).ok_or(w.start));
    let begins: DateTime = match started {
        // It began before the horizon.
        Some(Ok(start)) => start,
        Some(Err(None)) => {
            let message = format!("when `{}` is repriced is counted from its start, which is not given", contract.id);
            reader.error(Code::OffGrid, place, message, "write when it began, as in `over: 2025-Q4..2032-Q3`");
            return None;
        }
        _ => reader.calendar.dates(contract.active.start).map_or(first, |(start, _)| start),
    };
    if unit == DurationUnit::Periods {
        let before = if begins < first { reader.calendar.periods_from(begins) } else { Some(0) };
        let Some(before) = before else {
            let message =
                format!("the time from the start of `{}` to the horizon is not a whole number of periods", contract.id);
            let remedy = "count in months or years, as in `every: 6 months`, or let it begin with a period";
            reader.error(Code::OffGrid, place, message, remedy);
            return None;
        };
        let from = if begins < first { 0 } else { contract.active.start };
        let is_reset = |t: &usize| (before + t - from) > 0 && (before + t - from).is_multiple_of(count);
        return Some((from..len).filter(is_reset).collect());
    }
    let (months, hours) = if unit == DurationUnit::Months { (count, 0) } else { (0, count) };
    let resets = reader.calendar.every(begins, months, hours);
    if resets.is_none() {
        let message = format!("a date on which `{}` is repriced falls inside a period of the horizon", contract.id);
        reader.error(Code::OffGrid, place, message, "reprice on the first day of a period, or use a finer step");
    }
    resets
}
