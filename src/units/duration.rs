//! Lengths of time: `3 years`, `2 periods`, `36 hours`.

use super::quantity::{Quantity, UnitError};
use super::spelling::{of_time, short};

/// What a length of time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationUnit {
    /// Periods of the model's horizon.
    Periods,
    /// Hours.
    Hours,
    /// Months of the calendar (a quarter is three, a year is twelve).
    Months,
}

/// A length of time. Months have no fixed number of hours, so the unit is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duration {
    /// How many of the unit.
    pub count: f64,
    /// The unit.
    pub unit: DurationUnit,
}

impl Duration {
    /// Converts a quantity to a length of time; a bare number counts periods.
    ///
    /// # Errors
    /// [`UnitError::Dimension`] if the unit is not one of time, [`UnitError::NotFinite`] if there are too many of it.
    pub fn from_quantity(quantity: &Quantity) -> Result<Self, UnitError> {
        let Some(unit) = &quantity.unit else {
            return Ok(Duration { count: quantity.number, unit: DurationUnit::Periods });
        };
        let error = || {
            let (expected, found) =
                ("a length of time such as `3 years` or `2 periods`".to_owned(), format!("`{unit}`"));
            let word = unit.over.as_deref().filter(|_| unit.under.is_empty() && !unit.percent);
            match word.and_then(of_time) {
                Some(word) => {
                    let plural = if quantity.number == 1.0 || word.len() < 3 { "" } else { "s" };
                    UnitError::Spelling { expected, found, meant: format!("{} {word}{plural}", short(quantity.number)) }
                }
                None => UnitError::Dimension { expected, found },
            }
        };
        if unit.percent || !unit.under.is_empty() {
            return Err(error());
        }
        let (factor, unit) = match unit.over.as_deref().unwrap_or("") {
            "period" | "periods" => (1.0, DurationUnit::Periods),
            "h" | "hour" | "hours" => (1.0, DurationUnit::Hours),
            "d" | "day" | "days" => (24.0, DurationUnit::Hours),
            "week" | "weeks" => (168.0, DurationUnit::Hours),
            "month" | "months" => (1.0, DurationUnit::Months),
            "quarter" | "quarters" => (3.0, DurationUnit::Months),
            "y" | "year" | "years" => (12.0, DurationUnit::Months),
            _ => return Err(error()),
        };
        let count = quantity.number * factor;
        if count.is_finite() {
            Ok(Duration { count, unit })
        } else {
            Err(UnitError::NotFinite(quantity.number.to_string()))
        }
    }
}
