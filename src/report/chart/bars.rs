//! A column for each period, made of parts, money out above the line and money in below it.

use maud::html;

use super::frame::{Scale, periods, rows};
use super::{Chart, WIDTH, colour, legend, px};

/// Left edge of the columns.
const LEFT: f64 = 66.0;
/// Height of the plot.
const TALL: f64 = 240.0;

/// Stacked columns: for each part its name and a value for each period.
pub(in crate::report) fn bars(
    id: &str,
    title: &str,
    description: String,
    labels: &[String],
    parts: &[(String, Vec<f64>)],
    told: impl Fn(f64) -> String,
) -> Chart {
    let sum = |t: usize, sign: f64| parts.iter().map(|(_, v)| (v[t] * sign).max(0.0)).sum::<f64>();
    let most = (0..labels.len()).map(|t| sum(t, 1.0)).fold(0.0, f64::max);
    let least = -(0..labels.len()).map(|t| sum(t, -1.0)).fold(0.0, f64::max);
    let scale = Scale { from: least, to: if most > least { most } else { 1.0 }, start: 10.0 + TALL, end: 10.0 };
    let slot = (WIDTH - 8.0 - LEFT) / labels.len().max(1) as f64;
    let width = (slot * 0.8).min(90.0);
    let middle = |t: usize| LEFT + slot * (t as f64 + 0.5);
    let mut blocks = Vec::new();
    for t in 0..labels.len() {
        let (mut up, mut down) = (0.0, 0.0);
        for (i, (name, values)) in parts.iter().enumerate().filter(|(_, (_, v))| v[t] != 0.0) {
            let end = if values[t] > 0.0 { &mut up } else { &mut down };
            let from = *end;
            *end += values[t];
            let (top, bottom) = (scale.at(from.max(*end)), scale.at(from.min(*end)));
            let hint = format!("{name}, {}: {}", labels[t], told(values[t]));
            blocks.push((middle(t) - width / 2.0, top, bottom - top, colour(i), hint));
        }
    }
    let names: Vec<_> = parts.iter().enumerate().map(|(i, (name, _))| (name.clone(), colour(i))).collect();
    let (below, tall) = legend(&names, TALL + 40.0, WIDTH);
    let body = html! {
        (rows(&scale, LEFT, &told))
        @for (x, y, height, class, hint) in &blocks {
            rect x=(px(*x)) y=(px(*y)) width=(px(width)) height=(px(*height)) class=(class) { title { (hint) } }
        }
        (periods(labels, middle, TALL + 28.0, slot))
        (below)
    };
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height: TALL + 44.0 + tall, body }
}
