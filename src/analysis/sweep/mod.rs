//! Sweeps: a model solved at many values of what varies in it.
//!
//! A sweep is a list of [points](SweepPlan::points), fixed before anything is solved, and of
//! [columns](Column) that are reported of each. Points are solved in groups of neighbours, groups in
//! parallel; a row depends on nothing but its group, which is fixed, so one thread or many, in one
//! run or several, give the same bytes.

mod column;
mod error;
mod group;
mod points;
mod row;
mod run;
mod summary;

pub use crate::model::Column;
pub use column::{usual, value};
pub use error::SweepError;
#[cfg(feature = "batch")]
pub(crate) use points::with_points;
pub use points::{SettingColumn, SweepPlan, columns, plan};
pub use row::{PointStatus, Row, Setting, SweepLine};
pub use run::{SweepSettings, run, run_part};
pub use summary::{Bar, Spread, spreads, tornado};
