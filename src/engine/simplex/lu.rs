//! A basis taken apart into a lower and an upper triangle.
//!
//! Columns with one entry left, then rows with one entry left, are pivots that cost nothing; what remains is
//! eliminated in the order that promises least fill-in among pivots that are large enough in their column
//! (Markowitz, "The elimination form of the inverse and its application to linear programming", Management Sci. 3,
//! 1957; Suhl and Suhl, "Computing sparse LU factorizations for large-scale linear programming bases", ORSA J.
//! Comput. 2, 1990). Columns without a pivot give way to the logicals of the rows without one.

/// A pivot is at least this part of the largest entry of its column.
const THRESHOLD: f64 = 0.1;
/// Entries below this are no pivots.
const SMALLEST: f64 = 1e-10;
/// Entries below this are rounding.
const DROP: f64 = 1e-15;
/// Candidates looked at before the best of them is taken.
const CANDIDATES: usize = 6;
const NONE: u32 = u32::MAX;

/// Both triangles, by pivots in their order.
#[derive(Debug, Default)]
pub struct Triangles {
    /// Row of each pivot.
    pub rows: Vec<u32>,
    /// Which of the columns given was its column; none for a logical that stands in.
    pub columns: Vec<Option<u32>>,
    /// Value of each pivot.
    pub pivots: Vec<f64>,
    /// What is below it, as multiples of it.
    pub lower: Vec<Vec<(u32, f64)>>,
    /// What is above it.
    pub upper: Vec<Vec<(u32, f64)>>,
}

/// Places of the same count, linked.
struct Buckets {
    first: Vec<u32>,
    next: Vec<u32>,
    before: Vec<u32>,
    count: Vec<u32>,
}

impl Buckets {
    fn new(places: usize, most: usize) -> Self {
        let none = vec![NONE; places];
        Buckets { first: vec![NONE; most + 2], next: none.clone(), before: none.clone(), count: none }
    }

    fn put(&mut self, k: u32, count: usize) {
        let head = self.first[count];
        self.count[k as usize] = count as u32;
        (self.next[k as usize], self.before[k as usize]) = (head, NONE);
        if head != NONE {
            self.before[head as usize] = k;
        }
        self.first[count] = k;
    }

    fn take(&mut self, k: u32) {
        let at = self.count[k as usize];
        if at == NONE {
            return;
        }
        let (next, before) = (self.next[k as usize], self.before[k as usize]);
        if before == NONE {
            self.first[at as usize] = next
        } else {
            self.next[before as usize] = next
        }
        if next != NONE {
            self.before[next as usize] = before;
        }
        self.count[k as usize] = NONE;
    }
}

struct Elimination {
    /// What is left of each column in rows without a pivot; then what of it is above its pivot.
    columns: Vec<Vec<(u32, f64)>>,
    above: Vec<Vec<(u32, f64)>>,
    /// Columns without a pivot that have an entry in a row.
    rows: Vec<Vec<u32>>,
    row_done: Vec<bool>,
    column_done: Vec<bool>,
    out: Triangles,
}

/// Takes apart a matrix given by its columns. Rows that are `taken` are pivots of columns that have nothing else,
/// and come before all others.
pub fn triangles(taken: Vec<bool>, columns: Vec<Vec<(u32, f64)>>) -> Triangles {
    let m = taken.len();
    let mut counts = vec![0usize; m];
    columns.iter().flatten().for_each(|&(i, _)| counts[i as usize] += 1);
    let mut rows: Vec<Vec<u32>> = counts.iter().map(|&c| Vec::with_capacity(c)).collect();
    for (k, column) in columns.iter().enumerate() {
        column.iter().for_each(|&(i, _)| rows[i as usize].push(k as u32));
    }
    let size = columns.len();
    let mut e = Elimination {
        above: vec![Vec::new(); size],
        columns,
        rows,
        row_done: taken,
        column_done: vec![false; size],
        out: Triangles::default(),
    };
    e.singletons();
    e.rest();
    // What has no pivot is replaced.
    for i in (0..m).filter(|&i| !e.row_done[i]) {
        e.out.rows.push(i as u32);
        e.out.columns.push(None);
        e.out.pivots.push(1.0);
        e.out.lower.push(Vec::new());
        e.out.upper.push(Vec::new());
    }
    e.out
}

impl Elimination {
    fn pivot(&mut self, row: u32, column: u32, value: f64, lower: Vec<(u32, f64)>, upper: Vec<(u32, f64)>) {
        self.row_done[row as usize] = true;
        self.column_done[column as usize] = true;
        self.out.rows.push(row);
        self.out.columns.push(Some(column));
        self.out.pivots.push(value);
        self.out.lower.push(lower);
        self.out.upper.push(upper);
    }

    /// Pivots alone in their column or row, until there are no more.
    fn singletons(&mut self) {
        let free = |column: &Vec<(u32, f64)>| column.iter().filter(|e| !self.row_done[e.0 as usize]).count() as u32;
        let mut in_column: Vec<u32> = self.columns.iter().map(free).collect();
        let mut in_row: Vec<u32> = self.rows.iter().map(|r| r.len() as u32).collect();
        let alone = |counts: &[u32]| -> Vec<u32> {
            (0..counts.len() as u32).rev().filter(|&k| counts[k as usize] == 1).collect()
        };
        let (mut columns, mut rows) = (alone(&in_column), alone(&in_row));
        loop {
            if let Some(k) = columns.pop() {
                if self.column_done[k as usize] || in_column[k as usize] != 1 {
                    continue;
                }
                let entries = std::mem::take(&mut self.columns[k as usize]);
                let left = entries.iter().position(|&(i, _)| !self.row_done[i as usize]);
                let Some((i, value)) = left.map(|p| entries[p]) else { continue };
                if value.abs() < SMALLEST {
                    self.columns[k as usize] = entries;
                    continue;
                }
                for &other in &self.rows[i as usize] {
                    in_column[other as usize] -= 1;
                    if in_column[other as usize] == 1 && !self.column_done[other as usize] {
                        columns.push(other);
                    }
                }
                let above = entries.into_iter().filter(|e| e.0 != i).collect();
                self.pivot(i, k, value, Vec::new(), above);
            } else if let Some(i) = rows.pop() {
                if self.row_done[i as usize] || in_row[i as usize] != 1 {
                    continue;
                }
                let Some(&k) = self.rows[i as usize].iter().find(|&&k| !self.column_done[k as usize]) else { continue };
                let Some(value) = self.columns[k as usize].iter().find(|e| e.0 == i).map(|e| e.1) else { continue };
                if value.abs() < SMALLEST {
                    continue;
                }
                let (mut lower, mut above) = (Vec::new(), Vec::new());
                for (r, a) in std::mem::take(&mut self.columns[k as usize]) {
                    if self.row_done[r as usize] {
                        above.push((r, a));
                    } else if r != i {
                        lower.push((r, a / value));
                    }
                }
                for &(r, _) in &lower {
                    in_row[r as usize] -= 1;
                    if in_row[r as usize] == 1 {
                        rows.push(r);
                    }
                }
                self.pivot(i, k, value, lower, above);
            } else {
                break;
            }
        }
    }

    /// Elimination of what the singletons have left.
    fn rest(&mut self) {
        let (row_done, column_done) = (&self.row_done, &self.column_done);
        let most = self.columns.len().max(self.rows.len());
        let mut by_column = Buckets::new(self.columns.len(), most);
        let mut by_row = Buckets::new(self.rows.len(), most);
        for k in (0..self.columns.len()).rev().filter(|&k| !column_done[k]) {
            let entries = std::mem::take(&mut self.columns[k]);
            let (above, left): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| row_done[e.0 as usize]);
            by_column.put(k as u32, left.len());
            (self.above[k], self.columns[k]) = (above, left);
        }
        for i in (0..self.rows.len()).rev().filter(|&i| !row_done[i]) {
            self.rows[i].retain(|&k| !column_done[k as usize]);
            by_row.put(i as u32, self.rows[i].len());
        }
        let mut work = vec![0.0; self.rows.len()];
        while let Some((i, k)) = self.choose(&mut by_column, &by_row) {
            self.eliminate(i, k, &mut by_column, &mut by_row, &mut work);
        }
    }

    /// The pivot that promises least fill-in.
    fn choose(&self, by_column: &mut Buckets, by_row: &Buckets) -> Option<(u32, u32)> {
        let mut best: Option<(usize, f64, u32, u32)> = None;
        let (mut looked, mut useless) = (0, Vec::new());
        let better = |best: &Option<(usize, f64, u32, u32)>, merit: usize, size: f64| {
            best.as_ref().is_none_or(|b| merit < b.0 || (merit == b.0 && size > b.1))
        };
        let most = by_column.first.len().max(by_row.first.len());
        'search: for count in 1..most {
            if best.as_ref().is_some_and(|b| b.0 <= (count - 1) * (count - 1)) {
                break;
            }
            let mut k = by_column.first.get(count).copied().unwrap_or(NONE);
            while k != NONE {
                let column = &self.columns[k as usize];
                let largest = column.iter().fold(0.0f64, |a, e| a.max(e.1.abs()));
                if largest < SMALLEST {
                    useless.push(k);
                } else {
                    for &(i, a) in column.iter().filter(|e| e.1.abs() >= THRESHOLD * largest) {
                        let merit = (by_row.count[i as usize] as usize - 1) * (count - 1);
                        if better(&best, merit, a.abs() / largest) {
                            best = Some((merit, a.abs() / largest, i, k));
                        }
                    }
                    looked += 1;
                    if looked >= CANDIDATES && best.is_some() {
                        break 'search;
                    }
                }
                k = by_column.next[k as usize];
            }
            let mut i = by_row.first.get(count).copied().unwrap_or(NONE);
            while i != NONE {
                for &k in &self.rows[i as usize] {
                    let column = &self.columns[k as usize];
                    let merit = (column.len() - 1) * (count - 1);
                    if best.as_ref().is_some_and(|b| merit > b.0) {
                        continue;
                    }
                    let (mut largest, mut own) = (0.0f64, 0.0f64);
                    for &(r, a) in column {
                        largest = largest.max(a.abs());
                        if r == i {
                            own = a.abs();
                        }
                    }
                    if own >= SMALLEST && own >= THRESHOLD * largest && better(&best, merit, own / largest) {
                        best = Some((merit, own / largest, i, k));
                    }
                }
                looked += 1;
                if looked >= CANDIDATES && best.is_some() {
                    break 'search;
                }
                i = by_row.next[i as usize];
            }
        }
        useless.into_iter().for_each(|k| by_column.take(k));
        best.map(|b| (b.2, b.3))
    }

    fn eliminate(&mut self, i: u32, k: u32, by_column: &mut Buckets, by_row: &mut Buckets, work: &mut [f64]) {
        by_column.take(k);
        by_row.take(i);
        let entries = std::mem::take(&mut self.columns[k as usize]);
        let value = entries.iter().find(|e| e.0 == i).map_or(1.0, |e| e.1);
        let lower: Vec<(u32, f64)> = entries.iter().filter(|e| e.0 != i).map(|&(r, a)| (r, a / value)).collect();
        for &(r, l) in &lower {
            work[r as usize] = l;
            let row = &mut self.rows[r as usize];
            if let Some(at) = row.iter().position(|&c| c == k) {
                row.swap_remove(at);
            }
        }
        for c in std::mem::take(&mut self.rows[i as usize]).into_iter().filter(|&c| c != k) {
            let column = &mut self.columns[c as usize];
            let Some(at) = column.iter().position(|e| e.0 == i) else { continue };
            let (_, a) = column.swap_remove(at);
            self.above[c as usize].push((i, a));
            let mut at = 0;
            while at < column.len() {
                let (r, l) = (column[at].0, work[column[at].0 as usize]);
                if l != 0.0 {
                    column[at].1 -= l * a;
                    work[r as usize] = 0.0;
                    if column[at].1.abs() < DROP {
                        column.swap_remove(at);
                        let row = &mut self.rows[r as usize];
                        if let Some(p) = row.iter().position(|&x| x == c) {
                            row.swap_remove(p);
                        }
                        continue;
                    }
                }
                at += 1;
            }
            for &(r, l) in &lower {
                if work[r as usize] != 0.0 {
                    let filled = -l * a;
                    if filled.abs() >= DROP {
                        column.push((r, filled));
                        self.rows[r as usize].push(c);
                    }
                }
                work[r as usize] = l;
            }
            if by_column.count[c as usize] != NONE {
                by_column.take(c);
                by_column.put(c, self.columns[c as usize].len());
            }
        }
        for &(r, _) in &lower {
            work[r as usize] = 0.0;
            by_row.take(r);
            by_row.put(r, self.rows[r as usize].len());
        }
        let above = std::mem::take(&mut self.above[k as usize]);
        self.pivot(i, k, value, lower, above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product of both triangles is the matrix.
    fn product(m: usize, t: &Triangles) -> Vec<Vec<f64>> {
        let position: Vec<usize> = (0..m).map(|i| t.rows.iter().position(|&r| r as usize == i).unwrap()).collect();
        let mut product = vec![vec![0.0; m]; m];
        for k in 0..m {
            let column = t.columns[k].map_or(k, |c| c as usize);
            let mut add = |through: usize, u: f64| {
                product[t.rows[through] as usize][column] += u;
                t.lower[through].iter().for_each(|&(i, l)| product[i as usize][column] += l * u);
            };
            add(k, t.pivots[k]);
            t.upper[k].iter().for_each(|&(i, u)| add(position[i as usize], u));
        }
        product
    }

    #[test]
    fn the_product_of_the_triangles_is_the_matrix() {
        let mut seed = 7u64;
        let mut draw = move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 40) as f64 / (1u64 << 24) as f64
        };
        for round in 0..200 {
            let m = 1 + round % 40;
            let density = 0.05 + 0.5 * draw();
            let dense: Vec<Vec<f64>> = (0..m)
                .map(|i| {
                    (0..m)
                        .map(|j| if i == j || draw() < density { (draw() * 8.0).floor() - 3.5 } else { 0.0 })
                        .collect()
                })
                .collect();
            let columns = (0..m)
                .map(|j| (0..m).filter(|&i| dense[i][j] != 0.0).map(|i| (i as u32, dense[i][j])).collect())
                .collect();
            let t = triangles(vec![false; m], columns);
            assert_eq!(t.rows.len(), m);
            if t.columns.iter().any(Option::is_none) {
                continue;
            }
            let product = product(m, &t);
            for i in 0..m {
                for j in 0..m {
                    assert!((product[i][j] - dense[i][j]).abs() < 1e-7, "round {round}: {i}, {j}");
                }
            }
        }
    }

    #[test]
    fn a_logical_stands_in_for_what_depends_on_the_rest() {
        // The second column is twice the first.
        let t = triangles(vec![false; 2], vec![vec![(0, 1.0), (1, 2.0)], vec![(0, 2.0), (1, 4.0)]]);
        assert_eq!(t.columns.iter().filter(|c| c.is_none()).count(), 1);
        assert_eq!(t.rows.len(), 2);
    }
}
