//! `solve`: the cheapest plan.

use std::path::PathBuf;

use clap::Args;

use super::common::{DetailArg, GapArgs, ModelArgs, OutputArgs, PlanFormat, SolverArgs};
use super::exit::exit_code;
use super::failure::Failure;
use super::{files, models};
use crate::analysis::explain::infeasibility;
use crate::analysis::{SolveSettings, solve};
use crate::plan::Status;
use crate::report;

#[derive(Args, Debug)]
pub(super) struct SolveCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the plan.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Write every table of the plan as a CSV file into this folder, those of money included.
    #[arg(long, value_name = "DIR")]
    pub tables: Option<PathBuf>,
    #[command(flatten)]
    pub gap: GapArgs,
    /// Level of detail: the plan alone, also what needs further solves, or also break-even prices and shadow-price ranges
    /// in a large model.
    #[arg(long, value_enum, default_value = "full")]
    pub detail: DetailArg,
}

pub(super) fn run(command: &SolveCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    if command.format.is_binary() {
        command.output.check_binary()?
    } else {
        command.output.check()?
    }
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(command.detail.into()) };
    let plan = solve(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?;
    let style = command.output.style();
    let mut text = command.format.write(&loaded.model, &plan, style)?;
    // Why there is none is for a person; programs ask `explain`.
    if plan.status == Status::Infeasible
        && settings.detail.is_full()
        && matches!(command.format, PlanFormat::Text | PlanFormat::Tables)
        && loaded.model.uncertainty().is_none()
        && let Some(found) = infeasibility(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?
    {
        text.push(b'\n');
        report::explain::write_infeasibility(&found, style, &mut text)?;
    }
    if let Some(folder) = &command.tables {
        files::folder(folder)?;
        for (name, table) in report::csv_files(&plan)? {
            files::write(Some(&folder.join(name)), &table)?;
        }
    }
    command.output.write(&text)?;
    Ok(exit_code(plan.status))
}
