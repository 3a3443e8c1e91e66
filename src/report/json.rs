//! JSON: exactly the plan, numbers as numbers.

use std::io::{self, Write};

use crate::plan::Plan;

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, plan)?;
    writeln!(out)
}
