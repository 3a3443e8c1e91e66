//! What else than the cost is asked of the plans for several futures.

use super::joined::{Futures, Mended};
use crate::analysis::solving::cuts::ROUNDS;
use crate::engine::{EngineError, Solved, solve_certified};
use crate::formulation::{Formulation, FutureMeasure, Joint};
use crate::lp::Affine;

/// What is asked of a joined program, of these programs of its futures: rows, and what is minimized.
pub(in crate::analysis) type Asked<'a> = &'a dyn Fn(&mut Joint, &[Formulation]);

/// Asks of a joined program that what is expected to be paid is at most so much.
pub(in crate::analysis) fn allow(joint: &mut Joint, formulations: &[Formulation], allowed: f64) {
    let paid: Vec<Affine> = formulations.iter().map(Formulation::paid).collect();
    joint.ask("allowed-cost", &joint.expected(&paid), allowed);
}

impl Futures<'_> {
    /// The certified least of what is `asked` of the joined program of programs of the futures, which get cuts, and what
    /// forbids to buy to no purpose, as they turn out to be needed. Without `whole` numbers it is a bound.
    pub fn least(
        &self,
        known: &[i64],
        measure: &FutureMeasure,
        formulations: &mut [Formulation],
        whole: bool,
        asked: Asked<'_>,
    ) -> Result<(Joint, Solved), EngineError> {
        let mut round = 0;
        loop {
            let mut joint = self.joined(known, measure, None, formulations);
            asked(&mut joint, formulations);
            if !whole {
                joint.relax();
            }
            let solved = solve_certified(joint.program(), self.settings.engine, &self.settings.options())?;
            if solved.x.is_empty() || round == ROUNDS {
                return Ok((joint, solved));
            }
            round += 1;
            let Mended { added, forbade, .. } = self.mend(&joint, &solved.x, formulations, whole)?;
            if added == 0 && !forbade {
                return Ok((joint, solved));
            }
        }
    }
}
