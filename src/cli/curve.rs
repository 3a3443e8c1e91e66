//! `curve`: the optimal cost as a function of one number of the model.

use std::io;

use super::args::{CurveCommand, StressFormat};
use super::logging::colour;
use super::{Failure, exit, files};
use crate::analysis::SolveSettings;
use crate::analysis::curve::{CurveError, CurveSettings, curve};
use crate::model::Asked;
use crate::report::{self, Style};

pub(super) fn run(command: &CurveCommand, quiet: bool) -> Result<u8, Failure> {
    // A range without steps is what a tornado has, too.
    let asked = Asked { method: Some("tornado".to_owned()), ..Asked::default() };
    let family = files::family(&command.input, None, std::slice::from_ref(&command.vary), &asked, quiet)?;
    let settings = CurveSettings {
        solve: SolveSettings { engine: command.engine, time_limit: command.time_limit, ..SolveSettings::default() },
        tolerance: command.tolerance,
    };
    let curve = match curve(&family, &settings) {
        Ok(curve) => curve,
        Err(CurveError::Usage(message)) => return Err(Failure::Usage(message)),
        Err(error @ CurveError::Model { .. }) => {
            files::complain(format!("error: {error}\n").as_bytes());
            return Ok(exit::MODEL_WRONG);
        }
        Err(error @ CurveError::Uncertified { .. }) => {
            files::complain(format!("error: {error}\n").as_bytes());
            return Ok(exit::UNCERTIFIED);
        }
        Err(CurveError::Engine(error)) => return Err(Failure::Outside(error.to_string())),
    };
    let mut text = Vec::new();
    match command.format {
        StressFormat::Text => {
            let style = Style { colour: command.output.is_none() && colour(&io::stdout()) };
            report::curve::write_text(&curve, style, &mut text)?;
        }
        StressFormat::Json => report::curve::write_json(&curve, &mut text)?,
        StressFormat::Csv => report::curve::write_csv(&curve, &mut text)?,
    }
    files::write(command.output.as_deref(), &text)?;
    Ok(if curve.pieces.is_empty() { exit::INFEASIBLE } else { exit::DONE })
}
