//! The linear program: named columns and rows, sparse.

use super::expression::Affine;
use super::name_list::NameList;
use super::role::{ColumnRole, RowRole};

/// Index of a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ColumnId(pub u32);

/// Index of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowId(pub u32);

/// A variable: lower <= x <= upper, with its cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The family it belongs to.
    pub role: ColumnRole,
    /// Smallest value; may be negative infinity.
    pub lower: f64,
    /// Largest value; may be infinity.
    pub upper: f64,
    /// Cost of one unit.
    pub cost: f64,
    /// Whether only whole numbers are allowed.
    pub integer: bool,
}

/// A constraint: lower <= a x <= upper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The family it belongs to.
    pub role: RowRole,
    /// Smallest activity; may be negative infinity.
    pub lower: f64,
    /// Largest activity; may be infinity.
    pub upper: f64,
}

/// What is wrong with a program.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LpError {
    /// A coefficient or cost is infinite or not a number.
    #[error("`{0}` has a coefficient or cost that is not finite")]
    NotFinite(String),
    /// A bound is not a number, or infinite on the wrong side.
    #[error("`{0}` has a bound that has no meaning")]
    BadBound(String),
}

/// minimise c x + offset subject to row bounds on A x and bounds on x.
///
/// A is stored by rows, appended one at a time. Within a row columns ascend and occur once.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearProgram {
    name: String,
    columns: Vec<Column>,
    column_names: NameList,
    rows: Vec<Row>,
    row_names: NameList,
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    offset: f64,
}

impl Default for LinearProgram {
    fn default() -> Self {
        Self::new("")
    }
}

impl LinearProgram {
    /// A program without columns and rows.
    pub fn new(name: impl Into<String>) -> Self {
        LinearProgram {
            name: name.into(),
            columns: Vec::new(),
            column_names: NameList::default(),
            rows: Vec::new(),
            row_names: NameList::default(),
            starts: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
            offset: 0.0,
        }
    }

    /// Adds a column. Names are without spaces, such as `rent[aws-h100,2026-Q1]`.
    ///
    /// # Panics
    /// Beyond 2^32 columns.
    pub fn add_column(
        &mut self,
        name: impl AsRef<str>,
        role: impl Into<ColumnRole>,
        lower: f64,
        upper: f64,
        cost: f64,
    ) -> ColumnId {
        self.columns.push(Column { role: role.into(), lower, upper, cost, integer: false });
        self.column_names.push(name.as_ref());
        ColumnId(u32::try_from(self.columns.len() - 1).expect("fewer than 2^32 columns"))
    }

    /// Adds a column that takes whole numbers only.
    pub fn add_integer(
        &mut self,
        name: impl AsRef<str>,
        role: impl Into<ColumnRole>,
        lower: f64,
        upper: f64,
        cost: f64,
    ) -> ColumnId {
        let id = self.add_column(name, role, lower, upper, cost);
        self.columns[id.0 as usize].integer = true;
        id
    }

    /// Adds a row. Terms in the same column add up; zeros are dropped.
    ///
    /// # Panics
    /// Beyond 2^32 rows, or if a term is in a column that the program does not have.
    pub fn add_row(
        &mut self,
        name: impl AsRef<str>,
        role: impl Into<RowRole>,
        lower: f64,
        upper: f64,
        terms: impl IntoIterator<Item = (ColumnId, f64)>,
    ) -> RowId {
        let mut terms: Vec<(ColumnId, f64)> = terms.into_iter().collect();
        // Most rows are built in column order: sorting is skipped where it is not needed.
        if !terms.is_sorted_by(|a, b| a.0 < b.0) {
            terms.sort_by_key(|&(c, _)| c);
            terms.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
        }
        // Terms ascend by now.
        assert!(terms.last().is_none_or(|(c, _)| (c.0 as usize) < self.columns.len()), "a column of another program");
        for (column, value) in terms.into_iter().filter(|&(_, v)| v != 0.0) {
            self.indices.push(column.0);
            self.values.push(value);
        }
        self.starts.push(self.indices.len());
        self.rows.push(Row { role: role.into(), lower, upper });
        self.row_names.push(name.as_ref());
        RowId(u32::try_from(self.rows.len() - 1).expect("fewer than 2^32 rows"))
    }

    /// Adds to a column's cost.
    pub fn add_cost(&mut self, column: ColumnId, delta: f64) {
        self.columns[column.0 as usize].cost += delta;
    }

    /// Replaces a column's cost.
    pub fn set_cost(&mut self, column: ColumnId, cost: f64) {
        self.columns[column.0 as usize].cost = cost;
    }

    /// Replaces a column's bounds.
    pub fn set_bounds(&mut self, column: ColumnId, lower: f64, upper: f64) {
        let column = &mut self.columns[column.0 as usize];
        (column.lower, column.upper) = (lower, upper);
    }

    /// Replaces a row's bounds.
    pub fn set_row_bounds(&mut self, row: RowId, lower: f64, upper: f64) {
        let row = &mut self.rows[row.0 as usize];
        (row.lower, row.upper) = (lower, upper);
    }

    /// Replaces the coefficient of a column in a row; 0 takes the column out of the row.
    ///
    /// Replacing one takes as long as the row; a new one, or one less, as long as the rows behind it.
    ///
    /// # Panics
    /// If the program does not have the row or the column.
    pub fn set_coefficient(&mut self, row: RowId, column: ColumnId, value: f64) {
        assert!((column.0 as usize) < self.columns.len(), "a column of another program");
        let row = row.0 as usize;
        let start = self.starts[row];
        match self.indices[start..self.starts[row + 1]].binary_search(&column.0) {
            Ok(k) if value == 0.0 => {
                self.indices.remove(start + k);
                self.values.remove(start + k);
                self.starts[row + 1..].iter_mut().for_each(|s| *s -= 1);
            }
            Ok(k) => self.values[start + k] = value,
            Err(_) if value == 0.0 => {}
            Err(k) => {
                self.indices.insert(start + k, column.0);
                self.values.insert(start + k, value);
                self.starts[row + 1..].iter_mut().for_each(|s| *s += 1);
            }
        }
    }

    /// The coefficients of a row, columns ascending. None may become 0.
    pub(super) fn row_values_mut(&mut self, row: RowId) -> &mut [f64] {
        &mut self.values[self.starts[row.0 as usize]..self.starts[row.0 as usize + 1]]
    }

    /// Makes a column continuous or integer.
    pub fn set_integer(&mut self, column: ColumnId, integer: bool) {
        self.columns[column.0 as usize].integer = integer;
    }

    /// Fixes whole columns at those of a point, and no longer asks for whole numbers.
    pub(crate) fn fix_whole(&mut self, x: &[f64]) {
        for (column, x) in self.columns.iter_mut().zip(x).filter(|(c, _)| c.integer) {
            (column.lower, column.upper, column.integer) = (x.round(), x.round(), false);
        }
    }

    /// No longer asks for whole numbers.
    pub(crate) fn relax(&mut self) {
        self.columns.iter_mut().for_each(|c| c.integer = false);
    }

    /// What is minimised, as a sum.
    pub(crate) fn objective_sum(&self) -> Affine {
        let columns = self.columns.iter().enumerate().filter(|(_, c)| c.cost != 0.0);
        Affine { terms: columns.map(|(j, c)| (ColumnId(j as u32), c.cost)).collect(), constant: self.offset }
    }

    /// Minimises a sum instead of what was minimised before.
    pub(crate) fn minimise(&mut self, sum: &Affine) {
        self.columns.iter_mut().for_each(|c| c.cost = 0.0);
        sum.terms.iter().for_each(|&(c, a)| self.add_cost(c, a));
        self.offset = sum.constant;
    }

    /// Adds a constant to the objective.
    pub fn add_offset(&mut self, delta: f64) {
        self.offset += delta;
    }

    /// Replaces the constant of the objective.
    pub fn set_offset(&mut self, offset: f64) {
        self.offset = offset;
    }

    /// The constant of the objective.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The name of the program.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The name of a column.
    ///
    /// # Panics
    /// If the program does not have it.
    #[must_use]
    pub fn column_name(&self, column: ColumnId) -> &str {
        self.column_names.get(column.0 as usize)
    }

    /// The names of the columns, in their order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.column_names.iter()
    }

    /// The name of a row.
    ///
    /// # Panics
    /// If the program does not have it.
    #[must_use]
    pub fn row_name(&self, row: RowId) -> &str {
        self.row_names.get(row.0 as usize)
    }

    /// The names of the rows, in their order.
    pub fn row_names(&self) -> impl Iterator<Item = &str> {
        self.row_names.iter()
    }

    /// Whether the columns and rows of another program have the same names, in the same order.
    #[must_use]
    pub fn is_named_as(&self, other: &LinearProgram) -> bool {
        self.column_names == other.column_names && self.row_names == other.row_names
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The coefficient of a column in a row; 0 where there is none.
    ///
    /// # Panics
    /// If the program does not have the row.
    #[must_use]
    pub fn coefficient(&self, row: RowId, column: ColumnId) -> f64 {
        let range = self.starts[row.0 as usize]..self.starts[row.0 as usize + 1];
        self.indices[range.clone()].binary_search(&column.0).map_or(0.0, |k| self.values[range.start + k])
    }

    /// The terms of a row, columns ascending.
    pub fn row_terms(&self, row: RowId) -> impl ExactSizeIterator<Item = (ColumnId, f64)> + '_ {
        let range = self.starts[row.0 as usize]..self.starts[row.0 as usize + 1];
        self.indices[range.clone()].iter().zip(&self.values[range]).map(|(&c, &v)| (ColumnId(c), v))
    }

    /// Number of non-zero coefficients.
    #[must_use]
    pub fn nonzeros(&self) -> usize {
        self.values.len()
    }

    /// Whether any column takes whole numbers only.
    #[must_use]
    pub fn has_integers(&self) -> bool {
        self.columns.iter().any(|c| c.integer)
    }

    /// The objective at a point, its constant included.
    #[must_use]
    pub fn objective(&self, x: &[f64]) -> f64 {
        let mut sum = Sum::new(self.offset);
        self.columns.iter().zip(x).for_each(|(c, x)| sum.add(c.cost * x));
        sum.total()
    }

    /// The activity of each row at a point.
    #[must_use]
    pub fn activity(&self, x: &[f64]) -> Vec<f64> {
        (0..self.rows.len())
            .map(|i| {
                let mut sum = Sum::new(0.0);
                self.row_terms(RowId(i as u32)).for_each(|(c, v)| sum.add(v * x[c.0 as usize]));
                sum.total()
            })
            .collect()
    }

    /// The smallest and largest activity of a row that its columns' bounds allow.
    #[must_use]
    pub fn activity_range(&self, row: RowId) -> (f64, f64) {
        let (mut least, mut most) = (0.0, 0.0);
        for (c, a) in self.row_terms(row) {
            let column = &self.columns[c.0 as usize];
            least += (a * column.lower).min(a * column.upper);
            most += (a * column.lower).max(a * column.upper);
        }
        (least, most)
    }

    /// c - A^T y for multipliers of the rows; with `costs` false, -A^T y.
    #[must_use]
    pub fn reduced_costs(&self, y: &[f64], costs: bool) -> Vec<f64> {
        let mut sums: Vec<Sum> = self.columns.iter().map(|c| Sum::new(if costs { c.cost } else { 0.0 })).collect();
        for (i, &multiplier) in y.iter().enumerate().filter(|(_, m)| **m != 0.0) {
            for (c, v) in self.row_terms(RowId(i as u32)) {
                sums[c.0 as usize].add(-multiplier * v);
            }
        }
        sums.iter().map(Sum::total).collect()
    }

    /// Checks that all numbers have a meaning. Bounds that cross are allowed: they make the
    /// program infeasible, which is an answer.
    ///
    /// # Errors
    /// [`LpError`] naming the first column or row that is wrong.
    pub fn validate(&self) -> Result<(), LpError> {
        if !self.offset.is_finite() {
            return Err(LpError::NotFinite(self.name.clone()));
        }
        for (j, c) in self.columns.iter().enumerate() {
            let name = || self.column_names.get(j).to_owned();
            if !c.cost.is_finite() {
                return Err(LpError::NotFinite(name()));
            }
            if !bounds_make_sense(c.lower, c.upper) {
                return Err(LpError::BadBound(name()));
            }
        }
        for (i, row) in self.rows.iter().enumerate() {
            let name = || self.row_names.get(i).to_owned();
            if !bounds_make_sense(row.lower, row.upper) {
                return Err(LpError::BadBound(name()));
            }
            if self.values[self.starts[i]..self.starts[i + 1]].iter().any(|v| !v.is_finite()) {
                return Err(LpError::NotFinite(name()));
            }
        }
        Ok(())
    }
}

fn bounds_make_sense(lower: f64, upper: f64) -> bool {
    !(lower.is_nan() || upper.is_nan() || lower == f64::INFINITY || upper == f64::NEG_INFINITY)
}

/// A sum that keeps what rounding loses (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
/// Summation endlicher Summen", ZAMM 54, 1974): the certificate must not owe its gap to its own
/// arithmetic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Starts at a value.
    #[must_use]
    pub fn new(start: f64) -> Self {
        Sum { sum: start, lost: 0.0 }
    }

    /// Adds a value.
    pub fn add(&mut self, x: f64) {
        let sum = self.sum + x;
        if !sum.is_finite() {
            self.sum = sum;
            return;
        }
        self.lost += if self.sum.abs() >= x.abs() { (self.sum - sum) + x } else { (x - sum) + self.sum };
        self.sum = sum;
    }

    /// The sum.
    #[must_use]
    pub fn total(&self) -> f64 {
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}
