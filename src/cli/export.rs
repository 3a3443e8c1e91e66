//! `export`: the linear program for another solver, or the plan as charges.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Args, ValueEnum};

use super::common::{ModelArgs, OutputArgs, SolverArgs};
use super::exit::exit_code;
use super::failure::Failure;
use super::logging::colour;
use super::{exit, files, models};
use crate::analysis::{Detail, FuturePrograms, future_programs, solve_schedule};
use crate::lp::{LinearProgram, write_lp, write_mps};
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
    /// The program as MPS or LP (left out, from the name of the file), the solved plan as forecast charges of FOCUS, or the
    /// model itself as a workbook.
    #[arg(long, value_enum)]
    pub to: Option<ExportFormat>,
    /// Of a model with several futures also each future's own program into this folder, with `futures.csv` (how likely
    /// each is) and `shared.csv` (the columns that futures have in common).
    #[arg(long, value_name = "DIR")]
    pub apart: Option<PathBuf>,
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
    /// What the plan commits to as the second dataset of FOCUS 1.3, ContractCommitment.
    FocusCommitments,
    /// The model as an Excel workbook, which every command reads.
    #[cfg(feature = "xlsx")]
    Xlsx,
}

pub(super) fn run(command: &ExportCommand, quiet: bool) -> Result<u8, Failure> {
    let format = command.to.or_else(|| by_name(command.output.file()?)).ok_or_else(|| {
        let message = "which format? Give `--to mps`, `--to lp`, `--to focus` or `--to xlsx`, or a file that ends in .mps, .lp or .xlsx";
        Failure::Usage(message.to_owned())
    })?;
    #[cfg(feature = "xlsx")]
    if format == ExportFormat::Xlsx {
        return workbook(command, quiet);
    }
    let loaded = models::model(&command.input, quiet)?;
    command.output.check()?;
    if matches!(format, ExportFormat::Focus | ExportFormat::FocusCommitments) {
        models::refuse_futures(&loaded.model, quiet)?;
        return focus(command, format, &loaded.model, quiet);
    }
    if command.apart.is_some() && loaded.model.uncertainty().is_none() {
        return Err(Failure::Usage("--apart is for a model with several futures, and this one has none".to_owned()));
    }
    let settings = command.solver.settings(Detail::Plan);
    let programs = future_programs(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?;
    if let Some(folder) = &command.apart {
        write_apart(&programs, format, folder)?;
    }
    command.output.write(&written(&programs.joined, format)?)?;
    Ok(exit::DONE)
}

/// The model as a workbook: as it is written, or with what is laid over it.
#[cfg(feature = "xlsx")]
fn workbook(command: &ExportCommand, quiet: bool) -> Result<u8, Failure> {
    use crate::diagnostics::Diagnostics;
    use crate::document::{book_of, read, save};
    let input = models::input(&command.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    if command.apart.is_some() || input.future.is_some() || input.without_uncertainty {
        let message = "--to xlsx writes the whole model: leave out --apart, --future and --without-uncertainty";
        return Err(Failure::Usage(message.to_owned()));
    }
    let loaded = models::loaded(&input, quiet)?;
    command.output.check_binary()?;
    let as_written = input.overlays.is_empty() && input.scenarios.is_empty() && input.sets.is_empty();
    let root = if as_written {
        let text = input.text.strip_prefix('\u{feff}').unwrap_or(&input.text);
        let source = loaded.sources.clone().add(&input.name, text);
        read(text, source, &mut Diagnostics::new())
    } else {
        crate::model::read_tree(&input).ok().map(|tree| tree.root)
    };
    let book = book_of(&root.unwrap_or_default(), false).map_err(|e| Failure::Outside(e.to_string()))?;
    command.output.write(&save(&book).map_err(|e| Failure::Outside(e.to_string()))?)?;
    Ok(exit::DONE)
}

fn written(program: &LinearProgram, format: ExportFormat) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match format {
        ExportFormat::Mps => write_mps(program, &mut text)?,
        _ => write_lp(program, &mut text)?,
    }
    Ok(text)
}

/// Each future's own program, how likely it is, and what the futures have in common.
fn write_apart(programs: &FuturePrograms, format: ExportFormat, folder: &Path) -> Result<(), Failure> {
    let made = |e: io::Error| Failure::Outside(format!("cannot make the folder {}: {e}", folder.display()));
    fs::create_dir_all(folder).map_err(made)?;
    let end = if format == ExportFormat::Mps { "mps" } else { "lp" };
    let mut futures = csv::Writer::from_writer(Vec::new());
    let table = |e: csv::Error| Failure::Outside(e.to_string());
    futures.write_record(["future", "probability", "file"]).map_err(table)?;
    for (i, future) in programs.futures.iter().enumerate() {
        let file = format!("future-{:03}.{end}", i + 1);
        files::write(Some(&folder.join(&file)), &written(&future.program, format)?)?;
        futures.write_record([&future.name, &future.probability.to_string(), &file]).map_err(table)?;
    }
    let mut shared = csv::Writer::from_writer(Vec::new());
    shared.write_record(["column", "futures"]).map_err(table)?;
    for (column, having) in &programs.shared {
        let names: Vec<&str> = having.iter().map(|&f| programs.futures[f].name.as_str()).collect();
        shared.write_record([column.as_str(), &names.join(" ")]).map_err(table)?;
    }
    for (name, table) in [("futures.csv", futures), ("shared.csv", shared)] {
        let text = table.into_inner().map_err(|e| Failure::Outside(e.to_string()))?;
        files::write(Some(&folder.join(name)), &text)?;
    }
    Ok(())
}

/// The solved plan as forecast charges. What is not certified is reported and not written: nobody would see it in a table.
fn focus(command: &ExportCommand, format: ExportFormat, model: &Model, quiet: bool) -> Result<u8, Failure> {
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
    if format == ExportFormat::FocusCommitments {
        report::focus_commitments::write_csv(model, &schedule, &charges, &mut text)?;
        command.output.write(&text)?;
        return Ok(exit_code(plan.status));
    }
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
            CostKind::Energy => Some("electricity"),
            CostKind::Porting => Some("porting"),
            CostKind::Egress => Some("moving data"),
            CostKind::Switching => Some("switching"),
            CostKind::Unmet => Some("unmet work"),
            CostKind::Resale => Some("resale"),
            CostKind::Residual => Some("residual value"),
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
        #[cfg(feature = "xlsx")]
        "xlsx" => Some(ExportFormat::Xlsx),
        _ => None,
    }
}
