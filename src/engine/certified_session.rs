//! A session whose every answer is certified.

use super::certified::{order, solve_from};
use super::{Basis, EngineChoice, EngineError, Session, SolveOptions, Solved};
use crate::lp::{ColumnId, LinearProgram, RowId};

/// A program that is changed and solved again, with what [`super::solve_certified`] would say of
/// it each time.
///
/// The first engine of the choice keeps the program open; if its answer does not pass the
/// certificate, the others solve the program from nothing.
pub struct CertifiedSession {
    session: Box<dyn Session>,
    choice: EngineChoice,
    options: SolveOptions,
}

impl CertifiedSession {
    /// Opens a program.
    ///
    /// # Errors
    /// [`EngineError`] if this build does not have the engine, or it cannot be started.
    pub fn open(lp: LinearProgram, choice: EngineChoice, options: &SolveOptions) -> Result<Self, EngineError> {
        choice.built_in()?;
        let choice = choice.to_solve_again();
        let session = order(&lp, choice)[0].open(lp, options)?;
        Ok(CertifiedSession { session, choice, options: *options })
    }

    /// The program as it is now.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        self.session.program()
    }

    /// Replaces a column's cost.
    pub fn set_cost(&mut self, column: ColumnId, cost: f64) {
        self.session.set_cost(column, cost);
    }

    /// Replaces a column's bounds.
    pub fn set_column_bounds(&mut self, column: ColumnId, lower: f64, upper: f64) {
        self.session.set_column_bounds(column, lower, upper);
    }

    /// Replaces a row's bounds: its right-hand sides.
    pub fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64) {
        self.session.set_row_bounds(row, lower, upper);
    }

    /// Replaces the coefficient of a column in a row; 0 takes the column out of the row.
    pub fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64) {
        self.session.set_coefficient(row, column, value);
    }

    /// Adds a row. Terms in the same column add up.
    pub fn add_row(
        &mut self,
        name: &str,
        role: &'static str,
        lower: f64,
        upper: f64,
        terms: &[(ColumnId, f64)],
    ) -> RowId {
        self.session.add_row(name, role, lower, upper, terms)
    }

    /// Replaces the whole program; see [`Session::replace`].
    pub fn replace(&mut self, lp: LinearProgram) {
        self.session.replace(lp);
    }

    /// The vertex of the last solve, if the engine tells; see [`Session::basis`].
    #[must_use]
    pub fn basis(&self) -> Option<Basis> {
        self.session.basis()
    }

    /// Where the next solve starts; see [`Session::start_from`].
    pub fn start_from(&mut self, basis: &Basis) {
        self.session.start_from(basis);
    }

    /// Solves the program as it is now and certifies the answer.
    ///
    /// # Errors
    /// [`EngineError::BadProgram`] if the program has no meaning.
    pub fn solve(&mut self) -> Result<Solved, EngineError> {
        self.session.program().validate()?;
        // A search for whole numbers starts from nothing anyway.
        let first = (!self.session.program().has_integers()).then(|| self.session.solve());
        solve_from(self.session.program(), self.choice, &self.options, first)
    }
}
