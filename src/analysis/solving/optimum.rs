//! The certified optimum of a model's program: wider boxes where one of ours is touched, and idle money reported as such.

use super::cuts::solve_with_cuts;
use super::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, Limits, build_purposeful, build_with};
use crate::lp::{Tolerances, primal_violation};
use crate::model::Model;

/// The program that [`super::solve`] solves, and its certified answer.
///
/// # Errors
/// As [`super::solve`].
pub fn solved_program(model: &Model, settings: &SolveSettings) -> Result<(Formulation, Solved), EngineError> {
    solve_within_boxes(model, Limits::All, settings)
}

/// Solves, with more room if a box that is ours is touched, so that no answer depends on it.
pub(in crate::analysis) fn solve_within_boxes(
    model: &Model,
    limits: Limits,
    settings: &SolveSettings,
) -> Result<(Formulation, Solved), EngineError> {
    let build = |room| build_with(model, limits, room);
    solve_from_room(model, build, 1.0, |formulation| solve_with_cuts(model, formulation, settings))
}

/// As [`solve_within_boxes`], of the program that also other questions than the least cost can be asked of.
pub(in crate::analysis) fn solve_purposeful(
    model: &Model,
    settings: &SolveSettings,
) -> Result<(Formulation, Solved), EngineError> {
    let build = |room| build_purposeful(model, room);
    solve_from_room(model, build, 1.0, |formulation| solve_with_cuts(model, formulation, settings))
}

/// As [`solve_within_boxes`], from some room on and with another way to solve.
pub(in crate::analysis) fn solve_from_room(
    model: &Model,
    build: impl Fn(f64) -> Formulation,
    mut room: f64,
    mut solve: impl FnMut(&mut Formulation) -> Result<Solved, EngineError>,
) -> Result<(Formulation, Solved), EngineError> {
    // A program of the model as it is written would answer for the base case in silence.
    if model.uncertainty().is_some() {
        return Err(EngineError::SeveralFutures);
    }
    loop {
        let mut formulation = build(room);
        let mut solved = solve(&mut formulation)?;
        let touched = !solved.x.is_empty() && formulation.touched(&solved.x);
        // An infeasible program may be so because of a box, if any is ours.
        let suspicious = solved.x.is_empty() && formulation.holdings.iter().any(|h| h.boxed);
        if !touched && !suspicious || room >= 1e4 {
            if touched && solved.status == CertifiedStatus::Optimal {
                solved.status = CertifiedStatus::Unverified;
                solved.certificate.verified = false;
            }
            tell_idle(model, &formulation, &mut solved);
            return Ok((formulation, solved));
        }
        room *= 100.0;
    }
}

/// Costs that differ by less than this, relatively, are the same.
const SAME: f64 = 1e-9;

/// Takes the solution that pays no more idle money than is due, and the one that tells idle money as such, if
/// they are as good.
pub(in crate::analysis) fn tell_idle(model: &Model, formulation: &Formulation, solved: &mut Solved) {
    if solved.status != CertifiedStatus::Optimal || (formulation.idles.is_empty() && formulation.draws.is_empty()) {
        return;
    }
    let program = formulation.program();
    let take = |solved: &mut Solved, x: Vec<f64>, dearer: f64| {
        let before = program.objective(&solved.x);
        let change = program.objective(&x) - before;
        let primal = primal_violation(program, &x);
        // What was proved of the cost is proved of one that is no higher.
        if change <= dearer * (1.0 + before.abs()) && primal <= Tolerances::default().primal {
            (solved.x, solved.certificate.primal) = (x, primal);
            solved.certificate.gap += change.min(0.0) / (1.0 + before.abs());
        }
    };
    let drawn = formulation.drawn_first(&solved.x);
    if drawn != solved.x {
        take(solved, drawn, SAME);
    }
    let due = formulation.idle_due(model, &solved.x);
    if due != solved.x {
        take(solved, due, 0.0);
    }
    // A concentration is only held where the cuts were made.
    if !formulation.has_cones() {
        let told = formulation.idle_told(model, &solved.x);
        take(solved, told, SAME);
    }
}
