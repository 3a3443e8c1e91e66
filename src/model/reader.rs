//! What every part of the interpretation needs: quantities with ranges, series, references.

use super::ids::Id;
use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostics, Place, Sources, suggest};
use crate::document::{Amount, Series, SeriesForm, Text, report_unit};
use crate::units::{Dimension as Unit, Duration, DurationUnit, Quantity, UnitError, percentage};

use super::calendar::{Calendar, Window, parse_period, parse_window};
use super::currencies::Rates;
use super::types::Origin;

/// Numbers beyond this have no meaning in a plan and would drown everything else in rounding.
const LARGEST: f64 = 1e21;

/// The state of reading a model: where problems go, and what all quantities refer to.
pub(super) struct Reader<'a> {
    pub diagnostics: &'a mut Diagnostics,
    pub sources: &'a Sources,
    pub calendar: Calendar,
    pub currency: String,
    /// What other currencies are worth.
    pub rates: Rates,
    pub notes: Vec<String>,
}

/// The numbers that have a meaning in a place.
#[derive(Clone, Copy)]
pub(super) enum In {
    /// 0 and above.
    NotNegative,
    /// Above 0.
    Positive,
    /// 0 to 1.
    Fraction,
    /// 0 to 1, without 1.
    BelowOne,
    /// 1 and above.
    AtLeastOne,
    /// Above -1.
    AboveMinusOne,
}

impl In {
    fn holds(self, x: f64) -> bool {
        x.abs() <= LARGEST
            && match self {
                In::NotNegative => x >= 0.0,
                In::Positive => x > 0.0,
                In::Fraction => (0.0..=1.0).contains(&x),
                In::BelowOne => (0.0..1.0).contains(&x),
                In::AtLeastOne => x >= 1.0,
                In::AboveMinusOne => x > -1.0,
            }
    }

    fn words(self) -> &'static str {
        match self {
            In::NotNegative => "0 or more",
            In::Positive => "more than 0",
            In::Fraction => "from 0 to 1 (0 % to 100 %)",
            In::BelowOne => "from 0 to less than 1 (100 %)",
            In::AtLeastOne => "1 or more",
            In::AboveMinusOne => "more than -100 %",
        }
    }
}

/// Ids in their order, found in a time that does not depend on their number.
pub(super) struct Ids<'a, K> {
    all: Vec<&'a str>,
    at: HashMap<&'a str, K>,
}

impl<'a, K: Id> Ids<'a, K> {
    /// Those of a list; of two that are the same the first counts.
    pub fn of(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let all: Vec<&str> = ids.into_iter().collect();
        let at = all.iter().enumerate().rev().map(|(i, id)| (*id, K::at(i))).collect();
        Ids { all, at }
    }

    /// Which one it is.
    pub fn find(&self, id: &str) -> Option<K> {
        self.at.get(id).copied()
    }
}

impl Reader<'_> {
    pub fn error(&mut self, code: Code, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.diagnostics.error(code, place, message, remedy);
    }

    pub fn origin(&self, place: Place) -> Origin {
        Origin { file: self.sources.name(place), line: self.sources.line(place) }
    }

    /// Converts by `convert` and checks the range; `None` with a report otherwise.
    pub fn read(
        &mut self,
        amount: &Amount,
        range: In,
        convert: impl FnOnce(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<f64> {
        match convert(&amount.quantity) {
            Ok(value) if range.holds(value) => Some(value),
            Ok(value) => {
                let bare = amount.quantity.unit.is_none();
                let remedy = if value.abs() > LARGEST {
                    "use a larger unit of work".to_owned()
                } else if value > 1.0 && matches!(range, In::Fraction | In::BelowOne) && bare {
                    let meant = if range.holds(value / 100.0) { value } else { 60.0 };
                    format!("write a percentage with its sign, as in `{meant} %`")
                } else {
                    String::new()
                };
                let shown = if value.abs() > LARGEST { "at most 1e21 in size" } else { range.words() };
                self.error(
                    Code::OutOfRange,
                    amount.place,
                    format!("{value} is out of range: it must be {shown}"),
                    remedy,
                );
                None
            }
            Err(error) => {
                report_unit(&error, amount.place, self.diagnostics);
                None
            }
        }
    }

    /// A quantity of one dimension.
    pub fn amount(&mut self, amount: Option<&Amount>, unit: &Unit<'_>, range: In) -> Option<f64> {
        self.read(amount?, range, |q| unit.convert(q))
    }

    /// Money without a time, in the model's currency.
    pub fn money(&mut self, amount: Option<&Amount>) -> Option<f64> {
        let currency = self.currency.clone();
        self.money_as(amount?, |q| Unit::Money(&currency).convert(q))
    }

    /// Money per one of whatever a limit counts, as in `0.5 USD/chip-h`.
    pub fn money_per_any(&mut self, amount: &Amount) -> Option<f64> {
        let currency = self.currency.clone();
        self.money_as(amount, |q| match &q.unit {
            Some(unit) if unit.over.as_deref() == Some(&currency) && unit.under.len() <= 1 => {
                // Power and energy are counted in kW and kWh, whatever the price is per.
                let per = unit.under.first().map_or(1.0, |word| match word.as_str() {
                    "W" | "Wh" => 1e3,
                    "MW" | "MWh" => 1e-3,
                    "GW" | "GWh" => 1e-6,
                    _ => 1.0,
                });
                Ok(q.number * per)
            }
            Some(_) => Unit::Money(&currency).convert(q),
            None => Ok(q.number),
        })
    }

    /// A fraction.
    pub fn share(&mut self, amount: Option<&Amount>, range: In) -> Option<f64> {
        self.amount(amount, &Unit::Share, range)
    }

    /// A change a year.
    pub fn yearly(&mut self, amount: Option<&Amount>) -> Option<f64> {
        self.change(amount, &Unit::PerYear)
    }

    /// A change for the better or worse, which may be of more than 100 %: beyond that a number without a percent sign
    /// could mean either, and is refused.
    pub fn change(&mut self, amount: Option<&Amount>, unit: &Unit<'_>) -> Option<f64> {
        let written = &amount?.quantity;
        let number = written.number;
        let per = match &written.unit {
            None => String::new(),
            Some(unit) => unit.under.iter().map(|word| format!("/{word}")).collect(),
        };
        let plain = written.unit.as_ref().is_none_or(|unit| !unit.percent && unit.over.is_none());
        if plain && number.abs() > 1.0 && number.abs() <= LARGEST {
            let (one, other) = (format!("{number} %{per}"), format!("{}{per}", percentage(number)));
            let (message, remedy) = if number > 0.0 {
                let message = format!("{number}{per} without a percent sign could mean {one} or {other}");
                (message, format!("write `{one}` or `{other}`"))
            } else {
                let message = format!("{number}{per} is out of range: it must be {}", In::AboveMinusOne.words());
                (message, format!("write `{one}`"))
            };
            self.error(Code::OutOfRange, amount?.place, message, remedy);
            return None;
        }
        self.amount(amount, unit, In::AboveMinusOne)
    }

    /// A whole number.
    pub fn count(&mut self, amount: Option<&Amount>, most: usize) -> Option<usize> {
        let given = amount?;
        let value = self.amount(amount, &Unit::Count, In::Positive)?;
        if value.fract() != 0.0 || value > most as f64 {
            self.error(
                Code::OutOfRange,
                given.place,
                format!("{value} is out of range: it must be a whole number from 1 to {most}"),
                "",
            );
            return None;
        }
        Some(value as usize)
    }

    /// One value a period. Before the first step the value is `before`.
    pub fn series(
        &mut self,
        series: &Series,
        range: In,
        before: f64,
        convert: impl Fn(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<Vec<f64>> {
        let periods = self.calendar.len();
        match &series.form {
            SeriesForm::Constant(amount) => Some(vec![self.read(amount, range, &convert)?; periods]),
            SeriesForm::List(amounts) => {
                let values: Vec<Option<f64>> = amounts.iter().map(|a| self.read(a, range, &convert)).collect();
                if values.len() != periods {
                    self.error(
                        Code::SeriesLength,
                        series.place,
                        format!("the list has {} entries and the horizon {periods} periods", values.len()),
                        "give one entry a period, or steps such as `{ 2026-Q1: 20k, 2027-Q1: 100k }`",
                    );
                    return None;
                }
                values.into_iter().collect()
            }
            SeriesForm::Growth { start, growth } => {
                let first = self.read(start, range, &convert);
                let rate = self.yearly(Some(growth));
                let (first, rate) = (first?, rate?);
                Some(self.calendar.periods.iter().map(|p| first * (1.0 + rate).powf(p.years_at_start)).collect())
            }
            SeriesForm::Steps(steps) => self.steps(steps, range, before, convert),
        }
    }

    fn steps(
        &mut self,
        steps: &[(Text, Amount)],
        range: In,
        before: f64,
        convert: impl Fn(&Quantity) -> Result<f64, UnitError>,
    ) -> Option<Vec<f64>> {
        let mut dated = Vec::new();
        let mut whole = true;
        for (key, amount) in steps {
            let value = self.read(amount, range, &convert);
            match (self.date(key), value) {
                (Some(date), Some(value)) => dated.push((date, value, key.place)),
                _ => whole = false,
            }
        }
        if !whole {
            return None;
        }
        dated.sort_by_key(|&(date, _, place)| (date, place));
        for pair in dated.windows(2).filter(|p| p[0].0 == p[1].0) {
            self.error(
                Code::DuplicateKey,
                pair[1].2,
                "two steps of this series begin on the same day",
                "keep one of the two",
            );
            whole = false;
        }
        let (first, last) = self.calendar.ends()?;
        let mut values = vec![before; self.calendar.len()];
        for (date, value, place) in dated {
            if date >= last {
                continue;
            }
            let from = if date <= first { Some(0) } else { self.calendar.boundary_at(date) };
            match from {
                Some(from) => values[from..].fill(value),
                None => {
                    self.off_grid(place, date);
                    whole = false;
                }
            }
        }
        whole.then_some(values)
    }

    pub fn off_grid(&mut self, place: Place, date: jiff::civil::DateTime) {
        let inside = self.calendar.period_at(date).map(|i| self.calendar.periods[i].label.clone()).unwrap_or_default();
        self.error(
            Code::OffGrid,
            place,
            format!("{} falls inside the period {inside}", date.date()),
            "use dates on which a period of the horizon begins, or a finer step",
        );
    }

    /// The start of a period that is written as a key.
    pub fn date(&mut self, key: &Text) -> Option<jiff::civil::DateTime> {
        let Some((start, _)) = parse_period(&key.text) else {
            self.error(
                Code::InvalidPeriod,
                key.place,
                format!("`{}` is not a period", key.text),
                "write 2026, 2026-Q3, 2026-07 or 2026-07-15",
            );
            return None;
        };
        if self.calendar.is_steady() {
            self.no_horizon(key.place);
            return None;
        }
        Some(start)
    }

    /// The period of the horizon that begins at a date.
    pub fn period(&mut self, text: &Text) -> Option<usize> {
        let date = self.date(text)?;
        let at = self.calendar.boundary_at(date);
        match at {
            Some(period) if period < self.calendar.len() => Some(period),
            Some(_) => {
                let message = format!("nothing is decided in {} or later: the horizon is over", text.text);
                self.error(Code::OutsideHorizon, text.place, message, "move it, or extend the horizon");
                None
            }
            None if self.calendar.period_at(date).is_some() => {
                self.off_grid(text.place, date);
                None
            }
            None => {
                let message = format!("{} lies outside the horizon", text.text);
                self.error(Code::OutsideHorizon, text.place, message, "move it, or extend the horizon");
                None
            }
        }
    }

    pub fn no_horizon(&mut self, place: Place) {
        self.error(
            Code::NoHorizon,
            place,
            "a date needs a horizon, and this model has none",
            "add `horizon: { start: 2026-Q1, periods: 8, step: quarter }`, or give one value",
        );
    }

    /// A window, as written.
    pub fn window(&mut self, text: &Text) -> Option<Window> {
        let Some(window) = parse_window(&text.text) else {
            self.error(
                Code::InvalidPeriod,
                text.place,
                format!("`{}` is not a window", text.text),
                "write a period such as 2026-Q3 or a window such as 2026-Q3..2027-Q4, the end not before the start",
            );
            return None;
        };
        if self.calendar.is_steady() {
            self.no_horizon(text.place);
            return None;
        }
        Some(window)
    }

    /// The periods of a window, cut to the horizon, which it must meet.
    pub fn window_periods(&mut self, text: &Text) -> Option<(Window, std::ops::Range<usize>)> {
        let window = self.window(text)?;
        let Some(periods) = self.calendar.periods_of(window) else {
            let edge = [window.start, window.end]
                .into_iter()
                .flatten()
                .find(|&at| self.calendar.boundary_at(at).is_none() && self.calendar.period_at(at).is_some());
            self.off_grid(text.place, edge.unwrap_or_default());
            return None;
        };
        if periods.is_empty() {
            let horizon = self.calendar.label_of(&self.calendar.all());
            self.error(
                Code::OutsideHorizon,
                text.place,
                format!("the window {} lies outside the horizon {horizon}", text.text),
                "move the window or extend the horizon",
            );
            return None;
        }
        Some((window, periods))
    }

    /// The first period after a length of time from the start of period `from`.
    pub fn after(&mut self, from: usize, amount: &Amount) -> Option<usize> {
        let (index, exact) = self.ends(from, amount)?;
        if !exact {
            self.ends_inside(amount.place);
            return None;
        }
        Some(index)
    }

    /// The same; among periods of several lengths, one that ends inside a longer period is over when that ends.
    pub fn after_or_later(&mut self, from: usize, amount: &Amount) -> Option<usize> {
        let (index, exact) = self.ends(from, amount)?;
        if exact {
            return Some(index);
        }
        self.rounded(amount, "the period is over")?;
        Some(index)
    }

    /// The same, or over when that begins.
    pub fn after_or_earlier(&mut self, from: usize, amount: &Amount) -> Option<usize> {
        let (index, exact) = self.ends(from, amount)?;
        if exact {
            return Some(index);
        }
        self.rounded(amount, "the period begins")?;
        Some(index.saturating_sub(1))
    }

    /// A length of time: a whole number of its unit, from `least` on. Of another one it is said what is `wrong`: a message
    /// and a remedy.
    pub fn length(&mut self, amount: &Amount, least: f64, wrong: (&str, &str)) -> Option<Duration> {
        let duration = match Duration::from_quantity(&amount.quantity) {
            Ok(duration) if (least..=1e6).contains(&duration.count) && duration.count.fract() == 0.0 => duration,
            Ok(_) => {
                self.error(Code::OutOfRange, amount.place, wrong.0, wrong.1);
                return None;
            }
            Err(error) => {
                report_unit(&error, amount.place, self.diagnostics);
                return None;
            }
        };
        self.counts_periods(amount.place, duration);
        Some(duration)
    }

    /// The first boundary at or after the end of a length of time from the start of period `from`, and whether it ends
    /// there.
    pub fn ends(&mut self, from: usize, amount: &Amount) -> Option<(usize, bool)> {
        let duration = self.length(amount, 0.0, ("a length of time must be a whole number of its unit", ""))?;
        Some(self.calendar.ends_after(from, duration))
    }

    /// Reports a length of time that ends inside a period.
    pub fn ends_inside(&mut self, place: Place) {
        self.error(
            Code::OffGrid,
            place,
            "this length of time ends inside a period of the horizon",
            "give it in whole periods, or use a finer step",
        );
    }

    /// Notes that a length of time is rounded, which it is among periods of several lengths only.
    fn rounded(&mut self, amount: &Amount, until: &str) -> Option<()> {
        if self.calendar.is_even() {
            self.ends_inside(amount.place);
            return None;
        }
        self.note(
            amount.place,
            &format!("where this length of time ends inside a longer period, it counts until {until}"),
        );
        Some(())
    }

    /// Notes that a length of time is a number of periods where these are of several lengths.
    pub fn counts_periods(&mut self, place: Place, duration: Duration) {
        if duration.unit == DurationUnit::Periods && duration.count > 0.0 {
            self.note_uneven(
                place,
                "a number of periods is counted whatever their length; write months or years for a time",
            );
        }
    }

    /// Notes what holds among periods of several lengths.
    pub fn note_uneven(&mut self, place: Place, what: &str) {
        if !self.calendar.is_even() {
            self.note(place, what);
        }
    }

    /// Adds a note on a line, once.
    pub fn note(&mut self, place: Place, what: &str) {
        let note = format!("{}: {what}", self.sources.whereabouts(place));
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether a word is one of some, or a report with the nearest one.
    pub fn is_one_of(&mut self, text: &Text, what: &str, words: &[&str]) -> bool {
        let found = words.contains(&text.text.as_str());
        if !found {
            self.unknown(text, what, words);
        }
        found
    }

    /// Which one an id is, or a report with the nearest one.
    pub fn reference<K: Id>(&mut self, text: &Text, what: &str, ids: &Ids<'_, K>, broken: &[&str]) -> Option<K> {
        let found = ids.find(&text.text);
        if found.is_none() && !broken.contains(&text.text.as_str()) {
            self.unknown(text, what, &ids.all);
        }
        found
    }

    fn unknown(&mut self, text: &Text, what: &str, known: &[&str]) {
        // Nobody is told of more than a list holds, and the nearest word takes as long to find as all of them.
        let full = self.diagnostics.is_full();
        let remedy = if full { String::new() } else { suggest(&text.text, known.iter().copied()) };
        self.error(Code::UnknownId, text.place, format!("there is no {what} `{}`", text.text), remedy);
    }

    /// Reports an id with characters that ids do not have.
    pub fn check_id(&mut self, id: &str, place: Place) {
        let fine = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'));
        if !fine || id.len() > 100 {
            self.error(
                Code::InvalidId,
                place,
                "an id is at most 100 characters of a-z, 0-9, `.`, `_` and `-`, the first a letter or digit",
                "",
            );
        }
    }

    /// Reports a word with characters that could deceive or that a terminal interprets.
    pub fn check_word(&mut self, text: &Text) {
        let hostile = text.text.chars().any(|c| crate::diagnostics::is_hostile(c) || c == '\n');
        if hostile || text.text.is_empty() || text.text.len() > 300 {
            self.error(
                Code::InvalidId,
                text.place,
                "this text is empty, too long or has control or bidirectional characters",
                "write it in plain letters",
            );
        } else if text.text.trim() != text.text || text.text.chars().any(super::spelling::is_invisible) {
            self.error(
                Code::InvalidId,
                text.place,
                format!(
                    "`{}` begins or ends with a space, or has invisible characters",
                    super::spelling::visible(&text.text)
                ),
                format!("write `{}`", super::spelling::plain(&text.text)),
            );
        }
    }
}
