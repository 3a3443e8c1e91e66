//! Alternatives as text, JSON and CSV.

use std::io::{self, Write};

use super::column::clean;
use super::{Style, text};
use crate::analysis::alternatives::{Alternatives, Extreme, GroupRoom};
use crate::units::human::{money, number, percent};

/// Writes alternatives as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(found: &Alternatives, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, found)?;
    writeln!(out)
}

/// Writes the room for negotiation as CSV: a row for each group.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(found: &Alternatives, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "by",
        "group",
        "least",
        "cheapest",
        "most",
        "least_amount",
        "cheapest_amount",
        "most_amount",
        "least_cost",
        "most_cost",
        "least_bound",
        "most_bound",
    ])?;
    for g in &found.room {
        let of = |e: &Option<Extreme>, what: fn(&Extreme) -> Option<f64>| {
            e.as_ref().and_then(what).map(|x| x.to_string()).unwrap_or_default()
        };
        table.write_record([
            super::csv::safe(&g.by),
            super::csv::safe(&g.group),
            of(&g.least, |e| Some(e.portion.share)),
            g.cheapest.share.to_string(),
            of(&g.most, |e| Some(e.portion.share)),
            of(&g.least, |e| Some(e.portion.amount)),
            g.cheapest.amount.to_string(),
            of(&g.most, |e| Some(e.portion.amount)),
            of(&g.least, |e| Some(e.cost)),
            of(&g.most, |e| Some(e.cost)),
            of(&g.least, |e| e.bound),
            of(&g.most, |e| e.bound),
        ])?;
    }
    table.flush()
}

/// Writes alternatives for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(found: &Alternatives, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let scenarios = found.model.scenarios.join(", ");
    let scenarios = if scenarios.is_empty() { scenarios } else { format!(" ({})", clean(&scenarios)) };
    writeln!(
        out,
        "{}{scenarios}: the cheapest plan costs {}; plans that cost at most {} more, {}",
        clean(&found.model.name),
        money(found.cost, &found.currency),
        percent(found.within),
        money(found.allowed, &found.currency)
    )?;
    let mut dimensions: Vec<&str> = found.room.iter().map(|g| g.by.as_str()).collect();
    dimensions.dedup();
    for by in dimensions {
        let rows: Vec<Vec<String>> = found.room.iter().filter(|g| g.by == by).map(|g| row(found, g)).collect();
        let heading = format!("Room for negotiation: share of {} by {by}", found.of);
        let columns = [
            (by, false),
            ("least", true),
            ("cheapest plan", true),
            ("most", true),
            ("least", true),
            ("cheapest plan", true),
            ("most", true),
        ];
        text::named(&heading, &columns, &rows, None, style, out)?;
    }
    if found.exact && !found.room.is_empty() {
        writeln!(
            out,
            "\nEach least and most is exact: a certified plan has it, and it is proved that none has a less or larger share."
        )?;
    }
    for (i, plan) in found.plans.iter().enumerate() {
        let apart = percent(plan.differs);
        writeln!(out, "\nPlan {} differs in {apart} of the chip-hours: {}", i + 1, clean(&plan.sentence))?;
    }
    found.notes.iter().try_for_each(|n| writeln!(out, "\nNote: {}.", clean(n)))
}

fn row(found: &Alternatives, g: &GroupRoom) -> Vec<String> {
    let amount = |x: f64| format!("{} {}", number(x), found.unit);
    let or = |e: &Option<Extreme>, told: &dyn Fn(&Extreme) -> String| {
        e.as_ref().map_or_else(|| "not certified".to_owned(), told)
    };
    vec![
        g.group.clone(),
        or(&g.least, &|e| percent(e.portion.share)),
        percent(g.cheapest.share),
        or(&g.most, &|e| percent(e.portion.share)),
        or(&g.least, &|e| amount(e.portion.amount)),
        amount(g.cheapest.amount),
        or(&g.most, &|e| amount(e.portion.amount)),
    ]
}
