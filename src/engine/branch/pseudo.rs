//! What it cost on average to take a column to the next whole number (Bénichou et al., "Experiments in mixed-integer
//! linear programming", Math. Program. 1, 1971).

/// Bounds found on both sides of a column after which its averages are relied on (Achterberg, Koch and Martin,
/// "Branching rules revisited", Oper. Res. Lett. 33, 2005).
const RELIABLE: u32 = 4;

/// Rise of the bound for each unit, down and up.
#[derive(Clone, Copy, Default)]
struct Rise {
    sum: f64,
    times: u32,
}

/// Averages for all whole columns.
pub struct Pseudo {
    rises: Vec<[Rise; 2]>,
}

impl Pseudo {
    pub fn new(columns: usize) -> Self {
        Pseudo { rises: vec![[Rise::default(); 2]; columns] }
    }

    /// Takes in by how much the bound rose when a column was taken some way down or up.
    pub fn learn(&mut self, column: usize, up: bool, way: f64, rise: f64) {
        if way > 1e-9 && rise.is_finite() {
            let own = &mut self.rises[column][usize::from(up)];
            own.sum += rise.max(0.0) / way;
            own.times += 1;
        }
    }

    /// Whether enough is known of a column.
    pub fn is_reliable(&self, column: usize) -> bool {
        self.rises[column].iter().all(|r| r.times >= RELIABLE)
    }

    /// What branching on a column promises, `part` of which is beyond the whole number below.
    pub fn promise(&self, column: usize, part: f64) -> f64 {
        let of = |up: usize| {
            let own = self.rises[column][up];
            if own.times > 0 { own.sum / f64::from(own.times) } else { self.average(up) }
        };
        score(part * of(0), (1.0 - part) * of(1))
    }

    fn average(&self, up: usize) -> f64 {
        let (sum, times) = self.rises.iter().fold((0.0, 0), |a, r| (a.0 + r[up].sum, a.1 + r[up].times));
        if times > 0 { sum / f64::from(times) } else { 1.0 }
    }
}

/// Both sides count, the smaller one most.
pub fn score(down: f64, up: f64) -> f64 {
    down.max(1e-6) * up.max(1e-6)
}
