//! The rows of a chunk as a file: a line that says of which sweep and chunk they are, then a line a
//! row, in the order of the manifest. Its checksum stands in a file of its own, as `sha256sum` writes
//! it, which is written last: without it a chunk is not finished.

use serde::{Deserialize, Serialize};

use super::manifest::{ManifestKind, Sealed};
use super::seal::digest;
use crate::analysis::sweep::Row;

/// The first line of a chunk.
#[derive(Serialize, Deserialize)]
struct Head {
    /// SHA-256 of the manifest's content.
    manifest: String,
    /// The number of the chunk, from 0.
    chunk: usize,
    /// How many rows follow.
    points: usize,
}

/// Why a chunk is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// What is there is not what its checksum says, or not all of it.
    #[error("it is torn, or was changed: {0}")]
    Torn(&'static str),
    /// It is of something else.
    #[error("it is of {0}")]
    Foreign(String),
}

/// The text of a chunk's file.
#[must_use]
pub fn chunk_text(sealed: &Sealed, chunk: usize, rows: &[Row]) -> String {
    let head = Head { manifest: sealed.sha256.clone(), chunk, points: rows.len() };
    let mut text = serde_json::to_string(&head).unwrap_or_default() + "\n";
    for row in rows {
        text += &serde_json::to_string(row).unwrap_or_default();
        text.push('\n');
    }
    text
}

/// The line with its checksum, as `sha256sum` writes it for a file of this name.
#[must_use]
pub fn checksum_line(bytes: &[u8], name: &str) -> String {
    format!("{}  {name}\n", digest(bytes))
}

/// Reads the rows of a chunk, given its file's name and bytes, and what its checksum's file says.
///
/// # Errors
/// [`ChunkError`] if it is not whole, or of another sweep or chunk.
pub fn read_chunk(
    sealed: &Sealed,
    chunk: usize,
    (name, bytes, checksum): (&str, &[u8], &[u8]),
) -> Result<Vec<Row>, ChunkError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ChunkError::Torn("it is not text"))?;
    let mut lines = text.split_inclusive('\n');
    let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    // Told first: a chunk of another sweep is no damage.
    if let Some(head) = &head {
        if head.manifest != sealed.sha256 {
            let short = head.manifest.chars().take(12).collect::<String>();
            return Err(ChunkError::Foreign(format!("another sweep, with the manifest {short}")));
        }
        if head.chunk != chunk {
            return Err(ChunkError::Foreign(format!("chunk {} of this sweep", head.chunk)));
        }
    }
    if checksum != checksum_line(bytes, name).as_bytes() {
        return Err(ChunkError::Torn("its content is not what its checksum says"));
    }
    let (Some(_), Some(bounds)) = (head, sealed.manifest.chunks.get(chunk)) else {
        return Err(ChunkError::Foreign("something else".to_owned()));
    };
    let manifest = &sealed.manifest;
    let points = &manifest.points[bounds.from..bounds.to];
    let rows: Option<Vec<Row>> = lines.map(|line| serde_json::from_str(line.strip_suffix('\n')?).ok()).collect();
    let placed = |row: &Row, point: usize| row.point == point && manifest.fits(row);
    rows.filter(|rows| rows.len() == points.len() && rows.iter().zip(points).all(|(row, at)| placed(row, at.point)))
        .ok_or(ChunkError::Torn(match manifest.kind {
            ManifestKind::Sweep => "its rows are not those of its points, in their order",
            ManifestKind::Replications => "its rows are not those of replications, in their order",
            ManifestKind::Evaluation => "its rows are not those of an evaluation, in their order",
        }))
}
