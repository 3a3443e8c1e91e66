//! Expectations measured on a plan: whether it costs what it was expected to, keeps what it was not asked to keep, survives
//! what it was not built for, and signs what was agreed.
//!
//! Measured is the plan as it is decided, in domain words: cost, books and situation, as the audit sees them. A plan that is
//! not certified meets no expectation, whatever its numbers are.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::solving::settings::SolveSettings;
use super::solving::solve::{solve_every_future, solve_scheduled};
use crate::engine::EngineError;
use crate::model::{Accounts, Compared, Expectation, Expected, Limit, LimitUnit, Model, Survive};
use crate::plan::audit::is_kept;
use crate::plan::ledger::{Books, Ledger, MeanBooks};
use crate::plan::{Bound, Plan, Schedule, Status};
use crate::resilience::{Situation, survived};
use crate::units::human::{money, percent};

/// What a plan makes of an expectation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Verdict {
    /// The expectation.
    pub expectation: String,
    /// Its kind: the key in the model file.
    pub kind: String,
    /// The scenarios under which it is expected.
    pub scenarios: Vec<String>,
    /// The file in which it was written.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// The same in a sentence.
    pub sentence: String,
    /// What was measured: everything that misses the expectation, or what meets it by the least.
    pub measured: Vec<Measured>,
}

/// What came of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The plan meets it.
    Met,
    /// The plan misses it.
    Missed,
    /// There is no certified plan that could meet it.
    NoCertifiedPlan,
}

/// A number beside what it is expected to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Measured {
    /// What was measured, as the subject of a sentence.
    pub subject: String,
    /// The future, of a plan for several; `null` where it is of the plan as a whole.
    pub future: Option<String>,
    /// Its value.
    pub value: f64,
    /// Whether it is expected to be at least or at most as much.
    pub bound: Bound,
    /// What it is expected to be.
    pub expected: f64,
    /// What both are in: the currency, `share`, `HHI`, `kW`, `kg`, `chip`, `chip-h` or `suppliers`.
    pub unit: String,
    /// Whether it is as expected.
    pub met: bool,
    /// The same in words.
    pub sentence: String,
}

/// A model solved, and what its plan makes of the expectations of the scenarios that are applied.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The plan; of several futures, what it is together.
    pub plan: Plan,
    /// The same in each future, as likely as it is; the plan itself if there is one future.
    pub futures: Vec<(f64, Plan)>,
    /// One for each expectation, in the order in which they are written.
    pub verdicts: Vec<Verdict>,
}

/// Solves a model, and measures what is expected of it under exactly some scenarios.
///
/// # Errors
/// As [`super::solve`].
///
/// ```
/// use polysource::analysis::expect::{Outcome, examine};
/// use polysource::{Model, SolveSettings};
///
/// let model = Model::from_yaml_str(r"
/// polysource: 1
/// chips: { h100: { vendor: nvidia } }
/// clouds: { aws: {} }
/// offers: { aws-h100: { chip: h100, cloud: aws, price: 4, capacity: 100 } }
/// workloads: { chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h } } }
/// expect:
///   - cost: { at_most: 360 USD }
///   - share: { by: vendor, of: spend, at_most: 60 % }
/// ").unwrap();
/// let examined = examine(&model, &[], &SolveSettings::default()).unwrap();
/// // 90 chips at 4, all of one vendor.
/// let outcomes: Vec<Outcome> = examined.verdicts.iter().map(|v| v.outcome).collect();
/// assert_eq!(outcomes, [Outcome::Met, Outcome::Missed]);
/// ```
pub fn examine(model: &Model, scenarios: &[String], settings: &SolveSettings) -> Result<Examined, EngineError> {
    let of_these = |e: &&Expectation| e.scenarios == scenarios;
    if model.uncertainty().is_none() {
        let (plan, schedule) = solve_scheduled(model, settings)?;
        let futures = vec![(1.0, plan.clone())];
        let decided: Vec<Decided<'_>> = schedule.iter().map(|s| Decided::of("", 1.0, model, s, settings)).collect();
        let verdicts = verdicts(model.expectations().iter().filter(of_these), &plan, &decided, model)?;
        return Ok(Examined { plan, futures, verdicts });
    }
    let plans = solve_every_future(model, settings)?;
    let decided = plans.futures.iter().map(|f| Decided::of(&f.name, f.probability, &f.model, &f.schedule, settings));
    let decided: Vec<Decided<'_>> = decided.collect();
    let verdicts = verdicts(model.expectations().iter().filter(of_these), &plans.together, &decided, model)?;
    let futures = plans.futures.iter().map(|f| (f.probability, f.plan.clone())).collect();
    Ok(Examined { plan: plans.together.clone(), futures, verdicts })
}

/// What is decided in a future.
struct Decided<'a> {
    /// The future; empty if there is one.
    name: &'a str,
    probability: f64,
    model: &'a Model,
    schedule: &'a Schedule,
    ledger: Ledger,
    situation: Situation<'a>,
}

impl<'a> Decided<'a> {
    fn of(name: &'a str, probability: f64, model: &'a Model, schedule: &'a Schedule, settings: &SolveSettings) -> Self {
        let situation = Situation::of_schedule(model, schedule, settings.checker());
        Decided { name, probability, model, schedule, ledger: Ledger::of(model, schedule), situation }
    }

    fn books(&self) -> Books<'_> {
        Books::of(self.model, self.schedule, &self.ledger)
    }

    /// An expectation as this future's model has it: its groups are those of its own offers.
    fn own<'e>(&'e self, e: &'e Expectation) -> &'e Expected {
        let same = |own: &&Expectation| own.name == e.name && own.scenarios == e.scenarios;
        self.model.expectations().iter().find(same).map_or(&e.expected, |own| &own.expected)
    }

    fn future(&self) -> Option<String> {
        (!self.name.is_empty()).then(|| self.name.to_owned())
    }
}

fn verdicts<'a>(
    expectations: impl Iterator<Item = &'a Expectation>,
    plan: &Plan,
    decided: &[Decided<'_>],
    model: &Model,
) -> Result<Vec<Verdict>, EngineError> {
    // What is known to be feasible alone is not known to be the plan that will be chosen.
    let certified = plan.status == Status::Optimal && plan.certificate.verified && !decided.is_empty();
    expectations
        .map(|e| match certified {
            true => verdict(e, plan, decided, model),
            false => {
                let why = "there is no certified plan".to_owned();
                Ok(judged(e, Outcome::NoCertifiedPlan, why, Vec::new()))
            }
        })
        .collect()
}

fn judged(e: &Expectation, outcome: Outcome, sentence: String, measured: Vec<Measured>) -> Verdict {
    Verdict {
        expectation: e.name.clone(),
        kind: e.expected.word().to_owned(),
        scenarios: e.scenarios.clone(),
        file: e.origin.file.to_string(),
        line: e.origin.line,
        column: e.column,
        outcome,
        sentence,
        measured,
    }
}

fn verdict(e: &Expectation, plan: &Plan, decided: &[Decided<'_>], model: &Model) -> Result<Verdict, EngineError> {
    let all = match &e.expected {
        Expected::Cost { at_least, at_most } => cost(plan, *at_least, *at_most),
        Expected::Limits(limits) => limits.iter().enumerate().flat_map(|(i, l)| limit(e, (i, l), decided)).collect(),
        Expected::Survives(survive) => survival(e, survive, decided)?,
        Expected::Signed(contract) | Expected::NotSigned(contract) => {
            let wanted = matches!(e.expected, Expected::Signed(_));
            let id = &model.contracts()[*contract].id;
            let other: Vec<&Decided<'_>> = decided.iter().filter(|d| d.schedule.signed[*contract] != wanted).collect();
            let (is, is_not) = if wanted { ("is signed", "is not signed") } else { ("is not signed", "is signed") };
            return Ok(match other.first() {
                None => judged(e, Outcome::Met, format!("`{id}` {is}"), Vec::new()),
                Some(first) => {
                    let futures: Vec<String> = other.iter().filter_map(|d| d.future()).collect();
                    let when = match first.future() {
                        Some(_) => format!(" in {} of {} futures ({})", other.len(), decided.len(), futures.join(", ")),
                        None => String::new(),
                    };
                    judged(e, Outcome::Missed, format!("`{id}` {is_not}{when}"), Vec::new())
                }
            });
        }
    };
    let missed: Vec<Measured> = all.iter().filter(|(m, _)| !m.met).map(|(m, _)| m.clone()).collect();
    if let Some(first) = missed.first() {
        let more = missed.len() - 1;
        let others = if more > 0 { format!("; and {more} more") } else { String::new() };
        return Ok(judged(e, Outcome::Missed, format!("{}{others}", first.sentence), missed));
    }
    let nearest = all.into_iter().min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(m, _)| m);
    let sentence =
        nearest.as_ref().map_or_else(|| "there is nothing that could miss it".to_owned(), |m| m.sentence.clone());
    Ok(judged(e, Outcome::Met, sentence, nearest.into_iter().collect()))
}

/// A number with how much of what is expected is left, relative to it.
type Weighed = (Measured, f64);

fn weighed(measured: Measured) -> Weighed {
    let slack = match measured.bound {
        Bound::AtMost => measured.expected - measured.value,
        Bound::AtLeast => measured.value - measured.expected,
    };
    let slack = slack / (1.0 + measured.expected.abs());
    (measured, slack)
}

/// A number in words: what it is, and what was expected.
fn told(subject: &str, future: Option<&str>, value: &str, bound: Bound, expected: &str) -> String {
    let when = future.map(|f| format!(" in the future `{f}`")).unwrap_or_default();
    let bound = match bound {
        Bound::AtMost => "at most",
        Bound::AtLeast => "at least",
    };
    format!("{subject}{when} is {value}, expected {bound} {expected}")
}

fn cost(plan: &Plan, at_least: Option<f64>, at_most: Option<f64>) -> Vec<Weighed> {
    let Some(cost) = &plan.cost else { return Vec::new() };
    let subject = if plan.uncertainty.is_some() { "the expected cost" } else { "the cost" };
    let one = |bound: Bound, expected: f64| {
        let (value, most) = match bound {
            Bound::AtMost => (cost.total, expected),
            Bound::AtLeast => (expected, cost.total),
        };
        weighed(Measured {
            subject: subject.to_owned(),
            future: None,
            value: cost.total,
            bound,
            expected,
            unit: plan.currency.clone(),
            met: is_kept(&Compared { value, most, scale: cost.total }),
            sentence: told(subject, None, &money(cost.total, &plan.currency), bound, &money(expected, &plan.currency)),
        })
    };
    let least = at_least.map(|x| one(Bound::AtLeast, x));
    least.into_iter().chain(at_most.map(|x| one(Bound::AtMost, x))).collect()
}

/// A limit measured in every future, or on what is expected over them.
fn limit(e: &Expectation, (number, limit): (usize, &Limit), decided: &[Decided<'_>]) -> Vec<Weighed> {
    if limit.expected {
        let books = MeanBooks::of(decided.iter().map(|d| (d.probability, d.books())).collect());
        // Such a limit is the same in every future.
        return decided.first().map(|d| spans(d.model, limit, &books, None)).unwrap_or_default();
    }
    let in_future = |d: &Decided<'_>| {
        let own = match d.own(e) {
            Expected::Limits(limits) => limits.get(number),
            _ => None,
        };
        spans(d.model, own.unwrap_or(limit), &d.books(), d.future())
    };
    decided.iter().flat_map(in_future).collect()
}

fn spans(model: &Model, limit: &Limit, accounts: &dyn Accounts, future: Option<String>) -> Vec<Weighed> {
    let family = limit.kind.family();
    let mut all = Vec::new();
    for span in &limit.spans {
        let when = match model.calendar().is_steady() || span.label.is_empty() {
            true => String::new(),
            false => format!(" in {}", span.label),
        };
        for (part, compared) in family.compared(model, accounts, &span.periods).iter().enumerate() {
            let stated = family.stated(model, accounts, &span.periods, part, &when);
            let amount = |x: f64| match stated.unit {
                LimitUnit::Hhi => format!("an HHI of {x:.4}"),
                unit => unit.text(x, model.currency()),
            };
            let bound = if stated.from_below { Bound::AtLeast } else { Bound::AtMost };
            let expected = if limit.expected { ", as expected over the futures," } else { "" };
            let subject = format!("{}{expected}", stated.subject);
            let told = told(&subject, future.as_deref(), &amount(stated.activity), bound, &amount(stated.limit));
            all.push(weighed(Measured {
                subject,
                future: future.clone(),
                value: stated.activity,
                bound,
                expected: stated.limit,
                unit: stated.unit.word(model.currency()).to_owned(),
                met: is_kept(compared),
                sentence: told,
            }));
        }
    }
    all
}

/// What is served after each loss, in every future.
fn survival(e: &Expectation, survive: &Survive, decided: &[Decided<'_>]) -> Result<Vec<Weighed>, EngineError> {
    let mut all = Vec::new();
    for d in decided {
        let survive = match d.own(e) {
            Expected::Survives(own) => own,
            _ => survive,
        };
        for (loss, (served, period)) in survive.losses.iter().zip(survived(d.model, &d.situation, survive)?) {
            let when = match d.model.calendar().is_steady() {
                true => String::new(),
                false => format!(", at worst in {},", d.model.calendar().periods[period].label),
            };
            let deliveries = if loss.upstream.is_some() { "deliveries of " } else { "" };
            let subject = format!("what is served{when} without {deliveries}`{}`", loss.group);
            let future = d.future();
            let told = told(&subject, future.as_deref(), &percent(served), Bound::AtLeast, &percent(survive.serve));
            all.push(weighed(Measured {
                subject,
                future,
                value: served,
                bound: Bound::AtLeast,
                expected: survive.serve,
                unit: "share".to_owned(),
                met: is_kept(&Compared { value: survive.serve, most: served, scale: 0.0 }),
                sentence: told,
            }));
        }
    }
    Ok(all)
}
