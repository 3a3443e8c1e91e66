//! Explanations as text and JSON.

use std::io::{self, Write};

use super::column::clean;
use super::{Advice, Style, decision, summary, text};
use crate::analysis::explain::{Driver, Drivers, Infeasibility};
use crate::plan::Plan;
use crate::units::human::money;

/// Most drivers of a kind on one screen.
const ROWS: usize = 8;

/// Writes an explanation as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(explanation: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, explanation)?;
    writeln!(out)
}

/// Writes why there is no plan for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_infeasibility(found: &Infeasibility, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for sentence in &found.obvious {
        writeln!(out, "{}", clean(sentence))?;
    }
    let mut gap = if found.obvious.is_empty() { "" } else { "\n" };
    if !found.conflict.is_empty() {
        let shown = if found.minimal { "; without any one of these the others have a plan" } else { "" };
        writeln!(out, "{gap}{}{shown}:", text::bold("What cannot hold together", style))?;
        found.conflict.iter().try_for_each(|e| writeln!(out, "  {}", clean(&e.sentence)))?;
        gap = "\n";
    }
    if !found.ways.is_empty() {
        writeln!(
            out,
            "{gap}{} (the least change, each solved):",
            text::bold("With one of these there is a plan", style)
        )?;
        for (i, way) in found.ways.iter().enumerate() {
            let changes: Vec<&str> = way.changes.iter().map(|c| c.sentence.as_str()).collect();
            let cost = money(way.cost, &found.currency);
            writeln!(out, "  {}. {}; it costs {cost}", i + 1, clean(&changes.join(", and ")))?;
        }
    }
    found.notes.iter().try_for_each(|n| writeln!(out, "{}", clean(n)))
}

/// Writes what drives the cost of a plan for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_drivers(found: &Drivers, plan: &Plan, whole: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", clean(&plan.model.name), summary::headline(plan))?;
    if whole {
        decision::sentences(plan, Advice::Options).iter().try_for_each(|s| writeln!(out, "{}", clean(s)))?;
    }
    for (heading, drivers) in [
        ("Limits, those that cost most first", &found.limits),
        ("Contracts", &found.contracts),
        ("Offers not used, those nearest to it first", &found.unused),
        ("Offers used, those nearest to leaving first", &found.used),
        ("Workloads", &found.workloads),
    ] {
        section(heading, drivers, if whole { ROWS } else { usize::MAX }, style, out)?;
    }
    if let Some(next) = &found.next {
        writeln!(out, "\n{}", clean(next))?;
    }
    found.notes.iter().try_for_each(|n| writeln!(out, "\n{}", clean(n)))
}

fn section(heading: &str, drivers: &[Driver], most: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if drivers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", text::bold(heading, style))?;
    drivers.iter().take(most).try_for_each(|d| writeln!(out, "  {}", clean(&d.sentence)))?;
    let more = drivers.len().saturating_sub(most);
    if more > 0 { writeln!(out, "  and {more} more (see --format json)") } else { Ok(()) }
}
