//! `check`: every mistake of a model, and nothing solved.

#[cfg(feature = "xlsx")]
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::common::{ModelArgs, OutputArgs, TextFormat};
use super::failure::Failure;
use super::{exit, files, models};
#[cfg(feature = "xlsx")]
use crate::diagnostics::is_workbook;
use crate::diagnostics::{Diagnostics, Severity, Sources, worded};
#[cfg(feature = "xlsx")]
use crate::document::save_marked;
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
    /// Of a workbook also write a copy to this file, with every problem as a note on its cell. It holds values, without
    /// formulas, formats and charts.
    #[cfg(feature = "xlsx")]
    #[arg(long, value_name = "FILE")]
    pub mark: Option<PathBuf>,
}

pub(super) fn run(command: &CheckCommand, quiet: bool) -> Result<u8, Failure> {
    let mut read = None;
    let (code, model, diagnostics, sources) = match models::input(&command.input) {
        Ok(input) => match load(read.insert(input)) {
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
        TextFormat::Json => Some(json(model.as_ref(), &diagnostics, &sources)?),
    };
    #[cfg(feature = "xlsx")]
    if let (Some(path), Some(input)) = (&command.mark, &read) {
        mark(path, &input.text, &diagnostics, &sources, quiet)?;
    }
    if let Some(text) = text {
        command.output.check()?;
        command.output.write(text.as_bytes())?;
    }
    Ok(code)
}

/// Writes the cells of a workbook with its problems.
#[cfg(feature = "xlsx")]
fn mark(path: &Path, text: &str, diagnostics: &Diagnostics, sources: &Sources, quiet: bool) -> Result<(), Failure> {
    if !is_workbook(text) {
        let message = "--mark is for a workbook; `polysource export MODEL --to xlsx` makes one of a model";
        return Err(Failure::Usage(message.to_owned()));
    }
    files::may_write(path)?;
    let bytes = save_marked(text, diagnostics, sources).map_err(|e| Failure::Outside(e.to_string()))?;
    files::write(Some(path), &bytes)?;
    if !quiet {
        let shown = path.display();
        files::say(&format!("{shown}: the values that were read, with a note on each cell above\n"));
    }
    Ok(())
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

fn json(model: Option<&Model>, diagnostics: &Diagnostics, sources: &Sources) -> Result<String, Failure> {
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
                "cell": d.place.and_then(|p| sources.cell(p)).map(|cell| cell.to_string()),
                "path": d.path,
                "remedy": remedy,
            })
        })
        .collect()
    };
    let value = json!({
        "ok": model.is_some(),
        "sha256": model.map(Model::sha256),
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
    });
    let mut text = serde_json::to_string_pretty(&value).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    Ok(text)
}
