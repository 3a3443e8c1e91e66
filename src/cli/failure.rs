//! Why a command ended without its result.

use std::io;

use super::exit;
use crate::batch::submit::SubmitError;
use crate::batch::{FolderError, JournalFileError, ManifestUnread, MergeError, PlanError};
use crate::engine::EngineError;

/// Why a command ended without its result.
pub(super) enum Failure {
    /// Already reported on standard error; only the code is left.
    Told(u8),
    /// Arguments that do not go together, beyond what their parser can tell.
    Usage(String),
    /// Something outside failed: a file, a pipe, an engine.
    Outside(String),
    /// No engine's answer was certified; with the code that says whether time was the reason.
    Uncertified(u8, String),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Uncertified { limited: true, .. } => {
                Failure::Uncertified(exit::LIMIT_REACHED, error.to_string())
            }
            EngineError::Uncertified { .. } => Failure::Uncertified(exit::UNCERTIFIED, error.to_string()),
            _ => Failure::Outside(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Whoever reads has seen enough: not an error.
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::Told(exit::DONE)
        } else {
            Failure::Outside(error.to_string())
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Io(error) => error.into(),
            FolderError::NotBuiltIn(_) | FolderError::Store { .. } => Failure::Usage(error.to_string()),
        }
    }
}

impl From<ManifestUnread> for Failure {
    fn from(error: ManifestUnread) -> Self {
        Failure::Outside(error.to_string())
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Io(error) => error.into(),
            PlanError::Manifest(_) => Failure::Outside(error.to_string()),
            PlanError::Other(_) | PlanError::Orphans(_) => Failure::Usage(error.to_string()),
        }
    }
}

impl From<MergeError> for Failure {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Io(error) => error.into(),
            MergeError::Samples(error) => error.into(),
            _ => Failure::Outside(error.to_string()),
        }
    }
}

impl From<JournalFileError> for Failure {
    fn from(error: JournalFileError) -> Self {
        match error {
            JournalFileError::Outside { error: ref cause, .. } => {
                io::Error::new(cause.kind(), error.to_string()).into()
            }
            JournalFileError::Foreign { .. } | JournalFileError::Begun { .. } => Failure::Usage(error.to_string()),
        }
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Io(error) => error.into(),
            SubmitError::Refused(message) => Failure::Usage(message),
            SubmitError::Outside(message) => Failure::Outside(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(failure, Failure::Told(exit::DONE)));
        let failure = Failure::from(io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(matches!(failure, Failure::Outside(_)));
    }
}
