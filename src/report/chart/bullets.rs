//! A bar for each row with its name and number above it, and the mark of its limit.

use maud::html;

use super::{Chart, WIDTH, px, short};

/// A row.
pub(in crate::report) struct Bullet {
    /// What it is.
    pub name: String,
    /// The class of its colour.
    pub class: String,
    /// How long the bar is, as a part of 1.
    pub value: f64,
    /// Where the mark is.
    pub limit: Option<f64>,
    /// Whether it is beyond what it may be.
    pub bad: bool,
    /// The number at the right.
    pub told: String,
}

/// Height of a row.
const ROW: f64 = 34.0;
/// Width of a letter, on the safe side.
const LETTER: f64 = 6.6;

/// Bars from 0 to 1 with their limits.
pub(in crate::report) fn bullets(id: &str, title: &str, description: String, rows: &[Bullet]) -> Chart {
    let at = |x: f64| x.clamp(0.0, 1.0) * WIDTH;
    let fits = |told: &str| ((WIDTH / LETTER) as usize).saturating_sub(told.chars().count() + 2).max(8);
    let body = html! {
        @for (i, row) in rows.iter().enumerate() {
            @let y = 4.0 + ROW * i as f64;
            text x="0" y=(px(y + 11.0)) { (short(&row.name, fits(&row.told))) title { (row.name) } }
            text x=(px(WIDTH)) y=(px(y + 11.0)) class="end" { (row.told) }
            rect x="0" y=(px(y + 16.0)) width=(px(WIDTH)) height="10" class="track" {}
            rect x="0" y=(px(y + 16.0)) width=(px(at(row.value))) height="10" class=(if row.bad { "bad" } else { &row.class }) {
                title { (row.name) ": " (row.told) }
            }
            @if let Some(limit) = row.limit {
                @let x = px(at(limit).clamp(1.5, WIDTH - 1.5));
                line x1=(x) x2=(x) y1=(px(y + 13.0)) y2=(px(y + 29.0)) class="limit" {}
            }
        }
    };
    let height = 8.0 + ROW * rows.len() as f64;
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height, body }
}
