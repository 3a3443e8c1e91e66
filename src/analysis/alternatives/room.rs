//! The room for negotiation: what each group can have at least and at most within the allowance.

use super::types::{AlternativesSettings, Extreme, GroupRoom, Portion};
use crate::analysis::solving::examined::examine;
use crate::analysis::solving::near::{self, NearOptimalPlans, ProvenShare, ROOMS, Ratio, extreme, is_plan};
use crate::engine::EngineError;
use crate::engine::parallel::IntoParallelRefIterator;
#[cfg(feature = "parallel")]
use crate::engine::parallel::ParallelIterator;
use crate::formulation::Formulation;
use crate::lp::Affine;
use crate::model::{Measure, Model, OfferSet};
use crate::plan::audit::TOLERANCE;
use crate::plan::ledger::measure;
use crate::units::human::percent;

/// How far beyond a least or most share its proof may lie.
const EXACT: f64 = 1e-5;

/// Whether a share is reported as exact.
pub(super) fn is_exact(extreme: &Extreme) -> bool {
    extreme.bound.is_some_and(|bound| (bound - extreme.portion.share).abs() <= EXACT)
}

/// The cheapest plan.
pub(super) struct Cheapest<'a> {
    pub formulation: &'a Formulation,
    pub x: &'a [f64],
}

/// What each group of each dimension can have, with what could not be certified in words.
///
/// # Errors
/// As the engine's.
pub(super) fn room(
    near: &NearOptimalPlans<'_>,
    cheapest: &Cheapest<'_>,
    settings: &AlternativesSettings,
) -> Result<(Vec<GroupRoom>, Vec<String>), EngineError> {
    let model = near.model;
    let everything = OfferSet::all(model.offers.len());
    let least_total = least_total(near, &|f| f.measured(model, &everything, settings.of, &model.calendar.all()))?;
    rooms(model, settings, least_total, |offers| range(near, cheapest, settings, least_total, offers))
}

/// The same for any way to find what some offers can have.
pub(super) fn rooms(
    model: &Model,
    settings: &AlternativesSettings,
    least_total: f64,
    range: impl Fn(&OfferSet) -> Result<Range, EngineError> + Sync,
) -> Result<(Vec<GroupRoom>, Vec<String>), EngineError> {
    let mut groups: Vec<(String, String, OfferSet)> = Vec::new();
    for by in &settings.by {
        for (name, offers) in model.groups(by) {
            groups.push((by.word().to_owned(), name, OfferSet::listed(model.offers.len(), offers)));
        }
    }
    // Groups of several dimensions may be the same offers, as a vendor that is its own only cloud.
    let mut sets: Vec<&OfferSet> = groups.iter().map(|(_, _, offers)| offers).collect();
    sets.sort_unstable();
    sets.dedup();
    let ranges: Result<Vec<Range>, EngineError> = sets.par_iter().map(|offers| range(offers)).collect();
    let ranges = ranges?;
    let told: Vec<GroupRoom> = groups
        .iter()
        .filter_map(|(by, group, offers)| {
            let Range { least, cheapest, most } = ranges[sets.binary_search(&offers).ok()?];
            Some(GroupRoom { by: by.clone(), group: group.clone(), least, cheapest, most })
        })
        .collect();
    let notes = notes(&told, least_total, settings.of);
    Ok((told, notes))
}

/// What could not be certified or proved, in words.
fn notes(told: &[GroupRoom], least_total: f64, of: Measure) -> Vec<String> {
    let mut notes = Vec::new();
    for g in told {
        for (word, beyond, extreme) in [("least", "less", &g.least), ("most", "more", &g.most)] {
            let which = format!("the {word} of {} `{}`", g.by, g.group);
            match extreme {
                None => notes.push(format!("{which} could not be certified and is left out")),
                Some(e) if is_exact(e) => {}
                Some(Extreme { portion, bound: Some(bound), .. }) => notes.push(format!(
                    "{which} is {} in the plan that was found, and it is proved that none has {beyond} than {}",
                    percent(portion.share),
                    percent(*bound)
                )),
                Some(e) if e.limited => notes.push(format!("the search for {which} ended before it was proved")),
                Some(_) => {}
            }
        }
    }
    if least_total <= 0.0 {
        notes.push(format!(
            "a plan may have no {} at all, where a share has no meaning: there is no proved bound of the shares",
            of.word()
        ));
    }
    notes
}

/// What some offers can have.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub least: Option<Extreme>,
    pub cheapest: Portion,
    pub most: Option<Extreme>,
}

fn range(
    near: &NearOptimalPlans<'_>,
    cheapest: &Cheapest<'_>,
    settings: &AlternativesSettings,
    least_total: f64,
    offers: &OfferSet,
) -> Result<Range, EngineError> {
    let (model, of) = (near.model, settings.of);
    let horizon = model.calendar.all();
    let everything = OfferSet::all(model.offers.len());
    let parts = |f: &Formulation| -> (Affine, Affine) {
        (f.measured(model, offers, of, &horizon), f.measured(model, &everything, of, &horizon))
    };
    let (part, whole) = parts(cheapest.formulation);
    let portion = |amount: f64, total: f64| Portion { share: amount / total, amount, total };
    let now = portion(part.at(cheapest.x), whole.at(cheapest.x));
    let sought = |most: bool| -> Result<Option<Extreme>, EngineError> {
        let Portion { share, total: scale, .. } = now;
        let ratio = Ratio { parts: &|f| parts(f), most, known: cheapest.x, share, scale, least_total };
        let Some(found) = extreme(near, &ratio)? else { return Ok(None) };
        let Some(examined) = near::examined(examine(model, &found.formulation, &found.x, None, &near.settings))? else {
            return Ok(None);
        };
        let told = |offers: &OfferSet| measure(model, &examined.schedule, &examined.ledger, offers, of, None, &horizon);
        let plan = portion(told(offers), told(&everything));
        let (part, whole) = parts(&found.formulation);
        let as_solved = part.at(&found.x) / whole.at(&found.x);
        if !near.sound(&examined) || (plan.share - as_solved).abs() > TOLERANCE {
            return Ok(None);
        }
        let ProvenShare { bound, limited, .. } = found;
        Ok(Some(Extreme { portion: plan, cost: examined.cost.total, bound, limited }))
    };
    let (least, most) = (sought(false)?, sought(true)?);
    Ok(Range { least, cheapest: now, most })
}

/// What a total is at least in every plan, proved; 0 if that could not be certified.
fn least_total(near: &NearOptimalPlans<'_>, total: &dyn Fn(&Formulation) -> Affine) -> Result<f64, EngineError> {
    let mut program = near.program(ROOMS[0]);
    // A bound is enough, and that of the program without whole numbers is had at once.
    program.f.relax();
    let sum = total(&program.f);
    let solved = near.least(&mut program, &sum)?;
    // What touches no box of ours holds without the boxes.
    let certain = is_plan(&solved) && !program.f.touched(&solved.x);
    Ok(if certain { solved.certificate.bound.max(0.0) } else { 0.0 })
}
