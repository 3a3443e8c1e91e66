//! A next plan beside the one before it, as text and JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::column::clean;
use super::summary::{ROWS, Table};
use super::{Style, text};
use crate::compare::{ReplanResult, Variance};
use crate::plan::Status;
use crate::units::human::{apart, money, number, percent};

/// Less than this part of what was planned is rounding.
const EVEN: f64 = 1e-6;

/// Writes it as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(found: &ReplanResult, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, found)?;
    writeln!(out)
}

/// Writes it for a person: what differs and why, what to sign now, and what is held otherwise from now on.
///
/// # Errors
/// What the writer reports.
pub fn write_text(found: &ReplanResult, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: planned anew from {} on", clean(&found.model.name), found.from)?;
    for sentence in sentences(found) {
        writeln!(out, "{}", clean(&sentence))?;
    }
    let variance = found.variance.as_ref();
    let tables = [variance.map(|v| effects(v, &found.currency)), variance.map(|v| offers(v, &found.currency))];
    for table in tables.into_iter().chain([sign(found), changes(found)]).flatten() {
        text::table(&table, style, out)?;
    }
    Ok(())
}

fn sentences(found: &ReplanResult) -> Vec<String> {
    let told = |x: f64| money(x, &found.currency);
    let mut all = Vec::new();
    if let Some(v) = &found.variance {
        let (word, by) = if v.paid >= v.planned { ("more", v.paid - v.planned) } else { ("less", v.planned - v.paid) };
        let when = if v.from == v.last { v.from.clone() } else { format!("{} to {}", v.from, v.last) };
        let limit = percent(found.tolerance);
        let beyond = if found.left_the_plan {
            format!("more than the {limit} that it may: reality has left the plan")
        } else {
            format!("within the {limit} that it may")
        };
        let part = percent(v.part());
        all.push(if v.part() < EVEN {
            format!("In {when} what was used cost {}, as planned.", told(v.paid))
        } else {
            let (paid, by) = (told(v.paid), told(by));
            format!("In {when} what was used cost {paid}, {by} {word} than planned ({part}, {beyond}).")
        });
    }
    let (Some(cost), Some(cheapest)) = (found.cost, found.cheapest) else {
        all.push(match found.status {
            Status::Infeasible => {
                "There is no plan that keeps what was signed: `polysource explain` says why.".to_owned()
            }
            _ => "The next plan could not be certified.".to_owned(),
        });
        return all;
    };
    let several = found.futures.is_some();
    let costs = if several { "is expected to cost" } else { "costs" };
    match (found.apart, found.cheapest_apart) {
        (Some(apart_by), Some(before)) if before > 0.0 => {
            let holds = if several { "is expected to hold" } else { "holds" };
            let held = format!("It {holds} {} chip-hours otherwise than the plan before", number(apart_by));
            if cost - cheapest <= EVEN * cheapest.abs() {
                all.push(format!("The next plan {costs} {}; none is cheaper. {held}.", told(cost)));
            } else {
                let [cost, cheapest] = apart(cost, cheapest, &found.currency);
                let other = number(before);
                all.push(format!(
                    "The next plan {costs} {cost}, where the cheapest {costs} {cheapest}. {held}, where the cheapest would hold {other} otherwise."
                ));
            }
        }
        _ => {
            let at = if several { "an expected " } else { "" };
            all.push(format!("The plan before is still the cheapest, at {at}{}: go on with it.", told(cost)));
        }
    }
    if found.sign.is_empty() && found.contracts.is_empty() {
        all.push(format!("There is nothing to sign in {}.", found.from));
    }
    for contract in &found.contracts {
        all.push(format!("Sign `{contract}`, which the plan before did not."));
    }
    all
}

fn effects(v: &Variance, currency: &str) -> Table<'static> {
    let row = |why: &str, x: f64| vec![why.to_owned(), number(x)];
    Table {
        heading: format!("Why ({currency})"),
        columns: vec![("why", false), ("paid beyond the plan", true)],
        rows: vec![
            row("price: it cost more or less than planned", v.price),
            row("quantity: more or less was used in all", v.quantity),
            row("mix: dearer or cheaper offers than planned", v.mix),
            row("delivery: less could be had than planned", v.delivery),
            row("total", v.paid - v.planned),
        ],
        foot: None,
    }
}

fn offers(v: &Variance, currency: &str) -> Table<'static> {
    let mut all: Vec<_> = v.offers.iter().collect();
    all.sort_by(|a, b| (b.paid - b.planned).abs().total_cmp(&(a.paid - a.planned).abs()));
    let rows = all.iter().take(ROWS).map(|o| {
        let numbers = [o.planned_hours, o.used_hours, o.planned, o.paid, o.price, o.volume];
        std::iter::once(o.offer.clone()).chain(numbers.into_iter().map(number)).collect()
    });
    Table {
        heading: format!("What was used and paid ({currency})"),
        columns: vec![
            ("offer", false),
            ("chip-hours planned", true),
            ("used", true),
            ("planned", true),
            ("paid", true),
            ("of its price", true),
            ("of its volume", true),
        ],
        rows: rows.collect(),
        foot: Some("What stood idle is in neither: a bill says what was used".to_owned()),
    }
}

fn sign(found: &ReplanResult) -> Option<Table<'static>> {
    let row = |s: &crate::compare::SignNow| {
        let under = s.contract.clone().unwrap_or_else(|| "-".to_owned());
        vec![s.offer.clone(), s.from.clone(), s.last.clone(), number(s.chips), number(s.planned), under]
    };
    (!found.sign.is_empty()).then(|| Table {
        heading: "Sign now".to_owned(),
        columns: vec![
            ("offer", false),
            ("from", false),
            ("to", false),
            ("chips", true),
            ("planned before", true),
            ("contract", false),
        ],
        rows: found.sign.iter().map(row).collect(),
        foot: None,
    })
}

/// By offer: when it is held otherwise, and by how much at most.
fn changes(found: &ReplanResult) -> Option<Table<'static>> {
    let mut by_offer: BTreeMap<&str, Vec<&crate::compare::HeldOtherwise>> = BTreeMap::new();
    found.changes.iter().for_each(|c| by_offer.entry(&c.offer).or_default().push(c));
    let row = |(offer, all): (&&str, &Vec<&crate::compare::HeldOtherwise>)| {
        let most = all.iter().max_by(|a, b| (a.after - a.before).abs().total_cmp(&(b.after - b.before).abs()))?;
        let (first, last) = (all.first()?.period.clone(), all.last()?.period.clone());
        let when = if first == last { first } else { format!("{first}..{last}") };
        Some(vec![(*offer).to_owned(), when, number(most.before), number(most.after), most.period.clone()])
    };
    let rows: Vec<Vec<String>> = by_offer.iter().filter_map(row).collect();
    (!rows.is_empty()).then(|| Table {
        heading: "Held otherwise than in the plan before".to_owned(),
        columns: vec![("offer", false), ("when", false), ("before", true), ("now", true), ("most, in", false)],
        rows,
        foot: None,
    })
}
