//! `solve`: the cheapest plan.

use std::io;

use super::args::{PlanFormat, SolveCommand};
use super::logging::colour;
use super::{Failure, files};
use crate::analysis::explain::infeasibility;
use crate::analysis::{SolveSettings, solve};
use crate::plan::Status;
use crate::report::{self, Style};

pub(super) fn run(command: &SolveCommand, quiet: bool) -> Result<u8, Failure> {
    let loaded = files::model(&command.input, quiet)?;
    let settings = SolveSettings {
        engine: command.engine,
        time_limit: command.time_limit,
        mip_gap: command.gap,
        detail: command.detail.into(),
    };
    let plan = solve(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?;
    let style = Style { colour: command.output.is_none() && colour(&io::stdout()) };
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
    files::write(command.output.as_deref(), &text)?;
    Ok(plan.status.exit_code())
}
