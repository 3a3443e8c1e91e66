//! The dual simplex method: reduced costs have their signs, and values are brought within their bounds.
//!
//! The place that leaves is the one that lacks most for its weight (dual steepest edge: Forrest and Goldfarb,
//! "Steepest-edge simplex algorithms for linear programming", Math. Program. 57, 1992). Costs are changed a little where
//! reduced costs would lose their sign, and at the beginning, so that steps of length 0 are rare; what is left to do
//! without these changes is for the primal method.

use super::ratio::Candidates;
use super::sparse::SparseVec;
use super::state::{AGREE, At, DUAL, End, State};

/// Weights are at least this.
const LEAST: f64 = 1e-4;
/// Steps of length 0 in a row after which costs are changed.
const STUCK: usize = 200;
/// Times that a proof of there being no point is looked for again with new factors.
const DOUBTS: usize = 3;

/// Brings values within their bounds. `Optimal` means that they are; costs may not be those of the program.
pub fn dual(s: &mut State, perturb: bool, most: usize) -> End {
    let mut perturbed = perturb;
    let mut run = Run { lacks: Vec::new(), flipped: Vec::new(), candidates: Candidates::default() };
    if !s.factored || s.factor.is_worn() {
        s.refactor();
    }
    if perturb {
        change_costs(s);
    }
    run.begin(s);
    let (mut trouble, mut idle, mut doubts) = (0, 0, 0);
    let last = s.iterations + most;
    loop {
        if let Some(end) = s.ends(last, trouble) {
            return end;
        }
        if s.factor.is_worn() {
            s.refactor();
            run.begin(s);
        }
        let Some(place) = run.leaving(s) else { return End::Optimal };
        let out = s.head[place] as usize;
        s.solve_row(place);
        let weight = s.row.square().max(LEAST);
        let overrated = s.edge[place] < 0.25 * weight;
        s.edge[place] = weight;
        if overrated {
            continue;
        }
        s.price();
        let lack = s.outside(out);
        let sign = lack.signum();
        let Some(q) = run.candidates.enter(s, sign, lack.abs(), &mut run.flipped) else {
            // With new factors another place may be the first to leave, and the same one come back: whoever reads the
            // proof checks it anyway.
            if s.factor.updates > 0 && doubts < DOUBTS {
                doubts += 1;
                s.refactor();
                run.begin(s);
                continue;
            }
            let y = s.row.val.clone();
            return End::Infeasible(y);
        };
        s.solve_column(q);
        let (by_row, by_column) = (s.alpha.val[q], s.column.val[place]);
        if (by_row - by_column).abs() > AGREE * (1.0 + by_column.abs()) || by_column.abs() < 1e-11 {
            trouble += 1;
            if s.factor.updates > 0 {
                s.refactor();
                run.begin(s);
                continue;
            }
            if by_column.abs() < 1e-11 {
                return End::Stalled;
            }
        }
        run.flip(s);
        let step = run.step(s, q, out, by_row, sign);
        run.weights(s, place, weight, by_column);
        run.values(s, place, q, out, sign, by_column);
        s.d[out] = -step;
        s.exchange(place, q, if sign < 0.0 { At::Lower } else { At::Upper });
        run.lacks[place] = lacking(s, q);
        idle = if step == 0.0 { idle + 1 } else { 0 };
        if idle > STUCK && !perturbed {
            perturbed = true;
            change_costs(s);
        }
    }
}

/// The square of what a basic column lacks; 0 if it is within tolerance.
#[inline(always)]
fn lacking(s: &State, j: usize) -> f64 {
    let by = s.outside(j);
    if by.abs() > s.within { by * by } else { 0.0 }
}

/// Makes reduced costs a little larger, each by another bit (as HiGHS and others do).
fn change_costs(s: &mut State) {
    for j in 0..s.p.n {
        if s.at[j] == At::Basic || s.at[j] == At::Free || s.lower[j] == s.upper[j] {
            continue;
        }
        let by = 5e-7 * (1.0 + s.cost[j].abs()) * (1.0 + s.draw());
        let by = if s.at[j] == At::Lower { by } else { -by };
        s.cost[j] += by;
        s.d[j] += by;
    }
}

struct Run {
    /// Of each place, the square of what it lacks.
    lacks: Vec<f64>,
    /// Columns that go to their other bound.
    flipped: Vec<u32>,
    candidates: Candidates,
}

impl Run {
    /// Gives every reduced cost its sign: by the other bound if there is one, otherwise by changing the cost.
    fn begin(&mut self, s: &mut State) {
        let mut moved = false;
        for j in 0..s.p.all() {
            if s.wrong(j) <= DUAL {
                continue;
            }
            if s.at[j] != At::Free && s.lower[j].is_finite() && s.upper[j].is_finite() {
                s.at[j] = if s.at[j] == At::Lower { At::Upper } else { At::Lower };
                moved = true;
            } else {
                s.cost[j] -= s.d[j];
                s.d[j] = 0.0;
            }
        }
        if moved {
            s.compute_primal();
        }
        self.lacks.clear();
        self.lacks.extend(s.head.iter().map(|&j| lacking(s, j as usize)));
    }

    /// The place that lacks most for its weight.
    fn leaving(&self, s: &State) -> Option<usize> {
        let (mut best, mut place) = (0.0, None);
        for (i, (&lack, &weight)) in self.lacks.iter().zip(&s.edge).enumerate() {
            if lack > best * weight {
                best = lack / weight;
                place = Some(i);
            }
        }
        place
    }

    /// Takes columns to their other bounds.
    fn flip(&mut self, s: &mut State) {
        if self.flipped.is_empty() {
            return;
        }
        let mut sum = std::mem::take(&mut s.flips);
        sum.clear();
        for &j in &self.flipped {
            let j = j as usize;
            s.at[j] = if s.at[j] == At::Lower { At::Upper } else { At::Lower };
            let by = s.rest(j) - s.x[j];
            s.x[j] = s.rest(j);
            s.p.each(j, |i, a| sum.add(i, a * by));
        }
        s.factor.forward(&mut sum, None);
        self.take_off(s, &sum, 1.0);
        s.flips = sum;
    }

    /// Takes a multiple of a solution off the basic values.
    fn take_off(&mut self, s: &mut State, of: &SparseVec, times: f64) {
        for (i, v) in of.iter() {
            let j = s.head[i as usize] as usize;
            s.x[j] -= times * v;
            self.lacks[i as usize] = lacking(s, j);
        }
    }

    /// Moves reduced costs so that that of `q` becomes 0; returns the step.
    fn step(&mut self, s: &mut State, q: usize, out: usize, pivot: f64, sign: f64) -> f64 {
        let mut step = s.d[q] / pivot;
        if step * sign < 0.0 || s.at[q] == At::Free {
            s.cost[q] -= s.d[q];
            s.d[q] = 0.0;
            step = 0.0;
        }
        if step != 0.0 {
            let alpha = std::mem::take(&mut s.alpha);
            for (j, a) in alpha.iter() {
                let j = j as usize;
                if s.at[j] == At::Basic {
                    continue;
                }
                s.d[j] -= step * a;
                if s.wrong(j) > DUAL && j != q && j != out {
                    s.cost[j] -= s.d[j];
                    s.d[j] = 0.0;
                }
            }
            s.alpha = alpha;
        }
        step
    }

    /// The weights after the exchange.
    fn weights(&mut self, s: &mut State, place: usize, weight: f64, pivot: f64) {
        let mut tau = std::mem::take(&mut s.tau);
        tau.copy_from(&s.row);
        s.factor.forward(&mut tau, None);
        for (i, v) in s.column.iter() {
            let ratio = v / pivot;
            let w = s.edge[i as usize] + ratio * (ratio * weight - 2.0 * tau.val[i as usize]);
            s.edge[i as usize] = w.max(LEAST);
        }
        s.edge[place] = (weight / (pivot * pivot)).max(LEAST);
        s.tau = tau;
    }

    /// The values after the exchange.
    fn values(&mut self, s: &mut State, place: usize, q: usize, out: usize, sign: f64, pivot: f64) {
        let bound = if sign < 0.0 { s.lower[out] } else { s.upper[out] };
        let step = (s.x[out] - bound) / pivot;
        let column = std::mem::take(&mut s.column);
        self.take_off(s, &column, step);
        s.column = column;
        s.x[q] += step;
        self.lacks[place] = 0.0;
    }
}
