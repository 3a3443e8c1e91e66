//! A tornado: which inputs move the cost most.

use crate::analysis::dossier::Dossier;
use crate::analysis::swings::{Moved, PART, Swing};
use crate::report::chart::{Chart, SwingBar, swings as drawn};
use crate::report::summary::basis;
use crate::units::human::{money, number, percent};

/// Most inputs that are drawn.
const MOST: usize = 10;

/// An input in words.
pub(in crate::report) fn name(swing: &Swing) -> String {
    match swing.of {
        Moved::Price => format!("price of {}", swing.id),
        Moved::Demand => format!("demand of {}", swing.id),
    }
}

/// The inputs that move the cost most, a tenth lower and higher.
pub(in crate::report) fn swings(dossier: &Dossier) -> Option<Chart> {
    let plan = &dossier.plan;
    let least = 1e-7 * plan.cost.as_ref()?.total.abs();
    let mut all: Vec<&Swing> = dossier.swings.iter().filter(|s| s.size() > least).collect();
    all.truncate(MOST);
    let first = all.first()?;
    let by = percent(PART);
    let signed = |x: Option<f64>| match x {
        Some(x) if x.abs() <= least => "0".to_owned(),
        Some(x) if x > 0.0 => format!("+{}", number(x)),
        Some(x) => number(x).replace('-', "\u{2212}"),
        None => "no plan".to_owned(),
    };
    let told = |s: &Swing| format!("{} / {}", signed(s.change[0]), signed(s.change[1]));
    let rows: Vec<SwingBar> = all.iter().map(|s| SwingBar { name: name(s), change: s.change, told: told(s) }).collect();
    let what = match first.of {
        Moved::Price => "price",
        Moved::Demand => "demand",
    };
    let title = match first.change {
        [Some(low), Some(high)] => {
            let most = if high.abs() >= low.abs() { high } else { low };
            format!(
                "The {what} of `{}` moves the cost most: {by} is worth {}{}",
                first.id,
                money(most.abs(), &plan.currency),
                basis(plan)
            )
        }
        [low, _] => {
            let side = if low.is_none() { "less" } else { "more" };
            format!("With {by} {side} {what} of `{}` there is no plan", first.id)
        }
    };
    let how = if first.solved {
        "each alone, with the plan re-optimized"
    } else {
        "each alone, with the plan kept as it is: the part of the cost that is paid at that price"
    };
    let description = format!("Change of the cost{} with each input {by} lower and higher, {how}.", basis(plan));
    let axis = format!("change of the cost in {}", plan.currency);
    let sides = [format!("{by} lower"), format!("{by} higher")];
    let sides = [sides[0].as_str(), sides[1].as_str()];
    Some(drawn(("tornado", &title, description), &axis, sides, &rows, number))
}
