//! The program as the method sees it: columns and rows in boxes.
//!
//! Each row gets a column of its own, its logical: A x + s = 0, so that s is the negative of what the row comes to
//! and is bounded by the negatives of its sides. All that the method knows are n + m bounded columns and m equations
//! whose right-hand side is zero, and the logicals are a basis to start from.

use super::sparse::Lists;

/// A program in plain arrays: minimise `cost x` with `[A I] x = 0` and `lower <= x <= upper`.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// Number of columns without logicals.
    pub n: usize,
    /// Number of rows.
    pub m: usize,
    /// A by columns.
    pub columns: Lists,
    /// A by rows.
    pub rows: Lists,
    /// Costs, those of logicals 0.
    pub cost: Vec<f64>,
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
}

impl Problem {
    /// A program from its columns (lower, upper, cost), its rows (lower, upper) and A by rows.
    pub fn new(columns: &[(f64, f64, f64)], sides: &[(f64, f64)], rows: Lists) -> Self {
        let (n, m) = (columns.len(), sides.len());
        let lower = columns.iter().map(|c| c.0).chain(sides.iter().map(|s| -s.1)).collect();
        let upper = columns.iter().map(|c| c.1).chain(sides.iter().map(|s| -s.0)).collect();
        let cost = columns.iter().map(|c| c.2).chain(sides.iter().map(|_| 0.0)).collect();
        Problem { n, m, columns: rows.transposed(n), rows, cost, lower, upper }
    }

    /// Number of columns with logicals.
    pub fn all(&self) -> usize {
        self.n + self.m
    }

    /// Calls with each place and value of a column.
    #[inline(always)]
    pub fn each(&self, j: usize, mut f: impl FnMut(u32, f64)) {
        if j < self.n {
            self.columns.list(j).iter().for_each(|&(i, a)| f(i, a));
        } else {
            f((j - self.n) as u32, 1.0);
        }
    }

    /// The product of a column with a vector of the rows.
    #[inline(always)]
    pub fn dot(&self, j: usize, y: &[f64]) -> f64 {
        if j < self.n { self.columns.list(j).iter().map(|&(i, a)| a * y[i as usize]).sum() } else { y[j - self.n] }
    }
}
