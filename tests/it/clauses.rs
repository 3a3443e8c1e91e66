//! Clauses of contracts beside what is committed: commitments that may be lowered, deliveries that are late. Every model is
//! solved by hand beside it.

use polysource::model::Model;
use polysource::plan::{CostKind, Plan, Status};
use polysource::{SolveSettings, solve};

use crate::common::random::Random;
use crate::common::{close, close_within, costs, deal, line, solved};

/// Chips at 1 an hour for three years of 8760, 8760 and 8784 hours, under a contract.
fn years(demand: &str, contract: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026, periods: 3, step: year }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, {contract} }} }}
workloads: {{ chat: {{ kind: inference, demand: {demand}, throughput: {{ gpu: 1 req/h }} }} }}
"
    )
}

fn million(ramp_down: &str) -> String {
    years(
        "100 req/h",
        &format!("commit: {{ spend: 1M USD, per: year, over: 2026..2028 }}, ramp_down: {{ {ramp_down} }}"),
    )
}

fn lowered(plan: &Plan) -> Vec<(String, f64)> {
    deal(plan, "deal").lowered.iter().map(|l| (l.from.clone(), (l.to * 1e6).round() / 1e6)).collect()
}

/// A million a year of which 0.876 (0.8784 in the last) are used. Lowered by 5 % a year 1 + 0.95 + 0.9 is due; by 20 % no
/// more than is used; by 10 % 0.9 is due of the second year and what is used of the third.
#[test]
fn a_commitment_is_lowered_year_by_year() {
    let plan = solved(&million("at_most: 5 %/year"));
    costs(&plan, 2.85e6);
    assert_eq!(lowered(&plan), [("2027".to_owned(), 0.95), ("2028".to_owned(), 0.9)]);
    close(deal(&plan, "deal").commit, 2.85e6);
    close(deal(&plan, "deal").clauses[0].worth.unwrap(), 0.15e6);
    close(line(&plan, CostKind::Idle), 2.85e6 - 876_000.0 - 876_000.0 - 878_400.0);
    costs(&solved(&million("at_most: 20 %/year")), 1e6 + 876_000.0 + 878_400.0);
    costs(&solved(&million("at_most: 10 %/year")), 1e6 + 900_000.0 + 878_400.0);
    // A part of what is written, which does not compound: 2.5 % a quarter are 10 % a year.
    costs(&solved(&million("at_most: 2.5 %/quarter")), 1e6 + 900_000.0 + 878_400.0);
    // In chips: 150, then 120, then 100 of the 100 that are needed.
    let chips = "commit: { chips: 150, per: year, over: 2026..2028 }, ramp_down: { at_most: 20 %/year }";
    costs(&solved(&years("100 req/h", chips)), 150.0 * 8760.0 + 120.0 * 8760.0 + 100.0 * 8784.0);
}

/// What was lowered stays lowered: with no demand in the second year only, a discount of a half up to the commitment is
/// worth 0.4392 million in the third. Lowering by half in the second saves 0.219 there and costs 0.2196 in the third, so
/// that nothing is lowered: 0.438 + 0.438 + 0.4392.
#[test]
fn what_is_lowered_stays_lowered() {
    let contract = "discount: 50 %, beyond_commit: list, commit: { spend: [438k USD, 438k USD, 439.2k USD], per: year, \
                    over: 2026..2028 }, ramp_down: { at_most: 50 %/year }";
    let plan = solved(&years("{ 2026: 100 req/h, 2027: 0 req/h, 2028: 100 req/h }", contract));
    costs(&plan, 438_000.0 + 438_000.0 + 439_200.0);
    assert!(lowered(&plan).is_empty());
}

/// The size of a commitment may be chosen and lowered by a part of it: with a discount of 40 % up to it, 100 chips in the
/// first year and none later, x of the 525.6 thousand of the first year saves 2/3 x then and costs (1 - 0.5) x in the
/// second and nothing in the third: it is worth while up to the whole, 525.6 + 262.8. If it may not be lowered it costs
/// 2 x, and nothing is committed.
#[test]
fn a_chosen_commitment_is_lowered_by_a_part_of_it() {
    let demand = "{ 2026: 100 req/h, 2027: 0 req/h }";
    let commit = "discount: 40 %, beyond_commit: list, commit: { choose: 0..525.6k USD, per: year, over: 2026..2028 }";
    costs(&solved(&years(demand, commit)), 876_000.0);
    let plan = solved(&years(demand, &format!("{commit}, ramp_down: {{ at_most: 50 %/year }}")));
    costs(&plan, 525_600.0 + 262_800.0);
    assert_eq!(lowered(&plan), [("2027".to_owned(), 0.5), ("2028".to_owned(), 0.0)]);
}

/// Demand may end after the first year, a half each. With the right to lower by all of it a year, that is decided when it
/// is seen: 1 million, or 3. Said a year before, nobody knows: lowering to what is sure costs at list price if it goes on.
#[test]
fn lowering_is_decided_when_it_is_known() {
    let with = |notice: &str| {
        let model = million(&format!("at_most: 100 %/year{notice}"));
        format!(
            "{model}uncertainty:\n  factors:\n    demand:\n      known: 2027\n      outcomes:\n        \
             none: {{ probability: 50 %, set: {{ workloads.chat.demand: {{ 2026: 100 req/h, 2027: 0 req/h }} }} }}\n        \
             all: {{ probability: 50 % }}\n"
        )
    };
    let plan = solved(&with(""));
    let u = plan.uncertainty.as_deref().unwrap();
    // In `all` the commitment is lowered to what is used, or not at all less than that.
    close(u.expected, 0.5 * 1e6 + 0.5 * (1e6 + 876_000.0 + 878_400.0));
    let ends: Vec<(&str, &str)> =
        u.decisions.iter().filter(|d| d.kind == "lowering").map(|d| (d.node.as_str(), d.from.as_str())).collect();
    assert!(ends.contains(&("none", "2027")), "{ends:?}");
    // A year before: of the second year nobody can know; with all of it lowered what is used is paid as it is used.
    let plan = solved(&with(", notice: 1 year"));
    let u = plan.uncertainty.as_deref().unwrap();
    close(u.expected, 1e6 + 0.5 * (876_000.0 + 878_400.0));
    let lowered = u.decisions.iter().find(|d| d.kind == "lowering").unwrap();
    assert_eq!((lowered.node.as_str(), lowered.from.as_str(), lowered.amount), ("start", "2027", 0.0));
}

/// On random demands and commitments: what the right to lower a commitment comes to is what the commitment comes to that
/// is written lowered so; no other way to lower it is cheaper; and it never costs its holder.
#[test]
fn lowering_is_as_good_as_any_lower_commitment() {
    let mut random = Random(41);
    let total = |yaml: &str| {
        let plan = solve(&Model::from_yaml_str(yaml).unwrap(), &SolveSettings::default()).unwrap();
        assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
        (plan.cost.as_ref().unwrap().total, plan)
    };
    for _ in 0..25 {
        let demand: Vec<String> = (0..3).map(|_| format!("{} req/h", (random.next() * 100.0).round())).collect();
        let demand = format!("[{}]", demand.join(", "));
        let spend: Vec<f64> = (0..3).map(|_| (random.next() * 800.0).round() + 100.0).collect();
        let rate = (random.next() * 60.0).round() / 100.0 + 0.01;
        let capped = if random.next() < 0.5 { ", beyond_commit: list" } else { "" };
        let with = |parts: [f64; 3], clause: &str| {
            let due: Vec<String> = spend.iter().zip(parts).map(|(s, p)| format!("{} USD", s * p * 1e3)).collect();
            let commit = format!("commit: {{ spend: [{}], per: year, over: 2026..2028 }}", due.join(", "));
            years(&demand, &format!("discount: 30 %{capped}, {commit}{clause}"))
        };
        let clause = format!(", ramp_down: {{ at_most: {} %/year }}", 100.0 * rate);
        let (cost, plan) = total(&with([1.0; 3], &clause));
        let mut parts = [1.0; 3];
        for lowered in &deal(&plan, "deal").lowered {
            let from = lowered.from.parse::<usize>().unwrap() - 2026;
            parts[from..].fill(lowered.to);
        }
        close_within(1e-6, total(&with(parts, "")).0, cost);
        assert!(total(&with([1.0; 3], "")).0 >= cost * (1.0 - 1e-7));
        let second = (1.0 - rate * random.next()).max(0.0);
        let third = (second - rate * random.next()).max(0.0);
        assert!(total(&with([1.0, second, third], "")).0 >= cost * (1.0 - 1e-7));
    }
}

/// 100 chips for six months of 744, 672, 744, 720, 744 and 720 hours, promised at 2 by a supplier that delivers none in
/// the first two months and 60 in the third; others ask for 5.
fn slow(late: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01, periods: 6, step: month }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ new: {{ owner: newcorp }}, market: {{ owner: marketcorp }} }}
offers:
  new: {{ chip: gpu, cloud: new, price: 2, capacity: {{ 2026-03: 60, 2026-04: 100 }} }}
  market: {{ chip: gpu, cloud: market, price: 5 }}
contracts:
  deal: {{ covers: {{ cloud: new }}, commit: {{ chips: 100 }}, late: {{ {late} }} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
    )
}

const BOUGHT: f64 = 5.0 * 100.0 * (744.0 + 672.0) + 744.0 * (5.0 * 40.0 + 2.0 * 60.0) + 2.0 * 100.0 * 2184.0;

/// What is late is not due, and damages of 10 % of the price of 2 a month are paid: 10 % in the first month, 20 % in the
/// second, 30 % of what is late in the third, or 25 % with a cap.
#[test]
fn what_is_late_is_not_due_and_damages_are_paid() {
    costs(&solved(&slow("")), BOUGHT);
    let (first, second, third) = (744.0 * 100.0 * 2.0, 672.0 * 100.0 * 2.0, 744.0 * 40.0 * 2.0);
    let plan = solved(&slow("damages: 10 %/month"));
    let damages = 0.1 * first + 0.2 * second + 0.3 * third;
    costs(&plan, BOUGHT - damages);
    close(line(&plan, CostKind::Damages), -damages);
    let plan = solved(&slow("damages: 10 %/month, cap: 25 %"));
    costs(&plan, BOUGHT - 0.1 * first - 0.2 * second - 0.25 * third);
    // Without the clause all that is promised would have to be held, and is not there.
    let without = &deal(&plan, "deal").clauses[0];
    assert_eq!((without.clause.as_str(), without.worth), ("late", None));
    assert!(plan.notes.iter().any(|n| n == "there is no plan without `late` of `deal`"), "{:?}", plan.notes);
    // What is due is what is delivered: an average over the time of the contract.
    close(deal(&plan, "deal").commit, (744.0 * 60.0 + 2184.0 * 100.0) / 4344.0);
    // A budget is of cash: damages are less of it.
    let budget = format!(
        "{}policy: {{ limits: [ {{ budget: {{ at_most: {} USD }} }} ] }}\n",
        slow("damages: 10 %/month"),
        BOUGHT - damages
    );
    costs(&solved(&budget), BOUGHT - damages);
    // An optional contract is due and pays damages if it is signed: it is worth what it saves at 3 a chip-hour and them.
    let optional =
        slow("damages: 10 %/month").replace("deal: {", "deal: { decision: optional, unlocks: { cloud: new },");
    let plan = solved(&optional);
    costs(&plan, BOUGHT - damages);
    close(deal(&plan, "deal").worth.unwrap(), 3.0 * (744.0 * 60.0 + 100.0 * 2184.0) + damages);
}

/// The supplier may stop delivering in March and April, a half each, which is seen in March. Others ask for 5, and for 1
/// from May on. Where it is late the contract may be over after two months: what is needed then costs 1 instead of 2.
#[test]
fn who_waits_for_too_long_may_walk_away() {
    let with = |walk: &str| {
        slow(&format!("damages: 10 %/month{walk}"))
            .replace("capacity: { 2026-03: 60, 2026-04: 100 }", "capacity: 100")
            .replace("price: 5", "price: { 2026-01: 5, 2026-05: 1 }")
            .replace("chips: 100 }", "chips: 100, per: period }")
            + "uncertainty:
  factors:
    delivery:
      known: 2026-03
      outcomes:
        on-time: { probability: 50 % }
        late:
          probability: 50 %
          set: { offers.new.capacity: { 2026-01: 100, 2026-03: 0, 2026-05: 100 } }
"
    };
    let held = 2.0 * 100.0;
    let damages = 0.1 * 744.0 * held + 0.2 * 720.0 * held;
    let on_time = held * 4344.0;
    let late = held * (744.0 + 672.0) + 500.0 * (744.0 + 720.0) - damages;
    let expected = |rest: f64| 0.5 * on_time + 0.5 * (late + rest * (744.0 + 720.0));
    let plan = solved(&with(""));
    close(plan.uncertainty.as_deref().unwrap().expected, expected(200.0));
    let plan = solved(&with(", walk_away_after: 2 periods"));
    let u = plan.uncertainty.as_deref().unwrap();
    close(u.expected, expected(100.0));
    let ends: Vec<(&str, &str)> =
        u.decisions.iter().filter(|d| d.kind == "termination").map(|d| (d.node.as_str(), d.from.as_str())).collect();
    assert_eq!(ends, [("late", "2026-05")]);
    // Three months are not over by then, a time in months is counted as such.
    close(solved(&with(", walk_away_after: 3 periods")).uncertainty.as_deref().unwrap().expected, expected(200.0));
    close(solved(&with(", walk_away_after: 2 months")).uncertainty.as_deref().unwrap().expected, expected(100.0));
}
