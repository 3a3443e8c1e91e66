//! What several parts share, with what they have said of it.
//!
//! ```text
//! least  sum over f of t_f + own costs    with  t_f >= (each cut of part f),  rows of nothing but shared columns
//! ```
//!
//! Rows of the whole program that are of no part stand here if their columns are shared or of no part, or if they have the
//! costs of one part times a number k: those are k t_f (conditional value at risk, regret). Others are left out: the answer is
//! certified on the whole program, so that one that breaks them is none.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::basis::{Basis, Place};
use super::super::choice::{EngineChoice, order};
use super::super::clarabel::Clarabel;
use super::super::contract::Engine;
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::session::Session;
use super::block::{Bounds, Cut, opened};
use super::part::Part;
use super::sharing::{OfCost, OfShared, Sharing, of_columns, of_cost, of_shared};
use crate::lp::{ColumnId, LinearProgram, RowId, RowIndex, is_row};

/// Solves after which a cut that does not bind goes.
const IDLE: u32 = 8;

/// A row of the master that a part has.
struct Common {
    part: usize,
    row: RowId,
    here: RowId,
}

/// A cut that the master has.
struct Kept {
    cut: Cut,
    here: RowId,
    /// For how many solves it has not bound.
    idle: u32,
    /// Whether it holds with the bounds that its part has now.
    holds: bool,
}

/// The shared program in the hands of an engine.
pub(super) struct Master {
    engine: &'static dyn Engine,
    options: SolveOptions,
    session: Box<dyn Session>,
    /// For each shared column how much more and how much less it is than where the search stands, and the row that says so.
    moves: Vec<(ColumnId, ColumnId, RowId)>,
    /// For each part the column of its cost.
    costs: Vec<ColumnId>,
    /// For each part the multipliers that prove what it costs at least: the lower bound of its column.
    alone: Vec<Arc<Vec<f64>>>,
    /// What these columns are measured in, money: of the size of the others.
    unit: f64,
    common: Vec<Common>,
    /// Columns and rows of the whole program that are of no part, and what they are here.
    columns: Vec<(ColumnId, ColumnId)>,
    rows: Vec<(RowId, RowId)>,
    cuts: Vec<Kept>,
    /// Columns that have narrower bounds than at first, with the first ones.
    narrowed: Vec<Bounds>,
    /// How many rows are no cuts.
    fixed: usize,
}

/// Where shared columns stay: each no farther from a point than some reaches, at a price for each reach.
pub(super) struct Near<'a> {
    pub x: &'a [f64],
    /// How far each may go if the radius is 1; above 0.
    pub reach: &'a [f64],
    pub radius: f64,
    pub price: f64,
}

/// An optimum of the master.
pub(super) struct Optimum {
    pub x: Vec<f64>,
    /// The multipliers of its rows.
    pub y: Vec<f64>,
    pub cost: f64,
}

/// What came of solving it.
pub(super) enum Step {
    Optimum(Optimum),
    /// There is no point; multipliers that prove it.
    Nothing(Vec<f64>),
    Unknown,
}

impl Master {
    /// The master of parts, each with what it costs by itself and the cut that proves that; beside it for each part the rows
    /// that it leaves to the master. `held` says which rows of the whole program are those of parts, `unit` what costs are
    /// measured in.
    pub fn open(
        whole: &LinearProgram,
        parts: &[Part],
        sharing: &Sharing,
        held: &[bool],
        (alone, unit): (Vec<(f64, Cut)>, f64),
        (choice, options): (EngineChoice, &SolveOptions),
    ) -> Result<(Self, Vec<Vec<RowId>>), EngineError> {
        let mut program = LinearProgram::new("shared");
        for &(lower, upper) in &sharing.bounds {
            program.add_column("", "shared", lower, upper, 0.0);
        }
        let moves = (0..sharing.count())
            .map(|j| {
                let more = program.add_column("", "more", 0.0, f64::INFINITY, 0.0);
                let less = program.add_column("", "less", 0.0, f64::INFINITY, 0.0);
                let terms = [(ColumnId(j as u32), 1.0), (more, -1.0), (less, 1.0)];
                (more, less, program.add_row("", "near", 0.0, 0.0, terms))
            })
            .collect();
        let costs: Vec<ColumnId> =
            alone.iter().map(|(least, _)| program.add_column("", "cost", least / unit, f64::INFINITY, unit)).collect();
        let mut common = Vec::new();
        let mut left = Vec::new();
        let mut seen = RowIndex::default();
        for (p, part) in parts.iter().enumerate() {
            let mut own = Vec::new();
            for i in 0..part.program.rows().len() {
                let id = RowId(i as u32);
                let Some(OfShared { mut terms, sides: bounds, role, whole }) = of_shared(part, id, &sharing.of[p])
                else {
                    continue;
                };
                if whole {
                    own.push(id);
                }
                terms.sort_by_key(|t| t.0);
                let alike = seen.candidates(bounds, &terms);
                if alike.iter().any(|&r| is_row(&program, r, bounds, &terms)) {
                    continue;
                }
                let here = program.add_row("", role, bounds.0, bounds.1, terms);
                let (least, most) = program.activity_range(here);
                if !whole && bounds.0 <= least && bounds.1 >= most {
                    // The bounds of its columns keep it: a row that says nothing is better than one that is taken out again.
                    program.set_row_bounds(here, f64::NEG_INFINITY, f64::INFINITY);
                }
                alike.push(here);
                common.push(Common { part: p, row: id, here });
            }
            left.push(own);
        }
        let mut known = vec![false; whole.columns().len()];
        parts.iter().flat_map(|p| p.images.iter().flatten()).for_each(|i| known[i.0 as usize] = true);
        let (mut columns, mut place) = (Vec::new(), HashMap::new());
        for (j, own) in whole.columns().iter().enumerate().filter(|(j, _)| !known[*j]) {
            let here = program.add_column("", own.role, own.lower, own.upper, own.cost);
            columns.push((ColumnId(j as u32), here));
            place.insert(ColumnId(j as u32), here);
        }
        let mut rows = Vec::new();
        for (i, own) in whole.rows().iter().enumerate().filter(|(i, _)| !held[*i]) {
            let id = RowId(i as u32);
            let terms =
                of_columns(whole, id, &place, |c| sharing.place.get(&c).copied(), &sharing.images).or_else(|| {
                    let OfCost { part, times, mut terms } = of_cost(whole, parts, id, &place)?;
                    terms.push((costs[part], times * unit));
                    Some(terms)
                });
            rows.extend(terms.map(|terms| (id, program.add_row("", own.role, own.lower, own.upper, terms))));
        }
        let engine = order(&program, choice.to_solve_again())[0];
        let fixed = program.rows().len();
        let session = opened(engine, program, options)?;
        let mut master = Master {
            engine,
            options: options.clone(),
            session,
            moves,
            costs,
            alone: alone.iter().map(|(_, cut)| Arc::clone(&cut.multipliers)).collect(),
            unit,
            common,
            columns,
            rows,
            cuts: Vec::new(),
            narrowed: Vec::new(),
            fixed,
        };
        alone.into_iter().for_each(|(_, cut)| master.add(cut));
        Ok((master, left))
    }

    /// How many rows it has.
    pub fn size(&self) -> usize {
        self.session.program().rows().len()
    }

    pub fn engine(&self) -> &'static str {
        self.engine.name()
    }

    /// Keeps shared columns near to a point, or lets them go.
    pub fn stay(&mut self, near: Option<&Near<'_>>) {
        for (j, &(more, less, row)) in self.moves.iter().enumerate() {
            // Without a point to be near to the row has nothing to say.
            let (sides, most, price) = match near {
                Some(n) => ((n.x[j], n.x[j]), n.radius * n.reach[j], n.price / n.reach[j]),
                None => ((f64::NEG_INFINITY, f64::INFINITY), f64::INFINITY, 0.0),
            };
            self.session.set_row_bounds(row, sides.0, sides.1);
            for column in [more, less] {
                self.session.set_column_bounds(column, 0.0, most);
                self.session.set_cost(column, price);
            }
        }
    }

    /// Whether an optimum is as far as it may go somewhere.
    pub fn is_held(&self, optimum: &Optimum) -> bool {
        let program = self.session.program();
        let most = |c: ColumnId| optimum.x[c.0 as usize] >= program.columns()[c.0 as usize].upper;
        self.moves.iter().any(|&(more, less, _)| most(more) || most(less))
    }

    /// Adds a cut.
    pub fn add(&mut self, cut: Cut) {
        let mut terms = cut.terms.clone();
        let per = self.per(&cut);
        terms.iter_mut().for_each(|t| t.1 /= per);
        if cut.priced {
            terms.push((self.costs[cut.part], 1.0));
        }
        let here = self.session.add_row("", "cut".into(), cut.least / per, f64::INFINITY, &terms);
        self.cuts.push(Kept { cut, here, idle: 0, holds: true });
    }

    /// Leaves out the cuts of a part that rest on bounds which it has no longer, and takes in those that hold again.
    pub fn follow(&mut self, part: usize, narrowed: &[Bounds]) {
        let unit = self.unit;
        for kept in self.cuts.iter_mut().filter(|k| k.cut.part == part) {
            let holds = kept.cut.holds(narrowed);
            if holds == kept.holds {
                continue;
            }
            let per = if kept.cut.priced { unit } else { 1.0 };
            let least = if holds { kept.cut.least / per } else { f64::NEG_INFINITY };
            self.session.set_row_bounds(kept.here, least, f64::INFINITY);
            (kept.holds, kept.idle) = (holds, 0);
        }
    }

    /// Gives a column that is shared or of no part narrower bounds.
    pub fn narrow(&mut self, column: ColumnId, lower: f64, upper: f64) {
        let first = self.bounds(column);
        self.session.set_column_bounds(column, lower, upper);
        self.narrowed.push((column, first.0, first.1));
    }

    /// Gives all of those the bounds that they had before.
    pub fn widen(&mut self) {
        while let Some((column, lower, upper)) = self.narrowed.pop() {
            self.session.set_column_bounds(column, lower, upper);
        }
    }

    /// The bounds of a column.
    pub fn bounds(&self, column: ColumnId) -> (f64, f64) {
        let own = self.session.program().columns()[column.0 as usize];
        (own.lower, own.upper)
    }

    /// What a cut is divided by in its row.
    fn per(&self, cut: &Cut) -> f64 {
        if cut.priced { self.unit } else { 1.0 }
    }

    /// What the master believes that a part costs.
    pub fn believed(&self, optimum: &Optimum, part: usize) -> f64 {
        optimum.x[self.costs[part].0 as usize] * self.unit
    }

    /// Whether everything costs the sum of what the parts do.
    pub fn is_sum(&self) -> bool {
        self.columns.is_empty() && self.rows.is_empty()
    }

    /// The vertex where the last cuts meet: shared columns where the search stands, each part at what it cost last.
    fn meeting(&self) -> Basis {
        let program = self.session.program();
        let mut basis = Basis::of_rows(program);
        for (j, (_, _, row)) in self.moves.iter().enumerate() {
            basis.columns[j] = Place::Basic;
            basis.rows[row.0 as usize] = Place::Lower;
        }
        let mut last: Vec<Option<RowId>> = vec![None; self.costs.len()];
        self.cuts.iter().filter(|k| k.cut.priced && k.holds).for_each(|k| last[k.cut.part] = Some(k.here));
        for (cost, row) in self.costs.iter().zip(last) {
            let Some(row) = row else { continue };
            basis.columns[cost.0 as usize] = Place::Basic;
            basis.rows[row.0 as usize] = Place::Lower;
        }
        basis
    }

    /// Begins where the last cuts meet. From nothing the method takes many times as many steps.
    pub fn begin(&mut self) {
        let basis = self.meeting();
        self.session.start_from(&basis);
    }

    /// The engine's answer: from where it stands, else from where the last cuts meet, else that of another engine, whose
    /// point is no vertex.
    fn asked(&mut self) -> Result<Outcome, EngineError> {
        let ended = |o: &Outcome| matches!(o.status, Status::Optimal | Status::Infeasible);
        let first = self.session.solve()?;
        if ended(&first) {
            return Ok(first);
        }
        tracing::debug!(status = ?first.status, "the master from where the cuts meet");
        let mut session = opened(self.engine, self.session.program().clone(), &self.options)?;
        session.start_from(&self.meeting());
        self.session = session;
        let second = self.session.solve()?;
        if ended(&second) {
            return Ok(second);
        }
        tracing::debug!(status = ?second.status, "the master by another engine");
        Clarabel.solve(self.session.program(), &self.options)
    }

    pub fn solve(&mut self) -> Result<Step, EngineError> {
        let Outcome { status, primal, duals, farkas, .. } = self.asked()?;
        Ok(match (status, primal, duals, farkas) {
            (Status::Optimal, Some(x), Some(y), _) => {
                for kept in &mut self.cuts {
                    kept.idle = if y[kept.here.0 as usize] == 0.0 { kept.idle + 1 } else { 0 };
                }
                // Without the price of moving.
                let paid = |c: ColumnId| self.session.program().columns()[c.0 as usize].cost * x[c.0 as usize];
                let moved: f64 = self.moves.iter().map(|&(more, less, _)| paid(more) + paid(less)).sum();
                let cost = self.session.program().objective(&x) - moved;
                Step::Optimum(Optimum { x, y, cost })
            }
            (Status::Infeasible, _, _, Some(y)) => Step::Nothing(y),
            _ => Step::Unknown,
        })
    }

    /// Leaves out cuts that have long not bound, where there are many.
    pub fn prune(&mut self) -> Result<(), EngineError> {
        let idle = |k: &Kept| k.idle >= IDLE;
        let many = self.cuts.iter().filter(|k| idle(k)).count();
        if 2 * many < self.cuts.len() {
            return Ok(());
        }
        let Some(basis) = self.session.basis() else { return Ok(()) };
        let old = self.session.program();
        let mut program = LinearProgram::new("shared");
        for c in old.columns() {
            program.add_column("", c.role, c.lower, c.upper, c.cost);
        }
        let mut places = Vec::new();
        let mut put = |row: RowId| {
            let own = old.rows()[row.0 as usize];
            // What was added since has not been solved.
            places.push(basis.rows.get(row.0 as usize).copied().unwrap_or(Place::Basic));
            program.add_row("", own.role, own.lower, own.upper, old.row_terms(row))
        };
        (0..self.fixed).for_each(|i| {
            put(RowId(i as u32));
        });
        self.cuts.retain_mut(|kept| {
            // What is not basic binds, though without a multiplier.
            let stays = kept.here.0 as usize >= basis.rows.len()
                || !idle(kept)
                || basis.rows[kept.here.0 as usize] != Place::Basic;
            if stays {
                kept.here = put(kept.here);
            }
            stays
        });
        let mut session = opened(self.engine, program, &self.options)?;
        session.start_from(&Basis { columns: basis.columns, rows: places });
        self.session = session;
        Ok(())
    }

    /// The multipliers of each part's rows, and of the rows of no part, that those of the master are: of an optimum, or, without
    /// `costs`, of a proof that there is no point.
    pub fn multipliers(&self, y: &[f64], costs: bool, parts: &[Part]) -> (Vec<Vec<f64>>, Vec<(RowId, f64)>) {
        let add = |all: &mut [f64], multipliers: &[f64], times: f64| {
            if times != 0.0 {
                all.iter_mut().zip(multipliers).for_each(|(y, u)| *y += times * u);
            }
        };
        let mut all: Vec<Vec<f64>> = parts.iter().map(|p| vec![0.0; p.program.rows().len()]).collect();
        for c in &self.common {
            all[c.part][c.row.0 as usize] += y[c.here.0 as usize];
        }
        for kept in &self.cuts {
            let cut = &kept.cut;
            add(&mut all[cut.part], &cut.multipliers, y[kept.here.0 as usize] / self.per(cut));
        }
        // What the bound of a cost takes, the proof of the bound has.
        let reduced = self.session.program().reduced_costs(y, costs);
        for ((own, cost), proof) in all.iter_mut().zip(&self.costs).zip(&self.alone) {
            add(own, proof, (reduced[cost.0 as usize] / self.unit).max(0.0));
        }
        (all, self.rows.iter().map(|&(row, here)| (row, y[here.0 as usize])).collect())
    }

    /// Where a column of no part is here.
    pub fn place(&self, column: ColumnId) -> Option<ColumnId> {
        self.columns.iter().find(|(c, _)| *c == column).map(|&(_, here)| here)
    }

    /// The values of the columns of no part.
    pub fn own<'a>(&'a self, x: &'a [f64]) -> impl Iterator<Item = (ColumnId, f64)> + 'a {
        self.columns.iter().map(|&(column, here)| (column, x[here.0 as usize]))
    }
}
