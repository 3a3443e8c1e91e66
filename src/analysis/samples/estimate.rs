//! The interval that further samples give.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::replication::{Replication, ReplicationStatus};
use crate::lp::Tolerances;
use crate::plan::{EXPECTED, Estimate, SampleInterval, SampleResult};
use crate::units::human::{apart, count, money, percent};

/// Puts further samples together, with a confidence above 0 and below 1; at least two of them. `aim` is what was minimized, in
/// words.
#[must_use]
pub fn interval(all: &[Replication], confidence: f64, (aim, currency): (&str, &str)) -> SampleInterval {
    let of = |status: fn(&ReplicationStatus) -> bool| all.iter().filter(|r| status(&r.status)).count();
    let not_followed = of(|s| matches!(s, ReplicationStatus::NotFollowed(_)));
    let without_plan = of(|s| matches!(s, ReplicationStatus::NoPlan(_)));
    let uncertified = of(|s| matches!(s, ReplicationStatus::Uncertified));
    // A mean of those samples that have a number would be one of the better samples.
    let whole = |of: fn(&Replication) -> Option<f64>| -> Option<Vec<f64>> { all.iter().map(of).collect() };
    let bounds = whole(|r| r.bound);
    let costs = whole(|r| r.cost);
    let gaps = whole(|r| Some(r.cost? - r.bound?));
    let (best, plan) = (bounds.as_deref().map(estimate), costs.as_deref().map(estimate));
    // Half of what may go wrong on each side of the interval; all of it on the one side of the gap.
    let (two, one) = ((1.0 + confidence) / 2.0, confidence);
    let margin = |e: Estimate, probability| margin(e, all.len(), probability);
    let mut result = SampleInterval {
        replications: all.len(),
        confidence,
        lower: best.map(|e| e.mean - margin(e, two)),
        upper: plan.map(|e| e.mean + margin(e, two)),
        gap: gaps.as_deref().map(estimate).map(|e| (e.mean + margin(e, one)).max(0.0)),
        best,
        plan,
        not_followed,
        without_plan,
        uncertified,
        sentence: String::new(),
        samples: all.iter().map(row).collect(),
    };
    result.sentence = sentence(&result, aim, currency);
    result
}

fn row(replication: &Replication) -> SampleResult {
    let (status, future) = match &replication.status {
        ReplicationStatus::Certified => ("certified", None),
        ReplicationStatus::NotFollowed(future) => ("not-followed", Some(future.clone())),
        ReplicationStatus::NoPlan(future) => ("no-plan", Some(future.clone())),
        ReplicationStatus::Uncertified => ("uncertified", None),
    };
    let Replication { number, bound, cost, .. } = *replication;
    SampleResult { sample: number, status: status.to_owned(), future, bound, cost }
}

/// The mean and the standard deviation of one, without bias.
pub(super) fn estimate(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Estimate { mean, deviation: if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { f64::INFINITY } }
}

/// How far the true mean lies from that of so many, at most, with a probability.
pub(super) fn margin(estimate: Estimate, count: usize, probability: f64) -> f64 {
    student(count, probability) * (estimate.deviation / (count as f64).sqrt())
}

/// The quantile of Student's t distribution for the mean of so many.
fn student(count: usize, probability: f64) -> f64 {
    let freedom = count.saturating_sub(1).max(1) as f64;
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(probability))
}

fn sentence(result: &SampleInterval, aim: &str, currency: &str) -> String {
    let told = |x: f64| money(x, currency);
    let samples = count(result.replications, "further sample");
    let first = |status: &str| {
        let found = result.samples.iter().find(|s| s.status == status);
        found.map_or(String::new(), |s| {
            format!("sample {}, future `{}`", s.sample, s.future.as_deref().unwrap_or_default())
        })
    };
    let with = format!("With {} confidence", percent(result.confidence));
    if result.uncertified > 0 {
        return format!("{} of {samples} were not certified, so that there is no interval.", result.uncertified);
    }
    if result.without_plan > 0 {
        return format!(
            "In {} of {samples} a future has no plan, whatever is decided before ({}): the {aim} has no value. Give workloads that may go unserved a price under `unmet`.",
            result.without_plan,
            first("no-plan"),
        );
    }
    let (Some(lower), Some(upper), Some(gap)) = (result.lower, result.upper, result.gap) else {
        let least =
            result.lower.map_or(String::new(), |l| format!(" {with}, that of the best plan is at least {}.", told(l)));
        return format!(
            "In {} of {samples} this plan cannot be followed ({}): what it decides before anything is drawn leaves no way to satisfy the policy there, so that its {aim} has no upper end.{least}",
            result.not_followed,
            first("not-followed"),
        );
    };
    // Each cost is certified to within this part of itself: what is less is rounding, and two ends so near are one.
    let rounding = Tolerances::default().gap * (1.0 + lower.abs().max(upper.abs()));
    let range = if upper - lower <= rounding {
        told(upper)
    } else {
        let [low, high] = apart(lower, upper, currency);
        format!("between {low} and {high}")
    };
    let more = if gap <= rounding { "no more".to_owned() } else { format!("at most {} more", told(gap)) };
    let costs = if aim == EXPECTED { "costs" } else { "has" };
    format!(
        "{with} the {aim} is {range}, for this plan as for the best one, and this plan {costs} {more} than the best ({samples}).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certified(pairs: &[(f64, f64)]) -> Vec<Replication> {
        let one = |(i, &(bound, cost)): (usize, &(f64, f64))| Replication {
            number: i + 1,
            status: ReplicationStatus::Certified,
            bound: Some(bound),
            cost: Some(cost),
        };
        pairs.iter().enumerate().map(one).collect()
    }

    /// Quantiles of Student's t from printed tables: two-sided 95 % with 2 and 29 degrees of freedom, one-sided 95 %.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (count, p, t) in
            [(3, 0.975, 4.302_653), (30, 0.975, 2.045_230), (30, 0.95, 1.699_127), (2, 0.975, 12.706_205)]
        {
            assert!((student(count, p) - t).abs() < 1e-5, "{count} {p}: {}", student(count, p));
        }
    }

    /// Bounds 8, 9, 10 have the mean 9 and deviation 1; costs 10, 12, 14 the mean 12 and deviation 2; gaps 2, 3, 4 the
    /// mean 3 and deviation 1. With t = 4.302653 and 2.919986 on sqrt(3):
    #[test]
    fn an_interval_by_hand() {
        let found = interval(&certified(&[(8.0, 10.0), (9.0, 12.0), (10.0, 14.0)]), 0.95, (EXPECTED, "USD"));
        let near = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-5;
        assert!(near(found.lower, 9.0 - 4.302_653 / 3f64.sqrt()), "{found:?}");
        assert!(near(found.upper, 12.0 + 2.0 * 4.302_653 / 3f64.sqrt()), "{found:?}");
        assert!(near(found.gap, 3.0 + 2.919_986 / 3f64.sqrt()), "{found:?}");
        assert!(found.sentence.starts_with("With 95 % confidence the expected cost is between"), "{}", found.sentence);
    }

    /// Also where rounding has put the proved bound above the cost: no interval from 7.0000001 to 7.
    #[test]
    fn all_alike_leaves_no_gap() {
        let of = |bound: f64| interval(&certified(&[(bound, 7.0); 5]), 0.95, (EXPECTED, "USD"));
        let found = of(7.0);
        assert_eq!((found.lower, found.upper, found.gap), (Some(7.0), Some(7.0), Some(0.0)));
        let sentence = "With 95 % confidence the expected cost is 7 USD, for this plan as for the best one, and this plan costs no more than the best (5 further samples).";
        assert_eq!(found.sentence, sentence);
        assert_eq!(of(7.000_000_1).sentence, sentence);
    }

    /// Certificates are good to 1e-6 of 1 + 1000: a gap of 0.001 may be theirs, one of 0.0011 is not.
    #[test]
    fn a_gap_that_is_rounding_is_none() {
        let of = |gap: f64| interval(&certified(&[(1000.0, 1000.0 + gap); 3]), 0.95, (EXPECTED, "USD")).sentence;
        for rounding in [0.0, 4e-7, 0.001] {
            assert!(of(rounding).contains(" costs no more than the best (3 "), "{}", of(rounding));
        }
        assert!(of(0.0011).contains(" costs at most 0.0011 USD more than the best (3 "), "{}", of(0.0011));
    }

    #[test]
    fn what_cannot_be_followed_has_no_upper_end() {
        let mut all = certified(&[(8.0, 10.0), (9.0, 12.0)]);
        all.push(Replication {
            number: 3,
            status: ReplicationStatus::NotFollowed("draw-4".to_owned()),
            bound: Some(10.0),
            cost: None,
        });
        let found = interval(&all, 0.95, (EXPECTED, "USD"));
        assert!(found.lower.is_some() && found.upper.is_none() && found.gap.is_none());
        assert!(
            found
                .sentence
                .starts_with("In 1 of 3 further samples this plan cannot be followed (sample 3, future `draw-4`)"),
            "{}",
            found.sentence
        );
        assert!(found.sentence.contains(
            "so that its expected cost has no upper end. With 95 % confidence, that of the best plan is at least "
        ));
    }

    /// What is minimized may be more than the expected cost.
    #[test]
    fn the_aim_is_named() {
        let found = interval(&certified(&[(8.0, 10.0), (9.0, 12.0)]), 0.95, ("weighted mean", "USD"));
        assert!(found.sentence.starts_with("With 95 % confidence the weighted mean is between "), "{}", found.sentence);
        assert!(found.sentence.contains(" and this plan has at most "), "{}", found.sentence);
    }
}
