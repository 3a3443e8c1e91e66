//! The decision in a few sentences: what it costs, what to sign, on whom it depends.

use super::Advice;
use super::summary::{basis, share};
use crate::analysis::dossier::Sourcing;
use crate::plan::{ContractResult, OtherDecision, Plan, Resilience, Status, UncertaintyResult};
use crate::units::human::{count, money, percent};

/// A number that the page begins with.
pub(super) struct KeyFigure {
    pub value: String,
    /// What it is, with its basis.
    pub label: String,
}

/// The three numbers that a board asks for first: the cost, what the policy adds to it, and the worst loss. Under
/// uncertainty: the expected cost, the cost of the worst future, and what knowing all would be worth.
pub(super) fn key_figures(plan: &Plan) -> Vec<KeyFigure> {
    let Some(cost) = &plan.cost else { return Vec::new() };
    let of_money = |x: f64| money(x, &plan.currency);
    let figure = |value: String, label: String| KeyFigure { value, label };
    if let Some(u) = plan.uncertainty.as_deref() {
        let least = u.futures.iter().map(|f| f.cost).fold(f64::INFINITY, f64::min);
        let worst = match worst_future(u).filter(|_| of_money(least) != of_money(u.worst)) {
            Some(name) => format!("cost of the worst future (`{name}`)"),
            None => "cost in every future".to_owned(),
        };
        let over = super::futures::drawn_futures(u).map(|drawn| format!(" over the {drawn}")).unwrap_or_default();
        return vec![
            expected(plan, u),
            figure(of_money(u.worst), format!("{worst}{over}")),
            figure(of_money(u.evpi), format!("value of perfect information (EVPI){over}")),
        ];
    }
    let mut figures = vec![figure(of_money(cost.total), format!("cost{}", basis(plan)))];
    if let (Some(premium), Some(unrestricted)) = (cost.premium, cost.unrestricted) {
        let part = percent((premium / unrestricted.abs().max(f64::MIN_POSITIVE) * 1e4).round() / 1e4);
        figures.push(figure(of_money(premium), format!("premium of the dependency limits ({part})")));
    }
    if let Some(worst) = worst(plan) {
        let lost = format!("{} `{}`", worst.lost.by, worst.lost.group);
        let value = super::dependency::served(worst.served);
        figures.push(figure(
            value,
            format!("of {} served after losing {lost}, the worst loss", super::dependency::counted_demand(worst)),
        ));
    }
    figures
}

/// What a plan for several futures is expected to cost. Of what is drawn at random that is the interval of further samples,
/// and without one the mean of the draws, which says that it is an estimate.
fn expected(plan: &Plan, u: &UncertaintyResult) -> KeyFigure {
    let basis = basis(plan);
    let Some(drawn) = super::futures::drawn_futures(u) else {
        return KeyFigure { value: money(u.expected, &plan.currency), label: format!("expected cost{basis}") };
    };
    let interval = u.draws.as_ref().and_then(|d| d.interval.as_ref());
    match interval.and_then(|i| Some((i, super::futures::interval_cell(i, &plan.currency)?))) {
        Some((i, ends)) => {
            let whose = if i.upper.is_some() { "" } else { " of the best plan" };
            let label = format!("{}{whose}{basis}, with {} confidence", u.aim(), percent(i.confidence));
            KeyFigure { value: ends, label }
        }
        None => {
            let value = money(u.expected, &plan.currency);
            KeyFigure { value, label: format!("mean cost of {drawn}{basis}, an estimate of the expected cost") }
        }
    }
}

fn worst_future(u: &UncertaintyResult) -> Option<&str> {
    u.futures.iter().max_by(|a, b| a.cost.total_cmp(&b.cost)).map(|f| f.future.as_str())
}

/// The loss that leaves the least.
fn worst(plan: &Plan) -> Option<&Resilience> {
    plan.resilience.as_ref()?.iter().min_by(|a, b| a.served.total_cmp(&b.served))
}

/// How far the inputs can be relied on, in a sentence.
pub(super) fn sourced(all: &Sourcing) -> String {
    let mut parts = Vec::new();
    let is = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    if all.assumed > 0 {
        parts.push(is(all.assumed, "is an assumption", "are assumptions"));
    }
    if all.partly > 0 {
        parts.push(is(all.partly, "is partly an assumption", "are partly assumptions"));
    }
    if all.unsourced > 0 {
        parts.push(is(all.unsourced, "names no source", "name no source"));
    }
    let told = match parts.as_slice() {
        [] => "all name their source".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    };
    format!("Of {} (chips, offers, workloads and contracts) {told}.", count(all.inputs, "input"))
}

/// What a reader should know first; nothing without a plan.
pub(super) fn sentences(plan: &Plan, advice: Advice) -> Vec<String> {
    if plan.uncertainty.is_some() {
        return super::futures::sentences(plan);
    }
    let Some(cost) = &plan.cost else { return Vec::new() };
    let currency = plan.currency.as_str();
    let over = match plan.model.periods.as_slice() {
        [first, .., last] => format!(" over {first} to {last}"),
        _ => String::new(),
    };
    let discounted = (cost.nominal - cost.total).abs() > 1e-9 * cost.total.abs();
    let basis = if discounted {
        format!(" (present value; {} undiscounted)", money(cost.nominal, currency))
    } else {
        basis(plan).to_owned()
    };
    // Only an optimum is the cheapest.
    let what = match plan.status {
        Status::Optimal => "The lowest-cost plan that satisfies the policy",
        Status::NearOptimal => "This alternative",
        _ => "This plan, which is not certified as the cheapest,",
    };
    let mut told = vec![format!("{what} costs {}{basis}{over}.", money(cost.total, currency))];
    if let (Some(premium), Some(unrestricted)) = (cost.premium, cost.unrestricted)
        && premium > 0.0
    {
        let part = percent(premium / unrestricted.abs().max(f64::MIN_POSITIVE));
        told.push(format!("The dependency limits add {} ({part}) to the cost without them.", money(premium, currency)));
    }
    told.extend(plan.contracts.iter().filter(|c| c.optional).map(|c| deal(c, currency, advice)));
    told.extend(dependence(plan));
    told.extend(worst_loss(plan));
    told
}

fn deal(contract: &ContractResult, currency: &str, advice: Advice) -> String {
    let unknown = advice.option(": what it is worth was not computed (`--detail full` does)");
    let name = &contract.contract;
    match (contract.signed, contract.worth) {
        (true, Some(worth)) => {
            format!("Sign `{name}`: without it the plan, re-optimized, would cost {} more.", money(worth, currency))
        }
        (true, None) => match contract.other {
            Some(OtherDecision::NoPlan) => format!("Sign `{name}`: without it no plan meets all requirements."),
            Some(_) => format!("Sign `{name}`: what it is worth could not be certified."),
            None => format!("Sign `{name}`{unknown}."),
        },
        (false, Some(worth)) => {
            format!(
                "Do not sign `{name}`: with it the plan, re-optimized, would cost {} more.",
                money(-worth, currency)
            )
        }
        (false, None) => match contract.other {
            Some(OtherDecision::NoPlan) => {
                format!("Do not sign `{name}`: no plan that signs it meets all requirements.")
            }
            Some(_) => format!("Do not sign `{name}`: what it is worth could not be certified."),
            None => format!("Do not sign `{name}`{unknown}."),
        },
    }
}

/// The largest vendor and cloud of the spend.
fn dependence(plan: &Plan) -> Option<String> {
    let largest = |by: &str| {
        let same = |e: &&crate::plan::Exposure| e.by == by && e.of == "spend" && e.period == "horizon";
        let group = plan.exposure.iter().find(same)?.groups.first()?;
        let stake = match group.investor {
            Some(stake) if stake > 0.0 => format!(" (an investor holding {})", percent(stake)),
            Some(_) => " (an investor)".to_owned(),
            None => String::new(),
        };
        Some(format!("{by} `{}` {}{stake}", group.group, share(group.share)))
    };
    let parts: Vec<String> = ["vendor", "cloud"].into_iter().filter_map(largest).collect();
    (!parts.is_empty()).then(|| format!("Largest shares of spend: {}.", parts.join(", ")))
}

/// What the loss that leaves the least leaves.
fn worst_loss(plan: &Plan) -> Option<String> {
    let worst = worst(plan)?;
    let lost = format!("{} `{}`", worst.lost.by, worst.lost.group);
    if worst.served >= 1.0 {
        return Some("All demand is still served after the loss of any single supplier.".to_owned());
    }
    let when = if plan.model.periods.len() > 1 { format!(" (in {})", worst.period) } else { String::new() };
    Some(format!(
        "The most damaging loss is {lost}: {} of {} can still be served{when}.",
        super::dependency::served(worst.served),
        super::dependency::counted_demand(worst)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_inputs_can_be_relied_on() {
        let of = |assumed, partly, unsourced| sourced(&Sourcing { inputs: 80, assumed, partly, unsourced });
        let all = "Of 80 inputs (chips, offers, workloads and contracts)";
        assert_eq!(of(27, 45, 0), format!("{all} 27 are assumptions and 45 are partly assumptions."));
        assert_eq!(of(1, 1, 1), format!("{all} 1 is an assumption, 1 is partly an assumption and 1 names no source."));
        assert_eq!(of(0, 0, 2), format!("{all} 2 name no source."));
        assert_eq!(of(0, 0, 0), format!("{all} all name their source."));
    }
}
