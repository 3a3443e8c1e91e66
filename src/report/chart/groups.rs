//! Bars in groups, below one another, with the number at the end of each: what differs by little is read there.

use maud::html;

use super::frame::Scale;
use super::{Chart, NARROW, legend, px, short, tone};

/// A group of bars.
pub(in crate::report) struct Group {
    /// What it is.
    pub name: String,
    /// A bar for each series.
    pub values: Vec<f64>,
    /// Where its mark is.
    pub mark: f64,
    /// What the mark is.
    pub marked: String,
}

/// Left edge of the plot.
const LEFT: f64 = 8.0;
/// Right edge of it.
const RIGHT: f64 = NARROW - 64.0;
/// Height of a bar with the room below it.
const ROW: f64 = 16.0;
/// Height of the name of a group.
const HEAD: f64 = 18.0;
/// Room below a group.
const ROOM: f64 = 10.0;

/// Groups of bars from 0, one bar for each of the series.
pub(in crate::report) fn groups(
    id: &str,
    title: &str,
    description: String,
    series: &[&str],
    groups: &[Group],
    told: impl Fn(f64) -> String,
) -> Chart {
    let all = || groups.iter().flat_map(|g| g.values.iter().copied().chain([g.mark]));
    let (least, most) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let scale = Scale { from: least, to: if most > least { most } else { 1.0 }, start: LEFT, end: RIGHT };
    let names: Vec<(String, String)> = series.iter().enumerate().map(|(i, s)| ((*s).to_owned(), tone(2 * i))).collect();
    let (above, head) = legend(&names, 0.0, NARROW);
    let tall = HEAD + ROW * series.len() as f64 + ROOM;
    let top = |group: usize| head + 10.0 + tall * group as f64;
    let bar = |value: f64| {
        let (from, to) = (scale.at(value.min(0.0)), scale.at(value.max(0.0)));
        (from, to - from)
    };
    let body = html! {
        (above)
        @for (i, group) in groups.iter().enumerate() {
            @let y = top(i);
            text x=(px(LEFT)) y=(px(y + 12.0)) class="strong" { (short(&group.name, 50)) title { (group.name) } }
            @for (j, value) in group.values.iter().enumerate() {
                @let (from, wide) = bar(*value);
                @let line = y + HEAD + ROW * j as f64;
                rect x=(px(from)) y=(px(line)) width=(px(wide)) height="12" class=(tone(2 * j)) {
                    title { (group.name) ", " (series.get(j).copied().unwrap_or_default()) ": " (told(*value)) }
                }
                text x=(px(RIGHT + 6.0)) y=(px(line + 10.0)) { (told(*value)) }
            }
            line x1=(px(scale.at(group.mark))) x2=(px(scale.at(group.mark))) y1=(px(y + HEAD - 3.0)) y2=(px(y + tall - ROOM)) class="mark" {
                title { (group.name) ", " (group.marked) ": " (told(group.mark)) }
            }
        }
    };
    let height = top(groups.len());
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: NARROW, height, body }
}
