//! Large programs solved through their condensed ones.

use super::choice::SMALL;
use super::outcome::EngineError;
use super::repair::accepted_on_rows;
use super::solved::{CertifiedStatus, Solved};
use crate::lp::{Condensed, LinearProgram, verify_farkas};

/// The part of the columns that condensing must save: with less it is no faster.
const SAVED: f64 = 0.2;

/// The answer of a large program through its condensed one, which `solve` answers; `None` if it has none, or its
/// answer does not pass the certificate of the whole.
///
/// # Errors
/// As `solve`.
pub(super) fn solve_condensed(
    lp: &LinearProgram,
    solve: impl FnOnce(&LinearProgram) -> Result<Solved, EngineError>,
) -> Result<Option<Solved>, EngineError> {
    let Some(condensed) = condensed(lp) else { return Ok(None) };
    let solved = solve(condensed.program())?;
    Ok(expanded(lp, &condensed, solved))
}

/// A large program condensed, if it is much smaller then.
pub(super) fn condensed(lp: &LinearProgram) -> Option<Condensed> {
    let columns = lp.columns().len();
    if columns <= SMALL {
        return None;
    }
    let saves = |c: &Condensed| (c.program().columns().len() as f64) < (1.0 - SAVED) * columns as f64;
    let condensed = Condensed::of(lp).filter(saves)?;
    let small = condensed.program();
    tracing::debug!(columns = small.columns().len(), rows = small.rows().len(), "condensed");
    Some(condensed)
}

/// The answer of the whole program that one of the condensed program is, if it passes the certificate of the
/// whole one; a proof that there is no point is taken back to it as well.
pub(super) fn expanded(lp: &LinearProgram, condensed: &Condensed, solved: Solved) -> Option<Solved> {
    let engine = solved.certificate.engine.as_str();
    match solved.status {
        CertifiedStatus::Optimal => {
            // What a sum of many rows lacks is little of the sum, and may be much of the row that it falls to.
            let x = condensed.point(lp, &solved.x);
            accepted_on_rows(lp, engine, &x, &[condensed.multipliers(&solved.y)], solved.attempts)
        }
        CertifiedStatus::Infeasible => {
            let farkas = condensed.multipliers(solved.farkas.as_ref()?);
            verify_farkas(lp, &farkas).proves.then_some(Solved { farkas: Some(farkas), ..solved })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EngineChoice, SolveOptions, solve_certified};
    use crate::lp::{ColumnId, RowRole};

    /// Offers that do the same for all workloads, as the formulation writes them: held at prices of 1, 2, ...
    /// up to 10 each, and used by all; `whole`, if all that is held is used. Each workload asks for 1.
    fn alike(offers: usize, workloads: usize, whole: bool) -> LinearProgram {
        let mut lp = LinearProgram::new("alike");
        let rent: Vec<ColumnId> =
            (0..offers).map(|o| lp.add_column(format!("rent{o}"), "rent", 0.0, 10.0, 1.0 + o as f64)).collect();
        let mut runs = vec![Vec::new(); workloads];
        for (o, &rent) in rent.iter().enumerate() {
            let mut row = vec![(rent, -1.0)];
            for (w, runs) in runs.iter_mut().enumerate() {
                let run = lp.add_column(format!("run{w}-{o}"), "run", 0.0, 2.0, 0.0);
                runs.push((run, 1.0));
                row.push((run, 1.0));
            }
            let least = if whole { 0.0 } else { f64::NEG_INFINITY };
            lp.add_row(format!("use{o}"), RowRole::mergeable("use"), least, 0.0, row);
        }
        for (w, runs) in runs.into_iter().enumerate() {
            lp.add_row(format!("need{w}"), "demand", 1.0, 1.0, runs);
        }
        lp
    }

    #[test]
    fn large_programs_are_solved_with_a_column_for_each_workload() {
        // 60 offers and 50 workloads: 60 + 3000 columns become 60 + 50, 60 + 50 rows 1 + 50.
        for whole in [false, true] {
            let lp = alike(60, 50, whole);
            assert_eq!((lp.columns().len(), lp.rows().len()), (3060, 110));
            let small = condensed(&lp).expect("offers that do the same");
            assert_eq!((small.program().columns().len(), small.program().rows().len()), (110, 51));
            // 10 each of the five cheapest.
            let solved = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
            assert_eq!(solved.status, CertifiedStatus::Optimal);
            assert!((lp.objective(&solved.x) - 10.0 * (1.0 + 2.0 + 3.0 + 4.0 + 5.0)).abs() < 1e-4);
        }
    }

    #[test]
    fn small_programs_are_left_as_they_are() {
        let lp = alike(6, 5, false);
        assert!(lp.columns().len() <= SMALL && condensed(&lp).is_none());
        assert!(Condensed::of(&lp).is_some(), "though they could be");
    }
}
