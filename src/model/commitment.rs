//! Interprets what a contract commits to.
//!
//! A commitment is met in parts: all of it, each year counted from its beginning, or each period. A commitment in total
//! that runs beyond the horizon counts within it by the hours that fall into it: 38 billion over seven years are 5.43
//! billion in each year that is planned. Of one of which something was spent before the horizon, what is left is due by
//! the hours that are left.

use std::ops::Range;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::diagnostics::{Code, suggest};
use crate::document::{self as doc, Amount, Series, SeriesForm, Text};
use crate::units::{Dimension as Unit, Quantity};

use super::calendar::{Calendar, Window, hours_between};
use super::currencies::mean;
use super::reader::{In, Reader};
use super::types::{Commit, CommitBucket, CommitIn};

/// What is due of a commitment in a part of its time: the same always, or what a series says.
enum Due<'a> {
    Always(Committed),
    Changing(&'a Series),
}

/// An amount as it is written, and what one unit of its currency is worth in each period, if it is another one.
#[derive(Clone)]
struct Committed {
    amount: f64,
    rates: Option<Arc<[f64]>>,
}

impl Committed {
    /// In the model's currency, at the mean rate of some periods.
    fn over(&self, calendar: &Calendar, periods: &Range<usize>) -> f64 {
        self.rates.as_ref().map_or(self.amount, |rates| self.amount * mean(calendar, rates, periods))
    }
}

/// What is read of a commitment before its time is.
struct Written<'a> {
    counted_in: CommitIn,
    due: Due<'a>,
    least: Option<f64>,
}

/// What a contract commits to, `window` being its time and `active` the periods of the horizon in it.
pub(super) fn commitment(
    reader: &mut Reader<'_>,
    commit: &doc::Commit,
    window: Option<Window>,
    active: Range<usize>,
) -> Option<Commit> {
    let (written, per) = (written(reader, commit), per(reader, commit));
    if written.is_none() || per.is_none() {
        amounts(reader, commit);
    }
    let (Written { counted_in, due, least }, per) = (written?, per?);
    if let (Due::Changing(series), "total") = (&due, per) {
        let remedy = "write `per: year` or `per: period`, or one amount";
        reader.error(Code::Contradiction, series.place, "a commitment in total does not change over time", remedy);
        return None;
    }
    let spent = spent(reader, commit, window, per, &due)?;
    if let (None | Some(Window { start: None, .. } | Window { end: None, .. }), Some(over)) = (window, &commit.over)
        && per != "period"
    {
        let message = "the time of a commitment needs a start and an end";
        reader.error(Code::InvalidPeriod, over.place, message, "write `over: 2025-Q4..2032-Q3`");
        return None;
    }
    let unit = Unit::Chips;
    if per == "period" {
        if counted_in == CommitIn::Spend {
            reader.note_uneven(commit.place, "the commitment is of one amount for each period, whatever its length");
        }
        let amounts = match due {
            Due::Always(amount) => {
                (0..reader.calendar.len()).map(|t| amount.over(&reader.calendar, &(t..t + 1))).collect()
            }
            Due::Changing(series) if counted_in == CommitIn::ChipHours => {
                reader.series(series, In::NotNegative, 0.0, |q| unit.convert(q))?
            }
            Due::Changing(series) => {
                let currency = reader.currency.clone();
                reader.money_series(series, 0.0, |q| Unit::Money(&currency).convert(q))?
            }
        };
        let scale = |t: usize| if counted_in == CommitIn::ChipHours { reader.calendar.periods[t].hours } else { 1.0 };
        let buckets = active.map(|t| CommitBucket { periods: t..t + 1, amount: amounts[t] * scale(t) }).collect();
        return Some(Commit { counted_in, least, buckets });
    }
    let parts = match (per, window) {
        ("year", Some(window)) => Calendar::years_of(window),
        (_, Some(window)) => vec![window],
        (_, None) => Vec::new(),
    };
    if parts.is_empty() {
        // The steady state: its one hour is the whole time.
        let Due::Always(amount) = due else {
            reader.error(Code::InvalidPeriod, commit.place, "this commitment changes over time", "add a `horizon`");
            return None;
        };
        let hours = reader.calendar.hours(active.clone());
        let amount = amount.over(&reader.calendar, &active) * if counted_in == CommitIn::Spend { 1.0 } else { hours };
        return Some(Commit { counted_in, least, buckets: vec![CommitBucket { periods: active, amount }] });
    }
    let amounts = match due {
        Due::Always(amount) => vec![amount; parts.len()],
        Due::Changing(series) => by_part(reader, series, &parts, counted_in)?,
    };
    let mut buckets = Vec::new();
    for (part, amount) in parts.into_iter().zip(amounts) {
        let Some(periods) = reader.calendar.periods_of(part) else {
            let place = commit.per.as_ref().map_or(commit.place, |p| p.place);
            let message = "a year of this commitment ends inside a period of the horizon";
            reader.error(Code::OffGrid, place, message, "use `per: total`, or a finer step");
            return None;
        };
        if periods.is_empty() {
            continue;
        }
        let inside = reader.calendar.hours(periods.clone());
        let amount = amount.over(&reader.calendar, &periods);
        // What is left of a commitment of which something was spent is due from the horizon on.
        let from = match (spent, reader.calendar.ends()) {
            (Some(_), Some((first, _))) => Some(first),
            _ => part.start,
        };
        let whole = match (from, part.end) {
            (Some(a), Some(b)) => hours_between(a, b),
            _ => inside,
        };
        let left = amount - spent.unwrap_or(0.0);
        let due = match counted_in {
            // The last year of a contract may be short: its commitment is what its days make.
            CommitIn::Spend if per == "year" => left * inside / year_hours(part, window, whole),
            CommitIn::Spend => left * inside / whole,
            CommitIn::ChipHours => left * inside,
        };
        if counted_in == CommitIn::Spend && inside < whole * (1.0 - 1e-12) {
            reader.notes.push(format!(
                "{}: the commitment over {} counts by the hours that fall into the horizon: {:.4} of it",
                reader.sources.whereabouts(commit.place),
                commit.over.as_ref().map_or("its time", |t| t.text.as_str()),
                inside / whole,
            ));
        }
        buckets.push(CommitBucket { periods, amount: due });
    }
    Some(Commit { counted_in, least, buckets })
}

/// Reads what can be read of a commitment whose time could not be.
pub(super) fn commitment_without_time(reader: &mut Reader<'_>, commit: &doc::Commit) {
    written(reader, commit);
    per(reader, commit);
    amounts(reader, commit);
}

/// Checks the amounts that are read only with what surrounds them.
fn amounts(reader: &mut Reader<'_>, commit: &doc::Commit) {
    reader.money(commit.spent.as_ref());
    for (series, counted_in) in [(&commit.spend, CommitIn::Spend), (&commit.chips, CommitIn::ChipHours)] {
        match series.as_ref().map(|series| &series.form) {
            None | Some(SeriesForm::Constant(_)) => {}
            Some(SeriesForm::List(list)) => list.iter().for_each(|amount| {
                read(reader, amount, counted_in);
            }),
            Some(SeriesForm::Growth { start, growth }) => {
                read(reader, start, counted_in);
                reader.yearly(Some(growth));
            }
            Some(SeriesForm::Steps(steps)) => steps.iter().for_each(|(date, amount)| {
                reader.date(date);
                read(reader, amount, counted_in);
            }),
        }
    }
}

/// How a commitment is counted.
fn per(reader: &mut Reader<'_>, commit: &doc::Commit) -> Option<&'static str> {
    let Some(word) = &commit.per else { return Some("total") };
    let known = ["total", "year", "period"];
    let per = known.into_iter().find(|per| *per == word.text);
    if per.is_none() {
        let message = format!("`{}` is not a way to count a commitment", word.text);
        reader.error(Code::UnknownWord, word.place, message, suggest(&word.text, known));
    }
    per
}

/// What is committed: money or chips, as written or to be chosen.
fn written<'a>(reader: &mut Reader<'_>, commit: &'a doc::Commit) -> Option<Written<'a>> {
    let given = [commit.spend.is_some(), commit.chips.is_some(), commit.choose.is_some()];
    match given.iter().filter(|g| **g).count() {
        1 => {}
        0 => {
            if commit.lacks("spend") && commit.lacks("chips") && commit.lacks("choose") {
                let message = "a commitment needs `spend` or `chips`";
                reader.error(Code::MissingKey, commit.place, message, "add `spend: 38B USD`");
            }
            return None;
        }
        _ => {
            let (message, remedy) = if commit.choose.is_some() {
                (
                    "the size of a commitment is either chosen by the plan or given, not both",
                    "keep `choose`, or `spend` or `chips`",
                )
            } else {
                ("a commitment is in `spend` or in `chips`, not both", "write two contracts")
            };
            reader.error(Code::WrongType, commit.place, message, remedy);
            return None;
        }
    }
    if let Some(text) = &commit.choose {
        let (least, most) = range(reader, text)?;
        let due = Due::Always(Committed { amount: most, rates: None });
        return Some(Written { counted_in: CommitIn::Spend, due, least: Some(least / most) });
    }
    let (series, counted_in) = match (&commit.spend, &commit.chips) {
        (Some(spend), _) => (spend, CommitIn::Spend),
        (None, chips) => (chips.as_ref()?, CommitIn::ChipHours),
    };
    let due = match &series.form {
        SeriesForm::Constant(amount) => Due::Always(read(reader, amount, counted_in)?),
        _ => Due::Changing(series),
    };
    Some(Written { counted_in, due, least: None })
}

fn read(reader: &mut Reader<'_>, amount: &Amount, counted_in: CommitIn) -> Option<Committed> {
    match counted_in {
        CommitIn::Spend => {
            let currency = reader.currency.clone();
            let rates = reader.rates_of(amount);
            let amount = reader.money_unconverted(amount, |q| Unit::Money(&currency).convert(q))?;
            Some(Committed { amount, rates })
        }
        CommitIn::ChipHours => {
            let amount = reader.amount(Some(amount), &Unit::Chips, In::NotNegative)?;
            Some(Committed { amount, rates: None })
        }
    }
}

/// The least and the most that may be committed, as in `500M..2B USD`: both in money, the unit may be written once.
fn range(reader: &mut Reader<'_>, text: &Text) -> Option<(f64, f64)> {
    let remedy = "write `choose: 0..2B USD`";
    let currency = reader.currency.clone();
    let read = || {
        let (from, to) = text.text.split_once("..")?;
        let quantity = |part: &str| Unit::Money(&currency).convert(&Quantity::parse(part.trim()).ok()?).ok();
        Some((quantity(from)?, quantity(to)?))
    };
    let Some((least, most)) = read() else {
        let message = format!("`{}` is not a range of money", text.text);
        reader.error(Code::WrongType, text.place, message, remedy);
        return None;
    };
    if !(0.0..=most).contains(&least) || most <= 0.0 || !most.is_finite() {
        reader.error(Code::OutOfRange, text.place, "a range needs a minimum of 0 or more and a larger maximum", remedy);
        return None;
    }
    Some((least, most))
}

/// What was spent before the horizon of a commitment in total; none if nothing is said of it.
fn spent(
    reader: &mut Reader<'_>,
    commit: &doc::Commit,
    window: Option<Window>,
    per: &str,
    due: &Due<'_>,
) -> Option<Option<f64>> {
    let Some(amount) = &commit.spent else { return Some(None) };
    let money = reader.money(Some(amount))?;
    let begun = match (window.and_then(|w| w.start), reader.calendar.ends()) {
        (Some(start), Some((first, _))) => start < first,
        _ => false,
    };
    let total = match due {
        Due::Always(total) => total.over(&reader.calendar, &(0..1)),
        Due::Changing(_) => 0.0,
    };
    let (message, remedy) = if per != "total" || commit.spend.is_none() {
        ("`spent` needs a commitment of money in total", "remove `spent`, or `per`")
    } else if !begun {
        ("nothing can have been spent yet: the commitment begins with the horizon or later", "let `over` begin earlier")
    } else if money > total {
        ("more has been spent than is committed", "remove the commitment: it is met")
    } else {
        return Some(Some(money));
    };
    reader.error(Code::Contradiction, amount.place, message, remedy);
    None
}

/// What a series says of each year of a commitment: a list has an entry for each, a step begins with one.
fn by_part(reader: &mut Reader<'_>, series: &Series, parts: &[Window], counted_in: CommitIn) -> Option<Vec<Committed>> {
    match &series.form {
        SeriesForm::Constant(amount) => Some(vec![read(reader, amount, counted_in)?; parts.len()]),
        SeriesForm::List(list) => {
            if list.len() != parts.len() {
                let message = format!("the list has {} entries and the commitment {} years", list.len(), parts.len());
                reader.error(Code::SeriesLength, series.place, message, "give one entry for each year of `over`");
                return None;
            }
            list.iter().map(|amount| read(reader, amount, counted_in)).collect()
        }
        SeriesForm::Growth { start, growth } => {
            let first = read(reader, start, counted_in);
            let rate = reader.yearly(Some(growth));
            let (first, rate) = (first?, rate?);
            let grown =
                |year: usize| Committed { amount: first.amount * (1.0 + rate).powf(year as f64), ..first.clone() };
            Some((0..parts.len()).map(grown).collect())
        }
        SeriesForm::Steps(steps) => {
            let starts: Vec<DateTime> = parts.iter().filter_map(|part| part.start).collect();
            let mut amounts = vec![Committed { amount: 0.0, rates: None }; parts.len()];
            let mut dated = Vec::new();
            for (key, amount) in steps {
                let (date, amount) = (reader.date(key), read(reader, amount, counted_in));
                let (date, amount) = (date?, amount?);
                let Some(year) = starts.iter().position(|start| *start == date) else {
                    let message = format!("no year of this commitment begins in {}", key.text);
                    let remedy = "use dates on which a year of `over` begins, or `per: period`";
                    reader.error(Code::OffGrid, key.place, message, remedy);
                    return None;
                };
                dated.push((year, amount));
            }
            dated.sort_by_key(|d| d.0);
            dated.into_iter().for_each(|(year, amount)| amounts[year..].fill(amount));
            Some(amounts)
        }
    }
}

/// Hours of the full contract year of which `part` may be the short last one.
fn year_hours(part: Window, window: Option<Window>, whole: f64) -> f64 {
    let is_last = window.is_some_and(|w| w.end == part.end);
    let full = || Some(hours_between(part.start?, part.start?.checked_add(12.months()).ok()?));
    if is_last { full().unwrap_or(whole) } else { whole }
}
