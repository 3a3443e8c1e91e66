//! The least change of an entry with which there is a plan.
//!
//! From a number without a plan the proof of infeasibility says how far it reaches: the number at
//! which it no longer proves anything is the next to be tried. That is Newton's method on a convex
//! piecewise function, as for curves (Eisner and Severance, J. ACM 23(4), 1976), and it ends after
//! a few proofs; where there are none (whole columns, curved limits) the range is halved. What is
//! reported is rounded to the side that has a plan, and solved as it is reported.

use super::case::{Case, Proof, Varied};
use super::entry::{Entry, Knob, Unit};
use super::verdict::{Verdict, decide};
use crate::analysis::SolveSettings;
use crate::engine::EngineError;
use crate::model::LimitUnit;

/// Proofs and plans that are tried before halving goes on alone.
const PROOFS: usize = 30;
/// How near, relative to the range that is left, the edge is found by halving.
const EDGE: f64 = 1e-6;

/// The least change of `entry` with which the entries `kept` have a plan, rounded so that it has
/// one, with the cost of that plan; `None` if no change is enough, or it could not be decided.
pub(super) fn least(
    case: &Case<'_>,
    kept: &[Entry],
    numbers: &[(Entry, f64)],
    entry: Entry,
    settings: &SolveSettings,
) -> Result<Option<(f64, f64)>, EngineError> {
    let Some(knob) = case.knob(entry) else { return Ok(None) };
    let at = |value: f64| {
        let mut all = numbers.to_vec();
        all.push((entry, value));
        case.varied(kept, &all)
    };
    let Some(edge) = edge(&knob, &at, settings)? else { return Ok(None) };
    let edge = if (edge - knob.end).abs() <= EDGE * knob.value.abs() { knob.end } else { edge };
    // Leaving work out altogether is no change of its amount.
    if edge == 0.0 && matches!(entry, Entry::Work(_)) {
        return Ok(None);
    }
    // The nearest round number, then the next one outwards, then one with more digits: the first that
    // has a plan.
    for (digits, outwards) in [(4, false), (4, true), (6, true), (9, true)] {
        let value = rounded(&knob, edge, digits, outwards);
        if let Verdict::Plan(cost) = decide(&at(value), settings, true)? {
            return Ok(Some((value, cost)));
        }
    }
    Ok(None)
}

/// The edge between no plan and a plan, within rounding.
fn edge<'a>(knob: &Knob, at: &dyn Fn(f64) -> Varied<'a>, settings: &SolveSettings) -> Result<Option<f64>, EngineError> {
    if knob.whole {
        let step = if knob.rising { 1.0 } else { -1.0 };
        let mut value = knob.value + step;
        while (knob.end - value) * step >= 0.0 {
            if matches!(decide(&at(value), settings, false)?, Verdict::Plan(_)) {
                return Ok(Some(value));
            }
            value += step;
        }
        return Ok(None);
    }
    let mut bad = knob.value;
    for _ in 0..PROOFS {
        match decide(&at(bad), settings, false)? {
            Verdict::Plan(_) => return Ok(Some(bad)),
            Verdict::NoPlan(Some(proof)) => match reach(knob, &proof, at, bad) {
                Some(next) if next != bad => bad = next,
                Some(_) => break,
                // The proof reaches to the end: no change of this entry is enough.
                None => return Ok(None),
            },
            _ => break,
        }
    }
    halve(knob, at, bad, settings)
}

/// Where a proof ends: the first number, within rounding, at which it proves nothing; `None` if it
/// reaches to the end.
fn reach<'a>(knob: &Knob, proof: &Proof, at: &dyn Fn(f64) -> Varied<'a>, from: f64) -> Option<f64> {
    let proves = |value: f64| proof.proves(&at(value));
    let (mut bad, mut good) = (from, next_far(knob, from));
    while proves(good) {
        if good == knob.end {
            return None;
        }
        bad = good;
        good = next_far(knob, good);
    }
    for _ in 0..60 {
        let middle = f64::midpoint(bad, good);
        if middle == bad || middle == good {
            break;
        }
        if proves(middle) { bad = middle } else { good = middle }
    }
    Some(good)
}

/// A number further out: for what has no natural end, twice as far each time.
fn next_far(knob: &Knob, value: f64) -> f64 {
    let far = knob.value.abs().max(1e-6);
    let ends = match knob.unit {
        Unit::Limit(unit) => unit.is_part() || unit == LimitUnit::Suppliers,
        Unit::Times => false,
        Unit::Part => true,
    };
    if ends { knob.end } else { (value + (value - knob.value).abs() + far).min(knob.end) }
}

fn halve<'a>(
    knob: &Knob,
    at: &dyn Fn(f64) -> Varied<'a>,
    from: f64,
    settings: &SolveSettings,
) -> Result<Option<f64>, EngineError> {
    let plan = |value: f64| Ok::<bool, EngineError>(matches!(decide(&at(value), settings, false)?, Verdict::Plan(_)));
    let (mut bad, mut good) = (from, next_far(knob, from));
    while !plan(good)? {
        if good == knob.end {
            return Ok(None);
        }
        bad = good;
        good = next_far(knob, good);
    }
    while (good - bad).abs() > EDGE * good.abs().max(bad.abs()).max(knob.value.abs()) {
        let middle = f64::midpoint(bad, good);
        if plan(middle)? { good = middle } else { bad = middle }
    }
    Ok(Some(good))
}

/// Rounded to so many significant digits: to the nearest, or away from what has no plan.
fn rounded(knob: &Knob, value: f64, digits: i32, outwards: bool) -> f64 {
    if value == 0.0 || knob.whole {
        return value;
    }
    let unit = 10f64.powi(value.abs().log10().floor() as i32 + 1 - digits);
    let steps = match (outwards, knob.rising) {
        (false, _) => (value / unit).round(),
        (true, true) => (value / unit).ceil(),
        (true, false) => (value / unit).floor(),
    };
    // Through text, so that it is the number that is read there and not its neighbour.
    let number = format!("{:.12e}", steps * unit).parse().unwrap_or(value);
    if knob.rising { f64::min(number, knob.end) } else { f64::max(number, knob.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn away_from_what_has_no_plan() {
        let knob = |rising| Knob {
            value: 0.4,
            rising,
            end: if rising { 1.0 } else { 0.0 },
            unit: Unit::Limit(LimitUnit::Share),
            whole: false,
        };
        assert_eq!(rounded(&knob(true), 0.473_21, 4, true), 0.4733);
        assert_eq!(rounded(&knob(true), 0.5 + 1e-9, 4, false), 0.5);
        assert_eq!(rounded(&knob(true), 0.99999, 4, true), 1.0);
        assert_eq!(rounded(&knob(false), 0.123_49, 4, true), 0.1234);
    }
}
