//! Limits on shares of what is held, where several futures may come: what is decided on before they are told apart has
//! its purpose in any of them, and nothing is bought that none of them uses.

use polysource::plan::{Plan, Status};
use polysource::{Detail, SolveSettings, solve};

use crate::common::{close, close_within, model};

/// The newsvendor: demand of 10, 20, 30 or 40, a quarter each; what is bought before costs 0.6, the rest 1. Twenty are
/// bought before, for 12 + (10 + 20) / 4.
fn newsvendor(before: &str, others: &str, policy: &str) -> String {
    format!(
        "
polysource: 1
name: newsvendor
horizon: {{ start: 2026-01-01, periods: 1, step: hour }}
chips: {{ h100: {{ vendor: nvidia }}, trn: {{ vendor: amazon }}, dud: {{ vendor: nobody }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers:
  before: {{ chip: h100, cloud: aws, price: 0.6, {before}, notice: 1 period }}
  after: {{ chip: trn, cloud: aws, price: 1 }}
{others}workloads:
  chat: {{ kind: inference, demand: 25 req/h, throughput: {{ h100: 1 req/h, trn: 1 req/h }} }}
{policy}uncertainty:
  factors:
    demand:
      known: 2026-01-01
      outcomes:
        ten: {{ probability: 25 %, set: {{ workloads.chat.demand: 10 req/h }} }}
        twenty: {{ probability: 25 %, set: {{ workloads.chat.demand: 20 req/h }} }}
        thirty: {{ probability: 25 %, set: {{ workloads.chat.demand: 30 req/h }} }}
        forty: {{ probability: 25 %, set: {{ workloads.chat.demand: 40 req/h }} }}
"
    )
}

fn limit(of: &str, at_most: &str) -> String {
    format!("policy: {{ limits: [ {{ name: cap, share: {{ by: vendor, of: {of}, at_most: {at_most} }} }} ] }}\n")
}

fn plan(yaml: &str) -> Plan {
    let plan = solve(&model(yaml), &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
    plan
}

fn expected(plan: &Plan) -> f64 {
    plan.uncertainty.as_deref().expect("several futures").expected
}

/// A limit that no plan can break changes nothing, whether chips are reserved before or rented before.
#[test]
fn a_limit_that_nothing_breaks_costs_nothing() {
    for before in ["term: { reserved: 1 h }", "term: on-demand"] {
        for of in ["chips", "spend"] {
            let free = plan(&newsvendor(before, "", ""));
            let limited = plan(&newsvendor(before, "", &limit(of, "100 %")));
            close(expected(&free), 19.5);
            close(expected(&limited), 19.5);
        }
    }
}

/// Half of the chips of each vendor at most: with 10 needed and 20 bought before, ten more would have to stand idle to no
/// purpose. So as many are bought before as after, in each future: half of the ten, and what is needed beside it rented.
/// Of `after` there may be more than half as soon as more is needed: nothing is possible beyond twice what is bought
/// before.
#[test]
fn shares_are_not_met_by_what_nobody_uses() {
    let at_most = |part: &str| newsvendor("term: { reserved: 1 h }", "", &limit("chips", part));
    // At 80 % of each: before <= 4 after and after <= 4 before in each future. With b bought before, in `ten` at least
    // b / 4 are rented and used, so that b <= 8 works in `ten`; more than 8 would leave some idle, which has its purpose
    // in the others, but the rented ones have theirs only in `ten`: they work, and those bought before stand idle.
    // In `ten` b / 4 are rented for b > 8, else 10 - b; in the others what is lacking, at least b / 4.
    let cost = |b: f64| {
        let rented = |d: f64| (d - b).max(b / 4.0);
        0.6 * b + [10.0, 20.0, 30.0, 40.0].iter().map(|&d| rented(d)).sum::<f64>() / 4.0
    };
    // after <= 4 before binds in `forty`: 40 - b <= 4 b, b >= 8. The least over a fine grid.
    let least = (80..=400).map(|k| cost(f64::from(k) / 10.0)).fold(f64::INFINITY, f64::min);
    let found = plan(&at_most("80 %"));
    close_within(1e-6, expected(&found), least);
}

/// Chips that run nothing could make the others' shares smaller; they are bought in no future, neither before nor after.
#[test]
fn what_no_future_uses_is_not_bought() {
    let policy = limit("chips", "80 %");
    let without = plan(&newsvendor("term: { reserved: 1 h }", "", &policy));
    let duds = "  dud-before: { chip: dud, cloud: aws, price: 0.01, term: { reserved: 1 h }, notice: 1 period }
  dud-rented-before: { chip: dud, cloud: aws, price: 0.01, notice: 1 period }
  dud-after: { chip: dud, cloud: aws, price: 0.01 }
";
    let with = plan(&newsvendor("term: { reserved: 1 h }", duds, &policy));
    close_within(1e-6, expected(&with), expected(&without));
    assert!(with.purchases.iter().all(|p| !p.offer.starts_with("dud") || p.chips < 1e-6), "{:?}", with.purchases);
}
