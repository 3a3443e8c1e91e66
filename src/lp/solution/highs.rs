//! The sections that HiGHS writes: values of columns and rows, then their duals, then a basis, which is not needed.

use std::borrow::Cow;

use super::{Part, Piece, Reader, SolutionFile, SolutionLine};
use crate::diagnostics::{Code, Diagnostics};

/// A section with as many lines as it says.
struct Section<'a> {
    part: Part,
    heading: Piece<'a>,
    lines: usize,
    found: usize,
}

pub(super) fn read<'a>(reader: &Reader<'a>, diagnostics: &mut Diagnostics) -> SolutionFile<'a> {
    let mut file = SolutionFile { solver: "HiGHS", status: None, lines: Vec::new(), source: reader.source };
    let mut dual = false;
    let mut section: Option<Section<'a>> = None;
    let mut status_next = false;
    for line in reader.lines() {
        let text = line.text.trim();
        if let Some(heading) = text.strip_prefix('#') {
            complete(section.take(), reader, diagnostics);
            let words: Vec<&str> = heading.split_whitespace().collect();
            match words[..] {
                ["Basis", ..] => break,
                ["Primal", ..] => dual = false,
                ["Dual", ..] => dual = true,
                // A sparse section has minus the number of its lines.
                [what @ ("Columns" | "Rows"), count, ..] => {
                    let Ok(count) = count.trim_start_matches('-').parse() else {
                        let message = format!("`{count}` is no number of lines");
                        let remedy = "give the file as HiGHS wrote it";
                        diagnostics.error(Code::InvalidSolution, line.place(reader), message, remedy);
                        continue;
                    };
                    let part = if what == "Columns" { Part::Column } else { Part::Row };
                    section = Some(Section { part, heading: line, lines: count, found: 0 });
                }
                _ => {}
            }
            continue;
        }
        if status_next {
            (file.status, status_next) = (Some(text.to_owned()), false);
        }
        status_next |= text == "Model status";
        // Blank lines, `Feasible` and the objective stand outside of what is counted.
        let Some(inside) = section.as_mut().filter(|s| s.found < s.lines) else { continue };
        if text.is_empty() {
            continue;
        }
        inside.found += 1;
        let words = line.words();
        // A sparse section has the column's number behind its value.
        let (2 | 3, Some(name), Some(value)) = (words.len(), words.first(), words.get(1)) else {
            let message = "this line is no name with its value";
            diagnostics.error(Code::InvalidSolution, line.place(reader), message, "give the file as HiGHS wrote it");
            continue;
        };
        let Some(value) = value.number(reader, diagnostics) else { continue };
        file.lines.push(SolutionLine {
            part: inside.part,
            name: Cow::Borrowed(name.text),
            place: name.place(reader),
            index: None,
            primal: (!dual).then_some(value),
            dual: dual.then_some(value),
        });
    }
    complete(section, reader, diagnostics);
    file
}

/// Reports a section that has fewer lines than it says.
fn complete(section: Option<Section<'_>>, reader: &Reader<'_>, diagnostics: &mut Diagnostics) {
    let Some(Section { heading, lines, found, .. }) = section.filter(|s| s.found < s.lines) else { return };
    let message = format!("this section has {found} lines instead of {lines}: the file is cut off");
    let remedy = "give the whole file as HiGHS wrote it";
    diagnostics.error(Code::InvalidSolution, heading.place(reader), message, remedy);
}
