//! What happened: a table of series by period.

use std::collections::BTreeMap;

use super::super::calendar::parse_period;
use super::super::ids::{OfferId, WorkloadId};
use super::super::policy::Parts;
use super::super::reader::{Ids, Reader};
use super::super::types::Task;
use crate::diagnostics::{Code, SourceId};
use crate::document::{self as doc, Cell, Table};

/// A series as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Of what.
    pub of: PastOf,
    /// Its path in the model file.
    pub path: String,
    /// A value for each period, in the unit in which the model reports it: the mean of the lines of that period.
    pub values: Vec<f64>,
}

/// Of what there is a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PastOf {
    /// The demand of a workload, which is known when its period is over.
    Demand(WorkloadId),
    /// The price of an offer, which is known when its period begins.
    Price(OfferId),
    /// The capacity of an offer, which is known when its period begins.
    Capacity(OfferId),
}

impl PastOf {
    /// Whether it is known when its period begins; else when that is over.
    #[must_use]
    pub fn known_at_start(self) -> bool {
        !matches!(self, PastOf::Demand(_))
    }
}

/// Reads the table; `None` if something is wrong, which has been reported.
pub(super) fn read(reader: &mut Reader<'_>, parts: &Parts<'_>, source: SourceId) -> Option<Vec<Past>> {
    let text = reader.sources.get(source).text.clone();
    let told = reader.diagnostics.len();
    let table = Table::read(&text, source, reader.diagnostics)?;
    let Some(period) = table.column("period") else {
        let remedy = "its first line is `period,workloads.chat.demand` or the like";
        reader.error(Code::MissingKey, table.place, "the table has no column `period`", remedy);
        return None;
    };
    let others: Vec<usize> = (0..table.columns.len()).filter(|&c| c != period).collect();
    if others.is_empty() {
        let remedy = "add a column such as `workloads.chat.demand`";
        reader.error(Code::MissingKey, table.place, "the table has no series", remedy);
        return None;
    }
    let of: Vec<Option<PastOf>> = others.iter().map(|&c| target(reader, parts, &table.columns[c])).collect();
    let mut sums: Vec<BTreeMap<usize, (f64, usize)>> = vec![BTreeMap::new(); others.len()];
    for row in &table.rows {
        let Some(at) = within(reader, &row.cells[period]) else { continue };
        for (&c, sums) in others.iter().zip(&mut sums) {
            let Some(value) = number(reader, &row.cells[c]) else { continue };
            let sum = sums.entry(at).or_default();
            *sum = (sum.0 + value, sum.1 + 1);
        }
    }
    if reader.diagnostics.len() > told && reader.diagnostics.has_errors() {
        return None;
    }
    let mut all = Vec::new();
    for ((&c, of), sums) in others.iter().zip(of).zip(sums) {
        let column = &table.columns[c];
        let missing = (0..reader.calendar.len()).find(|t| !sums.contains_key(t));
        if let Some(t) = missing {
            let label = &reader.calendar.periods[t].label;
            let message = format!("`{}` has no value for {label}", column.text);
            let remedy = "add the line, or shorten `over` to the periods of which there is a history";
            reader.error(Code::SeriesLength, column.place, message, remedy);
            continue;
        }
        let values = sums.into_values().map(|(sum, count)| sum / count as f64).collect();
        all.extend(of.map(|of| Past { of, path: column.text.clone(), values }));
    }
    (all.len() == others.len()).then_some(all)
}

/// What a column is about.
fn target(reader: &mut Reader<'_>, parts: &Parts<'_>, column: &Cell) -> Option<PastOf> {
    let path = column.text.as_str();
    let of = |section: &str, field: &str| path.strip_prefix(section).and_then(|p| p.strip_suffix(field));
    let named = |id: &str| doc::Text { text: id.to_owned(), place: column.place };
    if let Some(id) = of("workloads.", ".demand") {
        let ids = Ids::of(parts.workloads.iter().map(|w| w.id.as_str()));
        let found = reader.reference(&named(id), "workload", &ids, &[])?;
        if matches!(parts.workloads[found].task, Task::Inference { .. }) {
            return Some(PastOf::Demand(found));
        }
        let message = format!("`{id}` is training, which has work in a window and no demand by period");
        reader.error(Code::WrongType, column.place, message, "leave the column out");
        return None;
    }
    for (field, made) in [(".price", PastOf::Price as fn(OfferId) -> PastOf), (".capacity", PastOf::Capacity)] {
        let Some(id) = of("offers.", field) else { continue };
        let ids = Ids::of(parts.offers.offers.iter().map(|o| o.id.as_str()));
        return reader.reference(&named(id), "offer", &ids, &[]).map(made);
    }
    let message = format!("`{path}` is no series that a history has");
    let remedy = "name it `workloads.ID.demand`, `offers.ID.price` or `offers.ID.capacity`";
    reader.error(Code::InvalidPath, column.place, message, remedy);
    None
}

/// The period that a line is of; what lies before or after all periods is left out.
fn within(reader: &mut Reader<'_>, cell: &Cell) -> Option<usize> {
    // As spreadsheets and databases write an hour.
    let text = cell.text.replacen(' ', "T", 1);
    let mut short = text.strip_suffix('Z').unwrap_or(&text);
    for zero in [".000", ":00", ":00"] {
        short = short.strip_suffix(zero).unwrap_or(short);
    }
    let Some((start, end)) = parse_period(short) else {
        let message = format!("`{}` is not a period", cell.text);
        reader.error(
            Code::InvalidPeriod,
            cell.place,
            message,
            "write 2026, 2026-Q3, 2026-07, 2026-07-15 or 2026-07-15T08",
        );
        return None;
    };
    let at = reader.calendar.period_at(start)?;
    let (_, over) = reader.calendar.dates(at)?;
    if end > over {
        let label = reader.calendar.periods[at].label.clone();
        let message = format!("{} is longer than the period {label} that it begins in", cell.text);
        reader.error(Code::OffGrid, cell.place, message, "give a line for each period, or for parts of it");
        return None;
    }
    Some(at)
}

fn number(reader: &mut Reader<'_>, cell: &Cell) -> Option<f64> {
    if cell.text.is_empty() {
        return None;
    }
    match cell.text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Some(value),
        Ok(_) => {
            let message = format!("`{}` is below 0 or has no end", cell.text);
            reader.error(
                Code::OutOfRange,
                cell.place,
                message,
                "write what was used, paid or on offer, or leave the cell empty",
            );
            None
        }
        Err(_) => {
            let message = format!("`{}` is not a number", cell.text);
            let remedy = "write a plain number such as `1250.5`, in the unit that the model uses for it";
            reader.error(Code::InvalidQuantity, cell.place, message, remedy);
            None
        }
    }
}
