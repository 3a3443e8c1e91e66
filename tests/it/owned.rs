//! Chips that are bought: how many, when, and when they are sold. Models solved by hand, the arithmetic beside each, and
//! two problems of the literature.

use polysource::analysis::curve::{CurveSettings, Shape, curve};
use polysource::model::{Family, Model, SweepOverrides};
use polysource::plan::{Asset, CostKind, Plan};
use polysource::{SolveSettings, Status, solve};

use crate::common::{self, PLAN, close, close_within, costs, has_no_plan, held, read, told};

fn model(horizon: &str, offers: &str, demand: &str, rest: &str) -> String {
    format!(
        "polysource: 1
horizon: {horizon}
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }}, tpu: {{ vendor: google, power: 1 kW }} }}
clouds: {{ own: {{}}, gcp: {{ owner: google }} }}
offers:
{offers}
workloads: {{ chat: {{ kind: inference, demand: {demand}, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
{rest}"
    )
}

#[track_caller]
fn pays(plan: &Plan, kind: CostKind, expected: f64) {
    let lines = &plan.cost.as_ref().unwrap().lines;
    let found: f64 = lines.iter().filter(|l| l.kind == kind).map(|l| l.cost).sum();
    close(found, expected);
}

/// What is bought and sold, in few words.
fn bought(plan: &Plan) -> Vec<(String, Option<String>, f64)> {
    plan.assets.iter().map(|a: &Asset| (a.bought.clone(), a.sold.clone(), a.chips)).collect()
}

/// Three years of 10 chips in 2026 and 2027, of which 2026 and 2027 have 8760 hours, and nothing in 2028, which has 8784.
/// A chip costs 100 and 0.001 an hour to run.
const THREE_YEARS: &str = "{ start: 2026, periods: 3, step: year }";
const FALLS: &str = "residual: { 1y: 62 %, 2y: 42 %, 3y: 30 %, 5y: 12 % }";

#[test]
fn chips_are_sold_when_they_are_no_longer_needed() {
    let offer = |resale: &str| {
        format!(
            "  a: {{ chip: gpu, cloud: own, price: 0.001, term: {{ owned: {{ capex: 100 USD, life: 5 years, {FALLS}{resale} }} }} }}"
        )
    };
    let demand = "[10 req/h, 10 req/h, 0]";
    // Sold after two years at 42: 1000 + 2 x 87.60 - 420.
    let plan = common::solved_with(&model(THREE_YEARS, &offer(", resale: from 2y"), demand, ""), &PLAN);
    costs(&plan, 1000.0 + 175.2 - 420.0);
    pays(&plan, CostKind::Spend, 1175.2);
    pays(&plan, CostKind::Resale, -420.0);
    assert_eq!(bought(&plan), [("2026".to_owned(), Some("2028".to_owned()), 10.0)]);
    // Kept, since nobody buys them: run for 87.84 more, and worth 30 at the end.
    let plan = common::solved_with(&model(THREE_YEARS, &offer(""), demand, ""), &PLAN);
    costs(&plan, 1000.0 + 175.2 + 87.84 - 300.0);
    pays(&plan, CostKind::Residual, -300.0);
    assert!(plan.notes.iter().any(|n| n.contains("residual value, 300 USD")), "{:?}", plan.notes);
    // From three years on they cannot be sold before the horizon ends.
    let late = common::solved_with(&model(THREE_YEARS, &offer(", resale: from 3y"), demand, ""), &PLAN);
    costs(&late, 1000.0 + 175.2 + 87.84 - 300.0);
}

#[test]
fn a_chip_ends_with_its_life_and_another_is_bought() {
    // Two of a life of two years for four years; each is worth a tenth when it ends, the second at the end of the horizon.
    let offer = "  a: { chip: gpu, cloud: own, term: { owned: { capex: { 2026: 100, 2028: 50 }, life: 2 years, residual: { 2y: 10 % } } } }";
    let plan = common::solved_with(&model("{ start: 2026, periods: 4, step: year }", offer, "10 req/h", ""), &PLAN);
    costs(&plan, 1000.0 - 100.0 + 500.0 - 50.0);
    pays(&plan, CostKind::Resale, -100.0);
    pays(&plan, CostKind::Residual, -50.0);
    assert_eq!(plan.assets.len(), 2);
}

#[test]
fn what_is_delivered_late_is_bought_early() {
    let offer = |more: &str| {
        format!(
            "  a: {{ chip: gpu, cloud: own, term: {{ owned: {{ capex: 100, life: 5 years, delivery: 2 periods, {FALLS} }}{more} }} }}"
        )
    };
    let horizon = "{ start: 2026-Q1, periods: 4, step: quarter }";
    let later = "[0, 0, 10 req/h, 10 req/h]";
    // Paid at the start of 2026, delivered in the third quarter; half a year old at the end, halfway from 100 % to 62 %.
    let rest = "discount_rate: 10 %\n";
    let plan = common::solved_with(&model(horizon, &offer(""), later, rest), &PLAN);
    costs(&plan, 1000.0 - 810.0 / 1.1);
    close(held(&plan, "a"), 20.0);
    let first = plan.purchases.iter().find(|p| p.period == "2026-Q1").unwrap();
    close(first.chips, 0.0);
    close(first.spend, 1000.0);
    let asset = &plan.assets[0];
    assert_eq!((asset.delivered.as_str(), asset.last.as_str()), ("2026-Q3", "2026-Q4"));
    // What may be bought from the second quarter on is there in the fourth.
    let text = model(horizon, &offer(", starts: 2026-Q2.."), later, "");
    assert!(Model::from_yaml_str(&text).unwrap_err().to_string().contains("no offer can serve `chat` in 2026-Q3"));
}

#[test]
fn capital_counts_as_spend() {
    let offers = "  a: { chip: gpu, cloud: own, term: { owned: { capex: 100, life: 2 years } } }
  b: { chip: tpu, cloud: gcp, price: [0.02, 0.02] }";
    let horizon = "{ start: 2026, periods: 2, step: year }";
    let solved = |rest: &str| common::solved_with(&model(horizon, offers, "10 req/h", rest), &PLAN);
    // Rented, a chip costs 2 x 175.20; bought, 100.
    costs(&solved(""), 1000.0);
    // 600 of capital buy 6; the other 4 are rented.
    let budget = "policy: { limits: [ { budget: { where: { cloud: own }, at_most: 600 } } ] }";
    costs(&solved(budget), 600.0 + 4.0 * 350.4);
    // Half of the spend each: 100 x = 350.40 (10 - x).
    let share = "policy: { limits: [ { share: { by: cloud, of: spend, at_most: 50 % } } ] }";
    let x = 3504.0 / 450.4;
    costs(&solved(share), 2.0 * 100.0 * x);
    // A contract takes its part off the capital, which counts towards its commitment: 10 chips at 90.
    let deal = |spend: u32| {
        format!("contracts: {{ k: {{ covers: {{ cloud: own }}, discount: 10 %, commit: {{ spend: {spend} }} }} }}")
    };
    costs(&solved(&deal(900)), 900.0);
    let plan = solved(&deal(1000));
    costs(&plan, 1000.0);
    pays(&plan, CostKind::Idle, 100.0);
    // Optional, for a fee that is worth 100.
    let option = |fee: u32| {
        format!(
            "contracts: {{ k: {{ covers: {{ cloud: own }}, discount: 10 %, decision: optional, fee: {fee} USD }} }}"
        )
    };
    costs(&solved(&option(99)), 999.0);
    costs(&solved(&option(101)), 1000.0);
}

#[test]
fn capacity_pools_and_power_hold_what_is_bought_less_what_is_sold() {
    // 10 chips that are sold after a year at 80 make room for 10 new ones, where 10 have room: 10 x (100 - 80) + 10 x 50.
    let offers = "  a: { chip: gpu, cloud: own, capacity: { 2026: 10, 2027: 0 }, term: { owned: { capex: 100, life: 5 years, residual: { 1y: 80 % }, resale: from 1y } } }
  b: { chip: gpu, cloud: own, term: { owned: { capex: { 2026: 900, 2027: 50 }, life: 5 years } } }
";
    let horizon = "{ start: 2026, periods: 2, step: year }";
    let plan = common::solved_with(&model(horizon, offers, "10 req/h", ""), &PLAN);
    costs(&plan, 200.0 + 500.0);
    let power = "policy: { limits: [ { power: { at_most: 10 kW } } ] }";
    let roomy = offers.replace("capacity: { 2026: 10, 2027: 0 }, ", "").replace("1y: 80 %", "1y: 40 %");
    costs(&common::solved_with(&model(horizon, &roomy, "10 req/h", power), &PLAN), 1000.0 - 400.0);
    let less = power.replace("10 kW", "9 kW");
    has_no_plan(&common::solved_with(&model(horizon, &roomy, "10 req/h", &less), &PLAN));
    // In blocks of 8, 16 are bought.
    let blocks = offers.replace("capacity: { 2026: 10, 2027: 0 }", "block: 8");
    let plan = common::solved_with(&model(horizon, &blocks, "10 req/h", ""), &PLAN);
    costs(&plan, 16.0 * 20.0);
}

/// 30,000 over 5 years at 8 %, used always. With rent paid at the end of each year of 8760 hours the annuity is
/// 30000 / (8760 x (1 - 1.08^-5) / 0.08) = 0.857728 an hour, and with 20 % left at the end
/// (30000 - 6000 x 1.08^-5) / ... = 0.740977. Here rent is paid as it goes and counts at the middle of its year, and 2028
/// has 8784 hours; so a rent of 1 at the end of a year of 8760 hours is one of 8760 / hours x 1.08^-0.5, year by year.
#[test]
fn an_annuity_is_where_the_curve_of_rent_breaks() {
    let hours = [8760.0, 8760.0, 8784.0, 8760.0, 8760.0];
    let at_end: Vec<String> = hours.iter().map(|h| format!("{:?}", 8760.0 / h / 1.08_f64.sqrt())).collect();
    let horizon = "{ start: 2026, periods: 5, step: year }\ndiscount_rate: 8 %";
    let annuity = |capital: f64, rate: &dyn Fn(i32) -> f64| capital / (0..5).map(rate).sum::<f64>();
    let end = |t: i32| 8760.0 * 1.08_f64.powi(-t - 1);
    let middle = |t: i32| hours[t as usize] * 1.08_f64.powf(-f64::from(t) - 0.5);
    let left = 30000.0 - 6000.0 * 1.08_f64.powi(-5);
    close_within(1e-6, annuity(30000.0, &end), 0.857_728);
    close_within(1e-6, annuity(left, &end), 0.740_977);
    let plain = "1".to_owned();
    for (price, residual, expected) in [
        (format!("[{}]", at_end.join(", ")), "", annuity(30000.0, &end)),
        (format!("[{}]", at_end.join(", ")), ", residual: { 5y: 20 % }", annuity(left, &end)),
        // As the program counts a constant rent.
        (plain.clone(), "", annuity(30000.0, &middle)),
        (plain, ", residual: { 5y: 20 % }", annuity(left, &middle)),
    ] {
        let offers = format!(
            "  own: {{ chip: gpu, cloud: own, term: {{ owned: {{ capex: 30k USD, life: 5 years{residual} }}, starts: 2026 }} }}
  rent: {{ chip: gpu, cloud: gcp, price: {price} }}"
        );
        let text = model(horizon, &offers, "1 req/h", "");
        let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
        let vary = ["offers.rent.price=*0.5..1.2".to_owned()];
        let family = Family::read(&common::input(&text), None, &vary, &asked).unwrap_or_else(|e| panic!("{e}"));
        let found = curve(&family, &CurveSettings { solve: PLAN, tolerance: 1e-5 }).unwrap();
        assert_eq!((found.shape, found.exact, found.breakpoints.len()), (Shape::Concave, true, 1));
        close(found.breakpoints[0].at, expected);
    }
}

/// The investment under uncertainty of Dixit and Pindyck ("Investment under Uncertainty", 1994, chapter 2): for 1,600 one
/// has what brings 200 in the first year and then, seen in the second, 300 or 100 for ever, a half each, at 10 %. Here it
/// brings the rent that it saves, at the beginning of each year (so 1.1^0.5 of it at its middle), for 250 years, of which
/// the last count for 1e-10. Renting costs 2,200, buying at once saves 600 of it, buying in the second year if the rent rises
/// 0.5 x (3,000 - 1,600 / 1.1) = 772.73: waiting is worth 172.73.
#[test]
fn an_investment_that_can_wait_is_worth_more() {
    const YEARS: usize = 250;
    let calendar =
        |t: usize| if (2026 + t).is_multiple_of(4) && ![2100, 2200].contains(&(2026 + t)) { 8784.0 } else { 8760.0 };
    let rent = |later: f64| {
        let of = |t: usize| if t == 0 { 200.0 } else { later };
        let all: Vec<String> = (0..YEARS).map(|t| format!("{:?}", of(t) * 1.1_f64.sqrt() / calendar(t))).collect();
        format!("[{}]", all.join(", "))
    };
    let solved = |starts: &str| {
        let offers = format!(
            "  own: {{ chip: gpu, cloud: own, term: {{ owned: {{ capex: 1600 USD, life: 300 years }}, starts: {starts} }} }}
  rent: {{ chip: gpu, cloud: gcp, price: {} }}",
            rent(200.0)
        );
        let horizon = format!("{{ start: 2026, periods: {YEARS}, step: year }}\ndiscount_rate: 10 %");
        let tree = format!(
            "uncertainty: {{ factors: {{ market: {{ known: 2027, outcomes: {{ up: {{ probability: 50 %, set: {{ offers.rent.price: {} }} }}, down: {{ probability: 50 %, set: {{ offers.rent.price: {} }} }} }} }} }} }}",
            rent(300.0),
            rent(100.0)
        );
        common::solved_with(&model(&horizon, &offers, "1 req/h", &tree), &PLAN)
    };
    let now = solved("2026");
    close_within(1e-6, now.uncertainty.unwrap().expected, 2200.0 - 600.0);
    let waits = solved("2026..2027");
    let u = waits.uncertainty.unwrap();
    close_within(1e-6, u.expected, 2200.0 - 0.5 * (3000.0 - 1600.0 / 1.1));
    // Who knew would buy at once if the rent rises.
    close_within(1e-6, u.wait_and_see, 0.5 * 1600.0 + 0.5 * 1200.0);
    let bought: Vec<(&str, &str)> =
        u.decisions.iter().filter(|d| d.kind == "purchase").map(|d| (d.node.as_str(), d.from.as_str())).collect();
    assert_eq!(bought, [("up", "2027")]);
}

#[test]
fn capital_varies_in_sweeps_and_curves() {
    let offers = "  own: { chip: gpu, cloud: own, price: 0.1, term: { owned: { capex: { 2026: 1000, 2027: 800 }, life: 5 years } } }
  rent: { chip: gpu, cloud: gcp, price: 0.2 }";
    let text = model("{ start: 2026, periods: 1, step: year }", offers, "1 req/h", "");
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let vary = ["offers.own.term.owned.capex=*0.5..1.5".to_owned()];
    let family = Family::read(&common::input(&text), None, &vary, &asked).unwrap_or_else(|e| panic!("{e}"));
    let found = curve(&family, &CurveSettings { solve: PLAN, tolerance: 1e-5 }).unwrap();
    // Bought, a chip costs its capital and 876; rented, 1752.
    close(found.breakpoints[0].at, 0.876);
}

fn solved_file(name: &str) -> Plan {
    let plan = solve(&common::model(&read(&format!("tests/fixtures/{name}.yaml"))), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    plan
}

/// Chips that are decided on at the start, of an offer.
fn now(plan: &Plan, offer: &str) -> f64 {
    told(plan).decisions.iter().filter(|d| d.node == "start" && d.what == offer).map(|d| d.amount).sum()
}

#[test]
fn lands_has_its_optimum() {
    let plan = solved_file("lands");
    let u = told(&plan);
    // 381 + 64/75, known before 380 + 1/6, planned for the mean 383 + 74/75.
    close(plan.cost.as_ref().unwrap().total, 381.853_333_33);
    close(u.wait_and_see, 380.166_666_67);
    close(u.evpi, 1.686_666_67);
    close(u.base_plan.unwrap(), 383.986_666_67);
    close(u.vss.unwrap(), 2.133_333_33);
    for (offer, chips) in [("x1", 8.0 / 3.0), ("x2", 4.0), ("x3", 10.0 / 3.0), ("x4", 2.0)] {
        close_within(1e-6, now(&plan, offer), chips);
    }
}

#[test]
fn the_capacity_problem_has_its_optimum() {
    let plan = solved_file("capacity");
    close_within(1e-9, plan.cost.as_ref().unwrap().total, 340_315.521_7);
    for (offer, chips) in [("x1", 5085.0), ("x2", 1311.0), ("x3", 3919.0), ("x4", 854.0)] {
        close_within(1e-6, now(&plan, offer), chips);
    }
}

/// Two years; demand stays at 10 or falls to nothing. Chips bought for 100 may be sold after a year for 60. Bought and kept or
/// sold as it comes: 1000 - 600 / 2 where nothing is left, less what is left at the end, 40, where it stays.
#[test]
fn when_to_sell_is_decided_when_it_is_known() {
    let offers = "  a: { chip: gpu, cloud: own, term: { owned: { capex: 100, life: 5 years, residual: { 1y: 60 %, 2y: 40 % }, resale: from 1y } } }";
    let unknown = "uncertainty:
  factors:
    demand:
      known: 2027
      outcomes:
        stays: { probability: 50 % }
        falls: { probability: 50 %, set: { workloads.chat.demand: [10 req/h, 0] } }
";
    let plan = solve(
        &common::model(&model("{ start: 2026, periods: 2, step: year }", offers, "10 req/h", unknown)),
        &SolveSettings::default(),
    )
    .unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    close(plan.cost.as_ref().unwrap().total, 0.5 * (1000.0 - 400.0) + 0.5 * (1000.0 - 600.0));
    let sales: Vec<&str> =
        told(&plan).decisions.iter().filter(|d| d.kind == "sale").map(|d| d.sentence.as_str()).collect();
    assert_eq!(sales, ["sell 10 chips of `a` at the start of 2027"]);
    close(now(&plan, "a"), 10.0);
}

/// Ten chips more are needed in 2027, when a chip costs 30 or 110, 70 on average, and 100 in 2026: it is better to wait.
#[test]
fn what_a_chip_will_cost_may_be_unknown() {
    let offers = "  a: { chip: gpu, cloud: own, term: { owned: { capex: 100, life: 5 years } } }";
    let unknown = "uncertainty:
  factors:
    supply:
      known: 2027
      outcomes:
        ample: { probability: 50 %, set: { offers.a.term.owned.capex: 30 } }
        tight: { probability: 50 %, vary: [ { path: offers.a.term.owned.capex, scale: 1.1 } ] }
";
    let text = model("{ start: 2026, periods: 2, step: year }", offers, "[10 req/h, 20 req/h]", unknown);
    let plan = solve(&common::model(&text), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    close(plan.cost.as_ref().unwrap().total, 1000.0 + 0.5 * 300.0 + 0.5 * 1100.0);
    close(now(&plan, "a"), 10.0);
    let dear = text.replace("capex: 30", "capex: 95");
    let plan = solve(&common::model(&dear), &SolveSettings::default()).unwrap();
    // At 102.50 on average all are bought at once.
    close(plan.cost.as_ref().unwrap().total, 2000.0);
    close(now(&plan, "a"), 20.0);
}

#[test]
fn what_may_be_sold_never_costs_more_and_an_earlier_age_never_either() {
    let horizon = "{ start: 2026-Q1, periods: 12, step: quarter }\ndiscount_rate: 6 %";
    let demand = "[10 req/h, 14 req/h, 20 req/h, 18 req/h, 9 req/h, 4 req/h, 4 req/h, 16 req/h, 30 req/h, 5 req/h, 2 req/h, 1 req/h]";
    let cost = |resale: &str| {
        let offers = format!(
            "  own: {{ chip: gpu, cloud: own, price: {{ held: 0.02, used: 0.01 }}, term: {{ owned: {{ capex: {{ 2026-Q1: 1000, 2027-Q3: 700 }}, life: 2 years, delivery: 1 quarter, {FALLS}{resale} }} }} }}
  rent: {{ chip: tpu, cloud: gcp, price: 0.12 }}"
        );
        let plan = common::solved_with(&model(horizon, &offers, demand, ""), &PLAN);
        plan.cost.unwrap().total
    };
    let costs: Vec<f64> =
        ["", ", resale: from 18 months", ", resale: from 1y", ", resale: from 0 years"].map(cost).to_vec();
    assert!(costs.windows(2).all(|c| c[1] <= c[0] + 1e-9 * c[0]), "{costs:?}");
    assert!(costs[3] < costs[0] * 0.999, "{costs:?}");
}
