//! The charts of a dossier: what is drawn of it, and the finding that each is called by, computed from the same data.

mod capacity;
mod compared;
mod cost;
mod dependency;
mod fan;
mod history;
mod lines;
mod palette;
mod samples;
mod swings;
mod tree;
mod words;

pub(super) use self::capacity::{held, used};
pub(super) use self::compared::compared;
pub(super) use self::cost::cost;
pub(super) use self::dependency::{exposure, limits, resilience, spend};
pub(super) use self::fan::fan;
pub(super) use self::history::{paid, spread};
pub(super) use self::lines::{Scales, across, curve, flows, frontier};
pub(super) use self::palette::Palette;
pub(super) use self::samples::samples;
pub(super) use self::swings::swings;
pub(super) use self::tree::tree;
pub(super) use self::words::{plainly, sentence};
use super::chart::Chart;
use crate::analysis::dossier::Dossier;

/// Rows of a chart of bars.
const ROWS: usize = 12;
/// Hours of a month, where periods of several lengths stand side by side.
const MONTH: f64 = 730.0;

/// Every chart of a dossier, in the order of the page.
pub(super) fn all(dossier: &Dossier) -> Vec<Chart> {
    let plan = &dossier.plan;
    let palette = Palette::of(dossier);
    let mut charts: Vec<Chart> = Vec::new();
    if let Some(u) = plan.uncertainty.as_deref() {
        // What is held and runs in one node of the tree is not in another: it cannot be added up over the nodes.
        charts.extend(samples(plan, u));
        charts.push(tree(plan, u));
        charts.extend(fan(plan, u));
        charts.extend(compared(plan, u));
        charts.extend(cost(plan));
        charts.extend(swings(dossier));
        return charts;
    }
    charts.extend(cost(plan));
    charts.extend(spend(plan, &palette));
    charts.extend(swings(dossier));
    charts.extend(flows(dossier, &palette));
    charts.extend(used(plan));
    charts.extend(held(dossier, &palette));
    charts.extend(DIMENSIONS.iter().filter_map(|by| exposure(plan, by, &palette)));
    charts.extend(limits(plan, &palette));
    charts.extend(resilience(plan, &palette));
    charts.extend(dossier.frontiers.iter().enumerate().map(|(i, f)| frontier(i, f)));
    let scales = Scales::of(plan, &dossier.curves);
    charts.extend(dossier.curves.iter().enumerate().map(|(i, c)| curve(i, c, &scales)));
    charts
}

/// The dimensions whose exposure is drawn.
pub(super) const DIMENSIONS: [&str; 3] = ["vendor", "cloud", "chip"];
