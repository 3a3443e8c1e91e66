//! Limits over several futures: on what is expected, and on regret; and why there is no plan for all of them.

use polysource::plan::{Plan, Status};
use polysource::{Detail, SolveSettings, solve};

use crate::common::{NEWSVENDOR, close, close_within, input_beside, model, plan_for, program, text, told};

fn reserved(plan: &Plan) -> f64 {
    told(plan).decisions.iter().filter(|d| d.node == "start" && d.what == "res").map(|d| d.amount).sum()
}

fn limited(limit: &str) -> String {
    format!("{NEWSVENDOR}policy:\n  limits: [ {limit} ]\n")
}

/// At most 3.75 on demand in expectation: with q reserved between 20 and 30 it is ((30 - q) + (40 - q)) / 4 = 3.75 at
/// q = 27.5, which costs 16.5 + 3.75. A chip more reserved costs 0.6 - 0.5 and saves half a dollar of it: 0.2 a dollar.
/// In every future the same limit reserves 36.25.
#[test]
fn a_budget_of_what_is_expected() {
    let budget = "{ budget: { where: { offer: od }, at_most: 3.75 USD, in: expected } }";
    let plan = plan_for(&limited(budget));
    close(told(&plan).expected, 20.25);
    close(reserved(&plan), 27.5);
    close(told(&plan).evpi, 5.25);
    // The plan for the mean reserves 25 and is expected to spend 5 on demand.
    assert_eq!(told(&plan).vss, None);
    assert!(
        told(&plan).vss_sentence.contains("cannot be followed in all futures at once"),
        "{}",
        told(&plan).vss_sentence
    );
    let limit = plan.limits.iter().find(|l| l.kind == "budget").unwrap();
    close(limit.activity, 3.75);
    close(limit.shadow_price.unwrap(), -0.2);
    assert!(limit.binding && limit.sentence.contains("as expected over the futures"), "{}", limit.sentence);
    let plan = plan_for(&limited(&budget.replace(", in: expected", "")));
    close(reserved(&plan), 36.25);
}

/// At most 9 reserved in expectation. Known today, each future reserves what it needs, 15 chips in the mean instead of 25,
/// and rents the rest: 9 + 10. Here and now 15 are reserved: 9 + (5 + 15 + 25) / 4. What knowing is worth counts the limit
/// on both sides.
#[test]
fn what_is_expected_is_limited_also_where_all_is_known() {
    let plan = plan_for(&limited("{ budget: { where: { offer: res }, at_most: 9 USD, in: expected } }"));
    close(told(&plan).expected, 20.25);
    close(told(&plan).wait_and_see, 19.0);
    close(told(&plan).evpi, 1.25);
    // A future by itself, or the base case, is the only one.
    for of in ["--future=forty", "--without-uncertainty"] {
        let yaml = limited("{ budget: { where: { offer: res }, at_most: 9 USD, in: expected } }");
        let (folder, _) = input_beside(&yaml, "none", None);
        let file = folder.path().join("model.yaml");
        let run = program().args(["solve", file.to_str().unwrap(), of, "--format", "json"]).output().unwrap();
        let plan: Plan = serde_json::from_slice(&run.stdout).unwrap();
        // 15 reserved, the rest of 40 or 25 on demand.
        close(plan.cost.unwrap().total, if of.ends_with("forty") { 9.0 + 25.0 } else { 9.0 + 10.0 });
    }
}

/// A share of what is expected: E[rented work] <= 15 % of E[work] = 25 is 3.75 chips, as the budget above.
#[test]
fn a_share_of_what_is_expected() {
    let share = "{ share: { where: { offer: od }, of: work, at_most: 15 %, in: expected } }";
    let plan = plan_for(&limited(share));
    close(reserved(&plan), 27.5);
    let limit = plan.limits.iter().find(|l| l.kind == "share").unwrap();
    close(limit.activity, 0.15);
    // Per whole: 0.2 a dollar of 25.
    close(limit.shadow_price.unwrap(), -5.0);
    // With a price of 0.1 a unit it is exceeded: 20 are reserved, as without it, and 3.75 paid for.
    let soft = share.replace("15 %, in", "15 %, soft: 0.1 USD, in");
    let plan = plan_for(&limited(&soft));
    close(reserved(&plan), 20.0);
    close(told(&plan).expected, 19.5 + 0.375);
}

/// Regret at 40 is 16 - 0.4 q: at most 7.5 from q = 21.25 on, which costs 12.75 + (8.75 + 18.75) / 4.
#[test]
fn regret_is_limited() {
    let yaml = |most: f64| {
        NEWSVENDOR
            .replace("uncertainty:\n", &format!("objective: {{ regret: {{ at_most: {most} USD }} }}\nuncertainty:\n"))
    };
    let plan = plan_for(&yaml(7.5));
    close(told(&plan).expected, 19.625);
    close(reserved(&plan), 21.25);
    close(told(&plan).regret, 7.5);
    close(told(&plan).wait_and_see, 15.0);
    // The least is 7.2.
    let plan = solve(&model(&yaml(7.0)), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Infeasible);
    let note = "no plan has a regret of at most 7 USD; the least is 7.2 USD: raise `objective.regret.at_most`";
    assert!(plan.notes.iter().any(|n| n == note), "{:?}", plan.notes);
}

/// Both futures need 10 chips of one of two clouds, which is known too late: what is reserved has to be paid within 14.
/// Reserving both costs 20.
const TORN: &str = "
polysource: 1
name: torn
horizon: { start: 2026-01-01, periods: 3, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: { owner: amazon }, azure: { owner: microsoft } }
offers:
  a: { chip: h100, cloud: aws, price: { 2026-01-01T00: 9, 2026-01-01T02: 1 }, term: { reserved: 1 h }, capacity: 10, notice: 1 period }
  b: { chip: h100, cloud: azure, price: { 2026-01-01T00: 9, 2026-01-01T02: 1 }, term: { reserved: 1 h }, capacity: 10, notice: 1 period }
workloads:
  east: { kind: inference, demand: { 2026-01-01T00: 0 req/h, 2026-01-01T02: 10 req/h }, throughput: { h100: 1 req/h }, eligible: { cloud: aws } }
  west: { kind: inference, demand: { 2026-01-01T00: 0 req/h, 2026-01-01T02: 0 req/h }, throughput: { h100: 1 req/h }, eligible: { cloud: azure } }
policy:
  limits: [ { name: purse, budget: { at_most: 14 USD } } ]
uncertainty:
  factors:
    where:
      known: 2026-01-01T02
      outcomes:
        here: { probability: 50 % }
        there:
          probability: 50 %
          set:
            workloads.east.demand: { 2026-01-01T00: 0 req/h, 2026-01-01T02: 0 req/h }
            workloads.west.demand: { 2026-01-01T00: 0 req/h, 2026-01-01T02: 10 req/h }
";

#[test]
fn why_there_is_no_plan_for_all_of_them() {
    let (folder, _) = input_beside(TORN, "none", None);
    let file = folder.path().join("model.yaml");
    let run = program().args(["explain", file.to_str().unwrap()]).output().unwrap();
    let page = text(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{page}{}", text(&run.stderr));
    for sentence in [
        "raise `purse` (line 14) from 14 USD to 20 USD",
        "In `here`: `east` (line 11) needs 10 req/h at its peak in 2026-01-01T02; all capacity that it may run on can do 10 req/h.\n",
        "Each future has a plan by itself, but decisions are due before the futures can be told apart.",
        "There is a plan if `where` is known in 2026-01-01T01 instead of in 2026-01-01T02",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    // What is told is enough, and a little less is not.
    let with = |most: &str| {
        let settings = SolveSettings { detail: Detail::Cost, ..SolveSettings::default() };
        solve(&model(&TORN.replace("at_most: 14 USD", &format!("at_most: {most} USD"))), &settings).unwrap()
    };
    close_within(1e-6, with("20").cost.unwrap().total, 20.0);
    assert_eq!(with("19.9").status, Status::Infeasible);
    let sooner = TORN.replace("known: 2026-01-01T02", "known: 2026-01-01T01");
    close(told(&plan_for(&sooner)).expected, 10.0);
}

/// A wrong date of a factor hides neither what its outcomes change that is not there, nor probabilities that do not add up.
#[test]
fn every_mistake_is_told_at_once() {
    let yaml = NEWSVENDOR
        .replace("known: 2026-01-01\n", "known: 2031-01-01\n")
        .replace("ten: { probability: 25 %", "ten: { probability: 20 %")
        .replace("set: { workloads.chat.demand: 20 req/h }", "set: { workloads.chta.demand: 20 req/h }");
    let told = polysource::model::Model::from_yaml_str(&yaml).unwrap_err().to_string();
    for part in ["2031-01-01", "add up to 95 %", "chta"] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}
