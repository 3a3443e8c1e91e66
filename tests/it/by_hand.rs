//! Models small enough to be solved by hand, one for each thing that has a meaning. The arithmetic
//! stands in the test; nothing in it comes from the program.

use polysource::plan::{CostKind, Plan, Status};

use crate::common::{self, close, close_within, costs, example};

/// Two chips of two vendors at two clouds; what differs comes after.
const HEAD: &str = "
polysource: 1
chips:
  gpu: { vendor: nvidia, power: 1 kW }
  tpu: { vendor: google, power: 500 W, tags: { foundry: tsmc } }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
";

fn solved(rest: &str) -> Plan {
    common::solved(&format!("{HEAD}{rest}"))
}

fn limit<'a>(plan: &'a Plan, name: &str) -> &'a polysource::plan::LimitResult {
    plan.limits.iter().find(|l| l.name == name).unwrap_or_else(|| {
        panic!("no limit {name} among {:?}", plan.limits.iter().map(|l| &l.name).collect::<Vec<_>>())
    })
}

#[test]
fn the_quickstart_costs_what_its_comment_derives() {
    let text = example("quickstart");
    let plan = common::solved(&text);
    costs(&plan, 190_800_000.0);
    close(plan.cost.as_ref().unwrap().premium.unwrap(), 5_520_000.0);
    // 0.625 USD for each USD over the limit, times the total, is the price of the whole share.
    close(limit(&plan, "vendor-cap amazon").shadow_price.unwrap(), -0.625 * 190_800_000.0);
}

#[test]
fn the_steady_state_is_an_hour_of_the_cheapest() {
    // 50 on tpu at 1 (all there are), 50 more on gpu at 3.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 50 }
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
",
    );
    costs(&plan, 50.0 + 150.0);
    // One more tpu would replace one gpu.
    close(limit(&plan, "capacity b steady").shadow_price.unwrap(), -2.0);
}

#[test]
fn throughput_in_seconds_and_peaks() {
    // 3 x 1000 tok/s over 100 tok/s are 30 chips.
    let plan = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 100 } }
workloads: { chat: { kind: inference, demand: 1k tok/s, peak: 3, throughput: { gpu: 100 tok/s } } }
",
    );
    costs(&plan, 60.0);
    close(plan.assignments[0].chips, 30.0);
    close(plan.assignments[0].work, 30.0 * 100.0 * 3600.0);
}

#[test]
fn discounting_is_in_the_middle_of_each_year() {
    let plan = solved(
        "
horizon: { start: 2026, periods: 2, step: year }
discount_rate: 10 %
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 10 } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 87_600.0 * (1.1_f64.powf(-0.5) + 1.1_f64.powf(-1.5)));
    close(plan.cost.unwrap().nominal, 2.0 * 87_600.0);
}

#[test]
fn series_in_their_four_forms() {
    // Prices 1, 1, 3, 3; demand 10, 20, 30, 40; capacity grows from 20 at 100 % a year, so that
    // after a quarter of a year it is 20 x 2^0.25 and never binds below.
    let plan = solved(
        "
horizon: { start: 2026-Q1, periods: 4, step: quarter }
offers:
  a:
    chip: gpu
    cloud: aws
    price: { 2026-Q1: 1, 2026-Q3: 3 }
    capacity: { start: 40, growth: 100 %/year }
workloads: { chat: { kind: inference, demand: [10 req/h, 20 req/h, 30 req/h, 40 req/h], throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 2160.0 * 10.0 + 2184.0 * 20.0 + 3.0 * (2208.0 * 30.0 + 2208.0 * 40.0));
    let grown = solved(
        "
horizon: { start: 2026-Q1, periods: 2, step: quarter }
offers: { a: { chip: gpu, cloud: aws, price: { start: 8, growth: -50 %/year } } }
workloads: { chat: { kind: inference, demand: 1 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&grown, 8.0 * 2160.0 + 8.0 * 0.5_f64.powf(0.25) * 2184.0);
}

#[test]
fn spot_loses_hours_and_is_for_the_interruptible() {
    // 88 / 0.88 = 100 chips of spot for training; inference stays on demand.
    let plan = solved(
        "
offers:
  spot: { chip: gpu, cloud: aws, price: 1, capacity: 1k, term: { spot: { interruption: 12 % } } }
  firm: { chip: gpu, cloud: aws, price: 2, capacity: 1k }
workloads:
  train: { kind: training, work: 88 gpu-h, throughput: { gpu: 1 gpu-h } }
  chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } }
",
    );
    costs(&plan, 100.0 + 20.0);
}

#[test]
fn training_waits_for_the_cheap_period_within_its_rate() {
    // January has 744 hours, February 672. Price 2 then 1. At most 100 chips: February does
    // 67_200 of 100_000, January the rest.
    let plan = solved(
        "
horizon: { start: 2026-01, periods: 2, step: month }
offers: { a: { chip: gpu, cloud: aws, price: [2, 1], capacity: 1k } }
workloads:
  train: { kind: training, work: 100k gpu-h, rate: { at_most: 100 chips }, throughput: { gpu: 1 gpu-h } }
",
    );
    costs(&plan, 67_200.0 + 2.0 * 32_800.0);
    // A chip more in February does 672 hours there instead of in January.
    close(limit(&plan, "rate train 2026-02").shadow_price.unwrap(), -672.0);
}

#[test]
fn a_lead_time_keeps_the_cheap_offer_out_at_first() {
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 3, step: day }
offers:
  late: { chip: gpu, cloud: aws, price: 1, capacity: 10, lead: 2 days }
  now: { chip: gpu, cloud: gcp, price: 5, capacity: 10 }
workloads: { chat: { kind: inference, demand: 1 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 24.0 * (5.0 + 5.0 + 1.0));
}

#[test]
fn a_reservation_is_paid_for_its_whole_term() {
    // Needed in Q1 only: on demand 10 x 2160 x 4 = 86_400; reserved for the year
    // 10 x 8760 x 1 = 87_600. With a price of 0.9 the reservation wins at 78_840.
    let model = |price: f64| {
        solved(&format!(
            "
horizon: {{ start: 2026-Q1, periods: 4, step: quarter }}
offers:
  firm: {{ chip: gpu, cloud: aws, price: 4, capacity: 10 }}
  year: {{ chip: gpu, cloud: aws, price: {price}, capacity: 10, term: {{ reserved: 1 year, starts: 2026-Q1 }} }}
workloads: {{ chat: {{ kind: inference, demand: [10 req/h, 0, 0, 0], throughput: {{ gpu: 1 req/h }} }} }}
"
        ))
    };
    costs(&model(1.0), 86_400.0);
    costs(&model(0.9), 78_840.0);
}

#[test]
fn upfront_money_is_paid_at_the_start_and_pro_rata_at_the_end() {
    // A three-year term of which two years are planned: upfront half of their price at the start of 2026,
    // the other half spread over each year.
    let plan = solved(
        "
horizon: { start: 2026, periods: 2, step: year }
discount_rate: 21 %
offers: { r: { chip: gpu, cloud: aws, price: 2, capacity: 10, term: { reserved: 3 years, upfront: 50 %, starts: 2026 } } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    let d = |years: f64| 1.21_f64.powf(-years);
    // Half of 2 x 10 x 17_520 hours at once, half in each year.
    costs(&plan, 175_200.0 + 87_600.0 * d(0.5) + 87_600.0 * d(1.5));
    assert!(plan.notes.iter().any(|n| n.contains("pro rata")), "{:?}", plan.notes);
}

#[test]
fn pools_in_chips_and_in_power() {
    // 10 kW hold 10 gpu at 1 kW or 20 tpu at 500 W. tpu costs 3, gpu 1; 15 needed:
    // g + t = 15 and g + t / 2 <= 10 give t = 10, g = 5.
    let plan = solved(
        "
pools: { hall: { power: 10 kW } }
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 100, pool: hall }
  b: { chip: tpu, cloud: gcp, price: 3, capacity: 100, pool: hall }
workloads: { chat: { kind: inference, demand: 15 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
",
    );
    costs(&plan, 5.0 + 30.0);
    // A kW more changes two tpu into two gpu: saves 2 x (3 - 1).
    close(limit(&plan, "pool hall steady").shadow_price.unwrap(), -4.0);
    let chips = solved(
        "
pools: { stock: { chips: 4, offers: { chip: gpu } } }
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 100 }
  a2: { chip: gpu, cloud: gcp, price: 2, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 3, capacity: 100 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
",
    );
    costs(&chips, 4.0 + 18.0);
}

#[test]
fn unmet_work_has_its_price_at_the_mean() {
    // A chip-hour costs 2 and serves 1 at the peak of 2: the mean served by a chip costs 4 a
    // request; leaving it costs 3. So nothing is served, and 10 requests an hour are not done.
    let plan = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 100 } }
workloads: { chat: { kind: inference, demand: 10 req/h, peak: 2, unmet: 3 USD/req, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 30.0);
    close(plan.unmet[0].work, 10.0);
    let trained = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 4 } }
workloads: { train: { kind: training, work: 10 gpu-h, unmet: 5 USD/gpu-h, throughput: { gpu: 1 gpu-h } } }
",
    );
    costs(&trained, 8.0 + 30.0);
}

#[test]
fn take_or_pay_is_paid_idle_or_used_on_the_dearer_offer() {
    // 10 chips needed for an hour. gcp costs 1; aws costs 1.5 but 12 are committed there.
    // Using aws for 8 costs its 12; the other 2 at gcp cost 2.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 1.5, capacity: 100 }
  b: { chip: gpu, cloud: gcp, price: 1, capacity: 100 }
contracts: { deal: { covers: { cloud: aws }, commit: { spend: 12 USD } } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 14.0);
    close(plan.contracts[0].spend, 12.0);
    // A dollar less committed moves 2/3 of a chip from aws to gcp: saves 1 - 2/3.
    close(limit(&plan, "commit deal").shadow_price.unwrap(), -1.0 / 3.0);
    let idle = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 } }
contracts: { deal: { covers: { cloud: aws }, commit: { spend: 25 USD } } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&idle, 25.0);
    close(idle.contracts[0].idle, 15.0);
}

#[test]
fn a_commitment_counts_by_the_hours_within_the_horizon() {
    // 8_760 x 4 USD over 2025 to 2028; 2026 and 2027 are planned. 1461 days in all, 730 planned.
    let due = 35_040.0 * 730.0 / 1461.0;
    let plan = solved(
        "
horizon: { start: 2026, periods: 2, step: year }
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 } }
contracts: { deal: { covers: { cloud: aws }, commit: { spend: 35040 USD, over: 2025..2028 } } }
workloads: { chat: { kind: inference, demand: [1 req/h, 0], throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, due);
    close(plan.contracts[0].commit, due);
    close(plan.contracts[0].idle, due - 8760.0);
    assert!(plan.notes.iter().any(|n| n.contains("0.4997")), "{:?}", plan.notes);
}

#[test]
fn commitments_per_year_and_per_period() {
    // 10_000 a year: 8_760 used in each, 1_240 idle in each. Two years from Q1.
    let per = |per: &str, amount: f64| {
        solved(&format!(
            "
horizon: {{ start: 2026-Q1, periods: 8, step: quarter }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, capacity: 100 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, commit: {{ spend: {amount} USD, over: 2026..2027, per: {per} }} }} }}
workloads: {{ chat: {{ kind: inference, demand: [2 req/h, 2 req/h, 0, 0, 1 req/h, 1 req/h, 1 req/h, 1 req/h], throughput: {{ gpu: 1 req/h }} }} }}
"
        ))
    };
    // 2026: 2 x 4344 = 8688; 2027: 8760.
    costs(&per("total", 20_000.0), 20_000.0);
    costs(&per("year", 8_700.0), 8_700.0 + 8_760.0);
    // Each quarter at least 2_200: 4320, 4368, 2200, 2200, then 2200 (2160), 2200 (2184), 2208, 2208.
    costs(&per("period", 2_200.0), 4320.0 + 4368.0 + 4.0 * 2200.0 + 2208.0 + 2208.0);
}

#[test]
fn chips_can_be_committed() {
    // 5 chips must be held on average over two days; only one is needed each day.
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers: { a: { chip: gpu, cloud: aws, price: [1, 2], capacity: 8 } }
contracts: { deal: { covers: { cloud: aws }, commit: { chips: 5 } } }
workloads: { chat: { kind: inference, demand: 1 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    // 10 chip-days: 8 on the cheap day, 2 on the other.
    costs(&plan, 24.0 * (8.0 + 2.0 * 2.0));
}

#[test]
fn discounts_fees_and_funding() {
    // 20 % off 10 chips at 1 for 2026 and 2027; a fee of 1000 at the start of 2026 and funding of
    // 500 at the start of 2027.
    let plan = solved(
        "
horizon: { start: 2026, periods: 2, step: year }
discount_rate: 10 %
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 } }
contracts:
  deal: { covers: { cloud: aws }, discount: 20 %, fee: { 2026: 1000 USD }, funding: { 2027: 500 USD } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    let d = |years: f64| 1.1_f64.powf(-years);
    costs(&plan, 70_080.0 * (d(0.5) + d(1.5)) + 1000.0 - 500.0 * d(1.0));
    let cost = plan.cost.unwrap();
    close(cost.nominal, 2.0 * 70_080.0 + 500.0);
    close(cost.lines.iter().find(|l| l.kind == CostKind::Funding).unwrap().cost, -500.0 * d(1.0));
    assert_eq!(plan.purchases[0].contract.as_deref(), Some("deal"));
}

#[test]
fn an_offer_under_two_contracts_counts_for_each_once() {
    // Both commitments are 6 and one chip-hour costs 1, less 10 % under the second: 12 of spend
    // are needed and only 10 chips. Under the first 6 chips for 6; under the second the other 4
    // for 3.6 and 2.4 idle.
    let plan = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 100 } }
contracts:
  first: { covers: { cloud: aws }, commit: { spend: 6 USD } }
  second: { covers: { cloud: aws }, commit: { spend: 6 USD }, discount: 10 % }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 12.0);
    close(plan.contracts.iter().map(|c| c.spend + c.idle).sum(), 12.0);
}

/// Two vendors at prices 1 and 3, ten to be served.
fn two(policy: &str) -> Plan {
    solved(&format!(
        "
offers:
  cheap: {{ chip: tpu, cloud: gcp, region: us-1, price: 1, capacity: 100 }}
  dear: {{ chip: gpu, cloud: aws, region: eu-1, price: 3, capacity: 100 }}
workloads:
  chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }}
policy: {{ limits: [ {policy} ] }}
"
    ))
}

#[test]
fn shares_of_every_measure() {
    // Of work and of chips: 6 cheap, 4 dear.
    let work = two("{ share: { by: vendor, of: work, at_most: 60 % } }");
    costs(&work, 6.0 + 12.0);
    // One more point of 10 moves 0.1 from 3 to 1.
    close(limit(&work, "share-vendor-1 google").shadow_price.unwrap(), -20.0);
    close(work.cost.as_ref().unwrap().premium.unwrap(), 8.0);
    costs(&two("{ share: { by: vendor, of: chips, at_most: 60 % } }"), 18.0);
    // Of spend: c <= 0.4 (c + 3 d), c + d = 10: c = 2 d, so c = 20/3.
    costs(&two("{ share: { where: { vendor: google }, of: spend, at_most: 40 % } }"), 20.0 / 3.0 + 10.0);
    // Of power: c / 2 <= 0.2 (c / 2 + d): 0.4 c = 0.2 d, so c = 10/3.
    // Every chip at most 80 %: c / 2 <= 0.8 (c / 2 + d) gives c = 8 d.
    costs(&two("{ share: { by: chip, where: {}, of: power, at_most: 80 % } }"), 80.0 / 9.0 + 30.0 / 9.0);
    costs(&two("{ share: { where: { chip: tpu }, of: power, at_most: 20 % } }"), 10.0 / 3.0 + 20.0);
}

#[test]
fn shares_of_every_dimension() {
    for dimension in ["vendor", "chip", "cloud", "owner", "region", "offer"] {
        costs(&two(&format!("{{ share: {{ by: {dimension}, of: work, at_most: 60 % }} }}")), 18.0);
    }
    // google earns as vendor and as cloud, once.
    costs(&two("{ share: { by: organisation, of: work, at_most: 60 % } }"), 18.0);
    // Everything is on demand: one group of 100 %, which 60 % forbids, as a proof shows.
    assert_eq!(two("{ share: { by: term, of: work, at_most: 60 % } }").status, Status::Infeasible);
    // Only the tpu has a foundry: it may have 60 %.
    costs(&two("{ share: { by: foundry, of: work, at_most: 60 % } }"), 18.0);
    costs(&two("{ share: { where: { region: [us-*, asia-*] }, of: work, at_most: 60 % } }"), 18.0);
}

#[test]
fn organisations_earn_twice() {
    // nvidia chips at google's cloud and tpu there: google earns from both, nvidia from one.
    let plan = solved(
        "
offers:
  gg: { chip: gpu, cloud: gcp, price: 2, capacity: 100 }
  tg: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
  ga: { chip: gpu, cloud: aws, price: 4, capacity: 100 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { share: { by: organisation, of: work, at_most: 70 % } } ] }
",
    );
    // google 7 (all tpu), amazon and nvidia 3.
    costs(&plan, 7.0 + 12.0);
    let table = plan.exposure.iter().find(|e| e.by == "organisation" && e.of == "work").unwrap();
    let share = |name: &str| table.groups.iter().find(|g| g.group == name).map_or(0.0, |g| g.share);
    close(share("google"), 0.7);
    close(share("nvidia"), 0.3);
    close(share("amazon"), 0.3);
}

#[test]
fn a_share_for_some_workloads_in_each_period() {
    // Demand 10 then 30. In each day at most half of chat on tpu; the other workload is free.
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  cheap: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
  dear: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
workloads:
  chat: { kind: inference, demand: [10 req/h, 30 req/h], throughput: { gpu: 1 req/h, tpu: 1 req/h } }
  mail: { kind: inference, demand: 7 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } }
policy: { limits: [ { share: { by: vendor, of: work, for: { workload: chat }, at_most: 50 %, per: period } } ] }
",
    );
    costs(&plan, 24.0 * (5.0 + 15.0 + 15.0 + 45.0 + 14.0));
    // During the second day only, the first is all cheap.
    let later = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  cheap: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
  dear: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
workloads: { chat: { kind: inference, demand: [10 req/h, 30 req/h], throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { share: { by: vendor, of: chips, at_most: 50 %, during: 2026-01-02.. } } ] }
",
    );
    costs(&later, 24.0 * (10.0 + 15.0 + 45.0));
}

#[test]
fn a_floor_and_a_priced_limit() {
    costs(&two("{ floor: { where: { vendor: nvidia }, of: work, at_least: 30 % } }"), 7.0 + 9.0);
    // Exceeding costs 1 for each unit of work beyond 60 %, less than the 2 that dear costs more.
    costs(&two("{ share: { where: { vendor: google }, of: work, at_most: 60 % }, soft: 1 USD/req }"), 10.0 + 4.0);
    // At a price of 5 it is kept.
    costs(&two("{ share: { where: { vendor: google }, of: work, at_most: 60 % }, soft: 5 USD/req }"), 18.0);
}

#[test]
fn concentration_is_held_to_a_millionth() {
    // Of work: 0.7 and 0.3 have an HHI of 0.58.
    let plan = two("{ concentration: { by: vendor, of: work, hhi_at_most: 0.58 } }");
    costs(&plan, 7.0 + 9.0);
    let table = plan.exposure.iter().find(|e| e.by == "vendor" && e.of == "work").unwrap();
    assert!(table.hhi <= 0.58 * (1.0 + 1e-6), "{}", table.hhi);
    // With share s the HHI is s^2 + (1 - s)^2, whose derivative at 0.7 is 0.8; a share of one
    // moves 10 from 3 to 1.
    // The last cut touches the cone within the root of the tolerance, and so does its price.
    let price = limit(&plan, "concentration-vendor-1").shadow_price.unwrap();
    assert!((price / (-20.0 / 0.8) - 1.0).abs() < 1e-3, "{price}");
    close(plan.cost.as_ref().unwrap().premium.unwrap(), 6.0);
    // Of spend: c = 0.7 (c + 3 d) gives c = 7 d.
    costs(&two("{ concentration: { by: cloud, of: spend, hhi_at_most: 0.58 } }"), 12.5);
    // Two groups cannot be less concentrated than 1/2. There the limit touches its only point, and
    // a millionth of it is a thousandth of the way to the next.
    let halves = two("{ concentration: { by: vendor, of: chips, hhi_at_most: 0.5 } }");
    assert!((halves.cost.as_ref().unwrap().total / 20.0 - 1.0).abs() < 1e-3 && halves.certificate.verified);
    assert_eq!(two("{ concentration: { by: vendor, of: chips, hhi_at_most: 0.49 } }").status, Status::Infeasible);
}

#[test]
fn concentration_among_three_in_each_period() {
    // Prices 1, 2 and 4, HHI at most 0.38: minimise a + 2 b + 4 c over a + b + c = 1 on the circle
    // a^2 + b^2 + c^2 = 0.38. Around the centre (1/3, 1/3, 1/3) the radius is sqrt(0.38 - 1/3) and
    // the direction is minus the prices less their mean, (4/3, 1/3, -5/3) / sqrt(42/9).
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 1k }
  b: { chip: tpu, cloud: gcp, price: 2, capacity: 1k }
  c: { chip: gpu, cloud: gcp, price: 4, capacity: 1k }
workloads: { chat: { kind: inference, demand: [10 req/h, 20 req/h], throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { concentration: { by: offer, of: chips, hhi_at_most: 0.38, per: period } } ] }
",
    );
    let each = 7.0 / 3.0 - (0.38_f64 - 1.0 / 3.0).sqrt() * (42.0_f64 / 9.0).sqrt();
    let total = plan.cost.as_ref().unwrap().total;
    let expected = 24.0 * 30.0 * each;
    assert!((total / expected - 1.0).abs() < 2e-6, "{total} instead of {expected}");
}

#[test]
fn budgets_by_year_and_group() {
    // 100 at most at google a year: 2026 100 hours' worth of demand 10 is 8760 x 10.
    let plan = solved(
        "
horizon: { start: 2026-Q1, periods: 8, step: quarter }
offers:
  cheap: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
  dear: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { name: google, budget: { where: { cloud: gcp }, at_most: 50k USD, per: year } } ] }
",
    );
    costs(&plan, 2.0 * (50_000.0 + 3.0 * 37_600.0));
    // A dollar more at google saves two.
    close(limit(&plan, "google 2026").shadow_price.unwrap(), -2.0);
    assert_eq!(two("{ budget: { at_most: 9 USD } }").status, Status::Infeasible);
}

#[test]
fn power_and_ramps() {
    // g + t = 10, g + t / 2 <= 8 with gpu cheap: t = 4.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 100 }
  b: { chip: tpu, cloud: gcp, price: 3, capacity: 100 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { power: { at_most: 8 kW } } ] }
",
    );
    costs(&plan, 6.0 + 12.0);
    // tpu may grow by 4 a day from nothing: 4, 8, 10; the rest on gpu.
    let ramp = solved(
        "
horizon: { start: 2026-01-01, periods: 3, step: day }
offers:
  cheap: { chip: tpu, cloud: gcp, price: 1, capacity: 100 }
  dear: { chip: gpu, cloud: aws, price: 3, capacity: 100 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
policy: { limits: [ { ramp: { where: { vendor: google }, at_most: 4 chips, per: period } } ] }
",
    );
    costs(&ramp, 24.0 * ((4.0 + 18.0) + (8.0 + 6.0) + 10.0));
}

/// 100 chips for three years at 10 % a year. Without an upfront part at 4.10, 4.10 x 100 x 8,760 a year in the
/// middle of each; with half of it at 3.90, or all at 3.60, that part at the start.
#[test]
fn what_is_paid_upfront_is_paid_at_the_start() {
    let model = |offers: &str| {
        solved(&format!(
            "
horizon: {{ start: 2026, periods: 3, step: year }}
discount_rate: 10 %
offers: {{ {offers} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
        ))
    };
    let offer = |id: &str, price: f64, upfront: u32| {
        let term = format!("{{ reserved: 3 years, upfront: {upfront} %, starts: 2026 }}");
        format!("{id}: {{ chip: gpu, cloud: aws, price: {price}, term: {term} }}")
    };
    let d = |years: f64| 1.1_f64.powf(-years);
    // 2028 is a leap year.
    let spread = |price: f64| price * 100.0 * (8760.0 * (d(0.5) + d(1.5)) + 8784.0 * d(2.5));
    let (no, half, all) = (offer("no", 4.10, 0), offer("half", 3.90, 50), offer("all", 3.60, 100));
    costs(&model(&no), 9_375_481.17);
    costs(&model(&no), spread(4.10));
    costs(&model(&half), 9_588_350.31);
    costs(&model(&half), 0.5 * spread(3.90) + 0.5 * 3.90 * 100.0 * 26_304.0);
    costs(&model(&all), 9_469_440.0);
    let plan = model(&format!("{no}, {half}, {all}"));
    costs(&plan, 9_375_481.17);
    assert!(plan.purchases.iter().all(|p| p.offer == "no"));
}

#[test]
fn without_a_capacity_there_are_as_many_as_are_needed() {
    let plan = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 2 } }
workloads: { chat: { kind: inference, demand: 1M req/h, throughput: { gpu: 1 req/h } } }
",
    );
    costs(&plan, 2e6);
    // A floor that can only be met by holding a hundred times what is used: the box gives way. What is
    // owned may stand idle.
    let idle = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 2 }
  b: { chip: tpu, cloud: gcp, price: 1, term: owned }
workloads: { chat: { kind: inference, demand: 1 req/h, throughput: { gpu: 1 req/h } } }
policy: { limits: [ { floor: { where: { vendor: google }, of: chips, at_least: 99 % } } ] }
",
    );
    costs(&idle, 2.0 + 99.0);
}

#[test]
fn infeasible_models_are_proved_so() {
    let plan = solved(
        "
offers: { a: { chip: gpu, cloud: aws, price: 2, capacity: 9 } }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    assert_eq!(plan.status, Status::Infeasible);
    assert!(plan.certificate.verified && plan.cost.is_none() && plan.purchases.is_empty());
}

/// Two clouds with a region of one name, at 1 and 2; a demand of 100.
fn two_regions(policy: &str, second: &str) -> Plan {
    solved(&format!(
        "
offers:
  a: {{ chip: gpu, cloud: aws, region: us-central1, price: 1 }}
  b: {{ chip: gpu, cloud: gcp, {second} price: 2 }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
policy: {{ {policy} }}
"
    ))
}

#[test]
fn a_region_is_a_region_of_its_cloud() {
    // After the loss of either half is served: 50 of each.
    let survive = "survive: [ { loss_of: { each: region }, serve: 50 % } ]";
    let plan = two_regions(survive, "region: us-central1,");
    costs(&plan, 50.0 + 100.0);
    let lost = plan.limits.iter().filter(|l| l.kind == "survive").map(|l| l.name.as_str()).collect::<Vec<_>>();
    assert_eq!(lost, ["survive-region-1 aws/us-central1", "survive-region-1 gcp/us-central1"]);
    // A share, an HHI and a number of suppliers see two as well.
    costs(
        &two_regions("limits: [ { share: { by: region, of: chips, at_most: 60 % } } ]", "region: us-central1,"),
        140.0,
    );
    let hhi = "limits: [ { concentration: { by: region, of: chips, hhi_at_most: 0.52 } } ]";
    // 0.6^2 + 0.4^2 = 0.52
    close(two_regions(hhi, "region: us-central1,").cost.unwrap().total, 140.0);
    let two = "limits: [ { suppliers: { by: region, of: chips, at_least: 2, each_at_least: 20 % } } ]";
    costs(&two_regions(two, "region: us-central1,"), 120.0);
}

#[test]
fn an_offer_without_a_region_is_a_group_of_its_own() {
    // Nothing is known of where `b` is: it may not hide what a limit by region asks for.
    costs(&two_regions("limits: [ { share: { by: region, of: spend, at_most: 50 % } } ]", ""), 2.0 * 200.0 / 3.0);
    costs(&two_regions("survive: [ { loss_of: { each: region }, serve: 50 % } ]", ""), 150.0);
    let plan = two_regions("limits: [ { share: { by: region, of: chips, at_most: 60 % } } ]", "");
    costs(&plan, 140.0);
    let exposure = plan.exposure.iter().find(|e| e.by == "region" && e.of == "chips").unwrap();
    let groups: Vec<&str> = exposure.groups.iter().map(|g| g.group.as_str()).collect();
    assert_eq!(groups, ["us-central1", "b (no region)"]);
    close(exposure.groups.iter().map(|g| g.share).sum(), 1.0);
}

/// 3000 chips that do 0.333333333 each lack a billionth of what is asked for: within the tolerance of a
/// millionth there is a plan. At a thousandth less there is none.
#[test]
fn what_is_short_by_less_than_the_tolerance_is_a_plan() {
    let model = |throughput: f64, capacity: u32| {
        solved(&format!(
            "
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1, capacity: {capacity} }} }}
workloads: {{ chat: {{ kind: inference, demand: 1000 req/h, throughput: {{ gpu: {throughput:?} req/h }} }} }}
"
        ))
    };
    for throughput in [0.333_333_333, 0.333_333_333_3, 0.333_333_3] {
        let plan = model(throughput, 3000);
        assert_eq!((plan.status, plan.certificate.verified), (Status::Optimal, true), "{throughput}");
        // Short by a ten-millionth at most, which is what the tolerance of the program forgives.
        close_within(1e-6, plan.cost.unwrap().total, 3000.0);
    }
    for throughput in [0.333, 0.333_33] {
        let plan = model(throughput, 3000);
        assert_eq!((plan.status, plan.certificate.verified), (Status::Infeasible, true), "{throughput}");
    }
    // A share that is reached but for rounding.
    let plan = solved(
        "
offers:
  a: { chip: gpu, cloud: aws, price: 1, capacity: 66.6666666 }
  b: { chip: gpu, cloud: gcp, price: 2, capacity: 33.3333333 }
workloads: { chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h } } }
",
    );
    assert_eq!((plan.status, plan.certificate.verified), (Status::Optimal, true));
}
