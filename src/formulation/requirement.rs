//! Requirements of the policy, and which of them a program is built with.

use super::Constraint;
use crate::model::{ContractId, LimitId, Model, OfferId, PoolId, RiskTerm, SurviveId, WorkloadId};

/// Which requirements of the policy a program is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Limits {
    /// All of them.
    #[default]
    All,
    /// Those that do not limit dependency: what the diversification premium is measured from.
    WithoutDependency,
    /// All but one: what that one adds to the cost is measured from it.
    Without(Requirement),
}

/// A requirement of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Requirement {
    /// A limit, by its index.
    Limit(LimitId),
    /// A loss to survive, by the index of the requirement.
    Survive(SurviveId),
    /// The limit on the conditional value at risk.
    Cvar,
    /// The limit on the expected loss.
    ExpectedLoss,
}

/// What a result is about: one limit of a plan, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LimitKey {
    /// A limit of the policy, for one of its groups in one of its spans; a concentration has no group, and
    /// of a number of suppliers the group tells the fewest from the most.
    Policy {
        /// The limit.
        limit: LimitId,
        /// The group.
        group: usize,
        /// The span.
        span: usize,
    },
    /// The capacity of an offer in a period.
    Capacity {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// What a pool has in a period, in chips or in power.
    Pool {
        /// The pool.
        pool: PoolId,
        /// The period.
        period: usize,
        /// Whether it is power that is shared.
        power: bool,
    },
    /// The most chips of a workload in a period.
    Rate {
        /// The workload.
        workload: WorkloadId,
        /// The period.
        period: usize,
    },
    /// A part of a commitment.
    Commit {
        /// The contract.
        contract: ContractId,
        /// The part.
        bucket: usize,
    },
    /// What is served after a loss.
    Survive {
        /// The requirement.
        requirement: SurviveId,
        /// The loss.
        loss: usize,
    },
    /// The conditional value at risk, or the expected loss.
    Risk {
        /// Whether it is the expected loss.
        expected: bool,
    },
}

impl LimitKey {
    /// The requirement of the policy that it is a part of.
    #[must_use]
    pub fn requirement(self) -> Option<Requirement> {
        match self {
            LimitKey::Policy { limit, .. } => Some(Requirement::Limit(limit)),
            LimitKey::Survive { requirement, .. } => Some(Requirement::Survive(requirement)),
            LimitKey::Risk { expected: true } => Some(Requirement::ExpectedLoss),
            LimitKey::Risk { expected: false } => Some(Requirement::Cvar),
            LimitKey::Capacity { .. } | LimitKey::Pool { .. } | LimitKey::Rate { .. } | LimitKey::Commit { .. } => None,
        }
    }

    /// The key of the limit that a row is a part of, if it is one of a plan's.
    #[must_use]
    pub fn of(model: &Model, constraint: Constraint) -> Option<LimitKey> {
        Some(match constraint {
            Constraint::Limit { limit, group, span } => {
                let group = model.limits[limit].kind.family().part_of_row(group);
                LimitKey::Policy { limit, group, span }
            }
            Constraint::Capacity { offer, period } => LimitKey::Capacity { offer, period },
            Constraint::Pool { pool, period, power } => LimitKey::Pool { pool, period, power },
            Constraint::Rate { workload, period } => LimitKey::Rate { workload, period },
            Constraint::Commit { contract, bucket } => LimitKey::Commit { contract, bucket },
            Constraint::Served { requirement, loss, .. } => LimitKey::Survive { requirement, loss },
            Constraint::Risk { expected } => LimitKey::Risk { expected },
            _ => return None,
        })
    }

    /// The ids of offers, pools, workloads, contracts and groups that it is about.
    #[must_use]
    pub fn subjects(self, model: &Model) -> Vec<&str> {
        match self {
            LimitKey::Policy { limit, group, .. } => {
                model.limits[limit].kind.family().subject(group).into_iter().collect()
            }
            LimitKey::Capacity { offer, .. } => vec![&model.offers[offer].id],
            LimitKey::Pool { pool, .. } => vec![&model.pools[pool].id],
            LimitKey::Rate { workload, .. } => vec![&model.workloads[workload].id],
            LimitKey::Commit { contract, .. } => vec![&model.contracts[contract].id],
            LimitKey::Survive { requirement, loss } => vec![&model.survive[requirement].losses[loss].group],
            LimitKey::Risk { .. } => Vec::new(),
        }
    }
}

impl Limits {
    /// Whether a requirement is one of them.
    pub(super) fn has(self, model: &Model, requirement: Requirement) -> bool {
        match self {
            Limits::All => true,
            Limits::WithoutDependency => !requirement.is_dependency(model),
            Limits::Without(one) => one != requirement,
        }
    }
}

impl Requirement {
    /// The requirements of a model that limit dependency, in the order of the policy.
    #[must_use]
    pub fn of_dependency(model: &Model) -> Vec<Requirement> {
        let limits = model.limits.ids().map(Requirement::Limit);
        let mut all: Vec<Requirement> = limits.filter(|r| r.is_dependency(model)).collect();
        all.extend(model.survive.ids().map(Requirement::Survive));
        let limited = |term: Option<RiskTerm>| term.is_some_and(|t| t.at_most.is_some());
        all.extend(limited(model.risk.cvar.map(|c| c.term)).then_some(Requirement::Cvar));
        all.extend(limited(model.risk.expected).then_some(Requirement::ExpectedLoss));
        all
    }

    /// Whether it limits dependency, so that it counts in the diversification premium.
    #[must_use]
    pub fn is_dependency(self, model: &Model) -> bool {
        match self {
            // What a contract requires is its price, not the policy's.
            Requirement::Limit(index) => model.limits[index].when.is_none() && model.limits[index].kind.is_dependency(),
            Requirement::Survive(_) | Requirement::Cvar | Requirement::ExpectedLoss => true,
        }
    }

    /// Its name in the policy.
    #[must_use]
    pub fn name(self, model: &Model) -> &str {
        match self {
            Requirement::Limit(index) => &model.limits[index].name,
            Requirement::Survive(index) => &model.survive[index].name,
            Requirement::Cvar => "cvar",
            Requirement::ExpectedLoss => "expected-loss",
        }
    }
}
