//! From an outcome to a plan in domain words: costs, exposure, prices, audit.

pub mod audit;
mod charges;
mod decisions;
mod exposure;
pub mod ledger;
mod limits;
mod organisations;
mod purpose;
mod resilience;
mod risk;
mod schedule;
mod situation;
mod tables;
mod types;

pub use charges::{Charge, ChargeCategory, Commitment, Frequency, Party, Pricing, Unbalanced, charges};
pub use exposure::{exposure, measures};
pub use limits::{Evidence, limit_results, limit_sentence};
pub use organisations::organisations;
pub use purpose::Purposes;
pub use resilience::{Survival, counted, losses, plain_response, resilience, survival, usual_response, whole};
pub use risk::risk;
pub use schedule::{Held, Running, Schedule, paid};
pub use situation::{Served, Situation, Whole};
pub use tables::{assignments, contract_results, moves, notes, purchases, unmet};
pub use types::*;
