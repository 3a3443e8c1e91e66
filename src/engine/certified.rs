//! Engines in turn, until one gives an answer that passes the certificate.

use super::branch::solve_integers;
use super::dual::dual_of_vertex;
use super::phase_one::{PhaseOne, phase_one};
use super::vertex::vertex;
use super::{Clarabel, Engine, EngineChoice, EngineError, Microlp, Outcome, SolveOptions, Status};
use crate::lp::{Certificate, LinearProgram, Scaling, certify, usable};

/// Up to this many columns the simplex method is tried first: it is as fast there, and gives a
/// vertex at once.
const SMALL: usize = 2_500;

/// Values this near to a bound, relative to the larger of the bound and the program's scale, are
/// on it.
const ROUNDING: f64 = 1e-9;

/// What is known after the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertifiedStatus {
    /// Optimal within tolerance, shown by the certificate.
    Optimal,
    /// Infeasible, shown by a Farkas ray.
    Infeasible,
    /// Said to be infeasible, without a proof.
    InfeasibleUnverified,
    /// Said to be unbounded.
    Unbounded,
    /// Feasible, not shown to be optimal because a limit was reached.
    LimitReached,
    /// Nothing was shown.
    Unverified,
}

/// One engine's try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The engine.
    pub engine: &'static str,
    /// What came of it.
    pub what: String,
}

/// An answer with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// What is known.
    pub status: CertifiedStatus,
    /// A value for each column; empty if there is no point.
    pub x: Vec<f64>,
    /// A multiplier for each row; empty if there are none.
    pub y: Vec<f64>,
    /// A reduced cost for each column; empty if there are no multipliers.
    pub reduced_costs: Vec<f64>,
    /// The check.
    pub certificate: Certificate,
    /// The proof of infeasibility, a multiplier for each row.
    pub farkas: Option<Vec<f64>>,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// Whether the multipliers are those of the program with its integers fixed.
    pub conditional_duals: bool,
    /// Cost of the linear relaxation, if some columns are whole.
    pub relaxation: Option<f64>,
}

/// Points and multipliers found so far, from whichever engine.
#[derive(Default)]
struct Found {
    /// Points, each with its engine; the first that certifies is taken, so vertices come first.
    points: Vec<(&'static str, Vec<f64>)>,
    duals: Vec<Vec<f64>>,
    attempts: Vec<Attempt>,
    infeasible: bool,
    unbounded: bool,
    limited: bool,
}

/// Solves a program and certifies the answer.
///
/// # Errors
/// [`EngineError::BadProgram`] if the program has no meaning. Failures of engines are attempts,
/// not errors: if none succeeds the status is [`CertifiedStatus::Unverified`].
pub fn solve_certified(
    lp: &LinearProgram,
    choice: EngineChoice,
    options: &SolveOptions,
) -> Result<Solved, EngineError> {
    lp.validate()?;
    if lp.has_integers() {
        return solve_integers(lp, choice, options);
    }
    let small = lp.columns().len() <= SMALL;
    let mut found = Found::default();
    let order: &[&dyn Engine] = match choice {
        EngineChoice::Microlp => &[&Microlp, &Clarabel],
        EngineChoice::Clarabel => &[&Clarabel, &Microlp],
        EngineChoice::Auto if small => &[&Microlp, &Clarabel],
        EngineChoice::Auto => &[&Clarabel, &Microlp],
    };
    for engine in order {
        run(*engine, lp, options, &mut found);
        if found.infeasible {
            match phase_one(lp, options) {
                Ok(PhaseOne::Proof(ray)) => return Ok(infeasible(found, ray)),
                Ok(PhaseOne::Feasible) => {
                    found.note(engine.name(), "called a feasible program infeasible");
                    found.infeasible = false;
                }
                Ok(PhaseOne::Unclear) => {}
                Err(error) => found.note("phase one", &error.to_string()),
            }
        }
        // The interior point is inside the face; a vertex of it has fewer things in it.
        if engine.name() == Clarabel.name() && choice == EngineChoice::Auto && !small {
            polish(lp, options, &mut found);
        }
        if let Some(solved) = best(lp, &mut found) {
            return Ok(solved);
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

impl Found {
    fn note(&mut self, engine: &'static str, what: &str) {
        tracing::debug!(engine, what, "attempt");
        self.attempts.push(Attempt { engine, what: what.to_owned() });
    }
}

fn run(engine: &dyn Engine, lp: &LinearProgram, options: &SolveOptions, found: &mut Found) {
    match engine.solve(lp, options) {
        Ok(Outcome { status, primal, duals }) => {
            let what = match status {
                Status::Optimal => "optimal",
                Status::Infeasible => "infeasible",
                Status::Unbounded => "unbounded",
                Status::TimeLimit => "time limit",
                Status::Stalled => "stalled",
            };
            found.note(engine.name(), what);
            found.infeasible |= status == Status::Infeasible;
            found.unbounded |= status == Status::Unbounded;
            found.limited |= status == Status::TimeLimit;
            found.points.extend(primal.map(|x| (engine.name(), x)));
            found.duals.extend(duals);
        }
        Err(error) => found.note(engine.name(), &error.to_string()),
    }
}

fn polish(lp: &LinearProgram, options: &SolveOptions, found: &mut Found) {
    let (Some((_, x)), Some(y)) = (found.points.last(), found.duals.last()) else { return };
    match vertex(lp, x, y, options) {
        Ok(Some(x)) => found.points.insert(0, ("clarabel+microlp", x)),
        Ok(None) => {}
        Err(error) => found.note("microlp", &error.to_string()),
    }
}

/// The first pair of point and multipliers that certifies; each point tidied first, then as it is.
fn best(lp: &LinearProgram, found: &mut Found) -> Option<Solved> {
    for (engine, x) in &found.points {
        for x in [tidied(lp, x), x.clone()] {
            for y in &found.duals {
                let certificate = certify(lp, engine, &x, y, 0.0);
                tracing::debug!(engine, primal = certificate.primal, gap = certificate.gap, "certificate");
                if certificate.verified {
                    let y = usable(lp, y);
                    let attempts = std::mem::take(&mut found.attempts);
                    return Some(accept(lp, x, y, certificate, attempts));
                }
            }
        }
    }
    None
}

fn accept(lp: &LinearProgram, x: Vec<f64>, y: Vec<f64>, certificate: Certificate, attempts: Vec<Attempt>) -> Solved {
    let reduced_costs = lp.reduced_costs(&y, true);
    Solved {
        status: CertifiedStatus::Optimal,
        x,
        y,
        reduced_costs,
        certificate,
        farkas: None,
        attempts,
        conditional_duals: false,
        relaxation: None,
    }
}

/// Values within rounding of a bound put onto it, so that nothing is told as a billionth of a
/// chip. Engines work in scaled values, so rounding is relative to their common size too.
fn tidied(lp: &LinearProgram, x: &[f64]) -> Vec<f64> {
    let size = Scaling::of(lp).size;
    lp.columns()
        .iter()
        .zip(x)
        .map(|(c, &x)| {
            // A column that is small by nature, such as a yes-or-no, is not rounded by the size of others.
            let size = size.min(c.upper - c.lower);
            let near = |bound: f64| (x - bound).abs() <= ROUNDING * (1.0 + bound.abs()).max(size);
            if near(c.lower) {
                c.lower
            } else if near(c.upper) {
                c.upper
            } else {
                x
            }
        })
        .collect()
}

fn infeasible(found: Found, ray: Vec<f64>) -> Solved {
    let certificate = Certificate {
        engine: "phase one".to_owned(),
        primal: f64::INFINITY,
        bound: f64::INFINITY,
        gap: f64::INFINITY,
        verified: true,
    };
    Solved {
        status: CertifiedStatus::Infeasible,
        x: Vec::new(),
        y: Vec::new(),
        reduced_costs: Vec::new(),
        certificate,
        farkas: Some(ray),
        attempts: found.attempts,
        conditional_duals: false,
        relaxation: None,
    }
}

/// What is left when nothing certified: the best feasible point if a limit was reached, otherwise
/// whatever there is, named as unverified.
fn give_up(lp: &LinearProgram, found: Found) -> Solved {
    let y = found.duals.first().map(|y| usable(lp, y)).unwrap_or_default();
    let checked = found.points.iter().map(|(engine, x)| (certify(lp, engine, x, &y, 0.0), x));
    let best = checked.min_by(|a, b| a.0.primal.total_cmp(&b.0.primal));
    let (certificate, x) = match best {
        Some((certificate, x)) => (certificate, x.clone()),
        None => {
            let engine = found.attempts.last().map_or("none", |a| a.engine).to_owned();
            let bound = f64::NEG_INFINITY;
            (Certificate { engine, primal: f64::INFINITY, bound, gap: f64::INFINITY, verified: false }, Vec::new())
        }
    };
    let feasible = certificate.primal <= crate::lp::Tolerances::default().primal;
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
        status,
        x,
        y,
        reduced_costs,
        certificate,
        farkas: None,
        attempts: found.attempts,
        conditional_duals: false,
        relaxation: None,
    }
}
