//! The tables of a difference on one screen.

use super::super::column::adding_up;
use super::super::dependency::served;
use super::super::summary::{Table, cut, kind, share};
use super::words::{both, cells, maybe, signed, turned};
use crate::analysis::diff::{
    At, ChipsChange, ContractChange, Diff, ExposureChange, InputChange, LimitChange, PurchaseChange, Total,
};
use crate::units::human::{money, number, percent, power};

/// Most characters of a value that was written.
const VALUE: usize = 48;

/// The tables in order: what was written, money, what is held and runs, dependency, policy.
pub(super) fn tables(diff: &Diff) -> Vec<Table> {
    let all = [
        inputs(diff),
        totals(diff),
        lines(diff),
        purchases(diff),
        assignments(diff),
        contracts(diff),
        unmet(diff),
        exposure(diff),
        resilience(diff),
        limits(diff),
    ];
    all.into_iter().flatten().collect()
}

/// Rows as a table, the first of them if they are too many.
fn shown<T>(
    heading: &str,
    columns: Vec<(&'static str, bool)>,
    all: &[T],
    row: impl Fn(&T) -> Vec<String>,
) -> Option<Table> {
    let (few, more) = cut(all.len());
    (!all.is_empty()).then(|| Table {
        heading: heading.to_owned(),
        columns,
        rows: all[..few].iter().map(row).collect(),
        foot: (more > 0).then(|| format!("{more} more with --format csv.")),
    })
}

fn inputs(diff: &Diff) -> Option<Table> {
    let columns = vec![("path", false), ("A", false), ("B", false), ("where", false)];
    let value = |x: &Option<String>| match x {
        Some(text) if text.chars().count() > VALUE => text.chars().take(VALUE - 3).collect::<String>() + "...",
        Some(text) => text.clone(),
        None => "-".to_owned(),
    };
    let row = |r: &InputChange| {
        let at = |at: &Option<At>| at.as_ref().map(|at| format!("{}:{}", at.file, at.line));
        let (before, after) = (at(&r.before_at), at(&r.after_at));
        let places = match (before, after) {
            (Some(a), Some(b)) if a != b => format!("{a}, {b}"),
            (a, b) => a.or(b).unwrap_or_default(),
        };
        vec![r.path.clone(), value(&r.before), value(&r.after), places]
    };
    shown("What was written otherwise", columns, diff.inputs.as_deref()?, row)
}

fn totals(diff: &Diff) -> Option<Table> {
    // Without a plan on one side there is only one number, and the first sentence tells it.
    diff.a.total.zip(diff.b.total)?;
    let columns = vec![("", false), ("A", true), ("B", true), ("change", true), ("part", true)];
    shown("Cost", columns, &diff.totals, |t| {
        let name = match t.what {
            Total::Total => "total",
            Total::Nominal => "undiscounted",
            Total::Unrestricted => "without limits on dependency",
            Total::Premium => "diversification premium",
            Total::ExpectedLoss => "expected loss",
            Total::Cvar => "CVaR",
        };
        let part = signed(t.relative, share);
        let told = cells(&t.cost, |x| money(x, &diff.currency));
        [name.to_owned()].into_iter().chain(told).chain([part]).collect()
    })
}

/// The lines of the cost; their changes add up to the change of the total as printed.
fn lines(diff: &Diff) -> Option<Table> {
    let (few, more) = cut(diff.lines.len());
    let change = |l: &crate::analysis::diff::LineChange| l.cost.change.unwrap_or(0.0);
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
        row.push(format!("{}{told} {}", if x > 0.0 { "+" } else { "" }, diff.currency));
    }
    (!diff.lines.is_empty()).then(|| Table {
        heading: "Cost lines".to_owned(),
        columns: vec![("line", false), ("A", true), ("B", true), ("change", true)],
        rows,
        foot: None,
    })
}

fn purchases(diff: &Diff) -> Option<Table> {
    let dated = diff.a.model.periods.len().max(diff.b.model.periods.len()) > 1;
    let columns = vec![("offer", false), ("spend in A", true), ("in B", true), ("change", true), ("chips", false)];
    shown("What is held", columns, &diff.purchases, |r: &PurchaseChange| {
        // Two periods say how it goes; the largest changes are the ones to look at.
        let mut most: Vec<&ChipsChange> = r.periods.iter().collect();
        most.sort_by(|x, y| {
            y.chips.change.map(f64::abs).partial_cmp(&x.chips.change.map(f64::abs)).unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut told: Vec<String> = most
            .iter()
            .take(2)
            .map(|p| {
                let when = if dated { format!("{}: ", p.period) } else { String::new() };
                format!("{when}{}", both(&p.chips, number))
            })
            .collect();
        if most.len() > 2 {
            told.push(format!("{} more", most.len() - 2));
        }
        let spend = cells(&r.spend, |x| money(x, &diff.currency));
        [r.offer.clone()].into_iter().chain(spend).chain([told.join(", ")]).collect()
    })
}

fn assignments(diff: &Diff) -> Option<Table> {
    let columns = vec![("workload", false), ("offer", false), ("work in A", true), ("in B", true), ("change", true)];
    shown("Who runs where", columns, &diff.assignments, |r| {
        [r.workload.clone(), r.offer.clone()].into_iter().chain(cells(&r.work, number)).collect()
    })
}

fn contracts(diff: &Diff) -> Option<Table> {
    let money = |x: f64| money(x, &diff.currency);
    let columns = vec![("contract", false), ("", false), ("spent", false), ("idle", false), ("worth", false)];
    shown("Contracts", columns, &diff.contracts, |r: &ContractChange| {
        let worth = if r.worth.before.or(r.worth.after).is_some() { both(&r.worth, money) } else { String::new() };
        let signed = turned(r.signed, "signed", "not signed");
        vec![r.contract.clone(), signed, both(&r.spend, money), both(&r.idle, money), worth]
    })
}

fn unmet(diff: &Diff) -> Option<Table> {
    let columns = vec![("workload", false), ("period", false), ("work in A", true), ("in B", true), ("change", true)];
    shown("Work not done", columns, &diff.unmet, |r| {
        [r.workload.clone(), r.period.clone()].into_iter().chain(cells(&r.work, number)).collect()
    })
}

/// The shares of spend by vendor and cloud first; others if there is room.
fn exposure(diff: &Diff) -> Option<Table> {
    let usual = |e: &&ExposureChange| e.of == "spend" && matches!(e.by.as_str(), "vendor" | "cloud");
    let of = |e: &ExposureChange| {
        let name = format!("{} by {}", e.of, e.by);
        let points = |x: f64| format!("{} points", number((x * 1e5).round() / 1e3));
        let mut rows: Vec<Vec<String>> = e
            .groups
            .iter()
            .map(|g| {
                let [before, after, _] = cells(&g.share, share);
                vec![name.clone(), g.group.clone(), before, after, signed(g.share.change, points)]
            })
            .collect();
        let hhi = |x: f64| format!("{x:.3}");
        let [before, after, change] = cells(&e.hhi, hhi);
        if before != after {
            rows.push(vec![name, "HHI".to_owned(), before, after, change]);
        }
        rows
    };
    let mut rows: Vec<Vec<String>> = diff.exposure.iter().filter(usual).flat_map(of).collect();
    if rows.is_empty() {
        rows = diff.exposure.iter().flat_map(of).collect();
    }
    let columns = vec![("", false), ("group", false), ("A", true), ("B", true), ("change", true)];
    let mut table = shown("On whom the plan depends", columns, &rows, Clone::clone)?;
    if table.foot.is_none() && diff.exposure.iter().any(|e| !usual(&e)) && diff.exposure.iter().any(|e| usual(&e)) {
        table.foot = Some("Other dimensions and measures with --format csv.".to_owned());
    }
    Some(table)
}

fn resilience(diff: &Diff) -> Option<Table> {
    let columns = vec![("lost", false), ("A", true), ("B", true), ("change", true), ("required", false)];
    shown("What is still served when a supplier is lost", columns, &diff.resilience, |r| {
        let lost = format!("{} {}", r.lost.by, r.lost.group).trim().to_owned();
        let points = |x: f64| format!("{} points", number((x * 1e5).round() / 1e3));
        let required =
            if r.required.before.or(r.required.after).is_some() { both(&r.required, percent) } else { String::new() };
        let change = signed(r.served.change, points);
        vec![lost, maybe(r.served.before, served), maybe(r.served.after, served), change, required]
    })
}

/// The limits that bind on either side.
fn limits(diff: &Diff) -> Option<Table> {
    let binds = |l: &&LimitChange| l.binding.before == Some(true) || l.binding.after == Some(true);
    let binding: Vec<&LimitChange> = diff.limits.iter().filter(binds).collect();
    let columns =
        vec![("limit", false), ("", false), ("used", false), ("allowed or due", false), ("shadow price", false)];
    let mut table = shown("Limits that bind", columns, &binding, |l| {
        let amount = |x: f64| match l.unit.as_str() {
            "share" => percent(x),
            "HHI" => format!("{x:.4}"),
            "kW" => power(x),
            unit if unit == diff.currency => money(x, unit),
            "chip" => format!("{} chips", number(x)),
            unit => format!("{} {unit}", number(x)),
        };
        let price = match l.shadow_price.before.or(l.shadow_price.after) {
            Some(_) => both(&l.shadow_price, number),
            None => String::new(),
        };
        let state = turned(l.binding, "binds", "does not");
        vec![l.name.clone(), state, both(&l.activity, amount), both(&l.limit, amount), price]
    })?;
    let others = diff.limits.len() - binding.len();
    if others > 0 {
        let others = format!("{others} that bind in neither differ, too (--format csv).");
        table.foot = Some(table.foot.map_or(others.clone(), |foot| format!("{foot} {others}")));
    }
    Some(table)
}
