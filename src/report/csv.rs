//! CSV: the assignments.
//!
//! Text that a spreadsheet would read as a formula gets a leading apostrophe.

use std::io::{self, Write};

use crate::plan::Plan;

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["workload", "offer", "period", "chips", "work"])?;
    for a in &plan.assignments {
        let (workload, offer, period) = (safe(&a.workload), safe(&a.offer), safe(&a.period));
        table.write_record([&workload, &offer, &period, &a.chips.to_string(), &a.work.to_string()])?;
    }
    table.flush()
}

pub(super) fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn formulas_are_text() {
        assert_eq!(super::safe("=1+1"), "'=1+1");
        assert_eq!(super::safe("aws-h100"), "aws-h100");
    }
}
