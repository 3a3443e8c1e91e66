//! The chunks put together.

use std::io;

use super::chunk::ChunkError;
use super::folder::{ChunkFile, Folder};
use super::manifest::{ManifestError, Sealed};
use super::replications::judged_by;
use crate::analysis::samples::{Batch, SampleError, evaluated};
use crate::analysis::sweep::{Row, SweepPlan};
use crate::model::Model;
use crate::plan::{Evaluation, Plan};

/// A sweep whose chunks are all there.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// What was swept.
    pub plan: SweepPlan,
    /// Its rows, in the order of the points.
    pub rows: Vec<Row>,
}

/// A plan whose replications are all there.
#[derive(Clone, Debug)]
pub struct MergedPlan {
    /// Its model.
    pub model: Model,
    /// The plan, with what the replications say of it.
    pub plan: Plan,
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
    /// They are all there, and what they hold is no evaluation: a draw without a plan, or a batch that is not certified.
    #[error(transparent)]
    Samples(#[from] SampleError),
    /// Something outside failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Puts the chunks of a sweep together, each verified by its checksum, and each point in its place.
///
/// # Errors
/// [`MergeError`] if they are not all there, or not whole.
pub fn merge(folder: &Folder, sealed: &Sealed) -> Result<Merged, MergeError> {
    let rows = rows(folder, sealed)?;
    let (_, plan, _) = sealed.manifest.sweep()?;
    Ok(Merged { plan, rows })
}

/// Puts the chunks of replications together in the same way: the plan that they judge, with the interval that they give.
///
/// # Errors
/// [`MergeError`] if they are not all there, or not whole.
pub fn merge_replications(folder: &Folder, sealed: &Sealed) -> Result<MergedPlan, MergeError> {
    let rows = rows(folder, sealed)?;
    let manifest = &sealed.manifest;
    let model = manifest.replications()?.into_model();
    let none = || ManifestError::Wrong("its rows are not those of replications".to_owned());
    let plan = manifest.replications.as_ref().and_then(|options| judged_by(options, &rows)).ok_or_else(none)?;
    Ok(MergedPlan { model, plan })
}

/// Puts the chunks of an evaluation together in the same way.
///
/// # Errors
/// [`MergeError`] if they are not all there, or not whole, or a batch of them says that there is nothing to be told.
pub fn merge_evaluation(folder: &Folder, sealed: &Sealed) -> Result<Evaluation, MergeError> {
    let rows = rows(folder, sealed)?;
    let work = sealed.manifest.evaluation()?;
    let none = || ManifestError::Wrong("its rows are not those of an evaluation".to_owned());
    let batches: Vec<Batch> = rows.iter().map(|row| work.batch(row)).collect::<Option<_>>().ok_or_else(none)?;
    Ok(evaluated(work.model(), &work.options().plans, &batches, work.options().how())?)
}

/// The rows of all chunks, in the order of the points.
fn rows(folder: &Folder, sealed: &Sealed) -> Result<Vec<Row>, MergeError> {
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
    rows.into_iter().collect::<Option<Vec<Row>>>().ok_or(MergeError::NoChunk)
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
