//! Numbers that stand in one column: one scale, one number of digits, and sums that hold as
//! printed.

use std::borrow::Cow;

use crate::diagnostics::is_hostile;
use crate::units::human::number;

/// Parts and their total as text, so that the printed parts add up to the printed total.
///
/// The largest number is shown with four digits and the others with as many decimals. What
/// rounding loses goes to the parts that lost most of it. Parts that do not add up to the total
/// in the first place are rounded each for itself: a table must not hide that.
pub(super) fn adding_up(parts: &[f64], total: f64) -> (Vec<String>, String) {
    let largest = parts.iter().chain([&total]).fold(0.0_f64, |a, x| a.max(x.abs()));
    let (scale, letter) = scale(largest);
    let decimals = decimals(largest / scale);
    let last_digit = scale / 10_f64.powi(decimals);
    let units = |x: f64| x / last_digit;
    let sum = units(total).round();
    let mut counts: Vec<f64> = parts.iter().map(|&p| units(p).floor()).collect();
    let lost = sum - counts.iter().sum::<f64>();
    if lost >= 0.0 && lost <= parts.len() as f64 {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        let part_lost = |i: usize| units(parts[i]) - units(parts[i]).floor();
        order.sort_by(|&a, &b| part_lost(b).total_cmp(&part_lost(a)));
        order.iter().take(lost as usize).for_each(|&i| counts[i] += 1.0);
    } else {
        counts = parts.iter().map(|&p| units(p).round()).collect();
    }
    // Adding 0 turns the negative zero of a small negative part into one without a sign.
    let text = |count: f64| format!("{:.*}{letter}", decimals.max(0) as usize, count / 10_f64.powi(decimals) + 0.0);
    (counts.into_iter().map(text).collect(), text(sum))
}

/// A number beside a larger one of its kind: what is lost in rounding of the larger is 0.
pub(super) fn beside(x: f64, larger: f64) -> String {
    number(if x.abs() <= 1e-9 * larger.abs() { 0.0 } else { x })
}

/// The factor and letter with which `units::human::number` would show a number.
fn scale(x: f64) -> (f64, &'static str) {
    match x {
        x if x >= 999.95e9 => (1e12, "T"),
        x if x >= 999.95e6 => (1e9, "B"),
        x if x >= 999.95e3 => (1e6, "M"),
        x if x >= 9_999.5 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// Decimals that show four digits of a number.
fn decimals(x: f64) -> i32 {
    if x > 0.0 { (3.0 - x.log10().floor()).clamp(0.0, 12.0) as i32 } else { 0 }
}

/// Text without what a terminal would interpret. Models are checked for it when they are read,
/// but a plan may have been made by hand.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| is_hostile(c) || c == '\n') {
        Cow::Owned(text.chars().map(|c| if is_hostile(c) || c == '\n' { '?' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_parts_add_up() {
        let third = 100e6 / 3.0;
        let (parts, total) = adding_up(&[third, third, third], 100e6);
        assert_eq!(
            (parts, total),
            (vec!["33.4M".to_owned(), "33.3M".to_owned(), "33.3M".to_owned()], "100.0M".to_owned())
        );
    }

    #[test]
    fn one_scale_for_all_and_signs_kept() {
        let (parts, total) = adding_up(&[469.36e6, -49.05e6, 5e6, 0.0], 425.31e6);
        assert_eq!(parts, ["469.4M", "-49.1M", "5.0M", "0.0M"]);
        assert_eq!(total, "425.3M");
        assert_eq!(adding_up(&[-0.01, 5000.01], 5000.0).0, ["0", "5000"]);
        assert_eq!(adding_up(&[], 0.0), (vec![], "0".to_owned()));
    }

    #[test]
    fn what_does_not_add_up_is_not_made_to() {
        let (parts, total) = adding_up(&[1.0, 2.0], 8.0);
        assert_eq!((parts, total), (vec!["1.000".to_owned(), "2.000".to_owned()], "8.000".to_owned()));
    }

    #[test]
    fn rounding_beside_billions_is_nothing() {
        assert_eq!(beside(0.000_039, 16.29e9), "0");
        assert_eq!(beside(0.000_039, 0.001), "0.000039");
    }

    #[test]
    fn escapes_do_not_reach_a_terminal() {
        assert_eq!(clean("\u{1b}[31mred\nline"), "?[31mred?line");
        assert_eq!(clean("plain"), "plain");
    }
}
