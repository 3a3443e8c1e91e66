//! Every engine on programs whose answer is known, each answer certified.

use polysource::engine::{
    CertifiedStatus, Clarabel, Engine, EngineChoice, EngineError, Microlp, SolveOptions, Solved, Status,
    solve_certified,
};
use polysource::lp::{LinearProgram, certify, verify_farkas};

const INF: f64 = f64::INFINITY;

fn program(columns: &[(f64, f64, f64)], rows: &[(f64, f64, &[f64])]) -> LinearProgram {
    let mut lp = LinearProgram::new("test");
    let ids: Vec<_> =
        columns.iter().enumerate().map(|(j, &(l, u, c))| lp.add_column(format!("x{j}"), "", l, u, c)).collect();
    for (i, &(l, u, a)) in rows.iter().enumerate() {
        lp.add_row(format!("r{i}"), "", l, u, ids.iter().copied().zip(a.iter().copied()));
    }
    lp
}

fn all(lp: &LinearProgram) -> Vec<Solved> {
    EngineChoice::ALL.iter().map(|&e| solve_certified(lp, e, &SolveOptions::default()).unwrap()).collect()
}

#[track_caller]
fn optimum(lp: &LinearProgram, cost: f64) -> Vec<Solved> {
    let solved = all(lp);
    for s in &solved {
        assert_eq!(s.status, CertifiedStatus::Optimal, "{:?}", s.attempts);
        assert!(s.certificate.verified);
        let found = lp.objective(&s.x);
        assert!((found - cost).abs() <= 1e-6 * (1.0 + cost.abs()), "{found} instead of {cost}");
    }
    solved
}

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

#[test]
fn infeasible_with_proof() {
    let cases = [
        program(&[(0.0, 1.0, 1.0)], &[(2.0, INF, &[1.0])]),
        program(&[(0.0, 10.0, 1.0), (0.0, 10.0, 0.0)], &[(4.0, INF, &[1.0, 1.0]), (-INF, 3.0, &[1.0, 1.0])]),
        program(&[(2.0, 1.0, 1.0)], &[(-INF, 5.0, &[1.0])]),
        program(&[(0.0, 1.0, 1.0)], &[(1.0, 2.0, &[0.0])]),
        program(&[(3.0, 3.0, 1.0)], &[(-INF, 2.0, &[1.0])]),
        // By a hundredth of a per cent.
        program(&[(0.0, 1000.0, 1.0), (0.0, 1000.0, 1.0)], &[(2000.2, INF, &[1.0, 1.0])]),
    ];
    for lp in cases {
        for s in all(&lp) {
            assert_eq!(s.status, CertifiedStatus::Infeasible, "{:?} {:?}", s.attempts, lp);
            let crossing = lp.columns().iter().any(|c| c.lower > c.upper);
            assert!(crossing || verify_farkas(&lp, s.farkas.as_ref().unwrap()).proves);
        }
    }
    optimum(&program(&[(0.0, 1000.0, 1.0), (0.0, 1000.0, 1.0)], &[(2000.0, INF, &[1.0, 1.0])]), 2000.0);
}

#[test]
fn unbounded_is_never_optimal() {
    for s in all(&program(&[(0.0, INF, -1.0), (0.0, INF, 0.0)], &[(-INF, 1.0, &[1.0, -1.0])])) {
        assert!(matches!(s.status, CertifiedStatus::Unbounded | CertifiedStatus::Unverified), "{:?}", s.status);
        assert!(s.ray.is_some() || !s.certificate.verified);
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

#[test]
fn odd_shapes() {
    optimum(&LinearProgram::new("empty"), 0.0);
    optimum(&program(&[(1.0, 5.0, 2.0), (-3.0, 4.0, -1.0)], &[]), 2.0 - 4.0);
    optimum(&program(&[(2.0, 2.0, 3.0), (7.0, 7.0, 1.0)], &[(9.0, 9.0, &[1.0, 1.0])]), 13.0);
    // A free column, a free row, a row twice.
    let rows: &[(f64, f64, &[f64])] = &[(1.0, INF, &[1.0, 1.0]), (1.0, INF, &[1.0, 1.0]), (-INF, INF, &[5.0, 1.0])];
    optimum(&program(&[(-INF, INF, 1.0), (0.0, 10.0, 2.0)], rows), 1.0);
    // A chain of equations: x0 = 1, each twice the one before.
    let mut lp = LinearProgram::new("chain");
    let x: Vec<_> = (0..20).map(|j| lp.add_column(format!("x{j}"), "", 0.0, 1e9, 1.0)).collect();
    lp.add_row("first", "", 1.0, 1.0, [(x[0], 1.0)]);
    x.windows(2).for_each(|p| {
        lp.add_row(format!("next{}", p[0].0), "", 0.0, 0.0, [(p[1], 1.0), (p[0], -2.0)]);
    });
    optimum(&lp, 2f64.powi(20) - 1.0);
}

#[test]
fn badly_scaled() {
    let lp = program(&[(0.0, 1e9, 1e-3), (0.0, 1e3, 1e6)], &[(1e9, INF, &[1e3, 1e9]), (-INF, 5e5, &[1.0, 0.0])]);
    optimum(&lp, 5e5 * 1e-3 + 0.5 * 1e6);
}

#[test]
fn integers_are_whole_and_refused_where_they_cannot_be() {
    // 3 a + 2 b >= 7.5 at costs 5 and 4: rounding the linear answer (2.5, 0) up gives 15; (2, 1) costs 14.
    let mut lp = LinearProgram::new("knapsack");
    let (a, b) = (lp.add_integer("a", "", 0.0, 9.0, 5.0), lp.add_integer("b", "", 0.0, 9.0, 4.0));
    lp.add_row("need", "", 7.5, INF, [(a, 3.0), (b, 2.0)]);
    let solved = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
    assert_eq!(solved.x, [2.0, 1.0]);
    assert!(solved.conditional_duals);
    let refused = Clarabel.solve(&lp, &SolveOptions::default());
    assert!(matches!(refused, Err(EngineError::Unsupported { .. })));
    let mut wide = LinearProgram::new("wide");
    wide.add_integer("n", "", 0.0, 1e10, 1.0);
    assert!(matches!(Microlp.solve(&wide, &SolveOptions::default()), Err(EngineError::Unsupported { .. })));
}

#[test]
fn numbers_without_a_meaning_are_refused() {
    for lp in [
        program(&[(0.0, 1.0, f64::NAN)], &[]),
        program(&[(f64::NAN, 1.0, 0.0)], &[]),
        program(&[(0.0, 1.0, 0.0)], &[(0.0, 1.0, &[INF])]),
        program(&[(0.0, 1.0, 0.0)], &[(INF, INF, &[1.0])]),
    ] {
        let result = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default());
        assert!(matches!(result, Err(EngineError::BadProgram(_))));
    }
}

#[test]
fn engines_keep_status_and_numbers_apart() {
    let unbounded = program(&[(0.0, INF, -1.0)], &[]);
    assert_eq!(Clarabel.solve(&unbounded, &SolveOptions::default()).unwrap().status, Status::Unbounded);
    assert_eq!(Microlp.solve(&unbounded, &SolveOptions::default()).unwrap().status, Status::Unbounded);
}

/// The next number from 0 to 1 (Steele, Lea and Flood, 2014).
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// A program whose optimum is known because it was chosen: a point, multipliers that go with it,
/// and costs and sides derived from both by complementary slackness.
fn chosen(seed: u64) -> (LinearProgram, f64) {
    let r = &mut seed.clone();
    let (n, m) = (1 + (next(r) * 40.0) as usize, (next(r) * 30.0) as usize);
    let x: Vec<f64> = (0..n).map(|_| if next(r) < 0.4 { 0.0 } else { (next(r) * 50.0).round() }).collect();
    let mut costs = vec![0.0; n];
    let mut rows = Vec::new();
    for _ in 0..m {
        let a: Vec<f64> = (0..n).map(|_| if next(r) < 0.6 { 0.0 } else { (next(r) * 20.0 - 8.0).round() }).collect();
        let activity: f64 = a.iter().zip(&x).map(|(a, x)| a * x).sum();
        let price = (next(r) * 10.0).round();
        let (y, row) = match (next(r) * 4.0) as usize {
            0 => (price, (activity, INF)),
            1 => (-price, (-INF, activity)),
            2 => (price - 5.0, (activity, activity)),
            _ => (0.0, (activity - 1.0 - price, activity + 1.0 + price)),
        };
        a.iter().zip(&mut costs).for_each(|(a, c)| *c += a * y);
        rows.push((row, a));
    }
    let mut lp = LinearProgram::new("chosen");
    let ids: Vec<_> = (0..n)
        .map(|j| {
            let reduced = (next(r) * 5.0).round();
            let (upper, reduced) = match x[j] {
                0.0 => (100.0, reduced),
                x if next(r) < 0.3 => (x, -reduced),
                _ => (100.0, 0.0),
            };
            costs[j] += reduced;
            lp.add_column(format!("x{j}"), "", 0.0, upper, costs[j])
        })
        .collect();
    for (i, ((lower, upper), a)) in rows.into_iter().enumerate() {
        lp.add_row(format!("r{i}"), "", lower, upper, ids.iter().copied().zip(a));
    }
    let cost = lp.objective(&x);
    (lp, cost)
}

#[test]
fn random_programs_with_a_chosen_optimum() {
    for seed in 0..400 {
        let (lp, cost) = chosen(seed);
        for s in all(&lp) {
            assert_eq!(s.status, CertifiedStatus::Optimal, "seed {seed}: {:?} {:?}", s.attempts, s.certificate);
            let found = lp.objective(&s.x);
            assert!((found - cost).abs() <= 2e-6 * (1.0 + cost.abs()), "seed {seed}: {found} instead of {cost}");
        }
    }
}

#[test]
fn tampered_answers_are_not_certified() {
    for seed in 0..100 {
        let (lp, cost) = chosen(seed);
        let s = solve_certified(&lp, EngineChoice::Auto, &SolveOptions::default()).unwrap();
        for j in 0..s.x.len() {
            let mut x = s.x.clone();
            x[j] += 1.0 + x[j].abs();
            let certificate = certify(&lp, "tampered", &x, &s.y, 0.0);
            // Either a row or bound breaks, or the cost moves away from the bound; unless the point
            // is optimal too.
            let moved = (lp.objective(&x) - cost).abs() > 1e-5 * (1.0 + cost.abs());
            assert!(!certificate.verified || !moved, "seed {seed}, column {j}");
        }
        for i in 0..s.y.len() {
            let mut y = s.y.clone();
            y[i] += 3.0;
            assert!(certify(&lp, "tampered", &s.x, &y, 0.0).bound <= cost + 1e-6 * (1.0 + cost.abs()));
        }
    }
}
