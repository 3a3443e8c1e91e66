//! Interprets chips, clouds, investors, offers and pools.

use super::ids::{ChipId, CloudId, Id, IdVec, OfferId, OfferSet, PoolId};
use std::collections::BTreeMap;

use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Map, Text};
use crate::units::Dimension as Unit;

use super::reader::{Ids, In, Reader};
use super::types::{Chip, Cloud, Investor, Offer, Pool, Term, Tier};

/// Ids of a map whose records could not be read: references to them are not reported again.
pub(super) fn broken<T, K: Id>(map: &Map<T>, read: &Ids<'_, K>) -> Vec<String> {
    map.entries.iter().map(|(id, _, _)| id.clone()).filter(|id| read.find(id).is_none()).collect()
}

pub(super) fn tags(reader: &mut Reader<'_>, tags: &Option<Map<Text>>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (key, place, value) in tags.iter().flat_map(|t| &t.entries) {
        if super::selector::Dimension::WORDS.contains(&key.as_str()) || matches!(key.as_str(), "kind" | "workload") {
            reader.error(
                Code::InvalidId,
                *place,
                format!("`{key}` is a dimension of its own and cannot be a tag"),
                "give the tag another name",
            );
        }
        reader.check_id(key, *place);
        if let Some(value) = value {
            reader.check_word(value);
            out.insert(key.clone(), value.text.clone());
        }
    }
    out
}

pub(super) fn chips(reader: &mut Reader<'_>, map: &Map<doc::Chip>) -> IdVec<ChipId, Chip> {
    let mut chips = IdVec::default();
    for (id, place, chip) in &map.entries {
        reader.check_id(id, *place);
        let Some(chip) = chip else { continue };
        reader.amount(chip.memory.as_ref(), &Unit::Data, In::Positive);
        // A power that could not be read has been reported: it is not missing.
        let power = reader.amount(chip.power.as_ref(), &Unit::Power, In::Positive);
        let power = if chip.lacks("power") { None } else { power.or(Some(1.0)) };
        let tags = tags(reader, &chip.tags);
        let Some(vendor) = &chip.vendor else { continue };
        reader.check_word(vendor);
        chip.ecosystem.iter().for_each(|e| reader.check_word(e));
        chips.push(Chip {
            id: id.clone(),
            vendor: vendor.text.clone(),
            ecosystem: chip.ecosystem.as_ref().map(|e| e.text.clone()),
            power,
            tags,
        });
    }
    chips
}

pub(super) fn clouds(reader: &mut Reader<'_>, map: &Map<doc::Cloud>) -> IdVec<CloudId, Cloud> {
    let mut clouds = IdVec::default();
    for (id, place, cloud) in &map.entries {
        reader.check_id(id, *place);
        let Some(cloud) = cloud else { continue };
        let currency = reader.currency.clone();
        let egress =
            cloud.egress.as_ref().and_then(|a| reader.money_as(a, |q| Unit::PricePerData(&currency).convert(q)));
        cloud.owner.iter().for_each(|o| reader.check_word(o));
        let tags = tags(reader, &cloud.tags);
        let owner = cloud.owner.as_ref().map_or_else(|| id.clone(), |o| o.text.clone());
        clouds.push(Cloud { id: id.clone(), egress: egress.unwrap_or(0.0), owner, tags });
    }
    clouds
}

pub(super) fn investors(reader: &mut Reader<'_>, map: Option<&Map<doc::Investor>>) -> Vec<Investor> {
    let mut investors = Vec::new();
    for (id, place, investor) in map.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        if let Some(investor) = investor {
            let stake = reader.share(investor.stake.as_ref(), In::Fraction);
            investors.push(Investor { id: id.clone(), stake });
        }
    }
    investors
}

/// An offer with the pool that it names.
pub(super) struct ReadOffer {
    pub offer: Offer,
    pub pool: Option<Text>,
}

pub(super) fn offers(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    chips: &IdVec<ChipId, Chip>,
    clouds: &IdVec<CloudId, Cloud>,
) -> IdVec<OfferId, ReadOffer> {
    let Some(map) = &document.offers else { return IdVec::default() };
    let chip_ids = Ids::of(chips.iter().map(|c| c.id.as_str()));
    let cloud_ids = Ids::of(clouds.iter().map(|c| c.id.as_str()));
    let broken_chips = document.chips.as_ref().map(|m| broken(m, &chip_ids)).unwrap_or_default();
    let broken_clouds = document.clouds.as_ref().map(|m| broken(m, &cloud_ids)).unwrap_or_default();
    let broken_chips: Vec<&str> = broken_chips.iter().map(String::as_str).collect();
    let broken_clouds: Vec<&str> = broken_clouds.iter().map(String::as_str).collect();
    if map.entries.is_empty() {
        reader.error(Code::MissingKey, document.place, "the model has no offers", "add at least one offer");
    }
    let mut offers = IdVec::default();
    for (id, place, offer) in &map.entries {
        reader.check_id(id, *place);
        let Some(offer) = offer else { continue };
        for word in [&offer.region, &offer.site].into_iter().flatten() {
            reader.check_word(word);
        }
        let tags = tags(reader, &offer.tags);
        let chip = offer
            .chip
            .as_ref()
            .filter(|_| document.chips.is_some())
            .and_then(|t| reader.reference(t, "chip", &chip_ids, &broken_chips));
        let cloud = offer
            .cloud
            .as_ref()
            .filter(|_| document.clouds.is_some())
            .and_then(|t| reader.reference(t, "cloud", &cloud_ids, &broken_clouds));
        let price = match &offer.price {
            Some(written) => price(reader, written),
            // Running chips that are bought costs nothing where no price is given.
            None => offer.lacks("price").then(|| (vec![0.0; reader.calendar.len()], None)),
        };
        let capacity = match &offer.capacity {
            Some(s) => reader.series(s, In::NotNegative, 0.0, |q| Unit::Chips.convert(q)).map(Some),
            None => Some(None),
        };
        let lead = match &offer.lead {
            Some(amount) => reader.after(0, amount),
            None => Some(0),
        };
        let term = term(reader, offer).map(|term| match (term, lead) {
            (Term::Bought(bought), Some(lead)) => Term::Bought(Box::new(bought.not_before(lead))),
            (term, _) => term,
        });
        let block = reader.amount(offer.block.as_ref(), &Unit::Chips, In::Positive);
        let minimum = reader.amount(offer.minimum.as_ref(), &Unit::Chips, In::NotNegative).filter(|m| *m > 0.0);
        let tiers = tiers(reader, offer);
        if let (Some(Term::Bought(_)), Some(written)) = (&term, &offer.tiers) {
            let message = "purchased chips cannot have `tiers`";
            let remedy = "write an offer for each price, with the capacity that it holds for";
            reader.error(Code::WrongType, written.place, message, remedy);
        }
        let (Some(chip), Some(cloud), Some(price), Some(capacity), Some(lead), Some(term)) =
            (chip, cloud, price, capacity, lead, term)
        else {
            continue;
        };
        let read = Offer {
            id: id.clone(),
            chip,
            cloud,
            region: offer.region.as_ref().map(|r| r.text.clone()),
            site: offer.site.as_ref().map(|s| s.text.clone()),
            pue: 1.0,
            carbon: None,
            energy: None,
            term,
            price: price.0,
            used: price.1,
            capacity,
            lead,
            block,
            minimum,
            tiers,
            supply: Vec::new(),
            tags,
            origin: reader.origin(*place),
        };
        too_small(reader, &read, offer);
        missing_price(reader, &read, offer, *place);
        offers.push(ReadOffer { offer: read, pool: offer.pool.clone() });
    }
    offers
}

/// Prices of holding and of use. A price of use that is always 0 is none.
fn price(reader: &mut Reader<'_>, price: &doc::Price) -> Option<(Vec<f64>, Option<Vec<f64>>)> {
    let series = |reader: &mut Reader<'_>, s: &doc::Series| {
        let currency = reader.currency.clone();
        reader.money_series(s, f64::NAN, |q| Unit::Price(&currency).convert(q))
    };
    let detail = match price {
        doc::Price::Plain(held) => return Some((series(reader, held)?, None)),
        doc::Price::Detailed(detail) => detail,
    };
    let mut read = |s: &Option<doc::Series>| match s {
        Some(s) => series(reader, s),
        None => Some(vec![0.0; reader.calendar.len()]),
    };
    let (held, used) = (read(&detail.held), read(&detail.used));
    let (held, used) = (held?, used?);
    if !detail.bad.is_empty() {
        return None;
    }
    let free = used.iter().all(|p| *p == 0.0);
    Some((held, (!free).then_some(used)))
}

/// A price must be known whenever it can be paid: when chips can be held on demand, or when a
/// reservation can start; a price of use when chips can be held.
fn missing_price(reader: &mut Reader<'_>, offer: &Offer, written: &doc::Offer, place: Place) {
    if let Some(bought) = offer.bought()
        && let Some(&t) = bought.lives.keys().find(|&&t| bought.capex[t].is_nan())
    {
        let label = reader.calendar.periods[t].label.clone();
        let message = format!("the offer `{}` is available in {label} but has no capex for that period", offer.id);
        let remedy = format!("add a step at or before {label}, or let `starts` begin later");
        reader.error(Code::MissingPrice, place, message, remedy);
    }
    let payable = |t: usize| match &offer.term {
        Term::Reserved { ends, .. } => ends.contains_key(&t) && t >= offer.lead,
        Term::Bought(bought) => bought.can_be_held(t) && offer.capacity_at(t) > 0.0,
        _ => offer.capacity_at(t) > 0.0,
    };
    let missing = |price: &[f64]| (0..price.len()).find(|&t| price[t].is_nan() && payable(t));
    let mut tell = |t: usize, place: Place, of: &str, what: &str| {
        let label = reader.calendar.periods[t].label.clone();
        reader.error(
            Code::MissingPrice,
            place,
            format!("the offer `{}` is available in {label} but has no price{of}{what} for that period", offer.id),
            format!("add a step at or before {label}, or set the capacity to 0 until the price begins"),
        );
    };
    let priced = written.price.as_ref().map_or(place, doc::Price::place);
    if let Some(t) = missing(&offer.price) {
        tell(t, priced, "", "");
    }
    if let Some(used) = &offer.used {
        let held = |t: usize| match &offer.term {
            Term::Reserved { ends, .. } => ends.iter().any(|(&s, &e)| s >= offer.lead && (s..e).contains(&t)),
            Term::Bought(bought) => bought.can_be_held(t) && offer.capacity_at(t) > 0.0,
            _ => offer.capacity_at(t) > 0.0,
        };
        if let Some(t) = (0..used.len()).find(|&t| used[t].is_nan() && held(t)) {
            tell(t, priced, " of use", "");
        }
    }
    let tiers = written.tiers.iter().flat_map(|l| &l.items);
    // Where a tier could not be read there are fewer of them, and the mistake has been reported.
    for (tier, written) in offer.tiers.iter().zip(tiers) {
        if let Some(t) = missing(&tier.price) {
            let place = written.price.as_ref().map_or(place, |s| s.place);
            tell(t, place, "", &format!(" for chips beyond {}", tier.above));
        }
    }
}

/// Prices by quantity, in the order of the quantities.
fn tiers(reader: &mut Reader<'_>, offer: &doc::Offer) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    for written in offer.tiers.iter().flat_map(|l| &l.items) {
        let currency = reader.currency.clone();
        let above = reader.amount(written.above.as_ref(), &Unit::Chips, In::Positive);
        let price = written.price.as_ref();
        let price = price.and_then(|s| reader.money_series(s, f64::NAN, |q| Unit::Price(&currency).convert(q)));
        let (Some(above), Some(price)) = (above, price) else { continue };
        if tiers.last().is_some_and(|t| t.above >= above) {
            let message = "tiers must be in the order of their quantities, each above the one before";
            reader.error(Code::OutOfRange, written.place, message, "sort them by `above`");
            continue;
        }
        tiers.push(Tier { above, price });
    }
    tiers
}

/// A block or a minimum that the capacity never reaches: then nothing can be held at all.
fn too_small(reader: &mut Reader<'_>, read: &Offer, offer: &doc::Offer) {
    let most = (0..reader.calendar.len()).map(|t| read.capacity_at(t)).fold(0.0, f64::max);
    for (least, amount, what) in [(read.block, &offer.block, "block"), (read.minimum, &offer.minimum, "minimum")] {
        if let (Some(least), Some(amount)) = (least, amount)
            && least > most
            && most > 0.0
        {
            let message =
                format!("the {what} of `{}` exceeds its capacity in every period, so none can be held", read.id);
            reader.error(Code::MinAboveMax, amount.place, message, format!("lower the {what}, or raise the capacity"));
        }
    }
}

fn term(reader: &mut Reader<'_>, offer: &doc::Offer) -> Option<Term> {
    if offer.bad.contains(&"term") {
        return None;
    }
    match &offer.term {
        None => Some(Term::OnDemand),
        Some(doc::Term::Word(word)) => match word.text.as_str() {
            "on-demand" => Some(Term::OnDemand),
            "spot" => Some(Term::Spot { interruption: 0.0 }),
            "owned" => Some(Term::Owned),
            "reserved" => {
                reader.error(
                    Code::MissingKey,
                    word.place,
                    "a reserved term needs a length",
                    "write `term: { reserved: 3 years }`",
                );
                None
            }
            other => {
                // A length alone is that of a reservation.
                let remedy = if other.starts_with(|c: char| c.is_ascii_digit()) {
                    format!("write `term: {{ reserved: {other} }}`")
                } else {
                    suggest(other, ["on-demand", "spot", "reserved", "owned"])
                };
                reader.error(Code::UnknownWord, word.place, format!("`{other}` is not a term"), remedy);
                None
            }
        },
        Some(doc::Term::Detailed(detail)) => detailed_term(reader, detail),
    }
}

fn detailed_term(reader: &mut Reader<'_>, detail: &doc::TermDetail) -> Option<Term> {
    if !detail.bad.is_empty() {
        detail.starts.iter().for_each(|text| {
            reader.window_periods(text);
        });
        return None;
    }
    if let Some(owned) = &detail.owned {
        for (key, place) in [
            ("reserved", detail.reserved.as_ref().map(|a| a.place)),
            ("upfront", detail.upfront.as_ref().map(|a| a.place)),
            ("spot", detail.spot.as_ref().map(|s| s.place)),
        ] {
            if let Some(place) = place {
                let message = format!("`{key}` cannot be combined with purchased chips");
                reader.error(Code::WrongType, place, message, "remove it, or write two offers");
                return None;
            }
        }
        return super::owned::bought(reader, owned, detail.starts.as_ref()).map(|b| Term::Bought(Box::new(b)));
    }
    match (&detail.reserved, &detail.spot) {
        (Some(_), Some(_)) => {
            reader.error(Code::WrongType, detail.place, "a term is either reserved or spot", "remove one of the two");
            None
        }
        (None, Some(spot)) => {
            for (key, place) in [
                ("upfront", detail.upfront.as_ref().map(|a| a.place)),
                ("starts", detail.starts.as_ref().map(|t| t.place)),
            ] {
                if let Some(place) = place {
                    reader.error(Code::WrongType, place, format!("`{key}` belongs to a reserved term"), "remove it");
                }
            }
            if !spot.bad.is_empty() {
                return None;
            }
            let interruption = match &spot.interruption {
                Some(amount) => reader.share(Some(amount), In::BelowOne)?,
                None => 0.0,
            };
            Some(Term::Spot { interruption })
        }
        (Some(length), None) => {
            let upfront = match &detail.upfront {
                Some(amount) => reader.share(Some(amount), In::Fraction),
                None => Some(0.0),
            };
            let starts = match &detail.starts {
                Some(text) => reader.window_periods(text).map(|(_, periods)| periods),
                None => Some(reader.calendar.all()),
            };
            // Where its starts could not be read its length is, for a start of any.
            let length_read = reader.ends(0, length).is_some();
            let (upfront, starts) = (upfront?, starts.filter(|_| length_read)?);
            if length.quantity.number <= 0.0 {
                reader.error(Code::OutOfRange, length.place, "a reservation must have a length above 0", "");
                return None;
            }
            let (mut ends, all) = (BTreeMap::new(), starts.len());
            for start in starts {
                let (end, exact) = reader.ends(start, length)?;
                // Among periods of several lengths one may end inside a longer one: it is not offered then.
                if exact {
                    ends.insert(start, end);
                } else if reader.calendar.is_even() {
                    reader.ends_inside(length.place);
                    return None;
                }
            }
            if ends.is_empty() && all > 0 {
                let message = "a reservation of this length ends inside a period of the horizon, whenever it begins";
                let remedy = "give it in whole periods, or use a finer step";
                reader.error(Code::OffGrid, length.place, message, remedy);
                return None;
            }
            if ends.len() < all {
                let left_out = all - ends.len();
                let message = format!(
                    "a reservation that begins in {left_out} of {all} periods would end inside a longer period, and cannot"
                );
                reader.note(length.place, &message);
            }
            Some(Term::Reserved { ends, upfront })
        }
        (None, None) => {
            reader.error(
                Code::MissingKey,
                detail.place,
                "a term with details needs `reserved`, `spot` or `owned`",
                "write `{ reserved: 3 years }`, `{ spot: { interruption: 12 % } }`, \
                 `{ owned: { capex: 42k USD, life: 5 years } }`, or a word",
            );
            None
        }
    }
}

pub(super) fn pools(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &IdVec<OfferId, ReadOffer>,
    chips: &IdVec<ChipId, Chip>,
    select: impl Fn(&mut Reader<'_>, &doc::Selector) -> Option<OfferSet>,
) -> IdVec<PoolId, Pool> {
    let mut pools = IdVec::default();
    let empty = Map::default();
    let map = document.pools.as_ref().unwrap_or(&empty);
    for (id, place, pool) in &map.entries {
        reader.check_id(id, *place);
        let Some(pool) = pool else { continue };
        let stock =
            pool.chips.as_ref().and_then(|s| reader.series(s, In::NotNegative, 0.0, |q| Unit::Chips.convert(q)));
        let power =
            pool.power.as_ref().and_then(|s| reader.series(s, In::NotNegative, 0.0, |q| Unit::Power.convert(q)));
        if pool.lacks("chips") && pool.lacks("power") {
            reader.error(Code::MissingKey, pool.place, "a pool needs `chips` or `power`", "add what it limits");
        }
        let selected = pool.offers.as_ref().and_then(|selector| select(reader, selector));
        let draws = |(o, read): (OfferId, &ReadOffer)| {
            let named = read.pool.as_ref().is_some_and(|p| p.text == *id);
            (named || selected.as_ref().is_some_and(|s| s[o])).then_some(o)
        };
        let members: Vec<OfferId> = offers.with_ids().filter_map(draws).collect();
        if members.is_empty()
            && pool.lacks("offers")
            && document.offers.as_ref().is_some_and(|m| m.entries.len() == offers.len())
        {
            reader.error(
                Code::EmptySelection,
                *place,
                format!("no offer draws on the pool `{id}`"),
                "give the pool `offers: <selector>`, or an offer `pool:`",
            );
        }
        if power.is_some() {
            let without = members.iter().map(|&i| &chips[offers[i].offer.chip]).find(|c| c.power.is_none());
            if let Some(chip) = without {
                reader.error(
                    Code::MissingPower,
                    *place,
                    format!("the pool `{id}` is a power envelope, but the chip `{}` has no power", chip.id),
                    format!("add `power:` to the chip `{}`", chip.id),
                );
            }
        }
        pools.push(Pool { id: id.clone(), chips: stock, power, offers: members, origin: reader.origin(*place) });
    }
    let ids: Vec<&str> = map.entries.iter().map(|(id, _, _)| id.as_str()).collect();
    for read in offers {
        if let Some(text) = &read.pool {
            reader.is_one_of(text, "pool", &ids);
        }
    }
    pools
}
