//! A difference of two plans as text, JSON and CSV.

mod table;
mod tables;
mod words;

use std::io::{self, Write};

use super::column::clean;
use super::{Style, text};
use crate::compare::Diff;

pub use table::write_csv;
pub(super) use tables::tables;
pub use words::status;
pub(super) use words::{Wording, cells, part, points, signed};

/// Writes a difference as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    writeln!(out)
}

/// Writes a difference for a person: the total in a sentence, then a table for each part.
///
/// # Errors
/// What the writer reports.
pub fn write_text(diff: &Diff, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", words::sentence(diff))?;
    writeln!(out, "  A: {}", clean(&words::side(&diff.a, &diff.currency)))?;
    writeln!(out, "  B: {}", clean(&words::side(&diff.b, &diff.currency)))?;
    writeln!(out, "  {}", words::input(diff))?;
    for table in tables::tables(diff, &Wording::A_AND_B) {
        text::table(&table, style, out)?;
    }
    if !diff.notes.is_empty() {
        writeln!(out)?;
        diff.notes.iter().try_for_each(|n| writeln!(out, "Note: {}.", clean(n)))?;
    }
    Ok(())
}
