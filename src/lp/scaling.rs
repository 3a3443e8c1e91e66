//! Scaling: the same program in numbers that an interior-point method can finish on.
//!
//! Columns are measured in units of their typical size, each row is divided by the geometric mean
//! of its largest and smallest coefficient, and costs and right-hand sides by their medians
//! (geometric scaling: Tomlin, "On scaling linear programming problems", Math. Prog. Study 4,
//! 1975). All factors are powers of two, so that scaling itself loses nothing.

use super::program::{Column, LinearProgram, RowId};

/// Passes over rows and columns: the first measures money in thousands where chips cost thousands,
/// and further ones change little.
const PASSES: usize = 1;

/// Factors of a scaled program: `x = column x scaled x`, `row = scaled row / row factor`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// For each column, the value of one scaled unit.
    pub columns: Vec<f64>,
    /// For each row, what its coefficients were multiplied by (before the size of right-hand
    /// sides).
    pub rows: Vec<f64>,
    /// What costs were multiplied by.
    pub cost: f64,
    /// Common size of all scaled values and right-hand sides.
    pub size: f64,
}

impl Scaling {
    /// Factors for a program.
    #[must_use]
    pub fn of(lp: &LinearProgram) -> Self {
        let mut columns = vec![1.0; lp.columns().len()];
        let rows_for =
            |columns: &[f64]| (0..lp.rows().len()).map(|i| row_factor(lp, RowId(i as u32), columns)).collect();
        for _ in 0..PASSES {
            let rows: Vec<f64> = rows_for(&columns);
            columns = column_factors(lp, &rows);
        }
        let rows: Vec<f64> = rows_for(&columns);
        let costs = lp.columns().iter().zip(&columns).map(|(c, f)| (c.cost * f).abs());
        // Only sides that the columns' bounds can reach count: one budget that is never used up
        // must not set the scale.
        let sides = lp.rows().iter().zip(&rows).enumerate().flat_map(|(i, (row, factor))| {
            let (least, most) = lp.activity_range(RowId(i as u32));
            let reached = |bound: f64, reachable: bool| if reachable { (bound * factor).abs() } else { 0.0 };
            [reached(row.lower, row.lower > least), reached(row.upper, row.upper < most)]
        });
        let cost = 1.0 / power_of_two(median(costs));
        let size = power_of_two(median(sides));
        Scaling { columns, rows, cost, size }
    }

    /// Adds the factor of a row that was added to the program after the others.
    pub fn add_row(&mut self, lp: &LinearProgram, row: RowId) {
        self.rows.push(row_factor(lp, row, &self.columns));
    }

    /// A scaled solution in the program's own units.
    #[must_use]
    pub fn primal(&self, scaled: impl Iterator<Item = f64>) -> Vec<f64> {
        scaled.zip(&self.columns).map(|(x, f)| x * f * self.size).collect()
    }

    /// Scaled multipliers in the program's own units.
    #[must_use]
    pub fn duals(&self, scaled: impl Iterator<Item = f64>) -> Vec<f64> {
        scaled.zip(&self.rows).map(|(y, f)| y * f / self.cost).collect()
    }
}

/// One over the geometric mean of a row's largest and smallest coefficient.
fn row_factor(lp: &LinearProgram, row: RowId, columns: &[f64]) -> f64 {
    let mut small = f64::INFINITY;
    let mut large: f64 = 0.0;
    for (c, a) in lp.row_terms(row) {
        let a = (a * columns[c.0 as usize]).abs();
        small = small.min(a);
        large = large.max(a);
    }
    if large > 0.0 { 1.0 / power_of_two((small * large).sqrt()) } else { 1.0 }
}

/// The same for the columns of scaled rows. Whole columns stay whole.
fn column_factors(lp: &LinearProgram, rows: &[f64]) -> Vec<f64> {
    let mut ranges = vec![(f64::INFINITY, 0.0f64); lp.columns().len()];
    for (i, factor) in rows.iter().enumerate() {
        for (c, a) in lp.row_terms(RowId(i as u32)) {
            let (small, large) = &mut ranges[c.0 as usize];
            let a = (a * factor).abs();
            *small = small.min(a);
            *large = large.max(a);
        }
    }
    let factor = |(column, (small, large)): (&Column, (f64, f64))| {
        if column.integer || large == 0.0 { 1.0 } else { 1.0 / power_of_two((small * large).sqrt()) }
    };
    lp.columns().iter().zip(ranges).map(factor).collect()
}

fn power_of_two(x: f64) -> f64 {
    if x > 0.0 && x.is_finite() { x.log2().round().exp2() } else { 1.0 }
}

/// The median of the positive finite values; 1 if there are none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.filter(|v| *v > 0.0 && v.is_finite()).collect();
    if values.is_empty() {
        return 1.0;
    }
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}
