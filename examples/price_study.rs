//! At which price does an offer win? A model is kept open and solved at many prices, each answer certified. The price
//! stands in the objective and in a limit on shares of spend, and both follow.
//!
//! `cargo run --example price_study`
#![allow(missing_docs, clippy::print_stdout)]

use polysource::analysis::Study;
use polysource::model::{Edit, Model};
use polysource::{Detail, SolveSettings};

const MODEL: &str = "
polysource: 1
chips: { h100: { vendor: nvidia }, mi300x: { vendor: amd } }
clouds: { aws: { owner: amazon }, vultr: {} }
offers:
  aws-h100: { chip: h100, cloud: aws, price: 4 USD/chip-h }
  vultr-mi300x: { chip: mi300x, cloud: vultr, price: 3 USD/chip-h }
workloads:
  chat: { kind: inference, demand: 90k req/h, throughput: { h100: 10 req/h, mi300x: 10 req/h } }
policy:
  limits: [ { name: vendors, share: { by: vendor, of: spend, at_most: 75 % } } ]
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let mut study = Study::open(&Model::from_yaml_str(MODEL)?, &settings);
    for price in [5.0, 4.0, 3.5, 2.5, 2.0, 1.0] {
        study.edit(&[Edit::set("offers.aws-h100.price", price)])?;
        let plan = study.solve()?;
        let cost = plan.cost.as_ref().map_or(f64::NAN, |c| c.total);
        let chips: f64 = plan.purchases.iter().filter(|p| p.offer == "aws-h100").map(|p| p.chips).sum();
        println!("at {price:.2}: {cost:.0} {} an hour, {chips:.0} H100", plan.currency);
    }
    Ok(())
}
