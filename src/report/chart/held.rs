//! A timeline of what is held: a strip for each row, as high in each period as there is of it, all on one scale.

use maud::html;

use super::frame::periods;
use super::{Chart, WIDTH, px, short};

/// A row.
pub(in crate::report) struct Held {
    /// What it is.
    pub name: String,
    /// The class of its colour.
    pub class: String,
    /// How much of it there is in each period.
    pub values: Vec<f64>,
    /// The number at the right.
    pub told: String,
}

/// Height of a row, and of the strip in it.
const ROW: f64 = 42.0;
const STRIP: f64 = 22.0;

/// Strips below one another; `reported` is a value in words.
pub(in crate::report) fn held(
    (id, title, description): (&str, &str, String),
    labels: &[String],
    rows: &[Held],
    told: impl Fn(f64) -> String,
) -> Chart {
    let most = rows.iter().flat_map(|r| &r.values).copied().fold(0.0, f64::max);
    let slot = WIDTH / labels.len().max(1) as f64;
    let fits = |told: &str| 60usize.saturating_sub(told.chars().count() + 2).max(8);
    let bottom = ROW * rows.len() as f64;
    let body = html! {
        @for (i, row) in rows.iter().enumerate() {
            @let y = ROW * i as f64;
            @let floor = y + 16.0 + STRIP;
            text x="0" y=(px(y + 12.0)) { (short(&row.name, fits(&row.told))) title { (row.name) } }
            text x=(px(WIDTH)) y=(px(y + 12.0)) class="end faint" { (row.told) }
            line x1="0" x2=(px(WIDTH)) y1=(px(floor)) y2=(px(floor)) class="grid" {}
            @for (t, value) in row.values.iter().enumerate().filter(|(_, v)| **v > 0.0 && most > 0.0) {
                @let high = (value / most * STRIP).max(1.5);
                rect x=(px(slot * t as f64 + 0.5)) y=(px(floor - high)) width=(px((slot - 1.0).max(1.0))) height=(px(high)) class=(row.class) {
                    title { (row.name) ", " (labels[t]) ": " (told(*value)) }
                }
            }
        }
        (periods(labels, |t| slot * (t as f64 + 0.5), bottom + 14.0, slot))
    };
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height: bottom + 20.0, body }
}
