//! What is reserved or bought already: it is kept, paid and told, and nothing else begins where that is settled.

use polysource::plan::Status;

use crate::common::{close, costs, held, model, plan_for, run, solved, text};

const MODEL: &str = "
polysource: 1
horizon: { start: 2027-01-01, periods: 4, step: hour }
chips: { h100: { vendor: nvidia } }
clouds: { aws: {} }
offers:
  res: { chip: h100, cloud: aws, price: 0.6, term: { reserved: 2 hours } }
  od: { chip: h100, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: 10 req/h, throughput: { h100: 1 req/h } }
";

fn holding(written: &str) -> String {
    format!("{MODEL}holdings: {written}\n")
}

/// Left alone, 10 are reserved for all four hours: 24. With 15 from the first hour, which nobody would choose: 6 more.
#[test]
fn what_is_held_is_paid_whether_or_not_it_is_used() {
    costs(&plan_for(MODEL), 24.0);
    let plan = plan_for(&holding("{ held: [ { offer: res, from: 2027-01-01T00, chips: 15 } ] }"));
    costs(&plan, 30.0);
    let told: Vec<(&str, f64, bool)> =
        plan.reservations.iter().map(|r| (r.from.as_str(), r.chips, r.already)).collect();
    assert_eq!(told, [("2027-01-01T00", 15.0, true), ("2027-01-01T02", 10.0, false)]);
    assert_eq!(plan.reservations[0].last, "2027-01-01T01");
}

/// Up to the second hour nothing else begins: 4 are held, and 6 are on demand for two hours.
#[test]
fn nothing_else_begins_where_that_is_settled() {
    let plan = plan_for(&holding("{ until: 2027-01-01T01, held: [ { offer: res, from: 2027-01-01T00, chips: 4 } ] }"));
    costs(&plan, 8.0 * 0.6 + 12.0 + 20.0 * 0.6);
    close(held(&plan, "od"), 12.0);
    // Of an offer and a period that is listed exactly so many are held, also without `until`.
    let plan = plan_for(&holding("{ held: [ { offer: res, from: 2027-01-01T00, chips: 4 } ] }"));
    // Six more from the second hour on: ten for three hours but for the first, in which six are on demand.
    costs(&plan, 24.0 - 6.0 * 0.6 + 6.0);
    // Nothing is held and nothing begins: all on demand for two hours.
    costs(&plan_for(&holding("{ until: 2027-01-01T01 }")), 20.0 + 12.0);
}

/// Chips that a plan would have bought are bought when they were, and no others.
#[test]
fn what_was_bought_is_owned() {
    let yaml = MODEL
        .replace("term: { reserved: 2 hours } }", "term: { owned: { capex: 3 USD, life: 4 hours } } }")
        .replace("price: 0.6", "price: 0");
    costs(&plan_for(&yaml), 30.0);
    let plan = plan_for(&format!(
        "{yaml}holdings: {{ until: 2027-01-01T03, held: [ {{ offer: res, from: 2027-01-01T00, chips: 4 }} ] }}\n"
    ));
    costs(&plan, 12.0 + 24.0);
}

/// Reservations under a contract and in tiers count together.
#[test]
fn copies_of_an_offer_count_together() {
    let yaml = MODEL
        .replace("term: { reserved: 2 hours } }", "term: { reserved: 2 hours }, tiers: [ { above: 6, price: 0.5 } ] }")
        + "contracts: { deal: { decision: optional, covers: { offer: res }, discount: 10 %, fee: { 2027-01-01T00: 1 } } }\n";
    let plan = plan_for(&format!("{yaml}holdings: {{ held: [ {{ offer: res, from: 2027-01-01T00, chips: 10 }} ] }}\n"));
    // 6 at 0.6 and 4 at 0.5 for an hour, less 10 %, and the fee.
    costs(&plan, 4.0 * 5.6 * 0.9 + 1.0);
    let first: f64 = plan.reservations.iter().filter(|r| r.from == "2027-01-01T00").map(|r| r.chips).sum();
    close(first, 10.0);
}

/// What is held already is part of a conflict, and told with its line.
#[test]
fn explain_names_what_is_held() {
    let yaml = holding("{ until: 2027-01-01T03 }").replace("price: 1 }", "price: 1, capacity: 4 }");
    assert_eq!(solved(&yaml).status, Status::Infeasible);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    std::fs::write(&path, &yaml).unwrap();
    let told = run(&["explain", path.to_str().unwrap()]);
    let told = text(&told.stdout);
    let said =
        "`holdings` (line 11): what is reserved or bought already is kept, and nothing else up to 2027-01-01T03.";
    assert!(told.contains(said), "{told}");
}

/// Under uncertainty what is held is held in every future.
#[test]
fn what_is_held_is_held_in_every_future() {
    let yaml = holding("{ until: 2027-01-01T01, held: [ { offer: res, from: 2027-01-01T00, chips: 15 } ] }")
        + "uncertainty: { factors: { demand: { known: 2027-01-01T02, outcomes: {
             low: { probability: 50 %, vary: [ { path: workloads.chat.demand, scale: 0.5 } ] },
             high: { probability: 50 %, vary: [ { path: workloads.chat.demand, scale: 1.5 } ] } } } } }\n";
    let plan = plan_for(&yaml);
    // 18 for the first two hours; then what is known: 5 or 15 for two hours at 0.6.
    costs(&plan, 18.0 + 0.5 * (6.0 + 18.0));
    let start: Vec<f64> = plan.reservations.iter().filter(|r| r.already).map(|r| r.chips).collect();
    assert_eq!(start, [15.0]);
}

/// What a plan reserves can be written into the model as it is, and changes nothing.
#[test]
fn a_plan_that_is_held_is_the_plan() {
    let plan = plan_for(MODEL);
    let list: Vec<String> = plan
        .reservations
        .iter()
        .map(|r| format!("{{ offer: {}, from: {}, chips: {} }}", r.offer, r.from, r.chips))
        .collect();
    let again = model(&holding(&format!("{{ until: 2027-01-01T03, held: [ {} ] }}", list.join(", "))));
    let again = polysource::solve(&again, &polysource::SolveSettings::default()).unwrap();
    costs(&again, plan.cost.unwrap().total);
}
