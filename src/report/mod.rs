//! Plans as text, JSON, CSV and Markdown: one writer a format. Nothing is computed here beyond
//! adding up lines for display.

pub mod alternatives;
pub mod backtest;
mod balances;
mod chart;
mod column;
mod csv;
pub mod curve;
mod decision;
mod dependency;
pub mod diff;
pub mod evaluation;
pub mod explain;
pub mod focus;
pub mod focus_commitments;
pub mod frontier;
mod futures;
pub mod gate;
pub mod html;
mod json;
mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
mod pictures;
pub mod reference;
pub mod replan;
mod screen;
#[cfg(feature = "batch")]
pub mod shards;
pub mod stress;
mod summary;
pub mod sweep;
mod text;
#[cfg(feature = "xlsx")]
pub mod workbook;

use std::io::{self, Write};

pub use self::csv::files as csv_files;

use crate::plan::Plan;

/// A format of `solve`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One screen for a person: the decision, the cost, what binds and the certificate.
    Text,
    /// Every table for a person.
    Tables,
    /// Everything, for programs.
    Json,
    /// The workload placement as a table.
    Csv,
    /// Every table as a document.
    Markdown,
}

/// How text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether the terminal shows colours.
    pub colour: bool,
}

/// Whether a sentence says with which option of the program its reader learns more. The live page has no options to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// It does.
    Options,
    /// It does not.
    None,
}

impl Advice {
    /// Words that name an option, where they help.
    fn option(self, words: &str) -> &str {
        match self {
            Advice::Options => words,
            Advice::None => "",
        }
    }
}

/// Writes a plan.
///
/// # Errors
/// What the writer reports.
pub fn write(plan: &Plan, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => screen::write(plan, style, out),
        Format::Tables => text::write(plan, style, out),
        Format::Json => json::write(plan, out),
        Format::Csv => csv::write(plan, out),
        Format::Markdown => markdown::write(plan, out),
    }
}

/// The decision of a plan, a sentence each: what it costs, what to sign, on whom it depends. What is not certified says
/// so first, and without a plan that is all.
#[must_use]
pub fn decision(plan: &Plan) -> Vec<String> {
    let mut told = Vec::new();
    if plan.status != crate::plan::Status::Optimal {
        told.push(format!("{}.", html::capitalised(&summary::headline(plan))));
    }
    told.extend(decision::sentences(plan, Advice::Options));
    told
}

/// The JSON Schema of a type, with its title.
fn schema_of<T: schemars::JsonSchema>(title: &str) -> serde_json::Value {
    let mut schema = schemars::schema_for!(T).to_value();
    if let Some(map) = schema.as_object_mut() {
        map.insert("title".to_owned(), title.into());
    }
    schema
}

/// The JSON Schema of `stress --format json`.
#[must_use]
pub fn stress_schema() -> serde_json::Value {
    schema_of::<crate::resilience::Stress>("polysource stress table")
}

/// The JSON Schema of `curve --format json`.
#[must_use]
pub fn curve_schema() -> serde_json::Value {
    schema_of::<crate::analysis::curve::Curve>("polysource curve")
}

/// The JSON Schema of `frontier --format json`.
#[must_use]
pub fn frontier_schema() -> serde_json::Value {
    schema_of::<crate::analysis::frontier::Frontier>("polysource frontier")
}

/// The JSON Schema of `replan --format json`.
#[must_use]
pub fn replan_schema() -> serde_json::Value {
    schema_of::<crate::compare::ReplanResult>("polysource next plan")
}

/// The JSON Schema of `backtest --format json`.
#[must_use]
pub fn backtest_schema() -> serde_json::Value {
    schema_of::<crate::plan::BacktestResult>("polysource backtest of policies")
}

/// The JSON Schema of `evaluate --format json`.
#[must_use]
pub fn evaluation_schema() -> serde_json::Value {
    schema_of::<crate::plan::Evaluation>("polysource evaluation of plans")
}

/// The JSON Schema of `diff --format json`.
#[must_use]
pub fn diff_schema() -> serde_json::Value {
    schema_of::<crate::compare::Diff>("polysource difference of two plans")
}

/// The JSON Schema of `gate --format json`.
#[must_use]
pub fn gate_schema() -> serde_json::Value {
    schema_of::<crate::compare::Gate>("polysource gate")
}

/// The JSON Schema of a lock, `gate --write-lock`.
#[must_use]
pub fn lock_schema() -> serde_json::Value {
    schema_of::<crate::compare::Lock>("polysource lock")
}

/// The JSON Schema of the manifest that `sweep plan` writes.
#[cfg(feature = "batch")]
#[must_use]
pub fn sweep_manifest_schema() -> serde_json::Value {
    let mut schema = schema_of::<crate::batch::Manifest>("polysource manifest of a sweep");
    if let Some(map) = schema.as_object_mut() {
        if let Some(keys) = map.get_mut("properties").and_then(|p| p.as_object_mut()) {
            let of = "SHA-256 of all bytes of the file after its first line.";
            keys.insert("sha256".to_owned(), serde_json::json!({ "type": "string", "description": of }));
        }
        if let Some(required) = map.get_mut("required").and_then(|r| r.as_array_mut()) {
            required.push("sha256".into());
        }
    }
    schema
}

/// The JSON Schema of `alternatives --format json`.
#[must_use]
pub fn alternatives_schema() -> serde_json::Value {
    schema_of::<crate::analysis::alternatives::Alternatives>("polysource alternatives")
}

/// The JSON Schema of `sweep status --format json`.
#[cfg(feature = "batch")]
#[must_use]
pub fn sweep_status_schema() -> serde_json::Value {
    schema_of::<crate::batch::SweepStatus>("polysource status of a sweep in chunks")
}

/// The JSON Schema of a line of `sweep --format jsonl`.
#[must_use]
pub fn sweep_schema() -> serde_json::Value {
    schema_of::<crate::analysis::sweep::SweepLine>("polysource point of a sweep")
}

/// The JSON Schema of `solve --format json`.
#[must_use]
pub fn output_schema() -> serde_json::Value {
    schema_of::<Plan>("polysource plan")
}
