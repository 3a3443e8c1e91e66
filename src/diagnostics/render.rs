//! Diagnostics as text for a terminal, with the excerpt and a caret.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::cells::shown;
use super::{Diagnostic, Diagnostics, Place, Severity, Sources};

/// Renders every problem, each with its code, place, excerpt and remedy, and a closing count.
///
/// Without colour the text is the same on every terminal, so that tests can keep it.
#[must_use]
pub fn render(diagnostics: &Diagnostics, sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.sorted() {
        out.push_str(&render_one(diagnostic, sources, &renderer));
        out.push_str("\n\n");
    }
    if diagnostics.suppressed() > 0 {
        out.push_str(&format!("and {} more\n", diagnostics.suppressed()));
    }
    let (errors, warnings) = diagnostics.counts();
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => {}
        (0, w) => out.push_str(&format!("{}\n", plural(w, "warning"))),
        (e, 0) => out.push_str(&format!("{}\n", plural(e, "error"))),
        (e, w) => out.push_str(&format!("{}, {}\n", plural(e, "error"), plural(w, "warning"))),
    }
    out
}

/// The message and the remedy of a problem, which may quote what was written: only if that is what it was read as.
#[must_use]
pub fn worded(diagnostic: &Diagnostic, sources: &Sources) -> (String, Option<String>) {
    match diagnostic.place {
        Some(place) if sources.is_withheld(place.source) => {
            let message = diagnostic.code.explanation().trim_end_matches('.').to_owned();
            (message, Some("check the path: this text is neither a model nor a table, and is not quoted".to_owned()))
        }
        _ => (diagnostic.message.clone(), diagnostic.remedy.clone()),
    }
}

fn render_one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // Control characters and bidirectional overrides in hostile input must not reach a terminal.
    let (message, advice) = worded(diagnostic, sources);
    let message = printable(&message);
    let title = level.primary_title(message.as_str()).id(diagnostic.code.as_str());
    let excerpt;
    let name;
    let mut group: Group<'_>;
    if let Some(place) = diagnostic.place.filter(|place| sources.is_withheld(place.source)) {
        let (line, column) = sources.line_column(place);
        name = printable(&sources.get(place.source).name).replace(['\n', '\t'], "?");
        group = title.element(Origin::path(name.as_str()).line(line).char_column(column));
    } else if let Some((place, cell)) = diagnostic.place.and_then(|place| Some((place, sources.cell(place)?))) {
        let source = sources.get(place.source);
        name = printable(&format!("{}:{cell}", source.name)).replace(['\n', '\t'], "?");
        group = title.element(Origin::path(name.as_str()));
        if cell.row > 0 {
            let span;
            (excerpt, span) = row_of(&source.text, place);
            let row = Snippet::source(excerpt.as_str()).line_start(cell.row).fold(false);
            group = group.element(row.annotation(AnnotationKind::Primary.span(span)));
        }
    } else if let Some(place) = diagnostic.place {
        let source = sources.get(place.source);
        let (line, _) = sources.line_column(place);
        let text = source.text.as_ref();
        let start = floor_boundary(text, place.start as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        // One long line must not flood the terminal: show a window around the place.
        let from = floor_boundary(text, line_start.max(start.saturating_sub(400)));
        let to = floor_boundary(text, line_end.min(start + 160));
        let end = floor_boundary(text, (place.end as usize).clamp(start, to));
        excerpt = printable(&text[from..to]);
        // A setting names its text by its path, which is what was typed.
        name = printable(&source.name).replace(['\n', '\t'], "?");
        let (a, b) = (start - from, (end - from).max(start - from));
        // A place without length points at the letter that stands there, whole.
        let letter = || a + excerpt[a..].chars().next().map_or(0, char::len_utf8);
        let span = a..if b == a { letter() } else { b };
        group = title.element(
            Snippet::source(excerpt.as_str())
                .line_start(line)
                .path(name.as_str())
                .fold(false)
                .annotation(AnnotationKind::Primary.span(span)),
        );
    } else {
        group = Group::with_title(title);
    }
    let remedy;
    if let Some(text) = &advice {
        remedy = printable(text);
        group = group.element(Level::HELP.message(remedy.as_str()));
    }
    let told = renderer.render(&[group]).to_string();
    let in_cells = diagnostic.place.is_some_and(|place| sources.cell(place).is_some());
    if in_cells { without_second_file(&told) } else { told }
}

/// A message whose place is a cell, without the line that says that the excerpt is of another file: it is of this one, whose
/// rows and columns are not lines and characters.
fn without_second_file(told: &str) -> String {
    let is_sign = |line: &str| {
        let mut coded = false;
        let bare = line.chars().filter(|&c| {
            let hidden = coded || c == '\u{1b}';
            coded = hidden && c != 'm';
            !hidden
        });
        bare.collect::<String>().trim() == ":::"
    };
    let at = told.lines().position(is_sign);
    let kept = told.lines().enumerate().filter(|(i, _)| Some(*i) != at).map(|(_, line)| line);
    kept.collect::<Vec<_>>().join("\n")
}

/// The cells of the row of a place in a workbook, at most a window around it, and where the place is in them.
fn row_of(text: &str, place: Place) -> (String, Range<usize>) {
    let start = floor_boundary(text, place.start as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let end = floor_boundary(text, (place.end as usize).clamp(start, line_end));
    let (row, span) = shown(&text[line_start..line_end], start - line_start, end - line_start);
    let row = printable(&row);
    let (mut from, to) = (floor_boundary(&row, span.start.saturating_sub(80)), floor_boundary(&row, span.end + 100));
    if from < 20 {
        from = 0;
    }
    let cut = if from > 0 { "... " } else { "" };
    let by = |at: usize| (at - from).min(to - from) + cut.len();
    let span = by(span.start)..by(span.end).max(by(span.start));
    let rest = if to < row.len() { " ..." } else { "" };
    let window = format!("{cut}{}{rest}", &row[from..to]);
    // A cell without text is shown as wide as a letter.
    let window = if window.len() == span.start { window + " " } else { window };
    let letter = window[span.start..].chars().next().map_or(0, char::len_utf8);
    let span = if span.is_empty() { span.start..span.start + letter } else { span };
    (window, span)
}

/// Replaces each byte of what a terminal would interpret (controls, bidirectional overrides) by
/// `?`, so that byte offsets into the text stay what they were.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters other than tab and newline, and the bidirectional controls of Unicode.
pub(crate) fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
