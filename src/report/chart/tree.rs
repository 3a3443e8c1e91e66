//! A tree read from left to right and from top to bottom: each node in rows of its own, a step to the right of the node
//! that it follows. Unlike a tree with a column for each step it has room for words at 360 units.

use maud::html;

use super::{Chart, NARROW, px, short};

/// A node, with the edge that leads to it.
pub(in crate::report) struct Branch {
    /// The place of the node that it follows, which is earlier; none for the first.
    pub after: Option<usize>,
    /// What leads to it.
    pub edge: String,
    /// What stands at it: a line and the whole of what it says.
    pub lines: Vec<(String, String)>,
    /// What stands at its end.
    pub end: Option<String>,
}

/// Left edge of the first node.
const LEFT: f64 = 10.0;
/// Widest step to the right.
const STEP: f64 = 28.0;
/// All steps together.
const STEPS: f64 = 112.0;
/// Height of a line of text.
const LINE: f64 = 16.0;
/// Room between nodes.
const ROOM: f64 = 8.0;
/// Width of a letter, on the safe side.
const LETTER: f64 = 6.9;

/// Nodes in the order in which they stand, each after the one that it follows.
pub(in crate::report) fn tree(id: &str, title: &str, description: String, nodes: &[Branch]) -> Chart {
    let mut depths: Vec<usize> = Vec::new();
    for node in nodes {
        depths.push(node.after.and_then(|a| depths.get(a)).map_or(0, |d| d + 1));
    }
    let deepest = depths.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = (STEPS / deepest).min(STEP);
    let mut y = 14.0;
    let mut places: Vec<(f64, f64)> = Vec::new();
    for (node, depth) in nodes.iter().zip(&depths) {
        places.push((LEFT + step * *depth as f64, y));
        y += LINE * (1 + node.lines.len() + usize::from(node.end.is_some())) as f64 + ROOM;
    }
    let fits = |x: f64| ((NARROW - x) / LETTER) as usize;
    let edge = |after: usize, (x, y): (f64, f64)| {
        let from = places[after];
        format!("M{},{} V{} H{}", px(from.0), px(from.1), px(y), px(x))
    };
    let body = html! {
        // Edges first, so that nodes stand on them.
        @for (node, place) in nodes.iter().zip(&places) {
            @if let Some(after) = node.after { path d=(edge(after, *place)) class="edge" {} }
        }
        @for (node, (x, y)) in nodes.iter().zip(&places) {
            @let left = x + 11.0;
            circle cx=(px(*x)) cy=(px(*y)) r="5" class=(if node.end.is_some() { "s2" } else { "s0" }) {}
            text x=(px(left)) y=(px(y + 4.0)) class="strong" { (short(&node.edge, fits(left))) title { (node.edge) } }
            @for (i, (line, whole)) in node.lines.iter().enumerate() {
                text x=(px(left)) y=(px(y + 4.0 + LINE * (i + 1) as f64)) { (short(line, fits(left))) title { (whole) } }
            }
            @if let Some(end) = &node.end {
                text x=(px(left)) y=(px(y + 4.0 + LINE * (node.lines.len() + 1) as f64)) class="faint" { (end) }
            }
        }
    };
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: NARROW, height: y, body }
}
