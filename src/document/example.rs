//! An example of the value of every key, put together from the kinds of the keys. The tests read each of them.

use super::described::{KeyReference, RecordReference};
use super::kind::Form;
use super::reference::{innermost, record_of_value};

/// Keys that make an example of a record, where those that it requires do not make a good one.
const SHOWN: &[(&str, &[&str])] = &[
    ("Horizon", &["start", "periods", "step"]),
    ("Cloud", &["owner"]),
    ("Investor", &["stake"]),
    ("Pool", &["power"]),
    ("Site", &["pue", "carbon"]),
    ("Offer", &["chip", "cloud", "price", "capacity"]),
    ("PriceDetail", &["held", "used"]),
    ("TermDetail", &["reserved"]),
    ("Spot", &["interruption"]),
    ("Contract", &["covers", "commit", "discount"]),
    ("Late", &["damages"]),
    ("Commit", &["spend"]),
    ("Workload", &["kind", "work", "throughput"]),
    ("RateLimit", &["at_most"]),
    ("Policy", &["limits"]),
    ("Limit", &["share"]),
    ("Share", &["by", "of", "at_most"]),
    ("Suppliers", &["by", "at_least", "each_at_least", "of"]),
    ("Survive", &["loss_of", "serve", "preempt"]),
    ("Outage", &["lose", "probability"]),
    ("Risk", &["expected_loss"]),
    ("ExpectedLoss", &["at_most"]),
    ("Cvar", &["level", "at_most"]),
    ("Expectation", &["cost"]),
    ("ExpectedCost", &["at_most"]),
    ("Backtest", &["history", "replan", "lookahead"]),
    ("Baseline", &["file", "switching"]),
    ("Holdings", &["until", "held"]),
    ("Uncertainty", &["factors"]),
    ("FactorOutcome", &["probability", "scenario"]),
    ("Decide", &["contracts"]),
    ("DecideWhen", &["notice"]),
    ("Objective", &["expected", "cvar"]),
    ("Vary", &["path", "scale"]),
];

/// An example of the value of a key, in one line of YAML; `None` where anything may be written.
#[must_use]
pub fn example_of(key: &KeyReference) -> Option<String> {
    let value = key.value.replace(' ', "");
    let one = || -> Option<String> {
        if let Some(record) = record_of_value(key) {
            return match innermost(&value) {
                // A price, a term, a cost of porting and regret may be a value alone.
                "Price" | "Port" => key.kind.example().map(str::to_owned),
                "Term" => Some("{ reserved: 3 years }".to_owned()),
                "Regret" => Some("worst".to_owned()),
                _ => Some(example_of_record(record)),
            };
        }
        match innermost(&value) {
            "Selector" if key.key == "loss_of" => Some("{ each: vendor }".to_owned()),
            "Selector" if matches!(key.key, "for" | "preempt" | "workloads") => Some("{ kind: training }".to_owned()),
            "Selector" => Some("{ cloud: aws }".to_owned()),
            "Makes" => Some("{ chip: h100, part: 100 % }".to_owned()),
            "Values" => Some("0.5..1.5".to_owned()),
            "bool" => Some("true".to_owned()),
            "Anything" if key.key == "joint" => Some("{ demand: high, trainium3: late, probability: 12 % }".to_owned()),
            "Anything" => None,
            _ => key.kind.example().map(str::to_owned),
        }
    };
    if key.kind.form == Form::Payments {
        return key.kind.example().map(str::to_owned);
    }
    if value.starts_with("Map<") {
        return Some(format!("{{ {}: {} }}", name_in(key.key), one()?));
    }
    if value.starts_with("List<") {
        return Some(format!("[{}]", one()?));
    }
    one()
}

/// A name that a map under a key may have.
fn name_in(key: &str) -> &'static str {
    match key {
        "chips" | "throughput" => "h100",
        "clouds" => "aws",
        "offers" => "aws-h100",
        "residual" => "1y",
        "currencies" => "EUR",
        "porting" => "rocm",
        "tags" => "foundry",
        _ => "my-name",
    }
}

/// A record with the keys that show what it is.
fn example_of_record(record: &RecordReference) -> String {
    let shown = SHOWN.iter().find(|(name, _)| *name == record.name).map(|(_, keys)| *keys);
    let is_shown = |key: &&KeyReference| shown.map_or(key.required, |keys| keys.contains(&key.key));
    let keys = record.keys.iter().filter(is_shown);
    let parts: Vec<String> = keys.filter_map(|key| Some(format!("{}: {}", key.key, example_of(key)?))).collect();
    format!("{{ {} }}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, Diagnostics, SourceId};
    use crate::document::{Decode, Document, key_paths, read};

    /// The example at its path, in a model that has nothing else.
    fn model(path: &str, example: &str) -> String {
        path.split('.').rev().fold(example.to_owned(), |inside, part| match part.strip_suffix("[]") {
            Some(list) => format!("{{ {list}: [ {inside} ] }}"),
            None => format!("{{ {}: {inside} }}", if part == "ID" { "my-id" } else { part }),
        })
    }

    #[test]
    fn every_example_is_read() {
        let mut wrong = Vec::new();
        let mut read_well = 0;
        for key in key_paths() {
            let Some(example) = example_of(key.key) else { continue };
            let text = model(&key.path, &example);
            let mut diagnostics = Diagnostics::new();
            let node = read(&text, SourceId(0), &mut diagnostics);
            let _ = node.map(|node| Document::decode(&node, &mut diagnostics));
            // The rest of the model is missing.
            match diagnostics.sorted().iter().find(|d| d.code != Code::MissingKey) {
                Some(d) => wrong.push(format!("{text}: {}", d.message)),
                None => read_well += 1,
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        assert!(read_well > 300, "{read_well} examples");
    }
}
