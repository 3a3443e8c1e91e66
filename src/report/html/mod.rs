//! One page that needs nothing but itself: no network, no folder beside it. Its style and script
//! stand in it and are named by their hashes in its content security policy, so that nothing that
//! a model's names could smuggle in would run; `maud` escapes them all the same.

mod curves;
mod futures;
mod tables;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::chart::{self, Chart};
use super::{balances, decision, dependency, pictures, summary};
use crate::analysis::dossier::Dossier;
use crate::plan::{Plan, Status};

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

/// The charts of a dossier as SVG files: name and text.
#[must_use]
pub fn svg_files(dossier: &Dossier) -> Vec<(String, String)> {
    pictures::all(dossier).iter().map(|c| (format!("{}.svg", c.id), c.file())).collect()
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn page(dossier: &Dossier) -> io::Result<Markup> {
    let plan = &dossier.plan;
    let style = format!("{STYLE}{}", chart::STYLE);
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(SCRIPT)
    );
    let data = curves::data(dossier)?;
    let scenarios =
        if plan.model.scenarios.is_empty() { String::new() } else { format!(" ({})", plan.model.scenarios.join(", ")) };
    let sections = sections(dossier);
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "polysource " (plan.polysource) };
                title { (plan.model.name) (scenarios) }
                style { (PreEscaped(style.as_str())) }
            }
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

fn capitalised(text: &str) -> String {
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

/// The sections with what they say; those that have nothing to say are left out.
fn sections(dossier: &Dossier) -> Vec<(&'static str, &'static str, Markup)> {
    let plan = &dossier.plan;
    let mut sections = vec![("decision", "The decision", decided(plan))];
    let mut add = |id, title, parts: Vec<Markup>| {
        if !parts.is_empty() {
            sections.push((id, title, html! { @for part in &parts { (part) } }));
        }
    };
    let chart = |c: Option<Chart>| c.map(|c| figure(&c));
    let table = |t: Option<summary::Table>| t.map(|t| tables::table(&t));
    if plan.uncertainty.is_some() {
        // What is held and runs in one node of the tree is not in another: the decisions tell it.
        add("futures", "What may come", futures::parts(plan));
        add("cost", "Expected cost", table(summary::cost(plan)).into_iter().collect());
        add("failures", "When a supplier fails", losses(dossier));
        add(
            "frontier",
            "Cost against dependency",
            dossier.frontiers.iter().enumerate().map(curves::frontier).collect(),
        );
        add("curves", "Sensitivity", dossier.curves.iter().enumerate().map(curves::curve).collect());
        add("limits", "Binding limits", binding(plan));
        add("certificate", "Certificate", vec![certificate(dossier)]);
        add("inputs", "Inputs", tables::inputs(dossier));
        return sections;
    }
    add("cost", "Cost", [chart(pictures::cost(plan)), table(summary::cost(plan))].into_iter().flatten().collect());
    let where_ = [
        chart(pictures::flows(dossier)),
        table(summary::purchases(plan)),
        table(summary::assets(plan)),
        table(summary::assignments(plan)),
        table(summary::moves(plan)),
        table(summary::later_moves(plan)),
        table(summary::unmet(plan)),
    ];
    add("where", "Workload placement", where_.into_iter().flatten().collect());
    let deals = [
        table(summary::contracts(plan)),
        table(balances::balances(plan)),
        table(balances::equity(plan)),
        table(dependency::organisations(plan)),
    ];
    add("contracts", "Contracts and organisations", deals.into_iter().flatten().collect());
    let mut exposed: Vec<Markup> = Vec::new();
    exposed.extend(pictures::DIMENSIONS.iter().filter_map(|by| chart(pictures::exposure(plan, by))));
    exposed.extend(table(summary::carbon(plan)));
    exposed.extend(chart(pictures::limits(plan)));
    exposed.extend(table(dependency::premiums(plan)));
    add("exposure", "Dependency", exposed);
    let mut failing: Vec<Markup> = Vec::new();
    failing.extend(chart(pictures::resilience(plan)));
    failing.extend(losses(dossier));
    if dossier.stress.is_none() {
        failing.extend(table(dependency::resilience(plan)));
    }
    failing.extend(table(dependency::risk(plan)));
    add("failures", "When a supplier fails", failing);
    add("frontier", "Cost against dependency", dossier.frontiers.iter().enumerate().map(curves::frontier).collect());
    add("curves", "Sensitivity", dossier.curves.iter().enumerate().map(curves::curve).collect());
    add("limits", "Binding limits", binding(plan));
    add("certificate", "Certificate", vec![certificate(dossier)]);
    add("inputs", "Inputs", tables::inputs(dossier));
    sections
}

/// Each supplier lost in turn, if that was computed.
fn losses(dossier: &Dossier) -> Vec<Markup> {
    dossier.stress.iter().flat_map(super::stress::tables).map(|t| tables::table(&t)).collect()
}

fn decided(plan: &Plan) -> Markup {
    html! {
        @for sentence in decision::sentences(plan) { p { (prose(&sentence)) } }
        @if let Some(advice) = summary::advice(plan) { p { (prose(advice)) } }
    }
}

/// A sentence with what stands between backticks as code.
fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without its end is one that was written.
    let (paired, last) = if parts.len() % 2 == 1 { (parts.len(), None) } else { (parts.len() - 1, parts.last()) };
    html! {
        @for (i, part) in parts[..paired].iter().enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
        @if let Some(last) = last { "`" (last) }
    }
}

fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            figcaption { strong { (chart.title) } " " (prose(&chart.description)) }
            div class="picture" { (chart.inline()) }
        }
    }
}

fn binding(plan: &Plan) -> Vec<Markup> {
    let (limits, more) = summary::limits(plan);
    if limits.is_empty() {
        return Vec::new();
    }
    vec![html! {
        ul { @for limit in &limits { li { (prose(limit)) } } }
        @if plan.certificate.conditional_prices {
            p { "These savings hold while every yes-or-no decision stays as it is." }
        }
        @if more > 0 { p { "And " (more) " more in the plan as JSON." } }
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
