//! What drives the cost of a plan: limits, prices at which offers come and go, deals; ranked by money.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Model, StandsIn};
use crate::plan::{BreakEven, ContractResult, LimitResult, ModelInfo, Plan};
use crate::units::human::{money, number, percent};

/// What drives the cost of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Drivers {
    /// Version of the program.
    pub polysource: String,
    /// Version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelInfo,
    /// Currency of all money.
    pub currency: String,
    /// Binding limits, those that cost most first.
    pub limits: Vec<Driver>,
    /// Offers that are not used, those that are nearest to it first.
    pub unused: Vec<Driver>,
    /// Offers that are used, those that are nearest to leaving first.
    pub used: Vec<Driver>,
    /// Contracts, those that matter most first.
    pub contracts: Vec<Driver>,
    /// Workloads, the largest part of the work in chips first.
    pub workloads: Vec<Driver>,
    /// The change of the policy that saves most for a hundredth of what it limits.
    pub next: Option<String>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Driver {
    /// The limit, offer, contract or workload.
    pub name: String,
    /// The line of the model that it stands in.
    pub line: usize,
    /// Money: what the limit alone adds, or a hundredth more of it saves; what signing is worth; what
    /// the offer costs.
    pub money: Option<f64>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// What can be asked about: ids of offers, workloads and contracts, and names of limits.
#[must_use]
pub fn subjects(model: &Model) -> Vec<String> {
    let mut all: Vec<String> = model.offers.iter().map(|o| o.id.clone()).collect();
    all.extend(model.workloads.iter().map(|w| w.id.clone()));
    all.extend(model.contracts.iter().map(|c| c.id.clone()));
    all.extend(model.limits.iter().map(|l| l.name.clone()));
    all.extend(model.survive.iter().map(|s| s.name.clone()));
    all
}

/// Ranks what drives the cost; about one subject only if it is given.
#[must_use]
pub fn drivers(model: &Model, plan: &Plan, subject: Option<&str>) -> Drivers {
    let asked = |name: &str| subject.is_none_or(|s| s == name);
    let mut notes = Vec::new();
    if plan.break_even.is_none() {
        let why = if plan.certificate.bound_by.is_some() {
            "they are not defined where the plan has yes-or-no decisions, which another price may change; `sweep` and `curve` try prices"
        } else if model.limits.iter().any(|l| l.kind.family().stands_in() == StandsIn::Cone) {
            "beside a limit on concentration the cost is not made of straight pieces; `curve` traces it"
        } else {
            "they are left out for a model of this size; `solve --detail ranges` computes them"
        };
        notes.push(format!("Break-even prices: {why}."));
    }
    if plan.certificate.conditional_prices {
        notes.push("The savings from relaxing a limit hold while every yes-or-no decision stays as it is.".to_owned());
    }
    let breaks = plan.break_even.as_deref().unwrap_or_default();
    let mut unused: Vec<(f64, Driver)> = Vec::new();
    let mut used: Vec<(f64, Driver)> = Vec::new();
    for offer in model.offers.iter().filter(|o| asked(&o.id)) {
        let known = breaks.iter().find(|b| b.offer == offer.id);
        let held: f64 = plan.purchases.iter().filter(|p| p.offer == offer.id).map(|p| p.chips).fold(0.0, f64::max);
        let (distance, driver) = driver_of(&offer.id, offer.origin.line, held, known, plan);
        if held > 0.0 { used.push((distance, driver)) } else { unused.push((distance, driver)) }
    }
    let order = |list: &mut Vec<(f64, Driver)>| {
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    };
    order(&mut unused);
    order(&mut used);
    let plain = |list: Vec<(f64, Driver)>| list.into_iter().map(|(_, d)| d).collect();
    Drivers {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: plan.model.clone(),
        currency: plan.currency.clone(),
        limits: limits(model, plan, subject),
        unused: plain(unused),
        used: plain(used),
        contracts: contracts(model, plan, &asked),
        workloads: workloads(model, plan, &asked),
        next: if subject.is_none() { next(plan) } else { None },
        notes,
    }
}

/// An offer, with how far its price is from where it comes or goes, relative to it.
fn driver_of(id: &str, line: usize, held: f64, known: Option<&BreakEven>, plan: &Plan) -> (f64, Driver) {
    let spend: f64 = plan.purchases.iter().filter(|p| p.offer == id).map(|p| p.spend).sum();
    let price = |x: f64| format!("{}/chip-h", money(x, &plan.currency));
    let chips = format!("up to {} chips are held, for {}", number(held), money(spend, &plan.currency));
    let away = |to: f64, from: f64| (to - from).abs() / from.abs().max(f64::MIN_POSITIVE);
    let (distance, sentence) = match known {
        Some(b) if held > 0.0 => match b.leaves_above {
            Some(to) => (
                away(to, b.price),
                format!(
                    "`{id}`: {chips}; it stays up to {} (now {}, {} more).",
                    price(to),
                    price(b.price),
                    percent(away(to, b.price))
                ),
            ),
            None => (f64::INFINITY, format!("`{id}`: {chips}; it stays at any price that was tried.")),
        },
        Some(b) => match b.enters_below {
            Some(to) => (
                away(to, b.price),
                format!(
                    "`{id}` is not used; it would be below {} (now {}, {} less).",
                    price(to),
                    price(b.price),
                    percent(away(to, b.price))
                ),
            ),
            None => (f64::INFINITY, format!("`{id}` is not used, and would not be at any price.")),
        },
        None if held > 0.0 => (f64::INFINITY, format!("`{id}`: {chips}.")),
        None => (f64::INFINITY, format!("`{id}` is not used.")),
    };
    (distance, Driver { name: id.to_owned(), line, money: (spend != 0.0).then_some(spend), sentence })
}

/// What a hundredth more of a limit saves.
fn step(l: &LimitResult) -> f64 {
    let unit = if l.unit == "share" || l.unit == "HHI" { 0.01 } else { 0.01 * l.limit.abs() };
    -l.shadow_price.unwrap_or(0.0) * unit
}

fn limits(model: &Model, plan: &Plan, subject: Option<&str>) -> Vec<Driver> {
    let about = |l: &&LimitResult| match subject {
        None => l.binding,
        Some(s) => {
            let subjects = l.key.map_or_else(Vec::new, |key| key.subjects(model));
            l.requirement.as_deref() == Some(s) || l.name == s || subjects.contains(&s)
        }
    };
    let mut found: Vec<&LimitResult> = plan.limits.iter().filter(about).collect();
    let size = |l: &LimitResult| (l.premium.unwrap_or(0.0), step(l));
    found.sort_by(|a, b| {
        let (a_size, b_size) = (size(a), size(b));
        b_size.0.total_cmp(&a_size.0).then(b_size.1.total_cmp(&a_size.1)).then_with(|| a.name.cmp(&b.name))
    });
    let driver = |l: &LimitResult| {
        let mut sentence = l.sentence.clone();
        if let Some(premium) = l.premium.filter(|p| *p > 0.0) {
            let entry = l.requirement.as_deref().unwrap_or(&l.name);
            sentence.push_str(&format!(" All of `{entry}` adds {}.", money(premium, &plan.currency)));
        }
        if step(l) > 0.0 {
            let told = |x: f64| amount(x, &l.unit);
            let range = match (l.holds_from, l.holds_to) {
                (Some(from), Some(to)) => format!(" That price holds from {} to {}.", told(from), told(to)),
                (Some(from), None) => format!(" That price holds from {} at least up to what it is.", told(from)),
                (None, Some(to)) => format!(" That price holds from what it is at least up to {}.", told(to)),
                (None, None) => String::new(),
            };
            sentence.push_str(&range);
        }
        Driver { name: l.name.clone(), line: l.line, money: l.premium.or_else(|| Some(step(l))), sentence }
    };
    found.into_iter().map(driver).collect()
}

fn amount(x: f64, unit: &str) -> String {
    if unit == "share" { percent(x) } else { format!("{} {unit}", number(x)) }
}

fn contracts(model: &Model, plan: &Plan, asked: &dyn Fn(&str) -> bool) -> Vec<Driver> {
    let mut found: Vec<&ContractResult> = plan.contracts.iter().filter(|c| asked(&c.contract)).collect();
    let size = |c: &ContractResult| c.worth.unwrap_or(0.0).abs().max(c.idle);
    found.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.contract.cmp(&b.contract)));
    let driver = |c: &ContractResult| {
        let line = model.contracts.iter().find(|k| k.id == c.contract).map_or(0, |k| k.origin.line);
        let what = match (c.signed, c.optional) {
            (true, true) => "is signed",
            (false, true) => "is not signed",
            (true, false) => "is a fact",
            (false, false) => "is not in force",
        };
        let worth = match c.worth {
            Some(w) if w >= 0.0 => format!("; signing it is worth {} (re-optimized)", money(w, &plan.currency)),
            Some(w) => format!("; signing it would cost {} (re-optimized)", money(-w, &plan.currency)),
            None => String::new(),
        };
        let idle = if c.idle > 0.0 {
            format!("; {} of it is paid and not used", money(c.idle, &plan.currency))
        } else {
            String::new()
        };
        let told = |x: f64| money(x, &plan.currency);
        let mut comes: Vec<String> = Vec::new();
        let mine = plan.balances.iter().filter(|b| b.contract == c.contract);
        for b in mine {
            let from = if b.kind == "credits" { "credits" } else { "the prepayment" };
            let lost = if b.lost > 0.0 { format!(" and {} is lost", told(b.lost)) } else { String::new() };
            comes.push(format!("{} of {} is paid from {from}{lost}", told(b.used), told(b.amount)));
        }
        if c.spend > 0.0 || comes.is_empty() {
            comes.insert(0, format!("{} is spent under it", told(c.spend)));
        }
        let over = c.over_from.as_ref().map(|period| format!("; it is over in {period}")).unwrap_or_default();
        let prices =
            crate::plan::new_prices_sentence(c, &plan.currency).map(|told| format!("; {told}")).unwrap_or_default();
        let sentence = format!("`{}` {what}: {}{idle}{over}{prices}{worth}.", c.contract, comes.join(", "));
        Driver { name: c.contract.clone(), line, money: c.worth, sentence }
    };
    found.into_iter().map(driver).collect()
}

fn workloads(model: &Model, plan: &Plan, asked: &dyn Fn(&str) -> bool) -> Vec<Driver> {
    let mut found: Vec<(f64, Driver)> = Vec::new();
    for w in model.workloads.iter().filter(|w| asked(&w.id)) {
        let mine = || plan.assignments.iter().filter(|a| a.workload == w.id);
        let total: f64 = mine().map(|a| a.work).sum();
        let chips: f64 = mine().map(|a| a.chips).sum();
        let mut offers: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
        mine().for_each(|a| *offers.entry(&a.offer).or_default() += a.work);
        let mut parts: Vec<(&str, f64)> = offers.into_iter().collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let told: Vec<String> = parts
            .iter()
            .take(4)
            .map(|(o, x)| format!("{} on `{o}`", percent((x / total * 1000.0).round() / 1000.0)))
            .collect();
        let more = if parts.len() > 4 { format!(" and {} more", parts.len() - 4) } else { String::new() };
        let undone: f64 = plan.unmet.iter().filter(|u| u.workload == w.id).map(|u| u.work).sum();
        let left = if undone > 0.0 {
            format!("; {} {} are not done, at their price", number(undone), w.unit)
        } else {
            String::new()
        };
        let sentence = if parts.is_empty() {
            format!("`{}` runs nowhere{left}.", w.id)
        } else {
            format!("`{}`: {}{more}{left}.", w.id, told.join(", "))
        };
        found.push((chips, Driver { name: w.id.clone(), line: w.origin.line, money: None, sentence }));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    found.into_iter().map(|(_, d)| d).collect()
}

/// The limit of the policy of which a hundredth more saves most.
fn next(plan: &Plan) -> Option<String> {
    let policy = plan.limits.iter().filter(|l| l.requirement.is_some() && step(l) > 0.0);
    let best = policy.max_by(|a, b| step(a).total_cmp(&step(b)).then_with(|| b.name.cmp(&a.name)))?;
    let part = if best.unit == "share" { "one percentage point" } else { "a hundredth" };
    Some(format!(
        "The next best change of the policy: {part} more room in `{}` (line {}) saves {}, as long as its price holds.",
        best.name,
        best.line,
        money(step(best), &plan.currency)
    ))
}
