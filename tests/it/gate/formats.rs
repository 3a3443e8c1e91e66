//! Exit codes and formats of `gate`.

use std::collections::BTreeSet;

use polysource::compare::Gate;
use serde_json::Value;

use super::{Folder, TWO, expecting};
use crate::common::{follows, text};

/// The second is missed as the model is written, the third in its scenario.
const EXPECTED: &str = "  - { cost: { at_most: 200 USD } }
  - name: vendors & <clouds>
    share: { by: vendor, of: spend, at_most: 60 % }
  - { scenario: no-trainium, signed: deal }
";

#[test]
fn exit_codes() {
    let code = |model: &str, more: &[&str]| Folder::new(model).gate(more).status.code().unwrap();
    assert_eq!(code(&expecting("  - { cost: { at_most: 200 } }\n"), &[]), 0);
    assert_eq!(code(&expecting("  - { cost: { at_most: 100 } }\n"), &[]), 2);
    assert_eq!(code(&expecting("  - { cost: { at_mosst: 100 } }\n"), &[]), 3);
    assert_eq!(code(&expecting("  - { scenario: no-trainium+late, cost: { at_most: 100 } }\n"), &[]), 3);
    // No plan in the scenario, whatever is missed elsewhere.
    let both = expecting("  - { cost: { at_most: 1 } }\n  - { scenario: too-small, cost: { at_most: 1M } }\n");
    assert_eq!(code(&both, &[]), 4);
    assert_eq!(code(TWO, &["--scenario", "too-small"]), 4);
    assert_eq!(code(TWO, &["--format", "yaml"]), 2);
    assert_eq!(code(TWO, &["--write-lock"]), 2);
    let out = Folder::new(TWO).gate(&[]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out.stderr).starts_with("warning: nothing is compared"), "{}", text(&out.stderr));
}

/// Bad input writes nothing.
#[test]
fn a_wrong_model_writes_nothing() {
    let folder = Folder::new(&expecting("  - { signed: deel }\n  - { cost: {} }\n"));
    let out = folder.gate(&["--lock", "plan.lock", "--write-lock", "-o", "out.md", "--format", "markdown"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("did you mean `deal`?"), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("2 errors"), "{}", text(&out.stderr));
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[test]
fn text_and_markdown() {
    let folder = Folder::new(&expecting(EXPECTED));
    let out = folder.gate(&[]);
    assert_eq!(out.status.code(), Some(2));
    let told = text(&out.stdout);
    assert!(
        told.starts_with("FAILED: 2 of 3 expectations are not met\n  as written: 180 USD, optimal (certified)"),
        "{told}"
    );
    assert!(told.contains("\nMISSED    signed-deal (no-trainium): `deal` is not signed\n"), "{told}");
    let out = folder.gate(&["--format", "markdown", "-o", "comment.md"]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(2), ""));
    let comment = folder.read("comment.md");
    assert!(
        comment.starts_with("## Plan of Two vendors: failed\n\n**2 of 3 expectations are not met.**\n"),
        "{comment}"
    );
    let row = "| MISSED | vendors &amp; &lt;clouds> | as written | the share of `nvidia` in spend is 66.67 %, expected at most 60 % | model.yaml:22 |";
    assert!(comment.contains(row), "{comment}");
    let out = folder.gate(&["--format", "json"]);
    follows("gate", &out.stdout);
    let gate: Gate = serde_json::from_slice(&out.stdout).unwrap();
    assert!(!gate.passed && gate.cases.len() == 2 && gate.lock.is_none());
}

/// SARIF 2.1.0: what its schema asks of a log, and of what is in this one.
#[test]
fn sarif() {
    let model = expecting(EXPECTED);
    let folder = Folder::new(&model);
    assert_eq!(folder.gate(&["--lock", "plan.lock", "--write-lock", "--set", "expect=[]"]).status.code(), Some(0));
    let out = folder.gate(&["--format", "sarif", "--lock", "plan.lock", "--set", "offers.aws-trn2.price=2"]);
    assert_eq!(out.status.code(), Some(2));
    let log: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "polysource");
    let rules: Vec<&str> = driver["rules"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len(), "ids of rules differ");
    let lines: Vec<&str> = model.lines().collect();
    let mut found = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let known = ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"];
        assert!(result.as_object().unwrap().keys().all(|k| known.contains(&k.as_str())));
        let rule = result["ruleId"].as_str().unwrap();
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()], rule);
        assert_eq!(result["level"], "error");
        assert!(result["message"]["text"].as_str().unwrap().ends_with('.'));
        let place = &result["locations"][0]["physicalLocation"];
        let (uri, region) = (place["artifactLocation"]["uri"].as_str().unwrap(), &place["region"]);
        let line = usize::try_from(region["startLine"].as_u64().unwrap()).unwrap();
        if uri == "model.yaml" {
            // The place is where the entry begins, after its dash.
            let column = usize::try_from(region["startColumn"].as_u64().unwrap()).unwrap();
            assert_eq!(&lines[line - 1][..column - 1], "  - ");
        }
        found.push((rule, uri, line));
    }
    let first = lines.iter().position(|l| l.contains("at_most: 200")).unwrap() + 1;
    let expected = [("share", "model.yaml", first + 1), ("signed", "model.yaml", first + 3), ("lock", "plan.lock", 1)];
    // At 2 for Trainium it costs 120 + 120 = 240.
    let cost = ("cost", "model.yaml", first);
    assert_eq!(found, [&[cost], &expected[1..]].concat(), "of the two vendors each has half then");
}

/// The elements of an XML text, each with its attributes; fails where it is not well-formed.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration");
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let sound = |text: &str| {
        assert!(!text.contains('<'), "{text}");
        for part in text.split('&').skip(1) {
            let name = part.split(';').next().unwrap();
            assert!(part.contains(';') && ["amp", "lt", "gt", "quot", "apos"].contains(&name), "{text}");
        }
    };
    while let Some((before, after)) = rest.split_once('<') {
        sound(before);
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags are nested");
            continue;
        }
        let empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut read = Vec::new();
        while let Some((key, value)) = attributes.split_once("=\"") {
            let (value, more) = value.split_once('"').expect("an attribute ends");
            sound(value);
            read.push((key.trim().to_owned(), value.to_owned()));
            attributes = more;
        }
        assert_eq!(attributes.trim(), "");
        let keys: BTreeSet<&String> = read.iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), read.len(), "no attribute stands twice");
        all.push((name.to_owned(), read));
        if !empty {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    all
}

#[test]
fn junit() {
    let folder = Folder::new(&expecting(EXPECTED));
    let out = folder.gate(&["--format", "junit"]);
    assert_eq!(out.status.code(), Some(2));
    let found = elements(text(&out.stdout));
    let names = |element: &str| found.iter().filter(|(name, _)| name == element).count();
    // Two plans and three expectations, two of which are missed.
    assert_eq!((names("testcase"), names("failure"), names("error")), (5, 2, 0));
    let suite = &found.iter().find(|(name, _)| name == "testsuite").unwrap().1;
    let count = |key: &str| suite.iter().find(|(name, _)| name == key).unwrap().1.as_str();
    assert_eq!((count("tests"), count("failures"), count("errors")), ("5", "2", "0"));
    let case = found.iter().find(|(_, a)| a.iter().any(|(_, v)| v == "vendors &amp; &lt;clouds&gt;"));
    assert!(case.is_some(), "{found:?}");
}

/// Quotes in a name, and a model that is not there.
#[test]
fn names_cannot_make_structure() {
    let folder = Folder::new(&expecting("  - { name: \"a|b `c` \\\"<d>\", cost: { at_most: 1 } }\n"));
    elements(text(&folder.gate(&["--format", "junit"]).stdout));
    let comment = folder.gate(&["--format", "markdown"]).stdout;
    let row = text(&comment).lines().find(|l| l.starts_with("| MISSED")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
    assert_eq!(folder.gate(&["--lock", "none.lock"]).status.code(), Some(1));
}
