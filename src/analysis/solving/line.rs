//! Programs along a parameter that is affine in them.
//!
//! A number of the program that is the least or largest of several affine ones is concave or convex in
//! the parameter, and lies on a line at three values only if it is that line. So a program that is
//! affine at two values and between them is affine on all the range. Prices that follow the market have a floor and a
//! ceiling, and are neither; their programs are on a line where each comes from the same at all three values.

use std::collections::BTreeSet;

use crate::formulation::Formulation;
use crate::lp::{AffineProgram, ColumnId, Dependence, LinearProgram};

/// Programs along a parameter.
pub(in crate::analysis) struct ParametricProgram {
    affine: AffineProgram,
    /// Columns whose upper bound no solution can need.
    slack: Vec<ColumnId>,
    /// Those of them whose box only we think wide enough.
    boxed: Vec<ColumnId>,
}

impl ParametricProgram {
    /// The line through the programs at two values, if that of a third one, `middle`, lies on it.
    pub fn through(ends: [(f64, &Formulation); 2], middle: (f64, &Formulation)) -> Option<Self> {
        let [(a, left), (b, right)] = ends;
        let forms = [left, right, middle.1];
        let count = left.holdings.len();
        if forms.iter().any(|f| f.has_cones() || f.holdings.len() != count) {
            return None;
        }
        // A price that a contract sets anew is neither concave nor convex: on a line with two others it may be by chance.
        if forms.iter().any(|f| f.priced_by != left.priced_by) {
            return None;
        }
        // What is not the one column of its offer has the capacity as a row, and a box clear of it.
        let of = |i: usize| left.holdings[i].column;
        let boxed: Vec<ColumnId> = (0..count).filter(|&i| forms.iter().any(|f| f.holdings[i].boxed)).map(of).collect();
        let bound: BTreeSet<ColumnId> = middle.1.capacity_bounds.iter().map(|b| b.2).collect();
        let mut slack: Vec<ColumnId> = middle.1.runs.iter().map(|r| r.column).collect();
        slack.extend((0..count).map(of).filter(|c| !bound.contains(c)));
        slack.extend(boxed.iter().filter(|c| bound.contains(c)));
        let affine = AffineProgram::between([a, b], [left.program(), right.program()], &slack)?;
        let line = ParametricProgram { affine, slack, boxed };
        line.is(middle.0, middle.1.program()).then_some(line)
    }

    /// What depends on the parameter.
    pub fn dependence(&self) -> Dependence {
        self.affine.dependence()
    }

    /// Whether a program is that at a value, but for boxes that no solution needs.
    pub fn is(&self, p: f64, program: &LinearProgram) -> bool {
        self.affine.is(p, program, &self.slack)
    }

    /// Whether a point touches a box that is ours, and no capacity.
    pub fn touches(&self, program: &LinearProgram, x: &[f64]) -> bool {
        let upper = |c: ColumnId| program.columns()[c.0 as usize].upper;
        self.boxed.iter().any(|&c| x.get(c.0 as usize).is_some_and(|x| *x > 0.999 * upper(c)))
    }

    /// Whether any box is ours, so that there may be plans outside of it.
    pub fn has_boxes(&self) -> bool {
        !self.boxed.is_empty()
    }

    /// The affine programs themselves.
    pub fn affine(&self) -> &AffineProgram {
        &self.affine
    }
}
