//! What another solver says of an exported program: a value for each column, and perhaps multipliers of the rows.
//!
//! Three forms are read, reported apart by what the file holds:
//!
//! | form | written by | begins with |
//! | --- | --- | --- |
//! | sections | HiGHS (`--solution_file`) | `Model status` |
//! | numbered lines | CLP and CBC (`-solution`) | a line with `objective value` |
//! | names and values | a person, a script, Gurobi | a name, or a `#` |
//!
//! Numbers are taken as they stand, and nothing that is said of them is believed: whether the point is feasible and what
//! the multipliers prove is for the certificate.

mod clp;
mod highs;
mod names;
mod table;

use std::borrow::Cow;

use crate::diagnostics::{Code, Diagnostics, Place, SourceId};

/// A solution file as it was read.
#[derive(Clone, Debug)]
pub struct SolutionFile<'a> {
    /// Whose form it has: `HiGHS`, `CLP`, or `unnamed`.
    pub solver: &'static str,
    /// What the solver says of the program, in its own words.
    pub status: Option<String>,
    lines: Vec<SolutionLine<'a>>,
    source: SourceId,
}

/// A point of a program, and multipliers of its rows if the file has any.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// A value for each column.
    pub x: Vec<f64>,
    /// A multiplier for each row.
    pub y: Option<Vec<f64>>,
    /// Columns that the file does not have, whose value is 0.
    pub missing_columns: usize,
    /// Rows that the file does not have a multiplier for, which is then 0; 0 if it has none at all.
    pub missing_rows: usize,
}

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Column,
    Row,
    /// The form does not say.
    Either,
}

/// A line: a name and its numbers.
#[derive(Clone, Debug)]
struct SolutionLine<'a> {
    part: Part,
    name: Cow<'a, str>,
    place: Place,
    /// Its number in its section, where the form has one.
    index: Option<u64>,
    /// A value, or of a row its activity.
    primal: Option<f64>,
    /// A multiplier, or of a column its reduced cost.
    dual: Option<f64>,
}

impl<'a> SolutionFile<'a> {
    /// Whether a text looks like a solution at all: its heading is that of a solver, or one of its first lines has a
    /// name and a number.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        if text.contains('\0') {
            return false;
        }
        let mut lines =
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).take(100).peekable();
        if lines.peek().is_none() {
            // Of nothing there is nothing to quote.
            return true;
        }
        lines.any(|line| {
            let heading = ["Model status", "Columns"].contains(&line) || line.starts_with("<?xml");
            let heading = heading || line.contains("objective value");
            let mut numbers = line.split_whitespace().skip(1).take(4);
            heading || line.contains('[') || numbers.any(|word| word.parse::<f64>().is_ok())
        })
    }

    /// Reads a solution file, reporting every line that cannot be read; `None` if nothing can.
    pub fn read(text: &'a str, source: SourceId, diagnostics: &mut Diagnostics) -> Option<SolutionFile<'a>> {
        let reader = Reader { text, source };
        let Some(first) = reader.lines().find(|l| !l.text.trim().is_empty()) else {
            let remedy = "give the file that the solver wrote";
            diagnostics.error(Code::InvalidSolution, reader.place(0, 0), "the file is empty", remedy);
            return None;
        };
        let title = first.text.trim();
        let refused = if title == "Columns" {
            Some((
                "this is HiGHS's table for people, whose numbers are rounded",
                "let it write the other: `write_solution_style = 0`, which is the default",
            ))
        } else if title.starts_with('<') {
            Some(("this is XML, which is not read", "write the solution as lines with a name, its value and its dual"))
        } else {
            None
        };
        if let Some((message, remedy)) = refused {
            diagnostics.error(Code::InvalidSolution, first.place(&reader), message, remedy);
            return None;
        }
        let file = if title == "Model status" || title.starts_with("# Primal solution") {
            highs::read(&reader, diagnostics)
        } else if title.contains("objective value") && !title.starts_with('#') {
            clp::read(&reader, diagnostics)
        } else {
            table::read(&reader, diagnostics)
        };
        if !file.lines.iter().any(|l| l.primal.is_some()) && !diagnostics.has_errors() {
            let says = file.status.as_ref().map(|s| format!("; its solver says `{s}`")).unwrap_or_default();
            let message = format!("the file holds no values of columns{says}");
            let remedy = "give the file of a run that found a solution; `polysource explain` says why there is none";
            diagnostics.error(Code::InvalidSolution, first.place(&reader), message, remedy);
        }
        Some(file)
    }
}

/// The text, with the places of what is in it.
struct Reader<'a> {
    text: &'a str,
    source: SourceId,
}

/// A line or a part of one, and where it begins.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Reader<'a> {
    fn lines(&self) -> impl Iterator<Item = Piece<'a>> + use<'a> {
        let mut start = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let piece = Piece { text: line.trim_end_matches(['\n', '\r']), start };
            start += line.len();
            piece
        })
    }

    fn place(&self, start: usize, end: usize) -> Place {
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place { source: self.source, start: small(start), end: small(end) }
    }
}

impl<'a> Piece<'a> {
    fn place(&self, reader: &Reader<'_>) -> Place {
        reader.place(self.start, self.start + self.text.len())
    }

    /// From a byte on, without blanks at either end.
    fn from(&self, at: usize) -> Piece<'a> {
        let rest = &self.text[at..];
        let text = rest.trim_start();
        Piece { text: text.trim_end(), start: self.start + at + rest.len() - text.len() }
    }

    /// The parts between separators, without blanks around them.
    fn split(&self, separates: impl Fn(char) -> bool) -> Vec<Piece<'a>> {
        let mut at = 0;
        self.text
            .split(separates)
            .map(|part| {
                let piece = Piece { text: part, start: self.start + at };
                // Every separator is one byte long.
                at += part.len() + 1;
                piece.from(0)
            })
            .collect()
    }

    /// The parts between blanks.
    fn words(&self) -> Vec<Piece<'a>> {
        self.split(|c| matches!(c, ' ' | '\t')).into_iter().filter(|p| !p.text.is_empty()).collect()
    }

    /// The number that it is; if it is none, that is reported.
    fn number(&self, reader: &Reader<'_>, diagnostics: &mut Diagnostics) -> Option<f64> {
        match self.text.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            Ok(_) => {
                let message = format!("`{}` is not finite", self.text);
                diagnostics.error(Code::NotFinite, self.place(reader), message, "every value of a plan is finite");
                None
            }
            Err(_) => {
                let message = format!("`{}` is no number", self.text);
                let remedy = "write numbers as `2500`, `0.625` or `6.26e3`";
                diagnostics.error(Code::WrongType, self.place(reader), message, remedy);
                None
            }
        }
    }
}
