//! Interprets contracts.

use std::ops::Range;

use super::ids::{ContractId, IdVec, OfferSet};
use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Series, SeriesForm};
use crate::units::Dimension as Unit;

use super::balance::balances;
use super::calendar::Window;
use super::commitment::{commitment, commitment_without_time};
use super::equity::equity;
use super::late::late;
use super::option::{Exercise, option};
use super::ramp_down::ramp_down;
use super::reader::{Ids, In, Reader};
use super::reprice::{Repriced, reprice};
use super::select::Offers;
use super::terminate::terminate;
use super::types::{Contract, Decision};

pub(super) fn contracts(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    offers: &Offers<'_>,
) -> IdVec<ContractId, Contract> {
    let mut contracts = IdVec::default();
    for (id, place, written) in document.contracts.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        if let Some(contract) = written.as_ref().and_then(|c| contract(reader, document, (id, *place, c), offers)) {
            contracts.push(contract);
        }
    }
    relations(reader, document, &mut contracts);
    super::balance::check(reader, document, &contracts);
    contracts
}

/// One contract. All of it is read before what could not be read ends it, so that every mistake in it is found at once:
/// what depends on a part that could not be read is checked as far as it goes without.
fn contract(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    (id, place, written): (&str, Place, &doc::Contract),
    offers: &Offers<'_>,
) -> Option<Contract> {
    let decision = decision(reader, written);
    let mut selected = |selector: &Option<doc::Selector>| match selector {
        Some(selector) => offers.select(reader, selector),
        None => Some(OfferSet::none(offers.offers.len())),
    };
    let (unlocks, covers) = (selected(&written.unlocks), selected(&written.covers));
    if let Some(clause) = written.reprice.as_ref().filter(|_| written.lacks("covers")) {
        let message = format!("`{id}` is repriced but covers no offer");
        reader.error(Code::MissingKey, clause.place, message, "add `covers: { cloud: ... }` to the contract");
    } else if written.lacks("covers")
        && (written.commit.is_some()
            || written.discount.is_some()
            || written.rates.is_some()
            || written.option.is_some())
    {
        reader.error(
            Code::MissingKey,
            place,
            "a contract with a commitment or discount is missing `covers`",
            "add `covers: { cloud: ... }`; `covers: {}` covers every offer",
        );
    }
    let discount = match &written.discount {
        Some(amount) => reader.share(Some(amount), In::Fraction),
        None => Some(0.0),
    };
    let rates = rates(reader, written, id, covers.as_ref(), offers);
    let capped = beyond(reader, written, id);
    let time = time(reader, written, id);
    let commit = match (&written.commit, &time) {
        (None, _) => Some(None),
        (Some(commit), Some((window, active))) => commitment(reader, commit, *window, active.clone()).map(Some),
        (Some(commit), None) => {
            commitment_without_time(reader, commit);
            None
        }
    };
    let (window, active) = time.clone().unwrap_or((None, reader.calendar.all()));
    // What was paid at a start before the horizon is not paid again.
    let begins = match (window.and_then(|w| w.start), reader.calendar.ends()) {
        (Some(start), Some((first, _))) if start < first => None,
        _ => Some(active.start),
    };
    let dated = Dated { id, active: active.clone(), begins };
    let funding = payments(reader, written.funding.as_ref(), &dated, "funding");
    let fee = payments(reader, written.fee.as_ref(), &dated, "fee");
    if let Some(text) = &written.decide_by
        && funding.iter().chain(&fee).flatten().any(|&(period, money)| period < active.start && money > 0.0)
    {
        let message = format!("money of `{id}` is due before it is decided in {}", text.text);
        reader.error(Code::Contradiction, text.place, message, "move the decision earlier, or the payment later");
    }
    let exercised = match &written.option {
        Some(clause) => option(reader, written, clause, id, &active).map(Some),
        None => Some(None),
    };
    let with = with(reader, document, written, covers.as_ref(), offers);
    let balances = balances(reader, written, &dated, covers.as_ref(), offers);
    let equity = match &written.equity {
        Some(clause) => equity(reader, clause, covers.as_ref(), with.as_ref(), offers).map(Some),
        None => Some(None),
    };
    let terminate = match &written.terminate {
        Some(clause) => terminate(reader, clause, id, commit.as_ref().map(Option::as_ref)).map(Some),
        None => Some(None),
    };
    let ramp_down = match &written.ramp_down {
        Some(clause) => ramp_down(reader, written, clause, id, commit.as_ref().map(Option::as_ref)).map(Some),
        None => Some(None),
    };
    let late = match &written.late {
        Some(clause) => late(reader, written, clause, id, commit.as_ref().map(Option::as_ref)).map(Some),
        None => Some(None),
    };
    let reprice = match &written.reprice {
        Some(clause) => {
            let repriced = Repriced { id, window, active, covers: covers.as_ref() };
            reprice(reader, clause, &repriced, time.is_some(), offers).map(Some)
        }
        None => Some(None),
    };
    let (decision, unlocks, covers, discount, rates, capped) =
        (decision?, unlocks?, covers?, discount?, rates?, capped?);
    let ((_, active), commit, funding, fee) = (time?, commit?, funding?, fee?);
    let (exercised, balances, equity) = (exercised?, balances?, equity?);
    let (terminate, ramp_down, late, reprice) = (terminate?, ramp_down?, late?, reprice?);
    let mut contract = Contract {
        id: id.to_owned(),
        with,
        decision,
        unlocks,
        excludes: Vec::new(),
        needs: Vec::new(),
        covers,
        active,
        commit,
        discount,
        rates,
        exercise: None,
        terminate,
        ramp_down,
        late,
        reprice,
        capped,
        funding,
        fee,
        balances,
        equity,
        origin: reader.origin(place),
    };
    if let Some(Exercise { at, premium, commit }) = exercised {
        contract.fee.extend(begins.filter(|_| premium > 0.0).map(|first| (first, premium)));
        contract.active = at..contract.active.end;
        (contract.exercise, contract.commit, contract.capped) = (Some(at), Some(commit), true);
    }
    Some(contract)
}

/// When a contract runs: as written and in the horizon, from its decision on if that may be late.
fn time(reader: &mut Reader<'_>, contract: &doc::Contract, id: &str) -> Option<(Option<Window>, Range<usize>)> {
    let over = match contract.commit.as_ref().and_then(|c| c.over.as_ref()) {
        Some(text) => reader.window_periods(text).map(|(window, periods)| (Some(window), periods)),
        None => {
            let whole = reader.calendar.ends().map(|(a, b)| Window { start: Some(a), end: Some(b) });
            Some((whole, reader.calendar.all()))
        }
    };
    // Of a time that could not be read the decision is checked against all of the horizon.
    let active = over.as_ref().map(|(_, active)| active);
    let since = since_decided(reader, contract, id, active);
    let (window, _) = over?;
    Some((window, since?))
}

/// What is taken off the prices of some of the covered offers.
fn rates(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    id: &str,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<Vec<(OfferSet, f64)>> {
    let mut rate = |rate: &doc::Rate| {
        let of = rate.offers.as_ref().and_then(|selector| offers.select(reader, selector));
        let part = reader.share(rate.discount.as_ref(), In::Fraction);
        let (of, covers) = (of?, covers?);
        if of.and(covers).is_empty() {
            let message = format!("`{id}` covers no offer of this rate");
            let remedy = "add the offers to `covers`, or remove the rate";
            reader.error(Code::NoEffect, rate.place, message, remedy);
            return None;
        }
        Some((of, part?))
    };
    let all: Vec<Option<(OfferSet, f64)>> = contract.rates.iter().flat_map(|l| &l.items).map(&mut rate).collect();
    all.into_iter().collect()
}

/// Whether the discount ends with the commitment.
fn beyond(reader: &mut Reader<'_>, contract: &doc::Contract, id: &str) -> Option<bool> {
    let Some(word) = &contract.beyond_commit else { return Some(false) };
    if !matches!(word.text.as_str(), "discount" | "list") {
        let message = format!("`{}` is not a price beyond a commitment", word.text);
        reader.error(Code::UnknownWord, word.place, message, suggest(&word.text, ["discount", "list"]));
        return None;
    }
    let capped = word.text == "list";
    let in_money = contract.commit.as_ref().is_some_and(|c| c.spend.is_some() || c.choose.is_some());
    if capped && !in_money {
        let message = format!("the discount of `{id}` ends with its commitment, but it has no commitment in money");
        let remedy = "add `commit: { spend: ... }`, or remove `beyond_commit`";
        reader.error(Code::Contradiction, word.place, message, remedy);
        return None;
    }
    Some(capped)
}

/// The organisation that a contract is with: as written, else the one owner of the clouds it covers.
fn with(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    contract: &doc::Contract,
    covers: Option<&OfferSet>,
    offers: &Offers<'_>,
) -> Option<String> {
    if let Some(with) = &contract.with {
        let mut known = offers.written.organisations();
        known.extend(document.investors.iter().flat_map(|m| &m.entries).map(|(id, _, _)| id.as_str()));
        let known: Vec<&str> = known.into_iter().collect();
        return reader.is_one_of(with, "organisation", &known).then(|| with.text.clone());
    }
    let covered = covers?.iter().map(|o| &offers.clouds[offers.offers[o].cloud].owner);
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
        "refused" => Some(Decision::Refused),
        other => {
            let remedy = suggest(other, ["signed", "optional", "refused"]);
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
        let Some(contract) = contract else { continue };
        let k = contracts.find(|c| c.id == *id);
        for (key, list) in [("excludes", &contract.excludes), ("needs", &contract.needs)] {
            for text in list.iter().flat_map(|l| &l.items) {
                let other = reader.reference(text, "contract", &known, &unread);
                let (Some(k), Some(other)) = (k, other) else { continue };
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
        if contracts[k].decision == Decision::Signed && contracts[other].decision == Decision::Refused {
            let message =
                format!("`{}` is signed, but needs `{}`, which is refused", contracts[k].id, contracts[other].id);
            let remedy = "refuse both, or make them `decision: optional`";
            reader.error(Code::Contradiction, place, message, remedy);
        }
        if contracts[k].excludes.contains(&other) || contracts[other].excludes.contains(&k) {
            let message =
                format!("`{}` needs `{}`, but they exclude one another", contracts[k].id, contracts[other].id);
            let remedy = "remove one of the two, or the contract, which could never be signed";
            reader.error(Code::Contradiction, place, message, remedy);
        }
    }
}

/// The time of a contract that may be signed late: it begins when it is decided at the latest. Of one whose time could not
/// be read, `active` being `None`, only the decision is checked.
fn since_decided(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    id: &str,
    active: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let Some(text) = &contract.decide_by else { return active.cloned() };
    let decided = reader.period(text);
    if contract.decision.as_ref().is_none_or(|d| d.text == "signed") {
        let remedy = "write `decision: optional`, or remove `decide_by`";
        reader.error(Code::NoEffect, text.place, format!("`{id}` is signed already"), remedy);
        return None;
    }
    let (active, decided) = (active?, decided?);
    if contract.commit.is_some() && active.start < decided {
        let message = format!("the commitment of `{id}` begins before it is decided in {}", text.text);
        reader.error(
            Code::Contradiction,
            text.place,
            message,
            "move the decision earlier, or the start of `over` later",
        );
        return None;
    }
    Some(active.start.max(decided)..active.end)
}

/// When a contract runs.
pub(super) struct Dated<'a> {
    /// The contract.
    pub id: &'a str,
    /// The periods in which it runs.
    pub active: Range<usize>,
    /// The period in which it begins, if not before the horizon.
    pub begins: Option<usize>,
}

/// Dated payments within the horizon, each at the start of the period that holds its date. What has no date is
/// paid when the contract begins; `None` if that was before the horizon.
pub(super) fn payments(
    reader: &mut Reader<'_>,
    series: Option<&Series>,
    dated: &Dated<'_>,
    what: &str,
) -> Option<Vec<(usize, f64)>> {
    let Dated { id, begins, .. } = *dated;
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
                            "extend the horizon if it should count",
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
