//! A tornado: for each input a bar from what the cost becomes with it lower to what it becomes with it higher, all on one
//! scale, the longest on top.

use maud::html;

use super::frame::{Scale, ticks};
use super::{Chart, WIDTH, legend, px, short};

/// An input.
pub(in crate::report) struct SwingBar {
    /// What it is.
    pub name: String,
    /// What the cost changes by with it lower, and higher; `None` where there is no plan.
    pub change: [Option<f64>; 2],
    /// Both as text.
    pub told: String,
}

/// Height of a row.
const ROW: f64 = 34.0;
/// Width of a letter, on the safe side.
const LETTER: f64 = 6.6;

/// Bars around no change. `sides` says what both ends are.
pub(in crate::report) fn swings(
    (id, title, description): (&str, &str, String),
    axis: &str,
    sides: [&str; 2],
    rows: &[SwingBar],
    told: impl Fn(f64) -> String,
) -> Chart {
    let all = || rows.iter().flat_map(|r| r.change).flatten();
    let (least, most) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let scale = Scale { from: least, to: if most > least { most } else { 1.0 }, start: 24.0, end: WIDTH - 24.0 };
    let classes = ["k1", "ink"];
    let names: Vec<(String, String)> =
        sides.iter().zip(classes).map(|(side, class)| ((*side).to_owned(), class.to_owned())).collect();
    let (above, head) = legend(&names, 0.0, WIDTH);
    let foot = head + 6.0 + ROW * rows.len() as f64;
    let fits = |told: &str| ((WIDTH / LETTER) as usize).saturating_sub(told.chars().count() + 2).max(8);
    let body = html! {
        (above)
        @for tick in ticks(scale.from, scale.to) {
            @let x = px(scale.at(tick));
            // Only the line of no change goes through the names.
            @let top = if tick == 0.0 { head + 4.0 } else { foot - 5.0 };
            line x1=(x) x2=(x) y1=(px(top)) y2=(px(foot)) class=(if tick == 0.0 { "axis" } else { "grid" }) {}
            text x=(x) y=(px(foot + 14.0)) class="middle faint" { (told(tick)) }
        }
        line x1="0" x2=(px(WIDTH)) y1=(px(foot)) y2=(px(foot)) class="grid" {}
        @for (i, row) in rows.iter().enumerate() {
            @let y = head + 6.0 + ROW * i as f64;
            text x="0" y=(px(y + 11.0)) { (short(&row.name, fits(&row.told))) title { (row.name) } }
            text x=(px(WIDTH)) y=(px(y + 11.0)) class="end faint" { (row.told) }
            @for (change, class) in row.change.iter().zip(classes) {
                @if let Some(change) = change {
                    @let (from, to) = (scale.at(change.min(0.0)), scale.at(change.max(0.0)));
                    rect x=(px(from)) y=(px(y + 16.0)) width=(px((to - from).max(0.5))) height="11" class=(class) {
                        title { (row.name) ": " (row.told) }
                    }
                }
            }
        }
        text x=(px(WIDTH / 2.0)) y=(px(foot + 30.0)) class="middle faint" { (axis) }
    };
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height: foot + 36.0, body }
}
