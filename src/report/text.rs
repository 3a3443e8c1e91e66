//! Text: every table of a plan.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, presets};

use super::column::clean;
use super::summary::Table;
use super::{Advice, Style, decision, summary};
use crate::plan::{LimitResult, Plan, Status};

pub(super) fn write(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    head(plan, style, out)?;
    for table in summary::tables(plan) {
        self::table(&table, style, out)?;
    }
    let (limits, more) = summary::limits(plan, summary::LIMITS);
    binding(plan, &limits, style, out)?;
    if more > 0 {
        writeln!(out, "  and {more} more (see --format json)")?;
    }
    notes(plan, style, out)?;
    certificate(plan, style, out)
}

/// What it is, and the decision in sentences.
pub(super) fn head(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let name = clean(&plan.model.name);
    let scenarios = if plan.model.scenarios.is_empty() {
        String::new()
    } else {
        format!(" ({})", clean(&plan.model.scenarios.join(", ")))
    };
    writeln!(out, "{name}{scenarios}: {}", coloured(&summary::headline(plan), plan.status, style))?;
    // What is not certified says so at once, and nothing is said of what it decides.
    if plan.status.is_certified() {
        decision::sentences(plan, Advice::Options)
            .iter()
            .try_for_each(|sentence| writeln!(out, "{}", clean(sentence)))?;
    } else {
        writeln!(out, "{}", summary::certificate(plan))?;
    }
    summary::advice(plan).map_or(Ok(()), |advice| writeln!(out, "{advice}"))
}

/// The limits that bind, each with its price.
pub(super) fn binding(plan: &Plan, limits: &[&LimitResult], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if limits.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", bold("Binding limits", style))?;
    limits.iter().try_for_each(|l| writeln!(out, "  {}", clean(&l.sentence)))?;
    if plan.certificate.conditional_prices {
        writeln!(out, "  These savings hold while every yes-or-no decision stays as it is.")?;
    }
    Ok(())
}

pub(super) fn notes(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if plan.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", bold("Notes", style))?;
    plan.notes.iter().try_for_each(|n| writeln!(out, "  {}", clean(n)))
}

/// How the answer was checked; what is not certified has said so at once.
pub(super) fn certificate(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if plan.status.is_certified() {
        writeln!(out, "\n{}\n  {}", bold("Certificate", style), summary::certificate(plan))?;
    }
    Ok(())
}

/// A table with its heading above and its foot below.
pub(super) fn table(table: &Table, style: Style, out: &mut dyn Write) -> io::Result<()> {
    named(&table.heading, &table.columns, &table.rows, table.foot.as_deref(), style, out)
}

/// The same for columns whose names come from the model.
pub(super) fn named(
    heading: &str,
    columns: &[(&str, bool)],
    rows: &[Vec<String>],
    foot: Option<&str>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "\n{}", bold(&clean(heading), style))?;
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(columns.iter().map(|(name, _)| clean(name)));
    for row in rows {
        grid.add_row(row.iter().map(|cell| clean(cell)));
    }
    for (column, (_, number)) in grid.column_iter_mut().zip(columns) {
        column.set_padding((1, 1));
        if *number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in grid.lines() {
        writeln!(out, " {}", line.trim_end())?;
    }
    if let Some(foot) = foot {
        writeln!(out, "  {foot}")?;
    }
    Ok(())
}

fn coloured(text: &str, status: Status, style: Style) -> String {
    let colour = match status {
        Status::Optimal | Status::NearOptimal => 32,
        Status::LimitReached => 33,
        _ => 31,
    };
    if style.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}

pub(super) fn bold(text: &str, style: Style) -> String {
    if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}
