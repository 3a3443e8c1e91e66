//! `stress`: each supplier lost in turn, over a plan.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TableFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{files, models, plan_file};
use crate::analysis::stress::{StressError, StressOptions, stress};
use crate::analysis::{Detail, FuturePlans, solve_every_future};
use crate::report::{self, Style};

#[derive(Args, Debug)]
pub(super) struct StressCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// A plan that `solve --format json` wrote; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Dimensions whose groups are removed in turn; default: all that distinguish suppliers.
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Time to recovery, such as `2 periods`, `72 h` or `3 months`.
    #[arg(long, value_name = "TIME", default_value = "1 period")]
    pub recovery: String,
    /// Workloads to reroute, by id or kind; default: all inference.
    #[arg(long = "for", value_name = "WORKLOADS", value_delimiter = ',')]
    pub served: Vec<String>,
    /// Workloads that can be preempted, by id or kind; all others keep their chips [default: as the policy's `survive`].
    #[arg(long, value_name = "WORKLOADS", value_delimiter = ',')]
    pub preempt: Vec<String>,
    /// Surge: by how much holdings of surviving offers can grow, within capacity [default: as the policy's `survive`].
    #[arg(long, value_name = "PART")]
    pub surge: Option<String>,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the table.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TableFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &StressCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    let model = &loaded.model;
    let settings = asked(command).settings(model).map_err(Failure::Usage)?;
    if command.plan.is_some() {
        // What a plan for several futures holds in each of them is not in its file.
        models::refuse_futures(model, quiet)?;
    }
    let given = command.plan.as_deref().map(|path| plan_file::of_model(model, path)).transpose()?;
    command.output.check()?;
    let solving = command.solver.settings(Detail::Plan);
    let plans = match given {
        Some(plan) => FuturePlans { together: plan, futures: Vec::new() },
        None => solve_every_future(model, &solving)?,
    };
    let plan = &plans.together;
    if !plan.status.has_plan() {
        let mut text = Vec::new();
        report::write(plan, report::Format::Text, Style { colour: colour(&io::stderr()) }, &mut text)?;
        files::complain(&text);
        return Ok(exit_code(plan.status));
    }
    let table = stress(model, &plans, solving.solver(), &settings)?;
    let mut text = Vec::new();
    match command.format {
        TableFormat::Text => {
            let style = command.output.style();
            report::stress::write_text(&table, style, &mut text)?;
        }
        TableFormat::Json => report::stress::write_json(&table, &mut text)?,
        TableFormat::Csv => report::stress::write_csv(&table, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(exit_code(plan.status))
}

/// What is asked, in words.
fn asked(command: &StressCommand) -> StressOptions {
    StressOptions {
        by: command.by.clone(),
        recovery: command.recovery.clone(),
        served: command.served.clone(),
        preempt: command.preempt.clone(),
        surge: command.surge.clone(),
    }
}

impl From<StressError> for Failure {
    fn from(error: StressError) -> Self {
        match error {
            StressError::Engine(error) => error.into(),
            _ => Failure::Usage(error.to_string()),
        }
    }
}
