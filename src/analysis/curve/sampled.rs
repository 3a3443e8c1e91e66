//! A curve that is neither concave nor convex, sampled until straight lines are near enough.

use super::envelope::CurveFacts;
use super::problem::{Point, Probe, Problem};
use super::types::{CurveError, Gap, Held, Piece};
use crate::model::{IdVec, OfferId};

/// Equal stretches to start with, so that no feature as wide as one is passed over.
const STRETCHES: usize = 8;
/// Most points.
const MOST: usize = 600;
/// Stretches are not halved below this part of the range.
const NARROW: f64 = 1e-6;

/// A value with its point, or without a plan.
type Sample = (f64, Option<Point>);

/// Halves each stretch until the cost in its middle is within the tolerance of the straight line.
/// The edge between a plan and none is halved down to a millionth of the range.
pub(super) fn sampled(problem: &mut Problem<'_>, tolerance: f64) -> Result<CurveFacts, CurveError> {
    let [a, b] = problem.range();
    let mut sample = |p: f64| -> Result<Sample, CurveError> {
        Ok(match problem.solve(p)? {
            Probe::Point(point) => (p, Some(point)),
            Probe::Infeasible(_) => (p, None),
        })
    };
    let mut all: Vec<Sample> = Vec::new();
    for i in 0..=STRETCHES {
        all.push(sample(if i == STRETCHES { b } else { a + (b - a) * (i as f64 / STRETCHES as f64) })?);
    }
    let mut stack: Vec<(Sample, Sample)> = all.windows(2).rev().map(|w| (w[0].clone(), w[1].clone())).collect();
    let mut complete = true;
    while let Some((l, r)) = stack.pop() {
        if r.0 - l.0 <= NARROW * (b - a) || (l.1.is_none() && r.1.is_none()) {
            continue;
        }
        if all.len() >= MOST {
            complete = false;
            break;
        }
        let middle = sample(f64::midpoint(l.0, r.0))?;
        all.push(middle.clone());
        let near = match (&l.1, &middle.1, &r.1) {
            (Some(l), Some(m), Some(r)) => {
                let straight = f64::midpoint(l.value, r.value);
                (m.value - straight).abs() <= tolerance * (1.0 + m.value.abs())
            }
            _ => false,
        };
        if !near {
            stack.push((middle.clone(), r));
            stack.push((l, middle));
        }
    }
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let offers = problem.model().offers.map(|o| o.id.clone());
    Ok(CurveFacts { pieces: pieces(&all, &offers, tolerance), infeasible: gaps(&all), exact: false, complete })
}

/// The fewest straight pieces, taken greedily, from which no sample lies further than the tolerance.
fn pieces(all: &[Sample], offers: &IdVec<OfferId, String>, tolerance: f64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for run in all.split(|(_, point)| point.is_none()) {
        let points: Vec<&Point> = run.iter().filter_map(|(_, p)| p.as_ref()).collect();
        let mut from = 0;
        while from + 1 < points.len() {
            let fits = |to: usize| {
                let (l, r) = (points[from], points[to]);
                points[from + 1..to].iter().all(|m| {
                    let t = (m.p - l.p) / (r.p - l.p);
                    (l.value + t * (r.value - l.value) - m.value).abs() <= tolerance * (1.0 + m.value.abs())
                })
            };
            let to = (from + 1..points.len()).take_while(|&to| fits(to)).last().unwrap_or(from + 1);
            let (l, r) = (points[from], points[to]);
            let there = |o: &OfferId| l.chips[*o].max(r.chips[*o]) > 1e-9;
            let one = |o: OfferId| Held { offer: offers[o].clone(), from: l.chips[o], to: r.chips[o] };
            pieces.push(Piece {
                from: l.p,
                to: r.p,
                cost_from: l.value,
                cost_to: r.value,
                slope: (r.value - l.value) / (r.p - l.p),
                chips: offers.ids().filter(there).map(one).collect(),
            });
            from = to;
        }
    }
    pieces
}

/// Where there is no plan, from the last sample with one to the next.
fn gaps(all: &[Sample]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut before = None;
    for (i, (p, point)) in all.iter().enumerate() {
        match (point, gaps.last_mut()) {
            (None, Some(gap)) if before == Some(i) => gap.to = *p,
            (None, _) => gaps.push(Gap { from: *p, to: *p }),
            _ => {}
        }
        if point.is_none() {
            before = Some(i + 1);
        }
    }
    gaps
}
