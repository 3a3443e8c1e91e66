//! `report`: one page with everything that a decision needs.

use std::path::PathBuf;

use super::common::{ModelArgs, OutputArgs, SolverArgs};
use super::exit::exit_code;
use super::failure::Failure;
use super::solve::SampleArgs;
use super::{exit, files, frontier, models, plan_file};
use crate::analysis::dossier::{Dossier, DossierError, DossierOptions};
use crate::analysis::samples::{Replications, solve_every_future_sampled};
use crate::analysis::{Detail, FuturePlans, SolveSettings, solve_every_future};
use crate::model::Model;
use crate::report;
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct ReportCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// A plan that `solve --format json` wrote; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// A frontier to draw, such as `hhi:vendor` or `served:cloud`; may be repeated.
    #[arg(long, value_name = "MEASURE")]
    pub frontier: Vec<String>,
    /// A curve to draw, such as `offers{vendor: amazon}.price=*0.4..1.6`; may be repeated.
    #[arg(long, value_name = "WHAT=FROM..TO")]
    pub curve: Vec<String>,
    /// Leave out what needs further solves and was not asked for.
    #[arg(long)]
    pub plain: bool,
    /// Write each chart as an SVG file into this folder.
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub samples: SampleArgs,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &ReportCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    let model = &command.samples.of(loaded.model)?;
    if command.plan.is_some() {
        models::refuse_futures(model, quiet)?;
    }
    let detail = if command.plain { Detail::Plan } else { Detail::Full };
    let given = command.plan.as_deref().map(|path| plan_file::of_model(model, path)).transpose()?;
    command.output.check()?;
    let settings = command.solver.settings(detail);
    let plans = match given {
        Some(plan) => FuturePlans { together: plan, futures: Vec::new() },
        None => solved(command, model, &settings)?,
    };
    let asked =
        DossierOptions { frontiers: command.frontier.clone(), curves: command.curve.clone(), plain: command.plain };
    let dossier = Dossier::prepared(model, &plans, &asked, &settings).map_err(|e| failure(e, quiet))?;
    let mut page = Vec::new();
    report::html::write_html(&dossier, &mut page)?;
    if let Some(folder) = &command.svg {
        files::folder(folder)?;
        for (name, text) in report::html::svg_files(&dossier) {
            files::write(Some(&folder.join(name)), text.as_bytes())?;
        }
    }
    command.output.write(&page)?;
    Ok(exit_code(dossier.plan.status))
}

/// The plan for all futures, with what further samples say of it if they are asked for, and the plan in each future.
fn solved(command: &ReportCommand, model: &Model, settings: &SolveSettings) -> Result<FuturePlans, Failure> {
    let Some(count) = command.samples.replications else {
        return solve_every_future(model, settings).map_err(|e| Failure::Outside(e.to_string()));
    };
    Ok(solve_every_future_sampled(model, settings, Replications { count, confidence: command.samples.confidence })?)
}

/// How the program ends where there is no dossier.
fn failure(error: DossierError, quiet: bool) -> Failure {
    match error {
        DossierError::Rejected(rejected) => {
            files::report(&rejected.diagnostics, &rejected.sources, quiet);
            Failure::Told(exit::MODEL_WRONG)
        }
        DossierError::Stress(error) => error.into(),
        DossierError::Frontier(error) => frontier::failure(error, quiet),
        DossierError::Curve(error) => super::curve::failure(error),
        DossierError::Engine(error) => error.into(),
        _ => Failure::Usage(error.to_string()),
    }
}
