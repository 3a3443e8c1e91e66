//! `export`: the linear program for another solver.

use super::args::{ExportCommand, ProgramFormat};
use super::{Failure, exit, files};
use crate::formulation::build;
use crate::lp::{write_lp, write_mps};

pub(super) fn run(command: &ExportCommand) -> Result<u8, Failure> {
    let extension = command.output.as_ref().and_then(|p| p.extension()).and_then(|e| e.to_str());
    let format = match (command.to, extension) {
        (Some(format), _) => format,
        (None, Some("lp")) => ProgramFormat::Lp,
        (None, _) => ProgramFormat::Mps,
    };
    let loaded = files::model(&command.input)?;
    let formulation = build(&loaded.model);
    let mut text = Vec::new();
    match format {
        ProgramFormat::Mps => write_mps(formulation.program(), &mut text)?,
        ProgramFormat::Lp => write_lp(formulation.program(), &mut text)?,
    }
    files::write(command.output.as_deref(), &text)?;
    Ok(exit::DONE)
}
