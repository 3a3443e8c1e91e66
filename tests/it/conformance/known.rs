//! Programs whose answer is known by hand.

use polysource::engine::{EngineChoice, EngineError, SolveOptions, solve_certified};
use polysource::lp::LinearProgram;

use super::runs::{ENGINES, INF, optimum, program};

#[test]
fn multipliers_have_the_sign_of_the_change_in_cost() {
    // minimise x + 2 y: x + y >= 4, x <= 3 gives (3, 1); an equation; a ranged row from above.
    let lp = program(&[(0.0, 10.0, 1.0), (0.0, 10.0, 2.0)], &[(4.0, INF, &[1.0, 1.0]), (-INF, 3.0, &[1.0, 0.0])]);
    for s in optimum(&lp, 5.0) {
        assert!((s.y[0] - 2.0).abs() < 1e-6 && (s.y[1] + 1.0).abs() < 1e-6, "{:?}", s.y);
    }
    let lp = program(&[(0.0, 10.0, 1.0), (0.0, 10.0, 2.0)], &[(4.0, 4.0, &[1.0, 1.0]), (-2.0, 1.0, &[1.0, -1.0])]);
    for s in optimum(&lp, 2.5 + 3.0) {
        assert!((s.y[0] - 1.5).abs() < 1e-6 && (s.y[1] + 0.5).abs() < 1e-6, "{:?}", s.y);
    }
}

/// Cycles under the largest-coefficient rule (Beale, "Cycling in the dual simplex algorithm", 1955).
#[test]
fn beale() {
    let lp = program(
        &[(0.0, 100.0, -0.75), (0.0, 100.0, 150.0), (0.0, 100.0, -0.02), (0.0, 100.0, 6.0)],
        &[
            (-INF, 0.0, &[0.25, -60.0, -0.04, 9.0]),
            (-INF, 0.0, &[0.5, -90.0, -0.02, 3.0]),
            (-INF, 1.0, &[0.0, 0.0, 1.0, 0.0]),
        ],
    );
    optimum(&lp, -0.05);
}

/// Visits every vertex under the largest-coefficient rule (Klee and Minty, "How good is the
/// simplex algorithm?", 1972).
#[test]
fn klee_minty() {
    for n in 2..=8usize {
        let mut lp = LinearProgram::new("cube");
        let x: Vec<_> =
            (0..n).map(|j| lp.add_column(format!("x{j}"), "", 0.0, 1e12, -(2f64.powi((n - 1 - j) as i32)))).collect();
        for i in 0..n {
            let terms = (0..=i).map(|j| (x[j], if j == i { 1.0 } else { 2f64.powi((i - j + 1) as i32) }));
            lp.add_row(format!("r{i}"), "", -INF, 5f64.powi(i as i32 + 1), terms.collect::<Vec<_>>());
        }
        optimum(&lp, -(5f64.powi(n as i32)));
    }
}

/// An assignment: each of its vertices is one of many bases, and there are more than twice as many
/// rows as it needs.
#[test]
fn degenerate() {
    let n = 6;
    let mut lp = LinearProgram::new("assignment");
    let cost = |i: usize, j: usize| ((i * 7 + j * 5) % 11) as f64;
    let x: Vec<Vec<_>> = (0..n)
        .map(|i| (0..n).map(|j| lp.add_column(format!("x{i},{j}"), "", 0.0, 1.0, cost(i, j))).collect())
        .collect();
    for (i, row) in x.iter().enumerate() {
        let (across, down) = (row.iter().map(|&c| (c, 1.0)), x.iter().map(|r| (r[i], 1.0)));
        lp.add_row(format!("each{i}"), "", 1.0, 1.0, across.clone());
        lp.add_row(format!("every{i}"), "", 1.0, 1.0, down.clone());
        lp.add_row(format!("again{i}"), "", -INF, 2.0, across.chain(down));
    }
    optimum(&lp, cheapest(&|i, j| cost(i, j), n));
    // All costs alike: every feasible point is optimal.
    let mut flat = lp.clone();
    x.iter().flatten().for_each(|&c| flat.set_cost(c, 2.0));
    optimum(&flat, 2.0 * n as f64);
}

/// The cheapest assignment, of all there are.
fn cheapest(cost: &dyn Fn(usize, usize) -> f64, n: usize) -> f64 {
    fn from(cost: &dyn Fn(usize, usize) -> f64, row: usize, taken: &mut [bool]) -> f64 {
        if row == taken.len() {
            return 0.0;
        }
        let mut best = INF;
        for j in 0..taken.len() {
            if !taken[j] {
                taken[j] = true;
                best = best.min(cost(row, j) + from(cost, row + 1, taken));
                taken[j] = false;
            }
        }
        best
    }
    from(cost, 0, &mut vec![false; n])
}

#[test]
fn odd_shapes() {
    optimum(&LinearProgram::new("empty"), 0.0);
    // No rows; a constant; no columns, but rows that hold.
    optimum(&program(&[(1.0, 5.0, 2.0), (-3.0, 4.0, -1.0)], &[]), 2.0 - 4.0);
    let mut constant = program(&[(1.0, 5.0, 2.0)], &[(2.0, INF, &[1.0])]);
    constant.add_offset(-7.5);
    optimum(&constant, 4.0 - 7.5);
    optimum(&program(&[], &[(-1.0, 1.0, &[]), (0.0, 0.0, &[])]), 0.0);
    // Fixed columns only, and beside others.
    optimum(&program(&[(2.0, 2.0, 3.0), (7.0, 7.0, 1.0)], &[(9.0, 9.0, &[1.0, 1.0])]), 13.0);
    let rows: &[(f64, f64, &[f64])] = &[(5.0, INF, &[1.0, 1.0]), (-INF, 40.0, &[3.0, 9.0])];
    optimum(&program(&[(2.0, 2.0, 3.0), (0.0, 10.0, 1.0)], rows), 9.0);
    // A free column, a free row, a row twice.
    let rows: &[(f64, f64, &[f64])] = &[(1.0, INF, &[1.0, 1.0]), (1.0, INF, &[1.0, 1.0]), (-INF, INF, &[5.0, 1.0])];
    optimum(&program(&[(-INF, INF, 1.0), (0.0, 10.0, 2.0)], rows), 1.0);
    // Free rows only, and columns that are bounded from above only.
    optimum(&program(&[(-INF, 3.0, -1.0), (-INF, 0.0, 0.0)], &[(-INF, INF, &[1.0, 1.0])]), -3.0);
}

#[test]
fn chains_of_equations() {
    // x0 = 1, each twice the one before; then a ring in which each is the one before, up to rounding.
    let mut lp = LinearProgram::new("chain");
    let x: Vec<_> = (0..20).map(|j| lp.add_column(format!("x{j}"), "", 0.0, 1e9, 1.0)).collect();
    lp.add_row("first", "", 1.0, 1.0, [(x[0], 1.0)]);
    x.windows(2).for_each(|p| {
        lp.add_row(format!("next{}", p[0].0), "", 0.0, 0.0, [(p[1], 1.0), (p[0], -2.0)]);
    });
    optimum(&lp, 2f64.powi(20) - 1.0);
    let mut lp = LinearProgram::new("ring");
    let n = 60;
    let x: Vec<_> = (0..n).map(|j| lp.add_column(format!("x{j}"), "", 0.0, 50.0, 1.0 + (j % 3) as f64)).collect();
    for j in 0..n {
        lp.add_row(format!("same{j}"), "", 0.0, 0.0, [(x[j], 0.1), (x[(j + 1) % n], -0.1)]);
    }
    lp.add_row("some", "", 3.0, INF, [(x[17], 1.0)]);
    optimum(&lp, 3.0 * 2.0 * n as f64);
}

#[test]
fn badly_scaled() {
    let lp = program(&[(0.0, 1e9, 1e-3), (0.0, 1e3, 1e6)], &[(1e9, INF, &[1e3, 1e9]), (-INF, 5e5, &[1.0, 0.0])]);
    optimum(&lp, 5e5 * 1e-3 + 0.5 * 1e6);
    // Chips and megawatts, dollars and billions: each row and column in its own unit.
    let rows: &[(f64, f64, &[f64])] =
        &[(2e9, INF, &[3e5, 2e-1]), (-INF, 1.2e-3, &[2e-7, 0.0]), (-INF, 4e12, &[1e6, 1e2])];
    optimum(&program(&[(0.0, 1e5, 2e4), (0.0, 1e11, 2e-2)], rows), 6e3 * 2e4 + 1e9 * 2e-2);
}

#[test]
fn numbers_without_a_meaning_are_refused() {
    for lp in [
        program(&[(0.0, 1.0, f64::NAN)], &[]),
        program(&[(f64::NAN, 1.0, 0.0)], &[]),
        program(&[(0.0, 1.0, 0.0)], &[(0.0, 1.0, &[INF])]),
        program(&[(0.0, 1.0, 0.0)], &[(INF, INF, &[1.0])]),
    ] {
        for &choice in EngineChoice::ALL {
            let result = solve_certified(&lp, choice, &SolveOptions::default());
            assert!(matches!(result, Err(EngineError::BadProgram(_))));
        }
        for engine in ENGINES {
            assert!(matches!(engine.solve(&lp, &SolveOptions::default()), Err(EngineError::BadProgram(_))));
        }
    }
}
