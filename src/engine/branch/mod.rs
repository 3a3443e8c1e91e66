//! Whole numbers by branch and bound, with a bound that is proved.
//!
//! Land and Doig, "An automatic method of solving discrete programming problems", Econometrica 28,
//! 1960; Dakin, "A tree-search algorithm for mixed integer programming problems", Computer J. 8,
//! 1965. Every node is a linear program that is solved from the basis of the node above it; what its multipliers
//! prove is computed from the program itself, so that the smallest bound of the open nodes is a bound of the whole
//! that holds whatever the engines did, and a tree whose leaves are all proved infeasible is a proof.
//!
//! A plan comes first (`first`), then the tree (`tree`). Where it does not end, an engine's own search goes on from
//! [`tree::MOST_WORK`], and then the bound is that engine's word and is named as such. An engine that searches well is
//! asked first ([`super::search`]); this is for what it cannot show.

mod divide;
mod first;
mod pseudo;
mod relaxation;
mod tree;

pub(super) use self::relaxation::{Answer, Nodes, Point};

use std::time::Duration;

use self::relaxation::Relaxation;
use self::tree::Tree;
use super::choice::EngineChoice;
use super::contract::Engine;
use super::microlp::Microlp;
use super::options::SolveOptions;
use super::outcome::{EngineError, Status};
use super::search::{Tried, few_nodes, proved_as_well, relaxed, search, searcher, second_searcher, tree_of};
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{Certificate, LinearProgram, Tolerances, primal_violation};

/// Longest time for the engine's own search, if no other is set.
const LONGEST_SEARCH: Duration = Duration::from_secs(60);

/// Programs with more columns than this are not given to the embedded engine's own search, which
/// would not end.
const SEARCHABLE: usize = 20_000;

/// Solves a program with whole columns.
///
/// The multipliers are those of the program with its whole columns fixed. `near` is a point whose whole numbers may be
/// those of a good plan: one that is saves looking for one.
///
/// # Errors
/// As [`super::continuous::solve_continuous`].
pub(super) fn solve_integers(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
    near: Option<&[f64]>,
) -> Result<Solved, EngineError> {
    if let Some(engine) = searcher(choice)
        && let Some(solved) = search(lp, engine, choice, options)?
    {
        return Ok(solved);
    }
    let nodes = Relaxation::open(relaxed(lp), choice, options)?;
    let mut tree = Tree::of(lp, Box::new(nodes), options, first::plans);
    tree.near = near.map(<[f64]>::to_vec);
    if let Some(engine) = second_searcher(choice) {
        // A small tree proves most models; where it does not, an engine that searches well has half of the time.
        let half = options.left().map(|left| left / 2);
        if let Some(early) = tree.search(Some(few_nodes(lp)), half)? {
            return Ok(early);
        }
        let rest = SolveOptions { time_limit: Some(options.left().unwrap_or(LONGEST_SEARCH)), ..options.clone() };
        if !tree.is_complete()
            && let Some(found) = search(lp, engine, choice, &rest)?
        {
            let (bound, relaxation) = (tree.bound(), tree.relaxation);
            let tried = Tried { bound, relaxation, nodes: tree.nodes, best: tree.best.take() };
            return Ok(proved_as_well(lp, engine, found, tried, options));
        }
        tree.limited = false;
    }
    if let Some(early) = tree.search(None, options.time_limit)? {
        return Ok(early);
    }
    tracing::info!(nodes = tree.nodes, open = tree.open(), bound = tree.bound(), "branch and bound");
    finish(tree)
}

/// The same, of a program whose nodes are solved in another way.
///
/// # Errors
/// As those of the nodes.
pub(super) fn solve_by_nodes(
    lp: &LinearProgram,
    nodes: Box<dyn Nodes + '_>,
    options: &SolveOptions,
) -> Result<Solved, EngineError> {
    let mut tree = Tree::of(lp, nodes, options, first::few_plans);
    if let Some(early) = tree.search(None, options.time_limit)? {
        return Ok(early);
    }
    tracing::info!(nodes = tree.nodes, open = tree.open(), bound = tree.bound(), "branch and bound");
    finish(tree)
}

fn finish(mut tree: Tree) -> Result<Solved, EngineError> {
    let complete = tree.is_complete();
    let mut claimed = false;
    if !complete && !tree.limited && tree.original.columns().len() <= SEARCHABLE {
        claimed = search_on(&mut tree)?;
    }
    let bound = tree.bound();
    let name = if claimed { "microlp's search".to_owned() } else { tree_of(tree.nodes) };
    let Some(mut best) = tree.best.take() else {
        let status = if complete {
            CertifiedStatus::Infeasible
        } else if claimed {
            CertifiedStatus::InfeasibleUnverified
        } else {
            CertifiedStatus::Unverified
        };
        let bound = if complete { f64::INFINITY } else { bound };
        let certificate = Certificate::without_point(&name, bound, complete);
        return Ok(Solved { relaxation: tree.relaxation, ..Solved::without_numbers(status, certificate) });
    };
    // Rounding may have left a column just beside its whole number.
    for &c in &tree.integers {
        let x = &mut best.x[c.0 as usize];
        *x = x.round();
    }
    let cost = tree.original.objective(&best.x);
    let gap = (cost - bound) / (1.0 + cost.abs());
    let primal = primal_violation(tree.original, &best.x);
    let fixed_gap = best.certificate.gap;
    let good = primal <= Tolerances::default().primal;
    let proved = gap <= tree.options.mip_gap.max(Tolerances::default().gap);
    best.status = match (good, proved || claimed) {
        (true, true) => CertifiedStatus::Optimal,
        (true, false) => CertifiedStatus::LimitReached,
        _ => CertifiedStatus::Unverified,
    };
    best.certificate = Certificate {
        engine: format!("{} + {name}", best.certificate.engine),
        primal,
        bound,
        // An engine's word is no proof: the gap reported is that of the program with its whole
        // columns fixed.
        gap: if claimed { fixed_gap } else { gap },
        verified: best.status == CertifiedStatus::Optimal,
    };
    best.conditional_duals = true;
    best.relaxation = tree.relaxation;
    Ok(best)
}

/// Lets an engine search; whether it says that it has found the best, or that there is none.
fn search_on(tree: &mut Tree) -> Result<bool, EngineError> {
    let time_limit = Some(tree.options.left().unwrap_or(LONGEST_SEARCH));
    let outcome = match Microlp.solve(tree.original, &SolveOptions { time_limit, ..tree.options.clone() }) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::debug!(%error, "the engine's search failed");
            return Ok(false);
        }
    };
    let Some(x) = outcome.primal else { return Ok(outcome.status == Status::Infeasible) };
    let fixed = tree.fixed(|c| x[c.0 as usize].round());
    tree.take_if_cheaper(&fixed, None)?;
    Ok(outcome.status == Status::Optimal && tree.best.is_some())
}
