//! What was signed up to a date, and the model in which it is kept.

use std::collections::BTreeMap;

use crate::model::{Edit, Holdings, Model, Period};
use crate::plan::Plan;

/// Less than this is not signed: rounding of an engine, in chips.
const NOTHING: f64 = 1e-6;

/// What was signed up to a date.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Signed {
    /// Chips by offer and the label of the period in which their term begins.
    held: BTreeMap<(String, String), f64>,
    /// Whether optional contracts are signed that are decided.
    pub contracts: BTreeMap<String, bool>,
    /// In so many periods of the model nothing begins that it does not list itself.
    open: usize,
}

/// Chips whose term begins in a period.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::analysis) struct Begun {
    pub offer: String,
    /// The label of the period.
    pub from: String,
    pub chips: f64,
}

impl Signed {
    /// What a model says that is held already.
    pub fn already(model: &Model) -> Self {
        let mut signed = Signed { open: model.holdings().map_or(0, |h| h.open), ..Signed::default() };
        for (&(offer, start), &chips) in model.holdings().iter().flat_map(|h| &h.held) {
            let label = model.calendar().periods[start].label.clone();
            // None of it, too, is what it says.
            signed.held.insert((model.offers()[offer].id.clone(), label), chips);
        }
        signed
    }

    /// All that is held.
    pub fn all(&self) -> impl Iterator<Item = Begun> + '_ {
        self.held.iter().map(|((offer, from), &chips)| Begun { offer: offer.clone(), from: from.clone(), chips })
    }

    /// Holds more of an offer.
    pub fn hold(&mut self, offer: &str, from: &str, chips: f64) {
        if chips >= NOTHING {
            *self.held.entry((offer.to_owned(), from.to_owned())).or_default() += chips;
        }
    }

    /// Holds what a plan reserves or buys for periods with these labels, and was not held of the same offer and period
    /// before; what that is.
    ///
    /// # Errors
    /// The offer of which it is held in some futures only.
    pub fn take(&mut self, plan: &Plan, labels: &[&str]) -> Result<Vec<Begun>, String> {
        let reserved = plan.reservations.iter().map(|r| (&r.offer, &r.from, r.chips, &r.node));
        let bought = plan.assets.iter().map(|a| (&a.offer, &a.bought, a.chips, &a.node));
        let mut more = Signed::default();
        for (offer, from, chips, node) in reserved.chain(bought).filter(|(_, from, ..)| labels.contains(&from.as_str()))
        {
            if node.as_deref().is_some_and(|n| n != "start") {
                return Err(offer.clone());
            }
            if !self.held.contains_key(&(offer.clone(), from.clone())) {
                more.hold(offer, from, Holdings::written(chips));
            }
        }
        let begun: Vec<Begun> = more.all().collect();
        self.held.append(&mut more.held);
        Ok(begun)
    }

    /// What makes a model one in which all of it is kept, and in whose first `settled` periods nothing else begins. What
    /// begins after the horizon is left out.
    pub fn edits(&self, horizon: &[Period], settled: usize) -> Vec<Edit> {
        let settled = settled.max(self.open).min(horizon.len());
        let until = settled.checked_sub(1).map(|t| format!("until: {}, ", horizon[t].label)).unwrap_or_default();
        let held: Vec<String> = self
            .held
            .iter()
            .filter(|((_, from), _)| horizon.iter().any(|p| p.label == *from))
            .map(|((offer, from), chips)| format!("{{ offer: {offer}, from: {from}, chips: {chips} }}"))
            .collect();
        let holdings = Edit::set("holdings", format!("{{ {until}held: [{}] }}", held.join(", ")));
        let decision = |(id, signed): (&String, &bool)| {
            Edit::set(&format!("contracts.{id}.decision"), if *signed { "signed" } else { "refused" })
        };
        std::iter::once(holdings).chain(self.contracts.iter().map(decision)).collect()
    }
}
