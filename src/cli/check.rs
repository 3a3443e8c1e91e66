//! `check`: every mistake of a model, and nothing solved.

use clap::Args;
use serde_json::json;

use super::common::{ModelArgs, OutputArgs, TextFormat};
use super::failure::Failure;
use super::{exit, files, models};
use crate::diagnostics::{Diagnostics, Severity, Sources, worded};
use crate::model::{Model, Rejected, load};
use crate::units::human;

#[derive(Args, Debug)]
pub(super) struct CheckCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &CheckCommand, quiet: bool) -> Result<u8, Failure> {
    let (code, model, diagnostics, sources) = match models::input(&command.input) {
        Ok(input) => match load(&input) {
            Ok(loaded) => {
                models::remember_named(&loaded.sources);
                (exit::DONE, Some(loaded.model), loaded.warnings, loaded.sources)
            }
            Err(Rejected { diagnostics, sources }) => (exit::MODEL_WRONG, None, diagnostics, sources),
        },
        Err(unreadable) => (unreadable.code, None, unreadable.diagnostics, Sources::new()),
    };
    let text = match command.format {
        TextFormat::Text => {
            files::report(&diagnostics, &sources, quiet);
            model.map(|model| format!("{}: ok: {}\n", command.input.model.display(), counts(&model)))
        }
        TextFormat::Json => Some(json(model.is_some(), &diagnostics, &sources)?),
    };
    if let Some(text) = text {
        command.output.check()?;
        command.output.write(text.as_bytes())?;
    }
    Ok(code)
}

fn counts(model: &Model) -> String {
    let counts = [
        (model.offers.len(), "offer"),
        (model.chips.len(), "chip"),
        (model.clouds.len(), "cloud"),
        (model.contracts.len(), "contract"),
        (model.workloads.len(), "workload"),
        (model.periods(), "period"),
        (model.limits.len(), "limit"),
    ];
    let parts = || model.calendar.parts().iter().map(|(n, step)| human::count(*n, step.word())).collect::<Vec<_>>();
    let told = counts.iter().map(|(n, word)| match *word {
        "period" if !model.calendar.is_even() => format!("{} ({})", human::count(*n, word), parts().join(", ")),
        _ => human::count(*n, word),
    });
    let futures = model.uncertainty().map(|u| human::count(u.futures().len(), "future"));
    told.chain(futures).collect::<Vec<_>>().join(", ")
}

fn json(ok: bool, diagnostics: &Diagnostics, sources: &Sources) -> Result<String, Failure> {
    let of = |severity: Severity| -> Vec<serde_json::Value> {
        let all = diagnostics.sorted().into_iter().filter(|d| d.severity == severity);
        all.map(|d| {
            let place = d.place.map(|p| (sources.get(p.source).name.to_string(), sources.line_column(p)));
            let (message, remedy) = worded(d, sources);
            json!({
                "code": d.code.as_str(),
                "message": message,
                "file": place.as_ref().map(|(file, _)| file),
                "line": place.as_ref().map(|(_, (line, _))| line),
                "column": place.as_ref().map(|(_, (_, column))| column),
                "path": d.path,
                "remedy": remedy,
            })
        })
        .collect()
    };
    let value = json!({ "ok": ok, "errors": of(Severity::Error), "warnings": of(Severity::Warning) });
    let mut text = serde_json::to_string_pretty(&value).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    Ok(text)
}
