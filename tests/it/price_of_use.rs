//! A price of holding and a price of use: models solved by hand, the arithmetic beside each.

use polysource::SolveSettings;
use polysource::analysis::Detail;
use polysource::model::Edit;
use polysource::plan::{CostKind, Plan};

use crate::common::{self, close, costs, has_no_plan, pays};

const HEAD: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
chips:
  gpu: { vendor: nvidia, power: 1 kW }
  tpu: { vendor: google, power: 500 W }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
";

fn solved(rest: &str) -> Plan {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    common::solved_with(&format!("{HEAD}{rest}"), &settings)
}

/// Chat that needs 10 chips on the first day and so many on the second.
fn chat(second: u32) -> String {
    format!(
        "workloads: {{ chat: {{ kind: inference, demand: [10 req/h, {second} req/h], throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}\n"
    )
}

#[test]
fn chips_that_stand_idle_pay_no_use() {
    // Reserved for both days: 10 chips x 48 h x 1 held, and 24 h x (10 + 4) x 0.5 of use.
    let reserved =
        "offers: { r: { chip: gpu, cloud: aws, price: { held: 1, used: 0.5 }, term: { reserved: 2 days } } }\n";
    let plan = solved(&format!("{reserved}{}", chat(4)));
    costs(&plan, 480.0 + 168.0);
    pays(&plan, CostKind::Spend, 480.0);
    pays(&plan, CostKind::Use, 168.0);
    // A single price stays one of holding.
    let plain = "offers: { r: { chip: gpu, cloud: aws, price: 1, term: { reserved: 2 days } } }\n";
    let plan = solved(&format!("{plain}{}", chat(4)));
    costs(&plan, 480.0);
    pays(&plan, CostKind::Use, 0.0);
}

#[test]
fn use_decides_who_works() {
    // Both are there for nothing; 6 chips of the one cost 3 to use, the other 1: 6 x 24 x 1 + 4 x 24 x 3 a day.
    let offers = "offers:
  dear: { chip: gpu, cloud: aws, price: { used: 3 } }
  cheap: { chip: tpu, cloud: gcp, price: { used: 1 }, capacity: 6 }
";
    let plan = solved(&format!("{offers}{}", chat(10)));
    costs(&plan, 2.0 * (144.0 + 288.0));
    // Use at 1 on the first day and at 5 on the second, from when on the other at 3 is as good.
    let series = "offers:
  rising: { chip: gpu, cloud: aws, price: { held: 0, used: { 2026-01-01: 1, 2026-01-02: 5 } } }
  flat: { chip: tpu, cloud: gcp, price: { held: 1, used: 2 } }
";
    costs(&solved(&format!("{series}{}", chat(10))), 240.0 + 720.0);
}

#[test]
fn a_discount_is_off_both_and_both_count_towards_a_commitment() {
    let deal = |spend: u32| {
        format!(
            "offers: {{ a: {{ chip: gpu, cloud: aws, price: {{ held: 2, used: 1 }} }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, discount: 50 %, commit: {{ spend: {spend} }} }} }}
{}",
            chat(10)
        )
    };
    // 480 chip-hours at half of 3.
    costs(&solved(&deal(0)), 720.0);
    // Of 700 nothing is left to pay, of 1000 there are 280: of holding alone 480 would have counted.
    costs(&solved(&deal(700)), 720.0);
    let plan = solved(&deal(1000));
    costs(&plan, 1000.0);
    pays(&plan, CostKind::Idle, 280.0);
    pays(&plan, CostKind::Use, 240.0);
}

#[test]
fn use_under_an_optional_contract_is_at_its_discount_only_if_it_is_signed() {
    let model = |fee: u32| {
        format!(
            "offers: {{ a: {{ chip: gpu, cloud: aws, price: {{ held: 2, used: 1 }} }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, discount: 50 %, decision: optional, fee: {fee} USD }} }}
{}",
            chat(10)
        )
    };
    // 1440 at list prices, half of it with the contract, which is worth 720.
    costs(&solved(&model(719)), 720.0 + 719.0);
    costs(&solved(&model(721)), 1440.0);
}

#[test]
fn two_contracts_of_one_offer_share_its_use() {
    // Both cover a: the one with the larger discount takes all of it, for holding and for use.
    let model = "offers: { a: { chip: gpu, cloud: aws, price: { held: 2, used: 1 } } }
contracts:
  small: { covers: { cloud: aws }, discount: 10 %, commit: { spend: 270 } }
  large: { covers: { cloud: aws }, discount: 50 % }
";
    // 270 under the small one buys 100 chip-hours at 2.70, or nothing if it is paid idle: then all 480 are bought at 1.50.
    // Used, it saves 100 x 1.50 of them: 270 + 380 x 1.50.
    let plan = solved(&format!("{model}{}", chat(10)));
    costs(&plan, 270.0 + 570.0);
}

#[test]
fn a_share_and_a_budget_of_spend_count_use() {
    let offers = "offers:
  a: { chip: gpu, cloud: aws, price: { held: 1, used: 1 } }
  b: { chip: tpu, cloud: gcp, price: 3 }
";
    // 240 chip-hours a day, all on a at 2, are 960. Half of the spend on each: 2 x = 3 (480 - x), x = 288.
    let share = "policy: { limits: [ { share: { by: cloud, of: spend, at_most: 50 % } } ] }\n";
    let plan = solved(&format!("{offers}{}{share}", chat(10)));
    costs(&plan, 2.0 * 576.0);
    // 480 USD on a buy 240 chip-hours, not 480.
    let budget = "policy: { limits: [ { budget: { where: { cloud: aws }, at_most: 480 USD } } ] }\n";
    costs(&solved(&format!("{offers}{}{budget}", chat(10))), 480.0 + 720.0);
    let all = "policy: { limits: [ { budget: { at_most: 959 USD } } ] }\n";
    has_no_plan(&solved(&format!("{offers}{}{all}", chat(10))));
    // Of what runs for a workload, at the price of holding and of use.
    let of = "policy: { limits: [ { share: { by: cloud, of: spend, for: { workload: chat }, at_most: 50 % } } ] }\n";
    costs(&solved(&format!("{offers}{}{of}", chat(10))), 2.0 * 576.0);
}

#[test]
fn a_price_of_use_goes_with_prices_by_quantity_and_with_blocks() {
    // 8 chips at 1 and the others at 3, each used at 0.5; held in blocks of 4: 12 chips, of which 10 work.
    let model = "offers:
  a: { chip: gpu, cloud: aws, price: { held: 1, used: 0.5 }, tiers: [ { above: 8, price: 3 } ], block: 4 }
";
    costs(&solved(&format!("{model}{}", chat(10))), 48.0 * (8.0 + 12.0 + 5.0));
}

#[test]
fn chips_on_standby_pay_no_use_until_they_work() {
    // Half must survive the loss of either cloud: 10 run on the cheap one, 5 stand by on the dear one.
    let model = "offers:
  a: { chip: gpu, cloud: aws, price: { held: 1, used: 9 } }
  b: { chip: tpu, cloud: gcp, price: { held: 1, used: 1 } }
policy: { survive: [ { loss_of: { each: cloud }, serve: 50 % } ] }
";
    let plan = solved(&format!("{model}{}", chat(10)));
    costs(&plan, 48.0 * (10.0 * 2.0 + 5.0 * 1.0));
}

#[test]
fn a_shock_changes_both_prices() {
    let model = "offers: { a: { chip: gpu, cloud: aws, price: { held: 2, used: 1 } } }
policy:
  outages: { shock: { where: { vendor: nvidia }, price: +50 %, probability: 10 % } }
  risk: { expected_loss: { weight: 1 } }
";
    let plan = solved(&format!("{model}{}", chat(10)));
    let risk = plan.risk.as_ref().unwrap();
    close(risk.outages[0].shock, 720.0);
    close(risk.expected_loss, 72.0);
}

#[test]
fn the_break_even_price_is_that_of_a_chip_that_works() {
    // At 3 in all b is as dear as a, whose price of use is scaled with that of holding.
    let model = "offers:
  a: { chip: gpu, cloud: aws, price: { held: 1, used: 1 } }
  b: { chip: tpu, cloud: gcp, price: 3 }
";
    let plan = common::solved(&format!("{HEAD}{model}{}", chat(10)));
    let a = plan.break_even.as_ref().unwrap().iter().find(|b| b.offer == "a").unwrap();
    close(a.price, 2.0);
    assert!((a.leaves_above.unwrap() - 3.0).abs() < 1e-3, "{a:?}");
}

#[test]
fn a_sweep_scales_both_prices_or_one() {
    let model = "offers: { a: { chip: gpu, cloud: aws, price: { held: 2, used: { start: 1, growth: 0 %/year } } } }\n";
    let model = common::model(&format!("{HEAD}{model}{}", chat(10)));
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let cost = |path: &str| {
        let changed = model.with(&[Edit::scale(path, 0.5)]).unwrap();
        polysource::solve(&changed, &settings).unwrap().cost.unwrap().total
    };
    // 480 chip-hours at 3.
    close(cost("offers.a.price"), 720.0);
    close(cost("offers.a.price.held"), 480.0 * 2.0);
    close(cost("offers.a.price.used"), 480.0 * 2.5);
    close(cost("offers{cloud: aws}.price"), 720.0);
}

/// On the second day use costs 1 or 4, and then the other one is cheaper, at 3: 480 on the first day, then 480 or 720.
#[test]
fn a_price_of_use_may_be_unknown() {
    let model = "offers:
  a: { chip: gpu, cloud: aws, price: { held: 1, used: 1 } }
  b: { chip: tpu, cloud: gcp, price: 3 }
uncertainty:
  factors:
    energy:
      known: 2026-01-02
      outcomes:
        cheap: { probability: 50 % }
        dear: { probability: 50 %, vary: [ { path: offers.a.price.used, scale: 4 } ] }
";
    let text = format!("{HEAD}{model}{}", chat(10));
    let plan = polysource::solve(&common::model(&text), &SolveSettings::default()).unwrap();
    close(plan.cost.as_ref().unwrap().total, 480.0 + 0.5 * 480.0 + 0.5 * 720.0);
}
