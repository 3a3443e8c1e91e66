//! A fan: lines over the periods that part, with the range that they span.

use maud::html;

use super::frame::{Scale, periods, rows};
use super::{Chart, WIDTH, colour, legend, px};

/// One line.
pub(in crate::report) struct Strand {
    /// What it is.
    pub name: String,
    /// The same where there is room for more words.
    pub whole: String,
    /// Its value in each period.
    pub values: Vec<f64>,
}

/// Left edge of the plot.
const LEFT: f64 = 52.0;
/// Upper edge of it: above it stands what the axis is.
const TOP: f64 = 22.0;
/// Height of the plot.
const TALL: f64 = 190.0;

/// The most periods whose values are dots on the lines.
const DOTS: usize = 60;

/// Lines with a value in each period, above 0, and the range between the least and the most of each.
pub(in crate::report) fn fan(
    id: &str,
    title: &str,
    description: String,
    axis: &str,
    labels: &[String],
    strands: &[Strand],
    told: impl Fn(f64) -> String,
) -> Chart {
    let at = |t: usize| strands.iter().map(move |s| s.values[t]);
    let most = (0..labels.len()).flat_map(at).fold(0.0, f64::max);
    let scale = Scale { from: 0.0, to: if most > 0.0 { most } else { 1.0 }, start: TOP + TALL, end: TOP };
    let slot = (WIDTH - 8.0 - LEFT) / labels.len().max(1) as f64;
    let x = |t: usize| LEFT + slot * (t as f64 + 0.5);
    let point = |t: usize, value: f64| format!("{},{}", px(x(t)), px(scale.at(value)));
    let path = |s: &Strand| s.values.iter().enumerate().map(|(t, v)| point(t, *v)).collect::<Vec<_>>().join(" ");
    let above = (0..labels.len()).map(|t| point(t, at(t).fold(f64::NEG_INFINITY, f64::max)));
    let below = (0..labels.len()).rev().map(|t| point(t, at(t).fold(f64::INFINITY, f64::min)));
    let range = above.chain(below).collect::<Vec<_>>().join(" ");
    let names: Vec<_> = strands.iter().enumerate().map(|(i, s)| (s.name.clone(), colour(i))).collect();
    let (named, tall) = legend(&names, TOP + TALL + 26.0, WIDTH);
    let body = html! {
        text x="0" y="11" class="faint" { (axis) }
        polygon points=(range) class="track" {}
        (rows(&scale, LEFT, &told))
        @for (i, s) in strands.iter().enumerate() {
            polyline points=(path(s)) class={ (colour(i)) " stroke" } {}
            @for (t, value) in s.values.iter().enumerate().filter(|_| labels.len() <= DOTS) {
                circle cx=(px(x(t))) cy=(px(scale.at(*value))) r="3.5" class=(colour(i)) {
                    title { (s.whole) ", " (labels[t]) ": " (told(*value)) }
                }
            }
        }
        (periods(labels, x, TOP + TALL + 16.0, slot))
        (named)
    };
    Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        description,
        width: WIDTH,
        height: TOP + TALL + 30.0 + tall,
        body,
    }
}
