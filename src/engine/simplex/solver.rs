//! A program as the method gets it, and its answer in the program's own units.
//!
//! The program is scaled, for tolerances are absolute. Its factors are fixed when the program is passed; changes are
//! scaled by them. An answer from an old basis other than an optimum is only passed on if it proves itself; otherwise
//! the program is solved from nothing, and what that says stands.

use std::time::Instant;

use super::super::basis::{Basis, Place};
use super::super::contract::guarded;
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::trivial::trivial;
use super::problem::Problem;
use super::run::run;
use super::sparse::Lists;
use super::state::{At, EXACTLY, End, PRIMAL, State};
use crate::lp::{Column, LinearProgram, Row, RowId, Scaling, verify_farkas, verify_ray};

/// The name of the engine.
pub const NAME: &str = "simplex";

/// A program in the hands of the method.
#[derive(Debug, Default)]
pub struct Solver {
    /// What it holds, with the factors between its numbers and the program's; nothing if the program is to be passed
    /// anew.
    held: Option<(Scaling, State)>,
    /// Whether coefficients are other than those that it holds.
    pub stale: bool,
    /// Whether it solved what it holds before.
    hot: bool,
    /// Whether violations count that elsewhere are none.
    pub(super) exact: bool,
    /// The basis to start from once the program is passed anew.
    start: Option<Basis>,
}

impl Solver {
    pub fn new(exact: bool) -> Self {
        Solver { exact, ..Solver::default() }
    }

    /// Solves a program, which is the one that it holds if it holds one, but for changes.
    pub fn solve(&mut self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        lp.validate()?;
        if lp.has_integers() {
            return Err(EngineError::Unsupported { engine: NAME, what: "it has integer columns".to_owned() });
        }
        if let Some(outcome) = trivial(lp) {
            return Ok(outcome);
        }
        let result = guarded(NAME, || Ok(self.solve_held(lp, options)));
        if result.is_err() {
            *self = Solver::new(self.exact);
        }
        result
    }

    fn solve_held(&mut self, lp: &LinearProgram, options: &SolveOptions) -> Outcome {
        let fits = |s: &State| s.p.n == lp.columns().len() && s.p.m <= lp.rows().len();
        if let Some((scaling, mut state)) = self.held.take().filter(|(_, state)| fits(state)) {
            let (scaling, same) = follow(lp, scaling, &mut state, self.stale);
            if !same {
                self.hot &= state.head.len() == state.p.m;
            }
            self.held = Some((scaling, state));
        } else {
            let scaling = Scaling::of(lp);
            let mut state = State::new(problem(lp, &scaling));
            self.hot = false;
            if let Some(basis) = self.start.take().filter(|b| b.fits(lp)) {
                self.hot = place(&mut state, &basis);
            }
            self.held = Some((scaling, state));
        }
        self.stale = false;
        let hot = std::mem::replace(&mut self.hot, true);
        let Some((scaling, state)) = &mut self.held else { return Outcome::of(Status::Stalled) };
        state.deadline = options.left().map(|left| Instant::now() + left);
        state.watch.clone_from(&options.watch);
        state.within = if self.exact { EXACTLY } else { PRIMAL };
        if state.is_late() {
            return Outcome::of(Status::TimeLimit);
        }
        let before = state.iterations;
        let end = run(state, !hot);
        tracing::debug!(end = end.name(), hot, iterations = state.iterations - before, "simplex");
        let outcome = outcome(lp, scaling, state, &end);
        let proven = match outcome.status {
            Status::Infeasible => outcome.farkas.is_some(),
            Status::Unbounded => outcome.ray.is_some(),
            Status::Stalled => false,
            _ => true,
        };
        if proven || !hot {
            return outcome;
        }
        state.slack_basis();
        let end = run(state, true);
        tracing::debug!(end = end.name(), "simplex from nothing");
        self::outcome(lp, scaling, state, &end)
    }

    /// The basis of the last run.
    pub fn basis(&self) -> Option<Basis> {
        let (_, state) = self.held.as_ref().filter(|_| self.hot)?;
        let n = state.p.n;
        let column = |at: At| match at {
            At::Basic => Place::Basic,
            At::Lower => Place::Lower,
            At::Upper => Place::Upper,
            At::Free => Place::Zero,
        };
        // A logical is the negative of what its row comes to.
        let row = |at: At| match at {
            At::Lower => Place::Upper,
            At::Upper => Place::Lower,
            other => column(other),
        };
        Some(Basis {
            columns: state.at[..n].iter().map(|&a| column(a)).collect(),
            rows: state.at[n..].iter().map(|&a| row(a)).collect(),
        })
    }

    /// Starts the next run from a basis that fits the program.
    pub fn start_from(&mut self, basis: &Basis) {
        match &mut self.held {
            Some((_, state)) if !self.stale && state.at.len() == basis.columns.len() + basis.rows.len() => {
                self.hot |= place(state, basis);
            }
            _ => self.start = Some(basis.clone()),
        }
    }

    /// Forgets what it holds but for its basis.
    pub fn pass_anew(&mut self) {
        self.start = self.basis();
        self.held = None;
    }
}

impl End {
    fn name(&self) -> &'static str {
        match self {
            End::Optimal => "optimal",
            End::Infeasible(_) => "infeasible",
            End::Unbounded(_) => "unbounded",
            End::Limit => "limit",
            End::Stalled => "stalled",
        }
    }
}

/// Bounds and cost of a column, scaled.
fn column(scaling: &Scaling, c: &Column, factor: f64) -> (f64, f64, f64) {
    let unit = factor * scaling.size;
    (c.lower / unit, c.upper / unit, c.cost * scaling.cost * factor)
}

/// The sides of a row, scaled.
fn sides(scaling: &Scaling, r: &Row, factor: f64) -> (f64, f64) {
    (r.lower * factor / scaling.size, r.upper * factor / scaling.size)
}

/// The program scaled.
fn problem(lp: &LinearProgram, scaling: &Scaling) -> Problem {
    let columns: Vec<(f64, f64, f64)> =
        lp.columns().iter().zip(&scaling.columns).map(|(c, f)| column(scaling, c, *f)).collect();
    let both: Vec<(f64, f64)> = lp.rows().iter().zip(&scaling.rows).map(|(r, f)| sides(scaling, r, *f)).collect();
    let mut rows = Lists::default();
    for (i, f) in scaling.rows.iter().enumerate() {
        rows.push(lp.row_terms(RowId(i as u32)).map(|(c, a)| (c.0, a * f * scaling.columns[c.0 as usize])));
    }
    Problem::new(&columns, &both, rows)
}

/// Brings a state in step with its program, whose rows may have become more; whether its factors are still right.
fn follow(lp: &LinearProgram, mut scaling: Scaling, state: &mut State, stale: bool) -> (Scaling, bool) {
    let had = scaling.rows.len();
    for i in had..lp.rows().len() {
        scaling.add_row(lp, RowId(i as u32));
    }
    if stale || had < lp.rows().len() {
        state.take(problem(lp, &scaling));
        state.grow();
        return (scaling, false);
    }
    let p = &mut state.p;
    for (j, (c, f)) in lp.columns().iter().zip(&scaling.columns).enumerate() {
        (p.lower[j], p.upper[j], p.cost[j]) = column(&scaling, c, *f);
    }
    for (i, (r, f)) in lp.rows().iter().zip(&scaling.rows).enumerate() {
        let (lower, upper) = sides(&scaling, r, *f);
        (p.lower[p.n + i], p.upper[p.n + i]) = (-upper, -lower);
    }
    (scaling, true)
}

/// Puts a basis in place; false, and nothing done, if it has another number of basic columns than there are rows.
fn place(state: &mut State, basis: &Basis) -> bool {
    let basic = basis.columns.iter().chain(&basis.rows).filter(|p| **p == Place::Basic).count();
    if basic != state.p.m {
        return false;
    }
    let n = state.p.n;
    for (j, &place) in basis.columns.iter().chain(&basis.rows).enumerate() {
        let wanted = match place {
            Place::Basic => At::Basic,
            Place::Zero | Place::Nonbasic => At::Free,
            Place::Lower => {
                if j < n {
                    At::Lower
                } else {
                    At::Upper
                }
            }
            Place::Upper => {
                if j < n {
                    At::Upper
                } else {
                    At::Lower
                }
            }
        };
        state.at[j] = if wanted == At::Basic { wanted } else { state.resting(j, wanted) };
    }
    state.head = (0..state.p.all() as u32).filter(|&j| state.at[j as usize] == At::Basic).collect();
    state.edge = vec![1.0; state.p.m];
    state.factored = false;
    true
}

fn outcome(lp: &LinearProgram, scaling: &Scaling, state: &mut State, end: &End) -> Outcome {
    let n = state.p.n;
    let finite = |v: &[f64]| v.iter().all(|v| v.is_finite());
    match end {
        End::Infeasible(y) => {
            // Its sign is that of what the leaving column lacks.
            let ray = |sign: f64| y.iter().zip(&scaling.rows).map(|(y, f)| sign * y * f).collect::<Vec<f64>>();
            let farkas = [ray(1.0), ray(-1.0)].into_iter().find(|y| verify_farkas(lp, y).proves);
            Outcome { farkas, ..Outcome::of(Status::Infeasible) }
        }
        End::Unbounded(ray) => {
            let ray: Vec<f64> = ray.iter().zip(&scaling.columns).map(|(x, f)| x * f).collect();
            let primal = Some(scaling.primal(state.x[..n].iter().copied())).filter(|x| finite(x));
            let ray = Some(ray).filter(|r| verify_ray(lp, r).proves);
            Outcome { primal, ray, ..Outcome::of(Status::Unbounded) }
        }
        End::Optimal | End::Limit | End::Stalled => {
            state.original();
            let duals = scaling.duals(state.multipliers().into_iter());
            let clamped = (0..n).map(|j| state.x[j].clamp(state.p.lower[j], state.p.upper[j]));
            let primal = scaling.primal(clamped);
            let status = match end {
                End::Optimal => Status::Optimal,
                End::Limit => Status::TimeLimit,
                _ => Status::Stalled,
            };
            Outcome {
                primal: Some(primal).filter(|x| finite(x)),
                duals: Some(duals).filter(|y| finite(y)),
                ..Outcome::of(status)
            }
        }
    }
}
