//! Why: for a model without a plan the entries that cannot hold together and the least changes
//! that end that, each tried; for one with a plan what drives its cost.

mod case;
mod conflict;
mod drivers;
mod entry;
mod explanation;
mod relax;
mod sooner;
mod used;
mod verdict;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SolveSettings;
use crate::engine::EngineError;
use crate::model::{Model, Task};
use crate::plan::ModelInfo;
use case::{Case, Clash};
pub use drivers::{Driver, Drivers, drivers, subjects};
use entry::{Entry, could_serve, could_train};
pub use explanation::{ExplainError, Explanation, explain};

/// Ways to make a model feasible that are reported.
const WAYS: usize = 4;
/// Entries that have to be changed together at most.
const TOGETHER: usize = 12;

/// Why a model has no plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Infeasibility {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// What is seen without solving anything: a workload that all capacity cannot serve, shares that
    /// cannot add up to a whole.
    pub obvious: Vec<String>,
    /// Ways to make it feasible, what a planner would rather change first; each was solved.
    pub ways: Vec<Way>,
    /// Entries that cannot hold together.
    pub conflict: Vec<ConflictEntry>,
    /// Whether of each of them it is shown that without it the others have a plan.
    pub minimal: bool,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Changes with which there is a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Way {
    /// All of them are needed.
    pub changes: Vec<Change>,
    /// What the cheapest plan costs then, discounted.
    pub cost: f64,
}

/// The least change of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Change {
    /// Its name.
    pub entry: String,
    /// What kind it is: budget, share, capacity, demand ...
    pub kind: String,
    /// The line of the model that it stands in.
    pub line: usize,
    /// The number as it is written; 1 for a series that is changed by a factor.
    pub from: f64,
    /// The number with which there is a plan.
    pub to: f64,
    /// Its unit.
    pub unit: String,
    /// All of it in a sentence.
    pub sentence: String,
}

/// An entry of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ConflictEntry {
    /// Its name.
    pub entry: String,
    /// What kind it is.
    pub kind: String,
    /// The line of the model that it stands in.
    pub line: usize,
    /// The periods in which it clashes, where it is dated.
    pub periods: Vec<String>,
    /// What it asks for.
    pub sentence: String,
}

/// Says why a model has no plan; `None` if it has one, or that is not known. Of a model with several futures it says why
/// there is none for all of them together; the costs are expected ones then.
///
/// # Errors
/// As the engine's.
pub fn infeasibility(model: &Model, settings: &SolveSettings) -> Result<Option<Infeasibility>, EngineError> {
    let case = &Case::of(model)?;
    let all = Entry::all(model);
    let Some(found) = conflict::conflict(case, &all, &[], settings)? else { return Ok(None) };
    let mut notes = Vec::new();
    if found.entries.is_empty() {
        notes.push(
            "What cannot hold together are not numbers but decisions: contracts, blocks, windows or splits.".to_owned(),
        );
    }
    let entries: Vec<Entry> = found.entries.iter().map(|c| c.entry).collect();
    let ways = ways(case, &all, &entries, settings)?;
    if ways.is_empty() {
        notes.push("No change of the numbers of these entries was found that gives a plan.".to_owned());
    }
    if model.uncertainty().is_some() {
        let sooner = sooner::sooner(case, settings)?;
        notes.push(
            "Each future has a plan by itself, but decisions are due before the futures can be told apart.".to_owned(),
        );
        notes.extend(sooner);
    }
    let label = |t: &usize| model.calendar.periods[*t].label.clone();
    let told = |clash: &Clash| {
        let Clash { entry: e, periods, .. } = clash;
        let (entry, kind, origin) = e.named(model);
        let (kind, line) = (kind.to_owned(), origin.line);
        ConflictEntry {
            entry,
            kind,
            line,
            periods: if model.calendar.is_steady() { Vec::new() } else { periods.iter().map(label).collect() },
            sentence: case.sentence(clash),
        }
    };
    Ok(Some(Infeasibility {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency.clone(),
        obvious: case.obvious(obvious),
        ways,
        conflict: found.entries.iter().map(told).collect(),
        minimal: found.minimal,
        notes,
    }))
}

/// Entries with the numbers that they need, and what the cheapest plan costs then.
type Relaxation = (Vec<(Entry, f64)>, f64);

/// Ways to a plan: each begins with another entry of the first conflict, and goes on with an entry
/// of the next conflict until there is none.
fn ways(case: &Case<'_>, all: &[Entry], first: &[Entry], settings: &SolveSettings) -> Result<Vec<Way>, EngineError> {
    let mut starts: Vec<Entry> = first.to_vec();
    starts.sort_by_key(|e| (e.class(), *e));
    let mut ways: Vec<Relaxation> = Vec::new();
    let mut single = false;
    for start in starts {
        // Once one change is enough, ways of several are no news.
        if let Some(way) = way(case, all, start, settings, if single { 1 } else { TOGETHER })? {
            single |= way.0.len() == 1;
            if !ways.iter().any(|(known, _)| known == &way.0) {
                ways.push(way);
            }
        }
    }
    // Fewer changes, then what a planner would rather change, then the smaller.
    let size = |(entry, to): &(Entry, f64)| {
        case.knob(*entry).map_or(f64::INFINITY, |k| (to - k.value).abs() / k.value.abs().max(1e-12))
    };
    let class = |way: &[(Entry, f64)]| way.iter().map(|(e, _)| e.class()).max().unwrap_or(0);
    let total = |way: &[(Entry, f64)]| way.iter().map(size).sum::<f64>();
    ways.sort_by(|a, b| {
        class(&a.0).cmp(&class(&b.0)).then(a.0.len().cmp(&b.0.len())).then(total(&a.0).total_cmp(&total(&b.0)))
    });
    if single {
        ways.retain(|w| w.0.len() == 1);
    }
    ways.truncate(WAYS);
    let told =
        |(way, cost): Relaxation| Way { changes: way.into_iter().map(|(e, to)| change(case, e, to)).collect(), cost };
    Ok(ways.into_iter().map(told).collect())
}

/// One way that begins with an entry.
fn way(
    case: &Case<'_>,
    all: &[Entry],
    start: Entry,
    settings: &SolveSettings,
    most: usize,
) -> Result<Option<Relaxation>, EngineError> {
    let mut chosen = vec![start];
    loop {
        let rest: Vec<Entry> = all.iter().copied().filter(|e| !chosen.contains(e)).collect();
        match conflict::conflict(case, &rest, &[], settings)? {
            None => break,
            Some(_) if chosen.len() >= most => return Ok(None),
            Some(next) => {
                let next = next.entries.iter().map(|c| c.entry).filter(|e| case.knob(*e).is_some());
                let Some(next) = next.min_by_key(|e| (e.class(), *e)) else { return Ok(None) };
                chosen.push(next);
            }
        }
    }
    // Each as little as it can be with those before it as they are reported and those after it at their ends.
    let mut numbers: Vec<(Entry, f64)> = Vec::new();
    let mut cost = f64::NAN;
    for (i, &entry) in chosen.iter().enumerate() {
        let kept: Vec<Entry> = all.iter().copied().filter(|e| !chosen[i + 1..].contains(e)).collect();
        let Some((value, with)) = relax::least(case, &kept, &numbers, entry, settings)? else { return Ok(None) };
        cost = with;
        // Rounding of those before it may have left nothing to be done.
        if case.knob(entry).is_none_or(|knob| knob.value != value) {
            numbers.push((entry, value));
        }
    }
    // Told in the order of the model, whichever came first.
    numbers.sort_by_key(|n| (n.0.class(), n.0));
    Ok(Some((numbers, cost)))
}

fn change(case: &Case<'_>, entry: Entry, to: f64) -> Change {
    let model = case.model;
    let (name, kind, origin) = entry.named(model);
    let knob = case.knob(entry);
    let from = knob.map_or(f64::NAN, |k| k.value);
    let (verb, told) = knob.map_or(("change", String::new()), |k| {
        let tell = |x: f64| k.unit.to_text(x, &model.currency);
        let written = matches!(k.unit, entry::Unit::Times | entry::Unit::Part);
        let told = if written { format!("to {}", tell(to)) } else { format!("from {} to {}", tell(from), tell(to)) };
        (if k.rising { "raise" } else { "lower" }, told)
    });
    let what = match entry {
        Entry::Capacity(_) => format!("the capacity of `{name}`"),
        Entry::Pool(_) => format!("the pool `{name}`"),
        Entry::Commit(_) => format!("the commitment of `{name}`"),
        Entry::Rate(_) => format!("the rate of `{name}`"),
        Entry::Work(_) => format!("the {kind} of `{name}`"),
        _ => format!("`{name}`"),
    };
    Change {
        sentence: format!("{verb} {what} (line {}) {told}", origin.line),
        entry: name,
        kind: kind.to_owned(),
        line: origin.line,
        from,
        to,
        unit: knob.map_or_else(String::new, |k| k.unit.word(&model.currency)),
    }
}

/// What is seen from single entries.
fn obvious(model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    let short = |could: f64, needs: f64| could < needs * (1.0 - 1e-9);
    for (w, work) in model.workloads.with_ids().filter(|(_, w)| w.unmet.is_none()) {
        match &work.task {
            Task::Training { work: amount } if short(could_train(model, w), *amount) => {
                found.push(Entry::Work(w).sentence(model, &[]));
            }
            Task::Inference { .. } => {
                let lacking = (0..model.periods()).filter(|&t| short(could_serve(model, w, t), work.peak_demand(t)));
                let worst = |t: &usize| could_serve(model, w, *t) / work.peak_demand(*t);
                found.extend(
                    lacking.min_by(|a, b| worst(a).total_cmp(&worst(b))).map(|t| Entry::Work(w).sentence(model, &[t])),
                );
            }
            Task::Training { .. } => {}
        }
    }
    for (l, limit) in model.limits.with_ids() {
        if let Some(why) = limit.kind.family().impossible().filter(|_| limit.soft.is_none()) {
            found.push(format!("{} {why}", Entry::Limit(l).sentence(model, &[])));
        }
    }
    found
}
