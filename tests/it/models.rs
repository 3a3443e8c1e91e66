//! The example models: what they cost, found by an independent formulation in another language and
//! solver, and what the engines say of them one by one.

use polysource::model::{Input, load};
use polysource::plan::Status;
use polysource::{Detail, EngineChoice, Plan, SolveSettings, solve};

use crate::common::{at, costs_within, example, example_input, loaded};

fn plan(name: &str, scenario: &[&str], engine: EngineChoice, detail: Detail) -> Plan {
    let text = example(name);
    let scenarios = scenario.iter().map(|s| (*s).to_owned()).collect();
    let loaded =
        load(&Input { name: name.to_owned(), text, scenarios, ..Input::default() }).unwrap_or_else(|e| panic!("{e}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    solve(&loaded.model, &SolveSettings { engine, detail, ..SolveSettings::default() }).unwrap()
}

/// All digits that the other solver was asked for.
const KNOWN_TO: f64 = 1e-8;

/// Optima from an independent translation into scipy's linprog (HiGHS); those of frontier-lab, whose upfront parts
/// are paid at the start of a reservation, from HiGHS on the exported program, whose prices of reservations were
/// recomputed by hand.
const KNOWN: [(&str, &[&str], f64); 9] = [
    ("quickstart", &[], 190_800_000.0),
    ("frontier-lab", &[], 62_671_411_620.326),
    ("frontier-lab", &["nvidia-shortage"], 63_609_285_310.556),
    ("frontier-lab", &["amd-late"], 64_237_714_304.861),
    ("frontier-lab", &["cheap-trainium"], 61_018_522_401.094),
    ("frontier-lab", &["amazon-invests"], 52_861_975_099.050),
    ("inference-fleet", &[], 123_592.756_557),
    ("inference-fleet", &["europe-grows"], 127_293.808_349),
    ("infeasible", &["more-amd"], 173_600.0),
];

#[test]
fn the_examples_cost_what_another_solver_finds() {
    for (name, scenario, total) in KNOWN {
        costs_within(KNOWN_TO, &plan(name, scenario, EngineChoice::Auto, Detail::Plan), total);
    }
}

/// Within the gap of 1e-4 of what HiGHS finds for the exported program.
#[test]
fn every_scenario_of_every_example_is_a_program() {
    let mut built = 0;
    for entry in std::fs::read_dir(at("models")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = example(name);
        let listed = text.lines().skip_while(|l| *l != "scenarios:").skip(1).take_while(|l| l.starts_with([' ', '#']));
        let names = listed.filter(|l| l.starts_with("  ") && !l[2..].starts_with([' ', '#']));
        let scenarios = names.filter_map(|l| Some(vec![l.trim().split_once(':')?.0.to_owned()]));
        for scenarios in scenarios.chain([Vec::new()]) {
            let input = Input { scenarios: scenarios.clone(), ..example_input(name) };
            let program = polysource::formulation::build(&loaded(&input));
            assert_eq!(program.program().validate(), Ok(()), "{name} {scenarios:?}");
            built += 1;
        }
    }
    assert!(built > 12, "{built}");
}

#[test]
fn the_deals_are_decided() {
    for (name, scenario, total, signed) in [
        (
            "openai-amazon",
            &[][..],
            422_304_294_397.0,
            &["amazon-funding", "amd-more", "broadcom-titan", "google-tpu"][..],
        ),
        ("meta-google", &[], 13_483_639_891.631, &["tpu-deal"]),
    ] {
        let plan = plan(name, scenario, EngineChoice::Auto, Detail::Plan);
        assert_eq!(plan.status, Status::Optimal, "{name}");
        assert!(plan.certificate.verified && plan.certificate.bound_by.as_deref() == Some("certificate"));
        assert!(plan.certificate.gap.unwrap() <= 1e-4);
        let found = plan.cost.as_ref().unwrap().total;
        assert!((found / total - 1.0).abs() < 1e-4, "{name}: {found} instead of {total}");
        let decided = plan.contracts.iter().filter(|c| c.optional && c.signed);
        assert_eq!(decided.map(|c| c.contract.as_str()).collect::<Vec<_>>(), signed, "{name}");
    }
}

#[test]
fn every_engine_finds_the_same() {
    for &engine in EngineChoice::ALL {
        for (name, scenario, total) in KNOWN.into_iter().filter(|(_, s, _)| s.is_empty()) {
            costs_within(KNOWN_TO, &plan(name, scenario, engine, Detail::Plan), total);
        }
    }
}

#[test]
fn the_premium_is_what_the_dependency_limits_cost() {
    let premium = |name| plan(name, &[], EngineChoice::Auto, Detail::Full).cost.unwrap().premium.unwrap();
    assert!((premium("frontier-lab") / 282_391_929.846 - 1.0).abs() < 1e-6);
    assert!((premium("inference-fleet") / 4_548.576_293 - 1.0).abs() < 1e-6);
}

#[test]
fn the_infeasible_one_is_proved_so() {
    let plan = plan("infeasible", &[], EngineChoice::Auto, Detail::Full);
    assert_eq!((plan.status, plan.certificate.verified), (Status::Infeasible, true));
}

/// Same input, same bytes out.
#[test]
fn two_runs_give_the_same_bytes() {
    let json = || serde_json::to_string(&plan("frontier-lab", &[], EngineChoice::Auto, Detail::Full)).unwrap();
    assert_eq!(json(), json());
}

/// Shadow prices are right when tested by solving again a little further on either side.
#[test]
fn shadow_prices_predict_the_next_solve() {
    let text = example("quickstart");
    let cost = |share: f64| {
        let sets = vec![format!("policy.limits.vendor-cap.share.at_most={share}")];
        let loaded = load(&Input { name: "q".to_owned(), text: text.clone(), sets, ..Input::default() });
        // A name inside the entry is found as well as its number.
        let loaded = loaded.unwrap_or_else(|e| panic!("{e}"));
        let plan = solve(&loaded.model, &SolveSettings::default()).unwrap();
        (plan.cost.unwrap().total, plan.limits.iter().find(|l| l.binding).and_then(|l| l.shadow_price))
    };
    let (at, price) = cost(0.6);
    let slope = (cost(0.6 + 1e-5).0 - cost(0.6 - 1e-5).0) / 2e-5;
    assert!((slope / price.unwrap() - 1.0).abs() < 1e-4, "slope {slope}, price {price:?}, cost {at}");
}
