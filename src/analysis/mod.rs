//! Loops over the rooms before: solving a model is build, solve, certify, tell, audit; and again
//! without the dependency limits for what they cost.

mod alike;
pub mod alternatives;
pub mod curve;
mod cuts;
mod deals;
pub mod dossier;
pub mod explain;
pub mod frontier;
mod idle;
mod imported;
mod line;
mod near;
mod parallel;
mod prefer;
mod premium;
mod ranges;
mod solve;
mod stress;
pub mod sweep;

pub use imported::{exported_program, imported};
pub use solve::{Detail, SolveSettings, solve, solve_schedule, solved_program};
pub use stress::{Stress, StressLoss, StressSettings, StressWorkload, stress};
