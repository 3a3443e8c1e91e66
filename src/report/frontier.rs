//! A frontier as text, JSON and CSV.

use std::io::{self, Write};

use super::column::clean;
use super::summary::Table;
use super::{Style, text};
use crate::analysis::frontier::{FailedPoint, Frontier};
use crate::units::human::{money, number, percent};

/// Writes a frontier as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(frontier: &Frontier, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, frontier)?;
    writeln!(out)
}

/// Writes a frontier as CSV: a row for each point.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(frontier: &Frontier, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["point", "limit", "level", "cost", "premium", "knee"])?;
    for (i, p) in frontier.points.iter().enumerate() {
        let limit = p.limit.map(|l| l.to_string()).unwrap_or_default();
        let numbers = [p.level, p.cost, p.premium].map(|x| x.to_string());
        let knee = u8::from(frontier.knee == Some(i)).to_string();
        table.write_record([i.to_string(), limit].into_iter().chain(numbers).chain([knee]))?;
    }
    table.flush()
}

/// Writes a frontier for a person.
///
/// # Errors
/// What the writer reports.
pub fn write_text(frontier: &Frontier, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let name = clean(&frontier.model.name);
    writeln!(out, "{name}: cost against {}, each point a certified plan", clean(&frontier.against))?;
    text::table(&points(frontier), style, out)?;
    if let Some(reason) = &frontier.knee_reason {
        writeln!(out, "\nThe knee: {}.", clean(reason))?;
    }
    writeln!(out, "The ends: {}.", clean(&frontier.ends))?;
    failed(frontier).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// A sentence for each point that could not be certified.
pub(super) fn failed(frontier: &Frontier) -> Vec<String> {
    let against = clean(&frontier.against);
    let sentence = |p: &FailedPoint| format!("Missing: the point at {against} {}: {}.", number(p.limit), p.reason);
    frontier.failed.iter().map(sentence).collect()
}

/// The points, with what each costs more than the cheapest plan.
pub(super) fn points(frontier: &Frontier) -> Table<'static> {
    let cheapest = frontier.points.first().map_or(0.0, |p| p.cost);
    let rows: Vec<Vec<String>> = frontier
        .points
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let part = if cheapest > 0.0 { percent(p.premium / cheapest) } else { String::new() };
            let knee = if frontier.knee == Some(i) { "knee" } else { "" };
            let costs = [money(p.cost, &frontier.currency), money(p.premium, &frontier.currency), part];
            [i.to_string(), number(p.level)].into_iter().chain(costs).chain([knee.to_owned()]).collect()
        })
        .collect();
    Table {
        heading: "Points".to_owned(),
        columns: vec![("point", true), ("level", true), ("cost", true), ("more", true), ("part", true), ("", false)],
        rows,
        foot: None,
    }
}
