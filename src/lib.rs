//! `polysource` decides where an AI company's training and inference run.

pub mod diagnostics;
pub mod document;
pub mod formulation;
pub mod lp;
pub mod model;
pub mod plan;
pub mod units;
