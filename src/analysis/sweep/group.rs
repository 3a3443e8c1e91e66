//! A group of neighbouring points, solved from the ends inwards.
//!
//! First and last are solved, then what is in the middle of two that are, until none is left. Where
//! the answer in the middle lies on the way between the two, and passes the certificate, nothing has
//! to be solved: so along a line there are about as many solves as the cost has pieces, not as many
//! as points. All others start from the vertex of the one before.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::column::{value, value_of_futures};
use super::points::SweepPlan;
use super::row::{PointStatus, Row};
use crate::analysis::solving::alike::{Alike, Course, Guess, SolvedNeighbour, Start};
use crate::analysis::solving::premium::{add_total, certified_cost};
use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::analysis::solving::solve::preferred;
use crate::analysis::uncertain::{FuturePlans, solve_futures};
use crate::diagnostics::Diagnostics;
use crate::engine::{EngineError, Solved};
use crate::formulation::{Formulation, Limits};
use crate::model::{Column, Family, Model};
use crate::plan::{Plan, Status};

/// Between points no further apart than this a course takes longer to find than it saves.
const SHORT: usize = 4;

/// What the groups of a sweep have in common.
pub(super) struct Common<'a> {
    family: &'a Family,
    plan: &'a SweepPlan,
    solving: SolveSettings,
    start: Start,
    /// Where solves without the limits on dependency start, if a column needs them.
    free: Option<Start>,
    stop: &'a AtomicBool,
    finished: &'a (dyn Fn(&Row) + Sync),
}

/// A group that is being solved.
struct Group<'a, 'b> {
    common: &'a Common<'b>,
    /// The points, by number.
    points: &'a [usize],
    rows: &'a mut [Option<Row>],
    missing: usize,
    alike: Alike,
    /// Solves without the limits on dependency.
    free: Option<Alike>,
}

impl<'a> Common<'a> {
    /// Finds where groups start from: the model as written.
    pub fn begin(
        family: &'a Family,
        plan: &'a SweepPlan,
        settings: &SolveSettings,
        stop: &'a AtomicBool,
        finished: &'a (dyn Fn(&Row) + Sync),
    ) -> Self {
        let detail = if plan.columns.iter().any(Column::needs_sums) { Detail::Sums } else { Detail::Cost };
        let solving = SolveSettings { detail, ..settings.clone() };
        // A start that fails is none: each point says for itself what is wrong.
        let begin = |limits| Alike::begin(family.model(), limits, &solving).unwrap_or_default();
        let start = begin(Limits::All);
        let needed = plan.columns.iter().any(Column::needs_premium);
        let free = needed.then(|| begin(Limits::WithoutDependency));
        Common { family, plan, solving, start, free, stop, finished }
    }

    /// Solves what is missing of a group, `rows` being in the order of `points`.
    ///
    /// Where others start from it, what was there before is solved again: a row must not depend on
    /// whether the sweep was interrupted.
    pub fn solve(&self, points: &[usize], rows: &mut [Option<Row>]) {
        let missing = rows.iter().filter(|r| r.is_none()).count();
        let alike = Alike::from(&self.start, Limits::All, &self.solving);
        let free = self.free.as_ref().map(|start| Alike::from(start, Limits::WithoutDependency, &self.solving));
        let mut group = Group { common: self, points, rows, missing, alike, free };
        let Some(last) = points.len().checked_sub(1) else { return };
        let Some(left) = group.solve(0, None) else { return };
        if let Some(right) = group.solve(last, None) {
            group.between((0, left.as_ref()), (last, right.as_ref()), None);
        }
    }
}

/// A course, and the positions of its ends.
type Along<'a> = (&'a RefCell<Course>, usize, usize);

impl Group<'_, '_> {
    /// Solves what lies between two points, which may be on a course.
    fn between(
        &mut self,
        left: (usize, Option<&SolvedNeighbour>),
        right: (usize, Option<&SolvedNeighbour>),
        along: Option<Along<'_>>,
    ) {
        let middle = usize::midpoint(left.0, right.0);
        if middle == left.0 {
            return;
        }
        let part = self.part(left.0, middle, right.0);
        let guess = || left.1.zip(right.1).and_then(|(l, r)| l.towards(r, part?));
        let on_course = along.and_then(|(course, from, to)| {
            let part = self.part(from, middle, to)?;
            self.on_course(middle, &mut course.borrow_mut(), part, guess())
        });
        let known = match on_course {
            Some(known) => Some(known),
            None => match self.solve(middle, guess()) {
                Some(known) => known,
                None => return,
            },
        };
        let mut new = None;
        if along.is_none() && right.0 - left.0 > SHORT {
            let all = (left.1, right.1, known.as_ref(), part);
            if let (Some(l), Some(r), Some(m), Some(part)) = all {
                new = Course::between(l, r, m, part).map(RefCell::new);
            }
        }
        let along = new.as_ref().map(|course| (course, left.0, right.0)).or(along);
        self.between(left, (middle, known.as_ref()), along);
        self.between((middle, known.as_ref()), right, along);
    }

    /// How far a point is on the straight line between two others; none if it is not on it.
    fn part(&self, left: usize, middle: usize, right: usize) -> Option<f64> {
        let at = |position: usize| &self.common.plan.points[self.points[position]];
        let mut part = None;
        for ((&l, &m), &r) in at(left).iter().zip(at(middle)).zip(at(right)) {
            if l == m && m == r {
                continue;
            }
            let (l, m, r) = (l?, m?, r?);
            let here = (m - l) / (r - l);
            if !here.is_finite() || part.is_some_and(|p: f64| (p - here).abs() > 1e-9) {
                return None;
            }
            part = Some(here);
        }
        part
    }

    /// Whether there is no more to do.
    fn is_over(&self) -> bool {
        self.missing == 0 || self.common.stop.load(Ordering::Relaxed)
    }

    /// Solves a point on a course and says what is known of it; none if the model itself has to be asked.
    fn on_course(
        &mut self,
        position: usize,
        course: &mut Course,
        part: f64,
        guess: Option<Guess>,
    ) -> Option<SolvedNeighbour> {
        if self.is_over() {
            return None;
        }
        let model = self.model(position).ok()?;
        let (formulation, solved) = course.solved(&model, part, guess, &mut self.alike)?;
        let row =
            self.common.row_of(&model, self.points[position], formulation, solved.clone(), &mut self.free).ok()?;
        // What the model itself refuses was no answer.
        if row.status != PointStatus::Optimal {
            return None;
        }
        if self.rows[position].is_none() {
            self.put(position, row);
        }
        Some(SolvedNeighbour::on_course(solved))
    }

    /// Solves a point, and says what is known of it, if anything; none if there is no more to do.
    fn solve(&mut self, position: usize, guess: Option<Guess>) -> Option<Option<SolvedNeighbour>> {
        if self.is_over() {
            return None;
        }
        let (there, point) = (self.rows[position].is_some(), self.points[position]);
        if there && !self.common.start.useful {
            return Some(None);
        }
        let without = |status: PointStatus, message: Option<String>| Row {
            point,
            status,
            values: vec![None; self.common.plan.columns.len()],
            message,
        };
        if self.common.solving.deadline.is_over() {
            let message = "not solved: the time limit was reached before it";
            if !there {
                self.put(position, without(PointStatus::Unverified, Some(message.to_owned())));
            }
            return Some(None);
        }
        let (row, known) = match self.model(position) {
            Ok(model) => self
                .row(&model, point, guess, there)
                .unwrap_or_else(|error| (Some(without(PointStatus::Unverified, Some(error.to_string()))), None)),
            Err(diagnostics) => {
                let first = diagnostics.sorted().first().map(|d| format!("{}: {}", d.code, d.message));
                (Some(without(PointStatus::ModelWrong, first)), None)
            }
        };
        if let Some(row) = row.filter(|_| !there) {
            self.put(position, row);
        }
        Some(known)
    }

    fn model(&self, position: usize) -> Result<Model, Diagnostics> {
        self.common.family.at(&self.common.plan.points[self.points[position]])
    }

    fn put(&mut self, position: usize, row: Row) {
        (self.common.finished)(&row);
        self.rows[position] = Some(row);
        self.missing -= 1;
    }

    /// Solves a model; its row, unless that is `there`, and what is known of it.
    fn row(
        &mut self,
        model: &Model,
        point: usize,
        guess: Option<Guess>,
        there: bool,
    ) -> Result<(Option<Row>, Option<SolvedNeighbour>), EngineError> {
        if let Some(uncertainty) = model.uncertainty() {
            let plans = solve_futures(model, uncertainty, &self.common.solving)?;
            return Ok((Some(self.common.told_of_futures(model, point, &plans)?), None));
        }
        let (formulation, solved) = self.alike.solve(model, guess)?;
        // What is there is reported again only where what comes after starts from it.
        let row = if there && self.free.is_none() {
            None
        } else {
            Some(self.common.row_of(model, point, &formulation, solved.clone(), &mut self.free)?)
        };
        let known = if self.common.start.useful { SolvedNeighbour::of(formulation, solved) } else { None };
        Ok((row, known))
    }
}

impl Common<'_> {
    /// The row of an answer.
    fn row_of(
        &self,
        model: &Model,
        point: usize,
        formulation: &Formulation,
        mut solved: Solved,
        free: &mut Option<Alike>,
    ) -> Result<Row, EngineError> {
        let columns = &self.plan.columns;
        let mut plan = preferred(model, &self.solving, formulation, &mut solved)?;
        if let Some(free) = free.as_mut().filter(|_| plan.status == Status::Optimal) {
            add_total(model, &mut plan, || Ok(certified_cost(&free.solve(model, None)?)))?;
        }
        let values =
            columns.iter().map(|c| value(c, model, &plan, &self.solving.solver())).collect::<Result<Vec<_>, _>>()?;
        Ok(Row { point, status: plan.status.into(), values, message: message(model, &plan) })
    }

    /// The row of a plan for several futures.
    fn told_of_futures(&self, model: &Model, point: usize, plans: &FuturePlans) -> Result<Row, EngineError> {
        let solver = self.solving.solver();
        let values = self.plan.columns.iter().map(|c| value_of_futures(c, plans, &solver));
        let plan = &plans.together;
        Ok(Row {
            point,
            status: plan.status.into(),
            values: values.collect::<Result<_, _>>()?,
            message: message(model, plan),
        })
    }
}

/// Why a plan is not certified, if it is not.
fn message(model: &Model, plan: &Plan) -> Option<String> {
    match plan.status {
        Status::Unverified | Status::InfeasibleUnverified => {
            // What was not kept stands behind the notes of the model.
            let why = || "no engine's answer passed the certificate".to_owned();
            Some(plan.notes.get(model.notes.len()..).and_then(<[_]>::last).cloned().unwrap_or_else(why))
        }
        _ => None,
    }
}
