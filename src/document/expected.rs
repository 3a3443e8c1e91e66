//! Expectations that belong to a scenario: they are read where it is applied, since it may bring what they speak of.

use super::node::{Node, Value};

/// The scenarios under which an entry of `expect` expects something, in order; none for the model as it is written.
#[must_use]
pub fn scenarios_of(expectation: &Node) -> Vec<String> {
    match expectation.get("scenario").map(|s| &s.value) {
        Some(Value::Scalar(text)) => text.split('+').map(|name| name.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The entries of `expect`.
#[must_use]
pub fn expectations(root: &Node) -> &[Node] {
    match root.get("expect").map(|e| &e.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// Leaves out the expectations of scenarios that are not applied, or not last.
pub fn keep_expected(root: &mut Node, applied: &[String]) {
    let Value::Map(entries) = &mut root.value else { return };
    for entry in entries.iter_mut().filter(|e| e.key == "expect") {
        if let Value::List(items) = &mut entry.node.value {
            items.retain(|item| applied.ends_with(&scenarios_of(item)));
        }
    }
}
