//! A session whose every answer is certified.

use super::basis::Basis;
use super::choice::{EngineChoice, order};
use super::condensed::{condensed, expanded};
use super::linear::certified_optimum;
use super::linked::ProgramVertex;
use super::options::SolveOptions;
use super::outcome::EngineError;
use super::session::Session;
use super::solve::{PriorKnowledge, solve_valid};
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{ColumnId, Condensed, LinearProgram, RowId, RowRole};

/// A program that is changed and solved again, with what [`super::solve_certified`] would say of
/// it each time.
///
/// The first engine of the choice keeps the program open, or its condensed one if that is much smaller;
/// if its answer does not pass the certificate, the others solve the program from nothing.
pub struct CertifiedSession {
    session: Box<dyn Session>,
    /// The program, if the session has the condensed one.
    whole: Option<CondensedProgram>,
    choice: EngineChoice,
    options: SolveOptions,
    /// The last answer with whole columns, of the program that the session has: what a search begins with.
    near: Option<Vec<f64>>,
}

/// A program whose condensed one is in a session.
struct CondensedProgram {
    lp: LinearProgram,
    condensed: Condensed,
    /// Whether the program was changed since.
    changed: bool,
}

impl CertifiedSession {
    /// Opens a program.
    ///
    /// # Errors
    /// [`EngineError`] if this build does not have the engine, or it cannot be started.
    pub fn open(lp: LinearProgram, choice: EngineChoice, options: &SolveOptions) -> Result<Self, EngineError> {
        choice.built_in()?;
        let choice = choice.to_solve_again();
        let (kept, whole) = kept(lp);
        let session = order(&kept, choice)[0].open(kept, options)?;
        Ok(CertifiedSession { session, whole, choice, options: options.clone(), near: None })
    }

    /// The program as it is now.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        self.whole.as_ref().map_or_else(|| self.session.program(), |w| &w.lp)
    }

    /// Replaces a column's cost.
    pub fn set_cost(&mut self, column: ColumnId, cost: f64) {
        match self.changing() {
            Some(lp) => lp.set_cost(column, cost),
            None => self.session.set_cost(column, cost),
        }
    }

    /// Replaces a column's bounds.
    pub fn set_column_bounds(&mut self, column: ColumnId, lower: f64, upper: f64) {
        match self.changing() {
            Some(lp) => lp.set_bounds(column, lower, upper),
            None => self.session.set_column_bounds(column, lower, upper),
        }
    }

    /// Replaces a row's bounds: its right-hand sides.
    pub fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64) {
        match self.changing() {
            Some(lp) => lp.set_row_bounds(row, lower, upper),
            None => self.session.set_row_bounds(row, lower, upper),
        }
    }

    /// Replaces the coefficient of a column in a row; 0 takes the column out of the row.
    pub fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64) {
        match self.changing() {
            Some(lp) => lp.set_coefficient(row, column, value),
            None => self.session.set_coefficient(row, column, value),
        }
    }

    /// Adds a row. Terms in the same column add up.
    pub fn add_row(
        &mut self,
        name: &str,
        role: impl Into<RowRole>,
        lower: f64,
        upper: f64,
        terms: &[(ColumnId, f64)],
    ) -> RowId {
        let role = role.into();
        let Some(CondensedProgram { lp, condensed, changed }) = &mut self.whole else {
            return self.session.add_row(name, role, lower, upper, terms);
        };
        let row = lp.add_row(name, role, lower, upper, terms.iter().copied());
        // A row over columns that are what they were keeps the vertex.
        match condensed.add_row(name, role, lower, upper, terms) {
            Some(terms) if !*changed => {
                self.session.add_row(name, role, lower, upper, &terms);
            }
            _ => *changed = true,
        }
        row
    }

    /// Replaces the whole program; see [`Session::replace`].
    pub fn replace(&mut self, lp: LinearProgram) {
        if let Some(whole) = self.whole.as_mut().filter(|w| !w.changed)
            && whole.condensed.follow(&whole.lp, &lp)
        {
            whole.lp = lp;
            self.session.replace(whole.condensed.program().clone());
            return;
        }
        let (kept, whole) = kept(lp);
        self.session.replace(kept);
        self.whole = whole;
    }

    /// The vertex of the last solve, of whichever program the engine was given; see [`Session::basis`].
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
        self.program().validate()?;
        self.options.watch.wanted()?;
        if let Some(whole) = self.whole.take_if(|w| w.changed) {
            self.replace(whole.lp);
        }
        // A search for whole numbers starts from nothing but a plan.
        let whole = self.program().has_integers();
        let first = (!whole).then(|| self.session.solve());
        let columns = self.session.program().columns().len();
        let near = self.near.as_deref().filter(|near| near.len() == columns);
        let solved = solve_valid(self.session.program(), self.choice, &self.options, PriorKnowledge { first, near })?;
        self.near = Some(solved.x.clone()).filter(|x| whole && !x.is_empty());
        self.options.watch.wanted()?;
        let Some(CondensedProgram { lp, condensed, .. }) = &self.whole else { return Ok(solved) };
        expanded(lp, condensed, solved)
            .map_or_else(|| solve_valid(lp, self.choice, &self.options, PriorKnowledge::default()), Ok)
    }

    /// The optimum if the session's engine finds it by itself; no other is asked.
    ///
    /// # Errors
    /// As [`Self::solve`]; and those of the engine.
    pub(crate) fn solve_alone(&mut self) -> Result<Option<Solved>, EngineError> {
        if self.program().has_integers() || self.whole.is_some() {
            return Ok(Some(self.solve()?).filter(|s| s.status == CertifiedStatus::Optimal));
        }
        self.options.watch.wanted()?;
        let said = self.session.solve()?;
        self.options.watch.wanted()?;
        let engine = order(self.session.program(), self.choice)[0].name();
        Ok(certified_optimum(self.session.program(), engine, said))
    }

    /// The program with the vertex of the last solve; `None` if there is none.
    pub(crate) fn vertex(&self) -> Option<ProgramVertex> {
        if self.whole.as_ref().is_some_and(|w| w.changed) {
            return None;
        }
        let condensed = self.whole.as_ref().map(|w| w.condensed.clone());
        Some(ProgramVertex { program: self.program().clone(), condensed, basis: self.session.basis()? })
    }

    /// The whole program, to be changed, if the session has another one.
    fn changing(&mut self) -> Option<&mut LinearProgram> {
        self.whole.as_mut().map(|whole| {
            whole.changed = true;
            &mut whole.lp
        })
    }
}

/// What an engine is given of a program, and the program if that is not all of it.
fn kept(lp: LinearProgram) -> (LinearProgram, Option<CondensedProgram>) {
    match condensed(&lp) {
        Some(condensed) => (condensed.program().clone(), Some(CondensedProgram { lp, condensed, changed: false })),
        None => (lp, None),
    }
}
