//! A bar for each row, with the mark of its limit.

use maud::html;

use super::{Chart, WIDTH, px, short};

/// A row.
pub(in crate::report) struct Bullet {
    /// What it is.
    pub name: String,
    /// How long the bar is, as a part of 1.
    pub value: f64,
    /// Where the mark is.
    pub limit: Option<f64>,
    /// Whether it is beyond what it may be.
    pub bad: bool,
    /// The number at its end.
    pub told: String,
}

/// Left edge of the bars.
const LEFT: f64 = 240.0;
/// Right edge of them.
const RIGHT: f64 = WIDTH - 150.0;
/// Height of a row.
const ROW: f64 = 24.0;

/// Bars from 0 to 1 with their limits.
pub(in crate::report) fn bullets(id: &str, title: &str, description: String, rows: &[Bullet]) -> Chart {
    let at = |x: f64| LEFT + x.clamp(0.0, 1.0) * (RIGHT - LEFT);
    let body = html! {
        @for (i, row) in rows.iter().enumerate() {
            @let y = 6.0 + ROW * i as f64;
            text x=(px(LEFT - 8.0)) y=(px(y + 14.0)) class="end" { (short(&row.name, 36)) title { (row.name) } }
            rect x=(px(LEFT)) y=(px(y + 3.0)) width=(px(RIGHT - LEFT)) height="14" class="track" {}
            rect x=(px(LEFT)) y=(px(y + 3.0)) width=(px(at(row.value) - LEFT)) height="14" class=(if row.bad { "bad" } else { "s0" }) {
                title { (row.name) ": " (row.told) }
            }
            @if let Some(limit) = row.limit {
                line x1=(px(at(limit))) x2=(px(at(limit))) y1=(px(y)) y2=(px(y + 20.0)) class="limit" {}
            }
            text x=(px(RIGHT + 8.0)) y=(px(y + 14.0)) { (row.told) }
        }
    };
    let height = 12.0 + ROW * rows.len() as f64;
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height, body }
}
