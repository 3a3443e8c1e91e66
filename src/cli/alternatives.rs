//! `alternatives`: what else could be done at nearly the same cost.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TableFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::{exit, files, models};
use crate::analysis::Detail;
use crate::analysis::alternatives::{Alternatives, AlternativesError, AlternativesSettings, alternatives};
use crate::model::Model;
use crate::report::{self, Format, Style};

#[derive(Args, Debug)]
pub(super) struct AlternativesCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// How much more than the optimum a plan may cost, such as `2%` or `0.02`.
    #[arg(long, value_name = "PART", default_value = "2%", value_parser = parse_within)]
    pub within: f64,
    /// Number of maximally different plans to find; 0 for none.
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u8).range(0..=50))]
    pub plans: u8,
    /// Dimensions to report minimum and maximum shares for.
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',', default_value = "vendor,cloud,organisation")]
    pub by: Vec<String>,
    /// What the shares are of: spend, chips, work, power or carbon.
    #[arg(long, value_name = "MEASURE", default_value = "spend")]
    pub of: String,
    /// Write each plan into this folder, as `solve --format json` writes it.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the answer.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TableFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &AlternativesCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    let settings = settings(command, &loaded.model).map_err(Failure::Usage)?;
    command.output.check()?;
    let (found, plans) = match alternatives(&loaded.model, &settings) {
        Ok(found) => found,
        Err(AlternativesError::Usage(message)) => return Err(Failure::Usage(message)),
        Err(AlternativesError::Engine(error)) => return Err(Failure::Outside(error.to_string())),
        Err(error @ AlternativesError::NoPlan(status)) => {
            files::say(&format!("error: {error}\n"));
            return Ok(exit_code(status));
        }
    };
    if let Some(folder) = &command.write {
        fs::create_dir_all(folder)?;
        for (i, plan) in plans.iter().enumerate() {
            let mut text = Vec::new();
            report::write(plan, Format::Json, Style::default(), &mut text)?;
            files::write(Some(&folder.join(format!("alternative-{:02}.json", i + 1))), &text)?;
        }
    }
    let mut text = Vec::new();
    match command.format {
        TableFormat::Text => {
            let style = command.output.style();
            report::alternatives::write_text(&found, style, &mut text)?;
        }
        TableFormat::Json => report::alternatives::write_json(&found, &mut text)?,
        TableFormat::Csv => report::alternatives::write_csv(&found, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(code(&found))
}

/// What is left out is not certified; what ended without a proof is a limit reached.
fn code(found: &Alternatives) -> u8 {
    let ends = || found.room.iter().flat_map(|g| [&g.least, &g.most]);
    if ends().any(Option::is_none) {
        exit::UNCERTIFIED
    } else if ends().flatten().any(|e| e.limited) {
        exit::LIMIT_REACHED
    } else {
        exit::DONE
    }
}

fn settings(command: &AlternativesCommand, model: &Model) -> Result<AlternativesSettings, String> {
    let solve = command.solver.settings(Detail::Full);
    let (within, plans) = (command.within, usize::from(command.plans));
    AlternativesSettings::read(model, (within, plans), (&command.by, &command.of), solve)
}

/// Reads a part from 0 to 1.
fn parse_within(text: &str) -> Result<f64, String> {
    let (digits, unit) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits.trim_end(), 0.01),
        None => (text, 1.0),
    };
    let read = digits.parse::<f64>().ok().map(|x| x * unit).filter(|x| (0.0..=1.0).contains(x));
    read.ok_or_else(|| format!("`{text}` is not a part of the cost from 0 to 1; write `2%` or `0.02`"))
}
