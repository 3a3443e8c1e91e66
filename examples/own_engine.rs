//! Solves a model with an engine of your own, which is certified like every other: it may be wrong, but never believed.
//!
//! `cargo run --example own_engine`
#![allow(missing_docs, clippy::print_stdout)]

use std::sync::atomic::{AtomicUsize, Ordering};

use polysource::engine::{Abilities, Engine, EngineChoice, EngineError, Microlp, Outcome, SolveOptions};
use polysource::lp::LinearProgram;
use polysource::model::Model;
use polysource::{SolveSettings, solve};

/// An engine that hands its programs on and counts them; yours would call a solver on another machine, say.
struct Counting(AtomicUsize);

impl Engine for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn abilities(&self) -> Abilities {
        Microlp.abilities()
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Microlp.solve(lp, options)
    }
}

static ENGINE: Counting = Counting(AtomicUsize::new(0));

const MODEL: &str = "
polysource: 1
chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
clouds: { aws: { owner: amazon } }
offers:
  aws-h100: { chip: h100, cloud: aws, price: 4, capacity: 100 }
  aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 100 }
workloads:
  chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
policy: { limits: [ { share: { by: vendor, of: work, at_most: 60 % } } ] }
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Model::from_yaml_str(MODEL)?;
    let settings = SolveSettings { engine: EngineChoice::own(&ENGINE), ..SolveSettings::default() };
    let plan = solve(&model, &settings)?;
    let cost = plan.cost.as_ref().map_or(f64::NAN, |c| c.total);
    println!("{cost} {} an hour, certified: {}", plan.currency, plan.certificate.verified);
    println!("engine {}, asked {} times", plan.certificate.engine, ENGINE.0.load(Ordering::Relaxed));
    Ok(())
}
