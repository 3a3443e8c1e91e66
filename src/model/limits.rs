//! Interprets the limits of the policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Amount, Selector as Written, Text};
use crate::units::Dimension as Unit;

use super::reader::{In, Reader};
use super::select::{Offers, select_workloads};
use super::types::{Contract, Group, Limit, LimitKind, Measure, Span, Workload};

/// What limits are read against.
pub(super) struct Parts<'a> {
    pub offers: Offers<'a>,
    pub workloads: &'a [Workload],
    pub workloads_incomplete: bool,
    pub contracts: &'a [Contract],
}

/// The keys that all kinds share, as written.
struct Common<'a> {
    place: Place,
    per: &'a Option<Text>,
    during: &'a Option<Text>,
    name: Option<&'a Text>,
    soft: Option<&'a Amount>,
}

/// The limits of the policy, and those that contracts require if they are signed.
pub(super) fn limits(reader: &mut Reader<'_>, document: &doc::Document, parts: &Parts<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let policy = document.policy.iter().flat_map(|p| &p.limits).flat_map(|l| &l.items);
    let mut all: Vec<(&doc::Limit, usize, Option<usize>)> = policy.enumerate().map(|(i, l)| (l, i + 1, None)).collect();
    for (id, _, contract) in document.contracts.iter().flat_map(|m| &m.entries) {
        let k = parts.contracts.iter().position(|c| c.id == *id);
        let required = contract.iter().flat_map(|c| &c.requires).flat_map(|l| &l.items);
        all.extend(required.enumerate().map(|(i, l)| (l, i + 1, k)));
    }
    for (written, position, when) in all {
        for mut limit in one(reader, written, position, parts).unwrap_or_default() {
            if let Some(k) = when {
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

/// What a limit measures: where work is in different units, each unit by itself.
struct Measured {
    measure: Measure,
    /// The unit, where there are several; and the workloads whose use counts.
    parts: Vec<(String, Option<Vec<bool>>)>,
}

impl Measured {
    fn kinds(self, kind: impl Fn(Measure, Option<Vec<bool>>) -> LimitKind) -> Vec<(String, LimitKind)> {
        let measure = self.measure;
        self.parts.into_iter().map(|(unit, workloads)| (unit, kind(measure, workloads))).collect()
    }
}

/// The one kind of a limit that does not measure shares.
fn single(kind: LimitKind) -> Vec<(String, LimitKind)> {
    vec![(String::new(), kind)]
}

/// The limits that an entry asks for: one, or one for each unit of work.
fn one(reader: &mut Reader<'_>, written: &doc::Limit, position: usize, parts: &Parts<'_>) -> Option<Vec<Limit>> {
    let kinds = ["budget", "share", "floor", "concentration", "suppliers", "power", "ramp"];
    let given = kinds.iter().filter(|k| !written.lacks(k)).count();
    if given != 1 {
        let message = if given == 0 { "this limit has no kind" } else { "this limit has more than one kind" };
        let remedy = "write one of budget, share, floor, concentration, suppliers, power or ramp in each entry";
        reader.error(Code::MissingKey, written.place, message, remedy);
        return None;
    }
    let none: Option<Text> = None;
    let (kinds, default_name, shared) = if let Some(b) = &written.budget {
        let currency = reader.currency.clone();
        let at_most = reader.amount(b.at_most.as_ref(), &Unit::Money(&currency), In::NotNegative);
        let group = group(reader, &b.offers, parts);
        let shared = Common {
            place: b.place,
            per: &b.per,
            during: &b.during,
            name: doc::either(&written.name, &b.name),
            soft: doc::either(&written.soft, &b.soft),
        };
        (single(LimitKind::Budget { group: group?, at_most: at_most? }), "budget".to_owned(), shared)
    } else if let Some(s) = &written.share {
        let (kinds, dimension) = share(reader, s, parts)?;
        let shared = Common {
            place: s.place,
            per: &s.per,
            during: &s.during,
            name: doc::either(&written.name, &s.name),
            soft: doc::either(&written.soft, &s.soft),
        };
        (kinds, format!("share-{dimension}"), shared)
    } else if let Some(f) = &written.floor {
        let at_least = reader.share(f.at_least.as_ref(), In::Fraction);
        let group = group(reader, &f.offers, parts);
        let everything = vec![true; parts.offers.offers.len()];
        let measured = measured(reader, f.place, &f.of, &f.workloads, &everything, parts)?;
        let (group, at_least) = (group?, at_least?);
        let default = format!("floor-{}", group.name.split('=').next().unwrap_or("all"));
        let shared = Common {
            place: f.place,
            per: &f.per,
            during: &f.during,
            name: doc::either(&written.name, &f.name),
            soft: doc::either(&written.soft, &f.soft),
        };
        let kind = |measure, workloads| LimitKind::Floor { group: group.clone(), measure, workloads, at_least };
        (measured.kinds(kind), default, shared)
    } else if let Some(c) = &written.concentration {
        let hhi_at_most = reader.share(c.hhi_at_most.as_ref(), In::Fraction);
        let everything = vec![true; parts.offers.offers.len()];
        let by = c.by.as_ref()?;
        let groups = groups(reader, by, &everything, parts);
        let measured = measured(reader, c.place, &c.of, &c.workloads, &everything, parts)?;
        if let Some(soft) = &written.soft {
            reader.error(
                Code::UnknownKey,
                soft.place,
                "a concentration limit cannot have a price",
                "remove `soft`; its excess is no amount of anything",
            );
        }
        let shared = Common {
            place: c.place,
            per: &c.per,
            during: &c.during,
            name: doc::either(&written.name, &c.name),
            soft: None,
        };
        let (groups, hhi_at_most) = (groups?, hhi_at_most?);
        let kind = |measure, workloads| LimitKind::Concentration {
            by: by.text.clone(),
            groups: groups.clone(),
            measure,
            workloads,
            hhi_at_most,
        };
        (measured.kinds(kind), format!("concentration-{}", by.text), shared)
    } else if let Some(s) = &written.suppliers {
        let (kinds, dimension) = suppliers(reader, s, parts)?;
        if let Some(soft) = &written.soft {
            let remedy = "remove `soft`; a number of suppliers is kept or not";
            reader.error(Code::UnknownKey, soft.place, "a number of suppliers cannot have a price", remedy);
        }
        let shared = Common {
            place: s.place,
            per: &s.per,
            during: &s.during,
            name: doc::either(&written.name, &s.name),
            soft: None,
        };
        (kinds, format!("suppliers-{dimension}"), shared)
    } else if let Some(p) = &written.power {
        let at_most = reader.amount(p.at_most.as_ref(), &Unit::Power, In::NotNegative);
        let group = group(reader, &p.offers, parts)?;
        need_power(reader, p.place, &group.offers, parts);
        let shared = Common {
            place: p.place,
            per: &none,
            during: &p.during,
            name: doc::either(&written.name, &p.name),
            soft: doc::either(&written.soft, &p.soft),
        };
        (single(LimitKind::Power { group, at_most: at_most? }), "power".to_owned(), shared)
    } else if let Some(r) = &written.ramp {
        let at_most = reader.amount(r.at_most.as_ref(), &Unit::Chips, In::NotNegative);
        let group = group(reader, &r.offers, parts);
        if reader.calendar.is_steady() {
            reader.no_horizon(r.place);
            return None;
        }
        if let Some(per) = r.per.as_ref().filter(|p| p.text != "period") {
            reader.error(
                Code::UnknownWord,
                per.place,
                "a ramp is counted from one period to the next",
                "write `per: period`",
            );
            return None;
        }
        let shared = Common {
            place: r.place,
            per: &none,
            during: &r.during,
            name: doc::either(&written.name, &r.name),
            soft: doc::either(&written.soft, &r.soft),
        };
        (single(LimitKind::Ramp { group: group?, at_most: at_most? }), "ramp".to_owned(), shared)
    } else {
        return None;
    };
    let every_period = kinds.iter().any(|(_, k)| matches!(k, LimitKind::Power { .. } | LimitKind::Ramp { .. }));
    let spans = spans(reader, shared.per, shared.during, every_period)?;
    let soft = match shared.soft {
        Some(amount) => Some(reader.money_per_any(amount)?),
        None => None,
    };
    if let Some(name) = shared.name {
        reader.check_word(name);
    }
    let name = shared.name.map_or_else(|| format!("{default_name}-{position}"), |n| n.text.clone());
    let origin = reader.origin(shared.place);
    let limit = |(unit, kind): (String, LimitKind)| {
        let name = if unit.is_empty() { name.clone() } else { format!("{name}/{unit}") };
        Limit { name, kind, when: None, soft, spans: spans.clone(), origin: origin.clone() }
    };
    Some(kinds.into_iter().map(limit).collect())
}

fn group(reader: &mut Reader<'_>, selector: &Option<Written>, parts: &Parts<'_>) -> Option<Group> {
    match selector {
        None => Some(Group { name: "all".to_owned(), offers: vec![true; parts.offers.offers.len()] }),
        Some(selector) => {
            let offers = parts.offers.select_for_limit(reader, selector)?;
            Some(Group { name: describe(selector), offers })
        }
    }
}

/// A selector in words: `vendor=nvidia`, `cloud=azure|aws region=us-*`.
pub(super) fn describe(selector: &Written) -> String {
    if selector.all_of.is_empty() {
        return "all".to_owned();
    }
    let part = |(key, patterns): &(Text, Vec<Text>)| {
        format!("{}={}", key.text, patterns.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("|"))
    };
    selector.all_of.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn share(
    reader: &mut Reader<'_>,
    written: &doc::Share,
    parts: &Parts<'_>,
) -> Option<(Vec<(String, LimitKind)>, String)> {
    let at_most = reader.share(written.at_most.as_ref(), In::Fraction);
    let count = parts.offers.offers.len();
    let (by, groups, universe, dimension) = match (&written.by, &written.offers) {
        (None, None) => {
            let message = "a share limit needs `by` or `where`";
            reader.error(Code::MissingKey, written.place, message, "add `by: vendor`, or `where: { cloud: azure }`");
            return None;
        }
        (None, Some(selector)) => {
            let group = group(reader, &Some(selector.clone()), parts)?;
            let dimension = selector.all_of.first().map_or("all", |(key, _)| key.text.as_str()).to_owned();
            (None, vec![group], vec![true; count], dimension)
        }
        (Some(word), selector) => {
            let universe = match selector {
                Some(selector) => parts.offers.select_for_limit(reader, selector)?,
                None => vec![true; count],
            };
            let groups = groups(reader, word, &universe, parts)?;
            (Some(word.text.clone()), groups, universe, word.text.clone())
        }
    };
    let measured = measured(reader, written.place, &written.of, &written.workloads, &universe, parts)?;
    let at_most = at_most?;
    let kind = |measure, workloads| {
        let (by, groups, universe) = (by.clone(), groups.clone(), universe.clone());
        LimitKind::Share { by, groups, universe, measure, workloads, at_most }
    };
    Some((measured.kinds(kind), dimension))
}

fn suppliers(
    reader: &mut Reader<'_>,
    written: &doc::Suppliers,
    parts: &Parts<'_>,
) -> Option<(Vec<(String, LimitKind)>, String)> {
    let everything = vec![true; parts.offers.offers.len()];
    let most = parts.offers.offers.len().max(1);
    let fewest = reader.count(written.at_least.as_ref(), 1_000_000);
    let at_most = reader.count(written.at_most.as_ref(), 1_000_000);
    let part = reader.share(written.each_at_least.as_ref(), In::Fraction);
    if written.lacks("at_least") && written.lacks("at_most") {
        let message = "a supplier count needs `at_least` or `at_most`";
        reader.error(Code::MissingKey, written.place, message, "add `at_least: 3, each_at_least: 10 %`");
    } else if written.lacks("at_least") != written.lacks("each_at_least") {
        let message = "`at_least` and `each_at_least` go together";
        let remedy = "say how many suppliers, and from which part on each counts: `at_least: 3, each_at_least: 10 %`";
        reader.error(Code::MissingKey, written.place, message, remedy);
        return None;
    }
    let by = written.by.as_ref()?;
    let groups = groups(reader, by, &everything, parts);
    let measured = measured(reader, written.place, &written.of, &written.workloads, &everything, parts);
    if let (Some(least), Some(most), Some(amount)) = (fewest, at_most, &written.at_least)
        && least > most
    {
        let message = format!("at least {least} suppliers and at most {most}");
        reader.error(Code::MinAboveMax, amount.place, message, "swap them");
    }
    if let (Some(least), Some(part), Some(amount)) = (fewest, part, &written.each_at_least)
        && least as f64 * part > 1.0 + 1e-9
    {
        let message = format!("{least} suppliers cannot each have more than 1 of {least} parts");
        reader.error(Code::OutOfRange, amount.place, message, "lower `each_at_least`, or `at_least`");
    }
    let at_least = match (&written.at_least, fewest, part) {
        (None, ..) => None,
        (Some(_), fewest, part) => Some((fewest?, part?)),
    };
    let at_most = match (&written.at_most, at_most) {
        (None, _) => None,
        // More than there are is no limit.
        (Some(_), n) => Some(n?.min(most)),
    };
    let (groups, measured) = (groups?, measured?);
    let kind = |measure, workloads| LimitKind::Suppliers {
        by: by.text.clone(),
        groups: groups.clone(),
        measure,
        workloads,
        at_least,
        at_most,
    };
    Some((measured.kinds(kind), by.text.clone()))
}

/// The groups of a dimension among the offers of a universe.
pub(super) fn groups(reader: &mut Reader<'_>, word: &Text, universe: &[bool], parts: &Parts<'_>) -> Option<Vec<Group>> {
    let dimension = parts.offers.dimension(reader, word)?;
    let mut groups: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    let names = super::selector::group_names(&dimension, parts.offers.offers, parts.offers.chips, parts.offers.clouds);
    for (index, names) in names.into_iter().enumerate().filter(|(i, _)| universe[*i]) {
        for name in names {
            groups.entry(name).or_insert_with(|| vec![false; universe.len()])[index] = true;
        }
    }
    if groups.is_empty() && !parts.offers.written.incomplete {
        let message = format!("no offer has a {}", word.text);
        reader.error(Code::EmptySelection, word.place, message, "choose another dimension");
        return None;
    }
    Some(groups.into_iter().map(|(name, offers)| Group { name, offers }).collect())
}

/// The measure and the workloads of a share, checked for what cannot be added up.
fn measured(
    reader: &mut Reader<'_>,
    place: Place,
    of: &Option<Text>,
    selector: &Option<Written>,
    universe: &[bool],
    parts: &Parts<'_>,
) -> Option<Measured> {
    let of = of.as_ref()?;
    let Some(measure) = Measure::ALL.into_iter().find(|m| m.word() == of.text) else {
        let remedy = suggest(&of.text, Measure::ALL.map(Measure::word));
        reader.error(Code::UnknownWord, of.place, format!("`{}` is not a measure", of.text), remedy);
        return None;
    };
    let workloads = match selector {
        Some(selector) => Some(select_workloads(reader, parts.workloads, parts.workloads_incomplete, selector)?),
        None => None,
    };
    let counted = |w: usize| workloads.as_ref().is_none_or(|mask| mask[w]);
    match measure {
        Measure::Work => {
            let all = parts.workloads.iter().enumerate();
            let units: BTreeSet<&str> = all.filter(|(w, _)| counted(*w)).map(|(_, w)| w.unit.as_str()).collect();
            if units.len() > 1 {
                // Work in different units cannot be added up: the limit holds for each of them.
                let of = |unit: &str| {
                    parts.workloads.iter().enumerate().map(|(w, x)| counted(w) && x.unit == unit).collect()
                };
                let parts = units.into_iter().map(|unit| (unit.to_owned(), Some(of(unit)))).collect();
                return Some(Measured { measure, parts });
            }
        }
        Measure::Power => need_power(reader, place, universe, parts),
        Measure::Spend if workloads.is_some() => {
            // Chips of one offer under two contracts have two prices, and a workload's part of
            // each is not decided by the plan.
            let twice = (0..parts.offers.offers.len()).find(|&o| {
                universe[o] && parts.contracts.iter().filter(|c| c.covers[o] && !c.active.is_empty()).count() > 1
            });
            if let Some(o) = twice {
                reader.error(
                    Code::AmbiguousAttribution,
                    place,
                    format!(
                        "spend cannot be attributed to workloads: the offer `{}` is under more than one contract",
                        parts.offers.offers[o].id
                    ),
                    "measure `chips` instead, or split the offer",
                );
                return None;
            }
        }
        Measure::Spend | Measure::Chips => {}
    }
    Some(Measured { measure, parts: vec![(String::new(), workloads)] })
}

fn need_power(reader: &mut Reader<'_>, place: Place, offers: &[bool], parts: &Parts<'_>) {
    let without = parts
        .offers
        .offers
        .iter()
        .enumerate()
        .filter(|(o, _)| offers[*o])
        .map(|(_, o)| &parts.offers.chips[o.chip])
        .find(|c| c.power.is_none());
    if let Some(chip) = without {
        reader.error(
            Code::MissingPower,
            place,
            format!("power is limited but the chip `{}` has none", chip.id),
            format!("add `power:` to the chip `{}`", chip.id),
        );
    }
}

fn spans(reader: &mut Reader<'_>, per: &Option<Text>, during: &Option<Text>, every_period: bool) -> Option<Vec<Span>> {
    let (periods, label) = match during {
        Some(text) => (reader.window_periods(text)?.1, text.text.clone()),
        None => (reader.calendar.all(), String::new()),
    };
    let calendar = &reader.calendar;
    let each = |calendar: &super::calendar::Calendar| {
        periods.clone().map(|t| Span { label: calendar.periods[t].label.clone(), periods: t..t + 1 }).collect()
    };
    if every_period {
        return Some(each(calendar));
    }
    match per.as_ref().map(|p| p.text.as_str()) {
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
        Some(other) => {
            let place = per.as_ref()?.place;
            let remedy = suggest(other, ["horizon", "year", "period"]);
            reader.error(Code::UnknownWord, place, format!("`{other}` is not how a limit is counted"), remedy);
            None
        }
    }
}
