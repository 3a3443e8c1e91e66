//! Loops over the rooms before: solving a model is build, solve, certify, tell, audit; and again
//! without the dependency limits for what they cost.

pub mod alternatives;
pub mod backtest;
pub mod curve;
pub mod dossier;
pub mod expect;
pub mod explain;
pub mod frontier;
pub mod replan;
pub mod samples;
pub mod scenarios;
mod signed;
mod solving;
pub mod stress;
mod study;
pub mod sweep;
pub mod swings;
mod uncertain;

#[cfg(feature = "batch")]
pub(crate) use crate::engine::parallel::on_one_processor;
pub use solving::{
    Detail, SolveSettings, exported_program, imported, solve, solve_every_future, solve_schedule, solved_program,
};
pub use study::Study;
pub use uncertain::{FuturePlan, FuturePlans, FutureProgram, FuturePrograms, future_programs, joined_program};
