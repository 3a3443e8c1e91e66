//! Model to plan.

use std::time::Duration;

use super::cuts::solve_with_cuts;
use super::{deals, idle, prefer, premium};
use crate::engine::{CertifiedStatus, Deadline, EngineChoice, EngineError, SolveOptions, Solved};
use crate::formulation::{Formulation, Limits, build_purposeful, build_with};
use crate::lp::{ARITHMETIC, Tolerances, primal_violation};
use crate::model::Model;
use crate::plan::audit::{Breach, audit, audit_risk, audit_survival};
use crate::plan::ledger::{Ledger, cost};
use crate::plan::{
    CertificateInfo, Cost, Evidence, ModelInfo, Plan, Purposes, RiskResult, Schedule, Situation, Status, Survival,
    assignments, contract_results, exposure, limit_results, moves, notes, organisations, purchases, resilience, risk,
    survival, unmet,
};

/// How much is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Detail {
    /// One solve, with what is held and paid.
    Cost,
    /// Also who runs what, and the exposure over the horizon, but not what each limit costs.
    Sums,
    /// Also the exposure by period, what each limit costs, and all else that one solve tells.
    Plan,
    /// Also what needs further solves: the diversification premium.
    #[default]
    Full,
    /// Also what takes long in a large model: break-even prices, and the ranges of shadow prices.
    Ranges,
}

impl Detail {
    /// Whether more than one solve is asked for.
    #[must_use]
    pub fn is_full(self) -> bool {
        matches!(self, Detail::Full | Detail::Ranges)
    }
}

/// How to solve a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolveSettings {
    /// The engine.
    pub engine: EngineChoice,
    /// Longest time for one engine; none by default.
    pub time_limit: Option<Duration>,
    /// When everything that is solved with these settings has to end; never by default.
    pub deadline: Deadline,
    /// How much is computed.
    pub detail: Detail,
    /// Relative gap at which an integer answer is good enough.
    pub mip_gap: f64,
}

impl Default for SolveSettings {
    fn default() -> Self {
        SolveSettings {
            engine: EngineChoice::Auto,
            time_limit: None,
            deadline: Deadline::default(),
            detail: Detail::Full,
            mip_gap: 1e-4,
        }
    }
}

impl SolveSettings {
    pub(super) fn options(&self) -> SolveOptions {
        SolveOptions { time_limit: self.time_limit, deadline: self.deadline, mip_gap: self.mip_gap }
    }

    /// Longest time for one of many searches over integers: the one that was set, `usual` if there is no end at all.
    pub(super) fn search_limit(&self, usual: Duration) -> Option<Duration> {
        self.time_limit.or((!self.deadline.is_set()).then_some(usual))
    }

    /// Whether an answer may end without being proved.
    pub(super) fn is_limited(&self) -> bool {
        self.time_limit.is_some() || self.deadline.is_set()
    }
}

/// Finds the cheapest plan of a model within its policy, and certifies it.
///
/// Infeasible and uncertified models are plans with that status, not errors.
///
/// # Errors
/// [`EngineError::BadProgram`] if the program has numbers without a meaning.
///
/// ```
/// use polysource::analysis::{SolveSettings, solve};
/// use polysource::model::Model;
/// use polysource::plan::Status;
///
/// let model = Model::from_yaml_str(r"
/// polysource: 1
/// chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
/// clouds: { aws: { owner: amazon } }
/// offers:
///   aws-h100: { chip: h100, cloud: aws, price: 4, capacity: 100 }
///   aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 100 }
/// workloads:
///   chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
/// policy:
///   limits: [ { share: { by: vendor, of: work, at_most: 60 % } } ]
/// ").unwrap();
/// let plan = solve(&model, &SolveSettings::default()).unwrap();
/// assert_eq!(plan.status, Status::Optimal);
/// // 60 % of 90 on Trainium at 1, the rest on H100 at 4.
/// assert!((plan.cost.unwrap().total - (54.0 + 4.0 * 36.0)).abs() < 1e-6);
/// ```
pub fn solve(model: &Model, settings: &SolveSettings) -> Result<Plan, EngineError> {
    let (formulation, mut solved) = solve_within_boxes(model, Limits::All, settings)?;
    let mut plan = preferred(model, settings, &formulation, &mut solved)?;
    if plan.status != Status::Optimal {
        return Ok(plan);
    }
    if settings.detail.is_full() {
        premium::add(model, settings, &mut plan)?;
        deals::add(model, settings, &mut plan)?;
        if formulation.may_choose() {
            let Examined { schedule, purposes, .. } = examine(model, &formulation, &solved.x, None)?;
            idle::add(model, settings, &schedule, &purposes, &mut plan)?;
        }
    }
    if settings.detail.is_full() || settings.detail == Detail::Plan {
        super::ranges::add(model, settings, &formulation, &solved, &mut plan)?;
    }
    Ok(plan)
}

/// The plan of an answer, or of the one that the policy prefers among those that cost as little.
///
/// # Errors
/// As the engine's.
pub(super) fn preferred(
    model: &Model,
    settings: &SolveSettings,
    formulation: &Formulation,
    solved: &mut Solved,
) -> Result<Plan, EngineError> {
    let note = prefer::choose(model, settings, formulation, solved)?;
    let mut plan = told(model, formulation, solved, settings.detail)?;
    plan.notes.extend(note);
    Ok(plan)
}

/// The program that [`solve`] solves, and its certified answer.
///
/// # Errors
/// As [`solve`].
pub fn solved_program(model: &Model, settings: &SolveSettings) -> Result<(Formulation, Solved), EngineError> {
    solve_within_boxes(model, Limits::All, settings)
}

/// As [`solve`] with [`Detail::Plan`], and who holds and runs what, if there is a plan.
///
/// # Errors
/// As [`solve`].
pub fn solve_schedule(model: &Model, settings: &SolveSettings) -> Result<(Plan, Option<Schedule>), EngineError> {
    let (formulation, solved) = solve_within_boxes(model, Limits::All, settings)?;
    let plan = told(model, &formulation, &solved, Detail::Plan)?;
    let schedule = plan.cost.is_some().then(|| Schedule::read(model, &formulation, &solved.x));
    Ok((plan, schedule))
}

/// Solves, with more room if a box that is ours is touched, so that no answer depends on it.
pub(super) fn solve_within_boxes(
    model: &Model,
    limits: Limits,
    settings: &SolveSettings,
) -> Result<(Formulation, Solved), EngineError> {
    let build = |room| build_with(model, limits, room);
    solve_from_room(model, build, 1.0, |formulation| solve_with_cuts(model, formulation, settings))
}

/// As [`solve_within_boxes`], of the program that also other questions than the least cost can be asked of.
pub(super) fn solve_purposeful(model: &Model, settings: &SolveSettings) -> Result<(Formulation, Solved), EngineError> {
    let build = |room| build_purposeful(model, room);
    solve_from_room(model, build, 1.0, |formulation| solve_with_cuts(model, formulation, settings))
}

/// As [`solve_within_boxes`], from some room on and with another way to solve.
pub(super) fn solve_from_room(
    model: &Model,
    build: impl Fn(f64) -> Formulation,
    mut room: f64,
    mut solve: impl FnMut(&mut Formulation) -> Result<Solved, EngineError>,
) -> Result<(Formulation, Solved), EngineError> {
    loop {
        let mut formulation = build(room);
        let mut solved = solve(&mut formulation)?;
        let touched = !solved.x.is_empty() && formulation.touched(&solved.x);
        // An infeasible program may be so because of a box, if any is ours.
        let suspicious = solved.x.is_empty() && formulation.holdings.iter().any(|h| h.boxed);
        if !touched && !suspicious || room >= 1e4 {
            if touched && solved.status == CertifiedStatus::Optimal {
                solved.status = CertifiedStatus::Unverified;
                solved.certificate.verified = false;
            }
            tell_idle(model, &formulation, &mut solved);
            return Ok((formulation, solved));
        }
        room *= 100.0;
    }
}

/// Costs that differ by less than this, relatively, are the same.
const SAME: f64 = 1e-9;

/// Takes the solution that pays no more idle money than is due, and the one that tells idle money as such, if
/// they are as good.
pub(super) fn tell_idle(model: &Model, formulation: &Formulation, solved: &mut Solved) {
    if solved.status != CertifiedStatus::Optimal || formulation.idles.is_empty() {
        return;
    }
    let program = formulation.program();
    let take = |solved: &mut Solved, x: Vec<f64>, dearer: f64| {
        let before = program.objective(&solved.x);
        let change = program.objective(&x) - before;
        let primal = primal_violation(program, &x);
        // What was proved of the cost is proved of one that is no higher.
        if change <= dearer * (1.0 + before.abs()) && primal <= Tolerances::default().primal {
            (solved.x, solved.certificate.primal) = (x, primal);
            solved.certificate.gap += change.min(0.0) / (1.0 + before.abs());
        }
    };
    let due = formulation.idle_due(model, &solved.x);
    if due != solved.x {
        take(solved, due, 0.0);
    }
    // A concentration is only held where the cuts were made.
    if !formulation.has_cones() {
        let told = formulation.idle_told(model, &solved.x);
        take(solved, told, SAME);
    }
}

/// The plan that a solution is.
///
/// # Errors
/// As the engine's.
pub(super) fn told(model: &Model, f: &Formulation, solved: &Solved, detail: Detail) -> Result<Plan, EngineError> {
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
        assignments: Vec::new(),
        contracts: Vec::new(),
        unmet: Vec::new(),
        moves: Vec::new(),
        exposure: Vec::new(),
        resilience: None,
        risk: None,
        organisations: Vec::new(),
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
        notes: model.notes.clone(),
    };
    if !status.has_plan() || solved.x.is_empty() {
        return Ok(plan);
    }
    let Examined { schedule, ledger, situation, survival, purposes, risk, cost, breaches } =
        examine(model, f, &solved.x, Some(program.objective(&solved.x)))?;
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
    plan.organisations = organisations(model, &ledger);
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
pub(super) struct Examined<'a> {
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
pub(super) fn examine<'a>(
    model: &'a Model,
    f: &Formulation,
    x: &[f64],
    objective: Option<f64>,
) -> Result<Examined<'a>, EngineError> {
    let schedule = Schedule::read(model, f, x);
    let ledger = Ledger::of(model, &schedule);
    let cost = cost(model, &schedule, &ledger);
    let situation = Situation::of_schedule(model, &schedule);
    let survival = survival(model, &situation)?;
    let purposes = Purposes::of(model, &schedule, &situation)?;
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
