//! `sweep merge`: the chunks put together.

use std::path::PathBuf;

use clap::Args;

use super::format::MergeFormat;
use crate::batch::{
    ChunkError, Folder, ManifestKind, MergeError, Merged, MergedPlan, Sealed, merge, merge_evaluation,
    merge_replications, ranges,
};
use crate::cli::common::{OutputArgs, PageFormat, PlanFormat};
use crate::cli::evaluate;
use crate::cli::failure::Failure;
use crate::cli::sweep::{SweepFormat, code, write};
use crate::cli::{exit, files};

#[derive(Args, Debug)]
pub(in crate::cli) struct MergeCommand {
    /// The folder of the manifest and the chunks.
    dir: PathBuf,
    /// Tell what was verified: hashes, that every chunk is there, and that every point is in its place.
    /// It is verified with and without.
    #[arg(long)]
    verify: bool,
    /// Format of the rows of a sweep, of the plan that replications judge, or of an evaluation.
    #[arg(long, value_enum, default_value = "text")]
    format: MergeFormat,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(command: &MergeCommand, quiet: bool) -> Result<u8, Failure> {
    let folder = Folder::of(&command.dir)?;
    let sealed = folder.sealed()?;
    let merged = match sealed.manifest.kind {
        ManifestKind::Replications => plan(command, command.format.of_plan()?, (&folder, &sealed)),
        ManifestKind::Evaluation => evaluation(command, command.format.of_page()?, (&folder, &sealed)),
        ManifestKind::Sweep => rows(command, command.format.of_rows()?, (&folder, &sealed)),
    };
    let code = match merged {
        Err(Merging::Chunks(error)) => {
            files::say(&what_is_missing(&folder, &error));
            return Ok(exit::INTERNAL);
        }
        Err(Merging::Other(failure)) => return Err(failure),
        Ok(code) => code,
    };
    if command.verify && !quiet {
        let told = format!(
            "verified: the manifest {}, {} chunks by their checksums, {} points in their places\n",
            &sealed.sha256[..12],
            sealed.manifest.chunks.len(),
            sealed.manifest.points.len()
        );
        files::say(&told);
    }
    Ok(code)
}

/// Why nothing is merged.
enum Merging {
    /// Chunks that are named one by one.
    Chunks(MergeError),
    /// Anything else.
    Other(Failure),
}

impl From<MergeError> for Merging {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Chunks { .. } => Merging::Chunks(error),
            other => Merging::Other(other.into()),
        }
    }
}

impl From<Failure> for Merging {
    fn from(failure: Failure) -> Self {
        Merging::Other(failure)
    }
}

/// Writes the rows of a sweep; the exit code.
fn rows(command: &MergeCommand, format: SweepFormat, (folder, sealed): (&Folder, &Sealed)) -> Result<u8, Merging> {
    command.output.check()?;
    let Merged { plan, rows } = merge(folder, sealed)?;
    write(&plan, &rows, format, &command.output)?;
    Ok(code(&rows))
}

/// Writes the plan that replications judge; the exit code.
fn plan(command: &MergeCommand, format: PlanFormat, (folder, sealed): (&Folder, &Sealed)) -> Result<u8, Merging> {
    format.check(&command.output)?;
    let MergedPlan { model, plan } = merge_replications(folder, sealed)?;
    command.output.write(&format.write(&model, &plan, command.output.style())?)?;
    Ok(exit::exit_code(plan.status))
}

/// Writes an evaluation; the exit code.
fn evaluation(command: &MergeCommand, format: PageFormat, (folder, sealed): (&Folder, &Sealed)) -> Result<u8, Merging> {
    command.output.check()?;
    Ok(evaluate::write(&merge_evaluation(folder, sealed)?, format, &command.output)?)
}

/// Which chunks cannot be taken, and what to do.
fn what_is_missing(folder: &Folder, error: &MergeError) -> String {
    let run = |chunk: usize| format!("run `polysource sweep run --chunk {chunk} --out {}`", folder.shown());
    let mut text = format!("error: {error}\n");
    let MergeError::Chunks { missing, wrong, .. } = error else { return text };
    if let Some(&first) = missing.first() {
        let each = if missing.len() > 1 { ", and so each of them" } else { "" };
        text += &format!("  missing: {}; {}{each}\n", ranges(missing), run(first));
    }
    for (chunk, error) in wrong {
        text += &match error {
            ChunkError::Torn(_) => format!("  torn: {chunk}, {error}; {}\n", run(*chunk)),
            ChunkError::Foreign(_) => {
                format!("  foreign: {chunk}, {error}; move {} away and {}\n", folder.rows(*chunk), run(*chunk))
            }
        };
    }
    text
}
