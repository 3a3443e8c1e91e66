//! The numbered lines that CLP and CBC write: number, name, value, and multiplier or reduced cost. Rows come before
//! columns if `-printingOptions all` asked for them; what is 0 may be left out.

use std::borrow::Cow;

use super::{Part, Reader, SolutionFile, SolutionLine};
use crate::diagnostics::{Code, Diagnostics};

pub(super) fn read<'a>(reader: &Reader<'a>, diagnostics: &mut Diagnostics) -> SolutionFile<'a> {
    let mut lines = reader.lines().skip_while(|l| l.text.trim().is_empty());
    let title = lines.next().map_or("", |l| l.text);
    let status = title.split(" - ").next().unwrap_or_default().trim().to_owned();
    let mut file = SolutionFile { solver: "CLP", status: Some(status), lines: Vec::new(), source: reader.source };
    for line in lines {
        let mut words = line.words();
        // What is outside its bounds is marked.
        if words.first().is_some_and(|w| w.text == "**") {
            words.remove(0);
        }
        if words.is_empty() {
            continue;
        }
        let index = words[0].text.parse::<u64>();
        let (4, Ok(index)) = (words.len(), index) else {
            let message = "this line is no number, name, value and reduced cost";
            let remedy = "give the file as CLP or CBC wrote it with `-solution`";
            diagnostics.error(Code::InvalidSolution, line.place(reader), message, remedy);
            continue;
        };
        let numbers = (words[2].number(reader, diagnostics), words[3].number(reader, diagnostics));
        let (Some(primal), Some(dual)) = numbers else { continue };
        file.lines.push(SolutionLine {
            part: Part::Either,
            name: Cow::Borrowed(words[1].text),
            place: words[1].place(reader),
            index: Some(index),
            primal: Some(primal),
            dual: Some(dual),
        });
    }
    file
}
