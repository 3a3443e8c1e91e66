//! The limits: how much of each is used, what it costs, in a sentence.
//!
//! Shadow prices are changes of the optimal cost per unit by which a limit is relaxed, so they are
//! 0 or negative. From the multiplier y of a row (the change of cost per unit of its right-hand
//! side) they follow as y for a limit from above and -y for one from below; for a share or floor,
//! whose right-hand side is the share times the measure's total M, as -|y| x M.

use super::ledger::{Ledger, measure};
use super::resilience::Survival;
use super::schedule::Schedule;
use super::types::{LimitResult, RiskResult};
use crate::formulation::{Constraint, Formulation, LimitKey};
use crate::model::{CommitIn, LimitKind, Measure, Model, Origin, Task, held_today};
use crate::units::human::{money, number, percent, power};

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
    unit: String,
    from_below: bool,
    /// What it is about: "`nvidia` has", "all chips of `aws-h100` in 2026-Q1".
    subject: String,
    share: bool,
    hhi: bool,
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
                let finding = policy_limit(model, schedule, ledger, limit, group, span, y);
                // The cuts of one concentration limit are one limit: their prices add up. So are the
                // rows of one number of suppliers, which has no price.
                let cut =
                    matches!(model.limits[limit].kind, LimitKind::Concentration { .. } | LimitKind::Suppliers { .. });
                let same = |f: &&mut Finding<'_>| cut && f.key == finding.key;
                match policy.iter_mut().find(same) {
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
                    unit: if power { "kW" } else { "chip" }.to_owned(),
                    from_below: false,
                    subject: format!("the pool `{}`{}", p.id, at(model, label)),
                    share: false,
                    hhi: false,
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
                    unit: "chip".to_owned(),
                    from_below: false,
                    subject: format!("the rate of `{}`{}", w.id, at(model, label)),
                    share: false,
                    hhi: false,
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
                    activity: activity[i]
                        + if row.lower == 0.0 {
                            c.commit.as_ref().map_or(0.0, |c| c.buckets[bucket].amount)
                        } else {
                            0.0
                        },
                    limit: c.commit.as_ref().map_or(row.lower, |c| c.buckets[bucket].amount),
                    shadow: y.map(|y| -(y + boxed).max(0.0)),
                    unit: if spend { model.currency.clone() } else { "chip-h".to_owned() },
                    from_below: true,
                    subject: format!("the commitment of `{}`{part}", c.id),
                    share: false,
                    hhi: false,
                });
            }
            Constraint::Risk { expected } => policy.extend(risk_limit(model, evidence.risk, expected, y)),
            Constraint::Use { .. }
            | Constraint::Demand { .. }
            | Constraint::Work { .. }
            | Constraint::Surviving { .. }
            | Constraint::Served { .. }
            | Constraint::Surge { .. }
            | Constraint::Decision
            | Constraint::Purpose
            | Constraint::Asked
            | Constraint::Outage { .. } => {}
        }
    }
    for &(offer, period, column) in &f.capacity_bounds {
        let c = column.0 as usize;
        let upper = f.program().columns()[c].upper;
        others.push(capacity(model, offer, period, x[c], upper, reduced.get(c).copied()));
    }
    let costs =
        |f: &Finding<'_>| f.shadow.is_some_and(|s| s * f.limit.abs().max(f64::from(f.share || f.hhi)) < -negligible);
    others.retain(|f| costs(f));
    policy.extend(survivals(model, f, evidence));
    policy.into_iter().chain(others).map(|f| told(model, f, negligible)).collect()
}

/// The requirements to survive a loss, one for each loss.
fn survivals<'a>(model: &'a Model, f: &Formulation, evidence: Evidence<'_>) -> Vec<Finding<'a>> {
    // Lowering the part to be served by one lowers each right-hand side by what is needed whole.
    let mut prices = vec![Vec::new(); model.survive.len()];
    prices.iter_mut().zip(&model.survive).for_each(|(p, s)| *p = vec![0.0; s.losses.len()]);
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
            unit: "share".to_owned(),
            from_below: true,
            subject: format!("what is served{worst} without `{}`", loss.group),
            share: true,
            hhi: false,
        }
    };
    evidence.survival.iter().map(finding).collect()
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
        unit: model.currency.clone(),
        from_below: false,
        subject,
        share: false,
        hhi: false,
    })
}

fn at(model: &Model, label: &str) -> String {
    if model.calendar.is_steady() || label.is_empty() { String::new() } else { format!(" in {label}") }
}

fn capacity<'a>(model: &'a Model, offer: usize, period: usize, held: f64, most: f64, y: Option<f64>) -> Finding<'a> {
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
        unit: "chip".to_owned(),
        from_below: false,
        subject: format!("the capacity of `{}`{}", o.id, at(model, label)),
        share: false,
        hhi: false,
    }
}

fn policy_limit<'a>(
    model: &'a Model,
    schedule: &Schedule,
    ledger: &Ledger,
    limit: usize,
    group: usize,
    span: usize,
    y: Option<f64>,
) -> Finding<'a> {
    let row = Constraint::Limit { limit, group, span };
    let key = LimitKey::of(model, row).unwrap_or(LimitKey::Policy { limit, group, span });
    let l = &model.limits[limit];
    let s = &l.spans[span];
    let when = at(model, &s.label);
    let t = s.periods.start;
    let of = |offers: &[bool], m: Measure, w: &Option<Vec<bool>>| {
        measure(model, schedule, ledger, offers, m, w.as_deref(), &s.periods)
    };
    let held = || schedule.chips(model);
    let finding = |name: &str, activity: f64, limit: f64, shadow: Option<f64>, unit: &str, subject: String| Finding {
        key,
        name: [l.name.as_str(), name, &s.label].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" "),
        kind: l.kind.word(),
        origin: &l.origin,
        activity,
        limit,
        shadow,
        unit: unit.to_owned(),
        from_below: false,
        subject,
        share: false,
        hhi: false,
    };
    let for_whom = |w: &Option<Vec<bool>>| {
        let names: Vec<String> = match w {
            Some(mask) => {
                model.workloads.iter().zip(mask).filter(|(_, m)| **m).map(|(w, _)| format!("`{}`", w.id)).collect()
            }
            None => Vec::new(),
        };
        match names.len() {
            0 => String::new(),
            1..=3 => format!(" for {}", names.join(", ")),
            n => format!(" for {n} workloads"),
        }
    };
    match &l.kind {
        LimitKind::Budget { group, at_most } => {
            let spent = ledger.spend(model, &group.offers, &s.periods);
            let on = if group.name == "all" { String::new() } else { format!(" on {}", group.name) };
            finding("", spent, *at_most, y.map(|y| y.min(0.0)), &model.currency, format!("spending{on}{when}"))
        }
        LimitKind::Share { groups, universe, measure: m, workloads, at_most, .. } => {
            let g = &groups[group];
            let total = of(universe, *m, workloads);
            let own = of(&g.offers, *m, workloads);
            let shadow = y.map(|y| y.min(0.0) * total);
            let subject = format!("the share of `{}` in {}{}{when}", g.name, m.word(), for_whom(workloads));
            Finding { share: true, ..finding(&g.name, ratio(own, total), *at_most, shadow, "share", subject) }
        }
        LimitKind::Floor { group: g, measure: m, workloads, at_least } => {
            let total = of(&vec![true; model.offers.len()], *m, workloads);
            let own = of(&g.offers, *m, workloads);
            let shadow = y.map(|y| -y.max(0.0) * total);
            let subject = format!("the share of `{}` in {}{}{when}", g.name, m.word(), for_whom(workloads));
            let finding = finding(&g.name, ratio(own, total), *at_least, shadow, "share", subject);
            Finding { share: true, from_below: true, ..finding }
        }
        LimitKind::Concentration { by, groups, measure: m, workloads, hhi_at_most } => {
            let total = of(&vec![true; model.offers.len()], *m, workloads);
            let squares: f64 = groups.iter().map(|g| of(&g.offers, *m, workloads).powi(2)).sum();
            let hhi = ratio(squares, total * total);
            // A cut's right-hand side is sqrt(H) x M, whose derivative is M / (2 sqrt(H)).
            let shadow = y.map(|y| y.min(0.0) * total / (2.0 * hhi_at_most.sqrt()));
            let subject = format!("the concentration by {by} in {}{}{when}", m.word(), for_whom(workloads));
            Finding { hhi: true, ..finding("", hhi, *hhi_at_most, shadow, "HHI", subject) }
        }
        LimitKind::Suppliers { by, groups, measure: m, workloads, at_least, at_most } => {
            let total = of(&vec![true; model.offers.len()], *m, workloads);
            let shares: Vec<f64> = groups.iter().map(|g| ratio(of(&g.offers, *m, workloads), total)).collect();
            let number = |least: f64| shares.iter().filter(|s| **s > least).count() as f64;
            let whom = for_whom(workloads);
            match (at_least, at_most) {
                (Some((n, part)), _) if group <= groups.len() => {
                    let subject =
                        format!("the number of {by}s with at least {} of {}{whom}{when}", percent(*part), m.word());
                    let name = if at_most.is_some() { "at least" } else { "" };
                    let found = finding(name, number(part - 1e-6), *n as f64, None, "suppliers", subject);
                    Finding { from_below: true, ..found }
                }
                (_, most) => {
                    let subject = format!("the number of {by}s with any {}{whom}{when}", m.word());
                    let name = if at_least.is_some() { "at most" } else { "" };
                    finding(name, number(1e-6), most.unwrap_or(0) as f64, None, "suppliers", subject)
                }
            }
        }
        LimitKind::Power { group: g, at_most } => {
            let drawn: f64 = held()
                .iter()
                .enumerate()
                .filter(|(o, _)| g.offers[*o])
                .map(|(o, chips)| chips[t] * model.chips[model.offers[o].chip].power.unwrap_or(0.0))
                .sum();
            let of = if g.name == "all" { String::new() } else { format!(" of {}", g.name) };
            finding("", drawn, *at_most, y.map(|y| y.min(0.0)), "kW", format!("the power{of}{when}"))
        }
        LimitKind::Ramp { group: g, at_most } => {
            let sum =
                |t: usize| held().iter().enumerate().filter(|(o, _)| g.offers[*o]).map(|(_, c)| c[t]).sum::<f64>();
            let growth = sum(t) - if t == 0 { held_today(model, &g.offers) } else { sum(t - 1) };
            let of = if g.name == "all" { String::new() } else { format!(" of {}", g.name) };
            finding("", growth, *at_most, y.map(|y| y.min(0.0)), "chip", format!("the growth{of}{when}"))
        }
    }
}

fn ratio(own: f64, total: f64) -> f64 {
    if total > 0.0 { own / total } else { 0.0 }
}

/// The one place where a limit becomes a sentence.
fn told(model: &Model, f: Finding<'_>, negligible: f64) -> LimitResult {
    let slack = if f.from_below { f.activity - f.limit } else { f.limit - f.activity };
    let reached = slack.abs() <= REACHED * (1.0 + if f.share { 0.0 } else { f.limit.abs() });
    let size = if f.share || f.hhi { 1.0 } else { f.limit.abs().max(1.0) };
    let costs = f.shadow.is_some_and(|s| s * size < -negligible);
    let amount = |x: f64| {
        if f.share {
            percent(x)
        } else if f.hhi {
            format!("an HHI of {x:.4}")
        } else if f.unit == model.currency {
            money(x, &model.currency)
        } else if f.unit == "chip" {
            format!("{} chips", number(x))
        } else if f.unit == "suppliers" {
            number(x)
        } else if f.unit == "kW" {
            power(x)
        } else {
            format!("{} {}", number(x), f.unit)
        }
    };
    let line = f.origin.line;
    let what = if f.from_below { "least" } else { "most" };
    let statement = if reached {
        format!("{} is at its {what}, {} (line {line})", capitalised(&f.subject), amount(f.limit))
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
        kind: f.kind.to_owned(),
        line,
        binding: reached || slack < 0.0 || costs,
        activity: f.activity,
        limit: f.limit,
        shadow_price: f.shadow.map(|s| if s == 0.0 { 0.0 } else { s }),
        unit: f.unit,
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
    result.sentence = limit_sentence(model, &result, f.from_below);
    result
}

/// What a limit is at and what its price is, as a sentence.
#[must_use]
pub fn limit_sentence(model: &Model, l: &LimitResult, from_below: bool) -> String {
    let (unit, part) = match l.unit.as_str() {
        "share" => ("one percentage point".to_owned(), 0.01),
        "HHI" => ("0.01".to_owned(), 0.01),
        unit => (format!("one {unit}"), 1.0),
    };
    let (relaxed, tightened) = if from_below { ("less", "more") } else { ("more", "less") };
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
            sentence.push_str(&format!("; {unit} {relaxed} would save {}{of}", money(-shadow * part, &model.currency)));
        }
        Some(_) if reached => sentence.push_str("; a little more room would save nothing"),
        _ => {}
    }
    if l.tightest {
        sentence.push_str("; any less room leaves no plan");
    } else if let Some(price) = l.tightening_price {
        sentence.push_str(&format!("; {unit} {tightened} would cost {}{of}", money(price * part, &model.currency)));
    }
    sentence.push('.');
    sentence
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
