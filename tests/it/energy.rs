//! The electricity of chips that are owned. Models solved by hand, the arithmetic beside each.

use polysource::analysis::curve::{CurveSettings, Shape, curve};
use polysource::model::{Family, SweepOverrides};
use polysource::plan::{CostKind, Plan, Status};

use crate::common::{self, PLAN, close, costs, deal, input_beside, pays, program, solved, text, told};

/// A hundred chips of 1 kW for two days, 2400 chip-hours each: at the hall each draws 1.25 kW. Running one costs 0.01 an hour
/// beside its electricity.
fn days(offers: &str, energy: &str, rest: &str) -> String {
    format!(
        "
polysource: 1
currencies: {{ EUR: 1.2 USD }}
horizon: {{ start: 2026-01-01, periods: 2, step: day }}
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }} }}
clouds: {{ own: {{}}, aws: {{ owner: amazon }} }}
sites: {{ hall: {{ pue: 1.25, energy: {energy} }} }}
offers:
  a: {{ chip: gpu, cloud: own, site: hall, {offers} }}
  b: {{ chip: gpu, cloud: aws, site: hall, price: 0.2 }}
workloads: {{ chat: {{ kind: inference, demand: [100 req/h, 100 req/h], throughput: {{ gpu: 1 req/h }} }} }}
{rest}"
    )
}

const OWNED: &str = "price: 0.01, term: owned";
const RISES: &str = "{ 2026-01-01: 60 USD/MWh, 2026-01-02: 80 USD/MWh }";

/// 4800 chip-hours at 0.01 are 48; 2400 at 1.25 x 0.06 are 180 and at 1.25 x 0.08 240. Electricity is nobody's spend.
#[test]
fn what_is_owned_pays_for_its_electricity() {
    for energy in [RISES, "[60 USD/MWh, 0.08 USD/kWh]", "[50 EUR/MWh, 0.08]"] {
        let plan = solved(&days(OWNED, energy, ""));
        costs(&plan, 468.0);
        pays(&plan, CostKind::Spend, 48.0);
        pays(&plan, CostKind::Energy, 420.0);
        let spend: f64 = plan.exposure.iter().find(|e| e.by == "vendor" && e.of == "spend").unwrap().groups[0].amount;
        close(spend, 48.0);
    }
    // Discounted in the middle of each day.
    let plan = solved(&days(OWNED, RISES, "discount_rate: 10 %\n"));
    let factor = |days: f64| 1.1f64.powf(-days / 365.0);
    costs(&plan, 204.0 * factor(0.5) + 264.0 * factor(1.5));
    // Without power by the hour there is no horizon: 100 chips, an hour.
    let steady = days(OWNED, "60 USD/MWh", "").replace("horizon: { start: 2026-01-01, periods: 2, step: day }\n", "");
    costs(&solved(&steady.replace("[100 req/h, 100 req/h]", "100 req/h")), 100.0 * (0.01 + 0.075));
}

/// A chip costs 5, and is worth 2.5 after a day and 2 after two. Kept for both days 100 of them cost 500 + 420 - 200, at a
/// site whose electricity is free 500 - 200. Needed on the first day only they are sold at half their price, and draw nothing
/// on the second: 500 + 180 - 250.
#[test]
fn what_is_sold_draws_nothing_any_more() {
    let bought = "term: { owned: { capex: 5, life: 4 days, residual: { 1 d: 50 %, 2 d: 40 % }, resale: from 1 d } }";
    costs(&solved(&days(bought, RISES, "")), 500.0 + 180.0 + 240.0 - 200.0);
    costs(&solved(&days(bought, "0", "")), 500.0 - 200.0);
    let once = days(bought, RISES, "").replace("[100 req/h, 100 req/h]", "[100 req/h, 0 req/h]");
    let plan = solved(&once.replace("price: 0.2", "price: 0.3"));
    costs(&plan, 500.0 + 180.0 - 250.0);
    pays(&plan, CostKind::Energy, 180.0);
}

/// Renting costs 0.2 with all that is drawn, owning 0.01 and 1.25 times the price of a kWh: the same at 0.152.
#[test]
fn what_is_rented_has_it_in_its_price() {
    let yaml = days(OWNED, "60 USD/MWh", "");
    let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
    let vary = "sites.hall.energy=0.05..0.25".to_owned();
    let family = Family::read(&common::input(&yaml), None, &[vary], &asked).unwrap_or_else(|e| panic!("{e}"));
    let found = curve(&family, &CurveSettings { solve: PLAN, tolerance: 1e-5 }).unwrap();
    assert_eq!((found.shape, found.exact), (Shape::Concave, true));
    assert_eq!(found.breakpoints.len(), 1);
    close(found.breakpoints[0].at, 0.152);
    close(found.pieces[0].slope, 4800.0 * 1.25);
    let rented = days(OWNED, "60 USD/MWh", "").replace(", term: owned", "");
    let plan = solved(&rented);
    costs(&plan, 48.0);
    assert!(plan.notes.iter().any(|n| n.contains("no chips are owned there")), "{:?}", plan.notes);
}

/// A budget is of cash, which electricity is; a commitment and a discount are of what is bought from somebody, which it is
/// not: of 48 a contract takes half, and 76 of the 100 that are committed are paid idle.
#[test]
fn it_is_cash_and_no_spend() {
    let limited = |limit: &str| {
        let yaml = days(OWNED, RISES, &format!("policy: {{ limits: [ {limit} ] }}\n"));
        solved(&yaml.replace("  b: { chip: gpu, cloud: aws, site: hall, price: 0.2 }\n", ""))
    };
    assert_eq!(limited("{ budget: { at_most: 468 USD } }").status, Status::Optimal);
    assert_eq!(limited("{ budget: { at_most: 467.9 USD } }").status, Status::Infeasible);
    assert_eq!(
        limited("{ budget: { where: { cloud: own }, at_most: 204 USD, during: 2026-01-01 } }").status,
        Status::Optimal
    );
    assert_eq!(
        limited("{ budget: { where: { cloud: own }, at_most: 203.9 USD, during: 2026-01-01 } }").status,
        Status::Infeasible
    );
    let contract = "contracts: { deal: { covers: { cloud: own }, discount: 50 %, commit: { spend: 100 USD } } }\n";
    let plan = solved(&days(OWNED, RISES, contract));
    costs(&plan, 100.0 + 420.0);
    close(deal(&plan, "deal").idle, 76.0);
}

/// On the second day a kWh costs 0.04 or 0.12, a half each, and renting 0.15: 0.06 or 0.15 a chip-hour after 0.085.
#[test]
fn it_may_not_be_known() {
    let uncertain = "uncertainty:
  factors:
    power:
      known: 2026-01-02
      outcomes:
        cheap: { probability: 50 %, set: { sites.hall.energy: 40 USD/MWh } }
        dear: { probability: 50 %, set: { sites.hall.energy: 120 USD/MWh } }
";
    let plan = solved(&days(OWNED, "60 USD/MWh", uncertain).replace("price: 0.2", "price: 0.15"));
    close(told(&plan).expected, 2400.0 * (0.085 + 0.5 * 0.06 + 0.5 * 0.15));
}

#[test]
fn it_is_told() {
    let (folder, _) = input_beside(&days(OWNED, RISES, ""), "none", None);
    let path = folder.path().join("model.yaml");
    let said = |arguments: &[&str]| {
        let out = program().arg(arguments[0]).arg(&path).args(&arguments[1..]).output().unwrap();
        (text(&out.stdout).to_owned(), text(&out.stderr).to_owned())
    };
    let (page, _) = said(&["solve"]);
    assert!(page.contains("electricity a"), "{page}");
    let plan: Plan = serde_json::from_str(&said(&["solve", "--format", "json"]).0).unwrap();
    pays(&plan, CostKind::Energy, 420.0);
    let (_, beside) = said(&["export", "--to", "focus"]);
    assert!(beside.contains("not among the charges: electricity (420 USD)"), "{beside}");
}
