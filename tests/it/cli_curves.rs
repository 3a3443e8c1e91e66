//! `polysource curve` and `polysource frontier`: formats, schemas, exit codes.

use crate::common::{QUICKSTART, follows, run, text};

#[test]
fn curves_in_every_format() {
    let vary = ["curve", QUICKSTART, "--vary", "offers.coreweave-h100.capacity=4k..20k"];
    let told = |format: &str| {
        let out = run(&[&vary[..], &["--format", format]].concat());
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
        out.stdout
    };
    follows("curve", &told("json"));
    let shown = told("text");
    let shown = text(&shown);
    assert!(shown.contains("Exact: ") && shown.contains("No plan from 4000 to 6264, proved."), "{shown}");
    let csv = told("csv");
    assert!(text(&csv).starts_with("piece,from,to,cost_from,cost_to,slope,offer,chips_from,chips_to\n0,"));
    assert_eq!(told("json"), told("json"), "the same bytes");
}

#[test]
fn curves_that_are_none() {
    for (vary, code, told) in [
        ("offers.coreweave-h100.capacity=1,2", 2, "has no range"),
        ("offers.coreweave-h100.price=-1..2", 3, "out-of-range"),
        ("offers.coreweave-h200.price=1..2", 3, "invalid-path"),
        ("offers.coreweave-h100.capacity=1..2", 4, ""),
    ] {
        let out = run(&["curve", QUICKSTART, "--vary", vary]);
        assert_eq!(out.status.code(), Some(code), "{vary}: {}", text(&out.stderr));
        assert!(text(&out.stderr).contains(told), "{vary}: {}", text(&out.stderr));
    }
}

#[test]
fn frontiers_in_every_format_with_their_plans() {
    let folder = tempfile::tempdir().unwrap();
    let plans = folder.path().join("plans");
    let told = |format: &str| {
        let plans = plans.to_str().unwrap();
        let out = run(&["frontier", QUICKSTART, "--points", "4", "--plans", plans, "--format", format]);
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
        out.stdout
    };
    follows("frontier", &told("json"));
    assert!(text(&told("text")).contains("The knee: "));
    assert_eq!(text(&told("csv")).lines().count(), 5);
    let mut files: Vec<_> = std::fs::read_dir(&plans).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 4);
    for file in files {
        follows("output", &std::fs::read(file).unwrap());
    }
}

#[test]
fn frontiers_against_nothing() {
    for (against, told) in [
        ("hii:vendor", "did you mean `hhi`?"),
        ("hhi", "is missing a dimension"),
        ("hhi:vendr", "did you mean `vendor`?"),
        ("largest:vendor:chip", "did you mean `chips`?"),
        ("served:vendor:spend", "too much"),
        ("cvar:200%", "is not a level"),
    ] {
        let out = run(&["frontier", QUICKSTART, "--against", against]);
        assert_eq!(out.status.code(), Some(2), "{against}");
        assert!(text(&out.stderr).contains(told), "{against}: {}", text(&out.stderr));
    }
    assert_eq!(run(&["frontier", "models/infeasible.yaml"]).status.code(), Some(4));
    // A CVaR needs outages.
    assert_eq!(run(&["frontier", QUICKSTART, "--against", "cvar"]).status.code(), Some(3));
}
