//! `explain`: why there is no plan, or what drives its cost; or what a code means.

use std::io;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use super::args::{CheckFormat, ModelArgs, parse_engine, parse_time};
use super::logging::colour;
use super::{Failure, exit, files};
use crate::analysis::explain::{drivers, infeasibility, subjects};
use crate::analysis::{Detail, SolveSettings, solve};
use crate::diagnostics::{self, Code, suggest};
use crate::engine::EngineChoice;
use crate::plan::Status;
use crate::report::{self, Style};

#[derive(Args, Debug)]
pub(super) struct ExplainCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The offer, workload, contract or limit to explain; left out, all that matters.
    #[arg(value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// The engine: auto, microlp (simplex), clarabel (interior point) or highs.
    #[arg(long, default_value = "auto", value_parser = parse_engine, value_name = "ENGINE")]
    pub engine: EngineChoice,
    /// Format of the explanation.
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// Longest time for one engine at one solve, such as `90`, `30s` or `5m`.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    pub time_limit: Option<Duration>,
}

pub(super) fn run(command: &ExplainCommand, quiet: bool) -> Result<u8, Failure> {
    let style = Style { colour: command.output.is_none() && colour(&io::stdout()) };
    let mut text = Vec::new();
    if let Some(code) = code(&command.input.model) {
        text.extend(diagnostics::page(code).into_bytes());
        files::write(command.output.as_deref(), &text)?;
        return Ok(exit::DONE);
    }
    let loaded = files::model(&command.input, quiet)?;
    let model = &loaded.model;
    if let Some(subject) = &command.subject {
        let known = subjects(model);
        if !known.contains(subject) {
            let near = suggest(subject, known.iter().map(String::as_str).collect::<Vec<_>>());
            return Err(Failure::Usage(format!(
                "`{subject}` is no offer, workload, contract or limit of the model; {near}"
            )));
        }
    }
    let settings = SolveSettings {
        engine: command.engine,
        time_limit: command.time_limit,
        detail: Detail::Full,
        ..SolveSettings::default()
    };
    let outside = |e: crate::engine::EngineError| Failure::Outside(e.to_string());
    let plan = solve(model, &settings).map_err(outside)?;
    let json = command.format == CheckFormat::Json;
    let code = match plan.status {
        Status::Optimal | Status::LimitReached => {
            let found = drivers(model, &plan, command.subject.as_deref());
            if json {
                report::explain::write_json(&found, &mut text)?;
            } else {
                report::explain::write_drivers(&found, &plan, command.subject.is_none(), style, &mut text)?;
            }
            exit::DONE
        }
        Status::Infeasible => {
            let Some(found) = infeasibility(model, &settings).map_err(outside)? else {
                files::complain(b"error: the proof that there is no plan could not be found again\n");
                return Ok(exit::UNCERTIFIED);
            };
            if json {
                report::explain::write_json(&found, &mut text)?;
            } else {
                report::explain::write_infeasibility(&found, style, &mut text)?;
            }
            exit::DONE
        }
        status => {
            report::write(&plan, report::Format::Text, Style { colour: colour(&io::stderr()) }, &mut text)?;
            files::complain(&text);
            return Ok(status.exit_code());
        }
    };
    files::write(command.output.as_deref(), &text)?;
    Ok(code)
}

/// A diagnostic's code, unless there is a file of that name.
fn code(name: &Path) -> Option<Code> {
    let text = name.to_str()?;
    let code = Code::ALL.iter().copied().find(|c| c.as_str() == text)?;
    (!name.exists()).then_some(code)
}
