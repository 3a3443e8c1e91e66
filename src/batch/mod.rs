//! A sweep, the replications that judge a plan, or the evaluation of plans, in chunks that any machine can solve.
//!
//! A [`Manifest`] holds the whole of it. It is planned into a [`Folder`], on a disk or in an object store, where each
//! chunk is [run](run_chunk) wherever there is a machine, killed and run again as often as need be, and goes on from
//! its [`Journal`]. [`merge`] puts the chunks of a sweep together, [`merge_replications`] those of replications and
//! [`merge_evaluation`] those of an evaluation, to the byte what one place gives; [`Folder::status`] says how far they
//! are. Jobs for those who run chunks on many machines are in [`submit`].
//!
//! Nothing here prints: whoever runs a chunk is reported by an [`Observer`].

mod chunk;
mod clock;
mod error;
mod evaluation;
mod exact;
mod folder;
mod heartbeat;
mod journal;
mod journal_file;
mod manifest;
mod merge;
mod parts;
mod place;
mod replications;
mod run;
mod seal;
mod status;
#[cfg(feature = "object-store")]
mod store;
pub mod submit;
mod work;

pub use chunk::{ChunkError, checksum_line, chunk_text, read_chunk};
pub use error::{FolderError, ManifestUnread, PlanError};
pub use evaluation::{EvaluationOptions, EvaluationWork};
pub use exact::Exact;
pub use folder::{ChunkFile, Folder};
pub use journal::{Header, Journal, JournalError};
pub use journal_file::{JournalFile, JournalFileError};
pub use manifest::{ChunkBounds, Manifest, ManifestError, ManifestKind, ModelTexts, PointAt, Sealed, SweepOptions};
pub use merge::{MergeError, Merged, MergedPlan, merge, merge_evaluation, merge_replications, ranges};
#[cfg(feature = "cli")]
pub(crate) use parts::{may_replace, replace};
pub use place::in_store;
pub use replications::{ReplicationOptions, ReplicationWork};
pub use run::{ChunkDone, Observer, Stopped, run_chunk};
pub use status::{ChunkState, ChunkStatus, Heartbeat, Seen, State, SweepStatus};
