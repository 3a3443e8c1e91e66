//! `backtest`: what ways of planning would have cost.

use clap::Args;

use super::common::{ModelArgs, OutputArgs, PageFormat, SolverArgs};
use super::failure::Failure;
use super::{exit, files, models};
use crate::analysis::Detail;
use crate::analysis::backtest::{BacktestError, backtest};
use crate::plan::{BacktestResult, BacktestStatus};
use crate::report;

#[derive(Args, Debug)]
pub(super) struct BacktestCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the backtest.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &BacktestCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    command.output.check()?;
    let settings = command.solver.settings(Detail::Cost);
    let found = backtest(&loaded.model, &settings).map_err(|error| failure(error, quiet))?;
    let mut text = Vec::new();
    match command.format {
        PageFormat::Text => report::backtest::write_text(&found, command.output.style(), &mut text)?,
        PageFormat::Json => report::backtest::write_json(&found, &mut text)?,
        PageFormat::Csv => report::backtest::write_csv(&found, &mut text)?,
        PageFormat::Html => report::html::write_backtest(&found, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(code(&found))
}

fn failure(error: BacktestError, quiet: bool) -> Failure {
    match error {
        BacktestError::Engine(error) => error.into(),
        BacktestError::NoHindsight(status) => Failure::Uncertified(exit::exit_code(status), error.to_string()),
        BacktestError::Rejected { policy, at, wrong } => {
            if !quiet {
                files::say(&format!("the model of `{policy}` at {at} has no meaning:\n"));
            }
            files::report(&wrong.diagnostics, &wrong.sources, quiet);
            Failure::Told(exit::MODEL_WRONG)
        }
        BacktestError::Undecided(_) => Failure::Outside(error.to_string()),
        BacktestError::Nothing | BacktestError::Online(_) => Failure::Usage(error.to_string()),
    }
}

/// A policy without a plan is an answer; what is not certified is not passed over.
fn code(found: &BacktestResult) -> u8 {
    let ended = |status| found.policies.iter().any(|p| p.status == status);
    if ended(BacktestStatus::Uncertified) {
        exit::UNCERTIFIED
    } else if ended(BacktestStatus::NoPlan) {
        exit::INFEASIBLE
    } else {
        exit::DONE
    }
}
