//! Interprets contracts.

use super::ids::{ContractId, IdVec, OfferSet};
use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Series, SeriesForm};
use crate::units::Dimension as Unit;

use super::balance::balances;
use super::calendar::Window;
use super::commitment::commitment;
use super::equity::equity;
use super::option::{Exercise, option};
use super::reader::{Ids, In, Reader};
use super::select::Offers;
use super::terminate::terminate;
use super::types::{Contract, Decision};

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
        if contract.lacks("covers")
            && (contract.commit.is_some()
                || contract.discount.is_some()
                || contract.rates.is_some()
                || contract.option.is_some())
        {
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
        let rates = rates(reader, contract, id, &covers, offers);
        let capped = beyond(reader, contract, id);
        let Some(active) = since_decided(reader, contract, id, active) else { continue };
        let commit = match &contract.commit {
            Some(commit) => commitment(reader, commit, window, active.clone()).map(Some),
            None => Some(None),
        };
        // What was paid at a start before the horizon is not paid again.
        let begins = match (window.and_then(|w| w.start), reader.calendar.ends()) {
            (Some(start), Some((first, _))) if start < first => None,
            _ => Some(active.start),
        };
        let dated = Dated { id, active: active.clone(), begins };
        let funding = payments(reader, contract.funding.as_ref(), &dated, "funding");
        let fee = payments(reader, contract.fee.as_ref(), &dated, "fee");
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
        let exercised = match &contract.option {
            Some(written) => match option(reader, contract, written, id, &active) {
                Some(exercised) => Some(exercised),
                None => continue,
            },
            None => None,
        };
        let (Some(decision), Some(unlocks)) = (decision, unlocks) else { continue };
        let (Some(rates), Some(capped)) = (rates, capped) else { continue };
        let with = with(reader, document, contract, &covers, offers);
        let Some(balances) = balances(reader, contract, &dated, &covers, offers) else { continue };
        let equity = match &contract.equity {
            Some(written) => match equity(reader, written, &covers, with.as_ref(), offers) {
                Some(equity) => Some(equity),
                None => continue,
            },
            None => None,
        };
        let (mut active, mut commit, mut fee, mut capped) = (active, commit, fee, capped);
        let exercise = exercised.as_ref().map(|e| e.at);
        if let Some(Exercise { at, premium, commit: taken }) = exercised {
            fee.extend(dated.begins.filter(|_| premium > 0.0).map(|first| (first, premium)));
            (active, commit, capped) = (at..active.end, Some(taken), true);
        }
        let terminate = match &contract.terminate {
            Some(written) => match terminate(reader, written, id, commit.as_ref()) {
                Some(terminate) => Some(terminate),
                None => continue,
            },
            None => None,
        };
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
            rates,
            exercise,
            terminate,
            capped,
            funding,
            fee,
            balances,
            equity,
            origin: reader.origin(*place),
        });
    }
    relations(reader, document, &mut contracts);
    super::balance::check(reader, document, &contracts);
    contracts
}

/// What is taken off the prices of some of the covered offers.
fn rates(
    reader: &mut Reader<'_>,
    contract: &doc::Contract,
    id: &str,
    covers: &Option<OfferSet>,
    offers: &Offers<'_>,
) -> Option<Vec<(OfferSet, f64)>> {
    let mut all = Vec::new();
    for rate in contract.rates.iter().flat_map(|list| &list.items) {
        let of = rate.offers.as_ref().and_then(|selector| offers.select(reader, selector));
        let part = reader.share(rate.discount.as_ref(), In::Fraction);
        let (of, part, Some(covers)) = (of?, part?, covers) else { return None };
        if of.and(covers).is_empty() {
            let message = format!("`{id}` covers no offer of this rate");
            let remedy = "cover them with `covers`, or remove the rate";
            reader.error(Code::NoEffect, rate.place, message, remedy);
            return None;
        }
        all.push((of, part));
    }
    Some(all)
}

/// Whether the discount ends with the commitment.
fn beyond(reader: &mut Reader<'_>, contract: &doc::Contract, id: &str) -> Option<bool> {
    let Some(word) = &contract.beyond_commit else { return Some(false) };
    if !matches!(word.text.as_str(), "discount" | "list") {
        let message = format!("`{}` is not what is paid beyond a commitment", word.text);
        reader.error(Code::UnknownWord, word.place, message, suggest(&word.text, ["discount", "list"]));
        return None;
    }
    let capped = word.text == "list";
    let in_money = contract.commit.as_ref().is_some_and(|c| c.spend.is_some() || c.choose.is_some());
    if capped && !in_money {
        let message = format!("the discount of `{id}` ends with its commitment, which is not in money");
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

/// When a contract runs.
pub(super) struct Dated<'a> {
    /// The contract.
    pub id: &'a str,
    /// The periods in which it runs.
    pub active: std::ops::Range<usize>,
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
