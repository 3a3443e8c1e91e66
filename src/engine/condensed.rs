//! Large programs solved through their condensed ones.

use super::Solved;
use super::accepted::{accept, certified, tidied_to};
use super::certified::{CertifiedStatus, SMALL};
use crate::lp::{Condensed, LinearProgram, verify_farkas};

/// The part of the columns that condensing must save: with less it is no faster.
const SAVED: f64 = 0.2;

/// A large program condensed, if it is much smaller then.
pub(super) fn condensed(lp: &LinearProgram) -> Option<Condensed> {
    let columns = lp.columns().len();
    if columns <= SMALL {
        return None;
    }
    let saves = |c: &Condensed| (c.program().columns().len() as f64) < (1.0 - SAVED) * columns as f64;
    let condensed = Condensed::of(lp, "use").filter(saves)?;
    let small = condensed.program();
    tracing::debug!(columns = small.columns().len(), rows = small.rows().len(), "condensed");
    Some(condensed)
}

/// The answer of the whole program that one of the condensed program is, if it passes the certificate of the
/// whole one; a proof that there is no point is taken back to it as well.
pub(super) fn expanded(lp: &LinearProgram, condensed: &Condensed, solved: Solved) -> Option<Solved> {
    let engine = solved.certificate.engine.as_str();
    match solved.status {
        CertifiedStatus::Optimal => {
            // Values are tidy already, but for what taking them apart leaves.
            let x = tidied_to(lp, &condensed.point(lp, &solved.x), 1.0);
            let certified = certified(lp, engine, &x, &[condensed.multipliers(&solved.y)])?;
            Some(accept(x, certified, solved.attempts))
        }
        CertifiedStatus::Infeasible => {
            let farkas = condensed.multipliers(solved.farkas.as_ref()?);
            verify_farkas(lp, &farkas).proves.then_some(Solved { farkas: Some(farkas), ..solved })
        }
        _ => None,
    }
}
