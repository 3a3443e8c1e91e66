//! Linear programs: engines in turn, until one gives an answer that passes the certificate.

use super::accepted::{accept, certified, infeasible, tidied};
use super::choice::{EngineChoice, SMALL, order};
use super::clarabel::Clarabel;
use super::contract::Engine;
use super::dual::dual_of_vertex;
use super::options::SolveOptions;
use super::outcome::{EngineError, Outcome, Status};
use super::phase_one::{PhaseOne, phase_one};
use super::ray;
use super::repair::repaired;
use super::solved::{Attempt, CertifiedStatus, Solved};
use super::vertex::vertex;
use crate::lp::{Certificate, LinearProgram, Tolerances, certify, primal_violation, usable, verify_farkas, verify_ray};

/// Points and multipliers found so far, from whichever engine.
#[derive(Default)]
struct Candidates {
    /// Points, each with its engine; the first that certifies is taken, so vertices come first.
    points: Vec<(&'static str, Vec<f64>)>,
    duals: Vec<Vec<f64>>,
    attempts: Vec<Attempt>,
    /// A verified proof of infeasibility, with the engine that gave it.
    farkas: Option<(&'static str, Vec<f64>)>,
    /// Verified directions of unboundedness.
    ray: Option<Vec<f64>>,
    infeasible: bool,
    unbounded: bool,
    limited: bool,
}

/// Solves a valid program without whole columns; `first` is what the first engine in the order has said of it already.
pub(super) fn solve_linear(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
    mut first: Option<Result<Outcome, EngineError>>,
) -> Result<Solved, EngineError> {
    let small = lp.columns().len() <= SMALL;
    let mut found = Candidates::default();
    for engine in order(lp, choice) {
        let said = first.take().unwrap_or_else(|| engine.solve(lp, options));
        found.hear(lp, engine.name(), said);
        if let Some(solved) = settled(lp, engine.name(), options, &mut found) {
            return Ok(solved);
        }
        // The interior point is inside the face; a vertex of it has fewer things in it.
        if engine.name() == Clarabel.name() && choice == EngineChoice::Auto && !small {
            polish(lp, options, &mut found);
        }
        if let Some(solved) = best(lp, &mut found) {
            return Ok(solved);
        }
        if engine.name() == Clarabel.name() {
            repair(lp, &mut found);
            if let Some(solved) = best(lp, &mut found) {
                return Ok(solved);
            }
        }
    }
    // Points but no multipliers that prove them: those that go with a vertex are an equation away.
    for (_, x) in found.points.clone() {
        match dual_of_vertex(lp, &x, options) {
            Ok(Some(y)) => found.duals.push(y),
            Ok(None) => {}
            Err(error) => found.note("microlp", &error.to_string()),
        }
    }
    if let Some(solved) = best(lp, &mut found) {
        return Ok(solved);
    }
    Ok(give_up(lp, found))
}

/// The optimum that an engine has said, if it passes the certificate.
pub(super) fn certified_optimum(lp: &LinearProgram, engine: &'static str, said: Outcome) -> Option<Solved> {
    let mut found = Candidates::default();
    found.hear(lp, engine, Ok(said));
    best(lp, &mut found)
}

impl Candidates {
    fn note(&mut self, engine: &'static str, what: &str) {
        tracing::debug!(engine, what, "attempt");
        self.attempts.push(Attempt { engine, what: what.to_owned() });
    }

    /// Takes in what an engine says.
    fn hear(&mut self, lp: &LinearProgram, engine: &'static str, said: Result<Outcome, EngineError>) {
        let outcome = match said {
            Ok(outcome) => outcome,
            Err(error) => return self.note(engine, &error.to_string()),
        };
        let what = match outcome.status {
            Status::Optimal => "optimal",
            Status::Infeasible => "infeasible",
            Status::Unbounded => "unbounded",
            Status::TimeLimit => "time limit",
            Status::Stalled => "stalled",
        };
        self.note(engine, what);
        self.infeasible |= outcome.status == Status::Infeasible;
        self.unbounded |= outcome.status == Status::Unbounded;
        self.limited |= outcome.status == Status::TimeLimit;
        // What is no number is no point.
        let finite = |x: &Vec<f64>| x.iter().all(|v| v.is_finite());
        self.points.extend(outcome.primal.filter(finite).map(|x| (engine, x)));
        self.duals.extend(outcome.duals);
        if let Some(y) = outcome.farkas.filter(|y| verify_farkas(lp, y).proves) {
            self.farkas = Some((engine, y));
        }
        self.ray = outcome.ray.filter(|r| verify_ray(lp, r).proves).or(self.ray.take());
    }
}

/// The answer if there is no optimum and that is proven. A claim that is refuted is taken back.
fn settled(lp: &LinearProgram, engine: &'static str, options: &SolveOptions, found: &mut Candidates) -> Option<Solved> {
    if let Some((engine, y)) = found.farkas.take() {
        return Some(infeasible(std::mem::take(&mut found.attempts), engine, y));
    }
    if found.infeasible {
        match phase_one(lp, options) {
            Ok(PhaseOne::Proof(y)) => return Some(infeasible(std::mem::take(&mut found.attempts), "phase one", y)),
            Ok(PhaseOne::Feasible) => {
                found.note(engine, "called a feasible program infeasible");
                found.infeasible = false;
            }
            Ok(PhaseOne::Unclear) => {}
            Err(error) => found.note("phase one", &error.to_string()),
        }
    }
    if found.unbounded {
        match unbounded(lp, engine, options, found) {
            Ok(solved) => return solved,
            Err(error) => found.note("ray", &error.to_string()),
        }
    }
    None
}

/// The answer if a feasible point and a ray show that the program is unbounded.
fn unbounded(
    lp: &LinearProgram,
    engine: &'static str,
    options: &SolveOptions,
    found: &mut Candidates,
) -> Result<Option<Solved>, EngineError> {
    let ray = match found.ray.take() {
        Some(ray) => ray,
        None => match ray::direction(lp, options)? {
            Some(ray) => ray,
            None => return Ok(None),
        },
    };
    let feasible = |x: &Vec<f64>| primal_violation(lp, x) <= Tolerances::default().primal;
    let known = found.points.iter().map(|(_, x)| x).find(|x| feasible(x)).cloned();
    let Some(x) = known.map_or_else(|| ray::point(lp, options), |x| Ok(Some(x)))? else {
        found.ray = Some(ray);
        return Ok(None);
    };
    let certificate = Certificate {
        engine: engine.to_owned(),
        primal: primal_violation(lp, &x),
        bound: f64::NEG_INFINITY,
        gap: f64::INFINITY,
        verified: true,
    };
    let attempts = std::mem::take(&mut found.attempts);
    Ok(Some(Solved { x, ray: Some(ray), attempts, ..Solved::without_numbers(CertifiedStatus::Unbounded, certificate) }))
}

fn polish(lp: &LinearProgram, options: &SolveOptions, found: &mut Candidates) {
    let (Some((_, x)), Some(y)) = (found.points.last(), found.duals.last()) else { return };
    match vertex(lp, x, y, options) {
        Ok(Some(x)) => found.points.insert(0, ("clarabel+microlp", x)),
        Ok(None) => {}
        Err(error) => found.note("microlp", &error.to_string()),
    }
}

/// Adds the interior point put onto its rows.
fn repair(lp: &LinearProgram, found: &mut Candidates) {
    let Some((engine, x)) = found.points.last() else { return };
    if *engine == Clarabel.name() {
        found.points.extend(repaired(lp, x).map(|x| ("clarabel+repair", x)));
    }
}

/// The first pair of point and multipliers that certifies; each point tidied first, then as it is.
fn best(lp: &LinearProgram, found: &mut Candidates) -> Option<Solved> {
    let (engine, x, certified) = found.points.iter().find_map(|(engine, x)| {
        let of = |x: Vec<f64>| certified(lp, engine, &x, &found.duals).map(|c| (*engine, x, c));
        of(tidied(lp, x)).or_else(|| of(x.clone()))
    })?;
    tracing::debug!(engine, "certified");
    Some(accept(x, certified, std::mem::take(&mut found.attempts)))
}

/// What is left when nothing certified: the best feasible point if a limit was reached, otherwise
/// whatever there is, named as unverified.
fn give_up(lp: &LinearProgram, found: Candidates) -> Solved {
    let y = found.duals.first().map(|y| usable(lp, y)).unwrap_or_default();
    let checked = found.points.iter().map(|(engine, x)| (certify(lp, engine, x, &y, 0.0), x));
    let best = checked.min_by(|a, b| a.0.primal.total_cmp(&b.0.primal));
    let (certificate, x) = match best {
        Some((certificate, x)) => (certificate, x.clone()),
        None => {
            let engine = found.attempts.last().map_or("none", |a| a.engine);
            (Certificate::without_point(engine, f64::NEG_INFINITY, false), Vec::new())
        }
    };
    let feasible = certificate.primal <= Tolerances::default().primal;
    let status = if found.infeasible && !feasible {
        CertifiedStatus::InfeasibleUnverified
    } else if found.unbounded && !feasible {
        CertifiedStatus::Unbounded
    } else if found.limited && feasible {
        CertifiedStatus::LimitReached
    } else {
        CertifiedStatus::Unverified
    };
    let reduced_costs = if y.is_empty() { Vec::new() } else { lp.reduced_costs(&y, true) };
    Solved {
        x,
        y,
        reduced_costs,
        ray: found.ray,
        attempts: found.attempts,
        ..Solved::without_numbers(status, certificate)
    }
}
