//! Axes: where numbers and periods are in a picture.

use maud::{Markup, html};

use super::{WIDTH, px};

/// A straight scale from numbers to places.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub from: f64,
    pub to: f64,
    /// Places of both ends.
    pub start: f64,
    pub end: f64,
}

impl Scale {
    /// Where a number is.
    pub fn at(&self, x: f64) -> f64 {
        if self.to == self.from {
            return f64::midpoint(self.start, self.end);
        }
        self.start + (x - self.from) / (self.to - self.from) * (self.end - self.start)
    }
}

/// About five round numbers that cover a range, 1, 2 or 5 times a power of ten apart.
pub(super) fn ticks(from: f64, to: f64) -> Vec<f64> {
    let width = to - from;
    if !width.is_finite() || width <= 0.0 {
        return vec![from];
    }
    let rough = width / 6.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(rough);
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Lines across with their numbers at the left.
pub(super) fn rows(scale: &Scale, left: f64, label: impl Fn(f64) -> String) -> Markup {
    html! {
        @for tick in ticks(scale.from, scale.to) {
            @let y = scale.at(tick);
            line x1=(px(left)) x2=(px(WIDTH - 8.0)) y1=(px(y)) y2=(px(y)) class=(if tick == 0.0 { "axis" } else { "grid" }) {}
            text x=(px(left - 6.0)) y=(px(y + 4.0)) class="end faint" { (label(tick)) }
        }
    }
}

/// Names of periods below their columns, as many as fit.
pub(super) fn periods(labels: &[String], middle: impl Fn(usize) -> f64, y: f64, width: f64) -> Markup {
    let longest = labels.iter().map(|l| l.chars().count()).max().unwrap_or(1) as f64 * 7.2 + 14.0;
    let every = (longest / width.max(1.0)).ceil().max(1.0) as usize;
    html! {
        @for (i, label) in labels.iter().enumerate().filter(|(i, _)| i % every == 0) {
            // A name at an end is moved to where all of it is seen.
            @let half = label.chars().count() as f64 * 3.8;
            text x=(px(middle(i).clamp(half, (WIDTH - half).max(half)))) y=(px(y)) class="middle faint" { (label) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers() {
        assert_eq!(ticks(0.0, 10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(0.4, 1.6).len(), 7);
        assert_eq!(ticks(3.0, 3.0), [3.0]);
        let scale = Scale { from: 0.0, to: 10.0, start: 100.0, end: 0.0 };
        assert_eq!(scale.at(2.5), 75.0);
    }
}
