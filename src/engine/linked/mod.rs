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
//! Stochastic Programming", 2nd ed., 2011, section 5.1; what is new is only where the method starts.) Members that share
//! much are brought together first, while the program is small: at their common optimum copies are one column again, and
//! they are one member of the next larger program.
//!
//! A point of the whole program takes a shared column from the first member that has it, a row that several members have
//! gets the sum of their multipliers, and those of the connecting rows cancel in every reduced cost. What comes of it is
//! certified on the whole program itself.

mod answer;
mod block;
mod lshaped;
mod master;
mod member;
mod nodes;
mod part;
mod sharing;
mod start;

use std::collections::HashMap;

pub(crate) use self::member::{Member, ProgramVertex};
use self::nodes::PartNodes;
use self::part::Part;
use self::sharing::of_columns;
use super::accepted::infeasible;
use super::basis::{Basis, Place};
use super::branch::solve_by_nodes;
use super::choice::{EngineChoice, keeps_basis, order};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::repair::accepted_on_rows;
use super::solved::{Attempt, CertifiedStatus, Solved};
use crate::lp::{ColumnId, LinearProgram, RowId, verify_farkas};

/// In which order members are brought together.
#[derive(Clone)]
pub(crate) enum Grouping {
    /// A member by its number.
    Member(usize),
    /// Several that are brought together before they meet others.
    Group(Vec<Grouping>),
}

/// Programs of so many columns that have so many parts are solved by them. With 61 thousand columns and 20 parts that took
/// 0.7 s instead of 1.9 s from the members' vertices, with 150 thousand and 50 parts 4 s instead of 30 s of a processor;
/// smaller ones end soon enough, and at a vertex.
const LARGE: usize = 50_000;
/// See [`LARGE`].
const MANY: usize = 12;

impl Grouping {
    /// What it consists of, groups of many taken apart.
    fn many(&self) -> Vec<Grouping> {
        match self {
            Grouping::Group(all) => {
                all.iter().flat_map(|g| if g.size() >= MANY { g.many() } else { vec![g.clone()] }).collect()
            }
            Grouping::Member(_) => vec![self.clone()],
        }
    }

    fn size(&self) -> usize {
        match self {
            Grouping::Member(_) => 1,
            Grouping::Group(all) => all.iter().map(Grouping::size).sum(),
        }
    }
}

/// Solves a large program by the parts that its many members are, at an optimum that need not be a vertex; `None` if it is
/// none, or what came of it was not certified. Whole columns are searched, each node by the parts; what is shared is sought
/// from a point that is `near`.
///
/// # Errors
/// [`EngineError`] if the engine cannot be started.
pub(crate) fn solve_by_parts(
    whole: &LinearProgram,
    members: &[Member<'_>],
    grouping: &Grouping,
    near: Option<&[f64]>,
    (choice, options): (EngineChoice, &SolveOptions),
) -> Result<Option<Solved>, EngineError> {
    if whole.columns().len() < LARGE || !keeps_basis(choice) {
        return Ok(None);
    }
    let many = grouping.many();
    if many.len() < MANY {
        return Ok(None);
    }
    Linked { whole, members, choice, options }.by_parts(&many, near)
}

/// Solves a program without whole columns from the vertices of its members; `None` if there is nothing to start from,
/// or what came of it was not certified: then the program has to be solved from nothing.
///
/// # Errors
/// [`EngineError`] if the engine cannot be started.
pub(crate) fn solve_linked(
    whole: &LinearProgram,
    members: &[Member<'_>],
    grouping: &Grouping,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Option<Solved>, EngineError> {
    if whole.has_integers() || !keeps_basis(choice) {
        return Ok(None);
    }
    let linked = Linked { whole, members, choice, options };
    let parts = match grouping {
        Grouping::Member(_) => linked.parts(std::slice::from_ref(grouping))?,
        Grouping::Group(all) => linked.parts(all)?,
    };
    let parts = match parts {
        Stage::Parts(parts) => parts,
        Stage::Answer(solved) => return Ok(solved),
    };
    let Some(mut part) = Part::joined(whole, parts) else { return Ok(None) };
    let Some(own) = Own::add(whole, members, &mut part) else { return Ok(None) };
    let (engine, outcome, _) = linked.solve(&part)?;
    Ok(linked.answer(&part, &own, engine, &outcome))
}

struct Linked<'a> {
    whole: &'a LinearProgram,
    members: &'a [Member<'a>],
    choice: EngineChoice,
    options: &'a SolveOptions,
}

/// What came of bringing members together.
enum Stage {
    Parts(Vec<Part>),
    /// There is no point, or nothing came of it.
    Answer(Option<Solved>),
}

impl Linked<'_> {
    /// The answer by the parts that groups are; `None` if nothing came of it.
    fn by_parts(&self, groups: &[Grouping], near: Option<&[f64]>) -> Result<Option<Solved>, EngineError> {
        let Stage::Parts(parts) = self.parts(groups)? else { return Ok(None) };
        let held = held(self.whole, self.members);
        let how = (self.choice, self.options);
        let Some(mut nodes) = PartNodes::open(self.whole, self.members, parts, &held, near, how)? else {
            return Ok(None);
        };
        if !self.whole.has_integers() {
            return nodes.solve_as_it_is();
        }
        let solved = solve_by_nodes(self.whole, Box::new(nodes), self.options)?;
        let nothing = matches!(solved.status, CertifiedStatus::Unverified | CertifiedStatus::InfeasibleUnverified);
        Ok(Some(solved).filter(|_| !nothing))
    }

    /// Each of several groups at its optimum.
    fn parts(&self, groups: &[Grouping]) -> Result<Stage, EngineError> {
        let mut all = Vec::new();
        for group in groups {
            let below = match group {
                Grouping::Member(f) => {
                    let Some(part) = Part::of(self.whole, &self.members[*f], *f) else {
                        return Ok(Stage::Answer(None));
                    };
                    all.push(part);
                    continue;
                }
                Grouping::Group(below) => below,
            };
            let mut parts = match self.parts(below)? {
                Stage::Parts(parts) => parts,
                answer @ Stage::Answer(_) => return Ok(answer),
            };
            if parts.len() < 2 {
                all.append(&mut parts);
                continue;
            }
            let Some(part) = Part::joined(self.whole, parts) else { return Ok(Stage::Answer(None)) };
            let (engine, outcome, basis) = self.solve(&part)?;
            match basis.filter(|_| outcome.status == Status::Optimal) {
                Some(basis) => all.push(part.reduced(basis)),
                None => return Ok(Stage::Answer(self.answer(&part, &Own::default(), engine, &outcome))),
            }
        }
        Ok(Stage::Parts(all))
    }

    fn solve(&self, part: &Part) -> Result<(&'static str, Outcome, Option<Basis>), EngineError> {
        let engine = order(&part.program, self.choice.to_solve_again())[0];
        let mut session = engine.open(part.program.clone(), self.options)?;
        session.start_from(&part.basis);
        // An engine that fails at it is no reason not to solve the program from nothing.
        let outcome = session.solve().unwrap_or_else(|error| {
            tracing::debug!(%error, "from the members' vertices");
            Outcome::of(Status::Stalled)
        });
        self.options.watch.wanted()?;
        let (columns, rows) = (part.program.columns().len(), part.program.rows().len());
        let (members, copies) = (part.leaves.len(), part.copies.len());
        tracing::debug!(members, columns, rows, copies, status = ?outcome.status, "from the members' vertices");
        Ok((engine.name(), outcome, session.basis()))
    }

    /// What the engine says of a part as an answer of the whole program, if it is certified.
    fn answer(&self, part: &Part, own: &Own, engine: &'static str, outcome: &Outcome) -> Option<Solved> {
        let attempts = vec![Attempt { engine, what: "from the vertices of its members".to_owned() }];
        match outcome.status {
            Status::Optimal => {
                let x = self.point(part, own, outcome.primal.as_ref()?);
                let y = [self.multipliers(part, own, outcome.duals.as_ref()?)];
                accepted_on_rows(self.whole, engine, &x, &y, attempts)
            }
            Status::Infeasible => {
                let y = self.multipliers(part, own, outcome.farkas.as_ref()?);
                verify_farkas(self.whole, &y).proves.then(|| infeasible(attempts, engine, y))
            }
            _ => None,
        }
    }

    fn point(&self, part: &Part, own: &Own, x: &[f64]) -> Vec<f64> {
        let mut point = vec![0.0; self.whole.columns().len()];
        part.put_point(self.members, x, &mut point);
        own.columns.iter().for_each(|(c, here)| point[c.0 as usize] = x[here.0 as usize]);
        point
    }

    fn multipliers(&self, part: &Part, own: &Own, y: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.whole.rows().len()];
        part.add_multipliers(self.members, y, &mut sums);
        own.rows.iter().for_each(|(r, here)| sums[r.0 as usize] = y[here.0 as usize]);
        sums
    }
}

/// Which rows of the whole program are those of members.
fn held(whole: &LinearProgram, members: &[Member<'_>]) -> Vec<bool> {
    let mut held = vec![false; whole.rows().len()];
    for member in members {
        let solved = member.program().rows().len();
        member.rows[..solved].iter().for_each(|r| held[r.0 as usize] = true);
    }
    held
}

/// Columns and rows of the whole program that are of no member, and where they are in a part.
#[derive(Default)]
struct Own {
    columns: Vec<(ColumnId, ColumnId)>,
    rows: Vec<(RowId, RowId)>,
}

impl Own {
    /// Adds them to a part with all members. None if a row treats columns differently of which a member has the sum.
    fn add(whole: &LinearProgram, members: &[Member<'_>], part: &mut Part) -> Option<Self> {
        let mut own = Own::default();
        let mut place: Vec<Option<ColumnId>> = vec![None; whole.columns().len()];
        for (c, images) in part.images.iter().enumerate().rev() {
            images.iter().for_each(|i| place[i.0 as usize] = Some(ColumnId(c as u32)));
        }
        for (j, column) in whole.columns().iter().enumerate().filter(|(j, _)| place[*j].is_none()) {
            let here = part.program.add_column("", column.role, column.lower, column.upper, column.cost);
            part.basis.columns.push(Place::resting(column));
            own.columns.push((ColumnId(j as u32), here));
        }
        let added: HashMap<ColumnId, ColumnId> = own.columns.iter().copied().collect();
        let held = held(whole, members);
        for (i, row) in whole.rows().iter().enumerate().filter(|(i, _)| !held[*i]) {
            let id = RowId(i as u32);
            let terms = of_columns(whole, id, &added, |c| place[c.0 as usize], &part.images)?;
            let here = part.program.add_row("", row.role, row.lower, row.upper, terms);
            part.basis.rows.push(Place::Basic);
            own.rows.push((id, here));
        }
        Some(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CertifiedSession, CertifiedStatus, solve_certified};
    use crate::lp::primal_violation;

    /// Numbers from 0 to 1.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f64 / (1u64 << 24) as f64
        }
    }

    /// Members that share their first `shared` columns, and the whole program.
    struct Drawn {
        members: Vec<LinearProgram>,
        /// The members as they were when they were solved, if that is not how they are.
        solved: Vec<LinearProgram>,
        whole: LinearProgram,
        columns: Vec<Vec<ColumnId>>,
        rows: Vec<Vec<RowId>>,
        weights: Vec<f64>,
    }

    const WEIGHTS: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

    /// Covers of needs by shared columns and by those of a member, and by a dear one without a bound.
    fn drawn(random: &mut Random, shared: usize) -> Drawn {
        drawn_of(random, shared, &WEIGHTS, 1.0, f64::INFINITY)
    }

    /// The same of members with weights, whose costs count `expected` times, the dear column being bounded.
    fn drawn_of(random: &mut Random, shared: usize, weights: &[f64], expected: f64, dear: f64) -> Drawn {
        let mut whole = LinearProgram::new("whole");
        let common: Vec<(f64, f64)> = (0..shared).map(|_| (1.0 + (4.0 * random.next()).floor(), 5.0)).collect();
        let ids: Vec<ColumnId> =
            common.iter().map(|&(cost, most)| whole.add_column("shared", "x", 0.0, most, expected * cost)).collect();
        let mut drawn = Drawn {
            members: Vec::new(),
            solved: Vec::new(),
            whole: LinearProgram::new(""),
            columns: Vec::new(),
            rows: Vec::new(),
            weights: Vec::new(),
        };
        for weight in weights {
            let weight = expected * weight;
            let mut own = LinearProgram::new("member");
            let mut columns = ids.clone();
            for &(cost, most) in &common {
                own.add_column("shared", "x", 0.0, most, cost);
            }
            for j in 0..4 {
                let (cost, most) = if j == 3 { (20.0, dear) } else { (1.0 + (6.0 * random.next()).floor(), 4.0) };
                own.add_column("own", "x", 0.0, most, cost);
                columns.push(whole.add_column("own", "x", 0.0, most, weight * cost));
            }
            let mut rows = Vec::new();
            for _ in 0..4 {
                let need = (8.0 * random.next()).floor();
                let mut terms = Vec::new();
                for j in 0..own.columns().len() {
                    if random.next() < 0.6 || j + 1 == own.columns().len() {
                        terms.push((ColumnId(j as u32), 1.0 + (2.0 * random.next()).floor()));
                    }
                }
                own.add_row("need", "need", need, f64::INFINITY, terms.iter().copied());
                let terms = terms.iter().map(|&(c, a)| (columns[c.0 as usize], a));
                rows.push(whole.add_row("need", "need", need, f64::INFINITY, terms));
            }
            drawn.members.push(own);
            drawn.columns.push(columns);
            drawn.rows.push(rows);
            drawn.weights.push(weight);
        }
        drawn.whole = whole;
        drawn
    }

    fn linked(drawn: &Drawn, grouping: &Grouping) -> Option<Solved> {
        let options = SolveOptions::default();
        with_members(drawn, |members| {
            solve_linked(&drawn.whole, members, grouping, EngineChoice::Simplex, &options).unwrap()
        })
    }

    /// By its members as parts, however few they are.
    fn by_parts_of(drawn: &Drawn) -> Option<Solved> {
        let options = SolveOptions::default();
        with_members(drawn, |members| {
            let linked = Linked { whole: &drawn.whole, members, choice: EngineChoice::Simplex, options: &options };
            let every: Vec<Grouping> = (0..members.len()).map(Grouping::Member).collect();
            linked.by_parts(&every, None).unwrap()
        })
    }

    fn with_members(drawn: &Drawn, solve: impl FnOnce(&[Member<'_>]) -> Option<Solved>) -> Option<Solved> {
        let options = SolveOptions::default();
        let before = if drawn.solved.is_empty() { &drawn.members } else { &drawn.solved };
        let vertices: Vec<ProgramVertex> = before
            .iter()
            .map(|lp| {
                let mut session = CertifiedSession::open(lp.clone(), EngineChoice::Simplex, &options).unwrap();
                assert_eq!(session.solve().unwrap().status, CertifiedStatus::Optimal);
                session.vertex().expect("a vertex")
            })
            .collect();
        let members: Vec<Member<'_>> = (0..vertices.len())
            .map(|f| Member {
                vertex: &vertices[f],
                grown: (!drawn.solved.is_empty()).then(|| &drawn.members[f]).filter(|m| m.has_integers()),
                weight: drawn.weights[f],
                columns: &drawn.columns[f],
                rows: drawn.rows[f].clone(),
            })
            .collect();
        solve(&members)
    }

    fn members(of: &[usize]) -> Grouping {
        Grouping::Group(of.iter().map(|&f| Grouping::Member(f)).collect())
    }

    /// From the members' vertices, all at once and in two steps, the optimum is that of the program solved from nothing.
    #[test]
    fn the_optimum_is_that_of_the_whole_program() {
        let mut random = Random(11);
        for round in 0..300 {
            let drawn = drawn(&mut random, 1 + round % 6);
            let options = SolveOptions::default();
            let cold = solve_certified(&drawn.whole, EngineChoice::Simplex, &options).unwrap();
            let best = drawn.whole.objective(&cold.x);
            let nested = Grouping::Group(vec![members(&[0, 1]), members(&[2, 3])]);
            for grouping in [members(&[0, 1, 2, 3]), nested] {
                let solved = linked(&drawn, &grouping).unwrap_or_else(|| panic!("round {round}: nothing came of it"));
                assert_eq!(solved.status, CertifiedStatus::Optimal);
                assert!((drawn.whole.objective(&solved.x) - best).abs() < 1e-6 * (1.0 + best.abs()), "round {round}");
            }
        }
    }

    /// A row and a column that are of no member hold as well: of the first shared column no more than a part.
    #[test]
    fn what_is_of_no_member_holds_too() {
        let mut random = Random(5);
        for round in 0..50 {
            let mut drawn = drawn(&mut random, 3);
            let over = drawn.whole.add_column("over", "over", 0.0, f64::INFINITY, 0.5);
            drawn.whole.add_row("cap", "cap", f64::NEG_INFINITY, 1.0, [(ColumnId(0), 1.0), (over, -1.0)]);
            let options = SolveOptions::default();
            let cold = solve_certified(&drawn.whole, EngineChoice::Simplex, &options).unwrap();
            let best = drawn.whole.objective(&cold.x);
            let solved = linked(&drawn, &members(&[0, 1, 2, 3])).expect("an answer");
            assert!((drawn.whole.objective(&solved.x) - best).abs() < 1e-6 * (1.0 + best.abs()), "round {round}");
        }
    }

    /// Two that cannot agree on a shared column: the proof is one of the whole program.
    #[test]
    fn members_that_cannot_agree_have_no_point() {
        let mut drawn = drawn(&mut Random(3), 2);
        for (f, bounds) in [(0, (4.0, f64::INFINITY)), (3, (f64::NEG_INFINITY, 1.0))] {
            drawn.members[f].add_row("agree", "agree", bounds.0, bounds.1, [(ColumnId(0), 1.0)]);
            let row = drawn.whole.add_row("agree", "agree", bounds.0, bounds.1, [(ColumnId(0), 1.0)]);
            drawn.rows[f].push(row);
        }
        let solved = linked(&drawn, &Grouping::Group(vec![members(&[0, 1]), members(&[2, 3])])).expect("a proof");
        assert_eq!(solved.status, CertifiedStatus::Infeasible);
        assert!(verify_farkas(&drawn.whole, solved.farkas.as_ref().unwrap()).proves);
    }

    /// The least cost of a program, solved from nothing; `None` if it has no point.
    fn cold(lp: &LinearProgram) -> Option<f64> {
        let solved = solve_certified(lp, EngineChoice::Simplex, &SolveOptions::default()).unwrap();
        match solved.status {
            CertifiedStatus::Optimal => Some(lp.objective(&solved.x)),
            CertifiedStatus::Infeasible => None,
            status => panic!("{status:?}"),
        }
    }

    fn is_near(lp: &LinearProgram, solved: &Solved, best: f64) -> bool {
        solved.status == CertifiedStatus::Optimal && (lp.objective(&solved.x) - best).abs() < 1e-6 * (1.0 + best.abs())
    }

    /// By parts the optimum is that of the program solved from nothing, of few and of many; where every point of what is shared leaves each part one, and where it does not.
    #[test]
    fn by_parts_the_optimum_is_that_of_the_whole_program() {
        let mut random = Random(17);
        let many = [1.0 / 60.0; 60];
        let mut without = 0;
        for round in 0..240 {
            let dear = [f64::INFINITY, 1.0, 0.25][round % 3];
            let (weights, shared) = if round % 8 == 7 { (&many[..], 4) } else { (&WEIGHTS[..], 1 + round % 6) };
            let drawn = drawn_of(&mut random, shared, weights, 1.0, dear);
            if drawn.members.iter().any(|m| cold(m).is_none()) {
                without += 1;
                continue;
            }
            let solved = by_parts_of(&drawn).unwrap_or_else(|| panic!("round {round}: nothing came of it"));
            match cold(&drawn.whole) {
                Some(best) => assert!(is_near(&drawn.whole, &solved, best), "round {round}"),
                None => assert_eq!(solved.status, CertifiedStatus::Infeasible, "round {round}"),
            }
        }
        assert!(without < 160, "{without} of 240 members have no point by themselves");
    }

    /// By parts too a row of a shared column and one of no part holds.
    #[test]
    fn by_parts_what_is_of_no_member_holds_too() {
        let mut random = Random(5);
        for round in 0..50 {
            let mut drawn = drawn(&mut random, 3);
            let over = drawn.whole.add_column("over", "over", 0.0, f64::INFINITY, 0.5);
            drawn.whole.add_row("cap", "cap", f64::NEG_INFINITY, 1.0, [(ColumnId(0), 1.0), (over, -1.0)]);
            let solved = by_parts_of(&drawn).expect("an answer");
            assert!(is_near(&drawn.whole, &solved, cold(&drawn.whole).unwrap()), "round {round}");
        }
    }

    /// Half the expected cost and half its conditional value at risk: rows of no part with the costs of one each.
    #[test]
    fn by_parts_a_risk_of_costs_is_minimized() {
        let mut random = Random(29);
        for round in 0..50 {
            let mut drawn = drawn_of(&mut random, 3, &WEIGHTS, 0.5, f64::INFINITY);
            let no_end = f64::INFINITY;
            let eta = drawn.whole.add_column("eta", "cvar", -no_end, no_end, 0.5);
            for (f, weight) in WEIGHTS.iter().enumerate() {
                let above = drawn.whole.add_column("above", "cvar", 0.0, no_end, 0.5 * weight / (1.0 - 0.7));
                let own = drawn.members[f].columns().iter().zip(&drawn.columns[f]);
                let mut terms: Vec<(ColumnId, f64)> = own.map(|(c, &id)| (id, c.cost)).collect();
                terms.extend([(eta, -1.0), (above, -1.0)]);
                drawn.whole.add_row("cvar", "cvar", -no_end, 0.0, terms);
            }
            let solved = by_parts_of(&drawn).unwrap_or_else(|| panic!("round {round}: nothing came of it"));
            assert!(is_near(&drawn.whole, &solved, cold(&drawn.whole).unwrap()), "round {round}");
        }
    }

    /// By parts the whole numbers are those of the program searched from nothing: of shared columns, and of what is paid for
    /// before a column of one member may be used, which its program got since it was solved.
    #[test]
    fn by_parts_whole_columns_are_searched() {
        let mut random = Random(41);
        let (mut searched, mut without) = (0, 0);
        for round in 0..120 {
            let mut drawn = drawn_of(&mut random, 1 + round % 4, &WEIGHTS, 1.0, [f64::INFINITY, 1.0][round % 2]);
            if drawn.members.iter().any(|m| cold(m).is_none()) {
                continue;
            }
            drawn.solved = drawn.members.clone();
            if round % 3 != 1 {
                (0..1 + round % 4).for_each(|j| drawn.whole = integer(&drawn.whole, ColumnId(j as u32)));
                if round % 8 == 5 {
                    // Between two whole numbers there is none.
                    drawn.whole.add_row("between", "between", 0.3, 0.7, [(ColumnId(0), 1.0)]);
                }
            }
            for f in 0..drawn.members.len() {
                if round % 3 == 0 || (f + round) % 2 == 0 {
                    continue;
                }
                let (cost, used) = (1.0 + (20.0 * random.next()).floor(), ColumnId(drawn.columns[f].len() as u32 - 4));
                let member = &mut drawn.members[f];
                let open = member.add_integer("open", "x", 0.0, 1.0, cost);
                member.add_row("open", "open", f64::NEG_INFINITY, 0.0, [(used, 1.0), (open, -4.0)]);
                let here = drawn.whole.add_integer("open", "x", 0.0, 1.0, drawn.weights[f] * cost);
                let used = drawn.columns[f][used.0 as usize];
                let row = drawn.whole.add_row("open", "open", f64::NEG_INFINITY, 0.0, [(used, 1.0), (here, -4.0)]);
                drawn.columns[f].push(here);
                drawn.rows[f].push(row);
            }
            let solved = by_parts_of(&drawn).unwrap_or_else(|| panic!("round {round}: nothing came of it"));
            let alone = solve_certified(&drawn.whole, EngineChoice::Simplex, &SolveOptions::default()).unwrap();
            assert_eq!(solved.status, alone.status, "round {round}");
            if alone.status == CertifiedStatus::Infeasible {
                without += 1;
                continue;
            }
            assert!(primal_violation(&drawn.whole, &solved.x) <= 1e-6, "round {round}");
            let (cost, best) = (drawn.whole.objective(&solved.x), drawn.whole.objective(&alone.x));
            assert!((cost - best).abs() <= 3e-6 * (1.0 + best.abs()), "round {round}: {cost} instead of {best}");
            searched += usize::from(!solved.certificate.engine.ends_with(" 1 node"));
        }
        assert!(searched > 20 && without > 0, "{searched} with more than a node, {without} without a point");
    }

    /// The program with a whole column.
    fn integer(lp: &LinearProgram, whole: ColumnId) -> LinearProgram {
        let mut other = LinearProgram::new(lp.name());
        for (j, c) in lp.columns().iter().enumerate() {
            if c.integer || ColumnId(j as u32) == whole {
                other.add_integer("", c.role, c.lower, c.upper, c.cost);
            } else {
                other.add_column("", c.role, c.lower, c.upper, c.cost);
            }
        }
        for (i, r) in lp.rows().iter().enumerate() {
            other.add_row("", r.role, r.lower, r.upper, lp.row_terms(RowId(i as u32)));
        }
        other
    }

    /// Two parts that cannot agree: the proof is made of theirs.
    #[test]
    fn by_parts_that_cannot_agree_have_no_point() {
        let mut drawn = drawn(&mut Random(3), 2);
        for (f, bounds) in [(0, (4.0, f64::INFINITY)), (3, (f64::NEG_INFINITY, 1.0))] {
            drawn.members[f].add_row("agree", "agree", bounds.0, bounds.1, [(ColumnId(0), 1.0)]);
            let row = drawn.whole.add_row("agree", "agree", bounds.0, bounds.1, [(ColumnId(0), 1.0)]);
            drawn.rows[f].push(row);
        }
        let solved = by_parts_of(&drawn).expect("a proof");
        assert_eq!(solved.status, CertifiedStatus::Infeasible);
        assert!(verify_farkas(&drawn.whole, solved.farkas.as_ref().unwrap()).proves);
    }
}
