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

use super::plans::{NearOptimalPlans, Program, ROOMS, is_plan};
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::Formulation;
use crate::lp::Affine;

/// Most steps; ten are many.
const STEPS: usize = 50;
/// Shares that differ by less are the same.
const SAME: f64 = 1e-9;

/// Which share is sought, and what is known of it.
pub(in crate::analysis) struct Ratio<'a> {
    /// The part and the whole, in a program that may get columns and rows for them.
    pub parts: &'a (dyn Fn(&mut Formulation) -> (Affine, Affine) + Sync),
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

/// A share that no plan can better, up to what is proved.
pub(in crate::analysis) struct ProvenShare {
    /// The program.
    pub formulation: Formulation,
    /// The plan that has it.
    pub x: Vec<f64>,
    /// What is proved; `None` if the total may be nothing.
    pub bound: Option<f64>,
    /// Whether the search ended before it was proved that there is nothing beyond.
    pub limited: bool,
}

/// Finds the least or most of a share; `None` if it could not be certified.
///
/// Where plans have decisions, the best with those of the known plan is found first: that takes linear
/// programs alone, and the search over all decisions starts from there.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn extreme(
    near: &NearOptimalPlans<'_>,
    ratio: &Ratio<'_>,
) -> Result<Option<ProvenShare>, EngineError> {
    let whole = near.fixed.is_none() && near.program(ROOMS[0]).f.program().has_integers();
    let decided = if whole { within(&near.deciding(ratio.known), ratio)? } else { None };
    match decided {
        Some((found, share)) => Ok(within(near, &Ratio { known: &found.x, share, ..*ratio })?.map(|(found, _)| found)),
        None => Ok(within(near, ratio)?.map(|(found, _)| found)),
    }
}

/// The plan that was found, and its share.
fn within(near: &NearOptimalPlans<'_>, ratio: &Ratio<'_>) -> Result<Option<(ProvenShare, f64)>, EngineError> {
    for room in ROOMS {
        let mut program = near.program(room);
        let Some(last) = steps(near, ratio, &mut program)? else { return Ok(None) };
        if !program.f.touched(&last.point) {
            let Last { point: x, share, bound, limited } = last;
            return Ok(Some((ProvenShare { formulation: program.f, x, bound, limited }, share)));
        }
        tracing::debug!(room, "a share touched a box");
    }
    Ok(None)
}

fn steps(
    near: &NearOptimalPlans<'_>,
    ratio: &Ratio<'_>,
    program: &mut Program,
) -> Result<Option<Last<Vec<f64>>>, EngineError> {
    let (part, whole) = (ratio.parts)(&mut program.f);
    let sign = if ratio.most { 1.0 } else { -1.0 };
    let scale = ratio.scale;
    // A search over whole numbers may end without any, and one in limited time anyhow. What was proved
    // until then holds.
    let may_end = near.settings.is_limited() || program.f.program().has_integers();
    let known = FirstPlan { point: ratio.known.to_vec(), share: ratio.share, scale, least_total: ratio.least_total };
    climb(known, ratio.most, may_end, |share| {
        // In parts of the known total, so that a gap of a millionth is one of the share.
        let less = part.plus(-sign / scale, &whole, sign * share / scale);
        let solved = near.least(program, &less)?;
        let found = is_plan(&solved);
        let of = |sum: &Affine| if found { sum.at(&solved.x) } else { 0.0 };
        Ok(Step {
            part: of(&part),
            total: of(&whole),
            bound: solved.certificate.bound,
            status: solved.status,
            point: found.then_some(solved.x),
        })
    })
}

/// The plan that the steps begin with.
pub(in crate::analysis) struct FirstPlan<P> {
    pub point: P,
    /// Its share.
    pub share: f64,
    /// Its total, which sums are measured by.
    pub scale: f64,
    /// What the total is at least in every plan.
    pub least_total: f64,
}

/// What came of one step.
pub(in crate::analysis) struct Step<P> {
    /// The plan, if there is one, with its part and its total.
    pub point: Option<P>,
    pub part: f64,
    pub total: f64,
    /// What the least of r M - M_g (of M_g - r M where the least share is sought) is at least, in parts of the scale.
    pub bound: f64,
    pub status: CertifiedStatus,
}

/// Where the steps end.
pub(in crate::analysis) struct Last<P> {
    pub point: P,
    pub share: f64,
    pub bound: Option<f64>,
    pub limited: bool,
}

/// Goes on from a plan, `step` being asked for the best at a share, until no share is beyond; `None` if that could not be
/// certified. A step may have no answer where it `may_end` without any.
///
/// # Errors
/// As those of the steps.
pub(in crate::analysis) fn climb<P>(
    known: FirstPlan<P>,
    most: bool,
    may_end: bool,
    mut step: impl FnMut(f64) -> Result<Step<P>, EngineError>,
) -> Result<Option<Last<P>>, EngineError> {
    let FirstPlan { mut point, mut share, scale, least_total } = known;
    let sign = if most { 1.0 } else { -1.0 };
    for number in 0..STEPS {
        let found = step(share)?;
        if found.point.is_none() && (!may_end || found.status == CertifiedStatus::Infeasible) {
            tracing::debug!(status = ?found.status, number, "a share was not certified");
            return Ok(None);
        }
        let next = if found.total > SAME * scale { found.part / found.total } else { share };
        tracing::debug!(number, share, next, "step of a share");
        // What is left of M_g - r M, proved.
        let excess = scale * (-found.bound).max(0.0);
        let further = sign * (next - share);
        let (before, limited) = (share, found.status != CertifiedStatus::Optimal);
        if further > 0.0
            && let Some(new) = found.point
        {
            (point, share) = (new, next);
        }
        if further <= SAME {
            let bound = (least_total > SAME * scale).then(|| (before + sign * excess / least_total).clamp(0.0, 1.0));
            return Ok(Some(Last { point, share, bound, limited }));
        }
    }
    Ok(None)
}
