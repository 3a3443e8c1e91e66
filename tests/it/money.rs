//! What money is due, when, and whose it is: priced limits, commitments that are not used up, fees, and
//! rates by the day. Models solved by hand, the arithmetic beside each.

use polysource::SolveSettings;
use polysource::analysis::Detail;
use polysource::plan::{CostKind, Plan};

use crate::common::{self, TWO_VENDORS, costs, has_no_plan, pays};

fn solved(rest: &str) -> Plan {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    common::solved_with(&format!("{TWO_VENDORS}{rest}"), &settings)
}

/// 10 chips on Google's at 1 or NVIDIA's at 3, of which there are some.
fn either(nvidia: f64, limit: &str) -> Plan {
    solved(&format!(
        "
offers:
  cheap: {{ chip: tpu, cloud: gcp, price: 1 }}
  dear: {{ chip: gpu, cloud: aws, price: 3, capacity: {nvidia} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
policy: {{ limits: [ {limit} ] }}
"
    ))
}

#[test]
fn a_floor_may_be_missed_at_its_price() {
    let floor = |of: &str, soft: &str| {
        format!("{{ floor: {{ where: {{ vendor: nvidia }}, of: {of}, at_least: 40 % }}, soft: {soft} }}")
    };
    // 4 of 10 are asked for; each costs 2 more, and 1 if it is missed: 4 for all of them.
    let plan = either(100.0, &floor("work", "1 USD/req"));
    costs(&plan, 10.0 + 4.0);
    pays(&plan, CostKind::Soft, 4.0);
    // At 3 it is kept.
    let plan = either(100.0, &floor("work", "3 USD/req"));
    costs(&plan, 10.0 + 8.0);
    pays(&plan, CostKind::Soft, 0.0);
    // With a single chip of NVIDIA three are missed, whatever that costs.
    let plan = either(1.0, &floor("work", "3 USD/req"));
    costs(&plan, 9.0 + 3.0 + 9.0);
    pays(&plan, CostKind::Soft, 9.0);
    has_no_plan(&either(1.0, "{ floor: { where: { vendor: nvidia }, of: work, at_least: 40 % } }"));
    // Of chips the same.
    costs(&either(1.0, &floor("chips", "3 USD/chip-h")), 9.0 + 3.0 + 9.0);
    // Of spend, with one chip: 3 are spent of 12, 4.8 are asked for.
    costs(&either(1.0, &floor("spend", "5")), 12.0 + 5.0 * 1.8);
}

#[test]
fn a_share_may_be_exceeded_at_its_price() {
    let share = |of: &str, soft: &str| {
        format!("{{ share: {{ where: {{ vendor: google }}, of: {of}, at_most: 60 % }}, soft: {soft} }}")
    };
    costs(&either(100.0, &share("work", "1.5 USD/req")), 10.0 + 6.0);
    costs(&either(100.0, &share("work", "2.5 USD/req")), 10.0 + 8.0);
    costs(&either(1.0, &share("work", "2.5 USD/req")), 9.0 + 3.0 + 7.5);
    // Of spend, with one chip of NVIDIA: 9 of 12 are Google's, 7.2 are allowed.
    costs(&either(1.0, &share("spend", "5")), 12.0 + 5.0 * 1.8);
}

/// As [`either`], for two days with 10 and 30 chips of work.
fn two_days(limit: &str) -> Plan {
    solved(&format!(
        "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  cheap: {{ chip: tpu, cloud: gcp, price: 1 }}
  dear: {{ chip: gpu, cloud: aws, price: 3 }}
workloads:
  chat: {{ kind: inference, demand: [10 req/h, 30 req/h], throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }}
policy: {{ limits: [ {limit} ] }}
"
    ))
}

#[test]
fn budgets_power_and_ramps_have_prices_too() {
    // 960 on Google's in both days; 600 are allowed.
    let budget =
        |soft: &str| format!("{{ budget: {{ where: {{ vendor: google }}, at_most: 600 USD }}, soft: {soft} }}");
    let plan = two_days(&budget("1.5"));
    costs(&plan, 960.0 + 1.5 * 360.0);
    pays(&plan, CostKind::Soft, 540.0);
    // Instead of 1 and 2.5 a chip of NVIDIA's costs 3: 15 chip-days of it.
    costs(&two_days(&budget("2.5")), 600.0 + 3.0 * 360.0);
    // 15 kW on the second day where 12 are allowed.
    costs(&two_days("{ power: { at_most: 12 kW }, soft: 7 USD/kW }"), 960.0 + 21.0);
    // 20 more chips where 15 are allowed: 5 are paid, or held a day before at 24 each.
    costs(&two_days("{ ramp: { at_most: 15 chips }, soft: 3 USD/chip }"), 960.0 + 15.0);
    costs(&two_days("{ ramp: { at_most: 15 chips }, soft: 30 USD/chip }"), 960.0 + 120.0);
}

#[test]
fn what_is_not_used_of_a_commitment_is_paid_in_the_last_period_of_its_part() {
    // 10 chips at 1 are 87,600 a year. Of `amount` the rest is idle, and paid in the middle of the last year.
    let model = |periods: usize, commit: &str| {
        solved(&format!(
            "
horizon: {{ start: 2025, periods: {periods}, step: year }}
discount_rate: 10 %
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, capacity: 10 }} }}
contracts: {{ k: {{ covers: {{ cloud: aws }}, decision: signed, commit: {{ {commit} }} }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
        ))
    };
    let d = |years: f64| 1.1_f64.powf(-years);
    let spent = |periods: usize| -> f64 { (0..periods).map(|t| 87_600.0 * d(t as f64 + 0.5)).sum() };
    let plan = model(2, "spend: 200k USD, over: 2025..2026");
    costs(&plan, spent(2) + 24_800.0 * d(1.5));
    pays(&plan, CostKind::Idle, 24_800.0 * d(1.5));
    let plan = model(3, "spend: 300k USD, over: 2025..2027");
    costs(&plan, spent(3) + 37_200.0 * d(2.5));
    // The third year is no part of it.
    let plan = model(3, "spend: 200k USD, over: 2025..2026");
    costs(&plan, spent(3) + 24_800.0 * d(1.5));
    // By the year it is 12,400 twice.
    let plan = model(2, "spend: 100k USD, per: year, over: 2025..2026");
    costs(&plan, spent(2) + 12_400.0 * (d(0.5) + d(1.5)));
}

#[test]
fn fees_are_a_groups_if_the_contract_covers_nothing_else() {
    // 240 a day on Google's, 720 on NVIDIA's; 72 of fees for Google's alone, 120 for both: 1152 in all.
    let model = |limit: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 1, step: day }}
offers:
  cheap: {{ chip: tpu, cloud: gcp, price: 1, capacity: 10 }}
  dear: {{ chip: gpu, cloud: aws, price: 3, capacity: 10 }}
contracts:
  narrow: {{ covers: {{ cloud: gcp }}, decision: signed, fee: 72 USD }}
  wide: {{ covers: {{}}, decision: signed, fee: 120 USD }}
workloads:
  chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 10 req/h, throughput: {{ tpu: 1 req/h }} }}
policy: {{ limits: [ {limit} ] }}
"
        ))
    };
    let share = |vendor: &str, part: &str| {
        format!("{{ share: {{ where: {{ vendor: {vendor} }}, of: spend, at_most: {part} }} }}")
    };
    // Google has 312 of 1152, 27.08 %; NVIDIA 720, 62.5 %.
    costs(&model(&share("google", "27.1 %")), 1152.0);
    has_no_plan(&model(&share("google", "27 %")));
    costs(&model(&share("nvidia", "62.6 %")), 1152.0);
    has_no_plan(&model(&share("nvidia", "62.4 %")));
    // A budget for Google is of 312, one for all of 1152.
    costs(&model("{ budget: { where: { vendor: google }, at_most: 312 USD } }"), 1152.0);
    has_no_plan(&model("{ budget: { where: { vendor: google }, at_most: 311 USD } }"));
    has_no_plan(&model("{ budget: { at_most: 1151 USD } }"));
}

#[test]
fn idle_money_is_a_groups_if_the_contract_covers_nothing_else() {
    // 240 on Google's and 720 on NVIDIA's. `covers` has 2000 committed, of which the rest is idle.
    let model = |covers: &str, limit: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026-01-01, periods: 1, step: day }}
offers:
  cheap: {{ chip: tpu, cloud: gcp, price: 1, capacity: 10 }}
  dear: {{ chip: gpu, cloud: aws, price: 3, capacity: 10 }}
contracts:
  k: {{ covers: {covers}, decision: signed, commit: {{ spend: 2000 USD, over: 2026-01-01..2026-01-01 }} }}
workloads:
  chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 10 req/h, throughput: {{ tpu: 1 req/h }} }}
policy: {{ limits: [ {{ share: {{ where: {{ vendor: google }}, of: spend, at_most: {limit} }} }} ] }}
"
        ))
    };
    // For both: 1040 are idle and nobody's, of 2000; Google has 240, 12 %.
    costs(&model("{}", "12.1 %"), 2000.0);
    has_no_plan(&model("{}", "11.9 %"));
    // For Google's alone: 1760 are idle and Google's, 2000 of 2720, 73.53 %.
    costs(&model("{ cloud: gcp }", "73.6 %"), 2720.0);
    has_no_plan(&model("{ cloud: gcp }", "73.5 %"));
    // For NVIDIA's alone: 1280 are idle; Google has 240 of 2240, 10.71 %.
    costs(&model("{ cloud: aws }", "10.8 %"), 2240.0);
    has_no_plan(&model("{ cloud: aws }", "10.7 %"));
}

#[test]
fn rates_by_the_day_and_by_the_minute() {
    // 10 an hour on each chip: 2400 a day are 10 chips, 30 a minute are 180.
    for (demand, chips) in [
        ("2400 req/day", 10.0),
        ("2400 req/d", 10.0),
        ("30 req/min", 180.0),
        ("30 req/minute", 180.0),
        ("1 req/s", 360.0),
        ("100 req/h", 10.0),
    ] {
        for throughput in ["10 req/h", "240 req/day"] {
            let plan = solved(&format!(
                "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
workloads: {{ chat: {{ kind: inference, demand: {demand}, throughput: {{ gpu: {throughput} }} }} }}
"
            ));
            costs(&plan, chips);
        }
    }
}

#[test]
fn a_megawatt_is_a_thousand_kilowatts() {
    // 3 MW at 1 kW a chip are 3000 chips of NVIDIA's; the other 1000 are dearer.
    for (power, chips) in [("3 MW", 3000.0), ("0.003 GW", 3000.0), ("3000 kW", 3000.0), ("2.5 MW", 2500.0)] {
        let plan = solved(&format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: tpu, cloud: gcp, price: 2 }}
workloads: {{ chat: {{ kind: inference, demand: 4000 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
pools: {{ hall: {{ power: {power}, offers: {{ vendor: nvidia }} }} }}
"
        ));
        costs(&plan, chips + 2.0 * (4000.0 - chips));
    }
}
