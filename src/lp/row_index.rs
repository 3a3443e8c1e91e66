//! Rows of a program found by what they say.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::program::{ColumnId, LinearProgram, RowId};

/// Which rows may say the same: those with the same hash of bounds and terms.
#[derive(Default)]
pub(crate) struct RowIndex {
    seen: HashMap<u64, Vec<RowId>>,
}

impl RowIndex {
    /// The rows so far that may have these bounds and terms, which ascend by column. A new one is to be added to them.
    pub fn candidates(&mut self, bounds: (f64, f64), terms: &[(ColumnId, f64)]) -> &mut Vec<RowId> {
        let mut hash = DefaultHasher::new();
        (bounds.0.to_bits(), bounds.1.to_bits()).hash(&mut hash);
        terms.iter().for_each(|(c, a)| (c.0, a.to_bits()).hash(&mut hash));
        self.seen.entry(hash.finish()).or_default()
    }
}

/// Whether a row of a program has these bounds and terms.
pub(crate) fn is_row(program: &LinearProgram, row: RowId, bounds: (f64, f64), terms: &[(ColumnId, f64)]) -> bool {
    let there = program.rows()[row.0 as usize];
    (there.lower, there.upper) == bounds && program.row_terms(row).eq(terms.iter().copied())
}
