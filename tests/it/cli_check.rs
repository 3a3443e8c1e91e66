//! `polysource check`, and the exit codes of everything that goes wrong before a model is solved.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::common::{QUICKSTART, program, run, text};

fn with_input(arguments: &[&str], input: impl Into<Vec<u8>>) -> Output {
    program().args(arguments).write_stdin(input).output().unwrap()
}

/// The quickstart with mistakes in two places.
fn wrong() -> String {
    let right = fs::read_to_string(QUICKSTART).unwrap();
    right.replace("price: 4.00", "prize: 4.00").replace("peak: 1.5", "peak: a lot")
}

/// A model that is right but has an offer without capacity, which is worth a warning.
fn doubtful() -> String {
    fs::read_to_string(QUICKSTART)
        .unwrap()
        .replace("offers:\n", "offers:\n  never: { chip: h100, cloud: aws, price: 9, capacity: 0 }\n")
}

#[test]
fn a_model_that_is_right_is_counted() {
    let out = run(&["check", QUICKSTART]);
    assert_eq!(out.status.code(), Some(0));
    let expected =
        "models/quickstart.yaml: ok: 2 offers, 2 chips, 2 clouds, 0 contracts, 2 workloads, 2 periods, 1 limit\n";
    assert_eq!(text(&out.stdout), expected);
    assert_eq!(text(&out.stderr), "");
}

#[test]
fn standard_input_is_a_model_too() {
    let out = with_input(&["check", "-"], fs::read(QUICKSTART).unwrap());
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stdout).starts_with("-: ok: 2 offers"), "{}", text(&out.stdout));
}

#[test]
fn every_mistake_is_told_with_its_place_and_remedy() {
    let out = with_input(&["check", "-"], wrong());
    assert_eq!(out.status.code(), Some(3));
    assert_eq!(text(&out.stdout), "", "nothing but diagnostics");
    let told = text(&out.stderr);
    for part in ["error[unknown-key]", "did you mean `price`?", "error[invalid-quantity]", "--> -:"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains('\u{1b}'), "no colour where there is no terminal");
}

#[test]
fn json_has_each_mistake_as_data() {
    let out = with_input(&["check", "-", "--format", "json"], wrong());
    assert_eq!(out.status.code(), Some(3));
    assert_eq!(text(&out.stderr), "");
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(told["ok"], false);
    assert_eq!(told["warnings"], Value::Array(vec![]));
    let errors = told["errors"].as_array().unwrap();
    let unknown = errors.iter().find(|e| e["code"] == "unknown-key").unwrap();
    assert_eq!(unknown["file"], "-");
    assert_eq!(unknown["remedy"], "did you mean `price`?");
    let line = wrong().lines().position(|l| l.contains("prize")).unwrap();
    assert_eq!(unknown["line"], line + 1);
    assert_eq!(unknown["column"], wrong().lines().nth(line).unwrap().find("prize").unwrap() + 1);
    assert!(unknown["message"].is_string());
}

#[test]
fn json_of_a_model_that_is_right() {
    let out = run(&["check", QUICKSTART, "--format", "json"]);
    assert_eq!(out.status.code(), Some(0));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let sha256 = told["sha256"].clone();
    assert!(sha256.as_str().is_some_and(|s| s.len() == 64), "{told}");
    assert_eq!(told, serde_json::json!({ "ok": true, "sha256": sha256, "errors": [], "warnings": [] }));
}

#[test]
fn warnings_do_not_fail_and_quiet_leaves_them_out() {
    let out = with_input(&["check", "-"], doubtful());
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stderr).contains("warning[no-effect]"), "{}", text(&out.stderr));
    let out = with_input(&["check", "-", "-q"], doubtful());
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
    let out = with_input(&["check", "-", "-q"], wrong());
    assert!(text(&out.stderr).contains("error[unknown-key]"), "errors are told all the same");
    let out = with_input(&["check", "-", "--format", "json"], doubtful());
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&told["ok"], &told["warnings"][0]["code"]), (&true.into(), &"no-effect".into()));
}

#[test]
fn what_cannot_be_read_is_told_with_the_reason() {
    let out = run(&["check", "no-such-file.yaml"]);
    assert_eq!(out.status.code(), Some(1));
    let told = text(&out.stderr);
    assert!(told.contains("error[unreadable]: cannot read no-such-file.yaml: "), "{told}");
    let out = run(&["check", "src"]);
    assert_eq!(out.status.code(), Some(1), "a folder is not a model");
    let out = run(&["check", "no-such-file.yaml", "--format", "json"]);
    assert_eq!(out.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&told["ok"], &told["errors"][0]["code"]), (&false.into(), &"unreadable".into()));
}

#[test]
fn text_that_is_not_utf8_is_a_wrong_model() {
    let out = with_input(&["check", "-"], b"polysource: 1\nname: \xff\n".to_vec());
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("line 2 of standard input is not UTF-8"), "{}", text(&out.stderr));
}

#[test]
fn wrong_usage_has_its_own_code() {
    for arguments in [
        &["check"][..],
        &[],
        &["no-such-command"],
        &["check", QUICKSTART, "--no-such-option"],
        &["check", QUICKSTART, "--format", "xml"],
        &["check", QUICKSTART, "-q", "-v"],
        &["check", "-", "--overlay", "-"],
        &["solve", QUICKSTART, "--engine", "abacus"],
        &["solve", QUICKSTART, "--time-limit", "soon"],
        &["export", QUICKSTART],
        &["completions", "abacus"],
    ] {
        let out = run(arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}: {}", text(&out.stderr));
        assert_eq!(text(&out.stdout), "", "{arguments:?}");
        assert_ne!(text(&out.stderr), "", "{arguments:?}");
    }
}

#[test]
fn overlays_scenarios_and_settings_change_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("overlay.yaml");
    fs::write(&overlay, "offers: { vultr-h100: { chip: h100, cloud: aws, price: 1, capacity: 1k } }\n").unwrap();
    let out = run(&["check", QUICKSTART, "--overlay", overlay.to_str().unwrap()]);
    assert!(text(&out.stdout).contains("ok: 3 offers"), "{}{}", text(&out.stdout), text(&out.stderr));

    let out = run(&["check", QUICKSTART, "--set", "horizon.periods=3", "--set", "chips.h100.vendor=amd"]);
    assert!(text(&out.stdout).contains("3 periods"), "{}{}", text(&out.stdout), text(&out.stderr));

    for wrong in [
        &["--scenario", "no-such-scenario"][..],
        &["--set", "offers.no-such-offer.price=1"],
        &["--set", "no equals sign"],
        &["--set", "horizon.periods=[1"],
    ] {
        let out = run(&[&["check", QUICKSTART], wrong].concat());
        assert_eq!(out.status.code(), Some(3), "{wrong:?}: {}", text(&out.stderr));
        assert!(text(&out.stderr).contains("error["), "{wrong:?}");
    }

    let out = run(&["check", QUICKSTART, "--overlay", "no-such-overlay.yaml"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("no-such-overlay.yaml"));
}
