//! What columns and rows are for.
//!
//! A program knows no vendor, but its solving goes by another way where it is reported two things that no number shows:
//! that rows only add up what their columns do ([`RowKind::Mergeable`]), and that columns only have to exist
//! ([`ColumnKind::Copy`]). The word beside that is for people; nothing is decided by it.

/// The family of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnRole {
    word: &'static str,
    kind: ColumnKind,
}

/// What a column allows beyond its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ColumnKind {
    /// Nothing.
    #[default]
    Plain,
    /// A copy of a decision in some case that may come, which has to be possible and no more. A program with many can be
    /// solved without them ([`Split`](super::Split)).
    Copy,
}

/// The family of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRole {
    word: &'static str,
    kind: RowKind,
}

/// What a row allows beyond its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RowKind {
    /// Nothing.
    #[default]
    Plain,
    /// A sum of what its columns do, within what is held. Columns of several such rows that are alike in all other rows
    /// can be one ([`Condensed`](super::Condensed)).
    Mergeable,
}

impl ColumnRole {
    /// A column that is a copy.
    #[must_use]
    pub const fn copy(word: &'static str) -> Self {
        ColumnRole { word, kind: ColumnKind::Copy }
    }

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.word
    }

    /// Whether it is a copy.
    #[must_use]
    pub const fn is_copy(self) -> bool {
        matches!(self.kind, ColumnKind::Copy)
    }
}

impl RowRole {
    /// A row whose columns can be one with those of others.
    #[must_use]
    pub const fn mergeable(word: &'static str) -> Self {
        RowRole { word, kind: RowKind::Mergeable }
    }

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.word
    }

    /// Whether its columns can be one with those of others.
    #[must_use]
    pub const fn is_mergeable(self) -> bool {
        matches!(self.kind, RowKind::Mergeable)
    }
}

impl From<&'static str> for ColumnRole {
    fn from(word: &'static str) -> Self {
        ColumnRole { word, kind: ColumnKind::Plain }
    }
}

impl From<&'static str> for RowRole {
    fn from(word: &'static str) -> Self {
        RowRole { word, kind: RowKind::Plain }
    }
}
