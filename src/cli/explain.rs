//! `explain`: why there is no plan, or what drives its cost; or what a code means.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TextFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{exit, files, models};
use crate::analysis::Detail;
use crate::analysis::explain::{ExplainError, Explanation, explain};
use crate::diagnostics::{self, Code};
use crate::document::find_keys;
use crate::model::Model;
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
    command.output.check()?;
    let json = command.format == TextFormat::Json;
    let code = match explain(model, command.subject.as_deref(), &command.solver.settings(Detail::Full)) {
        Ok(Explanation::Drivers { drivers, plan }) => {
            if json {
                report::explain::write_json(&drivers, &mut text)?;
            } else {
                report::explain::write_drivers(&drivers, &plan, command.subject.is_none(), style, &mut text)?;
            }
            exit_code(plan.status)
        }
        Ok(Explanation::Infeasible { future, found }) => {
            if json {
                report::explain::write_json(&found, &mut text)?;
            } else {
                if let Some(future) = future {
                    writeln!(text, "In the future `{future}`, whatever is decided before:\n")?;
                }
                report::explain::write_infeasibility(&found, style, &mut text)?;
            }
            exit::DONE
        }
        // What is left is the limit on regret, of which the plan's note speaks.
        Ok(Explanation::Plan(plan)) if plan.status == Status::Infeasible => {
            let format = if json { report::Format::Json } else { report::Format::Text };
            report::write(&plan, format, style, &mut text)?;
            exit::DONE
        }
        Ok(Explanation::Plan(plan)) => {
            report::write(&plan, report::Format::Text, Style { colour: colour(&io::stderr()) }, &mut text)?;
            files::complain(&text);
            return Ok(exit_code(plan.status));
        }
        Err(error) => return failure(&error, model, quiet),
    };
    command.output.write(&text)?;
    Ok(code)
}

/// How the program ends where there is no explanation.
fn failure(error: &ExplainError, model: &Model, quiet: bool) -> Result<u8, Failure> {
    match error {
        ExplainError::Subject(message) => return Err(Failure::Usage(message.clone())),
        ExplainError::Futures(_) => models::refuse_futures(model, quiet)?,
        ExplainError::Unproved => {
            files::complain(format!("error: {error}\n").as_bytes());
            return Ok(exit::UNCERTIFIED);
        }
        _ => {}
    }
    Err(Failure::Outside(error.to_string()))
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
