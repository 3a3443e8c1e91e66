//! What policies paid over time, and what plans cost on draws.

use crate::plan::{BacktestResult, Evaluation};
use crate::report::chart::{Chart, Strand, fan};
use crate::units::human::{money, number, percent};

/// What each policy had paid up to each period, with hindsight.
pub(in crate::report) fn paid(found: &BacktestResult) -> Option<Chart> {
    let runs = || std::iter::once(&found.hindsight).chain(&found.policies).filter(|run| run.cost.is_some());
    let labels: Vec<String> = found.hindsight.by_period.iter().map(|p| p.period.clone()).collect();
    let strands: Vec<Strand> = runs()
        .map(|run| {
            let sums = run.by_period.iter().scan(0.0, |sum, p| {
                *sum += p.cost;
                Some(*sum)
            });
            Strand { name: run.policy.clone(), whole: run.policy.clone(), values: sums.collect() }
        })
        .collect();
    let of = |s: &Strand| s.values.last().copied().unwrap_or(0.0);
    let (first, most) = (strands.first()?, strands.iter().max_by(|a, b| of(a).total_cmp(&of(b)))?);
    // The axis begins at 0.
    if labels.len() < 2 || strands.len() < 2 || strands.iter().flat_map(|s| &s.values).any(|&sum| sum < 0.0) {
        return None;
    }
    let told = |x: f64| money(x, &found.currency);
    let title = format!("`{}` paid {}, and hindsight {}", most.name, told(of(most)), told(of(first)));
    let description = "Undiscounted money paid up to the end of each period, by policy.".to_owned();
    Some(fan("backtest-paid", &title, description, &found.currency, &labels, &strands, number))
}

/// What each plan costs at most in a part of the draws.
pub(in crate::report) fn spread(found: &Evaluation) -> Option<Chart> {
    let plans = || found.plans.iter().filter(|p| !p.quantiles.is_empty());
    let labels: Vec<String> = plans().next()?.quantiles.iter().map(|q| percent(q.part)).collect();
    let strands: Vec<Strand> = plans()
        .filter(|p| p.quantiles.len() == labels.len())
        .map(|p| {
            let values = p.quantiles.iter().map(|q| q.cost).collect();
            Strand { name: p.name.clone(), whole: p.name.clone(), values }
        })
        .collect();
    // The axis begins at 0.
    if strands.iter().flat_map(|s| &s.values).any(|&cost| cost < 0.0) {
        return None;
    }
    let here = plans().next()?;
    let (least, most) = (here.quantiles.first()?.cost, here.quantiles.last()?.cost);
    let told = |x: f64| money(x, &found.currency);
    let title = format!("The plan costs {} to {}, as it comes", told(least), told(most));
    let description =
        "What each plan costs at most in so much of the draws, from the cheapest draw to the dearest.".to_owned();
    Some(fan("evaluation-costs", &title, description, &found.currency, &labels, &strands, number))
}
