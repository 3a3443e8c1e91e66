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
/// Rows of what is always there, binding limits, and futures, the most that fit of these.
const SIZES: [(usize, usize, usize); 4] = [(ROWS, 5, futures::ROWS), (5, 4, 8), (4, 3, 5), (3, 2, 3)];

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
    let notes = part(&|style, out| text::notes(plan, style, out))?;
    let certificate = part(&|style, out| text::certificate(plan, style, out))?;
    let uncertainty = plan.uncertainty.as_deref();
    let now = uncertainty.map(|u| table(&futures::now(u))).transpose()?;
    // What is always there: futures, cost, what is held, and what binds; with fewer rows each where it would not fit.
    // The line that says where the rest is has an empty one before it.
    let room = LINES.saturating_sub(3 + head.lines + certificate.lines + now.as_ref().map_or(0, |t| t.lines));
    let mut sized = None;
    for (rows, most, rows_of_futures) in SIZES {
        let mut tables = Vec::new();
        tables.extend(uncertainty.map(|u| table(&futures::may_come(plan, u, rows_of_futures))).transpose()?);
        tables.extend(summary::cost(plan, rows).as_ref().map(table).transpose()?);
        if plan.uncertainty.is_none() {
            tables.extend(summary::purchases(plan, rows).as_ref().map(table).transpose()?);
        }
        let (limits, _) = summary::limits(plan, most);
        let binding = part(&|style, out| text::binding(plan, &limits, style, out))?;
        let left = room.checked_sub(binding.lines + tables.iter().map(|t| t.lines).sum::<usize>());
        sized = Some((tables, binding, limits.len(), left.unwrap_or(0)));
        if left.is_some() {
            break;
        }
    }
    let Some((first, binding, limits, mut left)) = sized else { return Ok(()) };
    let mut fits = |part: &Part| {
        let room = left.checked_sub(part.lines);
        left = room.unwrap_or(left);
        room.is_some()
    };
    // The notes come before the other tables.
    let with_notes = fits(&notes);
    let mut others = Vec::new();
    if plan.uncertainty.is_none() {
        let more = [summary::moves(plan, ROWS), summary::assignments(plan, ROWS), summary::contracts(plan)];
        for t in more.iter().flatten() {
            others.push(table(t)?);
        }
    }
    let mut shown: Vec<&Part> = now.iter().chain(&first).collect();
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
        (plan.limits.iter().filter(|l| l.binding).count().saturating_sub(limits), "more binding limit"),
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
