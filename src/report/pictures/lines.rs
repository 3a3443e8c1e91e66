//! Who runs where, and the cost against a number.

use super::{Palette, plainly};
use crate::analysis::curve::Curve;
use crate::analysis::dossier::Dossier;
use crate::analysis::frontier::Frontier;
use crate::plan::Plan;
use crate::report::chart::{Chart, Marker, Polyline, Range, flow, lines};
use crate::report::summary::{basis, share};
use crate::units::human::{money, number, percent};

/// Who runs where.
pub(in crate::report) fn flows(dossier: &Dossier, palette: &Palette) -> Option<Chart> {
    let total: f64 = dossier.flows.iter().map(|f| f.chip_hours).sum();
    if total <= 0.0 {
        return None;
    }
    let flows: Vec<([&str; 3], f64)> = dossier
        .flows
        .iter()
        .map(|f| ([f.workload.as_str(), f.chip.as_str(), f.cloud.as_str()], f.chip_hours))
        .collect();
    let mut largest: Vec<_> = dossier.flows.iter().collect();
    largest.sort_by(|a, b| b.chip_hours.total_cmp(&a.chip_hours));
    let told: Vec<String> = largest
        .iter()
        .take(5)
        .map(|f| format!("`{}` on {} at {} {}", f.workload, f.chip, f.cloud, share(f.chip_hours / total)))
        .collect();
    let description =
        format!("All chip-hours of the horizon by workload, chip and cloud; the largest: {}.", told.join(", "));
    let first = largest.first()?;
    let title = format!(
        "`{}` on {} at {} takes {} of all chip-hours",
        first.workload,
        first.chip,
        first.cloud,
        share(first.chip_hours / total)
    );
    let class = |column: usize, name: &str| match column {
        0 => "k1".to_owned(),
        1 => palette.class("chip", name),
        _ => palette.class("cloud", name),
    };
    Some(flow("flows", &title, description, &flows, class, |x| format!("{} chip-hours", number(x))))
}

/// Cost against a measure of dependency.
pub(in crate::report) fn frontier(index: usize, frontier: &Frontier) -> Chart {
    let points: Vec<(f64, f64)> = frontier.points.iter().map(|p| (p.level, p.cost)).collect();
    let of_money = |x: f64| money(x, &frontier.currency);
    let hint = |i: usize| {
        let p = &frontier.points[i];
        format!("{} {}: {}, {} more", frontier.against, number(p.level), of_money(p.cost), of_money(p.premium))
    };
    let markers =
        (0..points.len()).map(|i| Marker { at: points[i], hint: hint(i), strong: frontier.knee == Some(i) }).collect();
    let title = match (frontier.knee.and_then(|k| frontier.points.get(k)), frontier.points.first()) {
        (Some(knee), Some(first)) if knee.premium > first.premium => format!(
            "Going from {} to {} in {} costs {}",
            number(first.level),
            number(knee.level),
            frontier.against,
            of_money(knee.premium - first.premium)
        ),
        _ => format!("What less dependency costs, by {}", frontier.against),
    };
    let knee = frontier.knee_reason.clone().map(|reason| format!("The red dot: {reason}.")).unwrap_or_default();
    let line = Polyline {
        id: &format!("frontier-{index}"),
        title: &title,
        description: format!(
            "Lowest cost at each level of {}. {}",
            frontier.against,
            if knee.is_empty() { frontier.ends.clone() } else { knee }
        ),
        pieces: vec![points],
        gaps: Vec::new(),
        markers,
        across: &frontier.against,
        axis: &format!("cost in {}", frontier.currency),
        range: None,
        movable: false,
    };
    lines(line, number, number)
}

/// The scale that curves share, so that one can be compared with another.
pub(in crate::report) struct Scales {
    range: Option<Range>,
    curves: usize,
    /// What the cost is of: an hour, or a present value.
    basis: &'static str,
}

impl Scales {
    pub fn of(plan: &Plan, curves: &[Curve]) -> Self {
        let all = || curves.iter().flat_map(|c| &c.pieces).flat_map(|p| [p.cost_from, p.cost_to]);
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        Scales { range: (low <= high).then(|| Range::over(low, high)), curves: curves.len(), basis: basis(plan) }
    }
}

/// The cost at a value of what varies.
fn cost_at(curve: &Curve, x: f64) -> Option<f64> {
    let p = curve.pieces.iter().find(|p| p.from <= x && x <= p.to)?;
    let part = if p.to > p.from { (x - p.from) / (p.to - p.from) } else { 0.0 };
    Some(p.cost_from + part * (p.cost_to - p.cost_from))
}

/// The cost as a function of a number.
pub(in crate::report) fn curve(index: usize, curve: &Curve, scales: &Scales) -> Chart {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for p in &curve.pieces {
        let (from, to) = ((p.from, p.cost_from), (p.to, p.cost_to));
        match pieces.last_mut() {
            Some(last) if last.last().is_some_and(|end| end.0 == from.0) => last.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    let scaled = curve.how == "scale";
    let what = plainly(&curve.parameter);
    let one_scale = if scales.curves > 1 { " All curves have one scale." } else { "" };
    let exact = if curve.exact {
        "exact at every point"
    } else {
        "exact at the points that were solved, straight between them"
    };
    let line = Polyline {
        id: &format!("curve-{index}"),
        title: &finding(curve, &what),
        description: format!("Lowest cost, re-optimized, as the {what} changes; {exact}.{one_scale}"),
        pieces,
        gaps: curve.infeasible.iter().map(|g| (g.from, g.to)).collect(),
        markers: Vec::new(),
        across: &across(curve).replace('`', ""),
        axis: &format!("cost in {}{}", curve.currency, scales.basis),
        range: scales.range,
        movable: true,
    };
    lines(line, |x| if scaled { percent(x) } else { number(x) }, number)
}

/// What a curve says.
fn finding(curve: &Curve, what: &str) -> String {
    let of_money = |x: f64| money(x, &curve.currency);
    let ends = cost_at(curve, curve.from).zip(cost_at(curve, curve.to));
    let change = |cost: f64, base: f64| match cost - base {
        d if d.abs() <= 1e-9 * base.abs() => "changes nothing".to_owned(),
        d if d < 0.0 => format!("saves {}", of_money(-d)),
        d => format!("costs {} more", of_money(d)),
    };
    let at = |x: f64| if curve.how == "scale" { percent(x) } else { number(x) };
    if let Some(gap) = curve.infeasible.last() {
        let (side, x) = if gap.to >= curve.to { ("above", gap.from) } else { ("below", gap.to) };
        return format!("With the {what} {side} {} there is no plan", at(x));
    }
    match (ends, cost_at(curve, 1.0)) {
        (Some((low, high)), Some(base)) if curve.how == "scale" && curve.from < 1.0 && 1.0 < curve.to => format!(
            "{} lower {what} {}, {} higher {}",
            percent(1.0 - curve.from),
            change(low, base),
            percent(curve.to - 1.0),
            change(high, base)
        ),
        (Some((low, high)), _) => {
            format!("From one end to the other the {what} moves the cost by {}", of_money((high - low).abs()))
        }
        (None, _) => format!("Cost as the {what} changes"),
    }
}

/// What stands below the axis of a curve.
pub(in crate::report) fn across(curve: &Curve) -> String {
    let unit = curve.unit.as_ref().map_or(String::new(), |u| format!(" in {u}"));
    let what = plainly(&curve.parameter);
    match curve.how.as_str() {
        "scale" => format!("{what} (100 % is as written)"),
        "shift" => format!("added to the {what}{unit}"),
        _ => format!("{what}{unit}"),
    }
}
