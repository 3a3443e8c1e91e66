//! CSV: the workload placement, or each table of a plan as a file.

use std::io::{self, Write};

pub(super) use crate::document::safe_cell as safe;
use crate::plan::{Cells, FlatTable, Plan};

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    plan.tables().iter().filter(|t| t.name == "assignments").try_for_each(|t| table(t, out))
}

/// Every table of a plan: the name of its file and its text.
///
/// # Errors
/// What the writer reports.
pub fn files(plan: &Plan) -> io::Result<Vec<(String, Vec<u8>)>> {
    let of = |t: &FlatTable| {
        let mut text = Vec::new();
        table(t, &mut text)?;
        Ok((format!("{}.csv", t.name), text))
    };
    plan.tables().iter().map(of).collect()
}

fn table(table: &FlatTable, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(table.columns.iter().map(|c| c.name))?;
    for row in 0..table.rows() {
        csv.write_record(table.columns.iter().map(|c| match &c.cells {
            Cells::Text(_) => safe(&table.text(row, c.name)),
            _ => table.text(row, c.name),
        }))?;
    }
    csv.flush()
}
