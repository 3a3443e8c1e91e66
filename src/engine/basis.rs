//! Where a vertex is, and how far it stays the answer.

use crate::lp::{Column, LinearProgram};

/// What a column or row is at a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At its lower bound.
    Lower,
    /// Between its bounds, found from those that are at one.
    Basic,
    /// At its upper bound.
    Upper,
    /// At 0, having no bounds.
    Zero,
    /// At a bound, whichever.
    Nonbasic,
}

impl Place {
    /// Where a column rests that is not basic: at its lower bound if it has one.
    pub(super) fn resting(column: &Column) -> Self {
        match (column.lower.is_finite(), column.upper.is_finite()) {
            (true, _) => Place::Lower,
            (false, true) => Place::Upper,
            (false, false) => Place::Zero,
        }
    }
}

/// A vertex by what is at its bounds; as many are basic as there are rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// For each column.
    pub columns: Vec<Place>,
    /// For each row.
    pub rows: Vec<Place>,
}

impl Basis {
    /// The vertex at which every row is between its bounds, and every column at one.
    pub(super) fn of_rows(lp: &LinearProgram) -> Self {
        let columns = lp.columns().iter().map(Place::resting).collect();
        Basis { columns, rows: vec![Place::Basic; lp.rows().len()] }
    }

    /// Whether it has a place for each column and row of a program.
    #[must_use]
    pub fn fits(&self, lp: &LinearProgram) -> bool {
        self.columns.len() == lp.columns().len() && self.rows.len() == lp.rows().len()
    }
}

/// How far single numbers of a program can change, all others as they are, until its vertex has
/// another basis (Chvatal, "Linear Programming", 1983, chapter 10). At a degenerate vertex other
/// bases may reach further.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranging {
    /// For each column the least and the largest cost.
    pub costs: Vec<[f64; 2]>,
    /// For each row the least and the largest value of the bound at which it is; of a row at neither,
    /// what it can be brought to.
    pub rows: Vec<[f64; 2]>,
}
