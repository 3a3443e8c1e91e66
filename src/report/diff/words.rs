//! The sentences of a difference, and its numbers for people.

use super::super::Advice;
use super::super::summary::share;
use crate::compare::{Change, Diff, DiffSide, Flip, Total};
use crate::plan::Status;
use crate::units::human::{money, number, percent};

/// The total in a sentence.
pub(super) fn sentence(diff: &Diff) -> String {
    let (a, b, currency) = (diff.a.total, diff.b.total, diff.currency.as_str());
    let (Some(before), Some(after)) = (a, b) else {
        let none = |side: &DiffSide| format!("has no plan ({})", status(side.status));
        return match (a, b) {
            (Some(a), _) => format!("B {}; A costs {}", none(&diff.b), money(a, currency)),
            (_, Some(b)) => format!("A {}; B costs {}", none(&diff.a), money(b, currency)),
            _ => format!("A {}, and B {}", none(&diff.a), none(&diff.b)),
        };
    };
    if diff.differences == 0 {
        return format!("no difference: A and B both cost {}", money(after, currency));
    }
    let Some(total) = diff.totals.iter().find(|t| t.what == Total::Total) else {
        return format!("B costs the same as A, {}", money(before, currency));
    };
    let part = total.relative.map(|r| format!(" ({})", part(r.abs()))).unwrap_or_default();
    let more = if after > before { "more" } else { "less" };
    format!("B costs {}{part} {more} than A", money(total.cost.change.unwrap_or(0.0).abs(), currency))
}

/// A part of a total: to a tenth of a percent, and what is smaller as it is.
pub(in crate::report) fn part(x: f64) -> String {
    if x.abs() < 1e-3 { percent(x) } else { share(x) }
}

/// A side in a line.
pub(super) fn side(side: &DiffSide, currency: &str) -> String {
    let scenarios = match side.model.scenarios.as_slice() {
        [] => String::new(),
        all => format!(" with {}", all.join(", ")),
    };
    let how = if side.solved { "model, solved" } else { "plan" };
    let cost = side.total.map(|total| format!("{}, ", money(total, currency))).unwrap_or_default();
    format!("{} ({how}): {}{scenarios}, {cost}{}", side.file, side.model.name, status(side.status))
}

/// What is known of the input.
pub(super) fn input(diff: &Diff) -> &'static str {
    match &diff.inputs {
        _ if diff.same_input => "Both are of the same input.",
        None => "Their inputs differ; compare the models to see where.",
        Some(rows) if rows.is_empty() => "Their inputs differ only in what changes no plan.",
        Some(_) => "Their inputs differ, see below.",
    }
}

/// What came of solving, in a few words.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Optimal => "optimal (certified)",
        Status::NearOptimal => "certified to keep all requirements, not the cheapest",
        Status::Infeasible => "infeasible, proved",
        Status::InfeasibleUnverified => "infeasible according to the engine, NOT PROVED",
        Status::Unbounded => "unbounded",
        Status::LimitReached => "limit reached: feasible, but may not be the cheapest",
        Status::Unverified => "NOT CERTIFIED: do not rely on it",
    }
}

/// A number that may be missing.
pub(super) fn maybe(x: Option<f64>, shown: impl Fn(f64) -> String) -> String {
    x.map_or_else(|| "-".to_owned(), shown)
}

/// Before, after and change as three cells.
pub(in crate::report) fn cells(change: &Change, shown: impl Fn(f64) -> String) -> [String; 3] {
    [maybe(change.before, &shown), maybe(change.after, &shown), signed(change.change, &shown)]
}

/// A change with its sign.
pub(in crate::report) fn signed(x: Option<f64>, shown: impl Fn(f64) -> String) -> String {
    x.map(|x| plus(x, shown(x))).unwrap_or_default()
}

/// A change of a share.
pub(in crate::report) fn points(x: f64) -> String {
    format!("{} points", number((x * 1e5).round() / 1e3))
}

/// A number as it is shown, with a plus sign if it is more than nothing, and shown as more.
pub(super) fn plus(x: f64, told: String) -> String {
    if x > 0.0 && told.contains(|c: char| ('1'..='9').contains(&c)) { format!("+{told}") } else { told }
}

/// Before and after in one cell, or what is the same in both.
pub(super) fn both(change: &Change, shown: impl Fn(f64) -> String) -> String {
    let (before, after) = (maybe(change.before, &shown), maybe(change.after, &shown));
    if before == after { after } else { format!("{before} -> {after}") }
}

/// The same for what only one side may know.
pub(super) fn known(change: &Change, shown: impl Fn(f64) -> String) -> String {
    match (change.before, change.after) {
        (Some(_), Some(_)) => both(change, shown),
        (before, after) => before.or(after).map(shown).unwrap_or_default(),
    }
}

/// What the tables of a difference call its two sides, and where they say that the rest is.
#[derive(Debug)]
pub(in crate::report) struct Wording {
    /// The sides themselves, as columns.
    pub names: [&'static str; 2],
    /// Columns of what is spent on each.
    pub spend: [&'static str; 2],
    /// Columns of the work done on each.
    pub work: [&'static str; 2],
    /// Columns of the shares of each.
    pub share: [&'static str; 2],
    /// Where something holds: in both, in the first only, in the second only, in neither.
    holds: [&'static str; 4],
    /// Whether options of the program are named that show what a table leaves out.
    pub advice: Advice,
}

impl Wording {
    /// Two files that are compared.
    pub const A_AND_B: Wording = Wording {
        names: ["A", "B"],
        spend: ["spend in A", "in B"],
        work: ["work in A", "in B"],
        share: ["share in A", "in B"],
        holds: ["in both", "in A only", "in B only", "in neither"],
        advice: Advice::Options,
    };
    /// A plan as it is now, beside the one that it began from.
    pub const BASE_AND_NOW: Wording = Wording {
        names: ["base", "now"],
        spend: ["spend, base", "now"],
        work: ["work, base", "now"],
        share: ["share, base", "now"],
        holds: ["both", "in the base only", "now, not in the base", "neither"],
        advice: Advice::None,
    };

    /// Where something holds.
    pub fn holds(&self, flip: Flip) -> &'static str {
        let [both, first, second, neither] = self.holds;
        match (flip.before.unwrap_or(false), flip.after.unwrap_or(false)) {
            (true, true) => both,
            (true, false) => first,
            (false, true) => second,
            (false, false) => neither,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_change() {
        let change = |before, after, change| Change { before, after, change };
        assert_eq!(cells(&change(Some(1.0), Some(3.0), Some(2.0)), number), ["1", "3", "+2"]);
        assert_eq!(cells(&change(Some(1.0), None, Some(-1.0)), number), ["1", "-", "-1"]);
        assert_eq!(cells(&change(None, Some(0.5), None), percent), ["-", "50 %", ""]);
        assert_eq!(both(&change(Some(1.0), Some(1.0), Some(0.0)), number), "1");
        assert_eq!(signed(Some(1e-9), |x| format!("{x:.1}")), "0.0");
        assert_eq!(both(&change(None, Some(1.0), Some(1.0)), number), "- -> 1");
        assert_eq!(known(&change(None, Some(1.0), None), number), "1");
    }

    #[test]
    fn where_something_holds() {
        let told = |sides: &Wording| {
            [(true, true), (true, false), (false, true), (false, false)]
                .map(|(before, after)| sides.holds(Flip { before: Some(before), after: Some(after) }))
        };
        assert_eq!(told(&Wording::A_AND_B), ["in both", "in A only", "in B only", "in neither"]);
        assert_eq!(told(&Wording::BASE_AND_NOW), ["both", "in the base only", "now, not in the base", "neither"]);
        assert_eq!(Wording::A_AND_B.holds(Flip { before: None, after: Some(true) }), "in B only");
    }
}
