//! What a document says, whichever way it is written.

use sha2::{Digest, Sha256};

use super::quantity::plainly;
use super::shape::{Form, SECTIONS, Shape};
use crate::document::kind::Kind;
use crate::document::node::{Entry, Node, Value};

/// SHA-256 of what a document says: the same for YAML in braces or in lines, with other comments, with the keys of a
/// record in another order, with `6.88` or `6.880 USD/chip-h` for the same price, and for the same model as a workbook. The
/// order of entries, such as offers and limits, counts, as does every word.
#[must_use]
pub fn digest(root: &Node) -> String {
    Sha256::digest(said(root)).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a document says, in one spelling.
pub(super) fn said(root: &Node) -> String {
    let mut speller = Speller { currency: currency_of(root), out: String::new() };
    speller.node(root, Shape::DOCUMENT, &mut Vec::new());
    speller.out
}

/// The same of one value.
pub(super) fn said_of(node: &Node, shape: Shape, currency: &str) -> String {
    let mut speller = Speller { currency, out: String::new() };
    // No section has such a path.
    speller.node(node, shape, &mut vec![""]);
    speller.out
}

/// The currency of a document's money.
pub(super) fn currency_of(root: &Node) -> &str {
    match root.get("currency").map(|c| &c.value) {
        Some(Value::Scalar(code)) => code,
        _ => "USD",
    }
}

/// The same document with every quantity in one spelling: `4 ` for `4.00` as for `4 USD/chip-h`. Places are kept.
#[must_use]
pub fn one_spelling(root: &Node) -> Node {
    respelt(root, Shape::DOCUMENT, currency_of(root))
}

fn respelt(node: &Node, shape: Shape, currency: &str) -> Node {
    let value = match &node.value {
        Value::Scalar(text) if shape.has_quantity() => {
            Value::Scalar(plainly(text, &shape.kind, currency).unwrap_or_else(|| text.clone()))
        }
        Value::Map(entries) => {
            let one = |e: &Entry| {
                let node = respelt(&e.node, shape.child(&e.key).unwrap_or(YAML), currency);
                Entry { node, ..e.clone() }
            };
            Value::Map(entries.iter().map(one).collect())
        }
        Value::List(items) => {
            let inner = item_of(shape);
            Value::List(items.iter().map(|item| respelt(item, inner, currency)).collect())
        }
        other => other.clone(),
    };
    Node { value, place: node.place }
}

/// What the items of a list are: of a value over time, quantities.
fn item_of(shape: Shape) -> Shape {
    let quantity = matches!(shape.form, Form::Series | Form::Either { series: true, .. });
    let quantity = quantity.then_some(Shape { form: Form::Quantity, kind: shape.kind });
    shape.entry().or(quantity).unwrap_or(YAML)
}

struct Speller<'a> {
    currency: &'a str,
    out: String,
}

impl Speller<'_> {
    /// Texts with their length, so that no two documents are spelt alike.
    fn text(&mut self, text: &str) {
        self.out.push_str(&format!("{}:{text};", text.len()));
    }

    fn node<'n>(&mut self, node: &'n Node, shape: Shape, path: &mut Vec<&'n str>) {
        match (&node.value, shape.form) {
            (Value::Scalar(text), _) => self.scalar(text, shape),
            (Value::Map(entries), Form::Record(record)) => {
                let place = |e: &Entry| record.keys.iter().position(|k| k.key == e.key).unwrap_or(record.keys.len());
                self.sorted(entries, shape, path, |e| (place(e), e.key.clone()));
            }
            (Value::Map(entries), Form::Either { record, .. }) => {
                let place = |e: &Entry| record.keys.iter().position(|k| k.key == e.key).unwrap_or(record.keys.len());
                self.sorted(entries, shape, path, |e| (place(e), e.key.clone()));
            }
            // The rows of a sheet are in order, the columns are not; values beside rows are on a sheet before them.
            (Value::Map(entries), Form::Map(_)) if SECTIONS.iter().any(|(_, steps)| steps == path) => {
                self.sorted(entries, shape, path, |e| {
                    (usize::from(matches!(e.node.value, Value::Map(_))), String::new())
                });
            }
            (Value::Map(entries), Form::Map(_) | Form::Series) => {
                self.sorted(entries, shape, path, |e| (0, e.key.clone()));
            }
            (Value::List(items), _) => {
                let inner = item_of(shape);
                self.out.push('[');
                path.push("");
                for item in items {
                    self.node(item, inner, path);
                }
                path.pop();
                self.out.push(']');
            }
            (Value::Map(entries), _) => {
                self.out.push('{');
                path.push("");
                for entry in entries {
                    self.text(&entry.key);
                    self.node(&entry.node, YAML, path);
                }
                path.pop();
                self.out.push('}');
            }
            (Value::Null, _) => self.out.push('~'),
        }
    }

    fn sorted<'n, K: Ord>(
        &mut self,
        entries: &'n [Entry],
        shape: Shape,
        path: &mut Vec<&'n str>,
        order: impl Fn(&Entry) -> K,
    ) {
        let mut entries: Vec<&Entry> = entries.iter().collect();
        entries.sort_by_key(|e| order(e));
        self.out.push('{');
        for entry in entries {
            let child = shape.child(&entry.key).unwrap_or(YAML);
            // A collection without entries says as much as none, and so does a key without a value.
            let collection = matches!(shape.form, Form::Record(_))
                && matches!(child.form, Form::Map(_) | Form::List(_) | Form::Record(_));
            let empty = match &entry.node.value {
                Value::Null => matches!(shape.form, Form::Record(_)),
                Value::Map(inner) => collection && inner.is_empty(),
                Value::List(inner) => collection && inner.is_empty(),
                Value::Scalar(_) => false,
            };
            if !empty {
                self.text(&entry.key);
                path.push(&entry.key);
                self.node(&entry.node, child, path);
                path.pop();
            }
        }
        self.out.push('}');
    }

    fn scalar(&mut self, text: &str, shape: Shape) {
        let plain = if shape.has_quantity() { plainly(text, &shape.kind, self.currency) } else { None };
        match plain {
            Some(plain) => {
                self.out.push('#');
                self.text(&plain);
            }
            None => self.text(text),
        }
    }
}

/// What the schema does not describe.
const YAML: Shape = Shape { form: Form::Yaml, kind: Kind::PLAIN };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostics, Sources};
    use crate::document::read;

    fn of(text: &str) -> String {
        let source = Sources::new().add("m", text);
        digest(&read(text, source, &mut Diagnostics::new()).unwrap())
    }

    #[test]
    fn what_says_the_same_has_the_same_digest() {
        let one = "polysource: 1\noffers:\n  a: { chip: h, price: 6.88, capacity: { 2026: 1, 2027: 2k } }\n  b: {}\n";
        for same in [
            "# another comment\noffers: { a: { price: 6.880 USD/chip-h, chip: \"h\", capacity: { 2027: 2000, 2026: 1 } }, b: { } }\npolysource: 1\n",
            "polysource: 1\nclouds: {}\noffers:\n  a: { chip: h, price: 6.88, capacity: { 2026: 1 chip, 2027: 2k chips } }\n  b: { tags: {} }\n",
        ] {
            assert_eq!(of(one), of(same), "{same}");
        }
        for other in [
            "polysource: 1\noffers:\n  b: {}\n  a: { chip: h, price: 6.88, capacity: { 2026: 1, 2027: 2k } }\n",
            "polysource: 1\noffers:\n  a: { chip: h, price: 6.89, capacity: { 2026: 1, 2027: 2k } }\n  b: {}\n",
            "polysource: 1\ncurrency: EUR\noffers:\n  a: { chip: h, price: 6.88, capacity: { 2026: 1, 2027: 2k } }\n  b: {}\n",
            "polysource: 1\noffers:\n  a: { chip: h2, price: 6.88, capacity: { 2026: 1, 2027: 2k } }\n  b: {}\n",
        ] {
            assert_ne!(of(one), of(other), "{other}");
        }
    }
}
