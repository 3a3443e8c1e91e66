//! Random programs whose answers prove themselves: an optimum by its multipliers, the other ends by their proofs.

use super::problem::Problem;
use super::run::run;
use super::sparse::Lists;
use super::state::{At, End, State};

const INF: f64 = f64::INFINITY;

struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    fn whole(&mut self, least: i64, most: i64) -> f64 {
        (least + self.below((most - least + 1) as u64) as i64) as f64
    }
}

/// Small whole numbers, so that ties are many; columns of every kind, rows of every kind.
fn drawn(draw: &mut Draw, columns: u64, rows: u64) -> Problem {
    let (n, m) = (1 + draw.below(columns), draw.below(rows));
    let open = draw.below(4);
    let bounds = |draw: &mut Draw| match draw.below(8) {
        0 if open > 0 => (-INF, INF),
        1 if open > 1 => (-INF, draw.whole(-3, 3)),
        2 => {
            let at = draw.whole(-2, 2);
            (at, at)
        }
        3 if open > 2 => (draw.whole(-3, 3), INF),
        4 => (0.0, 1.0),
        _ => {
            let lower = draw.whole(-3, 3);
            (lower, lower + draw.whole(0, 6))
        }
    };
    let columns: Vec<(f64, f64, f64)> = (0..n)
        .map(|_| {
            let (lower, upper) = bounds(draw);
            (lower, upper, if draw.below(3) == 0 { 0.0 } else { draw.whole(-4, 6) })
        })
        .collect();
    let mut matrix = Lists::default();
    let mut sides = Vec::new();
    let density = 1 + draw.below(9);
    for _ in 0..m {
        let entries: Vec<(u32, f64)> = (0..n as u32)
            .filter_map(|j| if draw.below(10) < density { Some((j, draw.whole(-3, 3))) } else { None })
            .filter(|e| e.1 != 0.0)
            .collect();
        matrix.push(entries);
        let at = draw.whole(-6, 6);
        sides.push(match draw.below(5) {
            0 => (at, at),
            1 => (at, INF),
            2 => (-INF, at),
            3 => (-INF, INF),
            _ => (at, at + draw.whole(0, 5)),
        });
    }
    Problem::new(&columns, &sides, matrix)
}

fn objective(p: &Problem, x: &[f64]) -> f64 {
    (0..p.n).map(|j| p.cost[j] * x[j]).sum()
}

/// The value of the row that multipliers make, or `None` if they leave something open.
fn bound(p: &Problem, y: &[f64], costs: bool) -> Option<f64> {
    let mut sum = 0.0;
    for j in 0..p.all() {
        let d = if costs { p.cost[j] } else { 0.0 } - p.dot(j, y);
        if d.abs() > 1e-9 {
            let side = if d > 0.0 { p.lower[j] } else { p.upper[j] };
            if side.is_infinite() {
                return None;
            }
            sum += d * side;
        }
    }
    Some(sum)
}

fn is_point(p: &Problem, x: &[f64]) -> bool {
    let within = |j: usize, x: f64| x >= p.lower[j] - 1e-7 && x <= p.upper[j] + 1e-7;
    (0..p.n).all(|j| within(j, x[j]))
        && (0..p.m).all(|i| within(p.n + i, -p.rows.list(i).iter().map(|&(j, a)| a * x[j as usize]).sum::<f64>()))
}

/// What an end proves: the cost, or 1 for no point, 2 for no end.
fn proved(s: &mut State, end: &End, what: &str) -> Result<f64, u8> {
    let p = s.p.clone();
    match end {
        End::Optimal => {
            assert!(is_point(&p, &s.x), "{what}: no point");
            s.original();
            let y = s.multipliers();
            let (cost, bound) = (objective(&p, &s.x), bound(&p, &y, true));
            assert!(bound.is_some_and(|b| (b - cost).abs() <= 1e-6 * (1.0 + cost.abs())), "{what}: {cost} {bound:?}");
            assert_eq!(s.at.iter().filter(|a| **a == At::Basic).count(), p.m, "{what}");
            Ok(cost)
        }
        End::Infeasible(y) => {
            let other: Vec<f64> = y.iter().map(|v| -v).collect();
            let proves = |y: &[f64]| bound(&p, y, false).is_some_and(|b| b > 1e-9);
            assert!(proves(y) || proves(&other), "{what}: no proof");
            Err(1)
        }
        End::Unbounded(ray) => {
            assert!(is_point(&p, &s.x), "{what}: no point");
            let far: Vec<f64> = s.x.iter().zip(ray).map(|(x, r)| x + 1e3 * r).collect();
            let mut wide = p.clone();
            // Where the direction goes, there is no bound.
            wide.cost.fill(0.0);
            assert!(is_point(&wide, &far), "{what}: leaves the program");
            assert!(objective(&p, &far) < objective(&p, &s.x) - 1e-6, "{what}: the cost does not fall");
            Err(2)
        }
        other => panic!("{what}: {other:?}"),
    }
}

/// Also from the last basis, after every kind of change, as from nothing.
#[test]
fn every_end_proves_itself() {
    let rounds = std::env::var("SIMPLEX_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(3000);
    let mut ends = [0; 3];
    for round in 0..rounds {
        let mut draw = Draw(round);
        let size = if round % 50 == 0 { 60 } else { 12 };
        let mut s = State::new(drawn(&mut draw, size, size));
        let end = run(&mut s, true);
        ends[proved(&mut s, &end, &format!("{round}")).map_or_else(usize::from, |_| 0)] += 1;
        for change in 0..6 {
            let mut p = s.p.clone();
            let j = draw.below(p.all() as u64) as usize;
            match change % 3 {
                0 => p.cost[draw.below(p.n as u64) as usize] = draw.whole(-4, 6),
                1 => (p.lower[j], p.upper[j]) = (p.lower[j].max(-1.0).min(p.upper[j]), p.upper[j]),
                _ => {
                    let lower = draw.whole(-3, 3);
                    (p.lower[j], p.upper[j]) = (lower, lower + draw.whole(0, 4));
                }
            }
            s.p = p.clone();
            let what = format!("{round}, change {change}");
            let warm = run(&mut s, false);
            let warm = proved(&mut s, &warm, &what);
            let mut cold = State::new(p);
            let end = run(&mut cold, true);
            let cold = proved(&mut cold, &end, &what);
            match (warm, cold) {
                (Ok(a), Ok(b)) => assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{what}: {a} {b}"),
                (a, b) => assert_eq!(a, b, "{what}"),
            }
        }
    }
    assert!(ends.iter().all(|&e| e > rounds as usize / 100), "{ends:?}");
}
