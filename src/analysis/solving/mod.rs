//! How a model is solved.

pub(super) mod alike;
#[cfg(test)]
mod audited;
pub(super) mod clauses;
pub(super) mod cuts;
mod deals;
pub(super) mod examined;
mod idle;
mod imported;
pub(super) mod line;
pub(super) mod near;
pub(super) mod optimum;
pub(super) mod prefer;
pub(super) mod premium;
mod ranges;
pub(super) mod settings;
pub(super) mod solve;

pub use imported::{exported_program, imported};
pub use optimum::solved_program;
pub use settings::{Detail, SolveSettings};
pub use solve::{solve, solve_every_future, solve_schedule};
