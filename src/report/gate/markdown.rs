//! A comment for a review.

use std::io::{self, Write};

use super::super::markdown::{escaped, prose, table};
use super::{case_line, case_name, headline, lock, word};
use crate::compare::Gate;

/// Writes it as a comment for a review: the verdict, the expectations, and what changed against the lock.
///
/// # Errors
/// What the writer reports.
pub fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let verdict = if gate.passed { "passed" } else { "failed" };
    writeln!(out, "## Plan of {}: {verdict}\n", escaped(&gate.model.name))?;
    writeln!(out, "**{}.**", escaped(&capitalised(&headline(gate))))?;
    if !gate.expectations.is_empty() {
        writeln!(out, "\n| | expectation | under | measured | at |\n| --- | --- | --- | --- | --- |")?;
    }
    for v in &gate.expectations {
        let cells = [
            word(v.outcome).to_owned(),
            escaped(&v.expectation),
            escaped(&case_name(&v.scenarios)),
            // A bar would end the cell, also between backticks.
            prose(&v.sentence).replace('|', "\\|"),
            escaped(&format!("{}:{}", v.file, v.line)),
        ];
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    if let Some(diff) = &gate.lock {
        let changed = if diff.differs() { "What changed against" } else { "No change against" };
        writeln!(out, "\n### {changed} {}\n", escaped(&diff.file))?;
        writeln!(out, "{}.", escaped(&capitalised(&lock::cost(diff, &gate.currency))))?;
        if !diff.same_input {
            writeln!(out, "The model was changed since.")?;
        }
        for changes in lock::tables(diff) {
            writeln!(out, "\n#### {}\n", escaped(&changes.heading))?;
            table(&changes, out)?;
        }
    }
    writeln!(out, "\n### Certificate\n")?;
    for case in &gate.cases {
        writeln!(out, "- {}: {}", escaped(&case_name(&case.scenarios)), escaped(&case_line(case, &gate.currency)))?;
    }
    Ok(())
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
