//! What a policy signed, date by date.

use super::super::signed::{Begun, Signed};
use crate::model::{Decision, Model};
use crate::plan::{BacktestSigned, Plan};

/// What a policy signed, date by date.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub signed: Signed,
    pub by_date: Vec<BacktestSigned>,
}

impl Course {
    /// What the model says that is held already.
    pub fn of(model: &Model) -> Self {
        let signed = Signed::already(model);
        let already = signed.all().filter(|b| b.chips > 0.0).map(|begun| decided(None, begun)).collect();
        Course { signed, by_date: already }
    }

    /// Reserves or buys at a date.
    pub fn hold(&mut self, date: &str, begun: Begun) {
        self.signed.hold(&begun.offer, &begun.from, begun.chips);
        self.by_date.push(decided(Some(date), begun));
    }

    /// Takes what a plan decides for the periods of some labels; contracts once and for all. What it decides in some futures
    /// only is told apart from what is decided now: the offer of it is the error.
    pub fn take(&mut self, plan: &Plan, date: Option<&str>, labels: &[&str]) -> Result<(), String> {
        let begun = self.signed.take(plan, labels)?;
        self.by_date.extend(begun.into_iter().map(|begun| decided(date, begun)));
        for c in plan.contracts.iter().filter(|c| c.optional) {
            self.signed.contracts.entry(c.contract.clone()).or_insert(c.signed);
        }
        Ok(())
    }

    /// Refuses every optional contract.
    pub fn refusing(mut self, model: &Model) -> Self {
        for c in model.contracts().iter().filter(|c| c.decision == Decision::Optional) {
            self.signed.contracts.insert(c.id.clone(), false);
        }
        self
    }
}

fn decided(date: Option<&str>, Begun { offer, from, chips }: Begun) -> BacktestSigned {
    BacktestSigned { decided: date.map(str::to_owned), offer, from, chips }
}
