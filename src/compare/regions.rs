//! Regions of two plans, of which one tells them apart by their clouds and the other has no need to.
//!
//! A plan names a region after its cloud, `aws/us-1`, where two clouds of its model have one of that name. Beside a plan
//! of a model with one of the clouds only, the same region would be two.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Node, Value};
use crate::model::Tree;
use crate::plan::Plan;

/// Names the regions of a plan as the other plan names them.
pub(super) fn name_alike(plan: &mut Plan, written: Option<&Tree>, other: &Plan) {
    let Some(written) = written else { return };
    let theirs: BTreeSet<&str> = other.exposure.iter().filter(|e| e.by == "region").flat_map(groups).collect();
    let own: BTreeSet<&str> = plan.exposure.iter().filter(|e| e.by == "region").flat_map(groups).collect();
    let renamed: BTreeMap<String, String> = clouds(&written.root)
        .into_iter()
        .filter_map(|(region, clouds)| match clouds.into_iter().collect::<Vec<_>>().as_slice() {
            [cloud] if own.contains(region) => Some((region.to_owned(), format!("{cloud}/{region}"))),
            _ => None,
        })
        .filter(|(_, name)| theirs.contains(name.as_str()))
        .collect();
    let rename = |name: &mut String| {
        if let Some(new) = renamed.get(name.as_str()) {
            name.clone_from(new);
        }
    };
    let tables = plan.exposure.iter_mut().filter(|e| e.by == "region");
    tables.flat_map(|e| &mut e.groups).for_each(|g| rename(&mut g.group));
    let losses = plan.resilience.iter_mut().flatten().filter(|r| r.lost.by == "region");
    losses.for_each(|r| rename(&mut r.lost.group));
}

fn groups(exposure: &crate::plan::Exposure) -> impl Iterator<Item = &str> {
    exposure.groups.iter().map(|g| g.group.as_str())
}

/// The clouds of each region, as written.
fn clouds(root: &Node) -> BTreeMap<&str, BTreeSet<&str>> {
    let Some(Value::Map(offers)) = root.get("offers").map(|o| &o.value) else { return BTreeMap::new() };
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for offer in offers {
        if let (Some(region), Some(cloud)) = (text(&offer.node, "region"), text(&offer.node, "cloud")) {
            all.entry(region).or_default().insert(cloud);
        }
    }
    all
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    match &node.get(key)?.value {
        Value::Scalar(text) => Some(text),
        _ => None,
    }
}
