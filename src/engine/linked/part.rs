//! A part of a linked program: the programs of some members with a vertex of them together.

use std::collections::HashMap;

use super::super::basis::{Basis, Place};
use super::member::Member;
use crate::lp::{ColumnId, LinearProgram, RowId, RowIndex, is_row};

/// The program of one or more members.
pub(super) struct Part {
    pub program: LinearProgram,
    pub basis: Basis,
    /// For each column, those of the whole program that it stands for, in ascending order.
    pub images: Vec<Vec<ColumnId>>,
    pub leaves: Vec<Leaf>,
    /// Columns that are the same as others, with the rows that say so.
    pub copies: Vec<Copy>,
}

/// Where a member is in a part.
pub(super) struct Leaf {
    pub member: usize,
    /// For each column that its engine had.
    pub columns: Vec<ColumnId>,
    /// For each row that its engine had; none for one that another member has, and whose multiplier counts there.
    pub rows: Vec<Option<RowId>>,
}

/// A column that is the same as another.
#[derive(Clone, Copy)]
pub(super) struct Copy {
    pub column: ColumnId,
    pub of: ColumnId,
    pub row: RowId,
}

impl Part {
    /// A member by itself; `None` if its vertex is of another program.
    pub fn of(whole: &LinearProgram, member: &Member<'_>, number: usize) -> Option<Self> {
        let (kept, basis) = member.kept();
        if !basis.fits(kept) || member.rows.len() < member.program().rows().len() {
            return None;
        }
        let mut images = vec![Vec::new(); kept.columns().len()];
        for (j, &image) in member.columns.iter().enumerate() {
            let own = member.condensed().map_or(j, |c| c.columns()[j].0 as usize);
            images[own].push(image);
        }
        images.iter_mut().for_each(|i: &mut Vec<ColumnId>| i.sort_unstable());
        let mut program = kept.clone();
        program.relax();
        program.set_offset(0.0);
        for (c, (column, images)) in kept.columns().iter().zip(&images).enumerate() {
            // The bounds of what is shared are those of all that share it.
            let sum = |of: &dyn Fn(ColumnId) -> f64| images.iter().map(|&i| of(i)).sum::<f64>();
            let lower = sum(&|i| whole.columns()[i.0 as usize].lower);
            let upper = sum(&|i| whole.columns()[i.0 as usize].upper);
            program.set_bounds(ColumnId(c as u32), lower, upper);
            program.set_cost(ColumnId(c as u32), member.weight * column.cost);
        }
        // So are those of rows, where the whole program has others than the member by itself.
        for (i, row) in member.program().rows().iter().enumerate() {
            let there = whole.rows()[member.rows[i].0 as usize];
            if (there.lower, there.upper) == (row.lower, row.upper) {
                continue;
            }
            let own = match member.condensed() {
                None => RowId(i as u32),
                Some(condensed) => {
                    let own = condensed.rows()[i];
                    // What became one with others cannot be reported apart from them.
                    if condensed.rows().iter().filter(|r| **r == own).count() > 1 {
                        return None;
                    }
                    own
                }
            };
            program.set_row_bounds(own, there.lower, there.upper);
        }
        let leaf = Leaf {
            member: number,
            columns: (0..images.len()).map(|c| ColumnId(c as u32)).collect(),
            rows: (0..kept.rows().len()).map(|r| Some(RowId(r as u32))).collect(),
        };
        Some(Part { program, basis, images, leaves: vec![leaf], copies: Vec::new() })
    }

    /// Puts a point of it into one of the whole program. What members share is that of the first of them.
    pub fn put_point(&self, members: &[Member<'_>], x: &[f64], point: &mut [f64]) {
        // The first member that has a column comes last.
        for leaf in self.leaves.iter().rev() {
            let member = &members[leaf.member];
            let kept: Vec<f64> = leaf.columns.iter().map(|c| x[c.0 as usize]).collect();
            let mut put = |all: &[f64]| member.columns.iter().zip(all).for_each(|(c, x)| point[c.0 as usize] = *x);
            match member.condensed() {
                Some(condensed) => put(&condensed.point(member.program(), &kept)),
                None => put(&kept),
            }
        }
    }

    /// Adds multipliers of its rows to those of the whole program's rows.
    pub fn add_multipliers(&self, members: &[Member<'_>], y: &[f64], sums: &mut [f64]) {
        for leaf in &self.leaves {
            let member = &members[leaf.member];
            let kept: Vec<f64> = leaf.rows.iter().map(|r| r.map_or(0.0, |r| y[r.0 as usize])).collect();
            let mut add = |all: &[f64]| member.rows.iter().zip(all).for_each(|(r, y)| sums[r.0 as usize] += y);
            match member.condensed() {
                Some(condensed) => add(&condensed.multipliers(&kept)),
                None => add(&kept),
            }
        }
    }

    /// Parts beside each other, with what they share connected; `None` if a sum of columns is shared that is not the
    /// same in each.
    pub fn joined(whole: &LinearProgram, parts: Vec<Part>) -> Option<Self> {
        let mut all = Part {
            program: LinearProgram::new(""),
            basis: Basis { columns: Vec::new(), rows: Vec::new() },
            images: Vec::new(),
            leaves: Vec::new(),
            copies: Vec::new(),
        };
        // Where a column of the whole program is first, and where it rests at a bound.
        let mut place: Vec<Option<ColumnId>> = vec![None; whole.columns().len()];
        let mut resting: HashMap<(ColumnId, u8), ColumnId> = HashMap::new();
        let mut connected: Vec<(ColumnId, ColumnId)> = Vec::new();
        let mut maps: Vec<Vec<ColumnId>> = Vec::new();
        for part in &parts {
            let mut map = Vec::with_capacity(part.images.len());
            let copied: HashMap<ColumnId, ColumnId> = part.copies.iter().map(|c| (c.column, c.of)).collect();
            for (c, images) in part.images.iter().enumerate() {
                let (lead, at) = (*images.first()?, part.basis.columns[c]);
                let column = part.program.columns()[c];
                // A copy within a part is connected there.
                let copy = copied.contains_key(&ColumnId(c as u32));
                let before = place[lead.0 as usize];
                if !copy {
                    if images.iter().any(|i| place[i.0 as usize] != before) {
                        return None;
                    }
                    if before.is_some_and(|b| all.images[b.0 as usize] != *images) {
                        return None;
                    }
                    // What rests at the same bound in several is one column from the start: its reduced cost is the sum
                    // of theirs, and has their sign.
                    let same = (at != Place::Basic).then(|| resting.get(&(lead, at as u8)).copied()).flatten();
                    if let Some(same) = same {
                        all.program.add_cost(same, column.cost);
                        map.push(same);
                        continue;
                    }
                }
                let here = all.program.add_column("", column.role, column.lower, column.upper, column.cost);
                all.basis.columns.push(at);
                all.images.push(images.clone());
                map.push(here);
                if copy {
                    continue;
                }
                if at != Place::Basic {
                    resting.insert((lead, at as u8), here);
                }
                match before {
                    None => images.iter().for_each(|i| place[i.0 as usize] = Some(here)),
                    Some(first) => connected.push((here, first)),
                }
            }
            maps.push(map);
        }
        for (part, map) in parts.into_iter().zip(maps) {
            all.take(part, &map);
        }
        for (column, of) in connected {
            let row = all.program.add_row("", "shared", 0.0, 0.0, [(column, 1.0), (of, -1.0)]);
            all.basis.rows.push(Place::Basic);
            all.copies.push(Copy { column, of, row });
        }
        Some(all)
    }

    /// Takes the rows of a part, `map` being where its columns are.
    fn take(&mut self, part: Part, map: &[ColumnId]) {
        let first = self.program.rows().len() as u32;
        let column = |c: ColumnId| map[c.0 as usize];
        let row = |r: RowId| RowId(r.0 + first);
        for (i, own) in part.program.rows().iter().enumerate() {
            let terms: Vec<_> = part.program.row_terms(RowId(i as u32)).map(|(c, a)| (column(c), a)).collect();
            self.program.add_row("", own.role, own.lower, own.upper, terms);
        }
        self.basis.rows.extend(&part.basis.rows);
        self.leaves.extend(part.leaves.into_iter().map(|leaf| Leaf {
            member: leaf.member,
            columns: leaf.columns.into_iter().map(column).collect(),
            rows: leaf.rows.into_iter().map(|r| r.map(row)).collect(),
        }));
        self.copies.extend(part.copies.into_iter().map(|c| Copy {
            column: column(c.column),
            of: column(c.of),
            row: row(c.row),
        }));
    }

    /// The same at an optimum, without copies: what was found to be the same is one column, and rows that have become
    /// the same are one row.
    ///
    /// A row that connects a copy goes with one basic column: its own logical or the copy. Of two rows that are alike one
    /// has its logical in the basis, which goes with it.
    pub fn reduced(mut self, basis: Basis) -> Self {
        self.basis = basis;
        let mut to: Vec<ColumnId> = (0..self.images.len()).map(|c| ColumnId(c as u32)).collect();
        let mut gone = vec![false; self.program.rows().len()];
        let mut left = Vec::new();
        for copy in std::mem::take(&mut self.copies) {
            let Copy { column, of, row } = copy;
            let of = to[of.0 as usize];
            let (a, b) = (self.basis.columns[column.0 as usize], self.basis.columns[of.0 as usize]);
            let free = self.basis.rows[row.0 as usize] == Place::Basic;
            let (one, other) = (a == Place::Basic, b == Place::Basic);
            let place = match (free, one, other) {
                // The row takes the copy with it: eliminating the one by the other leaves a basis.
                (false, true, true) => Place::Basic,
                // The row has one basic column, which goes with it.
                (false, true, false) => b,
                (false, false, true) => a,
                // The row goes with its logical.
                (true, false, false) => b,
                // Otherwise what is left need not be a basis.
                _ => {
                    left.push(Copy { of, ..copy });
                    continue;
                }
            };
            self.basis.columns[of.0 as usize] = place;
            to[column.0 as usize] = of;
            gone[row.0 as usize] = true;
        }
        // Copies of copies.
        for c in 0..to.len() {
            while to[to[c].0 as usize] != to[c] {
                to[c] = to[to[c].0 as usize];
            }
        }
        self.without(&to, &gone, left)
    }

    /// Columns brought to others, and rows that are gone left out.
    fn without(self, to: &[ColumnId], gone: &[bool], left: Vec<Copy>) -> Self {
        let mut program = LinearProgram::new("");
        let mut basis = Basis { columns: Vec::new(), rows: Vec::new() };
        let mut images = Vec::new();
        let mut columns = vec![ColumnId(0); to.len()];
        for (c, own) in self.images.into_iter().enumerate().filter(|(c, _)| to[*c].0 as usize == *c) {
            let column = self.program.columns()[c];
            columns[c] = program.add_column("", column.role, column.lower, column.upper, 0.0);
            basis.columns.push(self.basis.columns[c]);
            images.push(own);
        }
        for (c, &first) in to.iter().enumerate() {
            columns[c] = columns[first.0 as usize];
            program.add_cost(columns[c], self.program.columns()[c].cost);
        }
        let mut rows: Vec<Option<RowId>> = vec![None; gone.len()];
        let mut owners: Vec<usize> = Vec::new();
        let mut seen = RowIndex::default();
        for (i, row) in self.program.rows().iter().enumerate().filter(|(i, _)| !gone[*i]) {
            let terms = self.program.row_terms(RowId(i as u32)).map(|(c, a)| (columns[c.0 as usize], a));
            let mut terms: Vec<(ColumnId, f64)> = terms.collect();
            terms.sort_by_key(|t| t.0);
            let bounds = (row.lower, row.upper);
            let alike = seen.candidates(bounds, &terms);
            let place = self.basis.rows[i];
            let same = alike.iter().copied().find(|&r| is_row(&program, r, bounds, &terms));
            if let Some(same) = same {
                let there = &mut basis.rows[same.0 as usize];
                if place == Place::Basic || *there == Place::Basic {
                    if *there == Place::Basic {
                        // The other one binds: it is the one that stays, and has the multiplier.
                        *there = place;
                        let owner = std::mem::replace(&mut owners[same.0 as usize], i);
                        rows[owner] = None;
                        rows[i] = Some(same);
                    }
                    continue;
                }
            }
            let here = program.add_row("", row.role, row.lower, row.upper, terms);
            basis.rows.push(place);
            owners.push(i);
            alike.push(here);
            rows[i] = Some(here);
        }
        let column = |c: ColumnId| columns[c.0 as usize];
        let leaves = self.leaves.into_iter().map(|leaf| Leaf {
            member: leaf.member,
            columns: leaf.columns.into_iter().map(column).collect(),
            rows: leaf.rows.into_iter().map(|r| r.and_then(|r| rows[r.0 as usize])).collect(),
        });
        let leaves = leaves.collect();
        let copies = left
            .into_iter()
            .filter_map(|c| Some(Copy { column: column(c.column), of: column(c.of), row: rows[c.row.0 as usize]? }));
        Part { program, basis, images, leaves, copies: copies.collect() }
    }
}
