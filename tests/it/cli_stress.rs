//! `stress` as a command: what it tells, in every format, over a plan just solved or read.

use serde_json::Value;

use crate::common::program;

/// Two clouds, 20 to serve: 15 at aws (Nvidia, at most 15), 5 at gcp (AMD), which has 10.
const MODEL: &str = "polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd } }
clouds: { aws: {}, gcp: {} }
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 15 }
  b: { chip: mi, cloud: gcp, price: 2, capacity: 10 }
workloads:
  chat: { kind: inference, demand: 20 req/h, throughput: { gpu: 1 req/h, mi: 1 req/h }, buffer: 30 req, loss: 7 USD/req }
";

fn stress(folder: &std::path::Path, options: &[&str], code: i32) -> (String, String) {
    let model = folder.join("model.yaml");
    std::fs::write(&model, MODEL).unwrap();
    let run = program().arg("stress").arg(&model).args(options).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(run.stdout), text(run.stderr));
    assert_eq!(run.status.code(), Some(code), "{err}");
    (out, err)
}

#[test]
fn losses_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let (json, _) = stress(folder.path(), &["--by", "vendor", "--format", "json"], 0);
    let table: Value = serde_json::from_str(&json).unwrap();
    let losses = table["losses"].as_array().unwrap();
    let near = |value: &Value, x: f64| assert!((value.as_f64().unwrap() - x).abs() < 1e-6, "{value} is not {x}");
    // Without Nvidia the 5 chips that are held at gcp serve a quarter: 15 an hour are lacking, and the
    // buffer of 30 lasts two hours. Without AMD a quarter is lacking: 6 hours.
    assert_eq!(losses[0]["lost"]["group"], "nvidia");
    near(&losses[0]["served"], 0.25);
    near(&losses[0]["time_to_survive"], 2.0);
    assert_eq!(losses[1]["lost"]["group"], "amd");
    near(&losses[1]["served"], 0.75);
    near(&losses[1]["time_to_survive"], 6.0);
    // The steady state is one hour: the buffer holds, and nothing is lost until it is over.
    near(&losses[0]["loss"], 0.0);
    // With a surge of all of it gcp has its 10: a half.
    let (json, _) = stress(folder.path(), &["--by", "vendor", "--surge", "100%", "--format", "json"], 0);
    let table: Value = serde_json::from_str(&json).unwrap();
    near(&table["losses"][0]["served"], 0.5);
    // So 10 an hour are lacking instead of 15, and the buffer lasts three hours.
    near(&table["losses"][0]["time_to_survive"], 3.0);
}

/// How long the buffer lasts without Nvidia, with more after the model and a surge.
fn lasts(model: &str, surge: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    std::fs::write(&path, model).unwrap();
    let options = ["--by", "vendor", "--surge", surge, "--format", "json"];
    let run = program().arg("stress").arg(&path).args(options).output().unwrap();
    let table: Value = serde_json::from_slice(&run.stdout).unwrap();
    let losses = table["losses"].as_array().unwrap();
    losses.iter().find(|l| l["lost"]["group"] == "nvidia").unwrap()["time_to_survive"].clone()
}

#[test]
fn a_surge_makes_buffers_last() {
    let near = |value: Value, x: f64| assert!((value.as_f64().unwrap() - x).abs() < 1e-6, "{value} is not {x}");
    // A fifth of the 5 chips at gcp is 1 more: 20 - 6 = 14 an hour are lacking of the 30.
    near(lasts(MODEL, "20%"), 30.0 / 14.0);
    // Nine times what is held would be 45 more; its capacity of 10 allows 5.
    near(lasts(MODEL, "900%"), 3.0);
    // A pool of 8 chips leaves room for 3 more: 12 are lacking.
    near(lasts(&format!("{MODEL}pools: {{ hall: {{ chips: 8, offers: {{ cloud: gcp }} }} }}\n"), "100%"), 2.5);
    // With a capacity of 40 and four times what is held there are 25, and nothing is lacking.
    let wide = MODEL.replace("price: 2, capacity: 10", "price: 2, capacity: 40");
    near(lasts(&wide, "200%"), 6.0);
    assert_eq!(lasts(&wide, "400%"), Value::Null);
    // bulk has no buffer and keeps 5 of the 15 chips that gcp then has, where 10 are held: 10 an hour of
    // chat are lacking.
    let both = wide + "  bulk: { kind: inference, demand: 5 req/h, throughput: { mi: 1 req/h } }\n";
    near(lasts(&both, "50%"), 3.0);
}

#[test]
fn a_plan_that_is_read_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (text, _) = stress(folder.path(), &["--by", "cloud"], 0);
    let plan = folder.path().join("plan.json");
    let model = folder.path().join("model.yaml");
    program().arg("solve").arg(&model).args(["--format", "json", "-o"]).arg(&plan).assert().success();
    let (again, _) = stress(folder.path(), &["--by", "cloud", "--plan", plan.to_str().unwrap()], 0);
    assert_eq!(text, again);
    let line = |lost: &str| text.lines().find(|l| l.contains(lost)).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(line("cloud aws")[..4], ["cloud", "aws", "25", "%"], "{text}");
    assert_eq!(line("cloud gcp")[..4], ["cloud", "gcp", "75", "%"], "{text}");
    let (csv, _) = stress(folder.path(), &["--by", "cloud", "--format", "csv"], 0);
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert!(rows[1].starts_with("cloud,aws,1,0.25,") && rows[1].ends_with(",req"), "{csv}");
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, error) = stress(folder.path(), &["--by", "planet"], 2);
    assert!(error.contains("`planet` is neither a dimension nor a tag of any offer"), "{error}");
    let (_, error) = stress(folder.path(), &["--recovery", "soon"], 2);
    assert!(error.starts_with("error: "), "{error}");
    let plan = folder.path().join("plan.json");
    program().args(["solve", "models/quickstart.yaml", "--format", "json", "-o"]).arg(&plan).assert().success();
    let (_, error) = stress(folder.path(), &["--plan", plan.to_str().unwrap()], 2);
    assert!(error.contains("is a plan of another model"), "{error}");
}
