//! Time: periods, windows, hours and years.
//!
//! Hours are calendar hours: a quarter has 2160 to 2208 of them. Years, for discounting and
//! growth, are counted in months where the step is made of months (a quarter is exactly a quarter
//! of a year, as in a spreadsheet), and in hours of 8760 to the year for steps of hours, days and
//! weeks.

use std::ops::Range;

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan};

use crate::units::{Duration, DurationUnit};

/// Length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One hour.
    Hour,
    /// One day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

impl Step {
    /// The words for the steps.
    pub const WORDS: [&'static str; 6] = ["hour", "day", "week", "month", "quarter", "year"];

    /// The step that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "hour" => Step::Hour,
            "day" => Step::Day,
            "week" => Step::Week,
            "month" => Step::Month,
            "quarter" => Step::Quarter,
            "year" => Step::Year,
            _ => return None,
        })
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Step::WORDS[self as usize]
    }

    fn span(self, count: i64) -> Span {
        match self {
            Step::Hour => count.hours(),
            Step::Day => count.days(),
            Step::Week => (7 * count).days(),
            Step::Month => count.months(),
            Step::Quarter => (3 * count).months(),
            Step::Year => (12 * count).months(),
        }
    }

    /// Length in months, for steps that are made of months.
    fn months(self) -> Option<f64> {
        match self {
            Step::Month => Some(1.0),
            Step::Quarter => Some(3.0),
            Step::Year => Some(12.0),
            Step::Hour | Step::Day | Step::Week => None,
        }
    }

    /// Whether one begins at an instant, as calendars have it: a quarter in January, April, July or October. A week may
    /// begin on any day.
    #[must_use]
    pub fn begins_at(self, at: DateTime) -> bool {
        let on_the_hour = at == at.date().at(at.hour(), 0, 0, 0);
        let (day, first) = (at.hour() == 0, at.day() == 1 && at.hour() == 0);
        on_the_hour
            && match self {
                Step::Hour => true,
                Step::Day | Step::Week => day,
                Step::Month => first,
                Step::Quarter => first && (at.month() - 1) % 3 == 0,
                Step::Year => first && at.month() == 1,
            }
    }

    /// When one begins, in words.
    #[must_use]
    pub fn beginning(self) -> &'static str {
        match self {
            Step::Hour => "at a full hour",
            Step::Day | Step::Week => "at midnight",
            Step::Month => "on the first day of a month",
            Step::Quarter => "in January, April, July or October",
            Step::Year => "in January",
        }
    }

    /// The instant at which `count` periods that begin at `start` are over; `None` beyond the calendar.
    #[must_use]
    pub fn end(self, start: DateTime, count: usize) -> Option<DateTime> {
        start.checked_add(self.span(i64::try_from(count).ok()?)).ok()
    }
}

/// One period of the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// How it is written: `2026-Q1`.
    pub label: String,
    /// Its calendar hours.
    pub hours: f64,
    /// Years from the start of the horizon to its start.
    pub years_at_start: f64,
    /// Years from the start of the horizon to its middle.
    pub years_at_middle: f64,
    /// The calendar year it starts in; 0 in the steady state.
    pub year: i16,
}

/// The periods of a model, or the steady state.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// The periods in order; at least one.
    pub periods: Vec<Period>,
    /// Boundaries: the start of each period and the end of the last. Empty in the steady state.
    bounds: Vec<DateTime>,
    /// How many periods of which step follow each other; empty in the steady state.
    parts: Vec<(usize, Step)>,
}

/// A stretch of time as it was written, ends resolved to instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant; `None` is the beginning of time.
    pub start: Option<DateTime>,
    /// First instant after it; `None` is the end of time.
    pub end: Option<DateTime>,
}

impl Calendar {
    /// The steady state: one period of one hour, no dates.
    #[must_use]
    pub fn steady() -> Self {
        let period =
            Period { label: "steady".to_owned(), hours: 1.0, years_at_start: 0.0, years_at_middle: 0.0, year: 0 };
        Calendar { periods: vec![period], bounds: Vec::new(), parts: Vec::new() }
    }

    /// `count` periods of length `step` from `start` on; `None` if the calendar ends before.
    #[must_use]
    pub fn new(start: DateTime, step: Step, count: usize) -> Option<Self> {
        Self::of_parts(start, &[(count, step)])
    }

    /// Periods of several lengths from `start` on: so many of a step, each part from where the one before ends; `None` if
    /// the calendar ends before.
    ///
    /// Years are counted in months as long as periods are made of months, and in hours of 8760 to the year for others; the
    /// two add up.
    #[must_use]
    pub fn of_parts(start: DateTime, parts: &[(usize, Step)]) -> Option<Self> {
        let mut bounds = vec![start];
        let mut periods = Vec::new();
        // Before the part: months, and hours of what is not made of months.
        let (mut months, mut hours) = (0.0, 0.0);
        for &(count, step) in parts {
            let from = *bounds.last()?;
            let years = |at: DateTime, i: usize| match step.months() {
                Some(length) => (months + i as f64 * length) / 12.0 + hours / 8760.0,
                None => months / 12.0 + (hours + hours_between(from, at)) / 8760.0,
            };
            for i in 0..count {
                let (first, last) = (step.end(from, i)?, step.end(from, i + 1)?);
                let (a, b) = (years(first, i), years(last, i + 1));
                periods.push(Period {
                    label: label(first, step),
                    hours: hours_between(first, last),
                    years_at_start: a,
                    years_at_middle: f64::midpoint(a, b),
                    year: first.year(),
                });
                bounds.push(last);
            }
            match step.months() {
                Some(length) => months += count as f64 * length,
                None => hours += hours_between(from, *bounds.last()?),
            }
        }
        let mut runs: Vec<(usize, Step)> = Vec::new();
        for &(count, step) in parts {
            match runs.last_mut() {
                Some(last) if last.1 == step => last.0 += count,
                _ => runs.push((count, step)),
            }
        }
        (!periods.is_empty()).then_some(Calendar { periods, bounds, parts: runs })
    }

    /// How many periods of which step follow each other, neighbours of one step as one part; empty in the steady state.
    #[must_use]
    pub fn parts(&self) -> &[(usize, Step)] {
        &self.parts
    }

    /// Whether all periods are of one step, as a month is, whatever its days.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.parts.len() <= 1
    }

    /// Number of periods.
    #[must_use]
    pub fn len(&self) -> usize {
        self.periods.len()
    }

    /// Never: there is always a period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// Whether the model has no dates.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.bounds.is_empty()
    }

    /// The whole horizon as a range of periods.
    #[must_use]
    pub fn all(&self) -> Range<usize> {
        0..self.len()
    }

    /// First instant of the horizon and first after it.
    #[must_use]
    pub fn ends(&self) -> Option<(DateTime, DateTime)> {
        Some((*self.bounds.first()?, *self.bounds.last()?))
    }

    /// First instant of a period and first after it; `None` in the steady state.
    #[must_use]
    pub fn dates(&self, period: usize) -> Option<(DateTime, DateTime)> {
        Some((*self.bounds.get(period)?, *self.bounds.get(period + 1)?))
    }

    /// The period that holds an instant, if the horizon does.
    #[must_use]
    pub fn period_at(&self, at: DateTime) -> Option<usize> {
        let after = self.bounds.partition_point(|&b| b <= at);
        (after > 0 && after < self.bounds.len()).then(|| after - 1)
    }

    /// The index of the boundary at an instant: `len()` for the end of the horizon.
    #[must_use]
    pub fn boundary_at(&self, at: DateTime) -> Option<usize> {
        self.bounds.binary_search(&at).ok()
    }

    /// The periods of a window, cut to the horizon; `None` if an end of it falls inside a period.
    #[must_use]
    pub fn periods_of(&self, window: Window) -> Option<Range<usize>> {
        let (first, last) = self.ends()?;
        let start = match window.start {
            Some(at) if at > first => {
                if at >= last {
                    self.len()
                } else {
                    self.boundary_at(at)?
                }
            }
            _ => 0,
        };
        let end = match window.end {
            Some(at) if at < last => {
                if at <= first {
                    0
                } else {
                    self.boundary_at(at)?
                }
            }
            _ => self.len(),
        };
        Some(start..end.max(start))
    }

    /// Years from the start of the horizon to the start of a period, or to its end for what follows the last.
    #[must_use]
    pub fn years_at(&self, boundary: usize) -> f64 {
        match (self.periods.get(boundary), self.periods.last()) {
            (Some(period), _) => period.years_at_start,
            (None, Some(last)) => 2.0 * last.years_at_middle - last.years_at_start,
            (None, None) => 0.0,
        }
    }

    /// Hours of a range of periods.
    #[must_use]
    pub fn hours(&self, periods: Range<usize>) -> f64 {
        self.periods[periods].iter().map(|p| p.hours).sum()
    }

    /// First index at or after the instant that lies `months` and `hours` after the start of
    /// period `from`, and whether that instant is on a boundary (or past the horizon).
    #[must_use]
    pub fn after(&self, from: usize, months: i64, hours: i64) -> (usize, bool) {
        let Some(&start) = self.bounds.get(from) else { return (self.len(), true) };
        let Ok(at) = start.checked_add(months.months().hours(hours)) else { return (self.len(), true) };
        match self.bounds.binary_search(&at) {
            Ok(i) => (i, true),
            Err(i) => (i.min(self.len()), i >= self.bounds.len()),
        }
    }

    /// The first boundary at or after the end of a length of time from the start of period `from`, and whether it ends there.
    #[must_use]
    pub fn ends_after(&self, from: usize, length: Duration) -> (usize, bool) {
        let count = length.count as i64;
        match length.unit {
            DurationUnit::Periods => ((from + length.count as usize).min(self.len()), true),
            _ if self.is_steady() => (self.len(), true),
            DurationUnit::Months => self.after(from, count, 0),
            DurationUnit::Hours => self.after(from, 0, count),
        }
    }

    /// How many periods of the horizon's step lie between an instant before it and its beginning; `None` if they are of
    /// several steps, or no whole number of them.
    #[must_use]
    pub fn periods_from(&self, before: DateTime) -> Option<usize> {
        let (first, &[(_, step)]) = (*self.bounds.first()?, self.parts.as_slice()) else { return None };
        let mut count = 0;
        loop {
            let at = step.end(before, count)?;
            if at >= first {
                return (at == first).then_some(count);
            }
            count += 1;
        }
    }

    /// The periods that begin whole numbers of times, at least once, so many months and hours after an instant; `None` if
    /// one of those instants falls inside a period.
    #[must_use]
    pub fn every(&self, from: DateTime, months: usize, hours: usize) -> Option<Vec<usize>> {
        let Some((first, last)) = self.ends() else { return Some(Vec::new()) };
        let mut found = Vec::new();
        for times in 1.. {
            let span = |each: usize| i64::try_from(times * each).ok();
            let (Some(months), Some(hours)) = (span(months), span(hours)) else { break };
            // The calendar ends in the year 9999, the horizon before.
            let Ok(at) = from.checked_add(months.months().hours(hours)) else { break };
            if at >= last || (months, hours) == (0, 0) {
                break;
            }
            if at >= first {
                found.push(self.boundary_at(at)?);
            }
        }
        Some(found)
    }

    /// The last period that begins no later than `months` and `hours` before the start of period `from`; -1 if that is
    /// before the horizon.
    #[must_use]
    pub fn before(&self, from: usize, months: i64, hours: i64) -> i64 {
        let start = self.bounds.get(from).and_then(|s| s.checked_sub(months.months().hours(hours)).ok());
        let Some(at) = start else { return -1 };
        self.bounds[..self.len()].partition_point(|&b| b <= at) as i64 - 1
    }

    /// Hours of a window that has both ends.
    #[must_use]
    pub fn window_hours(window: Window) -> Option<f64> {
        Some(hours_between(window.start?, window.end?))
    }

    /// Splits a window into years counted from its start; each with its ends.
    #[must_use]
    pub fn years_of(window: Window) -> Vec<Window> {
        let (Some(start), Some(end)) = (window.start, window.end) else { return vec![window] };
        let mut years = Vec::new();
        let mut from = start;
        for i in 1..=1000 {
            let Ok(to) = start.checked_add((12 * i).months()) else { break };
            years.push(Window { start: Some(from), end: Some(to.min(end)) });
            if to >= end {
                break;
            }
            from = to;
        }
        years
    }

    /// The label of a window of whole periods, for sentences.
    #[must_use]
    pub fn label_of(&self, periods: &Range<usize>) -> String {
        match (self.periods.get(periods.start), periods.end.checked_sub(1).and_then(|i| self.periods.get(i))) {
            (Some(a), Some(b)) if a.label == b.label => a.label.clone(),
            (Some(a), Some(b)) => format!("{}..{}", a.label, b.label),
            _ => "never".to_owned(),
        }
    }
}

/// Hours between two instants of the calendar, without daylight saving.
#[must_use]
pub fn hours_between(from: DateTime, to: DateTime) -> f64 {
    from.duration_until(to).as_secs_f64() / 3600.0
}

fn label(start: DateTime, step: Step) -> String {
    match step {
        Step::Year if start.month() == 1 => format!("{}", start.year()),
        Step::Quarter if (start.month() - 1) % 3 == 0 => format!("{}-Q{}", start.year(), (start.month() - 1) / 3 + 1),
        Step::Year | Step::Quarter | Step::Month => format!("{}-{:02}", start.year(), start.month()),
        Step::Week | Step::Day => start.date().to_string(),
        Step::Hour => format!("{}T{:02}", start.date(), start.hour()),
    }
}

/// Reads a period: `2026`, `2026-Q3`, `2026-07`, `2026-07-15` or `2026-07-15T13`.
#[must_use]
pub fn parse_period(text: &str) -> Option<(DateTime, DateTime)> {
    let number = |t: &str, digits: usize| -> Option<i16> {
        (t.len() == digits && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok())?
    };
    let year = number(text.get(..4)?, 4)?;
    let rest = &text[4..];
    let day = |month: i16, day: i16| -> Option<Date> {
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    let (start, span): (DateTime, Span) = if rest.is_empty() {
        (day(1, 1)?.at(0, 0, 0, 0), 12.months())
    } else if let Some(quarter) = rest.strip_prefix("-Q") {
        let quarter = number(quarter, 1).filter(|q| (1..=4).contains(q))?;
        (day(3 * (quarter - 1) + 1, 1)?.at(0, 0, 0, 0), 3.months())
    } else {
        let rest = rest.strip_prefix('-')?;
        let month = number(rest.get(..2)?, 2)?;
        match &rest[2..] {
            "" => (day(month, 1)?.at(0, 0, 0, 0), 1.month()),
            rest => {
                let rest = rest.strip_prefix('-')?;
                let date = day(month, number(rest.get(..2)?, 2)?)?;
                match &rest[2..] {
                    "" => (date.at(0, 0, 0, 0), 1.day()),
                    rest => {
                        let hour = number(rest.strip_prefix('T')?, 2).filter(|h| (0..24).contains(h))?;
                        (date.at(i8::try_from(hour).ok()?, 0, 0, 0), 1.hour())
                    }
                }
            }
        }
    };
    // Dates outside a plausible range are typing mistakes, and keep arithmetic far from overflow.
    let plausible = start >= date(1970, 1, 1).at(0, 0, 0, 0) && year < 2200;
    plausible.then(|| start.checked_add(span).ok().map(|end| (start, end)))?
}

/// Reads a window: a period, `A..B` with both ends included, `A..` or `..B`.
#[must_use]
pub fn parse_window(text: &str) -> Option<Window> {
    match text.split_once("..") {
        None => parse_period(text).map(|(a, b)| Window { start: Some(a), end: Some(b) }),
        Some((from, to)) => {
            let start = if from.is_empty() { None } else { Some(parse_period(from)?.0) };
            let end = if to.is_empty() { None } else { Some(parse_period(to)?.1) };
            match (start, end) {
                (None, None) => None,
                (Some(a), Some(b)) if a >= b => None,
                _ => Some(Window { start, end }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarters() -> Calendar {
        Calendar::new(parse_period("2026-Q1").unwrap().0, Step::Quarter, 8).unwrap()
    }

    #[test]
    fn calendar_hours_and_years() {
        let calendar = quarters();
        assert_eq!(calendar.periods[0].hours, 90.0 * 24.0);
        assert_eq!(calendar.periods[2].hours, 92.0 * 24.0);
        assert_eq!(calendar.hours(0..4), 8760.0);
        assert_eq!(calendar.periods[5].label, "2027-Q2");
        assert_eq!(calendar.periods[4].years_at_start, 1.0);
        assert_eq!(calendar.periods[0].years_at_middle, 0.125);
        let leap = Calendar::new(parse_period("2028-02").unwrap().0, Step::Month, 1).unwrap();
        assert_eq!(leap.periods[0].hours, 29.0 * 24.0);
    }

    #[test]
    fn periods_of_several_lengths_follow_each_other() {
        let parts = [(2, Step::Month), (1, Step::Month), (3, Step::Quarter), (1, Step::Year)];
        let calendar = Calendar::of_parts(parse_period("2027-01").unwrap().0, &parts).unwrap();
        let labels: Vec<&str> = calendar.periods.iter().map(|p| p.label.as_str()).collect();
        assert_eq!(labels, ["2027-01", "2027-02", "2027-03", "2027-Q2", "2027-Q3", "2027-Q4", "2028"]);
        assert!(!calendar.is_even());
        assert_eq!(calendar.parts(), [(3, Step::Month), (3, Step::Quarter), (1, Step::Year)]);
        assert_eq!((calendar.hours(0..6), calendar.hours(6..7)), (8760.0, 366.0 * 24.0));
        assert_eq!((calendar.years_at(3), calendar.years_at(6), calendar.years_at(7)), (0.25, 1.0, 2.0));
        assert_eq!(calendar.periods[4].years_at_middle, 0.625);
        let periods = |text| calendar.periods_of(parse_window(text).unwrap());
        assert_eq!(periods("2027-Q1"), Some(0..3));
        assert_eq!(periods("2027-02..2027-Q2"), Some(1..4));
        assert_eq!(periods("2027"), Some(0..6));
        assert_eq!(periods("2027-05"), None);
        // Every label is the period that it names.
        assert!((0..7).all(|t| periods(labels[t]) == Some(t..t + 1)));
        // A quarter after the beginning of February is inside the second quarter; a year from April is inside 2028.
        assert_eq!(calendar.after(1, 3, 0), (4, false));
        assert_eq!(calendar.after(3, 9, 0), (6, true));
        assert_eq!(calendar.after(3, 12, 0), (7, false));
        assert_eq!(calendar.before(6, 1, 0), 5);
    }

    #[test]
    fn years_of_months_and_of_days_add_up() {
        let parts = [(31, Step::Day), (1, Step::Month)];
        let calendar = Calendar::of_parts(parse_period("2027-01").unwrap().0, &parts).unwrap();
        assert!((calendar.years_at(31) - 744.0 / 8760.0).abs() < 1e-15);
        assert!((calendar.years_at(32) - 744.0 / 8760.0 - 1.0 / 12.0).abs() < 1e-15);
    }

    #[test]
    fn steps_begin_where_calendars_have_them() {
        let begins = |step: Step, text| step.begins_at(parse_period(text).unwrap().0);
        assert!(begins(Step::Quarter, "2027-04") && !begins(Step::Quarter, "2027-05"));
        assert!(begins(Step::Year, "2027") && !begins(Step::Year, "2027-Q2"));
        assert!(begins(Step::Month, "2027-02") && !begins(Step::Month, "2027-02-02"));
        assert!(begins(Step::Week, "2027-02-02") && !begins(Step::Day, "2027-02-02T05"));
        assert!(begins(Step::Hour, "2027-02-02T05"));
    }

    #[test]
    fn windows_include_both_ends() {
        let calendar = quarters();
        let periods = |text| calendar.periods_of(parse_window(text).unwrap());
        assert_eq!(periods("2026-Q2..2027-Q4"), Some(1..8));
        assert_eq!(periods("2026"), Some(0..4));
        assert_eq!(periods("2027-Q1.."), Some(4..8));
        assert_eq!(periods("2025-Q4..2032-Q3"), Some(0..8));
        assert_eq!(periods("2030"), Some(8..8));
        assert_eq!(periods("2026-02..2026-09"), None);
    }

    #[test]
    fn periods_that_are_none() {
        for text in
            ["2026-Q5", "2026-13", "26", "2026-7", "2026-02-30", "2026-07-15T24", "1026", "2026-Q1..2025-Q1", "..", "x"]
        {
            assert!(parse_window(text).is_none(), "{text}");
        }
    }

    #[test]
    fn years_of_a_contract_count_from_its_start() {
        let years = Calendar::years_of(parse_window("2025-Q4..2027-Q1").unwrap());
        assert_eq!(years.len(), 2);
        assert_eq!(years[0].end, Some(parse_period("2026-Q4").unwrap().0));
        assert_eq!(years[1].end, Some(parse_period("2027-Q2").unwrap().0));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_window_or_not(text in "\\PC{0,24}") {
            let _ = parse_window(&text);
        }
    }
}
