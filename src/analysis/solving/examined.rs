//! A solution as a plan in the model's words, audited.

use super::settings::{Detail, SolveSettings};
use crate::engine::{CertifiedStatus, EngineError, Solved};
use crate::formulation::Formulation;
use crate::lp::ARITHMETIC;
use crate::model::Model;
use crate::plan::audit::{Breach, audit, audit_risk, audit_survival};
use crate::plan::ledger::{Ledger, cost};
use crate::plan::{
    CertificateInfo, Cost, Evidence, ModelInfo, Plan, Purposes, RiskResult, Schedule, Status, Survival, assets,
    assignments, balance_results, burn_down, contract_results, equity_results, exposure, limit_results, moves, notes,
    organisations, purchases, reservations, unmet,
};
use crate::resilience::{Situation, resilience, risk, survival};

/// The plan that a solution is.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn plan_of(
    model: &Model,
    f: &Formulation,
    solved: &Solved,
    detail: Detail,
    settings: &SolveSettings,
) -> Result<Plan, EngineError> {
    let program = f.program();
    let mut status = match solved.status {
        CertifiedStatus::Optimal => Status::Optimal,
        CertifiedStatus::Infeasible => Status::Infeasible,
        CertifiedStatus::InfeasibleUnverified => Status::InfeasibleUnverified,
        CertifiedStatus::Unbounded => Status::Unbounded,
        CertifiedStatus::LimitReached => Status::LimitReached,
        CertifiedStatus::Unverified => Status::Unverified,
    };
    let finite = |x: f64| x.is_finite().then_some(x);
    let certificate = &solved.certificate;
    let mut plan = Plan {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        status,
        currency: model.currency.clone(),
        cost: None,
        purchases: Vec::new(),
        reservations: Vec::new(),
        assets: Vec::new(),
        assignments: Vec::new(),
        contracts: Vec::new(),
        unmet: Vec::new(),
        moves: Vec::new(),
        exposure: Vec::new(),
        resilience: None,
        risk: None,
        organisations: Vec::new(),
        balances: Vec::new(),
        burn_down: Vec::new(),
        equity: Vec::new(),
        limits: Vec::new(),
        break_even: None,
        certificate: CertificateInfo {
            engine: certificate.engine.clone(),
            primal: finite(certificate.primal),
            bound: finite(certificate.bound),
            gap: finite(certificate.gap),
            relaxation: solved.relaxation,
            bound_by: program.has_integers().then(|| bound_by(&certificate.engine)),
            conditional_prices: solved.conditional_duals,
            arithmetic: ARITHMETIC.to_owned(),
            verified: certificate.verified,
            size: [program.columns().len(), program.rows().len(), program.nonzeros()],
        },
        idle_to_meet_limit: Vec::new(),
        uncertainty: None,
        notes: model.notes.clone(),
    };
    if !status.has_plan() || solved.x.is_empty() {
        return Ok(plan);
    }
    let Examined { schedule, ledger, situation, survival, purposes, risk, cost, breaches } =
        examine(model, f, &solved.x, Some(program.objective(&solved.x)), settings)?;
    plan.risk = risk;
    if let Some(worst) = breaches.iter().max_by(|a, b| a.by.total_cmp(&b.by)) {
        let count = breaches.len();
        tracing::warn!(count, worst = worst.what.as_str(), by = worst.by, "the plan does not keep all requirements");
    }
    if !breaches.is_empty() {
        status = Status::Unverified;
        plan.certificate.verified = false;
        plan.notes.extend(breaches.iter().take(5).map(|b| format!("not kept: {} (by {:.1e})", b.what, b.by)));
    }
    plan.status = status;
    plan.purchases = purchases(model, &schedule, &purposes);
    plan.reservations = reservations(model, &schedule);
    plan.assets = assets(model, &schedule);
    plan.contracts = contract_results(model, &schedule, &ledger);
    plan.unmet = unmet(model, &schedule);
    plan.cost = Some(cost);
    if detail == Detail::Cost {
        return Ok(plan);
    }
    plan.assignments = assignments(model, &schedule);
    plan.exposure = exposure(model, &schedule, &ledger, detail != Detail::Sums);
    if detail == Detail::Sums {
        return Ok(plan);
    }
    plan.moves = moves(model, &schedule);
    plan.balances = balance_results(model, &schedule);
    plan.burn_down = burn_down(model, &schedule, &ledger);
    plan.equity = equity_results(model, &schedule, &ledger);
    plan.organisations = organisations(model, &ledger, &plan.balances, &plan.equity);
    if detail.is_full() {
        plan.resilience = Some(resilience(model, &situation, &survival)?);
    }
    let evidence = Evidence {
        schedule: &schedule,
        ledger: &ledger,
        survival: &survival,
        risk: plan.risk.as_ref(),
        x: &solved.x,
        y: &solved.y,
        reduced: &solved.reduced_costs,
    };
    plan.limits = limit_results(model, f, evidence);
    plan.notes.extend(notes(model, &schedule).into_iter().skip(model.notes.len()));
    Ok(plan)
}

/// A solution in the model's words, checked against the model.
pub(in crate::analysis) struct Examined<'a> {
    pub schedule: Schedule,
    pub ledger: Ledger,
    pub situation: Situation<'a>,
    pub survival: Vec<Survival>,
    pub purposes: Purposes,
    pub risk: Option<RiskResult>,
    pub cost: Cost,
    /// The requirements that it breaks.
    pub breaches: Vec<Breach>,
}

/// Reads a solution and checks it. Its cost must be the program's, if that is given: a program that
/// minimises something else has no reason to cost as little as what it holds.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn examine<'a>(
    model: &'a Model,
    f: &Formulation,
    x: &[f64],
    objective: Option<f64>,
    settings: &SolveSettings,
) -> Result<Examined<'a>, EngineError> {
    let schedule = Schedule::read(model, f, x);
    let ledger = Ledger::of(model, &schedule);
    let cost = cost(model, &schedule, &ledger);
    let situation = Situation::of_schedule(model, &schedule, settings.checker());
    let survival = survival(model, &situation)?;
    let purposes = Purposes::of(model, &schedule, |excess, rented, t| situation.standby(excess, rented, t))?;
    let purposes = purposes.excusing(&f.excused);
    let risk = risk(model, &schedule, &situation, cost.total)?;
    let minimised = cost.total + risk.as_ref().map_or(0.0, |r| r.weighed);
    let mut breaches = audit(model, &schedule, &ledger, &purposes, minimised, objective.unwrap_or(minimised));
    breaches.extend(audit_survival(model, &survival));
    breaches.extend(risk.iter().flat_map(|r| audit_risk(model, r)));
    Ok(Examined { schedule, ledger, situation, survival, purposes, risk, cost, breaches })
}

/// Whose word the bound of a program with whole columns is: it is proved, unless an engine's own
/// search found it, which then stands in the engine's name.
fn bound_by(engine: &str) -> String {
    let search = ["highs", "microlp"].into_iter().find(|name| engine.contains(&format!("{name}'s search")));
    search.unwrap_or("certificate").to_owned()
}
