//! Places in the sources that a model was read from.

use std::sync::Arc;

use super::cells::{self, CellName};

/// Index of a source in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u32);

/// A span of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Which source.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A text that something was read from, with the name a person knows it by.
#[derive(Clone, Debug)]
pub struct Source {
    /// A file name, `-` for standard input or `--set` for the command line.
    pub name: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    /// Byte offset of each line's start, for line numbers in logarithmic time.
    line_starts: Arc<[u32]>,
    /// Whether it is never quoted.
    withheld: bool,
    /// Of a workbook: where each of its sheets begins, and its name.
    sheets: Arc<[(usize, Arc<str>)]>,
}

/// Every text that a model was read from: the model file, overlays, `--set` values.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
    /// Which of them the model names; apart, so that an error that carries its sources stays small.
    named: Box<Named>,
    /// What the model and each overlay say, as a digest: the same for texts that say the same.
    digests: Arc<Vec<Arc<str>>>,
}

/// The files that a model names.
#[derive(Clone, Debug, Default)]
struct Named {
    /// All of them, in the order read.
    files: Vec<SourceId>,
    /// The table of what runs today.
    table: Option<SourceId>,
    /// The tables of offers, in order.
    offer_tables: Vec<SourceId>,
    /// The table of what happened.
    history: Option<SourceId>,
}

impl Sources {
    /// No sources yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns the id that places in it carry.
    pub fn add(&mut self, name: &str, text: &str) -> SourceId {
        let mut starts = vec![0u32];
        starts.extend(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| offset(i + 1)));
        let sheets = cells::sheets(text).into();
        let (name, text, line_starts) = (name.into(), text.into(), starts.into());
        self.all.push(Source { name, text, line_starts, withheld: false, sheets });
        SourceId(offset(self.all.len() - 1))
    }

    /// Adds the text of a file that the model names.
    pub fn add_file(&mut self, path: &str, text: &str) -> SourceId {
        let id = self.add(path, text);
        self.named.files.push(id);
        id
    }

    /// Says that a text is not what it was read as: nothing of it is quoted, only what kind of mistake is where.
    ///
    /// # Panics
    /// If the id is not from this collection.
    pub fn withhold(&mut self, id: SourceId) {
        self.all[id.0 as usize].withheld = true;
    }

    /// Whether nothing of a text is quoted.
    ///
    /// # Panics
    /// If the id is not from this collection.
    #[must_use]
    pub fn is_withheld(&self, id: SourceId) -> bool {
        self.get(id).withheld
    }

    /// The files that the model names, in the order read; one may be there more than once.
    pub fn files(&self) -> impl Iterator<Item = &Source> {
        self.named.files.iter().map(|id| self.get(*id))
    }

    /// The table that the model names for what runs today.
    #[must_use]
    pub fn table(&self) -> Option<SourceId> {
        self.named.table
    }

    /// Says which source that table is.
    pub fn set_table(&mut self, table: SourceId) {
        self.named.table = Some(table);
    }

    /// The table that the model names for what happened.
    #[must_use]
    pub fn history(&self) -> Option<SourceId> {
        self.named.history
    }

    /// Says which source that table is.
    pub fn set_history(&mut self, history: SourceId) {
        self.named.history = Some(history);
    }

    /// The tables of offers that the model names.
    #[must_use]
    pub fn offer_tables(&self) -> &[SourceId] {
        &self.named.offer_tables
    }

    /// Says which sources those tables are.
    pub fn set_offer_tables(&mut self, tables: Vec<SourceId>) {
        self.named.offer_tables = tables;
    }

    /// What the model and what is laid over it say, in order, each as a digest that does not depend on how it is written.
    #[must_use]
    pub fn digests(&self) -> &[Arc<str>] {
        &self.digests
    }

    /// Keeps the digests of the model and of what is laid over it, in order; those of what was read before are forgotten.
    pub fn set_digests(&mut self, digests: &[String]) {
        self.digests = Arc::new(digests.iter().map(|digest| digest.as_str().into()).collect());
    }

    /// The source with this id.
    ///
    /// # Panics
    /// If the id is not from this collection.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.all[id.0 as usize]
    }

    /// The cell of a place in a workbook; `None` in any other text.
    ///
    /// # Panics
    /// If the source of the place is not from this collection.
    #[must_use]
    pub fn cell(&self, place: Place) -> Option<CellName> {
        let source = self.get(place.source);
        let start = place.start as usize;
        let (_, sheet) = source.sheets[..source.sheets.partition_point(|(at, _)| *at <= start)].last()?;
        let line = source.line_starts[source.line_starts.partition_point(|&s| s as usize <= start) - 1] as usize;
        // A place within a letter is that of the letter.
        let start = (line..=start.min(source.text.len())).rev().find(|at| source.text.is_char_boundary(*at));
        let before = source.text.get(line..start.unwrap_or(line)).unwrap_or("");
        let digits = source.text[line..].bytes().take_while(u8::is_ascii_digit).count();
        let row = source.text[line..line + digits].parse().unwrap_or(0);
        let column = if row == 0 { 0 } else { before.matches('\t').count() };
        Some(CellName { sheet: sheet.clone(), row, column })
    }

    /// The name of what a place is in: of a file, or of a workbook and its sheet, as in `book.xlsx:offers`.
    ///
    /// # Panics
    /// If the source of the place is not from this collection.
    #[must_use]
    pub fn name(&self, place: Place) -> Arc<str> {
        let name = &self.get(place.source).name;
        self.cell(place).map_or_else(|| name.clone(), |cell| format!("{name}:{}", cell.sheet).into())
    }

    /// Where a place is within its text, in words: `line 7`, or `cell offers!C7`.
    ///
    /// # Panics
    /// If the source of the place is not from this collection.
    #[must_use]
    pub fn whereabouts(&self, place: Place) -> String {
        self.cell(place).map_or_else(|| format!("line {}", self.line(place)), |cell| format!("cell {cell}"))
    }

    /// Line and column of a place, both from 1; the column counts characters. In a workbook they are those of the cell.
    #[must_use]
    pub fn line_column(&self, place: Place) -> (usize, usize) {
        if let Some(cell) = self.cell(place) {
            return (cell.row.max(1), cell.column.max(1));
        }
        let source = self.get(place.source);
        let start = place.start as usize;
        let line = source.line_starts.partition_point(|&s| s as usize <= start);
        let line_start = source.line_starts[line - 1] as usize;
        let column = source.text.get(line_start..start).map_or(1, |t| t.chars().count() + 1);
        (line, column)
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, place: Place) -> usize {
        self.line_column(place).0
    }
}

/// Offsets are kept in 32 bits; inputs are limited to far less than 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
