//! What a document says of where its figures come from.

use super::node::{Node, Value};
use crate::diagnostics::Place;

/// A source that was written beside figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The entry that it stands in, such as `offers.aws-h100`.
    pub path: String,
    /// Where the figures come from.
    pub source: Option<String>,
    /// When they were read, and where that stands.
    pub as_of: Option<(String, Place)>,
    /// Where its source or date stands.
    pub place: Place,
}

/// Every `source` and `as_of` of a document, in its order.
#[must_use]
pub fn citations(root: &Node) -> Vec<Citation> {
    let mut found = Vec::new();
    walk(root, &mut Vec::new(), &mut found);
    found
}

fn walk<'a>(node: &'a Node, path: &mut Vec<&'a str>, found: &mut Vec<Citation>) {
    let Value::Map(entries) = &node.value else { return };
    let text = |key: &str| match node.get(key) {
        Some(Node { value: Value::Scalar(text), place }) => Some((text.clone(), *place)),
        _ => None,
    };
    let source = text("source").map(|(text, _)| text);
    let as_of = text("as_of");
    if source.is_some() || as_of.is_some() {
        let place =
            entries.iter().find(|e| matches!(e.key.as_str(), "source" | "as_of")).map_or(node.place, |e| e.place);
        found.push(Citation { path: path.join("."), source, as_of, place });
    }
    for entry in entries {
        // What a scenario changes is reported where it is applied.
        if path.is_empty() && entry.key == "scenarios" {
            continue;
        }
        path.push(&entry.key);
        walk(&entry.node, path, found);
        path.pop();
    }
}
