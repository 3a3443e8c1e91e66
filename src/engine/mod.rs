//! From a linear program to an outcome: the engines, and the loop that certifies what they say.
//!
//! An engine is not believed. What it returns is checked by [`crate::lp::certify`] against the
//! program itself; an answer that does not pass goes to the next engine, and if none passes the
//! result says so ([`CertifiedStatus::Unverified`]).

mod accepted;
mod basis;
mod branch;
mod certified_session;
mod choice;
mod clarabel;
mod condensed;
mod continuous;
mod contract;
mod deadline;
mod decomposed;
mod dual;
mod guess;
#[cfg(feature = "highs")]
mod highs;
mod imported;
mod linear;
mod linked;
mod loosened;
mod microlp;
mod options;
mod outcome;
pub(crate) mod parallel;
mod phase_one;
mod ray;
mod reduced;
mod repair;
mod search;
mod session;
mod simplex;
mod solve;
mod solved;
mod trivial;
mod vertex;
mod watch;

pub use basis::{Basis, Place, Ranging};
pub use certified_session::CertifiedSession;
pub use choice::{EngineChoice, NoSuchEngine, OwnEngine};
pub(crate) use choice::{SMALL, keeps_basis};
pub use clarabel::Clarabel;
pub use contract::{Abilities, Engine};
pub use deadline::Deadline;
pub(crate) use guess::solved_by_guess;
#[cfg(feature = "highs")]
pub use highs::Highs;
pub use imported::{IMPORTED, certify_imported};
pub(crate) use linked::{Grouping, Member, ProgramVertex, solve_by_parts, solve_linked};
pub use loosened::within_tolerance;
pub use microlp::Microlp;
pub use options::SolveOptions;
pub use outcome::{EngineError, Outcome, Status};
pub use session::Session;
pub use simplex::Simplex;
pub use solve::solve_certified;
pub use solved::{Attempt, CertifiedStatus, Solved};
pub use watch::{Cancel, Progress, Watch};
