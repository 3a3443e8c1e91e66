//! Every mistake at once: of two mistakes in a model both are reported, wherever they stand.
//!
//! `tests/fixtures/every-clause.yaml` has most words of the model file. Each of its values is made wrong, alone and beside
//! another one; what is reported of it alone at its place has to be reported beside the other, too.

use std::collections::{BTreeMap, BTreeSet};

use polysource::document::{Node, Value};
use polysource::model::{Input, load, read_tree};

use crate::common::at;

/// A value: its path and where it stands in the text.
#[derive(Clone)]
struct Leaf {
    path: Vec<String>,
    start: usize,
    end: usize,
}

/// Whether a mistake may hide another one: what kind of thing it is says what its other keys mean, nothing is said of what
/// depends on dates where the horizon is wrong, and whether a pattern excludes anything depends on all offers.
fn may_hide(first: &[String], second: &[String]) -> bool {
    let says_what_it_is = first.last().is_some_and(|key| ["kind", "method"].contains(&key.as_str()));
    let of_model =
        |path: &[String]| path[0] == "uncertainty" || path.iter().any(|key| key == "columns" || key == "field");
    let pattern = |path: &[String]| path.last().is_some_and(|key| key == "not");
    says_what_it_is
        || pattern(second)
        || pattern(first) && of_model(second)
        || first[0] == "horizon" && of_model(second)
}

fn leaves(node: &Node, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    match &node.value {
        Value::Null => {}
        Value::Scalar(_) => {
            found.push(Leaf { path: path.clone(), start: node.place.start as usize, end: node.place.end as usize });
        }
        Value::List(list) => {
            for (i, item) in list.iter().enumerate() {
                path.push(i.to_string());
                leaves(item, path, found);
                path.pop();
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                path.push(entry.key.clone());
                leaves(&entry.node, path, found);
                path.pop();
            }
        }
    }
}

/// The text with some values made wrong, each as long as it was.
fn wrong(text: &str, leaves: &[&Leaf]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for leaf in leaves {
        let inside = bytes[leaf.start] == b'"';
        bytes[leaf.start + usize::from(inside)..leaf.end - usize::from(inside)].fill(b'x');
    }
    String::from_utf8(bytes).unwrap()
}

fn input(text: String) -> Input {
    Input { name: "model.yaml".to_owned(), text, ..Input::default() }
}

/// The codes of the errors by where they begin.
fn errors(text: String) -> BTreeSet<(usize, &'static str)> {
    let Err(rejected) = load(&input(text)) else { return BTreeSet::new() };
    let placed = rejected.diagnostics.sorted().into_iter().filter_map(|d| Some((d.place?.start as usize, d.code)));
    placed.map(|(start, code)| (start, code.as_str())).collect()
}

#[test]
fn of_two_mistakes_both_are_reported() {
    let text = std::fs::read_to_string(at("tests/fixtures/every-clause.yaml")).unwrap();
    assert!(load(&input(text.clone())).is_ok(), "the model is right");
    let mut all = Vec::new();
    leaves(&read_tree(&input(text.clone())).unwrap().root, &mut Vec::new(), &mut all);
    // What is reported of each value by itself, where it stands.
    let alone: Vec<(Leaf, BTreeSet<(usize, &'static str)>)> = all
        .into_iter()
        .map(|leaf| {
            let found = errors(wrong(&text, &[&leaf]));
            let own = found.into_iter().filter(|(start, _)| (leaf.start..leaf.end).contains(start)).collect();
            (leaf, own)
        })
        .collect();
    let reported: Vec<_> = alone.into_iter().filter(|(_, own)| !own.is_empty()).collect();
    assert!(reported.len() > 190, "{} values are checked", reported.len());
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (i, (leaf, _)) in reported.iter().enumerate() {
        let depth = if leaf.path[0] == "policy" { 3 } else { 2 };
        groups.entry(leaf.path.iter().take(depth).map(String::as_str).collect()).or_default().push(i);
    }
    // All pairs within an entry; across entries one of each against all others.
    let mut pairs = BTreeSet::new();
    for group in groups.values() {
        let inside = group.iter().flat_map(|&i| group.iter().map(move |&j| (i, j)));
        pairs.extend(inside.filter(|(i, j)| i != j));
        let anchor = group[group.len() / 2];
        pairs.extend((0..reported.len()).filter(|&j| j != anchor).map(|j| (anchor, j)));
    }
    let mut hidden = BTreeMap::<String, Vec<String>>::new();
    for (i, j) in pairs {
        let ((first, _), (second, own)) = (&reported[i], &reported[j]);
        if may_hide(&first.path, &second.path) {
            continue;
        }
        let found = errors(wrong(&text, &[first, second]));
        if !own.is_subset(&found) {
            hidden.entry(first.path.join(".")).or_default().push(second.path.join("."));
        }
    }
    let lines: Vec<String> =
        hidden.iter().map(|(first, second)| format!("{first} hides {}", second.join(" "))).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
