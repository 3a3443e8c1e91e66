//! `sweep`: the model solved at many values of what varies.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};

use super::common::{DetailArg, ModelArgs, OutputArgs, SolverArgs};
use super::failure::Failure;
use super::{exit, files, identity, interrupt, models, progress};
use crate::analysis::Detail;
use crate::analysis::sweep::{self, Row, SweepPlan, SweepSettings};
use crate::batch::{Header, JournalFile};
use crate::engine::Watch;
use crate::model::SweepOverrides;
use crate::report;

/// What is swept, and what is reported of it: all that the rows depend on.
#[derive(Args, Debug)]
pub(super) struct SweepOptions {
    #[command(flatten)]
    pub input: ModelArgs,
    /// What varies, such as `offers{vendor: amazon}.price=*0.4..1.6/25`; may be repeated.
    #[arg(long, value_name = "WHAT=VALUES")]
    pub vary: Vec<String>,
    /// The sweep of the model to run; left out, the only one, if nothing else varies.
    #[arg(long, value_name = "NAME")]
    pub sweep: Option<String>,
    /// Experimental design: grid, list, tornado or sample.
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Number of random samples; with `sweep plan --replications` or `--evaluate` how many futures are drawn.
    #[arg(long, value_name = "N", value_parser = parse_samples)]
    pub samples: Option<usize>,
    /// Random seed; default 1.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How a sample is drawn: latin (Latin hypercube, default) or plain.
    #[arg(long, value_name = "WAY")]
    pub sampling: Option<String>,
    /// Correlation of two variations, by name or number, such as `1~2=0.6`; may be repeated.
    #[arg(long, value_name = "A~B=R", value_parser = parse_correlation)]
    pub correlate: Vec<(String, String, f64)>,
    /// Columns to report, such as `cost,share(vendor:amazon)`; default: the usual ones.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Level of detail of the usual columns: the plan alone, or also what needs further solves.
    #[arg(long, value_enum, default_value = "full")]
    pub detail: DetailArg,
    #[command(flatten)]
    pub solver: SolverArgs,
}

#[derive(Args, Debug)]
pub(super) struct SweepCommand {
    #[command(flatten)]
    pub options: SweepOptions,
    /// Threads; 0 for as many as there are processors. The result does not depend on it.
    #[arg(long, value_name = "N", default_value = "0", value_parser = parse_threads)]
    pub threads: usize,
    /// Format of the rows.
    #[arg(long, value_enum, default_value = "text")]
    pub format: SweepFormat,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where finished points are kept; left out, beside the output until it is written.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Resume from the journal of an interrupted run.
    #[arg(long)]
    pub resume: bool,
}

/// Rows of a sweep.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SweepFormat {
    Text,
    Csv,
    Jsonl,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What is asked of a sweep beyond what varies.
pub(super) fn asked(options: &SweepOptions) -> SweepOverrides {
    SweepOverrides {
        method: options.method.clone(),
        samples: options.samples,
        seed: options.seed,
        sampling: options.sampling.clone(),
        correlations: options.correlate.clone(),
        columns: options.columns.clone(),
    }
}

pub(super) fn run(command: &SweepCommand, quiet: bool) -> Result<u8, Failure> {
    let options = &command.options;
    let family = models::family(&options.input, options.sweep.as_deref(), &options.vary, &asked(options), quiet)?;
    let mut solve = options.solver.settings(Detail::Full);
    if io::stderr().is_terminal() {
        // A bar says how far it is.
        solve.watch = Watch::nobody();
    }
    let settings = SweepSettings { solve, threads: command.threads };
    let columns =
        sweep::columns(&family, options.detail != DetailArg::Plan).map_err(|e| Failure::Usage(e.to_string()))?;
    let plan = sweep::plan(&family, columns).map_err(|e| Failure::Usage(e.to_string()))?;
    command.output.check()?;
    let journal = match journal_path(command)? {
        Some(path) => {
            let opened = JournalFile::open(&path, Header::of(&family, &plan, &settings), command.resume)?;
            identity::remember(&path);
            Some(opened)
        }
        None => None,
    };
    let (journal, done) = journal.map_or((None, BTreeMap::new()), |(file, done)| (Some(file), done));
    // It may be the journal.
    command.output.check()?;
    let stop = interrupt::watch()?;
    let bar = progress::bar(plan.points.len(), done.len(), quiet);
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    let cut_off = AtomicBool::new(false);
    let finished = |row: &Row| {
        bar.inc(1);
        // What the time limit kept from being solved is solved by the run that goes on.
        if settings.solve.deadline.is_over() && !row.status.is_answer() {
            cut_off.store(true, Ordering::Relaxed);
            return;
        }
        if let Some(Err(error)) = journal.as_ref().map(|j| j.add(row)) {
            // Going on would lose work that the user was reported is kept.
            stop.store(true, Ordering::Relaxed);
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
        }
    };
    let rows =
        sweep::run(&family, &plan, &settings, done, &stop, &finished).map_err(|e| Failure::Outside(e.to_string()))?;
    bar.finish_and_clear();
    if let Some(error) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(Failure::Outside(format!("cannot write the journal: {error}")));
    }
    let solved = rows.iter().flatten().count();
    let Some(rows) = rows.into_iter().collect::<Option<Vec<Row>>>() else {
        let kept = match &journal {
            Some(journal) => {
                format!("they are kept in {}: go on with the same command and `--resume`", journal.path().display())
            }
            None => "they are lost; with `-o FILE` or `--journal FILE` they would be kept".to_owned(),
        };
        let told = format!("interrupted after {solved} of {} points; {kept}\n", plan.points.len());
        files::say(&told);
        return Ok(exit::INTERRUPTED);
    };
    write(&plan, &rows, command.format, &command.output)?;
    // A journal that was asked for by name is the user's to keep; one of a sweep that is not finished is of use.
    if let (Some(journal), None, false) = (journal, &command.journal, cut_off.into_inner()) {
        journal.remove();
    }
    Ok(code(&rows))
}

/// The exit code of a sweep with these rows.
pub(super) fn code(rows: &[Row]) -> u8 {
    rows.iter().map(|r| exit::of_point(r.status)).max().unwrap_or(exit::DONE)
}

/// Beside the output, unless another is named; without an output file there is none.
fn journal_path(command: &SweepCommand) -> Result<Option<PathBuf>, Failure> {
    let beside = |output: &Path| {
        // A device or pipe has no place beside it that belongs to it.
        let plain = !output.exists() || output.is_file();
        let mut name = output.as_os_str().to_owned();
        name.push(".journal");
        plain.then(|| PathBuf::from(name))
    };
    let path = command.journal.clone().or_else(|| beside(command.output.file()?));
    if command.resume && path.is_none() {
        return Err(Failure::Usage("`--resume` needs `-o FILE` or `--journal FILE` to find the journal".to_owned()));
    }
    Ok(path)
}

/// Writes the rows in a format.
pub(super) fn write(plan: &SweepPlan, rows: &[Row], format: SweepFormat, output: &OutputArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    match format {
        SweepFormat::Text => {
            report::sweep::write_text(plan, rows, output.style(), &mut text)?;
        }
        SweepFormat::Csv => report::sweep::write_csv(plan, rows, &mut text)?,
        SweepFormat::Jsonl => report::sweep::write_jsonl(plan, rows, &mut text)?,
        #[cfg(feature = "parquet")]
        SweepFormat::Parquet => report::parquet::write(plan, rows, &mut text)?,
    }
    output.write(&text)
}

/// Threads that may be asked for, for each processor.
const THREADS: usize = 8;

/// Reads a number of threads. Far more than there are processors only take memory, and can stop a machine.
fn parse_threads(text: &str) -> Result<usize, String> {
    let most = THREADS * std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let read = text.parse().ok().filter(|n| *n <= most);
    read.ok_or_else(|| format!("`{text}` is not a whole number from 0 to {most}, {THREADS} for each processor"))
}

/// Reads a number of points.
fn parse_samples(text: &str) -> Result<usize, String> {
    let most = crate::model::MOST_POINTS;
    let read = text.parse().ok().filter(|n| (1..=most).contains(n));
    read.ok_or_else(|| format!("`{text}` is not a whole number from 1 to {most}"))
}

/// Reads `1~2=0.6` or `NAME~NAME=0.6`.
fn parse_correlation(text: &str) -> Result<(String, String, f64), String> {
    let wrong = || format!("`{text}` is not a correlation; write `1~2=0.6` for the first two variations");
    let (names, by) = text.rsplit_once('=').ok_or_else(wrong)?;
    let (a, b) = names.split_once('~').ok_or_else(wrong)?;
    Ok((a.trim().to_owned(), b.trim().to_owned(), by.trim().parse().map_err(|_| wrong())?))
}
