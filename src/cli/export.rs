//! `export`: the linear program for another solver.

use std::path::Path;

use super::args::{ExportCommand, ProgramFormat};
use super::{Failure, exit, files};
use crate::analysis::{SolveSettings, solved_program};
use crate::formulation::build;
use crate::lp::{write_lp, write_mps};

pub(super) fn run(command: &ExportCommand, quiet: bool) -> Result<u8, Failure> {
    let format = command.to.or_else(|| by_name(command.output.as_deref()?)).ok_or_else(|| {
        Failure::Usage("which format? Give `--to mps` or `--to lp`, or a file that ends in .mps or .lp".to_owned())
    })?;
    let loaded = files::model(&command.input, quiet)?;
    let mut formulation = build(&loaded.model);
    if formulation.is_provisional() {
        // Solving widens its boxes and finds its cuts.
        let settings = SolveSettings::default();
        formulation = solved_program(&loaded.model, &settings).map_err(|e| Failure::Outside(e.to_string()))?.0;
    }
    let mut text = Vec::new();
    match format {
        ProgramFormat::Mps => write_mps(formulation.program(), &mut text)?,
        ProgramFormat::Lp => write_lp(formulation.program(), &mut text)?,
    }
    files::write(command.output.as_deref(), &text)?;
    Ok(exit::DONE)
}

fn by_name(file: &Path) -> Option<ProgramFormat> {
    match file.extension()?.to_ascii_lowercase().to_str()? {
        "mps" => Some(ProgramFormat::Mps),
        "lp" => Some(ProgramFormat::Lp),
        _ => None,
    }
}
