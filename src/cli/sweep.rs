//! `sweep`: the model solved at many values of what varies.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use super::args::{DetailArg, SweepCommand, SweepFormat};
use super::logging::colour;
use super::{Failure, exit, files, interrupt, journal, progress};
use crate::analysis::SolveSettings;
use crate::analysis::sweep::{self, Column, Header, Row, SweepPlan, SweepSettings};
use crate::model::Asked;
use crate::report::{self, Style};

pub(super) fn run(command: &SweepCommand, quiet: bool) -> Result<u8, Failure> {
    let asked = Asked {
        method: command.method.clone(),
        samples: command.samples,
        seed: command.seed,
        sampling: command.sampling.clone(),
        correlations: command.correlate.clone(),
        columns: command.columns.clone(),
    };
    let family = files::family(&command.input, command.sweep.as_deref(), &command.vary, &asked, quiet)?;
    let settings = SweepSettings {
        solve: SolveSettings { engine: command.engine, time_limit: command.time_limit, ..SolveSettings::default() },
        threads: command.threads,
    };
    let full = command.detail != DetailArg::Plan;
    let columns = if family.spec.columns.is_empty() {
        sweep::usual(family.model(), full)
    } else {
        let read = family.spec.columns.iter().map(|text| Column::read(text, family.model()));
        read.collect::<Result<_, _>>().map_err(Failure::Usage)?
    };
    let plan = sweep::plan(&family, columns).map_err(Failure::Usage)?;
    let journal = match journal_path(command)? {
        Some(path) => Some(journal::open(&path, Header::of(&family, &plan, &settings), command.resume)?),
        None => None,
    };
    let (journal, done) = journal.map_or((None, BTreeMap::new()), |(file, done)| (Some(file), done));
    let stop = interrupt::watch()?;
    let bar = progress::bar(plan.points.len(), done.len(), quiet);
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    let finished = |row: &Row| {
        bar.inc(1);
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
        files::complain(told.as_bytes());
        return Ok(exit::INTERRUPTED);
    };
    write(command, &plan, &rows)?;
    // A journal that was asked for by name is the user's to keep.
    if let (Some(journal), None) = (journal, &command.journal) {
        journal.remove();
    }
    Ok(rows.iter().map(|r| r.status.exit_code()).max().unwrap_or(exit::DONE))
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
    let path = command.journal.clone().or_else(|| beside(command.output.as_deref()?));
    if command.resume && path.is_none() {
        return Err(Failure::Usage("`--resume` needs `-o FILE` or `--journal FILE` to find the journal".to_owned()));
    }
    Ok(path)
}

fn write(command: &SweepCommand, plan: &SweepPlan, rows: &[Row]) -> Result<(), Failure> {
    let mut text = Vec::new();
    match command.format {
        SweepFormat::Text => {
            let style = Style { colour: command.output.is_none() && colour(&io::stdout()) };
            report::sweep::write_text(plan, rows, style, &mut text)?;
        }
        SweepFormat::Csv => report::sweep::write_csv(plan, rows, &mut text)?,
        SweepFormat::Jsonl => report::sweep::write_jsonl(plan, rows, &mut text)?,
        #[cfg(feature = "parquet")]
        SweepFormat::Parquet => report::parquet::write(plan, rows, &mut text)?,
    }
    files::write(command.output.as_deref(), &text)?;
    Ok(())
}
