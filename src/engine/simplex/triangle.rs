//! Solving with a triangular matrix and a right-hand side of which most is zero.
//!
//! With few non-zeros it is found first which places they reach (Gilbert and Peierls, "Sparse partial pivoting in
//! time proportional to arithmetic operations", SIAM J. Sci. Stat. Comput. 9, 1988), so that the time is that of the
//! arithmetic; with more, all places are passed in order.

use super::sparse::SparseVec;

/// The part of all places above which they are passed in order.
const SPARSE: f64 = 0.05;
/// Values below this are rounding.
const ZERO: f64 = 1e-14;

/// What a search needs besides.
#[derive(Clone, Debug, Default)]
pub struct Search {
    seen: Vec<bool>,
    stack: Vec<(u32, u32)>,
    /// Places after all that they reach.
    done: Vec<u32>,
}

impl Search {
    /// For so many places.
    pub fn reset(&mut self, len: usize) {
        self.seen.clear();
        self.seen.resize(len, false);
    }

    fn reach<'a>(&mut self, from: &[u32], next: &impl Fn(usize) -> &'a [(u32, f64)]) {
        self.done.clear();
        for &start in from {
            if self.seen[start as usize] {
                continue;
            }
            self.seen[start as usize] = true;
            self.stack.push((start, 0));
            while let Some((place, at)) = self.stack.last_mut() {
                let list = next(*place as usize);
                let found = list[*at as usize..].iter().position(|&(i, _)| !self.seen[i as usize]);
                if let Some(offset) = found {
                    let to = list[*at as usize + offset].0;
                    *at += offset as u32 + 1;
                    self.seen[to as usize] = true;
                    self.stack.push((to, 0));
                } else {
                    self.done.push(*place);
                    self.stack.pop();
                }
            }
        }
    }
}

/// One place of it; false if nothing is left there.
#[inline(always)]
fn settle<'a>(val: &mut [f64], k: usize, next: &impl Fn(usize) -> &'a [(u32, f64)], diagonal: Option<&[f64]>) -> bool {
    let v = val[k];
    if v.abs() <= ZERO {
        val[k] = 0.0;
        return false;
    }
    let v = diagonal.map_or(v, |d| v / d[k]);
    val[k] = v;
    for &(i, a) in next(k) {
        val[i as usize] -= a * v;
    }
    true
}

/// Replaces x by the solution: each place, once it is final, is divided by its diagonal (if there are any) and taken
/// off the places in its list. `order` has all places so that each comes before those in its list.
pub fn solve<'a>(
    x: &mut SparseVec,
    search: &mut Search,
    next: impl Fn(usize) -> &'a [(u32, f64)],
    diagonal: Option<&[f64]>,
    order: impl Iterator<Item = usize>,
) {
    if (x.idx.len() as f64) < SPARSE * x.val.len() as f64 {
        search.reach(&x.idx, &next);
        x.idx.clear();
        for k in 0..search.done.len() {
            let place = search.done[search.done.len() - 1 - k];
            search.seen[place as usize] = false;
            if settle(&mut x.val, place as usize, &next, diagonal) {
                x.idx.push(place);
            }
        }
    } else {
        x.idx.clear();
        for k in order {
            if x.val[k] != 0.0 && settle(&mut x.val, k, &next, diagonal) {
                x.idx.push(k as u32);
            }
        }
    }
}
