//! Replications in chunks: byte for byte the plan of `solve --replications`, whatever is killed, torn or foreign.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common::{QUICKSTART, process, run, text};
use crate::samples::DRAWN;

/// A model in a file, and a folder beside it for its chunks.
pub struct Judged {
    pub folder: tempfile::TempDir,
}

impl Judged {
    pub fn of(yaml: &str) -> Self {
        let judged = Judged { folder: tempfile::tempdir().unwrap() };
        fs::write(judged.folder.path().join("model.yaml"), yaml).unwrap();
        judged
    }

    pub fn model(&self) -> String {
        self.folder.path().join("model.yaml").to_str().unwrap().to_owned()
    }

    pub fn dir(&self) -> String {
        self.folder.path().join("night").to_str().unwrap().to_owned()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("night").join(name)
    }

    /// Writes down what the arguments ask for, in so many chunks.
    pub fn plan(&self, arguments: &[&str], chunks: &str) -> Output {
        let (model, dir) = (self.model(), self.dir());
        run(&[&["sweep", "plan", &model], arguments, &["--chunks", chunks, "--out", &dir]].concat())
    }

    pub fn planned(&self, arguments: &[&str], chunks: &str) {
        let out = self.plan(arguments, chunks);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    }

    /// Kills a run of a chunk once its journal has the header and at least two points, and tears the last of them; how many
    /// points are whole.
    #[cfg(unix)]
    pub fn killed(&self, chunk: usize) -> usize {
        let journal = self.path(&format!("chunk-{chunk:04}.journal"));
        let lines = || fs::read(&journal).map_or(0, |j| j.iter().filter(|&&b| b == b'\n').count());
        let mut command = process();
        command.args(["sweep", "run", "--chunk", &chunk.to_string(), "--out", &self.dir()]).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        for _ in 0..60_000 {
            if lines() > 2 {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = fs::read(&journal).expect("it was killed before it was done");
        fs::write(&journal, &kept[..kept.len() - 5]).unwrap();
        lines() - 1
    }

    /// The manifest, which follows its schema.
    pub fn valid_manifest(&self) -> Value {
        let schema = run(&["schema", "sweep-manifest"]).stdout;
        let validator = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
        let manifest = self.manifest();
        let wrong: Vec<String> = validator.iter_errors(&manifest).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        manifest
    }

    pub fn run(&self, chunk: usize) -> Output {
        run(&["sweep", "run", "--chunk", &chunk.to_string(), "--out", &self.dir()])
    }

    pub fn done(&self, chunk: usize) {
        let out = self.run(chunk);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    }

    pub fn merge(&self, format: &str) -> Output {
        run(&["sweep", "merge", "--verify", &self.dir(), "--format", format])
    }

    pub fn solve(&self, arguments: &[&str], format: &str) -> Output {
        run(&[&["solve", &self.model()], arguments, &["--format", format]].concat())
    }

    pub fn manifest(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("manifest.json")).unwrap()).unwrap()
    }

    /// What a chunk said last of itself.
    pub fn heartbeat(&self, chunk: usize) -> Value {
        serde_json::from_slice(&fs::read(self.path(&format!("chunk-{chunk:04}.heartbeat"))).unwrap()).unwrap()
    }
}

/// Chunks and a single run give the same bytes and the same exit code, in every format.
fn same(judged: &Judged, arguments: &[&str], chunks: usize, code: i32) {
    judged.planned(arguments, &chunks.to_string());
    // The order does not matter.
    (0..chunks).rev().for_each(|chunk| judged.done(chunk));
    for format in ["json", "text", "tables", "csv", "markdown"] {
        let (single, merged) = (judged.solve(arguments, format), judged.merge(format));
        assert_eq!(single.status.code(), Some(code), "{}", text(&single.stderr));
        assert_eq!(merged.status.code(), Some(code), "{}", text(&merged.stderr));
        assert!(merged.stdout == single.stdout, "{format}:\n{}\n{}", text(&merged.stdout), text(&single.stdout));
    }
}

#[test]
fn replications_in_chunks_are_those_of_one_process() {
    let arguments = ["--replications", "7", "--samples", "12", "--confidence", "90%"];
    let judged = Judged::of(DRAWN);
    same(&judged, &arguments, 3, 0);
    let merged: Value = serde_json::from_slice(&judged.merge("json").stdout).unwrap();
    let interval = &merged["uncertainty"]["draws"]["interval"];
    assert_eq!((interval["replications"].as_u64(), interval["confidence"].as_f64()), (Some(7), Some(0.9)));
    let numbers: Vec<u64> =
        interval["samples"].as_array().unwrap().iter().map(|s| s["sample"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
}

/// With a conditional value at risk the eta that the plan decides counts, which its own JSON does not have.
#[test]
fn the_dearest_draws_are_judged_in_chunks_too() {
    let objective = "objective: { expected: 0.5, cvar: { level: 75 %, weight: 0.5 } }\nuncertainty:\n";
    let judged = Judged::of(&DRAWN.replace("uncertainty:\n", objective));
    same(&judged, &["--replications", "4", "--samples", "10"], 2, 0);
    assert!(judged.manifest()["replications"]["decided"]["eta"].as_f64().is_some_and(|eta| eta > 100.0));
}

/// A sample in which the plan cannot be followed, and one that has no plan, are answers and keep their future.
#[test]
fn samples_without_a_number_are_the_same_in_chunks() {
    let short = DRAWN.replace("price: 1 }", "price: 1, capacity: 30 }").replace("samples: 100", "samples: 4");
    let judged = Judged::of(&short);
    same(&judged, &["--replications", "6"], 6, 0);
    let merged: Value = serde_json::from_slice(&judged.merge("json").stdout).unwrap();
    assert!(merged["uncertainty"]["draws"]["interval"]["not_followed"].as_u64() > Some(0), "{merged}");
    let none = short.replace("notice: 1 hour", "notice: 1 hour, capacity: 165");
    let judged = Judged::of(&none);
    same(&judged, &["--replications", "30"], 4, 0);
    let merged: Value = serde_json::from_slice(&judged.merge("json").stdout).unwrap();
    assert!(merged["uncertainty"]["draws"]["interval"]["without_plan"].as_u64() > Some(0), "{merged}");
}

/// Overlays, scenarios, settings and a table beside the model: a chunk needs nothing but the folder.
#[test]
fn everything_that_the_model_is_read_from_is_in_the_folder() {
    let scenarios =
        "scenarios:\n  dear: { offers: { od: { price: 1.4 } } }\n  other: { offers: { od: { price: 2 } } }\n";
    let judged = Judged::of(&format!("{DRAWN}{scenarios}"));
    let beside = |name: &str| judged.folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(beside("over.yaml"), "baseline: { file: today.csv, switching: 0.01 USD/chip }\n").unwrap();
    fs::write(beside("today.csv"), "offer,workload,chips\nod,chat,100\n").unwrap();
    let over = beside("over.yaml");
    let more = ["--overlay", over.as_str(), "--scenario", "dear", "--set", "offers.res.price=0.7"];
    let arguments = [&more[..], &["--replications", "3", "--samples", "8", "--detail", "plan"]].concat();
    let single = judged.solve(&arguments, "json");
    assert_eq!(single.status.code(), Some(0), "{}", text(&single.stderr));
    judged.planned(&arguments, "2");
    for name in ["model.yaml", "over.yaml", "today.csv"] {
        fs::remove_file(beside(name)).unwrap();
    }
    [0, 1].into_iter().for_each(|chunk| judged.done(chunk));
    assert!(judged.merge("json").stdout == single.stdout);
}

#[cfg(unix)]
#[test]
fn a_killed_chunk_goes_on_where_it_was() {
    let arguments = ["--replications", "24", "--samples", "100", "--detail", "plan"];
    let judged = Judged::of(DRAWN);
    judged.planned(&arguments, "2");
    let whole = judged.killed(1);
    assert!((1..12).contains(&whole), "{whole}");
    let status = run(&["sweep", "status", &judged.dir(), "--format", "json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((status["points"].as_u64(), status["chunks"][1]["points"].as_u64()), (Some(24), Some(12)));
    assert!(status["points_done"].as_u64() >= Some(whole as u64) && status["done"] == 0, "{status}");
    judged.done(1);
    // What stood in the journal is not solved again.
    let beat = judged.heartbeat(1);
    assert_eq!((beat["done"].as_u64(), beat["solved"].as_u64()), (Some(12), Some(12 - whole as u64)));
    judged.done(0);
    assert!(judged.merge("json").stdout == judged.solve(&arguments, "json").stdout);
}

#[test]
fn status_and_what_is_said_count_replications() {
    let judged = Judged::of(DRAWN);
    let planned = judged.plan(&["--replications", "5", "--samples", "4", "--detail", "plan"], "9");
    let told = text(&planned.stderr);
    assert!(
        told.starts_with("5 replications in 5 chunks (9 were asked for; a chunk has one at least): run "),
        "{told}"
    );
    judged.done(2);
    assert_eq!(text(&judged.run(2).stderr), "chunk 2 is done already: 1 point\n");
    let status = run(&["sweep", "status", "--verify", &judged.dir()]);
    assert!(text(&status.stdout).starts_with("points  1 of 5 done (20.0 %)\n"), "{}", text(&status.stdout));
    let merged = judged.merge("json");
    assert_eq!((merged.status.code(), merged.stdout.len()), (Some(1), 0));
    assert!(
        text(&merged.stderr).contains("4 of 5 chunks cannot be merged\n  missing: 0-1, 3-4; run "),
        "{}",
        text(&merged.stderr)
    );
}

#[test]
fn the_manifest_follows_its_schema_and_is_the_same_bytes_again() {
    let arguments = ["--replications", "4", "--samples", "5"];
    let judged = Judged::of(DRAWN);
    judged.planned(&arguments, "2");
    let manifest = judged.valid_manifest();
    assert_eq!((&manifest["kind"], manifest["points"].as_array().unwrap().len()), (&"replications".into(), 4));
    // The settings belong to the model that the chunks read.
    assert_eq!(manifest["model"]["sets"], serde_json::json!(["uncertainty.draws.samples=5"]));
    let bytes = fs::read(judged.path("manifest.json")).unwrap();
    judged.planned(&arguments, "2");
    assert!(fs::read(judged.path("manifest.json")).unwrap() == bytes);
    let other = judged.plan(&["--replications", "4", "--samples", "6"], "2");
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("is of another sweep"), "{}", text(&other.stderr));
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let refused = |yaml: &str, arguments: &[&str], code: i32, why: &str| {
        let judged = Judged::of(yaml);
        let out = judged.plan(arguments, "2");
        assert_eq!(out.status.code(), Some(code), "{why}: {}", text(&out.stderr));
        assert!(text(&out.stderr).contains(why), "{why}: {}", text(&out.stderr));
        assert!(!judged.path("manifest.json").exists(), "{why}");
    };
    let quick = fs::read_to_string(crate::common::at(QUICKSTART)).unwrap();
    let three = ["--replications", "3"];
    refused(&quick, &three, 2, "draws nothing at random");
    refused(&quick, &["--replications", "3", "--samples", "9"], 2, "draws nothing at random");
    let regret = DRAWN.replace("uncertainty:\n", "objective: { regret: worst }\nuncertainty:\n");
    refused(&regret, &three, 2, "the largest regret of a sample says nothing of other samples");
    let short = DRAWN
        .replace("price: 1 }", "price: 1, capacity: 30 }")
        .replace("notice: 1 hour", "notice: 1 hour, capacity: 90");
    refused(&short, &three, 4, "there is no certified plan");
    refused(&DRAWN.replace("price: 0.6", "prize: 0.6"), &three, 3, "prize");
    refused(DRAWN, &["--replications", "1"], 2, "write at least 2");
    refused(DRAWN, &["--replications", "2000000"], 2, "is more than 1000000");
    refused(DRAWN, &["--replications", "3", "--confidence", "0"], 2, "is not a confidence");
    refused(DRAWN, &["--replications", "3", "--vary", "offers.od.price=1..2/3"], 2, "cannot be used with");
    refused(DRAWN, &["--replications", "3", "--future", "draw-1"], 2, "chunks do not keep `--future`");
    refused(DRAWN, &["--vary", "offers.od.price=1..2/3", "--confidence", "90%"], 2, "`--confidence` belongs to");
}

/// A file sealed again with a checksum that is right for what it says.
pub fn seal(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    fs::write(path.with_file_name(format!("{name}.sha256")), format!("{}  {name}\n", sum(bytes))).unwrap();
}

pub fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn torn_and_foreign_chunks_are_named_and_refused() {
    let arguments = ["--replications", "6", "--samples", "5", "--detail", "plan"];
    let judged = Judged::of(DRAWN);
    judged.planned(&arguments, "3");
    (0..3).for_each(|chunk| judged.done(chunk));
    let merged = judged.merge("json");
    let verified = text(&merged.stderr).to_owned();
    assert!(verified.contains("3 chunks by their checksums, 6 points in their places"), "{verified}");
    let path = judged.path("chunk-0001.jsonl");
    let kept = fs::read(&path).unwrap();
    let refused = |told: &str| {
        let out = judged.merge("json");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    };
    fs::write(&path, &kept[..kept.len() - 1]).unwrap();
    refused("  torn: 1, it is torn, or was changed");
    let other = Judged::of(DRAWN);
    other.planned(&[&arguments[..], &["--set", "offers.res.price=0.7"]].concat(), "3");
    other.done(1);
    seal(&path, &fs::read(other.path("chunk-0001.jsonl")).unwrap());
    refused("  foreign: 1, it is of another sweep, with the manifest ");
    assert_eq!(judged.run(1).status.code(), Some(42), "a foreign chunk is not written over");
    // A row that is no replication, in a file with a checksum that is right.
    let odd = text(&kept).replacen("\"optimal\"", "\"model-wrong\"", 1);
    seal(&path, odd.as_bytes());
    refused("its rows are not those of replications");
    fs::remove_file(&path).unwrap();
    judged.done(1);
    assert!(judged.merge("json").stdout == merged.stdout);
}

/// A replication that is not certified leaves no interval, and the merge does not end as if there were one.
#[test]
fn a_replication_that_is_not_certified_ends_with_6() {
    let judged = Judged::of(DRAWN);
    judged.planned(&["--replications", "3", "--samples", "5", "--detail", "plan"], "3");
    (0..3).for_each(|chunk| judged.done(chunk));
    let path = judged.path("chunk-0002.jsonl");
    let written = fs::read_to_string(&path).unwrap();
    let (head, row) = written.split_once('\n').unwrap();
    let mut row: Value = serde_json::from_str(row).unwrap();
    row["status"] = "unverified".into();
    row["values"][1] = Value::Null;
    let text_of = format!(
        "{head}\n{{\"point\":2,\"status\":\"unverified\",\"values\":{},\"message\":null}}\n",
        serde_json::to_string(&row["values"]).unwrap()
    );
    seal(&path, text_of.as_bytes());
    let merged = judged.merge("json");
    assert_eq!(merged.status.code(), Some(6), "{}", text(&merged.stderr));
    let plan: Value = serde_json::from_slice(&merged.stdout).unwrap();
    assert_eq!((&plan["status"], &plan["certificate"]["verified"]), (&"unverified".into(), &false.into()));
    assert!(text(&merged.stdout).contains("1 of 3 further samples were not certified, so that there is no interval"));
}

#[test]
fn a_manifest_that_contradicts_itself_is_42() {
    let judged = Judged::of(DRAWN);
    judged.planned(&["--replications", "3", "--samples", "4", "--detail", "plan"], "1");
    let path = judged.path("manifest.json");
    let whole = fs::read_to_string(&path).unwrap();
    let content = whole.split_once('\n').unwrap().1;
    let refused = |changed: String, told: &str| {
        assert_ne!(changed, content, "{told}");
        fs::write(&path, format!("{{\"sha256\":\"{}\",\n{changed}", sum(changed.as_bytes()))).unwrap();
        let out = judged.run(0);
        assert_eq!(out.status.code(), Some(42), "{told}");
        assert!(text(&out.stderr).contains(told), "{told}: {}", text(&out.stderr));
        assert!(!judged.path("chunk-0000.jsonl").exists());
    };
    fs::write(&path, whole.replacen("0.6", "0.7", 1)).unwrap();
    assert_eq!(judged.run(0).status.code(), Some(42));
    refused(content.replacen("price: 0.6", "price: 0.7", 1), "the model is not the one whose SHA-256 it gives");
    refused(content.replacen("price: 0.6", "prize: 0.6", 1), "the model cannot be read");
    refused(content.replacen("\"kind\":\"replications\"", "\"kind\":\"sweep\"", 1), "its kind is not what it holds");
    refused(content.replacen("\"confidence\":0.95", "\"confidence\":1.5", 1), "is not a part");
    refused(content.replacen("[\"bound\",\"cost\"]", "[\"cost\",\"bound\"]", 1), "its points are not replications");
    let sha256 = judged_sha256(content);
    let last = content.rfind(&sha256).unwrap();
    let other = format!("{}{}{}", &content[..last], "0".repeat(64), &content[last + 64..]);
    refused(other, "the plan is not one of its model");
    fs::write(&path, &whole).unwrap();
    judged.done(0);
}

/// The fingerprint of the model in the content of a manifest.
fn judged_sha256(content: &str) -> String {
    let manifest: Value = serde_json::from_str(&format!("{{{content}")).unwrap();
    manifest["model"]["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn formats_are_those_of_what_is_merged() {
    let refused = |out: Output, told: &str| {
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    };
    let judged = Judged::of(DRAWN);
    judged.planned(&["--replications", "2", "--samples", "3", "--detail", "plan"], "1");
    judged.done(0);
    refused(
        judged.merge("jsonl"),
        "`--format jsonl` is for rows of a sweep, and the folder is of replications: write `text`",
    );
    let submitted = |more: &[&str]| run(&[&["sweep", "submit", &judged.dir(), "--dry-run"], more].concat());
    refused(submitted(&["--on", "slurm", "--format", "jsonl"]), "the folder is of replications");
    let swept = Judged::of(DRAWN);
    swept.planned(&["--vary", "offers.od.price=1..2/3", "--columns", "cost"], "1");
    swept.done(0);
    refused(
        swept.merge("json"),
        "`--format json` is for a plan that replications judge, or an evaluation, and the folder is of a sweep: write",
    );
    assert_eq!(swept.merge("csv").status.code(), Some(0));
}

#[test]
fn engines_get_chunks_of_replications_as_they_get_those_of_a_sweep() {
    let judged = Judged::of(DRAWN);
    judged.planned(&["--replications", "6", "--samples", "3", "--detail", "plan"], "3");
    judged.done(1);
    let submitted = |more: &[&str]| {
        let out = run(&[&["sweep", "submit", &judged.dir(), "--dry-run"], more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stdout).to_owned()
    };
    let slurm = submitted(&["--on", "slurm"]);
    assert!(slurm.contains("#SBATCH --array=0,2\n"), "{slurm}");
    assert!(slurm.contains(" sweep merge --verify . --format json -o '") && slurm.contains("/plan.json'\n"), "{slurm}");
    let slurm = submitted(&["--on", "slurm", "--format", "markdown", "--output", "report.md"]);
    assert!(slurm.contains(" --format markdown -o '") && slurm.contains("/report.md'\n"), "{slurm}");
    let job = submitted(&["--on", "kubernetes", "--image", "example/polysource:0.1.0", "--claim", "sweeps"]);
    assert!(job.contains("completions: 3\n"), "{job}");
}
