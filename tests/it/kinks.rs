//! Shadow prices in the direction of relaxing, where the optimum is at a kink: by hand, and against solving
//! again one small step further.

use polysource::engine::EngineChoice;
use polysource::plan::{LimitResult, Plan, Status};
use polysource::{Detail, Model, SolveSettings, solve};

use crate::common::random::Whole;

const HEAD: &str = "
polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd } }
clouds: { aws: { owner: amazon }, azure: { owner: microsoft } }
";

fn planned(text: &str, engine: EngineChoice) -> Plan {
    let model = Model::from_yaml_str(&format!("{HEAD}{text}")).unwrap_or_else(|e| panic!("{e}"));
    let plan = solve(&model, &SolveSettings { detail: Detail::Plan, engine, ..SolveSettings::default() }).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    plan
}

fn cost(text: &str) -> f64 {
    planned(text, EngineChoice::Auto).cost.unwrap().total
}

/// Both prices of a limit: what a unit more room saves, and what one less costs if that is something else.
#[track_caller]
fn prices(plan: &Plan, name: &str) -> (f64, Option<f64>) {
    let limit: &LimitResult =
        plan.limits.iter().find(|l| l.name == name).unwrap_or_else(|| panic!("{name}: {:?}", plan.limits));
    (limit.shadow_price.unwrap(), if limit.tightest { Some(f64::INFINITY) } else { limit.tightening_price })
}

#[track_caller]
fn are(plan: &Plan, name: &str, relaxed: f64, tightened: Option<f64>) {
    let (found, other) = prices(plan, name);
    assert!((found - relaxed).abs() < 1e-5 * (1.0 + relaxed.abs()), "{name}: {found}, by hand {relaxed}");
    match (other, tightened) {
        (Some(a), Some(b)) => assert!(a == b || (a - b).abs() < 1e-5 * (1.0 + b.abs()), "{name}: {a}, by hand {b}"),
        (a, b) => assert_eq!(a, b, "{name}"),
    }
}

/// 100 chips each at 1 and 2 for a demand of 200: one chip more of the first takes one of the second out, which
/// saves 1; one more of the second saves nothing. With less of either there is no plan.
#[test]
fn capacities_that_are_just_enough() {
    let text = "
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 100 }
  b: { chip: mi, cloud: azure, price: 2, capacity: 100 }
workloads: { chat: { kind: inference, demand: 200 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
";
    for &engine in EngineChoice::ALL {
        let plan = planned(text, engine);
        are(&plan, "capacity a steady", -1.0, Some(f64::INFINITY));
        let second = plan.limits.iter().find(|l| l.name == "capacity b steady");
        assert!(second.is_none_or(|l| l.shadow_price == Some(0.0)), "{second:?}");
    }
}

/// 60 of the first, which may have 60 % of the chips: neither alone lets more of it be used.
#[test]
fn a_share_and_a_capacity_that_bind_together() {
    let text = "
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: CAPACITY }
  b: { chip: mi, cloud: azure, price: 2, capacity: 200 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy: { limits: [ { share: { where: { vendor: nvidia }, of: chips, at_most: SHARE } } ] }
";
    let at = |capacity: f64, share: f64| {
        text.replace("CAPACITY", &format!("{capacity:?}")).replace("SHARE", &format!("{share:?}"))
    };
    let base = cost(&at(60.0, 0.6));
    for &engine in EngineChoice::ALL {
        let plan = planned(&at(60.0, 0.6), engine);
        let name = plan.limits.iter().find(|l| l.kind == "share").unwrap().name.clone();
        // One point less takes one chip to the second, at 1 more.
        are(&plan, &name, 0.0, Some(100.0));
        assert!(plan.limits.iter().filter(|l| l.kind == "capacity").all(|l| l.shadow_price == Some(0.0)));
    }
    assert!((cost(&at(60.0, 0.601)) - base).abs() < 1e-6 && (cost(&at(60.1, 0.6)) - base).abs() < 1e-6);
    assert!((cost(&at(60.0, 0.599)) - base - 0.1).abs() < 1e-6);
}

/// Both offers have to serve all alone: one point less of one loss saves nothing as long as the other asks for it.
#[test]
fn two_losses_that_ask_for_the_same() {
    let text = "
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  b: { chip: mi, cloud: azure, price: 1 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } } }
policy:
  survive:
    - { loss_of: { vendor: nvidia }, serve: 100 % }
    - { name: twin, loss_of: { cloud: aws }, serve: 100 % }
";
    for &engine in EngineChoice::ALL {
        let plan = planned(text, engine);
        let told = plan.limits.iter().filter(|l| l.kind == "survive");
        assert!(told.clone().count() == 2 && told.clone().all(|l| l.shadow_price == Some(0.0)), "{:?}", plan.limits);
    }
}

/// Random models with whole numbers, whose optima are often at kinks: every price against solving again a step
/// further in each direction.
#[test]
fn prices_are_what_a_step_further_shows() {
    let mut numbers = Whole(11);
    let mut random = move |n: u64| numbers.below(n);
    let (mut relaxed, mut kinks) = (0, 0);
    for _ in 0..150 {
        let capacity: Vec<f64> = (0..3).map(|_| (10 * (2 + random(8))) as f64).collect();
        let price: Vec<u64> = (0..3).map(|_| 1 + random(3)).collect();
        let demand = 10 * (3 + random(9));
        let share = (3 + random(6)) as f64 / 10.0;
        let text = |capacity: &[f64], share: f64| {
            format!(
                "offers:
  a: {{ chip: gpu, cloud: aws, price: {}, capacity: {:?} }}
  b: {{ chip: mi, cloud: azure, price: {}, capacity: {:?} }}
  c: {{ chip: gpu, cloud: azure, price: {}, capacity: {:?} }}
workloads: {{ chat: {{ kind: inference, demand: {demand} req/h, throughput: {{ gpu: 1 req/h, mi: 1 req/h }} }} }}
policy: {{ limits: [ {{ name: cap, share: {{ where: {{ vendor: nvidia }}, of: chips, at_most: {share:?} }} }} ] }}
",
                price[0], capacity[0], price[1], capacity[1], price[2], capacity[2]
            )
        };
        let value = |capacity: &[f64], share: f64| {
            let model = Model::from_yaml_str(&format!("{HEAD}{}", text(capacity, share))).unwrap();
            let plan = solve(&model, &SolveSettings { detail: Detail::Cost, ..SolveSettings::default() }).unwrap();
            (plan.status == Status::Optimal).then(|| plan.cost.unwrap().total)
        };
        let Some(base) = value(&capacity, share) else { continue };
        let plan = planned(&text(&capacity, share), EngineChoice::Auto);
        for l in &plan.limits {
            let step = if l.unit == "share" { 1e-3 } else { 0.1 };
            let moved = |by: f64| {
                let (mut c, mut s) = (capacity.clone(), share);
                match l.name.as_str() {
                    "capacity a steady" => c[0] += by,
                    "capacity b steady" => c[1] += by,
                    "capacity c steady" => c[2] += by,
                    _ => s += by,
                }
                value(&c, s)
            };
            let saves = (moved(step).unwrap() - base) / step;
            assert!((saves - l.shadow_price.unwrap()).abs() < 1e-4 * (1.0 + saves.abs()), "{saves}: {l:?}");
            let less = moved(-step).map(|c| (c - base) / step);
            let told = if l.tightest { f64::INFINITY } else { l.tightening_price.unwrap_or(-l.shadow_price.unwrap()) };
            match less {
                Some(less) => assert!((less - told).abs() < 1e-4 * (1.0 + less), "{less}: {l:?}"),
                None => assert!(told.is_infinite(), "{l:?}"),
            }
            relaxed += usize::from(l.shadow_price != Some(0.0));
            kinks += usize::from(l.tightening_price.is_some() || l.tightest);
        }
    }
    assert!(relaxed >= 20 && kinks >= 10, "{relaxed} with a price, {kinks} at a kink");
}
