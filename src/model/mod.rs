//! What the document means: validated, indexed, wrong by no construction.

mod builder;
mod calendar;
mod contracts;
mod demand;
mod limits;
mod load;
mod reader;
mod select;
mod selector;
mod supply;
mod types;

pub use builder::{ModelBuilder, OfferSpec, WorkloadSpec};
pub use calendar::{Calendar, Period, Step, Window, parse_period, parse_window};
pub use load::{Input, Loaded, Rejected, load};
pub use selector::{Dimension, glob};
pub use types::{
    Chip, Cloud, Commit, CommitBucket, CommitIn, Contract, Group, Investor, Limit, LimitKind, Measure, Model, Offer,
    Origin, Pool, Span, Task, Term, Workload,
};
