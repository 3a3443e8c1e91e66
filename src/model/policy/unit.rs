//! What a number of a limit is in.

use crate::units::human::{mass, money, number, percent, power};

/// What a number of a limit is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitUnit {
    /// Money, in the model's currency.
    Money,
    /// A part of a whole, from 0 to 1.
    Share,
    /// A sum of squared shares, from 0 to 1.
    Hhi,
    /// kW.
    Power,
    /// Chips.
    Chips,
    /// Chip-hours.
    ChipHours,
    /// kg.
    Mass,
    /// A number of suppliers.
    Suppliers,
}

impl LimitUnit {
    /// The word of the unit in JSON.
    #[must_use]
    pub fn word(self, currency: &str) -> &str {
        match self {
            LimitUnit::Money => currency,
            LimitUnit::Share => "share",
            LimitUnit::Hhi => "HHI",
            LimitUnit::Power => "kW",
            LimitUnit::Mass => "kg",
            LimitUnit::Chips => "chip",
            LimitUnit::ChipHours => "chip-h",
            LimitUnit::Suppliers => "suppliers",
        }
    }

    /// An amount of it in words.
    #[must_use]
    pub fn text(self, x: f64, currency: &str) -> String {
        match self {
            LimitUnit::Money => money(x, currency),
            LimitUnit::Share => percent(x),
            LimitUnit::Hhi | LimitUnit::Suppliers => number(x),
            LimitUnit::Power => power(x),
            LimitUnit::Mass => mass(x),
            LimitUnit::Chips => format!("{} chips", number(x)),
            LimitUnit::ChipHours => format!("{} chip-h", number(x)),
        }
    }

    /// Whether it is a number from 0 to 1.
    #[must_use]
    pub fn is_part(self) -> bool {
        matches!(self, LimitUnit::Share | LimitUnit::Hhi)
    }
}
