//! Reads a model, solves it and tells the decision: `cargo run --example solve`.

#![expect(clippy::print_stdout, reason = "a program that shows something")]

use polysource::model::{Input, load};
use polysource::{SolveSettings, Status, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "models/quickstart.yaml".to_owned());
    let input = Input { text: std::fs::read_to_string(&name)?, name, ..Input::default() };
    let model = load(&input)?.model;
    let plan = solve(&model, &SolveSettings::default())?;
    if plan.status != Status::Optimal {
        return Err(format!("no certified plan: {:?}", plan.status).into());
    }
    if let Some(cost) = &plan.cost {
        println!("{}: {:.2} {}", plan.model.name, cost.total, plan.currency);
    }
    for p in plan.purchases.iter().filter(|p| p.chips > 0.0) {
        println!("  {} {}: {:.0} chips", p.period, p.offer, p.chips);
    }
    for limit in plan.limits.iter().filter(|l| l.binding) {
        println!("  {}", limit.sentence);
    }
    Ok(())
}
