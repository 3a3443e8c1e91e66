//! `export`: the linear program for another solver, or the plan as charges.

use std::io;
use std::path::Path;

use clap::{Args, ValueEnum};

use super::common::{ModelArgs, OutputArgs, SolverArgs};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{exit, files, models};
use crate::analysis::{Detail, joined_program, solve_schedule};
use crate::lp::{write_lp, write_mps};
use crate::model::Model;
use crate::plan::ledger::Ledger;
use crate::plan::{CostKind, Plan, Status, charges};
use crate::report::{self, Style};
use crate::units::human;

#[derive(Args, Debug)]
pub(super) struct ExportCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// The program as MPS or LP (left out, from the name of the file), or the solved plan as forecast charges of FOCUS.
    #[arg(long, value_enum)]
    pub to: Option<ExportFormat>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExportFormat {
    /// The linear program as free MPS.
    Mps,
    /// The linear program as CPLEX LP.
    Lp,
    /// The plan as a CSV dataset of FinOps FOCUS 1.2.
    Focus,
}

pub(super) fn run(command: &ExportCommand, quiet: bool) -> Result<u8, Failure> {
    let format = command.to.or_else(|| by_name(command.output.file()?)).ok_or_else(|| {
        let message = "which format? Give `--to mps`, `--to lp` or `--to focus`, or a file that ends in .mps or .lp";
        Failure::Usage(message.to_owned())
    })?;
    let loaded = models::model(&command.input, quiet)?;
    command.output.check()?;
    if format == ExportFormat::Focus {
        models::refuse_futures(&loaded.model, quiet)?;
        return focus(command, &loaded.model, quiet);
    }
    let settings = command.solver.settings(Detail::Plan);
    let program = joined_program(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?;
    let mut text = Vec::new();
    match format {
        ExportFormat::Mps => write_mps(&program, &mut text)?,
        _ => write_lp(&program, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(exit::DONE)
}

/// The solved plan as forecast charges. What is not certified is told and not written: nobody would see it in a table.
fn focus(command: &ExportCommand, model: &Model, quiet: bool) -> Result<u8, Failure> {
    if model.calendar.is_steady() {
        let message =
            "charges have dates, and this model has none; add `horizon: { start: 2026-Q1, periods: 8, step: quarter }`";
        files::say(&format!("error: {message}\n"));
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    let outside = |e: &dyn std::fmt::Display| Failure::Outside(e.to_string());
    let (plan, schedule) = solve_schedule(model, &command.solver.settings(Detail::Full)).map_err(|e| outside(&e))?;
    let Some(schedule) = schedule.filter(|_| matches!(plan.status, Status::Optimal | Status::LimitReached)) else {
        let mut text = Vec::new();
        report::write(&plan, report::Format::Text, Style { colour: colour(&io::stderr()) }, &mut text)?;
        files::complain(&text);
        return Ok(exit_code(plan.status));
    };
    let ledger = Ledger::of(model, &schedule);
    let charges = charges(model, &schedule, &ledger).map_err(|e| outside(&format!("nothing is written, since {e}")))?;
    let mut text = Vec::new();
    report::focus::write_csv(model, &charges, &mut text)?;
    if let Some(left_out) = left_out(&plan, charges.iter().map(|c| c.billed).sum()).filter(|_| !quiet) {
        files::say(&format!("{left_out}\n"));
    }
    command.output.write(&text)?;
    Ok(exit_code(plan.status))
}

/// What the plan costs beside what is billed, in a sentence.
fn left_out(plan: &Plan, billed: f64) -> Option<String> {
    let cost = plan.cost.as_ref()?;
    let mut kinds: Vec<&str> = cost
        .lines
        .iter()
        .filter_map(|line| match line.kind {
            CostKind::Porting => Some("porting"),
            CostKind::Egress => Some("moving data"),
            CostKind::Switching => Some("switching"),
            CostKind::Unmet => Some("unmet work"),
            _ => None,
        })
        .collect();
    kinds.dedup();
    let rest = human::money(cost.nominal - billed, &plan.currency);
    (!kinds.is_empty()).then(|| format!("not among the charges: {} ({rest})", kinds.join(", ")))
}

fn by_name(file: &Path) -> Option<ExportFormat> {
    match file.extension()?.to_ascii_lowercase().to_str()? {
        "mps" => Some(ExportFormat::Mps),
        "lp" => Some(ExportFormat::Lp),
        _ => None,
    }
}
