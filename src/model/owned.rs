//! Chips that are bought: what they cost, how long they live, and what they are worth when they are sold.
//!
//! Chips bought in period s are delivered `delivery` later and held from then until the end of their `life`, or until they
//! are sold. Age counts from the delivery, when a chip is new: its residual value is 100 % of what was paid at age 0, the
//! parts given at the ages given, on the straight line between two of them, and beyond the last what it is there. A model
//! without `residual` has none.
//!
//! What is paid for a chip is paid at the start of the period in which it is bought, as hardware is ordered: no later date
//! is known, and none earlier would be cheaper. What it is worth comes back at the start of the period from which it is
//! no longer held, or at the end of the horizon if it is held until then.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostics::Code;
use crate::document::{self as doc, Text, report_unit};
use crate::units::{Dimension as Unit, Duration, DurationUnit, Quantity};

use super::calendar::Calendar;
use super::reader::{In, Reader};

/// Chips that are bought.
#[derive(Clone, Debug, PartialEq)]
pub struct Bought {
    /// Money for one chip that is bought in a period, paid at its start; not a number where it is not known.
    pub capex: Vec<f64>,
    /// For each period in which chips may be bought and are delivered within the horizon, how they live.
    pub lives: BTreeMap<usize, Life>,
}

/// How chips live that are bought in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// The periods in which they can be held: from their delivery to the end of their life, cut to the horizon.
    pub held: Range<usize>,
    /// The periods at whose start they may be sold, with the part of what was paid that comes back.
    pub sales: BTreeMap<usize, f64>,
    /// The part that they are worth when they are held until the end: of their life, or of the horizon.
    pub left: f64,
}

impl Life {
    /// The part of what was paid that comes back for chips that are held until the start of a period; `None` if they
    /// can neither be sold then nor end then.
    #[must_use]
    pub fn worth(&self, end: usize) -> Option<f64> {
        if end == self.held.end { Some(self.left) } else { self.sales.get(&end).copied() }
    }
}

impl Bought {
    /// The same chips, none of which is held before a period.
    #[must_use]
    pub(super) fn not_before(mut self, period: usize) -> Self {
        self.lives.retain(|_, life| life.held.start >= period);
        self
    }

    /// Whether chips that are bought can be held in a period.
    #[must_use]
    pub fn can_be_held(&self, period: usize) -> bool {
        self.lives.values().any(|life| life.held.contains(&period))
    }
}

/// Most periods in which chips of an offer are held or sold, over all periods in which they may be bought: what decides how
/// large a program is.
const MOST: usize = 5_000_000;

/// Ages in years with the parts of what was paid that chips are worth then, by age.
struct Residual(Vec<(f64, f64)>);

impl Residual {
    /// The part at an age.
    fn at(&self, age: f64) -> f64 {
        let Some(last) = self.0.last() else { return 0.0 };
        let mut before = (0.0, 1.0);
        for &point in &self.0 {
            if age <= point.0 {
                let way = (age - before.0) / (point.0 - before.0);
                return before.1 + way * (point.1 - before.1);
            }
            before = point;
        }
        last.1
    }
}

/// Reads what `term: { owned: ... }` says.
pub(super) fn bought(reader: &mut Reader<'_>, owned: &doc::Owned, starts: Option<&Text>) -> Option<Bought> {
    let capex = owned.capex.as_ref().and_then(|series| {
        let currency = reader.currency.clone();
        reader.money_series(series, f64::NAN, |q| Unit::Money(&currency).convert(q))
    });
    let residual = residual(reader, owned);
    let resale = resale(reader, owned);
    if let (Some(text), true) = (&owned.resale, owned.lacks("residual")) {
        let remedy = "add `residual: { 1y: 62 %, 2y: 42 % }`, or remove `resale`";
        reader.error(Code::MissingKey, text.place, "chips are sold at their residual value, but none is given", remedy);
        return None;
    }
    if reader.calendar.is_steady() {
        reader.error(
            Code::NoHorizon,
            owned.place,
            "purchased chips need a horizon, and the model has none",
            "add `horizon: { start: 2026-Q1, periods: 20, step: quarter }`, or write `term: owned` with a price",
        );
        return None;
    }
    if !owned.bad.is_empty() {
        return None;
    }
    let life = owned.life.as_ref()?;
    if life.quantity.number <= 0.0 {
        reader.error(Code::OutOfRange, life.place, "the life of a chip must be longer than 0", "write `life: 5 years`");
        return None;
    }
    let starts = match starts {
        Some(text) => reader.window_periods(text)?.1,
        None => reader.calendar.all(),
    };
    let (residual, resale) = (residual?, resale?);
    let mut lives = BTreeMap::new();
    let mut size = 0;
    for start in starts {
        let delivered = match &owned.delivery {
            Some(delivery) => reader.after_or_later(start, delivery)?,
            None => start,
        };
        if delivered >= reader.calendar.len() {
            continue;
        }
        let held = delivered..reader.after_or_earlier(delivered, life)?;
        if held.is_empty() {
            continue;
        }
        let life = alive(&reader.calendar, held, &residual, resale);
        size += life.held.len() + life.sales.keys().map(|end| life.held.end - end).sum::<usize>();
        if size > MOST {
            let message =
                "purchased chips that can be sold in every period are too many decisions with this many periods";
            let remedy = "give `starts` and a later `resale`, or use a coarser step";
            reader.error(Code::OutOfRange, owned.place, message, remedy);
            return None;
        }
        lives.insert(start, life);
    }
    if lives.is_empty() {
        let message = "no purchased chips are delivered within the horizon";
        reader.diagnostics.warning(Code::OutsideHorizon, owned.place, message, "extend the horizon");
    }
    Some(Bought { capex: capex?, lives })
}

/// How chips live that are held in these periods if they are not sold; those that may be from an age on.
fn alive(calendar: &Calendar, held: Range<usize>, residual: &Residual, resale: Option<f64>) -> Life {
    /// Ages that differ by less are the same: half a minute, in years.
    const SAME: f64 = 1e-6;
    let age = |end: usize| calendar.years_at(end) - calendar.years_at(held.start);
    let old_enough = |end: &usize| resale.is_some_and(|from| age(*end) >= from - SAME);
    let sales = (held.start + 1..held.end).filter(old_enough).map(|end| (end, residual.at(age(end)))).collect();
    Life { sales, left: residual.at(age(held.end)), held }
}

fn residual(reader: &mut Reader<'_>, owned: &doc::Owned) -> Option<Residual> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut whole = true;
    for (key, place, amount) in owned.residual.iter().flat_map(|m| &m.entries) {
        let text = Text { text: key.clone(), place: *place };
        let (age, part) = (age(reader, &text, key), reader.share(amount.as_ref(), In::Fraction));
        let (Some(age), Some(part)) = (age, part) else {
            whole = false;
            continue;
        };
        if age <= 0.0 || points.iter().any(|p| p.0 == age) {
            let message = format!("the age {key} is 0 or is given twice");
            reader.error(Code::DuplicateKey, *place, message, "give each age above 0 once");
            whole = false;
        }
        points.push((age, part));
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    whole.then_some(Residual(points))
}

/// From which age on chips may be sold: `None` within if they may not.
fn resale(reader: &mut Reader<'_>, owned: &doc::Owned) -> Option<Option<f64>> {
    let Some(text) = &owned.resale else { return Some(None) };
    let words = text.text.trim();
    let from = words.strip_prefix("from ").unwrap_or(words).trim();
    let age = age(reader, text, from)?;
    if age < 0.0 {
        reader.error(Code::OutOfRange, text.place, "an age is 0 or more", "write `resale: from 2y`");
        return None;
    }
    Some(Some(age))
}

/// An age in years.
fn age(reader: &mut Reader<'_>, text: &Text, words: &str) -> Option<f64> {
    let quantity = match Quantity::parse(words).and_then(|q| Duration::from_quantity(&q)) {
        Ok(age) => age,
        Err(error) => {
            report_unit(&error, text.place, reader.diagnostics);
            return None;
        }
    };
    match quantity.unit {
        DurationUnit::Months => Some(quantity.count / 12.0),
        DurationUnit::Hours => Some(quantity.count / 8760.0),
        DurationUnit::Periods => {
            let message = format!("`{words}` is not an age: it has no unit of time");
            reader.error(Code::WrongDimension, text.place, message, "write years, months or days: `2y`, `18 months`");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_residual_value_is_on_the_line_between_two_ages() {
        let residual = Residual(vec![(1.0, 0.62), (2.0, 0.42), (5.0, 0.12)]);
        for (age, part) in [(0.0, 1.0), (0.5, 0.81), (1.0, 0.62), (1.5, 0.52), (3.0, 0.32), (5.0, 0.12), (9.0, 0.12)] {
            assert!((residual.at(age) - part).abs() < 1e-12, "{age}: {}", residual.at(age));
        }
        assert_eq!(Residual(Vec::new()).at(0.0), 0.0);
    }

    #[test]
    fn chips_live_from_their_delivery_on_and_are_sold_from_an_age_on() {
        let calendar = Calendar::new(jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0), super::super::Step::Quarter, 8);
        let residual = Residual(vec![(1.0, 0.6), (2.0, 0.2)]);
        let life = alive(&calendar.unwrap(), 1..8, &residual, Some(1.0));
        // Delivered in the second quarter, a year old at the start of the sixth, 1.75 years at the end of the horizon.
        let near = |found: Option<f64>, part: f64| assert!((found.unwrap() - part).abs() < 1e-12, "{found:?}");
        assert_eq!(life.sales.keys().copied().collect::<Vec<_>>(), [5, 6, 7]);
        near(life.worth(5), 0.6);
        near(life.worth(6), 0.5);
        near(life.worth(8), 0.3);
        assert_eq!(life.worth(4), None);
    }
}
