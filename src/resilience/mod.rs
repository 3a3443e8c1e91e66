//! What fails, and what then: losses over a plan, what is rerouted and what is lost, and for how long it lasts.
//!
//! Everything here is computed from what a plan holds and runs, by small linear programs of its own, so that it can
//! check the formulation that asked for survival. They are solved with the engine and within the limits that the
//! caller names ([`Solver`]).

mod deliveries;
mod futures;
mod recovery;
mod rerouting;
mod risk;
mod served;
mod situation;
mod standby;
mod stress;
mod survival;

pub use deliveries::{MissingChips, StressDeliveries};
pub use futures::{FutureStress, InFuture, stress_of_futures};
pub(crate) use risk::conditional;
pub use risk::risk;
pub use served::Served;
pub use situation::{Foreign, ServedOf, Situation, Solver};
pub use stress::{Stress, StressLoss, StressSettings, StressWorkload, stress};
pub use survival::{counted, losses, plain_response, resilience, survival, survived, usual_response, whole};
