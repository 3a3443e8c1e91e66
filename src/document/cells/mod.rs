//! A model as the cells of a workbook: one more way to write what YAML writes.
//!
//! A sheet holds a section of the model, a row an entry of it, a column a key; what is deeper has a name with dots
//! (`term.reserved`), and what is too deep for a column stands in its cell as YAML on one line. `docs/spreadsheet.md` says
//! it in full. A workbook is read into a text ([`crate::diagnostics::WORKBOOK`]) and that into a tree, as a text of YAML is.

mod digest;
#[cfg(feature = "xlsx")]
mod open;
mod quantity;
mod read;
#[cfg(feature = "xlsx")]
mod save;
mod shape;
mod write;

pub use digest::{digest, one_spelling};
#[cfg(feature = "xlsx")]
pub use open::{MAX_CELLS, MAX_UNPACKED, NotAWorkbook, is_xlsx, text_of_xlsx};
pub(super) use read::read_cells;
pub use read::{SheetCells, has_unread_cells, sheets_of_text};
#[cfg(feature = "xlsx")]
pub use save::{save, save_marked};
pub use write::{Book, BookCell, BookColumn, BookSheet, Choices, Unsayable, book_of, text_of_book};
