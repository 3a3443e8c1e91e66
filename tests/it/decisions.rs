//! Deals and other yes-or-no decisions, in models small enough to be solved by hand: the arithmetic
//! stands in the test, and where there is a switching quantity it is tried on both sides.

use std::time::Duration;

use polysource::plan::{CostKind, Plan, Status};
use polysource::{EngineChoice, Model, SolveSettings, solve};

use crate::common::{self, close, costs, deal, held, line, program, sound};

/// Three chips of three ecosystems at three clouds; what differs comes after.
const HEAD: &str = "
polysource: 1
chips:
  gpu: { vendor: nvidia, ecosystem: cuda, power: 1 kW }
  tpu: { vendor: google, ecosystem: xla, power: 500 W }
  trn: { vendor: amazon, ecosystem: neuron }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google, egress: 0.05 USD/GB }
  azure: { owner: microsoft, egress: 0.02 USD/GB }
";

/// Hours in which every chip does one request.
const CHAT: &str = "kind: inference, throughput: { gpu: 1 req/h, tpu: 1 req/h, trn: 1 req/h }";

fn solved(rest: &str) -> Plan {
    common::solved(&format!("{HEAD}{rest}"))
}

/// A contract costs this signed and that unsigned; the plan takes the cheaper.
#[track_caller]
fn weighs(plan: &Plan, id: &str, with: f64, without: f64) {
    costs(plan, with.min(without));
    let deal = deal(plan, id);
    assert!(deal.optional);
    close(deal.cost_signed.unwrap(), with);
    close(deal.cost_unsigned.unwrap(), without);
    close(deal.worth.unwrap(), without - with);
    if (with - without).abs() > 1e-6 {
        assert_eq!(deal.signed, with < without);
    }
}

// Contracts.

#[test]
fn a_fee_for_a_discount_pays_from_the_quantity_at_which_they_are_equal() {
    // 20 % of 10 saves 2 a chip: 100 are saved with 50 chips.
    for demand in [49.0, 50.0, 51.0] {
        let plan = solved(&format!(
            "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 10, capacity: 60 }} }}
contracts: {{ deal: {{ decision: optional, covers: {{ cloud: aws }}, fee: 100 USD, discount: 20 % }} }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
        ));
        weighs(&plan, "deal", 100.0 + 8.0 * demand, 10.0 * demand);
        // Without whole numbers the deal is signed in the part of the capacity that is used: the
        // bound is the capacity itself, and a thousandth.
        close(plan.certificate.relaxation.unwrap(), 100.0 * demand / 60.06 + 8.0 * demand);
        assert_eq!(plan.certificate.bound_by.as_deref(), Some("certificate"));
        assert!(plan.certificate.conditional_prices);
        if demand > 50.0 {
            close(deal(&plan, "deal").spend, 408.0);
            close(line(&plan, CostKind::Fee), 100.0);
            assert!(plan.purchases.iter().all(|p| p.contract.as_deref() == Some("deal")));
        }
    }
}

#[test]
fn take_or_pay_that_may_be_signed() {
    // Half price, but 100 at least: max(100, 2 d) against 4 d, equal at 25.
    for demand in [24.0, 26.0, 60.0] {
        let plan = solved(&format!(
            "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 4, capacity: 100 }} }}
contracts: {{ deal: {{ decision: optional, covers: {{ cloud: aws }}, commit: {{ spend: 100 USD }}, discount: 50 % }} }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
        ));
        weighs(&plan, "deal", f64::max(100.0, 2.0 * demand), 4.0 * demand);
    }
    // In chips: 30 at 2 against d at 4, equal at 15.
    for demand in [14.0, 16.0] {
        let plan = solved(&format!(
            "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 4, capacity: 100 }} }}
contracts: {{ deal: {{ decision: optional, covers: {{ cloud: aws }}, commit: {{ chips: 30 }}, discount: 50 % }} }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
        ));
        weighs(&plan, "deal", 60.0, 4.0 * demand);
    }
}

#[test]
fn funding_for_a_commitment() {
    // 20 chips cost 160 at gcp. Signed, 300 are paid at aws, of which 20 chips use 200.
    let plan = |funding: u32| {
        solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 10, capacity: 100 }}
  b: {{ chip: gpu, cloud: gcp, price: 8, capacity: 100 }}
contracts:
  deal: {{ decision: optional, covers: {{ cloud: aws }}, commit: {{ spend: 300 USD }}, funding: {funding} USD }}
workloads: {{ chat: {{ {CHAT}, demand: 20 req/h }} }}
"
        ))
    };
    weighs(&plan(40), "deal", 260.0, 160.0);
    let signed = plan(150);
    weighs(&signed, "deal", 150.0, 160.0);
    close(line(&signed, CostKind::Funding), -150.0);
    // Nobody is sent to hold chips for nothing: what is not used is idle money.
    close(deal(&signed, "deal").idle, 100.0);
    close(held(&signed, "a"), 20.0);
}

#[test]
fn fees_and_funding_are_paid_at_the_start_of_their_periods() {
    // A year of 8760 hours at 1, discounted in its middle; 500 of funding at the start of 2027 and a
    // fee of 300 at the start of 2026.
    let plan = solved(&format!(
        "
horizon: {{ start: 2026, periods: 2, step: year }}
discount_rate: 10 %
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, capacity: 1 }} }}
contracts: {{ deal: {{ decision: optional, funding: {{ 2027: 500 USD }}, fee: {{ 2026: 300 USD }} }} }}
workloads: {{ chat: {{ {CHAT}, demand: 1 req/h }} }}
"
    ));
    let without = 8760.0 * (1.1_f64.powf(-0.5) + 1.1_f64.powf(-1.5));
    weighs(&plan, "deal", without + 300.0 - 500.0 / 1.1, without);
}

#[test]
fn what_a_contract_unlocks() {
    // 40 chips at 1 instead of 3 for a fee of 50: pays from 25 chips on, and never saves more than
    // 80.
    for (demand, with) in [(20.0, 70.0), (26.0, 76.0), (40.0, 90.0), (60.0, 150.0)] {
        let plan = solved(&format!(
            "
offers:
  public: {{ chip: gpu, cloud: aws, price: 3, capacity: 100 }}
  private: {{ chip: gpu, cloud: gcp, price: 1, capacity: 40 }}
contracts: {{ deal: {{ decision: optional, fee: 50 USD, unlocks: {{ offer: private }} }} }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
        ));
        weighs(&plan, "deal", with, 3.0 * demand);
        assert_eq!(held(&plan, "private") > 0.0, deal(&plan, "deal").signed);
        // Where all 40 are held, one more would save 2.
        if demand > 40.0 {
            let capacity = plan.limits.iter().find(|l| l.name == "capacity private steady").unwrap();
            close(capacity.shadow_price.unwrap(), -2.0);
        }
    }
}

/// 40 chips: nvidia at 1, google at 3. Each requirement asks for at least 10 of google, which cost
/// 20 more.
fn required(funding: u32, requirement: &str) -> Plan {
    solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 100 }}
  b: {{ chip: tpu, cloud: gcp, price: 3, capacity: 100 }}
contracts: {{ deal: {{ decision: optional, funding: {funding} USD, requires: [ {requirement} ] }} }}
workloads: {{ chat: {{ {CHAT}, demand: 40 req/h }} }}
"
    ))
}

#[test]
fn what_a_contract_requires_holds_only_if_it_is_signed() {
    for requirement in [
        "{ floor: { where: { vendor: google }, of: chips, at_least: 25 % } }",
        "{ floor: { where: { vendor: google }, of: work, for: { kind: inference }, at_least: 25 % } }",
        // 30 of 60 are spent on google.
        "{ floor: { where: { vendor: google }, of: spend, at_least: 50 % } }",
        "{ share: { where: { vendor: nvidia }, of: work, at_most: 75 % } }",
        "{ share: { by: vendor, of: chips, at_most: 75 % } }",
        "{ budget: { where: { vendor: nvidia }, at_most: 30 USD } }",
        "{ suppliers: { by: vendor, at_least: 2, each_at_least: 25 %, of: work } }",
        // 35 kW: 30 of 1 kW and 10 of half.
        "{ power: { at_most: 35 kW } }",
    ] {
        let unsigned = required(15, requirement);
        weighs(&unsigned, "deal", 45.0, 40.0);
        assert!(!unsigned.limits.iter().any(|l| l.name.starts_with("deal/")), "{requirement}");
        let signed = required(30, requirement);
        weighs(&signed, "deal", 30.0, 40.0);
        close(held(&signed, "b"), 10.0);
        assert!(signed.limits.iter().any(|l| l.name.starts_with("deal/")), "{requirement}");
    }
}

#[test]
fn a_concentration_that_a_contract_requires() {
    // 3/4 and 1/4 have an HHI of 5/8; it is held to a millionth.
    let concentration = "{ concentration: { by: vendor, of: work, hhi_at_most: 0.625 } }";
    for (funding, signed, cost) in [(15, false, 40.0), (30, true, 30.0)] {
        let plan = required(funding, concentration);
        let deal = deal(&plan, "deal");
        assert_eq!((plan.status, deal.signed), (Status::Optimal, signed));
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-5, "{a} is not {b}");
        near(plan.cost.as_ref().unwrap().total, cost);
        near(deal.cost_signed.unwrap(), 60.0 - f64::from(funding));
        near(deal.cost_unsigned.unwrap(), 40.0);
    }
}

#[test]
fn a_priced_requirement_and_a_ramp() {
    // Each request beyond 75 % costs 1, less than the 2 that google costs more.
    let soft = "{ share: { where: { vendor: nvidia }, of: work, at_most: 75 % }, soft: 1 USD/req }";
    weighs(&required(15, soft), "deal", 35.0, 40.0);
    // Nvidia may grow by 30 a day: 30 and 10 on the first day, 40 on the second.
    let ramp = solved(&format!(
        "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 100 }}
  b: {{ chip: tpu, cloud: gcp, price: 3, capacity: 100 }}
contracts:
  deal:
    decision: optional
    funding: 500 USD
    requires: [ {{ ramp: {{ where: {{ vendor: nvidia }}, at_most: 30 chips }} }} ]
workloads: {{ chat: {{ {CHAT}, demand: 40 req/h }} }}
"
    ));
    weighs(&ramp, "deal", 24.0 * (60.0 + 40.0) - 500.0, 24.0 * 80.0);
}

/// 20 chips at aws and 20 at gcp, all needed, at 4: 160. Half price at one of them saves 40.
fn two_deals(a: &str, b: &str) -> Plan {
    solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 4, capacity: 20 }}
  b: {{ chip: gpu, cloud: gcp, price: 4, capacity: 20 }}
contracts:
  at-aws: {{ decision: optional, covers: {{ cloud: aws }}, {a} }}
  at-gcp: {{ decision: optional, covers: {{ cloud: gcp }}, {b} }}
workloads: {{ chat: {{ {CHAT}, demand: 40 req/h }} }}
"
    ))
}

#[test]
fn deals_that_exclude_one_another() {
    // They save 30 and 35.
    let both = two_deals("discount: 50 %, fee: 10 USD", "discount: 50 %, fee: 5 USD");
    weighs(&both, "at-aws", 95.0, 125.0);
    weighs(&both, "at-gcp", 95.0, 130.0);
    let one = two_deals("discount: 50 %, fee: 10 USD, excludes: [at-gcp]", "discount: 50 %, fee: 5 USD");
    weighs(&one, "at-aws", 130.0, 125.0);
    weighs(&one, "at-gcp", 125.0, 130.0);
}

#[test]
fn a_deal_that_needs_another() {
    // The one saves 40 - 10 = 30; the other alone only costs.
    let dear = two_deals("discount: 50 %, fee: 10 USD, needs: [at-gcp]", "fee: 35 USD");
    weighs(&dear, "at-aws", 165.0, 160.0);
    weighs(&dear, "at-gcp", 165.0, 160.0);
    let cheap = two_deals("discount: 50 %, fee: 10 USD, needs: [at-gcp]", "fee: 20 USD");
    weighs(&cheap, "at-aws", 150.0, 160.0);
    // Without the other, neither.
    weighs(&cheap, "at-gcp", 150.0, 160.0);
}

#[test]
fn an_offer_that_only_two_deals_together_unlock() {
    // 30 chips at 1 instead of 4 save 90, for two fees of 30; either alone only costs its fee.
    let plan = solved(&format!(
        "
offers:
  public: {{ chip: gpu, cloud: aws, price: 4, capacity: 100 }}
  private: {{ chip: gpu, cloud: gcp, price: 1, capacity: 40 }}
contracts:
  one: {{ decision: optional, fee: 30 USD, unlocks: {{ offer: private }} }}
  two: {{ decision: optional, fee: 30 USD, unlocks: {{ offer: private }} }}
workloads: {{ chat: {{ {CHAT}, demand: 30 req/h }} }}
"
    ));
    weighs(&plan, "one", 90.0, 120.0);
    weighs(&plan, "two", 90.0, 120.0);
}

#[test]
fn two_deals_on_the_same_offer() {
    // 100 at list price; 80 + 5 under one, 70 + 20 under the other, 70 + 25 under both.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 10, capacity: 100 }} }}
contracts:
  small: {{ decision: optional, covers: {{ cloud: aws }}, fee: 5 USD, discount: 20 % }}
  large: {{ decision: optional, covers: {{ cloud: aws }}, fee: 20 USD, discount: 30 % }}
workloads: {{ chat: {{ {CHAT}, demand: 10 req/h }} }}
"
    ));
    weighs(&plan, "small", 85.0, 90.0);
    weighs(&plan, "large", 90.0, 85.0);
}

#[test]
fn a_deal_that_cannot_be_signed_and_one_that_must_be() {
    // Half of all chips on tpu, of which there are 10, while 30 more have to be gpu.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 100 }}
  b: {{ chip: tpu, cloud: gcp, price: 1, capacity: 10 }}
contracts:
  deal:
    decision: optional
    funding: 1M USD
    requires: [ {{ floor: {{ where: {{ vendor: google }}, of: chips, at_least: 50 % }} }} ]
workloads: {{ chat: {{ {CHAT}, demand: 40 req/h }} }}
"
    ));
    costs(&plan, 40.0);
    let cannot = deal(&plan, "deal");
    assert_eq!((cannot.signed, cannot.cost_signed, cannot.worth), (false, None, None));
    close(cannot.cost_unsigned.unwrap(), 40.0);
    assert!(plan.notes.iter().any(|n| n == "there is no plan that signs `deal`"), "{:?}", plan.notes);
    // 40 requests, and only 30 chips without the deal.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 30 }}
  b: {{ chip: gpu, cloud: gcp, price: 1, capacity: 30 }}
contracts: {{ deal: {{ decision: optional, fee: 7 USD, unlocks: {{ cloud: gcp }} }} }}
workloads: {{ chat: {{ {CHAT}, demand: 40 req/h }} }}
"
    ));
    costs(&plan, 47.0);
    let must = deal(&plan, "deal");
    assert_eq!((must.signed, must.cost_unsigned, must.worth), (true, None, None));
    assert!(plan.notes.iter().any(|n| n == "there is no plan without signing `deal`"), "{:?}", plan.notes);
}

#[test]
fn a_deal_is_worth_what_the_plan_would_save_by_it() {
    // At least half of what training spends is spent at aws, at its own price: 4 a >= b with a + b of
    // 30 gives 6 and 24. Half price under the deal saves 12. In the file as signed it counts by half
    // (2 a >= b, so 10 and 20), but the deal that the plan weighs is the one that it could sign.
    let plan = |fee: u32| {
        solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 4, capacity: 100 }}
  b: {{ chip: tpu, cloud: gcp, price: 1, capacity: 100 }}
contracts: {{ deal: {{ decision: optional, covers: {{ cloud: aws }}, discount: 50 %, fee: {fee} USD }} }}
workloads: {{ train: {{ kind: training, work: 30 gpu-h, throughput: {{ gpu: 1 gpu-h, tpu: 1 gpu-h }} }} }}
policy:
  limits:
    - {{ floor: {{ where: {{ cloud: aws }}, of: spend, for: {{ kind: training }}, at_least: 50 % }} }}
"
        ))
    };
    weighs(&plan(10), "deal", 46.0, 48.0);
    weighs(&plan(20), "deal", 56.0, 48.0);
}

#[test]
fn what_is_signed_decides_for_what_may_be() {
    // The signed one excludes the other, which would save 40.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 4, capacity: 40 }} }}
contracts:
  done: {{ fee: 3 USD, excludes: [half] }}
  half: {{ decision: optional, covers: {{ cloud: aws }}, discount: 50 % }}
workloads: {{ chat: {{ {CHAT}, demand: 20 req/h }} }}
"
    ));
    costs(&plan, 83.0);
    assert_eq!((deal(&plan, "half").signed, deal(&plan, "half").cost_signed), (false, None));
    // The signed one needs the other, whatever that costs.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 4, capacity: 40 }} }}
contracts:
  done: {{ fee: 3 USD, needs: [dear] }}
  dear: {{ decision: optional, fee: 50 USD }}
workloads: {{ chat: {{ {CHAT}, demand: 20 req/h }} }}
"
    ));
    costs(&plan, 133.0);
    assert!(deal(&plan, "dear").signed && !deal(&plan, "done").optional);
}

// Porting, splitting, moving data.

#[test]
fn porting_pays_from_a_quantity_on() {
    // 2 saved a chip: 40 with 20 chips.
    for (demand, cost) in [(19.0, 57.0), (21.0, 61.0)] {
        let plan = solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 3, capacity: 50 }}
  b: {{ chip: tpu, cloud: gcp, price: 1, capacity: 50 }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h, porting: {{ xla: 40 USD }} }} }}
"
        ));
        costs(&plan, cost);
        close(line(&plan, CostKind::Porting), if demand > 20.0 { 40.0 } else { 0.0 });
        // The bound is the demand itself, and a thousandth: all of it on xla is one porting.
        close(plan.certificate.relaxation.unwrap(), f64::min(3.0 * demand, demand + 40.0 / 1.001));
    }
}

#[test]
fn porting_is_paid_once_by_each_workload_and_takes_its_time() {
    let days = |workloads: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 3, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 3, capacity: 50 }}
  b: {{ chip: tpu, cloud: gcp, price: 1, capacity: 50 }}
workloads: {{ {workloads} }}
"
        ))
    };
    let one = |port: &str| days(&format!("chat: {{ {CHAT}, demand: 1 req/h, porting: {{ xla: {port} }} }}"));
    // 144 are saved in 72 hours.
    costs(&one("143 USD"), 72.0 + 143.0);
    costs(&one("145 USD"), 216.0);
    // With a day of lead 96 are saved in 48.
    costs(&one("{ cost: 95 USD, lead: 1 day }"), 72.0 + 48.0 + 95.0);
    costs(&one("{ cost: 97 USD, lead: 1 day }"), 216.0);
    costs(&one("{ cost: 0, lead: 2 days }"), 144.0 + 24.0);
    // Two workloads: each decides for itself, with 144 and 288 saved.
    let two = days(&format!(
        "
  chat: {{ {CHAT}, demand: 1 req/h, porting: {{ xla: 200 USD }} }},
  code: {{ {CHAT}, demand: 2 req/h, porting: {{ xla: 200 USD }} }}
"
    ));
    costs(&two, 216.0 + 144.0 + 200.0);
    let ported: Vec<&str> = two.cost.as_ref().unwrap().lines.iter().map(|l| l.id.as_str()).collect();
    assert!(ported.contains(&"code xla") && !ported.contains(&"chat xla"), "{ported:?}");
}

#[test]
fn training_ports_too() {
    // 100 hours at 5, or at 2 with porting; half as fast, so at 4: saves 100.
    let plan = |port: u32| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 5, capacity: 50 }}
  b: {{ chip: trn, cloud: aws, price: 2, capacity: 50 }}
workloads:
  train:
    kind: training
    work: 100 gpu-h
    throughput: {{ gpu: 1 gpu-h, trn: 0.5 gpu-h }}
    porting: {{ neuron: {port} USD }}
"
        ))
    };
    costs(&plan(99), 499.0);
    costs(&plan(101), 500.0);
}

#[test]
fn a_workload_that_is_not_split() {
    // 24 chips. Free: 10 a, 10 b, 4 d. Of one cloud: aws has 20 only, so 15 d and 9 c. Of one
    // ecosystem: 10 a and 14 c cost 52, 10 b and 14 d cost 55. One offer: only c has 24.
    for (split, cost) in [("free", 40.0), ("one-cloud", 64.5), ("one-ecosystem", 52.0), ("one-offer", 72.0)] {
        let plan = solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 10 }}
  b: {{ chip: tpu, cloud: aws, price: 2, capacity: 10 }}
  c: {{ chip: gpu, cloud: gcp, price: 3, capacity: 30 }}
  d: {{ chip: tpu, cloud: gcp, price: 2.5, capacity: 15 }}
workloads: {{ chat: {{ {CHAT}, demand: 24 req/h, split: {split} }} }}
"
        ));
        costs(&plan, cost);
    }
}

#[test]
fn not_split_holds_over_the_whole_time() {
    // Free: 1 on the first day and 2 on the second. One of them for both days: 5 + 2.
    for (split, cost) in [("free", 24.0 * 3.0), ("one-offer", 24.0 * 7.0)] {
        let plan = solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: [1, 9], capacity: 10 }}
  b: {{ chip: gpu, cloud: aws, price: [5, 2], capacity: 10 }}
workloads: {{ chat: {{ {CHAT}, demand: 1 req/h, split: {split} }} }}
"
        ));
        costs(&plan, cost);
    }
}

#[test]
fn at_least_a_rate_while_it_runs() {
    // 72 hours' worth over two days: 3 chips in sum. The first day has 2.5 at 1, the second costs 3.
    // Half a chip on the second day is too little; 1 is enough.
    for (rate, cost) in [("", 24.0 * 4.0), ("rate: { at_least: 1 chips },", 24.0 * 5.0)] {
        let plan = solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: [1, 3], capacity: 2.5 }} }}
workloads: {{ train: {{ kind: training, work: 72 gpu-h, {rate} throughput: {{ gpu: 1 gpu-h }} }} }}
"
        ));
        costs(&plan, cost);
    }
    // Days without any are allowed: 2 at least, all on the first day or on the second.
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers: { a: { chip: gpu, cloud: aws, price: [1, 3], capacity: 4 } }
workloads: { train: { kind: training, work: 72 gpu-h, rate: { at_least: 2 chips }, throughput: { gpu: 1 gpu-h } } }
",
    );
    costs(&plan, 72.0);
}

#[test]
fn data_stays_unless_moving_it_pays() {
    // 1 TB out of gcp costs 50; 2 saved a chip: pays from 25 chips on.
    for (demand, cost) in [(24.0, 72.0), (26.0, 76.0)] {
        let plan = solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 50 }}
  b: {{ chip: gpu, cloud: gcp, price: 3, capacity: 50 }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h, data: {{ size: 1 TB, at: {{ cloud: gcp }} }} }} }}
"
        ));
        costs(&plan, cost);
        close(line(&plan, CostKind::Egress), if demand > 25.0 { 50.0 } else { 0.0 });
    }
    // Where it is at two clouds, it leaves by the cheaper way: 20.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 50 }}
  b: {{ chip: gpu, cloud: gcp, price: 3, capacity: 50 }}
  c: {{ chip: gpu, cloud: azure, price: 3, capacity: 50 }}
workloads: {{ chat: {{ {CHAT}, demand: 11 req/h, data: {{ size: 1 TB, at: {{ cloud: [gcp, azure] }} }} }} }}
"
    ));
    costs(&plan, 31.0);
}

// Blocks, minimums, prices by quantity.

#[test]
fn rounding_the_linear_answer_is_wrong() {
    // 100 requests. The linear answer is 1.5625 blocks of 64 at 1. Rounded up or to the nearest it
    // costs 128, rounded down it serves 64. One block and three of 12 at 1.2 serve 100 for 107.2.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, block: 64 }}
  b: {{ chip: gpu, cloud: gcp, price: 1.2, block: 12 }}
workloads: {{ chat: {{ {CHAT}, demand: 100 req/h }} }}
"
    ));
    costs(&plan, 64.0 + 1.2 * 36.0);
    close(held(&plan, "a"), 64.0);
    close(held(&plan, "b"), 36.0);
    close(plan.certificate.relaxation.unwrap(), 100.0);
}

#[test]
fn a_mix_of_three_chips_in_blocks() {
    // A block of 8 gpu does 24 for 16, of 5 tpu 10 for 7.5, of one trn 1 for 1; 100 are asked for.
    // Four blocks of gpu do 96, and 4 trn the rest: 68. With three, the other 28 cost at least
    // 0.75 each: 69. Five cost 80. The linear answer is 4 1/6 blocks for 66.67.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 2, block: 8, capacity: 80 }
  b: { chip: tpu, cloud: gcp, price: 1.5, block: 5, capacity: 80 }
  c: { chip: trn, cloud: aws, price: 1, block: 1, capacity: 80 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 3 req/h, tpu: 2 req/h, trn: 1 req/h } }
",
    );
    costs(&plan, 68.0);
    close(held(&plan, "a"), 32.0);
    close(held(&plan, "c"), 4.0);
    close(plan.certificate.relaxation.unwrap(), 16.0 * 100.0 / 24.0);
    // Rounding down is wrong too: with 98 asked for, 4 blocks and 2 trn are 66.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 2, block: 8, capacity: 80 }
  c: { chip: trn, cloud: aws, price: 10, block: 1, capacity: 80 }
workloads: { chat: { kind: inference, demand: 98 req/h, throughput: { gpu: 3 req/h, trn: 1 req/h } } }
",
    );
    // Two trn cost 20 more than the four blocks' 64; a fifth block only 16.
    costs(&plan, 80.0);
}

#[test]
fn a_block_may_be_larger_than_all_that_is_needed() {
    // 5 requests: a whole block of 1000 at 1, or 5 chips at 300.
    let plan = |price: u32| {
        solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, block: 1000 }}
  b: {{ chip: gpu, cloud: gcp, price: {price} }}
workloads: {{ chat: {{ {CHAT}, demand: 5 req/h }} }}
"
        ))
    };
    costs(&plan(300), 1000.0);
    costs(&plan(100), 500.0);
}

#[test]
fn blocks_of_parts_of_a_chip_fill_the_capacity() {
    // Three blocks of 1.1 are 3.3, whatever 3.3 / 1.1 is in binary.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, block: 1.1, capacity: 3.3 }} }}
workloads: {{ chat: {{ {CHAT}, demand: 3.3 req/h }} }}
"
    ));
    costs(&plan, 3.3);
}

#[test]
fn reserved_blocks_are_reserved_whole() {
    // 10 and then 3 chips: a block of 8 for both days, and 2 on demand on the first; or two blocks.
    let plan = |price: u32| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  r: {{ chip: gpu, cloud: aws, price: 1, block: 8, capacity: 80, term: {{ reserved: 2 days, starts: 2026-01-01 }} }}
  d: {{ chip: gpu, cloud: aws, price: {price}, capacity: 80 }}
workloads: {{ chat: {{ {CHAT}, demand: [10 req/h, 3 req/h] }} }}
"
        ))
    };
    // 8 x 48 + 2 x 24 x price against 16 x 48: equal at a price of 8.
    costs(&plan(7), 384.0 + 336.0);
    costs(&plan(9), 768.0);
}

#[test]
fn a_minimum_if_any_is_held() {
    // 30 at 1 against d at 2: equal at 15.
    let plan = |demand: u32, rest: &str| {
        solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, minimum: 30, capacity: 35 }}
  b: {{ chip: gpu, cloud: gcp, price: 2{rest} }}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
        ))
    };
    costs(&plan(14, ""), 28.0);
    costs(&plan(16, ""), 30.0);
    // 40: 35 and 5 would be cheapest, but of b there are at least 8, so a is held less.
    costs(&plan(40, ", minimum: 8"), 32.0 + 16.0);
    // More than all that is needed, and as many as are wanted.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, minimum: 1000 }}
  b: {{ chip: gpu, cloud: gcp, price: 300 }}
workloads: {{ chat: {{ {CHAT}, demand: 5 req/h }} }}
"
    ));
    costs(&plan, 1000.0);
}

#[test]
fn rising_prices_need_no_whole_numbers() {
    // 10 at 1, then 15 at 2 from elsewhere; where there are only 5, 10 more at 3.
    for (other, cost) in [(100, 40.0), (5, 50.0)] {
        let plan = solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, tiers: [ {{ above: 10, price: 3 }} ] }}
  b: {{ chip: gpu, cloud: gcp, price: 2, capacity: {other} }}
workloads: {{ chat: {{ {CHAT}, demand: 25 req/h }} }}
"
        ));
        costs(&plan, cost);
        assert_eq!((plan.certificate.relaxation, plan.certificate.bound_by), (None, None));
        assert!(!plan.certificate.conditional_prices);
    }
}

/// Cost of `demand` chips with prices by quantity, beside others at another price.
fn tiered(prices: &str, other: f64, demand: u32, contracts: &str) -> Plan {
    solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, {prices}, capacity: 100 }}
  b: {{ chip: gpu, cloud: gcp, price: {other}, capacity: 100 }}
{contracts}
workloads: {{ chat: {{ {CHAT}, demand: {demand} req/h }} }}
"
    ))
}

#[test]
fn falling_prices_have_to_be_earned() {
    // 30 for the first 10 and 1 for each further: less than 2 each from 20 on.
    let falling = "price: 3, tiers: [ { above: 10, price: 1 } ]";
    costs(&tiered(falling, 2.0, 19, ""), 38.0);
    let plan = tiered(falling, 2.0, 21, "");
    costs(&plan, 41.0);
    close(held(&plan, "a"), 21.0);
    // 40, 30 and 1 each: less than 3 each from 25 on.
    let three = "price: 4, tiers: [ { above: 10, price: 3 }, { above: 20, price: 1 } ]";
    costs(&tiered(three, 3.0, 24, ""), 72.0);
    costs(&tiered(three, 3.0, 26, ""), 76.0);
    // Up and down again: 20 for the first 10, 40 for the next, then 1: beside 3 each, all of them
    // from 25 on (n + 40 against 20 + 3 (n - 10)), below it only the first 10.
    let both = "price: 2, tiers: [ { above: 10, price: 4 }, { above: 20, price: 1 } ]";
    costs(&tiered(both, 3.0, 24, ""), 62.0);
    costs(&tiered(both, 3.0, 26, ""), 66.0);
}

#[test]
fn prices_by_quantity_under_a_contract() {
    // Half of 3 and 1 for a fee of 5: 5 + 15 + 5.5 instead of 41 for 21 chips; for 4 chips
    // 5 + 6 instead of 8.
    let falling = "price: 3, tiers: [ { above: 10, price: 1 } ]";
    let half = "contracts: { deal: { decision: optional, covers: { cloud: aws }, discount: 50 %, fee: 5 USD } }";
    weighs(&tiered(falling, 2.0, 21, half), "deal", 25.5, 41.0);
    weighs(&tiered(falling, 2.0, 4, half), "deal", 11.0, 8.0);
    // The first 10 are the first 10 whether the contract is signed or not: nobody is given them
    // twice, once under it and once beside it.
    let rising = "price: 1, tiers: [ { above: 10, price: 3 } ]";
    let funded = "contracts: { deal: { decision: optional, covers: { cloud: aws }, funding: 1 USD } }";
    weighs(&tiered(rising, 9.0, 20, funded), "deal", 39.0, 40.0);
}

#[test]
fn the_dear_chips_are_not_taken_first_to_use_up_a_commitment() {
    // 100 are paid whatever is held; the 15 chips that are needed cost 10 and 15 of it.
    let rising = "price: 1, tiers: [ { above: 10, price: 3 } ]";
    for decision in ["signed", "optional"] {
        let commit = format!(
            "contracts: {{ deal: {{ decision: {decision}, covers: {{ cloud: aws }}, commit: {{ spend: 100 USD }}, \
             funding: 95 USD }} }}"
        );
        let plan = tiered(rising, 9.0, 15, &commit);
        costs(&plan, 5.0);
        close(deal(&plan, "deal").spend, 25.0);
        close(deal(&plan, "deal").idle, 75.0);
    }
    // Nor to spend more where a part of the spend is asked for: of a there are 11 at most, 13 in
    // money, beside 9 of b for 18. If all 11 cost 3 they would be half of it, but they do not.
    let half = |capacity: u32| {
        solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, {rising}, capacity: {capacity} }}
  b: {{ chip: gpu, cloud: gcp, price: 2, capacity: 20 }}
workloads: {{ chat: {{ {CHAT}, demand: 20 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ cloud: aws }}, of: spend, at_least: 50 % }} }} ] }}
"
        ))
    };
    assert_eq!(half(11).status, Status::Infeasible);
    // With 12 of them, 10 + 6 beside 8 at 2.
    costs(&half(12), 32.0);
}

#[test]
fn equal_prices_may_be_taken_in_any_order() {
    // All of it for nothing but a fee.
    let free = "contracts: { deal: { decision: optional, covers: { cloud: aws }, discount: 100 %, fee: 5 USD } }";
    weighs(&tiered("price: 3, tiers: [ { above: 10, price: 1 } ]", 2.0, 21, free), "deal", 5.0, 41.0);
    costs(&tiered("price: 1, tiers: [ { above: 10, price: 1 } ]", 2.0, 21, ""), 21.0);
}

// Survival.

#[test]
fn a_loss_is_survived_only_where_the_workload_was_ported_before() {
    let plan = |serve: u32, port: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 1, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 50 }}
  b: {{ chip: tpu, cloud: gcp, price: 3, capacity: 50 }}
workloads: {{ chat: {{ {CHAT}, demand: 10 req/h, porting: {{ xla: {port} }} }} }}
policy: {{ survive: [ {{ loss_of: {{ each: vendor }}, serve: {serve} % }} ] }}
"
        ))
    };
    // 5 of each.
    costs(&plan(50, "15 USD"), 24.0 * 20.0 + 15.0);
    // 10 of each, which stand by: nothing has to run there to have been ported.
    let standby = plan(100, "15 USD");
    costs(&standby, 24.0 * 40.0 + 15.0);
    close(line(&standby, CostKind::Porting), 15.0);
    assert!(standby.resilience.as_ref().unwrap().iter().filter(|r| r.required.is_some()).all(|r| r.survives));
    // In a day it cannot be ported in two.
    assert_eq!(plan(50, "{ cost: 15 USD, lead: 1 day }").status, Status::Infeasible);
}

#[test]
fn a_workload_of_one_ecosystem_may_be_rerouted_to_another_that_costs_nothing() {
    // It runs on one, but when that is lost the other is there: 10 of each are held.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 50 }}
  b: {{ chip: tpu, cloud: gcp, price: 3, capacity: 50 }}
workloads: {{ chat: {{ {CHAT}, demand: 10 req/h, split: one-ecosystem }} }}
policy: {{ survive: [ {{ loss_of: {{ each: vendor }}, serve: 100 % }} ] }}
"
    ));
    costs(&plan, 40.0);
    let on: Vec<&str> = plan.assignments.iter().map(|a| a.offer.as_str()).collect();
    assert_eq!(on.len(), 1, "{on:?}");
}

// The certificate.

#[test]
fn prices_are_those_of_the_decisions_taken() {
    // 20 at 1 where porting was paid for, one at 3. One chip more there saves 2: with the porting
    // decided, which is what the prices say of themselves.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 3, capacity: 50 }}
  b: {{ chip: tpu, cloud: gcp, price: 1, capacity: 20 }}
workloads: {{ chat: {{ {CHAT}, demand: 21 req/h, porting: {{ xla: 30 USD }} }} }}
"
    ));
    costs(&plan, 20.0 + 30.0 + 3.0);
    assert!(plan.certificate.conditional_prices);
    let price = |plan: &Plan, name: &str| {
        let found = plan.limits.iter().find(|l| l.name == name);
        found.unwrap_or_else(|| panic!("{name} among {:?}", plan.limits)).shadow_price.unwrap()
    };
    close(price(&plan, "capacity b steady"), -2.0);
    // All 20 chips under a deal at 1.50, and 5 more at 4 from elsewhere.
    let plan = solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, price: 3, capacity: 20 }}
  b: {{ chip: gpu, cloud: gcp, price: 4, capacity: 50 }}
contracts: {{ deal: {{ decision: optional, covers: {{ cloud: aws }}, discount: 50 %, fee: 3 USD }} }}
workloads: {{ chat: {{ {CHAT}, demand: 25 req/h }} }}
"
    ));
    costs(&plan, 30.0 + 3.0 + 20.0);
    close(price(&plan, "capacity a steady"), -2.5);
    // A deal that is signed anyway asks for no search.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, capacity: 20 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, fee: 3 USD, discount: 10 % }} }}
workloads: {{ chat: {{ {CHAT}, demand: 10 req/h }} }}
"
    ));
    costs(&plan, 12.0);
    assert_eq!((plan.certificate.relaxation, plan.certificate.conditional_prices), (None, false));
}

#[test]
fn a_model_without_a_whole_answer_is_proved_infeasible() {
    // Blocks of 8 within 10 hold 8; 9 are asked for.
    let plan = solved(&format!(
        "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, block: 8, capacity: 10 }} }}
workloads: {{ chat: {{ {CHAT}, demand: 9 req/h }} }}
"
    ));
    assert_eq!(plan.status, Status::Infeasible);
    assert!(plan.certificate.verified && plan.cost.is_none());
}

#[test]
fn a_limit_of_time_leaves_the_best_plan_and_its_bound() {
    // Ten offers at the same price, in blocks of 2: 41 requests take 42 chips, and the bound stays
    // at 41 until every combination is tried.
    let mut text = String::from("offers:\n");
    for i in 0..10 {
        text += &format!("  o{i}: {{ chip: gpu, cloud: aws, price: 1, block: 2, capacity: 8 }}\n");
    }
    text += &format!("workloads: {{ chat: {{ {CHAT}, demand: 41 req/h }} }}\n");
    let model = Model::from_yaml_str(&format!("{HEAD}{text}")).unwrap();
    // The embedded search: another engine may be quicker than the limit.
    let time_limit = Some(Duration::from_millis(300));
    let settings = SolveSettings { time_limit, engine: EngineChoice::Microlp, ..SolveSettings::default() };
    let plan = sound(solve(&model, &settings).unwrap());
    assert_eq!((plan.status, polysource::cli::exit_code(plan.status)), (Status::LimitReached, 5));
    close(plan.cost.as_ref().unwrap().total, 42.0);
    let certificate = &plan.certificate;
    assert!(!certificate.verified);
    close(certificate.bound.unwrap(), 41.0);
    close(certificate.gap.unwrap(), 1.0 / 43.0);
    close(certificate.relaxation.unwrap(), 41.0);
    assert!(plan.purchases.iter().map(|p| p.chips).sum::<f64>() > 41.5);
    // The program leaves with 5 and says so, with the plan and its bound.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.yaml");
    std::fs::write(&path, format!("{HEAD}{text}")).unwrap();
    let run = |format: &str| {
        let mut program = program();
        program.arg("solve").arg(&path).args(["--time-limit", "300ms", "--engine", "microlp", "--format", format]);
        let out = program.output().unwrap();
        assert_eq!(out.status.code(), Some(5), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["status"], "limit-reached");
    close(json["certificate"]["bound"].as_f64().unwrap(), 41.0);
    assert!(run("text").contains("limit"));
}
