//! The linear programs of the search: one program whose bounds change, mostly solved from the last basis.

use super::super::basis::Basis;
use super::super::choice::{EngineChoice, SMALL};
use super::super::continuous::solve_continuous;
use super::super::contract::Engine;
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::session::Session;
use super::super::simplex::Simplex;
use super::super::solved::{CertifiedStatus, Solved};
use crate::lp::{ColumnId, LinearProgram, certify_pricing};

/// Bounds of columns that are not the program's.
pub type Bounds = Vec<(ColumnId, f64, f64)>;

/// A point of a part of the search, and what its multipliers prove.
pub struct Point {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// No point of the part is cheaper.
    pub bound: f64,
    pub reduced: Vec<f64>,
}

/// What is known of a part.
pub enum Answer {
    Point(Point),
    /// Proved: every point costs at least so much, which is no less than what was enough.
    Dear(f64),
    /// Proved.
    Infeasible,
    /// No time left.
    Late,
    /// Neither.
    Unclear(Box<Solved>),
}

/// What solves the linear programs of a search.
pub trait Nodes {
    /// The program without whole numbers, with the bounds of the last part.
    fn program(&self) -> &LinearProgram;

    /// Whether a node takes so long that only those are solved that have to be.
    fn are_dear(&self) -> bool;

    /// Where the last solve ended.
    fn basis(&self) -> Option<Basis>;

    /// Solves the part with these bounds, from a basis or from the last one. A part that costs as much as is `enough` need
    /// not be solved to its end.
    fn solve(
        &mut self,
        bounds: &[(ColumnId, f64, f64)],
        from: Option<&Basis>,
        enough: f64,
    ) -> Result<Answer, EngineError>;

    /// The certified answer of the part that was solved last.
    fn certified(&self) -> Result<Solved, EngineError>;
}

/// The program as it stands, in the hands of an engine.
pub struct Relaxation {
    session: Box<dyn Session>,
    /// Whether nodes are solved from the last basis.
    warm: bool,
    /// The columns with other bounds than at first, with those.
    changed: Bounds,
    choice: EngineChoice,
    options: SolveOptions,
}

impl Relaxation {
    pub fn open(lp: LinearProgram, choice: EngineChoice, options: &SolveOptions) -> Result<Self, EngineError> {
        // With many copies a program is solved without them, and not as it stands.
        let warm = lp.columns().iter().filter(|c| c.role.is_copy()).count() <= SMALL;
        let session = Simplex.open(lp, options)?;
        Ok(Relaxation { session, warm, changed: Vec::new(), choice, options: options.clone() })
    }

    /// What all engines in turn make of it.
    fn ask_others(&mut self) -> Result<Answer, EngineError> {
        let solved = self.certified()?;
        // The bound of multipliers holds whatever they are, and a point that is a little off is
        // good enough to branch on: neither has to be optimal.
        let usable = solved.status == CertifiedStatus::Optimal
            || (solved.status == CertifiedStatus::Unverified && !solved.x.is_empty() && !solved.y.is_empty());
        Ok(match solved.status {
            CertifiedStatus::Infeasible => Answer::Infeasible,
            CertifiedStatus::LimitReached => Answer::Late,
            _ if usable && solved.certificate.bound.is_finite() => {
                let Solved { x, y, reduced_costs: reduced, certificate, .. } = solved;
                Answer::Point(Point { x, y, bound: certificate.bound, reduced })
            }
            _ => Answer::Unclear(Box::new(solved)),
        })
    }
}

impl Nodes for Relaxation {
    fn program(&self) -> &LinearProgram {
        self.session.program()
    }

    fn are_dear(&self) -> bool {
        false
    }

    fn basis(&self) -> Option<Basis> {
        self.session.basis()
    }

    fn solve(&mut self, bounds: &[(ColumnId, f64, f64)], from: Option<&Basis>, _: f64) -> Result<Answer, EngineError> {
        for (c, lower, upper) in std::mem::take(&mut self.changed) {
            self.session.set_column_bounds(c, lower, upper);
        }
        for &(c, lower, upper) in bounds {
            let own = &self.session.program().columns()[c.0 as usize];
            self.changed.push((c, own.lower, own.upper));
            self.session.set_column_bounds(c, lower, upper);
        }
        // A column may be named twice: what it had first comes back last.
        self.changed.reverse();
        if !self.warm {
            return self.ask_others();
        }
        if let Some(basis) = from {
            self.session.start_from(basis);
        }
        let outcome = self.session.solve()?;
        match outcome {
            Outcome { status: Status::Infeasible, farkas: Some(_), .. } => Ok(Answer::Infeasible),
            Outcome { status: Status::TimeLimit, .. } => Ok(Answer::Late),
            Outcome { status: Status::Optimal | Status::Stalled, primal: Some(x), duals: Some(y), .. } => {
                let (certificate, reduced) = certify_pricing(self.program(), "", &x, &y, 0.0);
                if certificate.verified {
                    Ok(Answer::Point(Point { x, y, bound: certificate.bound, reduced }))
                } else {
                    self.ask_others()
                }
            }
            _ => self.ask_others(),
        }
    }

    fn certified(&self) -> Result<Solved, EngineError> {
        solve_continuous(self.program(), self.choice, &self.options)
    }
}
