//! A part by itself while what it shares with others is given.
//!
//! With x what is shared and y its own, a part f costs at least
//!
//! ```text
//! v_f(x) = min over y of  d x + c y    with A x + B y within its bounds
//! ```
//!
//! and v_f is convex: at a point x0 with multipliers u of its rows, v_f(x) >= v_f(x0) + (d - u A) (x - x0) for every x.
//! Where there is no y, a proof of it is a cut too: with u A and u B the sums of rows that u makes, and the costs 0, no x
//! with a y has less than (what u proves at x0) + u A x0 on u A x (both: Benders, "Partitioning procedures for solving
//! mixed-variables programming problems", Numerische Mathematik 4, 1962).
//!
//! What is shared keeps its columns, at fixed bounds, so that the vertex of one solve is where the next one begins. Rows of
//! nothing but shared columns are those of the master; here they are a little wider, for its rounding.

use std::sync::Arc;

use super::super::choice::{EngineChoice, order};
use super::super::contract::Engine;
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::session::Session;
use super::super::simplex::Simplex;
use super::part::Part;
use crate::lp::{ColumnId, LinearProgram, RowId, verify_farkas};

/// How much wider rows of the master are in a part, relative to their sides.
const WIDER: f64 = 1e-6;

/// What is shared may be off by so much, relative to it: the master keeps its rows within its tolerance, and a part would find
/// no point for less.
const ROUNDING: f64 = 1e-8;

/// What is left of terms that cancel, relative to them.
const NOISE: f64 = 1e-11;

/// A part in the hands of an engine.
pub(super) struct Block {
    /// Which part it is.
    number: usize,
    engine: &'static dyn Engine,
    options: SolveOptions,
    session: Box<dyn Session>,
    /// Its columns that are shared, and what they are in the master.
    shared: Vec<Shared>,
    /// Its columns whose bounds are narrower than at first, with those.
    narrowed: Arc<Vec<Bounds>>,
    /// What its last answer was for columns of its own and of the master.
    pub point: Vec<f64>,
}

/// A shared column of a part.
struct Shared {
    /// In the part.
    own: ColumnId,
    /// In the master, whose sum it is.
    masters: Vec<ColumnId>,
    /// Its rows in the part.
    rows: Vec<(RowId, f64)>,
    cost: f64,
}

impl Shared {
    /// What it is at a point of the master.
    fn at(&self, x: &[f64]) -> f64 {
        self.masters.iter().map(|m| x[m.0 as usize]).sum()
    }
}

/// What a part says of what is shared.
pub(super) struct Cut {
    /// What it is at least: the cost of the part if that is `priced`, else 0, and the terms.
    pub least: f64,
    pub terms: Vec<(ColumnId, f64)>,
    /// Whether it is about the cost of the part; otherwise about whether it has any point.
    pub priced: bool,
    /// Which part says it, and the multipliers of its rows that it is made of.
    pub part: usize,
    pub multipliers: Arc<Vec<f64>>,
    /// The bounds of columns of the part that it rests on, where they were narrower than at first.
    narrowed: Arc<Vec<Bounds>>,
}

impl Cut {
    /// By how much a point lacks what it asks for.
    pub fn lacking(&self, x: &[f64]) -> f64 {
        self.least - self.terms.iter().map(|(c, a)| a * x[c.0 as usize]).sum::<f64>()
    }

    /// Whether it holds where columns of the part have these narrower bounds.
    pub fn holds(&self, narrowed: &[Bounds]) -> bool {
        let within = |own: &Bounds| narrowed.iter().any(|n| n.0 == own.0 && n.1 >= own.1 && n.2 <= own.2);
        self.narrowed.iter().all(within)
    }
}

/// Bounds of a column.
pub(super) type Bounds = (ColumnId, f64, f64);

/// A part at a point of the master.
pub(super) enum Found {
    /// Its least cost, and the cut that says so.
    Cost(f64, Cut),
    /// It has no point there, and the cut that says so.
    Nothing(Cut),
    /// It has no point, wherever what it shares is; the multipliers of its rows that prove it.
    Never(Vec<f64>),
}

impl Found {
    /// The cost with its cut, if there is a point.
    pub fn cost(self) -> Option<(f64, Cut)> {
        match self {
            Found::Cost(cost, cut) => Some((cost, cut)),
            Found::Nothing(_) | Found::Never(_) => None,
        }
    }
}

/// Opens a program whose answer is a part of the whole one's. What an engine leaves of a chip would break a row that has
/// nothing else.
pub(super) fn opened(
    engine: &'static dyn Engine,
    program: LinearProgram,
    options: &SolveOptions,
) -> Result<Box<dyn Session>, EngineError> {
    if engine.name() == Simplex.name() {
        return Ok(Simplex::open_exactly(program, options));
    }
    engine.open(program, options)
}

impl Block {
    /// Opens a part at its vertex, `shared` being what its columns are in the master, nothing if they are not shared.
    pub fn open(
        (number, part): (usize, &Part),
        shared: &[Vec<ColumnId>],
        choice: EngineChoice,
        options: &SolveOptions,
    ) -> Result<Self, EngineError> {
        let program = &part.program;
        let mut all: Vec<Shared> = Vec::new();
        let mut index: Vec<Option<usize>> = vec![None; shared.len()];
        for (c, masters) in shared.iter().enumerate().filter(|(_, masters)| !masters.is_empty()) {
            index[c] = Some(all.len());
            let cost = program.columns()[c].cost;
            all.push(Shared { own: ColumnId(c as u32), masters: masters.clone(), rows: Vec::new(), cost });
        }
        for i in 0..program.rows().len() {
            let row = RowId(i as u32);
            for (c, a) in program.row_terms(row) {
                if let Some(at) = index[c.0 as usize] {
                    all[at].rows.push((row, a));
                }
            }
        }
        let engine = order(program, choice.to_solve_again())[0];
        let mut session = opened(engine, program.clone(), options)?;
        session.start_from(&part.basis);
        let options = options.clone();
        Ok(Block { number, engine, options, session, shared: all, narrowed: Arc::default(), point: Vec::new() })
    }

    /// The columns of the master that it has a share in.
    pub fn masters(&self) -> impl Iterator<Item = ColumnId> + '_ {
        self.shared.iter().flat_map(|s| s.masters.iter().copied())
    }

    /// Gives columns of its own narrower bounds than at first, and those that had some the first ones.
    pub fn narrow(&mut self, narrowed: Vec<Bounds>, first: &LinearProgram) {
        for &(c, ..) in self.narrowed.iter() {
            let own = first.columns()[c.0 as usize];
            self.session.set_column_bounds(c, own.lower, own.upper);
        }
        narrowed.iter().for_each(|&(c, lower, upper)| self.session.set_column_bounds(c, lower, upper));
        self.narrowed = Arc::new(narrowed);
    }

    /// Its columns whose bounds are narrower than at first, with those.
    pub fn narrowed(&self) -> &[Bounds] {
        &self.narrowed
    }

    /// What the part costs at least by itself, wherever what it shares is; `None` if the engine does not say.
    pub fn alone(&mut self) -> Result<Option<Found>, EngineError> {
        self.said()
    }

    /// Leaves rows of nothing but shared columns to the master.
    pub fn leave(&mut self, rows: &[RowId]) {
        for &row in rows {
            let own = self.session.program().rows()[row.0 as usize];
            let by = |side: f64| WIDER * (1.0 + side.abs());
            self.session.set_row_bounds(row, own.lower - by(own.lower), own.upper + by(own.upper));
        }
    }

    /// The part at a point of the master, from which what is shared may be off by a little; `None` if the engine does not
    /// say.
    pub fn at(&mut self, x: &[f64]) -> Result<Option<Found>, EngineError> {
        self.keep_to(x, ROUNDING);
        self.said()
    }

    /// Its point at exactly a point of the master, if it has one.
    pub fn exactly_at(&mut self, x: &[f64]) -> Result<Option<Vec<f64>>, EngineError> {
        self.keep_to(x, 0.0);
        let outcome = self.session.solve()?;
        Ok(outcome.primal.filter(|_| outcome.status == Status::Optimal))
    }

    /// Its last point, with what is shared as it is at a point of the master: a sum that comes apart into what it stands
    /// for would leave the rounding that a part was allowed with one of them, however small that is.
    pub fn put_to(&self, x: &[f64]) -> Vec<f64> {
        let mut point = self.point.clone();
        self.shared.iter().for_each(|s| point[s.own.0 as usize] = s.at(x));
        point
    }

    fn keep_to(&mut self, x: &[f64], rounding: f64) {
        for s in &self.shared {
            let value = s.at(x);
            let slack = rounding * (1.0 + value.abs());
            self.session.set_column_bounds(s.own, value - slack, value + slack);
        }
    }

    fn said(&mut self) -> Result<Option<Found>, EngineError> {
        let outcome = self.session.solve()?;
        if let Some(found) = self.told(outcome) {
            return Ok(Some(found));
        }
        // There is no point by so little that nothing proves it: as exactly as elsewhere there may be one.
        let mut other = self.engine.open(self.session.program().clone(), &self.options)?;
        if let Some(basis) = self.session.basis() {
            other.start_from(&basis);
        }
        let outcome = other.solve()?;
        Ok(self.told(outcome))
    }

    fn told(&mut self, outcome: Outcome) -> Option<Found> {
        match (outcome.status, outcome.primal, outcome.duals, outcome.farkas) {
            (Status::Optimal, Some(x), Some(u), _) => {
                let cost = self.session.program().objective(&x);
                let worth = self.worth(&u, 1.0);
                let own = |s: &Shared| x[s.own.0 as usize];
                let least = cost - self.shared.iter().zip(&worth).map(|(s, d)| own(s) * d).sum::<f64>();
                self.point = x;
                // The cost less the terms is at least the rest.
                Some(Found::Cost(cost, self.cut(least, &worth, true, u)))
            }
            (Status::Infeasible, _, _, Some(u)) => {
                let program = self.session.program();
                let proof = verify_farkas(program, &u);
                if !proof.proves {
                    return None;
                }
                let worth = self.worth(&u, 0.0);
                let size = worth.iter().fold(0.0f64, |a, d| a.max(d.abs()));
                if size == 0.0 {
                    return Some(Found::Never(u));
                }
                // What the proof has from the bounds of what is shared.
                let at = |(s, d): (&Shared, &f64)| {
                    let own = &program.columns()[s.own.0 as usize];
                    (d * own.lower).min(d * own.upper)
                };
                let least = proof.value - self.shared.iter().zip(&worth).map(at).sum::<f64>();
                let worth: Vec<f64> = worth.iter().map(|d| d / size).collect();
                let multipliers = u.iter().map(|u| u / size).collect();
                Some(Found::Nothing(self.cut(least / size, &worth, false, multipliers)))
            }
            (status, ..) => {
                tracing::debug!(part = self.number, ?status, "not known");
                None
            }
        }
    }

    /// That what it costs, or 0, is at least so much and what shared columns are worth.
    fn cut(&self, least: f64, worth: &[f64], priced: bool, multipliers: Vec<f64>) -> Cut {
        let terms = self.shared.iter().zip(worth).filter(|(_, d)| **d != 0.0);
        let terms = terms.flat_map(|(s, d)| s.masters.iter().map(move |&m| (m, -d))).collect();
        let (multipliers, narrowed) = (Arc::new(multipliers), Arc::clone(&self.narrowed));
        Cut { least, terms, priced, part: self.number, multipliers, narrowed }
    }

    /// What a unit of each shared column is worth: its cost, `costs` times, less what multipliers make of its rows.
    fn worth(&self, u: &[f64], costs: f64) -> Vec<f64> {
        let worth = |s: &Shared| {
            let (mut sum, mut size) = (costs * s.cost, (costs * s.cost).abs());
            for (r, a) in &s.rows {
                let term = u[r.0 as usize] * a;
                sum -= term;
                size += term.abs();
            }
            // A sum that is rounding is none: rows with such coefficients cannot be scaled.
            if sum.abs() <= NOISE * size { 0.0 } else { sum }
        };
        let mut all: Vec<f64> = self.shared.iter().map(worth).collect();
        let most = all.iter().fold(0.0f64, |a, d| a.max(d.abs()));
        all.iter_mut().filter(|d| d.abs() <= NOISE * most).for_each(|d| *d = 0.0);
        all
    }
}
