//! `stress`: each supplier lost in turn, over a plan.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TableFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{files, models, plan_file};
use crate::analysis::{Detail, FuturePlans, solve_every_future};
use crate::model::{Dimension, Model, WorkloadSet, glob};
use crate::report::{self, Style};
use crate::resilience::{
    InFuture, Situation, Solver, Stress, StressSettings, stress, stress_of_futures, usual_response,
};

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
    let settings = settings(model, command)?;
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
    let table = lost(model, &plans, solving.solver(), &settings)?;
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

/// The losses of a plan, in each future if there are several.
pub(super) fn lost(
    model: &Model,
    plans: &FuturePlans,
    solver: Solver,
    settings: &StressSettings,
) -> Result<Stress, Failure> {
    let plan = &plans.together;
    if plans.futures.is_empty() {
        let situation = Situation::of_plan(model, plan, solver).map_err(|e| Failure::Usage(e.to_string()))?;
        return Ok(stress(model, plan, &situation, settings)?);
    }
    let futures: Vec<InFuture<'_>> = plans
        .futures
        .iter()
        .map(|f| InFuture { name: &f.name, probability: f.probability, model: &f.model, plan: &f.plan })
        .collect();
    Ok(stress_of_futures(&plan.model, &futures, &solver, settings)?)
}

fn settings(model: &Model, command: &StressCommand) -> Result<StressSettings, Failure> {
    let mut dimensions = Vec::new();
    for word in &command.by {
        let dimension = Dimension::from_word(word);
        if model.groups(&dimension).is_empty() {
            return Err(Failure::Usage(format!("`{word}` is neither a dimension nor a tag of any offer")));
        }
        dimensions.push(dimension);
    }
    let windows = model.recovery(&command.recovery).map_err(|e| Failure::Usage(e.to_string()))?;
    // What is not given is as the policy says.
    let mut response = None;
    let mut own = usual_response(model, None);
    if !command.served.is_empty() {
        own.serve = pick(model, &command.served)?;
        response = Some(own.clone());
    }
    if !command.preempt.is_empty() {
        own.preempt = pick(model, &command.preempt)?;
        response = Some(own.clone());
    }
    if let Some(surge) = &command.surge {
        own.surge = percentage(surge).map_err(Failure::Usage)?;
        response = Some(own.clone());
    }
    Ok(StressSettings { dimensions, windows, response })
}

/// Workloads by id (or a glob of it) or kind.
fn pick(model: &Model, patterns: &[String]) -> Result<WorkloadSet, Failure> {
    let matches = |p: &String, w: &crate::model::Workload| glob(p, &w.id) || p == w.kind();
    if let Some(nothing) = patterns.iter().find(|p| !model.workloads.iter().any(|w| matches(p, w))) {
        return Err(Failure::Usage(format!(
            "no workload is `{nothing}`: write an id, a glob, `inference` or `training`"
        )));
    }
    Ok(model.workloads.iter().map(|w| patterns.iter().any(|p| matches(p, w))).collect())
}

fn percentage(text: &str) -> Result<f64, String> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits, 0.01),
        None => (text, 1.0),
    };
    let wrong = || format!("`{text}` is not a part; write 30% or 0.3");
    let part = digits.trim().parse::<f64>().map_err(|_| wrong())? * scale;
    if part.is_finite() && part >= 0.0 { Ok(part) } else { Err(wrong()) }
}
