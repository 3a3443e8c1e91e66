//! What was written otherwise: two documents compared leaf by leaf.
//!
//! Compared are the documents as they are solved: with scenarios applied, and without the scenarios,
//! sweeps and expectations themselves, which change no plan. Items of a list are matched by their `name`; those
//! without one by their place in the list, between what is the same at its start and at its end.
//! What is there on one side only is one row, whole.

use std::collections::HashMap;

use super::types::{At, InputChange};
use crate::diagnostics::{Place, Sources};
use crate::document::{Entry, Node, Value, lookup, name_of as name, one_spelling};
use crate::model::Tree;

/// Parts of a document that change no plan.
pub const ASIDE: [&str; 3] = ["scenarios", "sweeps", "expect"];

/// What differs between two documents, in the order in which it is written.
pub(super) fn inputs(a: &Tree, b: &Tree) -> Vec<InputChange> {
    let mut found = ChangedInput { a: &a.sources, b: &b.sources, rows: Vec::new() };
    // Compared by what it says and told as it is written.
    found.compare("", &one_spelling(&a.root), &one_spelling(&b.root));
    let written = |root: &Node, path: &str, told: Option<String>| {
        told.map(|told| lookup(root, path).map_or_else(|| told.trim().to_owned(), to_text))
    };
    for row in &mut found.rows {
        row.before = written(&a.root, &row.path, row.before.take());
        row.after = written(&b.root, &row.path, row.after.take());
    }
    // The table of what runs today is a part of the input, although it stands in a file of its own.
    if let (Some(x), Some(y)) = (table(&a.sources), table(&b.sources)) {
        found.lists("baseline.table", &x, &y);
    }
    found.rows
}

/// The lines of the baseline's table; the first is its header.
fn table(sources: &Sources) -> Option<Vec<Node>> {
    let source = sources.table()?;
    let mut start = 0;
    let mut lines = Vec::new();
    for line in sources.get(source).text.split_inclusive('\n') {
        let end = start + u32::try_from(line.len()).unwrap_or(u32::MAX);
        if !line.trim().is_empty() {
            lines.push(Node { value: Value::Scalar(line.trim().to_owned()), place: Place { source, start, end } });
        }
        start = end;
    }
    Some(lines)
}

struct ChangedInput<'a> {
    a: &'a Sources,
    b: &'a Sources,
    rows: Vec<InputChange>,
}

/// A value on one side, with where it is reported to be.
#[derive(Clone, Copy)]
struct Side<'n>(&'n Node, Place);

impl ChangedInput<'_> {
    fn compare(&mut self, path: &str, a: &Node, b: &Node) {
        match (&a.value, &b.value) {
            (Value::Map(x), Value::Map(y)) => self.maps(path, x, y),
            (Value::List(x), Value::List(y)) => self.lists(path, x, y),
            _ if same(a, b) => {}
            _ => self.push(path, Some(Side(a, a.place)), Some(Side(b, b.place))),
        }
    }

    fn maps(&mut self, path: &str, a: &[Entry], b: &[Entry]) {
        let aside = |e: &&Entry| !(path.is_empty() && ASIDE.contains(&e.key.as_str()));
        let (of_a, of_b) = (keyed(a), keyed(b));
        for entry in a.iter().filter(aside) {
            let path = join(path, &entry.key);
            match of_b.get(entry.key.as_str()) {
                Some(other) => self.compare(&path, &entry.node, &other.node),
                None => self.push(&path, Some(Side(&entry.node, written_at(entry))), None),
            }
        }
        for entry in b.iter().filter(aside).filter(|e| !of_a.contains_key(e.key.as_str())) {
            self.push(&join(path, &entry.key), None, Some(Side(&entry.node, written_at(entry))));
        }
    }

    fn lists(&mut self, path: &str, a: &[Node], b: &[Node]) {
        let names: HashMap<&str, usize> = b.iter().enumerate().filter_map(|(i, n)| Some((name(n)?, i))).collect();
        let mut taken = vec![false; b.len()];
        let mut rest = Vec::new();
        for (i, item) in a.iter().enumerate() {
            match name(item).and_then(|n| names.get(n)).filter(|&&j| !taken[j]) {
                Some(&j) => {
                    taken[j] = true;
                    self.compare(&step(path, i, item), item, &b[j]);
                }
                None => rest.push((i, item)),
            }
        }
        let other: Vec<(usize, &Node)> = b.iter().enumerate().filter(|(j, _)| !taken[*j]).collect();
        self.unnamed(path, &rest, &other);
    }

    /// Items that no name matches.
    fn unnamed(&mut self, path: &str, a: &[(usize, &Node)], b: &[(usize, &Node)]) {
        let start = a.iter().zip(b).take_while(|(x, y)| same(x.1, y.1)).count();
        let (a, b) = (&a[start..], &b[start..]);
        let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| same(x.1, y.1)).count();
        let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
        for at in 0..a.len().max(b.len()) {
            match (a.get(at), b.get(at)) {
                // Two names that do not match are two things.
                (Some((i, x)), Some((j, y))) if name(x).is_some() && name(y).is_some() => {
                    self.push(&step(path, *i, x), Some(Side(x, x.place)), None);
                    self.push(&step(path, *j, y), None, Some(Side(y, y.place)));
                }
                (Some((i, x)), Some((_, y))) => self.compare(&step(path, *i, x), x, y),
                (Some((i, x)), None) => self.push(&step(path, *i, x), Some(Side(x, x.place)), None),
                (None, Some((j, y))) => self.push(&step(path, *j, y), None, Some(Side(y, y.place))),
                (None, None) => {}
            }
        }
    }

    fn push(&mut self, path: &str, a: Option<Side<'_>>, b: Option<Side<'_>>) {
        let at = |side: Option<Side<'_>>, sources: &Sources| {
            side.map(|Side(_, place)| At { file: sources.name(place).to_string(), line: sources.line(place) })
        };
        self.rows.push(InputChange {
            path: path.to_owned(),
            before: a.map(|Side(node, _)| to_text(node)),
            after: b.map(|Side(node, _)| to_text(node)),
            before_at: at(a, self.a),
            after_at: at(b, self.b),
        });
    }
}

fn keyed(entries: &[Entry]) -> HashMap<&str, &Entry> {
    entries.iter().map(|e| (e.key.as_str(), e)).collect()
}

/// A scalar stands where it is written, which may be in a scenario; a map or list begins at its key.
fn written_at(entry: &Entry) -> Place {
    match entry.node.value {
        Value::Map(_) | Value::List(_) => entry.place,
        Value::Null | Value::Scalar(_) => entry.node.place,
    }
}

/// A value as it was written; a map or list in one line.
fn to_text(node: &Node) -> String {
    match &node.value {
        Value::Scalar(text) => text.clone(),
        _ => node.flow(),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The path of an item: its name, or its number from 0.
fn step(path: &str, index: usize, item: &Node) -> String {
    name(item).map_or_else(|| join(path, &index.to_string()), |name| join(path, name))
}

/// Whether two values are the same, wherever they stand and in whatever order their keys.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Scalar(x), Value::Scalar(y)) => x == y,
        (Value::List(x), Value::List(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y)),
        (Value::Map(x), Value::Map(y)) => {
            let other = keyed(y);
            x.len() == y.len() && x.iter().all(|e| other.get(e.key.as_str()).is_some_and(|o| same(&e.node, &o.node)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Diagnostics;
    use crate::document::read;

    fn written(text: &str, name: &str) -> Tree {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let source = sources.add(name, text);
        let root = read(text, source, &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty());
        Tree { root, sources }
    }

    /// `path: before -> after`, with the lines.
    fn changes(a: &str, b: &str) -> Vec<String> {
        let side = |text: &Option<String>, at: &Option<At>| match (text, at) {
            (Some(text), Some(at)) => format!("{text} ({}:{})", at.file, at.line),
            _ => "nothing".to_owned(),
        };
        let rows = inputs(&written(a, "a"), &written(b, "b"));
        let told = |r: &InputChange| {
            format!("{}: {} -> {}", r.path, side(&r.before, &r.before_at), side(&r.after, &r.after_at))
        };
        rows.iter().map(told).collect()
    }

    #[test]
    fn leaves_with_their_lines() {
        let a = "name: m\noffers:\n  x: { price: 6.88, cloud: aws }\n  y:\n    price: 1\n";
        let b =
            "# a comment\noffers:\n  y: { price: 1 }\n  x: { cloud: aws, price: 5.50 }\n  z:\n    price: 2\nname: m";
        assert_eq!(
            changes(a, b),
            ["offers.x.price: 6.88 (a:3) -> 5.50 (b:4)", "offers.z: nothing -> {price: 2} (b:5)"]
        );
        assert_eq!(changes(b, a)[1], "offers.z: {price: 2} (a:5) -> nothing");
        assert_eq!(changes(a, a), Vec::<String>::new());
    }

    #[test]
    fn another_form_is_one_row() {
        assert_eq!(
            changes("price: 4", "price: { start: 4, growth: -15 %/year }"),
            ["price: 4 (a:1) -> {start: 4, growth: \"-15 %/year\"} (b:1)"]
        );
        assert_eq!(changes("price: [4, 5, 6]", "price: [4, 7, 6]"), ["price.1: 5 (a:1) -> 7 (b:1)"]);
        assert_eq!(changes("price: { q1: 4 }", "price: { q1: 5 }"), ["price.q1: 4 (a:1) -> 5 (b:1)"]);
    }

    #[test]
    fn items_are_matched_by_name_and_then_by_place() {
        let a = "limits:\n  - { name: cap, most: 1 }\n  - { most: 2 }\n  - { most: 3 }\n";
        let b = "limits:\n  - { most: 2 }\n  - { most: 4 }\n  - { most: 3 }\n  - { name: cap, most: 9 }\n";
        assert_eq!(changes(a, b), ["limits.cap.most: 1 (a:2) -> 9 (b:5)", "limits.1: nothing -> {most: 4} (b:3)"]);
        let (x, y) = ("l: [ { name: x, most: 1 } ]", "l: [ { name: y, most: 1 } ]");
        assert_eq!(
            changes(x, y),
            ["l.x: {name: x, most: 1} (a:1) -> nothing", "l.y: nothing -> {name: y, most: 1} (b:1)"]
        );
        assert_eq!(changes("l: [us, eu]", "l: [us]"), ["l.1: eu (a:1) -> nothing"]);
    }

    #[test]
    fn what_changes_no_plan_is_aside() {
        let a = "name: m\nscenarios: { s: { name: n } }\nx: { scenarios: 1 }";
        assert_eq!(changes(a, "name: m\nsweeps: {}\nx: { scenarios: 2 }"), ["x.scenarios: 1 (a:3) -> 2 (b:3)"]);
    }
}
