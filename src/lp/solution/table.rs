//! Lines with a name, its value and perhaps its dual, between blanks, commas, semicolons or tabs.
//!
//! The exported names hold commas, but only inside brackets: a name ends at its last bracket, at the end of its quotes,
//! or at the first separator. A line of names of columns may stand first; `#` begins a comment.

use std::borrow::Cow;

use super::{Part, Piece, Reader, SolutionFile, SolutionLine};
use crate::diagnostics::{Code, Diagnostics};

/// Words with which a line of names of columns begins.
const HEADS: [&str; 5] = ["name", "column", "variable", "row", "constraint"];

pub(super) fn read<'a>(reader: &Reader<'a>, diagnostics: &mut Diagnostics) -> SolutionFile<'a> {
    let mut file = SolutionFile { solver: "unnamed", status: None, lines: Vec::new(), source: reader.source };
    let mut first = true;
    for line in reader.lines() {
        let line = line.from(0);
        if line.text.is_empty() || line.text.starts_with('#') {
            continue;
        }
        let head = std::mem::take(&mut first);
        let Some((name, place, rest)) = name(line) else {
            wrong(line, reader, diagnostics);
            continue;
        };
        if head && HEADS.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let numbers = numbers(rest);
        // What does not begin as a table is none, and nothing is to be said of its other lines.
        if head && numbers.first().is_none_or(|n| n.text.parse::<f64>().is_err()) {
            wrong(line, reader, diagnostics);
            break;
        }
        let (Some(value), true) = (numbers.first().filter(|n| !n.text.is_empty()), numbers.len() <= 2) else {
            wrong(line, reader, diagnostics);
            continue;
        };
        let Some(primal) = value.number(reader, diagnostics) else { continue };
        let mut dual = None;
        if let Some(cell) = numbers.get(1).filter(|n| !n.text.is_empty()) {
            dual = cell.number(reader, diagnostics);
            if dual.is_none() {
                continue;
            }
        }
        let place = place.place(reader);
        file.lines.push(SolutionLine { part: Part::Either, name, place, index: None, primal: Some(primal), dual });
    }
    file
}

/// The name at the start of a line, and what follows it; `None` if quotes are not closed.
fn name(line: Piece<'_>) -> Option<(Cow<'_, str>, Piece<'_>, Piece<'_>)> {
    let text = line.text;
    if let Some(quoted) = text.strip_prefix('"') {
        let mut end = 0;
        loop {
            end += quoted[end..].find('"')?;
            if !quoted[end + 1..].starts_with('"') {
                break;
            }
            end += 2;
        }
        let name = &quoted[..end];
        let name = if name.contains('"') { Cow::Owned(name.replace("\"\"", "\"")) } else { Cow::Borrowed(name) };
        return Some((name, Piece { text: &text[..end + 2], start: line.start }, line.from(end + 2)));
    }
    let end = match text.rfind([']', ')']) {
        Some(bracket) => bracket + 1,
        None => text.find([',', ';', ' ', '\t']).unwrap_or(text.len()),
    };
    Some((Cow::Borrowed(&text[..end]), Piece { text: &text[..end], start: line.start }, line.from(end)))
}

/// The cells behind the name.
fn numbers(rest: Piece<'_>) -> Vec<Piece<'_>> {
    match rest.text.chars().next() {
        None => Vec::new(),
        Some(c @ (',' | ';')) => rest.from(1).split(|other| other == c),
        Some(_) => rest.words(),
    }
}

fn wrong(line: Piece<'_>, reader: &Reader<'_>, diagnostics: &mut Diagnostics) {
    let message = "this line is no name with its value and perhaps its dual";
    let remedy = "write it as `rent[aws-h100,2026-Q1] 2500 0`, or give the file as HiGHS or CLP wrote it";
    diagnostics.error(Code::InvalidSolution, line.place(reader), message, remedy);
}
