//! Exposure: how each measure is spread over the groups of each dimension.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ledger::{Ledger, measure};
use super::schedule::Schedule;
use super::types::{Exposure, GroupShare};
use crate::model::{Dimension, Measure, Model};

/// The exposure tables: every dimension and measure over the horizon, and spend and chips by
/// vendor, cloud and organisation in each period.
#[must_use]
pub fn exposure(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<Exposure> {
    let mut tables = Vec::new();
    let measures = measures(model);
    let all = model.calendar.all();
    for dimension in dimensions(model) {
        for &of in &measures {
            tables.extend(table(model, schedule, ledger, &dimension, of, &all, "horizon"));
        }
    }
    if model.periods() > 1 {
        for dimension in [Dimension::Vendor, Dimension::Cloud, Dimension::Organisation] {
            for of in [Measure::Spend, Measure::Chips] {
                for t in all.clone() {
                    let label = &model.calendar.periods[t].label;
                    tables.extend(table(model, schedule, ledger, &dimension, of, &(t..t + 1), label));
                }
            }
        }
    }
    tables
}

/// The built-in dimensions, and every tag of an offer, a chip or a cloud.
fn dimensions(model: &Model) -> Vec<Dimension> {
    let mut tags: BTreeSet<&String> = model.offers.iter().flat_map(|o| o.tags.keys()).collect();
    tags.extend(model.chips.iter().flat_map(|c| c.tags.keys()));
    tags.extend(model.clouds.iter().flat_map(|c| c.tags.keys()));
    let built_in = Dimension::WORDS.into_iter().filter(|w| *w != "offer").map(Dimension::from_word);
    built_in.chain(tags.into_iter().map(|t| Dimension::Tag(t.clone()))).collect()
}

/// The measures that have a meaning for the whole model.
#[must_use]
pub fn measures(model: &Model) -> Vec<Measure> {
    let units: BTreeSet<&str> = model.workloads.iter().map(|w| w.unit.as_str()).collect();
    let powered = model.offers.iter().all(|o| model.chips[o.chip].power.is_some());
    Measure::ALL
        .into_iter()
        .filter(|m| match m {
            Measure::Work => units.len() == 1,
            Measure::Power => powered,
            Measure::Spend | Measure::Chips => true,
        })
        .collect()
}

fn table(
    model: &Model,
    schedule: &Schedule,
    ledger: &Ledger,
    dimension: &Dimension,
    of: Measure,
    periods: &Range<usize>,
    label: &str,
) -> Option<Exposure> {
    let all = vec![true; model.offers.len()];
    let total = measure(model, schedule, ledger, &all, of, None, periods);
    let groups = model.groups(dimension);
    if groups.is_empty() || total <= 0.0 {
        return None;
    }
    let mut shares = Vec::new();
    for (name, offers) in groups {
        let mut mask = vec![false; model.offers.len()];
        offers.iter().for_each(|&o| mask[o] = true);
        let amount = measure(model, schedule, ledger, &mask, of, None, periods);
        if amount > 0.0 {
            let investor = investor(model, dimension, &name);
            shares.push(GroupShare { group: name, amount, share: amount / total, investor });
        }
    }
    shares.sort_by(|a, b| b.amount.total_cmp(&a.amount).then_with(|| a.group.cmp(&b.group)));
    let hhi: f64 = shares.iter().map(|s| s.share * s.share).sum();
    let effective = if hhi > 0.0 { 1.0 / hhi } else { 0.0 };
    Some(Exposure {
        by: dimension.word().to_owned(),
        of: of.word().to_owned(),
        period: label.to_owned(),
        groups: shares,
        hhi,
        effective,
    })
}

/// The stake of the investor that a group is, or that owns it.
fn investor(model: &Model, dimension: &Dimension, group: &str) -> Option<f64> {
    let organisation = match dimension {
        Dimension::Vendor | Dimension::Owner | Dimension::Organisation => group,
        Dimension::Cloud => &model.clouds.iter().find(|c| c.id == group)?.owner,
        _ => return None,
    };
    model.investors.iter().find(|i| i.id == organisation).map(|i| i.stake.unwrap_or(0.0))
}
