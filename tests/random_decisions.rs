//! Random small models with decisions (the same in every run), against enumeration: every
//! combination of decisions is written as a model without any, and the cheapest of those is what the
//! model with decisions has to cost.

use std::fmt::Write as _;

use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, SolveSettings, solve};
use proptest::prelude::*;

const HEAD: &str = "polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
discount_rate: 10 %
chips:
  gpu: { vendor: nvidia, ecosystem: cuda, power: 1 kW }
  tpu: { vendor: google, ecosystem: xla, power: 500 W }
  trn: { vendor: amazon, ecosystem: neuron, power: 700 W }
clouds: { aws: { owner: amazon }, gcp: { owner: google, egress: 0.01 USD/GB } }
";

const CHIPS: [&str; 3] = ["gpu", "tpu", "trn"];
const ECOSYSTEMS: [&str; 3] = ["cuda", "xla", "neuron"];
const CLOUDS: [&str; 2] = ["aws", "gcp"];

/// The certified cost; `None` if it is proved that there is no plan.
fn cost(yaml: &str) -> Option<f64> {
    let model = Model::from_yaml_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
    let settings = SolveSettings { detail: Detail::Plan, mip_gap: 1e-7, ..SolveSettings::default() };
    let plan = solve(&model, &settings).unwrap();
    assert!(plan.certificate.verified, "{:?} {:?} {:?}\n{yaml}", plan.status, plan.certificate, plan.notes);
    assert!(plan.certificate.bound_by.as_deref() != Some("microlp"), "a small tree was left to an engine\n{yaml}");
    match plan.status {
        Status::Optimal => Some(plan.cost.unwrap().total),
        Status::Infeasible => None,
        other => panic!("{other:?}\n{yaml}"),
    }
}

fn cheapest(costs: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    costs.into_iter().flatten().min_by(f64::total_cmp)
}

#[track_caller]
fn same(decided: Option<f64>, enumerated: Option<f64>, yaml: &str) {
    match (decided, enumerated) {
        (Some(a), Some(b)) => {
            assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a}, but by enumeration {b}\n{yaml}");
        }
        (a, b) => assert_eq!(a, b, "{yaml}"),
    }
}

/// Every subset of `n` things.
fn subsets(n: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1usize << n).map(move |bits| (0..n).map(|i| bits >> i & 1 == 1).collect())
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(4),
        ..ProptestConfig::default()
    }
}

/// An offer: chip, cloud, price in cents, capacity.
type DrawnOffer = (usize, usize, u32, u32);

fn offers(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<DrawnOffer>> {
    prop::collection::vec((0usize..3, 0usize..2, 50u32..600, 5u32..60), n)
}

fn write_offer(y: &mut String, id: &str, (chip, cloud, price, capacity): DrawnOffer, more: &str) {
    let (chip, cloud, price) = (CHIPS[chip], CLOUDS[cloud], f64::from(price) / 100.0);
    let _ = writeln!(y, "  {id}: {{ chip: {chip}, cloud: {cloud}, price: {price}, capacity: {capacity}{more} }}");
}

// Contracts.

#[derive(Clone, Debug)]
struct Deal {
    cloud: usize,
    discount: u32,
    /// None, spend in USD, or chips.
    commit: (u8, u32),
    fee: u32,
    funding: u32,
    unlocks: bool,
    requirement: Option<(u8, u32)>,
}

#[derive(Clone, Debug)]
struct Deals {
    offers: Vec<DrawnOffer>,
    private: Vec<DrawnOffer>,
    rising: bool,
    deals: Vec<Deal>,
    /// Whether the first excludes the second, and whether the last needs the first.
    excludes: bool,
    needs: bool,
    demand: (u32, u32),
    speeds: Vec<u32>,
    limit: Option<u32>,
}

fn deal() -> impl Strategy<Value = Deal> {
    (
        0usize..2,
        0u32..50,
        (0u8..3, 5u32..1500),
        0u32..400,
        0u32..400,
        any::<bool>(),
        prop::option::of((0u8..7, 10u32..60)),
    )
        .prop_map(|(cloud, discount, commit, fee, funding, unlocks, requirement)| Deal {
            cloud,
            discount,
            commit,
            fee,
            funding,
            unlocks,
            requirement,
        })
}

fn deals() -> impl Strategy<Value = Deals> {
    (1usize..4).prop_flat_map(|n| {
        (
            (offers(0..3), offers(n..n + 1)),
            any::<bool>(),
            prop::collection::vec(deal(), n),
            any::<bool>(),
            any::<bool>(),
            (1u32..60, 1u32..60),
            prop::collection::vec(5u32..30, 3),
            prop::option::of(40u32..90),
        )
            .prop_map(|((offers, private), rising, deals, excludes, needs, demand, speeds, limit)| Deals {
                offers,
                private,
                rising,
                deals,
                excludes,
                needs,
                demand,
                speeds,
                limit,
            })
    })
}

impl Deals {
    fn excludes(&self) -> bool {
        self.excludes && self.deals.len() > 1
    }

    fn needs(&self) -> bool {
        self.needs && self.deals.len() > 2
    }

    /// The model with its decisions, or with these contracts signed and no others.
    fn yaml(&self, signed: Option<&[bool]>) -> String {
        let mut y = format!("{HEAD}offers:\n");
        // One of each at each cloud, so that whatever is selected is there.
        for (chip, cloud) in (0..3).flat_map(|chip| (0..2).map(move |cloud| (chip, cloud))) {
            let base = (chip, cloud, 700 + 37 * (2 * chip + cloud) as u32, 80);
            let tiers = if self.rising { ", tiers: [ { above: 8, price: 9 } ]" } else { "" };
            write_offer(&mut y, &format!("base-{chip}-{cloud}"), base, tiers);
        }
        for (i, offer) in self.offers.iter().enumerate() {
            write_offer(&mut y, &format!("o{i}"), *offer, "");
        }
        let there = |k: usize| signed.is_none_or(|s| s[k]);
        for k in (0..self.deals.len()).filter(|&k| self.deals[k].unlocks && there(k)) {
            write_offer(&mut y, &format!("private{k}"), self.private[k], "");
        }
        y.push_str("contracts:\n");
        for (k, deal) in self.deals.iter().enumerate().filter(|(k, _)| there(*k)) {
            let decision = if signed.is_some() { "signed" } else { "optional" };
            let _ = writeln!(
                y,
                "  deal{k}:\n    decision: {decision}\n    covers: {{ cloud: {} }}\n    discount: {} %\n    fee: {} USD\n    \
                 funding: {{ 2026-01-02: {} USD }}",
                CLOUDS[deal.cloud], deal.discount, deal.fee, deal.funding
            );
            match deal.commit {
                (1, spend) => {
                    let _ = writeln!(y, "    commit: {{ spend: {spend} USD, per: period }}");
                }
                (2, chips) => {
                    let _ = writeln!(y, "    commit: {{ chips: {} }}", chips / 50);
                }
                _ => {}
            }
            if deal.unlocks {
                let _ = writeln!(y, "    unlocks: {{ offer: private{k} }}");
            }
            if let Some((kind, part)) = deal.requirement {
                let _ = writeln!(y, "    requires: [ {{ {} }} ]", requirement(kind, part));
            }
            if self.excludes() && k == 0 && there(1) {
                y.push_str("    excludes: [deal1]\n");
            }
            if self.needs() && k == 2 {
                y.push_str("    needs: [deal0]\n");
            }
        }
        let speeds: Vec<String> =
            (0..3).map(|c| format!("{}: {}", CHIPS[c], f64::from(self.speeds[c]) / 10.0)).collect();
        let _ = writeln!(
            y,
            "workloads:\n  chat: {{ kind: inference, demand: [{}, {}], unmet: 60, throughput: {{ {} }} }}",
            self.demand.0,
            self.demand.1,
            speeds.join(", ")
        );
        if let Some(part) = self.limit {
            let _ =
                writeln!(y, "policy: {{ limits: [ {{ share: {{ by: vendor, of: spend, at_most: {part} % }} }} ] }}");
        }
        if signed.is_some_and(|s| !s.contains(&true)) {
            y = y.replace("contracts:\n", "");
        }
        y
    }

    fn allowed(&self, signed: &[bool]) -> bool {
        !(self.excludes() && signed[0] && signed[1]) && !(self.needs() && signed[2] && !signed[0])
    }
}

fn requirement(kind: u8, part: u32) -> String {
    match kind {
        0 => format!("floor: {{ where: {{ vendor: amazon }}, of: spend, at_least: {part} % }}"),
        1 => format!("floor: {{ where: {{ vendor: google }}, of: chips, at_least: {part} % }}"),
        2 => format!("share: {{ where: {{ cloud: gcp }}, of: work, at_most: {part} %, per: period }}"),
        3 => format!("budget: {{ where: {{ cloud: aws }}, at_most: {} USD }}", 50 * part),
        4 => format!("power: {{ at_most: {part} kW }}"),
        5 => format!("suppliers: {{ by: vendor, at_least: 2, each_at_least: {} %, of: chips }}", part / 2),
        _ => format!("share: {{ by: vendor, of: work, at_most: {} % }}, soft: 2", 30 + part),
    }
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn contracts(deals in deals()) {
        let enumerated = subsets(deals.deals.len()).filter(|s| deals.allowed(s)).map(|s| cost(&deals.yaml(Some(&s))));
        let enumerated = cheapest(enumerated);
        let yaml = deals.yaml(None);
        same(cost(&yaml), enumerated, &yaml);
    }
}

// Porting, splitting, moving data.

#[derive(Clone, Debug)]
struct Places {
    offers: Vec<DrawnOffer>,
    /// Demand or work, porting costs, size of the data.
    workloads: Vec<(bool, u32, Vec<u32>, u32)>,
    split: usize,
    lead: bool,
}

fn places() -> impl Strategy<Value = Places> {
    (
        offers(3..7),
        prop::collection::vec((any::<bool>(), 5u32..40, prop::collection::vec(0u32..800, 2), 0u32..40), 1..3),
        0usize..4,
        any::<bool>(),
    )
        .prop_map(|(offers, workloads, split, lead)| Places { offers, workloads, split, lead })
}

/// Where a workload may run: by ecosystem, and by cloud.
type Allowed = (Vec<bool>, Vec<bool>);

impl Places {
    /// The model with its decisions, or with workloads kept to what they were ported and moved to
    /// and, if it is not to be split, to one group of the last workload.
    fn yaml(&self, kept: Option<(&[Allowed], Option<&str>)>) -> String {
        let mut y = format!("{HEAD}offers:\n");
        write_offer(&mut y, "base0", (0, 0, 900, 100), "");
        write_offer(&mut y, "base1", (0, 1, 1000, 100), "");
        for (i, offer) in self.offers.iter().enumerate() {
            write_offer(&mut y, &format!("o{i}"), *offer, "");
        }
        y.push_str("workloads:\n");
        for (w, (training, amount, porting, data)) in self.workloads.iter().enumerate() {
            let task = if *training {
                format!("training, work: {}", amount * 20)
            } else {
                format!("inference, demand: {amount}")
            };
            let last = w + 1 == self.workloads.len();
            let lead = if self.lead { ", lead: 1 day" } else { "" };
            let _ = write!(y, "  task{w}: {{ kind: {task}, unmet: 50, throughput: {{ gpu: 1, tpu: 1.5, trn: 0.7 }}");
            // What it takes to be ready is a restriction of another kind, in both models.
            let cost = |e: usize| if kept.is_some() { 0 } else { porting[e] };
            let _ = write!(y, ", porting: {{ xla: {{ cost: {}{lead} }}, neuron: {{ cost: {} }} }}", cost(0), cost(1));
            match kept {
                None => {
                    let _ = write!(y, ", data: {{ size: {data} TB, at: {{ cloud: gcp }} }}");
                    if last {
                        let split = ["free", "one-cloud", "one-ecosystem", "one-offer"][self.split];
                        let _ = write!(y, ", split: {split}");
                    }
                }
                Some((allowed, one)) => {
                    let list = |names: &[&str], may: &[bool]| {
                        let may: Vec<&str> = names.iter().zip(may).filter(|(_, m)| **m).map(|(n, _)| *n).collect();
                        may.join(", ")
                    };
                    let (ecosystems, clouds) = &allowed[w];
                    let one = one.filter(|_| last).map_or(String::new(), |one| format!(", {one}"));
                    // A cloud or ecosystem that is both allowed and the one is written once.
                    let mut keys = vec![
                        format!("ecosystem: [{}]", list(&ECOSYSTEMS, ecosystems)),
                        format!("cloud: [{}]", list(&CLOUDS, clouds)),
                    ];
                    keys.retain(|k| !one.contains(k.split(':').next().unwrap()));
                    let _ = write!(y, ", eligible: {{ {}{one} }}", keys.join(", "));
                }
            }
            y.push_str(" }\n");
        }
        y
    }

    /// Offers with their chip and cloud, the base included.
    fn all(&self) -> Vec<(String, usize, usize)> {
        let drawn = self.offers.iter().enumerate().map(|(i, o)| (format!("o{i}"), o.0, o.1));
        (0..2).map(|cloud| (format!("base{cloud}"), 0, cloud)).chain(drawn).collect()
    }

    /// What porting and moving to these places costs, for one workload.
    fn paid(&self, w: usize, (ecosystems, clouds): &Allowed) -> f64 {
        let (_, _, porting, data) = &self.workloads[w];
        let ported: f64 = (1..3).filter(|&e| ecosystems[e]).map(|e| f64::from(porting[e - 1])).sum();
        // A terabyte out of gcp costs 10.
        ported + if clouds[0] { 10.0 * f64::from(*data) } else { 0.0 }
    }

    /// The ways in which the last workload is in one group, with what each costs beside the rest.
    fn ones(&self) -> Vec<(Option<String>, Allowed)> {
        let everywhere = || (vec![true; 3], vec![true; 2]);
        let only = |n: usize, i: usize| (0..n).map(|j| i == j).collect::<Vec<bool>>();
        match self.split {
            0 => vec![(None, everywhere())],
            1 => (0..2).map(|c| (Some(format!("cloud: {}", CLOUDS[c])), (vec![true; 3], only(2, c)))).collect(),
            2 => (0..3).map(|e| (Some(format!("ecosystem: {}", ECOSYSTEMS[e])), (only(3, e), vec![true; 2]))).collect(),
            _ => self
                .all()
                .into_iter()
                .map(|(id, chip, cloud)| (Some(format!("offer: {id}")), (only(3, chip), only(2, cloud))))
                .collect(),
        }
    }

    fn enumerated(&self) -> Option<f64> {
        // cuda and gcp cost nothing, so they are always among what is allowed.
        let each: Vec<Allowed> = subsets(3).map(|s| (vec![true, s[0], s[1]], vec![s[2], true])).collect();
        let within = |(e, c): &Allowed, one: &Allowed| -> Option<Allowed> {
            let both = |a: &[bool], b: &[bool]| a.iter().zip(b).map(|(a, b)| *a && *b).collect::<Vec<bool>>();
            let (e, c) = (both(e, &one.0), both(c, &one.1));
            let some = self.all().iter().any(|&(_, chip, cloud)| e[chip] && c[cloud]);
            some.then_some((e, c))
        };
        let mut best = None;
        for (one, only) in self.ones() {
            for last in each.iter().filter_map(|a| within(a, &only)) {
                let first: &[Allowed] = if self.workloads.len() > 1 { &each } else { &each[..1] };
                for other in first {
                    let mut allowed = vec![other.clone(), last.clone()];
                    allowed.drain(..2 - self.workloads.len());
                    let paid: f64 = allowed.iter().enumerate().map(|(w, a)| self.paid(w, a)).sum();
                    let found = cost(&self.yaml(Some((&allowed, one.as_deref())))).map(|c| c + paid);
                    best = cheapest([best, found]);
                }
            }
        }
        best
    }
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn porting_splitting_and_moving_data(places in places()) {
        let yaml = places.yaml(None);
        same(cost(&yaml), places.enumerated(), &yaml);
    }
}

// Blocks, minimums, prices by quantity.

#[derive(Clone, Debug)]
struct Quantities {
    /// Offers, each with a kind (blocks, minimum, falling prices) and its number.
    offers: Vec<(DrawnOffer, u8, u32)>,
    demand: u32,
}

fn quantities() -> impl Strategy<Value = Quantities> {
    let offer = ((0usize..3, 0usize..2, 50u32..600, 5u32..60), 0u8..3, 3u32..25);
    (prop::collection::vec(offer, 1..4), 1u32..120).prop_map(|(offers, demand)| Quantities { offers, demand })
}

const ONE_HOUR: &str = "polysource: 1
chips: { gpu: { vendor: nvidia }, tpu: { vendor: google }, trn: { vendor: amazon } }
clouds: { aws: {}, gcp: {} }
";

impl Quantities {
    fn rest(&self) -> String {
        format!(
            "workloads: {{ chat: {{ kind: inference, demand: {}, unmet: 9, throughput: {{ gpu: 1, tpu: 1.7, trn: 0.6 }} }} }}\n",
            self.demand
        )
    }

    fn yaml(&self) -> String {
        let mut y = format!("{ONE_HOUR}offers:\n");
        for (i, (offer, kind, number)) in self.offers.iter().enumerate() {
            let more = match kind {
                0 => format!(", block: {}", number.min(&offer.3)),
                1 => format!(", minimum: {}", number.min(&offer.3)),
                _ => format!(", tiers: [ {{ above: {number}, price: {} }} ]", f64::from(offer.2) / 250.0),
            };
            write_offer(&mut y, &format!("o{i}"), *offer, &more);
        }
        y + &self.rest()
    }

    /// The ways to hold an offer: what is paid anyway, chips that then are there for nothing, and
    /// chips that can be had beyond them at a price in cents.
    fn ways(&self, i: usize) -> Vec<(f64, u32, u32, f64)> {
        let ((_, _, price, capacity), kind, number) = self.offers[i];
        let money = f64::from(price) / 100.0;
        let number_within = number.min(capacity);
        match kind {
            0 => (0..=capacity / number_within)
                .map(|n| (f64::from(n * number_within) * money, n * number_within, 0, 0.0))
                .collect(),
            1 => vec![
                (0.0, 0, 0, 0.0),
                (f64::from(number_within) * money, number_within, capacity - number_within, money),
            ],
            _ if number >= capacity => vec![(0.0, 0, capacity, money)],
            _ => vec![
                (0.0, 0, number, money),
                (f64::from(number) * money, number, capacity - number, f64::from(price) / 250.0),
            ],
        }
    }

    fn enumerated(&self) -> Option<f64> {
        let mut chosen: Vec<Vec<(f64, u32, u32, f64)>> = vec![Vec::new()];
        for i in 0..self.offers.len() {
            let ways = self.ways(i);
            chosen = chosen.iter().flat_map(|c| ways.iter().map(|w| [c.as_slice(), &[*w]].concat())).collect();
        }
        cheapest(chosen.iter().map(|ways| {
            let mut y = format!("{ONE_HOUR}offers:\n");
            let mut paid = 0.0;
            for (i, (&(fixed, there, more, price), (offer, ..))) in ways.iter().zip(&self.offers).enumerate() {
                let (chip, cloud) = (CHIPS[offer.0], CLOUDS[offer.1]);
                paid += fixed;
                for (id, capacity, price) in [("there", there, 0.0), ("more", more, price)] {
                    let _ = writeln!(
                        y,
                        "  {id}{i}: {{ chip: {chip}, cloud: {cloud}, price: {price}, capacity: {capacity} }}"
                    );
                }
            }
            cost(&(y + &self.rest())).map(|c| c + paid)
        }))
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn blocks_minimums_and_prices_by_quantity(quantities in quantities()) {
        let yaml = quantities.yaml();
        same(cost(&yaml), quantities.enumerated(), &yaml);
    }
}
