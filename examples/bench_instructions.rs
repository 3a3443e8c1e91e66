//! Loads, builds, solves and certifies one generated model, for `benches/instructions.sh` to count.
//!
//! Each phase is a function of its own that is never inlined, so that a profiler can switch its
//! counting on at the door and off again. Solving lies between them and is not counted: how long an
//! engine takes is no regression of ours.
#![allow(missing_docs, clippy::print_stdout)]

#[path = "../benches/model/mod.rs"]
mod model;

use std::process::ExitCode;

use polysource::engine::{EngineChoice, SolveOptions, Solved, solve_certified};
use polysource::formulation::{Formulation, build};
use polysource::lp::{Certificate, certify};
use polysource::model::Model;

#[inline(never)]
fn phase_load(text: &str) -> Option<Model> {
    Model::from_yaml_str(text).ok()
}

#[inline(never)]
fn phase_build(model: &Model) -> Formulation {
    build(model)
}

#[inline(never)]
fn phase_certify(formulation: &Formulation, solved: &Solved) -> Certificate {
    certify(formulation.program(), "bench", &solved.x, &solved.y, 0.0)
}

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let Some(size) = model::Size::named(&wanted) else { return ExitCode::from(2) };
    let text = model::yaml(size);
    let Some(model) = phase_load(&text) else { return ExitCode::from(3) };
    let formulation = phase_build(&model);
    let lp = formulation.program();
    let Ok(solved) = solve_certified(lp, EngineChoice::Auto, &SolveOptions::default()) else {
        return ExitCode::from(6);
    };
    let certificate = phase_certify(&formulation, &solved);
    println!("{} columns, {} rows, {} non-zeros", lp.columns().len(), lp.rows().len(), lp.nonzeros());
    if certificate.verified { ExitCode::SUCCESS } else { ExitCode::from(6) }
}
