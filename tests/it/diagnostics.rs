//! Every diagnostic is fired by a file of its own, and told in exactly these words.
//!
//! `src/diagnostics/examples/<code>.yaml`, which the page of a code shows, and `tests/diagnostics/<code>-2.yaml` and so
//! on, for other ways to the same code, are correct models but for one mistake; the `.txt` beside each is what is told.
//! `UPDATE_EXPECT=1` writes the texts anew, to be read before they are kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polysource::diagnostics::{Code, Diagnostics, Severity, Sources, render};
use polysource::model::{Input, Loaded, Rejected, load};

use crate::common::{at, program};

/// Codes that no model file can have by itself; each has a test below, in `hostile.rs`, `import_solution.rs` or `spreadsheet.rs`.
const WITHOUT_FILE: [Code; 7] = [
    Code::TooLarge,
    Code::Unreadable,
    Code::UnknownScenario,
    Code::InvalidPath,
    Code::InvalidSolution,
    Code::UnknownColumn,
    Code::UnreadableCell,
];

/// Codes that belong to the text as a whole rather than to a word in it.
const WITHOUT_PLACE: [Code; 3] = [Code::TooLarge, Code::Unreadable, Code::UnknownScenario];

fn folder() -> PathBuf {
    at("tests/diagnostics")
}

/// Where the pages of the codes have their examples.
fn examples() -> PathBuf {
    at("src/diagnostics/examples")
}

/// Everything in both folders.
fn entries() -> Vec<PathBuf> {
    let of = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    of(examples()).chain(of(folder())).collect()
}

fn told(input: &Input) -> (Diagnostics, Sources) {
    match load(input) {
        Ok(Loaded { warnings, sources, .. }) => (warnings, sources),
        Err(Rejected { diagnostics, sources }) => {
            assert!(diagnostics.has_errors(), "rejected without an error");
            (diagnostics, sources)
        }
    }
}

fn read(path: &Path) -> Input {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Input { name, text: std::fs::read_to_string(path).unwrap(), ..Input::default() }
}

/// The code that a file is named after: `unknown-id-2.yaml` fires `unknown-id`.
fn code_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let without = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    match without.strip_suffix('-') {
        Some(code) if without.len() < stem.len() => code.to_owned(),
        _ => stem.to_owned(),
    }
}

fn files() -> Vec<PathBuf> {
    let mut files = entries();
    files.retain(|p| p.extension().is_some_and(|e| e == "yaml") && p.file_stem().unwrap() != "twelve");
    files.sort();
    files
}

/// Compares with the text beside the model, or writes it.
fn compare(path: &Path, found: &str) -> Option<String> {
    let beside = path.with_extension("txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&beside, found).unwrap();
        return None;
    }
    let kept = std::fs::read_to_string(&beside).unwrap_or_default();
    (kept != found).then(|| format!("{}\n--- kept\n{kept}\n--- told\n{found}", beside.display()))
}

#[test]
fn every_file_is_told_in_exactly_these_words() {
    let mut wrong = Vec::new();
    for path in files() {
        let (diagnostics, sources) = told(&read(&path));
        let code = code_of(&path);
        let codes: Vec<&str> = diagnostics.sorted().iter().map(|d| d.code.as_str()).collect();
        if !codes.contains(&code.as_str()) || codes.iter().any(|c| *c != code) {
            wrong.push(format!("{}: expected only `{code}`, told {codes:?}", path.display()));
        }
        wrong.extend(compare(&path, &render(&diagnostics, &sources, false)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_code_has_a_file() {
    let have: BTreeSet<String> = files().iter().map(|p| code_of(p)).collect();
    let lacks: Vec<&str> = Code::ALL
        .iter()
        .filter(|c| !WITHOUT_FILE.contains(c))
        .map(|c| c.as_str())
        .filter(|c| !have.contains(*c))
        .collect();
    assert!(lacks.is_empty(), "no file fires {lacks:?}");
    let unknown: Vec<&String> = have.iter().filter(|h| !Code::ALL.iter().any(|c| c.as_str() == **h)).collect();
    assert!(unknown.is_empty(), "files named after no code: {unknown:?}");
}

/// A text without its expectation, or an expectation whose model is gone.
#[test]
fn every_text_has_its_model() {
    for path in entries().into_iter().filter(|path| path.is_file()) {
        // The two of a file with a solution are fired in `import_solution.rs`.
        let other: &[&str] = if path.extension().unwrap() == "txt" { &["yaml", "sol"] } else { &["txt"] };
        assert!(other.iter().any(|o| path.with_extension(o).exists()), "{} has no {other:?}", path.display());
    }
}

#[test]
fn every_problem_has_a_place_a_sentence_and_a_remedy() {
    for path in files() {
        let (diagnostics, sources) = told(&read(&path));
        for d in diagnostics.sorted() {
            let at = format!("{}: {d:?}", path.display());
            let place = d.place.unwrap_or_else(|| panic!("no place: {at}"));
            let text = &sources.get(place.source).text;
            assert!(place.start as usize <= text.len() && place.end as usize <= text.len(), "{at}");
            assert!(!d.message.is_empty() && !d.message.ends_with('.'), "{at}");
            // These messages say themselves what belongs there.
            let says = ["must be", "expected ", "an id is at most", "picks no workload", "above 0", "whole number"];
            assert!(d.remedy.is_some() || says.iter().any(|s| d.message.contains(s)), "no remedy: {at}");
        }
    }
}

#[test]
fn every_code_has_an_explanation_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for code in Code::ALL {
        assert!(names.insert(code.as_str()), "{code} stands twice");
        assert!(code.explanation().ends_with('.') && code.explanation().len() > 15, "{code}");
        assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
    }
}

/// Twelve mistakes of twelve kinds, each told once and at its line: nothing hides anything else,
/// and nothing follows from anything else.
#[test]
fn twelve_mistakes_are_told_at_once() {
    let path = folder().join("twelve.yaml");
    let input = read(&path);
    let (diagnostics, sources) = told(&input);
    let rendered = render(&diagnostics, &sources, false);
    let found: Vec<(usize, &str)> =
        diagnostics.sorted().iter().map(|d| (sources.line(d.place.unwrap()), d.code.as_str())).collect();
    // Each line of the file with a mistake says so: `# ! <code>`.
    let meant: Vec<(usize, &str)> = input
        .text
        .lines()
        .enumerate()
        .filter_map(|(i, line)| Some((i + 1, line.split_once("# ! ")?.1.trim())))
        .collect();
    assert_eq!(found, meant, "{rendered}");
    assert_eq!(meant.len(), 12);
    assert_eq!(meant.iter().map(|(_, c)| c).collect::<BTreeSet<_>>().len(), 12, "twelve kinds");
    assert_eq!(compare(&path, &rendered), None);
}

// What does not come from the model file alone.

fn good() -> Input {
    Input { name: "good.yaml".to_owned(), text: GOOD.to_owned(), ..Input::default() }
}

const GOOD: &str = "\
polysource: 1
chips:
  h100: { vendor: nvidia }
clouds:
  aws: {}
offers:
  aws-h100: { chip: h100, cloud: aws, price: 6.88, capacity: 2k }
workloads:
  chat: { kind: inference, demand: 3M tok/s, throughput: { h100: 2400 tok/s } }
policy:
  limits:
    - { name: cap, share: { by: vendor, at_most: 100 %, of: spend } }
scenarios:
  cheap: { offers: { aws-h100: { price: 5 } } }
";

/// What is told of each of several changes to the good model, one after the other, is in
/// `laid-over/<name>.txt`.
#[track_caller]
fn tells(name: &str, inputs: &[(&str, Input)]) {
    let mut all = String::new();
    for (title, input) in inputs {
        let (diagnostics, sources) = told(input);
        for d in diagnostics.sorted() {
            assert!(d.place.is_some() || WITHOUT_PLACE.contains(&d.code) || d.message.contains("has no `=`"), "{d:?}");
            assert!(d.remedy.is_some() || d.message.starts_with("expected "), "{d:?}");
        }
        all.push_str(&format!("# {}\n{}\n", title.trim_end(), render(&diagnostics, &sources, false)));
    }
    let path = folder().join("laid-over").join(name);
    assert_eq!(compare(&path, &all), None);
}

#[test]
fn the_good_model_is_good() {
    let loaded = load(&good()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

fn scenarios(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn a_scenario_that_is_not_there() {
    let cheep = Input { scenarios: scenarios(&["cheep"]), ..good() };
    let none = Input { text: GOOD.split("scenarios:").next().unwrap().to_owned(), ..cheep.clone() };
    tells("unknown-scenario", &[("--scenario cheep", cheep), ("--scenario cheep, in a model without any", none)]);
}

#[test]
fn a_mistake_in_a_scenario_is_told_whether_it_is_applied_or_not() {
    let text = GOOD.replace("price: 5", "prise: 5");
    let not = Input { text, ..good() };
    let applied = Input { scenarios: scenarios(&["cheap"]), ..not.clone() };
    tells("wrong-scenario", &[("not applied", not), ("--scenario cheap", applied)]);
}

fn sets(name: &str, all: &[&str]) {
    let inputs: Vec<(&str, Input)> =
        all.iter().map(|set| (*set, Input { sets: vec![(*set).to_owned()], ..good() })).collect();
    for (set, input) in &inputs {
        assert!(load(input).is_err(), "--set {set} is accepted");
    }
    tells(name, &inputs);
}

#[test]
fn settings_that_lead_nowhere() {
    sets(
        "invalid-path",
        &[
            "offers.aws-h100.price",
            "offers.aws-h10.price=5",
            "ofers.aws-h100.price=5",
            "policy.limits.5.name=x",
            "policy.limits.cup.share.at_most=50 %",
            "offers.aws-h100.price.value=5",
            "=5",
        ],
    );
}

#[test]
fn settings_with_a_wrong_value_are_told_where_they_were_written() {
    sets(
        "wrong-setting",
        &[
            "offers.aws-h100.price=cheap",
            "offers.aws-h100.prise=5",
            "offers.aws-h100.chip=b200",
            "offers.aws-h100.price=[1",
            "offers.aws-h100.price=",
            "offers.aws-h100.price=*0.7",
            "offers.aws-h100.price=$5",
            "offers.aws-h100.capacity=20,000",
        ],
    );
}

#[test]
fn overlays_are_told_by_their_own_name() {
    let texts = [
        "offers: { aws-h100: { price: 5 EUR/chip-h } }\n",
        "offers:\n  aws-h100:\n    prise: 5\n",
        "offers: [1, 2\n",
        "- 1\n",
        "offers: { aws-h100: ~ }\n",
        "workloads: { chat: { throughput: { h200: 3000 tok/s } } }\n",
        "",
    ];
    let inputs: Vec<(&str, Input)> = texts
        .iter()
        .map(|text| (*text, Input { overlays: vec![("over.yaml".to_owned(), (*text).to_owned())], ..good() }))
        .collect();
    tells("overlays", &inputs);
}

#[test]
fn a_file_that_is_not_there() {
    let output = program().args(["check", "/no/such/model.yaml"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        told.trim_end(),
        "error[unreadable]: cannot read /no/such/model.yaml: No such file or directory (os error 2)\n |\n = help: check the path and its permissions\n\n1 error"
    );
}

#[test]
fn the_binary_tells_what_the_library_tells() {
    for path in files() {
        let (diagnostics, sources) = told(&read(&path));
        let output =
            program().current_dir(path.parent().unwrap()).arg("check").arg(path.file_name().unwrap()).output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), render(&diagnostics, &sources, false));
        let wrong = diagnostics.sorted().iter().any(|d| d.severity == Severity::Error);
        assert_eq!(output.status.code(), Some(if wrong { 3 } else { 0 }), "{}", path.display());
    }
}
