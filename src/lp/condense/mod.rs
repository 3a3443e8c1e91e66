//! The same program with fewer columns: what does the same work in several places is one column.
//!
//! Let rows r of a group be sum over k of x\[k,r\] + z_r - h_r <= 0, where for each k the columns x\[k,r\]
//! are alike in everything else: the same cost, and the same coefficients in all other rows. (Chips of
//! several offers that do the same work: k is the workload, r the offer, h_r what is held of it, z_r what
//! is used otherwise.) Then only the sums X_k = sum over r of x\[k,r\] matter:
//!
//! sum over k of X_k + sum over r of z_r <= sum over r of h_r, and z_r <= h_r
//!
//! is implied by the rows of the group, and any X, z and h that keep it are sums of x that keep them: the
//! north-west corner rule of the transportation problem finds them (Dantzig, "Linear Programming and
//! Extensions", 1963, chapter 14). The multiplier of the sum, with that of z_r <= h_r, is one for each of its
//! rows, so that the dual is as good. What is found is checked on the whole program all the same.

mod groups;

use std::collections::HashMap;

use super::program::{ColumnId, LinearProgram, RowId};
use super::role::RowRole;
use groups::{Group, groups};

/// A program condensed, and how its columns and rows are those of the whole one.
#[derive(Clone, Debug)]
pub struct Condensed {
    program: LinearProgram,
    /// For each column of the whole program, its column.
    columns: Vec<ColumnId>,
    /// For each row of the whole program, its row.
    rows: Vec<RowId>,
    groups: Vec<Group>,
    /// For each column of the whole program, whether it is one with others.
    merged: Vec<bool>,
    /// For each row of the whole program, whether it is one with others.
    grouped: Vec<bool>,
    /// For each such row, the row that bounds what is used otherwise.
    others: Vec<Option<RowId>>,
    /// For each column of the condensed program, how many it stands for.
    counts: Vec<u32>,
}

impl Condensed {
    /// Condenses the mergeable rows: sums of columns that occur in no other of them, less what they may be. `None` if there is nothing alike, or a column takes whole numbers only.
    #[must_use]
    pub fn of(lp: &LinearProgram) -> Option<Self> {
        if lp.has_integers() {
            return None;
        }
        let groups = groups(lp);
        if groups.is_empty() {
            return None;
        }
        // What is one with another is that of the first row of its group.
        let mut first: Vec<ColumnId> = (0..lp.columns().len()).map(|j| ColumnId(j as u32)).collect();
        let mut upper: Vec<f64> = lp.columns().iter().map(|c| c.upper).collect();
        let mut lower: Vec<f64> = lp.columns().iter().map(|c| c.lower).collect();
        let mut leader: Vec<RowId> = (0..lp.rows().len()).map(|i| RowId(i as u32)).collect();
        for group in &groups {
            let (head, columns) = &group.rows[0];
            for (row, others) in &group.rows[1..] {
                leader[row.0 as usize] = *head;
                for (&column, &other) in columns.iter().zip(others) {
                    first[other.0 as usize] = column;
                    upper[column.0 as usize] += lp.columns()[other.0 as usize].upper;
                    lower[column.0 as usize] += lp.columns()[other.0 as usize].lower;
                }
            }
        }
        let mut program = LinearProgram::new(lp.name());
        program.set_offset(lp.offset());
        let mut columns = vec![ColumnId(0); lp.columns().len()];
        for (j, c) in lp.columns().iter().enumerate().filter(|(j, _)| first[*j].0 as usize == *j) {
            let name = lp.column_name(ColumnId(j as u32));
            columns[j] = program.add_column(name, c.role, lower[j], upper[j], c.cost);
        }
        (0..columns.len()).for_each(|j| columns[j] = columns[first[j].0 as usize]);
        let mut of_group: HashMap<RowId, Vec<RowId>> = HashMap::new();
        for group in &groups {
            of_group.insert(group.rows[0].0, group.rows.iter().map(|r| r.0).collect());
        }
        let mut rows = vec![RowId(0); lp.rows().len()];
        for (i, row) in lp.rows().iter().enumerate().filter(|(i, _)| leader[*i].0 as usize == *i) {
            let id = RowId(i as u32);
            let all = of_group.get(&id).map_or(std::slice::from_ref(&id), Vec::as_slice);
            let terms = all.iter().flat_map(|&r| lp.row_terms(r));
            // Of columns that are one, one stands for all.
            let terms = terms.filter(|(c, _)| first[c.0 as usize] == *c).map(|(c, a)| (columns[c.0 as usize], a));
            rows[i] = program.add_row(lp.row_name(id), row.role, row.lower, row.upper, terms);
        }
        (0..rows.len()).for_each(|i| rows[i] = rows[leader[i].0 as usize]);
        let mut merged = vec![false; columns.len()];
        let all = groups.iter().flat_map(|g| &g.rows).flat_map(|(_, columns)| columns);
        all.for_each(|c| merged[c.0 as usize] = true);
        let mut grouped = vec![false; rows.len()];
        groups.iter().flat_map(|g| &g.rows).for_each(|(row, _)| grouped[row.0 as usize] = true);
        let mut others = vec![None; rows.len()];
        for (row, _) in groups.iter().flat_map(|g| &g.rows) {
            let terms = || lp.row_terms(*row).filter(|(c, _)| !merged[c.0 as usize]);
            if terms().any(|(c, a)| a > 0.0 || lp.columns()[c.0 as usize].lower < 0.0) {
                let terms = terms().map(|(c, a)| (columns[c.0 as usize], a));
                let role = lp.rows()[row.0 as usize].role;
                let row_name = format!("{}+", lp.row_name(*row));
                others[row.0 as usize] = Some(program.add_row(row_name, role, f64::NEG_INFINITY, 0.0, terms));
            }
        }
        let mut counts = vec![0; program.columns().len()];
        columns.iter().for_each(|c| counts[c.0 as usize] += 1);
        Some(Condensed { program, columns, rows, groups, merged, grouped, others, counts })
    }

    /// The condensed program.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// For each column of the whole program, its column.
    #[must_use]
    pub fn columns(&self) -> &[ColumnId] {
        &self.columns
    }

    /// For each row of the whole program, its row.
    #[must_use]
    pub fn rows(&self) -> &[RowId] {
        &self.rows
    }

    /// Adds a row of the whole program, unless it treats columns that are one differently. Its terms in the
    /// condensed program.
    pub fn add_row(
        &mut self,
        name: &str,
        role: impl Into<RowRole>,
        lower: f64,
        upper: f64,
        terms: &[(ColumnId, f64)],
    ) -> Option<Vec<(ColumnId, f64)>> {
        let mut all: Vec<(ColumnId, f64)> = terms.iter().map(|&(c, a)| (self.columns[c.0 as usize], a)).collect();
        all.sort_unstable_by_key(|t| t.0);
        let mut kept: Vec<(ColumnId, f64)> = Vec::new();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let (column, a) = same[0];
            if same.len() != self.counts[column.0 as usize] as usize || same.iter().any(|t| t.1 != a) {
                return None;
            }
            kept.push((column, a));
        }
        let row = self.program.add_row(name, role, lower, upper, kept.iter().copied());
        self.rows.push(row);
        self.grouped.push(false);
        self.others.push(None);
        Some(kept)
    }

    /// Becomes that of a program which differs from the whole one in numbers alone, and in none that makes
    /// columns one. If it does not (false), nothing of it is to be used any more.
    #[must_use]
    pub fn follow(&mut self, whole: &LinearProgram, next: &LinearProgram) -> bool {
        let sizes = |lp: &LinearProgram| (lp.columns().len(), lp.rows().len(), lp.nonzeros());
        if sizes(whole) != sizes(next) || !next.is_named_as(whole) {
            return false;
        }
        self.program.set_offset(next.offset());
        let mut wider = false;
        for (j, (a, b)) in whole.columns().iter().zip(next.columns()).enumerate().filter(|(_, (a, b))| a != b) {
            let (merged, id) = (self.merged[j], self.columns[j]);
            let negative = (a.lower < 0.0) != (b.lower < 0.0);
            if a.integer != b.integer || negative || merged && a.cost != b.cost {
                return false;
            }
            wider |= merged;
            if !merged {
                self.program.set_cost(id, b.cost);
                self.program.set_bounds(id, b.lower, b.upper);
            }
        }
        if wider {
            self.widen(next);
        }
        for (i, (a, b)) in whole.rows().iter().zip(next.rows()).enumerate() {
            let (row, id) = (RowId(i as u32), self.rows[i]);
            if a == b && whole.row_terms(row).eq(next.row_terms(row)) {
                continue;
            }
            if self.grouped[i] || !whole.row_terms(row).map(|t| t.0).eq(next.row_terms(row).map(|t| t.0)) {
                return false;
            }
            self.program.set_row_bounds(id, b.lower, b.upper);
            for ((c, before), (_, now)) in whole.row_terms(row).zip(next.row_terms(row)) {
                if before != now {
                    if self.merged[c.0 as usize] {
                        return false;
                    }
                    self.program.set_coefficient(id, self.columns[c.0 as usize], now);
                }
            }
        }
        true
    }

    /// Gives columns that are one the sum of their bounds.
    fn widen(&mut self, lp: &LinearProgram) {
        let mut sums = vec![(0.0, 0.0); self.program.columns().len()];
        for (j, c) in lp.columns().iter().enumerate().filter(|(j, _)| self.merged[*j]) {
            let (lower, upper) = &mut sums[self.columns[j].0 as usize];
            *lower += c.lower;
            *upper += c.upper;
        }
        for j in (0..lp.columns().len()).filter(|&j| self.merged[j]) {
            let id = self.columns[j];
            let (lower, upper) = sums[id.0 as usize];
            self.program.set_bounds(id, lower, upper);
        }
    }

    /// A point of the whole program that is a point of the condensed one.
    ///
    /// What rounding leaves, or lacks, is with the row of a group that has most room: where there is next to nothing it
    /// would be much.
    #[must_use]
    pub fn point(&self, lp: &LinearProgram, x: &[f64]) -> Vec<f64> {
        let mut whole: Vec<f64> = self.columns.iter().map(|c| x[c.0 as usize]).collect();
        for group in &self.groups {
            let (_, heads) = &group.rows[0];
            let mut left: Vec<f64> = heads.iter().map(|c| whole[c.0 as usize]).collect();
            let (mut widest, mut most) = (heads, f64::NEG_INFINITY);
            let mut unused = Vec::new();
            let mut k = 0;
            for (row, columns) in &group.rows {
                columns.iter().for_each(|c| whole[c.0 as usize] = 0.0);
                let others = lp.row_terms(*row).filter(|(c, _)| !self.merged[c.0 as usize]);
                let mut room = others.map(|(c, a)| -a * whole[c.0 as usize]).sum::<f64>().max(0.0);
                if room > most {
                    (widest, most) = (columns, room);
                }
                while k < left.len() {
                    let some = left[k].min(room);
                    whole[columns[k].0 as usize] = some;
                    left[k] -= some;
                    room -= some;
                    if left[k] > 0.0 {
                        break;
                    }
                    k += 1;
                }
                let sides = lp.rows()[row.0 as usize];
                if room > 0.0 && sides.lower == sides.upper {
                    unused.push((columns, room));
                }
            }
            widest.iter().zip(&left).skip(k).for_each(|(c, left)| whole[c.0 as usize] += left);
            // What a row lacks comes from the widest one, of what that has most of.
            let of = |k: &usize| whole[widest[*k].0 as usize];
            let Some(largest) = (0..widest.len()).max_by(|a, b| of(a).total_cmp(&of(b))) else { continue };
            for (columns, lacks) in unused {
                whole[widest[largest].0 as usize] -= lacks;
                whole[columns[largest].0 as usize] += lacks;
            }
        }
        whole
    }

    /// Multipliers of the whole program that prove what those of the condensed one prove.
    #[must_use]
    pub fn multipliers(&self, y: &[f64]) -> Vec<f64> {
        let other = |row: &Option<RowId>| row.map_or(0.0, |r| y[r.0 as usize]);
        self.rows.iter().zip(&self.others).map(|(r, o)| y[r.0 as usize] + other(o)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{certify, lower_bound};

    /// Two workloads (needs 6 and 4) on offers a and b, which do the same (one each for a chip), and on c,
    /// which does half for the second. a costs 2 (at most 5), b costs 3, c costs 1 (at most 4).
    fn small() -> LinearProgram {
        let mut lp = LinearProgram::new("offers");
        let most = [5.0, 100.0, 4.0];
        let rent: Vec<ColumnId> =
            (0..3).map(|o| lp.add_column(format!("rent{o}"), "rent", 0.0, most[o], [2.0, 3.0, 1.0][o])).collect();
        let runs: Vec<Vec<ColumnId>> = (0..2)
            .map(|w| (0..3).map(|o| lp.add_column(format!("run{w}{o}"), "run", 0.0, 50.0, 0.0)).collect())
            .collect();
        for o in 0..3 {
            let terms = [(runs[0][o], 1.0), (runs[1][o], 1.0), (rent[o], -1.0)];
            lp.add_row(format!("use{o}"), RowRole::mergeable("use"), f64::NEG_INFINITY, 0.0, terms);
        }
        lp.add_row("need0", "demand", 6.0, 6.0, runs[0].iter().map(|&c| (c, 1.0)));
        lp.add_row("need1", "demand", 4.0, 4.0, runs[1].iter().zip([1.0, 1.0, 0.5]).map(|(&c, a)| (c, a)));
        lp
    }

    /// By hand: c serves 4 of the first at 1, a 2 of the first and 3 of the second at 2, b the last one at 3.
    #[test]
    fn what_does_the_same_is_one_and_comes_apart_again() {
        let lp = small();
        let condensed = Condensed::of(&lp).unwrap();
        let program = condensed.program();
        assert_eq!((program.columns().len(), program.rows().len()), (7, 4));
        // rent 5, 1 and 4; of the first workload 2 on a and b together, 4 on c; the second on a and b.
        let x = [5.0, 1.0, 4.0, 2.0, 4.0, 4.0, 0.0];
        let names: Vec<&str> = program.column_names().collect();
        assert_eq!(names, ["rent0", "rent1", "rent2", "run00", "run02", "run10", "run12"]);
        // A chip of b costs 3: so do both needs, a is worth 1 more than it costs, c 2.
        let y = [-3.0, -3.0, 3.0, 3.0];
        assert_eq!(program.objective(&x), 17.0);
        let certificate = certify(program, "hand", &x, &y, 0.0);
        assert!(certificate.verified, "{certificate:?}");
        let (whole, multipliers) = (condensed.point(&lp, &x), condensed.multipliers(&y));
        let certificate = certify(&lp, "hand", &whole, &multipliers, 0.0);
        assert!(certificate.verified && certificate.primal == 0.0, "{whole:?} {certificate:?}");
        assert_eq!(lp.objective(&whole), 17.0);
        assert_eq!(lower_bound(&lp, &multipliers), 17.0);
    }

    /// What rounding leaves is with the offer that has most: on the one of which nothing is held it would be all there is.
    #[test]
    fn rounding_is_where_there_is_most() {
        let mut lp = small();
        let condensed = Condensed::of(&lp).unwrap();
        for by in [1e-5, -1e-5] {
            // All of a, nothing of b; of the second workload a little more or less than a has room for.
            let whole = condensed.point(&lp, &[5.0, 0.0, 4.0, 2.0, 4.0, 3.0 + by, 0.0]);
            assert_eq!((whole[4], whole[7]), (0.0, 0.0), "{whole:?}");
            assert!((whole[3] + whole[6] - 5.0 - by).abs() < 1e-12, "{whole:?}");
        }
        // Where all has to be used, the little that is held of b is.
        (0..3).for_each(|o| lp.set_row_bounds(RowId(o), 0.0, 0.0));
        let condensed = Condensed::of(&lp).unwrap();
        for by in [1e-5, -1e-5] {
            let whole = condensed.point(&lp, &[5.0, 2e-5, 4.0, 2.0, 4.0, 3.0 + 2e-5 + by, 0.0]);
            assert!((whole[4] + whole[7] - 2e-5).abs() < 1e-12, "{whole:?}");
            assert!((whole[3] + whole[6] - 5.0 - by).abs() < 1e-12, "{whole:?}");
            assert!((whole[6] + whole[7] - 3.0 - 2e-5 - by).abs() < 1e-12, "{whole:?}");
        }
    }

    /// The same where all that is held has to be used: the rows are equations, of both programs.
    #[test]
    fn rows_of_which_all_is_used_are_one_as_well() {
        let mut lp = small();
        (0..3).for_each(|o| lp.set_row_bounds(RowId(o), 0.0, 0.0));
        let condensed = Condensed::of(&lp).unwrap();
        let program = condensed.program();
        assert_eq!((program.columns().len(), program.rows().len()), (7, 4));
        assert_eq!((program.rows()[0].lower, program.rows()[0].upper), (0.0, 0.0));
        let x = [5.0, 1.0, 4.0, 2.0, 4.0, 4.0, 0.0];
        let y = [-3.0, -3.0, 3.0, 3.0];
        let (whole, multipliers) = (condensed.point(&lp, &x), condensed.multipliers(&y));
        let certificate = certify(&lp, "hand", &whole, &multipliers, 0.0);
        assert!(certificate.verified && certificate.primal == 0.0, "{whole:?} {certificate:?}");
        // One of them alone is not like the others.
        lp.set_row_bounds(RowId(1), f64::NEG_INFINITY, 0.0);
        assert!(Condensed::of(&lp).is_none());
    }

    /// As above, and a third workload that keeps its chips where they are: at most 1 on a, 2 on b, worth 5 each.
    /// By hand: both offers are held for it besides, as long as a has room: 4 of a and 3 of b for the others.
    #[test]
    fn what_is_used_otherwise_stays_apart() {
        let mut lp = small();
        let kept: Vec<ColumnId> =
            (0..2).map(|o| lp.add_column(format!("kept{o}"), "run", 0.0, [1.0, 2.0][o], -5.0)).collect();
        for (o, &kept) in kept.iter().enumerate() {
            lp.set_coefficient(RowId(o as u32), kept, 1.0);
            lp.add_row(format!("own{o}"), "own", f64::NEG_INFINITY, 3.0, [(kept, 1.0), (ColumnId(o as u32), 0.1)]);
        }
        let condensed = Condensed::of(&lp).unwrap();
        let program = condensed.program();
        // Two rows more for what is kept.
        assert_eq!((program.columns().len(), program.rows().len()), (9, 8));
        let names: Vec<&str> = program.row_names().collect();
        assert_eq!(names, ["use0", "use2", "need0", "need1", "own0", "own1", "use0+", "use1+"]);
        // Rent 5, 4 and 4, of which 1 and 2 are kept: 6 are left for the two workloads besides c.
        let x = [5.0, 4.0, 4.0, 2.0, 4.0, 4.0, 0.0, 1.0, 2.0];
        let y = [-3.0, -3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(program.objective(&x), 11.0);
        let certificate = certify(program, "hand", &x, &y, 0.0);
        assert!(certificate.verified, "{certificate:?}");
        let (whole, multipliers) = (condensed.point(&lp, &x), condensed.multipliers(&y));
        let certificate = certify(&lp, "hand", &whole, &multipliers, 0.0);
        assert!(certificate.verified && certificate.primal == 0.0, "{whole:?} {certificate:?}");
        assert_eq!((lp.objective(&whole), lower_bound(&lp, &multipliers)), (11.0, 11.0));
        // A multiplier of what is kept counts for its row: that of `use1` is their sum.
        let y = [-3.0, -3.0, 3.0, 3.0, 0.0, 0.0, -0.5, -1.0];
        assert_eq!(condensed.multipliers(&y)[..2], [-3.5, -4.0]);
    }

    #[test]
    fn rows_are_added_where_they_treat_alike_what_is_one() {
        let lp = small();
        let mut condensed = Condensed::of(&lp).unwrap();
        // Of the first workload on a and b, which are one.
        let [a, b] = [ColumnId(3), ColumnId(4)];
        let mut add = |terms: &[(ColumnId, f64)]| condensed.add_row("row", "row", 0.0, 1.0, terms);
        assert_eq!(add(&[(a, 2.0), (b, 2.0), (ColumnId(0), 1.0)]), Some(vec![(ColumnId(0), 1.0), (ColumnId(3), 2.0)]));
        assert_eq!(add(&[(a, 2.0), (b, 1.0)]), None);
        assert_eq!(add(&[(a, 2.0)]), None);
    }

    #[test]
    fn what_differs_anywhere_stays_apart() {
        let mut dearer = small();
        dearer.set_cost(ColumnId(3), 0.1);
        let mut other = small();
        other.set_coefficient(RowId(3), ColumnId(3), 0.9);
        let mut limited = small();
        limited.add_row("limit", "share", f64::NEG_INFINITY, 1.0, [(ColumnId(3), 1.0)]);
        let mut twice = small();
        twice.add_row(
            "use3",
            RowRole::mergeable("use"),
            f64::NEG_INFINITY,
            0.0,
            [(ColumnId(3), 1.0), (ColumnId(0), -1.0)],
        );
        for (what, mut lp) in [("cost", dearer), ("rate", other), ("limit", limited), ("twice", twice)] {
            // What c does for the first workload is like neither.
            lp.set_coefficient(RowId(3), ColumnId(5), 0.7);
            let columns = Condensed::of(&lp).unwrap().columns;
            assert!(columns[3] != columns[4] && columns[6] == columns[7], "{what}");
        }
        let mut whole = small();
        whole.set_integer(ColumnId(0), true);
        assert!(Condensed::of(&whole).is_none());
    }
}
