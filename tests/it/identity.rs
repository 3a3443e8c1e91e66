//! Names are for display: results find each other by what they are about.

use polysource::analysis::frontier::{Against, FrontierSettings, frontier};
use polysource::model::{Dimension, Input, Measure};
use polysource::plan::{LimitResult, Plan, Status};
use polysource::{Model, SolveSettings, solve};

/// 20 of demand on `a` at 1 or `b` at 3. After the loss of either 40 % is served: 8 of `b`, so that the plan costs
/// 12 + 24 = 36. With the share alone it would cost 18 + 6 = 24: the requirement adds 12, and the share nothing.
fn model(limit: &str, requirement: &str) -> Plan {
    let text = format!(
        "
polysource: 1
chips: {{ gpu: {{ vendor: nvidia }}, mi: {{ vendor: amd }} }}
clouds: {{ aws: {{}}, gcp: {{}} }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: gcp, price: 3 }}
workloads:
  chat: {{ kind: inference, demand: 20 req/h, throughput: {{ gpu: 1 req/h, mi: 1 req/h }} }}
policy:
  limits: [ {{ name: {limit}, share: {{ by: vendor, of: chips, at_most: 90 % }} }} ]
  survive: [ {{ name: {requirement}, loss_of: {{ each: vendor }}, serve: 40 %, for: {{ kind: inference }} }} ]
"
    );
    solve(&Model::from_yaml_str(&text).unwrap(), &SolveSettings::default()).unwrap()
}

fn of<'a>(plan: &'a Plan, kind: &str) -> Vec<&'a LimitResult> {
    plan.limits.iter().filter(|l| l.kind == kind).collect()
}

#[test]
fn a_limit_and_a_requirement_of_one_name_keep_apart() {
    let plain = model("cap", "n-1");
    for (limit, requirement) in
        [("vendor-risk", "vendor-risk"), ("survive-vendor-1", "n-1"), ("cvar", "cvar"), ("expected-loss", "x")]
    {
        let plan = model(limit, requirement);
        assert_eq!(plan.status, Status::Optimal);
        for kind in ["share", "survive"] {
            let (expected, found) = (of(&plain, kind), of(&plan, kind));
            assert_eq!(expected.len(), found.len());
            for (a, b) in expected.iter().zip(found) {
                assert_eq!((a.premium, a.holds_from, a.holds_to), (b.premium, b.holds_from, b.holds_to), "{b:?}");
                assert_eq!((a.shadow_price, a.tightening_price), (b.shadow_price, b.tightening_price), "{b:?}");
            }
        }
        // The share costs nothing, the requirement all of it.
        assert!(of(&plan, "share").iter().all(|l| l.premium == Some(0.0) && l.holds_from.is_none()), "{plan:?}");
        assert!(of(&plan, "survive").iter().all(|l| (l.premium.unwrap() - 12.0).abs() < 1e-6), "{plan:?}");
    }
}

#[test]
fn a_frontier_beside_a_limit_of_that_name() {
    let text = "
polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd } }
clouds: { aws: {}, gcp: {} }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  b: { chip: mi, cloud: gcp, price: 3 }
workloads:
  chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h } }
policy:
  limits:
    - { name: frontier, share: { by: vendor, of: chips, at_most: 90 % } }
    - { name: frontier-2, budget: { at_most: 1000 USD } }
";
    let input = Input { name: "model.yaml".to_owned(), text: text.to_owned(), ..Input::default() };
    let settings = FrontierSettings {
        against: Against::Largest(Dimension::Vendor, Measure::Chips),
        points: 3,
        solve: SolveSettings::default(),
    };
    let (traced, _) = frontier(&input, &settings).unwrap();
    let ends = (traced.points.first().unwrap(), traced.points.last().unwrap());
    // From 90 % (18 + 6) down to a half (10 + 30).
    assert!((ends.0.cost - 24.0).abs() < 1e-6 && (ends.1.cost - 40.0).abs() < 1e-4, "{ends:?}");
}
