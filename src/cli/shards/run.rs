//! `sweep run`: a chunk, wherever this runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;

use super::folder::{Folder, Found, NoManifest};
use super::heartbeat::Heart;
use crate::analysis::sweep::{self, ChunkError, Header, Row, Sealed, State, chunk_text};
use crate::cli::common::{SolverArgs, parse_time};
use crate::cli::journal::{self, JournalFile};
use crate::cli::{Failure, exit, files, interrupt, is_full, progress};

#[derive(Args, Debug)]
pub(in crate::cli) struct RunCommand {
    /// The number of the chunk, from 0.
    #[arg(long, value_name = "I")]
    chunk: usize,
    /// The folder of the manifest, where the chunk goes.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How often the heartbeat is written.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_time)]
    heartbeat: Duration,
}

/// Why a chunk is not solved.
enum Stopped {
    /// It fails the same way however often it is run.
    Hopeless(String),
    /// Something outside failed; it may be better next time.
    Outside(String),
    /// The disk is full.
    Full(String),
    /// It was asked to.
    Interrupted(String),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { Stopped::Full(error.to_string()) } else { Stopped::Outside(error.to_string()) }
    }
}

pub(super) fn run(command: &RunCommand, quiet: bool) -> Result<u8, Failure> {
    let folder = Arc::new(Folder::of(&command.out)?);
    match solved(command, &folder, quiet) {
        Ok(told) => {
            if !quiet {
                files::say(&told);
            }
            Ok(exit::DONE)
        }
        Err(Stopped::Hopeless(message)) => {
            files::say(&format!("error: {message}\n"));
            Ok(exit::HOPELESS)
        }
        Err(Stopped::Interrupted(message)) => {
            files::say(&message);
            Ok(exit::INTERRUPTED)
        }
        Err(Stopped::Outside(message)) => Err(Failure::Outside(message)),
        Err(Stopped::Full(message)) => {
            // Without room there is no new heartbeat either; a name alone needs none.
            if let Err(error) = folder.mark_full(command.chunk) {
                tracing::debug!("nobody can be told: {error}");
            }
            Err(Failure::Full(message))
        }
    }
}

fn solved(command: &RunCommand, folder: &Arc<Folder>, quiet: bool) -> Result<String, Stopped> {
    let chunk = command.chunk;
    let sealed = folder.sealed().map_err(|error| match &error {
        NoManifest::Outside(_) => Stopped::Outside(error.told(folder)),
        NoManifest::Wrong(_) => Stopped::Hopeless(error.told(folder)),
    })?;
    let Some(bounds) = sealed.manifest.chunks.get(chunk) else {
        let chunks = sealed.manifest.chunks.len();
        return Err(Stopped::Hopeless(format!("there is no chunk {chunk}: they go from 0 to {}", chunks - 1)));
    };
    let points = bounds.to - bounds.from;
    folder.tidy(chunk)?;
    let mut again = String::new();
    match folder.chunk(&sealed, chunk)? {
        Found::Whole(_) => return Ok(format!("chunk {chunk} is done already: {points} points\n")),
        Found::Nothing => {}
        Found::Wrong(error @ ChunkError::Torn(_)) => again = format!("chunk {chunk} was solved again, for {error}\n"),
        Found::Wrong(error @ ChunkError::Foreign(_)) => {
            let message = format!("{} is there and not of this chunk: {error}; move it away", folder.rows(chunk));
            let heart = Heart::start(folder, chunk, points, 0, command.heartbeat);
            heart.end(State::Failed, Some(&message));
            return Err(Stopped::Hopeless(message));
        }
    }
    let (journal, done) = opened(folder, &sealed, chunk)?;
    let heart = Heart::start(folder, chunk, points, done.len(), command.heartbeat);
    match rows(&sealed, chunk, &journal, done, &heart, quiet)
        .and_then(|rows| Ok(folder.write(chunk, &chunk_text(&sealed, chunk, &rows))?))
    {
        Ok(()) => {
            journal.remove();
            heart.end(State::Done, None);
            // Left behind where it is kept it does no harm.
            let _ = folder.forget(chunk);
            Ok(again + &format!("chunk {chunk} is done: {points} points\n"))
        }
        Err(stopped) => {
            match &stopped {
                Stopped::Interrupted(_) => heart.end(State::Stopped, None),
                Stopped::Hopeless(message) | Stopped::Outside(message) | Stopped::Full(message) => {
                    heart.end(State::Failed, Some(message))
                }
            }
            Err(stopped)
        }
    }
}

/// The chunk's own journal, and what an earlier run finished. One that is not of this chunk is begun
/// anew: what is in this folder belongs to it, and can be solved again.
fn opened(folder: &Folder, sealed: &Sealed, chunk: usize) -> Result<(JournalFile, BTreeMap<usize, Row>), Stopped> {
    let path = folder.journal(chunk)?;
    let header = || Header::of_chunk(&sealed.manifest, &sealed.sha256, chunk);
    let open = || match journal::open(&path, header(), true) {
        Ok(opened) => Ok(Ok(opened)),
        Err(Failure::Usage(message)) => Ok(Err(message)),
        Err(Failure::Outside(message)) => Err(Stopped::Outside(message)),
        Err(Failure::Full(message)) => Err(Stopped::Full(message)),
        Err(Failure::Told(code)) => Err(Stopped::Outside(format!("cannot use the journal (code {code})"))),
    };
    match open()? {
        Ok(opened) => Ok(opened),
        Err(message) => {
            files::say(&format!("warning: {message}; it is begun anew\n"));
            fs::remove_file(&path)?;
            open()?.map_err(Stopped::Outside)
        }
    }
}

fn rows(
    sealed: &Sealed,
    chunk: usize,
    journal: &JournalFile,
    done: BTreeMap<usize, Row>,
    heart: &Heart,
    quiet: bool,
) -> Result<Vec<Row>, Stopped> {
    let (family, plan, mut settings) =
        sealed.manifest.sweep().map_err(|e| Stopped::Hopeless(format!("manifest: {e}")))?;
    let solver = SolverArgs { engine: settings.solve.engine, time_limit: sealed.manifest.time_limit() };
    settings.solve.deadline = solver.settings(settings.solve.detail).deadline;
    let part = sealed.manifest.chunks[chunk].from..sealed.manifest.chunks[chunk].to;
    let stop = interrupt::watch().unwrap_or_else(|_| AtomicBool::new(false).into());
    let bar = progress::bar(part.len(), done.len(), quiet);
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    let finished = |row: &Row| {
        bar.inc(1);
        heart.solved();
        if settings.solve.deadline.is_over() && !row.status.is_answer() {
            return;
        }
        if let Err(error) = journal.add(row) {
            stop.store(true, Ordering::Relaxed);
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
        }
    };
    let rows = sweep::run_part(&family, &plan, &settings, part, done, &stop, &finished);
    bar.finish_and_clear();
    if let Some(error) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(io::Error::new(error.kind(), format!("cannot write the journal: {error}")).into());
    }
    let (points, solved) = (rows.len(), rows.iter().flatten().count());
    let message = || format!("chunk {chunk} interrupted after {solved} of {points} points; the same command goes on\n");
    rows.into_iter().collect::<Option<Vec<Row>>>().ok_or_else(|| Stopped::Interrupted(message()))
}
