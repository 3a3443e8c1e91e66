//! A plan as charges: who bills what, when and for whom, in the terms of the FinOps Open Cost and Usage Specification
//! (FOCUS 1.2).
//!
//! Reservations and contracts with a commitment are commitments: what is billed for one is a purchase with no effective
//! cost; what runs on it is usage with an effective cost and no bill; what is held or committed and not used is unused
//! usage. So for each commitment the effective cost of its usage, used and unused, is the billed cost of its purchases
//! (FOCUS 1.2, EffectiveCost). A reservation is its own commitment also where it is bought under a contract, whose own
//! purchases are then without it. A discount without a commitment is a negotiated price.
//!
//! Who sells and bills is one (FOCUS 1.2, "Origination of cost data"): bought directly, provider, publisher and invoice
//! issuer are the cloud's owner; bought under a contract with somebody else, that one provides and bills, and the owner
//! publishes. All that is bought under a contract is provided by whom it is with, so that a commitment, whose ids are
//! those of its provider, has one.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use super::schedule::{Held, Schedule, Used, paid_by_period, paid_for_use};
use crate::model::{BalanceKind, Bought, CommitIn, ContractId, Grid, Model, Offer, OfferId, Term, WorkloadId};

/// How a charge is billed by its nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChargeCategory {
    /// Something was used, or was there to be used.
    Usage,
    /// Something was bought that is used by other charges, or a fee.
    Purchase,
    /// Money from the provider.
    Credit,
}

/// How often a charge comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frequency {
    /// Once.
    OneTime,
    /// In each period.
    Recurring,
    /// With use.
    UsageBased,
}

/// By which kind of price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pricing {
    /// The agreed price.
    Standard,
    /// A price that may change at any time.
    Dynamic,
    /// The price of a commitment.
    Committed,
}

/// The commitment that a charge belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Commitment {
    /// Its id: `OFFER@PERIOD` of a reservation (with `/CONTRACT` if it is bought under one), or the contract's.
    pub id: String,
    /// Reservation, or take-or-pay.
    pub reservation: bool,
    /// Whether it is counted in money; else in chip-hours.
    pub money: bool,
    /// Whether it was used; `None` for purchases.
    pub used: Option<bool>,
    /// Money or chip-hours of it.
    pub quantity: f64,
}

/// Whose charge it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Party {
    /// Who makes it available for purchase: the owner of the cloud, or who the contract is with.
    pub provider: String,
    /// Who produces it: the owner of the cloud.
    pub publisher: String,
    /// Who bills it: the provider.
    pub issuer: String,
    /// The cloud that it runs in.
    pub cloud: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// The chip, or the contract.
    pub service: String,
    /// What is bought, whatever its price.
    pub sku: String,
    /// What is bought, at this price.
    pub sku_price: String,
    /// The offer.
    pub resource: Option<String>,
}

/// A charge of a period. Costs are in the model's currency; each is its price times the quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// By its nature.
    pub category: ChargeCategory,
    /// How often.
    pub frequency: Frequency,
    /// By which kind of price; none for credits.
    pub pricing: Option<Pricing>,
    /// The period.
    pub period: usize,
    /// In a sentence.
    pub description: String,
    /// Money on the invoice.
    pub billed: f64,
    /// Money that this charge costs when purchases are spread over their use.
    pub effective: f64,
    /// Price before any discount, and after negotiated ones; none for credits.
    pub prices: Option<(f64, f64)>,
    /// What the prices are for: chip-hours, or units of the currency.
    pub quantity: f64,
    /// Whether the quantity is in chip-hours.
    pub chip_hours: bool,
    /// Whether it is a price of use: of chip-hours that other charges count as held.
    pub of_use: bool,
    /// Chip-hours that were used.
    pub consumed: Option<f64>,
    /// The commitment that it belongs to.
    pub commitment: Option<Commitment>,
    /// Whose it is.
    pub party: Party,
    /// The workload that runs on it.
    pub workload: Option<String>,
    /// The contract that it is under.
    pub contract: Option<String>,
    /// Who designs and sells the chip.
    pub vendor: Option<String>,
}

/// Why charges are not those of a plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unbalanced {
    /// A commitment's usage costs other than its purchases.
    #[error("the usage of the commitment {id} costs {effective} and its purchases {billed}")]
    Commitment {
        /// The commitment.
        id: String,
        /// Effective cost of its usage.
        effective: f64,
        /// Billed cost of its purchases.
        billed: f64,
    },
    /// All that is billed is other than what the plan pays.
    #[error("the charges add up to {charges}, and the plan pays {plan}")]
    Total {
        /// All that is billed.
        charges: f64,
        /// What the plan pays.
        plan: f64,
    },
}

/// Chips that are less than this part of a purchase are rounding.
const DUST: f64 = 1e-9;
/// Sums that differ by less, relatively, are the same.
const BALANCE: f64 = 1e-9;

/// The charges of a schedule, by offer and then by contract, each in the order of its periods.
///
/// # Errors
/// [`Unbalanced`] if the charges do not add up to what the plan pays, of each commitment and in all: they are checked
/// against the ledger, which is reckoned without them.
pub fn charges(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Result<Vec<Charge>, Unbalanced> {
    let mut out = Vec::new();
    let held = schedule.chips(model);
    for h in schedule.held.iter().filter(|h| h.chips > DUST) {
        holding(model, schedule, &held[h.offer], h, &mut out);
    }
    for u in schedule.used.iter().filter(|u| u.chips > DUST) {
        usage(model, schedule, u, &mut out);
    }
    for k in model.contracts.ids() {
        contract(model, schedule, ledger, k, &mut out);
    }
    check(&out, ledger)?;
    Ok(out)
}

/// What a holding is to the commitments: its own, its contract's, or none.
fn commitment(model: &Model, held: &Held) -> Option<Commitment> {
    let offer = &model.offers[held.offer];
    let (used, quantity) = (None, 0.0);
    if let Term::Reserved { .. } = offer.term {
        let start = &model.calendar.periods[held.periods.start].label;
        let under = held.contract.map(|k| format!("/{}", model.contracts[k].id)).unwrap_or_default();
        let id = format!("{}@{start}{under}", offer.id);
        return Some(Commitment { id, reservation: true, money: false, used, quantity });
    }
    // Chips that are bought are paid for by themselves.
    if offer.bought().is_some() {
        return None;
    }
    let contract = &model.contracts[held.contract?];
    let money = contract.commit.as_ref()?.counted_in == CommitIn::Spend;
    Some(Commitment { id: contract.id.clone(), reservation: false, money, used, quantity })
}

/// The charges of what is held of an offer for a stretch of periods: its use, and its purchase if it is a reservation.
fn holding(model: &Model, schedule: &Schedule, chips_held: &[f64], held: &Held, out: &mut Vec<Charge>) {
    let offer = &model.offers[held.offer];
    if let (Some(bought), Some(start)) = (offer.bought(), held.bought) {
        owned(model, schedule, chips_held, held, (bought, start), out);
        return;
    }
    let list = offer.price_in(held.tier)[held.periods.start];
    let agreed = model.price_under(held.contract, held.offer, held.tier, held.periods.start);
    let committed = commitment(model, held);
    let reservation = committed.as_ref().is_some_and(|c| c.reservation);
    // What a commitment takes off is no negotiated discount.
    let negotiated = if committed.is_some() && !reservation { list } else { agreed };
    let contract = held.contract.map(|k| model.contracts[k].id.clone());
    let party = party(model, offer, held);
    let vendor = Some(model.chips[offer.chip].vendor.clone());
    let charge = |period: usize, quantity: f64| Charge {
        category: ChargeCategory::Usage,
        frequency: Frequency::UsageBased,
        pricing: Some(match (&committed, &offer.term) {
            (Some(_), _) => Pricing::Committed,
            (None, Term::Spot { .. }) => Pricing::Dynamic,
            (None, _) => Pricing::Standard,
        }),
        period,
        description: String::new(),
        billed: if committed.is_some() { 0.0 } else { quantity * agreed },
        effective: quantity * agreed,
        prices: Some((list, negotiated)),
        quantity,
        chip_hours: true,
        of_use: false,
        consumed: Some(quantity),
        commitment: committed.clone(),
        party: party.clone(),
        workload: None,
        contract: contract.clone(),
        vendor: vendor.clone(),
    };
    if reservation {
        purchases(model, held, &committed, &charge, out);
    }
    for t in held.periods.clone() {
        let hours = model.calendar.periods[t].hours;
        let (runs, idle) = shares(schedule, held.offer, t, chips_held[t]);
        // Chips of a commitment counted in chips, held and not used, are its unused part; money that was spent on chips
        // that stand by was used.
        let counted_in_chips = committed.as_ref().is_some_and(|c| !c.money);
        let mut add = |share: f64, workload: Option<WorkloadId>| {
            let chips = held.chips * share;
            let mut charge = charge(t, chips * hours);
            let used = workload.is_some() || !counted_in_chips;
            charge.workload = workload.map(|w| model.workloads[w].id.clone());
            let what = match (&charge.workload, used) {
                (Some(workload), _) => format!("for {workload}"),
                (None, true) => "standing by".to_owned(),
                (None, false) => "not used".to_owned(),
            };
            charge.description = format!("{} of {} {what}", human(chips, "chip"), offer.id);
            charge.consumed = used.then_some(charge.quantity);
            if let Some(commitment) = &mut charge.commitment {
                commitment.used = Some(used);
                commitment.quantity = if commitment.money { charge.effective } else { charge.quantity };
            }
            out.push(charge);
        };
        runs.iter().for_each(|&(w, share)| add(share, Some(w)));
        if idle > 0.0 {
            add(idle, None);
        }
    }
}

/// The charges of chips that are bought: what is paid for them once, and what running them costs. No bill is written for
/// what comes back for them.
fn owned(
    model: &Model,
    schedule: &Schedule,
    chips_held: &[f64],
    held: &Held,
    (bought, start): (&Bought, usize),
    out: &mut Vec<Charge>,
) {
    let offer = &model.offers[held.offer];
    let rest = 1.0 - model.discount_under(held.contract, held.offer);
    let charge = |period: usize, quantity: f64, list: f64, agreed: f64| Charge {
        category: ChargeCategory::Usage,
        frequency: Frequency::UsageBased,
        pricing: Some(Pricing::Standard),
        period,
        description: String::new(),
        billed: quantity * agreed,
        effective: quantity * agreed,
        prices: Some((list, agreed)),
        quantity,
        chip_hours: true,
        of_use: false,
        consumed: Some(quantity),
        commitment: None,
        party: party(model, offer, held),
        workload: None,
        contract: held.contract.map(|k| model.contracts[k].id.clone()),
        vendor: Some(model.chips[offer.chip].vendor.clone()),
    };
    let capex = held.chips * bought.capex[start];
    if capex > 0.0 {
        let mut once = charge(start, capex, 1.0, rest);
        once.category = ChargeCategory::Purchase;
        once.frequency = Frequency::OneTime;
        once.chip_hours = false;
        once.consumed = None;
        once.description = format!("purchase of {} of {}", human(held.chips, "chip"), offer.id);
        out.push(once);
    }
    for t in held.periods.clone() {
        let (runs, idle) = shares(schedule, held.offer, t, chips_held[t]);
        let parts = runs.into_iter().map(|(w, share)| (share, Some(w))).chain((idle > 0.0).then_some((idle, None)));
        for (share, workload) in parts {
            let chips = held.chips * share;
            let (list, agreed) = (Offer::paid_at(&offer.price, t), model.running_under(held.contract, held.offer, t));
            let mut running = charge(t, chips * model.calendar.periods[t].hours, list, agreed);
            running.workload = workload.map(|w| model.workloads[w].id.clone());
            let what = running.workload.as_ref().map_or("standing by".to_owned(), |w| format!("for {w}"));
            running.description = format!("running {} of {} {what}", human(chips, "chip"), offer.id);
            out.push(running);
        }
    }
}

/// The commitment that pays for use: a contract's in money, but for what is reserved under it, whose use is billed by
/// itself as it comes.
fn commitment_of_use(model: &Model, used: &Used) -> Option<ContractId> {
    let k = used.contract?;
    let in_money = model.contracts[k].commit.as_ref()?.counted_in == CommitIn::Spend;
    let reserved = matches!(model.offers[used.offer].term, Term::Reserved { .. } | Term::Bought(_));
    (in_money && !reserved).then_some(k)
}

/// What is paid for the use of chips beside what holding them costs, for each workload that they run.
fn usage(model: &Model, schedule: &Schedule, used: &Used, out: &mut Vec<Charge>) {
    let (offer, t) = (&model.offers[used.offer], used.period);
    let list = offer.used.as_ref().map_or(0.0, |prices| prices[t]);
    let agreed = list * (1.0 - model.discount_under(used.contract, used.offer));
    let committed = commitment_of_use(model, used);
    let held = Held {
        offer: used.offer,
        contract: used.contract,
        tier: 0,
        bought: None,
        periods: t..t + 1,
        chips: used.chips,
    };
    let mut party = party(model, offer, &held);
    party.sku.push_str("/use");
    party.sku_price.push_str("/use");
    let (runs, _) = shares(schedule, used.offer, t, 0.0);
    for (w, share) in runs {
        let (chips, workload) = (used.chips * share, &model.workloads[w].id);
        let quantity = chips * model.calendar.periods[t].hours;
        let money = quantity * agreed;
        out.push(Charge {
            category: ChargeCategory::Usage,
            frequency: Frequency::UsageBased,
            pricing: Some(match (committed, &offer.term) {
                (Some(_), _) => Pricing::Committed,
                (None, Term::Spot { .. }) => Pricing::Dynamic,
                (None, _) => Pricing::Standard,
            }),
            period: t,
            description: format!("use of {} of {} for {workload}", human(chips, "chip"), offer.id),
            billed: if committed.is_some() { 0.0 } else { money },
            effective: money,
            prices: Some((list, if committed.is_some() { list } else { agreed })),
            quantity,
            chip_hours: true,
            of_use: true,
            consumed: Some(quantity),
            commitment: committed.map(|k| Commitment {
                id: model.contracts[k].id.clone(),
                reservation: false,
                money: true,
                used: Some(true),
                quantity: money,
            }),
            party: party.clone(),
            workload: Some(workload.clone()),
            contract: used.contract.map(|k| model.contracts[k].id.clone()),
            vendor: Some(model.chips[offer.chip].vendor.clone()),
        });
    }
}

/// The purchase of a reservation: what is paid at its start, and what is paid in each of its periods.
fn purchases(
    model: &Model,
    held: &Held,
    committed: &Option<Commitment>,
    charge: &impl Fn(usize, f64) -> Charge,
    out: &mut Vec<Charge>,
) {
    let offer = &model.offers[held.offer];
    let Term::Reserved { upfront, .. } = offer.term else { return };
    let whole = held.chips * model.calendar.hours(held.periods.clone());
    let mut add = |t: usize, quantity: f64, frequency: Frequency, what: &str| {
        let mut bought = charge(t, quantity);
        bought.billed = bought.effective;
        bought.effective = 0.0;
        bought.category = ChargeCategory::Purchase;
        bought.frequency = frequency;
        bought.pricing = Some(Pricing::Standard);
        bought.description = format!("{what} of {} of {}", human(held.chips, "reserved chip"), offer.id);
        bought.consumed = None;
        bought.commitment = committed.clone().map(|c| Commitment { quantity, ..c });
        out.push(bought);
    };
    if upfront > 0.0 {
        add(held.periods.start, upfront * whole, Frequency::OneTime, "upfront payment");
    }
    if upfront < 1.0 {
        for t in held.periods.clone() {
            let quantity = (1.0 - upfront) * held.chips * model.calendar.periods[t].hours;
            add(t, quantity, Frequency::Recurring, "payment");
        }
    }
}

/// The parts of what is held of an offer in a period that run each workload, and the part that runs none.
fn shares(schedule: &Schedule, offer: OfferId, period: usize, held: f64) -> (Vec<(WorkloadId, f64)>, f64) {
    let here = schedule.running.iter().filter(|r| r.offer == offer && r.period == period && r.chips > DUST);
    let mut runs: BTreeMap<WorkloadId, f64> = BTreeMap::new();
    here.for_each(|r| *runs.entry(r.workload).or_default() += r.chips);
    let running: f64 = runs.values().sum();
    // What is held and what runs agree to rounding: then all of it runs.
    let idle = if held - running > DUST * held { held - running } else { 0.0 };
    let whole = running + idle;
    (runs.into_iter().map(|(w, chips)| (w, chips / whole)).collect(), idle / whole)
}

/// The charges of a contract itself: what is paid under its commitment, what is paid and not used, fees and funding.
fn contract(model: &Model, schedule: &Schedule, ledger: &Ledger, k: ContractId, out: &mut Vec<Charge>) {
    let contract = &model.contracts[k];
    let money = contract.commit.as_ref().map(|c| c.counted_in == CommitIn::Spend);
    // Reservations under the contract are purchases of their own.
    let mut paid_under = vec![(0.0, 0.0); model.periods()];
    let of_contract = |h: &&Held| {
        let apart = matches!(model.offers[h.offer].term, Term::Reserved { .. } | Term::Bought(_));
        h.contract == Some(k) && h.chips > DUST && !apart
    };
    for h in schedule.held.iter().filter(of_contract) {
        for (t, per_chip) in paid_by_period(model, h) {
            paid_under[t].0 += per_chip * h.chips;
            paid_under[t].1 += h.chips * model.calendar.periods[t].hours;
        }
    }
    for u in schedule.used.iter().filter(|u| u.chips > DUST && commitment_of_use(model, u) == Some(k)) {
        paid_under[u.period].0 += paid_for_use(model, u).money * u.chips;
    }
    let party = contract_party(model, k);
    let charge = |category, period: usize, amount: f64, description: String| Charge {
        category,
        frequency: Frequency::Recurring,
        pricing: (category != ChargeCategory::Credit).then_some(Pricing::Standard),
        period,
        description,
        billed: amount,
        effective: amount,
        prices: (category != ChargeCategory::Credit).then_some((1.0, 1.0)),
        quantity: amount,
        chip_hours: false,
        of_use: false,
        consumed: None,
        commitment: None,
        party: party.clone(),
        workload: None,
        contract: Some(contract.id.clone()),
        vendor: None,
    };
    for (b, balance) in contract.balances.iter().enumerate().filter(|_| schedule.signed[k]) {
        let (kind, what) = match balance.kind {
            BalanceKind::Credits => (ChargeCategory::Credit, "credits"),
            BalanceKind::Prepaid => (ChargeCategory::Credit, "prepayment"),
        };
        let drawn = schedule.drawn(k, b, model.periods());
        for (t, &money) in drawn.iter().enumerate().filter(|(_, money)| **money > 0.0) {
            out.push(charge(kind, t, -money, format!("paid from the {what} of {}", contract.id)));
        }
        if balance.kind == BalanceKind::Prepaid {
            for &(t, money) in &balance.deposits {
                let mut paid = charge(ChargeCategory::Purchase, t, money, format!("prepayment of {}", contract.id));
                paid.frequency = Frequency::OneTime;
                out.push(paid);
            }
            let left = balance.total() - drawn.iter().sum::<f64>();
            if balance.refunded && left > 0.0 {
                let end = balance.over.end - 1;
                out.push(charge(
                    ChargeCategory::Credit,
                    end,
                    -left,
                    format!("rest of the prepayment of {}", contract.id),
                ));
            }
        }
    }
    for (t, (paid, chip_hours)) in paid_under.into_iter().enumerate() {
        let idle = ledger.idle[k][t];
        if let Some(money) = money {
            let commitment = |used, quantity| {
                Some(Commitment { id: contract.id.clone(), reservation: false, money, used, quantity })
            };
            if paid + idle > 0.0 {
                let what = format!("payment under the commitment {}", contract.id);
                let mut bought = charge(ChargeCategory::Purchase, t, paid + idle, what);
                bought.effective = 0.0;
                bought.commitment = commitment(None, if money { paid + idle } else { chip_hours });
                out.push(bought);
            }
            if idle > 0.0 {
                let what = format!("committed under {} and not used", contract.id);
                let mut unused = charge(ChargeCategory::Usage, t, idle, what);
                unused.billed = 0.0;
                unused.pricing = Some(Pricing::Committed);
                unused.commitment = commitment(Some(false), idle);
                out.push(unused);
            }
        }
        if ledger.fees[k][t] != 0.0 {
            let mut fee = charge(ChargeCategory::Purchase, t, ledger.fees[k][t], format!("fee of {}", contract.id));
            fee.frequency = Frequency::OneTime;
            out.push(fee);
        }
        if ledger.damages[k][t] != 0.0 {
            let what = format!("damages for late delivery under {}", contract.id);
            let mut damages = charge(ChargeCategory::Credit, t, -ledger.damages[k][t], what);
            damages.frequency = Frequency::OneTime;
            out.push(damages);
        }
        if ledger.funding[k][t] != 0.0 {
            let mut funding =
                charge(ChargeCategory::Credit, t, -ledger.funding[k][t], format!("funding by {}", contract.id));
            funding.frequency = Frequency::OneTime;
            out.push(funding);
        }
    }
}

fn party(model: &Model, offer: &Offer, held: &Held) -> Party {
    let cloud = &model.clouds[offer.cloud];
    let chip = &model.chips[offer.chip];
    let seller = held.contract.map_or_else(|| cloud.owner.clone(), |k| seller(model, k));
    let region = offer.region.as_ref().map(|r| format!("/{r}")).unwrap_or_default();
    let tier = if held.tier == 0 { String::new() } else { format!("/above {}", offer.above(held.tier)) };
    Party {
        provider: seller.clone(),
        publisher: cloud.owner.clone(),
        issuer: seller,
        cloud: Some(cloud.id.clone()),
        region: offer.region.clone(),
        service: chip.id.clone(),
        sku: format!("{}{region}/{}", cloud.id, chip.id),
        sku_price: format!("{}{tier}", offer.id),
        resource: Some(offer.id.clone()),
    }
}

/// The charges of a contract itself are of whom it is with.
fn contract_party(model: &Model, k: ContractId) -> Party {
    let contract = &model.contracts[k];
    let seller = seller(model, k);
    Party {
        provider: seller.clone(),
        publisher: seller.clone(),
        issuer: seller,
        cloud: None,
        region: None,
        service: contract.id.clone(),
        sku: contract.id.clone(),
        sku_price: contract.id.clone(),
        resource: None,
    }
}

/// Whom a contract is with: whom it names; or else who owns all clouds that it covers or unlocks; or else it stands for
/// itself.
fn seller(model: &Model, k: ContractId) -> String {
    let contract = &model.contracts[k];
    if let Some(with) = &contract.with {
        return with.clone();
    }
    let meant = |o: OfferId| contract.covers[o] || contract.unlocks[o];
    let mut owners = model.offers.ids().filter(|&o| meant(o)).map(|o| &model.clouds[model.offers[o].cloud].owner);
    let first = owners.next();
    first.filter(|first| owners.all(|owner| owner == *first)).unwrap_or(&contract.id).clone()
}

/// Checks each commitment, and the whole against the ledger.
fn check(charges: &[Charge], ledger: &Ledger) -> Result<(), Unbalanced> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (c, commitment) in charges.iter().filter_map(|c| Some((c, c.commitment.as_ref()?))) {
        let sum = sums.entry(&commitment.id).or_default();
        match c.category {
            ChargeCategory::Purchase => sum.0 += c.billed,
            _ => sum.1 += c.effective,
        }
    }
    let same = |a: f64, b: f64, size: f64| (a - b).abs() <= BALANCE * size.max(1e-6);
    for (id, (billed, effective)) in sums {
        if !same(billed, effective, billed.abs()) {
            return Err(Unbalanced::Commitment { id: id.to_owned(), effective, billed });
        }
    }
    let sum = |grid: &Grid<ContractId>| grid.iter().flatten().sum::<f64>();
    let spent: f64 = ledger.offers.iter().flatten().sum();
    let balances: f64 = ledger.balances.iter().sum();
    let (paid, funding) =
        (spent + sum(&ledger.idle) + sum(&ledger.fees) + balances, sum(&ledger.funding) + sum(&ledger.damages));
    let billed: f64 = charges.iter().map(|c| c.billed).sum();
    // What is left out as rounding is a billionth of a chip of each holding.
    if !same(billed, paid - funding, 100.0 * (paid + funding)) {
        return Err(Unbalanced::Total { charges: billed, plan: paid - funding });
    }
    Ok(())
}

fn human(x: f64, what: &str) -> String {
    format!("{} {what}s", crate::units::human::number(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContractSet, Id};
    use crate::plan::Running;

    /// Four chips reserved for two periods of an hour, half of the price of 3 paid at the start, running in the first.
    fn reserved() -> (Model, Schedule, Ledger) {
        let model = Model::from_yaml_str(
            "polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: hour }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: {} }
offers: { r: { chip: gpu, cloud: aws, price: 3, capacity: 4, term: { reserved: 2 h, upfront: 50 % } } }
workloads: { chat: { kind: inference, demand: 4 req/h, throughput: { gpu: 1 req/h } } }
",
        );
        let model = model.unwrap();
        let held =
            vec![Held { offer: OfferId::at(0), contract: None, tier: 0, bought: None, periods: 0..2, chips: 4.0 }];
        let running = vec![Running { workload: WorkloadId::at(0), offer: OfferId::at(0), period: 0, chips: 4.0 }];
        let schedule = Schedule { held, running, ..Schedule::default() };
        let ledger = Ledger::of(&model, &schedule);
        (model, schedule, ledger)
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let (model, schedule, ledger) = reserved();
        let right = charges(&model, &schedule, &ledger).unwrap();
        assert_eq!(
            right.iter().map(|c| (c.billed, c.effective)).collect::<Vec<_>>(),
            [(12.0, 0.0), (6.0, 0.0), (6.0, 0.0), (0.0, 12.0), (0.0, 12.0)]
        );
        assert_eq!(right[4].commitment.as_ref().unwrap().used, Some(false), "the second hour runs nothing");
        let mut wrong = right.clone();
        wrong[3].effective *= 1.0 + 1e-8;
        let told = check(&wrong, &ledger).unwrap_err();
        assert!(matches!(&told, Unbalanced::Commitment { id, .. } if id == "r@2026-01-01T00"), "{told}");
        let mut wrong = right;
        wrong.pop();
        wrong.pop();
        wrong.iter_mut().for_each(|c| c.commitment = None);
        wrong.pop();
        assert!(matches!(check(&wrong, &ledger), Err(Unbalanced::Total { charges: 18.0, plan: 24.0 })));
    }

    /// Two chips at 4 for an hour; a contract takes off a quarter.
    fn under(contract: &str, term: &str) -> Vec<Charge> {
        let model = Model::from_yaml_str(&format!(
            "polysource: 1
horizon: {{ start: 2026-01-01, periods: 1, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{}} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 4{term} }} }}
contracts: {{ k: {{ covers: {{ cloud: aws }}, decision: signed, discount: 25 %{contract} }} }}
workloads: {{ chat: {{ kind: inference, demand: 2 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
        ));
        let model = model.unwrap_or_else(|e| panic!("{e}"));
        let held = vec![Held {
            offer: OfferId::at(0),
            contract: Some(ContractId::at(0)),
            tier: 0,
            bought: None,
            periods: 0..1,
            chips: 2.0,
        }];
        let running = vec![Running { workload: WorkloadId::at(0), offer: OfferId::at(0), period: 0, chips: 2.0 }];
        let schedule = Schedule { held, running, signed: ContractSet::all(1), ..Schedule::default() };
        charges(&model, &schedule, &Ledger::of(&model, &schedule)).unwrap()
    }

    #[test]
    fn a_price_is_negotiated_where_no_commitment_takes_it_off() {
        let uses = |contract: &str, term: &str| -> Vec<_> {
            let all = under(contract, term);
            let uses = all.into_iter().filter(|c| c.category == ChargeCategory::Usage);
            uses.map(|c| (c.prices, c.billed, c.effective)).collect()
        };
        // Without a commitment the discount was negotiated: 3 instead of 4.
        assert_eq!(uses("", ""), [(Some((4.0, 3.0)), 6.0, 6.0)]);
        // With one it is the commitment's: 4 was negotiated, 3 is effective, and the purchase is billed.
        let committed = ", commit: { spend: 6 USD, over: 2026-01-01T00..2026-01-01T00 }";
        assert_eq!(uses(committed, ""), [(Some((4.0, 4.0)), 0.0, 6.0)]);
        // A reservation is one by itself; what the contract takes off its price was negotiated.
        let reserved = ", term: { reserved: 1 h }";
        assert_eq!(uses("", reserved), [(Some((4.0, 3.0)), 0.0, 6.0)]);
    }
}
