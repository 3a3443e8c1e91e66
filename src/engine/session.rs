//! Sessions: a program that is opened once, changed, and solved again from where it stands.

use super::{Basis, Engine, EngineError, Outcome, Ranging, SolveOptions};
use crate::lp::{ColumnId, LinearProgram, RowId};

/// A program in the hands of an engine.
///
/// Changes are made to the program and to what the engine keeps of it alike. A change without a
/// meaning (a cost that is not a number) is told by the next [`Session::solve`], and a further
/// change can undo it.
///
/// # Panics
/// All changes panic on a column or row that the program does not have.
pub trait Session {
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
    fn add_row(&mut self, name: &str, role: &'static str, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId;

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

/// The session of an engine that keeps nothing between solves: each starts from nothing.
pub(super) struct Cold<'a, E: ?Sized> {
    engine: &'a E,
    lp: LinearProgram,
    options: SolveOptions,
}

impl<'a, E: Engine + ?Sized> Cold<'a, E> {
    pub fn new(engine: &'a E, lp: LinearProgram, options: SolveOptions) -> Self {
        Cold { engine, lp, options }
    }
}

impl<E: Engine + ?Sized> Session for Cold<'_, E> {
    fn program(&self) -> &LinearProgram {
        &self.lp
    }

    fn set_cost(&mut self, column: ColumnId, cost: f64) {
        self.lp.set_cost(column, cost);
    }

    fn set_column_bounds(&mut self, column: ColumnId, lower: f64, upper: f64) {
        self.lp.set_bounds(column, lower, upper);
    }

    fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64) {
        self.lp.set_row_bounds(row, lower, upper);
    }

    fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64) {
        self.lp.set_coefficient(row, column, value);
    }

    fn add_row(&mut self, name: &str, role: &'static str, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId {
        self.lp.add_row(name, role, lower, upper, terms.iter().copied())
    }

    fn replace(&mut self, lp: LinearProgram) {
        self.lp = lp;
    }

    fn solve(&mut self) -> Result<Outcome, EngineError> {
        self.engine.solve(&self.lp, &self.options)
    }
}
