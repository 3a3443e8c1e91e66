//! The least and the most of a share, whose total varies with the plan.
//!
//! The most of M_g / M with M > 0 is the root of F(r) = max (M_g - r M): F falls with r, is above 0
//! below the root and below 0 above it. From r = the share in a plan, the plan that attains F(r) has
//! a larger share, which is the next r; the steps shrink faster than geometrically (Dinkelbach, "On
//! nonlinear fractional programming", Management Science 13(7), 1967). Each F(r) is one certified
//! linear or integer program, so that whole columns stay whole. At the end F(r) <= e, and with the
//! total nowhere below m no share is above r + e / m: that is what is proved.
//!
//! The least is the same with the signs of M_g turned.

use super::{Near, Program, ROOMS, is_plan};
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::{Formulation, Sum};

/// Most steps; ten are many.
const STEPS: usize = 50;
/// Shares that differ by less are the same.
const SAME: f64 = 1e-9;

/// Which share is sought, and what is known of it.
pub(in crate::analysis) struct Ratio<'a> {
    /// The part and the whole, in a program that may get columns and rows for them.
    pub parts: &'a (dyn Fn(&mut Formulation) -> (Sum, Sum) + Sync),
    /// Whether the most is sought, or the least.
    pub most: bool,
    /// A plan.
    pub known: &'a [f64],
    /// Its share.
    pub share: f64,
    /// Its total, which sums are measured by.
    pub scale: f64,
    /// What the total is at least in every plan.
    pub least_total: f64,
}

/// A share that no plan can better.
pub(in crate::analysis) struct Found {
    /// The program.
    pub formulation: Formulation,
    /// The plan that has it.
    pub x: Vec<f64>,
    /// What is proved; `None` if the total may be nothing.
    pub bound: Option<f64>,
    /// Whether a limit of time ended a search.
    pub limited: bool,
}

/// Finds the least or most of a share; `None` if it could not be certified.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn extreme(near: &Near<'_>, ratio: &Ratio<'_>) -> Result<Option<Found>, EngineError> {
    for room in ROOMS {
        let mut program = near.program(room);
        let Some((x, bound, limited)) = steps(near, ratio, &mut program)? else { return Ok(None) };
        if !program.f.touched(&x) {
            return Ok(Some(Found { formulation: program.f, x, bound, limited }));
        }
        tracing::debug!(room, "a share touched a box");
    }
    Ok(None)
}

/// The steps in a program: a plan, what is proved, and whether time ran out.
#[allow(clippy::type_complexity)]
fn steps(
    near: &Near<'_>,
    ratio: &Ratio<'_>,
    program: &mut Program,
) -> Result<Option<(Vec<f64>, Option<f64>, bool)>, EngineError> {
    let (part, whole) = (ratio.parts)(&mut program.f);
    let sign = if ratio.most { 1.0 } else { -1.0 };
    let scale = ratio.scale;
    let mut best = (ratio.known.to_vec(), ratio.share);
    let mut limited = false;
    for step in 0..STEPS {
        let share = best.1;
        // In parts of the known total, so that a gap of a millionth is one of the share.
        let less = part.plus(-sign / scale, &whole, sign * share / scale);
        let solved = near.least(program, &less)?;
        if !is_plan(&solved) {
            tracing::debug!(status = ?solved.status, step, "a share was not certified");
            return Ok(None);
        }
        limited |= solved.status == CertifiedStatus::LimitReached;
        let total = whole.at(&solved.x);
        let next = if total > SAME * scale { part.at(&solved.x) / total } else { share };
        tracing::debug!(step, share, next, "step of a share");
        let further = sign * (next - share);
        if further > 0.0 {
            best = (solved.x, next);
        }
        if further <= SAME {
            // What is left of M_g - r M, proved.
            let excess = scale * (-solved.certificate.bound).max(0.0);
            let least = ratio.least_total;
            let bound = (least > SAME * scale).then(|| (share + sign * excess / least).clamp(0.0, 1.0));
            return Ok(Some((best.0, bound, limited)));
        }
    }
    Ok(None)
}
