//! Foreign tables into what a model is written in.
//!
//! The room stands beside `document`: it knows tables, units and diagnostics, and nothing of what a model means. What it
//! makes is text that is read as any other, with all checks. What it could not take over, or took over with a change, is
//! kept in [`Findings`] with the file and line of every row concerned: a catalog that is wrong in places must not become
//! a price list that looks right.

mod accelerator_names;
mod accelerators;
mod findings;
pub mod focus;
mod focus_lost;
mod focus_map;
mod focus_unit;
mod instances;
mod offers;
pub mod skypilot;

pub use accelerators::{Accelerator, Explained, Named, accelerator, cloud_owner};
pub use findings::{Finding, Findings};
pub use focus_lost::{Account, Amount};
pub use focus_map::{Mapping, Rule};
pub use offers::{ImportedOffer, Offers};
