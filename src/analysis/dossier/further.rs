//! What a dossier tells beyond its plan, which needs further solves: losses, scenarios, a frontier, curves.

use super::Dossier;
use crate::analysis::curve::{CurveError, CurveSettings, curve};
use crate::analysis::frontier::{Against, FrontierError, FrontierSettings, frontier};
use crate::analysis::stress::{StressError, StressOptions, stress};
use crate::analysis::{Detail, FuturePlans, SolveSettings, scenarios, swings};
use crate::diagnostics::Place;
use crate::document::{Axis, Criterion, Selector, Text};
use crate::engine::EngineError;
use crate::model::{Family, Input, Model, Rejected, SweepOverrides};
use crate::plan::{Exposure, Plan};

/// Columns of a program beyond which a frontier and curves, which take many solves, are drawn only
/// if they are asked for.
const SMALL: usize = 1_000;
/// The same of a program with whole numbers, of which each solve is a search.
const SMALL_WHOLE: usize = 110;
/// Points of a frontier.
const POINTS: usize = 8;
/// Vendors whose prices are drawn without being asked for.
const VENDORS: usize = 4;

/// What is asked of a dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DossierOptions {
    /// Frontiers to draw, such as `hhi:vendor` or `served:cloud`.
    pub frontiers: Vec<String>,
    /// Curves to draw, such as `offers{vendor: amazon}.price=*0.4..1.6`.
    pub curves: Vec<String>,
    /// Whether to leave out what needs further solves and was not asked for.
    pub plain: bool,
}

/// Why there is no dossier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DossierError {
    /// What was asked for has no meaning.
    #[error("{0}")]
    Usage(String),
    /// What varies in a curve cannot be read.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// There is no table of losses.
    #[error(transparent)]
    Stress(#[from] StressError),
    /// A frontier that was asked for cannot be drawn.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// A curve that was asked for cannot be drawn.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Dossier {
    /// What is told of plans that were solved, with what needs further solves: the losses, the scenarios side by side,
    /// frontiers and curves. Without a plan it is what [`Dossier::of`] gives.
    ///
    /// # Errors
    /// [`DossierError`].
    pub fn prepared(
        model: &Model,
        plans: &FuturePlans,
        asked: &DossierOptions,
        settings: &SolveSettings,
    ) -> Result<Self, DossierError> {
        let mut dossier = Dossier::of(model, plans.together.clone());
        if dossier.plan.status.has_plan() {
            further(&mut dossier, (model, plans), asked, settings)?;
        }
        Ok(dossier)
    }
}

fn further(
    dossier: &mut Dossier,
    (model, plans): (&Model, &FuturePlans),
    asked: &DossierOptions,
    settings: &SolveSettings,
) -> Result<(), DossierError> {
    let input = model.input();
    if !asked.plain {
        let how = StressOptions::default().settings(model).map_err(DossierError::Usage)?;
        match stress(model, plans, settings.solver(), &how) {
            Ok(table) => dossier.stress = Some(table),
            Err(StressError::Engine(EngineError::Uncertified { limited: true, .. })) => {
                dossier.notes.push("No table of losses: the time limit was reached.".to_owned());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let small = dossier.plan.certificate.size[0] <= SMALL;
    if asked.plain || !small {
        // Nothing is solved for it.
        dossier.swings = swings::kept(&dossier.plan);
    } else {
        let cost = SolveSettings { detail: Detail::Cost, ..settings.clone() };
        dossier.swings = swings::solved(input, &dossier.plan, &cost);
        if dossier.swings.is_empty() {
            dossier.swings = swings::kept(&dossier.plan);
        }
        dossier.scenarios = scenarios::side_by_side(input, model, &cost);
    }
    if dossier.scenarios.is_empty() {
        let names = scenarios::names(input);
        if !names.is_empty() {
            let all = names.join(",");
            dossier.notes.push(format!("Scenarios side by side: `polysource sweep MODEL --vary scenario=none,{all}`."));
        }
    }
    // One solve with each input moved is little; a curve or frontier of whole numbers may take hundreds of searches.
    let whole = dossier.plan.certificate.relaxation.is_some();
    let small = small && (!whole || dossier.plan.certificate.size[0] <= SMALL_WHOLE);
    let settings = SolveSettings { detail: Detail::Plan, ..settings.clone() };
    frontiers(dossier, model, asked, small, &settings)?;
    curves(dossier, (model, input), asked, small, &settings)
}

fn frontiers(
    dossier: &mut Dossier,
    model: &Model,
    asked: &DossierOptions,
    small: bool,
    settings: &SolveSettings,
) -> Result<(), DossierError> {
    let mut measures = asked.frontiers.clone();
    if !asked.plain && small && measures.is_empty() {
        measures.push("hhi:vendor".to_owned());
    } else if measures.is_empty() {
        dossier.notes.push("A frontier is drawn if it is asked for: --frontier hhi:vendor.".to_owned());
    }
    for measure in &measures {
        let against = Against::read(measure, model).map_err(DossierError::Usage)?;
        match frontier(model.input(), &FrontierSettings { against, points: POINTS, solve: settings.clone() }) {
            Ok((found, _)) => dossier.frontiers.push(found),
            // What was asked for and cannot be drawn is an error; what was not is a note.
            Err(error) if asked.frontiers.is_empty() && !matches!(error, FrontierError::Engine(_)) => {
                dossier.notes.push(format!("No frontier: {error}."));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn curves(
    dossier: &mut Dossier,
    (model, input): (&Model, &Input),
    asked: &DossierOptions,
    small: bool,
    settings: &SolveSettings,
) -> Result<(), DossierError> {
    let mut prices = Vec::new();
    if !asked.plain && small && asked.curves.is_empty() {
        prices.extend(vendors(&dossier.plan).map(|vendor| price(model, &vendor)));
    } else if asked.curves.is_empty() {
        let told = "A curve is drawn if it is asked for: --curve 'offers{vendor: amazon}.price=*0.5..1.5'.";
        dossier.notes.push(told.to_owned());
    }
    let tornado = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let how = CurveSettings { solve: settings.clone(), tolerance: 1e-5 };
    for vary in &asked.curves {
        let family = Family::read(input, None, std::slice::from_ref(vary), &tornado)?;
        dossier.curves.push(curve(&family, &how)?);
    }
    for axis in &prices {
        let family = Family::of_axes(input, std::slice::from_ref(axis), &tornado)?;
        match curve(&family, &how) {
            Ok(found) => dossier.curves.push(found),
            Err(CurveError::Engine(error)) => return Err(error.into()),
            Err(error) => dossier.notes.push(format!("No curve for {}: {error}.", axis.name)),
        }
    }
    Ok(())
}

/// The price of all that a vendor offers, from half to one and a half times what is written.
fn price(model: &Model, vendor: &str) -> Axis {
    let of_vendor = model.offers.iter().filter(|o| model.chips[o.chip].vendor == vendor);
    let offers: Vec<String> = of_vendor.map(|o| o.id.clone()).collect();
    let place = Place::default();
    let text = |text: &str| Text { text: text.to_owned(), place };
    let shown = Selector { all_of: vec![Criterion::any_of(text("vendor"), vec![text(vendor)])], place }.to_text();
    Axis::scaled(&format!("offers{shown}.price"), &offers, "price", (0.5, 1.5))
}

/// The vendors with the largest parts of the spend.
fn vendors(plan: &Plan) -> impl Iterator<Item = String> + '_ {
    let same = |e: &&Exposure| e.by == "vendor" && e.of == "spend" && e.period == "horizon";
    let groups = plan.exposure.iter().find(same).into_iter().flat_map(|e| &e.groups);
    groups.take(VENDORS).map(|g| g.group.clone())
}
