//! `solve`: the cheapest plan.

use super::args::{PlanFormat, SolveCommand};
use super::{Failure, files};
use crate::analysis::explain::infeasibility;
use crate::analysis::{SolveSettings, solve};
use crate::plan::Status;
use crate::report;

pub(super) fn run(command: &SolveCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = files::model(&command.input, quiet)?;
    command.output.check()?;
    let settings = SolveSettings { mip_gap: command.gap.gap, ..command.solver.settings(command.detail.into()) };
    let plan = solve(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?;
    let style = command.output.style();
    let mut text = Vec::new();
    report::write(&plan, command.format.into(), style, &mut text)?;
    // Why there is none is for a person; programs ask `explain`.
    if plan.status == Status::Infeasible
        && settings.detail.is_full()
        && command.format == PlanFormat::Text
        && let Some(found) = infeasibility(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?
    {
        text.push(b'\n');
        report::explain::write_infeasibility(&found, style, &mut text)?;
    }
    command.output.write(&text)?;
    Ok(plan.status.exit_code())
}
