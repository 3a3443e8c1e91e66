//! Plans side by side: what each future costs with this plan, with what the plan for the base case decides at the start,
//! and with the plan of least regret.

use super::value::{MEAN, Values, largest_regret, settled};
use crate::plan::ComparedPlan;

/// The plans, `costs` being those of this one and `mean` what is expected of costs; `least` is whether this one is the
/// plan of least regret.
pub(super) fn plans(
    costs: &[f64],
    best: &[f64],
    values: &Values,
    least: bool,
    mean: impl Fn(&[f64]) -> f64,
) -> Vec<ComparedPlan> {
    let row = |plan: &str, name: String, own: Vec<f64>, expected: f64| ComparedPlan {
        plan: plan.to_owned(),
        name,
        expected: settled(expected, values.expected),
        worst: own.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        regret: largest_regret(&own, best),
        costs: own,
    };
    // What differs by rounding does not differ.
    let beside = |own: &[f64]| -> Vec<f64> { own.iter().zip(costs).map(|(&c, &here)| settled(c, here)).collect() };
    let now = if least { "here and now (least regret)" } else { "here and now" };
    let mut all = vec![row("here-and-now", now.to_owned(), costs.to_vec(), values.expected)];
    if let Ok(own) = &values.base_plan {
        let name = if values.base == MEAN {
            "planned for the mean".to_owned()
        } else {
            format!("planned for {}", values.base)
        };
        all.push(row("base", name, beside(own), mean(own)));
    }
    if let Some(own) = &values.least_regret {
        all.push(row("least-regret", "least regret".to_owned(), beside(own), mean(own)));
    }
    all
}
