//! How the cells of a workbook stand in a text, so that a place in the text is a cell.
//!
//! The first line is [`WORKBOOK`]. A line `#sheet`, a tab and a name begin a sheet; below it each row that has a cell is a
//! line: the number of the row, and its cells from column A on, each after a tab. In a cell `\t`, `\n`, `\r` and `\\` stand
//! for a tab, the ends of lines and a backslash; one that begins with `\!` has no value that can be read.

use std::sync::Arc;

/// The first line of a text that was read from a workbook.
pub const WORKBOOK: &str = "#polysource-workbook 1";

/// How the line of a sheet begins.
pub(crate) const SHEET: &str = "#sheet\t";

/// Whether a text was read from a workbook.
#[must_use]
pub fn is_workbook(text: &str) -> bool {
    text.strip_prefix(WORKBOOK).is_some_and(|rest| rest.starts_with('\n'))
}

/// A cell, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellName {
    /// The name of its sheet.
    pub sheet: Arc<str>,
    /// Row, from 1; 0 for the sheet as a whole.
    pub row: usize,
    /// Column, from 1 for A; 0 for the row as a whole.
    pub column: usize,
}

impl std::fmt::Display for CellName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sheet = &self.sheet;
        match (self.row, self.column) {
            (0, _) => write!(f, "{sheet}"),
            (row, 0) => write!(f, "{sheet}!{row}:{row}"),
            (row, column) => write!(f, "{sheet}!{}{row}", letters(column)),
        }
    }
}

/// The letters of a column, from 1 for A.
#[must_use]
pub fn letters(mut column: usize) -> String {
    let mut all = Vec::new();
    while column > 0 {
        column -= 1;
        all.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        column /= 26;
    }
    all.iter().rev().collect()
}

/// Where each sheet begins in a text, with its name.
pub(crate) fn sheets(text: &str) -> Vec<(usize, Arc<str>)> {
    if !is_workbook(text) {
        return Vec::new();
    }
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix(SHEET) {
            all.push((at, unescaped(name.trim_end_matches('\n')).into()));
        }
        at += line.len();
    }
    all
}

/// A text as it stands in a cell of such a text.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// The text of a cell, without what marks one that cannot be read.
#[must_use]
pub fn unescaped(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            // The mark and the letter of its reason.
            ('\\', Some('!')) => _ = chars.next(),
            ('\\', Some(other)) => out.push(other),
            (other, _) => out.push(other),
        }
    }
    out
}

/// The cells of a row in one line for a person, and where a place within the row is in it.
pub(crate) fn shown(line: &str, start: usize, end: usize) -> (String, std::ops::Range<usize>) {
    let (mut out, mut at) = (String::new(), 0);
    let mut span = 0..0;
    for (index, cell) in line.split('\t').enumerate() {
        let here = at <= start && start <= at + cell.len();
        // The number of the row stands beside it; of cells without text only the one in question is shown.
        if index > 0 && (here || !cell.is_empty()) {
            if !out.is_empty() {
                out.push_str(" | ");
            }
            let from = out.len();
            let part = |at: usize| unescaped(cell.get(..at).unwrap_or(cell)).len();
            let text = unescaped(cell).replace(['\n', '\r', '\t'], " ");
            let letter = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            if here {
                let (start, end) = (part(start - at).min(text.len()), part(end.saturating_sub(at)).min(text.len()));
                span = from + letter(start)..from + letter(end);
            }
            out.push_str(&text);
        }
        at += cell.len() + 1;
    }
    (out, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([1, 26, 27, 52, 703].map(letters), ["A", "Z", "AA", "AZ", "AAA"]);
    }

    #[test]
    fn cells_hold_any_text() {
        for text in ["", "a\tb", "a\nb\r", "\\t", "\\!", "\\"] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
        assert_eq!(unescaped("\\!e#REF!"), "#REF!");
    }

    #[test]
    fn a_place_within_a_letter_is_no_reason_to_stop() {
        let line = "7\t\\\u{e9}x\t\u{20ac}";
        for start in 0..line.len() {
            for end in start..=line.len() {
                let (row, span) = shown(line, start, end);
                assert!(row.get(span.start.min(span.end)..).is_some(), "{start}..{end}");
            }
        }
    }

    #[test]
    fn a_row_is_shown_without_what_is_blank() {
        let line = "7\th100\t\tnvidia";
        assert_eq!(shown(line, 8, 14), ("h100 | nvidia".to_owned(), 7..13));
        assert_eq!(shown(line, 7, 7), ("h100 |  | nvidia".to_owned(), 7..7));
    }
}
