//! The range of the price of a limit that stands in coefficients, or in a model with a
//! concentration limit: found by solving again at other values.
//!
//! A share s of a total M that varies is one row M_g - s M <= 0, with multiplier m; the price is
//! p = -m M. Of two values s0 and s1 with certified optima (x0, v0, m0, M0) and (x1, v1, m1, M1) the
//! optima between are known from both sides:
//!
//! - (1 - l) x0 + l x1 is a plan for the share at which its own row is tight, so that v is at most
//!   v0 + l (v1 - v0) with l = M0 (s - s0) / (M0 (s - s0) + M1 (s1 - s));
//! - the same mixture of the multipliers proves that v is at least that with m in place of M.
//!
//! Both are arcs of hyperbolas from one optimum to the other. Where the multipliers and totals change
//! alike they are one, and v is known; elsewhere v lies between. So of a change from s0 to anywhere up
//! to s1 the cost per unit lies between q, q M0 / M1 and q m0 / m1, with q = (v1 - v0) / (s1 - s0).
//! A price is said to hold up to s1 if these and the price there are within [`TOLERANCE`] of it: that
//! is proved by the certificates of the two, whatever engine found them.
//!
//! A concentration H is the same with the root of H for s, as its cone |v| <= sqrt(H) M is linear in
//! it. What stands in bounds alone has M = 1, and its cost is convex, so that nothing between is
//! steeper than at the ends.
//!
//! Where the price ends at a kink, the tangents of the two sides meet there; where it drifts, it does
//! so as p / (1 + k d)^2 as long as the basis stays the same, since M and m are both proportional to
//! 1 / (1 + k d). Both guesses are only where to solve next.

use std::cell::RefCell;

use super::super::alike::{Alike, Start};
use super::super::examined::plan_of;
use super::super::settings::Detail;
use super::super::settings::SolveSettings;
use super::one::{Movable, is_part};
use crate::engine::{CertifiedStatus, EngineError};
use crate::formulation::{LimitKey, Limits};
use crate::model::Model;
use crate::plan::ledger::Ledger;
use crate::plan::{LimitResult, Schedule, Status};

/// A price holds as long as it differs by no more, relative to it.
pub(super) const TOLERANCE: f64 = 0.01;
/// How near the end of a range is found, relative to the way to it, and to the size of the limit.
const NEAR: (f64, f64) = (1e-4, 2e-6);
/// The first step, relative to the size of the limit.
const FIRST: f64 = 0.01;
/// Most solves for one end; more than eight where a tangent tells nothing, beyond which there is no plan.
const STEPS: usize = 24;
/// How far from where it is, relative to its size, a limit without an end is moved.
const FAR: f64 = 1e3;
/// What the costs of two certified plans may be off by, relative to them.
const ROUNDING: f64 = 1e-9;

/// An optimum at a value of the limit.
#[derive(Clone, Copy, Debug)]
struct Optimum {
    at: f64,
    cost: f64,
    price: f64,
    total: f64,
}

/// What solving at a value gave.
enum ProbeAnswer {
    Optimum(Optimum),
    /// There is no plan, or one that the multipliers say nothing of.
    Infeasible,
    /// Nothing for sure.
    Unknown,
}

/// From where to where the price of a limit holds, each end if it is found. `start` is where the model itself was
/// solved.
pub(super) fn range(
    model: &Model,
    start: &Start,
    one: LimitKey,
    limit: &LimitResult,
    settings: &SolveSettings,
) -> Result<(Option<f64>, Option<f64>), EngineError> {
    let part = is_part(limit);
    let line = LimitLine {
        model,
        one,
        settings,
        alike: RefCell::new(Alike::from(start, Limits::All, settings)),
        size: if part { 1.0 } else { limit.limit.abs().max(1.0) },
        square: one.squared(model),
    };
    // The entry by itself has to be the same model; also an answer of the same kind as the others.
    let ProbeAnswer::Optimum(start) = line.solve(limit.limit)? else { return Ok((None, None)) };
    let price = limit.shadow_price.unwrap_or(0.0);
    if (start.price - price).abs() > TOLERANCE * price.abs() {
        // Where the optimum has several prices, the one that is reported is none of the others.
        return Ok((None, None));
    }
    let start = Optimum { price, ..start };
    let up = if part { 1.0 } else { limit.limit + FAR * line.size };
    let to = line.end(start, up)?.filter(|to| part || *to < up);
    Ok((line.end(start, 0.0)?, to))
}

/// A model along one limit.
struct LimitLine<'a> {
    model: &'a Model,
    one: LimitKey,
    settings: &'a SolveSettings,
    /// One solve starts from the vertex of the last: they differ in one number.
    alike: RefCell<Alike>,
    size: f64,
    square: bool,
}

impl LimitLine<'_> {
    fn solve(&self, at: f64) -> Result<ProbeAnswer, EngineError> {
        let Some((model, key)) = self.one.at(self.model, at) else { return Ok(ProbeAnswer::Unknown) };
        let (f, solved) = self.alike.borrow_mut().solve(&model, None)?;
        match solved.status {
            CertifiedStatus::Optimal => {}
            CertifiedStatus::Infeasible => return Ok(ProbeAnswer::Infeasible),
            _ => return Ok(ProbeAnswer::Unknown),
        }
        // Where whole columns had to forbid something the cost is another function of the limit.
        if f.program().has_integers() {
            return Ok(ProbeAnswer::Infeasible);
        }
        let plan = plan_of(&model, &f, &solved, Detail::Plan, self.settings)?;
        let Some(cost) = plan.cost.as_ref().filter(|_| plan.status == Status::Optimal) else {
            return Ok(ProbeAnswer::Unknown);
        };
        let own = plan.limits.iter().find(|l| l.key == Some(key));
        let schedule = Schedule::read(&model, &f, &solved.x);
        let total = self.one.total(self.model, &schedule, &Ledger::of(&model, &schedule));
        // What is not reported of a limit that costs nothing is 0; prices are reported as of what is relaxed.
        let relaxed = own.and_then(|l| l.shadow_price).unwrap_or(0.0);
        Ok(ProbeAnswer::Optimum(Optimum {
            at,
            cost: cost.total + plan.risk.as_ref().map_or(0.0, |r| r.weighed),
            price: relaxed,
            total,
        }))
    }

    /// The slope of the cost along the limit: limits from below are relaxed when they fall.
    fn slope(&self, optimum: &Optimum) -> f64 {
        if self.is_floor() { -optimum.price } else { optimum.price }
    }

    /// Whether it is relaxed when it falls.
    fn is_floor(&self) -> bool {
        self.one.bounds_below(self.model)
    }

    /// Whether the price holds from one optimum up to another, and all the way between.
    fn holds(&self, start: &Optimum, other: &Optimum) -> bool {
        let same = |price: f64, beyond: f64| (price / start.price - 1.0).abs() <= TOLERANCE * (1.0 + 1e-9) + beyond;
        if !same(other.price, 0.0) {
            return false;
        }
        let way = other.at - start.at;
        let sign = if self.is_floor() { -1.0 } else { 1.0 };
        let each = sign * (other.cost - start.cost) / way;
        let open = ROUNDING * (1.0 + start.cost.abs()) / (start.price * way).abs();
        let totals = start.total / other.total;
        // The multiplier is the price over the total, and twice the root for a sum of squares.
        let roots = if self.square { (start.at / other.at).sqrt() } else { 1.0 };
        let multipliers = start.price / other.price / totals * roots;
        // At the start of the way an arc is less or more steep in the square than in the root.
        let bend = if self.square { f64::midpoint(1.0, (other.at / start.at).sqrt()) } else { 1.0 };
        let steep = [1.0, totals * bend, multipliers * bend];
        steep.iter().all(|s| same(each * s, open))
    }

    /// Where the price ceases to hold on the way to `far`; `None` if it was not found.
    fn end(&self, start: Optimum, far: f64) -> Result<Option<f64>, EngineError> {
        let towards = (far - start.at).signum();
        let way = |x: f64| (x - start.at) * towards;
        if way(far) <= NEAR.1 * self.size {
            return Ok(Some(far));
        }
        let mut inside = start;
        // Where it does not hold, with the optimum if there is one.
        let mut outside: Option<(f64, Option<Optimum>)> = None;
        let mut next = start.at + towards * (FIRST * self.size).min(way(far));
        for _ in 0..STEPS {
            match self.solve(next)? {
                ProbeAnswer::Optimum(found) if self.holds(&start, &found) => {
                    inside = found;
                    if found.at == far {
                        return Ok(Some(far));
                    }
                }
                ProbeAnswer::Optimum(found) => outside = Some((found.at, Some(found))),
                ProbeAnswer::Infeasible => outside = Some((next, None)),
                ProbeAnswer::Unknown => return Ok(None),
            }
            let guess = self.guess(&start, &inside, outside, towards);
            if let Some((beyond, _)) = outside
                && (way(beyond) - way(inside.at)) <= NEAR.0 * way(beyond) + NEAR.1 * self.size
            {
                let meet = guess.filter(|g| way(*g) >= way(inside.at) && way(*g) <= way(beyond));
                return Ok(Some(meet.unwrap_or(inside.at)));
            }
            let nudge = (0.3 * NEAR.0 * guess.map_or(0.0, way)).max(0.3 * NEAR.1 * self.size);
            let limit = outside.map_or(way(far), |(beyond, _)| way(beyond));
            let wanted = match guess.map(way) {
                // Just before it; or just beyond, if it is known that it holds until then.
                Some(g) if g - way(inside.at) > 2.0 * nudge => g - nudge,
                Some(g) => g.max(way(inside.at)) + nudge,
                None if outside.is_none() => (4.0 * way(inside.at)).max(FIRST * self.size),
                None => f64::midpoint(way(inside.at), limit),
            };
            let wanted = match outside {
                None => wanted.min(limit),
                Some(_) if wanted <= way(inside.at) || wanted >= limit => f64::midpoint(way(inside.at), limit),
                Some(_) => wanted,
            };
            next = if outside.is_none() && wanted >= limit { far } else { start.at + towards * wanted };
        }
        Ok(None)
    }

    /// Where the price may end: where it has drifted too far, or where the tangents meet.
    fn guess(
        &self,
        start: &Optimum,
        inside: &Optimum,
        outside: Option<(f64, Option<Optimum>)>,
        towards: f64,
    ) -> Option<f64> {
        let drift = (inside.at != start.at && (inside.price / start.price - 1.0).abs() > 1e-6).then(|| {
            let k = ((start.price / inside.price).sqrt() - 1.0) / (inside.at - start.at);
            let most = if inside.price.abs() < start.price.abs() { 1.0 - TOLERANCE } else { 1.0 + TOLERANCE };
            start.at + ((1.0 / most).sqrt() - 1.0) / k
        });
        let meet = outside.and_then(|(_, found)| found).map(|beyond| {
            let (a, b) = (self.slope(inside), self.slope(&beyond));
            (beyond.cost - b * beyond.at - inside.cost + a * inside.at) / (a - b)
        });
        let slack = NEAR.1 * self.size;
        let between = |x: &f64| {
            let x = x * towards;
            x.is_finite() && x >= inside.at * towards - slack && outside.is_none_or(|(b, _)| x <= b * towards + slack)
        };
        drift.into_iter().chain(meet).filter(between).min_by(|a, b| (a * towards).total_cmp(&(b * towards)))
    }
}
