//! Interprets what happened, and how it is gone through again.

mod history;

pub use self::history::{Past, PastOf};

use std::ops::Range;

use super::calendar::{Calendar, Step, parse_window};
use super::policy::Parts;
use super::reader::Reader;
use crate::diagnostics::{Code, Place, SourceId, suggest};
use crate::document::{self as doc, Node, Value};
use crate::units::{Duration, DurationUnit, Quantity};

/// The columns that the table needs.
pub(super) const COLUMNS: [&str; 1] = ["period"];
/// The most periods that are gone through.
const MOST: usize = 100_000;
/// How often plans may be made, and the step of each.
const REPLAN: [(&str, Step); 6] = [
    ("hourly", Step::Hour),
    ("daily", Step::Day),
    ("weekly", Step::Week),
    ("monthly", Step::Month),
    ("quarterly", Step::Quarter),
    ("yearly", Step::Year),
];
/// The ways of planning that are a word alone.
const WORDS: [&str; 5] = ["solve", "here-and-now", "regret", "on-demand", "online"];

/// What happened, and how it is gone through again.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// The periods that are gone through.
    pub calendar: Calendar,
    /// `horizon` of a model with the first so many of them, in YAML; `None` where the horizon stays as it is.
    pub horizon: Option<HorizonText>,
    /// When plans are made.
    pub dates: Vec<ReplanDate>,
    /// The ways of planning.
    pub policies: Vec<BacktestPolicy>,
    /// What happened.
    pub past: Vec<Past>,
}

/// How a horizon of so many periods is written.
#[derive(Clone, Debug, PartialEq)]
pub struct HorizonText {
    start: String,
    step: Step,
}

impl HorizonText {
    /// With so many periods.
    #[must_use]
    pub fn of(&self, periods: usize) -> String {
        format!("{{ start: {}, periods: {periods}, step: {} }}", self.start, self.step.word())
    }
}

/// A date at which a plan is made: before its first period, for what is due before the next date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplanDate {
    /// The periods up to the next date.
    pub periods: Range<usize>,
    /// The first period that the plan does not see.
    pub ahead: usize,
    /// The first period whose values give the level of the forecast; the first of `periods` if nothing was seen.
    pub level: usize,
}

/// A way of planning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BacktestPolicy {
    /// The plan for the forecast.
    Solve,
    /// The plan for what the model says is uncertain, around the forecast.
    HereAndNow,
    /// The plan of least regret for the same.
    Regret,
    /// Nothing is reserved or bought.
    OnDemand,
    /// The deterministic online rule for reservations.
    Online,
    /// The plan for what was last seen, over and over: for each date the first period that is seen.
    Replay {
        /// As it was written.
        length: String,
        /// For each date.
        from: Vec<usize>,
    },
}

impl BacktestPolicy {
    /// As it was written.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            BacktestPolicy::Solve => "solve".to_owned(),
            BacktestPolicy::HereAndNow => "here-and-now".to_owned(),
            BacktestPolicy::Regret => "regret".to_owned(),
            BacktestPolicy::OnDemand => "on-demand".to_owned(),
            BacktestPolicy::Online => "online".to_owned(),
            BacktestPolicy::Replay { length, .. } => format!("replay {length}"),
        }
    }
}

/// Reads it; `None` if there is none, or what is wrong has been reported.
pub(super) fn read(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    parts: &Parts<'_>,
    table: Option<SourceId>,
) -> Option<Backtest> {
    let written = document.backtest.as_ref()?;
    if reader.calendar.is_steady() {
        reader.no_horizon(written.place);
        return None;
    }
    let (calendar, horizon) = gone_through(reader, written)?;
    // Lengths of time are of the periods that are gone through.
    let own = std::mem::replace(&mut reader.calendar, calendar);
    let found = dated(reader, written, document, parts, (horizon, table));
    reader.calendar = own;
    found
}

/// The periods that are gone through, and how a horizon of some of them is written.
fn gone_through(reader: &mut Reader<'_>, written: &doc::Backtest) -> Option<(Calendar, Option<HorizonText>)> {
    let &[(_, step)] = reader.calendar.parts() else {
        if let Some(place) = [&written.over.as_ref().map(|t| t.place), &written.lookahead.as_ref().map(|a| a.place)]
            .into_iter()
            .flatten()
            .next()
        {
            let message =
                "the periods of the horizon have several lengths, so that no other horizon can be made of them";
            reader.error(Code::Contradiction, *place, message, "leave it out, or give the horizon one `step`");
            return None;
        }
        return Some((reader.calendar.clone(), None));
    };
    let first = reader.calendar.periods.first().map(|p| p.label.clone()).unwrap_or_default();
    let Some(text) = &written.over else {
        return Some((reader.calendar.clone(), Some(HorizonText { start: first, step })));
    };
    let ends = parse_window(&text.text).and_then(|w| w.start.zip(w.end));
    let Some((start, end)) = ends else {
        let message = format!("`{}` does not say from when to when", text.text);
        reader.error(Code::InvalidPeriod, text.place, message, "write `2024-01..2026-06`, both ends included");
        return None;
    };
    let count = (1..=MOST).take_while(|&n| step.end(start, n - 1).is_some_and(|at| at < end)).last().unwrap_or(0);
    let calendar = Calendar::new(start, step, count).filter(|_| step.begins_at(start));
    match calendar.filter(|_| step.end(start, count) == Some(end)) {
        Some(calendar) => {
            let start = calendar.periods[0].label.clone();
            Some((calendar, Some(HorizonText { start, step })))
        }
        None => {
            let message = format!("`{}` is no whole number of periods of a {}", text.text, step.word());
            let remedy = "begin and end it with periods of the horizon's step";
            reader.error(Code::OffGrid, text.place, message, remedy);
            None
        }
    }
}

fn dated(
    reader: &mut Reader<'_>,
    written: &doc::Backtest,
    document: &doc::Document,
    parts: &Parts<'_>,
    (horizon, table): (Option<HorizonText>, Option<SourceId>),
) -> Option<Backtest> {
    let starts = starts(reader, written)?;
    let periods = reader.calendar.len();
    let next = starts.iter().skip(1).copied().chain([periods]);
    let positive = ("a length of time must be a whole number of its unit, 1 or more", "write `4 quarters`");
    let mut length = |amount: &Option<doc::Amount>| match amount {
        Some(amount) => reader.length(amount, 1.0, positive).map(Some),
        None => Some(None),
    };
    let (ahead, level) = (length(&written.lookahead), length(&written.level));
    let (ahead, level) = (ahead?, level?);
    let calendar = &reader.calendar;
    let ahead_of = |from: usize| ahead.map_or(periods, |length| calendar.ends_after(from, length).0);
    let one = Duration { count: 1.0, unit: DurationUnit::Periods };
    let dates: Vec<ReplanDate> = starts
        .iter()
        .zip(next)
        .map(|(&start, end)| ReplanDate {
            periods: start..end,
            ahead: ahead_of(start).max(end),
            level: back(calendar, start, level.unwrap_or(one)),
        })
        .collect();
    if ahead.is_some() && dates.iter().any(|d| ahead_of(d.periods.start) < d.periods.end) {
        let place = written.lookahead.as_ref().map_or(written.place, |a| a.place);
        let message = "a plan looks ahead less far than to the next plan";
        reader.error(Code::Contradiction, place, message, "lengthen `lookahead`, or `replan` more often");
        return None;
    }
    let uncertain = document.uncertainty.is_some();
    let policies = policies(reader, written, &starts, uncertain);
    let past = table.and_then(|table| history::read(reader, parts, table));
    Some(Backtest { calendar: reader.calendar.clone(), horizon, dates, policies: policies?, past: past? })
}

/// The first period of which what was seen a length of time before a period is made; at least one period, if there is one.
fn back(calendar: &Calendar, to: usize, length: Duration) -> usize {
    let first = match length.unit {
        DurationUnit::Periods => to.saturating_sub(length.count as usize),
        DurationUnit::Months => calendar.before(to, length.count as i64, 0).max(0) as usize,
        DurationUnit::Hours => calendar.before(to, 0, length.count as i64).max(0) as usize,
    };
    first.min(to.saturating_sub(1))
}

/// The periods at whose start a plan is made.
fn starts(reader: &mut Reader<'_>, written: &doc::Backtest) -> Option<Vec<usize>> {
    let calendar = &reader.calendar;
    let all = 0..calendar.len();
    let Some(text) = &written.replan else { return Some(all.collect()) };
    let words = REPLAN.map(|(word, _)| word);
    if !reader.is_one_of(text, "way to say how often plans are made", &words) {
        return None;
    }
    let calendar = &reader.calendar;
    let step = REPLAN.into_iter().find(|(word, _)| *word == text.text).map(|(_, step)| step)?;
    if calendar.parts().iter().any(|&(_, own)| own as usize > step as usize) {
        let message = format!("plans cannot be made {}: a period of the horizon is longer", text.text);
        reader.error(Code::Contradiction, text.place, message, "leave `replan` out to plan in each period");
        return None;
    }
    let (first, _) = calendar.ends()?;
    // Which hour, day, week, month, quarter or year a period begins in: a plan is made in the first of each.
    let begins_in = |t: usize| {
        let (start, _) = calendar.dates(t)?;
        let (year, month) = (i64::from(start.year()), i64::from(start.month()) - 1);
        let hours = super::calendar::hours_between(first, start);
        Some(match step {
            Step::Hour => hours as i64,
            Step::Day => i64::from(start.day_of_year()) + 1000 * year,
            Step::Week => (hours / 168.0) as i64,
            Step::Month => 12 * year + month,
            Step::Quarter => 4 * year + month / 3,
            Step::Year => year,
        })
    };
    Some(all.filter(|&t| t == 0 || begins_in(t) != begins_in(t - 1)).collect())
}

fn policies(
    reader: &mut Reader<'_>,
    written: &doc::Backtest,
    starts: &[usize],
    uncertain: bool,
) -> Option<Vec<BacktestPolicy>> {
    let Some(list) = written.policy.as_ref().filter(|list| !list.items.is_empty()) else {
        let planned: &[BacktestPolicy] = if uncertain {
            &[BacktestPolicy::Solve, BacktestPolicy::HereAndNow, BacktestPolicy::Regret]
        } else {
            &[BacktestPolicy::Solve]
        };
        return Some(planned.iter().cloned().chain([BacktestPolicy::OnDemand]).collect());
    };
    let mut all: Vec<BacktestPolicy> = Vec::new();
    let mut right = true;
    for item in &list.items {
        match policy(reader, &item.0, starts) {
            Some(policy) if all.contains(&policy) => {
                let message = format!("`{}` is listed twice", policy.name());
                reader.error(Code::DuplicateName, item.0.place, message, "remove one of the two");
                right = false;
            }
            Some(policy) => all.push(policy),
            None => right = false,
        }
    }
    right.then_some(all)
}

fn policy(reader: &mut Reader<'_>, node: &Node, starts: &[usize]) -> Option<BacktestPolicy> {
    let found = match &node.value {
        Value::Scalar(word) => match word.as_str() {
            "solve" => BacktestPolicy::Solve,
            "here-and-now" => BacktestPolicy::HereAndNow,
            "regret" => BacktestPolicy::Regret,
            "on-demand" => BacktestPolicy::OnDemand,
            "online" => BacktestPolicy::Online,
            "replay" => {
                let message = "`replay` does not say how much is replayed";
                reader.error(Code::MissingKey, node.place, message, "write `{ replay: 60 days }`");
                return None;
            }
            other => {
                let message = format!("there is no way of planning `{other}`");
                reader.error(Code::UnknownWord, node.place, message, suggest(other, WORDS));
                return None;
            }
        },
        Value::Map(entries) if entries.len() == 1 && entries[0].key == "replay" => {
            let Value::Scalar(text) = &entries[0].node.value else { return not_a_policy(reader, node.place) };
            let place = entries[0].node.place;
            let quantity = match Quantity::parse(text) {
                Ok(quantity) => quantity,
                Err(error) => {
                    doc::report_unit(&error, place, reader.diagnostics);
                    return None;
                }
            };
            let wrong =
                ("what is replayed must be a whole number of its unit, 1 or more", "write `{ replay: 60 days }`");
            let length = reader.length(&doc::Amount { quantity, place }, 1.0, wrong)?;
            let from = starts.iter().map(|&to| back(&reader.calendar, to, length)).collect();
            BacktestPolicy::Replay { length: text.clone(), from }
        }
        _ => return not_a_policy(reader, node.place),
    };
    Some(found)
}

/// Reports policies for several futures in a model that has one.
pub(super) fn check_futures(reader: &mut Reader<'_>, document: &doc::Document) {
    if document.uncertainty.is_some() {
        return;
    }
    let listed = document.backtest.iter().filter_map(|b| b.policy.as_ref()).flat_map(|list| &list.items);
    for item in listed {
        let Value::Scalar(word) = &item.0.value else { continue };
        if ["here-and-now", "regret"].contains(&word.as_str()) {
            let message = format!("`{word}` plans for several futures, and the model has one");
            reader.error(Code::NoEffect, item.0.place, message, "add `uncertainty` to the model, or leave this out");
        }
    }
}

fn not_a_policy(reader: &mut Reader<'_>, place: Place) -> Option<BacktestPolicy> {
    let message = "this is no way of planning";
    let remedy = "write solve, here-and-now, regret, on-demand, online, or `{ replay: 60 days }`";
    reader.error(Code::WrongType, place, message, remedy);
    None
}
