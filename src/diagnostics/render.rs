//! Diagnostics as text for a terminal, with the excerpt and a caret.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity, Sources};

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
    renderer.render(&[group]).to_string()
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
