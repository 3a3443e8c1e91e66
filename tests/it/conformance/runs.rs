//! Programs written out, and the engines that run on them.

#[cfg(feature = "highs")]
use polysource::engine::Highs;
use polysource::engine::{
    CertifiedStatus, Clarabel, Engine, EngineChoice, Microlp, Outcome, Simplex, SolveOptions, Solved, Status,
    solve_certified,
};
use polysource::lp::{LinearProgram, certify, primal_violation};

pub const INF: f64 = f64::INFINITY;

/// Every engine of this build.
#[cfg(feature = "highs")]
pub const ENGINES: &[&dyn Engine] = &[&Simplex, &Microlp, &Clarabel, &Highs];
/// Every engine of this build.
#[cfg(not(feature = "highs"))]
pub const ENGINES: &[&dyn Engine] = &[&Simplex, &Microlp, &Clarabel];

/// Columns as (lower, upper, cost); rows as (lower, upper, coefficients).
pub fn program(columns: &[(f64, f64, f64)], rows: &[(f64, f64, &[f64])]) -> LinearProgram {
    let mut lp = LinearProgram::new("test");
    let ids: Vec<_> =
        columns.iter().enumerate().map(|(j, &(l, u, c))| lp.add_column(format!("x{j}"), "", l, u, c)).collect();
    for (i, &(l, u, a)) in rows.iter().enumerate() {
        lp.add_row(format!("r{i}"), "", l, u, ids.iter().copied().zip(a.iter().copied()));
    }
    lp
}

/// What each choice of an engine leads to, certified.
pub fn certified(lp: &LinearProgram) -> Vec<(EngineChoice, Solved)> {
    EngineChoice::ALL.iter().map(|&e| (e, solve_certified(lp, e, &SolveOptions::default()).unwrap())).collect()
}

/// Whether two costs are the same.
pub fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + b.abs())
}

/// Every engine alone is right, and every choice is certified at this cost.
#[track_caller]
pub fn optimum(lp: &LinearProgram, cost: f64) -> Vec<Solved> {
    for engine in ENGINES {
        let outcome = engine.solve(lp, &SolveOptions::default()).unwrap();
        // An engine may say that it got stuck; it may not be wrong.
        if outcome.status != Status::Stalled {
            right(lp, *engine, &outcome, cost);
        }
    }
    let solved = certified(lp);
    for (choice, s) in &solved {
        assert_eq!(s.status, CertifiedStatus::Optimal, "{choice}: {:?} {:?}", s.attempts, s.certificate);
        assert!(s.certificate.verified);
        let found = lp.objective(&s.x);
        assert!(same(found, cost), "{choice}: {found} instead of {cost}");
    }
    solved.into_iter().map(|(_, s)| s).collect()
}

/// An engine's own answer has the cost; and if it gives multipliers of a vertex, they prove it.
/// Those of an inner point are as exact as its iterations, which the certificate makes up for.
#[track_caller]
pub fn right(lp: &LinearProgram, engine: &dyn Engine, outcome: &Outcome, cost: f64) {
    let name = engine.name();
    assert_eq!(outcome.status, Status::Optimal, "{name}");
    let x = outcome.primal.as_ref().unwrap();
    let violation = primal_violation(lp, x);
    assert!(violation <= 1e-6, "{name}: a violation of {violation}");
    let found = lp.objective(x);
    assert!(same(found, cost), "{name}: {found} instead of {cost}");
    let abilities = engine.abilities();
    assert_eq!(abilities.duals, outcome.duals.is_some(), "{name}");
    if let Some(y) = outcome.duals.as_ref().filter(|_| abilities.vertex) {
        let certificate = certify(lp, name, x, y, 0.0);
        assert!(certificate.verified, "{certificate:?}");
    }
}
