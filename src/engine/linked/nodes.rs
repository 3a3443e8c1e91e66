//! The linear programs of a search, solved by parts: each node from the cuts and the point of those before it.
//!
//! A whole column that is shared is one of the master, and cuts hold whatever its bounds are. One of a single part narrows
//! that part: its cuts that rest on bounds which another node does not have are left out there.

use std::collections::HashMap;

use super::super::accepted::infeasible;
use super::super::basis::Basis;
use super::super::branch::{Answer as Said, Nodes, Point as PointOfNode};
use super::super::choice::EngineChoice;
use super::super::options::SolveOptions;
use super::super::outcome::EngineError;
use super::super::repair::accepted_on_rows;
use super::super::solved::{Attempt, CertifiedStatus, Solved};
use super::answer::{Answer, Ending, Home, Point, Wanted};
use super::lshaped::ByParts;
use super::member::Member;
use super::part::Part;
use crate::lp::{Certificate, ColumnId, LinearProgram, lower_bound, verify_farkas};

/// What is left to gain in a node is nothing, relative to all costs: a tenth of what a certificate allows.
const NODE: f64 = 1e-7;

/// Bounds this near to each other, relative to them, are a value.
const FIXED: f64 = 1e-6;

/// What came of a node.
enum Came {
    Solved(Box<Solved>),
    /// It costs at least so much, which is more than is enough.
    Dear(f64),
}

impl Came {
    fn of(solved: Solved) -> Self {
        Came::Solved(Box::new(solved))
    }
}

/// A linked program by its parts.
pub(super) struct PartNodes<'a> {
    /// The program without whole numbers, with the bounds of the last node.
    program: LinearProgram,
    members: &'a [Member<'a>],
    by_parts: ByParts,
    /// Where its whole columns are.
    homes: HashMap<ColumnId, Home>,
    /// Bounds of columns that are not the program's, as they were before.
    changed: Vec<(ColumnId, f64, f64)>,
    last: Option<Solved>,
    options: SolveOptions,
}

impl<'a> PartNodes<'a> {
    /// Opens a program by its parts, `held` saying which of its rows are those of parts; `None` if some part has no
    /// optimum by itself, or a whole column is one with others. It is sought from a point that is `near`.
    pub fn open(
        whole: &LinearProgram,
        members: &'a [Member<'a>],
        parts: Vec<Part>,
        held: &[bool],
        near: Option<&[f64]>,
        (choice, options): (EngineChoice, &SolveOptions),
    ) -> Result<Option<Self>, EngineError> {
        let mut program = whole.clone();
        program.relax();
        let opened = ByParts::open(&program, (parts, members), held, near, (choice, options))?;
        let Some(by_parts) = opened else { return Ok(None) };
        let all = (0..whole.columns().len() as u32).map(ColumnId);
        let integers: Vec<ColumnId> = all.filter(|c| whole.columns()[c.0 as usize].integer).collect();
        // Without whole columns there is nothing to look for.
        let homes = if integers.is_empty() { Some(HashMap::new()) } else { by_parts.homes(integers.into_iter()) };
        let Some(homes) = homes else { return Ok(None) };
        let (changed, options) = (Vec::new(), options.clone());
        Ok(Some(PartNodes { program, members, by_parts, homes, changed, last: None, options }))
    }

    /// The certified answer of the program as it is; `None` if nothing came of it.
    pub fn solve_as_it_is(&mut self) -> Result<Option<Solved>, EngineError> {
        Ok(match self.solved(&Wanted::EXACT)? {
            Some(Came::Solved(solved)) => Some(*solved),
            Some(Came::Dear(_)) | None => None,
        })
    }

    /// The certified answer of the program with its bounds as they are now; `None` if nothing came of it.
    fn solved(&mut self, wanted: &Wanted) -> Result<Option<Came>, EngineError> {
        let Some(found) = self.by_parts.solve(wanted)? else { return Ok(None) };
        let Answer { engine, ending, multipliers: (each, own) } = found;
        let parts = self.by_parts.parts();
        let mut y = vec![0.0; self.program.rows().len()];
        parts.iter().zip(&each).for_each(|(part, own)| part.add_multipliers(self.members, own, &mut y));
        own.iter().for_each(|(r, own)| y[r.0 as usize] = *own);
        let attempts = vec![Attempt { engine, what: "by its parts".to_owned() }];
        let point = match ending {
            Ending::Point(point) => point,
            Ending::Nothing => {
                let proves = verify_farkas(&self.program, &y).proves;
                return Ok(proves.then(|| Came::of(infeasible(attempts, engine, y))));
            }
            Ending::Dear => return Ok(Some(Came::Dear(lower_bound(&self.program, &y)))),
        };
        let y = [y];
        if let Some(solved) = accepted_on_rows(&self.program, engine, &self.put(&point), &y, attempts.clone()) {
            return Ok(Some(Came::of(solved)));
        }
        let Some(exact) = self.by_parts.exact_point()? else { return Ok(None) };
        Ok(accepted_on_rows(&self.program, engine, &self.put(&exact), &y, attempts).map(Came::of))
    }

    /// A point of the parts as one of the program.
    fn put(&self, point: &Point) -> Vec<f64> {
        let mut x = vec![0.0; self.program.columns().len()];
        let parts = self.by_parts.parts().iter().zip(&point.parts);
        parts.rev().for_each(|(part, own)| part.put_point(self.members, own, &mut x));
        point.own.iter().chain(&point.shared).for_each(|(c, own)| x[c.0 as usize] = *own);
        // A member tells apart what it has as a sum by its own rows, though the program may have given each a value.
        let fixed = self
            .program
            .columns()
            .iter()
            .zip(&mut x)
            .filter(|(c, _)| c.upper - c.lower <= FIXED * (1.0 + c.upper.abs()));
        fixed.for_each(|(c, x)| *x = x.max(c.lower).min(c.upper));
        x
    }

    /// Gives columns other bounds, and those that had others their own.
    fn narrow(&mut self, bounds: &[(ColumnId, f64, f64)]) {
        while let Some((c, lower, upper)) = self.changed.pop() {
            self.program.set_bounds(c, lower, upper);
        }
        let mut narrowed = Vec::new();
        for &(c, lower, upper) in bounds {
            let own = self.program.columns()[c.0 as usize];
            self.changed.push((c, own.lower, own.upper));
            self.program.set_bounds(c, lower, upper);
            narrowed.extend(self.homes.get(&c).map(|&home| (home, lower, upper)));
        }
        self.by_parts.narrow(&narrowed);
    }
}

impl Nodes for PartNodes<'_> {
    fn program(&self) -> &LinearProgram {
        &self.program
    }

    fn are_dear(&self) -> bool {
        true
    }

    fn basis(&self) -> Option<Basis> {
        None
    }

    fn solve(&mut self, bounds: &[(ColumnId, f64, f64)], _: Option<&Basis>, enough: f64) -> Result<Said, EngineError> {
        self.narrow(bounds);
        // A plan is what comes of all whole columns fixed; what else is solved shows where none is.
        let fixed = bounds.iter().filter(|b| b.1 == b.2 && self.homes.contains_key(&b.0)).count() == self.homes.len();
        let done = if fixed { Wanted::EXACT.done } else { NODE };
        let came = self.solved(&Wanted { done, enough: enough - self.program.offset() })?;
        let bound = came.as_ref().map(|came| match came {
            Came::Solved(solved) => solved.certificate.bound,
            Came::Dear(bound) => *bound,
        });
        tracing::debug!(narrowed = bounds.len(), bound, "node by parts");
        self.last = None;
        Ok(match came {
            Some(Came::Dear(bound)) => Said::Dear(bound),
            Some(Came::Solved(solved)) => {
                let Solved { status, x, y, reduced_costs: reduced, certificate, .. } = (*solved).clone();
                self.last = Some(*solved);
                match status {
                    CertifiedStatus::Infeasible => Said::Infeasible,
                    _ => Said::Point(PointOfNode { x, y, bound: certificate.bound, reduced }),
                }
            }
            None if self.options.left().is_some_and(|left| left.is_zero()) => Said::Late,
            None => Said::Unclear(Box::new(unknown())),
        })
    }

    fn certified(&self) -> Result<Solved, EngineError> {
        Ok(self.last.clone().unwrap_or_else(unknown))
    }
}

/// That nothing is known.
fn unknown() -> Solved {
    let certificate = Certificate::without_point("none", f64::NEG_INFINITY, false);
    Solved::without_numbers(CertifiedStatus::Unverified, certificate)
}
