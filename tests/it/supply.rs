//! What stands upstream: losing it stops deliveries and not machines. Models solved by hand, the arithmetic beside each.

use polysource::analysis::Detail;
use polysource::plan::Plan;
use polysource::resilience::{Situation, Solver, Stress, StressLoss, StressSettings, stress};
use polysource::{SolveSettings, solve};

use crate::common::{self, close, close_within, costs, follows, model, run, solved, text};

/// A foundry makes all chips of one cloud; 100 are needed for four days, then 110 and 120.
const FOUNDRY: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 8, step: day }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
supply:
  tsmc: { makes: [ { chip: gpu, part: PART } ], pipeline: PIPE, recovery: 3 periods MORE }
  intel: { makes: [ { offer: never } ], recovery: 3 periods }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  never: { chip: gpu, cloud: aws, price: 9 }
workloads:
  chat:
    kind: inference
    demand: [100 req/h, 100 req/h, 100 req/h, 100 req/h, 110 req/h, 120 req/h, 120 req/h, 120 req/h]
    throughput: { gpu: 1 req/h }
    loss: 1 USD/req
    buffer: BUFFER
";

struct Case {
    part: &'static str,
    pipeline: &'static str,
    more: &'static str,
    buffer: &'static str,
}

const PLAIN: Case = Case { part: "100 %", pipeline: "1 period", more: "", buffer: "0 req" };

fn written(case: &Case) -> String {
    // Where the other supplier delivers too, an offer may be made by both.
    let text = FOUNDRY.replace("PART", case.part).replace("PIPE", case.pipeline);
    text.replace("MORE", case.more).replace("BUFFER", case.buffer)
}

fn stressed(text: &str) -> Stress {
    let model = model(text);
    let plan = solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    let situation = Situation::of_plan(&model, &plan, Solver::default()).unwrap();
    let windows = model.recovery("1 period").unwrap();
    stress(&model, &plan, &situation, &StressSettings { dimensions: Vec::new(), windows, response: None }).unwrap()
}

fn upstream<'a>(stress: &'a Stress, name: &str) -> &'a StressLoss {
    stress.losses.iter().find(|l| l.lost.by == "supply" && l.lost.group == name).unwrap()
}

/// The chips that are missing in each period until recovery.
fn missing(loss: &StressLoss) -> Vec<(&str, f64)> {
    let deliveries = loss.deliveries.as_ref().unwrap();
    deliveries.missing.iter().map(|m| (m.period.as_str(), (m.chips * 1e6).round() / 1e6)).collect()
}

#[test]
fn what_is_installed_stays_and_nothing_new_comes() {
    let stress = stressed(&written(&PLAIN));
    let loss = upstream(&stress, "tsmc");
    // Lost on the fourth day it delivers that day, not on the two that follow, and again on the seventh.
    assert_eq!(missing(loss), [("2026-01-05", 10.0), ("2026-01-06", 20.0)]);
    let deliveries = loss.deliveries.as_ref().unwrap();
    let told = (deliveries.lost.as_str(), deliveries.stops.as_deref(), deliveries.back.as_deref());
    assert_eq!(told, ("2026-01-04", Some("2026-01-05"), Some("2026-01-07")));
    close(deliveries.recovery, 72.0);
    close(loss.loss, 24.0 * 30.0);
    assert_eq!((loss.period.as_str(), loss.decides.as_deref()), ("2026-01-06", Some("chat")));
    close_within(1e-6, loss.served, 100.0 / 120.0);
    // Lost on the fourth or fifth day, all is served for a day more.
    close(loss.time_to_survive.unwrap(), 24.0);
    assert_eq!(loss.time_to_survive_period, "2026-01-04");
    // Nothing that is held depends on the other.
    let other = upstream(&stress, "intel");
    assert_eq!((other.loss, other.served, other.time_to_survive), (0.0, 1.0, None));
    // The whole cloud costs more than the deliveries.
    assert!(stress.losses[0].lost.by != "supply" && stress.losses[0].loss > loss.loss);
}

#[test]
fn buffers_parts_and_substitutes() {
    // 10 an hour for 12 hours of the fifth day.
    let lasts = |buffer| upstream(&stressed(&written(&Case { buffer, ..PLAIN })), "tsmc").time_to_survive.unwrap();
    close_within(1e-6, lasts("120 req"), 24.0 + 12.0);
    // The whole day, and 240 of the 480 at 20 an hour.
    close_within(1e-6, lasts("480 req"), 24.0 + 24.0 + 12.0);
    let stress = stressed(&written(&Case { part: "50 %", ..PLAIN }));
    assert_eq!(missing(upstream(&stress, "tsmc")), [("2026-01-05", 5.0), ("2026-01-06", 10.0)]);
    // From the second day after the loss 60 % of what is new comes from elsewhere: 6 of 10.
    let more = ", substitute: { to: intel, ready: 2 periods, at_most: 60 % }";
    let stress = stressed(&written(&Case { more, ..PLAIN }));
    assert_eq!(missing(upstream(&stress, "tsmc")), [("2026-01-05", 10.0), ("2026-01-06", 14.0)]);
    // Of half, 20 % of all is missing.
    let stress = stressed(&written(&Case { part: "50 %", more, ..PLAIN }));
    assert_eq!(missing(upstream(&stress, "tsmc")), [("2026-01-05", 5.0), ("2026-01-06", 7.0)]);
    // A pipeline as long as the horizon: nothing is lost.
    let stress = stressed(&written(&Case { pipeline: "8 periods", ..PLAIN }));
    let loss = upstream(&stress, "tsmc");
    assert_eq!((loss.loss, loss.served, loss.time_to_survive), (0.0, 1.0, None));
    assert!(missing(loss).is_empty());
}

/// From the third day on chips are held on other terms, at PLACE.
const TERMS: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 4, step: day }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: { owner: amazon } }
supply: { tsmc: { makes: [ { chip: gpu } ], pipeline: 1 period, recovery: 4 periods } }
offers:
  a: { chip: gpu, cloud: aws, region: one, price: [1, 1, 9, 9] }
  r: { chip: gpu, cloud: aws, region: PLACE, price: 2, term: { reserved: 2 days, starts: 2026-01-03 } }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h } } }
";

#[test]
fn other_terms_are_no_new_machines() {
    let there = stressed(&TERMS.replace("PLACE", "one"));
    assert_eq!(upstream(&there, "tsmc").served, 1.0);
    let elsewhere = stressed(&TERMS.replace("PLACE", "two"));
    assert_eq!(upstream(&elsewhere, "tsmc").served, 0.0);
}

/// What is there before the horizon is what runs today.
#[test]
fn what_runs_today_is_installed() {
    let text = TERMS.replace("PLACE", "one").replace("pipeline: 1 period, ", "");
    let none = stressed(&text);
    assert_eq!(upstream(&none, "tsmc").served, 0.0);
    assert!(none.notes.iter().any(|n| n.contains("without a `baseline`")), "{:?}", none.notes);
    // 40 of the 100 chips of the first day run today.
    let text = format!("{text}baseline: {{ file: today.csv }}\n");
    let (_folder, input) = common::input_beside(&text, "today.csv", Some("offer,workload,chips\na,chat,40\n"));
    let model = common::loaded(&input);
    let plan = solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap();
    let situation = Situation::of_plan(&model, &plan, Solver::default()).unwrap();
    let windows = model.recovery("1 period").unwrap();
    let some =
        stress(&model, &plan, &situation, &StressSettings { dimensions: Vec::new(), windows, response: None }).unwrap();
    close_within(1e-6, upstream(&some, "tsmc").served, 0.4);
    assert!(!some.notes.iter().any(|n| n.contains("without a `baseline`")), "{:?}", some.notes);
}

/// Memory of gpu comes from two, that of tpu from one of them.
const MEMORY: &str = "
polysource: 1
chips: { gpu: { vendor: nvidia }, tpu: { vendor: google }, own: { vendor: lab } }
clouds: { aws: { owner: amazon }, gcp: { owner: google } }
supply:
  hynix: { makes: [ { chip: gpu, part: 70 % } ], recovery: 1 period }
  samsung: { makes: [ { chip: gpu, part: 30 % }, { vendor: { not: [nvidia, lab] } } ], recovery: 1 period }
offers:
  a: { chip: gpu, cloud: aws, price: 3 }
  b: { chip: tpu, cloud: gcp, price: 1 }
  c: { chip: own, cloud: aws, price: 90 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h, own: 1 req/h } } }
";

#[test]
fn shares_count_each_supplier_by_its_part() {
    let with = |limit: &str| solved(&format!("{MEMORY}policy: {{ limits: [ {limit} ] }}\n"));
    // Of g gpu and 100 - g tpu samsung has 100 - 0.7 g.
    let g = 40.0 / 0.7;
    let plan = with("{ share: { by: supply, of: chips, at_most: 60 % } }");
    costs(&plan, 3.0 * g + (100.0 - g));
    let table = plan.exposure.iter().find(|e| e.by == "supply" && e.of == "chips").unwrap();
    let shares: Vec<(&str, f64)> = table.groups.iter().map(|s| (s.group.as_str(), s.share)).collect();
    assert_eq!(shares.iter().map(|s| s.0).collect::<Vec<_>>(), ["samsung", "hynix"]);
    close_within(1e-6, shares[0].1, 0.6);
    close_within(1e-6, shares[1].1, 0.4);
    // Of spend: samsung has 0.9 g + 100 - g of 100 + 2 g.
    let s = 30.0 / 1.5;
    costs(&with("{ share: { by: supply, of: spend, at_most: 70 % } }"), 100.0 + 2.0 * s);
    // Hynix counts with 40 %, as above; an HHI of 0.6^2 + 0.4^2 is the same.
    let two = "{ suppliers: { by: supply, of: chips, at_least: 2, each_at_least: 40 % } }";
    costs(&with(two), 3.0 * g + (100.0 - g));
    let hhi = with("{ concentration: { by: supply, of: chips, hhi_at_most: 0.52 } }");
    close_within(1e-6, hhi.cost.unwrap().total, 3.0 * g + (100.0 - g));
    // Without limits all runs on tpu, which depends on samsung alone.
    let plan = solved(MEMORY);
    costs(&plan, 100.0);
    // Sweeps have columns of it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory.yaml");
    std::fs::write(&file, MEMORY).unwrap();
    let columns = "share(supply:samsung:chips)";
    let arguments = ["sweep", file.to_str().unwrap(), "--vary", "offers.b.price=1..9/2", "--columns", columns];
    let output = run(&[&arguments[..], &["--format", "csv"]].concat());
    let shares: Vec<f64> =
        text(&output.stdout).lines().skip(1).map(|l| l.rsplit(',').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(shares, [1.0, 0.3], "{}", text(&output.stderr));
    // A frontier of its largest share ends where hynix has as much: 0.7 g = 100 - 0.7 g.
    let both = MEMORY.replace("  c: { chip: own, cloud: aws, price: 90 }\n", "");
    std::fs::write(&file, both.replace("nvidia, lab", "nvidia")).unwrap();
    let output = run(&["frontier", file.to_str().unwrap(), "--against", "largest:supply:chips", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let points = told["points"].as_array().unwrap();
    let least = points.iter().map(|p| p["level"].as_f64().unwrap()).fold(1.0, f64::min);
    close_within(1e-3, least, 0.5);
    // A selector picks whatever depends on it.
    costs(&with("{ budget: { where: { supply: samsung }, at_most: 90 USD } }"), 90.0 + 10.0 * 90.0);
    costs(&with("{ budget: { where: { supply: { not: samsung } }, at_most: 0 USD } }"), 100.0);
}

/// gpu costs 1 and depends on the foundry, alt 2 and does not; 100 chips are needed, then 10 more each day.
const SURVIVE: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 4, step: day }
chips: { gpu: { vendor: nvidia }, alt: { vendor: lab } }
clouds: { aws: { owner: amazon } }
supply:
  tsmc: { makes: [ { chip: gpu, part: PART } ], pipeline: 1 period, recovery: RECOVERY SUBSTITUTE }
  other: { makes: [ { offer: none } ], recovery: 4 periods }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
  b: { chip: alt, cloud: aws, price: 2 }
  none: { chip: alt, cloud: aws, price: 99 }
workloads:
  chat: { kind: inference, demand: [DEMAND], throughput: { gpu: 1 req/h, alt: 1 req/h } }
policy:
  LIMITS
  survive: [ { loss_of: { each: supply }, effect: deliveries, serve: SERVE } ]
";

struct Asked<'a> {
    part: &'a str,
    recovery: &'a str,
    substitute: &'a str,
    demand: &'a str,
    limits: &'a str,
    serve: &'a str,
}

const ASKED: Asked<'_> = Asked {
    part: "100 %",
    recovery: "4 periods",
    substitute: "",
    demand: "100 req/h, 110 req/h, 120 req/h, 130 req/h",
    limits: "limits: []",
    serve: "100 %",
};

fn surviving(asked: &Asked<'_>) -> Plan {
    let text = SURVIVE.replace("PART", asked.part).replace("RECOVERY", asked.recovery);
    let text = text.replace("SUBSTITUTE", asked.substitute).replace("DEMAND", asked.demand);
    let text = text.replace("LIMITS", asked.limits).replace("SERVE", asked.serve);
    // The last offer of all is there for the other supplier alone.
    solved(&text)
}

#[test]
fn deliveries_that_have_to_be_survived() {
    // Lost on the first day, nothing comes any more: what gpu is more than then is alt at 2, or held from the first
    // day on. With x gpu each day, 110 to 120 of them: 4 x + 2 (120 - x) + 2 (130 - x) = 500.
    let plan = surviving(&ASKED);
    costs(&plan, 24.0 * 500.0);
    let told =
        plan.resilience.as_ref().unwrap().iter().find(|r| r.lost.by == "supply" && r.lost.group == "tsmc").unwrap();
    assert!(told.survives && told.served >= 1.0 - 1e-6, "{told:?}");
    // A share of what is held does not forbid it.
    let limits = "limits: [ { share: { by: vendor, of: chips, at_most: 99 % } } ]";
    costs(&surviving(&Asked { limits, ..ASKED }), 24.0 * 500.0);
    // Back on the day after next nothing is lost but the one day's 10: held a day earlier they cost 10 each time.
    costs(&surviving(&Asked { recovery: "2 periods", ..ASKED }), 24.0 * (460.0 + 30.0));
    // Back when the pipeline ends.
    let plan = surviving(&Asked { recovery: "1 period", ..ASKED });
    costs(&plan, 24.0 * 460.0);
    // 100 of 110, 120 and 130: enough for ten thirteenths.
    costs(&surviving(&Asked { serve: "76 %", ..ASKED }), 24.0 * 460.0);
    // A half of what is new comes: two chips for one that is served, or an alt at 2.
    let two_days = "100 req/h, 120 req/h, 0 req/h, 0 req/h";
    costs(&surviving(&Asked { part: "50 %", demand: two_days, ..ASKED }), 24.0 * (100.0 + 140.0));
}

/// Who does not run on what is delivered keeps their chips.
#[test]
fn others_keep_what_is_theirs() {
    let side = "
  side: { kind: training, work: 960 alt-h, rate: { at_most: 10 chips }, throughput: { alt: 1 alt-h } }
policy:";
    let text = SURVIVE.replace("PART", "100 %").replace("RECOVERY", "4 periods").replace("SUBSTITUTE", "");
    let text = text.replace("DEMAND", ASKED.demand).replace("LIMITS", "limits: []").replace("\npolicy:", side);
    // The other supplier makes an offer that side may run on.
    let text = text.replace("each: supply", "supply: tsmc");
    let text = text.replace("serve: SERVE", "serve: 100 %, for: { workload: chat }");
    // 10 alt for side each day besides.
    costs(&solved(&text), 24.0 * (500.0 + 4.0 * 20.0));
    // They are there for chat if side gives way: each takes the place of an alt, or of a chip held ahead.
    let gives = text.replace("serve: 100 %,", "serve: 100 %, preempt: { workload: side },");
    assert!(solved(&gives).cost.unwrap().total < 24.0 * 579.0);
}

/// Whatever the dates and parts, a plan that is certified has passed the audit, which loses each supplier in each period;
/// more that comes never costs more.
#[test]
fn whatever_is_lost_is_survived() {
    let demand = "60 req/h, 90 req/h, 80 req/h, 140 req/h";
    let mut before = f64::INFINITY;
    for (part, at_most) in [("100 %", "0 %"), ("100 %", "50 %"), ("60 %", "50 %"), ("60 %", "100 %"), ("1 %", "100 %")]
    {
        let substitute = format!(", substitute: {{ to: other, ready: 2 periods, at_most: {at_most} }}");
        for recovery in ["4 periods", "3 periods", "2 periods"] {
            for limits in ["limits: []", "limits: [ { share: { by: vendor, of: chips, at_most: 90 % } } ]"] {
                let plan = surviving(&Asked { part, recovery, substitute: &substitute, demand, limits, ..ASKED });
                assert!(plan.certificate.verified, "{part} {recovery} {limits}: {:?}", plan.notes);
                if recovery == "4 periods" && limits == "limits: []" {
                    let cost = plan.cost.as_ref().unwrap().total;
                    assert!(cost <= before * (1.0 + 1e-6), "{part} {at_most}: {cost} after {before}");
                    before = cost;
                }
            }
        }
    }
}

#[test]
fn the_table_is_told_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("foundry.yaml");
    std::fs::write(&file, written(&PLAIN)).unwrap();
    let file = file.to_str().unwrap();
    let told = |arguments: &[&str]| {
        let output = run(&[&["stress", file], arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    let words = told(&[]);
    assert!(text(&words).contains("Upstream: deliveries that stop"), "{}", text(&words));
    assert!(text(&words).contains("20 in 2026-01-06"), "{}", text(&words));
    follows("stress", &told(&["--format", "json"]));
    let table = told(&["--by", "supply", "--format", "csv"]);
    assert_eq!(text(&table).lines().filter(|l| l.starts_with("supply,")).count(), 2);
    assert_eq!(text(&table).lines().count(), 3);
    // Parts have no ranges among alternatives, and what stands upstream takes no machines.
    for arguments in [
        &["alternatives", file, "--by", "supply"][..],
        &["frontier", file, "--against", "served:supply"],
        &["sweep", file, "--vary", "offers.a.price=1..2/2", "--columns", "served(supply:tsmc)"],
    ] {
        let output = run(arguments);
        assert!(!output.status.success() && text(&output.stderr).contains("supply"), "{}", text(&output.stderr));
    }
}

#[test]
fn deliveries_are_survived_in_several_futures() {
    let text = SURVIVE
        .replace("PART", "100 %")
        .replace("RECOVERY", "4 periods")
        .replace("SUBSTITUTE", "")
        .replace("DEMAND", ASKED.demand)
        .replace("LIMITS", "limits: []")
        .replace("SERVE", "100 %");
    let text = format!(
        "{text}
uncertainty:
  factors:
    growth:
      known: 2026-01-03
      outcomes:
        slow: {{ probability: 50 % }}
        fast: {{ probability: 50 %, vary: [ {{ workloads: {{ workload: {{ not: x* }} }}, field: demand, scale: 1.5 }} ] }}
"
    );
    let text = text.replace("workload: { not: x* }", "kind: inference");
    let model = model(&text);
    let plan =
        common::sound(solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap());
    assert!(plan.certificate.verified, "{:?}", plan.notes);
    // Slow growth alone costs 500 a day's hour; what is not known in time cannot make that less.
    assert!(plan.cost.unwrap().total > 24.0 * 500.0);
}
