//! Mistakes that people make when they write their first models: each has one sentence that says what to write, and no
//! mistake is reported more than once.

use polysource::diagnostics::{Severity, render};
use polysource::model::{Family, Input, SweepOverrides, Task, load};

const GOOD: &str = "\
polysource: 1
name: Meridian
currency: USD
horizon: { start: 2027-Q1, periods: 8, step: quarter }
discount_rate: 9 %
chips:
  h100: { vendor: nvidia, ecosystem: cuda, power: 1.4 kW }
  b200: { vendor: nvidia, ecosystem: cuda, power: 2 kW, as_of: 2026-11-09 }
  mi300x: { vendor: amd, ecosystem: rocm, power: 1.5 kW, memory: 192 GB }
clouds:
  aws: { owner: amazon, egress: 0.05 USD/GB }
  azure: { owner: microsoft }
  gcp: { owner: google }
investors:
  microsoft: { stake: 14 % }
offers:
  aws-h100: { chip: h100, cloud: aws, region: us-east-1, price: 2.9 USD/chip-h, capacity: 20k chips }
  azure-h100: { chip: h100, cloud: azure, region: eastus, price: 3.1 USD/chip-h, capacity: 30k }
  gcp-h100: { chip: h100, cloud: gcp, region: us-central1, price: 3 USD/chip-h, capacity: 40k }
  aws-b200: { chip: b200, cloud: aws, region: us-east-1, price: 6.88 USD/chip-h, capacity: 10k, lead: 2 periods }
  azure-mi300x:
    chip: mi300x
    cloud: azure
    region: eastus
    price: { start: 2.5 USD/chip-h, growth: -15 %/year }
    capacity: { 2027-Q1: 4k, 2028-Q1: 12k }
  gcp-b200: { chip: b200, cloud: gcp, term: { reserved: 1 year, upfront: 20 % }, price: 4.2, capacity: 5k }
contracts:
  aws: { covers: { cloud: aws }, commit: { spend: 90M USD, over: 2027-Q1..2028-Q4 }, discount: 25 % }
workloads:
  run:
    kind: training
    work: 25M h100-h
    window: 2027-Q1..2028-Q4
    throughput: { h100: 1 h100-h, b200: 2.2 h100-h, mi300x: 1.1 h100-h }
  chat:
    demand: { start: 5M tok/s, growth: 80 % }
    peak: 1.6
    kind: inference
    throughput: { h100: 2400 tok/s, b200: 6000 tok/s, mi300x: 2800 tok/s }
policy:
  limits:
    - { name: investor-cap, share: { where: { cloud: azure }, of: spend, at_most: 60 % } }
    - { name: grid, power: { at_most: 120 MW } }
    - { name: spread, concentration: { by: vendor, of: chips, hhi_at_most: 1 } }
  survive:
    - { name: any-cloud, loss_of: { each: cloud }, serve: 70 % }
  outages:
    strike: { where: { cloud: gcp }, price: +30 %, probability: 5 % }
scenarios:
  relaxed: { policy: { limits: { investor-cap: { share: { at_most: 80 % } } } } }
";

const LIMITS: &str = "  limits:
    - { name: investor-cap, share: { where: { cloud: azure }, of: spend, at_most: 60 % } }
    - { name: grid, power: { at_most: 120 MW } }
    - { name: spread, concentration: { by: vendor, of: chips, hhi_at_most: 1 } }
";

/// What is written, what is written instead by mistake, and what has to be said of it, as the only error.
const MISTAKES: &[(&str, &str, &str)] = &[
    // A bare number where a percentage is meant.
    ("discount_rate: 9 %", "discount_rate: 9", "write `9 %` or `900 %`"),
    ("growth: 80 %", "growth: 80", "write `80 %` or `8000 %`"),
    ("growth: -15 %/year", "growth: -15", "write `-15 %`"),
    ("growth: -15 %/year", "growth: -15/year", "write `-15 %/year`"),
    ("price: +30 %", "price: 30", "write `30 %` or `3000 %`"),
    ("peak: 1.6", "peak: 160", "write `160 %` or `16000 %`"),
    ("stake: 14 %", "stake: 14", "write a percentage with its sign, as in `14 %`"),
    ("discount: 25 %", "discount: 25", "write a percentage with its sign, as in `25 %`"),
    ("upfront: 20 %", "upfront: 20", "write a percentage with its sign, as in `20 %`"),
    ("at_most: 60 %", "at_most: 60", "write a percentage with its sign, as in `60 %`"),
    ("serve: 70 %", "serve: 70", "write a percentage with its sign, as in `70 %`"),
    ("probability: 5 %", "probability: 5", "write a percentage with its sign, as in `5 %`"),
    ("hhi_at_most: 1", "hhi_at_most: 2500", "write `0.25`: the index runs from 0 to 1, not to 10,000"),
    // Prices of something else than a chip and hour.
    ("6.88 USD/chip-h", "55.04 USD/h", "write `55.04 USD/chip-h`; the price of a node is divided by its chips first"),
    ("6.88 USD/chip-h", "55.04 USD/node-h", "write `55.04 USD/chip-h`; the price of a node is divided"),
    ("6.88 USD/chip-h", "6.88 USD/GPU-hour", "did you mean `6.88 USD/chip-h`?"),
    ("6.88 USD/chip-h", "6.88 USD per hour", "did you mean `6.88 USD/chip-h`?"),
    ("6.88 USD/chip-h", "5022 USD/month", "write `6.8795 USD/chip-h`"),
    ("6.88 USD/chip-h", "6.88 USD", "write a price such as `6.88 USD/chip-h`"),
    // Signs of currencies.
    ("6.88 USD/chip-h", "$6.88", "write `6.88 USD/chip-h`"),
    ("6.88 USD/chip-h", "$6.88/h", "write `6.88 USD/chip-h`"),
    ("90M USD", "$900M", "write `900M USD`"),
    ("90M USD", "\"€5\"", "write `5 EUR`"),
    ("90M USD", "900M $", "write `900M USD`"),
    ("90M USD", "USD 900M", "write `900M USD`"),
    ("90M USD", "900M EUR", "add what it is worth, as in `currencies: { EUR: 1.08 USD }`"),
    ("90M USD", "900M dollars", "did you mean `900M USD`?"),
    // Numbers.
    ("capacity: 20k chips", "capacity: 20,000", "write `20k` or `20000`"),
    ("capacity: 20k chips", "capacity: \"20,000\"", "write `20k` or `20000`"),
    ("capacity: 20k chips", "capacity: 20 000", "write `20k` or `20000`"),
    ("h100: 2400 tok/s", "h100: 2,400 tok/s", "write `2400 tok/s`"),
    ("price: 3 USD/chip-h", "price: \"3,5 USD/chip-h\"", "write `3.5 USD/chip-h`"),
    ("20k chips", "20K", "did you mean `20k`?"),
    ("90M USD", "900 million", "did you mean `900M`?"),
    ("90M USD", "900 million USD", "did you mean `900M USD`?"),
    ("90M USD", "0.9bn USD", "did you mean `0.9B USD`?"),
    ("90M USD", "900m USD", "did you mean `900M USD`?"),
    ("20k chips", "20k GPUs", "did you mean `20k chips`?"),
    ("120 MW", "12 megawatts", "did you mean `12 MW`?"),
    ("120 MW", "120 mw", "did you mean `120 MW`?"),
    ("192 GB", "192 gigabytes", "did you mean `192 GB`?"),
    ("5M tok/s", "2G tok/s", "did you mean `2B tok/s`?"),
    ("25M h100-h", "2G h100-h", "did you mean `2B h100-h`?"),
    ("9 %", "9 percent", "did you mean `9 %`?"),
    ("9 %", "9 % per year", "did you mean `9 %/year`?"),
    ("20k chips", "~20k", "did you mean `20k`?"),
    ("20k chips", "unlimited", "leave the key out if there is none"),
    ("120 MW", "120 GB", "write power such as `1.2 GW`"),
    // Work in two units is told where the work is.
    ("5M tok/s", "520B tokens/day", "write it in `tok`, as in `520B tok/day`"),
    ("5M tok/s", "6000 req/s", "write it in `tok`, as in `6k tok/s`"),
    ("25M h100-h", "25M GPU-hours", "write it in `h100-h`, as in `25M h100-h`"),
    ("b200: 6000 tok/s", "b200: 6000 req/s", "expected work in `tok`"),
    // Times.
    ("lead: 2 periods", "lead: 2027-Q3", "write a length of time, such as `2 periods`; for a date, a capacity"),
    ("lead: 2 periods", "lead: 6 mths", "did you mean `6 months`?"),
    ("reserved: 1 year", "reserved: 3yrs", "did you mean `3 years`?"),
    ("reserved: 1 year", "reserved: 1-year", "did you mean `1 year`?"),
    ("as_of: 2026-11-09", "as_of: 9 Nov 2026", "write the day on which it held, `2026-11-09`"),
    ("as_of: 2026-11-09", "as_of: 09/11/2026", "write the day on which it held, such as 2026-11-09"),
    ("start: 2027-Q1", "start: Q1 2027", "write 2026, 2026-Q3, 2026-07 or 2026-07-15"),
    ("window: 2027-Q1..2028-Q4", "window: 2027-Q1 to 2028-Q4", "write a period such as 2026-Q3 or a window"),
    ("step: quarter", "step: quarterly", "did you mean `quarter`?"),
    ("2028-Q1: 12k", "2028-02: 12k", "use dates on which a period of the horizon begins"),
    // Selectors and lists.
    ("loss_of: { each: cloud }", "loss_of: cloud", "write `{ each: cloud }`"),
    ("loss_of: { each: cloud }", "loss_of: any cloud", "write `{ each: cloud }`"),
    ("loss_of: { each: cloud }", "loss_of: aws", "as in `{ cloud: aws }`"),
    ("covers: { cloud: aws }", "covers: aws", "as in `{ cloud: aws }`"),
    ("covers: { cloud: aws }", "covers: { cloud: amazon }", "known: `aws`, `azure`, `gcp`"),
    ("where: { cloud: azure }", "where: { provider: azure }", "`provider` is called `cloud`"),
    (
        LIMITS,
        "  limits: { investor-cap: { share: {} } }\n",
        "write each as an entry of a list, `- { name: investor-cap, ... }`",
    ),
    ("investor-cap: { share: { at_most: 80", "invester-cap: { share: { at_most: 80", "did you mean `investor-cap`?"),
    // Names of keys.
    ("{ chip: h100, cloud: aws,", "{ gpu: h100, cloud: aws,", "`gpu` is called `chip`"),
    ("{ chip: h100, cloud: aws,", "{ gpus: h100, cloud: aws,", "`gpus` is called `chip`"),
    ("{ chip: h100, cloud: aws,", "{ accelerator: h100, cloud: aws,", "`accelerator` is called `chip`"),
    ("{ chip: h100, cloud: aws,", "{ chip: h100, provider: aws,", "`provider` is called `cloud`"),
    ("price: 2.9 USD/chip-h", "cost: 2.9 USD/chip-h", "`cost` is called `price`"),
    ("price: 2.9 USD/chip-h", "price_per_hour: 2.9 USD/chip-h", "`price_per_hour` is called `price`"),
    ("price: 2.9 USD/chip-h", "prize: 2.9 USD/chip-h", "did you mean `price`?"),
    ("capacity: 20k chips", "max: 20k chips", "`max` is called `capacity`"),
    ("capacity: 20k chips", "limit: 20k chips", "`limit` is called `capacity`"),
    ("of: spend, at_most: 60 %", "of: spend, max: 60 %", "`max` is called `at_most`"),
    ("of: spend, at_most: 60 %", "of: spend, maximum: 60 %", "`maximum` is called `at_most`"),
    ("start: 2027-Q1, periods: 8,", "start: 2027-Q1, end: 2028-Q4,", "`end` is called `periods`"),
    ("spend: 90M USD, over: 2027-Q1..2028-Q4", "spend: 90M USD, end: 2028-Q4", "`end` is called `over`"),
    ("vendor: amd", "manufacturer: amd", "`manufacturer` is called `vendor`"),
    ("loss_of: {", "lose: {", "`lose` is called `loss_of`"),
    ("    kind: inference\n", "", "add `kind: ...`"),
    ("kind: inference", "kind: serving", "known: `training`, `inference`"),
    ("kind: inference", "type: inference", "`type` is called `kind`"),
    // Ids.
    ("chip: mi300x", "chip: mi300", "did you mean `mi300x`?"),
    ("mi300x: 2800 tok/s", "mi325x: 2800 tok/s", "did you mean `mi300x`?"),
    ("cloud: gcp, region", "cloud: google, region", "known: `aws`, `azure`, `gcp`"),
    ("of: spend", "of: money", "known: "),
    ("peak: 1.6", "peak: 60 %", "it must be 1 or more"),
];

fn input(text: String) -> Input {
    Input { name: "model.yaml".to_owned(), text, ..Input::default() }
}

/// The errors as they are shown, and how many there are.
fn errors(input: &Input) -> (String, usize) {
    match load(input) {
        Ok(_) => (String::new(), 0),
        Err(rejected) => {
            let all = rejected.diagnostics.sorted();
            let errors = all.iter().filter(|d| d.severity == Severity::Error).count();
            (render(&rejected.diagnostics, &rejected.sources, false), errors)
        }
    }
}

#[test]
fn the_model_is_good() {
    let loaded = load(&input(GOOD.to_owned())).map_err(|e| e.to_string()).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", render(&loaded.warnings, &loaded.sources, false));
}

#[test]
fn each_mistake_is_one_error_with_its_remedy() {
    let mut wrong = Vec::new();
    for (written, mistaken, sentence) in MISTAKES {
        assert!(GOOD.contains(written), "the model has no `{written}`");
        let (told, count) = errors(&input(GOOD.replacen(written, mistaken, 1)));
        if count != 1 || !told.contains(sentence) || sentence.is_empty() {
            wrong.push(format!("# {mistaken:?}: {count} errors, wanted {sentence:?}\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), MISTAKES.len(), wrong.join("\n"));
}

/// A percentage that sets or shifts a price was meant to change it.
#[test]
fn a_percentage_of_a_price_is_a_factor() {
    for (vary, sentence) in [
        ("offers.aws-b200.price=-30%", "write `=*0.7` (`scale: 0.7` in a model) to change it by -30 %"),
        ("offers.aws-b200.price=+10 %", "write `=*1.1` (`scale: 1.1` in a model) to change it by 10 %"),
        ("offers{chip: h100}.price=80 %", "write `=*0.8` (`scale: 0.8` in a model) for 80 % of it"),
        ("offers.azure-mi300x.price=-30 %", "write `=*0.7`"),
    ] {
        let vary = [vary.to_owned()];
        let told =
            Family::read(&input(GOOD.to_owned()), None, &vary, &SweepOverrides::default()).unwrap_err().to_string();
        assert!(told.contains(sentence) && told.ends_with("\n1 error\n"), "{vary:?}: {told}");
    }
    for vary in ["discount_rate=-3 %", "discount_rate=120 %..150 %/3", "workloads.chat.peak=160 %,200 %"] {
        let family = Family::read(&input(GOOD.to_owned()), None, &[vary.to_owned()], &SweepOverrides::default());
        family.unwrap_or_else(|e| panic!("{vary}: {e}"));
    }
}

/// What a rate of a month, a quarter and a year is.
#[test]
fn rates_of_longer_times() {
    let demand = |text: &str| {
        let text = GOOD.replace("{ start: 5M tok/s, growth: 80 % }", text);
        let model = load(&input(text)).unwrap_or_else(|e| panic!("{e}")).model;
        let Task::Inference { demand, .. } = &model.workloads().iter().nth(1).unwrap().task else {
            panic!("inference")
        };
        demand.clone()
    };
    for text in ["10M tok/h", "7.3B tok/month", "21.9B tok/quarter", "87.6B tok/year", "1.68B tok/week"] {
        assert!(demand(text).iter().all(|d| (d - 10e6).abs() < 1.0), "{text}");
    }
    // 1.15 a quarter, at the start of each.
    let grown = demand("{ start: 10M tok/h, growth: 15 %/quarter }");
    (0..8).for_each(|t| assert!((grown[t] / (10e6 * 1.15f64.powi(t as i32)) - 1.0).abs() < 1e-9));
}

/// Each beside the good model is a warning, and no more.
#[test]
fn what_is_unlikely_is_a_warning() {
    for (written, mistaken, sentence) in [
        ("price: 2.9 USD/chip-h", "price: 23.2 USD/chip-h", "is it the price of a node?"),
        ("price: 2.9 USD/chip-h", "price: 0.29 USD/chip-h", "is it the price of a part of a chip?"),
        (", mi300x: 2800 tok/s", "", "mi300x: 1.1 h100-h"),
        ("capacity: 10k, lead: 2 periods", "capacity: 10k, lead: 8 periods", "has no capacity in any period"),
    ] {
        let text = GOOD.replacen(written, mistaken, 1);
        let loaded = load(&input(text)).unwrap_or_else(|e| panic!("{e}"));
        let told = render(&loaded.warnings, &loaded.sources, false);
        // On one workload is enough.
        if sentence.starts_with("mi300x") {
            assert!(loaded.warnings.is_empty(), "{told}");
        } else {
            assert!(told.contains(sentence) && loaded.warnings.len() == 1, "{told}");
        }
    }
    let unused = GOOD.replace(", mi300x: 2800 tok/s", "").replace(", mi300x: 1.1 h100-h", "");
    let loaded = load(&input(unused)).unwrap_or_else(|e| panic!("{e}"));
    let told = render(&loaded.warnings, &loaded.sources, false);
    assert!(told.contains("the capacity of `azure-mi300x` can never be used: no workload can run on it"), "{told}");
}
