//! Numbers as other solvers read them.

use std::fmt;

/// Numbers at least so large are written with an exponent, as are those below `SMALL`.
const LARGE: f64 = 1e15;
/// Numbers below this are written with an exponent.
const SMALL: f64 = 1e-4;

/// A number with as many digits as it takes to read the same double back, and with an exponent where its digits alone
/// would be long: CBC and CLP refuse a number of 26 characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.abs() {
            // Without the sign that a zero may have.
            0.0 => f.write_str("0"),
            SMALL..LARGE => write!(f, "{}", self.0),
            _ => write!(f, "{:e}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_back() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (100.0, "100"),
            (-0.0001, "-0.0001"),
            (0.000_099_999_999_999_999_99, "9.999999999999999e-5"),
            (0.000_000_032_188_298_973_933_596, "3.2188298973933596e-8"),
            (999_999_999_999_999.9, "999999999999999.9"),
            (1e15, "1e15"),
            (-1.797_693_134_862_315_7e308, "-1.7976931348623157e308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(Number(x).to_string(), text);
        }
    }

    #[test]
    fn no_number_is_longer_than_readers_take() {
        // The longest of each kind: a sign, 17 digits and what else there is.
        let mut x = 0.1_f64 + 0.2;
        let mut state = 1_u64;
        for _ in 0..100_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            x = f64::from_bits(x.to_bits() ^ state);
            if x.is_finite() {
                let text = Number(x).to_string();
                assert!(text.len() <= 24, "{text}");
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(x.to_bits()), "{text}");
            }
        }
    }
}
