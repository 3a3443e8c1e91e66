//! Quantities in cells: the number in the cell, the unit in the header.

use crate::document::kind::{Form as KindForm, Kind, Measure};
use crate::units::Quantity;

/// Units that say the same as no unit, the first of them for headers.
pub(super) fn bare_units(kind: &Kind, currency: &str) -> Vec<String> {
    let KindForm::Quantity(measure, _) = kind.form else { return Vec::new() };
    let plain = |units: &[&str]| units.iter().map(|u| (*u).to_owned()).collect();
    match measure {
        Measure::Money => vec![currency.to_owned()],
        Measure::Price => vec![format!("{currency}/chip-h")],
        Measure::Chips => plain(&["chips", "chip"]),
        Measure::Share | Measure::Change => plain(&["%"]),
        Measure::PerYear => plain(&["%/year", "%", "/year"]),
        Measure::Data => plain(&["GB"]),
        Measure::Power => plain(&["kW"]),
        Measure::Mass => plain(&["kg"]),
        Measure::Intensity => plain(&["kg/kWh"]),
        Measure::EnergyPrice => vec![format!("{currency}/kWh")],
        _ => Vec::new(),
    }
}

/// A quantity in one spelling, however it was written; `None` if it cannot be read.
pub(super) fn plainly(text: &str, kind: &Kind, currency: &str) -> Option<String> {
    let Quantity { number, unit } = Quantity::parse(text).ok()?;
    let unit = unit.map(|u| u.to_string()).filter(|u| !bare_units(kind, currency).contains(u));
    Some(format!("{number} {}", unit.unwrap_or_default()))
}

/// A text with the unit of its header, if it has none of its own.
///
/// # Errors
/// The text as two quantities, of which one was meant, if that cannot be told.
pub(super) fn with_unit(text: &str, unit: &str) -> Result<String, [String; 2]> {
    let Ok(read) = Quantity::parse(text) else { return Ok(text.to_owned()) };
    match read.unit {
        None if unit.starts_with('%') && read.number != 0.0 && read.number.abs() < 1.0 => {
            let rest = &unit[1..];
            Err([format!("{text} %{rest}"), format!("{}{rest}", percentage(read.number))])
        }
        None => Ok(format!("{text} {unit}")),
        // A number that a format shows as a percentage, below `%/year`.
        Some(own) if own.to_string() == "%" && unit.starts_with("%/") => Ok(format!("{text}{}", &unit[1..])),
        Some(_) => Ok(text.to_owned()),
    }
}

/// A part of a whole as a percentage, to the fifteen digits that a spreadsheet shows.
pub(super) fn percentage(part: f64) -> String {
    format!("{} %", rounded(100.0 * part))
}

/// A number to fifteen significant digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::kind;

    #[test]
    fn one_spelling() {
        let price = |text: &str| plainly(text, &kind::PRICE, "USD").unwrap();
        assert_eq!(price("6.88 USD/chip-h"), price("6.880"));
        assert_ne!(price("6.88 EUR/chip-h"), price("6.88"));
        assert_eq!(plainly("38B USD", &kind::MONEY, "USD"), plainly("38000000000", &kind::MONEY, "USD"));
        assert_eq!(plainly("7 %", &kind::SHARE, "USD"), plainly("0.07", &kind::SHARE, "USD"));
        assert_ne!(plainly("7 %", &kind::ANY, "USD"), plainly("0.07", &kind::ANY, "USD"));
    }

    #[test]
    fn headers_lend_their_unit() {
        let lent = |text: &str, unit: &str| with_unit(text, unit).unwrap();
        assert_eq!(lent("6.88", "USD/chip-h"), "6.88 USD/chip-h");
        assert_eq!(lent("20k", "chips"), "20k chips");
        assert_eq!(lent("38B USD", "EUR"), "38B USD");
        assert_eq!(lent("60", "%"), "60 %");
        assert_eq!(lent("8 %", "%/month"), "8 %/month");
        assert_eq!(with_unit("0.6", "%").unwrap_err(), ["0.6 %", "60 %"]);
        assert_eq!(percentage(0.07), "7 %");
        assert_eq!(percentage(0.1234), "12.34 %");
    }
}
