//! What differs from a lock, in tables.

use super::super::summary::{ROWS, Table, cut};
use crate::compare::{Change, LockDiff, LockedDecision, LockedShare, PurchaseChange};
use crate::report::diff::{cells, points, signed};
use crate::units::human::{money, number, percent};

/// The cost in a sentence.
pub(super) fn cost(diff: &LockDiff, currency: &str) -> String {
    let Change { before, after, change } = diff.cost.change;
    let (before, after) = (before.unwrap_or(0.0), after.unwrap_or(0.0));
    if !diff.same_currency {
        return format!("the cost is {} now, and was {} of another currency", money(after, currency), number(before));
    }
    if diff.cost.change.is_none() {
        return format!("the cost is the same, {}", money(after, currency));
    }
    let part = change.filter(|_| before != 0.0).map(|c| c / before.abs());
    let part = part.map(|p| format!(", {}", signed(Some(p), percent))).unwrap_or_default();
    let within = if diff.cost.differs { "" } else { ", which is tolerated" };
    let change = signed(change, |x| money(x, currency));
    format!("the cost was {} and is {} ({change}{part}){within}", money(before, currency), money(after, currency))
}

/// What was decided otherwise, each with its numbers and units.
pub(super) fn tables(diff: &LockDiff) -> Vec<Table<'static>> {
    [decisions(diff), shares(diff), purchases(diff)].into_iter().flatten().collect()
}

fn decisions(diff: &LockDiff) -> Option<Table<'static>> {
    let told = |signed: Option<bool>| match signed {
        Some(true) => "signed",
        Some(false) => "not signed",
        None => "no such contract",
    };
    let row = |d: &LockedDecision| {
        vec![d.contract.clone(), told(d.signed.before).to_owned(), told(d.signed.after).to_owned()]
    };
    let columns = vec![("contract", false), ("in the lock", false), ("now", false)];
    table("Decisions", columns, diff.decisions.iter().map(row).collect())
}

fn shares(diff: &LockDiff) -> Option<Table<'static>> {
    let row = |s: &LockedShare| {
        let [before, after, _] = cells(&s.share, percent);
        vec![format!("{} {}", s.by, s.group), before, after, signed(s.share.change, points)]
    };
    let columns = vec![("share in spend", false), ("in the lock", true), ("now", true), ("change", true)];
    table("Dependency", columns, diff.shares.iter().map(row).collect())
}

fn purchases(diff: &LockDiff) -> Option<Table<'static>> {
    let rows = |p: &PurchaseChange| -> Vec<Vec<String>> {
        let row = |c: &crate::compare::ChipsChange| {
            let [before, after, change] = cells(&c.chips, number);
            vec![p.offer.clone(), c.period.clone(), before, after, change]
        };
        p.periods.iter().map(row).collect()
    };
    let columns = vec![("chips of", false), ("period", false), ("in the lock", true), ("now", true), ("change", true)];
    table("Capacity purchased", columns, diff.purchases.iter().flat_map(rows).collect())
}

fn table(heading: &str, columns: Vec<(&'static str, bool)>, mut rows: Vec<Vec<String>>) -> Option<Table<'static>> {
    let (few, more) = cut(rows.len(), ROWS);
    rows.truncate(few);
    let foot = (more > 0).then(|| format!("{more} more with --format json."));
    (!rows.is_empty()).then(|| Table { heading: heading.to_owned(), columns, rows, foot })
}
