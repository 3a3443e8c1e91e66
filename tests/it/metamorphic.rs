//! What must hold between a model and a changed one, whatever either costs: over random models and the examples.
//!
//! (Chen, Cheung and Yiu, "Metamorphic testing: a new approach for generating next test cases", 1998.)

use std::collections::{BTreeMap, BTreeSet};

use crate::common::drawn::{Drawn, Units, models};
use crate::common::random::Random;
use polysource::model::Model;
use polysource::plan::Status;
use polysource::{Detail, SolveSettings, solve};
use serde_json::{Map, Value};

use crate::common::example;

/// Costs that must be the same may differ by this, relatively.
const SAME: f64 = 1e-7;
/// Random models of each test.
const MODELS: usize = 150;
/// Examples that solve in a few seconds.
const EXAMPLES: [&str; 4] = ["quickstart", "inference-fleet", "meta-google", "frontier-lab"];
/// Maps whose entries have no order.
const UNORDERED: [&str; 7] = ["chips", "clouds", "offers", "workloads", "contracts", "pools", "investors"];

/// The certified cost; `None` if it is proved that there is no plan.
#[track_caller]
fn cost(text: &str) -> Option<f64> {
    let model = Model::from_yaml_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let settings = SolveSettings { detail: Detail::Plan, mip_gap: 0.0, ..SolveSettings::default() };
    let plan = solve(&model, &settings).unwrap();
    assert!(plan.certificate.verified, "{:?} {:?}\n{text}", plan.status, plan.certificate);
    match plan.status {
        Status::Optimal => Some(plan.cost.unwrap().total),
        Status::Infeasible => None,
        other => panic!("{other:?}\n{text}"),
    }
}

/// How much two costs differ, relatively; none where there is no plan either way.
fn apart(a: Option<f64>, b: Option<f64>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() / (1.0 + a.abs().max(b.abs())),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

#[track_caller]
fn same(before: Option<f64>, after: Option<f64>, what: &dyn std::fmt::Debug) {
    assert!(apart(before, after) <= SAME, "{before:?} became {after:?}: {what:?}");
}

/// A model as a tree.
fn tree(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// All models that are tested, each as a tree with its name.
fn all() -> impl Iterator<Item = (String, Value)> {
    let random = models(MODELS, 1).enumerate().map(|(i, d)| (format!("random {i}"), tree(&d.yaml(1.0, 1.0, 9))));
    EXAMPLES.iter().map(|name| ((*name).to_owned(), tree(&example(name)))).chain(random)
}

impl Random {
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, (self.next() * (i + 1) as f64) as usize);
        }
    }
}

/// The tree as text, the entries of `UNORDERED` maps and the limits in another order.
fn shuffled(value: &Value, key: &str, r: &mut Random, out: &mut String) {
    let begun = |out: &mut String, i: usize| {
        if i > 0 {
            out.push_str(", ");
        }
    };
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            if UNORDERED.contains(&key) {
                r.shuffle(&mut entries);
            }
            out.push_str("{ ");
            for (i, (key, value)) in entries.into_iter().enumerate() {
                begun(out, i);
                out.push_str(&format!("{}: ", Value::from(key.as_str())));
                shuffled(value, key, r, out);
            }
            out.push_str(" }");
        }
        Value::Array(list) => {
            let mut items: Vec<&Value> = list.iter().collect();
            if ["limits", "survive"].contains(&key) {
                r.shuffle(&mut items);
            }
            out.push_str("[ ");
            for (i, value) in items.into_iter().enumerate() {
                begun(out, i);
                shuffled(value, "", r, out);
            }
            out.push_str(" ]");
        }
        other => out.push_str(&other.to_string()),
    }
}

#[test]
fn the_order_of_what_is_listed_does_not_matter() {
    let mut r = Random(7);
    let mut moved = 0;
    for (name, tree) in all() {
        let before = cost(&tree.to_string());
        let (mut once, mut again) = (String::new(), String::new());
        shuffled(&tree, "", &mut r, &mut once);
        shuffled(&tree, "", &mut r, &mut again);
        moved += usize::from(once != again);
        same(before, cost(&once), &name);
        same(before, cost(&again), &name);
    }
    assert!(moved >= MODELS, "{moved}");
}

/// What is given a name in a model: keys of maps of things, and what chips, clouds and offers say they belong to.
fn names(tree: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for list in UNORDERED {
        for (id, thing) in tree[list].as_object().into_iter().flatten() {
            names.insert(id.clone());
            for of in ["vendor", "ecosystem", "owner", "region", "site"] {
                names.extend(thing[of].as_str().map(str::to_owned));
            }
            let tags = thing["tags"].as_object().into_iter().flatten();
            names.extend(tags.filter_map(|(_, v)| v.as_str().map(str::to_owned)));
        }
    }
    names
}

/// The tree with other names; a pattern goes with the names that it fits.
fn renamed(value: &Value, names: &BTreeMap<String, String>, before: &str) -> Value {
    match value {
        Value::Object(map) => {
            let name = |k: &String| names.get(k).unwrap_or(k).clone();
            Value::Object(map.iter().map(|(k, v)| (name(k), renamed(v, names, before))).collect())
        }
        Value::Array(list) => list.iter().map(|v| renamed(v, names, before)).collect(),
        Value::String(text) => match names.get(text) {
            Some(name) => name.as_str().into(),
            None if text.ends_with('*') && !text.contains(' ') => format!("{before}{text}").into(),
            None => text.as_str().into(),
        },
        other => other.clone(),
    }
}

#[test]
fn names_do_not_matter() {
    for (name, tree) in all() {
        let names = names(&tree);
        assert!(names.len() >= 4, "{names:?}");
        let patterns = tree.to_string().contains('*');
        // Backwards, so that what was first by name is last; where there are patterns, all alike.
        let count = names.len();
        let other = |(i, name): (usize, String)| {
            let new = if patterns { format!("q-{name}") } else { format!("n{:03}", count - i) };
            (name, new)
        };
        let names: BTreeMap<String, String> = names.into_iter().enumerate().map(other).collect();
        let other = renamed(&tree, &names, "q-");
        assert_ne!(other, tree);
        same(cost(&tree.to_string()), cost(&other.to_string()), &name);
    }
}

/// The costs of random models in other units, beside those in the usual ones.
fn in_units(units: Units) {
    for drawn in models(MODELS, 2) {
        let before = cost(&drawn.yaml(1.0, 1.0, 9));
        let after = cost(&drawn.yaml_in(units, 9)).map(|c| c / units.money);
        same(before, after, &drawn);
    }
}

#[test]
fn money_in_thousands_is_the_same_money() {
    in_units(Units { money: 1e-3, ..Units::default() });
}

#[test]
fn chips_in_thousands_are_the_same_chips() {
    in_units(Units { chips: 1e-3, ..Units::default() });
    in_units(Units { chips: 1e3, ..Units::default() });
}

#[test]
fn work_in_thousands_is_the_same_work() {
    in_units(Units { work: 1e-3, ..Units::default() });
    in_units(Units { work: 1e3, ..Units::default() });
}

/// An amount times something: a number, text that begins with one, or every value of a series.
fn times(value: &Value, factor: f64) -> Value {
    match value {
        Value::Number(n) => (n.as_f64().unwrap() * factor).into(),
        Value::String(text) if !text.contains('%') => {
            let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
            match text[..end].parse::<f64>() {
                Ok(number) => format!("{}{}", number * factor, &text[end..]).into(),
                Err(_) => value.clone(),
            }
        }
        Value::Array(list) => list.iter().map(|v| times(v, factor)).collect(),
        Value::Object(map) => {
            let entry = |(k, v): (&String, &Value)| {
                let kept = ["growth", "lead", "above"].contains(&k.as_str());
                (k.clone(), if kept { v.clone() } else { times(v, factor) })
            };
            map.iter().map(entry).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Every amount of money in another currency.
fn exchanged(value: &Value, within: &str, rate: f64) -> Value {
    const MONEY: [&str; 10] =
        ["price", "unmet", "fee", "funding", "spend", "porting", "loss", "soft", "switching", "egress"];
    match value {
        Value::Object(map) => {
            let entry = |(k, v): (&String, &Value)| {
                let money = MONEY.contains(&k.as_str()) || within == "budget" && k == "at_most";
                (k.clone(), if money { times(v, rate) } else { exchanged(v, k, rate) })
            };
            map.iter().map(entry).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.iter().map(|v| exchanged(v, "", rate)).collect(),
        other => other.clone(),
    }
}

#[test]
fn another_currency_costs_the_same_at_its_rate() {
    for (name, tree) in all() {
        let before = cost(&tree.to_string());
        // Sources are text that nobody reads as money.
        let other = exchanged(&tree, "", 0.92).to_string().replace("USD", "EUR");
        same(before.map(|c| c * 0.92), cost(&other), &name);
    }
}

/// The offers of a model that can be split: no blocks, minimum or tiers, and named nowhere else.
fn divisible(tree: &Value) -> Vec<String> {
    let text = tree.to_string();
    let offers = tree["offers"].as_object().unwrap().iter();
    let whole = |offer: &Value| ["block", "minimum", "tiers", "min"].iter().any(|k| !offer[k].is_null());
    let once = |id: &str| text.matches(&format!("\"{id}\"")).count() == 1;
    offers.filter(|(id, offer)| !whole(offer) && once(id)).map(|(id, _)| id.clone()).collect()
}

#[test]
fn two_halves_of_an_offer_are_the_offer() {
    let mut split = 0;
    for (name, tree) in all() {
        if tree.to_string().contains("one-offer") {
            continue;
        }
        let before = cost(&tree.to_string());
        let mut halves = tree.clone();
        for id in divisible(&tree).into_iter().step_by(2) {
            let mut half = tree["offers"][&id].clone();
            if !half["capacity"].is_null() {
                half["capacity"] = times(&half["capacity"], 0.5);
            }
            halves["offers"][&id] = half.clone();
            halves["offers"][format!("{id}-again")] = half;
            split += 1;
        }
        same(before, cost(&halves.to_string()), &name);
    }
    assert!(split > MODELS, "{split}");
}

#[test]
fn more_capacity_never_costs_more() {
    let mut cheaper = 0;
    for (name, tree) in all() {
        let before = cost(&tree.to_string());
        let offers = tree["offers"].as_object().unwrap();
        let few: Vec<&String> = offers.iter().filter(|(_, o)| !o["capacity"].is_null()).map(|(id, _)| id).collect();
        // A few of a large model are enough.
        for id in few.iter().step_by(few.len().div_ceil(4).max(1)) {
            let mut more = tree.clone();
            more["offers"][*id]["capacity"] = times(&more["offers"][*id]["capacity"], 1.5);
            let after = cost(&more.to_string());
            match (before, after) {
                (Some(b), Some(a)) => {
                    assert!(a <= b + SAME * (1.0 + b.abs()), "{name}: {b} became {a} with more of {id}");
                    cheaper += usize::from(a < b - 1e-4 * (1.0 + b.abs()));
                }
                (Some(_), None) => panic!("{name}: no plan with more of {id}"),
                (None, _) => {}
            }
        }
    }
    assert!(cheaper >= 50, "{cheaper}");
}

/// A value at three points, evenly apart.
struct Three(f64, f64, f64);

impl Three {
    /// By how much the middle is above the line between the ends, relatively.
    fn above(&self) -> f64 {
        (self.1 - (self.0 + self.2) / 2.0) / (1.0 + self.0.abs().max(self.1.abs()).max(self.2.abs()))
    }
}

/// Prices that are a cost and nothing else: no limit and no commitment counts money.
fn without_money_in_limits(mut drawn: Drawn) -> Drawn {
    drawn.commit = None;
    drawn.limits.retain(|(kind, _)| ![0, 7].contains(kind));
    drawn
}

#[test]
fn cost_is_concave_in_a_price() {
    let mut bent = 0;
    for drawn in models(MODELS, 3).map(without_money_in_limits) {
        let tree = tree(&drawn.yaml(1.0, 1.0, 9));
        let at = |factor: f64| {
            let mut tree = tree.clone();
            tree["offers"]["offer0"]["price"] = times(&tree["offers"]["offer0"]["price"], factor);
            cost(&tree.to_string())
        };
        if let (Some(a), Some(b), Some(c)) = (at(0.25), at(1.0), at(1.75)) {
            let above = Three(a, b, c).above();
            assert!(above >= -SAME, "{a} {b} {c}: {drawn:?}");
            assert!(a <= b + SAME * b && b <= c + SAME * c, "{a} {b} {c}: {drawn:?}");
            bent += usize::from(above > 1e-3);
        }
    }
    assert!(bent >= 20, "{bent}");
}

#[test]
fn cost_is_convex_in_a_right_hand_side() {
    let mut bent = [0, 0];
    for drawn in models(MODELS, 4) {
        let tree = tree(&drawn.yaml(1.0, 1.0, 9));
        // Demands and works together; capacities together.
        let at = |of: usize, factor: f64| {
            let mut tree = tree.clone();
            let (list, keys): (&str, &[&str]) =
                if of == 0 { ("workloads", &["demand", "work"]) } else { ("offers", &["capacity"]) };
            for (_, thing) in tree[list].as_object_mut().unwrap() {
                for key in keys {
                    if !thing[key].is_null() {
                        thing[key] = times(&thing[key], factor);
                    }
                }
            }
            cost(&tree.to_string())
        };
        for (of, bent) in bent.iter_mut().enumerate() {
            match (at(of, 0.25), at(of, 1.0), at(of, 1.75)) {
                (Some(a), Some(b), Some(c)) => {
                    let above = Three(a, b, c).above();
                    assert!(above <= SAME, "{a} {b} {c}: {drawn:?}");
                    *bent += usize::from(above < -1e-3);
                }
                (Some(a), None, Some(c)) => panic!("{a}, no plan, {c}: {drawn:?}"),
                _ => {}
            }
        }
    }
    assert!(bent.iter().all(|b| *b >= 20), "{bent:?}");
}
