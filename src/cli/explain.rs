//! `explain`: why there is no plan, or what drives its cost; or what a code means.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TextFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{exit, files, models};
use crate::analysis::explain::{drivers, infeasibility, subjects};
use crate::analysis::{Detail, solve};
use crate::diagnostics::{self, Code, suggest};
use crate::document::find_keys;
use crate::model::{Model, Uncertainty};
use crate::plan::Status;
use crate::report::{self, Style};

#[derive(Args, Debug)]
pub(super) struct ExplainCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The offer, workload, contract or limit to explain; default: all that matters. In place of MODEL: the code of a
    /// diagnostic, a key of the model file (`survive.preempt`) or a term (`HHI`).
    #[arg(value_name = "SUBJECT")]
    pub subject: Option<String>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the explanation.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &ExplainCommand, quiet: bool) -> Result<u8, Failure> {
    let style = command.output.style();
    let mut text = Vec::new();
    if let Some(code) = code(&command.input.model) {
        text.extend(diagnostics::page(code).into_bytes());
        command.output.write(&text)?;
        return Ok(exit::DONE);
    }
    if let Some(page) = word(&command.input.model) {
        command.output.write(page.as_bytes())?;
        return Ok(exit::DONE);
    }
    let loaded = models::model(&command.input, quiet)?;
    let model = &loaded.model;
    if model.uncertainty().is_some() {
        return of_futures(command, model, quiet);
    }
    if let Some(subject) = &command.subject {
        let known = subjects(model);
        if !known.contains(subject) {
            let near = suggest(subject, known.iter().map(String::as_str).collect::<Vec<_>>());
            return Err(Failure::Usage(format!(
                "`{subject}` is no offer, workload, contract or limit of the model; {near}"
            )));
        }
    }
    command.output.check()?;
    let settings = command.solver.settings(Detail::Full);
    let outside = |e: crate::engine::EngineError| Failure::Outside(e.to_string());
    let plan = solve(model, &settings).map_err(outside)?;
    let json = command.format == TextFormat::Json;
    let code = match plan.status {
        Status::Optimal | Status::LimitReached => {
            let found = drivers(model, &plan, command.subject.as_deref());
            if json {
                report::explain::write_json(&found, &mut text)?;
            } else {
                report::explain::write_drivers(&found, &plan, command.subject.is_none(), style, &mut text)?;
            }
            exit_code(plan.status)
        }
        Status::Infeasible => {
            let Some(found) = infeasibility(model, &settings).map_err(outside)? else {
                files::complain(b"error: the proof that there is no plan could not be found again\n");
                return Ok(exit::UNCERTIFIED);
            };
            if json {
                report::explain::write_json(&found, &mut text)?;
            } else {
                report::explain::write_infeasibility(&found, style, &mut text)?;
            }
            exit::DONE
        }
        status => {
            report::write(&plan, report::Format::Text, Style { colour: colour(&io::stderr()) }, &mut text)?;
            files::complain(&text);
            return Ok(exit_code(status));
        }
    };
    command.output.write(&text)?;
    Ok(code)
}

/// Why there is no plan for several futures: in which future by itself, else why there is none for all of them.
fn of_futures(command: &ExplainCommand, model: &Model, quiet: bool) -> Result<u8, Failure> {
    command.output.check()?;
    let settings = command.solver.settings(Detail::Cost);
    let outside = |e: crate::engine::EngineError| Failure::Outside(e.to_string());
    let plan = solve(model, &settings).map_err(outside)?;
    if plan.status != Status::Infeasible || command.subject.is_some() {
        models::refuse_futures(model, quiet)?;
    }
    let names = model.uncertainty().map(Uncertainty::futures).unwrap_or_default();
    let style = command.output.style();
    let json = command.format == TextFormat::Json;
    let mut text = Vec::new();
    let mut found = None;
    for (i, future) in names.iter().enumerate() {
        let one = model.future(i).map_err(|d| Failure::Outside(d.sorted()[0].message.clone()))?;
        if solve(&one, &settings).map_err(outside)?.status == Status::Infeasible {
            found = infeasibility(&one, &settings).map_err(outside)?;
            if found.is_some() && !json {
                writeln!(text, "In the future `{}`, whatever is decided before:\n", future.name)?;
            }
            break;
        }
    }
    if found.is_none() {
        found = infeasibility(model, &settings).map_err(outside)?;
    }
    match found {
        Some(found) if json => report::explain::write_json(&found, &mut text)?,
        Some(found) => report::explain::write_infeasibility(&found, style, &mut text)?,
        // What is left is the limit on regret, of which the plan's note speaks.
        None => {
            let format = if json { report::Format::Json } else { report::Format::Text };
            report::write(&plan, format, style, &mut text)?;
        }
    }
    command.output.write(&text)?;
    Ok(exit::DONE)
}

/// Most keys of one name that are explained at once.
const MOST_KEYS: usize = 8;

/// What a key of the model file or a word of the field means, unless there is a file of that name.
fn word(name: &Path) -> Option<String> {
    let text = name.to_str().filter(|_| !name.exists())?;
    let keys = find_keys(text);
    let mut page: Vec<String> = glossary(text).into_iter().collect();
    let shown = keys.iter().take(MOST_KEYS);
    page.extend(shown.map(|key| report::reference::key_page(key, in_template(key.key.key).as_deref())));
    if keys.len() > MOST_KEYS {
        let more: Vec<String> = keys[MOST_KEYS..].iter().map(|key| format!("`{}`", key.path)).collect();
        page.push(format!("Also: {}.\n", more.join(", ")));
    }
    (!page.is_empty()).then(|| page.join("\n"))
}

/// A word of the field, from the page that explains them: an entry of a list that begins with it in bold.
fn glossary(word: &str) -> Option<String> {
    let page = include_str!("../../docs/certificate.md");
    let entries = page.split("\n- **").skip(1);
    let mut entries = entries.filter_map(|entry| entry.split("\n\n").next()?.split_once("**"));
    // A premium is a diversification premium.
    let named = |name: &str| {
        let (name, word) = (name.trim_end_matches('.').to_lowercase(), word.to_lowercase());
        name == word || name.ends_with(&format!(" {word}"))
    };
    let (name, meaning) = entries.find(|(name, _)| named(name))?;
    let meaning: Vec<&str> = meaning.lines().map(str::trim).collect();
    Some(format!("{}\n\n{}\n", name.trim_end_matches('.'), meaning.join(" ").trim()))
}

/// The line of the template that shows a key.
fn in_template(key: &str) -> Option<String> {
    let template = include_str!("template.yaml");
    let shows = |line: &&str| {
        let found = line.match_indices(&format!("{key}:")).next();
        found.is_some_and(|(at, _)| line[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '{'))
    };
    template.lines().find(shows).map(|line| format!("`{}`", line.trim().trim_start_matches('#').trim()))
}

/// A diagnostic's code, unless there is a file of that name.
fn code(name: &Path) -> Option<Code> {
    let text = name.to_str()?;
    let code = Code::ALL.iter().copied().find(|c| c.as_str() == text)?;
    (!name.exists()).then_some(code)
}
