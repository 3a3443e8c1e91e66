//! Random models, the same in every run, feasible by construction but for commitments and shares that leave no room.
//!
//! Feasible by construction: every workload has a price for work not done, and no floor asks for
//! more than an offer without a capacity can give.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// How many of a unit stand for one: a thousandth for money in thousands, a thousand for single chips where chips are
/// counted in thousands.
#[derive(Clone, Copy, Debug)]
pub struct Units {
    pub money: f64,
    pub chips: f64,
    pub work: f64,
    /// Not a unit: the capacities times this.
    pub room: f64,
}

impl Default for Units {
    fn default() -> Self {
        Units { money: 1.0, chips: 1.0, work: 1.0, room: 1.0 }
    }
}

/// What is drawn at random.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub periods: usize,
    pub steady: bool,
    pub discount: u32,
    pub prices: Vec<u32>,
    pub capacities: Vec<Option<u32>>,
    pub terms: Vec<u8>,
    pub speeds: Vec<u32>,
    pub workloads: Vec<(bool, u32, u32)>,
    pub commit: Option<(u32, u32)>,
    pub limits: Vec<(u8, u32)>,
}

const VENDORS: [&str; 3] = ["nvidia", "amd", "google"];

/// Models at random.
pub fn drawn() -> impl Strategy<Value = Drawn> {
    (1usize..5, any::<bool>(), 0u32..20, 2usize..7, 1usize..4).prop_flat_map(
        |(periods, steady, discount, offers, tasks)| {
            (
                prop::collection::vec(1u32..1000, offers),
                prop::collection::vec(prop::option::weighted(0.8, 0u32..500), offers),
                prop::collection::vec(0u8..4, offers),
                prop::collection::vec(1u32..40, 3),
                prop::collection::vec((any::<bool>(), 1u32..2000, 1u32..30), tasks),
                prop::option::of((1u32..100_000, 0u32..40)),
                prop::collection::vec((0u8..8, 20u32..95), 0..4),
            )
                .prop_map(move |(prices, capacities, terms, speeds, workloads, commit, limits)| Drawn {
                    periods,
                    steady,
                    discount,
                    prices,
                    capacities,
                    terms,
                    speeds,
                    workloads,
                    commit,
                    limits,
                })
        },
    )
}

impl Drawn {
    /// The model, its money and its capacities times something, with the first `limits` limits.
    pub fn yaml(&self, money: f64, room: f64, limits: usize) -> String {
        self.yaml_in(Units { money, room, ..Units::default() }, limits)
    }

    /// The model in other units, with the first `limits` limits.
    pub fn yaml_in(&self, units: Units, limits: usize) -> String {
        let Units { money, room, chips, work } = units;
        let mut y = String::from("polysource: 1\n");
        if !self.steady {
            let _ = writeln!(y, "horizon: {{ start: 2026-Q1, periods: {}, step: quarter }}", self.periods);
        }
        let _ = writeln!(y, "discount_rate: {} %\nchips:", self.discount);
        for vendor in VENDORS {
            let _ = writeln!(y, "  {vendor}-chip: {{ vendor: {vendor}, power: {} kW }}", 1.0 / chips);
        }
        y.push_str("clouds: { aws: { owner: amazon }, gcp: { owner: google } }\noffers:\n");
        for (o, price) in self.prices.iter().enumerate() {
            let term = match (self.terms[o], self.steady) {
                (1, _) => ", term: { spot: { interruption: 10 % } }",
                (2, false) => ", term: { reserved: 2 quarters, upfront: 30 % }",
                (3, _) => ", term: owned",
                _ => "",
            };
            let capacity =
                self.capacities[o].map_or(String::new(), |c| format!(", capacity: {}", f64::from(c) * room * chips));
            let _ = writeln!(
                y,
                "  offer{o}: {{ chip: {}-chip, cloud: {}, price: {}{capacity}{term} }}",
                VENDORS[o % 3],
                if o % 2 == 0 { "aws" } else { "gcp" },
                f64::from(*price) / 100.0 * money / chips
            );
        }
        if let Some((commit, discount)) = self.commit {
            let spend = f64::from(commit) * money;
            let _ = writeln!(
                y,
                "contracts: {{ deal: {{ covers: {{ cloud: aws }}, commit: {{ spend: {spend} }}, discount: {discount} % }} }}"
            );
        }
        y.push_str("workloads:\n");
        for (w, (training, amount, price)) in self.workloads.iter().enumerate() {
            let speeds: Vec<String> = (0..3)
                .map(|c| format!("{}-chip: {}", VENDORS[c], f64::from(self.speeds[(c + w) % 3]) / 10.0 * work / chips))
                .collect();
            let task = if *training {
                format!("training, work: {}", f64::from(amount * 100) * work)
            } else {
                format!("inference, demand: {}", f64::from(*amount) * work)
            };
            let unmet = f64::from(*price) * money / work;
            let _ =
                writeln!(y, "  task{w}: {{ kind: {task}, unmet: {unmet}, throughput: {{ {} }} }}", speeds.join(", "));
        }
        y.push_str("policy:\n  limits:\n    - { budget: { at_most: 1T } }\n");
        for (kind, part) in self.limits.iter().take(limits) {
            let limit = match kind {
                0 => format!("share: {{ by: vendor, of: spend, at_most: {part} % }}"),
                1 => format!("share: {{ by: cloud, of: chips, at_most: {part} %, per: period }}"),
                2 => format!("share: {{ where: {{ vendor: nvidia }}, of: work, at_most: {part} % }}"),
                3 => format!("power: {{ at_most: {part} kW }}"),
                4 => format!("share: {{ by: organisation, of: power, at_most: {part} % }}"),
                5 => format!("floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {} % }}", part / 5),
                7 => format!(
                    "concentration: {{ by: vendor, of: spend, hhi_at_most: {} }}",
                    0.35 + f64::from(*part) / 150.0
                ),
                _ if self.steady => "budget: { at_most: 1T }".to_owned(),
                _ => format!("ramp: {{ where: {{ vendor: nvidia }}, at_most: {} chips }}", f64::from(*part) * chips),
            };
            let _ = writeln!(y, "    - {{ {limit} }}");
        }
        y
    }
}

/// So many models, the same for the same seed.
pub fn models(count: usize, seed: u64) -> impl Iterator<Item = Drawn> {
    let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let (mut runner, strategy) = (TestRunner::new(config), drawn());
    (0..count).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}
