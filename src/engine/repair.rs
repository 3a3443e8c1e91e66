//! A point that is a little beside its rows, put onto them.
//!
//! An interior-point method stops at a residual that is small relative to the whole program; a row whose own terms are
//! small may then lack more than the certificate allows, at a gap that is closed. The least change that mends it, counted
//! in units of the room d that each column and each row has to its nearest bound, is the projection
//!
//! minimise sum (dx_j / d_j)^2 + sum (ds_i / w_i)^2 subject to A dx - ds = r,
//!
//! with r what the rows lack: dx = D^2 A^T v, where (A D^2 A^T + W^2) v = r. This is the step of affine scaling (Dikin,
//! "Iterative solution of problems of linear and quadratic programming", Soviet Math. Doklady 8, 1967) with the residual
//! in place of the costs. Columns at a bound stay there, and those near one hardly move, so that the gap stays closed. The
//! system is solved by conjugate gradients with its diagonal as preconditioner (Hestenes and Stiefel, "Methods of
//! conjugate gradients for solving linear systems", J. Res. NBS 49, 1952), which needs no factorisation.

use super::accepted::{accept, certified, tidied, tidied_to};
use super::solved::{Attempt, Solved};
use crate::lp::{LinearProgram, RowId, primal_violation};

/// Projections, each from where the last one ended.
const ROUNDS: usize = 8;
/// Steps of conjugate gradients in a round.
const STEPS: usize = 500;
/// Part of the residual at which a round ends.
const REDUCED: f64 = 1e-5;
/// Scaled violation at which it ends: a thousandth of what the certificate allows.
const GOOD: f64 = 1e-9;
/// Scaled violation beyond which there was no success.
const ENOUGH: f64 = 1e-7;

/// The answer that a point is, tidied, and put onto its rows if it is not certified as it stands; `None` if it is not then.
pub(super) fn accepted_on_rows(
    lp: &LinearProgram,
    engine: &str,
    x: &[f64],
    duals: &[Vec<f64>],
    attempts: Vec<Attempt>,
) -> Option<Solved> {
    let x = tidied_to(lp, x, 1.0);
    if let Some(found) = certified(lp, engine, &x, duals) {
        return Some(accept(x, found, attempts));
    }
    let x = repaired(lp, &x)?;
    let found = certified(lp, engine, &x, duals)?;
    Some(accept(x, found, attempts))
}

/// A point near x that keeps rows and bounds; `None` if none was found.
pub(super) fn repaired(lp: &LinearProgram, x: &[f64]) -> Option<Vec<f64>> {
    // What is at a bound but for rounding stays there, if that leaves enough to move.
    let starts = [tidied(lp, x), x.to_vec()];
    let (x, left) = starts.into_iter().map(|start| mended(lp, start)).find(|(_, left)| *left <= ENOUGH)?;
    tracing::debug!(left, "repaired");
    Some(x)
}

/// The point after some rounds, with its violation.
fn mended(lp: &LinearProgram, mut x: Vec<f64>) -> (Vec<f64>, f64) {
    into_bounds(lp, &mut x);
    let mut left = primal_violation(lp, &x);
    for _ in 0..ROUNDS {
        if left <= GOOD {
            break;
        }
        let mut next = x.clone();
        next.iter_mut().zip(projection(lp, &x)).for_each(|(x, dx)| *x += dx);
        into_bounds(lp, &mut next);
        let now = primal_violation(lp, &next);
        if now.is_nan() || now >= left {
            break;
        }
        let slow = now > 0.5 * left;
        (x, left) = (next, now);
        if slow {
            break;
        }
    }
    (x, left)
}

fn into_bounds(lp: &LinearProgram, x: &mut [f64]) {
    lp.columns().iter().zip(x).for_each(|(c, x)| *x = x.max(c.lower).min(c.upper));
}

/// The step of the projection.
fn projection(lp: &LinearProgram, x: &[f64]) -> Vec<f64> {
    let room = |value: f64, lower: f64, upper: f64| (value - lower).min(upper - value).max(0.0);
    // A column without bounds may move as far as it is large.
    let columns: Vec<f64> =
        lp.columns().iter().zip(x).map(|(c, &x)| room(x, c.lower, c.upper).min(1.0 + x.abs()).powi(2)).collect();
    let activity = lp.activity(x);
    let mut rows = Vec::with_capacity(activity.len());
    let mut lacks = Vec::with_capacity(activity.len());
    for (row, &a) in lp.rows().iter().zip(&activity) {
        lacks.push(if a < row.lower { row.lower - a } else { (row.upper - a).min(0.0) });
        rows.push(room(a, row.lower, row.upper).min(1.0 + a.abs()).powi(2));
    }
    let system = System { lp, columns, rows };
    let v = system.solve(&lacks);
    let mut step = system.transposed(&v);
    step.iter_mut().zip(&system.columns).for_each(|(s, d)| *s *= d);
    step
}

/// A D^2 A^T + W^2.
struct System<'a> {
    lp: &'a LinearProgram,
    /// D^2.
    columns: Vec<f64>,
    /// W^2.
    rows: Vec<f64>,
}

impl System<'_> {
    /// A^T v.
    fn transposed(&self, v: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns.len()];
        for (i, &v) in v.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            self.lp.row_terms(RowId(i as u32)).for_each(|(c, a)| sums[c.0 as usize] += a * v);
        }
        sums
    }

    fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut u = self.transposed(v);
        u.iter_mut().zip(&self.columns).for_each(|(u, d)| *u *= d);
        let row = |i: usize| self.lp.row_terms(RowId(i as u32)).map(|(c, a)| a * u[c.0 as usize]).sum::<f64>();
        (0..v.len()).map(|i| row(i) + self.rows[i] * v[i]).collect()
    }

    /// Its diagonal, 1 where it is 0.
    fn diagonal(&self) -> Vec<f64> {
        let entry = |i: usize| {
            let own = self.lp.row_terms(RowId(i as u32)).map(|(c, a)| a * a * self.columns[c.0 as usize]).sum::<f64>();
            let entry = own + self.rows[i];
            if entry > 0.0 { entry } else { 1.0 }
        };
        (0..self.rows.len()).map(entry).collect()
    }

    /// Conjugate gradients with the diagonal as preconditioner.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let diagonal = self.diagonal();
        let mut v = vec![0.0; right.len()];
        let mut residual = right.to_vec();
        let scaled = |r: &[f64]| -> Vec<f64> { r.iter().zip(&diagonal).map(|(r, d)| r / d).collect() };
        let mut z = scaled(&residual);
        let mut direction = z.clone();
        let mut size = dot(&residual, &z);
        let enough = size * REDUCED * REDUCED;
        let mut steps = 0;
        while steps < STEPS && size > enough && size.is_finite() {
            steps += 1;
            let image = self.times(&direction);
            let curvature = dot(&direction, &image);
            if curvature.is_nan() || curvature <= 0.0 {
                break;
            }
            let length = size / curvature;
            for i in 0..v.len() {
                v[i] += length * direction[i];
                residual[i] -= length * image[i];
            }
            z = scaled(&residual);
            let next = dot(&residual, &z);
            let kept = next / size;
            direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + kept * *d);
            size = next;
        }
        tracing::debug!(steps, part = (size / enough).sqrt() * REDUCED, "conjugate gradients");
        v
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{ColumnId, certify};

    const FREE: f64 = f64::INFINITY;

    /// Work of 8 on two offers at prices of 1 (at most 5 held) and 2: 5 and 3 are held, cost 11, and all that is held
    /// is used. The multipliers are 2 for work, -2 for what each holds, and the first offer is worth 1 more.
    fn offers() -> LinearProgram {
        let mut lp = LinearProgram::new("offers");
        let held =
            [5.0, 100.0].map(|most| lp.add_column("held", "rent", 0.0, most, if most == 5.0 { 1.0 } else { 2.0 }));
        let runs = held.map(|_| lp.add_column("runs", "run", 0.0, FREE, 0.0));
        for o in 0..2 {
            lp.add_row("use", "use", 0.0, 0.0, [(runs[o], 1.0), (held[o], -1.0)]);
        }
        lp.add_row("work", "demand", 8.0, FREE, runs.map(|r| (r, 1.0)));
        lp
    }

    const RIGHT: [f64; 4] = [5.0, 3.0, 5.0, 3.0];
    const Y: [f64; 3] = [-2.0, -2.0, 2.0];

    #[test]
    fn a_point_beside_its_rows_is_put_onto_them() {
        let lp = offers();
        assert!(certify(&lp, "hand", &RIGHT, &Y, 0.0).verified);
        for by in [5e-5, -5e-5, 1e-4] {
            for j in 1..4 {
                let mut x = RIGHT;
                x[j] += by;
                let certificate = certify(&lp, "hand", &x, &Y, 0.0);
                // More of what is paid breaks a row of use too.
                assert!(!certificate.verified, "{j} by {by}: {certificate:?}");
                let mended = repaired(&lp, &x).expect("a point on its rows");
                let left = primal_violation(&lp, &mended);
                assert!(left <= 1e-9, "{j} by {by}: {mended:?} {left}");
                let moved = mended.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(moved <= 2.0 * by.abs(), "{j} by {by}: {mended:?}");
            }
        }
    }

    /// What is at its bound stays there: the work that is lacking is done by the offer that has room.
    #[test]
    fn columns_at_a_bound_stay_there() {
        let lp = offers();
        let mended = repaired(&lp, &[5.0, 3.0, 5.0, 3.0 - 1e-4]).unwrap();
        assert_eq!(mended[0], 5.0);
        assert!((mended[2] - 5.0).abs() <= 1e-9 && (mended[1] - 3.0).abs() <= 1e-4, "{mended:?}");
        // Nothing has room.
        let mut lp = lp;
        (0..4).for_each(|j| lp.set_bounds(ColumnId(j), RIGHT[j as usize] - 1.0, RIGHT[j as usize] - 1.0));
        assert_eq!(repaired(&lp, &RIGHT), None);
    }

    #[test]
    fn a_contradiction_is_not_repaired() {
        let mut lp = offers();
        lp.add_row("most", "", -FREE, 7.0, [(ColumnId(2), 1.0), (ColumnId(3), 1.0)]);
        assert_eq!(repaired(&lp, &RIGHT), None);
        assert_eq!(repaired(&lp, &[f64::NAN; 4]), None);
    }
}
