//! Facts of a model that both the program and the audit of a plan need: where money belongs, what a chip
//! costs, what a placement costs, what is held today, which limits gain by holding more.
//!
//! They are shared on purpose and stated here once, each with a test by hand; all else the audit works out
//! by itself.

use super::types::{Contract, Decision, LimitKind, Measure, Model};

/// How offers are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceBy {
    /// By the ecosystem of their chips.
    Ecosystem,
    /// By cloud.
    Cloud,
    /// Each by itself.
    Offer,
}

impl PlaceBy {
    /// The group of an offer; chips without an ecosystem are each one of their own.
    #[must_use]
    pub fn group(self, model: &Model, offer: usize) -> String {
        let o = &model.offers[offer];
        match self {
            PlaceBy::Ecosystem => {
                let chip = &model.chips[o.chip];
                chip.ecosystem.clone().unwrap_or_else(|| chip.id.clone())
            }
            PlaceBy::Cloud => model.clouds[o.cloud].id.clone(),
            PlaceBy::Offer => o.id.clone(),
        }
    }
}

/// Undiscounted money for a workload that runs in a group, and the period at whose start it is paid.
#[must_use]
pub fn placement_cost(model: &Model, workload: usize, by: PlaceBy, group: &str) -> Option<(usize, f64)> {
    let w = &model.workloads[workload];
    match by {
        PlaceBy::Ecosystem => w.porting.iter().find(|p| p.ecosystem == group).map(|p| (0, p.cost)),
        PlaceBy::Cloud => {
            let data = w.data.as_ref()?;
            let cloud = model.clouds.iter().position(|c| c.id == group)?;
            (!data.home[cloud]).then_some((w.window.start, data.cost))
        }
        PlaceBy::Offer => None,
    }
}

/// Whether what is paid under a contract besides its offers' prices belongs to a group: it does if
/// every offer that it covers is in the group. What covers nothing belongs only to everything.
#[must_use]
pub fn contract_inside(contract: &Contract, group: &[bool]) -> bool {
    let everything = !group.contains(&false);
    let covers_some = contract.covers.contains(&true);
    everything || (covers_some && contract.covers.iter().zip(group).all(|(covered, inside)| !covered || *inside))
}

/// Price of a chip-hour of an offer in a period, less the discount of the signed contract that
/// covers it; the price of the first chips where it depends on the quantity.
///
/// A reservation's price was fixed when it started; where the offer has no price any more the last
/// known one counts.
#[must_use]
pub fn unit_price(model: &Model, offer: usize, period: usize) -> f64 {
    let prices = &model.offers[offer].price;
    let price = (0..=period).rev().map(|t| prices[t]).find(|p| !p.is_nan()).unwrap_or(0.0);
    let signed = |c: &&Contract| c.decision == Decision::Signed;
    let covering = model.contracts.iter().filter(signed).find(|c| c.covers[offer] && c.active.contains(&period));
    price * (1.0 - covering.map_or(0.0, |c| c.discount))
}

/// Chips of a group that run today.
#[must_use]
pub fn held_today(model: &Model, group: &[bool]) -> f64 {
    let running = model.baseline.iter().flat_map(|b| &b.running);
    running.filter(|r| group[r.offer]).map(|r| r.chips).sum()
}

/// Whether a limit measures what is held or paid, so that holding more, or paying more, could help to meet
/// it: the total of a ratio grows.
#[must_use]
pub fn is_ratio_of_held(kind: &LimitKind) -> bool {
    match kind {
        LimitKind::Share { measure, workloads, .. }
        | LimitKind::Floor { measure, workloads, .. }
        | LimitKind::Concentration { measure, workloads, .. }
        | LimitKind::Suppliers { measure, workloads, .. } => *measure != Measure::Work && workloads.is_none(),
        LimitKind::Budget { .. } | LimitKind::Power { .. } | LimitKind::Ramp { .. } => false,
    }
}
