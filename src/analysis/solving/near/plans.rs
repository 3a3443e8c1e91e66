//! The plans that cost nearly as little as the cheapest: the model's program with one more row,
//! which holds its cost at what is allowed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::cuts::{solve_kept, solve_with_cuts};
use super::super::examined::Examined;
use super::super::settings::SolveSettings;
use crate::engine::{Basis, CertifiedSession, CertifiedStatus, EngineError, SMALL, Solved};
use crate::formulation::{Formulation, build_like};
use crate::lp::Affine;
use crate::model::Model;
use crate::plan::audit::TOLERANCE;

/// Relative slack of the allowed cost, so that the cheapest plan is within it whatever was rounded.
const SLACK: f64 = 1e-9;

/// How much wider boxes are in turn, if a solution touches one.
pub(in crate::analysis) const ROOMS: [f64; 3] = [1.0, 100.0, 1e4];

/// The plans within an allowance. Copies count their solves together.
#[derive(Clone)]
pub(in crate::analysis) struct NearOptimalPlans<'a> {
    pub model: &'a Model,
    pub settings: SolveSettings,
    /// The program of the model that they are compared with.
    like: &'a Formulation,
    /// The most that a plan may cost.
    pub allowed: f64,
    /// A plan whose whole columns all have, if they are not chosen anew.
    pub fixed: Option<Vec<f64>>,
    /// A vertex of their program, where large ones without decisions begin; each step on from where the last one ended.
    pub start: Option<Basis>,
    solves: Arc<AtomicUsize>,
}

/// Their program.
pub(in crate::analysis) struct Program {
    pub f: Formulation,
    /// Where it was solved last.
    pub vertex: Option<Basis>,
}

impl<'a> NearOptimalPlans<'a> {
    /// The plans that cost no more than a part more than a `cost`, that of a solution of `like`.
    pub fn new(model: &'a Model, settings: SolveSettings, like: &'a Formulation, cost: f64, within: f64) -> Self {
        let allowed = allowed(cost, within);
        NearOptimalPlans { model, settings, like, allowed, fixed: None, start: None, solves: Arc::default() }
    }

    /// The same plans, to be solved otherwise.
    pub fn with(&self, settings: SolveSettings) -> Self {
        NearOptimalPlans { settings, ..self.clone() }
    }

    /// Those of the same plans that have the whole columns of one of them.
    pub fn deciding(&self, x: &[f64]) -> Self {
        NearOptimalPlans { fixed: Some(x.to_vec()), ..self.clone() }
    }

    /// The program, with the cost as its objective still; `room` as in [`build_like`].
    pub fn program(&self, room: f64) -> Program {
        let mut f = build_like(self.model, self.like, room);
        self.fixed.iter().for_each(|x| f.fix_whole(x));
        let cost = f.paid();
        f.ask("allowed-cost", &cost, (f64::NEG_INFINITY, self.allowed));
        Program { f, vertex: self.start.clone() }
    }

    /// The certified least of a sum over the plans.
    ///
    /// What is bought has to have a purpose: nobody asks for the largest share that money given away can
    /// make.
    ///
    /// # Errors
    /// As the engine's.
    pub fn least(&self, program: &mut Program, sum: &Affine) -> Result<Solved, EngineError> {
        program.f.minimise(sum);
        self.solves.fetch_add(1, Ordering::Relaxed);
        if let Some(vertex) = &program.vertex {
            let (solved, session) = solve_kept(self.model, &mut program.f, &self.settings, Some(vertex))?;
            if solved.status == CertifiedStatus::Optimal {
                program.vertex = session.as_ref().and_then(CertifiedSession::basis).or(program.vertex.take());
                return Ok(solved);
            }
        }
        solve_with_cuts(self.model, &mut program.f, &self.settings)
    }

    /// Lets all further programs begin at the vertex of the cheapest plan, if they are large enough for that to be of use.
    ///
    /// # Errors
    /// As the engine's.
    pub fn begin(&mut self) -> Result<(), EngineError> {
        let mut program = self.program(ROOMS[0]);
        if program.f.program().columns().len() > SMALL && !program.f.program().has_integers() {
            self.start = solve_kept(self.model, &mut program.f, &self.settings, None)?.1.and_then(|s| s.basis());
        }
        Ok(())
    }

    /// Whether a plan keeps the model's requirements and costs no more than is allowed.
    pub fn sound(&self, examined: &Examined<'_>) -> bool {
        for b in &examined.breaches {
            tracing::warn!(what = b.what.as_str(), by = b.by, "a plan does not keep a requirement");
        }
        examined.breaches.is_empty() && self.affords(examined.cost.total)
    }

    /// Whether a cost is no more than is allowed.
    pub fn affords(&self, cost: f64) -> bool {
        affords(self.allowed, cost)
    }

    /// How many programs were solved.
    pub fn solves(&self) -> usize {
        self.solves.load(Ordering::Relaxed)
    }
}

/// The most that a plan may cost that costs no more than a part more than a `cost`.
pub(in crate::analysis) fn allowed(cost: f64, within: f64) -> f64 {
    cost + within * cost.abs() + SLACK * (1.0 + cost.abs())
}

/// Whether a cost is no more than is allowed.
pub(in crate::analysis) fn affords(allowed: f64, cost: f64) -> bool {
    cost <= allowed + TOLERANCE * (1.0 + allowed.abs())
}

/// What was found of a plan; `None` if an engine failed at it. One plan of many that cannot be examined is
/// one that is not certified, and no reason to tell nothing of the others.
///
/// # Errors
/// All others of the engine's.
pub(in crate::analysis) fn examined<T>(result: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error @ EngineError::Failed { .. }) => {
            tracing::warn!(%error, "a plan could not be examined");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether a point came of it that is one of the plans.
pub(in crate::analysis) fn is_plan(solved: &Solved) -> bool {
    matches!(solved.status, CertifiedStatus::Optimal | CertifiedStatus::LimitReached) && !solved.x.is_empty()
}
