//! The certificate accepts right answers (see the other cases) and no wrong ones.
//!
//! A changed answer may be right as well, where the optimum is not unique; so each change is
//! either one that cannot be right, or is held against the optimum that is known.

use polysource::engine::{EngineChoice, SolveOptions, Solved, solve_certified};
use polysource::lp::{ColumnId, LinearProgram, certify, usable, verify_farkas, verify_ray};

use super::proofs::{contradiction, endless};
use super::random::{Chosen, Random, SHAPES, chosen};
use super::runs::same;

fn answers() -> impl Iterator<Item = (Chosen, Solved, u64)> {
    SHAPES.iter().flat_map(|&shape| (0..40).map(move |seed| (shape, seed))).map(|(shape, seed)| {
        let program = chosen(shape, 50_000 + seed);
        let solved = solve_certified(&program.lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
        assert!(solved.certificate.verified);
        (program, solved, seed)
    })
}

/// By how much a point is outside, in units of the bound or row.
fn outside(lp: &LinearProgram, x: &[f64]) -> f64 {
    let rows = lp.rows().iter().zip(lp.activity(x)).map(|(r, a)| (r.lower, r.upper, a));
    let columns = lp.columns().iter().zip(x).map(|(c, &x)| (c.lower, c.upper, x));
    rows.chain(columns).map(|(lower, upper, v)| (lower - v).max(v - upper)).fold(0.0, f64::max)
}

#[test]
fn points() {
    let (mut tried, mut refused) = (0, 0);
    for (Chosen { lp, cost, .. }, solved, seed) in answers() {
        for j in 0..solved.x.len() {
            for change in [1.0, -1.0, 1e-2] {
                let mut x = solved.x.clone();
                x[j] += change * (1.0 + x[j].abs());
                let verified = certify(&lp, "tampered", &x, &solved.y, 0.0).verified;
                let size = 1.0 + lp.rows().iter().map(|r| r.lower.abs().min(r.upper.abs())).fold(0.0, f64::max);
                let right = same(lp.objective(&x), cost) && outside(&lp, &x) <= 1e-2 * size;
                assert!(!verified || right, "seed {seed}, column {j} by {change}");
                (tried, refused) = (tried + 1, refused + i32::from(!verified));
            }
        }
    }
    assert!(refused * 10 > tried * 8, "{refused} of {tried}");
}

#[test]
fn multipliers() {
    let (mut tried, mut refused) = (0, 0);
    for (Chosen { lp, cost, .. }, solved, seed) in answers() {
        for i in 0..solved.y.len() {
            for change in [3.0, -3.0, 0.1] {
                let mut y = solved.y.clone();
                y[i] += change * (1.0 + y[i].abs());
                // With a sign that no bound of its row supports it counts as 0, which at a vertex it often is already.
                if usable(&lp, &y) == usable(&lp, &solved.y) {
                    continue;
                }
                let certificate = certify(&lp, "tampered", &solved.x, &y, 0.0);
                assert!(certificate.bound <= cost + 1e-6 * (1.0 + cost.abs()), "seed {seed}, row {i} by {change}");
                assert!(!certificate.verified || same(certificate.bound, cost), "seed {seed}, row {i} by {change}");
                (tried, refused) = (tried + 1, refused + i32::from(!certificate.verified));
            }
        }
        assert!(lp.rows().is_empty() || !certify(&lp, "none", &solved.x, &[], 0.0).verified);
    }
    assert!(refused * 10 > tried * 8, "{refused} of {tried}");
}

/// The answer to a program is none to the same program at other costs, where a column between its
/// bounds costs more.
#[test]
fn costs() {
    let mut tried = 0;
    for (Chosen { mut lp, .. }, solved, seed) in answers() {
        for j in 0..solved.x.len() {
            let (column, x) = (lp.columns()[j], solved.x[j]);
            // Without a bound, the rows may be what keeps it from falling.
            let room = x - column.lower;
            let inside = |room: f64| room.is_finite() && room > 1e-3 * (1.0 + x.abs());
            if !inside(room) || column.upper - x < 1e-3 * (1.0 + x.abs()) {
                continue;
            }
            let change = 1e-4 * (1.0 + lp.objective(&solved.x).abs()) / room;
            lp.set_cost(ColumnId(j as u32), column.cost + change);
            assert!(!certify(&lp, "tampered", &solved.x, &solved.y, 0.0).verified, "seed {seed}, column {j}");
            lp.set_cost(ColumnId(j as u32), column.cost);
            tried += 1;
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn proofs_of_infeasibility() {
    for seed in 0..40 {
        let lp = contradiction(seed);
        let solved = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
        let y = solved.farkas.unwrap();
        assert!(!verify_farkas(&lp, &y.iter().map(|v| -v).collect::<Vec<_>>()).proves, "seed {seed}, turned");
        // Over free columns the multipliers are the only ones up to their size.
        for i in 0..y.len() {
            for change in [-1.0, 1e-3] {
                let mut y = y.clone();
                y[i] += change * y[i];
                assert!(!verify_farkas(&lp, &y).proves, "seed {seed}, row {i} by {change}");
            }
        }
        // The same multipliers prove nothing of a program that has a point.
        let mut open = lp.clone();
        let against = polysource::lp::RowId(lp.rows().len() as u32 - 1);
        open.set_row_bounds(against, f64::NEG_INFINITY, 1e9);
        assert!(!verify_farkas(&open, &y).proves, "seed {seed}, feasible");
    }
}

#[test]
fn rays() {
    for seed in 0..40 {
        let (lp, ray) = endless(seed);
        assert!(verify_ray(&lp, &ray).proves);
        assert!(!verify_ray(&lp, &ray.iter().map(|v| -v).collect::<Vec<_>>()).proves, "seed {seed}, turned");
        let mut bounded = lp.clone();
        bounded.set_bounds(ColumnId(0), lp.columns()[0].lower, 1e6);
        assert!(!verify_ray(&bounded, &ray).proves, "seed {seed}, bounded");
        // Each is held against the meaning of the rows, a long way along it.
        let mut r = Random(seed);
        for j in 0..ray.len() {
            let mut changed = ray.clone();
            changed[j] += r.whole(1, 3) * if r.chance(0.5) { 1.0 } else { -1.0 };
            if verify_ray(&lp, &changed).proves {
                let start = vec![0.0; ray.len()];
                let far: Vec<f64> = changed.iter().map(|v| 1e6 * v).collect();
                assert!(outside(&lp, &far) <= outside(&lp, &start), "seed {seed}, column {j}");
                assert!(lp.objective(&far) < 0.0, "seed {seed}, column {j}");
            }
        }
    }
}
