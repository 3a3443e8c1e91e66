//! A program in an instance of HiGHS, kept in step with its changes.

use super::super::basis::{Basis, Ranging};
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome};
use super::super::session::Session;
use super::solver::Solver;
use crate::lp::{ColumnId, LinearProgram, RowId, RowRole};

/// Solves a program once, without a copy of it.
pub(super) fn solve_once(lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
    Solver::new()?.solve(lp, options)
}

/// A session that starts from its last basis.
pub(super) struct Hot {
    lp: LinearProgram,
    options: SolveOptions,
    solver: Solver,
}

impl Hot {
    pub fn new(lp: LinearProgram, options: SolveOptions) -> Result<Self, EngineError> {
        Ok(Hot { lp, options, solver: Solver::new()? })
    }
}

impl Session for Hot {
    fn program(&self) -> &LinearProgram {
        &self.lp
    }

    fn set_cost(&mut self, column: ColumnId, cost: f64) {
        self.lp.set_cost(column, cost);
        self.solver.cost_changed(&self.lp, column);
    }

    fn set_column_bounds(&mut self, column: ColumnId, lower: f64, upper: f64) {
        self.lp.set_bounds(column, lower, upper);
        self.solver.column_bounds_changed(&self.lp, column);
    }

    fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64) {
        self.lp.set_row_bounds(row, lower, upper);
        self.solver.row_bounds_changed(&self.lp, row);
    }

    fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64) {
        self.lp.set_coefficient(row, column, value);
        self.solver.coefficient_changed(&self.lp, row, column);
    }

    fn add_row(&mut self, name: &str, role: RowRole, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId {
        let row = self.lp.add_row(name, role, lower, upper, terms.iter().copied());
        self.solver.row_added(&self.lp, row);
        row
    }

    fn replace(&mut self, lp: LinearProgram) {
        self.solver.program_changed(&self.lp, &lp);
        self.lp = lp;
    }

    fn basis(&self) -> Option<Basis> {
        self.solver.basis()
    }

    fn start_from(&mut self, basis: &Basis) {
        if basis.fits(&self.lp) {
            self.solver.start_from(basis.clone());
        }
    }

    fn ranging(&mut self) -> Option<Ranging> {
        self.solver.ranging()
    }

    fn solve(&mut self) -> Result<Outcome, EngineError> {
        self.solver.solve(&self.lp, &self.options)
    }
}
