//! Parts of a whole over time: a column of one height for each period.

use super::bars::{Frame, bars};
use super::{COLOURS, Chart, Part};
use crate::units::human::percent;

/// Columns of shares: for each group its share in each period, largest first. What is beyond the colours is reported
/// together.
pub(in crate::report) fn bands(frame: Frame<'_>, groups: Vec<Part>) -> Chart {
    bars(frame, &together(groups), |x| percent((x * 1000.0).round() / 1000.0))
}

/// Parts with those that have no colour of their own, or are beyond the colours, in one.
pub(in crate::report) fn together(parts: Vec<Part>) -> Vec<Part> {
    let (mut rest, mut shown): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|p| p.class == "rest");
    if rest.len() == 1 {
        shown.append(&mut rest);
    }
    if shown.len() > COLOURS + 1 {
        rest.extend(shown.split_off(COLOURS));
    }
    if let Some(first) = rest.first() {
        let values = (0..first.values.len()).map(|t| rest.iter().map(|p| p.values[t]).sum()).collect();
        shown.push(Part { name: format!("{} more", rest.len()), class: "rest".to_owned(), values });
    }
    shown
}
