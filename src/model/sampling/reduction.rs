//! A readable few of many points: fast forward selection.
//!
//! Points with probabilities p_i are replaced by some of them, so that the distance of the two distributions is small: what it
//! costs to move all probability to what is kept,
//!
//! ```text
//! sum over i of p_i x the smallest c(i, j) of the j that are kept
//! ```
//!
//! One point after another is kept, always the one that makes this sum the least (Dupacova, Groewe-Kuska and Roemisch,
//! "Scenario reduction in stochastic programming: an approach using probability metrics", Mathematical Programming 95, 2003;
//! algorithm 2.4 of Heitsch and Roemisch, Computational Optimization and Applications 24, 2003). The probability of what is
//! not kept goes to the nearest that is. c is the sum of absolute differences of the coordinates, each in its standard
//! deviations.

/// Keeps so many of points that are as likely as one another: their numbers in rising order, with their probabilities.
/// `nominal` says of which coordinates only sameness counts.
pub(in crate::model) fn reduced(points: &[Vec<f64>], nominal: &[bool], keep: usize) -> Vec<(usize, f64)> {
    let n = points.len();
    let even = 1.0 / n as f64;
    if keep >= n {
        return (0..n).map(|i| (i, even)).collect();
    }
    let scales: Vec<f64> = (0..nominal.len()).map(|axis| deviation(points, axis)).collect();
    let apart = |a: usize, b: usize| -> f64 {
        let of = |axis: usize| {
            let by = (points[a][axis] - points[b][axis]).abs();
            match (nominal[axis], scales[axis] > 0.0) {
                (true, _) => f64::from(u8::from(by > 0.0)),
                (false, true) => by / scales[axis],
                (false, false) => 0.0,
            }
        };
        (0..nominal.len()).map(of).sum()
    };
    let mut nearest = vec![(f64::INFINITY, 0); n];
    let mut kept: Vec<usize> = Vec::new();
    for _ in 0..keep {
        let left = |u: usize| (0..n).map(|i| apart(i, u).min(nearest[i].0)).sum::<f64>();
        let free = (0..n).filter(|u| !kept.contains(u));
        // Of those that are as good the first, whatever is added up in which order elsewhere.
        let Some((_, next)) = free.map(|u| (left(u), u)).reduce(|a, b| if b.0 < a.0 { b } else { a }) else { break };
        kept.push(next);
        for (i, near) in nearest.iter_mut().enumerate() {
            let by = apart(i, next);
            if by < near.0 {
                *near = (by, next);
            }
        }
        // What is kept stands for itself, also beside another that is the same.
        nearest[next] = (0.0, next);
    }
    kept.sort_unstable();
    kept.iter().map(|&j| (j, nearest.iter().filter(|(_, near)| *near == j).count() as f64 * even)).collect()
}

fn deviation(points: &[Vec<f64>], axis: usize) -> f64 {
    let n = points.len() as f64;
    let mean = points.iter().map(|p| p[axis]).sum::<f64>() / n;
    (points.iter().map(|p| (p[axis] - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64]) -> Vec<Vec<f64>> {
        values.iter().map(|&v| vec![v]).collect()
    }

    /// Of 0, 1, 2, 3 and 10 the one with the least distance to all is 2 (2 + 1 + 0 + 1 + 8 = 12; 1 and 3 have 13), with all
    /// probability. Then 10 takes 8 away, and no other more than 2: it stands for itself, and 2 for the other four.
    #[test]
    fn few_points_by_hand() {
        let points = line(&[0.0, 1.0, 2.0, 3.0, 10.0]);
        assert_eq!(reduced(&points, &[false], 1), [(2, 1.0)]);
        assert_eq!(reduced(&points, &[false], 2), [(2, 0.8), (4, 0.2)]);
        assert_eq!(reduced(&points, &[false], 5).iter().map(|k| k.0).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    /// What has no order is the same or not, and what never differs does not count.
    #[test]
    fn what_has_no_order_is_the_same_or_not() {
        let points: Vec<Vec<f64>> = [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [7.0, 1.0]].map(|p| p.to_vec()).to_vec();
        assert_eq!(reduced(&points, &[true, false], 2), [(0, 0.75), (3, 0.25)]);
    }

    /// Points that are all alike are one, and probabilities add up to 1.
    #[test]
    fn probabilities_add_up() {
        let kept = reduced(&line(&[3.0; 8]), &[false], 3);
        assert_eq!(kept.len(), 3);
        assert!((kept.iter().map(|k| k.1).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
