//! Frontiers: points known by hand, every one a plan, and the knee.

use polysource::analysis::frontier::{Against, Frontier, FrontierError, FrontierSettings, frontier};
use polysource::model::{Dimension, Input, Measure};
use polysource::{Detail, Plan, SolveSettings, Status};

use crate::common::example_input;

fn trace(input: &Input, against: Against, points: usize) -> (Frontier, Vec<Plan>) {
    let solve = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    frontier(input, &FrontierSettings { against, points, solve }).unwrap_or_else(|e| panic!("{e}"))
}

fn sound(frontier: &Frontier, plans: &[Plan], rising: bool) {
    assert_eq!(frontier.points.len(), plans.len());
    for (point, plan) in frontier.points.iter().zip(plans) {
        assert!(plan.certificate.verified && plan.status == Status::Optimal);
        assert_eq!((plan.cost.as_ref().unwrap().total, &plan.model.sha256), (point.cost, &point.sha256));
        if let Some(limit) = point.limit {
            let excess = if rising { limit - point.level } else { point.level - limit };
            assert!(excess <= 1e-6 * (1.0 + limit.abs()), "{point:?}");
        }
    }
    for pair in frontier.points.windows(2) {
        assert!(pair[1].cost >= pair[0].cost * (1.0 - 1e-7), "{pair:?}");
        assert!(if rising { pair[1].level > pair[0].level } else { pair[1].level < pair[0].level }, "{pair:?}");
    }
    if let Some(knee) = frontier.knee {
        let (first, last) = (&frontier.points[0], frontier.points.last().unwrap());
        let below = |i: usize| {
            let p = &frontier.points[i];
            (p.level - first.level) / (last.level - first.level) - (p.cost - first.cost) / (last.cost - first.cost)
        };
        assert!((0..plans.len()).all(|i| below(i) <= below(knee) + 1e-12));
        assert!(frontier.knee_reason.as_ref().unwrap().contains('%'));
    }
}

#[test]
fn the_largest_share_by_hand() {
    let (found, plans) = trace(&example_input("quickstart"), Against::Largest(Dimension::Vendor, Measure::Spend), 9);
    sound(&found, &plans, false);
    assert_eq!(found.points.len(), 9);
    for point in &found.points {
        // As in models/quickstart.yaml, for a share s instead of 60 %.
        let ratio = point.level / (1.0 - point.level);
        let y = (120e6 - ratio * 65.28e6) / (2.0 + 4.0 * ratio);
        assert!((point.cost / (185.28e6 + 2.0 * y) - 1.0).abs() < 1e-6, "{point:?}");
    }
    // Two vendors cannot share better than half and half.
    assert!((found.points[8].level - 0.5).abs() < 2e-6);
    assert!(found.ends.contains("proved that there is no plan"), "{}", found.ends);
}

#[test]
fn the_hhi_of_two_vendors_is_that_of_their_shares() {
    let (found, plans) = trace(&example_input("quickstart"), Against::Hhi(Dimension::Vendor, Measure::Spend), 6);
    sound(&found, &plans, false);
    for point in &found.points {
        let s = 0.5 + (point.level / 2.0 - 0.25).max(0.0).sqrt();
        let ratio = s / (1.0 - s);
        let y = (120e6 - ratio * 65.28e6) / (2.0 + 4.0 * ratio);
        assert!((point.cost / (185.28e6 + 2.0 * y) - 1.0).abs() < 1e-5, "{point:?}");
    }
}

#[test]
fn survival_and_its_impossible_end() {
    let (found, plans) = trace(&example_input("inference-fleet"), Against::Served(Dimension::Cloud), 6);
    sound(&found, &plans, true);
    let (found, plans) = trace(&example_input("quickstart"), Against::Served(Dimension::Vendor), 4);
    sound(&found, &plans, true);
    assert!((found.points.last().unwrap().level - 1.0).abs() < 1e-6 || found.ends.contains("beyond"));
}

#[test]
fn risk_by_its_tail() {
    let text = "polysource: 1
chips: { h100: { vendor: nvidia }, trn2: { vendor: amazon } }
clouds: { aws: { owner: amazon } }
offers:
  h: { chip: h100, cloud: aws, price: 1, capacity: 100 }
  t: { chip: trn2, cloud: aws, price: 3, capacity: 100 }
workloads:
  chat: { kind: inference, demand: 50 req/h, loss: 10, throughput: { h100: 1 req/h, trn2: 1 req/h } }
policy:
  outages: { embargo: { lose: { vendor: nvidia }, probability: 10 % } }
";
    let input = Input { name: "risk".to_owned(), text: text.to_owned(), ..Input::default() };
    let (found, plans) = trace(&input, Against::Cvar(0.9), 5);
    sound(&found, &plans, false);
    // All on h100: 50, and 500 lost in the worst tenth. All on trn2: 150, nothing lost. In between,
    // what moves adds 2 to the cost and takes 8 from the tail.
    let (first, last) = (&found.points[0], found.points.last().unwrap());
    assert!((first.cost - 50.0).abs() < 1e-6 && (first.level - 550.0).abs() < 1e-4, "{first:?}");
    assert!((last.cost - 150.0).abs() < 1e-2 && (last.level - 150.0).abs() < 1e-2, "{last:?}");
    for p in &found.points {
        assert!((p.cost - (50.0 + (550.0 - p.level) / 4.0)).abs() < 1e-2, "{p:?}");
    }
    assert_eq!(found.knee, None, "a straight line has no knee: {found:?}");
}

#[test]
fn without_a_plan_there_is_no_frontier() {
    let settings = FrontierSettings {
        against: Against::Hhi(Dimension::Vendor, Measure::Spend),
        points: 5,
        solve: SolveSettings::default(),
    };
    assert!(matches!(
        frontier(&example_input("infeasible"), &settings),
        Err(FrontierError::NoPlan(Status::Infeasible))
    ));
}
