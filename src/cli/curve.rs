//! `curve`: the optimal cost as a function of one number of the model.

use super::args::{CurveCommand, StressFormat};
use super::{Failure, exit, files};
use crate::analysis::Detail;
use crate::analysis::curve::{CurveError, CurveSettings, curve};
use crate::model::Asked;
use crate::report;

pub(super) fn run(command: &CurveCommand, quiet: bool) -> Result<u8, Failure> {
    // A range without steps is what a tornado has, too.
    let asked = Asked { method: Some("tornado".to_owned()), ..Asked::default() };
    let family = files::family(&command.input, None, std::slice::from_ref(&command.vary), &asked, quiet)?;
    command.output.check()?;
    let settings = CurveSettings { solve: command.solver.settings(Detail::Full), tolerance: command.tolerance };
    let curve = curve(&family, &settings).map_err(failure)?;
    let mut text = Vec::new();
    match command.format {
        StressFormat::Text => {
            let style = command.output.style();
            report::curve::write_text(&curve, style, &mut text)?;
        }
        StressFormat::Json => report::curve::write_json(&curve, &mut text)?,
        StressFormat::Csv => report::curve::write_csv(&curve, &mut text)?,
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
