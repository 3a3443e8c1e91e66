//! What can be changed on the page: the numbers that are written in a model, and what is decided about its contracts.

use crate::diagnostics::Place;
use crate::document::{Entry, Node, Value, lookup, name_of};
use crate::model::{Dimension, Model, OfferId};
use crate::units::Quantity;

/// Most vendors that have a control for all their prices.
const VENDORS: usize = 12;
/// Keys of a limit whose value says how much.
const LEVELS: [&str; 4] = ["at_most", "at_least", "hhi_at_most", "each_at_least"];
/// Most controls of a page: a browser shows more only slowly, and nobody reads them.
pub(super) const MOST: usize = 2000;
/// Most characters of what is written that are shown.
const WRITTEN: usize = 70;

/// Where a control stands on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Overall,
    Prices,
    Capacities,
    Demands,
    Limits,
    Deals,
}

impl Group {
    pub const ALL: [Group; 6] =
        [Group::Overall, Group::Deals, Group::Limits, Group::Demands, Group::Prices, Group::Capacities];

    /// What it is called, with the unit of a bare number in it.
    pub fn title(self, currency: &str) -> String {
        match self {
            Group::Overall => "Prices and demand as a whole".to_owned(),
            Group::Prices => format!("Prices, in {currency} per chip-hour"),
            Group::Capacities => "Capacities, in chips".to_owned(),
            Group::Demands => "Demand and work".to_owned(),
            Group::Limits => "Limits".to_owned(),
            Group::Deals => "Deals".to_owned(),
        }
    }
}

/// Something that can be changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Control {
    /// Where it stands in the model, as `--set` or `--vary` names it.
    pub path: String,
    pub group: Group,
    /// What it is of.
    pub label: String,
    /// What else a reader should know to find it.
    pub detail: String,
    pub kind: Kind,
}

/// How it is changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// One number: another one takes its place.
    Number { written: String, slider: Option<Slider> },
    /// A number over time, or several: all are scaled.
    Factor { written: String },
    /// Whether a contract is signed; one that is decided later cannot be signed now.
    Decision { written: String, may_sign: bool },
}

/// From where to where a slider goes, in what is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slider {
    pub at: f64,
    pub most: f64,
    pub step: f64,
    /// What follows the number.
    pub unit: String,
}

/// The decisions about a contract, as they are written and as they are called.
pub(super) const DECISIONS: [(&str, &str); 3] =
    [("signed", "Sign"), ("refused", "Refuse"), ("optional", "Let the plan decide")];

/// Everything that can be changed in a model, in the order of the page.
pub(super) fn of(model: &Model, root: &Node) -> Vec<Control> {
    let mut found = Controls { root, all: Vec::new() };
    found.overall(model);
    for entry in found.entries("contracts") {
        found.deal(entry);
    }
    for offer in model.offers() {
        let mut detail = vec![model.chips()[offer.chip].id.clone(), model.clouds()[offer.cloud].id.clone()];
        detail.extend(offer.region.clone());
        let detail = detail.join(", ");
        found.price(&offer.id, &detail);
        found.number(Group::Capacities, &format!("offers.{}.capacity", offer.id), &offer.id, &detail);
    }
    for entry in found.entries("pools") {
        for key in ["chips", "power"] {
            let detail = format!("pool, {key}");
            found.number(Group::Capacities, &format!("pools.{}.{key}", entry.key), &entry.key, &detail);
        }
    }
    for workload in model.workloads() {
        for key in ["demand", "work"] {
            let path = format!("workloads.{}.{key}", workload.id);
            found.number(Group::Demands, &path, &workload.id, workload.kind());
        }
    }
    found.limits();
    let order = |group: Group| Group::ALL.iter().position(|g| *g == group);
    let mut all = found.all;
    // What there is little of comes first, so that only prices and capacities of a very large model are left out.
    all.sort_by_key(|control| order(control.group));
    all.truncate(MOST);
    all
}

struct Controls<'a> {
    root: &'a Node,
    all: Vec<Control>,
}

impl<'a> Controls<'a> {
    fn entries(&self, section: &str) -> &'a [Entry] {
        match self.root.get(section).map(|node| &node.value) {
            Some(Value::Map(entries)) => entries,
            _ => &[],
        }
    }

    fn push(&mut self, group: Group, path: &str, (label, detail): (&str, &str), kind: Kind) {
        let (path, label, detail) = (path.to_owned(), label.to_owned(), detail.to_owned());
        self.all.push(Control { path, group, label, detail, kind });
    }

    /// The prices of each vendor and the demand of all workloads: what is asked first in a meeting.
    fn overall(&mut self, model: &Model) {
        let groups = model.groups(&Dimension::from_word("vendor"));
        for (vendor, offers) in groups.iter().take(VENDORS) {
            let path = |o: &OfferId| format!("offers.{}.price", model.offers()[*o].id);
            if offers.iter().all(|o| lookup(self.root, &path(o)).is_some_and(scales)) {
                let target = format!("offers{{vendor: {}}}.price", word(vendor));
                let detail = match offers.len() {
                    1 => "its one offer".to_owned(),
                    n => format!("all {n} offers"),
                };
                let written = "as written".to_owned();
                self.push(Group::Overall, &target, (&format!("Prices of {vendor}"), &detail), Kind::Factor { written });
            }
        }
        for (kind, key, label) in [("inference", "demand", "Inference demand"), ("training", "work", "Training work")] {
            let ids: Vec<&str> = model.workloads().iter().filter(|w| w.kind() == kind).map(|w| w.id.as_str()).collect();
            let all = |id: &&str| lookup(self.root, &format!("workloads.{id}.{key}")).is_some_and(scales);
            if !ids.is_empty() && ids.iter().all(all) {
                let target = format!("workloads{{kind: {kind}}}.{key}");
                let detail = if ids.len() == 1 { ids[0].to_owned() } else { format!("all {} workloads", ids.len()) };
                self.push(Group::Overall, &target, (label, &detail), Kind::Factor { written: "as written".to_owned() });
            }
        }
    }

    fn price(&mut self, id: &str, detail: &str) {
        let path = format!("offers.{id}.price");
        let parts = ["held", "used"];
        let Some(node) = lookup(self.root, &path) else { return };
        if parts.iter().all(|part| node.get(part).is_none()) {
            return self.number(Group::Prices, &path, id, detail);
        }
        for (part, words) in parts.into_iter().zip(["of holding", "of use"]) {
            self.number(Group::Prices, &format!("{path}.{part}"), id, &format!("{detail}, {words}"));
        }
    }

    /// What is decided about a contract, and its numbers.
    fn deal(&mut self, contract: &Entry) {
        let id = contract.key.as_str();
        let path = |key: &str| format!("contracts.{id}.{key}");
        let written = match contract.node.get("decision").map(|node| &node.value) {
            Some(Value::Scalar(word)) => word.clone(),
            _ => "signed".to_owned(),
        };
        let may_sign = contract.node.get("decide_by").is_none();
        self.push(Group::Deals, &path("decision"), (id, "decision"), Kind::Decision { written, may_sign });
        for (key, words) in [
            ("discount", "discount"),
            ("commit.spend", "commitment"),
            ("commit.chips", "commitment in chips"),
            ("fee", "fee"),
            ("funding", "funding"),
        ] {
            self.number(Group::Deals, &path(key), id, words);
        }
    }

    fn limits(&mut self) {
        let policy = self.root.get("policy");
        let list = |key: &str| match policy.and_then(|p| p.get(key)).map(|node| &node.value) {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        let step = |index: usize, item: &Node, key: &str| {
            let named = |name: &&str| lookup(self.root, &format!("policy.{key}.{name}")) == Some(item);
            name_of(item).filter(named).map_or_else(|| index.to_string(), str::to_owned)
        };
        let mut found: Vec<(String, String, String)> = Vec::new();
        for (index, item) in list("limits").iter().enumerate() {
            let Value::Map(entries) = &item.value else { continue };
            let at = step(index, item, "limits");
            for entry in entries {
                for key in LEVELS.iter().filter(|key| entry.node.get(key).is_some()) {
                    let detail = described(entry, key);
                    let label = name_of(item).map_or_else(|| format!("{} {}", entry.key, index + 1), str::to_owned);
                    found.push((format!("policy.limits.{at}.{}.{key}", entry.key), label, detail));
                }
            }
        }
        for (index, item) in list("survive").iter().enumerate() {
            let at = step(index, item, "survive");
            let lost = item.get("loss_of").map_or_else(String::new, |node| plain(&node.flow()));
            let label = name_of(item).map_or_else(|| format!("survive {}", index + 1), str::to_owned);
            found.push((format!("policy.survive.{at}.serve"), label, format!("served after the loss of {lost}")));
        }
        for (path, label, detail) in found {
            self.number(Group::Limits, &path, &label, &detail);
        }
    }

    /// A number or a series of them, if that is what stands at a path.
    fn number(&mut self, group: Group, path: &str, label: &str, detail: &str) {
        let Some(node) = lookup(self.root, path).filter(|node| scales(node)) else { return };
        let kind = match &node.value {
            Value::Scalar(text) => Kind::Number { written: text.clone(), slider: slider(text) },
            _ => Kind::Factor { written: shortened(&node.flow()) },
        };
        self.push(group, path, (label, detail), kind);
    }
}

/// Whether all that is written here is numbers that can be scaled.
fn scales(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(text) => Quantity::parse(text).is_ok(),
        Value::List(items) => !items.is_empty() && items.iter().all(scales),
        Value::Map(entries) => !entries.is_empty() && entries.iter().all(|e| e.key == "growth" || scales(&e.node)),
        Value::Null => false,
    }
}

/// A limit in a few words: its kind, and what it is about.
fn described(kind: &Entry, level: &str) -> String {
    let mut words = vec![kind.key.clone()];
    if let Value::Map(entries) = &kind.node.value {
        for entry in entries.iter().filter(|e| !LEVELS.contains(&e.key.as_str())) {
            words.push(format!("{} {}", entry.key, plain(&entry.node.flow())));
        }
    }
    shortened(&format!("{}: {}", words.join(" "), level.replace('_', " ")))
}

/// What is written in one line, without the signs of the file.
fn plain(flow: &str) -> String {
    flow.chars().filter(|c| !matches!(c, '{' | '}' | '[' | ']' | '"')).collect()
}

/// A name as it stands in a selector.
fn word(name: &str) -> String {
    Node { value: Value::Scalar(name.to_owned()), place: Place::default() }.flow()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= WRITTEN {
        text.to_owned()
    } else {
        text.chars().take(WRITTEN - 1).collect::<String>() + "…"
    }
}

/// A number as a slider shows it: a share in percent.
pub(super) fn shown(text: &str) -> Option<f64> {
    let quantity = Quantity::parse(text).ok()?;
    let share = quantity.unit.as_ref().is_some_and(|u| u.percent);
    let rounded = |x: f64| format!("{x:.9}").parse::<f64>().unwrap_or(x);
    Some(if share { rounded(100.0 * quantity.number) } else { quantity.number })
}

/// A slider around a number, from nothing to twice as much; of a share, to all of it.
fn slider(text: &str) -> Option<Slider> {
    let unit = Quantity::parse(text).ok()?.unit;
    let share = unit.as_ref().is_some_and(|u| u.percent);
    let at = shown(text).filter(|at| *at > 0.0)?;
    let most = if share && at <= 100.0 { 100.0 } else { 2.0 * at };
    // A hundredth of the first digit, so that what is written stands on a step.
    let step = 10f64.powf(at.log10().floor()) / 100.0;
    let step = if share { (10.0 * step).min(1.0) } else { step };
    Some(Slider { at, most, step, unit: unit.map(|unit| format!(" {unit}")).unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controls(text: &str) -> Vec<Control> {
        let model = Model::from_yaml_str(text).unwrap();
        of(&model, &model.tree().root)
    }

    const MODEL: &str = r#"
polysource: 1
horizon: { start: 2026-Q1, periods: 2, step: quarter }
chips: { h100: { vendor: nvidia }, tpu: { vendor: "a: b" } }
clouds: { aws: {}, gcp: {} }
offers:
  aws-h100: { chip: h100, cloud: aws, price: 4.00 USD/chip-h, capacity: { 2026-Q1: 20k, 2026-Q2: 40k } }
  gcp-tpu: { chip: tpu, cloud: gcp, price: { held: 1, used: 2 } }
workloads: { chat: { kind: inference, demand: 900 req/h, throughput: { h100: 1 req/h, tpu: 1 req/h } } }
contracts: { deal: { decision: optional, covers: { cloud: aws }, discount: 10 % } }
policy:
  limits:
    - { name: cap, share: { by: vendor, at_most: 60 %, of: spend } }
    - { budget: { at_most: 38B USD } }
"#;

    #[test]
    fn every_number_has_a_control() {
        let paths: Vec<String> = controls(MODEL).into_iter().map(|c| c.path).collect();
        assert_eq!(
            paths,
            [
                "offers{vendor: \"a: b\"}.price",
                "offers{vendor: nvidia}.price",
                "workloads{kind: inference}.demand",
                "contracts.deal.decision",
                "contracts.deal.discount",
                "policy.limits.cap.share.at_most",
                "policy.limits.1.budget.at_most",
                "workloads.chat.demand",
                "offers.aws-h100.price",
                "offers.gcp-tpu.price.held",
                "offers.gcp-tpu.price.used",
                "offers.aws-h100.capacity",
            ]
        );
    }

    #[test]
    fn a_slider_is_around_what_is_written() {
        let of = |text: &str| slider(text).map(|s| (s.at, s.most, s.unit));
        assert_eq!(of("4.00 USD/chip-h"), Some((4.0, 8.0, " USD/chip-h".to_owned())));
        assert_eq!(of("60 %"), Some((60.0, 100.0, " %".to_owned())));
        assert_eq!(of("20k"), Some((20_000.0, 40_000.0, String::new())));
        assert_eq!(of("0"), None);
    }
}
