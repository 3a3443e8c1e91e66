//! Markdown: the text as a document.

use std::io::{self, Write};

use super::summary;
use crate::plan::Plan;

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", escaped(&plan.model.name))?;
    if !plan.model.scenarios.is_empty() {
        writeln!(out, "Scenarios: {}\n", escaped(&plan.model.scenarios.join(", ")))?;
    }
    writeln!(out, "**{}**\n\n{}", summary::headline(plan), escaped(&summary::certificate(plan)))?;
    if let Some(advice) = summary::advice(plan) {
        writeln!(out, "\n{advice}")?;
    }
    for table in summary::tables(plan) {
        writeln!(out, "\n## {}\n", escaped(&table.heading))?;
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        writeln!(out, "{}", line(table.columns.iter().map(|(name, _)| (*name).to_owned()).collect()))?;
        let rule = table.columns.iter().map(|(_, number)| if *number { "---:" } else { "---" }.to_owned()).collect();
        writeln!(out, "{}", line(rule))?;
        for row in &table.rows {
            writeln!(out, "{}", line(row.iter().map(|c| escaped(c)).collect()))?;
        }
        if let Some(foot) = &table.foot {
            writeln!(out, "\n{}", escaped(foot))?;
        }
    }
    let (limits, more) = summary::limits(plan);
    if !limits.is_empty() {
        writeln!(out, "\n## Limits that bind\n")?;
        limits.iter().try_for_each(|l| writeln!(out, "- {}", l.replace('|', "\\|")))?;
        if more > 0 {
            writeln!(out, "- and {more} more")?;
        }
    }
    if !plan.notes.is_empty() {
        writeln!(out, "\n## Notes\n")?;
        plan.notes.iter().try_for_each(|n| writeln!(out, "- {}", escaped(n)))?;
    }
    Ok(())
}

/// Text without the characters that Markdown and HTML would interpret.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '#' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}
