//! Whole numbers by the search of an engine that is good at it.
//!
//! Its point is checked like any other: its whole columns are fixed, and the rest is solved and
//! certified. That no other whole numbers are better is the engine's word (its bound), and the
//! certificate names whose word it is. Whatever it cannot show (that there is no point, that there
//! is no end to the cost) is left to the search whose bound is proved.

use super::choice::EngineChoice;
use super::continuous::solve_continuous;
use super::contract::Engine;
use super::options::SolveOptions;
use super::outcome::{EngineError, Status};
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{Certificate, ColumnId, LinearProgram, Tolerances, primal_violation};

/// Nodes times columns of a tree that take about as long as HiGHS takes for small models with a hard choice.
const FEW_WORK: usize = 400_000;

/// The engine whose search a choice asks for; microlp's is only asked where all else fails, for it
/// may not end.
pub(super) fn searcher(choice: EngineChoice) -> Option<&'static dyn Engine> {
    match choice {
        #[cfg(feature = "highs")]
        EngineChoice::Highs => Some(&super::highs::Highs),
        EngineChoice::Own(own) if own.engine().abilities().integers => Some(own.engine()),
        _ => None,
    }
}

/// The engine that goes on where a small tree does not prove the answer, of a choice that names none.
pub(super) fn second_searcher(choice: EngineChoice) -> Option<&'static dyn Engine> {
    match choice {
        #[cfg(feature = "highs")]
        EngineChoice::Auto => Some(&super::highs::Highs),
        _ => None,
    }
}

/// Nodes of the tree before that: as many as take no longer than such a search.
pub(super) fn few_nodes(lp: &LinearProgram) -> usize {
    (FEW_WORK / lp.columns().len().max(1)).max(1)
}

/// What a tree that did not prove its answer has found.
pub(super) struct Tried {
    /// No point is cheaper: proved.
    pub bound: f64,
    /// The cost of its first node.
    pub relaxation: Option<f64>,
    /// How many nodes it had.
    pub nodes: usize,
    /// The cheapest point, certified with its whole columns fixed.
    pub best: Option<Solved>,
}

/// The better of what a search and a tree before it have found. If the bound of the tree proves it, the bound is no longer
/// the word of an engine.
pub(super) fn proved_as_well(
    lp: &LinearProgram,
    engine: &dyn Engine,
    found: Solved,
    tried: Tried,
    options: &SolveOptions,
) -> Solved {
    let Tried { bound, relaxation, nodes, best } = tried;
    let cost = |solved: &Solved| lp.objective(&solved.x);
    let said = found.certificate.bound;
    let tolerances = Tolerances::default();
    let mut better = match best {
        Some(best) if cost(&best) < cost(&found) => best,
        _ => found,
    };
    // Rounding may have left a column just beside its whole number.
    better.x.iter_mut().zip(lp.columns()).filter(|(_, c)| c.integer).for_each(|(x, _)| *x = x.round());
    better.relaxation = relaxation;
    better.conditional_duals = true;
    let total = cost(&better);
    let gap = |bound: f64| (total - bound) / (1.0 + total.abs());
    let (primal, most) = (primal_violation(lp, &better.x), options.mip_gap.max(tolerances.gap));
    let point = better.certificate.engine.split(';').next().unwrap_or_default().to_owned();
    let proved = gap(bound) <= most;
    // A word that a point refutes is none.
    let refuted = gap(said) < -tolerances.gap;
    let (bound, engine) = if proved || refuted || bound >= said {
        (bound, format!("{point} + {}", tree_of(nodes)))
    } else {
        (said, format!("{point}; the bound is the word of {}'s search", engine.name()))
    };
    better.status = match (primal <= tolerances.primal, gap(bound) >= -tolerances.gap && gap(bound) <= most) {
        (true, true) => CertifiedStatus::Optimal,
        (true, false) => CertifiedStatus::LimitReached,
        _ => CertifiedStatus::Unverified,
    };
    let verified = better.status == CertifiedStatus::Optimal;
    better.certificate = Certificate { engine, primal, bound, gap: gap(bound), verified };
    better
}

/// Lets an engine search, and certifies what can be; `None` if that is not enough for an answer.
///
/// # Errors
/// As [`solve_continuous`].
pub(super) fn search(
    lp: &LinearProgram,
    engine: &dyn Engine,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Solved>, EngineError> {
    let outcome = match engine.solve(lp, options) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::debug!(engine = engine.name(), %error, "the search failed");
            return Ok(None);
        }
    };
    tracing::debug!(engine = engine.name(), status = ?outcome.status, bound = outcome.bound, "searched");
    let (Some(found), Some(bound)) = (outcome.primal, outcome.bound) else { return Ok(None) };
    let mut fixed = relaxed(lp);
    let whole: Vec<usize> = (0..found.len()).filter(|&j| lp.columns()[j].integer).collect();
    for &j in &whole {
        let column = &lp.columns()[j];
        let value = found[j].round().clamp(column.lower, column.upper);
        fixed.set_bounds(ColumnId(j as u32), value, value);
    }
    // The search had the time limit; this is one more program without integers.
    let rest = SolveOptions { time_limit: None, ..options.clone() };
    let mut solved = solve_continuous(&fixed, choice, &rest)?;
    if solved.status != CertifiedStatus::Optimal {
        return Ok(None);
    }
    whole.iter().for_each(|&j| solved.x[j] = fixed.columns()[j].lower);
    let tolerances = Tolerances::default();
    let cost = lp.objective(&solved.x);
    let (primal, gap) = (primal_violation(lp, &solved.x), (cost - bound) / (1.0 + cost.abs()));
    let close = gap >= -tolerances.gap && gap <= options.mip_gap.max(tolerances.gap);
    solved.status = match outcome.status {
        _ if primal > tolerances.primal => return Ok(None),
        Status::Optimal if close => CertifiedStatus::Optimal,
        Status::TimeLimit => CertifiedStatus::LimitReached,
        _ => return Ok(None),
    };
    let name = format!("{}; the bound is the word of {}'s search", solved.certificate.engine, engine.name());
    let verified = solved.status == CertifiedStatus::Optimal;
    solved.certificate = Certificate { engine: name, primal, bound, gap, verified };
    solved.conditional_duals = true;
    Ok(Some(solved))
}

/// The program with whole numbers no longer asked for.
pub(super) fn relaxed(lp: &LinearProgram) -> LinearProgram {
    let mut relaxed = lp.clone();
    relaxed.relax();
    relaxed
}

/// What a tree of so many nodes is called in a certificate.
pub(super) fn tree_of(nodes: usize) -> String {
    format!("branch and bound, {nodes} node{}", if nodes == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Microlp;

    /// Whole a and b with 2 a + 3 b >= 7 at costs of 3 and 4: a = 2, b = 1 costs 10; without whole numbers 28 / 3.
    fn small() -> LinearProgram {
        let mut lp = LinearProgram::new("small");
        let (a, b) = (lp.add_integer("a", "", 0.0, 5.0, 3.0), lp.add_integer("b", "", 0.0, 5.0, 4.0));
        lp.add_row("need", "", 7.0, f64::INFINITY, [(a, 2.0), (b, 3.0)]);
        lp
    }

    fn at(lp: &LinearProgram, x: [f64; 2], engine: &str, bound: f64) -> Solved {
        let gap = (lp.objective(&x) - bound) / (1.0 + lp.objective(&x));
        let certificate = Certificate { engine: engine.to_owned(), primal: 0.0, bound, gap, verified: true };
        Solved { x: x.to_vec(), ..Solved::without_numbers(CertifiedStatus::Optimal, certificate) }
    }

    #[test]
    fn one_node_is_no_plural() {
        assert_eq!([0, 1, 2].map(tree_of), ["0 nodes", "1 node", "2 nodes"].map(|n| format!("branch and bound, {n}")));
    }

    #[test]
    fn a_bound_is_the_word_of_an_engine_only_where_no_tree_proves_it() {
        let lp = small();
        let word = "microlp; the bound is the word of microlp's search";
        let joined = |bound: f64, best: Option<Solved>| {
            let found = at(&lp, [2.0, 1.0], word, 10.0);
            let tried = Tried { bound, relaxation: Some(28.0 / 3.0), nodes: 3, best };
            proved_as_well(&lp, &Microlp, found, tried, &SolveOptions::default())
        };
        let proved = joined(10.0, None);
        assert_eq!((proved.status, proved.certificate.bound), (CertifiedStatus::Optimal, 10.0));
        assert_eq!(proved.certificate.engine, "microlp + branch and bound, 3 nodes");
        assert_eq!(proved.relaxation, Some(28.0 / 3.0));
        let said = joined(28.0 / 3.0, None);
        assert_eq!((said.status, said.certificate.engine.as_str()), (CertifiedStatus::Optimal, word));
        // A dearer point of the tree is not taken; one that breaks a row is not certified.
        let dearer = joined(28.0 / 3.0, Some(at(&lp, [4.0, 0.0], "microlp", 28.0 / 3.0)));
        assert_eq!(dearer.x, [2.0, 1.0]);
        let short = joined(28.0 / 3.0, Some(at(&lp, [2.0, 0.0], "microlp", 28.0 / 3.0)));
        assert_eq!((short.status, short.certificate.verified), (CertifiedStatus::Unverified, false));
    }

    /// A cheaper point of the tree is taken; a bound that is above it is not believed.
    #[test]
    fn a_bound_above_a_point_certifies_nothing() {
        let lp = small();
        let found = at(&lp, [0.0, 3.0], "x; the bound is the word of x's search", 12.0);
        let tried = Tried {
            bound: 28.0 / 3.0,
            relaxation: None,
            nodes: 1,
            best: Some(at(&lp, [2.0, 1.0], "microlp", 28.0 / 3.0)),
        };
        let joined = proved_as_well(&lp, &Microlp, found, tried, &SolveOptions::default());
        assert_eq!((joined.x.as_slice(), joined.status), ([2.0, 1.0].as_slice(), CertifiedStatus::LimitReached));
        assert_eq!((joined.certificate.verified, joined.certificate.bound), (false, 28.0 / 3.0));
    }
}
