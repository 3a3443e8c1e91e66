//! The room for negotiation where several futures may come: what each group can have of what is expected.
//!
//! As for one future, over the plans of the joined program whose expected cost is within the allowance: the share of a
//! group is its expected amount divided by the expected total, and its least and most are found by the same steps.

use super::room::is_exact;
use super::types::{Alternatives, AlternativesError, AlternativesSettings, Extreme, GroupRoom, LONGEST, Portion, unit};
use crate::analysis::parallel::IntoParallelRefIterator;
#[cfg(feature = "parallel")]
use crate::analysis::parallel::ParallelIterator;
use crate::analysis::solving::cuts::{ROUNDS, unneeded};
use crate::analysis::solving::examined::examine;
use crate::analysis::solving::near::{self, Known, Last, ROOMS, Step, climb};
use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::analysis::solving::solve::solve_every_future;
use crate::analysis::uncertain::{Alone, Futures, models, without_plan};
use crate::engine::{EngineError, Solved, solve_certified};
use crate::formulation::{Formulation, FutureMeasure, Joint, build_purposeful};
use crate::lp::Affine;
use crate::model::{Model, OfferSet, Uncertainty};
use crate::plan::audit::TOLERANCE;
use crate::plan::ledger::measure;
use crate::plan::{Plan, Status};

/// Relative slack of the allowed cost, so that the cheapest plan is within it whatever was rounded.
const SLACK: f64 = 1e-9;
/// What is minimized.
const EXPECTED: FutureMeasure = FutureMeasure::Cost { expected: 1.0, cvar: None };

/// The room for negotiation of a model with several futures.
///
/// # Errors
/// As [`super::alternatives`].
pub(super) fn alternatives(
    model: &Model,
    uncertainty: &Uncertainty,
    settings: &AlternativesSettings,
) -> Result<(Alternatives, Vec<Plan>), AlternativesError> {
    let mut solve = SolveSettings { detail: Detail::Plan, ..settings.solve.clone() };
    let plan = solve_every_future(model, &solve)?.together;
    let Some(told) = plan.uncertainty.as_deref().filter(|_| plan.status == Status::Optimal) else {
        return Err(AlternativesError::NoPlan(plan.status));
    };
    let models = models(model)?;
    let alone = Alone::each_built(&models, &solve, &build_purposeful)?;
    if without_plan(&alone).is_some() {
        return Err(AlternativesError::NoPlan(plan.status));
    }
    let cheapest = Futures::new(uncertainty, &models, &alone, &solve).solve(&uncertainty.known(), &EXPECTED, None)?;
    if !cheapest.is_optimal() {
        return Err(AlternativesError::NoPlan(plan.status));
    }
    // What is minimized may be more than the expected cost: then the plan costs more than the cheapest, and the
    // allowance begins with it.
    let cost = told.expected;
    let allowed = cost + settings.within * cost.abs() + SLACK * (1.0 + cost.abs());
    if cheapest.joint.program().has_integers() {
        solve.time_limit = solve.search_limit(LONGEST);
    }
    let near = NearFutures {
        futures: &Futures::new(uncertainty, &models, &alone, &solve),
        settings,
        known: uncertainty.known(),
        allowed,
    };
    let begin = Point { formulations: cheapest.formulations, joint: cheapest.joint, x: cheapest.solved.x };
    let everything = OfferSet::all(model.offers.len());
    let total = begin.at(&near.sums(&begin.formulations, &everything));
    if total <= 0.0 {
        return Err(AlternativesError::Usage(format!("the cheapest plan has no {}", settings.of.word())));
    }
    let least_total = near.least_total(&everything)?;
    let (room, mut notes) = near.room(model, &begin, least_total)?;
    if settings.plans > 0 {
        notes.push("whole plans that differ are told of one future by itself: `--future NAME`".to_owned());
    }
    notes.push("shares are of what is expected over the futures, and so is the cost".to_owned());
    let found = Alternatives {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: plan.model.clone(),
        currency: model.currency.clone(),
        of: settings.of.word().to_owned(),
        unit: unit(model, settings.of),
        within: settings.within,
        cost,
        bound: cheapest.solved.certificate.bound,
        allowed,
        exact: room.iter().all(|g| [&g.least, &g.most].into_iter().all(|e| e.as_ref().is_some_and(is_exact))),
        solves: 2 + 2 * room.len(),
        room,
        plans: Vec::new(),
        notes,
    };
    Ok((found, Vec::new()))
}

/// The plans for several futures within an allowance.
struct NearFutures<'a> {
    futures: &'a Futures<'a>,
    settings: &'a AlternativesSettings,
    known: Vec<i64>,
    allowed: f64,
}

/// A plan.
#[derive(Clone)]
struct Point {
    formulations: Vec<Formulation>,
    joint: Joint,
    x: Vec<f64>,
}

impl Point {
    /// What is expected of a sum.
    fn at(&self, sums: &[Affine]) -> f64 {
        self.joint.expected(sums).at(&self.x)
    }

    fn touched(&self) -> bool {
        self.formulations.iter().enumerate().any(|(f, own)| own.touched(&self.joint.point(f, &self.x)))
    }
}

impl NearFutures<'_> {
    /// What some offers have in each future.
    fn sums(&self, formulations: &[Formulation], offers: &OfferSet) -> Vec<Affine> {
        let all = self.futures.models.iter().zip(formulations);
        all.map(|(model, f)| f.measured(model, offers, self.settings.of, &model.calendar.all())).collect()
    }

    /// The certified least of a part times `by` plus the total times `of`, with cuts and purposes as they turn out to be
    /// needed in any future.
    fn least(
        &self,
        formulations: &mut [Formulation],
        (part, by): (&OfferSet, f64),
        (total, of): (&OfferSet, f64),
        whole: bool,
    ) -> Result<(Joint, Solved), EngineError> {
        let settings = self.futures.settings;
        let mut round = 0;
        loop {
            let mut joint = self.futures.joined(&self.known, &EXPECTED, None, formulations);
            let paid: Vec<Affine> = formulations.iter().map(Formulation::paid).collect();
            joint.allow(&joint.expected(&paid), self.allowed);
            let part = joint.expected(&self.sums(formulations, part));
            let sum = part.plus(by, &joint.expected(&self.sums(formulations, total)), of);
            joint.minimise(&sum);
            if !whole {
                joint.relax();
            }
            let solved = solve_certified(joint.program(), settings.engine, &settings.options())?;
            if solved.x.is_empty() || round == ROUNDS {
                return Ok((joint, solved));
            }
            round += 1;
            let mut more = false;
            for (f, (model, own)) in self.futures.models.iter().zip(formulations.iter_mut()).enumerate() {
                let x = joint.point(f, &solved.x);
                if own.has_cones() {
                    more |= own.cut_off(model, &x).0 > 0;
                }
                own.excused = joint.excused(f).to_vec();
                let unneeded = if whole { unneeded(model, own, &x, settings)? } else { Vec::new() };
                more |= !unneeded.is_empty() && own.forbid(model, &unneeded);
            }
            if !more {
                return Ok((joint, solved));
            }
        }
    }

    /// What the expected total is at least in every plan, proved; 0 if that could not be certified.
    fn least_total(&self, everything: &OfferSet) -> Result<f64, EngineError> {
        let mut formulations = self.futures.wider(ROOMS[0]);
        let (joint, solved) = self.least(&mut formulations, (everything, 1.0), (everything, 0.0), false)?;
        let bound = solved.certificate.bound;
        let certain = near::is_plan(&solved) && !Point { formulations, joint, x: solved.x }.touched();
        Ok(if certain { bound.max(0.0) } else { 0.0 })
    }

    /// What each group of each dimension can have, with what could not be certified in words.
    fn room(
        &self,
        model: &Model,
        begin: &Point,
        least_total: f64,
    ) -> Result<(Vec<GroupRoom>, Vec<String>), EngineError> {
        let mut groups: Vec<(String, String, OfferSet)> = Vec::new();
        for by in &self.settings.by {
            for (name, offers) in model.groups(by) {
                groups.push((by.word().to_owned(), name, OfferSet::listed(model.offers.len(), offers)));
            }
        }
        let mut sets: Vec<&OfferSet> = groups.iter().map(|(_, _, offers)| offers).collect();
        sets.sort_unstable();
        sets.dedup();
        let sought: Vec<(&OfferSet, bool)> = sets.iter().flat_map(|&s| [(s, false), (s, true)]).collect();
        let found: Result<Vec<Option<Extreme>>, EngineError> =
            sought.par_iter().map(|(offers, most)| self.extreme(begin, offers, *most, least_total)).collect();
        let found = found?;
        let everything = OfferSet::all(model.offers.len());
        let total = begin.at(&self.sums(&begin.formulations, &everything));
        let mut told = Vec::new();
        for (by, group, offers) in &groups {
            let Ok(place) = sets.binary_search(&offers) else { continue };
            let amount = begin.at(&self.sums(&begin.formulations, offers));
            let cheapest = Portion { share: amount / total, amount, total };
            let (least, most) = (found[2 * place], found[2 * place + 1]);
            told.push(GroupRoom { by: by.clone(), group: group.clone(), least, cheapest, most });
        }
        let notes = super::room::notes(&told, least_total, self.settings.of);
        Ok((told, notes))
    }

    fn extreme(
        &self,
        begin: &Point,
        offers: &OfferSet,
        most: bool,
        least_total: f64,
    ) -> Result<Option<Extreme>, EngineError> {
        let everything = OfferSet::all(self.futures.models[0].offers.len());
        let scale = begin.at(&self.sums(&begin.formulations, &everything));
        let share = begin.at(&self.sums(&begin.formulations, offers)) / scale;
        let sign = if most { 1.0 } else { -1.0 };
        let settings = self.futures.settings;
        for room in ROOMS {
            let mut formulations = self.futures.wider(room);
            let whole = begin.joint.program().has_integers();
            let known = Known { point: begin.clone(), share, scale, least_total };
            let last = climb(known, most, settings.is_limited() || whole, |share| {
                let part = (offers, -sign / scale);
                let (joint, solved) = self.least(&mut formulations, part, (&everything, sign * share / scale), true)?;
                let (bound, status, found) = (solved.certificate.bound, solved.status, near::is_plan(&solved));
                let point = Point { formulations: formulations.clone(), joint, x: solved.x };
                let of = |set: &OfferSet| if found { point.at(&self.sums(&point.formulations, set)) } else { 0.0 };
                let (part, total) = (of(offers), of(&everything));
                Ok(Step { part, total, bound, status, point: found.then_some(point) })
            })?;
            let Some(last) = last else { return Ok(None) };
            if !last.point.touched() {
                return self.sound(last, offers);
            }
        }
        Ok(None)
    }

    /// What a plan has, if it is one in every future and costs no more than is allowed.
    fn sound(&self, last: Last<Point>, offers: &OfferSet) -> Result<Option<Extreme>, EngineError> {
        let Last { point, share, bound, limited } = last;
        let (mut cost, mut amount, mut total) = (0.0, 0.0, 0.0);
        for (f, (model, own)) in self.futures.models.iter().zip(&point.formulations).enumerate() {
            let x = point.joint.point(f, &point.x);
            let Some(found) = near::examined(examine(model, own, &x, None, self.futures.settings))? else {
                return Ok(None);
            };
            if let Some(worst) = found.breaches.first() {
                tracing::warn!(what = worst.what.as_str(), by = worst.by, "a plan does not keep a requirement");
                return Ok(None);
            }
            let all = OfferSet::all(model.offers.len());
            let (of, horizon) = (self.settings.of, model.calendar.all());
            let told = |set: &OfferSet| measure(model, &found.schedule, &found.ledger, set, of, None, &horizon);
            let p = self.futures.uncertainty.futures()[f].probability;
            cost += p * found.cost.total;
            amount += p * told(offers);
            total += p * told(&all);
        }
        let portion = Portion { share: amount / total, amount, total };
        let affords = cost <= self.allowed + TOLERANCE * (1.0 + self.allowed.abs());
        let same = (portion.share - share).abs() <= TOLERANCE;
        Ok((affords && same).then_some(Extreme { portion, cost, bound, limited }))
    }
}
