//! What a model file says of uncertainty: factors, futures, decision dates, and what is minimized.

use std::sync::Arc;

use super::super::ids::IdVec;
use super::super::reader::{In, Reader};
use super::super::types::Term;
use super::super::variation::paths;
use super::super::whole::Model;
use super::draws::{self, DRAWS, Draw, Draws};
use super::futures::{Branches, Change, Outcome};
use super::{Factor, Future, Goal, Timing, Uncertainty, When};
use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Amount, Axis, Document, Node, Spread, Text, Value};
use crate::units::{Dimension as Unit, DurationUnit};

/// Most futures: beyond, they are to be sampled.
pub(super) const MOST_FUTURES: usize = 10_000;
/// What probabilities may miss of 1.
const WHOLE: f64 = 1e-9;

/// Reads what is not known today of a model; `None` if there is nothing of it, or it is wrong (and reported).
pub(in crate::model) fn read(
    reader: &mut Reader<'_>,
    document: &Document,
    root: &Node,
    model: &Model,
) -> Option<Uncertainty> {
    let Some(written) = &document.uncertainty else {
        if let Some(objective) = &document.objective {
            let remedy = "add `uncertainty`, or remove `objective`: without it the cost is minimized";
            reader.error(
                Code::NoEffect,
                objective.place,
                "`objective` weighs futures, and this model has only one",
                remedy,
            );
        }
        for (id, _, offer) in document.offers.iter().flat_map(|m| &m.entries) {
            let Some(offer) = offer else { continue };
            let place = offer.notice.as_ref().map(|n| n.place).or(offer.decide_by.as_ref().map(|d| d.place));
            if let Some(place) = place {
                let message = format!("when `{id}` is decided makes no difference: this model has one future");
                let remedy = "add `uncertainty`, or remove `notice` and `decide_by`";
                reader.diagnostics.warning(Code::NoEffect, place, message, remedy);
            }
        }
        return None;
    };
    let before = reader.diagnostics.counts().0;
    let mut factors = Vec::new();
    // Whether it is not clear when some factor is known.
    let mut undated = false;
    let mut outcomes: Vec<Vec<Outcome>> = Vec::new();
    let mut chances: Vec<Vec<Option<f64>>> = Vec::new();
    for (id, place, factor) in written.factors.iter().flat_map(|m| &m.entries) {
        reader.check_id(id, *place);
        let own_before = reader.diagnostics.counts().0;
        let Some(factor) = factor else { continue };
        let known = factor.known.as_ref().and_then(|text| reader.period(text));
        undated |= known.is_none();
        let (mut names, mut own, mut likely) = (Vec::new(), Vec::new(), Vec::new());
        for (name, place, outcome) in factor.outcomes.iter().flat_map(|m| &m.entries) {
            reader.check_id(name, *place);
            let Some(outcome) = outcome else { continue };
            // What cannot be read is one, but adds up to nothing.
            let read = |amount| reader.share(Some(amount), In::Fraction).unwrap_or(f64::NAN);
            likely.push(outcome.probability.as_ref().map(read));
            names.push(name.clone());
            let told = reader.diagnostics.counts().0;
            let mut changes = changes(reader, outcome, root, model);
            // Of what is wrong already no more is reported.
            changes.retain(|_| reader.diagnostics.counts().0 == told);
            own.push(Outcome { changes, place: *place });
        }
        if own.is_empty() {
            reader.error(Code::MissingKey, *place, format!("`{id}` has no outcomes"), "name what may come of it");
        }
        if reader.diagnostics.counts().0 == own_before && own.len() > 1 && own.iter().all(|o| o.changes.is_empty()) {
            let message = format!("no outcome of `{id}` changes anything");
            reader.error(Code::NoEffect, *place, message, "let one of them `vary`, `set` or apply a `scenario`");
        }
        if id == DRAWS && written.draws.is_some() {
            let message = "a factor is called `draws`, as what is drawn at random is";
            reader.error(Code::DuplicateName, *place, message, "give the factor another name");
        }
        factors.push(Factor { id: id.clone(), known: known.unwrap_or(0), outcomes: names });
        outcomes.push(own);
        chances.push(likely);
    }
    if factors.is_empty() && written.draws.is_none() && !written.bad.contains(&"factors") {
        let remedy = "add `factors: { demand: { known: 2027-Q1, outcomes: { .. } } }`";
        reader.error(Code::MissingKey, written.place, "nothing is uncertain here", remedy);
    }
    let draws = written.draws.as_ref().and_then(|draws| draws::read(reader, draws, root, model));
    if factors.is_empty() && draws.is_none() || factors.iter().any(|f| f.outcomes.is_empty()) {
        return None;
    }
    let mut futures = futures(reader, written, &factors, &chances);
    let draws = draws.map(|(draws, sample)| {
        futures = futures.take().and_then(|written| drawn(reader, written, &factors, (&draws, &sample)));
        factors.push(draws.factor(&sample));
        outcomes.push(sample.into_iter().map(|draw| draw.outcome).collect());
        draws
    });
    // Where the futures are wrong, nothing is said of what they lack.
    let weighed = futures.as_ref().is_none_or(|f| f.1);
    let goal = goal(reader, document, weighed);
    let timing = timing(reader, document, written, model);
    let branches = Arc::new(Branches { root: root.clone(), sources: reader.sources.clone(), outcomes });
    // Each outcome by itself, so that a mistake is found before it is needed.
    for (f, (factor, all)) in factors.iter().zip(&branches.outcomes).enumerate() {
        let is_drawn = draws.is_some() && f + 1 == factors.len();
        let tried = if is_drawn { draws::tried(all) } else { (0..all.len()).collect() };
        let mut changed = false;
        for outcome in tried.into_iter().map(|o| &all[o]).filter(|o| !o.changes.is_empty()) {
            let told = reader.diagnostics.counts().0;
            if undated || futures.is_none() {
                branches.read(root, outcome, None, reader.diagnostics);
            } else {
                let found = branches.branch((root, model), outcome, factor.known, reader.diagnostics);
                let is_same = found.is_some_and(|(_, other)| same(model, &other));
                changed |= !is_same;
                if is_same && !is_drawn {
                    let from = &model.calendar.periods[factor.known].label;
                    let message = format!("this outcome changes nothing from {from} on, when it becomes known");
                    let remedy = "change what comes later, let it be known earlier, or leave an outcome that is as written empty";
                    reader.error(Code::NoEffect, outcome.place, message, remedy);
                }
            }
            // One draw that is wrong stands for the others.
            if is_drawn && reader.diagnostics.counts().0 > told {
                changed = true;
                break;
            }
        }
        if is_drawn && !changed && !undated && futures.is_some() {
            let from = &model.calendar.periods[factor.known].label;
            let message = format!("what is drawn changes nothing from {from} on, when it becomes known");
            let remedy = "vary what comes later, or let it be known earlier";
            reader.error(Code::NoEffect, all[0].place, message, remedy);
        }
    }
    let (Some((futures, weighed)), Some(goal)) = (futures, goal) else { return None };
    (reader.diagnostics.counts().0 == before).then_some(Uncertainty {
        factors,
        futures,
        timing,
        goal,
        weighed,
        draws,
        branches,
    })
}

/// The futures of what is written with what is drawn.
fn drawn(
    reader: &mut Reader<'_>,
    (written, weighed): (Vec<Future>, bool),
    factors: &[Factor],
    (draws, sample): (&Draws, &[Draw]),
) -> Option<(Vec<Future>, bool)> {
    if !weighed && !factors.is_empty() {
        let remedy = "give each outcome its probability: draws are as likely as one another";
        reader.error(Code::MissingKey, draws.place(), "the outcomes beside these draws have no probabilities", remedy);
        return None;
    }
    if written.len().saturating_mul(sample.len()) > MOST_FUTURES {
        let message =
            format!("{} futures with {} draws each are more than {MOST_FUTURES}", written.len(), sample.len());
        reader.error(Code::OutOfRange, draws.place(), message, "draw fewer, or remove the least important factors");
        return None;
    }
    Some((draws::with_draws(&written, sample), true))
}

/// Whether two models of the same things are the same.
fn same(a: &Model, b: &Model) -> bool {
    a.offers == b.offers
        && a.contracts == b.contracts
        && a.workloads == b.workloads
        && a.pools == b.pools
        && a.limits == b.limits
        && a.survive == b.survive
}

/// What an outcome changes.
fn changes(reader: &mut Reader<'_>, outcome: &doc::FactorOutcome, root: &Node, model: &Model) -> Vec<Change> {
    let mut all = Vec::new();
    if let Some(scenario) = &outcome.scenario {
        let known: Vec<&str> = match root.get("scenarios").map(|s| &s.value) {
            Some(Value::Map(entries)) => entries.iter().map(|e| e.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let names: Vec<String> = scenario.text.split('+').map(|n| n.trim().to_owned()).collect();
        for name in names.iter().filter(|n| !known.contains(&n.as_str())) {
            let remedy = suggest(name, known.iter().copied());
            reader.error(Code::UnknownId, scenario.place, format!("the model has no scenario `{name}`"), remedy);
        }
        all.push(Change::Scenarios(names));
    }
    for vary in outcome.vary.iter().flat_map(|list| &list.items) {
        let Some(axis) = Axis::of(vary, reader.diagnostics) else {
            // What varies is checked also where its value is wrong.
            if let Some((target, how)) = Axis::aim(vary) {
                paths(root, model, &target, how, reader.diagnostics);
            }
            continue;
        };
        let value = match &axis.spread {
            Spread::Values(values) if values.len() == 1 => values[0],
            _ => {
                let remedy = "give one value, as in `scale: 0.7`; another value is another outcome";
                reader.error(Code::InvalidVariation, axis.place, "an outcome sets each input to one value", remedy);
                continue;
            }
        };
        if let Some(paths) = paths(root, model, &axis.target, axis.how, reader.diagnostics) {
            all.push(Change::Vary(axis, paths, value));
        }
    }
    for (path, place, value) in outcome.set.iter().flat_map(|m| &m.entries) {
        if let Some(value) = value {
            let mut node = value.0.clone();
            node.place = *place;
            all.push(Change::Set(path.clone(), node));
        }
    }
    all
}

/// The futures with their probabilities, and whether any were given.
fn futures(
    reader: &mut Reader<'_>,
    written: &doc::Uncertainty,
    factors: &[Factor],
    chances: &[Vec<Option<f64>>],
) -> Option<(Vec<Future>, bool)> {
    let name = |outcomes: &[usize]| {
        let names = outcomes.iter().zip(factors).map(|(&o, f)| f.outcomes[o].as_str());
        names.collect::<Vec<_>>().join("+")
    };
    let joint = written.joint.as_ref().filter(|j| !j.items.is_empty());
    let mut all: Vec<Future> = Vec::new();
    let given: usize;
    if let Some(joint) = joint {
        let mut shares = 0;
        for entry in &joint.items {
            let (outcomes, chance) = joint_row(reader, &entry.0, factors)?;
            if all.iter().any(|f| f.outcomes == outcomes) {
                let message = format!("`{}` is listed twice here", name(&outcomes));
                reader.error(Code::DuplicateName, entry.0.place, message, "add up its probabilities");
                return None;
            }
            shares += usize::from(chance.is_some());
            all.push(Future { name: name(&outcomes), outcomes, probability: chance.unwrap_or(0.0) });
        }
        if shares != 0 && shares != all.len() {
            missing(reader, joint.place);
            return None;
        }
        given = shares;
    } else {
        let count = factors.iter().try_fold(1usize, |n, f| n.checked_mul(f.outcomes.len()));
        if count.is_none_or(|n| n > MOST_FUTURES) {
            let message = format!("more than {MOST_FUTURES} futures result from these factors");
            let remedy = "list in `joint` the outcomes that occur together, or remove the least important factors";
            reader.error(Code::OutOfRange, written.place, message, remedy);
            return None;
        }
        let every: Vec<Option<f64>> = chances.iter().flatten().copied().collect();
        given = every.iter().flatten().count();
        if given != 0 && given != every.len() {
            missing(reader, written.place);
            return None;
        }
        for (factor, own) in factors.iter().zip(chances).filter(|_| given > 0) {
            let sum: f64 = own.iter().flatten().sum();
            sums_to_one(reader, written.place, sum, &format!("of `{}`", factor.id))?;
        }
        all.push(Future { name: String::new(), outcomes: Vec::new(), probability: 1.0 });
        for own in chances {
            let with = |f: &Future, o: usize| Future {
                outcomes: f.outcomes.iter().copied().chain([o]).collect(),
                probability: f.probability * own[o].unwrap_or(1.0 / own.len() as f64),
                ..f.clone()
            };
            all = all.iter().flat_map(|f| (0..own.len()).map(move |o| with(f, o))).collect();
        }
        all.iter_mut().for_each(|f| f.name = name(&f.outcomes));
    }
    if joint.is_some() {
        if given == 0 {
            let even = 1.0 / all.len() as f64;
            all.iter_mut().for_each(|f| f.probability = even);
        } else {
            let sum: f64 = all.iter().map(|f| f.probability).sum();
            sums_to_one(reader, joint.map_or(written.place, |j| j.place), sum, "in `joint`")?;
        }
    }
    // What cannot come is no future.
    all.retain(|f| f.probability > 0.0);
    let sum: f64 = all.iter().map(|f| f.probability).sum();
    all.iter_mut().for_each(|f| f.probability /= sum);
    Some((all, given > 0))
}

fn missing(reader: &mut Reader<'_>, place: Place) {
    let remedy = "give each outcome its probability, or none (then only the regret can be minimized)";
    reader.error(Code::MissingKey, place, "some outcomes have a probability and others have none", remedy);
}

fn sums_to_one(reader: &mut Reader<'_>, place: Place, sum: f64, of: &str) -> Option<()> {
    if (sum - 1.0).abs() <= WHOLE || sum.is_nan() {
        return Some(());
    }
    let message = format!("the probabilities {of} add up to {} %", (sum * 1e8).round() / 1e6);
    reader.error(Code::OutOfRange, place, message, "change them so that they add up to 100 %");
    None
}

/// A row of the table of what comes together.
fn joint_row(reader: &mut Reader<'_>, node: &Node, factors: &[Factor]) -> Option<(Vec<usize>, Option<f64>)> {
    let Value::Map(entries) = &node.value else {
        let remedy = "write `{ demand: slow, trainium3: late, probability: 12 % }`";
        reader.error(Code::WrongType, node.place, "a row of `joint` must be a map", remedy);
        return None;
    };
    let mut chance = None;
    let mut outcomes: Vec<Option<usize>> = vec![None; factors.len()];
    for entry in entries {
        let Value::Scalar(text) = &entry.node.value else {
            reader.error(Code::WrongType, entry.node.place, "this must be a word", "name an outcome");
            return None;
        };
        if entry.key == "probability" {
            let amount = <Amount as doc::Decode>::decode(&entry.node, reader.diagnostics)?;
            chance = Some(reader.share(Some(&amount), In::Fraction)?);
            continue;
        }
        let Some(factor) = factors.iter().position(|f| f.id == entry.key) else {
            let remedy = suggest(&entry.key, factors.iter().map(|f| f.id.as_str()));
            reader.error(Code::UnknownId, entry.place, format!("there is no factor `{}`", entry.key), remedy);
            return None;
        };
        let Some(outcome) = factors[factor].outcomes.iter().position(|o| o == text) else {
            let remedy = suggest(text, factors[factor].outcomes.iter().map(String::as_str));
            let message = format!("`{}` has no outcome `{text}`", entry.key);
            reader.error(Code::UnknownId, entry.node.place, message, remedy);
            return None;
        };
        outcomes[factor] = Some(outcome);
    }
    if let Some(missing) = outcomes.iter().position(Option::is_none) {
        let message = format!("this row does not name an outcome of `{}`", factors[missing].id);
        reader.error(Code::MissingKey, node.place, message, "name an outcome of every factor");
        return None;
    }
    Some((outcomes.into_iter().flatten().collect(), chance))
}

/// What is minimized.
fn goal(reader: &mut Reader<'_>, document: &Document, weighed: bool) -> Option<Goal> {
    let unweighed = |reader: &mut Reader<'_>, place| {
        let remedy =
            "give each outcome its probability, or minimize the largest regret: `objective: { regret: worst }`";
        reader.error(Code::MissingKey, place, "an expected cost needs probabilities", remedy);
    };
    let Some(objective) = &document.objective else {
        if !weighed {
            unweighed(reader, document.uncertainty.as_ref().map_or(document.place, |u| u.place));
            return None;
        }
        return Some(Goal::Cost { expected: 1.0, cvar: None, regret: None });
    };
    let mut regret = None;
    match &objective.regret {
        Some(doc::Regret::Minimized(word)) => {
            if !reader.is_one_of(word, "measure of regret", &["worst"]) {
                return None;
            }
            if objective.expected.is_some() || objective.cvar.is_some() {
                let remedy = "remove the others: `objective: { regret: worst }`";
                reader.error(
                    Code::Contradiction,
                    objective.place,
                    "regret cannot be combined with another objective",
                    remedy,
                );
                return None;
            }
            return Some(Goal::Regret);
        }
        Some(doc::Regret::Limited(limit)) => {
            let currency = reader.currency.clone();
            regret = Some(reader.amount(limit.at_most.as_ref(), &Unit::Money(&currency), In::NotNegative)?);
        }
        None => {}
    }
    if !weighed {
        unweighed(reader, objective.place);
        return None;
    }
    let number = Unit::Count;
    let expected = match &objective.expected {
        Some(amount) => reader.amount(Some(amount), &number, In::NotNegative)?,
        None if objective.cvar.is_some() => 0.0,
        None => 1.0,
    };
    let cvar = match &objective.cvar {
        Some(cvar) => {
            let level = reader.share(cvar.level.as_ref(), In::BelowOne)?;
            Some((level, reader.amount(cvar.weight.as_ref(), &number, In::NotNegative)?))
        }
        None => None,
    };
    if expected + cvar.map_or(0.0, |c| c.1) <= 0.0 {
        let remedy = "give the expected cost or the CVaR a weight above 0";
        reader.error(Code::OutOfRange, objective.place, "no part of this objective has a weight", remedy);
        return None;
    }
    Some(Goal::Cost { expected, cvar, regret })
}

/// When decisions are due.
fn timing(reader: &mut Reader<'_>, document: &Document, written: &doc::Uncertainty, model: &Model) -> Timing {
    let decide = written.decide.as_ref();
    let mut of = |when: Option<&doc::DecideWhen>, otherwise: When| match when {
        Some(w) => date(reader, w.notice.as_ref(), w.decide_by.as_ref()).unwrap_or(otherwise),
        None => otherwise,
    };
    let rent = of(decide.and_then(|d| d.rent.as_ref()), When::THEN);
    let reservations = of(decide.and_then(|d| d.reservations.as_ref()), When::THEN);
    let signing = of(decide.and_then(|d| d.contracts.as_ref()), When::By(0));
    let porting = of(decide.and_then(|d| d.porting.as_ref()), When::THEN);
    let mut offers: IdVec<_, When> = model.offers.map(|o| match o.term {
        Term::Reserved { .. } => reservations,
        _ => rent,
    });
    let mut contracts: IdVec<_, When> = model.contracts.map(|_| signing);
    for (id, _, offer) in document.offers.iter().flat_map(|m| &m.entries) {
        let (Some(offer), Some(at)) = (offer, model.offers.find(|o| &o.id == id)) else { continue };
        if let Some(own) = date(reader, offer.notice.as_ref(), offer.decide_by.as_ref()) {
            offers[at] = own;
        }
    }
    for (id, _, contract) in document.contracts.iter().flat_map(|m| &m.entries) {
        let (Some(contract), Some(at)) = (contract, model.contracts.find(|c| &c.id == id)) else { continue };
        if let Some(own) = contract.decide_by.as_ref().and_then(|text| reader.period(text)) {
            contracts[at] = When::By(own);
        }
    }
    Timing { offers, contracts, porting }
}

fn date(reader: &mut Reader<'_>, notice: Option<&Amount>, by: Option<&Text>) -> Option<When> {
    match (notice, by) {
        (Some(amount), Some(_)) => {
            let remedy = "keep one of the two";
            reader.error(
                Code::Contradiction,
                amount.place,
                "`notice` and `decide_by` both set the date of the decision",
                remedy,
            );
            None
        }
        (None, Some(text)) => reader.period(text).map(When::By),
        (Some(amount), None) => notice_of(reader, amount),
        (None, None) => None,
    }
}

/// How long before it takes effect something is decided.
pub(in crate::model) fn notice_of(reader: &mut Reader<'_>, amount: &Amount) -> Option<When> {
    let wrong = ("a notice must be a whole number of its unit", "write `2 periods` or `6 months`");
    let duration = reader.length(amount, 0.0, wrong)?;
    let count = duration.count as i64;
    Some(match duration.unit {
        DurationUnit::Periods => When::Before { periods: count, months: 0, hours: 0 },
        DurationUnit::Months => When::Before { periods: 0, months: count, hours: 0 },
        DurationUnit::Hours => When::Before { periods: 0, months: 0, hours: count },
    })
}
