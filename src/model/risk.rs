//! Interprets what may go wrong: losses to survive, outages, and how much risk is acceptable.

use super::calendar::Calendar;
use super::deliveries::{is_of_deliveries, keeps_nothing, of_supply, upstream_losses, upstream_takes_no_machines};
use super::ids::{IdVec, OfferSet, OutageId, SurviveId, UpstreamId, WorkloadSet};
use super::policy::{Parts, describe, groups};
use super::reader::{In, Reader};
use super::select::select_workloads;
use super::types::{Cvar, Loss, Outage, Response, Risk, RiskTerm, Survive, Upstream};
use super::whole::Model;
use crate::diagnostics::{Code, Place};
use crate::document::{self as doc, Amount, Criterion, Selector, report_unit};
use crate::units::{Dimension as Unit, Duration, DurationUnit, Quantity};

/// Hours of a month where it has no date: a twelfth of 8760.
const MONTH: f64 = 730.0;

pub(super) fn survive(
    reader: &mut Reader<'_>,
    policy: &doc::Policy,
    parts: &Parts<'_>,
    supply: &IdVec<UpstreamId, Upstream>,
) -> IdVec<SurviveId, Survive> {
    let mut all: IdVec<SurviveId, Survive> = IdVec::default();
    for (position, written) in policy.survive.iter().flat_map(|l| &l.items).enumerate() {
        let Some(survive) = requirement(reader, written, position + 1, parts, supply) else { continue };
        if all.iter().any(|s| s.name == survive.name) {
            let place = written.name.as_ref().map_or(written.place, |n| n.place);
            let message = format!("another requirement is already called `{}`", survive.name);
            reader.error(Code::DuplicateName, place, message, "give one of them another `name`");
        }
        if keeps_nothing(reader, written, &survive, parts) {
            all.push(survive);
        }
    }
    all
}

/// What an entry asks to survive.
pub(super) fn requirement(
    reader: &mut Reader<'_>,
    written: &doc::Survive,
    position: usize,
    parts: &Parts<'_>,
    supply: &IdVec<UpstreamId, Upstream>,
) -> Option<Survive> {
    let dated = written.loss_of.as_ref().and_then(|s| from(reader, s));
    let deliveries = is_of_deliveries(reader, written);
    let losses = match (&dated, deliveries) {
        (Some((s, _)), Some(false)) => losses(reader, s, parts),
        (Some((s, first)), Some(true)) => upstream_losses(reader, written, (s, *first), parts, supply),
        _ => None,
    };
    let serve = reader.share(written.serve.as_ref(), In::Fraction);
    let response = response(reader, written, parts);
    let periods = match &written.during {
        Some(text) => reader.window_periods(text).map(|(_, periods)| periods),
        None => Some(reader.calendar.all()),
    };
    written.name.iter().for_each(|n| reader.check_word(n));
    let (losses, serve, response, periods) = (losses?, serve?, response?, periods?);
    // What is lost from a date on has to be survived from then on.
    let first = dated.and_then(|(_, first)| first).unwrap_or(0);
    let periods = periods.start.max(first)..periods.end;
    if periods.is_empty() {
        let message = "nothing is lost within this window";
        let remedy = "let `during` end after `from`, or remove one of them";
        reader.error(Code::Contradiction, written.place, message, remedy);
        return None;
    }
    let default = match losses.first() {
        Some(loss) if !loss.by.is_empty() => format!("survive-{}-{position}", loss.by),
        _ => format!("survive-{position}"),
    };
    let name = written.name.as_ref().map_or(default, |n| n.text.clone());
    Some(Survive { name, losses, serve, response, periods, origin: reader.origin(written.place) })
}

/// A selector of what is lost without the date from which on it is, and the period that begins then.
fn from(reader: &mut Reader<'_>, selector: &Selector) -> Option<(Selector, Option<usize>)> {
    let is_date = |c: &&Criterion| c.key.text == "from";
    let Some(date) = selector.all_of.iter().find(is_date) else { return Some((selector.clone(), None)) };
    let ([text], false) = (date.patterns.as_slice(), date.not) else {
        let remedy = "write it as `{ cloud: aws, from: 2027-Q3 }`";
        reader.error(Code::WrongType, date.key.place, "`from` must be one date", remedy);
        return None;
    };
    let at = reader.date(text)?;
    let first = match reader.calendar.boundary_at(at) {
        Some(period) if period < reader.calendar.len() => period,
        _ if reader.calendar.period_at(at).is_some() => {
            reader.off_grid(text.place, at);
            return None;
        }
        _ => {
            let message = format!("{} lies outside the horizon", text.text);
            reader.error(Code::OutsideHorizon, text.place, message, "move it, or extend the horizon");
            return None;
        }
    };
    let all_of = selector.all_of.iter().filter(|c| !is_date(c)).cloned().collect();
    Some((Selector { all_of, place: selector.place }, Some(first)))
}

/// What is lost: every group of a dimension in turn, or what a selector picks at once.
fn losses(reader: &mut Reader<'_>, selector: &Selector, parts: &Parts<'_>) -> Option<Vec<Loss>> {
    let each = selector.all_of.iter().find(|c| c.key.text == "each");
    let rest = Selector {
        all_of: selector.all_of.iter().filter(|c| c.key.text != "each").cloned().collect(),
        place: selector.place,
    };
    let Some(each) = each else {
        if rest.all_of.is_empty() {
            let remedy = "write `{ each: vendor }`, or a selector such as `{ cloud: aws }`";
            reader.error(Code::MissingKey, selector.place, "this does not say what is lost", remedy);
            return None;
        }
        let offers = parts.offers.select(reader, &rest)?;
        let (by, group) = match rest.all_of.as_slice() {
            [c] if c.patterns.len() == 1 && !c.not => (c.key.text.clone(), c.patterns[0].text.clone()),
            _ => (String::new(), describe(&rest)),
        };
        return Some(vec![Loss { by, group, offers, upstream: None }]);
    };
    let ([word], false) = (each.patterns.as_slice(), each.not) else {
        reader.error(Code::WrongType, selector.place, "`each` must name one dimension", "write `{ each: vendor }`");
        return None;
    };
    let universe = if rest.all_of.is_empty() {
        OfferSet::all(parts.offers.offers.len())
    } else {
        parts.offers.select(reader, &rest)?
    };
    let groups = groups(reader, word, &universe, parts)?;
    let loss = |g: super::types::Group| Loss { by: word.text.clone(), group: g.name, offers: g.offers, upstream: None };
    Some(groups.into_iter().map(loss).collect())
}

fn response(reader: &mut Reader<'_>, written: &doc::Survive, parts: &Parts<'_>) -> Option<Response> {
    let mut pick = |selector: &Option<Selector>| match selector {
        Some(s) => select_workloads(reader, parts.workloads, parts.workloads_incomplete, s).map(Some),
        None => Some(None),
    };
    let serve = pick(&written.workloads);
    let preempt = pick(&written.preempt);
    let surge = match &written.surge {
        Some(amount) => reader.share(Some(amount), In::NotNegative),
        None => Some(0.0),
    };
    let (serve, preempt) = (serve?, preempt?);
    let serve = serve.unwrap_or_else(|| parts.workloads.iter().map(|w| w.kind() == "inference").collect());
    if serve.is_empty() && !parts.workloads_incomplete {
        let message = "no inference workload has to be served";
        reader.error(Code::EmptySelection, written.place, message, "name the workloads with `for`");
        return None;
    }
    let preempt = preempt.unwrap_or_else(|| WorkloadSet::none(parts.workloads.len()));
    if let Some(selector) = &written.preempt
        && preempt.is_within(&serve)
        && !parts.workloads_incomplete
    {
        let remedy = "workloads that are served are rerouted anyway; name others, or remove it";
        reader.diagnostics.warning(Code::NoEffect, selector.place, "no other workload gives up its chips", remedy);
    }
    Some(Response { serve, preempt, surge: surge? })
}

pub(super) fn outages(reader: &mut Reader<'_>, policy: &doc::Policy, parts: &Parts<'_>) -> IdVec<OutageId, Outage> {
    let mut all = IdVec::default();
    let mut likely = 0.0;
    for (id, place, written) in policy.outages.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        let Some(written) = written else { continue };
        let outage = outage(reader, id, *place, written, parts);
        let Some(outage) = outage else { continue };
        let before = likely;
        likely += outage.probability;
        if before <= 1.0 && likely > 1.0 + 1e-9 {
            let place = written.probability.as_ref().map_or(*place, |p| p.place);
            let message = format!("the probabilities add up to {likely:.4}, more than 1");
            let remedy = "what is left of 1 is that nothing happens; lower one of them";
            reader.error(Code::OutOfRange, place, message, remedy);
        }
        all.push(outage);
    }
    all
}

fn outage(reader: &mut Reader<'_>, id: &str, place: Place, written: &doc::Outage, parts: &Parts<'_>) -> Option<Outage> {
    let count = parts.offers.offers.len();
    if written.lacks("lose") && written.lacks("price") {
        let remedy = "add `lose: { vendor: nvidia }`, or `where: { vendor: nvidia }, price: +30 %`";
        reader.error(Code::MissingKey, place, "nothing is lost and no price changes", remedy);
        return None;
    }
    for (key, there, needs, lacking) in [
        ("fraction", &written.fraction, "lose", written.lacks("lose")),
        ("recovery", &written.recovery, "lose", written.lacks("lose")),
    ] {
        if let (Some(amount), true) = (there, lacking) {
            let message = format!("`{key}` says nothing without `{needs}`");
            reader.error(Code::MissingKey, amount.place, message, format!("add `{needs}:`, or remove it"));
        }
    }
    if let (Some(selector), true) = (&written.offers, written.lacks("price")) {
        let message = "`where` says whose price changes, but no `price` is given";
        reader.error(Code::MissingKey, selector.place, message, "add `price: +30 %`, or write `lose:`");
    }
    let fraction = match &written.fraction {
        Some(amount) => reader.share(Some(amount), In::Fraction),
        None => Some(1.0),
    };
    let probability = match &written.probability {
        Some(amount) => reader.share(Some(amount), In::Fraction),
        None => Some(0.0),
    };
    let lose = match &written.lose {
        Some(selector) => Some(from(reader, selector)?),
        None => None,
    };
    let start = lose.as_ref().and_then(|(_, start)| *start);
    if let Some(criterion) = written.lose.as_ref().and_then(of_supply) {
        let remedy = "see `stress`, or write `survive: { loss_of: { each: supply }, effect: deliveries }`";
        upstream_takes_no_machines(reader, criterion.key.place, remedy);
        return None;
    }
    let lost = match &lose {
        Some((selector, Some(_))) if selector.all_of.is_empty() => {
            let remedy = "write a selector with it, such as `{ cloud: aws, from: 2027-Q3 }`";
            reader.error(Code::MissingKey, selector.place, "this does not say what is lost", remedy);
            return None;
        }
        Some((selector, _)) => Some(parts.offers.select(reader, selector)?),
        None => None,
    };
    let change = match &written.price {
        Some(amount) => Some(reader.change(Some(amount), &Unit::Share)?),
        None => None,
    };
    let picked = match &written.offers {
        Some(selector) => parts.offers.select(reader, selector)?,
        None => OfferSet::all(count),
    };
    let windows = match start {
        None => windows(reader, written.recovery.as_ref())?,
        Some(start) => starting(windows_from(reader, written.recovery.as_ref(), start)?, start, reader.calendar.len()),
    };
    let fraction = fraction?;
    let part = |set: &OfferSet, x: f64| IdVec::by_id(count, |o| if set[o] { x } else { 0.0 });
    Some(Outage {
        id: id.to_owned(),
        lost: lost.map(|set| part(&set, fraction)),
        windows,
        shock: change.map(|x| part(&picked, x)),
        probability: probability?,
        origin: reader.origin(place),
    })
}

/// The periods from a date on until recovery, with the hours in each; without one, all that are left.
fn windows_from(reader: &mut Reader<'_>, recovery: Option<&Amount>, start: usize) -> Option<Vec<(usize, f64)>> {
    if recovery.is_some() {
        return windows(reader, recovery)?.into_iter().nth(start);
    }
    Some(reader.calendar.periods.iter().enumerate().skip(start).map(|(t, p)| (t, p.hours)).collect())
}

/// The windows of what can start in one period only.
fn starting(window: Vec<(usize, f64)>, start: usize, periods: usize) -> Vec<Vec<(usize, f64)>> {
    let mut windows = vec![Vec::new(); periods];
    if let Some(own) = windows.get_mut(start) {
        *own = window;
    }
    windows
}

/// For each period, the periods from its start until recovery, with the hours in each; cut at the
/// end of the horizon. In the steady state the one period lasts as long as the recovery.
pub(super) fn windows(reader: &mut Reader<'_>, recovery: Option<&Amount>) -> Option<Vec<Vec<(usize, f64)>>> {
    let duration = match recovery {
        None => Duration { count: 1.0, unit: DurationUnit::Periods },
        Some(amount) => match Duration::from_quantity(&amount.quantity) {
            Ok(d) if d.count > 0.0 && d.count <= 1e6 => {
                reader.counts_periods(amount.place, d);
                d
            }
            Ok(_) => {
                reader.error(Code::OutOfRange, amount.place, "a recovery takes more than no time", "write `2 periods`");
                return None;
            }
            Err(error) => {
                report_unit(&error, amount.place, reader.diagnostics);
                return None;
            }
        },
    };
    Some(windows_of(&reader.calendar, duration))
}

/// The same of a length of time that was read.
fn windows_of(calendar: &Calendar, duration: Duration) -> Vec<Vec<(usize, f64)>> {
    let window = |from: usize| {
        let mut left = match duration.unit {
            DurationUnit::Hours => duration.count,
            DurationUnit::Months if calendar.is_steady() => duration.count * MONTH,
            DurationUnit::Months => match calendar.after(from, duration.count as i64, 0) {
                (end, true) if duration.count.fract() == 0.0 => calendar.hours(from..end),
                _ => duration.count * MONTH,
            },
            DurationUnit::Periods if calendar.is_steady() => duration.count,
            DurationUnit::Periods => {
                let whole = (from + duration.count as usize).min(calendar.len());
                let part = calendar.periods.get(whole).map_or(0.0, |p| p.hours * duration.count.fract());
                calendar.hours(from..whole) + part
            }
        };
        if calendar.is_steady() {
            return vec![(0, left)];
        }
        let mut window = Vec::new();
        for t in from..calendar.len() {
            let hours = calendar.periods[t].hours.min(left);
            if hours <= 0.0 {
                break;
            }
            window.push((t, hours));
            left -= hours;
        }
        window
    };
    (0..calendar.len()).map(window).collect()
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a length of time; write `2 periods`, `72 h` or `3 months`")]
pub struct NotATime {
    /// The text.
    pub text: String,
}

impl Model {
    /// For each period, the periods from its start until recovery, with the hours in each: what a
    /// loss that takes a time such as `2 periods`, `72 h` or `3 months` to recover from lasts.
    ///
    /// # Errors
    /// [`NotATime`] if the text is none.
    pub fn recovery(&self, text: &str) -> Result<Vec<Vec<(usize, f64)>>, NotATime> {
        let wrong = || NotATime { text: text.to_owned() };
        let quantity = Quantity::parse(text).map_err(|_| wrong())?;
        let duration = Duration::from_quantity(&quantity).map_err(|_| wrong())?;
        if duration.count > 0.0 && duration.count <= 1e6 {
            Ok(windows_of(&self.calendar, duration))
        } else {
            Err(wrong())
        }
    }
}

pub(super) fn risk(reader: &mut Reader<'_>, policy: &doc::Policy, outages: &IdVec<OutageId, Outage>) -> Risk {
    let Some(written) = &policy.risk else { return Risk::default() };
    let mut risk = Risk::default();
    if let Some(cvar) = &written.cvar {
        let level = reader.share(cvar.level.as_ref(), In::BelowOne);
        let term = term(reader, cvar.place, &cvar.weight, &cvar.at_most);
        if let (Some(level), Some(term)) = (level, term) {
            risk.cvar = Some(Cvar { level, term });
        }
    }
    if let Some(expected) = &written.expected_loss {
        risk.expected = term(reader, expected.place, &expected.weight, &expected.at_most);
    }
    if written.lacks("cvar") && written.lacks("expected_loss") {
        let remedy = "write `cvar: { level: 95 %, weight: 0.2 }` or `expected_loss: { at_most: 10M USD }`";
        reader.error(Code::MissingKey, written.place, "this asks for nothing", remedy);
    }
    if policy.lacks("outages") {
        let message = "there are no outages that could cost anything";
        reader.error(Code::MissingKey, written.place, message, "add `outages:` with probabilities to the policy");
    } else if !outages.is_empty() && outages.iter().all(|o| o.probability == 0.0) {
        let message = "no outage has a probability above 0, so this has no effect";
        reader.diagnostics.warning(Code::NoEffect, written.place, message, "give the outages probabilities");
    }
    risk
}

fn term(reader: &mut Reader<'_>, place: Place, weight: &Option<Amount>, at_most: &Option<Amount>) -> Option<RiskTerm> {
    if weight.is_none() && at_most.is_none() {
        reader.error(Code::MissingKey, place, "neither `weight` nor `at_most` is given", "add one of them");
        return None;
    }
    let weight = match weight {
        Some(amount) => reader.amount(Some(amount), &Unit::Count, In::NotNegative)?,
        None => 0.0,
    };
    let at_most = match at_most {
        Some(amount) => Some(reader.money(Some(amount))?),
        None => None,
    };
    Some(RiskTerm { weight, at_most })
}
