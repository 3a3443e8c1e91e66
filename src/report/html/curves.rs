//! Curves with a slider, and frontiers. The slider is exact where the curve is: on a straight piece
//! the cost and what is held are straight too.

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};

use super::{figure, tables};
use crate::analysis::curve::Curve;
use crate::analysis::dossier::Dossier;
use crate::analysis::frontier::Frontier;
use crate::report::{curve as told, frontier as levels, pictures};
use crate::units::human::money;

/// What the sliders read, as JSON that cannot end its element.
pub(super) fn data(dossier: &Dossier) -> io::Result<String> {
    let piece = |c: &Curve| -> Vec<serde_json::Value> {
        let held = |p: &crate::analysis::curve::Piece| -> BTreeMap<String, [f64; 2]> {
            p.chips.iter().map(|h| (h.offer.clone(), [h.from, h.to])).collect()
        };
        c.pieces
            .iter()
            .map(|p| serde_json::json!({ "from": p.from, "to": p.to, "cost": [p.cost_from, p.cost_to], "chips": held(p) }))
            .collect()
    };
    let curves: Vec<serde_json::Value> = dossier
        .curves
        .iter()
        .map(|c| serde_json::json!({ "currency": c.currency, "how": c.how, "pieces": piece(c), "offers": told::changing(&c.pieces) }))
        .collect();
    let text = serde_json::to_string(&serde_json::json!({ "curves": curves })).map_err(io::Error::other)?;
    Ok(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

/// A curve and its slider.
pub(super) fn curve(index: usize, curve: &Curve, scales: &pictures::Scales) -> Markup {
    let chart = pictures::curve(index, curve, scales);
    let (first, last) = (curve.from, curve.to);
    // The start: as it is written, if that is in the range.
    let start = if curve.how == "scale" && first <= 1.0 && 1.0 <= last { 1.0 } else { first };
    let id = format!("slider-{index}");
    html! {
        div class="curve" data-curve=(index) {
            (figure(&chart))
            @if !curve.pieces.is_empty() {
                p class="slider" {
                    label for=(id) { (super::prose(&pictures::across(curve))) }
                    input type="range" id=(id) min=(first) max=(last) step="any" value=(start);
                }
                p class="reading" aria-live="polite" {
                    "Move the slider for the cost and what is held" (if curve.exact { ", exact between the breakpoints." } else { ", straight between the points that were solved." })
                }
            }
        }
    }
}

/// The pieces of a curve, folded; apart from the picture, since they are wide.
pub(super) fn folded(curve: &Curve) -> Markup {
    let what = super::prose(&pictures::plainly(&curve.parameter));
    html! { details { summary { "Pieces of the curve of the " (what) " (" (curve.pieces.len()) ")" } (pieces(curve)) } }
}

fn pieces(curve: &Curve) -> Markup {
    let (columns, rows, foot) = told::pieces(curve, usize::MAX);
    let columns: Vec<(&str, bool)> = columns.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    tables::named("Pieces", &columns, &rows, foot.as_deref())
}

/// A frontier and its points.
pub(super) fn frontier((index, frontier): (usize, &Frontier)) -> Markup {
    let chart = pictures::frontier(index, frontier);
    let all = frontier.points.last().map(|p| money(p.premium, &frontier.currency));
    html! {
        div {
        (figure(&chart))
        @if let Some(all) = all { p class="note" { (super::capitalised(&frontier.ends)) ". All the way it costs " (all) " more." } }
        @for line in levels::failed(frontier) { p class="note" { (line) } }
        details { summary { "Points (" (frontier.points.len()) ")" } (tables::open(&levels::points(frontier))) }
        }
    }
}
