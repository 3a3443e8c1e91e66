//! The reference of the model file, from the records and their comments.
//!
//! A key is found by its path (`policy.survive[].preempt`) or by the end of one (`survive.preempt`, `preempt`). In a path `ID`
//! stands for a name that the model gives, `[]` for an entry of a list.

use super::described::{KeyReference, RecordReference};
use super::kind::Form;
use super::records;

/// A key where it stands in a model file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    /// Its path: `offers.ID.price`.
    pub path: String,
    /// The record that has it.
    pub record: &'static RecordReference,
    /// The key.
    pub key: &'static KeyReference,
}

/// Every record of the model file.
pub const RECORDS: &[&RecordReference] = &[
    &records::Document::REFERENCE,
    &records::Horizon::REFERENCE,
    &records::HorizonPart::REFERENCE,
    &records::Chip::REFERENCE,
    &records::Cloud::REFERENCE,
    &records::Investor::REFERENCE,
    &records::Pool::REFERENCE,
    &records::Upstream::REFERENCE,
    &records::Site::REFERENCE,
    &records::Substitute::REFERENCE,
    &records::Offer::REFERENCE,
    &records::PriceDetail::REFERENCE,
    &records::Tier::REFERENCE,
    &records::TermDetail::REFERENCE,
    &records::Owned::REFERENCE,
    &records::Spot::REFERENCE,
    &records::Contract::REFERENCE,
    &records::Terminate::REFERENCE,
    &records::RampDown::REFERENCE,
    &records::Reprice::REFERENCE,
    &records::Late::REFERENCE,
    &records::OptionClause::REFERENCE,
    &records::Credits::REFERENCE,
    &records::Prepay::REFERENCE,
    &records::Equity::REFERENCE,
    &records::Vest::REFERENCE,
    &records::Milestone::REFERENCE,
    &records::Rate::REFERENCE,
    &records::Commit::REFERENCE,
    &records::Workload::REFERENCE,
    &records::PortDetail::REFERENCE,
    &records::RateLimit::REFERENCE,
    &records::DataGravity::REFERENCE,
    &records::Policy::REFERENCE,
    &records::Limit::REFERENCE,
    &records::Budget::REFERENCE,
    &records::Share::REFERENCE,
    &records::Floor::REFERENCE,
    &records::Concentration::REFERENCE,
    &records::Suppliers::REFERENCE,
    &records::PowerLimit::REFERENCE,
    &records::CarbonLimit::REFERENCE,
    &records::Ramp::REFERENCE,
    &records::Survive::REFERENCE,
    &records::Outage::REFERENCE,
    &records::Risk::REFERENCE,
    &records::ExpectedLoss::REFERENCE,
    &records::Cvar::REFERENCE,
    &records::Expectation::REFERENCE,
    &records::ExpectedCost::REFERENCE,
    &records::Backtest::REFERENCE,
    &records::Baseline::REFERENCE,
    &records::Holdings::REFERENCE,
    &records::Holding::REFERENCE,
    &records::Uncertainty::REFERENCE,
    &records::Draws::REFERENCE,
    &records::Factor::REFERENCE,
    &records::FactorOutcome::REFERENCE,
    &records::Decide::REFERENCE,
    &records::DecideWhen::REFERENCE,
    &records::Objective::REFERENCE,
    &records::RegretLimit::REFERENCE,
    &records::FutureCvar::REFERENCE,
    &records::Sweep::REFERENCE,
    &records::Vary::REFERENCE,
    &records::Correlation::REFERENCE,
];

/// Types that are read from a value alone or from a record with particulars.
const DETAILED: [(&str, &str); 4] =
    [("Price", "PriceDetail"), ("Term", "TermDetail"), ("Port", "PortDetail"), ("Regret", "RegretLimit")];

/// What is written as the value of a key, in words.
#[must_use]
pub fn value_in_words(key: &KeyReference) -> String {
    let value = key.value.replace(' ', "");
    let Some(kind) = key.kind.in_words() else { return words(&value) };
    match value.as_str() {
        "Series" if key.kind.form != Form::Payments => format!("{kind}; may change over time"),
        "Price" => format!("{kind}; may change over time; or a map"),
        "Map<Amount>" | "Map<Text>" => format!("a map from names to {kind}"),
        "Map<Series>" => format!("a map from names to {kind}, which may change over time"),
        "List<Text>" => format!("a list, each {kind}"),
        "Map<Port>" => format!("a map from names to {kind} or a map"),
        _ => kind,
    }
}

/// The record that the value of a key is or holds.
#[must_use]
pub fn record_of_value(key: &KeyReference) -> Option<&'static RecordReference> {
    record_of(&key.value.replace(' ', ""))
}

/// Every key of the model file with its path, each record where it stands nearest to the beginning.
#[must_use]
pub fn key_paths() -> Vec<KeyPath> {
    let mut all: Vec<KeyPath> = Vec::new();
    let mut records: Vec<(&'static RecordReference, String)> = vec![(&records::Document::REFERENCE, String::new())];
    let mut next = 0;
    while let Some((record, at)) = records.get(next).cloned() {
        next += 1;
        for key in record.keys {
            let path = if at.is_empty() { key.key.to_owned() } else { format!("{at}.{}", key.key) };
            all.push(KeyPath { path: path.clone(), record, key });
            // What a contract requires and a plan is expected to be are limits, which stand in the policy.
            let in_policy = match record.name {
                "Expectation" => key.key != "cost",
                _ => key.key == "requires",
            };
            let inner = record_of_value(key).filter(|_| !in_policy);
            if let Some(inner) = inner.filter(|inner| records.iter().all(|(known, _)| known.name != inner.name)) {
                let value = key.value.replace(' ', "");
                let inside = match value.split('<').next() {
                    Some("Map") => format!("{path}.ID"),
                    Some("List") => format!("{path}[]"),
                    _ => path,
                };
                records.push((inner, inside));
            }
        }
    }
    all
}

/// The keys that a name means: those whose path ends with it.
#[must_use]
pub fn find_keys(name: &str) -> Vec<KeyPath> {
    let plain = |path: &str| -> Vec<String> {
        let parts = path.split('.').map(|part| part.trim_end_matches("[]").to_owned());
        parts.filter(|part| part != "ID" && !part.is_empty()).collect()
    };
    let wanted = plain(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    key_paths().into_iter().filter(|key| plain(&key.path).ends_with(&wanted)).collect()
}

/// The type inside of maps and lists.
pub(super) fn innermost(value: &str) -> &str {
    value.rsplit('<').next().unwrap_or(value).trim_end_matches('>')
}

fn record_of(value: &str) -> Option<&'static RecordReference> {
    let inner = innermost(value);
    let name = DETAILED.iter().find(|(of, _)| *of == inner).map_or(inner, |(_, detail)| detail);
    RECORDS.iter().find(|record| record.name == name).copied()
}

fn words(value: &str) -> String {
    if let Some(inner) = value.strip_prefix("Map<").and_then(|v| v.strip_suffix('>')) {
        return format!("a map from names to {}", plural(inner));
    }
    if let Some(inner) = value.strip_prefix("List<").and_then(|v| v.strip_suffix('>')) {
        return format!("a list of {}", plural(inner));
    }
    if let Some(inner) = value.strip_prefix("Box<").or(value.strip_prefix("Option<")).and_then(|v| v.strip_suffix('>'))
    {
        return words(inner);
    }
    match value {
        "Amount" => "a quantity".to_owned(),
        "Text" => "a word".to_owned(),
        "Series" => "a value over time".to_owned(),
        "Selector" => "a selector".to_owned(),
        "Values" => "a value, a range, a list or a distribution".to_owned(),
        "Price" => "a value over time, or a map".to_owned(),
        "Term" | "Regret" => "a word, or a map".to_owned(),
        "Port" => "money, or a map".to_owned(),
        "bool" => "true or false".to_owned(),
        "Anything" => "anything".to_owned(),
        "Makes" => "a selector with `part`".to_owned(),
        other => record_of(other).map_or_else(|| other.to_owned(), |record| format!("{} (a map)", record.what)),
    }
}

fn plural(value: &str) -> String {
    match value {
        "Amount" => "quantities".to_owned(),
        "Text" => "words".to_owned(),
        "Series" => "values over time".to_owned(),
        "Anything" => "changes of the model".to_owned(),
        "Makes" => "selectors with `part`".to_owned(),
        other => match record_of(other) {
            Some(record) => format!("maps, each {}", record.what),
            None => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_in_the_reference() {
        let written = include_str!("records.rs").matches("\nrecord! {").count();
        assert_eq!(RECORDS.len(), written);
        let reached: std::collections::BTreeSet<&str> = key_paths().iter().map(|key| key.record.name).collect();
        let all: std::collections::BTreeSet<&str> = RECORDS.iter().map(|record| record.name).collect();
        assert_eq!(reached, all, "records that no path leads to");
    }

    #[test]
    fn every_key_has_a_meaning_in_sentences_and_a_value_in_words() {
        for KeyPath { path, key, .. } in key_paths() {
            let text = key.text();
            assert!(text.len() > 8 && text.ends_with('.'), "{path}: {text}");
            let value = value_in_words(key);
            assert!(!value.contains(['<', '>']) && !value.starts_with(char::is_uppercase), "{path}: {value}");
        }
    }

    #[test]
    fn a_key_is_found_by_the_end_of_its_path() {
        let paths = |name: &str| find_keys(name).into_iter().map(|key| key.path).collect::<Vec<_>>();
        assert_eq!(paths("survive.preempt"), ["policy.survive[].preempt"]);
        assert_eq!(paths("offers.term.owned.capex"), ["offers.ID.term.owned.capex"]);
        assert_eq!(paths("policy.limits[].budget.at_most"), ["policy.limits[].budget.at_most"]);
        assert!(paths("at_most").len() > 5);
        assert!(paths("preemptt").is_empty() && paths("").is_empty());
    }
}
