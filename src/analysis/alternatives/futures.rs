//! The room for negotiation where several futures may come: what each group can have of what is expected.
//!
//! As for one future, over the plans of the joined program whose expected cost is within the allowance: the share of a
//! group is its expected amount divided by the expected total, and its least and most are found by the same steps.

use super::room::{Range, is_exact, rooms};
use super::types::{Alternatives, AlternativesError, AlternativesSettings, Extreme, LONGEST, Portion, unit};
use crate::analysis::solving::examined::examine;
use crate::analysis::solving::near::{self, FirstPlan, Last, ROOMS, Step, climb};
use crate::analysis::solving::settings::{Detail, SolveSettings};
use crate::analysis::solving::solve::solve_every_future;
use crate::analysis::uncertain::{Alone, Futures, Together, allow, models, without_plan};
use crate::engine::{EngineError, Solved};
use crate::formulation::{Formulation, Joint, build_purposeful};
use crate::lp::Affine;
use crate::model::{Model, OfferSet, Uncertainty};
use crate::plan::audit::TOLERANCE;
use crate::plan::ledger::measure;
use crate::plan::{Plan, Status};

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
    let futures = Futures::new(uncertainty, &models, &alone, &solve);
    let cheapest = futures.solve(&uncertainty.known(), &futures.expectation(), None)?;
    if !cheapest.is_optimal() {
        return Err(AlternativesError::NoPlan(plan.status));
    }
    // What is minimized may be more than the expected cost: then the plan costs more than the cheapest, and the
    // allowance begins with it.
    let cost = told.expected;
    let allowed = near::allowed(cost, settings.within);
    if cheapest.joint.program().has_integers() {
        solve.time_limit = solve.search_limit(LONGEST);
    }
    let near = NearFutures {
        futures: &Futures::new(uncertainty, &models, &alone, &solve),
        settings,
        known: uncertainty.known(),
        allowed,
    };
    let everything = OfferSet::all(model.offers.len());
    let total = cheapest.expected(&near.sums(&cheapest.formulations, &everything));
    if total <= 0.0 {
        return Err(AlternativesError::Usage(format!("the cheapest plan has no {}", settings.of.word())));
    }
    let least_total = near.least_total(&everything)?;
    let range = |offers: &OfferSet| near.range(&cheapest, offers, total, least_total);
    let (room, mut notes) = rooms(model, settings, least_total, range)?;
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
        self.futures.least(&self.known, &self.futures.expectation(), formulations, whole, &|joint, formulations| {
            allow(joint, formulations, self.allowed);
            let part = joint.expected(&self.sums(formulations, part));
            let sum = part.plus(by, &joint.expected(&self.sums(formulations, total)), of);
            joint.minimise(&sum);
        })
    }

    /// What the expected total is at least in every plan, proved; 0 if that could not be certified.
    fn least_total(&self, everything: &OfferSet) -> Result<f64, EngineError> {
        let mut formulations = self.futures.wider(ROOMS[0]);
        let (joint, solved) = self.least(&mut formulations, (everything, 1.0), (everything, 0.0), false)?;
        let found = Together { joint, formulations, solved };
        let certain = near::is_plan(&found.solved) && !found.touched();
        Ok(if certain { found.solved.certificate.bound.max(0.0) } else { 0.0 })
    }

    /// What some offers can have, `total` being that of the cheapest plan.
    fn range(
        &self,
        cheapest: &Together,
        offers: &OfferSet,
        total: f64,
        least_total: f64,
    ) -> Result<Range, EngineError> {
        let amount = cheapest.expected(&self.sums(&cheapest.formulations, offers));
        let now = Portion { share: amount / total, amount, total };
        let sought = |most: bool| self.extreme(cheapest, offers, now, most, least_total);
        Ok(Range { least: sought(false)?, cheapest: now, most: sought(true)? })
    }

    fn extreme(
        &self,
        cheapest: &Together,
        offers: &OfferSet,
        now: Portion,
        most: bool,
        least_total: f64,
    ) -> Result<Option<Extreme>, EngineError> {
        let everything = OfferSet::all(self.futures.models[0].offers.len());
        let Portion { share, total: scale, .. } = now;
        let sign = if most { 1.0 } else { -1.0 };
        let may_end = self.futures.settings.is_limited() || cheapest.joint.program().has_integers();
        for room in ROOMS {
            let mut formulations = self.futures.wider(room);
            let known = FirstPlan { point: cheapest.clone(), share, scale, least_total };
            let last = climb(known, most, may_end, |share| {
                let part = (offers, -sign / scale);
                let (joint, solved) = self.least(&mut formulations, part, (&everything, sign * share / scale), true)?;
                let (bound, status, found) = (solved.certificate.bound, solved.status, near::is_plan(&solved));
                let point = Together { joint, formulations: formulations.clone(), solved };
                let of =
                    |set: &OfferSet| if found { point.expected(&self.sums(&point.formulations, set)) } else { 0.0 };
                let (part, total) = (of(offers), of(&everything));
                Ok(Step { part, total, bound, status, point: found.then_some(point) })
            })?;
            let Some(last) = last else { return Ok(None) };
            if !last.point.touched() {
                return self.sound(&last, offers);
            }
        }
        Ok(None)
    }

    /// What a plan has, if it is one in every future and costs no more than is allowed.
    fn sound(&self, last: &Last<Together>, offers: &OfferSet) -> Result<Option<Extreme>, EngineError> {
        let &Last { ref point, share, bound, limited } = last;
        let (mut cost, mut amount, mut total) = (0.0, 0.0, 0.0);
        for (f, (model, own)) in self.futures.models.iter().zip(&point.formulations).enumerate() {
            let x = point.joint.point(f, &point.solved.x);
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
        let same = (portion.share - share).abs() <= TOLERANCE;
        Ok((near::affords(self.allowed, cost) && same).then_some(Extreme { portion, cost, bound, limited }))
    }
}
