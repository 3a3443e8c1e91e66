//! The scenarios of a model side by side: each solved as the model is, with what changes most between them.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::analysis::solving::settings::SolveSettings;
use crate::analysis::sweep::{self, PointStatus, SweepSettings};
use crate::diagnostics::Place;
use crate::document::{Axis, How, Spread, Target, Value};
use crate::model::{Column, Decision, Expression, Family, Input, Model, Quantity, SweepOverrides, read_tree};

/// Most scenarios that are solved.
const MOST: usize = 12;

/// What comes of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioResult {
    /// Its name; `None` for the model as written.
    pub scenario: Option<String>,
    /// What came of it.
    pub status: PointStatus,
    /// Discounted cost.
    pub cost: Option<f64>,
    /// Share of the largest vendor, and of the largest cloud, in spend over the horizon.
    pub largest: [Option<f64>; 2],
    /// Chips held, in the mean over the horizon.
    pub chips: Option<f64>,
    /// Whether each optional contract is signed.
    pub signed: Vec<(String, Option<bool>)>,
}

/// The scenarios that a model has and that are not applied already.
#[must_use]
pub fn names(input: &Input) -> Vec<String> {
    let Ok(tree) = read_tree(input) else { return Vec::new() };
    let Some(Value::Map(entries)) = tree.root.get("scenarios").map(|s| &s.value) else { return Vec::new() };
    entries.iter().map(|e| e.key.clone()).filter(|name| !input.scenarios.contains(name)).collect()
}

/// Solves the model as written and with each of its scenarios. Empty if there are none, or if they cannot be solved side
/// by side.
#[must_use]
pub fn side_by_side(input: &Input, model: &Model, settings: &SolveSettings) -> Vec<ScenarioResult> {
    let mut lists = vec![Vec::new()];
    lists.extend(names(input).into_iter().take(MOST).map(|name| vec![name]));
    if lists.len() < 2 {
        return Vec::new();
    }
    let optional: Vec<&str> =
        model.contracts.iter().filter(|c| c.decision == Decision::Optional).map(|c| c.id.as_str()).collect();
    let largest = |by: &str| Quantity::Largest { by: by.to_owned(), of: "spend".to_owned() };
    let mut quantities = vec![Quantity::Cost, largest("vendor"), largest("cloud"), Quantity::Chips("*".to_owned())];
    quantities.extend(optional.iter().map(|id| Quantity::Signed((*id).to_owned())));
    let column = |q: Quantity| Column { name: String::new(), expression: Expression::Quantity(q) };
    let axis = Axis {
        name: "scenario".to_owned(),
        target: Target::Scenario,
        how: How::Set,
        spread: Spread::Scenarios(lists.clone()),
        unit: None,
        place: Place::default(),
    };
    let Ok(family) = Family::of_axes(input, &[axis], &SweepOverrides::default()) else { return Vec::new() };
    let Ok(points) = sweep::plan(&family, quantities.into_iter().map(column).collect()) else { return Vec::new() };
    let how = SweepSettings { solve: settings.clone(), threads: 0 };
    let stop = AtomicBool::new(false);
    let Ok(rows) = sweep::run(&family, &points, &how, BTreeMap::new(), &stop, &|_| {}) else { return Vec::new() };
    let result = |(list, row): (Vec<String>, Option<sweep::Row>)| {
        let row = row?;
        let value = |i: usize| row.values.get(i).copied().flatten();
        let signed = optional.iter().enumerate().map(|(i, id)| ((*id).to_owned(), value(4 + i).map(|x| x > 0.5)));
        Some(ScenarioResult {
            scenario: list.into_iter().next(),
            status: row.status,
            cost: value(0),
            largest: [value(1), value(2)],
            chips: value(3),
            signed: signed.collect(),
        })
    };
    lists.into_iter().zip(rows).filter_map(result).collect()
}
