//! The overlay that makes one tree of another: what was changed, to be kept as a file.

use super::node::{Entry, Node, Value};
use super::overlay::{index_of, is_series_key, merge, name_of};
use crate::diagnostics::{Diagnostics, Place};

/// What has to be laid over `before` (see [`merge`]) to make it `after`, but for the outermost keys that are left `aside`;
/// an empty map where nothing differs. `None` if no overlay can: a map cannot take the place of a list of maps.
#[must_use]
pub fn overlay_between(before: &Node, after: &Node, aside: &[&str]) -> Option<Node> {
    let bare = |node: &Node| {
        let mut node = node.placed(Place::default());
        node.leave_out(aside);
        node
    };
    let (before, after) = (bare(before), bare(after));
    let (Value::Map(old), Value::Map(new)) = (&before.value, &after.value) else { return None };
    let change = of(Value::Map(of_maps(old, new)));
    // The overlay is tried, so that a file which is kept always gives what it was made from.
    let (mut merged, mut diagnostics) = (before, Diagnostics::new());
    merge(&mut merged, &change, &mut diagnostics);
    (diagnostics.is_empty() && merged.placed(Place::default()) == after).then_some(change)
}

fn of(value: Value) -> Node {
    Node { value, place: Place::default() }
}

fn entry(key: &str, node: Node) -> Entry {
    Entry { key: key.to_owned(), place: Place::default(), node }
}

fn of_maps(before: &[Entry], after: &[Entry]) -> Vec<Entry> {
    let mut changes = Vec::new();
    for old in before {
        match after.iter().find(|new| new.key == old.key) {
            None => changes.push(entry(&old.key, of(Value::Null))),
            Some(new) if new.node == old.node => {}
            Some(new) => changes.push(entry(&new.key, change(&new.key, &old.node, &new.node))),
        }
    }
    let added = after.iter().filter(|new| !before.iter().any(|old| old.key == new.key));
    changes.extend(added.cloned());
    changes
}

/// What stands under a key of an overlay to make one value of another.
fn change(key: &str, before: &Node, after: &Node) -> Node {
    match (&before.value, &after.value) {
        (Value::Map(old), Value::Map(new)) if !is_series_key(key) => of(Value::Map(of_maps(old, new))),
        (Value::List(old), Value::List(new)) if alike(old, new) => {
            let items = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
            let changes = items.map(|(i, (old, new))| {
                // By its name, unless another item is found under that.
                let name = name_of(old).filter(|name| index_of(before, name) == Some(i));
                entry(&name.map_or_else(|| i.to_string(), str::to_owned), change("", old, new))
            });
            of(Value::Map(changes.collect()))
        }
        _ => after.clone(),
    }
}

/// Whether two lists are of as many maps, so that single ones can be changed.
fn alike(before: &[Node], after: &[Node]) -> bool {
    let maps = |list: &[Node]| list.iter().all(|node| matches!(node.value, Value::Map(_)));
    before.len() == after.len() && !before.is_empty() && maps(before) && maps(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Sources;
    use crate::document::read;

    fn tree(text: &str) -> Node {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let source = sources.add("model.yaml", text);
        read(text, source, &mut diagnostics).unwrap()
    }

    fn between(before: &str, after: &str) -> Option<String> {
        overlay_between(&tree(before), &tree(after), &["sweeps"]).map(|change| change.flow())
    }

    #[test]
    fn only_what_differs_is_written() {
        let before = "
offers: { a: { price: 4, capacity: 2k }, b: { price: { 2026-Q1: 3, 2027-Q1: 2 } } }
policy: { limits: [ { name: cap, share: { by: vendor, at_most: 60 % } }, { power: { at_most: 1 GW } } ] }
sweeps: { s: 1 }
";
        let after = "
offers: { a: { price: 5, capacity: 2k }, b: { price: { 2026-Q1: 6 } }, c: { price: 1 } }
policy: { limits: [ { name: cap, share: { by: vendor, at_most: 70 % } }, { power: { at_most: 2 GW } } ] }
";
        assert_eq!(
            between(before, after).unwrap(),
            "{offers: {a: {price: 5}, b: {price: {2026-Q1: 6}}, c: {price: 1}}, \
             policy: {limits: {cap: {share: {at_most: \"70 %\"}}, 1: {power: {at_most: 2 GW}}}}}"
        );
        assert_eq!(between(before, before).unwrap(), "{}");
        assert_eq!(between("a: { b: 1, c: 2 }", "a: { c: 2 }").unwrap(), "{a: {b: null}}");
        // A list that has become longer is written whole.
        assert_eq!(between("a: [ { x: 1 } ]", "a: [ { x: 1 }, { x: 2 } ]").unwrap(), "{a: [{x: 1}, {x: 2}]}");
    }

    #[test]
    fn what_no_overlay_can_do_is_said() {
        assert_eq!(between("a: [ { name: x } ]", "a: { x: 1 }"), None);
    }

    #[test]
    fn lines_for_a_file() {
        let text = "{offers: {a: {price: 5, capacity: 2k}}, name: \"a: b\", list: [1, 2]}";
        assert_eq!(tree(text).block(), "offers:\n  a: {price: 5, capacity: 2k}\nname: \"a: b\"\nlist: [1, 2]\n");
        assert_eq!(tree(&tree(text).block()).placed(Place::default()), tree(text).placed(Place::default()));
    }
}
