//! Nothing is bought only to change a ratio: models solved by hand, the arithmetic beside each.

use polysource::analysis::Detail;
use polysource::formulation::{Formulation, build};
use polysource::lp::RowId;
use polysource::model::Unneeded;
use polysource::plan::Plan;
use polysource::{Model, SolveSettings, solve};

use crate::common::{self, costs, has_no_plan};

/// Two vendors at two clouds, one hour.
const HEAD: &str = "
polysource: 1
chips: { gpu: { vendor: nvidia }, mi: { vendor: amd }, tpu: { vendor: google } }
clouds: { aws: { owner: amazon }, azure: { owner: microsoft }, gcp: { owner: google } }
";

fn solved(rest: &str) -> Plan {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    common::solved_with(&format!("{HEAD}{rest}"), &settings)
}

/// One hour with a date, so that contracts and fees can be dated.
const HOUR: &str = "horizon: { start: 2026-01-01, periods: 1, step: day }\n";

/// Training of 20M chip-hours on H100 at 4 costs 80M at Azure. At GCP there is room for 11,574 chips, which
/// is 11,574 x 2 x 2,160 h = 50.0M of money, the commitment. Azure's share is at least 80 / 130 = 61.5 %.
const COMMITTED: &str = "
polysource: 1
horizon: { start: 2026-Q1, periods: 1, step: quarter }
chips: { h100: { vendor: nvidia }, v6e: { vendor: google } }
clouds: { azure: { owner: microsoft }, gcp: { owner: google } }
offers:
  azure-h100: { chip: h100, cloud: azure, price: 4 }
  gcp-v6e: { chip: v6e, cloud: gcp, price: 2, capacity: 11574 }
contracts:
  gcp: { covers: { cloud: gcp }, commit: { spend: 50M USD, over: 2026-Q1..2026-Q1 }, decision: signed }
workloads:
  pretraining: { kind: training, work: 20M h100-h, window: 2026-Q1..2026-Q1, throughput: { h100: 1 h100-h } }
";

fn committed(limit: &str) -> Plan {
    let text = format!("{COMMITTED}policy: {{ limits: [ {limit} ] }}\n");
    let model = Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}"));
    solve(&model, &SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }).unwrap()
}

#[test]
fn idle_money_is_what_is_due_and_no_more() {
    has_no_plan(&committed("{ share: { where: { cloud: azure }, of: spend, at_most: 45 % } }"));
    has_no_plan(&committed("{ share: { where: { cloud: azure }, of: spend, at_most: 61.5 % } }"));
    // 80 / 130 = 0.61538...
    let plan = committed("{ share: { where: { cloud: azure }, of: spend, at_most: 61.6 % } }");
    costs(&plan, 130e6);
    assert!((plan.contracts[0].idle + plan.contracts[0].spend - 50e6).abs() < 1.0);
}

#[test]
fn floors_concentrations_and_numbers_of_suppliers_gain_nothing_either() {
    // Google's part is at most 50 of 130, 38.46 %.
    has_no_plan(&committed("{ floor: { where: { vendor: google }, of: spend, at_least: 39 % } }"));
    costs(&committed("{ floor: { where: { vendor: google }, of: spend, at_least: 38 % } }"), 130e6);
    // (80^2 + 50^2) / 130^2 = 0.5266
    has_no_plan(&committed("{ concentration: { by: vendor, of: spend, hhi_at_most: 0.52 } }"));
    costs(&committed("{ concentration: { by: vendor, of: spend, hhi_at_most: 0.53 } }"), 130e6);
    has_no_plan(&committed("{ suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 39 % } }"));
    costs(&committed("{ suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 38 % } }"), 130e6);
}

#[test]
fn nothing_is_idle_under_a_contract_that_is_not_signed() {
    // 100 chips of a day at 1 / 24 cost 100. AMD's only offer can hold nothing that runs, so that its
    // floor of half of the spend asks for the contract: 1000 idle beside 100.
    let model = |limit: &str| {
        format!(
            "{HOUR}
offers:
  a: {{ chip: gpu, cloud: aws, price: 0.041666666666666664 }}
  b: {{ chip: mi, cloud: azure, price: 1 }}
contracts:
  amd: {{ covers: {{ vendor: amd }}, unlocks: {{ vendor: amd }}, decision: optional,
          commit: {{ spend: 1000 USD, over: 2026-01-01..2026-01-01 }} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
policy: {{ limits: [ {limit} ] }}
"
        )
    };
    let plan = solved(&model("{ floor: { where: { vendor: amd }, of: spend, at_least: 50 % } }"));
    costs(&plan, 1100.0);
    assert!(plan.contracts[0].signed);
    // NVIDIA can be paid 100 at the most, so that it has 100 of 1100: no share of AMD below 90.9 %.
    has_no_plan(&solved(&model("{ share: { by: vendor, of: spend, at_most: 50 % } }")).clone());
    let plan = solved(&model("{ suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 9 % } }"));
    costs(&plan, 1100.0);
}

#[test]
fn chips_are_not_rented_to_burn_money() {
    let model = |limit: &str| {
        format!(
            "
offers:
  a: {{ chip: gpu, cloud: azure, price: 4 }}
  b: {{ chip: tpu, cloud: gcp, price: 2 }}
workloads: {{ train: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
policy: {{ limits: [ {limit} ] }}
"
        )
    };
    for limit in [
        "{ share: { where: { cloud: azure }, of: spend, at_most: 30 % } }",
        "{ share: { where: { cloud: azure }, of: chips, at_most: 99 % } }",
        "{ floor: { where: { vendor: google }, of: spend, at_least: 1 % } }",
        "{ concentration: { by: vendor, of: spend, hhi_at_most: 0.9 } }",
        "{ suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 1 % } }",
    ] {
        has_no_plan(&solved(&model(limit)));
    }
}

#[test]
fn a_reservation_is_used_in_some_period_of_its_term() {
    // Two days with a demand of 10 chips on `a` at 1 an hour: 480. AMD must have a tenth of the spend, and
    // its chips serve only `late`, 4 chips on the second day: 2-day reservations of 4 chips at 1 are used
    // on the second. 480 + 4 x 48 = 672, of which AMD has 192: up to 28.57 %.
    let model = |least: &str| {
        format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1, term: {{ reserved: 2 days, starts: 2026-01-01..2026-01-01 }} }}
workloads:
  chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }}
  late: {{ kind: inference, demand: {{ 2026-01-02: 4 req/h }}, throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: spend, at_least: {least} }} }} ] }}
"
        )
    };
    costs(&solved(&model("28 %")), 672.0);
    has_no_plan(&solved(&model("29 %")));
}

#[test]
fn a_block_is_filled_and_no_more() {
    // 10 chips of work on `b` in blocks of 8: 16 held, 6 idle; the floor may count all 16 of 116, 13.79 %,
    // but not 24.
    let model = |least: &str| {
        format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1, block: 8 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 10 req/h, throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ] }}
"
        )
    };
    costs(&solved(&model("13 %")), 116.0);
    has_no_plan(&solved(&model("14 %")));
}

#[test]
fn a_minimum_is_filled_and_no_more() {
    // 10 chips of work on `b` of which at least 30 are held, if any are: 30 of 130, 23.08 %.
    let model = |least: &str| {
        format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1, minimum: 30 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 10 req/h, throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ] }}
"
        )
    };
    costs(&solved(&model("23 %")), 130.0);
    has_no_plan(&solved(&model("24 %")));
}

#[test]
fn a_minimum_of_what_is_not_there_yet() {
    // As above for two days, with `b` on the second day alone: 30 of 230 chip-days, 13.04 %.
    let model = |least: &str| {
        format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1, minimum: 30, capacity: [0, 100] }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: [0 req/h, 10 req/h], throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ] }}
"
        )
    };
    costs(&solved(&model("13 %")), 24.0 * 230.0);
    has_no_plan(&solved(&model("14 %")));
}

#[test]
fn chips_stand_by_for_a_required_loss_and_no_more() {
    // 100 of demand, half of which survives the loss of `a`: 50 chips of `b` stand by. AMD is dearer, so
    // that chat runs on `a`: 100 + 50 x 2 = 200; AMD has 50 of 150 chips, 33.3 %. For 40 %, run x on `b` and
    // 100 - x on `a`, 50 on `b` in all as long as x <= 50: 50 / (150 - x) >= 0.4 needs x = 25, at
    // 75 + 100 = 175. Holding 66.7 of AMD for standby alone would be burning money.
    let model = |least: &str| {
        format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 2 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h, mi: 1 req/h }} }}
policy:
  limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ]
  survive: [ {{ loss_of: {{ vendor: nvidia }}, serve: 50 % }} ]
"
        )
    };
    // Without a floor, running on what stands by anyway saves the chips of `a`: 50 + 100 = 150, AMD has half.
    costs(&solved(&model("10 %")), 150.0);
    costs(&solved(&model("50 %")), 150.0);
    // Beyond that AMD has to run more: 100 - x at 1 and x at 2 with x = 60.
    costs(&solved(&model("60 %")), 160.0);
}

#[test]
fn standby_beyond_what_a_loss_needs_is_not_bought() {
    // `side` runs on AMD only and needs 10; chat runs on NVIDIA only, at either cloud: the loss of aws asks
    // for 50 at azure. AMD's standby serves nobody after any loss, so that a floor of 20 % of chips cannot be
    // met: AMD has 10 of 160, 6.25 %.
    let model = |least: &str| {
        format!(
            "
offers:
  a: {{ chip: gpu, cloud: aws, price: 1, capacity: 100 }}
  c: {{ chip: gpu, cloud: azure, price: 3 }}
  b: {{ chip: mi, cloud: gcp, price: 1 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 10 req/h, throughput: {{ mi: 1 req/h }} }}
policy:
  limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ]
  survive: [ {{ loss_of: {{ cloud: aws }}, serve: 50 % }} ]
"
        )
    };
    // 50 on a, 50 on c, 10 on b: AMD has 10 of 110, 9.09 %.
    costs(&solved(&model("9 %")), 50.0 + 150.0 + 10.0);
    has_no_plan(&solved(&model("10 %")));
}

#[test]
fn chips_are_held_ahead_of_a_ramp_that_covers_them() {
    // 10 chips on the first day, 30 on the second, at most 10 more a day: 20 on the first.
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: [10 req/h, 30 req/h], throughput: { gpu: 1 req/h } }
policy:
  limits:
    - { ramp: { at_most: 20 chips } }
    - { share: { by: vendor, of: spend, at_most: 100 % } }
",
    );
    costs(&plan, 24.0 * (10.0 + 30.0));
    let plan = solved(
        "
horizon: { start: 2026-01-01, periods: 2, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1 }
workloads:
  chat: { kind: inference, demand: [10 req/h, 35 req/h], throughput: { gpu: 1 req/h } }
policy:
  limits:
    - { ramp: { at_most: 20 chips } }
    - { share: { by: vendor, of: spend, at_most: 100 % } }
",
    );
    costs(&plan, 24.0 * (15.0 + 35.0));
}

#[test]
fn a_ramp_with_room_asks_for_nothing_ahead() {
    // AMD serves 20 on the second day, of 220 chip-days in all: 9.09 %. Two ahead make it 22 of 222, 9.91 %; a ramp
    // of 18 asks for them, one of 19 for one only (21 of 221, 9.5 %), and one of 50 for none.
    let model = |ramp: u32, least: &str| {
        format!(
            "
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1 }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: [0 req/h, 20 req/h], throughput: {{ mi: 1 req/h }} }}
policy:
  limits:
    - {{ ramp: {{ where: {{ vendor: amd }}, at_most: {ramp} chips }} }}
    - {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }}
"
        )
    };
    costs(&solved(&model(18, "9.9 %")), 24.0 * 222.0);
    has_no_plan(&solved(&model(18, "10 %")));
    costs(&solved(&model(19, "9.5 %")), 24.0 * 221.0);
    has_no_plan(&solved(&model(19, "9.6 %")));
    costs(&solved(&model(50, "9 %")), 24.0 * 220.0);
    has_no_plan(&solved(&model(50, "9.1 %")));
}

#[test]
fn a_reservation_beyond_a_commitment_is_used() {
    // AMD serves 100 and may have half of all chips only where as many of NVIDIA are held, of which 10 are of use.
    // 40 chip-days are committed and may stand idle, so that NVIDIA has 40 and AMD serves 40; 60 are unmet.
    let text = "
horizon: { start: 2026-01-01, periods: 1, step: day }
offers:
  a: { chip: gpu, cloud: aws, price: 1, term: { reserved: 1 day } }
  b: { chip: mi, cloud: azure, price: 1 }
contracts:
  k: { covers: { cloud: aws }, commit: { spend: 960 USD }, decision: signed }
workloads:
  chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } }
  side: { kind: inference, demand: 100 req/h, unmet: 10 USD/req, throughput: { mi: 1 req/h } }
policy: { limits: [ { share: { where: { vendor: amd }, of: chips, at_most: 50 % } } ] }
";
    costs(&solved(text), 24.0 * (40.0 + 40.0) + 24.0 * 60.0 * 10.0);
}

#[test]
fn committed_chips_may_stand_idle() {
    // 50 chips are committed, of which chat needs 20; the others count towards the floor: 50 of 150, a third.
    let model = |least: &str| {
        format!(
            "{HOUR}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1 }}
contracts:
  k: {{ covers: {{ vendor: amd }}, commit: {{ chips: 50, over: 2026-01-01..2026-01-01 }}, decision: signed }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }}
  side: {{ kind: inference, demand: 20 req/h, throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ floor: {{ where: {{ vendor: amd }}, of: chips, at_least: {least} }} }} ] }}
"
        )
    };
    costs(&solved(&model("33 %")), 24.0 * 150.0);
    has_no_plan(&solved(&model("34 %")));
}

#[test]
fn what_stands_idle_is_told_with_the_limit_that_it_helps_to_meet() {
    // As above: 50 committed, 20 used. The floor of 33 % counts the 30 that stand idle; without them AMD has 20 of
    // 120, and nothing else can run there.
    let text = format!(
        "{HEAD}{HOUR}
offers:
  a: {{ chip: gpu, cloud: aws, price: 1 }}
  b: {{ chip: mi, cloud: azure, price: 1 }}
contracts:
  k: {{ covers: {{ vendor: amd }}, commit: {{ chips: 50, over: 2026-01-01..2026-01-01 }}, decision: signed }}
workloads:
  chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h, mi: 0.5 req/h }} }}
  side: {{ kind: inference, demand: 20 req/h, throughput: {{ mi: 1 req/h }} }}
policy: {{ limits: [ {{ name: foothold, floor: {{ where: {{ vendor: amd }}, of: chips, at_least: LEAST }} }} ] }}
"
    );
    let at = |least: &str| {
        let model = Model::from_yaml_str(&text.replace("LEAST", least)).unwrap();
        solve(&model, &SolveSettings::default()).unwrap()
    };
    // 30 chips of AMD at half the speed take 15 of chat: 50 used of 135, 37 %.
    let plan = at("30 %");
    costs(&plan, 24.0 * 135.0);
    assert!(plan.idle_to_meet_limit.is_empty(), "{:?}", plan.notes);
    let b: Vec<_> = plan.purchases.iter().filter(|p| p.offer == "b").collect();
    assert!(b.len() == 1 && (b[0].used - 50.0).abs() < 1e-6 && b[0].idle.abs() < 1e-6, "{b:?}");

    // Where chat cannot run on AMD the 30 stand idle.
    let plan = {
        let text = text.replace(", mi: 0.5 req/h", "").replace("LEAST", "30 %");
        solve(&Model::from_yaml_str(&text).unwrap(), &SolveSettings::default()).unwrap()
    };
    costs(&plan, 24.0 * 150.0);
    let b: Vec<_> = plan.purchases.iter().filter(|p| p.offer == "b").collect();
    assert!((b[0].used - 20.0).abs() < 1e-6 && (b[0].idle - 30.0).abs() < 1e-6, "{b:?}");
    assert!((b[0].idle_spend - 24.0 * 30.0).abs() < 1e-6, "{b:?}");
    let [told] = plan.idle_to_meet_limit.as_slice() else { panic!("{:?}", plan.notes) };
    assert_eq!((told.limit.as_str(), told.no_plan, told.cost), ("foothold", true, None));
    assert!((told.idle - 24.0 * 30.0).abs() < 1e-6, "{told:?}");
    assert!(plan.notes.iter().any(|n| n.starts_with("idle-to-meet-limit: ") && n.contains("there is no plan")));
}

/// Money alone that stands idle takes one whole column. Chips that stand idle afterwards are asked for as well, also where each
/// offer was told apart before: they count as idle under the commitment only then. What is asked for already changes nothing.
#[test]
fn chips_stand_idle_under_a_commitment_after_money_did() {
    let model = common::model(
        "
polysource: 1
horizon: { start: 2027-01-01, periods: 2, step: hour }
chips: { h100: { vendor: nvidia }, mi300x: { vendor: amd } }
clouds: { aws: {}, oci: {} }
offers:
  a: { chip: h100, cloud: aws, price: 1 }
  b: { chip: mi300x, cloud: oci, price: 2 }
contracts: { deal: { covers: { cloud: oci }, commit: { spend: 10 USD } } }
workloads:
  chat: { kind: inference, demand: 10 req/h, throughput: { h100: 1 req/h, mi300x: 1 req/h } }
policy: { limits: [ { share: { by: cloud, of: spend, at_most: 80 % } } ] }
",
    );
    let mut f = build(&model);
    let (deal, b) = (model.contracts().ids().next().unwrap(), model.offers().ids().nth(1).unwrap());
    let idle = |chips| [Unneeded::Committed { contract: deal, bucket: 0, chips }];
    let whole = |f: &Formulation| f.program().columns().iter().filter(|c| c.integer).count();
    assert!(f.forbid(&model, &idle(false)));
    assert_eq!(whole(&f), 1);
    assert!(f.forbid(&model, &[0, 1].map(|period| Unneeded::Standing { offer: b, period })));
    let short = |f: &Formulation| {
        let program = f.program();
        let row =
            (0..program.rows().len() as u32).map(RowId).find(|&r| program.row_name(r).starts_with("short[")).unwrap();
        program.row_terms(row).count()
    };
    let before = short(&f);
    assert!(f.forbid(&model, &idle(true)), "chips of both hours are idle under it as well");
    assert_eq!(short(&f), before + 2);
    assert!(!f.forbid(&model, &idle(true)));
}
