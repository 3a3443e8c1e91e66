//! Programs without an optimum: that there is none is proved, and the proof is checked here too.

use polysource::engine::{CertifiedStatus, SolveOptions, Status};
use polysource::lp::{LinearProgram, certify, primal_violation, verify_farkas, verify_ray};

use super::random::Random;
use super::runs::{ENGINES, INF, certified, optimum, program};

/// Every choice proves that there is no point, and no engine alone says otherwise.
#[track_caller]
fn infeasible(lp: &LinearProgram) {
    for engine in ENGINES {
        let outcome = engine.solve(lp, &SolveOptions::default()).unwrap();
        if engine.abilities().vertex {
            assert_eq!(outcome.status, Status::Infeasible, "{}", engine.name());
        } else if let (Some(x), Some(y)) = (&outcome.primal, &outcome.duals) {
            // Far out, with free columns, an inner point can be taken for feasible.
            assert!(!certify(lp, engine.name(), x, y, 0.0).verified, "{}", engine.name());
        }
        assert!(outcome.farkas.is_none_or(|y| verify_farkas(lp, &y).proves), "{}", engine.name());
    }
    for (choice, s) in certified(lp) {
        assert_eq!(s.status, CertifiedStatus::Infeasible, "{choice}: {:?}", s.attempts);
        assert!(s.certificate.verified && s.x.is_empty());
        assert!(verify_farkas(lp, s.farkas.as_ref().unwrap()).proves, "{choice}");
    }
}

/// Every choice proves that the cost falls without end, and no engine alone calls it optimal.
#[track_caller]
fn unbounded(lp: &LinearProgram) {
    for engine in ENGINES {
        let outcome = engine.solve(lp, &SolveOptions::default()).unwrap();
        assert_eq!(outcome.status, Status::Unbounded, "{}", engine.name());
        assert!(outcome.ray.is_none_or(|r| verify_ray(lp, &r).proves), "{}", engine.name());
    }
    for (choice, s) in certified(lp) {
        assert_eq!(s.status, CertifiedStatus::Unbounded, "{choice}: {:?}", s.attempts);
        assert!(s.certificate.verified && primal_violation(lp, &s.x) <= 1e-6, "{choice}");
        assert!(verify_ray(lp, s.ray.as_ref().unwrap()).proves, "{choice}");
    }
}

#[test]
fn infeasible_by_hand() {
    infeasible(&program(&[(0.0, 1.0, 1.0)], &[(2.0, INF, &[1.0])]));
    let rows: &[(f64, f64, &[f64])] = &[(4.0, INF, &[1.0, 1.0]), (-INF, 3.0, &[1.0, 1.0])];
    infeasible(&program(&[(0.0, 10.0, 1.0), (0.0, 10.0, 0.0)], rows));
    infeasible(&program(&[(-INF, INF, 1.0), (-INF, INF, 0.0)], rows));
    // Bounds that cross, of a column and of a row; a row without columns; a fixed column.
    infeasible(&program(&[(2.0, 1.0, 1.0)], &[(-INF, 5.0, &[1.0])]));
    infeasible(&program(&[(0.0, 9.0, 1.0)], &[(5.0, 4.0, &[1.0])]));
    infeasible(&program(&[(0.0, 1.0, 1.0)], &[(1.0, 2.0, &[0.0])]));
    infeasible(&program(&[], &[(1.0, 2.0, &[])]));
    infeasible(&program(&[(3.0, 3.0, 1.0)], &[(-INF, 2.0, &[1.0])]));
    // The cost would fall without end, if there were a point.
    infeasible(&program(&[(0.0, INF, -1.0), (0.0, 1.0, 0.0)], &[(2.0, INF, &[0.0, 1.0])]));
    // By a hundredth of a per cent; and not at all.
    let narrow = |need: f64| program(&[(0.0, 1000.0, 1.0), (0.0, 1000.0, 1.0)], &[(need, INF, &[1.0, 1.0])]);
    infeasible(&narrow(2000.2));
    optimum(&narrow(2000.0), 2000.0);
}

#[test]
fn unbounded_by_hand() {
    unbounded(&program(&[(0.0, INF, -1.0)], &[]));
    unbounded(&program(&[(0.0, INF, -1.0), (0.0, INF, 0.0)], &[(-INF, 1.0, &[1.0, -1.0])]));
    unbounded(&program(&[(-INF, INF, 1.0), (0.0, 3.0, 1.0)], &[(-INF, 5.0, &[1.0, 1.0])]));
    // Along an edge that only an equation and a free column leave open.
    unbounded(&program(&[(-INF, INF, 0.0), (0.0, INF, -1.0)], &[(2.0, 2.0, &[1.0, -3.0])]));
}

/// Rows that add up to their own contradiction, over free columns: only their sum proves it.
pub fn contradiction(seed: u64) -> LinearProgram {
    let r = &mut Random(seed);
    let (k, n) = (r.whole(1, 6) as usize, r.whole(8, 20) as usize);
    let mut lp = LinearProgram::new("contradiction");
    let x: Vec<_> = (0..n).map(|j| lp.add_column(format!("x{j}"), "", -INF, INF, r.whole(-3, 3))).collect();
    let (mut sum, mut total) = (vec![0.0; n], 0.0);
    for i in 0..k {
        // A 1 in a column of its own keeps the rows independent.
        let a: Vec<f64> = (0..n).map(|j| if j < k { f64::from(u8::from(j == i)) } else { r.whole(-9, 9) }).collect();
        let (weight, side) = (r.whole(1, 5), r.whole(-20, 20));
        a.iter().zip(&mut sum).for_each(|(a, s)| *s += weight * a);
        total += weight * side;
        lp.add_row(format!("r{i}"), "", side, INF, x.iter().copied().zip(a));
    }
    lp.add_row("against", "", -INF, total - r.whole(1, 9), x.into_iter().zip(sum));
    lp
}

/// A program that is feasible by a point and unbounded by a direction, both chosen.
pub fn endless(seed: u64) -> (LinearProgram, Vec<f64>) {
    let r = &mut Random(seed);
    let (n, m) = (r.whole(2, 15) as usize, r.whole(0, 10) as usize);
    let mut lp = LinearProgram::new("endless");
    let mut direction: Vec<f64> = (0..n).map(|_| if r.chance(0.4) { 0.0 } else { r.whole(1, 5) }).collect();
    direction[0] = 1.0;
    let point: Vec<f64> = (0..n).map(|_| r.whole(0, 10)).collect();
    let mut costs: Vec<f64> = (0..n).map(|_| r.whole(-3, 3)).collect();
    // The cost falls by one along the direction.
    costs[0] = -1.0 - (1..n).map(|j| costs[j] * direction[j]).sum::<f64>();
    let x: Vec<_> = (0..n)
        .map(|j| lp.add_column(format!("x{j}"), "", if r.chance(0.5) { 0.0 } else { -INF }, INF, costs[j]))
        .collect();
    for i in 0..m {
        let a: Vec<f64> = (0..n).map(|_| if r.chance(0.5) { 0.0 } else { r.whole(-5, 5) }).collect();
        let along = |v: &[f64]| a.iter().zip(v).map(|(a, v)| a * v).sum::<f64>();
        let side = along(&point);
        let slack = r.whole(0, 5);
        let (lower, upper) = match along(&direction) {
            0.0 if r.chance(0.5) => (side, side),
            change if change >= 0.0 => (side - slack, INF),
            _ => (-INF, side + slack),
        };
        lp.add_row(format!("r{i}"), "", lower, upper, x.iter().copied().zip(a));
    }
    (lp, direction)
}

#[test]
fn infeasible_by_construction() {
    (0..100).for_each(|seed| infeasible(&contradiction(seed)));
}

#[test]
fn unbounded_by_construction() {
    for seed in 0..100 {
        let (lp, direction) = endless(seed);
        assert!(verify_ray(&lp, &direction).proves, "seed {seed}");
        unbounded(&lp);
    }
}
