//! A linear program whose numbers are affine in a parameter.
//!
//! Two programs with the same columns and rows, at two values of the parameter, fix one; a third
//! tells whether the numbers really are affine ([`AffineProgram::is`]).

use super::bound::bound_parts;
use super::program::{ColumnId, LinearProgram, RowId};

/// What of a program depends on the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// Nothing.
    Nothing,
    /// Costs alone: the optimal cost is concave and piecewise linear.
    Costs,
    /// Bounds of rows and columns alone: the optimal cost is convex and piecewise linear.
    Bounds,
    /// Coefficients, or costs and bounds at once: neither.
    Coefficients,
}

/// A program at each value of a parameter.
#[derive(Clone, Debug)]
pub struct AffineProgram {
    /// Two values of the parameter.
    ends: [f64; 2],
    /// The programs there, with the same pattern of coefficients.
    programs: [LinearProgram; 2],
    dependence: Dependence,
    changing: Changing,
}

/// What is not the same in both.
#[derive(Clone, Debug)]
struct Changing {
    columns: Vec<ColumnId>,
    /// Rows of which a bound or a coefficient differs.
    rows: Vec<RowId>,
}

impl Changing {
    fn between(a: &LinearProgram, b: &LinearProgram) -> Self {
        let columns = (0..a.columns().len()).filter(|&j| a.columns()[j] != b.columns()[j]);
        let differs = |&i: &usize| {
            let id = RowId(i as u32);
            a.rows()[i] != b.rows()[i] || !a.row_terms(id).eq(b.row_terms(id))
        };
        let rows = (0..a.rows().len()).filter(differs);
        Changing {
            columns: columns.map(|j| ColumnId(j as u32)).collect(),
            rows: rows.map(|i| RowId(i as u32)).collect(),
        }
    }
}

/// Relative difference of two numbers that counts as none.
const SAME: f64 = 1e-9;

impl AffineProgram {
    /// The program that two programs at two values of the parameter fix; `None` if they do not have
    /// the same columns and rows.
    ///
    /// Columns named in `slack` are boxed wider than a solution can need: their upper bound becomes
    /// the larger of the two at every value.
    #[must_use]
    pub fn between(ends: [f64; 2], programs: [&LinearProgram; 2], slack: &[ColumnId]) -> Option<Self> {
        let [a, b] = programs;
        let integers = a.columns().iter().zip(b.columns()).all(|(a, b)| a.integer == b.integer);
        if !(a.is_named_as(b) && integers) {
            return None;
        }
        let mut programs = [a.clone(), b.clone()];
        for &c in slack {
            let upper = a.columns()[c.0 as usize].upper.max(b.columns()[c.0 as usize].upper);
            programs.iter_mut().for_each(|p| p.set_bounds(c, p.columns()[c.0 as usize].lower, upper));
        }
        let dependence = dependence(&programs[0], &programs[1])?;
        let changing = Changing::between(&programs[0], &programs[1]);
        Some(AffineProgram { ends, programs, dependence, changing })
    }

    /// What depends on the parameter.
    #[must_use]
    pub fn dependence(&self) -> Dependence {
        self.dependence
    }

    /// The program at a value of the parameter.
    #[must_use]
    pub fn at(&self, p: f64) -> LinearProgram {
        let [a, b] = &self.programs;
        let t = (p - self.ends[0]) / (self.ends[1] - self.ends[0]);
        let mut program = LinearProgram::new(a.name());
        program.add_offset(mix(a.offset(), b.offset(), t));
        for ((x, y), name) in a.columns().iter().zip(b.columns()).zip(a.column_names()) {
            let (lower, upper) = bounds((x.lower, x.upper), (y.lower, y.upper), t);
            let cost = mix(x.cost, y.cost, t);
            let id = program.add_column(name, x.role, lower, upper, cost);
            program.set_integer(id, x.integer);
        }
        for (i, (x, y)) in a.rows().iter().zip(b.rows()).enumerate() {
            let name = a.row_name(RowId(i as u32));
            let terms = merged(a, b, RowId(i as u32)).into_iter().map(|(c, u, v)| (c, mix(u, v, t)));
            let (lower, upper) = (mix(x.lower, y.lower, t), mix(x.upper, y.upper, t));
            program.add_row(name, x.role, lower, upper, terms);
        }
        program
    }

    /// Whether another program has its columns and rows, and coefficients in the same places.
    #[must_use]
    pub fn has_pattern_of(&self, program: &LinearProgram) -> bool {
        let [a, b] = &self.programs;
        let same = |row| {
            let columns = |p: &LinearProgram| p.row_terms(row).map(|t| t.0).collect::<Vec<_>>();
            columns(a) == columns(program) && columns(b) == columns(program)
        };
        program.is_named_as(a) && (0..program.rows().len()).all(|i| same(RowId(i as u32)))
    }

    /// Makes the program at another value of the parameter the one at this: what [`Self::at`] gives, without
    /// making it anew. Only what depends on the parameter is written.
    ///
    /// # Panics
    /// With a program that has other columns, rows or coefficients.
    pub fn write(&self, p: f64, program: &mut LinearProgram) {
        let [a, b] = &self.programs;
        let t = (p - self.ends[0]) / (self.ends[1] - self.ends[0]);
        program.set_offset(mix(a.offset(), b.offset(), t));
        for &column in &self.changing.columns {
            let (x, y) = (&a.columns()[column.0 as usize], &b.columns()[column.0 as usize]);
            let (lower, upper) = bounds((x.lower, x.upper), (y.lower, y.upper), t);
            program.set_bounds(column, lower, upper);
            program.set_cost(column, mix(x.cost, y.cost, t));
        }
        for &row in &self.changing.rows {
            let (x, y) = (&a.rows()[row.0 as usize], &b.rows()[row.0 as usize]);
            program.set_row_bounds(row, mix(x.lower, y.lower, t), mix(x.upper, y.upper, t));
            let (values, terms) = (program.row_values_mut(row), a.row_terms(row).zip(b.row_terms(row)));
            assert!(values.len() == a.row_terms(row).len(), "a program of another pattern");
            values.iter_mut().zip(terms).for_each(|(value, ((_, u), (_, v)))| *value = mix(u, v, t));
        }
    }

    /// Whether a program is the one at a value of the parameter, but for the boxes of `slack`.
    #[must_use]
    pub fn is(&self, p: f64, program: &LinearProgram, slack: &[ColumnId]) -> bool {
        let own = self.at(p);
        let mut other = program.clone();
        if own.columns().len() != other.columns().len() || own.rows().len() != other.rows().len() {
            return false;
        }
        for &c in slack {
            let column = &own.columns()[c.0 as usize];
            other.set_bounds(c, column.lower, column.upper);
        }
        dependence(&own, &other) == Some(Dependence::Nothing)
    }

    /// The objective of a point, as a line over the parameter: its values at the two ends of a range.
    /// Exact where the point stays feasible, which it does if costs alone depend on the parameter.
    #[must_use]
    pub fn cost_line(&self, x: &[f64], range: [f64; 2]) -> [f64; 2] {
        let [a, b] = &self.programs;
        self.line([a.objective(x), b.objective(x)], range)
    }

    /// The Lagrangian bound of multipliers, as a line over the parameter: its values at the two ends
    /// of a range. A bound of the optimal cost everywhere if bounds alone depend on the parameter.
    #[must_use]
    pub fn bound_line(&self, y: &[f64], range: [f64; 2]) -> [f64; 2] {
        let [a, b] = &self.programs;
        let y = super::usable(a, y);
        self.line([bound_parts(a, &y, true).value, bound_parts(b, &y, true).value], range)
    }

    /// The same for the proof that a program is infeasible: where the line is above 0 it is.
    #[must_use]
    pub fn proof_line(&self, ray: &[f64], range: [f64; 2]) -> [f64; 2] {
        let [a, b] = &self.programs;
        let ray = super::usable(a, ray);
        self.line([bound_parts(a, &ray, false).value, bound_parts(b, &ray, false).value], range)
    }

    /// The derivative of the optimal cost with respect to the parameter at a value with these optimal
    /// columns and multipliers, where bounds do not depend on it: that of the Lagrangian.
    #[must_use]
    pub fn slope(&self, x: &[f64], y: &[f64]) -> f64 {
        let [a, b] = &self.programs;
        let mut change = b.objective(x) - a.objective(x);
        if self.dependence == Dependence::Coefficients {
            let (before, after) = (a.activity(x), b.activity(x));
            change -= y.iter().zip(after.iter().zip(&before)).map(|(y, (b, a))| y * (b - a)).sum::<f64>();
        }
        change / (self.ends[1] - self.ends[0])
    }

    fn line(&self, values: [f64; 2], range: [f64; 2]) -> [f64; 2] {
        range.map(|p| mix(values[0], values[1], (p - self.ends[0]) / (self.ends[1] - self.ends[0])))
    }
}

/// a at 0, b at 1, and what lies on the line through both elsewhere. Infinite only if both are.
fn mix(a: f64, b: f64, t: f64) -> f64 {
    if a == b { a } else { a * (1.0 - t) + b * t }
}

/// The bounds of a column; rounding must not make them cross where they touch.
fn bounds(a: (f64, f64), b: (f64, f64), t: f64) -> (f64, f64) {
    let (lower, upper) = (mix(a.0, b.0, t), mix(a.1, b.1, t));
    (lower, if upper < lower && lower - upper <= SAME * (1.0 + lower.abs()) { lower } else { upper })
}

/// The terms of a row in two programs, side by side.
fn merged(a: &LinearProgram, b: &LinearProgram, row: RowId) -> Vec<(ColumnId, f64, f64)> {
    let mut all: Vec<(ColumnId, f64, f64)> = a.row_terms(row).map(|(c, v)| (c, v, 0.0)).collect();
    let same = all.iter().map(|t| t.0).eq(b.row_terms(row).map(|t| t.0));
    if same {
        all.iter_mut().zip(b.row_terms(row)).for_each(|(t, (_, v))| t.2 = v);
        return all;
    }
    for (c, v) in b.row_terms(row) {
        match all.binary_search_by_key(&c, |t| t.0) {
            Ok(at) => all[at].2 = v,
            Err(at) => all.insert(at, (c, 0.0, v)),
        }
    }
    all
}

/// What differs between two programs; `None` if a bound is infinite in one alone.
fn dependence(a: &LinearProgram, b: &LinearProgram) -> Option<Dependence> {
    let differs = |x: f64, y: f64| x != y && (x - y).abs() > SAME * (x.abs().max(y.abs()));
    let mut costs = differs(a.offset(), b.offset());
    let mut bounds = false;
    let mut compare = |x: (f64, f64), y: (f64, f64)| -> Option<()> {
        if x.0.is_finite() != y.0.is_finite() || x.1.is_finite() != y.1.is_finite() {
            return None;
        }
        bounds |= differs(x.0, y.0) || differs(x.1, y.1);
        Some(())
    };
    for (x, y) in a.columns().iter().zip(b.columns()) {
        costs |= differs(x.cost, y.cost);
        compare((x.lower, x.upper), (y.lower, y.upper))?;
    }
    let mut coefficients = false;
    for (i, (x, y)) in a.rows().iter().zip(b.rows()).enumerate() {
        compare((x.lower, x.upper), (y.lower, y.upper))?;
        coefficients |= merged(a, b, RowId(i as u32)).into_iter().any(|(_, u, v)| differs(u, v));
    }
    Some(match (costs, bounds, coefficients) {
        (false, false, false) => Dependence::Nothing,
        (true, false, false) => Dependence::Costs,
        (false, true, false) => Dependence::Bounds,
        _ => Dependence::Coefficients,
    })
}
