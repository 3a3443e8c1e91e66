//! Periods of several lengths in one horizon: models solved by hand, with the arithmetic beside each, and the law that a
//! finer grid never costs more.

use polysource::model::{Model, ModelBuilder, OfferSpec, Step, Term, WorkloadSpec};
use polysource::plan::{Plan, Status};
use polysource::{Detail, SolveSettings, solve};
use proptest::prelude::*;

use crate::common::drawn::{Drawn, drawn};
use crate::common::{self, NEWSVENDOR, close, costs, follows, input, loaded, program, text};

/// February and March 2027 have 672 and 744 hours, the second quarter 2184: 3600 in all.
const MIXED: &str = "{ start: 2027-02, steps: [{ periods: 2, step: month }, { periods: 1, step: quarter }] }";

fn yaml(horizon: &str, offers: &str, chat: &str, rest: &str) -> String {
    format!(
        "polysource: 1
horizon: {horizon}
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }} }}
offers:
{offers}
workloads: {{ chat: {{ kind: inference, {chat}, throughput: {{ gpu: 1 req/h }} }} }}
{rest}"
    )
}

/// A model with ten chips' demand in each of two months and a quarter.
fn mixed(offers: &str, rest: &str) -> String {
    yaml(MIXED, offers, "demand: 10 req/h", rest)
}

fn noted(plan: &Plan, what: &str) -> bool {
    plan.notes.iter().any(|n| n.contains(what))
}

/// Prices are per hour and money counts at the middle of its period: half a month, a month and a half, and two months and
/// half a quarter after the beginning.
#[test]
fn each_period_costs_its_hours_at_its_middle() {
    let plan = common::solved(&mixed("  a: { chip: gpu, cloud: aws, price: 3 }", "discount_rate: 10 %"));
    let d = |months: f64| 1.1_f64.powf(-months / 12.0);
    costs(&plan, 30.0 * (672.0 * d(0.5) + 744.0 * d(1.5) + 2184.0 * d(3.5)));
    let cost = plan.cost.as_ref().unwrap();
    close(cost.nominal, 30.0 * 3600.0);
    let periods: Vec<(&str, f64)> = cost.by_period.iter().map(|p| (p.period.as_str(), p.cost)).collect();
    assert_eq!(periods.iter().map(|p| p.0).collect::<Vec<_>>(), ["2027-02", "2027-03", "2027-Q2"]);
    close(periods[2].1, 30.0 * 2184.0);
    assert_eq!(plan.model.hours, [672, 744, 2184]);
    // A growing price has its value at the start of each period: 0, 1 and 2 months after the beginning.
    let growing = mixed("  a: { chip: gpu, cloud: aws, price: { start: 3, growth: -40 %/year } }", "");
    let p = |months: f64| 3.0 * 0.6_f64.powf(months / 12.0);
    costs(&common::solved(&growing), 10.0 * (672.0 * p(0.0) + 744.0 * p(1.0) + 2184.0 * p(2.0)));
    // A funding counts at the start of its period, also one whose date lies inside a quarter.
    let deal = "discount_rate: 10 %
contracts: { deal: { with: amazon, covers: { cloud: aws }, funding: { 2027-05: 1000 USD } } }";
    let funded = common::solved(&mixed("  a: { chip: gpu, cloud: aws, price: 3 }", deal));
    costs(&funded, plan.cost.unwrap().total - 1000.0 * d(2.0));
}

/// Four months from March end with the second quarter; from February they would end in the middle of it, and cannot begin
/// then. So February is paid on demand at 2, and the rest at 1.
#[test]
fn a_reservation_runs_from_months_into_a_quarter() {
    let offers = |length: &str| {
        format!(
            "  od: {{ chip: gpu, cloud: aws, price: 2 }}
  res: {{ chip: gpu, cloud: gcp, price: 1, term: {{ reserved: {length}, starts: 2027-02..2027-03 }} }}"
        )
    };
    let plan = common::solved(&mixed(&offers("4 months"), ""));
    costs(&plan, 20.0 * 672.0 + 10.0 * (744.0 + 2184.0));
    assert!(noted(&plan, "a reservation that begins in 1 of 2 periods would end inside a longer period"));
    // Two periods are two, be they months or a quarter. What begins in February is held in March too, at 1 for 1416
    // hours, while February alone costs 2 for 672: so again all begin in March, and run through the quarter.
    let plan = common::solved(&mixed(&offers("2 periods"), ""));
    costs(&plan, 20.0 * 672.0 + 10.0 * (744.0 + 2184.0));
    assert!(noted(&plan, "a number of periods is counted whatever their length"));
    // A month ends on the grid from either month on.
    let plan = common::solved(&mixed(&offers("1 month"), ""));
    costs(&plan, 10.0 * (672.0 + 744.0) + 20.0 * 2184.0);
    assert!(plan.notes.is_empty(), "{:?}", plan.notes);
}

/// All that is asked for costs 72,000 at 2 an hour. Of 60,000 in the year, 6000 of the 36,000 hours are not bought, and
/// cost 5 each.
#[test]
fn a_yearly_budget_spans_months_and_quarters() {
    let offer = "  a: { chip: gpu, cloud: aws, price: 2 }";
    let budget = "policy: { limits: [ { name: cash, budget: { at_most: 60k USD, per: year } } ] }";
    let short = |horizon: &str, budget: &str| {
        common::solved(&yaml(horizon, offer, "demand: 10 req/h, unmet: 5 USD/req", budget))
    };
    let plan = short(MIXED, budget);
    costs(&plan, 60_000.0 + 5.0 * 6000.0);
    assert_eq!(plan.limits.iter().filter(|l| l.name.starts_with("cash")).count(), 1);
    // From November on the year has 720 + 744 hours, and the first quarter of the next one, which is a leap year, 2184.
    // 20,000 in each buys 10,000 of 14,640 and of 21,840.
    let over = "{ start: 2027-11, steps: [{ periods: 2, step: month }, { periods: 1, step: quarter }] }";
    costs(&short(over, &budget.replace("60k", "20k")), 40_000.0 + 5.0 * (4640.0 + 11_840.0));
    // 10,000 for each period, whatever its length, buys 5000 of 6720, 7440 and 21,840.
    let each = short(MIXED, &budget.replace("60k USD, per: year", "10k USD, per: period"));
    costs(&each, 30_000.0 + 5.0 * (1720.0 + 2440.0 + 16_840.0));
    assert!(noted(&each, "one amount for each period, whatever its length"));
}

/// A lead of two months and one of two periods are the same here: both end when the quarter begins. 4 chips more from one
/// period to the next, whatever their length: 4, 8 and 10.
#[test]
fn leads_and_ramps_count_from_period_to_period() {
    let offers = |lead: &str| {
        format!(
            "  a: {{ chip: gpu, cloud: aws, price: 3 }}
  b: {{ chip: gpu, cloud: gcp, price: 1, lead: {lead} }}"
        )
    };
    for lead in ["2 months", "2 periods"] {
        costs(&common::solved(&mixed(&offers(lead), "")), 30.0 * (672.0 + 744.0) + 10.0 * 2184.0);
    }
    let ramp = "policy: { limits: [ { ramp: { where: { cloud: gcp }, at_most: 4 chips } } ] }";
    let plan = common::solved(&mixed(&offers("0 months"), ramp));
    costs(&plan, 672.0 * (4.0 + 18.0) + 744.0 * (8.0 + 6.0) + 2184.0 * 10.0);
    assert!(noted(&plan, "growth is limited from one period to the next, whatever their length"));
}

/// A commitment by year, of which the first ends inside the third quarter, is refused; one in total counts by the hours
/// that fall into the horizon.
#[test]
fn commitments_count_by_hours() {
    let commit = |commit: &str| {
        let deal =
            format!("contracts: {{ deal: {{ with: amazon, covers: {{ cloud: aws }}, commit: {{ {commit} }} }} }}");
        mixed("  a: { chip: gpu, cloud: aws, price: 1 }\n  b: { chip: gpu, cloud: gcp, price: 0.5 }", &deal)
    };
    // February to July is 4344 hours, of which 3600 are planned.
    let plan = common::solved(&commit("spend: 43440 USD, over: 2027-02..2027-07"));
    costs(&plan, 36_000.0);
    // 10,000 due in each period: all of them are used before the cheaper offer, 10,000 of 21,840 in the quarter.
    let each = common::solved(&commit("spend: 10k USD, over: 2027-02..2027-Q2, per: period"));
    costs(&each, 30_000.0 + 0.5 * 11_840.0);
    assert!(noted(&each, "one amount for each period, whatever its length"));
}

/// What is not on the grid counts against the plan. Two months and two or three quarters: delivered after three months, chips
/// bought in February or March (due in May and June) and in the second quarter (due in July) are there in July; a life of
/// five months, which is over in December, ends with September.
#[test]
fn chips_come_late_and_live_short() {
    let horizon = "{ start: 2027-02, steps: [{ periods: 2, step: month }, { periods: 3, step: quarter }] }";
    let term = "term: { owned: { capex: 100 USD, life: 5 months, delivery: 3 months } }";
    let offers = format!("  a: {{ chip: gpu, cloud: aws, price: 9 }}\n  own: {{ chip: gpu, cloud: gcp, {term} }}");
    let model = loaded(&input(&yaml(horizon, &offers, "demand: 10 req/h", "")));
    let own = model.offers().iter().find(|o| o.id == "own").unwrap();
    let Term::Bought(bought) = &own.term else { panic!("{:?}", own.term) };
    let lives: Vec<_> = bought.lives.iter().map(|(start, life)| (*start, life.held.clone())).collect();
    // Bought in the third quarter they come in the fourth, and live past the horizon.
    assert_eq!(lives, [(0, 3..4), (1, 3..4), (2, 3..4), (3, 4..5)]);
    let notes = model.notes().join("\n");
    assert!(
        notes.contains("it counts until the period is over") && notes.contains("it counts until the period begins")
    );
}

/// A pipeline of a month runs dry at the start of the quarter in which it would, and recovery of two months is there at
/// the end of the quarter in which it comes.
#[test]
fn deliveries_stop_early_and_come_back_late() {
    let horizon = "{ start: 2027-02, steps: [{ periods: 2, step: month }, { periods: 2, step: quarter }] }";
    let supply = "supply: { tsmc: { makes: [ { chip: gpu } ], pipeline: 1 month, recovery: 2 months } }";
    let model = loaded(&input(&yaml(horizon, "  a: { chip: gpu, cloud: aws, price: 9 }", "demand: 10 req/h", supply)));
    let upstream = model.supply().iter().next().unwrap();
    let all: Vec<_> = upstream.interruptions.iter().map(|i| (i.lost, i.stops, i.back)).collect();
    assert_eq!(all, [(0, 1, 2), (1, 2, 3), (2, 2, 3), (3, 3, 4)]);
}

/// The demand of a quarter is known when it begins, and the reservation decided a month (or a period) before, in March: 20
/// are reserved at 0.6, and 10 or 20 more at 1 with a probability of a quarter each: 19.5 an hour.
#[test]
fn notice_is_counted_back_over_a_change_of_length() {
    for notice in ["1 month", "1 period"] {
        let yaml = NEWSVENDOR
            .replace("start: 2026-01-01, periods: 1, step: hour", &MIXED[2..MIXED.len() - 2])
            .replace("reserved: 1 h", "reserved: 3 months, starts: 2027-Q2")
            .replace("notice: 1 period", &format!("notice: {notice}"))
            .replace("known: 2026-01-01", "known: 2027-Q2")
            .replace("demand: 25 req/h", "demand: { 2027-Q2: 25 req/h }");
        let yaml = ["10", "20", "30", "40"].iter().fold(yaml, |yaml, d| {
            yaml.replace(&format!("demand: {d} req/h"), &format!("demand: {{ 2027-Q2: {d} req/h }}"))
        });
        let plan = solve(&common::model(&yaml), &SolveSettings::default()).unwrap();
        close(plan.uncertainty.as_ref().unwrap().expected, 19.5 * 2184.0);
        assert_eq!(noted(&plan, "a number of periods is counted"), notice == "1 period", "{:?}", plan.notes);
    }
}

/// A scenario may have a finer grid: what it lays over the horizon takes away what stood there.
#[test]
fn a_scenario_may_have_parts() {
    let plain = yaml(
        "{ start: 2027, periods: 2, step: year }",
        "  a: { chip: gpu, cloud: aws, price: 1 }",
        "demand: 1 req/h",
        "scenarios: { fine: { horizon: { periods: null, step: null, steps: [{ periods: 4, step: quarter }, { periods: 1, step: year }] } } }",
    );
    let mut input = input(&plain);
    input.scenarios.push("fine".to_owned());
    let labels: Vec<String> = loaded(&input).calendar().periods.iter().map(|p| p.label.clone()).collect();
    assert_eq!(labels, ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2028"]);
    input.scenarios.clear();
    input
        .sets
        .push("horizon={ start: 2027, steps: [{ periods: 20, step: month }, { periods: 4, step: month }] }".to_owned());
    // Of one step after all.
    let model = loaded(&input);
    assert!(model.calendar().is_even() && model.periods() == 24);
}

#[test]
fn the_builder_writes_parts() {
    let parts = [(2, Step::Month), (1, Step::Quarter)];
    let built = ModelBuilder::new("Parts")
        .horizon_of("2027-02", &parts)
        .chip("gpu", "nvidia")
        .cloud("aws", "amazon")
        .offer("a", OfferSpec::new("gpu", "aws", 3.0))
        .workload("chat", WorkloadSpec::inference("10 req/h").throughput("gpu", "1 req/h"))
        .build()
        .unwrap();
    let read = loaded(&input(&mixed("  a: { chip: gpu, cloud: aws, price: 3 }", "")));
    assert_eq!(built.calendar(), read.calendar());
    assert_eq!(built.calendar().parts(), parts);
}

/// What the program says of it: the line of `check`, the plan as JSON, charges with their dates, the chart of cost.
#[test]
fn every_format_tells_the_periods() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    std::fs::write(&path, mixed("  a: { chip: gpu, cloud: aws, price: 3 }", "")).unwrap();
    let run = |arguments: &[&str]| {
        let out = program().arg(arguments[0]).arg(&path).args(&arguments[1..]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    let checked = run(&["check"]);
    assert!(text(&checked).contains("3 periods (2 months, 1 quarter), "), "{}", text(&checked));
    let json = run(&["solve", "--format", "json"]);
    follows("output", &json);
    let plan: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(plan["model"]["hours"], serde_json::json!([672, 744, 2184]));
    let charges = run(&["export", "--to", "focus"]);
    let charges = text(&charges);
    for dates in ["2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z", "2027-07-01T00:00:00Z"] {
        assert!(charges.contains(dates), "{charges}");
    }
    let page = folder.path().join("page.html");
    run(&["report", "--output", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.contains("USD a month"));
    // 30 an hour are 21,900 in a month of 730 hours, in whichever period.
    assert_eq!(page.matches("21.9k").count().min(3), 3, "{page}");
}

/// The certified cost of a model; `None` if it is proved infeasible.
fn cost(yaml: &str) -> Option<f64> {
    let model = Model::from_yaml_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    let plan = solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    assert!(plan.certificate.verified, "{:?} {:?}\n{yaml}", plan.status, plan.notes);
    match plan.status {
        Status::Optimal => plan.cost.map(|c| c.total),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2027), ..ProptestConfig::default() })]

    /// A plan of quarters is one of months that changes every third: with data that stay the same, months never cost
    /// more. Where nothing binds later periods, the mean of the months by hours is a plan of the quarter, and they cost
    /// the same. Discounting tells the middles of months from that of their quarter, so there is none here.
    #[test]
    fn a_quarter_split_into_months_never_costs_more(drawn in drawn(), at in 0usize..4) {
        let drawn = Drawn { steady: false, discount: 0, ..drawn };
        let quarters = drawn.yaml(1.0, 1.0, usize::MAX);
        let at = at % drawn.periods;
        let parts = [(at, "quarter"), (3, "month"), (drawn.periods - at - 1, "quarter")];
        let steps: Vec<String> =
            parts.iter().filter(|p| p.0 > 0).map(|(n, step)| format!("{{ periods: {n}, step: {step} }}")).collect();
        let plain = format!("periods: {}, step: quarter", drawn.periods);
        prop_assert!(quarters.contains(&plain));
        let months = quarters.replace(&plain, &format!("steps: [{}]", steps.join(", ")));
        // A reservation that would end inside a quarter cannot begin in the second or third month, and need not.
        if let Some(coarse) = cost(&quarters) {
            let fine = cost(&months);
            let near = |a: f64, b: f64| (a - b).abs() <= 4e-6 * (1.0 + a.abs().max(b.abs()));
            prop_assert!(fine.is_some_and(|f| f <= coarse || near(f, coarse)), "{coarse} became {fine:?}\n{months}");
            let coupled = quarters.contains("reserved") || quarters.contains("ramp");
            prop_assert!(coupled || fine.is_some_and(|f| near(f, coarse)), "{coarse} became {fine:?}\n{months}");
        }
    }
}
