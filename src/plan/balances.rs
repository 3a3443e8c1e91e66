//! Credits, prepayments and equity of a plan: what is drawn, what is lost, what vests; checked in the model's words.

use std::ops::Range;

use super::audit::Audit;
use super::ledger::Ledger;
use super::schedule::Schedule;
use super::types::{BalanceResult, EquityResult};
use crate::model::{Balance, Contract, ContractId, Measure, Model, OfferSet, Vest, sharing};
use crate::units::human::{money, number, power};

impl Schedule {
    /// What is drawn from a balance in each period.
    #[must_use]
    pub fn drawn(&self, contract: ContractId, balance: usize, periods: usize) -> Vec<f64> {
        let mut drawn = vec![0.0; periods];
        let mine = self.draws.iter().filter(|d| (d.0, d.1) == (contract, balance));
        mine.for_each(|&(_, _, t, money)| drawn[t] += money);
        drawn
    }
}

/// The signed contracts' balances.
fn signed<'a>(model: &'a Model, schedule: &'a Schedule) -> impl Iterator<Item = (ContractId, usize, &'a Balance)> {
    let contracts = model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]);
    contracts.flat_map(|(k, c)| c.balances.iter().enumerate().map(move |(b, balance)| (k, b, balance)))
}

/// What is paid in a period for some offers.
fn bill(ledger: &Ledger, offers: &OfferSet, period: usize) -> f64 {
    offers.iter().map(|o| ledger.offers[o][period]).sum()
}

pub(super) fn audit(audit: &mut Audit, model: &Model, schedule: &Schedule, ledger: &Ledger) {
    for &(k, b, t, money) in &schedule.draws {
        let id = &model.contracts[k].id;
        let usable = schedule.signed[k] && model.contracts[k].balances[b].over.contains(&t);
        audit.at_most(
            || format!("contract {id}: nothing is drawn from it unsigned or out of time"),
            if usable { 0.0 } else { money },
            0.0,
            0.0,
        );
        audit.at_most(|| format!("contract {id}: draws are not negative"), -money, 0.0, 0.0);
    }
    for (k, b, balance) in signed(model, schedule) {
        let id = &model.contracts[k].id;
        let drawn = schedule.drawn(k, b, model.periods());
        let mut so_far = 0.0;
        for t in balance.over.clone() {
            let label = &model.calendar.periods[t].label;
            so_far += drawn[t];
            let there = balance.come_in(t);
            audit.at_most(|| format!("contract {id} in {label}: no more is drawn than there is"), so_far, there, there);
            let most = balance.at_most * bill(ledger, &balance.pays, t);
            audit.at_most(
                || format!("contract {id} in {label}: no more is drawn than its part of the bill"),
                drawn[t],
                most,
                most,
            );
        }
    }
    for t in 0..model.periods() {
        for set in sharing(&model.contracts, t) {
            let shared = schedule.draws.iter().filter(|d| d.2 == t && set.balances.contains(&(d.0, d.1)));
            let drawn: f64 = shared.map(|d| d.3).sum();
            let most = bill(ledger, &set.pays, t);
            let label = &model.calendar.periods[t].label;
            audit.at_most(
                || format!("in {label}: no bill is paid twice from credits and prepayments"),
                drawn,
                most,
                most,
            );
        }
    }
}

/// What comes of each balance.
#[must_use]
pub fn balance_results(model: &Model, schedule: &Schedule) -> Vec<BalanceResult> {
    let of = |(k, b, balance): (ContractId, usize, &Balance)| {
        let used: f64 = schedule.drawn(k, b, model.periods()).iter().sum();
        let amount = balance.total();
        let left = (amount - used).max(0.0);
        BalanceResult {
            contract: model.contracts[k].id.clone(),
            kind: balance.kind.word().to_owned(),
            amount,
            used,
            lost: if balance.refunded { 0.0 } else { left },
            refunded: if balance.refunded { left } else { 0.0 },
            until: model.calendar.periods[balance.over.end - 1].label.clone(),
        }
    };
    signed(model, schedule).map(of).collect()
}

/// What vests under each signed contract, from what is held.
#[must_use]
pub fn equity_results(model: &Model, schedule: &Schedule, ledger: &Ledger) -> Vec<EquityResult> {
    let held = schedule.chips(model);
    let mut all = Vec::new();
    for (_, contract) in model.contracts.with_ids().filter(|(k, _)| schedule.signed[*k]) {
        for vest in contract.equity.iter().flat_map(|e| &e.vests) {
            let at = |t: usize| -> f64 {
                let chips = |power: bool| {
                    let each = |o| if power { model.draws(o) } else { 1.0 };
                    vest.offers.iter().map(|o| held[o][t] * each(o)).sum::<f64>()
                };
                match vest.of {
                    Measure::Spend => ledger.spend(model, &vest.offers, &(0..t + 1)),
                    Measure::Power => chips(true),
                    Measure::Chips | Measure::Work | Measure::Carbon => chips(false),
                }
            };
            let reached: Vec<f64> = (0..model.periods()).map(at).collect();
            let most = reached.iter().copied().fold(0.0, f64::max);
            // Rounding is no reason to miss a milestone.
            let when = reached.iter().position(|&m| m >= vest.reaches * (1.0 - 1e-9));
            all.push(result(model, contract, vest, most, when));
        }
    }
    all
}

fn result(model: &Model, contract: &Contract, vest: &Vest, most: f64, when: Option<usize>) -> EquityResult {
    let told = |x: f64| match vest.of {
        Measure::Power => power(x),
        Measure::Spend => money(x, &model.currency),
        Measure::Chips | Measure::Work | Measure::Carbon => format!("{} chips", number(x)),
    };
    let worth = money(vest.worth, &model.currency);
    let label = when.map(|t| model.calendar.periods[t].label.clone());
    let sentence = match &label {
        Some(label) => format!(
            "Under `{}` equity worth {worth} vests in {label}, when {} reaches {}; it is no part of the cost.",
            contract.id,
            vest.group,
            told(vest.reaches)
        ),
        None => format!(
            "Under `{}` equity worth {worth} does not vest: {} reaches {} of {}.",
            contract.id,
            vest.group,
            told(most),
            told(vest.reaches)
        ),
    };
    EquityResult {
        contract: contract.id.clone(),
        investor: contract.equity.as_ref().and_then(|e| e.investor.clone()),
        of: vest.of.word().to_owned(),
        reaches: vest.reaches,
        reached: most,
        vests: label,
        worth: vest.worth,
        sentence,
    }
}

/// What cash differs by from spend for some offers over some periods.
pub(super) fn cash_beside(model: &Model, schedule: &Schedule, group: &OfferSet, periods: &Range<usize>) -> f64 {
    let within = |balance: &Balance| balance.pays.is_within(group);
    let drawn = schedule.draws.iter().filter(|d| periods.contains(&d.2) && within(&model.contracts[d.0].balances[d.1]));
    let prepaid = signed(model, schedule).filter(|(.., b)| within(b)).map(|(.., b)| b.prepaid(periods));
    prepaid.sum::<f64>() - drawn.map(|d| d.3).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContractSet, Id, IdVec, OfferId, WorkloadId};
    use crate::plan::audit::audit;
    use crate::plan::ledger::cost;
    use crate::plan::{Held, Purposes, Running};

    /// Ten chips at 1 for three hours under a contract, all of them running.
    fn books(terms: &str, change: impl FnOnce(&mut Schedule)) -> Vec<String> {
        let model = Model::from_yaml_str(&format!(
            "polysource: 1
horizon: {{ start: 2026-01-01, periods: 3, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{}} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts: {{ k: {{ covers: {{ cloud: aws }}, {terms} }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
        ));
        let model = model.unwrap_or_else(|e| panic!("{e}"));
        let (k, a) = (ContractId::at(0), OfferId::at(0));
        let held =
            |t: usize| Held { offer: a, contract: Some(k), tier: 0, bought: None, periods: t..t + 1, chips: 10.0 };
        let running = |period| Running { workload: WorkloadId::at(0), offer: a, period, chips: 10.0 };
        let mut schedule = Schedule {
            held: (0..3).map(held).collect(),
            running: (0..3).map(running).collect(),
            signed: ContractSet::all(1),
            ..Schedule::default()
        };
        change(&mut schedule);
        let ledger = Ledger::of(&model, &schedule);
        let nothing = IdVec::filled(model.offers.len(), 0.0);
        let purposes = Purposes::of(&model, &schedule, |_, _, _| Ok::<_, ()>(nothing.clone())).unwrap();
        let told = cost(&model, &schedule, &ledger).total;
        let found = audit(&model, &schedule, &ledger, &purposes, told, told);
        found.into_iter().map(|b| b.what).collect()
    }

    #[test]
    fn each_draw_has_its_bill_and_its_balance() {
        let k = ContractId::at(0);
        let draw =
            |amounts: [f64; 3]| move |s: &mut Schedule| s.draws = (0..3).map(|t| (k, 0, t, amounts[t])).collect();
        let credits = "credits: { amount: 12 USD, over: 2026-01-01T00..2026-01-01T01, at_most: 70 % }";
        assert!(books(credits, draw([7.0, 5.0, 0.0])).is_empty());
        let part = "contract k in 2026-01-01T00: no more is drawn than its part of the bill";
        assert_eq!(books(credits, draw([8.0, 4.0, 0.0])), [part]);
        assert_eq!(
            books(credits, draw([7.0, 6.0, 0.0])),
            ["contract k in 2026-01-01T01: no more is drawn than there is"]
        );
        let late = "contract k: nothing is drawn from it unsigned or out of time";
        assert_eq!(books(credits, draw([7.0, 4.0, 1.0])), [late]);
        assert_eq!(books(credits, draw([7.0, -1.0, 0.0])), ["contract k: draws are not negative"]);
        // Credits and a prepayment for the same bill.
        let both = "credits: { amount: 12 USD }, prepay: { amount: 12 USD }";
        let twice = |more: f64| books(both, move |s| s.draws = vec![(k, 0, 0, 6.0), (k, 1, 0, 4.0 + more)]);
        assert!(twice(0.0).is_empty());
        assert_eq!(twice(1.0), ["in 2026-01-01T00: no bill is paid twice from credits and prepayments"]);
    }

    #[test]
    fn a_contract_is_over_when_it_is_over() {
        let k = ContractId::at(0);
        let terms = "commit: { spend: 10 USD, per: period }, terminate: { from: 2026-01-01T02, fee: 50 % }";
        let beside = |s: &mut Schedule| s.held[2].contract = None;
        assert!(books(terms, |_| {}).is_empty());
        // Ended in the third hour, and nothing held under it then.
        let ended = |s: &mut Schedule| {
            s.ended.insert(k, 2);
            s.held[2].contract = None;
        };
        assert!(books(terms, ended).is_empty());
        let under = "a in 2026-01-01T02: held under a contract that covers it";
        assert_eq!(
            books(terms, |s| {
                s.ended.insert(k, 2);
            }),
            [under]
        );
        let told = books(terms, beside);
        assert!(
            told.contains(&under.to_owned()) && told.contains(&"contract k: the commitment is met".to_owned()),
            "{told:?}"
        );
        let early = |s: &mut Schedule| {
            s.ended.insert(k, 1);
            s.held[1].contract = None;
            s.held[2].contract = None;
        };
        assert_eq!(books(terms, early), ["contract k: it may be over by then"]);
    }

    #[test]
    fn no_more_is_discounted_than_is_committed() {
        let k = ContractId::at(0);
        let terms = "commit: { choose: 4..12 USD, per: period }, beyond_commit: list";
        let size = |part: f64| {
            move |s: &mut Schedule| {
                s.sizes.insert(k, part);
            }
        };
        assert!(books(terms, size(10.0 / 12.0)).is_empty());
        let beyond = "contract k: no more is discounted than is committed";
        assert!(books(terms, size(0.5)).iter().all(|b| b == beyond), "{:?}", books(terms, size(0.5)));
        let told = books(terms, |s| {
            size(0.2)(s);
            s.held.iter_mut().for_each(|h| h.contract = None);
        });
        assert!(told.contains(&"contract k: as much is committed as may be chosen".to_owned()), "{told:?}");
    }
}
