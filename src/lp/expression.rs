//! Affine expressions of columns.

use super::ColumnId;

/// A sum of columns, each with its factor, and a constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affine {
    /// Columns, each with its factor; a column may occur more than once.
    pub terms: Vec<(ColumnId, f64)>,
    /// What does not depend on the columns.
    pub constant: f64,
}

impl Affine {
    /// Its value at a solution.
    #[must_use]
    pub fn at(&self, x: &[f64]) -> f64 {
        self.constant + self.terms.iter().map(|&(c, a)| a * x[c.0 as usize]).sum::<f64>()
    }

    /// This one times `factor`, plus another one times `by`.
    #[must_use]
    pub fn plus(&self, factor: f64, other: &Affine, by: f64) -> Affine {
        let own = self.terms.iter().map(|&(c, a)| (c, factor * a));
        let terms = own.chain(other.terms.iter().map(|&(c, a)| (c, by * a))).collect();
        Affine { terms, constant: factor * self.constant + by * other.constant }
    }

    /// Adds another one times `by`.
    pub fn add(&mut self, by: f64, other: &Affine) {
        self.terms.extend(other.terms.iter().map(|&(c, a)| (c, by * a)));
        self.constant += by * other.constant;
    }

    /// Brings together columns that occur more than once; those that cancel go.
    pub fn collect(&mut self) {
        self.terms.sort_by_key(|&(c, _)| c);
        self.terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.terms.retain(|&(_, a)| a != 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_added_up_and_cancel() {
        let (x, y) = (ColumnId(0), ColumnId(1));
        let mut sum = Affine { terms: vec![(y, 2.0), (x, 1.0)], constant: 3.0 };
        sum.add(-2.0, &Affine { terms: vec![(y, 1.0), (x, -1.0)], constant: 1.0 });
        assert_eq!(sum.at(&[5.0, 7.0]), 16.0);
        sum.collect();
        assert_eq!(sum, Affine { terms: vec![(x, 3.0)], constant: 1.0 });
        assert_eq!(sum.plus(2.0, &sum, -1.0).at(&[1.0, 0.0]), 4.0);
    }
}
