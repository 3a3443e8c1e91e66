//! The sweeps of a model file: what they ask for, and whether it can be done.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostics::{Code, Diagnostics, Place, suggest};
use crate::document::{Axis, Decode, Draws, Node, Spread, Sweep, Text, Value};

use super::column::Column;
use super::sampling::Sampling;
use super::variation;
use super::whole::Model;

/// Most points that a sweep may have.
pub const MOST_POINTS: usize = 1_000_000;

/// How the values of several axes are put together.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Every combination, the last axis fastest.
    Grid,
    /// The first values together, then the second, and so on.
    List,
    /// Each axis down and up by itself, all others as written.
    Tornado,
    /// At random.
    Sample(Sampling),
}

/// What a sweep asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepSpec {
    /// What varies.
    pub axes: Vec<Axis>,
    /// How.
    pub method: Method,
    /// What is reported of each point; empty for all of it.
    pub columns: Vec<String>,
}

/// What of a sweep is asked for on the command line; it wins over what is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SweepOverrides {
    /// grid, list, tornado or sample.
    pub method: Option<String>,
    /// How many points are drawn.
    pub samples: Option<usize>,
    /// Where the random numbers start.
    pub seed: Option<u64>,
    /// latin or plain.
    pub sampling: Option<String>,
    /// Pairs of axes, by name or by number from 1, and their correlation.
    pub correlations: Vec<(String, String, f64)>,
    /// What is reported of each point.
    pub columns: Vec<String>,
}

/// Reads every sweep of the model, so that a mistake is found before it is run.
pub(super) fn check(root: &Node, model: &Model, diagnostics: &mut Diagnostics) {
    let Some(Value::Map(sweeps)) = root.get("sweeps").map(|s| &s.value) else { return };
    // What could not be read of the model is not missed a second time.
    let whole = !diagnostics.has_errors();
    for entry in sweeps {
        if let Some(Value::List(columns)) = entry.node.get("columns").map(|c| &c.value) {
            columns.iter().for_each(|column| check_column(column, model, whole, diagnostics));
        }
        read(&entry.node, entry.place, &[], &SweepOverrides::default(), diagnostics);
        // What varies is checked whatever else is wrong in the sweep.
        let sweep = Sweep::decode(&entry.node, &mut Diagnostics::new());
        for vary in sweep.iter().flat_map(|s| &s.vary).flat_map(|list| &list.items) {
            if let Some((target, how)) = Axis::aim(vary) {
                variation::paths(root, model, &target, how, diagnostics);
            }
        }
    }
}

/// Reads every sweep of a file whose model could not be read, as far as that goes.
pub(super) fn check_without_model(root: &Node, diagnostics: &mut Diagnostics) {
    let Some(Value::Map(sweeps)) = root.get("sweeps").map(|s| &s.value) else { return };
    for entry in sweeps {
        read(&entry.node, entry.place, &[], &SweepOverrides::default(), diagnostics);
    }
}

fn check_column(column: &Node, model: &Model, whole: bool, diagnostics: &mut Diagnostics) {
    if let Value::Scalar(text) = &column.value
        && let Err(error) = Column::read(text, model)
        && (whole || !error.of_model)
    {
        diagnostics.error(Code::InvalidVariation, column.place, error.message, error.remedy);
    }
}

/// The sweep of a name, with what the command line adds.
pub(super) fn named(
    root: &Node,
    name: &str,
    more: &[Axis],
    asked: &SweepOverrides,
    diagnostics: &mut Diagnostics,
) -> Option<SweepSpec> {
    let sweeps = root.get("sweeps");
    let Some(node) = sweeps.and_then(|s| s.get(name)) else {
        let known: Vec<&str> = match sweeps.map(|s| &s.value) {
            Some(Value::Map(entries)) => entries.iter().map(|e| e.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let place = sweeps.unwrap_or(root).place;
        let message = format!("the model has no sweep `{name}`");
        diagnostics.error(Code::UnknownId, place, message, suggest(name, known.iter().copied()));
        return None;
    };
    read(node, node.place, more, asked, diagnostics)
}

/// A sweep that is only asked for on the command line.
pub(super) fn asked(
    axes: &[Axis],
    asked: &SweepOverrides,
    place: Place,
    diagnostics: &mut Diagnostics,
) -> Option<SweepSpec> {
    put_together(axes.to_vec(), asked.clone(), place, diagnostics)
}

fn read(
    node: &Node,
    place: Place,
    more: &[Axis],
    asked: &SweepOverrides,
    diagnostics: &mut Diagnostics,
) -> Option<SweepSpec> {
    let sweep = Sweep::decode(node, diagnostics)?;
    let written = match node.get("vary").map(|v| &v.value) {
        Some(Value::List(items)) => items.len(),
        _ => 0,
    };
    of(&sweep, written, place, more, asked, diagnostics)
}

/// What is drawn at random for futures: the same as of a random sample in a sweep.
pub(super) fn drawn(draws: &Draws, diagnostics: &mut Diagnostics) -> Option<(Vec<Axis>, Sampling)> {
    let sweep = Sweep {
        place: draws.place,
        vary: draws.vary.clone(),
        method: None,
        samples: draws.samples.clone(),
        seed: draws.seed.clone(),
        sampling: draws.sampling.clone(),
        correlations: draws.correlations.clone(),
        columns: None,
        bad: draws.bad.clone(),
    };
    let asked = SweepOverrides { method: Some("sample".to_owned()), ..SweepOverrides::default() };
    let written = draws.vary.as_ref().map_or(0, |v| v.items.len());
    let spec = of(&sweep, written, draws.place, &[], &asked, diagnostics)?;
    match spec.method {
        Method::Sample(sampling) => Some((spec.axes, sampling)),
        _ => None,
    }
}

/// A sweep that was decoded, of so many variations.
fn of(
    sweep: &Sweep,
    written: usize,
    place: Place,
    more: &[Axis],
    asked: &SweepOverrides,
    diagnostics: &mut Diagnostics,
) -> Option<SweepSpec> {
    let vary = sweep.vary.as_ref()?;
    let mut axes: Vec<Axis> = vary.items.iter().filter_map(|v| Axis::of(v, diagnostics)).collect();
    // What could not be read has been reported.
    if axes.len() < written || !sweep.bad.is_empty() {
        return None;
    }
    axes.extend_from_slice(more);
    let text = |t: &Option<Text>| t.as_ref().map(|t| t.text.clone());
    let mut whole = |amount: &Option<crate::document::Amount>, least: f64, most: f64| -> Option<Option<u64>> {
        let Some(amount) = amount else { return Some(None) };
        let number = amount.quantity.number;
        if amount.quantity.unit.is_some() || number.fract() != 0.0 || !(least..=most).contains(&number) {
            let message = format!("{number} is out of range: it must be a whole number from {least} to {most}");
            diagnostics.error(Code::OutOfRange, amount.place, message, "");
            return None;
        }
        Some(Some(number as u64))
    };
    let samples = whole(&sweep.samples, 1.0, MOST_POINTS as f64);
    let seed = whole(&sweep.seed, 0.0, 9_007_199_254_740_992.0);
    let mut correlations = Vec::new();
    for c in sweep.correlations.iter().flat_map(|l| &l.items) {
        let (Some(between), Some(is)) = (&c.between, &c.is) else { continue };
        let [a, b] = between.items.as_slice() else {
            diagnostics.error(
                Code::InvalidVariation,
                between.place,
                "a correlation needs exactly two variations",
                "give two names",
            );
            return None;
        };
        correlations.push((a.text.clone(), b.text.clone(), is.quantity.number));
    }
    let written = SweepOverrides {
        method: asked.method.clone().or_else(|| text(&sweep.method)),
        samples: asked.samples.or(samples?.map(|n| n as usize)),
        seed: asked.seed.or(seed?),
        sampling: asked.sampling.clone().or_else(|| text(&sweep.sampling)),
        correlations: if asked.correlations.is_empty() { correlations } else { asked.correlations.clone() },
        columns: if asked.columns.is_empty() {
            sweep.columns.iter().flat_map(|l| &l.items).map(|t| t.text.clone()).collect()
        } else {
            asked.columns.clone()
        },
    };
    put_together(axes, written, place, diagnostics)
}

fn put_together(
    axes: Vec<Axis>,
    asked: SweepOverrides,
    place: Place,
    diagnostics: &mut Diagnostics,
) -> Option<SweepSpec> {
    let wrong = |diagnostics: &mut Diagnostics, place, message: String, remedy: &str| {
        diagnostics.error(Code::InvalidVariation, place, message, remedy);
        None
    };
    if axes.is_empty() {
        let remedy = "write `vary: [ { path: offers.aws-h100.price, scale: 0.5..1.5, steps: 11 } ]`";
        return wrong(diagnostics, place, "nothing varies in this sweep".to_owned(), remedy);
    }
    for (i, axis) in axes.iter().enumerate() {
        if axes[..i].iter().any(|a| a.name == axis.name) {
            let message = format!("two variations are called `{}`", axis.name);
            diagnostics.error(Code::DuplicateName, axis.place, message, "give one of them a `name`");
            return None;
        }
    }
    if axes.iter().filter(|a| matches!(a.spread, Spread::Scenarios(_))).count() > 1 {
        let message = "two variations are lists of scenarios".to_owned();
        return wrong(diagnostics, place, message, "write combinations with `+`, as in `a,b,a+b`");
    }
    let random = axes.iter().any(|a| matches!(a.spread, Spread::Random(_)));
    let drawn = asked.samples.is_some() || asked.sampling.is_some() || !asked.correlations.is_empty();
    let usual = if random || drawn { "sample" } else { "grid" };
    let method = match asked.method.as_deref().unwrap_or(usual) {
        "grid" => Method::Grid,
        "list" => Method::List,
        "tornado" => Method::Tornado,
        "sample" => Method::Sample(sampling(&axes, &asked, place, diagnostics)?),
        other => {
            let message = format!("`{other}` is not a method of a sweep");
            let words = ["grid", "list", "tornado", "sample"];
            diagnostics.error(Code::UnknownWord, place, message, suggest(other, words));
            return None;
        }
    };
    if drawn && !matches!(method, Method::Sample(_)) {
        let message = "samples and correlations belong to a random sample".to_owned();
        return wrong(diagnostics, place, message, "write `method: sample`, or leave them out");
    }
    for axis in &axes {
        let fine = match (&method, &axis.spread) {
            (Method::Grid | Method::List, Spread::Range { steps: None, .. }) => {
                Err("this range has no number of steps")
            }
            (Method::Grid | Method::List | Method::Tornado, Spread::Random(_)) => Err("this is drawn at random"),
            (Method::Tornado, Spread::Scenarios(_)) => Err("a scenario has no down and up"),
            (Method::Tornado, Spread::Values(v)) if v.len() != 2 => Err("a tornado needs a low and a high value"),
            _ => Ok(()),
        };
        if let Err(message) = fine {
            let remedy = match message {
                "this range has no number of steps" => "write `1..5/9` or `steps: 9`",
                "this is drawn at random" => "use `method: sample`, or give a range",
                "a scenario has no down and up" => "leave it out, or use a grid",
                _ => "write `*0.8..1.2`",
            };
            return wrong(diagnostics, axis.place, message.to_owned(), remedy);
        }
    }
    let lengths: Vec<usize> = axes.iter().map(|a| length(&a.spread)).collect();
    if method == Method::List && lengths.iter().any(|&n| n != lengths[0]) {
        let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
        let message = format!("the variations of a list differ in their number of values: {}", lengths.join(", "));
        return wrong(diagnostics, place, message, "give every variation the same number of values");
    }
    let points = lengths.iter().fold(1.0, |product, &n| product * n as f64);
    if method == Method::Grid && points > MOST_POINTS as f64 {
        let message = format!("this grid has {points} points, more than {MOST_POINTS}");
        return wrong(diagnostics, place, message, "use fewer steps, or draw a random sample");
    }
    Some(SweepSpec { axes, method, columns: asked.columns })
}

fn sampling(axes: &[Axis], asked: &SweepOverrides, place: Place, diagnostics: &mut Diagnostics) -> Option<Sampling> {
    let Some(samples) = asked.samples else {
        let message = "this random sample does not say how many points to draw";
        diagnostics.error(Code::InvalidVariation, place, message, "write `samples: 1000`");
        return None;
    };
    let latin = match asked.sampling.as_deref() {
        None | Some("latin") => true,
        Some("plain") => false,
        Some(other) => {
            let message = format!("`{other}` is not a way to draw a sample");
            diagnostics.error(Code::UnknownWord, place, message, suggest(other, ["latin", "plain"]));
            return None;
        }
    };
    let mut correlations = Vec::new();
    for (a, b, by) in &asked.correlations {
        let names: Vec<&str> = axes.iter().map(|x| x.name.as_str()).collect();
        let mut find = |name: &str| {
            let number = name.parse::<usize>().ok().filter(|n| (1..=axes.len()).contains(n)).map(|n| n - 1);
            let found = names.iter().position(|n| *n == name).or(number);
            if found.is_none() {
                let message = format!("no variation is called `{name}`");
                diagnostics.error(Code::UnknownId, place, message, suggest(name, names.iter().copied()));
            }
            found
        };
        let (a, b) = (find(a)?, find(b)?);
        if a == b || !(-1.0..=1.0).contains(by) {
            let message = format!("{by} is not a correlation of two variations");
            diagnostics.error(Code::OutOfRange, place, message, "write two names and a number from -1 to 1");
            return None;
        }
        correlations.push((a, b, *by));
    }
    Some(Sampling { samples, seed: asked.seed.unwrap_or(1), latin, correlations })
}

/// How many values an axis has in a grid.
pub(super) fn length(spread: &Spread) -> usize {
    match spread {
        Spread::Range { steps, .. } => steps.unwrap_or(2),
        Spread::Values(values) => values.len(),
        Spread::Scenarios(lists) => lists.len(),
        Spread::Random(_) => 1,
    }
}
