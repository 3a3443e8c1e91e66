//! What a record of the model file says of itself: the comments in its source.

use super::kind::Kind;

/// What the reference says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyReference {
    /// The key.
    pub key: &'static str,
    /// Its meaning, line by line.
    pub meaning: &'static [&'static str],
    /// Whether it has to be there; some keys may be left out beside others.
    pub required: bool,
    /// The type that it is read as.
    pub value: &'static str,
    /// What may be written as its value.
    pub kind: Kind,
}

/// What the reference says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordReference {
    /// Its name.
    pub name: &'static str,
    /// What messages call it.
    pub what: &'static str,
    /// Its meaning, line by line.
    pub meaning: &'static [&'static str],
    /// Its keys, in the order of the reference.
    pub keys: &'static [KeyReference],
}

impl KeyReference {
    /// Its meaning as one text.
    #[must_use]
    pub fn text(&self) -> String {
        joined(self.meaning)
    }
}

impl RecordReference {
    /// Its meaning as one text.
    #[must_use]
    pub fn text(&self) -> String {
        joined(self.meaning)
    }
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
