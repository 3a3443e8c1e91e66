//! A requirement that the model file has no word for, as a row of the program: here, at least as
//! many Trainium as Nvidia chips in every period. `cargo run --example custom_constraint`.

#![expect(clippy::print_stdout, reason = "a program that shows something")]

use polysource::Model;
use polysource::engine::{CertifiedStatus, EngineChoice, SolveOptions, solve_certified};
use polysource::formulation::build;
use polysource::plan::Schedule;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Model::from_yaml_str(&std::fs::read_to_string("models/quickstart.yaml")?)?;
    let formulation = build(&model);
    let mut program = formulation.program().clone();
    let plain = solve_certified(&program, EngineChoice::Auto, &SolveOptions::default())?;
    for t in 0..model.periods() {
        let terms = formulation.holdings.iter().filter(|h| h.periods.contains(&t)).filter_map(|h| {
            match model.chips()[model.offers()[h.offer].chip].vendor.as_str() {
                "amazon" => Some((h.column, 1.0)),
                "nvidia" => Some((h.column, -1.0)),
                _ => None,
            }
        });
        let name = format!("as_many[{}]", model.calendar().periods[t].label);
        program.add_row(name, "custom", 0.0, f64::INFINITY, terms.collect::<Vec<_>>());
    }
    let solved = solve_certified(&program, EngineChoice::Auto, &SolveOptions::default())?;
    assert_eq!(solved.status, CertifiedStatus::Optimal, "the certificate covers the new rows too");
    let before = program.objective(&plain.x);
    println!("without it {before:.2}, with it {:.2} {}", program.objective(&solved.x), model.currency());
    for held in Schedule::read(&model, &formulation, &solved.x).held {
        println!("  {}: {:.0} chips in periods {:?}", model.offers()[held.offer].id, held.chips, held.periods);
    }
    Ok(())
}
