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
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::session::Session;
use super::part::Part;
use crate::lp::{ColumnId, RowId, verify_farkas};

/// How much wider rows of the master are in a part, relative to their sides.
const WIDER: f64 = 1e-6;

/// What is left of terms that cancel, relative to them.
const NOISE: f64 = 1e-11;

/// A part in the hands of an engine.
pub(super) struct Block {
    /// Which part it is.
    number: usize,
    session: Box<dyn Session>,
    /// Its columns that are shared, and what they are in the master.
    shared: Vec<Shared>,
    /// What its last answer was for columns of its own and of the master.
    pub point: Vec<f64>,
}

/// A shared column of a part.
pub(super) struct Shared {
    /// In the part.
    pub own: ColumnId,
    /// In the master.
    pub master: ColumnId,
    /// Its rows in the part.
    rows: Vec<(RowId, f64)>,
    cost: f64,
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
}

impl Cut {
    /// By how much a point lacks what it asks for.
    pub fn lacking(&self, x: &[f64]) -> f64 {
        self.least - self.terms.iter().map(|(c, a)| a * x[c.0 as usize]).sum::<f64>()
    }
}

/// A part at a point of the master.
pub(super) enum Found {
    /// Its least cost, and the cut that says so.
    Cost(f64, Cut),
    /// It has no point there, and the cut that says so.
    Nothing(Cut),
}

impl Found {
    /// The cost with its cut, if there is a point.
    pub fn cost(self) -> Option<(f64, Cut)> {
        match self {
            Found::Cost(cost, cut) => Some((cost, cut)),
            Found::Nothing(_) => None,
        }
    }
}

impl Block {
    /// Opens a part at its vertex, `shared` being what its columns are in the master, if they are that.
    pub fn open(
        (number, part): (usize, &Part),
        shared: &[Option<ColumnId>],
        choice: EngineChoice,
        options: &SolveOptions,
    ) -> Result<Self, EngineError> {
        let program = &part.program;
        let mut all: Vec<Shared> = Vec::new();
        let mut index: Vec<Option<usize>> = vec![None; shared.len()];
        for (c, master) in shared.iter().enumerate() {
            let Some(master) = *master else { continue };
            index[c] = Some(all.len());
            let cost = program.columns()[c].cost;
            all.push(Shared { own: ColumnId(c as u32), master, rows: Vec::new(), cost });
        }
        for i in 0..program.rows().len() {
            let row = RowId(i as u32);
            for (c, a) in program.row_terms(row) {
                if let Some(at) = index[c.0 as usize] {
                    all[at].rows.push((row, a));
                }
            }
        }
        let mut session = order(program, choice.to_solve_again())[0].open(program.clone(), options)?;
        session.start_from(&part.basis);
        Ok(Block { number, session, shared: all, point: Vec::new() })
    }

    /// The columns that are shared.
    pub fn shared(&self) -> &[Shared] {
        &self.shared
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

    /// The part at a point of the master, from which what is shared may be off by `rounding`, relative to it; `None` if the
    /// engine does not say.
    pub fn at(&mut self, x: &[f64], rounding: f64) -> Result<Option<Found>, EngineError> {
        for s in &self.shared {
            let value = x[s.master.0 as usize];
            let slack = rounding * (1.0 + value.abs());
            self.session.set_column_bounds(s.own, value - slack, value + slack);
        }
        self.said()
    }

    fn said(&mut self) -> Result<Option<Found>, EngineError> {
        let outcome = self.session.solve()?;
        Ok(self.told(outcome))
    }

    fn told(&mut self, outcome: Outcome) -> Option<Found> {
        match (outcome.status, outcome.primal, outcome.duals, outcome.farkas) {
            (Status::Optimal, Some(x), Some(u), _) => {
                let cost = self.session.program().objective(&x);
                let terms = self.terms(&u, 1.0);
                let own = |s: &Shared| x[s.own.0 as usize];
                let least = cost - self.shared.iter().zip(&terms).map(|(s, t)| own(s) * t.1).sum::<f64>();
                self.point = x;
                // The cost less the terms is at least the rest.
                let terms = terms.into_iter().filter(|t| t.1 != 0.0).map(|(c, d)| (c, -d)).collect();
                Some(Found::Cost(cost, Cut { least, terms, priced: true, part: self.number, multipliers: Arc::new(u) }))
            }
            (Status::Infeasible, _, _, Some(u)) => {
                let program = self.session.program();
                let proof = verify_farkas(program, &u);
                if !proof.proves {
                    return None;
                }
                let terms = self.terms(&u, 0.0);
                let size = terms.iter().fold(0.0f64, |a, t| a.max(t.1.abs()));
                // Without a point whatever is shared: then there is none by itself.
                if size == 0.0 {
                    return None;
                }
                // What the proof has from the bounds of what is shared.
                let at = |(s, t): (&Shared, &(ColumnId, f64))| {
                    let own = &program.columns()[s.own.0 as usize];
                    (t.1 * own.lower).min(t.1 * own.upper)
                };
                let least = proof.value - self.shared.iter().zip(&terms).map(at).sum::<f64>();
                let terms = terms.into_iter().filter(|t| t.1 != 0.0).map(|(c, d)| (c, -d / size)).collect();
                let multipliers = Arc::new(u.iter().map(|u| u / size).collect());
                Some(Found::Nothing(Cut { least: least / size, terms, priced: false, part: self.number, multipliers }))
            }
            (status, ..) => {
                tracing::debug!(part = self.number, ?status, "not known");
                None
            }
        }
    }

    /// What a unit of each shared column is worth: its cost, `costs` times, less what multipliers make of its rows.
    fn terms(&self, u: &[f64], costs: f64) -> Vec<(ColumnId, f64)> {
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
        let mut terms: Vec<(ColumnId, f64)> = self.shared.iter().map(|s| (s.master, worth(s))).collect();
        let most = terms.iter().fold(0.0f64, |a, t| a.max(t.1.abs()));
        terms.iter_mut().filter(|t| t.1.abs() <= NOISE * most).for_each(|t| t.1 = 0.0);
        terms
    }
}
