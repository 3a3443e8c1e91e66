//! Whole numbers, held against all there are.

use polysource::engine::{CertifiedStatus, Clarabel, Engine, EngineChoice, EngineError, Microlp};
use polysource::engine::{SolveOptions, solve_certified};
use polysource::lp::{LinearProgram, primal_violation};

use super::random::Random;
use super::runs::{ENGINES, INF, certified, same};

#[test]
fn whole_and_refused_where_they_cannot_be() {
    // 3 a + 2 b >= 7.5 at costs 5 and 4: rounding the linear answer (2.5, 0) up gives 15; (2, 1) costs 14.
    let mut lp = LinearProgram::new("knapsack");
    let (a, b) = (lp.add_integer("a", "", 0.0, 9.0, 5.0), lp.add_integer("b", "", 0.0, 9.0, 4.0));
    lp.add_row("need", "", 7.5, INF, [(a, 3.0), (b, 2.0)]);
    for (choice, solved) in certified(&lp) {
        assert_eq!(solved.x, [2.0, 1.0], "{choice}");
        assert!(solved.conditional_duals, "{choice}");
    }
    let refused = Clarabel.solve(&lp, &SolveOptions::default());
    assert!(matches!(refused, Err(EngineError::Unsupported { .. })));
    let mut wide = LinearProgram::new("wide");
    wide.add_integer("n", "", 0.0, 1e10, 1.0);
    assert!(matches!(Microlp.solve(&wide, &SolveOptions::default()), Err(EngineError::Unsupported { .. })));
    for &choice in EngineChoice::ALL {
        let solved = solve_certified(&wide, choice, &SolveOptions::default()).unwrap();
        assert_eq!((solved.status, &solved.x[..]), (CertifiedStatus::Optimal, &[0.0][..]), "{choice}");
    }
}

/// A few whole columns and one that is not, with the best of all points that there are.
fn small(seed: u64) -> (LinearProgram, Option<f64>) {
    let r = &mut Random(seed);
    let (n, m, most) = (r.whole(1, 4) as usize, r.whole(1, 4) as usize, 4);
    let mut lp = LinearProgram::new("small");
    let x: Vec<_> =
        (0..n).map(|j| lp.add_integer(format!("n{j}"), "", 0.0, f64::from(most), r.whole(-9, 9) + 0.25)).collect();
    // The part that is not whole makes up for what the first row lacks, at a price.
    let rest = lp.add_column("rest", "", 0.0, 5.0, 7.0);
    let mut rows = Vec::new();
    for i in 0..m {
        let a: Vec<f64> = (0..n).map(|_| r.whole(-4, 9)).collect();
        let need = r.whole(0, 20) + 0.5;
        let terms = x.iter().copied().zip(a.iter().copied()).chain((i == 0).then_some((rest, 1.0)));
        lp.add_row(format!("need{i}"), "", need, INF, terms.collect::<Vec<_>>());
        rows.push((need, a));
    }
    let mut best: Option<f64> = None;
    for code in 0..5usize.pow(n as u32) {
        let values: Vec<f64> = (0..n as u32).map(|j| ((code / 5usize.pow(j)) % 5) as f64).collect();
        let lacks = |(need, a): &(f64, Vec<f64>)| need - a.iter().zip(&values).map(|(a, v)| a * v).sum::<f64>();
        let rest = lacks(&rows[0]).max(0.0);
        if rest <= 5.0 && rows[1..].iter().all(|row| lacks(row) <= 0.0) {
            let cost = lp.columns().iter().zip(&values).map(|(c, v)| c.cost * v).sum::<f64>() + 7.0 * rest;
            best = Some(best.map_or(cost, |b| b.min(cost)));
        }
    }
    (lp, best)
}

#[test]
fn the_best_of_all_there_are() {
    let mut none = 0;
    for seed in 0..150 {
        let (lp, best) = small(seed);
        none += i32::from(best.is_none());
        for engine in ENGINES.iter().filter(|e| e.abilities().integers) {
            let found = engine.solve(&lp, &SolveOptions::default()).unwrap().primal.map(|x| lp.objective(&x));
            assert_eq!(found.is_some(), best.is_some(), "seed {seed}, {}", engine.name());
            assert!(found.is_none_or(|f| same(f, best.unwrap())), "seed {seed}, {}: {found:?}", engine.name());
        }
        for (choice, solved) in certified(&lp) {
            let Some(best) = best else {
                assert_eq!(solved.status, CertifiedStatus::Infeasible, "seed {seed}, {choice}");
                continue;
            };
            assert_eq!(solved.status, CertifiedStatus::Optimal, "seed {seed}, {choice}: {:?}", solved.certificate);
            assert!(primal_violation(&lp, &solved.x) <= 1e-6, "seed {seed}, {choice}");
            let found = lp.objective(&solved.x);
            assert!(same(found, best), "seed {seed}, {choice}: {found} instead of {best}");
            assert!(same(solved.certificate.bound, best), "seed {seed}, {choice}: {:?}", solved.certificate);
        }
    }
    assert!(none > 5 && none < 75, "{none} without a point");
}

#[test]
fn no_whole_number_between() {
    let mut lp = LinearProgram::new("odd");
    let x = lp.add_integer("x", "", 0.0, 10.0, 1.0);
    lp.add_row("odd", "", 1.0, 1.0, [(x, 2.0)]);
    for (choice, solved) in certified(&lp) {
        assert_eq!(solved.status, CertifiedStatus::Infeasible, "{choice}");
        assert!(solved.certificate.verified, "{choice}");
    }
    let mut lp = LinearProgram::new("endless");
    lp.add_integer("x", "", 0.0, INF, -1.0);
    for (choice, solved) in certified(&lp) {
        assert_eq!(solved.status, CertifiedStatus::Unbounded, "{choice}");
    }
}
