//! What an editor can say of a model file by its schema: everything that does not take two places to see.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::{at, read, stdout};

/// What takes two places to see: another entry, the horizon, or how entries work together.
const TWO_PLACES: &[&str] = &[
    "ambiguous-attribution",
    "contradiction",
    "duplicate-name",
    "empty-selection",
    "invalid-variation",
    "min-above-max",
    "missing-carbon",
    "missing-power",
    "missing-price",
    "no-effect",
    "no-horizon",
    "off-grid",
    "outside-horizon",
    "series-length",
    "unknown-dimension",
    "unknown-id",
    "unserved-workload",
];

/// The same of single files, with the reason; and the few of one place that are left to `check`.
const LEFT: &[(&str, &str)] = &[
    ("duplicate-key-3", "two steps on one day"),
    ("duplicate-key-4", "two ages"),
    ("invalid-period-3", "the order of two dates"),
    ("invalid-period-5", "a commitment by year needs both ends"),
    ("invalid-period-6", "the days of a month"),
    ("invalid-period-9", "the days of a month"),
    ("invalid-quantity-3", "how YAML reads a number"),
    ("missing-key-25", "probabilities of other outcomes"),
    ("missing-key-26", "the outcomes of a factor"),
    ("missing-key-27", "probabilities of other outcomes"),
    ("missing-key-28", "the objective and probabilities"),
    ("missing-key-29", "the objective and probabilities"),
    ("missing-key-400", "draws and probabilities"),
    ("missing-key-63", "a workload and a requirement"),
    ("out-of-range-18", "the order of tiers"),
    ("out-of-range-20", "a sum"),
    ("out-of-range-21", "a product"),
    ("out-of-range-22", "a sum"),
    ("out-of-range-23", "a sum"),
    ("out-of-range-28", "a purchase and the horizon"),
    ("out-of-range-400", "a count"),
    ("out-of-range-401", "a count"),
    ("out-of-range-41", "the order of two numbers"),
    ("out-of-range-42", "a count"),
    ("out-of-range-600", "what is too many only where some are kept"),
    ("out-of-range-7", "a date and a count"),
    ("out-of-range-71", "a sum"),
    ("out-of-range-81", "a number in another unit"),
    ("out-of-range-9", "the size of a number of work"),
    ("tag-not-allowed-2", "how YAML reads a tag"),
    ("tag-not-allowed-3", "how YAML reads a tag"),
    ("wrong-dimension-17", "the currencies of the model"),
    ("wrong-dimension-22", "the currencies of the model"),
    ("wrong-dimension-23", "the currencies of the model"),
    ("wrong-dimension-52", "a price and the kind of its limit"),
    ("wrong-dimension-6", "the unit of a workload"),
    ("wrong-dimension-8", "the unit of a workload"),
    ("wrong-dimension-92", "the unit of a workload"),
    ("wrong-type-4", "how YAML reads a word"),
];

/// A model file as the data that an editor checks; `None` if it is not YAML.
fn data(yaml: &str) -> Option<Value> {
    serde_saphyr::from_str(yaml).ok()
}

#[test]
fn an_editor_refuses_every_mistake_that_one_place_shows() {
    let schema: Value = serde_json::from_str(&stdout(&["schema", "model"])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut accepted = Vec::new();
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(at("tests/diagnostics")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Ok(said) = std::fs::read_to_string(path.with_extension("txt")) else { continue };
        if path.extension().is_none_or(|e| e != "yaml") || !said.starts_with("error") {
            continue;
        }
        let code = said["error[".len()..].split(']').next().unwrap();
        let refused = data(&std::fs::read_to_string(&path).unwrap()).is_none_or(|value| !validator.is_valid(&value));
        *counts.entry(refused).or_default() += 1;
        if !refused && !TWO_PLACES.contains(&code) {
            accepted.push(name);
        }
    }
    accepted.sort_unstable();
    let mut left: Vec<&str> = LEFT.iter().map(|(name, _)| *name).collect();
    left.sort_unstable();
    assert_eq!(accepted, left, "what an editor accepts, though one place shows that it is wrong");
    assert!(counts[&true] * 2 > counts[&true] + counts[&false], "more than half of all: {counts:?}");
}

#[test]
fn an_editor_accepts_every_right_file() {
    let schema: Value = serde_json::from_str(&stdout(&["schema", "model"])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut texts = vec![("template".to_owned(), stdout(&["init"]))];
    for folder in ["models", "tests/fixtures", "benches/model"] {
        for entry in std::fs::read_dir(at(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "yaml") {
                let name = path.strip_prefix(at("")).unwrap().to_str().unwrap().to_owned();
                texts.push((name.clone(), read(&name)));
            }
        }
    }
    assert!(texts.len() > 10);
    for (name, text) in texts {
        let value = data(&text).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{name}");
    }
}
