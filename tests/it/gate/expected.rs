//! Each kind of expectation, where it is met and where it is missed.

use polysource::analysis::expect::{Outcome, Verdict, examine};
use polysource::model::{Input, expected_scenarios, load};
use polysource::{SolveSettings, solve};

use super::{TWO, expecting};
use crate::common::{NEWSVENDOR, PLAN, close, example, input, model, run};

/// What comes of the expectations of a model as it is written.
fn verdicts(text: &str) -> Vec<Verdict> {
    examine(&model(text), &[], &PLAN).unwrap().verdicts
}

/// Expectations that are met, and those that are missed, with the number that was measured.
fn check(met: &str, missed: &[(&str, f64)]) {
    for line in met.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let found = verdicts(&expecting(&format!("  - {line}\n")));
        assert_eq!(found.len(), 1, "{line}");
        assert_eq!(found[0].outcome, Outcome::Met, "{line}: {}", found[0].sentence);
    }
    for (line, value) in missed {
        let found = verdicts(&expecting(&format!("  - {line}\n")));
        assert_eq!(found[0].outcome, Outcome::Missed, "{line}: {}", found[0].sentence);
        close(found[0].measured[0].value, *value);
        assert!(found[0].measured.iter().all(|m| !m.met), "{line}");
    }
}

#[test]
fn each_kind_by_hand() {
    check(
        "{ cost: { at_most: 180 USD } }
         { cost: { at_least: 180, at_most: 180 } }
         { budget: { at_most: 180 USD } }
         { budget: { where: { cloud: azure }, at_most: 120 USD } }
         { share: { by: vendor, of: spend, at_most: 66.7 % } }
         { share: { where: { cloud: azure }, of: chips, at_most: 33.4 % } }
         { floor: { where: { vendor: amazon }, of: work, at_least: 66.6 % } }
         { concentration: { by: vendor, of: spend, hhi_at_most: 0.556 } }
         { suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 33 % } }
         { suppliers: { by: vendor, of: spend, at_most: 2 } }
         { power: { at_most: 60 kW } }
         { survives: { loss_of: { vendor: nvidia }, serve: 66.6 % } }
         { survives: { loss_of: { each: cloud }, serve: 33.3 % } }
         { survives: { loss_of: { cloud: aws }, serve: 44 %, surge: 33.4 % } }
         { not_signed: deal }",
        &[
            ("{ cost: { at_most: 179 USD } }", 180.0),
            ("{ cost: { at_least: 181 USD } }", 180.0),
            ("{ budget: { where: { cloud: azure }, at_most: 119 USD } }", 120.0),
            ("{ share: { by: vendor, of: spend, at_most: 60 % } }", 2.0 / 3.0),
            ("{ share: { where: { cloud: azure }, of: chips, at_most: 33 % } }", 1.0 / 3.0),
            ("{ floor: { where: { vendor: amazon }, of: spend, at_least: 40 % } }", 1.0 / 3.0),
            // (2/3)^2 + (1/3)^2
            ("{ concentration: { by: vendor, of: spend, hhi_at_most: 0.55 } }", 5.0 / 9.0),
            ("{ suppliers: { by: vendor, of: spend, at_least: 2, each_at_least: 40 % } }", 1.0),
            ("{ suppliers: { by: vendor, of: spend, at_most: 1 } }", 2.0),
            // 30 x 1 + 60 x 0.5
            ("{ power: { at_most: 59 kW } }", 60.0),
            ("{ survives: { loss_of: { vendor: nvidia }, serve: 70 % } }", 2.0 / 3.0),
            ("{ survives: { loss_of: { each: cloud }, serve: 50 % } }", 1.0 / 3.0),
        ],
    );
    let signed = &verdicts(&expecting("  - { signed: deal }\n"))[0];
    assert_eq!((signed.outcome, signed.sentence.as_str()), (Outcome::Missed, "`deal` is not signed"));
    let name = |line: &str| verdicts(&expecting(&format!("  - {line}\n")))[0].expectation.clone();
    assert_eq!(name("{ share: { by: vendor, of: spend, at_most: 60 % } }"), "share-vendor-1");
    assert_eq!(name("{ name: mine, survives: { loss_of: { cloud: aws }, serve: 1 % } }"), "mine");
    assert_eq!(name("{ survives: { loss_of: { cloud: aws }, serve: 1 % } }"), "survives-cloud-1");
}

/// What misses is reported part by part; of what is met, the part with the least room.
#[test]
fn every_part_that_misses_is_measured() {
    let found = verdicts(&expecting("  - { share: { by: vendor, of: spend, at_most: 30 % } }\n"));
    let values: Vec<f64> = found[0].measured.iter().map(|m| m.value).collect();
    assert_eq!(values.len(), 2);
    assert!(found[0].sentence.ends_with("; and 1 more"), "{}", found[0].sentence);
    let found = verdicts(&expecting("  - { share: { by: vendor, of: spend, at_most: 90 % } }\n"));
    assert_eq!(found[0].measured.len(), 1);
    close(found[0].measured[0].value, 2.0 / 3.0);
    assert_eq!(found[0].sentence, "the share of `nvidia` in spend is 66.67 %, expected at most 90 %");
}

#[test]
fn under_scenarios() {
    let text = expecting(
        "  - { not_signed: deal }
  - { scenario: no-trainium, cost: { at_most: 360 } }
  - { scenario: no-trainium, not_signed: deal }
  - { scenario: no-trainium+cheaper-deal, signed: deal }
  - { scenario: no-trainium+cheaper-deal, cost: { at_most: 343 } }
  - { scenario: trainium-deal, signed: free }
  - { scenario: too-small, cost: { at_most: 1k USD } }
",
    );
    let sets = expected_scenarios(&input(&text)).unwrap();
    let all: Vec<String> = sets.iter().map(|s| s.join("+")).collect();
    assert_eq!(all, ["no-trainium", "no-trainium+cheaper-deal", "trainium-deal", "too-small"]);
    let under = |set: &[&str]| -> Vec<(String, Outcome)> {
        let scenarios: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
        let loaded = load(&Input { scenarios: scenarios.clone(), ..input(&text) }).unwrap();
        let found = examine(&loaded.model, &scenarios, &PLAN).unwrap().verdicts;
        found.into_iter().map(|v| (v.expectation, v.outcome)).collect()
    };
    let met = |name: &str| (name.to_owned(), Outcome::Met);
    assert_eq!(under(&[]), [met("not-signed-deal")]);
    assert_eq!(under(&["no-trainium"]), [met("cost-1"), met("not-signed-deal")]);
    // 360 - 36 + 20 = 344
    let missed = ("cost-2".to_owned(), Outcome::Missed);
    assert_eq!(under(&["no-trainium", "cheaper-deal"]), [met("signed-deal"), missed]);
    // It is a contract of the scenario alone.
    assert_eq!(under(&["trainium-deal"]), [met("signed-free")]);
    assert_eq!(under(&["too-small"]), [("cost-1".to_owned(), Outcome::NoCertifiedPlan)]);
}

/// Twenty are reserved: 0.6 x 20 + (0 + 0 + 10 + 20) / 4 = 19.5 are expected, 12 to 32 paid.
#[test]
fn over_futures() {
    let of = |line: &str| verdicts(&format!("{NEWSVENDOR}expect:\n  - {line}\n")).remove(0);
    assert_eq!(of("{ cost: { at_most: 19.5 } }").outcome, Outcome::Met);
    let cost = of("{ cost: { at_most: 19 } }");
    close(cost.measured[0].value, 19.5);
    assert!(cost.sentence.starts_with("the expected cost is 19.5 USD"), "{}", cost.sentence);
    // A limit is kept in every future, or on what is expected.
    assert_eq!(of("{ budget: { at_most: 32 } }").outcome, Outcome::Met);
    let budget = of("{ budget: { at_most: 21 } }");
    let futures: Vec<Option<&str>> = budget.measured.iter().map(|m| m.future.as_deref()).collect();
    assert_eq!(futures, [Some("thirty"), Some("forty")]);
    assert_eq!(of("{ budget: { at_most: 19.5, in: expected } }").outcome, Outcome::Met);
    assert_eq!(of("{ budget: { at_most: 19, in: expected } }").outcome, Outcome::Missed);
    // Without the reserved chips 10 of 30 are served where 30 are asked for, and none where 10 or 20 are.
    let survives = of("{ survives: { loss_of: { offer: res }, serve: 30 % } }");
    assert_eq!(survives.outcome, Outcome::Missed);
    assert_eq!(survives.measured.iter().filter_map(|m| m.future.as_deref()).collect::<Vec<_>>(), ["ten", "twenty"]);
}

/// The program, the plan and what it costs are the same with expectations, also those that are missed.
#[test]
fn no_expectation_changes_a_plan() {
    let expectations = "  - { cost: { at_most: 1 USD } }
  - { share: { by: vendor, of: spend, at_most: 1 % } }
  - { survives: { loss_of: { each: vendor }, serve: 100 % } }
  - { signed: deal }
";
    let (plain, with) = (model(TWO), model(&expecting(expectations)));
    let [plain, mut with] = [&plain, &with].map(|m| solve(m, &SolveSettings::default()).unwrap());
    assert_ne!(plain.model.sha256, with.model.sha256);
    with.model.sha256.clone_from(&plain.model.sha256);
    assert_eq!(plain, with);
    let folder = tempfile::tempdir().unwrap();
    let program = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let out = run(&["export", path.to_str().unwrap(), "--to", "lp"]);
        String::from_utf8(out.stdout).unwrap()
    };
    assert_eq!(program("a.yaml", TWO), program("b.yaml", &expecting(expectations)));
}

/// A plan that is not certified meets nothing, whatever its numbers are.
#[test]
fn what_is_not_certified_meets_nothing() {
    let text = format!("{}expect: [ {{ cost: {{ at_most: 1000T USD }} }} ]\n", example("frontier-lab"));
    let deadline = Some(std::time::Instant::now()).into();
    let settings = SolveSettings { deadline, ..PLAN };
    let examined = examine(&model(&text), &[], &settings).unwrap();
    assert_ne!(examined.plan.status, polysource::plan::Status::Optimal);
    assert_eq!(examined.verdicts[0].outcome, Outcome::NoCertifiedPlan);
}
