//! `sweep merge`: the chunks put together.

use std::path::PathBuf;

use clap::Args;

use crate::batch::{ChunkError, Folder, MergeError, Merged, merge, ranges};
use crate::cli::common::OutputArgs;
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
    /// Format of the rows.
    #[arg(long, value_enum, default_value = "text")]
    format: SweepFormat,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(command: &MergeCommand, quiet: bool) -> Result<u8, Failure> {
    let folder = Folder::of(&command.dir)?;
    let sealed = folder.sealed()?;
    command.output.check()?;
    let Merged { plan, rows } = match merge(&folder, &sealed) {
        Ok(merged) => merged,
        Err(error @ MergeError::Chunks { .. }) => {
            files::say(&what_is_missing(&folder, &error));
            return Ok(exit::INTERNAL);
        }
        Err(error) => return Err(error.into()),
    };
    write(&plan, &rows, command.format, &command.output)?;
    if command.verify && !quiet {
        let told = format!(
            "verified: the manifest {}, {} chunks by their checksums, {} points in their places\n",
            &sealed.sha256[..12],
            sealed.manifest.chunks.len(),
            rows.len()
        );
        files::say(&told);
    }
    Ok(code(&rows))
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
