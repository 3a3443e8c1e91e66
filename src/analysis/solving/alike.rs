//! Models that are alike, solved one after the other: each starts from what is known of the last.
//!
//! What an answer rests on is its own certificate all the same, so that none depends on what it
//! started from being right.

use super::cuts::{solve_with_cuts, unneeded};
use super::line::ParametricProgram;
use super::optimum::solve_from_room;
use super::settings::SolveSettings;
use crate::engine::{
    Basis, CertifiedSession, CertifiedStatus, EngineError, SMALL, Solved, keeps_basis, solved_by_guess,
};
use crate::formulation::{Formulation, Limits, build_with};
use crate::lp::LinearProgram;
use crate::model::Model;

/// Where to start.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Start {
    /// Whether there is anything to be gained by starting from another answer.
    pub useful: bool,
    /// The room that boxes of ours need.
    room: Option<f64>,
    /// A vertex near which answers are.
    basis: Option<Basis>,
}

impl Start {
    /// The vertex.
    pub fn basis(&self) -> Option<&Basis> {
        self.basis.as_ref()
    }
}

/// A point and multipliers that may be the answer of a program, to be certified.
pub(in crate::analysis) type Guess = (Vec<f64>, Vec<f64>);

/// Solves models that are alike.
pub(in crate::analysis) struct Alike {
    settings: SolveSettings,
    limits: Limits,
    start: Start,
    session: Option<CertifiedSession>,
}

impl Alike {
    /// Begins from nothing; each solve starts where the last ended.
    pub fn warm(limits: Limits, settings: &SolveSettings) -> Self {
        Alike::from(&Start { useful: true, ..Start::default() }, limits, settings)
    }

    /// Begins at `start`, with the limits that it was found with.
    pub fn from(start: &Start, limits: Limits, settings: &SolveSettings) -> Self {
        Alike { settings: settings.clone(), limits, start: start.clone(), session: None }
    }

    /// Solves with other settings from now on, from where the last solve stood.
    pub fn settle(&mut self, settings: &SolveSettings) {
        if let Some(basis) = self.session.take().and_then(|session| session.basis()) {
            self.start.basis = Some(basis);
        }
        self.settings = settings.clone();
    }

    /// What models that are like this one can start from, found by solving it if the engine makes use
    /// of that.
    ///
    /// # Errors
    /// As the engine's.
    pub fn begin(model: &Model, limits: Limits, settings: &SolveSettings) -> Result<Start, EngineError> {
        let useful = is_plain(&build_with(model, limits, 1.0));
        if !useful || !keeps_basis(settings.engine) {
            return Ok(Start { useful, ..Start::default() });
        }
        let mut alike = Alike::from(&Start { useful, ..Start::default() }, limits, settings);
        let (formulation, _) = alike.solve(model, None)?;
        let basis = alike.session.as_ref().and_then(CertifiedSession::basis);
        Ok(Start { useful, room: Some(formulation.room), basis })
    }

    /// Solves a model as [`super::solve`] does. If a `guess` of its program passes the certificate it is
    /// the answer.
    ///
    /// # Errors
    /// As the engine's.
    pub fn solve(&mut self, model: &Model, guess: Option<Guess>) -> Result<(Formulation, Solved), EngineError> {
        let room = self.start.room.unwrap_or(1.0);
        let (settings, useful) = (self.settings.clone(), self.start.useful);
        let mut guess = guess;
        let limits = self.limits;
        solve_from_room(
            model,
            |room| build_with(model, limits, room),
            room,
            |formulation| {
                if !useful || !is_plain(formulation) {
                    return solve_with_cuts(model, formulation, &settings);
                }
                let program = formulation.program();
                let guessed = guess.take().and_then(|(x, y)| solved_by_guess(program, x, y));
                let solved = guessed.map_or_else(|| self.solve_next(program), Ok)?;
                // What forbids that something is bought to no purpose takes whole columns.
                if unneeded(model, formulation, &solved.x, &settings)?.is_empty() {
                    return Ok(solved);
                }
                solve_with_cuts(model, formulation, &settings)
            },
        )
    }

    fn solve_next(&mut self, program: &LinearProgram) -> Result<Solved, EngineError> {
        let session = match &mut self.session {
            Some(session) => {
                session.replace(program.clone());
                session
            }
            empty => {
                let options = self.settings.options();
                let mut session = CertifiedSession::open(program.clone(), self.settings.engine, &options)?;
                if let Some(basis) = &self.start.basis {
                    session.start_from(basis);
                }
                empty.insert(session)
            }
        };
        session.solve()
    }
}

/// Whether a program is large enough for a start to be of use, and without whole numbers and cones,
/// whose searches start from nothing. So do small ones: that takes no longer, and gives the vertex that
/// a solve of the model by itself gives, to the bit.
fn is_plain(formulation: &Formulation) -> bool {
    let program = formulation.program();
    program.columns().len() > SMALL && !program.has_integers() && !formulation.has_cones()
}

/// What is known of a model's answer, for guesses between it and another.
pub(in crate::analysis) struct SolvedNeighbour {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Its program, if that was built for it.
    formulation: Option<Formulation>,
}

impl SolvedNeighbour {
    /// What an answer says; nothing if there is none, or none to be guessed from.
    pub fn of(formulation: Formulation, solved: Solved) -> Option<Self> {
        let useful = is_plain(&formulation) && solved.status == CertifiedStatus::Optimal;
        useful.then_some(SolvedNeighbour { x: solved.x, y: solved.y, formulation: Some(formulation) })
    }

    /// What lies a part of the way to another answer.
    ///
    /// While a basis stays optimal, the point moves on a straight line with a right-hand side, the
    /// multipliers with a cost, and the other stays (Gal, "Postoptimal Analyses, Parametric
    /// Programming, and Related Topics", 2nd ed., 1995).
    pub fn towards(&self, other: &SolvedNeighbour, part: f64) -> Option<Guess> {
        let same = self.x.len() == other.x.len() && self.y.len() == other.y.len();
        let between = |a: &[f64], b: &[f64]| -> Vec<f64> {
            // What is the same stays so to the bit.
            a.iter().zip(b).map(|(&a, &b)| if a == b { a } else { a + part * (b - a) }).collect()
        };
        same.then(|| (between(&self.x, &other.x), between(&self.y, &other.y)))
    }

    /// What an answer on a course says.
    pub fn on_course(solved: Solved) -> Self {
        SolvedNeighbour { x: solved.x, y: solved.y, formulation: None }
    }
}

/// Models along a straight line on which their programs are affine: none has to be built.
pub(in crate::analysis) struct Course {
    line: ParametricProgram,
    formulation: Formulation,
}

impl Course {
    /// The course between two answers (0 and 1), if a third one a `part` of the way lies on it.
    pub fn between(
        left: &SolvedNeighbour,
        right: &SolvedNeighbour,
        middle: &SolvedNeighbour,
        part: f64,
    ) -> Option<Self> {
        let (l, r, m) = (left.formulation.as_ref()?, right.formulation.as_ref()?, middle.formulation.as_ref()?);
        let alike = |f: &Formulation| f.room == m.room && f.shortfalls == m.shortfalls && f.excesses == m.excesses;
        if !(alike(l) && alike(r)) {
            return None;
        }
        let line = ParametricProgram::through([(0.0, l), (1.0, r)], (part, m))?;
        line.affine().has_pattern_of(m.program()).then(|| {
            let mut formulation = m.clone();
            *formulation.program_mut() = line.affine().at(part);
            Course { line, formulation }
        })
    }

    /// The optimum a `part` of the way: the guess if that passes the certificate, or else by solving.
    /// None if there is no optimum or it may depend on a box of ours; then the model itself is asked.
    pub fn solved(
        &mut self,
        model: &Model,
        part: f64,
        guess: Option<Guess>,
        alike: &mut Alike,
    ) -> Option<(&Formulation, Solved)> {
        self.line.affine().write(part, self.formulation.program_mut());
        let program = self.formulation.program();
        let guessed = guess.and_then(|(x, y)| solved_by_guess(program, x, y));
        let solved = guessed.map_or_else(|| alike.solve_next(program).ok(), Some)?;
        let sure = solved.status == CertifiedStatus::Optimal && !self.line.touches(program, &solved.x);
        let needed = sure && unneeded(model, &self.formulation, &solved.x, &alike.settings).is_ok_and(|u| u.is_empty());
        needed.then_some((&self.formulation, solved))
    }
}
