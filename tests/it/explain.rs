//! Why there is no plan, on models solved by hand and at random: conflicts of which no entry can be
//! left out, and changes that are the least with which there is a plan.

use polysource::analysis::explain::{Infeasibility, infeasibility};
use polysource::{Model, SolveSettings, Status, solve};

use crate::common::program;
use crate::common::random::Whole;

const HEAD: &str = "polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd }, tpu: { vendor: google } }
clouds: { aws: {}, gcp: {} }
";

fn explained(text: &str) -> Infeasibility {
    let model = Model::from_yaml_str(&format!("{HEAD}{text}")).unwrap_or_else(|e| panic!("{e}"));
    infeasibility(&model, &SolveSettings::default()).unwrap().expect("the model has no plan")
}

/// The entries of the conflict with their lines.
fn conflict(found: &Infeasibility) -> Vec<(&str, usize)> {
    assert!(found.minimal);
    found.conflict.iter().map(|e| (e.entry.as_str(), e.line)).collect()
}

/// What is changed in each way, and to what.
fn ways(found: &Infeasibility) -> Vec<Vec<(&str, &str, f64)>> {
    let changes = |w: &polysource::analysis::explain::Way| {
        let told = |c: &polysource::analysis::explain::Change| (c.entry.clone(), c.kind.clone(), c.to);
        w.changes.iter().map(told).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(String, String, f64)>> = found.ways.iter().map(changes).collect();
    // Leaked so that expectations can be written plainly; a test is short.
    let leak = |text: String| &*Box::leak(text.into_boxed_str());
    all.into_iter().map(|w| w.into_iter().map(|(a, b, x)| (leak(a), leak(b), x)).collect()).collect()
}

#[test]
fn capacity_that_is_short_is_seen_at_once() {
    // 12 of 10: 1.2 times the capacity, or 10/12 of the demand, rounded down to four digits.
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 12 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    assert_eq!(
        found.obvious,
        ["`chat` (line 5) needs 12 req/h at its peak; all capacity that it may run on can do 10 req/h."]
    );
    assert_eq!(conflict(&found), [("chat", 5), ("a", 4)]);
    assert_eq!(ways(&found), [[("a", "capacity", 1.2)], [("chat", "demand", 0.8333)]]);
    assert_eq!(found.ways[0].cost, 24.0);
    assert_eq!(found.ways[0].changes[0].sentence, "raise the capacity of `a` (line 4) to 1.2 times what is written");
}

#[test]
fn shares_that_cannot_add_up() {
    // Two vendors at 40 % each leave a fifth to nobody; at 50 % both run.
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 10 }, b: { chip: mi, cloud: aws, price: 1, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy: { limits: [ { name: cap, share: { by: vendor, of: chips, at_most: 40 % } } ] }
",
    );
    assert_eq!(
        found.obvious,
        [
            "`cap` (line 6): no vendor has more than 40 % of chips. There are only 2 vendors, so that the shares cannot add up to a whole."
        ]
    );
    assert_eq!(ways(&found)[0], [("cap", "share", 0.5)]);
    assert_eq!(found.ways[0].cost, 15.0);
    assert_eq!(found.ways[0].changes[0].sentence, "raise `cap` (line 6) from 40 % to 50 %");
}

#[test]
fn a_floor_against_a_cap() {
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 10 }, b: { chip: mi, cloud: aws, price: 1, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy:
  limits:
    - { name: most, share: { by: vendor, of: chips, at_most: 55 % } }
    - { name: least, floor: { where: { vendor: nvidia }, of: chips, at_least: 60 % } }
    - { name: plenty, budget: { at_most: 1000 } }
",
    );
    assert!(found.obvious.is_empty());
    // The demand belongs to it: of nothing, every share is kept.
    assert_eq!(conflict(&found), [("chat", 5), ("most", 8), ("least", 9)]);
    // 5 points up or 5 down; of 55 % the first is 1/11, of 60 % the second 1/12.
    assert_eq!(ways(&found)[..2], [[("least", "floor", 0.55)], [("most", "share", 0.6)]]);
    assert_eq!((found.ways[0].cost, found.ways[1].cost), (15.5, 16.0));
}

#[test]
fn a_budget_that_is_too_small() {
    // 10 at 1 and 5 at 3 are 25.
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 10 }, b: { chip: mi, cloud: gcp, price: 3, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 15 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy: { limits: [ { name: purse, budget: { at_most: 20 USD } } ] }
",
    );
    // More of `a` instead of `b`: 12.5 at 1 and 2.5 at 3 are 20. Or 10 at 1 and 3.333 at 3: 13.33 of 15.
    assert_eq!(conflict(&found), [("chat", 5), ("purse", 6), ("a", 4)]);
    assert_eq!(ways(&found), [[("purse", "budget", 25.0)], [("a", "capacity", 1.25)], [("chat", "demand", 0.8888)]]);
}

#[test]
fn a_window_that_is_too_short() {
    // One quarter of 2026 has 2160 hours: 100 chips can do 216k, 300k are asked for.
    let found = explained(
        "horizon: { start: 2026-Q1, periods: 4, step: quarter }
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 } }
workloads: { train: { kind: training, work: 300k gpu-h, window: 2026-Q1..2026-Q1, throughput: { gpu: 1 gpu-h } } }
",
    );
    assert_eq!(
        found.obvious,
        ["`train` (line 6) needs 300k gpu-h in its window; all capacity that it may run on can do 216k gpu-h."]
    );
    assert_eq!(ways(&found), [[("a", "capacity", 1.389)], [("train", "work", 0.72)]]);
}

#[test]
fn a_loss_that_cannot_be_survived() {
    // Without nvidia 10 of 20 are left: half, not 80 %. With 16 of amd it is (1.6 times); at 80 % of
    // 12.5 the 10 are enough (62.5 %).
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 }, b: { chip: mi, cloud: gcp, price: 3, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy: { survive: [ { name: n-1, loss_of: { vendor: nvidia }, serve: 80 % } ] }
",
    );
    assert_eq!(conflict(&found), [("chat", 5), ("n-1", 6), ("b", 4)]);
    assert_eq!(ways(&found), [[("n-1", "survive", 0.5)], [("b", "capacity", 1.6)], [("chat", "demand", 0.625)]]);
}

#[test]
fn whole_suppliers() {
    // Three vendors with a tenth each, but TPUs are only 1 of 20: two suppliers, or twice the TPUs.
    let found = explained(
        "offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 100 }
  b: { chip: mi, cloud: gcp, price: 3, capacity: 10 }
  c: { chip: tpu, cloud: gcp, price: 3, capacity: 1 }
workloads: { chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { name: three, suppliers: { by: vendor, of: work, at_least: 3, each_at_least: 10 % } } ] }
",
    );
    assert_eq!(conflict(&found), [("chat", 8), ("three", 9), ("c", 7)]);
    assert_eq!(ways(&found), [[("three", "suppliers", 2.0)], [("c", "capacity", 2.0)], [("chat", "demand", 0.5)]]);
}

#[test]
fn two_conflicts_need_two_changes() {
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 10 }, b: { chip: mi, cloud: gcp, price: 3, capacity: 10 } }
workloads:
  chat: { kind: inference, demand: 12 req/h, throughput: { gpu: 1 req/h } }
  voice: { kind: inference, demand: 15 req/h, throughput: { mi: 1 req/h } }
",
    );
    assert_eq!(found.obvious.len(), 2);
    assert_eq!(found.conflict.len(), 2);
    for way in ways(&found) {
        assert_eq!(way.len(), 2, "{way:?}");
    }
    assert_eq!(ways(&found)[0], [("a", "capacity", 1.2), ("b", "capacity", 1.5)]);
}

#[test]
fn a_conflict_of_decisions_is_said() {
    // Whole blocks of 64 under a budget for 30: no number but the budget's can change that.
    let found = explained(
        "offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100, block: 64 } }
workloads: { chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h } } }
policy: { limits: [ { name: purse, budget: { at_most: 30 USD } } ] }
",
    );
    assert_eq!(conflict(&found), [("chat", 5), ("purse", 6)]);
    assert_eq!(ways(&found)[0], [("purse", "budget", 64.0)]);
}

/// Numbers of a random model; `None` is left out.
#[derive(Clone, Debug)]
struct Numbers {
    capacity: [Option<f64>; 3],
    demand: [f64; 2],
    /// Whether each demand has to be met; else it may be, in part or whole.
    asked: [bool; 2],
    share: Option<f64>,
    floor: Option<f64>,
    budget: Option<f64>,
}

impl Numbers {
    fn model(&self) -> Model {
        let offer = |i: usize| {
            let (id, chip, cloud) = [("a", "gpu", "aws"), ("b", "mi", "aws"), ("c", "tpu", "gcp")][i];
            let capacity = self.capacity[i].map(|c| format!(", capacity: {c:?}")).unwrap_or_default();
            format!("  {id}: {{ chip: {chip}, cloud: {cloud}, price: {}{capacity} }}\n", [3, 1, 2][i])
        };
        let free = |i: usize| if self.asked[i] { "" } else { ", unmet: 0" };
        let mut text = format!("{HEAD}offers:\n{}{}{}", offer(0), offer(1), offer(2));
        text.push_str(&format!(
            "workloads:\n  chat: {{ kind: inference, demand: {:?} req/h{}, throughput: {{ gpu: 2 req/h, mi: 1 req/h }} }}\n",
            self.demand[0],
            free(0)
        ));
        text.push_str(&format!(
            "  voice: {{ kind: inference, demand: {:?} req/h{}, throughput: {{ mi: 1 req/h, tpu: 1.5 req/h }} }}\n",
            self.demand[1],
            free(1)
        ));
        let mut limits = String::new();
        if let Some(s) = self.share {
            limits.push_str(&format!("    - {{ name: cap, share: {{ by: vendor, of: chips, at_most: {s:?} }} }}\n"));
        }
        if let Some(s) = self.floor {
            limits.push_str(&format!(
                "    - {{ name: least, floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {s:?} }} }}\n"
            ));
        }
        if let Some(b) = self.budget {
            limits.push_str(&format!("    - {{ name: purse, budget: {{ at_most: {b:?} }} }}\n"));
        }
        if !limits.is_empty() {
            text.push_str(&format!("policy:\n  limits:\n{limits}"));
        }
        Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
    }

    fn change(&mut self, entry: &str, to: f64) {
        match entry {
            "cap" => self.share = Some(to),
            "least" => self.floor = Some(to),
            "purse" => self.budget = Some(to),
            "chat" => self.demand[0] *= to,
            "voice" => self.demand[1] *= to,
            offer => {
                let i = ["a", "b", "c"].iter().position(|o| *o == offer).unwrap();
                self.capacity[i] = self.capacity[i].map(|c| c * to);
            }
        }
    }

    fn leave_out(&mut self, entry: &str) {
        match entry {
            "cap" => self.share = None,
            "least" => self.floor = None,
            "purse" => self.budget = None,
            "chat" => self.asked[0] = false,
            "voice" => self.asked[1] = false,
            offer => self.capacity[["a", "b", "c"].iter().position(|o| *o == offer).unwrap()] = None,
        }
    }

    fn entries(&self) -> Vec<&'static str> {
        let offers = ["a", "b", "c"].into_iter().zip(self.capacity).filter(|(_, c)| c.is_some()).map(|(o, _)| o);
        let limits = [("cap", self.share), ("least", self.floor), ("purse", self.budget)];
        let limits = limits.into_iter().filter(|(_, l)| l.is_some()).map(|(l, _)| l);
        offers.chain(limits).chain(["chat", "voice"]).collect()
    }
}

#[test]
fn random_models_are_explained_rightly() {
    let mut numbers = Whole(7);
    let mut random = move |n: u64| numbers.below(n);
    let status = |n: &Numbers| solve(&n.model(), &SolveSettings::default()).unwrap().status;
    let (mut without, mut several) = (0, 0);
    for _ in 0..250 {
        let mut part = |most: u64, odds: u64| (random(10) < odds).then(|| 0.05 * (1 + random(most)) as f64);
        let (share, floor) = (part(14, 6), part(14, 4));
        let numbers = Numbers {
            capacity: [0, 1, 2].map(|_| (random(10) < 8).then(|| (1 + random(20)) as f64)),
            demand: [(1 + random(30)) as f64, (1 + random(20)) as f64],
            asked: [true; 2],
            share,
            floor,
            budget: (random(10) < 4).then(|| (5 + random(60)) as f64),
        };
        match status(&numbers) {
            Status::Optimal => continue,
            Status::Infeasible => without += 1,
            other => panic!("{other:?}: {numbers:?}"),
        }
        let found = infeasibility(&numbers.model(), &SolveSettings::default()).unwrap().unwrap();
        assert!(found.minimal, "{numbers:?}");
        // The conflict alone has no plan; without any one of its entries it has.
        let names: Vec<&str> = found.conflict.iter().map(|e| e.entry.as_str()).collect();
        let mut alone = numbers.clone();
        numbers.entries().into_iter().filter(|e| !names.contains(e)).for_each(|e| alone.leave_out(e));
        assert_eq!(status(&alone), Status::Infeasible, "{names:?} of {numbers:?}");
        for name in &names {
            let mut less = alone.clone();
            less.leave_out(name);
            assert_eq!(status(&less), Status::Optimal, "{name} of {names:?} of {numbers:?}");
        }
        // Every way has a plan of the cost that is told, and with a hundredth less of any of its changes none.
        for way in &found.ways {
            let with = |less: Option<usize>| {
                let mut changed = numbers.clone();
                for (i, c) in way.changes.iter().enumerate() {
                    let short = if less == Some(i) { 0.01 } else { 0.0 };
                    changed.change(&c.entry, c.to + short * (c.from - c.to));
                }
                changed
            };
            let plan = solve(&with(None).model(), &SolveSettings::default()).unwrap();
            assert_eq!(plan.status, Status::Optimal, "{way:?} of {numbers:?}");
            let cost = plan.cost.unwrap().total;
            assert!((cost - way.cost).abs() <= 1e-6 * (1.0 + cost.abs()), "{cost} {way:?}");
            for i in 0..way.changes.len() {
                assert_eq!(status(&with(Some(i))), Status::Infeasible, "{i} of {way:?} of {numbers:?}");
            }
            several += usize::from(way.changes.len() > 1);
        }
        assert!(!found.ways.is_empty(), "{numbers:?}");
    }
    assert!(without > 60 && several > 5, "{without} without a plan, {several} ways of several changes");
}

#[test]
fn the_command_explains() {
    let told = |arguments: &[&str], code: i32| {
        let run = program().arg("explain").args(arguments).output().unwrap();
        assert_eq!(run.status.code(), Some(code), "{}", String::from_utf8_lossy(&run.stderr));
        (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap())
    };
    let (text, _) = told(&["models/infeasible.yaml"], 0);
    assert!(text.contains("raise `half-at-most` (line 47) from 50 % to 60 %; it costs"), "{text}");
    let (json, _) = told(&["models/infeasible.yaml", "--format", "json"], 0);
    let found: Infeasibility = serde_json::from_str(&json).unwrap();
    assert_eq!(found.ways[0].changes[0].to, 0.6);
    // `solve` says the same below its answer.
    let solved = program().args(["solve", "models/infeasible.yaml"]).output().unwrap();
    assert_eq!(solved.status.code(), Some(4));
    assert!(String::from_utf8(solved.stdout).unwrap().ends_with(&text));
    let (text, _) = told(&["models/quickstart.yaml", "vendor-cap"], 0);
    assert!(text.contains("All of `vendor-cap` adds 5.52M USD.") && !text.contains("coreweave"), "{text}");
    let (text, _) = told(&["models/quickstart.yaml", "chat"], 0);
    assert!(text.contains("`chat`: 100 % on `coreweave-h100`."), "{text}");
    let (_, error) = told(&["models/quickstart.yaml", "vendor-cup"], 2);
    assert!(error.contains("did you mean `vendor-cap`?"), "{error}");
    let (text, _) = told(&["duplicate-key"], 0);
    assert!(text.starts_with("duplicate-key\n\nThe same key is defined twice in a map.\n"), "{text}");
}
