//! Whole programs replaced in a session, and vertices handed from one session to another.

use polysource::engine::{CertifiedSession, CertifiedStatus, EngineChoice, SolveOptions, solve_certified};
use polysource::lp::LinearProgram;

use super::random::{SHAPES, chosen};
use super::runs::same;

/// Programs one after the other: of one shape with other numbers, with a row more, of another shape.
fn series(seed: u64) -> Vec<LinearProgram> {
    let of = |shape: usize, seed: u64| chosen(SHAPES[shape % 4], seed).lp;
    let first = of(seed as usize, 40_000 + seed);
    let mut dearer = first.clone();
    let mut wider = first.clone();
    for (j, c) in first.columns().iter().enumerate().step_by(2) {
        let id = polysource::lp::ColumnId(j as u32);
        dearer.set_cost(id, 1.5 * c.cost + 1.0);
        wider.set_bounds(id, c.lower, c.upper + 3.0);
    }
    for i in 0..first.rows().len() {
        let row = polysource::lp::RowId(i as u32);
        let terms: Vec<_> = first.row_terms(row).collect();
        if let Some(&(column, value)) = terms.first() {
            wider.set_coefficient(row, column, value * 1.25);
        }
    }
    vec![first.clone(), dearer, wider, of(seed as usize + 1, 50_000 + seed), first]
}

#[test]
fn a_replaced_program_is_solved_as_from_the_start() {
    let mut optimal = 0;
    for seed in 0..24 {
        for &choice in EngineChoice::ALL {
            let options = SolveOptions::default();
            let mut programs = series(seed).into_iter();
            let mut session = CertifiedSession::open(programs.next().unwrap(), choice, &options).unwrap();
            session.solve().unwrap();
            for (step, lp) in programs.enumerate() {
                session.replace(lp.clone());
                assert_eq!(session.program(), &lp);
                let (hot, cold) = (session.solve().unwrap(), solve_certified(&lp, choice, &options).unwrap());
                let what = format!("seed {seed}, {choice}, step {step}");
                assert_eq!(hot.status, cold.status, "{what}");
                assert!(hot.certificate.verified, "{what}");
                if hot.status == CertifiedStatus::Optimal {
                    assert!(same(lp.objective(&hot.x), lp.objective(&cold.x)), "{what}");
                    optimal += 1;
                }
            }
        }
    }
    assert!(optimal > 100, "{optimal}");
}

#[cfg(feature = "highs")]
mod of_highs {
    use polysource::engine::{Basis, Engine, Highs, Place, Status};
    use polysource::lp::{ColumnId, RowId};

    use super::*;

    /// Optimal programs with a session that solved them.
    fn solved(count: u64) -> impl Iterator<Item = (LinearProgram, Box<dyn polysource::engine::Session>, f64)> {
        (0..count).filter_map(|seed| {
            let lp = chosen(SHAPES[seed as usize % 4], 60_000 + seed).lp;
            let mut session = Highs.open(lp.clone(), &SolveOptions::default()).unwrap();
            let outcome = session.solve().unwrap();
            let cost = outcome.primal.filter(|_| outcome.status == Status::Optimal).map(|x| lp.objective(&x));
            cost.map(|cost| (lp, session, cost))
        })
    }

    #[test]
    fn a_basis_has_as_many_basic_as_there_are_rows() {
        let mut seen = 0;
        for (lp, session, _) in solved(40) {
            let Some(basis) = session.basis() else { continue };
            assert!(basis.fits(&lp));
            let basic = basis.columns.iter().chain(&basis.rows).filter(|&&p| p == Place::Basic).count();
            assert_eq!(basic, lp.rows().len());
            seen += 1;
        }
        assert!(seen >= 20, "{seen}");
    }

    #[test]
    fn a_session_starts_from_the_basis_of_another_or_from_a_useless_one() {
        for (lp, mut session, cost) in solved(40) {
            let useless =
                Basis { columns: vec![Place::Lower; lp.columns().len()], rows: vec![Place::Basic; lp.rows().len()] };
            for basis in session.basis().into_iter().chain([useless]) {
                let mut other = Highs.open(lp.clone(), &SolveOptions::default()).unwrap();
                other.start_from(&basis);
                let outcome = other.solve().unwrap();
                assert_eq!(outcome.status, Status::Optimal);
                assert!(same(lp.objective(&outcome.primal.unwrap()), cost));
                assert!(other.basis().is_some());
                // And the session itself, in between.
                session.start_from(&basis);
                assert!(same(lp.objective(&session.solve().unwrap().primal.unwrap()), cost));
            }
            // One of another program is refused without harm.
            session.start_from(&Basis { columns: Vec::new(), rows: Vec::new() });
            assert!(same(lp.objective(&session.solve().unwrap().primal.unwrap()), cost));
        }
    }

    /// Within the range of a cost the point stays, and within that of a bound the multiplier.
    #[test]
    fn ranges_are_those_in_which_the_answer_stays() {
        let (mut costs, mut bounds) = (0, 0);
        for (lp, mut session, cost) in solved(24) {
            let outcome = session.solve().unwrap();
            let (x, y) = (outcome.primal.unwrap(), outcome.duals.unwrap());
            let Some(ranging) = session.ranging() else { continue };
            let least = |lp: &LinearProgram| {
                let solved = solve_certified(lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
                assert_eq!(solved.status, CertifiedStatus::Optimal);
                lp.objective(&solved.x)
            };
            for (j, &[low, high]) in ranging.costs.iter().enumerate() {
                let now = lp.columns()[j].cost;
                assert!(low <= now + 1e-6 && now <= high + 1e-6, "{low} {now} {high}");
                for to in [low, high].into_iter().filter(|c| c.is_finite() && (c - now).abs() > 1e-6) {
                    let mut other = lp.clone();
                    other.set_cost(ColumnId(j as u32), now + 0.9 * (to - now));
                    assert!(same(least(&other), other.objective(&x)), "cost of {j}: {now} to {to}");
                    costs += 1;
                }
            }
            for (i, &[low, high]) in ranging.rows.iter().enumerate().filter(|(i, _)| y[*i].abs() > 1e-9) {
                let row = lp.rows()[i];
                let now = if y[i] > 0.0 { row.lower } else { row.upper };
                for to in [low, high].into_iter().filter(|b| b.is_finite() && (b - now).abs() > 1e-6) {
                    let (mut other, at) = (lp.clone(), now + 0.9 * (to - now));
                    let (lower, upper) = if y[i] > 0.0 { (at, row.upper.max(at)) } else { (row.lower.min(at), at) };
                    let both = row.lower == row.upper;
                    other.set_row_bounds(RowId(i as u32), if both { at } else { lower }, if both { at } else { upper });
                    assert!(same(least(&other), cost + y[i] * (at - now)), "row {i}: {now} to {to}");
                    bounds += 1;
                }
            }
        }
        assert!(costs > 100 && bounds > 20, "{costs} {bounds}");
    }
}
