//! The interior-point method of Clarabel (Goulart and Chen, "Clarabel: An interior-point solver
//! for conic programs with quadratic objectives", 2024), modelled through good_lp.
//!
//! good_lp's own `solve` answers Ok for an unbounded program, panics on integers and throws away
//! the numbers of a run that stalls near the optimum; so the solver is taken from it and run here,
//! where its status and its last point are both seen.

use clarabel::solver::{IPSolver, SolverStatus};
use good_lp::solvers::clarabel::clarabel;
use good_lp::{Expression, ProblemVariables, SolverModel, variable};

use super::contract::{Abilities, Engine, guarded};
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::reduced::Reduced;
use crate::lp::LinearProgram;

/// Clarabel: multipliers, and a point inside the optimal face.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clarabel;

const NAME: &str = "clarabel";
/// Relative gap and residual that are asked for: with less the certificate notices.
const TOLERANCE: f64 = 1e-10;

impl Engine for Clarabel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { integers: false, duals: true, vertex: false }
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        lp.validate()?;
        if lp.has_integers() {
            return Err(EngineError::Unsupported { engine: NAME, what: "it has integer columns".to_owned() });
        }
        guarded(NAME, || {
            let outcome = run(lp, options, true)?;
            if outcome.status != Status::Unbounded {
                return Ok(outcome);
            }
            // What it shows is that there are no multipliers, which is so for some infeasible
            // programs too: without costs these are infeasible still.
            let without = run(lp, options, false)?;
            Ok(if without.status == Status::Infeasible { without } else { outcome })
        })
    }
}

fn run(lp: &LinearProgram, options: &SolveOptions, costs: bool) -> Result<Outcome, EngineError> {
    let reduced = Reduced::of(lp, |_| None, true);
    if reduced.contradiction {
        return Ok(Outcome::of(Status::Infeasible));
    }
    if reduced.free.is_empty() {
        let primal = Some(reduced.primal(|_| 0.0));
        return Ok(Outcome { primal, duals: Some(vec![0.0; lp.rows().len()]), ..Outcome::of(Status::Optimal) });
    }
    let mut variables = ProblemVariables::new();
    let x: Vec<good_lp::Variable> =
        reduced.free.iter().map(|f| variables.add(variable().min(f.lower).max(f.upper))).collect();
    let mut objective = Expression::with_capacity(x.len());
    for (f, &x) in reduced.free.iter().zip(&x).filter(|(f, _)| costs && f.cost != 0.0) {
        objective.add_mul(f.cost, x);
    }
    let mut problem = variables.minimise(objective).using(clarabel);
    // Rows come after the bounds; each side of a ranged row is a row of its own. `sides` keeps for
    // each of them the line it belongs to and the sign of its multiplier.
    let bounds: usize =
        reduced.free.iter().map(|f| usize::from(f.lower.is_finite()) + usize::from(f.upper.is_finite())).sum();
    let mut sides: Vec<(usize, f64)> = Vec::new();
    for (k, line) in reduced.lines.iter().enumerate() {
        let expression = || {
            let mut sum = Expression::with_capacity(line.terms.len());
            line.terms.iter().for_each(|&(j, a)| {
                sum.add_mul(a, x[j]);
            });
            sum
        };
        if line.lower == line.upper {
            problem.add_constraint(expression().eq(line.lower));
            sides.push((k, -1.0));
            continue;
        }
        if line.lower.is_finite() {
            problem.add_constraint(expression().geq(line.lower));
            sides.push((k, 1.0));
        }
        if line.upper.is_finite() {
            problem.add_constraint(expression().leq(line.upper));
            sides.push((k, -1.0));
        }
    }
    let settings = problem.settings();
    settings
        .verbose(false)
        .max_threads(1)
        .max_iter(200)
        .tol_gap_abs(TOLERANCE)
        .tol_gap_rel(TOLERANCE)
        .tol_feas(TOLERANCE)
        .tol_infeas_abs(TOLERANCE)
        .tol_infeas_rel(TOLERANCE);
    if let Some(limit) = options.left() {
        settings.time_limit(limit.as_secs_f64());
    }
    let mut solver =
        problem.try_into_solver().map_err(|e| EngineError::Failed { engine: NAME, what: e.to_string() })?;
    let watch = options.watch.clone();
    solver.set_termination_callback(move |_| watch.is_cancelled());
    solver.solve();
    let solution = &solver.solution;
    tracing::debug!(status = ?solution.status, iterations = solution.iterations, "clarabel");
    let status = match solution.status {
        SolverStatus::Solved => Status::Optimal,
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Status::Infeasible,
        SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => Status::Unbounded,
        SolverStatus::MaxTime => Status::TimeLimit,
        // Stalled near the optimum: the certificate decides whether its point is good enough.
        _ => Status::Stalled,
    };
    if matches!(status, Status::Infeasible | Status::Unbounded) {
        return Ok(Outcome::of(status));
    }
    let mut y = vec![0.0; reduced.lines.len()];
    for (&(line, sign), z) in sides.iter().zip(&solution.z[bounds..]) {
        y[line] += sign * z;
    }
    let primal = reduced.primal(|k| solution.x[k].clamp(reduced.free[k].lower, reduced.free[k].upper));
    let duals = reduced.duals(lp.rows().len(), |k| y[k]);
    Ok(Outcome { primal: Some(primal), duals: Some(duals), ..Outcome::of(status) })
}
