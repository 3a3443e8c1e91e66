//! The charts of a dossier: what is drawn of it, and what each says in a sentence.

mod compared;
mod fan;
mod tree;

use std::collections::BTreeMap;

pub(super) use self::compared::compared;
pub(super) use self::fan::fan;
pub(super) use self::tree::tree;
use super::chart::{Bullet, Chart, Line, Marker, bands, bars, bullets, flow, lines};
use super::dependency::served;
use super::summary::{kind, share};
use crate::analysis::curve::Curve;
use crate::analysis::dossier::Dossier;
use crate::analysis::frontier::Frontier;
use crate::plan::{About, Bound, CostKind, Plan};
use crate::units::human::{money, number, percent};

/// Rows of a chart of bars.
const ROWS: usize = 16;
/// Hours of a month, where periods of several lengths stand side by side.
const MONTH: f64 = 730.0;

/// Cost over time, by kind.
pub(super) fn cost(plan: &Plan) -> Option<Chart> {
    let cost = plan.cost.as_ref()?;
    let labels: Vec<String> = cost.by_period.iter().map(|p| p.period.clone()).collect();
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
    let total = |values: &[f64]| money(values.iter().sum(), &plan.currency);
    let mut parts: Vec<(String, Vec<f64>)> = kinds.into_iter().map(|(k, v)| (kind(k).to_owned(), v)).collect();
    let told: Vec<String> = parts.iter().map(|(name, v)| format!("{name} {}", total(v))).collect();
    let (mut of, mut title) = ("cost of each period", format!("Cost over time ({}, undiscounted)", plan.currency));
    if plan.model.hours.len() == labels.len() {
        // A year would stand beside a month as twelve times as dear.
        let rate = |values: &mut Vec<f64>| {
            values.iter_mut().zip(&plan.model.hours).for_each(|(v, h)| *v *= MONTH / f64::from(*h))
        };
        parts.iter_mut().for_each(|(_, values)| rate(values));
        of = "cost, drawn as what a month (730 hours) of each period costs; in all";
        title = format!("Cost over time ({} a month, undiscounted)", plan.currency);
    }
    let description = format!("Undiscounted {of}: {}.", told.join(", "));
    Some(bars("cost", &title, description, &labels, &parts, number))
}

/// Who runs where.
pub(super) fn flows(dossier: &Dossier) -> Option<Chart> {
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
    let description = format!("Parts of all chip-hours, the largest: {}.", told.join(", "));
    Some(flow("flows", "Workload placement (chip-hours)", description, &flows, |x| format!("{} chip-hours", number(x))))
}

/// How the spend is spread over the groups of a dimension in each period.
pub(super) fn exposure(plan: &Plan, by: &str) -> Option<Chart> {
    let periods = &plan.model.periods;
    let whole = plan.exposure.iter().find(|e| e.by == by && e.of == "spend" && e.period == "horizon")?;
    let at = |period: &String| {
        let single = periods.len() == 1;
        plan.exposure
            .iter()
            .find(|e| e.by == by && e.of == "spend" && (e.period == *period || single && e.period == "horizon"))
    };
    let share_of = |group: &str, period: &String| {
        at(period).and_then(|e| e.groups.iter().find(|g| g.group == group)).map_or(0.0, |g| g.share)
    };
    let mut groups: Vec<(String, Vec<f64>)> = whole
        .groups
        .iter()
        .map(|g| (g.group.clone(), periods.iter().map(|p| share_of(&g.group, p)).collect()))
        .collect();
    // No chart without data.
    if groups.iter().all(|(_, shares)| shares.iter().all(|s| *s <= 0.0)) {
        return None;
    }
    // Fees and idle money of contracts that cover several groups belong to none of them.
    let paid = |p: &String| at(p).is_some_and(|e| !e.groups.is_empty());
    let rest: Vec<f64> = periods
        .iter()
        .enumerate()
        .map(|(t, p)| if paid(p) { (1.0 - groups.iter().map(|g| g.1[t]).sum::<f64>()).max(0.0) } else { 0.0 })
        .collect();
    if rest.iter().any(|r| *r > 1e-6) {
        groups.push(("fees and unused commitments of several".to_owned(), rest));
    }
    let told: Vec<String> = whole.groups.iter().take(5).map(|g| format!("{} {}", g.group, share(g.share))).collect();
    let description = format!("Over the horizon: {}. HHI {:.3}.", told.join(", "), whole.hhi);
    Some(bands(&format!("exposure-{by}"), &format!("Spend by {by}"), description, periods, groups))
}

/// The limits on shares, each where it is nearest to what it allows.
pub(super) fn limits(plan: &Plan) -> Option<Chart> {
    let mut nearest: BTreeMap<_, &crate::plan::LimitResult> = BTreeMap::new();
    let room = |l: &crate::plan::LimitResult| (l.limit - l.activity).abs();
    for l in plan.limits.iter().filter(|l| l.unit == "share" || l.unit == "HHI") {
        // Two entries may have one name, but for what they are about.
        let survives = matches!(l.about, Some(About::Survive { .. }));
        let known = nearest.entry((survives, l.requirement.as_deref().unwrap_or(&l.name))).or_insert(l);
        if room(l) < room(known) {
            *known = l;
        }
    }
    let mut rows: Vec<_> = nearest.into_values().collect();
    rows.sort_by(|a, b| room(a).total_cmp(&room(b)).then_with(|| a.name.cmp(&b.name)));
    rows.truncate(ROWS);
    let told = |l: &crate::plan::LimitResult, x: f64| if l.unit == "HHI" { format!("{x:.3}") } else { share(x) };
    let bullet = |l: &&crate::plan::LimitResult| {
        let least = l.bound == Bound::AtLeast;
        Bullet {
            name: l.name.clone(),
            value: l.activity,
            limit: Some(l.limit),
            bad: if least { l.activity < l.limit - 1e-6 } else { l.activity > l.limit + 1e-6 },
            told: format!("{} ({} {})", told(l, l.activity), if least { "least" } else { "most" }, told(l, l.limit)),
        }
    };
    let bars: Vec<Bullet> = rows.iter().map(bullet).collect();
    let description = rows.iter().take(5).map(|l| l.sentence.as_str()).collect::<Vec<_>>().join(" ");
    (!bars.is_empty()).then(|| bullets("limits", "Limits on dependency, each where it is nearest", description, &bars))
}

/// What is still served after each loss.
pub(super) fn resilience(plan: &Plan) -> Option<Chart> {
    let mut losses: Vec<_> = plan.resilience.as_ref()?.iter().collect();
    losses.sort_by(|a, b| a.served.total_cmp(&b.served).then_with(|| a.lost.group.cmp(&b.lost.group)));
    losses.truncate(ROWS);
    let name = |r: &crate::plan::Resilience| format!("{} {}", r.lost.by, r.lost.group);
    let told: Vec<String> = losses.iter().take(5).map(|r| format!("{} {}", name(r), served(r.served))).collect();
    let rows: Vec<Bullet> = losses
        .iter()
        .map(|r| Bullet {
            name: name(r),
            value: r.served,
            limit: r.required,
            bad: r.required.is_some() && !r.survives,
            told: served(r.served),
        })
        .collect();
    let description = format!("Served after the loss of a supplier, the worst first: {}.", told.join(", "));
    (!rows.is_empty()).then(|| bullets("resilience", "Served after the loss of a supplier", description, &rows))
}

/// Cost against a measure of dependency.
pub(super) fn frontier(index: usize, frontier: &Frontier) -> Chart {
    let points: Vec<(f64, f64)> = frontier.points.iter().map(|p| (p.level, p.cost)).collect();
    let hint = |i: usize| {
        let p = &frontier.points[i];
        format!(
            "{} {}: {}, {} more",
            frontier.against,
            number(p.level),
            money(p.cost, &frontier.currency),
            money(p.premium, &frontier.currency)
        )
    };
    let markers =
        (0..points.len()).map(|i| Marker { at: points[i], hint: hint(i), strong: frontier.knee == Some(i) }).collect();
    let line = Line {
        id: &format!("frontier-{index}"),
        title: &format!("Cost against {}", frontier.against),
        description: frontier.knee_reason.clone().unwrap_or_else(|| frontier.ends.clone()),
        pieces: vec![points],
        gaps: Vec::new(),
        markers,
        across: &frontier.against,
        movable: false,
    };
    lines(line, number, number)
}

/// The cost as a function of a number.
pub(super) fn curve(index: usize, curve: &Curve) -> Chart {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for p in &curve.pieces {
        let (from, to) = ((p.from, p.cost_from), (p.to, p.cost_to));
        match pieces.last_mut() {
            Some(last) if last.last().is_some_and(|end| end.0 == from.0) => last.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    let line = Line {
        id: &format!("curve-{index}"),
        title: &format!("Cost for {}", curve.parameter),
        description: format!("{}: {}.", if curve.exact { "Exact" } else { "Not exact" }, curve.basis),
        pieces,
        gaps: curve.infeasible.iter().map(|g| (g.from, g.to)).collect(),
        markers: Vec::new(),
        across: &across(curve),
        movable: true,
    };
    let scaled = curve.how == "scale";
    lines(line, |x| if scaled { percent(x) } else { number(x) }, number)
}

/// What stands below the axis of a curve.
pub(super) fn across(curve: &Curve) -> String {
    let unit = curve.unit.as_ref().map_or(String::new(), |u| format!(" in {u}"));
    match curve.how.as_str() {
        "scale" => format!("{}, as a part of what is written", curve.parameter),
        "shift" => format!("{}, added to what is written{unit}", curve.parameter),
        _ => format!("{}{unit}", curve.parameter),
    }
}

/// Every chart of a dossier, in the order of the page.
pub(super) fn all(dossier: &Dossier) -> Vec<Chart> {
    let plan = &dossier.plan;
    let mut charts: Vec<Chart> = Vec::new();
    if let Some(u) = plan.uncertainty.as_deref() {
        // What is held and runs in one node of the tree is not in another: it cannot be added up over the nodes.
        charts.push(tree(plan, u));
        charts.extend(fan(plan, u));
        charts.extend(compared(plan, u));
        charts.extend(cost(plan));
        return charts;
    }
    charts.extend(cost(plan));
    charts.extend(flows(dossier));
    charts.extend(DIMENSIONS.iter().filter_map(|by| exposure(plan, by)));
    charts.extend(limits(plan));
    charts.extend(resilience(plan));
    charts.extend(dossier.frontiers.iter().enumerate().map(|(i, f)| frontier(i, f)));
    charts.extend(dossier.curves.iter().enumerate().map(|(i, c)| curve(i, c)));
    charts
}

/// The dimensions whose exposure is drawn.
pub(super) const DIMENSIONS: [&str; 3] = ["vendor", "cloud", "chip"];
