//! `import solution`: the plan that another solver found for the exported program, certified.

use std::path::{Path, PathBuf};

use clap::Args;

use super::common::{GapArgs, ModelArgs, OutputArgs, PlanFormat};
use super::exit::exit_code;
use super::failure::Failure;
use super::{exit, files, models};
use crate::analysis::{exported_program, imported};
use crate::diagnostics::{Diagnostics, Sources};
use crate::lp::SolutionFile;

#[derive(Args, Debug)]
pub(super) struct SolutionCommand {
    #[command(flatten)]
    pub input: ModelArgs,
    /// The solution of the exported program, as HiGHS, CLP or CBC write it, or as lines with a name, its value and its
    /// dual; `-` for standard input.
    #[arg(value_name = "SOLUTION")]
    pub solution: PathBuf,
    #[command(flatten)]
    pub gap: GapArgs,
    /// Format of the plan.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

pub(super) fn run(command: &SolutionCommand, quiet: bool) -> Result<u8, Failure> {
    let input = [&command.input.model, &command.solution].into_iter().chain(&command.input.overlay);
    if input.filter(|path| *path == Path::new("-")).count() > 1 {
        let message = "standard input can be only one of the model, its overlays and the solution";
        return Err(Failure::Usage(message.to_owned()));
    }
    let loaded = models::known(&command.input, quiet)?;
    let text = files::text(&command.solution).map_err(|unreadable| files::failed(&unreadable, quiet))?;
    command.format.check(&command.output)?;
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let source = sources.add(&command.solution.display().to_string(), &text);
    if !SolutionFile::is_one(&text) {
        sources.withhold(source);
    }
    let outside = |e: &dyn std::fmt::Display| Failure::Outside(e.to_string());
    let file = SolutionFile::read(&text, source, &mut diagnostics).filter(|_| !diagnostics.has_errors());
    let mut found = None;
    if let Some(file) = file {
        let formulation = exported_program(&loaded.model).map_err(|e| outside(&e))?;
        let point = file.point(formulation.program(), &mut diagnostics);
        found = point.map(|point| (formulation, point, file));
    }
    files::report(&diagnostics, &sources, quiet);
    let Some((formulation, point, file)) = found else { return Err(Failure::Told(exit::MODEL_WRONG)) };
    let mut plan =
        imported(&loaded.model, &formulation, &point, file.solver, command.gap.gap).map_err(|e| outside(&e))?;
    if let Some(status) = file.status.filter(|s| !s.eq_ignore_ascii_case("optimal")) {
        plan.notes.push(format!("the solver says `{status}` of the program"));
    }
    let style = command.output.style();
    command.output.write(&command.format.write(&loaded.model, &plan, style)?)?;
    Ok(exit_code(plan.status))
}
