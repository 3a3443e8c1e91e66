//! `sweep`: the model solved at many values of what varies.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::{DetailArg, SweepCommand, SweepFormat, SweepOptions};
use super::common::OutputArgs;
use super::{Failure, exit, files, interrupt, journal, progress};
use crate::analysis::Detail;
use crate::analysis::sweep::{self, Header, Row, SweepPlan, SweepSettings};
use crate::model::Asked;
use crate::report;

/// What is asked of a sweep beyond what varies.
pub(super) fn asked(options: &SweepOptions) -> Asked {
    Asked {
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
    let family = files::family(&options.input, options.sweep.as_deref(), &options.vary, &asked(options), quiet)?;
    let settings = SweepSettings { solve: options.solver.settings(Detail::Full), threads: command.threads };
    let columns = sweep::columns(&family, options.detail != DetailArg::Plan).map_err(Failure::Usage)?;
    let plan = sweep::plan(&family, columns).map_err(Failure::Usage)?;
    command.output.check()?;
    let journal = match journal_path(command)? {
        Some(path) => Some(journal::open(&path, Header::of(&family, &plan, &settings), command.resume)?),
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
            // Going on would lose work that the user was told is kept.
            stop.store(true, Ordering::Relaxed);
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
        }
    };
    let rows = sweep::run(&family, &plan, &settings, done, &stop, &finished).map_err(Failure::Outside)?;
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
    rows.iter().map(|r| r.status.exit_code()).max().unwrap_or(exit::DONE)
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
