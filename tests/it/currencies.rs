//! Money in other currencies: models solved by hand, the arithmetic beside each, and a law on random models.

use polysource::analysis::Detail;
use polysource::analysis::curve::{CurveSettings, curve};
use polysource::model::{Family, SweepOverrides};
use polysource::plan::{CostKind, Plan};
use polysource::{SolveSettings, Status, solve};

use crate::common::drawn::models;
use crate::common::{self, close, costs, has_no_plan};

/// A euro is worth 1.10 on the first day and 1.20 on the second, 1.15 on average.
const HEAD: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
currencies: { EUR: { 2026-01-01: 1.1 USD, 2026-01-02: 1.2 }, GBP: 1.5 USD }
chips: { gpu: { vendor: nvidia, ecosystem: cuda }, tpu: { vendor: google, ecosystem: xla } }
clouds: { scaleway: {}, gcp: { owner: google } }
";
/// 240 chip-hours a day.
const CHAT: &str =
    "workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }\n";
const EUROS: &str = "offers: { eur: { chip: gpu, cloud: scaleway, price: 2 EUR/chip-h } }\n";

fn settings() -> SolveSettings {
    SolveSettings { detail: Detail::Plan, ..SolveSettings::default() }
}

fn solved(rest: &str) -> Plan {
    common::solved_with(&format!("{HEAD}{rest}"), &settings())
}

#[track_caller]
fn pays(plan: &Plan, kind: CostKind, expected: f64) {
    let lines = &plan.cost.as_ref().unwrap().lines;
    let found: f64 = lines.iter().filter(|l| l.kind == kind).map(|l| l.cost).sum();
    close(found, expected);
}

#[test]
fn prices_convert_at_the_rate_of_their_period() {
    let plan = solved(&format!("{EUROS}{CHAT}"));
    costs(&plan, 480.0 * 1.1 + 480.0 * 1.2);
    assert!(
        plan.notes.iter().any(|n| n == "money in EUR is told in USD, at 1.1 to 1.2 for one EUR"),
        "{:?}",
        plan.notes
    );
    // At 2.30 dollars the other one is dearer on the first day and cheaper on the second.
    let both = "offers:
  eur: { chip: gpu, cloud: scaleway, price: 2 EUR/chip-h }
  usd: { chip: tpu, cloud: gcp, price: 2.30 USD/chip-h }
";
    costs(&solved(&format!("{both}{CHAT}")), 528.0 + 552.0);
    // Each step and each entry in a currency of its own: 2 EUR, then 1 GBP.
    for price in ["{ 2026-01-01: 2 EUR/chip-h, 2026-01-02: 1 GBP/chip-h }", "[2 EUR/chip-h, 1 GBP/chip-h]"] {
        let mixed = format!("offers: {{ a: {{ chip: gpu, cloud: scaleway, price: {price} }} }}\n");
        costs(&solved(&format!("{mixed}{CHAT}")), 528.0 + 240.0 * 1.5);
    }
    // Prices of use and prices by quantity: 10 at 1 EUR and 1 EUR of use, 4 of them for 2 GBP instead.
    let parts = "offers: { a: { chip: gpu, cloud: scaleway, price: { held: 1 EUR/chip-h, used: 1 EUR/chip-h }, tiers: [ { above: 6, price: 2 GBP/chip-h } ] } }\n";
    let expected = |rate: f64| 24.0 * (6.0 * rate + 4.0 * 3.0 + 10.0 * rate);
    costs(&solved(&format!("{parts}{CHAT}")), expected(1.1) + expected(1.2));
}

#[test]
fn a_reservation_converts_when_it_starts() {
    let reserved = "offers: { a: { chip: gpu, cloud: scaleway, price: 2 EUR/chip-h, term: { reserved: 2 days, starts: 2026-01-01 } } }\n";
    costs(&solved(&format!("{reserved}{CHAT}")), 960.0 * 1.1);
    let bought = "offers: { a: { chip: gpu, cloud: scaleway, term: { owned: { capex: 50 EUR, life: 1 day } } } }\n";
    costs(&solved(&format!("{bought}{CHAT}")), 500.0 * 1.1 + 500.0 * 1.2);
}

#[test]
fn payments_convert_at_their_date_and_commitments_over_their_time() {
    let with = |contract: &str| solved(&format!("{EUROS}{CHAT}contracts: {{ k: {{ {contract} }} }}\n"));
    pays(&with("fee: { 2026-01-02: 5 EUR }"), CostKind::Fee, 6.0);
    pays(&with("fee: 5 EUR"), CostKind::Fee, 5.5);
    pays(&with("funding: { 2026-01-02: 5 GBP }"), CostKind::Funding, -7.5);
    // 1104 are spent in all: of 1000 EUR, 1150, 46 are left; of 600 a day, 660 and 720, 132 and 144.
    let covers = "covers: { cloud: scaleway }";
    pays(&with(&format!("{covers}, commit: {{ spend: 1000 EUR }}")), CostKind::Idle, 46.0);
    pays(&with(&format!("{covers}, commit: {{ spend: 600 EUR, per: period }}")), CostKind::Idle, 132.0 + 144.0);
}

#[test]
fn budgets_convert_over_their_time() {
    let with = |budget: &str| solved(&format!("{EUROS}{CHAT}policy: {{ limits: [ {{ budget: {{ {budget} }} }} ] }}\n"));
    // 480 EUR a day are spent, 960 in all, which are 1104; 960 EUR at the mean rate are 1104 too.
    costs(&with("at_most: 960.001 EUR"), 1104.0);
    has_no_plan(&with("at_most: 959 EUR"));
    costs(&with("at_most: 480.001 EUR, per: period"), 1104.0);
    has_no_plan(&with("at_most: 479 EUR, per: period"));
    let plan = with("at_most: 500 EUR, per: period");
    let limits: Vec<f64> = plan.limits.iter().filter(|l| l.kind == "budget").map(|l| l.limit).collect();
    close(limits[0], 550.0);
    close(limits[1], 600.0);
}

#[test]
fn what_has_no_time_converts_at_the_rate_of_the_first_period() {
    let porting = CHAT.replace("throughput:", "porting: { cuda: 10 EUR }, throughput:");
    pays(&solved(&format!("{EUROS}{porting}")), CostKind::Porting, 11.0);
    let unmet =
        "workloads: { chat: { kind: inference, demand: 10 req/h, unmet: 1 EUR/req, throughput: { gpu: 1 req/h } } }\n";
    // Not done at 1.10 a request rather than done at 2.20 and more.
    pays(&solved(&format!("{EUROS}{unmet}")), CostKind::Unmet, 480.0 * 1.1);
}

#[test]
fn a_rate_varies_in_curves() {
    let both = "offers:
  eur: { chip: gpu, cloud: scaleway, price: 2 EUR/chip-h }
  usd: { chip: tpu, cloud: gcp, price: 2.30 USD/chip-h }
";
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let vary = ["currencies.EUR=1..1.5".to_owned()];
    let input = common::input(&format!("{HEAD}{both}{CHAT}"));
    let family = Family::read(&input, None, &vary, &asked).unwrap_or_else(|e| panic!("{e}"));
    let found = curve(&family, &CurveSettings { solve: settings(), tolerance: 1e-5 }).unwrap();
    assert_eq!(found.breakpoints.len(), 1);
    close(found.breakpoints[0].at, 1.15);
}

/// On the second day a euro is worth 1.00 or 1.40, and then dollars are cheaper. What was paid or agreed before is not touched:
/// 528 on the first day and 11 for porting, then 480 or 600.
#[test]
fn a_rate_may_be_unknown() {
    let both = "offers:
  eur: { chip: gpu, cloud: scaleway, price: 2 EUR/chip-h }
  usd: { chip: tpu, cloud: gcp, price: 2.50 USD/chip-h }
policy: { limits: [ { budget: { at_most: 9000 EUR, per: period } } ] }
uncertainty:
  factors:
    euro:
      known: 2026-01-02
      outcomes:
        weak: { probability: 50 %, set: { currencies.EUR: 1 } }
        strong: { probability: 50 %, vary: [ { path: currencies.EUR, set: 1.4 } ] }
";
    let porting = CHAT.replace("throughput:", "porting: { cuda: 10 EUR }, throughput:");
    let plan = solve(&common::model(&format!("{HEAD}{both}{porting}")), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    close(plan.cost.as_ref().unwrap().total, 528.0 + 11.0 + 0.5 * 480.0 + 0.5 * 600.0);
}

/// The same model with all its money in euros.
fn in_euros(yaml: &str, rate: f64) -> String {
    let unit = |line: &str, key: &str, unit: &str| -> String {
        let Some((before, rest)) = line.split_once(key) else { return line.to_owned() };
        let end = rest.find([',', ' ', '}']).unwrap_or(rest.len());
        format!("{before}{key}{} {unit}{}", &rest[..end], &rest[end..])
    };
    let lines = yaml.lines().map(|line| {
        let line = unit(line, "price: ", "EUR/chip-h");
        let line = unit(&line, "spend: ", "EUR");
        let line = unit(&line, "unmet: ", "EUR/req");
        line.replace("at_most: 1T", "at_most: 1T EUR")
    });
    format!("{}\ncurrencies: {{ EUR: {rate:?} USD }}\n", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_currency_at_rate_1_changes_nothing_and_another_scales() {
    let cost = |yaml: &str| {
        let plan = solve(&common::model(yaml), &settings()).unwrap();
        assert!(plan.certificate.verified, "{yaml}");
        plan.cost.filter(|_| plan.status == Status::Optimal).map(|c| c.total)
    };
    for drawn in models(60, 26) {
        let yaml = drawn.yaml(1.0, 1.0, usize::MAX);
        let (own, same, twice) = (cost(&yaml), cost(&in_euros(&yaml, 1.0)), cost(&in_euros(&yaml, 2.0)));
        assert_eq!(own, same, "{yaml}");
        let near = |a: f64, b: f64| (a - b).abs() <= 4e-6 * (1.0 + a.abs().max(b.abs()));
        let scaled = own.zip(twice).is_none_or(|(own, twice)| near(2.0 * own, twice));
        assert!(scaled && own.is_some() == twice.is_some(), "{own:?} {twice:?}\n{yaml}");
    }
}
