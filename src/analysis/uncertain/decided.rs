//! What a plan decides before anything is drawn at random.

use std::collections::BTreeMap;

use super::joined::Together;

/// What a plan decides before anything is drawn: all that another sample has to keep to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// Values by the names of the joined program's columns, which are the same in every sample.
    pub(in crate::analysis) columns: BTreeMap<String, f64>,
    /// The cost beyond which the dearest futures begin, if their mean is minimized: the eta of the conditional value at
    /// risk, in money.
    pub(in crate::analysis) eta: Option<f64>,
}

impl Decided {
    /// What a plan for all futures decides.
    pub(in crate::analysis) fn of(together: &Together, scale: f64) -> Self {
        Decided { columns: together.undrawn(), eta: together.value("cvar[eta]").map(|eta| eta * scale) }
    }
}
