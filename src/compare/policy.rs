//! Dependency and policy of two plans beside each other: exposure, resilience, limits.

use std::collections::BTreeMap;

use super::number::scale;
use super::types::{Change, ExposureChange, Flip, GroupChange, LimitChange, ResilienceChange};
use crate::plan::{Exposure, LimitResult, Plan, Resilience};

/// The exposure over the horizon, where it differs; the table with the largest change of a share
/// first.
pub(super) fn exposure(a: &Plan, b: &Plan) -> Vec<ExposureChange> {
    let of = |p: &Plan| -> Vec<Exposure> { p.exposure.iter().filter(|e| e.period == "horizon").cloned().collect() };
    let (of_a, of_b) = (of(a), of(b));
    let same = |x: &Exposure, y: &Exposure| x.by == y.by && x.of == y.of;
    let mut rows = Vec::new();
    let new = of_b.iter().filter(|y| !of_a.iter().any(|x| same(x, y)));
    for table in of_a.iter().chain(new) {
        let find = |all: &[Exposure]| all.iter().find(|x| same(x, table)).cloned();
        let (before, after) = (find(&of_a), find(&of_b));
        let part = |of: fn(&crate::plan::GroupShare) -> f64| {
            let side = |e: &Option<Exposure>| -> BTreeMap<String, f64> {
                e.iter().flat_map(|e| &e.groups).map(|g| (g.group.clone(), of(g))).collect()
            };
            (side(&before), side(&after))
        };
        let ((share_a, share_b), (amount_a, amount_b)) = (part(|g| g.share), part(|g| g.amount));
        let amounts: Vec<(String, Change)> = {
            let names = amount_a.keys().chain(amount_b.keys().filter(|k| !amount_a.contains_key(*k)));
            names.map(|k| (k.clone(), Change::amount(amount_a.get(k).copied(), amount_b.get(k).copied()))).collect()
        };
        let largest = scale(amounts.iter().map(|(_, c)| c));
        let mut groups: Vec<GroupChange> = amounts
            .into_iter()
            .map(|(group, amount)| {
                let share = Change::amount(share_a.get(&group).copied(), share_b.get(&group).copied());
                GroupChange { group, share, amount }
            })
            .filter(|g| g.share.differs(1.0) || g.amount.differs(largest))
            .collect();
        groups.sort_by(|x, y| {
            let (share, amount) = (moved(y).total_cmp(&moved(x)), y.amount.size().total_cmp(&x.amount.size()));
            share.then(amount)
        });
        let hhi = Change::level(before.as_ref().map(|e| e.hhi), after.as_ref().map(|e| e.hhi));
        if !groups.is_empty() || hhi.differs(1.0) {
            rows.push(ExposureChange { by: table.by.clone(), of: table.of.clone(), hhi, groups });
        }
    }
    let most = |r: &ExposureChange| r.groups.first().map_or(0.0, moved);
    rows.sort_by(|x, y| most(y).total_cmp(&most(x)));
    rows
}

/// By how much a share moves; what differs by rounding alone is the same, so that the order is.
fn moved(group: &GroupChange) -> f64 {
    (group.share.size() * 1e9).round()
}

/// What is still served, where it differs; and whether only one side computed it.
pub(super) fn resilience(a: &Plan, b: &Plan) -> (Vec<ResilienceChange>, bool) {
    let (Some(before), Some(after)) = (&a.resilience, &b.resilience) else {
        return (Vec::new(), a.resilience.is_some() != b.resilience.is_some());
    };
    // A loss that several requirements speak of has a row for each.
    let mut rest: Vec<&Resilience> = after.iter().collect();
    let mut pairs: Vec<(Option<&Resilience>, Option<&Resilience>)> = Vec::new();
    let mut take = |fits: &dyn Fn(&Resilience) -> bool| rest.iter().position(|y| fits(y)).map(|at| rest.remove(at));
    let mut unpaired = Vec::new();
    for x in before {
        match take(&|y| y.lost == x.lost && y.requirement == x.requirement) {
            Some(y) => pairs.push((Some(x), Some(y))),
            None => unpaired.push(x),
        }
    }
    for x in unpaired {
        pairs.push((Some(x), take(&|y| y.lost == x.lost)));
    }
    pairs.extend(rest.into_iter().map(|y| (None, Some(y))));
    let row = |(x, y): (Option<&Resilience>, Option<&Resilience>)| {
        let lost = x.or(y)?.lost.clone();
        let served = Change::level(x.map(|r| r.served), y.map(|r| r.served));
        let required = Change::level(x.and_then(|r| r.required), y.and_then(|r| r.required));
        (served.differs(1.0) || required.differs(1.0)).then_some(ResilienceChange { lost, served, required })
    };
    let mut rows: Vec<ResilienceChange> = pairs.into_iter().filter_map(row).collect();
    rows.sort_by(|x, y| y.served.size().total_cmp(&x.served.size()));
    (rows, false)
}

/// The limits that differ: those that bind on one side only first, then by what their price is
/// worth.
pub(super) fn limits(a: &Plan, b: &Plan) -> Vec<LimitChange> {
    let (of_a, of_b) = (named(a), named(b));
    let mut keys: Vec<&Key<'_>> = of_a.keys().chain(of_b.keys().filter(|k| !of_a.contains_key(*k))).collect();
    keys.sort();
    let total = |p: &Plan| p.cost.as_ref().map_or(0.0, |c| c.total.abs());
    let cost = total(a).max(total(b));
    let mut rows = Vec::new();
    for key in keys {
        let (x, y) = (of_a.get(key).copied(), of_b.get(key).copied());
        let level = |of: fn(&LimitResult) -> f64| Change::level(x.map(of), y.map(of));
        let row = LimitChange {
            name: key.name.to_owned(),
            kind: key.kind.to_owned(),
            unit: key.unit.to_owned(),
            binding: Flip { before: x.map(|l| l.binding), after: y.map(|l| l.binding) },
            activity: level(|l| l.activity),
            limit: level(|l| l.limit),
            shadow_price: Change::level(x.and_then(|l| l.shadow_price), y.and_then(|l| l.shadow_price)),
        };
        let amounts = scale([&row.activity, &row.limit]);
        // Where an engine gave no prices there is nothing to compare.
        let price = Change::computed(row.shadow_price.before, row.shadow_price.after);
        let priced = price.is_some_and(|p| p.differs(cost / size(&row)));
        if row.binding.differs() || row.activity.differs(amounts) || row.limit.differs(amounts) || priced {
            rows.push(row);
        }
    }
    // What is not listed on a side does not bind there.
    let turned = |r: &LimitChange| r.binding.before.unwrap_or(false) != r.binding.after.unwrap_or(false);
    let worth = |r: &LimitChange| {
        let price = |x: Option<f64>| x.unwrap_or(0.0);
        (price(r.shadow_price.after) - price(r.shadow_price.before)).abs() * size(r)
    };
    rows.sort_by(|x, y| turned(y).cmp(&turned(x)).then(worth(y).total_cmp(&worth(x))));
    rows
}

/// How much of a limit its price is a price of: a point of a share, all of an amount.
fn size(limit: &LimitChange) -> f64 {
    match limit.unit.as_str() {
        "share" | "HHI" => 0.01,
        _ => scale([&limit.limit]).max(1.0),
    }
}

/// What tells a limit from others of its plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    kind: &'a str,
    name: &'a str,
    unit: &'a str,
    /// Which of several that have all of this in common.
    nth: usize,
}

fn named(plan: &Plan) -> BTreeMap<Key<'_>, &LimitResult> {
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let keyed = plan.limits.iter().map(|limit| {
        let (kind, name, unit) = (limit.kind.as_str(), limit.name.as_str(), limit.unit.as_str());
        let count = seen.entry((kind, name, unit)).or_default();
        *count += 1;
        (Key { kind, name, unit, nth: *count }, limit)
    });
    keyed.collect()
}
