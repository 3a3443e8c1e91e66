//! What an engine is: it solves a program, or opens one to change it and solve it again.

use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome};
use super::session::Session;
use crate::lp::{ColumnId, LinearProgram, RowId, RowRole};

/// What an engine can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Columns that take whole numbers only.
    pub integers: bool,
    /// Multipliers of the rows.
    pub duals: bool,
    /// Solutions at a vertex rather than inside the optimal face.
    pub vertex: bool,
}

/// A solver of linear programs.
pub trait Engine: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// Solves a program.
    ///
    /// # Errors
    /// [`EngineError`] if the program is beyond its abilities or it fails.
    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError>;

    /// Opens a program to change it and solve it more than once.
    ///
    /// An engine that can start from its last basis does; the others start from nothing each time,
    /// with the same answers.
    ///
    /// # Errors
    /// [`EngineError`] if the engine cannot be started. What is wrong with the program is reported by
    /// [`Session::solve`].
    fn open(&self, lp: LinearProgram, options: &SolveOptions) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(Cold { engine: self, lp, options: options.clone() }))
    }
}

/// The session of an engine that keeps nothing between solves: each starts from nothing.
struct Cold<'a, E: ?Sized> {
    engine: &'a E,
    lp: LinearProgram,
    options: SolveOptions,
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

    fn add_row(&mut self, name: &str, role: RowRole, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId {
        self.lp.add_row(name, role, lower, upper, terms.iter().copied())
    }

    fn replace(&mut self, lp: LinearProgram) {
        self.lp = lp;
    }

    fn solve(&mut self) -> Result<Outcome, EngineError> {
        self.engine.solve(&self.lp, &self.options)
    }
}

/// Runs an engine so that a panic inside it becomes an error.
pub(super) fn guarded<T>(engine: &'static str, run: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    caught.unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it stopped without saying why".to_owned());
        Err(EngineError::Failed { engine, what })
    })
}
