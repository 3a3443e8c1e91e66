//! What is asked of HiGHS, and how much of its answer is believed.
//!
//! HiGHS gets the program scaled, as the other engines do: its tolerances are absolute. All factors
//! are fixed when the program is passed, and changes are scaled by them.
//!
//! An answer other than a plain optimum is only passed on if it proves itself. "Infeasible" after
//! presolve has been wrong (HiGHS issues 1530, 2511 and 3090), "unbounded or infeasible" is no
//! answer, and an old basis can lead to an optimum that is off: such a program is solved again from
//! scratch without presolve, and the second answer stands.

use std::time::{Duration, Instant};

use highs_sys as c;

use super::super::basis::{Basis, Place, Ranging};
use super::super::options::SolveOptions;
use super::super::outcome::{EngineError, Outcome, Status};
use super::super::trivial::trivial;
use super::ffi::{Arrays, Instance, Refused, basis_status};
use crate::lp::{ColumnId, LinearProgram, RowId, Scaling, certify, verify_farkas, verify_ray};

/// The name of the engine.
pub(super) const NAME: &str = "highs";

/// Violations and reduced costs that count as none, in scaled units: with more, the certificate
/// notices.
const TOLERANCE: f64 = 1e-9;
/// The same for the programs of a search over whole numbers, whose point is solved again with its whole columns fixed.
const SEARCH_TOLERANCE: f64 = 1e-7;

/// An instance of HiGHS and the factors between its numbers and the program's.
pub(super) struct Solver {
    instance: Instance,
    /// The factors of what the instance holds; none if it does not hold the program.
    scaling: Option<Scaling>,
    /// Whether it solved what it holds before, so that there is a basis to start from.
    hot: bool,
    /// The basis to start from once the program is passed anew.
    start: Option<Basis>,
}

/// With more changed coefficients than this the program is passed anew: each change takes a search,
/// and afterwards the basis is factorised anew anyway.
const FEW: usize = 1000;

/// One run's answer.
enum Answer {
    PriorKnowledge(Outcome),
    UnboundedOrInfeasible,
    /// The run failed.
    Failed,
}

pub(super) fn failed(what: impl Into<String>) -> EngineError {
    EngineError::Failed { engine: NAME, what: what.into() }
}

impl From<Refused> for EngineError {
    fn from(refused: Refused) -> Self {
        failed(format!("it refused {}", refused.0))
    }
}

impl Solver {
    pub fn new() -> Result<Self, EngineError> {
        let mut instance = Instance::new().ok_or_else(|| failed("it could not be started"))?;
        instance.set_bool(c"output_flag", false)?;
        instance.set_int(c"threads", 1)?;
        instance.set_text(c"parallel", c"off")?;
        // The smallest that it allows; smaller coefficients are dropped in silence.
        instance.set_double(c"small_matrix_value", 1e-12)?;
        Ok(Solver { instance, scaling: None, hot: false, start: None })
    }

    /// Solves a program, which is the one that the instance holds if it holds one.
    pub fn solve(&mut self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        lp.validate()?;
        if let Some(outcome) = trivial(lp) {
            return Ok(outcome);
        }
        let result = self.solve_twice(lp, options);
        if result.is_err() {
            self.scaling = None;
        }
        result
    }

    fn solve_twice(&mut self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        let deadline = options.left().map(|limit| Instant::now() + limit);
        if self.scaling.is_none() {
            self.pass(lp)?;
            if let Some(basis) = self.start.take().filter(|basis| basis.fits(lp)) {
                self.start_from(basis);
            }
        }
        let hot = self.hot;
        let tolerance = if lp.has_integers() { SEARCH_TOLERANCE } else { TOLERANCE };
        self.instance.set_double(c"primal_feasibility_tolerance", tolerance)?;
        self.instance.set_double(c"dual_feasibility_tolerance", tolerance)?;
        self.instance.set_double(c"mip_rel_gap", options.mip_gap)?;
        // The gap is relative to 1 + |cost|, as that of the certificate.
        let unit = self.scaling().cost / self.scaling().size;
        self.instance.set_double(c"mip_abs_gap", options.mip_gap * unit)?;
        // From a vertex the method that it suits: after a change of costs the primal one.
        self.instance.set_int(c"simplex_strategy", if hot { 0 } else { 1 })?;
        let first = self.attempt(lp, c"choose", deadline)?;
        self.hot = true;
        match first {
            Answer::PriorKnowledge(outcome) if is_proven(lp, &outcome, hot) => return Ok(outcome),
            Answer::PriorKnowledge(outcome) => tracing::debug!(status = ?outcome.status, hot, "highs is asked again"),
            Answer::UnboundedOrInfeasible => tracing::debug!("highs is asked again: unbounded or infeasible"),
            Answer::Failed => tracing::debug!("highs is asked again: the run failed"),
        }
        self.instance.forget()?;
        match self.attempt(lp, c"off", deadline)? {
            Answer::PriorKnowledge(outcome) => Ok(outcome),
            Answer::UnboundedOrInfeasible => self.decide(lp, deadline, Status::Unbounded),
            Answer::Failed => self.decide(lp, deadline, Status::Stalled),
        }
    }

    /// Whether there is no point, which does not depend on the costs; if there is one, what was
    /// said is `otherwise`.
    fn decide(
        &mut self,
        lp: &LinearProgram,
        deadline: Option<Instant>,
        otherwise: Status,
    ) -> Result<Outcome, EngineError> {
        (0..lp.columns().len()).try_for_each(|j| self.instance.set_cost(j, 0.0))?;
        self.instance.forget()?;
        let answer = self.attempt(lp, c"off", deadline)?;
        // The program is passed anew next time, with its costs.
        self.scaling = None;
        Ok(match answer {
            Answer::PriorKnowledge(Outcome { status: Status::Optimal, primal, .. }) => {
                Outcome { primal, ..Outcome::of(otherwise) }
            }
            Answer::PriorKnowledge(outcome) => outcome,
            Answer::UnboundedOrInfeasible | Answer::Failed => Outcome::of(Status::Stalled),
        })
    }

    fn scaling(&self) -> &Scaling {
        self.scaling.as_ref().expect("the program was passed")
    }

    fn pass(&mut self, lp: &LinearProgram) -> Result<(), EngineError> {
        let mut scaling = Scaling::of(lp);
        if lp.has_integers() {
            // Whole numbers stay whole.
            scaling.size = 1.0;
        }
        let mut a = Arrays::default();
        for (j, column) in lp.columns().iter().enumerate() {
            let unit = scaling.columns[j] * scaling.size;
            a.cost.push(column.cost * scaling.cost * scaling.columns[j]);
            a.column_lower.push(column.lower / unit);
            a.column_upper.push(column.upper / unit);
            a.integer.push(column.integer);
        }
        for (i, row) in lp.rows().iter().enumerate() {
            let (start, factor) = (i32::try_from(a.index.len()), scaling.rows[i]);
            a.start.push(start.map_err(|_| failed("it has no room for so many coefficients"))?);
            a.row_lower.push(row.lower * factor / scaling.size);
            a.row_upper.push(row.upper * factor / scaling.size);
            push_terms(lp, RowId(i as u32), &scaling, &mut a.index, &mut a.value);
        }
        self.hot = false;
        self.instance.pass(&a)?;
        self.scaling = Some(scaling);
        Ok(())
    }

    /// One run.
    fn attempt(
        &mut self,
        lp: &LinearProgram,
        presolve: &'static std::ffi::CStr,
        deadline: Option<Instant>,
    ) -> Result<Answer, EngineError> {
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Ok(Answer::PriorKnowledge(Outcome::of(Status::TimeLimit)));
        }
        self.instance.set_double(c"time_limit", left.map_or(f64::INFINITY, |d| d.as_secs_f64()))?;
        // Looking for a ray can leave these changed.
        self.instance.set_text(c"presolve", presolve)?;
        self.instance.set_bool(c"solve_relaxation", false)?;
        self.instance.set_bool(c"allow_unbounded_or_infeasible", false)?;
        if let Err(Refused(call)) = self.instance.run() {
            tracing::debug!(call, status = self.instance.status(), "highs failed");
            return Ok(Answer::Failed);
        }
        let status = self.instance.status();
        tracing::debug!(status, "highs");
        let status = match status {
            c::MODEL_STATUS_OPTIMAL | c::MODEL_STATUS_MODEL_EMPTY => Status::Optimal,
            c::MODEL_STATUS_INFEASIBLE => Status::Infeasible,
            c::MODEL_STATUS_UNBOUNDED => Status::Unbounded,
            c::MODEL_STATUS_UNBOUNDED_OR_INFEASIBLE => return Ok(Answer::UnboundedOrInfeasible),
            c::MODEL_STATUS_REACHED_TIME_LIMIT => Status::TimeLimit,
            // The certificate decides whether its point is good enough.
            c::MODEL_STATUS_REACHED_ITERATION_LIMIT | c::MODEL_STATUS_UNKNOWN => Status::Stalled,
            other => return Err(failed(format!("it ended with status {other}"))),
        };
        Ok(Answer::PriorKnowledge(self.outcome(lp, status)?))
    }

    fn outcome(&mut self, lp: &LinearProgram, status: Status) -> Result<Outcome, EngineError> {
        let mut outcome = Outcome::of(status);
        // An infeasible program has no point, whatever is in the arrays.
        if status != Status::Infeasible {
            let has = |instance: &Instance, name| instance.info_int(name).is_some_and(|s| s != c::SOLUTION_STATUS_NONE);
            let (x, y) = self.instance.solution()?;
            let scaling = self.scaling();
            if has(&self.instance, c"primal_solution_status") && x.iter().all(|v| v.is_finite()) {
                outcome.primal = Some(scaling.primal(x.into_iter()));
            }
            let duals = !lp.has_integers() && status != Status::Unbounded;
            if duals && has(&self.instance, c"dual_solution_status") && y.iter().all(|v| v.is_finite()) {
                outcome.duals = Some(scaling.duals(y.into_iter()));
            }
            if lp.has_integers() {
                let bound = self.instance.info_double(c"mip_dual_bound").filter(|b| b.is_finite());
                outcome.bound = bound.map(|b| b * scaling.size / scaling.cost + lp.offset());
            }
        }
        match status {
            Status::Infeasible => outcome.farkas = self.farkas(lp),
            Status::Unbounded => outcome.ray = self.ray(lp),
            _ => {}
        }
        Ok(outcome)
    }

    /// Its proof of infeasibility, if it verifies with either sign.
    fn farkas(&mut self, lp: &LinearProgram) -> Option<Vec<f64>> {
        let ray = self.instance.dual_ray()?;
        let scaling = self.scaling();
        [1.0, -1.0]
            .map(|sign| ray.iter().zip(&scaling.rows).map(|(y, factor)| sign * y * factor).collect::<Vec<f64>>())
            .into_iter()
            .find(|y| verify_farkas(lp, y).proves)
    }

    /// Its direction of unboundedness, if it verifies.
    fn ray(&mut self, lp: &LinearProgram) -> Option<Vec<f64>> {
        let ray = self.instance.primal_ray()?;
        let ray: Vec<f64> = ray.iter().zip(&self.scaling().columns).map(|(x, factor)| x * factor).collect();
        verify_ray(lp, &ray).proves.then_some(ray)
    }

    /// The basis of the last run.
    pub fn basis(&self) -> Option<Basis> {
        if !self.hot || self.scaling.is_none() {
            return None;
        }
        let (columns, rows) = self.instance.basis()?;
        let places = |all: Vec<i32>| all.into_iter().map(place).collect::<Option<Vec<Place>>>();
        Some(Basis { columns: places(columns)?, rows: places(rows)? })
    }

    /// Starts the next run from a basis that fits the program.
    pub fn start_from(&mut self, basis: Basis) {
        if self.scaling.is_none() {
            self.start = Some(basis);
            return;
        }
        let numbers = |all: &[Place]| all.iter().map(|&p| number(p)).collect::<Vec<i32>>();
        // One that it refuses is none.
        self.hot |= self.instance.set_basis(&numbers(&basis.columns), &numbers(&basis.rows)).is_ok();
    }

    /// How far single costs and bounds can change until the basis is another one.
    pub fn ranging(&mut self) -> Option<Ranging> {
        let optimal = self.hot && self.instance.status() == c::MODEL_STATUS_OPTIMAL;
        let scaling = self.scaling.as_ref().filter(|_| optimal)?;
        let (costs, rows) = self.instance.ranging()?;
        let pairs = |[down, up]: [Vec<f64>; 2], unit: &dyn Fn(usize) -> f64| -> Vec<[f64; 2]> {
            down.iter().zip(&up).enumerate().map(|(i, (d, u))| [d * unit(i), u * unit(i)]).collect()
        };
        Some(Ranging {
            costs: pairs(costs, &|j| 1.0 / (scaling.cost * scaling.columns[j])),
            rows: pairs(rows, &|i| scaling.size / scaling.rows[i]),
        })
    }

    /// Makes the changes that lead from one program to another of as many columns and rows; any
    /// other one is passed anew.
    pub fn program_changed(&mut self, from: &LinearProgram, to: &LinearProgram) {
        let same = from.columns().len() == to.columns().len()
            && from.rows().len() == to.rows().len()
            && from.columns().iter().zip(to.columns()).all(|(a, b)| a.integer == b.integer);
        if !same {
            (self.scaling, self.start) = (None, None);
            return;
        }
        let changed = changed_coefficients(from, to);
        if changed.len() > FEW {
            (self.start, self.scaling) = (self.basis(), None);
            return;
        }
        for (j, (a, b)) in from.columns().iter().zip(to.columns()).enumerate() {
            let column = ColumnId(j as u32);
            if a.cost.to_bits() != b.cost.to_bits() {
                self.cost_changed(to, column);
            }
            if a.lower.to_bits() != b.lower.to_bits() || a.upper.to_bits() != b.upper.to_bits() {
                self.column_bounds_changed(to, column);
            }
        }
        for (i, (a, b)) in from.rows().iter().zip(to.rows()).enumerate() {
            if a.lower.to_bits() != b.lower.to_bits() || a.upper.to_bits() != b.upper.to_bits() {
                self.row_bounds_changed(to, RowId(i as u32));
            }
        }
        changed.into_iter().for_each(|(row, column)| self.coefficient_changed(to, row, column));
    }

    pub fn cost_changed(&mut self, lp: &LinearProgram, column: ColumnId) {
        let (j, cost) = (column.0 as usize, lp.columns()[column.0 as usize].cost);
        self.change(cost.is_finite(), |instance, s| instance.set_cost(j, cost * s.cost * s.columns[j]));
    }

    pub fn column_bounds_changed(&mut self, lp: &LinearProgram, column: ColumnId) {
        let j = column.0 as usize;
        let (lower, upper) = (lp.columns()[j].lower, lp.columns()[j].upper);
        self.change(lower <= upper, |instance, s| {
            let unit = s.columns[j] * s.size;
            instance.set_column_bounds(j, lower / unit, upper / unit)
        });
    }

    pub fn row_bounds_changed(&mut self, lp: &LinearProgram, row: RowId) {
        let i = row.0 as usize;
        let (lower, upper) = (lp.rows()[i].lower, lp.rows()[i].upper);
        self.change(lower <= upper, |instance, s| {
            instance.set_row_bounds(i, lower * s.rows[i] / s.size, upper * s.rows[i] / s.size)
        });
    }

    pub fn coefficient_changed(&mut self, lp: &LinearProgram, row: RowId, column: ColumnId) {
        let (i, j, value) = (row.0 as usize, column.0 as usize, lp.coefficient(row, column));
        self.change(value.is_finite(), |instance, s| instance.set_coefficient(i, j, value * s.rows[i] * s.columns[j]));
    }

    pub fn row_added(&mut self, lp: &LinearProgram, row: RowId) {
        let (lower, upper) = (lp.rows()[row.0 as usize].lower, lp.rows()[row.0 as usize].upper);
        let finite = lp.row_terms(row).all(|(_, a)| a.is_finite());
        self.change(lower <= upper && finite, |instance, s| {
            s.add_row(lp, row);
            let (factor, mut index, mut value) = (s.rows[row.0 as usize], Vec::new(), Vec::new());
            push_terms(lp, row, s, &mut index, &mut value);
            instance.add_row(lower * factor / s.size, upper * factor / s.size, &index, &value)
        });
    }

    /// Makes a change if it has a meaning; otherwise, or if HiGHS refuses it, the program is passed
    /// anew when it is solved next.
    fn change(&mut self, sound: bool, make: impl FnOnce(&mut Instance, &mut Scaling) -> Result<(), Refused>) {
        if let Some(scaling) = &mut self.scaling
            && !(sound && make(&mut self.instance, scaling).is_ok())
        {
            self.scaling = None;
        }
    }
}

/// Where the coefficients of two programs differ.
fn changed_coefficients(from: &LinearProgram, to: &LinearProgram) -> Vec<(RowId, ColumnId)> {
    let mut changed = Vec::new();
    for row in (0..from.rows().len()).map(|i| RowId(i as u32)) {
        let (mut a, mut b) = (from.row_terms(row).peekable(), to.row_terms(row).peekable());
        loop {
            // The columns of a row ascend.
            let column = match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some(a), None) => a.0,
                (None, Some(b)) => b.0,
                (Some(a), Some(b)) => a.0.min(b.0),
            };
            let before = a.next_if(|t| t.0 == column).map_or(0.0, |t| t.1);
            let after = b.next_if(|t| t.0 == column).map_or(0.0, |t| t.1);
            if before.to_bits() != after.to_bits() {
                changed.push((row, column));
            }
        }
    }
    changed
}

fn place(number: i32) -> Option<Place> {
    Some(match number {
        basis_status::LOWER => Place::Lower,
        basis_status::BASIC => Place::Basic,
        basis_status::UPPER => Place::Upper,
        basis_status::ZERO => Place::Zero,
        basis_status::NONBASIC => Place::Nonbasic,
        _ => return None,
    })
}

fn number(place: Place) -> i32 {
    match place {
        Place::Lower => basis_status::LOWER,
        Place::Basic => basis_status::BASIC,
        Place::Upper => basis_status::UPPER,
        Place::Zero => basis_status::ZERO,
        Place::Nonbasic => basis_status::NONBASIC,
    }
}

fn push_terms(lp: &LinearProgram, row: RowId, scaling: &Scaling, index: &mut Vec<i32>, value: &mut Vec<f64>) {
    let factor = scaling.rows[row.0 as usize];
    for (column, a) in lp.row_terms(row) {
        index.push(column.0 as i32);
        value.push(a * factor * scaling.columns[column.0 as usize]);
    }
}

/// Whether an answer needs no second one.
fn is_proven(lp: &LinearProgram, outcome: &Outcome, hot: bool) -> bool {
    match (outcome.status, &outcome.primal, &outcome.duals) {
        (Status::Infeasible, ..) => outcome.farkas.is_some(),
        (Status::Unbounded, ..) => outcome.ray.is_some(),
        (Status::Optimal, Some(x), Some(y)) if hot => certify(lp, NAME, x, y, 0.0).verified,
        (Status::Stalled, ..) => !hot,
        _ => true,
    }
}
