//! Flows between three columns, as wide as they are large (Sankey, 1898).

use std::collections::BTreeMap;

use maud::html;

use super::{Chart, WIDTH, px, short};

/// Width of a node.
const NODE: f64 = 12.0;
/// Height of the plot.
const TALL: f64 = 300.0;
/// Room between nodes.
const ROOM: f64 = 8.0;

/// Where a node is, and how much of it is taken on each side.
struct Node {
    y: f64,
    height: f64,
    before: f64,
    after: f64,
    order: usize,
}

/// Flows by the three names of each; coloured by the middle one, with `class` for the column and the name.
pub(in crate::report) fn flow(
    id: &str,
    title: &str,
    description: String,
    flows: &[([&str; 3], f64)],
    class: impl Fn(usize, &str) -> String,
    told: impl Fn(f64) -> String,
) -> Chart {
    let total: f64 = flows.iter().map(|f| f.1).sum();
    let mut columns: Vec<BTreeMap<&str, f64>> = vec![BTreeMap::new(); 3];
    for (names, amount) in flows {
        names.iter().zip(&mut columns).for_each(|(name, column)| *column.entry(name).or_default() += amount);
    }
    let most = columns.iter().map(BTreeMap::len).max().unwrap_or(1) as f64;
    let tall = TALL.max(most * 26.0);
    let unit = if total > 0.0 { (tall - ROOM * (most - 1.0)) / total } else { 0.0 };
    let places: Vec<BTreeMap<&str, Node>> = columns.iter().map(|column| placed(column, unit, tall)).collect();
    let x = |column: usize| [100.0, 202.0, 302.0][column];
    let mut nodes = places;
    let mut bands = Vec::new();
    // Between two columns flows are added up first: a band for each pair.
    for side in 0..2 {
        let mut pairs: BTreeMap<(usize, usize, &str, &str), f64> = BTreeMap::new();
        for (names, amount) in flows {
            let (from, to) = (names[side], names[side + 1]);
            let order = (nodes[side][from].order, nodes[side + 1][to].order, from, to);
            *pairs.entry(order).or_default() += amount;
        }
        for ((_, _, from, to), amount) in pairs {
            let height = amount * unit;
            let a = nodes[side].get_mut(from).map(|n| {
                let y = n.y + n.after;
                n.after += height;
                y
            });
            let b = nodes[side + 1].get_mut(to).map(|n| {
                let y = n.y + n.before;
                n.before += height;
                y
            });
            let (Some(a), Some(b)) = (a, b) else { continue };
            let chip = if side == 0 { to } else { from };
            let class = class(1, chip);
            bands.push((
                band(x(side) + NODE, a, x(side + 1), b, height),
                class,
                format!("{from} to {to}: {}", told(amount)),
            ));
        }
    }
    let heads = ["workload", "chip", "cloud"];
    let body = html! {
        @for (i, head) in heads.iter().enumerate() {
            text x=(px(x(i) + NODE / 2.0)) y="12" class="middle faint" { (head) }
        }
        @for (path, class, hint) in &bands {
            path d=(path) class={ "band " (class) } { title { (hint) } }
        }
        @for (i, column) in nodes.iter().enumerate() {
            @for (name, node) in column {
                rect x=(px(x(i))) y=(px(node.y)) width=(px(NODE)) height=(px(node.height.max(1.0)))
                    class=(class(i, name)) {
                    title { (name) ": " (told(node.height / unit.max(f64::MIN_POSITIVE))) }
                }
                @let y = px(node.y + node.height / 2.0 + 4.0);
                @if i == 0 { text x=(px(x(0) - 6.0)) y=(y) class="end" { (short(name, 13)) title { (name) } } }
                @else { text x=(px(x(i) + NODE + 5.0)) y=(y) { (short(name, 13)) title { (name) } } }
            }
        }
    };
    Chart { id: id.to_owned(), title: title.to_owned(), description, width: WIDTH, height: tall + 34.0, body }
}

/// Nodes below one another, the largest first, in the middle of the height.
fn placed<'a>(column: &BTreeMap<&'a str, f64>, unit: f64, tall: f64) -> BTreeMap<&'a str, Node> {
    let mut order: Vec<(&str, f64)> = column.iter().map(|(name, amount)| (*name, *amount)).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let gaps = order.len().saturating_sub(1).max(1) as f64;
    let taken: f64 = order.iter().map(|o| o.1 * unit).sum();
    let room = ((tall - taken) / gaps).min(30.0);
    let mut y = 24.0 + (tall - taken - room * (order.len().saturating_sub(1)) as f64) / 2.0;
    let mut nodes = BTreeMap::new();
    for (i, (name, amount)) in order.into_iter().enumerate() {
        let height = amount * unit;
        nodes.insert(name, Node { y, height, before: 0.0, after: 0.0, order: i });
        y += height + room;
    }
    nodes
}

/// A band from one side to the other, bent in the middle.
fn band(x0: f64, y0: f64, x1: f64, y1: f64, height: f64) -> String {
    let middle = px(f64::midpoint(x0, x1));
    let (left, right, from, to) = (px(x0), px(x1), px(y0), px(y1));
    let (from_end, to_end) = (px(y0 + height), px(y1 + height));
    format!(
        "M{left},{from} C{middle},{from} {middle},{to} {right},{to} L{right},{to_end} C{middle},{to_end} {middle},{from_end} {left},{from_end} Z"
    )
}
