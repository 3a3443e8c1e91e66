//! From an outcome to a plan in domain words: costs, exposure, prices, audit.

mod about;
pub mod audit;
mod backtest;
mod balances;
mod charges;
mod decisions;
mod evaluation;
mod exposure;
mod flat;
pub mod ledger;
mod limits;
mod organisations;
mod purpose;
mod sample;
mod schedule;
mod tables;
mod types;
mod uncertainty;

pub use about::{About, Bound};
pub use backtest::*;
pub use balances::{balance_results, equity_results};
pub use charges::{Charge, ChargeCategory, Commitment, Frequency, Party, Pricing, Unbalanced, charges};
pub use evaluation::*;
pub use exposure::{exposure, measures};
pub use flat::{Cells, FlatColumn, FlatTable};
pub use limits::{Evidence, expected_limit, limit_results, limit_sentence};
pub use organisations::organisations;
pub use purpose::Purposes;
pub use sample::*;
pub use schedule::{Held, Running, Schedule, Used, paid, paid_for_use};
pub use tables::{
    assets, assignments, burn_down, contract_results, moves, new_prices_sentence, notes, purchases, reservations, unmet,
};
pub use types::*;
pub use uncertainty::*;
