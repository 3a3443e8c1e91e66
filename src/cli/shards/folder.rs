//! The folder of a sweep in chunks: what is called how in it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::place::Place;
use crate::analysis::sweep::{ChunkError, Heartbeat, Manifest, ManifestError, Row, Sealed, read_chunk};
use crate::cli::Failure;

/// The folder of a sweep in chunks.
pub(super) struct Folder {
    place: Place,
    /// As it was written.
    shown: String,
}

const MANIFEST: &str = "manifest.json";

/// Why there is no manifest.
pub(super) enum NoManifest {
    /// It cannot be read just now.
    Outside(String),
    /// It is there and cannot be used, now or later.
    Wrong(ManifestError),
}

impl NoManifest {
    /// What is wrong with the manifest of a folder, and what to do.
    pub(super) fn told(&self, folder: &Folder) -> String {
        let shown = folder.manifest();
        match self {
            NoManifest::Outside(error) => error.clone(),
            NoManifest::Wrong(error @ ManifestError::Other { .. }) => {
                format!("{shown}: {error}; run that version, or `polysource sweep plan` with this one")
            }
            NoManifest::Wrong(error) => format!("{shown}: {error}; write it again with `polysource sweep plan`"),
        }
    }
}

/// What there is of a chunk.
pub(super) enum Found {
    /// Its rows.
    Whole(Vec<Row>),
    /// No file, or one without its checksum, which is written last.
    Nothing,
    /// Something else.
    Wrong(ChunkError),
}

impl Folder {
    /// The folder that is written so.
    pub(super) fn of(dir: &Path) -> Result<Self, Failure> {
        let shown = dir.display().to_string();
        Ok(Folder { place: Place::of(dir)?, shown: shown.trim_end_matches('/').to_owned() })
    }

    /// As it was written.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The path of the manifest as it is shown.
    pub(super) fn manifest(&self) -> String {
        format!("{}/{MANIFEST}", self.shown)
    }

    /// The path of a chunk's rows as it is shown.
    pub(super) fn rows(&self, chunk: usize) -> String {
        format!("{}/{}", self.shown, rows(chunk))
    }

    /// Reads the manifest.
    pub(super) fn sealed(&self) -> Result<Sealed, NoManifest> {
        let outside = |e: io::Error| NoManifest::Outside(e.to_string());
        let bytes = self.place.read(MANIFEST).map_err(outside)?;
        let bytes =
            bytes.ok_or_else(|| NoManifest::Outside(format!("cannot read {}: it is not there", self.manifest())))?;
        Manifest::read(&bytes).map_err(NoManifest::Wrong)
    }

    /// What stands where the manifest is to be.
    pub(super) fn manifest_bytes(&self) -> io::Result<Option<Vec<u8>>> {
        self.place.read(MANIFEST)
    }

    /// Writes the manifest where there is none; tells whether nobody else has meanwhile.
    pub(super) fn seal(&self, text: &str) -> io::Result<bool> {
        self.place.create(MANIFEST, text.as_bytes())
    }

    /// Reads a chunk.
    pub(super) fn chunk(&self, sealed: &Sealed, chunk: usize) -> io::Result<Found> {
        let name = rows(chunk);
        let (Some(bytes), Some(checksum)) = (self.place.read(&name)?, self.place.read(&checksum(chunk))?) else {
            return Ok(Found::Nothing);
        };
        Ok(match read_chunk(sealed, chunk, (&name, &bytes, &checksum)) {
            Ok(rows) => Found::Whole(rows),
            Err(error) => Found::Wrong(error),
        })
    }

    /// Writes a chunk's rows, and then, as the last of all, their checksum.
    pub(super) fn write(&self, chunk: usize, text: &str) -> io::Result<()> {
        let name = rows(chunk);
        self.place.write(&name, text.as_bytes())?;
        let line = crate::analysis::sweep::checksum_line(text.as_bytes(), &name);
        self.place.write(&checksum(chunk), line.as_bytes())
    }

    /// The names of all files.
    pub(super) fn names(&self) -> io::Result<BTreeSet<String>> {
        self.place.names()
    }

    /// Whether a chunk and its checksum are among the names. Whether they are right is seen when they are
    /// merged: reading all of them takes time.
    pub(super) fn finished(names: &BTreeSet<String>, chunk: usize) -> bool {
        names.contains(&rows(chunk)) && names.contains(&checksum(chunk))
    }

    /// A file of this machine for the journal of a chunk, with what an earlier run left.
    pub(super) fn journal(&self, chunk: usize) -> io::Result<PathBuf> {
        self.place.appended(&journal(chunk))
    }

    /// How many lines the journal of a chunk has; none if it is not among the names.
    pub(super) fn journal_lines(&self, names: &BTreeSet<String>, chunk: usize) -> usize {
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
    pub(super) fn is_full(names: &BTreeSet<String>, chunk: usize) -> bool {
        names.contains(&full(chunk))
    }

    /// Writes what a chunk says of itself, and keeps its journal as it is now.
    pub(super) fn beat(&self, chunk: usize, text: &str) -> io::Result<()> {
        self.place.tell(&heartbeat(chunk), text.as_bytes())?;
        self.place.keep(&journal(chunk))
    }

    /// What a chunk last said; nothing if it is not among the names, or cannot be read.
    pub(super) fn heard(&self, names: &BTreeSet<String>, chunk: usize) -> Option<Heartbeat> {
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
