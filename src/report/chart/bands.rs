//! Parts of a whole over time: a column of one height for each period.

use super::bars::bars;
use super::{COLOURS, Chart};
use crate::units::human::percent;

/// Columns of shares: for each group its name and its share in each period, largest first. What is
/// beyond the colours is told together.
pub(in crate::report) fn bands(
    id: &str,
    title: &str,
    description: String,
    labels: &[String],
    groups: Vec<(String, Vec<f64>)>,
) -> Chart {
    let mut shown = groups;
    if shown.len() > COLOURS + 1 {
        let rest = shown.split_off(COLOURS);
        let sum = |t: usize| rest.iter().map(|(_, v)| v[t]).sum::<f64>();
        shown.push((format!("{} more", rest.len()), (0..labels.len()).map(sum).collect()));
    }
    bars(id, title, description, labels, &shown, |x| percent((x * 1000.0).round() / 1000.0))
}
