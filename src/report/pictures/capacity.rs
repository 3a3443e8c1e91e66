//! What the capacity that is held does, period by period, and from when to when each offer is held.

use std::collections::BTreeMap;

use super::{Palette, ROWS};
use crate::analysis::dossier::Dossier;
use crate::plan::{Plan, Purchase};
use crate::report::chart::{Chart, Frame, Held, INK, Part, bars, held as drawn};
use crate::report::summary::share;
use crate::units::human::{count, number};

/// Chips in use, on standby, ahead of their use and idle, period by period.
pub(in crate::report) fn used(plan: &Plan) -> Option<Chart> {
    let labels = &plan.model.periods;
    if labels.len() < 2 || plan.purchases.is_empty() {
        return None;
    }
    type Of = fn(&Purchase) -> f64;
    let kinds: [(&str, &str, Of); 4] = [
        ("in use", INK, |p| p.used),
        ("on standby", "k1", |p| p.standby),
        ("held ahead of use", "k4", |p| p.filling),
        ("idle", "bad", |p| p.idle),
    ];
    let over_time = |of: Of| {
        let mut values = vec![0.0; labels.len()];
        for p in &plan.purchases {
            if let Some(t) = labels.iter().position(|label| *label == p.period) {
                values[t] += of(p);
            }
        }
        values
    };
    let all = over_time(|p| p.chips);
    let most = all.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let mut parts: Vec<Part> = kinds
        .into_iter()
        .map(|(name, class, of)| Part { name: name.to_owned(), class: class.to_owned(), values: over_time(of) })
        .collect();
    parts.retain(|p| p.values.iter().any(|x| *x > 1e-6 * most));
    let peak = (0..labels.len()).max_by(|a, b| all[*a].total_cmp(&all[*b]))?;
    let at_peak = format!("{} chips are held at the peak, in {}", number(all[peak]), labels[peak]);
    let part = |name: &str| {
        let own = parts.iter().find(|p| p.name == name)?;
        let worst = (0..labels.len())
            .filter(|t| all[*t] > 0.0)
            .max_by(|a, b| (own.values[*a] / all[*a]).total_cmp(&(own.values[*b] / all[*b])))?;
        Some(format!("{} {name} in {}", share(own.values[worst] / all[worst]), labels[worst]))
    };
    let title = match (part("idle"), part("on standby")) {
        (Some(idle), _) => format!("{at_peak}; up to {idle}"),
        (None, Some(standby)) => format!("{at_peak}; up to {standby}"),
        (None, None) => format!("{at_peak}; none stand idle"),
    };
    let description = "Chips held in each period, of all kinds together, by what they do.".to_owned();
    Some(bars(Frame { id: "capacity", title, description, axis: "chips", labels }, &parts, number))
}

/// From when to when each offer is held, and how much of it.
pub(in crate::report) fn held(dossier: &Dossier, palette: &Palette) -> Option<Chart> {
    let plan = &dossier.plan;
    let labels = &plan.model.periods;
    if labels.len() < 2 {
        return None;
    }
    let mut by: BTreeMap<&str, (Vec<f64>, f64)> = BTreeMap::new();
    for p in plan.purchases.iter().filter(|p| p.chips > 0.0) {
        let Some(t) = labels.iter().position(|label| *label == p.period) else { continue };
        let (values, spend) = by.entry(&p.offer).or_insert_with(|| (vec![0.0; labels.len()], 0.0));
        values[t] += p.chips;
        *spend += p.spend;
    }
    let mut order: Vec<(&str, (Vec<f64>, f64))> = by.into_iter().collect();
    order.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then_with(|| a.0.cmp(b.0)));
    let left = order.len().saturating_sub(ROWS);
    order.truncate(ROWS);
    let throughout = order.iter().filter(|(_, (v, _))| v.iter().all(|x| *x > 0.0)).count();
    let all = order.len();
    let rows: Vec<Held> = order
        .into_iter()
        .map(|(offer, (values, _))| {
            let cloud = dossier.offers.iter().find(|o| o.id == offer).map(|o| palette.class("cloud", &o.cloud));
            let most = values.iter().copied().fold(0.0, f64::max);
            let told = format!("up to {} chips", number(most));
            Held { name: offer.to_owned(), class: cloud.unwrap_or_else(|| INK.to_owned()), values, told }
        })
        .collect();
    let largest = rows.iter().max_by(|a, b| {
        let most = |r: &Held| r.values.iter().copied().fold(0.0, f64::max);
        most(a).total_cmp(&most(b))
    })?;
    let whole = match throughout {
        0 => format!("None of {} is held throughout", count(all, "offer")),
        n if n == all => format!("{} held throughout", if all == 1 { "The only offer is" } else { "All offers are" }),
        n => format!("{n} of {} {} held throughout", count(all, "offer"), if n == 1 { "is" } else { "are" }),
    };
    let title = format!("{whole}; the largest is `{}`, {}", largest.name, largest.told);
    let more = if left > 0 { format!(" {} of less spend are left out.", count(left, "offer")) } else { String::new() };
    let description =
        format!("What is held of each offer over time, in the colour of its cloud, all on one scale.{more}");
    Some(drawn(("held", &title, description), labels, &rows, |x| format!("{} chips", number(x))))
}
