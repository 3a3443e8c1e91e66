//! Whole numbers by branch and bound, with a bound that is proved.
//!
//! Land and Doig, "An automatic method of solving discrete programming problems", Econometrica 28,
//! 1960; Dakin, "A tree-search algorithm for mixed integer programming problems", Computer J. 8,
//! 1965. Every node is a linear program that is solved and certified like any other, so that the
//! smallest bound of the open nodes is a bound of the whole that holds whatever the engines did,
//! and a tree whose leaves are all proved infeasible is a proof.
//!
//! The decisions of a plan are few (which deals to sign, which suppliers to have), so a small tree
//! is enough for most models. Where it is not, an engine's own search goes on from [`MOST_NODES`],
//! and then the bound is that engine's word and is named as such. An engine that searches well is
//! asked first ([`super::search`]); this is for what it cannot show.

use std::time::{Duration, Instant};

use super::choice::EngineChoice;
use super::continuous::solve_continuous;
use super::contract::Engine;
use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::{EngineError, Status};
use super::search::{Tried, few_nodes, proved_as_well, relaxed, search, searcher, second_searcher};
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{Certificate, ColumnId, LinearProgram, Tolerances, primal_violation};

/// Nodes after which the search is left to an engine.
const MOST_NODES: usize = 4_000;

/// Small trees are searched to this gap, whatever larger one is good enough.
const EXACT: f64 = 1e-6;

/// Nodes times columns up to which a tree is small.
const EXACT_WORK: usize = 40_000;

/// Longest time for the engine's own search, if no other is set.
const LONGEST_SEARCH: Duration = Duration::from_secs(60);

/// Programs with more columns than this are not given to the embedded engine's own search, which
/// would not end.
const SEARCHABLE: usize = 20_000;

/// A column is whole if it is this near to a whole number.
const WHOLE: f64 = 1e-6;

/// A part of the search: bounds of whole columns that differ from the program's.
#[derive(Clone)]
struct Node {
    bounds: Vec<(ColumnId, f64, f64)>,
    /// No point in it is cheaper.
    bound: f64,
}

/// The state of the search.
struct Tree<'a> {
    lp: LinearProgram,
    original: &'a LinearProgram,
    integers: Vec<ColumnId>,
    choice: EngineChoice,
    options: SolveOptions,
    open: Vec<Node>,
    best: Option<Solved>,
    /// The smallest bound of the leaves that were not searched further.
    leaves: f64,
    nodes: usize,
    /// Cost of the first node: nothing but whole numbers stands between it and the answer.
    relaxation: Option<f64>,
    /// Whether some leaf was left without a proof.
    unproved: bool,
    /// Whether time ran out.
    limited: bool,
}

/// Solves a program with whole columns.
///
/// The multipliers are those of the program with its whole columns fixed.
///
/// # Errors
/// As [`solve_continuous`].
pub(super) fn solve_integers(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Solved, EngineError> {
    let start = Instant::now();
    if let Some(engine) = searcher(choice)
        && let Some(solved) = search(lp, engine, choice, options)?
    {
        return Ok(solved);
    }
    let integers: Vec<ColumnId> =
        (0..lp.columns().len() as u32).map(ColumnId).filter(|c| lp.columns()[c.0 as usize].integer).collect();
    let mut tree = Tree {
        lp: relaxed(lp),
        original: lp,
        integers,
        choice,
        options: *options,
        open: vec![Node { bounds: Vec::new(), bound: f64::NEG_INFINITY }],
        best: None,
        leaves: f64::INFINITY,
        nodes: 0,
        relaxation: None,
        unproved: false,
        limited: false,
    };
    if let Some(engine) = second_searcher(choice) {
        // A small tree proves most models; where it does not, an engine that searches well has half of the time.
        let half = options.left().map(|left| left / 2);
        if let Some(early) = tree.search(few_nodes(lp), start, half)? {
            return Ok(early);
        }
        let rest = SolveOptions { time_limit: Some(options.left().unwrap_or(LONGEST_SEARCH)), ..*options };
        if (!tree.open.is_empty() || tree.limited || tree.unproved)
            && let Some(found) = search(lp, engine, choice, &rest)?
        {
            let (bound, relaxation) = (tree.bound(), tree.relaxation);
            let tried = Tried { bound, relaxation, nodes: tree.nodes, best: tree.best.take() };
            return Ok(proved_as_well(lp, engine, found, tried, options));
        }
        tree.limited = false;
    }
    if let Some(early) = tree.search(MOST_NODES, start, options.time_limit)? {
        return Ok(early);
    }
    tracing::info!(nodes = tree.nodes, open = tree.open.len(), bound = tree.bound(), "branch and bound");
    tree.finish()
}

impl Tree<'_> {
    /// Expands nodes up to a number of them, or until the time is over. Returns an answer if the whole is decided.
    fn search(&mut self, most: usize, start: Instant, time: Option<Duration>) -> Result<Option<Solved>, EngineError> {
        while let Some(node) = self.next() {
            let over = self.options.deadline.is_over() || time.is_some_and(|limit| start.elapsed() >= limit);
            if over || self.nodes >= most {
                self.limited |= over;
                self.open.push(node);
                break;
            }
            if let Some(early) = self.expand(node)? {
                return Ok(Some(early));
            }
        }
        Ok(None)
    }

    /// How much cheaper than the best a node must be able to get.
    fn worthwhile(&self) -> f64 {
        self.best.as_ref().map_or(f64::INFINITY, |best| {
            let cost = self.original.objective(&best.x);
            let small = self.nodes * self.lp.columns().len() <= EXACT_WORK;
            let gap = if small { EXACT } else { self.options.mip_gap };
            cost - 0.5 * gap.min(self.options.mip_gap) * (1.0 + cost.abs())
        })
    }

    /// The deepest node until there is a plan, then the one with the smallest bound.
    fn next(&mut self) -> Option<Node> {
        let worthwhile = self.worthwhile();
        let (keep, done): (Vec<Node>, Vec<Node>) = self.open.drain(..).partition(|n| n.bound < worthwhile);
        self.leaves = done.iter().map(|n| n.bound).fold(self.leaves, f64::min);
        self.open = keep;
        if self.best.is_none() {
            return self.open.pop();
        }
        let smallest = (0..self.open.len()).min_by(|&a, &b| self.open[a].bound.total_cmp(&self.open[b].bound))?;
        Some(self.open.swap_remove(smallest))
    }

    /// Solves a node and branches, or ends it. Returns an answer if the whole is decided.
    fn expand(&mut self, node: Node) -> Result<Option<Solved>, EngineError> {
        self.nodes += 1;
        let solved = self.solve(&node.bounds)?;
        match solved.status {
            CertifiedStatus::Optimal => {}
            CertifiedStatus::Infeasible => return Ok(None),
            // The bound of multipliers holds whatever they are, and a point that is a little off is
            // good enough to branch on: neither has to be optimal.
            CertifiedStatus::Unverified if !solved.x.is_empty() && solved.certificate.bound.is_finite() => {}
            CertifiedStatus::Unbounded if node.bounds.is_empty() => return Ok(Some(solved)),
            CertifiedStatus::LimitReached => {
                self.limited = true;
                self.leaves = self.leaves.min(node.bound);
                return Ok(None);
            }
            _ => {
                self.unproved = true;
                self.leaves = self.leaves.min(node.bound);
                return Ok(None);
            }
        }
        if self.nodes == 1 {
            self.relaxation = Some(self.lp.objective(&solved.x));
        }
        let bound = solved.certificate.bound.max(node.bound);
        if bound >= self.worthwhile() {
            self.leaves = self.leaves.min(bound);
            return Ok(None);
        }
        let part = |c: ColumnId| {
            let x = solved.x[c.0 as usize];
            (x - x.round()).abs()
        };
        // What is dear is decided first: deals before details.
        let weight = |c: ColumnId| part(c) * (1.0 + self.original.columns()[c.0 as usize].cost.abs());
        let split = self.integers.iter().copied().filter(|&c| part(c) > WHOLE);
        let split = split.max_by(|&a, &b| weight(a).total_cmp(&weight(b)).then(b.cmp(&a)));
        self.try_rounded(&solved, &node, split.is_none())?;
        let Some(column) = split else {
            // Whole already: nothing cheaper is in it than what was just tried, up to rounding.
            self.leaves = self.leaves.min(bound);
            return Ok(None);
        };
        let x = solved.x[column.0 as usize];
        let (lower, upper) = self.bounds(&node, column);
        let child = |lower: f64, upper: f64| {
            let mut bounds = node.bounds.clone();
            bounds.retain(|b| b.0 != column);
            bounds.push((column, lower, upper));
            Node { bounds, bound }
        };
        let (down, up) = (child(lower, x.floor()), child(x.ceil(), upper));
        // The nearer side is taken first.
        let (first, second) = if x - x.floor() < 0.5 { (down, up) } else { (up, down) };
        self.open.extend([second, first]);
        Ok(None)
    }

    /// The bounds of a column within a node.
    fn bounds(&self, node: &Node, column: ColumnId) -> (f64, f64) {
        let own = &self.original.columns()[column.0 as usize];
        node.bounds.iter().find(|b| b.0 == column).map_or((own.lower, own.upper), |b| (b.1, b.2))
    }

    fn solve(&mut self, bounds: &[(ColumnId, f64, f64)]) -> Result<Solved, EngineError> {
        for &(c, lower, upper) in bounds {
            self.lp.set_bounds(c, lower, upper);
        }
        let solved = solve_continuous(&self.lp, self.choice, &self.options);
        for &(c, ..) in bounds {
            let own = &self.original.columns()[c.0 as usize];
            self.lp.set_bounds(c, own.lower, own.upper);
        }
        solved
    }

    /// Fixes the whole columns near where a node has them, and takes what comes of it if it is
    /// cheaper. Rounding up keeps what a decision allows, so it is tried as well.
    fn try_rounded(&mut self, solved: &Solved, node: &Node, whole: bool) -> Result<(), EngineError> {
        let early = self.best.is_none() || self.nodes % 16 == 1;
        let ways: &[fn(f64) -> f64] = if whole {
            &[f64::round]
        } else if early {
            &[f64::round, |x| (x - WHOLE).ceil()]
        } else {
            &[]
        };
        for way in ways {
            let fixed: Vec<(ColumnId, f64, f64)> = self
                .integers
                .iter()
                .map(|&c| {
                    let (lower, upper) = self.bounds(node, c);
                    let value = way(solved.x[c.0 as usize]).clamp(lower, upper);
                    (c, value, value)
                })
                .collect();
            let found = self.solve(&fixed)?;
            if found.status == CertifiedStatus::Optimal
                && self.original.objective(&found.x) < self.worthwhile().min(f64::MAX)
            {
                self.best = Some(found);
            }
        }
        Ok(())
    }

    /// No point is cheaper than this.
    fn bound(&self) -> f64 {
        let best = self.best.as_ref().map_or(f64::INFINITY, |b| self.original.objective(&b.x));
        self.open.iter().map(|n| n.bound).fold(self.leaves, f64::min).min(best)
    }

    fn finish(mut self) -> Result<Solved, EngineError> {
        let complete = self.open.is_empty() && !self.unproved && !self.limited;
        let mut claimed = false;
        if !complete && !self.limited && self.lp.columns().len() <= SEARCHABLE {
            claimed = self.search_on()?;
        }
        let bound = self.bound();
        let name =
            if claimed { "microlp's search".to_owned() } else { format!("branch and bound, {} nodes", self.nodes) };
        let Some(mut best) = self.best.take() else {
            let status = if complete {
                CertifiedStatus::Infeasible
            } else if claimed {
                CertifiedStatus::InfeasibleUnverified
            } else {
                CertifiedStatus::Unverified
            };
            let certificate = Certificate {
                engine: name,
                primal: f64::INFINITY,
                bound: if complete { f64::INFINITY } else { bound },
                gap: f64::INFINITY,
                verified: complete,
            };
            return Ok(Solved { relaxation: self.relaxation, ..Solved::without_numbers(status, certificate) });
        };
        // Rounding may have left a column just beside its whole number.
        for &c in &self.integers {
            let x = &mut best.x[c.0 as usize];
            *x = x.round();
        }
        let cost = self.original.objective(&best.x);
        let gap = (cost - bound) / (1.0 + cost.abs());
        let primal = primal_violation(self.original, &best.x);
        let fixed_gap = best.certificate.gap;
        let good = primal <= Tolerances::default().primal;
        let proved = gap <= self.options.mip_gap.max(Tolerances::default().gap);
        best.status = match (good, proved || claimed) {
            (true, true) => CertifiedStatus::Optimal,
            (true, false) => CertifiedStatus::LimitReached,
            _ => CertifiedStatus::Unverified,
        };
        best.certificate = Certificate {
            engine: format!("{} + {name}", best.certificate.engine),
            primal,
            bound,
            // An engine's word is no proof: the gap told is that of the program with its whole
            // columns fixed.
            gap: if claimed { fixed_gap } else { gap },
            verified: best.status == CertifiedStatus::Optimal,
        };
        best.conditional_duals = true;
        best.relaxation = self.relaxation;
        Ok(best)
    }

    /// Lets an engine search; whether it says that it has found the best, or that there is none.
    fn search_on(&mut self) -> Result<bool, EngineError> {
        let time_limit = Some(self.options.left().unwrap_or(LONGEST_SEARCH));
        let outcome = match Microlp.solve(self.original, &SolveOptions { time_limit, ..self.options }) {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::debug!(%error, "the engine's search failed");
                return Ok(false);
            }
        };
        let Some(x) = outcome.primal else { return Ok(outcome.status == Status::Infeasible) };
        let fixed: Vec<(ColumnId, f64, f64)> =
            self.integers.iter().map(|&c| (c, x[c.0 as usize].round(), x[c.0 as usize].round())).collect();
        let found = self.solve(&fixed)?;
        let better = |a: &Solved, b: &Solved| self.original.objective(&a.x) <= self.original.objective(&b.x);
        if found.status == CertifiedStatus::Optimal && self.best.as_ref().is_none_or(|b| better(&found, b)) {
            self.best = Some(found);
        }
        Ok(outcome.status == Status::Optimal && self.best.is_some())
    }
}
