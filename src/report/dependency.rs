//! The sections on dependency: premium by limit, resilience, risk, organisations.

use std::collections::BTreeMap;

use super::summary::{Table, cut, share};
use crate::formulation::{LimitKey, Requirement};
use crate::plan::{OrganisationResult, Plan, Resilience};
use crate::units::human::{money, percent};

/// What each limit on dependency adds to the cost.
pub(super) fn premiums(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let total = plan.cost.as_ref()?.total;
    // Two entries may have one name.
    let mut by: BTreeMap<(Option<Requirement>, &str), (f64, usize)> = BTreeMap::new();
    for l in &plan.limits {
        if let (Some(requirement), Some(premium)) = (&l.requirement, l.premium) {
            by.insert((l.key.and_then(LimitKey::requirement), requirement), (premium, l.line));
        }
    }
    let mut rows: Vec<(&str, (f64, usize))> = by.into_iter().map(|((_, name), row)| (name, row)).collect();
    rows.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.1.1.cmp(&b.1.1)).then_with(|| a.0.cmp(b.0)));
    if rows.len() < 2 || rows[0].1.0 == 0.0 {
        return None;
    }
    let (shown, more) = cut(rows.len(), most);
    let told = |(name, (premium, line)): &(&str, (f64, usize))| {
        let part = if total == 0.0 { String::new() } else { share(premium / total.abs()) };
        vec![(*name).to_owned(), line.to_string(), money(*premium, &plan.currency), part]
    };
    let mut cells: Vec<Vec<String>> = rows[..shown].iter().map(told).collect();
    if more > 0 {
        cells.push(vec![format!("{more} more"), String::new(), String::new(), String::new()]);
    }
    Some(Table {
        heading: "Cost of each dependency limit (re-solved without it)".to_owned(),
        columns: vec![("limit", false), ("line", true), ("adds", true), ("of the cost", true)],
        rows: cells,
        foot: Some("They need not add up: of two limits that ask for the same, each alone adds nothing.".to_owned()),
    })
}

/// The demand that a loss is measured by: that of the workloads that it counts.
pub(super) fn counted_demand(r: &Resilience) -> String {
    let names: Vec<String> = r.counts.iter().map(|id| format!("`{id}`")).collect();
    match names.as_slice() {
        [] => "peak demand".to_owned(),
        [one] => format!("the peak demand of {one}"),
        [most @ .., last] if names.len() <= 3 => format!("the peak demand of {} and {last}", most.join(", ")),
        many => format!("the peak demand of {} workloads", many.len()),
    }
}

/// Served after the loss of a supplier.
pub(super) fn resilience(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let mut losses: Vec<&Resilience> = plan.resilience.as_ref()?.iter().collect();
    // What the policy asks for first, then what hurts most.
    losses.sort_by(|a, b| b.required.is_some().cmp(&a.required.is_some()).then(a.served.total_cmp(&b.served)));
    let (shown, more) = cut(losses.len(), most);
    let dated = plan.model.periods.len() > 1;
    let row = |r: &&Resilience| {
        let mut cells = vec![format!("{} {}", r.lost.by, r.lost.group).trim().to_owned(), served(r.served)];
        if dated {
            cells.push(if r.served < 1.0 { r.period.clone() } else { String::new() });
        }
        let during = r.during.as_ref().map_or(String::new(), |during| format!(" in {during}"));
        cells.push(match r.required {
            Some(least) if r.survives => format!("{} required{during}", percent(least)),
            Some(least) => format!("{} required{during}, NOT KEPT", percent(least)),
            None => String::new(),
        });
        cells
    };
    let mut rows: Vec<Vec<String>> = losses[..shown].iter().map(row).collect();
    if more > 0 {
        let mut cells = vec![format!("{more} more")];
        cells.resize(if dated { 4 } else { 3 }, String::new());
        rows.push(cells);
    }
    let mut columns = vec![("lost", false), ("still served", true), ("", false)];
    if dated {
        columns.insert(2, ("worst in", false));
    }
    (!rows.is_empty()).then(|| Table {
        heading: "Served after the loss of a supplier".to_owned(),
        columns,
        rows,
        foot: Some(
            "The largest fraction of peak demand at which all counted workloads (inference, unless the policy names others) can be served at once on surviving capacity, after rerouting."
                .to_owned(),
        ),
    })
}

/// What the outages of the policy cost.
pub(super) fn risk(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let risk = plan.risk.as_ref()?;
    let (shown, more) = cut(risk.outages.len(), most);
    let money = |x: f64| money(x, &plan.currency);
    let mut outages: Vec<_> = risk.outages.iter().collect();
    outages.sort_by(|a, b| (b.loss + b.shock).total_cmp(&(a.loss + a.shock)));
    let mut rows: Vec<Vec<String>> = outages[..shown]
        .iter()
        .map(|o| {
            let when = if o.loss > 0.0 { o.period.clone() } else { String::new() };
            vec![o.outage.clone(), percent(o.probability), money(o.loss), money(o.shock), when]
        })
        .collect();
    if more > 0 {
        let mut cells = vec![format!("{more} more")];
        cells.resize(5, String::new());
        rows.push(cells);
    }
    let mut foot = format!("Expected: {}.", money(risk.expected_loss));
    if let (Some(cvar), Some(level)) = (risk.cvar, risk.level) {
        foot.push_str(&format!(
            " Mean cost with them of the worst {} of cases: {}.",
            percent(1.0 - level),
            money(cvar)
        ));
    }
    Some(Table {
        heading: "Cost of outages".to_owned(),
        columns: vec![
            ("outage", false),
            ("probability", true),
            ("work lost", true),
            ("prices", true),
            ("worst start", false),
        ],
        rows,
        foot: Some(foot),
    })
}

/// What each organisation is paid, holds and funds.
pub(super) fn organisations(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let mut all: Vec<&OrganisationResult> = plan.organisations.iter().collect();
    all.sort_by(|a, b| b.paid.total_cmp(&a.paid));
    let (shown, more) = cut(all.len(), most);
    let money = |x: f64| if x == 0.0 { String::new() } else { money(x, &plan.currency) };
    let row = |o: &&OrganisationResult| {
        vec![
            o.organisation.clone(),
            money(o.as_vendor),
            money(o.as_cloud),
            money(o.paid),
            share(o.share),
            o.stake.filter(|s| *s > 0.0).map(percent).unwrap_or_default(),
            money(o.funds),
        ]
    };
    let mut rows: Vec<Vec<String>> = all[..shown].iter().map(row).collect();
    if more > 0 {
        let mut cells = vec![format!("{more} more")];
        cells.resize(7, String::new());
        rows.push(cells);
    }
    let circular: Vec<&str> = all.iter().filter(|o| is_circular(o)).map(|o| o.sentence.as_str()).collect();
    (!rows.is_empty()).then(|| Table {
        heading: "Organisations: total paid, stake held, funding provided".to_owned(),
        columns: vec![
            ("organisation", false),
            ("as vendor", true),
            ("as cloud", true),
            ("total paid", true),
            ("share", true),
            ("stake held", true),
            ("funding", true),
        ],
        rows,
        foot: (!circular.is_empty()).then(|| circular.join("\n  ")),
    })
}

/// Whether an organisation is more than paid: it holds, funds, gives credits or equity.
fn is_circular(o: &OrganisationResult) -> bool {
    o.stake.is_some() || [o.funds, o.credits, o.equity].into_iter().any(|money| money != 0.0)
}

/// A part that is still served, to a tenth of a percent and rounded down: what is nearly served is
/// not served.
pub(super) fn served(x: f64) -> String {
    percent((x * 1000.0 + 1e-6).floor() / 1000.0)
}
