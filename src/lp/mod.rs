//! The linear program, its certificate and its file formats. Knows no vendor.

mod program;

pub use program::{Column, ColumnId, LinearProgram, LpError, Row, RowId, Sum};
