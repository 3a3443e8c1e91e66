//! Every breakpoint of a concave or convex piecewise linear curve, from values and tangents alone.
//!
//! Two tangents that are not the same meet at a point between. If the curve passes through it,
//! it is a breakpoint and the curve is known between the two; if not, the tangent found there
//! belongs to a piece that was not known, and both sides are searched again (Eisner and Severance,
//! "Mathematical techniques for efficient record segmentation in large shared databases", J. ACM
//! 23(4), 1976). With n breakpoints at most 2 n + 3 programs are solved.
//!
//! Each tangent is proved: that of a concave curve is the cost of a plan that stays possible, that
//! of a convex one the bound of multipliers that stay valid. So on a piece the curve lies between
//! the tangent and the straight line between its ends, which are the same.

use super::problem::{Point, Probe, Problem};
use super::types::{CurveError, Gap, Held, Piece};
use crate::model::OfferId;

/// Tangents closer than this, relative to the cost, are one.
const SAME: f64 = 1e-10;
/// Points closer than this, relative to the range, are one.
const NEAR: f64 = 1e-10;
/// Most steps to the edge of where there is a plan.
const STEPS: usize = 60;

/// What is known of a curve.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct CurveFacts {
    pub pieces: Vec<Piece>,
    pub infeasible: Vec<Gap>,
    pub exact: bool,
    /// Whether it was traced to the end.
    pub complete: bool,
}

/// Traces a curve of a program that is affine in its parameter, in its costs if `concave`, in its
/// bounds if not. `None` if the program alone does not say what a plan costs ([`Problem::chooses`]).
pub(in crate::analysis) fn envelope(
    problem: &mut Problem<'_>,
    concave: bool,
) -> Result<Option<CurveFacts>, CurveError> {
    loop {
        // A box that was touched is made wider, and everything starts anew.
        let found = attempt(problem, concave)?;
        if found.is_some() || problem.chooses() {
            return Ok(found);
        }
    }
}

fn attempt(problem: &mut Problem<'_>, concave: bool) -> Result<Option<CurveFacts>, CurveError> {
    let [a, b] = problem.range();
    let Some(left) = edge(problem, a, b, concave)? else { return Ok(None) };
    let nothing =
        || CurveFacts { pieces: vec![], infeasible: vec![Gap { from: a, to: b }], exact: true, complete: true };
    let Some(left) = left else { return Ok(Some(nothing())) };
    let Some(right) = edge(problem, b, left.p, concave)? else { return Ok(None) };
    let Some(right) = right else { return Ok(Some(nothing())) };
    let mut infeasible = Vec::new();
    if left.p > a {
        infeasible.push(Gap { from: a, to: left.p });
    }
    let last = if right.p < b { Some(Gap { from: right.p, to: b }) } else { None };
    let mut stack = vec![(left, right)];
    // Pieces as their ends with the tangent, from left to right.
    let mut straight: Vec<(Point, Point, [f64; 2])> = Vec::new();
    while let Some((l, r)) = stack.pop() {
        let open = |x: &Point, y: &Point| 2.0 * (x.gap + y.gap) + SAME * (1.0 + x.value.abs().max(y.value.abs()));
        let tolerance = open(&l, &r);
        let at = |line: [f64; 2], p: f64| line[0] + (line[1] - line[0]) * ((p - a) / (b - a));
        let slope = |line: [f64; 2]| (line[1] - line[0]) / (b - a);
        if (at(l.line, r.p) - r.value).abs() <= tolerance || r.p - l.p <= NEAR * (b - a) {
            let line = l.line;
            straight.push((l, r, line));
            continue;
        }
        if (at(r.line, l.p) - l.value).abs() <= tolerance {
            let line = r.line;
            straight.push((l, r, line));
            continue;
        }
        // Where the tangents meet, measured from the left.
        let turn = slope(l.line) - slope(r.line);
        let q = l.p + (at(r.line, l.p) - at(l.line, l.p)) / turn;
        if !q.is_finite() || q <= l.p + NEAR * (b - a) || q >= r.p - NEAR * (b - a) {
            // They meet at an end, within rounding: the piece is one of them.
            let line = if q <= l.p + NEAR * (b - a) { r.line } else { l.line };
            straight.push((l, r, line));
            continue;
        }
        let Some(probe) = problem.probe(q, concave)? else { return Ok(None) };
        let Probe::Point(middle) = probe else {
            return Err(CurveError::Uncertified { at: q, why: "no plan between two plans".to_owned() });
        };
        let tolerance = open(&middle, &l).max(open(&middle, &r));
        if (at(l.line, q) - middle.value).abs() <= tolerance {
            let (first, second) = (l.line, r.line);
            straight.push((l, middle.clone(), first));
            straight.push((middle, r, second));
        } else {
            stack.push((middle.clone(), r));
            stack.push((l, middle));
        }
    }
    infeasible.extend(last);
    let pieces = joined(problem, straight);
    Ok(Some(CurveFacts { pieces, infeasible, exact: true, complete: true }))
}

/// The point at an end of the range or, if there is no plan there, at the edge of where there is
/// one, towards `inside`; `Some(None)` if there is none at all.
///
/// The proof that there is no plan at a value holds for a whole range, a line being above 0; the
/// next value tried is where it ends. Each step leaves a proof behind, of which there are finitely
/// many.
fn edge(problem: &mut Problem<'_>, end: f64, inside: f64, concave: bool) -> Result<Option<Option<Point>>, CurveError> {
    let [a, b] = problem.range();
    let towards = (inside - end).signum();
    let (mut p, mut nudge) = (end, 1e-13 * (b - a));
    for _ in 0..STEPS {
        let Some(probe) = problem.probe(p, concave)? else { return Ok(None) };
        let line = match probe {
            Probe::Point(point) => return Ok(Some(Some(point))),
            Probe::Infeasible(line) => line,
        };
        if concave {
            // Costs do not decide what is possible.
            return Ok(Some(None));
        }
        let root = line.and_then(|[at_a, at_b]| {
            let t = at_a / (at_a - at_b);
            (t.is_finite() && at_a != at_b).then_some(a + t * (b - a))
        });
        // No further: rounding, at the very edge.
        let next = match root {
            Some(root) if (root - p) * towards > 0.0 => root,
            Some(root) if (root - p).abs() > 1e-6 * (b - a) => return Ok(Some(None)),
            _ => {
                nudge *= 10.0;
                p + towards * nudge
            }
        };
        if line.is_some_and(|[at_a, at_b]| at_a > 0.0 && at_b > 0.0) || (next - inside) * towards > 0.0 {
            return Ok(Some(None));
        }
        p = next;
    }
    Err(CurveError::Uncertified { at: p, why: "the edge of where there is a plan was not found".to_owned() })
}

/// Straight stretches on one line are one piece.
fn joined(problem: &Problem<'_>, straight: Vec<(Point, Point, [f64; 2])>) -> Vec<Piece> {
    let [a, b] = problem.range();
    let offers = &problem.model().offers;
    let held = |l: &Point, r: &Point| -> Vec<Held> {
        let there = |o: &OfferId| l.chips[*o].max(r.chips[*o]) > 1e-9;
        let one = |o: OfferId| Held { offer: offers[o].id.clone(), from: l.chips[o], to: r.chips[o] };
        offers.ids().filter(there).map(one).collect()
    };
    let mut pieces: Vec<(Piece, f64)> = Vec::new();
    for (l, r, line) in straight.into_iter().filter(|(l, r, _)| r.p > l.p) {
        let slope = (line[1] - line[0]) / (b - a);
        let open = l.gap + r.gap + SAME * (1.0 + l.value.abs().max(r.value.abs()));
        if let Some((before, gap)) = pieces.last_mut() {
            let width = (before.to - before.from).min(r.p - l.p);
            if before.to == l.p && (before.slope - slope).abs() * width <= 2.0 * (*gap + open) {
                (before.to, before.cost_to) = (r.p, r.value);
                before.slope = (before.cost_to - before.cost_from) / (before.to - before.from);
                for h in held(&l, &r) {
                    match before.chips.iter_mut().find(|c| c.offer == h.offer) {
                        Some(c) => c.to = h.to,
                        None => before.chips.push(h),
                    }
                }
                *gap = gap.max(open);
                continue;
            }
        }
        let piece = Piece { from: l.p, to: r.p, cost_from: l.value, cost_to: r.value, slope, chips: held(&l, &r) };
        pieces.push((piece, open));
    }
    pieces.into_iter().map(|(piece, _)| piece).collect()
}
