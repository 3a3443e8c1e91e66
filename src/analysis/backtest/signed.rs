//! What was signed up to a date.

use std::collections::BTreeMap;

use crate::model::{Decision, Holdings, Model};
use crate::plan::{BacktestSigned, Plan};

/// Less than this is not signed: rounding of an engine, in chips.
const NOTHING: f64 = 1e-6;

/// What was signed up to a date.
#[derive(Clone, Debug, Default)]
pub(super) struct Signed {
    /// Chips by offer and the label of the period in which their term begins.
    pub held: BTreeMap<(String, String), f64>,
    /// Whether each optional contract is signed, as soon as that is decided.
    pub contracts: BTreeMap<String, bool>,
    /// The same in the order in which it was decided.
    pub by_date: Vec<BacktestSigned>,
}

impl Signed {
    /// What the model says that is held already.
    pub fn already(model: &Model) -> Self {
        let mut signed = Signed::default();
        for (&(offer, start), &chips) in model.holdings().iter().flat_map(|h| &h.held) {
            let label = model.calendar().periods[start].label.clone();
            signed.add(None, (model.offers()[offer].id.clone(), label), chips);
        }
        signed
    }

    pub fn add(&mut self, decided: Option<&str>, key: (String, String), chips: f64) {
        let chips = Holdings::written(chips);
        if chips < NOTHING {
            return;
        }
        let (offer, from) = key.clone();
        self.by_date.push(BacktestSigned { decided: decided.map(str::to_owned), offer, from, chips });
        *self.held.entry(key).or_default() += chips;
    }

    /// Takes what a plan decides for the periods of some labels; contracts once and for all.
    pub fn take(&mut self, plan: &Plan, date: &str, labels: &[&str]) {
        let now = |node: &Option<String>| node.as_deref().is_none_or(|n| n == "start");
        for r in plan.reservations.iter().filter(|r| !r.already && now(&r.node) && labels.contains(&r.from.as_str())) {
            self.add(Some(date), (r.offer.clone(), r.from.clone()), r.chips);
        }
        for a in plan.assets.iter().filter(|a| now(&a.node) && labels.contains(&a.bought.as_str())) {
            self.add(Some(date), (a.offer.clone(), a.bought.clone()), a.chips);
        }
        for c in plan.contracts.iter().filter(|c| c.optional) {
            self.contracts.entry(c.contract.clone()).or_insert(c.signed);
        }
    }

    /// Refuses every optional contract.
    pub fn refusing(mut self, model: &Model) -> Self {
        for c in model.contracts().iter().filter(|c| c.decision == Decision::Optional) {
            self.contracts.insert(c.id.clone(), false);
        }
        self
    }
}
