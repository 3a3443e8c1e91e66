//! What a plan is expected to be. It is read as a policy is, and no part of any program: a plan is measured against it when
//! it is made.

use std::collections::{BTreeMap, BTreeSet};

use super::ids::{ContractId, IdVec, UpstreamId};
use super::load::{Input, Rejected, interpret_known, tree};
use super::policy::{LimitKind, Parts, of_entry};
use super::reader::{Ids, Reader};
use super::risk;
use super::types::{Limit, Origin, Survive, Upstream};
use crate::diagnostics::{Code, Diagnostics, Place, Severity, Sources, suggest};
use crate::document::{self as doc, Decode, Node, Value, either};
use crate::units::human::money;

/// Sets of scenarios of expectations that are checked without being applied; beyond them a mistake is told on use.
const MOST_SCENARIOS: usize = 200;

/// What a plan is expected to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Its name; no other of the same scenarios has it.
    pub name: String,
    /// The scenarios under which it is expected, in order; none for the model as it is written.
    pub scenarios: Vec<String>,
    /// What is expected.
    pub expected: Expected,
    /// Where it was written.
    pub origin: Origin,
    /// The column in that line, from 1.
    pub column: usize,
}

/// What is expected of a plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expected {
    /// Its discounted cost.
    Cost {
        /// Least that it costs.
        at_least: Option<f64>,
        /// Most that it costs.
        at_most: Option<f64>,
    },
    /// A limit that it keeps, without being asked to; one for each unit of work that it counts.
    Limits(Vec<Limit>),
    /// A loss after which it serves enough.
    Survives(Survive),
    /// A contract that it signs.
    Signed(ContractId),
    /// A contract that it does not sign.
    NotSigned(ContractId),
}

impl Expected {
    /// The key in the model file.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Expected::Cost { .. } => "cost",
            Expected::Limits(limits) => limits.first().map_or("limit", |limit| limit.kind.family().word()),
            Expected::Survives(_) => "survives",
            Expected::Signed(_) => "signed",
            Expected::NotSigned(_) => "not_signed",
        }
    }
}

/// The kinds beside those of limits.
const OWN: [&str; 4] = ["cost", "survives", "signed", "not_signed"];

/// The expectations of a document.
pub(super) fn expectations(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    parts: &Parts<'_>,
    supply: &IdVec<UpstreamId, Upstream>,
) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = Vec::new();
    let mut names: BTreeSet<(Vec<String>, String)> = BTreeSet::new();
    // Counted among those of the same scenarios: these are read together.
    let mut positions: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for written in document.expect.iter().flat_map(|l| &l.items) {
        let scenarios = named(written);
        let position = positions.entry(scenarios.clone()).or_default();
        *position += 1;
        written.name.iter().for_each(|n| reader.check_word(n));
        let Some((default, expected)) = one(reader, document, written, *position, parts, supply) else { continue };
        let name = written.name.as_ref().map_or(default, |n| n.text.clone());
        if !names.insert((scenarios.clone(), name.clone())) {
            let place = written.name.as_ref().map_or(written.place, |n| n.place);
            let message = format!("another expectation is already called `{name}`");
            reader.error(Code::DuplicateName, place, message, "give one of them another `name`");
        }
        let (origin, column) = (reader.origin(written.place), reader.sources.line_column(written.place).1);
        all.push(Expectation { name, scenarios, expected, origin, column });
    }
    all
}

/// The scenarios that an expectation names.
fn named(written: &doc::Expectation) -> Vec<String> {
    let text = written.scenario.as_ref().map(|s| s.text.as_str());
    text.iter().flat_map(|text| text.split('+')).map(|name| name.trim().to_owned()).collect()
}

/// What an entry expects, and what it is called if it has no name.
fn one(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    written: &doc::Expectation,
    position: usize,
    parts: &Parts<'_>,
    supply: &IdVec<UpstreamId, Upstream>,
) -> Option<(String, Expected)> {
    let kinds = || OWN.iter().chain(LimitKind::WORDS);
    let given = kinds().filter(|k| !written.lacks(k)).count();
    if given != 1 {
        let message =
            if given == 0 { "this expectation has no kind" } else { "this expectation has more than one kind" };
        let words: Vec<&str> = kinds().copied().collect();
        let (last, others) = words.split_last()?;
        let remedy = format!("write one of {} or {last} in each entry", others.join(", "));
        reader.error(Code::MissingKey, written.place, message, remedy);
        return None;
    }
    if let Some(cost) = &written.cost {
        return Some((format!("cost-{position}"), self::cost(reader, cost)?));
    }
    if let Some(survives) = &written.survives {
        let name = either(&written.name, &survives.name).cloned();
        let asked = doc::Survive { name, ..survives.clone() };
        let survive = risk::requirement(reader, &asked, position, parts, supply)?;
        let kept = super::deliveries::keeps_nothing(reader, &asked, &survive, parts);
        let name = survive.name.replacen("survive-", "survives-", usize::from(asked.name.is_none()));
        return kept.then_some((name, Expected::Survives(survive)));
    }
    if let Some(id) = written.signed.as_ref().or(written.not_signed.as_ref()) {
        let contracts = Ids::of(parts.contracts.iter().map(|c| c.id.as_str()));
        let unread = document.contracts.iter().flat_map(|m| &m.entries).filter(|(_, _, c)| c.is_none());
        let unread: Vec<&str> = unread.map(|(id, ..)| id.as_str()).collect();
        let contract = reader.reference(id, "contract", &contracts, &unread)?;
        let signed = written.signed.is_some();
        let word = if signed { "signed" } else { "not-signed" };
        let expected = if signed { Expected::Signed(contract) } else { Expected::NotSigned(contract) };
        return Some((format!("{word}-{}", id.text), expected));
    }
    if OWN.iter().any(|k| !written.lacks(k)) {
        // It could not be read, which has been reported.
        return None;
    }
    let asked = limit_of(written);
    let priced = price(&asked);
    if let Some(place) = priced {
        let message = "an expectation has no price: it is met or missed, and changes no plan";
        reader.error(Code::Contradiction, place, message, "remove `soft`, or write a limit in the policy");
    }
    let limits = of_entry(reader, &asked, position, parts).filter(|_| priced.is_none())?;
    // Of several units of work each has its own name after that of the entry.
    let name = limits.first().map(|l| l.name.split('/').next().unwrap_or(&l.name).to_owned())?;
    Some((name, Expected::Limits(limits)))
}

fn cost(reader: &mut Reader<'_>, written: &doc::ExpectedCost) -> Option<Expected> {
    if written.lacks("at_least") && written.lacks("at_most") {
        let remedy = "add `at_most: 65B USD`, or `at_least`";
        reader.error(Code::MissingKey, written.place, "this does not say what the cost is expected to be", remedy);
        return None;
    }
    let (least, most) = (reader.money(written.at_least.as_ref()), reader.money(written.at_most.as_ref()));
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let [least, most] = [least, most].map(|x| money(x, &reader.currency));
        let message = format!("the minimum cost ({least}) exceeds the maximum cost ({most})");
        reader.error(Code::MinAboveMax, written.place, message, "exchange the two");
        return None;
    }
    // What could not be read has been reported.
    let whole = written.at_least.is_some() == least.is_some() && written.at_most.is_some() == most.is_some();
    (whole && written.bad.is_empty()).then_some(Expected::Cost { at_least: least, at_most: most })
}

/// The same as a limit of the policy, for those that are written like one.
pub(super) fn limit_of(written: &doc::Expectation) -> doc::Limit {
    doc::Limit {
        name: written.name.clone(),
        soft: None,
        budget: written.budget.clone(),
        share: written.share.clone(),
        floor: written.floor.clone(),
        concentration: written.concentration.clone(),
        suppliers: written.suppliers.clone(),
        power: written.power.clone(),
        carbon: written.carbon.clone(),
        ramp: written.ramp.clone(),
        place: written.place,
        bad: written.bad.clone(),
    }
}

/// Where a limit has a price.
fn price(limit: &doc::Limit) -> Option<Place> {
    let all = [
        limit.budget.as_ref().and_then(|l| l.soft.as_ref()),
        limit.share.as_ref().and_then(|l| l.soft.as_ref()),
        limit.floor.as_ref().and_then(|l| l.soft.as_ref()),
        limit.power.as_ref().and_then(|l| l.soft.as_ref()),
        limit.carbon.as_ref().and_then(|l| l.soft.as_ref()),
        limit.ramp.as_ref().and_then(|l| l.soft.as_ref()),
    ];
    all.into_iter().flatten().next().map(|amount| amount.place)
}

/// The sets of scenarios that expectations of a model are of, in the order in which they are written; the model as it is
/// written is none of them.
///
/// # Errors
/// [`Rejected`] if the model cannot be read.
pub fn expected_scenarios(input: &Input) -> Result<Vec<Vec<String>>, Rejected> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    match tree(input, &mut sources, &mut diagnostics) {
        Some((plain, _)) if !diagnostics.has_errors() => Ok(sets(&plain)),
        _ => Err(Rejected { diagnostics, sources }),
    }
}

fn sets(plain: &Node) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for set in doc::expectations(plain).iter().map(doc::scenarios_of).filter(|set| !set.is_empty()) {
        if !all.contains(&set) {
            all.push(set);
        }
    }
    all
}

/// Reports expectations of scenarios that there are not, and what is wrong in those of several scenarios at once; those of
/// one are checked with it.
pub(super) fn check_scenarios(plain: &Node, sources: &Sources, diagnostics: &mut Diagnostics) {
    let known: Vec<&str> = match plain.get("scenarios").map(|s| &s.value) {
        Some(Value::Map(entries)) => entries.iter().map(|e| e.key.as_str()).collect(),
        _ => Vec::new(),
    };
    for item in doc::expectations(plain) {
        let Some(unknown) = doc::scenarios_of(item).into_iter().find(|name| !known.contains(&name.as_str())) else {
            continue;
        };
        let place = item.get("scenario").map_or(item.place, |s| s.place);
        let remedy = match unknown.contains(',') {
            true => format!("write `{}`", unknown.split(',').map(str::trim).collect::<Vec<_>>().join("+")),
            false => suggest(&unknown, known.iter().copied()),
        };
        diagnostics.error(Code::UnknownId, place, format!("there is no scenario `{unknown}`"), remedy);
        // It is read under no scenario: what can be said of it alone is said here.
        doc::Expectation::decode(item, diagnostics);
    }
    let several = sets(plain).into_iter().filter(|set| set.len() > 1);
    for set in several.filter(|set| set.iter().all(|name| known.contains(&name.as_str()))).take(MOST_SCENARIOS) {
        let (mut root, mut found) = (plain.clone(), Diagnostics::new());
        doc::apply_scenarios(&mut root, &set, &mut found);
        doc::keep_expected(&mut root, &set);
        interpret_known(&root, sources, &mut found);
        found.sorted().into_iter().filter(|d| d.severity == Severity::Error).for_each(|d| diagnostics.push(d.clone()));
    }
}
