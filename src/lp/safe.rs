//! Sums that rounding cannot make lie: each with a bound of its own error.
//!
//! Products are split into their rounded value and what rounding lost, which is exact (fused multiply-add;
//! Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26, 2005), and added up in
//! double-double. An addition there errs by at most 4 u^2 times what it adds to, with u = 2^-53 (Joldes,
//! Muller and Popescu, "Tight and rigorous error bounds for basic building blocks of double-word
//! arithmetic", ACM TOMS 44, 2017: 3 u^2 + O(u^3) for sums of one sign; of both signs relative to the sum of
//! absolute values), so that after n of them the sum is within 8 n u^2 times the sum of absolute values,
//! and the rounding of its last step; a sum in which nothing was rounded has no error at all. What may underflow is a smallest normal number for each term.

/// What the certificate's numbers are computed with, as a plan tells it.
pub const ARITHMETIC: &str = "double-double with error bounds";

/// Half of the distance from 1 to the next number.
const U: f64 = f64::EPSILON / 2.0;

/// A sum of products with a bound of its error.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SafeSum {
    high: f64,
    low: f64,
    /// Sum of absolute values, rounded up by more than it can be off.
    size: f64,
    count: f64,
    /// Whether anything was rounded.
    rounded: bool,
}

impl SafeSum {
    /// Starts at a value.
    pub fn new(start: f64) -> Self {
        SafeSum { high: start, low: 0.0, size: start.abs(), count: 0.0, rounded: false }
    }

    /// Adds a value.
    pub fn add(&mut self, x: f64) {
        let sum = self.high + x;
        if !sum.is_finite() {
            (self.high, self.low) = (sum, 0.0);
            return;
        }
        // Exact: what the sum of the two is more than `sum`.
        let part = sum - self.high;
        let lost = (self.high - (sum - part)) + (x - part);
        let low = self.low + lost;
        let part = low - self.low;
        self.rounded |= (self.low - (low - part)) + (lost - part) != 0.0;
        self.high = sum + low;
        self.low = low - (self.high - sum);
        self.size += x.abs();
        self.count += 1.0;
    }

    /// Adds a product.
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        if product.is_finite() {
            self.add(a.mul_add(b, -product));
        }
    }

    /// The sum, rounded.
    pub fn total(&self) -> f64 {
        self.high + self.low
    }

    /// The sum of absolute values.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// How far the rounded sum may be from the true one.
    pub fn error(&self) -> f64 {
        let total = self.total();
        if !total.is_finite() || (!self.rounded && self.low == 0.0) {
            return 0.0;
        }
        // The sum of absolute values is itself off by less than a part of count x u.
        let size = self.size * (1.0 + 2.0 * self.count * U);
        let error = 2.0 * U * total.abs() + 8.0 * self.count * U * U * size + self.count * f64::MIN_POSITIVE;
        error * (1.0 + 4.0 * U)
    }

    /// A number that the true sum is not below.
    pub fn lower(&self) -> f64 {
        match self.error() {
            0.0 => self.total(),
            error => (self.total() - error).next_down(),
        }
    }

    /// A number that the true sum is not above.
    pub fn upper(&self) -> f64 {
        match self.error() {
            0.0 => self.total(),
            error => (self.total() + error).next_up(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integers of up to 2^53 whose products add up exactly in 128 bits.
    fn exact(terms: &[(i64, i64)]) -> i128 {
        terms.iter().map(|&(a, b)| i128::from(a) * i128::from(b)).sum()
    }

    #[test]
    fn sums_that_cancel_are_within_their_bounds() {
        let mut state = 3u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as i64 - (1 << 52)
        };
        let mut plain_is_off = 0;
        for n in [1, 2, 3, 10, 100, 1000] {
            let mut terms: Vec<(i64, i64)> = (0..n).map(|_| (random(), random() >> 20)).collect();
            // Nearly all of it cancels.
            let back: Vec<(i64, i64)> = terms.iter().map(|&(a, b)| (-a, b)).collect();
            terms.extend(back);
            terms.push((1, 7));
            let mut sum = SafeSum::new(0.0);
            terms.iter().for_each(|&(a, b)| sum.add_product(a as f64, b as f64));
            let exact = exact(&terms) as f64;
            assert!(
                sum.lower() <= exact && exact <= sum.upper(),
                "{n}: {exact} not in {} {}",
                sum.lower(),
                sum.upper()
            );
            assert!(sum.error() < 1e-12 * sum.size(), "{n}");
            let plain: f64 = terms.iter().map(|&(a, b)| a as f64 * b as f64).sum();
            plain_is_off += usize::from(plain != exact);
        }
        assert!(plain_is_off > 0);
    }

    #[test]
    fn what_is_exact_has_no_error() {
        let mut sum = SafeSum::new(0.0);
        sum.add_product(3.0, 4.0);
        sum.add_product(-2.0, 6.0);
        sum.add(1.0);
        assert_eq!((sum.lower(), sum.total(), sum.upper()), (1.0, 1.0, 1.0));
        sum.add(1e-40);
        assert!(sum.lower() < 1.0 && sum.upper() > 1.0 && sum.error() < 1e-15);
    }

    /// 0.1 is more than a tenth, 0.3 less than three: 3 x 0.1 - 0.3 is 2.8e-17 and no zero.
    #[test]
    fn what_looks_like_nothing_is_told_apart() {
        let mut sum = SafeSum::new(-0.3);
        sum.add_product(3.0, 0.1);
        assert!(sum.lower() > 0.0 && sum.upper() < 3e-17);
    }

    #[test]
    fn what_is_infinite_stays_so() {
        let mut sum = SafeSum::new(0.0);
        sum.add_product(1e300, 1e300);
        assert_eq!(sum.total(), f64::INFINITY);
        let mut sum = SafeSum::new(0.0);
        sum.add_product(1.0, f64::NEG_INFINITY);
        assert_eq!((sum.lower(), sum.total()), (f64::NEG_INFINITY, f64::NEG_INFINITY));
    }
}
