//! What a family of limits knows, and what it may look at.
//!
//! A limit is seen from two sides that know nothing of each other. Its rows are made of [`Rows`], the program that
//! is being built. What a plan makes of it is measured on [`Accounts`], who holds, runs and pays what. No method
//! gets both, so that an audit cannot believe the program that it checks.

use crate::model::ids::{OfferId, OfferSet, WorkloadSet};
use std::ops::Range;

use super::super::types::{Group, Limit, Measure};
use super::super::whole::Model;
use super::LimitKind;
use super::unit::LimitUnit;
use crate::lp::{Affine, ColumnId};

/// The program of a model while the rows of one limit are added.
pub trait Rows {
    /// The measure of a group of offers over some periods, of all that is held or of what runs for some workloads:
    /// money, chip-hours, kWh, kg or work.
    fn measure(&self, group: &OfferSet, of: Measure, workloads: Option<&WorkloadSet>, periods: &Range<usize>)
    -> Affine;

    /// Chips held of an offer in a period.
    fn held(&self, offer: OfferId, period: usize) -> Affine;

    /// What is paid in cash of some offers over some periods: their spend, less what is paid from credits and
    /// prepayments that pay for nothing else, and with what is prepaid.
    fn cash(&self, group: &OfferSet, periods: &Range<usize>) -> Affine;

    /// The largest value that an expression can take within the bounds of its columns.
    fn most(&self, sum: &Affine) -> f64;

    /// A new column that is 0 or 1.
    fn binary(&mut self, role: &'static str, name: &str) -> ColumnId;

    /// If the limit has a price, the column by which it may be exceeded, up to `most`; it is paid in `last`.
    fn excess(&mut self, name: &str, last: usize, most: f64) -> Option<ColumnId>;

    /// The row `least <= sum <= most`; `row` counts the rows of a span.
    fn row(&mut self, row: usize, span: usize, name: String, role: &'static str, bounds: (f64, f64), sum: Affine);

    /// The cone sum over g of (groups\[g\])^2 <= square x total^2, held by tangent cuts.
    fn cone(&mut self, span: usize, groups: Vec<Affine>, total: Affine, square: f64);
}

/// What a plan holds, runs and pays.
pub trait Accounts {
    /// The measure of a group of offers over some periods, of all that is held or of what runs for some workloads:
    /// money, chip-hours, kWh, kg or work.
    fn measure(&self, group: &OfferSet, of: Measure, workloads: Option<&WorkloadSet>, periods: &Range<usize>) -> f64;

    /// Chips held of an offer in a period.
    fn held(&self, offer: OfferId, period: usize) -> f64;

    /// What is paid in cash of some offers over some periods, as in [`Rows::cash`].
    fn cash(&self, group: &OfferSet, periods: &Range<usize>) -> f64;
}

/// A value that a limit compares with the most that it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The value.
    pub value: f64,
    /// The most that it may be.
    pub most: f64,
    /// The size of what both are made of.
    pub scale: f64,
}

/// What a plan makes of one part of a limit in one span.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// What tells it from other parts of the limit; empty if there are none.
    pub part: String,
    /// Its value.
    pub activity: f64,
    /// The number that it is held to.
    pub limit: f64,
    /// What both are in.
    pub unit: LimitUnit,
    /// Whether it is held from below.
    pub from_below: bool,
    /// What is limited, as the subject of a sentence.
    pub subject: String,
    /// Change of the number for a change of one of the row's right-hand side; `None` if it has no price.
    pub price_factor: Option<f64>,
}

/// Where the number of a limit stands in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandsIn {
    /// In the bound of one row: the optimal cost is a convex function of it.
    Bound,
    /// In coefficients: a part of a total that varies.
    Coefficients,
    /// In the square of a cone.
    Cone,
    /// In a count of whole columns, which has no price.
    Count,
}

/// The number of a limit that can be changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// As it is written.
    pub value: f64,
    /// Whether raising it relaxes the limit.
    pub rising: bool,
    /// How far it can go in the direction that relaxes.
    pub end: f64,
    /// What it is in.
    pub unit: LimitUnit,
    /// Whether it is a whole number.
    pub whole: bool,
}

impl Parameter {
    /// A number that is relaxed when it rises, up to `end`.
    #[must_use]
    pub fn at_most(value: f64, end: f64, unit: LimitUnit) -> Self {
        Parameter { value, rising: true, end, unit, whole: false }
    }

    /// An amount that is relaxed when it rises, to a million times what is written.
    #[must_use]
    pub fn amount(value: f64, unit: LimitUnit) -> Self {
        Parameter::at_most(value, value.abs().max(1.0) * 1e6, unit)
    }

    /// A number that is relaxed when it falls, down to 0.
    #[must_use]
    pub fn at_least(value: f64, unit: LimitUnit) -> Self {
        Parameter { value, rising: false, end: 0.0, unit, whole: false }
    }
}

/// What a limit measures parts of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio<'a> {
    /// The measure.
    pub measure: Measure,
    /// The offers whose total counts; `None` is all.
    pub universe: Option<&'a OfferSet>,
    /// The workloads whose use counts; `None` is all that is held.
    pub workloads: Option<&'a WorkloadSet>,
}

/// A limit on parts of a measure, all written alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The measure.
    pub measure: Measure,
    /// The workloads whose use counts; `None` is all that is held.
    pub workloads: Option<WorkloadSet>,
}

impl Measured {
    /// The total that parts are of, within some offers.
    #[must_use]
    pub fn of<'a>(&'a self, universe: Option<&'a OfferSet>) -> Ratio<'a> {
        Ratio { measure: self.measure, universe, workloads: self.workloads.as_ref() }
    }

    /// What a plan has of it.
    #[must_use]
    pub fn on(&self, accounts: &dyn Accounts, group: &OfferSet, periods: &Range<usize>) -> f64 {
        accounts.measure(group, self.measure, self.workloads.as_ref(), periods)
    }

    /// What the program has of it.
    #[must_use]
    pub fn in_rows(&self, rows: &dyn Rows, group: &OfferSet, periods: &Range<usize>) -> Affine {
        rows.measure(group, self.measure, self.workloads.as_ref(), periods)
    }

    /// What a plan has of it for a group, each offer by the part by which it belongs to it.
    #[must_use]
    pub fn of_group(&self, accounts: &dyn Accounts, group: &Group, periods: &Range<usize>) -> f64 {
        group.portions().into_iter().map(|(part, offers)| part * self.on(accounts, offers, periods)).sum()
    }

    /// What the program has of it for a group, likewise.
    #[must_use]
    pub fn in_rows_of(&self, rows: &dyn Rows, group: &Group, periods: &Range<usize>) -> Affine {
        let mut sum = Affine::default();
        for (part, offers) in group.portions() {
            sum.add(part, &self.in_rows(rows, offers, periods));
        }
        sum
    }

    /// `spend for `chat``, for a sentence.
    #[must_use]
    pub fn words(&self, model: &Model) -> String {
        let names: Vec<String> = match &self.workloads {
            Some(mask) => mask.iter().map(|w| format!("`{}`", model.workloads[w].id)).collect(),
            None => Vec::new(),
        };
        let whom = match names.len() {
            0 => String::new(),
            1..=3 => format!(" for {}", names.join(", ")),
            n => format!(" for {n} workloads"),
        };
        format!("{}{whom}", self.measure.word())
    }
}

/// Everything that is known of a family of limits. `periods` and `span` are those of one of the limit's spans;
/// `part` tells what a span limits more than one of: groups, or a least and a most.
pub trait LimitFamily {
    /// The word for it, as in the model file.
    fn word(&self) -> &'static str;

    /// What it measures parts of, if it does.
    fn ratio(&self) -> Option<Ratio<'_>> {
        None
    }

    /// Whether it limits dependency, so that the diversification premium is what it costs.
    fn is_dependency(&self) -> bool {
        self.ratio().is_some()
    }

    /// The measure of which more helps to meet it, if there is one: a part of a total that grows, or a least amount.
    fn gains_by(&self) -> Option<Ratio<'_>> {
        self.ratio()
    }

    /// The offers of which it asks that chips are held, used or not, and the chips: a reason to hold them.
    fn fleet(&self) -> Option<(&Group, f64)> {
        None
    }

    /// Counts only what runs for some workloads.
    fn count_only(&mut self, workloads: WorkloadSet) {
        drop(workloads);
    }

    /// The offers whose growth it limits, and the chips: a reason to hold them before they are needed.
    fn growth(&self) -> Option<(&Group, f64)> {
        None
    }

    /// Adds its rows, for all spans.
    fn add_rows(&self, model: &Model, limit: &Limit, rows: &mut dyn Rows);

    /// The part that a row of a span belongs to.
    fn part_of_row(&self, row: usize) -> usize {
        row
    }

    /// Where its number stands in the program.
    fn stands_in(&self) -> StandsIn;

    /// What a plan has to compare with it in a span: the audit.
    fn compared(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>) -> Vec<Compared>;

    /// What a plan makes of a part of it in a span, with the words for `when`.
    fn stated(&self, model: &Model, accounts: &dyn Accounts, periods: &Range<usize>, part: usize, when: &str)
    -> Stated;

    /// The group that a part is about.
    fn subject(&self, part: usize) -> Option<&str>;

    /// The number of it that can be changed.
    fn parameter(&self) -> Option<Parameter>;

    /// Sets that number.
    fn set(&mut self, value: f64);

    /// One part by itself, and the others; `None` if it cannot be reported from them.
    fn split(&self, part: usize) -> Option<(LimitKind, Option<LimitKind>)>;

    /// What it asks for, in words that follow "`name`: ", with the words for when.
    fn asks(&self, model: &Model, when: &str) -> String;

    /// Why no plan can keep it, if that is seen from it alone.
    fn impossible(&self) -> Option<String> {
        None
    }
}
