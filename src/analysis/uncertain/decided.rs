//! What a plan decides before anything is drawn at random.

use std::collections::{BTreeMap, HashSet};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::joined::{ROUNDING, Together};

/// What a plan decides before anything is drawn: all that another sample has to keep to. Written and read again it is the
/// same to the bit, which what a plan says of it (`uncertainty.draws.decided`) is not: that has no eta.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Decided {
    /// Values by the names of columns.
    columns: BTreeMap<String, f64>,
    /// Whether these are names of a program of one future, which do not say what is known when they are decided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    alone: bool,
    /// The cost beyond which the dearest futures begin, if their mean is minimized: the eta of the conditional value at
    /// risk, in money.
    pub(in crate::analysis) eta: Option<f64>,
}

impl Decided {
    /// What a plan for all futures decides.
    pub(in crate::analysis) fn of(together: &Together, scale: f64) -> Self {
        let eta = together.value("cvar[eta]").map(|eta| eta * scale);
        Decided { columns: together.undrawn(), alone: false, eta }
    }

    /// What a plan for one future decides, the same whatever becomes known before the draws.
    pub(in crate::analysis) fn alone(columns: impl IntoIterator<Item = (String, f64)>) -> Self {
        Decided { columns: columns.into_iter().collect(), alone: true, eta: None }
    }

    /// What a plan that was written says that it decides (`uncertainty.draws.decided`).
    #[must_use]
    pub fn read(columns: &BTreeMap<String, f64>) -> Self {
        Decided { columns: columns.clone(), alone: false, eta: None }
    }

    /// What is not nothing of it, by the names of the joined program's columns, which are the same in every sample.
    #[must_use]
    pub fn columns(&self) -> BTreeMap<String, f64> {
        self.columns.iter().filter(|(_, value)| **value != 0.0).map(|(name, value)| (name.clone(), *value)).collect()
    }

    /// What is decided of a column of a joined program.
    pub(in crate::analysis) fn value(&self, name: &str) -> Option<f64> {
        let own = if self.alone { name.split('@').next().unwrap_or(name) } else { name };
        self.columns.get(own).copied()
    }

    /// Whether it decides on something that a joined program does not have.
    pub(in crate::analysis) fn lacks(&self, has: &HashSet<&str>) -> bool {
        let lacks = |(name, value): (&String, &f64)| value.abs() > ROUNDING[1] && !has.contains(name.as_str());
        !self.alone && self.columns.iter().any(lacks)
    }
}
