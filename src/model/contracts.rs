//! Interprets contracts.
//!
//! A commitment that runs beyond the horizon counts within it by the hours that fall into it:
//! 38 billion over seven years are 5.43 billion in each year that is planned.

use super::ids::{ContractId, IdVec, OfferSet};
use jiff::ToSpan;

use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Series, SeriesForm};
use crate::units::Dimension as Unit;

use super::calendar::{Calendar, Window, hours_between};
use super::reader::{Ids, In, Reader};
use super::select::Offers;
use super::types::{Commit, CommitBucket, CommitIn, Contract, Decision};

pub(super) fn contracts(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &Offers<'_>,
) -> IdVec<ContractId, Contract> {
    let mut contracts = IdVec::default();
    for (id, place, contract) in document.contracts.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        let Some(contract) = contract else { continue };
        let decision = decision(reader, contract);
        let unlocks = match &contract.unlocks {
            Some(selector) => offers.select(reader, selector),
            None => Some(OfferSet::none(offers.offers.len())),
        };
        let covers = match &contract.covers {
            Some(selector) => offers.select(reader, selector),
            None => Some(OfferSet::none(offers.offers.len())),
        };
        if contract.lacks("covers") && (contract.commit.is_some() || contract.discount.is_some()) {
            reader.error(
                Code::MissingKey,
                *place,
                "a contract with a commitment or discount lacks `covers`",
                "add `covers: { cloud: ... }`; `covers: {}` covers every offer",
            );
        }
        let discount = match &contract.discount {
            Some(amount) => reader.share(Some(amount), In::Fraction),
            None => Some(0.0),
        };
        let over = contract.commit.as_ref().and_then(|c| c.over.as_ref());
        let (window, active) = match over {
            Some(text) => match reader.window_periods(text) {
                Some((window, periods)) => (Some(window), periods),
                None => continue,
            },
            None => {
                (reader.calendar.ends().map(|(a, b)| Window { start: Some(a), end: Some(b) }), reader.calendar.all())
            }
        };
        let Some(active) = since_decided(reader, contract, id, active) else { continue };
        let commit = match &contract.commit {
            Some(commit) => self::commit(reader, commit, window, active.clone()).map(Some),
            None => Some(None),
        };
        // What was paid at a start before the horizon is not paid again.
        let begins = match (window.and_then(|w| w.start), reader.calendar.ends()) {
            (Some(start), Some((first, _))) if start < first => None,
            _ => Some(active.start),
        };
        let funding = payments(reader, contract.funding.as_ref(), begins, id, "funding");
        let fee = payments(reader, contract.fee.as_ref(), begins, id, "fee");
        if let Some(text) = &contract.decide_by
            && funding.iter().chain(&fee).flatten().any(|&(period, money)| period < active.start && money > 0.0)
        {
            let message = format!("money of `{id}` is due before it is decided in {}", text.text);
            reader.error(Code::Contradiction, text.place, message, "decide it earlier, or let the money come later");
        }
        let (Some(covers), Some(discount), Some(commit), Some(funding), Some(fee)) =
            (covers, discount, commit, funding, fee)
        else {
            continue;
        };
        let (Some(decision), Some(unlocks)) = (decision, unlocks) else { continue };
        let with = with(reader, document, contract, &covers, offers);
        contracts.push(Contract {
            id: id.clone(),
            with,
            decision,
            unlocks,
            excludes: Vec::new(),
            needs: Vec::new(),
            covers,
            active,
            commit,
            discount,
            funding,
            fee,
            origin: reader.origin(*place),
        });
    }
    relations(reader, document, &mut contracts);
    contracts
}

/// The organisation that a contract is with: as written, else the one owner of the clouds it covers.
fn with(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    contract: &doc::Contract,
    covers: &OfferSet,
    offers: &Offers<'_>,
) -> Option<String> {
    if let Some(with) = &contract.with {
        let mut known = offers.written.organisations();
        known.extend(document.investors.iter().flat_map(|m| &m.entries).map(|(id, _, _)| id.as_str()));
        let known: Vec<&str> = known.into_iter().collect();
        return reader.is_one_of(with, "organisation", &known).then(|| with.text.clone());
    }
    let covered = covers.iter().map(|o| &offers.clouds[offers.offers[o].cloud].owner);
    let owners: std::collections::BTreeSet<&String> = covered.collect();
    match owners.len() {
        1 => owners.into_iter().next().cloned(),
        _ => None,
    }
}

fn decision(reader: &mut Reader<'_>, contract: &doc::Contract) -> Option<Decision> {
    let Some(decision) = &contract.decision else { return Some(Decision::Signed) };
    match decision.text.as_str() {
        "signed" => Some(Decision::Signed),
        "optional" => Some(Decision::Optional),
        other => {
            let remedy = suggest(other, ["signed", "optional"]);
            reader.error(Code::UnknownWord, decision.place, format!("`{other}` is not a decision"), remedy);
            None
        }
    }
}

/// Contracts that exclude or need one another, once all are read; what could never be signed is an
/// error.
fn relations(reader: &mut Reader<'_>, document: &doc::Document, contracts: &mut IdVec<ContractId, Contract>) {
    let Some(map) = &document.contracts else { return };
    let ids: Vec<String> = contracts.iter().map(|c| c.id.clone()).collect();
    let known: Ids<'_, ContractId> = Ids::of(ids.iter().map(String::as_str));
    let unread = super::supply::broken(map, &known);
    let unread: Vec<&str> = unread.iter().map(String::as_str).collect();
    let mut needed: Vec<(ContractId, ContractId, Place)> = Vec::new();
    for (id, _, contract) in &map.entries {
        let (Some(contract), Some(k)) = (contract, contracts.find(|c| c.id == *id)) else { continue };
        for (key, list) in [("excludes", &contract.excludes), ("needs", &contract.needs)] {
            for text in list.iter().flat_map(|l| &l.items) {
                let Some(other) = reader.reference(text, "contract", &known, &unread) else { continue };
                if other == k {
                    let message = format!("`{id}` {key} itself");
                    reader.error(Code::WrongType, text.place, message, "name another contract, or remove it");
                } else if key == "excludes" {
                    if contracts[k].decision == Decision::Signed && contracts[other].decision == Decision::Signed {
                        let message = format!("`{id}` excludes `{}`, but both are signed", text.text);
                        let remedy = "make one of them `decision: optional`, or remove it";
                        reader.error(Code::Contradiction, text.place, message, remedy);
                    }
                    contracts[k].excludes.push(other);
                } else {
                    contracts[k].needs.push(other);
                    needed.push((k, other, text.place));
                }
            }
        }
    }
    for (k, other, place) in needed {
        if contracts[k].excludes.contains(&other) || contracts[other].excludes.contains(&k) {
            let message =
                format!("`{}` needs `{}`, but they exclude one another", contracts[k].id, contracts[other].id);
            let remedy = "remove one of the two, or the contract, which could never be signed";
            reader.error(Code::Contradiction, place, message, remedy);
        }
    }
}

/// The time of a contract that may be signed late: it begins when it is decided at the latest.
fn since_decided(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    id: &str,
    active: std::ops::Range<usize>,
) -> Option<std::ops::Range<usize>> {
    let Some(text) = &contract.decide_by else { return Some(active) };
    let decided = reader.period(text)?;
    if contract.decision.as_ref().is_none_or(|d| d.text != "optional") {
        let remedy = "write `decision: optional`, or remove `decide_by`";
        reader.error(Code::NoEffect, text.place, format!("`{id}` is signed already"), remedy);
        return None;
    }
    if contract.commit.is_some() && active.start < decided {
        let message = format!("the commitment of `{id}` begins before it is decided in {}", text.text);
        reader.error(Code::Contradiction, text.place, message, "decide it earlier, or let `over` begin later");
        return None;
    }
    Some(active.start.max(decided)..active.end)
}

fn commit(
    reader: &mut Reader<'_>,
    commit: &doc::Commit,
    window: Option<Window>,
    active: std::ops::Range<usize>,
) -> Option<Commit> {
    // In its own currency; each part converts at the rate of its time.
    let currency = reader.currency.clone();
    let spend = commit.spend.as_ref().and_then(|a| reader.money_unconverted(a, |q| Unit::Money(&currency).convert(q)));
    let rates = commit.spend.as_ref().and_then(|a| reader.rates_of(a));
    let rate = |calendar: &Calendar, periods: &std::ops::Range<usize>| {
        rates.as_ref().map_or(1.0, |rates| super::currencies::mean(calendar, rates, periods))
    };
    let chips = reader.amount(commit.chips.as_ref(), &Unit::Chips, In::NotNegative);
    let counted_in = match (&commit.spend, &commit.chips) {
        (Some(_), None) => CommitIn::Spend,
        (None, Some(_)) => CommitIn::ChipHours,
        (Some(_), Some(_)) => {
            let message = "a commitment is in `spend` or in `chips`, not both";
            reader.error(Code::WrongType, commit.place, message, "write two contracts");
            return None;
        }
        (None, None) => {
            if commit.lacks("spend") && commit.lacks("chips") {
                let message = "a commitment needs `spend` or `chips`";
                reader.error(Code::MissingKey, commit.place, message, "add `spend: 38B USD`");
            }
            return None;
        }
    };
    let per = match commit.per.as_ref().map(|p| p.text.as_str()) {
        None | Some("total") => "total",
        Some("year") => "year",
        Some("period") => "period",
        Some(other) => {
            let place = commit.per.as_ref()?.place;
            let remedy = suggest(other, ["total", "year", "period"]);
            reader.error(Code::UnknownWord, place, format!("`{other}` is not how a commitment is counted"), remedy);
            return None;
        }
    };
    let amount = spend.or(chips)?;
    if let (None | Some(Window { start: None, .. } | Window { end: None, .. }), Some(over)) = (window, &commit.over)
        && per != "period"
    {
        let message = "a commitment needs both ends of its time";
        reader.error(Code::InvalidPeriod, over.place, message, "write `over: 2025-Q4..2032-Q3`");
        return None;
    }
    let hours = |periods: std::ops::Range<usize>, calendar: &Calendar| calendar.hours(periods);
    let mut buckets = Vec::new();
    if per == "period" {
        for t in active {
            let scale = match counted_in {
                CommitIn::ChipHours => reader.calendar.periods[t].hours,
                CommitIn::Spend => rate(&reader.calendar, &(t..t + 1)),
            };
            buckets.push(CommitBucket { periods: t..t + 1, amount: amount * scale });
        }
        return Some(Commit { counted_in, buckets });
    }
    let parts = match (per, window) {
        ("year", Some(window)) => Calendar::years_of(window),
        (_, Some(window)) => vec![window],
        (_, None) => Vec::new(),
    };
    if parts.is_empty() {
        // The steady state: its one hour is the whole time.
        buckets.push(CommitBucket { periods: active.clone(), amount: amount * hours(active, &reader.calendar) });
        if counted_in == CommitIn::Spend {
            buckets[0].amount = amount * rate(&reader.calendar, &buckets[0].periods.clone());
        }
        return Some(Commit { counted_in, buckets });
    }
    for part in parts {
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
        let whole = match (part.start, part.end) {
            (Some(a), Some(b)) => hours_between(a, b),
            _ => inside,
        };
        let due = match counted_in {
            // The last year of a contract may be short: its commitment is what its days make.
            CommitIn::Spend if per == "year" => {
                amount * inside / year_hours(part, window, whole) * rate(&reader.calendar, &periods)
            }
            CommitIn::Spend => amount * inside / whole * rate(&reader.calendar, &periods),
            CommitIn::ChipHours => amount * inside,
        };
        if counted_in == CommitIn::Spend && inside < whole * (1.0 - 1e-12) {
            reader.notes.push(format!(
                "line {}: the commitment over {} counts by the hours that fall into the horizon: {:.4} of it",
                reader.sources.line(commit.place),
                commit.over.as_ref().map_or("its time", |t| t.text.as_str()),
                inside / whole,
            ));
        }
        buckets.push(CommitBucket { periods, amount: due });
    }
    Some(Commit { counted_in, buckets })
}

/// Hours of the full contract year of which `part` may be the short last one.
fn year_hours(part: Window, window: Option<Window>, whole: f64) -> f64 {
    let is_last = window.is_some_and(|w| w.end == part.end);
    let full = || Some(hours_between(part.start?, part.start?.checked_add(12.months()).ok()?));
    if is_last { full().unwrap_or(whole) } else { whole }
}

/// Dated payments within the horizon, each at the start of the period that holds its date. What has no date is
/// paid when the contract begins; `None` if that was before the horizon.
fn payments(
    reader: &mut Reader<'_>,
    series: Option<&Series>,
    begins: Option<usize>,
    id: &str,
    what: &str,
) -> Option<Vec<(usize, f64)>> {
    let Some(series) = series else { return Some(Vec::new()) };
    let mut all = Vec::new();
    match &series.form {
        SeriesForm::Constant(amount) => {
            let currency = reader.currency.clone();
            let at = begins.unwrap_or(0);
            let money = reader.money_over(amount, &(at..at + 1), |q| Unit::Money(&currency).convert(q))?;
            match begins {
                Some(first) => all.push((first, money)),
                None if money > 0.0 => {
                    reader.diagnostics.warning(
                        Code::OutsideHorizon,
                        amount.place,
                        format!("`{id}` began before the horizon, so its {what} is already paid and not counted"),
                        format!("write `{what}: {{ 2026-Q2: ... }}` for what is still to be paid"),
                    );
                }
                None => {}
            }
        }
        SeriesForm::List(_) => {
            let currency = reader.currency.clone();
            let values = reader.money_series(series, 0.0, |q| Unit::Money(&currency).convert(q))?;
            all.extend(values.into_iter().enumerate());
        }
        SeriesForm::Steps(dates) => {
            for (key, amount) in dates {
                let date = reader.date(key);
                let at = date.and_then(|date| reader.calendar.period_at(date)).unwrap_or(0);
                let currency = reader.currency.clone();
                let money = reader.money_over(amount, &(at..at + 1), |q| Unit::Money(&currency).convert(q));
                let (date, money) = (date?, money?);
                match reader.calendar.period_at(date) {
                    Some(period) => all.push((period, money)),
                    None if money > 0.0 => {
                        reader.diagnostics.warning(
                            Code::OutsideHorizon,
                            key.place,
                            format!("the {what} of `{id}` in {} lies outside the horizon and is not counted", key.text),
                            "extend the horizon if it should be",
                        );
                    }
                    None => {}
                }
            }
        }
        SeriesForm::Growth { .. } => {
            let message = format!("`{what}` is paid on dates and cannot grow");
            reader.error(Code::WrongType, series.place, message, "write `{ 2026-Q2: 10B USD }`");
            return None;
        }
    }
    all.retain(|&(_, money)| money > 0.0);
    Some(all)
}
