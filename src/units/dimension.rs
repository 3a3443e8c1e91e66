//! Dimensions and their base units.

use super::quantity::{Quantity, Unit, UnitError};
use super::spelling;

/// The word that a workload counts its work in: `tok`, `sample`, `h100-h`.
pub type WorkUnit = String;

/// What a number in a model file measures. Every dimension has one base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dimension<'a> {
    /// A plain number.
    Count,
    /// Money; base unit the model's currency.
    Money(&'a str),
    /// Money per chip-hour.
    Price(&'a str),
    /// Money per one of something that a word names, as in `USD/tok` or `USD/chip`.
    MoneyPer(&'a str, &'a [&'a str]),
    /// Chips.
    Chips,
    /// Electrical power; base unit kW.
    Power,
    /// A part of a whole; base unit 1, so `35 %` is 0.35.
    Share,
    /// A change a year; base unit 1/year. One of a shorter time compounds: 5 %/month is 1.05^12 - 1 a year.
    PerYear,
    /// Memory or data; base unit GB (10^9 bytes).
    Data,
    /// Money per GB.
    PricePerData(&'a str),
    /// A mass; base unit kg.
    Mass,
    /// Money per kg.
    PricePerMass(&'a str),
    /// What a kWh of electricity emits; base unit kg/kWh.
    Intensity,
    /// Money per kWh.
    PricePerEnergy(&'a str),
}

/// Work per hour, read from text such as `2400 tok/s` or `1 h100-h`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// Work per hour.
    pub per_hour: f64,
    /// The unit of work, if one was written.
    pub work: Option<WorkUnit>,
    /// The word for the time below the slash and its length in hours, if one was written. A year has 8760 hours, a
    /// quarter a fourth of them and a month a twelfth, whichever it is.
    pub time: Option<(&'static str, f64)>,
}

impl Dimension<'_> {
    /// Converts a quantity to the base unit of this dimension.
    ///
    /// # Errors
    /// [`UnitError::Dimension`] naming both dimensions if the unit belongs to another.
    pub fn convert(&self, quantity: &Quantity) -> Result<f64, UnitError> {
        let Some(unit) = &quantity.unit else {
            return Ok(quantity.number);
        };
        if let (Dimension::PerYear, Some(times)) = (self, times_a_year(unit)) {
            let value = (1.0 + quantity.number).powf(times) - 1.0;
            // Below -100 % nothing is left; the range of the place refuses it.
            let value = if quantity.number <= -1.0 { quantity.number } else { value };
            return if value.is_finite() {
                Ok(value)
            } else {
                Err(UnitError::NotFinite(format!("{} {unit}", quantity.number)))
            };
        }
        let factor = self.factor(unit).ok_or_else(|| self.mismatch(quantity.number, unit))?;
        // Dividing by a thousand is exact where multiplying by a thousandth is not.
        let value = if factor < 1.0 { quantity.number / (1.0 / factor).round() } else { quantity.number * factor };
        if value.is_finite() { Ok(value) } else { Err(UnitError::NotFinite(format!("{} {unit}", quantity.number))) }
    }

    fn factor(&self, unit: &Unit) -> Option<f64> {
        let over = unit.over.as_deref();
        let under: Vec<&str> = unit.under.iter().map(String::as_str).collect();
        let plain = |words: &[&str]| (!unit.percent && under.is_empty() && words.contains(&over?)).then_some(1.0);
        match self {
            Dimension::Count => None,
            Dimension::Money(currency) => plain(&[currency]),
            Dimension::Chips => plain(&["chip", "chips"]),
            Dimension::Share => (unit.percent && over.is_none() && under.is_empty()).then_some(1.0),
            Dimension::Price(currency) => {
                (!unit.percent && over == Some(currency) && is_chip_hour(&under)).then_some(1.0)
            }
            Dimension::MoneyPer(currency, words) => {
                (!unit.percent && over == Some(currency) && under.len() == 1 && words.contains(&under[0]))
                    .then_some(1.0)
            }
            Dimension::PerYear => match (over, under.as_slice()) {
                (None, ["year"]) => Some(1.0),
                (None, []) if unit.percent => Some(1.0),
                _ => None,
            },
            Dimension::Power => match (under.is_empty() && !unit.percent, over?) {
                (true, "W") => Some(1e-3),
                (true, "kW") => Some(1.0),
                (true, "MW") => Some(1e3),
                (true, "GW") => Some(1e6),
                (true, "TW") => Some(1e9),
                _ => None,
            },
            Dimension::Data => (!unit.percent && under.is_empty()).then(|| gigabytes(over?))?,
            Dimension::PricePerData(currency) => (!unit.percent && over == Some(currency) && under.len() == 1)
                .then(|| gigabytes(under[0]))?
                .map(|g| 1.0 / g),
            Dimension::Mass => (!unit.percent && under.is_empty()).then(|| kilograms(over?))?,
            Dimension::PricePerMass(currency) => (!unit.percent && over == Some(currency) && under.len() == 1)
                .then(|| kilograms(under[0]))?
                .map(|kg| 1.0 / kg),
            Dimension::PricePerEnergy(currency) => (!unit.percent && over == Some(currency) && under.len() == 1)
                .then(|| kilowatt_hours(under[0]))?
                .map(|energy| 1.0 / energy),
            Dimension::Intensity => match (!unit.percent && under.len() == 1, over?) {
                // Of mixed units only those that are written so: a g/MWh is a slip of the pen.
                (true, "g") => (under[0] == "kWh").then_some(1e-3),
                (true, "kg") => kilowatt_hours(under[0]).map(|energy| 1.0 / energy),
                (true, "t") => kilowatt_hours(under[0]).map(|energy| 1e3 / energy),
                _ => None,
            },
        }
    }

    fn mismatch(&self, number: f64, unit: &Unit) -> UnitError {
        if let Some(error) = self.price_of_what(number, unit) {
            return error;
        }
        let standard = spelling::standard(unit);
        if standard != *unit && self.convert(&Quantity { number, unit: Some(standard.clone()) }).is_ok() {
            let meant = spelling::written(number, &standard);
            return UnitError::Spelling { expected: self.description(), found: describe(unit), meant };
        }
        let over = unit.over.as_deref().unwrap_or("");
        let own = match self {
            Dimension::Money(c)
            | Dimension::Price(c)
            | Dimension::MoneyPer(c, _)
            | Dimension::PricePerData(c)
            | Dimension::PricePerMass(c)
            | Dimension::PricePerEnergy(c) => Some(*c),
            _ => None,
        };
        let foreign = own.is_some_and(|own| own != over) && is_currency(over);
        if foreign {
            let (expected, found) = (self.description(), format!("another currency (`{unit}`)"));
            let own = own.unwrap_or_default().to_owned();
            return UnitError::Currency { expected, found, code: over.to_owned(), own };
        }
        let found = describe(unit);
        UnitError::Dimension { expected: self.description(), found }
    }

    /// A price of an hour of something else than a chip, or of a chip for another time.
    fn price_of_what(&self, number: f64, unit: &Unit) -> Option<UnitError> {
        let Dimension::Price(currency) = self else { return None };
        if unit.percent || unit.over.as_deref() != Some(currency) {
            return None;
        }
        let words: Vec<&str> = unit.under.iter().flat_map(|w| w.split('-')).collect();
        let (chips, rest): (Vec<&str>, Vec<&str>) = words.iter().partition(|w| spelling::is_chip(w));
        let of_node = rest.iter().any(|w| spelling::is_node(w));
        let times: Vec<&str> = rest.into_iter().filter(|w| !spelling::is_node(w)).collect();
        let [time] = times.as_slice() else { return None };
        let hours = if spelling::is_hour(time) { 1.0 } else { hours_of(spelling::of_time(time).unwrap_or(time))?.1 };
        if hours == 1.0 && !chips.is_empty() {
            return None;
        }
        let each = number / hours;
        let each = if hours == 1.0 { each } else { format!("{each:.4}").parse().unwrap_or(each) };
        let meant = format!("{} {currency}/chip-h", spelling::short(each));
        if chips.is_empty() || of_node {
            return Some(UnitError::OfWhat { found: unit.to_string(), meant });
        }
        Some(UnitError::Spelling { expected: self.description(), found: describe(unit), meant })
    }

    /// The dimension in words, with an example of how to write it.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Dimension::Count => "a plain number without a unit".to_owned(),
            Dimension::Money(c) => format!("money such as `38B {c}`"),
            Dimension::Price(c) => format!("a price such as `6.88 {c}/chip-h`"),
            Dimension::MoneyPer(c, words) => format!("money such as `0.02 {c}/{}`", words.first().unwrap_or(&"unit")),
            Dimension::Chips => "a number of chips such as `20k chips`".to_owned(),
            Dimension::Power => "power such as `1.2 GW`".to_owned(),
            Dimension::Share => "a share such as `35 %`".to_owned(),
            Dimension::PerYear => "a yearly rate such as `8 %/year`".to_owned(),
            Dimension::Data => "an amount of data such as `80 GB`".to_owned(),
            Dimension::PricePerData(c) => format!("a price of data such as `0.05 {c}/GB`"),
            Dimension::Mass => "a mass such as `20 kt`".to_owned(),
            Dimension::PricePerMass(c) => format!("a price of a mass such as `100 {c}/t`"),
            Dimension::PricePerEnergy(c) => format!("a price of energy such as `60 {c}/MWh`"),
            Dimension::Intensity => "a carbon intensity such as `420 g/kWh`".to_owned(),
        }
    }
}

impl Rate {
    /// Reads work per time; without a time the number is work per hour.
    ///
    /// A `chip` below the slash is accepted and means nothing further: throughput is per chip.
    ///
    /// # Errors
    /// [`UnitError::Dimension`] if a share or an unknown time is written.
    pub fn from_quantity(quantity: &Quantity) -> Result<Self, UnitError> {
        let Some(unit) = &quantity.unit else {
            return Ok(Rate { per_hour: quantity.number, work: None, time: None });
        };
        let error = || UnitError::Dimension {
            expected: "work per time such as `2400 tok/s`".to_owned(),
            found: describe(unit),
        };
        let under: Vec<&str> = unit.under.iter().map(String::as_str).filter(|w| *w != "chip").collect();
        if unit.percent || under.len() > 1 || unit.over.is_none() {
            return Err(error());
        }
        let time = match under.first() {
            None => None,
            Some(&word) => Some(hours_of(word).ok_or_else(|| match spelling::of_time(word) {
                Some(time) => {
                    let unit = Unit { under: vec![time.to_owned()], ..unit.clone() };
                    let meant = spelling::written(quantity.number, &unit);
                    UnitError::Spelling {
                        expected: "work per time such as `2400 tok/s`".to_owned(),
                        found: describe(&unit),
                        meant,
                    }
                }
                None => error(),
            })?),
        };
        let per_hour = match time.map(|(word, _)| word) {
            Some("s") => quantity.number * 3600.0,
            Some("min") => quantity.number * 60.0,
            Some("h") | None => quantity.number,
            _ => quantity.number / time.map_or(1.0, |(_, hours)| hours),
        };
        if !per_hour.is_finite() {
            return Err(UnitError::NotFinite(quantity.number.to_string()));
        }
        Ok(Rate { per_hour, work: unit.over.clone(), time })
    }
}

/// A price of an hour says of what: an hour of a node has the hours of all its chips.
fn is_chip_hour(under: &[&str]) -> bool {
    matches!(under, ["chip-h" | "chip-hour"] | ["chip", "h" | "hour"])
}

/// The word for a time in rates, and its hours.
fn hours_of(word: &str) -> Option<(&'static str, f64)> {
    Some(match word {
        "s" | "sec" | "second" => ("s", 1.0 / 3600.0),
        "min" | "minute" => ("min", 1.0 / 60.0),
        "h" | "hour" | "chip-h" => ("h", 1.0),
        "d" | "day" => ("day", 24.0),
        "week" => ("week", 168.0),
        "month" => ("month", 730.0),
        "quarter" => ("quarter", 2190.0),
        "year" => ("year", 8760.0),
        _ => return None,
    })
}

/// How often a change of a time shorter than a year happens in one: it compounds.
fn times_a_year(unit: &Unit) -> Option<f64> {
    match (unit.over.as_deref(), unit.under.as_slice()) {
        (None, [word]) => match word.as_str() {
            "day" => Some(365.0),
            "week" => Some(365.0 / 7.0),
            "month" => Some(12.0),
            "quarter" => Some(4.0),
            _ => None,
        },
        _ => None,
    }
}

fn gigabytes(word: &str) -> Option<f64> {
    match word {
        "kB" => Some(1e-6),
        "MB" => Some(1e-3),
        "GB" => Some(1.0),
        "TB" => Some(1e3),
        "PB" => Some(1e6),
        "EB" => Some(1e9),
        _ => None,
    }
}

fn kilograms(word: &str) -> Option<f64> {
    match word {
        "g" => Some(1e-3),
        "kg" => Some(1.0),
        "t" => Some(1e3),
        "kt" => Some(1e6),
        "Mt" => Some(1e9),
        _ => None,
    }
}

fn kilowatt_hours(word: &str) -> Option<f64> {
    match word {
        "kWh" => Some(1.0),
        "MWh" => Some(1e3),
        "GWh" => Some(1e6),
        _ => None,
    }
}

/// Whether a word looks like the code of a currency.
fn is_currency(word: &str) -> bool {
    word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase())
}

/// Names the dimension of a unit that stands where another belongs.
fn describe(unit: &Unit) -> String {
    let over = unit.over.as_deref().unwrap_or("");
    let kind = if unit.percent {
        "a share"
    } else if unit.under.is_empty() && matches!(over, "W" | "kW" | "MW" | "GW" | "TW") {
        "power"
    } else if unit.under.is_empty() && matches!(over, "chip" | "chips") {
        "a number of chips"
    } else if unit.under.is_empty() && gigabytes(over).is_some() {
        "an amount of data"
    } else if unit.under.is_empty() && kilograms(over).is_some() {
        "a mass"
    } else if is_currency(over) {
        if unit.under.is_empty() { "money" } else { "a price" }
    } else if !unit.under.is_empty() {
        "a rate"
    } else {
        "work or another unit"
    };
    format!("{kind} (`{unit}`)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(dimension: &Dimension<'_>, text: &str) -> Result<f64, String> {
        dimension.convert(&Quantity::parse(text).unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn base_units() {
        assert_eq!(convert(&Dimension::Money("USD"), "38B USD"), Ok(38e9));
        assert_eq!(convert(&Dimension::Price("USD"), "6.88 USD/chip-h"), Ok(6.88));
        assert_eq!(convert(&Dimension::Price("USD"), "6.88 USD/chip/h"), Ok(6.88));
        assert_eq!(convert(&Dimension::Power, "1.2 GW"), Ok(1.2e6));
        assert_eq!(convert(&Dimension::Power, "700 W"), Ok(0.7));
        for (text, kilowatts) in [("3 MW", 3000.0), ("0.5 MW", 500.0), ("3 kW", 3.0), ("2 TW", 2e9)] {
            assert_eq!(convert(&Dimension::Power, text), Ok(kilowatts), "{text}");
        }
        assert_eq!(convert(&Dimension::Share, "35 %"), Ok(0.35));
        for (text, a_year) in [
            ("8 %", 0.08),
            ("8 %/year", 0.08),
            ("15 %/quarter", 0.749_006_25),
            ("5 %/month", 0.795_856_326_0),
            ("-50 %/quarter", -0.9375),
            ("0.1 %/day", 0.440_251_3),
        ] {
            let found = convert(&Dimension::PerYear, text).unwrap();
            assert!((found - a_year).abs() < 1e-7, "{text} is {found}");
        }
        for (text, gigabytes) in
            [("4 PB", 4e6), ("3 TB", 3e3), ("80 GB", 80.0), ("5 MB", 0.005), ("7 kB", 7e-6), ("2 EB", 2e9)]
        {
            assert_eq!(convert(&Dimension::Data, text), Ok(gigabytes), "{text}");
        }
        assert_eq!(convert(&Dimension::PricePerData("USD"), "50 USD/TB"), Ok(0.05));
        assert_eq!(convert(&Dimension::MoneyPer("USD", &["tok"]), "0.02 USD/tok"), Ok(0.02));
        assert_eq!(convert(&Dimension::Chips, "300k chips"), Ok(300e3));
        for (text, kilograms) in
            [("500 g", 0.5), ("3 kg", 3.0), ("2 t", 2e3), ("20 kt", 20e6), ("1.5 Mt", 1.5e9), ("7", 7.0)]
        {
            assert_eq!(convert(&Dimension::Mass, text), Ok(kilograms), "{text}");
        }
        for (text, per_kwh) in [
            ("420 g/kWh", 0.42),
            ("0.3 kg/kWh", 0.3),
            ("300 kg/MWh", 0.3),
            ("0.3 t/MWh", 0.3),
            ("300 t/GWh", 0.3),
            ("0.3", 0.3),
        ] {
            assert_eq!(convert(&Dimension::Intensity, text), Ok(per_kwh), "{text}");
        }
        for (text, per_kwh) in [("60 USD/MWh", 0.06), ("0.06 USD/kWh", 0.06), ("60k USD/GWh", 0.06), ("0.06", 0.06)] {
            assert_eq!(convert(&Dimension::PricePerEnergy("USD"), text), Ok(per_kwh), "{text}");
        }
        for (text, per_kg) in [("0.1 USD/kg", 0.1), ("100 USD/t", 0.1), ("100k USD/kt", 0.1), ("0.1 USD/g", 100.0)] {
            assert_eq!(convert(&Dimension::PricePerMass("USD"), text), Ok(per_kg), "{text}");
        }
    }

    #[test]
    fn a_wrong_dimension_names_both() {
        assert_eq!(
            convert(&Dimension::Power, "38B USD"),
            Err("expected power such as `1.2 GW`, found money (`USD`)".to_owned())
        );
        assert_eq!(
            convert(&Dimension::Chips, "5 %"),
            Err("expected a number of chips such as `20k chips`, found a share (`%`)".to_owned())
        );
        assert!(convert(&Dimension::Money("USD"), "3 EUR").is_err());
        assert!(convert(&Dimension::Count, "3 chips").is_err());
        let found = |unit: &str| format!("expected a carbon intensity such as `420 g/kWh`, found {unit}");
        for (text, unit) in [
            ("3 g/MWh", "a rate (`g/MWh`)"),
            ("3 kt", "a mass (`kt`)"),
            ("3 %", "a share (`%`)"),
            ("3 g/h", "a rate (`g/h`)"),
        ] {
            assert_eq!(convert(&Dimension::Intensity, text), Err(found(unit)));
        }
        assert!(
            convert(&Dimension::Mass, "3 t/h").is_err() && convert(&Dimension::PricePerMass("USD"), "3 USD/h").is_err()
        );
    }

    #[test]
    fn a_price_says_of_what() {
        let wrong = |text: &str| Dimension::Price("USD").convert(&Quantity::parse(text).unwrap()).unwrap_err().remedy();
        let of_what = |meant: &str| format!("write `{meant}`; the price of a node is divided by its chips first");
        assert_eq!(wrong("6.88 USD/h"), of_what("6.88 USD/chip-h"));
        assert_eq!(wrong("55.04 USD/node-hour"), of_what("55.04 USD/chip-h"));
        assert_eq!(wrong("730 USD/month"), of_what("1 USD/chip-h"));
        let meant = |text: &str| format!("did you mean `{text}`?");
        assert_eq!(wrong("6.88 USD/GPU-hour"), meant("6.88 USD/chip-h"));
        assert_eq!(wrong("6.88 USD/gpu/h"), meant("6.88 USD/chip-h"));
        assert_eq!(wrong("1460 USD/chip-month"), meant("2 USD/chip-h"));
        assert_eq!(wrong("6.88 dollars/chip-h"), meant("6.88 USD/chip-h"));
    }

    #[test]
    fn a_unit_that_is_written_otherwise() {
        for (dimension, text, meant) in [
            (Dimension::Chips, "20k GPUs", "20k chips"),
            (Dimension::Power, "12 megawatts", "12 MW"),
            (Dimension::Power, "12 mw", "12 MW"),
            (Dimension::Money("USD"), "900M dollars", "900M USD"),
            (Dimension::Data, "80 gigabytes", "80 GB"),
            (Dimension::Mass, "20 tonnes", "20 t"),
            (Dimension::PerYear, "8 %/yr", "8 %/year"),
            (Dimension::Intensity, "420 gCO2/kWh", "420 g/kWh"),
        ] {
            let error = dimension.convert(&Quantity::parse(text).unwrap()).unwrap_err();
            assert_eq!(error.remedy(), format!("did you mean `{meant}`?"), "{text}");
        }
    }

    #[test]
    fn rates_are_per_hour() {
        let rate = Rate::from_quantity(&Quantity::parse("2400 tok/s").unwrap()).unwrap();
        assert_eq!((rate.per_hour, rate.work.as_deref()), (8_640_000.0, Some("tok")));
        let bare = Rate::from_quantity(&Quantity::parse("1 h100-h").unwrap()).unwrap();
        assert_eq!((bare.per_hour, bare.work.as_deref(), bare.time), (1.0, Some("h100-h"), None));
        for (text, per_hour, time, hours) in [
            ("48 req/day", 2.0, "day", 24.0),
            ("36 req/d", 1.5, "day", 24.0),
            ("3 req/min", 180.0, "min", 1.0 / 60.0),
            ("2 req/minute", 120.0, "min", 1.0 / 60.0),
            ("2 req/s", 7200.0, "s", 1.0 / 3600.0),
            ("2 req/second", 7200.0, "s", 1.0 / 3600.0),
            ("7 req/hour", 7.0, "h", 1.0),
            ("7 req/chip-h", 7.0, "h", 1.0),
            ("336 req/week", 2.0, "week", 168.0),
            ("730M req/month", 1e6, "month", 730.0),
            ("2190 req/quarter", 1.0, "quarter", 2190.0),
            ("17520 req/year", 2.0, "year", 8760.0),
        ] {
            let rate = Rate::from_quantity(&Quantity::parse(text).unwrap()).unwrap();
            assert_eq!((rate.per_hour, rate.time), (per_hour, Some((time, hours))), "{text}");
        }
        assert!(Rate::from_quantity(&Quantity::parse("5 tok/decade").unwrap()).is_err());
    }
}
