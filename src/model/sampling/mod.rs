//! Random samples: points drawn from the distributions of several axes, with correlations.

mod random;
mod reduction;

use self::random::{Generator, normal_probability, normal_quantile, quantile};
pub(in crate::model) use self::reduction::reduced;
use crate::document::Axis;

/// A random sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// How many points.
    pub samples: usize,
    /// The random seed.
    pub seed: u64,
    /// Whether each axis is covered evenly (Latin hypercube).
    pub latin: bool,
    /// Correlations of the normal scores of pairs of axes.
    pub correlations: Vec<(usize, usize, f64)>,
}

/// Correlations that contradict one another: no quantities have all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contradictory;

impl Sampling {
    /// The points: a value of each axis.
    ///
    /// Normal scores with the correlations asked for are drawn first. A plain sample takes the
    /// probability of each score; a Latin hypercube takes the ranks of the scores within the sample,
    /// each rank a stratum of its own in which the point falls at random (McKay, Beckman and Conover,
    /// Technometrics 21(2), 1979; the pairing by ranks is that of Iman and Conover, Communications in
    /// Statistics B11(3), 1982).
    pub(crate) fn points(&self, axes: &[Axis]) -> Result<Vec<Vec<f64>>, Contradictory> {
        let (n, k) = (self.samples, axes.len());
        let factor = cholesky(k, &self.correlations)?;
        let mut generator = Generator::new(self.seed);
        let mut scores = vec![Vec::with_capacity(n); k];
        for _ in 0..n {
            let z: Vec<f64> = (0..k).map(|_| normal_quantile(generator.uniform())).collect();
            for (axis, row) in factor.iter().enumerate() {
                scores[axis].push(row.iter().zip(&z).map(|(l, z)| l * z).sum::<f64>());
            }
        }
        let mut points = vec![vec![0.0; k]; n];
        for (axis, scores) in scores.iter().enumerate() {
            let probabilities: Vec<f64> = if self.latin {
                let mut order: Vec<usize> = (0..n).collect();
                order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
                let mut probabilities = vec![0.0; n];
                for (rank, &point) in order.iter().enumerate() {
                    probabilities[point] = (rank as f64 + generator.uniform()) / n as f64;
                }
                probabilities
            } else {
                scores.iter().map(|&z| normal_probability(z)).collect()
            };
            for (point, &u) in probabilities.iter().enumerate() {
                // Rounding must not make a certainty of it, at which a normal quantile is infinite.
                points[point][axis] = quantile(&axes[axis].spread, u.clamp(1e-16, 1.0 - 1e-16));
            }
        }
        Ok(points)
    }

    /// The seed of a sample of its own, by its number: that output of a generator that starts from this seed, so that
    /// samples have nothing in common.
    #[must_use]
    pub(crate) fn seed_of(&self, replication: usize) -> u64 {
        Generator::after(self.seed, replication as u64).next()
    }
}

/// The lower triangular factor of the matrix of correlations.
fn cholesky(k: usize, correlations: &[(usize, usize, f64)]) -> Result<Vec<Vec<f64>>, Contradictory> {
    let mut matrix = vec![vec![0.0; k]; k];
    (0..k).for_each(|i| matrix[i][i] = 1.0);
    for &(a, b, by) in correlations {
        (matrix[a][b], matrix[b][a]) = (by, by);
    }
    let mut factor = vec![vec![0.0; k]; k];
    for i in 0..k {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|m| factor[i][m] * factor[j][m]).sum();
            let left: f64 = matrix[i][j] - sum;
            factor[i][j] = if i == j {
                if left < -1e-9 {
                    return Err(Contradictory);
                }
                left.max(0.0).sqrt()
            } else if factor[j][j] > 1e-9 {
                left / factor[j][j]
            } else {
                0.0
            };
        }
    }
    Ok(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostics, Sources};
    use crate::document::read_axis;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        let (mut s, mut d) = (Sources::new(), Diagnostics::new());
        texts.iter().map(|t| read_axis(t, &mut s, &mut d).unwrap()).collect()
    }

    fn drawn(latin: bool, by: f64) -> Vec<Vec<f64>> {
        let axes = axes(&["a=normal(10, 2)", "b=uniform(0, 1)"]);
        let sampling = Sampling { samples: 2000, seed: 7, latin, correlations: vec![(0, 1, by)] };
        sampling.points(&axes).unwrap()
    }

    #[test]
    fn samples_have_their_moments_and_correlations() {
        for latin in [false, true] {
            let points = drawn(latin, 0.8);
            let mean = |i: usize| points.iter().map(|p| p[i]).sum::<f64>() / 2000.0;
            let (ma, mb) = (mean(0), mean(1));
            let moment =
                |i: usize, j: usize| points.iter().map(|p| (p[i] - [ma, mb][i]) * (p[j] - [ma, mb][j])).sum::<f64>();
            let correlation = moment(0, 1) / (moment(0, 0) * moment(1, 1)).sqrt();
            let tolerance = if latin { 0.001 } else { 0.15 };
            assert!((ma - 10.0).abs() < tolerance && (mb - 0.5).abs() < tolerance, "{ma} {mb}");
            assert!(((moment(0, 0) / 2000.0).sqrt() - 2.0).abs() < 0.1);
            // 0.8 between normal scores is 6/pi asin(0.4) = 0.786 between uniforms, a little less
            // between a normal and a uniform.
            assert!((correlation - 0.78).abs() < 0.03, "{correlation}");
        }
        assert_eq!(drawn(true, 0.8), drawn(true, 0.8));
        assert_ne!(drawn(true, 0.8), drawn(true, 0.7));
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_each_stratum() {
        let mut strata: Vec<usize> = drawn(true, 0.3).iter().map(|p| (p[1] * 2000.0) as usize).collect();
        strata.sort_unstable();
        assert_eq!(strata, (0..2000).collect::<Vec<_>>());
    }

    #[test]
    fn correlations_that_contradict_are_refused() {
        assert!(cholesky(3, &[(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)]).is_err());
        assert!(cholesky(2, &[(0, 1, 1.0)]).is_ok());
    }
}
