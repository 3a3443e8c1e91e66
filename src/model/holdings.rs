//! Interprets what is reserved or bought already.

use std::collections::BTreeMap;

use super::ids::OfferId;
use super::policy::Parts;
use super::reader::{Ids, In, Reader};
use super::types::{Offer, Origin, Term};
use crate::diagnostics::Code;
use crate::document as doc;
use crate::units::Dimension as Unit;
use crate::units::human::number;

/// What numbers of chips may be off by, relative to them, where an engine found them.
const ROUNDING: f64 = 1e-9;

/// What is reserved or bought already: a plan keeps it, whether or not it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdings {
    /// Chips of an offer by the period in which their term begins.
    pub held: BTreeMap<(OfferId, usize), f64>,
    /// In periods before this one nothing begins that is not listed; 0 if more may begin in any.
    pub open: usize,
    /// Where it was written.
    pub origin: Origin,
}

impl Holdings {
    /// How many chips of an offer begin their term in a period, if that is settled.
    #[must_use]
    pub fn settled(&self, offer: OfferId, start: usize) -> Option<f64> {
        let listed = self.held.get(&(offer, start)).copied();
        listed.or((start < self.open).then_some(0.0))
    }

    /// A number of chips as a model says that it is held: without the last digits that an engine leaves, if that is all that
    /// they are.
    #[must_use]
    pub(crate) fn written(chips: f64) -> f64 {
        let short = (chips * 1e6).round() / 1e6;
        if (short - chips).abs() <= ROUNDING * (1.0 + chips.abs()) { short } else { chips }
    }

    /// Whether something of an offer is held already.
    #[must_use]
    pub fn has(&self, offer: OfferId) -> bool {
        self.held.iter().any(|(&(o, _), &chips)| o == offer && chips > 0.0)
    }
}

/// Reads them; `None` if there are none, or what is wrong has been reported.
pub(super) fn holdings(reader: &mut Reader<'_>, document: &doc::Document, parts: &Parts<'_>) -> Option<Holdings> {
    let written = document.holdings.as_ref()?;
    if reader.calendar.is_steady() {
        reader.no_horizon(written.place);
        return None;
    }
    let open = written.until.as_ref().and_then(|text| reader.period(text)).map_or(0, |last| last + 1);
    let ids = Ids::of(parts.offers.offers.iter().map(|o| o.id.as_str()));
    let mut held = BTreeMap::new();
    for one in written.held.iter().flat_map(|list| &list.items) {
        let incomplete = parts.offers.written.incomplete;
        let offer = one.offer.as_ref().filter(|t| !(incomplete && ids.find(&t.text).is_none()));
        let offer: Option<OfferId> = offer.and_then(|text| reader.reference(text, "offer", &ids, &[]));
        let from = one.from.as_ref().and_then(|text| begins(reader, text));
        let chips = reader.amount(one.chips.as_ref(), &Unit::Chips, In::NotNegative);
        let (Some(offer), Some(from), Some(chips)) = (offer, from, chips) else { continue };
        let known = &parts.offers.offers[offer];
        // What an engine left beyond the capacity is not there.
        let most =
            (from..end_of(known, from).unwrap_or(from)).map(|t| known.capacity_at(t)).fold(f64::INFINITY, f64::min);
        let chips = if chips <= most * (1.0 + ROUNDING) { chips.min(most) } else { chips };
        let label = reader.calendar.periods[from].label.clone();
        if held.insert((offer, from), chips).is_some() {
            let message = format!("`{}` from {label} is listed twice here", known.id);
            reader.error(Code::DuplicateName, one.place, message, "add the two up in one entry");
        } else if let Some((code, message, remedy)) = wrong(reader, known, (from, &label), chips) {
            reader.error(code, one.place, message, remedy);
        }
    }
    for ((offer, start), chips) in &held {
        let known = &parts.offers.offers[*offer];
        let Some(end) = end_of(known, *start) else { continue };
        for t in *start..end {
            let of = |s: usize| s <= t && end_of(known, s).is_some_and(|end| t < end);
            let sum: f64 = held.iter().filter(|((o, s), _)| o == offer && of(*s)).map(|(_, chips)| chips).sum();
            if *chips > 0.0 && sum > known.capacity_at(t) * (1.0 + ROUNDING) {
                let message = format!(
                    "{} of `{}` are held in {}, and its capacity is {}",
                    chips_in_words(sum),
                    known.id,
                    reader.calendar.periods[t].label,
                    chips_in_words(known.capacity_at(t))
                );
                let remedy = "raise the capacity of the offer: what is held already counts towards it";
                reader.error(Code::Contradiction, written.place, message, remedy);
                return None;
            }
        }
    }
    Some(Holdings { held, open, origin: reader.origin(written.place) })
}

/// The period of the horizon in which a term begins.
fn begins(reader: &mut Reader<'_>, text: &doc::Text) -> Option<usize> {
    let date = reader.date(text)?;
    let first = reader.calendar.periods.first().map(|p| p.label.clone()).unwrap_or_default();
    if reader.calendar.ends().is_some_and(|(start, _)| date < start) {
        let message = format!("{} is before the horizon, which begins in {first}", text.text);
        let remedy = format!(
            "begin the horizon earlier; or give what is left its own offer, whose `reserved` is the rest of the term, and hold that from {first}"
        );
        reader.error(Code::OutsideHorizon, text.place, message, remedy);
        return None;
    }
    reader.period(text)
}

/// Why so many chips of an offer cannot be held from a period on.
fn wrong(
    reader: &Reader<'_>,
    offer: &Offer,
    (from, label): (usize, &str),
    chips: f64,
) -> Option<(Code, String, String)> {
    let id = &offer.id;
    if !matches!(offer.term, Term::Reserved { .. } | Term::Bought(_)) {
        let message = format!(
            "`{id}` is {}: it is neither reserved nor bought, so that nothing of it is held already",
            offer.term.word()
        );
        return Some((
            Code::NoEffect,
            message,
            "name an offer with `term: { reserved: .. }`, or remove the entry".to_owned(),
        ));
    }
    if end_of(offer, from).is_none() {
        let starts: Vec<&str> = (0..reader.calendar.len())
            .filter(|&t| end_of(offer, t).is_some())
            .map(|t| reader.calendar.periods[t].label.as_str())
            .collect();
        let message = format!("no term of `{id}` begins in {label}");
        let remedy = match (starts.first(), starts.last()) {
            (Some(first), Some(last)) => {
                format!("it begins in periods from {first} to {last}: see its `starts` and `lead`")
            }
            _ => "see its `starts` and `lead`".to_owned(),
        };
        return Some((Code::OutsideHorizon, message, remedy));
    }
    let block = offer.block.filter(|b| (chips / b - (chips / b).round()).abs() > 1e-6);
    if let Some(block) = block {
        let message = format!(
            "`{id}` is held in whole blocks of {}, and {} are not",
            chips_in_words(block),
            chips_in_words(chips)
        );
        return Some((Code::Contradiction, message, format!("write a multiple of {}", chips_in_words(block))));
    }
    None
}

/// The period in which a term that begins in one is over.
fn end_of(offer: &Offer, start: usize) -> Option<usize> {
    match &offer.term {
        Term::Reserved { ends, .. } => ends.get(&start).copied().filter(|_| start >= offer.lead),
        Term::Bought(bought) => bought.lives.get(&start).map(|life| life.held.end),
        Term::OnDemand | Term::Spot { .. } | Term::Owned => None,
    }
}

fn chips_in_words(chips: f64) -> String {
    format!("{} {}", number(chips), if chips == 1.0 { "chip" } else { "chips" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an engine leaves is cut off, and what it found is not: a third of a chip stays one.
    #[test]
    fn only_rounding_is_cut_off() {
        assert_eq!(Holdings::written(9.999_999_999_9), 10.0);
        assert_eq!(Holdings::written(1.0 / 3.0), 1.0 / 3.0);
        assert_eq!(Holdings::written(123_456.000_05), 123_456.000_05);
    }
}
