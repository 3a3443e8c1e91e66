//! The chunks put together.

use std::io;

use super::chunk::ChunkError;
use super::folder::{ChunkFile, Folder};
use super::manifest::{ManifestError, Sealed};
use crate::analysis::sweep::{Row, SweepPlan};

/// A sweep whose chunks are all there.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// What was swept.
    pub plan: SweepPlan,
    /// Its rows, in the order of the points.
    pub rows: Vec<Row>,
}

/// Why chunks cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Some are missing, torn, or of something else.
    #[error("{} of {of} chunks cannot be merged", missing.len() + wrong.len())]
    Chunks {
        /// How many there are to be.
        of: usize,
        /// Those that are not there.
        missing: Vec<usize>,
        /// Those that are there and cannot be taken.
        wrong: Vec<(usize, ChunkError)>,
    },
    /// A point is in no chunk.
    #[error("a point is in no chunk; write the manifest again")]
    NoChunk,
    /// The manifest contradicts itself.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// Something outside failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Puts the chunks of a folder together, each verified by its checksum, and each point in its place.
///
/// # Errors
/// [`MergeError`] if they are not all there, or not whole.
pub fn merge(folder: &Folder, sealed: &Sealed) -> Result<Merged, MergeError> {
    let manifest = &sealed.manifest;
    let mut rows: Vec<Option<Row>> = vec![None; manifest.points.len()];
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    for chunk in 0..manifest.chunks.len() {
        match folder.chunk(sealed, chunk)? {
            ChunkFile::Whole(found) => found.into_iter().for_each(|row| {
                let point = row.point;
                rows[point] = Some(row);
            }),
            ChunkFile::Nothing => missing.push(chunk),
            ChunkFile::Wrong(error) => wrong.push((chunk, error)),
        }
    }
    if !missing.is_empty() || !wrong.is_empty() {
        return Err(MergeError::Chunks { of: manifest.chunks.len(), missing, wrong });
    }
    let rows = rows.into_iter().collect::<Option<Vec<Row>>>().ok_or(MergeError::NoChunk)?;
    let (_, plan, _) = manifest.sweep()?;
    Ok(Merged { plan, rows })
}

/// `0, 3-5, 9`.
#[must_use]
pub fn ranges(numbers: &[usize]) -> String {
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
