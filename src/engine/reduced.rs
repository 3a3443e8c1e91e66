//! The program as an engine gets it: scaled, without fixed columns and without bounds that a row
//! implies anyway.
//!
//! A fixed column has no interior, which an interior-point method needs; a bound that is implied
//! costs it a row. Both leave the optimum what it is, and the certificate is computed from the
//! program as it was built.

use crate::lp::{LinearProgram, RowId, Scaling};

/// One column of the reduced program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Free {
    /// Its index in the program.
    pub column: usize,
    /// Scaled bounds; infinite where a row implies them.
    pub lower: f64,
    pub upper: f64,
    /// Scaled cost.
    pub cost: f64,
    pub integer: bool,
}

/// One row of the reduced program.
#[derive(Clone, Debug)]
pub(super) struct ReducedRow {
    /// Its index in the program.
    pub row: usize,
    pub lower: f64,
    pub upper: f64,
    /// Indices into the free columns, and scaled coefficients.
    pub terms: Vec<(usize, f64)>,
}

/// A program reduced and scaled.
#[derive(Clone, Debug)]
pub(super) struct Reduced {
    pub scaling: Scaling,
    pub free: Vec<Free>,
    pub lines: Vec<ReducedRow>,
    /// Values of the fixed columns; NaN for the free ones.
    fixed: Vec<f64>,
    /// A row without free columns, or crossing bounds, that cannot hold.
    pub contradiction: bool,
}

/// Slack that a row without free columns may lack through rounding, relative to its scaled terms.
const ROUNDING: f64 = 1e-9;

impl Reduced {
    /// Reduces and scales. `fix` gives columns a value besides those whose bounds are equal.
    pub fn of(lp: &LinearProgram, fix: impl Fn(usize) -> Option<f64>, drop_implied: bool) -> Self {
        let scaling = Scaling::of(lp);
        let mut fixed = vec![f64::NAN; lp.columns().len()];
        let mut position = vec![usize::MAX; lp.columns().len()];
        let mut free = Vec::new();
        let mut contradiction = false;
        for (j, column) in lp.columns().iter().enumerate() {
            contradiction |= column.lower > column.upper;
            if let Some(value) = fix(j) {
                fixed[j] = value;
            } else if column.lower == column.upper {
                fixed[j] = column.lower;
            } else {
                position[j] = free.len();
                let unit = scaling.columns[j] * scaling.size;
                free.push(Free {
                    column: j,
                    lower: column.lower / unit,
                    upper: column.upper / unit,
                    cost: column.cost * scaling.cost * scaling.columns[j],
                    integer: column.integer,
                });
            }
        }
        let mut lines = Vec::new();
        for (i, row) in lp.rows().iter().enumerate() {
            let factor = scaling.rows[i];
            let (mut moved, mut size) = (0.0, 0.0f64);
            let mut terms = Vec::new();
            for (c, a) in lp.row_terms(RowId(i as u32)) {
                let j = c.0 as usize;
                if position[j] == usize::MAX {
                    let term = a * fixed[j] * factor / scaling.size;
                    moved += term;
                    size = size.max(term.abs());
                } else {
                    terms.push((position[j], a * factor * scaling.columns[j]));
                }
            }
            let side = |bound: f64| bound * factor / scaling.size - moved;
            // A side that the columns' bounds cannot reach is left out: a budget of a trillion
            // beside costs of a hundred would drown them in rounding.
            let (least, most) = lp.activity_range(RowId(i as u32));
            let lower = if least >= row.lower { f64::NEG_INFINITY } else { side(row.lower) };
            let upper = if most <= row.upper { f64::INFINITY } else { side(row.upper) };
            if terms.is_empty() {
                let room = ROUNDING * (1.0 + size);
                contradiction |= lower > room || upper < -room;
            } else if lower.is_finite() || upper.is_finite() {
                contradiction |= lower > upper + ROUNDING * (1.0 + upper.abs());
                lines.push(ReducedRow { row: i, lower, upper, terms });
            }
        }
        if drop_implied {
            drop_implied_bounds(&mut free, &lines);
        }
        Reduced { scaling, free, lines, fixed, contradiction }
    }

    /// A solution of the reduced program in the units of the whole.
    pub fn primal(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut x = self.fixed.clone();
        for (k, free) in self.free.iter().enumerate() {
            x[free.column] = value(k) * self.scaling.columns[free.column] * self.scaling.size;
        }
        x
    }

    /// Multipliers of the reduced program in the units of the whole.
    pub fn duals(&self, rows: usize, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut y = vec![0.0; rows];
        for (k, line) in self.lines.iter().enumerate() {
            y[line.row] = value(k) * self.scaling.rows[line.row] / self.scaling.cost;
        }
        y
    }
}

/// Removes upper bounds that a row implies: with all coefficients and all lower bounds at least 0,
/// a x <= b gives x_j <= b / a_j.
fn drop_implied_bounds(free: &mut [Free], lines: &[ReducedRow]) {
    let mut implied = vec![false; free.len()];
    for line in lines.iter().filter(|l| l.upper.is_finite()) {
        let nonnegative = line.terms.iter().all(|&(k, a)| a >= 0.0 && free[k].lower >= 0.0);
        if nonnegative {
            for &(k, a) in &line.terms {
                implied[k] |= !free[k].integer && line.upper <= a * free[k].upper * (1.0 + 1e-12);
            }
        }
    }
    free.iter_mut().zip(implied).filter(|(_, implied)| *implied).for_each(|(f, _)| f.upper = f64::INFINITY);
}
