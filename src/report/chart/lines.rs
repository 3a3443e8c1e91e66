//! A line through points, over a number.

use maud::html;

use super::frame::{Scale, rows, ticks};
use super::{Chart, WIDTH, px};

/// A dot on the line.
pub(in crate::report) struct Marker {
    /// Where it is.
    pub at: (f64, f64),
    /// What it says.
    pub hint: String,
    /// Whether it stands out.
    pub strong: bool,
}

/// What is drawn.
pub(in crate::report) struct Polyline<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: String,
    /// Pieces that are not joined, each a list of points.
    pub pieces: Vec<Vec<(f64, f64)>>,
    /// Ranges without a value.
    pub gaps: Vec<(f64, f64)>,
    pub markers: Vec<Marker>,
    /// What the axis at the bottom is.
    pub across: &'a str,
    /// What the axis at the left is, with its unit.
    pub axis: &'a str,
    /// From where to where the axis at the left goes; left out, over what there is.
    pub range: Option<Range>,
    /// Whether a marker is added that a slider moves.
    pub movable: bool,
}

/// The ends of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Range {
    /// The lower end.
    pub from: f64,
    /// The upper end.
    pub to: f64,
}

impl Range {
    /// An axis for values from one to another: from zero where they are not far from it, else with a little room, so
    /// that differences are seen. Where it does not begin at zero, a mark says so.
    pub fn over(low: f64, high: f64) -> Self {
        let room = (high - low).max(1e-9 * high.abs()) * 0.05;
        if low >= 0.0 && low < 0.4 * high {
            Range { from: 0.0, to: high }
        } else {
            Range { from: low - room, to: high + room }
        }
    }
}

/// Left edge of the plot.
const LEFT: f64 = 56.0;
/// Upper edge of the plot: above it stands what the axis is.
const TOP: f64 = 22.0;
/// Height of the plot.
const TALL: f64 = 190.0;

/// A chart of a line.
pub(in crate::report) fn lines(
    line: Polyline<'_>,
    across_told: impl Fn(f64) -> String,
    told: impl Fn(f64) -> String,
) -> Chart {
    let points = || line.pieces.iter().flatten().copied().chain(line.markers.iter().map(|m| m.at));
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (x.min(least), x.max(most)))
    };
    let gaps = line.gaps.iter().flat_map(|(a, b)| [*a, *b]);
    let (left, right) = ends(&mut points().map(|p| p.0).chain(gaps));
    let (low, high) = ends(&mut points().map(|p| p.1));
    let range = line.range.unwrap_or_else(|| Range::over(low, high));
    let is_cut = range.from > 0.0;
    let axis = if is_cut { format!("{}; axis cut, it does not begin at 0", line.axis) } else { line.axis.to_owned() };
    let x = Scale { from: left, to: right, start: LEFT, end: WIDTH - 16.0 };
    let y = Scale { from: range.from, to: range.to, start: TOP + TALL, end: TOP };
    let path = |piece: &Vec<(f64, f64)>| {
        let place = |p: &(f64, f64)| format!("{},{}", px(x.at(p.0)), px(y.at(p.1)));
        piece.iter().map(place).collect::<Vec<_>>().join(" ")
    };
    let foot = TOP + TALL;
    let zigzag = format!("M{},{} l-5,-4 l10,-5 l-5,-4", px(LEFT), px(foot - 2.0));
    let body = html! {
        text x="0" y="11" class="faint" { (axis) }
        (rows(&y, LEFT, &told))
        line x1=(px(LEFT)) x2=(px(LEFT)) y1=(px(TOP)) y2=(px(foot - if is_cut { 15.0 } else { 0.0 })) class="axis" {}
        @if is_cut { path d=(zigzag) class="edge" {} }
        @for (from, to) in &line.gaps {
            rect x=(px(x.at(*from))) y=(px(TOP)) width=(px(x.at(*to) - x.at(*from))) height=(px(TALL)) class="gap" {
                title { "no plan" }
            }
        }
        @for tick in ticks(left, right) {
            text x=(px(x.at(tick))) y=(px(foot + 16.0)) class="middle faint" { (across_told(tick)) }
        }
        text x=(px(f64::midpoint(LEFT, WIDTH))) y=(px(foot + 33.0)) class="middle faint" { (line.across) }
        @for piece in &line.pieces {
            polyline points=(path(piece)) class="line" {}
        }
        @for marker in &line.markers {
            circle cx=(px(x.at(marker.at.0))) cy=(px(y.at(marker.at.1))) r=(if marker.strong { "6" } else { "3.5" })
                class=(if marker.strong { "knee" } else { "dot" }) { title { (marker.hint) } }
        }
        @if line.movable {
            circle class="marker" r="7" cx=(px(x.at(left))) cy=(px(y.at(low)))
                data-x0=(x.from) data-x1=(x.to) data-left=(px(x.start)) data-right=(px(x.end))
                data-y0=(y.from) data-y1=(y.to) data-bottom=(px(y.start)) data-top=(px(y.end)) {}
        }
    };
    Chart {
        id: line.id.to_owned(),
        title: line.title.to_owned(),
        description: line.description,
        width: WIDTH,
        height: foot + 40.0,
        body,
    }
}
