//! Dependency risk on models solved by hand: survival, supplier counts, outages, stress.
//!
//! All but one are in the steady state, so that a price is a cost. Throughputs are 1 unless said.

use polysource::model::{Dimension, Model};
use polysource::resilience::{Situation, Solver, StressSettings, stress};
use polysource::{Detail, Plan, SolveSettings, solve};

use crate::common::{self, held, model, solved};

/// Three vendors a, b, c with one offer each at 2, 3 and 4 an hour, and 60 requests an hour.
fn three(capacity: u32, policy: &str) -> String {
    format!(
        "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }}, c: {{ vendor: vc }} }}\nclouds: {{ x: {{}}, y: {{}}, z: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: {capacity} }}\n  b: {{ chip: b, cloud: y, price: 3, capacity: {capacity} }}\n  c: {{ chip: c, cloud: z, price: 4, capacity: {capacity} }}\nworkloads:\n  w: {{ kind: inference, demand: 60 r/h, throughput: {{ a: 1 r/h, b: 1 r/h, c: 1 r/h }} }}\npolicy:\n{policy}"
    )
}

#[track_caller]
fn costs(text: &str, total: f64) -> Plan {
    let plan = solved(text);
    common::costs(&plan, total);
    plan
}

#[track_caller]
fn infeasible(text: &str) {
    common::has_no_plan(&solved(text));
}

/// b + c >= 60, a + c >= 60, a + b >= 60: 30 of each, by the multipliers 2.5, 1.5 and 0.5.
#[test]
fn every_vendor_may_fail() {
    let survive = "  survive: [ { name: n-1, loss_of: { each: vendor }, serve: 100 % } ]\n";
    let plan = costs(&three(100, survive), 270.0);
    for offer in ["a", "b", "c"] {
        assert!((held(&plan, offer) - 30.0).abs() < 1e-6);
    }
    let cost = plan.cost.as_ref().unwrap();
    assert!((cost.premium.unwrap() - 150.0).abs() < 1e-6, "without it a alone serves, for 120");
    // A percentage point less for all would save 0.6 x (2.5 + 1.5 + 0.5).
    let price: f64 = plan.limits.iter().filter(|l| l.kind == "survive").map(|l| l.shadow_price.unwrap()).sum();
    assert!((price + 270.0).abs() < 1e-4, "{price}");
    assert!(plan.limits.iter().filter(|l| l.kind == "survive").all(|l| (l.premium.unwrap() - 150.0).abs() < 1e-6));
    for r in plan.resilience.as_ref().unwrap().iter().filter(|r| r.lost.by == "vendor") {
        assert!(r.survives && (r.served - 1.0).abs() < 1e-6 && r.required == Some(1.0), "{r:?}");
    }
}

/// Half: b + c >= 30 and a + c >= 30 and a + b + c >= 60, so 30 of a and 30 of b.
#[test]
fn half_is_served_by_chip_vendor_and_cloud_alike() {
    for dimension in ["vendor", "chip", "cloud", "owner", "organisation"] {
        let survive = format!("  survive: [ {{ loss_of: {{ each: {dimension} }}, serve: 50 % }} ]\n");
        costs(&three(100, &survive), 150.0);
    }
    // Losing a alone: 30 of b will do.
    costs(&three(100, "  survive: [ { loss_of: { vendor: va }, serve: 50 % } ]\n"), 150.0);
    // Losing a and b at once: 30 of c, the rest of a.
    costs(&three(100, "  survive: [ { loss_of: { vendor: [va, vb] }, serve: 50 % } ]\n"), 180.0);
}

/// Any two have 2 x 29 chips, which is less than 60.
#[test]
fn without_capacity_there_is_a_proof_that_it_cannot_be() {
    infeasible(&three(29, "  survive: [ { loss_of: { each: vendor }, serve: 100 % } ]\n"));
    // 2 x 30 is just enough.
    costs(&three(30, "  survive: [ { loss_of: { each: vendor }, serve: 100 % } ]\n"), 270.0);
}

/// With a surge of a half, 1.5 b >= 45 and 1.5 a >= 45; without it, 45 of each.
#[test]
fn a_surge_is_within_its_part_and_the_capacity() {
    let survive = |surge: &str| {
        format!(
            "  survive: [ {{ loss_of: {{ vendor: [va, vc] }}, serve: 75 %{surge} }}, {{ loss_of: {{ vendor: [vb, vc] }}, serve: 75 %{surge} }} ]\n"
        )
    };
    costs(&three(100, &survive("")), 90.0 + 135.0);
    costs(&three(100, &survive(", surge: 50 %")), 60.0 + 90.0);
    // 40 chips of a are all there is, whatever the surge.
    infeasible(&three(40, &survive(", surge: 50 %")));
    // In a pool of 80 chips for all, what is raised has to fit beside what is held: when a is lost,
    // b + z <= 80 - a; 30 + 15 fits beside 30. In one of 74 it does not: then a + b + z <= 74 with
    // b + z >= 45 leaves a at most 29, and a + z <= 74 - b likewise, but a + b >= 60.
    let pooled = |chips: u32| {
        format!("{}pools: {{ p: {{ chips: {chips}, offers: {{}} }} }}\n", three(100, &survive(", surge: 50 %")))
    };
    costs(&pooled(80), 150.0);
    infeasible(&pooled(74));
}

/// Spot is cheap and gone when something fails: 30 of c serve when b is lost, spot does the rest.
#[test]
fn spot_never_survives() {
    let text = "polysource: 1\nchips: { a: { vendor: va }, b: { vendor: vb }, c: { vendor: vc } }\nclouds: { x: {} }\noffers:\n  s: { chip: a, cloud: x, term: spot, price: 1, capacity: 100 }\n  b: { chip: b, cloud: x, price: 3, capacity: 100 }\n  c: { chip: c, cloud: x, price: 4, capacity: 100 }\nworkloads:\n  w: { kind: inference, interruptible: true, demand: 60 r/h, throughput: { a: 1 r/h, b: 1 r/h, c: 1 r/h } }\npolicy:\n  survive: [ { loss_of: { vendor: vb }, serve: 50 % } ]\n";
    costs(text, 30.0 * 4.0 + 30.0);
}

/// Inference of 60 on a (2) or b (3); training of 30 an hour on b alone. When a is lost, 30 must be
/// served by b: beside the training 60 of b are needed, in its place 30 are enough.
#[test]
fn what_is_preempted_gives_up_its_chips_and_others_keep_theirs() {
    let text = |preempt: &str| {
        format!(
            "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: 200 }}\n  b: {{ chip: b, cloud: x, price: 3, capacity: 200 }}\nworkloads:\n  w: {{ kind: inference, demand: 60 r/h, throughput: {{ a: 1 r/h, b: 1 r/h }} }}\n  t: {{ kind: training, work: 30 h, throughput: {{ b: 1 h }} }}\npolicy:\n  survive: [ {{ loss_of: {{ vendor: va }}, serve: 50 %{preempt} }} ]\n"
        )
    };
    costs(&text(""), 30.0 * 2.0 + 60.0 * 3.0);
    costs(&text(", preempt: { kind: training }"), 60.0 * 2.0 + 30.0 * 3.0);
}

/// Half of what the plan itself trains has to go on when a is lost: 15 of b.
#[test]
fn training_may_have_to_go_on() {
    let text = "polysource: 1\nchips: { a: { vendor: va }, b: { vendor: vb } }\nclouds: { x: {} }\noffers:\n  a: { chip: a, cloud: x, price: 2, capacity: 200 }\n  b: { chip: b, cloud: x, price: 3, capacity: 200 }\nworkloads:\n  t: { kind: training, work: 30 h, throughput: { a: 1 h, b: 1 h } }\npolicy:\n  survive: [ { loss_of: { vendor: va }, serve: 50 %, for: { kind: training } } ]\n";
    costs(text, 15.0 * 2.0 + 15.0 * 3.0);
}

/// In each period by itself: in the second the demand doubles, and so does what has to be left.
#[test]
fn survival_holds_in_every_period_or_in_those_named() {
    let text = |during: &str| {
        format!(
            "polysource: 1\nhorizon: {{ start: 2027-01, periods: 2, step: month }}\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: 200 }}\n  b: {{ chip: b, cloud: x, price: 3, capacity: 200 }}\nworkloads:\n  w: {{ kind: inference, demand: [30 r/h, 60 r/h], throughput: {{ a: 1 r/h, b: 1 r/h }} }}\npolicy:\n  survive: [ {{ loss_of: {{ vendor: va }}, serve: 50 %{during} }} ]\n"
        )
    };
    // January has 744 hours, February 672.
    costs(&text(""), 744.0 * 15.0 * 5.0 + 672.0 * 30.0 * 5.0);
    costs(&text(", during: 2027-02"), 744.0 * 30.0 * 2.0 + 672.0 * 30.0 * 5.0);
}

#[test]
fn suppliers_are_counted() {
    let limit = |l: &str| format!("  limits: [ {{ suppliers: {{ by: vendor, {l}, of: work }} }} ]\n");
    // 20 % of 60 is 12 for each of those that must be there.
    costs(&three(100, &limit("at_least: 2, each_at_least: 20 %")), 48.0 * 2.0 + 12.0 * 3.0);
    costs(&three(100, &limit("at_least: 3, each_at_least: 20 %")), 36.0 * 2.0 + 12.0 * 7.0);
    // 17 of each are not even enough for the 60.
    infeasible(&three(17, &limit("at_least: 3, each_at_least: 30 %")));
    // At most one: a alone; with 50 chips of each nobody can do it alone, and two can.
    costs(&three(100, &limit("at_most: 1")), 120.0);
    infeasible(&three(50, &limit("at_most: 1")));
    costs(&three(50, &limit("at_most: 2")), 50.0 * 2.0 + 10.0 * 3.0);
}

/// What a plan costs, and what the policy weighs beside it: a preference, which is no part of the cost.
fn weighed(text: &str, cost: f64, beside: f64) {
    let plan = costs(text, cost);
    let weighed = plan.risk.as_ref().unwrap().weighed;
    assert!((weighed - beside).abs() < 1e-6 * (1.0 + beside), "{weighed} instead of {beside}");
    let lines: f64 = plan.cost.as_ref().unwrap().lines.iter().map(|l| l.cost).sum();
    assert!((lines - cost).abs() < 1e-6 * (1.0 + cost), "lines {lines}");
}

/// a at 2 may become half as dear again, with 10 %; b at 2.4 does not change.
fn shocked(policy: &str) -> String {
    format!(
        "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: 200 }}\n  b: {{ chip: b, cloud: x, price: 2.4, capacity: 200 }}\nworkloads:\n  w: {{ kind: inference, demand: 100 r/h, throughput: {{ a: 1 r/h, b: 1 r/h }} }}\npolicy:\n  outages: {{ shock: {{ where: {{ vendor: va }}, price: +50 %, probability: 10 % }} }}\n  risk: {policy}\n"
    )
}

#[test]
fn the_risk_of_prices_is_weighed_or_limited() {
    // Of 95 % the worst 5 % are all shock: CVaR(C + X) = C + X with X = a.
    // Weight 1: 2 C + X, 2 x 2 + 1 = 5 for a, 4.8 for b: all of b, which costs 240 and is weighed as another
    // 240. Weight 0.5: 3.5 for a, 3.6 for b: all of a, which costs 200 and is weighed as 150.
    weighed(&shocked("{ cvar: { level: 95 %, weight: 1 } }"), 240.0, 240.0);
    weighed(&shocked("{ cvar: { level: 95 %, weight: 0.5 } }"), 200.0, 150.0);
    // Of 80 % the worst fifth is half shock: X counts half. Weight 1: 4.5 for a, 200 and 250.
    weighed(&shocked("{ cvar: { level: 80 %, weight: 1 } }"), 200.0, 250.0);
    // C + X <= 270: 240 - 0.4 a + a <= 270, a = 50.
    costs(&shocked("{ cvar: { level: 95 %, at_most: 270 USD } }"), 220.0);
    // Expected: 0.1 a. Weight 5: 2.5 for a, 2.4 for b; weight 3: 2.3 for a.
    weighed(&shocked("{ expected_loss: { weight: 5 } }"), 240.0, 0.0);
    weighed(&shocked("{ expected_loss: { weight: 3 } }"), 200.0, 30.0);
    // 0.1 a <= 4.
    costs(&shocked("{ expected_loss: { at_most: 4 USD } }"), 40.0 * 2.0 + 60.0 * 2.4);
    infeasible(&shocked("{ cvar: { level: 95 %, at_most: 239 USD } }"));
}

/// Lost for an hour, with 10 %, at 10 a request beyond a buffer of 20: (80 - b) x 10 x 0.1 is more
/// than the 0.4 that each of b costs more, so 80 of b.
#[test]
fn buffers_and_losses_of_work_count() {
    let text = |buffer: u32| {
        format!(
            "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: 200 }}\n  b: {{ chip: b, cloud: x, price: 2.4, capacity: 200 }}\nworkloads:\n  w: {{ kind: inference, demand: 100 r/h, throughput: {{ a: 1 r/h, b: 1 r/h }}, buffer: {buffer} r, loss: 10 USD/r }}\npolicy:\n  outages: {{ gone: {{ lose: {{ vendor: va }}, recovery: 1 h, probability: 10 % }} }}\n  risk: {{ expected_loss: {{ weight: 1 }} }}\n"
        )
    };
    costs(&text(20), 20.0 * 2.0 + 80.0 * 2.4);
    // A buffer of 100 outlasts the hour: nothing is lost, and a alone serves.
    costs(&text(100), 200.0);
}

/// 100 an hour on a alone, 20 of buffer, 10 a request: when a is lost the buffer lasts a fifth of an
/// hour, and in an hour 80 are lost (Simchi-Levi et al.: min loss with y <= capacity x TTR and
/// inventory; max t with demand x t <= inventory + capacity x t).
#[test]
fn stress_tells_the_loss_and_the_time_to_survive() {
    let text = |b: f64| {
        format!(
            "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}}, y: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 2, capacity: {} }}\n  b: {{ chip: b, cloud: y, price: 3, capacity: 200 }}\nworkloads:\n  w: {{ kind: inference, demand: 100 r/h, throughput: {{ a: 1 r/h, b: 1 r/h }}, buffer: 20 r, loss: 10 USD/r }}\n",
            100.0 - b
        )
    };
    let settings = |model: &Model, recovery: &str| StressSettings {
        dimensions: vec![Dimension::Vendor],
        windows: model.recovery(recovery).unwrap(),
        response: None,
    };
    // With b chips of b left: (100 - b) an hour are missing.
    for (b, hours) in [(0.0, 1.0), (0.0, 3.0), (40.0, 1.0), (90.0, 1.0), (90.0, 10.0)] {
        let model = model(&text(b));
        let plan = solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
        let situation = Situation::of_plan(&model, &plan, Solver::default()).unwrap();
        let table = stress(&model, &plan, &situation, &settings(&model, &format!("{hours} h"))).unwrap();
        let a = table.losses.iter().find(|l| l.lost.group == "va").unwrap();
        let missing = 100.0 - b;
        assert!((a.served - b / 100.0).abs() < 1e-6, "{}", a.served);
        assert!((a.time_to_survive.unwrap() - 20.0 / missing).abs() < 1e-6, "{:?}", a.time_to_survive);
        let loss = 10.0 * (missing * hours - 20.0).max(0.0);
        assert!((a.loss - loss).abs() < 1e-6 * (1.0 + loss), "{} instead of {loss}", a.loss);
        let other = table.losses.iter().find(|l| l.lost.group == "vb").unwrap();
        let most = a.loss.max(other.loss);
        assert!((a.exposure - if most > 0.0 { a.loss / most } else { 0.0 }).abs() < 1e-9);
        if b == 0.0 {
            assert_eq!((other.time_to_survive, other.loss, other.served), (None, 0.0, 1.0));
        }
    }
}

/// 75 chips of a at 1 serve 75 of 100; the rest is cheaper left undone, at 2, than on b at 5.
fn partly(policy: &str) -> String {
    format!(
        "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }}, s: {{ vendor: vs }} }}\nclouds: {{ x: {{}}, y: {{}}, z: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 1, capacity: 75 }}\n  b: {{ chip: b, cloud: y, price: 5, capacity: 100 }}\nworkloads:\n  w: {{ kind: inference, demand: 100 r/h, unmet: 2 USD/r, loss: 3 USD/r, throughput: {{ a: 1 r/h, b: 1 r/h }} }}\n{policy}"
    )
}

#[test]
fn losing_what_is_not_used_loses_nothing() {
    let plan = costs(&partly(""), 75.0 + 50.0);
    let served = |group: &str| {
        let r = plan.resilience.as_ref().unwrap().iter().find(|r| r.lost.group == group).unwrap();
        assert_eq!(r.counts, ["w"]);
        r.served
    };
    // All of what the plan serves, and nothing of it.
    assert!((served("vb") - 1.0).abs() < 1e-9 && (served("y") - 1.0).abs() < 1e-9);
    assert!(served("va").abs() < 1e-9 && served("x").abs() < 1e-9);
    let m = model(&partly(""));
    let situation = Situation::of_plan(&m, &plan, Solver::default()).unwrap();
    let windows = m.recovery("1 h").unwrap();
    let settings = StressSettings { dimensions: vec![Dimension::Vendor], windows, response: None };
    let table = stress(&m, &plan, &situation, &settings).unwrap();
    let row = |group: &str| table.losses.iter().find(|l| l.lost.group == group).unwrap();
    assert!(row("vb").served == 1.0 && row("vb").loss == 0.0 && row("vb").decides.is_none());
    assert!(row("va").served == 0.0 && (row("va").loss - 225.0).abs() < 1e-6, "{:?}", row("va"));
    assert_eq!(row("va").decides.as_deref(), Some("w"));
}

/// Inference of 10 and training of 10 on a and b at 1 and 2, 10 chips each: without a, inference is served on the
/// chips of the training, if that gives them up, and training then is not.
#[test]
fn stress_obeys_the_policy_and_shows_who_pays_for_it() {
    let text = |preempt: &str, surge: &str| {
        format!(
            "polysource: 1\nchips: {{ a: {{ vendor: va }}, b: {{ vendor: vb }} }}\nclouds: {{ x: {{}}, y: {{}} }}\noffers:\n  a: {{ chip: a, cloud: x, price: 1, capacity: 10 }}\n  b: {{ chip: b, cloud: y, price: 2, capacity: 20 }}\nworkloads:\n  chat: {{ kind: inference, demand: 10 r/h, throughput: {{ a: 1 r/h, b: 1 r/h }} }}\n  train: {{ kind: training, work: 10 t, throughput: {{ b: 1 t }} }}\npolicy:\n  survive: [ {{ loss_of: {{ vendor: va }}, serve: 100 %{preempt}{surge} }} ]\n"
        )
    };
    for (preempt, surge, cost, training) in
        [(", preempt: { kind: training }", "", 30.0, 0.0), ("", ", surge: 100 %", 30.0, 1.0)]
    {
        let text = text(preempt, surge);
        let plan = costs(&text, cost);
        let m = model(&text);
        let situation = Situation::of_plan(&m, &plan, Solver::default()).unwrap();
        let windows = m.recovery("1 h").unwrap();
        let settings =
            StressSettings { dimensions: vec![Dimension::Vendor, Dimension::Cloud], windows, response: None };
        let table = stress(&m, &plan, &situation, &settings).unwrap();
        let row = table.losses.iter().find(|l| l.lost.group == "va").unwrap();
        assert!((row.served - 1.0).abs() < 1e-6, "{row:?}");
        let solved = plan.resilience.as_ref().unwrap().iter().find(|r| r.lost.group == "va").unwrap();
        assert!((solved.served - row.served).abs() < 1e-6 && solved.survives);
        let of = |id: &str| row.workloads.iter().find(|w| w.workload == id).unwrap().served;
        assert!((of("chat") - 1.0).abs() < 1e-6 && (of("train") - training).abs() < 1e-6, "{preempt}{surge}: {row:?}");
        assert_eq!(row.counts, ["chat"]);
    }
}

/// A workload that runs on spot of one cloud loses nothing in an outage of another, and all of it in one of its own.
#[test]
fn spot_survives_outages_of_others() {
    let text = |cloud: &str, fraction: u32| {
        format!(
            "polysource: 1\nchips: {{ a: {{ vendor: va }} }}\nclouds: {{ x: {{}}, y: {{}} }}\noffers:\n  s: {{ chip: a, cloud: x, price: 1, term: {{ spot: {{ interruption: 0 % }} }} }}\n  b: {{ chip: a, cloud: y, price: 3 }}\nworkloads:\n  w: {{ kind: inference, interruptible: true, demand: 10 r/h, loss: 100 USD/r, throughput: {{ a: 1 r/h }} }}\npolicy:\n  outages: {{ o: {{ lose: {{ cloud: {cloud} }}, fraction: {fraction} %, recovery: 1 h, probability: 10 % }} }}\n  risk: {{ expected_loss: {{ at_most: 100k USD }} }}\n"
        )
    };
    for (cloud, fraction, loss) in [("y", 100, 0.0), ("y", 0, 0.0), ("x", 100, 1000.0), ("x", 50, 500.0)] {
        let plan = costs(&text(cloud, fraction), 10.0);
        let found = plan.risk.as_ref().unwrap().outages[0].loss;
        assert!((found - loss).abs() < 1e-6 * (1.0 + loss), "{cloud} {fraction}: {found}");
    }
}

/// Cloud b delivers from the second period on, and the policy asks from then on that half is served when a cloud is lost.
/// Before, everything runs at a: its loss leaves nothing, whatever holds later.
#[test]
fn a_requirement_for_a_time_hides_no_loss_outside_of_it() {
    let plan = solved(
        "polysource: 1
horizon: { start: 2027-Q1, periods: 2, step: quarter }
chips: { c: { vendor: v } }
clouds: { a: {}, b: {} }
offers:
  at-a: { chip: c, cloud: a, price: 2, capacity: 20 }
  at-b: { chip: c, cloud: b, price: 3, capacity: { 2027-Q1: 0, 2027-Q2: 20 } }
workloads:
  chat: { kind: inference, demand: 10 tok/h, throughput: { c: 1 tok/h } }
policy:
  survive: [ { loss_of: { each: cloud }, serve: 50 %, during: 2027-Q2.. } ]
",
    );
    let rows: Vec<_> = plan
        .resilience
        .as_ref()
        .unwrap()
        .iter()
        .filter(|r| r.lost.by == "cloud" && r.lost.group == "a")
        .map(|r| {
            (r.lost.group.as_str(), r.required, r.during.as_deref(), (r.served * 1e6).round() / 1e6, r.period.as_str())
        })
        .collect();
    assert_eq!(rows, [("a", Some(0.5), Some("2027-Q2"), 0.5, "2027-Q2"), ("a", None, None, 0.0, "2027-Q1")]);
    let mut text = Vec::new();
    polysource::report::write(&plan, polysource::report::Format::Text, polysource::report::Style::default(), &mut text)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("0 % of the peak demand of `chat` can still be served (in 2027-Q1)"), "{text}");
}
