//! The decision in a few sentences: what it costs, what to sign, on whom it depends.

use super::summary::share;
use crate::plan::{ContractResult, OtherDecision, Plan};
use crate::units::human::{money, percent};

/// What a reader should know first; nothing without a plan.
pub(super) fn sentences(plan: &Plan) -> Vec<String> {
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
    let nominal = if discounted { format!(" ({} undiscounted)", money(cost.nominal, currency)) } else { String::new() };
    let mut told =
        vec![format!("The cheapest plan within the policy costs {}{nominal}{over}.", money(cost.total, currency))];
    if let (Some(premium), Some(unrestricted)) = (cost.premium, cost.unrestricted)
        && premium > 0.0
    {
        let part = percent(premium / unrestricted.abs().max(f64::MIN_POSITIVE));
        told.push(format!(
            "Its limits on dependency add {} ({part}) to what it would cost without them.",
            money(premium, currency)
        ));
    }
    told.extend(plan.contracts.iter().filter(|c| c.optional).map(|c| deal(c, currency)));
    told.extend(dependence(plan));
    told.extend(worst_loss(plan));
    told
}

fn deal(contract: &ContractResult, currency: &str) -> String {
    let name = &contract.contract;
    match (contract.signed, contract.worth) {
        (true, Some(worth)) => {
            format!(
                "Sign `{name}`: without it, everything else chosen anew, the plan would cost {} more.",
                money(worth, currency)
            )
        }
        (true, None) => match contract.other {
            Some(OtherDecision::NoPlan) => format!("Sign `{name}`: without it no plan meets all requirements."),
            Some(_) => format!("Sign `{name}`: what it is worth could not be certified."),
            None => format!("Sign `{name}`: what it is worth was not computed (`--detail full` does)."),
        },
        (false, Some(worth)) => {
            format!(
                "Do not sign `{name}`: with it, everything else chosen anew, the plan would cost {} more.",
                money(-worth, currency)
            )
        }
        (false, None) => match contract.other {
            Some(OtherDecision::NoPlan) => {
                format!("Do not sign `{name}`: no plan that signs it meets all requirements.")
            }
            Some(_) => format!("Do not sign `{name}`: what it is worth could not be certified."),
            None => format!("Do not sign `{name}`: what it is worth was not computed (`--detail full` does)."),
        },
    }
}

/// The largest vendor and cloud of the spend.
fn dependence(plan: &Plan) -> Option<String> {
    let largest = |by: &str| {
        let same = |e: &&crate::plan::Exposure| e.by == by && e.of == "spend" && e.period == "horizon";
        let group = plan.exposure.iter().find(same)?.groups.first()?;
        let stake = match group.investor {
            Some(stake) if stake > 0.0 => format!(", an investor with {}", percent(stake)),
            Some(_) => ", an investor".to_owned(),
            None => String::new(),
        };
        Some(format!("{} by {by} is `{}`{stake}", share(group.share), group.group))
    };
    let parts: Vec<String> = ["vendor", "cloud"].into_iter().filter_map(largest).collect();
    (!parts.is_empty()).then(|| format!("The largest part of the spend: {}.", parts.join(", ")))
}

/// The loss that leaves the least.
fn worst_loss(plan: &Plan) -> Option<String> {
    let losses = plan.resilience.as_ref()?;
    let worst = losses.iter().min_by(|a, b| a.served.total_cmp(&b.served))?;
    let lost = format!("{} `{}`", worst.lost.by, worst.lost.group);
    if worst.served >= 1.0 {
        return Some("Everything is still served whichever single supplier is lost.".to_owned());
    }
    let when = if plan.model.periods.len() > 1 { format!(" (in {})", worst.period) } else { String::new() };
    Some(format!(
        "The loss that hurts most is {lost}: {} is still served at its peak{when}.",
        super::dependency::served(worst.served)
    ))
}
