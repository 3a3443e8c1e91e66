//! The plan that another solver found for the exported program.

use super::examined::plan_of;
use super::optimum::{solved_program, tell_idle};
use super::settings::{Detail, SolveSettings};
use crate::engine::{CertifiedStatus, EngineError, Solved, certify_imported};
use crate::formulation::{Formulation, build};
use crate::lp::{CheckedRows, LinearProgram, Point, Tolerances, worst_violation};
use crate::model::Model;
use crate::plan::Plan;

/// The program as it is exported. If its boxes or cuts depend on its solution, it is solved for them.
///
/// # Errors
/// As [`super::solve`].
pub fn exported_program(model: &Model) -> Result<Formulation, EngineError> {
    let formulation = build(model);
    if formulation.is_provisional() {
        return Ok(solved_program(model, &SolveSettings::default())?.0);
    }
    Ok(formulation)
}

/// The plan that a point of the exported program is, certified by the multipliers that came with it. Nothing is solved:
/// without multipliers, or with some that prove too little, the plan is unverified and its notes say why.
///
/// # Errors
/// As [`super::solve`].
pub fn imported(model: &Model, f: &Formulation, point: &Point, solver: &str, gap: f64) -> Result<Plan, EngineError> {
    let program = f.program();
    let mut solved = certify_imported(program, solver, point.x.clone(), point.y.as_deref(), gap);
    let boxed = f.touched(&solved.x);
    if boxed && solved.status == CertifiedStatus::Optimal {
        solved.status = CertifiedStatus::Unverified;
        solved.certificate.verified = false;
    }
    tell_idle(model, f, &mut solved);
    let mut plan = plan_of(model, f, &solved, Detail::Plan, &SolveSettings::default())?;
    plan.notes.extend(of_file(program, point));
    plan.notes.extend(not_kept(program, &solved));
    if solved.status != CertifiedStatus::Optimal {
        plan.notes.push(unproved(program, &solved, (point, solver), boxed, gap));
    }
    if model.prefer.is_some() {
        plan.notes.push("the preference of the model was not asked for: the plan is the one in the file".to_owned());
    }
    Ok(plan)
}

/// What the file does not have.
fn of_file(program: &LinearProgram, point: &Point) -> Vec<String> {
    let (columns, rows) = (program.columns().len(), program.rows().len());
    let mut notes = Vec::new();
    if point.missing_columns > 0 {
        notes.push(format!("{} of {columns} columns are not in the file: they count as 0", point.missing_columns));
    }
    if point.missing_rows > 0 {
        notes.push(format!("{} of {rows} rows have no dual in the file: it counts as 0", point.missing_rows));
    }
    notes
}

/// The row or column that the point keeps worst, if that is worse than rounding.
fn not_kept(program: &LinearProgram, solved: &Solved) -> Option<String> {
    let most = Tolerances::default().primal;
    let worst = worst_violation(program, &solved.x).filter(|v| v.scaled > most)?;
    let column = |c: crate::lp::ColumnId| program.column_name(c);
    let what = match worst.of {
        CheckedRows::Row(row) => format!("row `{}`", program.row_name(row)),
        CheckedRows::Bounds(c) => format!("the bounds of column `{}`", column(c)),
        CheckedRows::Whole(c) => format!("that column `{}` is whole", column(c)),
    };
    let (by, scaled) = (worst.by, worst.scaled);
    Some(format!(
        "the solution does not keep {what}: by {by:.3e}, {scaled:.1e} of its size where {most:.0e} is allowed"
    ))
}

/// Why the plan is not certified to be the cheapest.
fn unproved(
    program: &LinearProgram,
    solved: &Solved,
    (point, solver): (&Point, &str),
    boxed: bool,
    gap: f64,
) -> String {
    let (bound, found) = (solved.certificate.bound, solved.certificate.gap);
    let allowed = if program.has_integers() { gap } else { Tolerances::default().gap };
    if boxed {
        "the solution touches a box that the program has and the model does not; export the model again".to_owned()
    } else if point.y.is_none() {
        let how = if solver == "CLP" { " (CLP writes duals with `-printingOptions all`)" } else { "" };
        format!(
            "the file has no duals of rows, so that nothing is known of how much cheaper another plan could be{how}"
        )
    } else if bound == f64::NEG_INFINITY {
        "the duals in the file prove no bound of the cost".to_owned()
    } else if found > allowed {
        format!("the duals in the file prove no more than that every plan costs {bound:.6e}: a gap of {found:.1e}")
    } else if found < -Tolerances::default().gap {
        format!(
            "the solution costs less than every plan that keeps all requirements, which is {bound:.6e} by the duals"
        )
    } else {
        "the solution does not keep all requirements".to_owned()
    }
}
