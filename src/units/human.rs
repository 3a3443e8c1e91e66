//! Numbers for people: `1.23B`, `45.2k`, `38.5 %`. Four significant digits at most, never an
//! exponent, with the same scale letters that the parser reads.

/// A number with a scale letter: 12_345_678 is `12.35M`.
#[must_use]
pub fn number(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        return x.to_string();
    }
    // The bounds are where rounding to four digits would show the next letter's 1.
    let (scaled, letter) = if size >= 999.95e9 {
        (x / 1e12, "T")
    } else if size >= 999.95e6 {
        (x / 1e9, "B")
    } else if size >= 999.95e3 {
        (x / 1e6, "M")
    } else if size >= 9_999.5 {
        (x / 1e3, "k")
    } else {
        (x, "")
    };
    format!("{}{letter}", plain(scaled))
}

/// Money: `1.23B USD`.
#[must_use]
pub fn money(x: f64, currency: &str) -> String {
    format!("{} {currency}", number(x))
}

/// Two amounts of money with as many digits as tell them apart: `65.64B USD` and `65.67B USD`.
#[must_use]
pub(crate) fn apart(a: f64, b: f64, currency: &str) -> [String; 2] {
    let plain = [money(a, currency), money(b, currency)];
    let size = a.abs().max(b.abs());
    // The difference in two digits.
    let digits = (size / (a - b).abs()).log10().floor() + 3.0;
    if !digits.is_finite() || digits <= 4.0 {
        return plain;
    }
    let (scale, letter) = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, "")]
        .into_iter()
        .find(|(scale, _)| size >= if *scale == 1e3 { 1e4 } else { *scale })
        .unwrap_or((1.0, ""));
    let decimals = (digits - 1.0 - (size / scale).log10().floor()).clamp(0.0, 9.0) as usize;
    [a, b].map(|x| format!("{:.decimals$}{letter} {currency}", x / scale))
}

/// Power given in kW: `1.75 GW`.
#[must_use]
pub fn power(kilowatts: f64) -> String {
    let (scaled, unit) = match kilowatts.abs() {
        x if x >= 999_950.0 => (kilowatts / 1e6, "GW"),
        x if x >= 999.95 => (kilowatts / 1e3, "MW"),
        _ => (kilowatts, "kW"),
    };
    format!("{} {unit}", plain(scaled))
}

/// A mass given in kg: `20 kt`.
#[must_use]
pub fn mass(kilograms: f64) -> String {
    let (scaled, unit) = match kilograms.abs() {
        x if x >= 999.95e6 => (kilograms / 1e9, "Mt"),
        x if x >= 999.95e3 => (kilograms / 1e6, "kt"),
        x if x >= 999.95 => (kilograms / 1e3, "t"),
        _ => (kilograms, "kg"),
    };
    format!("{} {unit}", plain(scaled))
}

/// A share: `38.5 %`.
#[must_use]
pub fn percent(x: f64) -> String {
    format!("{} %", plain(x * 100.0))
}

/// How many there are of something whose plural ends in s: `1 row`, `2 rows`.
#[must_use]
pub(crate) fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// Four significant digits without an exponent and without trailing zeros.
fn plain(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let whole = x.abs().log10().floor();
    if whole < -7.0 {
        return "0".to_owned();
    }
    let decimals = (3.0 - whole).clamp(0.0, 10.0) as usize;
    let mut text = format!("{x:.decimals$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_no_plural() {
        assert_eq!([0, 1, 2].map(|n| count(n, "node")), ["0 nodes", "1 node", "2 nodes"]);
    }

    #[test]
    fn amounts_that_are_near_are_told_apart() {
        let of = |a, b| apart(a, b, "USD").join(" ");
        assert_eq!(of(101.9997, 102.0021), "101.9997 USD 102.0021 USD");
        assert_eq!(of(65.6533e9, 65.6541e9), "65.65330B USD 65.65410B USD");
        assert_eq!(of(1.0, 2.0), "1 USD 2 USD");
        assert_eq!(of(5.0, 5.0), "5 USD 5 USD");
        assert_eq!(of(-101.9997, -102.0021), "-101.9997 USD -102.0021 USD");
    }

    #[test]
    fn four_digits_and_a_letter() {
        for (x, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.000_012_34, "0.00001234"),
            (-0.5, "-0.5"),
            (1234.4, "1234"),
            (9999.4, "9999"),
            (9999.6, "10k"),
            (45_230.0, "45.23k"),
            (999_960.0, "1M"),
            (38e9, "38B"),
            (-1.5e12, "-1.5T"),
        ] {
            assert_eq!(number(x), text, "{x}");
        }
        assert_eq!(percent(0.385), "38.5 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(money(12.3e9, "USD"), "12.3B USD");
        assert_eq!(power(1.75e6), "1.75 GW");
        assert_eq!(power(5000.0), "5 MW");
        assert_eq!([0.5, 999.96, 2e4, 20e6, 1.5e9].map(mass), ["0.5 kg", "1 t", "20 t", "20 kt", "1.5 Mt"]);
    }
}
