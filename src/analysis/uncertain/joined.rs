//! The futures' programs solved as one.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::solving::cuts::{GOOD_ENOUGH, ROUNDS, solve_kept, unneeded};
use super::super::solving::optimum::{solve_from_room, tell_idle};
use super::super::solving::settings::SolveSettings;
use crate::engine::parallel::IntoParallelRefIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::engine::{
    Basis, CertifiedSession, CertifiedStatus, EngineError, Grouping, Member, ProgramVertex, Solved, solve_by_parts,
    solve_certified, solve_linked,
};
use crate::formulation::{Formulation, FutureMeasure, Joint, Limits, build_like, build_with};
use crate::lp::{Affine, ColumnId, LinearProgram};
use crate::model::{Goal, Model, Uncertainty};

/// How much more room boxes get that are touched: what is decided for several futures has the narrowest of their boxes,
/// and so may need a little more than each by itself.
const WIDER: f64 = 10.0;
/// The widest room that is given to boxes of ours.
const WIDEST: f64 = 1e4;

/// A model's futures.
pub(in crate::analysis) struct Futures<'a> {
    pub uncertainty: &'a Uncertainty,
    pub models: &'a [Model],
    /// Each of them by itself.
    pub alone: &'a [Alone],
    pub settings: &'a SolveSettings,
    /// What costs are measured in where they stand in rows.
    pub scale: f64,
}

/// How the program of a model is built, with room for boxes of ours.
pub(in crate::analysis) type Build<'a> = &'a (dyn Fn(&Model, f64) -> Formulation + Sync);

/// A future by itself.
pub(in crate::analysis) struct Alone {
    pub formulation: Formulation,
    pub solved: Solved,
    /// Its program at the vertex of the answer, if there is one.
    vertex: Option<ProgramVertex>,
}

impl Alone {
    /// Plans futures by themselves. All but the first begin where that one ended: what they have in common stays the
    /// same then, also where other decisions are as good.
    pub fn each(models: &[Model], settings: &SolveSettings) -> Result<Vec<Self>, EngineError> {
        Alone::each_built(models, settings, &|model, room| build_with(model, Limits::All, room))
    }

    /// The same, of programs that are built in another way.
    pub fn each_built(models: &[Model], settings: &SolveSettings, build: Build<'_>) -> Result<Vec<Self>, EngineError> {
        let Some((first, others)) = models.split_first() else { return Ok(Vec::new()) };
        let first = Alone::of(first, settings, build, None)?;
        let start = first.vertex.as_ref().map(ProgramVertex::basis);
        let others: Result<Vec<Alone>, EngineError> =
            others.par_iter().map(|model| Alone::of(model, settings, build, start)).collect();
        let mut all = vec![first];
        all.extend(others?);
        Ok(all)
    }

    fn of(
        model: &Model,
        settings: &SolveSettings,
        build: Build<'_>,
        start: Option<&Basis>,
    ) -> Result<Self, EngineError> {
        let mut vertex = None;
        let solve = |formulation: &mut Formulation| {
            let (solved, kept) = solve_kept(model, formulation, settings, start)?;
            vertex = kept.as_ref().and_then(CertifiedSession::vertex);
            Ok(solved)
        };
        let (formulation, solved) = solve_from_room(model, |room| build(model, room), 1.0, solve)?;
        Ok(Alone { formulation, solved, vertex })
    }

    /// Whether it was proved to have no plan.
    pub fn is_infeasible(&self) -> bool {
        self.solved.status == CertifiedStatus::Infeasible
    }

    /// What it costs.
    pub fn cost(&self) -> f64 {
        self.formulation.program().objective(&self.solved.x)
    }
}

/// The first future that has no plan by itself.
pub(in crate::analysis) fn without_plan(alone: &[Alone]) -> Option<usize> {
    alone.iter().position(|a| a.solved.status != CertifiedStatus::Optimal)
}

/// What came of all futures together.
#[derive(Clone)]
pub(in crate::analysis) struct Together {
    pub joint: Joint,
    pub formulations: Vec<Formulation>,
    pub solved: Solved,
}

/// What was added to the futures' programs.
pub(in crate::analysis) struct Mended {
    /// Cuts.
    pub added: usize,
    /// By how much, relatively, a concentration was exceeded.
    pub excess: f64,
    /// Whether something was forbidden that was bought to no purpose.
    pub forbade: bool,
}

/// Decisions that several futures share and that keep to bounds.
#[derive(Clone, Copy)]
pub(in crate::analysis) struct Fixed<'a> {
    pub shared: Shared,
    /// Bounds by the names of the joined program's columns.
    pub bounds: &'a dyn Fn(&str) -> Option<(f64, f64)>,
}

/// Which decisions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::analysis) enum Shared {
    /// Those that are the same in every future.
    Root,
    /// Those that are due before anything is drawn at random.
    Undrawn,
}

impl<'a> Fixed<'a> {
    /// Of the decisions that are the same in every future.
    pub fn root(bounds: &'a dyn Fn(&str) -> Option<(f64, f64)>) -> Self {
        Fixed { shared: Shared::Root, bounds }
    }

    /// Of the decisions that are due before anything is drawn.
    pub fn undrawn(bounds: &'a dyn Fn(&str) -> Option<(f64, f64)>) -> Self {
        Fixed { shared: Shared::Undrawn, bounds }
    }
}

impl<'a> Futures<'a> {
    /// Those of a model, each of which has a plan by itself.
    pub fn new(
        uncertainty: &'a Uncertainty,
        models: &'a [Model],
        alone: &'a [Alone],
        settings: &'a SolveSettings,
    ) -> Self {
        let scale = alone.iter().fold(1.0f64, |a, b| a.max(b.cost().abs()));
        Futures { uncertainty, models, alone, settings, scale }
    }

    /// The expected cost, of plans with no more regret than is allowed.
    pub fn expectation(&self) -> FutureMeasure {
        self.measure(1.0, None)
    }

    /// What the model minimizes.
    pub fn objective(&self) -> FutureMeasure {
        match self.uncertainty.goal {
            Goal::Cost { expected, cvar, .. } => self.measure(expected, cvar),
            Goal::Regret => self.regret(),
        }
    }

    /// The largest regret.
    pub fn regret(&self) -> FutureMeasure {
        FutureMeasure::Regret { best: self.best() }
    }

    fn measure(&self, expected: f64, cvar: Option<(f64, f64)>) -> FutureMeasure {
        let most = match self.uncertainty.goal {
            Goal::Cost { regret: Some(most), .. } => Some(self.best().iter().map(|b| b + most).collect()),
            _ => None,
        };
        FutureMeasure::Cost { expected, cvar, most }
    }

    /// What each future costs by itself.
    pub fn best(&self) -> Vec<f64> {
        self.alone.iter().map(Alone::cost).collect()
    }

    /// The certified plan for all futures that is best by a measure, `known` being when each factor is. The decisions of
    /// `fixed` keep to their bounds.
    pub fn solve(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
    ) -> Result<Together, EngineError> {
        self.solve_until(known, measure, fixed, f64::INFINITY)
    }

    /// The same, of which what it costs at least is enough once that is so much: then what comes of it may have bought
    /// something to no purpose.
    pub fn solve_until(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
        enough: f64,
    ) -> Result<Together, EngineError> {
        // What each needs by itself is where it begins.
        let mut formulations: Vec<Formulation> = self.alone.iter().map(|a| a.formulation.clone()).collect();
        let mut room = formulations.iter().map(|f| f.room).fold(1.0, f64::max);
        loop {
            let mut together = self.within(known, measure, fixed, formulations, enough)?;
            let touched = together.touched();
            let Together { formulations: own, solved, .. } = &mut together;
            let boxed = own.iter().any(|f| f.holdings.iter().any(|h| h.boxed));
            let suspicious = solved.x.is_empty() && boxed;
            if !touched && !suspicious || room >= WIDEST {
                if touched && solved.status == CertifiedStatus::Optimal {
                    solved.status = CertifiedStatus::Unverified;
                    solved.certificate.verified = false;
                }
                return Ok(together);
            }
            room *= WIDER;
            formulations = self.wider(room);
        }
    }

    /// Each future's program with other room for boxes of ours.
    pub fn wider(&self, room: f64) -> Vec<Formulation> {
        self.models.iter().zip(self.alone).map(|(model, alone)| build_like(model, &alone.formulation, room)).collect()
    }

    fn within(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
        mut formulations: Vec<Formulation>,
        enough: f64,
    ) -> Result<Together, EngineError> {
        let mut before = f64::INFINITY;
        let mut last: Option<(Joint, Vec<f64>)> = None;
        for round in 0..ROUNDS {
            let joint = self.joined(known, measure, fixed, &formulations);
            let near = last.map(|(old, x)| self.carried(&old, &x, &joint));
            let solved = self.solved(&joint, &formulations, known, near.as_deref())?;
            if solved.status != CertifiedStatus::Optimal {
                return Ok(Together { joint, formulations, solved });
            }
            let Mended { added, excess, forbade } = self.mend(&joint, &solved.x, &mut formulations, true)?;
            tracing::debug!(round, added, excess, forbade, "futures");
            if added == 0 && (!forbade || solved.certificate.bound >= enough) {
                return Ok(Together { joint, formulations, solved });
            }
            // Close enough, and rounding keeps it from coming closer.
            if !forbade && excess < GOOD_ENOUGH && excess > before / 2.0 {
                break;
            }
            before = excess;
            last = Some((joint, solved.x));
        }
        // With the last cuts, whose rows the answer has to speak of.
        let joint = self.joined(known, measure, fixed, &formulations);
        let solved = self.solved(&joint, &formulations, known, None)?;
        Ok(Together { joint, formulations, solved })
    }

    /// A point of an older program of the futures in a newer one, whose further columns are 0.
    fn carried(&self, old: &Joint, x: &[f64], new: &Joint) -> Vec<f64> {
        let mut point = vec![0.0; new.program().columns().len()];
        for f in 0..self.models.len() {
            let both = old.columns(f).iter().zip(new.columns(f));
            both.for_each(|(old, new)| point[new.0 as usize] = x[old.0 as usize]);
        }
        point
    }

    /// Adds to the futures' programs what a solution of them together shows to be needed: cuts, and, if `purposes` are
    /// asked for, what forbids to buy to no purpose.
    pub fn mend(
        &self,
        joint: &Joint,
        x: &[f64],
        formulations: &mut [Formulation],
        purposes: bool,
    ) -> Result<Mended, EngineError> {
        let mut mended = Mended { added: 0, excess: 0.0, forbade: false };
        for (f, (model, own)) in self.models.iter().zip(formulations).enumerate() {
            let x = joint.point(f, x);
            if own.has_cones() {
                let (more, by) = own.cut_off(model, &x);
                mended.added += more;
                mended.excess = mended.excess.max(by);
            }
            own.excused = joint.excused(f).to_vec();
            if purposes {
                let unneeded = unneeded(model, own, &x, self.settings)?;
                mended.forbade |= !unneeded.is_empty() && own.forbid(model, &unneeded);
            }
        }
        Ok(mended)
    }

    /// The program solved: by its parts, from a point that is `near`, if it is large.
    fn solved(
        &self,
        joint: &Joint,
        formulations: &[Formulation],
        known: &[i64],
        near: Option<&[f64]>,
    ) -> Result<Solved, EngineError> {
        let program = joint.program();
        tracing::info!(columns = program.columns().len(), rows = program.rows().len(), "joined the futures");
        let (engine, options) = (self.settings.engine, self.settings.options());
        let mut solved = None;
        if let Some(members) = self.members(joint, formulations) {
            let grouping = self.grouping(joint, known);
            solved = solve_by_parts(program, &members, &grouping, near, (engine, &options))?;
            if solved.is_none() {
                solved = solve_linked(program, &members, &grouping, engine, &options)?;
            }
        }
        let solved = solved.map_or_else(|| solve_certified(program, engine, &options), Ok)?;
        tracing::info!(status = ?solved.status, engine = solved.certificate.engine.as_str(), "solved the futures");
        Ok(solved)
    }

    /// The futures' programs in the joined one, if each has a vertex to start from.
    fn members<'b>(&'b self, joint: &'b Joint, formulations: &'b [Formulation]) -> Option<Vec<Member<'b>>> {
        let member = |(f, alone): (usize, &'b Alone)| {
            let vertex = alone.vertex.as_ref()?;
            let columns = joint.columns(f);
            // With more room it is another program.
            let same = alone.formulation.room == formulations[f].room;
            let grown = (vertex.program().columns().len() < columns.len()).then(|| formulations[f].program());
            same.then(|| Member { vertex, grown, weight: joint.weight(f), columns, rows: joint.rows(f) })
        };
        self.alone.iter().enumerate().map(member).collect()
    }

    /// Futures that are reported apart last are brought together first.
    fn grouping(&self, joint: &Joint, known: &[i64]) -> Grouping {
        let every: Vec<usize> = (0..self.models.len()).collect();
        // Without costs of their own there is nothing to bring together.
        if every.iter().any(|&f| joint.weight(f) == 0.0) {
            return Grouping::Group(every.into_iter().map(Grouping::Member).collect());
        }
        let mut order: Vec<usize> = (0..self.uncertainty.factors().len()).collect();
        order.sort_by_key(|&i| known[i]);
        grouped(self.uncertainty, &order, every)
    }

    /// Whether a future by itself has a plan in which decisions keep to bounds; `followed` is what came of all of them
    /// together.
    pub fn can_follow(&self, future: usize, followed: &Together, keep: Fixed<'_>) -> Result<bool, EngineError> {
        let kept: HashSet<ColumnId> = followed.fixed(keep.shared).iter().copied().collect();
        let mut program = followed.joint.apart(future, &followed.formulations[future]);
        for (j, joined) in followed.joint.columns(future).iter().enumerate().filter(|(_, joined)| kept.contains(joined))
        {
            let (id, name) = (ColumnId(j as u32), followed.joint.program().column_name(*joined));
            let Some((lower, upper)) = (keep.bounds)(name) else { continue };
            program.add_row(format!("kept[{name}]"), "kept", lower, upper, [(id, 1.0)]);
        }
        let solved = solve_certified(&program, self.settings.engine, &self.settings.options())?;
        Ok(solved.status != CertifiedStatus::Infeasible)
    }

    /// The joined program of the futures' programs, as for [`Self::solve`].
    pub fn joined(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
        formulations: &[Formulation],
    ) -> Joint {
        let parts: Vec<(&Model, &Formulation)> = self.models.iter().zip(formulations).collect();
        let mut joint = Joint::of(self.uncertainty, known, &parts, measure, self.scale);
        match fixed {
            Some(Fixed { shared: Shared::Root, bounds }) => joint.fix_root(bounds),
            Some(Fixed { shared: Shared::Undrawn, bounds }) => joint.fix_undrawn(bounds),
            None => {}
        }
        joint
    }
}

/// Futures by the outcomes of factors in an order, as a tree.
fn grouped(uncertainty: &Uncertainty, order: &[usize], futures: Vec<usize>) -> Grouping {
    if let &[only] = futures.as_slice() {
        return Grouping::Member(only);
    }
    let Some((&factor, later)) = order.split_first() else {
        return Grouping::Group(futures.into_iter().map(Grouping::Member).collect());
    };
    let all = uncertainty.futures();
    let outcomes = 0..uncertainty.factors()[factor].outcomes.len();
    let of = |o: usize| futures.iter().copied().filter(|&f| all[f].outcomes[factor] == o).collect::<Vec<usize>>();
    let groups = outcomes.map(of).filter(|group| !group.is_empty());
    Grouping::Group(groups.map(|group| grouped(uncertainty, later, group)).collect())
}

impl Together {
    /// A future's part of the answer, as an answer of its own program.
    pub fn of(&self, future: usize, model: &Model) -> Solved {
        let f = &self.formulations[future];
        let x = self.joint.point(future, &self.solved.x);
        let (y, reduced_costs) = if self.solved.y.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            let reduced = self.joint.reduced(future, &self.solved.reduced_costs);
            (self.joint.multipliers(future, &self.solved.y), reduced)
        };
        let mut own = Solved { x, y, reduced_costs, ..self.solved.clone() };
        tell_idle(model, f, &mut own);
        own
    }

    /// Each future's own program, with the bounds that its columns have together.
    pub fn apart(&self) -> impl Iterator<Item = LinearProgram> + '_ {
        self.formulations.iter().enumerate().map(|(f, own)| self.joint.apart(f, own))
    }

    /// Whether the answer is at a box of ours.
    pub fn touched(&self) -> bool {
        let touches = |(f, own): (usize, &Formulation)| own.touched(&self.joint.point(f, &self.solved.x));
        !self.solved.x.is_empty() && self.formulations.iter().enumerate().any(touches)
    }

    /// What is expected of a sum that each future has.
    pub fn expected(&self, sums: &[Affine]) -> f64 {
        self.joint.expected(sums).at(&self.solved.x)
    }

    /// A future's part of the answer.
    pub fn point(&self, future: usize) -> Vec<f64> {
        self.joint.point(future, &self.solved.x)
    }

    /// What each future costs.
    pub fn costs(&self) -> Vec<f64> {
        let cost = |(f, own): (usize, &Formulation)| own.program().objective(&self.joint.point(f, &self.solved.x));
        self.formulations.iter().enumerate().map(cost).collect()
    }

    /// The columns of decisions that several futures share.
    fn fixed(&self, shared: Shared) -> &[ColumnId] {
        match shared {
            Shared::Root => self.joint.root(),
            Shared::Undrawn => self.joint.undrawn(),
        }
    }

    /// What is decided before anything is drawn, by the names of the joined columns.
    pub fn undrawn(&self) -> BTreeMap<String, f64> {
        let (program, x) = (self.joint.program(), &self.solved.x);
        self.joint.undrawn().iter().map(|&c| (program.column_name(c).to_owned(), x[c.0 as usize])).collect()
    }

    /// The value of a column of the joined program by its name, if there is one.
    pub fn value(&self, name: &str) -> Option<f64> {
        let program = self.joint.program();
        let column = (0..program.columns().len()).find(|&j| program.column_name(ColumnId(j as u32)) == name)?;
        self.solved.x.get(column).copied()
    }

    pub fn is_optimal(&self) -> bool {
        self.solved.status == CertifiedStatus::Optimal
    }

    pub fn is_infeasible(&self) -> bool {
        self.solved.status == CertifiedStatus::Infeasible
    }

    /// What the best plan costs at least, as it was proved, if that is a number.
    pub fn bound(&self) -> Option<f64> {
        Some(self.solved.certificate.bound).filter(|bound| bound.is_finite())
    }

    /// The names of the decisions that are due before anything is drawn.
    pub fn undrawn_names(&self) -> HashSet<&str> {
        let program = self.joint.program();
        self.joint.undrawn().iter().map(|&c| program.column_name(c)).collect()
    }
}

/// What decisions that are kept may be off by, relative to them: a little more where rounding would be an obstacle.
pub(in crate::analysis) const ROUNDING: [f64; 2] = [1e-9, 1e-7];

/// A value that a decision keeps, up to rounding.
pub(in crate::analysis) fn about(value: f64, rounding: f64) -> (f64, f64) {
    let slack = rounding * (1.0 + value.abs());
    (value - slack, value + slack)
}

/// The values of a program's columns by their names.
pub(super) fn by_name(f: &Formulation, x: &[f64]) -> HashMap<String, f64> {
    let name = |j: usize| f.program().column_name(ColumnId(j as u32)).to_owned();
    x.iter().enumerate().map(|(j, &x)| (name(j), x)).collect()
}
