//! One page that needs nothing but itself: no network, no folder beside it. Its style and script
//! stand in it and are named by their hashes in its content security policy, so that nothing that
//! a model's names could smuggle in would run; `maud` escapes them all the same.

mod curves;
mod futures;
mod history;
mod live;
mod tables;

pub use history::{write_backtest, write_evaluation};
pub use live::{Variant, headline, variants, what_if};

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::chart::{self, Chart};
use super::pictures::Palette;
use super::{Advice, balances, decision, dependency, pictures, summary};
use crate::analysis::dossier::Dossier;
use crate::plan::{LimitResult, Plan, Status};

/// A page shows every row: a long table folds.
const ALL: usize = usize::MAX;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes a dossier as one page of HTML.
///
/// # Errors
/// What the writer reports.
pub fn write_html(dossier: &Dossier, out: &mut dyn Write) -> io::Result<()> {
    let page = page(dossier)?.into_string();
    writeln!(out, "{page}")
}

/// A plan as a fragment of a page, for what shows it among other things, such as a notebook: its status, the decision, and
/// the tables of cost and capacity, cut where they are long. It has no style or script of its own.
#[must_use]
pub fn fragment(plan: &Plan) -> String {
    let tables =
        [summary::cost(plan, summary::ROWS), summary::purchases(plan, summary::ROWS), summary::contracts(plan)];
    html! {
        div class="polysource" {
            (status(plan))
            @for sentence in decision::sentences(plan, Advice::Options) { p { (prose(&sentence)) } }
            @if let Some(advice) = summary::advice(plan) { p { (prose(advice)) } }
            @for table in tables.iter().flatten() { (tables::table(table)) }
        }
    }
    .into_string()
}

/// The style of a page, for what shows parts of one.
#[must_use]
pub fn style() -> String {
    format!("{STYLE}{}", chart::STYLE)
}

/// The charts of a dossier as SVG files: name and text.
#[must_use]
pub fn svg_files(dossier: &Dossier) -> Vec<(String, String)> {
    pictures::all(dossier).iter().map(|c| (format!("{}.svg", c.id), c.file())).collect()
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The head of a page: its style, and a policy by which only that and its own script count.
fn head(title: &str, version: &str, script: Option<&str>) -> Markup {
    let style = style();
    let scripts = script.map(|script| format!(" script-src {};", hash(script))).unwrap_or_default();
    let policy =
        format!("default-src 'none'; style-src {};{scripts} base-uri 'none'; form-action 'none'", hash(&style));
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="generator" content={ "polysource " (version) };
            title { (title) }
            style { (PreEscaped(style.as_str())) }
        }
    }
}

fn page(dossier: &Dossier) -> io::Result<Markup> {
    let plan = &dossier.plan;
    let data = curves::data(dossier)?;
    let scenarios =
        if plan.model.scenarios.is_empty() { String::new() } else { format!(" ({})", plan.model.scenarios.join(", ")) };
    let title = format!("{}{scenarios}", plan.model.name);
    let sections = sections(dossier);
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title, &plan.polysource, Some(SCRIPT)))
            body {
                a class="skip" href="#decision" { "Skip to the decision" }
                header {
                    h1 { (plan.model.name) (scenarios) }
                    // What is not certified is said before any number.
                    @if status_class(plan.status) != "good" { (status(plan)) }
                    (key_figures(plan))
                    @if status_class(plan.status) == "good" { (status(plan)) }
                }
                nav aria-label="Sections" {
                    @for (id, title, _) in &sections { a href={ "#" (id) } { (title) } " " }
                }
                main {
                    @for (id, title, content) in &sections {
                        section id=(id) aria-labelledby={ (id) "-title" } {
                            h2 id={ (id) "-title" } { (title) }
                            (content)
                        }
                    }
                }
                footer {
                    p { "polysource " (plan.polysource) ", model " code { (plan.model.sha256) } }
                }
                // What the sliders read: data, not a script.
                script type="application/json" id="data" { (PreEscaped(data)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    })
}

fn status(plan: &Plan) -> Markup {
    html! { p class={ "status " (status_class(plan.status)) } { (capitalised(&summary::headline(plan))) } }
}

/// The numbers that the page begins with, in large type.
fn key_figures(plan: &Plan) -> Markup {
    let figures = decision::key_figures(plan);
    html! {
        @if !figures.is_empty() {
            dl class="key" {
                @for figure in &figures { div { dt { (prose(&figure.label)) } dd { (figure.value) } } }
            }
        }
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn status_class(status: Status) -> &'static str {
    match status {
        Status::Optimal | Status::NearOptimal => "good",
        Status::LimitReached => "fair",
        _ => "poor",
    }
}

/// The sections with what they say; those that have nothing to say are left out. The decision first, then why, then the
/// evidence.
fn sections(dossier: &Dossier) -> Vec<(&'static str, &'static str, Markup)> {
    let plan = &dossier.plan;
    let mut sections = vec![("decision", "The decision", decided(dossier))];
    let mut add = |id, title, parts: Vec<Markup>| {
        if !parts.is_empty() {
            sections.push((id, title, html! { @for part in &parts { (part) } }));
        }
    };
    if plan.uncertainty.is_some() {
        // What is held and runs in one node of the tree is not in another: the decisions tell it.
        add("futures", "What may come", futures::parts(plan));
    }
    add("cost", if plan.uncertainty.is_some() { "Expected cost" } else { "Cost" }, costs(dossier));
    add("scenarios", "Scenarios", tables::scenarios(plan, &dossier.scenarios).iter().map(tables::table).collect());
    add("curves", "Sensitivity", sensitivity(dossier));
    if plan.uncertainty.is_none() {
        add("where", "Capacity and workload placement", placement(dossier));
        let deals = [
            summary::contracts(plan),
            balances::balances(plan),
            balances::equity(plan),
            dependency::organisations(plan, ALL),
        ];
        add("contracts", "Contracts and organisations", deals.iter().flatten().map(tables::table).collect());
        add("exposure", "Dependency", exposed(dossier));
    }
    add("failures", "When a supplier fails", failing(dossier));
    let frontiers: Vec<Markup> = dossier.frontiers.iter().enumerate().map(curves::frontier).collect();
    add("frontier", "Cost against dependency", grid(frontiers).into_iter().collect());
    add("limits", "Binding limits", binding(plan));
    add("certificate", "Certificate", vec![certificate(dossier)]);
    add("inputs", "Inputs", tables::inputs(dossier));
    sections
}

/// Pictures side by side where there is room.
fn grid(parts: Vec<Markup>) -> Option<Markup> {
    (!parts.is_empty()).then(|| html! { div class="grid" { @for part in &parts { (part) } } })
}

fn costs(dossier: &Dossier) -> Vec<Markup> {
    let plan = &dossier.plan;
    let palette = Palette::of(dossier);
    let spend = if plan.uncertainty.is_some() { None } else { pictures::spend(plan, &palette) };
    let charts = [pictures::cost(plan), spend].iter().flatten().map(figure).collect();
    let mut parts: Vec<Markup> = grid(charts).into_iter().collect();
    parts.extend(tables::clouds(dossier).as_ref().map(tables::table));
    parts.extend(tables::both(summary::cost(plan, summary::ROWS), summary::cost(plan, ALL)));
    parts
}

fn sensitivity(dossier: &Dossier) -> Vec<Markup> {
    let mut parts: Vec<Markup> = grid(pictures::swings(dossier).iter().map(figure).collect()).into_iter().collect();
    let scales = pictures::Scales::of(&dossier.plan, &dossier.curves);
    parts.extend(grid(dossier.curves.iter().enumerate().map(|(i, c)| curves::curve(i, c, &scales)).collect()));
    parts.extend(dossier.curves.iter().map(curves::folded));
    parts
}

fn placement(dossier: &Dossier) -> Vec<Markup> {
    let plan = &dossier.plan;
    let palette = Palette::of(dossier);
    let charts = [pictures::used(plan), pictures::held(dossier, &palette), pictures::flows(dossier, &palette)];
    let mut parts: Vec<Markup> = grid(charts.iter().flatten().map(figure).collect()).into_iter().collect();
    parts.extend(tables::both(summary::purchases(plan, summary::ROWS), summary::purchases(plan, ALL)));
    let others = [
        summary::assets(plan, ALL),
        summary::assignments(plan, ALL),
        summary::moves(plan, ALL),
        summary::later_moves(plan, ALL),
        summary::unmet(plan),
    ];
    parts.extend(others.iter().flatten().map(tables::table));
    parts
}

fn exposed(dossier: &Dossier) -> Vec<Markup> {
    let plan = &dossier.plan;
    let palette = Palette::of(dossier);
    let mut charts: Vec<Markup> = pictures::DIMENSIONS
        .iter()
        .filter_map(|by| pictures::exposure(plan, by, &palette))
        .map(|c| figure(&c))
        .collect();
    charts.extend(pictures::limits(plan, &palette).map(|c| figure(&c)));
    let mut parts: Vec<Markup> = grid(charts).into_iter().collect();
    parts.extend(summary::carbon(plan, ALL).as_ref().map(tables::table));
    parts.extend(dependency::premiums(plan, ALL).as_ref().map(tables::table));
    parts
}

fn failing(dossier: &Dossier) -> Vec<Markup> {
    let plan = &dossier.plan;
    let palette = Palette::of(dossier);
    let mut parts = Vec::new();
    if plan.uncertainty.is_none() {
        parts.extend(grid(pictures::resilience(plan, &palette).iter().map(figure).collect()));
    }
    parts.extend(losses(dossier));
    if plan.uncertainty.is_none() {
        if dossier.stress.is_none() {
            parts.extend(dependency::resilience(plan, ALL).as_ref().map(tables::table));
        }
        parts.extend(dependency::risk(plan, ALL).as_ref().map(tables::table));
    }
    parts
}

/// Each supplier lost in turn, if that was computed.
fn losses(dossier: &Dossier) -> Vec<Markup> {
    dossier.stress.iter().flat_map(super::stress::tables).map(|t| tables::table(&t)).collect()
}

fn decided(dossier: &Dossier) -> Markup {
    let plan = &dossier.plan;
    html! {
        @for sentence in decision::sentences(plan, Advice::Options) { p { (prose(&sentence)) } }
        @if let Some(advice) = summary::advice(plan) { p { (prose(advice)) } }
        @if plan.status.has_plan() && dossier.sourcing.inputs > 0 {
            p class="note" { (decision::sourced(&dossier.sourcing)) " " a href="#inputs" { "All inputs" } }
        }
    }
}

/// A sentence with what stands between backticks as code.
fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without its end is one that was written.
    let (paired, last) = if parts.len() % 2 == 1 { (parts.len(), None) } else { (parts.len() - 1, parts.last()) };
    html! {
        @for (i, part) in parts[..paired].iter().enumerate() {
            @if i % 2 == 1 { (name(part)) } @else { (part) }
        }
        @if let Some(last) = last { "`" (last) }
    }
}

/// A name; of one that was selected by a key, as in `vendor=amd`, the key stands before it.
fn name(text: &str) -> Markup {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            html! { (key) " " code { (value) } }
        }
        _ => html! { code { (text) } },
    }
}

fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            figcaption { strong { (prose(&chart.title)) } span { (prose(&chart.description)) } }
            div class="picture" { (chart.inline()) }
        }
    }
}

fn binding(plan: &Plan) -> Vec<Markup> {
    let (limits, _) = summary::limits(plan, ALL);
    if limits.is_empty() {
        return Vec::new();
    }
    let shown = limits.len().min(summary::ROWS);
    let list = |limits: &[&LimitResult]| {
        html! { ul { @for limit in limits { li { (prose(&pictures::sentence(limit))) } } } }
    };
    let lines = summary::Table {
        heading: "Where each binding limit is written".to_owned(),
        columns: vec![("limit", false), ("line of the model", true)],
        rows: limits.iter().filter(|l| l.line > 0).map(|l| vec![l.name.clone(), l.line.to_string()]).collect(),
        foot: None,
    };
    vec![html! {
        (list(&limits[..shown]))
        @if limits.len() > shown {
            details class="long" { summary { (limits.len() - shown) " more binding limits" } (list(&limits[shown..])) }
        }
        @if !lines.rows.is_empty() { details { summary { (lines.heading) " (" (lines.rows.len()) ")" } (tables::open(&lines)) } }
        @if plan.certificate.conditional_prices {
            p { "These savings hold while every yes-or-no decision stays as it is." }
        }
    }]
}

fn certificate(dossier: &Dossier) -> Markup {
    let plan = &dossier.plan;
    html! {
        p {
            "The answer was verified from the program itself, without trusting the engine that found it: "
            (summary::certificate(plan)) "."
        }
        @for note in plan.notes.iter().chain(&dossier.notes) { p class="note" { (prose(note)) } }
    }
}
