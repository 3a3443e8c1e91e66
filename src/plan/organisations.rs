//! The circular part of a dependency: who is paid, holds a stake and funds, at once.

use super::ledger::Ledger;
use super::types::{BalanceResult, EquityResult, OrganisationResult};
use crate::model::{Dimension, Model, OfferSet};
use crate::units::human::{money, percent};

/// What every organisation is paid as vendor and as cloud, holds and funds; the largest first.
#[must_use]
pub fn organisations(
    model: &Model,
    ledger: &Ledger,
    balances: &[BalanceResult],
    equity: &[EquityResult],
) -> Vec<OrganisationResult> {
    let all = model.calendar.all();
    let total = ledger.spend(model, &OfferSet::all(model.offers.len()), &all);
    let mut names: Vec<String> = model.groups(&Dimension::Organisation).into_iter().map(|(name, _)| name).collect();
    names.extend(model.investors.iter().map(|i| i.id.clone()));
    names.extend(model.contracts.iter().filter_map(|c| c.with.clone()));
    names.extend(model.contracts.iter().filter_map(|c| c.equity.as_ref()?.investor.clone()));
    names.sort();
    names.dedup();
    let mut rows = Vec::new();
    for name in names {
        let designs: OfferSet = model.offers.iter().map(|o| model.chips[o.chip].vendor == name).collect();
        let operates: OfferSet = model.offers.iter().map(|o| model.clouds[o.cloud].owner == name).collect();
        let spend = |of: &OfferSet| if of.is_empty() { 0.0 } else { ledger.spend(model, of, &all) };
        let (as_vendor, as_cloud) = (spend(&designs), spend(&operates));
        let (both, paid) = (spend(&designs.and(&operates)), spend(&designs.or(&operates)));
        let investor = model.investors.iter().find(|i| i.id == name);
        let mine =
            model.contracts.iter().zip(&ledger.funding).filter(|(c, _)| c.with.as_deref() == Some(name.as_str()));
        let funds: f64 = mine.flat_map(|(_, funding)| funding).sum();
        let with = |id: &str| model.contracts.iter().any(|c| c.id == id && c.with.as_deref() == Some(name.as_str()));
        let credits: f64 = balances.iter().filter(|b| b.kind == "credits" && with(&b.contract)).map(|b| b.used).sum();
        let vested = equity.iter().filter(|e| e.vests.is_some() && e.investor.as_deref() == Some(name.as_str()));
        let equity: f64 = vested.map(|e| e.worth).sum();
        if paid == 0.0 && funds == 0.0 && equity == 0.0 && investor.is_none() {
            continue;
        }
        let mut row = OrganisationResult {
            organisation: name,
            as_vendor,
            as_cloud,
            both,
            paid,
            share: if total > 0.0 { paid / total } else { 0.0 },
            stake: investor.and_then(|i| i.stake),
            funds,
            credits,
            equity,
            sentence: String::new(),
        };
        row.sentence = sentence(model, &row, investor.is_some());
        rows.push(row);
    }
    rows.sort_by(|a, b| b.paid.total_cmp(&a.paid).then_with(|| a.organisation.cmp(&b.organisation)));
    rows
}

fn sentence(model: &Model, row: &OrganisationResult, invests: bool) -> String {
    let told = |x: f64| money(x, &model.currency);
    let mut text = format!("`{}` is paid {}", row.organisation, told(row.paid));
    if row.paid > 0.0 {
        let mut parts = Vec::new();
        if row.as_vendor > 0.0 {
            parts.push(format!("{} as vendor", told(row.as_vendor)));
        }
        if row.as_cloud > 0.0 {
            parts.push(format!("{} as cloud", told(row.as_cloud)));
        }
        text.push_str(&format!(" ({} of all spend; {}", percent(row.share), parts.join(", ")));
        if row.both > 0.0 {
            text.push_str(&format!(", {} of it as both", told(row.both)));
        }
        text.push(')');
    }
    match (invests, row.stake) {
        (true, Some(stake)) => text.push_str(&format!("; it holds {}", percent(stake))),
        (true, None) => text.push_str("; it holds a stake"),
        _ => {}
    }
    if row.funds > 0.0 {
        text.push_str(&format!("; it funds {}", told(row.funds)));
        if row.paid > 0.0 {
            text.push_str(&format!(
                ": {} of what it is paid is its own money",
                percent((row.funds / row.paid).min(1.0))
            ));
        }
    }
    if row.credits > 0.0 {
        text.push_str(&format!("; {} of what it is paid is paid with its own credits", told(row.credits)));
    }
    if row.equity > 0.0 {
        text.push_str(&format!("; equity of it worth {} vests", told(row.equity)));
    }
    text.push('.');
    text
}
