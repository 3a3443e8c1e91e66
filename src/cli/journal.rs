//! The journal of a sweep as a file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Failure, identity};
use crate::analysis::sweep::{Header, Journal, Row};
use crate::document::read_regular;

/// A journal is forced to the disk no more often than this: what a power cut loses is solved again.
const SYNC: Duration = Duration::from_secs(1);

/// The longest journal that is read, in bytes: a million points of some fifty columns.
const MOST: u64 = 2 << 30;

/// An open journal.
pub(super) struct JournalFile {
    path: PathBuf,
    header: Header,
    file: Mutex<(File, Instant)>,
}

/// Opens a journal and reads what an earlier run finished; without `resume` there must be none.
pub(super) fn open(path: &Path, header: Header, resume: bool) -> Result<(JournalFile, BTreeMap<usize, Row>), Failure> {
    let shown = path.display();
    let outside =
        |e: io::Error| Failure::from(io::Error::new(e.kind(), format!("cannot use the journal {shown}: {e}")));
    let bytes = match read_regular(path, MOST) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(outside(e)),
    };
    let journal = Journal::read(&bytes, &header).map_err(|e| {
        Failure::Usage(format!("the journal {shown} cannot be gone on from: {e}; delete it, or name another"))
    })?;
    if !resume && !journal.rows.is_empty() {
        return Err(Failure::Usage(format!(
            "the journal {shown} has {} of {} points of this sweep: go on with `--resume`, or delete it",
            journal.rows.len(),
            header.points
        )));
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(outside)?;
    identity::remember(path);
    file.set_len(journal.whole as u64).map_err(outside)?;
    if journal.whole == 0 {
        file.write_all(header.line().as_bytes()).map_err(outside)?;
    }
    let file = Mutex::new((file, Instant::now()));
    Ok((JournalFile { path: path.to_owned(), header, file }, journal.rows))
}

impl JournalFile {
    /// Adds a finished point.
    pub(super) fn add(&self, row: &Row) -> io::Result<()> {
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
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it once the result is written.
    pub(super) fn remove(self) {
        // Left behind it does no harm: the next run is told of it.
        let _ = fs::remove_file(&self.path);
    }
}
