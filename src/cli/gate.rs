//! `gate`: whether the plans of a model are as expected, and what differs from the one that was agreed.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::common::{GapArgs, ModelArgs, OutputArgs, SolverArgs};
use super::exit::{exit_code, worse};
use super::failure::Failure;
use super::{exit, files, identity, models};
use crate::analysis::expect::{Examined, examine};
use crate::analysis::{Detail, SolveSettings};
use crate::compare::{Gate, GateCase, Lock, LockDiff};
use crate::document::{MAX_BYTES, read_bounded};
use crate::model::{Input, Loaded, Rejected, expected_scenarios};
use crate::plan::{ModelInfo, Status};
use crate::report;

#[derive(Args, Debug)]
pub(super) struct GateCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The plan that was agreed, as `--write-lock` writes it: the gate fails if the decision differs from it.
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// Write the plan to the lock if every expectation is met, instead of failing where it differs.
    #[arg(long, requires = "lock")]
    pub write_lock: bool,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub gap: GapArgs,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub format: GateFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateFormat {
    /// For a person.
    Text,
    /// A comment for a review.
    Markdown,
    /// SARIF 2.1.0: the lines of the model file whose expectations are missed.
    Sarif,
    /// JUnit XML: a test case for each expectation.
    Junit,
    /// Everything, for programs.
    Json,
}

pub(super) fn run(command: &GateCommand, quiet: bool) -> Result<u8, Failure> {
    let input = models::input(&command.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    let base = models::loaded(&input, quiet)?;
    // Every model is read before any is solved, so that the mistakes of all are told at once.
    let cases = read(input, base)?;
    let lock = command.lock.as_deref().map(|path| agreed(path, command.write_lock)).transpose()?.flatten();
    command.output.check()?;
    let written_over = |lock: &Path| command.output.file().is_some_and(|output| identity::is_same(lock, output));
    if command.lock.as_deref().is_some_and(written_over) {
        return Err(Failure::Usage("-o and --lock name the same file; write the result to another".to_owned()));
    }
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(Detail::Plan) };
    let mut solved: Vec<(Vec<String>, Examined)> = Vec::new();
    for (scenarios, loaded) in &cases {
        solved.push((scenarios.clone(), examine(&loaded.model, scenarios, &settings)?));
    }
    let gate = gate(command, &cases[0].1, &solved, lock.as_ref());
    let mut text = Vec::new();
    match command.format {
        GateFormat::Text => report::gate::write_text(&gate, command.output.style(), &mut text)?,
        GateFormat::Markdown => report::gate::write_markdown(&gate, &mut text)?,
        GateFormat::Sarif => report::gate::write_sarif(&gate, &mut text)?,
        GateFormat::Junit => report::gate::write_junit(&gate, &mut text)?,
        GateFormat::Json => report::gate::write_json(&gate, &mut text)?,
    }
    let code = code(&gate, command.write_lock);
    if let (Some(path), true) = (&command.lock, command.write_lock) {
        write_lock(path, lock.as_ref(), &solved[0].1, code)?;
    }
    command.output.write(&text)?;
    if gate.expectations.is_empty() && command.lock.is_none() && !quiet {
        files::say("warning: nothing is compared: the model has no `expect`, and no --lock is given\n");
    }
    Ok(code)
}

/// The model as it is given, and with each set of scenarios of which something is expected.
fn read(input: Input, base: Loaded) -> Result<Vec<(Vec<String>, Loaded)>, Failure> {
    let sets = expected_scenarios(&input).map_err(|Rejected { diagnostics, sources }| {
        files::report(&diagnostics, &sources, true);
        Failure::Told(exit::MODEL_WRONG)
    })?;
    let mut cases = vec![(Vec::new(), base)];
    let mut wrong = None;
    for set in sets {
        let scenarios = input.scenarios.iter().chain(&set).cloned().collect();
        // What is to be said of the model itself has been said.
        match models::loaded(&Input { scenarios, ..input.clone() }, true) {
            Ok(loaded) => cases.push((set, loaded)),
            Err(failure) => wrong = Some(failure),
        }
    }
    wrong.map_or(Ok(cases), Err)
}

/// The lock, if there is one. One that is to be written need not be there yet.
fn agreed(path: &Path, to_write: bool) -> Result<Option<Lock>, Failure> {
    let told = |message: String, remedy: &str, code| files::failed(&files::unreadable(message, remedy, code), false);
    let shown = path.display();
    if to_write {
        files::may_write(path)?;
    }
    // It is not remembered as an input where it is to be replaced.
    let bytes = match std::fs::File::open(path).and_then(|file| read_bounded(file, MAX_BYTES as u64)) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && to_write => return Ok(None),
        Err(e) => {
            let remedy = "write it with `polysource gate MODEL --lock FILE --write-lock`";
            return Err(told(format!("cannot read the lock {shown}: {e}"), remedy, exit::INTERNAL));
        }
    };
    if !to_write {
        identity::remember(path);
    }
    let read = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned());
    let read = read.and_then(|text| Lock::read(&text).map_err(|e| e.to_string()));
    read.map(Some).map_err(|why| {
        let remedy = "restore it, or remove it and write it with `polysource gate MODEL --lock FILE --write-lock`";
        told(format!("{shown} is not a lock: {why}"), remedy, exit::MODEL_WRONG)
    })
}

fn gate(command: &GateCommand, base: &Loaded, solved: &[(Vec<String>, Examined)], lock: Option<&Lock>) -> Gate {
    let case = |(scenarios, examined): &(Vec<String>, Examined)| GateCase {
        scenarios: scenarios.clone(),
        status: examined.plan.status,
        cost: examined.plan.cost.as_ref().map(|c| c.total),
        gap: examined.plan.certificate.gap,
    };
    let diff = lock.and_then(|lock| {
        let now = certified(&solved[0].1)?;
        Some(lock.compared(&command.lock.as_deref()?.display().to_string(), &now))
    });
    let mut gate = Gate {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        passed: false,
        file: command.input.model.display().to_string(),
        model: ModelInfo::of(&base.model),
        currency: base.model.currency().to_owned(),
        cases: solved.iter().map(case).collect(),
        expectations: solved.iter().flat_map(|(_, e)| e.verdicts.clone()).collect(),
        lock: diff,
    };
    gate.passed = gate.holds();
    gate
}

/// The lock of a plan, if it is certified.
fn certified(examined: &Examined) -> Option<Lock> {
    (examined.plan.status == Status::Optimal).then(|| Lock::of(&examined.plan, &examined.futures)).flatten()
}

/// The exit code: first whether there are certified plans, then whether they are as expected.
fn code(gate: &Gate, to_write: bool) -> u8 {
    let worst = gate.cases.iter().map(|c| exit_code(c.status)).fold(exit::DONE, worse);
    let differs = gate.lock.as_ref().is_some_and(LockDiff::differs) && !to_write;
    match worst {
        exit::DONE if differs || gate.missed().next().is_some() => exit::NOT_AS_EXPECTED,
        code => code,
    }
}

/// Writes the plan as the one that is agreed, with the tolerances that were.
fn write_lock(path: &Path, before: Option<&Lock>, examined: &Examined, code: u8) -> Result<(), Failure> {
    if code != exit::DONE {
        files::say(&format!("{} is not written: a lock is of a certified plan that is as expected\n", path.display()));
        return Ok(());
    }
    let Some(now) = certified(examined) else { return Ok(()) };
    let lock = Lock { tolerance: before.map(|b| b.tolerance).unwrap_or_default(), ..now };
    files::write(Some(path), lock.to_text().as_bytes())
}
