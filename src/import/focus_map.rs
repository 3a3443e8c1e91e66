//! What rows of a bill stand for: rules from their columns to offers and workloads.
//!
//! ```yaml
//! offers:                 # the first whose columns all fit
//!   - { where: { ProviderName: "Amazon*", SkuId: "*p5.48xlarge*", RegionId: us-east-1 }, offer: aws-h100, chips: 8 }
//! workloads:
//!   - { where: { tags.team: [search, ranking] }, workload: chat }
//! workload_tag: app       # else the workload stands in this tag, or in ResourceName
//! ```

use crate::diagnostics::{Code, Diagnostics, Place, suggest};
use crate::document::{Node, Value};

/// A rule: columns and the patterns of which one must fit each.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Name of a column, or `tags.NAME`; its place; patterns.
    pub columns: Vec<(String, Place, Vec<String>)>,
    /// The offer or workload.
    pub id: String,
    /// Chips of one unit of what is counted; of offers.
    pub chips: f64,
}

/// Rules for offers and workloads, the first that fits first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Which offer a row uses.
    pub offers: Vec<Rule>,
    /// For which workload.
    pub workloads: Vec<Rule>,
    /// The tag that names the workload where no rule fits; `workload` if nothing is said.
    pub workload_tag: Option<String>,
}

impl Mapping {
    /// Reads a mapping, reporting everything that is wrong with it.
    pub fn read(root: &Node, diagnostics: &mut Diagnostics) -> Mapping {
        let mut out = Mapping::default();
        for (key, place, node) in entries(root, "a mapping", diagnostics) {
            match key {
                "offers" => out.offers = rules(node, "offer", diagnostics),
                "workloads" => out.workloads = rules(node, "workload", diagnostics),
                "workload_tag" => out.workload_tag = text(node, diagnostics),
                _ => unknown("a mapping", key, &["offers", "workloads", "workload_tag"], place, diagnostics),
            }
        }
        out
    }
}

fn rules(node: &Node, id: &'static str, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let Value::List(items) = &node.value else {
        let remedy = format!("write a list of `{{ where: {{ SkuId: ... }}, {id}: ... }}`");
        diagnostics.error(Code::WrongType, node.place, format!("expected a list, found {}", node.kind()), remedy);
        return Vec::new();
    };
    items.iter().filter_map(|item| rule(item, id, diagnostics)).collect()
}

fn rule(node: &Node, id: &'static str, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let (mut columns, mut named, mut chips) = (None, None, 1.0);
    for (key, place, value) in entries(node, "a rule", diagnostics) {
        match key {
            "where" => columns = Some(patterns(value, diagnostics)),
            "chips" if id == "offer" => match text(value, diagnostics)?.parse::<f64>() {
                Ok(n) if n.is_finite() && n > 0.0 => chips = n,
                _ => {
                    let remedy = "write the chips of one machine, such as `8`";
                    diagnostics.error(Code::OutOfRange, value.place, "chips must be a number above 0", remedy);
                }
            },
            _ if key == id => named = text(value, diagnostics),
            _ if id == "offer" => unknown("a rule", key, &["where", "offer", "chips"], place, diagnostics),
            _ => unknown("a rule", key, &["where", "workload"], place, diagnostics),
        }
    }
    for (lacking, key) in [(columns.is_none(), "where"), (named.is_none() && node.get(id).is_none(), id)] {
        if lacking {
            let message = format!("a rule is missing `{key}`");
            diagnostics.error(Code::MissingKey, node.place, message, format!("add `{key}: ...`"));
        }
    }
    Some(Rule { columns: columns?, id: named?, chips })
}

fn patterns(node: &Node, diagnostics: &mut Diagnostics) -> Vec<(String, Place, Vec<String>)> {
    let mut out = Vec::new();
    for (key, place, value) in entries(node, "`where`", diagnostics) {
        let patterns: Vec<String> = match &value.value {
            Value::List(items) => items.iter().filter_map(|n| text(n, diagnostics)).collect(),
            _ => text(value, diagnostics).into_iter().collect(),
        };
        out.push((key.to_owned(), place, patterns));
    }
    out
}

/// The entries of a map; none, with a report, of anything else.
fn entries<'a>(node: &'a Node, what: &str, diagnostics: &mut Diagnostics) -> Vec<(&'a str, Place, &'a Node)> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|e| (e.key.as_str(), e.place, &e.node)).collect(),
        _ => {
            let message = format!("{what} must be a map, found {}", node.kind());
            diagnostics.error(Code::WrongType, node.place, message, "write `key: value`");
            Vec::new()
        }
    }
}

fn text(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    if let Value::Scalar(text) = &node.value {
        return Some(text.clone());
    }
    diagnostics.error(Code::WrongType, node.place, format!("expected a word or text, found {}", node.kind()), "");
    None
}

fn unknown(what: &str, key: &str, known: &[&str], place: Place, diagnostics: &mut Diagnostics) {
    let message = format!("{what} has no key `{key}`");
    diagnostics.error(Code::UnknownKey, place, message, suggest(key, known.iter().copied()));
}
