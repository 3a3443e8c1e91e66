//! What samples say: a row for each with its two numbers, over the range in which the answer is.

use maud::{Markup, html};

use super::frame::{Scale, ticks};
use super::{Chart, NARROW, legend, px};

/// A sample.
pub(in crate::report) struct SampleRow {
    /// What it is.
    pub name: String,
    /// Where its ring is, if it has that number.
    pub ring: Option<f64>,
    /// Where its dot is.
    pub dot: Option<f64>,
}

/// What is drawn.
pub(in crate::report) struct Samples<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: String,
    /// What a ring, a dot and the band are.
    pub names: [&'a str; 3],
    pub rows: &'a [SampleRow],
    /// Lower and upper end of the band; without an upper one it goes on.
    pub band: (f64, Option<f64>),
    /// One more number, and what it is.
    pub mark: Option<(f64, &'a str)>,
    /// What the axis at the bottom is.
    pub axis: &'a str,
}

/// Left edge of the plot.
const LEFT: f64 = 10.0;
/// Right edge of it.
const RIGHT: f64 = NARROW - 10.0;
/// Least and most height of all rows together.
const TALL: (f64, f64) = (60.0, 210.0);
/// Height of a row where there is room for all.
const ROW: f64 = 9.0;
/// Width of a letter, on the safe side.
const LETTER: f64 = 7.2;
/// The same of a strong one.
const STRONG: f64 = 8.4;
/// The part of a number by which an axis of one number alone goes to both sides of it.
const ALONE: f64 = 0.01;

/// Draws samples. `told` writes a number so that it differs from others which are so far from it.
pub(in crate::report) fn samples(drawn: &Samples<'_>, told: impl Fn(f64, f64) -> String) -> Chart {
    let (lower, upper) = drawn.band;
    let numbers = || drawn.rows.iter().flat_map(|r| [r.ring, r.dot]).flatten();
    let all = || numbers().chain([lower]).chain(upper).chain(drawn.mark.map(|m| m.0));
    let (least, most) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (x.min(a), x.max(b)));
    let room = if most - least > 1e-9 * most.abs() { 0.04 * (most - least) } else { ALONE * most.abs().max(1.0) };
    let x = Scale { from: least - room, to: most + room, start: LEFT, end: RIGHT };
    let names: Vec<(String, String)> = drawn
        .names
        .iter()
        .zip(["k1", "ink", "track"])
        .map(|(name, class)| ((*name).to_owned(), class.to_owned()))
        .collect();
    let (above, head) = legend(&names, 0.0, NARROW);
    // Below the legend what the line is, then the ends of the band, then the rows.
    let line = head + if drawn.mark.is_some() { 16.0 } else { 0.0 };
    let top = line + 22.0;
    let tall = (ROW * drawn.rows.len() as f64).clamp(TALL.0, TALL.1);
    let foot = top + tall;
    let y = |row: usize| top + tall * (row as f64 + 0.5) / drawn.rows.len().max(1) as f64;
    let (from, to) = (x.at(lower), upper.map_or(RIGHT, |u| x.at(u)));
    let far = upper.map_or(most - least, |u| u - lower);
    let body = html! {
        (above)
        @if let Some((_, name)) = drawn.mark {
            line x1="13.5" x2="13.5" y1=(px(head + 2.0)) y2=(px(head + 13.0)) class="mark" {}
            text x="24" y=(px(head + 12.0)) { (name) }
        }
        rect x=(px(from)) y=(px(top)) width=(px((to - from).max(1.0))) height=(px(tall)) class="track" {
            title { (drawn.names[2]) }
        }
        @if let Some((at, name)) = drawn.mark {
            line x1=(px(x.at(at))) x2=(px(x.at(at))) y1=(px(top)) y2=(px(foot)) class="mark" {
                title { (name) ": " (told(at, most - least)) }
            }
        }
        (ends(from, to, line + 17.0, &told(lower, far), &upper.map_or_else(|| "no upper end".to_owned(), |u| told(u, far))))
        (axis(&x, foot, drawn.axis, &told))
        @for (i, row) in drawn.rows.iter().enumerate() {
            @if let Some(ring) = row.ring {
                circle cx=(px(x.at(ring))) cy=(px(y(i))) r="3.5" class="k1 ring" {
                    title { (row.name) ", " (drawn.names[0]) ": " (told(ring, most - least)) }
                }
            }
            @if let Some(dot) = row.dot {
                circle cx=(px(x.at(dot))) cy=(px(y(i))) r="2" class="ink" {
                    title { (row.name) ", " (drawn.names[1]) ": " (told(dot, most - least)) }
                }
            }
        }
    };
    Chart {
        id: drawn.id.to_owned(),
        title: drawn.title.to_owned(),
        description: drawn.description.clone(),
        width: NARROW,
        height: foot + 38.0,
        body,
    }
}

/// Both ends of the band above it, each outside of it where there is room, and else at its edge.
fn ends(from: f64, to: f64, y: f64, lower: &str, upper: &str) -> Markup {
    let wide = |text: &str| STRONG * text.chars().count() as f64;
    // From where to where each text goes.
    let left = if from - wide(lower) >= 4.0 { from - 2.0 } else { from + wide(lower) };
    let right = if to + wide(upper) <= NARROW - 4.0 { to + 2.0 } else { to - wide(upper) };
    // A narrow band at an edge of the picture has no room for both.
    let (left, right) =
        if from < NARROW / 2.0 { (left, right.max(left + 6.0)) } else { (left.min(right - 6.0), right) };
    html! {
        text x=(px(left)) y=(px(y)) class="end strong" { (lower) }
        text x=(px(right)) y=(px(y)) class="strong" { (upper) }
    }
}

/// Numbers below the rows, as many as fit, and what they are.
fn axis(x: &Scale, foot: f64, name: &str, told: &impl Fn(f64, f64) -> String) -> Markup {
    let at = ticks(x.from, x.to);
    let apart = at.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(x.to - x.from);
    // Round numbers are told apart by fewer digits than others.
    let texts: Vec<String> = at.iter().map(|tick| told(*tick, 10.0 * apart)).collect();
    let longest = texts.iter().map(|t| t.chars().count()).max().unwrap_or(1) as f64 * LETTER + 10.0;
    let step = (RIGHT - LEFT) * apart / (x.to - x.from);
    let every = (longest / step.max(1.0)).ceil().max(1.0) as usize;
    html! {
        line x1=(px(LEFT)) x2=(px(RIGHT)) y1=(px(foot)) y2=(px(foot)) class="axis" {}
        @for (tick, text) in at.iter().zip(&texts).step_by(every) {
            @let half = text.chars().count() as f64 * LETTER / 2.0;
            line x1=(px(x.at(*tick))) x2=(px(x.at(*tick))) y1=(px(foot)) y2=(px(foot + 4.0)) class="axis" {}
            text x=(px(x.at(*tick).clamp(half, NARROW - half))) y=(px(foot + 17.0)) class="middle faint" { (text) }
        }
        text x=(px(NARROW / 2.0)) y=(px(foot + 33.0)) class="middle faint" { (name) }
    }
}
