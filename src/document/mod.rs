//! What was written: the YAML as a tree with places, overlaid, and the typed records read from it.

mod bounded;
mod change;
mod citations;
mod decode;
mod described;
mod locate;
mod node;
mod offers_table;
mod overlay;
mod read;
mod recognise;
mod records;
mod reference;
mod series;
mod synonyms;
mod table;
mod vary;

pub use bounded::{read_bounded, read_regular};
pub use change::{Unchangeable, changed, changed_number};
pub use citations::{Citation, citations};
pub use decode::{Amount, Anything, Decode, List, Map, Text, Under, report_unit};
pub use described::{KeyReference, RecordReference};
pub use locate::locate;
pub use node::{Entry, Node, Value};
pub use offers_table::{OFFER_COLUMNS, offers_of};
pub use overlay::{apply_scenarios, insert, lookup, merge, name_of, set};
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read, read_value};
pub use recognise::{has_columns, has_key, is_model};
pub use records::*;
pub use reference::{KeyPath, RECORDS, find_keys, key_paths, record_of_value, value_in_words};
pub use series::{Criterion, Selector, Series, SeriesForm};
pub(crate) use synonyms::dimension_called;
pub use table::{Cell, Row, Table, safe_cell};
pub use vary::{Axis, Distribution, How, Spread, Target, Values, read_axis, read_target};

/// The JSON Schema of the model file, from the records and their comments.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    if let Some(map) = schema.as_object_mut() {
        map.insert("title".to_owned(), "polysource model".into());
    }
    // Beside offers there may be the name of a table that has more of them.
    if let Some(offers) = schema.pointer_mut("/properties/offers").and_then(|o| o.as_object_mut()) {
        let about = "A table with further offers, one a line; the path is relative to the model's folder.";
        let offer = offers.get("additionalProperties").cloned().unwrap_or_default();
        let file = serde_json::json!({ "anyOf": [{ "type": "string", "description": about }, offer] });
        offers.insert("properties".to_owned(), serde_json::json!({ "file": file }));
    }
    schema
}
