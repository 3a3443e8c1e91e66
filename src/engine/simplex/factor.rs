//! The basis as a product of triangles, solved with and kept up to date.
//!
//! Of the columns of a basis one leaves and one enters at a time; the upper triangle is mended after each (Forrest and
//! Tomlin, "Updated triangular factors of the basis to maintain sparsity in the product form simplex method", Math.
//! Program. 2, 1972). Each basic column is kept at the place of the row of its pivot, so that rows and places are one.

use super::lu::triangles;
use super::problem::Problem;
use super::sparse::{Lists, Slots, SparseVec};
use super::triangle::{Search, solve};

/// Entries below this are rounding.
const DROP: f64 = 1e-14;
const NONE: u32 = u32::MAX;

/// A factorisation.
#[derive(Debug, Default)]
pub struct Factor {
    m: usize,
    /// The lower triangle: for each place what it is taken off, and the other way round.
    lower: Lists,
    lower_across: Lists,
    /// Places in the order of their pivots.
    lower_order: Vec<u32>,
    /// What was eliminated by updates: the place of a row and the multiples of others that it lost.
    etas: Vec<(u32, usize, usize)>,
    eta_items: Vec<(u32, f64)>,
    /// The upper triangle, without its diagonal, by columns and by rows.
    columns: Slots,
    rows: Slots,
    diagonal: Vec<f64>,
    /// Places in order; those that moved since are further behind again.
    order: Vec<u32>,
    position: Vec<u32>,
    search: Search,
    /// Number of updates since it was made.
    pub updates: usize,
    /// Entries when it was made.
    fresh: usize,
    fill: usize,
}

impl Factor {
    /// Makes it for the basic columns in `head`, which is brought into the order of their places. Returns what had
    /// to be replaced: the columns that left, and the logicals that stand in.
    pub fn make(&mut self, p: &Problem, head: &mut [u32]) -> Vec<(u32, u32)> {
        let m = p.m;
        self.m = m;
        let mut taken = vec![false; m];
        let mut structural = Vec::new();
        let mut entries = Vec::new();
        for &j in head.iter() {
            if (j as usize) < p.n {
                structural.push(j);
                entries.push(p.columns.list(j as usize).to_vec());
            } else {
                taken[j as usize - p.n] = true;
            }
        }
        let t = triangles(taken.clone(), entries);
        self.order.clear();
        self.order.extend((0..m as u32).filter(|&i| taken[i as usize]));
        self.order.extend(&t.rows);
        self.position.resize(m, 0);
        self.order.iter().enumerate().for_each(|(k, &i)| self.position[i as usize] = k as u32);
        self.lower_order.clone_from(&self.order);
        self.columns.reset(m);
        self.rows.reset(m);
        // Rows in the order of their pivots, as they are read.
        let mut lengths = vec![0; m];
        t.upper.iter().flatten().for_each(|e| lengths[e.0 as usize] += 1);
        self.order.iter().for_each(|&i| self.rows.make_room(i as usize, lengths[i as usize] + 2));
        self.diagonal.clear();
        self.diagonal.resize(m, 1.0);
        self.etas.clear();
        self.eta_items.clear();
        self.search.reset(m);
        self.fill = 0;
        let mut pivot_of = vec![NONE; m];
        let (mut left, mut stand_in) = (vec![true; structural.len()], Vec::new());
        (0..m).filter(|&i| taken[i]).for_each(|i| head[i] = (p.n + i) as u32);
        for (k, upper) in t.upper.into_iter().enumerate() {
            let row = t.rows[k] as usize;
            pivot_of[row] = k as u32;
            head[row] = match t.columns[k] {
                Some(c) => {
                    left[c as usize] = false;
                    structural[c as usize]
                }
                None => {
                    stand_in.push((p.n + row) as u32);
                    (p.n + row) as u32
                }
            };
            self.diagonal[row] = t.pivots[k];
            self.fill += upper.len();
            self.columns.make_room(row, upper.len());
            for (i, v) in upper {
                self.rows.push(i as usize, (row as u32, v));
                self.columns.push(row, (i, v));
            }
        }
        self.lower = Lists::default();
        for &k in &pivot_of {
            self.lower.push(if k == NONE { [].iter().copied() } else { t.lower[k as usize].iter().copied() });
        }
        self.lower_across = self.lower.transposed(m);
        self.updates = 0;
        self.fill += self.lower.items() + m;
        self.fresh = self.fill;
        let left = (0..structural.len()).filter(|&c| left[c]).map(|c| structural[c]);
        left.zip(stand_in).collect()
    }

    /// Whether it is time to make it anew.
    pub fn is_worn(&self) -> bool {
        self.updates >= 100 || (self.updates >= 20 && self.fill > 2 * self.fresh + 4 * self.m)
    }

    /// Solves B z = x. What x is before the upper triangle is kept in `spike`, for an update.
    pub fn forward(&mut self, x: &mut SparseVec, spike: Option<&mut Vec<(u32, f64)>>) {
        let (lower, order) = (&self.lower, &self.lower_order);
        solve(x, &mut self.search, |k| lower.list(k), None, order.iter().map(|&k| k as usize));
        for &(row, from, to) in &self.etas {
            let lost: f64 = self.eta_items[from..to].iter().map(|&(i, a)| a * x.val[i as usize]).sum();
            if lost != 0.0 {
                x.add(row, -lost);
            }
        }
        if let Some(spike) = spike {
            spike.clear();
            spike.extend(x.iter().filter(|e| e.1.abs() > DROP));
        }
        let (columns, order, position) = (&self.columns, &self.order, &self.position);
        let backwards = order.iter().enumerate().rev().filter(|&(k, &i)| position[i as usize] == k as u32);
        solve(x, &mut self.search, |k| columns.list(k), Some(&self.diagonal), backwards.map(|(_, &i)| i as usize));
    }

    /// Solves B^T z = x. What x is after the upper triangle is kept in `row`, for an update.
    pub fn backward(&mut self, x: &mut SparseVec, row: Option<&mut Vec<(u32, f64)>>) {
        let (rows, order, position) = (&self.rows, &self.order, &self.position);
        let forwards = order.iter().enumerate().filter(|&(k, &i)| position[i as usize] == k as u32);
        // The diagonal divides at once: y_k = x_k / u_kk, and what follows loses u_kj y_k.
        solve(x, &mut self.search, |k| rows.list(k), Some(&self.diagonal), forwards.map(|(_, &i)| i as usize));
        if let Some(row) = row {
            row.clear();
            row.extend(x.iter());
        }
        for &(row, from, to) in self.etas.iter().rev() {
            let v = x.val[row as usize];
            if v != 0.0 {
                self.eta_items[from..to].iter().for_each(|&(i, a)| x.add(i, -a * v));
            }
        }
        let (lower, order) = (&self.lower_across, &self.lower_order);
        solve(x, &mut self.search, |k| lower.list(k), None, order.iter().rev().map(|&k| k as usize));
    }

    /// Replaces the column at a place by one whose solution has `pivot` there; `spike` and `row` are what
    /// [`Self::forward`] of it and [`Self::backward`] of the place have kept.
    pub fn update(&mut self, place: usize, spike: &[(u32, f64)], row: &[(u32, f64)], pivot: f64) {
        let old = self.diagonal[place];
        self.fill -= self.rows.list(place).len() + self.columns.list(place).len();
        for &(c, _) in self.rows.list(place) {
            self.columns.remove(c as usize, place as u32);
        }
        for &(r, _) in self.columns.list(place) {
            self.rows.remove(r as usize, place as u32);
        }
        self.rows.empty(place);
        let from = self.eta_items.len();
        let own = place as u32;
        // What the row loses of each other to become nothing but its diagonal.
        self.eta_items
            .extend(row.iter().filter(|e| e.0 != own).map(|&(i, v)| (i, -v * old)).filter(|e| e.1.abs() > DROP));
        let to = self.eta_items.len();
        self.columns.make_room(place, spike.len());
        for &(i, v) in spike.iter().filter(|e| e.0 != own) {
            self.columns.push(place, (i, v));
            self.rows.push(i as usize, (own, v));
        }
        self.fill += self.columns.list(place).len() + to - from;
        if to > from {
            self.etas.push((own, from, to));
        }
        // The determinant grows by the pivot.
        self.diagonal[place] = pivot * old;
        self.position[place] = self.order.len() as u32;
        self.order.push(own);
        self.updates += 1;
    }
}
