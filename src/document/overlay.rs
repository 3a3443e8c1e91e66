//! Changes to a tree before it is decoded: overlays, scenarios and `--set`.
//!
//! Maps are merged key by key; a map over a list changes the entries of those names; anything else is replaced. A key set to nothing is removed. What
//! was replaced keeps the place of the change, so that a mistake in it is shown where it was made.

use std::collections::{HashMap, HashSet};

use super::node::{Entry, Node, Value};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, suggest};

/// Merges `change` into `base`; a name that a list does not have is reported.
pub fn merge(base: &mut Node, change: &Node, diagnostics: &mut Diagnostics) {
    let Value::Map(changes) = &change.value else {
        *base = change.clone();
        return;
    };
    if let Value::List(items) = &base.value
        && items.iter().all(|item| matches!(item.value, Value::Map(_)))
    {
        merge_named(base, changes, diagnostics);
        return;
    }
    let Value::Map(entries) = &mut base.value else {
        *base = change.clone();
        return;
    };
    // Where each key stands: of two that are the same, the first. What is removed leaves its place until the end.
    let mut places: HashMap<String, usize> = HashMap::new();
    entries.iter().enumerate().for_each(|(i, e)| _ = places.entry(e.key.clone()).or_insert(i));
    let mut removed = HashSet::new();
    for change in changes {
        let at = places.get(&change.key).copied();
        match (at, &change.node.value) {
            (Some(at), Value::Null) => {
                removed.insert(at);
                let next = entries.iter().enumerate().skip(at + 1).find(|(_, e)| e.key == change.key);
                match next.map(|(i, _)| i) {
                    Some(next) => places.insert(change.key.clone(), next),
                    None => places.remove(&change.key),
                };
            }
            (None, Value::Null) => {}
            // A series written as steps or growth replaces the old series: merging the steps of
            // two series would make a third that nobody wrote.
            (Some(at), Value::Map(_)) if is_series_key(&change.key) => entries[at].node = change.node.clone(),
            (Some(at), _) => merge(&mut entries[at].node, &change.node, diagnostics),
            (None, _) => {
                places.insert(change.key.clone(), entries.len());
                entries.push(change.clone());
            }
        }
    }
    if !removed.is_empty() {
        let mut index = 0;
        entries.retain(|_| (!removed.contains(&index), index += 1).0);
    }
}

/// Merges changes into the items of a list of records that they name, as [`set`] finds them; one that is set to nothing
/// is removed.
fn merge_named(base: &mut Node, changes: &[Entry], diagnostics: &mut Diagnostics) {
    let mut removed = HashSet::new();
    for change in changes {
        let at = index_of(base, &change.key);
        let known = keys(base).into_iter().filter(|key| key.parse::<usize>().is_err());
        let Value::List(items) = &mut base.value else { return };
        match (at, &change.node.value) {
            (Some(at), Value::Null) => _ = removed.insert(at),
            (Some(at), _) => merge(&mut items[at], &change.node, diagnostics),
            (None, _) => {
                let known: Vec<String> = known.collect();
                let message = format!("no entry of this list is called `{}`", change.key);
                let remedy = match known.as_slice() {
                    [] => "give the entry a `name` in the model, or write the whole list".to_owned(),
                    _ => suggest(&change.key, known.iter().map(String::as_str)),
                };
                diagnostics.error(Code::UnknownId, change.place, message, remedy);
            }
        }
    }
    if let Value::List(items) = &mut base.value {
        let mut index = 0;
        items.retain(|_| (!removed.contains(&index), index += 1).0);
    }
}

/// What an item of a list is called: its `name`, or that of the only thing in it that has one.
#[must_use]
pub fn name_of(item: &Node) -> Option<&str> {
    let named = |node: &Node| node.get("name").is_some();
    let at = if named(item) {
        item
    } else {
        let Value::Map(entries) = &item.value else { return None };
        let mut inner = entries.iter().map(|e| &e.node).filter(|n| named(n));
        let first = inner.next()?;
        if inner.next().is_some() {
            return None;
        }
        first
    };
    match &at.get("name")?.value {
        Value::Scalar(name) => Some(name),
        _ => None,
    }
}

/// Keys whose value is a series or a selector: replaced whole.
pub(super) fn is_series_key(key: &str) -> bool {
    matches!(
        key,
        "price"
            | "capacity"
            | "demand"
            | "funding"
            | "fee"
            | "covers"
            | "eligible"
            | "where"
            | "for"
            | "term"
            | "unlocks"
    )
}

/// Applies the named scenarios of the model, in the order given, to the tree.
pub fn apply_scenarios(root: &mut Node, names: &[String], diagnostics: &mut Diagnostics) {
    for name in names {
        let scenario = root.get("scenarios").and_then(|s| s.get(name)).cloned();
        match scenario {
            Some(change) => merge(root, &change, diagnostics),
            None => {
                let known: Vec<String> = match root.get("scenarios").map(|s| &s.value) {
                    Some(Value::Map(entries)) => entries.iter().map(|e| e.key.clone()).collect(),
                    _ => Vec::new(),
                };
                diagnostics.push(Diagnostic {
                    code: Code::UnknownScenario,
                    severity: Severity::Error,
                    message: format!("the model has no scenario `{name}`"),
                    place: root.get("scenarios").map(|s| s.place),
                    path: None,
                    remedy: Some(suggest(name, known.iter().map(String::as_str))),
                });
            }
        }
    }
}

/// Sets the value at a dotted path, as `--set offers.aws-h100.price=5.50` does.
///
/// Ids may hold dots, so each step takes the longest key that matches. Items of lists are counted
/// from 0 or named by their `name`. The last step may be a key that is not there yet; every other
/// step must exist.
pub fn set(root: &mut Node, path: &str, value: Node, diagnostics: &mut Diagnostics) {
    let mut at = root;
    let mut rest = path;
    loop {
        let known = keys(at);
        let step = known
            .iter()
            .filter(|k| rest == k.as_str() || rest.strip_prefix(k.as_str()).is_some_and(|r| r.starts_with('.')))
            .max_by_key(|k| k.len())
            .cloned();
        let Some(step) = step else {
            if let (Value::Map(entries), false) = (&mut at.value, rest.is_empty() || rest.contains('.')) {
                entries.push(Entry { key: rest.to_owned(), place: value.place, node: value });
            } else {
                let word = rest.split('.').next().unwrap_or(rest);
                diagnostics.error(
                    Code::InvalidPath,
                    value.place,
                    format!("the path `{path}` leads nowhere: there is no `{word}`"),
                    suggest(word, known.iter().map(String::as_str)),
                );
            }
            return;
        };
        let last = rest == step;
        rest = rest.get(step.len() + 1..).unwrap_or("");
        at = child(at, &step);
        if last {
            *at = value;
            return;
        }
    }
}

/// Puts an entry under keys, at the end of the list there if `append`, in place of what is there if
/// not. Maps and the list are made where they are missing.
pub fn insert(root: &mut Node, keys: &[&str], entry: Node, append: bool) {
    let place = entry.place;
    let mut at = root;
    for key in keys {
        if !matches!(at.value, Value::Map(_)) {
            at.value = Value::Map(Vec::new());
        }
        let Value::Map(entries) = &mut at.value else { return };
        let index = entries.iter().position(|e| e.key == *key).unwrap_or_else(|| {
            entries.push(Entry { key: (*key).to_owned(), place, node: Node { value: Value::Null, place } });
            entries.len() - 1
        });
        at = &mut entries[index].node;
    }
    match &mut at.value {
        Value::List(items) if append => items.push(entry),
        _ if append => *at = Node { value: Value::List(vec![entry]), place },
        _ => *at = entry,
    }
}

/// The value at a dotted path, by the rules of [`set`]; `None` if it leads nowhere.
#[must_use]
pub fn lookup<'a>(root: &'a Node, path: &str) -> Option<&'a Node> {
    let (mut at, mut rest) = (root, path);
    loop {
        let known = keys(at);
        let fits =
            |k: &&String| rest == k.as_str() || rest.strip_prefix(k.as_str()).is_some_and(|r| r.starts_with('.'));
        let step = known.iter().filter(fits).max_by_key(|k| k.len())?;
        let index = index_of(at, step)?;
        at = match &at.value {
            Value::Map(entries) => &entries[index].node,
            Value::List(items) => &items[index],
            _ => return None,
        };
        if rest == step {
            return Some(at);
        }
        rest = &rest[step.len() + 1..];
    }
}

fn keys(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|e| e.key.clone()).collect(),
        Value::List(items) => {
            let names = items.iter().filter_map(|item| name_of(item).map(str::to_owned));
            (0..items.len()).map(|i| i.to_string()).chain(names).collect()
        }
        _ => Vec::new(),
    }
}

/// Which entry or item a step names.
pub(super) fn index_of(node: &Node, step: &str) -> Option<usize> {
    match &node.value {
        Value::Map(entries) => entries.iter().position(|e| e.key == step),
        Value::List(items) => items
            .iter()
            .position(|item| name_of(item) == Some(step))
            .or_else(|| step.parse().ok().filter(|&i| i < items.len())),
        _ => None,
    }
}

/// The child that `keys` listed.
fn child<'a>(node: &'a mut Node, step: &str) -> &'a mut Node {
    match (index_of(node, step), &mut node.value) {
        (Some(i), Value::Map(entries)) => &mut entries[i].node,
        (Some(i), Value::List(items)) => &mut items[i],
        _ => unreachable!("the step was listed by `keys`"),
    }
}
