//! The next plan where several futures may come: what is expected of how far they are from the plan before.

use super::super::solving::settings::SolveSettings;
use super::super::uncertain::{self, FuturePlan};
use super::held::{apart, held, held_in};
use crate::engine::EngineError;
use crate::formulation::Formulation;
use crate::model::{Grid, Model, OfferId, Uncertainty};
use crate::plan::Plan;

/// What was held beside what is, where several futures may come.
pub(super) struct Several<'a> {
    uncertainty: &'a Uncertainty,
    /// What was held in each: what the plan before says of the future of that name, or else what it holds in the mean.
    was: Vec<Grid<OfferId>>,
    /// The cheapest plan in each.
    pub plans: Vec<Plan>,
}

impl<'a> Several<'a> {
    /// Of a plan before, which holds `mean` in the mean of its futures, and the cheapest plan in each future.
    pub fn of(
        model: &Model,
        uncertainty: &'a Uncertainty,
        (before, mean): (&Plan, &Grid<OfferId>),
        plans: Vec<FuturePlan>,
    ) -> Self {
        let was = uncertainty.futures().iter();
        let was = was.map(|f| held_in(model, before, &f.name).unwrap_or_else(|| mean.clone())).collect();
        Several { uncertainty, was, plans: plans.into_iter().map(|f| f.plan).collect() }
    }

    /// Chip-hours by which plans for the futures are expected to differ from what was held.
    pub fn apart(&self, model: &Model, plans: &[Plan], now: usize) -> f64 {
        let all = self.uncertainty.futures().iter().zip(plans).zip(&self.was);
        all.map(|((f, plan), was)| f.probability * apart(model, &held(model, plan), was, now)).sum()
    }

    /// The closest plan that costs no more than a part more than the cheapest, with how far it is; none if none was certified.
    pub fn closest(
        &self,
        model: &Model,
        cheapest: &Plan,
        (now, within): (usize, f64),
        settings: &SolveSettings,
    ) -> Result<Option<(Plan, f64)>, EngineError> {
        let departures = |f: usize, model: &Model, own: &mut Formulation| own.add_departures(model, &self.was[f], now);
        let of = (self.uncertainty, cheapest);
        let found = uncertain::closest(model, of, &departures, within, settings)?;
        Ok(found.map(|(plan, plans)| {
            let by = self.apart(model, &plans, now);
            (plan, by)
        }))
    }
}
