//! From a place in a text to the dotted path of what stands there, for whoever has data and no text.

use super::node::{Node, Value};
use super::overlay::name_of;
use crate::diagnostics::{Diagnostics, Place, Sources};

/// Gives each problem the path of the smallest thing that holds its place: of a key and its value together, as `--set`
/// takes it (`offers.aws-h100.price`).
/// What is withheld is not named either.
pub fn locate(root: &Node, sources: &Sources, diagnostics: &mut Diagnostics) {
    let places = diagnostics.places().into_iter().filter(|place| !sources.is_withheld(place.source));
    let mut sought: Vec<Sought> = places.map(|place| Sought { place, found: None }).collect();
    if sought.is_empty() {
        return;
    }
    sought.sort_by_key(|s| s.place);
    descend(root, &mut Vec::new(), &mut sought);
    diagnostics.name_places(|place| {
        let index = sought.binary_search_by_key(&place, |s| s.place).ok()?;
        sought[index].found.as_ref().map(|(_, path)| path.clone())
    });
}

/// A place, with the length of the smallest thing that holds it and that thing's path.
struct Sought {
    place: Place,
    found: Option<(u32, String)>,
}

/// Goes down, and says from where to where all of it is written; what was laid over it is written elsewhere.
fn descend<'a>(node: &'a Node, path: &mut Vec<Step<'a>>, sought: &mut [Sought]) -> Place {
    let mut whole = node.place;
    let mut visit = |step: Step<'a>, key: Option<Place>, child: &'a Node| {
        path.push(step);
        let below = descend(child, path, sought);
        for place in [Some(below), key.map(|key| joined(key, below))].into_iter().flatten() {
            take(place, path, sought);
        }
        path.pop();
        whole = joined(whole, key.map_or(below, |key| joined(key, below)));
    };
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|e| visit(Step::Key(&e.key), Some(e.place), &e.node)),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let step = name_of(item).map_or(Step::Index(index), Step::Key);
                visit(step, None, item);
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
    whole
}

/// From the start of the first to the end of the last of two places in one text; the first if they are in two.
fn joined(a: Place, b: Place) -> Place {
    let one = a.source == b.source;
    if one { Place { start: a.start.min(b.start), end: a.end.max(b.end), ..a } } else { a }
}

/// A step of a path: a key, the name of an item, or its number from 0.
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Gives the path to all places within a thing that were in nothing smaller.
fn take(whole: Place, path: &[Step<'_>], sought: &mut [Sought]) {
    let length = whole.end.saturating_sub(whole.start);
    let first = sought.partition_point(|s| (s.place.source, s.place.start) < (whole.source, whole.start));
    let inside = |s: &&mut Sought| s.place.source == whole.source && s.place.start <= whole.end;
    for s in sought[first..].iter_mut().take_while(inside).filter(|s| s.place.end <= whole.end) {
        // Of two that are as small, the inner one, which comes first.
        if s.found.as_ref().is_none_or(|(other, _)| length < *other) {
            s.found = Some((length, dotted(path)));
        }
    }
}

fn dotted(path: &[Step<'_>]) -> String {
    let step = |s: &Step<'_>| match s {
        Step::Key(key) => (*key).to_owned(),
        Step::Index(index) => index.to_string(),
    };
    path.iter().map(step).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;
    use crate::document::read;

    /// The path of the first place at which some words stand.
    fn path_of(text: &str, words: &str) -> Option<String> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let source = sources.add("model.yaml", text);
        let root = read(text, source, &mut diagnostics).unwrap();
        let start = text.find(words).unwrap();
        let place = Place { source, start: start as u32, end: (start + words.len()) as u32 };
        diagnostics.error(Code::OutOfRange, place, "it is wrong", "");
        locate(&root, &sources, &mut diagnostics);
        diagnostics.sorted()[0].path.clone()
    }

    #[test]
    fn keys_values_and_what_holds_them() {
        let text = "
offers:
  aws.h100: { chip: h100, price: { 2026-Q1: 4, 2027-Q1: -3 } }
  block:
    chip: mi300x
    tiers: [ { above: 10, price: 2 }, { above: 20, price: 1 } ]
policy:
  limits:
    - { name: cap, share: { by: vendor, at_most: 150 % } }
    - share: { by: cloud }
";
        for (words, path) in [
            ("aws.h100", "offers.aws.h100"),
            ("chip: h100", "offers.aws.h100.chip"),
            ("-3", "offers.aws.h100.price.2027-Q1"),
            ("mi300x", "offers.block.chip"),
            ("20", "offers.aws.h100.price.2026-Q1"),
            ("above: 20", "offers.block.tiers.1.above"),
            ("150 %", "policy.limits.cap.share.at_most"),
            ("by: cloud", "policy.limits.1.share.by"),
            ("limits", "policy.limits"),
        ] {
            assert_eq!(path_of(text, words).as_deref(), Some(path), "{words}");
        }
    }
}
