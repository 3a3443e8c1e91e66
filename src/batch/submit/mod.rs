//! Chunks given to an engine that runs them on many machines.
//!
//! An engine gets nothing but numbers of chunks. It may run a chunk again at any moment, for it goes
//! on from its journal; only one that ends with a code of its own is not worth it.

mod kubernetes;
mod slurm;

use std::num::NonZeroU32;

pub use kubernetes::{KubernetesOptions, kubernetes_job};
pub use slurm::{SlurmJob, SlurmOptions};

/// What is the same for every engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitRequest {
    /// How often a chunk is begun at most.
    pub attempts: NonZeroU32,
    /// Memory for a chunk, as the engine writes it.
    pub memory: Option<String>,
    /// The exit code of a chunk that fails the same way however often it is run.
    pub hopeless: u8,
}

/// Why chunks are not given to an engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// What was asked for cannot be done so.
    #[error("{0}")]
    Refused(String),
    /// The engine, or something else outside, failed.
    #[error("{0}")]
    Outside(String),
    /// A file or folder failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
