//! The page: controls, the answer, variants. All words of the answer are the report's.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

use super::bench::Bench;
use super::changes::{Change, Future};
use super::controls::{Control, DECISIONS, Group, Kind, MOST, Slider};
use super::session::{PINS, Progress, View};

/// With more controls than this, groups begin folded.
const OPEN: usize = 16;
/// Longest answer that is shown as milliseconds.
const SECOND: u128 = 1000;

/// The whole page.
pub(super) fn page(bench: &Bench, view: &View, at: &str, may_save: bool) -> String {
    let name = bench.base.model.name();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "What if: " (name) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="../page.css";
                script src="../page.js" defer {}
            }
            body data-at=(at) data-revision=(view.revision) {
                a class="skip" href="#result" { "Skip to the answer" }
                header {
                    h1 { (name) }
                    nav class="jump" aria-label="Parts of the page" {
                        a href="#controls-title" { "What if" } " " a href="#changes-title" { "Changes" } " "
                        a href="#variants-title" { "Variants" } " " a href="#result" { "Answer" }
                    }
                    div class="bar" {
                        p id="headline" role="status" aria-live="polite" { (view.headline) }
                        p id="state" { (state(view)) }
                    }
                }
                main {
                    div class="side" {
                        section aria-labelledby="controls-title" {
                            h2 id="controls-title" { "What if" }
                            p class="note" {
                                "Move a slider, or type a value as it is written in a model. Each change is solved at once."
                            }
                            p class="problem" id="problem" role="alert" { (problem(view)) }
                            div id="controls" { (controls(bench, view)) }
                        }
                    }
                    div class="answer" {
                        section aria-labelledby="changes-title" {
                            h2 id="changes-title" tabindex="-1" { "Your changes" }
                            div id="changes" { (changes(bench, view)) }
                            (pinning())
                            (saving(bench, may_save))
                            p id="done" role="status" aria-live="polite" {}
                        }
                        section aria-labelledby="variants-title" {
                            h2 id="variants-title" tabindex="-1" { "Variants" }
                            div id="variants" { (variants(view)) }
                        }
                        div id="result" tabindex="-1" { (PreEscaped(&view.result)) }
                    }
                }
                footer { p { "polysource " (env!("CARGO_PKG_VERSION")) ", " code { (bench.file()) } } }
            }
        }
    }
    .into_string()
}

/// What a page is told when something has changed.
pub(super) fn event(bench: &Bench, view: &View) -> String {
    let said = match view.state {
        Progress::Solving => "solving",
        Progress::Partial => "partial",
        Progress::Done => "done",
        Progress::Mistaken => "mistaken",
    };
    if view.state == Progress::Solving {
        // What is shown stays as it is.
        return json!({ "number": view.number, "state": said, "revision": view.revision, "told": state(view) })
            .to_string();
    }
    let changed: Vec<&String> = view.changes.values.keys().collect();
    json!({
        "number": view.number,
        "state": said,
        "revision": view.revision,
        "told": state(view),
        "headline": view.headline,
        "result": view.result,
        "variants": variants(view).into_string(),
        "changes": changes(bench, view).into_string(),
        "changed": changed,
        "fields": view.mistakes.fields,
        "problem": problem(view),
    })
    .to_string()
}

fn state(view: &View) -> String {
    match view.state {
        Progress::Solving => "Solving…".to_owned(),
        Progress::Mistaken => "Not solved: the answer below is the one before.".to_owned(),
        Progress::Partial | Progress::Done => match view.took.as_millis() {
            0 => String::new(),
            ms if ms < SECOND => format!("Solved in {ms} ms."),
            ms => format!("Solved in {}.{} s.", ms / SECOND, ms % SECOND / 100),
        },
    }
}

fn problem(view: &View) -> String {
    view.mistakes.others.join(" ")
}

/// Everything that can be changed.
pub(super) fn controls(bench: &Bench, view: &View) -> Markup {
    let all = &view.situation.controls;
    html! {
        (situation(bench, view))
        @if all.len() > OPEN {
            div class="find" {
                label for="find" { "Find a control" }
                input type="search" id="find" autocomplete="off" placeholder="offer, vendor, workload, limit";
            }
        }
        @if all.len() == MOST {
            p class="note" { "Only the first " (MOST) " controls are shown. Scale a whole vendor, or solve with " code { "--set" } "." }
        }
        @for group in Group::ALL {
            @let inside: Vec<(usize, &Control)> = all.iter().enumerate().filter(|(_, c)| c.group == group).collect();
            @if !inside.is_empty() {
                @let changed = inside.iter().any(|(_, c)| view.changes.values.contains_key(&c.path));
                // In a large model what is asked first is open, and the rest is there to be opened or found.
                @let open = changed || group == Group::Overall || all.len() <= OPEN;
                details class="group" open[open] {
                    summary { (group.title(bench.base.model.currency())) " (" (inside.len()) ")" }
                    @for (i, control) in inside { (one(i, control, view)) }
                }
            }
        }
    }
}

/// Scenarios and futures.
fn situation(bench: &Bench, view: &View) -> Markup {
    let chosen = &view.changes.chosen;
    let futures = &view.situation.futures;
    html! {
        @if !bench.scenarios.is_empty() {
            fieldset class="scenarios" {
                legend { "Scenarios" }
                @for (i, name) in bench.scenarios.iter().enumerate() {
                    label {
                        input type="checkbox" role="switch" id={ "scenario-" (i) } data-scenario=(name)
                            checked[chosen.scenarios.contains(name)];
                        " " (name)
                    }
                }
            }
        }
        @if !futures.is_empty() {
            div class="futures" {
                label for="future" { "Outcome" }
                select id="future" {
                    option value="" selected[chosen.future.is_none()] { "every future at once (expected cost)" }
                    option value="base" selected[chosen.future == Some(Future::Base)] { "the base case alone" }
                    @for name in futures {
                        @let named = Some(Future::Named(name.clone()));
                        option value={ "named " (name) } selected[chosen.future == named] { "only " (name) }
                    }
                }
            }
        }
    }
}

fn one(index: usize, control: &Control, view: &View) -> Markup {
    let id = format!("c{index}");
    let change = view.changes.values.get(&control.path);
    let mistake = view.mistakes.fields.get(&control.path);
    let class = if change.is_some() { "control changed" } else { "control" };
    html! {
        div class=(class) data-path=(control.path) data-kind=(word(&control.kind)) {
            @match &control.kind {
                Kind::Number { written, slider } => {
                    @let value = match change { Some(Change::Set(value)) => value, _ => written };
                    div class="head" { label for=(id) { (name(control)) } (undo(control, change)) }
                    div class="row" {
                        @if let Some(slider) = slider { (range(&id, control, slider, value)) }
                        input type="text" id=(id) value=(value) data-written=(written) autocomplete="off" spellcheck="false"
                            aria-describedby={ (id) "-e" } aria-invalid=[mistake.map(|_| "true")];
                    }
                }
                Kind::Factor { written } => {
                    @let percent = match change { Some(Change::Scale(factor)) => 100.0 * factor, _ => 100.0 };
                    @let shown = format!("{percent:.6}").trim_end_matches('0').trim_end_matches('.').to_owned();
                    div class="head" {
                        label for=(id) { (name(control)) @if written != "as written" { span class="written" { (written) } } }
                        (undo(control, change))
                    }
                    div class="row" {
                        input type="range" min="0" max="200" step="1" value=(shown) data-unit=" %" data-written="100"
                            aria-label={ (control.label) ", " (control.detail) ", in percent of what is written" };
                        input type="text" id=(id) value={ (shown) " %" } data-written="100 %" autocomplete="off"
                            spellcheck="false" aria-describedby={ (id) "-e" } aria-invalid=[mistake.map(|_| "true")];
                    }
                }
                Kind::Decision { written, may_sign } => {
                    @let value = match change { Some(Change::Set(value)) => value, _ => written };
                    fieldset {
                        legend { (name(control)) }
                        div class="head" {
                            @for (word, said) in DECISIONS {
                                @if word != "signed" || *may_sign {
                                    label {
                                        input type="radio" name=(id) id=[(word == value).then_some(&id)] value=(word)
                                            checked[word == value] data-written=(written);
                                        " " (said)
                                    }
                                }
                            }
                            (undo(control, change))
                        }
                        @if !may_sign { p class="note" { "It is decided later: the plan signs it then, or you refuse it now." } }
                    }
                }
            }
            p class="error" id={ (id) "-e" } role="alert" { (mistake.map_or("", String::as_str)) }
        }
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Number { .. } => "number",
        Kind::Factor { .. } => "factor",
        Kind::Decision { .. } => "decision",
    }
}

fn name(control: &Control) -> Markup {
    html! { span class="name" { (control.label) } " " span class="detail" { (control.detail) } }
}

fn range(id: &str, control: &Control, slider: &Slider, value: &str) -> Markup {
    // Of a value that was typed the slider shows what it can.
    let at = super::controls::shown(value).unwrap_or(slider.at).min(slider.most);
    html! {
        input type="range" id={ (id) "-r" } min="0" max=(slider.most) step=(slider.step) value=(at) data-unit=(slider.unit) data-written=(slider.at)
            aria-label={ (control.label) ", " (control.detail) } aria-valuetext=(value);
    }
}

fn undo(control: &Control, change: Option<&Change>) -> Markup {
    html! {
        button type="button" class="undo" data-undo=(control.path) hidden[change.is_none()]
            aria-label={ "Undo: " (control.label) ", " (control.detail) } { "Undo" }
    }
}

/// What was changed, each with a way back.
fn changes(bench: &Bench, view: &View) -> Markup {
    let opened = &bench.opened;
    let chosen = &view.changes.chosen;
    let mut situation: Vec<String> = Vec::new();
    let on = chosen.scenarios.iter().filter(|s| !opened.scenarios.contains(s));
    situation.extend(on.map(|s| format!("scenario {s} applies")));
    let off = opened.scenarios.iter().filter(|s| !chosen.scenarios.contains(s));
    situation.extend(off.map(|s| format!("scenario {s} does not apply")));
    if chosen.future != opened.future {
        situation.push(match &chosen.future {
            None => "every future at once".to_owned(),
            Some(Future::Base) => "the base case alone".to_owned(),
            Some(Future::Named(name)) => format!("only the future {name}"),
        });
    }
    let all = &view.situation.controls;
    let values: Vec<(&Control, &Change)> =
        all.iter().filter_map(|c| Some((c, view.changes.values.get(&c.path)?))).collect();
    html! {
        @if situation.is_empty() && values.is_empty() {
            p class="note" { "None yet: this is the model as it was opened." }
        } @else {
            ul class="made" {
                @for told in &situation { li { (told) } }
                @for (control, change) in &values {
                    li {
                        (control.label) ", " (control.detail) ": " (made(&control.kind, change)) " "
                        button type="button" class="undo" data-undo=(control.path)
                            aria-label={ "Undo: " (control.label) ", " (control.detail) } { "Undo" }
                    }
                }
            }
            button type="button" id="reset" { "Undo all" }
        }
    }
}

fn made(kind: &Kind, change: &Change) -> Markup {
    let decided = |word: &str| DECISIONS.iter().find(|d| d.0 == word).map_or(word.to_owned(), |d| d.1.to_lowercase());
    match (kind, change) {
        (Kind::Decision { written, .. }, Change::Set(value)) => {
            html! { (decided(written)) " → " strong { (decided(value)) } }
        }
        (Kind::Number { written, .. }, Change::Set(value)) => html! { (written) " → " strong { (value) } },
        (_, Change::Set(value)) => html! { strong { (value) } },
        (_, Change::Scale(factor)) => {
            let percent = crate::units::human::number(100.0 * factor);
            html! { strong { (percent) " %" } " of what is written" }
        }
    }
}

fn pinning() -> Markup {
    html! {
        form id="pin" class="row" {
            label for="pin-name" { "Pin this variant as" }
            input type="text" id="pin-name" maxlength="60" autocomplete="off" required;
            button type="submit" { "Pin" }
        }
    }
}

fn saving(bench: &Bench, may_save: bool) -> Markup {
    html! {
        @if may_save {
            form id="save" class="row" {
                label for="save-name" { "Save the changes as" }
                input type="text" id="save-name" maxlength="80" autocomplete="off" required value="what-if";
                select id="save-as" aria-label="What is saved" {
                    option value="overlay" { "an overlay" }
                    option value="scenario" { "a scenario" }
                }
                button type="submit" { "Save" }
            }
            p class="note" {
                "Saved beside " code { (bench.file()) } ". "
                a href="#" id="overlay" download="what-if.yaml" { "Download the overlay" } ", "
                a href="#" id="plan" download="plan.json" { "download the plan (JSON)" } "."
            }
        } @else {
            p class="note" {
                "Nothing is saved here (" code { "--read-only" } "). "
                a href="#" id="overlay" download="what-if.yaml" { "Download the overlay" } ", "
                a href="#" id="plan" download="plan.json" { "download the plan (JSON)" } "."
            }
        }
    }
}

/// Variants side by side, with what can be done with each pin.
fn variants(view: &View) -> Markup {
    html! {
        (PreEscaped(&view.variants))
        @if view.pins.is_empty() {
            p class="note" { "Pin a variant to keep it in this table, up to " (PINS) "." }
        } @else {
            ul class="pins" {
                @for (i, name) in view.pins.iter().enumerate() {
                    li {
                        span { (name) } " "
                        button type="button" data-restore=(i) aria-label={ "Go back to " (name) } { "Go back to it" } " "
                        button type="button" data-unpin=(i) aria-label={ "Remove " (name) } { "Remove" }
                    }
                }
            }
        }
    }
}
