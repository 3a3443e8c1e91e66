//! A curve as text, JSON and CSV.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::column::clean;
use super::{Style, text};
use crate::analysis::curve::{Curve, Piece};
use crate::units::human::{money, number};

/// Most pieces on one screen.
const ROWS: usize = 40;

/// Writes a curve as JSON.
///
/// # Errors
/// What the writer reports.
pub fn write_json(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, curve)?;
    writeln!(out)
}

/// Writes a curve as CSV: a row for each piece and offer held on it.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let header = ["piece", "from", "to", "cost_from", "cost_to", "slope", "offer", "chips_from", "chips_to"];
    table.write_record(header)?;
    for (i, p) in curve.pieces.iter().enumerate() {
        for h in &p.chips {
            let numbers = [p.from, p.to, p.cost_from, p.cost_to, p.slope].map(|x| x.to_string());
            let held = [super::csv::safe(&h.offer), h.from.to_string(), h.to.to_string()];
            table.write_record([i.to_string()].into_iter().chain(numbers).chain(held))?;
        }
    }
    table.flush()
}

/// Writes a curve for a person: its pieces, with what is held where that changes.
///
/// # Errors
/// What the writer reports.
pub fn write_text(curve: &Curve, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let unit = curve.unit.as_ref().map_or(String::new(), |u| format!(" {u}"));
    let kind = match curve.how.as_str() {
        "scale" => " times what is written",
        "shift" => " added to what is written",
        _ => "",
    };
    writeln!(
        out,
        "{}: the optimal cost for {} from {} to {}{}{kind}",
        clean(&curve.model.name),
        clean(&curve.parameter),
        number(curve.from),
        number(curve.to),
        clean(&unit)
    )?;
    let exact = if curve.exact { "Exact" } else { "Not exact" };
    writeln!(out, "{exact}: {}. {} programs solved.", clean(&curve.basis), curve.solves)?;
    for gap in &curve.infeasible {
        let proved = if curve.exact { ", proved" } else { "" };
        writeln!(out, "No plan from {} to {}{proved}.", number(gap.from), number(gap.to))?;
    }
    let (columns, rows, foot) = pieces(curve, ROWS);
    let columns: Vec<(&str, bool)> = columns.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    text::named("Pieces", &columns, &rows, foot.as_deref(), style, out)
}

/// The columns of a table, `true` for numbers; its rows; and what stands below it.
pub(super) type TableParts = (Vec<(String, bool)>, Vec<Vec<String>>, Option<String>);

/// The pieces with what is held on them, where that changes; at most so many.
pub(super) fn pieces(curve: &Curve, most: usize) -> TableParts {
    let offers = changing(&curve.pieces);
    let fixed = ["from", "to", "cost at the start", "at the end", "slope"].map(str::to_owned);
    let names = offers.iter().map(|o| format!("chips of {o}"));
    let columns = fixed.into_iter().chain(names).map(|name| (name, true)).collect();
    let row = |p: &Piece| -> Vec<String> {
        let ends = [number(p.from), number(p.to)];
        let costs = [money(p.cost_from, &curve.currency), money(p.cost_to, &curve.currency), number(p.slope)];
        let held = offers.iter().map(|offer| {
            let (from, to) = held(p, offer);
            let (from, to) = (number(from), number(to));
            if from == to { from } else { format!("{from} to {to}") }
        });
        ends.into_iter().chain(costs).chain(held).collect()
    };
    let rows: Vec<Vec<String>> = curve.pieces.iter().take(most).map(row).collect();
    let more = curve.pieces.len() - rows.len();
    let foot = (more > 0).then(|| format!("{more} more pieces with --format csv."));
    (columns, rows, foot)
}

fn held(piece: &Piece, offer: &str) -> (f64, f64) {
    piece.chips.iter().find(|h| h.offer == offer).map_or((0.0, 0.0), |h| (h.from, h.to))
}

/// The offers of which not the same is held everywhere, those that change most first; six at most.
pub(super) fn changing(pieces: &[Piece]) -> Vec<&str> {
    let mut ranges: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for offer in pieces.iter().flat_map(|p| p.chips.iter().map(|h| h.offer.as_str())) {
        let ends = pieces.iter().map(|p| held(p, offer)).flat_map(|(a, b)| [a, b]);
        ranges.insert(offer, ends.fold((f64::INFINITY, 0.0), |(least, most), x| (x.min(least), x.max(most))));
    }
    let mut all: Vec<(&str, f64)> = ranges.into_iter().map(|(o, (least, most))| (o, most - least)).collect();
    all.retain(|(_, change)| *change > 1e-6);
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.into_iter().take(6).map(|(o, _)| o).collect()
}
