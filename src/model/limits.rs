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

pub(super) fn limits(reader: &mut Reader<'_>, policy: &doc::Policy, parts: &Parts<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (position, written) in policy.limits.iter().flat_map(|l| &l.items).enumerate() {
        let Some(limit) = one(reader, written, position + 1, parts) else { continue };
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
    limits
}

fn one(reader: &mut Reader<'_>, written: &doc::Limit, position: usize, parts: &Parts<'_>) -> Option<Limit> {
    if let Some(limit) = &written.suppliers {
        reader.not_supported(limit.place, "`suppliers` is");
    }
    let kinds = ["budget", "share", "floor", "concentration", "suppliers", "power", "ramp"];
    let given = kinds.iter().filter(|k| !written.lacks(k)).count();
    if given != 1 {
        let message = if given == 0 { "this limit has no kind" } else { "this limit has more than one kind" };
        let remedy = "write one of budget, share, floor, concentration, power or ramp in each entry";
        reader.error(Code::MissingKey, written.place, message, remedy);
        return None;
    }
    let none: Option<Text> = None;
    let (kind, default_name, shared) = if let Some(b) = &written.budget {
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
        (LimitKind::Budget { group: group?, at_most: at_most? }, "budget".to_owned(), shared)
    } else if let Some(s) = &written.share {
        let (kind, dimension) = share(reader, s, parts)?;
        let shared = Common {
            place: s.place,
            per: &s.per,
            during: &s.during,
            name: doc::either(&written.name, &s.name),
            soft: doc::either(&written.soft, &s.soft),
        };
        (kind, format!("share-{dimension}"), shared)
    } else if let Some(f) = &written.floor {
        let at_least = reader.share(f.at_least.as_ref(), In::Fraction);
        let group = group(reader, &f.offers, parts);
        let (measure, workloads) =
            measured(reader, f.place, &f.of, &f.workloads, &vec![true; parts.offers.offers.len()], parts)?;
        let group = group?;
        let default = format!("floor-{}", group.name.split('=').next().unwrap_or("all"));
        let shared = Common {
            place: f.place,
            per: &f.per,
            during: &f.during,
            name: doc::either(&written.name, &f.name),
            soft: doc::either(&written.soft, &f.soft),
        };
        (LimitKind::Floor { group, measure, workloads, at_least: at_least? }, default, shared)
    } else if let Some(c) = &written.concentration {
        let hhi_at_most = reader.share(c.hhi_at_most.as_ref(), In::Fraction);
        let everything = vec![true; parts.offers.offers.len()];
        let by = c.by.as_ref()?;
        let groups = groups(reader, by, &everything, parts);
        let (measure, workloads) = measured(reader, c.place, &c.of, &c.workloads, &everything, parts)?;
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
        let kind = LimitKind::Concentration {
            by: by.text.clone(),
            groups: groups?,
            measure,
            workloads,
            hhi_at_most: hhi_at_most?,
        };
        (kind, format!("concentration-{}", by.text), shared)
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
        (LimitKind::Power { group, at_most: at_most? }, "power".to_owned(), shared)
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
        (LimitKind::Ramp { group: group?, at_most: at_most? }, "ramp".to_owned(), shared)
    } else {
        return None;
    };
    let every_period = matches!(kind, LimitKind::Power { .. } | LimitKind::Ramp { .. });
    let spans = spans(reader, shared.per, shared.during, every_period)?;
    let soft = match shared.soft {
        Some(amount) => Some(reader.money_per_any(amount)?),
        None => None,
    };
    if let Some(name) = shared.name {
        reader.check_word(name);
    }
    let name = shared.name.map_or_else(|| format!("{default_name}-{position}"), |n| n.text.clone());
    Some(Limit { name, kind, soft, spans, origin: reader.origin(shared.place) })
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
fn describe(selector: &Written) -> String {
    if selector.all_of.is_empty() {
        return "all".to_owned();
    }
    let part = |(key, patterns): &(Text, Vec<Text>)| {
        format!("{}={}", key.text, patterns.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("|"))
    };
    selector.all_of.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn share(reader: &mut Reader<'_>, written: &doc::Share, parts: &Parts<'_>) -> Option<(LimitKind, String)> {
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
    let (measure, workloads) = measured(reader, written.place, &written.of, &written.workloads, &universe, parts)?;
    Some((LimitKind::Share { by, groups, universe, measure, workloads, at_most: at_most? }, dimension))
}

/// The groups of a dimension among the offers of a universe.
fn groups(reader: &mut Reader<'_>, word: &Text, universe: &[bool], parts: &Parts<'_>) -> Option<Vec<Group>> {
    let dimension = parts.offers.dimension(reader, word)?;
    let mut groups: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for (index, offer) in parts.offers.offers.iter().enumerate().filter(|(i, _)| universe[*i]) {
        let chip = &parts.offers.chips[offer.chip];
        let cloud = &parts.offers.clouds[offer.cloud];
        for value in super::selector::values(&dimension, offer, chip, cloud) {
            groups.entry(value).or_insert_with(|| vec![false; universe.len()])[index] = true;
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
) -> Option<(Measure, Option<Vec<bool>>)> {
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
            let units: BTreeSet<&str> =
                parts.workloads.iter().enumerate().filter(|(w, _)| counted(*w)).map(|(_, w)| w.unit.as_str()).collect();
            if units.len() > 1 {
                let list = units.into_iter().map(|u| format!("`{u}`")).collect::<Vec<_>>().join(", ");
                reader.error(
                    Code::MixedWorkUnits,
                    of.place,
                    format!("work in different units cannot be added up: {list}"),
                    "pick workloads of one unit with `for`, or measure `spend` or `chips`",
                );
                return None;
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
    Some((measure, workloads))
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
