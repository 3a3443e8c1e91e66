//! Break-even prices and the ranges of shadow prices: right when tested by solving again just
//! inside and just outside.

use polysource::analysis::SolveSettings;
use polysource::model::{Input, Model, load};
use polysource::{Detail, Plan, solve};

fn model(name: &str, sets: &[String]) -> Model {
    let text = std::fs::read_to_string(format!("models/{name}.yaml")).unwrap();
    let input = Input { name: name.to_owned(), text, sets: sets.to_vec(), ..Input::default() };
    load(&input).unwrap_or_else(|e| panic!("{e}")).model
}

fn full(name: &str, sets: &[&str]) -> Plan {
    let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    solve(&model(name, &sets), &SolveSettings::default()).unwrap()
}

fn cost(name: &str, sets: &[&str], more: String) -> (f64, Plan) {
    let mut all: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
    all.push(more);
    let plan = solve(&model(name, &all), &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    (plan.cost.as_ref().unwrap().total, plan)
}

fn held(plan: &Plan, offer: &str) -> f64 {
    plan.purchases.iter().filter(|p| p.offer == offer).map(|p| p.chips).sum()
}

/// Just below its price an offer is bought, just above it is not.
fn prices_are_right(name: &str, sets: &[&str]) -> usize {
    let mut tested = 0;
    for b in full(name, sets).break_even.unwrap() {
        let Some(price) = b.enters_below.or(b.leaves_above) else { continue };
        assert!(if b.leaves_above.is_some() { price >= b.price } else { price <= b.price }, "{b:?}");
        let at = |factor: f64| {
            let (cost, plan) = cost(name, sets, format!("offers.{}.price={:?}", b.offer, price * factor));
            (cost, held(&plan, &b.offer))
        };
        let (inside, outside) = (at(1.0 - 1e-3), at(1.0 + 1e-3));
        assert!(inside.1 > 1e-6, "{b:?}: none is held just below");
        assert!(outside.1 < 1e-6, "{b:?}: {} are held just above", outside.1);
        assert!(inside.0 < outside.0 * (1.0 + 1e-9), "{b:?}");
        tested += 1;
    }
    tested
}

#[test]
fn prices_known_by_hand() {
    // Without the cap h100 serves chat up to 1.2 times its price of 4.00 (see models/quickstart.yaml);
    // and trains up to 0.5 times; trainium2 trains up to 4.00 x 0.6 = 2.40.
    let plan = full("quickstart", &["policy.limits=[]", "offers.coreweave-h100.capacity=100k"]);
    let found = plan.break_even.unwrap();
    let of = |id: &str| found.iter().find(|b| b.offer == id).unwrap();
    assert!((of("aws-trainium2").leaves_above.unwrap() - 2.4).abs() < 1e-6, "{:?}", of("aws-trainium2"));
    assert_eq!(of("aws-trainium2").enters_below, None);
}

#[test]
fn prices_are_right_on_either_side() {
    let wide = ["policy.limits=[]", "offers.coreweave-h100.capacity=100k", "offers.aws-trainium2.capacity=100k"];
    assert!(prices_are_right("quickstart", &wide) >= 2);
    assert!(prices_are_right("inference-fleet", &["policy.limits=[]"]) >= 10);
    // With shares of spend a price stands in limits as well.
    assert!(prices_are_right("inference-fleet", &[]) >= 10);
}

#[test]
fn nothing_does_without_what_the_cap_needs() {
    let found = full("quickstart", &[]).break_even.unwrap();
    assert!(found.iter().all(|b| b.leaves_above.is_none() && b.enters_below.is_none()), "{found:?}");
}

#[test]
fn shadow_prices_hold_in_their_ranges_and_not_beyond() {
    let plan = full("inference-fleet", &[]);
    let base = plan.cost.as_ref().unwrap().total;
    let mut tested = 0;
    for l in &plan.limits {
        let (Some(price), Some(from), Some(to)) = (l.shadow_price, l.holds_from, l.holds_to) else { continue };
        let path = match l.kind.as_str() {
            "capacity" => format!("offers.{}.capacity", l.name.split(' ').nth(1).unwrap()),
            "power" => format!("policy.limits.{}.power.at_most", l.name.split(' ').next().unwrap()),
            _ => continue,
        };
        let unit = if l.kind == "power" { " kW" } else { "" };
        let at = |value: f64| cost("inference-fleet", &[], format!("{path}={value:?}{unit}")).0;
        let told = |value: f64| base + price * (value - l.limit);
        let (wide, near) = (to - from, 1e-6 * base);
        assert!(wide > 0.0 && from <= l.limit && l.limit <= to, "{l:?}");
        for inside in [from + 0.01 * wide, to - 0.01 * wide] {
            assert!(
                (at(inside) - told(inside)).abs() < near,
                "{} at {inside}: {} not {}",
                l.name,
                at(inside),
                told(inside)
            );
        }
        for outside in [from - 0.05 * wide, to + 0.05 * wide] {
            if outside > 0.0 {
                // The cost is convex: beyond the range it is above the line.
                assert!(at(outside) > told(outside) + 1e-7 * base * 1e-3, "{} at {outside}", l.name);
            }
        }
        tested += 1;
    }
    assert!(tested >= 4, "{tested}");
}

#[test]
fn capacity_ranges_known_by_hand() {
    // 6263.7 h100 are held at most: with 6000 they bind until there are as many; below 5000 chat itself
    // has to move.
    let plan = full("quickstart", &["offers.coreweave-h100.capacity=6000"]);
    let limit = plan.limits.iter().find(|l| l.name == "capacity coreweave-h100 2026-Q2").unwrap();
    assert!((limit.holds_from.unwrap() - 5000.0).abs() < 1e-4, "{limit:?}");
    assert!((limit.holds_to.unwrap() - (5000.0 + 2.76e6 / 2184.0)).abs() < 1e-4, "{limit:?}");
}
