//! When two numbers differ.

use super::types::Change;

/// Numbers nearer to each other than this, relative to the larger, are the same.
pub(super) const SAME: f64 = 1e-6;
/// A change smaller than this part of the largest number of its kind is rounding.
const NOISE: f64 = 1e-9;

impl Change {
    /// Of an amount: what is not there is none of it.
    pub(super) fn amount(before: Option<f64>, after: Option<f64>) -> Change {
        Change { before, after, change: Some(after.unwrap_or(0.0) - before.unwrap_or(0.0)) }
    }

    /// Of a level: what is not there has none.
    pub(super) fn level(before: Option<f64>, after: Option<f64>) -> Change {
        Change { before, after, change: before.zip(after).map(|(before, after)| after - before) }
    }

    /// Whether both sides are the same to the last digit.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.before == self.after
    }

    /// Size of the change; 0 where it is none.
    pub(super) fn size(&self) -> f64 {
        self.change.map_or(0.0, f64::abs)
    }

    /// Whether it is more than rounding among numbers of some size.
    pub(super) fn differs(&self, scale: f64) -> bool {
        let size = |x: Option<f64>| x.map_or(0.0, f64::abs);
        match self.change {
            Some(change) => {
                let larger = size(self.before).max(size(self.after));
                change.abs() > (SAME * larger).max(NOISE * scale)
            }
            None => self.before.is_some() != self.after.is_some(),
        }
    }

    /// The same with a level that only one side computed left out: that is no difference.
    pub(super) fn computed(before: Option<f64>, after: Option<f64>) -> Option<Change> {
        before.zip(after).map(|(before, after)| Change::level(Some(before), Some(after)))
    }
}

/// The largest of some changes' numbers, before or after.
pub(super) fn scale<'a>(changes: impl IntoIterator<Item = &'a Change>) -> f64 {
    changes.into_iter().flat_map(|c| [c.before, c.after]).flatten().fold(0.0, |most, x| x.abs().max(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there() {
        let none = Change::amount(Some(5.0), None);
        assert_eq!(none.change, Some(-5.0));
        assert!(none.differs(5.0));
        let none = Change::level(None, Some(0.5));
        assert_eq!(none.change, None);
        assert!(none.differs(1.0));
        assert!(!Change::level(None, None).differs(1.0));
        assert!(!Change::amount(None, None).differs(1.0));
        assert_eq!(Change::computed(None, Some(1.0)), None);
    }

    #[test]
    fn a_millionth_is_the_same() {
        assert!(!Change::amount(Some(1e6), Some(1e6 + 0.99)).differs(1e6));
        assert!(Change::amount(Some(1e6), Some(1e6 + 1.01)).differs(1e6));
        // Rounding beside billions, and the same number among its own kind.
        assert!(!Change::amount(Some(0.0), Some(3.9e-5)).differs(16e9));
        assert!(Change::amount(Some(0.0), Some(3.9e-5)).differs(1.0));
    }
}
