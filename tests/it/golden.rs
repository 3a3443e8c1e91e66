//! One golden LP file for each family of constraints: the program as a person can read it.
//!
//! `UPDATE_EXPECT=1 cargo test --test it golden::` rewrites the files; read the difference before you
//! keep it.

use polysource::Model;
use polysource::formulation::build;
use polysource::lp::write_lp;
use polysource::model::{Input, load};

use crate::common::at;

const HEAD: &str = "
polysource: 1
chips:
  gpu: { vendor: nvidia, ecosystem: cuda, power: 1 kW }
  tpu: { vendor: google, ecosystem: xla, power: 500 W }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
";

const TWO_DAYS: &str = "horizon: { start: 2026-01-01, periods: 2, step: day }\n";

const OFFERS: &str = "
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 50 }
";

const CHAT: &str = "
workloads:
  chat: { kind: inference, demand: 60 req/h, throughput: { gpu: 2 req/h, tpu: 1 req/h } }
";

fn golden(name: &str, parts: &[&str]) {
    written(name, &Model::from_yaml_str(&format!("{HEAD}{}", parts.concat())).unwrap_or_else(|e| panic!("{e}")));
}

fn written(name: &str, model: &Model) {
    let mut text = Vec::new();
    write_lp(build(model).program(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let path = at(&format!("tests/golden/{name}.lp"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{}", path.display());
}

#[test]
fn demand_and_use() {
    golden("demand", &[OFFERS, CHAT]);
}

/// February, March and the second quarter: a reservation of four months begins in March, or in the quarter.
#[test]
fn periods_of_several_lengths() {
    let parts = "horizon: { start: 2027-02, steps: [{ periods: 2, step: month }, { periods: 1, step: quarter }] }
discount_rate: 10 %
offers:
  a: { chip: gpu, cloud: aws, price: 3 }
  r: { chip: gpu, cloud: aws, price: 2, capacity: 100, term: { reserved: 4 months, upfront: 25 % } }
policy: { limits: [ { name: cash, budget: { at_most: 300k USD, per: year } } ] }
";
    golden("periods", &[parts, CHAT]);
}

#[test]
fn work_and_rate() {
    golden(
        "work",
        &[
            TWO_DAYS,
            OFFERS,
            "
workloads:
  train: { kind: training, work: 1000 gpu-h, rate: { at_most: 40 chips }, throughput: { gpu: 1 gpu-h, tpu: 0.5 gpu-h } }
",
        ],
    );
}

#[test]
fn unmet() {
    golden(
        "unmet",
        &[
            OFFERS,
            "
workloads:
  chat: { kind: inference, demand: 60 req/h, peak: 2, unmet: 5 USD/req, throughput: { gpu: 2 req/h } }
  train: { kind: training, work: 1000 gpu-h, unmet: 4 USD/gpu-h, throughput: { gpu: 1 gpu-h } }
",
        ],
    );
}

#[test]
fn reservations_and_capacity() {
    golden(
        "reserve",
        &[
            TWO_DAYS,
            "
offers:
  a: { chip: gpu, cloud: aws, price: [3, 2], capacity: 100, term: { reserved: 2 days, upfront: 25 % } }
",
            CHAT,
        ],
    );
}

/// Four chips are reserved on the first day, nothing else begins on it, and more may on the second.
#[test]
fn what_is_held_already() {
    golden(
        "holdings",
        &[
            TWO_DAYS,
            "
offers:
  a: { chip: gpu, cloud: aws, price: [3, 2], capacity: 100, term: { reserved: 1 day } }
  b: { chip: gpu, cloud: aws, price: 2, capacity: 100, term: { reserved: 2 days } }
",
            CHAT,
            "holdings: { until: 2026-01-01, held: [ { offer: a, from: 2026-01-01, chips: 4 } ] }\n",
        ],
    );
}

#[test]
fn pools() {
    golden("pool", &[OFFERS, CHAT, "pools: { hall: { power: 20 kW, chips: 30, offers: {} } }\n"]);
}

#[test]
fn commitments() {
    golden(
        "commit",
        &[
            TWO_DAYS,
            OFFERS,
            CHAT,
            "
contracts:
  deal: { covers: { cloud: aws }, commit: { spend: 100 USD, per: period }, discount: 10 %, fee: 7 USD }
  chips: { covers: { cloud: gcp }, commit: { chips: 3 } }
",
        ],
    );
}

#[test]
fn budget() {
    golden(
        "budget",
        &[OFFERS, CHAT, "policy: { limits: [ { budget: { where: { cloud: aws }, at_most: 80 USD } } ] }\n"],
    );
}

#[test]
fn share() {
    golden("share", &[OFFERS, CHAT, "policy: { limits: [ { share: { by: vendor, of: spend, at_most: 60 % } } ] }\n"]);
}

#[test]
fn priced_share() {
    golden(
        "soft",
        &[
            OFFERS,
            CHAT,
            "policy: { limits: [ { share: { where: { vendor: google }, of: work, at_most: 60 % }, soft: 2 USD/req } ] }\n",
        ],
    );
}

#[test]
fn floor() {
    golden(
        "floor",
        &[
            OFFERS,
            CHAT,
            "policy: { limits: [ { floor: { where: { vendor: nvidia }, of: chips, at_least: 30 % } } ] }\n",
        ],
    );
}

#[test]
fn concentration() {
    // The first cuts of the cone: the square root of 0.6 is the most that one of two can have, and the two alike.
    golden(
        "concentration",
        &[OFFERS, CHAT, "policy: { limits: [ { concentration: { by: vendor, of: chips, hhi_at_most: 0.6 } } ] }\n"],
    );
}

#[test]
fn power() {
    golden("power", &[OFFERS, CHAT, "policy: { limits: [ { power: { at_most: 25 kW } } ] }\n"]);
}

#[test]
fn carbon() {
    let sites = "sites: { field: { pue: 1.5, carbon: [400 g/kWh, 200 g/kWh] } }\n";
    let offers = OFFERS.replacen("cloud: aws", "cloud: aws, site: field", 1);
    let limits = "
policy:
  limits:
    - { carbon: { where: { site: field }, at_most: 1 t, per: period } }
    - { carbon: { where: { site: field }, at_most: 1.5 t }, soft: 100 USD/t }
    - { share: { where: { cloud: aws }, by: site, of: carbon, at_most: 90 % } }
";
    golden("carbon", &[TWO_DAYS, sites, &offers, CHAT, limits]);
}

#[test]
fn ramp() {
    golden(
        "ramp",
        &[
            TWO_DAYS,
            OFFERS,
            CHAT,
            "policy: { limits: [ { ramp: { where: { vendor: google }, at_most: 20 chips } } ] }\n",
        ],
    );
}

#[test]
fn deals() {
    golden(
        "deals",
        &[
            OFFERS,
            CHAT,
            "
contracts:
  half:
    decision: optional
    covers: { cloud: aws }
    commit: { spend: 100 USD }
    discount: 50 %
    fee: 7 USD
    funding: 40 USD
    excludes: [access]
  access:
    decision: optional
    fee: 5 USD
    unlocks: { offer: b }
    requires: [ { floor: { where: { vendor: google }, of: work, at_least: 25 % } } ]
  more: { decision: optional, funding: 3 USD, needs: [access] }
",
        ],
    );
}

#[test]
fn porting_and_split() {
    golden(
        "placement",
        &[
            TWO_DAYS,
            "
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 10 }
workloads:
  chat:
    kind: inference
    demand: 60 req/h
    throughput: { gpu: 2 req/h, tpu: 1 req/h }
    porting: { xla: { cost: 40 USD, lead: 1 day } }
  train:
    kind: training
    work: 1000 gpu-h
    rate: { at_least: 5 chips }
    throughput: { gpu: 1 gpu-h, tpu: 0.5 gpu-h }
    split: one-cloud
",
        ],
    );
}

#[test]
fn blocks_minimums_and_tiers() {
    golden(
        "quantities",
        &[
            "
offers:
  blocks: { chip: gpu, cloud: aws, price: 3, capacity: 100, block: 8 }
  least: { chip: gpu, cloud: gcp, price: 2, capacity: 100, minimum: 20 }
  falling: { chip: tpu, cloud: gcp, price: 2, capacity: 50, tiers: [ { above: 10, price: 1 } ] }
  rising: { chip: tpu, cloud: aws, price: 1, capacity: 50, tiers: [ { above: 10, price: 2 } ] }
",
            CHAT,
        ],
    );
}

#[test]
fn what_runs_today() {
    // The table is no text of the model: it is read from the folder.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("today.csv"), "offer,workload,chips\na,chat,20\nb,chat,5\n").unwrap();
    let rest = "
baseline: { file: today.csv, switching: 2 USD/chip }
policy: { limits: [ { ramp: { where: { vendor: google }, at_most: 20 chips } } ] }
";
    let text = format!("{HEAD}{TWO_DAYS}{OFFERS}{CHAT}{rest}");
    let input = Input { text, folder: Some(folder.path().to_owned()), ..Input::default() };
    written("baseline", &load(&input).unwrap_or_else(|e| panic!("{e}")).model);
}

#[test]
fn survival() {
    // Lost in turn: nvidia, which leaves b, and google, which leaves a. Of 60 req/h half is 30.
    golden(
        "survive",
        &[
            "
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 50 }
  spot: { chip: tpu, cloud: gcp, price: 0.5, capacity: 20, term: { spot: { interruption: 10 % } } }
",
            "
workloads:
  chat: { kind: inference, demand: 60 req/h, throughput: { gpu: 2 req/h, tpu: 1 req/h } }
  batch: { kind: inference, demand: 10 req/h, interruptible: true, throughput: { tpu: 1 req/h } }
",
            "policy: { survive: [ { loss_of: { each: vendor }, serve: 50 %, for: { workload: chat }, surge: 20 % } ] }\n",
        ],
    );
}

#[test]
fn survival_of_training_within_a_pool() {
    // The work that training does is the plan's own, so that its part stands among the terms.
    golden(
        "survive_training",
        &[
            OFFERS,
            "
workloads:
  train: { kind: training, work: 40 gpu-h, throughput: { gpu: 1 gpu-h, tpu: 0.5 gpu-h } }
pools: { hall: { power: 60 kW, offers: {} } }
policy: { survive: [ { loss_of: { vendor: nvidia }, serve: 25 %, for: { kind: training }, surge: 10 % } ] }
",
        ],
    );
}

#[test]
fn number_of_suppliers() {
    // At least 2 vendors with a quarter of 60 req each, in at most 1 cloud: together without a plan, but each
    // row is as it would be alone.
    golden(
        "suppliers",
        &[
            OFFERS,
            CHAT,
            "policy: { limits: [ { suppliers: { by: vendor, of: work, at_least: 2, each_at_least: 25 % } }, { suppliers: { by: cloud, of: chips, at_most: 1 } } ] }\n",
        ],
    );
}

#[test]
fn outages_and_their_tail() {
    // Without aws for a day: the loss of each day, the worst of the two; and dearer chips of google.
    golden(
        "risk",
        &[
            TWO_DAYS,
            OFFERS,
            "
workloads:
  chat: { kind: inference, demand: 60 req/h, peak: 2, buffer: 100 req, loss: 7 USD/req, throughput: { gpu: 2 req/h, tpu: 1 req/h } }
policy:
  outages:
    down: { lose: { cloud: aws }, fraction: 50 %, recovery: 1 day, probability: 10 % }
    dear: { where: { vendor: google }, price: +30 %, probability: 20 % }
  risk: { cvar: { level: 90 %, weight: 0.5, at_most: 40k USD }, expected_loss: { weight: 1, at_most: 3k USD } }
",
        ],
    );
}

/// Floors in chips and money, and a fleet, which is a purpose beside a share of what is held.
#[test]
fn floors_of_amounts() {
    let limits = "
policy:
  limits:
    - { floor: { where: { vendor: nvidia }, at_least: 5 chips }, soft: 100 USD/chip }
    - { floor: { where: { cloud: { not: aws } }, at_least: 100 USD, per: period } }
    - { floor: { where: { vendor: google }, of: fleet, at_least: 10 chips, during: 2026-01-02 } }
    - { share: { where: { vendor: nvidia }, of: chips, at_most: 50 % } }
";
    golden("fleet", &[TWO_DAYS, OFFERS, CHAT, limits]);
}

#[test]
fn moving_between_periods() {
    golden("switching", &[TWO_DAYS, OFFERS, CHAT, "baseline: { switching: 7 USD/chip, per: period }\n"]);
}

/// Deliveries that are lost: a foundry that makes a half of what is new, and another that steps in.
#[test]
fn survival_of_deliveries() {
    let supply = "
supply:
  tsmc:
    makes: [ { chip: gpu, part: 50 % } ]
    pipeline: 1 period
    recovery: 3 periods
    substitute: { to: other, ready: 2 periods, at_most: 40 % }
  other: { makes: [ { chip: tpu } ], recovery: 1 period }
";
    let policy = "
policy:
  limits: [ { share: { by: supply, of: chips, at_most: 90 % } } ]
  survive: [ { loss_of: { supply: tsmc }, effect: deliveries, serve: 90 % } ]
";
    let days = "horizon: { start: 2026-01-01, periods: 3, step: day }\n";
    golden("deliveries", &[days, supply, OFFERS, CHAT, policy]);
}

/// A price of use, under an optional contract and beside it.
#[test]
fn use_of_what_is_held() {
    golden(
        "usage",
        &[
            TWO_DAYS,
            "
offers:
  a: { chip: gpu, cloud: aws, price: { held: 2, used: 1 }, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: { held: 1, used: { 2026-01-01: 0.5, 2026-01-02: 0.7 } } }
contracts:
  deal: { covers: { cloud: aws }, decision: optional, discount: 10 %, commit: { spend: 100 } }
",
            CHAT,
        ],
    );
}

/// Chips that are bought, and sold from a day on.
#[test]
fn bought_and_sold() {
    golden(
        "owned",
        &[
            "horizon: { start: 2026-01-01, periods: 3, step: day }\n",
            "
offers:
  a: { chip: gpu, cloud: aws, price: 0.1, capacity: 100, term: { owned: { capex: 50, life: 2 days, residual: { 1 day: 50 % }, resale: from 1 day } } }
  b: { chip: tpu, cloud: gcp, price: 1 }
",
            CHAT,
        ],
    );
}

/// The market is below what was agreed, 2.25, on the second day; what is owned pays for its electricity, also as cash.
#[test]
fn prices_that_follow_the_market_and_electricity() {
    let parts = "horizon: { start: 2026-01-01, periods: 2, step: day }
sites: { hall: { pue: 1.25, energy: [60 USD/MWh, 80 USD/MWh] } }
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  i: { chip: gpu, cloud: gcp, price: [4, 2], capacity: 0 }
  o: { chip: tpu, cloud: gcp, site: hall, price: 0.5, capacity: 20, term: owned }
contracts: { deal: { covers: { cloud: aws }, discount: 25 %, reprice: { every: 1 period, to: { cloud: gcp } } } }
policy: { limits: [ { name: cash, budget: { at_most: 5k USD } } ] }
";
    golden("reprice", &[parts, CHAT]);
}
