//! `curve`: the optimal cost as a function of one number of the model.

use clap::Args;

use super::common::{ModelArgs, OutputArgs, SolverArgs, TableFormat};
use super::failure::Failure;
use super::{exit, files, models};
use crate::analysis::Detail;
use crate::analysis::curve::{CurveError, CurveSettings, curve};
use crate::model::SweepOverrides;
use crate::report;

#[derive(Args, Debug)]
pub(super) struct CurveCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The parameter and its range, such as `offers{vendor: amazon}.price=*0.4..1.6`.
    #[arg(long, value_name = "WHAT=FROM..TO")]
    pub vary: String,
    /// Tolerance where the curve has to be sampled, relative to the cost.
    #[arg(long, value_name = "PART", default_value = "0.00001", value_parser = parse_part)]
    pub tolerance: f64,
    #[command(flatten)]
    pub solver: SolverArgs,
    /// Format of the curve.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TableFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &CurveCommand, quiet: bool) -> Result<u8, Failure> {
    // A range without steps is what a tornado has, too.
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let family = models::family(&command.input, None, std::slice::from_ref(&command.vary), &asked, quiet)?;
    command.output.check()?;
    let settings = CurveSettings { solve: command.solver.settings(Detail::Full), tolerance: command.tolerance };
    let curve = curve(&family, &settings).map_err(failure)?;
    let mut text = Vec::new();
    match command.format {
        TableFormat::Text => {
            let style = command.output.style();
            report::curve::write_text(&curve, style, &mut text)?;
        }
        TableFormat::Json => report::curve::write_json(&curve, &mut text)?,
        TableFormat::Csv => report::curve::write_csv(&curve, &mut text)?,
    }
    command.output.write(&text)?;
    Ok(if curve.pieces.is_empty() { exit::INFEASIBLE } else { exit::DONE })
}

/// How the program ends where there is no curve.
pub(super) fn failure(error: CurveError) -> Failure {
    let code = match error {
        CurveError::Usage(message) => return Failure::Usage(message),
        CurveError::Engine(error) => return Failure::Outside(error.to_string()),
        CurveError::Model { .. } => exit::MODEL_WRONG,
        CurveError::Uncertified { .. } => exit::UNCERTIFIED,
    };
    files::say(&format!("error: {error}\n"));
    Failure::Told(code)
}

/// Reads a part above 0 and below 1.
fn parse_part(text: &str) -> Result<f64, String> {
    let read = text.parse().ok().filter(|x| *x > 0.0 && *x < 1.0);
    read.ok_or_else(|| format!("`{text}` is not a part; write a number above 0 and below 1"))
}
