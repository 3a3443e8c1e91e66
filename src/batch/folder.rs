//! The folder of a sweep in chunks: what is called how in it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::chunk::{ChunkError, checksum_line, read_chunk};
use super::clock::now;
use super::error::{FolderError, ManifestUnread, PlanError};
use super::manifest::{Manifest, Sealed};
use super::place::Place;
use super::status::{Heartbeat, Seen, SweepStatus};
use crate::analysis::sweep::Row;

/// The folder of a sweep in chunks.
pub struct Folder {
    place: Place,
    /// As it was written.
    shown: String,
}

const MANIFEST: &str = "manifest.json";

/// What there is of a chunk.
pub enum ChunkFile {
    /// Its rows.
    Whole(Vec<Row>),
    /// No file, or one without its checksum, which is written last.
    Nothing,
    /// Something else.
    Wrong(ChunkError),
}

impl Folder {
    /// The folder that is written so.
    ///
    /// # Errors
    /// [`FolderError`] if it cannot be used.
    pub fn of(dir: &Path) -> Result<Self, FolderError> {
        let shown = dir.display().to_string();
        Ok(Folder { place: Place::of(dir)?, shown: shown.trim_end_matches('/').to_owned() })
    }

    /// As it was written.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The path of the manifest as it is shown.
    #[must_use]
    pub fn manifest(&self) -> String {
        format!("{}/{MANIFEST}", self.shown)
    }

    /// The path of a chunk's rows as it is shown.
    #[must_use]
    pub fn rows(&self, chunk: usize) -> String {
        format!("{}/{}", self.shown, rows(chunk))
    }

    /// Reads the manifest.
    ///
    /// # Errors
    /// [`ManifestUnread`] if there is none that can be used.
    pub fn sealed(&self) -> Result<Sealed, ManifestUnread> {
        let bytes = self.place.read(MANIFEST).map_err(ManifestUnread::Outside)?;
        let bytes = bytes.ok_or_else(|| ManifestUnread::Missing { shown: self.manifest() })?;
        Manifest::read(&bytes).map_err(|error| ManifestUnread::Wrong { shown: self.manifest(), error })
    }

    /// Writes a manifest into the folder; one that is there already, byte for byte, stays.
    ///
    /// # Errors
    /// [`PlanError`] if the folder is another sweep's, or cannot be written.
    pub fn plan(&self, manifest: &Manifest) -> Result<(), PlanError> {
        let text = manifest.text();
        match self.place.read(MANIFEST)? {
            Some(bytes) if bytes == text.as_bytes() => Ok(()),
            Some(_) => Err(PlanError::Other(self.manifest())),
            None => {
                if self.names()?.iter().any(|name| name.starts_with("chunk-")) {
                    return Err(PlanError::Orphans(self.shown.clone()));
                }
                // Somebody else may have been faster.
                let first = self.place.create(MANIFEST, text.as_bytes())?;
                if !first && self.place.read(MANIFEST)?.as_deref() != Some(text.as_bytes()) {
                    return Err(PlanError::Other(self.manifest()));
                }
                Ok(())
            }
        }
    }

    /// How far the sweep is; `verify` to read every chunk, so that one that is torn or of something else is not done. A
    /// chunk that was not heard of for `patience` seconds is silent.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn status(&self, sealed: &Sealed, patience: f64, verify: bool) -> io::Result<SweepStatus> {
        let names = self.names()?;
        let seen = |chunk| -> io::Result<Seen> {
            Ok(Seen {
                finished: match verify {
                    true => matches!(self.chunk(sealed, chunk)?, ChunkFile::Whole(_)),
                    false => Self::finished(&names, chunk),
                },
                full: Self::is_full(&names, chunk),
                heartbeat: self.heard(&names, chunk),
                journal: self.journal_lines(&names, chunk).saturating_sub(1),
            })
        };
        let seen = (0..sealed.manifest.chunks.len()).map(seen).collect::<io::Result<Vec<Seen>>>()?;
        Ok(SweepStatus::of(sealed, &seen, now(), patience))
    }

    /// Reads a chunk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn chunk(&self, sealed: &Sealed, chunk: usize) -> io::Result<ChunkFile> {
        let name = rows(chunk);
        let (Some(bytes), Some(checksum)) = (self.place.read(&name)?, self.place.read(&checksum(chunk))?) else {
            return Ok(ChunkFile::Nothing);
        };
        Ok(match read_chunk(sealed, chunk, (&name, &bytes, &checksum)) {
            Ok(rows) => ChunkFile::Whole(rows),
            Err(error) => ChunkFile::Wrong(error),
        })
    }

    /// Writes a chunk's rows, and then, as the last of all, their checksum.
    pub(super) fn write(&self, chunk: usize, text: &str) -> io::Result<()> {
        let name = rows(chunk);
        self.place.write(&name, text.as_bytes())?;
        let line = checksum_line(text.as_bytes(), &name);
        self.place.write(&checksum(chunk), line.as_bytes())
    }

    /// The names of all files.
    fn names(&self) -> io::Result<BTreeSet<String>> {
        self.place.names()
    }

    /// Whether a chunk and its checksum are among the names. Whether they are right is seen when they are
    /// merged: reading all of them takes time.
    fn finished(names: &BTreeSet<String>, chunk: usize) -> bool {
        names.contains(&rows(chunk)) && names.contains(&checksum(chunk))
    }

    /// A file of this machine for the journal of a chunk, with what an earlier run left.
    pub(super) fn journal(&self, chunk: usize) -> io::Result<PathBuf> {
        self.place.appended(&journal(chunk))
    }

    /// How many lines the journal of a chunk has; none if it is not among the names.
    fn journal_lines(&self, names: &BTreeSet<String>, chunk: usize) -> usize {
        let name = journal(chunk);
        if names.contains(&name) { self.place.lines(&name) } else { 0 }
    }

    /// Forgets the journal of a chunk.
    pub(super) fn forget(&self, chunk: usize) -> io::Result<()> {
        self.place.remove(&journal(chunk))
    }

    /// Removes what earlier runs of a chunk left that says nothing any more: parts of its files, and that the disk was
    /// full.
    pub(super) fn tidy(&self, chunk: usize) -> io::Result<()> {
        for name in [rows(chunk), checksum(chunk), heartbeat(chunk)] {
            self.place.tidy(&name);
        }
        self.place.remove(&full(chunk))
    }

    /// Says by a name alone that a chunk failed since the disk is full.
    pub(super) fn mark_full(&self, chunk: usize) -> io::Result<()> {
        self.place.mark(&full(chunk))
    }

    /// Whether that is said, given all names.
    fn is_full(names: &BTreeSet<String>, chunk: usize) -> bool {
        names.contains(&full(chunk))
    }

    /// Writes what a chunk says of itself, and keeps its journal as it is now.
    pub(super) fn beat(&self, chunk: usize, text: &str) -> io::Result<()> {
        self.place.write_unsynced(&heartbeat(chunk), text.as_bytes())?;
        self.place.keep(&journal(chunk))
    }

    /// What a chunk last said; nothing if it is not among the names, or cannot be read.
    fn heard(&self, names: &BTreeSet<String>, chunk: usize) -> Option<Heartbeat> {
        let name = heartbeat(chunk);
        let bytes = names.contains(&name).then(|| self.place.read(&name).ok().flatten())??;
        serde_json::from_slice(&bytes).ok()
    }
}

fn rows(chunk: usize) -> String {
    format!("chunk-{chunk:04}.jsonl")
}

fn checksum(chunk: usize) -> String {
    format!("chunk-{chunk:04}.jsonl.sha256")
}

fn journal(chunk: usize) -> String {
    format!("chunk-{chunk:04}.journal")
}

fn full(chunk: usize) -> String {
    format!("chunk-{chunk:04}.full")
}

fn heartbeat(chunk: usize) -> String {
    format!("chunk-{chunk:04}.heartbeat")
}
