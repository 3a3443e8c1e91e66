//! How many chips are held in each future.

use crate::plan::{FutureResult, Plan, UncertaintyResult};
use crate::report::chart::{COLOURS, Chart, Strand, fan as drawn};
use crate::units::human::{count, number};

/// Chips that differ by less, relatively, are the same.
const SAME: f64 = 1e-6;
/// Letters of the names of futures that share a line, beyond which the others are counted.
const NAMES: usize = 30;
/// The lines where there are too many futures for one each, by the part of what may come that holds no more.
const PARTS: [(&str, f64); 5] = [
    ("the least", 0.0),
    ("a quarter holds less", 0.25),
    ("half", 0.5),
    ("a quarter holds more", 0.75),
    ("the most", 1.0),
];

/// Chips held in each period, a line for each future; futures that hold the same have one line.
pub(in crate::report) fn fan(plan: &Plan, u: &UncertaintyResult) -> Option<Chart> {
    let periods = &plan.model.periods;
    let held: Vec<Vec<f64>> = u.futures.iter().map(|f| held(plan, u, f)).collect();
    let most = held.iter().flatten().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let mut alike: Vec<(Vec<&str>, &Vec<f64>)> = Vec::new();
    for (future, values) in u.futures.iter().zip(&held) {
        let same = |own: &Vec<f64>| own.iter().zip(values).all(|(a, b)| (a - b).abs() <= SAME * most);
        match alike.iter_mut().find(|(_, own)| same(own)) {
            Some((names, _)) => names.push(&future.future),
            None => alike.push((vec![&future.future], values)),
        }
    }
    let mut strands: Vec<Strand> = alike.iter().map(|(names, values)| strand(names, values)).collect();
    let each = strands.len() <= COLOURS;
    if !each {
        strands = PARTS.iter().map(|&(name, part)| quantiles(u, &held, name, part)).collect();
    }
    let what = if each {
        "Each line is what is held in a future, period by period; futures that hold the same share one".to_owned()
    } else {
        format!(
            "Of {}, the lines are the least, the quarters by probability, and the most",
            count(held.len(), "future")
        )
    };
    let (widest, least, largest) = (0..periods.len())
        .map(|t| {
            let at = || held.iter().map(|h| h[t]);
            (t, at().fold(f64::INFINITY, f64::min), at().fold(0.0, f64::max))
        })
        .fold((0, 0.0, 0.0), |best, own| if own.2 - own.1 > best.2 - best.1 { own } else { best });
    let spread = if largest - least > SAME * most {
        let label = &periods[widest];
        let (from, to) = (number(least), number(largest));
        format!("The grey range spans from the least to the most; it is widest in {label}, from {from} to {to} chips.")
    } else {
        "As many are held whatever comes.".to_owned()
    };
    let description = format!("{what}. {spread}");
    let title = if largest - least > SAME * most {
        format!("What is held differs most in {}: {} to {} chips", periods[widest], number(least), number(largest))
    } else {
        "As many chips are held whatever comes".to_owned()
    };
    Some(drawn("futures-chips", &title, description, "chips", periods, &strands, number))
}

/// The line of futures that hold the same.
fn strand(futures: &[&str], values: &[f64]) -> Strand {
    let whole = futures.join(", ");
    let name = match futures {
        [first, .., _] if whole.chars().count() > NAMES => format!("{first} and {} more", futures.len() - 1),
        _ => whole.clone(),
    };
    Strand { name, whole, values: values.to_vec() }
}

/// Chips held in a future in each period: those of the nodes that it goes through.
fn held(plan: &Plan, u: &UncertaintyResult, future: &FutureResult) -> Vec<f64> {
    let through =
        |node: Option<&String>| u.nodes.iter().any(|n| Some(&n.node) == node && n.futures.contains(&future.future));
    let mut chips = vec![0.0; plan.model.periods.len()];
    for p in plan.purchases.iter().filter(|p| through(p.node.as_ref())) {
        if let Some(t) = plan.model.periods.iter().position(|label| *label == p.period) {
            chips[t] += p.chips;
        }
    }
    chips
}

/// In each period the chips that a part of what may come holds no more than.
fn quantiles(u: &UncertaintyResult, held: &[Vec<f64>], name: &str, part: f64) -> Strand {
    let even = 1.0 / u.futures.len().max(1) as f64;
    let at = |t: usize| {
        let mut all: Vec<(f64, f64)> =
            held.iter().zip(&u.futures).map(|(h, f)| (h[t], f.probability.unwrap_or(even))).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        let reached = all.iter().find(|(_, likely)| {
            sum += likely;
            sum >= part - 1e-9
        });
        reached.or(all.last()).map_or(0.0, |(chips, _)| *chips)
    };
    let periods = held.first().map_or(0, Vec::len);
    Strand { name: name.to_owned(), whole: name.to_owned(), values: (0..periods).map(at).collect() }
}
