//! Facts of a model that both the program and the audit of a plan need: where money belongs, what a chip
//! costs, what a placement costs, what is held today, which limits gain by holding more.
//!
//! They are shared on purpose and stated here once, each with a test by hand; all else the audit works out
//! by itself.

use super::ids::{ContractId, OfferId, OfferSet, WorkloadId};
use super::policy::LimitKind;
use super::types::{Contract, Decision, Measure};
use super::whole::Model;

/// How offers are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceBy {
    /// By the ecosystem of their chips.
    Ecosystem,
    /// By cloud.
    Cloud,
    /// Each by itself.
    Offer,
}

impl PlaceBy {
    /// The group of an offer; chips without an ecosystem are each one of their own.
    #[must_use]
    pub fn group(self, model: &Model, offer: OfferId) -> String {
        let o = &model.offers[offer];
        match self {
            PlaceBy::Ecosystem => {
                let chip = &model.chips[o.chip];
                chip.ecosystem.clone().unwrap_or_else(|| chip.id.clone())
            }
            PlaceBy::Cloud => model.clouds[o.cloud].id.clone(),
            PlaceBy::Offer => o.id.clone(),
        }
    }
}

/// Undiscounted money for a workload that runs in a group, and the period at whose start it is paid.
#[must_use]
pub fn placement_cost(model: &Model, workload: WorkloadId, by: PlaceBy, group: &str) -> Option<(usize, f64)> {
    let w = &model.workloads[workload];
    match by {
        PlaceBy::Ecosystem => w.porting.iter().find(|p| p.ecosystem == group).map(|p| (0, p.cost)),
        PlaceBy::Cloud => {
            let data = w.data.as_ref()?;
            let cloud = model.clouds.find(|c| c.id == group)?;
            (!data.home[cloud]).then_some((w.window.start, data.cost))
        }
        PlaceBy::Offer => None,
    }
}

/// Whether what is paid under a contract besides its offers' prices belongs to a group: it does if
/// every offer that it covers is in the group. What covers nothing belongs only to everything.
#[must_use]
pub fn contract_inside(contract: &Contract, group: &OfferSet) -> bool {
    group.is_all() || (!contract.covers.is_empty() && contract.covers.is_within(group))
}

/// Price of a chip-hour of an offer that works in a period, of holding and of use, less the discount of the signed
/// contract that covers it and as that is repriced; the price of the first chips where it depends on the quantity.
///
/// A reservation's price was fixed when it started; where the offer has no price any more the last
/// known one counts.
#[must_use]
pub fn unit_price(model: &Model, offer: OfferId, period: usize) -> f64 {
    let known = |prices: &Vec<f64>| (0..=period).rev().find(|&t| !prices[t].is_nan());
    let offered = &model.offers[offer];
    let signed = |c: &Contract| c.decision == Decision::Signed;
    let covers = |c: &Contract| c.covers[offer] && c.active.contains(&period);
    let covering = model.contracts.with_ids().find(|(_, c)| signed(c) && covers(c)).map(|(k, _)| k);
    let held = known(&offered.price).map_or(0.0, |t| model.price_under(covering, offer, 0, t));
    let used = offered.used.as_ref().and_then(|prices| Some(prices[known(prices)?])).unwrap_or(0.0);
    held + used * (1.0 - model.discount_under(covering, offer))
}

/// Chips of a group that run today.
#[must_use]
pub fn held_today(model: &Model, group: &OfferSet) -> f64 {
    let running = model.baseline.iter().flat_map(|b| &b.running);
    running.filter(|r| group[r.offer]).map(|r| r.chips).sum()
}

/// Whether a limit measures what is held or paid, so that holding more, or paying more, could help to meet
/// it: the total of a ratio grows, or a least amount is reached.
#[must_use]
pub fn is_ratio_of_held(kind: &LimitKind) -> bool {
    kind.family().gains_by().is_some_and(|r| r.measure != Measure::Work && r.workloads.is_none())
}

/// Whether chips of an offer that are held earlier than they are needed may serve after a required loss of deliveries:
/// whatever of it stands idle then stands by.
#[must_use]
pub fn stands_by_for_deliveries(model: &Model, offer: OfferId) -> bool {
    let serves =
        |s: &super::types::Survive| s.response.serve.iter().any(|w| model.workloads[w].eligible.contains(&offer));
    model.survive.iter().any(|s| s.losses.iter().any(|l| l.upstream.is_some()) && serves(s))
}

/// What is bought to no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unneeded {
    /// Money or chips under a commitment, beyond what is committed.
    Committed {
        /// The contract.
        contract: ContractId,
        /// The part of its commitment.
        bucket: usize,
        /// Whether chips stand idle under it, and not money alone.
        chips: bool,
    },
    /// Chips held in a period that nothing needs.
    Standing {
        /// The offer.
        offer: OfferId,
        /// The period.
        period: usize,
    },
    /// Reserved chips that are not needed in any period of their term.
    Reserved {
        /// The offer.
        offer: OfferId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    /// Offers a and b at one cloud, c at another; a contract for a and b, one for c, one for nothing.
    const MODEL: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 3, step: day }
chips:
  gpu: { vendor: nvidia, ecosystem: cuda }
  tpu: { vendor: google, ecosystem: xla }
  odd: { vendor: other }
clouds:
  aws: { owner: amazon, egress: 0.02 USD/GB }
  gcp: { owner: google, egress: 0.05 USD/GB }
offers:
  a: { chip: gpu, cloud: aws, price: 2 }
  b: { chip: odd, cloud: aws, price: 3 }
  c: { chip: tpu, cloud: gcp, price: 1 }
contracts:
  both: { covers: { cloud: aws }, decision: signed, discount: 25 % }
  one: { covers: { offer: c }, decision: optional, discount: 50 % }
  none: { decision: signed, fee: 7 USD }
workloads:
  chat:
    kind: inference
    demand: 5 req/h
    throughput: { gpu: 1 req/h, tpu: 1 req/h, odd: 1 req/h }
    porting: { xla: 40 USD }
    data: { size: 1 TB, at: { cloud: gcp } }
";

    fn model() -> Model {
        let mut model = Model::from_yaml_str(MODEL).unwrap_or_else(|e| panic!("{e}"));
        // The first contract runs from the second day on, and so does the workload.
        model.contracts[ContractId::at(0)].active = 1..3;
        model.workloads[WorkloadId::at(0)].window = 1..3;
        model
    }

    /// Offers stand in the order in which they were written: a, b, c.
    const ALL: [bool; 3] = [true, true, true];

    #[test]
    fn a_contract_is_inside_a_group_that_holds_all_it_covers() {
        let model = model();
        let [both, one, none] = model.contracts.as_slice() else { panic!("three contracts") };
        for (group, expected) in [
            (ALL, [true, true, true]),
            ([true, true, false], [true, false, false]),
            // Half of what it covers is not enough.
            ([true, false, false], [false, false, false]),
            ([false, true, true], [false, true, false]),
            ([false, false, true], [false, true, false]),
            ([false, false, false], [false, false, false]),
        ] {
            let found = [both, one, none].map(|k| contract_inside(k, &OfferSet::from(group.to_vec())));
            assert_eq!(found, expected, "{group:?}");
        }
    }

    #[test]
    fn a_chip_costs_its_last_known_price_less_what_a_signed_contract_takes_off() {
        let mut model = model();
        // 2 less a quarter, while the contract runs.
        assert_eq!([0, 1, 2].map(|t| unit_price(&model, OfferId::at(0), t)), [2.0, 1.5, 1.5]);
        // An optional one takes off nothing, nor does a contract that covers other offers.
        assert_eq!([0, 1, 2].map(|t| unit_price(&model, OfferId::at(2), t)), [1.0; 3]);
        // Of prices that end, the last one counts, not the first.
        model.offers[OfferId::at(0)].price = vec![8.0, 4.0, f64::NAN];
        assert_eq!([0, 1, 2].map(|t| unit_price(&model, OfferId::at(0), t)), [8.0, 3.0, 3.0]);
        // Of prices that come later, none is known before.
        model.offers[OfferId::at(2)].price = vec![f64::NAN, 6.0, 5.0];
        assert_eq!([0, 1, 2].map(|t| unit_price(&model, OfferId::at(2), t)), [0.0, 6.0, 5.0]);
        // A chip that works costs its holding and its use.
        model.offers[OfferId::at(2)].used = Some(vec![f64::NAN, 0.5, f64::NAN]);
        assert_eq!([0, 1, 2].map(|t| unit_price(&model, OfferId::at(2), t)), [0.0, 6.5, 5.5]);
        model.offers[OfferId::at(2)].used = None;
        for (decision, price) in
            [(Decision::Signed, 2.5), (Decision::Optional, 5.0), (Decision::Accepted, 5.0), (Decision::Refused, 5.0)]
        {
            model.contracts[ContractId::at(1)].decision = decision;
            assert_eq!(unit_price(&model, OfferId::at(2), 2), price, "{decision:?}");
        }
    }

    /// 2 less a quarter is 1.5; another chip of its kind is listed at 1.2 on the second day, which counts from the third on.
    /// Use costs as much as before, whatever holding costs.
    #[test]
    fn a_chip_costs_what_it_was_repriced_to() {
        let written = MODEL
            .replace("discount: 25 % }", "discount: 25 %, reprice: { every: 2 periods, to: { offer: d } } }")
            .replace("contracts:", "  d: { chip: gpu, cloud: gcp, price: [9, 9, 1.2] }\ncontracts:");
        let mut model = Model::from_yaml_str(&written).unwrap_or_else(|e| panic!("{e}"));
        let price = |model: &Model| [0, 1, 2].map(|t| unit_price(model, OfferId::at(0), t));
        assert_eq!(price(&model), [1.5, 1.5, 1.2]);
        model.offers[OfferId::at(0)].used = Some(vec![1.0; 3]);
        assert_eq!(price(&model), [2.25, 2.25, 1.95]);
        model.contracts[ContractId::at(0)].decision = Decision::Optional;
        assert_eq!(price(&model), [3.0; 3]);
    }

    #[test]
    fn placements_cost_porting_once_and_egress_when_the_workload_starts() {
        let mut model = model();
        let cost = |model: &Model, by, group: &str| placement_cost(model, WorkloadId::at(0), by, group);
        assert_eq!(cost(&model, PlaceBy::Ecosystem, "xla"), Some((0, 40.0)));
        assert_eq!(cost(&model, PlaceBy::Ecosystem, "cuda"), None);
        // 1000 GB out of gcp at 0.05, when the workload may first run.
        assert_eq!(cost(&model, PlaceBy::Cloud, "aws"), Some((1, 50.0)));
        assert_eq!(cost(&model, PlaceBy::Cloud, "gcp"), None, "it is there");
        assert_eq!(cost(&model, PlaceBy::Cloud, "azure"), None, "there is no such cloud");
        assert_eq!(cost(&model, PlaceBy::Offer, "a"), None);
        model.workloads[WorkloadId::at(0)].data = None;
        assert_eq!(cost(&model, PlaceBy::Cloud, "aws"), None);
    }

    #[test]
    fn chips_without_an_ecosystem_are_one_of_their_own() {
        let model = model();
        let groups = |by: PlaceBy| [0, 1, 2].map(|o| by.group(&model, OfferId::at(o)));
        assert_eq!(groups(PlaceBy::Ecosystem), ["cuda", "odd", "xla"]);
        assert_eq!(groups(PlaceBy::Cloud), ["aws", "aws", "gcp"]);
        assert_eq!(groups(PlaceBy::Offer), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_held_today_is_what_runs_on_the_group() {
        use crate::model::{Baseline, Today};
        let mut model = model();
        assert_eq!(held_today(&model, &OfferSet::from(ALL.to_vec())), 0.0, "without a baseline nothing runs");
        let today = |offer, chips| Today { workload: WorkloadId::at(0), offer: OfferId::at(offer), chips };
        let running = vec![today(0, 20.0), today(2, 5.0), today(0, 1.0)];
        let origin = model.offers[OfferId::at(0)].origin.clone();
        model.baseline = Some(Baseline { running, switching: 0.0, in_each_period: false, origin });
        assert_eq!(held_today(&model, &OfferSet::from(ALL.to_vec())), 26.0);
        assert_eq!(held_today(&model, &OfferSet::from([true, true, false].to_vec())), 21.0);
        assert_eq!(held_today(&model, &OfferSet::from([false, true, false].to_vec())), 0.0);
    }

    #[test]
    fn ratios_of_what_is_held_or_paid() {
        let limits = |of: &str| {
            let text = format!(
                "{MODEL}policy:
  limits:
    - {{ share: {{ by: vendor, {of}, at_most: 90 % }} }}
    - {{ floor: {{ where: {{ vendor: google }}, {of}, at_least: 1 % }} }}
    - {{ concentration: {{ by: vendor, {of}, hhi_at_most: 0.9 }} }}
    - {{ suppliers: {{ by: vendor, {of}, at_least: 2, each_at_least: 1 % }} }}
    - {{ budget: {{ at_most: 1M USD }} }}
    - {{ ramp: {{ at_most: 9 chips }} }}
"
            );
            let model = Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}"));
            model.limits.iter().map(|l| is_ratio_of_held(&l.kind)).collect::<Vec<_>>()
        };
        for (of, is) in [
            ("of: spend", true),
            ("of: chips", true),
            // More of what is held is no more work; nor of what works for one of them.
            ("of: work", false),
            ("of: spend, for: { workload: chat }", false),
            ("of: chips, for: { workload: chat }", false),
        ] {
            assert_eq!(limits(of), [is, is, is, is, false, false], "{of}");
        }
    }
}
