//! Frontiers: points known by hand, every one a plan, and the knee.

use polysource::analysis::frontier::{Against, Frontier, FrontierError, FrontierSettings, frontier};
use polysource::engine::{self, Abilities, Engine, EngineChoice, EngineError, Microlp, Outcome, SolveOptions};
use polysource::lp::LinearProgram;
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

/// The embedded simplex method, with a search for whole numbers that ends without a proof where the cost is within
/// these.
struct Impatient;

static WITHIN: std::sync::Mutex<(f64, f64)> = std::sync::Mutex::new((0.0, 0.0));

impl Engine for Impatient {
    fn name(&self) -> &'static str {
        "impatient"
    }

    fn abilities(&self) -> Abilities {
        Microlp.abilities()
    }

    fn solve(&self, lp: &LinearProgram, options: &SolveOptions) -> Result<Outcome, EngineError> {
        let found = Microlp.solve(lp, options)?;
        let (Some(x), true) = (&found.primal, lp.has_integers()) else { return Ok(found) };
        let (cost, (from, to)) = (lp.objective(x), *WITHIN.lock().unwrap());
        if from < cost && cost < to {
            return Ok(Outcome { bound: Some(0.9 * cost), ..Outcome { status: engine::Status::TimeLimit, ..found } });
        }
        Ok(Outcome { bound: Some(cost), ..found })
    }
}

/// What is found is told although a point between was not proved; the point is named.
#[test]
fn points_that_are_found_are_kept_when_one_fails() {
    let mut input = example_input("quickstart");
    input.text = input.text.replace("capacity: 20k,", "capacity: 20k, block: 10,");
    let against = Against::Largest(Dimension::Vendor, Measure::Spend);
    let engine = EngineChoice::own(&Impatient);
    let solve = SolveSettings { detail: Detail::Plan, engine, mip_gap: 1e-8, ..SolveSettings::default() };
    let settings = FrontierSettings { against, points: 5, solve };
    let (all, plans) = frontier(&input, &settings).unwrap();
    sound(&all, &plans, false);
    assert!(all.failed.is_empty() && all.points.len() == 5, "{all:?}");
    // Without the one in the middle of the ends, which is looked for first.
    let middle = Some(f64::midpoint(all.points[0].level, all.points[4].level));
    let at = all.points.iter().position(|p| p.limit == middle).unwrap();
    let cost = all.points[at].cost;
    *WITHIN.lock().unwrap() = (cost * (1.0 - 1e-6), cost * (1.0 + 1e-6));
    let (found, plans) = frontier(&input, &settings).unwrap();
    *WITHIN.lock().unwrap() = (0.0, 0.0);
    sound(&found, &plans, false);
    assert_eq!((&found.points[0], found.points.last()), (&all.points[0], all.points.last()));
    assert_eq!((found.points.len(), found.failed.len()), (5, 1), "{found:?}");
    let failed = &found.failed[0];
    assert_eq!((Some(failed.limit), failed.status), (middle, Status::LimitReached));
    assert!(failed.reason.contains("time ended"), "{failed:?}");
    assert!(!found.points.iter().any(|p| p.limit == middle));
    let mut text = Vec::new();
    polysource::report::frontier::write_text(&found, polysource::report::Style::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("Missing: the point at largest share of a vendor in spend"), "{text}");
}
