//! The limits: how much of each is used, what it costs, in a sentence.
//!
//! Shadow prices are changes of the optimal cost per unit by which a limit is relaxed, so they are
//! 0 or negative. From the multiplier y of a row (the change of cost per unit of its right-hand
//! side) they follow as y for a limit from above and -y for one from below; for a share or floor,
//! whose right-hand side is the share times the measure's total M, as -|y| x M.

use super::about::{About, Bound};
use super::ledger::{Books, Ledger};
use super::schedule::Schedule;
use super::types::{LimitResult, RiskResult, Survival};
use crate::formulation::{Constraint, Formulation, LimitKey};
use crate::model::{Accounts, CommitIn, LimitId, LimitUnit, Loss, Model, OfferId, Origin, Task};
use crate::units::human::{money, percent};

/// Relative distance within which a limit counts as reached.
const REACHED: f64 = 1e-6;

/// What a solution says of one limit, before it is put into words.
struct Finding<'a> {
    key: LimitKey,
    name: String,
    kind: &'static str,
    origin: &'a Origin,
    activity: f64,
    limit: f64,
    shadow: Option<f64>,
    unit: LimitUnit,
    from_below: bool,
    /// What it is about: "the share of `nvidia` in spend", "the capacity of `aws-h100` in 2026-Q1".
    subject: String,
}

/// A solution with what was computed from it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What is held and runs.
    pub schedule: &'a Schedule,
    /// What is paid.
    pub ledger: &'a Ledger,
    /// What is served after each required loss.
    pub survival: &'a [Survival],
    /// What the outages cost.
    pub risk: Option<&'a RiskResult>,
    /// A value for each column.
    pub x: &'a [f64],
    /// A multiplier for each row; empty if the engine gave none.
    pub y: &'a [f64],
    /// A reduced cost for each column; empty if the engine gave none.
    pub reduced: &'a [f64],
}

/// Every limit of the policy, and those capacities, pools, rates and commitments that cost
/// something.
#[must_use]
pub fn limit_results(model: &Model, f: &Formulation, evidence: Evidence<'_>) -> Vec<LimitResult> {
    let Evidence { schedule, ledger, x, y, reduced, .. } = evidence;
    let books = Books::of(model, schedule, ledger);
    let activity = f.program().activity(x);
    // A multiplier below this is rounding: no limit whose full use saves less than a
    // hundred-millionth of the cost is worth a sentence.
    let negligible = 1e-8 * (1.0 + f.program().objective(x).abs());
    let mut policy = Vec::new();
    let mut others = Vec::new();
    for (i, constraint) in f.constraints.iter().enumerate() {
        let y = y.get(i).copied();
        let row = &f.program().rows()[i];
        match *constraint {
            Constraint::Limit { limit, .. } if model.limits[limit].when.is_some_and(|k| !schedule.signed[k]) => {}
            Constraint::Limit { limit, group, span } => {
                let finding = policy_limit(model, &books, (limit, group, span), y);
                // Several rows of one part are one limit: the cuts of a cone, whose prices add up.
                match policy.iter_mut().find(|f: &&mut Finding<'_>| f.key == finding.key) {
                    Some(earlier) => earlier.shadow = earlier.shadow.zip(finding.shadow).map(|(a, b)| a + b),
                    None => policy.push(finding),
                }
            }
            Constraint::Capacity { offer, period } => {
                others.push(capacity(model, offer, period, activity[i], row.upper, y));
            }
            Constraint::Pool { pool, period, power } => {
                let p = &model.pools[pool];
                let label = &model.calendar.periods[period].label;
                others.push(Finding {
                    key: LimitKey::Pool { pool, period, power },
                    name: format!("pool {} {label}", p.id),
                    kind: "pool",
                    origin: &p.origin,
                    activity: activity[i],
                    limit: row.upper,
                    shadow: y.map(|y| y.min(0.0)),
                    unit: if power { LimitUnit::Power } else { LimitUnit::Chips },
                    from_below: false,
                    subject: format!("the pool `{}`{}", p.id, at(model, label)),
                });
            }
            Constraint::Rate { workload, period } => {
                let w = &model.workloads[workload];
                let label = &model.calendar.periods[period].label;
                others.push(Finding {
                    key: LimitKey::Rate { workload, period },
                    name: format!("rate {} {label}", w.id),
                    kind: "rate",
                    origin: &w.origin,
                    activity: activity[i],
                    limit: row.upper,
                    shadow: y.map(|y| y.min(0.0)),
                    unit: LimitUnit::Chips,
                    from_below: false,
                    subject: format!("the rate of `{}`{}", w.id, at(model, label)),
                });
            }
            Constraint::Commit { contract, bucket } => {
                let c = &model.contracts[contract];
                if !schedule.signed[contract] {
                    continue;
                }
                let spend = c.commit.as_ref().is_some_and(|c| c.counted_in == CommitIn::Spend);
                let many = c.commit.as_ref().is_some_and(|c| c.buckets.len() > 1);
                let part = if many { format!(" {}", bucket + 1) } else { String::new() };
                // No more than what is due can be idle, and where all of it is, the box shares the price.
                let idle = f.idles.iter().find(|i| (i.contract, i.bucket) == (contract, bucket));
                let boxed = idle.and_then(|i| reduced.get(i.column.0 as usize)).map_or(0.0, |d| d.min(0.0));
                others.push(Finding {
                    key: LimitKey::Commit { contract, bucket },
                    name: format!("commit {}{part}", c.id),
                    kind: "commit",
                    origin: &c.origin,
                    // Where the contract is a decision, what is due stands among the terms.
                    activity: activity[i] + if row.lower == 0.0 { schedule.due(model, contract, bucket) } else { 0.0 },
                    limit: schedule.due(model, contract, bucket),
                    // Where the discount ends with the commitment, a larger one may be what is wanted.
                    shadow: y.map(|y| if y + boxed < 0.0 && c.capped { y + boxed } else { -(y + boxed).max(0.0) }),
                    unit: if spend { LimitUnit::Money } else { LimitUnit::ChipHours },
                    from_below: !c.capped || y.is_none_or(|y| y + boxed >= 0.0),
                    subject: format!("the commitment of `{}`{part}", c.id),
                });
            }
            Constraint::Risk { expected } => policy.extend(risk_limit(model, evidence.risk, expected, y)),
            Constraint::Use { .. }
            | Constraint::Works { .. }
            | Constraint::Demand { .. }
            | Constraint::Work { .. }
            | Constraint::Surviving { .. }
            | Constraint::Served { .. }
            | Constraint::Surge { .. }
            | Constraint::Balance
            | Constraint::Decision
            | Constraint::Settled
            | Constraint::Purpose
            | Constraint::Asked
            | Constraint::Outage { .. } => {}
        }
    }
    // Where something is late, more capacity is more that is due and less that is paid for it.
    others.retain(|o| !matches!(o.key, LimitKey::Capacity { offer, period } if model.is_late(offer, period)));
    for &(offer, period, column) in f.capacity_bounds.iter().filter(|b| !model.is_late(b.0, b.1)) {
        let c = column.0 as usize;
        let upper = f.program().columns()[c].upper;
        others.push(capacity(model, offer, period, x[c], upper, reduced.get(c).copied()));
    }
    let costs =
        |f: &Finding<'_>| f.shadow.is_some_and(|s| s * f.limit.abs().max(f64::from(f.unit.is_part())) < -negligible);
    others.retain(|f| costs(f));
    policy.extend(survivals(model, f, evidence));
    policy.into_iter().chain(others).map(|f| to_limit_result(model, f, negligible)).collect()
}

/// The requirements to survive a loss, one for each loss.
fn survivals<'a>(model: &'a Model, f: &Formulation, evidence: Evidence<'_>) -> Vec<Finding<'a>> {
    // Lowering the part to be served by one lowers each right-hand side by what is needed whole.
    let mut prices = model.survive.map(|s| vec![0.0; s.losses.len()]);
    for (i, constraint) in f.constraints.iter().enumerate() {
        let (Constraint::Served { requirement, loss, workload, period }, Some(&y)) = (*constraint, evidence.y.get(i))
        else {
            continue;
        };
        let w = &model.workloads[workload];
        let needed = match w.task {
            Task::Inference { .. } => w.peak_demand(period) * w.rate_time.1,
            Task::Training { .. } => evidence
                .schedule
                .running
                .iter()
                .filter(|r| r.workload == workload && r.period == period)
                .map(|r| r.chips * model.productivity(workload, r.offer))
                .sum(),
        };
        prices[requirement][loss] += y.max(0.0) * needed;
    }
    let finding = |s: &Survival| {
        let survive = &model.survive[s.requirement];
        let loss = &survive.losses[s.loss];
        let label = &model.calendar.periods[s.period].label;
        let worst = if model.calendar.is_steady() { String::new() } else { format!(", at worst in {label},") };
        Finding {
            key: LimitKey::Survive { requirement: s.requirement, loss: s.loss },
            name: format!("{} {}", survive.name, loss.group),
            kind: "survive",
            origin: &survive.origin,
            activity: s.served,
            limit: survive.serve,
            shadow: (!evidence.y.is_empty()).then(|| -prices[s.requirement][s.loss]),
            unit: LimitUnit::Share,
            from_below: true,
            subject: format!("what is served{worst} without {}`{}`", deliveries(loss), loss.group),
        }
    };
    evidence.survival.iter().map(finding).collect()
}

/// A limit on what is expected, measured on the mean of the futures' books; its price is what is expected of theirs.
#[must_use]
pub fn expected_limit(model: &Model, accounts: &dyn Accounts, told_of_one: &LimitResult, cost: f64) -> LimitResult {
    let Some(LimitKey::Policy { limit, group, span }) = told_of_one.key else { return told_of_one.clone() };
    let shadow = told_of_one.shadow_price;
    let finding = Finding { shadow, ..policy_limit(model, accounts, (limit, group, span), None) };
    to_limit_result(model, finding, 1e-8 * (1.0 + cost.abs()))
}

/// What is lost of what stands upstream.
fn deliveries(loss: &Loss) -> &'static str {
    if loss.upstream.is_some() { "deliveries of " } else { "" }
}

fn risk_limit<'a>(model: &'a Model, risk: Option<&RiskResult>, expected: bool, y: Option<f64>) -> Option<Finding<'a>> {
    let risk = risk?;
    let (name, activity, limit, subject) = if expected {
        let most = model.risk.expected.and_then(|e| e.at_most)?;
        ("expected-loss", risk.expected_loss, most, "the expected loss in outages".to_owned())
    } else {
        let cvar = model.risk.cvar?;
        let subject = format!("the mean cost of the worst {} of cases", percent(1.0 - cvar.level));
        ("cvar", risk.cvar?, cvar.term.at_most?, subject)
    };
    Some(Finding {
        key: LimitKey::Risk { expected },
        name: name.to_owned(),
        kind: "risk",
        origin: &model.risk_origin,
        activity,
        limit,
        shadow: y.map(|y| y.min(0.0)),
        unit: LimitUnit::Money,
        from_below: false,
        subject,
    })
}

fn at(model: &Model, label: &str) -> String {
    if model.calendar.is_steady() || label.is_empty() { String::new() } else { format!(" in {label}") }
}

fn capacity<'a>(model: &'a Model, offer: OfferId, period: usize, held: f64, most: f64, y: Option<f64>) -> Finding<'a> {
    let o = &model.offers[offer];
    let label = &model.calendar.periods[period].label;
    Finding {
        key: LimitKey::Capacity { offer, period },
        name: format!("capacity {} {label}", o.id),
        kind: "capacity",
        origin: &o.origin,
        activity: held,
        limit: most,
        shadow: y.map(|y| y.min(0.0)),
        unit: LimitUnit::Chips,
        from_below: false,
        subject: format!("the capacity of `{}`{}", o.id, at(model, label)),
    }
}

fn policy_limit<'a>(
    model: &'a Model,
    accounts: &dyn Accounts,
    (limit, row, span): (LimitId, usize, usize),
    y: Option<f64>,
) -> Finding<'a> {
    let l = &model.limits[limit];
    let family = l.kind.family();
    let (s, part) = (&l.spans[span], family.part_of_row(row));
    let mut stated = family.stated(model, accounts, &s.periods, part, &at(model, &s.label));
    if l.expected {
        stated.subject.push_str(", as expected over the futures,");
    }
    let price = |factor: f64, y: f64| if stated.from_below { -y.max(0.0) * factor } else { y.min(0.0) * factor };
    Finding {
        key: LimitKey::Policy { limit, group: part, span },
        name: [l.name.as_str(), &stated.part, &s.label]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        kind: family.word(),
        origin: &l.origin,
        activity: stated.activity,
        limit: stated.limit,
        shadow: stated.price_factor.zip(y).map(|(factor, y)| price(factor, y)),
        unit: stated.unit,
        from_below: stated.from_below,
        subject: stated.subject,
    }
}

/// The one place where a limit becomes a sentence.
fn to_limit_result(model: &Model, f: Finding<'_>, negligible: f64) -> LimitResult {
    let slack = if f.from_below { f.activity - f.limit } else { f.limit - f.activity };
    let reached = slack.abs() <= REACHED * (1.0 + if f.unit == LimitUnit::Share { 0.0 } else { f.limit.abs() });
    let size = if f.unit.is_part() { 1.0 } else { f.limit.abs().max(1.0) };
    let costs = f.shadow.is_some_and(|s| s * size < -negligible);
    let amount = |x: f64| match f.unit {
        LimitUnit::Hhi => format!("an HHI of {x:.4}"),
        unit => unit.text(x, &model.currency),
    };
    let line = f.origin.line;
    let what = if f.from_below { "minimum" } else { "maximum" };
    let statement = if reached {
        format!("{} is at its {what} of {} (line {line})", capitalised(&f.subject), amount(f.limit))
    } else if slack < 0.0 {
        format!(
            "{} is {}, beyond its {what} of {} (line {line})",
            capitalised(&f.subject),
            amount(f.activity),
            amount(f.limit)
        )
    } else {
        format!(
            "{} is {}; the {what} is {} (line {line})",
            capitalised(&f.subject),
            amount(f.activity),
            amount(f.limit)
        )
    };
    let mut result = LimitResult {
        name: f.name,
        about: Some(About::of(model, f.key)),
        bound: if f.from_below { Bound::AtLeast } else { Bound::AtMost },
        kind: f.kind.to_owned(),
        line,
        binding: reached || slack < 0.0 || costs,
        activity: f.activity,
        limit: f.limit,
        shadow_price: f.shadow.map(|s| if s == 0.0 { 0.0 } else { s }),
        unit: f.unit.word(&model.currency).to_owned(),
        key: Some(f.key),
        requirement: f.key.requirement().map(|r| r.name(model).to_owned()),
        premium: None,
        holds_from: None,
        holds_to: None,
        tightening_price: None,
        tightest: false,
        statement,
        sentence: String::new(),
    };
    if !costs && result.shadow_price.is_some() {
        // A multiplier that is rounding is none.
        result.shadow_price = result.shadow_price.map(|s| if s * size > -negligible { 0.0 } else { s });
    }
    result.sentence = limit_sentence(model, &result);
    result
}

/// What a limit is at and what its price is, as a sentence.
#[must_use]
pub fn limit_sentence(model: &Model, l: &LimitResult) -> String {
    let from_below = l.bound == Bound::AtLeast;
    let (unit, part) = match l.unit.as_str() {
        "share" => ("one percentage point".to_owned(), 0.01),
        "HHI" => ("0.01".to_owned(), 0.01),
        unit => (format!("one {unit}"), 1.0),
    };
    let (relaxed, tightened) = if from_below { ("lowering", "raising") } else { ("raising", "lowering") };
    let reached = {
        let slack = if from_below { l.activity - l.limit } else { l.limit - l.activity };
        slack.abs() <= REACHED * (1.0 + if l.unit == "share" { 0.0 } else { l.limit.abs() })
    };
    // Where risk is weighed, prices are of all that the plan minimises.
    let weighs =
        model.risk.cvar.is_some_and(|c| c.term.weight > 0.0) || model.risk.expected.is_some_and(|e| e.weight > 0.0);
    let of = if weighs { " of cost and weighted risk" } else { "" };
    let mut sentence = l.statement.clone();
    match l.shadow_price {
        Some(shadow) if shadow < 0.0 => {
            let saved = money(-shadow * part, &model.currency);
            sentence.push_str(&format!("; {relaxed} it by {unit} would save {saved}{of}"));
        }
        Some(_) if reached => sentence.push_str(&format!("; {relaxed} it slightly would save nothing")),
        _ => {}
    }
    if l.tightest {
        sentence.push_str(&format!("; {tightened} it at all leaves no plan"));
    } else if let Some(price) = l.tightening_price {
        let cost = money(price * part, &model.currency);
        sentence.push_str(&format!("; {tightened} it by {unit} would cost {cost}{of}"));
    }
    sentence.push('.');
    sentence
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
