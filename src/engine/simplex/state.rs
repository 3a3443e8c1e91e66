//! Where the method stands: a basis, its factors, the values and the reduced costs that go with it.

use std::time::Instant;

use super::super::watch::Watch;
use super::factor::Factor;
use super::problem::Problem;
use super::sparse::SparseVec;

/// Violations of bounds that count as none, in scaled units.
pub const PRIMAL: f64 = 1e-9;
/// The same where many answers are put together, of rows that may have nothing but a few chips.
pub const EXACTLY: f64 = 1e-11;
/// Reduced costs of the wrong sign that count as none, in scaled units.
pub const DUAL: f64 = 1e-9;
/// Pivots below this are none.
pub const PIVOT: f64 = 1e-9;

/// Errors of rows, relative to their terms, with which factors are still good.
const EXACT: f64 = 1e-11;
/// By how much the two ways to a pivot may differ, relative to it.
pub const AGREE: f64 = 1e-7;
/// Iterations between looks at the clock.
const CLOCK: usize = 16;
/// Pivots that may turn out wrong in one run.
const TROUBLE: usize = 20;

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Found from the others.
    Basic,
    /// At its lower bound.
    Lower,
    /// At its upper bound.
    Upper,
    /// At 0, having no bounds.
    Free,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// At an optimum.
    Optimal,
    /// No point; the multipliers of the rows that show it.
    Infeasible(Vec<f64>),
    /// No end to the cost; the direction.
    Unbounded(Vec<f64>),
    /// Time is up.
    Limit,
    /// Nothing helps any more.
    Stalled,
}

/// The state.
#[derive(Debug, Default)]
pub struct State {
    /// The program.
    pub p: Problem,
    /// Costs, lower and upper bounds as they are used now: a little off the program's for a while.
    pub cost: Vec<f64>,
    /// See `cost`.
    pub lower: Vec<f64>,
    /// See `cost`.
    pub upper: Vec<f64>,
    /// Basic columns, by place.
    pub head: Vec<u32>,
    /// What each column is.
    pub at: Vec<At>,
    /// Value of each column.
    pub x: Vec<f64>,
    /// Reduced cost of each column, 0 for basic ones.
    pub d: Vec<f64>,
    /// Weights of the places (dual steepest edge).
    pub edge: Vec<f64>,
    /// The factors.
    pub factor: Factor,
    /// Whether the factors are those of the basis.
    pub factored: bool,
    /// Pivots and flips so far.
    pub iterations: usize,
    /// When to end.
    pub deadline: Option<Instant>,
    /// Who may stop it.
    pub watch: Watch,
    /// Violations of bounds that count as none.
    pub within: f64,
    pub(super) random: u64,
    /// Work space.
    pub(super) column: SparseVec,
    pub(super) row: SparseVec,
    pub(super) tau: SparseVec,
    pub(super) flips: SparseVec,
    /// A row of the tableau.
    pub(super) alpha: SparseVec,
    pub(super) spike: Vec<(u32, f64)>,
    pub(super) kept: Vec<(u32, f64)>,
}

impl State {
    /// Begins with the logicals as a basis.
    pub fn new(p: Problem) -> Self {
        let mut s = State { random: 0x9E37_79B9_7F4A_7C15, within: PRIMAL, ..State::default() };
        s.take(p);
        s.slack_basis();
        s
    }

    /// Replaces the program by one of the same shape; the basis stays.
    pub fn take(&mut self, p: Problem) {
        self.p = p;
        for v in [&mut self.column, &mut self.row, &mut self.tau, &mut self.flips] {
            v.reset(self.p.m);
        }
        self.alpha.reset(self.p.all());
        self.factored = false;
        self.original();
    }

    /// Costs and bounds are those of the program again.
    pub fn original(&mut self) {
        self.cost.clone_from(&self.p.cost);
        self.lower.clone_from(&self.p.lower);
        self.upper.clone_from(&self.p.upper);
    }

    /// Starts from the logicals.
    pub fn slack_basis(&mut self) {
        let (n, all) = (self.p.n, self.p.all());
        self.head = (n as u32..all as u32).collect();
        self.at = (0..all).map(|j| if j < n { self.resting(j, At::Lower) } else { At::Basic }).collect();
        self.x = vec![0.0; all];
        self.d = vec![0.0; all];
        self.edge = vec![1.0; self.p.m];
        self.factored = false;
    }

    /// Rows that are new have their logicals in the basis.
    pub fn grow(&mut self) {
        let (had, all) = (self.at.len(), self.p.all());
        self.head.extend(had as u32..all as u32);
        self.at.resize(all, At::Basic);
        self.x.resize(all, 0.0);
        self.d.resize(all, 0.0);
        self.edge.resize(self.p.m, 1.0);
    }

    /// Where a column that is not basic rests, best as wanted.
    pub fn resting(&self, j: usize, wanted: At) -> At {
        match (self.lower[j].is_finite(), self.upper[j].is_finite(), wanted) {
            (false, false, _) => At::Free,
            (true, false, _) => At::Lower,
            (false, true, _) => At::Upper,
            (true, true, At::Upper) => At::Upper,
            (true, true, At::Lower | At::Basic) => At::Lower,
            (true, true, At::Free) => {
                if self.lower[j].abs() <= self.upper[j].abs() {
                    At::Lower
                } else {
                    At::Upper
                }
            }
        }
    }

    /// The value of a column that is not basic.
    pub fn rest(&self, j: usize) -> f64 {
        match self.at[j] {
            At::Lower => self.lower[j],
            At::Upper => self.upper[j],
            At::Free => 0.0,
            At::Basic => self.x[j],
        }
    }

    /// A number from 0 to 1, always the same sequence.
    pub fn draw(&mut self) -> f64 {
        // Marsaglia, "Xorshift RNGs", J. Stat. Software 8, 2003.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Makes the factors anew, and from them all values and reduced costs. Places move, and with them their weights.
    pub fn refactor(&mut self) {
        let mut weight = Vec::new();
        let known = self.edge.len() == self.head.len();
        if known {
            weight = vec![1.0; self.p.all()];
            self.head.iter().zip(&self.edge).for_each(|(&j, &w)| weight[j as usize] = w);
        }
        let replaced = self.factor.make(&self.p, &mut self.head);
        for &(out, stand_in) in &replaced {
            self.at[out as usize] = self.resting(out as usize, At::Free);
            self.at[stand_in as usize] = At::Basic;
        }
        if !replaced.is_empty() {
            tracing::debug!(replaced = replaced.len(), "singular basis");
        }
        if known {
            self.edge.clear();
            self.edge.extend(self.head.iter().map(|&j| weight[j as usize]));
        } else {
            self.edge = vec![1.0; self.p.m];
        }
        self.factored = true;
        self.compute_primal();
        self.compute_dual();
    }

    /// Computes all values and reduced costs anew, from new factors if there were more than `few` updates or they have
    /// become inexact.
    pub fn settle(&mut self, few: usize) {
        if self.factored && self.factor.updates <= few {
            self.compute_primal();
            if self.residual() <= EXACT {
                self.compute_dual();
                return;
            }
        }
        self.refactor();
    }

    /// The largest error of a row, relative to its terms.
    fn residual(&self) -> f64 {
        let of = |i: usize| {
            let own = self.x[self.p.n + i];
            let (mut sum, mut size) = (own, 1.0 + own.abs());
            for &(j, a) in self.p.rows.list(i) {
                let term = a * self.x[j as usize];
                sum += term;
                size += term.abs();
            }
            sum.abs() / size
        };
        (0..self.p.m).map(of).fold(0.0, f64::max)
    }

    /// Values of the basic columns from those of the others.
    pub fn compute_primal(&mut self) {
        let mut rhs = std::mem::take(&mut self.column);
        rhs.clear();
        for j in 0..self.p.all() {
            if self.at[j] == At::Basic {
                continue;
            }
            let x = self.rest(j);
            self.x[j] = x;
            if x != 0.0 {
                self.p.each(j, |i, a| rhs.add(i, -a * x));
            }
        }
        self.factor.forward(&mut rhs, None);
        self.head.iter().zip(&rhs.val).for_each(|(&j, &x)| self.x[j as usize] = x);
        self.column = rhs;
    }

    /// Multipliers of the rows for the costs in use.
    pub fn multipliers(&mut self) -> Vec<f64> {
        let mut y = std::mem::take(&mut self.row);
        y.clear();
        for (i, &j) in self.head.iter().enumerate() {
            let c = self.cost[j as usize];
            if c != 0.0 {
                y.add(i as u32, c);
            }
        }
        self.factor.backward(&mut y, None);
        let out = y.val.clone();
        self.row = y;
        out
    }

    /// Reduced costs from the costs in use.
    pub fn compute_dual(&mut self) {
        let y = self.multipliers();
        for j in 0..self.p.all() {
            self.d[j] = if self.at[j] == At::Basic { 0.0 } else { self.cost[j] - self.p.dot(j, &y) };
        }
    }

    /// By how much a value is outside of its bounds: below is negative.
    #[inline(always)]
    pub fn outside(&self, j: usize) -> f64 {
        let x = self.x[j];
        if x < self.lower[j] {
            x - self.lower[j]
        } else if x > self.upper[j] {
            x - self.upper[j]
        } else {
            0.0
        }
    }

    /// By how much the reduced cost of a column that is not basic has the wrong sign.
    #[inline(always)]
    pub fn wrong(&self, j: usize) -> f64 {
        match self.at[j] {
            At::Basic => 0.0,
            At::Lower => (-self.d[j]).max(0.0) * f64::from(u8::from(self.lower[j] < self.upper[j])),
            At::Upper => self.d[j].max(0.0) * f64::from(u8::from(self.lower[j] < self.upper[j])),
            At::Free => self.d[j].abs(),
        }
    }

    /// Whether every basic column is within its bounds.
    pub fn is_primal_feasible(&self) -> bool {
        self.head.iter().all(|&j| self.outside(j as usize).abs() <= self.within)
    }

    /// Whether every reduced cost has its sign.
    pub fn is_dual_feasible(&self) -> bool {
        (0..self.p.all()).all(|j| self.wrong(j) <= DUAL)
    }

    /// Whether time is up.
    pub fn is_late(&self) -> bool {
        self.watch.is_cancelled() || self.deadline.is_some_and(|d| Instant::now() >= d)
    }

    /// How a run ends that may take iterations up to `last`, if it ends here.
    pub fn ends(&self, last: usize, trouble: usize) -> Option<End> {
        if self.iterations.is_multiple_of(CLOCK) && self.is_late() {
            return Some(End::Limit);
        }
        (self.iterations >= last || trouble > TROUBLE).then_some(End::Stalled)
    }

    /// The row of the tableau that goes with `row`, a solution of B^T, for all columns that are not basic.
    pub fn price(&mut self) {
        let mut alpha = std::mem::take(&mut self.alpha);
        alpha.clear();
        let n = self.p.n;
        if (self.row.idx.len() as f64) < 0.3 * self.p.m as f64 {
            for (i, y) in self.row.iter() {
                for &(j, a) in self.p.rows.list(i as usize) {
                    alpha.add(j, a * y);
                }
                alpha.add((n + i as usize) as u32, y);
            }
        } else {
            for j in 0..self.p.all() {
                if self.at[j] != At::Basic {
                    let v = self.p.dot(j, &self.row.val);
                    if v != 0.0 {
                        alpha.add(j as u32, v);
                    }
                }
            }
        }
        self.alpha = alpha;
    }

    /// Solves for a column, keeping what an update needs.
    pub fn solve_column(&mut self, j: usize) {
        let (mut column, mut spike) = (std::mem::take(&mut self.column), std::mem::take(&mut self.spike));
        column.clear();
        self.p.each(j, |i, a| column.add(i, a));
        self.factor.forward(&mut column, Some(&mut spike));
        (self.column, self.spike) = (column, spike);
    }

    /// Solves for the row of a place, keeping what an update needs.
    pub fn solve_row(&mut self, place: usize) {
        let (mut row, mut kept) = (std::mem::take(&mut self.row), std::mem::take(&mut self.kept));
        row.clear();
        row.add(place as u32, 1.0);
        self.factor.backward(&mut row, Some(&mut kept));
        (self.row, self.kept) = (row, kept);
    }

    /// Column `q`, whose solution is in `column`, takes a place; who leaves goes to `to`.
    pub fn exchange(&mut self, place: usize, q: usize, to: At) {
        let out = self.head[place] as usize;
        self.at[out] = to;
        self.x[out] = self.rest(out);
        self.head[place] = q as u32;
        self.at[q] = At::Basic;
        self.d[q] = 0.0;
        let pivot = self.column.val[place];
        self.factor.update(place, &self.spike, &self.kept, pivot);
        self.iterations += 1;
    }
}
