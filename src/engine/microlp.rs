//! The simplex method of microlp, modelled through good_lp: a vertex, and integers by branch and
//! bound. It gives no multipliers.

use good_lp::solvers::microlp::microlp;
use good_lp::{Expression, ProblemVariables, ResolutionError, Solution, SolutionStatus, SolverModel, variable};
use good_lp::{WithMipGap, WithTimeLimit};

use super::contract::{Abilities, Engine, guarded};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::reduced::{Free, Reduced};
use crate::lp::{ColumnId, LinearProgram};

/// microlp: a vertex.
#[derive(Clone, Copy, Debug, Default)]
pub struct Microlp;

const NAME: &str = "microlp";

impl Engine for Microlp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { integers: true, duals: false, vertex: true }
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        lp.validate()?;
        self.solve_fixed(lp, options, |_| None)
    }
}

impl Microlp {
    /// Solves with some columns held at given values.
    pub(super) fn solve_fixed(
        self,
        lp: &LinearProgram,
        options: &SolveOptions,
        fix: impl Fn(usize) -> Option<f64>,
    ) -> Result<Outcome, EngineError> {
        // Integer columns keep their own units, and good_lp casts their bounds to 32 bits.
        for (j, column) in lp.columns().iter().enumerate().filter(|(_, c)| c.integer) {
            let fits = |bound: f64| bound.abs() < f64::from(i32::MAX);
            if !fits(column.lower) || !fits(column.upper) {
                let name = lp.column_name(ColumnId(j as u32));
                let what = format!("the integer column `{name}` has a bound beyond 32 bits");
                return Err(EngineError::Unsupported { engine: NAME, what });
            }
        }
        guarded(NAME, || run(lp, options, fix))
    }
}

fn run(lp: &LinearProgram, options: &SolveOptions, fix: impl Fn(usize) -> Option<f64>) -> Result<Outcome, EngineError> {
    let mut reduced = Reduced::of(lp, fix, false);
    if lp.has_integers() {
        unscale_values(&mut reduced);
    }
    if reduced.contradiction {
        return Ok(Outcome::of(Status::Infeasible));
    }
    if reduced.free.is_empty() {
        return Ok(Outcome { primal: Some(reduced.primal(|_| 0.0)), ..Outcome::of(Status::Optimal) });
    }
    let mut variables = ProblemVariables::new();
    let x: Vec<Parts> = reduced.free.iter().map(|f| Parts::of(f, &mut variables)).collect();
    let mut objective = Expression::with_capacity(x.len());
    for (f, x) in reduced.free.iter().zip(&x).filter(|(f, _)| f.cost != 0.0) {
        x.add(&mut objective, f.cost);
    }
    let mut problem = variables.minimise(objective).using(microlp);
    if let Some(limit) = options.left() {
        problem = problem.with_time_limit(limit.as_secs_f64());
    }
    if lp.has_integers() {
        problem = problem
            .with_mip_gap(options.mip_gap as f32)
            .map_err(|e| EngineError::Unsupported { engine: NAME, what: e.to_string() })?;
    }
    for line in &reduced.lines {
        let expression = || {
            let mut sum = Expression::with_capacity(line.terms.len());
            line.terms.iter().for_each(|&(j, a)| x[j].add(&mut sum, a));
            sum
        };
        if line.lower == line.upper {
            problem.add_constraint(expression().eq(line.lower));
            continue;
        }
        if line.lower.is_finite() {
            problem.add_constraint(expression().geq(line.lower));
        }
        if line.upper.is_finite() {
            problem.add_constraint(expression().leq(line.upper));
        }
    }
    let solution = match problem.solve() {
        Ok(solution) => solution,
        Err(error) => {
            let status = match error {
                ResolutionError::Infeasible => Status::Infeasible,
                ResolutionError::Unbounded => Status::Unbounded,
                ResolutionError::Other(what) if what.starts_with("Time limit") => Status::TimeLimit,
                other => return Err(EngineError::Failed { engine: NAME, what: other.to_string() }),
            };
            return Ok(Outcome::of(status));
        }
    };
    let status = match solution.status() {
        SolutionStatus::Optimal | SolutionStatus::GapLimit => Status::Optimal,
        SolutionStatus::TimeLimit => Status::TimeLimit,
    };
    let primal = reduced.primal(|k| {
        let free = &reduced.free[k];
        x[k].value(&solution).clamp(free.lower, free.upper)
    });
    Ok(Outcome { primal: Some(primal), ..Outcome::of(status) })
}

/// A column as microlp gets it.
struct Parts {
    value: good_lp::Variable,
    /// What is taken off the value.
    less: Option<good_lp::Variable>,
}

impl Parts {
    /// A free column is the difference of two that are not: with free columns microlp has called
    /// one in five of the programs of the conformance suite unbounded that are not, and cycled.
    fn of(free: &Free, variables: &mut ProblemVariables) -> Self {
        if free.lower == f64::NEG_INFINITY && free.upper == f64::INFINITY && !free.integer {
            let (value, less) = (variables.add(variable().min(0.0)), variables.add(variable().min(0.0)));
            return Parts { value, less: Some(less) };
        }
        let v = variable().min(free.lower).max(free.upper);
        Parts { value: variables.add(if free.integer { v.integer() } else { v }), less: None }
    }

    fn add(&self, sum: &mut Expression, a: f64) {
        sum.add_mul(a, self.value);
        if let Some(less) = self.less {
            sum.add_mul(-a, less);
        }
    }

    fn value(&self, solution: &impl Solution) -> f64 {
        solution.value(self.value) - self.less.map_or(0.0, |less| solution.value(less))
    }
}

/// Undoes the common size of values, so that whole numbers are whole numbers to the engine.
fn unscale_values(reduced: &mut Reduced) {
    let size = reduced.scaling.size;
    for free in &mut reduced.free {
        free.lower *= size;
        free.upper *= size;
    }
    for line in &mut reduced.lines {
        line.lower *= size;
        line.upper *= size;
    }
    reduced.scaling.size = 1.0;
}
