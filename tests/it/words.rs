//! The smaller words of the model file, each in models that are solved by hand: what a selector excludes, floors in
//! chips and money, fleets, moving from one period to the next, and losses from a date on.

use polysource::analysis::Detail;
use polysource::model::{Id, OfferId};
use polysource::plan::{CostKind, Plan};
use polysource::{Model, SolveSettings, solve};

use crate::common::{self, TWO_VENDORS, close, close_within, costs, has_no_plan, model, run, text};

/// 100 chips are needed: tpu costs 1, gpu 3.
const TWO: &str = "
offers:
  a: { chip: gpu, cloud: aws, region: us-east, price: 3 }
  b: { chip: tpu, cloud: gcp, region: eu-west, price: 1 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
";

fn solved(rest: &str) -> Plan {
    common::solved(&format!("{TWO_VENDORS}{rest}"))
}

fn two(limits: &str) -> Plan {
    solved(&format!("{TWO}policy: {{ limits: [ {limits} ] }}\n"))
}

fn shadow(plan: &Plan, name: &str) -> f64 {
    let limit = plan.limits.iter().find(|l| l.name.starts_with(name)).unwrap_or_else(|| panic!("{:?}", plan.limits));
    limit.shadow_price.unwrap()
}

fn held(plan: &Plan, offer: &str) -> f64 {
    plan.purchases.iter().filter(|p| p.offer == offer).map(|p| p.chips).sum()
}

#[test]
fn what_is_excluded_is_all_else() {
    // All but what is not in Europe is b; all but b is a.
    costs(&two("{ budget: { where: { region: { not: us-* } }, at_most: 60 USD } }"), 60.0 + 40.0 * 3.0);
    costs(
        &two("{ budget: { where: { region: { not: [us-*, ap-*, eu-nowhere, us-east] } }, at_most: 60 USD } }"),
        180.0,
    );
    costs(&two("{ budget: { where: { cloud: { not: gcp }, region: us-east }, at_most: 0 USD } }"), 100.0);
    costs(&two("{ budget: { where: { cloud: { not: aws } }, at_most: 50 USD } }"), 50.0 + 150.0);
    // A share of all that is not of one vendor.
    costs(&two("{ share: { where: { vendor: { not: nvidia } }, of: chips, at_most: 70 % } }"), 70.0 + 90.0);
}

/// Each offer is picked either by a pattern or by its exclusion, also one that has no value in the dimension.
#[test]
fn a_choice_and_its_exclusion_are_everything() {
    let offers = "
offers:
  a: { chip: gpu, cloud: aws, region: us-east, price: 3, tags: { lab: one } }
  b: { chip: tpu, cloud: gcp, region: eu-west, price: 1 }
  c: { chip: gpu, cloud: aws, price: 3 }
  d: { chip: tpu, cloud: aws, region: us-west, price: 3, term: { spot: { interruption: 10 % } } }
workloads:
  chat: { kind: inference, demand: 1 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
";
    for patterns in [
        "region: us-*",
        "region: [us-east, eu-*]",
        "region: aws/us-*",
        "vendor: nvidia",
        "organisation: google",
        "organisation: amazon",
        "term: spot",
        "offer: [a, b]",
        "lab: one",
    ] {
        let (key, value) = patterns.split_once(": ").unwrap();
        let policy = format!(
            "policy: {{ limits: [ {{ name: own, power: {{ where: {{ {patterns} }}, at_most: 1 GW }} }}, \
             {{ name: others, power: {{ where: {{ {key}: {{ not: {value} }} }}, at_most: 1 GW }} }} ] }}\n"
        );
        let model = model(&format!("{TWO_VENDORS}{offers}{policy}"));
        let group = |name: &str| {
            let limit = model.limits().iter().find(|l| l.name == name).unwrap();
            let polysource::model::LimitKind::Power(power) = &limit.kind else { panic!("{:?}", limit.kind) };
            [0, 1, 2, 3].map(|o| power.group.offers[OfferId::at(o)])
        };
        assert_eq!(group("own").map(|picked| !picked), group("others"), "{patterns}");
        assert!(group("own").contains(&true) && group("others").contains(&true), "{patterns}");
    }
}

#[test]
fn workloads_are_excluded_as_offers_are() {
    // Only code counts, which runs 40 of the 100 chips, half of them at most on tpu.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 3 }
  b: { chip: tpu, cloud: gcp, price: 1 }
workloads:
  chat: { kind: inference, demand: 60 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
  code: { kind: inference, demand: 40 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
policy:
  limits:
    - { share: { where: { vendor: google }, of: chips, for: { workload: { not: chat } }, at_most: 50 % } }
",
    );
    costs(&plan, 80.0 + 60.0);
}

#[test]
fn what_varies_may_be_excluded_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.yaml");
    std::fs::write(&file, format!("{TWO_VENDORS}{TWO}")).unwrap();
    let vary = "offers{cloud: {not: aws}}.price=*1..2/2";
    let output = run(&["sweep", file.to_str().unwrap(), "--vary", vary, "--columns", "cost", "--format", "csv"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let costs: Vec<f64> = told.lines().skip(1).map(|line| line.rsplit(',').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(costs, [100.0, 200.0], "{told}");
}

#[test]
fn floors_in_chips_and_money() {
    // 20 gpu at 3 and 80 tpu at 1; a gpu less saves 2.
    for floor in
        ["at_least: 20 chips", "of: chips, at_least: 20 chips", "at_least: 60 USD", "at_least: 60 USD, of: spend"]
    {
        let plan = two(&format!("{{ name: some, floor: {{ where: {{ vendor: nvidia }}, {floor} }} }}"));
        costs(&plan, 80.0 + 60.0);
        close_within(1e-6, held(&plan, "a"), 20.0);
        let price = if floor.contains("USD") { -2.0 / 3.0 } else { -2.0 };
        close_within(1e-6, shadow(&plan, "some"), price);
        // It is what not depending on one vendor costs.
        close_within(1e-6, plan.cost.as_ref().unwrap().premium.unwrap(), 40.0);
    }
    // Chips that nobody needs do not help: there is work for 100.
    costs(&two("{ floor: { where: { vendor: nvidia }, at_least: 100 chips } }"), 300.0);
    has_no_plan(&two("{ floor: { where: { vendor: nvidia }, at_least: 101 chips } }"));
    has_no_plan(&two("{ floor: { where: { vendor: nvidia }, at_least: 303 USD } }"));
    // Missed at a price: 1.5 for a chip is less than the 2 that one costs more.
    let soft = "{ name: some, floor: { where: { vendor: nvidia }, at_least: 20 chips }, soft: 1.5 USD/chip }";
    costs(&two(soft), 100.0 + 30.0);
    costs(&two(&soft.replace("1.5", "2.5")), 140.0);
}

/// Day one costs 5 for a gpu and 1 for a tpu, day two 2 and 1; an hour has the cost of a chip.
const TWO_DAYS: &str = "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: [5, 2] }
  b: { chip: tpu, cloud: gcp, price: 1 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
";

fn two_days(limits: &str) -> Plan {
    solved(&format!("{TWO_DAYS}policy: {{ limits: [ {limits} ] }}\n"))
}

#[test]
fn chips_of_a_floor_are_an_average_over_its_time() {
    // 10 on average are 20 on the second day, when a gpu costs 1 more than a tpu.
    costs(&two_days("{ floor: { where: { chip: gpu }, at_least: 10 chips } }"), 24.0 * (200.0 + 20.0));
    costs(&two_days("{ floor: { where: { chip: gpu }, at_least: 10 chips, per: year } }"), 24.0 * (200.0 + 20.0));
    // In each period, 4 and 1 more.
    costs(&two_days("{ floor: { where: { chip: gpu }, at_least: 10 chips, per: period } }"), 24.0 * (200.0 + 50.0));
    // Money: 24 x 200 on the second day are 100 chips, which is all there is to do; the rest on the first.
    costs(&two_days("{ floor: { where: { chip: gpu }, at_least: 4800 USD } }"), 24.0 * (200.0 + 100.0));
    costs(&two_days("{ floor: { where: { chip: gpu }, at_least: 6000 USD } }"), 24.0 * (200.0 + 100.0 + 40.0));
}

#[test]
fn a_fleet_is_held_whether_it_is_used_or_not() {
    // gpu cannot run the workload.
    let only = "
offers:
  a: { chip: gpu, cloud: aws, price: 3 }
  b: { chip: tpu, cloud: gcp, price: 1 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { tpu: 1 req/h } }
";
    let with = |limits: &str| solved(&format!("{only}policy: {{ limits: [ {limits} ] }}\n"));
    let plan = with("{ name: guard, floor: { where: { vendor: nvidia }, of: fleet, at_least: 20 chips } }");
    costs(&plan, 100.0 + 60.0);
    close_within(1e-6, shadow(&plan, "guard"), -3.0);
    let a = plan.purchases.iter().find(|p| p.offer == "a").unwrap();
    assert_eq!((a.used, a.idle), (0.0, 0.0));
    close_within(1e-6, a.filling, 20.0);
    has_no_plan(&with("{ floor: { where: { vendor: nvidia }, of: chips, at_least: 20 chips } }"));
    // What works counts: it is a floor and not a reserve.
    costs(&with("{ floor: { where: { vendor: google }, of: fleet, at_least: 90 chips } }"), 100.0);
    costs(&with("{ floor: { where: {}, of: fleet, at_least: 120 chips } }"), 120.0);
    // Of 125 chips nvidia has a fifth, of 124 more.
    let share = |part: &str| format!("{{ share: {{ where: {{ vendor: nvidia }}, of: chips, at_most: {part} }} }}");
    let guard = "{ floor: { where: { vendor: nvidia }, of: fleet, at_least: 25 chips } }";
    costs(&with(&format!("{guard}, {}", share("20 %"))), 100.0 + 75.0);
    has_no_plan(&with(&format!("{guard}, {}", share("19 %"))));
    // 25 of 175 are a seventh: what google's fleet asks for is no chip bought for the share.
    let google =
        |chips: u32| format!("{{ floor: {{ where: {{ vendor: google }}, of: fleet, at_least: {chips} chips }} }}");
    costs(&with(&format!("{guard}, {}, {}", google(150), share("19 %"))), 150.0 + 75.0);
    // A fleet that is there anyway is no reason for more.
    has_no_plan(&with(&format!("{guard}, {}, {}", google(90), share("19 %"))));
    // Missed at a price.
    let soft = "{ floor: { where: { vendor: nvidia }, of: fleet, at_least: 20 chips }, soft: 2 USD/chip }";
    costs(&with(soft), 100.0 + 40.0);
}

#[test]
fn a_fleet_is_held_in_each_period_of_its_time() {
    // 100 chips are needed, and 130 asked for on the second day.
    let plan = two_days("{ floor: { where: {}, of: fleet, at_least: 130 chips, during: 2026-01-02 } }");
    costs(&plan, 24.0 * (100.0 + 130.0));
    // Reserved for both days at 1.50, which cannot be told apart by days.
    let reserved = "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1.50, term: { reserved: 2 days, starts: 2026-01-01 } }
  b: { chip: tpu, cloud: gcp, price: 1 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { tpu: 1 req/h } }
policy:
  limits:
    - { floor: { where: { chip: gpu }, of: fleet, at_least: 30 chips, during: 2026-01-02 } }
    - { share: { where: { vendor: nvidia }, of: chips, at_most: 25 % } }
";
    // 30 of 130 are 23 %: they are needed on one of the days of their term.
    costs(&solved(reserved), 48.0 * (100.0 + 45.0));
    // 4 % more of nvidia's chips would need more of google's.
    has_no_plan(&solved(&reserved.replace("25 %", "23 %")));
}

#[test]
fn a_contract_may_ask_for_a_fleet() {
    // Signing saves half of 100 x 24 and asks for 10 idle gpu at 3: 720 of 1200.
    let offers = "
horizon: { start: 2026-01-01, periods: 1, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 3 }
  b: { chip: tpu, cloud: gcp, price: 1 }
contracts:
  deal:
    covers: { cloud: gcp }
    discount: 50 %
    decision: optional
    requires: [ { floor: { where: { cloud: aws }, of: fleet, at_least: SIZE chips } } ]
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { tpu: 1 req/h } }
policy: { limits: [ { share: { where: { vendor: nvidia }, of: chips, at_most: 50 % } } ] }
";
    let with = |size: &str| solved(&offers.replace("SIZE", size));
    costs(&with("10"), 24.0 * (50.0 + 30.0));
    costs(&with("17"), 24.0 * 100.0);
}

/// a is cheap on the first day and b on the second, by 2 an hour: 48 for each chip that moves.
const TURNS: &str = "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: [1, 3] }
  b: { chip: tpu, cloud: gcp, price: [3, 1] }
workloads:
  chat: { kind: inference, demand: [10 req/h, SECOND req/h], throughput: { gpu: 1 req/h, tpu: 1 req/h } }
";

fn turns(second: u32, baseline: &str) -> Plan {
    solved(&format!("{}baseline: {{ {baseline} }}\n", TURNS.replace("SECOND", &second.to_string())))
}

#[test]
fn moving_from_one_period_to_the_next() {
    let moved = turns(10, "switching: 40 USD/chip, per: period");
    costs(&moved, 240.0 + 240.0 + 400.0);
    let switching = moved.cost.as_ref().unwrap().lines.iter().find(|l| l.kind == CostKind::Switching).unwrap();
    assert_eq!(switching.id, "chat a");
    close(switching.cost, 400.0);
    // Paid on the day on which they move, and told with it.
    close(moved.cost.as_ref().unwrap().by_period[1].cost, 240.0 + 400.0);
    let told: Vec<_> =
        moved.moves.iter().map(|m| (m.offer.as_str(), m.period.as_deref(), m.today, m.chips, m.cost)).collect();
    assert_eq!(told, [("a", Some("2026-01-02"), 10.0, 0.0, 400.0), ("b", Some("2026-01-02"), 0.0, 10.0, 0.0)]);
    // They stay if it costs more than it saves; nothing moves, and nothing is paid for it.
    let stays = turns(10, "switching: 50 USD/chip, per: period");
    costs(&stays, 240.0 + 720.0);
    assert!(stays.moves.is_empty());
    // Chips that come are not moved; of 4 that go none does anything any more.
    costs(&turns(15, "switching: 50 USD/chip, per: period"), 240.0 + 720.0 + 120.0);
    costs(&turns(6, "switching: 100 USD/chip, per: period"), 240.0 + 6.0 * 72.0 + 400.0);
    // Free where nothing is said of it.
    costs(&solved(&TURNS.replace("SECOND", "10")), 480.0);
}

/// Two offers cost the same, each with room for 60 of 100 chips: nothing else says where they run.
#[test]
fn of_plans_that_cost_as_little_the_steady_one() {
    let days = |prices: [&str; 2], prefer: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 4, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: {}, capacity: 60 }}
  b: {{ chip: tpu, cloud: gcp, price: {}, capacity: [60, 60, 50, 60] }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }}
policy: {{ prefer: {prefer} }}
",
            prices[0], prices[1]
        ))
    };
    let turned = |plan: &Plan| -> f64 {
        let at = |offer: &str, day: usize| -> f64 {
            let label = format!("2026-01-0{}", day + 1);
            plan.assignments.iter().filter(|a| a.offer == offer && a.period == label).map(|a| a.chips).sum()
        };
        (1..4).flat_map(|t| ["a", "b"].map(|o| (at(o, t - 1) - at(o, t)).max(0.0))).sum()
    };
    let steady = days(["2", "2"], "steady");
    costs(&steady, 24.0 * 4.0 * 200.0);
    assert!(turned(&steady) < 1e-6, "{:?}", steady.assignments);
    assert!(steady.notes.iter().any(|n| n.contains("0 chips no longer do in a period")), "{:?}", steady.notes);
    // A plan that costs less is taken though it turns: 60 where it is cheap, and 50 of b on the third day.
    let turns = days(["[3, 1, 1, 3]", "2"], "steady");
    costs(&turns, 24.0 * (2.0 * (60.0 * 2.0 + 40.0 * 3.0) + 2.0 * (60.0 + 40.0 * 2.0)));
    close_within(1e-6, turned(&turns), 20.0 + 20.0);
}

#[test]
fn a_workload_that_is_over_does_not_move() {
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers: { a: { chip: gpu, cloud: aws, price: 1 } }
workloads: { fit: { kind: training, work: 240 gpu-h, window: 2026-01-01, throughput: { gpu: 1 gpu-h } } }
baseline: { switching: 50 USD/chip, per: period }
",
    );
    costs(&plan, 240.0);
}

/// 100 chips at each of two clouds; what is lost of one is lost from a date on.
const OUTAGES: &str = "
horizon: { start: 2026-01-01, periods: 4, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 60 }
  b: { chip: gpu, cloud: gcp, price: 2, capacity: 60 }
workloads:
  chat:
    kind: inference
    demand: 100 req/h
    throughput: { gpu: 1 req/h }
    loss: 1 USD/req
policy:
";

fn outage(lose: &str, more: &str) -> Plan {
    let rest = format!("{OUTAGES}  outages: {{ out: {{ lose: {lose}{more}, probability: 10 % }} }}\n");
    let risk = "  risk: { expected_loss: { weight: 1 } }\n";
    solved(&format!("{rest}{risk}"))
}

#[test]
fn a_loss_from_a_date_on() {
    let lost = |plan: &Plan| {
        let outage = &plan.risk.as_ref().unwrap().outages[0];
        (outage.loss.round(), outage.period.clone())
    };
    // 60 of 100 run at aws; without them 40 are served, or 60 if gcp is held whole, at 2 for each that saves
    // 1 x 10 % an hour: not worth it.
    let hourly = 60.0 * 24.0;
    assert_eq!(lost(&outage("{ cloud: aws }", ", recovery: 1 day")), (hourly, "2026-01-01".to_owned()));
    // From the third day on it is not back within the horizon.
    assert_eq!(lost(&outage("{ cloud: aws, from: 2026-01-03 }", "")), (2.0 * hourly, "2026-01-03".to_owned()));
    assert_eq!(lost(&outage("{ cloud: aws, from: 2026-01-01 }", "")), (4.0 * hourly, "2026-01-01".to_owned()));
    assert_eq!(
        lost(&outage("{ cloud: aws, from: 2026-01-02 }", ", recovery: 2 days")),
        (2.0 * hourly, "2026-01-02".to_owned())
    );
    assert_eq!(lost(&outage("{ cloud: { not: gcp }, from: 2026-01-04 }", "")), (hourly, "2026-01-04".to_owned()));
}

#[test]
fn a_loss_to_survive_from_a_date_on() {
    // 100 of gcp's chips stand by from the third day on.
    let text = "
horizon: { start: 2026-01-01, periods: 4, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  b: { chip: gpu, cloud: gcp, price: 2 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h } } }
policy: { survive: [ { loss_of: { cloud: aws FROM }, serve: 100 % DURING } ] }
";
    let with = |from: &str, during: &str| solved(&text.replace("FROM", from).replace("DURING", during));
    costs(&with("", ""), 24.0 * 4.0 * 200.0);
    costs(&with(", from: 2026-01-03", ""), 24.0 * (2.0 * 100.0 + 2.0 * 200.0));
    costs(&with(", from: 2026-01-03", ", during: 2026-01-02..2026-01-03"), 24.0 * (3.0 * 100.0 + 200.0));
    costs(&with("", ", during: 2026-01-03.."), 24.0 * (2.0 * 100.0 + 2.0 * 200.0));
}

/// The regions of two clouds that have one name are two, also beside a plan that has only one of them.
#[test]
fn regions_are_told_apart_by_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let head = "
polysource: 1
chips: { gpu: { vendor: nvidia } }
clouds: { aws: { owner: amazon }, gcp: { owner: google } }
offers:
  a: { chip: gpu, cloud: aws, region: one, price: 1, capacity: 60 }
";
    let rest = "
  b: { chip: gpu, cloud: gcp, region: PLACE, price: 2 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h } } }
";
    let written = |name: &str, place: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, format!("{head}{}", rest.replace("PLACE", place))).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (apart, alike) = (written("apart.yaml", "two"), written("alike.yaml", "one"));
    let output = run(&["diff", &apart, &alike, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let exposure = told["exposure"].as_array().unwrap();
    let chips = exposure.iter().find(|e| e["by"] == "region" && e["of"] == "chips").unwrap();
    // aws/one has 60 before and after; what was in two is in gcp/one.
    let groups: Vec<&str> = chips["groups"].as_array().unwrap().iter().map(|g| g["group"].as_str().unwrap()).collect();
    assert_eq!(groups.len(), 2, "{groups:?}");
    assert!(groups.contains(&"two") && groups.contains(&"gcp/one"), "{groups:?}");
    // A column of a sweep may name a region with its cloud, whether or not it has to.
    for (file, column) in [(&apart, "share(region:aws/one:chips)"), (&alike, "share(region:aws/one:chips)")] {
        let vary = "offers.a.price=1..1.5/2";
        let output = run(&["sweep", file, "--vary", vary, "--columns", column, "--format", "csv"]);
        let line = text(&output.stdout).lines().nth(1).unwrap_or_else(|| panic!("{}", text(&output.stderr))).to_owned();
        assert!(line.contains(",0.6,"), "{line}");
    }
}

#[test]
fn a_fleet_and_moving_costs_are_planned_for_several_futures() {
    let text = format!(
        "{TWO_VENDORS}
horizon: {{ start: 2026-Q1, periods: 4, step: quarter }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 3 }}
  b: {{ chip: tpu, cloud: gcp, price: 1 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ tpu: 1 req/h, gpu: 1 req/h }} }}
baseline: {{ switching: 1 USD/chip, per: period }}
policy:
  limits:
    - {{ floor: {{ where: {{ vendor: nvidia }}, of: fleet, at_least: 20 chips }} }}
    - {{ share: {{ where: {{ vendor: nvidia }}, of: chips, at_most: 80 % }} }}
uncertainty:
  factors:
    price:
      known: 2026-Q3
      outcomes:
        same: {{ probability: 50 % }}
        dear: {{ probability: 50 %, vary: [ {{ offers: {{ vendor: {{ not: nvidia }} }}, field: price, scale: 4 }} ] }}
"
    );
    let model = Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}"));
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let plan = solve(&model, &settings).unwrap();
    // Each move is told with the node in which it is made, and none without.
    let told: Vec<_> = plan.moves.iter().filter(|m| m.chips < m.today).collect();
    let [moved] = told.as_slice() else { panic!("{:?}", plan.moves) };
    assert_eq!((moved.offer.as_str(), moved.period.as_deref()), ("b", Some("2026-Q3")));
    close_within(1e-6, moved.cost, 80.0);
    assert!(moved.node.as_ref().is_some_and(|node| node.contains("dear")), "{moved:?}");
    let expected = plan.expected();
    close_within(1e-6, expected.moves.iter().map(|m| m.cost).sum(), 40.0);
    // Half the year 80 tpu and 20 gpu; where tpu costs 4 all moves, 80 chips at 1.
    let hours = |from: &str, to: &str| {
        let at = |p: &str| model.calendar().periods.iter().position(|x| x.label == p).unwrap();
        (at(from)..=at(to)).map(|t| model.calendar().periods[t].hours).sum::<f64>()
    };
    let (first, last) = (hours("2026-Q1", "2026-Q2"), hours("2026-Q3", "2026-Q4"));
    costs(&plan, 140.0 * first + 0.5 * 140.0 * last + 0.5 * (300.0 * last + 80.0));
}
