//! Programs that need no engine.

use super::outcome::{Outcome, Status};
use crate::lp::LinearProgram;

/// The answer where it needs no engine: bounds that cross, or no columns to choose.
pub(super) fn trivial(lp: &LinearProgram) -> Option<Outcome> {
    let rows = lp.rows().len();
    let crossing = lp.columns().iter().any(|c| c.lower > c.upper) || lp.rows().iter().any(|r| r.lower > r.upper);
    if crossing {
        // They prove it by themselves, whatever the multipliers are.
        return Some(Outcome { farkas: Some(vec![0.0; rows]), ..Outcome::of(Status::Infeasible) });
    }
    if !lp.columns().is_empty() {
        return None;
    }
    let broken = lp.rows().iter().position(|r| r.lower > 0.0 || r.upper < 0.0);
    Some(match broken {
        Some(i) => {
            let mut ray = vec![0.0; rows];
            ray[i] = if lp.rows()[i].lower > 0.0 { 1.0 } else { -1.0 };
            Outcome { farkas: Some(ray), ..Outcome::of(Status::Infeasible) }
        }
        None => Outcome { primal: Some(Vec::new()), duals: Some(vec![0.0; rows]), ..Outcome::of(Status::Optimal) },
    })
}
