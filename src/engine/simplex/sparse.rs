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
    #[inline(always)]
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
    #[inline(always)]
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

/// Lists that grow and shrink, one after the other as long as they do not grow.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// Of each list where it begins, its length, and the room that it has.
    at: Vec<(u32, u32, u32)>,
    items: Vec<(u32, f64)>,
}

impl Slots {
    /// So many empty lists.
    pub fn reset(&mut self, len: usize) {
        self.at.clear();
        self.at.resize(len, (0, 0, 0));
        self.items.clear();
    }

    /// A list.
    #[inline(always)]
    pub fn list(&self, k: usize) -> &[(u32, f64)] {
        let (start, len, _) = self.at[k];
        &self.items[start as usize..(start + len) as usize]
    }

    /// Empties a list and gives it room for so many.
    pub fn make_room(&mut self, k: usize, room: usize) {
        if self.at[k].2 < room as u32 {
            self.at[k] = (self.items.len() as u32, 0, room as u32);
            self.items.resize(self.items.len() + room, (0, 0.0));
        }
        self.at[k].1 = 0;
    }

    /// Adds to a list, which moves behind the others if it has no room.
    pub fn push(&mut self, k: usize, item: (u32, f64)) {
        let (start, len, room) = self.at[k];
        if len == room {
            let new = self.items.len();
            self.items.extend_from_within(start as usize..(start + len) as usize);
            self.items.resize(new + 2 * room as usize + 4, (0, 0.0));
            self.at[k] = (new as u32, len, 2 * room + 4);
        }
        let (start, len, _) = &mut self.at[k];
        self.items[(*start + *len) as usize] = item;
        *len += 1;
    }

    /// Takes a place out of a list; the last takes its own.
    pub fn remove(&mut self, k: usize, place: u32) {
        if let Some(found) = self.list(k).iter().position(|e| e.0 == place) {
            let (start, len, _) = &mut self.at[k];
            *len -= 1;
            self.items[*start as usize + found] = self.items[(*start + *len) as usize];
        }
    }

    /// Empties a list.
    pub fn empty(&mut self, k: usize) {
        self.at[k].1 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that outgrows its room keeps its items and leaves the others theirs.
    #[test]
    fn lists_grow_and_shrink_by_themselves() {
        let mut slots = Slots::default();
        slots.reset(2);
        slots.make_room(0, 1);
        slots.make_room(1, 1);
        (0..5).for_each(|i| slots.push(0, (i, f64::from(i))));
        slots.push(1, (7, 7.0));
        slots.remove(0, 1);
        slots.remove(0, 9);
        assert_eq!(slots.list(0), [(0, 0.0), (4, 4.0), (2, 2.0), (3, 3.0)]);
        assert_eq!(slots.list(1), [(7, 7.0)]);
        slots.empty(0);
        slots.make_room(1, 3);
        assert!(slots.list(0).is_empty() && slots.list(1).is_empty());
    }
}
