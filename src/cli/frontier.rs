//! `frontier`: what less dependency costs.

use std::fs;

use super::args::{FrontierCommand, StressFormat};
use super::{Failure, exit, files};
use crate::analysis::Detail;
use crate::analysis::frontier::{Against, FrontierError, FrontierSettings, frontier};
use crate::diagnostics::suggest;
use crate::model::{Dimension, Measure, Model};
use crate::report::{self, Format, Style};

pub(super) fn run(command: &FrontierCommand, quiet: bool) -> Result<u8, Failure> {
    let input = files::input(&command.input).map_err(|unreadable| files::told(&unreadable, quiet))?;
    let loaded = files::loaded(&input, quiet)?;
    command.output.check()?;
    let settings = FrontierSettings {
        against: against(&command.against, &loaded.model).map_err(Failure::Usage)?,
        points: usize::from(command.points),
        solve: command.solver.settings(Detail::Full),
    };
    let (frontier, plans) = frontier(&input, &settings).map_err(|error| failure(error, quiet))?;
    if let Some(folder) = &command.plans {
        fs::create_dir_all(folder)?;
        for (i, plan) in plans.iter().enumerate() {
            let mut text = Vec::new();
            report::write(plan, Format::Json, Style::default(), &mut text)?;
            files::write(Some(&folder.join(format!("point-{i:03}.json"))), &text)?;
        }
    }
    let mut text = Vec::new();
    match command.format {
        StressFormat::Text => {
            let style = command.output.style();
            report::frontier::write_text(&frontier, style, &mut text)?;
        }
        StressFormat::Json => report::frontier::write_json(&frontier, &mut text)?,
        StressFormat::Csv => report::frontier::write_csv(&frontier, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(exit::DONE)
}

/// How the program ends where there is no frontier.
pub(super) fn failure(error: FrontierError, quiet: bool) -> Failure {
    let code = match error {
        FrontierError::Rejected(rejected) => {
            files::tell(&rejected.diagnostics, &rejected.sources, quiet);
            return Failure::Told(exit::MODEL_WRONG);
        }
        FrontierError::Engine(error) => return Failure::Outside(error.to_string()),
        FrontierError::NoLevel(_) | FrontierError::OtherLevel(_) => return Failure::Usage(error.to_string()),
        FrontierError::NoPlan(status) => status.exit_code(),
        FrontierError::Uncertified { .. } => exit::UNCERTIFIED,
    };
    files::say(&format!("error: {error}\n"));
    Failure::Told(code)
}

/// Reads `hhi:vendor`, `largest:cloud:chips`, `served:vendor` or `cvar:95%`.
pub(super) fn against(text: &str, model: &Model) -> Result<Against, String> {
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let dimension = |word: Option<&&str>| {
        let word = word.copied().ok_or_else(|| format!("`{text}` lacks a dimension: write `{}:vendor`", parts[0]))?;
        let dimension = Dimension::from_word(word);
        if model.groups(&dimension).is_empty() || word == "offer" {
            let known = suggest(word, Dimension::WORDS.into_iter().filter(|w| *w != "offer").collect::<Vec<_>>());
            return Err(format!("`{word}` is neither a dimension nor a tag of any offer; {known}"));
        }
        Ok(dimension)
    };
    let measure = |word: Option<&&str>| {
        let word = word.copied().unwrap_or("spend");
        let found = Measure::ALL.into_iter().find(|m| m.word() == word);
        found.ok_or_else(|| format!("`{word}` is not a measure; {}", suggest(word, Measure::ALL.map(Measure::word))))
    };
    let most = match parts[0] {
        "hhi" | "largest" => 3,
        _ => 2,
    };
    if parts.len() > most {
        return Err(format!("`{}` is too much in `{text}`", parts[most]));
    }
    match parts[0] {
        "hhi" => Ok(Against::Hhi(dimension(parts.get(1))?, measure(parts.get(2))?)),
        "largest" => Ok(Against::Largest(dimension(parts.get(1))?, measure(parts.get(2))?)),
        "served" => Ok(Against::Served(dimension(parts.get(1))?)),
        "cvar" => {
            let own = model.risk.cvar.map_or(0.95, |c| c.level);
            let Some(level) = parts.get(1) else { return Ok(Against::Cvar(own)) };
            let (digits, scale) = level.strip_suffix('%').map_or((*level, 1.0), |digits| (digits.trim(), 100.0));
            let read = digits.parse::<f64>().ok().map(|x| x / scale).filter(|x| (0.0..1.0).contains(x));
            read.map(Against::Cvar).ok_or_else(|| format!("`{level}` is not a level; write 95% or 0.95"))
        }
        other => {
            let words = ["hhi", "largest", "served", "cvar"];
            Err(format!("the cost cannot be traded against `{other}`; {}", suggest(other, words)))
        }
    }
}
