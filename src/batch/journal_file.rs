//! The journal of a sweep as a file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::journal::{Header, Journal, JournalError};
use super::parts::MOST_BYTES;
use crate::analysis::sweep::Row;
use crate::document::read_regular;

/// A journal is forced to the disk no more often than this: what a power cut loses is solved again.
const SYNC: Duration = Duration::from_secs(1);

/// An open journal.
pub struct JournalFile {
    path: PathBuf,
    header: Header,
    file: Mutex<(File, Instant)>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalFileError {
    /// Its file cannot be read or written.
    #[error("cannot use the journal {shown}: {error}")]
    Outside {
        /// What the file is called.
        shown: String,
        /// What failed.
        error: io::Error,
    },
    /// It cannot be gone on from.
    #[error("the journal {shown} cannot be gone on from: {error}; delete it, or name another")]
    Foreign {
        /// What the file is called.
        shown: String,
        /// Why not.
        error: JournalError,
    },
    /// It is to be gone on from, and that was not asked for.
    #[error("the journal {shown} has {done} of {points} points of this sweep: go on with `--resume`, or delete it")]
    Begun {
        /// What the file is called.
        shown: String,
        /// How many points it has.
        done: usize,
        /// How many points the sweep has.
        points: usize,
    },
}

impl JournalFile {
    /// Opens a journal and reads what an earlier run finished; without `resume` there must be none.
    ///
    /// # Errors
    /// [`JournalFileError`] if it cannot be used.
    pub fn open(path: &Path, header: Header, resume: bool) -> Result<(Self, BTreeMap<usize, Row>), JournalFileError> {
        let shown = || path.display().to_string();
        let outside = |error: io::Error| JournalFileError::Outside { shown: shown(), error };
        let bytes = match read_regular(path, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(outside(e)),
        };
        let journal =
            Journal::read(&bytes, &header).map_err(|error| JournalFileError::Foreign { shown: shown(), error })?;
        if !resume && !journal.rows.is_empty() {
            let (done, points) = (journal.rows.len(), header.points);
            return Err(JournalFileError::Begun { shown: shown(), done, points });
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(outside)?;
        file.set_len(journal.whole as u64).map_err(outside)?;
        if journal.whole == 0 {
            file.write_all(header.line().as_bytes()).map_err(outside)?;
        }
        let file = Mutex::new((file, Instant::now()));
        Ok((JournalFile { path: path.to_owned(), header, file }, journal.rows))
    }

    /// Adds a finished point.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&self, row: &Row) -> io::Result<()> {
        let line = self.header.row(row);
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, synced) = &mut *guard;
        // One call, so that a line is torn only by what stops the machine.
        file.write_all(line.as_bytes())?;
        if synced.elapsed() > SYNC {
            file.sync_data()?;
            *synced = Instant::now();
        }
        Ok(())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it once the result is written.
    pub fn remove(self) {
        // Left behind it does no harm: the next run is reported of it.
        let _ = fs::remove_file(&self.path);
    }
}
