//! Sessions: a program that is opened once, changed, and solved again from where it stands.

use super::basis::{Basis, Ranging};
use super::outcome::{EngineError, Outcome};
use crate::lp::{ColumnId, LinearProgram, RowId, RowRole};

/// A program in the hands of an engine. It can be sent to another thread.
///
/// Changes are made to the program and to what the engine keeps of it alike. A change without a
/// meaning (a cost that is not a number) is reported by the next [`Session::solve`], and a further
/// change can undo it.
///
/// # Panics
/// All changes panic on a column or row that the program does not have.
pub trait Session: Send {
    /// The program as it is now.
    fn program(&self) -> &LinearProgram;

    /// Replaces a column's cost.
    fn set_cost(&mut self, column: ColumnId, cost: f64);

    /// Replaces a column's bounds.
    fn set_column_bounds(&mut self, column: ColumnId, lower: f64, upper: f64);

    /// Replaces a row's bounds: its right-hand sides.
    fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64);

    /// Replaces the coefficient of a column in a row; 0 takes the column out of the row.
    fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64);

    /// Adds a row. Terms in the same column add up.
    fn add_row(&mut self, name: &str, role: RowRole, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId;

    /// Replaces the whole program. What is kept of the old one is where its vertex is, if both have
    /// the same numbers of columns and rows.
    fn replace(&mut self, lp: LinearProgram);

    /// Solves the program as it is now.
    ///
    /// # Errors
    /// [`EngineError`] if the program is beyond the engine's abilities, has no meaning, or the
    /// engine fails. The session can still be changed and solved again.
    fn solve(&mut self) -> Result<Outcome, EngineError>;

    /// The vertex of the last solve; none if the engine does not tell.
    fn basis(&self) -> Option<Basis> {
        None
    }

    /// Where the next solve starts; without effect if the engine cannot, or the basis does not fit.
    fn start_from(&mut self, _basis: &Basis) {}

    /// How far single costs and bounds can change until the vertex of the last solve, an optimum, has
    /// another basis; none if the engine does not tell.
    fn ranging(&mut self) -> Option<Ranging> {
        None
    }
}
