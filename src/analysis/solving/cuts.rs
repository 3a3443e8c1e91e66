//! Solving a model whose limits on concentration are cones, held by tangent cuts.
//!
//! Each round solves the program and cuts off its solution where that exceeds a cone. The rounds
//! share a session: an engine that keeps its basis starts each round from the last one. HiGHS took
//! 0.33 s instead of 3.9 s from nothing for 84 rounds on 3.7 thousand columns, and 0.53 s instead
//! of 5.1 s for 30 rounds on 17 thousand.

use super::settings::SolveSettings;
use crate::engine::{
    Basis, CertifiedSession, CertifiedStatus, EngineError, Progress, Solved, keeps_basis, solve_certified,
    within_tolerance,
};
use crate::formulation::Formulation;
use crate::lp::{LinearProgram, RowId};
use crate::model::{Model, Unneeded};
use crate::plan::ledger::Ledger;
use crate::plan::{Purposes, Schedule};
use crate::resilience::Situation;

/// Rounds of tangent cuts after which a concentration limit that still is exceeded is left to the
/// audit, which then says so. Ten to thirty are usual.
pub(in crate::analysis) const ROUNDS: usize = 200;

/// Relative excess over a concentration limit that is well within the audit's millionth.
pub(in crate::analysis) const GOOD_ENOUGH: f64 = 2e-7;

/// Solves a formulation's program, with the cuts that its solution needs, and with whole columns where
/// it bought something to no purpose.
///
/// # Errors
/// As [`solve_certified`].
pub(in crate::analysis) fn solve_with_cuts(
    model: &Model,
    formulation: &mut Formulation,
    settings: &SolveSettings,
) -> Result<Solved, EngineError> {
    loop {
        let solved = solve_cones(model, formulation, settings)?;
        let unneeded = unneeded(model, formulation, &solved.x, settings)?;
        if unneeded.is_empty() || !formulation.forbid(model, &unneeded) {
            return Ok(solved);
        }
        tracing::info!(count = unneeded.len(), "something was bought to no purpose");
    }
}

/// As [`solve_with_cuts`], from a vertex if one is known and fits, with the session that has the answer's vertex, if
/// there is one.
///
/// # Errors
/// As [`solve_certified`].
pub(in crate::analysis) fn solve_kept(
    model: &Model,
    formulation: &mut Formulation,
    settings: &SolveSettings,
    start: Option<&Basis>,
) -> Result<(Solved, Option<CertifiedSession>), EngineError> {
    let program = formulation.program();
    if !program.has_integers() && keeps_basis(settings.engine) {
        let mut session = CertifiedSession::open(program.clone(), settings.engine, &settings.options())?;
        if let Some(basis) = start {
            session.start_from(basis);
        }
        let solved = solve_in(&mut session, model, formulation, settings)?;
        // A program with fewer rows than the model asks for has no point either.
        if solved.status == CertifiedStatus::Infeasible {
            return Ok((solved, None));
        }
        if solved.status == CertifiedStatus::Optimal && unneeded(model, formulation, &solved.x, settings)?.is_empty() {
            return Ok((solved, Some(session)));
        }
    }
    Ok((solve_with_cuts(model, formulation, settings)?, None))
}

/// What a solution bought to no purpose, if its program asks for one. Without these rows the program is
/// a relaxation, so that its optimum is that of the model if there is nothing of it.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn unneeded(
    model: &Model,
    formulation: &Formulation,
    x: &[f64],
    settings: &SolveSettings,
) -> Result<Vec<Unneeded>, EngineError> {
    if x.is_empty() || !formulation.is_purposeful() {
        return Ok(Vec::new());
    }
    let schedule = Schedule::read(model, formulation, x);
    let ledger = Ledger::of(model, &schedule);
    let situation = Situation::of_schedule(model, &schedule, settings.checker());
    let purposes = Purposes::of(model, &schedule, |excess, rented, t| situation.standby(excess, rented, t))?;
    let purposes = purposes.excusing(&formulation.excused);
    Ok(purposes.to_no_purpose(model, &schedule, &ledger))
}

/// Solves a formulation's program, with the cuts that its solution needs.
fn solve_cones(model: &Model, formulation: &mut Formulation, settings: &SolveSettings) -> Result<Solved, EngineError> {
    let program = formulation.program();
    let (columns, rows, nonzeros) = (program.columns().len(), program.rows().len(), program.nonzeros());
    tracing::info!(columns, rows, nonzeros, "built the program");
    if !formulation.has_cones() {
        let solved = solve_certified(program, settings.engine, &settings.options()).inspect(log_solved)?;
        let near = within_tolerance(program, settings.engine, &settings.options(), &solved)?;
        return Ok(near.unwrap_or(solved));
    }
    let mut session = CertifiedSession::open(program.clone(), settings.engine, &settings.options())?;
    solve_in(&mut session, model, formulation, settings)
}

/// Solves the program of a session, with the cuts that its solution needs.
fn solve_in(
    session: &mut CertifiedSession,
    model: &Model,
    formulation: &mut Formulation,
    settings: &SolveSettings,
) -> Result<Solved, EngineError> {
    let mut solved = session.solve().inspect(log_solved)?;
    let mut before = f64::INFINITY;
    for round in 1..=ROUNDS {
        if solved.status != CertifiedStatus::Optimal || !formulation.has_cones() {
            break;
        }
        let (added, excess) = formulation.cut_off(model, &solved.x);
        tracing::info!(round, added, excess, "concentration");
        if formulation.program().has_integers() && excess >= GOOD_ENOUGH {
            cut_beside(model, formulation, &solved.x, settings)?;
        }
        settings.watch.notify(|| Progress::Round { number: round, excess });
        add_rows(session, formulation.program());
        // Close enough, and rounding keeps it from coming closer.
        if added == 0 || excess < GOOD_ENOUGH && excess > before / 2.0 {
            break;
        }
        before = excess;
        solved = session.solve().inspect(log_solved)?;
    }
    Ok(solved)
}

/// Makes the cuts that the best plan with the whole numbers of a solution needs: without whole columns a round takes a
/// few iterations, where a tree begins anew.
fn cut_beside(
    model: &Model,
    formulation: &mut Formulation,
    x: &[f64],
    settings: &SolveSettings,
) -> Result<(), EngineError> {
    let mut program = formulation.program().clone();
    program.fix_whole(x);
    let mut session = CertifiedSession::open(program, settings.engine, &settings.options())?;
    for _ in 0..ROUNDS {
        let solved = session.solve()?;
        if solved.status != CertifiedStatus::Optimal {
            break;
        }
        let (added, excess) = formulation.cut_off(model, &solved.x);
        tracing::debug!(added, excess, "concentration, whole numbers as they are");
        if added == 0 || excess < GOOD_ENOUGH {
            break;
        }
        add_rows(&mut session, formulation.program());
    }
    Ok(())
}

/// Adds the rows that a program has beyond those of the session.
fn add_rows(session: &mut CertifiedSession, program: &LinearProgram) {
    for i in session.program().rows().len()..program.rows().len() {
        let (row, id) = (&program.rows()[i], RowId(i as u32));
        let terms: Vec<_> = program.row_terms(id).collect();
        session.add_row(program.row_name(id), row.role, row.lower, row.upper, &terms);
    }
}

fn log_solved(solved: &Solved) {
    let (engine, gap) = (solved.certificate.engine.as_str(), solved.certificate.gap);
    tracing::info!(status = ?solved.status, engine, gap, "solved");
}
