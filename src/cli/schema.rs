//! `schema`: the JSON Schemas.

use clap::{Args, ValueEnum};

use super::common::OutputArgs;
use super::exit;
use super::failure::Failure;

#[derive(Args, Debug)]
pub(super) struct SchemaCommand {
    /// Which schema, or the reference of the model file in Markdown.
    #[arg(value_enum, default_value = "model")]
    pub of: SchemaOf,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemaOf {
    Model,
    Output,
    Stress,
    Sweep,
    SweepManifest,
    SweepStatus,
    Curve,
    Frontier,
    Evaluation,
    Backtest,
    Replan,
    Diff,
    Alternatives,
    Gate,
    Lock,
    Reference,
}

pub(super) fn run(command: &SchemaCommand) -> Result<u8, Failure> {
    let schema = match command.of {
        SchemaOf::Reference => {
            command.output.write(crate::report::reference::reference().as_bytes())?;
            return Ok(exit::DONE);
        }
        SchemaOf::Model => crate::document::schema(),
        SchemaOf::Output => crate::report::output_schema(),
        SchemaOf::Curve => crate::report::curve_schema(),
        SchemaOf::Frontier => crate::report::frontier_schema(),
        SchemaOf::Evaluation => crate::report::evaluation_schema(),
        SchemaOf::Backtest => crate::report::backtest_schema(),
        SchemaOf::Replan => crate::report::replan_schema(),
        SchemaOf::Diff => crate::report::diff_schema(),
        SchemaOf::Alternatives => crate::report::alternatives_schema(),
        SchemaOf::Gate => crate::report::gate_schema(),
        SchemaOf::Lock => crate::report::lock_schema(),
        SchemaOf::Sweep => crate::report::sweep_schema(),
        SchemaOf::SweepManifest => crate::report::sweep_manifest_schema(),
        SchemaOf::SweepStatus => crate::report::sweep_status_schema(),
        SchemaOf::Stress => crate::report::stress_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::Outside(e.to_string()))?;
    text.push('\n');
    command.output.write(text.as_bytes())?;
    Ok(exit::DONE)
}
