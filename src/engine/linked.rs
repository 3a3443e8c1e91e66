//! Programs that share columns, solved as one from the vertices that they have by themselves.
//!
//! Let member f have columns x_f with costs w_f c_f and rows A_f x_f within bounds. In the whole program a column that
//! several members share is one; here a member has its own, unless it rests at the same bound in another, and rows say
//! that they are the same:
//!
//! ```text
//! least  sum over f of w_f c_f x_f    with A_f x_f in its bounds for each f,  x_f[j] - x_g[j] = 0 where j is shared
//! ```
//!
//! The members' optimal vertices, with the logicals of the rows that connect them as further basic columns, are a vertex
//! with reduced costs that have their signs: the dual simplex method goes on from there, from the sum of the least costs
//! upwards, as long as shared columns differ. (Column copies are the splitting of Birge and Louveaux, "Introduction to
//! Stochastic Programming", 2nd ed., 2011, section 5.1; what is new is only where the method starts.) A point of the
//! whole program takes a shared column from the first member that has it, a row that several members have gets the sum
//! of their multipliers, and those of the connecting rows cancel in every reduced cost. What comes of it is certified on
//! the whole program itself.

use std::collections::HashMap;

use super::accepted::{accept, certified, infeasible, tidied_to};
use super::basis::{Basis, Place};
use super::choice::{EngineChoice, keeps_basis, order};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::repair::repaired;
use super::solved::{Attempt, Solved};
use crate::lp::{ColumnId, Condensed, LinearProgram, RowId, verify_farkas};

/// A program, perhaps condensed, with a vertex of what the engine had of it.
#[derive(Clone, Debug)]
pub(crate) struct ProgramVertex {
    pub(super) program: LinearProgram,
    pub(super) condensed: Option<Condensed>,
    pub(super) basis: Basis,
}

impl ProgramVertex {
    /// The program.
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// The vertex, of what the engine had.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What the engine had.
    fn kept(&self) -> &LinearProgram {
        self.condensed.as_ref().map_or(&self.program, Condensed::program)
    }
}

/// A program that is a part of another.
pub(crate) struct Member<'a> {
    /// The program, solved.
    pub vertex: &'a ProgramVertex,
    /// What its costs are multiplied with in the whole program.
    pub weight: f64,
    /// For each of its columns, that of the whole program.
    pub columns: &'a [ColumnId],
    /// For each of its rows, that of the whole program. Rows of the whole program that are none of these hold as well.
    pub rows: Vec<RowId>,
}

/// Solves a program without whole columns from the vertices of its members; `None` if there is nothing to start from,
/// or what came of it was not certified: then the program has to be solved from nothing.
///
/// # Errors
/// [`EngineError`] if the engine cannot be started.
pub(crate) fn solve_linked(
    whole: &LinearProgram,
    members: &[Member<'_>],
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Solved>, EngineError> {
    if whole.has_integers() || !keeps_basis(choice) {
        return Ok(None);
    }
    let Some(split) = Split::of(whole, members) else { return Ok(None) };
    let engine = order(&split.program, choice.to_solve_again())[0];
    let mut session = engine.open(split.program.clone(), options)?;
    session.start_from(&split.basis);
    let outcome = session.solve()?;
    options.watch.wanted()?;
    tracing::debug!(engine = engine.name(), status = ?outcome.status, "from the members' vertices");
    Ok(split.answer(whole, members, engine.name(), &outcome))
}

/// A member as its engine has it: perhaps condensed.
struct Kept<'a> {
    program: &'a LinearProgram,
    basis: &'a Basis,
    /// For each column, those of the whole program that it stands for, in ascending order.
    images: Vec<Vec<ColumnId>>,
}

/// The program with columns of each member's own where they are not the same anyway.
struct Split {
    program: LinearProgram,
    basis: Basis,
    /// For each member, where its columns are.
    columns: Vec<Vec<ColumnId>>,
    /// For each member, where its rows begin.
    rows: Vec<usize>,
    /// Columns of the whole program that no member has, and where they are.
    own_columns: Vec<(ColumnId, ColumnId)>,
    /// The same for rows.
    own_rows: Vec<(RowId, RowId)>,
}

impl<'a> Kept<'a> {
    /// None if the vertex is of another program.
    fn of(member: &Member<'a>) -> Option<Self> {
        let ProgramVertex { program: whole, condensed, basis } = member.vertex;
        let program = member.vertex.kept();
        let mut images = vec![Vec::new(); program.columns().len()];
        for (j, &image) in member.columns.iter().enumerate() {
            let own = condensed.as_ref().map_or(j, |c| c.columns()[j].0 as usize);
            images[own].push(image);
        }
        images.iter_mut().for_each(|i| i.sort_unstable());
        (basis.fits(program) && member.rows.len() >= whole.rows().len()).then_some(Kept { program, basis, images })
    }
}

impl Split {
    /// None if a sum of columns is shared that is not the same in each member.
    fn of(whole: &LinearProgram, members: &[Member<'_>]) -> Option<Self> {
        let kept: Vec<Kept<'_>> = members.iter().map(Kept::of).collect::<Option<_>>()?;
        let mut split = Split {
            program: LinearProgram::new(whole.name()),
            basis: Basis { columns: Vec::new(), rows: Vec::new() },
            columns: Vec::new(),
            rows: Vec::new(),
            own_columns: Vec::new(),
            own_rows: Vec::new(),
        };
        split.program.set_offset(whole.offset());
        // Where a column of the whole program is first, and the copies of it that are at a bound.
        let mut place: Vec<Option<(usize, usize)>> = vec![None; whole.columns().len()];
        let mut resting: HashMap<(ColumnId, u8), ColumnId> = HashMap::new();
        let mut copies: Vec<(ColumnId, ColumnId)> = Vec::new();
        for (f, (member, own)) in members.iter().zip(&kept).enumerate() {
            let mut columns = Vec::with_capacity(own.images.len());
            for (c, images) in own.images.iter().enumerate() {
                let lead = *images.first()?;
                let before = place[lead.0 as usize];
                if images.iter().any(|i| place[i.0 as usize] != before) {
                    return None;
                }
                if before.is_some_and(|(g, d)| kept[g].images[d] != *images) {
                    return None;
                }
                let at = own.basis.columns[c];
                let cost = member.weight * own.program.columns()[c].cost;
                // What rests at the same bound in several members is one column from the start: its reduced cost is the
                // sum of theirs, and has their sign.
                let same = (at != Place::Basic).then(|| resting.get(&(lead, at as u8)).copied()).flatten();
                if let Some(same) = same {
                    split.program.add_cost(same, cost);
                    columns.push(same);
                    continue;
                }
                let sum = |of: &dyn Fn(ColumnId) -> f64| images.iter().map(|&i| of(i)).sum::<f64>();
                let lower = sum(&|i| whole.columns()[i.0 as usize].lower);
                let upper = sum(&|i| whole.columns()[i.0 as usize].upper);
                let here = split.program.add_column("", own.program.columns()[c].role, lower, upper, cost);
                split.basis.columns.push(at);
                if at != Place::Basic {
                    resting.insert((lead, at as u8), here);
                }
                match before {
                    None => images.iter().for_each(|i| place[i.0 as usize] = Some((f, c))),
                    Some((g, d)) => copies.push((here, split.columns[g][d])),
                }
                columns.push(here);
            }
            split.columns.push(columns);
        }
        kept.iter().enumerate().for_each(|(f, kept)| split.add_rows(f, kept));
        for (one, other) in copies {
            split.program.add_row("", "shared", 0.0, 0.0, [(one, 1.0), (other, -1.0)]);
            split.basis.rows.push(Place::Basic);
        }
        split.add_own(whole, members, &kept, &place)?;
        Some(split)
    }

    /// A member's rows.
    fn add_rows(&mut self, member: usize, kept: &Kept<'_>) {
        self.rows.push(self.program.rows().len());
        for (i, row) in kept.program.rows().iter().enumerate() {
            let terms = kept.program.row_terms(RowId(i as u32));
            let terms: Vec<_> = terms.map(|(c, a)| (self.columns[member][c.0 as usize], a)).collect();
            self.program.add_row("", row.role, row.lower, row.upper, terms);
        }
        self.basis.rows.extend(&kept.basis.rows);
    }

    /// Columns and rows of the whole program that are of no member. None if a row treats columns differently of which
    /// a member has the sum.
    fn add_own(
        &mut self,
        whole: &LinearProgram,
        members: &[Member<'_>],
        kept: &[Kept<'_>],
        place: &[Option<(usize, usize)>],
    ) -> Option<()> {
        let mut own: HashMap<ColumnId, ColumnId> = HashMap::new();
        for (j, column) in whole.columns().iter().enumerate().filter(|(j, _)| place[*j].is_none()) {
            let here = self.program.add_column("", column.role, column.lower, column.upper, column.cost);
            self.basis.columns.push(match (column.lower.is_finite(), column.upper.is_finite()) {
                (true, _) => Place::Lower,
                (false, true) => Place::Upper,
                (false, false) => Place::Zero,
            });
            own.insert(ColumnId(j as u32), here);
            self.own_columns.push((ColumnId(j as u32), here));
        }
        let mut held = vec![false; whole.rows().len()];
        for member in members {
            let solved = member.vertex.program().rows().len();
            member.rows[..solved].iter().for_each(|r| held[r.0 as usize] = true);
        }
        for (i, row) in whole.rows().iter().enumerate().filter(|(i, _)| !held[*i]) {
            let id = RowId(i as u32);
            let mut terms: Vec<(ColumnId, f64)> = Vec::new();
            let mut sums: HashMap<(usize, usize), Vec<f64>> = HashMap::new();
            for (column, a) in whole.row_terms(id) {
                match place[column.0 as usize] {
                    None => terms.push((own[&column], a)),
                    Some(at) => sums.entry(at).or_default().push(a),
                }
            }
            for ((f, c), all) in sums {
                if all.len() != kept[f].images[c].len() || all.iter().any(|a| *a != all[0]) {
                    return None;
                }
                terms.push((self.columns[f][c], all[0]));
            }
            let here = self.program.add_row("", row.role, row.lower, row.upper, terms);
            self.basis.rows.push(Place::Basic);
            self.own_rows.push((id, here));
        }
        Some(())
    }

    /// What the engine says of the split program as an answer of the whole one, if it is certified.
    fn answer(
        &self,
        whole: &LinearProgram,
        members: &[Member<'_>],
        engine: &'static str,
        outcome: &Outcome,
    ) -> Option<Solved> {
        let attempts = vec![Attempt { engine, what: "from the vertices of its members".to_owned() }];
        match outcome.status {
            Status::Optimal => {
                let x = tidied_to(whole, &self.point(whole, members, outcome.primal.as_ref()?), 1.0);
                let y = [self.multipliers(whole, members, outcome.duals.as_ref()?)];
                if let Some(found) = certified(whole, engine, &x, &y) {
                    return Some(accept(x, found, attempts));
                }
                let x = repaired(whole, &x)?;
                let found = certified(whole, engine, &x, &y)?;
                Some(accept(x, found, attempts))
            }
            Status::Infeasible => {
                let y = self.multipliers(whole, members, outcome.farkas.as_ref()?);
                verify_farkas(whole, &y).proves.then(|| infeasible(attempts, engine, y))
            }
            _ => None,
        }
    }

    fn point(&self, whole: &LinearProgram, members: &[Member<'_>], x: &[f64]) -> Vec<f64> {
        let mut point = vec![0.0; whole.columns().len()];
        // The first member that has a column comes last.
        for (member, columns) in members.iter().zip(&self.columns).rev() {
            let ProgramVertex { program, condensed, .. } = member.vertex;
            let own: Vec<f64> = columns.iter().map(|c| x[c.0 as usize]).collect();
            let mut put = |all: &[f64]| member.columns.iter().zip(all).for_each(|(c, x)| point[c.0 as usize] = *x);
            match condensed {
                Some(condensed) => put(&condensed.point(program, &own)),
                None => put(&own),
            }
        }
        self.own_columns.iter().for_each(|(c, here)| point[c.0 as usize] = x[here.0 as usize]);
        point
    }

    fn multipliers(&self, whole: &LinearProgram, members: &[Member<'_>], y: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; whole.rows().len()];
        for (member, &first) in members.iter().zip(&self.rows) {
            let own = &y[first..first + member.vertex.kept().rows().len()];
            let mut add = |all: &[f64]| member.rows.iter().zip(all).for_each(|(r, y)| sums[r.0 as usize] += y);
            match &member.vertex.condensed {
                Some(condensed) => add(&condensed.multipliers(own)),
                None => add(own),
            }
        }
        self.own_rows.iter().for_each(|(r, here)| sums[r.0 as usize] = y[here.0 as usize]);
        sums
    }
}
