//! Commitments as they are written: ramps, what was spent before, discounts that end with them, sizes that are chosen,
//! rates by chip. Every model is solved by hand beside it.

use polysource::model::Model;
use polysource::plan::{CostKind, Status};
use polysource::{SolveSettings, solve};

use crate::common::random::Random;
use crate::common::{close, close_within, costs, deal, input_beside, line, program, solved, text};

/// 100 chips at 1 an hour for three years, the last of which has a day more, under a commitment.
fn years(commit: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026, periods: 3, step: year }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, commit: {{ {commit} }} }} }}
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
    )
}

/// 1, 2 and 4 million a year are above the 0.876, 0.876 and 0.8784 million that are used: what is committed is paid.
#[test]
fn a_commitment_ramps() {
    let ramps = [
        "spend: { 2026: 1M USD, 2027: 2M USD, 2028: 4M USD }, per: year, over: 2026..2028",
        "spend: [1M USD, 2M USD, 4M USD], per: year, over: 2026..2028",
        "spend: { start: 1M USD, growth: 100 %/year }, per: year, over: 2026..2028",
        "spend: { 2026: 1M USD, 2027: 2M USD, 2028: 4M USD }, per: period",
    ];
    for ramp in ramps {
        let plan = solved(&years(ramp));
        costs(&plan, 7e6);
        close(line(&plan, CostKind::Idle), 7e6 - 2.0 * 876_000.0 - 878_400.0);
    }
    // Its years are counted from its beginning: of 0.5, 1, 2 and 4 million the first is over.
    let plan = solved(&years("spend: [500k USD, 1M USD, 2M USD, 4M USD], per: year, over: 2025..2028"));
    costs(&plan, 7e6);
    // In chips: 50, 150 and 200 of which 100 are of use.
    let plan = solved(&years("chips: { 2026: 50, 2027: 150, 2028: 200 }, per: year, over: 2026..2028"));
    costs(&plan, 100.0 * 8760.0 + 150.0 * 8760.0 + 200.0 * 8784.0);
}

/// Of 4 million over 2025 to 2028 1 million was spent before 2026: 3 million are left for three years. Where the horizon
/// ends a year earlier, 17,520 of the 26,304 hours that are left fall into it.
#[test]
fn what_was_spent_before_is_no_longer_due() {
    let plan = solved(&years("spend: 4M USD, spent: 1M USD, over: 2025..2028"));
    costs(&plan, 3e6);
    // It is used up by 0.876, 0.876 and 0.8784 million; the rest is paid and not used.
    let burn: Vec<(&str, f64)> = plan.burn_down.iter().map(|b| (b.period.as_str(), b.left)).collect();
    let left = [("2026", 2_124_000.0), ("2027", 1_248_000.0), ("2028", 369_600.0)];
    burn.iter().zip(left).for_each(|(found, expected)| {
        assert_eq!(found.0, expected.0);
        close(found.1, expected.1);
    });
    assert_eq!((burn.len(), plan.burn_down[0].part.as_str()), (3, "2026..2028"));
    close(line(&plan, CostKind::Idle), burn[2].1);
    let shorter = years("spend: 4M USD, spent: 1M USD, over: 2025..2028").replace("periods: 3", "periods: 2");
    let plan = solved(&shorter);
    costs(&plan, 3e6 * 17_520.0 / 26_304.0);
}

/// Ten chips are needed in the first hour and thirty later, at a list price of 1; a contract takes off 40 %.
fn hours(count: usize, contract: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01-01, periods: {count}, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, discount: 40 %, {contract} }} }}
workloads:
  chat:
    kind: inference
    demand: {{ 2026-01-01T00: 10 req/h, 2026-01-01T01: 30 req/h }}
    throughput: {{ gpu: 1 req/h }}
"
    )
}

/// 6 an hour are ten chips at 0.6. With all discounted, as in an enterprise agreement: 6 and 18. With the discount ending
/// there, as in a savings plan, twenty chips of the second hour are at list price: 6 and 6 + 20. A commitment of 12 an
/// hour is half idle in the first: 12 and 12 + 10.
#[test]
fn a_discount_ends_with_the_commitment_or_not() {
    let commit = |spend: u32| format!("commit: {{ spend: {spend} USD, per: period }}");
    costs(&solved(&hours(2, &commit(6))), 24.0);
    let plan = solved(&hours(2, &format!("beyond_commit: list, {}", commit(6))));
    costs(&plan, 32.0);
    close(deal(&plan, "deal").spend, 12.0);
    let beside: f64 = plan.purchases.iter().filter(|p| p.contract.is_none()).map(|p| p.chips).sum();
    close(beside, 20.0);
    let plan = solved(&hours(2, &format!("beyond_commit: list, {}", commit(12))));
    costs(&plan, 34.0);
    close(line(&plan, CostKind::Idle), 6.0);
}

/// Of n discounted chips in each hour the first ten save 0.4 in every hour. Beyond ten a chip costs 0.6 in the first hour
/// for nothing and saves 0.4 in each later one: not in two hours (n = 10, 6 an hour, 32 in all), but in three (n = 30, 18
/// an hour, 54 in all); up to 12 an hour only n = 20: 12 + 22 + 22.
#[test]
fn the_size_of_a_commitment_is_chosen() {
    let choose = |range: &str| format!("beyond_commit: list, commit: {{ choose: {range}, per: period }}");
    for (count, range, size, cost) in [
        (2, "0..20 USD", 6.0, 32.0),
        (3, "0..20 USD", 18.0, 54.0),
        (3, "0..12 USD", 12.0, 56.0),
        (2, "12..20 USD", 12.0, 34.0),
    ] {
        let plan = solved(&hours(count, &choose(range)));
        costs(&plan, cost);
        close(deal(&plan, "deal").commit, size * count as f64);
    }
    // Signed at a fee only if that pays: 54 instead of 70 at list price.
    for (fee, cost, size) in [(5.0, 59.0, 54.0), (20.0, 70.0, 0.0)] {
        let contract = format!("decision: optional, fee: {fee} USD, {}", choose("6..20 USD"));
        let plan = solved(&hours(3, &contract));
        costs(&plan, cost);
        let deal = deal(&plan, "deal");
        assert_eq!(deal.signed, size > 0.0);
        close(deal.worth.unwrap(), 16.0 - fee);
        if deal.signed {
            close(deal.commit, size);
        }
    }
}

/// 10 % off both, or 50 % off the chips of the second kind, which make it the cheaper one.
#[test]
fn rates_are_by_chip() {
    let yaml = |rates: &str| {
        format!(
            "
polysource: 1
chips: {{ gpu: {{ vendor: nvidia }}, tpu: {{ vendor: google }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 10 }}, b: {{ chip: tpu, cloud: aws, price: 12 }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, discount: 10 %{rates} }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h, tpu: 1 req/h }} }} }}
"
        )
    };
    costs(&solved(&yaml("")), 90.0);
    let rates = ", rates: [ { where: { chip: tpu }, discount: 50 % }, { where: {}, discount: 0 % } ]";
    costs(&solved(&yaml(rates)), 60.0);
    // The first that fits counts: the other chip is at list price.
    let plan = solved(&yaml(rates).replace("offers: { a", "offers: { c: { chip: gpu, cloud: aws, price: 1 }, a"));
    costs(&plan, 10.0);
}

/// A rate takes off what use costs as well as what holding does, and what is bought: half of 8 + 4 for ten chips, and half
/// of 30 where they are bought; the contract's own tenth is for other offers.
#[test]
fn rates_are_of_every_price() {
    let yaml = |offer: &str| {
        format!(
            "
polysource: 1
horizon: {{ start: 2026-01-01, periods: 1, step: hour }}
chips: {{ tpu: {{ vendor: google }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ b: {{ chip: tpu, cloud: aws, {offer} }} }}
contracts: {{ deal: {{ covers: {{ cloud: aws }}, discount: 10 %, rates: [ {{ where: {{ chip: tpu }}, discount: 50 % }} ] }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ tpu: 1 req/h }} }} }}
"
        )
    };
    let plan = solved(&yaml("price: { held: 8, used: 4 }"));
    costs(&plan, 60.0);
    close(deal(&plan, "deal").spend, 60.0);
    // Four tenths of the price come back at the end of the horizon, of what was paid for it.
    let bought = "term: { owned: { capex: 30 USD, life: 3 h, residual: { 1 h: 40 % } } }";
    costs(&solved(&yaml(bought)), 0.5 * 30.0 * 0.6 * 10.0);
}

/// On random demands: a larger range never costs more, a discount up to the commitment never less than one on all, and
/// the chosen size, written down, is as good as any other.
#[test]
fn random_ranges_obey_the_laws() {
    let mut random = Random(23);
    let cost = |yaml: &str| {
        let plan = solve(&Model::from_yaml_str(yaml).unwrap(), &SolveSettings::default()).unwrap();
        assert_eq!(plan.status, Status::Optimal, "{yaml}");
        (plan.cost.as_ref().unwrap().total, deal(&plan, "deal").commit)
    };
    for _ in 0..40 {
        let count = 2 + (random.next() * 4.0).floor() as usize;
        let demand: Vec<String> = (0..count).map(|_| format!("{} req/h", (random.next() * 40.0).round())).collect();
        let with = |contract: &str| {
            let yaml = hours(count, contract);
            let written = "{ 2026-01-01T00: 10 req/h, 2026-01-01T01: 30 req/h }";
            yaml.replace(written, &format!("[{}]", demand.join(", ")))
        };
        let choose = |least: f64, most: f64| {
            with(&format!("beyond_commit: list, commit: {{ choose: {least}..{most} USD, per: period }}"))
        };
        let (least, most) = ((random.next() * 10.0).round(), 11.0 + (random.next() * 10.0).round());
        let (narrow, size) = cost(&choose(least, most));
        let (wide, _) = cost(&choose(0.0, most + 5.0));
        assert!(wide <= narrow * (1.0 + 1e-6), "{}", choose(least, most));
        let fixed = |spend: f64| with(&format!("beyond_commit: list, commit: {{ spend: {spend} USD, per: period }}"));
        let own = size / count as f64;
        close_within(1e-6, cost(&fixed(own)).0, narrow);
        for other in [least, f64::midpoint(least, most), most] {
            assert!(cost(&fixed(other)).0 >= narrow * (1.0 - 1e-6), "{other} {}", choose(least, most));
        }
        let all = with(&format!("commit: {{ spend: {own} USD, per: period }}"));
        assert!(cost(&all).0 <= narrow * (1.0 + 1e-6));
    }
}

/// The right to 20 chips at 6 from the third hour on, for 30, where the market asks 5 or 11 then, a half each, for two
/// hours. Without it: 20 x 8 x 2 in the mean. With it: 20 x 5 x 2 or 20 x 6 x 2, 220 in the mean, and the premium. It
/// saves 100 less what it costs, and is exercised in the dear future alone.
fn option(premium: f64, prices: [f64; 2]) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01-01, periods: 4, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }} }}
offers:
  market: {{ chip: gpu, cloud: gcp, price: {{ 2026-01-01T00: 8 }} }}
  agreed: {{ chip: gpu, cloud: aws, price: 6 }}
contracts:
  right:
    decision: optional
    covers: {{ cloud: aws }}
    unlocks: {{ cloud: aws }}
    option: {{ premium: {premium} USD, exercise: 2026-01-01T02, cap: 20 }}
workloads:
  chat:
    kind: inference
    demand: {{ 2026-01-01T00: 0 req/h, 2026-01-01T02: 20 req/h }}
    throughput: {{ gpu: 1 req/h }}
uncertainty:
  factors:
    market:
      known: 2026-01-01T02
      outcomes:
        cheap: {{ probability: 50 %, set: {{ offers.market.price: {{ 2026-01-01T00: 8, 2026-01-01T02: {} }} }} }}
        dear: {{ probability: 50 %, set: {{ offers.market.price: {{ 2026-01-01T00: 8, 2026-01-01T02: {} }} }} }}
",
        prices[0], prices[1]
    )
}

#[test]
fn an_option_is_worth_what_it_may_save() {
    let cost = |premium: f64, prices: [f64; 2]| {
        let plan = solved(&option(premium, prices));
        (plan.uncertainty.as_deref().unwrap().expected, plan)
    };
    let (expected, plan) = cost(30.0, [5.0, 11.0]);
    close(expected, 250.0);
    let u = plan.uncertainty.as_deref().unwrap();
    let decided: Vec<(&str, f64)> =
        u.decisions.iter().filter(|d| d.kind == "option").map(|d| (d.node.as_str(), d.amount)).collect();
    assert_eq!(decided, [("cheap", 0.0), ("dear", 20.0)]);
    assert!(u.decisions.iter().any(|d| d.sentence == "exercise the option `right` on 20 chips"), "{:?}", u.decisions);
    // Its worth is 100; for more it is not signed.
    close(cost(99.0, [5.0, 11.0]).0, 319.0);
    close(cost(101.0, [5.0, 11.0]).0, 320.0);
    // Where the market is dearer for sure it is worth the difference; a wider spread is worth more, a higher premium never.
    close(cost(0.0, [7.0, 9.0]).0, 240.0);
    close(cost(10.0, [2.0, 14.0]).0, 20.0 * (2.0 + 6.0) + 10.0);
    // What is taken is held to the end: with demand in its first hour alone twice the price is paid, which 11 undercut.
    let once = option(0.0, [5.0, 11.0])
        .replace("2026-01-01T02: 20 req/h }", "2026-01-01T02: 20 req/h, 2026-01-01T03: 0 req/h }");
    close(solved(&once).uncertainty.as_deref().unwrap().expected, 160.0);
    // One future, all known: the market is dear, and half of the cap is enough.
    let known = option(30.0, [5.0, 11.0]).replace("20 req/h", "10 req/h");
    let (known, _) = known.split_once("uncertainty:").unwrap();
    let plan = solved(&known.replace(
        "market: { chip: gpu, cloud: gcp, price: { 2026-01-01T00: 8 } }",
        "market: { chip: gpu, cloud: gcp, price: 11 }",
    ));
    costs(&plan, 10.0 * 6.0 * 2.0 + 30.0);
    close(deal(&plan, "right").commit, 10.0);
    close(deal(&plan, "right").worth.unwrap(), 70.0);
}

/// A million a year of which 0.876 (0.8784 in the last) are used. Ended after the first year at a fee of 5 % of the two
/// millions that are left, the rest is paid by use: 1 + 0.1 + 0.876 + 0.8784. After the second: 2 + 0.05 + 0.8784. At
/// 30 % it goes on. Ended at once for nothing it is as if it were not there.
#[test]
fn a_contract_is_ended_where_that_pays() {
    let with =
        |terminate: &str| years(&format!("spend: 1M USD, per: year, over: 2026..2028 }}, terminate: {{ {terminate}"));
    for (terminate, cost, over) in [
        ("from: 2027, fee: 5 %", 2_854_400.0, Some("2027")),
        ("from: 2028, fee: 5 %", 2_928_400.0, Some("2028")),
        ("from: 2027, fee: 30 %", 3e6, None),
        ("from: 2026", 2_630_400.0, Some("2026")),
    ] {
        let plan = solved(&with(terminate));
        costs(&plan, cost);
        assert_eq!(deal(&plan, "deal").over_from.as_deref(), over);
        // Without the right it is three millions.
        let worth = &deal(&plan, "deal").clauses[0];
        assert_eq!(worth.clause, "terminate");
        close(worth.cost_without.unwrap(), 3e6);
        close_within(1e-6, 1.0 + worth.worth.unwrap(), 1.0 + 3e6 - cost);
    }
    // The fee is paid when it is over, under the contract.
    close(line(&solved(&with("from: 2027, fee: 5 %")), CostKind::Fee), 100_000.0);
}

/// Twenty an hour for three hours; none are needed from the second on, or all, a half each. Ended when that is seen, at
/// 40 % of the forty that are left: 20 + 16, or 60. With an hour's notice it can be over in the third hour only, after
/// what is seen in the second: 40 + 8, or 60; ending it blindly costs 56.
#[test]
fn notice_is_given_before_it_is_known() {
    let with = |notice: &str| {
        format!(
            "
polysource: 1
horizon: {{ start: 2026-01-01, periods: 3, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts:
  deal:
    covers: {{ cloud: aws }}
    commit: {{ spend: 20 USD, per: period }}
    terminate: {{ from: 2026-01-01T01, fee: 40 %{notice} }}
workloads: {{ chat: {{ kind: inference, demand: 20 req/h, throughput: {{ gpu: 1 req/h }} }} }}
uncertainty:
  factors:
    demand:
      known: 2026-01-01T01
      outcomes:
        none: {{ probability: 50 %, set: {{ workloads.chat.demand: {{ 2026-01-01T00: 20 req/h, 2026-01-01T01: 0 req/h }} }} }}
        all: {{ probability: 50 % }}
"
        )
    };
    for (notice, expected, over) in [("", 48.0, "2026-01-01T01"), (", notice: 1 period", 54.0, "2026-01-01T02")] {
        let plan = solved(&with(notice));
        let u = plan.uncertainty.as_deref().unwrap();
        close(u.expected, expected);
        // Without it sixty are due, whatever comes.
        close(deal(&plan, "deal").clauses[0].worth.unwrap(), 60.0 - expected);
        let ends: Vec<(&str, &str)> = u
            .decisions
            .iter()
            .filter(|d| d.kind == "termination")
            .map(|d| (d.node.as_str(), d.from.as_str()))
            .collect();
        assert_eq!(ends, [("none", over)]);
    }
}

/// On random demands, discounts and fees: the right to end a contract is as good as the best of the contracts that end
/// then and of their fees, and never costs anything.
#[test]
fn ending_is_as_good_as_the_best_end() {
    let mut random = Random(29);
    for _ in 0..25 {
        let count = 3 + (random.next() * 2.0).floor() as usize;
        let demand: Vec<String> = (0..count).map(|_| format!("{} req/h", (random.next() * 40.0).round())).collect();
        let (spend, fee) = ((5.0 + random.next() * 20.0).round(), (random.next() * 80.0).round() / 100.0);
        let with = |contract: &str| {
            let yaml = hours(count, contract);
            let written = "{ 2026-01-01T00: 10 req/h, 2026-01-01T01: 30 req/h }";
            yaml.replace(written, &format!("[{}]", demand.join(", ")))
        };
        let cost = |yaml: &str| solve(&Model::from_yaml_str(yaml).unwrap(), &SolveSettings::default()).unwrap();
        let total = |yaml: &str| {
            let plan = cost(yaml);
            assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
            plan.cost.unwrap().total
        };
        let commit = format!("commit: {{ spend: {spend} USD, per: period }}");
        let whole = total(&with(&commit));
        let ended = |end: usize| {
            let over =
                format!("commit: {{ spend: {spend} USD, per: period, over: 2026-01-01T00..2026-01-01T0{} }}", end - 1);
            total(&with(&over)) + fee * spend * (count - end) as f64
        };
        let best = (1..count).map(ended).fold(whole, f64::min);
        let clause = with(&format!("{commit}, terminate: {{ from: 2026-01-01T01, fee: {} % }}", 100.0 * fee));
        close_within(1e-6, total(&clause), best);
    }
}

/// An option offers chips and asks for nothing: why 30 are not to be had is the demand alone, and no commitment is lowered.
#[test]
fn an_option_is_no_reason_for_no_plan() {
    let known = option(0.0, [5.0, 11.0]).replace("20 req/h", "30 req/h");
    let (known, _) = known.split_once("uncertainty:").unwrap();
    let known = known.replace("  market: { chip: gpu, cloud: gcp, price: { 2026-01-01T00: 8 } }\n", "");
    let (folder, _) = input_beside(&known, "none", None);
    let run = program().args(["explain", folder.path().join("model.yaml").to_str().unwrap()]).output().unwrap();
    let page = text(&run.stdout);
    assert!(page.contains("lower the demand of `chat`") && !page.contains("commit"), "{page}");
}

/// Ten chips, list 10, for four hours. A contract of two hours asks 6. Another seller asks 8, and from the third hour on 5 or
/// 11, a half each. The right to two hours more at 7 is used where the market is dear: 120, and 100 or 140. Without it the
/// market or the list price is paid: 120, and 100 or 200. Said before it is known: 120 + 140 is less than 120 + 150.
fn renewal(first: &str, right: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01-01, periods: 4, step: hour }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }}, gcp: {{ owner: google }} }}
offers:
  market: {{ chip: gpu, cloud: gcp, price: 8 }}
  agreed: {{ chip: gpu, cloud: aws, price: 10 }}
contracts:
  first: {{ covers: {{ cloud: aws }}, discount: 40 %, commit: {{ chips: 10, per: period, over: 2026-01-01T00..2026-01-01T01 }}{first} }}
{right}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }} }}
uncertainty:
  factors:
    market:
      known: 2026-01-01T02
      outcomes:
        cheap: {{ probability: 50 %, set: {{ offers.market.price: 5 }} }}
        dear: {{ probability: 50 %, set: {{ offers.market.price: 11 }} }}
"
    )
}

#[test]
fn a_contract_is_renewed_where_that_pays() {
    let right = |decide: &str, needs: &str| {
        format!(
            "  renewal: {{ decision: optional, {needs}decide_by: 2026-01-01T{decide}, covers: {{ cloud: aws }}, discount: 30 %, commit: {{ chips: 10, per: period, over: 2026-01-01T02..2026-01-01T03 }} }}"
        )
    };
    let expected = |yaml: &str| {
        let plan = solved(yaml);
        let signed: Vec<bool> = plan.contracts.iter().filter(|c| c.contract == "renewal").map(|c| c.signed).collect();
        (plan.uncertainty.as_deref().unwrap().expected, signed)
    };
    let needs = "needs: [ first ], ";
    close(expected(&renewal("", "")).0, 120.0 + 0.5 * 100.0 + 0.5 * 200.0);
    let (cost, signed) = expected(&renewal("", &right("02", needs)));
    close(cost, 120.0 + 0.5 * 100.0 + 0.5 * 140.0);
    assert_eq!(signed, [false, true]);
    let (cost, signed) = expected(&renewal("", &right("01", needs)));
    close(cost, 260.0);
    assert_eq!(signed, [true]);
    // Whoever does not sign the first cannot renew it: 8 for two hours, then the market or the list price, is 160 + 150,
    // less than 240 + 80 and more than 240 + 60. Without `needs` the second alone is 160 + 120.
    let fee = |fee: f64| format!(", decision: optional, fee: {fee} USD");
    close(expected(&renewal(&fee(60.0), &right("02", needs))).0, 300.0);
    let (cost, signed) = expected(&renewal(&fee(80.0), &right("02", needs)));
    close(cost, 310.0);
    assert!(signed.iter().all(|signed| !signed));
    close(expected(&renewal(&fee(80.0), &right("02", ""))).0, 280.0);
    // All known: it is renewed where the market is dear, and is worth the difference.
    for (price, cost, worth) in [("5", 220.0, -40.0), ("11", 260.0, 60.0)] {
        let known = renewal("", &right("02", needs)).replace("price: 8", &format!("price: [8, 8, {price}, {price}]"));
        let (known, _) = known.split_once("uncertainty:").unwrap();
        let plan = solved(known);
        costs(&plan, cost);
        close(deal(&plan, "renewal").worth.unwrap(), worth);
    }
}

/// 100 chips at 1 are 876,000 in the first year. From 700,000 a year on a tenth is taken off, from the threshold of gold a
/// fifth. In the second year 200 chips are 1,752,000. Found anew each year: 788,400 and 1,401,600. One tier for both years:
/// 788,400 + 1,576,800 is less than the 1.3 million that gold costs in the first year and 1,401,600. With 145 chips in the
/// second year 1,143,180 is less than 1.3 million; with 150 and gold from 1.1 million on, 1.1 million is less than 1,182,600,
/// though 48,800 of it is not used. Below 700,000 the list price is paid, until 0.9 of more than 777,778 is less.
#[test]
fn the_tier_that_is_reached_is_taken() {
    let yaml = |chips: [u32; 2], gold: &str, over: &[&str]| {
        let tier = |year: &str, id: &str, other: &str, spend: &str, discount: u32| {
            format!(
                "  {id}-{}: {{ decision: optional, excludes: [ {other}-{} ], covers: {{ cloud: aws }}, discount: {discount} %, commit: {{ spend: {spend}, per: year, over: {year} }} }}\n",
                &year[..4],
                &year[..4]
            )
        };
        let tiers =
            |year: &&str| tier(year, "silver", "gold", "700k USD", 10) + &tier(year, "gold", "silver", gold, 20);
        let [first, second] = chips;
        format!(
            "
polysource: 1
horizon: {{ start: 2026, periods: 2, step: year }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts:
{}workloads: {{ chat: {{ kind: inference, demand: [{first} req/h, {second} req/h], throughput: {{ gpu: 1 req/h }} }} }}
",
            over.iter().map(tiers).collect::<String>()
        )
    };
    let (each, both) = (["2026", "2027"], ["2026..2027"]);
    costs(&solved(&yaml([100, 200], "1.3M USD", &each)), 788_400.0 + 1_401_600.0);
    costs(&solved(&yaml([100, 200], "1.3M USD", &both)), 788_400.0 + 1_576_800.0);
    costs(&solved(&yaml([100, 145], "1.3M USD", &each)), 788_400.0 + 1_143_180.0);
    let plan = solved(&yaml([100, 150], "1.1M USD", &each));
    costs(&plan, 788_400.0 + 1_100_000.0);
    close(line(&plan, CostKind::Idle), 48_800.0);
    assert!(deal(&plan, "silver-2026").signed && deal(&plan, "gold-2027").signed);
    // 75 chips are 657,000 at list, 85 are 744,600 and 670,140: less than 700,000 in both.
    costs(&solved(&yaml([75, 85], "1.3M USD", &each)), 657_000.0 + 700_000.0);
}

/// 100 chips for three years: on demand 2 an hour, or 1 if the deal is signed that unlocks them, for a fee of 500 k. Of 26,304
/// hours: 2,630,400 + 500,000 with it, 5,260,800 without. Signing pays; refused, what it unlocks stays locked, though nothing
/// else does, and a commitment of it is not due.
#[test]
fn a_refused_contract_unlocks_nothing() {
    let model = |decision: &str| {
        format!(
            "
polysource: 1
horizon: {{ start: 2026, periods: 3, step: year }}
chips: {{ gpu: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 2 }}, b: {{ chip: gpu, cloud: aws, price: 1 }} }}
contracts:
  deal:
    decision: {decision}
    covers: {{ offer: b }}
    unlocks: {{ offer: b }}
    fee: {{ 2026: 500k USD }}
    commit: {{ spend: 1M USD, over: 2026..2028 }}
    requires: [ {{ floor: {{ where: {{ vendor: nvidia }}, of: chips, at_least: 80 % }} }} ]
workloads: {{ chat: {{ kind: inference, demand: 100 req/h, throughput: {{ gpu: 1 req/h }} }} }}
"
        )
    };
    for decision in ["signed", "optional"] {
        let plan = solved(&model(decision));
        costs(&plan, 3_130_400.0);
        assert!(plan.contracts[0].signed);
    }
    let plan = solved(&model("refused"));
    costs(&plan, 5_260_800.0);
    assert_eq!((plan.contracts[0].signed, plan.contracts[0].optional, plan.contracts[0].idle), (false, false, 0.0));
    assert!(plan.purchases.iter().all(|p| p.offer == "a"));
    // What signing would be worth is that of the optional contract.
    close(plan.cost.unwrap().total - 3_130_400.0, solved(&model("optional")).contracts[0].worth.unwrap());
}
