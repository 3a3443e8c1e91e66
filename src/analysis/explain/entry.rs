//! The entries of a model that ask for something: what can stand in a conflict, and what can be
//! relaxed to end it.

use crate::model::{
    Contract, ContractId, IdVec, LimitId, LimitUnit, Model, OfferId, Origin, Parameter, PoolId, SurviveId, Task, Term,
    WorkloadId, settle_deliveries,
};
use crate::units::human::{money, number, percent, power};

/// An entry that asks for something, of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Entry {
    /// A limit of the policy, or of a contract.
    Limit(LimitId),
    /// A loss to survive.
    Survive(SurviveId),
    /// The limit on the conditional value at risk.
    Cvar,
    /// The limit on the expected loss.
    ExpectedLoss,
    /// The commitment of a contract.
    Commit(ContractId),
    /// What is reserved or bought already.
    Holdings,
    /// The capacity of an offer.
    Capacity(OfferId),
    /// A pool.
    Pool(PoolId),
    /// The fewest and the most chips of a workload.
    Rate(WorkloadId),
    /// The work of a workload.
    Work(WorkloadId),
}

/// How a number is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// As a limit of the policy.
    Limit(LimitUnit),
    /// A factor of what is written, which is raised.
    Times,
    /// A factor of what is written, which is lowered.
    Part,
}

/// The number of an entry that can be changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Knob {
    /// As it is written.
    pub value: f64,
    /// Whether raising it relaxes the entry.
    pub rising: bool,
    /// How far it can go.
    pub end: f64,
    pub unit: Unit,
    /// Whether it is a whole number.
    pub whole: bool,
}

impl Entry {
    /// Every entry of a model.
    pub(super) fn all(model: &Model) -> Vec<Entry> {
        let limits = model.limits.ids().filter(|&l| model.limits[l].soft.is_none()).map(Entry::Limit);
        let mut all: Vec<Entry> = limits.chain(model.survive.ids().map(Entry::Survive)).collect();
        all.extend(model.risk.cvar.and_then(|c| c.term.at_most).map(|_| Entry::Cvar));
        all.extend(model.risk.expected.and_then(|e| e.at_most).map(|_| Entry::ExpectedLoss));
        all.extend(model.contracts.ids().filter(|&k| commits(&model.contracts[k])).map(Entry::Commit));
        all.extend(model.holdings.iter().map(|_| Entry::Holdings));
        all.extend(model.pools.ids().map(Entry::Pool));
        all.extend(model.offers.ids().filter(|&o| model.offers[o].capacity.is_some()).map(Entry::Capacity));
        let rated = |w: &crate::model::Workload| w.rate_at_most.is_some() || w.rate_at_least.is_some();
        all.extend(model.workloads.ids().filter(|&w| rated(&model.workloads[w])).map(Entry::Rate));
        let needed = |w: &crate::model::Workload| w.unmet.is_none();
        all.extend(model.workloads.ids().filter(|&w| needed(&model.workloads[w])).map(Entry::Work));
        all
    }

    /// What a planner would rather change comes first: policy, contracts, supply, demand.
    pub(super) fn class(self) -> u8 {
        match self {
            Entry::Limit(_) | Entry::Survive(_) | Entry::Cvar | Entry::ExpectedLoss => 0,
            Entry::Commit(_) | Entry::Holdings => 1,
            Entry::Capacity(_) | Entry::Pool(_) | Entry::Rate(_) => 2,
            Entry::Work(_) => 3,
        }
    }

    /// Its name in the model, what kind it is, and where it stands.
    pub(super) fn named(self, model: &Model) -> (String, &'static str, &Origin) {
        match self {
            Entry::Limit(l) => {
                (model.limits[l].name.clone(), model.limits[l].kind.family().word(), &model.limits[l].origin)
            }
            Entry::Survive(s) => (model.survive[s].name.clone(), "survive", &model.survive[s].origin),
            Entry::Cvar => ("cvar".to_owned(), "risk", &model.risk_origin),
            Entry::ExpectedLoss => ("expected-loss".to_owned(), "risk", &model.risk_origin),
            Entry::Commit(k) => (model.contracts[k].id.clone(), "commitment", &model.contracts[k].origin),
            Entry::Holdings => {
                let origin = model.holdings.as_ref().map_or(&model.risk_origin, |h| &h.origin);
                ("holdings".to_owned(), "holdings", origin)
            }
            Entry::Capacity(o) => (model.offers[o].id.clone(), "capacity", &model.offers[o].origin),
            Entry::Pool(p) => (model.pools[p].id.clone(), "pool", &model.pools[p].origin),
            Entry::Rate(w) => (model.workloads[w].id.clone(), "rate", &model.workloads[w].origin),
            Entry::Work(w) => {
                let kind = if model.workloads[w].kind() == "training" { "work" } else { "demand" };
                (model.workloads[w].id.clone(), kind, &model.workloads[w].origin)
            }
        }
    }

    /// The number of it that can be changed; several numbers, such as a series, by one factor.
    pub(super) fn knob(self, model: &Model) -> Option<Knob> {
        let up = |value: f64, end: f64, unit: Unit| Knob { value, rising: true, end, unit, whole: false };
        let down = |value: f64, unit: Unit| Knob { value, rising: false, end: 0.0, unit, whole: false };
        Some(match self {
            Entry::Limit(l) => {
                let Parameter { value, rising, end, unit, whole } = model.limits[l].kind.family().parameter()?;
                Knob { value, rising, end, unit: Unit::Limit(unit), whole }
            }
            Entry::Survive(s) => down(model.survive[s].serve, Unit::Limit(LimitUnit::Share)),
            Entry::Cvar => {
                let most = model.risk.cvar?.term.at_most?;
                up(most, most.max(1.0) * 1e6, Unit::Limit(LimitUnit::Money))
            }
            Entry::ExpectedLoss => {
                let most = model.risk.expected?.at_most?;
                up(most, most.max(1.0) * 1e6, Unit::Limit(LimitUnit::Money))
            }
            Entry::Capacity(_) | Entry::Pool(_) => up(1.0, 1e6, Unit::Times),
            Entry::Rate(w) => {
                let most = model.workloads[w].rate_at_most?;
                up(most, most.max(1.0) * 1e6, Unit::Limit(LimitUnit::Chips))
            }
            Entry::Commit(_) | Entry::Work(_) => down(1.0, Unit::Part),
            // What is signed is signed.
            Entry::Holdings => return None,
        })
    }

    /// Sets its number; a factor is of what is written in `model`.
    pub(super) fn set(self, model: &mut Model, value: f64) {
        match self {
            Entry::Limit(l) => model.limits[l].kind.family_mut().set(value),
            Entry::Survive(s) => model.survive[s].serve = value,
            Entry::Cvar => {
                if let Some(cvar) = &mut model.risk.cvar {
                    cvar.term.at_most = Some(value);
                }
            }
            Entry::ExpectedLoss => {
                if let Some(expected) = &mut model.risk.expected {
                    expected.at_most = Some(value);
                }
            }
            Entry::Commit(k) => model.contracts[k].scale_commitment(value),
            Entry::Holdings => {}
            Entry::Capacity(o) => model.offers[o].capacity.iter_mut().flatten().for_each(|c| *c *= value),
            Entry::Pool(p) => {
                let pool = &mut model.pools[p];
                pool.chips.iter_mut().chain(&mut pool.power).flatten().for_each(|c| *c *= value);
            }
            Entry::Rate(w) => model.workloads[w].rate_at_most = Some(value),
            Entry::Work(w) => match &mut model.workloads[w].task {
                Task::Training { work } => *work *= value,
                Task::Inference { demand, .. } => demand.iter_mut().for_each(|d| *d *= value),
            },
        }
    }

    /// What it asks for, with its quantities; `periods` are those in which it matters.
    pub(super) fn sentence(self, model: &Model, periods: &[usize]) -> String {
        let (name, _, origin) = self.named(model);
        let line = origin.line;
        let when = |t: usize| {
            if model.calendar.is_steady() { String::new() } else { format!(" in {}", model.calendar.periods[t].label) }
        };
        let spans = |t: Option<&usize>| t.map(|&t| when(t)).unwrap_or_default();
        match self {
            Entry::Limit(l) => limit(model, l),
            Entry::Survive(s) => {
                let s = &model.survive[s];
                let lost: Vec<String> = s.losses.iter().map(|l| format!("`{}`", l.group)).collect();
                let upstream = s.losses.iter().any(|l| l.upstream.is_some());
                let ends = if upstream { "delivers no more" } else { "is lost" };
                format!("`{name}` (line {line}): {} is still served when {} {ends}.", percent(s.serve), one_of(&lost))
            }
            Entry::Cvar | Entry::ExpectedLoss => {
                let most = self.knob(model).map_or(0.0, |k| k.value);
                format!("The limit on {name} (line {line}): at most {}.", money(most, &model.currency))
            }
            Entry::Commit(k) => {
                let due: f64 = model.contracts[k].commit.iter().flat_map(|c| &c.buckets).map(|b| b.amount).sum();
                format!("The contract `{name}` (line {line}) commits {} within the horizon.", number(due))
            }
            Entry::Holdings => {
                let until = model.holdings.as_ref().and_then(|h| h.open.checked_sub(1));
                let until = until.map(|t| format!(", and nothing else up to {}", model.calendar.periods[t].label));
                format!(
                    "`holdings` (line {line}): what is reserved or bought already is kept{}.",
                    until.unwrap_or_default()
                )
            }
            Entry::Capacity(o) => {
                let at = |t: usize| format!("{} chips{}", number(model.offers[o].capacity_at(t)), when(t));
                let amounts = match periods {
                    [] => {
                        let most = (0..model.periods()).map(|t| model.offers[o].capacity_at(t)).fold(0.0, f64::max);
                        format!("{} chips", number(most))
                    }
                    some => some.iter().take(3).map(|&t| at(t)).collect::<Vec<_>>().join(", "),
                };
                format!("`{name}` (line {line}) has no more than {amounts}.")
            }
            Entry::Pool(p) => {
                let pool = &model.pools[p];
                let t = periods.first().copied().unwrap_or(0);
                let chips = pool.chips.as_ref().map(|c| format!("{} chips", number(c[t])));
                let drawn = pool.power.as_ref().map(|c| power(c[t]));
                let amounts: Vec<String> = chips.into_iter().chain(drawn).collect();
                format!("The pool `{name}` (line {line}) has no more than {}{}.", amounts.join(" and "), when(t))
            }
            Entry::Rate(w) => {
                let w = &model.workloads[w];
                let most = w.rate_at_most.map(|r| format!("at most {} chips", number(r)));
                let least = w.rate_at_least.map(|r| format!("at least {} chips", number(r)));
                let told: Vec<String> = most.into_iter().chain(least).collect();
                format!("`{name}` (line {line}) runs on {}.", told.join(" and "))
            }
            Entry::Work(w) => {
                let work = &model.workloads[w];
                match &work.task {
                    Task::Training { work: amount } => {
                        let could = could_train(model, w);
                        format!(
                            "`{name}` (line {line}) needs {} {} in its window; {}.",
                            number(*amount),
                            work.unit,
                            could_told(could, &work.unit)
                        )
                    }
                    Task::Inference { .. } => {
                        let peak = |t: &usize| work.peak_demand(*t);
                        let worst = (0..model.periods()).max_by(|a, b| peak(a).total_cmp(&peak(b)));
                        let t = periods.first().copied().or(worst).unwrap_or(0);
                        let unit = format!("{}/{}", work.unit, work.rate_time.0);
                        format!(
                            "`{name}` (line {line}) needs {} {unit} at its peak{}; {}.",
                            number(peak(&t) * work.rate_time.1),
                            spans(Some(&t)),
                            could_told(could_serve(model, w, t) * work.rate_time.1, &unit)
                        )
                    }
                }
            }
        }
    }
}

/// Work per hour that all capacity a workload may run on can do in a period; infinite without a capacity.
pub(super) fn could_serve(model: &Model, workload: WorkloadId, period: usize) -> f64 {
    let w = &model.workloads[workload];
    let of = |o: OfferId| {
        let rate = model.productivity(workload, o);
        if rate > 0.0 { rate * startable(model, o, period) } else { 0.0 }
    };
    if w.window.contains(&period) { w.eligible.iter().map(|&o| of(o)).sum() } else { 0.0 }
}

/// The most of an offer that can be held in a period: nothing where no reservation reaches.
fn startable(model: &Model, offer: OfferId, period: usize) -> f64 {
    let o = &model.offers[offer];
    match &o.term {
        Term::Reserved { ends, .. } if !ends.iter().any(|(start, end)| (*start..*end).contains(&period)) => 0.0,
        Term::Bought(bought) if !bought.can_be_held(period) => 0.0,
        _ => o.capacity_at(period),
    }
}

/// Work that all capacity a training may run on can do in its window.
pub(super) fn could_train(model: &Model, workload: WorkloadId) -> f64 {
    let w = &model.workloads[workload];
    let hours = |t: usize| model.calendar.periods[t].hours;
    let best = w.eligible.iter().map(|&o| model.productivity(workload, o)).fold(0.0, f64::max);
    let rate = w.rate_at_most.map_or(f64::INFINITY, |r| r * best);
    w.window.clone().map(|t| could_serve(model, workload, t).min(rate) * hours(t)).sum()
}

fn could_told(could: f64, unit: &str) -> String {
    if could.is_finite() {
        format!("all capacity that it may run on can do {} {unit}", number(could))
    } else {
        "the capacity that it may run on has no end".to_owned()
    }
}

fn one_of(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [first, second] => format!("{first} or {second}"),
        [first, .., last] => format!("any of {} from {first} to {last}", names.len()),
        [] => "nothing".to_owned(),
    }
}

/// Whether a contract asks for something to be held or paid; an option offers it.
fn commits(contract: &Contract) -> bool {
    contract.commit.is_some() && contract.exercise.is_none()
}

/// What a limit asks for.
fn limit(model: &Model, l: LimitId) -> String {
    let limit = &model.limits[l];
    let (name, line) = (&limit.name, limit.origin.line);
    let when = match limit.spans.as_slice() {
        [one] if one.label.is_empty() => String::new(),
        [one] => format!(" in {}", one.label),
        many => format!(" in each of {} spans of time", many.len()),
    };
    let what = limit.kind.family().asks(model, &when);
    format!("`{name}` (line {line}): {what}.")
}

/// A model in which only some entries ask for anything, some of them with another number.
pub(super) fn varied(model: &Model, kept: &[Entry], numbers: &[(Entry, f64)]) -> Model {
    let has = |entry: Entry| kept.contains(&entry);
    let mut m = model.clone();
    numbers.iter().for_each(|&(entry, value)| entry.set(&mut m, value));
    settle_deliveries(&mut m);
    m.limits.keep(|i, l| l.soft.is_some() || has(Entry::Limit(i)));
    m.survive.keep(|i, _| has(Entry::Survive(i)));
    if let (Some(cvar), false) = (&mut m.risk.cvar, has(Entry::Cvar)) {
        cvar.term.at_most = None;
    }
    if let (Some(expected), false) = (&mut m.risk.expected, has(Entry::ExpectedLoss)) {
        expected.at_most = None;
    }
    let committed = m.contracts.with_ids_mut().filter(|(_, c)| commits(c));
    committed.filter(|(k, _)| !has(Entry::Commit(*k))).for_each(|(_, c)| c.commit = None);
    if !has(Entry::Holdings) {
        m.holdings = None;
    }
    m.offers.with_ids_mut().filter(|(o, _)| !has(Entry::Capacity(*o))).for_each(|(_, o)| o.capacity = None);
    for (_, pool) in m.pools.with_ids_mut().filter(|(p, _)| !has(Entry::Pool(*p))) {
        (pool.chips, pool.power) = (None, None);
    }
    for (w, workload) in m.workloads.with_ids_mut() {
        if !has(Entry::Rate(w)) {
            (workload.rate_at_most, workload.rate_at_least) = (None, None);
        }
        if !has(Entry::Work(w)) && workload.unmet.is_none() {
            // Not asked for is not forbidden: it may be done, in part or whole, where that helps to keep a share.
            workload.unmet = Some(0.0);
            for survive in &mut m.survive {
                survive.response.serve.remove(w);
                survive.response.preempt.insert(w);
            }
        }
    }
    m
}

/// The limits of such a model, as they are in the whole one.
pub(super) fn limits_of(model: &Model, kept: &[Entry]) -> IdVec<LimitId, LimitId> {
    model.limits.ids().filter(|&l| model.limits[l].soft.is_some() || kept.contains(&Entry::Limit(l))).collect()
}

impl Unit {
    /// A number of this kind in words.
    pub(super) fn to_text(self, x: f64, currency: &str) -> String {
        match self {
            Unit::Limit(unit) => unit.text(x, currency),
            Unit::Times => format!("{} times what is written", number(x)),
            Unit::Part => format!("{} of what is written", percent(x)),
        }
    }

    /// The word of the unit in JSON.
    pub(super) fn word(self, currency: &str) -> String {
        match self {
            Unit::Limit(unit) => unit.word(currency).to_owned(),
            Unit::Times | Unit::Part => "factor".to_owned(),
        }
    }
}
