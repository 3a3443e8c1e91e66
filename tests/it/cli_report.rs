//! `report` as a command. How its page looks and behaves is tested in `browser.rs`.

use polysource::Plan;

use crate::common::{example, program, text, told};
use crate::samples::DRAWN;

#[test]
fn a_model_from_standard_input_is_read_once() {
    let model = example("quickstart");
    let from_file = program().args(["report", "models/quickstart.yaml"]).output().unwrap();
    let from_input = program().args(["report", "-"]).write_stdin(model).output().unwrap();
    assert!(from_input.status.success(), "{}", String::from_utf8_lossy(&from_input.stderr));
    let page = String::from_utf8(from_input.stdout).unwrap();
    // Its curves are read from the same input.
    assert_eq!(page.matches("data-curve=").count(), 2);
    assert_eq!(page, String::from_utf8(from_file.stdout).unwrap());
}

#[test]
fn what_is_asked_for_and_cannot_be_drawn_is_an_error() {
    for (option, value, code) in [("--frontier", "hhi:planet", 2), ("--curve", "offers.none.price=*0.5..1.5", 3)] {
        let run = program().args(["report", "models/quickstart.yaml", option, value]).output().unwrap();
        assert_eq!((run.status.code(), run.stdout.len()), (Some(code), 0), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

/// `report` judges a plan for drawn futures as `solve` does, with the same options, and says the same first.
#[test]
fn further_samples_come_first_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drawn.yaml");
    std::fs::write(&path, DRAWN).unwrap();
    let run = |verb: &str, arguments: &[&str]| program().arg(verb).arg(&path).args(arguments).output().unwrap();
    let options = ["--samples", "20", "--replications", "5", "--confidence", "90%"];
    let json = run("solve", &[&options[..], &["--format", "json"]].concat());
    let plan: Plan = serde_json::from_slice(&json.stdout).unwrap();
    let draws = told(&plan).draws.clone().unwrap();
    let sentence = draws.interval.unwrap().sentence;
    let svg = folder.path().join("svg");
    let page = run("report", &[&options[..], &["--svg", svg.to_str().unwrap()]].concat());
    assert_eq!(page.status.code(), Some(0), "{}", text(&page.stderr));
    let (_, decision) = text(&page.stdout).split_once("<section id=\"decision\"").unwrap();
    assert!(decision.split_once("<p>").unwrap().1.starts_with(&sentence), "{decision}");
    assert!(std::fs::read_to_string(svg.join("futures-interval.svg")).unwrap().contains("With 90 % confidence"));
    assert_eq!(page.stdout, run("report", &options).stdout, "the same input, the same bytes");
    // The losses of a plan in each future are there, unless nothing more is to be solved.
    assert!(text(&page.stdout).contains("id=\"failures\""));
    let plain = run("report", &[&options[..], &["--plain"]].concat());
    assert!(text(&plain.stdout).contains(&sentence) && !text(&plain.stdout).contains("id=\"failures\""));
    // In the document too: the sentence first, and no heading with the mean alone.
    let document = run("solve", &[&options[..], &["--format", "markdown"]].concat());
    let document = text(&document.stdout);
    assert_eq!(document.lines().find(|l| l.starts_with("- ")), Some(format!("- {sentence}").as_str()));
    assert!(document.contains("## Expected cost over the 20 drawn futures "), "{document}");
}

#[test]
fn what_cannot_be_judged_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    for (arguments, why) in [
        (&["--replications", "3"][..], "draws nothing at random"),
        (&["--samples", "3"], "draws nothing at random"),
        (&["--replications", "1"], "write at least 2"),
        (&["--confidence", "100%"], "is not a confidence"),
    ] {
        let run =
            program().args(["report", "models/quickstart.yaml", "-o"]).arg(&page).args(arguments).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        assert!(text(&run.stderr).contains(why), "{}", text(&run.stderr));
        assert!(!page.exists());
    }
}
