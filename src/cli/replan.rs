//! `replan`: a bill beside the plan, what to sign now, and the next plan.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::common::{GapArgs, ModelArgs, OutputArgs, SolverArgs, TextFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::import::{Bills, bills};
use super::{exit, files, identity, models, plan_file};
use crate::analysis::replan::{ReplanError, ReplanSettings, replan};
use crate::analysis::{Detail, SolveSettings};
use crate::compare::{Billed, BilledMonth, Lock, ReplanResult, variance};
use crate::import::focus::Usage;
use crate::model::Model;
use crate::plan::Status;
use crate::report;

#[derive(Args, Debug)]
pub(super) struct ReplanCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The plan before, as `solve --format json` or `replan --next` wrote it; of this model or of an earlier state of it.
    #[arg(long, value_name = "FILE")]
    pub against: PathBuf,
    /// Bills in the form of FOCUS, of the months that are over.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub actual: Vec<PathBuf>,
    /// What rows of the bills stand for, as for `import focus`.
    #[arg(long, value_name = "FILE", requires = "actual")]
    pub map: Option<PathBuf>,
    /// Most of the chip-hours and of the money of the bills that may be lost in rows that are not understood.
    #[arg(long, default_value = "1%", value_parser = super::import::parse_lost, value_name = "PART")]
    pub max_lost: f64,
    /// The first period that is planned anew; left out, the one after the bills.
    #[arg(long, value_name = "PERIOD", required_unless_present = "actual")]
    pub from: Option<String>,
    /// How much of what was planned may differ from what was paid, before the exit code is 2.
    #[arg(long, value_name = "PART", default_value = "5%", value_parser = super::import::parse_lost)]
    pub tolerance: f64,
    /// How much of its cost the next plan may give up to stay close to the plan before.
    #[arg(long, value_name = "PART", default_value = "0.1%", value_parser = super::import::parse_lost)]
    pub within: f64,
    /// Write the next plan here, as JSON: what the next month is compared with.
    #[arg(long, value_name = "FILE")]
    pub next: Option<PathBuf>,
    /// Write the next plan to a lock, for `gate`.
    #[arg(long, value_name = "FILE")]
    pub write_lock: Option<PathBuf>,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub gap: GapArgs,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &ReplanCommand, quiet: bool, verbose: bool) -> Result<u8, Failure> {
    let loaded = models::model(&command.input, quiet)?;
    let model = &loaded.model;
    let before = plan_file::any(&command.against)?;
    if before.currency != model.currency() {
        let message = format!("the plan before is in {} and the model in {}", before.currency, model.currency());
        return Err(Failure::Usage(message));
    }
    if !matches!(before.status, Status::Optimal | Status::NearOptimal | Status::LimitReached) {
        return Err(Failure::Usage(format!("{} has no plan", command.against.display())));
    }
    let written = [command.next.as_deref(), command.write_lock.as_deref(), command.output.file()];
    let written: Vec<_> = written.into_iter().flatten().collect();
    for (i, one) in written.iter().enumerate() {
        if written[..i].iter().any(|other| identity::is_same(one, other)) {
            return Err(Failure::Usage("two of --next, --write-lock and -o name the same file".to_owned()));
        }
    }
    command.output.check()?;
    let usage = match command.actual.as_slice() {
        [] => None,
        files => {
            let asked = Bills { files, map: command.map.as_deref(), month: None, max_lost: command.max_lost };
            Some(bills(&asked, quiet, verbose)?)
        }
    };
    let billed = usage.as_ref().map(billed);
    let last = billed.as_ref().and_then(|b| b.months.iter().map(|m| m.ends.1).max());
    let now = now(model, command.from.as_deref(), last)?;
    let found = billed.as_ref().map(|b| variance(model, &before, b, now));
    let found = found.transpose().map_err(|error| Failure::Usage(error.to_string()))?;
    let solve = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(Detail::Full) };
    let next = replan(model, &before, now, &ReplanSettings { solve, within: command.within });
    let next = next.map_err(|error| failure(error, quiet))?;
    let told = ReplanResult::of(&before, &next, now, found, command.tolerance);
    let mut text = Vec::new();
    match command.format {
        TextFormat::Text => report::replan::write_text(&told, command.output.style(), &mut text)?,
        TextFormat::Json => report::replan::write_json(&told, &mut text)?,
    }
    let certified = matches!(told.status, Status::Optimal | Status::NearOptimal);
    if let (Some(path), true) = (&command.next, certified) {
        let mut plan = Vec::new();
        report::write(&next.plan, report::Format::Json, command.output.style(), &mut plan)?;
        files::write(Some(path), &plan)?;
    }
    if let (Some(path), true) = (&command.write_lock, certified)
        && let Some(lock) = Lock::of(&next.plan, &[(1.0, next.plan.clone())])
    {
        files::write(Some(path), lock.to_text().as_bytes())?;
    }
    command.output.write(&text)?;
    Ok(match told.status {
        Status::Optimal | Status::NearOptimal if told.left_the_plan => exit::NOT_AS_EXPECTED,
        Status::NearOptimal => exit::DONE,
        status => exit_code(status),
    })
}

/// What bills say, by month and offer.
fn billed(usage: &Usage) -> Billed {
    let month = |(month, ends)| {
        let mut offers: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for ((_, _, offer), hours) in usage.hours.iter().filter(|((m, ..), _)| *m == month) {
            offers.entry(offer.clone()).or_default().0 += hours;
        }
        for ((_, offer), money) in usage.costs.iter().filter(|((m, _), _)| *m == month) {
            offers.entry(offer.clone()).or_default().1 += money;
        }
        BilledMonth { month, ends, offers }
    };
    let (currencies, unpriced) = (usage.account.currencies.clone(), usage.unpriced);
    Billed { months: usage.months().map(month).collect(), currencies, unpriced }
}

/// The first period that is planned anew.
fn now(model: &Model, from: Option<&str>, last: Option<jiff::civil::DateTime>) -> Result<usize, Failure> {
    let calendar = model.calendar();
    if calendar.is_steady() {
        return Err(Failure::Usage("the model has no horizon, so that there is nothing to plan anew".to_owned()));
    }
    let found = match (from, last) {
        (Some(label), _) => calendar.periods.iter().position(|p| p.label == label).ok_or_else(|| {
            let first = calendar.periods.first().map_or("", |p| &p.label);
            format!("`{label}` is no period of the model; its first one is {first}")
        }),
        (None, Some(end)) => {
            let after = (0..calendar.len()).find(|&t| calendar.dates(t).is_some_and(|(start, _)| start >= end));
            after.ok_or_else(|| "the bills go on to the end of the horizon: there is nothing to plan anew".to_owned())
        }
        (None, None) => Err("say from when on with --from".to_owned()),
    };
    found.map_err(Failure::Usage)
}

fn failure(error: ReplanError, quiet: bool) -> Failure {
    match error {
        ReplanError::Engine(error) => error.into(),
        ReplanError::Rejected(wrong) => {
            files::report(&wrong.diagnostics, &wrong.sources, quiet);
            Failure::Told(exit::MODEL_WRONG)
        }
        ReplanError::Undecided(_) => Failure::Usage(error.to_string()),
    }
}
