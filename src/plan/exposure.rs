//! Exposure: how each measure is spread over the groups of each dimension.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ledger::{Ledger, measure};
use super::schedule::Schedule;
use super::types::{Exposure, GroupShare};
use crate::model::{Dimension, Group, Measure, Model, Offer, OfferSet};

/// The exposure tables: every dimension and measure over the horizon and, if `by_period`, spend and
/// chips by vendor, cloud, chip and organisation in each period.
#[must_use]
pub fn exposure(model: &Model, schedule: &Schedule, ledger: &Ledger, by_period: bool) -> Vec<Exposure> {
    let all = model.calendar.all();
    let measures = measures(model);
    let every: Vec<Grouping> = dimensions(model).into_iter().map(|d| Grouping::of(model, d)).collect();
    let table =
        |g: &Grouping, of, periods: &Range<usize>, label: &str| g.table(model, schedule, ledger, of, periods, label);
    let mut tables: Vec<Exposure> = Vec::new();
    for grouping in &every {
        tables.extend(measures.iter().filter_map(|&of| table(grouping, of, &all, "horizon")));
    }
    if by_period && model.periods() > 1 {
        let told = [Dimension::Vendor, Dimension::Cloud, Dimension::Chip, Dimension::Organisation];
        for grouping in told.iter().filter_map(|d| every.iter().find(|g| g.dimension == *d)) {
            for of in [Measure::Spend, Measure::Chips] {
                let label = |t: usize| &model.calendar.periods[t].label;
                tables.extend(all.clone().filter_map(|t| table(grouping, of, &(t..t + 1), label(t))));
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
    let known = |o: &Offer| {
        let carbon = |c: &Vec<f64>| (0..c.len()).find(|&t| o.capacity_at(t) > 0.0).is_none_or(|t| !c[t].is_nan());
        o.carbon.as_ref().is_some_and(carbon)
    };
    let emitting = powered && model.offers.iter().all(known);
    Measure::ALL
        .into_iter()
        .filter(|m| match m {
            Measure::Work => units.len() == 1,
            Measure::Power => powered,
            Measure::Carbon => emitting,
            Measure::Spend | Measure::Chips => true,
        })
        .collect()
}

/// The groups of a dimension, each with the offers that are in it.
struct Grouping {
    dimension: Dimension,
    groups: Vec<Group>,
    everything: OfferSet,
}

impl Grouping {
    fn of(model: &Model, dimension: Dimension) -> Self {
        let everything = OfferSet::all(model.offers.len());
        let groups = model.groups(&dimension).into_iter();
        let group = |(name, offers): (String, Vec<_>)| match dimension {
            Dimension::Supply => Group::by_parts(name.as_str(), &model.depends_on(&name)),
            _ => Group::whole(name, OfferSet::listed(model.offers.len(), offers)),
        };
        let groups = groups.map(group).collect();
        Grouping { dimension, groups, everything }
    }

    fn table(
        &self,
        model: &Model,
        schedule: &Schedule,
        ledger: &Ledger,
        of: Measure,
        periods: &Range<usize>,
        label: &str,
    ) -> Option<Exposure> {
        let amount = |offers: &OfferSet| measure(model, schedule, ledger, offers, of, None, periods);
        if self.groups.is_empty() {
            return None;
        }
        let total = amount(&self.everything);
        if total <= 0.0 {
            return None;
        }
        let share = |group: &Group| {
            let amount: f64 = group.portions().into_iter().map(|(part, offers)| part * amount(offers)).sum();
            let investor = || investor(model, &self.dimension, &group.name);
            (amount > 0.0).then(|| GroupShare {
                group: group.name.clone(),
                amount,
                share: amount / total,
                investor: investor(),
            })
        };
        let mut shares: Vec<GroupShare> = self.groups.iter().filter_map(share).collect();
        shares.sort_by(|a, b| b.amount.total_cmp(&a.amount).then_with(|| a.group.cmp(&b.group)));
        let hhi: f64 = shares.iter().map(|s| s.share * s.share).sum();
        Some(Exposure {
            by: self.dimension.word().to_owned(),
            of: of.word().to_owned(),
            period: label.to_owned(),
            groups: shares,
            hhi,
            effective: if hhi > 0.0 { 1.0 / hhi } else { 0.0 },
        })
    }
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
