//! What may come, with pictures.

use maud::Markup;

use super::{figure, tables};
use crate::plan::Plan;
use crate::report::{futures, pictures};

/// The parts of the section.
pub(super) fn parts(plan: &Plan) -> Vec<Markup> {
    let Some(u) = plan.uncertainty.as_deref() else { return Vec::new() };
    // Of what is drawn at random the interval comes before every number that is a mean of the draws.
    let mut parts: Vec<Markup> = pictures::samples(plan, u).iter().map(figure).collect();
    parts.extend([figure(&pictures::tree(plan, u)), tables::table(&futures::now(u))]);
    parts.extend(futures::wait(u).map(|t| tables::table(&t)));
    parts.extend(pictures::fan(plan, u).map(|c| figure(&c)));
    parts.push(tables::table(&futures::may_come(plan, u, futures::ROWS)));
    parts.extend(futures::compared(plan, u).map(|t| tables::table(&t)));
    parts.extend(pictures::compared(plan, u).map(|c| figure(&c)));
    parts.push(tables::table(&futures::worth(plan, u)));
    parts
}
