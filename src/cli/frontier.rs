//! `frontier`: what less dependency costs.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TableFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::{exit, files, models};
use crate::analysis::Detail;
use crate::analysis::frontier::{Against, Frontier, FrontierError, FrontierSettings, frontier};
use crate::plan::Status;
use crate::report::{self, Format, Style};

#[derive(Args, Debug)]
pub(super) struct FrontierCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The objective to trade off against cost, such as `hhi:vendor`, `largest:cloud:chips`, `served:vendor` or
    /// `cvar:95%`.
    #[arg(long, value_name = "MEASURE", default_value = "hhi:vendor")]
    pub against: String,
    /// Number of points, including both ends.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub points: u16,
    /// Write the plan of each point into this folder, as `solve --format json` writes it.
    #[arg(long, value_name = "DIR")]
    pub plans: Option<PathBuf>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the frontier.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TableFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &FrontierCommand, quiet: bool) -> Result<u8, Failure> {
    let input = models::input(&command.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    let loaded = models::loaded(&input, quiet)?;
    command.output.check()?;
    let settings = FrontierSettings {
        against: Against::read(&command.against, &loaded.model).map_err(Failure::Usage)?,
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
        TableFormat::Text => {
            let style = command.output.style();
            report::frontier::write_text(&frontier, style, &mut text)?;
        }
        TableFormat::Json => report::frontier::write_json(&frontier, &mut text)?,
        TableFormat::Csv => report::frontier::write_csv(&frontier, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(code(&frontier))
}

/// A point with a plan that ended without a proof is a limit reached; without a plan it is not certified.
fn code(frontier: &Frontier) -> u8 {
    match frontier.failed.iter().map(|point| point.status).collect::<Vec<_>>() {
        failed if failed.is_empty() => exit::DONE,
        failed if failed.iter().all(|status| *status == Status::LimitReached) => exit::LIMIT_REACHED,
        _ => exit::UNCERTIFIED,
    }
}

/// How the program ends where there is no frontier.
pub(super) fn failure(error: FrontierError, quiet: bool) -> Failure {
    let code = match error {
        FrontierError::Rejected(rejected) => {
            files::report(&rejected.diagnostics, &rejected.sources, quiet);
            return Failure::Told(exit::MODEL_WRONG);
        }
        FrontierError::Engine(error) => return Failure::Outside(error.to_string()),
        FrontierError::NoLevel(_) | FrontierError::OtherLevel(_) => return Failure::Usage(error.to_string()),
        FrontierError::NoPlan(status) => exit_code(status),
        FrontierError::Uncertified { .. } => exit::UNCERTIFIED,
    };
    files::say(&format!("error: {error}\n"));
    Failure::Told(code)
}
