//! A point within the allowance as a plan.

use super::super::examined::plan_of;
use super::super::settings::Detail;
use super::plans::{NearOptimalPlans, examined};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::Formulation;
use crate::lp::primal_violation;
use crate::plan::{Plan, Status};

/// A point within the allowance as a plan, with what is certified of it: that it keeps every row, and what it costs beside
/// the bound of all plans; and how far it is from its rows. `None` if it could not be certified as a plan.
pub(in crate::analysis) fn near_optimal(
    near: &NearOptimalPlans<'_>,
    f: &Formulation,
    solved: Solved,
    bound: f64,
) -> Result<Option<(Plan, f64)>, EngineError> {
    // Multipliers of a program with another row more are no prices of the model.
    let solved = Solved { status: CertifiedStatus::Optimal, y: Vec::new(), reduced_costs: Vec::new(), ..solved };
    let full = examined(plan_of(near.model, f, &solved, Detail::Full, &near.settings))?;
    // What is still served after a loss can be left out.
    let plan =
        if full.is_some() { full } else { examined(plan_of(near.model, f, &solved, Detail::Plan, &near.settings))? };
    let Some(mut plan) = plan else { return Ok(None) };
    let Some(cost) = plan.cost.as_ref().map(|c| c.total) else { return Ok(None) };
    let primal = primal_violation(f.program(), &solved.x);
    let good = primal <= crate::lp::Tolerances::default().primal;
    if plan.status != Status::Optimal || !good || !near.affords(cost) {
        return Ok(None);
    }
    plan.status = Status::NearOptimal;
    plan.certificate.primal = Some(primal);
    plan.certificate.bound = Some(bound);
    plan.certificate.gap = Some((cost - bound) / (1.0 + cost.abs()));
    plan.certificate.relaxation = None;
    plan.certificate.verified = true;
    Ok(Some((plan, primal)))
}
