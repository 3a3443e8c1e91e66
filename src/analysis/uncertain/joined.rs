//! The futures' programs solved as one.

use std::collections::{HashMap, HashSet};

use super::super::solving::cuts::{GOOD_ENOUGH, ROUNDS, unneeded};
use super::super::solving::optimum::tell_idle;
use super::super::solving::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError, Solved, solve_certified};
use crate::formulation::{Formulation, FutureMeasure, Joint, Limits, build_with};
use crate::lp::ColumnId;
use crate::model::{Model, Uncertainty};

/// How much more room boxes get that are touched: what is decided for several futures has the narrowest of their boxes,
/// and so may need a little more than each by itself.
const WIDER: f64 = 10.0;
/// The widest room that is given to boxes of ours.
const WIDEST: f64 = 1e4;

/// A model's futures.
pub(super) struct Futures<'a> {
    pub uncertainty: &'a Uncertainty,
    pub models: &'a [Model],
    pub settings: &'a SolveSettings,
    /// What costs are measured in where they stand in rows.
    pub scale: f64,
}

/// What came of all futures together.
pub(super) struct Together {
    pub joint: Joint,
    pub formulations: Vec<Formulation>,
    pub solved: Solved,
}

/// Bounds of decisions by the names of their columns.
pub(super) type Fixed<'a> = &'a dyn Fn(&str) -> Option<(f64, f64)>;

impl<'a> Futures<'a> {
    /// Those of a model, `best` being the least cost of each as far as they are known.
    pub fn new(uncertainty: &'a Uncertainty, models: &'a [Model], settings: &'a SolveSettings, best: &[f64]) -> Self {
        let scale = best.iter().fold(1.0f64, |a, b| a.max(b.abs()));
        Futures { uncertainty, models, settings, scale }
    }

    /// The certified plan for all futures that is best by a measure, `known` being when each factor is. Decisions that
    /// are the same in every future keep to the bounds of `fixed`.
    pub fn solve(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
    ) -> Result<Together, EngineError> {
        let mut room = 1.0;
        loop {
            let mut together = self.within(known, measure, fixed, room)?;
            let Together { joint, formulations, solved } = &mut together;
            let touches = |(f, own): (usize, &Formulation)| own.touched(&joint.point(f, &solved.x));
            let touched = !solved.x.is_empty() && formulations.iter().enumerate().any(touches);
            let boxed = formulations.iter().any(|f| f.holdings.iter().any(|h| h.boxed));
            let suspicious = solved.x.is_empty() && boxed;
            if !touched && !suspicious || room >= WIDEST {
                if touched && solved.status == CertifiedStatus::Optimal {
                    solved.status = CertifiedStatus::Unverified;
                    solved.certificate.verified = false;
                }
                return Ok(together);
            }
            room *= WIDER;
        }
    }

    fn within(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
        room: f64,
    ) -> Result<Together, EngineError> {
        let mut formulations: Vec<Formulation> =
            self.models.iter().map(|model| build_with(model, Limits::All, room)).collect();
        let mut before = f64::INFINITY;
        for round in 0..ROUNDS {
            let joint = self.joined(known, measure, fixed, &formulations);
            let solved = self.solved(&joint)?;
            if solved.status != CertifiedStatus::Optimal {
                return Ok(Together { joint, formulations, solved });
            }
            let (mut added, mut excess) = (0, 0.0f64);
            let mut forbade = false;
            for (f, (model, own)) in self.models.iter().zip(&mut formulations).enumerate() {
                let x = joint.point(f, &solved.x);
                if own.has_cones() {
                    let (more, by) = own.cut_off(model, &x);
                    added += more;
                    excess = excess.max(by);
                }
                let unneeded = unneeded(model, own, &x, self.settings)?;
                forbade |= !unneeded.is_empty() && own.forbid(model, &unneeded);
            }
            tracing::debug!(round, added, excess, forbade, "futures");
            if added == 0 && !forbade {
                return Ok(Together { joint, formulations, solved });
            }
            // Close enough, and rounding keeps it from coming closer.
            if !forbade && excess < GOOD_ENOUGH && excess > before / 2.0 {
                break;
            }
            before = excess;
        }
        // With the last cuts, whose rows the answer has to speak of.
        let joint = self.joined(known, measure, fixed, &formulations);
        let solved = self.solved(&joint)?;
        Ok(Together { joint, formulations, solved })
    }

    fn solved(&self, joint: &Joint) -> Result<Solved, EngineError> {
        let program = joint.program();
        tracing::info!(columns = program.columns().len(), rows = program.rows().len(), "joined the futures");
        let solved = solve_certified(program, self.settings.engine, &self.settings.options())?;
        tracing::info!(status = ?solved.status, engine = solved.certificate.engine.as_str(), "solved the futures");
        Ok(solved)
    }

    /// Whether a future by itself has a plan in which decisions keep to bounds; `root` are the names of those that do.
    pub fn can_follow(&self, future: usize, root: &HashSet<String>, keep: Fixed<'_>) -> Result<bool, EngineError> {
        let f = build_with(&self.models[future], Limits::All, WIDEST);
        let mut program = f.program().clone();
        for j in 0..program.columns().len() {
            let id = ColumnId(j as u32);
            let name = program.column_name(id).to_owned();
            let Some((lower, upper)) = keep(&name).filter(|_| root.contains(&name)) else { continue };
            program.add_row(format!("kept[{name}]"), "kept", lower, upper, [(id, 1.0)]);
        }
        let solved = solve_certified(&program, self.settings.engine, &self.settings.options())?;
        Ok(solved.status != CertifiedStatus::Infeasible)
    }

    fn joined(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
        formulations: &[Formulation],
    ) -> Joint {
        let parts: Vec<(&Model, &Formulation)> = self.models.iter().zip(formulations).collect();
        let mut joint = Joint::of(self.uncertainty, known, &parts, measure, self.scale);
        if let Some(fixed) = fixed {
            joint.fix_root(fixed);
        }
        joint
    }
}

impl Together {
    /// A future's part of the answer, as an answer of its own program.
    pub fn of(&self, future: usize, model: &Model) -> Solved {
        let f = &self.formulations[future];
        let x = self.joint.point(future, &self.solved.x);
        let (y, reduced_costs) = if self.solved.y.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            let reduced = self.joint.reduced(future, &self.solved.reduced_costs);
            (self.joint.multipliers(future, &self.solved.y), reduced)
        };
        let mut own = Solved { x, y, reduced_costs, ..self.solved.clone() };
        tell_idle(model, f, &mut own);
        own
    }

    /// What each future costs.
    pub fn costs(&self) -> Vec<f64> {
        let cost = |(f, own): (usize, &Formulation)| own.program().objective(&self.joint.point(f, &self.solved.x));
        self.formulations.iter().enumerate().map(cost).collect()
    }

    /// The names of the decisions that are the same in every future.
    pub fn root(&self) -> HashSet<String> {
        let program = self.joint.program();
        self.joint.root().iter().map(|&c| program.column_name(c).to_owned()).collect()
    }

    pub fn is_optimal(&self) -> bool {
        self.solved.status == CertifiedStatus::Optimal
    }
}

/// What decisions that are kept may be off by, relative to them: a little more where rounding would be an obstacle.
pub(super) const ROUNDING: [f64; 2] = [1e-9, 1e-7];

/// A value that a decision keeps, up to rounding.
pub(super) fn about(value: f64, rounding: f64) -> (f64, f64) {
    let slack = rounding * (1.0 + value.abs());
    (value - slack, value + slack)
}

/// The values of a program's columns by their names.
pub(super) fn by_name(f: &Formulation, x: &[f64]) -> HashMap<String, f64> {
    let name = |j: usize| f.program().column_name(ColumnId(j as u32)).to_owned();
    x.iter().enumerate().map(|(j, &x)| (name(j), x)).collect()
}
