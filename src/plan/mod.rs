//! From an outcome to a plan in domain words: costs, exposure, prices, audit.

pub mod audit;
mod exposure;
pub mod ledger;
mod limits;
mod schedule;
mod tables;
mod types;

pub use exposure::exposure;
pub use limits::limit_results;
pub use schedule::{Held, Running, Schedule, paid};
pub use tables::{assignments, contract_results, notes, purchases, unmet};
pub use types::*;
