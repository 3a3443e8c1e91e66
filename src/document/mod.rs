//! What was written: the YAML as a tree with places, overlaid, and the typed records read from it.

mod between;
mod bounded;
mod cells;
mod change;
mod citations;
mod decode;
mod described;
mod example;
mod expected;
mod kind;
mod locate;
mod node;
mod offers_table;
mod overlay;
mod read;
mod recognise;
mod records;
mod reference;
#[cfg(feature = "schema")]
mod schema;
mod series;
mod synonyms;
mod table;
mod vary;

pub use between::overlay_between;
pub use bounded::{read_bounded, read_regular};
pub use cells::{
    Book, BookCell, BookColumn, BookSheet, Choices, SheetCells, Unsayable, book_of, digest, has_unread_cells,
    one_spelling, sheets_of_text, text_of_book,
};
#[cfg(feature = "xlsx")]
pub use cells::{MAX_CELLS, MAX_UNPACKED, NotAWorkbook, is_xlsx, save, save_marked, text_of_xlsx};
pub use change::{Unchangeable, changed, changed_number};
pub use citations::{Citation, citations};
pub use decode::{Amount, Anything, Decode, List, Map, Text, Under, report_unit};
pub use described::{KeyReference, RecordReference};
pub use example::example_of;
pub use expected::{expectations, keep_expected, scenarios_of};
pub use kind::{Bounds, Form, Kind, Measure};
pub use locate::locate;
pub use node::{Entry, Node, Value};
pub use offers_table::{OFFER_COLUMNS, offers_of};
pub use overlay::{apply_scenarios, insert, lookup, merge, name_of, set};
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read, read_value};
pub use recognise::{has_columns, has_key, is_model};
pub use records::*;
pub use reference::{KeyPath, RECORDS, find_keys, key_paths, record_of_value, value_in_words};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use series::{Criterion, Selector, Series, SeriesForm};
pub(crate) use synonyms::dimension_called;
pub use table::{Cell, Row, Table, safe_cell};
pub use vary::{Axis, Distribution, How, Spread, Target, Values, read_axis, read_target};
