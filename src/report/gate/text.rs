//! For a person at a terminal.

use std::io::{self, Write};

use super::super::column::clean;
use super::super::{Style, text};
use super::{case_line, case_name, headline, lock, word};
use crate::compare::Gate;

/// Writes it for a person: the verdict, what was solved, each expectation, and what differs from the lock.
///
/// # Errors
/// What the writer reports.
pub fn write(gate: &Gate, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let verdict = if gate.passed { "passed" } else { "FAILED" };
    writeln!(out, "{verdict}: {}", clean(&headline(gate)))?;
    for case in &gate.cases {
        writeln!(out, "  {}: {}", clean(&case_name(&case.scenarios)), case_line(case, &gate.currency))?;
    }
    if !gate.expectations.is_empty() {
        writeln!(out)?;
    }
    for v in &gate.expectations {
        let under = match v.scenarios.as_slice() {
            [] => String::new(),
            all => format!(" ({})", all.join(" + ")),
        };
        writeln!(out, "{:<9} {}{}: {}", word(v.outcome), clean(&v.expectation), clean(&under), clean(&v.sentence))?;
        writeln!(out, "          at {}:{}:{}", clean(&v.file), v.line, v.column)?;
    }
    if let Some(diff) = &gate.lock {
        let model = if diff.same_input { "of the same model" } else { "of the model as it was then" };
        writeln!(out, "\n{} ({model}): {}", clean(&diff.file), lock::cost(diff, &gate.currency))?;
        for table in lock::tables(diff) {
            text::table(&table, style, out)?;
        }
    }
    Ok(())
}
