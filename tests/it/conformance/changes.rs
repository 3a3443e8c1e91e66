//! Sessions: a program that was changed is solved as if it had been so from the start.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polysource::engine::{
    CertifiedSession, CertifiedStatus, EngineChoice, EngineError, SolveOptions, Status, solve_certified,
};
use polysource::lp::{ColumnId, LinearProgram, RowId, RowRole};

use super::random::{Random, SHAPES, chosen};
use super::runs::{ENGINES, INF, program, right, same};

/// A change of a program.
#[derive(Clone, Debug)]
enum Change {
    Cost(ColumnId, f64),
    Bounds(ColumnId, f64, f64),
    Sides(RowId, f64, f64),
    Coefficient(RowId, ColumnId, f64),
    Row(f64, f64, Vec<(ColumnId, f64)>),
}

/// Makes a change of a program or of a session; they differ in a name and in how they take terms.
macro_rules! make {
    ($to:expr, $change:expr, $bounds:ident $($copied:tt)*) => {
        match $change {
            Change::Cost(c, cost) => $to.set_cost(*c, *cost),
            Change::Bounds(c, lower, upper) => $to.$bounds(*c, *lower, *upper),
            Change::Sides(r, lower, upper) => $to.set_row_bounds(*r, *lower, *upper),
            Change::Coefficient(r, c, value) => $to.set_coefficient(*r, *c, *value),
            Change::Row(lower, upper, terms) => {
                $to.add_row("added", RowRole::from(""), *lower, *upper, terms $($copied)*);
            }
        }
    };
}

const KINDS: usize = 5;

/// A change of a kind, small or large.
fn change(kind: usize, lp: &LinearProgram, r: &mut Random) -> Change {
    let (n, m) = (lp.columns().len(), lp.rows().len());
    let column = ColumnId(r.whole(0, n as i32 - 1) as u32);
    let row = RowId(r.whole(0, m as i32 - 1) as u32);
    let shift = |bound: f64, by: f64| if bound.is_finite() { bound + by } else { bound };
    match kind {
        0 => Change::Cost(column, lp.columns()[column.0 as usize].cost + r.whole(-4, 6)),
        1 => {
            let c = &lp.columns()[column.0 as usize];
            let by = r.whole(0, 20);
            Change::Bounds(column, shift(c.lower, -by / 2.0), shift(c.upper, r.whole(-3, 10)).max(c.lower))
        }
        2 if m > 0 => {
            let (side, by) = (&lp.rows()[row.0 as usize], r.whole(-5, 5));
            Change::Sides(row, shift(side.lower, by), shift(side.upper, by))
        }
        3 if m > 0 => Change::Coefficient(row, column, if r.chance(0.2) { 0.0 } else { r.whole(-4, 9) }),
        _ => {
            let terms = (0..n as u32).map(ColumnId).filter(|_| r.chance(0.3)).collect::<Vec<_>>();
            let terms = terms.into_iter().map(|c| (c, r.whole(-2, 6))).collect();
            Change::Row(-INF, r.whole(20, 400), terms)
        }
    }
}

/// Sequences of changes, each after the other, on programs of every shape but the largest.
fn sequences() -> impl Iterator<Item = (LinearProgram, Vec<Change>, u64)> {
    (0..60).map(|seed| {
        let start = chosen(SHAPES[seed as usize % 4], 9_000 + seed).lp;
        let r = &mut Random(seed);
        let (mut lp, mut changes) = (start.clone(), Vec::new());
        for step in 0..2 * KINDS {
            // The first of each kind in turn; then whichever.
            let kind = if step < KINDS { (step + seed as usize) % KINDS } else { r.whole(0, 4) as usize };
            let change = change(kind, &lp, r);
            make!(lp, &change, set_bounds.iter().copied());
            changes.push(change);
        }
        (start, changes, seed)
    })
}

#[test]
fn solved_again_is_as_from_the_start() {
    let mut seen = [0; 3];
    for (start, changes, seed) in sequences() {
        for &choice in EngineChoice::ALL {
            let options = SolveOptions::default();
            let mut session = CertifiedSession::open(start.clone(), choice, &options).unwrap();
            let mut lp = start.clone();
            for step in 0..=changes.len() {
                if let Some(change) = step.checked_sub(1).map(|s| &changes[s]) {
                    make!(session, change, set_column_bounds);
                    make!(lp, change, set_bounds.iter().copied());
                }
                let what = || format!("seed {seed}, {choice}, after {:?}", &changes[..step]);
                assert_eq!(session.program(), &lp, "{}", what());
                let (hot, cold) = (session.solve().unwrap(), solve_certified(&lp, choice, &options).unwrap());
                assert_eq!(hot.status, cold.status, "{}\n{:?} {:?}", what(), hot.attempts, cold.attempts);
                assert!(hot.certificate.verified && cold.certificate.verified, "{}: {:?}", what(), hot.certificate);
                if hot.status == CertifiedStatus::Optimal {
                    let costs = (lp.objective(&hot.x), lp.objective(&cold.x));
                    assert!(same(costs.0, costs.1), "{}: {costs:?}", what());
                }
                seen[match hot.status {
                    CertifiedStatus::Optimal => 0,
                    CertifiedStatus::Infeasible => 1,
                    _ => 2,
                }] += 1;
            }
        }
    }
    assert!(seen.iter().all(|&n| n >= 10), "optimal, infeasible, unbounded: {seen:?}");
}

/// An engine's own session, without others to make up for it.
#[test]
fn an_engine_alone_is_right_after_changes() {
    let mut stalled = 0;
    for (start, changes, seed) in sequences() {
        for engine in ENGINES {
            let options = SolveOptions::default();
            let mut session = engine.open(start.clone(), &options).unwrap();
            let mut lp = start.clone();
            session.solve().unwrap();
            for (step, change) in changes.iter().enumerate() {
                make!(session, change, set_column_bounds);
                make!(lp, change, set_bounds.iter().copied());
                let outcome = session.solve().unwrap();
                let expected = solve_certified(&lp, EngineChoice::Auto, &options).unwrap();
                let what = format!("seed {seed}, {}, step {step}, after {change:?}", engine.name());
                match expected.status {
                    CertifiedStatus::Optimal if outcome.status == Status::Stalled => stalled += 1,
                    CertifiedStatus::Optimal => {
                        let right = || right(&lp, *engine, &outcome, lp.objective(&expected.x));
                        assert!(catch_unwind(AssertUnwindSafe(right)).is_ok(), "{what}");
                    }
                    CertifiedStatus::Infeasible => assert_eq!(outcome.status, Status::Infeasible, "{what}"),
                    CertifiedStatus::Unbounded => assert_eq!(outcome.status, Status::Unbounded, "{what}"),
                    other => panic!("{what}: {other:?}"),
                }
            }
        }
    }
    assert!(stalled <= 6, "{stalled} of 600 for each engine");
}

#[test]
fn a_change_without_a_meaning_is_told_and_can_be_undone() {
    let lp = program(&[(0.0, 10.0, 1.0), (0.0, 10.0, 2.0)], &[(4.0, INF, &[1.0, 1.0])]);
    let (x, row) = (ColumnId(0), RowId(0));
    for &choice in EngineChoice::ALL {
        let mut session = CertifiedSession::open(lp.clone(), choice, &SolveOptions::default()).unwrap();
        let cost = |session: &mut CertifiedSession| {
            let solved = session.solve().unwrap();
            assert_eq!(solved.status, CertifiedStatus::Optimal);
            session.program().objective(&solved.x)
        };
        assert!(same(cost(&mut session), 4.0));
        session.set_cost(x, f64::NAN);
        assert!(matches!(session.solve(), Err(EngineError::BadProgram(_))), "{choice}");
        session.set_cost(x, 3.0);
        assert!(same(cost(&mut session), 8.0));
        session.set_coefficient(row, x, INF);
        assert!(matches!(session.solve(), Err(EngineError::BadProgram(_))), "{choice}");
        session.set_coefficient(row, x, 4.0);
        assert!(same(cost(&mut session), 3.0));
        session.set_row_bounds(row, f64::NAN, 5.0);
        assert!(matches!(session.solve(), Err(EngineError::BadProgram(_))), "{choice}");
        session.set_row_bounds(row, 8.0, INF);
        assert!(same(cost(&mut session), 6.0));
        // Bounds that cross have a meaning: there is no point.
        session.set_column_bounds(x, 2.0, 1.0);
        assert_eq!(session.solve().unwrap().status, CertifiedStatus::Infeasible, "{choice}");
        session.set_column_bounds(x, 0.0, 1.0);
        assert!(same(cost(&mut session), 11.0));
    }
}
