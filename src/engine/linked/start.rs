//! Where the search by parts begins.

use super::block::{Block, Cut};
use super::member::Member;
use super::part::Part;
use super::sharing::Sharing;

/// Where the search begins.
pub(super) struct Start {
    /// The mean of what each part has by itself.
    pub point: Vec<f64>,
    /// How far each shared column may move in a first step.
    pub reach: Vec<f64>,
    /// What costs are measured in.
    pub unit: f64,
}

impl Start {
    /// From the parts at their own optima, in a whole program with so many columns.
    pub fn of(
        blocks: &[Block],
        alone: &[(f64, Cut)],
        sharing: &Sharing,
        (parts, members): (&[Part], &[Member<'_>]),
        columns: usize,
    ) -> Self {
        let count = sharing.count();
        let (mut sums, mut having) = (vec![0.0; count], vec![0.0; count]);
        let (mut least, mut most) = (vec![f64::INFINITY; count], vec![f64::NEG_INFINITY; count]);
        let mut whole = vec![0.0; columns];
        for (part, block) in parts.iter().zip(blocks) {
            part.put_point(members, &block.point, &mut whole);
            for master in block.masters() {
                let (x, j) = (sharing.at(&whole, master), master.0 as usize);
                sums[j] += x;
                having[j] += 1.0;
                least[j] = least[j].min(x);
                most[j] = most[j].max(x);
            }
        }
        let spread: Vec<f64> = least.iter().zip(&most).map(|(l, m)| (m - l).max(0.0)).collect();
        let widest = spread.iter().fold(0.0f64, |a, s| a.max(*s));
        let size = most.iter().zip(&least).fold(1.0f64, |a, (m, l)| a.max(m.abs()).max(l.abs()));
        let cost = alone.iter().fold(0.0f64, |a, (cost, _)| a.max(cost.abs()));
        let means = sums.iter().zip(&having).map(|(sum, n)| sum / n);
        Start {
            point: means.zip(&sharing.bounds).map(|(x, b)| x.max(b.0).min(b.1)).collect(),
            reach: spread.iter().map(|s| s + 0.1 * widest + 1e-3 * size).collect(),
            unit: if cost > 0.0 { cost / size } else { 1.0 },
        }
    }
}
