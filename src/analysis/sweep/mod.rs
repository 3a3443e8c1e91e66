//! Sweeps: a model solved at many values of what varies in it.
//!
//! A sweep is a list of [points](SweepPlan::points), fixed before anything is solved, and of
//! [columns](Column) that are told of each. Points are solved in chunks of neighbours, chunks in
//! parallel; a point's row depends on nothing but the point, so one thread or many, in one run or
//! several, give the same bytes.

mod column;
mod journal;
mod points;
mod random;
mod row;
mod run;
mod summary;

pub use column::{Column, usual};
pub use journal::{Header, Journal, JournalError};
pub use points::{SweepPlan, plan};
pub use row::{PointStatus, Row, Setting, SweepLine};
pub use run::{SweepSettings, run};
pub use summary::{Bar, Spread, spreads, tornado};
