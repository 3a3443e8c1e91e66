//! Requirements of the policy, and which of them a program is built with.

use crate::model::{Model, RiskTerm};

/// Which requirements of the policy a program is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
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
pub enum Requirement {
    /// A limit, by its index.
    Limit(usize),
    /// A loss to survive, by the index of the requirement.
    Survive(usize),
    /// The limit on the conditional value at risk.
    Cvar,
    /// The limit on the expected loss.
    ExpectedLoss,
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
        let limits = (0..model.limits.len()).map(Requirement::Limit);
        let mut all: Vec<Requirement> = limits.filter(|r| r.is_dependency(model)).collect();
        all.extend((0..model.survive.len()).map(Requirement::Survive));
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
