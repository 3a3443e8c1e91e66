//! Models changed in code, and studies that solve them one after the other.

use polysource::analysis::Study;
use polysource::model::{Edit, Id, OfferId, load};
use polysource::{Detail, Model, SolveSettings, solve};

use crate::common::{close, example_input, model};

/// A quarter of the money, at least, buys AMD: the price of H100 stands in the objective and in the share.
const MODEL: &str = "
polysource: 1
name: shares of spend
chips: { h100: { vendor: nvidia }, mi300x: { vendor: amd } }
clouds: { aws: { owner: amazon }, vultr: {} }
offers:
  aws-h100: { chip: h100, cloud: aws, price: 4 USD/chip-h }
  aws-h100-spot: { chip: h100, cloud: aws, price: 3, capacity: 0, term: spot }
  vultr-mi300x: { chip: mi300x, cloud: vultr, price: 6 }
workloads:
  chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h, mi300x: 1 req/h } }
policy:
  limits: [ { name: half, share: { by: vendor, of: spend, at_most: 75 % } } ]
";

/// With price p of H100 and 6 of MI300X: a + b = 90 and p a = 3 x 6 b, so that all costs 4 x 6 b where
/// b = 90 p / (p + 18).
fn by_hand(p: f64) -> f64 {
    24.0 * 90.0 * p / (p + 18.0)
}

#[test]
fn edits_set_scale_and_shift_what_is_written() {
    let model = model(MODEL);
    let price = |edits: &[Edit]| {
        let changed = model.with(edits).unwrap_or_else(|e| panic!("{e}"));
        [0, 1, 2].map(|o| changed.offers()[OfferId::at(o)].price[0])
    };
    assert_eq!(price(&[]), [4.0, 3.0, 6.0]);
    assert_eq!(price(&[Edit::set("offers.aws-h100.price", 5)]), [5.0, 3.0, 6.0]);
    assert_eq!(price(&[Edit::set("offers.aws-h100.price", "0.5k USD/chip-h")]), [500.0, 3.0, 6.0]);
    assert_eq!(price(&[Edit::scale("offers{vendor: nvidia}.price", 0.5)]), [2.0, 1.5, 6.0]);
    assert_eq!(price(&[Edit::set("offers{cloud: [vultr, gcp]}.price", 1)]), [4.0, 3.0, 1.0]);
    assert_eq!(price(&[Edit::shift("offers.aws-h100.price", "-1 USD/chip-h")]), [3.0, 3.0, 6.0]);
    // One after the other.
    let twice = [Edit::scale("offers.aws-h100-spot.price", 2.0), Edit::scale("offers.aws-h100-spot.price", 3.0)];
    assert_eq!(price(&twice), [4.0, 18.0, 6.0]);
}

#[test]
fn a_changed_model_is_the_one_that_the_settings_give() {
    for name in ["quickstart", "inference-fleet"] {
        let input = example_input(name);
        let model = load(&input).unwrap().model;
        let offer = model.offers().iter().next().unwrap().id.clone();
        let edits = [Edit::scale(&format!("offers.{offer}.price"), 0.5), Edit::set("discount_rate", "7 %/year")];
        let changed = model.with(&edits).unwrap_or_else(|e| panic!("{e}"));
        assert_ne!(changed.sha256(), model.sha256());
        // The same, changed back, is the same model but for how it came to be.
        let back = changed.with(&[Edit::scale(&format!("offers.{offer}.price"), 2.0)]).unwrap();
        assert_eq!(back.offers(), model.offers());
        assert_eq!(changed.scenarios(), model.scenarios());
    }
    let mut input = example_input("quickstart");
    let model = load(&input).unwrap().model;
    let changed = model.with(&[Edit::set("discount_rate", "7 %/year")]).unwrap();
    input.sets.push("discount_rate=7 %/year".to_owned());
    assert_eq!(changed.sha256(), load(&input).unwrap().model.sha256(), "a setting and an edit are one");
}

#[test]
fn every_mistake_of_all_edits_is_told_and_nothing_changes() {
    let model = model(MODEL);
    let edits = [
        Edit::set("offers.aws-h200.price", 5),
        Edit::scale("offers.aws-h100.chip", 2.0),
        Edit::shift("offers.aws-h100.price", "1 kW"),
        Edit::scale("offers{vendor: intel}.price", 2.0),
        Edit::shift("offers.aws-h100.price", "1..2/3"),
        Edit::set("offers.aws-h100.price", "{"),
    ];
    let rejected = model.with(&edits).unwrap_err();
    assert_eq!(rejected.diagnostics.counts().0, edits.len(), "{rejected}");
    let text = rejected.to_string();
    for told in ["did you mean `aws-h100`", "only a number", "kW", "this selector picks no offer", "is not one value"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // What can be written but has no meaning in the model.
    let mut study = Study::open(&model, &SolveSettings::default());
    let before = study.model().sha256().to_owned();
    let wrong = [Edit::set("offers.aws-h100.price", 1), Edit::set("offers.vultr-mi300x.price", -1)];
    assert!(study.edit(&wrong).unwrap_err().to_string().contains("error[out-of-range]"));
    assert_eq!(study.model().sha256(), before);
}

#[test]
fn a_price_in_a_share_of_spend_moves_both() {
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let mut study = Study::open(&model(MODEL), &settings);
    for p in [4.0, 2.0, 5.5, 1.0, 4.0] {
        study.edit(&[Edit::set("offers.aws-h100.price", p)]).unwrap();
        let plan = study.solve().unwrap();
        assert!(plan.certificate.verified);
        close(plan.cost.unwrap().total, by_hand(p));
        assert_eq!(plan.model.sha256, study.model().sha256());
    }
    study.reset();
    close(study.solve().unwrap().cost.unwrap().total, by_hand(4.0));
}

#[test]
fn a_study_says_what_a_solve_from_nothing_says() {
    let input = example_input("frontier-lab");
    let model = load(&input).unwrap().model;
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let mut study = Study::open(&model, &settings);
    for edits in [
        vec![],
        vec![Edit::scale("offers{cloud: aws}.price", 0.8)],
        vec![Edit::scale("workloads{kind: inference}.demand", 1.1)],
        vec![Edit::scale("offers{cloud: aws}.price", 1.25)],
    ] {
        study.edit(&edits).unwrap_or_else(|e| panic!("{e}"));
        let (warm, cold) = (study.solve().unwrap(), solve(study.model(), &settings).unwrap());
        assert_eq!(warm.status, cold.status, "{edits:?}");
        close(warm.cost.unwrap().total, cold.cost.unwrap().total);
    }
}

#[test]
fn a_study_goes_to_another_thread() {
    let mut study = Study::open(&model(MODEL), &SolveSettings::default());
    study.solve().unwrap();
    let cost = std::thread::spawn(move || study.solve().unwrap().cost.unwrap().total).join().unwrap();
    close(cost, by_hand(4.0));
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Model>();
}
