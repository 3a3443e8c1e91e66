//! Which column enters in the dual method: the long step.
//!
//! The dual cost goes on rising beyond the first column whose reduced cost becomes 0 as long as what the leaving
//! column lacks is more than what all columns so far give when they go to their other bound (bound flipping: Maros,
//! "Computational techniques of the simplex method", 2003, section 10.3; Koberstein, "The dual simplex method,
//! techniques for a fast and stable implementation", 2005, section 6.2). Near the end of the step, the largest pivot
//! among those that a little tolerance allows is taken (Harris, "Pivot selection methods of the Devex LP code", Math.
//! Program. 5, 1973).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::state::{At, DUAL, PIVOT, State};

/// A column that the step can end at.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// Where its reduced cost becomes 0.
    step: f64,
    /// Its entry in the row, and its reduced cost, both without sign.
    size: f64,
    cost: f64,
    column: u32,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    /// The largest is the one with the least step, so that it is the first of a heap.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_step = other.step.total_cmp(&self.step);
        by_step.then(self.size.total_cmp(&other.size)).then(other.column.cmp(&self.column))
    }
}

/// Space for candidates, kept from one iteration to the next.
#[derive(Debug, Default)]
pub struct Candidates {
    all: Vec<Candidate>,
    passed: Vec<Candidate>,
}

impl Candidates {
    /// The column that enters when a place lacks `lack` (below its bound if `sign` is -1, above if 1), by the row in
    /// `alpha`; those that go to their other bounds are in `flips`.
    pub fn enter(&mut self, s: &State, sign: f64, lack: f64, flips: &mut Vec<u32>) -> Option<usize> {
        flips.clear();
        self.all.clear();
        for (j, a) in s.alpha.iter() {
            let at = s.at[j as usize];
            let (a, j) = (sign * a, j as usize);
            let blocks = match at {
                At::Basic => false,
                At::Lower => a > PIVOT && s.lower[j] < s.upper[j],
                At::Upper => a < -PIVOT && s.lower[j] < s.upper[j],
                At::Free => a.abs() > PIVOT,
            };
            if blocks {
                let cost = if at == At::Free { 0.0 } else { s.d[j] * a.signum() };
                let size = a.abs();
                self.all.push(Candidate { step: cost.max(0.0) / size, size, cost, column: j as u32 });
            }
        }
        if self.all.is_empty() {
            return None;
        }
        let mut heap = BinaryHeap::from(std::mem::take(&mut self.all));
        self.passed.clear();
        let mut slope = lack;
        while let Some(first) = heap.pop() {
            slope -= first.size * (s.upper[first.column as usize] - s.lower[first.column as usize]);
            self.passed.push(first);
            if slope < 0.0 {
                break;
            }
        }
        // With a little tolerance the step may end at any of these instead of the last.
        let last = self.passed[self.passed.len() - 1];
        let mut most = (last.cost + DUAL) / last.size;
        self.all = heap.into_vec();
        self.all.iter().for_each(|c| most = most.min((c.cost + DUAL) / c.size));
        let mut best = last;
        for &c in &self.all {
            if c.step <= most && c.size > best.size {
                best = c;
            }
        }
        let mut passed = self.passed.len() - 1;
        // An earlier one, if the pivot would be small.
        let largest = self.passed.iter().fold(best.size, |a, c| a.max(c.size));
        if best.size < SMALL * largest {
            for k in (0..self.passed.len() - 1).rev() {
                if self.passed[k].size >= (10.0 * best.size).min(SMALL * largest) {
                    best = self.passed[k];
                    passed = k;
                    if best.size >= SMALL * largest {
                        break;
                    }
                }
            }
        }
        flips.extend(self.passed[..passed].iter().map(|c| c.column));
        Some(best.column as usize)
    }
}

/// A pivot below this part of the largest is small.
const SMALL: f64 = 1e-3;
