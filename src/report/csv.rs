//! CSV: the assignments.

use std::io::{self, Write};

pub(super) use crate::document::safe_cell as safe;
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
