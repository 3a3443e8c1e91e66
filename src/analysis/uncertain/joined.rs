//! The futures' programs solved as one.

use std::collections::{HashMap, HashSet};

use super::super::solving::cuts::unneeded;
use super::super::solving::optimum::tell_idle;
use super::super::solving::settings::SolveSettings;
use crate::engine::{CertifiedStatus, EngineError, Solved, solve_certified};
use crate::formulation::{Formulation, FutureMeasure, Joint, Limits, build_with};
use crate::lp::ColumnId;
use crate::model::{Model, Uncertainty};

/// How much the boxes of what the model does not bound are widened, in turn. What is decided for several futures has the
/// narrowest of their boxes, and so may need a little more room than each by itself.
const ROOMS: [f64; 6] = [1.0, 4.0, 16.0, 100.0, 1e3, 1e4];
/// Rounds of cuts on concentrations.
const ROUNDS: usize = 200;
/// Relative excess over a concentration that is well within the audit's millionth.
const GOOD_ENOUGH: f64 = 2e-7;

/// A model's futures.
pub(super) struct Futures<'a> {
    pub uncertainty: &'a Uncertainty,
    pub models: Vec<Model>,
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

impl Futures<'_> {
    /// The certified plan for all futures that is best by a measure, `known` being when each factor is. Decisions that
    /// are the same in every future keep to the bounds of `fixed`.
    pub fn solve(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        fixed: Option<Fixed<'_>>,
    ) -> Result<Together, EngineError> {
        for (i, &room) in ROOMS.iter().enumerate() {
            let mut together = self.within(known, measure, fixed, room)?;
            let last = i + 1 == ROOMS.len();
            let x = &together.solved.x;
            let touched = !x.is_empty()
                && together.formulations.iter().enumerate().any(|(f, own)| own.touched(&together.joint.point(f, x)));
            let boxed = || together.formulations.iter().any(|f| f.holdings.iter().any(|h| h.boxed));
            let suspicious = x.is_empty() && boxed();
            if !touched && !suspicious || last {
                if touched && together.solved.status == CertifiedStatus::Optimal {
                    together.solved.status = CertifiedStatus::Unverified;
                    together.solved.certificate.verified = false;
                }
                return Ok(together);
            }
            tracing::debug!(room, "a box was touched in a future");
        }
        unreachable!("the last room is always enough")
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
            let program = joint.program();
            tracing::info!(columns = program.columns().len(), rows = program.rows().len(), "joined the futures");
            let solved = solve_certified(program, self.settings.engine, &self.settings.options())?;
            tracing::info!(status = ?solved.status, engine = solved.certificate.engine.as_str(), "solved the futures");
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
            let enough = added == 0 || excess < GOOD_ENOUGH && excess > before / 2.0;
            if !forbade && enough {
                // The answer is of the program without the last cuts, whose rows it does not have.
                if added > 0 {
                    let joint = self.joined(known, measure, fixed, &formulations);
                    let solved = solve_certified(joint.program(), self.settings.engine, &self.settings.options())?;
                    return Ok(Together { joint, formulations, solved });
                }
                return Ok(Together { joint, formulations, solved });
            }
            before = excess;
        }
        let joint = self.joined(known, measure, fixed, &formulations);
        let solved = solve_certified(joint.program(), self.settings.engine, &self.settings.options())?;
        Ok(Together { joint, formulations, solved })
    }

    /// Whether a future by itself has a plan in which decisions keep to bounds; `root` are the names of those that do.
    pub fn can_follow(&self, future: usize, root: &HashSet<String>, keep: Fixed<'_>) -> Result<bool, EngineError> {
        let f = build_with(&self.models[future], Limits::All, ROOMS[ROOMS.len() - 1]);
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
