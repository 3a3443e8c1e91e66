//! How a plan differs from the cheapest, in words.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::plan::Plan;
use crate::units::human::{money, number, percent};

/// Changes of a share by less are not reported.
const SHARE: f64 = 5e-4;
/// Changes of chips by less than this part of all that are held are not reported.
const CHIPS: f64 = 1e-3;
/// Most offers reported.
const OFFERS: usize = 3;

/// What a plan costs more than the cheapest, the largest changes of the shares of vendors and clouds, and
/// the offers of which it holds the most more or less.
pub(super) fn sentence(model: &Model, plan: &Plan, cheapest: &Plan, of: &str) -> String {
    let total = |plan: &Plan| plan.cost.as_ref().map_or(0.0, |c| c.total);
    let (cost, least) = (total(plan), total(cheapest));
    let extra = cost - least;
    let price = if extra > 1e-6 * (1.0 + least.abs()) {
        format!("{} ({}) more", money(extra, &model.currency), percent(extra / least.abs()))
    } else {
        "no more".to_owned()
    };
    let mut parts = vec![format!("it costs {price}")];
    parts.extend(["vendor", "cloud"].iter().filter_map(|by| share(plan, cheapest, by, of)));
    let mut told = format!("{}.", parts.join("; "));
    if let Some(chips) = chips(model, plan, cheapest) {
        told += &format!(" On average it holds {chips}.");
    }
    told
}

/// The group of a dimension whose share changes most.
fn share(plan: &Plan, cheapest: &Plan, by: &str, of: &str) -> Option<String> {
    let shares = |plan: &Plan| -> BTreeMap<String, f64> {
        let table = plan.exposure.iter().find(|e| e.by == by && e.of == of && e.period == "horizon");
        table.iter().flat_map(|e| &e.groups).map(|g| (g.group.clone(), g.share)).collect()
    };
    let (now, before) = (shares(plan), shares(cheapest));
    let change = |group: &String| {
        let share = |of: &BTreeMap<String, f64>| of.get(group).copied().unwrap_or(0.0);
        (share(&before), share(&now))
    };
    let size = |(a, b): (f64, f64)| (b - a).abs();
    // Of two that change as much, the first by name.
    let groups: std::collections::BTreeSet<&String> = now.keys().chain(before.keys()).collect();
    let most =
        groups.into_iter().map(|g| (g, change(g))).reduce(|a, b| if size(b.1) > size(a.1) + 1e-9 { b } else { a });
    let (group, (from, to)) = most.filter(|m| size(m.1) > SHARE)?;
    Some(format!("{by} `{group}` has {} of {of} instead of {}", percent(to), percent(from)))
}

/// The offers of which the most more or fewer chips are held.
fn chips(model: &Model, plan: &Plan, cheapest: &Plan) -> Option<String> {
    let periods = &model.calendar.periods;
    let hours: BTreeMap<&str, f64> = periods.iter().map(|p| (p.label.as_str(), p.hours)).collect();
    let all: f64 = periods.iter().map(|p| p.hours).sum();
    let mut change: BTreeMap<&str, f64> = BTreeMap::new();
    let mut held = 0.0;
    for (plan, sign) in [(plan, 1.0), (cheapest, -1.0)] {
        for p in &plan.purchases {
            let chips = p.chips * hours.get(p.period.as_str()).copied().unwrap_or(0.0) / all;
            *change.entry(&p.offer).or_insert(0.0) += sign * chips;
            held += chips / 2.0;
        }
    }
    let mut changes: Vec<(&str, f64)> = change.into_iter().filter(|(_, c)| c.abs() > CHIPS * held).collect();
    // Of two that change as much, the first by name, whatever was rounded.
    let size = |by: f64| (1e6 * by.abs() / held).round();
    changes.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)).then(a.0.cmp(b.0)));
    let told = |(offer, by): &(&str, f64)| {
        let word = if *by > 0.0 { "more" } else { "fewer" };
        format!("{} {word} of `{offer}`", number(by.abs()))
    };
    let told: Vec<String> = changes.iter().take(OFFERS).map(told).collect();
    match told.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
