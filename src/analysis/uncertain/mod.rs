//! Planning what is not known yet: one plan for all futures, and what knowing would be worth.
//!
//! With v_f the cost of a plan in future f and best_f the least that the future costs by itself (Birge and Louveaux,
//! "Introduction to Stochastic Programming", 2nd ed., 2011, chapter 4):
//!
//! - wait-and-see: sum of p_f best_f, at most the expected cost of any plan;
//! - expected value of perfect information: expected cost less wait-and-see. That of one factor is the expected cost less
//!   that of the tree in which it is known at the start;
//! - value of the stochastic solution: expected cost of deciding at the start what the plan for the base case decides,
//!   everything later chosen anew, less the expected cost.
//!
//! That wait-and-see <= here-and-now <= the base plan is checked, and an answer that breaks it is not certified.

mod clauses;
mod closest;
mod compared;
mod decided;
mod decisions;
mod joined;
mod near;
mod tell;
mod value;
mod waiting;

pub(in crate::analysis) use self::closest::closest;
pub use self::decided::Decided;
pub(in crate::analysis) use self::joined::{Alone, Fixed, Futures, ROUNDING, Together, about, without_plan};
pub(in crate::analysis) use self::near::allow;
use super::solving::examined::plan_of;
use super::solving::settings::{Detail, SolveSettings};
use crate::engine::EngineError;
use crate::formulation::{Formulation, FutureMeasure};
use crate::lp::LinearProgram;
use crate::model::{Goal, Model, Uncertainty};
use crate::plan::{ModelInfo, Plan, Schedule, Status};

/// How much a regret may be beyond the least before it counts as more.
const REGRET: f64 = 1e-9;

/// Finds the best plan for all futures of a model, and certifies it.
///
/// # Errors
/// As [`super::solve`].
pub(in crate::analysis) fn solve_futures(
    model: &Model,
    uncertainty: &Uncertainty,
    settings: &SolveSettings,
) -> Result<FuturePlans, EngineError> {
    Ok(solve_decided(model, uncertainty, settings)?.0)
}

/// The same plan, and what it decides before anything is drawn at random, if there is a plan.
///
/// # Errors
/// As [`super::solve`].
pub(in crate::analysis) fn solve_decided(
    model: &Model,
    uncertainty: &Uncertainty,
    settings: &SolveSettings,
) -> Result<(FuturePlans, Option<Decided>), EngineError> {
    settings.begin("plan", 1, 1)?;
    let models = models(model)?;
    let alone = Alone::each(&models, settings)?;
    let (together, plans, decided) = plans(model, uncertainty, (&models, &alone), settings)?;
    let names = uncertainty.futures.iter().map(|f| (f.name.clone(), f.probability));
    let futures = names.zip(models).zip(plans);
    let futures = futures.map(|(((name, probability), model), (plan, schedule))| FuturePlan {
        name,
        probability,
        model,
        plan,
        schedule,
    });
    Ok((FuturePlans { together, futures: futures.collect() }, decided))
}

/// What the plan for all futures decides before anything is drawn, or the status of one that is not certified; and what the
/// plan for the base case decides, with the future that it is made for, if there is one.
pub(in crate::analysis) type HereAndBase = (Result<Decided, Status>, Option<(String, Decided)>);

/// Both; of the first what is `given` counts.
///
/// # Errors
/// As the engine's.
pub(in crate::analysis) fn here_and_base(
    model: &Model,
    uncertainty: &Uncertainty,
    given: Option<Decided>,
    settings: &SolveSettings,
) -> Result<HereAndBase, EngineError> {
    let models = models(model)?;
    let alone = Alone::each(&models, settings)?;
    let here = match given {
        Some(decided) => Ok(decided),
        None => {
            settings.begin("plan", 1, 1)?;
            let (plan, _, decided) = plans(model, uncertainty, (&models, &alone), settings)?;
            decided.filter(|_| plan.status == Status::Optimal).ok_or(plan.status)
        }
    };
    if without_plan(&alone).is_some() {
        return Ok((here, None));
    }
    let decided = value::base_case(&Futures::new(uncertainty, &models, &alone, settings))?;
    Ok((here, decided.map(|columns| (value::base_name(uncertainty), Decided::alone(columns)))))
}

/// A plan for several futures.
#[derive(Clone, Debug)]
pub struct FuturePlans {
    /// The plan.
    pub together: Plan,
    /// What it is in each future; empty if there is no plan, or only one future.
    pub futures: Vec<FuturePlan>,
}

/// A plan in one of several futures.
#[derive(Clone, Debug)]
pub struct FuturePlan {
    /// The future.
    pub name: String,
    /// How likely it is.
    pub probability: f64,
    /// Its model.
    pub model: Model,
    /// What is held, run and paid in it.
    pub plan: Plan,
    /// The same by the ids of its model.
    pub schedule: Schedule,
}

/// Of more futures than this nothing is sought that is not solved by parts, unless it is asked for: no plan of least regret,
/// since costs that stand in rows alone are none of parts, and the largest regret of many draws is that of the most unlikely
/// one; and no plan closest to another.
pub(in crate::analysis) const MOST_JOINED: usize = 100;

/// The plan for all futures, what it is in each, and what it decides before anything is drawn.
type Planned = (Plan, Vec<(Plan, Schedule)>, Option<Decided>);

fn plans(
    model: &Model,
    uncertainty: &Uncertainty,
    (models, alone): (&[Model], &[Alone]),
    settings: &SolveSettings,
) -> Result<Planned, EngineError> {
    // A future without a plan by itself has none together with others.
    if let Some(f) = without_plan(alone) {
        let Alone { formulation, solved, .. } = &alone[f];
        let mut plan = plan_of(&models[f], formulation, solved, Detail::Cost, settings)?;
        plan.model = ModelInfo::of(model);
        let name = &uncertainty.futures[f].name;
        plan.notes.push(match plan.status {
            Status::Infeasible | Status::InfeasibleUnverified => {
                format!("there is no plan in the future `{name}`, whatever is decided before: `polysource explain --future {name}` says why")
            }
            _ => format!("the future `{name}` was not solved by itself"),
        });
        if plan.status.has_plan() {
            plan.status = Status::Unverified;
            plan.certificate.verified = false;
        }
        return Ok((plan, Vec::new(), None));
    }
    let futures = Futures::new(uncertainty, models, alone, settings);
    let best = futures.best();
    let known = uncertainty.known();
    let mut together = futures.solve(&known, &futures.objective(), None)?;
    if uncertainty.goal == Goal::Regret && together.is_optimal() {
        together = cheapest_of_least_regret(&futures, &known, &best, together)?;
    }
    if !together.is_optimal() {
        return Ok((tell::without_plan(model, &futures, &together)?, Vec::new(), None));
    }
    let mut values = value::of(model, &futures, &together, &best)?;
    let mut notes = Vec::new();
    let beside = settings.detail.is_full() && uncertainty.goal != Goal::Regret;
    if beside && models.len() > MOST_JOINED {
        let count = models.len();
        notes.push(format!(
            "the plan of least regret of {count} futures was not sought: it is not among the plans side by side"
        ));
    } else if beside {
        settings.begin("the plan of least regret", 1, 1)?;
        match least_regret(&futures, &known, &best)? {
            Some(costs) => values = values.with_least_regret(&futures, &together, costs),
            None => notes
                .push("the plan of least regret was not certified: it is not among the plans side by side".to_owned()),
        }
    }
    let (mut plan, plans) = tell::plan(model, &futures, &together, &best, values)?;
    let decided = Decided::of(&together, futures.scale);
    if let Some(draws) = plan.uncertainty.as_deref_mut().and_then(|u| u.draws.as_mut()) {
        draws.decided = decided.columns();
    }
    plan.notes.append(&mut notes);
    if settings.detail.is_full() {
        clauses::add(model, uncertainty, models, settings, &mut plan)?;
    }
    Ok((plan, plans, Some(decided)))
}

/// The program of all futures together, with the objective of the model: whoever solves it can check the answer. It is
/// solved for the cuts and boxes that it needs.
///
/// # Errors
/// As [`super::solve`]; [`EngineError::SeveralFutures`] never.
pub fn joined_program(model: &Model, settings: &SolveSettings) -> Result<LinearProgram, EngineError> {
    Ok(future_programs(model, settings)?.joined)
}

/// The programs of several futures, together and apart.
#[derive(Clone, Debug)]
pub struct FuturePrograms {
    /// All of them as one, with the objective of the model.
    pub joined: LinearProgram,
    /// Each by itself with its own cost, and with the bounds that shared columns have together.
    pub futures: Vec<FutureProgram>,
    /// The columns of decisions that are the same in several futures, and those futures.
    pub shared: Vec<(String, Vec<usize>)>,
}

/// The program of one of several futures.
#[derive(Clone, Debug)]
pub struct FutureProgram {
    /// The future.
    pub name: String,
    /// How likely it is: what its cost counts for in the expected cost.
    pub probability: f64,
    /// Its program.
    pub program: LinearProgram,
}

/// The programs of a model's futures, of which another solver for stochastic programs can make its own; without
/// uncertainty the model's program alone. They are solved for the cuts and boxes that they need.
///
/// # Errors
/// As [`super::solve`]; [`EngineError::SeveralFutures`] never.
pub fn future_programs(model: &Model, settings: &SolveSettings) -> Result<FuturePrograms, EngineError> {
    let Some(uncertainty) = model.uncertainty() else {
        let joined = super::solving::exported_program(model)?.program().clone();
        return Ok(FuturePrograms { joined, futures: Vec::new(), shared: Vec::new() });
    };
    let models = models(model)?;
    let alone = Alone::each(&models, settings)?;
    let futures = Futures::new(uncertainty, &models, &alone, settings);
    let together = futures.solve(&uncertainty.known(), &futures.objective(), None)?;
    let named = uncertainty.futures.iter().zip(together.apart());
    let apart = named.map(|(f, program)| FutureProgram { name: f.name.clone(), probability: f.probability, program });
    Ok(FuturePrograms {
        joined: together.joint.program().clone(),
        futures: apart.collect(),
        shared: together.joint.shared(&together.formulations.iter().map(Formulation::program).collect::<Vec<_>>()),
    })
}

pub(in crate::analysis) fn models(model: &Model) -> Result<Vec<Model>, EngineError> {
    model.futures().map_err(|found| EngineError::Failed {
        engine: "the tree of futures",
        what: found.sorted().first().map(|d| d.message.clone()).unwrap_or_default(),
    })
}

/// What each future costs with the plan of least regret, the cheapest of them; none that was not certified.
fn least_regret(futures: &Futures<'_>, known: &[i64], best: &[f64]) -> Result<Option<Vec<f64>>, EngineError> {
    let first = futures.solve(known, &futures.regret(), None)?;
    if !first.is_optimal() {
        return Ok(None);
    }
    Ok(Some(cheapest_of_least_regret(futures, known, best, first)?.costs()))
}

/// Of all plans with the regret of the `first`, the least, the one that is expected to cost least.
fn cheapest_of_least_regret(
    futures: &Futures<'_>,
    known: &[i64],
    best: &[f64],
    first: Together,
) -> Result<Together, EngineError> {
    let regret = value::largest_regret(&first.costs(), best);
    let most = best.iter().map(|b| b + regret + REGRET * (1.0 + futures.scale)).collect();
    let within = FutureMeasure::Cost { expected: 1.0, cvar: None, most: Some(most) };
    let second = futures.solve(known, &within, None)?;
    Ok(if second.is_optimal() { second } else { first })
}
