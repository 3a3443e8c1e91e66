//! Programs whose optimum is known because it was chosen: a point, multipliers that go with it,
//! and costs and sides derived from both by complementary slackness.

use polysource::lp::{LinearProgram, certify};

use super::runs::{INF, optimum};

/// Numbers from a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
pub struct Random(pub u64);

impl Random {
    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number from the least to the most.
    pub fn whole(&mut self, least: i32, most: i32) -> f64 {
        (f64::from(least) + self.unit() * f64::from(most - least + 1)).floor()
    }

    pub fn chance(&mut self, part: f64) -> bool {
        self.unit() < part
    }
}

/// What is special about a program.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Most columns and rows.
    pub most: (i32, i32),
    /// Part of the coefficients that are 0.
    pub empty: f64,
    /// Part of the multipliers and reduced costs that are 0 although their row or bound is reached.
    pub degenerate: f64,
    /// Part of the columns that are free.
    pub free: f64,
    /// Rows and columns are in units up to this many powers of ten apart.
    pub units: i32,
}

pub const SHAPES: [Shape; 5] = [
    Shape { most: (40, 30), empty: 0.6, degenerate: 0.1, free: 0.0, units: 0 },
    Shape { most: (15, 30), empty: 0.3, degenerate: 0.7, free: 0.0, units: 0 },
    Shape { most: (30, 25), empty: 0.5, degenerate: 0.2, free: 0.4, units: 0 },
    Shape { most: (30, 20), empty: 0.6, degenerate: 0.1, free: 0.1, units: 3 },
    Shape { most: (250, 120), empty: 0.95, degenerate: 0.2, free: 0.0, units: 0 },
];

/// A program with its optimum.
pub struct Chosen {
    pub lp: LinearProgram,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub cost: f64,
}

pub fn chosen(shape: Shape, seed: u64) -> Chosen {
    let r = &mut Random(seed);
    let (n, m) = (r.whole(1, shape.most.0) as usize, r.whole(0, shape.most.1) as usize);
    let x: Vec<f64> = (0..n).map(|_| if r.chance(0.4) { 0.0 } else { r.whole(0, 50) }).collect();
    let mut costs = vec![0.0; n];
    let mut rows = Vec::new();
    for _ in 0..m {
        let a: Vec<f64> = (0..n).map(|_| if r.chance(shape.empty) { 0.0 } else { r.whole(-8, 12) }).collect();
        let activity: f64 = a.iter().zip(&x).map(|(a, x)| a * x).sum();
        let price = if r.chance(shape.degenerate) { 0.0 } else { r.whole(0, 10) };
        let (y, lower, upper) = match r.whole(0, 4) as i32 {
            0 => (price, activity, INF),
            1 => (-price, -INF, activity),
            2 => (price - 5.0, activity, activity),
            3 => (price, activity, activity + 1.0 + price),
            _ => (0.0, activity - 1.0 - price, if r.chance(0.2) { INF } else { activity + 1.0 }),
        };
        a.iter().zip(&mut costs).for_each(|(a, c)| *c += a * y);
        rows.push((lower, upper, y, a));
    }
    let mut unit = |n: usize| -> Vec<f64> { (0..n).map(|_| 10f64.powf(r.whole(-shape.units, shape.units))).collect() };
    let (column_units, row_units) = (unit(n), unit(m));
    let mut lp = LinearProgram::new("chosen");
    let ids: Vec<_> = (0..n)
        .map(|j| {
            let reduced = if r.chance(shape.degenerate) { 0.0 } else { r.whole(0, 5) };
            let (lower, upper, reduced) = match x[j] {
                _ if r.chance(shape.free) => (-INF, INF, 0.0),
                0.0 => (0.0, if r.chance(0.3) { INF } else { 100.0 }, reduced),
                x if r.chance(0.3) => (x - 60.0, x, -reduced),
                x if r.chance(0.1) => (x, x, reduced - 2.0),
                _ => (0.0, 100.0, 0.0),
            };
            let unit = column_units[j];
            lp.add_column(format!("x{j}"), "", lower / unit, upper / unit, (costs[j] + reduced) * unit)
        })
        .collect();
    for (i, (lower, upper, _, a)) in rows.iter().enumerate() {
        let unit = row_units[i];
        let terms = ids.iter().zip(a).zip(&column_units).map(|((&id, a), u)| (id, a * u * unit));
        lp.add_row(format!("r{i}"), "", lower * unit, upper * unit, terms);
    }
    let x: Vec<f64> = x.iter().zip(&column_units).map(|(x, u)| x / u).collect();
    let y: Vec<f64> = rows.iter().zip(&row_units).map(|(row, u)| row.2 / u).collect();
    let cost = lp.objective(&x);
    Chosen { lp, x, y, cost }
}

#[test]
fn programs_with_a_chosen_optimum() {
    for (k, &shape) in SHAPES.iter().enumerate() {
        for seed in 0..120 {
            let seed = seed + 1000 * k as u64;
            let Chosen { lp, x, y, cost } = chosen(shape, seed);
            let certificate = certify(&lp, "chosen", &x, &y, 0.0);
            assert!(certificate.verified, "shape {k}, seed {seed}: {certificate:?}");
            let run = std::panic::catch_unwind(|| optimum(&lp, cost));
            assert!(run.is_ok(), "shape {k}, seed {seed}");
        }
    }
}
