//! The tables of a difference on one screen.

use super::super::Advice;
use super::super::column::{adding_up, beside};
use super::super::dependency::served;
use super::super::summary::{ROWS, Table, cut, kind, share};
use super::words::{Wording, both, cells, known, maybe, part, plus, points, signed};
use crate::compare::{
    At, ChipsChange, ContractChange, Diff, ExposureChange, InputChange, LimitChange, PurchaseChange, Total,
};
use crate::units::human::{mass, money, number, percent, power};

/// Most characters of a value that was written.
const VALUE: usize = 48;

/// The tables in order: what was written, money, what is held and runs, dependency, policy.
pub(in crate::report) fn tables(diff: &Diff, wording: &Wording) -> Vec<Table<'static>> {
    let mut tables = Vec::new();
    tables.extend(inputs(diff, wording));
    tables.extend(totals(diff, wording));
    tables.extend(lines(diff, wording));
    tables.extend(purchases(diff, wording));
    tables.extend(assignments(diff, wording));
    tables.extend(contracts(diff, wording));
    tables.extend(unmet(diff, wording));
    tables.extend(exposures(diff, wording));
    tables.extend(resilience(diff, wording));
    tables.extend(limits(diff, wording));
    tables
}

/// Rows as a table, the first of them if they are too many.
fn shown<T>(
    wording: &Wording,
    heading: &str,
    columns: Vec<(&'static str, bool)>,
    all: &[T],
    row: impl Fn(&T) -> Vec<String>,
) -> Option<Table<'static>> {
    let (few, more) = cut(all.len(), ROWS);
    (!all.is_empty()).then(|| Table {
        heading: heading.to_owned(),
        columns,
        rows: all[..few].iter().map(row).collect(),
        foot: (more > 0).then(|| format!("{more} more{}.", wording.advice.option(" with --format csv"))),
    })
}

fn inputs(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.names;
    let columns = vec![("path", false), (a, false), (b, false), ("where", false)];
    let value = |x: &Option<String>| match x {
        Some(text) if text.chars().count() > VALUE => text.chars().take(VALUE - 3).collect::<String>() + "...",
        Some(text) => text.clone(),
        None => "-".to_owned(),
    };
    let row = |r: &InputChange| {
        let at = |at: &At| format!("{}:{}", at.file, at.line);
        let places = match (&r.before_at, &r.after_at) {
            (Some(a), Some(b)) if a == b => at(a),
            (Some(a), Some(b)) if a.file == b.file => format!("{}, {}", at(a), b.line),
            (Some(a), Some(b)) => format!("{}, {}", at(a), at(b)),
            (a, b) => a.as_ref().or(b.as_ref()).map(at).unwrap_or_default(),
        };
        vec![r.path.clone(), value(&r.before), value(&r.after), places]
    };
    shown(wording, "What was written otherwise", columns, diff.inputs.as_deref()?, row)
}

fn totals(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.names;
    // Without a plan on one side there is only one number, and the first sentence tells it.
    diff.a.total.zip(diff.b.total)?;
    let columns = vec![("", false), (a, true), (b, true), ("change", true), ("part", true)];
    shown(wording, "Cost", columns, &diff.totals, |t| {
        let name = match t.what {
            Total::Total => "total",
            Total::Nominal => "undiscounted",
            Total::Unrestricted => "without limits on dependency",
            Total::Premium => "diversification premium",
            Total::ExpectedLoss => "expected loss",
            Total::Cvar => "CVaR",
        };
        let part = signed(t.relative, part);
        let told = cells(&t.cost, |x| money(x, &diff.currency));
        [name.to_owned()].into_iter().chain(told).chain([part]).collect()
    })
}

/// The lines of the cost; their changes add up to the change of the total as printed.
fn lines(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.names;
    let (few, more) = cut(diff.lines.len(), ROWS);
    let change = |l: &crate::compare::LineChange| l.cost.change.unwrap_or(0.0);
    let mut changes: Vec<f64> = diff.lines[..few].iter().map(change).collect();
    let mut rows: Vec<Vec<String>> = diff.lines[..few]
        .iter()
        .map(|l| {
            let [before, after, _] = cells(&l.cost, |x| money(x, &diff.currency));
            vec![format!("{} {}", kind(l.kind), l.id), before, after]
        })
        .collect();
    if more > 0 {
        changes.push(diff.lines[few..].iter().map(change).sum());
        rows.push(vec![format!("{more} more lines"), String::new(), String::new()]);
    }
    let total = diff.b.total.unwrap_or(0.0) - diff.a.total.unwrap_or(0.0);
    let (mut told, sum) = adding_up(&changes, total);
    changes.push(total);
    told.push(sum);
    rows.push(vec!["total".to_owned(), String::new(), String::new()]);
    for ((row, told), x) in rows.iter_mut().zip(told).zip(changes) {
        row.push(format!("{} {}", plus(x, told), diff.currency));
    }
    (!diff.lines.is_empty()).then(|| Table {
        heading: "Cost lines".to_owned(),
        columns: vec![("line", false), (a, true), (b, true), ("change", true)],
        rows,
        foot: None,
    })
}

fn purchases(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.spend;
    let dated = diff.a.model.periods.len().max(diff.b.model.periods.len()) > 1;
    let columns = vec![("offer", false), (a, true), (b, true), ("change", true), ("chips", false)];
    shown(wording, "Capacity purchased", columns, &diff.purchases, |r: &PurchaseChange| {
        // Two periods say how it goes; the largest changes are the ones to look at.
        let mut most: Vec<&ChipsChange> = r.periods.iter().collect();
        let size = |p: &ChipsChange| p.chips.change.map_or(0.0, f64::abs);
        most.sort_by(|x, y| size(y).total_cmp(&size(x)));
        let mut told: Vec<String> = Vec::new();
        for p in most.iter().take(2) {
            let when = if dated { format!("{}: ", p.period) } else { String::new() };
            let chips = |x: Option<f64>| number(x.unwrap_or(0.0));
            told.push(format!("{when}{} -> {}", chips(p.chips.before), chips(p.chips.after)));
        }
        if most.len() > 2 {
            told.push(format!("{} more", most.len() - 2));
        }
        let spend = cells(&r.spend, |x| money(x, &diff.currency));
        [r.offer.clone()].into_iter().chain(spend).chain([told.join(", ")]).collect()
    })
}

fn assignments(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.work;
    let columns = vec![("workload", false), ("offer", false), (a, true), (b, true), ("change", true)];
    shown(wording, "Workload placement", columns, &diff.assignments, |r| {
        [r.workload.clone(), r.offer.clone()].into_iter().chain(cells(&r.work, number)).collect()
    })
}

fn contracts(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let columns =
        vec![("contract", false), ("signed", false), ("spent", false), ("idle", false), ("worth signing", false)];
    shown(wording, "Contracts", columns, &diff.contracts, |r: &ContractChange| {
        // Rounding beside what is spent is nothing.
        let spent = r.spend.before.unwrap_or(0.0).abs().max(r.spend.after.unwrap_or(0.0).abs());
        let money = |x: f64| format!("{} {}", beside(x, spent), diff.currency);
        let row = [r.contract.clone(), wording.holds(r.signed).to_owned()];
        row.into_iter().chain([both(&r.spend, money), both(&r.idle, money), known(&r.worth, money)]).collect()
    })
}

fn unmet(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.work;
    let columns = vec![("workload", false), ("period", false), (a, true), (b, true), ("change", true)];
    shown(wording, "Work not done", columns, &diff.unmet, |r| {
        [r.workload.clone(), r.period.clone()].into_iter().chain(cells(&r.work, number)).collect()
    })
}

/// Spend by vendor and by cloud; where neither differs, what differs most.
fn exposures(diff: &Diff, wording: &Wording) -> Vec<Table<'static>> {
    let usual = |by: &str| diff.exposure.iter().find(|e| e.of == "spend" && e.by == by);
    let mut told: Vec<&ExposureChange> = ["vendor", "cloud"].into_iter().filter_map(usual).collect();
    if told.is_empty() {
        told.extend(diff.exposure.first());
    }
    let others = if wording.advice == Advice::Options { diff.exposure.len() - told.len() } else { 0 };
    let mut tables: Vec<Table> = told.iter().filter_map(|e| exposure(e, wording)).collect();
    if let (Some(foot), true) = (tables.last_mut().and_then(|t| t.foot.as_mut()), others > 0) {
        foot.push_str(&format!("\n  {others} more dimensions and measures with --format csv."));
    }
    tables
}

fn exposure(e: &ExposureChange, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.share;
    let heading = format!("{} by {}", if e.of == "spend" { "Spend" } else { &e.of }, e.by);
    let columns = vec![("group", false), (a, true), (b, true), ("change", true)];
    let hhi = format!("HHI {}.", both(&e.hhi, |x| format!("{x:.3}")));
    let mut table = shown(wording, &heading, columns, &e.groups, |g| {
        let [before, after, _] = cells(&g.share, share);
        vec![g.group.clone(), before, after, signed(g.share.change, points)]
    })?;
    table.foot = Some(table.foot.map_or(hhi.clone(), |foot| format!("{hhi} {foot}")));
    Some(table)
}

fn resilience(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let [a, b] = wording.names;
    let columns = vec![("lost", false), (a, true), (b, true), ("change", true), ("required", false)];
    shown(wording, "Served after the loss of a supplier", columns, &diff.resilience, |r| {
        let lost = format!("{} {}", r.lost.by, r.lost.group).trim().to_owned();
        let required =
            if r.required.before.or(r.required.after).is_some() { both(&r.required, percent) } else { String::new() };
        let change = signed(r.served.change, points);
        vec![lost, maybe(r.served.before, served), maybe(r.served.after, served), change, required]
    })
}

/// The limits that bind on either side.
fn limits(diff: &Diff, wording: &Wording) -> Option<Table<'static>> {
    let binds = |l: &&LimitChange| l.binding.before == Some(true) || l.binding.after == Some(true);
    let binding: Vec<&LimitChange> = diff.limits.iter().filter(binds).collect();
    let columns =
        vec![("limit", false), ("binds", false), ("used", false), ("allowed or due", false), ("shadow price", false)];
    let mut table = shown(wording, "Limits", columns, &binding, |l| {
        let amount = |x: f64| match l.unit.as_str() {
            "share" => percent(x),
            "HHI" => format!("{x:.4}"),
            "kW" => power(x),
            "kg" => mass(x),
            unit if unit == diff.currency => money(x, unit),
            "chip" => format!("{} chips", number(x)),
            unit => format!("{} {unit}", number(x)),
        };
        let (used, allowed) = (known(&l.activity, amount), known(&l.limit, amount));
        vec![l.name.clone(), wording.holds(l.binding).to_owned(), used, allowed, known(&l.shadow_price, number)]
    })?;
    let others = diff.limits.len() - binding.len();
    if others > 0 {
        let others = format!("{others} that bind in neither differ, too{}.", wording.advice.option(" (--format csv)"));
        table.foot = Some(table.foot.map_or(others.clone(), |foot| format!("{foot} {others}")));
    }
    Some(table)
}
