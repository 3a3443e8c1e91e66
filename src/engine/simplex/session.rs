//! A program that the method keeps, with its changes.

use super::super::basis::Basis;
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome};
use super::super::session::Session;
use super::solver::Solver;
use crate::lp::{ColumnId, LinearProgram, RowId, RowRole};

/// With more changed coefficients than this the program is scaled anew, by what it is then.
const FEW: usize = 1000;

/// A session that starts from its last basis.
pub struct Hot {
    lp: LinearProgram,
    options: SolveOptions,
    solver: Solver,
}

impl Hot {
    pub fn new(lp: LinearProgram, options: SolveOptions, exact: bool) -> Self {
        Hot { lp, options, solver: Solver::new(exact) }
    }
}

impl Session for Hot {
    fn program(&self) -> &LinearProgram {
        &self.lp
    }

    // Costs and bounds are read anew with each solve.

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
        self.solver.stale = true;
    }

    fn add_row(&mut self, name: &str, role: RowRole, lower: f64, upper: f64, terms: &[(ColumnId, f64)]) -> RowId {
        self.lp.add_row(name, role, lower, upper, terms.iter().copied())
    }

    fn replace(&mut self, lp: LinearProgram) {
        let changed = changed_coefficients(&self.lp, &lp);
        match changed {
            Some(0) => {}
            Some(few) if few <= FEW => self.solver.stale = true,
            Some(_) => self.solver.pass_anew(),
            None => self.solver = Solver::new(self.solver.exact),
        }
        self.lp = lp;
    }

    fn basis(&self) -> Option<Basis> {
        self.solver.basis()
    }

    fn start_from(&mut self, basis: &Basis) {
        if basis.fits(&self.lp) {
            self.solver.start_from(basis);
        }
    }

    fn solve(&mut self) -> Result<Outcome, EngineError> {
        self.solver.solve(&self.lp, &self.options)
    }
}

/// In how many coefficients two programs differ, a row of another pattern in all of it; none if they are not of the
/// same shape.
fn changed_coefficients(from: &LinearProgram, to: &LinearProgram) -> Option<usize> {
    let same = from.columns().len() == to.columns().len() && from.rows().len() == to.rows().len();
    same.then(|| {
        let rows = (0..from.rows().len()).map(|i| RowId(i as u32));
        rows.map(|row| {
            let (a, b) = (from.row_terms(row), to.row_terms(row));
            if a.len() == b.len() {
                a.zip(b).filter(|(a, b)| a.0 != b.0 || a.1.to_bits() != b.1.to_bits()).count()
            } else {
                a.len().max(b.len())
            }
        })
        .sum()
    })
}
