//! `polysource solve` and `polysource export`: results, exit codes and what changes a model.

use std::fs;

use polysource::EngineChoice;
use polysource::plan::{Plan, Status};

use crate::common::{QUICKSTART, close, run, text};

fn plan(arguments: &[&str]) -> Plan {
    let out = run(&[&["solve", "--format", "json"], arguments].concat());
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&out.stderr)))
}

fn cost(arguments: &[&str]) -> f64 {
    plan(arguments).cost.unwrap().total
}

#[test]
fn every_format_says_the_same() {
    let told: Vec<String> = ["text", "markdown", "csv", "json"]
        .iter()
        .map(|format| {
            let out = run(&["solve", QUICKSTART, "--format", format]);
            assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
            text(&out.stdout).to_owned()
        })
        .collect();
    assert!(told[0].starts_with("Quickstart: optimal (certified, gap below "), "{}", told[0]);
    assert!(told[0].contains("190.8M USD") && told[1].contains("190.8M USD"));
    assert!(told[1].starts_with("# Quickstart\n"));
    assert!(told[2].starts_with("workload,offer,period,chips,work\n"));
    let plan: Plan = serde_json::from_str(&told[3]).unwrap();
    close(plan.cost.unwrap().total, 190_800_000.0);
    assert_eq!(plan.assignments.len(), told[2].lines().count() - 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let arguments = ["solve", "models/inference-fleet.yaml", "--format", "json"];
    assert_eq!(run(&arguments).stdout, run(&arguments).stdout);
}

#[test]
fn engines_agree() {
    for engine in EngineChoice::ALL.iter().map(ToString::to_string) {
        let plan = plan(&[QUICKSTART, "--engine", &engine]);
        assert_eq!(plan.status, Status::Optimal, "{engine}");
        close(plan.cost.unwrap().total, 190_800_000.0);
    }
}

#[test]
#[cfg(not(feature = "highs"))]
fn an_engine_that_this_build_lacks_is_told_with_what_to_do() {
    let out = run(&["solve", QUICKSTART, "--engine", "highs"]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    assert!(said.contains("this build does not have it; build with `--features highs`"), "{said}");
}

#[test]
fn less_detail_leaves_out_the_premium() {
    let premium = |detail: &str| plan(&[QUICKSTART, "--detail", detail]).cost.unwrap().premium;
    assert_eq!(premium("plan"), None);
    close(premium("full").unwrap(), 5_520_000.0);
}

#[test]
fn an_infeasible_model_is_told_and_has_its_code() {
    let out = run(&["solve", "models/infeasible.yaml"]);
    assert_eq!(out.status.code(), Some(4));
    assert!(text(&out.stdout).contains("infeasible, proved"), "{}", text(&out.stdout));
    let out = run(&["solve", "models/infeasible.yaml", "--format", "json"]);
    assert_eq!(out.status.code(), Some(4));
    let plan: Plan = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((plan.status, plan.cost, plan.certificate.verified), (Status::Infeasible, None, true));
}

#[test]
fn a_wrong_model_is_not_solved() {
    let out = run(&["solve", QUICKSTART, "--set", "workloads.chat.peak=a lot"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""));
    assert!(text(&out.stderr).contains("error[invalid-quantity]"), "{}", text(&out.stderr));
}

#[test]
fn scenarios_settings_and_overlays_are_solved() {
    assert_eq!(run(&["solve", "models/infeasible.yaml", "--scenario", "more-amd"]).status.code(), Some(0));
    let plain = cost(&[QUICKSTART]);
    let cheaper = cost(&[QUICKSTART, "--set", "offers.coreweave-h100.price=3.50"]);
    assert!(cheaper < plain);
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("cheaper.yaml");
    fs::write(&overlay, "offers: { coreweave-h100: { price: 3.50 } }\n").unwrap();
    close(cost(&[QUICKSTART, "--overlay", overlay.to_str().unwrap()]), cheaper);
    // A setting comes after an overlay, and a later setting after an earlier one.
    let back = "offers.coreweave-h100.price=4.00";
    close(cost(&[QUICKSTART, "--overlay", overlay.to_str().unwrap(), "--set", back]), plain);
    close(cost(&[QUICKSTART, "--set", "offers.coreweave-h100.price=9", "--set", back]), plain);
}

#[test]
fn what_was_read_has_a_fingerprint() {
    let sha = |arguments: &[&str]| plan(arguments).model.sha256;
    assert_eq!(sha(&[QUICKSTART]), sha(&[QUICKSTART, "--engine", "clarabel"]));
    assert_ne!(sha(&[QUICKSTART]), sha(&[QUICKSTART, "--set", "discount_rate=0"]));
}

#[test]
fn a_time_limit_is_a_time() {
    for limit in ["60", "60s", "1m", "1h"] {
        assert_eq!(run(&["solve", QUICKSTART, "--time-limit", limit]).status.code(), Some(0), "{limit}");
    }
}

/// Whatever is reached in the time, it is not called more than it is.
#[test]
fn too_little_time_is_not_told_as_an_optimum() {
    for limit in ["0", "20ms"] {
        let arguments = ["solve", "models/frontier-lab.yaml", "--format", "json", "--time-limit", limit];
        let out = run(&arguments);
        let plan: Plan = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(i32::from(polysource::cli::exit_code(plan.status))), "{limit}");
        assert_eq!(plan.certificate.verified, plan.status == Status::Optimal, "{limit}: {:?}", plan.status);
    }
}

#[test]
fn the_program_can_be_taken_to_another_solver() {
    let mps = run(&["export", QUICKSTART, "--to", "mps"]);
    assert_eq!((mps.status.code(), text(&mps.stderr)), (Some(0), ""));
    for section in ["NAME", "ROWS", "COLUMNS", "RHS", "ENDATA"] {
        assert!(text(&mps.stdout).lines().any(|l| l.starts_with(section)), "{section}");
    }
    let lp = run(&["export", QUICKSTART, "--to", "lp"]);
    assert_eq!(lp.status.code(), Some(0));
    let told = text(&lp.stdout).to_lowercase();
    for section in ["minimize", "subject to", "bounds", "end"] {
        assert!(told.lines().any(|l| l.trim() == section), "{section}: {told}");
    }
}

#[test]
fn the_name_of_the_file_says_the_format() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [("a.mps", "mps"), ("b.lp", "lp"), ("c.LP", "lp")] {
        let path = folder.path().join(name);
        let out = run(&["export", QUICKSTART, "-o", path.to_str().unwrap()]);
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), ""), "{}", text(&out.stderr));
        assert_eq!(fs::read(&path).unwrap(), run(&["export", QUICKSTART, "--to", format]).stdout, "{name}");
    }
    let path = folder.path().join("program.txt");
    let out = run(&["export", QUICKSTART, "-o", path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("--to mps"), "{}", text(&out.stderr));
    assert!(!path.exists());
    let out = run(&["export", QUICKSTART, "-o", path.to_str().unwrap(), "--to", "lp"]);
    assert!(out.status.success() && path.exists());
}
