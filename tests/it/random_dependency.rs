//! Random models: what a plan claims to survive is confirmed by a rerouting of its own, and no limit
//! that is tightened makes the plan cheaper.

use std::fmt::Write as _;

use crate::common::random::Random;
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, variable};
use polysource::Plan;
use polysource::plan::Status;

use crate::common::solved;

const VENDORS: usize = 3;
const CLOUDS: usize = 3;
const OFFERS: usize = 8;
const WORKLOADS: usize = 3;

struct Case {
    head: String,
    throughput: Vec<Vec<f64>>,
    demand: Vec<[f64; 2]>,
}

fn case(seed: u64) -> Case {
    let mut r = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut head = String::from("polysource: 1\nhorizon: { start: 2027-01-01, periods: 2, step: hour }\nchips:\n");
    for o in 0..OFFERS {
        let _ = writeln!(head, "  c{o}: {{ vendor: v{} }}", o % VENDORS);
    }
    head.push_str("clouds: { k0: {}, k1: {}, k2: {} }\noffers:\n");
    for o in 0..OFFERS {
        let (price, capacity) = (1.0 + 3.0 * r.next(), 60.0 + 80.0 * r.next());
        let cloud = (o / 2 + o) % CLOUDS;
        let _ = writeln!(head, "  o{o}: {{ chip: c{o}, cloud: k{cloud}, price: {price:.3}, capacity: {capacity:.1} }}");
    }
    head.push_str("workloads:\n");
    let (mut throughput, mut demand) = (Vec::new(), Vec::new());
    for w in 0..WORKLOADS {
        let rates: Vec<f64> = (0..OFFERS).map(|_| (100.0 * (0.5 + r.next())).round() / 100.0).collect();
        let d = [(20.0 + 40.0 * r.next()).round(), (20.0 + 40.0 * r.next()).round()];
        let list: Vec<String> = rates.iter().enumerate().map(|(o, x)| format!("c{o}: {x} r/h")).collect();
        let _ = writeln!(
            head,
            "  w{w}: {{ kind: inference, demand: [{} r/h, {} r/h], peak: 1.25, throughput: {{ {} }} }}",
            d[0],
            d[1],
            list.join(", ")
        );
        throughput.push(rates);
        demand.push(d);
    }
    Case { head, throughput, demand }
}

/// The largest fraction of the peak at which all workloads can be served by the offers that are
/// left, from what the plan says it holds.
fn served(case: &Case, plan: &Plan, left: impl Fn(usize) -> bool, period: usize) -> f64 {
    let label = &plan.model.periods[period];
    let mut variables = ProblemVariables::new();
    let fraction = variables.add(variable().min(0.0).max(1.0));
    let y: Vec<Vec<_>> =
        (0..WORKLOADS).map(|_| (0..OFFERS).map(|_| variables.add(variable().min(0.0))).collect()).collect();
    let mut problem = variables.maximise(fraction).using(good_lp::solvers::microlp::microlp);
    for o in 0..OFFERS {
        let chips: f64 = plan
            .purchases
            .iter()
            .filter(|p| p.offer == format!("o{o}") && p.period == *label && left(o))
            .map(|p| p.chips)
            .sum();
        let used: Expression = y.iter().map(|row| row[o]).sum();
        problem.add_constraint(used.leq(chips));
    }
    for (w, row) in y.iter().enumerate() {
        let mut done = Expression::with_capacity(OFFERS);
        row.iter().zip(&case.throughput[w]).for_each(|(&v, &p)| {
            done.add_mul(p, v);
        });
        problem.add_constraint((done - 1.25 * case.demand[w][period] * fraction).geq(0.0));
    }
    problem.solve().unwrap().value(fraction)
}

#[test]
fn what_is_claimed_to_survive_survives() {
    let mut claimed = 0;
    for seed in 1..=40 {
        let case = case(seed);
        let survive = "policy:\n  survive: [ { loss_of: { each: vendor }, serve: 70 % }, { loss_of: { each: cloud }, serve: 80 % } ]\n";
        let plan = solved(&format!("{}{survive}", case.head));
        if plan.status != Status::Optimal {
            assert_eq!(plan.status, Status::Infeasible, "seed {seed}");
            continue;
        }
        claimed += 1;
        for r in plan.resilience.as_ref().unwrap() {
            let group: usize = r.lost.group[1..].parse().unwrap();
            let left = |o: usize| match r.lost.by.as_str() {
                "vendor" => o % VENDORS != group,
                _ => (o / 2 + o) % CLOUDS != group,
            };
            let worst = (0..2).map(|t| served(&case, &plan, left, t)).fold(1.0, f64::min);
            assert!((worst - r.served).abs() < 1e-5, "seed {seed}: {worst} instead of {}", r.served);
            assert!(worst >= r.required.unwrap() - 1e-6, "seed {seed}: {worst}");
        }
    }
    assert!(claimed >= 30, "{claimed} of 40 have a plan");
}

/// A limit that is tighter the larger its number.
type Limit = fn(f64) -> String;

#[test]
fn what_is_tightened_never_costs_less() {
    let limits: [(&str, Limit); 4] = [
        ("survive", |x| {
            format!("policy:\n  survive: [ {{ loss_of: {{ each: vendor }}, serve: {:.0} % }} ]\n", 40.0 + 40.0 * x)
        }),
        ("share", |x| {
            format!(
                "policy:\n  limits: [ {{ share: {{ by: vendor, of: spend, at_most: {:.0} % }} }} ]\n",
                90.0 - 50.0 * x
            )
        }),
        ("hhi", |x| {
            format!(
                "policy:\n  limits: [ {{ concentration: {{ by: cloud, of: chips, hhi_at_most: {} }} }} ]\n",
                0.9 - 0.5 * x
            )
        }),
        ("suppliers", |x| {
            format!(
                "policy:\n  limits: [ {{ suppliers: {{ by: vendor, of: work, at_least: 3, each_at_least: {:.0} % }} }} ]\n",
                30.0 * x
            )
        }),
    ];
    for seed in 1..=12 {
        let case = case(seed);
        for (name, limit) in &limits {
            let mut before = 0.0;
            for step in 0..4 {
                let plan = solved(&format!("{}{}", case.head, limit(f64::from(step) / 3.0)));
                let cost = match plan.status {
                    Status::Optimal => plan.cost.as_ref().unwrap().total,
                    Status::Infeasible => f64::INFINITY,
                    other => panic!("seed {seed}, {name}: {other:?}"),
                };
                assert!(cost >= before * (1.0 - 1e-6), "seed {seed}, {name}, step {step}: {cost} after {before}");
                before = cost;
                if *name == "hhi" && plan.status == Status::Optimal {
                    let e = plan.exposure.iter().find(|e| e.by == "cloud" && e.of == "chips" && e.period == "horizon");
                    let shares: f64 = e.unwrap().groups.iter().map(|g| g.share * g.share).sum();
                    assert!(shares <= 0.9 - 0.5 * f64::from(step) / 3.0 + 1e-6, "seed {seed}: {shares}");
                }
            }
        }
    }
}
