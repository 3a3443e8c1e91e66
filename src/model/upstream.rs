//! Interprets what stands upstream of offers: who depends on it, and what becomes of deliveries when it is lost.

use std::collections::BTreeMap;

use super::ids::{IdVec, OfferId, UpstreamId, WorkloadId};
use super::reader::{Ids, In, Reader};
use super::select::Offers;
use super::types::{Interruption, Machines, Offer, Substitute, Term, Upstream, Workload};
use crate::diagnostics::Code;
use crate::document as doc;

/// The part of each offer's chips that depends on each one upstream, by id; those that could not be read are left out.
pub(super) type Made = Vec<(String, IdVec<OfferId, f64>)>;

/// Reads who depends on what stands upstream.
pub(super) fn made(reader: &mut Reader<'_>, document: &doc::Document, offers: &Offers<'_>) -> Made {
    let mut all = Vec::new();
    for (id, place, upstream) in document.supply.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        let Some(makes) = upstream.as_ref().and_then(|u| u.makes.as_ref()) else { continue };
        let mut parts = IdVec::filled(offers.offers.len(), 0.0);
        let mut whole = true;
        // An item that could not be read has been reported.
        if makes.items.is_empty() && !reader.diagnostics.has_errors() {
            let remedy = "add `{ chip: h100, part: 100 % }`";
            reader.error(Code::MissingKey, makes.place, "nothing depends on this", remedy);
        }
        for made in &makes.items {
            let part = match &made.part {
                Some(amount) => reader.share(Some(amount), In::Fraction),
                None => Some(1.0),
            };
            let (Some(picked), Some(part)) = (offers.select(reader, &made.offers), part) else {
                whole = false;
                continue;
            };
            for o in picked.iter() {
                if parts[o] > 0.0 {
                    let message = format!("`{id}` makes chips of `{}` twice", offers.offers[o].id);
                    reader.error(
                        Code::DuplicateName,
                        made.offers.place,
                        message,
                        "write selectors that do not overlap",
                    );
                    whole = false;
                    break;
                }
                parts[o] = part;
            }
        }
        if whole {
            all.push((id.clone(), parts));
        }
    }
    all
}

/// Tells offers what stands upstream of them.
pub(super) fn attach(offers: &mut IdVec<OfferId, Offer>, made: &Made) {
    for (id, parts) in made {
        for (o, &part) in parts.with_ids().filter(|(_, part)| **part > 0.0) {
            offers[o].supply.push((id.clone(), part));
        }
    }
}

/// Reads what becomes of deliveries.
pub(super) fn supply(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    made: &Made,
    offers: &IdVec<OfferId, Offer>,
    workloads: &IdVec<WorkloadId, Workload>,
) -> IdVec<UpstreamId, Upstream> {
    let mut all = IdVec::default();
    let written = document.supply.iter().flat_map(|m| &m.entries);
    let ids: Ids<'_, UpstreamId> = Ids::of(written.clone().map(|(id, ..)| id.as_str()));
    for (id, place, upstream) in written {
        let Some(upstream) = upstream else { continue };
        let interruptions = interruptions(reader, upstream);
        let substitute = upstream.substitute.as_ref().map(|s| substitute(reader, id, s, &ids));
        let (Some((_, parts)), Some(interruptions)) = (made.iter().find(|(own, _)| own == id), interruptions) else {
            continue;
        };
        let substitute = match substitute {
            Some(read) => Some(match read {
                Some(read) => read,
                None => continue,
            }),
            None => None,
        };
        let machines = machines(offers, workloads, parts);
        let origin = reader.origin(*place);
        all.push(Upstream { id: id.clone(), machines, interruptions, substitute, origin });
    }
    all
}

/// For each period in which it may be lost, the periods in which deliveries stop and begin again.
fn interruptions(reader: &mut Reader<'_>, upstream: &doc::Upstream) -> Option<Vec<Interruption>> {
    let mut all = Vec::new();
    if reader.calendar.is_steady() {
        // Nothing is delivered where there is no time.
        return Some(all);
    }
    let recovery = upstream.recovery.as_ref()?;
    for lost in reader.calendar.all() {
        let back = reader.after_or_later(lost, recovery)?;
        let stops = match &upstream.pipeline {
            Some(amount) => reader.after_or_earlier(lost, amount)?,
            None if upstream.bad.contains(&"pipeline") => return None,
            None => lost,
        };
        let ready = match upstream.substitute.as_ref().and_then(|s| s.ready.as_ref()) {
            Some(amount) => Some(reader.after_or_later(lost, amount)?.max(stops)),
            None => None,
        };
        all.push(Interruption { lost, stops, ready, back });
    }
    let longer = |amount: Option<&doc::Amount>, at: fn(&Interruption) -> usize| {
        amount.filter(|_| all.iter().all(|i| at(i) >= i.back)).map(|amount| amount.place)
    };
    let substitute = upstream.substitute.as_ref();
    let idle = [
        (longer(upstream.pipeline.as_ref(), |i| i.stops), "the pipeline lasts until recovery, so nothing is lost"),
        (
            longer(substitute.and_then(|s| s.ready.as_ref()), |i| i.ready.unwrap_or(0)),
            "the substitute is not ready before recovery, so it delivers nothing",
        ),
    ];
    // In the last periods of the horizon everything ends with it.
    for (place, message) in idle {
        if let Some(place) = place.filter(|_| all.first().is_some_and(|i| i.back < reader.calendar.len())) {
            reader.diagnostics.warning(Code::NoEffect, place, message, "shorten it, or extend `recovery`");
        }
    }
    Some(all)
}

fn substitute(
    reader: &mut Reader<'_>,
    id: &str,
    written: &doc::Substitute,
    ids: &Ids<'_, UpstreamId>,
) -> Option<Substitute> {
    let at_most = reader.share(written.at_most.as_ref(), In::Fraction);
    let to = written.to.as_ref()?;
    reader.reference(to, "supplier upstream", ids, &[])?;
    if to.text == id {
        let message = format!("`{id}` cannot be its own substitute");
        reader.error(Code::Contradiction, to.place, message, "name another supplier of `supply`");
        return None;
    }
    Some(Substitute { to: to.text.clone(), at_most: at_most? })
}

/// Offers gathered by chip, place, part, and what they do for each workload.
fn machines(
    offers: &IdVec<OfferId, Offer>,
    workloads: &IdVec<WorkloadId, Workload>,
    parts: &IdVec<OfferId, f64>,
) -> Vec<Machines> {
    let mut all: BTreeMap<_, Machines> = BTreeMap::new();
    for (o, offer) in offers.with_ids().filter(|(o, _)| parts[*o] > 0.0) {
        let serves: Vec<bool> = workloads.iter().map(|w| w.eligible.contains(&o)).collect();
        let spot = matches!(offer.term, Term::Spot { .. }).then_some(o);
        let key = (offer.chip, offer.cloud, offer.region.clone(), offer.site.clone(), parts[o].to_bits(), serves, spot);
        all.entry(key).or_insert_with(|| Machines { offers: Vec::new(), part: parts[o] }).offers.push(o);
    }
    all.into_values().collect()
}
