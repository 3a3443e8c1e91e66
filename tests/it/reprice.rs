//! Contracts whose prices follow the market. Every model is solved by hand beside it; then laws on random models.

use polysource::analysis::curve::{CurveSettings, Shape, curve};
use polysource::model::{Family, Model, SweepOverrides};
use polysource::plan::{CostKind, Plan, Status};
use polysource::{Detail, EngineChoice, SolveSettings, solve};

use crate::common::random::Random;
use crate::common::{
    self, PLAN, close, close_within, costs, deal, input_beside, line, loaded, program, solved, text, told,
};

/// Ten chips for four hours at a list price of 4, of which a contract takes off a quarter; nobody can buy at the index.
fn hours(index: &str, clause: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01-01, periods: 4, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }}, coreweave: {{}} }}
offers:
  a: {{ chip: gpu, cloud: aws, price: 4 }}
  m: {{ chip: gpu, cloud: coreweave, price: {index}, capacity: 0 }}
contracts:
  deal: {{ covers: {{ cloud: aws }}, discount: 25 %, reprice: {{ to: {{ cloud: coreweave }}, {clause} }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
    )
}

const FALLS: &str = "[8, 8, 2.5, 2.5]";

/// Ten chips at 3 for two hours are 60. In the third hour the market is 2.5: 25 an hour from then on, 27 where the price
/// falls by a tenth at most. Where the market is 9 and the price may rise by a fifth: 36. In the fourth hour only: 115. A
/// list price that falls to 2 later is 1.5 under the contract, which the market of before does not raise.
#[test]
fn a_price_follows_the_market_within_its_bounds() {
    for (index, clause, cost) in [
        (FALLS, "every: 2 periods", 110.0),
        (FALLS, "every: 2 hours", 110.0),
        (FALLS, "every: 2 periods, at_least: 90 %", 114.0),
        (FALLS, "every: 2 periods, at_most: 50 %", 90.0),
        (FALLS, "every: 3 periods", 115.0),
        (FALLS, "every: 1 period", 110.0),
        ("[8, 8, 9, 9]", "every: 2 periods", 120.0),
        ("[8, 8, 9, 9]", "every: 2 periods, at_most: 120 %", 132.0),
        ("[8, 8, 3.3, 9]", "every: 2 periods, at_most: 120 %", 126.0),
        // Who has no price then is not looked at.
        ("{ 2026-01-01T03: 1 }", "every: 2 periods", 120.0),
        ("{ 2026-01-01T03: 1 }", "every: 1 period", 100.0),
        ("[0, 0, 0, 0]", "every: 2 periods", 60.0),
    ] {
        costs(&solved(&hours(index, clause)), cost);
    }
    let falling =
        hours(FALLS, "every: 2 periods").replace("price: 4 }", "price: { 2026-01-01T00: 4, 2026-01-01T03: 2 } }");
    costs(&solved(&falling), 30.0 + 30.0 + 25.0 + 15.0);
    // What is free stays free, whatever the market.
    costs(
        &solved(
            &hours("[1, 1, 1, 1]", "every: 1 period, at_least: 50 %, at_most: 200 %")
                .replace("price: 4 }", "price: 0 }"),
        ),
        0.0,
    );
}

/// The market asks 4, 3, 2 and 1: from the second hour on the price is as low, 3 + 3 + 2 + 1. It is the market of those who
/// sell, not an index; who of two is cheaper counts, and of the same chip only.
#[test]
fn the_most_favoured_nation_pays_what_the_cheapest_pays() {
    let falling = hours("[4, 3, 2, 1]", "every: 1 period");
    costs(&solved(&falling), 90.0);
    let sells = falling.replace(", capacity: 0", ", capacity: 1");
    // It sells a chip at less than 3 less than the contract then asks for nobody: both are 2 and 1 by then.
    costs(&solved(&sells), 90.0);
    let others = "  n: { chip: gpu, cloud: coreweave, price: [9, 9, 1.5, 9], capacity: 0 }
  o: { chip: tpu, cloud: coreweave, price: 0.1, capacity: 0 }
contracts:";
    let several =
        falling.replace("contracts:", others).replace("vendor: nvidia }", "vendor: nvidia }, tpu: { vendor: google }");
    costs(&solved(&several), 30.0 + 30.0 + 15.0 + 10.0);
}

/// With 26 due an hour, 30, 30, 25 and 25 are spent and 2 are paid idle.
#[test]
fn commitments_count_what_is_paid() {
    let yaml =
        hours(FALLS, "every: 2 periods").replace("discount:", "commit: { spend: 26 USD, per: period }, discount:");
    let plan = solved(&yaml);
    costs(&plan, 112.0);
    close(deal(&plan, "deal").spend, 110.0);
    close(line(&plan, CostKind::Idle), 2.0);
    // A savings plan of 27 an hour has room for nine chips at 3, and from the third hour on for all ten at 2.5 and 2 idle.
    let capped =
        yaml.replace("spend: 26", "spend: 27").replace("discount: 25 %", "discount: 25 %, beyond_commit: list");
    costs(&solved(&capped), 2.0 * (27.0 + 4.0) + 2.0 * 27.0);
    // Balances, budgets: half of the repriced bill is paid from credits, the rest is cash.
    let credits =
        hours(FALLS, "every: 2 periods").replace("discount:", "credits: { amount: 100 USD, at_most: 50 % }, discount:");
    costs(&solved(&credits), 55.0);
    let budget = |most: f64| {
        let limit = format!("policy: {{ limits: [ {{ budget: {{ at_most: {most} USD }} }} ] }}\n");
        solved(&(hours(FALLS, "every: 2 periods") + &limit)).status
    };
    assert_eq!((budget(110.0), budget(109.9)), (Status::Optimal, Status::Infeasible));
}

/// Chips beyond five at 3.2 are 2.4 under the contract. In the third hour 3 becomes 2.5 and 2.4 as much less, 2. What use
/// costs, 1 less a quarter, does not change.
#[test]
fn every_price_of_holding_changes_by_one_factor() {
    let tiers =
        hours(FALLS, "every: 2 periods").replace("price: 4 }", "price: 4, tiers: [ { above: 5, price: 3.2 } ] }");
    costs(&solved(&tiers), 2.0 * 5.0 * (3.0 + 2.4) + 2.0 * 5.0 * (2.5 + 2.0));
    let used = hours(FALLS, "every: 2 periods").replace("price: 4 }", "price: { held: 4, used: 1 } }");
    costs(&solved(&used), 110.0 + 4.0 * 10.0 * 0.75);
    // A rate of its own instead of the discount: 3.6 until the third hour.
    let rates = hours(FALLS, "every: 2 periods")
        .replace("discount:", "rates: [ { where: { offer: a }, discount: 10 % } ], discount:");
    costs(&solved(&rates), 2.0 * 36.0 + 2.0 * 25.0);
}

/// A reservation of two hours pays the price of the hour in which it starts: from the first 3 also in the second, though the
/// market is 2.5 by then; from the third 2.5.
#[test]
fn a_reservation_pays_the_price_of_its_start() {
    for upfront in ["", ", upfront: 40 %"] {
        let yaml = hours("[8, 2.5, 2.5, 2.5]", "every: 1 period")
            .replace("price: 4 }", &format!("price: 4, term: {{ reserved: 2 h{upfront} }} }}"));
        let plan = solved(&yaml);
        costs(&plan, 2.0 * 30.0 + 2.0 * 25.0);
        assert_eq!(prices(&plan), [("a", "2026-01-01T02", 2.5)]);
    }
}

/// Running a bought chip costs 1 an hour; what runs others of its kind falls to 0.4 in the third hour. What renting costs has
/// nothing to do with it, and what was paid for the chip stays: half of 2 each.
#[test]
fn what_is_owned_is_compared_with_what_is_owned() {
    let owned = |index: &str| {
        let written = hours("[1, 1, 0.4, 0.4]", "every: 2 periods").replace("discount: 25 %", "discount: 50 %");
        let bought = "price: 2, term: { owned: { capex: 2, life: 4 h } } }";
        written.replace("price: 4 }", bought).replace("capacity: 0", &format!("capacity: 0{index}"))
    };
    costs(&solved(&owned(", term: owned")), 10.0 * (1.0 + 1.0 + 1.0 + 0.4 + 0.4));
    let error = Model::from_yaml_str(&owned("")).unwrap_err().to_string();
    assert!(error.contains("`deal` is repriced from rented to owned chips, or the reverse"), "{error}");
    let word = hours("[1, 1, 0.4, 0.4]", "every: 2 periods").replace("price: 4 }", "price: 4, term: owned }");
    costs(&solved(&word.replace("capacity: 0", "capacity: 0, term: owned")), 10.0 * (3.0 + 3.0 + 0.4 + 0.4));
}

/// Of a contract that began an hour before the horizon every second hour from then is the second and the fourth; the market
/// falls in the third. Quarters: what began in October is repriced every half year in April and October.
#[test]
fn dates_are_counted_from_the_beginning_of_the_contract() {
    let began = hours(FALLS, "every: 2 periods")
        .replace("discount:", "commit: { spend: 1 USD, per: period, over: 2025-12-31T23..2026-01-01T03 }, discount:");
    costs(&solved(&began), 3.0 * 30.0 + 25.0);
    costs(&solved(&began.replace("2 periods", "2 h")), 3.0 * 30.0 + 25.0);
    // One that begins in the second hour is repriced in the fourth.
    let later = began.replace("2025-12-31T23", "2026-01-01T01");
    costs(&solved(&later), 40.0 + 30.0 + 30.0 + 25.0);
    let quarters = began
        .replace("start: 2026-01-01, periods: 4, step: hour", "start: 2026-Q1, periods: 4, step: quarter")
        .replace("2025-12-31T23..2026-01-01T03", "2025-Q4..2026-Q4")
        .replace("2 periods", "6 months")
        .replace(FALLS, "[2.8, 2.7, 2.6, 2.5]");
    let plan = solved(&quarters);
    assert_eq!(prices(&plan), [("a", "2026-Q2", 2.7), ("a", "2026-Q4", 2.5)]);
    // 2160 + 2184 + 2208 + 2208 hours at 3, 2.7, 2.7 and 2.5.
    costs(&plan, 10.0 * (2160.0 * 3.0 + 2184.0 * 2.7 + 2208.0 * 2.7 + 2208.0 * 2.5));
    assert_eq!(prices(&solved(&quarters.replace("6 months", "2 periods"))), prices(&plan));
    // Where periods are of several lengths those before the horizon are not known.
    let uneven = quarters
        .replace("periods: 4, step: quarter", "steps: [ { periods: 3, step: month }, { periods: 3, step: quarter } ]");
    let uneven = uneven.replace("[2.8, 2.7, 2.6, 2.5]", "2.8");
    assert_eq!(prices(&solved(&uneven)), [("a", "2026-Q2", 2.8)]);
    let error = Model::from_yaml_str(&uneven.replace("6 months", "2 periods")).unwrap_err().to_string();
    assert!(error.contains("is not a whole number of periods"), "{error}");
}

fn prices(plan: &Plan) -> Vec<(&str, &str, f64)> {
    deal(plan, "deal").repriced.iter().map(|p| (p.offer.as_str(), p.from.as_str(), p.price)).collect()
}

/// The prices of 2, or 5, are known in the third hour, a half each: with the clause 60 + 40 or 60 + 60, without it 120.
fn uncertain(clause: &str) -> String {
    hours("3.5", clause)
        + "uncertainty:
  factors:
    market:
      known: 2026-01-01T02
      outcomes:
        falls: { probability: 50 %, set: { offers.m.price: 2 } }
        rises: { probability: 50 %, set: { offers.m.price: 5 } }
"
}

#[test]
fn it_is_worth_something_where_the_market_falls() {
    let plan = solved(&uncertain("every: 1 period"));
    let costs: Vec<f64> = told(&plan).futures.iter().map(|f| f.cost).collect();
    close_within(1e-9, costs[0], 100.0);
    close_within(1e-9, costs[1], 120.0);
    close(told(&plan).expected, 110.0);
    let new = &deal(&plan, "deal").repriced;
    assert_eq!(new.len(), 1);
    assert_eq!((new[0].future.as_deref(), new[0].price), (Some("falls"), 2.0));
    // At a price that may rise it is a risk; no future is worse before it is known.
    let plan = solved(&uncertain("every: 1 period, at_most: 150 %"));
    close(told(&plan).expected, 30.0 + 35.0 + 0.5 * (2.0 * 20.0 + 2.0 * 45.0));
    // Decided before it is known, for a fee that is less than what it saves in the mean, or more: 10.
    let signs = |fee: f64| {
        let optional = format!("decision: optional, fee: {fee} USD, discount:");
        let beside = "  list: { covers: { cloud: aws }, discount: 25 % }\nworkloads:";
        let yaml = uncertain("every: 1 period").replace("discount:", &optional).replace("workloads:", beside);
        let plan = solved(&yaml);
        (told(&plan).expected, deal(&plan, "deal").signed)
    };
    let (expected, signed) = signs(9.0);
    close(expected, 119.0);
    assert!(signed);
    let (expected, signed) = signs(11.0);
    close(expected, 120.0);
    assert!(!signed);
    // How it is repriced is not among what becomes known while it runs.
    let changed = uncertain("every: 1 period").replace("offers.m.price: 2", "contracts.deal.reprice.at_most: 90 %");
    let error = Model::from_yaml_str(&changed).unwrap_err().to_string();
    assert!(error.contains("the time or the prices of contract `deal`"), "{error}");
}

/// With 60 in the first two hours the cost is 60 + 20 x p between 2.4 and 3, and flat beyond. From 1.7 to 3.7 its middle, at
/// 2.7, lies on the line between the ends, but the quarters do not.
#[test]
fn a_curve_of_an_index_is_not_taken_for_a_line() {
    let settings = CurveSettings { solve: PLAN, tolerance: 1e-5 };
    let trace = |vary: &str| {
        let input = common::input(&hours("2.7", "every: 2 periods, at_least: 80 %"));
        let asked = SweepOverrides { method: Some("tornado".to_owned()), ..SweepOverrides::default() };
        let family = Family::read(&input, None, &[vary.to_owned()], &asked).unwrap_or_else(|e| panic!("{e}"));
        curve(&family, &settings).unwrap()
    };
    let whole = trace("offers.m.price=1.7..3.7");
    assert_eq!(whole.shape, Shape::Sampled);
    assert!(whole.basis.contains("follow prices that depend on the number"), "{}", whole.basis);
    for (p, cost) in [(1.7, 108.0), (2.2, 108.0), (2.6, 112.0), (2.9, 118.0), (3.2, 120.0), (3.7, 120.0)] {
        let piece = whole.pieces.iter().find(|piece| piece.from <= p && p <= piece.to).unwrap();
        let at = piece.cost_from + (p - piece.from) / (piece.to - piece.from) * (piece.cost_to - piece.cost_from);
        close_within(1e-3, at, cost);
    }
    let inside = trace("offers.m.price=2.5..2.9");
    assert_eq!((inside.shape, inside.exact), (Shape::Concave, true));
    close(inside.pieces[0].slope, 20.0);
    // 60 % to 80 % of 3 are below the market all the time.
    let least = trace("contracts.deal.reprice.at_least=60 %..80 %");
    assert_eq!(least.shape, Shape::Flat);
    // The market stays between nine tenths and all of the price from 3.6 to 4 of the list: 20 x 0.75 x p + 54.
    let own = trace("offers.a.price=3.7..4.4");
    assert_eq!((own.shape, own.exact), (Shape::Concave, true));
    close(own.pieces[0].slope, 15.0);
}

/// The contract asks 3 in the first hour and no more than the rival, 3.3, from then on. So above 4.4 at list, 3.3 less the
/// discount, it is not taken in the first hour; the rival is taken in the first hour below 3, and never better after that.
#[test]
fn the_price_at_which_an_index_enters() {
    let yaml = hours("3.3", "every: 1 period").replace(", capacity: 0", ", capacity: 100");
    let settings = SolveSettings { detail: Detail::Full, ..SolveSettings::default() };
    let plan = solve(&Model::from_yaml_str(&yaml).unwrap(), &settings).unwrap();
    let of = |id: &str| plan.break_even.as_ref().unwrap().iter().find(|b| b.offer == id).unwrap().clone();
    close_within(3e-4, of("a").leaves_above.unwrap(), 4.4);
    close_within(3e-4, of("m").enters_below.unwrap(), 3.0);
}

#[test]
fn it_is_told_and_compared() {
    let (before, _) = input_beside(&hours(FALLS, "every: 2 periods"), "none", None);
    let (after, input) = input_beside(&hours(FALLS, "every: 2 periods, at_least: 90 %"), "none", None);
    let path = |folder: &tempfile::TempDir| folder.path().join("model.yaml").to_str().unwrap().to_owned();
    let said = |arguments: &[&str]| text(&program().args(arguments).output().unwrap().stdout).to_owned();
    let page = said(&["solve", &path(&after)]);
    assert!(
        page.contains("`deal` is repriced: `a` is 2.7 USD/chip-h from 2026-01-01T02, as `m` is cheaper."),
        "{page}"
    );
    let page = said(&["explain", &path(&before)]);
    assert!(page.contains("; repriced: `a` is 2.5 USD/chip-h from 2026-01-01T02, as `m` is cheaper"), "{page}");
    let page = said(&["diff", &path(&before), &path(&after)]);
    assert!(page.contains("contracts.deal.reprice.at_least") && page.contains("4 USD"), "{page}");
    // What is billed is what the plan pays, at the contracted price.
    let page = said(&["export", &path(&before), "--to", "focus"]);
    let mut lines = csv::Reader::from_reader(page.as_bytes());
    let column = |name: &str, of: &csv::StringRecord| of.iter().position(|c| c == name).unwrap();
    let (billed, price) = {
        let head = lines.headers().unwrap();
        (column("BilledCost", head), column("ContractedUnitPrice", head))
    };
    let rows: Vec<(f64, f64)> = lines
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[billed].parse().unwrap(), row[price].parse().unwrap()))
        .collect();
    close(rows.iter().map(|row| row.0).sum(), 110.0);
    assert_eq!(rows.iter().map(|row| row.1).collect::<Vec<_>>(), [3.0, 3.0, 2.5, 2.5]);
    // Spend that is attributed to workloads is what they pay.
    let model = loaded(&input);
    assert!(model.contracts().iter().any(|c| c.reprice.is_some()));
    let limit = |most: f64| {
        let share = format!(
            "policy: {{ limits: [ {{ budget: {{ at_most: {most} USD }} }}, {{ share: {{ by: cloud, of: spend, for: {{ workload: chat }}, at_most: 100 % }} }} ] }}\n"
        );
        solved(&(hours(FALLS, "every: 2 periods") + &share))
    };
    costs(&limit(110.0), 110.0);
}

/// An index warns of nothing, a clause that never acts does.
#[test]
fn what_is_told_of_an_index() {
    let warnings = |yaml: &str| {
        let loaded = polysource::model::load(&common::input(yaml)).unwrap();
        loaded.warnings.sorted().iter().map(|d| d.message.clone()).collect::<Vec<_>>()
    };
    assert!(warnings(&hours(FALLS, "every: 2 periods")).is_empty());
    assert_eq!(warnings(&hours(FALLS, "every: 4 periods")), ["`deal` is never repriced within the horizon"]);
}

/// What is drawn: prices of two sellers and an index over time, what is needed, a commitment.
struct Drawn {
    count: usize,
    list: Vec<f64>,
    index: Vec<f64>,
    rival: f64,
    demand: Vec<f64>,
    commit: String,
    discount: f64,
    every: usize,
}

impl Drawn {
    fn new(random: &mut Random) -> Self {
        let count = 3 + (random.next() * 4.0).floor() as usize;
        let mut series = |from: f64, to: f64| -> Vec<f64> {
            (0..count).map(|_| (100.0 * (from + (to - from) * random.next())).round() / 100.0).collect()
        };
        let (list, index, demand) = (series(1.0, 3.0), series(0.3, 3.0), series(0.0, 30.0));
        let spend = (random.next() * 25.0).round();
        let commit = match (random.next() * 4.0).floor() as usize {
            0 => format!(", commit: {{ spend: {spend} USD, per: period }}"),
            1 => format!(", commit: {{ spend: {spend} USD, per: period }}, beyond_commit: list"),
            2 => ", commit: { chips: 8, per: period }".to_owned(),
            _ => String::new(),
        };
        let discount = (random.next() * 40.0).round();
        let every = 1 + (random.next() * 2.0).floor() as usize;
        Drawn { count, list, index, rival: 1.0 + 2.0 * random.next(), demand, commit, discount, every }
    }

    fn yaml(&self, clause: &str, index: &[f64]) -> String {
        format!(
            "polysource: 1
discount_rate: 8 %
horizon: {{ start: 2026-01-01, periods: {}, step: day }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }}, index: {{}} }}
offers:
  a: {{ chip: gpu, cloud: aws, price: {:?}, tiers: [ {{ above: 12, price: 0.9 }} ] }}
  d: {{ chip: gpu, cloud: aws, price: {:?}, term: {{ reserved: 2 days, upfront: 30 % }}, capacity: 10 }}
  b: {{ chip: gpu, cloud: gcp, price: {}, capacity: 15 }}
  i: {{ chip: gpu, cloud: index, price: {index:?}, capacity: 0 }}
contracts:
  deal: {{ covers: {{ cloud: aws }}, discount: {} %{}{clause} }}
workloads:
  chat: {{ kind: inference, demand: {:?}, throughput: {{ gpu: 1 req/h }}, unmet: 9 USD/req }}
",
            self.count, self.list, self.list, self.rival, self.discount, self.commit, self.demand,
        )
    }

    fn clause(&self, at_most: f64, at_least: f64) -> String {
        format!(
            ", reprice: {{ every: {}, to: {{ cloud: index }}, at_most: {at_most} %, at_least: {at_least} % }}",
            self.every
        )
    }
}

/// With the same decisions a lower price is a lower bill, of which at most as much more is paid idle and never earlier: so a
/// price that only falls never raises the cost, whatever is committed, and the cost rises with the most, the least and the
/// market. What is due stays due: what is spent and what is idle is as much.
#[test]
fn random_models_obey_the_laws() {
    let mut random = Random(71);
    let count = std::env::var("POLYSOURCE_MODELS").map_or(40, |n| n.parse::<usize>().expect("a number") / 50);
    let plan = |yaml: &str, engine: EngineChoice| {
        let model = Model::from_yaml_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
        let settings = SolveSettings { engine, detail: Detail::Plan, mip_gap: 1e-7, ..SolveSettings::default() };
        let plan = solve(&model, &settings).unwrap();
        assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
        assert!(plan.certificate.verified);
        plan
    };
    let cost = |plan: &Plan| plan.cost.as_ref().unwrap().total;
    for _ in 0..count {
        let drawn = Drawn::new(&mut random);
        let (least, most) = ((random.next() * 90.0).round(), 90.0 + (random.next() * 10.0).round());
        let yaml = drawn.yaml(&drawn.clause(most, least), &drawn.index);
        let with = plan(&yaml, EngineChoice::Auto);
        close_within(3e-6, cost(&plan(&yaml, EngineChoice::Microlp)), cost(&with));
        let no_more =
            |one: f64, other: f64| assert!(one <= other + 3e-6 * (1.0 + other.abs()), "{one} {other}\n{yaml}");
        let auto = |clause: &str, index: &[f64]| cost(&plan(&drawn.yaml(clause, index), EngineChoice::Auto));
        no_more(cost(&with), auto("", &drawn.index));
        no_more(auto(&drawn.clause(most, 0.0), &drawn.index), cost(&with));
        no_more(cost(&with), auto(&drawn.clause(140.0, least), &drawn.index));
        let dearer: Vec<f64> = drawn.index.iter().map(|p| 1.2 * p).collect();
        no_more(cost(&with), auto(&drawn.clause(most, least), &dearer));
        // An index that nobody is below changes nothing.
        let high = vec![99.0; drawn.count];
        close_within(3e-6, auto(&drawn.clause(100.0, least), &high), auto("", &drawn.index));
        let deal = deal(&with, "deal");
        if drawn.commit.contains("spend") {
            assert!(deal.spend + deal.idle >= deal.commit * (1.0 - 1e-6), "{yaml}");
        }
    }
}
