//! Evaluations in chunks: byte for byte what `evaluate` writes, whatever is killed, torn or foreign.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::common::{QUICKSTART, run, text};
use crate::replication_chunks::{Judged, seal, sum};
use crate::samples::DRAWN;

/// Every future is served, whatever is drawn, at a price.
const SERVED: [(&str, &str); 2] = [
    ("price: 1 }", "price: 1, capacity: 30 }"),
    (
        "h100: 1 req/h } }",
        "h100: 1 req/h }, unmet: 1.000001 }\n  code: { kind: inference, demand: 5 req/h, throughput: { h100: 1 req/h } }",
    ),
];
/// What is drawn comes together with something that is known later.
const FACTORS: (&str, &str) = (
    "uncertainty:\n",
    "uncertainty:\n  factors:\n    price:\n      known: 2027-01-01T00\n      outcomes:\n        base: { probability: 75 % }\n        dear: { probability: 25 %, set: { offers.od.price: 1.5 } }\n",
);

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DRAWN.to_owned(), |yaml, (from, to)| {
        assert!(yaml.contains(from), "{from}");
        yaml.replace(from, to)
    })
}

/// Writes an evaluation down in so many chunks.
fn planned(judged: &Judged, arguments: &[&str], chunks: usize) {
    judged.planned(&[&["--evaluate"], arguments].concat(), &chunks.to_string());
}

fn evaluate(judged: &Judged, arguments: &[&str], format: &str) -> Output {
    run(&[&["evaluate", &judged.model()], arguments, &["--format", format]].concat())
}

/// Chunks and a single run give the same bytes and the same exit code, in every format.
fn same(judged: &Judged, arguments: &[&str], chunks: &[usize], code: i32) {
    let formats = ["json", "text", "csv", "html"];
    let single = formats.map(|format| evaluate(judged, arguments, format));
    for &chunks in chunks {
        let _ = fs::remove_dir_all(judged.dir());
        planned(judged, arguments, chunks);
        // The order does not matter.
        (0..chunks).rev().for_each(|chunk| judged.done(chunk));
        for (format, single) in formats.into_iter().zip(&single) {
            let merged = judged.merge(format);
            assert_eq!(single.status.code(), Some(code), "{}", text(&single.stderr));
            assert_eq!(merged.status.code(), Some(code), "{}", text(&merged.stderr));
            assert!(!single.stdout.is_empty());
            assert!(merged.stdout == single.stdout, "{format}:\n{}\n{}", text(&merged.stdout), text(&single.stdout));
        }
    }
}

fn merged(judged: &Judged) -> Value {
    serde_json::from_slice(&judged.merge("json").stdout).unwrap()
}

/// 340 draws are 7 batches of 49.
#[test]
fn batches_in_chunks_are_those_of_one_process() {
    let judged = Judged::of(DRAWN);
    same(&judged, &["--samples", "340", "--confidence", "90%"], &[1, 3, 7], 0);
    let found = merged(&judged);
    assert_eq!([&found["draws"], &found["batches"], &found["confidence"]], [&json!(343), &json!(7), &json!(0.9)]);
    assert_eq!(found["plans"].as_array().unwrap().len(), 2);
}

/// Work that is not done of one of two workloads, and a price that is known later: 2 x 30 futures in each batch.
#[test]
fn unmet_work_and_factors_are_the_same_in_chunks() {
    let judged = Judged::of(&changed(&[SERVED[0], SERVED[1], FACTORS]));
    same(&judged, &["--samples", "90"], &[2], 0);
    let unmet = &merged(&judged)["plans"][0]["unmet"];
    assert_eq!((unmet[0]["workload"].as_str(), unmet.as_array().unwrap().len()), (Some("chat"), 1), "{unmet}");
    let manifest = judged.manifest();
    let futures = manifest["evaluation"]["futures"].as_array().unwrap();
    assert_eq!((futures.len(), &futures[45]), (90, &json!("dear+draw-1")));
    let plan =
        |plan: &str| ["followed", "cost", "unmet(chat)", "unmet(code)"].map(|column| format!("{plan}: {column}"));
    let columns =
        [vec!["probability".to_owned(), "least".to_owned()], plan("here-and-now").into(), plan("base").into()];
    assert_eq!(manifest["columns"], json!(columns.concat()));
}

/// What a written plan decided is followed, whatever the model would decide, and its file is needed no more.
#[test]
fn a_written_plan_is_evaluated_in_chunks() {
    let judged = Judged::of(DRAWN);
    let path = judged.folder.path().join("plan.json");
    let mut plan: Value = serde_json::from_slice(&judged.solve(&[], "json").stdout).unwrap();
    // 180 instead of 140: 108 and 20 x 20 / 2 / 100.
    plan["uncertainty"]["draws"]["decided"].as_object_mut().unwrap().values_mut().for_each(|chips| *chips = json!(180));
    fs::write(&path, plan.to_string()).unwrap();
    let arguments = ["--samples", "200", "--plan", path.to_str().unwrap()];
    let single = evaluate(&judged, &arguments, "json");
    planned(&judged, &arguments, 2);
    fs::remove_file(&path).unwrap();
    [0, 1].into_iter().for_each(|chunk| judged.done(chunk));
    assert!(judged.merge("json").stdout == single.stdout);
    let expected = merged(&judged)["plans"][0]["expected"].as_f64().unwrap();
    assert!((expected - 110.0).abs() < 0.1, "{expected}");
}

/// Draws in which the plan cannot be followed are counted, with the first of them, and the merge ends as `evaluate` does.
#[test]
fn draws_that_a_plan_cannot_follow_are_the_same_in_chunks() {
    let judged = Judged::of(&changed(&[SERVED[0]]).replace("samples: 100", "samples: 5"));
    same(&judged, &["--samples", "150"], &[3], 4);
    let here = &merged(&judged)["plans"][0];
    assert!(here["not_followed"].as_u64() > Some(0) && here["expected"].is_null(), "{here}");
    assert!(here["first"].as_str().unwrap().contains(" of batch "), "{here}");
}

/// A draw without a plan leaves nothing to be told: the same words and the same exit code.
#[test]
fn a_draw_without_a_plan_is_told_as_by_one_process() {
    let none = changed(&[SERVED[0]]).replace("notice: 1 hour", "notice: 1 hour, capacity: 165");
    let judged = Judged::of(&none.replace("samples: 100", "samples: 4"));
    let arguments = ["--samples", "200"];
    let single = evaluate(&judged, &arguments, "json");
    assert_eq!((single.status.code(), single.stdout.len()), (Some(4), 0), "{}", text(&single.stderr));
    assert!(text(&single.stderr).contains("there is no plan in the draw `draw-"), "{}", text(&single.stderr));
    planned(&judged, &arguments, 2);
    [1, 0].into_iter().for_each(|chunk| judged.done(chunk));
    let merged = run(&["sweep", "merge", &judged.dir(), "--format", "json"]);
    assert_eq!((merged.status.code(), merged.stdout.len()), (Some(4), 0));
    assert_eq!(text(&merged.stderr), text(&single.stderr));
}

/// Overlays, scenarios, settings and a table beside the model: a chunk needs nothing but the folder.
#[test]
fn everything_that_the_model_is_read_from_is_in_the_folder() {
    let scenarios = "scenarios:\n  dear: { offers: { od: { price: 1.4 } } }\n";
    let judged = Judged::of(&format!("{DRAWN}{scenarios}"));
    let beside = |name: &str| judged.folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(beside("over.yaml"), "baseline: { file: today.csv, switching: 0.01 USD/chip }\n").unwrap();
    fs::write(beside("today.csv"), "offer,workload,chips\nod,chat,100\n").unwrap();
    let over = beside("over.yaml");
    let arguments = [
        "--overlay",
        &over,
        "--scenario",
        "dear",
        "--set",
        "offers.res.price=0.7",
        "--samples",
        "60",
        "--engine",
        "simplex",
    ];
    let single = evaluate(&judged, &arguments, "json");
    assert_eq!(single.status.code(), Some(0), "{}", text(&single.stderr));
    planned(&judged, &arguments, 2);
    for name in ["model.yaml", "over.yaml", "today.csv"] {
        fs::remove_file(beside(name)).unwrap();
    }
    [0, 1].into_iter().for_each(|chunk| judged.done(chunk));
    assert!(judged.merge("json").stdout == single.stdout);
    assert_eq!(judged.manifest()["options"]["engine"], "simplex");
}

#[cfg(unix)]
#[test]
fn a_killed_chunk_goes_on_where_it_was() {
    let arguments = ["--samples", "2400"];
    let judged = Judged::of(DRAWN);
    planned(&judged, &arguments, 2);
    let whole = judged.killed(1);
    assert!((1..24).contains(&whole), "{whole}");
    let status = run(&["sweep", "status", &judged.dir(), "--format", "json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((status["points"].as_u64(), status["chunks"][1]["points"].as_u64()), (Some(48), Some(24)));
    assert!(status["points_done"].as_u64() >= Some(whole as u64) && status["done"] == 0, "{status}");
    judged.done(1);
    // What stood in the journal is not solved again.
    let beat = judged.heartbeat(1);
    assert_eq!((beat["done"].as_u64(), beat["solved"].as_u64()), (Some(24), Some(24 - whole as u64)));
    judged.done(0);
    assert!(judged.merge("json").stdout == evaluate(&judged, &arguments, "json").stdout);
}

#[test]
fn status_and_what_is_said_count_batches() {
    let judged = Judged::of(DRAWN);
    let planned = judged.plan(&["--evaluate", "--samples", "101"], "9");
    let told = text(&planned.stderr);
    assert!(
        told.starts_with("3 batches of 34 draws in 3 chunks (9 were asked for; a chunk has one at least): run "),
        "{told}"
    );
    judged.done(2);
    assert_eq!(text(&judged.run(2).stderr), "chunk 2 is done already: 1 point\n");
    let status = run(&["sweep", "status", "--verify", &judged.dir()]);
    assert!(text(&status.stdout).starts_with("points  1 of 3 done (33.3 %)\n"), "{}", text(&status.stdout));
    let merged = judged.merge("json");
    assert_eq!((merged.status.code(), merged.stdout.len()), (Some(1), 0));
    assert!(
        text(&merged.stderr).contains("2 of 3 chunks cannot be merged\n  missing: 0-1; run "),
        "{}",
        text(&merged.stderr)
    );
}

#[test]
fn the_manifest_follows_its_schema_and_is_the_same_bytes_again() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "120"], 2);
    let manifest = judged.valid_manifest();
    assert_eq!((&manifest["kind"], manifest["points"].as_array().unwrap().len()), (&"evaluation".into(), 3));
    assert_eq!(
        (&manifest["evaluation"]["samples"], &manifest["evaluation"]["confidence"]),
        (&json!(120), &json!(0.95))
    );
    let bytes = fs::read(judged.path("manifest.json")).unwrap();
    planned(&judged, &["--samples", "120"], 2);
    assert!(fs::read(judged.path("manifest.json")).unwrap() == bytes);
    let others: [&[&str]; 3] = [
        &["--evaluate", "--samples", "121"],
        &["--evaluate", "--samples", "120", "--set", "offers.res.price=0.7"],
        &["--replications", "3"],
    ];
    for other in others {
        let other = judged.plan(other, "2");
        assert_eq!(other.status.code(), Some(2));
        assert!(text(&other.stderr).contains("is of another sweep: name another folder"), "{}", text(&other.stderr));
    }
}

/// Without `--samples` there are as many draws as `evaluate` has.
#[test]
fn as_many_futures_are_drawn_as_by_one_process() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &[], 5);
    let manifest = judged.manifest();
    assert_eq!(
        (&manifest["evaluation"]["samples"], manifest["points"].as_array().unwrap().len()),
        (&json!(10_000), 200)
    );
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    let refused = |yaml: &str, arguments: &[&str], code: i32, why: &str| {
        let judged = Judged::of(yaml);
        let out = judged.plan(&[&["--evaluate"], arguments].concat(), "2");
        assert_eq!(out.status.code(), Some(code), "{why}: {}", text(&out.stderr));
        assert!(text(&out.stderr).contains(why), "{why}: {}", text(&out.stderr));
        assert!(!judged.path("manifest.json").exists(), "{why}");
    };
    let quick = fs::read_to_string(crate::common::at(QUICKSTART)).unwrap();
    refused(&quick, &[], 2, "draws nothing at random");
    let regret = DRAWN.replace("uncertainty:\n", "objective: { regret: worst }\nuncertainty:\n");
    refused(&regret, &[], 2, "the largest regret of a sample says nothing of other samples");
    let short = changed(&[SERVED[0]]).replace("notice: 1 hour", "notice: 1 hour, capacity: 90");
    refused(&short, &["--samples", "90"], 4, "there is no certified plan to evaluate: `polysource solve` says why");
    refused(&DRAWN.replace("price: 0.6", "prize: 0.6"), &[], 3, "prize");
    refused(DRAWN, &["--samples", "1"], 2, "needs at least 2 draws");
    refused(DRAWN, &["--samples", "2000000"], 2, "is not a whole number from 1 to 1000000");
    refused(DRAWN, &["--confidence", "0"], 2, "is not a confidence");
    refused(DRAWN, &["--vary", "offers.od.price=1..2/3"], 2, "cannot be used with");
    refused(DRAWN, &["--replications", "3"], 2, "cannot be used with");
    refused(DRAWN, &["--detail", "plan"], 2, "cannot be used with");
    refused(DRAWN, &["--gap", "1%"], 2, "`--gap` belongs to `--replications`: leave it out");
    refused(DRAWN, &["--future", "draw-1"], 2, "chunks do not keep `--future`");
    refused(DRAWN, &["--plan", "nowhere.json"], 1, "cannot read nowhere.json");
    let other = Judged::of(&DRAWN.replace("price: 0.6", "price: 0.7"));
    let path = other.folder.path().join("plan.json").display().to_string();
    fs::write(&path, other.solve(&[], "json").stdout).unwrap();
    refused(DRAWN, &["--plan", &path], 2, "is a plan of another model");
    // Without `--evaluate` there is nothing to do with a plan.
    for other in [["--vary", "offers.od.price=1..2/3"], ["--replications", "3"]] {
        let out = Judged::of(DRAWN).plan(&[&other[..], &["--plan", &path]].concat(), "2");
        let told = "`--plan` belongs to `--evaluate`: leave it out";
        assert!(out.status.code() == Some(2) && text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
}

#[test]
fn torn_foreign_and_tampered_chunks_are_named_and_refused() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "120"], 3);
    (0..3).for_each(|chunk| judged.done(chunk));
    let merged = judged.merge("json");
    let verified = text(&merged.stderr).to_owned();
    assert!(verified.contains("3 chunks by their checksums, 3 points in their places"), "{verified}");
    let path = judged.path("chunk-0001.jsonl");
    let kept = fs::read(&path).unwrap();
    let refused = |told: &str| {
        let out = judged.merge("json");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    };
    fs::write(&path, &kept[..kept.len() - 1]).unwrap();
    refused("  torn: 1, it is torn, or was changed");
    // The first future: its probability, the least that it could cost, that the plan is followed, and the cost.
    let first: Vec<&str> = text(&kept).split_once("\"values\":[").unwrap().1.split(',').take(4).collect();
    // A cost that is another, and a checksum that is of the one before.
    fs::write(&path, text(&kept).replacen(first[3], "1.0", 1)).unwrap();
    refused("  torn: 1, it is torn, or was changed: its content is not what its checksum says; run ");
    let other = Judged::of(DRAWN);
    planned(&other, &["--samples", "120", "--set", "offers.res.price=0.7"], 3);
    other.done(1);
    seal(&path, &fs::read(other.path("chunk-0001.jsonl")).unwrap());
    refused("  foreign: 1, it is of another sweep, with the manifest ");
    assert_eq!(judged.run(1).status.code(), Some(42), "a foreign chunk is not written over");
    // Rows that are no batch, in a file with a checksum that is right: such a chunk is solved again.
    for (from, to) in [("\"optimal\"", "\"model-wrong\""), (first[0], "null"), (first[3], "null"), ("]", ",7]")] {
        let odd = text(&kept).replacen(from, to, 1);
        assert!(odd.as_bytes() != kept, "{from}");
        seal(&path, odd.as_bytes());
        refused("  torn: 1, it is torn, or was changed: its rows are not those of an evaluation, in their order; run ");
    }
    let again = judged.run(1);
    assert_eq!(again.status.code(), Some(0));
    assert!(text(&again.stderr).contains("chunk 1 was solved again, for it is torn"), "{}", text(&again.stderr));
    assert!(fs::read(&path).unwrap() == kept && judged.merge("json").stdout == merged.stdout);
}

/// The last chunk with its one row changed, sealed again.
fn rewritten(judged: &Judged, change: impl Fn(&mut Value, usize)) {
    let path = judged.path("chunk-0002.jsonl");
    let written = fs::read_to_string(&path).unwrap();
    let (head, row) = written.split_once('\n').unwrap();
    let mut row: Value = serde_json::from_str(row).unwrap();
    // 40 futures; of each 2 values, and 3 of each of two plans.
    assert_eq!(row["values"].as_array().unwrap().len(), 40 * 8);
    (0..40 * 8).for_each(|at| change(&mut row, at));
    seal(&path, format!("{head}\n{row}\n").as_bytes());
}

/// A batch in which something is not certified is counted, or leaves nothing to be told; either way the merge ends with 6.
#[test]
fn what_is_not_certified_ends_with_6() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "120"], 3);
    (0..3).for_each(|chunk| judged.done(chunk));
    rewritten(&judged, |row, at| {
        row["status"] = "unverified".into();
        if at % 8 >= 5 {
            row["values"][at] = Value::Null;
        }
    });
    let out = judged.merge("json");
    assert_eq!(out.status.code(), Some(6), "{}", text(&out.stderr));
    let found: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&found["plans"][0]["uncertified"], &found["plans"][1]["uncertified"]), (&json!(0), &json!(1)));
    assert!(found["plans"][0]["expected"].is_number() && found["plans"][1]["expected"].is_null(), "{found}");
    rewritten(&judged, |row, at| {
        row["message"] = "not solved: the time limit was reached before it".into();
        row["values"][at] = Value::Null;
    });
    let out = judged.merge("json");
    assert_eq!((out.status.code(), out.stdout.len()), (Some(6), 0), "{}", text(&out.stderr));
    let told =
        "batch 3 of the draws is not certified (not solved: the time limit was reached before it): allow more time";
    assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
}

#[test]
fn a_manifest_that_contradicts_itself_is_42() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "120"], 1);
    let path = judged.path("manifest.json");
    let whole = fs::read_to_string(&path).unwrap();
    let content = whole.split_once('\n').unwrap().1;
    let refused = |from: &str, to: &str, told: &str| {
        let changed = content.replacen(from, to, 1);
        assert_ne!(changed, content, "{told}");
        fs::write(&path, format!("{{\"sha256\":\"{}\",\n{changed}", sum(changed.as_bytes()))).unwrap();
        let out = judged.run(0);
        assert_eq!(out.status.code(), Some(42), "{told}");
        assert!(text(&out.stderr).contains(told), "{told}: {}", text(&out.stderr));
        assert!(!judged.path("chunk-0000.jsonl").exists());
    };
    fs::write(&path, whole.replacen("0.6", "0.7", 1)).unwrap();
    assert_eq!(judged.run(0).status.code(), Some(42));
    refused("price: 0.6", "price: 0.7", "the model is not the one whose SHA-256 it gives");
    refused("price: 0.6", "prize: 0.6", "the model cannot be read");
    refused("\"kind\":\"evaluation\"", "\"kind\":\"sweep\"", "its kind is not what it holds");
    refused("\"kind\":\"evaluation\"", "\"kind\":\"replications\"", "its kind is not what it holds");
    refused("\"confidence\":0.95", "\"confidence\":1.5", "its confidence is not a part");
    refused("\"samples\":120", "\"samples\":1", "its draws are too few");
    refused("\"samples\":120", "\"samples\":151", "its points are not the batches of its draws");
    refused("\"probability\",\"least\"", "\"least\",\"probability\"", "its points are not the batches of its draws");
    refused("\"plan\":\"base\"", "\"plan\":\"other\"", "its plans are not those of an evaluation");
    refused("\"draw-2\"", "\"draw-3\"", "its futures are not those that its model draws");
    fs::write(&path, &whole).unwrap();
    judged.done(0);
}

#[test]
fn formats_are_those_of_an_evaluation() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "10"], 1);
    judged.done(0);
    let refused = |out: Output, told: &str| {
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    };
    let these = "and the folder is of an evaluation: write `text`, `json`, `csv` or `html`";
    refused(judged.merge("jsonl"), &format!("`--format jsonl` is for rows of a sweep, {these}"));
    refused(judged.merge("markdown"), &format!("`--format markdown` is for a plan that replications judge, {these}"));
    let submitted = |more: &[&str]| run(&[&["sweep", "submit", &judged.dir(), "--dry-run"], more].concat());
    refused(submitted(&["--on", "slurm", "--format", "tables"]), these);
    let swept = Judged::of(DRAWN);
    swept.planned(&["--vary", "offers.od.price=1..2/3", "--columns", "cost"], "1");
    swept.done(0);
    refused(swept.merge("html"), "`--format html` is for an evaluation, and the folder is of a sweep: write `text`");
}

#[test]
fn engines_get_chunks_of_an_evaluation_as_they_get_those_of_a_sweep() {
    let judged = Judged::of(DRAWN);
    planned(&judged, &["--samples", "150"], 3);
    judged.done(1);
    let submitted = |more: &[&str]| {
        let out = run(&[&["sweep", "submit", &judged.dir(), "--dry-run"], more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stdout).to_owned()
    };
    let slurm = submitted(&["--on", "slurm"]);
    assert!(slurm.contains("#SBATCH --array=0,2\n"), "{slurm}");
    assert!(slurm.contains(" --format json -o '") && slurm.contains("/evaluation.json'\n"), "{slurm}");
    let slurm = submitted(&["--on", "slurm", "--format", "html", "--output", "page.html"]);
    assert!(slurm.contains(" --format html -o '") && slurm.contains("/page.html'\n"), "{slurm}");
    let job = submitted(&["--on", "kubernetes", "--image", "example/polysource:0.1.0", "--claim", "sweeps"]);
    assert!(job.contains("completions: 3\n"), "{job}");
}
