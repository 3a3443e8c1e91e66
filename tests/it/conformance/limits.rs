//! Time limits: they hold, and what was not finished is not called finished.

use std::time::{Duration, Instant};

use polysource::engine::{CertifiedStatus, EngineChoice, SolveOptions, Status, solve_certified};
use polysource::lp::{LinearProgram, certify};

use super::random::Random;
use super::runs::{ENGINES, INF, same};

/// A transport from some places to others, with as many columns as it takes to keep every engine
/// busy for much longer than the limit.
fn transport(places: usize) -> LinearProgram {
    let r = &mut Random(7);
    let mut lp = LinearProgram::new("transport");
    let x: Vec<Vec<_>> = (0..places)
        .map(|i| (0..places).map(|j| lp.add_column(format!("x{i},{j}"), "", 0.0, 1e4, r.whole(1, 1000))).collect())
        .collect();
    for (i, row) in x.iter().enumerate() {
        let (has, needs) = (r.whole(60, 90), r.whole(30, 60));
        lp.add_row(format!("has{i}"), "", -INF, has, row.iter().map(|&c| (c, 1.0)));
        lp.add_row(format!("needs{i}"), "", needs, INF, x.iter().map(|r| (r[i], 1.0)));
    }
    lp
}

#[test]
fn a_limit_is_no_answer() {
    let lp = transport(60);
    let best = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
    assert_eq!(best.status, CertifiedStatus::Optimal);
    let best = lp.objective(&best.x);
    let each = |limit| SolveOptions { time_limit: Some(limit), ..SolveOptions::default() };
    // One end for all engines, which has come when the last of them begins.
    let all = |limit| SolveOptions { deadline: Some(Instant::now() + limit).into(), ..SolveOptions::default() };
    let (none, short) = (Duration::ZERO, Duration::from_millis(2));
    for options in [each(none), each(short), all(none), all(short)] {
        for engine in ENGINES {
            let outcome = engine.solve(&lp, &options).unwrap();
            match outcome.status {
                Status::TimeLimit => {}
                // Done in no time: then it is right.
                Status::Optimal => assert!(same(lp.objective(outcome.primal.as_ref().unwrap()), best)),
                other => panic!("{}: {other:?}", engine.name()),
            }
        }
        for &choice in EngineChoice::ALL {
            let solved = solve_certified(&lp, choice, &options).unwrap();
            match solved.status {
                CertifiedStatus::Optimal => assert!(same(lp.objective(&solved.x), best), "{choice}"),
                CertifiedStatus::LimitReached | CertifiedStatus::Unverified => {
                    assert!(!certify(&lp, "", &solved.x, &solved.y, 0.0).verified, "{choice}");
                }
                other => panic!("{choice}: {other:?}"),
            }
        }
    }
}

/// A guard against hangs, not against busy machines: without the limit it takes far longer.
#[test]
fn a_limit_ends_it() {
    let lp = transport(260);
    let options = SolveOptions { time_limit: Some(Duration::from_millis(200)), ..SolveOptions::default() };
    for engine in ENGINES {
        let start = Instant::now();
        let outcome = engine.solve(&lp, &options).unwrap();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(30), "{}: {took:?}, {:?}", engine.name(), outcome.status);
    }
}
