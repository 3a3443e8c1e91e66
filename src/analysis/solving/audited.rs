//! The audit of a plan accepts a right schedule, and names what is broken in one where one thing is.
//!
//! A model that has one of every requirement is solved; then the schedule, or what the model asks for, is
//! changed by a part of itself. A hundred-thousandth is a breach, a hundred-millionth is rounding.

use std::sync::LazyLock;

use crate::analysis::solve_schedule;
use crate::model::{
    Bought, Budget, Carbon, Concentration, Contract, ContractId, Decision, Floor, Id, Least, Life, Limit, LimitKind,
    Measure, Offer, OfferId, OfferSet, Power, Ramp, Share, Split, Suppliers, SurviveId, Term, Workload, WorkloadId,
};
use crate::plan::audit::{audit, audit_risk, audit_survival};
use crate::plan::ledger::{Ledger, cost};
use crate::plan::{Held, Purposes, Running, Schedule, Status, Used};
use crate::resilience::{Situation, Solver, risk, survival};
use crate::{Model, SolveSettings};

/// Two days. What each offer holds, and what it costs a day:
///
/// | offer | chips | runs | USD a day |
/// | --- | --- | --- | --- |
/// | a | 60 | chat | 60 x 1 x 24 = 1440 |
/// | b | 20 | side | 20 x 2 x 24 = 960 |
/// | c | 10 | train, 480 chip-hours in two days | 10 x 3 x 24 = 720 |
/// | d | 8 | batch | 8 x 1 x 24 = 192 |
/// | g | 16, in blocks of 8 | blocky, 10 | 16 x 1 x 24 = 384 |
/// | m | 30, the minimum | least, 12 | 30 x 1 x 24 = 720 |
/// | t | 15, of which 5 at the second price | tiered | (10 x 1 + 5 x 2) x 24 = 480 |
///
/// That is 159 chips and 4896 USD a day, 9792 USD in both. The contract with gcp commits 2000, of which
/// 1440 are spent on c, so that 560 are idle on the second day; `paper` costs 1: 10353 USD in all.
const WORLD: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
chips:
  gpu: { vendor: nvidia, ecosystem: cuda, power: 1 kW }
  mi: { vendor: amd, ecosystem: rocm, power: 1 kW }
  tpu: { vendor: google, ecosystem: xla, power: 500 W }
  trn: { vendor: amazon, ecosystem: neuron, power: 1 kW }
  lpu: { vendor: groq, power: 1 kW }
  wse: { vendor: cerebras, power: 1 kW }
  gaudi: { vendor: intel, power: 1 kW }
  rare: { vendor: tenstorrent, power: 1 kW }
clouds:
  aws: { owner: amazon }
  azure: { owner: microsoft }
  gcp: { owner: google }
  lab: { owner: lab }
sites: { field: { pue: 1.25, carbon: 400 g/kWh } }
offers:
  a: { chip: gpu, cloud: aws, price: 1, site: field }
  b: { chip: mi, cloud: azure, price: 2 }
  c: { chip: tpu, cloud: gcp, price: 3, capacity: 10 }
  d: { chip: trn, cloud: aws, price: 1 }
  d2: { chip: trn, cloud: lab, price: 2 }
  e: { chip: gpu, cloud: lab, price: 0.9 }
  g: { chip: lpu, cloud: aws, price: 1, block: 8 }
  m: { chip: wse, cloud: lab, price: 1, minimum: 30 }
  t: { chip: gaudi, cloud: lab, price: 1, tiers: [ { above: 10, price: 2 } ] }
  h: { chip: rare, cloud: lab, price: 5 }
  r: { chip: gpu, cloud: aws, price: 5, term: { reserved: 2 days, starts: 2026-01-01 } }
pools:
  hall: { chips: 200, offers: { offer: a } }
  grid: { power: 40 kW, offers: { offer: b } }
contracts:
  azure: { covers: { cloud: azure }, decision: signed, commit: { spend: 500 USD, over: 2026-01-01..2026-01-02 } }
  gcp: { covers: { cloud: gcp }, decision: signed, commit: { spend: 2000 USD, over: 2026-01-01..2026-01-02 } }
  trainium: { covers: { offer: d }, decision: signed, commit: { chips: 4, over: 2026-01-01..2026-01-02 } }
  paper: { decision: signed, fee: 1 USD }
  deal:
    decision: optional
    fee: 100k USD
    covers: { offer: [a, e] }
    unlocks: { offer: e }
    commit: { spend: 100 USD, over: 2026-01-01..2026-01-02 }
workloads:
  chat: { kind: inference, demand: 60 req/h, throughput: { gpu: 1 req/h, rare: 1 req/h } }
  side: { kind: inference, demand: 20 req/h, throughput: { mi: 1 req/h } }
  train:
    kind: training
    work: 480 tpu-h
    rate: { at_most: 10 chips, at_least: 5 chips }
    throughput: { tpu: 1 tpu-h }
    porting: { xla: 0 USD }
  batch: { kind: inference, demand: 8 req/h, split: one-cloud, throughput: { trn: 1 req/h } }
  blocky: { kind: inference, demand: 10 req/h, throughput: { lpu: 1 req/h } }
  least: { kind: inference, demand: 12 req/h, throughput: { wse: 1 req/h } }
  tiered: { kind: inference, demand: 15 req/h, throughput: { gaudi: 1 req/h } }
policy:
  limits:
    - { name: money, budget: { at_most: 1M USD } }
    - { name: each, share: { by: vendor, of: spend, at_most: 90 % } }
    - { name: work, share: { where: { vendor: nvidia }, of: chips, for: { workload: chat }, at_most: 100 % } }
    - { name: some, floor: { where: { vendor: amd }, of: chips, at_least: 1 % } }
    - { name: hhi, concentration: { by: vendor, of: spend, hhi_at_most: 0.9 } }
    - { name: two, suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 1 % } }
    - { name: few, suppliers: { by: vendor, of: spend, at_most: 8 } }
    - { name: plug, power: { where: { vendor: [nvidia, google] }, at_most: 1 MW } }
    - { name: air, carbon: { where: { offer: a }, at_most: 10 t } }
    - { name: growth, ramp: { at_most: 500 chips } }
  survive: [ { name: others, loss_of: { vendor: tenstorrent }, serve: 90 %, for: { workload: chat } } ]
";

/// What is spent on everything in both days.
const ALL: f64 = 10353.0;

#[derive(Clone)]
struct World {
    model: Model,
    schedule: Schedule,
}

/// The requirements that are broken. Cost lines are held against what they add up to, unless an objective
/// is given.
fn breaches(model: &Model, schedule: &Schedule, objective: Option<f64>) -> Vec<String> {
    let ledger = Ledger::of(model, schedule);
    let told = cost(model, schedule, &ledger).total;
    let situation = Situation::of_schedule(model, schedule, Solver::default());
    let purposes = Purposes::of(model, schedule, |excess, rented, t| situation.standby(excess, rented, t)).unwrap();
    let mut all = audit(model, schedule, &ledger, &purposes, told, objective.unwrap_or(told));
    all.extend(audit_survival(model, &survival(model, &situation).unwrap()));
    all.extend(risk(model, schedule, &situation, told).unwrap().iter().flat_map(|r| audit_risk(model, r)));
    let mut words: Vec<String> = all.into_iter().map(|b| b.what).collect();
    words.sort();
    words.dedup();
    words
}

fn solved(text: &str) -> World {
    let model = Model::from_yaml_str(text).unwrap_or_else(|e| panic!("{e}"));
    let (plan, schedule) = solve_schedule(&model, &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    let schedule = schedule.unwrap();
    assert_eq!(breaches(&model, &schedule, None), Vec::<String>::new());
    World { model, schedule }
}

fn world() -> World {
    static SOLVED: LazyLock<World> = LazyLock::new(|| solved(WORLD));
    SOLVED.clone()
}

fn offer(model: &Model, id: &str) -> OfferId {
    model.offers.find(|o| o.id == id).unwrap()
}

fn workload(model: &Model, id: &str) -> WorkloadId {
    model.workloads.find(|w| w.id == id).unwrap()
}

fn contract(model: &Model, id: &str) -> ContractId {
    model.contracts.find(|c| c.id == id).unwrap()
}

impl World {
    fn offer(&mut self, id: &str) -> &mut Offer {
        let o = offer(&self.model, id);
        &mut self.model.offers[o]
    }

    fn workload(&mut self, id: &str) -> &mut Workload {
        let w = workload(&self.model, id);
        &mut self.model.workloads[w]
    }

    fn contract(&mut self, id: &str) -> &mut Contract {
        let k = contract(&self.model, id);
        &mut self.model.contracts[k]
    }

    fn limit(&mut self, name: &str) -> &mut Limit {
        self.model.limits.iter_mut().find(|l| l.name == name).unwrap()
    }

    /// More chips of an offer on a day (fewer, if below 0), under the contract that it is held under.
    fn hold(&mut self, id: &str, day: usize, more: f64) {
        let o = offer(&self.model, id);
        let mine = self.schedule.held.iter_mut().find(|h| h.offer == o && h.periods == (day..day + 1));
        match mine {
            Some(held) => held.chips += more,
            None => {
                self.schedule.held.push(Held {
                    offer: o,
                    contract: None,
                    tier: 0,
                    bought: None,
                    periods: day..day + 1,
                    chips: more,
                });
            }
        }
    }

    /// More chips that work, without holding more.
    fn work(&mut self, of: &str, id: &str, day: usize, more: f64) {
        let (w, o) = (workload(&self.model, of), offer(&self.model, id));
        match self.schedule.running.iter_mut().find(|r| r.workload == w && r.offer == o && r.period == day) {
            Some(running) => running.chips += more,
            None => self.schedule.running.push(Running { workload: w, offer: o, period: day, chips: more }),
        }
    }

    /// More chips that are held and work.
    fn run(&mut self, of: &str, id: &str, day: usize, more: f64) {
        self.hold(id, day, more);
        self.work(of, id, day, more);
    }
}

/// Breaks one thing by a part: the first of the words has to be among the breaches, and none beside the
/// words may be.
#[track_caller]
fn breaks_by(part: f64, words: &[&str], tamper: impl Fn(&mut World, f64)) {
    let mut world = world();
    tamper(&mut world, part);
    let found = breaches(&world.model, &world.schedule, None);
    assert!(found.iter().any(|f| f.contains(words[0])), "by {part}: {found:?}");
    assert!(found.iter().all(|f| words.iter().any(|w| f.contains(w))), "by {part}: {found:?}");
}

#[track_caller]
fn keeps_by(part: f64, tamper: impl Fn(&mut World, f64)) {
    let mut world = world();
    tamper(&mut world, part);
    assert_eq!(breaches(&world.model, &world.schedule, None), Vec::<String>::new(), "by {part}");
}

/// Breaks one thing clearly, and by little; and by so little that it is rounding.
#[track_caller]
fn breaks(words: &[&str], tamper: impl Fn(&mut World, f64)) {
    breaks_by(0.05, words, &tamper);
    breaks_by(1e-5, words, &tamper);
    keeps_by(1e-8, tamper);
}

#[test]
fn a_right_schedule_breaks_nothing() {
    let w = world();
    let ledger = Ledger::of(&w.model, &w.schedule);
    let all = OfferSet::all(w.model.offers.len());
    assert!((ledger.spend(&w.model, &all, &(0..2)) - ALL).abs() < 1e-6);
    let held = w.schedule.chips(&w.model);
    for (id, chips) in [("a", 60.0), ("b", 20.0), ("c", 10.0), ("d", 8.0), ("g", 16.0), ("m", 30.0), ("t", 15.0)] {
        for found in &held[offer(&w.model, id)][..2] {
            assert!((found - chips).abs() < 1e-9, "{id}: {found}");
        }
    }
}

#[test]
fn cost_lines() {
    let w = world();
    let total = ALL;
    let told = |objective: f64| breaches(&w.model, &w.schedule, Some(objective));
    let words = vec!["the cost lines add up to the objective".to_owned()];
    for part in [0.05, -0.05, 1e-5, -1e-5] {
        assert_eq!(told(total * (1.0 + part)), words, "{part}");
    }
    for part in [0.0, 1e-8, -1e-8] {
        assert_eq!(told(total * (1.0 + part)), Vec::<String>::new(), "{part}");
    }
    assert_eq!(told(f64::NAN), words);
}

#[test]
fn supply() {
    let to = |target: f64, now: f64| move |part: f64| target * (1.0 + part) - now;
    let beyond = to(80.0, 60.0);
    breaks(&["a in 2026-01-01: within capacity"], |w, part| {
        w.offer("a").capacity = Some(vec![80.0, 60.0]);
        w.run("chat", "a", 0, beyond(part));
    });
    breaks(&["c in 2026-01-02: within capacity"], |w, part| {
        w.offer("c").capacity = Some(vec![10.0, 10.0 * (1.0 - part)]);
    });
    let beyond = to(200.0, 60.0);
    breaks(&["pool hall in 2026-01-02: within its chips"], |w, part| w.run("chat", "a", 1, beyond(part)));
    let beyond = to(40.0, 20.0);
    breaks(&["pool grid in 2026-01-01: within its power"], |w, part| w.run("side", "b", 0, beyond(part)));
    breaks(&["a in 2026-01-02: use within what is held"], |w, part| w.work("chat", "a", 1, 60.0 * part));
    breaks(&["chips of a are not negative"], |w, part| {
        w.work("chat", "a", 1, part);
        let (chat, a) = (workload(&w.model, "chat"), offer(&w.model, "a"));
        w.schedule.running.push(Running { workload: chat, offer: a, period: 1, chips: -part });
    });
    let less_than_nothing =
        ["e in 2026-01-01: held chips are not negative", "e in 2026-01-01: use within what is held"];
    breaks(&less_than_nothing, |w, part| w.hold("e", 0, -part));
    // Before its lead time an offer has no chips.
    breaks_by(0.0, &["a in 2026-01-01: within capacity"], |w, _| w.offer("a").lead = 1);
}

#[test]
fn demand() {
    breaks(&["chat in 2026-01-01: demand is served"], |w, part| w.run("chat", "a", 0, -60.0 * part));
    breaks(&["side in 2026-01-02: demand is served"], |w, part| w.run("side", "b", 1, -20.0 * part));
    breaks(&["train: work is done"], |w, part| {
        w.run("train", "c", 0, -20.0 * part);
        w.schedule.idle[0].3 += 1440.0 * part;
    });
    // What is reported as undone counts: 24 hours of 3 chips.
    keeps_by(0.0, |w, _| {
        w.run("chat", "a", 0, -3.0);
        let chat = workload(&w.model, "chat");
        w.schedule.unmet.push((chat, 0, 72.0));
    });
    breaks_by(0.05, &["chat in 2026-01-01: demand is served"], |w, part| {
        w.run("chat", "a", 0, -3.0 * (1.0 + part));
        let chat = workload(&w.model, "chat");
        w.schedule.unmet.push((chat, 0, 72.0));
    });
    // A peak is served, not the mean.
    breaks_by(0.0, &["chat in 2026-01-01: demand is served", "chat in 2026-01-02: demand is served"], |w, _| {
        if let crate::model::Task::Inference { peak, .. } = &mut w.workload("chat").task {
            *peak = 1.1;
        }
    });
    let more = |w: &mut World, part: f64| {
        w.offer("c").capacity = None;
        w.run("train", "c", 0, 10.0 * part);
        // What is spent more is not idle.
        w.schedule.idle[0].3 -= 720.0 * part;
    };
    breaks(&["train in 2026-01-01: within its rate"], more);
    breaks(&["train in 2026-01-01: at least its rate", "train in 2026-01-02: at least its rate"], |w, part| {
        w.workload("train").rate_at_least = Some(10.0 * (1.0 + part));
    });
}

#[test]
fn where_workloads_run() {
    // Side has no throughput on NVIDIA's chips.
    breaks(&["side runs only where it may"], |w, part| w.run("side", "a", 0, part));
    // Nothing of batch is allowed on the second day, and what it does there is no matter.
    breaks_by(0.0, &["batch runs only where it may"], |w, _| w.workload("batch").window = 0..1);
    breaks_by(0.0, &["train runs on xla only once it is ported"], |w, _| w.workload("train").porting[0].ready = 1);
    keeps_by(0.0, |w, _| w.workload("batch").porting = w.model.workloads[WorkloadId::at(0)].porting.clone());
    breaks(&["batch is not split"], |w, part| {
        w.run("batch", "d", 0, -8.0 * part);
        w.run("batch", "d2", 0, 8.0 * part);
    });
    for (split, kept) in [(Split::OneOffer, false), (Split::OneCloud, false), (Split::OneEcosystem, true)] {
        let tamper = |w: &mut World, _: f64| {
            w.workload("batch").split = split;
            w.run("batch", "d", 0, -3.0);
            w.run("batch", "d2", 0, 3.0);
        };
        if kept { keeps_by(0.0, tamper) } else { breaks_by(0.0, &["batch is not split"], tamper) }
    }
}

#[test]
fn commitments() {
    // 1920 are spent on b under `azure`, 384 chip-hours are held under `trainium`.
    breaks(&["contract azure: the commitment is met"], |w, part| {
        w.contract("azure").commit.as_mut().unwrap().buckets[0].amount = 1920.0 * (1.0 + part);
    });
    breaks(&["contract trainium: the commitment is met"], |w, part| {
        w.contract("trainium").commit.as_mut().unwrap().buckets[0].amount = 384.0 * (1.0 + part);
    });
    breaks(&["contract gcp: the commitment is met"], |w, part| w.schedule.idle[0].3 -= 2000.0 * part);
    breaks(&["contract gcp: no more is idle than is due"], |w, part| w.schedule.idle[0].3 += 2000.0 * part);
    // Without a limit that could gain by it as well.
    breaks(&["contract gcp: no more is idle than is due"], |w, part| {
        w.model.limits.keep(|_, _| false);
        w.schedule.idle[0].3 += 2000.0 * part;
    });
    // Nothing is due of what is overspent.
    breaks(&["contract azure: no more is idle than is due"], |w, part| {
        let azure = contract(&w.model, "azure");
        w.schedule.idle.push((azure, 0, 1, 500.0 * part));
    });
    // What is held beside the contract does not count towards it.
    let beside = "b in 2026-01-01: held under a contract that covers it";
    breaks_by(0.0, &["contract azure: the commitment is met", beside, "b in 2026-01-02: held under"], |w, _| {
        let b = offer(&w.model, "b");
        w.schedule.held.iter_mut().filter(|h| h.offer == b).for_each(|h| h.contract = None);
    });
    breaks(&[beside], |w, part| {
        let b = offer(&w.model, "b");
        w.hold("b", 0, -20.0 * part);
        w.schedule.held.push(Held {
            offer: b,
            contract: None,
            tier: 0,
            bought: None,
            periods: 0..1,
            chips: 20.0 * part,
        });
    });
}

#[test]
fn what_a_contract_covers_and_what_a_term_allows() {
    // A discount is for what is covered, and while the contract runs.
    breaks(&["a in 2026-01-01: held under a contract that covers it"], |w, part| {
        let (a, gcp) = (offer(&w.model, "a"), contract(&w.model, "gcp"));
        w.contract("gcp").commit = None;
        w.schedule.idle.clear();
        w.hold("a", 0, -60.0 * part);
        w.schedule.held.push(Held {
            offer: a,
            contract: Some(gcp),
            tier: 0,
            bought: None,
            periods: 0..1,
            chips: 60.0 * part,
        });
    });
    breaks_by(0.0, &["d in 2026-01-02: held under a contract that covers it"], |w, _| {
        w.contract("trainium").active = 0..1;
    });
    // A reservation is for two days, from the first on; what is rented is so by the day.
    let reserved = |w: &mut World, periods: std::ops::Range<usize>| {
        let r = offer(&w.model, "r");
        w.run("chat", "a", 0, -6.0);
        w.schedule.held.push(Held { offer: r, contract: None, tier: 0, bought: None, periods, chips: 6.0 });
        w.work("chat", "r", 0, 6.0);
    };
    keeps_by(0.0, |w, _| reserved(w, 0..2));
    breaks_by(0.0, &["r in 2026-01-01: held as its term says"], |w, _| reserved(w, 0..1));
    breaks_by(0.0, &["a in 2026-01-01: held as its term says"], |w, _| {
        let a = offer(&w.model, "a");
        w.schedule.held.retain(|h| h.offer != a);
        w.schedule.held.push(Held { offer: a, contract: None, tier: 0, bought: None, periods: 0..2, chips: 60.0 });
    });
}

/// What works is paid for where use has a price, under the contract that holds it.
#[test]
fn what_is_used_is_paid_for() {
    let priced = |w: &mut World, chips: f64, contract: Option<ContractId>| {
        // At nothing, so that no limit on spend is in the way.
        w.offer("a").used = Some(vec![0.0; 2]);
        let a = offer(&w.model, "a");
        let mine = |period| Used { offer: a, contract, period, chips: if period == 0 { chips } else { 60.0 } };
        w.schedule.used.extend([mine(0), mine(1)]);
    };
    keeps_by(0.0, |w, _| priced(w, 60.0, None));
    breaks(&["a in 2026-01-01: what works is paid for"], |w, part| priced(w, 60.0 * (1.0 - part), None));
    let under = [
        "a in 2026-01-01: use is paid under the contract that holds it",
        "a in 2026-01-02: use is paid under the contract that holds it",
    ];
    breaks_by(0.0, &under, |w, _| {
        let deal = contract(&w.model, "deal");
        priced(w, 60.0, Some(deal));
    });
}

/// What is bought is held from its delivery on, until it ends or may be sold.
#[test]
fn what_is_bought_is_held_as_its_term_says() {
    let bought = |w: &mut World, bought: usize, periods: std::ops::Range<usize>, sold: Option<usize>| {
        let r = offer(&w.model, "r");
        let life = Life { held: 0..2, sales: sold.map(|t| (t, 0.5)).into_iter().collect(), left: 0.25 };
        let lives = [(0, life)].into_iter().collect();
        w.offer("r").term = Term::Bought(Box::new(Bought { capex: vec![0.0; 2], lives }));
        w.run("chat", "a", 0, -6.0);
        let bought = Some(bought);
        w.schedule.held.push(Held { offer: r, contract: None, tier: 0, bought, periods, chips: 6.0 });
        w.work("chat", "r", 0, 6.0);
    };
    keeps_by(0.0, |w, _| bought(w, 0, 0..2, None));
    keeps_by(0.0, |w, _| bought(w, 0, 0..1, Some(1)));
    breaks_by(0.0, &["r in 2026-01-01: held as its term says"], |w, _| bought(w, 0, 0..1, None));
    breaks_by(0.0, &["r in 2026-01-02: held as its term says"], |w, _| bought(w, 1, 0..2, None));
}

#[test]
fn signatures() {
    breaks(&["contract deal: nothing is idle under it unsigned", "deal: no more is idle"], |w, part| {
        let deal = contract(&w.model, "deal");
        w.schedule.idle.push((deal, 0, 1, part));
    });
    breaks(&["contract deal: nothing is held under it unsigned"], |w, part| {
        let (a, deal) = (offer(&w.model, "a"), contract(&w.model, "deal"));
        w.run("chat", "a", 0, -part);
        w.schedule.held.push(Held {
            offer: a,
            contract: Some(deal),
            tier: 0,
            bought: None,
            periods: 0..1,
            chips: part,
        });
        w.work("chat", "a", 0, part);
    });
    breaks(&["contract deal: e is locked without it"], |w, part| {
        w.run("chat", "a", 0, -part);
        w.run("chat", "e", 0, part);
    });
    breaks_by(0.0, &["contract paper: signed as the model says"], |w, _| {
        let paper = contract(&w.model, "paper");
        w.schedule.signed.remove(paper);
    });
    for (decision, kept) in [(Decision::Refused, false), (Decision::Accepted, true), (Decision::Optional, true)] {
        let tamper = |w: &mut World, _: f64| w.contract("paper").decision = decision;
        if kept {
            keeps_by(0.0, tamper);
        } else {
            breaks_by(0.0, &["contract paper: signed as the model says"], tamper);
        }
    }
    breaks_by(0.0, &["contract paper excludes gcp"], |w, _| {
        let gcp = contract(&w.model, "gcp");
        w.contract("paper").excludes.push(gcp);
    });
    breaks_by(0.0, &["contract paper needs deal"], |w, _| {
        let deal = contract(&w.model, "deal");
        w.contract("paper").needs.push(deal);
    });
    keeps_by(0.0, |w, _| {
        let (gcp, deal) = (contract(&w.model, "gcp"), contract(&w.model, "deal"));
        w.contract("paper").needs.push(gcp);
        w.contract("paper").excludes.push(deal);
    });
}

#[test]
fn quantities() {
    breaks(&["g  in 2026-01-01: whole blocks"], |w, part| w.run("blocky", "g", 0, 16.0 * part));
    breaks(&["g  in 2026-01-02: whole blocks"], |w, part| w.hold("g", 1, -16.0 * part));
    breaks(&["m  in 2026-01-01: its minimum"], |w, part| w.hold("m", 0, -30.0 * part));
    // A chip of the dearer price is reported as one of the cheaper.
    breaks(&["t  in 2026-01-01: each price for its quantity"], |w, part| {
        let t = offer(&w.model, "t");
        for h in w.schedule.held.iter_mut().filter(|h| h.offer == t && h.periods == (0..1)) {
            h.chips += if h.tier == 0 { 20.0 * part } else { -20.0 * part };
        }
    });
}

/// Puts a number of a limit there where the plan just keeps it, and beyond by a part.
#[track_caller]
fn limit(name: &str, words: &str, put: impl Fn(&mut LimitKind, f64)) {
    keeps_by(0.0, |w, _| put(&mut w.limit(name).kind, 0.0));
    breaks(&[words], |w, part| put(&mut w.limit(name).kind, part));
}

#[test]
fn limits() {
    limit("money", "limit money", |kind, part| {
        if let LimitKind::Budget(Budget { at_most, .. }) = kind {
            *at_most = ALL * (1.0 - part);
        }
    });
    // NVIDIA is paid most, 2880.
    limit("each", "limit each", |kind, part| {
        if let LimitKind::Share(Share { at_most, .. }) = kind {
            *at_most = 2880.0 / ALL * (1.0 - part);
        }
    });
    // All of chat runs on NVIDIA, whatever else there is.
    limit("work", "limit work", |kind, part| {
        if let LimitKind::Share(Share { at_most, .. }) = kind {
            *at_most = 1.0 - part;
        }
    });
    // AMD has 20 of 159 chips.
    limit("some", "limit some", |kind, part| {
        if let LimitKind::Floor(Floor { at_least, .. }) = kind {
            *at_least = 20.0 / 159.0 * (1.0 + part);
        }
    });
    // The same in chips, on average and on the first day, and in money: 960 a day.
    for (kind_of, of, size) in [
        (Least::Amount, Measure::Chips, 20.0),
        (Least::Fleet, Measure::Chips, 20.0),
        (Least::Amount, Measure::Spend, 1920.0),
    ] {
        limit("some", "limit some", |kind, part| {
            if let LimitKind::Floor(floor) = kind {
                floor.least = kind_of;
                floor.of.measure = of;
                floor.at_least = size * (1.0 + part);
            }
        });
    }
    // NVIDIA, AMD, Google with its idle money, Amazon, Groq, Cerebras, Intel.
    let squares: f64 = [2880.0, 1920.0, 2000.0, 384.0, 768.0, 1440.0, 960.0].iter().map(|m: &f64| m * m).sum();
    limit("hhi", "limit hhi", |kind, part| {
        if let LimitKind::Concentration(Concentration { hhi_at_most, .. }) = kind {
            *hhi_at_most = squares / (ALL * ALL) * (1.0 - part);
        }
    });
    // The second largest is Google.
    limit("two", "limit two", |kind, part| {
        if let LimitKind::Suppliers(Suppliers { at_least, .. }) = kind {
            *at_least = Some((2, 2000.0 / ALL * (1.0 + part)));
        }
    });
    // 75 kW of NVIDIA's, with what the site draws beside them, and 5 of Google's chips.
    limit("plug", "limit plug", |kind, part| {
        if let LimitKind::Power(Power { at_most, .. }) = kind {
            *at_most = 80.0 * (1.0 - part);
        }
    });
    // 60 chips of 1 kW emit 60 x 48 h x 1.25 x 0.4 kg.
    limit("air", "limit air", |kind, part| {
        if let LimitKind::Carbon(Carbon { at_most, .. }) = kind {
            *at_most = 1440.0 * (1.0 - part);
        }
    });
    // A chip more on the first day.
    breaks(&["limit air"], |w, part| {
        if let LimitKind::Carbon(Carbon { at_most, .. }) = &mut w.limit("air").kind {
            *at_most = 1440.0;
        }
        w.run("chat", "a", 0, 60.0 * part);
    });
    // From nothing to 159 on the first day, and no more on the second.
    limit("growth", "limit growth", |kind, part| {
        if let LimitKind::Ramp(Ramp { at_most, .. }) = kind {
            *at_most = 159.0 * (1.0 - part);
        }
    });
}

#[test]
fn numbers_of_suppliers() {
    // More groups than there are.
    breaks_by(0.0, &["limit two"], |w, _| {
        if let LimitKind::Suppliers(Suppliers { at_least, .. }) = &mut w.limit("two").kind {
            *at_least = Some((99, 0.0));
        }
    });
    let most = |w: &mut World, n: usize| {
        if let LimitKind::Suppliers(Suppliers { at_most, .. }) = &mut w.limit("few").kind {
            *at_most = Some(n);
        }
    };
    keeps_by(0.0, |w, _| most(w, 7));
    breaks_by(0.0, &["limit few"], |w, _| most(w, 6));
    // An eighth with a part of chat: 5 USD x 24 h of 10 k USD.
    breaks(&["limit few"], |w, part| {
        most(w, 7);
        w.run("chat", "a", 0, -60.0 * part);
        w.run("chat", "h", 0, 60.0 * part);
    });
}

#[test]
fn growth_is_from_what_was_held_the_day_before() {
    breaks(&["limit growth"], |w, part| {
        if let LimitKind::Ramp(Ramp { at_most, .. }) = &mut w.limit("growth").kind {
            *at_most = 160.0;
        }
        w.run("chat", "a", 0, 1.0);
        w.run("chat", "a", 1, 1.0);
        w.run("side", "b", 0, 160.0 * part);
    });
    // On the second day by itself: 30 more than the day before.
    breaks(&["limit growth 2026-01-02"], |w, part| {
        let limit = w.limit("growth");
        limit.spans.retain(|s| s.periods.start == 1);
        if let LimitKind::Ramp(Ramp { at_most, .. }) = &mut limit.kind {
            *at_most = 30.0;
        }
        w.run("chat", "a", 1, 30.0 + 189.0 * part);
    });
}

#[test]
fn limits_of_contracts_that_are_not_signed_and_priced_ones_ask_for_nothing() {
    let wrong = |w: &mut World| {
        if let LimitKind::Budget(Budget { at_most, .. }) = &mut w.limit("money").kind {
            *at_most = 1.0;
        }
    };
    breaks_by(0.0, &["limit money"], |w, _| wrong(w));
    keeps_by(0.0, |w, _| {
        wrong(w);
        w.limit("money").when = Some(contract(&w.model, "deal"));
    });
    breaks_by(0.0, &["limit money"], |w, _| {
        wrong(w);
        w.limit("money").when = Some(contract(&w.model, "paper"));
    });
}

#[test]
fn what_is_beyond_a_priced_limit_is_paid() {
    // The share of NVIDIA is 2880 of 10353; each USD beyond a tenth costs 0.5.
    let beyond = 0.5 * (2880.0 - 0.1 * ALL);
    let soft = |w: &mut World, at_most: f64, paid: f64| {
        let l = w.model.limits.find(|l| l.name == "each").unwrap();
        let limit = &mut w.model.limits[l];
        limit.soft = Some(0.5);
        if let LimitKind::Share(Share { at_most: most, groups, .. }) = &mut limit.kind {
            groups.retain(|g| g.name == "nvidia");
            assert_eq!(groups.len(), 1);
            *most = at_most;
        }
        if paid != 0.0 {
            w.schedule.excess.push((l, paid));
        }
    };
    keeps_by(0.0, |w, _| soft(w, 0.1, beyond));
    keeps_by(0.0, |w, _| soft(w, 0.9, 0.0));
    breaks_by(0.0, &["limit each: what is beyond it is paid"], |w, _| soft(w, 0.1, 0.0));
    breaks(&["limit each: what is beyond it is paid"], |w, part| soft(w, 0.1, beyond - 0.5 * ALL * part));
    // From below: AMD lacks 80 of 100 chips for two days, at 3 a chip-hour.
    let floor = |w: &mut World, paid: f64| {
        let l = w.model.limits.find(|l| l.name == "some").unwrap();
        w.model.limits[l].soft = Some(3.0);
        if let LimitKind::Floor(Floor { at_least, .. }) = &mut w.model.limits[l].kind {
            *at_least = 100.0 / 159.0;
        }
        w.schedule.excess.push((l, paid));
    };
    keeps_by(0.0, |w, _| floor(w, 80.0 * 48.0 * 3.0));
    breaks(&["limit some: what is beyond it is paid"], |w, part| {
        floor(w, (80.0 - 159.0 * part) * 48.0 * 3.0);
    });
}

/// gpu is cheap and stops coming when the foundry is lost; what is more than was there on the first day is alt's.
const FOUNDRY: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 3, step: day }
chips: { gpu: { vendor: nvidia }, alt: { vendor: lab } }
clouds: { aws: {} }
supply: { tsmc: { makes: [ { chip: gpu } ], pipeline: 1 period, recovery: 3 periods } }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  b: { chip: alt, cloud: aws, price: 1.4 }
workloads:
  chat: { kind: inference, demand: [100 req/h, 120 req/h, 130 req/h], throughput: { gpu: 1 req/h, alt: 1 req/h } }
policy: { survive: [ { name: come, loss_of: { each: supply }, effect: deliveries, serve: 100 % } ] }
";

#[test]
fn deliveries_that_are_survived() {
    let right = solved(FOUNDRY);
    let (model, b) = (&right.model, offer(&right.model, "b"));
    // 20 and 30 of alt: a day of each costs 0.4 more, and a day of gpu ahead 1.
    let alt = |day: usize| right.schedule.chips(model)[b][day];
    assert!((alt(1) - 20.0).abs() < 1e-6 && (alt(2) - 30.0).abs() < 1e-6);
    for (part, broken) in [(1e-8, false), (1e-5, true)] {
        // What is less of alt is more of gpu: only the deliveries are missed.
        let mut wrong = right.clone();
        wrong.hold("b", 2, -130.0 * part);
        wrong.work("chat", "b", 2, -130.0 * part);
        wrong.work("chat", "a", 2, 130.0 * part);
        wrong.hold("a", 2, 130.0 * part);
        let found = breaches(&wrong.model, &wrong.schedule, None);
        let expected = if broken { vec!["come: deliveries of tsmc lost in 2026-01-03".to_owned()] } else { Vec::new() };
        assert_eq!(found, expected, "{part}");
    }
}

#[test]
fn what_is_bought_to_no_purpose() {
    breaks(&["a in 2026-01-02: what is rented is used"], |w, part| w.hold("a", 1, 60.0 * part));
    breaks(&["r: what is reserved is used in its term"], |w, part| {
        let r = offer(&w.model, "r");
        w.schedule.held.push(Held {
            offer: r,
            contract: None,
            tier: 0,
            bought: None,
            periods: 0..2,
            chips: 60.0 * part,
        });
    });
    // What a floor asks for as a fleet has a purpose, and what is beyond it has none.
    let fleet = |w: &mut World, id: &str, chips: f64| {
        let offers = OfferSet::listed(w.model.offers.len(), [offer(&w.model, id)]);
        let limit = w.limit("some");
        limit.spans = vec![crate::model::Span { label: "2026-01-02".to_owned(), periods: 1..2 }];
        if let LimitKind::Floor(floor) = &mut limit.kind {
            floor.group.offers = offers;
            floor.least = Least::Fleet;
            floor.at_least = chips;
        }
    };
    keeps_by(0.0, |w, _| {
        fleet(w, "a", 75.0);
        w.hold("a", 1, 15.0);
    });
    breaks(&["a in 2026-01-02: what is rented is used"], |w, part| {
        fleet(w, "a", 75.0);
        w.hold("a", 1, 15.0 + 60.0 * part);
    });
    keeps_by(0.0, |w, _| {
        fleet(w, "r", 15.0);
        let r = offer(&w.model, "r");
        w.schedule.held.push(Held { offer: r, contract: None, tier: 0, periods: 0..2, chips: 15.0, bought: None });
    });
    // Used on one of its days, it may stand idle on the other.
    keeps_by(0.0, |w, _| {
        let r = offer(&w.model, "r");
        w.schedule.held.push(Held { offer: r, contract: None, tier: 0, bought: None, periods: 0..2, chips: 6.0 });
        w.run("chat", "a", 0, -6.0);
        w.work("chat", "r", 0, 6.0);
    });
    // Without a limit that could gain by it, money that is burnt is only dear.
    keeps_by(0.0, |w, _| {
        w.model.limits.keep(|_, _| false);
        w.hold("a", 1, 60.0);
    });
}

#[test]
fn survived_losses() {
    // 90 % of chat is to survive the loss of h.
    breaks(&["others: tenstorrent lost in 2026-01-02"], |w, part| {
        let moved = 60.0 * (1.0 - 0.9 * (1.0 - part));
        w.run("chat", "a", 1, -moved);
        w.run("chat", "h", 1, moved);
    });
    breaks(&["others: tenstorrent lost in 2026-01-01"], |w, part| {
        w.model.survive[SurviveId::at(0)].serve = 0.5 * (1.0 + part);
        w.run("chat", "a", 0, -30.0);
        w.run("chat", "h", 0, 30.0);
    });
}

/// One hour at 100 with a loss of 10 USD for each of 100 requests: a day of an outage of 5 % loses 24,000.
const RISKY: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 1, step: day }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: {} }
offers: { a: { chip: gpu, cloud: aws, price: 1 } }
workloads:
  chat: { kind: inference, demand: 100 req/h, loss: 10 USD/req, throughput: { gpu: 1 req/h } }
policy:
  outages: { down: { lose: { cloud: aws }, recovery: 1 day, probability: 5 % } }
  risk: { cvar: { level: 90 %, at_most: 1M USD }, expected_loss: { at_most: 1M USD } }
";

#[test]
fn risk_within_its_limits() {
    let mut w = solved(RISKY);
    // 2400 are paid; 24,000 with 5 %: 12,000 in the worst 10 %.
    let parts = [(0.05, true), (1e-5, true), (0.0, false), (1e-8, false)];
    for (part, broken) in parts {
        w.model.risk.cvar.as_mut().unwrap().term.at_most = Some(14_400.0 * (1.0 - part));
        let words = if broken { vec!["the conditional value at risk".to_owned()] } else { Vec::new() };
        assert_eq!(breaches(&w.model, &w.schedule, None), words, "{part}");
    }
    w.model.risk.cvar.as_mut().unwrap().term.at_most = None;
    for (part, broken) in parts {
        w.model.risk.expected.as_mut().unwrap().at_most = Some(1200.0 * (1.0 - part));
        let words = if broken { vec!["the expected loss".to_owned()] } else { Vec::new() };
        assert_eq!(breaches(&w.model, &w.schedule, None), words, "{part}");
    }
}
