//! `polysource sweep`: formats, journal, interruption.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::common::{QUICKSTART, process, text};

fn run(arguments: &[&str]) -> Output {
    process().arg("sweep").args(arguments).output().unwrap()
}

#[test]
fn every_format_says_the_same() {
    let vary = ["--vary", "offers{vendor: amazon}.price=*0.5..1.5/3", "--columns", "cost,double = 2 * cost"];
    let told = |format: &str| {
        let out = run(&[&[QUICKSTART, "--format", format], &vary[..]].concat());
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
        text(&out.stdout).to_owned()
    };
    let csv = told("csv");
    // One offer, at 1.20.
    let head = "point,offers{vendor: amazon}.price,offers{vendor: amazon}.price (factor),status,cost,double,message\n";
    assert!(csv.starts_with(&format!("{head}0,0.6,0.5,optimal,")), "{csv}");
    assert_eq!(csv.lines().count(), 4);
    let jsonl = told("jsonl");
    for (line, row) in jsonl.lines().zip(csv.lines().skip(1)) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(line["values"]["cost"].as_f64().unwrap().to_string(), cells[4]);
        assert_eq!(line["values"]["double"].as_f64(), line["values"]["cost"].as_f64().map(|c| 2.0 * c));
        assert_eq!(line["at"]["offers{vendor: amazon}.price"].as_f64().unwrap().to_string(), cells[1]);
        assert_eq!(line["at"]["offers{vendor: amazon}.price (factor)"].as_f64().unwrap().to_string(), cells[2]);
    }
    let text = told("text");
    assert!(text.contains("190.8M") && text.contains("price (factor)"), "{text}");
}

/// A column under the name of what varies holds its value, however that was said; a factor or shift says so. As the factor
/// under the name of the price, `*0.5,1` and `=0.6,1.2` gave one table for the same prices.
#[test]
fn columns_hold_values_and_say_what_are_factors() {
    let table = |vary: &[&str]| -> Vec<Vec<String>> {
        let out = run(&[&[QUICKSTART, "--columns", "cost", "--format", "csv"], vary].concat());
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{vary:?}");
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(&out.stdout[..]);
        rows.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    // Column, and its cells.
    let column = |rows: &[Vec<String>], name: &str| -> Option<Vec<String>> {
        let at = rows[0].iter().position(|head| head == name)?;
        Some(rows[1..].iter().map(|row| row[at].clone()).collect())
    };
    let price = "offers.aws-trainium2.price";
    let (scaled, shifted, set) = (
        table(&["--vary", "offers.aws-trainium2.price=*0.5,1"]),
        table(&["--vary", "offers.aws-trainium2.price=+-0.6,0"]),
        table(&["--vary", "offers.aws-trainium2.price=0.6,1.2"]),
    );
    for rows in [&scaled, &shifted, &set] {
        assert_eq!(column(rows, price).unwrap(), ["0.6", "1.2"]);
        assert_eq!(column(rows, "cost"), column(&set, "cost"));
    }
    assert_eq!(column(&scaled, &format!("{price} (factor)")).unwrap(), ["0.5", "1"]);
    assert_eq!(column(&shifted, &format!("{price} (shift)")).unwrap(), ["-0.6", "0"]);
    assert_eq!(set[0], ["point", price, "status", "cost", "message"]);
    // Two offers, and a series: no one value.
    let both = table(&["--vary", "offers{chip: [h100, trainium2]}.price=*0.5,1"]);
    assert_eq!(both[0], ["point", "offers{chip: [h100, trainium2]}.price (factor)", "status", "cost", "message"]);
    let steps = "offers.aws-trainium2.price={ 2026-Q1: 1.2, 2026-Q2: 1.1 }";
    let series = table(&["--set", steps, "--vary", "offers.aws-trainium2.price=*0.5,1"]);
    assert_eq!(series[0], ["point", &format!("{price} (factor)"), "status", "cost", "message"]);
    // A tornado has a point as written, whose cells are empty.
    let tornado = table(&["--vary", "offers.aws-trainium2.price=*0.5..2", "--method", "tornado"]);
    assert_eq!(column(&tornado, price).unwrap(), ["", "0.6", "2.4"]);
    assert_eq!(column(&tornado, &format!("{price} (factor)")).unwrap(), ["", "0.5", "2"]);
}

#[test]
fn lines_follow_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_slice(&process().args(["schema", "sweep"]).output().unwrap().stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let tornado = ["--vary", "offers.aws-trainium2.price=*0.8..1.2", "--method", "tornado", "--format", "jsonl"];
    let scenarios = ["--vary", "scenario=none,more-amd", "--format", "jsonl"];
    for out in
        [run(&[&[QUICKSTART], &tornado[..]].concat()), run(&[&["models/infeasible.yaml"], &scenarios[..]].concat())]
    {
        for line in text(&out.stdout).lines() {
            let line = serde_json::from_str(line).unwrap();
            let wrong: Vec<String> = validator.iter_errors(&line).map(|e| e.to_string()).collect();
            assert!(wrong.is_empty(), "{wrong:?}: {line}");
        }
    }
}

#[test]
fn the_sweeps_of_a_model_are_run_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("sweeps.yaml");
    let sweeps = "sweeps:\n  a: { vary: [ { offers: { vendor: amazon }, field: price, scale: 0.4..1.6, steps: 3 } ], columns: [cost] }\n  b: { vary: [ { name: d, workloads: {}, field: throughput, scale: [1, 2] } ], columns: [cost] }\n";
    fs::write(&overlay, sweeps).unwrap();
    let overlay = overlay.to_str().unwrap();
    let out = run(&[QUICKSTART, "--overlay", overlay, "--sweep", "b", "--format", "csv"]);
    // Twice the throughput is half of the chips.
    let lines: Vec<&str> = text(&out.stdout).lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "point,d (factor),status,cost,message"));
    for (line, cost) in lines[1..].iter().zip([190.8e6, 95.4e6]) {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(cells[2] == "optimal" && (cells[3].parse::<f64>().unwrap() - cost).abs() < 1.0, "{line}");
    }
    let out = run(&[QUICKSTART, "--overlay", overlay]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("NAME being one of a, b"), "{}", text(&out.stderr));
    let out = run(&[QUICKSTART, "--overlay", overlay, "--sweep", "c"]);
    assert!(text(&out.stderr).contains("no sweep `c`"), "{}", text(&out.stderr));
}

#[test]
fn wrong_usage_is_told() {
    let vary = ["--vary", "offers.aws-trainium2.price=1..2/3"];
    for (more, told) in [
        (&["--columns", "coast"][..], "did you mean `cost`?"),
        (&["--resume"], "needs `-o FILE` or `--journal FILE`"),
        (&["--correlate", "1~2"], "is not a correlation"),
        (&["--samples", "0"], "whole number from 1"),
    ] {
        let out = run(&[&[QUICKSTART], &vary[..], more].concat());
        assert_eq!(out.status.code(), Some(2), "{more:?}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
    }
}

/// A sweep of some seconds with a file and its journal.
struct Long {
    folder: tempfile::TempDir,
}

impl Long {
    fn new() -> Self {
        Long { folder: tempfile::tempdir().unwrap() }
    }

    fn output(&self) -> String {
        self.folder.path().join("out.csv").to_str().unwrap().to_owned()
    }

    fn journal(&self) -> String {
        self.output() + ".journal"
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = process();
        let vary = ["--vary", "offers{cloud: aws}.price=*0.5..1.5/24", "--threads", "2", "--format", "csv", "-o"];
        command.args(["sweep", "models/inference-fleet.yaml"]).args(vary).arg(self.output()).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn whole() -> Vec<u8> {
        let long = Long::new();
        assert!(long.command(&[]).status().unwrap().success());
        assert!(!Path::new(&long.journal()).exists(), "the journal goes when the result is there");
        fs::read(long.output()).unwrap()
    }
}

#[test]
fn a_killed_sweep_goes_on_where_it_was() {
    let whole = Long::whole();
    let mut some_were_kept = false;
    for wait in [5, 40, 80, 120, 160, 200, 250, 300, 400, 500] {
        let long = Long::new();
        for round in 0..100 {
            let more: &[&str] = if round == 0 { &[] } else { &["--resume"] };
            let mut child = long.command(more).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait + 17 * round));
            let _ = child.kill();
            if child.wait().unwrap().success() {
                break;
            }
            let kept = fs::read(long.journal()).map_or(0, |j| j.iter().filter(|&&b| b == b'\n').count());
            some_were_kept |= kept > 1;
        }
        assert!(long.command(&["--resume"]).status().unwrap().success());
        assert!(fs::read(long.output()).unwrap() == whole, "killed every {wait} ms");
    }
    assert!(some_were_kept);
}

#[test]
fn a_torn_journal_is_gone_on_from_and_another_refused() {
    let whole = Long::whole();
    let long = Long::new();
    let journal = long.folder.path().join("journal");
    let named = ["--journal", journal.to_str().unwrap()];
    assert!(long.command(&named).status().unwrap().success());
    let full = fs::read(&journal).unwrap();
    for cut in [0, 1, 100, full.len() / 3, full.len() / 2, full.len() - 1, full.len()] {
        fs::write(&journal, &full[..cut]).unwrap();
        let resumed = long.command(&[&named[..], &["--resume"]].concat()).status().unwrap();
        assert!(resumed.success() && fs::read(long.output()).unwrap() == whole, "cut at {cut}");
        assert_eq!(fs::read(&journal).unwrap().len(), full.len(), "cut at {cut}");
    }
    let refused = |more: &[&str], told: &str| {
        let out = long.command(&[&named[..], more].concat()).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{told}");
        assert!(text(&out.stderr).contains(told), "{}", text(&out.stderr));
        assert_eq!(fs::read(&journal).unwrap().len(), full.len(), "a refused journal is left alone");
    };
    refused(&[], "go on with `--resume`, or delete it");
    refused(&["--resume", "--set", "discount_rate=1 %"], "another model");
    refused(&["--resume", "--scenario", "europe-grows"], "another model");
    refused(&["--resume", "--columns", "cost"], "other options");
    refused(&["--resume", "--engine", "clarabel"], "other options");
    fs::write(&journal, "offer,price\na,1\n").unwrap();
    let out = long.command(&[&named[..], &["--resume"]].concat()).output().unwrap();
    assert!(text(&out.stderr).contains("not a journal"), "{}", text(&out.stderr));
    assert_eq!(fs::read_to_string(&journal).unwrap(), "offer,price\na,1\n");
}

#[cfg(unix)]
#[test]
fn interrupted_it_finishes_its_points_and_says_how_to_go_on() {
    let whole = Long::whole();
    let long = Long::new();
    let child = long.command(&[]).spawn().unwrap();
    for _ in 0..1000 {
        let lines = fs::read(long.journal()).map_or(0, |j| j.iter().filter(|&&b| b == b'\n').count());
        if lines > 2 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let signal = |id: u32| Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
    assert!(signal(child.id()).success());
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("go on with the same command and `--resume`"), "{}", text(&out.stderr));
    assert!(!Path::new(&long.output()).exists(), "half a result is none");
    assert!(long.command(&["--resume"]).status().unwrap().success());
    assert!(fs::read(long.output()).unwrap() == whole);
}

#[cfg(unix)]
#[test]
fn interrupted_twice_it_stops_at_once_and_loses_nothing_that_was_finished() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    let journal = folder.path().join("out.csv.journal");
    let command = |more: &[&str]| {
        let mut command = process();
        let vary = ["--vary", "offers{vendor: amazon}.price=*0.5..1.5/6", "--columns", "cost", "--threads", "1"];
        command.args(["sweep", "models/frontier-lab.yaml", "--format", "csv", "-o"]).arg(&output).args(vary).args(more);
        command.stderr(Stdio::piped());
        command
    };
    let lines = || fs::read(&journal).map_or(0, |j| j.iter().filter(|&&b| b == b'\n').count());
    let child = command(&[]).spawn().unwrap();
    for _ in 0..2000 {
        if lines() > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(30));
    }
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130), "{}", text(&out.stderr));
    let kept = lines();
    assert!((2..7).contains(&kept), "{kept}");
    assert!(command(&["--resume"]).status().unwrap().success());
    assert_eq!(fs::read_to_string(&output).unwrap().lines().count(), 7);
}
