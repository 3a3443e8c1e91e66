//! Builds a model in code, without a file, and solves it; a mistake is told as it is for a file.
//!
//! `cargo run --example builder`
#![allow(missing_docs, clippy::print_stdout)]

use polysource::model::{ContractSpec, LimitSpec, Measure, ModelBuilder, OfferSpec, Step, WorkloadSpec};
use polysource::{SolveSettings, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = ModelBuilder::new("Two vendors")
        .horizon("2027-Q1", 4, Step::Quarter)
        .chip("h100", "nvidia")
        .chip("mi300x", "amd")
        .cloud("aws", "amazon")
        .cloud("vultr", "vultr")
        .offer("aws-h100", OfferSpec::new("h100", "aws", 4.0).capacity(5_000.0))
        .offer("vultr-mi300x", OfferSpec::new("mi300x", "vultr", 1.85).capacity(5_000.0))
        .workload(
            "chat",
            WorkloadSpec::inference("9M tok/s").throughput("h100", "2400 tok/s").throughput("mi300x", "2000 tok/s"),
        )
        .contract("aws", ContractSpec::optional().covers(("cloud", "aws")).discount(0.1).spend(20e6))
        .limit(LimitSpec::share("vendor", Measure::Spend, 0.75).named("no vendor alone"));
    let plan = solve(&builder.build()?, &SolveSettings::default())?;
    println!("{:?}: {:.0} {}", plan.status, plan.cost.as_ref().map_or(f64::NAN, |c| c.total), plan.currency);
    for limit in &plan.limits {
        println!("{}", limit.sentence);
    }
    let wrong = builder.offer("vultr-h200", OfferSpec::new("h200", "vultr", -2.0)).build();
    if let Err(rejected) = wrong {
        println!("{} mistakes, the first: {}", rejected.diagnostics.len(), rejected.diagnostics.sorted()[0].message);
    }
    Ok(())
}
