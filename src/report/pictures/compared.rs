//! What each future costs, for the plans side by side.

use crate::plan::{ComparedPlan, Plan, UncertaintyResult};
use crate::report::chart::{Chart, Group, groups};
use crate::report::futures::drawn_futures;
use crate::units::human::{count, money, number};

/// Most futures that are drawn.
const FUTURES: usize = 9;

/// A group of bars for each future, the dearest of this plan first where there are many.
pub(in crate::report) fn compared(plan: &Plan, u: &UncertaintyResult) -> Option<Chart> {
    let mut order: Vec<usize> = (0..u.futures.len()).collect();
    if order.len() > FUTURES {
        order.sort_by(|&a, &b| u.futures[b].cost.total_cmp(&u.futures[a].cost));
    }
    let left = order.len().saturating_sub(FUTURES);
    order.truncate(FUTURES);
    let group = |&f: &usize| Group {
        name: u.futures[f].future.clone(),
        values: u.plans.iter().map(|p| p.costs[f]).collect(),
        mark: u.futures[f].best,
        marked: "if it were known".to_owned(),
    };
    let all: Vec<Group> = order.iter().map(group).collect();
    let series: Vec<&str> = u.plans.iter().map(|p| p.name.as_str()).collect();
    let expected = u.plans.iter().map(|p| format!("{} {}", p.name, money(p.expected, &plan.currency)));
    let mean = drawn_futures(u).map_or_else(|| "Expected".to_owned(), |drawn| format!("In the mean of the {drawn}"));
    let mut description = format!(
        "Cost in {} by future: a group for each future, a bar for each plan; the mark is what the future would cost if it were known today. {mean}: {}.",
        plan.currency,
        expected.collect::<Vec<_>>().join(", ")
    );
    if left > 0 {
        description.push_str(&format!(" {} that cost less are left out.", count(left, "future")));
    }
    let worst = |p: &ComparedPlan| money(p.worst, &plan.currency);
    let title = match u.plans.iter().min_by(|a, b| a.worst.total_cmp(&b.worst)) {
        Some(least) if u.plans.len() > 1 => {
            format!("The worst future costs {} at least, with the plan \u{201c}{}\u{201d}", worst(least), least.name)
        }
        Some(only) => format!("The worst future costs {}", worst(only)),
        None => return None,
    };
    (!u.plans.is_empty()).then(|| groups("futures-cost", &title, description, &series, &all, number))
}
