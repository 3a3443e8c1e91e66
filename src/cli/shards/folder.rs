//! The folder of a sweep in chunks: what is called how in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::analysis::sweep::{ChunkError, Heartbeat, Manifest, ManifestError, Row, Sealed, read_chunk};

/// The folder of a sweep in chunks.
pub(super) struct Folder<'a>(pub &'a Path);

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
        let path = folder.manifest();
        match self {
            NoManifest::Outside(error) => format!("cannot read {}: {error}", path.display()),
            NoManifest::Wrong(error @ ManifestError::Other { .. }) => {
                format!("{}: {error}; run that version, or `polysource sweep plan` with this one", path.display())
            }
            NoManifest::Wrong(error) => {
                format!("{}: {error}; write it again with `polysource sweep plan`", path.display())
            }
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

impl Folder<'_> {
    pub(super) fn manifest(&self) -> PathBuf {
        self.0.join("manifest.json")
    }

    fn name(chunk: usize) -> String {
        format!("chunk-{chunk:04}.jsonl")
    }

    pub(super) fn rows(&self, chunk: usize) -> PathBuf {
        self.0.join(Self::name(chunk))
    }

    pub(super) fn checksum(&self, chunk: usize) -> PathBuf {
        self.0.join(format!("chunk-{chunk:04}.jsonl.sha256"))
    }

    pub(super) fn journal(&self, chunk: usize) -> PathBuf {
        self.0.join(format!("chunk-{chunk:04}.journal"))
    }

    pub(super) fn heartbeat(&self, chunk: usize) -> PathBuf {
        self.0.join(format!("chunk-{chunk:04}.heartbeat"))
    }

    /// Reads the manifest.
    pub(super) fn sealed(&self) -> Result<Sealed, NoManifest> {
        let bytes = fs::read(self.manifest()).map_err(|e| NoManifest::Outside(e.to_string()))?;
        Manifest::read(&bytes).map_err(NoManifest::Wrong)
    }

    /// Reads a chunk.
    pub(super) fn chunk(&self, sealed: &Sealed, chunk: usize) -> io::Result<Found> {
        let (Some(bytes), Some(checksum)) = (there(&self.rows(chunk))?, there(&self.checksum(chunk))?) else {
            return Ok(Found::Nothing);
        };
        Ok(match read_chunk(sealed, chunk, (&Self::name(chunk), &bytes, &checksum)) {
            Ok(rows) => Found::Whole(rows),
            Err(error) => Found::Wrong(error),
        })
    }

    /// Whether a chunk and its checksum are there. Whether they are right is seen when they are merged:
    /// reading all of them takes time.
    pub(super) fn finished(&self, chunk: usize) -> bool {
        self.rows(chunk).is_file() && self.checksum(chunk).is_file()
    }

    /// The line for the checksum's file of a chunk.
    pub(super) fn checksum_line(chunk: usize, bytes: &[u8]) -> String {
        crate::analysis::sweep::checksum_line(bytes, &Self::name(chunk))
    }

    /// What a chunk last said; nothing if that cannot be read.
    pub(super) fn heard(&self, chunk: usize) -> Option<Heartbeat> {
        serde_json::from_slice(&fs::read(self.heartbeat(chunk)).ok()?).ok()
    }
}

/// What a file holds; nothing if it is not there.
pub(super) fn there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io::Error::other(format!("cannot read {}: {e}", path.display()))),
    }
}
