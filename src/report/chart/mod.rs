//! Charts as SVG, each with a title, a sentence for those who cannot see it, and no style of its
//! own: colours come from `chart.css`, so that a chart follows the reader's light or dark.
//!
//! A plotting library draws its colours into the picture and knows no flows between three columns;
//! what is drawn here is bars, lines and bands, and `maud` escapes every name in them.

mod bands;
mod bars;
mod bullets;
mod fan;
mod flow;
mod frame;
mod groups;
mod held;
mod lines;
mod samples;
mod swings;
mod tree;

use maud::{Markup, PreEscaped, html};

pub(super) use bands::{bands, together};
pub(super) use bars::{Frame, bars};
pub(super) use bullets::{Bullet, bullets};
pub(super) use fan::{Strand, fan};
pub(super) use flow::flow;
pub(super) use groups::{Group, groups};
pub(super) use held::{Held, held};
pub(super) use lines::{Marker, Polyline, Range, lines};
pub(super) use samples::{SampleRow, Samples, samples};
pub(super) use swings::{SwingBar, swings};
pub(super) use tree::{Branch, tree};

/// The style of every chart.
pub(super) const STYLE: &str = include_str!("chart.css");

/// Width of a chart, in its own units: two stand side by side on a wide screen, and one is read on a phone without
/// scrolling.
const WIDTH: f64 = 400.0;
/// Width of a chart that is read from top to bottom: its letters are large enough on a phone.
const NARROW: f64 = 360.0;
/// How many colours there are; what is beyond them is reported together.
pub(super) const COLOURS: usize = 9;
/// The class of what is no supplier.
pub(super) const INK: &str = "ink";

/// A part of a stacked chart.
pub(super) struct Part {
    /// What it is.
    pub name: String,
    /// The class of its colour.
    pub class: String,
    /// Its value in each period.
    pub values: Vec<f64>,
}

/// A picture.
pub(super) struct Chart {
    /// Short name, for files and links: letters, digits and `-`.
    pub id: String,
    /// What it says: its finding, in a sentence without a full stop.
    pub title: String,
    /// What is drawn, with its unit and basis, and its largest parts.
    pub description: String,
    width: f64,
    height: f64,
    body: Markup,
}

impl Chart {
    /// The picture inside a page that has the style.
    pub fn inline(&self) -> Markup {
        self.svg(&html! {})
    }

    /// The picture as a file of its own.
    pub fn file(&self) -> String {
        let style = html! { style { (PreEscaped(STYLE)) } };
        format!("{}\n", self.svg(&style).into_string())
    }

    fn svg(&self, head: &Markup) -> Markup {
        let (title, description) = (format!("{}-title", self.id), format!("{}-text", self.id));
        let class = if self.width < WIDTH { "chart narrow" } else { "chart" };
        let size = format!("0 0 {} {}", px(self.width), px(self.height));
        html! {
            svg xmlns="http://www.w3.org/2000/svg" class=(class) role="img" viewBox=(size)
                aria-labelledby={ (title) " " (description) } {
                title id=(title) { (self.title.replace('`', "")) }
                desc id=(description) { (self.description.replace('`', "")) }
                (head)
                (self.body)
            }
        }
    }
}

/// A coordinate: a hundredth of a unit is enough.
fn px(x: f64) -> String {
    let text = format!("{x:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The class of a colour of something that is no supplier and is reported apart from others of its kind.
pub(super) fn tone(index: usize) -> String {
    format!("k{}", index.min(5))
}

/// The class of a colour; the last is for what is reported together.
pub(super) fn colour(index: usize) -> String {
    if index < COLOURS { format!("s{index}") } else { "rest".to_owned() }
}

/// A name cut to what fits.
fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['\u{2026}']).collect()
}

/// Names and colours in rows below a chart; returns the height that it takes.
fn legend(names: &[(String, String)], top: f64, wide: f64) -> (Markup, f64) {
    let (mut x, mut y) = (8.0, top + 12.0);
    let mut places = Vec::new();
    for (name, class) in names {
        let name = short(name, 34);
        let width = 26.0 + 6.8 * name.chars().count() as f64;
        if x + width > wide && x > 8.0 {
            (x, y) = (8.0, y + 18.0);
        }
        places.push((x, y, name, class));
        x += width;
    }
    let body = html! {
        @for (x, y, name, class) in &places {
            rect x=(px(*x)) y=(px(y - 9.0)) width="11" height="11" class=(class) {}
            text x=(px(x + 16.0)) y=(px(*y)) { (name) }
        }
    };
    (body, if names.is_empty() { 0.0 } else { y + 10.0 - top })
}
