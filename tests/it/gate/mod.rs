//! What a plan is expected to be, measured on models that are solved by hand; `gate`, its lock and its formats; `watch`.

mod expected;
mod formats;
mod lock;
mod watch;

use std::fs;
use std::process::Output;

use tempfile::TempDir;

use crate::common::program;

/// An hour of 90 requests. Trainium does 60 of them at 1, H100 the rest at 4: 60 + 30 x 4 = 180, two thirds of it for nvidia
/// at azure. The contract takes a tenth off 120 and asks 50 for it: it is not signed. Without azure the 60 chips serve 2/3
/// of the demand, without aws the 30 serve 1/3: nothing is bought when a loss has come.
pub const TWO: &str = r"polysource: 1
name: Two vendors
chips: { h100: { vendor: nvidia, power: 1 kW }, trn2: { vendor: amazon, power: 500 W } }
clouds: { azure: { owner: microsoft }, aws: { owner: amazon } }
offers:
  azure-h100: { chip: h100, cloud: azure, price: 4, capacity: 100 }
  aws-trn2: { chip: trn2, cloud: aws, price: 1, capacity: 60 }
contracts:
  deal: { covers: { cloud: azure }, discount: 10 %, fee: 50 USD, decision: optional }
workloads:
  chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, trn2: 1 req/h } }
scenarios:
  # All 90 at 4: 360, less 36, and 50 for it: 374 against 360.
  no-trainium: { offers: { aws-trn2: { capacity: 0 } } }
  # The contract costs 20 then: 10 % of 120 do not pay for it, 10 % of 360 do.
  cheaper-deal: { contracts: { deal: { fee: 20 USD } } }
  # There is another contract: 1 less for each of the 60 hours, for nothing.
  trainium-deal: { contracts: { free: { covers: { cloud: aws }, discount: 50 %, decision: optional } } }
  too-small: { offers: { azure-h100: { capacity: 10 } } }
";

/// The model with expectations.
pub fn expecting(expectations: &str) -> String {
    format!("{TWO}expect:\n{expectations}")
}

/// A folder with a model in it.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new(model: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.put("model.yaml", model);
        folder
    }

    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    pub fn gate(&self, arguments: &[&str]) -> Output {
        program().current_dir(self.0.path()).args(["gate", "model.yaml"]).args(arguments).output().unwrap()
    }
}
