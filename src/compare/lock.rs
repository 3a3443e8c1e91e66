//! A plan that was agreed, kept in a file beside the model: what was decided, and what it costs. A later plan is compared
//! with it, within tolerances that stand in the file.

use std::collections::{BTreeMap, BTreeSet};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::SAME;
use super::types::{Change, ChipsChange, Flip, PurchaseChange};
use crate::plan::Plan;

/// The version of the format that is written and read.
const FORMAT: u32 = 1;
/// The dimensions of which shares are kept: who sells chips, and who operates them.
const SHARES: [&str; 2] = ["vendor", "cloud"];

/// A plan that was agreed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Version of the program that wrote it.
    pub polysource: String,
    /// Version of this format.
    pub lock: u32,
    /// What was solved.
    pub model: LockedModel,
    /// Currency of all money.
    pub currency: String,
    /// How much a later plan may differ.
    #[serde(default)]
    pub tolerance: Tolerance,
    /// Discounted cost.
    pub cost: f64,
    /// Contracts that are signed.
    pub signed: Vec<String>,
    /// Optional contracts that are not signed.
    pub not_signed: Vec<String>,
    /// Shares in spend over the horizon, by vendor and by cloud.
    pub shares: BTreeMap<String, BTreeMap<String, f64>>,
    /// Chips held of each offer in each period.
    pub purchases: BTreeMap<String, BTreeMap<String, f64>>,
}

/// The model of a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LockedModel {
    /// Its name.
    pub name: String,
    /// SHA-256 of everything that was read. Another one is no difference by itself.
    pub sha256: String,
    /// Scenarios applied.
    #[serde(default)]
    pub scenarios: Vec<String>,
}

/// How much a later plan may differ from a lock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Tolerance {
    /// Change of the cost, as a part of what it was.
    pub cost: f64,
    /// Change of a share: 0.01 is one percentage point.
    pub share: f64,
    /// Change of the chips held of an offer in a period, as a part of the larger number.
    pub chips: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        // The gap at which a search over integers ends by default is 0.01 %.
        Tolerance { cost: 2e-4, share: 1e-3, chips: 1e-3 }
    }
}

/// Why a text is no lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockUnread {
    /// It is not JSON, or has not the keys of a lock.
    #[error("line {line}: {what}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// It is of another version.
    #[error("it is of format {0}, and this program reads format {FORMAT}")]
    Version(u32),
    /// A tolerance or an amount has no meaning.
    #[error("`{0}` must be a finite number of 0 or more")]
    Number(&'static str),
}

/// A number to ten digits: what is beyond them is rounding, and would differ between machines.
fn short(x: f64) -> f64 {
    format!("{x:.9e}").parse().unwrap_or(x)
}

impl Lock {
    /// Of a plan, and what it is in each future, as likely as it is. `None` without a cost.
    #[must_use]
    pub fn of(plan: &Plan, futures: &[(f64, Plan)]) -> Option<Self> {
        let expected = plan.expected();
        let cost = expected.cost.as_ref()?.total;
        let owned = |(period, chips): (&str, f64)| (period.to_owned(), chips);
        let of = |(offer, by): (&str, BTreeMap<&str, f64>)| (offer.to_owned(), by.into_iter().map(owned).collect());
        let mut purchases: BTreeMap<String, BTreeMap<String, f64>> = expected.held().into_iter().map(of).collect();
        // What is next to nothing is rounding, and would come and go.
        let most = purchases.values().flat_map(BTreeMap::values).fold(0.0, |most: f64, x| most.max(*x));
        for held in purchases.values_mut() {
            held.retain(|_, chips| *chips > SAME * most);
            held.values_mut().for_each(|chips| *chips = short(*chips));
        }
        purchases.retain(|_, held| !held.is_empty());
        let contracts = |signed: bool| -> Vec<String> {
            let decided = expected.contracts.iter().filter(|c| c.signed == signed && (signed || c.optional));
            decided.map(|c| c.contract.clone()).collect::<BTreeSet<_>>().into_iter().collect()
        };
        Some(Lock {
            polysource: env!("CARGO_PKG_VERSION").to_owned(),
            lock: FORMAT,
            model: LockedModel {
                name: plan.model.name.clone(),
                sha256: plan.model.sha256.clone(),
                scenarios: plan.model.scenarios.clone(),
            },
            currency: plan.currency.clone(),
            tolerance: Tolerance::default(),
            cost: short(cost),
            signed: contracts(true),
            not_signed: contracts(false),
            shares: SHARES.iter().map(|by| ((*by).to_owned(), shares(by, futures))).collect(),
            purchases,
        })
    }

    /// Reads what [`Self::to_text`] writes.
    ///
    /// # Errors
    /// [`LockUnread`] if it is none.
    pub fn read(text: &str) -> Result<Self, LockUnread> {
        let lock: Lock = serde_json::from_str(text).map_err(|e| {
            let told = e.to_string();
            let what = told.split(" at line ").next().unwrap_or(&told).to_owned();
            LockUnread::Form { line: e.line(), what }
        })?;
        if lock.lock != FORMAT {
            return Err(LockUnread::Version(lock.lock));
        }
        let Tolerance { cost, share, chips } = lock.tolerance;
        let numbers = [("tolerance.cost", cost), ("tolerance.share", share), ("tolerance.chips", chips)];
        match numbers.into_iter().find(|(_, x)| !x.is_finite() || *x < 0.0) {
            Some((name, _)) => Err(LockUnread::Number(name)),
            None => Ok(lock),
        }
    }

    /// The text of the file: JSON, in an order that does not depend on anything.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Nothing in it can fail to be written: its keys are text and its numbers finite.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// What differs in a later plan by more than the tolerances of this lock.
    #[must_use]
    pub fn compared(&self, file: &str, later: &Lock) -> LockDiff {
        let cost = Change::amount(Some(self.cost), Some(later.cost));
        let contracts: BTreeSet<&String> =
            [self, later].into_iter().flat_map(|l| l.signed.iter().chain(&l.not_signed)).collect();
        let signed = |lock: &Lock, id: &String| {
            lock.signed.contains(id).then_some(true).or(lock.not_signed.contains(id).then_some(false))
        };
        let decisions = contracts.into_iter().map(|id| LockedDecision {
            contract: id.clone(),
            signed: Flip { before: signed(self, id), after: signed(later, id) },
        });
        let mut shares = Vec::new();
        for (by, before) in &self.shares {
            let none = BTreeMap::new();
            let after = later.shares.get(by).unwrap_or(&none);
            for group in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let share = Change::amount(before.get(group).copied(), after.get(group).copied());
                if share.size() > self.tolerance.share.max(SAME) {
                    shares.push(LockedShare { by: by.clone(), group: group.clone(), share });
                }
            }
        }
        LockDiff {
            file: file.to_owned(),
            same_input: self.model == later.model,
            same_currency: self.currency == later.currency,
            tolerance: self.tolerance,
            cost: LockedChange { change: cost, differs: cost.size() > self.tolerance.cost.max(SAME) * self.cost.abs() },
            decisions: decisions.filter(|d| d.signed.differs()).collect(),
            shares,
            purchases: self.purchases_of(later),
        }
    }

    fn purchases_of(&self, later: &Lock) -> Vec<PurchaseChange> {
        let none = BTreeMap::new();
        let mut all = Vec::new();
        for offer in self.purchases.keys().chain(later.purchases.keys()).collect::<BTreeSet<_>>() {
            let of = |lock: &Lock| lock.purchases.get(offer).unwrap_or(&none).clone();
            let (before, after) = (of(self), of(later));
            let periods = before.keys().chain(after.keys()).collect::<BTreeSet<_>>().into_iter().map(|period| {
                let chips = Change::amount(before.get(period).copied(), after.get(period).copied());
                ChipsChange { period: period.clone(), chips }
            });
            let larger = |c: &Change| c.before.unwrap_or(0.0).max(c.after.unwrap_or(0.0));
            let differs = |c: &Change| c.size() > self.tolerance.chips.max(SAME) * larger(c);
            let periods: Vec<ChipsChange> = periods.filter(|p| differs(&p.chips)).collect();
            if !periods.is_empty() {
                all.push(PurchaseChange { offer: offer.clone(), spend: Change::level(None, None), periods });
            }
        }
        all
    }
}

/// The shares of a dimension in spend over the horizon; of several futures, of what is expected to be spent.
fn shares(by: &str, futures: &[(f64, Plan)]) -> BTreeMap<String, f64> {
    let mut amounts: BTreeMap<String, f64> = BTreeMap::new();
    for (probability, plan) in futures {
        let of = plan.exposure.iter().filter(|e| e.by == by && e.of == "spend" && e.period == "horizon");
        for group in of.flat_map(|e| &e.groups) {
            *amounts.entry(group.group.clone()).or_default() += probability * group.amount;
        }
    }
    let total: f64 = amounts.values().sum();
    amounts.retain(|_, amount| *amount > SAME * total);
    amounts.values_mut().for_each(|amount| *amount = short(*amount / total));
    amounts
}

/// What differs between a plan and the one that was agreed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LockDiff {
    /// The lock.
    pub file: String,
    /// Whether both were solved from the same input, by its SHA-256.
    pub same_input: bool,
    /// Whether both are in one currency; without it the costs are not comparable, which is a difference.
    pub same_currency: bool,
    /// How much may differ.
    pub tolerance: Tolerance,
    /// The discounted cost.
    pub cost: LockedChange,
    /// Contracts that are decided otherwise.
    pub decisions: Vec<LockedDecision>,
    /// Shares in spend over the horizon that differ.
    pub shares: Vec<LockedShare>,
    /// Offers of which not the same number of chips is held.
    pub purchases: Vec<PurchaseChange>,
}

impl LockDiff {
    /// Whether anything differs by more than is tolerated.
    #[must_use]
    pub fn differs(&self) -> bool {
        let lists = self.decisions.len() + self.shares.len() + self.purchases.len();
        !self.same_currency || self.cost.differs || lists > 0
    }
}

/// A number before and after, and whether that is more than is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LockedChange {
    /// Before and after.
    #[serde(flatten)]
    pub change: Change,
    /// Whether it differs by more than is tolerated.
    pub differs: bool,
}

/// A contract that is decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LockedDecision {
    /// The contract.
    pub contract: String,
    /// Whether it is signed; `null` where there is no such contract.
    pub signed: Flip,
}

/// A share that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct LockedShare {
    /// The dimension.
    pub by: String,
    /// The group.
    pub group: String,
    /// Its share in spend over the horizon.
    pub share: Change,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{SolveSettings, solve};
    use crate::model::Model;

    fn lock(price: f64) -> Lock {
        let model = Model::from_yaml_str(&format!(
            r"
polysource: 1
chips: {{ h100: {{ vendor: nvidia }}, trn2: {{ vendor: amazon }} }}
clouds: {{ aws: {{}} }}
offers:
  aws-h100: {{ chip: h100, cloud: aws, price: 4, capacity: 100 }}
  aws-trn2: {{ chip: trn2, cloud: aws, price: {price}, capacity: 60 }}
workloads: {{ chat: {{ kind: inference, demand: 90 req/h, throughput: {{ h100: 1 req/h, trn2: 1 req/h }} }} }}
"
        ))
        .unwrap();
        let plan = solve(&model, &SolveSettings::default()).unwrap();
        Lock::of(&plan, &[(1.0, plan.clone())]).unwrap()
    }

    /// At 1 the 60 chips of Trainium are taken and 30 of the other: 60 + 120 = 180. At 5 none is: 90 x 4 = 360.
    #[test]
    fn a_lock_is_read_as_it_is_written_and_shows_what_differs() {
        let (before, after) = (lock(1.0), lock(5.0));
        assert_eq!((before.cost, after.cost), (180.0, 360.0));
        assert_eq!(before.purchases["aws-trn2"].values().copied().collect::<Vec<_>>(), [60.0]);
        assert_eq!(before.shares["vendor"]["nvidia"], short(120.0 / 180.0));
        assert_eq!(Lock::read(&before.to_text()), Ok(before.clone()));
        assert!(!before.compared("plan.lock", &before).differs());
        let found = before.compared("plan.lock", &after);
        assert!(found.differs() && found.cost.differs && !found.same_input);
        assert_eq!(found.purchases.len(), 2);
        assert_eq!(found.shares.len(), 2, "both vendors; the cloud has all in both");
        let loose = Lock { tolerance: Tolerance { cost: 1.0, share: 1.0, chips: 1.0 }, ..before };
        assert!(!loose.compared("plan.lock", &after).differs());
    }

    #[test]
    fn what_is_no_lock_says_why() {
        let text = lock(1.0).to_text();
        let wrong = |from: &str, to: &str| Lock::read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(wrong("\"lock\": 1", "\"lock\": 2").contains("format 2"));
        assert!(wrong("\"share\": 0.001", "\"share\": -1").contains("`tolerance.share`"));
        assert!(wrong("\"cost\": 180.0", "\"costs\": 1").contains("unknown field `costs`"));
        assert!(Lock::read("x").unwrap_err().to_string().starts_with("line 1: expected value"));
    }
}
