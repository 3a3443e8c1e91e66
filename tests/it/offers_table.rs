//! Offers from a table beside the model: the same offers as in YAML, and every mistake told at its line and column.

use std::fs;

use polysource::model::{Id, Input, OfferId, load};
use polysource::plan::Status;
use polysource::{SolveSettings, solve};

use crate::common::{close, input_beside, loaded, program, sound};

const MODEL: &str = "polysource: 1
chips:
  gpu: { vendor: nvidia, ecosystem: cuda }
  tpu: { vendor: google, ecosystem: xla }
clouds:
  aws: { owner: amazon }
  gcp: { owner: google }
offers:
  file: prices.csv
workloads: { chat: { kind: inference, demand: 10 req/h, throughput: { gpu: 1 req/h, tpu: 1 req/h } } }
";

/// A model and the table beside it.
fn input(model: &str, table: &str) -> (tempfile::TempDir, Input) {
    input_beside(model, "prices.csv", Some(table))
}

/// What is told, with the folder's name left out.
fn told(model: &str, table: &str) -> String {
    let (folder, input) = input(model, table);
    let text = match load(&input) {
        Ok(loaded) => polysource::diagnostics::render(&loaded.warnings, &loaded.sources, false),
        Err(rejected) => rejected.to_string(),
    };
    text.replace(&format!("{}/", folder.path().display()), "")
}

fn cost(input: &Input) -> f64 {
    let plan = sound(solve(&loaded(input), &SolveSettings::default()).unwrap());
    assert_eq!(plan.status, Status::Optimal, "{:?}", plan.notes);
    plan.cost.unwrap().total
}

const TABLE: &str = "\
id,chip,cloud,region,price,capacity,term,source,as_of,tags.wave
a,gpu,aws,us-east-1,3 USD/chip-h,1k chips,,\"list, mine\",2026-11-01,first
b,tpu,gcp,,1,4,on-demand,,,
";

#[test]
fn lines_are_offers() {
    // 4 at 1 and 6 at 3.
    let (_folder, at) = input(MODEL, TABLE);
    close(cost(&at), 4.0 + 18.0);
    let model = load(&at).unwrap().model;
    let a = &model.offers()[OfferId::at(0)];
    assert_eq!((a.id.as_str(), a.region.as_deref(), a.tags["wave"].as_str()), ("a", Some("us-east-1"), "first"));
    assert!(a.origin.file.ends_with("prices.csv") && a.origin.line == 2, "{:?}", a.origin);
    // The same in YAML.
    let yaml = MODEL.replace(
        "  file: prices.csv\n",
        "  a: { chip: gpu, cloud: aws, region: us-east-1, price: 3 USD/chip-h, capacity: 1k chips, tags: { wave: first } }
  b: { chip: tpu, cloud: gcp, price: 1, capacity: 4 }\n",
    );
    let (_folder, written) = input(&yaml, "");
    close(cost(&written), 22.0);
    // Offers in YAML stand beside it.
    let (_folder, both) =
        input(&MODEL.replace("csv\n", "csv\n  c: { chip: gpu, cloud: gcp, price: 2, capacity: 3 }\n"), TABLE);
    close(cost(&both), 4.0 + 6.0 + 9.0);
}

#[test]
fn what_is_laid_over_the_model_is_laid_over_its_table() {
    let scenarios = "scenarios:
  cheap: { offers: { a: { price: 2 } } }
  other: { offers: { file: other.csv } }
";
    let (folder, at) = input(&format!("{MODEL}{scenarios}"), TABLE);
    fs::write(folder.path().join("other.csv"), "price,id,chip,cloud,capacity\n0.5,d,tpu,gcp,2\n1,a,gpu,aws,1k\n")
        .unwrap();
    let with = |scenario: &str, set: &str, overlay: &str| {
        let list = |text: &str| if text.is_empty() { vec![] } else { vec![text.to_owned()] };
        let overlays = list(overlay).into_iter().map(|text| ("over.yaml".to_owned(), text)).collect();
        cost(&Input { scenarios: list(scenario), sets: list(set), overlays, ..at.clone() })
    };
    close(with("", "", ""), 22.0);
    close(with("cheap", "", ""), 4.0 + 12.0);
    close(with("", "offers.b.capacity=7", ""), 7.0 + 9.0);
    close(with("", "", "offers: { a: { price: 5 } }"), 4.0 + 30.0);
    // 2 of d at 0.5 and 8 of a or b at 1.
    close(with("other", "", ""), 1.0 + 8.0);
    close(with("", "", "offers: { file: other.csv }"), 1.0 + 8.0);
    close(with("", "offers.file=other.csv", ""), 1.0 + 8.0);
    // Another table is another model.
    let sha = |input: &Input| load(input).unwrap().model.sha256().to_owned();
    let before = sha(&at);
    fs::write(folder.path().join("prices.csv"), TABLE.replace(",4,", ",5,")).unwrap();
    assert_ne!(sha(&at), before);
}

#[test]
fn terms_and_steps() {
    let model = MODEL.replace("chips:\n  gpu", "horizon: { start: 2026-01-01, periods: 2, step: day }\nchips:\n  gpu");
    // Reserved for both days at 1, half of what is needed; spot is not for inference; on demand at 2 and then 3.
    let table = "\
id,chip,cloud,price,price.2026-01-01,price.2026-01-02,capacity,reserved,upfront,interruption,term
r,gpu,aws,1,,,5,2 days,20 %,,reserved
s,gpu,aws,0.1,,,,,,10 %,spot
d,tpu,gcp,,2,3,,,,,
";
    let (_folder, at) = input(&model, table);
    close(cost(&at), 48.0 * 5.0 + 24.0 * 5.0 * (2.0 + 3.0));
}

#[test]
fn every_mistake_at_its_cell() {
    let one = |table: &str, expected: &[&str]| {
        let told = told(MODEL, table);
        for part in expected {
            assert!(told.contains(part), "{part}: {told}");
        }
    };
    let head = "id,chip,cloud,price,capacity\n";
    one(&format!("{head}a,gpu,aws,3 USD/GB,1k\n"), &["error[wrong-dimension]", "--> prices.csv:2:11", "1 error\n"]);
    one(&format!("{head}a,gpu,awz,3,1k\n"), &["there is no cloud `awz`", "--> prices.csv:2:7", "did you mean `aws`?"]);
    one(&format!("{head}a,gpu,aws,3,\"1,000\"\n"), &["error[invalid-quantity]", "--> prices.csv:2:13"]);
    one(&format!("{head}a,gpu,aws,,1k\n"), &["an offer is missing `price`", "--> prices.csv:2:1"]);
    one(&format!("{head},gpu,aws,3,1k\n"), &["this line has no id", "--> prices.csv:2:1"]);
    one(&format!("{head}A b,gpu,aws,3,1k\n"), &["error[invalid-id]", "--> prices.csv:2:1"]);
    one(
        &format!("{head}a,gpu,aws,3,1k\na,tpu,gcp,1,1k\n"),
        &["the offer `a` is defined twice in this table", "--> prices.csv:3:1"],
    );
    one(&format!("{head}a,gpu,aws,-3,1k\n"), &["error[out-of-range]", "--> prices.csv:2:11"]);
    one(&format!("{head}a,gpu,aws,3\n"), &["this line has 4 cells and the table 5 columns", "--> prices.csv:2:1"]);
    one(
        "id,chip,cloud,prize\n",
        &["the table has no column `price`", "rename the column `prize`", "--> prices.csv:1:1"],
    );
    one("", &["the table is empty", "--> prices.csv:1:1"]);
    one(
        "id,chip,cloud,price,capcity,owner\na,gpu,aws,3,1k,me\n",
        &[
            "warning[unknown-key]: offers have no `capcity`; this column is not read",
            "--> prices.csv:1:21",
            "did you mean `capacity`?",
            "call it `tags.owner` to select and group by it",
            "2 warnings\n",
        ],
    );
    one(
        "id,chip,cloud,price,price.2026,reserved,term\na,gpu,aws,3,4,,\nb,gpu,aws,3,,1 year,spot\n",
        &["this line has a `price` for all periods and one from `2026` on", "the term `spot` stands beside `reserved`"],
    );
}

#[test]
fn tables_that_cannot_be_read() {
    let twice = told(&MODEL.replace("csv\n", "csv\n  a: { chip: gpu, cloud: aws, price: 2 }\n"), TABLE);
    assert!(twice.contains("error[duplicate-key]: the offer `a` stands in the table `file` too"), "{twice}");
    assert!(twice.contains("--> model.yaml:10:3"), "{twice}");
    let missing = told(&MODEL.replace("prices.csv", "none.csv"), TABLE);
    assert!(missing.contains("error[unreadable]: `none.csv` cannot be read"), "{missing}");
    assert!(missing.contains("--> model.yaml:9:9") && missing.ends_with("1 error\n"), "{missing}");
    // An offer may be called `file`.
    let (_folder, at) = input(&MODEL.replace("prices.csv", "{ chip: gpu, cloud: aws, price: 2 }"), "");
    close(cost(&at), 20.0);
}

#[test]
fn the_program_finds_the_table_beside_the_model() {
    let (folder, _) = input(MODEL, TABLE);
    let check = |path: &str, stdin: &str| {
        let mut command = program();
        let out = command.args(["check", path]).current_dir(folder.path()).write_stdin(stdin).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    assert_eq!(check("model.yaml", ""), (Some(0), String::new()));
    let (code, told) = check("-", MODEL);
    assert_eq!(code, Some(3));
    assert!(told.contains("the model is in no folder that its path could start from"), "{told}");
    assert!(told.contains("from a file instead of standard input"), "{told}");
}
