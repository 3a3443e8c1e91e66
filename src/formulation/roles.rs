//! What is written is what large programs are solved by: without these two roles they would still be solved, and
//! nothing but the time would tell.

use super::build;
use crate::lp::{Condensed, LinearProgram, Split};
use crate::model::Model;

/// Two workloads on four offers of one chip in a pool, at two vendors.
fn program(policy: &str) -> LinearProgram {
    let model = Model::from_yaml_str(&format!(
        "
polysource: 1
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }}, tpu: {{ vendor: google }} }}
clouds: {{ aws: {{}}, gcp: {{}} }}
pools: {{ hall: {{ power: 12 kW, offers: {{ cloud: aws }} }} }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 10 }}
  b: {{ chip: gpu, cloud: aws, price: 2, capacity: 10 }}
  c: {{ chip: tpu, cloud: gcp, price: 3, capacity: 10 }}
  d: {{ chip: tpu, cloud: gcp, price: 4, capacity: 10 }}
workloads:
  chat: {{ kind: inference, demand: 9 req/h, throughput: {{ gpu: 1 req/h, tpu: 2 req/h }} }}
  code: {{ kind: inference, demand: 8 tok/h, throughput: {{ gpu: 2 tok/h, tpu: 2 tok/h }} }}
{policy}"
    ));
    build(&model.unwrap_or_else(|e| panic!("{e}"))).program().clone()
}

#[test]
fn offers_of_a_pool_are_condensed() {
    let whole = program("");
    assert!(whole.rows().iter().any(|r| r.role.is_mergeable()));
    let condensed = Condensed::of(&whole).expect("rows of use can be merged");
    assert!(condensed.program().columns().len() < whole.columns().len());
}

#[test]
fn losses_to_survive_are_taken_out() {
    let whole = program("policy: { survive: [{ loss_of: { each: vendor }, serve: 50 % }] }");
    let copies = whole.columns().iter().filter(|c| c.role.is_copy()).count();
    let split = Split::of(&whole).expect("a rerouting is a copy");
    assert_eq!(split.core().columns().len() + copies, whole.columns().len());
    // One for each vendor that is lost.
    assert_eq!(split.blocks().len(), 2);
    assert!(Split::of(&program("")).is_none(), "nothing else is a copy");
}
