//! Sweeps: a model solved at many values of what varies in it.
//!
//! A sweep is a list of [points](SweepPlan::points), fixed before anything is solved, and of
//! [columns](Column) that are told of each. Points are solved in groups of neighbours, groups in
//! parallel; a row depends on nothing but its group, which is fixed, so one thread or many, in one
//! run or several, give the same bytes.

mod chunk;
mod column;
mod exact;
mod group;
mod journal;
mod manifest;
mod points;
mod random;
mod row;
mod run;
mod status;
mod summary;

pub use crate::model::Column;
pub use chunk::{ChunkError, checksum_line, chunk_text, read_chunk};
pub use column::{usual, value};
pub use exact::Exact;
pub use journal::{Header, Journal, JournalError};
pub use manifest::{ChunkBounds, Manifest, ManifestError, ModelTexts, PointAt, Sealed, SweepOptions};
pub use points::{SettingColumn, SweepPlan, columns, plan};
pub use row::{PointStatus, Row, Setting, SweepLine};
pub use run::{SweepSettings, run, run_part};
pub use status::{ChunkState, ChunkStatus, Heartbeat, Seen, State, SweepStatus};
pub use summary::{Bar, Spread, spreads, tornado};
