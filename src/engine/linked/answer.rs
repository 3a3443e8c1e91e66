//! What is wanted of a program by its parts, and what comes of it.

use super::sharing::Terms;
use crate::lp::{ColumnId, RowId};

/// What came of it, in the columns and rows of the parts.
pub(super) struct Answer {
    pub engine: &'static str,
    pub ending: Ending,
    /// For each part multipliers, and those of rows of no part.
    pub multipliers: (Vec<Vec<f64>>, Vec<(RowId, f64)>),
}

/// How it ended.
pub(super) enum Ending {
    Point(Point),
    /// There is no point, as the multipliers show.
    Nothing,
    /// It costs more than is enough, as the multipliers show.
    Dear,
}

/// What is wanted of a solve.
pub(super) struct Wanted {
    /// What is left to gain is nothing, relative to all costs.
    pub done: f64,
    /// What costs that much is not looked at further.
    pub enough: f64,
}

impl Wanted {
    pub const EXACT: Wanted = Wanted { done: 1e-9, enough: f64::INFINITY };
}

/// A point.
pub(super) struct Point {
    /// Of each part.
    pub parts: Vec<Vec<f64>>,
    /// The columns of no part.
    pub own: Terms,
    /// The columns of the whole program that are one in every part, with their values.
    pub shared: Terms,
}

/// Where a column of the whole program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In the master: it is shared, or of no part.
    Master(ColumnId),
    Part(usize, ColumnId),
}
