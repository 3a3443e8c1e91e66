//! A column for each period, made of parts, money out above the line and money in below it.

use maud::html;

use super::frame::{Scale, periods, rows};
use super::{Chart, Part, WIDTH, legend, px};

/// Left edge of the columns.
const LEFT: f64 = 52.0;
/// Upper edge of them: above it stands what the axis is.
const TOP: f64 = 22.0;
/// Height of the plot.
const TALL: f64 = 190.0;

/// What a chart with a column for each period is called, and what its axes are.
pub(in crate::report) struct Frame<'a> {
    pub id: &'a str,
    pub title: String,
    pub description: String,
    /// What the axis at the left is, with its unit.
    pub axis: &'a str,
    /// The periods.
    pub labels: &'a [String],
}

/// Stacked columns from zero, a column for each period.
pub(in crate::report) fn bars(frame: Frame<'_>, parts: &[Part], told: impl Fn(f64) -> String) -> Chart {
    let labels = frame.labels;
    let sum = |t: usize, sign: f64| parts.iter().map(|p| (p.values[t] * sign).max(0.0)).sum::<f64>();
    let most = (0..labels.len()).map(|t| sum(t, 1.0)).fold(0.0, f64::max);
    let least = -(0..labels.len()).map(|t| sum(t, -1.0)).fold(0.0, f64::max);
    let scale = Scale { from: least, to: if most > least { most } else { 1.0 }, start: TOP + TALL, end: TOP };
    let slot = (WIDTH - 8.0 - LEFT) / labels.len().max(1) as f64;
    let width = (slot * 0.8).min(90.0);
    let middle = |t: usize| LEFT + slot * (t as f64 + 0.5);
    let mut blocks = Vec::new();
    for t in 0..labels.len() {
        let (mut up, mut down) = (0.0, 0.0);
        for Part { name, class, values } in parts.iter().filter(|p| p.values[t] != 0.0) {
            let end = if values[t] > 0.0 { &mut up } else { &mut down };
            let from = *end;
            *end += values[t];
            let (top, bottom) = (scale.at(from.max(*end)), scale.at(from.min(*end)));
            let hint = format!("{name}, {}: {}", labels[t], told(values[t]));
            blocks.push((middle(t) - width / 2.0, top, bottom - top, class, hint));
        }
    }
    let names: Vec<_> = parts.iter().map(|p| (p.name.clone(), p.class.clone())).collect();
    let (below, tall) = legend(&names, TOP + TALL + 26.0, WIDTH);
    let body = html! {
        text x="0" y="11" class="faint" { (frame.axis) }
        (rows(&scale, LEFT, &told))
        @for (x, y, height, class, hint) in &blocks {
            rect x=(px(*x)) y=(px(*y)) width=(px(width)) height=(px(*height)) class=(class) { title { (hint) } }
        }
        (periods(labels, middle, TOP + TALL + 16.0, slot))
        (below)
    };
    Chart {
        id: frame.id.to_owned(),
        title: frame.title,
        description: frame.description,
        width: WIDTH,
        height: TOP + TALL + 30.0 + tall,
        body,
    }
}
