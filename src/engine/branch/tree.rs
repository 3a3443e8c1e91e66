//! The tree: which part is looked at next, and how it is divided.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::super::accepted::{accept, certified, tidied};
use super::super::basis::Basis;
use super::super::options::SolveOptions;
use super::super::outcome::EngineError;
use super::super::solved::{CertifiedStatus, Solved};
use super::super::watch::Progress;
use super::pseudo::Pseudo;
use super::relaxation::{Answer, Bounds, Nodes, Point};
use crate::lp::{ColumnId, LinearProgram};

/// Nodes times columns after which the search is left to an engine, but not before [`LEAST_NODES`].
pub const MOST_WORK: usize = 25_000_000;

/// Nodes that are looked at in any case.
const LEAST_NODES: usize = 4_000;

/// Small trees are searched to this gap, whatever larger one is good enough.
const EXACT: f64 = 1e-6;

/// Nodes times columns up to which a tree is small.
const EXACT_WORK: usize = 40_000;

/// The part of the gap within which nothing is searched; less than all of it, for rounding.
const NEARLY: f64 = 0.9;

/// A column is whole if it is this near to a whole number.
pub const WHOLE: f64 = 1e-6;

/// Nodes in a row that lead down, before the one with the least bound is taken again.
const DOWN: usize = 12;

/// A part of the search: bounds of whole columns that differ from the program's.
pub(super) struct Node {
    pub bounds: Bounds,
    /// No point in it is cheaper.
    pub bound: f64,
    /// Where the node above ended.
    basis: Option<Rc<Basis>>,
    /// The column that was divided, whether this is the side above, and how far that is.
    branch: Option<(ColumnId, bool, f64)>,
}

/// Looks for a plan near the point of a node, with the node's bounds and basis.
pub type Plans = fn(&mut Tree<'_>, &Point, &[(ColumnId, f64, f64)], Option<&Rc<Basis>>) -> Result<(), EngineError>;

/// The state of the search.
pub struct Tree<'a> {
    pub original: &'a LinearProgram,
    pub integers: Vec<ColumnId>,
    pub options: SolveOptions,
    pub best: Option<Solved>,
    pub nodes: usize,
    /// Cost of the first node: nothing but whole numbers stands between it and the answer.
    pub relaxation: Option<f64>,
    /// Whether time ran out.
    pub limited: bool,
    pub(super) part: Box<dyn Nodes + 'a>,
    plans: Plans,
    /// A point whose whole numbers may be those of a good plan.
    pub(super) near: Option<Vec<f64>>,
    pub(super) pseudo: Pseudo,
    open: Vec<Node>,
    /// Where the linear program stands, if it stands where a node has ended.
    stands: Option<Rc<Basis>>,
    /// The smallest bound of the leaves that were not searched further.
    pub(super) leaves: f64,
    /// Whether some leaf was left without a proof.
    unproved: bool,
    /// What a node had to be cheaper than when those that are not were taken out.
    pruned: f64,
    /// Nodes in a row that led down.
    down: usize,
    started: Instant,
}

/// Both sides of a column, as far as they are known.
pub(super) struct Sides {
    pub column: ColumnId,
    pub value: f64,
    /// Bounds of the side below and of the side above.
    pub bounds: [f64; 2],
}

impl<'a> Tree<'a> {
    pub fn of(lp: &'a LinearProgram, nodes: Box<dyn Nodes + 'a>, options: &SolveOptions, plans: Plans) -> Self {
        let all = (0..lp.columns().len() as u32).map(ColumnId);
        let started = Instant::now();
        Tree {
            original: lp,
            integers: all.filter(|c| lp.columns()[c.0 as usize].integer).collect(),
            options: options.clone(),
            best: None,
            nodes: 0,
            relaxation: None,
            limited: false,
            part: nodes,
            plans,
            near: None,
            pseudo: Pseudo::new(lp.columns().len()),
            open: vec![Node { bounds: Vec::new(), bound: f64::NEG_INFINITY, basis: None, branch: None }],
            stands: None,
            leaves: f64::INFINITY,
            unproved: false,
            pruned: f64::INFINITY,
            down: 0,
            started,
        }
    }

    /// Searches until nothing is open, there were so many nodes (without a number: too many), or so much time is over.
    /// Returns an answer if the first node is one.
    pub fn search(&mut self, most: Option<usize>, time: Option<Duration>) -> Result<Option<Solved>, EngineError> {
        while let Some(node) = self.next() {
            self.options.watch.wanted()?;
            self.options.watch.notify(|| Progress::Node {
                nodes: self.nodes,
                best: self.best.as_ref().map(|best| self.original.objective(&best.x)),
                bound: self.bound().min(node.bound),
            });
            let late = self.is_late() || time.is_some_and(|limit| self.started.elapsed() >= limit);
            if most.map_or_else(|| self.is_much(), |most| self.nodes >= most) || late {
                self.limited |= late;
                self.open.push(node);
                break;
            }
            if let Some(early) = self.expand(node)? {
                return Ok(Some(early));
            }
        }
        Ok(None)
    }

    /// Whether the tree has become too large.
    fn is_much(&self) -> bool {
        self.nodes >= LEAST_NODES && self.nodes.saturating_mul(self.original.columns().len()) >= MOST_WORK
    }

    /// Number of open nodes.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether every part was decided.
    pub fn is_complete(&self) -> bool {
        self.open.is_empty() && !self.unproved && !self.limited
    }

    /// No point is cheaper than this.
    pub fn bound(&self) -> f64 {
        let best = self.best.as_ref().map_or(f64::INFINITY, |b| self.original.objective(&b.x));
        self.open.iter().map(|n| n.bound).fold(self.leaves, f64::min).min(best)
    }

    pub fn is_late(&self) -> bool {
        self.options.deadline.is_over() || self.options.time_limit.is_some_and(|limit| self.started.elapsed() >= limit)
    }

    /// How much cheaper than the best a node must be able to get.
    pub fn worthwhile(&self) -> f64 {
        self.best.as_ref().map_or(f64::INFINITY, |best| {
            let cost = self.original.objective(&best.x);
            let small = self.nodes * self.original.columns().len() <= EXACT_WORK;
            let gap = if small { EXACT } else { self.options.mip_gap };
            cost - NEARLY * gap.min(self.options.mip_gap) * (1.0 + cost.abs())
        })
    }

    /// The deepest node for a while, and until there is a plan; then the one with the smallest bound.
    fn next(&mut self) -> Option<Node> {
        let worthwhile = self.worthwhile();
        if worthwhile != self.pruned {
            let mut leaves = self.leaves;
            self.open.retain(|n| {
                let keep = n.bound < worthwhile;
                if !keep {
                    leaves = leaves.min(n.bound);
                }
                keep
            });
            (self.leaves, self.pruned) = (leaves, worthwhile);
        }
        if self.best.is_none() || (self.down > 0 && self.down < DOWN) {
            return self.open.pop();
        }
        self.down = 0;
        let smallest = (0..self.open.len()).min_by(|&a, &b| self.open[a].bound.total_cmp(&self.open[b].bound))?;
        Some(self.open.swap_remove(smallest))
    }

    /// Solves a part; `from` is a basis near its own.
    pub fn solve(&mut self, bounds: &[(ColumnId, f64, f64)], from: Option<&Rc<Basis>>) -> Result<Answer, EngineError> {
        let there = matches!((&self.stands, from), (Some(a), Some(b)) if Rc::ptr_eq(a, b));
        self.stands = None;
        let enough = self.worthwhile();
        self.part.solve(bounds, from.filter(|_| !there).map(Rc::as_ref), enough)
    }

    /// Where the last solve ended, to be started from.
    pub fn basis(&mut self) -> Option<Rc<Basis>> {
        let basis = self.part.basis().map(Rc::new);
        self.stands.clone_from(&basis);
        basis
    }

    /// Columns that are not whole at a point, with the part beyond the whole number below.
    pub fn broken(&self, x: &[f64]) -> Vec<(ColumnId, f64)> {
        let part = |c: ColumnId| x[c.0 as usize] - x[c.0 as usize].floor();
        let broken = |c: ColumnId| (x[c.0 as usize] - x[c.0 as usize].round()).abs() > WHOLE;
        self.integers.iter().copied().filter(|&c| broken(c)).map(|c| (c, part(c))).collect()
    }

    /// Solves a node and branches, or ends it. Returns an answer if the whole is decided.
    fn expand(&mut self, mut node: Node) -> Result<Option<Solved>, EngineError> {
        self.nodes += 1;
        self.down += 1;
        let point = match self.solve(&node.bounds, node.basis.as_ref())? {
            Answer::Point(point) => point,
            Answer::Dear(bound) => return Ok(self.end(Some(bound.max(node.bound)))),
            Answer::Infeasible => return Ok(self.end(None)),
            Answer::Late => {
                self.limited = true;
                return Ok(self.end(Some(node.bound)));
            }
            Answer::Unclear(solved) if solved.status == CertifiedStatus::Unbounded && node.bounds.is_empty() => {
                return Ok(Some(*solved));
            }
            Answer::Unclear(_) => {
                self.unproved = true;
                return Ok(self.end(Some(node.bound)));
            }
        };
        let basis = self.basis();
        if self.nodes == 1 {
            self.relaxation = Some(self.original.objective(&point.x));
        }
        if let Some((column, up, way)) = node.branch.filter(|_| node.bound.is_finite()) {
            self.pseudo.learn(column.0 as usize, up, way, point.bound - node.bound);
        }
        node.bound = node.bound.max(point.bound);
        if node.bound >= self.worthwhile() {
            return Ok(self.end(Some(node.bound)));
        }
        let broken = self.broken(&point.x);
        if broken.is_empty() {
            // Nothing cheaper is in it than what is just tried, up to rounding.
            self.take_rounded(&point, &node.bounds, f64::round)?;
            return Ok(self.end(Some(node.bound)));
        }
        if let Some(near) = self.near.take() {
            let fixed = self.fixed(|c| near[c.0 as usize].round());
            self.take_if_cheaper(&fixed, basis.as_ref())?;
            if node.bound >= self.worthwhile() {
                return Ok(self.end(Some(node.bound)));
            }
        }
        // A plan that is known already saves looking for one at the first node.
        if self.best.is_none() || self.nodes.is_multiple_of(32) {
            (self.plans)(self, &point, &node.bounds, basis.as_ref())?;
            if node.bound >= self.worthwhile() {
                return Ok(self.end(Some(node.bound)));
            }
        }
        self.fix(&mut node, &point);
        let Some(sides) = self.divide(&mut node, &point, &broken, basis.as_ref())? else { return Ok(self.end(None)) };
        self.branch(node, &sides, basis);
        Ok(None)
    }

    /// The end of a node, whose bound counts if it was not proved to have no point.
    fn end(&mut self, bound: Option<f64>) -> Option<Solved> {
        self.down = 0;
        self.leaves = self.leaves.min(bound.unwrap_or(f64::INFINITY));
        None
    }

    /// Opens both sides, the one that is looked at first last.
    fn branch(&mut self, node: Node, sides: &Sides, basis: Option<Rc<Basis>>) {
        let Sides { column, value, bounds } = *sides;
        if value.is_nan() {
            self.open.push(Node { basis, branch: None, ..node });
            return;
        }
        let (lower, upper) = self.bounds(&node.bounds, column);
        let part = value - value.floor();
        let side = |up: bool| {
            let mut own = node.bounds.clone();
            let (lower, upper) = if up { (value.ceil(), upper) } else { (lower, value.floor()) };
            set(&mut own, column, lower, upper);
            let way = if up { 1.0 - part } else { part };
            let known = bounds[usize::from(up)];
            // What was looked at is learned from already.
            let branch = (known <= node.bound).then_some((column, up, way));
            Node { bounds: own, bound: known, basis: basis.clone(), branch }
        };
        let (down, up) = (side(false), side(true));
        // The cheaper side is taken first, or the nearer one.
        let down_first = match down.bound.total_cmp(&up.bound) {
            std::cmp::Ordering::Equal => part < 0.5,
            order => order.is_lt(),
        };
        self.open.extend(if down_first { [up, down] } else { [down, up] });
    }

    /// The bounds of a column within a part.
    pub fn bounds(&self, bounds: &[(ColumnId, f64, f64)], column: ColumnId) -> (f64, f64) {
        let own = &self.original.columns()[column.0 as usize];
        bounds.iter().find(|b| b.0 == column).map_or((own.lower, own.upper), |b| (b.1, b.2))
    }

    /// All whole columns fixed.
    pub fn fixed(&self, value: impl Fn(ColumnId) -> f64) -> Bounds {
        let fix = |c: ColumnId| {
            let own = &self.original.columns()[c.0 as usize];
            let value = value(c).clamp(own.lower, own.upper);
            (c, value, value)
        };
        self.integers.iter().map(|&c| fix(c)).collect()
    }

    /// Fixes the whole columns near where a point has them, and takes what comes of it if it is cheaper.
    pub fn take_rounded(
        &mut self,
        point: &Point,
        bounds: &[(ColumnId, f64, f64)],
        way: fn(f64) -> f64,
    ) -> Result<bool, EngineError> {
        let fixed = self.fixed(|c| {
            let (lower, upper) = self.bounds(bounds, c);
            way(point.x[c.0 as usize]).clamp(lower, upper)
        });
        self.take_if_cheaper(&fixed, None)
    }

    /// Solves with all whole columns fixed, and takes what comes of it if it is certified and cheaper.
    pub fn take_if_cheaper(
        &mut self,
        fixed: &[(ColumnId, f64, f64)],
        from: Option<&Rc<Basis>>,
    ) -> Result<bool, EngineError> {
        let point = match self.solve(fixed, from)? {
            Answer::Point(point) => point,
            Answer::Late => {
                self.limited = true;
                return Ok(false);
            }
            _ => return Ok(false),
        };
        if point.bound >= self.worthwhile() {
            return Ok(false);
        }
        let program = self.part.program();
        let x = tidied(program, &point.x);
        let found = certified(program, "simplex", &x, &[point.y]).map(|c| accept(x, c, Vec::new()));
        let found = found.map_or_else(|| self.part.certified(), Ok)?;
        let cheaper = found.status == CertifiedStatus::Optimal
            && self.original.objective(&found.x) < self.worthwhile().min(f64::MAX);
        if cheaper {
            tracing::debug!(cost = self.original.objective(&found.x), nodes = self.nodes, "a plan");
            self.best = Some(found);
        }
        Ok(cheaper)
    }
}

/// Puts the bounds of a column into a list.
pub fn set(bounds: &mut Bounds, column: ColumnId, lower: f64, upper: f64) {
    match bounds.iter_mut().find(|b| b.0 == column) {
        Some(own) => (own.1, own.2) = (lower, upper),
        None => bounds.push((column, lower, upper)),
    }
}
