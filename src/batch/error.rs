//! Why something with the folder of a sweep failed.

use std::io;

use super::manifest::ManifestError;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It is where this build cannot reach.
    #[error("{0} is in an object store, which this program was built without: build it with `--features object-store`")]
    NotBuiltIn(String),
    /// It is written as one in an object store, and is none.
    #[error("cannot use {shown}: {what}")]
    Store {
        /// As it was written.
        shown: String,
        /// What is wrong with it.
        what: String,
    },
    /// Something outside failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Why the manifest of a folder is not there to be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestUnread {
    /// It cannot be read just now.
    #[error("{0}")]
    Outside(io::Error),
    /// There is none.
    #[error("cannot read {shown}: it is not there")]
    Missing {
        /// Its path.
        shown: String,
    },
    /// It is there and cannot be used, now or later.
    #[error("{shown}: {error}; {}", remedy(error))]
    Wrong {
        /// Its path.
        shown: String,
        /// Why not.
        error: ManifestError,
    },
}

/// Why a manifest was not written into a folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// What a chunk would read cannot be used.
    #[error("the manifest cannot be used: {0}")]
    Manifest(#[from] ManifestError),
    /// There is one of another sweep.
    #[error("{0} is of another sweep: name another folder, or delete this one")]
    Other(String),
    /// There are chunks of a sweep whose manifest is gone.
    #[error("{0} has chunks of a sweep whose manifest is gone: name another folder, or delete them")]
    Orphans(String),
    /// Something outside failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What to do about a manifest that cannot be used.
fn remedy(error: &ManifestError) -> &'static str {
    match error {
        ManifestError::Other { .. } => "run that version, or `polysource sweep plan` with this one",
        _ => "write it again with `polysource sweep plan`",
    }
}
