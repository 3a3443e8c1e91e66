//! `report`: one page with everything that a decision needs.

use std::path::PathBuf;

use super::common::{ModelArgs, OutputArgs, SolverArgs};
use super::exit::exit_code;
use super::failure::Failure;
use super::{exit, files, frontier, models, plan_file};
use crate::analysis::curve::{CurveError, CurveSettings, curve};
use crate::analysis::dossier::Dossier;
use crate::analysis::frontier::{FrontierError, FrontierSettings, frontier as trace};
use crate::analysis::{Detail, FuturePlans, SolveSettings, solve_every_future};
use crate::analysis::{scenarios, swings};
use crate::diagnostics::Place;
use crate::document::{Axis, Criterion, Selector, Text};
use crate::model::{Family, Input, Model, SweepOverrides};
use crate::plan::Plan;
use crate::report;
use crate::resilience::StressSettings;
use clap::Args;

/// Columns of a program beyond which a frontier and curves, which take many solves, are drawn only
/// if they are asked for.
const SMALL: usize = 1_000;
/// The same of a program with whole numbers, of which each solve is a search.
const SMALL_WHOLE: usize = 110;
/// Points of a frontier.
const POINTS: usize = 8;
/// Vendors whose prices are drawn without being asked for.
const VENDORS: usize = 4;

#[derive(Args, Debug)]
pub(super) struct ReportCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// A plan that `solve --format json` wrote; left out, the model is solved.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// A frontier to draw, such as `hhi:vendor` or `served:cloud`; may be repeated.
    #[arg(long, value_name = "MEASURE")]
    pub frontier: Vec<String>,
    /// A curve to draw, such as `offers{vendor: amazon}.price=*0.4..1.6`; may be repeated.
    #[arg(long, value_name = "WHAT=FROM..TO")]
    pub curve: Vec<String>,
    /// Leave out what needs further solves and was not asked for.
    #[arg(long)]
    pub plain: bool,
    /// Write each chart as an SVG file into this folder.
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub solver: SolverArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &ReportCommand, quiet: bool) -> Result<u8, Failure> {
    let input = models::input(&command.input).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    let loaded = models::loaded(&input, quiet)?;
    let model = &loaded.model;
    if command.plan.is_some() {
        models::refuse_futures(model, quiet)?;
    }
    let detail = if command.plain { Detail::Plan } else { Detail::Full };
    let given = command.plan.as_deref().map(|path| plan_file::of_model(model, path)).transpose()?;
    command.output.check()?;
    let settings = command.solver.settings(detail);
    let plans = match given {
        Some(plan) => FuturePlans { together: plan, futures: Vec::new() },
        None => solve_every_future(model, &settings).map_err(|e| Failure::Outside(e.to_string()))?,
    };
    let mut dossier = Dossier::of(model, plans.together.clone());
    if dossier.plan.status.has_plan() {
        further(command, &input, (model, &plans), &settings, &mut dossier, quiet)?;
    }
    let mut page = Vec::new();
    report::html::write_html(&dossier, &mut page)?;
    if let Some(folder) = &command.svg {
        files::folder(folder)?;
        for (name, text) in report::html::svg_files(&dossier) {
            files::write(Some(&folder.join(name)), text.as_bytes())?;
        }
    }
    command.output.write(&page)?;
    Ok(exit_code(dossier.plan.status))
}

/// Adds what needs further solves.
fn further(
    command: &ReportCommand,
    input: &Input,
    (model, plans): (&Model, &FuturePlans),
    settings: &SolveSettings,
    dossier: &mut Dossier,
    quiet: bool,
) -> Result<(), Failure> {
    if !command.plain {
        let windows = model.recovery("1 period").map_err(|e| Failure::Usage(e.to_string()))?;
        let how = StressSettings { dimensions: Vec::new(), windows, response: None };
        match super::stress::lost(model, plans, settings.solver(), &how) {
            Ok(table) => dossier.stress = Some(table),
            Err(Failure::Uncertified(exit::LIMIT_REACHED, _)) => {
                dossier.notes.push("No table of losses: the time limit was reached.".to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    let small = dossier.plan.certificate.size[0] <= SMALL;
    if command.plain || !small {
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
    let (mut measures, varied) = (command.frontier.clone(), &command.curve);
    if !command.plain && small && measures.is_empty() {
        measures.push("hhi:vendor".to_owned());
    } else if measures.is_empty() {
        dossier.notes.push("A frontier is drawn if it is asked for: --frontier hhi:vendor.".to_owned());
    }
    let mut prices = Vec::new();
    if !command.plain && small && varied.is_empty() {
        prices.extend(vendors(&dossier.plan).map(|vendor| price(model, &vendor)));
    } else if varied.is_empty() {
        let asked = "A curve is drawn if it is asked for: --curve 'offers{vendor: amazon}.price=*0.5..1.5'.";
        dossier.notes.push(asked.to_owned());
    }
    let settings = SolveSettings { detail: Detail::Plan, ..settings.clone() };
    for measure in &measures {
        let against = frontier::against(measure, model).map_err(Failure::Usage)?;
        match trace(input, &FrontierSettings { against, points: POINTS, solve: settings.clone() }) {
            Ok((found, _)) => dossier.frontiers.push(found),
            // What was asked for and cannot be drawn is an error; what was not is a note.
            Err(error) if command.frontier.is_empty() && !matches!(error, FrontierError::Engine(_)) => {
                dossier.notes.push(format!("No frontier: {error}."));
            }
            Err(error) => return Err(frontier::failure(error, quiet)),
        }
    }
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let how = CurveSettings { solve: settings, tolerance: 1e-5 };
    for vary in varied {
        // The input has been read, and its warnings reported.
        let family = models::family_of(input, None, std::slice::from_ref(vary), &asked, true)?;
        dossier.curves.push(curve(&family, &how).map_err(super::curve::failure)?);
    }
    for axis in &prices {
        let family = Family::of_axes(input, std::slice::from_ref(axis), &asked).map_err(|rejected| {
            files::report(&rejected.diagnostics, &rejected.sources, quiet);
            Failure::Told(exit::MODEL_WRONG)
        })?;
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
    let same = |e: &&crate::plan::Exposure| e.by == "vendor" && e.of == "spend" && e.period == "horizon";
    let groups = plan.exposure.iter().find(same).into_iter().flat_map(|e| &e.groups);
    groups.take(VENDORS).map(|g| g.group.clone())
}
