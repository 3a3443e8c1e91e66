//! What is valid and probably a mistake: warnings that `check` gives.

use super::ids::{ContractId, Id, IdVec, LimitId, OfferId, OfferSet, WorkloadId};
use std::collections::BTreeMap;

use crate::diagnostics::{Code, Place};
use crate::document as doc;
use crate::units::human::number;

use super::reader::Reader;
use super::select::Offers;
use super::types::{Contract, Limit, Offer, Term, Workload};

/// So many times the median, or so small a part of it, is unlikely to be the price of one chip.
const FAR: f64 = 4.0;
/// Fewer prices have no median to compare with.
const FEWEST: usize = 3;

/// Warns of capacity that can never be used, and of prices that are probably of something else.
pub(super) fn warn(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &Offers<'_>,
    workloads: &IdVec<WorkloadId, Workload>,
    (limits, contracts): (&IdVec<LimitId, Limit>, &IdVec<ContractId, Contract>),
) {
    // An offer whose price alone is looked at is an index. Of a contract that could not be read it is not known.
    let mut written = document.contracts.iter().flat_map(|m| &m.entries);
    let unread = written.any(|(id, _, c)| {
        contracts.iter().all(|known| known.id != *id) && c.as_ref().is_none_or(|c| c.reprice.is_some())
    });
    if !unread {
        let is_index = |o: OfferId| contracts.iter().any(|c| c.reprice.as_ref().is_some_and(|clause| clause.to[o]));
        without_capacity(reader, document, offers.offers, &is_index);
        without_work(reader, document, offers, (workloads, limits), &is_index);
    }
    prices(reader, document, offers);
}

/// Where an offer is named.
fn place_of(document: &doc::Document, id: &str) -> Place {
    let named = |m: &doc::Map<doc::Offer>| m.entries.iter().find(|(name, _, _)| name == id).map(|(_, place, _)| *place);
    document.offers.as_ref().and_then(named).unwrap_or(document.place)
}

/// Offers that can never be held: often a capacity whose first step is late.
fn without_capacity(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &IdVec<OfferId, Offer>,
    is_index: &dyn Fn(OfferId) -> bool,
) {
    for (_, offer) in offers.with_ids().filter(|&(o, _)| !is_index(o)) {
        if (0..reader.calendar.len()).all(|t| offer.capacity_at(t) <= 0.0) {
            let message = format!("the offer `{}` has no capacity in any period", offer.id);
            let remedy = "check its capacity and lead time";
            reader.diagnostics.warning(Code::NoEffect, place_of(document, &offer.id), message, remedy);
        }
    }
}

/// Capacity that no workload can run on. A floor of a fleet may still ask that it be held. An offer without a capacity,
/// or from a table, is one of a catalog, of which a plan uses some.
fn without_work(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &Offers<'_>,
    (workloads, limits): (&IdVec<WorkloadId, Workload>, &IdVec<LimitId, Limit>),
    is_index: &dyn Fn(OfferId) -> bool,
) {
    // Where a workload could not be read it may be the one.
    let written = document.workloads.as_ref().map_or(0, |m| m.entries.len());
    let fleets: Vec<_> = limits.iter().filter_map(|l| l.kind.family().fleet()).map(|(group, _)| group).collect();
    let used = OfferSet::listed(offers.offers.len(), workloads.iter().flat_map(|w| w.eligible.iter().copied()));
    if workloads.is_empty() || written != workloads.len() {
        return;
    }
    for (id, offer) in offers.offers.with_ids() {
        if used[id] || is_index(id) || offer.capacity.is_none() || fleets.iter().any(|group| group.offers[id]) {
            continue;
        }
        let written = document.offers.iter().flat_map(|m| &m.entries).find(|(name, ..)| *name == offer.id);
        let Some(capacity) = written.and_then(|(.., written)| written.as_ref()?.capacity.as_ref()) else { continue };
        if reader.sources.offer_tables().contains(&capacity.place.source) {
            continue;
        }
        let chip = &offers.chips[offer.chip].id;
        let spot = matches!(offer.term, Term::Spot { .. });
        let runs = workloads.iter().any(|w| w.throughput[offer.chip].is_some());
        let remedy = match (runs, spot) {
            (false, _) => format!("give a workload a `throughput` on `{chip}`, or remove the offer"),
            (true, true) => "give a workload `interruptible: true`, or remove the offer".to_owned(),
            (true, false) => "check `eligible` of the workloads, or remove the offer".to_owned(),
        };
        let message = format!("the capacity of `{}` can never be used: no workload can run on it", offer.id);
        reader.diagnostics.warning(Code::NoEffect, capacity.place, message, remedy);
    }
}

/// Prices far from the median of the same chip on comparable terms: a node of eight is eight times as dear.
fn prices(reader: &mut Reader<'_>, document: &doc::Document, offers: &Offers<'_>) {
    let mut alike: BTreeMap<(usize, &str), Vec<(OfferId, f64)>> = BTreeMap::new();
    for (id, offer) in offers.offers.with_ids() {
        // What running owned chips costs is no price of a chip.
        if matches!(offer.term, Term::Owned | Term::Bought(_)) {
            continue;
        }
        if let Some(price) = mean_price(offer) {
            alike.entry((offer.chip.position(), offer.term.word())).or_default().push((id, price));
        }
    }
    for ((_, term), mut group) in alike {
        if group.len() < FEWEST {
            continue;
        }
        group.sort_by(|a, b| a.1.total_cmp(&b.1));
        let half = group.len() / 2;
        let median = if group.len() % 2 == 1 { group[half].1 } else { f64::midpoint(group[half - 1].1, group[half].1) };
        for &(id, price) in group.iter().filter(|(_, price)| *price > FAR * median || *price * FAR < median) {
            let offer = &offers.offers[id];
            let written = document.offers.iter().flat_map(|m| &m.entries).find(|(name, ..)| *name == offer.id);
            let place =
                written.and_then(|(_, place, o)| o.as_ref()?.price.as_ref().map(doc::Price::place).or(Some(*place)));
            let (times, currency) = (price / median, &reader.currency);
            let far = if times > 1.0 {
                format!("{} times", number(times))
            } else {
                format!("{} of", crate::units::human::percent(times))
            };
            let message = format!(
                "`{}` costs {} {currency}/chip-h, {far} the median of the {} {term} offers of `{}` ({} {currency}/chip-h)",
                offer.id,
                number(price),
                group.len(),
                offers.chips[offer.chip].id,
                number(median),
            );
            let remedy = if times > 1.0 {
                "is it the price of a node? Divide it by the chips in it"
            } else {
                "is it the price of a part of a chip? A price is for one chip and hour"
            };
            let place = place.unwrap_or(document.place);
            reader.diagnostics.warning(Code::UnlikelyPrice, place, message, remedy);
        }
    }
}

/// What an hour of a chip in use costs on average; `None` if it is free or has no price.
fn mean_price(offer: &Offer) -> Option<f64> {
    let used = |t: usize| offer.used.as_ref().map_or(0.0, |used| used[t]);
    let prices: Vec<f64> =
        offer.price.iter().enumerate().map(|(t, held)| held + used(t)).filter(|p| p.is_finite()).collect();
    let mean = prices.iter().sum::<f64>() / prices.len() as f64;
    (mean > 0.0).then_some(mean)
}
