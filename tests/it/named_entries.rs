//! A scenario or overlay changes an entry of a list by its name, wherever scenarios go.
//!
//! One quarter of 2160 hours and a demand for 1000 chips, at 1 USD on `a` or at 3 USD on `b`. With at most 50 %
//! of the chips on `a` it costs 500 x 2160 x (1 + 3) = 4.32M, with 80 % 2160 x (800 + 600) = 3.024M, and without a cap
//! 2.16M.

use polysource::model::{Family, Input, SweepOverrides};
use polysource::{SolveSettings, solve};

use crate::common::{close, follows, input, loaded, program, text};

const MODEL: &str = "\
polysource: 1
horizon: { start: 2027-Q1, periods: 1, step: quarter }
chips: { h100: { vendor: nvidia } }
clouds: { a: {}, b: {} }
offers:
  a: { chip: h100, cloud: a, price: 1 }
  b: { chip: h100, cloud: b, price: 3 }
workloads:
  chat: { kind: inference, demand: 1000 req/h, throughput: { h100: 1 req/h } }
policy:
  limits:
    - { name: roof, budget: { at_most: 50M } }
    - { name: cap, share: { where: { cloud: a }, of: chips, at_most: 50 % } }
    - power: { name: grid, at_most: 40 MW }
  survive:
    - { name: losses, loss_of: { each: cloud }, serve: 0 % }
scenarios:
  relaxed: { policy: { limits: { cap: { share: { at_most: 80 % } } } } }
  free:
    policy:
      limits: { cap: ~ }
  other: { policy: { limits: { grid: { power: { at_most: 41 MW } } }, survive: { losses: { serve: 0.1 % } } } }
";

fn with_power() -> String {
    MODEL.replace("vendor: nvidia", "vendor: nvidia, power: 1 kW")
}

fn model_input() -> Input {
    input(&with_power())
}

fn cost(input: &Input) -> f64 {
    let plan = solve(&loaded(input), &SolveSettings::default()).unwrap();
    plan.cost.unwrap().total
}

fn scenarios(names: &[&str]) -> Input {
    Input { scenarios: names.iter().map(|n| (*n).to_owned()).collect(), ..model_input() }
}

#[test]
fn scenarios_overlays_and_settings_change_a_limit_by_its_name() {
    close(cost(&model_input()), 4.32e6);
    close(cost(&scenarios(&["relaxed"])), 3.024e6);
    close(cost(&scenarios(&["free"])), 2.16e6);
    let set = |path: &str| Input { sets: vec![path.to_owned()], ..model_input() };
    close(cost(&set("policy.limits.cap.share.at_most=80 %")), 3.024e6);
    let over = "policy: { limits: { cap: { share: { at_most: 80 % } } } }\n".to_owned();
    close(cost(&Input { overlays: vec![("over.yaml".to_owned(), over)], ..model_input() }), 3.024e6);
    let other = loaded(&scenarios(&["other"]));
    let names: Vec<&str> = other.limits().iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["roof", "cap", "grid"], "one that is changed stays in its place");
    close(other.survive().iter().next().unwrap().serve, 0.001);
}

#[test]
fn by_number_too_and_wherever_a_list_stands() {
    let first = with_power().replace("limits: { cap: ~ }", "limits: { 0: { budget: { at_most: 1M } }, cap: ~ }");
    let plan =
        solve(&loaded(&Input { scenarios: vec!["free".to_owned()], ..input(&first) }), &SolveSettings::default())
            .unwrap();
    assert!(plan.cost.is_none(), "the budget is 1M");
}

#[test]
fn a_name_that_is_not_there_is_an_error_in_every_scenario() {
    let text = with_power().replace("limits: { cap: { share: { at_most: 80", "limits: { cup: { share: { at_most: 80");
    for scenario in [None, Some("relaxed")] {
        let input = Input { scenarios: scenario.into_iter().map(str::to_owned).collect(), ..input(&text) };
        let told = polysource::model::load(&input).unwrap_err().to_string();
        assert!(
            told.contains("no entry of this list is called `cup`") && told.contains("did you mean `cap`?"),
            "{told}"
        );
        assert!(told.ends_with("\n1 error\n"), "{told}");
    }
}

#[test]
fn sweeps_go_over_such_scenarios() {
    let vary = ["scenario=none,relaxed,free".to_owned()];
    let family =
        Family::read(&model_input(), None, &vary, &SweepOverrides::default()).unwrap_or_else(|e| panic!("{e}"));
    for (list, expected) in [(0.0, 4.32e6), (1.0, 3.024e6), (2.0, 2.16e6)] {
        let model = family.at(&[Some(list)]).unwrap();
        close(solve(&model, &SolveSettings::default()).unwrap().cost.unwrap().total, expected);
    }
    let vary = ["policy.limits.cap.share.at_most=50 %,80 %".to_owned()];
    let family =
        Family::read(&model_input(), None, &vary, &SweepOverrides::default()).unwrap_or_else(|e| panic!("{e}"));
    close(solve(&family.at(&[Some(0.8)]).unwrap(), &SolveSettings::default()).unwrap().cost.unwrap().total, 3.024e6);
}

/// Half of 4.32M and half of 3.024M, known before anything is decided.
#[test]
fn outcomes_are_such_scenarios() {
    let uncertain = "\
uncertainty:
  factors:
    board:
      known: 2027-Q1
      outcomes:
        strict: { probability: 50 % }
        kind: { probability: 50 %, scenario: relaxed }
";
    close(cost(&input(&format!("{}{uncertain}", with_power()))), (4.32e6 + 3.024e6) / 2.0);
}

#[test]
fn explain_and_diff_name_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    std::fs::write(&path, with_power()).unwrap();
    let path = path.to_str().unwrap();
    let out = program().args(["diff", path, path, "--scenario-b", "relaxed", "--format", "json"]).output().unwrap();
    follows("diff", &out.stdout);
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let changes = told["inputs"].as_array().unwrap();
    let changed: Vec<_> = changes.iter().map(|c| c["path"].as_str().unwrap()).collect();
    assert_eq!(changed, ["policy.limits.cap.share.at_most"]);
    let out = program().args(["explain", path, "cap", "--scenario", "relaxed"]).output().unwrap();
    assert!(text(&out.stdout).contains("80 %"), "{}{}", text(&out.stdout), text(&out.stderr));
}

#[test]
fn the_schema_takes_it() {
    let data: serde_json::Value = serde_saphyr::from_str(&with_power()).unwrap();
    follows("model", data.to_string().as_bytes());
}
