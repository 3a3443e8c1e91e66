//! Credits, prepayments and equity. Every model is solved by hand beside it.

use polysource::model::Model;
use polysource::plan::{CostKind, Status};
use polysource::{SolveSettings, solve};

use crate::common::random::Random;
use crate::common::{close, close_within, costs, line, solved, stdout};

/// Ten chips of the cloud `aws` at 1 an hour, and what comes after.
fn hours(count: usize, rest: &str) -> String {
    format!(
        "
polysource: 1
horizon: {{ start: 2026-01-01, periods: {count}, step: hour }}
chips: {{ gpu: {{ vendor: nvidia, power: 1 kW }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers: {{ a: {{ chip: gpu, cloud: aws, price: 1 }} }}
workloads: {{ chat: {{ kind: inference, demand: 10 req/h, throughput: {{ gpu: 1 req/h }} }} }}
{rest}"
    )
}

fn deal(terms: &str) -> String {
    format!("contracts: {{ deal: {{ covers: {{ cloud: aws }}, {terms} }} }}\n")
}

/// 20 are billed in two hours. Of 12 in credits all are used; at most half of each bill is 5 and 5; what may be used in
/// the first hour alone pays 10.
#[test]
fn credits_pay_bills_and_expire() {
    for (terms, used, lost) in [
        ("amount: 12 USD", 12.0, 0.0),
        ("amount: 12 USD, at_most: 50 %", 10.0, 2.0),
        ("amount: 12 USD, over: 2026-01-01T00..2026-01-01T00", 10.0, 2.0),
        ("amount: 30 USD", 20.0, 10.0),
    ] {
        let plan = solved(&hours(2, &deal(&format!("credits: {{ {terms} }}"))));
        costs(&plan, 20.0 - used);
        close(line(&plan, CostKind::Credits), -used);
        close(plan.balances[0].used, used);
        close(plan.balances[0].lost, lost);
        // The bill is what it is: shares count it.
        let spend = plan.exposure.iter().find(|e| e.by == "cloud" && e.of == "spend").unwrap();
        close(spend.groups[0].amount, 20.0);
        let amazon = plan.organisations.iter().find(|o| o.organisation == "amazon").unwrap();
        close(amazon.credits, used);
        assert!(amazon.sentence.contains("is paid with its own credits"), "{}", amazon.sentence);
    }
    // Signed for a fee of 5 they are worth 7.
    let plan = solved(&hours(2, &deal("decision: optional, fee: 5 USD, credits: { amount: 12 USD }")));
    costs(&plan, 13.0);
    close(plan.contracts[0].worth.unwrap(), 7.0);
}

/// Chips at 1 in a cloud with credits of 10, or at 0.6 in another: ten chips are free, the others cost 6.
#[test]
fn credits_draw_work_to_their_cloud() {
    let yaml = hours(1, &deal("credits: { amount: 10 USD }"))
        .replace("aws: { owner: amazon }", "aws: { owner: amazon }, gcp: { owner: google }")
        .replace("price: 1 }", "price: 1 }, b: { chip: gpu, cloud: gcp, price: 0.6 }")
        .replace("demand: 10", "demand: 20");
    let plan = solved(&yaml);
    costs(&plan, 6.0);
}

/// Credits are no cash: a budget of 8 is kept with 12 of them, and not with 11.
#[test]
fn a_budget_is_of_cash() {
    let with = |credits: u32| {
        let policy = "policy: { limits: [ { budget: { at_most: 8 USD } } ] }\n";
        hours(2, &format!("{}{policy}", deal(&format!("credits: {{ amount: {credits} USD }}"))))
    };
    let plan = solved(&with(12));
    costs(&plan, 8.0);
    close(plan.limits.iter().find(|l| l.kind == "budget").unwrap().activity, 8.0);
    let plan = solve(&Model::from_yaml_str(&with(11)).unwrap(), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Infeasible);
}

/// Of a bill of 20 under a commitment of 15, five may be paid with credits; each further one would have to be paid idle.
#[test]
fn what_credits_pay_does_not_count_towards_a_commitment() {
    let plan = solved(&hours(2, &deal("commit: { spend: 15 USD }, credits: { amount: 12 USD }")));
    costs(&plan, 15.0);
}

/// Two times 8 pay no more than the one bill of 10; the second one's 8 pay for another offer too, whose bill is 5.
#[test]
fn no_bill_is_paid_twice() {
    let two = |other: &str| {
        let contracts = format!(
            "contracts: {{ one: {{ credits: {{ amount: 8 USD, pays: {{ cloud: aws }} }} }}, two: {{ credits: {{ amount: 8 USD, pays: {other} }} }} }}\n"
        );
        hours(1, &contracts)
            .replace("aws: { owner: amazon }", "aws: { owner: amazon }, gcp: { owner: google }")
            .replace("price: 1 }", "price: 1 }, b: { chip: gpu, cloud: gcp, price: 1 }")
            .replace("workloads: { chat: {", "workloads: { far: { kind: inference, demand: 5 req/h, throughput: { gpu: 1 req/h }, eligible: { cloud: gcp } }, chat: { eligible: { cloud: aws },")
    };
    costs(&solved(&two("{ cloud: aws }")), 5.0);
    costs(&solved(&two("{}")), 0.0);
    // Three times 8 on both are still no more than both.
    costs(&solved(&two("{}").replace("two:", "three: { credits: { amount: 8 USD, pays: {} } }, two:")), 0.0);
}

/// 40 % off for what is prepaid: bills of 6 an hour, 18 in three. Of 12 prepaid all is drawn; of 24 six are lost or come
/// back; 40 to be lost are dearer than the list price of 30.
#[test]
fn a_prepayment_is_drawn_down() {
    let prepay = |amount: &str, rest: &str| {
        deal(&format!("decision: optional, discount: 40 %, prepay: {{ amount: {amount}, rest: {rest} }}"))
    };
    for (amount, rest, cost, used) in [
        ("12 USD", "lost", 18.0, 12.0),
        ("24 USD", "lost", 24.0, 18.0),
        ("24 USD", "refunded", 18.0, 18.0),
        ("{ 2026-01-01T00: 6 USD, 2026-01-01T02: 12 USD }", "lost", 24.0, 12.0),
        ("{ 2026-01-01T00: 12 USD, 2026-01-01T02: 6 USD }", "lost", 18.0, 18.0),
    ] {
        let plan = solved(&hours(3, &prepay(amount, rest)));
        costs(&plan, cost);
        close(plan.balances[0].used, used);
    }
    let plan = solved(&hours(3, &prepay("40 USD", "lost")));
    costs(&plan, 30.0);
    assert!(plan.balances.is_empty() && !plan.contracts[0].signed);
    // 12 are cash when they are paid, and the bills that they pay are not: 12, 0 and 6.
    let budget = |most: u32| {
        let limit = format!("policy: {{ limits: [ {{ budget: {{ at_most: {most} USD, per: period }} }} ] }}\n");
        hours(3, &format!("{}{limit}", prepay("12 USD", "lost").replace("optional", "signed")))
    };
    costs(&solved(&budget(12)), 18.0);
    let plan = solve(&Model::from_yaml_str(&budget(11)).unwrap(), &SolveSettings::default()).unwrap();
    assert_eq!(plan.status, Status::Infeasible);
}

/// 100 prepaid at the start of a year, 40 billed in its middle, 60 back at its end, at 10 % a year: 100 - 60 / 1.1.
#[test]
fn payments_count_at_their_dates() {
    let yaml = hours(1, &deal("prepay: { amount: 100 USD, rest: refunded }"))
        .replace("start: 2026-01-01, periods: 1, step: hour", "start: 2026, periods: 1, step: year")
        .replace("polysource: 1", "polysource: 1\ndiscount_rate: 10 %")
        .replace("price: 1 }", &format!("price: {:e} }}", 40.0 / 87_600.0));
    let plan = solved(&yaml);
    costs(&plan, 100.0 - 60.0 / 1.1);
    close(plan.cost.as_ref().unwrap().nominal, 40.0);
}

/// Ten chips of 1 kW, then thirty: 20 kW are reached in the second hour, 40 never. The worth is told and not counted.
#[test]
fn equity_vests_with_what_is_held() {
    let vests = "vests: [ { when: { of: power, reaches: 20 kW }, worth: 7 USD }, { when: { of: power, reaches: 40 kW }, worth: 9 USD } ]";
    let yaml = hours(2, &deal(&format!("equity: {{ investor: nvidia, {vests} }}")))
        .replace("demand: 10 req/h", "demand: [10 req/h, 30 req/h]");
    let plan = solved(&yaml);
    costs(&plan, 40.0);
    let told: Vec<(Option<&str>, f64)> = plan.equity.iter().map(|e| (e.vests.as_deref(), e.worth)).collect();
    assert_eq!(told, [(Some("2026-01-01T01"), 7.0), (None, 9.0)]);
    close(plan.equity[1].reached, 30.0);
    let nvidia = plan.organisations.iter().find(|o| o.organisation == "nvidia").unwrap();
    close(nvidia.equity, 7.0);
    assert!(nvidia.sentence.contains("equity of it worth 7 USD vests"), "{}", nvidia.sentence);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.yaml");
    std::fs::write(&file, yaml).unwrap();
    let page = stdout(&["solve", file.to_str().unwrap(), "--format", "tables"]);
    for sentence in [
        "Under `deal` equity worth 7 USD vests in 2026-01-01T01, when amazon reaches 20 kW; it is no part of the cost.",
        "Under `deal` equity worth 9 USD does not vest: amazon reaches 30 kW of 40 kW.",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

/// What drives the cost is told with what comes of a contract.
#[test]
fn a_contract_is_explained_by_what_it_pays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.yaml");
    std::fs::write(&file, hours(2, &deal("credits: { amount: 12 USD, over: 2026-01-01T00..2026-01-01T00 }"))).unwrap();
    let page = stdout(&["explain", file.to_str().unwrap()]);
    let sentence = "20 USD is spent under it, 10 USD of 12 USD is paid from credits and 2 USD is lost.";
    assert!(page.contains(sentence), "{page}");
}

/// Ten chips of 1 kW where 5 kW are meant: 5 kW too many at 2 USD a kW, whatever the price is written per.
#[test]
fn a_price_of_power_is_per_what_it_is_written_per() {
    for (price, excess) in [("2 USD/kW", 10.0), ("2000 USD/MW", 10.0), ("0.002 USD/W", 10.0), ("2M USD/GW", 10.0)] {
        let policy = format!("policy: {{ limits: [ {{ power: {{ at_most: 5 kW, soft: {price} }} }} ] }}\n");
        costs(&solved(&hours(1, &policy)), 10.0 + excess);
    }
    // Of energy: all of it at most half in one cloud; 5 kWh beyond.
    for price in ["2 USD/kWh", "2000 USD/MWh"] {
        let share = format!("share: {{ by: cloud, of: power, at_most: 50 %, soft: {price} }}");
        costs(&solved(&hours(1, &format!("policy: {{ limits: [ {{ {share} }} ] }}\n"))), 20.0);
    }
}

/// A bill for FinOps adds up to the plan, with draws as credits and prepayments as purchases.
#[test]
fn charges_add_up() {
    for terms in
        ["credits: { amount: 12 USD }", "prepay: { amount: 30 USD }", "prepay: { amount: 30 USD, rest: refunded }"]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model.yaml");
        std::fs::write(&file, hours(2, &deal(terms))).unwrap();
        let table = stdout(&["export", file.to_str().unwrap(), "--to", "focus"]);
        assert!(
            table.contains(if terms.starts_with("credits") { "paid from the credits" } else { "prepayment of deal" }),
            "{table}"
        );
    }
}

/// On random demands and terms: credits are worth something between nothing and their amount, and so is a prepayment.
#[test]
fn random_balances_obey_the_laws() {
    let mut random = Random(31);
    let cost = |yaml: &str| {
        let plan = solve(&Model::from_yaml_str(yaml).unwrap(), &SolveSettings::default()).unwrap();
        assert_eq!(plan.status, Status::Optimal, "{:?}\n{yaml}", plan.notes);
        plan.cost.as_ref().unwrap().total
    };
    for _ in 0..40 {
        let count = 2 + (random.next() * 3.0).floor() as usize;
        let demand: Vec<String> = (0..count).map(|_| format!("{} req/h", (random.next() * 40.0).round())).collect();
        let (price, amounts) = (0.5 + random.next(), [random.next() * 60.0, random.next() * 60.0]);
        let part = (100.0 * random.next()).round();
        let yaml = |contracts: &str| {
            hours(count, contracts)
                .replace("demand: 10 req/h", &format!("demand: [{}]", demand.join(", ")))
                .replace("aws: { owner: amazon }", "aws: { owner: amazon }, gcp: { owner: google }")
                .replace(
                    "price: 1 }",
                    &format!("price: 1, capacity: 25 }}, b: {{ chip: gpu, cloud: gcp, price: {price} }}"),
                )
        };
        let plain = cost(&yaml(""));
        let [one, two] = amounts.map(|a| format!("credits: {{ amount: {a} USD, at_most: {part} % }}"));
        let both =
            format!("contracts: {{ one: {{ covers: {{ cloud: aws }}, {one} }}, two: {{ covers: {{}}, {two} }} }}\n");
        let single = format!("contracts: {{ one: {{ covers: {{ cloud: aws }}, {one} }} }}\n");
        let (with_one, with_both) = (cost(&yaml(&single)), cost(&yaml(&both)));
        let slack = 1e-6 * (1.0 + plain);
        assert!(with_one <= plain + slack && with_one >= plain - amounts[0] - slack, "{}", yaml(&single));
        assert!(with_both <= with_one + slack && with_both >= with_one - amounts[1] - slack, "{}", yaml(&both));
        assert!(with_both >= -slack, "no bill is paid twice\n{}", yaml(&both));
        // Money that is paid before and lost if it is not used costs something, and no more than it is.
        let prepaid =
            format!("contracts: {{ one: {{ covers: {{ cloud: aws }}, prepay: {{ amount: {} USD }} }} }}\n", amounts[0]);
        let with = cost(&yaml(&prepaid));
        assert!(with >= plain - slack && with <= plain + amounts[0] + slack, "{}", yaml(&prepaid));
        close_within(1e-6, cost(&yaml(&prepaid.replace(" USD }", " USD, rest: refunded }"))), plain);
    }
}
