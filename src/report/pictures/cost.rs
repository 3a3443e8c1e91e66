//! Cost over time, by kind.

use std::collections::BTreeMap;

use super::MONTH;
use crate::plan::{CostKind, Plan};
use crate::report::chart::{Chart, Frame, Part, bars, tone};
use crate::report::summary::{kind, share};
use crate::units::human::{money, number};

/// Cost over time, by kind; nothing of a single period, whose parts are in the table.
pub(in crate::report) fn cost(plan: &Plan) -> Option<Chart> {
    let cost = plan.cost.as_ref()?;
    let labels: Vec<String> = cost.by_period.iter().map(|p| p.period.clone()).collect();
    if labels.len() < 2 {
        return None;
    }
    let mut kinds: BTreeMap<CostKind, Vec<f64>> = BTreeMap::new();
    for (t, period) in cost.by_period.iter().enumerate() {
        for k in &period.kinds {
            kinds.entry(k.kind).or_insert_with(|| vec![0.0; labels.len()])[t] += k.cost;
        }
    }
    // What is lost in rounding of the others has no place in a picture.
    let most = kinds.values().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    kinds.retain(|_, values| values.iter().any(|x| x.abs() > 1e-9 * most));
    if kinds.is_empty() {
        return None;
    }
    let mut all: Vec<(CostKind, Vec<f64>)> = kinds.into_iter().collect();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    all.sort_by(|a, b| sum(&b.1).abs().total_cmp(&sum(&a.1).abs()));
    let told: Vec<String> =
        all.iter().map(|(k, v)| format!("{} {}", kind(*k), money(sum(v), &plan.currency))).collect();
    let whole: f64 = all.iter().map(|(_, v)| sum(v)).sum();
    let (first, first_values) = (kind(all[0].0), sum(&all[0].1));
    let mut parts: Vec<Part> = all
        .into_iter()
        .enumerate()
        .map(|(i, (k, values))| Part { name: kind(k).to_owned(), class: tone(i), values })
        .collect();
    let (mut of, mut axis) = ("cost of each period", format!("{} a period", plan.currency));
    if plan.model.hours.len() == labels.len() {
        // A year would stand beside a month as twelve times as dear.
        let rate = |part: &mut Part| {
            part.values.iter_mut().zip(&plan.model.hours).for_each(|(v, h)| *v *= MONTH / f64::from(*h))
        };
        parts.iter_mut().for_each(rate);
        of = "cost, drawn as what a month (730 hours) of each period costs; in all";
        axis = format!("{} a month", plan.currency);
    }
    let totals: Vec<f64> = (0..labels.len()).map(|t| parts.iter().map(|p| p.values[t]).sum()).collect();
    let peak = (0..labels.len()).max_by(|a, b| totals[*a].total_cmp(&totals[*b]))?;
    let dearest =
        format!("{} is the most expensive period, with {}", labels[peak], money(totals[peak], &plan.currency));
    let dearest = if plan.model.hours.len() == labels.len() { format!("{dearest} a month") } else { dearest };
    let title = if parts.len() > 1 && parts.iter().flat_map(|p| &p.values).all(|x| *x >= 0.0) && whole > 0.0 {
        format!("{dearest}; {first} is {} of all cost", share(first_values / whole))
    } else {
        dearest
    };
    let description = format!("Undiscounted {of}: {}.", told.join(", "));
    Some(bars(Frame { id: "cost", title, description, axis: &axis, labels: &labels }, &parts, number))
}
