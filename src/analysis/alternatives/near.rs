//! The plans that cost nearly as little as the cheapest: the model's program with one more row,
//! which holds its cost at what is allowed.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::analysis::cuts::solve_with_cuts;
use crate::analysis::solve::SolveSettings;
use crate::engine::{EngineError, Solved};
use crate::formulation::{Formulation, Limits, Sum, build_with};
use crate::model::Model;

/// Relative slack of the allowed cost, so that the cheapest plan is within it whatever was rounded.
pub(super) const SLACK: f64 = 1e-9;

/// How much wider boxes are in turn, if a solution touches one.
pub(super) const ROOMS: [f64; 3] = [1.0, 100.0, 1e4];

/// The plans within an allowance.
pub(super) struct Near<'a> {
    pub model: &'a Model,
    pub settings: SolveSettings,
    /// The most that a plan may cost.
    pub allowed: f64,
    solves: AtomicUsize,
}

impl<'a> Near<'a> {
    pub fn new(model: &'a Model, settings: SolveSettings, cost: f64, within: f64) -> Self {
        let allowed = cost + within * cost.abs() + SLACK * (1.0 + cost.abs());
        Near { model, settings, allowed, solves: AtomicUsize::new(0) }
    }

    /// Their program, with its own objective still; `room` as in [`build_with`].
    pub fn program(&self, room: f64) -> Formulation {
        let mut f = build_with(self.model, Limits::All, room);
        let cost = f.objective();
        f.ask("allowed-cost", &cost, (f64::NEG_INFINITY, self.allowed));
        f
    }

    /// The certified least of a sum over them.
    pub fn least(&self, f: &mut Formulation, sum: &Sum) -> Result<Solved, EngineError> {
        self.solves.fetch_add(1, Ordering::Relaxed);
        f.minimise(sum);
        solve_with_cuts(self.model, f, &self.settings)
    }

    /// How many programs were solved.
    pub fn solves(&self) -> usize {
        self.solves.load(Ordering::Relaxed)
    }
}
