//! The linear program, its certificate and its file formats. Knows no vendor.

mod affine;
mod bound;
mod certificate;
mod condense;
mod expression;
mod label;
mod lp_format;
mod mps;
mod name_list;
mod names;
mod number;
mod program;
mod proof;
mod role;
mod row_index;
mod safe;
mod scaling;
mod solution;
mod split;

pub use affine::{AffineProgram, Dependence};
pub use bound::{lower_bound, repaired, usable};
pub(crate) use certificate::certify_pricing;
pub use certificate::{Certificate, CheckedRows, Tolerances, Violation, certify, primal_violation, worst_violation};
pub use condense::Condensed;
pub use expression::Affine;
pub(crate) use label::{bracketed, named};
pub use lp_format::write_lp;
pub use mps::write_mps;
pub use program::{Column, ColumnId, LinearProgram, LpError, Row, RowId, Sum};
pub use proof::{FarkasCheck, RayCheck, verify_farkas, verify_ray};
pub use role::{ColumnKind, ColumnRole, RowKind, RowRole};
pub(crate) use row_index::{RowIndex, is_row};
pub use safe::ARITHMETIC;
pub use scaling::Scaling;
pub use solution::{Point, SolutionFile};
pub use split::{Block, Cut, Split};
