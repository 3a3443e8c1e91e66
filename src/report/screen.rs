//! Text: the plan on one screen, what matters most first. What there is no room for is counted, with where it is.

use std::io::{self, Write};

use super::{Style, futures, summary, text};
use crate::plan::Plan;
use crate::units::human::count;

/// Lines of a screen, each of [`WIDE`] characters.
const LINES: usize = 40;
/// Characters of a line.
const WIDE: usize = 100;
/// Rows of its tables.
const ROWS: usize = 6;
/// Binding limits on it.
const LIMITS: usize = 5;

/// Writes it: the decision, the cost and its parts, what is held and runs where as far as there is room, the limits that
/// bind with their price, the certificate, and where the rest is.
pub(super) fn write(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let part = |write: &dyn Fn(Style, &mut dyn Write) -> io::Result<()>| -> io::Result<Part> {
        let (mut shown, mut plain) = (Vec::new(), Vec::new());
        write(style, &mut shown)?;
        write(Style::default(), &mut plain)?;
        Ok(Part { text: shown, lines: lines(&String::from_utf8_lossy(&plain)) })
    };
    let table = |t: &summary::Table<'_>| part(&|style, out| text::table(t, style, out));
    let head = part(&|style, out| text::head(plan, style, out))?;
    let mut tables = Vec::new();
    if let Some(u) = plan.uncertainty.as_deref() {
        tables.extend([table(&futures::now(u))?, table(&futures::may_come(plan, u))?]);
    }
    let always = tables.len() + 1;
    tables.extend(summary::cost(plan, ROWS).as_ref().map(table).transpose()?);
    if plan.uncertainty.is_none() {
        let more = [
            summary::purchases(plan, ROWS),
            summary::moves(plan, ROWS),
            summary::assignments(plan, ROWS),
            summary::contracts(plan),
        ];
        for t in more.iter().flatten() {
            tables.push(table(t)?);
        }
    }
    let (limits, _) = summary::limits(plan, LIMITS);
    let binding = part(&|style, out| text::binding(plan, &limits, style, out))?;
    let notes = part(&|style, out| text::notes(plan, style, out))?;
    let certificate = part(&|style, out| text::certificate(plan, style, out))?;

    // The line that says where the rest is, with the empty one before it.
    let mut left = LINES.saturating_sub(3 + head.lines + binding.lines + certificate.lines);
    let (first, others) = tables.split_at(always.min(tables.len()));
    left = left.saturating_sub(first.iter().map(|t| t.lines).sum());
    let mut fits = |part: &Part| {
        let room = left.checked_sub(part.lines);
        left = room.unwrap_or(left);
        room.is_some()
    };
    // What is held is the decision: it is there even if the screen becomes longer. The notes come before the other tables.
    let (held, others) = others.split_at(others.len().min(1));
    held.iter().for_each(|t| _ = fits(t));
    let mut shown: Vec<&Part> = first.iter().chain(held).collect();
    let with_notes = fits(&notes);
    shown.extend(others.iter().filter(|t| fits(t)));
    out.write_all(&head.text)?;
    shown.iter().try_for_each(|t| out.write_all(&t.text))?;
    let shown = shown.len();
    out.write_all(&binding.text)?;
    if with_notes {
        out.write_all(&notes.text)?;
    }
    out.write_all(&certificate.text)?;
    if !plan.status.has_plan() {
        return if with_notes { Ok(()) } else { out.write_all(&notes.text) };
    }
    let hidden = [
        (summary::tables(plan).len().saturating_sub(shown), "more table"),
        (plan.limits.iter().filter(|l| l.binding).count().saturating_sub(limits.len()), "more binding limit"),
        (if with_notes { 0 } else { plan.notes.len() }, "note"),
    ];
    let told: Vec<String> = hidden.iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(*n, word)).collect();
    let tables = match told.as_slice() {
        [] => "`--format tables` shows every row".to_owned(),
        [rest @ .., last] if !rest.is_empty() => {
            format!("`--format tables` shows every table in full: {} and {last}", rest.join(", "))
        }
        _ => format!("`--format tables` shows every table in full: {}", told.join(", ")),
    };
    writeln!(out, "\nMore: {tables}; `--format json` has everything.")
}

/// A part of the screen, and how many lines it takes.
struct Part {
    text: Vec<u8>,
    lines: usize,
}

/// How many lines a text takes on a screen, where a long one is folded.
fn lines(text: &str) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(WIDE).max(1)).sum()
}
