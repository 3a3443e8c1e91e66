//! `polysource` decides where an AI company's training and inference run.

pub mod analysis;
pub mod cli;
pub mod diagnostics;
pub mod document;
pub mod engine;
pub mod formulation;
pub mod lp;
pub mod model;
pub mod plan;
pub mod report;
pub mod units;
