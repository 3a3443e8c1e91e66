//! CSV text as a table whose cells know their places.
//!
//! The form is that of RFC 4180: commas between cells, quotes around what holds commas, quotes or line breaks, a quote
//! within quotes doubled. Blanks around cells do not count, nor do blank lines.

use std::ops::ControlFlow;

use crate::diagnostics::{Code, Diagnostics, Place, SourceId};

/// A cell with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it holds, without its quotes.
    pub text: String,
    /// Where it stands, quotes included.
    pub place: Place,
}

/// A line of a table: one cell for each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The cells, in the order of the columns.
    pub cells: Vec<Cell>,
    /// The line.
    pub place: Place,
}

/// A table with a line of names above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, none of them twice.
    pub columns: Vec<Cell>,
    /// The lines below. Those with another number of cells have been reported and are not among them.
    pub rows: Vec<Row>,
    /// The line of names.
    pub place: Place,
}

impl Table {
    /// Reads a table, reporting everything that is wrong with its form; `None` if there is no table at all.
    pub fn read(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Option<Table> {
        let mut scan = Scan { text, source, at: 0 };
        let mut lines = Vec::new();
        while let Some(line) = scan.line(diagnostics) {
            match line {
                ControlFlow::Continue(row) => lines.push(row),
                ControlFlow::Break(()) => return None,
            }
        }
        let mut lines = lines.into_iter();
        let Some(Row { cells: columns, place }) = lines.next() else {
            let place = Place { source, start: 0, end: 0 };
            diagnostics.error(Code::MissingKey, place, "the table is empty", "its first line names its columns");
            return None;
        };
        for (i, column) in columns.iter().enumerate() {
            if columns[..i].iter().any(|c| c.text == column.text) {
                let message = format!("the column `{}` is defined twice in this table", column.text);
                diagnostics.error(Code::DuplicateKey, column.place, message, "keep one of the two");
            }
        }
        if columns.len() == 1 && columns[0].text.contains([';', '\t']) {
            let message = "this table has a single column";
            diagnostics.error(Code::WrongType, columns[0].place, message, "separate the columns by commas");
            return None;
        }
        let fits = |row: &Row| {
            let fits = row.cells.len() == columns.len();
            if !fits {
                let cells = if row.cells.len() == 1 { "cell" } else { "cells" };
                let message =
                    format!("this line has {} {cells} and the table {} columns", row.cells.len(), columns.len());
                let remedy = "give one cell for each column, an empty one for nothing";
                diagnostics.error(Code::WrongType, row.place, message, remedy);
            }
            fits
        };
        let rows = lines.filter(fits).collect();
        Some(Table { columns, rows, place })
    }

    /// Which column has this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.text == name)
    }
}

/// A place in the text, which moves on line by line.
struct Scan<'a> {
    text: &'a str,
    source: SourceId,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// The place from a byte to here, cut to its first line: excerpts show one line.
    fn place(&self, start: usize) -> Place {
        let end = self.text[start..self.at].find(['\r', '\n']).map_or(self.at, |n| start + n);
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place { source: self.source, start: small(start), end: small(end) }
    }

    /// The next line that is not blank; `Break` if the rest cannot be read, which has been reported.
    fn line(&mut self, diagnostics: &mut Diagnostics) -> Option<ControlFlow<(), Row>> {
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return None,
                Some(b'\r' | b'\n') => self.at += 1,
                Some(_) => break,
            }
        }
        let start = self.at;
        let mut cells = Vec::new();
        loop {
            let Some(cell) = self.cell(diagnostics) else { return Some(ControlFlow::Break(())) };
            cells.push(cell);
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        Some(ControlFlow::Continue(Row { cells, place: self.place(start) }))
    }

    /// The next cell, up to its comma or the end of the line.
    fn cell(&mut self, diagnostics: &mut Diagnostics) -> Option<Cell> {
        self.skip_blanks();
        let start = self.at;
        if self.peek() != Some(b'"') {
            while !matches!(self.peek(), None | Some(b',' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let text = self.text[start..self.at].trim_end();
            let place = Scan { at: start + text.len(), ..*self }.place(start);
            return Some(Cell { text: text.to_owned(), place });
        }
        let mut text = String::new();
        loop {
            self.at += 1;
            let from = self.at;
            while !matches!(self.peek(), None | Some(b'"')) {
                self.at += 1;
            }
            text.push_str(&self.text[from..self.at]);
            if self.peek().is_none() {
                let remedy = "close it, or double a quote that belongs to the text";
                diagnostics.error(Code::WrongType, self.place(start), "this quote is never closed", remedy);
                return None;
            }
            self.at += 1;
            if self.peek() != Some(b'"') {
                break;
            }
            text.push('"');
        }
        let place = self.place(start);
        self.skip_blanks();
        if !matches!(self.peek(), None | Some(b',' | b'\r' | b'\n')) {
            let message = "text follows the closing quote of this cell";
            diagnostics.error(Code::WrongType, place, message, "double a quote that belongs to the text");
            return None;
        }
        Some(Cell { text: text.trim().to_owned(), place })
    }
}

/// A cell of text as it is written into a table: what a spreadsheet would read as a formula gets a leading apostrophe.
#[must_use]
pub fn safe_cell(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Sources;

    fn read(text: &str) -> (Option<Table>, Vec<(String, usize, usize)>) {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let source = sources.add("t.csv", text);
        let table = Table::read(text, source, &mut diagnostics);
        let told = diagnostics.sorted().into_iter().map(|d| {
            let (line, column) = sources.line_column(d.place.unwrap());
            (d.message.clone(), line, column)
        });
        (table, told.collect())
    }

    fn texts(row: &Row) -> Vec<&str> {
        row.cells.iter().map(|c| c.text.as_str()).collect()
    }

    #[test]
    fn quotes_blanks_and_line_ends() {
        let (table, told) = read("a , b\r\n\r\n 1 ,\"x, \"\"y\"\"\nz\"\r\n2,\n");
        let table = table.unwrap();
        assert_eq!(told, []);
        assert_eq!(table.columns.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(table.rows.iter().map(texts).collect::<Vec<_>>(), [["1", "x, \"y\"\nz"], ["2", ""]]);
        // Behind the comma at byte 12; the place ends with the nine bytes of its first line.
        let place = table.rows[0].cells[1].place;
        assert_eq!((place.start, place.end), (13, 22));
        assert_eq!((table.column("b"), table.column("c")), (Some(1), None));
    }

    #[test]
    fn what_is_no_table_is_told_at_its_place() {
        let one = |message: &str, line, column| vec![(message.to_owned(), line, column)];
        assert_eq!(read("\n \n").1, one("the table is empty", 1, 1));
        assert_eq!(read("a,b\n1,\"2\n3,4\n").1, one("this quote is never closed", 2, 3));
        assert_eq!(read("a,b\n\"1\"2,3\n").1, one("text follows the closing quote of this cell", 2, 1));
        assert_eq!(read("a,b,a\n").1, one("the column `a` is defined twice in this table", 1, 5));
        assert_eq!(read("a;b\n1;2\n").1, one("this table has a single column", 1, 1));
        let (table, told) = read("a,b\n1\n1,2,3\n1,2\n");
        assert_eq!(told[0], ("this line has 1 cell and the table 2 columns".to_owned(), 2, 1));
        assert_eq!(told[1], ("this line has 3 cells and the table 2 columns".to_owned(), 3, 1));
        assert_eq!(table.unwrap().rows.len(), 1, "the others are read all the same");
    }

    #[test]
    fn formulas_are_text() {
        for cell in ["=1+1", "+1", "-1", "@a", "\ta", "\ra"] {
            assert_eq!(safe_cell(cell), format!("'{cell}"));
        }
        assert_eq!(safe_cell("aws-h100"), "aws-h100");
    }

    proptest::proptest! {
        #[test]
        fn what_another_writer_wrote_is_read(rows in proptest::collection::vec(
            proptest::collection::vec("[a-z \",\n;=]{0,6}", 3), 1..5)
        ) {
            let mut out = csv::Writer::from_writer(Vec::new());
            out.write_record(["x", "y", "z"]).unwrap();
            rows.iter().for_each(|row| out.write_record(row).unwrap());
            let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
            let (table, told) = read(&text);
            proptest::prop_assert_eq!(told, vec![]);
            let found: Vec<Vec<String>> =
                table.unwrap().rows.iter().map(|r| r.cells.iter().map(|c| c.text.clone()).collect()).collect();
            let trimmed: Vec<Vec<String>> =
                rows.iter().map(|r| r.iter().map(|c| c.trim().to_owned()).collect()).collect();
            proptest::prop_assert_eq!(found, trimmed);
        }
    }
}
