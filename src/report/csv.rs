//! CSV: the assignments.

use std::io::{self, Write};

pub(super) use crate::document::safe_cell as safe;
use crate::plan::{Cells, Plan};

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for table in plan.tables().iter().filter(|t| t.name == "assignments") {
        csv.write_record(table.columns.iter().map(|c| c.name))?;
        for row in 0..table.rows() {
            csv.write_record(table.columns.iter().map(|c| match &c.cells {
                Cells::Text(_) => safe(&table.text(row, c.name)),
                _ => table.text(row, c.name),
            }))?;
        }
    }
    csv.flush()
}
