//! `sweep merge`: the chunks put together.

use std::path::PathBuf;

use clap::Args;

use super::folder::{Folder, Found};
use crate::analysis::sweep::{ChunkError, Row};
use crate::cli::args::SweepFormat;
use crate::cli::common::OutputArgs;
use crate::cli::sweep::{code, write};
use crate::cli::{Failure, exit, files};

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
    let sealed = folder.sealed().map_err(|error| Failure::Outside(error.told(&folder)))?;
    command.output.check()?;
    let manifest = &sealed.manifest;
    let mut rows: Vec<Option<Row>> = vec![None; manifest.points.len()];
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    for chunk in 0..manifest.chunks.len() {
        match folder.chunk(&sealed, chunk)? {
            Found::Whole(found) => found.into_iter().for_each(|row| {
                let point = row.point;
                rows[point] = Some(row);
            }),
            Found::Nothing => missing.push(chunk),
            Found::Wrong(error) => wrong.push((chunk, error)),
        }
    }
    if !missing.is_empty() || !wrong.is_empty() {
        files::say(&told(&folder, manifest.chunks.len(), &missing, &wrong));
        return Ok(exit::INTERNAL);
    }
    let Some(rows) = rows.into_iter().collect::<Option<Vec<Row>>>() else {
        return Err(Failure::Outside("a point is in no chunk; write the manifest again".to_owned()));
    };
    let (_, plan, _) = manifest.sweep().map_err(|e| Failure::Outside(format!("manifest: {e}")))?;
    write(&plan, &rows, command.format, &command.output)?;
    if command.verify && !quiet {
        let told = format!(
            "verified: the manifest {}, {} chunks by their checksums, {} points in their places\n",
            &sealed.sha256[..12],
            manifest.chunks.len(),
            rows.len()
        );
        files::say(&told);
    }
    Ok(code(&rows))
}

/// Which chunks cannot be taken, and what to do.
fn told(folder: &Folder, chunks: usize, missing: &[usize], wrong: &[(usize, ChunkError)]) -> String {
    let run = |chunk: usize| format!("run `polysource sweep run --chunk {chunk} --out {}`", folder.shown());
    let mut text = format!("error: {} of {chunks} chunks cannot be merged\n", missing.len() + wrong.len());
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

/// `0, 3-5, 9`.
pub(super) fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => runs.push((n, n)),
        }
    }
    let told = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_as_ranges() {
        assert_eq!(ranges(&[0, 3, 4, 5, 9]), "0, 3-5, 9");
        assert_eq!(ranges(&[7, 8]), "7-8");
    }
}
