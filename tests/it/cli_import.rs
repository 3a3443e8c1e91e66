//! `polysource import`: what becomes of foreign rows, and what is told of those that cannot be trusted.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{run, text};

const CATALOGS: [&str; 4] = [
    "tests/import/aws/vms.csv",
    "tests/import/azure/vms.csv",
    "tests/import/gcp/vms.csv",
    "tests/import/runpod/vms.csv",
];

fn skypilot(arguments: &[&str]) -> Output {
    run(&[&["import", "skypilot"], arguments].concat())
}

/// A catalog of a cloud with this head, and the offers and the report made of it.
fn made(cloud: &str, catalog: &str, more: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{cloud}.csv"));
    fs::write(&path, catalog).unwrap();
    let out = skypilot(&[&[path.to_str().unwrap(), "--date", "2026-11-01"], more].concat());
    let report = text(&out.stderr).replace(&format!("{}/", folder.path().file_name().unwrap().to_str().unwrap()), "");
    (text(&out.stdout).to_owned(), report)
}

/// Ids and prices of offers, as they stand in YAML.
fn prices(yaml: &str) -> Vec<(String, String)> {
    let offers = yaml.lines().skip_while(|l| *l != "offers:").skip(1);
    offers
        .map(|line| {
            let (id, rest) = line.trim().split_once(": ").unwrap();
            let price = rest.split_once("price: ").unwrap().1.split_once(" USD/chip-h").unwrap().0;
            (id.to_owned(), price.to_owned())
        })
        .collect()
}

#[track_caller]
fn offers(yaml: &str, expected: &[(&str, &str)]) {
    let found = prices(yaml);
    let found: Vec<(&str, &str)> = found.iter().map(|(id, price)| (id.as_str(), price.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_catalog_with_every_mistake_of_prices() {
    // 80 USD for 8 chips is 10 a chip-hour; of the spot prices 24, 20 and 24 the cheapest, 2.50, is kept. Amazon's
    // trn1.32xlarge has 16 chips, not 32: 20.80 / 16 = 1.30. 800 / 8 is ten times the median of 10, 11 and 100.
    let out = skypilot(&[CATALOGS[0], "--date", "2026-11-01"]);
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(
        text(&out.stderr),
        "\
6 offers, 3 chips, 1 cloud
1 row with the accelerator `NVIDIA`, which is not known: left out; say what it is with `--chip 'NVIDIA=CHIP'` or `--chip 'NVIDIA=VENDOR/ECOSYSTEM'`: aws/vms.csv:10
1 row with an `AcceleratorCount` that is no number above 0: left out: aws/vms.csv:13
1 row with 32 chips for `trn1.32xlarge`, which has 16 by its cloud's documentation: counted as 16: aws/vms.csv:11
1 row with an on-demand price of 0: no on-demand offer: aws/vms.csv:8
1 row without an on-demand price: no on-demand offer: aws/vms.csv:7
1 row with a spot price of 0: no spot offer: aws/vms.csv:8
1 row with a spot price that is no number above 0: no spot offer: aws/vms.csv:12
3 rows without a spot price: no spot offer: aws/vms.csv:6-7, aws/vms.csv:9
2 rows of further zones or sizes at a higher price per chip: the cheapest kept: aws/vms.csv:3, aws/vms.csv:5
1 row with an on-demand price more than 5 times the median of `h100`: no on-demand offer: aws/vms.csv:9
2 rows of further zones or sizes at the same price per chip: merged: aws/vms.csv:4-5
1 row without an accelerator: left out, but for the hosts of others: aws/vms.csv:2
"
    );
    offers(
        text(&out.stdout),
        &[
            ("aws-p5.48xlarge-us-east-1", "10"),
            ("aws-p5.48xlarge-us-east-1-spot", "2.5"),
            ("aws-p5.48xlarge-us-west-2", "11"),
            ("aws-trn1.32xlarge-us-east-1", "1.3"),
            ("aws-trn1.32xlarge-us-east-1-spot", "0.39"),
            ("aws-trn2.48xlarge-us-east-1", "4"),
        ],
    );
}

#[test]
fn counts_of_azure() {
    // ND96isr has 8 chips: 96 / 8 = 12. NX99 is of no family that is documented; 20 / 16 = 1.25 is far from the 7 and 12
    // of its siblings. NV6ads has a sixth of an A10.
    let out = skypilot(&[CATALOGS[1], "--date", "2026-11-01"]);
    assert_eq!(
        text(&out.stderr),
        "\
5 offers, 2 chips, 1 cloud
1 row with 12 chips for `Standard_ND96isr_H100_v5`, which has 8 by its cloud's documentation: counted as 8: azure/vms.csv:2
1 row with a part of a chip, or parts beside whole ones: left out: azure/vms.csv:6
1 row with a price per chip out of line with other instance types of `h100`, and a count that nothing confirms: left out: azure/vms.csv:5
2 rows with a spot price equal to the price on demand: no spot offer: azure/vms.csv:3-4
1 row of further zones or sizes at the same price per chip: merged: azure/vms.csv:4
"
    );
    offers(
        text(&out.stdout),
        &[
            ("azure-standard_nv36ads_a10_v5-eastus", "3.2"),
            ("azure-standard_nv36ads_a10_v5-eastus-spot", "0.8"),
            ("azure-standard_nc40ads_h100_v5-eastus", "7"),
            ("azure-standard_nd96isr_h100_v5-eastus", "12"),
            ("azure-standard_nd96isr_h100_v5-eastus-spot", "3"),
        ],
    );
}

#[test]
fn hosts_and_slices_of_google() {
    // (0.75 + 2.9) / 1 and (6 + 23.2) / 8 are both 3.65. tpu-v2-8 and v5p-8 are 4 chips, v5litepod-8 and v6e-8 are 8.
    let out = skypilot(&[CATALOGS[2], "--date", "2026-11-01"]);
    assert_eq!(
        text(&out.stderr),
        "\
11 offers, 5 chips, 1 cloud
1 row with the accelerator `tpu-v9-8`, which is not known: left out; say what it is with `--chip 'tpu-v9-8=CHIP*N'` or `--chip 'tpu-v9-8=VENDOR/ECOSYSTEM*N'`, where `N` is how many chips one such has: gcp/vms.csv:14
2 rows with an accelerator alone, whose host has no row in the same zone: left out: gcp/vms.csv:6-7
1 row with an on-demand price of 700, the catalog's word for unknown: no on-demand offer: gcp/vms.csv:13
2 rows with a spot price of 700, the catalog's word for unknown: no spot offer: gcp/vms.csv:10, gcp/vms.csv:13
2 rows with an accelerator alone: the price of its host added: gcp/vms.csv:4-5
1 row of further zones or sizes at the same price per chip: merged: gcp/vms.csv:9
2 rows without an accelerator: left out, but for the hosts of others: gcp/vms.csv:2-3
"
    );
    offers(
        text(&out.stdout),
        &[
            ("gcp-a2-highgpu-1g-us-central1", "3.65"),
            ("gcp-a2-highgpu-1g-us-central1-spot", "1.475"),
            ("gcp-a2-highgpu-8g-us-central1", "3.65"),
            ("gcp-a2-highgpu-8g-us-central1-spot", "1.475"),
            ("gcp-tpu-v2-us-central1", "1.125"),
            ("gcp-tpu-v2-us-central1-spot", "0.3375"),
            ("gcp-tpu-v5e-us-central1", "1.2"),
            ("gcp-tpu-v5p-us-east5", "4.2"),
            ("gcp-tpu-v5p-us-east5-spot", "1.68"),
            ("gcp-tpu-v6e-us-east5", "2.7"),
            ("gcp-tpu-v6e-us-east5-spot", "1.215"),
        ],
    );
}

#[test]
fn a_name_that_contradicts_its_count_is_left_out() {
    let out = skypilot(&[CATALOGS[3], "--date", "2026-11-01"]);
    let expected = "\
2 offers, 1 chip, 1 cloud
1 row with 4 chips for `2x_H100_SECURE`, whose name says 2: left out: runpod/vms.csv:3
";
    assert_eq!(text(&out.stderr), expected);
    // Norway is no boolean; columns stand in another order than elsewhere.
    let yaml = text(&out.stdout);
    assert!(yaml.contains("region: \"NO\", price: 2.49 USD/chip-h"), "{yaml}");
    offers(yaml, &[("runpod-8x_mi300x_secure-no", "2.49"), ("runpod-8x_mi300x_secure-no-spot", "1.99")]);
}

#[test]
fn the_whole_text() {
    let catalog = "\
InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region,GpuInfo
gpu_8x_h100,H100,8.0,8,8,23.92,,us-east-1,
";
    let (yaml, report) = made("lambda", catalog, &[]);
    assert_eq!(
        yaml.replace(yaml.split("catalog: ").nth(1).unwrap().split("lambda.csv").next().unwrap(), ""),
        "\
# Offers from SkyPilot's catalog: lambda.csv, as of 2026-11-01. Prices are list prices per chip-hour.
# No catalog tells capacities or interruptions: where you know them, add `capacity: 20k` and
# `term: { spot: { interruption: 12 % } }`. Without, there are as many chips as are wanted.
chips:
  h100: { vendor: nvidia, ecosystem: cuda }
clouds:
  lambda: {}
offers:
  lambda-gpu_8x_h100-us-east-1: { chip: h100, cloud: lambda, region: us-east-1, price: 2.99 USD/chip-h, tags: { instance: gpu_8x_h100 }, source: \"SkyPilot, lambda.csv:2: 23.92 USD/h for 8 chips\", as_of: 2026-11-01 }
"
    );
    assert_eq!(report, "1 offer, 1 chip, 1 cloud\n1 row without a spot price: no spot offer: lambda.csv:2\n");
}

#[test]
fn what_is_asked_for() {
    let ids = |more: &[&str]| -> Vec<String> {
        let out = skypilot(&[&[CATALOGS[0], CATALOGS[2]], more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        prices(text(&out.stdout)).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(ids(&["--region", "*-west-*"]), ["aws-p5.48xlarge-us-west-2"]);
    assert_eq!(ids(&["--accelerator", "tpu-v2*"]), ["gcp-tpu-v2-us-central1", "gcp-tpu-v2-us-central1-spot"]);
    let trainium = ["aws-trn1.32xlarge-us-east-1", "aws-trn1.32xlarge-us-east-1-spot"];
    assert_eq!(ids(&["--accelerator", "trainium1"]), trainium, "by the id of the chip");
    assert_eq!(ids(&["--accelerator", "TRAINIUM"]), trainium, "by the catalog's name, in any case");
    assert_eq!(ids(&["--accelerator", "NVIDIA", "--chip", "NVIDIA=h200"]), ["aws-p5en.48xlarge-us-east-1"]);
    // An outlier is one of all regions, though only its own is asked for; nothing is told of the others.
    let out = skypilot(&[CATALOGS[0], "--region", "ap-*", "--date", "2026-11-01"]);
    assert_eq!(out.status.code(), Some(3));
    assert_eq!(
        text(&out.stderr),
        "\
0 offers, 0 chips, 0 clouds
1 row without a spot price: no spot offer: aws/vms.csv:9
1 row with an on-demand price more than 5 times the median of `h100`: no on-demand offer: aws/vms.csv:9
error: no row became an offer; look at what was left out, or ask for more
"
    );
}

#[test]
fn a_chip_that_the_user_explains() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    let (yaml, _) = made("acme", &format!("{head}x2,Rainbow 1,2,5,,r\n"), &["--chip", "Rainbow 1=acme/prism"]);
    assert!(yaml.contains("  rainbow-1: { vendor: acme, ecosystem: prism }\n"), "{yaml}");
    offers(&yaml, &[("acme-x2-r", "2.5")]);
    let out = skypilot(&[CATALOGS[0], "--chip", "NVIDIA=h2000"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("no known chip; write `vendor/ecosystem`"), "{}", text(&out.stderr));
}

/// What the finding says to do is done, and the price of a slice is not the price of a chip.
#[test]
fn the_remedy_for_an_unknown_name_is_right_when_followed() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    // A slice that is known: tpu7x-8 is 8 cores, 4 chips: 48 / 4 = 12.
    let (yaml, report) = made("gcp", &format!("{head},tpu7x-8,1,48,,us-central1\n"), &[]);
    offers(&yaml, &[("gcp-tpu7x-us-central1", "12")]);
    assert!(!report.contains("not known"), "{report}");
    // One that is not: the remedy asks how many chips it has, and one without is refused.
    let catalog = format!("{head},tpu-v9-8,1,48,,us-central1\nx,Rainbow's 1,2,5,,us-central1\n");
    let (_, report) = made("gcp", &catalog, &[]);
    assert!(
        report.contains(
            "1 row with the accelerator `tpu-v9-8`, which is not known: left out; say what it is with `--chip 'tpu-v9-8=CHIP*N'` or `--chip 'tpu-v9-8=VENDOR/ECOSYSTEM*N'`, where `N` is how many chips one such has: gcp.csv:2"
        ),
        "{report}"
    );
    assert!(report.contains(r"`--chip 'Rainbow'\''s 1=CHIP'`"), "{report}");
    let told = ["--chip", "tpu-v9-8=google/xla*4", "--chip", "Rainbow's 1=acme/prism"];
    let (yaml, report) = made("gcp", &catalog, &told);
    offers(&yaml, &[("gcp-x-us-central1", "2.5"), ("gcp-tpu-v9-us-central1", "12")]);
    assert!(!report.contains("not known"), "{report}");
    let out = skypilot(&[CATALOGS[2], "--chip", "tpu-v9-8=google/xla"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("say how many, as in `tpu-v9-8=google/xla*4`, or"), "{}", text(&out.stderr));
}

/// A catalog of auctions gives one price, which is the least that is paid.
#[test]
fn the_floor_of_an_auction_is_no_price() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    let rows = "a,H100,1,1.5,1.5,r\nb,H100-80G-PCIe,2,3.2,3.2,r\nc,RTX4090,1,0.3,,r\n";
    let out = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vast.csv");
        fs::write(&path, format!("{head}{rows}")).unwrap();
        skypilot(&[path.to_str().unwrap(), "--date", "2026-11-01"])
    };
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(3), ""));
    assert!(text(&out.stderr).contains("3 rows of a catalog in which every spot price equals the price on demand"));
    let (yaml, _) = made("vast", &format!("{head}{rows}"), &["--auction-floors"]);
    offers(&yaml, &[("vast-a-r-spot", "1.5"), ("vast-b-r-spot", "1.6"), ("vast-c-r-spot", "0.3")]);
    // One price that differs, or one row alone, is no auction: spot at the price on demand is no offer, as before.
    let mixed = rows.replace("3.2,3.2", "3.2,1.2");
    let (yaml, _) = made("vast", &format!("{head}{mixed}"), &[]);
    offers(&yaml, &[("vast-a-r", "1.5"), ("vast-b-r", "1.6"), ("vast-b-r-spot", "0.6"), ("vast-c-r", "0.3")]);
    let (yaml, _) = made("vast", &format!("{head}a,H100,1,1.5,1.5,r\n"), &[]);
    offers(&yaml, &[("vast-a-r", "1.5")]);
    // Another file beside it is taken over as ever.
    let out = skypilot(&[CATALOGS[0], "--date", "2026-11-01"]);
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn cheap_outliers_are_told_and_kept() {
    // 1, 10 and 11: the median is 10, and 1 less than a fifth of it.
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    let rows = "a,B200,1,1,,r\nb,B200,1,10,,r\nc,B200,1,11,,r\n";
    let (yaml, report) = made("acme", &format!("{head}{rows}"), &[]);
    assert_eq!(prices(&yaml).len(), 3);
    assert!(report.contains(
        "1 row with an on-demand price less than a fifth of the median of `b200`: kept, check it: acme.csv:2\n"
    ));
}

#[test]
fn files_that_are_no_catalogs() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    for (catalog, told) in [
        ("", "error[missing-key]: the table is empty"),
        ("InstanceType,AcceleratorName,AcceleratorCount,Prize,Region\n", "did you mean `Prize`?"),
        ("InstanceType;AcceleratorName\n", "separate the columns by commas"),
        (&format!("{head}a,B200,1,1,r\n"), "this line has 5 cells and the table 6 columns"),
        (&format!("{head}\"a,B200,1,1,,r\n"), "this quote is never closed"),
    ] {
        let (yaml, report) = made("acme", catalog, &[]);
        assert_eq!(yaml, "");
        assert!(report.contains(told), "{told}: {report}");
    }
    let out = skypilot(&["tests/import/none/vms.csv"]);
    assert_eq!(out.status.code(), Some(1));
    let out = skypilot(&["-"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("give it with `--cloud aws`"), "{}", text(&out.stderr));
    assert_eq!(skypilot(&[CATALOGS[0], "--date", "2026-13-01"]).status.code(), Some(2));
}

#[test]
fn hostile_names_do_no_harm() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n";
    let rows = "=1+1,B200,1,10,,\"a: {b}\"\n\"e\u{1b}[31m\",B200,1,11,,r\nA B,B200,1,10,,r\nA-B,B200,1,12,,r\n";
    let (yaml, report) = made("acme", &format!("{head}{rows}"), &[]);
    offers(&yaml, &[("acme-1-1-a-b", "10"), ("acme-a-b-r", "10"), ("acme-a-b-r-2", "12")]);
    assert!(yaml.contains("region: \"a: {b}\"") && yaml.contains("{ instance: \"=1+1\" }"), "{yaml}");
    assert!(report.contains("1 row with a region or instance type that cannot be a name: left out: acme.csv:3\n"));
    let (csv, _) = made("acme", &format!("{head}{rows}"), &["--format", "csv"]);
    assert!(csv.lines().nth(1).unwrap().ends_with(",'=1+1"), "{csv}");
    assert_eq!(csv.lines().next(), Some("id,chip,cloud,region,term,price,source,as_of,tags.instance"));
}

#[test]
fn offers_that_were_taken_over_are_solved() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let out = skypilot(&[&CATALOGS[..], &["--date", "2026-11-01", "-o", &at("offers.yaml")]].concat());
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), ""));
    let model = "polysource: 1
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { h100: 10 req/h, trainium2: 4 req/h, mi300x: 8 req/h } }
";
    fs::write(at("model.yaml"), model).unwrap();
    assert!(Path::new(&at("offers.yaml")).exists());
    // Inference does not run on spot. A request costs 7 / 10 on Azure's H100, 4 / 4 on Trainium2 and 2.49 / 8 = 0.31125
    // on MI300X: 100 of them 31.125, and 12.5 chips.
    let out = run(&["solve", &at("model.yaml"), "--overlay", &at("offers.yaml"), "--format", "json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let plan: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!((plan["cost"]["total"].as_f64().unwrap() - 31.125).abs() < 1e-6, "{}", plan["cost"]);
    assert_eq!(plan["purchases"][0]["offer"], "runpod-8x_mi300x_secure-no");
    // The same as a table that the model names, beside its own chips and clouds.
    let out =
        skypilot(&[&CATALOGS[..], &["--date", "2026-11-01", "--format", "csv", "-o", &at("prices.csv")]].concat());
    assert_eq!(out.status.code(), Some(0));
    let yaml = fs::read_to_string(at("offers.yaml")).unwrap();
    let named = yaml.split_once("offers:\n").unwrap().0;
    fs::write(at("table.yaml"), format!("{model}{named}offers: {{ file: prices.csv }}\n")).unwrap();
    let out = run(&["solve", &at("table.yaml"), "--format", "json"]);
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
    let tabled: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(tabled["purchases"], plan["purchases"]);
    // Prices are in USD and stay so.
    let out = run(&["check", &at("model.yaml"), "--overlay", &at("offers.yaml"), "--set", "currency=EUR"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("error[wrong-dimension]"), "{}", text(&out.stderr));
}

const MAP: &str = "\
offers:
  - { where: { ProviderName: 'Amazon*', SkuId: '*p5.48xlarge*', RegionId: us-east-1 }, offer: aws-h100, chips: 8 }
workloads:
  - { where: { tags.team: [search, ranking] }, workload: chat }
workload_tag: app
";

/// A bill, and a map if there is one, in a folder of their own: exit code, report, baseline and history.
fn billed(bill: &str, map: Option<&str>, more: &[&str]) -> (Option<i32>, String, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("bill.csv"), bill).unwrap();
    let map = map.map(|map| {
        fs::write(at("map.yaml"), map).unwrap();
        at("map.yaml")
    });
    let map: Vec<&str> = map.iter().flat_map(|path| ["--map", path]).collect();
    let (bill, into) = (at("bill.csv"), at("today"));
    let out = run(&[&["import", "focus", &bill, "-o", &into], &map[..], more].concat());
    let report = text(&out.stderr).replace(&format!("{}/", folder.path().file_name().unwrap().to_str().unwrap()), "");
    let read = |name: &str| fs::read_to_string(folder.path().join("today").join(name)).unwrap_or_default();
    (out.status.code(), report, read("baseline.csv"), read("demand.csv"))
}

const BILL: &str = r#"ChargeCategory,ChargeClass,ChargePeriodStart,ChargePeriodEnd,CommitmentDiscountStatus,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,ProviderName,RegionId,ResourceId,ResourceName,ServiceName,SkuId,Tags
Usage,,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,,1488,Hours,1488,Hours,Amazon Web Services,us-east-1,i-1,web,Compute,x-p5.48xlarge-y,"{""team"":""search""}"
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,48,Hours,48,Hours,Amazon Web Services,us-east-1,i-1,web,Compute,x-p5.48xlarge-y,"{""team"":""ranking""}"
Usage,,2026-11-01T00:00:00Z,2026-11-03T00:00:00Z,,24,Hours,24,Hours,Amazon Web Services,us-east-1,i-2,Batch Jobs,Compute,x-p5.48xlarge-y,"{""team"":""research""}"
Usage,,2026-11-01T00:00:00Z,2026-11-03T00:00:00Z,,96,Chip-Hours,96,Chip-Hours,Acme,r,acme-x1,acme-x1,Compute,x1,"{""app"":""train""}"
Usage,Correction,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,-8,Hours,-8,Hours,Amazon Web Services,us-east-1,i-1,web,Compute,x-p5.48xlarge-y,"{""team"":""search""}"
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Unused,,,24,Hours,Amazon Web Services,us-east-1,i-3,,Compute,x-p5.48xlarge-y,
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,500,GB,500,GB,Amazon Web Services,us-east-1,bucket,data,Storage,s3,
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,24,Hours,24,Hours,Amazon Web Services,us-east-1,i-4,db,Compute,m5.large,
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,24,Hours,24,Hours,Amazon Web Services,us-east-1,i-5,,Compute,x-p5.48xlarge-y,"{}"
Usage,,2026-11-01T00:00:00Z,soon,,24,Hours,24,Hours,Amazon Web Services,us-east-1,i-5,web,Compute,x-p5.48xlarge-y,
Usage,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,,24,Hours,24,Hours,Amazon Web Services,us-east-1,i-5,web,Compute,x-p5.48xlarge-y,team=search
Tax,,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,,,,,,Amazon Web Services,,,,Tax,,
"#;

#[test]
fn a_bill_is_what_runs_today_and_what_ran() {
    // October: 1488 machine-hours of 8 chips. November has been billed for 2 days, 48 hours: chat 48 - 8 machine-hours of
    // 8 chips, 320 chip-hours, 6.667 chips; the batch 24 x 8 / 48 = 4; train 96 / 48 = 2.
    // Lost are three rows of 24 machine-hours of 8 chips, 576 chip-hours, beside 11904 + 384 + 192 + 96 + 64 that are read.
    let (code, report, baseline, demand) = billed(BILL, Some(MAP), &["--max-lost", "5%"]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(baseline, "offer,workload,chips\nacme-x1,train,2\naws-h100,batch-jobs,4\naws-h100,chat,6.666667\n");
    assert_eq!(
        demand,
        "month,workload,chip_hours\n2026-10,chat,11904\n2026-11,batch-jobs,192\n2026-11,chat,320\n2026-11,train,96\n"
    );
    assert_eq!(
        report,
        "\
5 of 12 rows, 2 offers, 3 workloads
1 row with `Tags` that are no JSON object: left out: bill.csv:12
1 row with a charge period that is no date: left out: bill.csv:11
1 row of `Compute` in hours of machines for which no rule says the offer: left out: bill.csv:9
1 row without a workload, neither in the tag `app` nor in `ResourceName`: left out: bill.csv:10
1 row of the workload `Batch Jobs`: called `batch-jobs`: bill.csv:4
1 row as a correction of earlier ones: counted: bill.csv:6
1 row of `Storage` in `GB`: not chips, left out: bill.csv:8
1 row of the category `Tax`, which is no usage: left out: bill.csv:13
1 row of commitments that were not used: left out: bill.csv:7
lost: 3 rows that used chips and are not understood; chip-hours: 576, 4.36 %
"
    );
    let (code, report, baseline, _) = billed(BILL, Some(MAP), &[]);
    assert_eq!((code, baseline.as_str()), (Some(3), ""), "{report}");
    let error = "error: more than 1 % of what the bills used is lost; say what those rows stand for with `--map`, or allow more with `--max-lost`\n";
    assert!(report.ends_with(error), "{report}");
    let (_, _, october, _) = billed(BILL, Some(MAP), &["--month", "2026-10", "--max-lost", "5%"]);
    // 11904 / 744 hours.
    assert_eq!(october, "offer,workload,chips\naws-h100,chat,16\n");
    let (code, report, ..) = billed(BILL, Some(MAP), &["--month", "2025-10"]);
    assert_eq!(code, Some(3));
    assert!(report.ends_with("error: no row used a chip in 2025-10; give a month of the bills\n"), "{report}");
}

/// Rows of a bill of one day: quantity and unit consumed, quantity and unit priced, what it costs, and the machine.
fn day(rows: &[[&str; 6]]) -> String {
    let mut bill = String::from(
        "ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,EffectiveCost,BillingCurrency,ResourceId,ResourceName,ServiceName,SkuId,Tags\n",
    );
    for [consumed, unit, priced, priced_unit, cost, sku] in rows {
        bill.push_str(&format!(
            "Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,{consumed},{unit},{priced},{priced_unit},{cost},USD,acme-x1,web,Compute,{sku},NULL\n"
        ));
    }
    bill
}

/// 24 hours of 8 chips, in each way to say them, are 8 chips in the day; and `NULL` is nothing.
#[test]
fn every_time_of_chips_and_machines_counts() {
    for row in [
        ["192", "GPU Per Hour", "NULL", "NULL", "500", "x1"],
        ["192", "GPU-Hours", "", "", "500", "x1"],
        ["691200", "GPU-Seconds", "", "", "500", "x1"],
        ["11520", "gpu minutes", "", "", "500", "x1"],
        ["8", "Chip-Days", "", "", "500", "x1"],
        // 24 hours of a machine with 8.
        ["24", "Hours", "24", "Hours", "500", "p5.48xlarge"],
        ["86400", "Seconds", "", "", "500", "p5.48xlarge"],
        ["1440", "Minutes", "", "", "500", "p5.48xlarge"],
        ["0.24", "100 Hours", "", "", "500", "p5.48xlarge"],
        ["24", "1/Hour", "", "", "500", "p5.48xlarge"],
        ["24", "Instance-Hours", "", "", "500", "p5.48xlarge"],
        // What was consumed is not said, or not in a time: what was priced.
        ["NULL", "NULL", "24", "Hours", "500", "p5.48xlarge"],
        ["null", "", "24", "Hours", "500", "p5.48xlarge"],
        ["", "Hours", "0.24", "100 Hours", "500", "p5.48xlarge"],
        ["1000", "Requests", "24", "Hours", "500", "p5.48xlarge"],
        ["24", "NULL", "192", "GPU Per Hour", "500", "x1"],
    ] {
        let map = "offers: [ { where: { SkuId: 'p5*' }, offer: acme-x1, chips: 8 } ]\n";
        let (code, report, baseline, _) = billed(&day(&[row]), Some(map), &[]);
        assert_eq!((code, baseline.as_str()), (Some(0), "offer,workload,chips\nacme-x1,web,8\n"), "{row:?}: {report}");
        assert_eq!(report, "1 of 1 row, 1 offer, 1 workload\n", "{row:?}");
    }
}

/// 9900 chip-hours of 99,000 USD are read; what is lost beside them decides.
#[test]
fn what_is_lost_is_weighed() {
    let read = ["9900", "Chip-Hours", "", "", "99000", "x1"];
    let map = "offers: [ { where: { SkuId: 'p5*' }, offer: acme-x1, chips: 8 } ]\n";
    let told = |lost: [&str; 6], more: &[&str]| {
        let (code, report, baseline, _) = billed(&day(&[read, lost]), Some(map), more);
        assert_eq!(code == Some(0), !baseline.is_empty(), "{report}");
        let sentence = report.lines().find(|l| l.starts_with("lost: ")).unwrap_or_default().to_owned();
        (code.unwrap(), sentence)
    };
    let one = "lost: 1 row that used chips and is not understood";
    // A unit that is no time: 990 of 99990 USD is less than 1 %, 1001 of 100001 is more.
    let unit = |cost| ["7", "Fortnights", "", "", cost, "p5.48xlarge"];
    let unknown = format!("{one}; chip-hours not known of 1 row; money (USD)");
    assert_eq!(told(unit("990"), &[]), (0, format!("{unknown}: 990, 0.99 %")));
    assert_eq!(told(unit("1001"), &[]), (3, format!("{unknown}: 1001, 1 %")));
    assert_eq!(told(unit("1001"), &["--max-lost", "2%"]).0, 0);
    // Free chips: 8 x 24 of 10,092 chip-hours. No number, but in a time of a known machine.
    assert_eq!(told(["many", "Hours", "", "", "0", "p5.48xlarge"], &[]).0, 3, "1 row of 2, for nothing else is known");
    // A machine with accelerators by its own words, and no rule: a month as a unit of chips.
    assert_eq!(told(["24", "Hours", "", "", "2000", "ND96isr_H100_v5"], &[]).0, 3);
    assert_eq!(told(["1", "GPU-Months", "", "", "2000", "x9"], &[]).0, 3);
    // No chips, however dear: by words and units that name none.
    for aside in [["24", "Hours", "", "", "90000", "m5.large"], ["500", "GB", "", "", "90000", "Premium SSD P40"]] {
        assert_eq!(told(aside, &[]), (0, String::new()));
    }
}

#[test]
fn bills_and_maps_that_are_none() {
    for (bill, map, told) in [
        ("a,b\n1,2\n", None, "the table has no column `ChargeCategory`"),
        (
            "ChargeCategory,ChargePeriodStart,ChargePeriodEnd\n",
            None,
            "neither `ConsumedQuantity` nor `PricingQuantity`",
        ),
        (BILL, Some("offer: []\n"), "did you mean `offers`?"),
        (BILL, Some("offers: { a: b }\n"), "expected a list"),
        (BILL, Some("offers: [ { where: { SkuID: x }, offer: a } ]\n"), "did you mean `SkuId`?"),
        (BILL, Some("offers: [ { where: { SkuId: x } } ]\n"), "a rule is missing `offer`"),
        (BILL, Some("offers: [ { offer: a } ]\n"), "a rule is missing `where`"),
        (BILL, Some("offers: [ { where: { SkuId: x }, offer: a, chips: 0 } ]\n"), "chips must be a number above 0"),
        (BILL, Some("workloads: [ { where: { SkuId: x }, workload: a, chips: 8 } ]\n"), "a rule has no key `chips`"),
        (&BILL.replace("Usage,", "Credit,"), Some(MAP), "no row used a chip"),
    ] {
        let (code, report, baseline, _) = billed(bill, map, &[]);
        assert_eq!((code, baseline.as_str()), (Some(3), ""), "{told}: {report}");
        assert!(report.contains(told), "{told}: {report}");
    }
}

#[test]
fn a_forecast_is_read_back() {
    // What the plan of a day holds becomes what runs today: 4 reserved and 6 on demand for chat.
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = "polysource: 1
horizon: { start: 2026-01-01, periods: 1, step: day }
chips: { gpu: { vendor: nvidia, ecosystem: cuda } }
clouds: { aws: {} }
offers:
  r: { chip: gpu, cloud: aws, price: 1, capacity: 4, term: { reserved: 1 day } }
  d: { chip: gpu, cloud: aws, price: 2 }
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h } } }
";
    fs::write(at("model.yaml"), model).unwrap();
    let out = run(&["export", &at("model.yaml"), "--to", "focus", "-o", &at("forecast.csv")]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let out = run(&["import", "focus", &at("forecast.csv"), "-o", &at("today")]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let baseline = fs::read_to_string(at("today/baseline.csv")).unwrap();
    assert_eq!(baseline, "offer,workload,chips\nd,chat,6\nr,chat,4\n");
    fs::write(at("model.yaml"), format!("{model}baseline: {{ file: today/baseline.csv, switching: 1 USD/chip }}\n"))
        .unwrap();
    assert_eq!(run(&["check", &at("model.yaml")]).status.code(), Some(0));
}

/// Prices and quantities so large or small that they would be written as no number, or as nothing.
#[test]
fn numbers_that_no_table_has() {
    let head = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region,AvailabilityZone\n";
    let rows = "a,H100,1,1e308,2,us-east-1,\nb,H100,1,3,1e-12,us-east-1,\n";
    let (yaml, report) = made("aws", &format!("{head}{rows}"), &[]);
    offers(&yaml, &[("aws-a-us-east-1-spot", "2"), ("aws-b-us-east-1", "3")]);
    assert_eq!(
        report,
        "\
2 offers, 1 chip, 1 cloud
1 row with an on-demand price per chip that no chip has: no on-demand offer: aws.csv:2
1 row with a spot price per chip that no chip has: no spot offer: aws.csv:3
"
    );
    let bill = BILL.replace(",48,Hours,48,Hours", ",1e300,Hours,1e300,Hours");
    let (code, report, baseline, _) = billed(&bill, Some(MAP), &["--max-lost", "50%"]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("1 row with a quantity that no bill has: left out: bill.csv:3"), "{report}");
    assert!(!baseline.contains("inf"), "{baseline}");
}
