//! How a part is divided: what its reduced costs take off, and which column both sides of which cost most.

use std::rc::Rc;

use super::super::basis::Basis;
use super::super::outcome::EngineError;
use super::pseudo::score;
use super::relaxation::{Answer, Point};
use super::tree::{Node, Sides, Tree, set};
use crate::lp::ColumnId;

/// Columns of which both sides are looked at before one is chosen.
const LOOKED_AT: usize = 8;

impl Tree<'_> {
    /// Takes off the bounds what the reduced costs show to be dearer than what there is (Dantzig, Fulkerson and Johnson,
    /// "Solution of a large-scale traveling-salesman problem", Oper. Res. 2, 1954).
    pub(super) fn fix(&mut self, node: &mut Node, point: &Point) {
        let room = self.worthwhile() - point.bound;
        if !room.is_finite() {
            return;
        }
        for k in 0..self.integers.len() {
            let c = self.integers[k];
            let d = point.reduced[c.0 as usize];
            let (lower, upper) = self.bounds(&node.bounds, c);
            if d == 0.0 || lower == upper || !(upper - lower).is_finite() {
                continue;
            }
            // The first value from the bound on that costs too much, with more than what rounding can do.
            let steps = (room / d.abs() * (1.0 + 1e-9) + 1e-9).ceil().max(1.0);
            if steps > upper - lower {
                continue;
            }
            self.leaves = self.leaves.min(point.bound + (steps * d.abs()) * (1.0 - 1e-9));
            let (lower, upper) = if d > 0.0 { (lower, lower + steps - 1.0) } else { (upper - steps + 1.0, upper) };
            set(&mut node.bounds, c, lower, upper);
        }
    }

    /// Chooses the column to divide. Sides that have nothing are taken off the node; none if nothing is left of it.
    pub(super) fn divide(
        &mut self,
        node: &mut Node,
        point: &Point,
        broken: &[(ColumnId, f64)],
        basis: Option<&Rc<Basis>>,
    ) -> Result<Option<Sides>, EngineError> {
        // What is dear is decided first: deals before details.
        let weight =
            |c: ColumnId, part: f64| part.min(1.0 - part) * (1.0 + self.original.columns()[c.0 as usize].cost.abs());
        let mut order: Vec<(ColumnId, f64, f64, f64)> = broken
            .iter()
            .map(|&(c, part)| (c, part, self.pseudo.promise(c.0 as usize, part), weight(c, part)))
            .collect();
        order.sort_by(|a, b| b.2.total_cmp(&a.2).then(b.3.total_cmp(&a.3)).then(a.0.cmp(&b.0)));
        if self.nodes == 1 {
            order.sort_by(|a, b| b.3.total_cmp(&a.3).then(a.0.cmp(&b.0)));
        }
        let mut best: Option<(f64, Sides)> = None;
        let mut looked = 0;
        for &(column, part, promise, _) in &order {
            let value = point.x[column.0 as usize];
            let known = self.pseudo.is_reliable(column.0 as usize)
                || looked >= LOOKED_AT
                || self.part.are_dear()
                || self.is_late();
            let (worth, sides) = if known {
                (promise, Sides { column, value, bounds: [node.bound; 2] })
            } else {
                looked += 1;
                let sides = self.look(node, column, value, basis)?;
                let ended = sides.bounds.map(|b| b >= self.worthwhile());
                let (lower, upper) = self.bounds(&node.bounds, column);
                match ended {
                    [true, true] => {
                        self.leaves = self.leaves.min(sides.bounds[0]).min(sides.bounds[1]);
                        return Ok(None);
                    }
                    [true, false] => set(&mut node.bounds, column, value.ceil(), upper),
                    [false, true] => set(&mut node.bounds, column, lower, value.floor()),
                    [false, false] => {}
                }
                let (down, up) = (sides.bounds[0] - point.bound, sides.bounds[1] - point.bound);
                if ended[0] != ended[1] {
                    // One side is all that is left of the node: it is looked at next.
                    let left = usize::from(ended[0]);
                    self.leaves = self.leaves.min(sides.bounds[1 - left]);
                    node.bound = node.bound.max(sides.bounds[left]);
                    return Ok(Some(Sides { column, value: f64::NAN, bounds: sides.bounds }));
                }
                self.pseudo.learn(column.0 as usize, false, part, down);
                self.pseudo.learn(column.0 as usize, true, 1.0 - part, up);
                (score(down.min(1e300), up.min(1e300)), sides)
            };
            if best.as_ref().is_none_or(|b| worth > b.0) {
                best = Some((worth, sides));
            }
        }
        Ok(best.map(|b| b.1))
    }

    /// Solves both sides of a column.
    fn look(
        &mut self,
        node: &Node,
        column: ColumnId,
        value: f64,
        basis: Option<&Rc<Basis>>,
    ) -> Result<Sides, EngineError> {
        let (lower, upper) = self.bounds(&node.bounds, column);
        let mut bounds = [node.bound; 2];
        for (k, (lower, upper)) in [(lower, value.floor()), (value.ceil(), upper)].into_iter().enumerate() {
            let mut side = node.bounds.clone();
            set(&mut side, column, lower, upper);
            match self.solve(&side, basis)? {
                Answer::Point(point) => bounds[k] = node.bound.max(point.bound),
                Answer::Dear(bound) => bounds[k] = node.bound.max(bound),
                Answer::Infeasible => bounds[k] = f64::INFINITY,
                Answer::Late | Answer::Unclear(_) => {}
            }
        }
        Ok(Sides { column, value, bounds })
    }
}
