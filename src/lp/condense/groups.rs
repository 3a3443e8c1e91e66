//! Which rows of a program have the same columns, of those that are alike in everything else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::lp::program::{ColumnId, LinearProgram, RowId};

/// Rows that became one.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// For each row its columns, in the same order in each.
    pub rows: Vec<(RowId, Vec<ColumnId>)>,
}

/// Entries of a program by column.
struct ByColumn {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl ByColumn {
    fn of(lp: &LinearProgram) -> Self {
        let mut starts = vec![0; lp.columns().len() + 1];
        let rows = || (0..lp.rows().len()).map(|i| RowId(i as u32));
        rows().for_each(|r| lp.row_terms(r).for_each(|(c, _)| starts[c.0 as usize + 1] += 1));
        (1..starts.len()).for_each(|j| starts[j] += starts[j - 1]);
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); lp.nonzeros()];
        for row in rows() {
            for (c, a) in lp.row_terms(row) {
                entries[next[c.0 as usize]] = (row.0, a);
                next[c.0 as usize] += 1;
            }
        }
        ByColumn { starts, entries }
    }

    /// What a column is but for one row and its bounds.
    fn rest(&self, lp: &LinearProgram, column: ColumnId, without: RowId) -> u64 {
        let (j, mut hasher) = (column.0 as usize, DefaultHasher::new());
        lp.columns()[j].cost.to_bits().hash(&mut hasher);
        for &(row, a) in &self.entries[self.starts[j]..self.starts[j + 1]] {
            if row != without.0 {
                (row, a.to_bits()).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// Groups of at least two mergeable rows with the same columns, of those that are alike in several rows.
pub(super) fn groups(lp: &LinearProgram) -> Vec<Group> {
    let plain = |i: &usize| {
        let row = &lp.rows()[*i];
        row.role.is_mergeable() && row.upper == 0.0 && (row.lower == f64::NEG_INFINITY || row.lower == 0.0)
    };
    let rows: Vec<RowId> = (0..lp.rows().len()).filter(plain).map(|i| RowId(i as u32)).collect();
    let mut uses = vec![0_u32; lp.columns().len()];
    for i in (0..lp.rows().len()).filter(|&i| lp.rows()[i].role.is_mergeable()) {
        lp.row_terms(RowId(i as u32)).filter(|(_, a)| *a > 0.0).for_each(|(c, _)| uses[c.0 as usize] += 1);
    }
    let by_column = ByColumn::of(lp);
    let own = |row: RowId| lp.row_terms(row).filter(|&(c, a)| a == 1.0 && uses[c.0 as usize] == 1);
    let mut found: Vec<(RowId, Vec<(u64, ColumnId)>)> = Vec::new();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for row in rows {
        let mut columns: Vec<(u64, ColumnId)> = own(row).map(|(c, _)| (by_column.rest(lp, c, row), c)).collect();
        columns.sort_unstable();
        columns.chunk_by(|a, b| a.0 == b.0).for_each(|same| *seen.entry(same[0].0).or_default() += 1);
        found.push((row, columns));
    }
    let mut alike: HashMap<(bool, Vec<u64>), usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (row, mut columns) in found {
        columns.retain(|(rest, _)| seen[rest] > 1);
        // Rows of which all is used are not one with rows of which some may be left.
        let whole = lp.rows()[row.0 as usize].lower == 0.0;
        let key = (whole, columns.iter().map(|(rest, _)| *rest).collect::<Vec<u64>>());
        let columns: Vec<ColumnId> = columns.into_iter().map(|(_, c)| c).collect();
        match alike.get(&key) {
            _ if columns.is_empty() => {}
            Some(&group) => groups[group].rows.push((row, columns)),
            None => {
                alike.insert(key, groups.len());
                groups.push(Group { rows: vec![(row, columns)] });
            }
        }
    }
    groups.retain(|g| g.rows.len() > 1);
    groups
}
