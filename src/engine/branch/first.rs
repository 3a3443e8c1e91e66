//! Plans before proofs: rounding, diving, and a search near the best plan.
//!
//! Nothing here proves anything: what is found is solved and certified like any other plan.

use std::rc::Rc;

use super::super::basis::Basis;
use super::super::outcome::EngineError;
use super::relaxation::{Answer, Bounds, Point};
use super::tree::{Tree, WHOLE, set};
use crate::lp::ColumnId;

/// Parts that a search near the best plan looks at.
const NEAR: usize = 40;

/// Looks for a plan, starting from a node that was solved.
pub fn plans(
    tree: &mut Tree,
    point: &Point,
    bounds: &[(ColumnId, f64, f64)],
    basis: Option<&Rc<Basis>>,
) -> Result<(), EngineError> {
    tree.take_rounded(point, bounds, f64::round)?;
    // Rounding up keeps what a decision allows.
    tree.take_rounded(point, bounds, |x| (x - WHOLE).ceil())?;
    dive(tree, &point.x, bounds, basis, nearest)?;
    if tree.best.is_none() || tree.nodes == 1 {
        dive(tree, &point.x, bounds, basis, upwards)?;
    }
    near(tree, &point.x, basis)
}

/// The same, of a program of which each solve takes long: no more than until there is one.
pub fn few_plans(
    tree: &mut Tree,
    point: &Point,
    bounds: &[(ColumnId, f64, f64)],
    basis: Option<&Rc<Basis>>,
) -> Result<(), EngineError> {
    if tree.best.is_none()
        && !tree.take_rounded(point, bounds, f64::floor)?
        && !tree.take_rounded(point, bounds, f64::round)?
    {
        dive(tree, &point.x, bounds, basis, nearest)?;
    }
    Ok(())
}

/// Of columns that are not whole with the part beyond the whole number below, which one goes next, and whether upwards.
type Choose = fn(&[(ColumnId, f64)]) -> Option<(ColumnId, bool)>;

/// The column that is nearest to a whole number, and that number.
fn nearest(broken: &[(ColumnId, f64)]) -> Option<(ColumnId, bool)> {
    let by = |p: f64| p.min(1.0 - p);
    let best = broken.iter().min_by(|a, b| by(a.1).total_cmp(&by(b.1)).then(a.0.cmp(&b.0)))?;
    Some((best.0, best.1 >= 0.5))
}

/// The column with the largest part, upwards.
fn upwards(broken: &[(ColumnId, f64)]) -> Option<(ColumnId, bool)> {
    let best = broken.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    Some((best.0, true))
}

/// Takes one column after the other to a whole number until all are; at a dead end the last one goes the other way.
fn dive(
    tree: &mut Tree,
    x: &[f64],
    bounds: &[(ColumnId, f64, f64)],
    basis: Option<&Rc<Basis>>,
    choose: Choose,
) -> Result<(), EngineError> {
    let mut own: Bounds = bounds.to_vec();
    let (mut x, mut from, mut dead) = (x.to_vec(), basis.cloned(), 0);
    for _ in 0..2 * tree.integers.len() {
        let broken = tree.broken(&x);
        let Some((column, up)) = choose(&broken) else {
            let fixed = tree.fixed(|c| x[c.0 as usize].round());
            tree.take_if_cheaper(&fixed, from.as_ref())?;
            return Ok(());
        };
        let value = x[column.0 as usize];
        let (lower, upper) = tree.bounds(&own, column);
        let sides = [(lower, value.floor()), (value.ceil(), upper)];
        let mut found = None;
        for side in [up, !up] {
            let (lower, upper) = sides[usize::from(side)];
            set(&mut own, column, lower, upper);
            match tree.solve(&own, from.as_ref())? {
                Answer::Point(point) if point.bound < tree.worthwhile() => {
                    found = Some(point);
                    break;
                }
                Answer::Late => return Ok(()),
                _ => dead += 1,
            }
        }
        let Some(point) = found.filter(|_| dead <= 8) else { return Ok(()) };
        from = tree.basis();
        x = point.x;
    }
    Ok(())
}

/// A small search with every column fixed that the best plan and the linear program agree on (relaxation induced
/// neighbourhood: Danna, Rothberg and Le Pape, "Exploring relaxation induced neighborhoods to improve MIP solutions",
/// Math. Program. 102, 2005).
fn near(tree: &mut Tree, x: &[f64], basis: Option<&Rc<Basis>>) -> Result<(), EngineError> {
    let Some(best) = tree.best.as_ref().map(|b| b.x.clone()) else { return Ok(()) };
    let agrees = |c: &ColumnId| (best[c.0 as usize] - x[c.0 as usize]).abs() <= WHOLE;
    let fixed: Bounds = tree
        .integers
        .iter()
        .filter(|c| agrees(c))
        .map(|&c| (c, best[c.0 as usize].round(), best[c.0 as usize].round()))
        .collect();
    if fixed.is_empty() || fixed.len() == tree.integers.len() {
        return Ok(());
    }
    let mut open = vec![(fixed, basis.cloned())];
    for _ in 0..NEAR {
        let Some((own, from)) = open.pop() else { break };
        let point = match tree.solve(&own, from.as_ref())? {
            Answer::Point(point) if point.bound < tree.worthwhile() => point,
            Answer::Late => return Ok(()),
            _ => continue,
        };
        let basis = tree.basis();
        let broken = tree.broken(&point.x);
        let by = |p: f64| p.min(1.0 - p);
        let Some(&(column, part)) = broken.iter().max_by(|a, b| by(a.1).total_cmp(&by(b.1)).then(b.0.cmp(&a.0))) else {
            let fixed = tree.fixed(|c| point.x[c.0 as usize].round());
            tree.take_if_cheaper(&fixed, basis.as_ref())?;
            continue;
        };
        let value = point.x[column.0 as usize];
        let (lower, upper) = tree.bounds(&own, column);
        let side = |lower: f64, upper: f64| {
            let mut own = own.clone();
            set(&mut own, column, lower, upper);
            (own, basis.clone())
        };
        let (down, up) = (side(lower, value.floor()), side(value.ceil(), upper));
        open.extend(if part < 0.5 { [up, down] } else { [down, up] });
    }
    Ok(())
}
