//! Parts of a whole over time: a column of one height for each period.

use super::bars::{Frame, bars};
use super::{COLOURS, Chart, Part};
use crate::units::human::percent;

/// Columns of shares: for each group its share in each period, largest first. What is beyond the colours is told
/// together.
pub(in crate::report) fn bands(frame: Frame<'_>, groups: Vec<Part>) -> Chart {
    bars(frame, &together(groups), |x| percent((x * 1000.0).round() / 1000.0))
}

/// Parts with those that are beyond the colours in one.
pub(in crate::report) fn together(mut parts: Vec<Part>) -> Vec<Part> {
    if parts.len() > COLOURS + 1 {
        let rest = parts.split_off(COLOURS);
        let periods = rest.first().map_or(0, |p| p.values.len());
        let values = (0..periods).map(|t| rest.iter().map(|p| p.values[t]).sum()).collect();
        parts.push(Part { name: format!("{} more", rest.len()), class: "rest".to_owned(), values });
    }
    parts
}
