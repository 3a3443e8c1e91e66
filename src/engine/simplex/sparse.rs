//! Vectors and matrices of which most is zero.

/// A vector with the places where it may not be zero.
#[derive(Clone, Debug, Default)]
pub struct SparseVec {
    /// All values.
    pub val: Vec<f64>,
    /// Where they may differ from zero, each place once.
    pub idx: Vec<u32>,
}

impl SparseVec {
    /// Zeros again.
    pub fn clear(&mut self) {
        if self.idx.len() * 4 > self.val.len() {
            self.val.fill(0.0);
        } else {
            self.idx.iter().for_each(|&i| self.val[i as usize] = 0.0);
        }
        self.idx.clear();
    }

    /// Zeros of another length.
    pub fn reset(&mut self, len: usize) {
        self.clear();
        self.val.resize(len, 0.0);
    }

    /// Adds to a place.
    #[inline]
    pub fn add(&mut self, i: u32, value: f64) {
        let v = &mut self.val[i as usize];
        if *v == 0.0 {
            self.idx.push(i);
        }
        *v += value;
        if *v == 0.0 {
            // It is listed already: what is not quite zero is not listed twice.
            *v = TINY;
        }
    }

    /// The places and values that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.idx.iter().map(|&i| (i, self.val[i as usize]))
    }

    /// The same as another.
    pub fn copy_from(&mut self, other: &SparseVec) {
        self.clear();
        self.val.resize(other.val.len(), 0.0);
        self.idx.extend_from_slice(&other.idx);
        for (i, v) in other.iter() {
            self.val[i as usize] = v;
        }
    }

    /// The sum of its squares.
    pub fn square(&self) -> f64 {
        self.iter().map(|(_, v)| v * v).sum()
    }
}

/// Stands for a zero that is listed; far below anything that counts.
pub const TINY: f64 = 1e-100;

/// Lists of places and values, one after the other.
#[derive(Clone, Debug)]
pub struct Lists {
    start: Vec<usize>,
    items: Vec<(u32, f64)>,
}

impl Default for Lists {
    fn default() -> Self {
        Lists { start: vec![0], items: Vec::new() }
    }
}

impl Lists {
    /// Number of lists.
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// Number of items of all lists.
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// Adds a list at the end.
    pub fn push(&mut self, items: impl IntoIterator<Item = (u32, f64)>) {
        self.items.extend(items);
        self.start.push(self.items.len());
    }

    /// A list.
    #[inline]
    pub fn list(&self, k: usize) -> &[(u32, f64)] {
        &self.items[self.start[k]..self.start[k + 1]]
    }

    /// The same matrix the other way round, with `across` lists.
    pub fn transposed(&self, across: usize) -> Lists {
        let mut start = vec![0usize; across + 1];
        self.items.iter().for_each(|&(i, _)| start[i as usize + 1] += 1);
        for i in 0..across {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut items = vec![(0u32, 0.0); self.items.len()];
        for k in 0..self.len() {
            for &(i, v) in self.list(k) {
                items[next[i as usize]] = (k as u32, v);
                next[i as usize] += 1;
            }
        }
        Lists { start, items }
    }
}
