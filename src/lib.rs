//! `polysource` decides where an AI company's training and inference run: how many chips of which
//! vendor, in which cloud, under which contract, in which period. It finds the cheapest plan that
//! meets every workload, fits the capacity on offer, honours the contracts and depends on no
//! supplier more than the policy allows, and it proves what it says.
//!
//! | question | call |
//! | --- | --- |
//! | What is the cheapest plan within the policy, and what does each limit cost? | [`solve`] |
//! | Is the model right? | [`Model::from_yaml_str`], [`model::load`] |
//! | What is still served when a supplier fails? | [`resilience::stress`] |
//! | Why is there no plan? What drives the cost? | [`analysis::explain::infeasibility`], [`analysis::explain::drivers`] |
//! | How does the answer move when the inputs do? | [`analysis::sweep::run`], [`analysis::curve::curve`], [`analysis::frontier::frontier`] |
//! | Which other plans cost nearly as little? | [`analysis::alternatives::alternatives`] |
//! | How does the plan change as I change the model? | [`Model::with`], [`Study`] |
//! | What changed between two plans? | [`compare::diff`] |
//! | How far is it, and how do I stop it? | [`engine::Watch`] |
//! | What would an engine of my own say? | [`EngineChoice::own`] |
//! | Is a linear program of mine solved, for certain? | [`engine::solve_certified`] |
//!
//! The rooms follow one another, and none reaches back: [`document`] (what was written) -> [`model`] (what it means) ->
//! [`formulation`] (as a linear program) -> [`engine`] (who solves it) -> [`plan`] (the answer in the model's words) ->
//! [`resilience`] (what fails, and what then) -> [`analysis`] (loops over these) -> [`compare`] (two plans), `batch` (a
//! sweep on many machines) -> `report` (how it is reported) -> `cli`. [`units`], [`diagnostics`] and [`lp`] (programs and
//! their certificate) are leaves; [`import`] stands beside [`document`] and reads foreign tables.
//!
//! Features: `cli` (default) has the program and all that only it needs; `report`, `batch` and `parallel` (solves side
//! by side) are parts of it that a library can have alone. Without any the solving core is built. The engines are
//! numerical code: in your `Cargo.toml`, `[profile.dev.package."*"]` with `opt-level = 2` makes debug builds solve a
//! hundred times faster.
//!
//! ```
//! use polysource::{Model, SolveSettings, solve};
//!
//! let model = Model::from_yaml_str(r"
//! polysource: 1
//! chips: { h100: { vendor: nvidia }, mi300x: { vendor: amd } }
//! clouds: { coreweave: {}, vultr: {} }
//! offers:
//!   coreweave-h100: { chip: h100, cloud: coreweave, price: 6.16, capacity: 2k }
//!   vultr-mi300x: { chip: mi300x, cloud: vultr, price: 1.85, capacity: 1k }
//! workloads:
//!   chat:
//!     kind: inference
//!     demand: 3M tok/s
//!     throughput: { h100: 2400 tok/s, mi300x: 2000 tok/s }
//! ")?;
//! let plan = solve(&model, &SolveSettings::default())?;
//! // All 1000 MI300X serve 2M tok/s; 1M / 2400 H100 serve the rest.
//! let cost = plan.cost.as_ref().unwrap();
//! assert!((cost.total - (1.85 * 1000.0 + 6.16 * 1e6 / 2400.0)).abs() < 1e-6);
//! assert!(plan.certificate.verified);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analysis;
#[cfg(feature = "batch")]
pub mod batch;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod diagnostics;
pub mod document;
pub mod engine;
pub mod formulation;
pub mod import;
pub mod lp;
pub mod model;
pub mod plan;
#[cfg(feature = "report")]
pub mod report;
pub mod resilience;
pub mod units;

pub use analysis::{Detail, SolveSettings, Study, solve};
pub use engine::EngineChoice;
pub use model::Model;
pub use plan::{Plan, Status};

/// The library example of the documentation, compiled and run with the other documentation tests.
#[doc = include_str!("../docs/library.md")]
#[cfg(doctest)]
pub struct PageDoctests;
