//! Sweeps in chunks: byte for byte the sweep on one machine, whatever is killed, torn or foreign.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::common::{FLEET, QUICKSTART, at, process, run, text};

/// A folder with a sweep in chunks.
struct Sweep {
    folder: tempfile::TempDir,
}

impl Sweep {
    fn plan(arguments: &[&str], chunks: &str) -> Self {
        let sweep = Sweep { folder: tempfile::tempdir().unwrap() };
        let out = run(&[&["sweep", "plan"], arguments, &["--chunks", chunks, "--out", sweep.dir()]].concat());
        assert!(out.status.success(), "{}", text(&out.stderr));
        sweep
    }

    fn dir(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn chunks(&self) -> usize {
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(self.path("manifest.json")).unwrap()).unwrap();
        manifest["chunks"].as_array().unwrap().len()
    }

    fn run(&self, chunk: usize) -> Output {
        run(&["sweep", "run", "--chunk", &chunk.to_string(), "--out", self.dir()])
    }

    fn run_all(&self) {
        // The order does not matter.
        for chunk in (0..self.chunks()).rev() {
            let out = self.run(chunk);
            assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        }
    }

    fn merge(&self, format: &str) -> Output {
        run(&["sweep", "merge", "--verify", self.dir(), "--format", format])
    }

    fn status(&self) -> serde_json::Value {
        let out = run(&["sweep", "status", self.dir(), "--format", "json"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

/// Chunks and a single run give the same bytes and the same exit code, in every format.
fn same(arguments: &[&str], chunks: &str, code: i32) {
    let sweep = Sweep::plan(arguments, chunks);
    sweep.run_all();
    for format in ["text", "csv", "jsonl"] {
        let single = run(&[&["sweep"], arguments, &["--format", format, "--threads", "2"]].concat());
        let merged = sweep.merge(format);
        assert_eq!(single.status.code(), Some(code), "{}", text(&single.stderr));
        assert_eq!(merged.status.code(), Some(code), "{}", text(&merged.stderr));
        assert!(merged.stdout == single.stdout, "{format}:\n{}\n{}", text(&merged.stdout), text(&single.stdout));
    }
}

#[test]
fn a_grid_in_chunks_is_the_grid() {
    let vary = ["--vary", "offers{cloud: aws}.price=*0.5..1.5/7", "--vary", "offers{vendor: nvidia}.price=*0.8..1.2/5"];
    same(&[&[FLEET], &vary[..]].concat(), "3", 0);
}

#[test]
fn a_sample_in_chunks_is_the_sample() {
    let vary =
        ["--vary", "workloads.chat.demand=*lognormal(1, 0.2)", "--vary", "offers.aws-trainium2.price=*normal(1, 0.1)"];
    let how =
        ["--samples", "45", "--seed", "3", "--correlate", "1~2=0.5", "--columns", "cost,premium,p = premium / cost"];
    same(&[&[QUICKSTART], &vary[..], &how[..]].concat(), "4", 0);
}

#[test]
fn a_tornado_in_chunks_is_the_tornado() {
    let vary: Vec<String> = ["workloads.chat.demand", "workloads.pretraining.work", "offers.aws-trainium2.price"]
        .iter()
        .chain(&["offers.coreweave-h100.price", "offers.coreweave-h100.capacity"])
        .flat_map(|path| ["--vary".to_owned(), format!("{path}=*0.9..1.1")])
        .collect();
    let vary: Vec<&str> = vary.iter().map(String::as_str).collect();
    same(&[&[QUICKSTART, "--method", "tornado"], &vary[..]].concat(), "2", 0);
}

/// Scenarios come before settings, overlays before both, and a table that the model names is beside
/// it: a chunk needs nothing but the folder.
#[test]
fn everything_that_a_model_is_read_from_is_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = fs::read_to_string(QUICKSTART).unwrap();
    fs::write(path("model.yaml"), model + "scenarios:\n  dear: { offers: { aws-trainium2: { price: 9 } } }\n  more: { workloads: { chat: { peak: 1.5 } } }\n").unwrap();
    fs::write(path("over.yaml"), "baseline: { file: today.csv, switching: 100 USD/chip }\n").unwrap();
    fs::write(path("today.csv"), "offer,workload,chips\naws-trainium2,chat,100\n").unwrap();
    let more = ["--overlay", &path("over.yaml"), "--scenario", "more", "--set", "offers.aws-trainium2.price=1.5"];
    let vary = ["--vary", "scenario=none,dear", "--vary", "workloads.chat.demand=*0.5..1.5/9"];
    let model = path("model.yaml");
    let arguments = [&[model.as_str()], &more[..], &vary[..]].concat();
    let single = run(&[&["sweep"], &arguments[..], &["--format", "csv"]].concat());
    assert_eq!(single.status.code(), Some(0), "{}", text(&single.stderr));
    let sweep = Sweep::plan(&arguments, "3");
    drop(folder);
    sweep.run_all();
    assert!(sweep.merge("csv").stdout == single.stdout);
}

/// A point without a meaning or without a plan is a row: the chunk is done, and the code is the sweep's.
#[test]
fn a_wrong_point_is_a_row_and_no_failure() {
    let vary = ["--vary", "offers.aws-trainium2.price=*normal(0.5, 0.5)", "--columns", "cost"];
    same(&[&[QUICKSTART, "--samples", "40", "--sampling", "plain"], &vary[..]].concat(), "5", 3);
    same(&["models/infeasible.yaml", "--vary", "scenario=none,more-amd"], "1", 0);
}

#[test]
fn a_chunk_that_is_done_says_so() {
    let sweep = Sweep::plan(&[QUICKSTART, "--vary", "offers.aws-trainium2.price=1..2/10"], "2");
    assert_eq!(text(&sweep.run(1).stderr), "chunk 1 is done: 2 points\n");
    let kept = fs::read(sweep.path("chunk-0001.jsonl")).unwrap();
    let again = sweep.run(1);
    assert_eq!((again.status.code(), text(&again.stderr)), (Some(0), "chunk 1 is done already: 2 points\n"));
    assert!(again.stdout.is_empty() && fs::read(sweep.path("chunk-0001.jsonl")).unwrap() == kept);
    let names = ["chunk-0001.heartbeat", "chunk-0001.jsonl", "chunk-0001.jsonl.sha256", "manifest.json"];
    assert_eq!(sweep.names(), names);
}

#[cfg(unix)]
#[test]
fn a_killed_chunk_goes_on_where_it_was() {
    let arguments = [FLEET, "--vary", "offers{cloud: aws}.price=*0.5..1.5/24"];
    let whole = Sweep::plan(&arguments, "1");
    whole.run_all();
    let expected = fs::read(whole.path("chunk-0000.jsonl")).unwrap();
    let mut some_were_kept = false;
    for wait in [3, 30, 60, 100, 150, 200, 250, 300, 350, 400] {
        let sweep = Sweep::plan(&arguments, "1");
        for round in 0..100 {
            let mut command = process();
            command.args(["sweep", "run", "--chunk", "0", "--heartbeat", "10ms", "--out", sweep.dir()]);
            let mut child = command.stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait + 17 * round));
            let _ = child.kill();
            if child.wait().unwrap().success() {
                break;
            }
            let journal = fs::read(sweep.path("chunk-0000.journal")).unwrap_or_default();
            some_were_kept |= journal.iter().filter(|&&b| b == b'\n').count() > 1;
        }
        assert_eq!(sweep.run(0).status.code(), Some(0));
        assert!(fs::read(sweep.path("chunk-0000.jsonl")).unwrap() == expected, "killed every {wait} ms");
        assert!(sweep.merge("csv").stdout == whole.merge("csv").stdout);
        assert!(!sweep.path("chunk-0000.journal").exists());
    }
    assert!(some_were_kept);
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_finishes_its_point_and_can_go_on() {
    let sweep = Sweep::plan(&["models/frontier-lab.yaml", "--vary", "offers{vendor: amazon}.price=*0.5..1.5/8"], "1");
    let mut command = process();
    command.args(["sweep", "run", "--chunk", "0", "--out", sweep.dir()]).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let lines = || fs::read(sweep.path("chunk-0000.journal")).map_or(0, |j| j.iter().filter(|&&b| b == b'\n').count());
    for _ in 0..10_000 {
        if lines() > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("the same command goes on"), "{}", text(&out.stderr));
    let status = sweep.status();
    assert_eq!((status["stopped"].as_u64(), status["points_done"].as_u64()), (Some(1), Some(lines() as u64 - 1)));
    assert!(lines() < 9);
}

/// Two of the same chunk at once do the work twice and harm nothing.
#[test]
fn two_at_once_harm_nothing() {
    let sweep = Sweep::plan(&[FLEET, "--vary", "offers{cloud: aws}.price=*0.5..1.5/16"], "1");
    let start = || {
        let mut command = process();
        command.args(["sweep", "run", "--chunk", "0", "--out", sweep.dir()]).stderr(Stdio::null()).spawn().unwrap()
    };
    let both = [start(), start()];
    for mut child in both {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(sweep.merge("csv").status.code(), Some(0));
}

/// A file sealed again with a checksum that is right for what it says.
fn seal(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let sum: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    fs::write(path.with_file_name(format!("{name}.sha256")), format!("{sum}  {name}\n")).unwrap();
}

#[test]
fn torn_missing_and_foreign_chunks_are_named_and_refused() {
    let arguments = [QUICKSTART, "--vary", "offers.aws-trainium2.price=1..2/40", "--columns", "cost"];
    let sweep = Sweep::plan(&arguments, "5");
    sweep.run_all();
    let merged = sweep.merge("csv");
    let told = merged.stderr;
    assert!(text(&told).starts_with("verified: the manifest "), "{}", text(&told));
    assert!(text(&told).contains("5 chunks by their checksums, 40 points in their places"), "{}", text(&told));
    let (path, sum) = (sweep.path("chunk-0002.jsonl"), sweep.path("chunk-0002.jsonl.sha256"));
    let (kept, kept_sum) = (fs::read(&path).unwrap(), fs::read(&sum).unwrap());
    let refused = |expected: &str| {
        let out = sweep.merge("csv");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{expected}");
        assert!(text(&out.stderr).contains(expected), "{}", text(&out.stderr));
        assert!(text(&out.stderr).contains("run `polysource sweep run --chunk "), "{}", text(&out.stderr));
    };
    // Torn anywhere, and in any byte.
    for cut in [0, 1, kept.len() / 2, kept.len() - 1] {
        fs::write(&path, &kept[..cut]).unwrap();
        refused("  torn: 2, it is torn, or was changed");
    }
    let mut changed = kept.clone();
    let digit = changed.len() - 30;
    changed[digit] ^= 1;
    fs::write(&path, &changed).unwrap();
    refused("  torn: 2,");
    // Rows that are whole lines, but not all, or not in order: also with a checksum that is right.
    let lines: Vec<&str> = text(&kept).split_inclusive('\n').collect();
    seal(&path, lines[..8].concat().as_bytes());
    refused("  torn: 2, it is torn, or was changed: its rows are not those of its points, in their order");
    seal(&path, [&lines[..3], &[lines[4], lines[3]], &lines[5..]].concat().concat().as_bytes());
    refused("in their order");
    // Its file is there; that it is torn is seen when it is read.
    let done = |more: &[&str]| {
        let out = run(&[&["sweep", "status", sweep.dir()], more].concat());
        assert_eq!(out.status.code(), Some(0));
        text(&out.stdout).lines().find(|l| l.starts_with("chunks")).unwrap().to_owned()
    };
    assert!(done(&[]).starts_with("chunks  5 done, 0 running"), "{}", done(&[]));
    assert!(done(&["--verify"]).starts_with("chunks  4 done, 0 running"), "{}", done(&["--verify"]));
    // A torn chunk is solved again.
    let again = sweep.run(2);
    assert_eq!(again.status.code(), Some(0));
    assert!(text(&again.stderr).contains("chunk 2 was solved again, for it is torn"), "{}", text(&again.stderr));
    assert!(fs::read(&path).unwrap() == kept && fs::read(&sum).unwrap() == kept_sum);
    assert!(sweep.merge("csv").stdout == merged.stdout);

    // Another chunk of the same sweep, and the same chunk of another.
    seal(&path, &fs::read(sweep.path("chunk-0001.jsonl")).unwrap());
    refused("  foreign: 2, it is of chunk 1 of this sweep; move ");
    let other = Sweep::plan(&[&arguments[..], &["--set", "offers.coreweave-h100.price=3"]].concat(), "5");
    assert_eq!(other.run(2).status.code(), Some(0));
    seal(&path, &fs::read(other.path("chunk-0002.jsonl")).unwrap());
    refused("  foreign: 2, it is of another sweep, with the manifest ");
    assert!(done(&["--verify"]).starts_with("chunks  4 done, 0 running"), "{}", done(&["--verify"]));
    let out = sweep.run(2);
    assert_eq!(out.status.code(), Some(42), "a foreign chunk is not written over");
    assert!(text(&out.stderr).contains("move it away"), "{}", text(&out.stderr));
    assert!(fs::read(&path).unwrap() == fs::read(other.path("chunk-0002.jsonl")).unwrap());

    // Missing: no file, or no checksum, which is written last.
    fs::remove_file(&path).unwrap();
    fs::remove_file(sweep.path("chunk-0003.jsonl.sha256")).unwrap();
    refused("2 of 5 chunks cannot be merged\n  missing: 2-3; run `polysource sweep run --chunk 2 --out ");
    assert_eq!((sweep.run(2).status.code(), sweep.run(3).status.code()), (Some(0), Some(0)));
    assert!(sweep.merge("csv").stdout == merged.stdout);
}

#[test]
fn a_journal_of_something_else_is_begun_anew() {
    let arguments = [QUICKSTART, "--vary", "offers.aws-trainium2.price=1..2/8", "--columns", "cost"];
    let sweep = Sweep::plan(&arguments, "1");
    fs::write(sweep.path("chunk-0000.journal"), "0000000000000000 {}\n").unwrap();
    let out = sweep.run(0);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stderr).contains("it is begun anew"), "{}", text(&out.stderr));
}

#[test]
fn what_fails_however_often_it_is_run_is_42() {
    let arguments = [QUICKSTART, "--vary", "offers.aws-trainium2.price=1..2/16", "--columns", "cost"];
    let sweep = Sweep::plan(&arguments, "2");
    let path = sweep.path("manifest.json");
    let whole = fs::read_to_string(&path).unwrap();
    let refused = |code: i32, told: &str| {
        let out = sweep.run(0);
        assert_eq!(out.status.code(), Some(code), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
        assert_eq!(sweep.names().iter().filter(|n| n.ends_with("jsonl")).count(), 0, "{told}");
        let merged = sweep.merge("csv");
        assert_eq!(merged.status.code(), Some(1));
        assert!(text(&merged.stderr).contains(told), "{}", text(&merged.stderr));
    };
    for cut in [0, 10, 80, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        refused(42, "write it again with `polysource sweep plan`");
    }
    fs::write(&path, whole.replacen("aws-trainium2", "aws-trainium3", 1)).unwrap();
    refused(42, "is torn, or was changed");
    let sealed = |content: &str| {
        let content = content.split_once('\n').unwrap().1;
        let sum: String = Sha256::digest(content.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        format!("{{\"sha256\":\"{sum}\",\n{content}")
    };
    assert_eq!(sealed(&whole), whole);
    let version = format!("\"polysource\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let other = whole.replacen(env!("CARGO_PKG_VERSION"), "9.9.9", 1);
    assert!(whole.contains(&version[..version.len() - 1]) && other != whole);
    fs::write(&path, sealed(&other)).unwrap();
    refused(42, "was written by polysource 9.9.9");
    fs::write(&path, sealed(&whole.replacen("\"format\":2", "\"format\":3", 1))).unwrap();
    refused(42, "was written by polysource");
    // What may be better next time is not hopeless.
    fs::remove_file(&path).unwrap();
    refused(1, "cannot read");
    fs::write(&path, &whole).unwrap();
    let out = run(&["sweep", "run", "--chunk", "2", "--out", sweep.dir()]);
    assert_eq!(out.status.code(), Some(42));
    assert!(text(&out.stderr).contains("they go from 0 to 1"), "{}", text(&out.stderr));
    sweep.run_all();
    assert_eq!(sweep.merge("csv").status.code(), Some(0));
}

#[test]
fn status_tells_what_is_known() {
    let sweep = Sweep::plan(&[QUICKSTART, "--vary", "offers.aws-trainium2.price=1..2/40"], "5");
    let schema = run(&["schema", "sweep-status"]).stdout;
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let states = |status: &serde_json::Value| -> Vec<String> {
        assert!(validator.is_valid(status), "{status}");
        status["chunks"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&sweep.status()), ["not-begun"; 5]);
    assert_eq!((sweep.run(0).status.code(), sweep.run(1).status.code()), (Some(0), Some(0)));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    // 2 points in 100 s until 5 s ago; the same until an hour ago; and a failure.
    let beat = |chunk: usize, state: &str, time: f64, message: &str| {
        let started = time - 100.0;
        let beat = format!(
            "{{\"chunk\":{chunk},\"state\":\"{state}\",\"time\":{time},\"started\":{started},\"host\":\"n7\",\"process\":1,\"points\":8,\"done\":3,\"solved\":2,\"message\":{message}}}"
        );
        fs::write(sweep.path(&format!("chunk-{chunk:04}.heartbeat")), beat).unwrap();
    };
    beat(2, "running", now - 5.0, "null");
    beat(3, "running", now - 3600.0, "null");
    beat(4, "failed", now - 3600.0, "\"no space left\"");
    let status = sweep.status();
    assert_eq!(states(&status), ["done", "done", "running", "silent", "failed"]);
    // 8 + 8 + 3 + 3; what failed keeps what its journal has, which is nothing.
    assert_eq!((status["points"].as_u64(), status["points_done"].as_u64()), (Some(40), Some(22)));
    // 2 points in 100 s; 18 points are left.
    assert!((status["rate"].as_f64().unwrap() - 0.02).abs() < 1e-6, "{status}");
    assert!((status["seconds_left"].as_f64().unwrap() - 900.0).abs() < 0.1, "{status}");
    let age = status["chunks"][2]["heartbeat_age"].as_f64().unwrap();
    assert!((5.0..60.0).contains(&age), "{age}");
    let out = run(&["sweep", "status", sweep.dir()]);
    let told = text(&out.stdout);
    for line in [
        "points  22 of 40 done (55.0 %)\n",
        "chunks  2 done, 1 running, 1 silent, 0 stopped, 1 failed, 0 not begun of 5\n",
        "left    15 min\n",
        "  chunk 3: 3 of 8 points on n7, heard of 60 min ago; run it again\n",
        "  chunk 4: 0 of 8 points on n7: no space left; run it again\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn the_manifest_follows_its_schema_and_is_the_same_bytes_again() {
    let arguments = [QUICKSTART, "--vary", "offers.aws-trainium2.price=*normal(1, 0.2)", "--samples", "20"];
    let sweep = Sweep::plan(&arguments, "2");
    let schema = run(&["schema", "sweep-manifest"]).stdout;
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let bytes = fs::read(sweep.path("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&manifest).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(Sweep::plan(&arguments, "2").path("manifest.json").is_absolute());
    assert!(fs::read(Sweep::plan(&arguments, "2").path("manifest.json")).unwrap() == bytes);
    // Planned again into the same folder nothing is lost; another sweep is refused.
    sweep.run_all();
    let again = |more: &[&str]| {
        run(&[&["sweep", "plan"], &arguments[..], more, &["--chunks", "2", "--out", sweep.dir()]].concat())
    };
    assert_eq!(again(&[]).status.code(), Some(0));
    assert_eq!(sweep.merge("csv").status.code(), Some(0));
    let out = again(&["--seed", "2"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("is of another sweep"), "{}", text(&out.stderr));
    fs::remove_file(sweep.path("manifest.json")).unwrap();
    let out = again(&["--seed", "2"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("whose manifest is gone"), "{}", text(&out.stderr));
}

/// Object stores are a feature of the build; a folder in one is not taken for one of this machine.
#[test]
fn a_folder_in_a_store_is_no_folder_here() {
    for dir in ["s3://bucket/night", "gs://bucket/night", "az://container/night"] {
        let out = run(&["sweep", "submit", dir, "--on", "slurm"]);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(&format!("{dir} is in an object store")), "{}", text(&out.stderr));
    }
    if cfg!(not(feature = "object-store")) {
        let vary = ["--vary", "offers.aws-trainium2.price=1..2/8"];
        for step in [
            &[&["sweep", "plan", QUICKSTART, "--chunks", "1", "--out", "s3://bucket/night"][..], &vary].concat()[..],
            &["sweep", "run", "--chunk", "0", "--out", "s3://bucket/night"],
            &["sweep", "status", "s3://bucket/night"],
            &["sweep", "merge", "s3://bucket/night"],
        ] {
            let out = run(step);
            assert_eq!(out.status.code(), Some(2), "{step:?}");
            assert!(text(&out.stderr).contains("build it with `--features object-store`"), "{}", text(&out.stderr));
        }
        assert!(!std::path::Path::new("s3:").exists());
    } else {
        let out = run(&["sweep", "status", "s3:///night"]);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains("names no bucket"), "{}", text(&out.stderr));
    }
}

/// A model that is called as a command is meant by its path; after an option it is a model as well.
#[test]
fn a_model_may_be_called_as_a_command() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plan", "run", "merge", "status", "submit"] {
        fs::copy(at(QUICKSTART), folder.path().join(name)).unwrap();
        let sweep = |arguments: &[&str]| {
            let mut command = process();
            command.current_dir(folder.path()).arg("sweep").args(arguments).output().unwrap()
        };
        let vary = ["--vary", "offers.aws-trainium2.price=1..2/3"];
        let path = format!("./{name}");
        assert_eq!(sweep(&[&[path.as_str()], &vary[..]].concat()).status.code(), Some(0), "{name}");
        assert_eq!(sweep(&[&vary[..], &[name]].concat()).status.code(), Some(0), "{name}");
        assert_eq!(sweep(&[&[name], &vary[..]].concat()).status.code(), Some(2), "{name}");
    }
    let help = run(&["sweep", "--help"]).stdout;
    assert!(text(&help).contains("polysource sweep ./plan"), "{}", text(&help));
}

#[test]
fn fewer_chunks_than_were_asked_for_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let plan = |chunks: &str| {
        let out = folder.path().join(chunks);
        let vary =
            ["--vary", "offers.aws-trainium2.price=1..2/1000", "--chunks", chunks, "--out", out.to_str().unwrap()];
        let out = run(&[&["sweep", "plan", QUICKSTART][..], &vary].concat());
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stderr).to_owned()
    };
    // A thousand points are 16 groups of 62 and one of the 8 that are left.
    let told = plan("102");
    let fewer = "1000 points in 17 chunks (102 were asked for; a chunk is of whole groups of 62 points): run ";
    assert!(told.starts_with(fewer), "{told}");
    let told = plan("4");
    assert!(told.starts_with("1000 points in 4 chunks: run "), "{told}");
}
