//! The journal of finished points: what a sweep that was stopped goes on from.
//!
//! A line of text for the header and for each point: a checksum, a space, JSON. The checksum
//! covers the header too, so that a line of another journal is never taken for one of this. A line
//! that was torn, and all after it, count as not written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::manifest::Manifest;
use super::seal::{digest, hex, program};
use crate::analysis::sweep::{Row, SweepPlan, SweepSettings};
use crate::model::Family;

/// Version of the format.
const VERSION: u32 = 1;

/// What a journal is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    pub journal: u32,
    /// The program as in a manifest: its version and, beyond the embedded engines, those of its build.
    pub polysource: String,
    /// SHA-256 of all that the model was read from.
    pub model: String,
    /// SHA-256 of the points, the columns and how they are solved.
    pub options: String,
    /// How many points there are.
    pub points: usize,
}

/// What a journal holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// The points that are finished.
    pub rows: BTreeMap<usize, Row>,
    /// How many of its bytes are whole; what comes after was torn.
    pub whole: usize,
}

/// Why a journal cannot be gone on from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It is of another sweep.
    #[error("it is of {0}")]
    Other(&'static str),
    /// It is no journal.
    #[error("it is not a journal of a sweep")]
    NotOne,
}

impl Header {
    /// The header of a sweep.
    #[must_use]
    pub fn of(family: &Family, plan: &SweepPlan, settings: &SweepSettings) -> Self {
        // The text that Rust gives for a number when debugging is exact.
        let options = format!("{plan:?} {:?}", settings.solve);
        Header {
            journal: VERSION,
            polysource: program(),
            model: family.sha256().to_owned(),
            options: digest(options.as_bytes()),
            points: plan.points.len(),
        }
    }

    /// The header of the journal of a chunk of a sweep that is written down in a manifest.
    #[must_use]
    pub fn of_chunk(manifest: &Manifest, sha256: &str, chunk: usize) -> Self {
        Header {
            journal: VERSION,
            polysource: manifest.polysource.clone(),
            model: manifest.model.sha256.clone(),
            options: digest(format!("{sha256} {chunk}").as_bytes()),
            points: manifest.points.len(),
        }
    }

    /// The first line.
    #[must_use]
    pub fn line(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{} {json}\n", checksum("", &json))
    }

    /// The line of a point.
    #[must_use]
    pub fn row(&self, row: &Row) -> String {
        let json = serde_json::to_string(row).unwrap_or_default();
        format!("{} {json}\n", checksum(&self.options, &json))
    }
}

impl Journal {
    /// Reads a journal of the sweep that `header` is of.
    ///
    /// # Errors
    /// [`JournalError`] if it is of another, or none.
    pub fn read(bytes: &[u8], header: &Header) -> Result<Self, JournalError> {
        let mut journal = Journal { rows: BTreeMap::new(), whole: 0 };
        let mut lines = bytes.split_inclusive(|&b| b == b'\n');
        let Some(first) = lines.next() else { return Ok(journal) };
        let expected = header.line();
        if !first.ends_with(b"\n") && expected.as_bytes().starts_with(first) {
            // Torn within the header: nothing had been solved.
            return Ok(journal);
        }
        let found: Header = checked(first, "").ok_or(JournalError::NotOne)?;
        let same = [
            (
                found.journal == header.journal && found.polysource == header.polysource,
                "another version of polysource, or a build with other engines",
            ),
            (found.model == header.model, "another model, or of this one with other scenarios or settings"),
            (found.options == header.options && found.points == header.points, "the same model with other options"),
        ];
        if let Some((_, what)) = same.into_iter().find(|(same, _)| !same) {
            return Err(JournalError::Other(what));
        }
        journal.whole = first.len();
        for line in lines {
            match checked::<Row>(line, &header.options) {
                Some(row) if row.point < header.points => journal.rows.insert(row.point, row),
                _ => break,
            };
            journal.whole += line.len();
        }
        Ok(journal)
    }
}

/// What a whole line says, if its checksum is right.
fn checked<T: for<'a> Deserialize<'a>>(line: &[u8], of: &str) -> Option<T> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (sum, json) = line.split_once(' ')?;
    (sum == checksum(of, json)).then(|| serde_json::from_str(json).ok())?
}

fn checksum(of: &str, json: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(of.as_bytes());
    hash.update(json.as_bytes());
    hex(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sweep::PointStatus;

    fn header() -> Header {
        let text = |t: &str| t.to_owned();
        Header { journal: 1, polysource: text("0.1.0"), model: text("m"), options: text("o"), points: 5 }
    }

    fn row(point: usize) -> Row {
        let values = vec![Some(0.1 + 0.2), None, Some(1e300), Some(5e-324)];
        Row { point, status: PointStatus::Optimal, values, message: Some("a \"b\"\nc".to_owned()) }
    }

    fn written() -> Vec<u8> {
        (header().line() + &header().row(&row(3)) + &header().row(&row(0))).into_bytes()
    }

    #[test]
    fn what_was_written_is_read_to_the_bit() {
        let journal = Journal::read(&written(), &header()).unwrap();
        assert_eq!(journal.rows, BTreeMap::from([(0, row(0)), (3, row(3))]));
        assert_eq!(journal.whole, written().len());
    }

    #[test]
    fn torn_at_any_byte_it_gives_what_is_whole() {
        let whole = written();
        let ends: Vec<usize> = [header().line().len(), header().row(&row(3)).len(), header().row(&row(0)).len()]
            .iter()
            .scan(0, |at, n| {
                *at += n;
                Some(*at)
            })
            .collect();
        for cut in 0..whole.len() {
            let journal = Journal::read(&whole[..cut], &header()).unwrap();
            let finished = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
            assert_eq!(journal.rows.len(), finished, "cut at {cut}");
            assert!(journal.whole <= cut);
        }
    }

    #[test]
    fn a_changed_byte_is_never_believed() {
        let whole = written();
        for at in header().line().len()..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let journal = Journal::read(&changed, &header()).unwrap();
            assert!(journal.rows.values().all(|r| *r == row(r.point)), "changed at {at}");
            assert!(journal.rows.len() < 2, "changed at {at}");
        }
    }

    #[test]
    fn other_journals_are_refused() {
        let read = |change: fn(&mut Header)| {
            let mut other = header();
            change(&mut other);
            Journal::read(&written(), &other).unwrap_err().to_string()
        };
        assert!(read(|h| h.model = "n".to_owned()).contains("another model"));
        assert!(read(|h| h.options = "n".to_owned()).contains("other options"));
        assert!(read(|h| h.polysource = "9".to_owned()).contains("another version"));
        assert_eq!(Journal::read(b"offer,price\n", &header()), Err(JournalError::NotOne));
        assert_eq!(Journal::read(b"offer", &header()), Err(JournalError::NotOne));
        let foreign = header().line() + &Header { options: "p".to_owned(), ..header() }.row(&row(1));
        assert!(Journal::read(foreign.as_bytes(), &header()).unwrap().rows.is_empty());
    }
}
