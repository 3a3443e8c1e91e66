//! What a limit of a plan is about, as data: the names of the model's entries, whatever the limit itself is called.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::types::Lost;
use crate::formulation::LimitKey;
use crate::model::Model;

/// What a limit is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "is", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum About {
    /// A limit of the policy, or of a contract.
    Limit {
        /// Its name, `contract/name` if a contract asks for it.
        limit: String,
        /// The group that it holds for; `null` if it is about all of them together.
        group: Option<String>,
        /// The year or period that it holds for; `null` for the whole time.
        span: Option<String>,
    },
    /// The capacity of an offer in a period.
    Capacity {
        /// The offer.
        offer: String,
        /// The period.
        period: String,
    },
    /// What a pool has in a period.
    Pool {
        /// The pool.
        pool: String,
        /// The period.
        period: String,
        /// Whether it is power that is shared, and not chips.
        power: bool,
    },
    /// The most chips of a workload in a period.
    Rate {
        /// The workload.
        workload: String,
        /// The period.
        period: String,
    },
    /// A part of a commitment.
    Commitment {
        /// The contract.
        contract: String,
        /// The part, counted from 1.
        part: usize,
    },
    /// What is still served after a loss.
    Survive {
        /// The requirement.
        requirement: String,
        /// What is lost.
        lost: Lost,
    },
    /// The conditional value at risk of the cost.
    Cvar,
    /// The expected loss in outages.
    ExpectedLoss,
}

impl About {
    /// What a key is about, by name.
    #[must_use]
    pub fn of(model: &Model, key: LimitKey) -> Self {
        let period = |t: usize| model.calendar.periods[t].label.clone();
        match key {
            LimitKey::Policy { limit, group, span } => {
                let l = &model.limits[limit];
                About::Limit {
                    limit: l.name.clone(),
                    group: l.kind.family().subject(group).map(str::to_owned),
                    span: Some(l.spans[span].label.clone()).filter(|label| !label.is_empty()),
                }
            }
            LimitKey::Capacity { offer, period: t } => {
                About::Capacity { offer: model.offers[offer].id.clone(), period: period(t) }
            }
            LimitKey::Pool { pool, period: t, power } => {
                About::Pool { pool: model.pools[pool].id.clone(), period: period(t), power }
            }
            LimitKey::Rate { workload, period: t } => {
                About::Rate { workload: model.workloads[workload].id.clone(), period: period(t) }
            }
            LimitKey::Commit { contract, bucket } => {
                About::Commitment { contract: model.contracts[contract].id.clone(), part: bucket + 1 }
            }
            LimitKey::Survive { requirement, loss } => {
                let survive = &model.survive[requirement];
                let loss = &survive.losses[loss];
                let lost = Lost { by: loss.by.clone(), group: loss.group.clone() };
                About::Survive { requirement: survive.name.clone(), lost }
            }
            LimitKey::Risk { expected: true } => About::ExpectedLoss,
            LimitKey::Risk { expected: false } => About::Cvar,
        }
    }
}

/// On which side a limit holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bound {
    /// What it measures is no more than the limit.
    #[default]
    AtMost,
    /// What it measures is no less than the limit.
    AtLeast,
}
