//! Random models with deals to sign and ecosystems to port to: the plan is the best of all
//! combinations, each solved without any whole column.

use std::fmt::Write as _;

use crate::common::random::Random;
use polysource::model::{ContractId, Edit, Id, Model};
use polysource::plan::Status;
use polysource::{Detail, Plan, SolveSettings, solve};

const DEALS: usize = 3;
const ECOSYSTEMS: usize = 3;

/// Three chips with an ecosystem each, three deals that unlock, discount, commit, fund or require.
fn text(seed: u64) -> String {
    let mut r = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut y = String::from("polysource: 1\nhorizon: { start: 2027-01-01, periods: 2, step: hour }\nchips:\n");
    for c in 0..ECOSYSTEMS {
        let _ = writeln!(y, "  c{c}: {{ vendor: v{c}, ecosystem: e{c} }}");
    }
    y.push_str("clouds: { k: {} }\noffers:\n");
    for c in 0..ECOSYSTEMS {
        let (price, cheap) = (2.0 + 2.0 * r.next(), 1.0 + 2.0 * r.next());
        let _ = writeln!(y, "  list{c}: {{ chip: c{c}, cloud: k, price: {price:.3}, capacity: 200 }}");
        let _ = writeln!(
            y,
            "  deal{c}: {{ chip: c{c}, cloud: k, price: {cheap:.3}, capacity: {:.0} }}",
            20.0 + 60.0 * r.next()
        );
    }
    y.push_str("contracts:\n");
    for k in 0..DEALS {
        let _ = writeln!(
            y,
            "  d{k}:\n    decision: optional\n    unlocks: {{ offer: deal{k} }}\n    covers: {{ offer: [deal{k}, list{k}] }}\n    discount: {:.0} %\n    fee: {:.1}\n    funding: {:.1}\n    commit: {{ spend: {:.1} USD }}",
            30.0 * r.next(),
            60.0 * r.next(),
            40.0 * r.next(),
            150.0 * r.next()
        );
        if k == 0 {
            let _ = writeln!(
                y,
                "    requires: [ {{ floor: {{ where: {{ vendor: v{k} }}, of: work, at_least: {:.0} % }} }} ]",
                60.0 * r.next()
            );
        }
        if k == 1 && r.next() < 0.5 {
            y.push_str("    excludes: [d2]\n");
        }
        if k == 2 && r.next() < 0.5 {
            y.push_str("    needs: [d0]\n");
        }
    }
    y.push_str("workloads:\n");
    for w in 0..2 {
        let rates: Vec<String> = (0..ECOSYSTEMS).map(|c| format!("c{c}: {:.2} r/h", 0.5 + r.next())).collect();
        let ports: Vec<String> = (1..ECOSYSTEMS).map(|c| format!("e{c}: {:.1} USD", 40.0 * r.next())).collect();
        let _ = writeln!(
            y,
            "  w{w}: {{ kind: inference, demand: [{:.0} r/h, {:.0} r/h], throughput: {{ {} }}, porting: {{ {} }} }}",
            20.0 + 60.0 * r.next(),
            20.0 + 60.0 * r.next(),
            rates.join(", "),
            ports.join(", ")
        );
    }
    y
}

fn plan(model: &Model) -> Plan {
    solve(model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap()
}

/// The cheapest of all combinations.
fn cheapest(model: &Model) -> f64 {
    combinations(model).into_iter().fold(f64::INFINITY, f64::min)
}

/// What each combination costs: which deals are signed, and which workload may run where; infinite without a plan. What
/// may run somewhere is taken to be ported there, so that the cheapest combination ports no more than it uses.
fn combinations(model: &Model) -> Vec<f64> {
    let mut costs = Vec::new();
    let options = ECOSYSTEMS - 1;
    for deals in 0..1usize << DEALS {
        let signed = |k: ContractId| deals >> k.position() & 1 == 1;
        let kept = model.contracts().ids().filter(|&k| signed(k)).all(|k| {
            let c = &model.contracts()[k];
            c.excludes.iter().all(|&j| !signed(j)) && c.needs.iter().all(|&j| signed(j))
        });
        for ports in 0..1usize << (2 * options) {
            if !kept {
                costs.push(f64::INFINITY);
                continue;
            }
            let mut edits = Vec::new();
            for (k, contract) in model.contracts().with_ids() {
                let entry = format!("contracts.{}", contract.id);
                if signed(k) {
                    edits.push(Edit::set(&format!("{entry}.decision"), "signed"));
                    edits.push(Edit::set(&format!("{entry}.excludes"), "[]"));
                    edits.push(Edit::set(&format!("{entry}.needs"), "[]"));
                } else {
                    // A contract about nothing, and nothing of what it unlocks.
                    edits.push(Edit::set(&entry, "{ decision: signed }"));
                    edits.push(Edit::set(&format!("offers.deal{k}.capacity"), 0));
                }
            }
            let mut paid = 0.0;
            for (w, workload) in model.workloads().with_ids() {
                let allowed = |e: &usize| *e == 0 || ports >> (w.position() * options + e - 1) & 1 == 1;
                paid += (1..ECOSYSTEMS).filter(allowed).map(|e| workload.porting[e - 1].cost).sum::<f64>();
                let chips: Vec<String> = (0..ECOSYSTEMS).filter(allowed).map(|e| format!("c{e}")).collect();
                edits.push(Edit::set(&format!("workloads.{}.porting", workload.id), "{}"));
                let eligible = format!("{{ chip: [{}] }}", chips.join(", "));
                edits.push(Edit::set(&format!("workloads.{}.eligible", workload.id), eligible));
            }
            let found = plan(&model.with(&edits).unwrap_or_else(|e| panic!("{e}")));
            let found = found.cost.filter(|_| found.status == Status::Optimal);
            costs.push(found.map_or(f64::INFINITY, |cost| cost.total + paid));
        }
    }
    costs
}

/// Deals and porting decided before demand is known: the best is the combination whose mean over the futures is least,
/// everything else chosen in each.
#[test]
fn decisions_for_two_futures_are_the_best_in_the_mean() {
    let mut different = 0;
    for seed in 1..=8 {
        let yaml = text(seed)
            + "uncertainty:
  factors:
    demand:
      known: 2027-01-01
      outcomes:
        low: { probability: 45 %, vary: [ { workloads: { kind: inference }, field: demand, scale: 0.6 } ] }
        high: { probability: 55 %, vary: [ { workloads: { kind: inference }, field: demand, scale: 1.4 } ] }
  decide: { contracts: { notice: 1 period }, porting: { notice: 1 period } }
";
        let model = Model::from_yaml_str(&yaml).unwrap_or_else(|e| panic!("{e}"));
        let futures: Vec<Vec<f64>> = (0..2).map(|f| combinations(&model.future(f).unwrap())).collect();
        let least = |costs: &[f64]| costs.iter().copied().fold(f64::INFINITY, f64::min);
        let mean: Vec<f64> = futures[0].iter().zip(&futures[1]).map(|(a, b)| 0.45 * a + 0.55 * b).collect();
        let found = plan(&model);
        if least(&mean).is_infinite() {
            assert_eq!(found.status, Status::Infeasible, "seed {seed}: {:?}", found.notes);
            continue;
        }
        assert_eq!(found.status, Status::Optimal, "seed {seed}: {:?}", found.notes);
        let told = found.uncertainty.as_deref().unwrap();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + b.abs());
        assert!(near(told.expected, least(&mean)), "seed {seed}: {} instead of {}", told.expected, least(&mean));
        let known = 0.45 * least(&futures[0]) + 0.55 * least(&futures[1]);
        assert!(near(told.wait_and_see, known), "seed {seed}: {} instead of {known}", told.wait_and_see);
        different += usize::from(told.evpi > 1e-6);
    }
    assert!(different > 0, "knowing is worth something in some");
}

#[test]
fn the_plan_is_the_best_of_all_combinations() {
    let mut signed = 0;
    for seed in 1..=12 {
        let model = Model::from_yaml_str(&text(seed)).unwrap_or_else(|e| panic!("{e}"));
        let (found, best) = (plan(&model), cheapest(&model));
        assert_eq!(found.status, Status::Optimal, "seed {seed}: {:?}", found.notes);
        let cost = found.cost.as_ref().unwrap().total;
        assert!((cost - best).abs() <= 1e-6 * (1.0 + best.abs()), "seed {seed}: {cost} instead of {best}");
        assert!(found.certificate.relaxation.unwrap() <= cost + 1e-6);
        signed += found.contracts.iter().filter(|c| c.signed).count();
    }
    assert!((4..=12 * DEALS - 4).contains(&signed), "deals are signed in some and not in others: {signed}");
}
