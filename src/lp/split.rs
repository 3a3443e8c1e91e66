//! A program taken apart: what is decided, and blocks of columns without cost that only have to exist.
//!
//! min c x : A x in \[a, b\], and for each block k some y_k >= 0 with B_k x + C_k y_k in \[b_k, t_k\]
//!
//! x is the core. Whether a block has its y_k at some x is a program of its own, made to have an answer
//! always by what may be missing:
//!
//! min w s : B_k x + C_k y + s >= b_k, B_k x + C_k y <= t_k, y and s >= 0
//!
//! If something is missing, its multipliers u make a cut that every x with a y_k keeps:
//! u B_k x >= u b_k + (what the bounds of y leave). This is the feasibility cut of Benders ("Partitioning
//! procedures for solving mixed-variables programming problems", Numerische Mathematik 4, 1962) for many
//! blocks (Van Slyke and Wets, "L-shaped linear programs", SIAM J. Appl. Math. 17, 1969). A multiplier m of
//! the cut is m u for the rows of the block, so that what proves the core with its cuts proves the whole.

use super::program::{ColumnId, LinearProgram, RowId, Sum};

/// A program in its parts.
#[derive(Clone, Debug)]
pub struct Split {
    /// What is decided, without the blocks.
    core: LinearProgram,
    /// For each column of the core, that of the whole.
    columns: Vec<ColumnId>,
    /// For each row of the core, that of the whole.
    rows: Vec<RowId>,
    blocks: Vec<Block>,
    /// How many columns and rows the whole has.
    size: (usize, usize),
}

/// Columns without cost that share no row with those of another block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its columns in the whole.
    columns: Vec<ColumnId>,
    /// Its rows in the whole.
    rows: Vec<RowId>,
    /// For each row its bounds.
    sides: Vec<(f64, f64)>,
    /// For each row its terms in columns of the core.
    links: Vec<Vec<(ColumnId, f64)>>,
    /// The least that is missing.
    program: LinearProgram,
    /// For each row that asks for something, the column of what is missing of it.
    missing: Vec<(RowId, ColumnId)>,
}

/// What every point of the core keeps for which a block has an answer: the terms are at least so much.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// The least that the terms are.
    pub lower: f64,
    /// Columns of the core, each once.
    pub terms: Vec<(ColumnId, f64)>,
    /// What a multiplier of the cut is for each row of the block.
    multipliers: Vec<f64>,
}

impl Split {
    /// Takes the copies out of a program. `None` if there are none, or if they cost anything,
    /// are whole, can be negative, or if a block may have no answer although nothing is missing.
    #[must_use]
    pub fn of(lp: &LinearProgram) -> Option<Self> {
        let is_copy: Vec<bool> = lp.columns().iter().map(|c| c.role.is_copy()).collect();
        let free = |c: &super::Column| c.cost == 0.0 && !c.integer && c.lower == 0.0;
        let copies = || lp.columns().iter().filter(|c| c.role.is_copy());
        if copies().next().is_none() || !copies().all(free) {
            return None;
        }
        let (of_column, count) = components(lp, &is_copy);
        let (mut core, mut columns) = (LinearProgram::new(lp.name()), Vec::new());
        core.set_offset(lp.offset());
        let mut ids = vec![ColumnId(0); lp.columns().len()];
        let mut blocks: Vec<Block> = (0..count).map(|_| Block::empty()).collect();
        for (j, c) in lp.columns().iter().enumerate() {
            let id = ColumnId(j as u32);
            if is_copy[j] {
                let block = &mut blocks[of_column[j]];
                ids[j] = block.program.add_column("", c.role, 0.0, c.upper, 0.0);
                block.columns.push(id);
            } else {
                ids[j] = core.add_column(lp.column_name(id), c.role, c.lower, c.upper, c.cost);
                core.set_integer(ids[j], c.integer);
                columns.push(id);
            }
        }
        let mut rows = Vec::new();
        for (i, row) in lp.rows().iter().enumerate() {
            let id = RowId(i as u32);
            let Some(first) = lp.row_terms(id).find(|(c, _)| is_copy[c.0 as usize]) else {
                let terms = lp.row_terms(id).map(|(c, a)| (ids[c.0 as usize], a));
                core.add_row(lp.row_name(id), row.role, row.lower, row.upper, terms);
                rows.push(id);
                continue;
            };
            let (own, links) = lp.row_terms(id).partition::<Vec<_>, _>(|(c, _)| is_copy[c.0 as usize]);
            // With nothing of its columns the upper side has to hold at every point of the core.
            let most = |&(c, a): &(ColumnId, f64)| {
                let c = &lp.columns()[c.0 as usize];
                (a * c.lower).max(a * c.upper)
            };
            if row.upper.is_finite() && links.iter().map(most).sum::<f64>() > row.upper {
                return None;
            }
            let numbered = |terms: Vec<(ColumnId, f64)>| -> Vec<(ColumnId, f64)> {
                terms.into_iter().map(|(c, a)| (ids[c.0 as usize], a)).collect()
            };
            blocks[of_column[first.0.0 as usize]].add_row(id, row, numbered(own), numbered(links));
        }
        Some(Split { core, columns, rows, blocks, size: (lp.columns().len(), lp.rows().len()) })
    }

    /// What is decided, without the blocks.
    #[must_use]
    pub fn core(&self) -> &LinearProgram {
        &self.core
    }

    /// The blocks.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// A point of the whole from one of the core and one of each block's program.
    #[must_use]
    pub fn point(&self, core: &[f64], blocks: &[Vec<f64>]) -> Vec<f64> {
        let mut x = vec![0.0; self.size.0];
        self.columns.iter().zip(core).for_each(|(c, value)| x[c.0 as usize] = *value);
        for (block, y) in self.blocks.iter().zip(blocks) {
            block.columns.iter().zip(y).for_each(|(c, value)| x[c.0 as usize] = *value);
        }
        x
    }

    /// Multipliers of the whole from those of the core's rows and of the cuts, each with its block.
    #[must_use]
    pub fn multipliers<'a>(&self, core: &[f64], cuts: impl Iterator<Item = (usize, &'a Cut, f64)>) -> Vec<f64> {
        let mut y = vec![0.0; self.size.1];
        self.rows.iter().zip(core).for_each(|(r, value)| y[r.0 as usize] = *value);
        for (block, cut, multiplier) in cuts {
            for (row, u) in self.blocks[block].rows.iter().zip(&cut.multipliers) {
                y[row.0 as usize] += multiplier * u;
            }
        }
        y
    }
}

impl Block {
    fn empty() -> Self {
        let program = LinearProgram::new("block");
        Block {
            columns: Vec::new(),
            rows: Vec::new(),
            sides: Vec::new(),
            links: Vec::new(),
            program,
            missing: Vec::new(),
        }
    }

    fn add_row(&mut self, id: RowId, row: &super::Row, mut own: Vec<(ColumnId, f64)>, links: Vec<(ColumnId, f64)>) {
        if row.lower.is_finite() {
            // What is missing counts in units of the columns that would do it, so that it is the same
            // kind of thing in every row.
            let mean = own.iter().map(|(_, a)| a.abs()).sum::<f64>() / own.len() as f64;
            let missing = self.program.add_column("", "missing", 0.0, f64::INFINITY, 1.0 / mean);
            own.push((missing, 1.0));
            self.missing.push((RowId(self.rows.len() as u32), missing));
        }
        self.program.add_row("", row.role, row.lower, row.upper, own);
        self.rows.push(id);
        self.sides.push((row.lower, row.upper));
        self.links.push(links);
    }

    /// Its program at a point of the core: the least that is missing.
    #[must_use]
    pub fn at(&self, core: &[f64]) -> LinearProgram {
        let mut program = self.program.clone();
        for (i, (lower, upper)) in self.sides(core).into_iter().enumerate() {
            program.set_row_bounds(RowId(i as u32), lower, upper);
        }
        program
    }

    /// The bounds of its program's rows at a point of the core.
    #[must_use]
    pub fn sides(&self, core: &[f64]) -> Vec<(f64, f64)> {
        let at = |((lower, upper), links): (&(f64, f64), &Vec<(ColumnId, f64)>)| {
            let there = links.iter().map(|(c, a)| a * core[c.0 as usize]).sum::<f64>();
            (lower - there, upper - there)
        };
        self.sides.iter().zip(&self.links).map(at).collect()
    }

    /// The most that is missing of what a row asks for, as a part of it, in a point of the block's program.
    #[must_use]
    pub fn missing(&self, program: &LinearProgram, y: &[f64]) -> f64 {
        let part = |&(row, column): &(RowId, ColumnId)| {
            y[column.0 as usize] / program.rows()[row.0 as usize].lower.abs().max(1.0)
        };
        self.missing.iter().map(part).fold(0.0, f64::max)
    }

    /// Its program, whatever the core.
    #[must_use]
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// The cut of multipliers of its rows. It holds whatever they are; it cuts off the points at which they
    /// prove that something is missing.
    #[must_use]
    pub fn cut(&self, multipliers: &[f64]) -> Cut {
        let multipliers = super::usable(&self.program, multipliers);
        let mut lower = Sum::new(0.0);
        let mut terms: Vec<(ColumnId, f64)> = Vec::new();
        for ((u, (least, most)), links) in multipliers.iter().zip(&self.sides).zip(&self.links) {
            if *u != 0.0 {
                lower.add(u * if *u > 0.0 { least } else { most });
                terms.extend(links.iter().map(|(c, a)| (*c, u * a)));
            }
        }
        // Rounding of the multipliers may leave a column something to gain: then the cut is less by that.
        let reduced = self.program.reduced_costs(&multipliers, false);
        for (c, d) in self.program.columns().iter().zip(reduced).take(self.columns.len()).filter(|(_, d)| *d < 0.0) {
            lower.add(d * c.upper);
        }
        terms.sort_unstable_by_key(|t| t.0);
        let sum = |same: &[(ColumnId, f64)]| (same[0].0, same.iter().map(|t| t.1).sum::<f64>());
        let mut terms: Vec<(ColumnId, f64)> = terms.chunk_by(|a, b| a.0 == b.0).map(sum).collect();
        // The largest of its coefficients is 1.
        let largest = terms.iter().map(|t| t.1.abs()).fold(0.0, f64::max);
        let factor = if largest > 0.0 { 1.0 / largest } else { 1.0 };
        terms.iter_mut().for_each(|t| t.1 *= factor);
        Cut { lower: lower.total() * factor, terms, multipliers: multipliers.iter().map(|u| u * factor).collect() }
    }
}

/// The block of each copy, and how many blocks there are: copies that meet in a row are in one.
fn components(lp: &LinearProgram, is_copy: &[bool]) -> (Vec<usize>, usize) {
    let mut parent: Vec<usize> = (0..is_copy.len()).collect();
    fn root(parent: &mut [usize], mut j: usize) -> usize {
        while parent[j] != j {
            parent[j] = parent[parent[j]];
            j = parent[j];
        }
        j
    }
    for i in 0..lp.rows().len() {
        let mut copies = lp.row_terms(RowId(i as u32)).map(|(c, _)| c.0 as usize).filter(|&j| is_copy[j]);
        let Some(first) = copies.next() else { continue };
        let mut first = root(&mut parent, first);
        for j in copies {
            let other = root(&mut parent, j);
            parent[first.max(other)] = first.min(other);
            first = first.min(other);
        }
    }
    let (mut block, mut count) = (vec![usize::MAX; is_copy.len()], 0);
    for j in (0..is_copy.len()).filter(|&j| is_copy[j]) {
        let root = root(&mut parent, j);
        if block[root] == usize::MAX {
            block[root] = count;
            count += 1;
        }
        block[j] = block[root];
    }
    (block, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::ColumnRole;

    const FREE: f64 = f64::INFINITY;

    /// Chips h of kind a at 1 and b at 2, at most 10 each; need 4 of a + b. If a is lost, b has to do
    /// half of that at 0.5 each; if b is lost, a does it at 1 each: b >= 4, a >= 2, cost 10.
    fn lost() -> LinearProgram {
        let mut lp = LinearProgram::new("lost");
        let held: Vec<ColumnId> =
            ["a", "b"].iter().zip([1.0, 2.0]).map(|(n, c)| lp.add_column(n, "rent", 0.0, 10.0, c)).collect();
        let copies: Vec<ColumnId> =
            ["a'", "b'"].iter().map(|n| lp.add_column(n, ColumnRole::copy("reroute"), 0.0, 20.0, 0.0)).collect();
        lp.add_row("need", "demand", 4.0, FREE, held.iter().map(|&h| (h, 1.0)));
        for (lost, rate) in [(0, 0.5), (1, 1.0)] {
            let copy = copies[lost];
            lp.add_row("surviving", "surviving", -FREE, 0.0, [(copy, 1.0), (held[1 - lost], -1.0)]);
            lp.add_row("served", "served", 2.0, FREE, [(copy, rate)]);
        }
        lp
    }

    #[test]
    fn each_copy_that_meets_no_other_is_a_block() {
        let lp = lost();
        let split = Split::of(&lp).unwrap();
        assert_eq!((split.core().columns().len(), split.core().rows().len(), split.blocks().len()), (2, 1, 2));
        let block = &split.blocks()[0].program;
        // The copy, and what is missing at one over its rate.
        let costs: Vec<f64> = block.columns().iter().map(|c| c.cost).collect();
        assert_eq!((costs, block.rows().len()), (vec![0.0, 2.0], 2));
    }

    /// At a = 4, b = 0 the first block lacks 2; its multipliers are 2 for what is served and -1 for the chips.
    #[test]
    fn a_cut_is_what_is_missing() {
        let lp = lost();
        let split = Split::of(&lp).unwrap();
        let block = &split.blocks()[0];
        let at = block.at(&[4.0, 0.0]);
        let bounds: Vec<(f64, f64)> = at.rows().iter().map(|r| (r.lower, r.upper)).collect();
        assert_eq!(bounds, [(-FREE, 0.0), (2.0, FREE)]);
        assert_eq!(block.missing(&at, &[0.0, 2.0]), 1.0);
        // As many chips of b as the work takes: 4.
        let cut = block.cut(&[-1.0, 2.0]);
        assert_eq!((cut.lower, cut.terms.clone()), (4.0, vec![(ColumnId(1), 1.0)]));
        // The optimum, with a = 2 from the other block: 1 x 2 + 2 x 4 = 10, proved by the whole's multipliers.
        let other = split.blocks()[1].cut(&[-1.0, 1.0]);
        assert_eq!((other.lower, other.terms.clone()), (2.0, vec![(ColumnId(0), 1.0)]));
        let y = split.multipliers(&[0.0], [(0, &cut, 2.0), (1, &other, 1.0)].into_iter());
        let x = split.point(&[2.0, 4.0], &[vec![4.0, 0.0], vec![2.0, 0.0]]);
        let certificate = crate::lp::certify(&lp, "hand", &x, &y, 0.0);
        assert!(certificate.verified && certificate.primal == 0.0, "{certificate:?}");
        assert_eq!((lp.objective(&x), certificate.bound), (10.0, 10.0));
    }

    /// Multipliers that promise too much make a weaker cut, never a wrong one.
    #[test]
    fn a_cut_of_wrong_multipliers_holds_all_the_same() {
        let lp = lost();
        let split = Split::of(&lp).unwrap();
        // 3 for what is served and 1 for the chips: a chip used would gain 0.5, on at most 20.
        let cut = split.blocks()[0].cut(&[-1.0, 3.0]);
        assert_eq!((cut.lower, cut.terms), (6.0 - 0.5 * 20.0, vec![(ColumnId(1), 1.0)]));
    }

    #[test]
    fn what_cannot_be_taken_apart_stays_whole() {
        let mut none = LinearProgram::new("none");
        none.add_column("reroute", "reroute", 0.0, 20.0, 0.0);
        assert!(Split::of(&none).is_none(), "a word makes no copy");
        let mut paid = lost();
        paid.set_cost(ColumnId(2), 1.0);
        let mut whole = lost();
        whole.set_integer(ColumnId(2), true);
        // With more than 1 of b held, nothing would do.
        let mut bounded = lost();
        bounded.set_coefficient(RowId(1), ColumnId(1), 1.0);
        for lp in [paid, whole, bounded] {
            assert!(Split::of(&lp).is_none());
        }
    }
}
