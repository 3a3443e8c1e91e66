//! The optimal cost as a function of one number of the model.
//!
//! If the number stands in costs alone the curve is concave and piecewise linear, if in bounds
//! alone (capacities, demands, budgets) it is convex and piecewise linear; both are found exactly,
//! every breakpoint of them. Otherwise (a share of a total that varies, a price that
//! a share of spend counts) it is neither, and it is sampled until straight lines between the
//! points are near enough, which is said.

mod envelope;
mod problem;
mod sampled;
mod types;

pub use types::{Breakpoint, Curve, CurveError, CurveSettings, Gap, Held, Piece, Shape};

use envelope::{CurveFacts, envelope};
use problem::Problem;

use crate::document::{How, Spread};
use crate::lp::Dependence;
use crate::model::Family;
use crate::plan::ModelInfo;

/// Traces the optimal cost over the range of the only axis of a family.
///
/// # Errors
/// [`CurveError`]; a range without a plan is not one, it is reported.
pub fn curve(family: &Family, settings: &CurveSettings) -> Result<Curve, CurveError> {
    let [axis] = family.spec.axes.as_slice() else {
        return Err(CurveError::Usage("a curve is over exactly one variation".to_owned()));
    };
    let range = match axis.spread {
        Spread::Range { from, to, .. } => [from.min(to), from.max(to)],
        _ => {
            return Err(CurveError::Usage(format!(
                "`{}` has no range: write `=1..5`, `=*0.5..1.5` or `=+-1..1`",
                axis.name
            )));
        }
    };
    let mut problem = Problem::of(family, range, &settings.solve)?;
    let integers = problem.has_integers();
    let dependence = problem.dependence();
    let traced = match dependence {
        Some(Dependence::Nothing) => {
            let basis = "the number has no effect on the program".to_owned();
            envelope(&mut problem, false)?.map(|found| (Shape::Flat, found, basis))
        }
        Some(Dependence::Costs) => {
            let whole =
                if integers { "; with its whole numbers it is the least of many lines, each a plan" } else { "" };
            let basis =
                format!("the number stands in costs alone, so the curve is concave and made of straight pieces{whole}");
            envelope(&mut problem, true)?.map(|found| (Shape::Concave, found, basis))
        }
        Some(Dependence::Bounds) if !integers => {
            let basis = "the number stands in bounds alone, so the curve is convex and made of straight pieces";
            envelope(&mut problem, false)?.map(|found| (Shape::Convex, found, basis.to_owned()))
        }
        _ => None,
    };
    let (shape, found, basis) = match traced {
        Some(traced) => traced,
        None => {
            let found = sampled::sampled(&mut problem, settings.tolerance)?;
            let why = match dependence {
                _ if problem.has_futures() => "the model has several futures, and this is the expected cost",
                _ if integers => "the plan has whole numbers",
                _ if problem.has_cones() => "a concentration limit is curved",
                _ if problem.chooses() => "what may be bought to meet a limit on shares takes whole numbers",
                None if problem.is_repriced() => "prices of a contract follow prices that depend on the number",
                Some(_) => "the number stands in coefficients of the program, as in a share of a total that varies",
                None => "the program is not linear in the number",
            };
            let tolerance = settings.tolerance;
            let end = if found.complete {
                format!(
                    "until halfway between neighbours the cost was within {tolerance} of the straight line, relative to it"
                )
            } else {
                "until no more points were allowed: between them it may differ more than the tolerance".to_owned()
            };
            (Shape::Sampled, found, format!("{why}, so the curve is sampled, {end}"))
        }
    };
    let CurveFacts { pieces, infeasible, exact, .. } = found;
    let breakpoints = pieces.windows(2).filter(|p| p[0].to == p[1].from).map(|p| Breakpoint {
        at: p[0].to,
        cost: p[0].cost_to,
        slope_before: p[0].slope,
        slope_after: p[1].slope,
    });
    let model = family.model();
    Ok(Curve {
        polysource: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        model: ModelInfo::of(model),
        currency: model.currency.clone(),
        parameter: axis.name.clone(),
        how: match axis.how {
            How::Set => "set",
            How::Scale => "scale",
            How::Shift => "shift",
        }
        .to_owned(),
        unit: axis.unit.as_ref().filter(|u| u.over.is_some() || !u.under.is_empty()).map(ToString::to_string),
        from: range[0],
        to: range[1],
        shape,
        exact,
        basis,
        breakpoints: breakpoints.collect(),
        pieces,
        infeasible,
        solves: problem.solves(),
    })
}
