//! What a page shows that is changed while it is read: the plan as it is now beside a base, and variants side by side.

use maud::{Markup, html};

use super::{ALL, futures, prose, status, status_class, tables};
use crate::compare::{Diff, LimitChange};
use crate::plan::{LimitResult, Plan};
use crate::report::summary::{basis, share};
use crate::report::{Advice, decision, diff, pictures, summary};
use crate::units::human::money;

/// A plan among others that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Variant<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The plan.
    pub plan: &'a Plan,
}

/// The answer in a sentence: what the plan costs, and how much more or less than the base if it is not the base itself.
#[must_use]
pub fn headline(base: Option<&Plan>, now: &Plan) -> String {
    let Some(cost) = &now.cost else {
        return format!("{}.", super::capitalised(&summary::headline(now)));
    };
    let uncertain = if status_class(now.status) == "good" { "" } else { ", not certified as the cheapest" };
    let total = format!("{}{}{uncertain}", money(cost.total, &now.currency), basis(now));
    let Some(base) = base else { return format!("{total}.") };
    let Some(before) = base.cost.as_ref().map(|c| c.total) else { return format!("{total}; the base has no plan.") };
    let change = cost.total - before;
    if change.abs() <= 1e-9 * before.abs().max(cost.total.abs()) {
        return format!("{total}, the same as the base.");
    }
    let more = if change > 0.0 { "more" } else { "less" };
    let part = if before == 0.0 { String::new() } else { format!(" ({})", diff::part((change / before).abs())) };
    format!("{total}: {}{part} {more} than the base.", money(change.abs(), &now.currency))
}

/// The plan as it is now: the decision, what changed against the base, and why. `partial` while what needs further solves
/// is not known yet.
#[must_use]
pub fn what_if(now: &Plan, found: Option<&Diff>, partial: bool) -> String {
    html! {
        section aria-labelledby="decision-title" id="decision" {
            h2 id="decision-title" { "The decision" }
            (status(now))
            @for sentence in decision::sentences(now, Advice::None) { p { (prose(&sentence)) } }
            @if let Some(advice) = summary::advice(now) { p { (prose(advice)) } }
            @if partial { p class="note" { "Solving what the dependency limits and each deal are worth…" } }
        }
        @if let Some(found) = found.filter(|f| f.differences > 0) {
            section aria-labelledby="changed-title" id="changed" {
                h2 id="changed-title" { "What changed against the base" }
                (changed(found))
            }
        }
        @let why = why(now, found);
        @if !why.is_empty() {
            section aria-labelledby="why-title" id="why" {
                h2 id="why-title" { "Why" }
                @for part in &why { (part) }
            }
        }
        @if now.status.has_plan() && now.uncertainty.is_some() {
            section aria-labelledby="plan-title" id="plan" {
                h2 id="plan-title" { "The plan" }
                // What is held in one node of the tree is not in another: the decisions tell it.
                @for part in futures::parts(now) { (part) }
                @if let Some(table) = summary::cost(now, ALL) { (tables::table(&table)) }
            }
        } @else if now.status.has_plan() {
            section aria-labelledby="plan-title" id="plan" {
                h2 id="plan-title" { "The plan" }
                @let parts = [summary::cost(now, ALL), summary::purchases(now, ALL), summary::contracts(now),
                    summary::exposure(now, "vendor", "spend", ALL), summary::exposure(now, "cloud", "spend", ALL)];
                @for table in parts.iter().flatten() { (tables::table(table)) }
            }
        }
        section aria-labelledby="certificate-title" id="certificate" {
            h2 id="certificate-title" { "Certificate" }
            p { "The answer was verified from the program itself, without trusting the engine that found it: "
                (summary::certificate(now)) "." }
            @for note in &now.notes { p class="note" { (prose(note)) } }
        }
    }
    .into_string()
}

/// The tables of a difference, with the two sides called as the page calls them.
fn changed(found: &Diff) -> Markup {
    // What was changed is said beside its undoing.
    let found = Diff { inputs: None, ..found.clone() };
    let tables = diff::tables(&found, &diff::Wording::BASE_AND_NOW);
    html! {
        @for (i, table) in tables.iter().enumerate() {
            // The first ones say what matters most; the rest is there to be opened.
            @if i < 3 { (tables::table(table)) } @else {
                details { summary { (table.heading) " (" (table.rows.len()) ")" } (tables::open(table)) }
            }
        }
    }
}

/// What binds, with what a unit more of it would save: first what binds now and did not, then what did and does not.
fn why(now: &Plan, found: Option<&Diff>) -> Vec<Markup> {
    let (limits, _) = summary::limits(now, ALL);
    let of = |wanted: fn(&LimitChange) -> bool| -> Vec<&str> {
        found.map_or_else(Vec::new, |f| f.limits.iter().filter(|l| wanted(l)).map(|l| l.name.as_str()).collect())
    };
    let newly = of(|l| l.binding.after == Some(true) && l.binding.before != Some(true));
    let gone = of(|l| l.binding.before == Some(true) && l.binding.after != Some(true));
    let (new, still): (Vec<&LimitResult>, Vec<_>) = limits.into_iter().partition(|l| newly.contains(&l.name.as_str()));
    let list = |limits: &[&LimitResult]| {
        html! { ul { @for limit in limits { li { (prose(&pictures::sentence(limit))) } } } }
    };
    let folded = |heading: &str, limits: &[&LimitResult]| {
        let shown = limits.len().min(summary::LIMITS);
        html! {
            h3 { (heading) }
            (list(&limits[..shown]))
            @if limits.len() > shown {
                details { summary { (limits.len() - shown) " more" } (list(&limits[shown..])) }
            }
        }
    };
    let mut parts = Vec::new();
    if !new.is_empty() {
        parts.push(folded("Binding now, and not in the base", &new));
    }
    if !gone.is_empty() {
        parts.push(html! {
            h3 { "No longer binding" }
            ul { @for name in gone { li { code { (name) } } } }
        });
    }
    if !still.is_empty() {
        parts.push(folded(if newly.is_empty() { "Binding limits" } else { "Binding in both" }, &still));
    }
    parts
}

/// Plans side by side, a row each; the first is the one that the others are compared with.
#[must_use]
pub fn variants(all: &[Variant<'_>]) -> String {
    let Some(first) = all.first() else { return String::new() };
    let optional: Vec<&str> = {
        let mut names: Vec<&str> =
            all.iter().flat_map(|v| &v.plan.contracts).filter(|c| c.optional).map(|c| c.contract.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut columns = vec![
        ("variant", false),
        ("cost", true),
        ("change", true),
        ("largest vendor", false),
        ("largest cloud", false),
        ("status", false),
    ];
    columns.extend(optional.iter().map(|name| (*name, false)));
    let base = first.plan.cost.as_ref().map(|c| c.total);
    let row = |(i, v): (usize, &Variant<'_>)| {
        // Of several futures what is expected is compared.
        let plan = v.plan.expected();
        let cost = plan.cost.as_ref().map(|c| c.total);
        let change = cost.zip(base).filter(|_| i > 0).map(|(cost, base)| match cost - base {
            x if x.abs() <= 1e-9 * base.abs() => "none".to_owned(),
            x if x > 0.0 => format!("+{}", money(x, &plan.currency)),
            x => format!("\u{2212}{}", money(-x, &plan.currency)),
        });
        let largest = |by: &str| {
            let whole = plan.exposure.iter().find(|e| e.by == by && e.of == "spend" && e.period == "horizon");
            whole
                .and_then(|e| e.groups.first())
                .map_or_else(|| "-".to_owned(), |g| format!("{} {}", g.group, share(g.share)))
        };
        let mut cells = vec![
            v.name.to_owned(),
            cost.map_or_else(|| "no plan".to_owned(), |x| money(x, &plan.currency)),
            change.unwrap_or_default(),
            largest("vendor"),
            largest("cloud"),
            diff::status(plan.status).to_owned(),
        ];
        cells.extend(optional.iter().map(|name| {
            let signed = plan.contracts.iter().find(|c| c.contract == *name).map(|c| c.signed);
            signed.map_or("-", |signed| if signed { "signed" } else { "not signed" }).to_owned()
        }));
        cells
    };
    let rows: Vec<Vec<String>> = all.iter().enumerate().map(row).collect();
    let expected = if all.iter().any(|v| v.plan.uncertainty.is_some()) { "(expected) " } else { "" };
    let foot = "Largest vendor and largest cloud: their shares of spend over the horizon.";
    tables::named(
        &format!("Variants side by side: lowest {expected}cost{}", basis(first.plan)),
        &columns,
        &rows,
        Some(foot),
    )
    .into_string()
}
