//! `polysource alternatives`: formats, schema, the plans that it writes, exit codes.

use crate::common::{FLEET, QUICKSTART, follows, run, text};

#[test]
fn in_every_format_with_its_plans() {
    let folder = tempfile::tempdir().unwrap();
    let plans = folder.path().join("plans");
    let told = |format: &str| {
        let plans = plans.to_str().unwrap();
        let out =
            run(&["alternatives", FLEET, "--within", "3%", "--by", "vendor", "--write", plans, "--format", format]);
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
        out.stdout
    };
    let json = told("json");
    follows("alternatives", &json);
    assert_eq!(json, told("json"), "the same bytes");
    let shown = told("text");
    let shown = text(&shown);
    for part in ["Room for negotiation: share of spend by vendor", "Each least and most is exact", "Plan 1 differs in "]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let csv = told("csv");
    assert!(text(&csv).starts_with("by,group,least,cheapest,most,"));
    assert_eq!(text(&csv).lines().count(), 5, "a row for each vendor");
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(&plans).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), value["plans"].as_array().unwrap().len());
    for (i, file) in files.iter().enumerate() {
        let plan = std::fs::read(file).unwrap();
        follows("output", &plan);
        let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
        assert_eq!(
            (plan["status"].as_str(), &plan["cost"]["total"]),
            (Some("near-optimal"), &value["plans"][i]["cost"])
        );
        // It is a plan of the model like any other.
        let stressed = run(&["stress", FLEET, "--by", "vendor", "--plan", file.to_str().unwrap()]);
        assert_eq!(stressed.status.code(), Some(0), "{}", text(&stressed.stderr));
    }
}

#[test]
fn a_share_is_a_part_of_its_total_in_every_measure() {
    for of in ["spend", "chips"] {
        let out =
            run(&["alternatives", QUICKSTART, "--of", of, "--plans", "0", "--within", "0.05", "--format", "json"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((found["of"].as_str(), found["exact"].as_bool()), (Some(of), Some(true)));
        for g in found["room"].as_array().unwrap() {
            let share = |key: &str| g[key]["share"].as_f64().unwrap();
            assert!(share("least") <= share("cheapest") + 1e-9 && share("cheapest") <= share("most") + 1e-9, "{g}");
        }
    }
}

#[test]
fn what_is_wrong_is_told() {
    for (arguments, code, told) in [
        (&["--within=-1%"][..], 2, "is not a part of the cost"),
        (&["--within", "two"], 2, "is not a part of the cost"),
        (&["--by", "vendr"], 2, "did you mean `vendor`?"),
        (&["--of", "chip"], 2, "did you mean `chips`?"),
        (&["--of", "power"], 2, "has a `power`"),
        (&["--of", "work"], 2, "different units"),
        (&["--set", "offers.coreweave-h100.price=-1"], 3, "out-of-range"),
        (&["--set", "offers.coreweave-h100.capacity=1"], 4, "no certified cheapest plan"),
    ] {
        let out = run(&[&["alternatives", QUICKSTART], arguments].concat());
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {}", text(&out.stderr));
        assert!(text(&out.stderr).contains(told), "{arguments:?}: {}", text(&out.stderr));
    }
}
