//! Reads the limits of the policy, and those that contracts require: what all families share.

use crate::model::ids::{ContractId, IdVec, LimitId, OfferId, OfferSet, WorkloadId, WorkloadSet};
use std::collections::{BTreeMap, BTreeSet};

use super::{LimitKind, Measured};
use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Amount, Selector as Written, Text};
use crate::model::reader::Reader;
use crate::model::select::{Offers, select_workloads};
use crate::model::selector::Dimension;
use crate::model::types::{Contract, Group, Limit, Measure, Span, Workload};
use crate::units::Dimension as Unit;

/// What limits are read against.
pub(in crate::model) struct Parts<'a> {
    pub offers: Offers<'a>,
    pub workloads: &'a IdVec<WorkloadId, Workload>,
    pub workloads_incomplete: bool,
    pub contracts: &'a IdVec<ContractId, Contract>,
}

/// The keys that all families share, as written.
pub(super) struct Shared<'a> {
    pub place: Place,
    pub per: Option<&'a Text>,
    pub during: Option<&'a Text>,
    pub within: Option<&'a Text>,
    pub name: Option<&'a Text>,
    pub soft: Option<&'a Amount>,
}

/// Those of the keys that all families share which a family has: `shared!(limit, written: per, within, soft)`. Every family
/// has a name and a time.
macro_rules! shared {
    ($limit:ident, $written:ident: $($key:ident),*) => {
        Shared {
            $($key: $crate::model::policy::read::shared!(@$key $limit, $written),)*
            ..Shared {
                place: $written.place,
                per: None,
                during: $written.during.as_ref(),
                within: None,
                name: $crate::document::either(&$limit.name, &$written.name),
                soft: None,
            }
        }
    };
    (@per $limit:ident, $written:ident) => { $written.per.as_ref() };
    (@within $limit:ident, $written:ident) => { $written.within.as_ref() };
    (@soft $limit:ident, $written:ident) => { $crate::document::either(&$limit.soft, &$written.soft) };
}
pub(super) use shared;

/// What the keys of a family say: a kind, or one for each unit of work.
pub(super) struct Read {
    kinds: Vec<(String, LimitKind)>,
    /// What it is called if it has no name.
    default: String,
    /// Whether it holds in each period by itself.
    each_period: bool,
}

impl Read {
    pub(super) fn single(kind: LimitKind, default: &str) -> Self {
        Read { kinds: vec![(String::new(), kind)], default: default.to_owned(), each_period: false }
    }

    /// One for each unit of work.
    pub(super) fn by_unit(units: Units, kind: impl Fn(Measured) -> LimitKind, default: String) -> Self {
        let measure = units.measure;
        let of = |(unit, workloads)| (unit, kind(Measured { measure, workloads }));
        Read { kinds: units.parts.into_iter().map(of).collect(), default, each_period: false }
    }

    /// The same in each period by itself.
    pub(super) fn in_each_period(self) -> Self {
        Read { each_period: true, ..self }
    }
}

/// What a limit measures: where work is in different units, each unit by itself.
pub(super) struct Units {
    measure: Measure,
    /// The unit, where there are several; and the workloads whose use counts.
    parts: Vec<(String, Option<WorkloadSet>)>,
}

/// The limits of the policy, and those that contracts require if they are signed.
pub(in crate::model) fn limits(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    parts: &Parts<'_>,
) -> IdVec<LimitId, Limit> {
    let mut limits = IdVec::default();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let policy = document.policy.iter().flat_map(|p| &p.limits).flat_map(|l| &l.items);
    let mut all: Vec<(&doc::Limit, usize, Option<ContractId>)> =
        policy.enumerate().map(|(i, l)| (l, i + 1, None)).collect();
    for (id, _, contract) in document.contracts.iter().flat_map(|m| &m.entries) {
        let k = parts.contracts.find(|c| c.id == *id);
        let required = contract.iter().flat_map(|c| &c.requires).flat_map(|l| &l.items);
        all.extend(required.enumerate().map(|(i, l)| (l, i + 1, k)));
    }
    for (written, position, when) in all {
        for mut limit in of_entry(reader, written, position, parts).unwrap_or_default() {
            if let Some(k) = when {
                if limit.expected {
                    let message =
                        "a limit that a contract requires holds in every future in which the contract is signed";
                    let remedy = "remove `in: expected`, or move the limit to the policy";
                    reader.error(Code::Contradiction, written.place, message, remedy);
                }
                limit.name = format!("{}/{}", parts.contracts[k].id, limit.name);
                limit.when = Some(k);
            }
            if !names.insert(limit.name.clone()) {
                let place = written.name.as_ref().map_or(written.place, |n| n.place);
                reader.error(
                    Code::DuplicateName,
                    place,
                    format!("another limit is already called `{}`", limit.name),
                    "give one of them another `name`",
                );
            }
            limits.push(limit);
        }
    }
    limits
}

/// The limits that an entry asks for: one, or one for each unit of work.
pub(in crate::model) fn of_entry(
    reader: &mut Reader<'_>,
    written: &doc::Limit,
    position: usize,
    parts: &Parts<'_>,
) -> Option<Vec<Limit>> {
    let given = LimitKind::WORDS.iter().filter(|k| !written.lacks(k)).count();
    if given != 1 {
        let message = if given == 0 { "this limit has no kind" } else { "this limit has more than one kind" };
        let (last, others) = LimitKind::WORDS.split_last()?;
        let remedy = format!("write one of {} or {last} in each entry", others.join(", "));
        reader.error(Code::MissingKey, written.place, message, remedy);
        return None;
    }
    // What families share is read also where the rest of the limit is wrong: every mistake is found at once.
    let (shared, read) = LimitKind::read(reader, written, parts)?;
    let spans = spans(reader, shared.per, shared.during, read.as_ref().is_some_and(|r| r.each_period));
    let soft = match (shared.soft, &read) {
        // A price of a tonne is not one of a kilogram: it depends on the rest.
        (Some(_), None) => None,
        (Some(amount), Some(read)) if read.kinds.iter().any(|(_, kind)| kind.counts_carbon()) => {
            let currency = reader.currency.clone();
            reader.money_as(amount, |q| Unit::PricePerMass(&currency).convert(q)).map(Some)
        }
        (Some(amount), Some(_)) => reader.money_per_any(amount).map(Some),
        (None, _) => Some(None),
    };
    if let Some(name) = shared.name {
        reader.check_word(name);
    }
    let expected = match shared.within {
        Some(within) if within.text != "expected" => {
            let message = format!("`{}` does not say how a limit holds over futures", within.text);
            let remedy = "write `in: expected`, or remove it: the limit then holds in every future";
            reader.error(Code::UnknownWord, within.place, message, remedy);
            None
        }
        within => Some(within.is_some()),
    };
    let (Read { kinds, default, .. }, spans, soft, expected) = (read?, spans?, soft?, expected?);
    let name = shared.name.map_or_else(|| format!("{default}-{position}"), |n| n.text.clone());
    let origin = reader.origin(shared.place);
    let limit = |(unit, kind): (String, LimitKind)| {
        let name = if unit.is_empty() { name.clone() } else { format!("{name}/{unit}") };
        Limit { name, kind, when: None, soft, expected, spans: spans.clone(), origin: origin.clone() }
    };
    Some(kinds.into_iter().map(limit).collect())
}

pub(super) fn group(reader: &mut Reader<'_>, selector: &Option<Written>, parts: &Parts<'_>) -> Option<Group> {
    match selector {
        None => Some(Group::whole("all", OfferSet::all(parts.offers.offers.len()))),
        Some(selector) => {
            let offers = parts.offers.select_for_limit(reader, selector)?;
            Some(Group::whole(describe(selector), offers))
        }
    }
}

/// Whether the suppliers upstream that a selector of a group names make all of the chips of their offers: by parts
/// they are counted with `by` alone. Else it is reported.
pub(super) fn whole_suppliers(reader: &mut Reader<'_>, selector: &Written, parts: &Parts<'_>) -> bool {
    let Some(named) = selector.all_of.iter().find(|c| c.key.text == "supply") else { return true };
    let partly = parts.offers.offers.iter().find(|o| o.supply.iter().any(|(id, part)| *part < 1.0 && named.names(id)));
    if let Some(offer) = partly {
        let message = format!("chips of `{}` depend on what this selects in part only", offer.id);
        let remedy = "write `by: supply`, which counts each offer by the part that depends on it";
        reader.error(Code::AmbiguousAttribution, named.key.place, message, remedy);
    }
    partly.is_none()
}

/// A selector in words: `vendor=nvidia`, `cloud=azure|aws region!=us-*`.
pub(in crate::model) fn describe(selector: &Written) -> String {
    if selector.all_of.is_empty() {
        return "all".to_owned();
    }
    let part = |c: &doc::Criterion| {
        let patterns: Vec<&str> = c.patterns.iter().map(|p| p.text.as_str()).collect();
        format!("{}{}{}", c.key.text, if c.not { "!=" } else { "=" }, patterns.join("|"))
    };
    selector.all_of.iter().map(part).collect::<Vec<_>>().join(" ")
}

/// The groups of a dimension among the offers of a universe.
pub(in crate::model) fn groups(
    reader: &mut Reader<'_>,
    word: &Text,
    universe: &OfferSet,
    parts: &Parts<'_>,
) -> Option<Vec<Group>> {
    let dimension = parts.offers.dimension(reader, word)?;
    let count = parts.offers.offers.len();
    let mut groups: BTreeMap<String, IdVec<OfferId, f64>> = BTreeMap::new();
    let names =
        crate::model::selector::group_names(&dimension, parts.offers.offers, parts.offers.chips, parts.offers.clouds);
    for (offer, names) in parts.offers.offers.ids().zip(names).filter(|(o, _)| universe[*o]) {
        let supply = &parts.offers.offers[offer].supply;
        for name in names {
            let part = supply.iter().find(|(id, _)| dimension == Dimension::Supply && *id == name).map_or(1.0, |s| s.1);
            groups.entry(name).or_insert_with(|| IdVec::filled(count, 0.0))[offer] = part;
        }
    }
    if groups.is_empty() && !parts.offers.written.incomplete {
        let message = format!("no offer has a {}", word.text);
        reader.error(Code::EmptySelection, word.place, message, "choose another dimension");
        return None;
    }
    Some(groups.into_iter().map(|(name, of)| Group::by_parts(name, &of)).collect())
}

/// The measure and the workloads of a share, checked for what cannot be added up.
pub(super) fn measured(
    reader: &mut Reader<'_>,
    place: Place,
    of: &Option<Text>,
    selector: &Option<Written>,
    universe: &OfferSet,
    parts: &Parts<'_>,
) -> Option<Units> {
    let workloads = match selector {
        Some(selector) => select_workloads(reader, parts.workloads, parts.workloads_incomplete, selector).map(Some),
        None => Some(None),
    };
    let of = of.as_ref()?;
    let Some(measure) = Measure::ALL.into_iter().find(|m| m.word() == of.text) else {
        let remedy = suggest(&of.text, Measure::ALL.map(Measure::word));
        reader.error(Code::UnknownWord, of.place, format!("`{}` is not a measure", of.text), remedy);
        return None;
    };
    let workloads = workloads?;
    let counted = |w: WorkloadId| workloads.as_ref().is_none_or(|mask| mask[w]);
    match measure {
        Measure::Work => {
            let all = parts.workloads.with_ids();
            let units: BTreeSet<&str> = all.filter(|(w, _)| counted(*w)).map(|(_, w)| w.unit.as_str()).collect();
            if units.len() > 1 {
                // Work in different units cannot be added up: the limit holds for each of them.
                let of = |unit: &str| parts.workloads.with_ids().map(|(w, x)| counted(w) && x.unit == unit).collect();
                let parts = units.into_iter().map(|unit| (unit.to_owned(), Some(of(unit)))).collect();
                return Some(Units { measure, parts });
            }
        }
        Measure::Power => need_power(reader, place, universe, parts),
        Measure::Carbon => need_carbon(reader, place, universe, parts),
        Measure::Spend if workloads.is_some() => {
            // Chips of one offer under two contracts have two prices, and a workload's part of
            // each is not decided by the plan.
            let covering = |o| parts.contracts.iter().filter(move |c| c.covers[o] && !c.active.is_empty());
            let twice = |o| covering(o).count() > 1;
            let capped = |o| covering(o).any(|c| c.capped || c.terminate.is_some() || c.late.is_some());
            let ambiguous = parts.offers.offers.ids().find(|&o| universe[o] && (twice(o) || capped(o)));
            if let Some(o) = ambiguous {
                let why = if twice(o) { "under more than one contract" } else { "not discounted all the time" };
                let id = &parts.offers.offers[o].id;
                reader.error(
                    Code::AmbiguousAttribution,
                    place,
                    format!("spend cannot be attributed to workloads: the offer `{id}` is {why}"),
                    "measure `chips` instead, or split the offer",
                );
                return None;
            }
            // What is paid once for chips that are bought belongs to no period in which they work.
            let runs_on = |o: OfferId| {
                let all = parts.workloads.with_ids();
                all.filter(|(w, _)| counted(*w)).any(|(_, workload)| workload.eligible.contains(&o))
            };
            let offers = parts.offers.offers;
            let bought = offers.ids().find(|&o| universe[o] && offers[o].bought().is_some() && runs_on(o));
            if let Some(o) = bought {
                let message =
                    format!("spend cannot be attributed to workloads: the chips of `{}` are bought", offers[o].id);
                reader.error(Code::AmbiguousAttribution, place, message, "measure `chips` instead, or leave out `for`");
                return None;
            }
        }
        Measure::Spend | Measure::Chips => {}
    }
    Some(Units { measure, parts: vec![(String::new(), workloads)] })
}

/// Reports an offer whose emissions are not known whenever chips of it can be held.
pub(super) fn need_carbon(reader: &mut Reader<'_>, place: Place, offers: &OfferSet, parts: &Parts<'_>) {
    for o in offers.iter() {
        let offer = &parts.offers.offers[o];
        let chip = &parts.offers.chips[offer.chip];
        if chip.power.is_none() {
            let message = format!("carbon is limited or priced, but the chip `{}` has no power", chip.id);
            reader.error(Code::MissingPower, place, message, format!("add `power:` to the chip `{}`", chip.id));
            return;
        }
        let Some(carbon) = &offer.carbon else {
            let message =
                format!("carbon is limited or priced, but the electricity of `{}` has no carbon intensity", offer.id);
            let remedy = match &offer.site {
                Some(site) => format!("add `carbon: 420 g/kWh` to the site `{site}` of `sites`"),
                None => "give it a `site`, and in `sites` that site's `carbon: 420 g/kWh`".to_owned(),
            };
            reader.error(Code::MissingCarbon, place, message, remedy);
            return;
        };
        // What is not known is at the beginning: from the first chips on all of it has to be.
        let first = (0..carbon.len()).find(|&t| offer.capacity_at(t) > 0.0);
        if let Some(t) = first.filter(|&t| carbon[t].is_nan()) {
            let (label, site) = (&reader.calendar.periods[t].label, offer.site.as_deref().unwrap_or_default());
            let message =
                format!("`{}` can be held in {label}, for which the site `{site}` has no carbon intensity", offer.id);
            let remedy = format!("add a step at or before {label} to `carbon` of the site `{site}`");
            reader.error(Code::MissingCarbon, place, message, remedy);
            return;
        }
    }
}

pub(super) fn need_power(reader: &mut Reader<'_>, place: Place, offers: &OfferSet, parts: &Parts<'_>) {
    let chips = offers.iter().map(|o| &parts.offers.chips[parts.offers.offers[o].chip]);
    let without = chips.into_iter().find(|c| c.power.is_none());
    if let Some(chip) = without {
        reader.error(
            Code::MissingPower,
            place,
            format!("power is limited, but the chip `{}` has no `power`", chip.id),
            format!("add `power:` to the chip `{}`", chip.id),
        );
    }
}

fn spans(reader: &mut Reader<'_>, per: Option<&Text>, during: Option<&Text>, every_period: bool) -> Option<Vec<Span>> {
    let known = ["horizon", "year", "period"];
    if let Some(per) = per.filter(|per| !every_period && !known.contains(&per.text.as_str())) {
        let message = format!("`{}` is not a way to count a limit", per.text);
        reader.error(Code::UnknownWord, per.place, message, suggest(&per.text, known));
    }
    let (periods, label) = match during {
        Some(text) => (reader.window_periods(text)?.1, text.text.clone()),
        None => (reader.calendar.all(), String::new()),
    };
    let calendar = &reader.calendar;
    let each = |calendar: &crate::model::calendar::Calendar| {
        periods.clone().map(|t| Span { label: calendar.periods[t].label.clone(), periods: t..t + 1 }).collect()
    };
    if every_period {
        return Some(each(calendar));
    }
    match per.map(|p| p.text.as_str()) {
        None | Some("horizon") => Some(vec![Span { label, periods }]),
        Some("period") => Some(each(calendar)),
        Some("year") => {
            let mut spans: Vec<Span> = Vec::new();
            for t in periods {
                let year = calendar.periods[t].year;
                match spans.last_mut() {
                    Some(span) if calendar.periods[span.periods.start].year == year => span.periods.end = t + 1,
                    _ => spans.push(Span { label: year.to_string(), periods: t..t + 1 }),
                }
            }
            Some(spans)
        }
        // It has been reported.
        Some(_) => None,
    }
}
