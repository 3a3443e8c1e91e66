//! What the document means: validated, indexed, wrong by no construction.

mod backtest;
mod balance;
mod baseline;
mod builder;
mod calendar;
mod column;
mod commitment;
mod contracts;
mod currencies;
mod deliveries;
mod demand;
mod edit;
mod equity;
mod expect;
mod facts;
mod files;
mod holdings;
mod ids;
mod late;
mod load;
mod option;
mod owned;
mod pace;
mod policy;
mod prefer;
mod ramp_down;
mod reader;
mod reprice;
mod risk;
mod sampling;
mod select;
mod selector;
mod sites;
mod spelling;
mod supply;
mod sweeps;
mod terminate;
mod types;
mod uncertainty;
mod unlikely;
mod upstream;
mod variation;
mod whole;

pub use backtest::{Backtest, BacktestPolicy, HorizonText, Past, PastOf, ReplanDate};
pub use balance::{Balance, BalanceKind, Sharing, sharing, uncounted};
pub use builder::{ContractSpec, LimitSpec, ModelBuilder, OfferSpec, WorkloadSpec};
pub use calendar::{Calendar, Period, Step, Window, hours_between, parse_period, parse_window};
pub use column::{Column, ColumnError, Expression, MOST_BYTES, MOST_DEPTH, Quantity};
pub use currencies::Rates;
pub use edit::Edit;
pub use equity::{Equity, Vest};
pub use expect::{Expectation, Expected, expected_scenarios};
pub use facts::{
    PlaceBy, Unneeded, contract_inside, held_today, is_ratio_of_held, placement_cost, stands_by_for_deliveries,
    unit_price,
};
pub use holdings::Holdings;
pub use ids::{
    ChipId, CloudId, CloudSet, ContractId, ContractSet, Grid, Id, IdSet, IdVec, LimitId, OfferId, OfferSet, OutageId,
    PoolId, SurviveId, UpstreamId, WorkloadId, WorkloadSet,
};
pub use late::Late;
pub(crate) use late::settle as settle_deliveries;
pub use load::{Input, Loaded, Rejected, Tree, load, load_again, load_with, read_tree};
pub use owned::{Bought, Life};
pub use policy::*;
pub use ramp_down::RampDown;
pub use reprice::{PricedBy, Reprice};
pub use risk::NotATime;
pub use sampling::Sampling;
pub use selector::{Dimension, glob};
pub use sweeps::{MOST_POINTS, Method, SweepOverrides, SweepSpec};
pub use terminate::Terminate;
pub use types::{
    Baseline, Chip, Cloud, Commit, CommitBucket, CommitIn, Contract, Cvar, DataGravity, Decision, Group, Interruption,
    Investor, Limit, Loss, Machines, Measure, Offer, Origin, Outage, Payment, Pool, Porting, Prefer, Response, Risk,
    RiskTerm, Span, Split, Substitute, Survive, Task, Term, Tier, Today, Upstream, Workload,
};
pub use uncertainty::{Draws, Factor, Future, Goal, Timing, Uncertainty, When};
pub use variation::Family;
pub use whole::{Cited, Model};
