//! Offers from a table: `offers: { file: prices.csv }`.
//!
//! Each line becomes the record that it would be in YAML, with the places of its cells, so that everything after reads
//! it with the same checks and tells mistakes at the line and column of the table.

use super::node::{Entry, Node, Value};
use super::synonyms::called;
use super::table::{Cell, Row, Table};
use crate::diagnostics::{Code, Diagnostics, did_you_mean, suggest};

/// Keys of an offer that fit into a cell.
const PLAIN: [&str; 13] = [
    "chip", "cloud", "region", "site", "price", "capacity", "block", "minimum", "lead", "pool", "source", "as_of",
    "term",
];

/// Particulars of a term, in columns of their own.
const TERM: [&str; 4] = ["reserved", "upfront", "starts", "interruption"];

/// Columns without which a table is none of offers.
pub const OFFER_COLUMNS: [&str; 4] = ["id", "chip", "cloud", "price"];

/// What stands in a column.
enum Column<'a> {
    Id,
    Plain(&'a str),
    Term(&'a str),
    /// A step of a series: `price.2026-Q3`.
    Step(&'a str, &'a str),
    Tag(&'a str),
    /// Told, and not read.
    Extra,
}

/// The offers of a table; `None` if columns are missing, which is reported. Extra columns are reported as warnings, ids that
/// stand twice as errors.
pub fn offers_of(table: &Table, diagnostics: &mut Diagnostics) -> Option<Vec<Entry>> {
    let has = |key: &str| {
        let step = |c: &Cell| key == "price" && c.text.strip_prefix("price.").is_some();
        table.columns.iter().any(|c| c.text == key || step(c))
    };
    let lacking: Vec<&str> = OFFER_COLUMNS.into_iter().filter(|key| !has(key)).collect();
    let columns: Vec<Column<'_>> = table.columns.iter().map(|c| column(c, &lacking, diagnostics)).collect();
    for key in &lacking {
        let near = table.columns.iter().find(|c| meant(&c.text) == Some(key));
        let remedy = near.map_or_else(
            || "its first line names its columns".to_owned(),
            |c| format!("rename the column `{}`", c.text),
        );
        diagnostics.error(Code::MissingKey, table.place, format!("the table has no column `{key}`"), remedy);
    }
    if !lacking.is_empty() {
        return None;
    }
    let mut offers: Vec<Entry> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for row in &table.rows {
        let Some(offer) = offer(row, &columns, diagnostics) else { continue };
        if seen.insert(offer.key.clone()) {
            offers.push(offer);
        } else {
            let message = format!("the offer `{}` is defined twice in this table", offer.key);
            diagnostics.error(Code::DuplicateKey, offer.place, message, "give each line an id of its own");
        }
    }
    Some(offers)
}

/// The needed column that another name is probably meant for.
fn meant(name: &str) -> Option<&'static str> {
    match called("an offer", name) {
        Some(synonym) => OFFER_COLUMNS.into_iter().find(|key| *key == synonym.key),
        None => did_you_mean(name, OFFER_COLUMNS),
    }
}

fn column<'a>(cell: &'a Cell, lacking: &[&str], diagnostics: &mut Diagnostics) -> Column<'a> {
    let name = cell.text.as_str();
    if name == "id" {
        return Column::Id;
    }
    if PLAIN.contains(&name) {
        return Column::Plain(name);
    }
    if TERM.contains(&name) {
        return Column::Term(name);
    }
    match name.split_once('.') {
        Some((key @ ("price" | "capacity"), period)) => return Column::Step(key, period),
        Some(("tags", tag)) => return Column::Tag(tag),
        _ => {}
    }
    // A column that is missing under its own name has been reported.
    if meant(name).is_some_and(|key| lacking.contains(&key)) {
        return Column::Extra;
    }
    let known = PLAIN.into_iter().chain(TERM).chain(["id"]);
    let remedy = match (called("an offer", name), did_you_mean(name, known.clone())) {
        (Some(synonym), _) if PLAIN.contains(&synonym.key) => synonym.remedy(),
        (_, Some(_)) => suggest(name, known),
        _ => format!("remove it, or call it `tags.{name}` to select and group by it"),
    };
    let message = format!("offers have no `{name}`; this column is not read");
    diagnostics.warning(Code::UnknownKey, cell.place, message, remedy);
    Column::Extra
}

/// The record of a line; `None` without an id, which is reported.
fn offer(row: &Row, columns: &[Column<'_>], diagnostics: &mut Diagnostics) -> Option<Entry> {
    let scalar = |cell: &Cell| Node { value: Value::Scalar(unguarded(&cell.text).to_owned()), place: cell.place };
    let entry = |key: &str, cell: &Cell| Entry { key: key.to_owned(), place: cell.place, node: scalar(cell) };
    let filled = || columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.text.is_empty());
    let Some(id) = filled().find(|(c, _)| matches!(c, Column::Id)).map(|(_, cell)| cell) else {
        diagnostics.error(Code::MissingKey, row.place, "this line has no id", "name the offer in the column `id`");
        return None;
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut particulars: Vec<(&str, Entry)> = Vec::new();
    for (column, cell) in filled() {
        match column {
            Column::Id | Column::Extra => {}
            Column::Plain(key) => entries.push(entry(key, cell)),
            Column::Term(key) => particulars.push((*key, entry(key, cell))),
            Column::Step(key, period) => nested(&mut entries, key, entry(period, cell), row, diagnostics),
            Column::Tag(tag) => nested(&mut entries, "tags", entry(tag, cell), row, diagnostics),
        }
    }
    if !particulars.is_empty() {
        term(&mut entries, particulars, row, diagnostics);
    }
    let node = Node { value: Value::Map(entries), place: row.place };
    Some(Entry { key: unguarded(&id.text).to_owned(), place: id.place, node })
}

/// Puts an entry into the map under a key, which may stand after a plain value for the same key: that is an error.
fn nested(entries: &mut Vec<Entry>, key: &str, entry: Entry, row: &Row, diagnostics: &mut Diagnostics) {
    match entries.iter_mut().find(|e| e.key == key) {
        Some(Entry { node: Node { value: Value::Map(inner), .. }, .. }) => inner.push(entry),
        Some(_) => {
            let message = format!("this line has a `{key}` for all periods and one from `{}` on", entry.key);
            diagnostics.error(Code::DuplicateKey, entry.place, message, "leave one of the two cells empty");
        }
        None => {
            let place = entry.place;
            let node = Node { value: Value::Map(vec![entry]), place: row.place };
            entries.push(Entry { key: key.to_owned(), place, node });
        }
    }
}

/// A term with particulars: `reserved` with `upfront` and `starts`, or `spot` with `interruption`.
fn term(entries: &mut Vec<Entry>, particulars: Vec<(&str, Entry)>, row: &Row, diagnostics: &mut Diagnostics) {
    let spot = particulars.iter().any(|(key, _)| *key == "interruption");
    let wanted = if spot { "spot" } else { "reserved" };
    if let Some(at) = entries.iter().position(|e| e.key == "term") {
        let word = entries.remove(at);
        if let Value::Scalar(text) = &word.node.value
            && text != wanted
        {
            let message = format!("the term `{text}` stands beside `{}`, which belongs to {wanted}", particulars[0].0);
            diagnostics.error(
                Code::WrongType,
                word.place,
                message,
                format!("write {wanted}, or leave the other empty"),
            );
        }
    }
    let map = |entries| Node { value: Value::Map(entries), place: row.place };
    let mut inner = Vec::new();
    for (key, entry) in particulars {
        if key == "interruption" {
            let place = entry.place;
            inner.push(Entry { key: "spot".to_owned(), place, node: map(vec![entry]) });
        } else {
            inner.push(entry);
        }
    }
    entries.push(Entry { key: "term".to_owned(), place: row.place, node: map(inner) });
}

/// A cell without the apostrophe that keeps a spreadsheet from reading it as a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(text)
}
