//! The linear program, its certificate and its file formats. Knows no vendor.

mod certificate;
mod lp_format;
mod mps;
mod program;
mod scaling;

pub use certificate::{
    Certificate, FarkasCheck, Tolerances, certify, lower_bound, primal_violation, usable, verify_farkas,
};
pub use lp_format::write_lp;
pub use mps::write_mps;
pub use program::{Column, ColumnId, LinearProgram, LpError, Row, RowId, Sum};
pub use scaling::Scaling;
