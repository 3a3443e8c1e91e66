//! Interprets what runs today, a table with the columns offer, workload and chips, and what it costs to move.

use super::ids::Id;
use std::collections::HashSet;

use super::policy::Parts;
use super::reader::{Ids, In, Reader};
use super::types::{Baseline, Today};
use crate::diagnostics::{Code, Place, SourceId, suggest};
use crate::document as doc;
use crate::units::{Dimension as Unit, Quantity};

/// The columns of the table.
pub(super) const COLUMNS: [&str; 3] = ["offer", "workload", "chips"];

/// Reads the baseline from the source that its file was read into; `None` if it could not be read,
/// which has been reported.
pub(super) fn baseline(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    parts: &Parts<'_>,
    file: Option<SourceId>,
) -> Option<Baseline> {
    let written = document.baseline.as_ref()?;
    let currency = reader.currency.clone();
    let switching = match &written.switching {
        Some(amount) => reader.money_as(amount, |q| Unit::MoneyPer(&currency, &["chip", "chips"]).convert(q))?,
        None => 0.0,
    };
    let origin = reader.origin(written.place);
    let in_each_period = match written.per.as_ref().map(|p| p.text.as_str()) {
        None | Some("horizon") => false,
        Some("period") => true,
        Some(other) => {
            let place = doc::place_of(&written.per, written.place);
            let remedy = suggest(other, ["horizon", "period"]);
            reader.error(
                Code::UnknownWord,
                place,
                format!("`{other}` does not say when switching costs apply"),
                remedy,
            );
            return None;
        }
    };
    if in_each_period && reader.calendar.is_steady() {
        reader.no_horizon(doc::place_of(&written.per, written.place));
        return None;
    }
    if in_each_period && written.lacks("switching") {
        let place = doc::place_of(&written.per, written.place);
        let message = "`per` says when switching costs apply, but no `switching` is given";
        reader.error(Code::MissingKey, place, message, "add `switching: 200 USD/chip`, or remove it");
        return None;
    }
    if written.lacks("file") {
        if in_each_period {
            return Some(Baseline { running: Vec::new(), switching, in_each_period, origin });
        }
        let remedy = "add `file: today.csv` with what runs today, or `per: period` if later moves also cost";
        reader.error(Code::MissingKey, written.place, "a baseline is missing `file`", remedy);
        return None;
    }
    let source = file?;
    let text = reader.sources.get(source).text.clone();
    let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let start = Place { source, start: 0, end: text.find('\n').unwrap_or(text.len()) as u32 };
    let headers: Vec<String> = match table.headers() {
        Ok(headers) => headers.iter().map(str::to_owned).collect(),
        Err(error) => {
            reader.error(Code::WrongType, start, format!("this is no table: {error}"), "write a CSV file");
            return None;
        }
    };
    let mut at = [0; 3];
    for (column, at) in COLUMNS.iter().zip(&mut at) {
        let Some(found) = headers.iter().position(|h| h == column) else {
            let message = format!("the table has no column `{column}`");
            reader.error(Code::MissingKey, start, message, "its first line is `offer,workload,chips`");
            return None;
        };
        *at = found;
    }
    let offers = Ids::of(parts.offers.offers.iter().map(|o| o.id.as_str()));
    let workloads = Ids::of(parts.workloads.iter().map(|w| w.id.as_str()));
    let mut seen = HashSet::new();
    let mut running: Vec<Today> = Vec::new();
    for record in table.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                reader.error(Code::WrongType, start, format!("the table cannot be read: {error}"), "write UTF-8 text");
                return None;
            }
        };
        let from = record.position().map_or(0, |p| p.byte() as usize);
        let line = text[from..].trim_start_matches(['\r', '\n']);
        let from = text.len() - line.len();
        let end = from + line.find(['\r', '\n']).unwrap_or(line.len());
        let place = Place { source, start: from as u32, end: end as u32 };
        let cell = |i: usize| record.get(at[i]).unwrap_or("").to_owned();
        let offer = known(reader, cell(0), place, "offer", &offers, parts.offers.written.incomplete);
        let workload = known(reader, cell(1), place, "workload", &workloads, parts.workloads_incomplete);
        let chips = match Quantity::parse(&cell(2)) {
            Ok(quantity) => reader.amount(Some(&doc::Amount { quantity, place }), &Unit::Chips, In::NotNegative),
            Err(error) => {
                doc::report_unit(&error, place, reader.diagnostics);
                None
            }
        };
        let (Some(offer), Some(workload), Some(chips)) = (offer, workload, chips) else { continue };
        if !seen.insert((offer, workload)) {
            let message = format!("`{}` on `{}` is listed twice here", cell(1), cell(0));
            reader.error(Code::DuplicateName, place, message, "add the two up in one line");
        }
        running.push(Today { workload, offer, chips });
    }
    Some(Baseline { running, switching, in_each_period, origin })
}

/// Which one a cell names; what could not be read has been reported.
fn known<K: Id>(
    reader: &mut Reader<'_>,
    text: String,
    place: Place,
    what: &str,
    ids: &Ids<'_, K>,
    incomplete: bool,
) -> Option<K> {
    if incomplete && ids.find(&text).is_none() {
        return None;
    }
    reader.reference(&doc::Text { text, place }, what, ids, &[])
}
