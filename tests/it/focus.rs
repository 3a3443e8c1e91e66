//! A plan as forecast charges of FOCUS 1.2: the dataset's own rules, and its sums against a model solved by hand.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use crate::common::{close_within, program};

/// Two days of 24 hours. On the first 10 chips are needed, on the second 6. Of `d`, 6 can be held, at 2.00 less 10 %; all
/// that is spent on it counts towards 1000 that are paid anyway, so it is used first. The other 4 are reserved for both
/// days at 1.00, a quarter of it at the start: 4 x 48 = 192, less than 4 x 24 x 3 on demand. Training takes 48 hours of
/// spot at 0.50 = 24. With a fee of 5 and funding of 7: 1000 + 192 + 24 + 5 - 7 = 1214.
const MODEL: &str = "polysource: 1
name: '@two days'
horizon: { start: 2026-01-30, periods: 2, step: day }
chips:
  gpu: { vendor: nvidia, ecosystem: cuda }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
offers:
  r: { chip: gpu, cloud: aws, region: us-east-1, price: 1, capacity: 4, term: { reserved: 2 days, upfront: 25 %, starts: 2026-01-30 } }
  d: { chip: gpu, cloud: aws, region: us-east-1, price: 2, capacity: 6 }
  o: { chip: gpu, cloud: gcp, price: 3 }
  s: { chip: gpu, cloud: gcp, region: '=1+1', price: 0.5, term: spot }
contracts:
  deal:
    with: amazon
    covers: { offer: d }
    commit: { spend: 1000 }
    discount: 10 %
    fee: { 2026-01-30: 5 }
    funding: { 2026-01-31: 7 }
workloads:
  chat: { kind: inference, demand: { 2026-01-30: 10 req/h, 2026-01-31: 6 req/h }, throughput: { gpu: 1 req/h } }
  train: { kind: training, work: 48 job, throughput: { gpu: 1 job }, eligible: { term: spot } }
";

fn export(model: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    fs::write(&path, model).unwrap();
    program().arg("export").arg(&path).args(["--to", "focus"]).args(more).output().unwrap()
}

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

fn rows(model: &str) -> Vec<Row> {
    let out = export(model, &[]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let mut table = csv::Reader::from_reader(&out.stdout[..]);
    let heads = table.headers().unwrap().clone();
    let named = |r: csv::StringRecord| heads.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect();
    table.records().map(|r| named(r.unwrap())).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    if row[column].is_empty() { 0.0 } else { row[column].parse().unwrap() }
}

fn sum<'a>(rows: impl IntoIterator<Item = &'a Row>, column: &str) -> f64 {
    rows.into_iter().map(|r| number(r, column)).sum()
}

/// Ten chips for two days: four are bought, four reserved and two rented, each with a price of use.
const USED: &str = "polysource: 1
horizon: { start: 2026-01-30, periods: 2, step: day }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: { owner: amazon }, own: {} }
offers:
  o: { chip: gpu, cloud: own, price: { held: 0.1, used: 0.2 }, capacity: 4, term: { owned: { capex: 30, life: 1 year, residual: { 2 days: 50 % } } } }
  r: { chip: gpu, cloud: aws, price: { held: 1, used: 0.5 }, capacity: 4, term: { reserved: 2 days, starts: 2026-01-30 } }
  d: { chip: gpu, cloud: aws, price: { held: 2, used: 1 } }
contracts: { deal: { covers: { offer: [d, r, o] }, discount: 50 %, commit: { spend: 200 } } }
workloads: { chat: { kind: inference, demand: [10 req/h, 6 req/h], throughput: { gpu: 1 req/h } } }
";

#[test]
fn use_and_capital_are_charges() {
    let rows = rows(USED);
    // Half of all prices: 4 x 15 for the bought chips, 4 x 48 x 0.05 for running and 4 x 48 x 0.1 for using them; 4 x 48 x 0.5
    // for those reserved and 0.25 for their use, all on the first day and 2 of 4 on the second; 2 x 24 x 1.5 for those rented.
    let (bought, reserved, rented) = (60.0 + 9.6 + 19.2, 96.0 + 0.25 * 24.0 * 6.0, 72.0);
    close_within(EXACT, sum(&rows, "BilledCost"), bought + reserved + rented);
    close_within(EXACT, sum(of(&rows, "ConsumedUnit", "Use-Hours"), "ConsumedQuantity"), 24.0 * 16.0);
    let held = of(&rows, "ConsumedUnit", "Chip-Hours");
    close_within(EXACT, sum(held.iter().copied(), "ConsumedQuantity"), 24.0 * (10.0 + 6.0));
    let capital = rows.iter().find(|r| r["ChargeDescription"].contains("purchase of 4 chips of o")).unwrap();
    close_within(EXACT, number(capital, "BilledCost"), 60.0);
    assert_eq!((capital["ChargeCategory"].as_str(), capital["ChargeFrequency"].as_str()), ("Purchase", "One-Time"));
    // What is read from it again counts chips once.
    let folder = tempfile::tempdir().unwrap();
    let bill = folder.path().join("bill.csv");
    fs::write(&bill, export(USED, &[]).stdout).unwrap();
    let out =
        program().args(["import", "focus"]).arg(&bill).arg("-o").arg(folder.path().join("read")).output().unwrap();
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(told.contains("of the use of chips that other rows count: left out"), "{told}");
}

/// Sums of charges are sums of the plan, without any solving between: right to the last digits that are written.
const EXACT: f64 = 1e-9;

fn of<'a>(rows: &'a [Row], column: &'a str, value: &'a str) -> Vec<&'a Row> {
    rows.iter().filter(|r| r[column] == value).collect()
}

#[test]
fn charges_add_up_to_the_plan() {
    let rows = rows(MODEL);
    close_within(EXACT, sum(&rows, "BilledCost"), 1214.0);
    close_within(EXACT, sum(&rows, "EffectiveCost"), 1214.0);
    for (id, billed) in [("r@2026-01-30", 192.0), ("deal", 1000.0)] {
        let mine = of(&rows, "CommitmentDiscountId", id);
        close_within(EXACT, sum(mine.iter().copied(), "BilledCost"), billed);
        close_within(EXACT, sum(mine.iter().copied(), "EffectiveCost"), billed);
        let usage = mine.iter().copied().filter(|r| r["ChargeCategory"] == "Usage");
        let by = |status: &str| sum(usage.clone().filter(|r| r["CommitmentDiscountStatus"] == status), "EffectiveCost");
        close_within(EXACT, by("Used") + by("Unused"), billed);
        // What was bought of a commitment is what was used of it and what was not.
        let bought = mine.iter().copied().filter(|r| r["ChargeCategory"] == "Purchase");
        close_within(EXACT, sum(bought, "CommitmentDiscountQuantity"), sum(usage, "CommitmentDiscountQuantity"));
    }
    // A quarter of the reservation at its start, then half of the rest each day.
    let bought: Vec<(String, f64)> = of(&rows, "CommitmentDiscountType", "Reservation")
        .into_iter()
        .filter(|r| r["ChargeCategory"] == "Purchase")
        .map(|r| (format!("{} {}", r["ChargeFrequency"], r["ChargePeriodStart"]), number(r, "BilledCost")))
        .collect();
    assert_eq!(
        bought,
        [
            ("One-Time 2026-01-30T00:00:00Z".to_owned(), 48.0),
            ("Recurring 2026-01-30T00:00:00Z".to_owned(), 72.0),
            ("Recurring 2026-01-31T00:00:00Z".to_owned(), 72.0)
        ]
    );
    close_within(EXACT, sum(of(&rows, "ChargeCategory", "Credit"), "BilledCost"), -7.0);
    let spot = of(&rows, "PricingCategory", "Dynamic");
    close_within(EXACT, sum(spot.iter().copied(), "BilledCost"), 24.0);
    assert_eq!(spot[0]["Tags"], r#"{"chip":"gpu","cloud":"gcp","forecast":true,"vendor":"nvidia","workload":"train"}"#);
    // All chip-hours that run: 240 + 144 for chat and 48 for training.
    let run: Vec<&Row> = rows.iter().filter(|r| r["Tags"].contains("workload")).collect();
    close_within(EXACT, sum(run, "ConsumedQuantity"), 240.0 + 144.0 + 48.0);
}

#[test]
fn the_rules_of_the_dataset() {
    for row in rows(MODEL) {
        let empty = |column: &str| row[column].is_empty();
        let (category, status) = (row["ChargeCategory"].as_str(), row["CommitmentDiscountStatus"].as_str());
        let usage = category == "Usage";
        for always in [
            "BilledCost",
            "EffectiveCost",
            "ListCost",
            "ContractedCost",
            "BillingAccountId",
            "BillingCurrency",
            "ChargeDescription",
            "ChargeFrequency",
            "ProviderName",
            "PublisherName",
            "InvoiceIssuerName",
            "ServiceName",
            "ServiceCategory",
            "ChargePeriodStart",
            "ChargePeriodEnd",
        ] {
            assert!(!empty(always), "{always}: {row:?}");
        }
        assert!(empty("ChargeClass"), "{row:?}");
        // Prices times quantities are costs; all are there but for credits.
        for (price, cost) in [("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")] {
            assert_eq!(empty(price), category == "Credit", "{row:?}");
            if !empty(price) {
                close_within(EXACT, number(&row, price) * number(&row, "PricingQuantity"), number(&row, cost));
            }
        }
        assert_eq!(empty("PricingUnit"), empty("PricingQuantity"), "{row:?}");
        assert_eq!(empty("ConsumedQuantity"), !usage || status == "Unused", "{row:?}");
        assert_eq!(empty("ConsumedUnit"), empty("ConsumedQuantity"), "{row:?}");
        assert_eq!(empty("CommitmentDiscountStatus"), !usage || empty("CommitmentDiscountId"), "{row:?}");
        assert_eq!(empty("CommitmentDiscountQuantity"), empty("CommitmentDiscountId"), "{row:?}");
        if !empty("CommitmentDiscountId") {
            let zero = if usage { "BilledCost" } else { "EffectiveCost" };
            assert_eq!(row[zero], "0.0", "{row:?}");
            assert_eq!(row["PricingCategory"] == "Committed", usage, "{row:?}");
        }
        assert!(category != "Purchase" || row["ChargeFrequency"] != "Usage-Based", "{row:?}");
        // Who sells, bills. A name does not repeat an id. A price is of one thing that is sold.
        assert_eq!(row["ProviderName"], row["InvoiceIssuerName"], "{row:?}");
        assert!(empty("ResourceName") || row["ResourceName"] != row["ResourceId"], "{row:?}");
        assert_eq!((empty("RegionName"), empty("SkuId")), (empty("RegionId"), empty("SkuPriceId")), "{row:?}");
        // A month of billing holds the charges of its days.
        assert_eq!(
            (row["BillingPeriodStart"].as_str(), row["BillingPeriodEnd"].as_str()),
            ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        );
        // No cell is a formula, and numbers are numbers.
        assert!(
            !row.iter().any(|(column, cell)| cell.starts_with(['=', '+', '@'])
                || cell.starts_with('-') && cell.parse::<f64>().is_err()
                || cell == "-0" && column != "Tags"),
            "{row:?}"
        );
        assert!(
            ["", "us-east-1", "'=1+1"].contains(&row["RegionId"].as_str()) && row["BillingAccountName"] == "'@two days"
        );
        serde_json::from_str::<serde_json::Value>(&row["Tags"]).unwrap();
    }
}

/// All values of a column by those of another.
fn by<'a>(rows: &'a [Row], column: &str, other: &str) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|r| !r[column].is_empty()) {
        let values = out.entry(&row[column]).or_default();
        if !values.contains(&row[other].as_str()) {
            values.push(&row[other]);
        }
    }
    out
}

/// FOCUS 1.2, "Origination of cost data": bought directly (1.1) the cloud provider is all three; through somebody else (2.1)
/// that one provides and bills, and the cloud provider publishes. The ids of commitments are those of one provider.
#[test]
fn who_provides_publishes_and_bills() {
    let parties = |model: &str| {
        let rows = rows(model);
        for (id, providers) in by(&rows, "CommitmentDiscountId", "ProviderName") {
            assert_eq!(providers.len(), 1, "{id}: {providers:?}");
        }
        for (price, skus) in by(&rows, "SkuPriceId", "SkuId") {
            assert_eq!(skus.len(), 1, "{price}: {skus:?}");
        }
        let names = |r: &Row| ["ProviderName", "PublisherName", "InvoiceIssuerName"].map(|c| r[c].clone()).join(" ");
        let mut all: Vec<(String, String)> = rows.iter().map(|r| (r["SkuPriceId"].clone(), names(r))).collect();
        all.sort();
        all.dedup();
        all.into_iter().map(|(sku, names)| format!("{sku}: {names}")).collect::<Vec<_>>()
    };
    let amazon = "amazon amazon amazon";
    // The contract names the owner, or nobody.
    assert_eq!(
        parties(MODEL),
        [&format!("d: {amazon}"), &format!("deal: {amazon}"), &format!("r: {amazon}"), "s: google google google"]
    );
    assert_eq!(parties(&MODEL.replace("    with: amazon\n", "")), parties(MODEL));
    // A contract with somebody else, the vendor, over the clouds of two owners.
    let resold =
        MODEL.replace("with: amazon", "with: nvidia").replace("covers: { offer: d }", "covers: { offer: [d, r, s] }");
    assert_eq!(
        parties(&resold),
        ["d: nvidia amazon nvidia", "deal: nvidia nvidia nvidia", "r: nvidia amazon nvidia", "s: nvidia google nvidia"]
    );
    // Nobody is named and no one owns all of it.
    let own = resold.replace("    with: nvidia\n", "");
    assert_eq!(parties(&own)[1], "deal: deal deal deal");
}

#[test]
fn chips_that_are_committed_and_not_used() {
    // 10 chips are committed for both days and 6 needed: 10 x 48 x 2 = 960 are billed, of which 6 x 48 x 2 are used.
    let model = "polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
chips: { gpu: { vendor: nvidia } }
clouds: { aws: {} }
offers: { d: { chip: gpu, cloud: aws, price: 2 } }
contracts: { deal: { covers: { cloud: aws }, commit: { chips: 10 } } }
workloads: { chat: { kind: inference, demand: 6 req/h, throughput: { gpu: 1 req/h } } }
";
    let rows = rows(model);
    let of = |status: &str| sum(of(&rows, "CommitmentDiscountStatus", status), "EffectiveCost");
    close_within(EXACT, sum(&rows, "BilledCost"), 960.0);
    close_within(EXACT, of("Used"), 576.0);
    close_within(EXACT, of("Unused"), 384.0);
    assert!(rows.iter().all(|r| r["CommitmentDiscountUnit"] == "Chip-Hours"));
}

#[test]
fn what_nobody_bills_is_told() {
    let model = MODEL.replace("throughput: { gpu: 1 job }", "throughput: { gpu: 1 job }, porting: { cuda: 40 }");
    let out = export(&model, &[]);
    assert_eq!(String::from_utf8_lossy(&out.stderr), "not among the charges: porting (40 USD)\n");
}

#[test]
fn without_a_certified_plan_or_dates_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forecast.csv");
    let there = ["-o", path.to_str().unwrap()];
    let out = export(
        &MODEL
            .replace("capacity: 6 }", "capacity: 6 }\n  x: { chip: gpu, cloud: aws, price: 1, capacity: 0 }")
            .replace("o: { chip: gpu, cloud: gcp, price: 3 }", "o: { chip: gpu, cloud: gcp, price: 3, capacity: 0 }")
            .replace("10 req/h", "11 req/h"),
        &there,
    );
    assert_eq!((out.status.code(), path.exists()), (Some(4), false), "{}", String::from_utf8_lossy(&out.stderr));
    let steady = "polysource: 1
chips: { gpu: { vendor: nvidia } }
clouds: { aws: {} }
offers: { d: { chip: gpu, cloud: aws, price: 2 } }
workloads: { chat: { kind: inference, demand: 6 req/h, throughput: { gpu: 1 req/h } } }
";
    let out = export(steady, &there);
    assert_eq!((out.status.code(), path.exists()), (Some(3), false));
    assert!(String::from_utf8_lossy(&out.stderr).contains("add `horizon: "));
}

/// What the model above commits to: 1000 under the contract, and 4 chips for two days, which cost 192.
#[test]
fn commitments_are_the_second_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    fs::write(&path, MODEL).unwrap();
    let out = program().arg("export").arg(&path).args(["--to", "focus-commitments"]).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let days = "2026-02-01T00:00:00Z,2026-01-30T00:00:00Z";
    let expected = format!(
        "BillingCurrency,ContractCommitmentCategory,ContractCommitmentCost,ContractCommitmentDescription,\
         ContractCommitmentId,ContractCommitmentPeriodEnd,ContractCommitmentPeriodStart,ContractCommitmentQuantity,\
         ContractCommitmentType,ContractCommitmentUnit,ContractId,ContractPeriodEnd,ContractPeriodStart\n\
         USD,Spend,1000.0,Forecast: committed under deal in 2026-01-30..2026-01-31,deal,{days},,Take-or-Pay,,deal,{days}\n\
         USD,Usage,192.0,Forecast: reservation of r,r@2026-01-30,{days},192.0,Reservation,Chip-Hours,r@2026-01-30,{days}\n"
    );
    assert_eq!(String::from_utf8(out.stdout).unwrap(), expected);
}
