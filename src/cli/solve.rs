//! `solve`: the cheapest plan.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::common::{DetailArg, GapArgs, ModelArgs, OutputArgs, PlanFormat, SolverArgs, parse_confidence};
use super::exit::exit_code;
use super::failure::Failure;
use super::{files, models};
use crate::analysis::explain::infeasibility;
use crate::analysis::samples::{Replications, SampleError, solve_sampled};
use crate::analysis::{SolveSettings, solve};
use crate::model::{Edit, Model, Uncertainty};
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
    #[command(flatten)]
    pub samples: SampleArgs,
}

/// How a plan for futures that are drawn at random (`uncertainty.draws`) is judged.
#[derive(Args, Debug, Clone, Copy)]
pub(super) struct SampleArgs {
    /// How many futures are drawn, instead of what the model says.
    #[arg(long, value_name = "N")]
    pub samples: Option<NonZeroUsize>,
    /// Judge the plan by so many further samples: between which amounts its expected cost lies, and how far it may be
    /// from the best plan.
    #[arg(long, value_name = "N", value_parser = parse_replications)]
    pub replications: Option<usize>,
    /// How sure these amounts are, such as `95%`.
    #[arg(long, value_name = "PART", default_value = "95%", value_parser = parse_confidence)]
    pub confidence: f64,
}

/// Reads a number of further samples: fewer than two have no deviation.
pub(super) fn parse_replications(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&n: &usize| n >= 2);
    count.ok_or_else(|| format!("`{text}` is not a number of samples; write at least 2"))
}

impl SampleArgs {
    /// The model with as many draws as were asked for.
    pub(super) fn of(self, model: Model) -> Result<Model, Failure> {
        drawn(model, self.samples)
    }
}

/// The model with so many draws, if it is said how many.
pub(super) fn drawn(model: Model, samples: Option<NonZeroUsize>) -> Result<Model, Failure> {
    let Some(samples) = samples else { return Ok(model) };
    if model.uncertainty().and_then(Uncertainty::draws).is_none() {
        return Err(SampleError::NothingDrawn.into());
    }
    let edit = Edit::set("uncertainty.draws.samples", samples);
    model.with(&[edit]).map_err(|rejected| Failure::Usage(rejected.to_string()))
}

pub(super) fn run(command: &SolveCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    command.format.check(&command.output)?;
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(command.detail.into()) };
    let model = command.samples.of(loaded.model)?;
    let plan = match command.samples.replications {
        Some(count) => {
            let further = Replications { count, confidence: command.samples.confidence };
            solve_sampled(&model, &settings, further)?
        }
        None => solve(&model, &settings).map_err(|e| Failure::Outside(e.to_string()))?,
    };
    let style = command.output.style();
    let mut text = command.format.write(&model, &plan, style)?;
    // Why there is none is for a person; programs ask `explain`.
    if plan.status == Status::Infeasible
        && settings.detail.is_full()
        && matches!(command.format, PlanFormat::Text | PlanFormat::Tables)
        && model.uncertainty().is_none()
        && let Some(found) = infeasibility(&model, &settings).map_err(|e| Failure::Outside(e.to_string()))?
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
