//! `check`: every mistake of a model, and nothing solved.

use serde_json::json;

use super::args::{CheckCommand, CheckFormat};
use super::{Failure, exit, files};
use crate::diagnostics::{Diagnostics, Severity, Sources};
use crate::model::{Model, Rejected, load};

pub(super) fn run(command: &CheckCommand) -> Result<u8, Failure> {
    let input = files::input(&command.input)?;
    match (load(&input), command.format) {
        (Ok(loaded), CheckFormat::Text) => {
            files::tell(&loaded.warnings, &loaded.sources)?;
            files::write(None, format!("{}: ok: {}\n", input.name, counts(&loaded.model)).as_bytes())?;
            Ok(exit::DONE)
        }
        (Err(Rejected { diagnostics, sources }), CheckFormat::Text) => {
            files::tell(&diagnostics, &sources)?;
            Ok(exit::MODEL_WRONG)
        }
        (Ok(loaded), CheckFormat::Json) => {
            tell(true, &loaded.warnings, &loaded.sources)?;
            Ok(exit::DONE)
        }
        (Err(Rejected { diagnostics, sources }), CheckFormat::Json) => {
            tell(false, &diagnostics, &sources)?;
            Ok(exit::MODEL_WRONG)
        }
    }
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
    let told = counts.iter().map(|(n, word)| format!("{n} {word}{}", if *n == 1 { "" } else { "s" }));
    told.collect::<Vec<_>>().join(", ")
}

fn tell(ok: bool, diagnostics: &Diagnostics, sources: &Sources) -> Result<(), Failure> {
    let of = |severity: Severity| -> Vec<serde_json::Value> {
        let all = diagnostics.sorted().into_iter().filter(|d| d.severity == severity);
        all.map(|d| {
            let place = d.place.map(|p| (sources.get(p.source).name.to_string(), sources.line_column(p)));
            json!({
                "code": d.code.as_str(),
                "message": d.message,
                "file": place.as_ref().map(|(file, _)| file),
                "line": place.as_ref().map(|(_, (line, _))| line),
                "column": place.as_ref().map(|(_, (_, column))| column),
                "remedy": d.remedy,
            })
        })
        .collect()
    };
    let value = json!({ "ok": ok, "errors": of(Severity::Error), "warnings": of(Severity::Warning) });
    let mut text = serde_json::to_string_pretty(&value).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    files::write(None, text.as_bytes())?;
    Ok(())
}
