//! Of the plans for several futures that cost little more than the cheapest, the one that departs least from another plan.
//!
//! With x_f what future f decides, D_f its departures, C(x) the expected cost and O(x) what is minimized, x* the optimum:
//!
//! ```text
//! min  sum over f of p_f D_f(x_f)    subject to  C(x) <= C(x*) + a,  O(x) <= O(x*) + a,    a = within C(x*)
//! ```

use super::joined::{Alone, Futures, Together, without_plan};
use super::near::allow;
use super::{models, tell, value};
use crate::analysis::solving::near::{self, ROOMS};
use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::{Formulation, Joint, build_purposeful};
use crate::lp::{Affine, Certificate, Tolerances, primal_violation};
use crate::model::{Model, Uncertainty};
use crate::plan::{Plan, Schedule, Status};

/// Adds to the program of a future what measures its departures; all of them, as a sum.
pub(in crate::analysis) type Departures<'a> = &'a dyn Fn(usize, &Model, &mut Formulation) -> Affine;

/// The plan that departs least, and what it is in each future; `None` if none was certified. It is within an allowance of a
/// `plan` of the model.
pub(in crate::analysis) fn closest(
    model: &Model,
    (uncertainty, plan): (&Uncertainty, &Plan),
    departures: Departures<'_>,
    within: f64,
    settings: &SolveSettings,
) -> Result<Option<(Plan, Vec<Plan>)>, EngineError> {
    let settings = SolveSettings { detail: Detail::Plan, ..settings.clone() };
    let models = models(model)?;
    // What is bought has to have a purpose also where it is not the cost that is asked for.
    let alone = Alone::each_built(&models, &settings, &build_purposeful)?;
    let Some(cost) = plan.cost.as_ref().map(|c| c.total).filter(|_| without_plan(&alone).is_none()) else {
        return Ok(None);
    };
    let futures = Futures::new(uncertainty, &models, &alone, &settings);
    let known = uncertainty.known();
    let measure = futures.objective();
    let best = futures.solve(&known, &measure, None)?;
    if !best.is_optimal() {
        return Ok(None);
    }
    let allowed = near::allowed(cost, within);
    let most = best.joint.objective().at(&best.solved.x) + (allowed - cost);
    let limit = |joint: &mut Joint, formulations: &[Formulation]| {
        allow(joint, formulations, allowed);
        joint.ask("allowed-objective", &joint.objective(), most);
    };
    for room in ROOMS {
        let mut formulations = futures.wider(room);
        let each = models.iter().zip(&mut formulations).enumerate();
        let sums: Vec<Affine> = each.map(|(f, (model, own))| departures(f, model, own)).collect();
        let (joint, solved) = futures.least(&known, &measure, &mut formulations, true, &|joint, formulations| {
            limit(joint, formulations);
            joint.minimise(&joint.expected(&sums));
        })?;
        if !near::is_plan(&solved) {
            return Ok(None);
        }
        let found = Together { joint, formulations: formulations.clone(), solved };
        if found.touched() {
            continue;
        }
        // Of those that depart as little the best.
        let least = found.expected(&sums);
        let close = least + 1e-9 * (1.0 + least);
        let (joint, solved) = futures.least(&known, &measure, &mut formulations, true, &|joint, formulations| {
            limit(joint, formulations);
            joint.ask("close", &joint.expected(&sums), close);
        })?;
        let polished = Together { joint, formulations, solved };
        let good = near::is_plan(&polished.solved) && !polished.touched();
        return told(model, &futures, if good { polished } else { found }, &best, allowed);
    }
    Ok(None)
}

/// A point within the allowance as a plan, with what is certified of it: that it keeps every row, and how far what is minimized
/// is from the bound of all plans.
fn told(
    model: &Model,
    futures: &Futures<'_>,
    found: Together,
    best: &Together,
    allowed: f64,
) -> Result<Option<(Plan, Vec<Plan>)>, EngineError> {
    let Together { joint, formulations, solved } = found;
    let primal = primal_violation(joint.program(), &solved.x);
    if primal > Tolerances::default().primal {
        return Ok(None);
    }
    // Without what was asked the program has the same columns, and minimizes what the model does.
    let own = futures.joined(&futures.uncertainty.known(), &futures.objective(), None, &formulations);
    let (value, bound) = (own.objective().at(&solved.x), best.solved.certificate.bound);
    let gap = (value - bound) / (1.0 + value.abs());
    let certificate = Certificate { primal, bound, gap, verified: true, ..solved.certificate };
    // Multipliers of a program with further rows are no prices of the model.
    let (y, reduced_costs) = (Vec::new(), Vec::new());
    let solved = Solved { status: CertifiedStatus::Optimal, y, reduced_costs, certificate, ..solved };
    let together = Together { joint, formulations, solved };
    let alone = futures.best();
    let values = value::beside_the_best(model, futures, &together, &alone)?;
    let Some((mut plan, futures)) = near::examined(tell::plan(model, futures, &together, &alone, values))? else {
        return Ok(None);
    };
    let affords = plan.cost.as_ref().is_some_and(|c| near::affords(allowed, c.total));
    if plan.status != Status::Optimal || !affords {
        return Ok(None);
    }
    plan.status = Status::NearOptimal;
    Ok(Some((plan, futures.into_iter().map(|(plan, _): (Plan, Schedule)| plan).collect())))
}
