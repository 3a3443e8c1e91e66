//! A chunk, wherever this runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::chunk::{ChunkError, chunk_text};
use super::error::ManifestUnread;
use super::folder::{ChunkFile, Folder};
use super::heartbeat::Heart;
use super::journal::Header;
use super::journal_file::{JournalFile, JournalFileError};
use super::manifest::Sealed;
use super::parts::is_full;
use super::status::State;
use super::work::Work;
use crate::analysis::sweep::Row;
use crate::engine::Deadline;

/// Whoever watches a chunk being solved.
pub trait Observer: Sync {
    /// Solving begins: of so many points so many were done before. Whoever sets what is returned lets the point that is
    /// being solved be finished.
    fn begins(&self, points: usize, done: usize) -> Arc<AtomicBool>;

    /// A point was solved.
    fn solved(&self);

    /// Solving has ended, one way or another.
    fn ended(&self);

    /// Something is not as it should be, and does no harm.
    fn warned(&self, message: &str);
}

/// A chunk that is finished.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkDone {
    /// How many points it has.
    pub points: usize,
    /// Whether it was finished before.
    pub before: bool,
    /// What was wrong with what was there of it.
    pub torn: Option<ChunkError>,
}

/// Why a chunk is not solved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// It fails the same way however often it is run.
    #[error("{0}")]
    Hopeless(String),
    /// Something outside failed; it may be better next time.
    #[error("{0}")]
    Outside(String),
    /// The disk is full.
    #[error("{0}")]
    Full(String),
    /// It was asked to.
    #[error("chunk {chunk} interrupted after {solved} of {points} points; the same command goes on")]
    Interrupted {
        /// The number of the chunk.
        chunk: usize,
        /// How many points are finished.
        solved: usize,
        /// How many it has.
        points: usize,
    },
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { Stopped::Full(error.to_string()) } else { Stopped::Outside(error.to_string()) }
    }
}

/// Solves a chunk of what is written down in a folder, unless it is there; `heartbeat` is how often it says that it lives.
///
/// # Errors
/// [`Stopped`] if it was not finished.
pub fn run_chunk(
    folder: &Arc<Folder>,
    chunk: usize,
    heartbeat: Duration,
    observer: &dyn Observer,
) -> Result<ChunkDone, Stopped> {
    let solved = solved(folder, chunk, heartbeat, observer);
    // Without room there is no new heartbeat either; a name alone needs none.
    if let Err(Stopped::Full(_)) = solved
        && let Err(error) = folder.mark_full(chunk)
    {
        tracing::debug!("nobody can be told: {error}");
    }
    solved
}

fn solved(
    folder: &Arc<Folder>,
    chunk: usize,
    heartbeat: Duration,
    observer: &dyn Observer,
) -> Result<ChunkDone, Stopped> {
    let sealed = folder.sealed().map_err(|error| match &error {
        ManifestUnread::Wrong { .. } => Stopped::Hopeless(error.to_string()),
        ManifestUnread::Outside(_) | ManifestUnread::Missing { .. } => Stopped::Outside(error.to_string()),
    })?;
    let Some(bounds) = sealed.manifest.chunks.get(chunk) else {
        let chunks = sealed.manifest.chunks.len();
        return Err(Stopped::Hopeless(format!("there is no chunk {chunk}: they go from 0 to {}", chunks - 1)));
    };
    let points = bounds.to - bounds.from;
    folder.tidy(chunk)?;
    let mut torn = None;
    match folder.chunk(&sealed, chunk)? {
        ChunkFile::Whole(_) => return Ok(ChunkDone { points, before: true, torn }),
        ChunkFile::Nothing => {}
        ChunkFile::Wrong(error @ ChunkError::Torn(_)) => torn = Some(error),
        ChunkFile::Wrong(error @ ChunkError::Foreign(_)) => {
            let message = format!("{} is there and not of this chunk: {error}; move it away", folder.rows(chunk));
            let heart = Heart::start(folder, chunk, points, 0, heartbeat);
            heart.end(State::Failed, Some(&message));
            return Err(Stopped::Hopeless(message));
        }
    }
    let (journal, done) = opened(folder, &sealed, chunk, observer)?;
    let heart = Heart::start(folder, chunk, points, done.len(), heartbeat);
    match rows(&sealed, chunk, &journal, done, &heart, observer)
        .and_then(|rows| Ok(folder.write(chunk, &chunk_text(&sealed, chunk, &rows))?))
    {
        Ok(()) => {
            journal.remove();
            heart.end(State::Done, None);
            // Left behind where it is kept it does no harm.
            let _ = folder.forget(chunk);
            Ok(ChunkDone { points, before: false, torn })
        }
        Err(stopped) => {
            match &stopped {
                Stopped::Interrupted { .. } => heart.end(State::Stopped, None),
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
fn opened(
    folder: &Folder,
    sealed: &Sealed,
    chunk: usize,
    observer: &dyn Observer,
) -> Result<(JournalFile, BTreeMap<usize, Row>), Stopped> {
    let path = folder.journal(chunk)?;
    let open = || JournalFile::open(&path, Header::of_chunk(&sealed.manifest, &sealed.sha256, chunk), true);
    let outside = |error: JournalFileError| match &error {
        JournalFileError::Outside { error: cause, .. } if is_full(cause) => Stopped::Full(error.to_string()),
        _ => Stopped::Outside(error.to_string()),
    };
    match open() {
        Err(error @ (JournalFileError::Foreign { .. } | JournalFileError::Begun { .. })) => {
            observer.warned(&format!("{error}; it is begun anew"));
            fs::remove_file(&path)?;
            open().map_err(outside)
        }
        opened => opened.map_err(outside),
    }
}

fn rows(
    sealed: &Sealed,
    chunk: usize,
    journal: &JournalFile,
    done: BTreeMap<usize, Row>,
    heart: &Heart,
    observer: &dyn Observer,
) -> Result<Vec<Row>, Stopped> {
    let mut work = Work::of(&sealed.manifest).map_err(|e| Stopped::Hopeless(format!("manifest: {e}")))?;
    // A limit beyond what a clock can show is none.
    let deadline: Deadline = sealed.manifest.time_limit().and_then(|limit| Instant::now().checked_add(limit)).into();
    work.end_at(deadline);
    let part = sealed.manifest.chunks[chunk].from..sealed.manifest.chunks[chunk].to;
    let stop = observer.begins(part.len(), done.len());
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    let finished = |row: &Row| {
        observer.solved();
        heart.solved();
        if deadline.is_over() && !row.status.is_answer() {
            return;
        }
        if let Err(error) = journal.add(row) {
            stop.store(true, Ordering::Relaxed);
            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    };
    let rows = work.run_part(part, done, &stop, &finished);
    observer.ended();
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(io::Error::new(error.kind(), format!("cannot write the journal: {error}")).into());
    }
    let (points, solved) = (rows.len(), rows.iter().flatten().count());
    rows.into_iter().collect::<Option<Vec<Row>>>().ok_or(Stopped::Interrupted { chunk, solved, points })
}
