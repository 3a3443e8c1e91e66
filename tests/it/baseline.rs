//! What runs today, from a table beside the model, and what moving off it costs: models solved by
//! hand, and every mistake in the table told at its line.

use std::fs;

use polysource::model::{Input, load};
use polysource::plan::{CostKind, Plan};
use polysource::{SolveSettings, solve};

use crate::common::{costs, input_beside, loaded, program, sound};

const HEAD: &str = "polysource: 1
chips:
  gpu: { vendor: nvidia, ecosystem: cuda }
  tpu: { vendor: google, ecosystem: xla }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
";

const STEADY: &str = "
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
";

/// A model and the table beside it.
fn input(text: &str, table: Option<&str>) -> (tempfile::TempDir, Input) {
    input_beside(&format!("{HEAD}{text}"), "today.csv", table)
}

fn solved(text: &str, table: &str) -> Plan {
    let (_folder, input) = input(text, Some(table));
    sound(solve(&loaded(&input), &SolveSettings::default()).unwrap())
}

/// Workload, offer, chips today, chips in the plan, cost.
fn moves(plan: &Plan) -> Vec<(&str, &str, f64, f64, f64)> {
    plan.moves.iter().map(|m| (m.workload.as_str(), m.offer.as_str(), m.today, m.chips, m.cost)).collect()
}

fn steady(demand: u32, switching: &str) -> Plan {
    let text = format!(
        "{STEADY}
workloads: {{ chat: {{ kind: inference, demand: {demand} req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
baseline: {{ file: today.csv{switching} }}
"
    );
    solved(&text, "offer,workload,chips\na,chat,10\n")
}

#[test]
fn moving_pays_if_it_costs_less_than_it_saves() {
    // 10 chips at 3 instead of 1: 2 saved for each.
    let moved = steady(10, ", switching: 1 USD/chip");
    costs(&moved, 10.0 + 10.0);
    assert_eq!(moves(&moved), [("chat", "a", 10.0, 0.0, 10.0), ("chat", "b", 0.0, 10.0, 0.0)]);
    let switching = moved.cost.as_ref().unwrap().lines.iter().find(|l| l.kind == CostKind::Switching).unwrap();
    assert_eq!((switching.id.as_str(), switching.cost), ("chat a", 10.0));
    let stays = steady(10, ", switching: 3 USD/chip");
    costs(&stays, 30.0);
    assert_eq!(moves(&stays), [("chat", "a", 10.0, 10.0, 0.0)]);
    // Free if nothing is said of its cost.
    costs(&steady(10, ""), 10.0);
    // 6 of the 10 are still needed: moving all costs 30, letting 4 go 12.
    costs(&steady(6, ", switching: 3 USD/chip"), 18.0 + 12.0);
    // 12 are needed: the two more go where they are cheap.
    let grown = steady(12, ", switching: 3 USD/chip");
    costs(&grown, 30.0 + 2.0);
    assert_eq!(moves(&grown), [("chat", "a", 10.0, 10.0, 0.0), ("chat", "b", 0.0, 2.0, 0.0)]);
}

#[test]
fn a_ramp_starts_from_what_runs_today() {
    // 10 on tpu today, and 4 more each day: 14 and 18 of 20; the rest at 3.
    let text = "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
workloads: { chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { name: growth, ramp: { where: { vendor: google }, at_most: 4 chips } } ] }
baseline: { file: today.csv }
";
    let plan = solved(text, "offer,workload,chips\nb,chat,10\n");
    costs(&plan, 24.0 * (14.0 + 18.0 + 18.0 + 6.0));
    let growth = plan.limits.iter().find(|l| l.name == "growth 2026-01-01").unwrap();
    assert!((growth.activity - 4.0).abs() < 1e-6 && growth.binding, "{growth:?}");
}

#[test]
fn several_workloads_on_several_offers() {
    // code could save 2 for each of 5 chips, which do not leave: switching costs 2.50. chat runs on
    // both, 3 of its 8 where it is dear. Columns may stand in any order, with others beside them.
    let text = format!(
        "{STEADY}
workloads:
  chat: {{ kind: inference, demand: 8 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }}
  code: {{ kind: inference, demand: 5 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }}
baseline: {{ file: today.csv, switching: 2.50 USD/chip }}
"
    );
    let plan = solved(&text, "workload, chips, offer, owner\ncode, 5, a, x\nchat, 3, a, y\n\nchat, 5 chips, b, z\n");
    costs(&plan, 15.0 + 9.0 + 5.0);
    assert_eq!(moves(&plan).len(), 3);
}

/// What is told of a model with a table, and the line in which file.
fn told(table: Option<&str>) -> String {
    let text = format!(
        "{STEADY}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
baseline: {{ file: today.csv, switching: 1 USD/chip }}
"
    );
    let (folder, input) = input(&text, table);
    let told = load(&input).err().unwrap_or_else(|| panic!("{table:?} is accepted")).to_string();
    told.replace(&format!("{}/", folder.path().display()), "")
}

#[track_caller]
fn tells(table: &str, code: &str, place: &str, words: &str, remedy: &str) {
    let told = told(Some(table));
    assert!(told.starts_with(&format!("error[{code}]: ")), "{told}");
    for part in [place, words, remedy] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
    assert!(told.ends_with("\n1 error\n"), "{told}");
}

#[test]
fn mistakes_in_the_table_are_told_at_their_line() {
    tells(
        "offer,workload,chips\na,chat,1\nc,chat,2\n",
        "unknown-id",
        "--> today.csv:3:1",
        "no offer `c`",
        "did you mean `a`?",
    );
    tells("offer,workload,chips\na,chart,1\n", "unknown-id", "--> today.csv:2:1", "no workload `chart`", "`chat`");
    tells("offer,workload,chips\na,chat,many\n", "invalid-quantity", "--> today.csv:2:1", "many", "");
    tells("offer,workload,chips\na,chat,\n", "invalid-quantity", "--> today.csv:2:1", "", "");
    tells("offer,workload,chips\n\n\na,chat,-3\n", "out-of-range", "--> today.csv:4:1", "it must be 0 or more", "");
    tells(
        "offer,workload,chips\na,chat,3 USD\n",
        "wrong-dimension",
        "--> today.csv:2:1",
        "expected a number of chips",
        "write a number of chips",
    );
    tells(
        "offer,workload,chips\na,chat,3\nb,chat,1\na,chat,2\n",
        "duplicate-name",
        "--> today.csv:4:1",
        "`chat` on `a` is listed twice here",
        "add the two up in one line",
    );
    tells(
        "offer;workload;chips\na;chat;3\n",
        "missing-key",
        "--> today.csv:1:1",
        "the table has no column `offer`",
        "its first line is `offer,workload,chips`",
    );
    tells("", "missing-key", "--> today.csv:1:1", "the table has no column `offer`", "its first line is");
    tells("offer,workload\na,chat\n", "missing-key", "--> today.csv:1:1", "no column `chips`", "its first line is");
}

#[test]
fn all_mistakes_in_a_table_are_told_at_once() {
    let told = told(Some("offer,workload,chips\nc,chat,1\na,chart,1\na,chat,x\n"));
    for place in ["today.csv:2:1", "today.csv:3:1", "today.csv:4:1"] {
        assert!(told.contains(place), "{told}");
    }
    assert!(told.ends_with("\n3 errors\n"), "{told}");
}

#[test]
fn a_table_that_is_not_there_or_cannot_be_looked_for() {
    let missing = told(None);
    assert!(missing.starts_with("error[unreadable]: `today.csv` cannot be read: No such file"), "{missing}");
    assert!(missing.contains("--> model.yaml:14:") && missing.contains("relative to the model's folder"), "{missing}");
    let (_folder, input) = input(
        &format!(
            "{STEADY}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
baseline: {{ file: today.csv }}
"
        ),
        Some("offer,workload,chips\n"),
    );
    let nowhere = load(&Input { folder: None, ..input }).err().unwrap().to_string();
    assert!(nowhere.contains("error[unreadable]") && nowhere.contains("the model is in no folder"), "{nowhere}");
}

#[test]
fn the_program_finds_the_table_beside_the_model() {
    let (folder, _) = input(
        &format!(
            "{STEADY}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
baseline: {{ file: today.csv, switching: 1 USD/chip }}
"
        ),
        Some("offer,workload,chips\na,chat,10\n"),
    );
    let run = |format: &str| {
        let model = folder.path().join("model.yaml");
        let out = program().arg("solve").arg(model).args(["--format", format]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let plan: Plan = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(plan.moves.len(), 2);
    let text = run("text");
    assert!(text.contains("Changes in the first period"), "{text}");
    // Another table is another model.
    let sha = plan.model.sha256;
    fs::write(folder.path().join("today.csv"), "offer,workload,chips\na,chat,9\n").unwrap();
    let plan: Plan = serde_json::from_str(&run("json")).unwrap();
    assert_ne!(plan.model.sha256, sha);
}
