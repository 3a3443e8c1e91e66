//! The interval of an expected cost, and the samples that it comes from.

use crate::plan::{Plan, SampleInterval, UncertaintyResult};
use crate::report::chart::{Chart, SampleRow, Samples, samples as drawn};
use crate::report::futures::{drawn_futures, ends};
use crate::units::human::{apart, count, money, percent};

/// Each further sample with both its numbers, over the interval that they give; nothing where there is none.
pub(in crate::report) fn samples(plan: &Plan, u: &UncertaintyResult) -> Option<Chart> {
    let draws = u.draws.as_ref()?;
    let found = draws.interval.as_ref()?;
    let lower = found.lower?;
    let currency = &plan.currency;
    let rows: Vec<SampleRow> = (found.samples.iter())
        .map(|s| SampleRow { name: format!("sample {}", s.sample), ring: s.bound, dot: s.cost })
        .collect();
    let each = count(draws.kept.unwrap_or(draws.samples), "draw");
    let mut description = format!(
        "Each row is one of {} of {each}: the ring is what the best plan for it costs at least, the dot what this plan costs in it.",
        count(found.replications, "further sample")
    );
    // The mean of costs is not what is minimized where the dearest of them count for more.
    let own = format!("mean of its own {}", drawn_futures(u)?);
    let mark = u.cvar.is_none().then_some((u.expected, own.as_str()));
    if mark.is_some() {
        let amount = money(u.expected, currency);
        description.push_str(&format!(" The line is what it costs in the mean of its own draws, {amount}."));
    }
    if let Some(gap) = found.gap {
        description.push_str(&format!(" This plan costs at most {} more than the best.", money(gap, currency)));
    }
    let sure = percent(found.confidence);
    let interval = format!("the interval, {sure}");
    let chart = Samples {
        id: "futures-interval",
        title: &title(found, u, currency),
        description,
        names: ["best plan for a sample", "this plan in it", &interval],
        rows: &rows,
        // What an engine leaves open may have them cross by a rounding.
        band: (lower, found.upper.map(|upper| upper.max(lower))),
        mark,
        axis: &format!("{} in {currency}", u.aim()),
    };
    let told = |x: f64, far: f64| apart(x, x + far, "")[0].trim_end().to_owned();
    Some(drawn(&chart, told))
}

/// What the interval says.
fn title(found: &SampleInterval, u: &UncertaintyResult, currency: &str) -> String {
    let sure = percent(found.confidence);
    match (found.lower, found.upper) {
        (Some(_), Some(_)) => {
            let ends = ends(found, currency).unwrap_or_default();
            let between = if ends.len() > 1 { "between " } else { "" };
            format!("With {sure} confidence the {} is {between}{}", u.aim(), ends.join(" and "))
        }
        _ => {
            let samples = count(found.replications, "further sample");
            format!("In {} of {samples} this plan cannot be followed", found.not_followed)
        }
    }
}
