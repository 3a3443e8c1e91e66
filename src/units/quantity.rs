//! The syntax of a quantity: sign, digits, scale letter, per cent sign, unit.

use std::fmt;

use super::spelling::{self, Signed};

/// A number and the unit that was written after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number, with its scale letter and per cent sign applied.
    pub number: f64,
    /// The unit, if one was written.
    pub unit: Option<Unit>,
}

/// A unit as written: a per cent sign or a word, over any number of words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Unit {
    /// A per cent sign stood after the number (already applied to it).
    pub percent: bool,
    /// The word before the first slash.
    pub over: Option<String>,
    /// The words after the slashes, in order.
    pub under: Vec<String>,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.percent {
            f.write_str("%")?;
        }
        f.write_str(self.over.as_deref().unwrap_or(""))?;
        self.under.iter().try_for_each(|word| write!(f, "/{word}"))
    }
}

/// Why a quantity cannot be read or does not fit its place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// There is no number at the start of the text.
    #[error("`{0}` does not start with a number")]
    NotANumber(String),
    /// Thousands separators: a comma is a decimal sign to half of the world.
    #[error("`{0}` has a separator inside its number")]
    Separator(String),
    /// Infinite, not a number, or too large for a double.
    #[error("`{0}` is not a finite number")]
    NotFinite(String),
    /// What follows the number is not a unit.
    #[error("`{0}` has a unit that cannot be read")]
    BadUnit(String),
    /// Money in a currency that is not known.
    #[error("expected {expected}, found {found}")]
    Currency {
        /// What belongs here, with an example.
        expected: String,
        /// What the unit says.
        found: String,
        /// The currency.
        code: String,
        /// The model's own.
        own: String,
    },
    /// Money with the sign of its currency, or with its code in front.
    #[error("the currency of `{written}` is not a code after its number")]
    Signed {
        /// The text.
        written: String,
        /// What was meant.
        signed: Signed,
    },
    /// A way of writing that is not read, though it is clear what was meant.
    #[error("`{written}` cannot be read")]
    Misspelt {
        /// The text.
        written: String,
        /// What was meant.
        meant: String,
    },
    /// A date where a quantity belongs.
    #[error("`{0}` is a date and not a quantity")]
    Date(String),
    /// A price per hour that does not say of what.
    #[error("`{found}` does not say of what it is a price: a chip, or a node with several")]
    OfWhat {
        /// What the unit says.
        found: String,
        /// The same number as the price of a chip.
        meant: String,
    },
    /// The unit belongs here, and is written otherwise.
    #[error("expected {expected}, found {found}")]
    Spelling {
        /// The dimension that belongs here, with an example.
        expected: String,
        /// What the unit says.
        found: String,
        /// What was meant.
        meant: String,
    },
    /// The unit belongs to another dimension.
    #[error("expected {expected}, found {found}")]
    Dimension {
        /// The dimension that belongs here, with an example.
        expected: String,
        /// What the unit says.
        found: String,
    },
}

impl UnitError {
    /// What to write instead.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            UnitError::NotANumber(word)
                if ["none", "unlimited", "infinite", "n/a", "na", "tbd", "unknown", "any", "no", "-", "?"]
                    .contains(&word.to_lowercase().as_str()) =>
            {
                "leave the key out if there is none; else write a number such as `20k`".to_owned()
            }
            UnitError::NotANumber(_) => "write a number, with a unit if you like: `20k`, `38B USD`, `35 %`".to_owned(),
            UnitError::Separator(text) => format!("write {}", spelling::without_separator(text)),
            UnitError::Signed { signed, .. } => format!("write `{}`", signed.meant),
            UnitError::Misspelt { meant, .. } | UnitError::Spelling { meant, .. } => format!("did you mean `{meant}`?"),
            UnitError::Date(_) => "write a number, with a unit if you like: `20k`, `38B USD`, `35 %`".to_owned(),
            UnitError::OfWhat { meant, .. } => {
                format!("write `{meant}`; the price of a node is divided by its chips first")
            }
            UnitError::NotFinite(_) => "write a finite number; leave a limit out if there is none".to_owned(),
            UnitError::BadUnit(_) => "write units as words separated by slashes, as in `USD/chip-h`".to_owned(),
            UnitError::Currency { expected, code, own, .. } => {
                format!("add what it is worth, as in `currencies: {{ {code}: 1.08 {own} }}`, or write {expected}")
            }
            UnitError::Dimension { expected, .. } => format!("write {expected}, or a bare number in the base unit"),
        }
    }
}

impl Quantity {
    /// A bare number in the base unit of wherever it stands.
    #[must_use]
    pub fn bare(number: f64) -> Self {
        Quantity { number, unit: None }
    }

    /// Reads a quantity.
    ///
    /// # Errors
    /// [`UnitError`] if there is no number, it is not finite, or the unit has no readable form.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        Self::parse_with(text, spelling::respelled)
    }

    /// The same; `respelled` says what was meant by a text that cannot be read.
    pub(super) fn parse_with(text: &str, respelled: impl Fn(&str) -> Option<String>) -> Result<Self, UnitError> {
        let trimmed = text.trim();
        let lower = trimmed.to_ascii_lowercase();
        let unsigned = lower.trim_start_matches(['+', '-']).split_whitespace().next().unwrap_or("");
        if ["inf", ".inf", "nan", ".nan", "infinity"].contains(&unsigned) {
            return Err(UnitError::NotFinite(trimmed.to_owned()));
        }
        let length = number_length(trimmed);
        let misspelt = |meant: String| UnitError::Misspelt { written: trimmed.to_owned(), meant };
        if let Some(signed) = spelling::signed(trimmed) {
            return Err(UnitError::Signed { written: trimmed.to_owned(), signed });
        }
        if length == 0 {
            let meant = respelled(trimmed);
            return Err(meant.map_or_else(|| UnitError::NotANumber(trimmed.to_owned()), misspelt));
        }
        let (digits, rest) = trimmed.split_at(length);
        let group = rest.strip_prefix(' ').is_some_and(|r| r.bytes().take_while(u8::is_ascii_digit).count() == 3);
        if rest.starts_with(['_', ',', '\'']) || group {
            return Err(UnitError::Separator(trimmed.to_owned()));
        }
        if is_date(digits, rest) {
            return Err(UnitError::Date(trimmed.to_owned()));
        }
        let mut number: f64 = digits.parse().map_err(|_| UnitError::NotANumber(trimmed.to_owned()))?;
        let mut rest = rest.trim_start();
        // The scale letter stands alone: "20k", "38B USD"; "20kW" and "80 GB" are units.
        let letters = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
        if let Some(scale) = scale_of(&rest[..letters]) {
            number *= scale;
            rest = rest[letters..].trim_start();
        } else if let Some(letter) = scale_meant(&rest[..letters], rest[letters..].trim_start()) {
            let tail = rest[letters..].trim_start();
            let space = if tail.is_empty() || tail.starts_with('/') { "" } else { " " };
            return Err(misspelt(format!("{digits}{letter}{space}{tail}")));
        }
        let mut unit = Unit::default();
        if let Some(after) = rest.strip_prefix('%') {
            unit.percent = true;
            number /= 100.0;
            rest = after.trim_start();
        }
        if !number.is_finite() {
            return Err(UnitError::NotFinite(trimmed.to_owned()));
        }
        if rest.is_empty() && !unit.percent {
            return Ok(Quantity { number, unit: None });
        }
        let bad = || {
            let meant = respelled(trimmed);
            meant.map_or_else(|| UnitError::BadUnit(trimmed.to_owned()), misspelt)
        };
        let mut words = rest.split('/').map(str::trim);
        let over = words.next().unwrap_or("");
        let percent = |word: &str| ["percent", "per cent", "pct"].iter().any(|p| word.starts_with(p));
        if over.contains(" per ") || percent(over) {
            return Err(bad());
        }
        if !over.is_empty() {
            unit.over = Some(word(over).ok_or_else(bad)?);
        }
        for under in words {
            unit.under.push(word(under).ok_or_else(bad)?);
        }
        if unit.percent && unit.over.is_some() {
            return Err(bad());
        }
        Ok(Quantity { number, unit: Some(unit) })
    }
}

/// Length in bytes of the number at the start: sign, digits, fraction, exponent.
pub(super) fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction > end + 1 || whole > sign {
            end = fraction;
        }
    }
    if end == sign {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(exponent) > exponent {
            end = digits(exponent);
        }
    }
    end
}

pub(super) fn scale_of(letters: &str) -> Option<f64> {
    match letters {
        "k" => Some(1e3),
        "M" => Some(1e6),
        "B" => Some(1e9),
        "T" => Some(1e12),
        _ => None,
    }
}

/// The scale letter that a word stands for. Small letters are ones before the code of a currency: `900m USD`.
fn scale_meant(word: &str, rest: &str) -> Option<&'static str> {
    let code = rest.len() >= 3 && rest.as_bytes()[..3].iter().all(u8::is_ascii_uppercase);
    match word {
        "m" if code => Some("M"),
        "b" if code => Some("B"),
        _ => spelling::scale_word(word),
    }
}

/// Whether a number with what follows it is a date such as 2027-Q3 or 2027-07-15.
fn is_date(digits: &str, rest: &str) -> bool {
    let year = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    let quarter = |r: &str| r.len() == 2 && r.starts_with(['Q', 'q']) && r.ends_with(|c: char| c.is_ascii_digit());
    let days = |r: &str| r.len() >= 2 && r.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    year && rest.strip_prefix('-').is_some_and(|r| quarter(r) || days(r))
}

/// A unit word: letters, digits, `-`, `_`, `.`, starting with a letter or `$`.
fn word(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join("-");
    let starts = text.starts_with(|c: char| c.is_alphabetic());
    let rest = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (starts && rest).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_letters_stand_alone() {
        assert_eq!(Quantity::parse("20k").unwrap(), Quantity::bare(20e3));
        assert_eq!(Quantity::parse("38B USD").unwrap().number, 38e9);
        assert_eq!(Quantity::parse("80 GB").unwrap().number, 80.0);
        assert_eq!(Quantity::parse("9M tok/s").unwrap().unit.unwrap().to_string(), "tok/s");
        assert_eq!(Quantity::parse("1.2 GW").unwrap().unit.unwrap().to_string(), "GW");
        assert_eq!(Quantity::parse("1.2kW").unwrap().unit.unwrap().to_string(), "kW");
        assert_eq!(Quantity::parse("900M h100-h").unwrap().unit.unwrap().to_string(), "h100-h");
    }

    #[test]
    fn per_cent_is_applied_once() {
        let growth = Quantity::parse("-15 %/year").unwrap();
        assert!((growth.number + 0.15).abs() < 1e-15);
        assert_eq!(growth.unit.unwrap().to_string(), "%/year");
        assert_eq!(Quantity::parse("+30 %").unwrap().number, 0.3);
    }

    #[test]
    fn what_is_ambiguous_or_not_finite_is_refused() {
        for (text, is) in [
            ("1,000", UnitError::Separator("1,000".into())),
            ("1_000", UnitError::Separator("1_000".into())),
            ("1e400", UnitError::NotFinite("1e400".into())),
            (".inf", UnitError::NotFinite(".inf".into())),
            ("-.INF", UnitError::NotFinite("-.INF".into())),
            ("NaN", UnitError::NotFinite("NaN".into())),
            ("many", UnitError::NotANumber("many".into())),
            ("", UnitError::NotANumber(String::new())),
            ("3 USD//h", UnitError::BadUnit("3 USD//h".into())),
            ("3 USD/chip*h", UnitError::BadUnit("3 USD/chip*h".into())),
            ("1.2.3", UnitError::BadUnit("1.2.3".into())),
        ] {
            assert_eq!(Quantity::parse(text), Err(is), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,40}") {
            let _ = Quantity::parse(&text);
        }

        #[test]
        fn every_finite_number_survives_the_way_through_text(x in -1e300f64..1e300) {
            proptest::prop_assert_eq!(Quantity::parse(&format!("{x:?}")).unwrap(), Quantity::bare(x));
        }
    }
}
